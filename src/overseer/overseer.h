/* The overseer: mailboxes, routes, signals, active leaves, jobs. (Guide 3; guide 2 "Overseer"; guide 4 "Subsystems and
 * Jobs".)
 *
 * A subsystem is a state machine with one source of inputs. Its handler runs on the node's loop, one input a turn,
 * never twice at once, and never blocks. Signals come before everything else; replies, timer ticks and results of
 * background work come before messages. A send to a full mailbox waits in the sender, which is handed no further
 * message until it is delivered (signals, replies and ticks excepted); routes declared `unbounded` never wait.
 *
 * Work belongs to a job: memory, timers, questions asked and background work of a job end with it. A reply to a dead
 * job is dropped and counted. Every subsystem has a root job that lives as long as the subsystem.
 *
 * Subsystems do not call the functions marked (generated): generated headers wrap them with types, and only for
 * declared routes (docs/schema.md).
 */
#ifndef PH_OVERSEER_OVERSEER_H
#define PH_OVERSEER_OVERSEER_H

#include "env/env.h"
#include "overseer/routes.h"

typedef struct ph_overseer ph_overseer_t;
typedef struct ph_subsystem ph_subsystem_t;
typedef struct ph_job ph_job_t;
typedef struct ph_msg ph_msg_t;

/* ---- inputs ---- */
typedef struct ph_leaf {
    ph_hash_t hash;
    ph_block_number_t number;
} ph_leaf_t;

typedef enum ph_input_kind {
    PH_IN_START, /* once, first */
    PH_IN_ACTIVE_LEAVES,
    PH_IN_BLOCK_FINALIZED,
    PH_IN_CONCLUDE, /* the last one; jobs end right after the handler returns */
    PH_IN_MESSAGE
} ph_input_kind_t;

typedef struct ph_input {
    ph_input_kind_t kind;
    struct {
        bool has_activated;
        ph_leaf_t activated;
        size_t deactivated_count;
        const ph_hash_t *deactivated;
    } leaves;
    ph_leaf_t finalized;
    ph_msg_t *msg; /* valid for this turn; ph_msg_ref to keep */
} ph_input_t;

typedef struct ph_subsystem_ops {
    size_t state_size; /* zeroed memory at ph_state(self) */
    /* An error ends the node: "subsystem NAME failed: …", status 3. */
    ph_err_t (*handle)(ph_subsystem_t *self, const ph_input_t *in);
    /* Frees what the state holds on the heap; after Conclude, all jobs are gone. May be NULL. */
    void (*destroy)(ph_subsystem_t *self);
} ph_subsystem_ops_t;

void *ph_state(ph_subsystem_t *self);
const void *ph_config(ph_subsystem_t *self); /* what ph_overseer_install was given; outlives the node */
ph_env_t *ph_env_of(ph_subsystem_t *self);
ph_job_t *ph_root_job(ph_subsystem_t *self);
const char *ph_name_of(ph_subsystem_t *self);
/* ph_trace with the subsystem's own name. */
void ph_note(ph_subsystem_t *self, const char *event, const ph_trace_fields_t *fields);
void ph_complain(ph_subsystem_t *self, ph_log_level_t level, const char *format, ...) PH_PRINTF(3, 4);

/* ---- messages ---- */
uint8_t ph_msg_kind(const ph_msg_t *msg);
uint8_t ph_msg_to(const ph_msg_t *msg); /* the receiver's id */
const void *ph_msg_payload(const ph_msg_t *msg);
ph_msg_t *ph_msg_ref(ph_msg_t *msg); /* to answer or look at later */
void ph_msg_unref(ph_msg_t *msg);
/* (generated) */
void ph_overseer_send(ph_subsystem_t *self, uint8_t to, uint8_t kind, const void *payload);
typedef void (*ph_reply_thunk_t)(void (*fn)(void), ph_job_t *job, void *flow, ph_err_t err, const void *reply);
void ph_overseer_ask(ph_job_t *job, uint8_t to, uint8_t kind, const void *payload, void *flow, void (*fn)(void),
                     ph_reply_thunk_t thunk);
/* In a continuation: what the reply points to lives as long as the job, not only for this turn. Replies are shared
 * between all who asked, so this costs nothing, where a copy of a session's validators does. */
void ph_job_keep_reply(ph_job_t *job);
void ph_overseer_reply(ph_subsystem_t *self, ph_msg_t *msg, const void *reply); /* once a message, else abort */
/* The same with a value of the reply's type that is shared already: a reference is taken, nothing is copied. */
void ph_overseer_reply_shared(ph_subsystem_t *self, ph_msg_t *msg, ph_rc_t *reply);

