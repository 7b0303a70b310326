/* Nine validators in a grid of 3 × 3 (validator = position) and three groups {0,4,8}, {1,5,6}, {2,3,7}, group g on core
 * g for para 1000 + g; backed by two votes. We are validator 0: our row is 1, 2, our column 3, 6. Peer 100 + v is
 * validator v. A test that wants others defines FIXTURE_LAYOUT, V, GROUPS, SIZE and group_members first.
 */
#ifndef PH_TESTS_STATEMENT_DISTRIBUTION_FIXTURE_H
#define PH_TESTS_STATEMENT_DISTRIBUTION_FIXTURE_H

#include "support/cmocka.h"
#include "support/harness.h"

#include "crypto/sr25519.h"
#include "node/statement_distribution/statement_distribution.h"
#include "primitives/hash_of.h"
#include "primitives/payload.h"
#include "protocol/candidate_backing.h"
#include "protocol/network_bridge.h"
#include "protocol/runtime_api.h"
#include "protocol/statement_distribution.h"

#ifndef FIXTURE_LAYOUT
enum { V = 9, GROUPS = 3, SIZE = 3 };
static const uint32_t group_members[GROUPS][SIZE] = {{0, 4, 8}, {1, 5, 6}, {2, 3, 7}};
#endif
enum { SESSION = 7, S = PH_COMPACT_STATEMENT_SECONDED, VALID = PH_COMPACT_STATEMENT_VALID };

typedef struct fixture {
    ph_harness_t *h;
    ph_arena_t *arena;
    ph_keystore_t *keystore;
    ph_statement_distribution_config_t config;
    ph_sr25519_keypair_t pairs[V];
    ph_hash_t leaf;
    /* What the runtime says: may be changed before a leaf is activated. */
    size_t row_len;
    uint32_t disabled[V];
    size_t disabled_count;
    bool knows_session;
} fixture_t;

typedef struct made {
    ph_committed_candidate_receipt_t receipt;
    ph_persisted_validation_data_t pvd;
    ph_candidate_hash_t hash;
    uint32_t group;
} made_t;

static inline ph_authority_discovery_id_t discovery_of(uint32_t v)
{
    ph_authority_discovery_id_t id;
    memset(&id, (int)v + 1, sizeof id);
    return id;
}

static inline ph_peer_id_t peer_of(uint32_t v)
{
    return (ph_peer_id_t){100 + v};
}

/* me: V for an observer without keys. */
static inline fixture_t *fixture_new(uint32_t me)
{
    fixture_t *f = ph_mem_alloc(NULL, sizeof *f);
    f->arena = ph_arena_new();
    f->h = ph_harness_prepare(PH_SUBSYSTEM_STATEMENT_DISTRIBUTION);
    f->keystore = ph_keystore_new(ph_harness_env(f->h), true);
    for (uint32_t v = 0; v < V; v++) {
        uint8_t seed[32];
        memset(seed, (int)v + 50, sizeof seed);
        ph_sr25519_from_mini_secret(&f->pairs[v], seed);
        if (v == me)
            ph_keystore_add(f->keystore, PH_KEY_PARA_VALIDATOR, seed);
    }
    f->leaf = ph_harness_hash(1);
    f->row_len = 1;
    f->config = (ph_statement_distribution_config_t){.keystore = f->keystore, .slot_ms = 6000};
    ph_harness_start(f->h, &ph_statement_distribution_ops, &f->config);
    return f;
}

static inline void fixture_free(fixture_t *f)
{
    ph_keystore_t *keystore = f->keystore;
    ph_arena_t *arena = f->arena;
    ph_harness_free(f->h);
    ph_keystore_free(keystore);
    ph_arena_free(arena);
    ph_mem_free(f);
}

