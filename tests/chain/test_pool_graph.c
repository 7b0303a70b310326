/* The graph of transactions: who is ready, in which order, who replaces whom, who goes with whom. */
#include "support/cmocka.h"

#include <stdio.h>

#include "chain/pool_graph.h"
#include "support/random.h"

typedef struct state {
    ph_pool_graph_t g;
    ph_arena_t *arena;
    ph_pool_change_t change; /* of the last import or prune */
} state_t;

static int setup(void **state)
{
    state_t *s = ph_mem_alloc(NULL, sizeof *s);
    ph_pool_graph_init(&s->g);
    s->arena = ph_arena_new();
    *state = s;
    return 0;
}

static int teardown(void **state)
{
    state_t *s = *state;
    ph_pool_change_free(&s->change);
    ph_pool_graph_free(&s->g);
    ph_arena_free(s->arena);
    ph_mem_free(s);
    return 0;
}

static ph_hash_t id(uint32_t n)
{
    ph_hash_t hash = {{0}};
    ph_put_u32(hash.bytes, n);
    return hash;
}

static void add_tags(ph_pool_hashes_t *list, const char *names)
{
    for (; *names; names++)
        ph_pool_tx_tag(list, ph_bytes(names, 1));
}

/* Tags are letters. */
static ph_pool_tx_t *make(uint32_t n, uint64_t priority, const char *needs, const char *gives)
{
    ph_hash_t hash = id(n);
    ph_buf_t *xt = ph_buf_new(PH_BYTES_LIT("x"));
    ph_pool_tx_t *tx = ph_pool_tx_new(&hash, xt);
    ph_buf_unref(xt);
    tx->priority = priority;
    tx->valid_till = 1000;
    tx->len = 10;
    add_tags(&tx->needs, needs);
    add_tags(&tx->gives, gives);
    return tx;
}

static ph_err_t import_tx(state_t *s, ph_pool_tx_t *tx)
{
    ph_pool_change_free(&s->change);
    return ph_pool_graph_import(&s->g, &s->change, tx);
}

static ph_err_t import(state_t *s, uint32_t n, uint64_t priority, const char *needs, const char *gives)
{
    return import_tx(s, make(n, priority, needs, gives));
}

/* "3 1 2": the numbers of the ready ones in their order. */
static const char *ready(state_t *s)
{
    ph_pool_ready_t *list;
    char *text = ph_arena_alloc(s->arena, 400);
    size_t count = ph_pool_graph_ready(&s->g, s->arena, &list), at = 0;
    assert_int_equal(count, s->g.ready.count);
    for (size_t i = 0; i < count && at < 380; i++)
        at += (size_t)snprintf(text + at, 400 - at, "%s%u", i ? " " : "", ph_get_u32(list[i].tx->hash.bytes));
    return text;
}

static bool is_future(state_t *s, uint32_t n)
{
    ph_hash_t hash = id(n);
    const ph_pool_tx_t *tx = ph_pool_graph_get(&s->g, &hash);
    return tx && !tx->ready;
}

static void remove_one(state_t *s, uint32_t n)
{
    ph_hash_t hash = id(n);
    ph_pool_change_free(&s->change);
    ph_pool_graph_remove(&s->g, &s->change.removed, &hash, 1);
}

static void prune(state_t *s, const char *names)
{
    ph_pool_hashes_t tags = {0};
    ph_pool_change_free(&s->change);
    add_tags(&tags, names);
    ph_pool_graph_prune(&s->g, &s->change, tags.items, tags.count, true);
    ph_list_free(&tags);
}

/* ---- ready and future ---- */

static void what_needs_nothing_is_ready(void **state)
{
    state_t *s = *state;
    assert_int_equal(import(s, 1, 5, "", "a"), PH_OK);
    assert_string_equal(ready(s), "1");
    assert_int_equal(s->change.ready.count, 1);
    assert_int_equal(s->g.ready.bytes, 10);
    assert_int_equal(import(s, 1, 5, "", "a"), PH_ERR_EXISTS);
    assert_int_equal(s->g.ready.count, 1);
}

