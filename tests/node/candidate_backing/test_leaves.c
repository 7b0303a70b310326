/* The life of a relay parent's job: facts that are late or missing, deactivation, Conclude. */
#include "node/candidate_backing/fixture.h"

static void deactivate(fixture_t *f)
{
    ph_hash_t child = ph_harness_hash(50);
    ph_harness_activate(f->h, &child, 2, &f->leaf);
}

static void test_messages_wait_for_the_facts(void **state)
{
    fixture_t *f = *state;
    ph_committed_candidate_receipt_t c = candidate(f, 1, THEIRS), ours = candidate(f, 2, OURS);
    ph_candidate_hash_t hash = ph_hash_of_committed(&c);
    ph_msg_candidate_backing_get_backable_candidates_t in = {f->leaf, {&hash, 1}};
    activate(f);
    hear_seconded(f, &c, 3);
    hear_valid(f, &c, 4);
    ph_harness_question_t *question = ph_harness_ask(f->h, PH_MSG_CANDIDATE_BACKING_GET_BACKABLE_CANDIDATES, &in);
    second(f, &ours);
    assert_null(ph_harness_answer(f->h, question, NULL));
    answer_facts(f);
    expect_backed(f, &c);
    const ph_vec_backed_candidate_t *out = ph_harness_answer(f->h, question, NULL);
    assert_non_null(out);
    assert_int_equal(out->count, 1);
    find_valid(f, &ours);
    expect_share(f, PH_STATEMENT_SECONDED);
    expect_seconded(f, &ours);
    expect_distributed(f, &ours);
}

static void test_runtime_does_not_answer(void **state)
{
    static const uint8_t kinds[] = {PH_MSG_RUNTIME_API_REQUEST_VALIDATORS,
                                    PH_MSG_RUNTIME_API_REQUEST_VALIDATOR_GROUPS,
                                    PH_MSG_RUNTIME_API_REQUEST_AVAILABILITY_CORES,
                                    PH_MSG_RUNTIME_API_REQUEST_SESSION_INDEX_FOR_CHILD,
                                    PH_MSG_RUNTIME_API_REQUEST_MINIMUM_BACKING_VOTES,
                                    PH_MSG_RUNTIME_API_REQUEST_DISABLED_VALIDATORS};
    fixture_t *f = *state;
    ph_committed_candidate_receipt_t c = candidate(f, 1, OURS);
    ph_candidate_hash_t hash = ph_hash_of_committed(&c);
    ph_msg_candidate_backing_get_backable_candidates_t in = {f->leaf, {&hash, 1}};
    activate(f);
    ph_harness_question_t *question = ph_harness_ask(f->h, PH_MSG_CANDIDATE_BACKING_GET_BACKABLE_CANDIDATES, &in);
    for (size_t i = 0; i < sizeof kinds; i++)
        ph_harness_drop(f->h, expect_api(f, kinds[i]));
    const ph_vec_backed_candidate_t *out = ph_harness_answer(f->h, question, NULL);
    assert_non_null(out);
    assert_int_equal(out->count, 0);
    second(f, &c);
    hear_seconded(f, &c, 1);
    ph_harness_expect_nothing(f->h);
    assert_int_equal(backable(f, &c, 1)->count, 0);
    assert_int_equal(ph_harness_failure(f->h), PH_OK);
}

static void test_runtime_without_a_minimum(void **state)
{
    fixture_t *f = *state;
    f->minimum = 0; /* not supported */
    ph_committed_candidate_receipt_t c = candidate(f, 1, THEIRS);
    go(f);
    hear_seconded(f, &c, 3);
    ph_harness_expect_nothing(f->h);
    hear_valid(f, &c, 4);
    expect_backed(f, &c);
}

static void test_unknown_leaf(void **state)
{
    fixture_t *f = *state;
    ph_committed_candidate_receipt_t c = candidate(f, 1, THEIRS);
    assert_int_equal(backable(f, &c, 1)->count, 0);
    hear_seconded(f, &c, 3);
    second(f, &c);
    ph_harness_expect_nothing(f->h);
}

