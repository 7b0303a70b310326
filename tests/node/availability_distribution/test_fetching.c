/* Fetching of chunks over time: rotations, rounds, retries, and when it is given up. */
#include "node/availability_distribution/fixture.h"

/* ---- whom ---- */

/* The groups have rotated since: ours stands now on the core whose candidate others backed, and others stand where ours
 * did. */
static void backers_are_asked_also_after_a_rotation(void **state)
{
    fixture_t *f = *state;
    uint32_t from;
    occupy(f, 0, OWN_GROUP);
    occupy(f, 1, 2);
    activate(f->h, 1, 1, 0);
    answer_runtime(f);
    say_here(f, expect_is_it_here(f, 1), false);
    for (int round = 0; round < 3; round++) {
        for (int member = 0; member < 2; member++) {
            ph_msg_t *request = expect_request(f, 1, &from);
            assert_in_range(from, 4, 5);
            answer_none(f, request);
        }
        ph_harness_advance(f->h, PAUSE_MS);
    }
    ph_msg_t *request = expect_request(f, 1, &from);
    assert_in_range(from, 4, 5);
    answer_chunk(f, request, chunk_at(f, ME));
    answer_store(f, expect_store(f, 1, ME), -1);
    expect_silence(f);
}

static void own_candidates_and_idle_cores_need_no_fetching(void **state)
{
    fixture_t *f = *state;
    occupy(f, 0, OWN_GROUP);
    f->cores[1].kind = PH_CORE_STATE_SCHEDULED;
    occupy(f, 2, 77); /* no such group */
    activate(f->h, 1, 1, 0);
    answer_runtime(f);
    expect_silence(f);
}

static void each_core_is_fetched_for(void **state)
{
    fixture_t *f = *state;
    occupy(f, 0, 0);
    occupy(f, 2, 2);
    activate(f->h, 1, 1, 0);
    answer_runtime(f);
    ph_msg_t *first = expect_is_it_here(f, 0), *second = expect_is_it_here(f, 2);
    uint32_t from;
    say_here(f, second, false);
    ph_msg_t *request = expect_request(f, 2, &from);
    assert_in_range(from, 4, 5);
    say_here(f, first, false);
    ph_msg_t *other = expect_request(f, 0, &from);
    assert_in_range(from, 0, 1);
    answer_chunk(f, request, chunk_at(f, ME));
    answer_store(f, expect_store(f, 2, ME), -1);
    answer_chunk(f, other, chunk_at(f, ME));
    answer_store(f, expect_store(f, 0, ME), -1);
    expect_silence(f);
}

/* ---- rounds, retries, giving up ---- */

static void nobody_is_left_after_rubbish_from_all(void **state)
{
    fixture_t *f = *state;
    uint32_t from;
    begin(f, 0, 0);
    for (int i = 0; i < 2; i++) {
        answer_bytes(f, expect_request(f, 0, &from), PH_BYTES_LIT(""));
        expect_major(f, from);
    }
    expect_silence(f);
}

static void a_round_asks_each_once_then_pauses(void **state)
{
    fixture_t *f = *state;
    begin(f, 0, 0);
    for (int round = 0; round < 4; round++) {
        uint32_t first, second;
        answer_failure(f, expect_request(f, 0, &first), PH_REQUEST_FAILURE_TIMEOUT);
        ph_msg_t *request = expect_request(f, 0, &second);
        assert_int_equal(first + second, 1);
        if (round == 3)
            ph_harness_drop(f->h, request);
        else if (round == 2)
            answer_failure(f, request, PH_REQUEST_FAILURE_DISCONNECTED);
        else
            answer_none(f, request);
        ph_harness_expect_nothing(f->h); /* nobody is punished */
        ph_harness_advance(f->h, PAUSE_MS - 1);
        ph_harness_expect_nothing(f->h);
        ph_harness_advance(f->h, 1);
    }
    uint32_t from;
    expect_request(f, 0, &from);
}

static void a_store_that_will_not_is_left_in_peace(void **state)
{
    for (int way = 0; way < 2; way++) {
        fixture_t *f = way ? fixture_new(true) : *state;
        uint32_t from;
        int tries = 0;
        begin(f, 0, 0);
        answer_chunk(f, expect_request(f, 0, &from), chunk_at(f, ME));
        for (ph_msg_t *msg;
             (msg = ph_harness_take(f->h, PH_SUBSYSTEM_AVAILABILITY_STORE, PH_MSG_AVAILABILITY_STORE_STORE_CHUNK));
             tries++) {
            assert_true(tries < 100);
            answer_store(f, msg, way ? PH_STORE_ERROR_DISK : PH_STORE_ERROR_UNKNOWN_CANDIDATE);
            ph_harness_advance(f->h, STORE_PAUSE_MS);
        }
        assert_int_equal(tries, way ? 1 : 8);
        expect_silence(f);
        void *inner = f;
        if (way)
            teardown(&inner);
    }
}

