/* What Candidate Selection picks, and what becomes of it. */
#include "node/candidate_backing/fixture.h"

#include "env/env.h"
#include "primitives/payload.h"

static void assert_signed_by_us(fixture_t *f, const ph_unchecked_signed_full_statement_t *s)
{
    ph_compact_statement_t compact = ph_payload_to_compact(&s->payload);
    ph_signing_context_t context = {.session_index = {SESSION}, .parent_hash = f->leaf};
    ph_bytes_t payload = ph_payload_of_statement(f->arena, &compact, &context);
    assert_true(ph_env_verify_sr25519(ph_harness_env(f->h), s->signature.bytes, payload, f->validators[0].bytes));
}

static void test_second(void **state)
{
    fixture_t *f = *state;
    ph_committed_candidate_receipt_t c = candidate(f, 1, OURS);
    go(f);
    second(f, &c);
    find_valid(f, &c);
    const ph_signed_full_statement_with_pvd_t *s = expect_share(f, PH_STATEMENT_SECONDED);
    assert_true(ph_committed_candidate_receipt_equal(&s->statement.payload.seconded, &c));
    assert_true(s->pvd.some && ph_persisted_validation_data_equal(&s->pvd.value, &f->data));
    assert_signed_by_us(f, &s->statement);
    expect_seconded(f, &c);
    expect_distributed(f, &c);
    ph_harness_expect_nothing(f->h);
    assert_int_equal(ph_harness_events(f->h, "seconded"), 1);
    assert_int_equal(ph_harness_events(f->h, "backable"), 0);
    hear_valid(f, &c, 2);
    expect_backed(f, &c);
    assert_int_equal(ph_harness_events(f->h, "backable"), 1);
    const ph_vec_backed_candidate_t *backed = backable(f, &c, 1);
    assert_int_equal(backed->count, 1);
    assert_memory_equal(&backed->items[0].validity_votes.items[0].implicit, &s->statement.signature, 64);
}

static void test_quorum_by_ourselves(void **state)
{
    fixture_t *f = *state;
    f->minimum = 1;
    ph_committed_candidate_receipt_t c = candidate(f, 1, OURS);
    go(f);
    second(f, &c);
    find_valid(f, &c);
    expect_share(f, PH_STATEMENT_SECONDED);
    expect_backed(f, &c);
    expect_seconded(f, &c);
    expect_distributed(f, &c);
    ph_harness_expect_nothing(f->h);
}

static void test_wrong_validation_data(void **state)
{
    fixture_t *f = *state;
    ph_committed_candidate_receipt_t c = candidate(f, 1, OURS);
    c.descriptor.persisted_validation_data_hash.bytes[0] ^= 1;
    go(f);
    second(f, &c);
    answer_data(f, c.descriptor.para_id);
    expect_invalid(f, &c);
    ph_harness_expect_nothing(f->h);
    assert_int_equal(ph_harness_events(f->h, "found-invalid"), 1);
}

static void test_wrong_code(void **state)
{
    fixture_t *f = *state;
    ph_committed_candidate_receipt_t c = candidate(f, 1, OURS);
    c.descriptor.validation_code_hash.bytes[0] ^= 1;
    go(f);
    second(f, &c);
    answer_data(f, c.descriptor.para_id);
    answer_code(f);
    expect_invalid(f, &c);
    ph_harness_expect_nothing(f->h);
}

static void test_descriptor_out_of_place(void **state)
{
    fixture_t *f = *state;
    ph_committed_candidate_receipt_t c[3] = {candidate(f, 1, OURS), candidate(f, 2, OURS), candidate(f, 3, OURS)};
    c[0].descriptor.relay_parent = ph_harness_hash(99);
    c[1].descriptor.core_index = 1;
    c[2].descriptor.version = 1; /* V3 */
    go(f);
    for (size_t i = 0; i < 3; i++) {
        second(f, &c[i]);
        expect_invalid(f, &c[i]);
        ph_harness_expect_nothing(f->h);
    }
}

