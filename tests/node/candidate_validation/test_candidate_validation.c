#include "support/cmocka.h"

#include "node/candidate_validation/candidate_validation.h"
#include "primitives/hash_of.h"
#include "protocol/candidate_validation.h"
#include "protocol/runtime_api.h"
#include "support/harness.h"

#define SESSION 3u
#define PARA    2000u
#define CORE    1u

/* A PVF host that answers when the test says so. */
typedef struct host {
    ph_pvf_service_t service;
    size_t asked;
    struct {
        ph_pvf_request_t request;
        void (*done)(void *ctx, const ph_pvf_outcome_t *outcome);
        void *ctx;
    } runs[64];
} host_t;

static void host_execute(ph_pvf_service_t *self, ph_env_t *env, const ph_pvf_request_t *request,
                         void (*done)(void *ctx, const ph_pvf_outcome_t *outcome), void *ctx)
{
    host_t *host = (host_t *)self;
    (void)env;
    host->runs[host->asked].request = *request;
    host->runs[host->asked].done = done;
    host->runs[host->asked].ctx = ctx;
    host->asked++;
}

typedef struct fixture {
    ph_harness_t *h;
    host_t host;
    ph_candidate_validation_config_t config;
    ph_arena_t *arena;
    ph_msg_candidate_validation_validate_t in;
    ph_validation_result_t result;
    ph_bytes_t encoded_result;
    ph_validation_code_t code;
    ph_harness_question_t *question;
} fixture_t;

static const uint8_t empty_message[1];

/* Descriptor and commitments hash as they follow from the rest. */
static void seal(fixture_t *f)
{
    ph_candidate_descriptor_t *d = &f->in.receipt.descriptor;
    ph_candidate_commitments_t commitments = {.upward_messages = f->result.upward_messages,
                                              .head_data = f->result.head_data,
                                              .hrmp_watermark = f->result.hrmp_watermark};
    d->persisted_validation_data_hash = ph_hash_of_validation_data(&f->in.validation_data);
    d->pov_hash = ph_hash_of_pov(f->in.pov.v);
    d->para_head = ph_hash_of_head(f->result.head_data);
    d->validation_code_hash = ph_hash_of_code(f->code);
    f->in.receipt.commitments_hash = ph_hash_of_commitments(&commitments);
    ph_writer_t w = ph_writer_in(f->arena);
    ph_validation_result_encode(&w, &f->result);
    f->encoded_result = ph_writer_bytes(&w);
}

static int setup(void **state)
{
    fixture_t *f = ph_mem_alloc(NULL, sizeof *f);
    f->arena = ph_arena_new();
    f->host.service.execute = host_execute;
    f->config.pvf = &f->host.service;
    f->h = ph_harness_new(PH_SUBSYSTEM_CANDIDATE_VALIDATION, &ph_candidate_validation_ops, &f->config);
    f->code.v = PH_BYTES_LIT("the code");
    f->result.head_data.v = PH_BYTES_LIT("new head");
    f->result.hrmp_watermark = 7;
    f->in.pov = ph_shared_pov_new(&(ph_pov_t){.block_data = {PH_BYTES_LIT("block data")}});
    f->in.validation_data.parent_head.v = PH_BYTES_LIT("old head");
    f->in.validation_data.relay_parent_number = 7;
    f->in.validation_data.relay_parent_storage_root = ph_harness_hash(77);
    f->in.validation_data.max_pov_size = 1000;
    f->in.receipt.descriptor.para_id.v = PARA;
    f->in.receipt.descriptor.relay_parent = ph_harness_hash(1);
    f->in.receipt.descriptor.core_index = CORE;
    f->in.receipt.descriptor.session_index.v = SESSION;
    seal(f);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    fixture_t *f = *state;
    ph_harness_free(f->h);
    ph_shared_pov_unref(f->in.pov);
    ph_arena_free(f->arena);
    ph_mem_free(f);
    return 0;
}

/* ---- playing the others ---- */

static void ask(fixture_t *f)
{
    f->question = ph_harness_ask(f->h, PH_MSG_CANDIDATE_VALIDATION_VALIDATE, &f->in);
}

