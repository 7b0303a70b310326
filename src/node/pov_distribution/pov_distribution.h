/* PoV Distribution: fetches a PoV from a validator that vouched for it, and serves ours. Guide 4 "PoVDistribution", as
 * fetching by request (guide 5); node.md sections 3 and 13.
 *
 * What was distributed is served as long as its relay parent is an active leaf, later from the Availability Store. A
 * fetched PoV is handed on only if it has the hash that was asked for; another one costs the sender Major.
 */
#ifndef PH_NODE_POV_DISTRIBUTION_H
#define PH_NODE_POV_DISTRIBUTION_H

#include "overseer/overseer.h"

typedef struct ph_pov_distribution_config {
    uint64_t slot_ms;
} ph_pov_distribution_config_t;

extern const ph_subsystem_ops_t ph_pov_distribution_ops;

#endif
