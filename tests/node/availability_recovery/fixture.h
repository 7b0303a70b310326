/* Availability Recovery's surroundings: a candidate whose chunks can be anything, played stores and peers. */
#ifndef PH_TESTS_NODE_AVAILABILITY_RECOVERY_FIXTURE_H
#define PH_TESTS_NODE_AVAILABILITY_RECOVERY_FIXTURE_H

#include "node/session_parts.h"

#include "crypto/hash.h"
#include "erasure/erasure.h"
#include "erasure/proof.h"
#include "node/availability_recovery/availability_recovery.h"
#include "primitives/hash_of.h"
#include "protocol/availability_recovery.h"
#include "protocol/availability_store.h"
#include "protocol/network_bridge.h"
#include "protocol/routes.h"

/* Ten validators: any four chunks do. Groups of two. */
enum { N = 10, ME = 2, NEEDED = 4, GROUP = 3, TRIES = 5, NO_GROUP = 99, VALID = -1 };

/* Whoever asks for data (approval voting, once it is there) is played here by one that asks nobody otherwise. */
static const ph_route_t one_that_asks = {PH_SUBSYSTEM_AVAILABILITY_RECOVERY,
                                         PH_MSG_AVAILABILITY_RECOVERY_RECOVER_AVAILABLE_DATA, false};

typedef struct fixture {
    ph_subsystem_info_t table[PH_SUBSYSTEM_COUNT];
    session_t s;
    ph_harness_t *h;
    ph_keystore_t *ks;
    ph_availability_recovery_config_t config;
    ph_arena_t *arena;
    ph_available_data_t data;
    ph_candidate_receipt_t receipt;
    uint8_t *chunks;
    size_t chunk_len, shorter; /* the second half of the chunks is by so much shorter */
    ph_erasure_tree_t *tree;
    ph_msg_t *asked[64];
    uint32_t from[64];
    size_t asked_count;
} fixture_t;

static inline ph_bytes_t chunk_bytes(const fixture_t *f, uint32_t index)
{
    return ph_bytes(f->chunks + index * f->chunk_len, f->chunk_len - (index < N / 2 ? 0 : f->shorter));
}

/* The root becomes that of the chunks as they are. */
static inline void commit(fixture_t *f)
{
    uint8_t hashes[N * 32];
    for (uint32_t i = 0; i < N; i++)
        ph_blake2_256(hashes + i * 32, chunk_bytes(f, i));
    ph_erasure_tree_free(f->tree);
    f->tree = ph_erasure_tree_new(hashes, N);
    memcpy(f->receipt.descriptor.erasure_root.bytes, ph_erasure_tree_root(f->tree), 32);
}

static inline fixture_t *fixture_new(bool checks)
{
    fixture_t *f = ph_mem_alloc(NULL, sizeof *f);
    session_init(&f->s, N, 2);
    f->arena = ph_arena_new();
    f->data.pov.block_data.v = PH_BYTES_LIT("a proof of validity, long enough for ten chunks");
    f->data.validation_data.parent_head.v = PH_BYTES_LIT("head");
    f->receipt.descriptor.pov_hash = ph_hash_of_pov(&f->data.pov);
    f->receipt.descriptor.persisted_validation_data_hash = ph_hash_of_validation_data(&f->data.validation_data);
    ph_writer_t w = ph_writer_in(f->arena);
    ph_available_data_encode(&w, &f->data);
    f->chunk_len = ph_erasure_chunk_len(N, ph_writer_bytes(&w).len);
    f->chunks = ph_arena_alloc(f->arena, N * f->chunk_len);
    ph_erasure_t *erasure = ph_erasure_new(NULL);
    assert_int_equal(ph_erasure_encode(erasure, f->chunks, N * f->chunk_len, N, ph_writer_bytes(&w)), PH_OK);
    ph_erasure_free(erasure);
    commit(f);
    memcpy(f->table, ph_subsystems, sizeof f->table);
    f->table[PH_SUBSYSTEM_CHAIN_API].route_count = 1;
    f->table[PH_SUBSYSTEM_CHAIN_API].routes = &one_that_asks;
    f->config.slot_ms = 6000;
    f->h = ph_harness_new_with(f->table, PH_SUBSYSTEM_COUNT, PH_SUBSYSTEM_AVAILABILITY_RECOVERY,
                               &ph_availability_recovery_ops, &f->config);
    session_register(&f->s, f->h);
    f->ks = session_keystore(&f->s, ph_harness_env(f->h), ME);
    f->config.keystore = checks ? f->ks : NULL;
    return f;
}

