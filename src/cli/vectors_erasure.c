/* erasure-vectors.json: chunks, chunk hashes and erasure roots of payloads that the file describes by a seed. */
#include <string.h>

#include "cli/vectors.h"
#include "crypto/hash.h"
#include "erasure/erasure.h"
#include "erasure/proof.h"

typedef struct entry {
    json_int_t validators, payload_len, seed, k, chunk_len;
    const char *payload_hash, *first_hash, *last_hash, *all_hash, *root;
    const json_t *chunks; /* small entries only */
} entry_t;

typedef struct outcome {
    ph_bytes_t payload, chunks;
    size_t chunk_len, k;
    uint8_t *hashes;
} outcome_t;

static const char *read_entry(entry_t *e, const json_t *json)
{
    json_error_t error;
    json_t *chunks = NULL;
    /* jansson only reads here, though its interface can not say so */
    if (json_unpack_ex((json_t *)(uintptr_t)json, &error, JSON_STRICT, "{s:I,s:I,s:I,s:I,s:I,s:s,s:s,s:s,s:s,s:s,s?:o}",
                       "validators", &e->validators, "payload_len", &e->payload_len, "seed", &e->seed, "k", &e->k,
                       "chunk_len", &e->chunk_len, "payload_blake2b256", &e->payload_hash, "first_chunk_blake2b256",
                       &e->first_hash, "last_chunk_blake2b256", &e->last_hash, "all_chunk_hashes_blake2b256",
                       &e->all_hash, "erasure_root", &e->root, "chunks", &chunks) != 0)
        return "a member is missing, unknown or of the wrong type";
    e->chunks = chunks;
    if (e->validators < 2 || e->validators > (json_int_t)PH_ERASURE_MAX_VALIDATORS || e->payload_len < 1 ||
        e->payload_len > 1 << 28)
        return "validators or payload_len out of range";
    return NULL;
}

static ph_bytes_t make_payload(ph_arena_t *arena, uint64_t seed, size_t len)
{
    uint8_t *data = ph_arena_alloc(arena, len + 8);
    uint64_t x = seed;
    for (size_t i = 0; i < len; i += 8) {
        x ^= x >> 12;
        x ^= x << 25;
        x ^= x >> 27;
        ph_put_u64(data + i, x * 0x2545F4914F6CDD1DULL);
    }
    return ph_bytes(data, len);
}

static bool is_hex(const char *text, ph_bytes_t bytes, ph_arena_t *arena)
{
    ph_bytes_t expected;
    return ph_unhex(arena, text, strlen(text), &expected) == PH_OK && ph_bytes_equal(expected, bytes);
}

static bool is_hash(const char *text, ph_bytes_t content, ph_arena_t *arena)
{
    uint8_t hash[32];
    ph_blake2_256(hash, content);
    return is_hex(text, ph_bytes(hash, 32), arena);
}

static ph_bytes_t chunk_at(const outcome_t *o, size_t i)
{
    return ph_bytes(o->chunks.data + i * o->chunk_len, o->chunk_len);
}

static const char *check_chunks(const entry_t *e, const outcome_t *o, ph_arena_t *arena)
{
    size_t n = (size_t)e->validators;
    if (!is_hash(e->first_hash, chunk_at(o, 0), arena))
        return "the first chunk differs";
    if (!is_hash(e->last_hash, chunk_at(o, n - 1), arena))
        return "the last chunk differs";
    if (!is_hash(e->all_hash, ph_bytes(o->hashes, 32 * n), arena))
        return "the chunks' hashes differ";
    if (!e->chunks)
        return NULL;
    if (json_array_size(e->chunks) != n)
        return "the list of chunks has another length";
    for (size_t i = 0; i < n; i++) {
        const char *text = json_string_value(json_array_get(e->chunks, i));
        if (!text || !is_hex(text, chunk_at(o, i), arena))
            return "a chunk differs";
    }
    return NULL;
}

