/* ParasShared: session index, the shuffled set of active validators, and which blocks candidates may still build on.
 * (polkadot-sdk pallet `ParasShared`, storage version 2; guide 2, Shared.)
 */
#ifndef PH_RUNTIME_PARAS_SHARED_H
#define PH_RUNTIME_PARAS_SHARED_H

#include "runtime/storage/paras_shared.h"

/* Changes scheduled now take effect this many sessions later. */
#define PH_SESSION_DELAY 2

ph_session_index_t ph_paras_shared_session(ph_rt_t *rt);
/* The session for which changes made now are scheduled. */
ph_session_index_t ph_paras_shared_scheduled_session(ph_rt_t *rt);
/* Shuffles the validators by the seed, cuts them to max_validators and stores them; *active are the keys that remain.
 */
void ph_paras_shared_on_new_session(ph_rt_t *rt, ph_vec_validator_id_t *active, ph_session_index_t session,
                                    const uint8_t random_seed[32], const ph_host_configuration_t *config,
                                    const ph_vec_validator_id_t *all_validators);
/* Notes the parent block as scheduling parent (the last `lookahead` are kept) and as relay parent of the session. */
void ph_paras_shared_new_block(ph_rt_t *rt, const ph_hash_t *parent, const ph_claim_queue_t *claim_queue,
                               ph_block_number_t parent_number, uint32_t lookahead, const ph_hash_t *state_root,
                               ph_session_index_t session);
/* Which entry of the tracker has this hash, with its number; NULL: none. */
const ph_scheduling_parent_info_t *
ph_paras_shared_find_scheduling_parent(const ph_allowed_scheduling_parents_tracker_t *tracker,
                                       ph_block_number_t *number, const ph_hash_t *hash);
/* The least relay parent number of the oldest session kept. */
bool ph_paras_shared_minimum_relay_parent(ph_rt_t *rt, ph_block_number_t *number);
/* Disabled validators as indices into the active set, in Session's order. */
void ph_paras_shared_disabled_validators(ph_rt_t *rt, ph_vec_validator_index_t *out);

#endif
