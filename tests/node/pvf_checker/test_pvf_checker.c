/* PVF Checker alone: what it tries, when it votes, and that no vote contradicts another. The first tests are named
 * after those of polkadot-node-core-pvf-checker. */
#include "support/cmocka.h"

#include "crypto/sr25519.h"
#include "node/pvf_checker/pvf_checker.h"
#include "primitives/payload.h"
#include "protocol/candidate_validation.h"
#include "protocol/runtime_api.h"
#include "support/harness.h"

enum { VALIDATORS = 4, CODES_MAX = 4 };

typedef struct fixture {
    ph_harness_t *h;
    ph_keystore_t *keystore;
    ph_pvf_checker_config_t config;
    ph_validator_id_t validators[VALIDATORS];
    size_t me; /* VALIDATORS: none */
    uint32_t session;
} fixture_t;

static const uint8_t SEED[32] = {5};

static void start(fixture_t *f)
{
    f->h = ph_harness_prepare(PH_SUBSYSTEM_PVF_CHECKER);
    f->keystore = ph_keystore_new(ph_harness_env(f->h), true);
    ph_keystore_add(f->keystore, PH_KEY_PARA_VALIDATOR, SEED);
    f->config.keystore = f->keystore;
    ph_harness_start(f->h, &ph_pvf_checker_ops, &f->config);
}

static int setup(void **state)
{
    fixture_t *f = ph_mem_alloc(NULL, sizeof *f);
    ph_sr25519_keypair_t pair;
    ph_sr25519_from_mini_secret(&pair, SEED);
    f->session = 2;
    f->me = 3;
    for (size_t i = 0; i < VALIDATORS; i++)
        f->validators[i].bytes[0] = (uint8_t)(i + 1);
    memcpy(f->validators[f->me].bytes, pair.public_key, 32);
    start(f);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    fixture_t *f = *state;
    ph_harness_free(f->h);
    ph_keystore_free(f->keystore);
    ph_mem_free(f);
    return 0;
}

/* ---- playing the others ---- */

static ph_validation_code_hash_t code(uint8_t n)
{
    return (ph_validation_code_hash_t){{n, 0xc0}};
}

static void activate(fixture_t *f, uint32_t block, uint32_t parent)
{
    ph_hash_t hash = ph_harness_hash(block), above = ph_harness_hash(parent);
    ph_harness_activate(f->h, &hash, block % 100, &above);
}

/* Codes are bytes of a string: "\1\2". */
static void answer_codes(fixture_t *f, const char *codes)
{
    ph_validation_code_hash_t items[CODES_MAX];
    ph_res_vec_validation_code_hash_runtime_api_error_t reply = {.ok = {items, strlen(codes)}};
    for (size_t i = 0; codes[i]; i++)
        items[i] = code((uint8_t)codes[i]);
    ph_harness_reply(
        f->h, ph_harness_expect(f->h, PH_SUBSYSTEM_RUNTIME_API, PH_MSG_RUNTIME_API_REQUEST_PVFS_REQUIRE_PRECHECK),
        &reply);
}

static void fail_codes(fixture_t *f, uint8_t error)
{
    ph_res_vec_validation_code_hash_runtime_api_error_t reply = {.kind = PH_RES_ERR, .err = {.kind = error}};
    ph_harness_reply(
        f->h, ph_harness_expect(f->h, PH_SUBSYSTEM_RUNTIME_API, PH_MSG_RUNTIME_API_REQUEST_PVFS_REQUIRE_PRECHECK),
        &reply);
}

static void answer_session(fixture_t *f)
{
    ph_harness_reply(
        f->h, ph_harness_expect(f->h, PH_SUBSYSTEM_RUNTIME_API, PH_MSG_RUNTIME_API_REQUEST_SESSION_INDEX_FOR_CHILD),
        &(ph_res_session_index_runtime_api_error_t){.ok = {f->session}});
}

static void answer_validators(fixture_t *f)
{
    ph_validator_id_t ids[VALIDATORS];
    memcpy(ids, f->validators, sizeof ids);
    if (f->me == VALIDATORS)
        memset(ids, 0x77, sizeof ids);
    ph_harness_reply(f->h, ph_harness_expect(f->h, PH_SUBSYSTEM_RUNTIME_API, PH_MSG_RUNTIME_API_REQUEST_VALIDATORS),
                     &(ph_res_vec_validator_id_runtime_api_error_t){.ok = {ids, VALIDATORS}});
}

