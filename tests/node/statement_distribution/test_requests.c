/* Statement Distribution's requests for candidates, and its answers to those of others. */
#include "fixture.h"

/* 1 says that group 1 backed the candidate; the request to 1 is out. */
static fixture_t *with_request(made_t *m, ph_msg_t **request)
{
    fixture_t *f = fixture_ready();
    *m = make(f, 1, 1);
    ph_backed_candidate_manifest_t manifest = manifest_of(f, m, "100", "010");
    say_manifest(f, 1, &manifest);
    *request = expect_request(f, 1, m, "000", "000");
    return f;
}

static void the_next_holder_is_asked_after_a_second(void **state)
{
    made_t m;
    ph_msg_t *request;
    fixture_t *f = with_request(&m, &request);
    ph_backed_candidate_manifest_t manifest = manifest_of(f, &m, "100", "010");
    (void)state;
    say_manifest(f, 3, &manifest);
    answer_failure(f, request, PH_REQUEST_FAILURE_TIMEOUT);
    ph_harness_advance(f->h, 999);
    ph_harness_expect_nothing(f->h);
    ph_harness_advance(f->h, 1);
    request = expect_request(f, 3, &m, "000", "000");
    answer_failure(f, request, PH_REQUEST_FAILURE_DISCONNECTED);
    ph_harness_advance(f->h, 1000);
    request = expect_request(f, 1, &m, "000", "000");
    leave(f, 1); /* who is gone is not asked again */
    answer_failure(f, request, PH_REQUEST_FAILURE_DISCONNECTED);
    ph_harness_advance(f->h, 1000);
    answer_well(f, expect_request(f, 3, &m, "000", "000"), &m);
    expect_at_backing(f, 1, S, &m);
    expect_at_backing(f, 5, VALID, &m);
    ph_harness_advance(f->h, 5000);
    ph_harness_expect_nothing(f->h);
    fixture_free(f);
}

static void a_lost_question_is_asked_again(void **state)
{
    made_t m;
    ph_msg_t *request;
    fixture_t *f = with_request(&m, &request);
    (void)state;
    ph_harness_drop(f->h, request);
    ph_harness_advance(f->h, 1000);
    expect_request(f, 1, &m, "000", "000");
    fixture_free(f);
}

/* An answer that is refused, and the request that follows. */
static void refuses(made_t *answered, const ph_unchecked_signed_statement_t *statements, size_t count,
                    const char *reason)
{
    made_t m;
    ph_msg_t *request;
    fixture_t *f = with_request(&m, &request);
    ph_unchecked_signed_statement_t good[2] = {sign(f, 1, S, &m.hash), sign(f, 5, VALID, &m.hash)};
    answer_with(f, request, answered ? answered : &m, statements ? statements : good, statements ? count : 2);
    MAJOR(f, 1, reason);
    ph_harness_expect_nothing(f->h);
    ph_harness_advance(f->h, 1000);
    answer_well(f, expect_request(f, 1, &m, "000", "000"), &m);
    expect_at_backing(f, 1, S, &m);
    expect_at_backing(f, 5, VALID, &m);
    fixture_free(f);
}

static void bad_candidates_in_responses(void **state)
{
    fixture_t *f = fixture_new(0); /* only to make things with */
    made_t m = make(f, 1, 1), wrong = m;
    (void)state;
    wrong.receipt.descriptor.relay_parent = ph_harness_hash(50);
    refuses(&wrong, NULL, 0, "response: another relay parent");
    wrong = m;
    wrong.pvd.max_pov_size++;
    refuses(&wrong, NULL, 0, "response: wrong validation data");
    wrong = m;
    wrong.receipt.descriptor.para_id.v = 1002;
    refuses(&wrong, NULL, 0, "response: the group does not serve the para");
    wrong = make(f, 1, 2);
    refuses(&wrong, NULL, 0, "response: another candidate");
    fixture_free(f);
}

/* The candidate is the one that was asked for, but it could never be included. */
static void refuses_for_good(made_t *m, fixture_t *f, const char *reason)
{
    m->hash = ph_hash_of_committed(&m->receipt);
    ph_backed_candidate_manifest_t manifest = manifest_of(f, m, "100", "010");
    say_manifest(f, 1, &manifest);
    answer_well(f, expect_request(f, 1, m, "000", "000"), m);
    MAJOR(f, 1, reason);
    fixture_free(f);
}

