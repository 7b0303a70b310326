/* What the files of chain/ share. */
#ifndef PH_CHAIN_PRIVATE_H
#define PH_CHAIN_PRIVATE_H

#include "base/check.h"
#include "base/map.h"
#include "base/vec.h"
#include "chain/chain.h"
#include "chain/pool.h"
#include "crypto/babe.h"

typedef struct tree_node {
    ph_relay_block_t *block;
    struct tree_node *parent, *first_child, *next_sibling;
    uint64_t primaries; /* primary slots from where the chain began */
    bool final;
} tree_node_t;

/* A peer that a block-announce stream is open to. */
typedef struct sync_peer {
    ph_peer_id_t peer;
    ph_hash_t known[32]; /* blocks it has, most recent ones, a ring */
    size_t known_count;
    ph_block_number_t best; /* the highest it spoke of */
} sync_peer_t;

/* A block whose turn has not come: its parent is missing, or it is being executed. */
typedef struct pending_block {
    ph_relay_block_t *block; /* a reference, unless executing */
    bool executing;
} pending_block_t;

/* Ancestors being asked for. */
typedef struct fetch {
    ph_chain_t *chain;
    ph_hash_t from;
    ph_peer_id_t peer;
    uint32_t run;
    unsigned tries;
} fetch_t;

struct ph_chain {
    ph_chain_config_t config;
    ph_env_t *env;
    ph_map_t nodes; /* ph_hash_t → tree_node_t * */
    tree_node_t *base, *best, *final;
    PH_LIST(ph_hash_t) best_chain; /* by number, from the block that it began with */
    ph_hash_t genesis_hash;        /* of block 0 */
    ph_map_t pending;              /* ph_hash_t → pending_block_t */
    ph_map_t refused;              /* ph_hash_t → nothing: invalid, not to be tried again */
    PH_LIST(sync_peer_t) peers;
    ph_map_t fetching; /* ph_hash_t → fetch_t * */
    ph_timer_t slot_timer, peers_timer;
    uint64_t last_slot; /* the last slot we looked at as author */
    ph_map_t epochs;    /* ph_hash_t of parent → cached epoch_t * */
    ph_chain_stats_t stats;
    struct import *imports; /* under way */
    struct authoring *authorings;
    bool started;
    ph_pool_t *pool; /* NULL while stored blocks are read */
    struct gossip *gossip;
};

static inline bool ph_chain_same(const ph_hash_t *a, const ph_hash_t *b)
{
    return __builtin_memcmp(a, b, sizeof *a) == 0;
}

/* tree.c */
tree_node_t *ph_tree_find(const ph_chain_t *chain, const ph_hash_t *hash);
void ph_tree_init(ph_chain_t *chain);
/* Adds a block whose parent is in the tree; updates best and final; calls the hooks. */
void ph_tree_add(ph_chain_t *chain, ph_relay_block_t *block);
void ph_tree_free(ph_chain_t *chain);

/* epoch.c: who may author on top of a block. The result is borrowed until the next call. */
PH_MUST_CHECK ph_err_t ph_chain_epoch_for(ph_chain_t *chain, ph_babe_epoch_rules_t *out, ph_relay_block_t *parent,
                                          ph_slot_t slot);
void ph_chain_epochs_free(ph_chain_t *chain);

/* import.c */
void ph_import_block(ph_chain_t *chain, ph_relay_block_t *block /* takes the reference */);
/* Blocks that waited for this one. */
void ph_import_children_of(ph_chain_t *chain, const ph_hash_t *parent);
void ph_import_free(ph_chain_t *chain);
/* Blocks that wait for a parent at or below what is final now wait in vain. */
void ph_import_finalized(ph_chain_t *chain);
/* The block as another node of this process has verified and executed it: a new reference, or NULL. */
ph_relay_block_t *ph_import_recall(ph_chain_t *chain, const ph_hash_t *hash);
/* A block of our own, executed already. */
void ph_import_own(ph_chain_t *chain, ph_relay_block_t *block /* takes the reference */);

