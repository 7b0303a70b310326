/* A local chain for tests of the runtime: a genesis state of our own, blocks authored and executed through
 * ph_runtime_call (native body). One file, static functions; tests include it once. */
#ifndef PH_TESTS_RT_CHAIN_H
#define PH_TESTS_RT_CHAIN_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "chain/native_host.h"
#include "crypto/hash.h"
#include "primitives/types.h"
#include "runtime/genesis.h"
#include "runtime/runtime.h"
#include "scale/scale.h"
#include "trie/overlay.h"

#define RT_UNUSED __attribute__((unused))

typedef struct rt_chain {
    ph_arena_t *arena;
    ph_trie_store_t *store;
    ph_state_t *state;  /* after `header` */
    ph_header_t header; /* the best block's, as executed */
    ph_genesis_validator_t *validators;
    size_t validator_count;
    uint64_t slot_ms;
    char panic[600]; /* of the last call that failed */
    ph_log_t log;    /* silent */
} rt_chain_t;

static void rt_no_log(ph_log_t *log, ph_log_level_t level, const char *target, const char *text)
{
    (void)log, (void)level, (void)target, (void)text;
}

/* ---- keys: not real ones, but distinct and, where they must be, group elements ---- */

static void rt_key(uint8_t *out, size_t len, const char *what, size_t i)
{
    char text[64];
    int n = snprintf(text, sizeof text, "%s %zu", what, i);
    uint8_t hash[64];
    ph_blake2_512(hash, ph_bytes(text, (size_t)n));
    memcpy(out, hash, len);
}

/* Set by tests that want real BABE keys. */
typedef void rt_babe_key_fn(uint8_t out[32], size_t i);

RT_UNUSED static ph_genesis_validator_t rt_validator(size_t i, rt_babe_key_fn *babe_key)
{
    ph_genesis_validator_t v;
    rt_key(v.account.bytes, 32, "stash", i);
    rt_key(v.keys.grandpa.bytes, 32, "gran", i);
    if (babe_key != NULL)
        babe_key(v.keys.babe.bytes, i);
    else
        rt_key(v.keys.babe.bytes, 32, "babe", i);
    rt_key(v.keys.para_validator.bytes, 32, "para", i);
    rt_key(v.keys.para_assignment.bytes, 32, "asgn", i);
    rt_key(v.keys.authority_discovery.bytes, 32, "audi", i);
    rt_key(v.keys.beefy.bytes, 33, "beef", i);
    return v;
}

static ph_hash_t rt_header_hash(const ph_header_t *header)
{
    ph_writer_t w = PH_WRITER_HEAP;
    ph_header_encode(&w, header);
    ph_hash_t hash;
    ph_blake2_256(hash.bytes, ph_writer_bytes(&w));
    ph_writer_free(&w);
    return hash;
}

/* ---- genesis ---- */

RT_UNUSED static void rt_chain_genesis(rt_chain_t *c, const ph_genesis_t *genesis)
{
    ph_state_t *empty = ph_state_empty(c->store);
    ph_overlay_t *overlay = ph_overlay_new(empty);
    ph_native_host_t host = {.overlay = overlay, .log = &c->log};
    ph_err_t err = ph_genesis_build(&ph_native_host_ops, &host, genesis, c->panic, sizeof c->panic);
    if (err != PH_OK)
        fail_msg("genesis: %s", c->panic);
    assert_int_equal(ph_overlay_state(overlay, &c->state, 1), PH_OK);
    ph_native_host_end(&host);
    ph_overlay_free(overlay);
    ph_state_unref(empty);
    memset(&c->header, 0, sizeof c->header);
    memcpy(c->header.state_root.bytes, ph_state_root(c->state), 32);
    ph_trie_ordered_root(c->header.extrinsics_root.bytes, NULL, 0, 0);
}

