/* One account's balances while they change; private to Balances. */
#ifndef PH_RUNTIME_CURRENCY_ACCOUNT_H
#define PH_RUNTIME_CURRENCY_ACCOUNT_H

#include "runtime/system.h"

typedef struct ph_account_change {
    const ph_account_id_t *who; /* borrowed until the end */
    ph_account_data_t data;     /* for the caller to change */
    ph_account_data_t old;
    bool is_new; /* nothing was known of its balances */
} ph_account_change_t;

/* Reads the account (and brings it up to date). */
void ph_account_change_begin(ph_rt_t *rt, ph_account_change_t *change, const ph_account_id_t *who);
/* Writes it, with all that follows: reference counts, the account's birth or death, events. *dust is what was left on
 * an account that died, for the caller to drop. */
PH_MUST_CHECK ph_err_t ph_account_change_end(ph_rt_t *rt, const ph_account_change_t *change, ph_balance_t *dust);

#endif
