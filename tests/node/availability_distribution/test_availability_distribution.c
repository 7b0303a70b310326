/* Availability Distribution, alone: whose chunk is fetched from whom, what bad ones cost, what is served. */
#include "node/session_parts.h"

#include "erasure/coded.h"
#include "node/availability_distribution/availability_distribution.h"
#include "protocol/availability_distribution.h"
#include "protocol/availability_store.h"
#include "protocol/network_bridge.h"

/* Groups {0 1} {2 3} {4 5}; group i works on core i until the groups rotate. */
enum { N = 6, ME = 2, OWN_GROUP = 1, CORES = 3, SLOT_MS = 6000, PAUSE_MS = SLOT_MS / 12, STORE_PAUSE_MS = SLOT_MS / 60 };

typedef struct fixture {
    session_t s;
    ph_harness_t *h;
    ph_keystore_t *ks;
    ph_availability_distribution_config_t config;
    ph_core_state_t cores[CORES];
    ph_coded_t *coded;
    ph_arena_t *arena;
} fixture_t;

static fixture_t *fixture_new(bool with_keys)
{
    fixture_t *f = ph_mem_alloc(NULL, sizeof *f);
    session_init(&f->s, N, 2);
    f->arena = ph_arena_new();
    f->h = ph_harness_prepare(PH_SUBSYSTEM_AVAILABILITY_DISTRIBUTION);
    session_register(&f->s, f->h);
    f->ks = session_keystore(&f->s, ph_harness_env(f->h), ME);
    f->config = (ph_availability_distribution_config_t){with_keys ? f->ks : NULL, SLOT_MS};
    assert_int_equal(ph_coded_new(&f->coded, N, PH_BYTES_LIT("what must stay available of a candidate")), PH_OK);
    for (size_t i = 0; i < CORES; i++)
        f->cores[i].kind = PH_CORE_STATE_FREE;
    ph_harness_start(f->h, &ph_availability_distribution_ops, &f->config);
    return f;
}

