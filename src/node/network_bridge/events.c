#include <string.h>

#include "node/network_bridge/bridge.h"

/* Telling the gossip subsystems what peers do and say. */

void ph_bridge_tell_validation(ph_subsystem_t *self, const ph_validation_event_t *event)
{
    ph_send_statement_distribution_network_event(self, event);
    ph_send_bitfield_distribution_network_event(self, event);
}

void ph_bridge_tell_collation(ph_subsystem_t *self, const ph_collation_event_t *event)
{
    ph_send_collator_protocol_network_event(self, event);
}

/* The message stays with the frame, so that whoever gets the same frame need not look it up. */
static void keep(ph_buf_t *frame, ph_rc_t *rc)
{
    ph_buf_set_note(frame, ph_rc_ref(rc), ph_rc_unref);
}

/* The message behind the frame's tag, decoded; nodes of one process share what they decode. */
static ph_rc_t *decode(ph_subsystem_t *self, const ph_type_t *type, ph_buf_t *frame)
{
    ph_memo_t *memo = ph_env_of(self)->memo;
    ph_bytes_t bytes = ph_buf_bytes(frame);
    ph_memo_key_t key;
    ph_rc_t *rc = NULL;
    if (bytes.len == 0 || bytes.data[0] != PH_VALIDATION_WIRE_MESSAGE_V3_PROTOCOL_MESSAGE)
        return NULL;
    if (memo && (rc = ph_buf_note(frame, ph_rc_unref)) && ph_rc_type(rc) == type) {
        ph_memo_count_hit(memo);
        return ph_rc_ref(rc);
    }
    if (memo) {
        ph_memo_key(&key, "message", (ph_bytes_t[]){ph_bytes(type->name, strlen(type->name)), bytes}, 2);
        if ((rc = ph_memo_get(memo, &key))) {
            keep(frame, rc);
            return rc;
        }
    }
    ph_buf_t *body = ph_buf_new(ph_bytes(bytes.data + 1, bytes.len - 1));
    ph_err_t err = ph_rc_decode(&rc, type, body);
    ph_buf_unref(body);
    if (err == PH_OK && memo) {
        ph_memo_put_rc(memo, &key, rc);
        keep(frame, rc);
    }
    return err == PH_OK ? rc : NULL;
}

static void tell_validation_message(ph_subsystem_t *self, ph_peer_id_t peer, ph_rc_t *rc)
{
    ph_validation_event_t event = {.kind = PH_VALIDATION_EVENT_PEER_MESSAGE,
                                   .peer_message = {peer, {rc, ph_rc_value(rc)}}};
    switch ((ph_validation_protocol_v3_kind_t)event.peer_message.message.v->kind) {
    case PH_VALIDATION_PROTOCOL_V3_BITFIELD_DISTRIBUTION:
        ph_send_bitfield_distribution_network_event(self, &event);
        break;
    case PH_VALIDATION_PROTOCOL_V3_STATEMENT_DISTRIBUTION:
        ph_send_statement_distribution_network_event(self, &event);
        break;
    case PH_VALIDATION_PROTOCOL_V3_APPROVAL_DISTRIBUTION:
        break; /* nobody here takes part in approval voting yet */
    }
}

void ph_bridge_tell_message(ph_subsystem_t *self, unsigned set, ph_peer_id_t peer, ph_buf_t *frame)
{
    bool validation = set == PH_PEER_SET_VALIDATION;
    ph_rc_t *rc = decode(self, validation ? &ph_type_validation_protocol_v3 : &ph_type_collation_protocol_v2, frame);
    if (!rc) {
        ph_bridge_report(self, peer, (ph_reputation_t){PH_REPUTATION_COST_MAJOR}, "malformed message");
        return;
    }
    if (validation)
        tell_validation_message(self, peer, rc);
    else
        ph_bridge_tell_collation(self, &(ph_collation_event_t){.kind = PH_COLLATION_EVENT_PEER_MESSAGE,
                                                               .peer_message = {peer, {rc, ph_rc_value(rc)}}});
    ph_rc_unref(rc);
}
