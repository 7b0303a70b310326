/* Input: which runtime API method, whether in a block that was opened, then its arguments; or, after 0xff, extrinsics
 * for an open block, each with a length of two bytes in front (bit 15: the parent's header goes behind, as the paras'
 * inherent ends with it); or, after 0xfe, what an author's node tells of the paras (bitfields, candidates, disputes):
 * the inherents that are made of it make a valid block. All on a small genesis. Whatever comes, the call answers or
 * says why not; an answer decodes as what the method is declared to return; failed calls leave the state as it was.
 */
#include "fuzz.h"

#include <stdio.h>
#include <string.h>

#include "base/check.h"
#include "chain/api_calls.h"
#include "chain/native_host.h"
#include "crypto/hash.h"
#include "runtime/genesis.h"
#include "runtime/runtime.h"
#include "trie/root.h"

enum { VALIDATORS = 3, PARA = 2000, SLOT = 100, SLOT_MS = 6000 };

/* Made by the first input; the state, which every input begins from, is never changed. */
typedef struct world {
    ph_trie_store_t *store;
    ph_state_t *state;
    ph_hash_t genesis;
    ph_writer_t header; /* of the genesis block */
    ph_log_t log;
} world_t;

static void no_log(ph_log_t *log, ph_log_level_t level, const char *target, const char *text)
{
    (void)log, (void)level, (void)target, (void)text;
}

static void make_validator(ph_genesis_validator_t *v, unsigned i)
{
    uint8_t hash[64];
    char name[16];
    snprintf(name, sizeof name, "validator %u", i);
    ph_blake2_512(hash, ph_bytes(name, strlen(name)));
    memset(v, 0, sizeof *v);
    memcpy(v->account.bytes, hash, 32);
    memcpy(v->keys.grandpa.bytes, hash + 1, 32);
    memcpy(v->keys.babe.bytes, hash + 2, 32);
    memcpy(v->keys.para_validator.bytes, hash + 3, 32);
    memcpy(v->keys.para_assignment.bytes, hash + 4, 32);
    memcpy(v->keys.authority_discovery.bytes, hash + 5, 32);
    memcpy(v->keys.beefy.bytes, hash + 6, 33);
}

static void make_world(world_t *w)
{
    ph_genesis_validator_t validators[VALIDATORS];
    for (unsigned i = 0; i < VALIDATORS; i++)
        make_validator(&validators[i], i);
    const ph_genesis_para_t para = {
        .id = {PARA}, .head = PH_BYTES_LIT("head"), .code = PH_BYTES_LIT("some code of a para"), .is_parachain = true};
    const ph_genesis_t genesis = {.validators = validators,
                                  .validator_count = VALIDATORS,
                                  .paras = &para,
                                  .para_count = 1,
                                  .chain = {.slot_ms = SLOT_MS, .epoch_slots = 10}};
    char panic[200] = "";
    w->log = (ph_log_t){.write = no_log, .max_level = PH_LOG_ERROR};
    w->store = ph_trie_store_new(NULL);
    ph_state_t *empty = ph_state_empty(w->store);
    ph_overlay_t *overlay = ph_overlay_new(empty);
    ph_native_host_t host = {.overlay = overlay, .log = &w->log};
    PH_CHECK(ph_genesis_build(&ph_native_host_ops, &host, &genesis, panic, sizeof panic) == PH_OK);
    PH_CHECK(ph_overlay_state(overlay, &w->state, 1) == PH_OK);
    ph_native_host_end(&host);
    ph_overlay_free(overlay);
    ph_state_unref(empty);
    ph_header_t header = {0};
    memcpy(header.state_root.bytes, ph_state_root(w->state), 32);
    ph_trie_ordered_root(header.extrinsics_root.bytes, NULL, 0, 0);
    ph_header_encode(&w->header, &header);
    ph_blake2_256(w->genesis.bytes, ph_writer_bytes(&w->header));
}

