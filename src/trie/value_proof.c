/* Value proofs: see trie/compact.h. */
#include <stdlib.h>
#include <string.h>

#include "crypto/hash.h"
#include "scale/scale.h"
#include "trie/compact.h"
#include "trie/node_db.h"

/* How a key stands to a node that begins at nibble `at` of it. */
typedef enum ph_match { PH_MATCH_ELSEWHERE, PH_MATCH_HERE, PH_MATCH_BELOW } ph_match_t;

static ph_match_t match(ph_bytes_t key, size_t at, const ph_node_plan_t *plan)
{
    if (plan->kind == PH_NODE_EMPTY || 2 * key.len - at < plan->partial_len)
        return PH_MATCH_ELSEWHERE;
    for (size_t i = 0; i < plan->partial_len; i++)
        if (ph_node_plan_nibble(plan, i) != ph_nibble(key, at + i))
            return PH_MATCH_ELSEWHERE;
    at += plan->partial_len;
    if (at == 2 * key.len)
        return PH_MATCH_HERE;
    return plan->bitmap >> ph_nibble(key, at) & 1 ? PH_MATCH_BELOW : PH_MATCH_ELSEWHERE;
}

/* Does the key begin with the first `len` nibbles of `prefix`? */
static bool shares_nibbles(ph_bytes_t key, ph_bytes_t prefix, size_t len)
{
    if (2 * key.len < len || (len / 2 && memcmp(key.data, prefix.data, len / 2) != 0))
        return false;
    return len % 2 == 0 || ph_nibble(key, len - 1) == ph_nibble(prefix, len - 1);
}

/* ---- making ---- */

typedef struct ph_value_out {
    ph_arena_t *arena;
    ph_node_db_t db;
    PH_LIST(ph_bytes_t) items;
    const ph_bytes_t *keys; /* ascending */
    size_t count, at;
} ph_value_out_t;

static ph_err_t prove_node(ph_value_out_t *o, ph_bytes_t *out, ph_bytes_t node, size_t depth);

/* The proof's reference to a child: empty if the child is an item, its stripped encoding if it is inline. */
static ph_err_t prove_kid(ph_value_out_t *o, ph_bytes_t *kid, size_t depth)
{
    if (kid->len != PH_TRIE_HASH_LEN)
        return prove_node(o, kid, *kid, depth);
    ph_bytes_t node, stripped;
    if (!ph_node_db_get(&o->db, &node, kid->data))
        return PH_ERR_INTERNAL;
    size_t place = o->items.count;
    ph_list_push(o->arena, &o->items, (ph_bytes_t){0});
    PH_TRY(prove_node(o, &stripped, node, depth));
    o->items.items[place] = stripped;
    *kid = (ph_bytes_t){0};
    return PH_OK;
}

/* Takes the keys that end in or go through this node. */
static ph_err_t prove_node(ph_value_out_t *o, ph_bytes_t *out, ph_bytes_t node, size_t depth)
{
    ph_node_plan_t *plan = ph_arena_alloc(o->arena, sizeof *plan);
    PH_TRY(ph_node_decode(plan, node));
    ph_bytes_t prefix = o->keys[o->at];
    bool changed = false;
    while (o->at < o->count && shares_nibbles(o->keys[o->at], prefix, depth)) {
        ph_bytes_t key = o->keys[o->at];
        ph_match_t how = match(key, depth, plan);
        if (how == PH_MATCH_BELOW) {
            size_t next = depth + plan->partial_len;
            changed = true;
            PH_TRY(prove_kid(o, &plan->kids[ph_nibble(key, next)], next + 1));
            continue;
        }
        if (how == PH_MATCH_HERE && plan->has_value) {
            changed = true;
            plan->value_hashed = false;
            plan->value = (ph_bytes_t){0};
            plan->has_value = plan->kind == PH_NODE_LEAF;
        }
        o->at++;
    }
    *out = node;
    if (changed) {
        ph_writer_t w = ph_writer_in(o->arena);
        ph_node_encode(&w, plan);
        *out = ph_writer_bytes(&w);
    }
    return PH_OK;
}