/* Leaves the flow of a candidate that another one seconded at the given step; false: there is no such step. */
static bool stop_at(fixture_t *f, int step, ph_msg_t **open)
{
    ph_committed_candidate_receipt_t c = candidate(f, 1, OURS);
    activate(f);
    if (step == 0) {
        hear_seconded(f, &c, 1);
        *open = expect_api(f, PH_MSG_RUNTIME_API_REQUEST_VALIDATORS);
        return true;
    }
    answer_facts(f);
    hear_seconded(f, &c, 1);
    if (step == 1) {
        *open = expect_api(f, PH_MSG_RUNTIME_API_REQUEST_PERSISTED_VALIDATION_DATA);
        return true;
    }
    answer_data(f, c.descriptor.para_id);
    if (step == 2) {
        *open = expect_api(f, PH_MSG_RUNTIME_API_REQUEST_VALIDATION_CODE_HASH);
        return true;
    }
    answer_code(f);
    if (step == 3) {
        *open = expect_fetch(f, &c, 1);
        return true;
    }
    answer_fetch(f, &c, 1);
    if (step == 4) {
        *open = ph_harness_expect(f->h, PH_SUBSYSTEM_CANDIDATE_VALIDATION, PH_MSG_CANDIDATE_VALIDATION_VALIDATE);
        return true;
    }
    answer_validation(f, &c, PH_VALIDATION_OUTCOME_VALID);
    *open = ph_harness_expect(f->h, PH_SUBSYSTEM_AVAILABILITY_STORE, PH_MSG_AVAILABILITY_STORE_STORE_AVAILABLE_DATA);
    return step == 5;
}

static void answer_open(fixture_t *f, int step, ph_msg_t *open)
{
    ph_res_vec_validator_id_runtime_api_error_t validators = {.kind = PH_RES_OK, .ok = {f->validators, VALIDATORS}};
    ph_res_opt_persisted_validation_data_runtime_api_error_t data = {.kind = PH_RES_OK, .ok = {true, f->data}};
    ph_res_opt_validation_code_hash_runtime_api_error_t code = {.kind = PH_RES_OK, .ok = {true, f->code}};
    ph_res_shared_pov_request_failure_t pov = {.kind = PH_RES_OK, .ok = f->pov};
    ph_validation_outcome_t outcome = {.kind = PH_VALIDATION_OUTCOME_FAILED};
    ph_res_unit_store_error_t stored = {.kind = PH_RES_OK};
    const void *answers[] = {&validators, &data, &code, &pov, &outcome, &stored};
    ph_harness_reply(f->h, open, answers[step]);
}

static void test_deactivated_at_any_step(void **state)
{
    (void)state;
    for (int step = 0; step < 6; step++) {
        fixture_t *f = fixture_new(true, true);
        ph_committed_candidate_receipt_t c = candidate(f, 1, OURS);
        ph_msg_t *open;
        assert_true(stop_at(f, step, &open));
        ph_harness_drop_all(f->h);
        deactivate(f);
        ph_harness_drop_all(f->h); /* the new leaf's questions */
        answer_open(f, step, open);
        ph_harness_expect_nothing(f->h);
        hear_valid(f, &c, 2);
        assert_int_equal(backable(f, &c, 1)->count, 0);
        assert_int_equal(ph_harness_events(f->h, "valid-signed"), 0);
        ph_harness_expect_nothing(f->h);
        fixture_free(f);
    }
}

static void test_conclude_at_any_step(void **state)
{
    (void)state;
    for (int step = 0; step < 6; step++) {
        fixture_t *f = fixture_new(true, true);
        ph_msg_t *open;
        assert_true(stop_at(f, step, &open));
        ph_harness_drop_all(f->h);
        ph_harness_conclude(f->h);
        answer_open(f, step, open);
        ph_harness_drop_all(f->h);
        assert_int_equal(ph_harness_events(f->h, "valid-signed"), 0);
        assert_int_equal(ph_harness_failure(f->h), PH_OK);
        fixture_free(f);
    }
}

static void test_question_of_a_leaf_that_goes(void **state)
{
    fixture_t *f = *state;
    ph_msg_candidate_backing_get_backable_candidates_t in = {f->leaf, {NULL, 0}};
    ph_err_t err;
    activate(f);
    ph_harness_question_t *question = ph_harness_ask(f->h, PH_MSG_CANDIDATE_BACKING_GET_BACKABLE_CANDIDATES, &in);
    expect_api(f, PH_MSG_RUNTIME_API_REQUEST_VALIDATORS); /* kept open */
    assert_null(ph_harness_answer(f->h, question, &err));
    assert_int_equal(err, PH_OK);
    deactivate(f);
    assert_null(ph_harness_answer(f->h, question, &err));
    assert_int_equal(err, PH_ERR_CANCELLED);
    ph_harness_drop_all(f->h);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(test_messages_wait_for_the_facts),
        T(test_runtime_does_not_answer),
        T(test_runtime_without_a_minimum),
        T(test_unknown_leaf),
        cmocka_unit_test(test_deactivated_at_any_step),
        cmocka_unit_test(test_conclude_at_any_step),
        T(test_question_of_a_leaf_that_goes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
