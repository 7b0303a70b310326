#include "cli/pvf_check.h"

#include <stdio.h>

#include "cli/options.h"
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
