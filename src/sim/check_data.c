#include <string.h>

#include "crypto/hash.h"
#include "sim/check_private.h"

/* A candidate is available when its chunks are: we go to the disks of those who signed for it. Backers keep the data
 * whole, which stands for each of its chunks; everybody else keeps the chunk of its own index. */

typedef struct held {
    uint32_t index;
    ph_bytes_t chunk;
    ph_buf_t *value; /* what the chunk lies in; NULL: in `coded` */
} held_t;

typedef struct collection {
    ph_check_t *check;
    const ph_check_pending_t *pending;
    size_t validators, k;
    PH_LIST(held_t) chunks;
    ph_buf_t *data; /* as the first backer has it */
    uint8_t *coded; /* its chunks */
    size_t coded_len;
} collection_t;

static void bad(const collection_t *c, const char *what, size_t validator)
{
    ph_check_violated(c->check, PH_CHECK_DATA, "candidate %s of para %u: %s (validator %zu)",
                      ph_check_short(c->pending->candidate.hash).text, c->pending->candidate.para, what, validator);
}

/* ---- one voter's part ---- */

static bool names(ph_bytes_t node, const uint8_t hash[32])
{
    for (size_t o = 0; o + 32 <= node.len; o++)
        if (memcmp(node.data + o, hash, 32) == 0)
            return true;
    return false;
}

/* The proof's nodes lead from the erasure root down to the chunk: each names the next, the last the chunk, by hash. */
static bool proven(ph_bytes_t root, ph_bytes_t chunk, ph_check_reader_t *proof)
{
    uint8_t hash[32], below[32];
    uint64_t nodes = ph_check_compact(proof);
    ph_bytes_t above = root;
    for (uint64_t i = 0; i < nodes && !proof->bad; i++) {
        ph_bytes_t node = ph_check_bytes(proof);
        ph_blake2_256(hash, node);
        if (!names(above, hash))
            return false;
        above = node;
    }
    ph_blake2_256(below, chunk);
    return !proof->bad && nodes > 0 && proof->at == proof->end && names(above, below);
}

static ph_buf_t *on_disk(const collection_t *c, ph_env_t *env, const char *tag, const uint32_t *validator)
{
    uint8_t name[4 + 32 + 4];
    memcpy(name, tag, 4);
    memcpy(name + 4, c->pending->candidate.hash, 32);
    if (validator)
        ph_put_u32(name + 36, *validator);
    ph_bytes_t key = ph_bytes(name, validator ? 40 : 36);
    return c->check->config.disk ? c->check->config.disk(c->check->config.ctx, env, key) : ph_disk_get(env, key);
}

static void take_chunk(collection_t *c, ph_buf_t *value, uint32_t validator)
{
    held_t held = {.value = value};
    ph_check_reader_t r = ph_check_reader(ph_buf_bytes(value));
    held.chunk = ph_check_bytes(&r);
    held.index = ph_check_u32(&r);
    ph_list_push(NULL, &c->chunks, held);
    if (r.bad || !proven(c->pending->candidate.erasure_root, held.chunk, &r))
        bad(c, "a chunk is not one of the erasure root", validator);
    else if (held.index != validator)
        bad(c, "a chunk is another validator's", validator);
}

static void take_data(collection_t *c, ph_buf_t *value, uint32_t validator)
{
    if (!c->data) {
        c->data = ph_buf_ref(value);
        c->coded_len = ph_check_encode(&c->coded, c->check->names, c->validators, c->k, ph_buf_bytes(value));
    } else if (!ph_bytes_equal(ph_buf_bytes(c->data), ph_buf_bytes(value))) {
        bad(c, "two backers have different data", validator);
    }
    ph_list_push(NULL, &c->chunks,
                 ((held_t){.index = validator, .chunk = ph_bytes(c->coded + validator * c->coded_len, c->coded_len)}));
    ph_buf_unref(value);
}

static void collect(collection_t *c, const uint8_t *key, uint32_t validator)
{
    ph_env_t **env = ph_map_get(&c->check->node_of, key);
    if (!env) {
        bad(c, "somebody counts as a holder who has signed nothing", validator);
        return;
    }
    ph_buf_t *chunk = on_disk(c, *env, "av/c", &validator), *data = chunk ? NULL : on_disk(c, *env, "av/d", NULL);
    if (chunk)
        take_chunk(c, chunk, validator);
    else if (data)
        take_data(c, data, validator);
    else
        bad(c, "what was signed for is not on the disk", validator);
    c->check->seen.chunks += chunk || data;
}

/* ---- all together ---- */

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
    while (!r.bad && r.at < r.end && *r.at == 0)
        r.at++;
    if (!r.bad && r.at < r.end)
        bad(c, "there is something behind the data", 0);
}

/* Encoded again, the data gives the root of the descriptor and every chunk that is held. */
static void check_encoding(const collection_t *c, ph_bytes_t data)
{
    uint8_t *chunks, root[32];
    size_t len = ph_check_encode(&chunks, c->check->names, c->validators, c->k, data);
    ph_check_erasure_root(root, chunks, len, c->validators);
    if (memcmp(root, c->pending->candidate.erasure_root.data, 32) != 0)
        bad(c, "the data has another erasure root", 0);
    for (size_t i = 0; i < c->chunks.count; i++) {
        const held_t *held = &c->chunks.items[i];
        if (held->index >= c->validators || !ph_bytes_equal(held->chunk, ph_bytes(chunks + held->index * len, len)))
            bad(c, "a chunk is not the data's", held->index);
    }
    ph_mem_free(chunks);
}

/* Windows of k over all chunks: if all agree, all chunks lie on one code word, and any k of them give the same bytes.
 */
static void check_decodings(collection_t *c, ph_bytes_t head_before)
{
    ph_bytes_t first = decode(c, 0);
    if (!first.data) {
        bad(c, "k chunks cannot be decoded", 0);
        return;
    }
    check_content(c, first, head_before);
    check_encoding(c, first);
    for (size_t from = 1; from < c->chunks.count; from++) {
        ph_bytes_t other = decode(c, from);
        if (!ph_bytes_equal(first, other))
            bad(c, "other k chunks give other bytes", c->chunks.items[from].index);
        ph_mem_free(other.data);
    }
    ph_mem_free(first.data);
}

void ph_check_data(ph_check_t *check, const ph_check_facts_t *parent, const ph_check_pending_t *pending,
                   ph_bytes_t head_before)
{
    collection_t c = {.check = check, .pending = pending, .validators = parent->validator_count};
    if (c.validators < 2)
        return;
    /* The largest power of two that is at most ⌊(n-1)/3⌋ + 1. */
    for (c.k = 1; c.k * 2 <= (c.validators - 1) / 3 + 1;)
        c.k *= 2;
    for (uint32_t v = 0; v < c.validators; v++)
        if (pending->votes[v])
            collect(&c, parent->validators.data + 32 * (size_t)v, v);
    if (c.chunks.count >= c.k)
        check_decodings(&c, head_before);
    else
        bad(&c, "fewer than k chunks are left", c.chunks.count);
    for (size_t i = 0; i < c.chunks.count; i++)
        ph_buf_unref(c.chunks.items[i].value);
    ph_buf_unref(c.data);
    ph_mem_free(c.coded);
    ph_list_free(&c.chunks);
}
