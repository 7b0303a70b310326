#include "node/candidate_validation/pre_check.h"

#include <string.h>

#include "protocol/candidate_validation.h"
#include "protocol/candidate_validation_out.h"

/* Code is large: more than these wait for their turn before they ask for it. */
enum { PARALLEL_MAX = 4, CODE_BOMB_LIMIT = 4 * 5 * 1024 * 1024, PREPARE_TIMEOUT_MS = 60000 };

/* Not in a job's arena: the PVF service borrows the code until it answers, which may be after Conclude. */
struct ph_pre_check {
    ph_pre_check_t *next, **link;
    ph_pre_checks_t *all;
    ph_subsystem_t *self;
    ph_job_t *job; /* what the runtime is asked with; NULL: not begun */
    ph_arena_t *arena;
    ph_msg_t *question;
    const ph_msg_candidate_validation_pre_check_t *in;
    ph_validation_code_t code;
    uint32_t timeout_ms;
    ph_pre_check_outcome_kind_t outcome;
    const char *why;
};

static void ask_for_code(ph_pre_check_t *check);

static void check_free(ph_pre_check_t *check)
{
    *check->link = check->next;
    if (check->next)
        check->next->link = check->link;
    else
        check->all->end = check->link;
    ph_msg_unref(check->question);
    ph_arena_free(check->arena);
    ph_mem_free(check);
}

static void begin_waiting(ph_pre_checks_t *all)
{
    for (ph_pre_check_t *check = all->first; check && all->begun < PARALLEL_MAX; check = check->next)
        if (!check->job)
            ask_for_code(check);
}

static void finish(ph_pre_check_t *check, ph_pre_check_outcome_kind_t outcome, const char *why)
{
    static const char *const names[] = {[PH_PRE_CHECK_OUTCOME_VALID] = "valid",
                                        [PH_PRE_CHECK_OUTCOME_INVALID] = "invalid",
                                        [PH_PRE_CHECK_OUTCOME_FAILED] = "failed"};
    ph_subsystem_t *self = check->self;
    ph_pre_checks_t *all = check->all;
    ph_note(self, "pvf-prepared", PH_FIELDS(.block = &check->in->relay_parent, .reason = names[outcome]));
    if (outcome != PH_PRE_CHECK_OUTCOME_VALID)
        ph_complain(self, PH_LOG_WARN, "code under vote: %s: %s", names[outcome], why);
    ph_reply_candidate_validation_pre_check(self, check->question, &(ph_pre_check_outcome_t){(uint8_t)outcome});
    ph_job_end(check->job);
    all->begun--;
    check_free(check);
    begin_waiting(all);
}

/* ---- the steps, last first ---- */

static void tell(ph_job_t *job, void *flow)
{
    ph_pre_check_t *check = flow;
    (void)job;
    finish(check, check->outcome, check->why);
}

/* On the loop, but outside our turns. */
static void on_prepared(void *ctx, const ph_pvf_outcome_t *outcome)
{
    ph_pre_check_t *check = ctx;
    if (check->all->concluded)
        return;
    check->outcome = outcome->verdict == PH_PVF_VALID ? PH_PRE_CHECK_OUTCOME_VALID
                     : outcome->is_codes_fault        ? PH_PRE_CHECK_OUTCOME_INVALID
                                                      : PH_PRE_CHECK_OUTCOME_FAILED;
    check->why = ph_arena_strdup(check->arena, outcome->detail);
    ph_job_later(check->job, tell, check);
}

static void prepare(ph_job_t *job, void *flow, ph_err_t err, const ph_res_u32_runtime_api_error_t *bomb_limit)
{
    ph_pre_check_t *check = flow;
    const ph_candidate_validation_config_t *config = ph_config(check->self);
    bool is_old_runtime =
        !err && bomb_limit->kind == PH_RES_ERR && bomb_limit->err.kind == PH_RUNTIME_API_ERROR_NOT_SUPPORTED;
    (void)job;
    if (err || (bomb_limit->kind != PH_RES_OK && !is_old_runtime)) {
        finish(check, PH_PRE_CHECK_OUTCOME_FAILED, "code bomb limit not available");
        return;
    }
    ph_pvf_request_t request = {
        .code = check->code.v,
        .timeout_ms = check->timeout_ms,
        .code_bomb_limit = is_old_runtime ? CODE_BOMB_LIMIT : bomb_limit->ok,
    };
    memcpy(request.code_hash.bytes, check->in->code_hash.bytes, sizeof request.code_hash.bytes);
    config->pvf->pre_check(config->pvf, ph_env_of(check->self), &request, on_prepared, check);
}

