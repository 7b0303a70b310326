#include "node/collator_protocol/collator_protocol.h"

#include <string.h>

#include "node/collator_protocol/sides.h"

/* ---- peers ---- */

void ph_peer_report(ph_subsystem_t *self, ph_peer_id_t peer, ph_reputation_kind_t kind, ph_bytes_t reason)
{
    ph_send_network_bridge_report_peer(self, peer, (ph_reputation_t){(uint8_t)kind}, reason);
}

void ph_peer_disconnect(ph_subsystem_t *self, ph_peer_id_t id)
{
    peer_t *peer = ph_map_get(&((state_t *)ph_state(self))->peers, &id);
    if (!peer || peer->leaving)
        return;
    peer->leaving = true;
    ph_send_network_bridge_disconnect_peer(self, id, (ph_peer_set_t){PH_PEER_SET_COLLATION});
}

bool ph_peer_sees(const peer_t *peer, const ph_hash_t *block)
{
    for (size_t i = 0; i < peer->view_count; i++)
        if (memcmp(&peer->view[i], block, sizeof *block) == 0)
            return true;
    return false;
}

static void on_connected(ph_subsystem_t *self, const ph_peer_connected_t *connected)
{
    state_t *state = ph_state(self);
    peer_t *peer = ph_map_put(&state->peers, &connected->peer, NULL);
    *peer = (peer_t){.authority = connected->authority, .active_ms = ph_env_now_ms(ph_env_of(self))};
    if (state->collates)
        ph_collator_on_connected(self, connected->peer);
    else
        ph_validator_on_connected(self, connected->peer);
}

static void on_disconnected(ph_subsystem_t *self, ph_peer_id_t id)
{
    state_t *state = ph_state(self);
    const peer_t *peer = ph_map_get(&state->peers, &id);
    if (!peer)
        return;
    if (state->collates)
        ph_collator_on_disconnected(self, peer);
    else
        ph_validator_on_disconnected(self, id);
    ph_map_remove(&state->peers, &id);
}

static void on_view(ph_subsystem_t *self, ph_peer_id_t id, const ph_view_t *view)
{
    state_t *state = ph_state(self);
    peer_t *peer = ph_map_get(&state->peers, &id);
    if (!peer)
        return;
    peer->view_count = view->heads.count < VIEW_MAX ? view->heads.count : VIEW_MAX;
    if (peer->view_count)
        memcpy(peer->view, view->heads.items, peer->view_count * sizeof *peer->view);
    if (state->collates)
        ph_collator_on_view(self, id);
}

static void on_peer_message(ph_subsystem_t *self, ph_peer_id_t from, const ph_collation_protocol_v2_t *message)
{
    state_t *state = ph_state(self);
    const peer_t *peer = ph_map_get(&state->peers, &from);
    if (!peer || peer->leaving)
        return; /* what it said before it heard of that */
    if (state->collates)
        ph_collator_on_peer_message(self, from, &message->collator_protocol);
    else
        ph_validator_on_peer_message(self, from, &message->collator_protocol);
}

static void on_network_event(ph_subsystem_t *self, const ph_collation_event_t *event)
{
    switch ((ph_collation_event_kind_t)event->kind) {
    case PH_COLLATION_EVENT_PEER_CONNECTED:
        on_connected(self, &event->peer_connected);
        break;
    case PH_COLLATION_EVENT_PEER_DISCONNECTED:
        on_disconnected(self, event->peer_disconnected);
        break;
    case PH_COLLATION_EVENT_PEER_MESSAGE:
        on_peer_message(self, event->peer_message.peer, event->peer_message.message.v);
        break;
    case PH_COLLATION_EVENT_PEER_VIEW_CHANGE:
        on_view(self, event->peer_view_change.peer, &event->peer_view_change.view);
        break;
    case PH_COLLATION_EVENT_OUR_VIEW_CHANGE:
        break; /* the leaves say it too */
    }
}

/* ---- inputs ---- */