static void what_needs_something_waits_for_it(void **state)
{
    state_t *s = *state;
    assert_int_equal(import(s, 3, 5, "b", "c"), PH_OK);
    assert_int_equal(import(s, 2, 5, "a", "b"), PH_OK);
    assert_true(is_future(s, 2) && is_future(s, 3));
    assert_int_equal(s->g.future.count, 2);
    assert_string_equal(ready(s), "");
    assert_int_equal(import(s, 1, 5, "", "a"), PH_OK);
    assert_string_equal(ready(s), "1 2 3");
    assert_int_equal(s->change.ready.count, 3);
    assert_int_equal(s->g.future.count, 0);
    assert_int_equal(s->g.future.bytes, 0);
    assert_int_equal(s->g.ready.bytes, 30);
}

static void all_needs_count(void **state)
{
    state_t *s = *state;
    (void)import(s, 3, 5, "ab", "c");
    (void)import(s, 1, 5, "", "a");
    assert_true(is_future(s, 3));
    (void)import(s, 2, 5, "", "b");
    assert_string_equal(ready(s), "1 2 3");
}

/* ---- order ---- */

static void higher_priority_goes_first(void **state)
{
    state_t *s = *state;
    (void)import(s, 1, 5, "", "a");
    (void)import(s, 2, 9, "", "b");
    (void)import(s, 3, 7, "", "c");
    assert_string_equal(ready(s), "2 3 1");
}

static void sooner_stale_then_longer_here_goes_first(void **state)
{
    state_t *s = *state;
    (void)import(s, 1, 5, "", "a");
    (void)import(s, 2, 5, "", "b");
    ph_pool_tx_t *tx = make(3, 5, "", "c");
    tx->valid_till = 10;
    (void)import_tx(s, tx);
    assert_string_equal(ready(s), "3 1 2");
}

static void needs_go_before_priority(void **state)
{
    state_t *s = *state;
    ph_pool_ready_t *list;
    (void)import(s, 1, 1, "", "a");
    (void)import(s, 2, 100, "a", "b");
    (void)import(s, 3, 50, "", "c");
    (void)import(s, 4, 60, "bc", "d");
    assert_string_equal(ready(s), "3 1 2 4");
    assert_int_equal(ph_pool_graph_ready(&s->g, s->arena, &list), 4);
    assert_int_equal(list[0].parent_count, 0);
    assert_int_equal(list[2].parent_count, 1);
    assert_int_equal(list[2].parents[0], 1);
    assert_int_equal(list[3].parent_count, 2);
}

/* ---- replacing ---- */

static void only_higher_priority_replaces(void **state)
{
    state_t *s = *state;
    (void)import(s, 1, 5, "", "a");
    assert_int_equal(import(s, 2, 5, "", "a"), PH_ERR_REFUSED);
    assert_int_equal(import(s, 3, 4, "", "a"), PH_ERR_REFUSED);
    assert_string_equal(ready(s), "1");
    assert_int_equal(import(s, 4, 6, "", "a"), PH_OK);
    assert_string_equal(ready(s), "4");
    assert_int_equal(s->change.removed.count, 1);
    assert_int_equal(ph_get_u32(s->change.removed.items[0]->hash.bytes), 1);
    assert_int_equal(s->g.ready.bytes, 10);
}

static void several_are_replaced_by_more_than_their_sum(void **state)
{
    state_t *s = *state;
    (void)import(s, 1, 5, "", "a");
    (void)import(s, 2, 6, "", "b");
    assert_int_equal(import(s, 3, 11, "", "ab"), PH_ERR_REFUSED);
    assert_int_equal(import(s, 4, 12, "", "ab"), PH_OK);
    assert_string_equal(ready(s), "4");
    (void)import(s, 5, UINT64_MAX, "", "x");
    (void)import(s, 6, UINT64_MAX, "", "y");
    assert_int_equal(import(s, 7, UINT64_MAX, "", "xy"), PH_ERR_REFUSED); /* no overflow */
}

static void dependents_stay_if_what_they_need_stays(void **state)
{
    state_t *s = *state;
    (void)import(s, 1, 5, "", "a");
    (void)import(s, 2, 5, "a", "b");
    (void)import(s, 3, 5, "b", "c");
    assert_int_equal(import(s, 4, 9, "", "a"), PH_OK);
    assert_string_equal(ready(s), "4 2 3");
    assert_int_equal(s->change.removed.count, 1);
}

