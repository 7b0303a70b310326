/* The Network Bridge, alone, against peers that the test plays on the simulated network. */
#include "support/cmocka.h"

#include "base/vec.h"
#include "node/network_bridge/network_bridge.h"
#include "primitives/protocols.h"
#include "protocol/availability_distribution.h"
#include "protocol/availability_recovery.h"
#include "protocol/bitfield_distribution.h"
#include "protocol/collator_protocol.h"
#include "protocol/network_bridge.h"
#include "protocol/pov_distribution.h"
#include "protocol/statement_distribution.h"
#include "support/harness.h"

enum { PEERS = 3 };
static const ph_protocol_id_t VALIDATION = PH_PROTO_VALIDATION_3, COLLATION = PH_PROTO_COLLATION_2;

typedef struct peer {
    ph_env_t *env;
    unsigned opened, closed;
    PH_LIST(ph_buf_t *) heard;
    PH_LIST(ph_net_ticket_t) tickets;
    PH_LIST(ph_buf_t *) requests;
    int answers;
    ph_err_t err;
    ph_buf_t *answer;
} peer_t;

typedef struct fixture {
    ph_harness_t *h;
    ph_network_bridge_config_t config;
    peer_t peers[PEERS + 1]; /* by index of the node; 0 is ours */
} fixture_t;

static void on_opened(void *ctx, ph_peer_id_t from, ph_bytes_t handshake)
{
    peer_t *p = ctx;
    assert_int_equal(from.v, 0);
    assert_int_equal(handshake.len, 1);
    assert_int_equal(handshake.data[0], PH_OBSERVED_ROLE_AUTHORITY);
    p->opened++;
}
static void on_closed(void *ctx, ph_peer_id_t from, bool was_open)
{
    (void)from;
    ((peer_t *)ctx)->closed += was_open;
}
static void on_notified(void *ctx, ph_peer_id_t from, ph_buf_t *message)
{
    (void)from;
    ph_list_push(NULL, &((peer_t *)ctx)->heard, ph_buf_ref(message));
}
static void on_requested(void *ctx, ph_peer_id_t from, ph_net_ticket_t ticket, ph_buf_t *request)
{
    (void)from;
    ph_list_push(NULL, &((peer_t *)ctx)->tickets, ticket);
    ph_list_push(NULL, &((peer_t *)ctx)->requests, ph_buf_ref(request));
}

static const ph_net_handler_t streams = {.opened = on_opened, .closed = on_closed, .notified = on_notified};
static const ph_net_handler_t requests = {.requested = on_requested};

static void handshake(peer_t *p, ph_bytes_t shake)
{
    ph_net_handle(p->env, VALIDATION, &streams, p, shake);
    ph_net_handle(p->env, COLLATION, &streams, p, shake);
}

static int setup(void **state)
{
    fixture_t *f = ph_mem_alloc(NULL, sizeof *f);
    f->h = ph_harness_prepare(PH_SUBSYSTEM_NETWORK_BRIDGE);
    for (uint8_t i = 1; i <= PEERS; i++) {
        ph_authority_discovery_id_t id = {{i}};
        f->peers[i].env = ph_world_add_node(ph_harness_world(f->h), "peer");
        ph_hub_register(ph_world_hub(ph_harness_world(f->h)), i, &id);
        handshake(&f->peers[i], PH_BYTES_LIT("\x01"));
        ph_net_handle(f->peers[i].env, PH_PROTO_REQ_CHUNK_2, &requests, &f->peers[i], (ph_bytes_t){0});
    }
    f->config =
        (ph_network_bridge_config_t){.roles = PH_OBSERVED_ROLE_AUTHORITY, .serves_validation = true, .slot_ms = 6000};
    ph_harness_start(f->h, &ph_network_bridge_ops, &f->config);
    *state = f;
    return 0;
}

static void forget_heard(peer_t *p)
{
    for (size_t i = 0; i < p->heard.count; i++)
        ph_buf_unref(p->heard.items[i]);
    p->heard.count = 0;
}

static int teardown(void **state)
{
    fixture_t *f = *state;
    ph_harness_free(f->h);
    for (size_t i = 1; i <= PEERS; i++) {
        peer_t *p = &f->peers[i];
        forget_heard(p);
        for (size_t r = 0; r < p->requests.count; r++)
            ph_buf_unref(p->requests.items[r]);
        ph_buf_unref(p->answer);
        ph_list_free(&p->heard);
        ph_list_free(&p->tickets);
        ph_list_free(&p->requests);
    }
    ph_mem_free(f);
    return 0;
}

/* ---- what the bridge tells ---- */

/* Which of the receivers has its turn first does not matter. */
static const void *take_one(fixture_t *f, uint8_t to, uint8_t kind)
{
    ph_msg_t *msg = ph_harness_take(f->h, to, kind);
    assert_non_null(msg);
    return ph_msg_payload(msg);
}

static const ph_validation_event_t *expect_validation(fixture_t *f, uint8_t to, ph_validation_event_kind_t kind)
{
    const ph_validation_event_t *e;
    if (to == PH_SUBSYSTEM_STATEMENT_DISTRIBUTION)
        e = &((const ph_msg_statement_distribution_network_event_t *)take_one(
                  f, to, PH_MSG_STATEMENT_DISTRIBUTION_NETWORK_EVENT))
                 ->event;
    else
        e = &((const ph_msg_bitfield_distribution_network_event_t *)take_one(
                  f, to, PH_MSG_BITFIELD_DISTRIBUTION_NETWORK_EVENT))
                 ->event;
    assert_int_equal(e->kind, kind);
    return e;
}