static void test_invalid_and_never_again(void **state)
{
    fixture_t *f = *state;
    ph_committed_candidate_receipt_t c = candidate(f, 1, OURS);
    go(f);
    second(f, &c);
    answer_data(f, c.descriptor.para_id);
    answer_code(f);
    answer_validation(f, &c, PH_VALIDATION_OUTCOME_INVALID);
    expect_invalid(f, &c);
    ph_harness_expect_nothing(f->h);
    second(f, &c);
    expect_invalid(f, &c);
    /* When somebody vouches for it, we disagree, without looking again. */
    hear_seconded(f, &c, 1);
    const ph_misbehavior_report_t *report = expect_report(f, PH_MISBEHAVIOR_REPORT_CANDIDATE_VALIDITY_DISAGREEMENT);
    assert_receipt(&report->candidate_validity_disagreement.receipt, &c);
    assert_int_equal(report->candidate_validity_disagreement.statements.count, 1);
    ph_harness_expect_nothing(f->h);
    assert_int_equal(ph_harness_events(f->h, "seconded"), 0);
    /* Another one may be seconded. */
    ph_committed_candidate_receipt_t other = candidate(f, 2, OURS);
    second_well(f, &other);
}

static void expect_declined(fixture_t *f, const ph_committed_candidate_receipt_t *c)
{
    const ph_msg_candidate_selection_declined_t *out =
        ph_msg_payload(ph_harness_expect(f->h, PH_SUBSYSTEM_CANDIDATE_SELECTION, PH_MSG_CANDIDATE_SELECTION_DECLINED));
    ph_candidate_hash_t hash = ph_hash_of_committed(c);
    assert_memory_equal(&out->relay_parent, &f->leaf, sizeof f->leaf);
    assert_memory_equal(&out->candidate, &hash, sizeof hash);
}

static void test_our_failure_is_no_verdict(void **state)
{
    fixture_t *f = *state;
    ph_committed_candidate_receipt_t c = candidate(f, 1, OURS), other = candidate(f, 2, OURS);
    go(f);
    second(f, &c);
    answer_data(f, c.descriptor.para_id);
    answer_code(f);
    answer_validation(f, &c, PH_VALIDATION_OUTCOME_FAILED);
    expect_declined(f, &c);
    ph_harness_expect_nothing(f->h);
    second(f, &c);
    expect_declined(f, &c);
    ph_harness_expect_nothing(f->h);
    second_well(f, &other);
}

static void test_questions_without_answer(void **state)
{
    fixture_t *f = *state;
    go(f);
    for (uint32_t step = 0; step < 4; step++) {
        ph_committed_candidate_receipt_t c = candidate(f, step, OURS);
        second(f, &c);
        if (step == 0)
            ph_harness_drop(f->h, expect_api(f, PH_MSG_RUNTIME_API_REQUEST_PERSISTED_VALIDATION_DATA));
        else
            answer_data(f, c.descriptor.para_id);
        if (step == 1)
            ph_harness_drop(f->h, expect_api(f, PH_MSG_RUNTIME_API_REQUEST_VALIDATION_CODE_HASH));
        else if (step > 1)
            answer_code(f);
        if (step == 2)
            ph_harness_drop(
                f->h, ph_harness_expect(f->h, PH_SUBSYSTEM_CANDIDATE_VALIDATION, PH_MSG_CANDIDATE_VALIDATION_VALIDATE));
        else if (step > 2)
            answer_validation(f, &c, PH_VALIDATION_OUTCOME_VALID);
        if (step == 3)
            ph_harness_drop(f->h, ph_harness_expect(f->h, PH_SUBSYSTEM_AVAILABILITY_STORE,
                                                    PH_MSG_AVAILABILITY_STORE_STORE_AVAILABLE_DATA));
        expect_declined(f, &c);
        ph_harness_expect_nothing(f->h);
    }
    assert_int_equal(ph_harness_events(f->h, "seconded"), 0);
    assert_int_equal(ph_harness_events(f->h, "found-invalid"), 0);
}

static void store_answers(fixture_t *f, const ph_committed_candidate_receipt_t *c, uint8_t error)
{
    second(f, c);
    answer_data(f, c->descriptor.para_id);
    answer_code(f);
    answer_validation(f, c, PH_VALIDATION_OUTCOME_VALID);
    answer_store_with(f, c, &(ph_res_unit_store_error_t){.kind = PH_RES_ERR, .err = {error}});
}

static void test_erasure_root(void **state)
{
    fixture_t *f = *state;
    ph_committed_candidate_receipt_t c = candidate(f, 1, OURS), other = candidate(f, 2, OURS);
    go(f);
    store_answers(f, &c, PH_STORE_ERROR_INVALID_ERASURE_ROOT);
    expect_invalid(f, &c);
    ph_harness_expect_nothing(f->h);
    store_answers(f, &other, PH_STORE_ERROR_DISK); /* ours to blame */
    expect_declined(f, &other);
    ph_harness_expect_nothing(f->h);
    assert_int_equal(ph_harness_events(f->h, "seconded"), 0);
}

