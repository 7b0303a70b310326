#include "runtime/slashing.h"

#include "runtime/hooks.h"
#include "runtime/offences.h"
#include "runtime/reports.h"
#include "runtime/storage/para_session_info.h"
#include "runtime/storage/session.h"
#include "runtime/support.h"
#include "runtime/vec.h"

#define OFFENCE_KIND "disputes:slashin"
#define NOBODY       ((ph_vec_account_id_t){0})

void ph_slashing_on_new_session(ph_rt_t *rt, const ph_para_session_change_t *change)
{
    uint32_t kept = change->config.dispute_period.v + 1; /* the longest period wraps to none, as in polkadot-sdk */
    if (change->session.v > kept)
        ph_paras_slashing_unapplied_slashes_clear_under(rt, (ph_session_index_t){change->session.v - kept});
}

/* Adds the loser and its key to the slashes that wait. */
static void note(ph_rt_t *rt, ph_pending_slashes_t *slashes, ph_validator_index_t loser, const ph_validator_id_t *key)
{
    size_t i = 0;
    while (i < slashes->keys.count && slashes->keys.items[i].key.v < loser.v)
        i++;
    if (i == slashes->keys.count || slashes->keys.items[i].key.v != loser.v)
        ph_vec_insert(rt, &slashes->keys, i, ((__typeof__(*slashes->keys.items)){.key = loser}));
    slashes->keys.items[i].value = *key;
}

static ph_bytes_t time_slot(ph_rt_t *rt, ph_session_index_t session, const ph_candidate_hash_t *candidate)
{
    ph_disputes_time_slot_t slot = {.session_index = session, .candidate_hash = *candidate};
    ph_writer_t w = ph_writer_in(rt->arena);
    ph_disputes_time_slot_encode(&w, &slot);
    return ph_writer_bytes(&w);
}

/* In the session in which it happened an offence can be reported at once: it is known who the validators are. */
static void report_now(ph_rt_t *rt, ph_session_index_t session, const ph_candidate_hash_t *candidate,
                       const ph_vec_validator_index_t *losers)
{
    ph_vec_account_id_t accounts, offenders = {0};
    if (!ph_para_session_info_account_keys_get(rt, session, &accounts))
        return;
    for (size_t i = 0; i < losers->count; i++)
        if (losers->items[i].v < accounts.count)
            ph_vec_push(rt, &offenders, accounts.items[losers->items[i].v]);
    if (ph_offences_report(rt, OFFENCE_KIND, time_slot(rt, session, candidate), &NOBODY, &offenders) != PH_OK)
        ph_rt_log(rt, PH_LOG_DEBUG, "slashing", "losers of a dispute were reported before");
}

static void punish(ph_rt_t *rt, ph_session_index_t session, const ph_candidate_hash_t *candidate, int kind,
                   const ph_vec_validator_index_t *losers)
{
    ph_session_index_t current;
    ph_session_info_t info;
    ph_pending_slashes_t slashes;
    if (losers->count == 0 || !ph_para_session_info_sessions_get(rt, session, &info))
        return;
    ph_session_current_index_get(rt, &current);
    if (session.v == current.v) {
        report_now(rt, session, candidate, losers);
        return;
    }
    if (!ph_paras_slashing_unapplied_slashes_get(rt, session, candidate, &slashes))
        slashes = (ph_pending_slashes_t){.kind.kind = (uint8_t)kind};
    for (size_t i = 0; i < losers->count; i++)
        if (losers->items[i].v < info.validators.count)
            note(rt, &slashes, losers->items[i], &info.validators.items[losers->items[i].v]);
    ph_paras_slashing_unapplied_slashes_set(rt, session, candidate, &slashes);
}

static bool contains(const ph_set_validator_index_t *set, ph_validator_index_t validator)
{
    for (size_t i = 0; i < set->count; i++)
        if (set->items[i].v == validator.v)
            return true;
    return false;
}

void ph_slashing_punish_for_invalid(ph_rt_t *rt, ph_session_index_t session, const ph_candidate_hash_t *candidate,
                                    const ph_vec_validator_index_t *losers, const ph_set_validator_index_t *backers)
{
    if (losers->count == 0 || backers->count == 0)
        return;
    ph_vec_validator_index_t losing_backers = {0}, losing_approvers = {0};
    for (size_t i = 0; i < losers->count; i++)
        ph_vec_push(rt, contains(backers, losers->items[i]) ? &losing_backers : &losing_approvers, losers->items[i]);
    punish(rt, session, candidate, PH_DISPUTE_OFFENCE_KIND_FOR_INVALID_BACKED, &losing_backers);
    punish(rt, session, candidate, PH_DISPUTE_OFFENCE_KIND_FOR_INVALID_APPROVED, &losing_approvers);
}

void ph_slashing_punish_against_valid(ph_rt_t *rt, ph_session_index_t session, const ph_candidate_hash_t *candidate,
                                      const ph_vec_validator_index_t *losers)
{
    punish(rt, session, candidate, PH_DISPUTE_OFFENCE_KIND_AGAINST_VALID, losers);
}

