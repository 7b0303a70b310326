/* Transactions: whether one may stand in a block, and what is done before and after its call.
 *
 * The extensions, in order: CheckNonZeroSender, CheckSpecVersion, CheckTxVersion, CheckGenesis, CheckMortality,
 * CheckNonce, CheckWeight, ChargeTransactionPayment. The first that refuses gives the answer. (sp-runtime 49,
 * frame-system 49 and pallet-transaction-payment 50.)
 */
#ifndef PH_RUNTIME_TRANSACTION_H
#define PH_RUNTIME_TRANSACTION_H

#include "runtime/extrinsic.h"

typedef ph_transaction_validity_error_t ph_refusal_t;
/* "Invalid BadProof", for logs. */
const char *ph_refusal_text(const ph_refusal_t *why);

/* A transaction on its way through a block. */
typedef struct ph_transaction {
    const ph_extrinsic_t *xt;
    ph_dispatch_info_t info;
    ph_account_id_t signer; /* of signed ones */
    ph_balance_t fee;       /* tip included; known when validated */
} ph_transaction_t;

/* Finds the signer and checks the signature. False: Unknown CannotLookup, Invalid AncientBirthBlock or BadProof. */
bool ph_transaction_check(ph_rt_t *rt, ph_transaction_t *tx, ph_refusal_t *why, const ph_extrinsic_t *xt);
/* Is it valid, and how does it relate to others? Reads only. */
bool ph_transaction_validate(ph_rt_t *rt, ph_transaction_t *tx, ph_valid_transaction_t *out, ph_refusal_t *why,
                             ph_transaction_source_t source);
/* Takes the nonce, the room in the block and the fee. False: what was written is to be undone. */
bool ph_transaction_prepare(ph_rt_t *rt, ph_transaction_t *tx, ph_refusal_t *why);
/* After the call: the fee is final. tx->info tells whether it is to be paid. */
void ph_transaction_settle(ph_rt_t *rt, const ph_transaction_t *tx);

/* The answer to the node: could the extrinsic stand in the block after `parent`, whose state this is? Writes what is to
 * be undone. An error is a panic. */
PH_MUST_CHECK ph_err_t ph_transaction_validity(ph_rt_t *rt, ph_transaction_validity_t *out,
                                               ph_transaction_source_t source, ph_bytes_t extrinsic,
                                               const ph_hash_t *parent);

#endif
