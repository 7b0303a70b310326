/* Reports of misbehaviour in a made chain: lost disputes, equivocations of block authors and voters, with proofs of key
 * ownership from the session in which it happened; wrong ones and such that were made before. And what root does about
 * disputes: it unfreezes the chain and disables validators.
 */
#include "support/chain_maker_private.h"

#include "runtime/historical.h"
#include "runtime/storage/babe.h"
#include "runtime/storage/grandpa.h"
#include "runtime/storage/paras_disputes.h"
#include "runtime/storage/paras_slashing.h"
#include "runtime/storage/session.h"

enum { RECENT_PROOFS = 60 };

/* ---- proofs ---- */

static ph_bytes_t public_of(const real_keys_t *keys, const char type[4])
{
    return ph_bytes(type[0] == 'p'   ? keys->para_validator.public_key
                    : type[0] == 'b' ? keys->babe.public_key
                                     : keys->grandpa.public_key,
                    32);
}

static void prove(ph_chain_maker_t *m, const char type[4], size_t key, ph_slot_t slot, uint64_t set_id)
{
    ph_rt_t *rt = &m->view.rt;
    ph_membership_proof_t proof;
    ph_account_id_t owner;
    ph_maker_proof_t kept = {.key = key, .slot = slot, .set_id = set_id};
    memcpy(kept.type, type, 4);
    ph_tup_key_type_id_bytes_t owned = {._1 = public_of(&m->keys[key], type)};
    memcpy(owned._0.bytes, type, 4);
    if (!ph_session_key_owner_exists(rt, &owned))
        return;
    ph_historical_prove(rt, &proof, type, public_of(&m->keys[key], type));
    if (!ph_historical_check(rt, &owner, type, public_of(&m->keys[key], type), &proof))
        return; /* it is newer than the session, or somebody's who is no validator */
    ph_membership_proof_clone(m->c->arena, &kept.proof, &proof);
    ph_list_push(m->c->arena, &m->proofs, kept);
}

/* Proofs can be made in their session only. */
static void prove_all(ph_chain_maker_t *m)
{
    ph_session_index_t session;
    ph_slot_t slot;
    uint64_t set_id;
    ph_session_current_index_get(&m->view.rt, &session);
    if (session.v == m->proven.v)
        return;
    m->proven = session;
    ph_babe_current_slot_get(&m->view.rt, &slot);
    ph_grandpa_current_set_id_get(&m->view.rt, &set_id);
    for (size_t key = 0; key < MAKER_KEYS; key++) {
        prove(m, "para", key, slot, set_id);
        prove(m, "babe", key, slot, set_id);
        prove(m, "gran", key, slot, set_id);
    }
}

static const ph_maker_proof_t *a_proof(ph_chain_maker_t *m, const char type[4])
{
    size_t n = m->proofs.count < RECENT_PROOFS ? m->proofs.count : RECENT_PROOFS;
    for (size_t tries = 0; n > 0 && tries < 20; tries++) {
        const ph_maker_proof_t *p = &m->proofs.items[m->proofs.count - 1 - maker_below(m, n)];
        if (memcmp(p->type, type, 4) == 0)
            return p;
    }
    return NULL;
}

static const ph_maker_proof_t *proof_of(const ph_chain_maker_t *m, ph_session_index_t session,
                                        const ph_validator_id_t *id)
{
    for (size_t i = m->proofs.count; i-- > 0;) {
        const ph_maker_proof_t *p = &m->proofs.items[i];
        if (p->proof.session.v == session.v && p->type[0] == 'p' &&
            memcmp(m->keys[p->key].para_validator.public_key, id->bytes, 32) == 0)
            return p;
    }
    return NULL;
}

/* ---- reports ---- */

static void report(ph_chain_maker_t *m, ph_maker_calls_t *out, const ph_call_t *call, bool bare)
{
    ph_writer_t w = ph_writer_in(m->c->arena);
    ph_call_encode(&w, call);
    ph_maker_call_t made = {.encoded = ph_writer_bytes(&w), .bare = bare, .signer = maker_below(m, MAKER_SIGNERS)};
    ph_list_push(m->c->arena, out, made);
    if (bare)
        m->last_report = made.encoded;
}

static void spoil_dispute(ph_chain_maker_t *m, ph_dispute_proof_t *proof, ph_membership_proof_t *owner)
{
    size_t what = maker_below(m, 5);
    m->tally.deeds[PH_DEED_REPORT_WRONG]++;
    if (what == 0)
        proof->kind.kind = (uint8_t)((proof->kind.kind + 1) % 3);
    else if (what == 1)
        proof->validator_index.v++;
    else if (what == 2)
        proof->time_slot.candidate_hash.bytes[3] ^= 1;
    else if (what == 3)
        owner->validator_count++;
    else
        owner->session.v++;
}

