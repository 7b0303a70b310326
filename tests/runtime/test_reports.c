/* Reports of equivocations in BABE and GRANDPA and of lost disputes: every check, what the pool makes of them, what
 * Offences keeps, and the runtime APIs that make proofs and submit reports. */
#include "support/rt_keys.h"

#include "primitives/hash_of.h"
#include "runtime/babe.h"
#include "runtime/calls.h"
#include "runtime/extrinsic.h"
#include "runtime/historical.h"
#include "runtime/hooks.h"
#include "runtime/offences.h"
#include "runtime/origin.h"
#include "runtime/session.h"
#include "runtime/slashing.h"
#include "runtime/storage/grandpa.h"
#include "runtime/system.h"
#include "runtime/vec.h"

#define FIRST_SLOT UINT64_C(270000000)
#define EPOCH      5
#define VALIDATORS 4

static const ph_origin_t none = {.kind = PH_ORIGIN_NONE}, root = {.kind = PH_ORIGIN_ROOT};
static const ph_transaction_source_t in_block = {PH_TRANSACTION_SOURCE_IN_BLOCK}, local = {PH_TRANSACTION_SOURCE_LOCAL},
                                     external = {PH_TRANSACTION_SOURCE_EXTERNAL};

/* A chain in session 2, whose set has a root. */
static rt_chain_t *chain(void)
{
    rt_chain_t *c = rk_chain(VALIDATORS, EPOCH);
    for (uint64_t s = 0; s < 3; s++)
        rt_advance(c, FIRST_SLOT + EPOCH * s);
    return c;
}

static ph_origin_t reporter(void)
{
    ph_account_id_t who = rt_validator(70, NULL).account;
    return ph_origin_signed(&who);
}

static void expect_invalid(const ph_transaction_validity_t *v, int kind)
{
    assert_int_equal(v->kind, PH_RES_ERR);
    assert_int_equal(v->err.kind, PH_TRANSACTION_VALIDITY_ERROR_INVALID);
    assert_int_equal(v->err.invalid.kind, kind);
}

static void expect_valid(const ph_transaction_validity_t *v, const char *prefix, size_t tag_len)
{
    assert_int_equal(v->kind, PH_RES_OK);
    assert_true(v->ok.priority == UINT64_MAX);
    assert_int_equal(v->ok.longevity, EPOCH * 10);
    assert_false(v->ok.propagate);
    assert_int_equal(v->ok.requires.count, 0);
    assert_int_equal(v->ok.provides.count, 1);
    ph_bytes_t tag = v->ok.provides.items[0];
    assert_int_equal(tag.len, 1 + strlen(prefix) + tag_len);
    assert_memory_equal(tag.data + 1, prefix, strlen(prefix));
}

/* Session.Validators[i] with the credit, or nobody. */
static void expect_offence(ph_rt_t *rt, const char *kind, const ph_account_id_t *offender,
                           const ph_account_id_t *credit)
{
    ph_bytes_t cursor = {0};
    ph_offence_details_t details;
    assert_true(ph_offences_reports_next(rt, &cursor, NULL, &details));
    assert_memory_equal(details.offender._0.bytes, offender->bytes, 32);
    assert_int_equal(details.reporters.count, credit != NULL);
    if (credit != NULL)
        assert_memory_equal(details.reporters.items[0].bytes, credit->bytes, 32);
    ph_vec_event_record_t events;
    ph_system_events_get(rt, &events);
    const ph_event_t *last = &events.items[events.count - 1].event;
    assert_int_equal(last->kind, PH_EVENT_OFFENCES);
    assert_int_equal(last->offences.kind, PH_EVENT_OFFENCES_OFFENCE);
    assert_memory_equal(last->offences.offence.kind.bytes, kind, 16);
    ph_vec_hash_t concurrent;
    ph_offences_concurrent_reports_index_get(rt, &last->offences.offence.kind, last->offences.offence.slot,
                                             &concurrent);
    assert_int_equal(concurrent.count, 1);
}

/* ---- BABE ---- */

static ph_header_t header_of(rt_chain_t *c, uint64_t slot, uint32_t author, uint8_t mark)
{
    ph_header_t header = {.number = 7};
    header.parent_hash.bytes[0] = mark;
    ph_babe_pre_digest_t claim = rt_plain_claim(slot, author);
    header.digest.logs.items = ph_arena_alloc(c->arena, 2 * sizeof *header.digest.logs.items);
    header.digest.logs.items[0] = rt_pre_digest(c->arena, &claim);
    header.digest.logs.count = 1;
    return header;
}

static void seal(rt_chain_t *c, ph_header_t *header, const real_keys_t *keys)
{
    ph_hash_t hash = ph_hash_of_header(header);
    uint8_t *signature = ph_arena_alloc(c->arena, 64);
    ph_sr25519_sign(&keys->babe, signature, ph_bytes(hash.bytes, 32), NULL);
    ph_digest_item_t *item = &header->digest.logs.items[header->digest.logs.count++];
    *item = (ph_digest_item_t){.kind = PH_DIGEST_ITEM_SEAL};
    memcpy(item->seal._0.bytes, "BABE", 4);
    item->seal._1 = ph_bytes(signature, 64);
}

