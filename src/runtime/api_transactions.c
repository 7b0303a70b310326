/* TaggedTransactionQueue, AccountNonceApi and TransactionPaymentApi: what wallets and the transaction pool ask. */
#include "runtime/apis.h"
#include "runtime/dispatch.h"
#include "runtime/fees.h"
#include "runtime/transaction.h"

ph_err_t ph_api_tagged_transaction_queue_validate_transaction(ph_rt_t *rt, ph_transaction_source_t source,
                                                              ph_bytes_t tx, const ph_hash_t *block_hash,
                                                              ph_transaction_validity_t *out)
{
    return ph_transaction_validity(rt, out, source, tx, block_hash);
}

ph_err_t ph_api_account_nonce_api_account_nonce(ph_rt_t *rt, const ph_account_id_t *account, ph_nonce_t *out)
{
    ph_account_info_t info;
    ph_system_account_get(rt, account, &info);
    *out = info.nonce;
    return PH_OK;
}

/* A bare extrinsic costs nothing. */
static ph_err_t fees_of(ph_rt_t *rt, ph_fee_details_t *fees, ph_dispatch_info_t *info, ph_bytes_t uxt, uint32_t len)
{
    ph_extrinsic_t xt;
    const char *why = NULL;
    if (ph_extrinsic_decode(rt, &xt, &why, uxt) != PH_OK)
        return ph_rt_panic(rt, "%s", why);
    *info = ph_call_info(rt, &xt.call);
    *fees = (ph_fee_details_t){0};
    if (xt.format != PH_EXTRINSIC_BARE)
        ph_fees_details(rt, fees, info, len, 0);
    return PH_OK;
}

ph_err_t ph_api_transaction_payment_api_query_info(ph_rt_t *rt, ph_bytes_t uxt, uint32_t len,
                                                   ph_runtime_dispatch_info_t *out)
{
    ph_fee_details_t fees;
    ph_dispatch_info_t info;
    PH_TRY(fees_of(rt, &fees, &info, uxt, len));
    *out =
        (ph_runtime_dispatch_info_t){.weight = info.weight, .class = info.class_, .partial_fee = ph_fees_total(&fees)};
    return PH_OK;
}

ph_err_t ph_api_transaction_payment_api_query_fee_details(ph_rt_t *rt, ph_bytes_t uxt, uint32_t len,
                                                          ph_fee_details_t *out)
{
    ph_dispatch_info_t info;
    return fees_of(rt, out, &info, uxt, len);
}

ph_err_t ph_api_transaction_payment_api_query_weight_to_fee(ph_rt_t *rt, const ph_weight_t *weight, ph_balance_t *out)
{
    *out = ph_fees_of_weight(rt, *weight);
    return PH_OK;
}

ph_err_t ph_api_transaction_payment_api_query_length_to_fee(ph_rt_t *rt, uint32_t length, ph_balance_t *out)
{
    *out = ph_fees_of_length(rt, length);
    return PH_OK;
}