static void report_loser(ph_chain_maker_t *m, ph_maker_calls_t *out, ph_session_index_t session,
                         const ph_candidate_hash_t *candidate, const ph_pending_slashes_t *slashes)
{
    const ph_map_validator_index_validator_id_entry_t *loser =
        &slashes->keys.items[maker_below(m, slashes->keys.count)];
    const ph_maker_proof_t *p = proof_of(m, session, &loser->value);
    if (!p)
        return;
    ph_dispute_proof_t proof = {.time_slot = {.session_index = session, .candidate_hash = *candidate},
                                .kind = slashes->kind,
                                .validator_index = loser->key,
                                .validator_id = loser->value};
    ph_call_t call = {.kind = PH_CALL_PARAS_SLASHING,
                      .paras_slashing.kind = PH_CALL_PARAS_SLASHING_REPORT_DISPUTE_LOST_UNSIGNED};
    call.paras_slashing.report_dispute_lost_unsigned.dispute_proof = &proof;
    call.paras_slashing.report_dispute_lost_unsigned.key_owner_proof = p->proof;
    if (maker_chance(m, 20))
        spoil_dispute(m, &proof, &call.paras_slashing.report_dispute_lost_unsigned.key_owner_proof);
    report(m, out, &call, true);
}

static void report_losers(ph_chain_maker_t *m, ph_maker_calls_t *out)
{
    ph_bytes_t cursor = {0};
    ph_session_index_t session;
    ph_candidate_hash_t candidate;
    ph_pending_slashes_t slashes;
    while (ph_paras_slashing_unapplied_slashes_next(&m->view.rt, &cursor, &session, &candidate, &slashes))
        if (slashes.keys.count > 0 && maker_chance(m, 20))
            report_loser(m, out, session, &candidate, &slashes);
}

/* ---- equivocations ---- */

static ph_header_t sealed(ph_chain_maker_t *m, const real_keys_t *keys, ph_slot_t slot, uint8_t mark)
{
    ph_arena_t *arena = m->c->arena;
    ph_header_t header = {.number = 7, .parent_hash.bytes[0] = mark};
    ph_babe_pre_digest_t claim = rt_plain_claim(slot.v, 1);
    ph_digest_item_t *items = ph_arena_alloc(arena, 2 * sizeof *items);
    uint8_t *signature = ph_arena_alloc(arena, 64);
    items[0] = rt_pre_digest(arena, &claim);
    header.digest.logs.items = items;
    header.digest.logs.count = 1;
    ph_hash_t hash = ph_hash_of_header(&header);
    ph_sr25519_sign(&keys->babe, signature, ph_bytes(hash.bytes, 32), NULL);
    items[1] = (ph_digest_item_t){.kind = PH_DIGEST_ITEM_SEAL};
    memcpy(items[1].seal._0.bytes, "BABE", 4);
    items[1].seal._1 = ph_bytes(signature, 64);
    header.digest.logs.count = 2;
    return header;
}

static void report_author(ph_chain_maker_t *m, ph_maker_calls_t *out)
{
    const ph_maker_proof_t *p = a_proof(m, "babe");
    if (!p)
        return;
    const real_keys_t *keys = &m->keys[p->key];
    bool wrong = maker_chance(m, 20), bare = maker_chance(m, 50);
    ph_babe_equivocation_proof_t proof = {.offender = rk_public(keys).babe,
                                          .slot = p->slot,
                                          .first_header = sealed(m, keys, p->slot, 1),
                                          .second_header = sealed(m, keys, p->slot, wrong ? 1 : 2)};
    ph_call_t call = {.kind = PH_CALL_BABE};
    call.babe.kind = bare ? PH_CALL_BABE_REPORT_EQUIVOCATION_UNSIGNED : PH_CALL_BABE_REPORT_EQUIVOCATION;
    if (bare) {
        call.babe.report_equivocation_unsigned.equivocation_proof = proof;
        call.babe.report_equivocation_unsigned.key_owner_proof = p->proof;
    } else {
        call.babe.report_equivocation.equivocation_proof = proof;
        call.babe.report_equivocation.key_owner_proof = p->proof;
    }
    m->tally.deeds[PH_DEED_REPORT_WRONG] += wrong;
    report(m, out, &call, bare);
}

static ph_grandpa_signature_t signed_vote(const real_keys_t *keys, const ph_grandpa_message_t *message, uint64_t round,
                                          uint64_t set_id)
{
    ph_grandpa_signed_payload_t payload = {.message = *message, .round = round, .set_id = set_id};
    ph_grandpa_signature_t out;
    ph_writer_t w = PH_WRITER_HEAP;
    ph_grandpa_signed_payload_encode(&w, &payload);
    ph_ed25519_sign(&keys->grandpa, out.bytes, ph_writer_bytes(&w));
    ph_writer_free(&w);
    return out;
}

