#include "support/state_plants.h"

#include "primitives/types.h"
#include "runtime/storage/offences.h"
#include "runtime/storage/para_inclusion.h"
#include "runtime/storage/para_session_info.h"
#include "runtime/storage/paras_disputes.h"
#include "runtime/storage/paras_shared.h"
#include "runtime/storage/paras_slashing.h"
#include "runtime/storage/session.h"
#include "runtime/storage/system.h"
#include "runtime/vec.h"

static const ph_candidate_hash_t nobodys = {{0x66}};

/* ---- disputes ---- */

typedef struct dispute {
    ph_session_index_t session;
    ph_candidate_hash_t candidate;
    ph_dispute_state_t state;
} dispute_t;

/* The first dispute of which `wanted` holds (NULL: any). */
static bool find(ph_rt_t *rt, dispute_t *d, bool (*wanted)(ph_rt_t *rt, const dispute_t *d))
{
    ph_bytes_t cursor = {0};
    while (ph_paras_disputes_disputes_next(rt, &cursor, &d->session, &d->candidate, &d->state))
        if (!wanted || wanted(rt, d))
            return true;
    return false;
}

static void keep(ph_rt_t *rt, const dispute_t *d)
{
    ph_paras_disputes_disputes_set(rt, d->session, &d->candidate, &d->state);
}

#define DISPUTE_PLANT(name, wanted, change)                                                                            \
    static bool name(ph_rt_t *rt)                                                                                      \
    {                                                                                                                  \
        dispute_t d_, *d = &d_;                                                                                        \
        if (!find(rt, d, wanted))                                                                                      \
            return false;                                                                                              \
        change;                                                                                                        \
        keep(rt, d);                                                                                                   \
        return true;                                                                                                   \
    }

static void vote_all(ph_bits_t side, bool vote)
{
    for (size_t i = 0; i < side.count; i++)
        ph_bits_set(side, i, vote);
}

static bool is_open(ph_rt_t *rt, const dispute_t *d)
{
    (void)rt;
    return !d->state.concluded_at.some;
}

static bool is_over(ph_rt_t *rt, const dispute_t *d)
{
    (void)rt;
    return d->state.concluded_at.some;
}

static bool pruned(ph_rt_t *rt, ph_session_index_t *session)
{
    return ph_paras_disputes_last_pruned_session_get(rt, session) && session->v > 0;
}

DISPUTE_PLANT(session_to_come, NULL, d->session.v = 100000)
DISPUTE_PLANT(dispute_not_forgotten, NULL, if (!pruned(rt, &d->session)) return false)
DISPUTE_PLANT(sides_differ, NULL, d->state.validators_against = ph_bits_new(rt->arena, 77))
DISPUTE_PLANT(other_validators, NULL, d->state.validators_for = ph_bits_new(rt->arena, 77))
DISPUTE_PLANT(one_sided, NULL, vote_all(d->state.validators_against, false))
DISPUTE_PLANT(too_few, NULL, vote_all(d->state.validators_against, false); vote_all(d->state.validators_for, false))
DISPUTE_PLANT(begins_late, NULL, d->state.start = 5000000)
DISPUTE_PLANT(ends_late, is_over, d->state.concluded_at.value = 5000000)
DISPUTE_PLANT(not_over, is_open, d->state.concluded_at = ((ph_opt_u32_t){true, d->state.start}))
DISPUTE_PLANT(not_open, is_over, d->state.concluded_at.some = false)
DISPUTE_PLANT(backer_not_for, NULL, vote_all(d->state.validators_for, false))

static bool backers_lost(ph_rt_t *rt)
{
    dispute_t d;
    bool some = find(rt, &d, NULL);
    if (some)
        ph_paras_disputes_backers_on_disputes_remove(rt, d.session, &d.candidate);
    return some;
}

static bool backers_of_nothing(ph_rt_t *rt)
{
    ph_session_index_t session;
    ph_validator_index_t backer = {0};
    ph_paras_shared_current_session_index_get(rt, &session);
    ph_paras_disputes_backers_on_disputes_set(rt, session, &nobodys, &(ph_set_validator_index_t){&backer, 1});
    return true;
}

static bool backers_not_forgotten(ph_rt_t *rt)
{
    ph_session_index_t session;
    ph_validator_index_t backer = {0};
    if (!pruned(rt, &session))
        return false;
    ph_paras_disputes_backers_on_disputes_set(rt, session, &nobodys, &(ph_set_validator_index_t){&backer, 1});
    return true;
}

