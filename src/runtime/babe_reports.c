/* Equivocations in block production: one author, one slot, two blocks. (pallet-babe 50, equivocation.rs;
 * sp-consensus-babe 0.50, check_equivocation_proof.) */
#include <string.h>

#include "primitives/hash_of.h"
#include "runtime/babe.h"
#include "runtime/hooks.h"
#include "runtime/params.h"
#include "runtime/reports.h"
#include "runtime/support.h"
#include "runtime/vec.h"
#include "scale/scale.h"

#define ENGINE       "BABE"
#define OFFENCE_KIND "babe:equivocatio"

typedef ph_babe_equivocation_proof_t equivocation_t;

/* ---- the proof ---- */

/* Is the header's last digest item its author's signature over the rest? */
static bool sealed_by(ph_rt_t *rt, const ph_header_t *header, const ph_babe_authority_id_t *author)
{
    ph_header_t unsealed = *header;
    if (header->digest.logs.count == 0)
        return false;
    const ph_digest_item_t *seal = &header->digest.logs.items[--unsealed.digest.logs.count];
    if (seal->kind != PH_DIGEST_ITEM_SEAL || memcmp(seal->seal._0.bytes, ENGINE, 4) != 0 || seal->seal._1.len < 64)
        return false;
    ph_hash_t hash = ph_hash_of_header(&unsealed);
    return ph_host_sr25519_verify(rt, seal->seal._1.data, ph_bytes(hash.bytes, 32), author->bytes);
}

static bool is_equivocation(ph_rt_t *rt, const equivocation_t *proof)
{
    ph_hash_t a = ph_hash_of_header(&proof->first_header), b = ph_hash_of_header(&proof->second_header);
    ph_babe_pre_digest_t first, second;
    return !ph_hash_is(&a, &b) && ph_babe_find_pre_digest(rt, &first, &proof->first_header.digest) &&
           ph_babe_find_pre_digest(rt, &second, &proof->second_header.digest) &&
           proof->slot.v == ph_babe_pre_digest_slot(&first).v && proof->slot.v == ph_babe_pre_digest_slot(&second).v &&
           ph_babe_pre_digest_author(&first) == ph_babe_pre_digest_author(&second) &&
           sealed_by(rt, &proof->first_header, &proof->offender) &&
           sealed_by(rt, &proof->second_header, &proof->offender);
}

/* Epochs and sessions go side by side, but for epochs that were skipped. The answer is good for epochs that were. */
static uint32_t session_of_epoch(ph_rt_t *rt, uint64_t epoch)
{
    ph_vec_tup_u64_session_index_t skips;
    ph_babe_skipped_epochs_get(rt, &skips);
    size_t i = 0;
    while (i < skips.count && skips.items[i]._0 <= epoch)
        i++;
    uint64_t skipped = i > 0 ? skips.items[i - 1]._0 - skips.items[i - 1]._1.v : 0;
    uint64_t session = ph_sat_sub_u64(epoch, skipped);
    return session > UINT32_MAX ? UINT32_MAX : (uint32_t)session;
}

static uint32_t session_of_slot(ph_rt_t *rt, ph_slot_t slot)
{
    ph_slot_t genesis;
    ph_babe_genesis_slot_get(rt, &genesis);
    return session_of_epoch(rt, ph_sat_sub_u64(slot.v, genesis.v) / ph_params_epoch_slots(rt));
}

/* ---- reports ---- */

static ph_bytes_t time_slot(ph_rt_t *rt, ph_slot_t slot)
{
    ph_writer_t w = ph_writer_in(rt->arena);
    ph_write_u64(&w, slot.v);
    return ph_writer_bytes(&w);
}

static ph_report_t report_of(ph_rt_t *rt, const equivocation_t *proof, const ph_membership_proof_t *owner)
{
    return (ph_report_t){.key_type = "babe",
                         .key = ph_bytes(proof->offender.bytes, 32),
                         .proof = owner,
                         .kind = OFFENCE_KIND,
                         .time_slot = time_slot(rt, proof->slot)};
}

static ph_err_t process(ph_rt_t *rt, const ph_vec_account_id_t *reporters, const equivocation_t *proof,
                        const ph_membership_proof_t *owner)
{
    ph_account_id_t offender;
    if (!is_equivocation(rt, proof))
        return PH_BABE_ERR_INVALID_EQUIVOCATION_PROOF;
    ph_report_t report = report_of(rt, proof, owner);
    if (session_of_slot(rt, proof->slot) != owner->session.v || !ph_report_offender(rt, &offender, &report))
        return PH_BABE_ERR_INVALID_KEY_OWNERSHIP_PROOF;
    return ph_report_file(rt, &report, &offender, reporters) ? PH_OK : PH_BABE_ERR_DUPLICATE_OFFENCE_REPORT;
}

ph_err_t ph_babe_call_report_equivocation(ph_rt_t *rt, const ph_origin_t *origin,
                                          const equivocation_t *equivocation_proof,
                                          const ph_membership_proof_t *key_owner_proof)
{
    ph_vec_account_id_t reporters;
    PH_TRY(ph_report_reporter(rt, &reporters, origin));
    return process(rt, &reporters, equivocation_proof, key_owner_proof);
}

ph_err_t ph_babe_call_report_equivocation_unsigned(ph_rt_t *rt, const ph_origin_t *origin,
                                                   const equivocation_t *equivocation_proof,
                                                   const ph_membership_proof_t *key_owner_proof)
{
    ph_vec_account_id_t reporters;
    PH_TRY(ph_ensure_none(origin));
    PH_TRY(ph_report_reporter(rt, &reporters, NULL));
    return process(rt, &reporters, equivocation_proof, key_owner_proof);
}

void ph_babe_validate_unsigned(ph_rt_t *rt, ph_transaction_validity_t *out, ph_transaction_source_t source,
                               const ph_call_babe_t *call)
{
    if (call->kind != PH_CALL_BABE_REPORT_EQUIVOCATION_UNSIGNED) {
        ph_report_not_one(out);
        return;
    }
    const equivocation_t *proof = &call->report_equivocation_unsigned.equivocation_proof;
    ph_report_t report = report_of(rt, proof, &call->report_equivocation_unsigned.key_owner_proof);
    ph_writer_t tag = ph_writer_in(rt->arena);
    ph_write(&tag, proof->offender.bytes, 32);
    ph_write_u64(&tag, proof->slot.v);
    ph_report_validity(rt, out, source, &report, "BabeEquivocation", ph_writer_bytes(&tag));
}
