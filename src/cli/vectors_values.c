#include "cli/vectors_values.h"

#include <stdio.h>
#include <string.h>

#include "crypto/hash.h"
#include "crypto/sr25519.h"
#include "primitives/backing.h"
#include "primitives/descriptor.h"
#include "primitives/digest.h"
#include "primitives/hash_of.h"
#include "primitives/keys.h"
#include "primitives/payload.h"
#include "primitives/rotation.h"
#include "primitives/types_json.h"
#include "primitives/ump.h"
#include "trie/root.h"

#define EXPECT_FIXED(e, key, ours) ph_vec_expect_bytes((e), (key), ph_bytes((ours).bytes, sizeof(ours).bytes))

static ph_candidate_hash_t need_candidate(ph_vec_entry_t *e)
{
    ph_candidate_hash_t hash;
    ph_vec_fixed(e, "candidate_hash", hash.bytes, sizeof hash.bytes);
    return hash;
}

static ph_session_index_t need_session(ph_vec_entry_t *e, const char *key)
{
    uint64_t session = ph_vec_u64(e, key);
    if (session > UINT32_MAX)
        ph_vec_fail(e, "%s: too large", key);
    return (ph_session_index_t){(uint32_t)session};
}

static ph_signing_context_t need_context(ph_vec_entry_t *e)
{
    ph_signing_context_t context = {.session_index = need_session(e, "session_index")};
    ph_vec_fixed(e, "parent_hash", context.parent_hash.bytes, sizeof context.parent_hash.bytes);
    return context;
}

static bool verifies(ph_vec_entry_t *e, const uint8_t signature[64], ph_bytes_t payload)
{
    uint8_t key[32];
    ph_vec_fixed(e, "public", key, sizeof key);
    return ph_sr25519_verify(signature, payload, key);
}

/* A member "signature" that must hold under "public". */
static void expect_signed(ph_vec_entry_t *e, ph_bytes_t payload)
{
    uint8_t signature[64];
    ph_vec_fixed(e, "signature", signature, sizeof signature);
    if (!verifies(e, signature, payload))
        ph_vec_fail(e, "signature does not verify");
}

/* ---- hashes ---- */

static void check_commitments(ph_vec_entry_t *e, const void *value)
{
    const ph_candidate_commitments_t *commitments = value;
    ph_hash_t hash = ph_hash_of_commitments(commitments);
    EXPECT_FIXED(e, "hash", hash);
    const json_t *recorded = ph_vec_take(e, "ump_signals");
    if (recorded == NULL)
        return;
    ph_ump_signals_t signals;
    ph_ump_verdict_t verdict = ph_ump_signals_read(&signals, commitments);
    json_t *ours = json_pack("{s:b}", "ok", verdict == PH_UMP_OK);
    if (verdict != PH_UMP_OK) {
        json_object_set_new(ours, "error", json_string(ph_ump_verdict_name(verdict)));
    } else {
        char *peer = ph_arena_alloc(e->v->arena, 2 * signals.peer.len + 1);
        ph_hex(peer, signals.peer);
        json_object_set_new(ours, "approved_peer", signals.has_peer ? json_string(peer) : json_null());
        json_object_set_new(ours, "select_core",
                            signals.has_core ? json_pack("[i,i]", (int)signals.selector.v, (int)signals.offset.v)
                                             : json_null());
    }
    char path[200] = "";
    if (!ph_vec_same_json(recorded, ours, path, sizeof path))
        ph_vec_fail(e, "ump_signals differ at %s (%s)", path, ph_ump_verdict_name(verdict));
    json_decref(ours);
}

static void check_pvd(ph_vec_entry_t *e, const void *value)
{
    ph_hash_t hash = ph_hash_of_validation_data(value);
    EXPECT_FIXED(e, "hash", hash);
}

static void check_pov(ph_vec_entry_t *e, const void *value)
{
    ph_hash_t hash = ph_hash_of_pov(value);
    EXPECT_FIXED(e, "hash", hash);
}

static void check_code(ph_vec_entry_t *e, const void *value)
{
    ph_validation_code_hash_t hash = ph_hash_of_code(*(const ph_validation_code_t *)value);
    EXPECT_FIXED(e, "hash", hash);
}

static void check_head(ph_vec_entry_t *e, const void *value)
{
    ph_hash_t hash = ph_hash_of_head(*(const ph_head_data_t *)value);
    EXPECT_FIXED(e, "hash", hash);
}

static void check_header(ph_vec_entry_t *e, const void *value)
{
    ph_hash_t hash = ph_hash_of_header(value);
    EXPECT_FIXED(e, "hash", hash);
}

