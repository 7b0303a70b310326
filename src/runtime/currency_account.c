/* Accounts: their balances as System keeps them, and what depends on those. */
#include "runtime/currency_account.h"

#include "runtime/currency.h"
#include "runtime/fixed.h"
#include "runtime/origin.h"
#include "runtime/storage/parachain_limits.h"
#include "runtime/support.h"

/* Rococo's cent. */
#define EXISTENTIAL_DEPOSIT 33333333
#define FLAG_NEW_LOGIC      ((ph_u128_t)1 << 127)

ph_balance_t ph_currency_existential_deposit(ph_rt_t *rt)
{
    ph_parachain_limits_t limits;
    return ph_parachain_limits_limits_get(rt, &limits) ? limits.existential_deposit : EXISTENTIAL_DEPOSIT;
}

static bool is_default(const ph_account_data_t *d)
{
    return d->free == 0 && d->reserved == 0 && d->frozen == 0 && d->flags == FLAG_NEW_LOGIC;
}

static bool consumes(const ph_account_data_t *d)
{
    return d->reserved != 0 || d->frozen != 0;
}

static void store(ph_rt_t *rt, const ph_account_id_t *who, const ph_account_data_t *data)
{
    ph_account_info_t info;
    ph_system_account_get(rt, who, &info);
    info.data = *data;
    if (info.providers > 0 || info.sufficients > 0)
        ph_system_account_set(rt, who, &info);
    else
        ph_system_account_remove(rt, who);
}

bool ph_currency_ensure_upgraded(ph_rt_t *rt, const ph_account_id_t *who)
{
    ph_account_info_t info;
    ph_system_account_get(rt, who, &info);
    if (info.data.flags & FLAG_NEW_LOGIC)
        return false;
    info.data.flags |= FLAG_NEW_LOGIC;
    if (info.data.reserved != 0 && info.data.frozen == 0) {
        if (info.providers == 0) {
            ph_balance_t ed = ph_currency_existential_deposit(rt);
            info.data.free = info.data.free < ed ? ed : info.data.free;
            ph_system_inc_providers(rt, who);
        }
        if (ph_system_inc_consumers_without_limit(rt, who) != PH_OK)
            ph_rt_log(rt, PH_LOG_ERROR, "currency", "an account without a provider was upgraded");
    }
    store(rt, who, &info.data);
    ph_balances_event_upgraded(rt, who);
    return true;
}

void ph_currency_touch(ph_rt_t *rt, const ph_account_id_t *who)
{
    if (!ph_system_account_exists(rt, who))
        ph_system_inc_providers(rt, who);
}

void ph_account_change_begin(ph_rt_t *rt, ph_account_change_t *change, const ph_account_id_t *who)
{
    (void)ph_currency_ensure_upgraded(rt, who);
    ph_account_info_t info;
    ph_system_account_get(rt, who, &info);
    *change = (ph_account_change_t){.who = who, .data = info.data, .old = info.data, .is_new = is_default(&info.data)};
}

static uint32_t consumers_of(ph_rt_t *rt, const ph_account_id_t *who)
{
    ph_account_info_t info;
    ph_system_account_get(rt, who, &info);
    return info.consumers;
}

/* A free balance of the existential deposit lets the account exist; a reserve or a freeze needs it to. */
static ph_err_t update_references(ph_rt_t *rt, const ph_account_change_t *change)
{
    const ph_account_id_t *who = change->who;
    ph_balance_t ed = ph_currency_existential_deposit(rt);
    bool did_provide = change->old.free >= ed, provides = change->data.free >= ed;
    bool did_consume = !change->is_new && consumes(&change->old), consume = consumes(&change->data);
    if (!did_provide && provides)
        ph_system_inc_providers(rt, who);
    if (did_consume && !consume)
        ph_system_dec_consumers(rt, who);
    if (!did_consume && consume)
        PH_TRY(ph_system_inc_consumers(rt, who));
    if (consume && consumers_of(rt, who) == 0)
        PH_TRY(ph_system_inc_consumers(rt, who));
    return did_provide && !provides ? ph_system_dec_providers(rt, who) : PH_OK;
}

ph_err_t ph_account_change_end(ph_rt_t *rt, const ph_account_change_t *change, ph_balance_t *dust)
{
    const ph_account_data_t none = {.flags = FLAG_NEW_LOGIC};
    *dust = 0;
    PH_TRY(update_references(rt, change));
    bool dead = change->data.free < ph_currency_existential_deposit(rt) && !consumes(&change->data);
    store(rt, change->who, dead ? &none : &change->data);
    if (change->is_new)
        ph_balances_event_endowed(rt, change->who, change->data.free);
    if (dead && change->data.free > 0) {
        *dust = change->data.free;
        ph_balances_event_dust_lost(rt, change->who, *dust);
    }
    return PH_OK;
}

ph_err_t ph_balances_genesis_build(ph_rt_t *rt, const ph_genesis_balance_t *balances, size_t count)
{
    ph_balance_t total = 0;
    for (size_t i = 0; i < count; i++) {
        const ph_account_id_t *who = &balances[i].account;
        if (balances[i].free < ph_currency_existential_deposit(rt))
            return ph_rt_panic(rt, "the balance of account %zu is below the existential deposit", i);
        ph_account_info_t info;
        ph_system_account_get(rt, who, &info);
        if (info.data.free != 0)
            return ph_rt_panic(rt, "duplicate balances in genesis: account %zu", i);
        ph_system_inc_providers(rt, who);
        ph_account_data_t data = {.free = balances[i].free, .flags = FLAG_NEW_LOGIC};
        store(rt, who, &data);
        total = ph_u128_sat_add(total, balances[i].free);
    }
    ph_balances_total_issuance_set(rt, total);
    return PH_OK;
}
