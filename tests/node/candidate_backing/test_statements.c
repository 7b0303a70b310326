/* What other validators say. */
#include "node/candidate_backing/fixture.h"

#include "primitives/backing.h"

static size_t imported(fixture_t *f)
{
    return ph_harness_events(f->h, "statement-imported");
}

/* ---- somebody of our group seconded ---- */

static void test_fetch_validate_sign(void **state)
{
    fixture_t *f = *state;
    ph_committed_candidate_receipt_t c = candidate(f, 1, OURS);
    go(f);
    hear_seconded(f, &c, 2);
    answer_data(f, c.descriptor.para_id);
    answer_code(f);
    answer_fetch(f, &c, 2);
    answer_validation(f, &c, PH_VALIDATION_OUTCOME_VALID);
    answer_store(f, &c);
    const ph_signed_full_statement_with_pvd_t *s = expect_share(f, PH_STATEMENT_VALID);
    ph_candidate_hash_t hash = ph_hash_of_committed(&c);
    assert_memory_equal(&s->statement.payload.valid, &hash, 32);
    assert_false(s->pvd.some);
    expect_backed(f, &c);
    expect_distributed(f, &c);
    ph_harness_expect_nothing(f->h);
    assert_int_equal(ph_harness_events(f->h, "valid-signed"), 1);
    assert_int_equal(ph_harness_events(f->h, "seconded"), 0);
}

static void test_pov_from_the_next_one(void **state)
{
    fixture_t *f = *state;
    f->minimum = 3;
    ph_committed_candidate_receipt_t c = candidate(f, 1, OURS);
    go(f);
    hear_seconded(f, &c, 2);
    hear_valid(f, &c, 1);
    answer_data(f, c.descriptor.para_id);
    answer_code(f);
    fail_fetch(f, &c, 2); /* who told us first is asked first */
    answer_fetch(f, &c, 1);
    answer_validation(f, &c, PH_VALIDATION_OUTCOME_VALID);
    answer_store(f, &c);
    expect_share(f, PH_STATEMENT_VALID);
    expect_backed(f, &c);
    expect_distributed(f, &c);
    ph_harness_expect_nothing(f->h);
}

static void test_pov_from_a_later_one(void **state)
{
    fixture_t *f = *state;
    f->minimum = 3;
    ph_committed_candidate_receipt_t c = candidate(f, 1, OURS);
    go(f);
    hear_seconded(f, &c, 2);
    answer_data(f, c.descriptor.para_id);
    answer_code(f);
    ph_harness_drop(f->h, expect_fetch(f, &c, 2)); /* as good as refused */
    ph_harness_expect_nothing(f->h);
    hear_valid(f, &c, 1);
    fail_fetch(f, &c, 1);
    ph_harness_expect_nothing(f->h); /* nobody is asked twice */
    assert_int_equal(ph_harness_events(f->h, "valid-signed"), 0);
    assert_int_equal(ph_harness_events(f->h, "found-invalid"), 0);
}

static void test_invalid_is_reported_and_not_signed(void **state)
{
    fixture_t *f = *state;
    f->minimum = 3;
    ph_committed_candidate_receipt_t c = candidate(f, 1, OURS);
    go(f);
    hear_seconded(f, &c, 2);
    hear_valid(f, &c, 1);
    answer_data(f, c.descriptor.para_id);
    answer_code(f);
    answer_fetch(f, &c, 2);
    answer_validation(f, &c, PH_VALIDATION_OUTCOME_INVALID);
    const ph_misbehavior_report_t *report = expect_report(f, PH_MISBEHAVIOR_REPORT_CANDIDATE_VALIDITY_DISAGREEMENT);
    assert_receipt(&report->candidate_validity_disagreement.receipt, &c);
    const ph_vec_unchecked_signed_full_statement_t *list = &report->candidate_validity_disagreement.statements;
    ph_signed_full_statement_with_pvd_t valid = statement(f, PH_STATEMENT_VALID, &c, 1, 0);
    ph_signed_full_statement_with_pvd_t seconded = statement(f, PH_STATEMENT_SECONDED, &c, 2, 0);
    assert_int_equal(list->count, 2);
    assert_true(ph_unchecked_signed_full_statement_equal(&list->items[0], &valid.statement));
    assert_true(ph_unchecked_signed_full_statement_equal(&list->items[1], &seconded.statement));
    ph_harness_expect_nothing(f->h);
    assert_int_equal(ph_harness_events(f->h, "found-invalid"), 1);
}