static void answer_code(fixture_t *f)
{
    ph_msg_t *msg =
        ph_harness_expect(f->h, PH_SUBSYSTEM_RUNTIME_API, PH_MSG_RUNTIME_API_REQUEST_VALIDATION_CODE_BY_HASH);
    const ph_msg_runtime_api_request_validation_code_by_hash_t *in = ph_msg_payload(msg);
    assert_memory_equal(&in->relay_parent, &f->in.receipt.descriptor.relay_parent, 32);
    assert_memory_equal(&in->hash, &f->in.receipt.descriptor.validation_code_hash, 32);
    ph_harness_reply(f->h, msg,
                     &(ph_res_opt_validation_code_runtime_api_error_t){.kind = PH_RES_OK, .ok = {true, f->code}});
}

static void answer_session(fixture_t *f, uint32_t session)
{
    ph_msg_t *msg =
        ph_harness_expect(f->h, PH_SUBSYSTEM_RUNTIME_API, PH_MSG_RUNTIME_API_REQUEST_SESSION_INDEX_FOR_CHILD);
    ph_harness_reply(f->h, msg, &(ph_res_session_index_runtime_api_error_t){.kind = PH_RES_OK, .ok = {session}});
}

static void answer_executor(fixture_t *f, ph_executor_param_t *params, size_t count)
{
    ph_msg_t *msg =
        ph_harness_expect(f->h, PH_SUBSYSTEM_RUNTIME_API, PH_MSG_RUNTIME_API_REQUEST_SESSION_EXECUTOR_PARAMS);
    const ph_msg_runtime_api_request_session_executor_params_t *in = ph_msg_payload(msg);
    assert_int_equal(in->session_index.v, SESSION);
    ph_harness_reply(
        f->h, msg,
        &(ph_res_opt_vec_executor_param_runtime_api_error_t){.kind = PH_RES_OK, .ok = {true, {params, count}}});
}

static void answer_bomb_limit(fixture_t *f, uint32_t limit)
{
    ph_msg_t *msg =
        ph_harness_expect(f->h, PH_SUBSYSTEM_RUNTIME_API, PH_MSG_RUNTIME_API_REQUEST_VALIDATION_CODE_BOMB_LIMIT);
    ph_harness_reply(f->h, msg, &(ph_res_u32_runtime_api_error_t){.kind = PH_RES_OK, .ok = limit});
}

static void until_execution(fixture_t *f)
{
    ask(f);
    answer_code(f);
    answer_session(f, SESSION);
    answer_executor(f, NULL, 0);
    answer_bomb_limit(f, 5000);
    assert_int_equal(f->host.asked, 1);
}

static void executed(fixture_t *f, size_t run, ph_pvf_outcome_t outcome)
{
    f->host.runs[run].done(f->host.runs[run].ctx, &outcome);
    ph_harness_advance(f->h, 0);
}

static void executed_well(fixture_t *f)
{
    executed(f, 0, (ph_pvf_outcome_t){.verdict = PH_PVF_VALID, .result = f->encoded_result, .detail = "", .fuel = 9});
}

static void answer_acceptance(fixture_t *f, bool accepted)
{
    ph_msg_t *msg =
        ph_harness_expect(f->h, PH_SUBSYSTEM_RUNTIME_API, PH_MSG_RUNTIME_API_REQUEST_CHECK_VALIDATION_OUTPUTS);
    const ph_msg_runtime_api_request_check_validation_outputs_t *in = ph_msg_payload(msg);
    assert_int_equal(in->para_id.v, PARA);
    assert_true(ph_bytes_equal(in->outputs.head_data.v, f->result.head_data.v));
    ph_harness_reply(f->h, msg, &(ph_res_bool_runtime_api_error_t){.kind = PH_RES_OK, .ok = accepted});
}

static void answer_queue(fixture_t *f, uint32_t core)
{
    ph_msg_t *msg = ph_harness_expect(f->h, PH_SUBSYSTEM_RUNTIME_API, PH_MSG_RUNTIME_API_REQUEST_CLAIM_QUEUE);
    ph_para_id_t para = {PARA};
    ph_res_map_core_index_vec_para_id_runtime_api_error_t reply = {.kind = PH_RES_OK};
    reply.ok.items = ph_arena_alloc(f->arena, sizeof *reply.ok.items);
    reply.ok.items[0].key.v = core;
    reply.ok.items[0].value = (ph_vec_para_id_t){&para, 1};
    reply.ok.count = 1;
    ph_harness_reply(f->h, msg, &reply);
}

