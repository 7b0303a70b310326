/* PoV Distribution, alone. */
#include "node/session_parts.h"

#include "node/pov_distribution/pov_distribution.h"
#include "primitives/hash_of.h"
#include "protocol/availability_store.h"
#include "protocol/network_bridge.h"
#include "protocol/pov_distribution.h"

enum { N = 4 };

typedef struct fixture {
    session_t s;
    ph_harness_t *h;
    ph_pov_distribution_config_t config;
    ph_arena_t *arena;
    ph_pov_t pov;
    ph_candidate_hash_t candidate;
} fixture_t;

static int setup(void **state)
{
    fixture_t *f = ph_mem_alloc(NULL, sizeof *f);
    f->arena = ph_arena_new();
    session_init(&f->s, N, 2);
    f->pov.block_data.v = PH_BYTES_LIT("proof of validity");
    f->candidate.bytes[0] = 9;
    f->h = ph_harness_prepare(PH_SUBSYSTEM_POV_DISTRIBUTION);
    session_register(&f->s, f->h);
    f->config.slot_ms = 6000;
    ph_harness_start(f->h, &ph_pov_distribution_ops, &f->config);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    fixture_t *f = *state;
    ph_harness_free(f->h);
    ph_arena_free(f->arena);
    ph_mem_free(f);
    return 0;
}

static ph_harness_question_t *fetch(fixture_t *f, uint32_t from)
{
    ph_msg_pov_distribution_fetch_pov_t msg = {ph_harness_hash(1), {from}, f->candidate, ph_hash_of_pov(&f->pov)};
    return ph_harness_ask(f->h, PH_MSG_POV_DISTRIBUTION_FETCH_POV, &msg);
}

static void assert_failure(fixture_t *f, ph_harness_question_t *q, ph_request_failure_kind_t kind)
{
    const ph_res_shared_pov_request_failure_t *answer = ph_harness_answer(f->h, q, NULL);
    assert_non_null(answer);
    assert_int_equal(answer->kind, PH_RES_SHARED_POV_REQUEST_FAILURE_ERR);
    assert_int_equal(answer->err.kind, kind);
    ph_harness_expect_nothing(f->h);
}

static ph_msg_t *expect_request(fixture_t *f, uint32_t to)
{
    ph_msg_t *msg = ph_harness_expect(f->h, PH_SUBSYSTEM_NETWORK_BRIDGE, PH_MSG_NETWORK_BRIDGE_SEND_REQUEST);
    const ph_msg_network_bridge_send_request_t *out = ph_msg_payload(msg);
    ph_pov_fetching_request_t request;
    assert_int_equal(out->protocol, PH_PROTO_REQ_POV_1);
    assert_int_equal(out->to.kind, PH_RECIPIENT_AUTHORITY);
    assert_memory_equal(&out->to.authority, &f->s.discovery[to], 32);
    assert_int_equal(ph_pov_fetching_request_decode_all(out->request, f->arena, &request), PH_OK);
    assert_memory_equal(&request.candidate_hash, &f->candidate, 32);
    return msg;
}

static ph_msg_t *get_to_request(fixture_t *f, uint32_t from, ph_harness_question_t **q)
{
    *q = fetch(f, from);
    session_answer_index(&f->s, f->h);
    session_answer_info(&f->s, f->h);
    return expect_request(f, from);
}

static ph_bytes_t response(fixture_t *f, const char *data)
{
    ph_pov_fetching_response_t r = {.kind = PH_POV_FETCHING_RESPONSE_POV,
                                    .pov = {.block_data = {ph_bytes(data, strlen(data))}}};
    ph_writer_t w = ph_writer_in(f->arena);
    ph_pov_fetching_response_encode(&w, &r);
    return ph_writer_bytes(&w);
}

static void answer(fixture_t *f, ph_msg_t *msg, ph_bytes_t bytes)
{
    ph_harness_reply(f->h, msg,
                     &(ph_res_bytes_request_failure_t){.kind = PH_RES_BYTES_REQUEST_FAILURE_OK, .ok = bytes});
}