static void check_executor_params(ph_vec_entry_t *e, const void *value)
{
    ph_executor_params_hash_t hash = ph_hash_of_executor_params(value);
    ph_executor_params_prep_hash_t prep = ph_hash_of_executor_prep(value);
    EXPECT_FIXED(e, "hash", hash);
    EXPECT_FIXED(e, "prep_hash", prep);
}

static void check_available_data(ph_vec_entry_t *e, const void *value)
{
    const ph_available_data_t *data = value;
    ph_hash_t pov = ph_hash_of_pov(&data->pov), validation = ph_hash_of_validation_data(&data->validation_data);
    EXPECT_FIXED(e, "pov_hash", pov);
    EXPECT_FIXED(e, "validation_data_hash", validation);
}

/* The trie's values are the extrinsics as they are encoded: with their length in front. */
static void check_block(ph_vec_entry_t *e, const void *value)
{
    const ph_block_t *block = value;
    ph_hash_t hash = ph_hash_of_header(&block->header);
    EXPECT_FIXED(e, "hash", hash);
    ph_bytes_t *encoded = ph_arena_alloc(e->v->arena, block->extrinsics.count * sizeof *encoded);
    for (size_t i = 0; i < block->extrinsics.count; i++) {
        ph_writer_t w = ph_writer_in(e->v->arena);
        ph_write_bytes(&w, block->extrinsics.items[i]);
        encoded[i] = ph_writer_bytes(&w);
    }
    for (int version = 0; version < 2; version++) {
        ph_trie_ordered_root(hash.bytes, encoded, block->extrinsics.count, version);
        EXPECT_FIXED(e, version == 0 ? "extrinsics_root_v0" : "extrinsics_root_v1", hash);
    }
}

static void check_receipt(ph_vec_entry_t *e, const void *value)
{
    ph_candidate_hash_t hash = ph_hash_of_receipt(value);
    EXPECT_FIXED(e, "candidate_hash", hash);
}

static void check_dispute_message(ph_vec_entry_t *e, const void *value)
{
    ph_candidate_hash_t hash = ph_hash_of_receipt(&((const ph_unchecked_dispute_message_t *)value)->candidate_receipt);
    EXPECT_FIXED(e, "candidate_hash", hash);
}

/* ---- descriptors ---- */

static const char *version_text(char out[16], ph_candidate_descriptor_version_t version)
{
    switch ((ph_candidate_descriptor_version_kind_t)version.kind) {
    case PH_CANDIDATE_DESCRIPTOR_VERSION_V1:
        return "V1";
    case PH_CANDIDATE_DESCRIPTOR_VERSION_V2:
        return "V2";
    case PH_CANDIDATE_DESCRIPTOR_VERSION_V3:
        return "V3";
    case PH_CANDIDATE_DESCRIPTOR_VERSION_UNKNOWN:
        snprintf(out, 16, "Unknown(%u)", version.unknown);
        return out;
    }
    return "?";
}

static const char *acceptance_text(ph_descriptor_verdict_t verdict)
{
    switch (verdict) {
    case PH_DESCRIPTOR_ACCEPTED:
        return "ok";
    case PH_DESCRIPTOR_INCONSISTENT:
        return "Inconsistency";
    case PH_DESCRIPTOR_V3_NOT_ENABLED:
        return "V3NotEnabled";
    }
    return "?";
}

static void check_descriptor(ph_vec_entry_t *e, const void *value)
{
    const ph_candidate_descriptor_t *d = value;
    char text[16];
    ph_vec_expect_text(e, "version", version_text(text, ph_descriptor_version(d)));
    ph_vec_expect_text(e, "version_old_rules", version_text(text, ph_descriptor_version_old_rules(d)));
    ph_vec_expect_text(e, "accepted_v3_off", acceptance_text(ph_descriptor_check(d, false)));
    ph_vec_expect_text(e, "accepted_v3_on", acceptance_text(ph_descriptor_check(d, true)));
    ph_core_index_t core = {0};
    ph_session_index_t session = {0};
    bool some = ph_descriptor_core_index(d, &core);
    ph_vec_expect_option(e, "core_index", some, core.v);
    some = ph_descriptor_session_index(d, &session);
    ph_vec_expect_option(e, "session_index", some, session.v);
    some = ph_descriptor_scheduling_session(d, &session);
    ph_vec_expect_option(e, "scheduling_session", some, session.v);
    ph_hash_t parent = ph_descriptor_scheduling_parent(d);
    EXPECT_FIXED(e, "scheduling_parent", parent);
}