/* ---- reports ---- */

static ph_report_t report_of(ph_rt_t *rt, const ph_dispute_proof_t *proof, const ph_membership_proof_t *owner)
{
    return (ph_report_t){.key_type = "para",
                         .key = ph_bytes(proof->validator_id.bytes, 32),
                         .proof = owner,
                         .kind = OFFENCE_KIND,
                         .time_slot = time_slot(rt, proof->time_slot.session_index, &proof->time_slot.candidate_hash)};
}

ph_err_t ph_slashing_report(ph_rt_t *rt, const ph_dispute_proof_t *proof, const ph_account_id_t *offender)
{
    const ph_disputes_time_slot_t *slot = &proof->time_slot;
    ph_pending_slashes_t slashes;
    size_t i = 0;
    if (!ph_paras_slashing_unapplied_slashes_get(rt, slot->session_index, &slot->candidate_hash, &slashes) ||
        slashes.kind.kind != proof->kind.kind)
        return PH_PARAS_SLASHING_ERR_INVALID_CANDIDATE_HASH;
    while (i < slashes.keys.count && slashes.keys.items[i].key.v != proof->validator_index.v)
        i++;
    if (i == slashes.keys.count)
        return PH_PARAS_SLASHING_ERR_INVALID_VALIDATOR_INDEX;
    if (!ph_hash_is(&slashes.keys.items[i].value, &proof->validator_id))
        return PH_PARAS_SLASHING_ERR_VALIDATOR_INDEX_ID_MISMATCH;
    ph_vec_remove(&slashes.keys, i);
    if (slashes.keys.count > 0)
        ph_paras_slashing_unapplied_slashes_set(rt, slot->session_index, &slot->candidate_hash, &slashes);
    else
        ph_paras_slashing_unapplied_slashes_remove(rt, slot->session_index, &slot->candidate_hash);
    ph_report_t report = report_of(rt, proof, NULL);
    return ph_report_file(rt, &report, offender, &NOBODY) ? PH_OK : PH_PARAS_SLASHING_ERR_DUPLICATE_SLASHING_REPORT;
}

ph_err_t ph_paras_slashing_call_report_dispute_lost_unsigned(ph_rt_t *rt, const ph_origin_t *origin,
                                                             ph_dispute_proof_t *dispute_proof,
                                                             const ph_membership_proof_t *key_owner_proof)
{
    ph_account_id_t offender;
    PH_TRY(ph_ensure_none(origin));
    ph_report_t report = report_of(rt, dispute_proof, key_owner_proof);
    if (key_owner_proof->session.v != dispute_proof->time_slot.session_index.v ||
        !ph_report_offender(rt, &offender, &report))
        return PH_PARAS_SLASHING_ERR_INVALID_KEY_OWNERSHIP_PROOF;
    return ph_slashing_report(rt, dispute_proof, &offender);
}

bool ph_slashing_is_known(ph_rt_t *rt, const ph_dispute_proof_t *proof, const ph_account_id_t *offender)
{
    ph_report_t report = report_of(rt, proof, NULL);
    return ph_offences_is_known(rt, OFFENCE_KIND, report.time_slot, offender);
}

static const char *const tag_prefixes[] = {
    [PH_DISPUTE_OFFENCE_KIND_FOR_INVALID_BACKED] = "DisputeForInvalidBacked",
    [PH_DISPUTE_OFFENCE_KIND_AGAINST_VALID] = "DisputeAgainstValid",
    [PH_DISPUTE_OFFENCE_KIND_FOR_INVALID_APPROVED] = "DisputeForInvalidApproved",
};

static ph_bytes_t tag_of(ph_rt_t *rt, const ph_dispute_proof_t *proof)
{
    ph_writer_t tag = ph_writer_in(rt->arena);
    ph_disputes_time_slot_encode(&tag, &proof->time_slot);
    ph_write(&tag, proof->validator_id.bytes, 32);
    return ph_writer_bytes(&tag);
}

void ph_slashing_report_validity(ph_rt_t *rt, ph_valid_transaction_t *out, const ph_dispute_proof_t *proof)
{
    ph_report_valid(rt, out, tag_prefixes[proof->kind.kind], tag_of(rt, proof));
}

void ph_paras_slashing_validate_unsigned(ph_rt_t *rt, ph_transaction_validity_t *out, ph_transaction_source_t source,
                                         const ph_call_paras_slashing_t *call)
{
    const ph_dispute_proof_t *proof = call->report_dispute_lost_unsigned.dispute_proof;
    const ph_membership_proof_t *owner = &call->report_dispute_lost_unsigned.key_owner_proof;
    ph_report_t report = report_of(rt, proof, owner);
    if (owner->session.v != proof->time_slot.session_index.v) /* the proof is for another session */
        report.proof = NULL;
    ph_report_validity(rt, out, source, &report, tag_prefixes[proof->kind.kind], tag_of(rt, proof));
}