static void test_invalid_is_not_tried_again(void **state)
{
    fixture_t *f = *state;
    ph_committed_candidate_receipt_t c = candidate(f, 1, OURS);
    go(f);
    hear_seconded(f, &c, 2);
    answer_data(f, c.descriptor.para_id);
    answer_code(f);
    answer_fetch(f, &c, 2);
    answer_validation(f, &c, PH_VALIDATION_OUTCOME_VALID);
    answer_store_with(f, &c,
                      &(ph_res_unit_store_error_t){.kind = PH_RES_ERR, .err = {PH_STORE_ERROR_INVALID_ERASURE_ROOT}});
    expect_report(f, PH_MISBEHAVIOR_REPORT_CANDIDATE_VALIDITY_DISAGREEMENT);
    hear_seconded(f, &c, 1); /* the others may well have their quorum */
    expect_backed(f, &c);
    ph_harness_expect_nothing(f->h);
    second(f, &c);
    expect_invalid(f, &c);
    ph_harness_expect_nothing(f->h);
    assert_int_equal(ph_harness_events(f->h, "valid-signed"), 0);
}

static void test_data_other_than_the_runtimes(void **state)
{
    fixture_t *f = *state;
    ph_committed_candidate_receipt_t c = candidate(f, 1, OURS);
    ph_signed_full_statement_with_pvd_t s = statement(f, PH_STATEMENT_SECONDED, &c, 1, 0);
    s.pvd.value.relay_parent_number = 99;
    s.statement.payload.seconded.descriptor.persisted_validation_data_hash = ph_hash_of_validation_data(&s.pvd.value);
    go(f);
    hear_this(f, &s);
    answer_data(f, c.descriptor.para_id);
    expect_report(f, PH_MISBEHAVIOR_REPORT_CANDIDATE_VALIDITY_DISAGREEMENT);
    ph_harness_expect_nothing(f->h);
}

static void test_our_failure_is_no_verdict(void **state)
{
    fixture_t *f = *state;
    ph_committed_candidate_receipt_t c = candidate(f, 1, OURS);
    go(f);
    hear_seconded(f, &c, 2);
    answer_data(f, c.descriptor.para_id);
    answer_code(f);
    answer_fetch(f, &c, 2);
    answer_validation(f, &c, PH_VALIDATION_OUTCOME_FAILED);
    ph_harness_expect_nothing(f->h);
    assert_int_equal(ph_harness_events(f->h, "found-invalid"), 0);
}

static void test_several_candidates_are_valid(void **state)
{
    fixture_t *f = *state;
    f->minimum = 3;
    ph_committed_candidate_receipt_t c[2] = {candidate(f, 1, OURS), candidate(f, 2, OURS)};
    go(f);
    for (uint32_t i = 0; i < 2; i++) {
        hear_seconded(f, &c[i], 1 + i);
        answer_data(f, c[i].descriptor.para_id);
        answer_code(f);
        answer_fetch(f, &c[i], 1 + i);
        answer_validation(f, &c[i], PH_VALIDATION_OUTCOME_VALID);
        answer_store(f, &c[i]);
        expect_share(f, PH_STATEMENT_VALID);
        expect_distributed(f, &c[i]);
    }
    ph_harness_expect_nothing(f->h);
    assert_int_equal(ph_harness_events(f->h, "valid-signed"), 2);
}

static void test_our_own_words_come_back(void **state)
{
    fixture_t *f = *state;
    ph_committed_candidate_receipt_t c = candidate(f, 1, OURS);
    go(f);
    hear_seconded(f, &c, 0); /* from before a restart */
    ph_harness_expect_nothing(f->h);
    hear_valid(f, &c, 1);
    expect_backed(f, &c);
    second(f, &c);
    ph_harness_expect_nothing(f->h);
}