/* Both gossip subsystems hear it. */
static const ph_validation_event_t *expect_both(fixture_t *f, ph_validation_event_kind_t kind)
{
    const ph_validation_event_t *a = expect_validation(f, PH_SUBSYSTEM_STATEMENT_DISTRIBUTION, kind);
    const ph_validation_event_t *b = expect_validation(f, PH_SUBSYSTEM_BITFIELD_DISTRIBUTION, kind);
    assert_true(ph_validation_event_equal(a, b));
    return a;
}

static const ph_collation_event_t *expect_collation(fixture_t *f, ph_collation_event_kind_t kind)
{
    const ph_msg_collator_protocol_network_event_t *m =
        take_one(f, PH_SUBSYSTEM_COLLATOR_PROTOCOL, PH_MSG_COLLATOR_PROTOCOL_NETWORK_EVENT);
    assert_int_equal(m->event.kind, kind);
    return &m->event;
}

static void settle(fixture_t *f)
{
    ph_harness_advance(f->h, 1);
}

static void open(fixture_t *f, uint32_t i, ph_protocol_id_t proto)
{
    ph_net_open(f->peers[i].env, (ph_peer_id_t){0}, proto);
    settle(f);
}

static void expect_connected(fixture_t *f, uint32_t i)
{
    const ph_validation_event_t *e = expect_both(f, PH_VALIDATION_EVENT_PEER_CONNECTED);
    assert_int_equal(e->peer_connected.peer.v, i);
    assert_int_equal(e->peer_connected.role.kind, PH_OBSERVED_ROLE_FULL);
    assert_int_equal(e->peer_connected.version, 3);
    assert_true(e->peer_connected.authority.some);
    assert_int_equal(e->peer_connected.authority.value.bytes[0], i);
    e = expect_both(f, PH_VALIDATION_EVENT_PEER_VIEW_CHANGE);
    assert_int_equal(e->peer_view_change.peer.v, i);
    assert_int_equal(e->peer_view_change.view.heads.count, 0);
    ph_harness_expect_nothing(f->h);
}

static void connect(fixture_t *f, uint32_t i)
{
    open(f, i, VALIDATION);
    expect_connected(f, i);
}

static void say(fixture_t *f, uint32_t i, ph_protocol_id_t proto, ph_bytes_t bytes)
{
    ph_buf_t *buf = ph_buf_new(bytes);
    ph_net_notify(f->peers[i].env, (ph_peer_id_t){0}, proto, buf);
    ph_buf_unref(buf);
    settle(f);
}

static void say_view(fixture_t *f, uint32_t i, size_t heads, uint32_t finalized)
{
    ph_hash_t list[8];
    for (uint32_t h = 0; h < 8; h++)
        list[h] = ph_harness_hash(100 + h);
    ph_writer_t w = PH_WRITER_HEAP;
    ph_validation_wire_message_v3_encode(
        &w, &(ph_validation_wire_message_v3_t){.kind = PH_VALIDATION_WIRE_MESSAGE_V3_VIEW_UPDATE,
                                               .view_update = {{list, heads}, finalized}});
    say(f, i, VALIDATION, ph_writer_bytes(&w));
    ph_writer_free(&w);
}

/* ---- connections ---- */

static void between_connect_and_disconnect_and_only_there(void **state)
{
    fixture_t *f = *state;
    connect(f, 1);
    assert_int_equal(f->peers[1].opened, 1);
    say_view(f, 1, 2, 7);
    const ph_validation_event_t *e = expect_both(f, PH_VALIDATION_EVENT_PEER_VIEW_CHANGE);
    assert_int_equal(e->peer_view_change.view.heads.count, 2);
    assert_int_equal(e->peer_view_change.view.finalized_number, 7);
    ph_net_close(f->peers[1].env, (ph_peer_id_t){0}, VALIDATION);
    settle(f);
    assert_int_equal(expect_both(f, PH_VALIDATION_EVENT_PEER_DISCONNECTED)->peer_disconnected.v, 1);
    ph_harness_expect_nothing(f->h);
    open(f, 1, VALIDATION); /* again */
    expect_connected(f, 1);
}

static void the_two_sets_are_apart(void **state)
{
    fixture_t *f = *state;
    connect(f, 1);
    open(f, 1, COLLATION);
    const ph_collation_event_t *e = expect_collation(f, PH_COLLATION_EVENT_PEER_CONNECTED);
    assert_int_equal(e->peer_connected.peer.v, 1);
    assert_int_equal(e->peer_connected.version, 2);
    assert_int_equal(expect_collation(f, PH_COLLATION_EVENT_PEER_VIEW_CHANGE)->peer_view_change.view.heads.count, 0);
    ph_harness_expect_nothing(f->h);
    ph_net_close(f->peers[1].env, (ph_peer_id_t){0}, COLLATION);
    settle(f);
    expect_collation(f, PH_COLLATION_EVENT_PEER_DISCONNECTED);
    ph_harness_expect_nothing(f->h);
}

