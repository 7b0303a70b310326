/* Availability Distribution's surroundings: a session in groups of two, one encoded candidate, played store and peers.
 */
#ifndef PH_TESTS_NODE_AVAILABILITY_DISTRIBUTION_FIXTURE_H
#define PH_TESTS_NODE_AVAILABILITY_DISTRIBUTION_FIXTURE_H

#include "node/session_parts.h"

#include "erasure/coded.h"
#include "node/availability_distribution/availability_distribution.h"
#include "protocol/availability_distribution.h"
#include "protocol/availability_store.h"
#include "protocol/network_bridge.h"

/* Groups {0 1} {2 3} {4 5}; group i works on core i until the groups rotate. */
enum {
    N = 6,
    ME = 2,
    OWN_GROUP = 1,
    CORES = 3,
    SLOT_MS = 6000,
    PAUSE_MS = SLOT_MS / 12,
    STORE_PAUSE_MS = SLOT_MS / 60
};

typedef struct fixture {
    session_t s;
    ph_harness_t *h;
    ph_keystore_t *ks;
    ph_availability_distribution_config_t config;
    ph_core_state_t cores[CORES];
    ph_coded_t *coded;
    ph_arena_t *arena;
} fixture_t;

static inline fixture_t *fixture_new(bool with_keys)
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

static inline int setup(void **state)
{
    *state = fixture_new(true);
    return 0;
}

static inline int teardown(void **state)
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

static inline void occupy(fixture_t *f, uint32_t core, uint32_t group_responsible)
{
    ph_core_state_t *c = &f->cores[core];
    c->kind = PH_CORE_STATE_OCCUPIED;
    c->occupied.group_responsible.v = group_responsible;
    c->occupied.candidate_hash.bytes[0] = (uint8_t)(10 + core);
    c->occupied.candidate_descriptor.erasure_root = *ph_coded_root(f->coded);
}

/* The leaf is the only block of its session that is looked at. */
static inline void answer_runtime(fixture_t *f)
{
    session_answer_ancestors(f->h, (uint32_t[]){0}, 1);
    session_answer_index(&f->s, f->h);
    session_answer_info(&f->s, f->h);
    session_answer_features(&f->s, f->h);
    session_answer_cores(f->h, f->cores, CORES);
}

static inline ph_msg_t *expect_is_it_here(fixture_t *f, uint32_t core)
{
    ph_msg_t *msg =
        ph_harness_expect(f->h, PH_SUBSYSTEM_AVAILABILITY_STORE, PH_MSG_AVAILABILITY_STORE_QUERY_CHUNK_AVAILABILITY);
    const ph_msg_availability_store_query_chunk_availability_t *in = ph_msg_payload(msg);
    assert_int_equal(in->candidate.bytes[0], 10 + core);
    assert_int_equal(in->validator.v, ME);
    return msg;
}

static inline void say_here(fixture_t *f, ph_msg_t *msg, bool here)
{
    ph_harness_reply(f->h, msg, &here);
}

/* A leaf with one candidate that we lack. */
static inline void begin(fixture_t *f, uint32_t core, uint32_t group_responsible)
{
    occupy(f, core, group_responsible);
    activate(f->h, 1, 1, 0);
    answer_runtime(f);
    say_here(f, expect_is_it_here(f, core), false);
}

static inline ph_msg_t *expect_request(fixture_t *f, uint32_t core, uint32_t *from)
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

static inline ph_erasure_chunk_t chunk_at(fixture_t *f, uint32_t index)
{
    ph_erasure_chunk_t chunk;
    ph_coded_chunk(f->coded, f->arena, &chunk, index);
    return chunk;
}

static inline void answer_bytes(fixture_t *f, ph_msg_t *msg, ph_bytes_t bytes)
{
    ph_harness_reply(f->h, msg, &(ph_res_bytes_request_failure_t){.kind = PH_RES_OK, .ok = bytes});
}

static inline void answer_with(fixture_t *f, ph_msg_t *msg, const ph_chunk_fetching_response_v2_t *response)
{
    ph_writer_t w = ph_writer_in(f->arena);
    ph_chunk_fetching_response_v2_encode(&w, response);
    answer_bytes(f, msg, ph_writer_bytes(&w));
}

static inline void answer_chunk(fixture_t *f, ph_msg_t *msg, ph_erasure_chunk_t chunk)
{
    answer_with(f, msg,
                &(ph_chunk_fetching_response_v2_t){.kind = PH_CHUNK_FETCHING_RESPONSE_V2_CHUNK, .chunk = chunk});
}

static inline void answer_none(fixture_t *f, ph_msg_t *msg)
{
    answer_with(f, msg, &(ph_chunk_fetching_response_v2_t){.kind = PH_CHUNK_FETCHING_RESPONSE_V2_NO_SUCH_CHUNK});
}

static inline void answer_failure(fixture_t *f, ph_msg_t *msg, ph_request_failure_kind_t kind)
{
    ph_harness_reply(f->h, msg, &(ph_res_bytes_request_failure_t){.kind = PH_RES_ERR, .err = {(uint8_t)kind}});
}

static inline ph_msg_t *expect_store(fixture_t *f, uint32_t core, uint32_t index)
{
    ph_msg_t *msg = ph_harness_expect(f->h, PH_SUBSYSTEM_AVAILABILITY_STORE, PH_MSG_AVAILABILITY_STORE_STORE_CHUNK);
    const ph_msg_availability_store_store_chunk_t *in = ph_msg_payload(msg);
    ph_erasure_chunk_t expected = chunk_at(f, index);
    assert_int_equal(in->candidate.bytes[0], 10 + core);
    assert_int_equal(in->validator.v, ME);
    assert_true(ph_erasure_chunk_equal(in->chunk.v, &expected));
    return msg;
}

static inline void answer_store(fixture_t *f, ph_msg_t *msg, int error)
{
    ph_res_unit_store_error_t result = {.kind = error < 0 ? PH_RES_OK : PH_RES_ERR};
    if (error >= 0)
        result.err.kind = (uint8_t)error;
    ph_harness_reply(f->h, msg, &result);
}

static inline void expect_major(fixture_t *f, uint32_t validator)
{
    ph_msg_t *msg = ph_harness_expect(f->h, PH_SUBSYSTEM_NETWORK_BRIDGE, PH_MSG_NETWORK_BRIDGE_REPORT_PEER);
    const ph_msg_network_bridge_report_peer_t *out = ph_msg_payload(msg);
    assert_int_equal(out->peer.v, validator + 1);
    assert_int_equal(out->reputation.kind, PH_REPUTATION_COST_MAJOR);
    assert_true(out->reason.len > 0);
}

static inline void expect_silence(fixture_t *f)
{
    ph_harness_expect_nothing(f->h);
    ph_harness_advance(f->h, 2 * SLOT_MS);
    ph_harness_expect_nothing(f->h);
}

#endif
