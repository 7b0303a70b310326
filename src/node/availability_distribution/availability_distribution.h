/* Availability Distribution: fetches our chunk of every candidate pending availability, and serves the chunks we hold.
 * Guide 4 "AvailabilityDistribution"; node.md section 13.
 *
 * A new leaf is looked at together with its last 3 ancestors of the same session. For each core occupied there whose
 * responsible group (the one that backed the candidate, not the one on the core now) is not ours, members of that group
 * are asked for our chunk, one after the other in random order, then again after a pause. That goes on from leaf to
 * leaf, and ends when no live leaf has the candidate any more. A chunk is stored only when its proof leads to the
 * descriptor's erasure root; one that does not costs the sender Major, and its sender is not asked again. When nobody
 * is left to ask or the store will not have the chunk, the next leaf that wants it begins anew.
 */
#ifndef PH_NODE_AVAILABILITY_DISTRIBUTION_H
#define PH_NODE_AVAILABILITY_DISTRIBUTION_H

#include "keystore/keystore.h"
#include "overseer/overseer.h"

typedef struct ph_availability_distribution_config {
    ph_keystore_t *keystore; /* NULL: fetches nothing, serves nothing of its own */
    uint64_t slot_ms;
} ph_availability_distribution_config_t;

extern const ph_subsystem_ops_t ph_availability_distribution_ops;

#endif