static void a_malformed_handshake_is_no_connection(void **state)
{
    fixture_t *f = *state;
    handshake(&f->peers[1], PH_BYTES_LIT("\x09"));
    handshake(&f->peers[2], PH_BYTES_LIT("\x01\x01"));
    open(f, 1, VALIDATION);
    open(f, 2, VALIDATION);
    ph_harness_expect_nothing(f->h);
    assert_int_equal(f->peers[1].closed + f->peers[2].closed, 2);
    assert_int_equal(ph_harness_events(f->h, "peer-penalised"), 2);
}

static void disconnecting_a_peer(void **state)
{
    fixture_t *f = *state;
    connect(f, 1);
    ph_msg_network_bridge_disconnect_peer_t msg = {{1}, {PH_PEER_SET_COLLATION}};
    open(f, 1, COLLATION);
    ph_harness_drop_all(f->h);
    ph_harness_send(f->h, PH_MSG_NETWORK_BRIDGE_DISCONNECT_PEER, &msg);
    settle(f);
    expect_collation(f, PH_COLLATION_EVENT_PEER_DISCONNECTED);
    ph_harness_expect_nothing(f->h);
    assert_int_equal(f->peers[1].closed, 1);
}

/* ---- reserved peers ---- */

static void reserve(fixture_t *f, uint8_t set, const uint8_t *who, size_t count)
{
    ph_authority_discovery_id_t ids[8] = {{{0}}};
    for (size_t i = 0; i < count; i++)
        ids[i].bytes[0] = who[i];
    ph_msg_network_bridge_connect_to_validators_t msg = {{ids, count}, {set}};
    ph_harness_send(f->h, PH_MSG_NETWORK_BRIDGE_CONNECT_TO_VALIDATORS, &msg);
    settle(f);
}

static void reserved_peers_are_connected_to_and_kept(void **state)
{
    fixture_t *f = *state;
    reserve(f, PH_PEER_SET_VALIDATION, (uint8_t[]){1, 2, 77}, 3); /* nobody knows where 77 is */
    assert_int_equal(f->peers[1].opened + f->peers[2].opened, 2);
    ph_harness_drop_all(f->h);
    ph_net_close(f->peers[1].env, (ph_peer_id_t){0}, VALIDATION);
    settle(f);
    expect_both(f, PH_VALIDATION_EVENT_PEER_DISCONNECTED);
    ph_harness_advance(f->h, 2000);
    assert_int_equal(f->peers[1].opened, 2); /* it is tried again */
    expect_connected(f, 1);
    open(f, 3, VALIDATION); /* opened to us */
    expect_connected(f, 3);
    reserve(f, PH_PEER_SET_VALIDATION, (uint8_t[]){2}, 1); /* the set is replaced */
    assert_int_equal(expect_both(f, PH_VALIDATION_EVENT_PEER_DISCONNECTED)->peer_disconnected.v, 1);
    ph_harness_advance(f->h, 5000);
    ph_harness_expect_nothing(f->h);
    assert_int_equal(f->peers[1].opened, 2);
    assert_int_equal(f->peers[3].closed, 0);              /* beside those that others opened to us */
    reserve(f, PH_PEER_SET_COLLATION, (uint8_t[]){3}, 1); /* each set by itself */
    expect_collation(f, PH_COLLATION_EVENT_PEER_CONNECTED);
    expect_collation(f, PH_COLLATION_EVENT_PEER_VIEW_CHANGE);
    ph_harness_expect_nothing(f->h);
}

static void a_failed_opening_does_not_close_what_the_peer_opened(void **state)
{
    fixture_t *f = *state;
    ph_world_partition(ph_harness_world(f->h), (const uint8_t[]){0, 1}, 2);
    ph_net_open(f->peers[1].env, (ph_peer_id_t){0}, VALIDATION);
    reserve(f, PH_PEER_SET_VALIDATION, (uint8_t[]){1}, 1);
    ph_harness_advance(f->h, 10500); /* the peer was told, we will be after as long again */
    ph_world_partition(ph_harness_world(f->h), NULL, 0);
    open(f, 1, VALIDATION);
    expect_connected(f, 1);
    ph_harness_advance(f->h, 15000);
    say_view(f, 1, 1, 0); /* still connected */
    assert_int_equal(expect_both(f, PH_VALIDATION_EVENT_PEER_VIEW_CHANGE)->peer_view_change.view.heads.count, 1);
    assert_int_equal(ph_harness_events(f->h, "peer-penalised"), 0);
}

static void an_unreachable_reserved_peer_is_tried_on(void **state)
{
    fixture_t *f = *state;
    ph_net_ban(f->peers[1].env, (ph_peer_id_t){0}, 5000000);
    reserve(f, PH_PEER_SET_VALIDATION, (uint8_t[]){1}, 1);
    ph_harness_advance(f->h, 4000);
    ph_harness_expect_nothing(f->h);
    ph_harness_advance(f->h, 4000);
    expect_connected(f, 1);
}

/* ---- views ---- */

static ph_view_t heard_view(peer_t *p, ph_arena_t *arena)
{
    ph_validation_wire_message_v3_t frame;
    assert_int_equal(p->heard.count, 1);
    assert_int_equal(ph_validation_wire_message_v3_decode_all(ph_buf_bytes(p->heard.items[0]), arena, &frame), PH_OK);
    assert_int_equal(frame.kind, PH_VALIDATION_WIRE_MESSAGE_V3_VIEW_UPDATE);
    return frame.view_update;
}

