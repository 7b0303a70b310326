/* Availability Store: keeps chunks and full data of candidates as long as they may be needed. Guide 4
 * "AvailabilityStore"; node.md section 13.
 *
 * A candidate is known from the block that backs it (or from the moment its data is stored), Unavailable until a block
 * includes it, Unfinalized as long as such a block may be reverted, Finalized after. It is forgotten 1 h after it was
 * last Unavailable, 25 h after it was finalised, and as soon as the blocks that included it are all on dead forks (it
 * is then Unavailable again). What is stored is on disk and synced before the answer says so.
 *
 * Whoever stores the full data holds every chunk: they are made from it again when asked for.
 */
#ifndef PH_NODE_AVAILABILITY_STORE_H
#define PH_NODE_AVAILABILITY_STORE_H

#include "overseer/overseer.h"

typedef struct ph_availability_store_config {
    uint64_t slot_ms;
    uint64_t keep_unavailable_ms; /* 0: 1 h */
    uint64_t keep_finalized_ms;   /* 0: 25 h */
    uint64_t prune_every_ms;      /* 0: 5 min */
} ph_availability_store_config_t;

extern const ph_subsystem_ops_t ph_availability_store_ops;

#endif
