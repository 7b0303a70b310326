/* Reports of misbehaviour: who reports brings proof that a key was a validator's, and the pallet says what the key's
 * owner did. The same for equivocations in block production and finality and for lost disputes.
 *
 * An unsigned report is a transaction that only the block's author makes: of this node or in a block, never gossiped.
 * (pallet-babe 50 and pallet-grandpa 50, equivocation.rs; polkadot-runtime-parachains 30, disputes/slashing.rs.)
 */
#ifndef PH_RUNTIME_REPORTS_H
#define PH_RUNTIME_REPORTS_H

#include "primitives/types.h"
#include "runtime/calls.h"
#include "runtime/host.h"

typedef struct ph_report {
    const char *key_type; /* four letters */
    ph_bytes_t key;
    const ph_membership_proof_t *proof; /* NULL: none that holds */
    const char *kind;                   /* of the offence: 16 letters */
    ph_bytes_t time_slot;               /* encoded */
} ph_report_t;

/* Whose key it was: false if the proof does not hold. */
PH_MUST_CHECK bool ph_report_offender(ph_rt_t *rt, ph_account_id_t *offender, const ph_report_t *report);

/* Notes the offence; whoever reported it has the fee back. False: it was reported before. */
PH_MUST_CHECK bool ph_report_file(ph_rt_t *rt, const ph_report_t *report, const ph_account_id_t *offender,
                                  const ph_vec_account_id_t *reporters);

/* What the pool makes of the unsigned report, and what a block may hold (source InBlock): Call from others, BadProof,
 * Stale if it was reported before; else valid, of the highest priority, providing prefix and tag. */
void ph_report_validity(ph_rt_t *rt, ph_transaction_validity_t *out, ph_transaction_source_t source,
                        const ph_report_t *report, const char *prefix, ph_bytes_t tag);
/* The valid transaction alone. */
void ph_report_valid(ph_rt_t *rt, ph_valid_transaction_t *out, const char *prefix, ph_bytes_t tag);
void ph_report_not_one(ph_transaction_validity_t *out); /* for other calls: Call */

/* Who gets the credit: the one who signed, or the block's author if known. NULL origin: the author. Others: BadOrigin.
 */
PH_MUST_CHECK ph_err_t ph_report_reporter(ph_rt_t *rt, ph_vec_account_id_t *reporters, const ph_origin_t *origin);

/* Gives a bare extrinsic with the call to the node's pool. */
PH_MUST_CHECK bool ph_submit_bare(ph_rt_t *rt, const ph_call_t *call);

#endif
