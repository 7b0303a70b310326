#include "cli/pvf_check.h"

#include <stdio.h>

#include "base/check.h"
#include "cli/options.h"
#include "pvf/adder_collator.h"
#include "wasm/blob.h"

ph_err_t ph_pvf_check_prepare(ph_arena_t *arena, ph_pvf_answer_t *answer, ph_bytes_t code)
{
    ph_pvf_worker_t *worker = NULL;
    ph_pvf_worker_config_t config = {.executor = ph_pvf_executor_default()};
    ph_pvf_limits_t limits = ph_pvf_limits(PH_PVF_PREPARE_MS);
    PH_TRY(ph_pvf_worker_spawn(&worker, &config));
    ph_err_t err = ph_pvf_worker_prepare(worker, code, PH_BLOB_CODE_BOMB_LIMIT, &limits);
    if (err == PH_OK)
        ph_pvf_worker_wait(worker, arena, answer);
    ph_pvf_worker_free(worker);
    if (err == PH_OK && answer->kind != PH_PVF_ANSWER_PREPARED)
        err = PH_ERR_INTERNAL;
    return err;
}

int ph_pvf_check(ph_arena_t *arena, const char *who, const char *what, ph_bytes_t code)
{
    ph_pvf_answer_t answer = {0};
    ph_err_t err = ph_pvf_check_prepare(arena, &answer, code);
    if (err != PH_OK) {
        fprintf(stderr, "%s: %s: the worker process failed (%s)\n", who, what, ph_err_text(err));
        return 3;
    }
    const ph_pvf_prepare_result_t *r = &answer.prepared.result;
    if (r->kind == PH_RES_PVF_PREPARED_TUP_PVF_PREPARE_ERROR_STRING_OK)
        return PH_OPTIONS_GO;
    bool of_the_code = ph_pvf_prepare_error_is_deterministic(r->err._0);
    fprintf(stderr, "%s: %s: %s: %.*s%s\n", who, what, ph_pvf_prepare_error_text(r->err._0), (int)r->err._1.len,
            (const char *)r->err._1.data, of_the_code ? "; expected a validation function" : "");
    return of_the_code ? 2 : 3;
}

/* Why the execution did not lead to the head that the collators expect, or NULL. */
static const char *refusal(ph_arena_t *arena, const ph_pvf_executed_t *executed, const uint8_t next[PH_ADDER_HEAD_LEN])
{
    ph_validation_result_t result;
    if (executed->reason.kind != PH_PVF_REASON_VALID)
        return ph_pvf_reason_text(executed->reason);
    if (ph_validation_result_decode_all(executed->result, arena, &result) != PH_OK ||
        !ph_bytes_equal(result.head_data.v, ph_bytes((uint8_t *)(uintptr_t)next, PH_ADDER_HEAD_LEN)))
        return "another head";
    return NULL;
}

int ph_pvf_try_adder(ph_arena_t *arena, const char *who, const char *what, ph_bytes_t code, ph_bytes_t head)
{
    uint8_t block[PH_ADDER_BLOCK_LEN], next[PH_ADDER_HEAD_LEN];
    ph_pvf_worker_config_t config = {.executor = ph_pvf_executor_default()};
    ph_pvf_limits_t prepare = ph_pvf_limits(PH_PVF_PREPARE_MS), limits = ph_pvf_limits(PH_PVF_BACKING_MS);
    ph_validation_params_t params = {.parent_head.v = head, .relay_parent_number = 1};
    ph_pvf_executed_t executed = {0};
    uint64_t cpu_us = 0;
    PH_CHECK(ph_adder_next(block, next, head) == PH_OK);
    params.block_data.v = ph_bytes(block, sizeof block);
    ph_err_t err = ph_pvf_run_in_worker(&config, arena, &executed, &cpu_us, code, &params, &prepare, &limits);
    if (err != PH_OK) {
        fprintf(stderr, "%s: %s: the worker process failed (%s)\n", who, what, ph_err_text(err));
        return 3;
    }
    const char *why = refusal(arena, &executed, next);
    if (why)
        fprintf(
            stderr,
            "%s: warning: %s: does not take a block of the adder chain, which is all the collators make (%s): nothing "
            "of its para will be included\n",
            who, what, why);
    return PH_OPTIONS_GO;
}
