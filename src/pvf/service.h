/* Running validation code for a node: prepare (once a code hash) and execute, asynchronously, off the node's loop.
 *
 * Two implementations: worker processes under the wall clock, and in this process under virtual time, where a run lasts
 * a function of the fuel it burnt and results are remembered in env->memo.
 */
#ifndef PH_PVF_SERVICE_H
#define PH_PVF_SERVICE_H

#include "env/env.h"

typedef enum ph_pvf_verdict {
    PH_PVF_VALID,
    PH_PVF_INVALID,       /* the candidate's fault, as polkadot-sdk distinguishes (node.md section 11) */
    PH_PVF_INTERNAL,      /* ours: never a verdict */
    PH_PVF_PREPARE_FAILED /* the code could not be prepared: no verdict either */
} ph_pvf_verdict_t;

typedef enum ph_pvf_invalid {
    PH_PVF_HARD_TIMEOUT,
    PH_PVF_TRAP,
    PH_PVF_BAD_RETURN,
    PH_PVF_DECOMPRESSION,
    PH_PVF_AMBIGUOUS_DEATH
} ph_pvf_invalid_t;

typedef struct ph_pvf_request {
    ph_bytes_t code;     /* as on chain (maybe compressed); borrowed until done */
    ph_hash_t code_hash; /* blake2-256 of it */
    ph_bytes_t params;   /* SCALE ValidationParams; borrowed until done */
    uint32_t timeout_ms; /* CPU time of the execution */
    uint64_t code_bomb_limit;
} ph_pvf_request_t;

typedef struct ph_pvf_outcome {
    ph_pvf_verdict_t verdict;
    ph_pvf_invalid_t invalid; /* INVALID only */
    ph_bytes_t result;        /* VALID: SCALE ValidationResult; borrowed */
    const char *detail;       /* otherwise; borrowed, never NULL */
    bool is_codes_fault;      /* PREPARE_FAILED: it would fail anywhere */
    uint64_t fuel, cpu_us;
} ph_pvf_outcome_t;

typedef struct ph_pvf_service ph_pvf_service_t;
struct ph_pvf_service {
    /* done(ctx, outcome) comes exactly once, later, on the loop of `env`, unless that node ends first. */
    void (*execute)(ph_pvf_service_t *self, ph_env_t *env, const ph_pvf_request_t *request,
                    void (*done)(void *ctx, const ph_pvf_outcome_t *outcome), void *ctx);
    /* Prepares code, and checks that it can be run, without running it: VALID, without a result, or PREPARE_FAILED. Of
     * the request, `params` is not looked at, and timeout_ms is the preparation's CPU time. What was prepared for one
     * purpose serves the other. */
    void (*pre_check)(ph_pvf_service_t *self, ph_env_t *env, const ph_pvf_request_t *request,
                      void (*done)(void *ctx, const ph_pvf_outcome_t *outcome), void *ctx);
    void (*free)(ph_pvf_service_t *self);
};

/* In this process, through ph_env_work and env->memo; shared by any number of nodes. */
ph_pvf_service_t *ph_pvf_service_in_process(void);

/* ---- in worker processes, watched by an event loop ---- */

/* The loop that watches workers, as functions, so that this room knows none. Everything is called on, and calls back
 * on, the thread of the nodes' loop; nothing calls back inside the call. */
typedef struct ph_pvf_loop {
    void *ctx;
    /* Calls ready(arg) whenever the descriptor can be read or, if wanted, written. */
    void *(*watch)(void *ctx, int fd, bool write, void (*ready)(void *arg), void *arg);
    void (*watch_write)(void *ctx, void *watch, bool write);
    /* Also right after the descriptor was closed. */
    void (*unwatch)(void *ctx, void *watch);
    ph_timer_t (*timer)(void *ctx, uint64_t delay_us, void (*fn)(void *arg), void *arg);
    void (*timer_cancel)(void *ctx, ph_timer_t timer);
} ph_pvf_loop_t;

typedef struct ph_pvf_workers_config {
    ph_pvf_loop_t loop;
    size_t executors, preparers;   /* processes, started when first needed; 0: two and one */
    const char *program, *command; /* see ph_pvf_worker_config_t; borrowed as long as the service lives */
    const char *cache_directory;   /* of artifacts; NULL: in memory alone */
    ph_log_t *log;
} ph_pvf_workers_config_t;

/* Shared by any number of nodes of one loop; prepared code is kept by code hash, what was in vain too if it would be
 * again. A worker that dies is started anew with the next job. To be freed after the nodes have ended and before the
 * loop. IO: the cache directory cannot be made, or is not ours alone. */
PH_MUST_CHECK ph_err_t ph_pvf_service_workers(ph_pvf_service_t **out, const ph_pvf_workers_config_t *config);

#endif
