/* Availability Distribution, alone: six validators in three groups of two, we are validator 0. */
#include "node/session_parts.h"

#include "erasure/coded.h"
#include "node/availability_distribution/availability_distribution.h"
#include "protocol/availability_distribution.h"
#include "protocol/availability_store.h"
#include "protocol/network_bridge.h"

enum { N = 6, ME = 0, SLOT_MS = 6000, CORES = 3 };

typedef struct fixture {
    session_t s;
    ph_harness_t *h;
    ph_keystore_t *ks;
    ph_availability_distribution_config_t config;
    ph_arena_t *arena;
    ph_coded_t *coded;
    ph_core_state_t cores[CORES];
} fixture_t;

static void occupy(fixture_t *f, uint32_t core, uint32_t responsible)
{
    ph_core_state_t *c = &f->cores[core];
    *c = (ph_core_state_t){.kind = PH_CORE_STATE_OCCUPIED};
    c->occupied.group_responsible.v = responsible;
    c->occupied.candidate_hash.bytes[0] = (uint8_t)(10 + core);
    c->occupied.candidate_descriptor.para_id.v = 2000 + core;
    c->occupied.candidate_descriptor.erasure_root = *ph_coded_root(f->coded);
}

static int setup(void **state)
{
    fixture_t *f = ph_mem_alloc(NULL, sizeof *f);
    f->arena = ph_arena_new();
    session_init(&f->s, N, 2);
    assert_int_equal(ph_coded_new(&f->coded, N, PH_BYTES_LIT("available data of a candidate")), PH_OK);
    for (uint32_t c = 0; c < CORES; c++)
        f->cores[c].kind = PH_CORE_STATE_FREE;
    f->h = ph_harness_prepare(PH_SUBSYSTEM_AVAILABILITY_DISTRIBUTION);
    session_register(&f->s, f->h);
    f->ks = session_keystore(&f->s, ph_harness_env(f->h), ME);
    f->config = (ph_availability_distribution_config_t){f->ks, SLOT_MS};
    ph_harness_start(f->h, &ph_availability_distribution_ops, &f->config);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    fixture_t *f = *state;
    ph_harness_free(f->h);
    ph_keystore_free(f->ks);
    ph_coded_unref(f->coded);
    ph_arena_free(f->arena);
    ph_mem_free(f);
    return 0;
}

static void go(fixture_t *f)
{
    activate(f->h, 1, 1, 0);
    session_answer_ancestors(f->h, (uint32_t[]){0}, 1);
    session_answer_index(&f->s, f->h);
    session_answer_info(&f->s, f->h);
    session_answer_features(&f->s, f->h);
    session_answer_cores(f->h, f->cores, CORES);
}

static void answer_here(fixture_t *f, uint8_t candidate, bool here)
{
    ph_msg_t *msg =
        ph_harness_expect(f->h, PH_SUBSYSTEM_AVAILABILITY_STORE, PH_MSG_AVAILABILITY_STORE_QUERY_CHUNK_AVAILABILITY);
    const ph_msg_availability_store_query_chunk_availability_t *in = ph_msg_payload(msg);
    assert_int_equal(in->candidate.bytes[0], candidate);
    assert_int_equal(in->validator.v, ME);
    ph_harness_reply(f->h, msg, &here);
}

/* The next request for our chunk; whom it goes to. */
static ph_msg_t *expect_request(fixture_t *f, uint8_t candidate, uint32_t *to)
{
    ph_msg_t *msg = ph_harness_expect(f->h, PH_SUBSYSTEM_NETWORK_BRIDGE, PH_MSG_NETWORK_BRIDGE_SEND_REQUEST);
    const ph_msg_network_bridge_send_request_t *out = ph_msg_payload(msg);
    ph_chunk_fetching_request_t request;
    assert_int_equal(out->protocol, PH_PROTO_REQ_CHUNK_2);
    assert_int_equal(ph_chunk_fetching_request_decode_all(out->request, f->arena, &request), PH_OK);
    assert_int_equal(request.candidate_hash.bytes[0], candidate);
    assert_int_equal(request.index.v, ME);
    assert_int_equal(out->to.kind, PH_RECIPIENT_AUTHORITY);
    *to = N;
    for (uint32_t v = 0; v < N; v++)
        if (memcmp(&out->to.authority, &f->s.discovery[v], 32) == 0)
            *to = v;
    assert_true(*to < N);
    return msg;
}

static void answer_bytes(fixture_t *f, ph_msg_t *msg, ph_bytes_t bytes)
{
    ph_harness_reply(f->h, msg,
                     &(ph_res_bytes_request_failure_t){.kind = PH_RES_BYTES_REQUEST_FAILURE_OK, .ok = bytes});
}