static void check_descriptor_v1(ph_vec_entry_t *e, const void *value)
{
    uint8_t payload[PH_DESCRIPTOR_V1_PAYLOAD_LEN];
    ph_candidate_descriptor_t d;
    ph_candidate_descriptor_v1_t back;
    ph_descriptor_v1_payload(payload, value);
    ph_vec_expect_bytes(e, "collator_signature_payload", ph_bytes(payload, sizeof payload));
    ph_descriptor_from_v1(&d, value);
    ph_descriptor_to_v1(&back, &d);
    if (!ph_candidate_descriptor_v1_equal(&back, value))
        ph_vec_fail(e, "not the same after a walk through the new layout");
    check_descriptor(e, &d);
}

/* ---- committed receipts and their signals ---- */

/* {"para": {"offset": [cores]}} */
static bool parse_queue(ph_arena_t *arena, const json_t *json, ph_transposed_claim_queue_t *out)
{
    const char *para, *depth;
    json_t *depths, *cores;
    json_t *pairs = json_array();
    json_object_foreach((json_t *)(uintptr_t)json, para, depths)
    {
        json_t *inner = json_array();
        json_object_foreach(depths, depth, cores) json_array_append_new(inner, json_pack("[s,O]", depth, cores));
        json_array_append_new(pairs, json_pack("[s,o]", para, inner));
    }
    ph_err_t err = ph_transposed_claim_queue_parse(pairs, arena, out, NULL, 0);
    json_decref(pairs);
    return err == PH_OK;
}

static void expect_signal_summary(ph_vec_entry_t *e, const ph_committed_candidate_receipt_t *receipt)
{
    ph_ump_signals_t signals;
    bool readable = ph_ump_signals_read(&signals, &receipt->commitments) == PH_UMP_OK;
    json_t *ours = json_pack("{s:I}", "para_id", (json_int_t)receipt->descriptor.para_id.v);
    ph_core_index_t core;
    bool has_core = ph_descriptor_core_index(&receipt->descriptor, &core);
    /* V1 has none: what the file says there was the author's parameter and is in no byte of the encoding. */
    const json_t *given = json_object_get(ph_vec_need(e, "value"), "core_index");
    json_object_set_new(ours, "core_index", has_core ? json_integer(core.v) : json_deep_copy(given));
    json_object_set_new(ours, "signal",
                        readable && signals.has_core
                            ? json_pack("[i,i]", (int)signals.selector.v, (int)signals.offset.v)
                            : json_null());
    char path[200] = "";
    if (!ph_vec_same_json(ph_vec_need(e, "value"), ours, path, sizeof path))
        ph_vec_fail(e, "value differs: %s", path);
    json_decref(ours);
}

static void check_against_queue(ph_vec_entry_t *e, const ph_committed_candidate_receipt_t *receipt,
                                const json_t *recorded)
{
    ph_transposed_claim_queue_t queue;
    if (!parse_queue(e->v->arena, recorded, &queue)) {
        ph_vec_fail(e, "claim_queue does not parse");
        return;
    }
    ph_ump_signals_t signals;
    ph_core_index_t selected = {0};
    const ph_candidate_descriptor_t *d = &receipt->descriptor;
    ph_ump_verdict_t verdict =
        ph_ump_check(&signals, &selected, &receipt->commitments, d, ph_descriptor_version(d), &queue);
    char text[120];
    if (verdict == PH_UMP_CORE_INDEX_MISMATCH)
        snprintf(text, sizeof text, "CoreIndexMismatch { descriptor: CoreIndex(%u), commitments: CoreIndex(%u) }",
                 (unsigned)d->core_index, (unsigned)selected.v);
    else if (verdict == PH_UMP_UNKNOWN_VERSION)
        snprintf(text, sizeof text, "UnknownVersion(%u)", (unsigned)d->version);
    else
        snprintf(text, sizeof text, "%s", ph_ump_verdict_name(verdict));
    ph_vec_expect_text(e, "parse_ump_signals", text);
    expect_signal_summary(e, receipt);
}

/* Receipts that come with a claim queue are rendered as a summary only. */
static void expect_whole_value(ph_vec_entry_t *e, const ph_type_t *type, const void *value)
{
    char path[300] = "";
    json_t *ours = ph_vec_render(e->v->arena, type, value);
    if (ours == NULL || !ph_vec_same_json(ph_vec_need(e, "value"), ours, path, sizeof path))
        ph_vec_fail(e, "value differs: %s", path);
    json_decref(ours);
    void *parsed = ph_arena_alloc(e->v->arena, type->size);
    if (!e->failed && (ph_type_parse(ph_vec_need(e, "value"), e->v->arena, type, parsed, NULL, 0) != PH_OK ||
                       !ph_type_equal(type, parsed, value)))
        ph_vec_fail(e, "value does not parse to the same");
}