static bool pruned_too_little(ph_rt_t *rt)
{
    ph_session_index_t session;
    if (!pruned(rt, &session))
        return false;
    session.v--;
    ph_paras_disputes_last_pruned_session_set(rt, session);
    return true;
}

/* ---- included, and frozen ---- */

static bool include(ph_rt_t *rt, ph_session_index_t session, const ph_candidate_hash_t *candidate, uint32_t ahead)
{
    ph_block_number_t now;
    ph_system_number_get(rt, &now);
    ph_paras_disputes_included_set(rt, session, candidate, now + ahead - 1);
    return true;
}

static bool included_not_forgotten(ph_rt_t *rt)
{
    ph_session_index_t session;
    return pruned(rt, &session) && include(rt, session, &nobodys, 0);
}

static bool included_tomorrow(ph_rt_t *rt)
{
    ph_session_index_t session;
    ph_paras_shared_current_session_index_get(rt, &session);
    return include(rt, session, &nobodys, 1);
}

static bool included_secretly(ph_rt_t *rt)
{
    ph_session_index_t session;
    ph_paras_shared_current_session_index_get(rt, &session);
    return include(rt, session, &nobodys, 0);
}

static bool freeze(ph_rt_t *rt, ph_block_number_t at)
{
    ph_opt_block_number_t frozen;
    ph_paras_disputes_frozen_get(rt, &frozen);
    ph_paras_disputes_frozen_set(rt, &(ph_opt_block_number_t){true, at});
    return !frozen.some;
}

static bool frozen_tomorrow(ph_rt_t *rt)
{
    return freeze(rt, 5000000);
}

static bool frozen_secretly(ph_rt_t *rt)
{
    return freeze(rt, 1);
}

/* Of a chain that was frozen before and is still. */
static bool refreeze(ph_rt_t *rt, bool some, ph_block_number_t more)
{
    ph_opt_block_number_t frozen;
    ph_vec_event_record_t events;
    ph_paras_disputes_frozen_get(rt, &frozen);
    ph_system_events_get(rt, &events);
    for (size_t i = 0; i < events.count; i++)
        if (events.items[i].event.kind == PH_EVENT_PARAS_DISPUTES)
            return false;
    ph_paras_disputes_frozen_set(rt, &(ph_opt_block_number_t){some, frozen.value + more});
    return frozen.some;
}

static bool thawed(ph_rt_t *rt)
{
    return refreeze(rt, false, 0);
}

static bool frozen_later(ph_rt_t *rt)
{
    return refreeze(rt, true, 1);
}

static bool add_event(ph_rt_t *rt, const ph_event_t *event)
{
    ph_vec_event_record_t events;
    ph_system_events_get(rt, &events);
    ph_vec_push(rt, &events, ((ph_event_record_t){.event = *event}));
    ph_system_events_set(rt, &events);
    return true;
}

static bool goes_on_frozen(ph_rt_t *rt)
{
    const ph_event_t backed = {.kind = PH_EVENT_PARA_INCLUSION,
                               .para_inclusion.kind = PH_EVENT_PARA_INCLUSION_CANDIDATE_BACKED};
    return refreeze(rt, true, 0) && add_event(rt, &backed);
}

/* Neither is the chain frozen, nor was it when the block began. */
static bool goes_on(ph_rt_t *rt)
{
    ph_opt_block_number_t frozen;
    ph_vec_event_record_t events;
    bool backed = false;
    ph_paras_disputes_frozen_get(rt, &frozen);
    ph_system_events_get(rt, &events);
    for (size_t i = 0; i < events.count; i++)
        backed |= events.items[i].event.kind == PH_EVENT_PARA_INCLUSION &&
                  events.items[i].event.para_inclusion.kind == PH_EVENT_PARA_INCLUSION_CANDIDATE_BACKED;
    return backed && !frozen.some;
}

/* Six against none, and over. */
static void lose(ph_rt_t *rt, dispute_t *d)
{
    ph_block_number_t now;
    ph_system_number_get(rt, &now);
    d->state = (ph_dispute_state_t){.start = now, .concluded_at = {true, now}};
    d->state.validators_for = ph_bits_new(rt->arena, 6);
    d->state.validators_against = ph_bits_new(rt->arena, 6);
    vote_all(d->state.validators_against, true);
    keep(rt, d);
}

