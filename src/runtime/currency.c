/* Accounts' balances: changing one with all that follows, and moving amounts. */
#include "runtime/currency.h"

#include "runtime/currency_account.h"
#include "runtime/fixed.h"
#include "runtime/origin.h"
#include "runtime/support.h"

#define TOKEN(name)      PH_DISPATCH_ERR(PH_DISPATCH_ERROR_TOKEN, PH_TOKEN_ERROR_##name)
#define ARITHMETIC(name) PH_DISPATCH_ERR(PH_DISPATCH_ERROR_ARITHMETIC, PH_ARITHMETIC_ERROR_##name)

/* ---- issuance ---- */

static void shrink_issuance(ph_rt_t *rt, ph_balance_t amount)
{
    ph_balance_t total;
    ph_balances_total_issuance_get(rt, &total);
    ph_balances_total_issuance_set(rt, ph_u128_sat_sub(total, amount));
}

void ph_currency_drop_credit(ph_rt_t *rt, ph_balance_t amount)
{
    if (amount == 0)
        return;
    shrink_issuance(rt, amount);
    ph_balances_event_burned_debt(rt, amount);
}

/* An imbalance of the older kind that nobody took. */
static void rescind(ph_rt_t *rt, ph_balance_t amount)
{
    if (amount == 0)
        return;
    shrink_issuance(rt, amount);
    ph_balances_event_rescinded(rt, amount);
}

static void issue(ph_rt_t *rt, ph_balance_t amount)
{
    ph_balance_t total;
    ph_balances_total_issuance_get(rt, &total);
    ph_balances_total_issuance_set(rt, ph_u128_sat_add(total, amount));
    ph_balances_event_issued(rt, amount);
}

/* ---- questions ---- */

static bool can_dec_provider(const ph_account_info_t *info)
{
    return info->consumers == 0 || info->providers > 1;
}

ph_balance_t ph_currency_reducible(ph_rt_t *rt, const ph_account_id_t *who, ph_preservation_t preservation, bool force)
{
    ph_account_info_t info;
    ph_system_account_get(rt, who, &info);
    ph_balance_t ed = ph_currency_existential_deposit(rt);
    ph_balance_t untouchable = force ? 0 : ph_u128_sat_sub(info.data.frozen, info.data.reserved);
    bool stays = preservation == PH_PRESERVE ||
                 (preservation == PH_PROTECT && info.data.free != 0 && info.providers == 1) ||
                 (preservation == PH_EXPENDABLE && info.data.free != 0 && !can_dec_provider(&info));
    if (stays && untouchable < ed)
        untouchable = ed;
    return ph_u128_sat_sub(info.data.free, untouchable);
}

ph_withdraw_consequence_t ph_currency_can_withdraw(ph_rt_t *rt, const ph_account_id_t *who, ph_balance_t amount)
{
    ph_balance_t total;
    ph_account_info_t info;
    if (amount == 0)
        return PH_WITHDRAW_SUCCESS;
    ph_balances_total_issuance_get(rt, &total);
    if (total < amount)
        return PH_WITHDRAW_UNDERFLOW;
    ph_system_account_get(rt, who, &info);
    if (info.data.free < amount)
        return PH_WITHDRAW_BALANCE_LOW;
    if (amount > ph_currency_reducible(rt, who, PH_EXPENDABLE, false))
        return PH_WITHDRAW_FROZEN;
    ph_balance_t left = info.data.free - amount;
    bool reduced = left < ph_currency_existential_deposit(rt);
    if (reduced && !can_dec_provider(&info))
        return PH_WITHDRAW_WOULD_DIE;
    if (ph_u128_sat_add(left, info.data.reserved) < info.data.frozen)
        return PH_WITHDRAW_FROZEN;
    return reduced ? PH_WITHDRAW_REDUCED_TO_ZERO : PH_WITHDRAW_SUCCESS;
}

static ph_err_t ensure_can_withdraw(ph_rt_t *rt, const ph_account_id_t *who, ph_balance_t amount, bool keep)
{
    switch (ph_currency_can_withdraw(rt, who, amount)) {
    case PH_WITHDRAW_SUCCESS:
        return PH_OK;
    case PH_WITHDRAW_REDUCED_TO_ZERO:
        return keep ? TOKEN(NOT_EXPENDABLE) : PH_OK;
    case PH_WITHDRAW_UNDERFLOW:
        return ARITHMETIC(UNDERFLOW);
    case PH_WITHDRAW_BALANCE_LOW:
        return TOKEN(FUNDS_UNAVAILABLE);
    case PH_WITHDRAW_FROZEN:
        return TOKEN(FROZEN);
    case PH_WITHDRAW_WOULD_DIE:
        break;
    }
    return TOKEN(ONLY_PROVIDER);
}

