/* Disputes on chain: statement sets are filtered, imported, and concluded by a supermajority of the session's
 * validators. More than a third against a candidate that this chain includes freezes the chain at the block before its
 * inclusion. (Guide 5, Disputes Module and Dispute Participation; pallet `ParasDisputes` of polkadot-sdk.)
 */
#ifndef PH_RUNTIME_DISPUTES_H
#define PH_RUNTIME_DISPUTES_H

#include "runtime/initializer.h"
#include "runtime/storage/paras_disputes.h"

/* Forgets disputes older than the dispute period. */
void ph_disputes_on_new_session(ph_rt_t *rt, const ph_para_session_change_t *change);

/* Sorts local disputes before remote ones and older ones first, and drops repeated sets. */
void ph_disputes_sort(ph_rt_t *rt, ph_vec_dispute_statement_set_t *sets);
/* Removes statements that are known, badly signed or of nobody. False: nothing worthwhile remains of the set. */
bool ph_disputes_filter(ph_rt_t *rt, ph_dispute_statement_set_t *set);
/* Imports filtered sets; stops at the first that fails. */
PH_MUST_CHECK ph_err_t ph_disputes_import(ph_rt_t *rt, const ph_vec_dispute_statement_set_t *sets);

void ph_disputes_note_included(ph_rt_t *rt, ph_session_index_t session, const ph_candidate_hash_t *candidate,
                               ph_block_number_t included_in);
bool ph_disputes_concluded_invalid(ph_rt_t *rt, ph_session_index_t session, const ph_candidate_hash_t *candidate);
bool ph_disputes_is_frozen(ph_rt_t *rt);

#endif
