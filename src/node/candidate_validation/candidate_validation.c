#include "node/candidate_validation/candidate_validation.h"

#include <string.h>

#include "node/candidate_validation/pre_check.h"
#include "primitives/descriptor.h"
#include "primitives/hash_of.h"
#include "primitives/ump.h"
#include "protocol/candidate_validation.h"
#include "protocol/candidate_validation_out.h"

enum { PARALLEL_MAX = 30, EXEC_TIMEOUT_MS = 2000, CODE_BOMB_LIMIT = 4 * 5 * 1024 * 1024 };

/* One candidate under validation. It does not lie in a job's arena: the PVF service borrows code and parameters until
 * it answers, which may be after Conclude. */
typedef struct run {
    struct run *next, **link; /* of all, oldest first */
    ph_subsystem_t *self;
    ph_job_t *job; /* what the runtime is asked with; NULL: not begun */
    ph_arena_t *arena;
    ph_msg_t *question;
    const ph_msg_candidate_validation_validate_t *in;
    ph_candidate_hash_t candidate;
    ph_hash_t parent; /* the scheduling parent */
    ph_validation_code_t code;
    uint32_t timeout_ms;
    uint64_t bomb_limit;
    ph_pvf_outcome_t executed;
    ph_candidate_commitments_t commitments;
} run_t;

typedef struct state {
    run_t *runs, **runs_end;
    size_t begun;
    bool concluded;
    ph_pre_checks_t pre_checks;
} state_t;

static void begin(run_t *run);

/* ---- a run's life ---- */

static run_t *run_new(ph_subsystem_t *self, ph_msg_t *question)
{
    state_t *state = ph_state(self);
    run_t *run = ph_mem_alloc(NULL, sizeof *run);
    run->self = self;
    run->arena = ph_arena_new();
    run->question = ph_msg_ref(question);
    run->in = ph_msg_as_candidate_validation_validate(question);
    run->candidate = ph_hash_of_receipt(&run->in->receipt);
    run->parent = ph_descriptor_scheduling_parent(&run->in->receipt.descriptor);
    run->link = state->runs_end;
    *state->runs_end = run;
    state->runs_end = &run->next;
    return run;
}

static void run_free(run_t *run)
{
    state_t *state = ph_state(run->self);
    *run->link = run->next;
    if (run->next)
        run->next->link = run->link;
    else
        state->runs_end = run->link;
    ph_msg_unref(run->question);
    ph_arena_free(run->arena);
    ph_mem_free(run);
}

static void begin_waiting(ph_job_t *root, void *flow)
{
    const state_t *state = ph_state(ph_job_self(root));
    (void)flow;
    for (run_t *run = state->runs; run && state->begun < PARALLEL_MAX; run = run->next) {
        if (run->job)
            continue;
        begin(run);
        return;
    }
}

static void finish(run_t *run, const ph_validation_outcome_t *outcome)
{
    ph_subsystem_t *self = run->self;
    state_t *state = ph_state(self);
    ph_reply_candidate_validation_validate(self, run->question, outcome);
    ph_job_end(run->job);
    state->begun--;
    run_free(run);
    if (state->runs)
        ph_job_later(ph_root_job(self), begin_waiting, NULL);
}

static void invalid(run_t *run, ph_invalid_candidate_t why)
{
    finish(run, &(ph_validation_outcome_t){.kind = PH_VALIDATION_OUTCOME_INVALID, .invalid = why});
}

static void invalid_for(run_t *run, ph_invalid_candidate_kind_t why)
{
    invalid(run, (ph_invalid_candidate_t){.kind = (uint8_t)why});
}

static void failed(run_t *run, const char *why)
{
    ph_complain(run->self, PH_LOG_WARN, "no verdict on a candidate of para %u: %s",
                run->in->receipt.descriptor.para_id.v, why);
    finish(run, &(ph_validation_outcome_t){.kind = PH_VALIDATION_OUTCOME_FAILED, .failed = ph_bytes(why, strlen(why))});
}

/* ---- the steps, last first ---- */