static const ph_validation_outcome_t *outcome(fixture_t *f)
{
    ph_err_t err;
    const ph_validation_outcome_t *out = ph_harness_answer(f->h, f->question, &err);
    assert_int_equal(err, PH_OK);
    assert_non_null(out);
    ph_harness_expect_nothing(f->h);
    return out;
}

static void assert_invalid(fixture_t *f, ph_invalid_candidate_kind_t why)
{
    const ph_validation_outcome_t *out = outcome(f);
    assert_int_equal(out->kind, PH_VALIDATION_OUTCOME_INVALID);
    assert_int_equal(out->invalid.kind, why);
}

static void assert_failed(fixture_t *f)
{
    assert_int_equal(outcome(f)->kind, PH_VALIDATION_OUTCOME_FAILED);
}

/* ---- a good one ---- */

static void test_valid(void **state)
{
    fixture_t *f = *state;
    until_execution(f);
    const ph_pvf_request_t *request = &f->host.runs[0].request;
    assert_true(ph_bytes_equal(request->code, f->code.v));
    assert_memory_equal(&request->code_hash, &f->in.receipt.descriptor.validation_code_hash, 32);
    assert_int_equal(request->timeout_ms, 2000);
    assert_int_equal(request->code_bomb_limit, 5000);
    ph_validation_params_t params;
    assert_int_equal(ph_validation_params_decode_all(request->params, f->arena, &params), PH_OK);
    assert_true(ph_bytes_equal(params.parent_head.v, f->in.validation_data.parent_head.v));
    assert_true(ph_bytes_equal(params.block_data.v, f->in.pov.v->block_data.v));
    assert_int_equal(params.relay_parent_number, 7);
    assert_memory_equal(&params.relay_parent_storage_root, &f->in.validation_data.relay_parent_storage_root, 32);
    assert_false(params.extension.some);
    assert_null(ph_harness_answer(f->h, f->question, NULL));
    executed_well(f);
    answer_acceptance(f, true);
    answer_queue(f, CORE);
    const ph_validation_outcome_t *out = outcome(f);
    assert_int_equal(out->kind, PH_VALIDATION_OUTCOME_VALID);
    assert_true(ph_bytes_equal(out->valid.commitments.head_data.v, f->result.head_data.v));
    assert_int_equal(out->valid.commitments.hrmp_watermark, 7);
    assert_true(ph_persisted_validation_data_equal(&out->valid.validation_data, &f->in.validation_data));
    assert_int_equal(ph_harness_events(f->h, "pvf-executed"), 1);
}

static void test_session_sets_the_timeout(void **state)
{
    fixture_t *f = *state;
    ph_executor_param_t params[] = {
        {.kind = PH_EXECUTOR_PARAM_PVF_EXEC_TIMEOUT, .pvf_exec_timeout = {{PH_PVF_EXEC_KIND_APPROVAL}, 9000}},
        {.kind = PH_EXECUTOR_PARAM_PVF_EXEC_TIMEOUT, .pvf_exec_timeout = {{PH_PVF_EXEC_KIND_BACKING}, 4000}}};
    ask(f);
    answer_code(f);
    answer_session(f, SESSION);
    answer_executor(f, params, 2);
    answer_bomb_limit(f, 1);
    assert_int_equal(f->host.runs[0].request.timeout_ms, 4000);
}

static void test_configured_timeout_and_old_runtime(void **state)
{
    fixture_t *f = *state;
    f->config.exec_timeout_ms = 1234;
    ask(f);
    answer_code(f);
    answer_session(f, SESSION);
    answer_executor(f, NULL, 0);
    ph_msg_t *msg =
        ph_harness_expect(f->h, PH_SUBSYSTEM_RUNTIME_API, PH_MSG_RUNTIME_API_REQUEST_VALIDATION_CODE_BOMB_LIMIT);
    ph_harness_reply(
        f->h, msg,
        &(ph_res_u32_runtime_api_error_t){.kind = PH_RES_ERR, .err = {.kind = PH_RUNTIME_API_ERROR_NOT_SUPPORTED}});
    assert_int_equal(f->host.runs[0].request.timeout_ms, 1234);
    assert_int_equal(f->host.runs[0].request.code_bomb_limit, 20u * 1024 * 1024);
}

