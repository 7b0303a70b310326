#include "pvf/worker.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/arena.h"
#include "pvf/frame.h"
#include "pvf/pvf.h"

#define STATUS_BAD_CALL 2
#define STATUS_FAILED   3
/* Memory of a job beyond the code's own: wasmtime, copies of parameters and results. */
#define JOB_MEMORY     ((rlim_t)1 << 30)
#define PREPARE_MEMORY ((rlim_t)4 << 30)
#define OPEN_FILES_MAX 64

typedef struct kept_module {
    ph_hash_t id;
    ph_pvf_module_t *module;
} kept_module_t;

typedef struct worker {
    int fd;
    ph_pvf_inbox_t inbox;
    ph_pvf_outbox_t outbox;
    ph_pvf_executor_t executor;
    ph_pvf_t *pvf;
    kept_module_t kept[PH_PVF_WORKER_MODULES];
    size_t kept_next; /* the slot to be used next: the oldest */
} worker_t;

/* What ended a job. */
typedef struct job_end {
    bool answered; /* with `frame` */
    bool overdue;
    int signal; /* that killed it, or 0 */
    uint64_t cpu_us;
    ph_pvf_inbox_t frame;
} job_end_t;

static void answer_executed(ph_pvf_answer_t *out, ph_arena_t *arena, ph_pvf_reason_kind_t reason, const char *detail)
{
    *out = (ph_pvf_answer_t){.kind = PH_PVF_ANSWER_EXECUTED};
    out->executed.result.reason.kind = (uint8_t)reason;
    out->executed.result.detail = ph_bytes_copy(arena, ph_bytes(detail, strlen(detail)));
}

static void answer_unprepared(ph_pvf_answer_t *out, ph_arena_t *arena, ph_pvf_prepare_error_kind_t error,
                              const char *detail)
{
    *out = (ph_pvf_answer_t){.kind = PH_PVF_ANSWER_PREPARED};
    out->prepared.result.kind = PH_RES_ERR;
    out->prepared.result.err._0.kind = (uint8_t)error;
    out->prepared.result.err._1 = ph_bytes_copy(arena, ph_bytes(detail, strlen(detail)));
}

/* ---- inside of the job's process ---- */

static void limit(int what, rlim_t most)
{
    struct rlimit r = {most, most};
    if (setrlimit((__rlimit_resource_t)what, &r) != 0)
        _exit(STATUS_FAILED);
}

/* No job without its limits. */
static void enter_cage(const worker_t *w, const ph_pvf_limits_t *limits, bool prepares)
{
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
        prctl(PR_SET_DUMPABLE, 0) != 0)
        _exit(STATUS_FAILED);
    limit(RLIMIT_CORE, 0);
    limit(RLIMIT_NOFILE, OPEN_FILES_MAX);
    limit(RLIMIT_CPU, (rlim_t)limits->cpu_ms / 1000 + 2);
#ifndef __SANITIZE_ADDRESS__ /* its shadow memory counts as data */
    rlim_t heap = (rlim_t)w->executor.memory_pages_max << 16;
    limit(RLIMIT_DATA, prepares ? PREPARE_MEMORY : heap + w->executor.native_stack_max + JOB_MEMORY);
#else
    (void)w;
    (void)prepares;
#endif
    /* exact to a tick, where RLIMIT_CPU counts seconds; SIGPROF kills */
    struct itimerval timer = {.it_value = {limits->cpu_ms / 1000, (suseconds_t)(limits->cpu_ms % 1000) * 1000}};
    if (limits->cpu_ms == 0)
        timer.it_value.tv_usec = 1;
    if (setitimer(ITIMER_PROF, &timer, NULL) != 0)
        _exit(STATUS_FAILED);
}

_Noreturn static void report(int fd, const ph_pvf_answer_t *answer)
{
    ph_pvf_outbox_t outbox = {0};
    size_t start = ph_pvf_frame_begin(&outbox);
    ph_pvf_answer_encode(&outbox.bytes, answer);
    _exit(ph_pvf_frame_end(&outbox, start) == PH_OK && ph_pvf_frame_write(&outbox, fd) == PH_OK ? 0 : STATUS_FAILED);
}