/* ---- from leaf to leaf ---- */

/* Answers about `count` blocks of one session, each with the cores as they are, and about one more of another. */
static void answer_blocks(fixture_t *f, const uint32_t *ancestors, size_t count)
{
    session_answer_ancestors(f->h, ancestors, count);
    for (size_t i = 0; i < count; i++)
        session_answer_index(&f->s, f->h);
    session_answer_info(&f->s, f->h);
    session_answer_features(&f->s, f->h);
    for (size_t i = 0; i < count; i++)
        session_answer_cores(f->h, f->cores, CORES);
}

static void a_fetch_goes_on_from_leaf_to_leaf(void **state)
{
    fixture_t *f = *state;
    uint32_t from;
    begin(f, 0, 0);
    ph_msg_t *request = expect_request(f, 0, &from);
    activate(f->h, 2, 2, 1);
    answer_blocks(f, (uint32_t[]){1, 0}, 2);
    ph_harness_expect_nothing(f->h); /* neither a second request nor a question to the store */
    /* The groups have rotated, and other cores are occupied: it is still the backers' chunk that we get. */
    f->cores[0].kind = PH_CORE_STATE_FREE;
    activate(f->h, 3, 3, 2);
    session_answer_ancestors(f->h, (uint32_t[]){2, 1, 0}, 3);
    for (int i = 0; i < 3; i++)
        session_answer_index(&f->s, f->h);
    session_answer_info(&f->s, f->h);
    session_answer_features(&f->s, f->h);
    session_answer_cores(f->h, f->cores, CORES);
    occupy(f, 0, 0); /* it was still pending in the leaf's parent */
    session_answer_cores(f->h, f->cores, CORES);
    session_answer_cores(f->h, f->cores, CORES);
    ph_harness_expect_nothing(f->h);
    answer_chunk(f, request, chunk_at(f, ME));
    answer_store(f, expect_store(f, 0, ME), -1);
    expect_silence(f);
    assert_int_equal(ph_harness_events(f->h, "chunk-fetched"), 1);
}

static void candidates_of_ancestors_are_fetched_too(void **state)
{
    fixture_t *f = *state;
    uint32_t from;
    activate(f->h, 5, 5, 4);
    session_answer_ancestors(f->h, (uint32_t[]){4, 3, 2, 1}, 4);
    for (int i = 0; i < 4; i++)
        session_answer_index(&f->s, f->h);
    session_answer_info(&f->s, f->h);
    session_answer_features(&f->s, f->h);
    for (uint32_t i = 0; i < 4; i++) { /* the leaf and three ancestors */
        ph_msg_t *msg = EXPECT_API(f->h, AVAILABILITY_CORES);
        const ph_msg_runtime_api_request_availability_cores_t *in = ph_msg_payload(msg);
        ph_hash_t expected = ph_harness_hash(5 - i);
        assert_memory_equal(&in->relay_parent, &expected, sizeof expected);
        if (i == 3)
            occupy(f, 0, 0);
        ph_harness_reply(f->h, msg,
                         &(ph_res_vec_core_state_runtime_api_error_t){.kind = PH_RES_OK, .ok = {f->cores, CORES}});
    }
    say_here(f, expect_is_it_here(f, 0), false);
    answer_chunk(f, expect_request(f, 0, &from), chunk_at(f, ME));
    answer_store(f, expect_store(f, 0, ME), -1);
}