/* Validator 1 made two blocks in a slot of session 2. */
static ph_babe_equivocation_proof_t babe_crime(rt_chain_t *c)
{
    real_keys_t keys = rk_keys(1);
    uint64_t slot = FIRST_SLOT + EPOCH * 2 + 1;
    ph_babe_equivocation_proof_t proof = {.offender = rk_public(&keys).babe,
                                          .slot = {slot},
                                          .first_header = header_of(c, slot, 1, 1),
                                          .second_header = header_of(c, slot, 1, 2)};
    seal(c, &proof.first_header, &keys);
    seal(c, &proof.second_header, &keys);
    return proof;
}

static ph_err_t babe_report(ph_rt_t *rt, const ph_babe_equivocation_proof_t *proof, const ph_membership_proof_t *owner)
{
    return ph_babe_call_report_equivocation_unsigned(rt, &none, proof, owner);
}

static void test_babe_equivocation(void **state)
{
    (void)state;
    rt_chain_t *c = chain();
    rt_view_t v;
    ph_rt_t *rt = rt_open(&v, c);
    ph_babe_equivocation_proof_t proof = babe_crime(c);
    ph_membership_proof_t owner;
    ph_origin_t who = reporter();
    ph_historical_prove(rt, &owner, "babe", ph_bytes(proof.offender.bytes, 32));
    assert_int_equal(ph_babe_call_report_equivocation(rt, &none, &proof, &owner), PH_ERR_BAD_ORIGIN);
    assert_int_equal(ph_babe_call_report_equivocation_unsigned(rt, &who, &proof, &owner), PH_ERR_BAD_ORIGIN);
    assert_int_equal(ph_babe_call_report_equivocation(rt, &who, &proof, &owner), PH_OK);
    assert_true(rt->pays_no);
    expect_offence(rt, "babe:equivocatio", &c->validators[1].account, &who.account);
    assert_int_equal(ph_babe_call_report_equivocation(rt, &who, &proof, &owner), PH_BABE_ERR_DUPLICATE_OFFENCE_REPORT);
    assert_false(rt->pays_no);
    assert_int_equal(babe_report(rt, &proof, &owner), PH_BABE_ERR_DUPLICATE_OFFENCE_REPORT);
    rt_close(&v);
    rt_chain_free(c);
}

/* An unsigned report is to the credit of the block's author. */
static void test_babe_unsigned(void **state)
{
    (void)state;
    rt_chain_t *c = chain();
    rt_view_t v;
    ph_rt_t *rt = rt_open(&v, c);
    ph_babe_equivocation_proof_t proof = babe_crime(c);
    ph_membership_proof_t owner;
    ph_account_id_t author;
    ph_historical_prove(rt, &owner, "babe", ph_bytes(proof.offender.bytes, 32));
    assert_true(ph_babe_author(rt, &author)); /* the digest is still that of the last block */
    assert_memory_equal(author.bytes, c->validators[(FIRST_SLOT + EPOCH * 2) % VALIDATORS].account.bytes, 32);
    assert_int_equal(babe_report(rt, &proof, &owner), PH_OK);
    expect_offence(rt, "babe:equivocatio", &c->validators[1].account, &author);
    rt_close(&v);
    rt_chain_free(c);
}

static void test_babe_wrong_proofs(void **state)
{
    (void)state;
    rt_chain_t *c = chain();
    rt_view_t v;
    ph_rt_t *rt = rt_open(&v, c);
    const ph_babe_equivocation_proof_t good = babe_crime(c);
    ph_babe_equivocation_proof_t bad = good;
    real_keys_t keys = rk_keys(1), other = rk_keys(2);
    ph_membership_proof_t owner;
    ph_historical_prove(rt, &owner, "babe", ph_bytes(good.offender.bytes, 32));
    bad.second_header = good.first_header; /* one block */
    assert_int_equal(babe_report(rt, &bad, &owner), PH_BABE_ERR_INVALID_EQUIVOCATION_PROOF);
    bad = good;
    bad.slot.v++; /* not the slot said */
    assert_int_equal(babe_report(rt, &bad, &owner), PH_BABE_ERR_INVALID_EQUIVOCATION_PROOF);
    bad = good;
    bad.second_header = header_of(c, good.slot.v + 1, 1, 2); /* another slot */
    seal(c, &bad.second_header, &keys);
    assert_int_equal(babe_report(rt, &bad, &owner), PH_BABE_ERR_INVALID_EQUIVOCATION_PROOF);
    bad.second_header = header_of(c, good.slot.v, 2, 2); /* another author */
    seal(c, &bad.second_header, &keys);
    assert_int_equal(babe_report(rt, &bad, &owner), PH_BABE_ERR_INVALID_EQUIVOCATION_PROOF);
    bad.second_header = header_of(c, good.slot.v, 1, 2); /* somebody else's seal */
    seal(c, &bad.second_header, &other);
    assert_int_equal(babe_report(rt, &bad, &owner), PH_BABE_ERR_INVALID_EQUIVOCATION_PROOF);
    bad.second_header = header_of(c, good.slot.v, 1, 2); /* none */
    assert_int_equal(babe_report(rt, &bad, &owner), PH_BABE_ERR_INVALID_EQUIVOCATION_PROOF);
    bad.second_header.digest.logs.count = 0; /* no digest at all */
    assert_int_equal(babe_report(rt, &bad, &owner), PH_BABE_ERR_INVALID_EQUIVOCATION_PROOF);

    ph_membership_proof_t wrong = owner;
    wrong.session.v = 1; /* the slot lies in session 2 */
    assert_int_equal(babe_report(rt, &good, &wrong), PH_BABE_ERR_INVALID_KEY_OWNERSHIP_PROOF);
    wrong = owner;
    wrong.validator_count = 9;
    assert_int_equal(babe_report(rt, &good, &wrong), PH_BABE_ERR_INVALID_KEY_OWNERSHIP_PROOF);
    rt_close(&v);
    rt_chain_free(c);
}