static ph_err_t ensure_can_deposit(ph_rt_t *rt, const ph_account_id_t *who, ph_balance_t amount)
{
    ph_account_info_t info;
    if (amount == 0)
        return PH_OK;
    ph_system_account_get(rt, who, &info);
    if (info.data.free > PH_U128_MAX - amount)
        return ARITHMETIC(OVERFLOW);
    ph_balance_t free = info.data.free + amount;
    if (free < ph_currency_existential_deposit(rt))
        return TOKEN(BELOW_MINIMUM);
    return info.data.reserved > PH_U128_MAX - free ? ARITHMETIC(OVERFLOW) : PH_OK;
}

/* ---- writing one free balance ---- */

static ph_err_t write_balance(ph_rt_t *rt, const ph_account_id_t *who, ph_balance_t free)
{
    ph_account_change_t change;
    ph_balance_t most = ph_currency_reducible(rt, who, PH_EXPENDABLE, true), dust;
    ph_account_change_begin(rt, &change, who);
    if (ph_u128_sat_sub(change.data.free, free) > most)
        return PH_BALANCES_ERR_INSUFFICIENT_BALANCE;
    change.data.free = free;
    PH_TRY(ph_account_change_end(rt, &change, &dust));
    ph_currency_drop_credit(rt, dust);
    return PH_OK;
}

static ph_balance_t free_of(ph_rt_t *rt, const ph_account_id_t *who, ph_balance_t *reserved)
{
    ph_account_info_t info;
    ph_system_account_get(rt, who, &info);
    *reserved = info.data.reserved;
    return info.data.free;
}

/* *amount becomes what it was in truth. */
static ph_err_t decrease(ph_rt_t *rt, const ph_account_id_t *who, ph_balance_t *amount, bool best_effort,
                         ph_preservation_t preservation, bool force)
{
    ph_balance_t reserved, reducible = ph_currency_reducible(rt, who, preservation, force);
    if (reducible < *amount && !best_effort)
        return TOKEN(FUNDS_UNAVAILABLE);
    if (reducible < *amount)
        *amount = reducible;
    return write_balance(rt, who, free_of(rt, who, &reserved) - *amount);
}

static ph_err_t increase(ph_rt_t *rt, const ph_account_id_t *who, ph_balance_t *amount, bool best_effort)
{
    ph_balance_t reserved, old = free_of(rt, who, &reserved), most = PH_U128_MAX - reserved;
    if (old > most || *amount > most - old) {
        if (!best_effort)
            return ARITHMETIC(OVERFLOW);
        *amount = ph_u128_sat_sub(most, old);
    }
    if (old + *amount < ph_currency_existential_deposit(rt)) {
        *amount = 0;
        return best_effort ? PH_OK : TOKEN(BELOW_MINIMUM);
    }
    return *amount == 0 ? PH_OK : write_balance(rt, who, old + *amount);
}

/* ---- moving ---- */

ph_err_t ph_currency_transfer(ph_rt_t *rt, const ph_account_id_t *from, const ph_account_id_t *to, ph_balance_t amount,
                              ph_preservation_t preservation)
{
    PH_TRY(ensure_can_withdraw(rt, from, amount, preservation != PH_EXPENDABLE));
    PH_TRY(ensure_can_deposit(rt, to, amount));
    if (ph_account_id_equal(from, to))
        return PH_OK;
    ph_balance_t taken = amount, given = amount;
    PH_TRY(decrease(rt, from, &taken, true, preservation, false));
    if (increase(rt, to, &given, true) != PH_OK)
        ph_rt_log(rt, PH_LOG_ERROR, "currency", "a transfer did not arrive");
    ph_balances_event_transfer(rt, from, to, amount);
    return PH_OK;
}

ph_err_t ph_currency_withdraw_exact(ph_rt_t *rt, const ph_account_id_t *who, ph_balance_t amount)
{
    PH_TRY(decrease(rt, who, &amount, false, PH_PRESERVE, false));
    ph_balances_event_withdraw(rt, who, amount);
    return PH_OK;
}

