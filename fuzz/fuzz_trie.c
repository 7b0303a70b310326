/* Input: a byte that picks a property, then its material.
 *
 * 0 nodes: what decodes must encode and decode to the same again.
 * 1 proofs: SCALE list of nodes, read under the root that the first node hashes to; states loaded from the same nodes
 * must agree with the reader, and be walked and changed without harm. 2 compact proofs: SCALE list of items; what
 * decodes must encode to something that decodes to the same. 3 value proofs: the list, under keys from the input. 4
 * overlays: bytes as operations, against a plain list of pairs.
 */
#include "fuzz.h"

#include <string.h>

#include "base/check.h"
#include "crypto/hash.h"
#include "scale/scale.h"
#include "trie/codec.h"
#include "trie/compact.h"
#include "trie/model.h"
#include "trie/node_db.h"
#include "trie/overlay.h"
#include "trie/proof.h"

static void fuzz_node(ph_arena_t *arena, ph_bytes_t in)
{
    ph_node_plan_t plan, again;
    if (ph_node_decode(&plan, in))
        return;
    ph_writer_t w = ph_writer_in(arena), second = ph_writer_in(arena);
    ph_node_encode(&w, &plan);
    PH_CHECK(w.len <= in.len && memcmp(w.data, in.data, w.len) == 0); /* there is one encoding of a node */
    PH_CHECK(ph_node_decode(&again, ph_writer_bytes(&w)) == PH_OK);
    ph_node_encode(&second, &again);
    PH_CHECK(ph_bytes_equal(ph_writer_bytes(&w), ph_writer_bytes(&second)));
}

static ph_err_t get_node(void *self, ph_buf_t **out, const uint8_t hash[32])
{
    ph_bytes_t bytes;
    if (!ph_node_db_get(self, &bytes, hash))
        return PH_ERR_NOT_FOUND;
    *out = ph_buf_new(bytes);
    return PH_OK;
}

enum { STEPS_MAX = 300 };

static void use_state(ph_arena_t *arena, const ph_state_t *state, const ph_proof_reader_t *reader)
{
    ph_bytes_t key, value, read;
    ph_state_iter_t it = ph_state_iter(state, (ph_bytes_t){0});
    PH_LIST(ph_trie_change_t) removals = {0};
    for (size_t i = 0; i < STEPS_MAX && !ph_state_iter_next(&it, &key, &value); i++) {
        PH_CHECK(ph_proof_read(reader, &read, ph_state_root(state), key) == PH_PROOF_PRESENT);
        PH_CHECK(ph_bytes_equal(read, value));
        if (key.len <= PH_TRIE_KEY_MAX)
            ph_list_push(arena, &removals, (ph_trie_change_t){.key = ph_bytes_copy(arena, key)});
    }
    ph_state_iter_free(&it);
    ph_state_t *next;
    if (!ph_state_apply(state, &next, removals.items, removals.count, 1))
        ph_state_unref(next);
    ph_trie_change_t change = {.key = PH_BYTES_LIT("\x12\x34\x56"), .value = ph_buf_new(PH_BYTES_LIT("value"))};
    if (!ph_state_apply(state, &next, &change, 1, 1)) {
        PH_CHECK(ph_state_get(next, &value, change.key) == PH_OK && value.len == 5);
        ph_state_unref(next);
    }
    ph_buf_unref(change.value);
}

static void fuzz_proof(ph_arena_t *arena, ph_bytes_t in)
{
    ph_compact_proof_t list;
    if (ph_compact_read(arena, &list, in) || !list.count)
        return;
    uint8_t root[32], hash[32];
    ph_node_db_t db;
    ph_node_db_init(&db);
    for (size_t i = 0; i < list.count; i++)
        ph_node_db_put(&db, i ? hash : root, list.items[i]);
    ph_proof_reader_t *reader = ph_proof_reader_new(list.items, list.count);
    ph_bytes_t value;
    (void)ph_proof_read(reader, &value, root, PH_BYTES_LIT("\x12\x34"));
    (void)ph_proof_read_child(reader, &value, root, PH_BYTES_LIT("x"), PH_BYTES_LIT("\x12\x34"));
    ph_trie_backing_t backing = {&db, get_node};
    ph_trie_store_t *store = ph_trie_store_new(&backing);
    ph_state_t *state;
    if (!ph_state_open(&state, store, root)) {
        use_state(arena, state, reader);
        ph_state_unref(state);
    }
    PH_CHECK(ph_trie_store_node_count(store) == 0);
    ph_trie_store_free(store);
    ph_proof_reader_free(reader);
    ph_node_db_free(&db);
}