static void test_we_do_not_ask_ourselves(void **state)
{
    fixture_t *f = *state;
    f->minimum = 3;
    ph_committed_candidate_receipt_t c = candidate(f, 1, OURS);
    go(f);
    hear_seconded(f, &c, 2);
    hear_valid(f, &c, 0);
    answer_data(f, c.descriptor.para_id);
    answer_code(f);
    fail_fetch(f, &c, 2);
    ph_harness_expect_nothing(f->h);
}

/* ---- counting ---- */

static void test_other_groups_are_only_counted(void **state)
{
    fixture_t *f = *state;
    ph_committed_candidate_receipt_t c = candidate(f, 1, THEIRS);
    go(f);
    hear_seconded(f, &c, 5);
    ph_harness_expect_nothing(f->h);
    assert_int_equal(backable(f, &c, 1)->count, 0);
    hear_valid(f, &c, 3);
    expect_backed(f, &c);
    ph_harness_expect_nothing(f->h);
    hear_valid(f, &c, 4); /* late, and counted all the same */
    ph_harness_expect_nothing(f->h);
    const ph_vec_backed_candidate_t *out = backable(f, &c, 1);
    assert_int_equal(out->count, 1);
    const ph_backed_candidate_t *backed = &out->items[0];
    assert_true(ph_committed_candidate_receipt_equal(&backed->candidate, &c));
    assert_int_equal(backed->validity_votes.count, 3);
    for (uint32_t i = 0; i < 3; i++) {
        uint8_t kind = i == 2 ? PH_STATEMENT_SECONDED : PH_STATEMENT_VALID;
        ph_signed_full_statement_with_pvd_t s = statement(f, kind, &c, 3 + i, 0);
        assert_int_equal(backed->validity_votes.items[i].kind,
                         i == 2 ? PH_VALIDITY_ATTESTATION_IMPLICIT : PH_VALIDITY_ATTESTATION_EXPLICIT);
        assert_memory_equal(&backed->validity_votes.items[i].explicit, &s.statement.signature, 64);
    }
    ph_bits_t bits;
    ph_core_index_t core;
    assert_true(ph_backing_split(f->arena, &bits, &core, backed->validator_indices));
    assert_int_equal(core.v, 1);
    assert_int_equal(bits.count, GROUP);
    assert_int_equal(ph_bits_ones(bits), 3);
    assert_int_equal(ph_harness_events(f->h, "backable"), 1);
}

static void test_bits_follow_the_group(void **state)
{
    fixture_t *f = *state;
    ph_committed_candidate_receipt_t c = candidate(f, 1, THEIRS);
    go(f);
    hear_seconded(f, &c, 5);
    hear_valid(f, &c, 3);
    expect_backed(f, &c);
    const ph_backed_candidate_t *backed = &backable(f, &c, 1)->items[0];
    assert_int_equal(backed->validity_votes.count, 2);
    assert_true(ph_bits_get(backed->validator_indices, 0));
    assert_false(ph_bits_get(backed->validator_indices, 1));
    assert_true(ph_bits_get(backed->validator_indices, 2));
}

static void test_which_are_asked_for(void **state)
{
    fixture_t *f = *state;
    f->minimum = 1;
    ph_committed_candidate_receipt_t c[4] = {candidate(f, 1, THEIRS), candidate(f, 2, THEIRS), candidate(f, 3, THEIRS),
                                             candidate(f, 4, THEIRS)};
    go(f);
    for (uint32_t i = 0; i < 3; i++) {
        hear_seconded(f, &c[i], 3 + i);
        expect_backed(f, &c[i]);
    }
    ph_committed_candidate_receipt_t wanted[3] = {c[2], c[3], c[0]}; /* of one nobody has heard */
    const ph_vec_backed_candidate_t *out = backable(f, wanted, 3);
    assert_int_equal(out->count, 2);
    assert_true(ph_committed_candidate_receipt_equal(&out->items[0].candidate, &c[2]));
    assert_true(ph_committed_candidate_receipt_equal(&out->items[1].candidate, &c[0]));
    assert_int_equal(backable(f, c, 0)->count, 0);
}

