#include "node/network_bridge/network_bridge.h"

#include <string.h>

#include "node/network_bridge/bridge.h"

/* ---- from the network's callbacks into turns of ours ---- */

static void take_event(ph_job_t *job, void *flow);

static void free_event_parts(network_event_t *event)
{
    ph_buf_unref(event->content);
    if (event->question)
        ph_msg_unref(event->question);
}

void ph_bridge_push(ph_subsystem_t *self, network_event_t event)
{
    bridge_t *bridge = ph_state(self);
    if (bridge->concluded) {
        free_event_parts(&event);
        return;
    }
    network_event_t *copy = ph_mem_alloc(NULL, sizeof *copy);
    *copy = event;
    copy->next = NULL;
    if (bridge->last)
        bridge->last->next = copy;
    else
        bridge->first = copy;
    bridge->last = copy;
    ph_job_later(ph_root_job(self), take_event, NULL);
}

static void free_event(network_event_t *event)
{
    free_event_parts(event);
    ph_mem_free(event);
}

static void take_event(ph_job_t *job, void *flow)
{
    ph_subsystem_t *self = ph_job_self(job);
    bridge_t *bridge = ph_state(self);
    network_event_t *event = bridge->first;
    unsigned set = event->protocol == ph_bridge_protocol_of(PH_PEER_SET_COLLATION);
    (void)flow;
    bridge->first = event->next;
    if (!bridge->first)
        bridge->last = NULL;
    switch (event->kind) {
    case EVENT_OPENED:
        ph_bridge_opened(self, set, event->peer, ph_buf_bytes(event->content));
        break;
    case EVENT_CLOSED:
        ph_bridge_closed(self, set, event->peer, event->was_open);
        break;
    case EVENT_NOTIFIED:
        ph_bridge_notified(self, set, event->peer, event->content);
        break;
    case EVENT_REQUESTED:
        ph_bridge_requested(self, event->protocol, event->peer, event->ticket, event->content);
        break;
    case EVENT_RESPONDED:
        ph_bridge_responded(self, event->question, event->err, event->content);
        break;
    }
    free_event(event);
}

static void on_opened(void *ctx, ph_peer_id_t peer, ph_bytes_t handshake)
{
    struct listener *listener = ctx;
    ph_bridge_push(listener->self, (network_event_t){.kind = EVENT_OPENED,
                                                     .peer = peer,
                                                     .protocol = listener->protocol,
                                                     .content = ph_buf_new(handshake)});
}

static void on_closed(void *ctx, ph_peer_id_t peer, bool was_open)
{
    struct listener *listener = ctx;
    ph_bridge_push(
        listener->self,
        (network_event_t){.kind = EVENT_CLOSED, .peer = peer, .protocol = listener->protocol, .was_open = was_open});
}

static void on_notified(void *ctx, ph_peer_id_t peer, ph_buf_t *message)
{
    struct listener *listener = ctx;
    ph_bridge_push(listener->self, (network_event_t){.kind = EVENT_NOTIFIED,
                                                     .peer = peer,
                                                     .protocol = listener->protocol,
                                                     .content = ph_buf_ref(message)});
}

static void on_requested(void *ctx, ph_peer_id_t peer, ph_net_ticket_t ticket, ph_buf_t *request)
{
    struct listener *listener = ctx;
    ph_bridge_push(listener->self, (network_event_t){.kind = EVENT_REQUESTED,
                                                     .peer = peer,
                                                     .protocol = listener->protocol,
                                                     .ticket = ticket,
                                                     .content = ph_buf_ref(request)});
}

static const ph_net_handler_t stream_handler = {.opened = on_opened, .closed = on_closed, .notified = on_notified};
static const ph_net_handler_t request_handler = {.requested = on_requested};

static void listen(ph_subsystem_t *self)
{
    bridge_t *bridge = ph_state(self);
    const ph_network_bridge_config_t *config = ph_config(self);
    for (ph_protocol_id_t p = 0; p < PH_PROTOCOL_COUNT; p++) {
        bool stream = p == ph_bridge_protocol_of(PH_PEER_SET_COLLATION) ||
                      (config->serves_validation && p == ph_bridge_protocol_of(PH_PEER_SET_VALIDATION));
        bridge->listeners[p] = (struct listener){self, p};
        if (stream)
            ph_net_handle(ph_env_of(self), p, &stream_handler, &bridge->listeners[p], ph_bytes(&config->roles, 1));
        else if (ph_bridge_is_request_served(p))
            ph_net_handle(ph_env_of(self), p, &request_handler, &bridge->listeners[p], (ph_bytes_t){0});
    }
}

/* ---- inputs ---- */

static void on_leaves(ph_subsystem_t *self, const ph_input_t *in)
{
    bridge_t *bridge = ph_state(self);
    for (size_t d = 0; d < in->leaves.deactivated_count; d++)
        for (size_t i = 0; i < bridge->heads.count; i++)
            if (memcmp(&bridge->heads.items[i].hash, &in->leaves.deactivated[d], sizeof(ph_hash_t)) == 0) {
                ph_list_remove(&bridge->heads, i);
                break;
            }
    if (in->leaves.has_activated) {
        (void)ph_list_add(NULL, &bridge->heads);
        memmove(bridge->heads.items + 1, bridge->heads.items, (bridge->heads.count - 1) * sizeof *bridge->heads.items);
        bridge->heads.items[0] = in->leaves.activated;
    }
    ph_bridge_update_view(self);
}

