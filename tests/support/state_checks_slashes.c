/* What follows from disputes and other misbehaviour: slashes that wait, offences, disabled validators. */
#include "support/state_checks.h"

#include <string.h>

#include "crypto/hash.h"
#include "runtime/storage/offences.h"
#include "runtime/storage/para_session_info.h"
#include "runtime/storage/paras_disputes.h"
#include "runtime/storage/paras_shared.h"
#include "runtime/storage/paras_slashing.h"
#include "runtime/storage/session.h"
#include "scale/scale.h"

static ph_hash_t id_of(ph_rt_t *rt, const ph_u8x16_t *kind, ph_bytes_t slot, const ph_account_id_t *offender)
{
    ph_hash_t id;
    ph_writer_t w = ph_writer_in(rt->arena);
    ph_write(&w, kind->bytes, 16);
    ph_write_compact(&w, slot.len);
    ph_write(&w, slot.data, slot.len);
    ph_write(&w, offender->bytes, 32);
    ph_blake2_256(id.bytes, ph_writer_bytes(&w));
    return id;
}

/* ---- slashes ---- */

static bool outvoted(const ph_dispute_state_t *state, uint32_t validator, ph_bits_t side, ph_bits_t other)
{
    size_t n = state->validators_for.count, few = n > 0 ? (n - 1) / 3 : 0;
    return validator < n && ph_bits_get(side, validator) && ph_bits_ones(other) >= n - few;
}

/* Where validators vote both ways both sides may lose. */
static bool both_lost(const ph_dispute_state_t *state)
{
    size_t n = state->validators_for.count, few = n > 0 ? (n - 1) / 3 : 0;
    return ph_bits_ones(state->validators_for) >= n - few && ph_bits_ones(state->validators_against) >= n - few;
}

/* If both sides have lost, all losers stand under the kind of the first. */
static bool lost(const ph_dispute_state_t *state, uint32_t validator, bool against_valid)
{
    bool too_bad = outvoted(state, validator, state->validators_for, state->validators_against),
         too_strict = outvoted(state, validator, state->validators_against, state->validators_for);
    return both_lost(state) ? too_bad || too_strict : against_valid ? too_strict : too_bad;
}

static bool is_reported(ph_rt_t *rt, ph_session_index_t session, const ph_candidate_hash_t *candidate,
                        uint32_t validator)
{
    ph_vec_account_id_t accounts;
    ph_u8x16_t kind;
    ph_writer_t slot = ph_writer_in(rt->arena);
    memcpy(kind.bytes, "disputes:slashin", 16);
    ph_write_u32(&slot, session.v);
    ph_write(&slot, candidate->bytes, 32);
    if (!ph_para_session_info_account_keys_get(rt, session, &accounts) || validator >= accounts.count)
        return false;
    ph_hash_t id = id_of(rt, &kind, ph_writer_bytes(&slot), &accounts.items[validator]);
    return ph_offences_reports_exists(rt, &id);
}

/* Who stood against the valid does so once; who was for the invalid is punished again for backing it, too. */
static void check_not_reported(ph_state_checker_t *c, ph_rt_t *rt, ph_session_index_t session,
                               const ph_candidate_hash_t *candidate, const ph_pending_slashes_t *slashes,
                               const ph_dispute_state_t *state)
{
    if (slashes->kind.kind != PH_DISPUTE_OFFENCE_KIND_AGAINST_VALID || both_lost(state))
        return;
    for (size_t i = 0; i < slashes->keys.count; i++)
        PH_STATE_RULE(c, !is_reported(rt, session, candidate, slashes->keys.items[i].key.v),
                      "slashes of session %u: validator %u is reported, and waits", session.v,
                      slashes->keys.items[i].key.v);
}

static void check_losers(ph_state_checker_t *c, ph_rt_t *rt, ph_session_index_t session,
                         const ph_pending_slashes_t *slashes, const ph_dispute_state_t *state)
{
    ph_session_info_t info;
    bool known = ph_para_session_info_sessions_get(rt, session, &info);
    PH_STATE_RULE(c, slashes->keys.count > 0, "slashes of session %u: of nobody", session.v);
    for (size_t i = 0; i < slashes->keys.count; i++) {
        uint32_t v = slashes->keys.items[i].key.v;
        PH_STATE_RULE(c, lost(state, v, slashes->kind.kind == PH_DISPUTE_OFFENCE_KIND_AGAINST_VALID),
                      "slashes of session %u: validator %u has not lost", session.v, v);
        PH_STATE_RULE(c,
                      !known || (v < info.validators.count &&
                                 memcmp(info.validators.items[v].bytes, slashes->keys.items[i].value.bytes, 32) == 0),
                      "slashes of session %u: the key is not that of validator %u", session.v, v);
    }
}

