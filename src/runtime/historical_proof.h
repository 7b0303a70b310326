/* Proofs over a trie, as a list of nodes that must be exactly those that are read: none missing, none twice, none
 * unused. (sp-trie 46, accessed_nodes_tracker.rs.)
 */
#ifndef PH_RUNTIME_HISTORICAL_PROOF_H
#define PH_RUNTIME_HISTORICAL_PROOF_H

#include "primitives/types.h"
#include "runtime/host.h"

typedef struct ph_proof_node {
    ph_hash_t hash;
    ph_bytes_t bytes;
    bool used;
} ph_proof_node_t;

typedef struct ph_proof_nodes {
    ph_proof_node_t *items; /* in the call's arena */
    size_t count;
} ph_proof_nodes_t;

/* False: a node stands there twice, or there are more than two keys' ways can use. */
PH_MUST_CHECK bool ph_proof_nodes_open(ph_rt_t *rt, ph_proof_nodes_t *out, const ph_vec_bytes_t *nodes);
/* The key's value in the trie of that root; it points into the nodes. False: it has none, or a node is missing or none.
 */
PH_MUST_CHECK bool ph_proof_nodes_read(ph_proof_nodes_t *nodes, ph_bytes_t *value, const ph_hash_t *root,
                                       ph_bytes_t key);
bool ph_proof_nodes_all_used(const ph_proof_nodes_t *nodes);

/* Adds nodes to a list that is in the order of their bytes, each once. */
void ph_historical_add_nodes(ph_rt_t *rt, ph_vec_bytes_t *list, const ph_bytes_t *nodes, size_t count);

#endif
