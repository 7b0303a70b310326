/* PoV Distribution, alone: fetching from one that vouched, serving what we vouched for. */
#include "node/session_parts.h"

#include "node/pov_distribution/pov_distribution.h"
#include "primitives/hash_of.h"
#include "protocol/availability_store.h"
#include "protocol/network_bridge.h"
#include "protocol/pov_distribution.h"

enum { N = 4, FROM = 3, SLOT_MS = 6000, ENDED = 99 };

typedef struct fixture {
    session_t s;
    ph_harness_t *h;
    ph_pov_distribution_config_t config;
    ph_arena_t *arena;
    ph_pov_t pov;
    ph_harness_question_t *question;
} fixture_t;

static int setup(void **state)
{
    fixture_t *f = ph_mem_alloc(NULL, sizeof *f);
    session_init(&f->s, N, 2);
    f->arena = ph_arena_new();
    f->pov.block_data.v = PH_BYTES_LIT("a parablock and its witness");
    f->config.slot_ms = SLOT_MS;
    f->h = ph_harness_prepare(PH_SUBSYSTEM_POV_DISTRIBUTION);
    session_register(&f->s, f->h);
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

/* ---- fetching ---- */

static void ask(fixture_t *f, uint32_t leaf, uint32_t validator)
{
    ph_msg_pov_distribution_fetch_pov_t msg = {ph_harness_hash(leaf), {validator}, {{10}}, ph_hash_of_pov(&f->pov)};
    f->question = ph_harness_ask(f->h, PH_MSG_POV_DISTRIBUTION_FETCH_POV, &msg);
}

static ph_msg_t *expect_request(fixture_t *f)
{
    ph_msg_t *msg = ph_harness_expect(f->h, PH_SUBSYSTEM_NETWORK_BRIDGE, PH_MSG_NETWORK_BRIDGE_SEND_REQUEST);
    const ph_msg_network_bridge_send_request_t *out = ph_msg_payload(msg);
    ph_pov_fetching_request_t request;
    assert_int_equal(out->protocol, PH_PROTO_REQ_POV_1);
    assert_int_equal(ph_pov_fetching_request_decode_all(out->request, f->arena, &request), PH_OK);
    assert_int_equal(request.candidate_hash.bytes[0], 10);
    assert_int_equal(out->to.kind, PH_RECIPIENT_AUTHORITY);
    assert_memory_equal(&out->to.authority, &f->s.discovery[FROM], 32);
    return msg;
}

static ph_msg_t *begin(fixture_t *f)
{
    activate(f->h, 1, 1, 0);
    ask(f, 1, FROM);
    session_answer_index(&f->s, f->h);
    session_answer_info(&f->s, f->h);
    return expect_request(f);
}

static ph_bytes_t response(fixture_t *f, const ph_pov_t *pov)
{
    ph_pov_fetching_response_t r = {.kind = PH_POV_FETCHING_RESPONSE_NO_SUCH_POV};
    if (pov)
        r = (ph_pov_fetching_response_t){.kind = PH_POV_FETCHING_RESPONSE_POV, .pov = *pov};
    ph_writer_t w = ph_writer_in(f->arena);
    ph_pov_fetching_response_encode(&w, &r);
    return ph_writer_bytes(&w);
}

static void answer(fixture_t *f, ph_msg_t *msg, ph_bytes_t bytes)
{
    ph_harness_reply(f->h, msg, &(ph_res_bytes_request_failure_t){.kind = PH_RES_OK, .ok = bytes});
}

/* How the question ended: -1 not yet, ENDED without an answer, otherwise the failure. */
static int failure(fixture_t *f)
{
    ph_err_t err;
    const ph_res_shared_pov_request_failure_t *got = ph_harness_answer(f->h, f->question, &err);
    if (!got)
        return err ? ENDED : -1;
    assert_int_equal(got->kind, PH_RES_ERR);
    return got->err.kind;
}

static void expect_pov(fixture_t *f)
{
    const ph_res_shared_pov_request_failure_t *got = ph_harness_answer(f->h, f->question, NULL);
    assert_non_null(got);
    assert_int_equal(got->kind, PH_RES_OK);
    assert_true(ph_pov_equal(got->ok.v, &f->pov));
    assert_int_equal(ph_harness_events(f->h, "pov-fetched"), 1);
}

static void a_pov_is_fetched(void **state)
{
    fixture_t *f = *state;
    ph_msg_t *request = begin(f);
    assert_int_equal(failure(f), -1);
    answer(f, request, response(f, &f->pov));
    expect_pov(f);
    ph_harness_expect_nothing(f->h);
}

static void another_pov_costs_and_is_not_handed_on(void **state)
{
    ph_pov_t other = {{PH_BYTES_LIT("another parablock")}};
    for (int way = 0; way < 3; way++) {
        fixture_t *f = *state;
        answer(f, begin(f), way == 0 ? response(f, &other) : way == 1 ? PH_BYTES_LIT("\x05 rubbish") : PH_BYTES_LIT(""));
        ph_msg_t *msg = ph_harness_expect(f->h, PH_SUBSYSTEM_NETWORK_BRIDGE, PH_MSG_NETWORK_BRIDGE_REPORT_PEER);
        const ph_msg_network_bridge_report_peer_t *out = ph_msg_payload(msg);
        assert_int_equal(out->peer.v, FROM + 1);
        assert_int_equal(out->reputation.kind, PH_REPUTATION_COST_MAJOR);
        assert_int_equal(failure(f), PH_REQUEST_FAILURE_MALFORMED);
        ph_harness_expect_nothing(f->h);
        assert_int_equal(ph_harness_events(f->h, "pov-fetched"), 0);
        teardown(state);
        setup(state);
    }
}

static void one_that_has_none_is_not_punished(void **state)
{
    fixture_t *f = *state;
    answer(f, begin(f), response(f, NULL));
    assert_int_equal(failure(f), PH_REQUEST_FAILURE_REFUSED);
    ph_harness_expect_nothing(f->h);
}

static void a_failed_request_is_passed_on(void **state)
{
    fixture_t *f = *state;
    ph_harness_reply(f->h, begin(f), &(ph_res_bytes_request_failure_t){.kind = PH_RES_ERR, .err = {PH_REQUEST_FAILURE_TIMEOUT}});
    assert_int_equal(failure(f), PH_REQUEST_FAILURE_TIMEOUT);
    ask(f, 1, FROM);
    session_answer_index(&f->s, f->h);
    session_answer_info(&f->s, f->h);
    ph_harness_drop(f->h, expect_request(f)); /* the bridge ends */
    assert_int_equal(failure(f), PH_REQUEST_FAILURE_DISCONNECTED);
    ph_harness_expect_nothing(f->h);
}

static void a_validator_that_is_none_is_unknown(void **state)
{
    fixture_t *f = *state;
    activate(f->h, 1, 1, 0);
    ask(f, 1, N);
    session_answer_index(&f->s, f->h);
    session_answer_info(&f->s, f->h);
    assert_int_equal(failure(f), PH_REQUEST_FAILURE_UNKNOWN);
    ask(f, 1, FROM);
    session_answer_error(f->h, PH_MSG_RUNTIME_API_REQUEST_SESSION_INDEX_FOR_CHILD);
    assert_int_equal(failure(f), PH_REQUEST_FAILURE_UNKNOWN);
    ask(f, 1, FROM);
    session_answer_index(&f->s, f->h);
    ph_harness_reply(f->h, EXPECT_API(f->h, SESSION_INFO), &(ph_res_opt_session_info_runtime_api_error_t){.kind = PH_RES_OK});
    assert_int_equal(failure(f), PH_REQUEST_FAILURE_UNKNOWN);
    ph_harness_expect_nothing(f->h);
}

static void nothing_is_fetched_for_what_is_no_leaf(void **state)
{
    fixture_t *f = *state;
    ask(f, 7, FROM);
    assert_int_equal(failure(f), ENDED);
    /* A leaf that goes takes its fetching with it. */
    ph_msg_t *request = begin(f);
    activate(f->h, 2, 2, 1);
    assert_int_equal(failure(f), ENDED);
    answer(f, request, response(f, &f->pov));
    ask(f, 1, FROM);
    assert_int_equal(failure(f), ENDED);
    ph_harness_expect_nothing(f->h);
    assert_int_equal(ph_harness_events(f->h, "pov-fetched"), 0);
}

/* ---- serving ---- */

static void request_from_us(fixture_t *f, uint8_t candidate, uint64_t ticket)
{
    ph_msg_pov_distribution_incoming_pov_request_t msg = {{2}, ticket, {{{candidate}}}};
    ph_harness_send(f->h, PH_MSG_POV_DISTRIBUTION_INCOMING_POV_REQUEST, &msg);
}

static void distribute(fixture_t *f, uint32_t leaf, uint8_t candidate)
{
    ph_shared_pov_t pov = ph_shared_pov_new(&f->pov);
    ph_msg_pov_distribution_distribute_pov_t msg = {ph_harness_hash(leaf), {{candidate}}, pov};
    ph_harness_send(f->h, PH_MSG_POV_DISTRIBUTION_DISTRIBUTE_POV, &msg);
    ph_shared_pov_unref(pov);
}

static void expect_response(fixture_t *f, uint64_t ticket, const ph_pov_t *pov)
{
    ph_msg_t *msg = ph_harness_expect(f->h, PH_SUBSYSTEM_NETWORK_BRIDGE, PH_MSG_NETWORK_BRIDGE_RESPOND);
    const ph_msg_network_bridge_respond_t *out = ph_msg_payload(msg);
    assert_int_equal(out->ticket, ticket);
    assert_true(out->response.some);
    assert_true(ph_bytes_equal(out->response.value, response(f, pov)));
    ph_harness_expect_nothing(f->h);
}

static ph_msg_t *expect_store_query(fixture_t *f, uint8_t candidate)
{
    ph_msg_t *msg = ph_harness_expect(f->h, PH_SUBSYSTEM_AVAILABILITY_STORE, PH_MSG_AVAILABILITY_STORE_QUERY_AVAILABLE_DATA);
    assert_int_equal(((const ph_msg_availability_store_query_available_data_t *)ph_msg_payload(msg))->candidate.bytes[0], candidate);
    return msg;
}

static void what_we_vouched_for_is_served_while_the_leaf_lives(void **state)
{
    fixture_t *f = *state;
    activate(f->h, 1, 1, 0);
    activate(f->h, 2, 1, 0); /* a fork: found whichever leaf it belongs to */
    distribute(f, 2, 20);
    distribute(f, 1, 10);
    distribute(f, 9, 90); /* no leaf: not kept */
    assert_int_equal(ph_harness_events(f->h, "pov-kept"), 2);
    request_from_us(f, 10, 1);
    expect_response(f, 1, &f->pov);
    request_from_us(f, 20, 2);
    expect_response(f, 2, &f->pov);
    request_from_us(f, 90, 3);
    ph_harness_drop(f->h, expect_store_query(f, 90));
    expect_response(f, 3, NULL);
    activate(f->h, 3, 2, 1); /* leaf 1 goes, and what was kept for it */
    request_from_us(f, 10, 4);
    ph_harness_drop(f->h, expect_store_query(f, 10));
    expect_response(f, 4, NULL);
    request_from_us(f, 20, 5);
    expect_response(f, 5, &f->pov);
}

static void the_store_is_asked_for_the_rest(void **state)
{
    fixture_t *f = *state;
    ph_available_data_t data = {.pov = f->pov};
    ph_shared_available_data_t shared = ph_shared_available_data_new(&data);
    request_from_us(f, 10, 1); /* without any leaf, too */
    request_from_us(f, 11, 2);
    ph_msg_t *first = expect_store_query(f, 10), *second = expect_store_query(f, 11);
    ph_harness_reply(f->h, second, &(ph_opt_shared_available_data_t){.some = false});
    expect_response(f, 2, NULL);
    ph_harness_reply(f->h, first, &(ph_opt_shared_available_data_t){true, shared});
    expect_response(f, 1, &f->pov);
    ph_shared_available_data_unref(shared);
}

static void conclude_at_any_point(void **state)
{
    (void)state;
    for (int point = 0; point < 4; point++) {
        void *inner;
        setup(&inner);
        fixture_t *f = inner;
        activate(f->h, 1, 1, 0);
        distribute(f, 1, 20);
        ask(f, 1, FROM);
        if (point > 0)
            session_answer_index(&f->s, f->h);
        if (point > 1)
            session_answer_info(&f->s, f->h);
        if (point > 2)
            request_from_us(f, 10, 1);
        ph_harness_conclude(f->h);
        ph_harness_advance(f->h, SLOT_MS);
        ph_harness_drop_all(f->h);
        teardown(&inner);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_pov_is_fetched, setup, teardown),
        cmocka_unit_test_setup_teardown(another_pov_costs_and_is_not_handed_on, setup, teardown),
        cmocka_unit_test_setup_teardown(one_that_has_none_is_not_punished, setup, teardown),
        cmocka_unit_test_setup_teardown(a_failed_request_is_passed_on, setup, teardown),
        cmocka_unit_test_setup_teardown(a_validator_that_is_none_is_unknown, setup, teardown),
        cmocka_unit_test_setup_teardown(nothing_is_fetched_for_what_is_no_leaf, setup, teardown),
        cmocka_unit_test_setup_teardown(what_we_vouched_for_is_served_while_the_leaf_lives, setup, teardown),
        cmocka_unit_test_setup_teardown(the_store_is_asked_for_the_rest, setup, teardown),
        cmocka_unit_test(conclude_at_any_point),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