static void test_quorum_is_at_most_the_group(void **state)
{
    fixture_t *f = *state;
    f->minimum = 5;
    ph_committed_candidate_receipt_t c = candidate(f, 1, THEIRS);
    go(f);
    hear_seconded(f, &c, 3);
    hear_valid(f, &c, 4);
    ph_harness_expect_nothing(f->h);
    hear_valid(f, &c, 5);
    expect_backed(f, &c);
}

static void test_same_word_twice_is_one(void **state)
{
    fixture_t *f = *state;
    ph_committed_candidate_receipt_t c = candidate(f, 1, THEIRS);
    go(f);
    hear_seconded(f, &c, 3);
    hear_seconded(f, &c, 3);
    ph_harness_expect_nothing(f->h);
    assert_int_equal(imported(f), 1);
}

static void test_statements_without_a_place(void **state)
{
    fixture_t *f = *state;
    ph_validator_index_t disabled = {4};
    f->disabled = (ph_vec_validator_index_t){&disabled, 1};
    ph_committed_candidate_receipt_t good = candidate(f, 1, THEIRS), ours = candidate(f, 2, OURS), c;
    ph_signed_full_statement_with_pvd_t s;
    go(f);
    hear_seconded(f, &ours, 3);          /* the para of another core */
    hear_seconded(f, &good, 4);          /* disabled */
    hear_seconded(f, &good, VALIDATORS); /* nobody */
    hear_valid(f, &good, 3);             /* of a candidate that nobody seconded */
    c = good;
    c.descriptor.relay_parent = ph_harness_hash(9);
    hear_seconded(f, &c, 3);
    c = good;
    c.descriptor.core_index = 0;
    hear_seconded(f, &c, 3);
    c = good;
    c.descriptor.version = 1;
    hear_seconded(f, &c, 3);
    s = statement(f, PH_STATEMENT_SECONDED, &good, 3, 0);
    s.pvd.some = false;
    hear_this(f, &s);
    s = statement(f, PH_STATEMENT_SECONDED, &good, 3, 0);
    s.pvd.value.relay_parent_number++;
    hear_this(f, &s);
    assert_int_equal(imported(f), 0);
    hear_seconded(f, &good, 3);
    assert_int_equal(imported(f), 1);
    hear_valid(f, &good, 0); /* another group's */
    hear_valid(f, &good, 4);
    assert_int_equal(imported(f), 1);
    ph_harness_expect_nothing(f->h);
}

/* ---- contradictions ---- */

static const ph_misbehavior_report_t *expect_contradiction(fixture_t *f, const ph_committed_candidate_receipt_t *c,
                                                           const ph_signed_full_statement_with_pvd_t *first,
                                                           const ph_signed_full_statement_with_pvd_t *then)
{
    const ph_misbehavior_report_t *report = expect_report(f, PH_MISBEHAVIOR_REPORT_SELF_CONTRADICTION);
    assert_receipt(&report->self_contradiction.receipt, c);
    assert_true(ph_unchecked_signed_full_statement_equal(&report->self_contradiction.first, &first->statement));
    assert_true(ph_unchecked_signed_full_statement_equal(&report->self_contradiction.second, &then->statement));
    ph_harness_expect_nothing(f->h);
    return report;
}