/* ---- jobs ---- */
/* A job for `key` (a relay parent; jobs of one subsystem have distinct keys) with zeroed state in its arena. */
ph_job_t *ph_job_start(ph_subsystem_t *self, const ph_hash_t *key, size_t state_size);
/* A job without a key inside another: ends with it at the latest. */
ph_job_t *ph_job_child(ph_job_t *parent, size_t state_size);
ph_job_t *ph_job_find(ph_subsystem_t *self, const ph_hash_t *key); /* NULL: none alive */
/* Walks keyed jobs in order of start: *at starts 0. */
ph_job_t *ph_job_next(ph_subsystem_t *self, size_t *at);
/* Ends it and its children; its memory goes now, or after the current turn if that turn is one of its own. */
void ph_job_end(ph_job_t *job);
void *ph_job_state(ph_job_t *job);
ph_arena_t *ph_job_arena(ph_job_t *job);
ph_subsystem_t *ph_job_self(ph_job_t *job);
const ph_hash_t *ph_job_key(const ph_job_t *job); /* of the nearest keyed job; zero for the root's */
/* fn(job, flow) in a turn of its own after delay_ms; returns a handle for ph_job_cancel. */
uint64_t ph_job_after(ph_job_t *job, uint64_t delay_ms, void (*fn)(ph_job_t *job, void *flow), void *flow);
void ph_job_cancel(ph_job_t *job, uint64_t timer);
/* Background work: run(ctx) off the loop, then done(job, ctx) in a turn of the subsystem if the job still lives, then
 * dispose(ctx) in any case. ctx must not lie in the job's arena. cost_us: see ph_env_work. */
void ph_job_work(ph_job_t *job, uint64_t cost_us, void (*run)(void *ctx), void (*done)(ph_job_t *job, void *ctx),
                 void (*dispose)(void *ctx), void *ctx);
/* Runs fn(job, flow) in a later turn. */
void ph_job_later(ph_job_t *job, void (*fn)(ph_job_t *job, void *flow), void *flow);

/* A join counts outstanding answers: ph_join_add before each ask, ph_join_done in each continuation; when all are done
 * (and ph_join_close was called) fn(job, flow) runs. Lives in the job's arena. */
typedef struct ph_join ph_join_t;
ph_join_t *ph_join_new(ph_job_t *job, void (*fn)(ph_job_t *job, void *flow), void *flow);
void ph_join_add(ph_join_t *join);
void ph_join_done(ph_join_t *join);
void ph_join_close(ph_join_t *join);

/* ---- the overseer itself: for service and tests ---- */
typedef struct ph_overseer_config {
    const ph_subsystem_info_t *subsystems; /* generated table */
    size_t subsystem_count;
    /* The node must end: which subsystem, why. Called once, in a turn of the loop. */
    void (*failed)(void *ctx, const char *subsystem, ph_err_t err);
    void *ctx;
} ph_overseer_config_t;

ph_overseer_t *ph_overseer_new(ph_env_t *env, const ph_overseer_config_t *config);
/* Before start. A subsystem that is not installed swallows messages; questions to it fail with PH_ERR_UNSUPPORTED. */
void ph_overseer_install(ph_overseer_t *overseer, uint8_t id, const ph_subsystem_ops_t *ops, const void *config);
/* PH_IN_START to all, then one ActiveLeaves per initial leaf (oldest first). Aborts when the table names unknown
 * routes. */
void ph_overseer_start(ph_overseer_t *overseer, const ph_leaf_t *leaves, size_t leaf_count);
/* A block was imported: activates it, deactivates its parent in the same update. Known leaves are ignored. */
void ph_overseer_block_imported(ph_overseer_t *overseer, const ph_leaf_t *block, const ph_hash_t *parent);
/* BlockFinalized, then deactivates leaves at or below that height other than the block. */
void ph_overseer_block_finalized(ph_overseer_t *overseer, const ph_leaf_t *block);
size_t ph_overseer_leaves(const ph_overseer_t *overseer, ph_leaf_t *out, size_t cap);
/* Conclude to all; when it returns every job has ended and every queue is empty. */
void ph_overseer_conclude(ph_overseer_t *overseer);
void ph_overseer_free(ph_overseer_t *overseer);
ph_subsystem_t *ph_overseer_subsystem(ph_overseer_t *overseer, uint8_t id);

typedef struct ph_subsystem_stats {
    const char *name;
    uint64_t turns, messages_in, replies_in, replies_dropped, blocked_sends;
    size_t queue_now, queue_most, jobs_now;
    uint64_t busy_us; /* by the env's clock: 0 under virtual time */
} ph_subsystem_stats_t;
void ph_overseer_stats(const ph_overseer_t *overseer, uint8_t id, ph_subsystem_stats_t *out);

#endif
