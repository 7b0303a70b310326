/* The real world: a libuv loop, the wall clock, threads for background work, a disk. For now its network is the hub:
 * nodes of one process, without latency or loss.
 *
 * Everything runs on the thread that calls ph_real_run, background work excepted. Timers run on a clock that nobody
 * sets; ph_env_now_us follows the system's clock but never goes back. A callback never runs inside the call that caused
 * it: what is made during a turn of the loop is due in a later one.
 */
#ifndef PH_ENV_REAL_REAL_H
#define PH_ENV_REAL_REAL_H

#include "env/hub.h"

typedef struct ph_real ph_real_t;

typedef struct ph_real_config {
    const char *base_path; /* the folder of the nodes' database; NULL: disks in memory */
    size_t memo_entries;   /* of a memo that all nodes share; 0: none */
    /* Every trace event, as it happens, on the loop. May be NULL. */
    void (*trace)(void *ctx, uint64_t now_us, ph_env_t *node, const char *subsystem, const char *event,
                  const ph_trace_fields_t *fields);
    /* SIGINT or SIGTERM came; on the loop. NULL: signals do what they do. */
    void (*interrupted)(void *ctx, int signal);
    void *ctx;
    ph_log_t *log;
} ph_real_config_t;

/* IO, FULL: the base path, why says more; INTERNAL: no loop. */
PH_MUST_CHECK ph_err_t ph_real_new(ph_real_t **out, const ph_real_config_t *config, char *why, size_t why_len);
/* After its nodes have ended and their parts are freed, and nothing watches a descriptor any more: waits for background
 * work under way, then everything goes. */
void ph_real_free(ph_real_t *real); /* NULL allowed */

ph_hub_t *ph_real_hub(ph_real_t *real);
ph_memo_t *ph_real_memo(ph_real_t *real);
/* Nodes get the indices 0, 1, …; names must differ. The env lives as long as the world. */
ph_env_t *ph_real_add_node(ph_real_t *real, const char *name);
/* Nothing of this node's env fires any more (background work still ends). */
void ph_real_end_node(ph_real_t *real, uint32_t index);

/* Runs the loop until ph_real_stop, which may be called from a callback or before. */
void ph_real_run(ph_real_t *real);
void ph_real_stop(ph_real_t *real);

uint64_t ph_real_now_us(ph_real_t *real);
/* Timers of the world's owner, not of a node. */
ph_timer_t ph_real_timer(ph_real_t *real, uint64_t delay_us, void (*fn)(void *ctx), void *ctx);
void ph_real_timer_cancel(ph_real_t *real, ph_timer_t timer);

/* Calls ready(arg) whenever the descriptor can be read, or, if wanted, written. It must be a socket or pipe. */
typedef struct ph_real_watch ph_real_watch_t;
ph_real_watch_t *ph_real_watch_fd(ph_real_t *real, int fd, bool write, void (*ready)(void *arg), void *arg);
void ph_real_watch_write(ph_real_watch_t *watch, bool write);
/* Also after the descriptor was closed, but before another takes its number. NULL allowed. */
void ph_real_unwatch(ph_real_watch_t *watch);

#endif