static void test_seconded_and_valid(void **state)
{
    fixture_t *f = *state;
    ph_committed_candidate_receipt_t c = candidate(f, 1, THEIRS);
    ph_signed_full_statement_with_pvd_t seconded3 = statement(f, PH_STATEMENT_SECONDED, &c, 3, 0);
    ph_signed_full_statement_with_pvd_t valid3 = statement(f, PH_STATEMENT_VALID, &c, 3, 0);
    ph_signed_full_statement_with_pvd_t seconded4 = statement(f, PH_STATEMENT_SECONDED, &c, 4, 0);
    ph_signed_full_statement_with_pvd_t valid4 = statement(f, PH_STATEMENT_VALID, &c, 4, 0);
    f->minimum = 3;
    go(f);
    hear_this(f, &seconded3);
    hear_this(f, &valid3);
    expect_contradiction(f, &c, &seconded3, &valid3);
    hear_this(f, &valid3);
    ph_harness_expect_nothing(f->h); /* once */
    hear_this(f, &valid4);
    hear_this(f, &seconded4); /* and the other way round */
    expect_contradiction(f, &c, &valid4, &seconded4);
    assert_int_equal(imported(f), 2);
    assert_int_equal(backable(f, &c, 1)->count, 0); /* two votes of three */
    hear_valid(f, &c, 5);
    expect_backed(f, &c);
    const ph_backed_candidate_t *backed = &backable(f, &c, 1)->items[0];
    assert_int_equal(backed->validity_votes.items[0].kind, PH_VALIDITY_ATTESTATION_IMPLICIT);
    assert_int_equal(backed->validity_votes.items[1].kind, PH_VALIDITY_ATTESTATION_EXPLICIT);
}

static void test_two_signatures(void **state)
{
    fixture_t *f = *state;
    ph_committed_candidate_receipt_t c = candidate(f, 1, THEIRS);
    f->minimum = 3;
    go(f);
    ph_signed_full_statement_with_pvd_t first = statement(f, PH_STATEMENT_SECONDED, &c, 3, 0);
    ph_signed_full_statement_with_pvd_t then = statement(f, PH_STATEMENT_SECONDED, &c, 3, 1);
    hear_this(f, &first);
    hear_this(f, &then);
    expect_contradiction(f, &c, &first, &then);
    then = statement(f, PH_STATEMENT_SECONDED, &c, 3, 2);
    hear_this(f, &then);
    ph_harness_expect_nothing(f->h);
    first = statement(f, PH_STATEMENT_VALID, &c, 4, 0);
    then = statement(f, PH_STATEMENT_VALID, &c, 4, 1);
    hear_this(f, &first);
    hear_this(f, &then);
    expect_contradiction(f, &c, &first, &then);
    assert_int_equal(imported(f), 2);
}

static void test_double_vote(void **state)
{
    fixture_t *f = *state;
    ph_committed_candidate_receipt_t a = candidate(f, 1, THEIRS), b = candidate(f, 2, THEIRS),
                                     c = candidate(f, 3, THEIRS);
    ph_signed_full_statement_with_pvd_t first = statement(f, PH_STATEMENT_SECONDED, &a, 3, 0);
    ph_signed_full_statement_with_pvd_t then = statement(f, PH_STATEMENT_SECONDED, &b, 3, 0);
    go(f);
    hear_this(f, &first);
    hear_this(f, &then);
    const ph_misbehavior_report_t *report = expect_report(f, PH_MISBEHAVIOR_REPORT_DOUBLE_VOTE);
    assert_receipt(&report->double_vote.receipt, &b);
    assert_true(ph_unchecked_signed_full_statement_equal(&report->double_vote.first, &first.statement));
    assert_true(ph_unchecked_signed_full_statement_equal(&report->double_vote.second, &then.statement));
    hear_this(f, &then);
    hear_seconded(f, &c, 3);
    ph_harness_expect_nothing(f->h); /* he is known for it */
    hear_seconded(f, &b, 4);
    ph_harness_expect_nothing(f->h); /* his vote does not count */
    assert_int_equal(backable(f, &b, 1)->count, 0);
    hear_valid(f, &b, 5);
    expect_backed(f, &b);
    assert_int_equal(backable(f, &b, 1)->items[0].validity_votes.count, 2);
    hear_valid(f, &a, 4); /* to find several valid is no contradiction */
    expect_backed(f, &a);
    ph_harness_expect_nothing(f->h);
}