/* Epochs 3 to 6 have no block: session 3 is epoch 7. */
static void test_babe_skipped_epochs(void **state)
{
    (void)state;
    rt_chain_t *c = chain();
    rt_advance(c, FIRST_SLOT + EPOCH * 7);
    rt_view_t v;
    ph_rt_t *rt = rt_open(&v, c);
    ph_vec_tup_u64_session_index_t skipped;
    ph_babe_skipped_epochs_get(rt, &skipped);
    assert_int_equal(skipped.count, 1);
    assert_int_equal(skipped.items[0]._0, 7);
    assert_int_equal(skipped.items[0]._1.v, 3);
    real_keys_t keys = rk_keys(1);
    ph_membership_proof_t owner;
    ph_historical_prove(rt, &owner, "babe", ph_bytes(keys.babe.public_key, 32));
    assert_int_equal(owner.session.v, 3);
    const struct {
        uint64_t slot;
        ph_err_t expected;
    } cases[] = {{FIRST_SLOT + EPOCH * 2 + 4, PH_BABE_ERR_INVALID_KEY_OWNERSHIP_PROOF}, /* session 2 */
                 {FIRST_SLOT + EPOCH * 7, PH_OK},
                 {FIRST_SLOT + EPOCH * 8, PH_BABE_ERR_INVALID_KEY_OWNERSHIP_PROOF}}; /* will be 4 */
    for (size_t i = 0; i < 3; i++) {
        ph_babe_equivocation_proof_t proof = {.offender = rk_public(&keys).babe,
                                              .slot = {cases[i].slot},
                                              .first_header = header_of(c, cases[i].slot, 1, 1),
                                              .second_header = header_of(c, cases[i].slot, 1, 2)};
        seal(c, &proof.first_header, &keys);
        seal(c, &proof.second_header, &keys);
        assert_int_equal(babe_report(rt, &proof, &owner), cases[i].expected);
    }
    rt_close(&v);
    rt_chain_free(c);
}

static void test_babe_validity(void **state)
{
    (void)state;
    rt_chain_t *c = chain();
    rt_view_t v;
    ph_rt_t *rt = rt_open(&v, c);
    ph_transaction_validity_t validity;
    ph_call_babe_t call = {.kind = PH_CALL_BABE_PLAN_CONFIG_CHANGE};
    ph_babe_validate_unsigned(rt, &validity, local, &call);
    expect_invalid(&validity, PH_INVALID_TRANSACTION_CALL);
    call.kind = PH_CALL_BABE_REPORT_EQUIVOCATION_UNSIGNED;
    call.report_equivocation_unsigned.equivocation_proof = babe_crime(c);
    ph_membership_proof_t *owner = &call.report_equivocation_unsigned.key_owner_proof;
    ph_historical_prove(rt, owner, "babe", ph_bytes(c->validators[1].keys.babe.bytes, 32));
    ph_babe_validate_unsigned(rt, &validity, external, &call);
    expect_invalid(&validity, PH_INVALID_TRANSACTION_CALL);
    ph_babe_validate_unsigned(rt, &validity, local, &call);
    expect_valid(&validity, "BabeEquivocation", 32 + 8);
    ph_babe_validate_unsigned(rt, &validity, in_block, &call);
    expect_valid(&validity, "BabeEquivocation", 32 + 8);
    owner->validator_count++;
    ph_babe_validate_unsigned(rt, &validity, local, &call);
    expect_invalid(&validity, PH_INVALID_TRANSACTION_BAD_PROOF);
    owner->validator_count--;
    assert_int_equal(babe_report(rt, &call.report_equivocation_unsigned.equivocation_proof, owner), PH_OK);
    ph_babe_validate_unsigned(rt, &validity, local, &call);
    expect_invalid(&validity, PH_INVALID_TRANSACTION_STALE);
    rt_close(&v);
    rt_chain_free(c);
}

