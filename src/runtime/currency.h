/* Moving balances for other modules: deposits that are reserved, fees that are withdrawn, what is burnt. The rules are
 * those of pallet-balances 51: an account whose free balance falls under the existential deposit is reaped unless
 * something holds it, and what is left of it is lost.
 */
#ifndef PH_RUNTIME_CURRENCY_H
#define PH_RUNTIME_CURRENCY_H

#include "runtime/storage/balances.h"

/* Errors of Balances; ConsumerRemaining if the account could not live on without what is reserved. 0: nothing. */
PH_MUST_CHECK ph_err_t ph_currency_reserve(ph_rt_t *rt, const ph_account_id_t *who, ph_balance_t amount);
/* As much as is reserved. */
void ph_currency_unreserve(ph_rt_t *rt, const ph_account_id_t *who, ph_balance_t amount);
/* Takes the amount out of the account; where it goes is the caller's business (issuance is not changed). */
PH_MUST_CHECK ph_err_t ph_currency_withdraw(ph_rt_t *rt, const ph_account_id_t *who, ph_balance_t amount,
                                            bool keep_alive);
/* Puts a withdrawn amount into an account. If it is too little to make that account, the amount is gone. */
void ph_currency_resolve(ph_rt_t *rt, const ph_account_id_t *who, ph_balance_t amount);
/* Destroys the amount; the account must keep the existential deposit. TokenError FundsUnavailable. */
PH_MUST_CHECK ph_err_t ph_currency_burn(ph_rt_t *rt, const ph_account_id_t *who, ph_balance_t amount);
/* The same, but the account may go. */
PH_MUST_CHECK ph_err_t ph_currency_burn_all(ph_rt_t *rt, const ph_account_id_t *who, ph_balance_t amount);
/* Makes the account exist, also with less than the existential deposit. */
void ph_currency_touch(ph_rt_t *rt, const ph_account_id_t *who);

#endif
