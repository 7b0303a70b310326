/* What recovery will not do: ask on and on, believe chunks of no encoding, keep every answer. */
#include "node/availability_recovery/fixture.h"

static void answer_before_store(fixture_t *f)
{
    session_answer_info(&f->s, f->h);
    session_answer_features(&f->s, f->h);
}

/* ---- whom it asks again ---- */

static void only_who_could_not_be_reached_is_asked_again(void **state)
{
    fixture_t *f = *state;
    size_t asked = 0, had = 0;
    ph_harness_question_t *q = begin(f, NO_GROUP);
    while (collect(f)) {
        asked += f->asked_count;
        assert_true(asked <= N * TRIES);
        for (size_t i = 0; i < f->asked_count; i++) {
            ph_erasure_chunk_t chunk = chunk_of(f, f->from[i]);
            if (f->from[i] < NEEDED - 1)
                had++, answer_chunk(f, f->asked[i], &chunk);
            else if (f->from[i] < N - 1)
                answer_chunk(f, f->asked[i], NULL);
            else
                answer_failure(f, f->asked[i]);
        }
    }
    assert_int_equal(had, NEEDED - 1);
    assert_int_equal(asked, N - 1 + TRIES);
    expect_answer(f, q, PH_RECOVERY_ERROR_UNAVAILABLE);
}

static void who_gave_rubbish_pays_once(void **state)
{
    fixture_t *f = *state;
    size_t asked = 0, reports = 0;
    ph_harness_question_t *q = begin(f, NO_GROUP);
    while (collect(f)) {
        asked += f->asked_count;
        assert_true(asked <= N * TRIES);
        for (size_t i = 0; i < f->asked_count && !ph_harness_answer(f->h, q, NULL); i++) {
            answer_bytes(f, f->asked[i], PH_BYTES_LIT("\x09"));
            ph_msg_t *msg = ph_harness_take(f->h, PH_SUBSYSTEM_NETWORK_BRIDGE, PH_MSG_NETWORK_BRIDGE_REPORT_PEER);
            assert_non_null(msg);
            const ph_msg_network_bridge_report_peer_t *out = ph_msg_payload(msg);
            assert_int_equal(out->peer.v, f->from[i] + 1);
            assert_int_equal(out->reputation.kind, PH_REPUTATION_COST_MAJOR);
            reports++;
        }
    }
    assert_int_equal(reports, N - NEEDED + 1); /* with what is left it cannot succeed */
    assert_in_range(asked, N - NEEDED + 1, N);
    expect_answer(f, q, PH_RECOVERY_ERROR_UNAVAILABLE);
}

static void failures_are_made_up_for(void **state)
{
    fixture_t *f = *state;
    bool met[N] = {false};
    ph_harness_question_t *q = begin(f, NO_GROUP);
    assert_int_equal(collect(f), NEEDED); /* no more than are missing */
    for (size_t i = 0; i < NEEDED; i++)
        met[f->from[i]] = true;
    ph_msg_t *first[NEEDED];
    uint32_t from[NEEDED];
    memcpy(first, f->asked, sizeof first);
    memcpy(from, f->from, sizeof from);
    answer_failure(f, first[0]);
    assert_int_equal(collect(f), 1); /* at once, somebody else: who failed comes last again */
    assert_false(met[f->from[0]]);
    ph_msg_t *fifth = f->asked[0];
    uint32_t fifth_from = f->from[0];
    for (size_t i = 1; i < NEEDED; i++) {
        ph_erasure_chunk_t chunk = chunk_of(f, from[i]);
        answer_chunk(f, first[i], &chunk);
    }
    collect(f);
    ph_erasure_chunk_t chunk = chunk_of(f, fifth_from);
    answer_chunk(f, fifth, &chunk);
    collect(f);
    expect_answer(f, q, VALID);
}

