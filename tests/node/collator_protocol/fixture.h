/* Either side of the Collator Protocol, alone: a network of 6 validators in 2 groups on 2 cores. Peer p is, where it is
 * a validator, validator p. */
#ifndef PH_TESTS_NODE_COLLATOR_PROTOCOL_FIXTURE_H
#define PH_TESTS_NODE_COLLATOR_PROTOCOL_FIXTURE_H

#include "node/collation_parts.h"

#include "node/collator_protocol/collator_protocol.h"
#include "primitives/hash_of.h"
#include "primitives/payload.h"
#include "primitives/protocols.h"
#include "protocol/candidate_selection.h"
#include "protocol/collator_protocol.h"
#include "protocol/network_bridge.h"

enum { PARA = 2000, OTHER = 2001, SESSION = 7, LOOKAHEAD = 3, SLOT_MS = 6000, LOCAL_PEER = 0x01020304 };

typedef struct fixture {
    ph_harness_t *h;
    ph_keystore_t *keystore;
    ph_collator_protocol_config_t config;
    parts_t parts;
    ph_hash_t leaf;
    ph_collator_id_t us;   /* collator's side */
    ph_keystore_t *others; /* keys of collators that we meet on the validator's side */
} fixture_t;

static inline fixture_t *fixture_new(void)
{
    fixture_t *f = ph_mem_alloc(NULL, sizeof *f);
    f->parts = (parts_t){
        .validators = 6, .groups = 2, .rotation = 5, .now = 2, .claims = {{PARA, PARA}, {OTHER}}, .session = SESSION};
    f->h = ph_harness_prepare(PH_SUBSYSTEM_COLLATOR_PROTOCOL);
    f->keystore = ph_keystore_new(ph_harness_env(f->h), true);
    f->others = ph_keystore_new(ph_harness_env(f->h), true);
    f->config =
        (ph_collator_protocol_config_t){.keystore = f->keystore, .local_peer = {LOCAL_PEER}, .slot_ms = SLOT_MS};
    return f;
}

static inline void fixture_free(fixture_t *f)
{
    ph_harness_free(f->h);
    ph_keystore_free(f->keystore);
    ph_keystore_free(f->others);
    ph_mem_free(f);
}

static inline void start(fixture_t *f)
{
    ph_harness_start(f->h, &ph_collator_protocol_ops, &f->config);
}

static inline void activate(fixture_t *f, uint32_t n)
{
    ph_hash_t parent = ph_harness_hash(n - 1);
    f->leaf = ph_harness_hash(n);
    ph_harness_activate(f->h, &f->leaf, n, &parent);
}

/* ---- network events ---- */

static inline void event(fixture_t *f, const ph_collation_event_t *e)
{
    ph_msg_collator_protocol_network_event_t msg = {.event = *e};
    ph_harness_send(f->h, PH_MSG_COLLATOR_PROTOCOL_NETWORK_EVENT, &msg);
}

static inline void view_of(fixture_t *f, uint32_t peer, const ph_hash_t *head)
{
    ph_view_t view = {.heads = {(ph_hash_t *)(uintptr_t)head, head != NULL}};
    event(f, &(ph_collation_event_t){.kind = PH_COLLATION_EVENT_PEER_VIEW_CHANGE, .peer_view_change = {{peer}, view}});
}

static inline void connect_peer(fixture_t *f, uint32_t peer, bool is_validator)
{
    ph_peer_connected_t connected = {.peer = {peer}, .role = {PH_OBSERVED_ROLE_FULL}, .version = 2};
    if (is_validator)
        connected.authority = (ph_opt_authority_discovery_id_t){true, parts_authority(peer)};
    event(f, &(ph_collation_event_t){.kind = PH_COLLATION_EVENT_PEER_CONNECTED, .peer_connected = connected});
    view_of(f, peer, NULL);
}

static inline void disconnected(fixture_t *f, uint32_t peer)
{
    event(f, &(ph_collation_event_t){.kind = PH_COLLATION_EVENT_PEER_DISCONNECTED, .peer_disconnected = {peer}});
}

static inline void hear(fixture_t *f, uint32_t peer, const ph_collator_protocol_message_v2_t *message)
{
    ph_collation_protocol_v2_t protocol = {.kind = PH_COLLATION_PROTOCOL_V2_COLLATOR_PROTOCOL,
                                           .collator_protocol = *message};
    ph_shared_collation_protocol_v2_t shared = ph_shared_collation_protocol_v2_new(&protocol);
    event(f, &(ph_collation_event_t){.kind = PH_COLLATION_EVENT_PEER_MESSAGE, .peer_message = {{peer}, shared}});
    ph_shared_collation_protocol_v2_unref(shared);
}

static inline void hear_advertisement(fixture_t *f, uint32_t peer, const ph_hash_t *block, uint8_t candidate)
{
    ph_collator_protocol_message_v2_t m = {.kind = PH_COLLATOR_PROTOCOL_MESSAGE_V2_ADVERTISE_COLLATION};
    m.advertise_collation.scheduling_parent = *block;
    m.advertise_collation.candidate_hash.bytes[0] = candidate;
    hear(f, peer, &m);
}

static inline void hear_seconded(fixture_t *f, uint32_t peer, uint8_t kind)
{
    ph_collator_protocol_message_v2_t m = {.kind = PH_COLLATOR_PROTOCOL_MESSAGE_V2_COLLATION_SECONDED};
    m.collation_seconded._0 = f->leaf;
    m.collation_seconded._1.payload.kind = kind;
    hear(f, peer, &m);
}

/* ---- what it says to the bridge ---- */

static inline void expect_report(fixture_t *f, uint32_t peer, ph_reputation_kind_t kind)
{
    const ph_msg_network_bridge_report_peer_t *report =
        ph_msg_payload(ph_harness_expect(f->h, PH_SUBSYSTEM_NETWORK_BRIDGE, PH_MSG_NETWORK_BRIDGE_REPORT_PEER));
    assert_int_equal(report->peer.v, peer);
    assert_int_equal(report->reputation.kind, kind);
    assert_true(report->reason.len > 0);
}

static inline void expect_disconnect(fixture_t *f, uint32_t peer)
{
    const ph_msg_network_bridge_disconnect_peer_t *out =
        ph_msg_payload(ph_harness_expect(f->h, PH_SUBSYSTEM_NETWORK_BRIDGE, PH_MSG_NETWORK_BRIDGE_DISCONNECT_PEER));
    assert_int_equal(out->peer.v, peer);
    assert_int_equal(out->peer_set.kind, PH_PEER_SET_COLLATION);
}

static inline const ph_collator_protocol_message_v2_t *expect_said(fixture_t *f, uint32_t peer, uint8_t kind)
{
    const ph_msg_network_bridge_send_collation_message_t *out = ph_msg_payload(
        ph_harness_expect(f->h, PH_SUBSYSTEM_NETWORK_BRIDGE, PH_MSG_NETWORK_BRIDGE_SEND_COLLATION_MESSAGE));
    assert_int_equal(out->peers.count, 1);
    assert_int_equal(out->peers.items[0].v, peer);
    assert_int_equal(out->message.collator_protocol.kind, kind);
    return &out->message.collator_protocol;
}

#endif
