#include <string.h>

#include "node/network_bridge/bridge.h"

/* Peers: streams, views, reputations. Values of polkadot-sdk; reputations recover by 1/200 a second. (node.md section
 * 3; sc-network peer store.) */
static const int64_t CHANGE[] = {
    [PH_REPUTATION_COST_MINOR] = -100000,         [PH_REPUTATION_COST_MINOR_REPEATED] = -200000,
    [PH_REPUTATION_COST_MAJOR] = -300000,         [PH_REPUTATION_COST_MAJOR_REPEATED] = -600000,
    [PH_REPUTATION_MALICIOUS] = INT32_MIN,        [PH_REPUTATION_BENEFIT_MINOR] = 10000,
    [PH_REPUTATION_BENEFIT_MINOR_FIRST] = 15000,  [PH_REPUTATION_BENEFIT_MAJOR] = 200000,
    [PH_REPUTATION_BENEFIT_MAJOR_FIRST] = 300000,
};
#define BAN_BELOW (71 * (INT32_MIN / 100))
enum { DECAY = 200, BAN_SECONDS_MAX = 3600 };

ph_protocol_id_t ph_bridge_protocol_of(unsigned set)
{
    return set == PH_PEER_SET_VALIDATION ? PH_PROTO_VALIDATION_3 : PH_PROTO_COLLATION_2;
}

peer_t *ph_bridge_peer(bridge_t *bridge, ph_peer_id_t peer)
{
    return ph_map_get(&bridge->peers, &peer);
}

/* ---- reputation ---- */

static int64_t decayed(int64_t reputation, uint64_t seconds)
{
    for (; seconds && reputation; seconds--) {
        int64_t step = reputation / DECAY;
        reputation -= step ? step : reputation > 0 ? 1 : -1;
    }
    return reputation;
}

static uint64_t seconds_until_forgiven(int64_t reputation)
{
    uint64_t seconds = 0;
    while (reputation < BAN_BELOW && seconds < BAN_SECONDS_MAX) {
        reputation = decayed(reputation, 1);
        seconds++;
    }
    return seconds ? seconds : 1;
}

void ph_bridge_change(ph_subsystem_t *self, ph_peer_id_t id, int64_t change, const char *reason)
{
    bridge_t *bridge = ph_state(self);
    uint64_t now = ph_env_now_ms(ph_env_of(self)) / 1000;
    peer_t *peer = ph_map_put(&bridge->peers, &id, NULL);
    peer->reputation = decayed(peer->reputation, now - (peer->reputation_at_s ? peer->reputation_at_s : now)) + change;
    peer->reputation_at_s = now;
    if (peer->reputation < INT32_MIN)
        peer->reputation = INT32_MIN;
    if (peer->reputation > INT32_MAX)
        peer->reputation = INT32_MAX;
    if (change < 0)
        ph_note(self, "peer-penalised", PH_FIELDS(PH_F_PEER(id), PH_F_NUMBER((uint64_t)-change), .reason = reason));
    if (peer->reputation >= BAN_BELOW || now < peer->banned_until_s)
        return;
    uint64_t seconds = seconds_until_forgiven(peer->reputation);
    peer->banned_until_s = now + seconds;
    ph_note(self, "peer-banned", PH_FIELDS(PH_F_PEER(id), PH_F_NUMBER(seconds), .reason = reason));
    ph_net_ban(ph_env_of(self), id, seconds * 1000000);
}

void ph_bridge_report(ph_subsystem_t *self, ph_peer_id_t id, ph_reputation_t reputation, const char *reason)
{
    ph_bridge_change(self, id, CHANGE[reputation.kind], reason);
}

/* ---- our view ---- */

static ph_buf_t *view_frame(unsigned set, const ph_view_t *view)
{
    ph_writer_t w = PH_WRITER_HEAP;
    if (set == PH_PEER_SET_VALIDATION)
        ph_validation_wire_message_v3_encode(
            &w, &(ph_validation_wire_message_v3_t){.kind = PH_VALIDATION_WIRE_MESSAGE_V3_VIEW_UPDATE,
                                                   .view_update = *view});
    else
        ph_collation_wire_message_v2_encode(
            &w,
            &(ph_collation_wire_message_v2_t){.kind = PH_COLLATION_WIRE_MESSAGE_V2_VIEW_UPDATE, .view_update = *view});
    return ph_writer_to_buf(&w);
}

static void send_view_to_all(ph_subsystem_t *self, unsigned set)
{
    bridge_t *bridge = ph_state(self);
    ph_buf_t *frame = view_frame(set, &bridge->view);
    const void *key;
    void *value;
    for (size_t i = 0; ph_map_next(&bridge->peers, &i, &key, &value);)
        if (((peer_t *)value)->sets[set].connected)
            ph_net_notify(ph_env_of(self), *(const ph_peer_id_t *)key, ph_bridge_protocol_of(set), frame);
    ph_buf_unref(frame);
}

static bool view_changed(const bridge_t *bridge, size_t count)
{
    if (bridge->view.heads.count != count)
        return true;
    for (size_t i = 0; i < count; i++)
        if (memcmp(&bridge->view.heads.items[i], &bridge->heads.items[i].hash, sizeof(ph_hash_t)) != 0)
            return true;
    return false;
}

