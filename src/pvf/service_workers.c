#include <string.h>

#include "base/check.h"
#include "base/map.h"
#include "base/vec.h"
#include "pvf/cache.h"
#include "pvf/host.h"
#include "pvf/outcome.h"

/* request → artifact at hand, or preparation → a free execution worker → answer → the node's loop. What is only to be
 * checked is answered as soon as there is an artifact. */

enum { EXECUTORS = 2, PREPARERS = 1, CACHE_MAX = 512 << 20, FAILURES_MAX = 64, DETAIL_MAX = 400 };

typedef struct service service_t;

/* One execution, or preparation, that a node waits for. */
typedef struct job {
    struct job *next, **link; /* of all */
    service_t *service;
    ph_env_t *env;
    void (*done)(void *ctx, const ph_pvf_outcome_t *outcome);
    void *ctx;
    ph_arena_t *arena;
    ph_validation_params_t params;
    ph_validation_code_hash_t code_hash;
    ph_buf_t *code; /* until it is prepared */
    ph_buf_t *artifact;
    uint32_t timeout_ms, prepare_ms, bomb_limit;
    bool is_pre_check, prepared_again;
    ph_pvf_outcome_t outcome;
} job_t;

typedef struct preparation {
    ph_validation_code_hash_t code_hash;
    ph_buf_t *code;
    uint32_t bomb_limit, timeout_ms;
    bool running;
    PH_LIST(job_t *) waiting;
} preparation_t;

/* A place for one worker process. */
typedef struct seat {
    service_t *service;
    ph_pvf_worker_t *worker; /* NULL: none runs */
    void *watch;
    ph_timer_t overdue;
    job_t *job;                 /* what it executes */
    preparation_t *preparation; /* or prepares */
} seat_t;

struct service {
    ph_pvf_service_t base;
    ph_pvf_workers_config_t config;
    ph_pvf_executor_t executor;
    ph_pvf_cache_t *cache;
    job_t *jobs;
    PH_LIST(job_t *) ready;                /* with artifact, for execution */
    PH_LIST(preparation_t *) preparations; /* in order of their coming */
    ph_map_t failures;                     /* code hash → char[DETAIL_MAX]: code that cannot be prepared */
    seat_t *executors, *preparers;
};

static void pump(service_t *service);

/* ---- answering ---- */

static void job_free(job_t *job)
{
    *job->link = job->next;
    if (job->next)
        job->next->link = job->link;
    ph_buf_unref(job->code);
    ph_buf_unref(job->artifact);
    ph_arena_free(job->arena);
    ph_mem_free(job);
}

static void deliver(void *arg)
{
    job_t *job = arg;
    job->done(job->ctx, &job->outcome);
    job_free(job);
}

/* A timer of the node's own: if the node has ended it never fires, and the job goes with the service. */
static void finish(job_t *job)
{
    ph_buf_unref(job->artifact);
    job->artifact = NULL;
    ph_env_timer(job->env, 0, deliver, job);
}

static void finish_without(job_t *job, ph_pvf_verdict_t verdict, const char *detail)
{
    job->outcome.verdict = verdict;
    job->outcome.detail = ph_arena_strdup(job->arena, detail);
    finish(job);
}

static void finish_unprepared(job_t *job, const char *detail, bool is_codes_fault)
{
    job->outcome.is_codes_fault = is_codes_fault;
    finish_without(job, PH_PVF_PREPARE_FAILED, detail);
}

/* Has an artifact: what it was for can go on. */
static void ready(service_t *service, job_t *job)
{
    if (job->is_pre_check)
        finish_without(job, PH_PVF_VALID, "");
    else
        ph_list_push(NULL, &service->ready, job);
}

/* ---- workers ---- */

static void dismiss(seat_t *seat)
{
    const ph_pvf_loop_t *loop = &seat->service->config.loop;
    loop->timer_cancel(loop->ctx, seat->overdue);
    seat->overdue = 0;
    if (seat->watch)
        loop->unwatch(loop->ctx, seat->watch);
    seat->watch = NULL;
    ph_pvf_worker_free(seat->worker);
    seat->worker = NULL;
}

static void on_answer(seat_t *seat, ph_arena_t *arena, const ph_pvf_answer_t *answer);

static void take_answer(seat_t *seat, ph_arena_t *arena, const ph_pvf_answer_t *answer)
{
    const ph_pvf_loop_t *loop = &seat->service->config.loop;
    loop->timer_cancel(loop->ctx, seat->overdue);
    seat->overdue = 0;
    on_answer(seat, arena, answer);
}

