/* Bitfield Distribution, alone: 49 validators in a grid of seven columns, all of them peers. */
#include "node/session_parts.h"

#include "crypto/sampling.h"
#include "node/bitfield_distribution/bitfield_distribution.h"
#include "primitives/payload.h"
#include "protocol/bitfield_distribution.h"
#include "protocol/network_bridge.h"
#include "protocol/provisioner.h"

enum { N = 49, ME = 0 };
static const ph_bitfield_distribution_config_t CONFIG = {.slot_ms = 6000};

typedef struct fixture {
    session_t s;
    ph_harness_t *h;
    ph_arena_t *arena;
    ph_grid_t grid;
} fixture_t;

static int setup(void **state)
{
    fixture_t *f = ph_mem_alloc(NULL, sizeof *f);
    f->arena = ph_arena_new();
    session_init(&f->s, N, 7);
    uint8_t seed[32];
    ph_grid_seed(seed, f->s.randomness);
    f->grid = ph_grid_new(f->arena, seed, N);
    f->h = ph_harness_new(PH_SUBSYSTEM_BITFIELD_DISTRIBUTION, &ph_bitfield_distribution_ops, &CONFIG);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    fixture_t *f = *state;
    ph_harness_free(f->h);
    ph_arena_free(f->arena);
    ph_mem_free(f);
    return 0;
}

/* ---- the network, played by the test ---- */

static void event(fixture_t *f, ph_validation_event_t e)
{
    ph_msg_bitfield_distribution_network_event_t msg = {e};
    ph_harness_send(f->h, PH_MSG_BITFIELD_DISTRIBUTION_NETWORK_EVENT, &msg);
}

static ph_peer_id_t peer_of(uint32_t validator)
{
    return (ph_peer_id_t){validator + 1};
}

static void connect_as(fixture_t *f, ph_peer_id_t peer, const ph_authority_discovery_id_t *authority)
{
    ph_validation_event_t e = {.kind = PH_VALIDATION_EVENT_PEER_CONNECTED,
                               .peer_connected = {.peer = peer, .role = {PH_OBSERVED_ROLE_AUTHORITY}, .version = 3}};
    if (authority)
        e.peer_connected.authority = (ph_opt_authority_discovery_id_t){true, *authority};
    event(f, e);
}

static void view_of(fixture_t *f, ph_peer_id_t peer, uint32_t head)
{
    ph_hash_t hash = ph_harness_hash(head);
    event(f, (ph_validation_event_t){.kind = PH_VALIDATION_EVENT_PEER_VIEW_CHANGE,
                                     .peer_view_change = {peer, {{&hash, head != 0}, 0}}});
}

static void connect_all(fixture_t *f, uint32_t head)
{
    for (uint32_t v = 0; v < N; v++) {
        if (v == ME)
            continue;
        connect_as(f, peer_of(v), &f->s.discovery[v]);
        view_of(f, peer_of(v), head);
    }
}

static void tell_topology(fixture_t *f, uint32_t session)
{
    ph_topology_peer_t peers[N];
    ph_validator_index_t x[N], y[N];
    ph_gossip_topology_t t = {.session = {session},
                              .local = {true, {ME}},
                              .order = {f->grid.order, N},
                              .peers = {peers, N},
                              .neighbors_x = {x, 0},
                              .neighbors_y = {y, 0}};
    for (uint32_t v = 0; v < N; v++)
        peers[v] = (ph_topology_peer_t){{v}, f->s.discovery[v], {true, peer_of(v)}};
    for (uint32_t at = 0, v; ph_grid_next_x(&f->grid, ME, &at, &v);)
        x[t.neighbors_x.count++].v = v;
    for (uint32_t at = 0, v; ph_grid_next_y(&f->grid, ME, &at, &v);)
        y[t.neighbors_y.count++].v = v;
    ph_shared_gossip_topology_t shared = ph_shared_gossip_topology_new(&t);
    event(f, (ph_validation_event_t){.kind = PH_VALIDATION_EVENT_NEW_GOSSIP_TOPOLOGY, .new_gossip_topology = shared});
    ph_shared_gossip_topology_unref(shared);
}

static void leaf(fixture_t *f, uint32_t block)
{
    activate(f->h, block, block, block - 1);
    session_answer_validators(&f->s, f->h);
    session_answer_index(&f->s, f->h);
}

