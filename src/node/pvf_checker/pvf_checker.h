/* PVF Checker: tries code that is new to the chain, and votes on it. (polkadot-node-core-pvf-checker 36; node.md
 * section 11.)
 *
 * At every active leaf it looks which code is under vote. What no leaf had before is prepared by Candidate Validation,
 * once as long as any leaf has it. As a validator of the session it then votes: for code that can be prepared, against
 * all other, also where the failure was our own, for nobody is punished for such a vote and code that one validator
 * cannot prepare is not safe to use. If no answer comes it abstains.
 *
 * There is one vote a session and code, whatever becomes of it; in a new session whatever is judged and still under
 * vote is voted on anew. The keystore sees to it that after a restart no vote contradicts an earlier one. Votes go to
 * the runtime at the highest leaf so far, and from there to the transaction pool. Runtimes that know of no votes are
 * left alone.
 */
#ifndef PH_NODE_PVF_CHECKER_H
#define PH_NODE_PVF_CHECKER_H

#include "keystore/keystore.h"
#include "overseer/overseer.h"

typedef struct ph_pvf_checker_config {
    ph_keystore_t *keystore; /* outlives the node */
} ph_pvf_checker_config_t;

extern const ph_subsystem_ops_t ph_pvf_checker_ops;

#endif