static void check_committed(ph_vec_entry_t *e, const void *value)
{
    const ph_committed_candidate_receipt_t *receipt = value;
    ph_candidate_hash_t hash = ph_hash_of_committed(receipt);
    EXPECT_FIXED(e, "candidate_hash", hash);
    const json_t *queue = ph_vec_take(e, "claim_queue");
    if (queue != NULL) {
        check_against_queue(e, receipt, queue);
        return;
    }
    ph_candidate_receipt_t plain;
    ph_hash_to_plain_receipt(&plain, receipt);
    EXPECT_FIXED(e, "commitments_hash", plain.commitments_hash);
    expect_whole_value(e, &ph_type_committed_candidate_receipt, receipt);
}

/* ---- statements ---- */

static void check_compact_statement(ph_vec_entry_t *e, const void *value)
{
    ph_signing_context_t context = need_context(e);
    ph_writer_t w = ph_writer_in(e->v->arena);
    ph_signing_context_encode(&w, &context);
    ph_vec_expect_bytes(e, "signing_context", ph_writer_bytes(&w));
    ph_bytes_t payload = ph_payload_of_statement(e->v->arena, value, &context);
    ph_vec_expect_bytes(e, "payload", payload);
    expect_signed(e, payload);
}

static void check_statement(ph_vec_entry_t *e, const void *value)
{
    ph_compact_statement_t compact = ph_payload_to_compact(value);
    const ph_candidate_hash_t *hash =
        compact.kind == PH_COMPACT_STATEMENT_SECONDED ? &compact.seconded : &compact.valid;
    EXPECT_FIXED(e, "candidate_hash", *hash);
    ph_writer_t w = ph_writer_in(e->v->arena);
    ph_compact_statement_encode(&w, &compact);
    ph_vec_expect_bytes(e, "compact", ph_writer_bytes(&w));
}

static void check_full_statement(ph_vec_entry_t *e, const void *value)
{
    const ph_unchecked_signed_full_statement_t *statement = value;
    ph_signing_context_t context = need_context(e);
    ph_compact_statement_t compact = ph_payload_to_compact(&statement->payload);
    ph_bytes_t payload = ph_payload_of_statement(e->v->arena, &compact, &context);
    ph_vec_expect_bytes(e, "payload", payload);
    ph_vec_expect_bool(e, "valid", verifies(e, statement->signature.bytes, payload));
    context.session_index.v++;
    payload = ph_payload_of_statement(e->v->arena, &compact, &context);
    ph_vec_expect_bool(e, "valid_next_session", verifies(e, statement->signature.bytes, payload));
}

static void check_bitfield(ph_vec_entry_t *e, const void *value)
{
    const ph_unchecked_signed_availability_bitfield_t *bitfield = value;
    ph_signing_context_t context = need_context(e);
    ph_bytes_t payload = ph_payload_of_bitfield(e->v->arena, bitfield->payload.v, &context);
    ph_vec_expect_bytes(e, "payload", payload);
    ph_vec_expect_bool(e, "valid", verifies(e, bitfield->signature.bytes, payload));
}

static void check_attestation(ph_vec_entry_t *e, const void *value)
{
    ph_signing_context_t context = need_context(e);
    ph_candidate_hash_t candidate = need_candidate(e);
    ph_compact_statement_t statement = ph_payload_attested(value, &candidate);
    ph_vec_expect_bytes(e, "payload", ph_payload_of_statement(e->v->arena, &statement, &context));
}

static void expect_bit_text(ph_vec_entry_t *e, const char *key, ph_bits_t bits)
{
    char *text = ph_arena_alloc(e->v->arena, bits.count + 1);
    for (size_t i = 0; i < bits.count; i++)
        text[i] = ph_bits_get(bits, i) ? '1' : '0';
    ph_vec_expect_text(e, key, text);
}

static void check_backed(ph_vec_entry_t *e, const void *value)
{
    const ph_backed_candidate_t *backed = value;
    ph_candidate_hash_t hash = ph_hash_of_committed(&backed->candidate);
    EXPECT_FIXED(e, "candidate_hash", hash);
    ph_bits_t group;
    ph_core_index_t core = {0};
    bool some = ph_backing_split(e->v->arena, &group, &core, backed->validator_indices);
    expect_bit_text(e, "group_bits", group);
    ph_vec_expect_option(e, "core_index", some, core.v);
    if (some && !ph_bits_equal(ph_backing_join(e->v->arena, group, core), backed->validator_indices))
        ph_vec_fail(e, "not the same bits when put together again");
}

static bool verify_sr25519(void *ctx, const ph_validator_id_t *key, ph_bytes_t message,
                           const ph_validator_signature_t *signature)
{
    (void)ctx;
    return ph_sr25519_verify(signature->bytes, message, key->bytes);
}