/* A dispute out of nothing that is lost, over a candidate that the chain has. */
static bool lost_and_goes_on(ph_rt_t *rt)
{
    ph_bytes_t cursor = {0};
    dispute_t d;
    ph_block_number_t included, now;
    ph_system_number_get(rt, &now);
    while (goes_on(rt) && ph_paras_disputes_included_next(rt, &cursor, &d.session, &d.candidate, &included)) {
        if (included + 1 == now || ph_paras_disputes_disputes_exists(rt, d.session, &d.candidate))
            continue;
        lose(rt, &d);
        return true;
    }
    return false;
}

/* One that has been on its core for a while loses. */
static bool loser_waits(ph_rt_t *rt)
{
    ph_bytes_t cursor = {0};
    ph_vec_pending_candidate_t queue;
    dispute_t d;
    ph_block_number_t now;
    ph_system_number_get(rt, &now);
    ph_paras_shared_current_session_index_get(rt, &d.session);
    while (goes_on(rt) && ph_para_inclusion_pending_availability_next(rt, &cursor, NULL, &queue)) {
        if (queue.count == 0 || queue.items[0].backed_in_number >= now)
            continue;
        d.candidate = queue.items[0].hash;
        lose(rt, &d);
        return true;
    }
    return false;
}

/* ---- slashes ---- */

typedef struct waiting {
    ph_session_index_t session;
    ph_candidate_hash_t candidate;
    ph_pending_slashes_t slashes;
} waiting_t;

#define SLASHES_PLANT(name, change)                                                                                    \
    static bool name(ph_rt_t *rt)                                                                                      \
    {                                                                                                                  \
        ph_bytes_t cursor = {0};                                                                                       \
        waiting_t w_, *w = &w_;                                                                                        \
        if (!ph_paras_slashing_unapplied_slashes_next(rt, &cursor, &w->session, &w->candidate, &w->slashes))           \
            return false;                                                                                              \
        change;                                                                                                        \
        ph_paras_slashing_unapplied_slashes_set(rt, w->session, &w->candidate, &w->slashes);                           \
        return true;                                                                                                   \
    }

SLASHES_PLANT(slashes_early, ph_session_current_index_get(rt, &w->session))
SLASHES_PLANT(slashes_not_forgotten, if (!pruned(rt, &w->session)) return false)
SLASHES_PLANT(slashes_undisputed, w->candidate = nobodys)
SLASHES_PLANT(slashes_of_nobody, w->slashes.keys.count = 0)
SLASHES_PLANT(slashes_winner, w->slashes.keys.items[0].key.v = 5000)
SLASHES_PLANT(slashes_other_key, w->slashes.keys.items[0].value.bytes[0] ^= 1)

/* A slash that was reported is back. */
static bool slashes_again(ph_rt_t *rt)
{
    ph_bytes_t cursor = {0}, slot;
    ph_u8x16_t kind;
    ph_disputes_time_slot_t when;
    ph_session_info_t info;
    ph_dispute_state_t state;
    ph_pending_slashes_t slashes = {.kind.kind = PH_DISPUTE_OFFENCE_KIND_AGAINST_VALID};
    while (ph_offences_concurrent_reports_index_next(rt, &cursor, &kind, &slot, NULL)) {
        if (kind.bytes[0] != 'd' || ph_disputes_time_slot_decode_all(slot, rt->arena, &when) != PH_OK ||
            !ph_paras_disputes_disputes_get(rt, when.session_index, &when.candidate_hash, &state) ||
            !ph_para_session_info_sessions_get(rt, when.session_index, &info))
            continue;
        for (uint32_t v = 0; v < info.validators.count; v++)
            if (ph_bits_get(state.validators_against, v))
                ph_vec_push(rt, &slashes.keys, ((__typeof__(*slashes.keys.items)){{v}, info.validators.items[v]}));
        size_t n = info.validators.count, few = (n - 1) / 3;
        ph_paras_slashing_unapplied_slashes_set(rt, when.session_index, &when.candidate_hash, &slashes);
        return ph_bits_ones(state.validators_for) >= n - few && slashes.keys.count < n - few;
    }
    return false;
}

static bool set_counts(ph_rt_t *rt)
{
    ph_paras_slashing_validator_set_counts_set(rt, (ph_session_index_t){3}, 6);
    return true;
}

/* ---- offences ---- */