_Noreturn static void run_job(worker_t *w, int fd, const ph_pvf_job_t *job, ph_pvf_module_t *module)
{
    ph_arena_t *arena = ph_arena_new();
    ph_pvf_answer_t answer = {0};
    if (job->kind == PH_PVF_JOB_PREPARE) {
        enter_cage(w, &job->prepare.limits, true);
        answer.kind = PH_PVF_ANSWER_PREPARED;
        ph_pvf_prepare(w->pvf, arena, &answer.prepared.result, job->prepare.code, job->prepare.bomb_limit);
    } else {
        enter_cage(w, &job->execute.limits, false);
        ph_validation_params_t params;
        answer.kind = PH_PVF_ANSWER_EXECUTED;
        if (ph_validation_params_decode_all(job->execute.params, arena, &params) != PH_OK)
            answer_executed(&answer, arena, PH_PVF_REASON_INTERNAL, "the host sent malformed parameters");
        else
            ph_pvf_execute(module, arena, &answer.executed.result, &params, job->execute.pov_bomb_limit,
                           job->execute.limits.fuel);
    }
    report(fd, &answer);
}

/* ---- around it ---- */

static uint64_t now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

static uint64_t microseconds(struct timeval t)
{
    return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_usec;
}

/* Waits for the job's frame, its death, its deadline, or the host's going. */
static void watch_job(worker_t *w, job_end_t *end, int fd, uint64_t deadline)
{
    for (;;) {
        uint64_t now = now_ms();
        if (now >= deadline) {
            end->overdue = true;
            return;
        }
        uint64_t left = deadline - now;
        struct pollfd fds[2] = {{.fd = fd, .events = POLLIN}, {.fd = w->fd, .events = POLLRDHUP}};
        int n = poll(fds, 2, left < 60000 ? (int)left : 60000);
        if (n < 0 && errno != EINTR)
            return;
        if (n <= 0)
            continue;
        if (fds[1].revents)
            _exit(0); /* nobody wants the answer; the job dies with us */
        bool complete;
        if (ph_pvf_frame_read(&end->frame, &complete, fd) != PH_OK)
            return;
        if (complete) {
            end->answered = true;
            return;
        }
    }
}

static void supervise(worker_t *w, job_end_t *end, pid_t child, int fd, uint32_t wall_ms)
{
    watch_job(w, end, fd, now_ms() + wall_ms);
    /* whatever it may still be up to */
    kill(child, SIGKILL);
    int status = 0;
    struct rusage usage = {0};
    pid_t gone;
    do
        gone = wait4(child, &status, 0, &usage);
    while (gone < 0 && errno == EINTR);
    end->cpu_us = microseconds(usage.ru_utime) + microseconds(usage.ru_stime);
    end->signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

static bool out_of_time(const job_end_t *end)
{
    return end->overdue || end->signal == SIGPROF || end->signal == SIGXCPU;
}

/* The job's own answer, if it is one of the right kind; otherwise what its end tells. */
static void conclude(ph_pvf_answer_t *out, ph_arena_t *arena, const job_end_t *end, bool prepares)
{
    char detail[64] = "the job process ended without an answer";
    if (end->answered) {
        if (ph_pvf_answer_decode_all(ph_writer_bytes(&end->frame.body), arena, out) == PH_OK &&
            out->kind == (prepares ? PH_PVF_ANSWER_PREPARED : PH_PVF_ANSWER_EXECUTED))
            return;
        snprintf(detail, sizeof detail, "the job process sent garbage");
    } else if (out_of_time(end)) {
        snprintf(detail, sizeof detail, "%s", end->overdue ? "wall-clock time limit" : "CPU time limit");
    } else if (end->signal) {
        snprintf(detail, sizeof detail, "the job process died of signal %d", end->signal);
    }
    if (prepares)
        answer_unprepared(out, arena,
                          end->answered      ? PH_PVF_PREPARE_ERROR_JOB_ERROR
                          : out_of_time(end) ? PH_PVF_PREPARE_ERROR_TIMED_OUT
                                             : PH_PVF_PREPARE_ERROR_JOB_DIED,
                          detail);
    else
        answer_executed(out, arena,
                        end->answered      ? PH_PVF_REASON_JOB_ERROR
                        : out_of_time(end) ? PH_PVF_REASON_TIMED_OUT
                                           : PH_PVF_REASON_JOB_DIED,
                        detail);
}

static void fork_job(worker_t *w, ph_arena_t *arena, ph_pvf_answer_t *out, const ph_pvf_job_t *job,
                     ph_pvf_module_t *module)
{
    bool prepares = job->kind == PH_PVF_JOB_PREPARE;
    int pair[2];
    pid_t child = -1;
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) == 0) {
        child = fork();
        if (child == 0) {
            close(pair[0]);
            close(w->fd);
            run_job(w, pair[1], job, module);
        }
        close(pair[1]);
        if (child < 0)
            close(pair[0]);
    }
    if (child < 0) {
        if (prepares)
            answer_unprepared(out, arena, PH_PVF_PREPARE_ERROR_KERNEL, strerror(errno));
        else
            answer_executed(out, arena, PH_PVF_REASON_INTERNAL, strerror(errno));
        return;
    }
    job_end_t end = {0};
    fcntl(pair[0], F_SETFL, O_NONBLOCK);
    supervise(w, &end, child, pair[0], prepares ? job->prepare.limits.wall_ms : job->execute.limits.wall_ms);
    close(pair[0]);
    conclude(out, arena, &end, prepares);
    if (prepares)
        out->prepared.cpu_us = end.cpu_us;
    else
        out->executed.cpu_us = end.cpu_us;
    ph_pvf_inbox_free(&end.frame);
}

