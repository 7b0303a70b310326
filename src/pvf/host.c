#include "pvf/host.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/check.h"
#include "pvf/frame.h"
#include "pvf/worker.h"
#include "wasm/blob.h"

#define GRACE_MS 3000u

struct ph_pvf_worker {
    pid_t pid;
    int fd; /* -1: dead */
    bool started, busy, prepares;
    uint32_t wall_ms;
    ph_pvf_inbox_t inbox;
    ph_pvf_outbox_t outbox;
    /* The artifacts that the worker has: the last that it loaded, as it keeps them. */
    ph_hash_t kept[PH_PVF_WORKER_MODULES];
    size_t kept_count, kept_next;
    ph_hash_t sent; /* the artifact that went along with the present job … */
    bool sends;     /* … if one did */
};

/* ---- process ---- */

/* The worker's end of the socket becomes its descriptor 3; signals are as at the start of a program. */
static int spawn(pid_t *pid, const ph_pvf_worker_config_t *config, int end)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attr;
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    sigdelset(&all, SIGKILL);
    sigdelset(&all, SIGSTOP);
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attr);
    posix_spawn_file_actions_adddup2(&actions, end, PH_PVF_WORKER_FD);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, STDERR_FILENO, STDOUT_FILENO);
    posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
    posix_spawnattr_setsigmask(&attr, &none);
    posix_spawnattr_setsigdefault(&attr, &all);
    const char *program = config->program ? config->program : "/proc/self/exe";
    const char *command = config->command ? config->command : "pvf-worker";
    /* the interface does not say so, but neither arguments nor environment are written to */
    char *argv[] = {(char *)(uintptr_t) "parahost", (char *)(uintptr_t)command, NULL}, *env[] = {NULL};
    int failed = posix_spawn(pid, program, &actions, &attr, argv, env);
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attr);
    return failed;
}

ph_err_t ph_pvf_worker_spawn(ph_pvf_worker_t **out, const ph_pvf_worker_config_t *config)
{
    int pair[2];
    pid_t pid;
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
        return PH_ERR_IO;
    /* adddup2 of a descriptor to itself would leave it closed on exec */
    int end = pair[1] == PH_PVF_WORKER_FD ? fcntl(pair[1], F_DUPFD_CLOEXEC, PH_PVF_WORKER_FD + 1) : pair[1];
    int failed = end < 0 ? errno : spawn(&pid, config, end);
    if (end != pair[1] && end >= 0)
        close(end);
    close(pair[1]);
    if (failed || fcntl(pair[0], F_SETFL, O_NONBLOCK) != 0) {
        close(pair[0]);
        return PH_ERR_IO;
    }
    ph_pvf_worker_t *w = ph_mem_alloc(NULL, sizeof *w);
    w->pid = pid;
    w->fd = pair[0];
    ph_pvf_job_t start = {.kind = PH_PVF_JOB_START, .start = config->executor};
    size_t at = ph_pvf_frame_begin(&w->outbox);
    ph_pvf_job_encode(&w->outbox.bytes, &start);
    ph_err_t err = ph_pvf_frame_end(&w->outbox, at);
    PH_CHECK(err == PH_OK); /* a few bytes */
    *out = w;
    return PH_OK;
}

static void bury(ph_pvf_worker_t *w)
{
    if (w->fd < 0)
        return;
    close(w->fd);
    w->fd = -1;
    kill(w->pid, SIGKILL);
    while (waitpid(w->pid, NULL, 0) < 0 && errno == EINTR)
        ;
}

void ph_pvf_worker_free(ph_pvf_worker_t *worker)
{
    if (!worker)
        return;
    bury(worker);
    ph_pvf_inbox_free(&worker->inbox);
    ph_pvf_outbox_free(&worker->outbox);
    ph_mem_free(worker);
}

int ph_pvf_worker_fd(const ph_pvf_worker_t *worker)
{
    return worker->fd;
}
bool ph_pvf_worker_wants_write(const ph_pvf_worker_t *worker)
{
    return worker->fd >= 0 && !ph_pvf_outbox_empty(&worker->outbox);
}
bool ph_pvf_worker_alive(const ph_pvf_worker_t *worker)
{
    return worker->fd >= 0;
}
bool ph_pvf_worker_busy(const ph_pvf_worker_t *worker)
{
    return worker->busy;
}
uint32_t ph_pvf_worker_patience_ms(const ph_pvf_worker_t *worker)
{
    return worker->wall_ms > UINT32_MAX - GRACE_MS ? UINT32_MAX : worker->wall_ms + GRACE_MS;
}

/* ---- jobs ---- */

