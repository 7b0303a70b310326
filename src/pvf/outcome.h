/* Inside of the pvf room: what an execution's end means to a node (guide 4, "Candidate Validation"; polkadot-sdk's
 * candidate-validation). */
#ifndef PH_PVF_OUTCOME_H
#define PH_PVF_OUTCOME_H

#include "pvf/pvf.h"
#include "pvf/service.h"

/* Borrows the result; the detail goes into the arena. */
ph_pvf_outcome_t ph_pvf_outcome_of(ph_arena_t *arena, const ph_pvf_executed_t *executed);

#endif