/* A leaf in the session that is already known, and in one that is not. */
static void leaf(fixture_t *f, uint32_t block, uint32_t parent, const char *codes)
{
    activate(f, block, parent);
    answer_codes(f, codes);
    answer_session(f);
}

static void leaf_of_new_session(fixture_t *f, uint32_t block, uint32_t parent, const char *codes)
{
    leaf(f, block, parent, codes);
    answer_validators(f);
}

static ph_msg_t *expect_pre_check(fixture_t *f, uint8_t n)
{
    ph_msg_t *asked = ph_harness_expect(f->h, PH_SUBSYSTEM_CANDIDATE_VALIDATION, PH_MSG_CANDIDATE_VALIDATION_PRE_CHECK);
    ph_validation_code_hash_t want = code(n);
    assert_memory_equal(&ph_msg_as_candidate_validation_pre_check(asked)->code_hash, &want, 32);
    return asked;
}

static void judge(fixture_t *f, ph_msg_t *asked, ph_pre_check_outcome_kind_t outcome)
{
    ph_harness_reply(f->h, asked, &(ph_pre_check_outcome_t){(uint8_t)outcome});
}

static void expect_vote(fixture_t *f, uint8_t n, bool accept, uint32_t at)
{
    ph_msg_t *asked =
        ph_harness_expect(f->h, PH_SUBSYSTEM_RUNTIME_API, PH_MSG_RUNTIME_API_REQUEST_SUBMIT_PVF_CHECK_STATEMENT);
    const ph_msg_runtime_api_request_submit_pvf_check_statement_t *vote = ph_msg_payload(asked);
    ph_validation_code_hash_t want = code(n);
    ph_hash_t block = ph_harness_hash(at);
    assert_memory_equal(&vote->relay_parent, &block, 32);
    assert_memory_equal(&vote->stmt.subject, &want, 32);
    assert_int_equal(vote->stmt.accept, accept);
    assert_int_equal(vote->stmt.session_index.v, f->session);
    assert_int_equal(vote->stmt.validator_index.v, f->me);
    ph_bytes_t payload = ph_payload_of_pvf_check(NULL, &vote->stmt);
    assert_true(ph_sr25519_verify(vote->signature.bytes, payload, f->validators[f->me].bytes));
    ph_mem_free(payload.data);
    ph_harness_reply(f->h, asked, &(ph_res_unit_runtime_api_error_t){.kind = PH_RES_OK});
}

/* ---- what is tried ---- */

static void test_reacts_to_new_pvfs_in_heads(void **state)
{
    fixture_t *f = *state;
    leaf_of_new_session(f, 1, 0, "\1\2");
    ph_msg_t *first = expect_pre_check(f, 1), *second = expect_pre_check(f, 2);
    ph_hash_t block = ph_harness_hash(1);
    assert_memory_equal(&ph_msg_as_candidate_validation_pre_check(first)->relay_parent, &block, 32);
    judge(f, first, PH_PRE_CHECK_OUTCOME_VALID);
    expect_vote(f, 1, true, 1);
    judge(f, second, PH_PRE_CHECK_OUTCOME_INVALID);
    expect_vote(f, 2, false, 1);
    ph_harness_expect_nothing(f->h);
    assert_int_equal(ph_harness_events(f->h, "code-judged"), 2);
    assert_int_equal(ph_harness_events(f->h, "vote-submitted"), 2);
}

static void test_no_new_session_no_validators_request(void **state)
{
    fixture_t *f = *state;
    leaf_of_new_session(f, 1, 0, "");
    leaf(f, 2, 1, "");
    ph_harness_expect_nothing(f->h);
    f->session--; /* a leaf of an old fork */
    leaf(f, 103, 0, "");
    ph_harness_expect_nothing(f->h);
}

