/* Inside the trie room: nodes in memory, and the store that holds every node once.
 *
 * A node is immutable and reference-counted once it is sealed (its merkle value is known); before that it belongs to
 * the one apply that is making it. Three things may still be filled in, once, from nothing to something: the target of
 * a stub (a node known only by its hash), the bytes of a value known only by its hash, and the child trie that a node
 * built before it was known to hold one. So readers need no lock.
 */
#ifndef PH_TRIE_NODE_H
#define PH_TRIE_NODE_H

#include <stdatomic.h>

#include "trie/codec.h"
#include "trie/state.h"

enum {
    PH_TRIE_STUB = 1, /* only merkle and target mean anything */
    PH_TRIE_HAS_VALUE = 2,
    PH_TRIE_VALUE_HASHED = 4, /* value_hash is set, and stands in the encoding */
    PH_TRIE_INTERNED = 8      /* in the store's table */
};

typedef struct ph_trie_node ph_trie_node_t;
struct ph_trie_node {
    atomic_uint refs;
    uint16_t bitmap;
    uint8_t merkle_len; /* 0: not sealed yet */
    uint8_t flags;
    uint32_t partial_len;
    uint32_t size; /* bytes of this struct with its tail */
    union {
        _Atomic(ph_buf_t *) value;        /* NULL while only the hash is known */
        _Atomic(ph_trie_node_t *) target; /* of a stub */
    };
    _Atomic(ph_trie_node_t *) child_trie; /* root of the child trie whose root hash this node's value is, or NULL */
    uint8_t merkle[32];
    uint8_t value_hash[32];
    ph_trie_node_t *kids[]; /* one a bit of bitmap, then partial_len bytes, a nibble each */
};

struct ph_trie_store {
    atomic_flag lock; /* guards the table and every count that falls to zero */
    ph_trie_node_t **slots;
    size_t slot_count, used;
    atomic_size_t node_count, node_bytes;
    const ph_trie_backing_t *backing;
};

struct ph_state {
    atomic_uint refs;
    ph_trie_store_t *store;
    ph_trie_node_t *root; /* NULL: empty */
    uint8_t hash[32];
};

static inline size_t ph_trie_kid_count(const ph_trie_node_t *node)
{
    return (size_t)__builtin_popcount(node->bitmap);
}
static inline uint8_t *ph_trie_partial(const ph_trie_node_t *node)
{
    return (uint8_t *)(uintptr_t)(node->kids + ph_trie_kid_count(node));
}
static inline bool ph_trie_has_kid(const ph_trie_node_t *node, unsigned nibble)
{
    return node->bitmap >> nibble & 1;
}
/* The kid may be a stub. */
static inline ph_trie_node_t *ph_trie_kid(const ph_trie_node_t *node, unsigned nibble)
{
    return node->kids[__builtin_popcount(node->bitmap & ((1u << nibble) - 1u))];
}

/* Zeroed but for counts; one reference. The caller fills kids (references it owns) and nibbles. */
ph_trie_node_t *ph_trie_node_new(ph_trie_store_t *store, uint16_t bitmap, size_t partial_len);
ph_trie_node_t *ph_trie_node_stub(ph_trie_store_t *store, const uint8_t hash[32]);
ph_trie_node_t *ph_trie_node_ref(ph_trie_node_t *node);                /* NULL allowed */
void ph_trie_node_unref(ph_trie_store_t *store, ph_trie_node_t *node); /* NULL allowed */
/* Copies the value of `from` (with its hash and child trie) to the unsealed `to`. */
void ph_trie_node_take_value(ph_trie_node_t *to, const ph_trie_node_t *from);

/* The encoding; kids must be sealed. */
void ph_trie_node_encode(ph_writer_t *w, const ph_trie_node_t *node);
/* Seals node and everything unsealed below it, swapping nodes the store already has for the store's. Takes the
 * reference, returns one. `scratch` is overwritten. */
ph_trie_node_t *ph_trie_node_seal(ph_trie_store_t *store, ph_writer_t *scratch, ph_trie_node_t *node);
/* Root hash: of the encoding, however short. node NULL: the empty trie. */
void ph_trie_node_root_hash(uint8_t out[32], const ph_trie_node_t *node);

/* *node is replaced by the target if it is a stub, loading it. References are not touched: the stub holds its target.
 * INVALID: the backing has no such node; MALFORMED: it is not a node; else the backing's error. */
PH_MUST_CHECK ph_err_t ph_trie_resolve(ph_trie_store_t *store, ph_trie_node_t **node);
/* The value of a node that has one, loading it if need be; errors as above. */
PH_MUST_CHECK ph_err_t ph_trie_value(ph_trie_store_t *store, ph_bytes_t *out, ph_trie_node_t *node);
/* A reference to the root node of that hash: from the table, or the backing. NOT_FOUND, or errors as above. */
PH_MUST_CHECK ph_err_t ph_trie_root_by_hash(ph_trie_store_t *store, ph_trie_node_t **out, const uint8_t hash[32]);

/* The node that carries `key`; NOT_FOUND, or errors of resolving. `visit` (may be NULL) sees every node on the way. */
typedef void (*ph_trie_visit_t)(void *self, ph_trie_node_t *node);
PH_MUST_CHECK ph_err_t ph_trie_find(ph_trie_store_t *store, ph_trie_node_t *root, ph_trie_node_t **out, ph_bytes_t key,
                                    ph_trie_visit_t visit, void *self);

/* A state over a root node (reference taken; NULL: empty). */
ph_state_t *ph_state_over(ph_trie_store_t *store, ph_trie_node_t *root);

#endif