/* What a call that failed wrote is taken back. */
static ph_err_t call(world_t *w, ph_overlay_t *overlay, ph_writer_t *result, ph_api_method_t method, ph_bytes_t args)
{
    char panic[64] = "";
    ph_native_host_t host = {.overlay = overlay, .log = &w->log};
    ph_overlay_start(overlay);
    ph_err_t err = ph_runtime_call(&ph_native_host_ops, &host, ph_bytes(method.name, strlen(method.name)), args, result,
                                   panic, sizeof panic);
    /* The node knows methods that this runtime has not. */
    PH_CHECK(err == PH_OK || ((err == PH_ERR_INTERNAL || err == PH_ERR_UNSUPPORTED) && panic[0] != 0));
    if (err == PH_OK) {
        PH_CHECK(ph_overlay_depth(overlay) == 1);
        PH_CHECK(ph_overlay_commit(overlay) == PH_OK);
    } else {
        ph_overlay_rollback_to(overlay, 0);
    }
    ph_native_host_end(&host);
    PH_CHECK(ph_overlay_error(overlay) == PH_OK);
    return err;
}

static void open_block(world_t *w, ph_overlay_t *overlay, ph_arena_t *arena)
{
    const ph_babe_pre_digest_t claim = {.kind = PH_BABE_PRE_DIGEST_SECONDARY_PLAIN,
                                        .secondary_plain = {.authority_index = 1, .slot = {SLOT}}};
    ph_writer_t pre = ph_writer_in(arena), args = ph_writer_in(arena), result = ph_writer_in(arena);
    ph_babe_pre_digest_encode(&pre, &claim);
    ph_digest_item_t item = {.kind = PH_DIGEST_ITEM_PRE_RUNTIME};
    memcpy(item.pre_runtime._0.bytes, "BABE", 4);
    item.pre_runtime._1 = ph_writer_bytes(&pre);
    ph_header_t header = {.parent_hash = w->genesis, .number = 1};
    header.digest.logs.items = &item;
    header.digest.logs.count = 1;
    ph_header_encode(&args, &header);
    PH_CHECK(call(w, overlay, &result, ph_api_methods[PH_API_CORE_INITIALIZE_BLOCK], ph_writer_bytes(&args)) == PH_OK);
}

static void apply_extrinsics(world_t *w, ph_overlay_t *overlay, ph_arena_t *arena, ph_bytes_t in)
{
    uint8_t before[32], after[32];
    while (in.len >= 2) {
        size_t len = ph_get_u16(in.data) & 0x7fffu;
        bool with_header = in.data[1] & 0x80;
        len = len < in.len - 2 ? len : in.len - 2;
        ph_writer_t body = ph_writer_in(arena), args = ph_writer_in(arena), answer = ph_writer_in(arena);
        ph_apply_extrinsic_result_t result;
        ph_write(&body, in.data + 2, len);
        if (with_header)
            ph_write(&body, w->header.data, w->header.len);
        ph_write_bytes(&args, ph_writer_bytes(&body));
        ph_overlay_root(overlay, before, 1);
        if (call(w, overlay, &answer, ph_api_methods[PH_API_BLOCK_BUILDER_APPLY_EXTRINSIC], ph_writer_bytes(&args)) ==
            PH_OK) {
            PH_CHECK(ph_apply_extrinsic_result_decode_all(ph_writer_bytes(&answer), arena, &result) == PH_OK);
        } else {
            ph_overlay_root(overlay, after, 1);
            PH_CHECK(memcmp(before, after, 32) == 0);
        }
        in = ph_bytes(in.data + 2 + len, in.len - 2 - len);
    }
    ph_writer_t header = ph_writer_in(arena);
    (void)!call(w, overlay, &header, ph_api_methods[PH_API_BLOCK_BUILDER_FINALIZE_BLOCK],
                (ph_bytes_t){0}); /* without its inherents */
}