static void dependents_go_if_what_they_need_goes(void **state)
{
    state_t *s = *state;
    (void)import(s, 1, 5, "", "ab");
    (void)import(s, 2, 5, "b", "c");
    (void)import(s, 3, 5, "c", "d");
    assert_int_equal(import(s, 4, 9, "", "a"), PH_OK);
    assert_string_equal(ready(s), "4");
    assert_int_equal(s->change.removed.count, 3);
}

static void future_ones_compete_when_they_become_ready(void **state)
{
    state_t *s = *state;
    (void)import(s, 2, 5, "a", "b");
    (void)import(s, 3, 9, "a", "b");
    (void)import(s, 4, 7, "a", "b");
    assert_int_equal(s->g.future.count, 3);
    (void)import(s, 1, 5, "", "a");
    assert_string_equal(ready(s), "1 3");
    assert_int_equal(s->g.future.count, 0);
    for (size_t i = 0; i < s->change.ready.count; i++)
        assert_true(ph_get_u32(s->change.ready.items[i].bytes) == 1 || ph_get_u32(s->change.ready.items[i].bytes) == 3);
}

static void nobody_replaces_what_it_stands_on(void **state)
{
    state_t *s = *state;
    (void)import(s, 1, 5, "", "ax");
    (void)import(s, 2, 5, "a", "b");
    assert_int_equal(import(s, 3, 50, "b", "x"), PH_ERR_CONFLICT);
    assert_string_equal(ready(s), "1 2");
    /* Nor when it becomes ready. */
    (void)import(s, 5, 50, "q", "rz");
    assert_int_equal(import(s, 4, 5, "", "qz"), PH_OK);
    assert_string_equal(ready(s), "1 2 4");
    assert_int_equal(s->g.future.count, 0);
}

/* ---- removing ---- */

static void removing_takes_dependents_along(void **state)
{
    state_t *s = *state;
    (void)import(s, 1, 5, "", "a");
    (void)import(s, 2, 5, "a", "b");
    (void)import(s, 3, 5, "b", "c");
    (void)import(s, 4, 5, "", "d");
    remove_one(s, 2);
    assert_string_equal(ready(s), "1 4");
    assert_int_equal(s->change.removed.count, 2);
    remove_one(s, 77);
    assert_int_equal(s->change.removed.count, 0);
}

static void a_future_one_misses_what_is_removed(void **state)
{
    state_t *s = *state;
    (void)import(s, 1, 5, "", "a");
    (void)import(s, 3, 5, "ab", "c");
    remove_one(s, 1);
    (void)import(s, 2, 5, "", "b");
    assert_true(is_future(s, 3));
    (void)import(s, 1, 5, "", "a");
    assert_string_equal(ready(s), "2 1 3");
}

/* ---- the chain provides ---- */

static void pruning_keeps_dependents(void **state)
{
    state_t *s = *state;
    (void)import(s, 1, 5, "", "a");
    (void)import(s, 2, 5, "a", "b");
    (void)import(s, 3, 5, "b", "c");
    prune(s, "a");
    assert_string_equal(ready(s), "2 3");
    assert_int_equal(s->change.removed.count, 1);
}

static void pruning_takes_what_led_there(void **state)
{
    state_t *s = *state;
    (void)import(s, 1, 5, "", "a");
    (void)import(s, 2, 5, "a", "b");
    (void)import(s, 3, 5, "b", "c");
    (void)import(s, 4, 5, "", "d");
    (void)import(s, 5, 5, "d", "e");
    (void)import(s, 6, 5, "d", "f");
    prune(s, "be");
    assert_string_equal(ready(s), "3 4 6"); /* 4 is needed by 6 still */
    assert_int_equal(s->change.removed.count, 3);
}

static void pruning_makes_future_ones_ready(void **state)
{
    state_t *s = *state;
    (void)import(s, 2, 5, "a", "b");
    (void)import(s, 3, 5, "b", "c");
    prune(s, "a");
    assert_string_equal(ready(s), "2 3");
    assert_int_equal(s->change.ready.count, 2);
}

static void pruning_takes_future_ones_that_give_the_same(void **state)
{
    state_t *s = *state;
    (void)import(s, 2, 5, "x", "a");
    prune(s, "a");
    assert_int_equal(s->g.future.count, 0);
    assert_int_equal(s->change.removed.count, 1);
}

