/* Candidate Validation trying code that is under vote: what it asks, what it tells the PVF host, and what each way of
 * failing means. */
#include "support/cmocka.h"

#include "node/candidate_validation/candidate_validation.h"
#include "primitives/hash_of.h"
#include "protocol/candidate_validation.h"
#include "protocol/runtime_api.h"
#include "support/harness.h"

enum { SESSION = 3, AT_ONCE = 4 };

/* A PVF host that answers when the test says so. */
typedef struct host {
    ph_pvf_service_t service;
    size_t asked;
    struct {
        ph_pvf_request_t request;
        void (*done)(void *ctx, const ph_pvf_outcome_t *outcome);
        void *ctx;
    } runs[16];
} host_t;

static void host_pre_check(ph_pvf_service_t *self, ph_env_t *env, const ph_pvf_request_t *request,
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
    ph_msg_candidate_validation_pre_check_t in;
    ph_harness_question_t *question;
} fixture_t;

static const ph_validation_code_t CODE = {{(uint8_t *)(uintptr_t) "the code", 8}};

static int setup(void **state)
{
    fixture_t *f = ph_mem_alloc(NULL, sizeof *f);
    f->host.service.pre_check = host_pre_check;
    f->config.pvf = &f->host.service;
    f->h = ph_harness_new(PH_SUBSYSTEM_CANDIDATE_VALIDATION, &ph_candidate_validation_ops, &f->config);
    f->in.relay_parent = ph_harness_hash(7);
    f->in.code_hash = ph_hash_of_code(CODE);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    fixture_t *f = *state;
    ph_harness_free(f->h);
    ph_mem_free(f);
    return 0;
}

#define EXPECT(f, method) ph_harness_expect((f)->h, PH_SUBSYSTEM_RUNTIME_API, PH_MSG_RUNTIME_API_REQUEST_##method)

static void ask(fixture_t *f)
{
    f->question = ph_harness_ask(f->h, PH_MSG_CANDIDATE_VALIDATION_PRE_CHECK, &f->in);
}

static void answer_code(fixture_t *f, bool some)
{
    ph_msg_t *msg = EXPECT(f, VALIDATION_CODE_BY_HASH);
    const ph_msg_runtime_api_request_validation_code_by_hash_t *in = ph_msg_payload(msg);
    assert_memory_equal(&in->relay_parent, &f->in.relay_parent, 32);
    assert_memory_equal(&in->hash, &f->in.code_hash, 32);
    ph_harness_reply(f->h, msg, &(ph_res_opt_validation_code_runtime_api_error_t){.ok = {some, CODE}});
}

static void answer_session(fixture_t *f)
{
    ph_harness_reply(f->h, EXPECT(f, SESSION_INDEX_FOR_CHILD),
                     &(ph_res_session_index_runtime_api_error_t){.ok = {SESSION}});
}

static void answer_params(fixture_t *f, ph_executor_param_t *params, size_t count)
{
    ph_msg_t *msg = EXPECT(f, SESSION_EXECUTOR_PARAMS);
    const ph_msg_runtime_api_request_session_executor_params_t *in = ph_msg_payload(msg);
    assert_int_equal(in->session_index.v, SESSION);
    ph_harness_reply(f->h, msg, &(ph_res_opt_vec_executor_param_runtime_api_error_t){.ok = {true, {params, count}}});
}

static void answer_bomb_limit(fixture_t *f, uint32_t limit)
{
    ph_harness_reply(f->h, EXPECT(f, VALIDATION_CODE_BOMB_LIMIT), &(ph_res_u32_runtime_api_error_t){.ok = limit});
}

static void until_prepared(fixture_t *f)
{
    size_t before = f->host.asked;
    answer_code(f, true);
    answer_session(f);
    answer_params(f, NULL, 0);
    answer_bomb_limit(f, 5000);
    assert_int_equal(f->host.asked, before + 1);
}

static void prepared(fixture_t *f, size_t run, ph_pvf_outcome_t outcome)
{
    f->host.runs[run].done(f->host.runs[run].ctx, &outcome);
    ph_harness_advance(f->h, 0);
}

static void assert_outcome(fixture_t *f, ph_pre_check_outcome_kind_t want)
{
    ph_err_t err;
    const ph_pre_check_outcome_t *out = ph_harness_answer(f->h, f->question, &err);
    assert_int_equal(err, PH_OK);
    assert_non_null(out);
    assert_int_equal(out->kind, want);
    ph_harness_expect_nothing(f->h);
    assert_int_equal(ph_harness_events(f->h, "pvf-prepared"), 1);
}

static void test_valid(void **state)
{
    fixture_t *f = *state;
    ask(f);
    until_prepared(f);
    const ph_pvf_request_t *request = &f->host.runs[0].request;
    assert_true(ph_bytes_equal(request->code, CODE.v));
    assert_memory_equal(request->code_hash.bytes, f->in.code_hash.bytes, 32);
    assert_int_equal(request->timeout_ms, 60000);
    assert_int_equal(request->code_bomb_limit, 5000);
    assert_null(ph_harness_answer(f->h, f->question, NULL));
    prepared(f, 0, (ph_pvf_outcome_t){.verdict = PH_PVF_VALID, .detail = ""});
    assert_outcome(f, PH_PRE_CHECK_OUTCOME_VALID);
}