ph_err_t ph_currency_deposit_exact(ph_rt_t *rt, const ph_account_id_t *who, ph_balance_t amount)
{
    PH_TRY(increase(rt, who, &amount, false));
    ph_balances_event_deposit(rt, who, amount);
    return PH_OK;
}

ph_err_t ph_currency_burn_from(ph_rt_t *rt, const ph_account_id_t *who, ph_balance_t amount,
                               ph_preservation_t preservation)
{
    ph_balance_t total;
    if (ph_currency_reducible(rt, who, preservation, false) < amount)
        return TOKEN(FUNDS_UNAVAILABLE);
    ph_balances_total_issuance_get(rt, &total);
    if (total < amount)
        return ARITHMETIC(OVERFLOW);
    PH_TRY(decrease(rt, who, &amount, true, preservation, false));
    shrink_issuance(rt, amount);
    ph_balances_event_burned(rt, who, amount);
    return PH_OK;
}

ph_err_t ph_currency_burn(ph_rt_t *rt, const ph_account_id_t *who, ph_balance_t amount)
{
    return ph_currency_burn_from(rt, who, amount, PH_PRESERVE);
}

ph_err_t ph_currency_burn_all(ph_rt_t *rt, const ph_account_id_t *who, ph_balance_t amount)
{
    return ph_currency_burn_from(rt, who, amount, PH_EXPENDABLE);
}

/* ---- the older way: imbalances that are made and taken ---- */

ph_err_t ph_currency_withdraw(ph_rt_t *rt, const ph_account_id_t *who, ph_balance_t amount, bool keep_alive)
{
    ph_account_change_t change;
    ph_balance_t ed = ph_currency_existential_deposit(rt), dust;
    if (amount == 0)
        return PH_OK;
    ph_account_change_begin(rt, &change, who);
    if (change.data.free < amount)
        return PH_BALANCES_ERR_INSUFFICIENT_BALANCE;
    change.data.free -= amount;
    if (keep_alive && change.data.free < ed && change.old.free >= ed)
        return PH_BALANCES_ERR_EXPENDABILITY;
    if (change.data.free < change.old.frozen)
        return PH_BALANCES_ERR_LIQUIDITY_RESTRICTIONS;
    ph_balances_event_withdraw(rt, who, amount);
    PH_TRY(ph_account_change_end(rt, &change, &dust));
    ph_currency_drop_credit(rt, dust);
    return PH_OK;
}

static ph_err_t deposit_creating(ph_rt_t *rt, const ph_account_id_t *who, ph_balance_t amount)
{
    ph_account_change_t change;
    ph_balance_t dust;
    ph_account_change_begin(rt, &change, who);
    if (change.is_new && amount < ph_currency_existential_deposit(rt))
        return PH_BALANCES_ERR_EXISTENTIAL_DEPOSIT;
    if (change.data.free > PH_U128_MAX - amount)
        return ARITHMETIC(OVERFLOW);
    change.data.free += amount;
    ph_balances_event_deposit(rt, who, amount);
    PH_TRY(ph_account_change_end(rt, &change, &dust));
    ph_currency_drop_credit(rt, dust);
    return PH_OK;
}

void ph_currency_resolve(ph_rt_t *rt, const ph_account_id_t *who, ph_balance_t amount)
{
    if (amount != 0 && deposit_creating(rt, who, amount) != PH_OK)
        rescind(rt, amount);
}

ph_err_t ph_currency_force_free(ph_rt_t *rt, const ph_account_id_t *who, ph_balance_t *free)
{
    ph_account_change_t change;
    ph_balance_t dust;
    if (*free < ph_currency_existential_deposit(rt))
        *free = 0;
    ph_account_change_begin(rt, &change, who);
    ph_balance_t old = change.data.free;
    change.data.free = *free;
    PH_TRY(ph_account_change_end(rt, &change, &dust));
    ph_currency_drop_credit(rt, dust);
    if (*free > old)
        issue(rt, *free - old);
    else
        rescind(rt, old - *free);
    return PH_OK;
}

/* ---- reserves ---- */