static ph_unchecked_signed_availability_bitfield_t signed_by(fixture_t *f, uint32_t validator, uint32_t head,
                                                             uint8_t bits)
{
    ph_unchecked_signed_availability_bitfield_t b = {.payload = {ph_bits_new(f->arena, 7)},
                                                     .validator_index = {validator}};
    ph_signing_context_t context = {{SESSION}, ph_harness_hash(head)};
    b.payload.v.bytes[0] = bits;
    ph_bytes_t payload = ph_payload_of_bitfield(f->arena, b.payload.v, &context);
    ph_sr25519_sign(&f->s.pairs[validator], b.signature.bytes, payload, NULL);
    return b;
}

static void hear(fixture_t *f, ph_peer_id_t from, uint32_t head,
                 const ph_unchecked_signed_availability_bitfield_t *bitfield)
{
    ph_validation_protocol_v3_t protocol = {.kind = PH_VALIDATION_PROTOCOL_V3_BITFIELD_DISTRIBUTION};
    protocol.bitfield_distribution.kind = PH_BITFIELD_DISTRIBUTION_MESSAGE_V3_BITFIELD;
    protocol.bitfield_distribution.bitfield._0 = ph_harness_hash(head);
    protocol.bitfield_distribution.bitfield._1 = *bitfield;
    ph_shared_validation_protocol_v3_t shared = ph_shared_validation_protocol_v3_new(&protocol);
    event(f, (ph_validation_event_t){.kind = PH_VALIDATION_EVENT_PEER_MESSAGE, .peer_message = {from, shared}});
    ph_shared_validation_protocol_v3_unref(shared);
}

static void expect_provisioned(fixture_t *f, const ph_unchecked_signed_availability_bitfield_t *bitfield)
{
    ph_msg_t *msg = ph_harness_expect(f->h, PH_SUBSYSTEM_PROVISIONER, PH_MSG_PROVISIONER_PROVISIONABLE_DATA);
    const ph_msg_provisioner_provisionable_data_t *out = ph_msg_payload(msg);
    assert_int_equal(out->data.kind, PH_PROVISIONABLE_DATA_BITFIELD);
    assert_true(ph_unchecked_signed_availability_bitfield_equal(&out->data.bitfield, bitfield));
}

static void expect_penalty(fixture_t *f, ph_peer_id_t peer, ph_reputation_kind_t kind)
{
    ph_msg_t *msg = ph_harness_expect(f->h, PH_SUBSYSTEM_NETWORK_BRIDGE, PH_MSG_NETWORK_BRIDGE_REPORT_PEER);
    const ph_msg_network_bridge_report_peer_t *out = ph_msg_payload(msg);
    assert_int_equal(out->peer.v, peer.v);
    assert_int_equal(out->reputation.kind, kind);
    assert_true(out->reason.len > 0);
    ph_harness_expect_nothing(f->h);
}

/* Who gets it; true where nobody does. */
static bool sent_to(fixture_t *f, bool to[N + 2])
{
    memset(to, 0, (N + 2) * sizeof *to);
    ph_msg_t *msg = ph_harness_take(f->h, PH_SUBSYSTEM_NETWORK_BRIDGE, PH_MSG_NETWORK_BRIDGE_SEND_VALIDATION_MESSAGE);
    if (!msg)
        return false;
    const ph_msg_network_bridge_send_validation_message_t *out = ph_msg_payload(msg);
    for (size_t i = 0; i < out->peers.count; i++) {
        assert_in_range(out->peers.items[i].v, 1, N + 1);
        assert_false(to[out->peers.items[i].v]);
        to[out->peers.items[i].v] = true;
    }
    return true;
}

/* Everybody that must hear of it does, and at most four more. */
static void assert_route(fixture_t *f, uint32_t originator, const bool to[N + 2], uint32_t except)
{
    size_t extra = 0;
    for (uint32_t v = 0; v < N; v++) {
        if (v == ME || v == except)
            continue;
        bool x = ph_grid_is_x(&f->grid, ME, v), y = ph_grid_is_y(&f->grid, ME, v);
        bool must = originator == ME ? x || y
                                     : (ph_grid_is_x(&f->grid, ME, originator) && y) ||
                                           (ph_grid_is_y(&f->grid, ME, originator) && x);
        if (must && !to[v + 1])
            fail_msg("validator %u did not get it", v);
        extra += !must && to[v + 1];
    }
    assert_false(to[except + 1]);
    assert_true(extra <= 4);
}