static void leaf(fixture_t *f, uint32_t block, uint32_t parent)
{
    ph_hash_t hash = ph_harness_hash(block), above = ph_harness_hash(parent);
    ph_harness_activate(f->h, &hash, block, &above);
    settle(f);
}

static void our_view_is_told_when_it_changed(void **state)
{
    fixture_t *f = *state;
    ph_arena_t *arena = ph_arena_new();
    ph_hash_t one = ph_harness_hash(1), two = ph_harness_hash(2);
    connect(f, 1);
    leaf(f, 1, 0);
    const ph_validation_event_t *e = expect_both(f, PH_VALIDATION_EVENT_OUR_VIEW_CHANGE);
    assert_int_equal(e->our_view_change.heads.count, 1);
    expect_collation(f, PH_COLLATION_EVENT_OUR_VIEW_CHANGE);
    ph_view_t view = heard_view(&f->peers[1], arena);
    assert_int_equal(view.heads.count, 1);
    assert_memory_equal(&view.heads.items[0], &one, 32);
    forget_heard(&f->peers[1]);
    ph_harness_finalize(f->h, &one, 1);
    settle(f);
    ph_harness_expect_nothing(f->h); /* the heads are the same */
    assert_int_equal(f->peers[1].heard.count, 0);
    leaf(f, 2, 1);
    view = heard_view(&f->peers[1], arena);
    assert_memory_equal(&view.heads.items[0], &two, 32);
    assert_int_equal(view.finalized_number, 1);
    ph_harness_drop_all(f->h);
    /* Whoever connects later hears it at once. */
    connect(f, 2);
    view = heard_view(&f->peers[2], arena);
    assert_memory_equal(&view.heads.items[0], &two, 32);
    ph_arena_free(arena);
}

static void a_view_holds_five_heads_newest_first(void **state)
{
    fixture_t *f = *state;
    ph_arena_t *arena = ph_arena_new();
    for (uint32_t i = 1; i <= 7; i++)
        leaf(f, i, 100);
    ph_harness_drop_all(f->h);
    connect(f, 1);
    ph_view_t view = heard_view(&f->peers[1], arena);
    assert_int_equal(view.heads.count, 5);
    for (uint32_t i = 0; i < 5; i++) {
        ph_hash_t expected = ph_harness_hash(7 - i);
        assert_memory_equal(&view.heads.items[i], &expected, 32);
    }
    ph_arena_free(arena);
}

static void an_empty_view_is_never_sent(void **state)
{
    fixture_t *f = *state;
    connect(f, 1);
    leaf(f, 1, 0);
    forget_heard(&f->peers[1]);
    ph_harness_drop_all(f->h);
    ph_hash_t other = ph_harness_hash(50);
    ph_harness_finalize(f->h, &other, 1); /* our only leaf is dead */
    settle(f);
    assert_int_equal(expect_both(f, PH_VALIDATION_EVENT_OUR_VIEW_CHANGE)->our_view_change.heads.count, 0);
    expect_collation(f, PH_COLLATION_EVENT_OUR_VIEW_CHANGE);
    assert_int_equal(f->peers[1].heard.count, 0);
}

static void bad_views_cost(void **state)
{
    fixture_t *f = *state;
    connect(f, 1);
    say_view(f, 1, 6, 0);
    say_view(f, 1, 0, 0);
    say(f, 1, VALIDATION, PH_BYTES_LIT("\x02junk"));
    ph_harness_expect_nothing(f->h);
    assert_int_equal(ph_harness_events(f->h, "peer-penalised"), 3);
    say_view(f, 1, 1, 7);
    expect_both(f, PH_VALIDATION_EVENT_PEER_VIEW_CHANGE);
    say_view(f, 1, 1, 6); /* finality goes back */
    assert_int_equal(ph_harness_events(f->h, "peer-penalised"), 4);
    say_view(f, 1, 5, 7);
    expect_both(f, PH_VALIDATION_EVENT_PEER_VIEW_CHANGE);
    ph_net_close(f->peers[1].env, (ph_peer_id_t){0}, VALIDATION);
    settle(f);
    ph_harness_drop_all(f->h);
    connect(f, 1);
    say_view(f, 1, 1, 2); /* a new connection begins anew */
    expect_both(f, PH_VALIDATION_EVENT_PEER_VIEW_CHANGE);
    assert_int_equal(ph_harness_events(f->h, "peer-penalised"), 4);
}

/* ---- messages ---- */

static ph_bytes_t a_bitfield(ph_arena_t *arena)
{
    ph_validation_wire_message_v3_t frame = {.kind = PH_VALIDATION_WIRE_MESSAGE_V3_PROTOCOL_MESSAGE};
    frame.protocol_message.kind = PH_VALIDATION_PROTOCOL_V3_BITFIELD_DISTRIBUTION;
    frame.protocol_message.bitfield_distribution.kind = PH_BITFIELD_DISTRIBUTION_MESSAGE_V3_BITFIELD;
    frame.protocol_message.bitfield_distribution.bitfield._1.payload.v = ph_bits_new(arena, 3);
    ph_writer_t w = ph_writer_in(arena);
    ph_validation_wire_message_v3_encode(&w, &frame);
    return ph_writer_bytes(&w);
}