void ph_bridge_update_view(ph_subsystem_t *self)
{
    bridge_t *bridge = ph_state(self);
    size_t count = bridge->heads.count < VIEW_MAX ? bridge->heads.count : VIEW_MAX;
    if (!view_changed(bridge, count))
        return;
    if (!bridge->view.heads.items)
        bridge->view.heads.items = ph_mem_alloc(NULL, VIEW_MAX * sizeof(ph_hash_t));
    for (size_t i = 0; i < count; i++)
        bridge->view.heads.items[i] = bridge->heads.items[i].hash;
    bridge->view.heads.count = count;
    bridge->view.finalized_number = bridge->finalized;
    ph_bridge_tell_validation(
        self, &(ph_validation_event_t){.kind = PH_VALIDATION_EVENT_OUR_VIEW_CHANGE, .our_view_change = bridge->view});
    ph_bridge_tell_collation(
        self, &(ph_collation_event_t){.kind = PH_COLLATION_EVENT_OUR_VIEW_CHANGE, .our_view_change = bridge->view});
    /* An empty view would cost us: between two leaves peers go on believing the last one. */
    for (unsigned set = 0; set < SETS && count; set++)
        send_view_to_all(self, set);
}

/* ---- connections ---- */

static void tell_connected(ph_subsystem_t *self, unsigned set, ph_peer_id_t id, const peer_t *peer)
{
    ph_peer_connected_t connected = {
        .peer = id, .role = peer->role, .version = ph_protocols[ph_bridge_protocol_of(set)].version};
    connected.authority.some = ph_net_authority_of(ph_env_of(self), id, &connected.authority.value);
    ph_view_t empty = {0};
    if (set == PH_PEER_SET_VALIDATION) {
        ph_bridge_tell_validation(
            self, &(ph_validation_event_t){.kind = PH_VALIDATION_EVENT_PEER_CONNECTED, .peer_connected = connected});
        ph_bridge_tell_validation(self, &(ph_validation_event_t){.kind = PH_VALIDATION_EVENT_PEER_VIEW_CHANGE,
                                                                 .peer_view_change = {id, empty}});
    } else {
        ph_bridge_tell_collation(
            self, &(ph_collation_event_t){.kind = PH_COLLATION_EVENT_PEER_CONNECTED, .peer_connected = connected});
        ph_bridge_tell_collation(self, &(ph_collation_event_t){.kind = PH_COLLATION_EVENT_PEER_VIEW_CHANGE,
                                                               .peer_view_change = {id, empty}});
    }
}

void ph_bridge_opened(ph_subsystem_t *self, unsigned set, ph_peer_id_t id, ph_bytes_t handshake)
{
    bridge_t *bridge = ph_state(self);
    peer_t *peer = ph_map_put(&bridge->peers, &id, NULL);
    uint8_t roles = handshake.len == 1 ? handshake.data[0] : 0;
    peer->sets[set].asked = false;
    if (peer->sets[set].connected)
        return;
    if (roles != PH_OBSERVED_ROLE_FULL && roles != PH_OBSERVED_ROLE_LIGHT && roles != PH_OBSERVED_ROLE_AUTHORITY) {
        ph_bridge_report(self, id, (ph_reputation_t){PH_REPUTATION_COST_MAJOR}, "malformed handshake");
        ph_net_close(ph_env_of(self), id, ph_bridge_protocol_of(set));
        return;
    }
    peer->role.kind = roles;
    peer->sets[set].connected = true;
    peer->sets[set].finalized = 0;
    ph_note(self, "peer-connected",
            PH_FIELDS(PH_F_PEER(id), .reason = set == PH_PEER_SET_VALIDATION ? "validation" : "collation"));
    tell_connected(self, set, id, peer);
    if (bridge->view.heads.count == 0)
        return;
    ph_buf_t *frame = view_frame(set, &bridge->view);
    ph_net_notify(ph_env_of(self), id, ph_bridge_protocol_of(set), frame);
    ph_buf_unref(frame);
}

void ph_bridge_closed(ph_subsystem_t *self, unsigned set, ph_peer_id_t id, bool was_open)
{
    peer_t *peer = ph_bridge_peer(ph_state(self), id);
    if (!peer)
        return;
    peer->sets[set].asked = false;
    /* That an opening of ours failed says nothing about a stream that the peer opened meanwhile. */
    if (!peer->sets[set].connected || !was_open)
        return;
    peer->sets[set].connected = false;
    ph_note(self, "peer-disconnected",
            PH_FIELDS(PH_F_PEER(id), .reason = set == PH_PEER_SET_VALIDATION ? "validation" : "collation"));
    if (set == PH_PEER_SET_VALIDATION)
        ph_bridge_tell_validation(
            self, &(ph_validation_event_t){.kind = PH_VALIDATION_EVENT_PEER_DISCONNECTED, .peer_disconnected = id});
    else
        ph_bridge_tell_collation(
            self, &(ph_collation_event_t){.kind = PH_COLLATION_EVENT_PEER_DISCONNECTED, .peer_disconnected = id});
}