/* `validators` of them; sessions of `epoch_slots` slots of six seconds; the given paras. */
RT_UNUSED static rt_chain_t *rt_chain_new(size_t validators, uint64_t epoch_slots, const ph_genesis_para_t *paras,
                                          size_t para_count, rt_babe_key_fn *babe_key)
{
    ph_arena_t *arena = ph_arena_new();
    rt_chain_t *c = ph_arena_alloc(arena, sizeof *c);
    c->arena = arena;
    c->store = ph_trie_store_new(NULL);
    c->log = (ph_log_t){.write = rt_no_log, .max_level = PH_LOG_ERROR};
    c->validators = ph_arena_alloc(arena, validators * sizeof *c->validators);
    c->validator_count = validators;
    for (size_t i = 0; i < validators; i++)
        c->validators[i] = rt_validator(i, babe_key);
    c->slot_ms = 6000;
    ph_genesis_t genesis = {
        .validators = c->validators,
        .validator_count = validators,
        .paras = paras,
        .para_count = para_count,
        .chain = {.slot_ms = c->slot_ms, .epoch_slots = epoch_slots},
    };
    rt_chain_genesis(c, &genesis);
    return c;
}

RT_UNUSED static void rt_chain_free(rt_chain_t *c)
{
    ph_state_unref(c->state);
    ph_trie_store_free(c->store);
    ph_arena_free(c->arena);
}

/* ---- calls ---- */

/* A call on an overlay. What it wrote stays there, unless it failed. */
static ph_err_t rt_call_on(rt_chain_t *c, ph_overlay_t *overlay, ph_writer_t *result, const char *method,
                           ph_bytes_t args)
{
    ph_native_host_t host = {.overlay = overlay, .log = &c->log};
    c->panic[0] = 0;
    ph_overlay_start(overlay);
    ph_err_t err = ph_runtime_call(&ph_native_host_ops, &host, ph_bytes(method, strlen(method)), args, result, c->panic,
                                   sizeof c->panic);
    if (err == PH_OK) {
        assert_int_equal(ph_overlay_depth(overlay), 1);
        assert_int_equal(ph_overlay_commit(overlay), PH_OK);
    } else {
        ph_overlay_rollback_to(overlay, 0);
    }
    ph_native_host_end(&host);
    assert_int_equal(ph_overlay_error(overlay), PH_OK);
    return err;
}

/* A call at the best block; writes are dropped. The answer lies in the chain's arena. */
RT_UNUSED static ph_err_t rt_call(rt_chain_t *c, ph_bytes_t *answer, const char *method, ph_bytes_t args)
{
    ph_overlay_t *overlay = ph_overlay_new(c->state);
    ph_writer_t result = ph_writer_in(c->arena);
    ph_err_t err = rt_call_on(c, overlay, &result, method, args);
    ph_overlay_free(overlay);
    *answer = ph_writer_bytes(&result);
    return err;
}