/* The next message of that kind. Messages to different receivers do not arrive in the order in which they were sent. */
static inline ph_msg_t *next(fixture_t *f, uint8_t to, uint8_t kind)
{
    ph_msg_t *msg = ph_harness_take(f->h, to, kind);
    return msg ? msg : ph_harness_expect(f->h, to, kind); /* fails, saying what came instead */
}

/* ---- the runtime ---- */

static inline void answer_session(fixture_t *f, const ph_hash_t *block)
{
    ph_msg_t *msg = next(f, PH_SUBSYSTEM_RUNTIME_API, PH_MSG_RUNTIME_API_REQUEST_SESSION_INDEX_FOR_CHILD);
    const ph_msg_runtime_api_request_session_index_for_child_t *ask = ph_msg_payload(msg);
    assert_memory_equal(&ask->relay_parent, block, sizeof *block);
    ph_harness_reply(f->h, msg,
                     &(ph_res_session_index_runtime_api_error_t){.kind = PH_RES_SESSION_INDEX_RUNTIME_API_ERROR_OK,
                                                                 .ok = {SESSION}});
}

static inline void answer_groups(fixture_t *f)
{
    ph_msg_t *msg = next(f, PH_SUBSYSTEM_RUNTIME_API, PH_MSG_RUNTIME_API_REQUEST_VALIDATOR_GROUPS);
    ph_res_tup_vec_vec_validator_index_group_rotation_info_runtime_api_error_t reply = {
        .kind = PH_RES_TUP_VEC_VEC_VALIDATOR_INDEX_GROUP_ROTATION_INFO_RUNTIME_API_ERROR_OK};
    ph_harness_reply(f->h, msg, &reply);
}

static inline void answer_queue(fixture_t *f)
{
    ph_msg_t *msg = next(f, PH_SUBSYSTEM_RUNTIME_API, PH_MSG_RUNTIME_API_REQUEST_CLAIM_QUEUE);
    ph_res_map_core_index_vec_para_id_runtime_api_error_t reply = {
        .kind = PH_RES_MAP_CORE_INDEX_VEC_PARA_ID_RUNTIME_API_ERROR_OK};
    reply.ok.items = ph_arena_alloc(f->arena, GROUPS * sizeof *reply.ok.items);
    reply.ok.count = GROUPS;
    for (uint32_t g = 0; g < GROUPS; g++) {
        reply.ok.items[g].key.v = g;
        reply.ok.items[g].value.items = ph_arena_alloc(f->arena, f->row_len * sizeof(ph_para_id_t));
        reply.ok.items[g].value.count = f->row_len;
        for (size_t i = 0; i < f->row_len; i++)
            reply.ok.items[g].value.items[i].v = 1000 + g;
    }
    ph_harness_reply(f->h, msg, &reply);
}

static inline void answer_disabled(fixture_t *f)
{
    ph_msg_t *msg = next(f, PH_SUBSYSTEM_RUNTIME_API, PH_MSG_RUNTIME_API_REQUEST_DISABLED_VALIDATORS);
    ph_res_vec_validator_index_runtime_api_error_t reply = {.kind = PH_RES_VEC_VALIDATOR_INDEX_RUNTIME_API_ERROR_OK};
    reply.ok.items = (ph_validator_index_t *)f->disabled;
    reply.ok.count = f->disabled_count;
    ph_harness_reply(f->h, msg, &reply);
}