ph_err_t ph_currency_reserve(ph_rt_t *rt, const ph_account_id_t *who, ph_balance_t amount)
{
    ph_account_change_t change;
    ph_balance_t dust;
    if (amount == 0)
        return PH_OK;
    ph_account_change_begin(rt, &change, who);
    if (change.data.free < amount)
        return PH_BALANCES_ERR_INSUFFICIENT_BALANCE;
    if (change.data.reserved > PH_U128_MAX - amount)
        return ARITHMETIC(OVERFLOW);
    change.data.free -= amount;
    change.data.reserved += amount;
    PH_TRY(ph_account_change_end(rt, &change, &dust));
    ph_currency_drop_credit(rt, dust);
    ph_balances_event_reserved(rt, who, amount);
    return PH_OK;
}

void ph_currency_unreserve(ph_rt_t *rt, const ph_account_id_t *who, ph_balance_t amount)
{
    ph_account_change_t change;
    ph_balance_t dust, reserved;
    if (amount == 0 || (free_of(rt, who, &reserved) == 0 && reserved == 0))
        return;
    ph_account_change_begin(rt, &change, who);
    if (amount > change.data.reserved)
        amount = change.data.reserved;
    change.data.reserved -= amount;
    change.data.free = ph_u128_sat_add(change.data.free, amount);
    if (ph_account_change_end(rt, &change, &dust) != PH_OK)
        return;
    ph_currency_drop_credit(rt, dust);
    ph_balances_event_unreserved(rt, who, amount);
}

/* ---- holds ---- */

static ph_balance_t on_hold(const ph_vec_balance_hold_t *holds, const ph_runtime_hold_reason_t *reason)
{
    for (size_t i = 0; i < holds->count; i++)
        if (ph_runtime_hold_reason_equal(&holds->items[i].id, reason))
            return holds->items[i].amount;
    return 0;
}

/* There is one reason only: the list has one element or none. */
static ph_err_t set_on_hold(ph_rt_t *rt, const ph_runtime_hold_reason_t *reason, const ph_account_id_t *who,
                            ph_balance_t old, ph_balance_t amount)
{
    ph_account_change_t change;
    ph_balance_t dust;
    ph_account_change_begin(rt, &change, who);
    if (amount < old && change.data.reserved < old - amount)
        return ARITHMETIC(UNDERFLOW);
    if (amount > old && change.data.reserved > PH_U128_MAX - (amount - old))
        return ARITHMETIC(OVERFLOW);
    change.data.reserved = change.data.reserved - old + amount;
    PH_TRY(ph_account_change_end(rt, &change, &dust));
    ph_balance_hold_t item = {.id = *reason, .amount = amount};
    ph_vec_balance_hold_t holds = {.items = &item, .count = 1};
    if (amount == 0)
        ph_balances_holds_remove(rt, who);
    else
        ph_balances_holds_set(rt, who, &holds);
    ph_currency_drop_credit(rt, dust);
    return PH_OK;
}

ph_err_t ph_currency_hold(ph_rt_t *rt, const ph_runtime_hold_reason_t *reason, const ph_account_id_t *who,
                          ph_balance_t amount)
{
    ph_account_info_t info;
    ph_vec_balance_hold_t holds;
    ph_system_account_get(rt, who, &info);
    if (info.providers == 0)
        return TOKEN(CANNOT_CREATE_HOLD);
    if (amount > ph_currency_reducible(rt, who, PH_PROTECT, true))
        return TOKEN(FUNDS_UNAVAILABLE);
    PH_TRY(decrease(rt, who, &amount, false, PH_PROTECT, true));
    ph_balances_holds_get(rt, who, &holds);
    ph_balance_t old = on_hold(&holds, reason);
    if (amount > 0)
        PH_TRY(set_on_hold(rt, reason, who, old, ph_u128_sat_add(old, amount)));
    ph_balances_event_held(rt, reason, who, amount);
    return PH_OK;
}

ph_err_t ph_currency_release_all(ph_rt_t *rt, const ph_runtime_hold_reason_t *reason, const ph_account_id_t *who)
{
    ph_vec_balance_hold_t holds;
    ph_balances_holds_get(rt, who, &holds);
    ph_balance_t amount = on_hold(&holds, reason);
    if (ensure_can_deposit(rt, who, amount) != PH_OK)
        return TOKEN(CANNOT_CREATE);
    PH_TRY(set_on_hold(rt, reason, who, amount, 0)); /* also where nothing is held: an event may come of it */
    PH_TRY(increase(rt, who, &amount, true));
    ph_balances_event_released(rt, reason, who, amount);
    return PH_OK;
}