static inline int setup(void **state)
{
    *state = fixture_new(false);
    return 0;
}

static inline int setup_checks(void **state)
{
    *state = fixture_new(true);
    return 0;
}

static inline int teardown(void **state)
{
    fixture_t *f = *state;
    ph_harness_free(f->h);
    ph_keystore_free(f->ks);
    ph_erasure_tree_free(f->tree);
    ph_arena_free(f->arena);
    ph_mem_free(f);
    return 0;
}

/* ---- the world around ---- */

static inline ph_harness_question_t *ask(fixture_t *f, uint32_t group)
{
    ph_msg_availability_recovery_recover_available_data_t msg = {
        f->receipt, {SESSION}, {group != NO_GROUP, {group}}, {true, {1}}};
    return ph_harness_ask(f->h, PH_MSG_AVAILABILITY_RECOVERY_RECOVER_AVAILABLE_DATA, &msg);
}

static inline void answer_data(fixture_t *f, bool some)
{
    ph_msg_t *msg =
        ph_harness_expect(f->h, PH_SUBSYSTEM_AVAILABILITY_STORE, PH_MSG_AVAILABILITY_STORE_QUERY_AVAILABLE_DATA);
    ph_shared_available_data_t data = ph_shared_available_data_new(&f->data);
    ph_harness_reply(f->h, msg, &(ph_opt_shared_available_data_t){some, data});
    ph_shared_available_data_unref(data);
}

static inline ph_erasure_chunk_t chunk_of(fixture_t *f, uint32_t index)
{
    ph_bytes_t *nodes = ph_arena_alloc(f->arena, PH_ERASURE_PROOF_NODES_MAX * sizeof *nodes);
    size_t count = ph_erasure_tree_proof(f->tree, nodes, index);
    return (ph_erasure_chunk_t){chunk_bytes(f, index), {index}, {{nodes, count}}};
}

/* Our own store has so many chunks. */
static inline void answer_own_chunks(fixture_t *f, uint32_t count)
{
    ph_msg_t *msg =
        ph_harness_expect(f->h, PH_SUBSYSTEM_AVAILABILITY_STORE, PH_MSG_AVAILABILITY_STORE_QUERY_ALL_CHUNKS);
    ph_available_chunk_t own[N];
    for (uint32_t i = 0; i < count; i++) {
        ph_erasure_chunk_t chunk = chunk_of(f, i);
        own[i] = (ph_available_chunk_t){{i}, ph_shared_erasure_chunk_new(&chunk)};
    }
    ph_harness_reply(f->h, msg, &(ph_vec_available_chunk_t){own, count});
    for (uint32_t i = 0; i < count; i++)
        ph_shared_erasure_chunk_unref(own[i].chunk);
}

/* Up to the point where the network is asked. */
static inline ph_harness_question_t *begin(fixture_t *f, uint32_t group)
{
    ph_harness_question_t *q = ask(f, group);
    session_answer_info(&f->s, f->h);
    session_answer_features(&f->s, f->h);
    answer_data(f, false);
    if (group == NO_GROUP)
        answer_own_chunks(f, 0);
    return q;
}

static inline uint32_t validator_of(fixture_t *f, const ph_recipient_t *to)
{
    assert_int_equal(to->kind, PH_RECIPIENT_AUTHORITY);
    for (uint32_t i = 0; i < N; i++)
        if (memcmp(&to->authority, &f->s.discovery[i], 32) == 0)
            return i;
    fail_msg("nobody's key");
    return 0;
}

/* All chunk requests out now: f->asked. */
static inline size_t collect(fixture_t *f)
{
    ph_candidate_hash_t candidate = ph_hash_of_receipt(&f->receipt);
    f->asked_count = 0;
    for (ph_msg_t *msg;
         (msg = ph_harness_take(f->h, PH_SUBSYSTEM_NETWORK_BRIDGE, PH_MSG_NETWORK_BRIDGE_SEND_REQUEST));) {
        const ph_msg_network_bridge_send_request_t *out = ph_msg_payload(msg);
        ph_chunk_fetching_request_t request;
        assert_int_equal(out->protocol, PH_PROTO_REQ_CHUNK_2);
        assert_int_equal(ph_chunk_fetching_request_decode_all(out->request, f->arena, &request), PH_OK);
        assert_memory_equal(&request.candidate_hash, &candidate, 32);
        assert_int_equal(request.index.v, validator_of(f, &out->to));
        f->from[f->asked_count] = request.index.v;
        f->asked[f->asked_count++] = msg;
    }
    return f->asked_count;
}