static ph_err_t give(ph_pvf_worker_t *w, const ph_pvf_job_t *job, uint32_t wall_ms)
{
    if (w->fd < 0)
        return PH_ERR_DISCONNECTED;
    if (w->busy)
        return PH_ERR_CONFLICT;
    size_t start = ph_pvf_frame_begin(&w->outbox);
    ph_pvf_job_encode(&w->outbox.bytes, job);
    PH_TRY(ph_pvf_frame_end(&w->outbox, start));
    w->busy = true;
    w->prepares = job->kind == PH_PVF_JOB_PREPARE;
    w->wall_ms = wall_ms;
    /* a worker that is gone shows when its descriptor is read */
    (void)!ph_pvf_frame_write(&w->outbox, w->fd);
    return PH_OK;
}

ph_err_t ph_pvf_worker_prepare(ph_pvf_worker_t *worker, ph_bytes_t code, uint32_t bomb_limit,
                               const ph_pvf_limits_t *limits)
{
    ph_pvf_job_t job = {.kind = PH_PVF_JOB_PREPARE};
    job.prepare.code = code;
    job.prepare.bomb_limit = bomb_limit;
    job.prepare.limits = *limits;
    return give(worker, &job, limits->wall_ms);
}

static bool has_artifact(const ph_pvf_worker_t *w, const ph_hash_t *id)
{
    for (size_t i = 0; i < w->kept_count; i++)
        if (memcmp(w->kept[i].bytes, id->bytes, sizeof id->bytes) == 0)
            return true;
    return false;
}

ph_err_t ph_pvf_worker_execute(ph_pvf_worker_t *worker, const ph_hash_t *artifact_id, ph_bytes_t artifact,
                               const ph_validation_params_t *params, uint32_t pov_bomb_limit,
                               const ph_pvf_limits_t *limits)
{
    ph_writer_t encoded = PH_WRITER_HEAP;
    ph_validation_params_encode(&encoded, params);
    bool sends = !has_artifact(worker, artifact_id);
    ph_pvf_job_t job = {.kind = PH_PVF_JOB_EXECUTE};
    job.execute.artifact_id = *artifact_id;
    job.execute.artifact = (ph_opt_bytes_t){.some = sends, .value = sends ? artifact : ph_bytes(NULL, 0)};
    job.execute.params = ph_writer_bytes(&encoded);
    job.execute.pov_bomb_limit = pov_bomb_limit;
    job.execute.limits = *limits;
    ph_err_t err = give(worker, &job, limits->wall_ms);
    ph_writer_free(&encoded);
    if (err == PH_OK) {
        worker->sends = sends;
        worker->sent = *artifact_id;
    }
    return err;
}

/* A worker keeps an artifact that it could load. */
static void note_kept(ph_pvf_worker_t *w, const ph_pvf_executed_t *executed)
{
    if (!w->sends || executed->reason.kind == PH_PVF_REASON_CORRUPTED_ARTIFACT ||
        executed->reason.kind == PH_PVF_REASON_RUNTIME_CONSTRUCTION)
        return;
    w->kept[w->kept_next] = w->sent;
    w->kept_next = (w->kept_next + 1) % PH_PVF_WORKER_MODULES;
    if (w->kept_count < PH_PVF_WORKER_MODULES)
        w->kept_count++;
}

/* What the job comes to when its worker is no more. */
static void answer_for_dead(ph_pvf_worker_t *w, ph_arena_t *arena, ph_pvf_answer_t *answer, bool overdue)
{
    const char *text = overdue ? "the worker did not answer in time" : "the worker process died";
    ph_bytes_t detail = ph_bytes_copy(arena, ph_bytes(text, strlen(text)));
    *answer = (ph_pvf_answer_t){.kind = w->prepares ? PH_PVF_ANSWER_PREPARED : PH_PVF_ANSWER_EXECUTED};
    if (w->prepares) {
        answer->prepared.result.kind = PH_RES_ERR;
        answer->prepared.result.err._0.kind = overdue ? PH_PVF_PREPARE_ERROR_TIMED_OUT : PH_PVF_PREPARE_ERROR_JOB_DIED;
        answer->prepared.result.err._1 = detail;
    } else {
        answer->executed.result.reason.kind = overdue ? PH_PVF_REASON_TIMED_OUT : PH_PVF_REASON_WORKER_DIED;
        answer->executed.result.detail = detail;
    }
    w->busy = false;
}

/* A frame has come: true if it answers the job. MALFORMED: it is not what was asked for. */
static ph_err_t take_frame(ph_pvf_worker_t *w, ph_arena_t *arena, ph_pvf_answer_t *answer, bool *done)
{
    PH_TRY(ph_pvf_answer_decode_all(ph_writer_bytes(&w->inbox.body), arena, answer));
    ph_pvf_inbox_next(&w->inbox);
    *done = false;
    if (answer->kind == PH_PVF_ANSWER_STARTED) {
        ph_err_t err = w->started ? PH_ERR_MALFORMED : PH_OK;
        w->started = true;
        return err;
    }
    if (!w->started || !w->busy || (answer->kind == PH_PVF_ANSWER_PREPARED) != w->prepares)
        return PH_ERR_MALFORMED;
    if (answer->kind == PH_PVF_ANSWER_EXECUTED) {
        const ph_pvf_executed_t *executed = &answer->executed.result;
        ph_validation_result_t result;
        if (executed->reason.kind == PH_PVF_REASON_VALID)
            PH_TRY(ph_validation_result_decode_all(executed->result, arena, &result));
        note_kept(w, executed);
    }
    w->busy = false;
    *done = true;
    return PH_OK;
}