static const char *check_recovery(const ph_erasure_t *erasure, const entry_t *e, const outcome_t *o, ph_arena_t *arena)
{
    size_t n = (size_t)e->validators, threshold;
    if (ph_erasure_threshold(&threshold, n) != PH_OK)
        return "no threshold";
    ph_erasure_piece_t *last = ph_arena_alloc(arena, threshold * sizeof *last);
    for (size_t i = 0; i < threshold; i++)
        last[i] = (ph_erasure_piece_t){(uint32_t)(n - threshold + i), chunk_at(o, n - threshold + i)};
    size_t len = o->k * o->chunk_len;
    uint8_t *back = ph_arena_alloc(arena, len);
    if (ph_erasure_reconstruct(erasure, back, len, n, last, threshold) != PH_OK ||
        memcmp(back, o->payload.data, o->payload.len) != 0)
        return "the last chunks do not give the payload back";
    return NULL;
}

static const char *check_root(const entry_t *e, const outcome_t *o, ph_arena_t *arena)
{
    size_t n = (size_t)e->validators;
    ph_erasure_tree_t *tree = ph_erasure_tree_new(o->hashes, n);
    const char *why =
        is_hex(e->root, ph_bytes(ph_erasure_tree_root(tree), 32), arena) ? NULL : "the erasure root differs";
    for (size_t i = 0; i < n && !why; i += n / 16 + 1) {
        ph_bytes_t nodes[PH_ERASURE_PROOF_NODES_MAX];
        size_t count = ph_erasure_tree_proof(tree, nodes, i);
        if (ph_erasure_proof_verify(ph_erasure_tree_root(tree), (uint32_t)i, chunk_at(o, i), nodes, count) != PH_OK)
            why = "a chunk's proof does not hold";
    }
    ph_erasure_tree_free(tree);
    return why;
}

static const char *check_entry(const ph_erasure_t *erasure, const json_t *json, ph_arena_t *arena)
{
    entry_t e = {0};
    const char *why = read_entry(&e, json);
    if (why)
        return why;
    size_t n = (size_t)e.validators;
    outcome_t o = {.payload = make_payload(arena, (uint64_t)e.seed, (size_t)e.payload_len)};
    if (!is_hash(e.payload_hash, o.payload, arena))
        return "the payload differs";
    o.chunk_len = ph_erasure_chunk_len(n, o.payload.len);
    if (ph_erasure_systematic_threshold(&o.k, n) != PH_OK || (json_int_t)o.k != e.k)
        return "k differs";
    if ((json_int_t)o.chunk_len != e.chunk_len)
        return "the chunk length differs";
    o.chunks = ph_bytes(ph_arena_alloc(arena, n * o.chunk_len), n * o.chunk_len);
    if (ph_erasure_encode(erasure, o.chunks.data, o.chunks.len, n, o.payload) != PH_OK)
        return "encoding failed";
    o.hashes = ph_arena_alloc(arena, 32 * n);
    for (size_t i = 0; i < n; i++)
        ph_blake2_256(o.hashes + 32 * i, chunk_at(&o, i));
    if (!(why = check_chunks(&e, &o, arena)) && !(why = check_recovery(erasure, &e, &o, arena)))
        why = check_root(&e, &o, arena);
    return why;
}

void ph_vectors_erasure(ph_vectors_t *v, const json_t *file)
{
    ph_erasure_t *erasure = ph_erasure_new(NULL);
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)(uintptr_t)file, key, value)
    {
        if (strcmp(key, "payload") == 0) {
            if (!json_is_string(value)) /* how the payload comes from the seed, for people */
                ph_vectors_report(v, key, "", false, "expected a text");
        } else if (strcmp(key, "vectors") != 0 || !json_is_array(value)) {
            ph_vectors_report(v, key, "", false, "unknown list");
        } else {
            for (size_t i = 0; i < json_array_size(value); i++) {
                const json_t *entry = json_array_get(value, i);
                char *name = ph_arena_printf(v->arena, "%zu (%lld validators, %lld bytes)", i,
                                             (long long)json_integer_value(json_object_get(entry, "validators")),
                                             (long long)json_integer_value(json_object_get(entry, "payload_len")));
                const char *why = check_entry(erasure, entry, v->arena);
                ph_vectors_report(v, key, name, !why, "%s", why ? why : "");
            }
        }
    }
    ph_erasure_free(erasure);
}