static ph_grandpa_equivocation_proof_t two_votes(const real_keys_t *keys, uint64_t round, uint64_t set_id, bool differ)
{
    ph_grandpa_equivocation_proof_t proof = {.set_id = set_id};
    ph_grandpa_precommit_equivocation_t *e = &proof.equivocation.precommit;
    proof.equivocation.kind = PH_GRANDPA_EQUIVOCATION_PRECOMMIT;
    *e = (ph_grandpa_precommit_equivocation_t){.round_number = round, .identity = rk_public(keys).grandpa};
    e->first._0 = (ph_grandpa_precommit_t){{{1}}, 8};
    e->second._0 = (ph_grandpa_precommit_t){{{(uint8_t)(1 + differ)}}, 8};
    ph_grandpa_message_t a = {.kind = PH_GRANDPA_MESSAGE_PRECOMMIT, .precommit = e->first._0},
                         b = {.kind = PH_GRANDPA_MESSAGE_PRECOMMIT, .precommit = e->second._0};
    e->first._1 = signed_vote(keys, &a, round, set_id);
    e->second._1 = signed_vote(keys, &b, round, set_id);
    return proof;
}

static void report_voter(ph_chain_maker_t *m, ph_maker_calls_t *out)
{
    const ph_maker_proof_t *p = a_proof(m, "gran");
    if (!p)
        return;
    bool wrong = maker_chance(m, 20), bare = maker_chance(m, 50);
    ph_grandpa_equivocation_proof_t proof = two_votes(&m->keys[p->key], maker_below(m, 4), p->set_id, !wrong);
    ph_call_t call = {.kind = PH_CALL_GRANDPA};
    call.grandpa.kind = bare ? PH_CALL_GRANDPA_REPORT_EQUIVOCATION_UNSIGNED : PH_CALL_GRANDPA_REPORT_EQUIVOCATION;
    if (bare) {
        call.grandpa.report_equivocation_unsigned.equivocation_proof = proof;
        call.grandpa.report_equivocation_unsigned.key_owner_proof = p->proof;
    } else {
        call.grandpa.report_equivocation.equivocation_proof = proof;
        call.grandpa.report_equivocation.key_owner_proof = p->proof;
    }
    m->tally.deeds[PH_DEED_REPORT_WRONG] += wrong;
    report(m, out, &call, bare);
}

/* ---- root ---- */

static void by_root(ph_chain_maker_t *m, ph_maker_calls_t *out, ph_call_t *call)
{
    ph_call_t sudo = {.kind = PH_CALL_SUDO, .sudo.kind = PH_CALL_SUDO_SUDO};
    ph_writer_t w = ph_writer_in(m->c->arena);
    sudo.sudo.sudo.call = call;
    ph_call_encode(&w, &sudo);
    ph_list_push(m->c->arena, out, ((ph_maker_call_t){.encoded = ph_writer_bytes(&w), .signer = 0}));
}

static void unfreeze(ph_chain_maker_t *m, ph_maker_calls_t *out)
{
    ph_call_t call = {.kind = PH_CALL_PARAS_DISPUTES, .paras_disputes.kind = PH_CALL_PARAS_DISPUTES_FORCE_UNFREEZE};
    ph_state_checker_unfreeze(&m->checker);
    by_root(m, out, &call);
}

/* No pallet of this chain disables anybody: root writes it, as many as staking would allow, no author of blocks, and
 * nobody who is not there any more if the session ends now. */
static void disable(ph_chain_maker_t *m, ph_maker_calls_t *out)
{
    ph_rt_t *rt = &m->view.rt;
    size_t n = ph_session_validators_count(rt), most = n > 4 ? (n - 2) / 3 : 0;
    ph_vec_tup_u32_perbill_t disabled = {0};
    ph_writer_t w = ph_writer_in(m->c->arena);
    for (uint32_t v = MAKER_AUTHORS; v + 1 < n && disabled.count < most; v++)
        if (maker_chance(m, 50))
            ph_vec_push(rt, &disabled, ((ph_tup_u32_perbill_t){v, {1000}}));
    ph_vec_tup_u32_perbill_encode(&w, &disabled);
    ph_tup_bytes_bytes_t item = {ph_session_disabled_validators_key(rt), ph_writer_bytes(&w)};
    ph_call_t call = {.kind = PH_CALL_SYSTEM, .system.kind = PH_CALL_SYSTEM_SET_STORAGE};
    call.system.set_storage.items.items = &item;
    call.system.set_storage.items.count = 1;
    by_root(m, out, &call);
}

void ph_maker_reports(ph_chain_maker_t *m, ph_maker_calls_t *out)
{
    ph_opt_block_number_t frozen;
    prove_all(m);
    ph_paras_disputes_frozen_get(&m->view.rt, &frozen);
    if (frozen.some && maker_chance(m, 40))
        unfreeze(m, out);
    if (maker_chance(m, 8))
        disable(m, out);
    report_losers(m, out);
    if (maker_chance(m, 8))
        report_author(m, out);
    if (maker_chance(m, 8))
        report_voter(m, out);
    if (m->last_report.len > 0 && maker_chance(m, 10)) {
        m->tally.deeds[PH_DEED_REPORT_TWICE]++;
        ph_list_push(m->c->arena, out, ((ph_maker_call_t){.encoded = m->last_report, .bare = true}));
    }
}