static void check_backing(ph_vec_entry_t *e, const void *value)
{
    const ph_vec_validity_attestation_t *votes = value;
    ph_signing_context_t context = need_context(e);
    ph_candidate_hash_t candidate = need_candidate(e);
    const json_t *keys = ph_vec_need(e, "group"), *bits_text = ph_vec_need(e, "validator_indices");
    ph_backing_group_t group = {.len = (size_t)ph_vec_u64(e, "group_len"), .member_count = json_array_size(keys)};
    ph_validator_id_t *members = ph_arena_alloc(e->v->arena, group.member_count * sizeof *members);
    for (size_t i = 0; i < group.member_count; i++) {
        const json_t *key = json_array_get(keys, i);
        if (ph_validator_id_parse(key, e->v->arena, &members[i], NULL, 0) != PH_OK)
            ph_vec_fail(e, "group: expected 32-byte keys");
    }
    group.members = members;
    ph_bits_t bits = {0};
    if (ph_type_parse(bits_text, e->v->arena, &ph_type_bits, &bits, NULL, 0) != PH_OK)
        ph_vec_fail(e, "validator_indices: expected bits");
    size_t count = 0;
    ph_verifier_t verifier = {.verify = verify_sr25519};
    bool ok = ph_backing_check(&count, &candidate, votes->items, votes->count, bits, &context, group, verifier);
    ph_vec_expect_option(e, "signed", ok, count);
}

/* ---- disputes ---- */

static void check_dispute_statement(ph_vec_entry_t *e, const void *value)
{
    if (ph_vec_take(e, "payload") == NULL)
        return;
    ph_candidate_hash_t candidate = need_candidate(e);
    ph_session_index_t session = need_session(e, "session");
    ph_vec_expect_bool(e, "indicates_validity", ph_payload_dispute_is_for(value));
    ph_vec_expect_bool(e, "backing", ph_payload_dispute_is_backing(value));
    ph_bytes_t payload;
    if (ph_payload_of_dispute(e->v->arena, &payload, value, &candidate, session) != PH_OK) {
        uint8_t key[32];
        ph_vec_fixed(e, "public", key, sizeof key);
        if (!json_is_null(ph_vec_need(e, "payload")) || !json_is_null(ph_vec_need(e, "signature")) ||
            !json_is_null(ph_vec_need(e, "valid")))
            ph_vec_fail(e, "we have no payload for it");
        return;
    }
    ph_vec_expect_bytes(e, "payload", payload);
    uint8_t signature[64];
    ph_vec_fixed(e, "signature", signature, sizeof signature);
    ph_vec_expect_bool(e, "valid", verifies(e, signature, payload));
}

/* "scale" is the payload as a byte string; the value has no encoding of its own. */
static void check_explicit_dispute(ph_vec_entry_t *e, const void *value)
{
    ph_explicit_dispute_statement_t statement;
    ph_bytes_t scale = *(const ph_bytes_t *)value;
    char why[100] = "";
    if (ph_explicit_dispute_statement_parse(ph_vec_need(e, "value"), e->v->arena, &statement, why, sizeof why) !=
        PH_OK) {
        ph_vec_fail(e, "value does not parse: %s", why);
        return;
    }
    ph_dispute_statement_t dispute = {.kind =
                                          statement.valid ? PH_DISPUTE_STATEMENT_VALID : PH_DISPUTE_STATEMENT_INVALID};
    ph_bytes_t payload = {0};
    if (ph_payload_of_dispute(e->v->arena, &payload, &dispute, &statement.candidate_hash, statement.session) != PH_OK)
        ph_vec_fail(e, "we have no payload for it");
    ph_vec_expect_bytes(e, "payload", payload);
    if (!ph_bytes_equal(scale, payload))
        ph_vec_fail(e, "scale is another payload");
    ph_explicit_dispute_statement_t back;
    if (ph_explicit_dispute_statement_decode_all(scale, e->v->arena, &back) != PH_OK ||
        !ph_explicit_dispute_statement_equal(&back, &statement))
        ph_vec_fail(e, "scale does not decode to the value");
}

static void check_pvf_check(ph_vec_entry_t *e, const void *value)
{
    ph_bytes_t payload = ph_payload_of_pvf_check(e->v->arena, value);
    ph_vec_expect_bytes(e, "payload", payload);
    expect_signed(e, payload);
}

/* ---- logs ---- */

static void expect_digest_item(ph_vec_entry_t *e, const char engine[4], const ph_type_t *type, const void *value)
{
    ph_digest_item_t item = ph_digest_item(e->v->arena, PH_DIGEST_ITEM_CONSENSUS, engine, type, value);
    ph_writer_t w = ph_writer_in(e->v->arena);
    ph_digest_item_encode(&w, &item);
    ph_vec_expect_bytes(e, "digest_item", ph_writer_bytes(&w));
}

