/* Chain API: facts about blocks of this node's chain. Guide 4, "ChainApi"; guide 5's utilities.
 *
 * Answers at once and never fails: what is not known here is none. Ancestors come nearest first and stop at genesis or
 * at a block that is not known.
 */
#ifndef PH_NODE_CHAIN_API_H
#define PH_NODE_CHAIN_API_H

#include "chain/chain.h"
#include "overseer/overseer.h"

typedef struct ph_chain_api_config {
    ph_chain_t *chain; /* outlives the subsystem */
} ph_chain_api_config_t;

extern const ph_subsystem_ops_t ph_chain_api_ops;

#endif