static void fail_request(fixture_t *f, ph_msg_t *msg, uint8_t kind)
{
    ph_harness_reply(f->h, msg,
                     &(ph_res_bytes_request_failure_t){.kind = PH_RES_BYTES_REQUEST_FAILURE_ERR, .err = {kind}});
}

static ph_bytes_t chunk_response(fixture_t *f, uint32_t index, int spoil)
{
    ph_chunk_fetching_response_v2_t response = {.kind = PH_CHUNK_FETCHING_RESPONSE_V2_CHUNK};
    ph_coded_chunk(f->coded, f->arena, &response.chunk, index);
    if (spoil) {
        response.chunk.chunk = ph_bytes_copy(f->arena, response.chunk.chunk);
        response.chunk.chunk.data[0] ^= 1;
    }
    ph_writer_t w = ph_writer_in(f->arena);
    ph_chunk_fetching_response_v2_encode(&w, &response);
    return ph_writer_bytes(&w);
}

static ph_msg_t *expect_store(fixture_t *f, uint8_t candidate, uint32_t index)
{
    ph_msg_t *msg = ph_harness_expect(f->h, PH_SUBSYSTEM_AVAILABILITY_STORE, PH_MSG_AVAILABILITY_STORE_STORE_CHUNK);
    const ph_msg_availability_store_store_chunk_t *out = ph_msg_payload(msg);
    ph_erasure_chunk_t expected;
    ph_coded_chunk(f->coded, f->arena, &expected, index);
    assert_int_equal(out->candidate.bytes[0], candidate);
    assert_int_equal(out->validator.v, ME);
    assert_true(ph_erasure_chunk_equal(out->chunk.v, &expected));
    return msg;
}

static void answer_store(fixture_t *f, ph_msg_t *msg, bool well)
{
    ph_res_unit_store_error_t reply = {.kind = PH_RES_UNIT_STORE_ERROR_OK};
    if (!well)
        reply =
            (ph_res_unit_store_error_t){.kind = PH_RES_UNIT_STORE_ERROR_ERR, .err = {PH_STORE_ERROR_UNKNOWN_CANDIDATE}};
    ph_harness_reply(f->h, msg, &reply);
}

static void expect_penalty(fixture_t *f, uint32_t validator)
{
    const ph_msg_network_bridge_report_peer_t *out =
        ph_msg_payload(ph_harness_expect(f->h, PH_SUBSYSTEM_NETWORK_BRIDGE, PH_MSG_NETWORK_BRIDGE_REPORT_PEER));
    assert_int_equal(out->peer.v, validator + 1);
    assert_int_equal(out->reputation.kind, PH_REPUTATION_COST_MAJOR);
}

/* ---- fetching ---- */

static void our_chunk_is_fetched_from_the_responsible_group_and_stored(void **state)
{
    fixture_t *f = *state;
    uint32_t to;
    occupy(f, 0, 1); /* core 0 is now the turn of group 0 or whoever: group 1 backed it */
    f->cores[1].kind = PH_CORE_STATE_SCHEDULED;
    go(f);
    answer_here(f, 10, false);
    ph_msg_t *msg = expect_request(f, 10, &to);
    assert_in_range(to, 2, 3);
    answer_bytes(f, msg, chunk_response(f, ME, false));
    answer_store(f, expect_store(f, 10, ME), true);
    ph_harness_advance(f->h, SLOT_MS);
    ph_harness_expect_nothing(f->h);
    assert_int_equal(ph_harness_events(f->h, "chunk-fetched"), 1);
}

static void nothing_is_fetched_that_is_here_or_our_groups(void **state)
{
    fixture_t *f = *state;
    occupy(f, 0, 0); /* our own group's: we hold all of it */
    occupy(f, 1, 2);
    occupy(f, 2, 7); /* no such group */
    go(f);
    answer_here(f, 11, true);
    ph_harness_advance(f->h, SLOT_MS);
    ph_harness_expect_nothing(f->h);
}

static void the_mapping_tells_which_chunk_is_ours(void **state)
{
    fixture_t *f = *state;
    uint32_t to, mine = ph_rotation_chunk_index(N, true, (ph_core_index_t){2}, (ph_validator_index_t){ME}).v;
    assert_int_not_equal(mine, ME);
    f->s.mapping = true;
    occupy(f, 2, 1);
    go(f);
    answer_here(f, 12, false);
    ph_msg_t *msg = expect_request(f, 12, &to);
    answer_bytes(f, msg, chunk_response(f, ME, false)); /* the one without mapping */
    expect_penalty(f, to);
    answer_bytes(f, expect_request(f, 12, &to), chunk_response(f, mine, false));
    answer_store(f, expect_store(f, 12, mine), true);
}