static inline void answer_session_info(fixture_t *f)
{
    ph_msg_t *msg = next(f, PH_SUBSYSTEM_RUNTIME_API, PH_MSG_RUNTIME_API_REQUEST_SESSION_INFO);
    ph_res_opt_session_info_runtime_api_error_t reply = {.kind = PH_RES_OPT_SESSION_INFO_RUNTIME_API_ERROR_OK};
    ph_session_info_t *info = &reply.ok.value;
    reply.ok.some = true;
    info->validators.items = ph_arena_alloc(f->arena, V * sizeof *info->validators.items);
    info->discovery_keys.items = ph_arena_alloc(f->arena, V * sizeof *info->discovery_keys.items);
    info->validators.count = info->discovery_keys.count = V;
    for (uint32_t v = 0; v < V; v++) {
        memcpy(info->validators.items[v].bytes, f->pairs[v].public_key, 32);
        info->discovery_keys.items[v] = discovery_of(v);
    }
    info->validator_groups.items = ph_arena_alloc(f->arena, GROUPS * sizeof *info->validator_groups.items);
    info->validator_groups.count = GROUPS;
    for (uint32_t g = 0; g < GROUPS; g++)
        info->validator_groups.items[g] =
            (ph_vec_validator_index_t){(ph_validator_index_t *)(uintptr_t)group_members[g], SIZE};
    info->n_cores = GROUPS;
    ph_harness_reply(f->h, msg, &reply);
    msg = next(f, PH_SUBSYSTEM_RUNTIME_API, PH_MSG_RUNTIME_API_REQUEST_MINIMUM_BACKING_VOTES);
    ph_harness_reply(f->h, msg, &(ph_res_u32_runtime_api_error_t){.kind = PH_RES_U32_RUNTIME_API_ERROR_OK, .ok = 2});
}

static inline void answer_runtime(fixture_t *f, const ph_hash_t *block)
{
    answer_session(f, block);
    answer_groups(f);
    answer_queue(f);
    answer_disabled(f);
    if (!f->knows_session)
        answer_session_info(f);
    f->knows_session = true;
}

static inline void activate(fixture_t *f)
{
    ph_hash_t parent = ph_harness_hash(0);
    ph_harness_activate(f->h, &f->leaf, 1, &parent);
    answer_runtime(f, &f->leaf);
}

/* ---- the network ---- */

static inline void event(fixture_t *f, const ph_validation_event_t *event)
{
    ph_harness_send(f->h, PH_MSG_STATEMENT_DISTRIBUTION_NETWORK_EVENT,
                    &(ph_msg_statement_distribution_network_event_t){*event});
}

static inline void see(fixture_t *f, uint32_t v, const ph_hash_t *head)
{
    event(f, &(ph_validation_event_t){
                 .kind = PH_VALIDATION_EVENT_PEER_VIEW_CHANGE,
                 .peer_view_change = {peer_of(v), {.heads = {(ph_hash_t *)(uintptr_t)head, head != NULL}}}});
}

/* Without a head in its view. */
static inline void meet(fixture_t *f, uint32_t v)
{
    event(f, &(ph_validation_event_t){.kind = PH_VALIDATION_EVENT_PEER_CONNECTED,
                                      .peer_connected = {.peer = peer_of(v),
                                                         .role = {PH_OBSERVED_ROLE_AUTHORITY},
                                                         .version = 3,
                                                         .authority = {v < V, discovery_of(v)}}});
    see(f, v, NULL);
}

static inline void join(fixture_t *f, uint32_t v)
{
    meet(f, v);
    see(f, v, &f->leaf);
}

static inline void leave(fixture_t *f, uint32_t v)
{
    event(f, &(ph_validation_event_t){.kind = PH_VALIDATION_EVENT_PEER_DISCONNECTED, .peer_disconnected = peer_of(v)});
}

static inline void give_topology(fixture_t *f, uint32_t me)
{
    uint32_t order[V];
    for (uint32_t v = 0; v < V; v++)
        order[v] = v;
    ph_gossip_topology_t topology = {.session = {SESSION}, .local = {me < V, {me}}, .order = {order, V}};
    ph_shared_gossip_topology_t shared = ph_shared_gossip_topology_new(&topology);
    event(f, &(ph_validation_event_t){.kind = PH_VALIDATION_EVENT_NEW_GOSSIP_TOPOLOGY, .new_gossip_topology = shared});
    ph_shared_gossip_topology_unref(shared);
}

