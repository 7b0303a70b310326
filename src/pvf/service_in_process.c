#include <string.h>

#include "pvf/outcome.h"

/* Virtual time: validation code runs here and now, bounded by fuel; the answer comes when that fuel would have been
 * burnt. */
enum { FUEL_A_MS = 1000000, POV_BOMB_LIMIT = 40 << 20, START_US = 100, COMPILED_A_MS = 2500 /* bytes */ };

typedef struct run {
    struct run *next, **link;
    bool is_pre_check;
    ph_rc_t *answer; /* PvfExecuted, or PvfPrechecked */
    void (*done)(void *ctx, const ph_pvf_outcome_t *outcome);
    void *ctx;
} run_t;

typedef struct service {
    ph_pvf_service_t base;
    ph_pvf_t *pvf;
    run_t *runs; /* answers on their way */
} service_t;

static void unlink_run(run_t *run)
{
    *run->link = run->next;
    if (run->next)
        run->next->link = run->link;
}

static ph_pvf_outcome_t executed_outcome(ph_arena_t *arena, const ph_pvf_executed_t *executed)
{
    ph_pvf_outcome_t outcome = ph_pvf_outcome_of(arena, executed);
    outcome.cpu_us = outcome.fuel * 1000 / FUEL_A_MS;
    return outcome;
}

static void answer(void *ctx)
{
    run_t *run = ctx;
    ph_arena_t *arena = ph_arena_new();
    const void *value = ph_rc_value(run->answer);
    ph_pvf_outcome_t outcome =
        run->is_pre_check ? ph_pvf_outcome_of_preparation(arena, value) : executed_outcome(arena, value);
    unlink_run(run);
    run->done(run->ctx, &outcome);
    ph_arena_free(arena);
    ph_rc_unref(run->answer);
    ph_mem_free(run);
}

/* Takes the reference. */
static void answer_after(service_t *service, ph_env_t *env, uint64_t delay_us, run_t run)
{
    run_t *kept = ph_mem_alloc(NULL, sizeof *kept);
    *kept = run;
    kept->next = service->runs;
    kept->link = &service->runs;
    if (kept->next)
        kept->next->link = &kept->next;
    service->runs = kept;
    ph_env_timer(env, delay_us, answer, kept);
}

/* ---- executing ---- */

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
        ph_memo_put_rc(env->memo, &key, executed);
    }
    const ph_pvf_executed_t *e = ph_rc_value(executed);
    answer_after(service, env, START_US + e->fuel * 1000 / FUEL_A_MS, (run_t){NULL, NULL, false, executed, done, ctx});
}

/* ---- preparing ---- */

static ph_rc_t *prepare_now(service_t *service, const ph_pvf_request_t *request, uint32_t bomb_limit)
{
    ph_arena_t *arena = ph_arena_new();
    ph_pvf_prepare_result_t result;
    ph_pvf_prechecked_t prechecked = {0};
    ph_pvf_prepare(service->pvf, arena, &result, request->code, bomb_limit);
    if (result.kind != PH_RES_OK) {
        prechecked.error.some = true;
        prechecked.error.value = result.err._0;
        prechecked.detail = result.err._1;
    }
    ph_rc_t *rc = ph_rc_new(&ph_type_pvf_prechecked, &prechecked);
    ph_arena_free(arena);
    return rc;
}

static void pre_check(ph_pvf_service_t *base, ph_env_t *env, const ph_pvf_request_t *request,
                      void (*done)(void *ctx, const ph_pvf_outcome_t *outcome), void *ctx)
{
    service_t *service = (service_t *)base;
    ph_memo_key_t key;
    uint8_t limit[4];
    uint32_t bomb_limit = request->code_bomb_limit < UINT32_MAX ? (uint32_t)request->code_bomb_limit : UINT32_MAX;
    ph_put_u32(limit, bomb_limit);
    ph_memo_key(&key, "pvf-prepare", (ph_bytes_t[]){ph_bytes(request->code_hash.bytes, 32), ph_bytes(limit, 4)}, 2);
    ph_rc_t *prechecked = ph_memo_get(env->memo, &key);
    if (!prechecked) {
        prechecked = prepare_now(service, request, bomb_limit);
        ph_memo_put_rc(env->memo, &key, prechecked);
    }
    answer_after(service, env, START_US + request->code.len * 1000 / COMPILED_A_MS,
                 (run_t){NULL, NULL, true, prechecked, done, ctx});
}

static void free_service(ph_pvf_service_t *base)
{
    service_t *service = (service_t *)base;
    /* Those whose node ended before the answer came. */
    for (run_t *run; (run = service->runs);) {
        unlink_run(run);
        ph_rc_unref(run->answer);
        ph_mem_free(run);
    }
    ph_pvf_free(service->pvf);
    ph_mem_free(service);
}

ph_pvf_service_t *ph_pvf_service_in_process(void)
{
    service_t *service = ph_mem_alloc(NULL, sizeof *service);
    service->base = (ph_pvf_service_t){.execute = execute, .pre_check = pre_check, .free = free_service};
    service->pvf = ph_pvf_new(NULL, NULL);
    return &service->base;
}
