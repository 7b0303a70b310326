#include "node/network_bridge/bridge.h"

/* Requests, theirs and ours. */

bool ph_bridge_is_request_served(ph_protocol_id_t protocol)
{
    return protocol == PH_PROTO_REQ_CHUNK_1 || protocol == PH_PROTO_REQ_CHUNK_2 ||
           protocol == PH_PROTO_REQ_COLLATION_2 || protocol == PH_PROTO_REQ_POV_1 ||
           protocol == PH_PROTO_REQ_AVAILABLE_DATA_1 || protocol == PH_PROTO_REQ_ATTESTED_CANDIDATE_2;
}

static bool pass_on(ph_subsystem_t *self, ph_protocol_id_t protocol, ph_peer_id_t peer, ph_net_ticket_t ticket,
                    const void *request)
{
    switch (protocol) {
    case PH_PROTO_REQ_CHUNK_1:
        ph_send_availability_distribution_incoming_chunk_request_v1(self, peer, ticket, request);
        return true;
    case PH_PROTO_REQ_CHUNK_2:
        ph_send_availability_distribution_incoming_chunk_request_v2(self, peer, ticket, request);
        return true;
    case PH_PROTO_REQ_COLLATION_2:
        ph_send_collator_protocol_incoming_collation_request(self, peer, ticket, request);
        return true;
    case PH_PROTO_REQ_POV_1:
        ph_send_pov_distribution_incoming_pov_request(self, peer, ticket, request);
        return true;
    case PH_PROTO_REQ_AVAILABLE_DATA_1:
        ph_send_availability_recovery_incoming_available_data_request(self, peer, ticket, request);
        return true;
    case PH_PROTO_REQ_ATTESTED_CANDIDATE_2:
        ph_send_statement_distribution_incoming_attested_candidate(self, peer, ticket, request);
        return true;
    default:
        return false;
    }
}

void ph_bridge_requested(ph_subsystem_t *self, ph_protocol_id_t protocol, ph_peer_id_t peer, ph_net_ticket_t ticket,
                         ph_buf_t *buf)
{
    const ph_type_t *type = ph_protocols[protocol].request;
    ph_arena_t *arena = ph_arena_new();
    void *request = ph_arena_alloc(arena, type->size);
    if (ph_type_decode_all(ph_buf_bytes(buf), arena, type, request) != PH_OK) {
        ph_bridge_report(self, peer, (ph_reputation_t){PH_REPUTATION_COST_MAJOR}, "malformed request");
        ph_net_respond(ph_env_of(self), ticket, PH_ERR_REFUSED, NULL);
    } else if (!pass_on(self, protocol, peer, ticket, request)) {
        ph_net_respond(ph_env_of(self), ticket, PH_ERR_REFUSED, NULL);
    }
    ph_arena_free(arena);
}

void ph_bridge_respond(ph_subsystem_t *self, const ph_msg_network_bridge_respond_t *answer)
{
    if (!answer->response.some) {
        ph_net_respond(ph_env_of(self), answer->ticket, PH_ERR_REFUSED, NULL);
        return;
    }
    ph_buf_t *buf = ph_buf_new(answer->response.value);
    ph_net_respond(ph_env_of(self), answer->ticket, PH_OK, buf);
    ph_buf_unref(buf);
}

/* ---- ours ---- */

static void reply_failure(ph_subsystem_t *self, ph_msg_t *question, uint8_t kind)
{
    ph_res_bytes_request_failure_t reply = {.kind = PH_RES_BYTES_REQUEST_FAILURE_ERR, .err = {kind}};
    ph_reply_network_bridge_send_request(self, question, &reply);
}

static void on_response(void *ctx, ph_err_t err, ph_buf_t *response)
{
    outgoing_t *out = ctx;
    *out->link = out->next;
    if (out->next)
        out->next->link = out->link;
    ph_bridge_push(out->self, (network_event_t){.kind = EVENT_RESPONDED,
                                                .err = err,
                                                .content = response ? ph_buf_ref(response) : NULL,
                                                .question = out->question});
    ph_mem_free(out);
}

void ph_bridge_send_request(ph_subsystem_t *self, ph_msg_t *msg)
{
    bridge_t *bridge = ph_state(self);
    const ph_msg_network_bridge_send_request_t *ask = ph_msg_as_network_bridge_send_request(msg);
    ph_peer_id_t peer = {0};
    PH_CHECK(ask->protocol < PH_PROTOCOL_COUNT && ph_protocols[ask->protocol].is_request);
    if (ask->to.kind == PH_RECIPIENT_PEER) {
        peer = ask->to.peer;
    } else if (!ph_net_resolve(ph_env_of(self), &ask->to.authority, &peer)) {
        reply_failure(self, msg, PH_REQUEST_FAILURE_UNKNOWN);
        return;
    }
    outgoing_t *out = ph_mem_alloc(NULL, sizeof *out);
    *out = (outgoing_t){.next = bridge->outgoing, .link = &bridge->outgoing, .self = self, .question = ph_msg_ref(msg)};
    if (out->next)
        out->next->link = &out->next;
    bridge->outgoing = out;
    ph_buf_t *buf = ph_buf_new(ask->request);
    ph_net_request(ph_env_of(self), peer, (ph_protocol_id_t)ask->protocol, buf, on_response, out);
    ph_buf_unref(buf);
}

void ph_bridge_responded(ph_subsystem_t *self, ph_msg_t *question, ph_err_t err, ph_buf_t *response)
{
    if (err == PH_OK) {
        ph_res_bytes_request_failure_t reply = {.kind = PH_RES_BYTES_REQUEST_FAILURE_OK, .ok = ph_buf_bytes(response)};
        ph_reply_network_bridge_send_request(self, question, &reply);
    } else if (err == PH_ERR_TIMEOUT) {
        reply_failure(self, question, PH_REQUEST_FAILURE_TIMEOUT);
    } else if (err == PH_ERR_REFUSED) {
        reply_failure(self, question, PH_REQUEST_FAILURE_REFUSED);
    } else if (err == PH_ERR_TOO_LARGE) {
        reply_failure(self, question, PH_REQUEST_FAILURE_TOO_LARGE);
    } else {
        reply_failure(self, question, PH_REQUEST_FAILURE_DISCONNECTED);
    }
}
