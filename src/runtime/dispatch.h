/* Calls: what they are, what they take, and carrying them out. */
#ifndef PH_RUNTIME_DISPATCH_H
#define PH_RUNTIME_DISPATCH_H

#include "runtime/origin.h"
#include "runtime/system.h"

/* Is this a call that only the block's author makes, at the start of the block? */
bool ph_call_is_inherent(const ph_call_t *call);
/* What the call takes, how it counts, and that its caller pays. */
ph_dispatch_info_t ph_call_info(ph_rt_t *rt, const ph_call_t *call);

/* Carries the call out. One that fails leaves nothing behind. *result is how it ended; the error returned is a panic.
 * Afterwards rt->pays_no says whether its caller is to have the fee back. */
PH_MUST_CHECK ph_err_t ph_dispatch_in_layer(ph_rt_t *rt, ph_dispatch_result_t *result, const ph_origin_t *origin,
                                            const ph_call_t *call);

/* The account that an address means: PH_DISPATCH_ERR CannotLookup if it is none of this chain's. */
PH_MUST_CHECK ph_err_t ph_lookup(ph_account_id_t *out, const ph_multi_address_t *address);

/* What the pallets think of a bare call: as a transaction, and at the moment when it is applied. False, with the
 * reason: it may not be. */
bool ph_unsigned_validate(ph_rt_t *rt, ph_transaction_validity_t *out, ph_transaction_source_t source,
                          const ph_call_t *call);
bool ph_unsigned_pre_dispatch(ph_rt_t *rt, ph_transaction_validity_error_t *why, const ph_call_t *call);

#endif