static void on_ready(void *arg)
{
    seat_t *seat = arg;
    service_t *service = seat->service;
    ph_pvf_answer_t answer;
    ph_arena_t *arena = ph_arena_new();
    bool answered = ph_pvf_worker_on_ready(seat->worker, arena, &answer);
    if (!ph_pvf_worker_alive(seat->worker))
        dismiss(seat);
    else
        service->config.loop.watch_write(service->config.loop.ctx, seat->watch,
                                         ph_pvf_worker_wants_write(seat->worker));
    if (answered) {
        take_answer(seat, arena, &answer);
        pump(service);
    }
    ph_arena_free(arena);
}

static void on_overdue(void *arg)
{
    seat_t *seat = arg;
    service_t *service = seat->service;
    ph_pvf_answer_t answer;
    ph_arena_t *arena = ph_arena_new();
    seat->overdue = 0;
    ph_pvf_worker_overdue(seat->worker, arena, &answer);
    dismiss(seat);
    take_answer(seat, arena, &answer);
    pump(service);
    ph_arena_free(arena);
}

static ph_err_t seat_worker(seat_t *seat)
{
    service_t *service = seat->service;
    const ph_pvf_worker_config_t config = {
        .program = service->config.program, .command = service->config.command, .executor = service->executor};
    if (seat->worker)
        return PH_OK;
    ph_err_t err = ph_pvf_worker_spawn(&seat->worker, &config);
    if (err != PH_OK) {
        ph_log(service->config.log, PH_LOG_ERROR, "pvf", "no worker process can be started: %s", ph_err_text(err));
        return err;
    }
    seat->watch =
        service->config.loop.watch(service->config.loop.ctx, ph_pvf_worker_fd(seat->worker), true, on_ready, seat);
    return PH_OK;
}

/* The worker of this seat has been given a job. */
static void expect_answer(seat_t *seat)
{
    const ph_pvf_loop_t *loop = &seat->service->config.loop;
    loop->watch_write(loop->ctx, seat->watch, ph_pvf_worker_wants_write(seat->worker));
    seat->overdue = loop->timer(loop->ctx, (uint64_t)ph_pvf_worker_patience_ms(seat->worker) * 1000, on_overdue, seat);
}

/* ---- preparation ---- */

static void preparation_free(preparation_t *p)
{
    ph_buf_unref(p->code);
    ph_list_free(&p->waiting);
    ph_mem_free(p);
}

static preparation_t *preparation_of(service_t *service, const job_t *job)
{
    for (size_t i = 0; i < service->preparations.count; i++)
        if (ph_validation_code_hash_equal(&service->preparations.items[i]->code_hash, &job->code_hash))
            return service->preparations.items[i];
    preparation_t *p = ph_mem_alloc(NULL, sizeof *p);
    p->code_hash = job->code_hash;
    p->code = ph_buf_ref(job->code);
    p->bomb_limit = job->bomb_limit;
    p->timeout_ms = job->prepare_ms;
    ph_list_push(NULL, &service->preparations, p);
    return p;
}

static void preparation_failed(service_t *service, preparation_t *p, const char *detail, bool for_ever)
{
    if (for_ever) {
        if (service->failures.count >= FAILURES_MAX)
            ph_map_free(&service->failures);
        char *kept = ph_map_put(&service->failures, &p->code_hash, NULL);
        size_t len = strlen(detail) < DETAIL_MAX - 1 ? strlen(detail) : DETAIL_MAX - 1;
        memcpy(kept, detail, len);
        kept[len] = 0;
    }
    for (size_t i = 0; i < p->waiting.count; i++)
        finish_unprepared(p->waiting.items[i], detail, for_ever);
    p->waiting.count = 0;
}

static void prepared(seat_t *seat, ph_arena_t *arena, const ph_pvf_prepare_result_t *result)
{
    service_t *service = seat->service;
    preparation_t *p = seat->preparation;
    seat->preparation = NULL;
    for (size_t i = 0; i < service->preparations.count; i++)
        if (service->preparations.items[i] == p)
            ph_list_remove(&service->preparations, i);
    if (result->kind == PH_RES_OK) {
        ph_buf_t *artifact = ph_buf_new(result->ok.artifact);
        ph_pvf_cache_put(service->cache, &p->code_hash, artifact);
        for (size_t i = 0; i < p->waiting.count; i++) {
            p->waiting.items[i]->artifact = ph_buf_ref(artifact);
            ready(service, p->waiting.items[i]);
        }
        ph_buf_unref(artifact);
    } else {
        ph_bytes_t why = result->err._1;
        const char *detail = ph_arena_printf(arena, "%s: %.*s", ph_pvf_prepare_error_text(result->err._0), (int)why.len,
                                             why.len ? (const char *)why.data : "");
        preparation_failed(service, p, detail, ph_pvf_prepare_error_is_deterministic(result->err._0));
    }
    preparation_free(p);
}

