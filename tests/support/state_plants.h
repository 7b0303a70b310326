/* Disorder to plant into a state, one of each kind that state_checks.h must see. */
#ifndef PH_TESTS_SUPPORT_STATE_PLANTS_H
#define PH_TESTS_SUPPORT_STATE_PLANTS_H

#include <stdbool.h>
#include <stddef.h>

#include "runtime/host.h"

typedef struct ph_state_plant {
    bool (*plant)(ph_rt_t *rt); /* false: the state has nothing of the kind to be disordered */
    const char *report;         /* what the checks say then, in part */
} ph_state_plant_t;

extern const ph_state_plant_t ph_state_plants_paras[], ph_state_plants_messages[], ph_state_plants_disputes[],
    ph_state_plants_rest[];
extern const size_t ph_state_plants_paras_count, ph_state_plants_messages_count, ph_state_plants_disputes_count,
    ph_state_plants_rest_count;

#endif
