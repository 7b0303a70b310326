/* The host's side of a worker process. Knows no event loop: a worker has one descriptor to watch, and what happens
 * there is told to ph_pvf_worker_on_ready. A job that takes too long is ended with ph_pvf_worker_overdue; the caller
 * has the clock.
 *
 *     ph_pvf_worker_spawn → ph_pvf_worker_prepare | _execute → (descriptor readable or writable) _on_ready → answer
 *
 * One job at a time. A worker that died answers its job with what its death means and then refuses; spawn another.
 * Answers were decoded within bounds; what they say of a candidate is as good as the worker process.
 */
#ifndef PH_PVF_HOST_H
#define PH_PVF_HOST_H

#include "pvf/pvf.h"

typedef struct ph_pvf_worker ph_pvf_worker_t;

typedef struct ph_pvf_worker_config {
    const char *program; /* NULL: this program's own file */
    const char *command; /* its first argument; NULL: "pvf-worker" */
    ph_pvf_executor_t executor;
} ph_pvf_worker_config_t;

/* IO: no process, no socket. The worker starts up while jobs may already be given. */
PH_MUST_CHECK ph_err_t ph_pvf_worker_spawn(ph_pvf_worker_t **out, const ph_pvf_worker_config_t *config);
/* Ends the process, if it lives, and waits until it is gone. NULL allowed. */
void ph_pvf_worker_free(ph_pvf_worker_t *worker);
/* Watch for reading always, for writing while ph_pvf_worker_wants_write; -1 when the worker is dead. Non-blocking. */
int ph_pvf_worker_fd(const ph_pvf_worker_t *worker);
bool ph_pvf_worker_wants_write(const ph_pvf_worker_t *worker);
bool ph_pvf_worker_alive(const ph_pvf_worker_t *worker);
bool ph_pvf_worker_busy(const ph_pvf_worker_t *worker);

/* Gives a job; everything is copied. CONFLICT: busy; DISCONNECTED: dead; TOO_LARGE. */
PH_MUST_CHECK ph_err_t ph_pvf_worker_prepare(ph_pvf_worker_t *worker, ph_bytes_t code, uint32_t bomb_limit,
                                             const ph_pvf_limits_t *limits);
/* artifact_id names the artifact (say, a hash of code hash and executor): the artifact itself travels only if this
 * worker does not have it yet. */
PH_MUST_CHECK ph_err_t ph_pvf_worker_execute(ph_pvf_worker_t *worker, const ph_hash_t *artifact_id, ph_bytes_t artifact,
                                             const ph_validation_params_t *params, uint32_t pov_bomb_limit,
                                             const ph_pvf_limits_t *limits);
/* How long to wait for the answer to the job just given before ph_pvf_worker_overdue: its wall-clock limit, which the
 * worker enforces itself, and some grace. */
uint32_t ph_pvf_worker_patience_ms(const ph_pvf_worker_t *worker);

/* Reads and writes what goes without waiting. true: the job is done and `answer` is filled (in the arena), also
 * when the worker died of it. */
bool ph_pvf_worker_on_ready(ph_pvf_worker_t *worker, ph_arena_t *arena, ph_pvf_answer_t *answer);
/* Kills a worker whose job is overdue and says what that means. Must be busy. */
void ph_pvf_worker_overdue(ph_pvf_worker_t *worker, ph_arena_t *arena, ph_pvf_answer_t *answer);

/* Waits for the answer on the spot: for tools and tests. */
void ph_pvf_worker_wait(ph_pvf_worker_t *worker, ph_arena_t *arena, ph_pvf_answer_t *answer);

/* Spawns a worker, prepares the code there and executes it, waiting. *cpu_us (may be NULL) is the execution's.
 * IO: no worker. Everything else is in `out`; a preparation that failed has reason Preparation and says why in detail.
 */
PH_MUST_CHECK ph_err_t ph_pvf_run_in_worker(const ph_pvf_worker_config_t *config, ph_arena_t *arena,
                                            ph_pvf_executed_t *out, uint64_t *cpu_us, ph_bytes_t code,
                                            const ph_validation_params_t *params, const ph_pvf_limits_t *prepare_limits,
                                            const ph_pvf_limits_t *execute_limits);

/* Polkadot's time limits, wall-clock time four times the CPU time; fuel unlimited. */
ph_pvf_limits_t ph_pvf_limits(uint32_t cpu_ms);
#define PH_PVF_PRECHECK_MS 60000u
#define PH_PVF_PREPARE_MS  360000u
#define PH_PVF_BACKING_MS  2000u
#define PH_PVF_APPROVAL_MS 12000u

#endif