/* A ready node in the middle of everybody. */
static inline fixture_t *fixture_ready(void)
{
    fixture_t *f = fixture_new(0);
    give_topology(f, 0);
    activate(f);
    for (uint32_t v = 1; v < V; v++)
        join(f, v);
    return f;
}

static inline void say(fixture_t *f, uint32_t from, const ph_statement_distribution_message_v3_t *message)
{
    ph_validation_protocol_v3_t protocol = {.kind = PH_VALIDATION_PROTOCOL_V3_STATEMENT_DISTRIBUTION,
                                            .statement_distribution = *message};
    ph_shared_validation_protocol_v3_t shared = ph_shared_validation_protocol_v3_new(&protocol);
    event(f,
          &(ph_validation_event_t){.kind = PH_VALIDATION_EVENT_PEER_MESSAGE, .peer_message = {peer_of(from), shared}});
    ph_shared_validation_protocol_v3_unref(shared);
}

/* ---- candidates and statements ---- */

/* salt makes candidates of one para differ. */
static inline made_t make(fixture_t *f, uint32_t group, uint8_t salt)
{
    made_t m = {.group = group};
    uint8_t head[2] = {(uint8_t)group, salt};
    m.pvd = (ph_persisted_validation_data_t){
        .parent_head = {ph_bytes_copy(f->arena, ph_bytes(head, 1))}, .relay_parent_number = 1, .max_pov_size = 1000};
    m.receipt.commitments.head_data.v = ph_bytes_copy(f->arena, ph_bytes(head, 2));
    m.receipt.descriptor.para_id.v = 1000 + group;
    m.receipt.descriptor.relay_parent = f->leaf;
    m.receipt.descriptor.core_index = (uint16_t)group;
    m.receipt.descriptor.session_index.v = SESSION;
    m.receipt.descriptor.persisted_validation_data_hash = ph_hash_of_validation_data(&m.pvd);
    m.hash = ph_hash_of_committed(&m.receipt);
    return m;
}

static inline ph_unchecked_signed_statement_t sign(fixture_t *f, uint32_t v, uint8_t kind,
                                                   const ph_candidate_hash_t *hash)
{
    ph_unchecked_signed_statement_t out = {.payload = {.kind = kind, .seconded = *hash}, .validator_index = {v}};
    ph_signing_context_t context = {.session_index = {SESSION}, .parent_hash = f->leaf};
    ph_bytes_t payload = ph_payload_of_statement(f->arena, &out.payload, &context);
    ph_sr25519_sign(&f->pairs[v], out.signature.bytes, payload, NULL);
    return out;
}

static inline void say_signed(fixture_t *f, uint32_t from, const ph_unchecked_signed_statement_t *statement)
{
    ph_statement_distribution_message_v3_t message = {.kind = PH_STATEMENT_DISTRIBUTION_MESSAGE_V3_STATEMENT};
    message.statement._0 = f->leaf;
    message.statement._1 = *statement;
    say(f, from, &message);
}

static inline void say_statement(fixture_t *f, uint32_t from, uint32_t originator, uint8_t kind, const made_t *m)
{
    ph_unchecked_signed_statement_t statement = sign(f, originator, kind, &m->hash);
    say_signed(f, from, &statement);
}

/* Bits of "110": by place in the group. */
static inline ph_bits_t bits(fixture_t *f, const char *text)
{
    ph_bits_t out = ph_bits_new(f->arena, strlen(text));
    for (size_t i = 0; text[i]; i++)
        ph_bits_set(out, i, text[i] == '1');
    return out;
}

static inline ph_backed_candidate_manifest_t manifest_of(fixture_t *f, const made_t *m, const char *seconded,
                                                         const char *valid)
{
    return (ph_backed_candidate_manifest_t){.scheduling_parent = f->leaf,
                                            .candidate_hash = m->hash,
                                            .group_index = {m->group},
                                            .para_id = m->receipt.descriptor.para_id,
                                            .parent_head_data_hash = ph_hash_of_head(m->pvd.parent_head),
                                            .statement_knowledge = {bits(f, seconded), bits(f, valid)}};
}