static void check_signals(ph_job_t *job, void *flow, ph_err_t err,
                          const ph_res_map_core_index_vec_para_id_runtime_api_error_t *queue)
{
    run_t *run = flow;
    const ph_candidate_descriptor_t *descriptor = &run->in->receipt.descriptor;
    ph_transposed_claim_queue_t transposed;
    ph_ump_signals_t signals;
    if (err || queue->kind != PH_RES_OK) {
        failed(run, "claim queue not available");
        return;
    }
    ph_ump_transpose(ph_job_arena(job), &transposed, &queue->ok);
    ph_ump_verdict_t verdict =
        ph_ump_check(&signals, NULL, &run->commitments, descriptor, ph_descriptor_version(descriptor), &transposed);
    if (verdict != PH_UMP_OK) {
        const char *name = ph_ump_verdict_name(verdict);
        invalid(run, (ph_invalid_candidate_t){.kind = PH_INVALID_CANDIDATE_INVALID_UMP_SIGNALS,
                                              .invalid_ump_signals = ph_bytes(name, strlen(name))});
        return;
    }
    finish(run, &(ph_validation_outcome_t){.kind = PH_VALIDATION_OUTCOME_VALID,
                                           .valid = {run->commitments, run->in->validation_data}});
}

static void check_acceptance(ph_job_t *job, void *flow, ph_err_t err, const ph_res_bool_runtime_api_error_t *accepted)
{
    run_t *run = flow;
    if (err || accepted->kind != PH_RES_OK)
        failed(run, "validation outputs could not be checked");
    else if (!accepted->ok)
        invalid_for(run, PH_INVALID_CANDIDATE_INVALID_OUTPUTS);
    else
        ph_ask_runtime_api_request_claim_queue(job, &run->parent, run, check_signals);
}

static void check_outputs(run_t *run)
{
    const ph_candidate_receipt_t *receipt = &run->in->receipt;
    ph_validation_result_t result;
    if (ph_validation_result_decode_all(run->executed.result, run->arena, &result) != PH_OK) {
        invalid_for(run, PH_INVALID_CANDIDATE_BAD_RETURN);
        return;
    }
    run->commitments = (ph_candidate_commitments_t){
        .upward_messages = result.upward_messages,
        .horizontal_messages = result.horizontal_messages,
        .new_validation_code = result.new_validation_code,
        .head_data = result.head_data,
        .processed_downward_messages = result.processed_downward_messages,
        .hrmp_watermark = result.hrmp_watermark,
    };
    ph_hash_t head = ph_hash_of_head(result.head_data);
    ph_hash_t commitments = ph_hash_of_commitments(&run->commitments);
    if (!ph_hash_equal(&head, &receipt->descriptor.para_head))
        invalid_for(run, PH_INVALID_CANDIDATE_PARA_HEAD_HASH_MISMATCH);
    else if (!ph_hash_equal(&commitments, &receipt->commitments_hash))
        invalid_for(run, PH_INVALID_CANDIDATE_COMMITMENTS_HASH_MISMATCH);
    else
        ph_ask_runtime_api_request_check_validation_outputs(run->job, &run->parent, receipt->descriptor.para_id,
                                                            &run->commitments, run, check_acceptance);
}

static void execution_is_to_blame(run_t *run)
{
    ph_bytes_t detail = ph_bytes(run->executed.detail, strlen(run->executed.detail));
    switch (run->executed.invalid) {
    case PH_PVF_HARD_TIMEOUT:
        invalid_for(run, PH_INVALID_CANDIDATE_TIMEOUT);
        break;
    case PH_PVF_BAD_RETURN:
        invalid_for(run, PH_INVALID_CANDIDATE_BAD_RETURN);
        break;
    case PH_PVF_DECOMPRESSION:
        invalid_for(run, PH_INVALID_CANDIDATE_POV_DECOMPRESSION_FAILURE);
        break;
    case PH_PVF_TRAP:
    case PH_PVF_AMBIGUOUS_DEATH:
        invalid(run, (ph_invalid_candidate_t){.kind = PH_INVALID_CANDIDATE_EXECUTION_ERROR, .execution_error = detail});
        break;
    }
}

static void look_at_outcome(ph_job_t *job, void *flow)
{
    static const char *const names[] = {[PH_PVF_VALID] = "valid",
                                        [PH_PVF_INVALID] = "invalid",
                                        [PH_PVF_INTERNAL] = "internal",
                                        [PH_PVF_PREPARE_FAILED] = "prepare-failed"};
    run_t *run = flow;
    ph_note(ph_job_self(job), "pvf-executed",
            PH_FIELDS(.block = &run->parent, .candidate = &run->candidate,
                      PH_F_PARA(run->in->receipt.descriptor.para_id), PH_F_NUMBER(run->executed.fuel),
                      .reason = names[run->executed.verdict]));
    switch (run->executed.verdict) {
    case PH_PVF_VALID:
        check_outputs(run);
        break;
    case PH_PVF_INVALID:
        execution_is_to_blame(run);
        break;
    case PH_PVF_INTERNAL:
    case PH_PVF_PREPARE_FAILED:
        failed(run, run->executed.detail);
        break;
    }
}