static void test_one_a_relay_parent(void **state)
{
    fixture_t *f = *state;
    ph_committed_candidate_receipt_t a = candidate(f, 1, OURS), b = candidate(f, 2, OURS);
    go(f);
    second(f, &a);
    second(f, &b); /* one is on its way */
    find_valid(f, &a);
    expect_share(f, PH_STATEMENT_SECONDED);
    expect_seconded(f, &a);
    expect_distributed(f, &a);
    second(f, &b);
    second(f, &a);
    ph_harness_expect_nothing(f->h);
    assert_int_equal(ph_harness_events(f->h, "seconded"), 1);
}

static void test_each_relay_parent_for_itself(void **state)
{
    fixture_t *f = *state;
    ph_committed_candidate_receipt_t a = candidate(f, 1, OURS);
    ph_hash_t genesis = ph_harness_hash(0);
    go(f);
    second_well(f, &a);
    f->leaf = ph_harness_hash(2); /* a fork */
    ph_harness_activate(f->h, &f->leaf, 1, &genesis);
    answer_facts(f);
    ph_committed_candidate_receipt_t b = candidate(f, 2, OURS);
    second_well(f, &b);
}

static void test_never_seconded_and_valid(void **state)
{
    fixture_t *f = *state;
    ph_committed_candidate_receipt_t c = candidate(f, 1, OURS);
    go(f);
    hear_seconded(f, &c, 1);
    second(f, &c); /* under way already */
    answer_data(f, c.descriptor.para_id);
    answer_code(f);
    answer_fetch(f, &c, 1);
    answer_validation(f, &c, PH_VALIDATION_OUTCOME_VALID);
    answer_store(f, &c);
    expect_share(f, PH_STATEMENT_VALID);
    expect_backed(f, &c);
    expect_distributed(f, &c);
    second(f, &c);
    ph_harness_expect_nothing(f->h);
}

/* Somebody else had seconded it when Candidate Selection came with it: it waits for our opinion all the same. */
static void test_an_opinion_under_way_is_told(void **state)
{
    fixture_t *f = *state;
    ph_committed_candidate_receipt_t c = candidate(f, 1, OURS), other = candidate(f, 2, OURS);
    go(f);
    hear_seconded(f, &c, 1);
    second(f, &c);
    answer_data(f, c.descriptor.para_id);
    answer_code(f);
    answer_fetch(f, &c, 1);
    answer_validation(f, &c, PH_VALIDATION_OUTCOME_FAILED);
    expect_declined(f, &c);
    hear_seconded(f, &other, 2);
    second(f, &other);
    answer_data(f, other.descriptor.para_id);
    answer_code(f);
    answer_fetch(f, &other, 2);
    answer_validation(f, &other, PH_VALIDATION_OUTCOME_INVALID);
    expect_invalid(f, &other);
    ph_harness_drop_all(f->h);
    assert_int_equal(ph_harness_events(f->h, "valid-signed"), 0);
}

static void test_others_second_what_we_second(void **state)
{
    fixture_t *f = *state;
    ph_committed_candidate_receipt_t c = candidate(f, 1, OURS);
    go(f);
    second(f, &c);
    hear_seconded(f, &c, 1);
    find_valid(f, &c);
    expect_share(f, PH_STATEMENT_SECONDED);
    expect_backed(f, &c);
    expect_seconded(f, &c);
    expect_distributed(f, &c);
    ph_harness_expect_nothing(f->h);
}

static void test_invalid_that_others_vouch_for(void **state)
{
    fixture_t *f = *state;
    ph_committed_candidate_receipt_t c = candidate(f, 1, OURS);
    go(f);
    second(f, &c);
    hear_seconded(f, &c, 1);
    answer_data(f, c.descriptor.para_id);
    answer_code(f);
    answer_validation(f, &c, PH_VALIDATION_OUTCOME_INVALID);
    expect_invalid(f, &c);
    expect_report(f, PH_MISBEHAVIOR_REPORT_CANDIDATE_VALIDITY_DISAGREEMENT);
    ph_harness_expect_nothing(f->h);
}

static void test_pov_that_nobody_had(void **state)
{
    fixture_t *f = *state;
    ph_committed_candidate_receipt_t c = candidate(f, 1, OURS);
    go(f);
    hear_seconded(f, &c, 1);
    answer_data(f, c.descriptor.para_id);
    answer_code(f);
    fail_fetch(f, &c, 1);
    second(f, &c);
    answer_validation(f, &c, PH_VALIDATION_OUTCOME_VALID);
    answer_store(f, &c);
    expect_share(f, PH_STATEMENT_SECONDED);
    expect_backed(f, &c);
    expect_seconded(f, &c);
    expect_distributed(f, &c);
    ph_harness_expect_nothing(f->h);
}

