/* What the files of collator_protocol share. */
#ifndef PH_NODE_COLLATOR_PROTOCOL_SIDES_H
#define PH_NODE_COLLATOR_PROTOCOL_SIDES_H

#include "base/map.h"
#include "base/vec.h"
#include "node/collator_protocol/collator_protocol.h"
#include "protocol/collator_protocol.h"
#include "protocol/collator_protocol_out.h"

/* LEFT_MAX: leaves that we remember having left. STALE_SLOTS: a leaf that nothing was built on for so long, while other
 * leaves came, is a branch that nobody follows. */
enum { VIEW_MAX = 5, LEFT_MAX = 8, STALE_SLOTS = 4 };

typedef struct peer {
    ph_hash_t view[VIEW_MAX];
    size_t view_count;
    bool declared;     /* they to us, or we to them */
    ph_para_id_t para; /* for which */
    bool leaving;      /* we asked the bridge to disconnect it */
    /* validator's side */
    bool accepted; /* the para is one that we need */
    ph_collator_id_t collator;
    uint64_t active_ms; /* when it connected, declared itself or advertised */
    uint64_t declared_ms;
    bool refused;     /* a collation that it had advertised, since our last new leaf */
    unsigned crossed; /* messages since our last new leaf that another view of the world explains */
    /* collator's side */
    ph_opt_authority_discovery_id_t authority;
} peer_t;

typedef struct state {
    bool collates;  /* which side we are */
    ph_map_t peers; /* ph_peer_id_t → peer_t */
    /* collator's side */
    ph_collator_id_t key;
    PH_LIST(ph_para_id_t) paras;
    /* validator's side */
    bool polling;
    ph_hash_t left[LEFT_MAX]; /* leaves, a ring */
    size_t left_count;
} state_t;

/* ---- one leaf, for both sides ---- */

/* A validator that we want to be connected to. */
typedef struct wanted {
    ph_authority_discovery_id_t id;
    ph_para_id_t para;
    bool current; /* or only after the next rotation */
} wanted_t;

typedef struct collation {
    ph_candidate_receipt_t receipt;
    ph_candidate_hash_t hash;
    ph_core_index_t core;
    ph_para_id_t para; /* that the core is for, whatever the receipt says */
    ph_shared_pov_t pov;
    ph_hash_t parent_head_data_hash;
    ph_vec_authority_discovery_id_t group;
    ph_bits_t advertised; /* by position in the group */
} collation_t;

typedef struct upload {
    ph_peer_id_t peer;
    uint64_t ticket;
    ph_candidate_hash_t candidate;
} upload_t;

typedef struct advert {
    ph_peer_id_t peer;
    ph_collator_id_t collator;
    ph_para_id_t para;
    ph_candidate_hash_t candidate;
    bool told;
    bool gone; /* its peer has disconnected since, and may say it again */
} advert_t;

typedef struct leaf {
    ph_join_t *answers;
    uint64_t activated_ms;
    bool ready, failed; /* failed: the runtime did not answer; nothing is done at this leaf */
    ph_vec_vec_validator_index_t groups;
    ph_group_rotation_info_t rotation;
    ph_vec_core_state_t cores;
    ph_claim_queue_t claims;
    ph_session_index_t session;
    /* collator's side */
    ph_vec_authority_discovery_id_t authorities;
    ph_vec_validator_id_t validators;
    PH_LIST(wanted_t) wanted;
    PH_LIST(collation_t) collations;
    PH_LIST(upload_t) waiting;
    bool uploading;
    /* validator's side */
    uint32_t lookahead;
    ph_validator_index_t me;
    bool has_core;
    ph_core_index_t core;
    ph_vec_para_id_t now, next; /* paras claimed on our core, and on our core after the next rotation */
    PH_LIST(advert_t) adverts;
} leaf_t;

/* leaf.c: starts the leaf's job, asks the runtime, then ph_collator_on_ready or ph_validator_on_ready. */
void ph_leaf_start(ph_subsystem_t *self, const ph_hash_t *block);

/* collator_protocol.c */
void ph_peer_report(ph_subsystem_t *self, ph_peer_id_t peer, ph_reputation_kind_t kind, ph_bytes_t reason);
void ph_peer_disconnect(ph_subsystem_t *self, ph_peer_id_t peer);
bool ph_peer_sees(const peer_t *peer, const ph_hash_t *block);

/* collator_side.c */
void ph_collator_on_ready(ph_job_t *job);
void ph_collator_distribute(ph_subsystem_t *self, const ph_msg_collator_protocol_distribute_collation_t *in);
void ph_collator_on_connected(ph_subsystem_t *self, ph_peer_id_t id);
void ph_collator_on_disconnected(ph_subsystem_t *self, const peer_t *peer);
void ph_collator_on_view(ph_subsystem_t *self, ph_peer_id_t id);
void ph_collator_on_peer_message(ph_subsystem_t *self, ph_peer_id_t from,
                                 const ph_collator_protocol_message_v2_t *message);

/* uploads.c */
void ph_upload_request(ph_subsystem_t *self, const ph_msg_collator_protocol_incoming_collation_request_t *in);
void ph_upload_refuse(ph_subsystem_t *self, uint64_t ticket);

/* validator_side.c */
void ph_validator_on_ready(ph_job_t *job);
void ph_validator_on_connected(ph_subsystem_t *self, ph_peer_id_t id);
void ph_validator_on_disconnected(ph_subsystem_t *self, ph_peer_id_t id);
void ph_validator_on_leaves(ph_subsystem_t *self);
void ph_validator_on_peer_message(ph_subsystem_t *self, ph_peer_id_t from,
                                  const ph_collator_protocol_message_v2_t *message);
/* Says something about every peer that declared itself as that collator. */
void ph_validator_report(ph_subsystem_t *self, const ph_collator_id_t *collator, ph_reputation_kind_t kind,
                         ph_bytes_t reason);
void ph_validator_notify_seconded(ph_subsystem_t *self, const ph_msg_collator_protocol_notify_collation_seconded_t *in);

/* fetch.c */
void ph_fetch_collation(ph_subsystem_t *self, ph_msg_t *msg);

#endif