/* On the loop, but outside our turns. */
static void on_executed(void *ctx, const ph_pvf_outcome_t *outcome)
{
    run_t *run = ctx;
    const state_t *state = ph_state(run->self);
    if (state->concluded)
        return;
    run->executed = *outcome;
    run->executed.result = ph_bytes_copy(run->arena, outcome->result);
    run->executed.detail = ph_arena_strdup(run->arena, outcome->detail ? outcome->detail : "");
    ph_job_later(run->job, look_at_outcome, run);
}

static ph_bytes_t parameters(run_t *run)
{
    const ph_msg_candidate_validation_validate_t *in = run->in;
    ph_validation_params_t params = {
        .parent_head = in->validation_data.parent_head,
        .block_data = in->pov.v->block_data,
        .relay_parent_number = in->validation_data.relay_parent_number,
        .relay_parent_storage_root = in->validation_data.relay_parent_storage_root,
    };
    if (ph_descriptor_version(&in->receipt.descriptor).kind == PH_CANDIDATE_DESCRIPTOR_VERSION_V3) {
        params.extension.some = true;
        params.extension.value.kind = PH_VALIDATION_PARAMS_EXTENSION_V3;
        params.extension.value.v3.relay_parent = in->receipt.descriptor.relay_parent;
        params.extension.value.v3.scheduling_parent = run->parent;
    }
    ph_writer_t w = ph_writer_in(run->arena);
    ph_validation_params_encode(&w, &params);
    return ph_writer_bytes(&w);
}

static void execute(ph_job_t *job, void *flow, ph_err_t err, const ph_res_u32_runtime_api_error_t *bomb_limit)
{
    run_t *run = flow;
    const ph_candidate_validation_config_t *config = ph_config(run->self);
    bool is_old_runtime =
        !err && bomb_limit->kind == PH_RES_ERR && bomb_limit->err.kind == PH_RUNTIME_API_ERROR_NOT_SUPPORTED;
    if (err || (bomb_limit->kind != PH_RES_OK && !is_old_runtime)) {
        failed(run, "code bomb limit not available");
        return;
    }
    ph_pvf_request_t request = {
        .code = run->code.v,
        .params = parameters(run),
        .timeout_ms = run->timeout_ms,
        .code_bomb_limit = is_old_runtime ? CODE_BOMB_LIMIT : bomb_limit->ok,
    };
    (void)job;
    memcpy(request.code_hash.bytes, run->in->receipt.descriptor.validation_code_hash.bytes,
           sizeof request.code_hash.bytes);
    config->pvf->execute(config->pvf, ph_env_of(run->self), &request, on_executed, run);
}

/* How long the session lets an execution for backing take. */
static void note_timeout(ph_job_t *job, void *flow, ph_err_t err,
                         const ph_res_opt_vec_executor_param_runtime_api_error_t *params)
{
    run_t *run = flow;
    const ph_candidate_validation_config_t *config = ph_config(run->self);
    run->timeout_ms = config->exec_timeout_ms ? config->exec_timeout_ms : EXEC_TIMEOUT_MS;
    if (err || params->kind != PH_RES_OK || !params->ok.some) {
        failed(run, "executor parameters not available");
        return;
    }
    for (size_t i = 0; i < params->ok.value.count; i++) {
        const ph_executor_param_t *param = &params->ok.value.items[i];
        if (param->kind == PH_EXECUTOR_PARAM_PVF_EXEC_TIMEOUT &&
            param->pvf_exec_timeout._0.kind == PH_PVF_EXEC_KIND_BACKING)
            run->timeout_ms =
                param->pvf_exec_timeout._1 < UINT32_MAX ? (uint32_t)param->pvf_exec_timeout._1 : UINT32_MAX;
    }
    ph_ask_runtime_api_request_validation_code_bomb_limit(job, &run->parent, run, execute);
}

