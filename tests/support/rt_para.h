/* A small world for tests of the parachains modules: storage in an overlay, validators with real keys, paras that make
 * blocks. It calls the modules' functions directly, block by block. One file, static functions; tests include it once.
 */
#ifndef PH_TESTS_RT_PARA_H
#define PH_TESTS_RT_PARA_H

#include "support/cmocka.h"

#include <stdio.h>

#include "chain/native_host.h"
#include "crypto/hash.h"
#include "crypto/sr25519.h"
#include "primitives/backing.h"
#include "primitives/hash_of.h"
#include "primitives/payload.h"
#include "runtime/apis.h"
#include "runtime/configuration.h"
#include "runtime/genesis.h"
#include "runtime/hooks.h"
#include "runtime/inclusion.h"
#include "runtime/initializer.h"
#include "runtime/para_inherent.h"
#include "runtime/paras.h"
#include "runtime/paras_shared.h"
#include "runtime/scheduler.h"
#include "runtime/support.h"
#include "runtime/vec.h"
#include "trie/overlay.h"

#define PW_UNUSED         __attribute__((unused))
#define PW_MAX_VALIDATORS 16

typedef struct para_world {
    ph_trie_store_t *store;
    ph_overlay_t *overlay;
    ph_native_host_t host;
    ph_log_t log;
    ph_rt_t rt_;
    ph_rt_t *rt;
    ph_sr25519_keypair_t keys[PW_MAX_VALIDATORS]; /* by index in the full set */
    size_t validator_count;
    ph_header_t parent; /* of the block in hand */
} para_world_t;

static void pw_no_log(ph_log_t *log, ph_log_level_t level, const char *target, const char *text)
{
    (void)log, (void)level, (void)target, (void)text;
}

static ph_bytes_t pw_text(const char *text)
{
    return ph_bytes(text, strlen(text));
}
PW_UNUSED static ph_para_id_t pw_para(uint32_t id)
{
    return (ph_para_id_t){id};
}

/* ---- the world ---- */

static void pw_open(para_world_t *w)
{
    *w = (para_world_t){.store = ph_trie_store_new(NULL), .log = {.write = pw_no_log, .max_level = PH_LOG_ERROR}};
    ph_state_t *empty = ph_state_empty(w->store);
    w->overlay = ph_overlay_new(empty);
    ph_state_unref(empty);
    w->host = (ph_native_host_t){.overlay = w->overlay, .log = &w->log};
    w->rt_ = (ph_rt_t){.arena = ph_arena_new(), .ops = &ph_native_host_ops, .host = &w->host};
    w->rt = &w->rt_;
}

PW_UNUSED static void pw_close(para_world_t *w)
{
    ph_native_host_end(&w->host);
    ph_overlay_free(w->overlay);
    ph_trie_store_free(w->store);
    ph_arena_free(w->rt_.arena);
}

static void pw_validators(para_world_t *w, ph_vec_validator_id_t *out)
{
    ph_vec_alloc(w->rt, out, w->validator_count);
    for (size_t i = 0; i < w->validator_count; i++)
        memcpy(out->items[i].bytes, w->keys[i].public_key, 32);
}

/* Ends the session at the end of the block in hand. */
PW_UNUSED static void pw_announce_session(para_world_t *w)
{
    ph_vec_validator_id_t validators;
    pw_validators(w, &validators);
    ph_session_index_t next = {ph_paras_shared_session(w->rt).v + 1};
    assert_int_equal(ph_initializer_note_session(w->rt, next, &validators, &validators), PH_OK);
}

/* Genesis with this configuration: paras 2000, 2001, … have a core each, groups are as large as the numbers give. */
static void pw_genesis(para_world_t *w, const ph_host_configuration_t *config, size_t validators, size_t para_count)
{
    pw_open(w);
    w->validator_count = validators;
    for (size_t i = 0; i < validators; i++) {
        uint8_t secret[32] = {(uint8_t)(i + 1)};
        ph_sr25519_from_mini_secret(&w->keys[i], secret);
    }
    assert_int_equal(ph_configuration_genesis_build(w->rt, config), PH_OK);
    for (size_t i = 0; i < para_count; i++) {
        char *head = ph_arena_printf(w->rt->arena, "genesis head of %zu", 2000 + i);
        char *code = ph_arena_printf(w->rt->arena, "genesis code of %zu", 2000 + i);
        ph_genesis_para_t para = {
            .id = {(uint32_t)(2000 + i)}, .head = pw_text(head), .code = pw_text(code), .is_parachain = true};
        assert_int_equal(ph_paras_genesis_build(w->rt, &para, 1), PH_OK);
    }
    ph_vec_validator_id_t keys;
    pw_validators(w, &keys);
    assert_int_equal(ph_initializer_note_session(w->rt, (ph_session_index_t){0}, &keys, NULL), PH_OK);
}

