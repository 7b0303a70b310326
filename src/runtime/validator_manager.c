#include "runtime/validator_manager.h"

#include "runtime/storage/session.h"
#include "runtime/support.h"
#include "runtime/vec.h"

/* The position of the account, or count. */
static size_t position(const ph_vec_account_id_t *set, const ph_account_id_t *who)
{
    size_t i = 0;
    while (i < set->count && !ph_hash_is(&set->items[i], who))
        i++;
    return i;
}

bool ph_validator_manager_new_session(ph_rt_t *rt, ph_vec_account_id_t *validators, ph_session_index_t index)
{
    if (index.v <= 1)
        return false;
    ph_vec_account_id_t retiring, added;
    ph_session_validators_get(rt, validators);
    ph_validator_manager_validators_to_retire_take(rt, &retiring);
    for (size_t i = 0; i < retiring.count; i++) {
        size_t at = position(validators, &retiring.items[i]);
        if (at < validators->count) /* the last one takes its place */
            validators->items[at] = validators->items[--validators->count];
    }
    ph_validator_manager_validators_to_add_take(rt, &added);
    for (size_t i = 0; i < added.count; i++)
        if (position(validators, &added.items[i]) == validators->count)
            ph_vec_push(rt, validators, added.items[i]);
    return true;
}

ph_err_t ph_validator_manager_call_register_validators(ph_rt_t *rt, const ph_origin_t *origin,
                                                       const ph_vec_account_id_t *validators)
{
    PH_TRY(ph_ensure_root(origin));
    for (size_t i = 0; i < validators->count; i++)
        ph_validator_manager_validators_to_add_append(rt, &validators->items[i]);
    ph_validator_manager_event_validators_registered(rt, validators);
    return PH_OK;
}

ph_err_t ph_validator_manager_call_deregister_validators(ph_rt_t *rt, const ph_origin_t *origin,
                                                         const ph_vec_account_id_t *validators)
{
    PH_TRY(ph_ensure_root(origin));
    for (size_t i = 0; i < validators->count; i++)
        ph_validator_manager_validators_to_retire_append(rt, &validators->items[i]);
    ph_validator_manager_event_validators_deregistered(rt, validators);
    return PH_OK;
}
