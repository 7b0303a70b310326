/* The transactions of a pool as a graph: who needs a tag, who provides it, and so who may go before whom.
 *
 * A transaction is ready when each tag that it requires is provided by a ready one or by the chain; the others wait as
 * future ones. A tag has one ready provider at most: a second one replaces the first if its priority is higher than
 * that of all it replaces together. Tags are kept as their BLAKE2b-256 hashes. Nothing here knows of blocks, clocks or
 * the runtime; everything is in order of arrival, so that equal inputs give equal pools.
 *
 * (sc-transaction-pool 48: graph::base_pool, ready, future. Unlike there, a future transaction misses a tag again when
 * its provider is removed.)
 */
#ifndef PH_CHAIN_POOL_GRAPH_H
#define PH_CHAIN_POOL_GRAPH_H

#include "base/map.h"
#include "base/vec.h"
#include "primitives/types.h"

typedef PH_LIST(ph_hash_t) ph_pool_hashes_t;

typedef struct ph_pool_tx {
    ph_hash_t hash; /* of the extrinsic with its length in front */
    ph_buf_t *xt;   /* the extrinsic without its length; a reference */
    size_t len;     /* with it */
    uint64_t priority;
    uint64_t valid_till; /* the block at which it is stale */
    ph_pool_hashes_t needs, gives;
    bool propagate;
    uint8_t source; /* ph_transaction_source_kind_t */
    /* private */
    bool ready;
    uint64_t order;           /* of arrival in its queue */
    ph_pool_hashes_t missing; /* of a future one: what it waits for */
    size_t place, unmet;      /* while ready ones are put in order */
    uint64_t mark;            /* of the last walk that met it */
} ph_pool_tx_t;

typedef PH_LIST(ph_pool_tx_t *) ph_pool_txs_t;

typedef struct ph_pool_limit {
    size_t count, bytes;
} ph_pool_limit_t;

typedef struct ph_pool_graph {
    ph_map_t txs;  /* ph_hash_t → ph_pool_tx_t * */
    ph_map_t tags; /* ph_hash_t → private */
    ph_pool_limit_t ready, future;
    /* private */
    uint64_t arrivals, walks;
    ph_map_t pruned[2]; /* tags that the last blocks provided */
    unsigned pruned_at;
} ph_pool_graph_t;

/* A transaction, all empty but for the hash and a new reference to xt. */
ph_pool_tx_t *ph_pool_tx_new(const ph_hash_t *hash, ph_buf_t *xt);
void ph_pool_tx_free(ph_pool_tx_t *tx);
/* Adds a tag to tx->needs or tx->gives, once. */
void ph_pool_tx_tag(ph_pool_hashes_t *list, ph_bytes_t tag);
void ph_pool_txs_free(ph_pool_txs_t *txs); /* with the transactions */

void ph_pool_graph_init(ph_pool_graph_t *g);
void ph_pool_graph_free(ph_pool_graph_t *g);
/* Borrowed until it is removed; NULL: not in the pool. */
ph_pool_tx_t *ph_pool_graph_get(const ph_pool_graph_t *g, const ph_hash_t *hash);

/* What a change did besides: who became ready, and who is out (the caller's now). Free with ph_pool_change_free. */
typedef struct ph_pool_change {
    ph_pool_hashes_t ready;
    ph_pool_txs_t removed;
} ph_pool_change_t;
void ph_pool_change_free(ph_pool_change_t *change);

/* Takes the transaction in any case; change->ready has it if it is ready. EXISTS: there already; REFUSED: its priority
 * is too low to replace what provides the same; CONFLICT: it would replace what it stands on, or stand on
 * itself. */
PH_MUST_CHECK ph_err_t ph_pool_graph_import(ph_pool_graph_t *g, ph_pool_change_t *change, ph_pool_tx_t *tx);
/* The chain's view of a ready transaction has changed: takes over what `fresh` says if it stays where it is, and frees
 * fresh. false: it has to be removed and imported anew; fresh stays the caller's. */
bool ph_pool_graph_refresh(ph_pool_graph_t *g, const ph_hash_t *hash, ph_pool_tx_t *fresh);
/* Blocks were taken back: what the last ones provided is provided no more. */
void ph_pool_graph_forget_blocks(ph_pool_graph_t *g);
/* Removes these; of the ready ones also all that need what they provide. */
void ph_pool_graph_remove(ph_pool_graph_t *g, ph_pool_txs_t *removed, const ph_hash_t *hashes, size_t count);
/* The chain provides these tags now: providers go (change->removed), with ready ones that were there for them alone,
 * and who waited may become ready. new_block: these are the first tags of a block. */
void ph_pool_graph_prune(ph_pool_graph_t *g, ph_pool_change_t *change, const ph_hash_t *tags, size_t count,
                         bool new_block);
/* Removes the worst until both queues are within the limits: the lowest priority of the ready ones, the oldest among
 * equals; the oldest of the future ones. */
void ph_pool_graph_enforce(ph_pool_graph_t *g, ph_pool_txs_t *removed, ph_pool_limit_t ready, ph_pool_limit_t future);

/* A ready transaction in the order in which they should go into a block. */
typedef struct ph_pool_ready {
    ph_pool_tx_t *tx;        /* borrowed until the next change */
    const uint32_t *parents; /* places of those that must go before */
    uint32_t parent_count;
} ph_pool_ready_t;
/* All ready ones: who is needed first; then higher priority, sooner stale, longer here. In the arena. */
size_t ph_pool_graph_ready(const ph_pool_graph_t *g, ph_arena_t *arena, ph_pool_ready_t **out);

#endif