static void what_was_pruned_lately_counts_as_given(void **state)
{
    state_t *s = *state;
    prune(s, "a");
    prune(s, "");
    (void)import(s, 2, 5, "a", "b");
    assert_string_equal(ready(s), "2");
    prune(s, "");
    prune(s, "");
    (void)import(s, 3, 5, "a", "c");
    assert_true(is_future(s, 3));
    prune(s, "q");
    ph_pool_graph_forget_blocks(&s->g);
    (void)import(s, 4, 5, "q", "d");
    assert_true(is_future(s, 4));
}

/* ---- limits ---- */

static void the_worst_ready_ones_go(void **state)
{
    state_t *s = *state;
    ph_pool_txs_t removed = {0};
    (void)import(s, 1, 5, "", "a");
    (void)import(s, 2, 3, "", "b");
    (void)import(s, 3, 3, "", "c");
    (void)import(s, 4, 9, "b", "d");
    ph_pool_graph_enforce(&s->g, &removed, (ph_pool_limit_t){3, 1000}, (ph_pool_limit_t){10, 1000});
    assert_string_equal(ready(s), "1 3"); /* 2 was the older of the two, and 4 stood on it */
    assert_int_equal(removed.count, 2);
    ph_pool_txs_free(&removed);
    ph_pool_graph_enforce(&s->g, &removed, (ph_pool_limit_t){3, 19}, (ph_pool_limit_t){10, 1000});
    assert_string_equal(ready(s), "1");
    ph_pool_txs_free(&removed);
}

static void the_oldest_future_ones_go(void **state)
{
    state_t *s = *state;
    ph_pool_txs_t removed = {0};
    (void)import(s, 1, 9, "x", "a");
    (void)import(s, 2, 3, "x", "b");
    (void)import(s, 3, 1, "x", "c");
    ph_pool_graph_enforce(&s->g, &removed, (ph_pool_limit_t){3, 1000}, (ph_pool_limit_t){2, 1000});
    assert_false(is_future(s, 1));
    assert_true(is_future(s, 2) && is_future(s, 3));
    ph_pool_txs_free(&removed);
    ph_pool_graph_enforce(&s->g, &removed, (ph_pool_limit_t){3, 1000}, (ph_pool_limit_t){2, 10});
    assert_false(is_future(s, 2));
    ph_pool_txs_free(&removed);
}

/* ---- validated anew ---- */

static void refreshing_keeps_the_place(void **state)
{
    state_t *s = *state;
    ph_hash_t two = id(2);
    (void)import(s, 1, 5, "", "a");
    (void)import(s, 2, 5, "a", "b");
    prune(s, "a");
    ph_pool_tx_t *fresh = make(2, 5, "", "b");
    fresh->valid_till = 7;
    assert_true(ph_pool_graph_refresh(&s->g, &two, fresh));
    assert_int_equal(ph_pool_graph_get(&s->g, &two)->valid_till, 7);
    assert_int_equal(ph_pool_graph_get(&s->g, &two)->needs.count, 0);
    assert_int_equal(s->g.tags.count, 1);
    fresh = make(2, 6, "", "b");
    assert_false(ph_pool_graph_refresh(&s->g, &two, fresh)); /* another priority */
    ph_pool_tx_free(fresh);
    fresh = make(2, 5, "z", "b");
    assert_false(ph_pool_graph_refresh(&s->g, &two, fresh)); /* needs what is not there */
    ph_pool_tx_free(fresh);
}

/* ---- any order of events ---- */

static void check_invariants(state_t *s)
{
    ph_pool_ready_t *list;
    void *value;
    size_t ready_count = 0, future_count = 0;
    for (size_t i = 0; ph_map_next(&s->g.txs, &i, NULL, &value);) {
        const ph_pool_tx_t *tx = *(ph_pool_tx_t **)value;
        assert_true(tx->ready || tx->missing.count > 0);
        ready_count += tx->ready;
        future_count += !tx->ready;
    }
    assert_int_equal(ready_count, s->g.ready.count);
    assert_int_equal(future_count, s->g.future.count);
    assert_int_equal(s->g.ready.bytes, 10 * ready_count);
    /* Every ready one is in the order, after its parents; no two give the same. */
    assert_int_equal(ph_pool_graph_ready(&s->g, s->arena, &list), ready_count);
    for (size_t i = 0; i < ready_count; i++) {
        for (uint32_t p = 0; p < list[i].parent_count; p++)
            assert_true(list[i].parents[p] < i);
        for (size_t k = 0; k < i; k++)
            for (size_t t = 0; t < list[i].tx->gives.count; t++)
                for (size_t u = 0; u < list[k].tx->gives.count; u++)
                    assert_memory_not_equal(&list[i].tx->gives.items[t], &list[k].tx->gives.items[u], 32);
    }
}

