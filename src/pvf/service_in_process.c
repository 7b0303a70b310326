#include <string.h>

#include "pvf/outcome.h"

/* Virtual time: validation code runs here and now, bounded by fuel; the answer comes when that fuel would have been
 * burnt. */
enum { FUEL_A_MS = 1000000, POV_BOMB_LIMIT = 40 << 20, START_US = 100 };

typedef struct run {
    struct run *next, **link;
    ph_rc_t *executed; /* PvfExecuted */
    void (*done)(void *ctx, const ph_pvf_outcome_t *outcome);
    void *ctx;
} run_t;

typedef struct service {
    ph_pvf_service_t base;
    ph_pvf_t *pvf;
    run_t *runs; /* answers on their way */
} service_t;

static void *ref_rc(void *rc)
{
    return ph_rc_ref(rc);
}

static void unlink_run(run_t *run)
{
    *run->link = run->next;
    if (run->next)
        run->next->link = run->link;
}

static void answer(void *ctx)
{
    run_t *run = ctx;
    ph_arena_t *arena = ph_arena_new();
    ph_pvf_outcome_t outcome = ph_pvf_outcome_of(arena, ph_rc_value(run->executed));
    outcome.cpu_us = outcome.fuel * 1000 / FUEL_A_MS;
    unlink_run(run);
    run->done(run->ctx, &outcome);
    ph_arena_free(arena);
    ph_rc_unref(run->executed);
    ph_mem_free(run);
}

static ph_rc_t *execute_now(service_t *service, const ph_pvf_request_t *request)
{
    ph_arena_t *arena = ph_arena_new();
    ph_validation_params_t params;
    ph_pvf_executed_t executed = {.reason = {PH_PVF_REASON_INTERNAL},
                                  .detail = PH_BYTES_LIT("parameters that do not decode")};
    ph_validation_code_hash_t code_hash;
    memcpy(code_hash.bytes, request->code_hash.bytes, sizeof code_hash.bytes);
    if (ph_validation_params_decode_all(request->params, arena, &params) == PH_OK)
        ph_pvf_execute_in_process(service->pvf, arena, &executed, &code_hash, request->code, &params, POV_BOMB_LIMIT,
                                  (uint64_t)request->timeout_ms * FUEL_A_MS);
    ph_rc_t *rc = ph_rc_new(&ph_type_pvf_executed, &executed);
    ph_arena_free(arena);
    return rc;
}

static void execute(ph_pvf_service_t *base, ph_env_t *env, const ph_pvf_request_t *request,
                    void (*done)(void *ctx, const ph_pvf_outcome_t *outcome), void *ctx)
{
    service_t *service = (service_t *)base;
    ph_memo_key_t key;
    uint8_t limit[4];
    ph_put_u32(limit, request->timeout_ms);
    ph_memo_key(&key, "pvf",
                (ph_bytes_t[]){ph_bytes(request->code_hash.bytes, 32), request->params, ph_bytes(limit, 4)}, 3);
    ph_rc_t *executed = ph_memo_get(env->memo, &key);
    if (!executed) {
        executed = execute_now(service, request);
        ph_memo_put(env->memo, &key, executed, ref_rc, ph_rc_unref);
    }
    run_t *run = ph_mem_alloc(NULL, sizeof *run);
    *run = (run_t){.next = service->runs, .link = &service->runs, .executed = executed, .done = done, .ctx = ctx};
    if (run->next)
        run->next->link = &run->next;
    service->runs = run;
    const ph_pvf_executed_t *e = ph_rc_value(executed);
    ph_env_timer(env, START_US + e->fuel * 1000 / FUEL_A_MS, answer, run);
}

static void free_service(ph_pvf_service_t *base)
{
    service_t *service = (service_t *)base;
    /* Those whose node ended before the answer came. */
    for (run_t *run; (run = service->runs);) {
        unlink_run(run);
        ph_rc_unref(run->executed);
        ph_mem_free(run);
    }
    ph_pvf_free(service->pvf);
    ph_mem_free(service);
}

ph_pvf_service_t *ph_pvf_service_in_process(void)
{
    service_t *service = ph_mem_alloc(NULL, sizeof *service);
    service->base = (ph_pvf_service_t){.execute = execute, .free = free_service};
    service->pvf = ph_pvf_new(NULL, NULL);
    return &service->base;
}