/* false: it could not begin, and is gone. */
static bool begin_preparation(seat_t *seat, preparation_t *p)
{
    ph_pvf_limits_t limits = ph_pvf_limits(p->timeout_ms);
    ph_err_t err = seat_worker(seat);
    if (err == PH_OK)
        err = ph_pvf_worker_prepare(seat->worker, ph_buf_bytes(p->code), p->bomb_limit, &limits);
    seat->preparation = p;
    p->running = true;
    if (err == PH_OK) {
        expect_answer(seat);
        return true;
    }
    ph_arena_t *arena = ph_arena_new();
    const char *text = ph_err_text(err);
    ph_pvf_prepare_result_t failed = {.kind = PH_RES_ERR};
    failed.err._0.kind = PH_PVF_PREPARE_ERROR_IO;
    failed.err._1 = ph_bytes(text, strlen(text));
    prepared(seat, arena, &failed);
    ph_arena_free(arena);
    return false;
}

/* With an artifact it is ready; without, it waits for its preparation, or fails as that did before. */
static void find_artifact(service_t *service, job_t *job)
{
    const char *failure = ph_map_get(&service->failures, &job->code_hash);
    job->artifact = ph_pvf_cache_get(service->cache, &job->code_hash);
    if (job->artifact)
        ready(service, job);
    else if (failure)
        finish_unprepared(job, failure, true);
    else
        ph_list_push(NULL, &preparation_of(service, job)->waiting, job);
}

/* ---- execution ---- */

/* An artifact that will not load is made anew, once. */
static bool is_artifacts_fault(const ph_pvf_executed_t *executed)
{
    return executed->reason.kind == PH_PVF_REASON_RUNTIME_CONSTRUCTION ||
           executed->reason.kind == PH_PVF_REASON_CORRUPTED_ARTIFACT;
}

static void executed(seat_t *seat, const ph_pvf_executed_t *result, uint64_t cpu_us)
{
    job_t *job = seat->job;
    service_t *service = seat->service;
    seat->job = NULL;
    if (is_artifacts_fault(result) && !job->prepared_again) {
        job->prepared_again = true;
        ph_buf_unref(job->artifact);
        job->artifact = NULL;
        ph_pvf_cache_remove(service->cache, &job->code_hash);
        find_artifact(service, job);
        return;
    }
    job->outcome = ph_pvf_outcome_of(job->arena, result);
    job->outcome.result = ph_bytes_copy(job->arena, job->outcome.result);
    job->outcome.cpu_us = cpu_us;
    finish(job);
}

static void begin_execution(seat_t *seat, job_t *job)
{
    service_t *service = seat->service;
    ph_pvf_limits_t limits = ph_pvf_limits(job->timeout_ms);
    ph_hash_t id;
    ph_pvf_artifact_id(&id, service->cache, &job->code_hash);
    ph_err_t err = seat_worker(seat);
    if (err == PH_OK)
        err = ph_pvf_worker_execute(seat->worker, &id, ph_buf_bytes(job->artifact), &job->params, PH_PVF_POV_BOMB_LIMIT,
                                    &limits);
    if (err != PH_OK) {
        finish_without(job, PH_PVF_INTERNAL, ph_err_text(err));
        return;
    }
    seat->job = job;
    expect_answer(seat);
}

static void on_answer(seat_t *seat, ph_arena_t *arena, const ph_pvf_answer_t *answer)
{
    switch ((ph_pvf_answer_kind_t)answer->kind) {
    case PH_PVF_ANSWER_STARTED:
        break;
    case PH_PVF_ANSWER_PREPARED:
        prepared(seat, arena, &answer->prepared.result);
        break;
    case PH_PVF_ANSWER_EXECUTED:
        executed(seat, &answer->executed.result, answer->executed.cpu_us);
        break;
    }
}

/* ---- the queues ---- */

static preparation_t *next_preparation(service_t *service)
{
    for (size_t i = 0; i < service->preparations.count; i++)
        if (!service->preparations.items[i]->running)
            return service->preparations.items[i];
    return NULL;
}

