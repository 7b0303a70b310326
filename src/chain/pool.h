/* The transaction pool of one node: signed and other transactions that wait for a block.
 *
 * A transaction comes in through ph_pool_submit, is validated by the runtime at the best block, in the background, and
 * then waits: ready, or future while something it requires is missing (chain/pool_graph.h). When the best block
 * changes, what the new blocks hold leaves, what was in blocks taken back comes in again, what is out of date goes, and
 * what is ready is validated anew. What was found invalid, or was in a block, or had to make room, is not looked at
 * again for a while. Both queues are bounded in number and size, and so is what waits for validation.
 *
 * (sc-transaction-pool 48: ValidatedPool, Pool, BasicPool with RevalidationType::Full; limits are its defaults.)
 */
#ifndef PH_CHAIN_POOL_H
#define PH_CHAIN_POOL_H

#include "chain/block.h"
#include "chain/pool_graph.h"

typedef struct ph_pool ph_pool_t;

/* Validates an extrinsic (without its length) on top of a block: appends a SCALE TransactionValidity. Runs on any
 * thread. An error: the runtime failed, and nothing is known but that this is no transaction for it. */
typedef ph_err_t (*ph_pool_validate_fn)(void *ctx, ph_writer_t *out, const ph_relay_block_t *at,
                                        ph_transaction_source_kind_t source, ph_bytes_t xt);

typedef struct ph_pool_config {
    ph_env_t *env;
    ph_relay_block_t *best;        /* a reference is taken */
    ph_pool_limit_t ready, future; /* zeros: 8192 transactions and 20 MiB, 512 and 1 MiB */
    uint64_t ban_ms;               /* 0: half an hour */
    bool authors;                  /* keeps also transactions that are not to be passed on */
    ph_pool_validate_fn validate;  /* NULL: TaggedTransactionQueue_validate_transaction of the block's runtime */
    void *ctx;                     /* of validate and became_ready */
    void (*became_ready)(void *ctx, const ph_pool_tx_t *tx); /* may be NULL */
} ph_pool_config_t;

ph_pool_t *ph_pool_new(const ph_pool_config_t *config);
/* Submissions without an answer get none. NULL allowed. */
void ph_pool_free(ph_pool_t *pool);

/* What became of a submission. */
typedef enum ph_pool_verdict {
    PH_POOL_READY,
    PH_POOL_FUTURE,       /* in the pool, waiting for others */
    PH_POOL_KNOWN,        /* in the pool already */
    PH_POOL_BANNED,       /* was in a block, or was invalid, not long ago */
    PH_POOL_INVALID,      /* says the runtime: answer.error */
    PH_POOL_UNKNOWN,      /* the runtime cannot say: answer.error */
    PH_POOL_UNDECODABLE,  /* the runtime cannot read it */
    PH_POOL_NO_TAGS,      /* it provides nothing: it could be repeated for ever */
    PH_POOL_LOW_PRIORITY, /* another one provides the same and has at least its priority */
    PH_POOL_CYCLE,        /* it would replace what it stands on */
    PH_POOL_UNACTIONABLE, /* not to be passed on, and this node makes no blocks */
    PH_POOL_DROPPED,      /* the pool is full of better ones */
    PH_POOL_BUSY,         /* too many wait for validation */
    PH_POOL_TOO_LARGE     /* larger than any block */
} ph_pool_verdict_t;

typedef struct ph_pool_answer {
    ph_hash_t hash;
    ph_pool_verdict_t verdict;
    ph_transaction_validity_error_t error;
} ph_pool_answer_t;
/* `tag` is the submission's. */
typedef void (*ph_pool_answer_fn)(void *ctx, uint64_t tag, const ph_pool_answer_t *answer);

/* BLAKE2b-256 of the extrinsic with its length in front. `xt` is without it. */
ph_hash_t ph_pool_hash(ph_bytes_t xt);
/* Copies xt (without its length). `done` is called once, perhaps before this returns; NULL: nobody asks. Returns the
 * hash. */
ph_hash_t ph_pool_submit(ph_pool_t *pool, ph_bytes_t xt, ph_transaction_source_kind_t source, ph_pool_answer_fn done,
                         void *ctx, uint64_t tag);
/* Answers to this ctx are dropped from now on. */
void ph_pool_forget(ph_pool_t *pool, void *ctx);
/* "invalid: Stale", "already in the pool"; NUL-terminated, cut to out_len. */
void ph_pool_explain(char *out, size_t out_len, const ph_pool_answer_t *answer);

typedef enum ph_pool_place {
    PH_POOL_NOWHERE,
    PH_POOL_IN_CHECK, /* waits to be validated */
    PH_POOL_IN_READY,
    PH_POOL_IN_FUTURE,
    PH_POOL_IN_BAN /* see PH_POOL_BANNED */
} ph_pool_place_t;
ph_pool_place_t ph_pool_find(const ph_pool_t *pool, const ph_hash_t *hash);

typedef struct ph_pool_stats {
    ph_pool_limit_t ready, future;
    size_t checking, banned;
} ph_pool_stats_t;
void ph_pool_stats(const ph_pool_t *pool, ph_pool_stats_t *out);
const ph_pool_graph_t *ph_pool_graph(const ph_pool_t *pool);

/* The best block is the last of `enacted` now (oldest first, never none), which stand on `ancestor`; `retracted` ones
 * (newest first), down to there, no longer belong to the best chain. The blocks are borrowed. */
void ph_pool_enact(ph_pool_t *pool, ph_relay_block_t *const *retracted, size_t retracted_count,
                   ph_relay_block_t *ancestor, ph_relay_block_t *const *enacted, size_t enacted_count);
const ph_relay_block_t *ph_pool_best(const ph_pool_t *pool);
/* Whoever built a block found these wanting. Invalid ones go and are banned, their dependents go; early ones (what they
 * stand on is missing) are validated anew. */
void ph_pool_drop_invalid(ph_pool_t *pool, const ph_hash_t *hashes, size_t count);
void ph_pool_check_again(ph_pool_t *pool, const ph_hash_t *hashes, size_t count);

#endif
