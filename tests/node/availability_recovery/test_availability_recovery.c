/* Availability Recovery, alone: seven validators in groups of two (the last of one), we are validator 0. k is 3. */
#include "node/session_parts.h"

#include "crypto/hash.h"
#include "erasure/coded.h"
#include "erasure/erasure.h"
#include "node/availability_recovery/availability_recovery.h"
#include "primitives/hash_of.h"
#include "protocol/availability_recovery.h"
#include "protocol/availability_store.h"
#include "protocol/network_bridge.h"

enum { N = 7, ME = 0, K = 3, SLOT_MS = 6000 };

typedef struct fixture {
    session_t s;
    ph_harness_t *h;
    ph_keystore_t *ks;
    ph_availability_recovery_config_t config;
    ph_arena_t *arena;
    ph_available_data_t data;
    ph_coded_t *coded;
    ph_candidate_receipt_t receipt;
    unsigned asked[N]; /* for chunks */
} fixture_t;

static ph_coded_t *code(fixture_t *f, const ph_available_data_t *data)
{
    ph_coded_t *coded;
    ph_writer_t w = ph_writer_in(f->arena);
    ph_available_data_encode(&w, data);
    assert_int_equal(ph_coded_new(&coded, N, ph_writer_bytes(&w)), PH_OK);
    return coded;
}