PW_UNUSED static ph_host_configuration_t pw_config(void)
{
    ph_host_configuration_t config;
    ph_genesis_local_configuration(&config);
    return config;
}

/* Three validators a core. */
PW_UNUSED static para_world_t *pw_new(size_t para_count)
{
    static para_world_t w;
    ph_host_configuration_t config = pw_config();
    config.scheduler_params.max_validators_per_core.some = false;
    pw_genesis(&w, &config, 3 * para_count, para_count);
    return &w;
}

/* ---- blocks ---- */

static void pw_begin(para_world_t *w)
{
    ph_header_t header = {.number = ph_now(w->rt)};
    header.state_root.bytes[0] = (uint8_t)header.number;
    w->parent = header;
    ph_hash_t parent = ph_hash_of_header(&w->parent);
    ph_system_reset_events(w->rt);
    ph_system_digest_set(w->rt, &(ph_digest_t){0});
    ph_system_number_set(w->rt, header.number + 1);
    ph_system_parent_hash_set(w->rt, &parent);
    assert_int_equal(ph_initializer_on_initialize(w->rt, header.number + 1), PH_OK);
}

PW_UNUSED static ph_parachains_inherent_data_t pw_data(para_world_t *w)
{
    return (ph_parachains_inherent_data_t){.parent_header = w->parent};
}

/* As an extrinsic: nothing stays of one that fails. */
PW_UNUSED static ph_err_t pw_enter(para_world_t *w, const ph_parachains_inherent_data_t *data)
{
    ph_origin_t none = ph_origin_none();
    ph_overlay_start(w->overlay);
    ph_err_t err = ph_para_inherent_call_enter(w->rt, &none, data);
    assert_int_equal(err ? ph_overlay_rollback(w->overlay) : ph_overlay_commit(w->overlay), PH_OK);
    return err;
}

PW_UNUSED static void pw_end(para_world_t *w)
{
    assert_int_equal(ph_para_inherent_on_finalize(w->rt), PH_OK);
    assert_int_equal(ph_initializer_on_finalize(w->rt, ph_now(w->rt)), PH_OK);
}

/* Blocks without anything in them. */
PW_UNUSED static void pw_pass(para_world_t *w, size_t blocks)
{
    for (size_t i = 0; i < blocks; i++) {
        pw_begin(w);
        ph_parachains_inherent_data_t data = pw_data(w);
        assert_int_equal(pw_enter(w, &data), PH_OK);
        pw_end(w);
    }
}

/* ---- candidates ---- */

/* A candidate on the para's newest head, with the parent of the block in hand as relay parent, for the core. */
PW_UNUSED static ph_committed_candidate_receipt_t pw_candidate(para_world_t *w, uint32_t para, uint32_t core)
{
    ph_committed_candidate_receipt_t c = {0};
    ph_persisted_validation_data_t data = {0};
    ph_host_configuration_t config;
    ph_configuration_active_config_get(w->rt, &config);
    ph_hash_t parent = ph_hash_of_header(&w->parent);
    c.descriptor.para_id.v = para;
    c.descriptor.relay_parent = parent;
    c.descriptor.core_index = (uint16_t)core;
    c.descriptor.session_index = ph_paras_shared_session(w->rt);
    assert_true(ph_inclusion_latest_head(w->rt, c.descriptor.para_id, &data.parent_head));
    data.relay_parent_number = w->parent.number;
    data.relay_parent_storage_root = w->parent.state_root;
    data.max_pov_size = config.max_pov_size;
    c.descriptor.persisted_validation_data_hash = ph_hash_of_validation_data(&data);
    assert_true(ph_paras_current_code_hash_get(w->rt, c.descriptor.para_id, &c.descriptor.validation_code_hash));
    c.commitments.head_data.v = pw_text(ph_arena_printf(w->rt->arena, "head of %u at %u", para, w->parent.number));
    c.commitments.hrmp_watermark = w->parent.number;
    c.descriptor.para_head = ph_hash_of_head(c.commitments.head_data);
    return c;
}

