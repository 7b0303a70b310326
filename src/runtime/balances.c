/* Balances' calls. (pallet-balances 51.) */
#include "runtime/currency.h"
#include "runtime/dispatch.h"
#include "runtime/fixed.h"

ph_err_t ph_balances_call_transfer_allow_death(ph_rt_t *rt, const ph_origin_t *origin, const ph_multi_address_t *dest,
                                               ph_compact_balance_t value)
{
    ph_account_id_t from, to;
    PH_TRY(ph_ensure_signed(origin, &from));
    PH_TRY(ph_lookup(&to, dest));
    return ph_currency_transfer(rt, &from, &to, value, PH_EXPENDABLE);
}

ph_err_t ph_balances_call_force_transfer(ph_rt_t *rt, const ph_origin_t *origin, const ph_multi_address_t *source,
                                         const ph_multi_address_t *dest, ph_compact_balance_t value)
{
    ph_account_id_t from, to;
    PH_TRY(ph_ensure_root(origin));
    PH_TRY(ph_lookup(&from, source));
    PH_TRY(ph_lookup(&to, dest));
    return ph_currency_transfer(rt, &from, &to, value, PH_EXPENDABLE);
}

ph_err_t ph_balances_call_transfer_keep_alive(ph_rt_t *rt, const ph_origin_t *origin, const ph_multi_address_t *dest,
                                              ph_compact_balance_t value)
{
    ph_account_id_t from, to;
    PH_TRY(ph_ensure_signed(origin, &from));
    PH_TRY(ph_lookup(&to, dest));
    return ph_currency_transfer(rt, &from, &to, value, PH_PRESERVE);
}

ph_err_t ph_balances_call_transfer_all(ph_rt_t *rt, const ph_origin_t *origin, const ph_multi_address_t *dest,
                                       bool keep_alive)
{
    ph_account_id_t from, to;
    ph_preservation_t preservation = keep_alive ? PH_PRESERVE : PH_EXPENDABLE;
    PH_TRY(ph_ensure_signed(origin, &from));
    ph_balance_t all = ph_currency_reducible(rt, &from, preservation, false);
    PH_TRY(ph_lookup(&to, dest));
    return ph_currency_transfer(rt, &from, &to, all, preservation);
}

ph_err_t ph_balances_call_force_unreserve(ph_rt_t *rt, const ph_origin_t *origin, const ph_multi_address_t *who,
                                          ph_balance_t amount)
{
    ph_account_id_t account;
    PH_TRY(ph_ensure_root(origin));
    PH_TRY(ph_lookup(&account, who));
    ph_currency_unreserve(rt, &account, amount);
    return PH_OK;
}

ph_err_t ph_balances_call_upgrade_accounts(ph_rt_t *rt, const ph_origin_t *origin, const ph_vec_account_id_t *who)
{
    ph_account_id_t caller;
    PH_TRY(ph_ensure_signed(origin, &caller));
    size_t upgraded = 0;
    for (size_t i = 0; i < who->count; i++)
        upgraded += ph_currency_ensure_upgraded(rt, &who->items[i]);
    rt->pays_no = who->count > 0 && upgraded >= who->count - who->count / 10;
    return PH_OK;
}

ph_err_t ph_balances_call_force_set_balance(ph_rt_t *rt, const ph_origin_t *origin, const ph_multi_address_t *who,
                                            ph_compact_balance_t new_free)
{
    ph_account_id_t account;
    PH_TRY(ph_ensure_root(origin));
    PH_TRY(ph_lookup(&account, who));
    PH_TRY(ph_currency_force_free(rt, &account, &new_free));
    ph_balances_event_balance_set(rt, &account, new_free);
    return PH_OK;
}

ph_err_t ph_balances_call_force_adjust_total_issuance(ph_rt_t *rt, const ph_origin_t *origin,
                                                      ph_adjustment_direction_t direction, ph_compact_balance_t delta)
{
    PH_TRY(ph_ensure_root(origin));
    if (delta == 0)
        return PH_BALANCES_ERR_DELTA_ZERO;
    ph_balance_t old, inactive;
    ph_balances_total_issuance_get(rt, &old);
    ph_balances_inactive_issuance_get(rt, &inactive);
    ph_balance_t new =
        direction.kind == PH_ADJUSTMENT_DIRECTION_INCREASE ? ph_u128_sat_add(old, delta) : ph_u128_sat_sub(old, delta);
    if (inactive > new)
        return PH_BALANCES_ERR_ISSUANCE_DEACTIVATED;
    ph_balances_total_issuance_set(rt, new);
    ph_balances_event_total_issuance_forced(rt, old, new);
    return PH_OK;
}

ph_err_t ph_balances_call_burn(ph_rt_t *rt, const ph_origin_t *origin, ph_compact_balance_t value, bool keep_alive)
{
    ph_account_id_t who;
    PH_TRY(ph_ensure_signed(origin, &who));
    return ph_currency_burn_from(rt, &who, value, keep_alive ? PH_PRESERVE : PH_EXPENDABLE);
}