static void messages_go_to_whom_they_concern(void **state)
{
    fixture_t *f = *state;
    ph_arena_t *arena = ph_arena_new();
    connect(f, 1);
    say(f, 1, VALIDATION, a_bitfield(arena));
    const ph_validation_event_t *e =
        expect_validation(f, PH_SUBSYSTEM_BITFIELD_DISTRIBUTION, PH_VALIDATION_EVENT_PEER_MESSAGE);
    assert_int_equal(e->peer_message.peer.v, 1);
    assert_int_equal(e->peer_message.message.v->kind, PH_VALIDATION_PROTOCOL_V3_BITFIELD_DISTRIBUTION);
    ph_harness_expect_nothing(f->h);
    ph_validation_wire_message_v3_t frame = {.kind = PH_VALIDATION_WIRE_MESSAGE_V3_PROTOCOL_MESSAGE};
    frame.protocol_message.kind = PH_VALIDATION_PROTOCOL_V3_STATEMENT_DISTRIBUTION;
    frame.protocol_message.statement_distribution.kind = PH_STATEMENT_DISTRIBUTION_MESSAGE_V3_BACKED_CANDIDATE_KNOWN;
    ph_writer_t w = ph_writer_in(arena);
    ph_validation_wire_message_v3_encode(&w, &frame);
    say(f, 1, VALIDATION, ph_writer_bytes(&w));
    expect_validation(f, PH_SUBSYSTEM_STATEMENT_DISTRIBUTION, PH_VALIDATION_EVENT_PEER_MESSAGE);
    ph_harness_expect_nothing(f->h);
    assert_int_equal(ph_harness_events(f->h, "peer-penalised"), 0);
    ph_arena_free(arena);
}

static void malformed_messages_cost_and_go_nowhere(void **state)
{
    fixture_t *f = *state;
    ph_arena_t *arena = ph_arena_new();
    ph_bytes_t good = a_bitfield(arena);
    unsigned faults = 0;
    connect(f, 1);
    for (size_t len = 0; len < good.len; len += 9, faults++)
        say(f, 1, VALIDATION, ph_bytes(good.data, len));
    uint8_t longer[300];
    memcpy(longer, good.data, good.len);
    longer[good.len] = 0;
    say(f, 1, VALIDATION, ph_bytes(longer, good.len + 1));
    say(f, 1, VALIDATION, PH_BYTES_LIT("\x07"));
    ph_harness_expect_nothing(f->h);
    assert_int_equal(ph_harness_events(f->h, "peer-penalised"), faults + 2);
    ph_arena_free(arena);
}

static void sent_messages_reach_connected_peers(void **state)
{
    fixture_t *f = *state;
    ph_arena_t *arena = ph_arena_new();
    ph_peer_id_t to[] = {{1}, {2}, {3}, {99}};
    connect(f, 1);
    connect(f, 3);
    ph_validation_wire_message_v3_t frame;
    assert_int_equal(ph_validation_wire_message_v3_decode_all(a_bitfield(arena), arena, &frame), PH_OK);
    ph_msg_network_bridge_send_validation_message_t msg = {{to, 4}, frame.protocol_message};
    ph_harness_send(f->h, PH_MSG_NETWORK_BRIDGE_SEND_VALIDATION_MESSAGE, &msg);
    settle(f);
    assert_int_equal(f->peers[1].heard.count, 1);
    assert_int_equal(f->peers[2].heard.count, 0);
    assert_int_equal(f->peers[3].heard.count, 1);
    assert_true(ph_bytes_equal(ph_buf_bytes(f->peers[1].heard.items[0]), a_bitfield(arena)));
    ph_arena_free(arena);
}

static void the_topology_is_passed_on(void **state)
{
    fixture_t *f = *state;
    ph_gossip_topology_t t = {.session = {5}};
    ph_shared_gossip_topology_t shared = ph_shared_gossip_topology_new(&t);
    ph_msg_network_bridge_new_gossip_topology_t msg = {shared};
    ph_harness_send(f->h, PH_MSG_NETWORK_BRIDGE_NEW_GOSSIP_TOPOLOGY, &msg);
    ph_shared_gossip_topology_unref(shared);
    assert_int_equal(expect_both(f, PH_VALIDATION_EVENT_NEW_GOSSIP_TOPOLOGY)->new_gossip_topology.v->session.v, 5);
}

/* ---- reputation ---- */

static void report(fixture_t *f, uint32_t peer, uint8_t kind)
{
    ph_msg_network_bridge_report_peer_t msg = {
        {peer},
        {kind},
        PH_BYTES_LIT("a reason that is longer than anybody would ever want to read in a line of a log, really")};
    ph_harness_send(f->h, PH_MSG_NETWORK_BRIDGE_REPORT_PEER, &msg);
    settle(f);
}

