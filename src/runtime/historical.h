/* Historical: for each session the root of a trie that says whose keys were whose; with a few of the trie's nodes
 * anyone proves later that a key was a validator's.
 *
 * The trie (layout V0) maps a validator's position in the set, a u32, to its account, and each of its session keys
 * (key type and SCALE bytes) to that position. Keys are those set at the time, not those queued. (pallet-session 50,
 * historical.)
 */
#ifndef PH_RUNTIME_HISTORICAL_H
#define PH_RUNTIME_HISTORICAL_H

#include "runtime/storage/historical.h"

/* Session's manager: asks ValidatorManager for the set of session `index` and keeps its root. False: the set stays as
 * it is, and its root with it. */
bool ph_historical_new_session(ph_rt_t *rt, ph_vec_account_id_t *validators, ph_session_index_t index);

/* What proves whose the key is in the current session; if it is nobody's, the nodes that show this. `type`: four
 * letters ("babe"). */
void ph_historical_prove(ph_rt_t *rt, ph_membership_proof_t *out, const char type[4], ph_bytes_t key);
/* Whose key was it in the proof's session? False: the proof does not say, or is not exactly what it takes. */
bool ph_historical_check(ph_rt_t *rt, ph_account_id_t *owner, const char type[4], ph_bytes_t key,
                         const ph_membership_proof_t *proof);

/* Forgets the sessions before `up_to`. Nobody on this chain asks for it. */
void ph_historical_prune_up_to(ph_rt_t *rt, ph_session_index_t up_to);

#endif