static ph_err_t prove_all(ph_value_out_t *o, const ph_state_t *state)
{
    ph_proof_t nodes;
    PH_TRY(ph_proof_make(o->arena, &nodes, state, o->keys, o->count));
    uint8_t hash[32];
    for (size_t i = 0; i < nodes.count; i++)
        ph_node_db_put(&o->db, hash, nodes.nodes[i]);
    ph_bytes_t root = ph_bytes(ph_state_root(state), 32);
    return prove_kid(o, &root, 0);
}

ph_err_t ph_value_proof_make(ph_arena_t *arena, ph_compact_proof_t *out, const ph_state_t *state,
                             const ph_bytes_t *keys, size_t count)
{
    *out = (ph_compact_proof_t){0};
    if (!count)
        return PH_OK;
    ph_bytes_t *sorted = ph_arena_copy(arena, keys, count * sizeof *keys);
    ph_value_out_t o = {.arena = arena, .keys = sorted, .count = ph_sort_nodes(sorted, count)};
    ph_node_db_init(&o.db);
    ph_err_t err = prove_all(&o, state);
    ph_node_db_free(&o.db);
    if (!err)
        *out = (ph_compact_proof_t){o.items.items, o.items.count};
    return err;
}

/* ---- verifying ---- */

typedef struct ph_value_in {
    ph_arena_t *arena;
    const ph_compact_proof_t *proof;
    const ph_value_claim_t **claims; /* ascending by key */
    size_t claim_count, claim_at, item_at;
    int version;
} ph_value_in_t;

static void put_value(ph_value_in_t *in, ph_node_plan_t *plan, ph_bytes_t value)
{
    plan->has_value = true;
    plan->value_hashed = ph_trie_hashes_value(in->version, value.len);
    plan->value = value;
    if (plan->value_hashed) {
        uint8_t *hash = ph_arena_alloc(in->arena, 32);
        ph_blake2_256(hash, value);
        plan->value = ph_bytes(hash, 32);
    }
}

/* The claim's key ends at this node, whose value the proof must have left out. */
static ph_value_verdict_t check_here(ph_value_in_t *in, ph_node_plan_t *plan, bool value_left_out,
                                     const ph_value_claim_t *claim)
{
    if (!value_left_out)
        return PH_VALUE_EXTRANEOUS_VALUE;
    if (claim->present)
        put_value(in, plan, claim->value);
    else if (plan->kind == PH_NODE_LEAF)
        return PH_VALUE_MISMATCH;
    return PH_VALUE_OK;
}

static ph_value_verdict_t check_node(ph_value_in_t *in, ph_bytes_t *out, ph_bytes_t node, size_t depth);

static ph_value_verdict_t check_kid(ph_value_in_t *in, ph_bytes_t *kid, size_t depth)
{
    if (kid->len == PH_TRIE_HASH_LEN)
        return PH_VALUE_EXTRANEOUS_HASH;
    bool is_inline = kid->len != 0;
    if (!is_inline && in->item_at == in->proof->count)
        return PH_VALUE_INCOMPLETE;
    ph_bytes_t whole;
    ph_value_verdict_t verdict = check_node(in, &whole, is_inline ? *kid : in->proof->items[in->item_at++], depth);
    if (verdict)
        return verdict;
    if (is_inline && whole.len > PH_TRIE_HASH_LEN)
        return PH_VALUE_INVALID_CHILD_REFERENCE;
    *kid = whole;
    if (!is_inline) {
        uint8_t *hash = ph_arena_alloc(in->arena, 32);
        ph_blake2_256(hash, whole);
        *kid = ph_bytes(hash, 32);
    }
    return PH_VALUE_OK;
}