static void start(ph_subsystem_t *self)
{
    const ph_collator_protocol_config_t *config = ph_config(self);
    state_t *state = ph_state(self);
    ph_map_init(&state->peers, sizeof(ph_peer_id_t), sizeof(peer_t));
    state->collates = config->keystore && ph_keystore_public(config->keystore, PH_KEY_COLLATOR, state->key.bytes);
}

static void end_leaf(ph_subsystem_t *self, const ph_hash_t *block)
{
    state_t *state = ph_state(self);
    ph_job_t *job = ph_job_find(self, block);
    if (!job)
        return;
    state->left[state->left_count++ % LEFT_MAX] = *block;
    const leaf_t *leaf = ph_job_state(job);
    for (size_t i = 0; i < leaf->waiting.count; i++)
        ph_upload_refuse(self, leaf->waiting.items[i].ticket);
    ph_job_end(job);
}

static void on_leaves(ph_subsystem_t *self, const ph_input_t *in)
{
    for (size_t i = 0; i < in->leaves.deactivated_count; i++)
        end_leaf(self, &in->leaves.deactivated[i]);
    if (in->leaves.has_activated)
        ph_leaf_start(self, &in->leaves.activated.hash);
    if (!((const state_t *)ph_state(self))->collates)
        ph_validator_on_leaves(self);
}

static void on_message(ph_subsystem_t *self, ph_msg_t *msg)
{
    state_t *state = ph_state(self);
    switch ((ph_collator_protocol_msg_kind_t)ph_msg_kind(msg)) {
    case PH_MSG_COLLATOR_PROTOCOL_COLLATE_ON:
        ph_list_push(NULL, &state->paras, ph_msg_as_collator_protocol_collate_on(msg)->para);
        break;
    case PH_MSG_COLLATOR_PROTOCOL_DISTRIBUTE_COLLATION:
        ph_collator_distribute(self, ph_msg_as_collator_protocol_distribute_collation(msg));
        break;
    case PH_MSG_COLLATOR_PROTOCOL_FETCH_COLLATION:
        ph_fetch_collation(self, msg);
        break;
    case PH_MSG_COLLATOR_PROTOCOL_REPORT_COLLATOR: {
        const ph_msg_collator_protocol_report_collator_t *in = ph_msg_as_collator_protocol_report_collator(msg);
        ph_validator_report(self, &in->collator, in->reputation.kind, PH_BYTES_LIT("collation: invalid"));
        break;
    }
    case PH_MSG_COLLATOR_PROTOCOL_NOTE_GOOD_COLLATION:
        ph_validator_report(self, &ph_msg_as_collator_protocol_note_good_collation(msg)->collator,
                            PH_REPUTATION_BENEFIT_MINOR, PH_BYTES_LIT("collation: seconded"));
        break;
    case PH_MSG_COLLATOR_PROTOCOL_NOTIFY_COLLATION_SECONDED:
        ph_validator_notify_seconded(self, ph_msg_as_collator_protocol_notify_collation_seconded(msg));
        break;
    case PH_MSG_COLLATOR_PROTOCOL_NETWORK_EVENT:
        on_network_event(self, &ph_msg_as_collator_protocol_network_event(msg)->event);
        break;
    case PH_MSG_COLLATOR_PROTOCOL_INCOMING_COLLATION_REQUEST:
        ph_upload_request(self, ph_msg_as_collator_protocol_incoming_collation_request(msg));
        break;
    }
}

static ph_err_t handle(ph_subsystem_t *self, const ph_input_t *in)
{
    switch (in->kind) {
    case PH_IN_START:
        start(self);
        break;
    case PH_IN_ACTIVE_LEAVES:
        on_leaves(self, in);
        break;
    case PH_IN_MESSAGE:
        on_message(self, in->msg);
        break;
    case PH_IN_BLOCK_FINALIZED:
    case PH_IN_CONCLUDE:
        break;
    }
    return PH_OK;
}

static void destroy(ph_subsystem_t *self)
{
    state_t *state = ph_state(self);
    ph_map_free(&state->peers);
    ph_list_free(&state->paras);
}

const ph_subsystem_ops_t ph_collator_protocol_ops = {
    .state_size = sizeof(state_t), .handle = handle, .destroy = destroy};