static void test_activation_of_descendant_leaves_pvfs_in_view(void **state)
{
    fixture_t *f = *state;
    leaf_of_new_session(f, 1, 0, "\1");
    ph_msg_t *asked = expect_pre_check(f, 1);
    leaf(f, 2, 1, "\1");
    ph_harness_expect_nothing(f->h);
    leaf(f, 3, 2, "\1\2");
    ph_msg_t *second = expect_pre_check(f, 2);
    judge(f, asked, PH_PRE_CHECK_OUTCOME_VALID);
    expect_vote(f, 1, true, 3);
    judge(f, second, PH_PRE_CHECK_OUTCOME_VALID);
    expect_vote(f, 2, true, 3);
    ph_harness_expect_nothing(f->h);
}

/* The child's leaf arrives before the parent's examination has ended: nothing is tried twice for that. */
static void test_leaves_in_quick_succession(void **state)
{
    fixture_t *f = *state;
    activate(f, 1, 0);
    activate(f, 2, 1);
    ph_msg_t *ask[4];
    for (int i = 0; i < 4; i++)
        ask[i] = ph_harness_expect(f->h, PH_SUBSYSTEM_RUNTIME_API,
                                   i % 2 ? PH_MSG_RUNTIME_API_REQUEST_SESSION_INDEX_FOR_CHILD
                                         : PH_MSG_RUNTIME_API_REQUEST_PVFS_REQUIRE_PRECHECK);
    ph_validation_code_hash_t one = code(1);
    for (int i = 0; i < 2; i++) {
        ph_harness_reply(f->h, ask[2 * i], &(ph_res_vec_validation_code_hash_runtime_api_error_t){.ok = {&one, 1}});
        ph_harness_reply(f->h, ask[2 * i + 1], &(ph_res_session_index_runtime_api_error_t){.ok = {f->session}});
    }
    answer_validators(f); /* both were of a new session when they were looked at */
    answer_validators(f);
    ph_msg_t *check = expect_pre_check(f, 1);
    ph_harness_expect_nothing(f->h);
    judge(f, check, PH_PRE_CHECK_OUTCOME_VALID);
    expect_vote(f, 1, true, 2);
    ph_harness_expect_nothing(f->h);
}

static void test_reactivating_pvf_leads_to_second_check(void **state)
{
    fixture_t *f = *state;
    leaf_of_new_session(f, 1, 0, "\1");
    judge(f, expect_pre_check(f, 1), PH_PRE_CHECK_OUTCOME_VALID);
    expect_vote(f, 1, true, 1);
    leaf(f, 2, 1, "");
    ph_harness_expect_nothing(f->h);
    leaf(f, 3, 2, "\1");
    judge(f, expect_pre_check(f, 1), PH_PRE_CHECK_OUTCOME_VALID);
    ph_harness_expect_nothing(f->h); /* it has had our vote */
}

static void test_unexpected_pvf_check_judgement(void **state)
{
    fixture_t *f = *state;
    leaf_of_new_session(f, 1, 0, "\1");
    ph_msg_t *asked = expect_pre_check(f, 1);
    leaf(f, 2, 1, "");
    judge(f, asked, PH_PRE_CHECK_OUTCOME_VALID);
    ph_harness_expect_nothing(f->h);
    assert_int_equal(ph_harness_events(f->h, "code-judged"), 0);
}

/* ---- votes ---- */

static void test_dont_double_vote_for_pvfs_in_view(void **state)
{
    fixture_t *f = *state;
    leaf_of_new_session(f, 1, 0, "\1");
    judge(f, expect_pre_check(f, 1), PH_PRE_CHECK_OUTCOME_VALID);
    expect_vote(f, 1, true, 1);
    leaf(f, 2, 1, "\1");
    leaf(f, 102, 1, "\1"); /* a fork */
    ph_harness_expect_nothing(f->h);
}

static void test_judgements_come_out_of_order(void **state)
{
    fixture_t *f = *state;
    leaf_of_new_session(f, 1, 0, "\1\2\3");
    ph_msg_t *asked[3] = {expect_pre_check(f, 1), expect_pre_check(f, 2), expect_pre_check(f, 3)};
    judge(f, asked[2], PH_PRE_CHECK_OUTCOME_VALID);
    expect_vote(f, 3, true, 1);
    judge(f, asked[0], PH_PRE_CHECK_OUTCOME_VALID);
    expect_vote(f, 1, true, 1);
    judge(f, asked[1], PH_PRE_CHECK_OUTCOME_INVALID);
    expect_vote(f, 2, false, 1);
    ph_harness_expect_nothing(f->h);
}