static inline void answer_bytes(fixture_t *f, ph_msg_t *msg, ph_bytes_t bytes)
{
    ph_harness_reply(f->h, msg, &(ph_res_bytes_request_failure_t){.kind = PH_RES_OK, .ok = bytes});
}

static inline void answer_failure(fixture_t *f, ph_msg_t *msg)
{
    ph_harness_reply(f->h, msg,
                     &(ph_res_bytes_request_failure_t){.kind = PH_RES_ERR, .err = {PH_REQUEST_FAILURE_TIMEOUT}});
}

static inline void answer_chunk(fixture_t *f, ph_msg_t *msg, const ph_erasure_chunk_t *chunk)
{
    ph_chunk_fetching_response_v2_t response = {.kind = PH_CHUNK_FETCHING_RESPONSE_V2_NO_SUCH_CHUNK};
    if (chunk)
        response = (ph_chunk_fetching_response_v2_t){.kind = PH_CHUNK_FETCHING_RESPONSE_V2_CHUNK, .chunk = *chunk};
    ph_writer_t w = ph_writer_in(f->arena);
    ph_chunk_fetching_response_v2_encode(&w, &response);
    answer_bytes(f, msg, ph_writer_bytes(&w));
}

static inline uint32_t index_of(const fixture_t *f, uint32_t validator)
{
    return ph_rotation_chunk_index(N, f->s.mapping, (ph_core_index_t){1}, (ph_validator_index_t){validator}).v;
}

/* The first `count` of those asked give their chunk. */
static inline void give_chunks(fixture_t *f, size_t count)
{
    assert_true(collect(f) >= count);
    for (size_t i = 0; i < count; i++) {
        ph_erasure_chunk_t chunk = chunk_of(f, index_of(f, f->from[i]));
        answer_chunk(f, f->asked[i], &chunk);
    }
}

static inline ph_msg_t *expect_data_request(fixture_t *f, uint32_t *from)
{
    ph_msg_t *msg = ph_harness_expect(f->h, PH_SUBSYSTEM_NETWORK_BRIDGE, PH_MSG_NETWORK_BRIDGE_SEND_REQUEST);
    const ph_msg_network_bridge_send_request_t *out = ph_msg_payload(msg);
    assert_int_equal(out->protocol, PH_PROTO_REQ_AVAILABLE_DATA_1);
    *from = validator_of(f, &out->to);
    ph_harness_expect_nothing(f->h); /* one at a time */
    return msg;
}

static inline void give_data(fixture_t *f, ph_msg_t *msg, const ph_available_data_t *data)
{
    ph_available_data_fetching_response_t response = {.kind = PH_AVAILABLE_DATA_FETCHING_RESPONSE_NO_SUCH_DATA};
    if (data)
        response = (ph_available_data_fetching_response_t){.kind = PH_AVAILABLE_DATA_FETCHING_RESPONSE_AVAILABLE_DATA,
                                                           .available_data = *data};
    ph_writer_t w = ph_writer_in(f->arena);
    ph_available_data_fetching_response_encode(&w, &response);
    answer_bytes(f, msg, ph_writer_bytes(&w));
    ph_harness_advance(f->h, 20); /* coding takes its time */
}

static inline void expect_answer(fixture_t *f, ph_harness_question_t *q, int error)
{
    ph_harness_advance(f->h, 20);
    const ph_res_shared_available_data_recovery_error_t *answer = ph_harness_answer(f->h, q, NULL);
    assert_non_null(answer);
    assert_int_equal(answer->kind, error == VALID ? PH_RES_OK : PH_RES_ERR);
    if (error == VALID)
        assert_true(ph_available_data_equal(answer->ok.v, &f->data));
    else
        assert_int_equal(answer->err.kind, error);
    ph_harness_expect_nothing(f->h);
}

#endif