typedef struct indexed {
    ph_u8x16_t kind;
    ph_bytes_t slot;
    ph_vec_hash_t list;
} indexed_t;

#define OFFENCES_PLANT(name, change)                                                                                   \
    static bool name(ph_rt_t *rt)                                                                                      \
    {                                                                                                                  \
        ph_bytes_t cursor = {0};                                                                                       \
        indexed_t i_, *i = &i_;                                                                                        \
        if (!ph_offences_concurrent_reports_index_next(rt, &cursor, &i->kind, &i->slot, &i->list))                     \
            return false;                                                                                              \
        change;                                                                                                        \
        ph_offences_concurrent_reports_index_set(rt, &i->kind, i->slot, &i->list);                                     \
        return true;                                                                                                   \
    }

OFFENCES_PLANT(nobody_offends, i->list.count = 0)
OFFENCES_PLANT(report_missing, ph_offences_reports_remove(rt, &i->list.items[0]))
OFFENCES_PLANT(report_twice, ph_vec_push(rt, &i->list, i->list.items[0]))
OFFENCES_PLANT(report_of_other, i->kind.bytes[0] ^= 1)

static bool report_not_indexed(ph_rt_t *rt)
{
    ph_offences_reports_set(rt, &(ph_hash_t){{0x66}}, &(ph_offence_details_t){0});
    return true;
}

/* ---- the disabled ---- */

static bool disable(ph_rt_t *rt, uint32_t first, uint32_t second, size_t count)
{
    ph_tup_u32_perbill_t items[2] = {{first, {1}}, {second, {1}}};
    ph_session_disabled_validators_set(rt, &(ph_vec_tup_u32_perbill_t){items, count});
    return true;
}

static bool disabled_nobody(ph_rt_t *rt)
{
    return disable(rt, 5000, 0, 1);
}

static bool disabled_twice(ph_rt_t *rt)
{
    return disable(rt, 3, 3, 2);
}

static bool disabled_too_many(ph_rt_t *rt)
{
    return ph_session_validators_count(rt) < 7 && disable(rt, 0, 1, 2);
}

const ph_state_plant_t ph_state_plants_disputes[] = {
    {session_to_come, "Disputes: session 100000 is yet to come"},
    {dispute_not_forgotten, "Disputes: session"},
    {backers_not_forgotten, "BackersOnDisputes: session"},
    {included_not_forgotten, "Included: session"},
    {pruned_too_little, "LastPrunedSession is not that of session"},
    {sides_differ, "more validators on one side"},
    {other_validators, "of 77 validators, not"},
    {one_sided, "one side has no votes"},
    {too_few, "too few take part"},
    {begins_late, "it begins at 5000000"},
    {ends_late, "it ends at 5000000"},
    {not_over, "its votes say that it is open"},
    {not_open, "its votes say that it is over"},
    {backer_not_for, "is not for it"},
    {backers_lost, "nobody has backed it"},
    {backers_of_nothing, "without a dispute"},
    {included_tomorrow, "ParasDisputes: included in block"},
    {included_secretly, "are noted as included"},
    {frozen_tomorrow, "ParasDisputes: Frozen at 5000000 in block"},
    {frozen_secretly, "Frozen without a Revert"},
    {thawed, "it thaws by itself"},
    {frozen_later, "Frozen moves up to"},
    {goes_on_frozen, "the chain is frozen, and candidates go on"},
    {lost_and_goes_on, "and goes on"},
    {loser_waits, "the candidate waits though it has lost a dispute"},
    {slashes_early, "it is not over"},
    {slashes_not_forgotten, "they should be forgotten"},
    {slashes_undisputed, "no dispute is over"},
    {slashes_of_nobody, "of nobody"},
    {slashes_winner, "validator 5000 has not lost"},
    {slashes_other_key, "the key is not that of validator"},
    {slashes_again, "is reported, and waits"},
    {set_counts, "nobody writes ValidatorSetCounts"},
    {nobody_offends, "nobody offends in slot"},
    {report_missing, "has a report that is none"},
    {report_twice, "has a report twice"},
    {report_of_other, "has a report of something else"},
    {report_not_indexed, "in the index"},
    {disabled_nobody, "disabled validator 5000 is none"},
    {disabled_twice, "disabled validators are not in order"},
    {disabled_too_many, "validators are disabled"},
};
const size_t ph_state_plants_disputes_count = sizeof ph_state_plants_disputes / sizeof *ph_state_plants_disputes;
