#include "primitives/assignment.h"

const ph_vec_para_id_t *ph_assignment_claims_of(const ph_claim_queue_t *claims, ph_core_index_t core)
{
    for (size_t i = 0; i < claims->count; i++)
        if (claims->items[i].key.v == core.v)
            return &claims->items[i].value;
    return NULL;
}

bool ph_assignment_para_up(ph_para_id_t *out, const ph_core_state_t *state, ph_core_index_t core,
                           const ph_claim_queue_t *claims)
{
    switch ((ph_core_state_kind_t)state->kind) {
    case PH_CORE_STATE_SCHEDULED:
        *out = state->scheduled.para_id;
        return true;
    case PH_CORE_STATE_OCCUPIED:
        *out = state->occupied.next_up_on_available.value.para_id;
        return state->occupied.next_up_on_available.some;
    case PH_CORE_STATE_FREE:
        break;
    }
    const ph_vec_para_id_t *row = ph_assignment_claims_of(claims, core);
    if (!row || row->count == 0)
        return false;
    *out = row->items[0];
    return true;
}

bool ph_assignment_group_of(ph_group_index_t *out, const ph_vec_vec_validator_index_t *groups,
                            ph_validator_index_t validator)
{
    for (size_t g = 0; g < groups->count; g++)
        for (size_t i = 0; i < groups->items[g].count; i++)
            if (groups->items[g].items[i].v == validator.v) {
                *out = (ph_group_index_t){(uint32_t)g};
                return true;
            }
    return false;
}
