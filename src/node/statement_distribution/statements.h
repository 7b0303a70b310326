/* What the files of statement_distribution share. */
#ifndef PH_NODE_STATEMENT_DISTRIBUTION_STATEMENTS_H
#define PH_NODE_STATEMENT_DISTRIBUTION_STATEMENTS_H

#include "base/map.h"
#include "base/vec.h"
#include "crypto/sampling.h"
#include "node/statement_distribution/statement_distribution.h"
#include "protocol/statement_distribution.h"
#include "protocol/statement_distribution_out.h"

enum {
    VIEW_MAX = 5,
    LEFT_MAX = 8, /* leaves that we remember having left */
    FLUSH_MS = 30000,
    PARALLEL_REQUESTS = 10,
    PARALLEL_ANSWERS = 5,
    WAITING_ANSWERS = 100,
    EARLY_MAX = 1024,
    BENEFIT_STATEMENT = 200000,
    BENEFIT_FIRST_STATEMENT = 300000,
    BENEFIT_RESPONSE = 200000
};
#define NOBODY UINT32_MAX /* no validator, no group, no link */

typedef enum vote { VOTE_SECONDED, VOTE_VALID, VOTES } vote_t;

typedef struct peer {
    ph_peer_id_t id;
    ph_hash_t view[VIEW_MAX];
    size_t view_count;
    ph_opt_authority_discovery_id_t authority; /* none also if another peer had the same first */
    int32_t benefit;                           /* not reported yet */
    bool asked;                                /* a request of ours is with it */
    size_t crossed;                            /* messages on leaves that we had left, since our last new leaf */
    bool found;                                /* the validator that it is in a session, remembered: */
    ph_session_index_t found_in;
    uint32_t found_as;
} peer_t;

/* Our place in a session's gossip grid. */
typedef struct links {
    bool known;          /* the topology has come */
    uint32_t me;         /* our index among the authorities, or NOBODY */
    ph_grid_t grid;      /* order is the topology's, position ours */
    uint32_t *neighbors; /* our row, then our column; a "link" is an index here */
    uint32_t count, row_count;
} links_t;

typedef struct session {
    ph_session_index_t index;
    ph_rc_t *rc; /* holds info */
    const ph_session_info_t *info;
    uint32_t minimum_votes;
    uint32_t me;                   /* our index among the active validators, or NOBODY */
    uint32_t *group_of, *place_of; /* by validator; NOBODY if in no group */
    links_t links;
    size_t users;
} session_t;

typedef struct candidate candidate_t;
typedef struct leaf leaf_t;

typedef struct group {
    const ph_vec_validator_index_t *members;
    ph_vec_para_id_t row;      /* the claim queue of its core */
    candidate_t *first, *last; /* claimed to be this group's */
    bool routed;               /* the two below are made */
    ph_bits_t from, to;        /* by link: whose manifests we take, whom we send them */
} group_t;

/* One active leaf; lies in its job. */
struct leaf {
    ph_subsystem_t *self;
    ph_job_t *job;
    ph_hash_t hash;
    bool ready, failed;
    ph_session_index_t session_index;
    session_t *session;
    ph_group_rotation_info_t rotation;
    ph_claim_queue_t queue;
    ph_transposed_claim_queue_t transposed;
    ph_vec_validator_index_t disabled_list;
    ph_bits_t disabled; /* by validator */
    group_t *groups;
    uint32_t group_count, own_group; /* own_group may be NOBODY */
    uint32_t own_place;
    ph_map_t candidates;       /* ph_candidate_hash_t → candidate_t *, first of its chain */
    PH_LIST(ph_msg_t *) early; /* came before the leaf was ready */
};

typedef struct claim {
    ph_peer_id_t peer;
    bool has_parent; /* the two below were claimed too */
    ph_hash_t parent_head;
    ph_para_id_t para;
} claim_t;

/* A candidate as claimed for one leaf and group. Rows of votes hold 2 bits a member: Seconded, Valid. Members are
 * counted by their place in the group. */
struct candidate {
    leaf_t *leaf;
    candidate_t *next_in_group, *next_same_hash;
    ph_candidate_hash_t hash;
    uint32_t group;
    size_t size;             /* of the group */
    PH_LIST(claim_t) claims; /* on the heap, until it is confirmed */
    /* Confirmed: an attested response without statements; NULL before. */
    ph_rc_t *body;
    ph_hash_t parent_head;
    bool backed;
    /* Statements we have. */
    ph_bits_t known[VOTES], at_backing[VOTES];
    ph_rc_t **signatures[VOTES]; /* ph_validator_signature_t; NULL: none */
    /* Cluster, a row a member: what it sent us, what we sent it. Only in our own group. */
    ph_bits_t heard, told;
    ph_bits_t seconders; /* members that second it within their limit */
    /* Grid, a row a link: what its manifest said, what it has, what we said we have, what it sent since our manifest.
     */
    bool has_rows;
    ph_bits_t advertised, has, offered, sent;
    ph_bits_t manifest_in, manifest_out; /* by link */
    /* The request for it. */
    bool wanted, cluster, in_flight, waiting;
    candidate_t *next_wanted, **wanted_link;
    ph_peer_id_t asked_peer;
    uint32_t attempts;
    ph_statement_filter_t mask;    /* of the request in flight */
    size_t threshold;              /* 0: any number of votes will do */
    PH_LIST(ph_peer_id_t) holders; /* next to ask first */
};

