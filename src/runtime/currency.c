#include "runtime/currency.h"

#include "runtime/fixed.h"
#include "runtime/origin.h"
#include "runtime/storage/parachain_limits.h"
#include "runtime/support.h"

/* A hundredth of a unit and a third: Rococo's. */
#define EXISTENTIAL_DEPOSIT 33333333
#define FLAG_NEW_LOGIC      ((ph_u128_t)1 << 127)
#define MAX_CONSUMERS       128

static ph_balance_t existential_deposit(ph_rt_t *rt)
{
    ph_parachain_limits_t limits;
    return ph_parachain_limits_limits_get(rt, &limits) ? limits.existential_deposit : EXISTENTIAL_DEPOSIT;
}

/* ---- accounts ---- */

/* Accounts that do not exist begin with the flag of the newer logic set. */
static bool load(ph_rt_t *rt, ph_account_info_t *info, const ph_account_id_t *who)
{
    bool there = ph_system_account_exists(rt, who);
    ph_system_account_get(rt, who, info);
    if (!there)
        info->data.flags = FLAG_NEW_LOGIC;
    return there;
}

void ph_currency_touch(ph_rt_t *rt, const ph_account_id_t *who)
{
    ph_account_info_t info;
    if (load(rt, &info, who))
        return;
    info.providers = 1;
    ph_system_account_set(rt, who, &info);
    ph_system_event_new_account(rt, who);
}

static bool is_default(const ph_account_data_t *d)
{
    return d->free == 0 && d->reserved == 0 && d->frozen == 0 && d->flags == FLAG_NEW_LOGIC;
}

static bool consumes(const ph_account_data_t *d)
{
    return d->reserved != 0 || d->frozen != 0;
}

/* Reference counts of an account whose data change from `old` to info->data. */
static ph_err_t update_references(ph_account_info_t *info, const ph_account_data_t *old, ph_balance_t ed)
{
    bool did_provide = old->free >= ed, provides = info->data.free >= ed;
    bool did_consume = !is_default(old) && consumes(old), consume = consumes(&info->data);
    if (!did_provide && provides)
        info->providers++;
    if (did_consume && !consume && info->consumers > 0)
        info->consumers--;
    if (!did_consume && consume) {
        if (info->providers == 0 && info->sufficients == 0)
            return PH_DISPATCH_ERR(PH_DISPATCH_ERROR_NO_PROVIDERS, 0);
        if (info->consumers >= MAX_CONSUMERS)
            return PH_DISPATCH_ERR(PH_DISPATCH_ERROR_TOO_MANY_CONSUMERS, 0);
        info->consumers++;
    }
    if (did_provide && !provides) {
        if (info->providers == 1 && info->consumers > 0)
            return PH_DISPATCH_ERR(PH_DISPATCH_ERROR_CONSUMER_REMAINING, 0);
        info->providers--;
    }
    return PH_OK;
}

/* What the total issuance loses when `amount` is destroyed with nobody's account to name. */
static void destroy(ph_rt_t *rt, ph_balance_t amount)
{
    ph_balance_t total;
    ph_balances_total_issuance_get(rt, &total);
    ph_balances_total_issuance_set(rt, ph_u128_sat_sub(total, amount));
}

static void store(ph_rt_t *rt, const ph_account_id_t *who, const ph_account_info_t *info)
{
    if (info->providers > 0 || info->sufficients > 0)
        ph_system_account_set(rt, who, info);
    else
        ph_system_account_remove(rt, who);
}

/* Writes the account's new data, with all that follows. `info` is as loaded but for its data. */
static ph_err_t settle(ph_rt_t *rt, const ph_account_id_t *who, ph_account_info_t *info, const ph_account_data_t *old)
{
    ph_balance_t ed = existential_deposit(rt), dust = 0;
    PH_TRY(update_references(info, old, ed));
    ph_balance_t endowed = info->data.free;
    if (info->data.free < ed && !consumes(&info->data)) {
        dust = info->data.free;
        info->data = (ph_account_data_t){.flags = FLAG_NEW_LOGIC};
    }
    store(rt, who, info);
    if (is_default(old))
        ph_balances_event_endowed(rt, who, endowed);
    if (dust > 0) {
        ph_balances_event_dust_lost(rt, who, dust);
        destroy(rt, dust);
        ph_balances_event_burned_debt(rt, dust);
    }
    return PH_OK;
}