static ph_pvf_module_t *find_module(const worker_t *w, const ph_hash_t *id)
{
    for (size_t i = 0; i < PH_PVF_WORKER_MODULES; i++)
        if (w->kept[i].module && memcmp(w->kept[i].id.bytes, id->bytes, sizeof id->bytes) == 0)
            return w->kept[i].module;
    return NULL;
}

static void execute(worker_t *w, ph_arena_t *arena, ph_pvf_answer_t *out, const ph_pvf_job_t *job)
{
    ph_pvf_module_t *module;
    if (job->execute.artifact.some) {
        *out = (ph_pvf_answer_t){.kind = PH_PVF_ANSWER_EXECUTED};
        ph_pvf_module_load(w->pvf, &module, arena, &out->executed.result, job->execute.artifact.value);
        if (!module)
            return;
        kept_module_t *slot = &w->kept[w->kept_next];
        w->kept_next = (w->kept_next + 1) % PH_PVF_WORKER_MODULES;
        ph_pvf_module_free(slot->module);
        *slot = (kept_module_t){job->execute.artifact_id, module};
    } else {
        module = find_module(w, &job->execute.artifact_id);
    }
    if (module)
        fork_job(w, arena, out, job, module);
    else
        answer_executed(out, arena, PH_PVF_REASON_INTERNAL, "the worker has no such artifact");
}

static ph_err_t serve(worker_t *w, ph_arena_t *arena)
{
    ph_pvf_job_t job;
    ph_pvf_answer_t answer = {.kind = PH_PVF_ANSWER_STARTED};
    ph_reader_t reader = ph_reader(ph_writer_bytes(&w->inbox.body));
    reader.borrow = true;
    PH_TRY(ph_pvf_job_decode(&reader, arena, &job));
    PH_TRY(ph_reader_finish(&reader));
    if ((job.kind == PH_PVF_JOB_START) != (w->pvf == NULL))
        return PH_ERR_MALFORMED;
    switch ((ph_pvf_job_kind_t)job.kind) {
    case PH_PVF_JOB_START:
        w->executor = job.start;
        w->pvf = ph_pvf_new(&job.start, NULL);
        if (!w->pvf)
            return PH_ERR_UNSUPPORTED;
        break;
    case PH_PVF_JOB_PREPARE:
        fork_job(w, arena, &answer, &job, NULL);
        break;
    case PH_PVF_JOB_EXECUTE:
        execute(w, arena, &answer, &job);
        break;
    }
    size_t start = ph_pvf_frame_begin(&w->outbox);
    ph_pvf_answer_encode(&w->outbox.bytes, &answer);
    PH_TRY(ph_pvf_frame_end(&w->outbox, start));
    return ph_pvf_frame_write(&w->outbox, w->fd);
}

int ph_pvf_worker_main(void)
{
    struct stat st;
    if (fstat(PH_PVF_WORKER_FD, &st) != 0 || !S_ISSOCK(st.st_mode)) {
        fprintf(stderr, "pvf-worker: descriptor %d is no socket; only parahost itself starts this\n", PH_PVF_WORKER_FD);
        return STATUS_BAD_CALL;
    }
    close_range(PH_PVF_WORKER_FD + 1, ~0u, 0);
    worker_t w = {.fd = PH_PVF_WORKER_FD};
    ph_arena_t *arena = ph_arena_new();
    ph_err_t err = PH_OK;
    while (err == PH_OK) {
        bool complete;
        err = ph_pvf_frame_read(&w.inbox, &complete, w.fd);
        if (err == PH_OK && complete) {
            err = serve(&w, arena);
            ph_pvf_inbox_next(&w.inbox);
            ph_arena_reset(arena);
        }
    }
    for (size_t i = 0; i < PH_PVF_WORKER_MODULES; i++)
        ph_pvf_module_free(w.kept[i].module);
    ph_pvf_free(w.pvf);
    ph_pvf_inbox_free(&w.inbox);
    ph_pvf_outbox_free(&w.outbox);
    ph_arena_free(arena);
    return err == PH_ERR_DISCONNECTED ? 0 : STATUS_FAILED;
}
