#include "erasure/proof.h"

#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "crypto/hash.h"
#include "erasure/erasure.h"
#include "trie/codec.h"

#define KEY_NIBBLES 8u
#define NO_PARENT   UINT32_MAX

typedef struct tree_node {
    size_t start, len; /* in the tree's encodings */
    uint32_t parent;
} tree_node_t;

struct ph_erasure_tree {
    uint8_t root[32];
    const uint8_t *hashes; /* while building */
    uint32_t *order;       /* while building: indices in the order of their keys */
    ph_writer_t encodings;
    tree_node_t *nodes; /* fewer than 2 · count */
    size_t node_count;
    uint32_t *leaf_of; /* index to its leaf */
    size_t count;
};

static uint8_t index_nibble(uint32_t index, size_t i)
{
    uint8_t byte = (uint8_t)(index >> (8 * (i / 2)));
    return i % 2 ? byte & 15 : byte >> 4;
}

/* Little-endian keys compare as their reversed numbers. */
static int by_key(const void *a, const void *b)
{
    uint32_t x = __builtin_bswap32(*(const uint32_t *)a), y = __builtin_bswap32(*(const uint32_t *)b);
    return x < y ? -1 : x > y;
}

static uint32_t build(ph_erasure_tree_t *tree, uint32_t parent, size_t lo, size_t hi, size_t depth);

/* The children of a branch go first, so that their references can stand in it. */
static void build_children(ph_erasure_tree_t *tree, ph_node_plan_t *plan, uint8_t references[16][32], uint32_t self,
                           size_t lo, size_t hi, size_t at)
{
    while (lo < hi) {
        uint8_t nibble = index_nibble(tree->order[lo], at);
        size_t mid = lo + 1;
        while (mid < hi && index_nibble(tree->order[mid], at) == nibble)
            mid++;
        const tree_node_t *child = &tree->nodes[build(tree, self, lo, mid, at + 1)];
        size_t len = ph_node_reference(references[nibble], ph_bytes(tree->encodings.data + child->start, child->len));
        plan->kids[nibble] = ph_bytes(references[nibble], len);
        plan->bitmap = (uint16_t)(plan->bitmap | 1u << nibble);
        lo = mid;
    }
}

/* Encodes the node over order[lo … hi-1], whose keys agree in the first `depth` nibbles; returns its number. */
static uint32_t build(ph_erasure_tree_t *tree, uint32_t parent, size_t lo, size_t hi, size_t depth)
{
    uint32_t self = (uint32_t)tree->node_count++, first = tree->order[lo], last = tree->order[hi - 1];
    size_t at = depth;
    while (at < KEY_NIBBLES && index_nibble(first, at) == index_nibble(last, at))
        at++;
    uint8_t packed[KEY_NIBBLES / 2 + 1] = {0}, references[16][32];
    size_t odd = (at - depth) % 2;
    for (size_t i = depth; i < at; i++) {
        size_t position = i - depth + odd;
        packed[position / 2] |= (uint8_t)(index_nibble(first, i) << (position % 2 ? 0 : 4));
    }
    ph_node_plan_t plan = {.partial = packed, .partial_len = at - depth};
    if (hi - lo == 1) {
        plan.kind = PH_NODE_LEAF;
        plan.has_value = true;
        plan.value = ph_bytes(tree->hashes + 32 * (size_t)first, 32);
        tree->leaf_of[first] = self;
    } else {
        plan.kind = PH_NODE_BRANCH;
        build_children(tree, &plan, references, self, lo, hi, at);
    }
    tree_node_t *node = &tree->nodes[self];
    *node = (tree_node_t){.start = tree->encodings.len, .parent = parent};
    ph_node_encode(&tree->encodings, &plan);
    node->len = tree->encodings.len - node->start;
    return self;
}

ph_erasure_tree_t *ph_erasure_tree_new(const uint8_t *hashes, size_t count)
{
    PH_CHECK(count >= 1 && count <= PH_ERASURE_MAX_VALIDATORS);
    ph_erasure_tree_t *tree = ph_mem_alloc(NULL, sizeof *tree);
    tree->hashes = hashes;
    tree->count = count;
    tree->nodes = ph_mem_alloc(NULL, 2 * count * sizeof *tree->nodes);
    tree->leaf_of = ph_mem_alloc(NULL, count * sizeof *tree->leaf_of);
    tree->order = ph_mem_alloc(NULL, count * sizeof *tree->order);
    for (size_t i = 0; i < count; i++)
        tree->order[i] = (uint32_t)i;
    qsort(tree->order, count, sizeof *tree->order, by_key);
    uint32_t top = build(tree, NO_PARENT, 0, count, 0);
    ph_blake2_256(tree->root, ph_bytes(tree->encodings.data + tree->nodes[top].start, tree->nodes[top].len));
    ph_mem_free(tree->order);
    tree->order = NULL;
    tree->hashes = NULL;
    return tree;
}