/* ---- GRANDPA ---- */

static void sign_vote(const real_keys_t *keys, ph_grandpa_signature_t *out, const ph_grandpa_message_t *message,
                      uint64_t round, uint64_t set_id)
{
    ph_grandpa_signed_payload_t payload = {.message = *message, .round = round, .set_id = set_id};
    ph_writer_t w = PH_WRITER_HEAP;
    ph_grandpa_signed_payload_encode(&w, &payload);
    ph_ed25519_sign(&keys->grandpa, out->bytes, ph_writer_bytes(&w));
    ph_writer_free(&w);
}

/* Validator 2 voted twice in round 3 of the set. */
static ph_grandpa_equivocation_proof_t grandpa_crime(uint64_t set_id, bool precommits)
{
    real_keys_t keys = rk_keys(2);
    ph_grandpa_equivocation_proof_t proof = {.set_id = set_id};
    ph_hash_t targets[2] = {{{1}}, {{2}}};
    if (precommits) {
        ph_grandpa_precommit_equivocation_t *e = &proof.equivocation.precommit;
        proof.equivocation.kind = PH_GRANDPA_EQUIVOCATION_PRECOMMIT;
        *e = (ph_grandpa_precommit_equivocation_t){.round_number = 3, .identity = rk_public(&keys).grandpa};
        e->first._0 = (ph_grandpa_precommit_t){targets[0], 8};
        e->second._0 = (ph_grandpa_precommit_t){targets[1], 8};
        ph_grandpa_message_t a = {.kind = PH_GRANDPA_MESSAGE_PRECOMMIT, .precommit = e->first._0},
                             b = {.kind = PH_GRANDPA_MESSAGE_PRECOMMIT, .precommit = e->second._0};
        sign_vote(&keys, &e->first._1, &a, 3, set_id);
        sign_vote(&keys, &e->second._1, &b, 3, set_id);
        return proof;
    }
    ph_grandpa_prevote_equivocation_t *e = &proof.equivocation.prevote;
    proof.equivocation.kind = PH_GRANDPA_EQUIVOCATION_PREVOTE;
    *e = (ph_grandpa_prevote_equivocation_t){.round_number = 3, .identity = rk_public(&keys).grandpa};
    e->first._0 = (ph_grandpa_prevote_t){targets[0], 8};
    e->second._0 = (ph_grandpa_prevote_t){targets[1], 8};
    ph_grandpa_message_t a = {.kind = PH_GRANDPA_MESSAGE_PREVOTE, .prevote = e->first._0},
                         b = {.kind = PH_GRANDPA_MESSAGE_PREVOTE, .prevote = e->second._0};
    sign_vote(&keys, &e->first._1, &a, 3, set_id);
    sign_vote(&keys, &e->second._1, &b, 3, set_id);
    return proof;
}

static ph_err_t grandpa_report(ph_rt_t *rt, const ph_grandpa_equivocation_proof_t *proof,
                               const ph_membership_proof_t *owner)
{
    return ph_grandpa_call_report_equivocation_unsigned(rt, &none, proof, owner);
}

static void test_grandpa_equivocation(void **state)
{
    (void)state;
    for (int precommits = 0; precommits < 2; precommits++) {
        rt_chain_t *c = chain();
        rt_view_t v;
        ph_rt_t *rt = rt_open(&v, c);
        uint64_t set_id;
        ph_grandpa_current_set_id_get(rt, &set_id);
        assert_int_equal(set_id, 1); /* session 2 is its first */
        ph_grandpa_equivocation_proof_t proof = grandpa_crime(set_id, precommits);
        ph_membership_proof_t owner;
        ph_origin_t who = reporter();
        ph_historical_prove(rt, &owner, "gran", ph_bytes(c->validators[2].keys.grandpa.bytes, 32));
        assert_int_equal(ph_grandpa_call_report_equivocation(rt, &root, &proof, &owner), PH_ERR_BAD_ORIGIN);
        assert_int_equal(ph_grandpa_call_report_equivocation_unsigned(rt, &who, &proof, &owner), PH_ERR_BAD_ORIGIN);
        assert_int_equal(ph_grandpa_call_report_equivocation(rt, &who, &proof, &owner), PH_OK);
        assert_true(rt->pays_no);
        expect_offence(rt, "grandpa:equivoca", &c->validators[2].account, &who.account);
        assert_int_equal(grandpa_report(rt, &proof, &owner), PH_GRANDPA_ERR_DUPLICATE_OFFENCE_REPORT);
        rt_close(&v);
        rt_chain_free(c);
    }
}

