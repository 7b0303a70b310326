/* Gossip Support, alone. */
#include "node/session_parts.h"

#include "crypto/sampling.h"
#include "node/gossip_support/gossip_support.h"
#include "protocol/network_bridge.h"

enum { ME = 5 };

typedef struct fixture {
    session_t s;
    ph_harness_t *h;
    ph_keystore_t *ks;
    ph_gossip_support_config_t config;
} fixture_t;

static fixture_t *fixture_new(uint32_t validators, uint32_t full_mesh, bool with_keys)
{
    fixture_t *f = ph_mem_alloc(NULL, sizeof *f);
    session_init(&f->s, validators, 5);
    f->h = ph_harness_prepare(PH_SUBSYSTEM_GOSSIP_SUPPORT);
    session_register(&f->s, f->h);
    f->ks = session_keystore(&f->s, ph_harness_env(f->h), ME);
    f->config = (ph_gossip_support_config_t){with_keys ? f->ks : NULL, full_mesh};
    ph_harness_start(f->h, &ph_gossip_support_ops, &f->config);
    return f;
}

static int setup(void **state)
{
    *state = fixture_new(50, 10, true);
    return 0;
}

static int teardown(void **state)
{
    fixture_t *f = *state;
    ph_harness_free(f->h);
    ph_keystore_free(f->ks);
    ph_mem_free(f);
    return 0;
}

static void answer_epoch(fixture_t *f)
{
    ph_res_babe_epoch_runtime_api_error_t reply = {.kind = PH_RES_OK};
    memcpy(reply.ok.randomness.bytes, f->s.randomness, 32);
    reply.ok.config.allowed_slots.kind = PH_BABE_ALLOWED_SLOTS_PRIMARY_AND_SECONDARY_VRF_SLOTS;
    ph_harness_reply(f->h, EXPECT_API(f->h, CURRENT_EPOCH), &reply);
}

static void answer_all(fixture_t *f)
{
    session_answer_index(&f->s, f->h);
    session_answer_info(&f->s, f->h);
    answer_epoch(f);
}

static const ph_gossip_topology_t *expect_topology(fixture_t *f)
{
    ph_msg_t *msg = ph_harness_expect(f->h, PH_SUBSYSTEM_NETWORK_BRIDGE, PH_MSG_NETWORK_BRIDGE_NEW_GOSSIP_TOPOLOGY);
    return ((const ph_msg_network_bridge_new_gossip_topology_t *)ph_msg_payload(msg))->topology.v;
}

static const ph_msg_network_bridge_connect_to_validators_t *expect_connect(fixture_t *f)
{
    const ph_msg_network_bridge_connect_to_validators_t *out = ph_msg_payload(
        ph_harness_expect(f->h, PH_SUBSYSTEM_NETWORK_BRIDGE, PH_MSG_NETWORK_BRIDGE_CONNECT_TO_VALIDATORS));
    assert_int_equal(out->peer_set.kind, PH_PEER_SET_VALIDATION);
    return out;
}

static void the_grid_of_a_large_session(void **state)
{
    fixture_t *f = *state;
    ph_arena_t *arena = ph_arena_new();
    uint8_t seed[32];
    activate(f->h, 1, 1, 0);
    answer_all(f);
    const ph_gossip_topology_t *t = expect_topology(f);
    ph_grid_seed(seed, f->s.randomness);
    ph_grid_t grid = ph_grid_new(arena, seed, 50);
    assert_int_equal(t->session.v, SESSION);
    assert_true(t->local.some);
    assert_int_equal(t->local.value.v, ME);
    assert_int_equal(t->peers.count, 50);
    assert_int_equal(t->order.count, 50);
    assert_memory_equal(t->order.items, grid.order, 50 * sizeof *grid.order);
    for (uint32_t v = 0; v < 50; v++) {
        assert_int_equal(t->peers.items[v].validator.v, v);
        assert_memory_equal(&t->peers.items[v].discovery, &f->s.discovery[v], 32);
        assert_true(t->peers.items[v].peer.some);
        assert_int_equal(t->peers.items[v].peer.value.v, v + 1);
    }
    assert_true(t->neighbors_x.count > 3 && t->neighbors_y.count > 3);
    for (size_t i = 0; i < t->neighbors_x.count; i++)
        assert_true(ph_grid_is_x(&grid, ME, t->neighbors_x.items[i].v));
    for (size_t i = 0; i < t->neighbors_y.count; i++)
        assert_true(ph_grid_is_y(&grid, ME, t->neighbors_y.items[i].v));
    /* Connections: row, column, and our group (5 to 9). */
    const ph_msg_network_bridge_connect_to_validators_t *out = expect_connect(f);
    size_t wanted = 0;
    for (uint32_t v = 0; v < 50; v++) {
        bool want = v != ME && (ph_grid_is_x(&grid, ME, v) || ph_grid_is_y(&grid, ME, v) || (v >= 5 && v < 10)),
             there = false;
        for (size_t i = 0; i < out->ids.count; i++)
            there |= memcmp(&out->ids.items[i], &f->s.discovery[v], 32) == 0;
        assert_int_equal(want, there);
        wanted += want;
    }
    assert_int_equal(out->ids.count, wanted);
    ph_harness_expect_nothing(f->h);
    assert_int_equal(ph_harness_events(f->h, "topology"), 1);
    ph_arena_free(arena);
}

