/* What the files of the pool share. */
#ifndef PH_CHAIN_POOL_PRIVATE_H
#define PH_CHAIN_POOL_PRIVATE_H

#include "chain/pool.h"
#include "env/env.h"

typedef enum pool_check_kind {
    CHECK_SUBMITTED,  /* wants to come in */
    CHECK_AGAIN,      /* was in, and may still be good */
    CHECK_RETRACTED,  /* was in a block that was taken back */
    CHECK_BLOCK_TAGS, /* is in a block: what did it provide? */
    CHECK_STANDING    /* is ready, at a new block */
} pool_check_kind_t;

typedef struct pool_waiter {
    ph_pool_answer_fn done;
    void *ctx;
    uint64_t tag;
} pool_waiter_t;

/* One validation, waiting or under way. */
typedef struct pool_check {
    pool_check_kind_t kind;
    ph_hash_t hash;
    ph_buf_t *xt;
    uint8_t source;
    unsigned tries;
    ph_relay_block_t *at; /* NULL: the best block of that time */
    PH_LIST(pool_waiter_t) waiters;
    /* the runtime's answer */
    ph_buf_t *answer; /* NULL: it failed */
    bool remembered;
} pool_check_t;

typedef PH_LIST(pool_check_t *) pool_checks_t;

/* Validations under way in the background; outlives the pool. */
typedef struct pool_batch {
    ph_pool_t *pool; /* NULL once it is gone */
    ph_pool_validate_fn validate;
    void *ctx;
    pool_checks_t checks;
} pool_batch_t;

struct ph_pool {
    ph_pool_config_t config;
    ph_env_t *env;
    ph_pool_graph_t graph;
    ph_relay_block_t *best;
    ph_map_t banned;              /* ph_hash_t → until when, in ms; oldest first */
    ph_map_t checking;            /* ph_hash_t → pool_check_t *: those that want to come in */
    pool_checks_t urgent, queued; /* of the chain's doing; of others' */
    size_t queued_bytes;
    ph_map_t standing; /* ph_hash_t: ready ones to be validated at the best block */
    pool_batch_t *batch;
};

/* pool.c */
bool ph_pool_is_banned(const ph_pool_t *pool, const ph_hash_t *hash);
void ph_pool_ban(ph_pool_t *pool, const ph_hash_t *hash);
/* Who became ready is told of, who was removed is forgotten. */
void ph_pool_note(ph_pool_t *pool, ph_pool_change_t *change);

/* pool_check.c: queues of validations, and what follows from the answers. */
/* Takes the reference to xt. `at` may be NULL. */
pool_check_t *ph_pool_check_new(pool_check_kind_t kind, const ph_hash_t *hash, ph_buf_t *xt, uint8_t source,
                                ph_relay_block_t *at);
void ph_pool_check_free(pool_check_t *check);
void ph_pool_check_answer(const pool_check_t *check, const ph_pool_answer_t *answer);
/* Starts a batch if none is under way and something waits. */
void ph_pool_pump(ph_pool_t *pool);
/* Of a ready one again, or of one that comes in; urgent. Bans do not count. Takes the reference. */
void ph_pool_want_check(ph_pool_t *pool, pool_check_kind_t kind, const ph_hash_t *hash, ph_buf_t *xt, uint8_t source);

#endif
