#include "chain/block.h"

#include <string.h>

#include "base/check.h"
#include "crypto/hash.h"
#include "trie/root.h"

/* Of the trie whose root stands for the body. */
enum { EXTRINSICS_VERSION = 0 };

ph_relay_block_t *ph_relay_block_ref(ph_relay_block_t *block)
{
    atomic_fetch_add_explicit(&block->refs, 1, memory_order_relaxed);
    return block;
}

void ph_relay_block_unref(void *ptr)
{
    ph_relay_block_t *block = ptr;
    if (!block || atomic_fetch_sub_explicit(&block->refs, 1, memory_order_acq_rel) != 1)
        return;
    ph_state_unref(block->state);
    ph_buf_unref(block->encoded);
    ph_arena_free(block->arena);
}

ph_hash_t ph_relay_block_header_hash(const ph_header_t *header)
{
    ph_hash_t hash;
    ph_writer_t w = PH_WRITER_HEAP;
    ph_header_encode(&w, header);
    ph_blake2_256(hash.bytes, ph_writer_bytes(&w));
    ph_writer_free(&w);
    return hash;
}

static ph_relay_block_t *new_block(void)
{
    ph_arena_t *arena = ph_arena_new();
    ph_relay_block_t *block = ph_arena_alloc(arena, sizeof *block);
    atomic_init(&block->refs, 1);
    block->arena = arena;
    return block;
}

static bool is_babe(const ph_consensus_engine_id_t *engine)
{
    return memcmp(engine->bytes, "BABE", 4) == 0;
}

/* The first BABE pre-runtime item says who claims the slot; the last item is the seal. */
static ph_err_t read_digest(ph_relay_block_t *block, const char **why)
{
    const ph_vec_digest_item_t *logs = &block->header.digest.logs;
    ph_babe_pre_digest_t pre;
    bool found = false;
    for (size_t i = 0; i < logs->count; i++) {
        const ph_digest_item_t *item = &logs->items[i];
        if (item->kind != PH_DIGEST_ITEM_PRE_RUNTIME || !is_babe(&item->pre_runtime._0))
            continue;
        *why = "several BABE pre-digests";
        if (found)
            return PH_ERR_MALFORMED;
        found = true;
        *why = "a BABE pre-digest that does not decode";
        PH_TRY(ph_babe_pre_digest_decode_all(item->pre_runtime._1, block->arena, &pre));
    }
    *why = "no BABE pre-digest";
    if (!found)
        return PH_ERR_MALFORMED;
    *why = "no BABE seal as the last digest item";
    const ph_digest_item_t *last = &logs->items[logs->count - 1];
    if (last->kind != PH_DIGEST_ITEM_SEAL || !is_babe(&last->seal._0) || last->seal._1.len != 64)
        return PH_ERR_MALFORMED;
    switch ((ph_babe_pre_digest_kind_t)pre.kind) {
    case PH_BABE_PRE_DIGEST_PRIMARY:
        block->primary = true;
        block->slot = pre.primary.slot;
        block->authority = pre.primary.authority_index;
        break;
    case PH_BABE_PRE_DIGEST_SECONDARY_PLAIN:
        block->slot = pre.secondary_plain.slot;
        block->authority = pre.secondary_plain.authority_index;
        break;
    case PH_BABE_PRE_DIGEST_SECONDARY_VRF:
        block->slot = pre.secondary_vrf.slot;
        block->authority = pre.secondary_vrf.authority_index;
        break;
    }
    *why = NULL;
    return PH_OK;
}

ph_err_t ph_relay_block_decode(ph_relay_block_t **out, ph_buf_t *encoded, const char **why)
{
    ph_relay_block_t *block = new_block();
    ph_block_with_justification_t parts;
    block->encoded = ph_buf_ref(encoded);
    ph_reader_t r = ph_reader(ph_buf_bytes(encoded));
    r.borrow = true;
    *why = "not a block";
    ph_err_t err = ph_block_with_justification_decode(&r, block->arena, &parts);
    if (err == PH_OK)
        err = ph_reader_finish(&r);
    if (err == PH_OK) {
        block->header = parts.header;
        block->body = parts.body;
        block->hash = ph_relay_block_header_hash(&block->header);
        err = read_digest(block, why);
    }
    if (err == PH_OK && block->header.number == 0) {
        *why = "block number 0";
        err = PH_ERR_MALFORMED;
    }
    if (err != PH_OK) {
        ph_relay_block_unref(block);
        return err;
    }
    *why = NULL;
    *out = block;
    return PH_OK;
}

ph_err_t ph_relay_block_make(ph_relay_block_t **out, const ph_header_t *header, const ph_vec_opaque_extrinsic_t *body,
                             const char **why)
{
    ph_block_with_justification_t parts = {.header = *header, .body = *body};
    ph_writer_t w = PH_WRITER_HEAP;
    ph_block_with_justification_encode(&w, &parts);
    ph_buf_t *encoded = ph_writer_to_buf(&w);
    ph_err_t err = ph_relay_block_decode(out, encoded, why);
    ph_buf_unref(encoded);
    return err;
}

bool ph_relay_block_hangs_together(const ph_relay_block_t *block)
{
    ph_arena_t *arena = ph_arena_new();
    ph_bytes_t *values = ph_arena_alloc(arena, block->body.count * sizeof *values);
    uint8_t root[32];
    for (size_t i = 0; i < block->body.count; i++) {
        ph_writer_t w = ph_writer_in(arena);
        ph_write_bytes(&w, block->body.items[i]);
        values[i] = ph_writer_bytes(&w);
    }
    ph_trie_ordered_root(root, values, block->body.count, EXTRINSICS_VERSION);
    ph_arena_free(arena);
    return memcmp(root, block->header.extrinsics_root.bytes, sizeof root) == 0;
}

ph_relay_block_t *ph_relay_block_genesis(ph_state_t *state)
{
    ph_relay_block_t *block = new_block();
    memcpy(block->header.state_root.bytes, ph_state_root(state), 32);
    ph_trie_ordered_root(block->header.extrinsics_root.bytes, NULL, 0, EXTRINSICS_VERSION);
    block->hash = ph_relay_block_header_hash(&block->header);
    block->state = ph_state_ref(state);
    ph_block_with_justification_t parts = {.header = block->header};
    ph_writer_t w = PH_WRITER_HEAP;
    ph_block_with_justification_encode(&w, &parts);
    block->encoded = ph_writer_to_buf(&w);
    return block;
}

ph_err_t ph_relay_block_base(ph_relay_block_t **out, const ph_header_t *header, ph_state_t *state, const char **why)
{
    const ph_vec_opaque_extrinsic_t unknown = {0};
    ph_hash_t hash = ph_relay_block_header_hash(header);
    *why = "its state root is not that of the state";
    if (memcmp(header->state_root.bytes, ph_state_root(state), sizeof header->state_root.bytes) != 0)
        return PH_ERR_INVALID;
    if (header->number == 0) {
        ph_relay_block_t *genesis = ph_relay_block_genesis(state);
        *why = "it says number 0, and is not the genesis block of the state";
        if (ph_hash_equal(&genesis->hash, &hash)) {
            *out = genesis;
            return PH_OK;
        }
        ph_relay_block_unref(genesis);
        return PH_ERR_INVALID;
    }
    PH_TRY(ph_relay_block_make(out, header, &unknown, why));
    (*out)->state = ph_state_ref(state);
    (*out)->bodiless = true;
    return PH_OK;
}