/* Signs the candidate's hash as validator `active` (index in the active set). */
PW_UNUSED static ph_validity_attestation_t pw_vote(para_world_t *w, const ph_committed_candidate_receipt_t *c,
                                                   ph_hash_t parent, ph_validator_index_t active)
{
    ph_vec_validator_index_t order;
    ph_paras_shared_active_validator_indices_get(w->rt, &order);
    ph_candidate_hash_t hash = ph_hash_of_committed(c);
    ph_compact_statement_t statement = {.kind = PH_COMPACT_STATEMENT_VALID, .valid = hash};
    ph_signing_context_t context = {.session_index = ph_paras_shared_session(w->rt), .parent_hash = parent};
    ph_bytes_t payload = ph_payload_of_statement(w->rt->arena, &statement, &context);
    ph_validity_attestation_t vote = {.kind = PH_VALIDITY_ATTESTATION_EXPLICIT};
    ph_sr25519_sign(&w->keys[order.items[active.v].v], vote.explicit.bytes, payload, NULL);
    return vote;
}

/* Backed by the first `votes` members of the core's group. */
PW_UNUSED static ph_backed_candidate_t pw_back(para_world_t *w, const ph_committed_candidate_receipt_t *c,
                                               uint32_t core, size_t votes)
{
    ph_backed_candidate_t backed = {.candidate = *c};
    ph_group_index_t group;
    ph_vec_validator_index_t members;
    assert_true(ph_scheduler_group_assigned_to_core(w->rt, &group, (ph_core_index_t){core}, w->parent.number + 1));
    assert_true(ph_scheduler_group_validators(w->rt, &members, group));
    ph_bits_t bits = ph_bits_new(w->rt->arena, members.count);
    for (size_t i = 0; i < votes; i++) {
        ph_bits_set(bits, i, true);
        ph_vec_push(w->rt, &backed.validity_votes, pw_vote(w, c, c->descriptor.relay_parent, members.items[i]));
    }
    backed.validator_indices = ph_backing_join(w->rt->arena, bits, (ph_core_index_t){core});
    return backed;
}

/* ---- bitfields ---- */

/* The bitfield of an active validator in the block in hand: a set bit for each core of `cores` (bit i: core i). */
PW_UNUSED static ph_unchecked_signed_availability_bitfield_t pw_bitfield(para_world_t *w, uint32_t active,
                                                                         uint64_t cores)
{
    ph_vec_validator_index_t order;
    ph_paras_shared_active_validator_indices_get(w->rt, &order);
    ph_unchecked_signed_availability_bitfield_t b = {.validator_index = {active}};
    b.payload.v = ph_bits_new(w->rt->arena, ph_scheduler_core_count(w->rt));
    for (size_t i = 0; i < b.payload.v.count; i++)
        ph_bits_set(b.payload.v, i, cores >> i & 1);
    ph_signing_context_t context = {.session_index = ph_paras_shared_session(w->rt),
                                    .parent_hash = ph_hash_of_header(&w->parent)};
    ph_bytes_t payload = ph_payload_of_bitfield(w->rt->arena, b.payload.v, &context);
    ph_sr25519_sign(&w->keys[order.items[active].v], b.signature.bytes, payload, NULL);
    return b;
}

/* Of the first `count` validators. */
PW_UNUSED static void pw_bitfields(para_world_t *w, ph_parachains_inherent_data_t *data, size_t count, uint64_t cores)
{
    for (size_t i = 0; i < count; i++)
        ph_vec_push(w->rt, &data->bitfields, pw_bitfield(w, (uint32_t)i, cores));
}

/* ---- looking ---- */

PW_UNUSED static size_t pw_pending(para_world_t *w, uint32_t para)
{
    ph_vec_pending_candidate_t queue;
    return ph_para_inclusion_pending_availability_get(w->rt, pw_para(para), &queue) ? queue.count : 0;
}

PW_UNUSED static bool pw_head_is(para_world_t *w, uint32_t para, const char *text)
{
    ph_head_data_t head;
    return ph_paras_heads_get(w->rt, pw_para(para), &head) && ph_bytes_equal(head.v, pw_text(text));
}

/* How many events of a pallet and kind the block in hand has deposited. */
PW_UNUSED static size_t pw_events(para_world_t *w, uint8_t pallet, uint8_t kind)
{
    ph_vec_event_record_t events;
    size_t n = 0;
    ph_system_events_get(w->rt, &events);
    for (size_t i = 0; i < events.count; i++) {
        ph_writer_t e = ph_writer_in(w->rt->arena);
        ph_event_encode(&e, &events.items[i].event);
        n += e.data[0] == pallet && e.data[1] == kind;
    }
    return n;
}

#endif