/* ---- what the descriptor claims ---- */

static void test_validation_data_mismatch(void **state)
{
    fixture_t *f = *state;
    f->in.validation_data.relay_parent_number++;
    ask(f);
    assert_invalid(f, PH_INVALID_CANDIDATE_PERSISTED_VALIDATION_DATA_MISMATCH);
}

static void test_pov_too_large(void **state)
{
    fixture_t *f = *state;
    f->in.validation_data.max_pov_size = 11; /* 10 bytes behind their length */
    seal(f);
    ask(f);
    answer_code(f);
    f->in.validation_data.max_pov_size = 10;
    seal(f);
    ph_harness_drop_all(f->h);
    ask(f);
    assert_invalid(f, PH_INVALID_CANDIDATE_PARAMS_TOO_LARGE);
    assert_int_equal(outcome(f)->invalid.params_too_large, 11);
}

static void test_pov_hash_mismatch(void **state)
{
    fixture_t *f = *state;
    f->in.receipt.descriptor.pov_hash.bytes[0] ^= 1;
    ask(f);
    assert_invalid(f, PH_INVALID_CANDIDATE_POV_HASH_MISMATCH);
}

static void test_code_hash_mismatch(void **state)
{
    fixture_t *f = *state;
    f->in.receipt.descriptor.validation_code_hash.bytes[0] ^= 1;
    ask(f);
    answer_code(f);
    assert_invalid(f, PH_INVALID_CANDIDATE_CODE_HASH_MISMATCH);
}

static void test_wrong_session(void **state)
{
    fixture_t *f = *state;
    ask(f);
    answer_code(f);
    answer_session(f, SESSION + 1);
    assert_invalid(f, PH_INVALID_CANDIDATE_INVALID_SCHEDULING_SESSION);
}

static void test_v1_has_no_session(void **state)
{
    fixture_t *f = *state;
    memset(f->in.receipt.descriptor.reserved2.bytes, 7, sizeof f->in.receipt.descriptor.reserved2.bytes);
    memset(f->in.receipt.descriptor.reserved1.bytes, 7, sizeof f->in.receipt.descriptor.reserved1.bytes);
    f->in.receipt.descriptor.session_index.v = 0x07070707;
    ask(f);
    answer_code(f);
    answer_session(f, SESSION);
    answer_executor(f, NULL, 0);
    ph_harness_drop_all(f->h);
}

static void test_para_head_mismatch(void **state)
{
    fixture_t *f = *state;
    f->in.receipt.descriptor.para_head.bytes[0] ^= 1;
    until_execution(f);
    executed_well(f);
    assert_invalid(f, PH_INVALID_CANDIDATE_PARA_HEAD_HASH_MISMATCH);
}

static void test_commitments_mismatch(void **state)
{
    fixture_t *f = *state;
    f->in.receipt.commitments_hash.bytes[0] ^= 1;
    until_execution(f);
    executed_well(f);
    assert_invalid(f, PH_INVALID_CANDIDATE_COMMITMENTS_HASH_MISMATCH);
}

static void test_outputs_not_accepted(void **state)
{
    fixture_t *f = *state;
    until_execution(f);
    executed_well(f);
    answer_acceptance(f, false);
    assert_invalid(f, PH_INVALID_CANDIDATE_INVALID_OUTPUTS);
}

static void test_not_its_core(void **state)
{
    fixture_t *f = *state;
    until_execution(f);
    executed_well(f);
    answer_acceptance(f, true);
    answer_queue(f, CORE + 1);
    assert_invalid(f, PH_INVALID_CANDIDATE_INVALID_UMP_SIGNALS);
    assert_true(ph_bytes_equal(outcome(f)->invalid.invalid_ump_signals, PH_BYTES_LIT("CoreIndexMismatch")) ||
                ph_bytes_equal(outcome(f)->invalid.invalid_ump_signals, PH_BYTES_LIT("InvalidCoreIndex")));
}

static void test_signals_that_do_not_parse(void **state)
{
    fixture_t *f = *state;
    ph_bytes_t messages[] = {ph_bytes(empty_message, 0), PH_BYTES_LIT("\x09")};
    f->result.upward_messages.items = messages;
    f->result.upward_messages.count = 2;
    seal(f);
    until_execution(f);
    executed_well(f);
    answer_acceptance(f, true);
    answer_queue(f, CORE);
    assert_invalid(f, PH_INVALID_CANDIDATE_INVALID_UMP_SIGNALS);
}