static bool apply_inherent(world_t *w, ph_overlay_t *overlay, ph_arena_t *arena, ph_bytes_t inherent)
{
    ph_writer_t args = ph_writer_in(arena), answer = ph_writer_in(arena);
    ph_apply_extrinsic_result_t result;
    ph_write_bytes(&args, inherent);
    PH_CHECK(call(w, overlay, &answer, ph_api_methods[PH_API_BLOCK_BUILDER_APPLY_EXTRINSIC], ph_writer_bytes(&args)) ==
             PH_OK);
    PH_CHECK(ph_apply_extrinsic_result_decode_all(ph_writer_bytes(&answer), arena, &result) == PH_OK);
    return result.kind == PH_RES_OK && result.ok.kind == PH_RES_OK;
}

static void author(world_t *w, ph_overlay_t *overlay, ph_arena_t *arena, ph_bytes_t in)
{
    ph_map_inherent_identifier_bytes_entry_t items[2];
    ph_writer_t now = ph_writer_in(arena), paras = ph_writer_in(arena), args = ph_writer_in(arena),
                answer = ph_writer_in(arena);
    ph_write_u64(&now, SLOT * SLOT_MS);
    ph_write(&paras, in.data, in.len);
    ph_write(&paras, w->header.data, w->header.len);
    memcpy(items[0].key.bytes, "parachn0", 8);
    memcpy(items[1].key.bytes, "timstap0", 8);
    items[0].value = ph_writer_bytes(&paras);
    items[1].value = ph_writer_bytes(&now);
    const ph_inherent_data_t data = {.data = {.items = items, .count = 2}};
    ph_vec_bytes_t inherents;
    ph_inherent_data_encode(&args, &data);
    if (call(w, overlay, &answer, ph_api_methods[PH_API_BLOCK_BUILDER_INHERENT_EXTRINSICS], ph_writer_bytes(&args)) !=
        PH_OK)
        return;
    PH_CHECK(ph_vec_bytes_decode_all(ph_writer_bytes(&answer), arena, &inherents) == PH_OK && inherents.count >= 1);
    for (size_t i = 0; i < inherents.count; i++)
        PH_CHECK(apply_inherent(w, overlay, arena, inherents.items[i]));
    /* Of bytes that are no such data comes no inherent, and so no block. */
    ph_parachains_inherent_data_t decoded;
    bool readable = ph_parachains_inherent_data_decode_all(ph_writer_bytes(&paras), arena, &decoded) == PH_OK;
    PH_CHECK(inherents.count == (readable ? 2 : 1));
    ph_writer_reset(&answer);
    ph_err_t closed = call(w, overlay, &answer, ph_api_methods[PH_API_BLOCK_BUILDER_FINALIZE_BLOCK], (ph_bytes_t){0});
    PH_CHECK((closed == PH_OK) == readable);
}

static void call_method(world_t *w, ph_overlay_t *overlay, ph_arena_t *arena, const ph_api_method_t *method,
                        ph_bytes_t args)
{
    ph_writer_t result = ph_writer_in(arena);
    if (call(w, overlay, &result, *method, args) != PH_OK)
        return;
    void *value = ph_arena_alloc(arena, method->result->size + 1);
    PH_CHECK(ph_type_decode_all(ph_writer_bytes(&result), arena, method->result, value) == PH_OK);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static world_t world;
    if (size < 2)
        return 0;
    if (!world.state)
        make_world(&world);
    ph_arena_t *arena = ph_arena_new();
    ph_overlay_t *overlay = ph_overlay_new(world.state);
    if (data[0] >= 0xfe || data[1] & 1)
        open_block(&world, overlay, arena);
    if (data[0] == 0xff)
        apply_extrinsics(&world, overlay, arena, ph_bytes(data + 1, size - 1));
    else if (data[0] == 0xfe)
        author(&world, overlay, arena, ph_bytes(data + 1, size - 1));
    else
        call_method(&world, overlay, arena, &ph_api_methods[data[0] % PH_API_COUNT], ph_bytes(data + 2, size - 2));
    ph_overlay_free(overlay);
    ph_arena_free(arena);
    return 0;
}