static void small_sessions_are_a_full_mesh(void **state)
{
    void *inner = fixture_new(10, 10, true);
    fixture_t *f = inner;
    (void)state;
    activate(f->h, 1, 1, 0);
    answer_all(f);
    expect_topology(f);
    assert_int_equal(expect_connect(f)->ids.count, 9);
    teardown(&inner);
}

static void who_is_no_authority_gets_the_grid_and_connects_to_nobody(void **state)
{
    (void)state;
    for (int with_keys = 0; with_keys < 2; with_keys++) {
        void *inner = fixture_new(with_keys ? ME : 10, 10, with_keys != 0); /* no keys; or keys of another session */
        fixture_t *f = inner;
        activate(f->h, 1, 1, 0);
        answer_all(f);
        const ph_gossip_topology_t *t = expect_topology(f);
        assert_false(t->local.some);
        assert_int_equal(t->neighbors_x.count + t->neighbors_y.count, 0);
        ph_harness_expect_nothing(f->h);
        teardown(&inner);
    }
}

static void each_session_once(void **state)
{
    fixture_t *f = *state;
    activate(f->h, 1, 1, 0);
    answer_all(f);
    ph_harness_drop_all(f->h);
    activate(f->h, 2, 2, 1);
    session_answer_index(&f->s, f->h);
    ph_harness_expect_nothing(f->h);
    f->s.index = SESSION - 1; /* a fork that is in the former session yet */
    activate(f->h, 3, 3, 9);
    session_answer_index(&f->s, f->h);
    ph_harness_expect_nothing(f->h);
    f->s.index = SESSION + 1;
    f->s.randomness[0] ^= 1;
    activate(f->h, 4, 4, 3);
    answer_all(f);
    assert_int_equal(expect_topology(f)->session.v, SESSION + 1);
    expect_connect(f);
}

static void two_leaves_of_a_new_session_make_one_grid(void **state)
{
    fixture_t *f = *state;
    activate(f->h, 1, 1, 0);
    activate(f->h, 2, 1, 0);
    session_answer_index(&f->s, f->h);
    session_answer_index(&f->s, f->h);
    session_answer_info(&f->s, f->h);
    session_answer_info(&f->s, f->h);
    answer_epoch(f);
    ph_harness_take(f->h, PH_SUBSYSTEM_NETWORK_BRIDGE, PH_MSG_NETWORK_BRIDGE_NEW_GOSSIP_TOPOLOGY);
    ph_harness_take(f->h, PH_SUBSYSTEM_NETWORK_BRIDGE, PH_MSG_NETWORK_BRIDGE_CONNECT_TO_VALIDATORS);
    answer_epoch(f);
    ph_harness_expect_nothing(f->h);
}

static void after_an_error_the_next_leaf_tries_again(void **state)
{
    fixture_t *f = *state;
    activate(f->h, 1, 1, 0);
    session_answer_error(f->h, PH_MSG_RUNTIME_API_REQUEST_SESSION_INDEX_FOR_CHILD);
    activate(f->h, 2, 2, 1);
    session_answer_index(&f->s, f->h);
    ph_harness_reply(f->h, EXPECT_API(f->h, SESSION_INFO),
                     &(ph_res_opt_session_info_runtime_api_error_t){.kind = PH_RES_OK});
    activate(f->h, 3, 3, 2);
    session_answer_index(&f->s, f->h);
    session_answer_info(&f->s, f->h);
    ph_harness_drop(f->h, EXPECT_API(f->h, CURRENT_EPOCH));
    activate(f->h, 4, 4, 3);
    answer_all(f);
    expect_topology(f);
    expect_connect(f);
}

static void a_replaced_leaf_is_left(void **state)
{
    fixture_t *f = *state;
    activate(f->h, 1, 1, 0);
    ph_msg_t *late = EXPECT_API(f->h, SESSION_INDEX_FOR_CHILD);
    activate(f->h, 2, 2, 1);
    ph_harness_reply(f->h, late, &(ph_res_session_index_runtime_api_error_t){.kind = PH_RES_OK, .ok = {SESSION}});
    EXPECT_API(f->h, SESSION_INDEX_FOR_CHILD); /* the new leaf's, nothing of the old one's */
    ph_harness_expect_nothing(f->h);
}

static void conclude_at_any_point(void **state)
{
    (void)state;
    for (int point = 0; point < 4; point++) {
        void *inner = fixture_new(10, 10, true);
        fixture_t *f = inner;
        activate(f->h, 1, 1, 0);
        if (point > 0)
            session_answer_index(&f->s, f->h);
        if (point > 1)
            session_answer_info(&f->s, f->h);
        if (point > 2)
            answer_epoch(f);
        ph_harness_conclude(f->h);
        ph_harness_drop_all(f->h);
        teardown(&inner);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_grid_of_a_large_session, setup, teardown),
        cmocka_unit_test(small_sessions_are_a_full_mesh),
        cmocka_unit_test(who_is_no_authority_gets_the_grid_and_connects_to_nobody),
        cmocka_unit_test_setup_teardown(each_session_once, setup, teardown),
        cmocka_unit_test_setup_teardown(two_leaves_of_a_new_session_make_one_grid, setup, teardown),
        cmocka_unit_test_setup_teardown(after_an_error_the_next_leaf_tries_again, setup, teardown),
        cmocka_unit_test_setup_teardown(a_replaced_leaf_is_left, setup, teardown),
        cmocka_unit_test(conclude_at_any_point),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