/* ---- what the PVF host says ---- */

static void test_verdicts_of_the_host(void **state)
{
    static const struct {
        ph_pvf_invalid_t said;
        ph_invalid_candidate_kind_t means;
    } cases[] = {{PH_PVF_HARD_TIMEOUT, PH_INVALID_CANDIDATE_TIMEOUT},
                 {PH_PVF_TRAP, PH_INVALID_CANDIDATE_EXECUTION_ERROR},
                 {PH_PVF_BAD_RETURN, PH_INVALID_CANDIDATE_BAD_RETURN},
                 {PH_PVF_DECOMPRESSION, PH_INVALID_CANDIDATE_POV_DECOMPRESSION_FAILURE},
                 {PH_PVF_AMBIGUOUS_DEATH, PH_INVALID_CANDIDATE_EXECUTION_ERROR}};
    fixture_t *f = *state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        f->host.asked = 0;
        until_execution(f);
        executed(f, 0, (ph_pvf_outcome_t){.verdict = PH_PVF_INVALID, .invalid = cases[i].said, .detail = "why"});
        assert_invalid(f, cases[i].means);
        if (cases[i].means == PH_INVALID_CANDIDATE_EXECUTION_ERROR)
            assert_true(ph_bytes_equal(outcome(f)->invalid.execution_error, PH_BYTES_LIT("why")));
    }
    assert_int_equal(ph_harness_events(f->h, "pvf-executed"), 5);
}

static void test_result_that_does_not_decode(void **state)
{
    fixture_t *f = *state;
    until_execution(f);
    executed(f, 0, (ph_pvf_outcome_t){.verdict = PH_PVF_VALID, .result = PH_BYTES_LIT("?"), .detail = ""});
    assert_invalid(f, PH_INVALID_CANDIDATE_BAD_RETURN);
}

static void test_our_own_failures_are_no_verdict(void **state)
{
    fixture_t *f = *state;
    static const ph_pvf_verdict_t verdicts[] = {PH_PVF_INTERNAL, PH_PVF_PREPARE_FAILED};
    for (size_t i = 0; i < 2; i++) {
        f->host.asked = 0;
        until_execution(f);
        executed(f, 0, (ph_pvf_outcome_t){.verdict = verdicts[i], .detail = "no memory"});
        assert_failed(f);
        assert_true(ph_bytes_equal(outcome(f)->failed, PH_BYTES_LIT("no memory")));
    }
}

/* ---- runtime questions that get no answer ---- */

static void test_code_not_known(void **state)
{
    fixture_t *f = *state;
    ask(f);
    ph_msg_t *msg =
        ph_harness_expect(f->h, PH_SUBSYSTEM_RUNTIME_API, PH_MSG_RUNTIME_API_REQUEST_VALIDATION_CODE_BY_HASH);
    ph_harness_reply(f->h, msg, &(ph_res_opt_validation_code_runtime_api_error_t){.kind = PH_RES_OK});
    assert_failed(f);
}

static void drop(fixture_t *f, uint8_t kind)
{
    ph_harness_drop(f->h, ph_harness_expect(f->h, PH_SUBSYSTEM_RUNTIME_API, kind));
}

static void test_runtime_errors_are_no_verdict(void **state)
{
    fixture_t *f = *state;
    for (int step = 0; step < 6; step++) {
        f->host.asked = 0;
        ask(f);
        if (step == 0)
            drop(f, PH_MSG_RUNTIME_API_REQUEST_VALIDATION_CODE_BY_HASH);
        if (step >= 1)
            answer_code(f);
        if (step == 1)
            drop(f, PH_MSG_RUNTIME_API_REQUEST_SESSION_INDEX_FOR_CHILD);
        if (step >= 2)
            answer_session(f, SESSION);
        if (step == 2)
            drop(f, PH_MSG_RUNTIME_API_REQUEST_SESSION_EXECUTOR_PARAMS);
        if (step >= 3)
            answer_executor(f, NULL, 0);
        if (step == 3)
            drop(f, PH_MSG_RUNTIME_API_REQUEST_VALIDATION_CODE_BOMB_LIMIT);
        if (step >= 4) {
            answer_bomb_limit(f, 1);
            executed_well(f);
        }
        if (step == 4)
            drop(f, PH_MSG_RUNTIME_API_REQUEST_CHECK_VALIDATION_OUTPUTS);
        if (step == 5) {
            answer_acceptance(f, true);
            drop(f, PH_MSG_RUNTIME_API_REQUEST_CLAIM_QUEUE);
        }
        assert_failed(f);
    }
}