static void candidates_that_cannot_be(void **state)
{
    fixture_t *f = fixture_ready();
    made_t m = make(f, 1, 1);
    (void)state;
    m.receipt.descriptor.core_index = 2;
    refuses_for_good(&m, f, "response: bad UMP signals");
    f = fixture_ready();
    m = make(f, 1, 1);
    m.receipt.descriptor.session_index.v = SESSION + 1;
    refuses_for_good(&m, f, "response: wrong session");
}

static void undecodable_responses(void **state)
{
    made_t m;
    ph_msg_t *request;
    fixture_t *f = with_request(&m, &request);
    (void)state;
    answer_bytes(f, request, PH_BYTES_LIT("nonsense"));
    MAJOR(f, 1, "response: malformed");
    ph_harness_advance(f->h, 1000);
    answer_failure(f, expect_request(f, 1, &m, "000", "000"), PH_REQUEST_FAILURE_MALFORMED);
    MAJOR(f, 1, "response: malformed");
    ph_harness_advance(f->h, 1000);
    answer_failure(f, expect_request(f, 1, &m, "000", "000"), PH_REQUEST_FAILURE_REFUSED);
    ph_harness_expect_nothing(f->h); /* it need not */
    fixture_free(f);
}

static void too_few_votes_in_responses(void **state)
{
    fixture_t *f = fixture_new(0); /* only to make things with */
    made_t m = make(f, 1, 1);
    ph_unchecked_signed_statement_t statements[2] = {sign(f, 1, S, &m.hash), sign(f, 1, VALID, &m.hash)};
    (void)state;
    refuses(NULL, statements, 1, "response: too few votes");
    refuses(NULL, statements, 2, "response: too few votes"); /* two statements, one voter */
    statements[0] = sign(f, 5, VALID, &m.hash);
    statements[1] = sign(f, 6, VALID, &m.hash);
    refuses(NULL, statements, 2, "response: too few votes"); /* nobody seconds */
    fixture_free(f);
}

static void bad_statements_in_good_responses(void **state)
{
    made_t m;
    ph_msg_t *request;
    fixture_t *f = with_request(&m, &request);
    made_t other = make(f, 1, 2);
    (void)state;
    ph_unchecked_signed_statement_t statements[] = {
        sign(f, 1, S, &m.hash),         sign(f, 5, VALID, &m.hash), /* good */
        sign(f, 1, S, &m.hash),                                     /* again */
        sign(f, 4, VALID, &m.hash),                                 /* of another group */
        sign(f, 6, VALID, &other.hash),                             /* of another candidate */
        sign(f, 6, VALID, &m.hash),                                 /* forged */
        sign(f, 5, S, &m.hash),                                     /* one more than two a member: not looked at */
    };
    statements[5].signature.bytes[3] ^= 1;
    answer_with(f, request, &m, statements, sizeof statements / sizeof *statements);
    for (int i = 0; i < 3; i++)
        MAJOR(f, 1, "response: statement not asked for");
    MAJOR(f, 1, "response: bad signature");
    expect_at_backing(f, 1, S, &m);
    expect_at_backing(f, 5, VALID, &m);
    expect_benefit(f, 1, 200000 + 2 * 200000);
    fixture_free(f);
}

static void masked_statements_are_not_wanted(void **state)
{
    fixture_t *f = fixture_ready();
    made_t m = make(f, 0, 1);
    (void)state;
    say_statement(f, 4, 4, S, &m);
    ph_unchecked_signed_statement_t masked = sign(f, 4, S, &m.hash);
    answer_with(f, expect_request(f, 4, &m, "010", "000"), &m, &masked, 1);
    MAJOR(f, 4, "response: statement not asked for");
    expect_statement(f, "8", 4, S, &m);
    expect_at_backing(f, 4, S, &m);
    fixture_free(f);
}

static void what_becomes_known_otherwise_is_not_read(void **state)
{
    fixture_t *f = fixture_ready();
    made_t m = make(f, 0, 1);
    (void)state;
    say_statement(f, 4, 4, S, &m);
    ph_msg_t *request = expect_request(f, 4, &m, "010", "000");
    share(f, 0, S, &m); /* we second the same */
    expect_statement(f, "48", 0, S, &m);
    expect_statement(f, "8", 4, S, &m);
    expect_at_backing(f, 4, S, &m);
    answer_bytes(f, request, PH_BYTES_LIT("whatever"));
    ph_harness_advance(f->h, 2000);
    ph_harness_expect_nothing(f->h);
    fixture_free(f);
}