/* execute.c: pure; no chain, any thread. */
/* Executes block on its parent's state; sets block->state. INVALID with a text in why. */
PH_MUST_CHECK ph_err_t ph_execute_block(ph_relay_block_t *block, const ph_relay_block_t *parent, char *why,
                                        size_t why_len);
/* A runtime call at the state after a block; writes are dropped and nothing is remembered or logged. Appends to result.
 */
PH_MUST_CHECK ph_err_t ph_execute_call(ph_writer_t *result, const ph_relay_block_t *at, const char *method,
                                       ph_bytes_t args, char *why, size_t why_len);
/* A transaction offered to a block that is being built, and what became of it. */
typedef enum ph_offer_fate {
    PH_OFFER_LEFT,    /* not tried: no room, or what must go before it is not in */
    PH_OFFER_TAKEN,   /* in the block */
    PH_OFFER_TOO_BIG, /* no room in this block */
    PH_OFFER_EARLY,   /* what must go before it is missing */
    PH_OFFER_INVALID  /* may stand in no block like this one */
} ph_offer_fate_t;
typedef struct ph_offer {
    ph_hash_t hash;
    ph_buf_t *xt;            /* without its length; a reference */
    const uint32_t *parents; /* places of offers that must be in before */
    uint32_t parent_count;
    ph_offer_fate_t fate;
} ph_offer_t;
typedef struct ph_offers {
    ph_offer_t *items;
    size_t count;
} ph_offers_t;
/* Builds a block on parent: pre-digest, inherents, then what fits of the offers (NULL: none), in their order; writes
 * the header without seal, the body and the state after it. */
PH_MUST_CHECK ph_err_t ph_build_block(ph_arena_t *arena, ph_header_t *header, ph_vec_opaque_extrinsic_t *body,
                                      ph_state_t **state, const ph_relay_block_t *parent, ph_bytes_t pre_digest,
                                      uint64_t timestamp_ms, ph_bytes_t parachains_inherent, ph_offers_t *offers,
                                      char *why, size_t why_len);

/* author.c */
void ph_author_start(ph_chain_t *chain);
void ph_author_stop(ph_chain_t *chain);

/* sync.c */
void ph_sync_start(ph_chain_t *chain);
void ph_sync_stop(ph_chain_t *chain);
void ph_sync_announce(ph_chain_t *chain, ph_relay_block_t *block);
/* The block is missing, and perhaps up to `run` of it and its ancestors: ask this peer first (NULL: whoever may have
 * it). */
void ph_sync_want(ph_chain_t *chain, const ph_hash_t *hash, uint32_t run, const ph_peer_id_t *peer);

/* Peers say that we are far behind: what is not of blocks can wait. */
bool ph_sync_is_behind(const ph_chain_t *chain);

/* pool_chain.c: the pool of this chain. */
void ph_chain_pool_begin(ph_chain_t *chain);
void ph_chain_pool_end(ph_chain_t *chain);
/* The best block was `old` and is `best`. */
void ph_chain_pool_moved(ph_chain_t *chain, const tree_node_t *old, tree_node_t *best);
/* What the pool has ready for a block on that parent; references are taken, everything else is in the arena. */
ph_offers_t ph_chain_pool_offers(ph_chain_t *chain, ph_arena_t *arena, const ph_relay_block_t *parent);
/* Looks at what became of them if there is a pool (chain NULL: none), and lets go of the references. */
void ph_chain_pool_built(ph_chain_t *chain, const ph_relay_block_t *parent, ph_offers_t *offers);

/* pool_gossip.c: transactions from and to peers. */
void ph_gossip_begin(ph_chain_t *chain);
void ph_gossip_start(ph_chain_t *chain);
void ph_gossip_end(ph_chain_t *chain);
void ph_gossip_ready(ph_chain_t *chain, const ph_pool_tx_t *tx);

/* store.c: blocks on disk, "block/" number (big-endian) hash → encoded block. */
void ph_store_put(ph_chain_t *chain, const ph_relay_block_t *block);
void ph_store_delete(ph_chain_t *chain, const ph_relay_block_t *block);
PH_MUST_CHECK ph_err_t ph_store_load(ph_chain_t *chain);

#endif