static void pump(service_t *service)
{
    preparation_t *p;
    for (size_t i = 0; i < service->config.preparers; i++) {
        seat_t *seat = &service->preparers[i];
        while (!seat->preparation && (p = next_preparation(service)))
            (void)begin_preparation(seat, p);
    }
    for (size_t i = 0; i < service->config.executors; i++) {
        seat_t *seat = &service->executors[i];
        while (!seat->job && service->ready.count) {
            job_t *job = service->ready.items[0];
            ph_list_remove(&service->ready, 0);
            begin_execution(seat, job);
        }
    }
}

static job_t *job_new(service_t *service, ph_env_t *env, const ph_pvf_request_t *request,
                      void (*done)(void *ctx, const ph_pvf_outcome_t *outcome), void *ctx)
{
    job_t *job = ph_mem_alloc(NULL, sizeof *job);
    *job = (job_t){.next = service->jobs,
                   .link = &service->jobs,
                   .service = service,
                   .env = env,
                   .done = done,
                   .ctx = ctx,
                   .arena = ph_arena_new(),
                   .timeout_ms = request->timeout_ms,
                   .prepare_ms = PH_PVF_PREPARE_MS};
    if (job->next)
        job->next->link = &job->next;
    service->jobs = job;
    job->bomb_limit = request->code_bomb_limit < UINT32_MAX ? (uint32_t)request->code_bomb_limit : UINT32_MAX;
    memcpy(job->code_hash.bytes, request->code_hash.bytes, sizeof job->code_hash.bytes);
    return job;
}

static void begin(job_t *job, ph_bytes_t code)
{
    job->code = ph_buf_new(code);
    find_artifact(job->service, job);
    pump(job->service);
}

static void execute(ph_pvf_service_t *base, ph_env_t *env, const ph_pvf_request_t *request,
                    void (*done)(void *ctx, const ph_pvf_outcome_t *outcome), void *ctx)
{
    job_t *job = job_new((service_t *)base, env, request, done, ctx);
    if (ph_validation_params_decode_all(request->params, job->arena, &job->params) == PH_OK)
        begin(job, request->code);
    else
        finish_without(job, PH_PVF_INTERNAL, "parameters that do not decode");
}

static void pre_check(ph_pvf_service_t *base, ph_env_t *env, const ph_pvf_request_t *request,
                      void (*done)(void *ctx, const ph_pvf_outcome_t *outcome), void *ctx)
{
    job_t *job = job_new((service_t *)base, env, request, done, ctx);
    job->is_pre_check = true;
    job->prepare_ms = request->timeout_ms;
    begin(job, request->code);
}

/* ---- the service ---- */

static void free_service(ph_pvf_service_t *base)
{
    service_t *service = (service_t *)base;
    for (size_t i = 0; i < service->config.executors; i++)
        dismiss(&service->executors[i]);
    for (size_t i = 0; i < service->config.preparers; i++)
        dismiss(&service->preparers[i]);
    while (service->jobs)
        job_free(service->jobs);
    for (size_t i = 0; i < service->preparations.count; i++)
        preparation_free(service->preparations.items[i]);
    ph_list_free(&service->preparations);
    ph_list_free(&service->ready);
    ph_map_free(&service->failures);
    ph_pvf_cache_free(service->cache);
    ph_mem_free(service->executors);
    ph_mem_free(service->preparers);
    ph_mem_free(service);
}

static seat_t *seats(service_t *service, size_t count)
{
    seat_t *all = ph_mem_alloc(NULL, count * sizeof *all);
    for (size_t i = 0; i < count; i++)
        all[i].service = service;
    return all;
}

ph_err_t ph_pvf_service_workers(ph_pvf_service_t **out, const ph_pvf_workers_config_t *config)
{
    ph_pvf_cache_t *cache;
    ph_pvf_executor_t executor = ph_pvf_executor_default();
    PH_TRY(ph_pvf_cache_new(&cache, config->cache_directory, &executor, CACHE_MAX));
    service_t *service = ph_mem_alloc(NULL, sizeof *service);
    service->base = (ph_pvf_service_t){.execute = execute, .pre_check = pre_check, .free = free_service};
    service->config = *config;
    service->executor = executor;
    service->cache = cache;
    if (!service->config.executors)
        service->config.executors = EXECUTORS;
    if (!service->config.preparers)
        service->config.preparers = PREPARERS;
    ph_map_init(&service->failures, sizeof(ph_validation_code_hash_t), DETAIL_MAX);
    service->executors = seats(service, service->config.executors);
    service->preparers = seats(service, service->config.preparers);
    *out = &service->base;
    return PH_OK;
}
