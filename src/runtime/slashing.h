/* Slashing for lost disputes. A dispute of the running session is an offence at once; of an older one the losers are
 * noted until somebody proves who they were. (Guide 5, Disputes Slashing; pallet `ParasSlashing`.)
 */
#ifndef PH_RUNTIME_SLASHING_H
#define PH_RUNTIME_SLASHING_H

#include "runtime/initializer.h"
#include "runtime/storage/paras_slashing.h"

void ph_slashing_on_new_session(ph_rt_t *rt, const ph_para_session_change_t *change);
/* Those who voted for an invalid candidate: backers among them lose everything, approvers a little. */
void ph_slashing_punish_for_invalid(ph_rt_t *rt, ph_session_index_t session, const ph_candidate_hash_t *candidate,
                                    const ph_vec_validator_index_t *losers, const ph_set_validator_index_t *backers);
void ph_slashing_punish_against_valid(ph_rt_t *rt, ph_session_index_t session, const ph_candidate_hash_t *candidate,
                                      const ph_vec_validator_index_t *losers);

/* ---- reports of losers of older disputes ---- */

/* Takes the validator off the list of those to be slashed and reports the account. The caller has checked that the key
 * was the account's in the proof's session. Errors InvalidCandidateHash, InvalidValidatorIndex,
 * ValidatorIndexIdMismatch, DuplicateSlashingReport. */
PH_MUST_CHECK ph_err_t ph_slashing_report(ph_rt_t *rt, const ph_dispute_proof_t *proof,
                                          const ph_account_id_t *offender);
bool ph_slashing_is_known(ph_rt_t *rt, const ph_dispute_proof_t *proof, const ph_account_id_t *offender);
/* The valid transaction that such a report is: for this node alone, of the highest priority. */
void ph_slashing_report_validity(ph_rt_t *rt, ph_valid_transaction_t *out, const ph_dispute_proof_t *proof);

#endif
