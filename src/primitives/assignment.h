/* Who is to work on what at a relay parent: from core states, the claim queue and the validator groups. (node.md
 * sections 4, 6 and 7)
 */
#ifndef PH_PRIMITIVES_ASSIGNMENT_H
#define PH_PRIMITIVES_ASSIGNMENT_H

#include "primitives/types.h"

/* The para that may next have a candidate backed on this core: the scheduled one; on an occupied core the one that is
 * up when it becomes available; on a free core the head of its claim queue. */
bool ph_assignment_para_up(ph_para_id_t *out, const ph_core_state_t *state, ph_core_index_t core,
                           const ph_claim_queue_t *claims);
/* The core's row of the claim queue, or NULL. */
const ph_vec_para_id_t *ph_assignment_claims_of(const ph_claim_queue_t *claims, ph_core_index_t core);
/* The group that the validator is in. */
bool ph_assignment_group_of(ph_group_index_t *out, const ph_vec_vec_validator_index_t *groups,
                            ph_validator_index_t validator);

#endif