static void test_dont_vote_until_a_validator(void **state)
{
    fixture_t *f = *state;
    f->me = VALIDATORS;
    leaf_of_new_session(f, 1, 0, "\1");
    judge(f, expect_pre_check(f, 1), PH_PRE_CHECK_OUTCOME_VALID);
    ph_harness_expect_nothing(f->h);
    f->me = 3;
    f->session++;
    leaf_of_new_session(f, 2, 1, "\1");
    expect_vote(f, 1, true, 2);
    ph_harness_expect_nothing(f->h);
}

static void test_resign_on_session_change(void **state)
{
    fixture_t *f = *state;
    leaf_of_new_session(f, 1, 0, "\1\2\3");
    ph_msg_t *first = expect_pre_check(f, 1), *second = expect_pre_check(f, 2), *late = expect_pre_check(f, 3);
    judge(f, first, PH_PRE_CHECK_OUTCOME_VALID);
    expect_vote(f, 1, true, 1);
    judge(f, second, PH_PRE_CHECK_OUTCOME_INVALID);
    expect_vote(f, 2, false, 1);
    f->session++;
    leaf_of_new_session(f, 2, 1, "\1\2\3");
    expect_vote(f, 1, true, 2);
    expect_vote(f, 2, false, 2);
    judge(f, late, PH_PRE_CHECK_OUTCOME_VALID);
    expect_vote(f, 3, true, 2);
    ph_harness_expect_nothing(f->h);
}

static void test_dont_resign_if_not_us(void **state)
{
    fixture_t *f = *state;
    leaf_of_new_session(f, 1, 0, "\1");
    judge(f, expect_pre_check(f, 1), PH_PRE_CHECK_OUTCOME_VALID);
    expect_vote(f, 1, true, 1);
    f->me = VALIDATORS;
    f->session++;
    leaf_of_new_session(f, 2, 1, "\1");
    ph_harness_expect_nothing(f->h);
}

static void test_dont_abstain_for_nondeterministic_pvfcheck_failure(void **state)
{
    fixture_t *f = *state;
    leaf_of_new_session(f, 1, 0, "\1");
    judge(f, expect_pre_check(f, 1), PH_PRE_CHECK_OUTCOME_FAILED);
    expect_vote(f, 1, false, 1);
}

static void test_abstains_without_an_answer(void **state)
{
    fixture_t *f = *state;
    leaf_of_new_session(f, 1, 0, "\1");
    ph_harness_drop(f->h, expect_pre_check(f, 1));
    f->session++;
    leaf_of_new_session(f, 2, 1, "\1");
    ph_harness_expect_nothing(f->h);
}

/* Votes go in at the highest leaf seen, whichever was activated last. */
static void test_lower_leaf_is_not_recent(void **state)
{
    fixture_t *f = *state;
    leaf_of_new_session(f, 5, 4, "");
    leaf(f, 103, 102, "\1");
    judge(f, expect_pre_check(f, 1), PH_PRE_CHECK_OUTCOME_VALID);
    expect_vote(f, 1, true, 5);
}

/* ---- runtimes ---- */

static void test_api_not_supported(void **state)
{
    fixture_t *f = *state;
    activate(f, 1, 0);
    fail_codes(f, PH_RUNTIME_API_ERROR_NOT_SUPPORTED);
    answer_session(f);
    ph_harness_expect_nothing(f->h);
    leaf_of_new_session(f, 2, 1, "\1"); /* it becomes supported */
    judge(f, expect_pre_check(f, 1), PH_PRE_CHECK_OUTCOME_VALID);
    expect_vote(f, 1, true, 2);
}