typedef struct answer {
    ph_peer_id_t peer;
    uint64_t ticket;
    ph_candidate_hash_t candidate;
    ph_statement_filter_t mask; /* on the heap */
} answer_t;

typedef struct statements {
    ph_map_t peers;                            /* ph_peer_id_t → peer_t */
    ph_map_t authorities;                      /* ph_authority_discovery_id_t → ph_peer_id_t, connected ones */
    ph_shared_gossip_topology_t topologies[2]; /* newest first */
    PH_LIST(session_t *) sessions;
    bool flushing;
    candidate_t *wanted; /* oldest first */
    size_t in_flight;
    PH_LIST(answer_t) waiting;    /* requests to us */
    PH_LIST(ph_peer_id_t) served; /* those whose answers are under way */
    ph_hash_t left[LEFT_MAX];     /* leaves, a ring */
    size_t left_count;
    size_t votes_a_leaf; /* that validators of the newest leaf known may cast */
} statements_t;

static inline const ph_statement_distribution_config_t *ph_sd_config(ph_subsystem_t *self)
{
    return ph_config(self);
}
static inline uint64_t ph_sd_scaled_ms(ph_subsystem_t *self, uint64_t ms)
{
    return ms * ph_sd_config(self)->slot_ms / 6000;
}
/* The bit of a member's vote in a row of votes. */
static inline size_t ph_sd_bit(const candidate_t *c, size_t row, vote_t vote, size_t place)
{
    return (row * VOTES + vote) * c->size + place;
}
static inline group_t *ph_sd_group_of(const candidate_t *c)
{
    return &c->leaf->groups[c->group];
}

/* statement_distribution.c */
void ph_sd_handle_message(ph_subsystem_t *self, ph_msg_t *msg);
/* A statement we did not have goes to all in cluster and grid who lack it. */
void ph_sd_circulate(candidate_t *c, vote_t vote, size_t place);

/* leaf.c: what has to be known of a leaf and its session */
void ph_sd_leaf_activated(ph_subsystem_t *self, const ph_hash_t *hash);
/* The leaf, if active and ready. */
leaf_t *ph_sd_leaf(ph_subsystem_t *self, const ph_hash_t *hash);
void ph_sd_topology_came(ph_subsystem_t *self, ph_shared_gossip_topology_t topology);
void ph_sd_sessions_free(statements_t *s);
size_t ph_sd_threshold(const leaf_t *leaf, uint32_t group);
bool ph_sd_signature_is_good(const leaf_t *leaf, const ph_unchecked_signed_statement_t *statement);
bool ph_sd_is_disabled(const leaf_t *leaf, uint32_t validator);
bool ph_sd_is_assigned(const group_t *group, ph_para_id_t para);

/* peers.c */
peer_t *ph_sd_peer(ph_subsystem_t *self, ph_peer_id_t id);
void ph_sd_peer_connected(ph_subsystem_t *self, const ph_peer_connected_t *event);
void ph_sd_peer_disconnected(ph_subsystem_t *self, ph_peer_id_t id);
void ph_sd_peer_view(ph_subsystem_t *self, ph_peer_id_t id, const ph_view_t *view);
/* Which authority of the session the peer is, or NOBODY. */
uint32_t ph_sd_validator_of(const session_t *session, peer_t *peer);
/* The authority's peer, if it is connected and has the leaf in its view, else NULL. */
peer_t *ph_sd_reachable(const leaf_t *leaf, uint32_t validator);
/* A message about a leaf that is not ours, or (NULL) one that makes no sense to us: did it cross our leaving a leaf, or
 * follow one that was lost? At most as much as one leaf's votes is taken to have. */
bool ph_sd_may_have_crossed(ph_subsystem_t *self, peer_t *peer, const ph_hash_t *block);
void ph_sd_punish(ph_subsystem_t *self, ph_peer_id_t peer, ph_reputation_kind_t kind, ph_bytes_t reason);
void ph_sd_reward(ph_subsystem_t *self, ph_peer_id_t peer, int32_t benefit);
#define MINOR(reason) PH_REPUTATION_COST_MINOR, PH_BYTES_LIT(reason)
#define MAJOR(reason) PH_REPUTATION_COST_MAJOR, PH_BYTES_LIT(reason)
void ph_sd_send(ph_subsystem_t *self, const ph_peer_id_t *to, size_t count,
                const ph_statement_distribution_message_v3_t *message);
void ph_sd_send_statement(const candidate_t *c, const ph_peer_id_t *to, size_t count, vote_t vote, size_t place);

