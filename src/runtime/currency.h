/* Moving balances. The rules are those of pallet-balances 51: an account whose free balance falls under the existential
 * deposit is reaped unless something holds it, and what is left of it is lost.
 *
 * Errors are Balances' own, or DispatchErrors: Token (FundsUnavailable, OnlyProvider, BelowMinimum, Frozen,
 * NotExpendable, CannotCreate), Arithmetic, ConsumerRemaining, NoProviders, TooManyConsumers. After an error the caller
 * undoes what was written.
 */
#ifndef PH_RUNTIME_CURRENCY_H
#define PH_RUNTIME_CURRENCY_H

#include "runtime/storage/balances.h"

ph_balance_t ph_currency_existential_deposit(ph_rt_t *rt);

/* ---- what an account could do ---- */

/* How much of the free balance may go: all of it, or all but the existential deposit. What is frozen stays unless
 * `force`. */
typedef enum { PH_EXPENDABLE, PH_PROTECT /* unless other modules keep it alive */, PH_PRESERVE } ph_preservation_t;
ph_balance_t ph_currency_reducible(ph_rt_t *rt, const ph_account_id_t *who, ph_preservation_t preservation, bool force);

typedef enum {
    PH_WITHDRAW_SUCCESS,
    PH_WITHDRAW_REDUCED_TO_ZERO, /* possible, and the end of the account */
    PH_WITHDRAW_UNDERFLOW,
    PH_WITHDRAW_BALANCE_LOW,
    PH_WITHDRAW_FROZEN,
    PH_WITHDRAW_WOULD_DIE
} ph_withdraw_consequence_t;
ph_withdraw_consequence_t ph_currency_can_withdraw(ph_rt_t *rt, const ph_account_id_t *who, ph_balance_t amount);

/* ---- from account to account ---- */

/* The rest of an account that must go with it, where preservation allows, is lost. */
PH_MUST_CHECK ph_err_t ph_currency_transfer(ph_rt_t *rt, const ph_account_id_t *from, const ph_account_id_t *to,
                                            ph_balance_t amount, ph_preservation_t preservation);

/* ---- out of accounts and into them: where the amount goes or comes from is the caller's business ---- */

/* Leaves the existential deposit (unless keep_alive is false). */
PH_MUST_CHECK ph_err_t ph_currency_withdraw(ph_rt_t *rt, const ph_account_id_t *who, ph_balance_t amount,
                                            bool keep_alive);
/* The same for fees: leaves the existential deposit and what is frozen. */
PH_MUST_CHECK ph_err_t ph_currency_withdraw_exact(ph_rt_t *rt, const ph_account_id_t *who, ph_balance_t amount);
/* Puts a withdrawn amount into an account. If it is too little to make that account, the amount is gone. */
void ph_currency_resolve(ph_rt_t *rt, const ph_account_id_t *who, ph_balance_t amount);
/* All of it or, with an error, nothing. */
PH_MUST_CHECK ph_err_t ph_currency_deposit_exact(ph_rt_t *rt, const ph_account_id_t *who, ph_balance_t amount);
/* A withdrawn amount that nobody gets: the total issuance shrinks. */
void ph_currency_drop_credit(ph_rt_t *rt, ph_balance_t amount);

/* Destroys the amount. */
PH_MUST_CHECK ph_err_t ph_currency_burn_from(ph_rt_t *rt, const ph_account_id_t *who, ph_balance_t amount,
                                             ph_preservation_t preservation);
/* The account must keep the existential deposit. */
PH_MUST_CHECK ph_err_t ph_currency_burn(ph_rt_t *rt, const ph_account_id_t *who, ph_balance_t amount);
/* The account may go. */
PH_MUST_CHECK ph_err_t ph_currency_burn_all(ph_rt_t *rt, const ph_account_id_t *who, ph_balance_t amount);
/* Sets the free balance, and the issuance with it; less than the existential deposit means 0. */
PH_MUST_CHECK ph_err_t ph_currency_force_free(ph_rt_t *rt, const ph_account_id_t *who, ph_balance_t *free);

/* ---- reserves and holds ---- */

/* 0: nothing. */
PH_MUST_CHECK ph_err_t ph_currency_reserve(ph_rt_t *rt, const ph_account_id_t *who, ph_balance_t amount);
/* As much as is reserved. */
void ph_currency_unreserve(ph_rt_t *rt, const ph_account_id_t *who, ph_balance_t amount);
/* Holds part of the free balance for a reason, beside what is held for it already. */
PH_MUST_CHECK ph_err_t ph_currency_hold(ph_rt_t *rt, const ph_runtime_hold_reason_t *reason, const ph_account_id_t *who,
                                        ph_balance_t amount);
/* Frees all that is held for the reason (also nothing, with an event). */
PH_MUST_CHECK ph_err_t ph_currency_release_all(ph_rt_t *rt, const ph_runtime_hold_reason_t *reason,
                                               const ph_account_id_t *who);

/* ---- accounts ---- */

/* Makes the account exist, also with less than the existential deposit. */
void ph_currency_touch(ph_rt_t *rt, const ph_account_id_t *who);
/* Brings an account of an older version of the pallet up to date; false if it was. */
bool ph_currency_ensure_upgraded(ph_rt_t *rt, const ph_account_id_t *who);

typedef struct ph_genesis_balance {
    ph_account_id_t account;
    ph_balance_t free;
} ph_genesis_balance_t;
/* Panics at amounts below the existential deposit and accounts named twice. */
PH_MUST_CHECK ph_err_t ph_balances_genesis_build(ph_rt_t *rt, const ph_genesis_balance_t *balances, size_t count);

#endif