static void silence_is_not_waited_out(void **state)
{
    fixture_t *f = *state;
    bool met[N] = {false};
    ph_harness_question_t *q = begin(f, NO_GROUP);
    assert_int_equal(collect(f), NEEDED);
    for (size_t i = 0; i < NEEDED; i++)
        met[f->from[i]] = true;
    ph_msg_t *late = f->asked[0];
    uint32_t late_from = f->from[0];
    ph_harness_advance(f->h, 999);
    assert_int_equal(collect(f), 0);
    ph_harness_advance(f->h, 1);
    assert_int_equal(collect(f), NEEDED); /* as if there were none under way */
    ph_erasure_chunk_t chunk = chunk_of(f, late_from);
    answer_chunk(f, late, &chunk); /* which still counts */
    for (size_t i = 0; i < NEEDED - 1; i++) {
        assert_false(met[f->from[i]]);
        chunk = chunk_of(f, f->from[i]);
        answer_chunk(f, f->asked[i], &chunk);
    }
    collect(f);
    expect_answer(f, q, VALID);
}

/* ---- chunks that the root vouches for, and that are no encoding ---- */

static void chunks_of_no_encoding_are_invalid(void **state)
{
    for (int way = 0; way < 3; way++) {
        fixture_t *f = *state;
        if (way == 0)
            memset(f->chunks, 0xff, N * f->chunk_len);
        if (way == 1)
            f->chunk_len = 0;
        if (way == 2)
            f->shorter = 2;
        commit(f);
        ph_harness_question_t *q = begin(f, NO_GROUP);
        collect(f);
        for (size_t i = 0; i < f->asked_count && !ph_harness_answer(f->h, q, NULL); i++) {
            ph_erasure_chunk_t chunk = chunk_of(f, f->from[i]);
            answer_chunk(f, f->asked[i], &chunk);
        }
        collect(f);
        expect_answer(f, q, PH_RECOVERY_ERROR_INVALID);
        expect_answer(f, ask(f, NO_GROUP), PH_RECOVERY_ERROR_INVALID); /* kept */
        teardown(state);
        setup(state);
    }
}

static void one_bad_chunk_among_the_committed_is_invalid(void **state)
{
    fixture_t *f = *state;
    f->chunks[N * f->chunk_len - 1] ^= 1;
    commit(f);
    ph_harness_question_t *q = ask(f, NO_GROUP);
    answer_before_store(f);
    answer_data(f, false);
    answer_own_chunks(f, NEEDED); /* they give the data, whose encoding is another one */
    expect_answer(f, q, PH_RECOVERY_ERROR_INVALID);
}

/* ---- sharing and keeping ---- */

static void a_recovery_outlives_leaves(void **state)
{
    fixture_t *f = *state;
    activate(f->h, 1, 1, 0);
    ph_harness_question_t *q = begin(f, NO_GROUP), *other = ask(f, GROUP);
    collect(f);
    activate(f->h, 2, 2, 1);
    for (size_t i = 0; i < NEEDED; i++) {
        ph_erasure_chunk_t chunk = chunk_of(f, f->from[i]);
        answer_chunk(f, f->asked[i], &chunk);
    }
    expect_answer(f, q, VALID);
    expect_answer(f, other, VALID);
}

static void the_last_sixteen_answers_are_kept(void **state)
{
    fixture_t *f = *state;
    for (uint32_t i = 0; i < 17; i++) {
        f->receipt.descriptor.para_id.v = i;
        ph_harness_question_t *q = ask(f, NO_GROUP);
        answer_before_store(f);
        answer_data(f, true);
        expect_answer(f, q, VALID);
    }
    f->receipt.descriptor.para_id.v = 1;
    expect_answer(f, ask(f, NO_GROUP), VALID);
    f->receipt.descriptor.para_id.v = 0;
    ask(f, NO_GROUP);
    session_answer_info(&f->s, f->h);
    ph_harness_drop_all(f->h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(only_who_could_not_be_reached_is_asked_again, setup, teardown),
        cmocka_unit_test_setup_teardown(who_gave_rubbish_pays_once, setup, teardown),
        cmocka_unit_test_setup_teardown(failures_are_made_up_for, setup, teardown),
        cmocka_unit_test_setup_teardown(silence_is_not_waited_out, setup, teardown),
        cmocka_unit_test_setup_teardown(chunks_of_no_encoding_are_invalid, setup, teardown),
        cmocka_unit_test_setup_teardown(one_bad_chunk_among_the_committed_is_invalid, setup, teardown),
        cmocka_unit_test_setup_teardown(a_recovery_outlives_leaves, setup, teardown),
        cmocka_unit_test_setup_teardown(the_last_sixteen_answers_are_kept, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