static void ancestors_of_another_session_are_not_looked_at(void **state)
{
    fixture_t *f = *state;
    uint32_t from;
    activate(f->h, 5, 5, 4);
    session_answer_ancestors(f->h, (uint32_t[]){4, 3, 2, 1}, 4);
    session_answer_index(&f->s, f->h); /* 4's child, the leaf */
    session_answer_index(&f->s, f->h); /* 3's child, 4 */
    f->s.index--;
    session_answer_index(&f->s, f->h); /* 2's child, 3: the session before */
    ph_msg_t *msg = EXPECT_API(f->h, SESSION_INFO);
    const ph_msg_runtime_api_request_session_info_t *in = ph_msg_payload(msg);
    assert_int_equal(in->index.v, SESSION);
    ph_harness_reply(
        f->h, msg,
        &(ph_res_opt_session_info_runtime_api_error_t){.kind = PH_RES_OK, .ok = {true, session_info(&f->s)}});
    session_answer_features(&f->s, f->h);
    session_answer_cores(f->h, f->cores, CORES);
    occupy(f, 0, 0);
    session_answer_cores(f->h, f->cores, CORES);
    say_here(f, expect_is_it_here(f, 0), false);
    ph_harness_drop(f->h, expect_request(f, 0, &from));
    ph_harness_drop_all(f->h);
}

static void both_branches_of_a_fork_keep_it_alive(void **state)
{
    fixture_t *f = *state;
    uint32_t from;
    begin(f, 0, 0);
    ph_msg_t *request = expect_request(f, 0, &from);
    activate(f->h, 2, 2, 1); /* in place of 1 */
    answer_blocks(f, (uint32_t[]){1}, 1);
    activate(f->h, 12, 2, 1); /* beside 2 */
    answer_blocks(f, (uint32_t[]){1}, 1);
    f->cores[0].kind = PH_CORE_STATE_FREE;
    activate(f->h, 3, 3, 2); /* 2's child has it no longer, 12 has */
    answer_blocks(f, (uint32_t[]){2}, 1);
    answer_none(f, request);
    request = expect_request(f, 0, &from);
    ph_hash_t last = ph_harness_hash(3);
    ph_harness_finalize(f->h, &last, 3); /* 12 is dead */
    answer_none(f, request);
    expect_silence(f);
}

static void leaves_that_follow_fast_inherit_the_release(void **state)
{
    fixture_t *f = *state;
    uint32_t from;
    begin(f, 0, 0);
    ph_msg_t *request = expect_request(f, 0, &from);
    activate(f->h, 2, 2, 1);
    ph_msg_t *unanswered = ph_harness_expect(f->h, PH_SUBSYSTEM_CHAIN_API, PH_MSG_CHAIN_API_ANCESTORS);
    activate(f->h, 3, 3, 2);
    ph_msg_t *asked = ph_harness_expect(f->h, PH_SUBSYSTEM_CHAIN_API, PH_MSG_CHAIN_API_ANCESTORS);
    answer_none(f, request); /* goes on while 3 is looked at */
    request = expect_request(f, 0, &from);
    ph_harness_reply(f->h, unanswered, &(ph_vec_hash_t){0}); /* 2 is gone */
    ph_harness_expect_nothing(f->h);
    f->cores[0].kind = PH_CORE_STATE_FREE;
    ph_hash_t parent = ph_harness_hash(2);
    ph_harness_reply(f->h, asked, &(ph_vec_hash_t){&parent, 1});
    session_answer_index(&f->s, f->h);
    session_answer_info(&f->s, f->h);
    session_answer_features(&f->s, f->h);
    session_answer_cores(f->h, f->cores, CORES);
    answer_none(f, request); /* nobody wants it any more: neither 3 nor, through 2, 1 */
    expect_silence(f);
}

static void a_failed_fetch_begins_anew_at_the_next_leaf(void **state)
{
    fixture_t *f = *state;
    uint32_t from;
    begin(f, 0, 0);
    for (int i = 0; i < 2; i++) {
        answer_bytes(f, expect_request(f, 0, &from), PH_BYTES_LIT(""));
        expect_major(f, from);
    }
    activate(f->h, 2, 2, 1);
    session_answer_ancestors(f->h, (uint32_t[]){1, 0}, 2);
    session_answer_index(&f->s, f->h);
    session_answer_index(&f->s, f->h);
    session_answer_info(&f->s, f->h);
    session_answer_features(&f->s, f->h);
    session_answer_cores(f->h, f->cores, CORES);
    ph_msg_t *question = expect_is_it_here(f, 0);
    session_answer_cores(f->h, f->cores, CORES); /* pending in its parent, too: one fetch */
    say_here(f, question, false);
    answer_chunk(f, expect_request(f, 0, &from), chunk_at(f, ME));
    answer_store(f, expect_store(f, 0, ME), -1);
    expect_silence(f);
}

static void a_chunk_that_is_here_is_not_asked_for_again(void **state)
{
    fixture_t *f = *state;
    occupy(f, 0, 0);
    activate(f->h, 1, 1, 0);
    answer_runtime(f);
    say_here(f, expect_is_it_here(f, 0), true);
    activate(f->h, 2, 2, 1);
    answer_blocks(f, (uint32_t[]){1, 0}, 2);
    expect_silence(f);
}