static int setup(void **state)
{
    fixture_t *f = ph_mem_alloc(NULL, sizeof *f);
    size_t k;
    assert_int_equal(ph_erasure_threshold(&k, N), PH_OK);
    assert_int_equal(k, K);
    f->arena = ph_arena_new();
    session_init(&f->s, N, 2);
    f->data.pov.block_data.v = PH_BYTES_LIT("a proof of validity that is somewhat longer than a chunk");
    f->data.validation_data.parent_head.v = PH_BYTES_LIT("head");
    f->coded = code(f, &f->data);
    f->receipt.descriptor.para_id.v = 2000;
    f->receipt.descriptor.session_index.v = SESSION;
    f->receipt.descriptor.pov_hash = ph_hash_of_pov(&f->data.pov);
    f->receipt.descriptor.persisted_validation_data_hash = ph_hash_of_validation_data(&f->data.validation_data);
    f->receipt.descriptor.erasure_root = *ph_coded_root(f->coded);
    f->h = ph_harness_prepare(PH_SUBSYSTEM_AVAILABILITY_RECOVERY);
    session_register(&f->s, f->h);
    f->ks = session_keystore(&f->s, ph_harness_env(f->h), ME);
    f->config = (ph_availability_recovery_config_t){NULL, SLOT_MS};
    ph_harness_start(f->h, &ph_availability_recovery_ops, &f->config);
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

/* ---- asking ---- */

static ph_harness_question_t *recover(fixture_t *f, int group)
{
    ph_msg_availability_recovery_recover_available_data_t msg = {
        .receipt = f->receipt, .session = {SESSION}, .core = {true, {1}}};
    if (group >= 0)
        msg.backing_group = (ph_opt_group_index_t){true, {(uint32_t)group}};
    return ph_harness_ask(f->h, PH_MSG_AVAILABILITY_RECOVERY_RECOVER_AVAILABLE_DATA, &msg);
}

static void answer_session(fixture_t *f)
{
    session_answer_info(&f->s, f->h);
    session_answer_features(&f->s, f->h);
}

static void answer_own_data(fixture_t *f, const ph_available_data_t *data)
{
    ph_msg_t *msg =
        ph_harness_expect(f->h, PH_SUBSYSTEM_AVAILABILITY_STORE, PH_MSG_AVAILABILITY_STORE_QUERY_AVAILABLE_DATA);
    ph_opt_shared_available_data_t reply = {.some = data != NULL};
    if (data)
        reply.value = ph_shared_available_data_new(data);
    ph_harness_reply(f->h, msg, &reply);
    if (data)
        ph_shared_available_data_unref(reply.value);
}

static void answer_own_chunks(fixture_t *f, const uint32_t *which, size_t count)
{
    ph_msg_t *msg =
        ph_harness_expect(f->h, PH_SUBSYSTEM_AVAILABILITY_STORE, PH_MSG_AVAILABILITY_STORE_QUERY_ALL_CHUNKS);
    ph_available_chunk_t own[N];
    for (size_t i = 0; i < count; i++) {
        ph_erasure_chunk_t chunk;
        ph_coded_chunk(f->coded, f->arena, &chunk, which[i]);
        own[i] = (ph_available_chunk_t){{which[i]}, ph_shared_erasure_chunk_new(&chunk)};
    }
    ph_harness_reply(f->h, msg, &(ph_vec_available_chunk_t){own, count});
    for (size_t i = 0; i < count; i++)
        ph_shared_erasure_chunk_unref(own[i].chunk);
}

static uint32_t who(const fixture_t *f, const ph_recipient_t *to)
{
    assert_int_equal(to->kind, PH_RECIPIENT_AUTHORITY);
    for (uint32_t v = 0; v < N; v++)
        if (memcmp(&to->authority, &f->s.discovery[v], 32) == 0)
            return v;
    fail_msg("a stranger is asked");
    return 0;
}

static ph_msg_t *expect_backer(fixture_t *f, uint32_t *to)
{
    ph_msg_t *msg = ph_harness_expect(f->h, PH_SUBSYSTEM_NETWORK_BRIDGE, PH_MSG_NETWORK_BRIDGE_SEND_REQUEST);
    const ph_msg_network_bridge_send_request_t *out = ph_msg_payload(msg);
    assert_int_equal(out->protocol, PH_PROTO_REQ_AVAILABLE_DATA_1);
    *to = who(f, &out->to);
    return msg;
}

static void answer(fixture_t *f, ph_msg_t *msg, ph_bytes_t bytes)
{
    ph_harness_reply(f->h, msg,
                     &(ph_res_bytes_request_failure_t){.kind = PH_RES_BYTES_REQUEST_FAILURE_OK, .ok = bytes});
}

static ph_bytes_t full(fixture_t *f, const ph_available_data_t *data)
{
    ph_available_data_fetching_response_t r = {.kind = PH_AVAILABLE_DATA_FETCHING_RESPONSE_AVAILABLE_DATA,
                                               .available_data = *data};
    ph_writer_t w = ph_writer_in(f->arena);
    ph_available_data_fetching_response_encode(&w, &r);
    return ph_writer_bytes(&w);
}

typedef enum what { GOOD, NONE, SPOILT, ANOTHERS, RUBBISH, FAILS } what_t;

/* Answers the next request for a chunk; false: there is none. */
static bool answer_chunk(fixture_t *f, const ph_coded_t *coded, const what_t what[N])
{
    ph_msg_t *msg = ph_harness_take(f->h, PH_SUBSYSTEM_NETWORK_BRIDGE, PH_MSG_NETWORK_BRIDGE_SEND_REQUEST);
    if (!msg)
        return false;
    const ph_msg_network_bridge_send_request_t *out = ph_msg_payload(msg);
    ph_chunk_fetching_request_t request;
    uint32_t v = who(f, &out->to);
    assert_int_equal(out->protocol, PH_PROTO_REQ_CHUNK_2);
    assert_int_equal(ph_chunk_fetching_request_decode_all(out->request, f->arena, &request), PH_OK);
    assert_int_equal(request.index.v, v);
    f->asked[v]++;
    ph_chunk_fetching_response_v2_t response = {.kind = PH_CHUNK_FETCHING_RESPONSE_V2_CHUNK};
    uint32_t index = ph_rotation_chunk_index(N, f->s.mapping, (ph_core_index_t){1}, (ph_validator_index_t){v}).v;
    ph_coded_chunk(coded, f->arena, &response.chunk, what[v] == ANOTHERS ? (index + 1) % N : index);
    if (what[v] == SPOILT) {
        response.chunk.chunk = ph_bytes_copy(f->arena, response.chunk.chunk);
        response.chunk.chunk.data[0] ^= 1;
    }
    ph_writer_t w = ph_writer_in(f->arena);
    ph_chunk_fetching_response_v2_encode(&w, &response);
    if (what[v] == FAILS)
        ph_harness_reply(f->h, msg,
                         &(ph_res_bytes_request_failure_t){.kind = PH_RES_BYTES_REQUEST_FAILURE_ERR,
                                                           .err = {PH_REQUEST_FAILURE_TIMEOUT}});
    else
        answer(f, msg,
               what[v] == NONE      ? PH_BYTES_LIT("\x01")
               : what[v] == RUBBISH ? PH_BYTES_LIT("\x00 rubbish")
                                    : ph_writer_bytes(&w));
    return true;
}

static void answer_chunks(fixture_t *f, const ph_coded_t *coded, const what_t what[N])
{
    while (answer_chunk(f, coded, what))
        ;
    ph_harness_advance(f->h, 50);
}

static size_t penalties(fixture_t *f, bool of[N])
{
    size_t count = 0;
    memset(of, 0, N);
    for (ph_msg_t *msg; (msg = ph_harness_take(f->h, PH_SUBSYSTEM_NETWORK_BRIDGE, PH_MSG_NETWORK_BRIDGE_REPORT_PEER));
         count++) {
        const ph_msg_network_bridge_report_peer_t *out = ph_msg_payload(msg);
        assert_int_equal(out->reputation.kind, PH_REPUTATION_COST_MAJOR);
        assert_in_range(out->peer.v, 1, N);
        of[out->peer.v - 1] = true;
    }
    return count;
}

static void assert_recovered(fixture_t *f, ph_harness_question_t *q)
{
    ph_harness_advance(f->h, 50);
    const ph_res_shared_available_data_recovery_error_t *got = ph_harness_answer(f->h, q, NULL);
    assert_non_null(got);
    assert_int_equal(got->kind, PH_RES_SHARED_AVAILABLE_DATA_RECOVERY_ERROR_OK);
    assert_true(ph_available_data_equal(got->ok.v, &f->data));
    ph_harness_expect_nothing(f->h);
}

static void assert_not_recovered(fixture_t *f, ph_harness_question_t *q, ph_recovery_error_kind_t kind)
{
    ph_harness_advance(f->h, 50);
    const ph_res_shared_available_data_recovery_error_t *got = ph_harness_answer(f->h, q, NULL);
    assert_non_null(got);
    assert_int_equal(got->kind, PH_RES_SHARED_AVAILABLE_DATA_RECOVERY_ERROR_ERR);
    assert_int_equal(got->err.kind, kind);
    ph_harness_expect_nothing(f->h);
}

static const what_t all_good[N] = {GOOD};

/* ---- the order of things ---- */

static void our_own_store_first(void **state)
{
    fixture_t *f = *state;
    ph_harness_question_t *q = recover(f, 1);
    answer_session(f);
    answer_own_data(f, &f->data);
    assert_recovered(f, q);
}

static void then_the_backers(void **state)
{
    fixture_t *f = *state;
    uint32_t first, second;
    ph_harness_question_t *q = recover(f, 1);
    answer_session(f);
    answer_own_data(f, NULL);
    answer(f, expect_backer(f, &first), PH_BYTES_LIT("\x01")); /* does not have it */
    answer(f, expect_backer(f, &second), full(f, &f->data));
    assert_int_equal(first + second, 2 + 3);
    assert_recovered(f, q);
}

static void then_any_chunks(void **state)
{
    fixture_t *f = *state;
    uint32_t to;
    bool bad[N];
    ph_harness_question_t *q = recover(f, 1);
    answer_session(f);
    answer_own_data(f, NULL);
    answer(f, expect_backer(f, &to), PH_BYTES_LIT("\x07rubbish"));
    ph_harness_reply(f->h, expect_backer(f, &to),
                     &(ph_res_bytes_request_failure_t){.kind = PH_RES_BYTES_REQUEST_FAILURE_ERR,
                                                       .err = {PH_REQUEST_FAILURE_DISCONNECTED}});
    answer_own_chunks(f, NULL, 0);
    answer_chunks(f, f->coded, all_good);
    assert_int_equal(penalties(f, bad), 0);
    assert_recovered(f, q);
}

static void without_a_group_chunks_at_once_our_own_first(void **state)
{
    fixture_t *f = *state;
    for (int group = -1; group < 10; group += 9) { /* none named; one that does not exist */
        f->receipt.descriptor.para_id.v++;
        ph_harness_question_t *q = recover(f, group);
        answer_session(f);
        answer_own_data(f, NULL);
        answer_own_chunks(f, (const uint32_t[]){0, 5, 6}, group < 0 ? 3 : 1);
        size_t asked = 0;
        memset(f->asked, 0, sizeof f->asked);
        answer_chunks(f, f->coded, all_good);
        for (uint32_t v = 0; v < N; v++)
            asked += f->asked[v];
        assert_int_equal(f->asked[0], 0);
        if (group < 0)
            assert_int_equal(asked, 0);
        else
            assert_in_range(asked, K - 1, K + 1); /* as many as are missing, and two to spare */
        assert_recovered(f, q);
    }
}

static void any_k_good_chunks_do(void **state)
{
    fixture_t *f = *state;
    /* Every set of three out of seven. */
    for (uint32_t set = 0; set < 1u << N; set++) {
        what_t what[N];
        bool bad[N];
        if (__builtin_popcount(set) != K)
            continue;
        for (uint32_t v = 0; v < N; v++)
            what[v] = set >> v & 1 ? GOOD : (what_t)(NONE + (v + set) % 5);
        f->receipt.descriptor.reserved2.bytes[0] = (uint8_t)set; /* another candidate each time */
        ph_harness_question_t *q = recover(f, -1);
        answer_session(f);
        answer_own_data(f, NULL);
        answer_own_chunks(f, NULL, 0);
        answer_chunks(f, f->coded, what);
        penalties(f, bad);
        for (uint32_t v = 0; v < N; v++)
            if (bad[v])
                assert_true(what[v] == SPOILT || what[v] == ANOTHERS || what[v] == RUBBISH);
        assert_recovered(f, q);
    }
}

static void bad_chunks_cost(void **state)
{
    fixture_t *f = *state;
    static const what_t what[N] = {SPOILT, ANOTHERS, RUBBISH, NONE, FAILS, NONE, NONE};
    bool bad[N];
    ph_harness_question_t *q = recover(f, -1);
    answer_session(f);
    answer_own_data(f, NULL);
    answer_own_chunks(f, NULL, 0);
    answer_chunks(f, f->coded, what);
    assert_true(penalties(f, bad) >= 3);
    for (uint32_t v = 0; v < N; v++)
        assert_int_equal(bad[v], v < 3);
    assert_not_recovered(f, q, PH_RECOVERY_ERROR_UNAVAILABLE);
}

static void too_few_are_unavailable_after_some_rounds(void **state)
{
    fixture_t *f = *state;
    static const what_t what[N] = {GOOD, GOOD, NONE, NONE, NONE, FAILS, FAILS};
    bool bad[N];
    ph_harness_question_t *q = recover(f, -1);
    answer_session(f);
    answer_own_data(f, NULL);
    answer_own_chunks(f, NULL, 0);
    answer_chunks(f, f->coded, what);
    assert_int_equal(penalties(f, bad), 0);
    assert_int_equal(f->asked[0], 1); /* what we have we do not ask for again */
    assert_int_equal(f->asked[1], 1);
    for (uint32_t v = 2; v < 5; v++)
        assert_int_equal(f->asked[v], 1); /* who answered has said it */
    for (uint32_t v = 5; v < N; v++)
        assert_in_range(f->asked[v], 2, 5); /* who could not be reached is tried again */
    assert_not_recovered(f, q, PH_RECOVERY_ERROR_UNAVAILABLE);
    q = recover(f, -1); /* not remembered: it may be there next time */
    answer_session(f);
    answer_own_data(f, &f->data);
    assert_recovered(f, q);
}

static void the_mapping_is_followed(void **state)
{
    fixture_t *f = *state;
    bool bad[N];
    f->s.mapping = true;
    ph_harness_question_t *q = recover(f, -1);
    answer_session(f);
    answer_own_data(f, NULL);
    answer_own_chunks(f, (const uint32_t[]){0}, 1); /* chunk 0 is not the one of validator 0 then: left aside */
    answer_chunks(f, f->coded, all_good);
    assert_int_equal(penalties(f, bad), 0);
    assert_recovered(f, q);
}

/* ---- the end check ---- */

/* A backer with the right PoV and other validation data proves nothing about the candidate. */
static void a_lying_backer_is_passed_over(void **state)
{
    fixture_t *f = *state;
    uint32_t to;
    ph_available_data_t lie = f->data;
    lie.validation_data.parent_head.v = PH_BYTES_LIT("another head");
    ph_harness_question_t *q = recover(f, 1);
    answer_session(f);
    answer_own_data(f, NULL);
    answer(f, expect_backer(f, &to), full(f, &lie));
    ph_harness_advance(f->h, 50);
    lie = f->data;
    lie.pov.block_data.v = PH_BYTES_LIT("another proof");
    answer(f, expect_backer(f, &to), full(f, &lie));
    ph_harness_advance(f->h, 50);
    answer_own_chunks(f, NULL, 0);
    answer_chunks(f, f->coded, all_good);
    assert_recovered(f, q);
}

/* Chunks that are proven against the root, and do not come from the encoding of anything: their author lied. */
static void chunks_that_encode_to_another_root_are_invalid(void **state)
{
    fixture_t *f = *state;
    /* Data followed by padding that an honest encoder leaves zero. */
    ph_writer_t w = ph_writer_in(f->arena);
    ph_available_data_encode(&w, &f->data);
    ph_write(&w, "more behind the data", 20);
    ph_coded_t *coded;
    assert_int_equal(ph_coded_new(&coded, N, ph_writer_bytes(&w)), PH_OK);
    f->receipt.descriptor.erasure_root = *ph_coded_root(coded);
    for (int round = 0; round < 2; round++) {
        ph_harness_question_t *q = recover(f, -1);
        if (round == 0) {
            bool bad[N];
            answer_session(f);
            answer_own_data(f, NULL);
            answer_own_chunks(f, NULL, 0);
            answer_chunks(f, coded, all_good);
            assert_int_equal(penalties(f, bad), 0);
        }
        assert_not_recovered(f, q, PH_RECOVERY_ERROR_INVALID); /* a verdict is remembered */
    }
    ph_coded_unref(coded);
}

static void what_does_not_decode_is_invalid(void **state)
{
    fixture_t *f = *state;
    ph_coded_t *coded;
    assert_int_equal(ph_coded_new(&coded, N, PH_BYTES_LIT("\xff\xff\xff\xff this is no available data at all")), PH_OK);
    f->receipt.descriptor.erasure_root = *ph_coded_root(coded);
    ph_harness_question_t *q = recover(f, -1);
    answer_session(f);
    answer_own_data(f, NULL);
    answer_own_chunks(f, NULL, 0);
    answer_chunks(f, coded, all_good);
    assert_not_recovered(f, q, PH_RECOVERY_ERROR_INVALID);
    ph_coded_unref(coded);
}

/* ---- shared and remembered ---- */

static void questions_for_one_candidate_share_a_recovery(void **state)
{
    fixture_t *f = *state;
    ph_harness_question_t *a = recover(f, -1), *b = recover(f, 1);
    answer_session(f);
    answer_own_data(f, &f->data);
    assert_recovered(f, a);
    assert_recovered(f, b);
    assert_recovered(f, recover(f, -1)); /* remembered */
    for (uint8_t i = 1; i <= 16; i++) {
        f->receipt.descriptor.reserved2.bytes[1] = i;
        a = recover(f, -1);
        answer_session(f);
        answer_own_data(f, &f->data);
        assert_recovered(f, a);
    }
    f->receipt.descriptor.reserved2.bytes[1] = 0; /* the seventeenth pushed the first out */
    a = recover(f, -1);
    answer_session(f);
    answer_own_data(f, &f->data);
    assert_recovered(f, a);
}

static void without_the_session_it_is_unavailable(void **state)
{
    fixture_t *f = *state;
    ph_harness_question_t *q = recover(f, -1);
    ph_harness_reply(f->h, EXPECT_API(f->h, SESSION_INFO),
                     &(ph_res_opt_session_info_runtime_api_error_t){.kind = PH_RES_OK});
    assert_not_recovered(f, q, PH_RECOVERY_ERROR_UNAVAILABLE);
}

/* ---- serving ---- */

static void data_is_served_from_the_store(void **state)
{
    fixture_t *f = *state;
    for (int here = 0; here < 2; here++) {
        ph_msg_availability_recovery_incoming_available_data_request_t msg = {
            {1}, 70, {ph_hash_of_receipt(&f->receipt)}};
        ph_harness_send(f->h, PH_MSG_AVAILABILITY_RECOVERY_INCOMING_AVAILABLE_DATA_REQUEST, &msg);
        answer_own_data(f, here ? &f->data : NULL);
        const ph_msg_network_bridge_respond_t *out =
            ph_msg_payload(ph_harness_expect(f->h, PH_SUBSYSTEM_NETWORK_BRIDGE, PH_MSG_NETWORK_BRIDGE_RESPOND));
        assert_int_equal(out->ticket, 70);
        assert_true(out->response.some);
        assert_true(ph_bytes_equal(out->response.value, here ? full(f, &f->data) : PH_BYTES_LIT("\x01")));
    }
}

/* ---- the spot check ---- */

/* A block in which the lot for this candidate falls on `validator`. */
static uint32_t block_drawing(fixture_t *f, uint32_t validator)
{
    ph_candidate_hash_t candidate = ph_hash_of_receipt(&f->receipt);
    for (uint32_t block = 1;; block++) {
        uint8_t both[64], digest[32];
        ph_hash_t hash = ph_harness_hash(block);
        memcpy(both, candidate.bytes, 32);
        memcpy(both + 32, hash.bytes, 32);
        ph_blake2_256(digest, ph_bytes(both, sizeof both));
        if (ph_get_u64(digest) % N == validator)
            return block;
    }
}

static void include_in(fixture_t *f, uint32_t block)
{
    ph_candidate_event_t event = {.kind = PH_CANDIDATE_EVENT_CANDIDATE_INCLUDED};
    event.candidate_included._0 = f->receipt;
    event.candidate_included._2.v = 1;
    f->config.keystore = f->ks;
    activate(f->h, block, block, block - 1);
    session_answer_validators(&f->s, f->h);
    session_answer_index(&f->s, f->h);
    ph_harness_reply(f->h, EXPECT_API(f->h, CANDIDATE_EVENTS),
                     &(ph_res_vec_candidate_event_runtime_api_error_t){.kind = PH_RES_OK, .ok = {&event, 1}});
}

static void the_drawn_validator_checks_from_chunks_alone(void **state)
{
    fixture_t *f = *state;
    uint32_t block = block_drawing(f, ME);
    include_in(f, block);
    answer_session(f);
    activate(f->h, 9999, block + 1, block); /* the leaf is replaced: the check goes on */
    for (ph_msg_t *msg; (msg = ph_harness_take(f->h, PH_SUBSYSTEM_RUNTIME_API, PH_MSG_RUNTIME_API_REQUEST_VALIDATORS));)
        ph_harness_drop(f->h, msg);
    answer_chunks(f, f->coded, all_good); /* neither the store nor backers are asked */
    ph_harness_advance(f->h, 50);
    assert_int_equal(ph_harness_events(f->h, "data-recovered"), 1);
    ph_harness_expect_nothing(f->h);
}

static void a_failed_check_is_said(void **state)
{
    fixture_t *f = *state;
    static const what_t nothing[N] = {NONE, NONE, NONE, NONE, NONE, NONE, NONE};
    include_in(f, block_drawing(f, ME));
    answer_session(f);
    answer_chunks(f, f->coded, nothing);
    assert_int_equal(ph_harness_events(f->h, "data-recovered"), 0);
    assert_int_equal(ph_harness_events(f->h, "data-not-recovered"), 1);
}

static void others_do_not(void **state)
{
    fixture_t *f = *state;
    include_in(f, block_drawing(f, 3));
    ph_harness_advance(f->h, SLOT_MS);
    ph_harness_expect_nothing(f->h);
}

static void conclude_at_any_point(void **state)
{
    (void)state;
    for (int point = 0; point < 6; point++) {
        void *inner;
        ph_err_t err;
        uint32_t to;
        setup(&inner);
        fixture_t *f = inner;
        ph_harness_question_t *q = recover(f, 1);
        if (point > 0)
            answer_session(f);
        if (point > 1)
            answer_own_data(f, NULL);
        if (point > 2) {
            answer(f, expect_backer(f, &to), PH_BYTES_LIT("\x01"));
            answer(f, expect_backer(f, &to), PH_BYTES_LIT("\x01"));
        }
        if (point > 3)
            answer_own_chunks(f, NULL, 0);
        if (point > 4)
            while (answer_chunk(f, f->coded, all_good))
                ; /* decoding is under way */
        ph_harness_conclude(f->h);
        ph_harness_advance(f->h, 1000);
        assert_null(ph_harness_answer(f->h, q, &err));
        ph_harness_drop_all(f->h);
        teardown(&inner);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(our_own_store_first, setup, teardown),
        cmocka_unit_test_setup_teardown(then_the_backers, setup, teardown),
        cmocka_unit_test_setup_teardown(then_any_chunks, setup, teardown),
        cmocka_unit_test_setup_teardown(without_a_group_chunks_at_once_our_own_first, setup, teardown),
        cmocka_unit_test_setup_teardown(any_k_good_chunks_do, setup, teardown),
        cmocka_unit_test_setup_teardown(bad_chunks_cost, setup, teardown),
        cmocka_unit_test_setup_teardown(too_few_are_unavailable_after_some_rounds, setup, teardown),
        cmocka_unit_test_setup_teardown(the_mapping_is_followed, setup, teardown),
        cmocka_unit_test_setup_teardown(a_lying_backer_is_passed_over, setup, teardown),
        cmocka_unit_test_setup_teardown(chunks_that_encode_to_another_root_are_invalid, setup, teardown),
        cmocka_unit_test_setup_teardown(what_does_not_decode_is_invalid, setup, teardown),
        cmocka_unit_test_setup_teardown(questions_for_one_candidate_share_a_recovery, setup, teardown),
        cmocka_unit_test_setup_teardown(without_the_session_it_is_unavailable, setup, teardown),
        cmocka_unit_test_setup_teardown(data_is_served_from_the_store, setup, teardown),
        cmocka_unit_test_setup_teardown(the_drawn_validator_checks_from_chunks_alone, setup, teardown),
        cmocka_unit_test_setup_teardown(a_failed_check_is_said, setup, teardown),
        cmocka_unit_test_setup_teardown(others_do_not, setup, teardown),
        cmocka_unit_test(conclude_at_any_point),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