static void test_grandpa_wrong_proofs(void **state)
{
    (void)state;
    rt_chain_t *c = chain();
    rt_view_t v;
    ph_rt_t *rt = rt_open(&v, c);
    const ph_grandpa_equivocation_proof_t good = grandpa_crime(1, true);
    ph_grandpa_equivocation_proof_t bad = good;
    ph_membership_proof_t owner, wrong;
    ph_historical_prove(rt, &owner, "gran", ph_bytes(c->validators[2].keys.grandpa.bytes, 32));
    bad.equivocation.precommit.second = bad.equivocation.precommit.first; /* one vote */
    assert_int_equal(grandpa_report(rt, &bad, &owner), PH_GRANDPA_ERR_INVALID_EQUIVOCATION_PROOF);
    bad = good;
    bad.equivocation.precommit.first._1.bytes[3] ^= 1;
    assert_int_equal(grandpa_report(rt, &bad, &owner), PH_GRANDPA_ERR_INVALID_EQUIVOCATION_PROOF);
    bad = good;
    bad.equivocation.precommit.second._1.bytes[3] ^= 1;
    assert_int_equal(grandpa_report(rt, &bad, &owner), PH_GRANDPA_ERR_INVALID_EQUIVOCATION_PROOF);
    bad = good;
    bad.set_id = 2; /* not what was signed */
    assert_int_equal(grandpa_report(rt, &bad, &owner), PH_GRANDPA_ERR_INVALID_EQUIVOCATION_PROOF);
    wrong = owner;
    wrong.validator_count++;
    assert_int_equal(grandpa_report(rt, &good, &wrong), PH_GRANDPA_ERR_INVALID_KEY_OWNERSHIP_PROOF);
    /* sets that did not vote in that session: earlier, later, never */
    bad = grandpa_crime(0, false);
    assert_int_equal(grandpa_report(rt, &bad, &owner), PH_GRANDPA_ERR_INVALID_EQUIVOCATION_PROOF);
    bad = grandpa_crime(2, false);
    assert_int_equal(grandpa_report(rt, &bad, &owner), PH_GRANDPA_ERR_INVALID_EQUIVOCATION_PROOF);
    bad = grandpa_crime(77, false);
    assert_int_equal(grandpa_report(rt, &bad, &owner), PH_GRANDPA_ERR_INVALID_EQUIVOCATION_PROOF);
    ph_grandpa_set_id_session_set(rt, 0, (ph_session_index_t){2}); /* then session 2 was still the set before */
    assert_int_equal(grandpa_report(rt, &good, &owner), PH_GRANDPA_ERR_INVALID_EQUIVOCATION_PROOF);
    rt_close(&v);
    rt_chain_free(c);
}

static void test_grandpa_validity(void **state)
{
    (void)state;
    rt_chain_t *c = chain();
    rt_view_t v;
    ph_rt_t *rt = rt_open(&v, c);
    ph_transaction_validity_t validity;
    ph_call_grandpa_t call = {.kind = PH_CALL_GRANDPA_NOTE_STALLED};
    ph_grandpa_validate_unsigned(rt, &validity, local, &call);
    expect_invalid(&validity, PH_INVALID_TRANSACTION_CALL);
    call.kind = PH_CALL_GRANDPA_REPORT_EQUIVOCATION_UNSIGNED;
    call.report_equivocation_unsigned.equivocation_proof = grandpa_crime(1, false);
    ph_membership_proof_t *owner = &call.report_equivocation_unsigned.key_owner_proof;
    ph_historical_prove(rt, owner, "gran", ph_bytes(c->validators[2].keys.grandpa.bytes, 32));
    ph_grandpa_validate_unsigned(rt, &validity, external, &call);
    expect_invalid(&validity, PH_INVALID_TRANSACTION_CALL);
    ph_grandpa_validate_unsigned(rt, &validity, local, &call);
    expect_valid(&validity, "GrandpaEquivocation", 32 + 8 + 8);
    assert_int_equal(grandpa_report(rt, &call.report_equivocation_unsigned.equivocation_proof, owner), PH_OK);
    ph_grandpa_validate_unsigned(rt, &validity, in_block, &call);
    expect_invalid(&validity, PH_INVALID_TRANSACTION_STALE);
    owner->session.v = 9;
    ph_grandpa_validate_unsigned(rt, &validity, local, &call);
    expect_invalid(&validity, PH_INVALID_TRANSACTION_BAD_PROOF);
    rt_close(&v);
    rt_chain_free(c);
}

/* ---- lost disputes ---- */

/* Validators 1 and 3 lost a dispute of session 1 or 2. */
static void lose(ph_rt_t *rt, rt_chain_t *c, uint32_t session, const ph_candidate_hash_t *candidate)
{
    ph_pending_slashes_t slashes = {.kind.kind = PH_DISPUTE_OFFENCE_KIND_AGAINST_VALID};
    __typeof__(*slashes.keys.items) keys[2] = {{.key = {1}, .value = c->validators[1].keys.para_validator},
                                               {.key = {3}, .value = c->validators[3].keys.para_validator}};
    slashes.keys.items = keys;
    slashes.keys.count = 2;
    ph_paras_slashing_unapplied_slashes_set(rt, (ph_session_index_t){session}, candidate, &slashes);
}

