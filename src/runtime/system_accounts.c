/* Reference counts of accounts: who needs an account to exist (consumers), and what lets it exist (providers). */
#include "runtime/origin.h"
#include "runtime/support.h"
#include "runtime/system.h"

/* Most consumers an account may have. */
#define MAX_CONSUMERS 16u

ph_err_t ph_system_inc_consumers_without_limit(ph_rt_t *rt, const ph_account_id_t *who)
{
    ph_account_info_t account;
    ph_system_account_get(rt, who, &account);
    if (account.providers == 0)
        return PH_DISPATCH_ERR(PH_DISPATCH_ERROR_NO_PROVIDERS, 0);
    account.consumers = ph_sat_add_u32(account.consumers, 1);
    ph_system_account_set(rt, who, &account);
    return PH_OK;
}

ph_err_t ph_system_inc_consumers(ph_rt_t *rt, const ph_account_id_t *who)
{
    ph_account_info_t account;
    ph_system_account_get(rt, who, &account);
    if (account.providers > 0 && account.consumers >= MAX_CONSUMERS)
        return PH_DISPATCH_ERR(PH_DISPATCH_ERROR_TOO_MANY_CONSUMERS, 0);
    return ph_system_inc_consumers_without_limit(rt, who);
}

bool ph_system_can_inc_consumer(ph_rt_t *rt, const ph_account_id_t *who)
{
    ph_account_info_t account;
    ph_system_account_get(rt, who, &account);
    return account.providers > 0 && account.consumers < MAX_CONSUMERS;
}

void ph_system_dec_consumers(ph_rt_t *rt, const ph_account_id_t *who)
{
    ph_account_info_t account;
    ph_system_account_get(rt, who, &account);
    if (account.consumers == 0)
        ph_rt_log(rt, PH_LOG_ERROR, "system", "an account's consumers would go below zero");
    else
        account.consumers--;
    ph_system_account_set(rt, who, &account);
}

void ph_system_inc_providers(ph_rt_t *rt, const ph_account_id_t *who)
{
    ph_account_info_t account;
    ph_system_account_get(rt, who, &account);
    if (account.providers == 0 && account.sufficients == 0) {
        account.providers = 1;
        ph_system_event_new_account(rt, who);
    } else {
        account.providers = ph_sat_add_u32(account.providers, 1);
    }
    ph_system_account_set(rt, who, &account);
}

ph_err_t ph_system_dec_providers(ph_rt_t *rt, const ph_account_id_t *who)
{
    ph_account_info_t account;
    if (!ph_system_account_exists(rt, who)) {
        ph_rt_log(rt, PH_LOG_ERROR, "system", "an account that is not there would lose a provider");
        return PH_OK;
    }
    ph_system_account_get(rt, who, &account);
    if (account.providers == 0) {
        ph_rt_log(rt, PH_LOG_ERROR, "system", "an account's providers would go below zero");
        account.providers = 1;
    }
    if (account.providers == 1 && account.consumers > 0)
        return PH_DISPATCH_ERR(PH_DISPATCH_ERROR_CONSUMER_REMAINING, 0);
    if (account.providers == 1 && account.sufficients == 0) {
        ph_system_account_remove(rt, who);
        ph_system_event_killed_account(rt, who);
        return PH_OK;
    }
    account.providers--;
    ph_system_account_set(rt, who, &account);
    return PH_OK;
}
