/* Equivocations in finality: one voter, one round, two votes of a kind. (pallet-grandpa 50, equivocation.rs;
 * sp-consensus-grandpa 31, check_equivocation_proof.) */
#include "runtime/grandpa.h"
#include "runtime/hooks.h"
#include "runtime/reports.h"
#include "runtime/support.h"
#include "scale/scale.h"

#define OFFENCE_KIND "grandpa:equivoca"

typedef ph_grandpa_equivocation_proof_t equivocation_t;

/* ---- the proof ---- */

/* Both kinds of equivocation in one form: a precommit has the fields of a prevote. */
typedef struct votes {
    ph_grandpa_authority_id_t voter;
    uint64_t round;
    ph_grandpa_message_t message[2];
    ph_grandpa_signature_t signature[2];
    bool same_target;
} votes_t;

static bool same_target(const ph_hash_t *a, ph_block_number_t a_number, const ph_hash_t *b, ph_block_number_t b_number)
{
    return ph_hash_is(a, b) && a_number == b_number;
}

static votes_t prevotes_of(const ph_grandpa_prevote_equivocation_t *e)
{
    return (votes_t){.voter = e->identity,
                     .round = e->round_number,
                     .message = {{.kind = PH_GRANDPA_MESSAGE_PREVOTE, .prevote = e->first._0},
                                 {.kind = PH_GRANDPA_MESSAGE_PREVOTE, .prevote = e->second._0}},
                     .signature = {e->first._1, e->second._1},
                     .same_target = same_target(&e->first._0.target_hash, e->first._0.target_number,
                                                &e->second._0.target_hash, e->second._0.target_number)};
}

static votes_t precommits_of(const ph_grandpa_precommit_equivocation_t *e)
{
    return (votes_t){.voter = e->identity,
                     .round = e->round_number,
                     .message = {{.kind = PH_GRANDPA_MESSAGE_PRECOMMIT, .precommit = e->first._0},
                                 {.kind = PH_GRANDPA_MESSAGE_PRECOMMIT, .precommit = e->second._0}},
                     .signature = {e->first._1, e->second._1},
                     .same_target = same_target(&e->first._0.target_hash, e->first._0.target_number,
                                                &e->second._0.target_hash, e->second._0.target_number)};
}

static votes_t votes_of(const equivocation_t *proof)
{
    return proof->equivocation.kind == PH_GRANDPA_EQUIVOCATION_PREVOTE ? prevotes_of(&proof->equivocation.prevote)
                                                                       : precommits_of(&proof->equivocation.precommit);
}

static bool signed_by_voter(ph_rt_t *rt, const votes_t *votes, size_t i, uint64_t set_id)
{
    ph_grandpa_signed_payload_t payload = {.message = votes->message[i], .round = votes->round, .set_id = set_id};
    ph_writer_t w = ph_writer_in(rt->arena);
    ph_grandpa_signed_payload_encode(&w, &payload);
    return ph_host_ed25519_verify(rt, votes->signature[i].bytes, ph_writer_bytes(&w), votes->voter.bytes);
}

static bool is_equivocation(ph_rt_t *rt, const votes_t *votes, uint64_t set_id)
{
    return !votes->same_target && signed_by_voter(rt, votes, 0, set_id) && signed_by_voter(rt, votes, 1, set_id);
}

/* Did the set vote in that session? Sets are known by their last session, and no longer than they are kept. */
static bool set_was_in(ph_rt_t *rt, uint64_t set_id, ph_session_index_t session)
{
    ph_session_index_t last, last_of_previous;
    if (set_id != 0 && !ph_grandpa_set_id_session_get(rt, set_id - 1, &last_of_previous))
        return false;
    return ph_grandpa_set_id_session_get(rt, set_id, &last) && session.v <= last.v &&
           (set_id == 0 || session.v > last_of_previous.v);
}

/* ---- reports ---- */

static ph_report_t report_of(ph_rt_t *rt, const votes_t *votes, uint64_t set_id, const ph_membership_proof_t *owner)
{
    ph_writer_t slot = ph_writer_in(rt->arena);
    ph_write_u64(&slot, set_id);
    ph_write_u64(&slot, votes->round);
    return (ph_report_t){.key_type = "gran",
                         .key = ph_bytes(votes->voter.bytes, 32),
                         .proof = owner,
                         .kind = OFFENCE_KIND,
                         .time_slot = ph_writer_bytes(&slot)};
}

static ph_err_t process(ph_rt_t *rt, const ph_vec_account_id_t *reporters, const equivocation_t *proof,
                        const ph_membership_proof_t *owner)
{
    ph_account_id_t offender;
    votes_t votes = votes_of(proof);
    if (!is_equivocation(rt, &votes, proof->set_id))
        return PH_GRANDPA_ERR_INVALID_EQUIVOCATION_PROOF;
    ph_report_t report = report_of(rt, &votes, proof->set_id, owner);
    if (!ph_report_offender(rt, &offender, &report))
        return PH_GRANDPA_ERR_INVALID_KEY_OWNERSHIP_PROOF;
    if (!set_was_in(rt, proof->set_id, owner->session))
        return PH_GRANDPA_ERR_INVALID_EQUIVOCATION_PROOF;
    return ph_report_file(rt, &report, &offender, reporters) ? PH_OK : PH_GRANDPA_ERR_DUPLICATE_OFFENCE_REPORT;
}

ph_err_t ph_grandpa_call_report_equivocation(ph_rt_t *rt, const ph_origin_t *origin,
                                             const equivocation_t *equivocation_proof,
                                             const ph_membership_proof_t *key_owner_proof)
{
    ph_vec_account_id_t reporters;
    PH_TRY(ph_report_reporter(rt, &reporters, origin));
    return process(rt, &reporters, equivocation_proof, key_owner_proof);
}

ph_err_t ph_grandpa_call_report_equivocation_unsigned(ph_rt_t *rt, const ph_origin_t *origin,
                                                      const equivocation_t *equivocation_proof,
                                                      const ph_membership_proof_t *key_owner_proof)
{
    ph_vec_account_id_t reporters;
    PH_TRY(ph_ensure_none(origin));
    PH_TRY(ph_report_reporter(rt, &reporters, NULL));
    return process(rt, &reporters, equivocation_proof, key_owner_proof);
}

void ph_grandpa_validate_unsigned(ph_rt_t *rt, ph_transaction_validity_t *out, ph_transaction_source_t source,
                                  const ph_call_grandpa_t *call)
{
    if (call->kind != PH_CALL_GRANDPA_REPORT_EQUIVOCATION_UNSIGNED) {
        ph_report_not_one(out);
        return;
    }
    const equivocation_t *proof = &call->report_equivocation_unsigned.equivocation_proof;
    votes_t votes = votes_of(proof);
    ph_report_t report = report_of(rt, &votes, proof->set_id, &call->report_equivocation_unsigned.key_owner_proof);
    ph_writer_t tag = ph_writer_in(rt->arena);
    ph_write(&tag, votes.voter.bytes, 32);
    ph_write_u64(&tag, proof->set_id);
    ph_write_u64(&tag, votes.round);
    ph_report_validity(rt, out, source, &report, "GrandpaEquivocation", ph_writer_bytes(&tag));
}