static void check_consensus_log(ph_vec_entry_t *e, const void *value)
{
    expect_digest_item(e, PH_ENGINE_PARACHAINS, &ph_type_consensus_log, value);
}

static void check_babe_log(ph_vec_entry_t *e, const void *value)
{
    expect_digest_item(e, PH_ENGINE_BABE, &ph_type_babe_consensus_log, value);
}

static void check_grandpa_log(ph_vec_entry_t *e, const void *value)
{
    expect_digest_item(e, PH_ENGINE_GRANDPA, &ph_type_grandpa_consensus_log, value);
}

/* ---- other ---- */

static void check_rotation(ph_vec_entry_t *e, const void *value)
{
    const ph_group_rotation_info_t *info = value;
    uint64_t cores = ph_vec_u64(e, "cores"), index = ph_vec_u64(e, "core");
    ph_core_index_t core = {(uint32_t)index};
    ph_group_index_t group = {(uint32_t)index};
    ph_vec_expect_u64(e, "group_for_core", ph_rotation_group_for_core(info, core, (size_t)cores).v);
    ph_vec_expect_u64(e, "core_for_group", ph_rotation_core_for_group(info, group, (size_t)cores).v);
    ph_vec_expect_u64(e, "next_rotation_at", ph_rotation_next_at(info));
    ph_vec_expect_u64(e, "last_rotation_at", ph_rotation_last_at(info));
}

static void check_para_id(ph_vec_entry_t *e, const void *value)
{
    ph_para_id_t para = *(const ph_para_id_t *)value;
    ph_arena_t *arena = e->v->arena;
    if (ph_vec_take(e, "sovereign_account") == NULL)
        return;
    ph_account_id_t account = ph_key_sovereign_account(para);
    EXPECT_FIXED(e, "sovereign_account", account);
    account = ph_key_sibling_account(para);
    EXPECT_FIXED(e, "sibling_account", account);
    ph_hrmp_channel_id_t channel = {.sender = para, .recipient = {2001}};
    ph_vec_expect_bytes(e, "key_para_head", ph_key_para_head(arena, para));
    ph_vec_expect_bytes(e, "key_dmq_mqc_head", ph_key_dmq_mqc_head(arena, para));
    ph_vec_expect_bytes(e, "key_hrmp_ingress", ph_key_hrmp_ingress(arena, para));
    ph_vec_expect_bytes(e, "key_hrmp_egress", ph_key_hrmp_egress(arena, para));
    ph_vec_expect_bytes(e, "key_hrmp_channel_to_2001", ph_key_hrmp_channel(arena, &channel));
    ph_vec_expect_bytes(e, "key_upgrade_go_ahead", ph_key_upgrade_go_ahead(arena, para));
    ph_vec_expect_bytes(e, "key_upgrade_restriction", ph_key_upgrade_restriction(arena, para));
    ph_vec_expect_bytes(e, "key_relay_dispatch_queue_remaining_capacity", ph_key_dispatch_queue_remaining(arena, para));
    ph_vec_expect_bytes(e, "key_relay_dispatch_queue_size", ph_key_dispatch_queue_size(arena, para));
}

static void check_validation_params(ph_vec_entry_t *e, const void *value)
{
    ph_validation_params_t params = *(const ph_validation_params_t *)value;
    if (params.extension.some)
        ph_vec_fail(e, "an extension out of nothing");
    ph_writer_t w = ph_writer_in(e->v->arena);
    ph_validation_params_encode(&w, &params);
    ph_vec_expect_bytes(e, "with_no_extension", ph_writer_bytes(&w));
    json_t *wrapped = json_pack("{s:O}", "V3", ph_vec_need(e, "extension"));
    params.extension.some = true;
    if (ph_validation_params_extension_parse(wrapped, e->v->arena, &params.extension.value, NULL, 0) != PH_OK)
        ph_vec_fail(e, "extension does not parse");
    json_decref(wrapped);
    if (e->failed)
        return;
    ph_writer_reset(&w);
    ph_validation_params_encode(&w, &params);
    ph_vec_expect_bytes(e, "with_v3_extension", ph_writer_bytes(&w));
    ph_validation_params_t back;
    if (ph_validation_params_decode_all(ph_writer_bytes(&w), e->v->arena, &back) != PH_OK ||
        !ph_validation_params_equal(&back, &params))
        ph_vec_fail(e, "with_v3_extension does not decode to the same");
}

/* ---- the codec's own ---- */

static bool listed(const json_t *list, const char *text)
{
    size_t i;
    json_t *item;
    json_array_foreach((json_t *)(uintptr_t)list, i,
                       item) if (json_is_string(item) && strcmp(json_string_value(item), text) == 0) return true;
    return false;
}

