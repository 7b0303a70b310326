/* Disputes: votes, conclusions, what is forgotten, and when the chain stands still. */
#include "support/state_checks.h"

#include <string.h>

#include "runtime/storage/configuration.h"
#include "runtime/storage/para_inclusion.h"
#include "runtime/storage/para_session_info.h"
#include "runtime/storage/paras_disputes.h"
#include "runtime/storage/paras_shared.h"
#include "runtime/storage/system.h"

typedef struct dispute {
    ph_session_index_t session;
    ph_candidate_hash_t candidate;
    ph_dispute_state_t state;
    size_t validators, for_, against, voters;
    bool lost, won; /* a supermajority is against it, for it */
    bool reverts;
} dispute_t;

static dispute_t counted(ph_session_index_t session, const ph_candidate_hash_t *candidate,
                         const ph_dispute_state_t *state)
{
    dispute_t d = {.session = session, .candidate = *candidate, .state = *state};
    d.validators = state->validators_for.count;
    size_t few = d.validators > 0 ? (d.validators - 1) / 3 : 0; /* who may be bad */
    for (size_t i = 0; i < d.validators; i++) {
        bool against = i < state->validators_against.count && ph_bits_get(state->validators_against, i);
        bool for_ = ph_bits_get(state->validators_for, i);
        d.for_ += for_;
        d.against += against;
        d.voters += for_ || against;
    }
    d.won = d.for_ >= d.validators - few;
    d.lost = d.against >= d.validators - few;
    d.reverts = d.against > few;
    return d;
}

/* ---- memory ---- */

void ph_state_checker_unfreeze(ph_state_checker_t *c)
{
    c->unfrozen = true;
}

/* Frozen before the block in hand, or by it. */
static bool is_frozen(const ph_state_checker_t *c, ph_rt_t *rt)
{
    ph_opt_block_number_t frozen;
    ph_paras_disputes_frozen_get(rt, &frozen);
    return c->frozen.some || frozen.some;
}

void ph_state_remember_disputes(ph_state_checker_t *c, ph_rt_t *rt)
{
    ph_bytes_t cursor = {0};
    ph_session_index_t session;
    ph_candidate_hash_t candidate;
    ph_dispute_state_t state;
    ph_block_number_t now;
    ph_system_number_get(rt, &now);
    if (is_frozen(c, rt))
        ph_list_push(c->arena, &c->frozen_blocks, now);
    c->unfrozen = false;
    c->disputes.count = 0;
    ph_paras_disputes_frozen_get(rt, &c->frozen);
    while (ph_paras_disputes_disputes_next(rt, &cursor, &session, &candidate, &state)) {
        ph_known_dispute_t known = {session, candidate, counted(session, &candidate, &state).reverts};
        ph_list_push(c->arena, &c->disputes, known);
    }
}

static bool reverted_before(const ph_state_checker_t *c, const dispute_t *d)
{
    for (size_t i = 0; i < c->disputes.count; i++)
        if (c->disputes.items[i].session.v == d->session.v && c->disputes.items[i].reverts &&
            memcmp(c->disputes.items[i].candidate.bytes, d->candidate.bytes, 32) == 0)
            return true;
    return false;
}

/* ---- which sessions ---- */

/* The first session to be pruned is 1: session 0 stays for good. */
static void check_session(ph_state_checker_t *c, ph_rt_t *rt, const char *item, ph_session_index_t session)
{
    ph_session_index_t current, pruned;
    ph_paras_shared_current_session_index_get(rt, &current);
    bool some = ph_paras_disputes_last_pruned_session_get(rt, &pruned);
    PH_STATE_RULE(c, session.v <= current.v, "%s: session %u is yet to come", item, session.v);
    PH_STATE_RULE(c, !some || session.v > pruned.v || session.v == 0, "%s: session %u should be forgotten", item,
                  session.v);
}

static void check_pruning(ph_state_checker_t *c, ph_rt_t *rt)
{
    ph_host_configuration_t config;
    ph_session_index_t current, pruned;
    ph_configuration_active_config_get(rt, &config);
    ph_paras_shared_current_session_index_get(rt, &current);
    bool some = ph_paras_disputes_last_pruned_session_get(rt, &pruned);
    bool due = current.v > config.dispute_period.v + 1;
    PH_STATE_RULE(c, some == due && (!due || pruned.v + config.dispute_period.v + 1 == current.v),
                  "ParasDisputes: LastPrunedSession is not that of session %u", current.v);
}

/* ---- one dispute ---- */