/* An answer of a type, for methods without arguments. */
#define rt_ask(c, type, out, method)                                                                                   \
    do {                                                                                                               \
        ph_bytes_t rt_answer_;                                                                                         \
        if (rt_call((c), &rt_answer_, method, (ph_bytes_t){0}) != PH_OK)                                               \
            fail_msg("%s: %s", method, (c)->panic);                                                                    \
        assert_int_equal(ph_##type##_decode_all(rt_answer_, (c)->arena, (out)), PH_OK);                                \
    } while (0)

/* A direct look at the state: an rt over a fresh overlay. */
typedef struct rt_view {
    ph_overlay_t *overlay;
    ph_native_host_t host;
    ph_rt_t rt;
} rt_view_t;

RT_UNUSED static ph_rt_t *rt_open(rt_view_t *v, rt_chain_t *c)
{
    v->overlay = ph_overlay_new(c->state);
    v->host = (ph_native_host_t){.overlay = v->overlay, .log = &c->log};
    v->rt = (ph_rt_t){.arena = ph_arena_new(), .ops = &ph_native_host_ops, .host = &v->host};
    return &v->rt;
}

RT_UNUSED static void rt_close(rt_view_t *v)
{
    ph_native_host_end(&v->host);
    ph_overlay_free(v->overlay);
    ph_arena_free(v->rt.arena);
}

/* As rt_close, but what was written becomes the chain's state. */
RT_UNUSED static void rt_close_and_keep(rt_view_t *v, rt_chain_t *c)
{
    ph_state_t *next;
    assert_int_equal(ph_overlay_state(v->overlay, &next, 1), PH_OK);
    rt_close(v);
    ph_state_unref(c->state);
    c->state = next;
}

/* ---- blocks ---- */

static ph_digest_item_t rt_pre_digest(ph_arena_t *arena, const ph_babe_pre_digest_t *claim)
{
    ph_writer_t w = ph_writer_in(arena);
    ph_babe_pre_digest_encode(&w, claim);
    ph_digest_item_t item = {.kind = PH_DIGEST_ITEM_PRE_RUNTIME};
    memcpy(item.pre_runtime._0.bytes, "BABE", 4);
    item.pre_runtime._1 = ph_writer_bytes(&w);
    return item;
}

RT_UNUSED static ph_babe_pre_digest_t rt_plain_claim(uint64_t slot, uint32_t author)
{
    return (ph_babe_pre_digest_t){.kind = PH_BABE_PRE_DIGEST_SECONDARY_PLAIN,
                                  .secondary_plain = {.authority_index = author, .slot = {slot}}};
}

/* What the author's node puts in: the time, and nothing for the paras. */
RT_UNUSED static ph_inherent_data_t rt_inherent_data(rt_chain_t *c, uint64_t now_ms)
{
    ph_inherent_data_t data;
    data.data.count = 2;
    data.data.items = ph_arena_alloc(c->arena, 2 * sizeof *data.data.items);
    memcpy(data.data.items[1].key.bytes, "timstap0", 8);
    memcpy(data.data.items[0].key.bytes, "parachn0", 8);
    ph_writer_t time = ph_writer_in(c->arena), paras = ph_writer_in(c->arena);
    ph_write_u64(&time, now_ms);
    ph_parachains_inherent_data_t empty = {.parent_header = c->header};
    ph_parachains_inherent_data_encode(&paras, &empty);
    data.data.items[1].value = ph_writer_bytes(&time);
    data.data.items[0].value = ph_writer_bytes(&paras);
    return data;
}

/* A block being made on the best one. */
typedef struct rt_author {
    rt_chain_t *c;
    ph_overlay_t *overlay;
    PH_LIST(ph_bytes_t) extrinsics;
} rt_author_t;

RT_UNUSED static ph_err_t rt_author_open(rt_author_t *a, rt_chain_t *c, const ph_babe_pre_digest_t *claim)
{
    *a = (rt_author_t){.c = c, .overlay = ph_overlay_new(c->state)};
    ph_digest_item_t item = {0};
    ph_header_t header = {.parent_hash = rt_header_hash(&c->header), .number = c->header.number + 1};
    if (claim != NULL) {
        item = rt_pre_digest(c->arena, claim);
        header.digest.logs.items = &item;
        header.digest.logs.count = 1;
    }
    ph_writer_t args = ph_writer_in(c->arena), result = ph_writer_in(c->arena);
    ph_header_encode(&args, &header);
    return rt_call_on(c, a->overlay, &result, "Core_initialize_block", ph_writer_bytes(&args));
}

RT_UNUSED static void rt_author_drop(rt_author_t *a)
{
    ph_overlay_free(a->overlay);
}

RT_UNUSED static ph_err_t rt_author_push(rt_author_t *a, ph_apply_extrinsic_result_t *result, ph_bytes_t extrinsic)
{
    ph_writer_t args = ph_writer_in(a->c->arena), answer = ph_writer_in(a->c->arena);
    ph_write_bytes(&args, extrinsic);
    PH_TRY(rt_call_on(a->c, a->overlay, &answer, "BlockBuilder_apply_extrinsic", ph_writer_bytes(&args)));
    assert_int_equal(ph_apply_extrinsic_result_decode_all(ph_writer_bytes(&answer), a->c->arena, result), PH_OK);
    if (result->kind == PH_RES_OK)
        ph_list_push(a->c->arena, &a->extrinsics, extrinsic);
    return PH_OK;
}

RT_UNUSED static ph_err_t rt_author_inherents(rt_author_t *a, ph_vec_bytes_t *out, const ph_inherent_data_t *data)
{
    ph_writer_t args = ph_writer_in(a->c->arena), answer = ph_writer_in(a->c->arena);
    ph_inherent_data_encode(&args, data);
    PH_TRY(rt_call_on(a->c, a->overlay, &answer, "BlockBuilder_inherent_extrinsics", ph_writer_bytes(&args)));
    return ph_vec_bytes_decode_all(ph_writer_bytes(&answer), a->c->arena, out);
}

RT_UNUSED static ph_err_t rt_author_close(rt_author_t *a, ph_block_t *block)
{
    ph_writer_t answer = ph_writer_in(a->c->arena);
    ph_err_t err = rt_call_on(a->c, a->overlay, &answer, "BlockBuilder_finalize_block", (ph_bytes_t){0});
    ph_overlay_free(a->overlay);
    PH_TRY(err);
    block->extrinsics.items = a->extrinsics.items;
    block->extrinsics.count = a->extrinsics.count;
    return ph_header_decode_all(ph_writer_bytes(&answer), a->c->arena, &block->header);
}

/* A block with the usual inherents; fails the test if it cannot be made. */
RT_UNUSED static ph_block_t rt_make_block(rt_chain_t *c, const ph_babe_pre_digest_t *claim, uint64_t now_ms)
{
    rt_author_t a;
    if (rt_author_open(&a, c, claim) != PH_OK)
        fail_msg("initialize_block: %s", c->panic);
    ph_inherent_data_t data = rt_inherent_data(c, now_ms);
    ph_vec_bytes_t inherents;
    if (rt_author_inherents(&a, &inherents, &data) != PH_OK)
        fail_msg("inherent_extrinsics: %s", c->panic);
    for (size_t i = 0; i < inherents.count; i++) {
        ph_apply_extrinsic_result_t result;
        if (rt_author_push(&a, &result, inherents.items[i]) != PH_OK)
            fail_msg("apply_extrinsic %zu: %s", i, c->panic);
        if (result.kind != PH_RES_OK || result.ok.kind != PH_RES_OK)
            fail_msg("inherent %zu was refused", i);
    }
    ph_block_t block;
    if (rt_author_close(&a, &block) != PH_OK)
        fail_msg("finalize_block: %s", c->panic);
    return block;
}

/* Executes the block on the best one; the chain goes on only if it is valid. */
RT_UNUSED static ph_err_t rt_execute(rt_chain_t *c, const ph_block_t *block)
{
    ph_overlay_t *overlay = ph_overlay_new(c->state);
    ph_writer_t args = ph_writer_in(c->arena), answer = ph_writer_in(c->arena);
    ph_block_encode(&args, block);
    ph_err_t err = rt_call_on(c, overlay, &answer, "Core_execute_block", ph_writer_bytes(&args));
    if (err == PH_OK) {
        ph_state_t *next;
        assert_int_equal(ph_overlay_state(overlay, &next, 1), PH_OK);
        assert_memory_equal(ph_state_root(next), block->header.state_root.bytes, 32);
        ph_state_unref(c->state);
        c->state = next;
        ph_header_clone(c->arena, &c->header, &block->header);
    }
    ph_overlay_free(overlay);
    return err;
}

/* Makes and executes a block in this slot, by author slot mod validators, without VRF. */
RT_UNUSED static void rt_advance(rt_chain_t *c, uint64_t slot)
{
    ph_babe_pre_digest_t claim = rt_plain_claim(slot, (uint32_t)(slot % c->validator_count));
    ph_block_t block = rt_make_block(c, &claim, slot * c->slot_ms);
    if (rt_execute(c, &block) != PH_OK)
        fail_msg("execute_block: %s", c->panic);
}

/* A block that must not execute, for a reason that contains `why`. */
#define rt_assert_refused(c, block, why)                                                                               \
    do {                                                                                                               \
        assert_int_equal(rt_execute((c), (block)), PH_ERR_INTERNAL);                                                   \
        if (strstr((c)->panic, (why)) == NULL)                                                                         \
            fail_msg("refused for \"%s\", expected \"%s\"", (c)->panic, (why));                                        \
    } while (0)

#endif