static void check_compact_as(ph_vec_entry_t *e, const ph_type_t *type, ph_bytes_t scale)
{
    uint8_t value[16];
    ph_writer_t w = ph_writer_in(e->v->arena);
    char path[100] = "";
    if (ph_type_decode_all(scale, e->v->arena, type, value) != PH_OK) {
        ph_vec_fail(e, "does not decode as %s", type->name);
        return;
    }
    ph_type_encode(&w, type, value);
    json_t *ours = ph_vec_render(e->v->arena, type, value);
    if (!ph_bytes_equal(scale, ph_writer_bytes(&w)) ||
        !ph_vec_same_json(ph_vec_need(e, "value"), ours, path, sizeof path))
        ph_vec_fail(e, "another value as %s", type->name);
    json_decref(ours);
}

static void check_compact(ph_vec_entry_t *e, const void *unused)
{
    static const struct {
        const char *name;
        const ph_type_t *type;
    } widths[] = {{"u8", &ph_type_compact_u8},
                  {"u16", &ph_type_compact_u16},
                  {"u32", &ph_type_compact_u32},
                  {"u64", &ph_type_compact_u64},
                  {"u128", &ph_type_compact_u128}};
    (void)unused;
    ph_bytes_t scale = ph_vec_bytes(e, "scale");
    const json_t *list = ph_vec_need(e, "decodes_as");
    size_t count = 0;
    for (size_t i = 0; i < sizeof widths / sizeof *widths; i++) {
        uint8_t value[16];
        bool expected = listed(list, widths[i].name);
        count += expected;
        if (expected)
            check_compact_as(e, widths[i].type, scale);
        else if (ph_type_decode_all(scale, e->v->arena, widths[i].type, value) == PH_OK)
            ph_vec_fail(e, "decodes as %s", widths[i].name);
    }
    if (count != json_array_size(list))
        ph_vec_fail(e, "decodes_as: a width we do not know");
}

static void check_nested_option(ph_vec_entry_t *e, const void *value)
{
    const ph_opt_opt_u32_t *option = value;
    char text[40] = "None";
    if (option->some && option->value.some)
        snprintf(text, sizeof text, "Some(Some(%u))", (unsigned)option->value.value);
    else if (option->some)
        snprintf(text, sizeof text, "Some(None)");
    ph_vec_expect_text(e, "value", text);
}

static void check_bit_count(ph_vec_entry_t *e, const void *value)
{
    ph_vec_expect_u64(e, "len", ((const ph_bits_t *)value)->count);
}

static void check_long_bytes(ph_vec_entry_t *e, const void *unused)
{
    (void)unused;
    uint64_t len = ph_vec_u64(e, "len"), byte = ph_vec_u64(e, "byte");
    ph_bytes_t prefix = ph_vec_bytes(e, "prefix");
    if (len > 1 << 24 || byte > UINT8_MAX) {
        ph_vec_fail(e, "len or byte: too large");
        return;
    }
    ph_bytes_t value = {ph_arena_alloc(e->v->arena, (size_t)len), (size_t)len};
    memset(value.data, (int)byte, (size_t)len);
    ph_writer_t w = ph_writer_in(e->v->arena);
    ph_type_encode(&w, &ph_type_bytes, &value);
    ph_bytes_t scale = ph_writer_bytes(&w);
    if (!ph_bytes_start_with(scale, prefix) || scale.len != prefix.len + len)
        ph_vec_fail(e, "another prefix");
    uint8_t hash[32];
    ph_blake2_256(hash, scale);
    ph_vec_expect_bytes(e, "scale_blake2_256", ph_bytes(hash, sizeof hash));
    ph_bytes_t back;
    if (ph_type_decode_all(scale, e->v->arena, &ph_type_bytes, &back) != PH_OK || !ph_bytes_equal(back, value))
        ph_vec_fail(e, "does not decode to the same");
}

