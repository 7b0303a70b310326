#include <string.h>

#include "crypto/hash.h"
#include "sim/check_private.h"

/* A candidate is available when its chunks are: we go to the disks of those who signed for it. */

typedef struct held {
    uint32_t index;
    ph_bytes_t chunk;
    ph_buf_t *value;
} held_t;

typedef struct collection {
    ph_check_t *check;
    const ph_check_pending_t *pending;
    size_t validators, k;
    PH_LIST(held_t) chunks;
} collection_t;

static void bad(const collection_t *c, const char *what, size_t validator)
{
    ph_check_violated(c->check, PH_CHECK_DATA, "candidate %s of para %u: %s (validator %zu)", ph_check_short(c->pending->candidate.hash).text,
                      c->pending->candidate.para, what, validator);
}

/* The proof's nodes lead from the erasure root down to the chunk: each names the next by its hash. */
static bool proven(ph_bytes_t root, ph_bytes_t chunk, ph_check_reader_t *proof)
{
    uint8_t hash[32], next[32];
    uint64_t nodes = ph_check_compact(proof);
    if (proof->bad || nodes == 0 || nodes > 8)
        return false;
    memcpy(next, root.data, 32);
    for (uint64_t i = 0; i < nodes; i++) {
        const uint8_t *at = proof->at;
        ph_bytes_t node = ph_check_bytes(proof);
        ph_check_reader_t ahead = *proof;
        ph_blake2_256(hash, node);
        if (proof->bad || memcmp(hash, next, 32) != 0 || at == proof->at)
            return false;
        if (i + 1 == nodes)
            ph_blake2_256(next, chunk);
        else
            ph_blake2_256(next, ph_check_bytes(&ahead));
        bool named = false;
        for (size_t o = 0; o + 32 <= node.len && !named; o++)
            named = memcmp(node.data + o, next, 32) == 0;
        /* The very small child of a branch stands in it whole. */
        if (!named)
            return false;
    }
    return proof->at == proof->end;
}

static void fetch(collection_t *c, const uint8_t *key, uint32_t validator)
{
    uint8_t name[4 + 32 + 4] = "av/c";
    ph_check_t *check = c->check;
    ph_env_t **env = ph_map_get(&check->node_of, key);
    memcpy(name + 4, c->pending->candidate.hash, 32);
    ph_put_u32(name + 36, validator);
    if (!env) {
        bad(c, "counts as held by somebody who has signed nothing", validator);
        return;
    }
    ph_bytes_t at = ph_bytes(name, sizeof name);
    held_t held = {.value = check->config.disk ? check->config.disk(check->config.ctx, *env, at) : ph_disk_get(*env, at)};
    ph_check_reader_t r = ph_check_reader(ph_buf_bytes(held.value));
    held.chunk = ph_check_bytes(&r);
    held.index = ph_check_u32(&r);
    if (!held.value || r.bad) {
        bad(c, "a chunk that was signed for is not on the disk", validator);
        ph_buf_unref(held.value);
        return;
    }
    check->seen.chunks++;
    if (!proven(c->pending->candidate.erasure_root, held.chunk, &r))
        bad(c, "a chunk is not the one of the erasure root", validator);
    ph_list_push(NULL, &c->chunks, held);
}

/* Chunks `from` … `from` + k - 1 of the collection, around its end. */
static ph_bytes_t decode(collection_t *c, size_t from)
{
    ph_erasure_piece_t *pieces = ph_mem_alloc(NULL, c->k * sizeof *pieces);
    size_t len = c->k * c->chunks.items[0].chunk.len;
    uint8_t *out = ph_mem_alloc(NULL, len + 1);
    for (size_t i = 0; i < c->k; i++) {
        const held_t *held = &c->chunks.items[(from + i) % c->chunks.count];
        pieces[i] = (ph_erasure_piece_t){held->index, held->chunk};
    }
    ph_err_t err = ph_erasure_reconstruct(c->check->erasure, out, len, c->validators, pieces, c->k);
    ph_mem_free(pieces);
    c->check->seen.decodings++;
    if (err == PH_OK)
        return ph_bytes(out, len);
    ph_mem_free(out);
    return (ph_bytes_t){0};
}

/* AvailableData: the PoV, then the persisted validation data, then padding. */
static void check_content(const collection_t *c, ph_bytes_t data, ph_bytes_t head_before)
{
    ph_check_reader_t r = ph_check_reader(data);
    uint8_t hash[32];
    ph_check_bytes(&r);
    ph_blake2_256(hash, ph_check_since(&r, data.data));
    if (r.bad || memcmp(hash, c->pending->candidate.pov_hash.data, 32) != 0)
        bad(c, "the chunks do not give the PoV of the descriptor", 0);
    const uint8_t *start = r.at;
    ph_bytes_t parent_head = ph_check_bytes(&r);
    ph_check_take(&r, 4 + 32 + 4);
    ph_blake2_256(hash, ph_check_since(&r, start));
    if (r.bad || memcmp(hash, c->pending->candidate.pvd_hash.data, 32) != 0)
        bad(c, "the chunks do not give the validation data of the descriptor", 0);
    else if (!ph_bytes_equal(parent_head, head_before))
        bad(c, "it was not built on the head before it", 0);
    for (const uint8_t *p = r.at; !r.bad && p < r.end; p++)
        if (*p) {
            bad(c, "there is something behind the data", 0);
            break;
        }
}

/* Windows of k over all chunks: two neighbours that agree share k - 1 chunks, so if all agree all chunks lie on one code word
 * and any k give the same. */
static void check_decodings(collection_t *c, ph_bytes_t head_before)
{
    ph_bytes_t first = decode(c, 0);
    if (!first.data) {
        bad(c, "k chunks cannot be decoded", 0);
        return;
    }
    check_content(c, first, head_before);
    for (size_t from = 1; from < c->chunks.count; from++) {
        ph_bytes_t other = decode(c, from);
        bool equal = ph_bytes_equal(first, other);
        ph_mem_free(other.data);
        if (!equal) {
            bad(c, "other k chunks give other bytes", from);
            break;
        }
    }
    ph_mem_free(first.data);
}

void ph_check_data(ph_check_t *check, const ph_check_facts_t *parent, const ph_check_pending_t *pending, ph_bytes_t head_before)
{
    collection_t c = {.check = check, .pending = pending, .validators = parent->validator_count};
    if (c.validators < 2)
        return;
    /* The largest power of two that is at most ⌊(n-1)/3⌋ + 1. */
    for (c.k = 1; c.k * 2 <= (c.validators - 1) / 3 + 1;)
        c.k *= 2;
    for (uint32_t v = 0; v < c.validators; v++)
        if (pending->votes[v])
            fetch(&c, parent->validators.data + 32 * (size_t)v, v);
    if (c.chunks.count >= c.k)
        check_decodings(&c, head_before);
    else
        bad(&c, "fewer than k chunks are left", c.chunks.count);
    for (size_t i = 0; i < c.chunks.count; i++)
        ph_buf_unref(c.chunks.items[i].value);
    ph_list_free(&c.chunks);
}