static ph_value_verdict_t check_claims(ph_value_in_t *in, ph_node_plan_t *plan, size_t depth)
{
    bool left_out = plan->kind == PH_NODE_LEAF ? !plan->value_hashed && !plan->value.len : !plan->has_value;
    ph_bytes_t prefix = in->claims[in->claim_at]->key;
    ph_value_verdict_t verdict = PH_VALUE_OK;
    while (!verdict && in->claim_at < in->claim_count && shares_nibbles(in->claims[in->claim_at]->key, prefix, depth)) {
        const ph_value_claim_t *claim = in->claims[in->claim_at];
        size_t next = depth + plan->partial_len;
        switch (match(claim->key, depth, plan)) {
        case PH_MATCH_BELOW:
            verdict = check_kid(in, &plan->kids[ph_nibble(claim->key, next)], next + 1);
            continue;
        case PH_MATCH_HERE:
            verdict = check_here(in, plan, left_out, claim);
            break;
        case PH_MATCH_ELSEWHERE:
            verdict = claim->present ? PH_VALUE_MISMATCH : PH_VALUE_OK;
            break;
        }
        in->claim_at++;
    }
    return verdict;
}

/* Checks the claims that lead to this node and gives the node its left-out parts back. */
static ph_value_verdict_t check_node(ph_value_in_t *in, ph_bytes_t *out, ph_bytes_t node, size_t depth)
{
    ph_node_plan_t *plan = ph_arena_alloc(in->arena, sizeof *plan);
    if (ph_node_decode(plan, node))
        return PH_VALUE_MALFORMED;
    ph_value_verdict_t verdict = check_claims(in, plan, depth);
    if (verdict)
        return verdict;
    for (size_t i = 0; i < 16; i++)
        if (plan->kids[i].len > PH_TRIE_HASH_LEN)
            return PH_VALUE_INVALID_CHILD_REFERENCE;
    ph_writer_t w = ph_writer_in(in->arena);
    ph_node_encode(&w, plan);
    *out = ph_writer_bytes(&w);
    return PH_VALUE_OK;
}

static ph_value_verdict_t check_all(ph_value_in_t *in, const uint8_t root[32])
{
    if (!in->claim_count)
        return in->proof->count ? PH_VALUE_EXTRANEOUS_NODE : PH_VALUE_OK;
    for (size_t i = 1; i < in->claim_count; i++)
        if (ph_bytes_equal(in->claims[i - 1]->key, in->claims[i]->key))
            return PH_VALUE_DUPLICATE_KEY;
    ph_bytes_t computed = {0};
    ph_value_verdict_t verdict = check_kid(in, &computed, 0);
    if (verdict)
        return verdict;
    if (in->item_at < in->proof->count)
        return PH_VALUE_EXTRANEOUS_NODE;
    return memcmp(computed.data, root, 32) == 0 ? PH_VALUE_OK : PH_VALUE_ROOT_MISMATCH;
}

static int by_claimed_key(const void *a, const void *b)
{
    const ph_value_claim_t *const *x = a, *const *y = b;
    return ph_bytes_compare((*x)->key, (*y)->key);
}

static const ph_value_claim_t **sort_claims(ph_arena_t *arena, const ph_value_claim_t *claims, size_t count)
{
    const ph_value_claim_t **sorted = ph_arena_alloc(arena, count * sizeof *sorted);
    for (size_t i = 0; i < count; i++)
        sorted[i] = &claims[i];
    qsort(sorted, count, sizeof *sorted, by_claimed_key);
    return sorted;
}

ph_value_verdict_t ph_value_proof_verify(const uint8_t root[32], const ph_compact_proof_t *proof,
                                         const ph_value_claim_t *claims, size_t count, int version)
{
    ph_arena_t *arena = ph_arena_new();
    ph_value_in_t in = {.arena = arena,
                        .proof = proof,
                        .claims = sort_claims(arena, claims, count),
                        .claim_count = count,
                        .version = version};
    ph_value_verdict_t verdict = check_all(&in, root);
    ph_arena_free(arena);
    return verdict;
}