/* The root that the items build up to, found by asking for a wrong one is not told; so take it from the decoder: the
 * node among the results that the decoder accepts as root. */
static void fuzz_compact(ph_arena_t *arena, ph_bytes_t in)
{
    if (in.len < 32)
        return;
    ph_compact_proof_t list, encoded;
    ph_proof_t proof, back;
    uint8_t root[32];
    memcpy(root, in.data, 32);
    if (ph_compact_read(arena, &list, ph_bytes(in.data + 32, in.len - 32)))
        return;
    if (list.count == 1 && list.items[0].len && list.items[0].data[0] != PH_TRIE_COMPACT_ESCAPE)
        ph_blake2_256(root, list.items[0]); /* so that some are accepted */
    if (ph_compact_decode(arena, &proof, &list, root))
        return;
    if (ph_compact_encode(arena, &encoded, proof.nodes, proof.count, root))
        return;
    PH_CHECK(ph_compact_decode(arena, &back, &encoded, root) == PH_COMPACT_OK);
}

static void fuzz_value_proof(ph_arena_t *arena, ph_bytes_t in)
{
    ph_reader_t r = ph_reader(in);
    ph_compact_proof_t list;
    ph_value_claim_t claims[4] = {0};
    r.borrow = true;
    for (size_t i = 0; i < 4; i++) {
        if (ph_read_bool(&r, &claims[i].present) || ph_read_bytes(&r, arena, &claims[i].key) ||
            ph_read_bytes(&r, arena, &claims[i].value))
            return;
    }
    uint8_t root[32] = {0};
    if (!ph_compact_read(arena, &list, ph_bytes(r.at, ph_reader_left(&r))))
        PH_CHECK(ph_value_proof_verify(root, &list, claims, 4, 1) != PH_VALUE_OK);
}

/* Writes of short keys, with transactions that are only ever rolled back whole, so that the model is simple. */
static void fuzz_overlay(ph_bytes_t in)
{
    ph_trie_store_t *store = ph_trie_store_new(NULL);
    ph_state_t *base = ph_state_empty(store), *after;
    ph_overlay_t *o = ph_overlay_new(base);
    ph_model_t model = {0};
    bool inside = false;
    for (size_t at = 0; at + 4 <= in.len; at += 4) {
        const uint8_t *p = in.data + at;
        ph_bytes_t key = ph_bytes(p + 1, p[0] % 4 < 3 ? p[0] % 4 : 2),
                   value = ph_bytes(in.data, at + 4 < 60 ? at + 4 : 60);
        switch (p[0] >> 4) {
        case 0:
            inside ? ph_overlay_rollback_to(o, 0) : ph_overlay_start(o);
            inside = !inside;
            break;
        case 1:
            inside ? (void)0 : ph_model_remove(&model, key);
            ph_overlay_clear(o, key);
            break;
        case 2:
            inside ? ph_overlay_append(o, key, value) : (void)0;
            break;
        default:
            inside ? (void)0 : ph_model_set(&model, key, value);
            ph_overlay_set(o, key, value);
        }
    }
    ph_overlay_rollback_to(o, 0);
    uint8_t root[32];
    PH_CHECK(ph_trie_root(root, model.items, model.count, 1) == PH_OK);
    PH_CHECK(ph_overlay_state(o, &after, 1) == PH_OK);
    PH_CHECK(memcmp(ph_state_root(after), root, 32) == 0);
    ph_state_unref(after);
    ph_overlay_free(o);
    ph_state_unref(base);
    PH_CHECK(ph_trie_store_node_count(store) == 0);
    ph_trie_store_free(store);
    ph_model_free(&model);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (!size)
        return 0;
    ph_arena_t *arena = ph_arena_new();
    ph_bytes_t in = ph_bytes_copy(arena, ph_bytes(data + 1, size - 1));
    switch (data[0] % 5) {
    case 0:
        fuzz_node(arena, in);
        break;
    case 1:
        fuzz_proof(arena, in);
        break;
    case 2:
        fuzz_compact(arena, in);
        break;
    case 3:
        fuzz_value_proof(arena, in);
        break;
    default:
        fuzz_overlay(in);
    }
    ph_arena_free(arena);
    return 0;
}