/* A validator that is (or is not) in our row or column. */
static uint32_t somebody(const fixture_t *f, bool x, bool y)
{
    for (uint32_t v = 0; v < N; v++)
        if (v != ME && ph_grid_is_x(&f->grid, ME, v) == x && ph_grid_is_y(&f->grid, ME, v) == y)
            return v;
    fail_msg("no such validator");
    return 0;
}

static void ready(fixture_t *f)
{
    tell_topology(f, SESSION);
    connect_all(f, 1);
    leaf(f, 1);
    ph_harness_expect_nothing(f->h);
}

/* ---- routes ---- */

static void our_own_goes_to_row_and_column(void **state)
{
    fixture_t *f = *state;
    bool to[N + 2];
    ready(f);
    ph_msg_bitfield_distribution_distribute_bitfield_t own = {ph_harness_hash(1), signed_by(f, ME, 1, 5)};
    ph_harness_send(f->h, PH_MSG_BITFIELD_DISTRIBUTION_DISTRIBUTE_BITFIELD, &own);
    expect_provisioned(f, &own.bitfield);
    assert_true(sent_to(f, to));
    assert_route(f, ME, to, ME);
    ph_harness_send(f->h, PH_MSG_BITFIELD_DISTRIBUTION_DISTRIBUTE_BITFIELD, &own); /* once */
    ph_harness_expect_nothing(f->h);
}

static void a_neighbours_goes_the_other_way(void **state)
{
    fixture_t *f = *state;
    bool to[N + 2];
    ready(f);
    for (int way = 0; way < 3; way++) {
        uint32_t from = somebody(f, way == 0, way == 1);
        ph_unchecked_signed_availability_bitfield_t b = signed_by(f, from, 1, 3);
        hear(f, peer_of(from), 1, &b);
        expect_provisioned(f, &b);
        if (sent_to(f, to))
            assert_route(f, from, to, from);
        else
            assert_int_equal(way, 2); /* of strangers only a few hear, by luck */
        ph_harness_expect_nothing(f->h);
    }
    assert_int_equal(ph_harness_events(f->h, "bitfield-imported"), 3);
}

static void a_peer_hears_each_bitfield_once_and_only_in_its_view(void **state)
{
    fixture_t *f = *state;
    bool to[N + 2];
    ready(f);
    uint32_t from = somebody(f, true, false), second = somebody(f, false, true);
    view_of(f, peer_of(second), 2); /* it has not seen our leaf */
    ph_unchecked_signed_availability_bitfield_t b = signed_by(f, from, 1, 3);
    hear(f, peer_of(from), 1, &b);
    expect_provisioned(f, &b);
    assert_true(sent_to(f, to));
    assert_false(to[second + 1]);
    view_of(f, peer_of(second), 1); /* now it has: it is told */
    assert_true(sent_to(f, to));
    assert_true(to[second + 1]);
    view_of(f, peer_of(second), 2);
    view_of(f, peer_of(second), 1);
    view_of(f, peer_of(from), 2);
    view_of(f, peer_of(from), 1); /* whose it is knows it */
    ph_harness_expect_nothing(f->h);
}

static void who_comes_back_is_told_again(void **state)
{
    fixture_t *f = *state;
    bool to[N + 2];
    ready(f);
    ph_msg_bitfield_distribution_distribute_bitfield_t own = {ph_harness_hash(1), signed_by(f, ME, 1, 5)};
    ph_harness_send(f->h, PH_MSG_BITFIELD_DISTRIBUTION_DISTRIBUTE_BITFIELD, &own);
    ph_harness_drop_all(f->h);
    uint32_t v = somebody(f, true, false);
    event(f, (ph_validation_event_t){.kind = PH_VALIDATION_EVENT_PEER_DISCONNECTED, .peer_disconnected = peer_of(v)});
    connect_as(f, peer_of(v), &f->s.discovery[v]);
    ph_harness_expect_nothing(f->h); /* its view is empty yet */
    view_of(f, peer_of(v), 1);
    assert_true(sent_to(f, to));
    assert_true(to[v + 1]);
}

