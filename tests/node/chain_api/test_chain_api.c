/* Chain API over a real chain with a fork. */
#include "chain/fixture.h"

#include "node/chain_api/chain_api.h"
#include "protocol/chain_api.h"
#include "protocol/routes.h"
#include "support/harness.h"

typedef struct asking {
    fixture_t f;
    ph_harness_t *h;
    ph_chain_api_config_t config;
    ph_relay_block_t *blocks[9], *fork;
} asking_t;

static int setup(void **state)
{
    asking_t *a = ph_mem_alloc(NULL, sizeof *a);
    char why[200];
    ph_local_config_t local = {
        .validators = VALIDATORS, .slot_ms = SLOT_MS, .session_slots = EPOCH, .rotation_blocks = 5};
    assert_int_equal(ph_local_new(&a->f.local, &local, why, sizeof why), PH_OK);
    a->h = ph_harness_prepare(PH_SUBSYSTEM_CHAIN_API);
    a->f.world = ph_harness_world(a->h);
    node_t *n = &a->f.nodes[0];
    n->f = &a->f;
    n->env = ph_harness_env(a->h);
    a->f.depth = 4;
    node_raise(n, false, true);
    uint64_t slot = START_SLOT;
    a->blocks[0] = a->f.local->genesis;
    for (size_t i = 1; i < 9; i++) {
        a->blocks[i] = make_next(&a->f, a->blocks[i - 1], &slot, PRIMARY);
        submit(n, a->blocks[i]);
        ph_harness_advance(a->h, 1000);
    }
    a->fork = make_next(&a->f, a->blocks[6], &slot, SECONDARY);
    submit(n, a->fork);
    ph_harness_advance(a->h, 1000);
    assert_true(has(n, a->fork) && best_is(n, a->blocks[8]));
    a->config.chain = n->chain;
    ph_harness_start(a->h, &ph_chain_api_ops, &a->config);
    *state = a;
    return 0;
}

static int teardown(void **state)
{
    asking_t *a = *state;
    ph_chain_free(a->f.nodes[0].chain);
    ph_keystore_free(a->f.nodes[0].keystore);
    for (size_t i = 0; i < a->f.made.count; i++)
        ph_relay_block_unref(a->f.made.items[i]);
    ph_list_free(&a->f.made);
    ph_harness_free(a->h);
    ph_local_free(a->f.local);
    ph_mem_free(a);
    return 0;
}

static const void *ask(asking_t *a, uint8_t kind, const void *payload)
{
    const void *answer = ph_harness_answer(a->h, ph_harness_ask(a->h, kind, payload), NULL);
    assert_non_null(answer);
    return answer;
}

static void blocks_are_known_by_hash(void **state)
{
    asking_t *a = *state;
    ph_msg_chain_api_block_number_t number = {a->fork->hash};
    ph_msg_chain_api_block_header_t header = {a->blocks[3]->hash};
    const ph_opt_u32_t *n = ask(a, PH_MSG_CHAIN_API_BLOCK_NUMBER, &number);
    assert_true(n->some);
    assert_int_equal(n->value, 7);
    const ph_opt_header_t *h = ask(a, PH_MSG_CHAIN_API_BLOCK_HEADER, &header);
    assert_true(h->some);
    assert_true(ph_header_equal(&h->value, &a->blocks[3]->header));
    number.block.bytes[0] ^= 1;
    header.block.bytes[0] ^= 1;
    assert_false(((const ph_opt_u32_t *)ask(a, PH_MSG_CHAIN_API_BLOCK_NUMBER, &number))->some);
    assert_false(((const ph_opt_header_t *)ask(a, PH_MSG_CHAIN_API_BLOCK_HEADER, &header))->some);
}

static void final_blocks_are_known_by_number(void **state)
{
    asking_t *a = *state;
    ph_msg_chain_api_finalized_block_number_t none = {0};
    assert_int_equal(*(const uint32_t *)ask(a, PH_MSG_CHAIN_API_FINALIZED_BLOCK_NUMBER, &none), 4);
    for (uint32_t i = 0; i < 12; i++) {
        ph_msg_chain_api_finalized_block_hash_t msg = {i};
        const ph_opt_hash_t *hash = ask(a, PH_MSG_CHAIN_API_FINALIZED_BLOCK_HASH, &msg);
        assert_int_equal(hash->some, i <= 4);
        if (hash->some)
            assert_memory_equal(&hash->value, &a->blocks[i]->hash, 32);
    }
}

static const ph_vec_hash_t *ancestors(asking_t *a, const ph_hash_t *of, uint32_t k)
{
    ph_msg_chain_api_ancestors_t msg = {*of, k};
    return ask(a, PH_MSG_CHAIN_API_ANCESTORS, &msg);
}

static void ancestors_come_nearest_first(void **state)
{
    asking_t *a = *state;
    const ph_vec_hash_t *list = ancestors(a, &a->fork->hash, 3);
    assert_int_equal(list->count, 3);
    for (size_t i = 0; i < 3; i++)
        assert_memory_equal(&list->items[i], &a->blocks[6 - i]->hash, 32);
    list = ancestors(a, &a->blocks[8]->hash, UINT32_MAX); /* short where the chain is */
    assert_int_equal(list->count, 8);
    assert_memory_equal(&list->items[7], &a->blocks[0]->hash, 32);
    assert_int_equal(ancestors(a, &a->blocks[8]->hash, 0)->count, 0);
    assert_int_equal(ancestors(a, &a->blocks[0]->hash, 5)->count, 0);
    ph_hash_t unknown = {{1}};
    assert_int_equal(ancestors(a, &unknown, 5)->count, 0);
    assert_int_equal(ph_harness_events(a->h, "ancestors-asked"), 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(blocks_are_known_by_hash, setup, teardown),
        cmocka_unit_test_setup_teardown(final_blocks_are_known_by_number, setup, teardown),
        cmocka_unit_test_setup_teardown(ancestors_come_nearest_first, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