static void enough_of_it_costs_the_connection(void **state)
{
    fixture_t *f = *state;
    connect(f, 1);
    connect(f, 2);
    /* 71 % of 2^31 over 300 000 */
    for (int i = 0; i < 5082; i++)
        report(f, 1, PH_REPUTATION_COST_MAJOR);
    assert_int_equal(ph_harness_events(f->h, "peer-banned"), 0);
    for (int i = 0; i < 60; i++) /* reputations recover a little meanwhile */
        report(f, 1, PH_REPUTATION_COST_MAJOR_REPEATED);
    assert_int_equal(ph_harness_events(f->h, "peer-banned"), 1);
    assert_int_equal(expect_both(f, PH_VALIDATION_EVENT_PEER_DISCONNECTED)->peer_disconnected.v, 1);
    assert_int_equal(f->peers[1].closed, 1);
    open(f, 1, VALIDATION); /* not now */
    ph_harness_expect_nothing(f->h);
    assert_int_equal(f->peers[2].closed, 0);
}

static void malice_is_enough_at_once_and_forgiven_at_last(void **state)
{
    fixture_t *f = *state;
    reserve(f, PH_PEER_SET_VALIDATION, (uint8_t[]){1}, 1);
    ph_harness_drop_all(f->h);
    report(f, 1, PH_REPUTATION_MALICIOUS);
    assert_int_equal(ph_harness_events(f->h, "peer-banned"), 1);
    expect_both(f, PH_VALIDATION_EVENT_PEER_DISCONNECTED);
    report(f, 1, PH_REPUTATION_COST_MINOR);
    assert_int_equal(ph_harness_events(f->h, "peer-banned"), 1); /* banned already */
    ph_harness_advance(f->h, 30000);
    ph_harness_expect_nothing(f->h); /* reserved or not */
    ph_harness_advance(f->h, 60000); /* 200 · ln(1/0.71) s */
    expect_connected(f, 1);
}

static void batches_and_benefits_count(void **state)
{
    fixture_t *f = *state;
    connect(f, 1);
    connect(f, 2);
    ph_tup_peer_id_i32_t changes[] = {{{1}, -1600000000}, {{2}, INT32_MAX}, {{77}, 5}};
    ph_msg_network_bridge_report_batch_t msg = {{changes, 3}};
    ph_harness_send(f->h, PH_MSG_NETWORK_BRIDGE_REPORT_BATCH, &msg);
    settle(f);
    assert_int_equal(ph_harness_events(f->h, "peer-banned"), 1);
    expect_both(f, PH_VALIDATION_EVENT_PEER_DISCONNECTED);
    ph_harness_send(f->h, PH_MSG_NETWORK_BRIDGE_REPORT_BATCH, &msg); /* 2 does not rise without bound */
    settle(f);
    ph_harness_drop_all(f->h);
    changes[0] = (ph_tup_peer_id_i32_t){{2}, INT32_MIN};
    changes[1] = (ph_tup_peer_id_i32_t){{2}, -1600000000};
    ph_harness_send(f->h, PH_MSG_NETWORK_BRIDGE_REPORT_BATCH, &msg);
    settle(f);
    assert_int_equal(ph_harness_events(f->h, "peer-banned"), 2);
    ph_harness_drop_all(f->h);
}

/* ---- requests ---- */

static ph_harness_question_t *ask(fixture_t *f, ph_recipient_t to)
{
    ph_msg_network_bridge_send_request_t msg = {to, PH_PROTO_REQ_CHUNK_2, PH_BYTES_LIT("question")};
    ph_harness_question_t *q = ph_harness_ask(f->h, PH_MSG_NETWORK_BRIDGE_SEND_REQUEST, &msg);
    settle(f);
    return q;
}

static ph_recipient_t authority(uint8_t i)
{
    return (ph_recipient_t){.kind = PH_RECIPIENT_AUTHORITY, .authority = {{i}}};
}

static void assert_failure(fixture_t *f, ph_harness_question_t *q, ph_request_failure_kind_t kind)
{
    const ph_res_bytes_request_failure_t *answer = ph_harness_answer(f->h, q, NULL);
    assert_non_null(answer);
    assert_int_equal(answer->kind, PH_RES_BYTES_REQUEST_FAILURE_ERR);
    assert_int_equal(answer->err.kind, kind);
}

static void requests_are_carried_both_ways(void **state)
{
    fixture_t *f = *state;
    ph_harness_question_t *q = ask(f, authority(1));
    assert_int_equal(f->peers[1].requests.count, 1);
    assert_true(ph_bytes_equal(ph_buf_bytes(f->peers[1].requests.items[0]), PH_BYTES_LIT("question")));
    ph_buf_t *answer = ph_buf_new(PH_BYTES_LIT("answer"));
    ph_net_respond(f->peers[1].env, f->peers[1].tickets.items[0], PH_OK, answer);
    ph_buf_unref(answer);
    settle(f);
    const ph_res_bytes_request_failure_t *reply = ph_harness_answer(f->h, q, NULL);
    assert_non_null(reply);
    assert_int_equal(reply->kind, PH_RES_BYTES_REQUEST_FAILURE_OK);
    assert_true(ph_bytes_equal(reply->ok, PH_BYTES_LIT("answer")));
    q = ask(f, (ph_recipient_t){.kind = PH_RECIPIENT_PEER, .peer = {2}});
    assert_int_equal(f->peers[2].requests.count, 1);
    ph_net_respond(f->peers[2].env, f->peers[2].tickets.items[0], PH_ERR_REFUSED, NULL);
    settle(f);
    assert_failure(f, q, PH_REQUEST_FAILURE_REFUSED);
}