/* ---- ends ---- */

static void runtime_errors_end_it(void **state)
{
    fixture_t *f = *state;
    activate(f->h, 1, 1, 0);
    session_answer_ancestors(f->h, (uint32_t[]){0}, 1);
    session_answer_error(f->h, PH_MSG_RUNTIME_API_REQUEST_SESSION_INDEX_FOR_CHILD);
    expect_silence(f);
    activate(f->h, 2, 2, 1);
    session_answer_ancestors(f->h, (uint32_t[]){1}, 1);
    session_answer_index(&f->s, f->h);
    ph_harness_reply(f->h, EXPECT_API(f->h, SESSION_INFO),
                     &(ph_res_opt_session_info_runtime_api_error_t){.kind = PH_RES_OK});
    expect_silence(f);
    assert_int_equal(ph_harness_failure(f->h), PH_OK);
}

/* Goes as far as `point`, with one question open. */
static ph_msg_t *go_to(fixture_t *f, int point)
{
    uint32_t from;
    occupy(f, 0, 0);
    activate(f->h, 1, 1, 0);
    if (point > 0)
        answer_runtime(f);
    ph_msg_t *here = point > 0 ? expect_is_it_here(f, 0) : NULL;
    if (point > 1)
        say_here(f, here, false);
    ph_msg_t *request = point > 1 ? expect_request(f, 0, &from) : NULL;
    if (point > 2)
        answer_chunk(f, request, chunk_at(f, ME));
    ph_msg_t *store = point > 2 ? expect_store(f, 0, ME) : NULL;
    if (point > 3)
        answer_store(f, store, PH_STORE_ERROR_UNKNOWN_CANDIDATE);
    return point == 1 ? here : point == 2 ? request : point == 3 ? store : NULL;
}

static void what_the_new_leaf_lacks_is_given_up(void **state)
{
    (void)state;
    for (int point = 0; point < 5; point++) {
        fixture_t *f = fixture_new(true);
        ph_msg_t *open = go_to(f, point);
        ph_harness_drop_all(f->h);
        activate(f->h, 2, 2, 1);
        session_answer_ancestors(f->h, (uint32_t[]){1}, 1);
        session_answer_error(f->h,
                             PH_MSG_RUNTIME_API_REQUEST_SESSION_INDEX_FOR_CHILD); /* the new one begins, and fails */
        if (point == 1)
            say_here(f, open, false);
        if (point == 2)
            answer_chunk(f, open, chunk_at(f, ME));
        if (point == 3)
            answer_store(f, open, PH_STORE_ERROR_UNKNOWN_CANDIDATE);
        expect_silence(f);
        void *inner = f;
        teardown(&inner);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_fetch_goes_on_from_leaf_to_leaf, setup, teardown),
        cmocka_unit_test_setup_teardown(candidates_of_ancestors_are_fetched_too, setup, teardown),
        cmocka_unit_test_setup_teardown(ancestors_of_another_session_are_not_looked_at, setup, teardown),
        cmocka_unit_test_setup_teardown(both_branches_of_a_fork_keep_it_alive, setup, teardown),
        cmocka_unit_test_setup_teardown(leaves_that_follow_fast_inherit_the_release, setup, teardown),
        cmocka_unit_test_setup_teardown(a_failed_fetch_begins_anew_at_the_next_leaf, setup, teardown),
        cmocka_unit_test_setup_teardown(a_chunk_that_is_here_is_not_asked_for_again, setup, teardown),
        cmocka_unit_test_setup_teardown(backers_are_asked_also_after_a_rotation, setup, teardown),
        cmocka_unit_test_setup_teardown(own_candidates_and_idle_cores_need_no_fetching, setup, teardown),
        cmocka_unit_test_setup_teardown(each_core_is_fetched_for, setup, teardown),
        cmocka_unit_test_setup_teardown(nobody_is_left_after_rubbish_from_all, setup, teardown),
        cmocka_unit_test_setup_teardown(a_round_asks_each_once_then_pauses, setup, teardown),
        cmocka_unit_test_setup_teardown(a_store_that_will_not_is_left_in_peace, setup, teardown),
        cmocka_unit_test_setup_teardown(runtime_errors_end_it, setup, teardown),
        cmocka_unit_test(what_the_new_leaf_lacks_is_given_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