static uint32_t timeout_of(const ph_vec_executor_param_t *params)
{
    uint32_t timeout = PREPARE_TIMEOUT_MS;
    for (size_t i = 0; i < params->count; i++) {
        const ph_executor_param_t *param = &params->items[i];
        if (param->kind == PH_EXECUTOR_PARAM_PVF_PREP_TIMEOUT &&
            param->pvf_prep_timeout._0.kind == PH_PVF_PREP_KIND_PRECHECK)
            timeout = param->pvf_prep_timeout._1 < UINT32_MAX ? (uint32_t)param->pvf_prep_timeout._1 : UINT32_MAX;
    }
    return timeout;
}

static void note_params(ph_job_t *job, void *flow, ph_err_t err,
                        const ph_res_opt_vec_executor_param_runtime_api_error_t *params)
{
    ph_pre_check_t *check = flow;
    if (err || params->kind != PH_RES_OK || !params->ok.some) {
        finish(check, PH_PRE_CHECK_OUTCOME_INVALID, "executor parameters not available");
        return;
    }
    check->timeout_ms = timeout_of(&params->ok.value);
    ph_ask_runtime_api_request_validation_code_bomb_limit(job, &check->in->relay_parent, check, prepare);
}

static void note_session(ph_job_t *job, void *flow, ph_err_t err,
                         const ph_res_session_index_runtime_api_error_t *session)
{
    ph_pre_check_t *check = flow;
    if (err || session->kind != PH_RES_OK)
        finish(check, PH_PRE_CHECK_OUTCOME_INVALID, "session not available");
    else
        ph_ask_runtime_api_request_session_executor_params(job, &check->in->relay_parent, session->ok, check,
                                                           note_params);
}

static void note_code(ph_job_t *job, void *flow, ph_err_t err,
                      const ph_res_opt_validation_code_runtime_api_error_t *code)
{
    ph_pre_check_t *check = flow;
    /* The chain keeps code that is under vote: not to find it is a fault, and not of the code. */
    if (err || code->kind != PH_RES_OK || !code->ok.some) {
        finish(check, PH_PRE_CHECK_OUTCOME_FAILED, "not found on chain");
        return;
    }
    check->code.v = ph_bytes_copy(check->arena, code->ok.value.v);
    ph_ask_runtime_api_request_session_index_for_child(job, &check->in->relay_parent, check, note_session);
}

static void ask_for_code(ph_pre_check_t *check)
{
    check->job = ph_job_child(ph_root_job(check->self), 0);
    check->all->begun++;
    ph_ask_runtime_api_request_validation_code_by_hash(check->job, &check->in->relay_parent, &check->in->code_hash,
                                                       check, note_code);
}

/* ---- for the handler ---- */

void ph_pre_checks_init(ph_pre_checks_t *all)
{
    all->end = &all->first;
}

void ph_pre_check_begin(ph_pre_checks_t *all, ph_subsystem_t *self, ph_msg_t *question)
{
    ph_pre_check_t *check = ph_mem_alloc(NULL, sizeof *check);
    *check = (ph_pre_check_t){.all = all,
                              .self = self,
                              .arena = ph_arena_new(),
                              .question = ph_msg_ref(question),
                              .in = ph_msg_as_candidate_validation_pre_check(question),
                              .link = all->end};
    *all->end = check;
    all->end = &check->next;
    begin_waiting(all);
}

void ph_pre_checks_free(ph_pre_checks_t *all)
{
    while (all->first)
        check_free(all->first);
}
