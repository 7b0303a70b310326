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

/* ---- ends ---- */

static void runtime_errors_end_it(void **state)
{
    fixture_t *f = *state;
    activate(f->h, 1, 1, 0);
    session_answer_error(f->h, PH_MSG_RUNTIME_API_REQUEST_SESSION_INDEX_FOR_CHILD);
    expect_silence(f);
    activate(f->h, 2, 2, 1);
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

static void a_replaced_leaf_is_left(void **state)
{
    (void)state;
    for (int point = 0; point < 5; point++) {
        fixture_t *f = fixture_new(true);
        ph_msg_t *open = go_to(f, point);
        ph_harness_drop_all(f->h);
        activate(f->h, 2, 2, 1);
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
        cmocka_unit_test_setup_teardown(backers_are_asked_also_after_a_rotation, setup, teardown),
        cmocka_unit_test_setup_teardown(own_candidates_and_idle_cores_need_no_fetching, setup, teardown),
        cmocka_unit_test_setup_teardown(each_core_is_fetched_for, setup, teardown),
        cmocka_unit_test_setup_teardown(nobody_is_left_after_rubbish_from_all, setup, teardown),
        cmocka_unit_test_setup_teardown(a_round_asks_each_once_then_pauses, setup, teardown),
        cmocka_unit_test_setup_teardown(a_store_that_will_not_is_left_in_peace, setup, teardown),
        cmocka_unit_test_setup_teardown(runtime_errors_end_it, setup, teardown),
        cmocka_unit_test(a_replaced_leaf_is_left),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