static void invariants_hold_in_any_order(void **state)
{
    state_t *s = *state;
    ph_test_random_t rng = ph_test_random(7);
    for (uint32_t step = 0; step < 6000; step++) {
        char needs[3] = {0}, gives[3] = {0};
        for (uint64_t i = ph_test_below(&rng, 3); i-- > 0;)
            needs[i] = (char)('a' + ph_test_below(&rng, 12));
        for (uint64_t i = 1 + ph_test_below(&rng, 2); i-- > 0;)
            gives[i] = (char)('a' + ph_test_below(&rng, 12));
        switch (ph_test_below(&rng, 8)) {
        case 0:
            remove_one(s, (uint32_t)ph_test_below(&rng, step + 1));
            break;
        case 1:
            prune(s, gives);
            break;
        default:
            (void)import(s, step, ph_test_below(&rng, 20), needs, gives);
        }
        check_invariants(s);
        ph_arena_reset(s->arena);
    }
    ph_pool_txs_t removed = {0};
    ph_pool_graph_enforce(&s->g, &removed, (ph_pool_limit_t){0, 0}, (ph_pool_limit_t){0, 0});
    ph_pool_txs_free(&removed);
    assert_int_equal(s->g.txs.count, 0);
    assert_int_equal(s->g.tags.count, 0);
}

int main(void)
{

    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_needs_nothing_is_ready, setup, teardown),
        cmocka_unit_test_setup_teardown(what_needs_something_waits_for_it, setup, teardown),
        cmocka_unit_test_setup_teardown(all_needs_count, setup, teardown),
        cmocka_unit_test_setup_teardown(higher_priority_goes_first, setup, teardown),
        cmocka_unit_test_setup_teardown(sooner_stale_then_longer_here_goes_first, setup, teardown),
        cmocka_unit_test_setup_teardown(needs_go_before_priority, setup, teardown),
        cmocka_unit_test_setup_teardown(only_higher_priority_replaces, setup, teardown),
        cmocka_unit_test_setup_teardown(several_are_replaced_by_more_than_their_sum, setup, teardown),
        cmocka_unit_test_setup_teardown(dependents_stay_if_what_they_need_stays, setup, teardown),
        cmocka_unit_test_setup_teardown(dependents_go_if_what_they_need_goes, setup, teardown),
        cmocka_unit_test_setup_teardown(future_ones_compete_when_they_become_ready, setup, teardown),
        cmocka_unit_test_setup_teardown(nobody_replaces_what_it_stands_on, setup, teardown),
        cmocka_unit_test_setup_teardown(removing_takes_dependents_along, setup, teardown),
        cmocka_unit_test_setup_teardown(a_future_one_misses_what_is_removed, setup, teardown),
        cmocka_unit_test_setup_teardown(pruning_keeps_dependents, setup, teardown),
        cmocka_unit_test_setup_teardown(pruning_takes_what_led_there, setup, teardown),
        cmocka_unit_test_setup_teardown(pruning_makes_future_ones_ready, setup, teardown),
        cmocka_unit_test_setup_teardown(pruning_takes_future_ones_that_give_the_same, setup, teardown),
        cmocka_unit_test_setup_teardown(what_was_pruned_lately_counts_as_given, setup, teardown),
        cmocka_unit_test_setup_teardown(the_worst_ready_ones_go, setup, teardown),
        cmocka_unit_test_setup_teardown(the_oldest_future_ones_go, setup, teardown),
        cmocka_unit_test_setup_teardown(refreshing_keeps_the_place, setup, teardown),
        cmocka_unit_test_setup_teardown(invariants_hold_in_any_order, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