static void requests_fail_for_what_they_are(void **state)
{
    fixture_t *f = *state;
    assert_failure(f, ask(f, authority(77)), PH_REQUEST_FAILURE_UNKNOWN);
    ph_harness_question_t *q = ask(f, authority(1));
    ph_harness_advance(f->h, 5000);
    assert_failure(f, q, PH_REQUEST_FAILURE_TIMEOUT);
    ph_world_crash(ph_harness_world(f->h), 2);
    q = ask(f, authority(2));
    ph_harness_advance(f->h, 100);
    assert_failure(f, q, PH_REQUEST_FAILURE_DISCONNECTED);
    q = ask(f, authority(3));
    size_t len = ph_protocols[PH_PROTO_REQ_CHUNK_2].max_response + (size_t)1;
    ph_buf_t *huge = ph_buf_take(ph_mem_alloc(NULL, len), len);
    ph_net_respond(f->peers[3].env, f->peers[3].tickets.items[0], PH_OK, huge);
    ph_buf_unref(huge);
    ph_harness_advance(f->h, 100);
    assert_failure(f, q, PH_REQUEST_FAILURE_TOO_LARGE);
}

static void take(void *ctx, ph_err_t err, ph_buf_t *response)
{
    peer_t *p = ctx;
    p->answers++;
    p->err = err;
    ph_buf_unref(p->answer);
    p->answer = response ? ph_buf_ref(response) : NULL;
}

static void peer_asks(fixture_t *f, uint32_t i, ph_protocol_id_t proto, ph_bytes_t bytes)
{
    ph_buf_t *buf = ph_buf_new(bytes);
    ph_net_request(f->peers[i].env, (ph_peer_id_t){0}, proto, buf, take, &f->peers[i]);
    ph_buf_unref(buf);
    settle(f);
}

static void incoming_requests_go_to_whom_they_concern(void **state)
{
    fixture_t *f = *state;
    uint8_t zeros[200] = {0};
    static const struct {
        ph_protocol_id_t protocol;
        uint8_t to, kind;
        size_t len;
    } all[] = {
        {PH_PROTO_REQ_CHUNK_1, PH_SUBSYSTEM_AVAILABILITY_DISTRIBUTION,
         PH_MSG_AVAILABILITY_DISTRIBUTION_INCOMING_CHUNK_REQUEST_V1, 36},
        {PH_PROTO_REQ_CHUNK_2, PH_SUBSYSTEM_AVAILABILITY_DISTRIBUTION,
         PH_MSG_AVAILABILITY_DISTRIBUTION_INCOMING_CHUNK_REQUEST_V2, 36},
        {PH_PROTO_REQ_POV_1, PH_SUBSYSTEM_POV_DISTRIBUTION, PH_MSG_POV_DISTRIBUTION_INCOMING_POV_REQUEST, 32},
        {PH_PROTO_REQ_AVAILABLE_DATA_1, PH_SUBSYSTEM_AVAILABILITY_RECOVERY,
         PH_MSG_AVAILABILITY_RECOVERY_INCOMING_AVAILABLE_DATA_REQUEST, 32},
        {PH_PROTO_REQ_COLLATION_2, PH_SUBSYSTEM_COLLATOR_PROTOCOL, PH_MSG_COLLATOR_PROTOCOL_INCOMING_COLLATION_REQUEST,
         68},
        {PH_PROTO_REQ_ATTESTED_CANDIDATE_2, PH_SUBSYSTEM_STATEMENT_DISTRIBUTION,
         PH_MSG_STATEMENT_DISTRIBUTION_INCOMING_ATTESTED_CANDIDATE, 34},
    };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        peer_asks(f, 1, all[i].protocol, ph_bytes(zeros, all[i].len));
        ph_harness_expect(f->h, all[i].to, all[i].kind);
        ph_harness_expect_nothing(f->h);
        int before = f->peers[2].answers;
        peer_asks(f, 2, all[i].protocol, ph_bytes(zeros, all[i].len + 1)); /* rubbish */
        ph_harness_expect_nothing(f->h);
        assert_int_equal(f->peers[2].answers, before + 1);
        assert_int_equal(f->peers[2].err, PH_ERR_REFUSED);
        assert_int_equal(ph_harness_events(f->h, "peer-penalised"), i + 1);
    }
}

static void answers_go_back_by_ticket(void **state)
{
    fixture_t *f = *state;
    uint8_t zeros[36] = {0};
    for (int refused = 0; refused < 2; refused++) {
        peer_asks(f, 1, PH_PROTO_REQ_CHUNK_2, ph_bytes(zeros, 36));
        const ph_msg_availability_distribution_incoming_chunk_request_v2_t *in = ph_msg_payload(ph_harness_expect(
            f->h, PH_SUBSYSTEM_AVAILABILITY_DISTRIBUTION, PH_MSG_AVAILABILITY_DISTRIBUTION_INCOMING_CHUNK_REQUEST_V2));
        assert_int_equal(in->peer.v, 1);
        ph_msg_network_bridge_respond_t msg = {in->ticket, {!refused, PH_BYTES_LIT("answer")}};
        ph_harness_send(f->h, PH_MSG_NETWORK_BRIDGE_RESPOND, &msg);
        settle(f);
        assert_int_equal(f->peers[1].err, refused ? PH_ERR_REFUSED : PH_OK);
        if (!refused)
            assert_true(ph_bytes_equal(ph_buf_bytes(f->peers[1].answer), PH_BYTES_LIT("answer")));
        ph_harness_send(f->h, PH_MSG_NETWORK_BRIDGE_RESPOND, &msg); /* again: nothing */
        settle(f);
        assert_int_equal(f->peers[1].answers, refused + 1);
    }
}