static void check_session(ph_job_t *job, void *flow, ph_err_t err,
                          const ph_res_session_index_runtime_api_error_t *session)
{
    run_t *run = flow;
    ph_session_index_t scheduled, execution;
    if (err || session->kind != PH_RES_OK) {
        failed(run, "session not available");
        return;
    }
    const ph_candidate_descriptor_t *descriptor = &run->in->receipt.descriptor;
    if (ph_descriptor_scheduling_session(descriptor, &scheduled) && scheduled.v != session->ok.v) {
        invalid_for(run, PH_INVALID_CANDIDATE_INVALID_SCHEDULING_SESSION);
        return;
    }
    if (!ph_descriptor_session_index(descriptor, &execution))
        execution = session->ok;
    ph_ask_runtime_api_request_session_executor_params(job, &run->parent, execution, run, note_timeout);
}

static void check_code(ph_job_t *job, void *flow, ph_err_t err,
                       const ph_res_opt_validation_code_runtime_api_error_t *code)
{
    run_t *run = flow;
    if (err || code->kind != PH_RES_OK || !code->ok.some) {
        failed(run, "validation code not available");
        return;
    }
    ph_validation_code_hash_t hash = ph_hash_of_code(code->ok.value);
    if (!ph_validation_code_hash_equal(&hash, &run->in->receipt.descriptor.validation_code_hash)) {
        invalid_for(run, PH_INVALID_CANDIDATE_CODE_HASH_MISMATCH);
        return;
    }
    run->code.v = ph_bytes_copy(run->arena, code->ok.value.v);
    ph_ask_runtime_api_request_session_index_for_child(job, &run->parent, run, check_session);
}

/* What needs no question. */
static void begin(run_t *run)
{
    const ph_msg_candidate_validation_validate_t *in = run->in;
    const ph_candidate_descriptor_t *descriptor = &in->receipt.descriptor;
    run->job = ph_job_child(ph_root_job(run->self), 0);
    ((state_t *)ph_state(run->self))->begun++;
    ph_hash_t data = ph_hash_of_validation_data(&in->validation_data);
    if (!ph_hash_equal(&data, &descriptor->persisted_validation_data_hash)) {
        invalid_for(run, PH_INVALID_CANDIDATE_PERSISTED_VALIDATION_DATA_MISMATCH);
        return;
    }
    size_t pov_len = ph_type_encoded_len(&ph_type_pov, in->pov.v);
    if (pov_len > in->validation_data.max_pov_size) {
        invalid(run,
                (ph_invalid_candidate_t){.kind = PH_INVALID_CANDIDATE_PARAMS_TOO_LARGE, .params_too_large = pov_len});
        return;
    }
    ph_hash_t pov = ph_hash_of_pov(in->pov.v);
    if (!ph_hash_equal(&pov, &descriptor->pov_hash)) {
        invalid_for(run, PH_INVALID_CANDIDATE_POV_HASH_MISMATCH);
        return;
    }
    ph_ask_runtime_api_request_validation_code_by_hash(run->job, &run->parent, &descriptor->validation_code_hash, run,
                                                       check_code);
}

/* ---- inputs ---- */

static void on_message(ph_subsystem_t *self, ph_msg_t *msg)
{
    switch ((ph_candidate_validation_msg_kind_t)ph_msg_kind(msg)) {
    case PH_MSG_CANDIDATE_VALIDATION_VALIDATE:
        run_new(self, msg);
        begin_waiting(ph_root_job(self), NULL);
        break;
    case PH_MSG_CANDIDATE_VALIDATION_PRE_CHECK:
        ph_pre_check_begin(&((state_t *)ph_state(self))->pre_checks, self, msg);
        break;
    }
}

static ph_err_t handle(ph_subsystem_t *self, const ph_input_t *in)
{
    state_t *state = ph_state(self);
    switch (in->kind) {
    case PH_IN_START:
        state->runs_end = &state->runs;
        ph_pre_checks_init(&state->pre_checks);
        break;
    case PH_IN_MESSAGE:
        on_message(self, in->msg);
        break;
    case PH_IN_CONCLUDE:
        state->concluded = state->pre_checks.concluded = true;
        break;
    case PH_IN_ACTIVE_LEAVES:
    case PH_IN_BLOCK_FINALIZED:
        break;
    }
    return PH_OK;
}

static void destroy(ph_subsystem_t *self)
{
    state_t *state = ph_state(self);
    while (state->runs)
        run_free(state->runs);
    ph_pre_checks_free(&state->pre_checks);
}

const ph_subsystem_ops_t ph_candidate_validation_ops = {
    .state_size = sizeof(state_t), .handle = handle, .destroy = destroy};