static const ph_vec_kind_t kinds_of_values[] = {
    {"AvailableData", "AvailableData", check_available_data, PH_VEC_VALUE},
    {"BabeConsensusLog", "BabeConsensusLog", check_babe_log, PH_VEC_VALUE},
    {"BackedCandidate", "BackedCandidate", check_backed, PH_VEC_VALUE},
    {"BackingCheck", "vec<ValidityAttestation>", check_backing, PH_VEC_VALUE},
    {"BitVec<u8,Lsb0>", "bits", check_bit_count, PH_VEC_VALUE},
    {"Block", "Block", check_block, PH_VEC_VALUE},
    {"BTreeMap<u32,Vec<u8>>", "map<u32,bytes>", NULL, PH_VEC_VALUE},
    {"CandidateCommitments", "CandidateCommitments", check_commitments, PH_VEC_VALUE},
    {"CandidateDescriptor", "CandidateDescriptor", check_descriptor, PH_VEC_VALUE},
    {"CandidateDescriptorV1", "CandidateDescriptorV1", check_descriptor_v1, PH_VEC_VALUE},
    {"CandidateDescriptorV2", "CandidateDescriptorV2", check_descriptor, PH_VEC_VALUE},
    {"CandidateDescriptorV3", "CandidateDescriptorV3", check_descriptor, PH_VEC_VALUE},
    {"CandidateReceipt", "CandidateReceipt", check_receipt, PH_VEC_VALUE},
    {"CommittedCandidateReceipt", "CommittedCandidateReceipt", check_committed, PH_VEC_VALUE_OTHER},
    {"Compact", NULL, check_compact, PH_VEC_VALUE_OTHER},
    {"Compact<u8>", "compact<u8>", NULL, PH_VEC_VALUE},
    {"Compact<u16>", "compact<u16>", NULL, PH_VEC_VALUE},
    {"Compact<u32>", "compact<u32>", NULL, PH_VEC_VALUE},
    {"Compact<u64>", "compact<u64>", NULL, PH_VEC_VALUE},
    {"Compact<u128>", "compact<u128>", NULL, PH_VEC_VALUE},
    {"CompactStatement", "CompactStatement", check_compact_statement, PH_VEC_VALUE},
    {"ConsensusLog", "ConsensusLog", check_consensus_log, PH_VEC_VALUE},
    {"DisputeStatement", "DisputeStatement", check_dispute_statement, PH_VEC_VALUE},
    {"ExecutorParams", "ExecutorParams", check_executor_params, PH_VEC_VALUE},
    {"ExplicitDisputePayload", "bytes", check_explicit_dispute, PH_VEC_VALUE_OTHER},
    {"GrandpaConsensusLog", "GrandpaConsensusLog", check_grandpa_log, PH_VEC_VALUE},
    {"GroupRotationInfo", "GroupRotationInfo", check_rotation, PH_VEC_VALUE},
    {"HeadData", "HeadData", check_head, PH_VEC_VALUE},
    {"Header", "Header", check_header, PH_VEC_VALUE},
    {"Option<bool>", "option<bool>", NULL, PH_VEC_VALUE},
    {"Option<Option<u32>>", "option<option<u32>>", check_nested_option, PH_VEC_VALUE_OTHER},
    {"ParaId", "ParaId", check_para_id, PH_VEC_VALUE},
    {"PersistedValidationData", "PersistedValidationData", check_pvd, PH_VEC_VALUE},
    {"PoV", "PoV", check_pov, PH_VEC_VALUE},
    {"PvfCheckStatement", "PvfCheckStatement", check_pvf_check, PH_VEC_VALUE},
    {"Result<u8,u16>", "result<u8,u16>", NULL, PH_VEC_VALUE},
    {"Statement", "Statement", check_statement, PH_VEC_VALUE},
    {"String", "string", NULL, PH_VEC_VALUE},
    {"UncheckedDisputeMessage", "UncheckedDisputeMessage", check_dispute_message, PH_VEC_VALUE},
    {"UncheckedSignedAvailabilityBitfield", "UncheckedSignedAvailabilityBitfield", check_bitfield, PH_VEC_VALUE},
    {"UncheckedSignedFullStatement", "UncheckedSignedFullStatement", check_full_statement, PH_VEC_VALUE},
    {"ValidationCode", "ValidationCode", check_code, PH_VEC_VALUE},
    {"ValidationParams", "ValidationParams", check_validation_params, PH_VEC_VALUE_WITHOUT_NULLS},
    {"ValidityAttestation", "ValidityAttestation", check_attestation, PH_VEC_VALUE},
    {"Vec<()>", "vec<unit>", NULL, PH_VEC_VALUE},
    {"Vec<u8>", "bytes", NULL, PH_VEC_VALUE},
    {"Vec<u8> long", NULL, check_long_bytes, PH_VEC_VALUE_OTHER},
    {"Vec<u32>", "vec<u32>", NULL, PH_VEC_VALUE},
    {"Vec<Vec<u8>>", "vec<bytes>", NULL, PH_VEC_VALUE},
    {"Vec<Vec<u16>>", "vec<vec<u16>>", NULL, PH_VEC_VALUE},
};

const ph_vec_kind_t *ph_vec_kind(const char *name)
{
    for (size_t i = 0; i < sizeof kinds_of_values / sizeof *kinds_of_values; i++)
        if (strcmp(kinds_of_values[i].name, name) == 0)
            return &kinds_of_values[i];
    return NULL;
}
