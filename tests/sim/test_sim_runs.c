/* Runs of one seed with one kind of trouble each, checked at each block; and that a run is a function of its arguments.
 */
#include "sim/run.h"

#include "base/json.h"

#include <jansson.h>

typedef struct outcome {
    uint8_t digest[32];
    json_t *summary;
    size_t wrong;
    ph_check_seen_t seen;
    size_t deepest;
    uint64_t least_included, least_after_30; /* of a para; after_30: relay blocks above that number */
} outcome_t;

static ph_sim_config_t usual(void)
{
    return ph_sim_usual(7, 12, 3, 60);
}

static uint64_t number_at(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    assert_true(json_is_integer(value));
    return (uint64_t)json_integer_value(value);
}

static void read_summary(outcome_t *out)
{
    size_t i, k;
    json_t *para, *block;
    out->least_included = out->least_after_30 = UINT64_MAX;
    out->deepest = number_at(json_object_get(out->summary, "reorgs"), "deepest");
    json_array_foreach(json_object_get(out->summary, "paras"), i, para)
    {
        uint64_t included = number_at(para, "included"), late = 0;
        json_array_foreach(json_object_get(para, "blocks"), k, block) late += number_at(block, "included_in") > 30;
        out->least_included = included < out->least_included ? included : out->least_included;
        out->least_after_30 = late < out->least_after_30 ? late : out->least_after_30;
    }
}

static outcome_t run_checked(ph_sim_config_t config)
{
    outcome_t out = {0};
    char why[200] = "";
    size_t printed = 0;
    ph_check_t *check = ph_check_new(&(ph_check_config_t){.slot_ms = config.slot_ms, .adder = true});
    ph_check_hook(check, &config);
    ph_sim_t *sim = start_sim(check, &config);
    if (ph_sim_run(sim, why, sizeof why) != PH_OK)
        fail_msg("%s", why);
    ph_json_t j = ph_json_new(NULL, true);
    ph_sim_summary(sim, &j, 0);
    out.summary = json_loads(ph_json_text(&j), 0, NULL);
    assert_non_null(out.summary);
    ph_json_free(&j);
    out.wrong = ph_check_end(check, sim, print_violation, &printed);
    out.seen = ph_check_seen(check);
    ph_world_digest(ph_sim_world(sim), out.digest);
    read_summary(&out);
    /* What the checkers count as included on the best chain is what the summary says. */
    const ph_hash_t *best = &ph_chain_best(ph_node_chain(ph_fleet_view(ph_sim_fleet(sim))))->hash;
    for (size_t p = 0; p < config.paras; p++)
        assert_int_equal(ph_check_included(check, best, (ph_para_id_t){(uint32_t)(2000 + p)}),
                         number_at(json_array_get(json_object_get(out.summary, "paras"), p), "included"));
    ph_sim_free(sim);
    ph_check_free(check);
    assert_int_equal(out.wrong, 0);
    return out;
}

static void test_quiet_network(void **state)
{
    (void)state;
    outcome_t first = run_checked(usual());
    assert_true(first.least_included >= 36);
    assert_true(number_at(json_object_get(first.summary, "reorgs"), "count") > 0);
    assert_int_equal(number_at(first.summary, "bans"), 0);
    assert_int_equal(json_array_size(json_object_get(first.summary, "misbehaviour")), 0);
    ph_sim_config_t config = usual();
    config.no_memo = true;
    outcome_t again = run_checked(config);
    assert_memory_equal(first.digest, again.digest, 32);
    assert_int_equal(number_at(json_object_get(again.summary, "memo"), "hits"), 0);
    assert_true(number_at(json_object_get(first.summary, "memo"), "hits") > 0);
    config = usual();
    config.seed = 8;
    outcome_t other = run_checked(config);
    assert_memory_not_equal(first.digest, other.digest, 32);
    json_decref(first.summary);
    json_decref(again.summary);
    json_decref(other.summary);
}

static void test_loss_and_latency(void **state)
{
    (void)state;
    ph_sim_config_t config = usual();
    config.loss_percent = 5;
    config.latency_max_ms = 400;
    outcome_t out = run_checked(config);
    assert_true(out.least_included >= 15);
    assert_true(number_at(json_object_get(out.summary, "network"), "dropped") > 100);
    json_decref(out.summary);
}

static void test_partition(void **state)
{
    (void)state;
    ph_sim_config_t config = usual();
    config.has_partition = true;
    config.partition_from = 20;
    config.partition_to = 32;
    outcome_t out = run_checked(config);
    assert_true(out.deepest >= 3);
    assert_true(out.least_after_30 >= 8);
    json_decref(out.summary);
}

static void test_crashes(void **state)
{
    (void)state;
    ph_sim_config_t config = usual();
    config.crashes = 6;
    outcome_t out = run_checked(config);
    assert_true(out.least_included >= 24);
    assert_int_equal(json_array_size(json_object_get(out.summary, "misbehaviour")), 0);
    json_decref(out.summary);
}

static void test_collators_that_cheat(void **state)
{
    (void)state;
    ph_sim_config_t config = usual();
    config.bad_collators = 3;
    outcome_t out = run_checked(config);
    /* That nobody else is banned is the checkers' to say. */
    assert_true(number_at(out.summary, "bans") > 0 && number_at(out.summary, "penalties") > 0);
    assert_true(out.least_included >= 24);
    json_decref(out.summary);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_quiet_network),
        cmocka_unit_test(test_loss_and_latency),
        cmocka_unit_test(test_partition),
        cmocka_unit_test(test_crashes),
        cmocka_unit_test(test_collators_that_cheat),
    };
    return cmocka_run_group_tests(tests, set_up_wasm, NULL);
}