static void take_view(ph_subsystem_t *self, unsigned set, ph_peer_id_t id, peer_t *peer, ph_bytes_t body)
{
    ph_arena_t *arena = ph_arena_new();
    ph_view_t view;
    const char *fault = NULL;
    if (ph_view_decode_all(body, arena, &view) != PH_OK || view.heads.count > VIEW_MAX ||
        view.finalized_number < peer->sets[set].finalized)
        fault = "malformed view";
    else if (view.heads.count == 0)
        fault = "empty view";
    if (fault) {
        ph_bridge_report(self, id, (ph_reputation_t){PH_REPUTATION_COST_MAJOR}, fault);
    } else {
        peer->sets[set].finalized = view.finalized_number;
        if (set == PH_PEER_SET_VALIDATION)
            ph_bridge_tell_validation(self, &(ph_validation_event_t){.kind = PH_VALIDATION_EVENT_PEER_VIEW_CHANGE,
                                                                     .peer_view_change = {id, view}});
        else
            ph_bridge_tell_collation(self, &(ph_collation_event_t){.kind = PH_COLLATION_EVENT_PEER_VIEW_CHANGE,
                                                                   .peer_view_change = {id, view}});
    }
    ph_arena_free(arena);
}

void ph_bridge_notified(ph_subsystem_t *self, unsigned set, ph_peer_id_t id, ph_buf_t *message)
{
    peer_t *peer = ph_bridge_peer(ph_state(self), id);
    ph_bytes_t frame = ph_buf_bytes(message);
    if (!peer || !peer->sets[set].connected) {
        ph_bridge_report(self, id, (ph_reputation_t){PH_REPUTATION_COST_MINOR}, "message outside a connection");
        return;
    }
    if (frame.len && frame.data[0] == PH_VALIDATION_WIRE_MESSAGE_V3_VIEW_UPDATE)
        take_view(self, set, id, peer, ph_bytes(frame.data + 1, frame.len - 1));
    else
        ph_bridge_tell_message(self, set, id, message);
}

void ph_bridge_send(ph_subsystem_t *self, unsigned set, const ph_vec_peer_id_t *peers, ph_buf_t *frame)
{
    bridge_t *bridge = ph_state(self);
    for (size_t i = 0; i < peers->count; i++) {
        const peer_t *peer = ph_bridge_peer(bridge, peers->items[i]);
        if (peer && peer->sets[set].connected)
            ph_net_notify(ph_env_of(self), peers->items[i], ph_bridge_protocol_of(set), frame);
    }
}

/* ---- reserved peers ---- */

static void open_reserved(ph_subsystem_t *self, unsigned set)
{
    bridge_t *bridge = ph_state(self);
    uint64_t now = ph_env_now_ms(ph_env_of(self)) / 1000;
    for (size_t i = 0; i < bridge->reserved[set].count; i++) {
        ph_peer_id_t id;
        if (!ph_net_resolve(ph_env_of(self), &bridge->reserved[set].items[i], &id))
            continue;
        peer_t *peer = ph_map_put(&bridge->peers, &id, NULL);
        peer->sets[set].reserved = true;
        if (peer->sets[set].connected || peer->sets[set].asked || now < peer->banned_until_s)
            continue;
        peer->sets[set].asked = true;
        ph_net_open(ph_env_of(self), id, ph_bridge_protocol_of(set));
    }
}

void ph_bridge_set_reserved(ph_subsystem_t *self, unsigned set, const ph_vec_authority_discovery_id_t *ids)
{
    bridge_t *bridge = ph_state(self);
    const void *key;
    void *value;
    PH_LIST(ph_peer_id_t) before = {0};
    for (size_t i = 0; ph_map_next(&bridge->peers, &i, &key, &value);) {
        peer_t *peer = value;
        if (peer->sets[set].reserved)
            ph_list_push(NULL, &before, *(const ph_peer_id_t *)key);
        peer->sets[set].reserved = false;
    }
    bridge->reserved[set].count = 0;
    for (size_t i = 0; i < ids->count; i++)
        ph_list_push(NULL, &bridge->reserved[set], ids->items[i]);
    open_reserved(self, set);
    for (size_t i = 0; i < before.count; i++) {
        const peer_t *peer = ph_bridge_peer(bridge, before.items[i]);
        if (!peer->sets[set].reserved)
            ph_net_close(ph_env_of(self), before.items[i], ph_bridge_protocol_of(set));
    }
    ph_list_free(&before);
}

void ph_bridge_keep_reserved(ph_job_t *job, void *flow)
{
    ph_subsystem_t *self = ph_job_self(job);
    (void)flow;
    for (unsigned set = 0; set < SETS; set++)
        open_reserved(self, set);
    ph_bridge_try_reserved_later(self);
}

void ph_bridge_try_reserved_later(ph_subsystem_t *self)
{
    const ph_network_bridge_config_t *config = ph_config(self);
    ph_job_after(ph_root_job(self), config->slot_ms / 3, ph_bridge_keep_reserved, NULL);
}