static ph_dispute_proof_t dispute_of(rt_chain_t *c, uint32_t validator, const ph_candidate_hash_t *candidate)
{
    return (ph_dispute_proof_t){.time_slot = {.session_index = {2}, .candidate_hash = *candidate},
                                .kind.kind = PH_DISPUTE_OFFENCE_KIND_AGAINST_VALID,
                                .validator_index = {validator},
                                .validator_id = c->validators[validator].keys.para_validator};
}

static ph_err_t slash(ph_rt_t *rt, const ph_dispute_proof_t *proof, const ph_membership_proof_t *owner)
{
    ph_dispute_proof_t boxed = *proof;
    return ph_paras_slashing_call_report_dispute_lost_unsigned(rt, &none, &boxed, owner);
}

/* It lives as long as the chain. */
static ph_membership_proof_t para_owner(ph_rt_t *rt, rt_chain_t *c, uint32_t validator)
{
    ph_membership_proof_t owner, copy;
    ph_historical_prove(rt, &owner, "para", ph_bytes(c->validators[validator].keys.para_validator.bytes, 32));
    ph_membership_proof_clone(c->arena, &copy, &owner);
    return copy;
}

/* InvalidSessionIndex is not used by the pallet either: a session without a set fails the proof. */
static void test_lost_disputes(void **state)
{
    (void)state;
    rt_chain_t *c = chain();
    rt_advance(c, FIRST_SLOT + EPOCH * 2 + 1);
    rt_view_t v;
    ph_rt_t *rt = rt_open(&v, c);
    ph_candidate_hash_t candidate = {{5}};
    ph_dispute_proof_t proof = dispute_of(c, 1, &candidate), bad;
    ph_membership_proof_t owner = para_owner(rt, c, 1), third = para_owner(rt, c, 3), wrong;
    ph_origin_t who = reporter();
    rt_close_and_keep(&v, c);
    rt_advance(c, FIRST_SLOT + EPOCH * 3); /* session 3: the proof is of an earlier one */
    rt = rt_open(&v, c);
    assert_int_equal(slash(rt, &proof, &owner), PH_PARAS_SLASHING_ERR_INVALID_CANDIDATE_HASH);
    lose(rt, c, 2, &candidate);
    assert_int_equal(ph_paras_slashing_call_report_dispute_lost_unsigned(rt, &who, &proof, &owner), PH_ERR_BAD_ORIGIN);
    wrong = owner;
    wrong.session.v = 3;
    assert_int_equal(slash(rt, &proof, &wrong), PH_PARAS_SLASHING_ERR_INVALID_KEY_OWNERSHIP_PROOF);
    assert_int_equal(slash(rt, &proof, &third), PH_PARAS_SLASHING_ERR_INVALID_KEY_OWNERSHIP_PROOF);
    bad = proof;
    bad.kind.kind = PH_DISPUTE_OFFENCE_KIND_FOR_INVALID_BACKED;
    assert_int_equal(slash(rt, &bad, &owner), PH_PARAS_SLASHING_ERR_INVALID_CANDIDATE_HASH);
    bad = proof;
    bad.validator_index.v = 2;
    assert_int_equal(slash(rt, &bad, &owner), PH_PARAS_SLASHING_ERR_INVALID_VALIDATOR_INDEX);
    bad.validator_index.v = 3;
    assert_int_equal(slash(rt, &bad, &owner), PH_PARAS_SLASHING_ERR_VALIDATOR_INDEX_ID_MISMATCH);
    assert_int_equal(slash(rt, &proof, &owner), PH_OK);
    assert_true(rt->pays_no);
    expect_offence(rt, "disputes:slashin", &c->validators[1].account, NULL);
    lose(rt, c, 2, &candidate); /* it comes up once more */
    assert_int_equal(slash(rt, &proof, &owner), PH_PARAS_SLASHING_ERR_DUPLICATE_SLASHING_REPORT);
    ph_paras_slashing_unapplied_slashes_remove(rt, (ph_session_index_t){2}, &candidate);
    lose(rt, c, 2, &candidate);
    bad = dispute_of(c, 3, &candidate);
    assert_int_equal(slash(rt, &bad, &third), PH_OK);
    rt_close(&v);
    rt_chain_free(c);
}