static void check_votes(ph_state_checker_t *c, ph_rt_t *rt, const dispute_t *d)
{
    ph_session_info_t info;
    PH_STATE_RULE(c, d->state.validators_against.count == d->validators,
                  "dispute of session %u: more validators on one side than on the other", d->session.v);
    if (ph_para_session_info_sessions_get(rt, d->session, &info))
        PH_STATE_RULE(c, info.validators.count == d->validators, "dispute of session %u: of %zu validators, not %zu",
                      d->session.v, d->validators, info.validators.count);
    PH_STATE_RULE(c, d->for_ > 0 && d->against > 0, "dispute of session %u: one side has no votes", d->session.v);
    PH_STATE_RULE(c, 3 * d->voters >= d->validators && d->voters > (d->validators - 1) / 3,
                  "dispute of session %u: too few take part", d->session.v);
}

static void check_times(ph_state_checker_t *c, ph_rt_t *rt, const dispute_t *d)
{
    ph_block_number_t now;
    ph_system_number_get(rt, &now);
    const ph_opt_u32_t *end = &d->state.concluded_at;
    PH_STATE_RULE(c, d->state.start > 0 && d->state.start <= now, "dispute of session %u: it begins at %u",
                  d->session.v, d->state.start);
    PH_STATE_RULE(c, !end->some || (end->value >= d->state.start && end->value <= now),
                  "dispute of session %u: it ends at %u", d->session.v, end->value);
    PH_STATE_RULE(c, end->some == (d->won || d->lost), "dispute of session %u: its votes say that it is %s",
                  d->session.v, d->won || d->lost ? "over" : "open");
}

static void check_backers(ph_state_checker_t *c, ph_rt_t *rt, const dispute_t *d)
{
    ph_set_validator_index_t backers;
    bool some = ph_paras_disputes_backers_on_disputes_get(rt, d->session, &d->candidate, &backers);
    PH_STATE_RULE(c, some && backers.count > 0, "dispute of session %u: nobody has backed it", d->session.v);
    for (size_t i = 0; some && i < backers.count; i++) {
        uint32_t v = backers.items[i].v;
        PH_STATE_RULE(c, v < d->validators && ph_bits_get(d->state.validators_for, v),
                      "dispute of session %u: backer %u is not for it", d->session.v, v);
    }
}

static void check_backers_of_nothing(ph_state_checker_t *c, ph_rt_t *rt)
{
    ph_bytes_t cursor = {0};
    ph_session_index_t session;
    ph_candidate_hash_t candidate;
    while (ph_paras_disputes_backers_on_disputes_next(rt, &cursor, &session, &candidate, NULL)) {
        check_session(c, rt, "BackersOnDisputes", session);
        PH_STATE_RULE(c, ph_paras_disputes_disputes_exists(rt, session, &candidate),
                      "backers of session %u without a dispute", session.v);
    }
}

/* ---- standing still ---- */

typedef struct seen {
    size_t included, backed, reverts;
    ph_block_number_t revert; /* the last one */
} seen_t;

static seen_t events_of(ph_rt_t *rt)
{
    seen_t seen = {0};
    ph_vec_event_record_t events;
    ph_system_events_get(rt, &events);
    for (size_t i = 0; i < events.count; i++) {
        const ph_event_t *e = &events.items[i].event;
        if (e->kind == PH_EVENT_PARA_INCLUSION) {
            seen.included += e->para_inclusion.kind == PH_EVENT_PARA_INCLUSION_CANDIDATE_INCLUDED;
            seen.backed += e->para_inclusion.kind == PH_EVENT_PARA_INCLUSION_CANDIDATE_BACKED;
        } else if (e->kind == PH_EVENT_PARAS_DISPUTES && e->paras_disputes.kind == PH_EVENT_PARAS_DISPUTES_REVERT) {
            seen.reverts++;
            seen.revert = e->paras_disputes.revert;
        }
    }
    return seen;
}

/* A dispute that has just become grave freezes a chain that has the candidate; a candidate that has lost before freezes
 * the chain that includes it. In between is a gap: grave, then included, then lost. */
static bool should_freeze(const ph_state_checker_t *c, ph_rt_t *rt, const dispute_t *d, ph_block_number_t *at)
{
    ph_block_number_t now;
    ph_system_number_get(rt, &now);
    if (!ph_paras_disputes_included_get(rt, d->session, &d->candidate, at))
        return false;
    return *at + 1 == now ? d->lost : d->reverts && !reverted_before(c, d);
}

static void check_freezing(ph_state_checker_t *c, ph_rt_t *rt, const dispute_t *d)
{
    ph_opt_block_number_t frozen;
    ph_block_number_t at;
    ph_paras_disputes_frozen_get(rt, &frozen);
    if (!c->unfrozen && should_freeze(c, rt, d, &at))
        PH_STATE_RULE(c, frozen.some && frozen.value <= at,
                      "dispute of session %u: the chain has the candidate in block %u and goes on", d->session.v,
                      at + 1);
}

