#include "cli/pvf_check.h"

#include <stdio.h>

#include "base/check.h"
#include "cli/options.h"
#include "primitives/hash_of.h"
#include "pvf/builder.h"
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
static const char *refusal(ph_arena_t *arena, const ph_pvf_executed_t *executed, const ph_head_data_t *next)
{
    ph_validation_result_t result;
    if (executed->reason.kind != PH_PVF_REASON_VALID)
        return ph_pvf_reason_text(executed->reason);
    if (ph_validation_result_decode_all(executed->result, arena, &result) != PH_OK ||
        !ph_bytes_equal(result.head_data.v, next->v))
        return "another head";
    return NULL;
}

int ph_pvf_try_block(ph_arena_t *arena, const char *who, const char *what, ph_bytes_t code, ph_bytes_t head,
                     size_t pov_len)
{
    ph_pvf_worker_config_t config = {.executor = ph_pvf_executor_default()};
    ph_pvf_limits_t prepare = ph_pvf_limits(PH_PVF_PREPARE_MS), limits = ph_pvf_limits(PH_PVF_BACKING_MS);
    ph_builder_parent_t parent = {
        .head = head, .code_hash = ph_hash_of_code((ph_validation_code_t){code}), .relay_parent_number = 1};
    ph_pvf_executed_t executed = {0};
    uint64_t cpu_us = 0;
    ph_built_t built;
    ph_builder_t *builder = ph_builder_new(pov_len);
    PH_CHECK(ph_builder_next(builder, arena, &built, &parent) == PH_OK);
    ph_validation_params_t params = {.parent_head.v = head, .relay_parent_number = 1, .block_data.v = built.block_data};
    ph_err_t err = ph_pvf_run_in_worker(&config, arena, &executed, &cpu_us, code, &params, &prepare, &limits);
    const char *why = err == PH_OK ? refusal(arena, &executed, &built.result.head_data) : NULL;
    ph_builder_free(builder);
    if (err != PH_OK) {
        fprintf(stderr, "%s: %s: the worker process failed (%s)\n", who, what, ph_err_text(err));
        return 3;
    }
    if (why)
        fprintf(stderr,
                "%s: warning: %s: does not take a block of the %s chain, which is all that the collators make for this "
                "head (%s): nothing of its para will be included\n",
                who, what, ph_builtin_names[built.chain], why);
    return PH_OPTIONS_GO;
}
