/* Which chunks belong to a candidate: the erasure root and the proof of each chunk.
 *
 * The root is that of a state trie (layout version 0) of n entries: key the chunk's index as 4 little-endian bytes,
 * value the BLAKE2b-256 hash of the chunk. A proof is the nodes from the root to the entry, at most 8, each its
 * encoding. (Source: architecture.md "Formats to match"; polkadot-sdk, polkadot-erasure-coding: branches, branch_hash.)
 */
#ifndef PH_ERASURE_PROOF_H
#define PH_ERASURE_PROOF_H

#include "base/bytes.h"

#define PH_ERASURE_PROOF_NODES_MAX    8
#define PH_ERASURE_PROOF_NODE_LEN_MAX 612

typedef struct ph_erasure_tree ph_erasure_tree_t;

/* All nodes over the hashes of chunks 0 … count-1, one after the other, 32 bytes each; 1 ≤ count ≤ 65536. */
ph_erasure_tree_t *ph_erasure_tree_new(const uint8_t *hashes, size_t count);
/* Hashes the chunks (as ph_erasure_encode lays them out) first. */
ph_erasure_tree_t *ph_erasure_tree_of_chunks(const uint8_t *chunks, size_t chunk_len, size_t count);
void ph_erasure_tree_free(ph_erasure_tree_t *tree);                 /* NULL allowed */
const uint8_t *ph_erasure_tree_root(const ph_erasure_tree_t *tree); /* 32 bytes that live as long as the tree */
/* The proof of chunk `index` (below count): writes its nodes, root first, and returns how many. They point into the
 * tree. */
size_t ph_erasure_tree_proof(const ph_erasure_tree_t *tree, ph_bytes_t nodes[PH_ERASURE_PROOF_NODES_MAX], size_t index);

/* The hash that the proof vouches for at `index` under `root`. Nodes may stand in any order, and there may be more than
 * needed. TOO_LARGE: too many nodes or too long a one; NOT_FOUND: the proof shows that there is no such entry; INVALID:
 * it shows nothing. */
PH_MUST_CHECK ph_err_t ph_erasure_proof_hash(uint8_t out[32], const uint8_t root[32], uint32_t index,
                                             const ph_bytes_t *nodes, size_t count);
/* The same, and the chunk has that hash; INVALID if not. */
PH_MUST_CHECK ph_err_t ph_erasure_proof_verify(const uint8_t root[32], uint32_t index, ph_bytes_t chunk,
                                               const ph_bytes_t *nodes, size_t count);

#endif