/* candidates.c */
candidate_t *ph_sd_candidate(const leaf_t *leaf, const ph_candidate_hash_t *hash, uint32_t group); /* or NULL */
candidate_t *ph_sd_candidate_make(leaf_t *leaf, const ph_candidate_hash_t *hash, uint32_t group);
/* The one that is confirmed under that hash, at whatever leaf, or NULL. */
candidate_t *ph_sd_confirmed(ph_subsystem_t *self, const ph_candidate_hash_t *hash);
/* Notes a peer's claim and returns the candidate; NULL if it contradicts what is confirmed. */
candidate_t *ph_sd_claim(leaf_t *leaf, const ph_candidate_hash_t *hash, uint32_t group, const claim_t *claim);
/* True if the statement is new. */
bool ph_sd_keep(candidate_t *c, vote_t vote, size_t place, const ph_validator_signature_t *signature,
                bool from_backing);
/* Its receipt and validation data are known now: claims are settled, the cluster hears what we have, and Backing too.
 */
void ph_sd_confirm(candidate_t *c, const ph_committed_candidate_receipt_t *receipt,
                   const ph_persisted_validation_data_t *pvd);
const ph_attested_candidate_response_t *ph_sd_body(const candidate_t *c);
void ph_sd_tell_backing(candidate_t *c);
size_t ph_sd_seconded_count(const leaf_t *leaf, uint32_t group, size_t place);
ph_unchecked_signed_statement_t ph_sd_statement(const candidate_t *c, vote_t vote, size_t place);
void ph_sd_candidates_free(leaf_t *leaf);

/* cluster.c: places are of members of our own group */
typedef enum cluster_verdict {
    CLUSTER_ACCEPT,
    CLUSTER_WITH_PREJUDICE,
    CLUSTER_EXCESSIVE,
    CLUSTER_CANDIDATE_UNKNOWN,
    CLUSTER_DUPLICATE
} cluster_verdict_t;
cluster_verdict_t ph_sd_cluster_may_receive(const leaf_t *leaf, const ph_candidate_hash_t *hash, size_t sender,
                                            vote_t vote, size_t originator);
void ph_sd_cluster_received(candidate_t *c, size_t sender, vote_t vote, size_t originator);
void ph_sd_cluster_seconded(candidate_t *c, size_t originator);
bool ph_sd_cluster_may_send(const candidate_t *c, size_t target, vote_t vote, size_t originator);
void ph_sd_cluster_sent(candidate_t *c, size_t target, vote_t vote, size_t originator);
bool ph_sd_cluster_knows(const candidate_t *c, size_t member);
bool ph_sd_cluster_may_request(const candidate_t *c, size_t member);
void ph_sd_cluster_catch_up(leaf_t *leaf, size_t member, ph_peer_id_t peer);
void ph_sd_cluster_tell_all(candidate_t *c);
void ph_sd_cluster_forget(leaf_t *leaf, size_t member);

/* grid.c */
void ph_sd_links_make(links_t *links, const ph_gossip_topology_t *topology);
void ph_sd_links_free(links_t *links);
uint32_t ph_sd_link_of(const session_t *session, uint32_t authority);
void ph_sd_grid_manifest(ph_subsystem_t *self, ph_peer_id_t from, const ph_backed_candidate_manifest_t *manifest);
void ph_sd_grid_acknowledgement(ph_subsystem_t *self, ph_peer_id_t from,
                                const ph_backed_candidate_acknowledgement_t *ack);
/* Manifests and acknowledgements of a backed candidate to all who should have them and have not. */
void ph_sd_grid_provide(candidate_t *c);
void ph_sd_grid_catch_up(leaf_t *leaf, uint32_t link);
void ph_sd_grid_forget(leaf_t *leaf, uint32_t link);
bool ph_sd_grid_may_send(const candidate_t *c, uint32_t link, vote_t vote, size_t place);
void ph_sd_grid_sent(candidate_t *c, uint32_t link, vote_t vote, size_t place);
/* A single statement from a link: refused; told to the link before, so nothing new; or to be looked at. */
typedef enum grid_verdict { GRID_REFUSE, GRID_OLD, GRID_NEW } grid_verdict_t;
grid_verdict_t ph_sd_grid_may_receive(const candidate_t *c, uint32_t link, vote_t vote, size_t place);
void ph_sd_grid_received(candidate_t *c, uint32_t link, vote_t vote, size_t place);
/* Has our manifest gone to the link while its own has not come? It may have been lost, and votes follow it. */
bool ph_sd_grid_missed_manifest(const candidate_t *c, uint32_t link);
bool ph_sd_grid_may_request(const candidate_t *c, uint32_t link);
bool ph_sd_grid_advertised(const candidate_t *c, uint32_t link);
/* At least one Seconded and `threshold` voters among bits `filter` of the group, without those in mask. */
bool ph_sd_is_sufficient(const ph_statement_filter_t *filter, const ph_statement_filter_t *mask, size_t threshold);

/* requests.c */
void ph_sd_want(candidate_t *c, ph_peer_id_t holder, bool cluster);
void ph_sd_want_no_more(candidate_t *c);
void ph_sd_dispatch(ph_subsystem_t *self);
void ph_sd_request_forget(candidate_t *c);

/* serve.c */
void ph_sd_serve(ph_subsystem_t *self, const ph_msg_statement_distribution_incoming_attested_candidate_t *in);
void ph_sd_serve_free(statements_t *s);

#endif