static inline void say_manifest(fixture_t *f, uint32_t from, const ph_backed_candidate_manifest_t *manifest)
{
    say(f, from,
        &(ph_statement_distribution_message_v3_t){.kind =
                                                      PH_STATEMENT_DISTRIBUTION_MESSAGE_V3_BACKED_CANDIDATE_MANIFEST,
                                                  .backed_candidate_manifest = *manifest});
}

static inline void say_known(fixture_t *f, uint32_t from, const made_t *m, const char *seconded, const char *valid)
{
    say(f, from,
        &(ph_statement_distribution_message_v3_t){
            .kind = PH_STATEMENT_DISTRIBUTION_MESSAGE_V3_BACKED_CANDIDATE_KNOWN,
            .backed_candidate_known = {m->hash, {bits(f, seconded), bits(f, valid)}}});
}

/* ---- what we say to Backing, and it to us ---- */

static inline void share(fixture_t *f, uint32_t v, uint8_t kind, const made_t *m)
{
    ph_msg_statement_distribution_share_t in = {.relay_parent = f->leaf};
    ph_unchecked_signed_statement_t compact = sign(f, v, kind, &m->hash);
    in.statement.statement.validator_index.v = v;
    in.statement.statement.signature = compact.signature;
    if (kind == S) {
        in.statement.statement.payload = (ph_statement_t){.kind = PH_STATEMENT_SECONDED, .seconded = m->receipt};
        in.statement.pvd = (ph_opt_persisted_validation_data_t){true, m->pvd};
    } else {
        in.statement.statement.payload = (ph_statement_t){.kind = PH_STATEMENT_VALID, .valid = m->hash};
    }
    ph_harness_send(f->h, PH_MSG_STATEMENT_DISTRIBUTION_SHARE, &in);
}

static inline void back(fixture_t *f, const made_t *m)
{
    ph_harness_send(f->h, PH_MSG_STATEMENT_DISTRIBUTION_BACKED,
                    &(ph_msg_statement_distribution_backed_t){f->leaf, m->hash});
}

static inline void expect_at_backing(fixture_t *f, uint32_t v, uint8_t kind, const made_t *m)
{
    const ph_msg_candidate_backing_statement_t *out =
        ph_msg_payload(next(f, PH_SUBSYSTEM_CANDIDATE_BACKING, PH_MSG_CANDIDATE_BACKING_STATEMENT));
    assert_memory_equal(&out->relay_parent, &f->leaf, sizeof f->leaf);
    assert_int_equal(out->statement.statement.validator_index.v, v);
    assert_int_equal(out->statement.statement.payload.kind, kind);
    assert_int_equal(out->statement.pvd.some, kind == S);
    if (kind == S) {
        assert_true(ph_committed_candidate_receipt_equal(&out->statement.statement.payload.seconded, &m->receipt));
        assert_true(ph_persisted_validation_data_equal(&out->statement.pvd.value, &m->pvd));
    } else {
        assert_memory_equal(&out->statement.statement.payload.valid, &m->hash, sizeof m->hash);
    }
}

/* ---- what we say to peers ---- */

/* The next message goes to exactly these ("12": validators 1 and 2). */
static inline const ph_statement_distribution_message_v3_t *expect_sent(fixture_t *f, const char *to, uint8_t kind)
{
    const ph_msg_network_bridge_send_validation_message_t *out =
        ph_msg_payload(next(f, PH_SUBSYSTEM_NETWORK_BRIDGE, PH_MSG_NETWORK_BRIDGE_SEND_VALIDATION_MESSAGE));
    assert_int_equal(out->message.kind, PH_VALIDATION_PROTOCOL_V3_STATEMENT_DISTRIBUTION);
    assert_int_equal(out->message.statement_distribution.kind, kind);
    assert_int_equal(out->peers.count, strlen(to));
    for (size_t i = 0; to[i]; i++)
        assert_int_equal(out->peers.items[i].v, peer_of((uint32_t)(to[i] - '0')).v);
    return &out->message.statement_distribution;
}