static void test_code_at_fault(void **state)
{
    fixture_t *f = *state;
    ask(f);
    until_prepared(f);
    prepared(f, 0, (ph_pvf_outcome_t){.verdict = PH_PVF_PREPARE_FAILED, .is_codes_fault = true, .detail = "bad"});
    assert_outcome(f, PH_PRE_CHECK_OUTCOME_INVALID);
}

static void test_host_at_fault(void **state)
{
    fixture_t *f = *state;
    ask(f);
    until_prepared(f);
    prepared(f, 0, (ph_pvf_outcome_t){.verdict = PH_PVF_PREPARE_FAILED, .detail = "no worker"});
    assert_outcome(f, PH_PRE_CHECK_OUTCOME_FAILED);
}

static void test_limits_of_the_session(void **state)
{
    fixture_t *f = *state;
    ph_executor_param_t params[] = {
        {.kind = PH_EXECUTOR_PARAM_PVF_PREP_TIMEOUT, .pvf_prep_timeout = {{PH_PVF_PREP_KIND_PREPARE}, 9000}},
        {.kind = PH_EXECUTOR_PARAM_PVF_PREP_TIMEOUT, .pvf_prep_timeout = {{PH_PVF_PREP_KIND_PRECHECK}, UINT64_MAX}}};
    ask(f);
    answer_code(f, true);
    answer_session(f);
    answer_params(f, params, 2);
    ph_harness_reply(
        f->h, EXPECT(f, VALIDATION_CODE_BOMB_LIMIT), /* an old runtime */
        &(ph_res_u32_runtime_api_error_t){.kind = PH_RES_ERR, .err = {.kind = PH_RUNTIME_API_ERROR_NOT_SUPPORTED}});
    assert_int_equal(f->host.runs[0].request.timeout_ms, UINT32_MAX);
    assert_int_equal(f->host.runs[0].request.code_bomb_limit, 20u * 1024 * 1024);
}

static void test_no_code(void **state)
{
    fixture_t *f = *state;
    ask(f);
    answer_code(f, false);
    assert_outcome(f, PH_PRE_CHECK_OUTCOME_FAILED);
}

static void test_no_session(void **state)
{
    fixture_t *f = *state;
    ask(f);
    answer_code(f, true);
    ph_harness_drop(f->h, EXPECT(f, SESSION_INDEX_FOR_CHILD));
    assert_outcome(f, PH_PRE_CHECK_OUTCOME_INVALID);
}

static void test_no_params(void **state)
{
    fixture_t *f = *state;
    ask(f);
    answer_code(f, true);
    answer_session(f);
    ph_harness_reply(f->h, EXPECT(f, SESSION_EXECUTOR_PARAMS),
                     &(ph_res_opt_vec_executor_param_runtime_api_error_t){.kind = PH_RES_OK});
    assert_outcome(f, PH_PRE_CHECK_OUTCOME_INVALID);
}

static void test_no_bomb_limit(void **state)
{
    fixture_t *f = *state;
    ask(f);
    answer_code(f, true);
    answer_session(f);
    answer_params(f, NULL, 0);
    ph_harness_reply(
        f->h, EXPECT(f, VALIDATION_CODE_BOMB_LIMIT),
        &(ph_res_u32_runtime_api_error_t){.kind = PH_RES_ERR, .err = {.kind = PH_RUNTIME_API_ERROR_UNKNOWN_BLOCK}});
    assert_outcome(f, PH_PRE_CHECK_OUTCOME_FAILED);
}

/* So many at once; the next begins when one ends, whichever. */
static void test_some_wait(void **state)
{
    fixture_t *f = *state;
    ph_harness_question_t *questions[AT_ONCE + 2];
    ph_msg_t *asked[AT_ONCE];
    for (size_t i = 0; i < AT_ONCE + 2; i++) {
        ask(f);
        questions[i] = f->question;
    }
    for (size_t i = 0; i < AT_ONCE; i++)
        asked[i] = EXPECT(f, VALIDATION_CODE_BY_HASH);
    ph_harness_expect_nothing(f->h);
    ph_harness_drop(f->h, asked[2]);
    until_prepared(f);
    ph_harness_expect_nothing(f->h);
    prepared(f, 0, (ph_pvf_outcome_t){.verdict = PH_PVF_VALID, .detail = ""});
    EXPECT(f, VALIDATION_CODE_BY_HASH);
    assert_non_null(ph_harness_answer(f->h, questions[2], NULL));
    assert_non_null(ph_harness_answer(f->h, questions[AT_ONCE], NULL));
    assert_null(ph_harness_answer(f->h, questions[0], NULL));
}

static void test_concludes_meanwhile(void **state)
{
    fixture_t *f = *state;
    ask(f);
    until_prepared(f);
    ask(f);
    EXPECT(f, VALIDATION_CODE_BY_HASH);
    ph_harness_conclude(f->h);
    prepared(f, 0, (ph_pvf_outcome_t){.verdict = PH_PVF_VALID, .detail = ""}); /* nobody hears it */
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_valid),         TEST(test_code_at_fault),
        TEST(test_host_at_fault), TEST(test_limits_of_the_session),
        TEST(test_no_code),       TEST(test_no_session),
        TEST(test_no_params),     TEST(test_no_bomb_limit),
        TEST(test_some_wait),     TEST(test_concludes_meanwhile),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
