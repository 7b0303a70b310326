/* Sudo: one account that may act as root, or as anybody. What it calls may fail, it does not: the outcome is an event.
 * Its fee is given back. (pallet-sudo 50.) */
#include "runtime/storage/sudo.h"
#include "runtime/dispatch.h"

static ph_err_t ensure_sudo(ph_rt_t *rt, const ph_origin_t *origin)
{
    ph_account_id_t who, key;
    if (ph_ensure_root(origin) == PH_OK)
        return PH_OK;
    PH_TRY(ph_ensure_signed(origin, &who));
    bool is_key = ph_sudo_key_get(rt, &key) && ph_account_id_equal(&key, &who);
    return is_key ? PH_OK : PH_SUDO_ERR_REQUIRE_SUDO;
}

static ph_err_t free_of_charge(ph_rt_t *rt)
{
    rt->pays_no = true;
    return PH_OK;
}

ph_err_t ph_sudo_call_sudo(ph_rt_t *rt, const ph_origin_t *origin, ph_call_t *call)
{
    ph_origin_t root = ph_origin_root();
    ph_dispatch_result_t result;
    PH_TRY(ensure_sudo(rt, origin));
    PH_TRY(ph_dispatch_in_layer(rt, &result, &root, call));
    ph_sudo_event_sudid(rt, &result);
    return free_of_charge(rt);
}

ph_err_t ph_sudo_call_sudo_unchecked_weight(ph_rt_t *rt, const ph_origin_t *origin, ph_call_t *call,
                                            const ph_weight_t *weight)
{
    (void)weight;
    return ph_sudo_call_sudo(rt, origin, call);
}

ph_err_t ph_sudo_call_set_key(ph_rt_t *rt, const ph_origin_t *origin, const ph_multi_address_t *new)
{
    ph_opt_account_id_t old;
    ph_account_id_t key;
    PH_TRY(ensure_sudo(rt, origin));
    PH_TRY(ph_lookup(&key, new));
    old.some = ph_sudo_key_get(rt, &old.value);
    ph_sudo_event_key_changed(rt, &old, &key);
    ph_sudo_key_set(rt, &key);
    return free_of_charge(rt);
}

ph_err_t ph_sudo_call_sudo_as(ph_rt_t *rt, const ph_origin_t *origin, const ph_multi_address_t *who, ph_call_t *call)
{
    ph_account_id_t account;
    ph_dispatch_result_t result;
    PH_TRY(ensure_sudo(rt, origin));
    PH_TRY(ph_lookup(&account, who));
    ph_origin_t as = ph_origin_signed(&account);
    PH_TRY(ph_dispatch_in_layer(rt, &result, &as, call));
    ph_sudo_event_sudo_as_done(rt, &result);
    return free_of_charge(rt);
}

ph_err_t ph_sudo_call_remove_key(ph_rt_t *rt, const ph_origin_t *origin)
{
    PH_TRY(ensure_sudo(rt, origin));
    ph_sudo_event_key_removed(rt);
    ph_sudo_key_remove(rt);
    return free_of_charge(rt);
}