/* ---- theirs ---- */

static fixture_t *with_seconded(made_t *m)
{
    fixture_t *f = fixture_ready();
    *m = make(f, 0, 1);
    share(f, 0, S, m);
    expect_statement(f, "48", 0, S, m);
    return f;
}

static void members_of_our_group_are_answered(void **state)
{
    made_t m;
    fixture_t *f = with_seconded(&m);
    (void)state;
    ask_us(f, 4, 1, &m, "000", "000");
    ph_attested_candidate_response_t response = expect_answer(f, 1);
    assert_true(ph_committed_candidate_receipt_equal(&response.candidate_receipt, &m.receipt));
    assert_true(ph_persisted_validation_data_equal(&response.persisted_validation_data, &m.pvd));
    ph_unchecked_signed_statement_t ours = sign(f, 0, S, &m.hash);
    assert_int_equal(response.statements.count, 1);
    assert_true(ph_unchecked_signed_statement_equal(&response.statements.items[0], &ours));
    ask_us(f, 8, 2, &m, "100", "000"); /* it wants no more of ours */
    assert_int_equal(expect_answer(f, 2).statements.count, 0);
    fixture_free(f);
}

static void links_that_had_our_manifest_are_answered(void **state)
{
    made_t m;
    fixture_t *f = with_seconded(&m);
    (void)state;
    say_statement(f, 4, 4, VALID, &m);
    expect_at_backing(f, 4, VALID, &m);
    expect_statement(f, "8", 4, VALID, &m);
    ask_us(f, 1, 1, &m, "000", "000"); /* how should it know? */
    MAJOR(f, 1, "request: by a peer that may not");
    expect_refusal(f, 1);
    back(f, &m);
    expect_manifest(f, "1236", &m, "100", "010");
    ask_us(f, 1, 2, &m, "000", "000");
    assert_int_equal(expect_answer(f, 2).statements.count, 2);
    ask_us(f, 2, 3, &m, "000", "010"); /* what is left would not back it */
    expect_refusal(f, 3);
    ask_us(f, 2, 4, &m, "000", "0100");
    MAJOR(f, 2, "request: mask of wrong size");
    expect_refusal(f, 4);
    say_known(f, 3, &m, "100", "010"); /* it has it; its question was under way */
    ask_us(f, 3, 5, &m, "000", "000");
    assert_int_equal(expect_answer(f, 5).statements.count, 2);
    fixture_free(f);
}

static void others_are_not_answered(void **state)
{
    made_t m;
    fixture_t *f = with_seconded(&m);
    made_t unknown = make(f, 0, 2);
    (void)state;
    ask_us(f, 4, 1, &unknown, "000", "000");
    expect_refusal(f, 1); /* no fault */
    ask_us(f, 5, 2, &m, "000", "000");
    MAJOR(f, 5, "request: by a peer that may not");
    expect_refusal(f, 2);
    ask_us(f, 30, 3, &m, "000", "000"); /* not connected */
    expect_refusal(f, 3);
    fixture_free(f);
}

static void a_peer_gets_one_answer_at_a_time(void **state)
{
    made_t m;
    fixture_t *f = with_seconded(&m);
    (void)state;
    ask_us(f, 4, 1, &m, "000", "000");
    expect_answer(f, 1);
    ask_us(f, 4, 2, &m, "000", "000");
    ph_harness_expect_nothing(f->h);
    ask_us(f, 8, 3, &m, "000", "000");
    expect_answer(f, 3);
    ph_harness_advance(f->h, 5);
    expect_answer(f, 2);
    fixture_free(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_next_holder_is_asked_after_a_second),
        cmocka_unit_test(a_lost_question_is_asked_again),
        cmocka_unit_test(bad_candidates_in_responses),
        cmocka_unit_test(candidates_that_cannot_be),
        cmocka_unit_test(undecodable_responses),
        cmocka_unit_test(too_few_votes_in_responses),
        cmocka_unit_test(bad_statements_in_good_responses),
        cmocka_unit_test(masked_statements_are_not_wanted),
        cmocka_unit_test(what_becomes_known_otherwise_is_not_read),
        cmocka_unit_test(members_of_our_group_are_answered),
        cmocka_unit_test(links_that_had_our_manifest_are_answered),
        cmocka_unit_test(others_are_not_answered),
        cmocka_unit_test(a_peer_gets_one_answer_at_a_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