static int setup(void **state)
{
    *state = fixture_new(true);
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

/* ---- the world around ---- */

static void occupy(fixture_t *f, uint32_t core, uint32_t group_responsible)
{
    ph_core_state_t *c = &f->cores[core];
    c->kind = PH_CORE_STATE_OCCUPIED;
    c->occupied.group_responsible.v = group_responsible;
    c->occupied.candidate_hash.bytes[0] = (uint8_t)(10 + core);
    c->occupied.candidate_descriptor.erasure_root = *ph_coded_root(f->coded);
}

static void answer_runtime(fixture_t *f)
{
    session_answer_index(&f->s, f->h);
    session_answer_info(&f->s, f->h);
    session_answer_features(&f->s, f->h);
    session_answer_cores(f->h, f->cores, CORES);
}

static ph_msg_t *expect_is_it_here(fixture_t *f, uint32_t core)
{
    ph_msg_t *msg = ph_harness_expect(f->h, PH_SUBSYSTEM_AVAILABILITY_STORE, PH_MSG_AVAILABILITY_STORE_QUERY_CHUNK_AVAILABILITY);
    const ph_msg_availability_store_query_chunk_availability_t *in = ph_msg_payload(msg);
    assert_int_equal(in->candidate.bytes[0], 10 + core);
    assert_int_equal(in->validator.v, ME);
    return msg;
}

static void say_here(fixture_t *f, ph_msg_t *msg, bool here) { ph_harness_reply(f->h, msg, &here); }

/* A leaf with one candidate that we lack. */
static void begin(fixture_t *f, uint32_t core, uint32_t group_responsible)
{
    occupy(f, core, group_responsible);
    activate(f->h, 1, 1, 0);
    answer_runtime(f);
    say_here(f, expect_is_it_here(f, core), false);
}

static ph_msg_t *expect_request(fixture_t *f, uint32_t core, uint32_t *from)
{
    ph_msg_t *msg = ph_harness_expect(f->h, PH_SUBSYSTEM_NETWORK_BRIDGE, PH_MSG_NETWORK_BRIDGE_SEND_REQUEST);
    const ph_msg_network_bridge_send_request_t *out = ph_msg_payload(msg);
    ph_chunk_fetching_request_t request;
    assert_int_equal(out->protocol, PH_PROTO_REQ_CHUNK_2);
    assert_int_equal(ph_chunk_fetching_request_decode_all(out->request, f->arena, &request), PH_OK);
    assert_int_equal(request.candidate_hash.bytes[0], 10 + core);
    assert_int_equal(request.index.v, ME);
    assert_int_equal(out->to.kind, PH_RECIPIENT_AUTHORITY);
    for (*from = 0; *from < N && memcmp(&out->to.authority, &f->s.discovery[*from], 32) != 0;)
        ++*from;
    assert_in_range(*from, 0, N - 1);
    ph_harness_expect_nothing(f->h); /* one at a time */
    return msg;
}

static ph_erasure_chunk_t chunk_at(fixture_t *f, uint32_t index)
{
    ph_erasure_chunk_t chunk;
    ph_coded_chunk(f->coded, f->arena, &chunk, index);
    return chunk;
}

static void answer_bytes(fixture_t *f, ph_msg_t *msg, ph_bytes_t bytes)
{
    ph_harness_reply(f->h, msg, &(ph_res_bytes_request_failure_t){.kind = PH_RES_OK, .ok = bytes});
}

static void answer_with(fixture_t *f, ph_msg_t *msg, const ph_chunk_fetching_response_v2_t *response)
{
    ph_writer_t w = ph_writer_in(f->arena);
    ph_chunk_fetching_response_v2_encode(&w, response);
    answer_bytes(f, msg, ph_writer_bytes(&w));
}

static void answer_chunk(fixture_t *f, ph_msg_t *msg, ph_erasure_chunk_t chunk)
{
    answer_with(f, msg, &(ph_chunk_fetching_response_v2_t){.kind = PH_CHUNK_FETCHING_RESPONSE_V2_CHUNK, .chunk = chunk});
}

static void answer_none(fixture_t *f, ph_msg_t *msg)
{
    answer_with(f, msg, &(ph_chunk_fetching_response_v2_t){.kind = PH_CHUNK_FETCHING_RESPONSE_V2_NO_SUCH_CHUNK});
}

static void answer_failure(fixture_t *f, ph_msg_t *msg, ph_request_failure_kind_t kind)
{
    ph_harness_reply(f->h, msg, &(ph_res_bytes_request_failure_t){.kind = PH_RES_ERR, .err = {kind}});
}

static ph_msg_t *expect_store(fixture_t *f, uint32_t core, uint32_t index)
{
    ph_msg_t *msg = ph_harness_expect(f->h, PH_SUBSYSTEM_AVAILABILITY_STORE, PH_MSG_AVAILABILITY_STORE_STORE_CHUNK);
    const ph_msg_availability_store_store_chunk_t *in = ph_msg_payload(msg);
    ph_erasure_chunk_t expected = chunk_at(f, index);
    assert_int_equal(in->candidate.bytes[0], 10 + core);
    assert_int_equal(in->validator.v, ME);
    assert_true(ph_erasure_chunk_equal(in->chunk.v, &expected));
    return msg;
}

static void answer_store(fixture_t *f, ph_msg_t *msg, int error)
{
    ph_res_unit_store_error_t result = {.kind = error < 0 ? PH_RES_OK : PH_RES_ERR};
    if (error >= 0)
        result.err.kind = (uint8_t)error;
    ph_harness_reply(f->h, msg, &result);
}

static void expect_major(fixture_t *f, uint32_t validator)
{
    ph_msg_t *msg = ph_harness_expect(f->h, PH_SUBSYSTEM_NETWORK_BRIDGE, PH_MSG_NETWORK_BRIDGE_REPORT_PEER);
    const ph_msg_network_bridge_report_peer_t *out = ph_msg_payload(msg);
    assert_int_equal(out->peer.v, validator + 1);
    assert_int_equal(out->reputation.kind, PH_REPUTATION_COST_MAJOR);
    assert_true(out->reason.len > 0);
}

static void expect_silence(fixture_t *f)
{
    ph_harness_expect_nothing(f->h);
    ph_harness_advance(f->h, 2 * SLOT_MS);
    ph_harness_expect_nothing(f->h);
}

/* ---- fetching ---- */

static void our_chunk_comes_from_a_backer(void **state)
{
    fixture_t *f = *state;
    uint32_t from;
    begin(f, 0, 0);
    ph_msg_t *request = expect_request(f, 0, &from);
    assert_in_range(from, 0, 1);
    answer_chunk(f, request, chunk_at(f, ME));
    assert_int_equal(ph_harness_events(f->h, "chunk-fetched"), 1);
    answer_store(f, expect_store(f, 0, ME), -1);
    expect_silence(f);
}

/* The groups have rotated since: ours stands now on the core whose candidate others backed, and others stand where ours did. */
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

static void what_is_here_is_not_fetched(void **state)
{
    fixture_t *f = *state;
    occupy(f, 0, 0);
    activate(f->h, 1, 1, 0);
    answer_runtime(f);
    say_here(f, expect_is_it_here(f, 0), true);
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

static void the_mapping_says_which_chunk_is_ours(void **state)
{
    fixture_t *f = *state;
    uint32_t from, index = ph_rotation_chunk_index(N, true, (ph_core_index_t){2}, (ph_validator_index_t){ME}).v;
    f->s.mapping = true;
    assert_int_not_equal(index, ME);
    begin(f, 2, 2);
    answer_chunk(f, expect_request(f, 2, &from), chunk_at(f, ME)); /* a good one, but somebody else's */
    expect_major(f, from);
    answer_chunk(f, expect_request(f, 2, &from), chunk_at(f, index));
    answer_store(f, expect_store(f, 2, index), -1);
    expect_silence(f);
}

/* ---- bad and missing answers ---- */

static void rubbish_costs_and_the_next_one_is_asked(void **state)
{
    for (int way = 0; way < 5; way++) {
        fixture_t *f = way ? fixture_new(true) : *state;
        uint32_t first, second;
        begin(f, 0, 0);
        ph_msg_t *request = expect_request(f, 0, &first);
        ph_erasure_chunk_t chunk = chunk_at(f, way == 0 ? ME + 1 : ME);
        if (way == 1)
            chunk.chunk = PH_BYTES_LIT("other bytes");
        if (way == 2)
            chunk.proof.v.count--;
        if (way == 3)
            chunk = (ph_erasure_chunk_t){.index = {ME}};
        if (way == 4)
            answer_bytes(f, request, PH_BYTES_LIT("\x07 no response"));
        else
            answer_chunk(f, request, chunk);
        expect_major(f, first);
        request = expect_request(f, 0, &second);
        assert_int_not_equal(first, second);
        assert_int_equal(ph_harness_events(f->h, "chunk-fetched"), 0);
        /* Who gave rubbish is not asked again, others are. */
        answer_none(f, request);
        ph_harness_advance(f->h, PAUSE_MS);
        request = expect_request(f, 0, &first);
        assert_int_equal(first, second);
        answer_chunk(f, request, chunk_at(f, ME));
        answer_store(f, expect_store(f, 0, ME), -1);
        expect_silence(f);
        void *inner = f;
        if (way)
            teardown(&inner);
    }
}

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

static void the_store_may_hear_late_of_a_candidate(void **state)
{
    fixture_t *f = *state;
    uint32_t from;
    begin(f, 0, 0);
    answer_chunk(f, expect_request(f, 0, &from), chunk_at(f, ME));
    for (int i = 0; i < 3; i++) {
        answer_store(f, expect_store(f, 0, ME), PH_STORE_ERROR_UNKNOWN_CANDIDATE);
        ph_harness_advance(f->h, STORE_PAUSE_MS - 1);
        ph_harness_expect_nothing(f->h);
        ph_harness_advance(f->h, 1);
    }
    answer_store(f, expect_store(f, 0, ME), -1);
    expect_silence(f);
}

static void a_store_that_will_not_is_left_in_peace(void **state)
{
    for (int way = 0; way < 2; way++) {
        fixture_t *f = way ? fixture_new(true) : *state;
        uint32_t from;
        int tries = 0;
        begin(f, 0, 0);
        answer_chunk(f, expect_request(f, 0, &from), chunk_at(f, ME));
        for (ph_msg_t *msg; (msg = ph_harness_take(f->h, PH_SUBSYSTEM_AVAILABILITY_STORE, PH_MSG_AVAILABILITY_STORE_STORE_CHUNK)); tries++) {
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

/* ---- serving ---- */

static void serve_one(fixture_t *f, bool v1, bool here, bool dropped)
{
    ph_erasure_chunk_t chunk = chunk_at(f, 5);
    ph_msg_availability_distribution_incoming_chunk_request_v1_t one = {{4}, 99, {{{10}}, {5}}};
    ph_msg_availability_distribution_incoming_chunk_request_v2_t two = {{4}, 99, {{{10}}, {5}}};
    ph_harness_send(f->h, v1 ? PH_MSG_AVAILABILITY_DISTRIBUTION_INCOMING_CHUNK_REQUEST_V1 : PH_MSG_AVAILABILITY_DISTRIBUTION_INCOMING_CHUNK_REQUEST_V2,
                    v1 ? (const void *)&one : &two);
    ph_msg_t *query = ph_harness_expect(f->h, PH_SUBSYSTEM_AVAILABILITY_STORE, PH_MSG_AVAILABILITY_STORE_QUERY_CHUNK);
    const ph_msg_availability_store_query_chunk_t *in = ph_msg_payload(query);
    assert_int_equal(in->candidate.bytes[0], 10);
    assert_int_equal(in->validator.v, 5);
    ph_shared_erasure_chunk_t shared = ph_shared_erasure_chunk_new(&chunk);
    if (dropped)
        ph_harness_drop(f->h, query);
    else
        ph_harness_reply(f->h, query, &(ph_opt_shared_erasure_chunk_t){here, shared});
    ph_shared_erasure_chunk_unref(shared);
    ph_msg_t *msg = ph_harness_expect(f->h, PH_SUBSYSTEM_NETWORK_BRIDGE, PH_MSG_NETWORK_BRIDGE_RESPOND);
    const ph_msg_network_bridge_respond_t *out = ph_msg_payload(msg);
    assert_int_equal(out->ticket, 99);
    assert_true(out->response.some);
    ph_writer_t w = ph_writer_in(f->arena);
    if (v1)
        ph_chunk_fetching_response_v1_encode(&w, here ? &(ph_chunk_fetching_response_v1_t){.kind = PH_CHUNK_FETCHING_RESPONSE_V1_CHUNK, .chunk = {chunk.chunk, chunk.proof}}
                                                      : &(ph_chunk_fetching_response_v1_t){.kind = PH_CHUNK_FETCHING_RESPONSE_V1_NO_SUCH_CHUNK});
    else
        ph_chunk_fetching_response_v2_encode(&w, here ? &(ph_chunk_fetching_response_v2_t){.kind = PH_CHUNK_FETCHING_RESPONSE_V2_CHUNK, .chunk = chunk}
                                                      : &(ph_chunk_fetching_response_v2_t){.kind = PH_CHUNK_FETCHING_RESPONSE_V2_NO_SUCH_CHUNK});
    assert_true(ph_bytes_equal(out->response.value, ph_writer_bytes(&w)));
}

static void what_we_hold_is_served(void **state)
{
    for (int v1 = 0; v1 < 2; v1++) {
        serve_one(*state, v1, true, false);
        serve_one(*state, v1, false, false);
        serve_one(*state, v1, false, true);
    }
    fixture_t *keyless = fixture_new(false);
    serve_one(keyless, false, true, false);
    void *inner = keyless;
    teardown(&inner);
}

/* ---- who does nothing, and ends ---- */

static void who_is_no_validator_fetches_nothing(void **state)
{
    fixture_t *f = *state, *keyless = fixture_new(false);
    activate(keyless->h, 1, 1, 0);
    expect_silence(keyless);
    void *inner = keyless;
    teardown(&inner);
    f->s.count = ME; /* we come after the last one */
    activate(f->h, 1, 1, 0);
    session_answer_index(&f->s, f->h);
    session_answer_info(&f->s, f->h);
    expect_silence(f);
}

static void runtime_errors_end_it(void **state)
{
    fixture_t *f = *state;
    activate(f->h, 1, 1, 0);
    session_answer_error(f->h, PH_MSG_RUNTIME_API_REQUEST_SESSION_INDEX_FOR_CHILD);
    expect_silence(f);
    activate(f->h, 2, 2, 1);
    session_answer_index(&f->s, f->h);
    ph_harness_reply(f->h, EXPECT_API(f->h, SESSION_INFO), &(ph_res_opt_session_info_runtime_api_error_t){.kind = PH_RES_OK});
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
        session_answer_error(f->h, PH_MSG_RUNTIME_API_REQUEST_SESSION_INDEX_FOR_CHILD); /* the new one begins, and fails */
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

static void conclude_at_any_point(void **state)
{
    (void)state;
    for (int point = 0; point < 5; point++) {
        fixture_t *f = fixture_new(true);
        go_to(f, point);
        ph_harness_conclude(f->h);
        ph_harness_advance(f->h, SLOT_MS);
        ph_harness_drop_all(f->h);
        void *inner = f;
        teardown(&inner);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(our_chunk_comes_from_a_backer, setup, teardown),
        cmocka_unit_test_setup_teardown(backers_are_asked_also_after_a_rotation, setup, teardown),
        cmocka_unit_test_setup_teardown(own_candidates_and_idle_cores_need_no_fetching, setup, teardown),
        cmocka_unit_test_setup_teardown(what_is_here_is_not_fetched, setup, teardown),
        cmocka_unit_test_setup_teardown(each_core_is_fetched_for, setup, teardown),
        cmocka_unit_test_setup_teardown(the_mapping_says_which_chunk_is_ours, setup, teardown),
        cmocka_unit_test_setup_teardown(rubbish_costs_and_the_next_one_is_asked, setup, teardown),
        cmocka_unit_test_setup_teardown(nobody_is_left_after_rubbish_from_all, setup, teardown),
        cmocka_unit_test_setup_teardown(a_round_asks_each_once_then_pauses, setup, teardown),
        cmocka_unit_test_setup_teardown(the_store_may_hear_late_of_a_candidate, setup, teardown),
        cmocka_unit_test_setup_teardown(a_store_that_will_not_is_left_in_peace, setup, teardown),
        cmocka_unit_test_setup_teardown(what_we_hold_is_served, setup, teardown),
        cmocka_unit_test_setup_teardown(who_is_no_validator_fetches_nothing, setup, teardown),
        cmocka_unit_test_setup_teardown(runtime_errors_end_it, setup, teardown),
        cmocka_unit_test(a_replaced_leaf_is_left),
        cmocka_unit_test(conclude_at_any_point),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