static void a_pov_is_fetched(void **state)
{
    fixture_t *f = *state;
    ph_harness_question_t *q;
    activate(f->h, 1, 1, 0);
    answer(f, get_to_request(f, 2, &q), response(f, "proof of validity"));
    const ph_res_shared_pov_request_failure_t *got = ph_harness_answer(f->h, q, NULL);
    assert_non_null(got);
    assert_int_equal(got->kind, PH_RES_SHARED_POV_REQUEST_FAILURE_OK);
    assert_true(ph_pov_equal(got->ok.v, &f->pov));
    assert_int_equal(ph_harness_events(f->h, "pov-fetched"), 1);
}

static void another_pov_costs_and_is_not_handed_on(void **state)
{
    fixture_t *f = *state;
    ph_harness_question_t *q;
    activate(f->h, 1, 1, 0);
    for (int rubbish = 0; rubbish < 2; rubbish++) {
        answer(f, get_to_request(f, 2, &q), rubbish ? PH_BYTES_LIT("\x00\xff rubbish") : response(f, "another proof"));
        const ph_msg_network_bridge_report_peer_t *out =
            ph_msg_payload(ph_harness_expect(f->h, PH_SUBSYSTEM_NETWORK_BRIDGE, PH_MSG_NETWORK_BRIDGE_REPORT_PEER));
        assert_int_equal(out->peer.v, 3);
        assert_int_equal(out->reputation.kind, PH_REPUTATION_COST_MAJOR);
        assert_failure(f, q, PH_REQUEST_FAILURE_MALFORMED);
    }
    assert_int_equal(ph_harness_events(f->h, "pov-fetched"), 0);
}

static void failures_are_passed_on(void **state)
{
    fixture_t *f = *state;
    ph_harness_question_t *q;
    activate(f->h, 1, 1, 0);
    answer(f, get_to_request(f, 2, &q), PH_BYTES_LIT("\x01")); /* no such PoV: no fault */
    assert_failure(f, q, PH_REQUEST_FAILURE_REFUSED);
    ph_harness_reply(f->h, get_to_request(f, 2, &q),
                     &(ph_res_bytes_request_failure_t){.kind = PH_RES_BYTES_REQUEST_FAILURE_ERR,
                                                       .err = {PH_REQUEST_FAILURE_TIMEOUT}});
    assert_failure(f, q, PH_REQUEST_FAILURE_TIMEOUT);
    ph_harness_drop(f->h, get_to_request(f, 2, &q));
    assert_failure(f, q, PH_REQUEST_FAILURE_DISCONNECTED);
    q = fetch(f, N); /* no such validator */
    session_answer_index(&f->s, f->h);
    session_answer_info(&f->s, f->h);
    assert_failure(f, q, PH_REQUEST_FAILURE_UNKNOWN);
    q = fetch(f, 1);
    session_answer_error(f->h, PH_MSG_RUNTIME_API_REQUEST_SESSION_INDEX_FOR_CHILD);
    assert_failure(f, q, PH_REQUEST_FAILURE_UNKNOWN);
    q = fetch(f, 1);
    session_answer_index(&f->s, f->h);
    ph_harness_reply(f->h, EXPECT_API(f->h, SESSION_INFO),
                     &(ph_res_opt_session_info_runtime_api_error_t){.kind = PH_RES_OK});
    assert_failure(f, q, PH_REQUEST_FAILURE_UNKNOWN);
}

static void of_blocks_that_are_no_leaves_nothing_is_fetched(void **state)
{
    fixture_t *f = *state;
    ph_err_t err;
    ph_harness_question_t *q = fetch(f, 2);
    assert_null(ph_harness_answer(f->h, q, &err));
    assert_int_equal(err, PH_ERR_CANCELLED);
    activate(f->h, 1, 1, 0);
    ph_msg_t *late = get_to_request(f, 2, &q);
    activate(f->h, 2, 2, 1);
    assert_null(ph_harness_answer(f->h, q, &err));
    assert_int_equal(err, PH_ERR_CANCELLED);
    answer(f, late, response(f, "proof of validity"));
    ph_harness_expect_nothing(f->h);
}

/* ---- serving ---- */