ph_erasure_tree_t *ph_erasure_tree_of_chunks(const uint8_t *chunks, size_t chunk_len, size_t count)
{
    uint8_t *hashes = ph_mem_alloc(NULL, 32 * count);
    for (size_t i = 0; i < count; i++)
        ph_blake2_256(hashes + 32 * i, ph_bytes(chunks + i * chunk_len, chunk_len));
    ph_erasure_tree_t *tree = ph_erasure_tree_new(hashes, count);
    ph_mem_free(hashes);
    return tree;
}

void ph_erasure_tree_free(ph_erasure_tree_t *tree)
{
    if (!tree)
        return;
    ph_writer_free(&tree->encodings);
    ph_mem_free(tree->nodes);
    ph_mem_free(tree->leaf_of);
    ph_mem_free(tree);
}

const uint8_t *ph_erasure_tree_root(const ph_erasure_tree_t *tree)
{
    return tree->root;
}

size_t ph_erasure_tree_proof(const ph_erasure_tree_t *tree, ph_bytes_t nodes[PH_ERASURE_PROOF_NODES_MAX], size_t index)
{
    PH_CHECK(index < tree->count);
    size_t count = 0;
    for (uint32_t n = tree->leaf_of[index]; n != NO_PARENT; n = tree->nodes[n].parent)
        count++;
    PH_CHECK(count <= PH_ERASURE_PROOF_NODES_MAX);
    uint32_t n = tree->leaf_of[index];
    for (size_t i = count; i > 0; i--, n = tree->nodes[n].parent)
        nodes[i - 1] = ph_bytes(tree->encodings.data + tree->nodes[n].start, tree->nodes[n].len);
    return count;
}

/* ---- verification ---- */

typedef struct proof {
    const ph_bytes_t *nodes;
    size_t count;
    uint8_t hashes[PH_ERASURE_PROOF_NODES_MAX][32];
} proof_t;

static ph_err_t find_node(const proof_t *proof, ph_bytes_t *out, const uint8_t hash[32])
{
    for (size_t i = 0; i < proof->count; i++) {
        if (memcmp(proof->hashes[i], hash, 32) == 0) {
            *out = proof->nodes[i];
            return PH_OK;
        }
    }
    return PH_ERR_INVALID;
}

/* Follows the key one node down: either *value is set, or *encoded becomes the child and *depth moves on. */
static ph_err_t step(const proof_t *proof, ph_bytes_t *encoded, size_t *depth, ph_bytes_t *value, ph_bytes_t key)
{
    ph_node_plan_t plan;
    if (ph_node_decode(&plan, *encoded) != PH_OK)
        return PH_ERR_INVALID;
    size_t left = KEY_NIBBLES - *depth;
    if (plan.kind == PH_NODE_EMPTY || plan.partial_len > left)
        return PH_ERR_NOT_FOUND;
    for (size_t i = 0; i < plan.partial_len; i++, ++*depth)
        if (ph_node_plan_nibble(&plan, i) != ph_nibble(key, *depth))
            return PH_ERR_NOT_FOUND;
    if (*depth == KEY_NIBBLES) {
        if (!plan.has_value)
            return PH_ERR_NOT_FOUND;
        if (plan.value_hashed)
            return PH_ERR_INVALID;
        *value = plan.value;
        return PH_OK;
    }
    uint8_t nibble = ph_nibble(key, (*depth)++);
    if (plan.kind == PH_NODE_LEAF || !(plan.bitmap >> nibble & 1))
        return PH_ERR_NOT_FOUND;
    if (plan.kids[nibble].len == 32)
        return find_node(proof, encoded, plan.kids[nibble].data);
    *encoded = plan.kids[nibble];
    return PH_OK;
}

ph_err_t ph_erasure_proof_hash(uint8_t out[32], const uint8_t root[32], uint32_t index, const ph_bytes_t *nodes,
                               size_t count)
{
    proof_t proof = {.nodes = nodes, .count = count};
    if (count > PH_ERASURE_PROOF_NODES_MAX)
        return PH_ERR_TOO_LARGE;
    for (size_t i = 0; i < count; i++) {
        if (nodes[i].len > PH_ERASURE_PROOF_NODE_LEN_MAX)
            return PH_ERR_TOO_LARGE;
        ph_blake2_256(proof.hashes[i], nodes[i]);
    }
    uint8_t key_bytes[4];
    ph_put_u32(key_bytes, index);
    ph_bytes_t key = ph_bytes(key_bytes, sizeof key_bytes), encoded, value = {0};
    PH_TRY(find_node(&proof, &encoded, root));
    /* Every step takes a nibble or ends, so the key's length bounds the loop. */
    for (size_t depth = 0; !value.data;)
        PH_TRY(step(&proof, &encoded, &depth, &value, key));
    if (value.len < 32)
        return PH_ERR_INVALID;
    memcpy(out, value.data, 32);
    return PH_OK;
}

ph_err_t ph_erasure_proof_verify(const uint8_t root[32], uint32_t index, ph_bytes_t chunk, const ph_bytes_t *nodes,
                                 size_t count)
{
    uint8_t expected[32], actual[32];
    PH_TRY(ph_erasure_proof_hash(expected, root, index, nodes, count));
    ph_blake2_256(actual, chunk);
    return memcmp(expected, actual, 32) == 0 ? PH_OK : PH_ERR_INVALID;
}