static void test_not_our_para_nor_our_parent(void **state)
{
    fixture_t *f = *state;
    ph_committed_candidate_receipt_t c = candidate(f, 1, THEIRS), ours = candidate(f, 2, OURS);
    go(f);
    second(f, &c);
    expect_declined(f, &c);
    ph_hash_t leaf = f->leaf;
    f->leaf = ph_harness_hash(5);
    second(f, &ours);
    f->leaf = leaf;
    ph_harness_expect_nothing(f->h);
}

/* Seconds a candidate, with `f` set up so that nothing may come of it. */
static void assert_only_observes(fixture_t *f)
{
    ph_committed_candidate_receipt_t c = candidate(f, 1, OURS);
    go(f);
    second(f, &c);
    ph_harness_expect_nothing(f->h);
    hear_seconded(f, &c, 1);
    ph_harness_expect_nothing(f->h);
    hear_valid(f, &c, 2);
    expect_backed(f, &c);
    assert_int_equal(backable(f, &c, 1)->count, 1);
    fixture_free(f);
}

static void test_observers(void **state)
{
    ph_validator_index_t us = {0};
    fixture_t *f = fixture_new(false, true);
    (void)state;
    assert_only_observes(f);
    f = fixture_new(true, true); /* no validator of this session */
    f->validators[0].bytes[0] ^= 1;
    assert_only_observes(f);
    f = fixture_new(true, true);
    f->disabled = (ph_vec_validator_index_t){&us, 1};
    assert_only_observes(f);
}

static void test_core_without_para(void **state)
{
    fixture_t *f = *state;
    ph_committed_candidate_receipt_t c = candidate(f, 1, OURS);
    f->cores[0] = (ph_core_state_t){.kind = PH_CORE_STATE_FREE};
    go(f);
    second(f, &c);
    hear_seconded(f, &c, 1);
    ph_harness_expect_nothing(f->h);
    assert_int_equal(ph_harness_events(f->h, "statement-imported"), 0);
}

static void test_keystore_remembers_another(void **state)
{
    fixture_t *f = *state;
    ph_committed_candidate_receipt_t c = candidate(f, 1, OURS), before = candidate(f, 2, OURS);
    ph_validator_signature_t signature;
    ph_compact_statement_t compact = {.kind = PH_COMPACT_STATEMENT_SECONDED, .seconded = ph_hash_of_committed(&before)};
    ph_signing_context_t context = {.session_index = {SESSION}, .parent_hash = f->leaf};
    assert_int_equal(ph_keystore_sign_statement(f->keystore, &signature, &f->validators[0], &compact, &context,
                                                (ph_core_index_t){0}),
                     PH_OK);
    go(f);
    second(f, &c);
    find_valid(f, &c);
    expect_declined(f, &c);
    ph_harness_expect_nothing(f->h);
    assert_int_equal(ph_harness_events(f->h, "seconded"), 0);
    /* The very same one may be said again. */
    second_well(f, &before);
}

static void test_keystore_abstains(void **state)
{
    fixture_t *f = fixture_new(true, false);
    (void)state;
    ph_committed_candidate_receipt_t c = candidate(f, 1, OURS);
    go(f);
    second(f, &c);
    find_valid(f, &c);
    expect_declined(f, &c);
    ph_harness_expect_nothing(f->h);
    assert_int_equal(ph_harness_events(f->h, "seconded"), 0);
    fixture_free(f);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(test_second),
        T(test_quorum_by_ourselves),
        T(test_wrong_validation_data),
        T(test_wrong_code),
        T(test_descriptor_out_of_place),
        T(test_invalid_and_never_again),
        T(test_our_failure_is_no_verdict),
        T(test_questions_without_answer),
        T(test_erasure_root),
        T(test_one_a_relay_parent),
        T(test_each_relay_parent_for_itself),
        T(test_never_seconded_and_valid),
        T(test_an_opinion_under_way_is_told),
        T(test_others_second_what_we_second),
        T(test_invalid_that_others_vouch_for),
        T(test_pov_that_nobody_had),
        T(test_not_our_para_nor_our_parent),
        cmocka_unit_test(test_observers),
        T(test_core_without_para),
        T(test_keystore_remembers_another),
        cmocka_unit_test(test_keystore_abstains),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