static void what_came_too_early_is_sent_when_the_session_is_known(void **state)
{
    fixture_t *f = *state;
    bool to[N + 2];
    tell_topology(f, SESSION);
    connect_all(f, 1);
    activate(f->h, 1, 1, 0);
    ph_msg_bitfield_distribution_distribute_bitfield_t own = {ph_harness_hash(1), signed_by(f, ME, 1, 5)};
    ph_harness_send(f->h, PH_MSG_BITFIELD_DISTRIBUTION_DISTRIBUTE_BITFIELD, &own);
    session_answer_validators(&f->s, f->h);
    session_answer_index(&f->s, f->h);
    expect_provisioned(f, &own.bitfield);
    assert_true(sent_to(f, to));
    assert_route(f, ME, to, ME);
}

static void without_the_sessions_grid_only_luck_relays(void **state)
{
    fixture_t *f = *state;
    bool to[N + 2];
    tell_topology(f, SESSION - 1); /* of another session */
    connect_all(f, 1);
    leaf(f, 1);
    ph_msg_bitfield_distribution_distribute_bitfield_t own = {ph_harness_hash(1), signed_by(f, ME, 1, 5)};
    ph_harness_send(f->h, PH_MSG_BITFIELD_DISTRIBUTION_DISTRIBUTE_BITFIELD, &own);
    expect_provisioned(f, &own.bitfield);
    size_t count = 0;
    if (sent_to(f, to))
        for (size_t i = 0; i < N + 2; i++)
            count += to[i];
    assert_in_range(count, 1, 4);
    /* The last two sessions' grids are kept. */
    tell_topology(f, SESSION);
    tell_topology(f, SESSION + 1);
    leaf(f, 2);
    for (uint32_t v = 0; v < N; v++)
        if (v != ME)
            view_of(f, peer_of(v), 2);
    own = (ph_msg_bitfield_distribution_distribute_bitfield_t){ph_harness_hash(2), signed_by(f, ME, 2, 5)};
    ph_harness_send(f->h, PH_MSG_BITFIELD_DISTRIBUTION_DISTRIBUTE_BITFIELD, &own);
    expect_provisioned(f, &own.bitfield);
    assert_true(sent_to(f, to));
    assert_route(f, ME, to, ME);
}

/* ---- penalties and benefits ---- */

static void every_fault_has_its_price(void **state)
{
    fixture_t *f = *state;
    ready(f);
    ph_peer_id_t peer = peer_of(3);
    ph_unchecked_signed_availability_bitfield_t good = signed_by(f, 4, 1, 3), bad = good, unknown = good,
                                                foreign = signed_by(f, 5, 9, 3);
    hear(f, peer, 9, &foreign);
    expect_penalty(f, peer, PH_REPUTATION_COST_MINOR); /* not in our view */
    unknown.validator_index.v = N;
    hear(f, peer, 1, &unknown);
    expect_penalty(f, peer, PH_REPUTATION_COST_MAJOR);
    bad.signature.bytes[3] ^= 1;
    hear(f, peer, 1, &bad);
    expect_penalty(f, peer, PH_REPUTATION_COST_MAJOR);
    hear(f, peer, 1, &foreign); /* signed for another block */
    expect_penalty(f, peer, PH_REPUTATION_COST_MAJOR);
    hear(f, peer_of(2), 1, &good); /* a bad one did not spoil it for others */
    expect_provisioned(f, &good);
    ph_harness_drop_all(f->h);
    hear(f, peer_of(2), 1, &good);
    expect_penalty(f, peer_of(2), PH_REPUTATION_COST_MINOR_REPEATED);
    ph_unchecked_signed_availability_bitfield_t other = signed_by(f, 4, 1, 7);
    hear(f, peer_of(2), 1, &other); /* the same validator's again, even if another one */
    expect_penalty(f, peer_of(2), PH_REPUTATION_COST_MINOR_REPEATED);
    hear(f, peer_of(6), 1, &other); /* one a validator is taken; no fault of the sender's */
    ph_harness_expect_nothing(f->h);
}