static void send_validation(ph_subsystem_t *self, const ph_msg_network_bridge_send_validation_message_t *out)
{
    ph_validation_wire_message_v3_t frame = {.kind = PH_VALIDATION_WIRE_MESSAGE_V3_PROTOCOL_MESSAGE,
                                             .protocol_message = out->message};
    ph_writer_t w = PH_WRITER_HEAP;
    ph_validation_wire_message_v3_encode(&w, &frame);
    ph_buf_t *buf = ph_writer_to_buf(&w);
    ph_bridge_send(self, PH_PEER_SET_VALIDATION, &out->peers, buf);
    ph_buf_unref(buf);
}

static void send_collation(ph_subsystem_t *self, const ph_msg_network_bridge_send_collation_message_t *out)
{
    ph_collation_wire_message_v2_t frame = {.kind = PH_COLLATION_WIRE_MESSAGE_V2_PROTOCOL_MESSAGE,
                                            .protocol_message = out->message};
    ph_writer_t w = PH_WRITER_HEAP;
    ph_collation_wire_message_v2_encode(&w, &frame);
    ph_buf_t *buf = ph_writer_to_buf(&w);
    ph_bridge_send(self, PH_PEER_SET_COLLATION, &out->peers, buf);
    ph_buf_unref(buf);
}

static void report(ph_subsystem_t *self, const ph_msg_network_bridge_report_peer_t *in)
{
    char reason[80];
    size_t len = in->reason.len < sizeof reason - 1 ? in->reason.len : sizeof reason - 1;
    if (len)
        memcpy(reason, in->reason.data, len);
    reason[len] = 0;
    ph_bridge_report(self, in->peer, in->reputation, reason);
}

static void on_message(ph_subsystem_t *self, ph_msg_t *msg)
{
    switch ((ph_network_bridge_msg_kind_t)ph_msg_kind(msg)) {
    case PH_MSG_NETWORK_BRIDGE_REPORT_PEER:
        report(self, ph_msg_as_network_bridge_report_peer(msg));
        break;
    case PH_MSG_NETWORK_BRIDGE_REPORT_BATCH: {
        const ph_msg_network_bridge_report_batch_t *in = ph_msg_as_network_bridge_report_batch(msg);
        for (size_t i = 0; i < in->changes.count; i++)
            ph_bridge_change(self, in->changes.items[i]._0, in->changes.items[i]._1, "many small faults");
        break;
    }
    case PH_MSG_NETWORK_BRIDGE_DISCONNECT_PEER: {
        const ph_msg_network_bridge_disconnect_peer_t *out = ph_msg_as_network_bridge_disconnect_peer(msg);
        ph_net_close(ph_env_of(self), out->peer, ph_bridge_protocol_of(out->peer_set.kind));
        break;
    }
    case PH_MSG_NETWORK_BRIDGE_SEND_VALIDATION_MESSAGE:
        send_validation(self, ph_msg_as_network_bridge_send_validation_message(msg));
        break;
    case PH_MSG_NETWORK_BRIDGE_SEND_COLLATION_MESSAGE:
        send_collation(self, ph_msg_as_network_bridge_send_collation_message(msg));
        break;
    case PH_MSG_NETWORK_BRIDGE_SEND_REQUEST:
        ph_bridge_send_request(self, msg);
        break;
    case PH_MSG_NETWORK_BRIDGE_RESPOND:
        ph_bridge_respond(self, ph_msg_as_network_bridge_respond(msg));
        break;
    case PH_MSG_NETWORK_BRIDGE_CONNECT_TO_VALIDATORS: {
        const ph_msg_network_bridge_connect_to_validators_t *in = ph_msg_as_network_bridge_connect_to_validators(msg);
        ph_bridge_set_reserved(self, in->peer_set.kind, &in->ids);
        break;
    }
    case PH_MSG_NETWORK_BRIDGE_NEW_GOSSIP_TOPOLOGY: {
        ph_validation_event_t event = {.kind = PH_VALIDATION_EVENT_NEW_GOSSIP_TOPOLOGY,
                                       .new_gossip_topology =
                                           ph_msg_as_network_bridge_new_gossip_topology(msg)->topology};
        ph_bridge_tell_validation(self, &event);
        break;
    }
    }
}

static void start(ph_subsystem_t *self)
{
    bridge_t *bridge = ph_state(self);
    ph_map_init(&bridge->peers, sizeof(ph_peer_id_t), sizeof(peer_t));
    listen(self);
    ph_bridge_try_reserved_later(self);
}

static ph_err_t handle(ph_subsystem_t *self, const ph_input_t *in)
{
    bridge_t *bridge = ph_state(self);
    switch (in->kind) {
    case PH_IN_START:
        start(self);
        break;
    case PH_IN_ACTIVE_LEAVES:
        on_leaves(self, in);
        break;
    case PH_IN_BLOCK_FINALIZED:
        bridge->finalized = in->finalized.number;
        break;
    case PH_IN_CONCLUDE:
        bridge->concluded = true;
        break;
    case PH_IN_MESSAGE:
        on_message(self, in->msg);
        break;
    }
    return PH_OK;
}

static void destroy(ph_subsystem_t *self)
{
    bridge_t *bridge = ph_state(self);
    for (network_event_t *event; (event = bridge->first);) {
        bridge->first = event->next;
        free_event(event);
    }
    /* The env has ended: no answer comes any more. */
    for (outgoing_t *out; (out = bridge->outgoing);) {
        bridge->outgoing = out->next;
        ph_msg_unref(out->question);
        ph_mem_free(out);
    }
    ph_map_free(&bridge->peers);
    for (unsigned set = 0; set < SETS; set++)
        ph_list_free(&bridge->reserved[set]);
    ph_list_free(&bridge->heads);
    ph_mem_free(bridge->view.heads.items);
}

const ph_subsystem_ops_t ph_network_bridge_ops = {.state_size = sizeof(bridge_t), .handle = handle, .destroy = destroy};
