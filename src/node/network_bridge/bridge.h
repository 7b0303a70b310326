/* What the files of network_bridge share. */
#ifndef PH_NODE_NETWORK_BRIDGE_BRIDGE_H
#define PH_NODE_NETWORK_BRIDGE_BRIDGE_H

#include "base/map.h"
#include "base/vec.h"
#include "node/network_bridge/network_bridge.h"
#include "protocol/network_bridge.h"
#include "protocol/network_bridge_out.h"

enum { SETS = 2, VIEW_MAX = 5 };

typedef struct peer_set_state {
    bool connected, asked, reserved; /* asked: an open is under way; reserved: we want it */
    uint32_t finalized;              /* of the peer's last view in this set */
} peer_set_state_t;

typedef struct peer {
    peer_set_state_t sets[SETS];
    ph_observed_role_t role;
    int64_t reputation;
    uint64_t reputation_at_s; /* when it was last brought up to date */
    uint64_t banned_until_s;
} peer_t;

/* Something the network did, waiting for its turn. */
typedef enum network_event_kind {
    EVENT_OPENED,
    EVENT_CLOSED,
    EVENT_NOTIFIED,
    EVENT_REQUESTED,
    EVENT_RESPONDED
} network_event_kind_t;

typedef struct network_event {
    struct network_event *next;
    network_event_kind_t kind;
    ph_peer_id_t peer;
    ph_protocol_id_t protocol;
    ph_net_ticket_t ticket;
    ph_buf_t *content;
    ph_err_t err;
    bool was_open;
    ph_msg_t *question; /* RESPONDED: the send_request message */
} network_event_t;

typedef struct outgoing {
    struct outgoing *next, **link;
    ph_subsystem_t *self;
    ph_msg_t *question;
} outgoing_t;

typedef struct bridge {
    bool concluded; /* the network may still talk, nobody listens */
    ph_map_t peers; /* ph_peer_id_t → peer_t */
    PH_LIST(ph_authority_discovery_id_t) reserved[SETS];
    PH_LIST(ph_leaf_t) heads; /* newest first, all of them */
    ph_view_t view;           /* as last sent; heads on the heap */
    uint32_t finalized;
    network_event_t *first, *last;
    outgoing_t *outgoing;
    struct listener {
        ph_subsystem_t *self;
        ph_protocol_id_t protocol;
    } listeners[PH_PROTOCOL_COUNT];
} bridge_t;

/* network_bridge.c */
void ph_bridge_push(ph_subsystem_t *self, network_event_t event);

/* peers.c */
ph_protocol_id_t ph_bridge_protocol_of(unsigned set);
peer_t *ph_bridge_peer(bridge_t *bridge, ph_peer_id_t peer); /* NULL: never seen */
void ph_bridge_opened(ph_subsystem_t *self, unsigned set, ph_peer_id_t peer, ph_bytes_t handshake);
void ph_bridge_closed(ph_subsystem_t *self, unsigned set, ph_peer_id_t peer, bool was_open);
void ph_bridge_notified(ph_subsystem_t *self, unsigned set, ph_peer_id_t peer, ph_buf_t *message);
void ph_bridge_set_reserved(ph_subsystem_t *self, unsigned set, const ph_vec_authority_discovery_id_t *ids);
void ph_bridge_keep_reserved(ph_job_t *job, void *flow);
void ph_bridge_try_reserved_later(ph_subsystem_t *self);
void ph_bridge_change(ph_subsystem_t *self, ph_peer_id_t peer, int64_t change, const char *reason);
void ph_bridge_report(ph_subsystem_t *self, ph_peer_id_t peer, ph_reputation_t reputation, const char *reason);
void ph_bridge_update_view(ph_subsystem_t *self);
void ph_bridge_send(ph_subsystem_t *self, unsigned set, const ph_vec_peer_id_t *peers, ph_buf_t *frame);

/* events.c: telling the gossip subsystems */
void ph_bridge_tell_validation(ph_subsystem_t *self, const ph_validation_event_t *event);
void ph_bridge_tell_collation(ph_subsystem_t *self, const ph_collation_event_t *event);
void ph_bridge_tell_message(ph_subsystem_t *self, unsigned set, ph_peer_id_t peer, ph_buf_t *frame);

/* requests.c */
void ph_bridge_requested(ph_subsystem_t *self, ph_protocol_id_t protocol, ph_peer_id_t peer, ph_net_ticket_t ticket,
                         ph_buf_t *request);
void ph_bridge_send_request(ph_subsystem_t *self, ph_msg_t *msg);
void ph_bridge_responded(ph_subsystem_t *self, ph_msg_t *question, ph_err_t err, ph_buf_t *response);
void ph_bridge_respond(ph_subsystem_t *self, const ph_msg_network_bridge_respond_t *answer);
bool ph_bridge_is_request_served(ph_protocol_id_t protocol);

#endif
