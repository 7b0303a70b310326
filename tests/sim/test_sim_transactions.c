/* Transactions in simulated networks, with everything checked at each block: they reach the chain whichever node gets
 * them, come back after the network was cut, and a run with them is a function of its arguments too. */
#include "sim/run.h"

#include "base/map.h"
#include "support/transfers.h"

enum { SLOTS = 40, COUNT = 12, VALIDATORS = 6 };

static ph_sim_config_t usual(void)
{
    return ph_sim_usual(11, VALIDATORS, 2, SLOTS);
}

/* The genesis of such a network: what is signed speaks of it. */
static ph_hash_t genesis_of(const ph_sim_config_t *config)
{
    char why[200] = "";
    ph_sim_t *sim;
    ph_sim_config_t c = *config;
    c.extrinsic_count = 0;
    if (ph_sim_new(&sim, &c, why, sizeof why) != PH_OK)
        fail_msg("%s", why);
    ph_hash_t hash = ph_sim_fleet(sim)->local->genesis->hash;
    ph_sim_free(sim);
    return hash;
}

/* From two accounts in turn, to one node after the other, some while the network is cut. */
static void plan(ph_arena_t *arena, ph_sim_config_t *config)
{
    ph_hash_t genesis = genesis_of(config);
    ph_sim_extrinsic_t *list = ph_arena_alloc(arena, COUNT * sizeof *list);
    for (uint32_t i = 0; i < COUNT; i++) {
        transfer_t t = {.from = i % 2 ? "//Alice" : "//Bob", .to = "//Charlie", .value = 1000000000000, .nonce = i / 2};
        list[i] = (ph_sim_extrinsic_t){4 + i, i % VALIDATORS, make_transfer(arena, &genesis, t)};
    }
    config->extrinsics = list;
    config->extrinsic_count = COUNT;
}

typedef struct outcome {
    uint8_t digest[32];
    uint64_t reorgs;
} outcome_t;

/* Each stands in the best chain exactly once, and every node has that chain. */
static void check_included(ph_sim_t *sim, const ph_sim_config_t *config)
{
    ph_chain_t *view = ph_node_chain(ph_fleet_view(ph_sim_fleet(sim)));
    size_t found = 0, others = 0;
    for (ph_block_number_t n = 1; n <= ph_chain_best(view)->header.number; n++) {
        const ph_relay_block_t *block = ph_chain_at(view, n);
        for (size_t i = 0; i < block->body.count; i++)
            others += block->body.items[i].data[0] == 0x84;
    }
    for (size_t i = 0; i < config->extrinsic_count; i++) {
        ph_hash_t hash = ph_pool_hash(config->extrinsics[i].xt);
        found += ph_chain_find_extrinsic(view, &hash, SLOTS) != NULL;
    }
    assert_int_equal(found, config->extrinsic_count);
    assert_int_equal(others, config->extrinsic_count);
    for (uint32_t i = 0; i < VALIDATORS; i++) {
        ph_pool_stats_t stats;
        ph_pool_stats(ph_chain_pool(ph_node_chain(ph_fleet_node(ph_sim_fleet(sim), i))), &stats);
        assert_int_equal(stats.ready.count + stats.future.count, 0);
    }
}

static outcome_t run_checked(ph_sim_config_t config)
{
    outcome_t out;
    char why[200] = "";
    size_t printed = 0;
    ph_check_t *check = ph_check_new(&(ph_check_config_t){.slot_ms = config.slot_ms, .adder = true});
    ph_check_hook(check, &config);
    ph_sim_t *sim = start_sim(check, &config);
    if (ph_sim_run(sim, why, sizeof why) != PH_OK)
        fail_msg("%s", why);
    check_included(sim, &config);
    assert_int_equal(ph_check_end(check, sim, print_violation, &printed), 0);
    ph_chain_stats_t stats;
    ph_chain_stats(ph_node_chain(ph_fleet_view(ph_sim_fleet(sim))), &stats);
    out.reorgs = stats.reorgs;
    ph_world_digest(ph_sim_world(sim), out.digest);
    ph_sim_free(sim);
    ph_check_free(check);
    return out;
}

static void every_transfer_is_included_and_runs_repeat(void **state)
{
    ph_arena_t *arena = ph_arena_new();
    ph_sim_config_t config = usual();
    (void)state;
    plan(arena, &config);
    outcome_t first = run_checked(config), again = run_checked(config);
    assert_memory_equal(first.digest, again.digest, 32);
    config.no_memo = true;
    again = run_checked(config);
    assert_memory_equal(first.digest, again.digest, 32);
    ph_arena_free(arena);
}

static void a_cut_network_loses_none(void **state)
{
    ph_arena_t *arena = ph_arena_new();
    ph_sim_config_t config = usual();
    uint64_t reorgs = 0;
    (void)state;
    config.has_partition = true;
    config.partition_from = 6;
    config.partition_to = 15;
    plan(arena, &config);
    for (config.seed = 1; config.seed <= 3; config.seed++)
        reorgs += run_checked(config).reorgs;
    assert_true(reorgs > 0);
    ph_arena_free(arena);
}

static void lost_messages_lose_none(void **state)
{
    ph_arena_t *arena = ph_arena_new();
    ph_sim_config_t config = usual();
    (void)state;
    config.loss_percent = 5;
    plan(arena, &config);
    run_checked(config);
    ph_arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_transfer_is_included_and_runs_repeat),
        cmocka_unit_test(a_cut_network_loses_none),
        cmocka_unit_test(lost_messages_lose_none),
    };
    return cmocka_run_group_tests(tests, set_up_wasm, NULL);
}