static inline void expect_statement(fixture_t *f, const char *to, uint32_t originator, uint8_t kind, const made_t *m)
{
    const ph_statement_distribution_message_v3_t *message =
        expect_sent(f, to, PH_STATEMENT_DISTRIBUTION_MESSAGE_V3_STATEMENT);
    ph_unchecked_signed_statement_t signed_ = sign(f, originator, kind, &m->hash);
    assert_memory_equal(&message->statement._0, &f->leaf, sizeof f->leaf);
    assert_true(ph_unchecked_signed_statement_equal(&message->statement._1, &signed_));
}

static inline void expect_manifest(fixture_t *f, const char *to, const made_t *m, const char *seconded,
                                   const char *valid)
{
    ph_backed_candidate_manifest_t manifest = manifest_of(f, m, seconded, valid);
    const ph_statement_distribution_message_v3_t *message =
        expect_sent(f, to, PH_STATEMENT_DISTRIBUTION_MESSAGE_V3_BACKED_CANDIDATE_MANIFEST);
    assert_true(ph_backed_candidate_manifest_equal(&message->backed_candidate_manifest, &manifest));
}

static inline void expect_known(fixture_t *f, const char *to, const made_t *m, const char *seconded, const char *valid)
{
    ph_backed_candidate_acknowledgement_t known = {m->hash, {bits(f, seconded), bits(f, valid)}};
    const ph_statement_distribution_message_v3_t *message =
        expect_sent(f, to, PH_STATEMENT_DISTRIBUTION_MESSAGE_V3_BACKED_CANDIDATE_KNOWN);
    assert_true(ph_backed_candidate_acknowledgement_equal(&message->backed_candidate_known, &known));
}

static inline void expect_penalty(fixture_t *f, uint32_t v, uint8_t kind, const char *reason)
{
    const ph_msg_network_bridge_report_peer_t *out =
        ph_msg_payload(next(f, PH_SUBSYSTEM_NETWORK_BRIDGE, PH_MSG_NETWORK_BRIDGE_REPORT_PEER));
    assert_int_equal(out->peer.v, peer_of(v).v);
    if (!ph_bytes_equal(out->reason, ph_bytes(reason, strlen(reason))))
        fail_msg("penalised for \"%.*s\", expected \"%s\"", (int)out->reason.len, (const char *)out->reason.data,
                 reason);
    assert_int_equal(out->reputation.kind, kind);
}
#define MINOR(f, v, reason) expect_penalty(f, v, PH_REPUTATION_COST_MINOR, reason)
#define MAJOR(f, v, reason) expect_penalty(f, v, PH_REPUTATION_COST_MAJOR, reason)

/* Time passes until benefits are reported: exactly this one peer's. */
static inline void expect_benefit(fixture_t *f, uint32_t v, int32_t benefit)
{
    ph_harness_advance(f->h, 30000);
    const ph_msg_network_bridge_report_batch_t *out =
        ph_msg_payload(next(f, PH_SUBSYSTEM_NETWORK_BRIDGE, PH_MSG_NETWORK_BRIDGE_REPORT_BATCH));
    assert_int_equal(out->changes.count, 1);
    assert_int_equal(out->changes.items[0]._0.v, peer_of(v).v);
    assert_int_equal(out->changes.items[0]._1, benefit);
}

/* ---- requests ---- */

