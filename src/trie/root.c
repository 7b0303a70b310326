#include "trie/root.h"

#include <string.h>

#include "base/check.h"
#include "crypto/hash.h"
#include "scale/scale.h"

typedef struct ph_root_walk {
    ph_writer_t *w;
    const ph_trie_pair_t *pairs;
    int version;
} ph_root_walk_t;

/* Nibbles that the keys of pairs lo and hi-1, and so of all between, have in common from `depth` on. */
static size_t common_nibbles(const ph_trie_pair_t *pairs, size_t lo, size_t hi, size_t depth)
{
    ph_bytes_t a = pairs[lo].key, b = pairs[hi - 1].key;
    size_t end = 2 * (a.len < b.len ? a.len : b.len), at = depth;
    while (at < end && ph_nibble(a, at) == ph_nibble(b, at))
        at++;
    return at - depth;
}

static void write_partial(ph_writer_t *w, ph_bytes_t key, size_t from, size_t to)
{
    if ((to - from) % 2)
        ph_write_u8(w, ph_nibble(key, from++));
    for (; from < to; from += 2)
        ph_write_u8(w, (uint8_t)(ph_nibble(key, from) << 4 | ph_nibble(key, from + 1)));
}

static void write_value(ph_root_walk_t *walk, ph_bytes_t value)
{
    uint8_t hash[32];
    bool hashed = ph_trie_hashes_value(walk->version, value.len);
    if (hashed)
        ph_blake2_256(hash, value);
    ph_node_write_value(walk->w, hashed ? ph_bytes(hash, 32) : value, hashed);
}

/* Turns the child encoding that stands at the end of the writer, from `start` on, into its reference. */
static void fold_child(ph_writer_t *w, size_t start)
{
    uint8_t reference[32];
    size_t len = ph_node_reference(reference, ph_bytes(w->data + start, w->len - start));
    w->len = start;
    ph_write_bytes(w, ph_bytes(reference, len));
}

static void write_node(ph_root_walk_t *walk, size_t lo, size_t hi, size_t depth);

static void write_kids(ph_root_walk_t *walk, size_t lo, size_t hi, size_t at)
{
    while (lo < hi) {
        uint8_t nibble = ph_nibble(walk->pairs[lo].key, at);
        size_t mid = lo + 1;
        while (mid < hi && ph_nibble(walk->pairs[mid].key, at) == nibble)
            mid++;
        size_t start = walk->w->len;
        write_node(walk, lo, mid, at + 1);
        fold_child(walk->w, start);
        lo = mid;
    }
}

static uint16_t kid_bitmap(const ph_trie_pair_t *pairs, size_t lo, size_t hi, size_t at)
{
    uint16_t bitmap = 0;
    for (; lo < hi; lo++)
        bitmap |= (uint16_t)(1u << ph_nibble(pairs[lo].key, at));
    return bitmap;
}

static void write_node(ph_root_walk_t *walk, size_t lo, size_t hi, size_t depth)
{
    const ph_trie_pair_t *first = &walk->pairs[lo];
    size_t at = depth + common_nibbles(walk->pairs, lo, hi, depth);
    bool leaf = hi - lo == 1;
    bool has_value = 2 * first->key.len == at;
    bool hashed = has_value && ph_trie_hashes_value(walk->version, first->value.len);
    ph_node_write_header(walk->w, leaf ? PH_NODE_LEAF : PH_NODE_BRANCH, has_value, hashed, at - depth);
    write_partial(walk->w, first->key, depth, at);
    if (!leaf)
        ph_write_u16(walk->w, kid_bitmap(walk->pairs, lo + has_value, hi, at));
    if (has_value)
        write_value(walk, first->value);
    if (!leaf)
        write_kids(walk, lo + has_value, hi, at);
}

static ph_err_t check_pairs(const ph_trie_pair_t *pairs, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (pairs[i].key.len > PH_TRIE_KEY_MAX)
            return PH_ERR_TOO_LARGE;
        if (i && ph_bytes_compare(pairs[i - 1].key, pairs[i].key) >= 0)
            return PH_ERR_INVALID;
    }
    return PH_OK;
}

ph_err_t ph_trie_root_node(ph_writer_t *out, const ph_trie_pair_t *pairs, size_t count, int version)
{
    PH_TRY(check_pairs(pairs, count));
    ph_root_walk_t walk = {.w = out, .pairs = pairs, .version = version};
    if (count)
        write_node(&walk, 0, count, 0);
    else
        ph_write_u8(out, 0);
    return PH_OK;
}

ph_err_t ph_trie_root(uint8_t out[32], const ph_trie_pair_t *pairs, size_t count, int version)
{
    ph_writer_t w = PH_WRITER_HEAP;
    ph_err_t err = ph_trie_root_node(&w, pairs, count, version);
    if (!err)
        ph_blake2_256(out, ph_writer_bytes(&w));
    ph_writer_free(&w);
    return err;
}

/* ---- the way to a key ---- */

/* Narrows pairs [*lo, *hi), which share `depth` nibbles with the key, to those under its next branch; *depth is then
 * behind that branch's nibble. False: the way ends at this node. */