static void other_members_are_tried(void **state)
{
    fixture_t *f = *state;
    uint32_t first, second, third;
    occupy(f, 0, 1);
    go(f);
    answer_here(f, 10, false);
    fail_request(f, expect_request(f, 10, &first), PH_REQUEST_FAILURE_TIMEOUT);
    answer_bytes(f, expect_request(f, 10, &second), PH_BYTES_LIT("\x01")); /* no such chunk */
    assert_int_not_equal(first, second);
    ph_harness_expect_nothing(f->h); /* all were asked: a pause; nobody did wrong */
    ph_harness_advance(f->h, SLOT_MS / 12);
    ph_harness_drop(f->h, expect_request(f, 10, &third)); /* not even an answer of our own bridge */
    answer_bytes(f, expect_request(f, 10, &third), chunk_response(f, ME, false));
    answer_store(f, expect_store(f, 10, ME), true);
}

static void bad_chunks_cost_and_are_not_stored(void **state)
{
    fixture_t *f = *state;
    uint32_t first, second;
    occupy(f, 0, 1);
    go(f);
    answer_here(f, 10, false);
    answer_bytes(f, expect_request(f, 10, &first), chunk_response(f, ME, true));
    expect_penalty(f, first);
    answer_bytes(f, expect_request(f, 10, &second), PH_BYTES_LIT("\x00rubbish"));
    expect_penalty(f, second);
    assert_int_not_equal(first, second);
    ph_harness_advance(f->h, SLOT_MS * 4);
    ph_harness_expect_nothing(f->h); /* nobody is left who might tell the truth */
}

static void after_a_bad_one_the_others_go_on(void **state)
{
    fixture_t *f = *state;
    uint32_t first, other;
    occupy(f, 0, 1);
    go(f);
    answer_here(f, 10, false);
    answer_bytes(f, expect_request(f, 10, &first), chunk_response(f, ME + 1, false)); /* somebody else's chunk */
    expect_penalty(f, first);
    for (int i = 0; i < 5; i++) {
        fail_request(f, expect_request(f, 10, &other), PH_REQUEST_FAILURE_DISCONNECTED);
        assert_int_not_equal(first, other); /* never the bad one again */
        ph_harness_expect_nothing(f->h);
        ph_harness_advance(f->h, SLOT_MS / 12);
    }
    ph_harness_drop_all(f->h);
}

static void a_store_that_has_not_heard_of_the_block_is_asked_again(void **state)
{
    fixture_t *f = *state;
    uint32_t to;
    occupy(f, 0, 1);
    go(f);
    answer_here(f, 10, false);
    answer_bytes(f, expect_request(f, 10, &to), chunk_response(f, ME, false));
    for (int i = 0; i < 7; i++) {
        answer_store(f, expect_store(f, 10, ME), false);
        ph_harness_expect_nothing(f->h);
        ph_harness_advance(f->h, SLOT_MS / 60);
    }
    answer_store(f, expect_store(f, 10, ME), false); /* enough */
    ph_harness_advance(f->h, SLOT_MS);
    ph_harness_expect_nothing(f->h);
}

static void who_is_no_validator_fetches_nothing(void **state)
{
    fixture_t *f = *state;
    occupy(f, 0, 1);
    f->config.keystore = NULL;
    activate(f->h, 1, 1, 0);
    ph_harness_expect_nothing(f->h);
    f->config.keystore = f->ks;
    memset(&f->s.validators[ME], 9, sizeof f->s.validators[ME]); /* a session without us */
    activate(f->h, 2, 2, 1);
    session_answer_ancestors(f->h, (uint32_t[]){1, 0}, 1);
    session_answer_index(&f->s, f->h);
    session_answer_info(&f->s, f->h);
    ph_harness_expect_nothing(f->h);
}

/* ---- serving ---- */

static void serve(fixture_t *f, bool v1, uint64_t ticket)
{
    ph_msg_availability_distribution_incoming_chunk_request_v1_t msg = {{1}, ticket, {{{10}}, {3}}};
    ph_harness_send(f->h,
                    v1 ? PH_MSG_AVAILABILITY_DISTRIBUTION_INCOMING_CHUNK_REQUEST_V1
                       : PH_MSG_AVAILABILITY_DISTRIBUTION_INCOMING_CHUNK_REQUEST_V2,
                    &msg);
}