static void check_frozen(ph_state_checker_t *c, ph_rt_t *rt, const seen_t *seen)
{
    ph_opt_block_number_t frozen;
    ph_block_number_t now;
    ph_paras_disputes_frozen_get(rt, &frozen);
    ph_system_number_get(rt, &now);
    PH_STATE_RULE(c, !frozen.some || frozen.value < now, "ParasDisputes: Frozen at %u in block %u", frozen.value, now);
    PH_STATE_RULE(c, frozen.some || !c->frozen.some || c->unfrozen, "ParasDisputes: it thaws by itself");
    PH_STATE_RULE(c, !c->frozen.some || !frozen.some || frozen.value <= c->frozen.value || c->unfrozen,
                  "ParasDisputes: Frozen moves up to %u", frozen.value);
    bool same = c->frozen.some && frozen.value == c->frozen.value;
    PH_STATE_RULE(c, !frozen.some || same || (seen->reverts > 0 && seen->revert == frozen.value + 1),
                  "ParasDisputes: Frozen without a Revert");
    bool included_first = !c->frozen.some && seen->included > 0; /* what is included may be what freezes it */
    PH_STATE_RULE(c, !c->frozen.some || seen->included + seen->backed == 0 || included_first,
                  "ParasDisputes: the chain is frozen, and candidates go on");
}

/* ---- candidates ---- */

static void check_included(ph_state_checker_t *c, ph_rt_t *rt, const seen_t *seen)
{
    ph_bytes_t cursor = {0};
    ph_session_index_t session;
    ph_candidate_hash_t candidate;
    ph_block_number_t before, now;
    size_t new = 0;
    ph_system_number_get(rt, &now);
    while (ph_paras_disputes_included_next(rt, &cursor, &session, &candidate, &before)) {
        check_session(c, rt, "Included", session);
        PH_STATE_RULE(c, before < now, "ParasDisputes: included in block %u, after %u", before + 1, now);
        new += before + 1 == now;
    }
    PH_STATE_RULE(c, new == seen->included, "ParasDisputes: %zu candidates of %zu are noted as included", new,
                  seen->included);
}

/* Did the chain stand still in that block, the one in hand or before? */
static bool stood_still(const ph_state_checker_t *c, ph_rt_t *rt, ph_block_number_t block)
{
    ph_block_number_t now;
    ph_system_number_get(rt, &now);
    for (size_t i = 0; i < c->frozen_blocks.count; i++)
        if (c->frozen_blocks.items[i] == block)
            return true;
    return block == now && is_frozen(c, rt);
}

/* One that has lost leaves its core at once; in the block in which it loses it may still be put on one. On a frozen
 * chain it stays, and nobody looks again: it is the block that includes it that freezes the chain next. */
static void check_pending(ph_state_checker_t *c, ph_rt_t *rt)
{
    ph_bytes_t cursor = {0};
    ph_vec_pending_candidate_t queue;
    ph_session_index_t session;
    ph_dispute_state_t state;
    ph_paras_shared_current_session_index_get(rt, &session);
    while (ph_para_inclusion_pending_availability_next(rt, &cursor, NULL, &queue))
        for (size_t i = 0; i < queue.count; i++) {
            const ph_pending_candidate_t *p = &queue.items[i];
            if (!ph_paras_disputes_disputes_get(rt, session, &p->hash, &state))
                continue;
            dispute_t d = counted(session, &p->hash, &state);
            PH_STATE_RULE(c,
                          !d.lost || d.won || state.concluded_at.value <= p->backed_in_number ||
                              stood_still(c, rt, state.concluded_at.value),
                          "core %u: the candidate waits though it has lost a dispute", p->core.v);
        }
}

void ph_state_check_disputes(ph_state_checker_t *c, ph_rt_t *rt)
{
    ph_bytes_t cursor = {0};
    ph_session_index_t session;
    ph_candidate_hash_t candidate;
    ph_dispute_state_t state;
    seen_t seen = events_of(rt);
    while (ph_paras_disputes_disputes_next(rt, &cursor, &session, &candidate, &state)) {
        dispute_t d = counted(session, &candidate, &state);
        check_session(c, rt, "Disputes", session);
        check_votes(c, rt, &d);
        check_times(c, rt, &d);
        check_backers(c, rt, &d);
        check_freezing(c, rt, &d);
    }
    check_backers_of_nothing(c, rt);
    check_pruning(c, rt);
    check_frozen(c, rt, &seen);
    check_included(c, rt, &seen);
    check_pending(c, rt);
}