static void test_slashing_validity(void **state)
{
    (void)state;
    rt_chain_t *c = chain();
    rt_view_t v;
    ph_rt_t *rt = rt_open(&v, c);
    ph_candidate_hash_t candidate = {{5}};
    ph_dispute_proof_t proof = dispute_of(c, 1, &candidate);
    ph_call_paras_slashing_t call = {.kind = PH_CALL_PARAS_SLASHING_REPORT_DISPUTE_LOST_UNSIGNED};
    call.report_dispute_lost_unsigned.dispute_proof = &proof;
    call.report_dispute_lost_unsigned.key_owner_proof = para_owner(rt, c, 1);
    ph_transaction_validity_t validity;
    ph_paras_slashing_validate_unsigned(rt, &validity, external, &call);
    expect_invalid(&validity, PH_INVALID_TRANSACTION_CALL);
    ph_paras_slashing_validate_unsigned(rt, &validity, local, &call);
    expect_valid(&validity, "DisputeAgainstValid", 4 + 32 + 32);
    proof.time_slot.session_index.v = 1; /* another session than the proof's */
    ph_paras_slashing_validate_unsigned(rt, &validity, local, &call);
    expect_invalid(&validity, PH_INVALID_TRANSACTION_BAD_PROOF);
    proof.time_slot.session_index.v = 2;
    lose(rt, c, 2, &candidate);
    assert_int_equal(slash(rt, &proof, &call.report_dispute_lost_unsigned.key_owner_proof), PH_OK);
    ph_paras_slashing_validate_unsigned(rt, &validity, local, &call);
    expect_invalid(&validity, PH_INVALID_TRANSACTION_STALE);
    rt_close(&v);
    rt_chain_free(c);
}

/* ---- runtime APIs ---- */

/* The call's answer, and what it gave to the pool (its call; false: nothing). */
static bool submitted(rt_chain_t *c, ph_bytes_t *answer, ph_call_t *call, const char *method, ph_bytes_t args)
{
    ph_overlay_t *overlay = ph_overlay_new(c->state);
    ph_native_host_t host = {.overlay = overlay, .log = &c->log};
    ph_writer_t result = ph_writer_in(c->arena);
    assert_int_equal(ph_runtime_call(&ph_native_host_ops, &host, ph_bytes(method, strlen(method)), args, &result,
                                     c->panic, sizeof c->panic),
                     PH_OK);
    *answer = ph_writer_bytes(&result);
    bool some = host.submitted.count == 1;
    if (some) {
        ph_bytes_t xt = ph_bytes_copy(c->arena, host.submitted.items[0]), body;
        ph_reader_t r = ph_reader(xt);
        assert_int_equal(ph_read_bytes(&r, c->arena, &body), PH_OK);
        assert_int_equal(ph_reader_finish(&r), PH_OK);
        assert_int_equal(body.data[0], 5); /* bare, format 5 */
        assert_int_equal(ph_call_decode_all(ph_bytes(body.data + 1, body.len - 1), c->arena, call), PH_OK);
    }
    ph_native_host_end(&host);
    ph_overlay_free(overlay);
    return some;
}

static ph_bytes_t key_proof(rt_chain_t *c, const char *method, ph_bytes_t args)
{
    ph_bytes_t answer;
    ph_opt_bytes_t opaque;
    assert_int_equal(rt_call(c, &answer, method, args), PH_OK);
    assert_int_equal(ph_opt_bytes_decode_all(answer, c->arena, &opaque), PH_OK);
    assert_true(opaque.some);
    return opaque.value;
}

static ph_bytes_t number_and_key(rt_chain_t *c, uint64_t number, const uint8_t key[32])
{
    ph_writer_t w = ph_writer_in(c->arena);
    ph_write_u64(&w, number);
    ph_write(&w, key, 32);
    return ph_writer_bytes(&w);
}

static void test_babe_api(void **state)
{
    (void)state;
    rt_chain_t *c = chain();
    ph_babe_equivocation_proof_t proof = babe_crime(c);
    ph_bytes_t owner = key_proof(c, "BabeApi_generate_key_ownership_proof",
                                 number_and_key(c, proof.slot.v, c->validators[1].keys.babe.bytes)),
               answer;
    ph_writer_t args = ph_writer_in(c->arena);
    ph_babe_equivocation_proof_encode(&args, &proof);
    size_t head = args.len;
    ph_write_bytes(&args, owner);
    ph_call_t call;
    static const char method[] = "BabeApi_submit_report_equivocation_unsigned_extrinsic";
    assert_true(submitted(c, &answer, &call, method, ph_writer_bytes(&args)));
    assert_int_equal(answer.len, 1);
    assert_int_equal(answer.data[0], 1);
    assert_int_equal(call.kind, PH_CALL_BABE);
    assert_int_equal(call.babe.kind, PH_CALL_BABE_REPORT_EQUIVOCATION_UNSIGNED);
    rt_view_t v;
    ph_rt_t *rt = rt_open(&v, c);
    assert_int_equal(ph_dispatch(rt, &none, &call), PH_OK);
    rt_close(&v);
    args.len = head; /* no proof at all */
    ph_write_bytes(&args, (ph_bytes_t){0});
    assert_false(submitted(c, &answer, &call, method, ph_writer_bytes(&args)));
    assert_int_equal(answer.data[0], 0);
    rt_chain_free(c);
}