static inline ph_msg_t *expect_request(fixture_t *f, uint32_t v, const made_t *m, const char *no_seconded,
                                       const char *no_valid)
{
    ph_msg_t *msg = next(f, PH_SUBSYSTEM_NETWORK_BRIDGE, PH_MSG_NETWORK_BRIDGE_SEND_REQUEST);
    const ph_msg_network_bridge_send_request_t *out = ph_msg_payload(msg);
    ph_attested_candidate_request_t request;
    assert_int_equal(out->protocol, PH_PROTO_REQ_ATTESTED_CANDIDATE_2);
    assert_int_equal(out->to.kind, PH_RECIPIENT_PEER);
    assert_int_equal(out->to.peer.v, peer_of(v).v);
    assert_int_equal(ph_attested_candidate_request_decode_all(out->request, f->arena, &request), PH_OK);
    assert_memory_equal(&request.candidate_hash, &m->hash, sizeof m->hash);
    assert_true(ph_bits_equal(request.mask.seconded_in_group, bits(f, no_seconded)));
    assert_true(ph_bits_equal(request.mask.validated_in_group, bits(f, no_valid)));
    return msg;
}

static inline void answer_bytes(fixture_t *f, ph_msg_t *request, ph_bytes_t bytes)
{
    ph_harness_reply(f->h, request,
                     &(ph_res_bytes_request_failure_t){.kind = PH_RES_BYTES_REQUEST_FAILURE_OK, .ok = bytes});
}

static inline void answer_failure(fixture_t *f, ph_msg_t *request, uint8_t kind)
{
    ph_harness_reply(f->h, request,
                     &(ph_res_bytes_request_failure_t){.kind = PH_RES_BYTES_REQUEST_FAILURE_ERR, .err = {kind}});
}

/* With the given statements. */
static inline void answer_with(fixture_t *f, ph_msg_t *request, const made_t *m,
                               const ph_unchecked_signed_statement_t *statements, size_t count)
{
    ph_attested_candidate_response_t response = {
        .candidate_receipt = m->receipt,
        .persisted_validation_data = m->pvd,
        .statements = {(ph_unchecked_signed_statement_t *)(uintptr_t)statements, count}};
    ph_writer_t w = ph_writer_in(f->arena);
    ph_attested_candidate_response_encode(&w, &response);
    answer_bytes(f, request, ph_writer_bytes(&w));
}

/* Seconded by the group's first, Valid by its second. */
static inline void answer_well(fixture_t *f, ph_msg_t *request, const made_t *m)
{
    ph_unchecked_signed_statement_t statements[2] = {sign(f, group_members[m->group][0], S, &m->hash),
                                                     sign(f, group_members[m->group][1], VALID, &m->hash)};
    answer_with(f, request, m, statements, 2);
}

static inline void ask_us(fixture_t *f, uint32_t v, uint64_t ticket, const made_t *m, const char *no_seconded,
                          const char *no_valid)
{
    ph_msg_statement_distribution_incoming_attested_candidate_t in = {
        .peer = peer_of(v), .ticket = ticket, .request = {m->hash, {bits(f, no_seconded), bits(f, no_valid)}}};
    ph_harness_send(f->h, PH_MSG_STATEMENT_DISTRIBUTION_INCOMING_ATTESTED_CANDIDATE, &in);
}

static inline ph_attested_candidate_response_t expect_answer(fixture_t *f, uint64_t ticket)
{
    const ph_msg_network_bridge_respond_t *out =
        ph_msg_payload(next(f, PH_SUBSYSTEM_NETWORK_BRIDGE, PH_MSG_NETWORK_BRIDGE_RESPOND));
    ph_attested_candidate_response_t response;
    assert_int_equal(out->ticket, ticket);
    assert_true(out->response.some);
    assert_int_equal(ph_attested_candidate_response_decode_all(out->response.value, f->arena, &response), PH_OK);
    return response;
}

static inline void expect_refusal(fixture_t *f, uint64_t ticket)
{
    const ph_msg_network_bridge_respond_t *out =
        ph_msg_payload(next(f, PH_SUBSYSTEM_NETWORK_BRIDGE, PH_MSG_NETWORK_BRIDGE_RESPOND));
    assert_int_equal(out->ticket, ticket);
    assert_false(out->response.some);
}

#endif