/* The peer was faster with that block than our runtime is with its validators. */
static void before_the_session_is_known_bitfields_wait(void **state)
{
    fixture_t *f = *state;
    connect_all(f, 1);
    ph_unchecked_signed_availability_bitfield_t good = signed_by(f, 4, 1, 3), bad = signed_by(f, 5, 1, 3);
    bad.signature.bytes[3] ^= 1;
    activate(f->h, 1, 1, 0);
    ph_msg_t *validators = EXPECT_API(f->h, VALIDATORS);
    hear(f, peer_of(3), 1, &good);
    hear(f, peer_of(2), 1, &bad);
    ph_harness_expect_nothing(f->h);
    ph_harness_reply(f->h, validators,
                     &(ph_res_vec_validator_id_runtime_api_error_t){.kind = PH_RES_OK, .ok = {f->s.validators, N}});
    session_answer_index(&f->s, f->h);
    expect_provisioned(f, &good);
    assert_non_null(ph_harness_take(f->h, PH_SUBSYSTEM_NETWORK_BRIDGE, PH_MSG_NETWORK_BRIDGE_REPORT_PEER));
    ph_harness_drop_all(f->h);
}

static void without_validators_they_cost_little(void **state)
{
    fixture_t *f = *state;
    connect_all(f, 1);
    ph_unchecked_signed_availability_bitfield_t good = signed_by(f, 4, 1, 3);
    activate(f->h, 1, 1, 0);
    ph_msg_t *validators = EXPECT_API(f->h, VALIDATORS);
    hear(f, peer_of(3), 1, &good); /* waits in vain, at nobody's cost */
    ph_harness_drop(f->h, validators);
    ph_harness_expect_nothing(f->h);
    hear(f, peer_of(3), 1, &good);
    expect_penalty(f, peer_of(3), PH_REPUTATION_COST_MINOR);
    activate(f->h, 2, 2, 1);
    ph_harness_reply(f->h, EXPECT_API(f->h, VALIDATORS),
                     &(ph_res_vec_validator_id_runtime_api_error_t){.kind = PH_RES_OK});
    session_answer_index(&f->s, f->h);
    hear(f, peer_of(3), 2, &good);
    expect_penalty(f, peer_of(3), PH_REPUTATION_COST_MINOR); /* no validators at all */
}

/* What crosses our leaving a leaf is free, but no more of it than there are validators, and no leaf long gone. */
static void bitfields_of_a_leaf_just_left_are_free(void **state)
{
    fixture_t *f = *state;
    ready(f);
    leaf(f, 2);
    ph_unchecked_signed_availability_bitfield_t late = signed_by(f, 4, 1, 3);
    for (uint32_t i = 0; i < N; i++)
        hear(f, peer_of(3), 1, &late);
    ph_harness_expect_nothing(f->h);
    hear(f, peer_of(3), 1, &late);
    expect_penalty(f, peer_of(3), PH_REPUTATION_COST_MINOR);
    hear(f, peer_of(2), 1, &late); /* others still may */
    ph_harness_expect_nothing(f->h);
    leaf(f, 3);
    hear(f, peer_of(3), 1, &late); /* and so may it once more */
    ph_harness_expect_nothing(f->h);
    for (uint32_t n = 4; n <= 10; n++)
        leaf(f, n);
    hear(f, peer_of(3), 1, &late);
    expect_penalty(f, peer_of(3), PH_REPUTATION_COST_MINOR);
}

static void benefits_are_summed_up(void **state)
{
    fixture_t *f = *state;
    ready(f);
    ph_unchecked_signed_availability_bitfield_t a = signed_by(f, 4, 1, 3), b = signed_by(f, 5, 1, 3);
    hear(f, peer_of(2), 1, &a);
    hear(f, peer_of(2), 1, &b);
    hear(f, peer_of(3), 1, &a); /* known already */
    ph_harness_drop_all(f->h);
    ph_harness_advance(f->h, 29999);
    ph_harness_expect_nothing(f->h);
    ph_harness_advance(f->h, 1);
    ph_msg_t *msg = ph_harness_expect(f->h, PH_SUBSYSTEM_NETWORK_BRIDGE, PH_MSG_NETWORK_BRIDGE_REPORT_BATCH);
    const ph_msg_network_bridge_report_batch_t *out = ph_msg_payload(msg);
    assert_int_equal(out->changes.count, 2);
    assert_int_equal(out->changes.items[0]._0.v, peer_of(2).v);
    assert_int_equal(out->changes.items[0]._1, 30000);
    assert_int_equal(out->changes.items[1]._0.v, peer_of(3).v);
    assert_int_equal(out->changes.items[1]._1, 10000);
    ph_harness_advance(f->h, 60000);
    ph_harness_expect_nothing(f->h); /* nothing new */
}