static void test_grandpa_api(void **state)
{
    (void)state;
    rt_chain_t *c = chain();
    ph_grandpa_equivocation_proof_t proof = grandpa_crime(1, true);
    ph_bytes_t owner = key_proof(c, "GrandpaApi_generate_key_ownership_proof",
                                 number_and_key(c, 1, c->validators[2].keys.grandpa.bytes)),
               answer;
    ph_writer_t args = ph_writer_in(c->arena);
    ph_grandpa_equivocation_proof_encode(&args, &proof);
    ph_write_bytes(&args, owner);
    ph_call_t call;
    assert_true(submitted(c, &answer, &call, "GrandpaApi_submit_report_equivocation_unsigned_extrinsic",
                          ph_writer_bytes(&args)));
    assert_int_equal(answer.data[0], 1);
    rt_view_t v;
    ph_rt_t *rt = rt_open(&v, c);
    assert_int_equal(ph_dispatch(rt, &none, &call), PH_OK);
    rt_close(&v);
    rt_chain_free(c);
}

static void test_parachain_host_api(void **state)
{
    (void)state;
    rt_chain_t *c = chain();
    ph_candidate_hash_t candidate = {{5}};
    rt_view_t v;
    ph_rt_t *rt = rt_open(&v, c);
    lose(rt, c, 2, &candidate);
    rt_close_and_keep(&v, c);
    ph_dispute_proof_t proof = dispute_of(c, 1, &candidate);
    ph_bytes_t owner = key_proof(c, "ParachainHost_key_ownership_proof",
                                 ph_bytes(c->validators[1].keys.para_validator.bytes, 32)),
               answer;
    ph_writer_t args = ph_writer_in(c->arena);
    ph_dispute_proof_encode(&args, &proof);
    ph_write_bytes(&args, owner);
    ph_call_t call;
    assert_true(submitted(c, &answer, &call, "ParachainHost_submit_report_dispute_lost", ph_writer_bytes(&args)));
    assert_int_equal(answer.data[0], 1);
    rt = rt_open(&v, c);
    assert_int_equal(ph_dispatch(rt, &none, &call), PH_OK);
    rt_close(&v);

    ph_pvf_check_statement_t statement = {.accept = true, .subject = {{9}}, .session_index = {2}};
    ph_validator_signature_t signature = {{7}};
    args.len = 0;
    ph_pvf_check_statement_encode(&args, &statement);
    ph_validator_signature_encode(&args, &signature);
    assert_true(submitted(c, &answer, &call, "ParachainHost_submit_pvf_check_statement", ph_writer_bytes(&args)));
    assert_int_equal(answer.len, 0);
    assert_int_equal(call.kind, PH_CALL_PARAS);
    assert_int_equal(call.paras.kind, PH_CALL_PARAS_INCLUDE_PVF_CHECK_STATEMENT);
    assert_true(ph_pvf_check_statement_equal(&call.paras.include_pvf_check_statement.stmt, &statement));
    rt_chain_free(c);
}

/* ---- Offences ---- */

/* Of several offenders only the new ones count; nothing new is an error. */
static void test_offences(void **state)
{
    (void)state;
    rt_chain_t *c = chain();
    rt_view_t v;
    ph_rt_t *rt = rt_open(&v, c);
    ph_account_id_t who[3];
    for (size_t i = 0; i < 3; i++)
        who[i] = c->validators[i].account;
    ph_vec_account_id_t nobody = {0}, first = {who, 2}, second = {who + 1, 2};
    ph_bytes_t slot = PH_BYTES_LIT("slot");
    assert_int_equal(ph_offences_report(rt, "kind of sixteen.", slot, &nobody, &first), PH_OK);
    assert_int_equal(ph_offences_report(rt, "kind of sixteen.", slot, &nobody, &second), PH_OK);
    assert_int_equal(ph_offences_report(rt, "kind of sixteen.", slot, &nobody, &second), PH_ERR_EXISTS);
    for (size_t i = 0; i < 3; i++) {
        assert_true(ph_offences_is_known(rt, "kind of sixteen.", slot, &who[i]));
        assert_false(ph_offences_is_known(rt, "kind of sixteen!", slot, &who[i]));
        assert_false(ph_offences_is_known(rt, "kind of sixteen.", PH_BYTES_LIT("slots"), &who[i]));
    }
    ph_u8x16_t kind;
    ph_vec_hash_t concurrent;
    memcpy(kind.bytes, "kind of sixteen.", 16);
    ph_offences_concurrent_reports_index_get(rt, &kind, slot, &concurrent);
    assert_int_equal(concurrent.count, 3);
    rt_close(&v);
    rt_chain_free(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_babe_equivocation),
        cmocka_unit_test(test_babe_unsigned),
        cmocka_unit_test(test_babe_wrong_proofs),
        cmocka_unit_test(test_babe_skipped_epochs),
        cmocka_unit_test(test_babe_validity),
        cmocka_unit_test(test_grandpa_equivocation),
        cmocka_unit_test(test_grandpa_wrong_proofs),
        cmocka_unit_test(test_grandpa_validity),
        cmocka_unit_test(test_lost_disputes),
        cmocka_unit_test(test_slashing_validity),
        cmocka_unit_test(test_babe_api),
        cmocka_unit_test(test_grandpa_api),
        cmocka_unit_test(test_parachain_host_api),
        cmocka_unit_test(test_offences),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
