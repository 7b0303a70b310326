/* A new leaf: which candidates are pending availability in it and in its last ancestors? */
#ifndef PH_NODE_AVAILABILITY_DISTRIBUTION_LEAF_H
#define PH_NODE_AVAILABILITY_DISTRIBUTION_LEAF_H

#include "overseer/overseer.h"

/* Looks at it, in a job that ends when all its candidates are wanted. */
void ph_chunk_leaf_start(ph_subsystem_t *self, const ph_hash_t *leaf);
/* A leaf is no longer live. `heir`: the leaf that was activated in its place and is still being looked at, or NULL.
 * What the old leaf wants is released only when the heir has said what it wants, so that no fetch starts anew. */
void ph_chunk_leaf_stop(ph_subsystem_t *self, const ph_hash_t *leaf, const ph_hash_t *heir);

#endif