/* ---- ends ---- */

static void a_replaced_leaf_takes_its_bitfields_along(void **state)
{
    fixture_t *f = *state;
    ready(f);
    ph_unchecked_signed_availability_bitfield_t a = signed_by(f, 4, 1, 3);
    hear(f, peer_of(2), 1, &a);
    ph_harness_drop_all(f->h);
    leaf(f, 2);
    hear(f, peer_of(3), 1, &a);
    ph_msg_bitfield_distribution_distribute_bitfield_t own = {ph_harness_hash(1), signed_by(f, ME, 1, 5)};
    ph_harness_send(f->h, PH_MSG_BITFIELD_DISTRIBUTION_DISTRIBUTE_BITFIELD, &own);
    ph_harness_expect_nothing(f->h);
    for (uint32_t v = 1; v < N; v++)
        view_of(f, peer_of(v), 2);
    ph_harness_expect_nothing(f->h); /* nothing of the old branch leaks into the new one */
}

static void strangers_do_no_harm(void **state)
{
    fixture_t *f = *state;
    leaf(f, 1);
    view_of(f, (ph_peer_id_t){77}, 1); /* never connected */
    event(f, (ph_validation_event_t){.kind = PH_VALIDATION_EVENT_PEER_DISCONNECTED, .peer_disconnected = {78}});
    ph_hash_t hash = ph_harness_hash(1);
    event(f, (ph_validation_event_t){.kind = PH_VALIDATION_EVENT_OUR_VIEW_CHANGE, .our_view_change = {{&hash, 1}, 0}});
    connect_as(f, (ph_peer_id_t){80}, NULL); /* no authority */
    view_of(f, (ph_peer_id_t){80}, 1);
    ph_harness_expect_nothing(f->h);
}

static void conclude_at_any_point(void **state)
{
    (void)state;
    for (int point = 0; point < 5; point++) {
        void *inner;
        setup(&inner);
        fixture_t *f = inner;
        tell_topology(f, SESSION);
        connect_all(f, 1);
        activate(f->h, 1, 1, 0);
        ph_msg_bitfield_distribution_distribute_bitfield_t own = {ph_harness_hash(1), signed_by(f, ME, 1, 5)};
        ph_harness_send(f->h, PH_MSG_BITFIELD_DISTRIBUTION_DISTRIBUTE_BITFIELD, &own);
        if (point > 0)
            session_answer_validators(&f->s, f->h);
        if (point > 1)
            session_answer_index(&f->s, f->h);
        if (point > 2) {
            ph_unchecked_signed_availability_bitfield_t a = signed_by(f, 4, 1, 3);
            hear(f, peer_of(2), 1, &a);
        }
        if (point > 3)
            activate(f->h, 2, 2, 1);
        ph_harness_conclude(f->h);
        ph_harness_drop_all(f->h);
        teardown(&inner);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(our_own_goes_to_row_and_column, setup, teardown),
        cmocka_unit_test_setup_teardown(a_neighbours_goes_the_other_way, setup, teardown),
        cmocka_unit_test_setup_teardown(a_peer_hears_each_bitfield_once_and_only_in_its_view, setup, teardown),
        cmocka_unit_test_setup_teardown(who_comes_back_is_told_again, setup, teardown),
        cmocka_unit_test_setup_teardown(what_came_too_early_is_sent_when_the_session_is_known, setup, teardown),
        cmocka_unit_test_setup_teardown(without_the_sessions_grid_only_luck_relays, setup, teardown),
        cmocka_unit_test_setup_teardown(every_fault_has_its_price, setup, teardown),
        cmocka_unit_test_setup_teardown(before_the_session_is_known_bitfields_wait, setup, teardown),
        cmocka_unit_test_setup_teardown(without_validators_they_cost_little, setup, teardown),
        cmocka_unit_test_setup_teardown(bitfields_of_a_leaf_just_left_are_free, setup, teardown),
        cmocka_unit_test_setup_teardown(benefits_are_summed_up, setup, teardown),
        cmocka_unit_test_setup_teardown(a_replaced_leaf_takes_its_bitfields_along, setup, teardown),
        cmocka_unit_test_setup_teardown(strangers_do_no_harm, setup, teardown),
        cmocka_unit_test(conclude_at_any_point),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