static void test_both_at_once(void **state)
{
    fixture_t *f = *state;
    ph_committed_candidate_receipt_t a = candidate(f, 1, THEIRS), b = candidate(f, 2, THEIRS);
    f->minimum = 3;
    go(f);
    hear_seconded(f, &a, 3);
    hear_seconded(f, &b, 4);
    hear_valid(f, &b, 3);
    ph_harness_expect_nothing(f->h);
    hear_seconded(f, &b, 3); /* after his own candidate, and after Valid */
    expect_report(f, PH_MISBEHAVIOR_REPORT_DOUBLE_VOTE);
    expect_report(f, PH_MISBEHAVIOR_REPORT_SELF_CONTRADICTION);
    ph_harness_expect_nothing(f->h);
    assert_int_equal(imported(f), 3);
}

/* ---- cores ---- */

static void test_what_comes_up_on_an_occupied_core(void **state)
{
    fixture_t *f = *state;
    f->cores[0] = (ph_core_state_t){.kind = PH_CORE_STATE_OCCUPIED};
    f->cores[0].occupied.next_up_on_available = (ph_opt_scheduled_core_t){true, {.para_id = {OURS}}};
    f->cores[1] = (ph_core_state_t){.kind = PH_CORE_STATE_OCCUPIED};
    f->cores[1].occupied.candidate_descriptor.para_id.v = THEIRS;
    ph_committed_candidate_receipt_t c = candidate(f, 1, OURS), other = candidate(f, 2, THEIRS);
    go(f);
    hear_seconded(f, &other, 3); /* nothing comes up there */
    assert_int_equal(imported(f), 0);
    second_well(f, &c);
}

static void test_two_cores_for_one_para(void **state)
{
    fixture_t *f = *state;
    f->cores[1].scheduled.para_id.v = OURS;
    ph_committed_candidate_receipt_t a = candidate(f, 1, OURS), b = candidate(f, 2, OURS);
    b.descriptor.core_index = 1;
    go(f);
    second_well(f, &a);
    hear_seconded(f, &b, 3);
    hear_valid(f, &b, 4);
    expect_backed(f, &b);
    hear_valid(f, &b, 1); /* the other core's group */
    hear_valid(f, &a, 1);
    expect_backed(f, &a);
    ph_committed_candidate_receipt_t both[2] = {a, b};
    const ph_vec_backed_candidate_t *out = backable(f, both, 2);
    assert_int_equal(out->count, 2);
    assert_int_equal(out->items[1].validity_votes.count, 2);
    ph_harness_expect_nothing(f->h);
}

static void test_several_leaves(void **state)
{
    fixture_t *f = *state;
    ph_hash_t genesis = ph_harness_hash(0), first = f->leaf;
    ph_committed_candidate_receipt_t a = candidate(f, 1, THEIRS);
    go(f);
    f->leaf = ph_harness_hash(2);
    ph_harness_activate(f->h, &f->leaf, 1, &genesis);
    answer_facts(f);
    ph_committed_candidate_receipt_t b = candidate(f, 1, THEIRS);
    hear_seconded(f, &b, 3);
    f->leaf = first;
    hear_seconded(f, &a, 3); /* no double vote: another relay parent */
    ph_harness_expect_nothing(f->h);
    assert_int_equal(imported(f), 2);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(test_fetch_validate_sign),
        T(test_pov_from_the_next_one),
        T(test_pov_from_a_later_one),
        T(test_invalid_is_reported_and_not_signed),
        T(test_invalid_is_not_tried_again),
        T(test_data_other_than_the_runtimes),
        T(test_our_failure_is_no_verdict),
        T(test_several_candidates_are_valid),
        T(test_our_own_words_come_back),
        T(test_we_do_not_ask_ourselves),
        T(test_other_groups_are_only_counted),
        T(test_bits_follow_the_group),
        T(test_which_are_asked_for),
        T(test_quorum_is_at_most_the_group),
        T(test_same_word_twice_is_one),
        T(test_statements_without_a_place),
        T(test_seconded_and_valid),
        T(test_two_signatures),
        T(test_double_vote),
        T(test_both_at_once),
        T(test_what_comes_up_on_an_occupied_core),
        T(test_two_cores_for_one_para),
        T(test_several_leaves),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