/* ---- what modules do ---- */

ph_err_t ph_currency_reserve(ph_rt_t *rt, const ph_account_id_t *who, ph_balance_t amount)
{
    ph_account_info_t info;
    if (amount == 0)
        return PH_OK;
    load(rt, &info, who);
    ph_account_data_t old = info.data;
    if (old.free < amount)
        return PH_BALANCES_ERR_INSUFFICIENT_BALANCE;
    info.data.free -= amount;
    info.data.reserved += amount;
    PH_TRY(settle(rt, who, &info, &old));
    ph_balances_event_reserved(rt, who, amount);
    return PH_OK;
}

void ph_currency_unreserve(ph_rt_t *rt, const ph_account_id_t *who, ph_balance_t amount)
{
    ph_account_info_t info;
    load(rt, &info, who);
    ph_account_data_t old = info.data;
    if (amount == 0 || (old.free == 0 && old.reserved == 0))
        return;
    ph_balance_t actual = amount < old.reserved ? amount : old.reserved;
    info.data.reserved -= actual;
    info.data.free = ph_u128_sat_add(info.data.free, actual);
    if (settle(rt, who, &info, &old) == PH_OK)
        ph_balances_event_unreserved(rt, who, actual);
}

ph_err_t ph_currency_withdraw(ph_rt_t *rt, const ph_account_id_t *who, ph_balance_t amount, bool keep_alive)
{
    ph_account_info_t info;
    ph_balance_t ed = existential_deposit(rt);
    if (amount == 0)
        return PH_OK;
    load(rt, &info, who);
    ph_account_data_t old = info.data;
    if (old.free < amount)
        return PH_BALANCES_ERR_INSUFFICIENT_BALANCE;
    info.data.free -= amount;
    if (keep_alive && info.data.free < ed && old.free >= ed)
        return PH_BALANCES_ERR_EXPENDABILITY;
    if (info.data.free < old.frozen)
        return PH_BALANCES_ERR_LIQUIDITY_RESTRICTIONS;
    ph_balances_event_withdraw(rt, who, amount);
    return settle(rt, who, &info, &old);
}

void ph_currency_resolve(ph_rt_t *rt, const ph_account_id_t *who, ph_balance_t amount)
{
    ph_account_info_t info;
    if (amount == 0)
        return;
    load(rt, &info, who);
    ph_account_data_t old = info.data;
    bool too_little = is_default(&old) && amount < existential_deposit(rt);
    if (too_little || old.free > PH_U128_MAX - amount) {
        destroy(rt, amount);
        ph_balances_event_rescinded(rt, amount);
        return;
    }
    info.data.free += amount;
    ph_balances_event_deposit(rt, who, amount);
    if (settle(rt, who, &info, &old) != PH_OK)
        ph_rt_log(rt, PH_LOG_ERROR, "currency", "a deposit could not be made");
}

static ph_err_t burn(ph_rt_t *rt, const ph_account_id_t *who, ph_balance_t amount, bool keep_alive)
{
    ph_account_info_t info;
    load(rt, &info, who);
    ph_account_data_t old = info.data;
    ph_balance_t untouchable = ph_u128_sat_sub(old.frozen, old.reserved), ed = existential_deposit(rt);
    if (keep_alive && untouchable < ed)
        untouchable = ed;
    if (ph_u128_sat_sub(old.free, untouchable) < amount)
        return PH_DISPATCH_ERR(PH_DISPATCH_ERROR_TOKEN, PH_TOKEN_ERROR_FUNDS_UNAVAILABLE);
    info.data.free -= amount;
    PH_TRY(settle(rt, who, &info, &old));
    destroy(rt, amount);
    ph_balances_event_burned(rt, who, amount);
    return PH_OK;
}

ph_err_t ph_currency_burn(ph_rt_t *rt, const ph_account_id_t *who, ph_balance_t amount)
{
    return burn(rt, who, amount, true);
}

ph_err_t ph_currency_burn_all(ph_rt_t *rt, const ph_account_id_t *who, ph_balance_t amount)
{
    return burn(rt, who, amount, false);
}
