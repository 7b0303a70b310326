/* What overseer.c, jobs.c and mailbox.c share. */
#ifndef PH_OVERSEER_PRIVATE_H
#define PH_OVERSEER_PRIVATE_H

#include "base/check.h"
#include "base/map.h"
#include "base/vec.h"
#include "overseer/overseer.h"

/* Something that waits in a subsystem's mailbox. */
typedef enum item_kind { ITEM_SIGNAL, ITEM_REPLY, ITEM_CALL, ITEM_WORK, ITEM_MESSAGE } item_kind_t;

typedef struct ph_item {
    struct ph_item *next;
    item_kind_t kind;
    ph_job_t *job; /* REPLY, CALL, WORK: a reference */
    union {
        struct {
            ph_input_t input;
            ph_hash_t *deactivated; /* heap */
        } signal;
        struct {
            void (*fn)(void);
            ph_reply_thunk_t thunk;
            void *flow;
            ph_err_t err;
            ph_rc_t *value;
        } reply;
        struct {
            void (*fn)(ph_job_t *job, void *flow); /* NULL: cancelled after all */
            void *flow;
            uint64_t timer; /* the timer it was, or 0 */
        } call;
        struct ph_job_work *work;
        ph_msg_t *msg;
    };
} ph_item_t;

typedef struct ph_queue {
    ph_item_t *head, *tail;
    size_t count;
} ph_queue_t;

struct ph_msg {
    unsigned refs;
    uint8_t to, from, kind;
    bool wants_reply, replied;
    bool unbounded;
    ph_overseer_t *overseer;
    ph_rc_t *payload;
    /* where the answer goes */
    ph_job_t *asker;
    void (*fn)(void);
    ph_reply_thunk_t thunk;
    void *flow;
};

typedef struct ph_job_timer {
    struct ph_job_timer *next, **link;
    uint64_t id;
    ph_job_t *job;
    ph_timer_t timer;
    void (*fn)(ph_job_t *job, void *flow);
    void *flow;
} ph_job_timer_t;

typedef struct ph_job_work {
    struct ph_job_work *next, **link; /* in the overseer's list of work under way */
    ph_overseer_t *overseer;          /* NULL once the overseer is gone */
    ph_job_t *job;
    void (*run)(void *ctx);
    void (*done)(ph_job_t *job, void *ctx);
    void (*dispose)(void *ctx);
    void *ctx;
} ph_job_work_t;

struct ph_job {
    unsigned refs;
    bool alive, has_key;
    ph_subsystem_t *self;
    ph_job_t *parent, *first_child, *next_sibling, **sibling_link;
    ph_hash_t key;
    ph_arena_t *arena;
    void *state;
    ph_job_timer_t *timers;
    ph_job_t *next_dead;
};

struct ph_subsystem {
    ph_overseer_t *overseer;
    uint8_t id;
    const ph_subsystem_info_t *info;
    const ph_subsystem_ops_t *ops;
    const void *config;
    void *state;
    ph_queue_t signals, ready, messages, undelivered;
    ph_subsystem_t *next_runnable;
    bool runnable, running, concluded;
    ph_rc_t *reply; /* while a continuation runs: what it was given */
    ph_job_t *root, *graveyard;
    ph_map_t jobs; /* ph_hash_t → ph_job_t * */
    ph_subsystem_stats_t stats;
};

struct ph_overseer {
    ph_env_t *env;
    ph_overseer_config_t config;
    ph_subsystem_t *subsystems;
    ph_subsystem_t *run_head, *run_tail;
    ph_timer_t run_timer;
    bool running, failed, started, concluded;
    PH_LIST(ph_leaf_t) leaves;
    ph_job_work_t *works;
    uint64_t next_timer_id;
};

/* mailbox.c */
void ph_queue_push(ph_queue_t *queue, ph_item_t *item);
ph_item_t *ph_queue_pop(ph_queue_t *queue);
ph_item_t *ph_item_new(item_kind_t kind, ph_job_t *job /* takes a reference of its own, may be NULL */);
void ph_item_free(ph_item_t *item); /* also what it carries */
void ph_queue_clear(ph_queue_t *queue);
/* overseer.c */
void ph_subsystem_wake(ph_subsystem_t *self);
/* jobs.c */
ph_job_t *ph_job_ref(ph_job_t *job);
void ph_job_unref(ph_job_t *job);
ph_job_t *ph_job_new(ph_subsystem_t *self, ph_job_t *parent, size_t state_size);
void ph_job_bury(ph_subsystem_t *self); /* frees the memory of jobs that ended during the turn */
void ph_job_work_orphan(ph_overseer_t *overseer);

#endif