static void keep(fixture_t *f, uint32_t leaf)
{
    ph_shared_pov_t pov = ph_shared_pov_new(&f->pov);
    ph_msg_pov_distribution_distribute_pov_t msg = {ph_harness_hash(leaf), f->candidate, pov};
    ph_harness_send(f->h, PH_MSG_POV_DISTRIBUTION_DISTRIBUTE_POV, &msg);
    ph_shared_pov_unref(pov);
}

static void ask_us(fixture_t *f, uint64_t ticket)
{
    ph_msg_pov_distribution_incoming_pov_request_t msg = {{1}, ticket, {f->candidate}};
    ph_harness_send(f->h, PH_MSG_POV_DISTRIBUTION_INCOMING_POV_REQUEST, &msg);
}

static void expect_response(fixture_t *f, uint64_t ticket, bool here)
{
    const ph_msg_network_bridge_respond_t *out =
        ph_msg_payload(ph_harness_expect(f->h, PH_SUBSYSTEM_NETWORK_BRIDGE, PH_MSG_NETWORK_BRIDGE_RESPOND));
    assert_int_equal(out->ticket, ticket);
    assert_true(out->response.some);
    assert_true(ph_bytes_equal(out->response.value, here ? response(f, "proof of validity") : PH_BYTES_LIT("\x01")));
    ph_harness_expect_nothing(f->h);
}

static void what_we_vouched_for_is_served_while_its_leaf_lives(void **state)
{
    fixture_t *f = *state;
    ph_opt_shared_available_data_t none = {0};
    keep(f, 1); /* no leaf: not kept */
    activate(f->h, 1, 1, 0);
    ask_us(f, 5);
    ph_harness_reply(
        f->h, ph_harness_expect(f->h, PH_SUBSYSTEM_AVAILABILITY_STORE, PH_MSG_AVAILABILITY_STORE_QUERY_AVAILABLE_DATA),
        &none);
    expect_response(f, 5, false);
    keep(f, 1);
    keep(f, 1);
    ask_us(f, 6);
    expect_response(f, 6, true);
    activate(f->h, 2, 2, 1);
    ask_us(f, 7); /* from the store, from now on */
    ph_shared_available_data_t data = ph_shared_available_data_new(&(ph_available_data_t){.pov = f->pov});
    ph_harness_reply(
        f->h, ph_harness_expect(f->h, PH_SUBSYSTEM_AVAILABILITY_STORE, PH_MSG_AVAILABILITY_STORE_QUERY_AVAILABLE_DATA),
        &(ph_opt_shared_available_data_t){true, data});
    ph_shared_available_data_unref(data);
    expect_response(f, 7, true);
    ask_us(f, 8);
    ph_harness_drop(
        f->h, ph_harness_expect(f->h, PH_SUBSYSTEM_AVAILABILITY_STORE, PH_MSG_AVAILABILITY_STORE_QUERY_AVAILABLE_DATA));
    expect_response(f, 8, false);
}

static void conclude_at_any_point(void **state)
{
    (void)state;
    for (int point = 0; point < 4; point++) {
        void *inner;
        ph_err_t err;
        setup(&inner);
        fixture_t *f = inner;
        activate(f->h, 1, 1, 0);
        keep(f, 1);
        ph_harness_question_t *q = fetch(f, 2);
        if (point > 0)
            session_answer_index(&f->s, f->h);
        if (point > 1)
            session_answer_info(&f->s, f->h);
        if (point > 2)
            answer(f, expect_request(f, 2), response(f, "proof of validity"));
        f->candidate.bytes[0] ^= 1;
        ask_us(f, 1);
        ph_harness_conclude(f->h);
        assert_int_equal(ph_harness_answer(f->h, q, &err) != NULL, point > 2);
        ph_harness_drop_all(f->h);
        teardown(&inner);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_pov_is_fetched, setup, teardown),
        cmocka_unit_test_setup_teardown(another_pov_costs_and_is_not_handed_on, setup, teardown),
        cmocka_unit_test_setup_teardown(failures_are_passed_on, setup, teardown),
        cmocka_unit_test_setup_teardown(of_blocks_that_are_no_leaves_nothing_is_fetched, setup, teardown),
        cmocka_unit_test_setup_teardown(what_we_vouched_for_is_served_while_its_leaf_lives, setup, teardown),
        cmocka_unit_test(conclude_at_any_point),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
