/* Inside of the pvf room: what the end of an execution or a preparation means to a node (guide 4, "Candidate
 * Validation"; polkadot-sdk's candidate-validation). */
#ifndef PH_PVF_OUTCOME_H
#define PH_PVF_OUTCOME_H

#include "pvf/pvf.h"
#include "pvf/service.h"

/* Borrows the result; the detail goes into the arena. */
ph_pvf_outcome_t ph_pvf_outcome_of(ph_arena_t *arena, const ph_pvf_executed_t *executed);
ph_pvf_outcome_t ph_pvf_outcome_of_preparation(ph_arena_t *arena, const ph_pvf_prechecked_t *prechecked);

#endif