static void test_runtime_errors(void **state)
{
    fixture_t *f = *state;
    activate(f, 1, 0);
    fail_codes(f, PH_RUNTIME_API_ERROR_UNKNOWN_BLOCK); /* as if nothing were under vote */
    answer_session(f);
    answer_validators(f);
    activate(f, 2, 1);
    answer_codes(f, "\1");
    ph_harness_drop(
        f->h, ph_harness_expect(f->h, PH_SUBSYSTEM_RUNTIME_API, PH_MSG_RUNTIME_API_REQUEST_SESSION_INDEX_FOR_CHILD));
    judge(f, expect_pre_check(f, 1), PH_PRE_CHECK_OUTCOME_VALID); /* in the session known before */
    expect_vote(f, 1, true, 2);
    f->session++;
    leaf(f, 3, 2, "\1\2");
    ph_harness_drop(f->h, ph_harness_expect(f->h, PH_SUBSYSTEM_RUNTIME_API, PH_MSG_RUNTIME_API_REQUEST_VALIDATORS));
    judge(f, expect_pre_check(f, 2), PH_PRE_CHECK_OUTCOME_VALID); /* whoever we are now */
    ph_harness_expect_nothing(f->h);
}

static void test_submission_fails(void **state)
{
    fixture_t *f = *state;
    leaf_of_new_session(f, 1, 0, "\1");
    judge(f, expect_pre_check(f, 1), PH_PRE_CHECK_OUTCOME_VALID);
    ph_harness_reply(
        f->h, ph_harness_expect(f->h, PH_SUBSYSTEM_RUNTIME_API, PH_MSG_RUNTIME_API_REQUEST_SUBMIT_PVF_CHECK_STATEMENT),
        &(ph_res_unit_runtime_api_error_t){.kind = PH_RES_ERR});
    assert_int_equal(ph_harness_events(f->h, "vote-submitted"), 0);
    leaf(f, 2, 1, "\1");
    ph_harness_expect_nothing(f->h);
}

/* ---- law 7 ---- */

/* A life before this one has voted for the code: now that it cannot be prepared, the node says nothing. */
static void test_restart_does_not_contradict(void **state)
{
    fixture_t *f = *state;
    ph_validator_signature_t signature;
    for (uint8_t n = 1; n <= 2; n++) {
        ph_pvf_check_statement_t before = {true, code(n), {f->session}, {(uint32_t)f->me}};
        assert_int_equal(ph_keystore_sign_pvf_check(f->keystore, &signature, &f->validators[f->me], &before), PH_OK);
    }
    leaf_of_new_session(f, 1, 0, "\1\2");
    ph_msg_t *first = expect_pre_check(f, 1), *second = expect_pre_check(f, 2);
    judge(f, first, PH_PRE_CHECK_OUTCOME_FAILED);
    ph_harness_expect_nothing(f->h);
    judge(f, second, PH_PRE_CHECK_OUTCOME_VALID); /* the same vote may be cast again */
    expect_vote(f, 2, true, 1);
    f->session++; /* a new session is a new vote */
    leaf_of_new_session(f, 2, 1, "\1\2");
    expect_vote(f, 1, false, 2);
    expect_vote(f, 2, true, 2);
}

static void test_concludes(void **state)
{
    fixture_t *f = *state;
    leaf_of_new_session(f, 1, 0, "\1");
    expect_pre_check(f, 1);
    activate(f, 2, 1); /* under examination */
    ph_harness_conclude(f->h);
    ph_harness_drop_all(f->h);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_reacts_to_new_pvfs_in_heads),
        TEST(test_no_new_session_no_validators_request),
        TEST(test_activation_of_descendant_leaves_pvfs_in_view),
        TEST(test_leaves_in_quick_succession),
        TEST(test_reactivating_pvf_leads_to_second_check),
        TEST(test_unexpected_pvf_check_judgement),
        TEST(test_dont_double_vote_for_pvfs_in_view),
        TEST(test_judgements_come_out_of_order),
        TEST(test_dont_vote_until_a_validator),
        TEST(test_resign_on_session_change),
        TEST(test_dont_resign_if_not_us),
        TEST(test_dont_abstain_for_nondeterministic_pvfcheck_failure),
        TEST(test_abstains_without_an_answer),
        TEST(test_lower_leaf_is_not_recent),
        TEST(test_api_not_supported),
        TEST(test_runtime_errors),
        TEST(test_submission_fails),
        TEST(test_restart_does_not_contradict),
        TEST(test_concludes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