/* ---- ends ---- */

static void after_conclude_nobody_listens(void **state)
{
    fixture_t *f = *state;
    uint8_t zeros[36] = {0};
    connect(f, 1);
    ph_err_t err;
    ph_harness_question_t *q = ask(f, authority(1));
    ph_harness_conclude(f->h);
    ph_buf_t *answer = ph_buf_new(PH_BYTES_LIT("answer"));
    ph_net_respond(f->peers[1].env, f->peers[1].tickets.items[0], PH_OK, answer);
    ph_buf_unref(answer);
    open(f, 2, VALIDATION);
    say_view(f, 1, 1, 1);
    peer_asks(f, 3, PH_PROTO_REQ_CHUNK_2, ph_bytes(zeros, 36));
    ph_harness_advance(f->h, 10000);
    ph_harness_expect_nothing(f->h);
    assert_null(ph_harness_answer(f->h, q, &err));
}

static void a_collators_node_speaks_collation_only(void **state)
{
    (void)state;
    ph_harness_t *h = ph_harness_prepare(PH_SUBSYSTEM_NETWORK_BRIDGE);
    ph_network_bridge_config_t config = {
        .roles = PH_OBSERVED_ROLE_AUTHORITY, .serves_validation = false, .slot_ms = 6000};
    peer_t peer = {.env = ph_world_add_node(ph_harness_world(h), "peer")};
    handshake(&peer, PH_BYTES_LIT("\x04"));
    ph_harness_start(h, &ph_network_bridge_ops, &config);
    ph_net_open(peer.env, (ph_peer_id_t){0}, VALIDATION);
    ph_harness_advance(h, 1);
    ph_harness_expect_nothing(h);
    assert_int_equal(peer.opened, 0);
    ph_net_open(peer.env, (ph_peer_id_t){0}, COLLATION);
    ph_harness_advance(h, 1);
    const ph_msg_collator_protocol_network_event_t *m =
        ph_msg_payload(ph_harness_expect(h, PH_SUBSYSTEM_COLLATOR_PROTOCOL, PH_MSG_COLLATOR_PROTOCOL_NETWORK_EVENT));
    assert_int_equal(m->event.peer_connected.role.kind, PH_OBSERVED_ROLE_AUTHORITY);
    assert_false(m->event.peer_connected.authority.some);
    ph_harness_drop_all(h);
    ph_harness_free(h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(between_connect_and_disconnect_and_only_there, setup, teardown),
        cmocka_unit_test_setup_teardown(the_two_sets_are_apart, setup, teardown),
        cmocka_unit_test_setup_teardown(a_malformed_handshake_is_no_connection, setup, teardown),
        cmocka_unit_test_setup_teardown(disconnecting_a_peer, setup, teardown),
        cmocka_unit_test_setup_teardown(reserved_peers_are_connected_to_and_kept, setup, teardown),
        cmocka_unit_test_setup_teardown(a_failed_opening_does_not_close_what_the_peer_opened, setup, teardown),
        cmocka_unit_test_setup_teardown(an_unreachable_reserved_peer_is_tried_on, setup, teardown),
        cmocka_unit_test_setup_teardown(our_view_is_told_when_it_changed, setup, teardown),
        cmocka_unit_test_setup_teardown(a_view_holds_five_heads_newest_first, setup, teardown),
        cmocka_unit_test_setup_teardown(an_empty_view_is_never_sent, setup, teardown),
        cmocka_unit_test_setup_teardown(bad_views_cost, setup, teardown),
        cmocka_unit_test_setup_teardown(messages_go_to_whom_they_concern, setup, teardown),
        cmocka_unit_test_setup_teardown(malformed_messages_cost_and_go_nowhere, setup, teardown),
        cmocka_unit_test_setup_teardown(sent_messages_reach_connected_peers, setup, teardown),
        cmocka_unit_test_setup_teardown(the_topology_is_passed_on, setup, teardown),
        cmocka_unit_test_setup_teardown(enough_of_it_costs_the_connection, setup, teardown),
        cmocka_unit_test_setup_teardown(malice_is_enough_at_once_and_forgiven_at_last, setup, teardown),
        cmocka_unit_test_setup_teardown(batches_and_benefits_count, setup, teardown),
        cmocka_unit_test_setup_teardown(requests_are_carried_both_ways, setup, teardown),
        cmocka_unit_test_setup_teardown(requests_fail_for_what_they_are, setup, teardown),
        cmocka_unit_test_setup_teardown(incoming_requests_go_to_whom_they_concern, setup, teardown),
        cmocka_unit_test_setup_teardown(answers_go_back_by_ticket, setup, teardown),
        cmocka_unit_test_setup_teardown(after_conclude_nobody_listens, setup, teardown),
        cmocka_unit_test(a_collators_node_speaks_collation_only),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