static ph_bytes_t expect_response(fixture_t *f, uint64_t ticket)
{
    const ph_msg_network_bridge_respond_t *out =
        ph_msg_payload(ph_harness_expect(f->h, PH_SUBSYSTEM_NETWORK_BRIDGE, PH_MSG_NETWORK_BRIDGE_RESPOND));
    assert_int_equal(out->ticket, ticket);
    assert_true(out->response.some);
    return out->response.value;
}

static ph_msg_t *expect_query(fixture_t *f)
{
    ph_msg_t *msg = ph_harness_expect(f->h, PH_SUBSYSTEM_AVAILABILITY_STORE, PH_MSG_AVAILABILITY_STORE_QUERY_CHUNK);
    const ph_msg_availability_store_query_chunk_t *in = ph_msg_payload(msg);
    assert_int_equal(in->candidate.bytes[0], 10);
    assert_int_equal(in->validator.v, 3);
    return msg;
}

static void chunks_are_served_in_both_versions(void **state)
{
    fixture_t *f = *state;
    ph_erasure_chunk_t chunk;
    ph_coded_chunk(f->coded, f->arena, &chunk, 3);
    ph_shared_erasure_chunk_t shared = ph_shared_erasure_chunk_new(&chunk);
    ph_opt_shared_erasure_chunk_t here = {true, shared}, none = {0};
    ph_chunk_fetching_response_v1_t one;
    ph_chunk_fetching_response_v2_t two;
    serve(f, true, 71);
    ph_harness_reply(f->h, expect_query(f), &here);
    assert_int_equal(ph_chunk_fetching_response_v1_decode_all(expect_response(f, 71), f->arena, &one), PH_OK);
    assert_int_equal(one.kind, PH_CHUNK_FETCHING_RESPONSE_V1_CHUNK);
    assert_true(ph_bytes_equal(one.chunk.chunk, chunk.chunk));
    assert_true(ph_erasure_proof_equal(&one.chunk.proof, &chunk.proof));
    serve(f, false, 72);
    ph_harness_reply(f->h, expect_query(f), &here);
    assert_int_equal(ph_chunk_fetching_response_v2_decode_all(expect_response(f, 72), f->arena, &two), PH_OK);
    assert_int_equal(two.kind, PH_CHUNK_FETCHING_RESPONSE_V2_CHUNK);
    assert_true(ph_erasure_chunk_equal(&two.chunk, &chunk));
    for (int v1 = 0; v1 < 2; v1++) {
        serve(f, v1 != 0, 80);
        ph_harness_reply(f->h, expect_query(f), &none);
        assert_true(ph_bytes_equal(expect_response(f, 80), PH_BYTES_LIT("\x01")));
    }
    serve(f, false, 90);
    ph_harness_drop(f->h, expect_query(f)); /* a store without answer has nothing */
    assert_true(ph_bytes_equal(expect_response(f, 90), PH_BYTES_LIT("\x01")));
    ph_shared_erasure_chunk_unref(shared);
}

/* ---- ends ---- */

static void conclude_at_any_point(void **state)
{
    (void)state;
    for (int point = 0; point < 5; point++) {
        void *inner;
        uint32_t to;
        setup(&inner);
        fixture_t *f = inner;
        occupy(f, 0, 1);
        if (point == 0)
            activate(f->h, 1, 1, 0);
        else
            go(f);
        if (point > 1)
            answer_here(f, 10, false);
        if (point > 2)
            answer_bytes(f, expect_request(f, 10, &to), chunk_response(f, ME, false));
        if (point > 3)
            answer_store(f, expect_store(f, 10, ME), false);
        serve(f, false, 1);
        ph_harness_conclude(f->h);
        ph_harness_advance(f->h, SLOT_MS);
        ph_harness_drop_all(f->h);
        teardown(&inner);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(our_chunk_is_fetched_from_the_responsible_group_and_stored, setup, teardown),
        cmocka_unit_test_setup_teardown(nothing_is_fetched_that_is_here_or_our_groups, setup, teardown),
        cmocka_unit_test_setup_teardown(the_mapping_tells_which_chunk_is_ours, setup, teardown),
        cmocka_unit_test_setup_teardown(other_members_are_tried, setup, teardown),
        cmocka_unit_test_setup_teardown(bad_chunks_cost_and_are_not_stored, setup, teardown),
        cmocka_unit_test_setup_teardown(after_a_bad_one_the_others_go_on, setup, teardown),
        cmocka_unit_test_setup_teardown(a_store_that_has_not_heard_of_the_block_is_asked_again, setup, teardown),
        cmocka_unit_test_setup_teardown(who_is_no_validator_fetches_nothing, setup, teardown),
        cmocka_unit_test_setup_teardown(chunks_are_served_in_both_versions, setup, teardown),
        cmocka_unit_test(conclude_at_any_point),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
