/* Storage proofs: the nodes of a trie that lead to some keys, from which anyone who knows the root can read those
 * keys, or see that they are absent.
 *
 * A proof is a set of encoded nodes (and of values that stand in their node as a hash), in lexicographic order, as
 * state_getReadProof hands out. What is read from it is read from nodes whose hashes were computed here, starting at
 * the root: other bytes among them do no harm. (Source: sp-trie storage_proof.rs; sp-state-machine prove_read,
 * read_proof_check.)
 */
#ifndef PH_TRIE_PROOF_H
#define PH_TRIE_PROOF_H

#include "trie/state.h"

typedef struct ph_proof {
    ph_bytes_t *nodes; /* ascending, unique */
    size_t count;
} ph_proof_t;

/* ---- making ---- */

typedef struct ph_proof_recorder ph_proof_recorder_t;
ph_proof_recorder_t *ph_proof_recorder_new(void);
void ph_proof_recorder_free(ph_proof_recorder_t *r); /* NULL allowed */
/* Adds what reading `key` touches, be it there or not. Errors of reading the state; NOT_FOUND is none. */
PH_MUST_CHECK ph_err_t ph_proof_record(ph_proof_recorder_t *r, const ph_state_t *state, ph_bytes_t key);
/* The same for a key of a child trie, the way to the child's root included. */
PH_MUST_CHECK ph_err_t ph_proof_record_child(ph_proof_recorder_t *r, const ph_state_t *state, ph_bytes_t child,
                                             ph_bytes_t key);
/* What was recorded so far, in `arena`. */
void ph_proof_recorder_take(const ph_proof_recorder_t *r, ph_arena_t *arena, ph_proof_t *out);

/* All at once, for keys of the top trie. */
PH_MUST_CHECK ph_err_t ph_proof_make(ph_arena_t *arena, ph_proof_t *out, const ph_state_t *state,
                                     const ph_bytes_t *keys, size_t count);
/* The nodes on the way to one key, the root's first, a hashed value last; not a set. (Proofs of erasure chunks.) */
PH_MUST_CHECK ph_err_t ph_proof_path(ph_arena_t *arena, ph_proof_t *out, const ph_state_t *state, ph_bytes_t key);

/* ---- reading ---- */

typedef enum ph_proof_verdict {
    PH_PROOF_PRESENT,
    PH_PROOF_ABSENT,
    PH_PROOF_NO_ROOT,    /* the root's node is not among the nodes (InvalidStateRoot) */
    PH_PROOF_INCOMPLETE, /* a node or value on the way is not (IncompleteDatabase) */
    PH_PROOF_MALFORMED   /* a node on the way does not decode (DecoderError) */
} ph_proof_verdict_t;

/* Hashes the nodes, in any order, once for many reads; the nodes must outlive the reader. */
typedef struct ph_proof_reader ph_proof_reader_t;
ph_proof_reader_t *ph_proof_reader_new(const ph_bytes_t *nodes, size_t count);
void ph_proof_reader_free(ph_proof_reader_t *r); /* NULL allowed */
/* *value points into the nodes. */
ph_proof_verdict_t ph_proof_read(const ph_proof_reader_t *r, ph_bytes_t *value, const uint8_t root[32], ph_bytes_t key);
/* A child trie whose root is absent has no keys; a root that is not 32 bytes is MALFORMED. */
ph_proof_verdict_t ph_proof_read_child(const ph_proof_reader_t *r, ph_bytes_t *value, const uint8_t root[32],
                                       ph_bytes_t child, ph_bytes_t key);

/* ---- SCALE: Vec<Vec<u8>> ---- */

void ph_proof_encode(ph_writer_t *w, const ph_proof_t *proof);
/* Nodes point into `in`; they are sorted and duplicates dropped. MALFORMED, also for trailing bytes. */
PH_MUST_CHECK ph_err_t ph_proof_decode(ph_arena_t *arena, ph_proof_t *out, ph_bytes_t in);

#endif
