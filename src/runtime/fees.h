/* Fees: what a transaction costs and how urgent that makes it. A fee has a part for being a transaction, one for every
 * byte, and one for its weight, times a multiplier that rises while blocks are fuller than they should be; a tip comes
 * on top. What is paid is destroyed. (pallet-transaction-payment 50.)
 */
#ifndef PH_RUNTIME_FEES_H
#define PH_RUNTIME_FEES_H

#include "runtime/storage/transaction_payment.h"
#include "runtime/system.h"

ph_balance_t ph_fees_of_weight(ph_rt_t *rt, ph_weight_t weight);
ph_balance_t ph_fees_of_length(ph_rt_t *rt, uint32_t len);
void ph_fees_details(ph_rt_t *rt, ph_fee_details_t *out, const ph_dispatch_info_t *info, uint32_t len,
                     ph_balance_t tip);
/* The sum of the details, tip included. */
ph_balance_t ph_fees_total(const ph_fee_details_t *details);
/* How urgent a transaction is that pays `fee`, tip included. */
uint64_t ph_fees_priority(ph_rt_t *rt, const ph_dispatch_info_t *info, uint32_t len, ph_balance_t tip,
                          ph_balance_t fee);

/* Can the account pay? */
bool ph_fees_can_pay(ph_rt_t *rt, const ph_account_id_t *who, ph_balance_t fee);
/* Takes the fee, tip included, out of the account. False: it cannot. */
bool ph_fees_charge(ph_rt_t *rt, const ph_account_id_t *who, ph_balance_t fee, ph_balance_t tip);
/* After the call: gives back what was charged over `actual` (tip included), destroys the rest, and deposits the
 * event. */
void ph_fees_settle(ph_rt_t *rt, const ph_account_id_t *who, ph_balance_t charged, ph_balance_t actual,
                    ph_balance_t tip);

/* Moves the multiplier. */
void ph_fees_on_finalize(ph_rt_t *rt);
void ph_fees_genesis_build(ph_rt_t *rt);

#endif