bool ph_pvf_worker_on_ready(ph_pvf_worker_t *worker, ph_arena_t *arena, ph_pvf_answer_t *answer)
{
    if (worker->fd < 0)
        return false;
    bool complete = true, done = false;
    /* an error of writing shows when reading */
    (void)!ph_pvf_frame_write(&worker->outbox, worker->fd);
    ph_err_t err = PH_OK;
    while (err == PH_OK && complete && !done) {
        err = ph_pvf_frame_read(&worker->inbox, &complete, worker->fd);
        if (err == PH_OK && complete)
            err = take_frame(worker, arena, answer, &done);
    }
    if (err == PH_OK)
        return done;
    bury(worker);
    if (worker->busy) {
        answer_for_dead(worker, arena, answer, false);
        return true;
    }
    return done;
}

void ph_pvf_worker_overdue(ph_pvf_worker_t *worker, ph_arena_t *arena, ph_pvf_answer_t *answer)
{
    PH_CHECK(worker->busy);
    bury(worker);
    answer_for_dead(worker, arena, answer, true);
}

/* ---- waiting on the spot ---- */

static uint64_t now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

void ph_pvf_worker_wait(ph_pvf_worker_t *worker, ph_arena_t *arena, ph_pvf_answer_t *answer)
{
    uint64_t deadline = now_ms() + ph_pvf_worker_patience_ms(worker);
    while (!ph_pvf_worker_on_ready(worker, arena, answer)) {
        uint64_t now = now_ms();
        if (now >= deadline) {
            ph_pvf_worker_overdue(worker, arena, answer);
            return;
        }
        struct pollfd fd = {.fd = worker->fd, .events = POLLIN};
        if (ph_pvf_worker_wants_write(worker))
            fd.events |= POLLOUT;
        (void)poll(&fd, 1, deadline - now < 60000 ? (int)(deadline - now) : 60000);
    }
}

ph_pvf_limits_t ph_pvf_limits(uint32_t cpu_ms)
{
    return (ph_pvf_limits_t){
        .cpu_ms = cpu_ms, .wall_ms = cpu_ms > UINT32_MAX / 4 ? UINT32_MAX : 4 * cpu_ms, .fuel = UINT64_MAX};
}

static void not_prepared(ph_pvf_executed_t *out, ph_arena_t *arena, const ph_pvf_prepare_result_t *prepared)
{
    ph_bytes_t detail = prepared->err._1;
    const char *text = ph_arena_printf(arena, "%s: %.*s", ph_pvf_prepare_error_text(prepared->err._0), (int)detail.len,
                                       detail.len ? (const char *)detail.data : "");
    *out = (ph_pvf_executed_t){.reason = {PH_PVF_REASON_PREPARATION}, .detail = ph_bytes(text, strlen(text))};
}

ph_err_t ph_pvf_run_in_worker(const ph_pvf_worker_config_t *config, ph_arena_t *arena, ph_pvf_executed_t *out,
                              uint64_t *cpu_us, ph_bytes_t code, const ph_validation_params_t *params,
                              const ph_pvf_limits_t *prepare_limits, const ph_pvf_limits_t *execute_limits)
{
    ph_pvf_worker_t *worker;
    ph_pvf_answer_t prepared, executed;
    ph_hash_t id = {{0}};
    PH_TRY(ph_pvf_worker_spawn(&worker, config));
    ph_err_t err = ph_pvf_worker_prepare(worker, code, PH_BLOB_CODE_BOMB_LIMIT, prepare_limits);
    if (err == PH_OK) {
        ph_pvf_worker_wait(worker, arena, &prepared);
        if (prepared.prepared.result.kind != PH_RES_OK) {
            not_prepared(out, arena, &prepared.prepared.result);
            ph_pvf_worker_free(worker);
            return PH_OK;
        }
        err = ph_pvf_worker_execute(worker, &id, prepared.prepared.result.ok.artifact, params, PH_PVF_POV_BOMB_LIMIT,
                                    execute_limits);
    }
    if (err == PH_OK) {
        ph_pvf_worker_wait(worker, arena, &executed);
        *out = executed.executed.result;
        if (cpu_us)
            *cpu_us = executed.executed.cpu_us;
    }
    ph_pvf_worker_free(worker);
    return err;
}
