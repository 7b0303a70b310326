/* Proofs without the hashes that can be computed again.
 *
 * Two forms exist, both lists of items in pre-order. A compact proof holds whole nodes of a storage proof, but a child
 * that follows is an empty reference, and a hashed value that follows is left out of its node (which then starts with
 * an escape byte); each distinct node or value is written once. A value proof also leaves out the very values it is
 * about: whoever checks it brings keys and values along. (Source: trie-db trie_codec.rs and proof/, sp-trie
 * trie_codec.rs.)
 */
#ifndef PH_TRIE_COMPACT_H
#define PH_TRIE_COMPACT_H

#include "trie/proof.h"

/* Items in the order they have to be in. */
typedef struct ph_compact_proof {
    ph_bytes_t *items;
    size_t count;
} ph_compact_proof_t;

typedef enum ph_compact_verdict {
    PH_COMPACT_OK,
    PH_COMPACT_TRIE_ERROR, /* an item does not decode, one is missing, or (encoding) the root's node is */
    PH_COMPACT_ROOT_MISMATCH,
    PH_COMPACT_INVALID_CHILD_ROOT,     /* the value at a child trie's key is not a hash */
    PH_COMPACT_EXTRANEOUS_CHILD_PROOF, /* a child trie that the top trie does not know */
    PH_COMPACT_EXTRANEOUS_CHILD_NODE   /* items left over */
} ph_compact_verdict_t;

/* From the nodes of a storage proof; child tries that are among them come along. */
ph_compact_verdict_t ph_compact_encode(ph_arena_t *arena, ph_compact_proof_t *out, const ph_bytes_t *nodes,
                                       size_t count, const uint8_t root[32]);
/* Back to a storage proof of that root. */
ph_compact_verdict_t ph_compact_decode(ph_arena_t *arena, ph_proof_t *out, const ph_compact_proof_t *proof,
                                       const uint8_t root[32]);
/* SCALE Vec<Vec<u8>>, as ph_proof_encode and _decode but in the given order. */
void ph_compact_write(ph_writer_t *w, const ph_compact_proof_t *proof);
PH_MUST_CHECK ph_err_t ph_compact_read(ph_arena_t *arena, ph_compact_proof_t *out, ph_bytes_t in);

/* ---- value proofs ---- */

typedef struct ph_value_claim {
    ph_bytes_t key;
    bool present;
    ph_bytes_t value;
} ph_value_claim_t;

typedef enum ph_value_verdict {
    PH_VALUE_OK,
    PH_VALUE_DUPLICATE_KEY,
    PH_VALUE_EXTRANEOUS_NODE,         /* items left over */
    PH_VALUE_EXTRANEOUS_VALUE,        /* a value that should have been left out */
    PH_VALUE_EXTRANEOUS_HASH,         /* a child that should have been an item */
    PH_VALUE_INVALID_CHILD_REFERENCE, /* longer than a hash */
    PH_VALUE_MISMATCH,                /* claimed present where the trie has nothing, or the other way round */
    PH_VALUE_INCOMPLETE,              /* an item is missing */
    PH_VALUE_ROOT_MISMATCH,
    PH_VALUE_MALFORMED /* an item does not decode */
} ph_value_verdict_t;

/* A proof of the keys (any order, duplicates dropped), there or not. Errors of reading the state. */
PH_MUST_CHECK ph_err_t ph_value_proof_make(ph_arena_t *arena, ph_compact_proof_t *out, const ph_state_t *state,
                                           const ph_bytes_t *keys, size_t count);
/* Is every claim true of the trie with this root and state version? Claims in any order. */
ph_value_verdict_t ph_value_proof_verify(const uint8_t root[32], const ph_compact_proof_t *proof,
                                         const ph_value_claim_t *claims, size_t count, int version);

#endif
