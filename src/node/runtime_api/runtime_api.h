/* Runtime API: questions about the runtime's state at a block. Guide 4, "RuntimeApi"; node.md section 5.
 *
 * Every request is one runtime API call at `relay_parent`. Answers are kept (two generations of 128), by block and
 * arguments; those that are the same at every block (a session's info, code by its hash) by arguments alone, once they
 * are there. What is asked for its effect (submit_pvf_check_statement) is called every time, and the transactions it
 * makes go to this node's pool. Errors: NotSupported, UnknownBlock (unknown or pruned), Execution with the runtime's
 * own words.
 */
#ifndef PH_NODE_RUNTIME_API_H
#define PH_NODE_RUNTIME_API_H

#include "chain/chain.h"
#include "overseer/overseer.h"

typedef struct ph_runtime_api_config {
    ph_chain_t *chain; /* outlives the subsystem */
} ph_runtime_api_config_t;

extern const ph_subsystem_ops_t ph_runtime_api_ops;

#endif