/* ---- many, and the end ---- */

static void test_thirty_at_once(void **state)
{
    fixture_t *f = *state;
    ph_harness_question_t *last = NULL;
    for (int i = 0; i < 32; i++)
        last = ph_harness_ask(f->h, PH_MSG_CANDIDATE_VALIDATION_VALIDATE, &f->in);
    for (int i = 0; i < 30; i++)
        assert_non_null(
            ph_harness_take(f->h, PH_SUBSYSTEM_RUNTIME_API, PH_MSG_RUNTIME_API_REQUEST_VALIDATION_CODE_BY_HASH));
    ph_harness_expect_nothing(f->h);
    f->question = ph_harness_ask(f->h, PH_MSG_CANDIDATE_VALIDATION_VALIDATE, &f->in);
    ph_harness_expect_nothing(f->h);
    assert_null(ph_harness_answer(f->h, last, NULL));
}

static void test_one_ends_and_the_next_begins(void **state)
{
    fixture_t *f = *state;
    ph_msg_t *first = NULL;
    for (int i = 0; i < 31; i++)
        ph_harness_ask(f->h, PH_MSG_CANDIDATE_VALIDATION_VALIDATE, &f->in);
    first = ph_harness_expect(f->h, PH_SUBSYSTEM_RUNTIME_API, PH_MSG_RUNTIME_API_REQUEST_VALIDATION_CODE_BY_HASH);
    ph_harness_drop_all(f->h); /* 29 more fail, and so the last one has its turn */
    ph_harness_drop(f->h, first);
    answer_code(f);
    ph_harness_drop_all(f->h);
}

static void test_conclude_while_executing(void **state)
{
    fixture_t *f = *state;
    until_execution(f);
    ph_harness_conclude(f->h);
    /* The host still reads what it was given, and answers. */
    assert_true(ph_bytes_equal(f->host.runs[0].request.code, f->code.v));
    assert_true(f->host.runs[0].request.params.len > 0);
    executed_well(f);
    assert_int_equal(ph_harness_events(f->h, "pvf-executed"), 0);
}

static void test_conclude_between_execution_and_verdict(void **state)
{
    fixture_t *f = *state;
    until_execution(f);
    f->host.runs[0].done(f->host.runs[0].ctx,
                         &(ph_pvf_outcome_t){.verdict = PH_PVF_VALID, .result = f->encoded_result, .detail = ""});
    ph_harness_conclude(f->h);
    assert_int_equal(ph_harness_events(f->h, "pvf-executed"), 0);
}

static void test_end_at_any_step(void **state)
{
    fixture_t *f = *state;
    ask(f);
    answer_code(f);
    ph_harness_drop_all(f->h);
    f->question = NULL;
    ask(f);
    answer_code(f);
    ph_harness_conclude(f->h);
    ph_harness_drop_all(f->h);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(test_valid),
        T(test_session_sets_the_timeout),
        T(test_configured_timeout_and_old_runtime),
        T(test_validation_data_mismatch),
        T(test_pov_too_large),
        T(test_pov_hash_mismatch),
        T(test_code_hash_mismatch),
        T(test_wrong_session),
        T(test_v1_has_no_session),
        T(test_para_head_mismatch),
        T(test_commitments_mismatch),
        T(test_outputs_not_accepted),
        T(test_not_its_core),
        T(test_signals_that_do_not_parse),
        T(test_verdicts_of_the_host),
        T(test_result_that_does_not_decode),
        T(test_our_own_failures_are_no_verdict),
        T(test_code_not_known),
        T(test_runtime_errors_are_no_verdict),
        T(test_thirty_at_once),
        T(test_one_ends_and_the_next_begins),
        T(test_conclude_while_executing),
        T(test_conclude_between_execution_and_verdict),
        T(test_end_at_any_step),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