static bool step_down(const ph_trie_pair_t *pairs, size_t *lo, size_t *hi, size_t *depth, ph_bytes_t key)
{
    size_t at = *depth + common_nibbles(pairs, *lo, *hi, *depth), end = 2 * key.len;
    for (size_t i = *depth; i < at; i++)
        if (i == end || ph_nibble(key, i) != ph_nibble(pairs[*lo].key, i))
            return false;
    if (at == end || *hi - *lo == 1)
        return false;
    size_t from = *lo + (2 * pairs[*lo].key.len == at);
    while (from < *hi && ph_nibble(pairs[from].key, at) < ph_nibble(key, at))
        from++;
    size_t to = from;
    while (to < *hi && ph_nibble(pairs[to].key, at) == ph_nibble(key, at))
        to++;
    *lo = from;
    *hi = to;
    *depth = at + 1;
    return from < to;
}

ph_err_t ph_trie_path(ph_arena_t *arena, ph_trie_path_t *out, const ph_trie_pair_t *pairs, size_t count, int version,
                      ph_bytes_t key)
{
    *out = (ph_trie_path_t){0};
    PH_TRY(check_pairs(pairs, count));
    ph_writer_t w = ph_writer_in(arena);
    ph_root_walk_t walk = {.w = &w, .pairs = pairs, .version = version};
    size_t lo = 0, hi = count, depth = 0;
    do {
        w = ph_writer_in(arena);
        if (count)
            write_node(&walk, lo, hi, depth);
        else
            ph_write_u8(&w, 0);
        if (depth == 0 || w.len >= PH_TRIE_HASH_LEN)
            ph_list_push(arena, out, ph_writer_bytes(&w));
    } while (count && step_down(pairs, &lo, &hi, &depth, key));
    return PH_OK;
}

/* ---- sorting ---- */

static int by_key(const ph_trie_pair_t *a, const ph_trie_pair_t *b)
{
    return ph_bytes_compare(a->key, b->key);
}

/* A merge sort: stable, so that the last of equal keys can win, and never quadratic. */
static void merge_sort(ph_trie_pair_t *pairs, ph_trie_pair_t *spare, size_t count)
{
    if (count < 2)
        return;
    size_t half = count / 2;
    merge_sort(pairs, spare, half);
    merge_sort(pairs + half, spare, count - half);
    if (by_key(&pairs[half - 1], &pairs[half]) <= 0)
        return;
    memcpy(spare, pairs, half * sizeof *pairs);
    size_t i = 0, j = half, to = 0;
    while (i < half)
        pairs[to++] = j < count && by_key(&pairs[j], &spare[i]) < 0 ? pairs[j++] : spare[i++];
}

size_t ph_trie_sort(ph_trie_pair_t *pairs, size_t count)
{
    if (count < 2)
        return count;
    ph_trie_pair_t *spare = ph_mem_alloc(NULL, count / 2 * sizeof *spare);
    merge_sort(pairs, spare, count);
    ph_mem_free(spare);
    size_t kept = 1;
    for (size_t i = 1; i < count; i++) {
        if (by_key(&pairs[kept - 1], &pairs[i]) != 0)
            kept++;
        pairs[kept - 1] = pairs[i];
    }
    return kept;
}

/* ---- lists ---- */

void ph_trie_ordered_root(uint8_t out[32], const ph_bytes_t *values, size_t count, int version)
{
    PH_CHECK(count <= 1u << 30);
    ph_writer_t keys = PH_WRITER_HEAP;
    ph_trie_pair_t *pairs = ph_mem_alloc(NULL, count * sizeof *pairs);
    for (size_t i = 0; i < count; i++)
        ph_write_compact(&keys, i);
    for (size_t i = 0, at = 0; i < count; i++) {
        size_t len = ph_compact_len(i);
        pairs[i] = (ph_trie_pair_t){ph_bytes(keys.data + at, len), values[i]};
        at += len;
    }
    PH_CHECK(ph_trie_sort(pairs, count) == count);
    PH_CHECK(ph_trie_root(out, pairs, count, version) == PH_OK);
    ph_mem_free(pairs);
    ph_writer_free(&keys);
}

/* ---- builder ---- */

ph_trie_builder_t ph_trie_builder_new(void)
{
    return (ph_trie_builder_t){.arena = ph_arena_new()};
}

void ph_trie_builder_free(ph_trie_builder_t *builder)
{
    ph_arena_free(builder->arena);
    *builder = (ph_trie_builder_t){0};
}

ph_err_t ph_trie_builder_add(ph_trie_builder_t *builder, ph_bytes_t key, ph_bytes_t value)
{
    if (key.len > PH_TRIE_KEY_MAX)
        return PH_ERR_TOO_LARGE;
    ph_trie_pair_t pair = {ph_bytes_copy(builder->arena, key), ph_bytes_copy(builder->arena, value)};
    ph_list_push(builder->arena, &builder->pairs, pair);
    return PH_OK;
}

void ph_trie_builder_root(ph_trie_builder_t *builder, uint8_t out[32], int version)
{
    builder->pairs.count = ph_trie_sort(builder->pairs.items, builder->pairs.count);
    PH_CHECK(ph_trie_root(out, builder->pairs.items, builder->pairs.count, version) == PH_OK);
}