static void check_slashes(ph_state_checker_t *c, ph_rt_t *rt)
{
    ph_bytes_t cursor = {0};
    ph_session_index_t session, current, pruned;
    ph_candidate_hash_t candidate;
    ph_pending_slashes_t slashes;
    ph_dispute_state_t state;
    ph_session_current_index_get(rt, &current);
    bool some = ph_paras_disputes_last_pruned_session_get(rt, &pruned);
    while (ph_paras_slashing_unapplied_slashes_next(rt, &cursor, &session, &candidate, &slashes)) {
        PH_STATE_RULE(c, session.v < current.v, "slashes of session %u: it is not over", session.v);
        PH_STATE_RULE(c, !some || session.v > pruned.v || session.v == 0,
                      "slashes of session %u: they should be forgotten", session.v);
        bool disputed = ph_paras_disputes_disputes_get(rt, session, &candidate, &state);
        PH_STATE_RULE(c, disputed && state.concluded_at.some, "slashes of session %u: no dispute is over", session.v);
        if (!disputed)
            continue;
        check_losers(c, rt, session, &slashes, &state);
        check_not_reported(c, rt, session, &candidate, &slashes, &state);
    }
    for (cursor = (ph_bytes_t){0}; ph_paras_slashing_validator_set_counts_next(rt, &cursor, &session, NULL);)
        ph_state_broken(c, "ParasSlashing: nobody writes ValidatorSetCounts, not even of session %u", session.v);
}

/* ---- offences ---- */

static size_t check_index(ph_state_checker_t *c, ph_rt_t *rt, const ph_u8x16_t *kind, ph_bytes_t slot,
                          const ph_vec_hash_t *list)
{
    const char *name = ph_hex_in(rt->arena, slot);
    PH_STATE_RULE(c, list->count > 0, "Offences: nobody offends in slot %s", name);
    for (size_t i = 0; i < list->count; i++) {
        ph_offence_details_t details;
        bool there = ph_offences_reports_get(rt, &list->items[i], &details);
        PH_STATE_RULE(c, there, "Offences: slot %s has a report that is none", name);
        for (size_t j = 0; j < i; j++)
            PH_STATE_RULE(c, memcmp(list->items[i].bytes, list->items[j].bytes, 32) != 0,
                          "Offences: slot %s has a report twice", name);
        if (!there)
            continue;
        ph_hash_t id = id_of(rt, kind, slot, &details.offender._0);
        PH_STATE_RULE(c, memcmp(id.bytes, list->items[i].bytes, 32) == 0,
                      "Offences: slot %s has a report of something else", name);
    }
    return list->count;
}

static void check_offences(ph_state_checker_t *c, ph_rt_t *rt)
{
    ph_bytes_t cursor = {0}, slot;
    ph_u8x16_t kind;
    ph_vec_hash_t list;
    ph_hash_t id;
    size_t indexed = 0, reports = 0;
    while (ph_offences_concurrent_reports_index_next(rt, &cursor, &kind, &slot, &list))
        indexed += check_index(c, rt, &kind, slot, &list);
    for (cursor = (ph_bytes_t){0}; ph_offences_reports_next(rt, &cursor, &id, NULL);)
        reports++;
    PH_STATE_RULE(c, indexed == reports, "Offences: %zu reports, %zu in the index", reports, indexed);
}

/* ---- the disabled ---- */

static void check_disabled(ph_state_checker_t *c, ph_rt_t *rt)
{
    ph_vec_tup_u32_perbill_t disabled;
    size_t validators = ph_session_validators_count(rt);
    ph_session_disabled_validators_get(rt, &disabled);
    PH_STATE_RULE(c, disabled.count == 0 || disabled.count <= (validators - 1) / 3,
                  "Session: %zu of %zu validators are disabled", disabled.count, validators);
    for (size_t i = 0; i < disabled.count; i++) {
        PH_STATE_RULE(c, disabled.items[i]._0 < validators, "Session: disabled validator %u is none",
                      disabled.items[i]._0);
        PH_STATE_RULE(c, i == 0 || disabled.items[i - 1]._0 < disabled.items[i]._0,
                      "Session: disabled validators are not in order");
    }
}

void ph_state_check_slashes(ph_state_checker_t *c, ph_rt_t *rt)
{
    check_slashes(c, rt);
    check_offences(c, rt);
    check_disabled(c, rt);
}
