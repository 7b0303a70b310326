/* What happened about disputes in a block, told from the states before and after it. */
#include "support/chain_maker_private.h"

#include "runtime/storage/para_inclusion.h"
#include "runtime/storage/para_session_info.h"
#include "runtime/storage/paras_disputes.h"
#include "runtime/storage/paras_slashing.h"
#include "runtime/storage/session.h"

const char *const ph_chain_deed_names[PH_CHAIN_DEEDS] = {
    [PH_DEED_SET_OFFERED] = "sets offered",
    [PH_DEED_SET_TAKEN] = "sets taken",
    [PH_DEED_SET_NOT_IMPORTED] = "sets not imported",
    [PH_DEED_VOTE_OFFERED] = "votes offered",
    [PH_DEED_VOTE_TAKEN] = "votes taken",
    [PH_DEED_VOTE_EXPLICIT] = "votes for, explicit",
    [PH_DEED_VOTE_SECONDED] = "votes for, seconded",
    [PH_DEED_VOTE_BACKED] = "votes for, backed",
    [PH_DEED_VOTE_APPROVED] = "votes for, approved",
    [PH_DEED_VOTE_APPROVED_SEVERAL] = "votes for, approved with others",
    [PH_DEED_VOTE_AGAINST] = "votes against",
    [PH_DEED_VOTE_IN_PAST_SESSION] = "votes in past sessions",
    [PH_DEED_VOTE_BY_ONE_WHO_LEFT] = "votes of validators who left",
    [PH_DEED_VOTE_BY_DISABLED] = "votes of disabled validators",
    [PH_DEED_DISPUTE_LOCAL] = "local disputes",
    [PH_DEED_DISPUTE_REMOTE] = "remote disputes",
    [PH_DEED_CONCLUDED_VALID] = "concluded valid",
    [PH_DEED_CONCLUDED_INVALID] = "concluded invalid",
    [PH_DEED_CONCLUDED_IN_PAST_SESSION] = "concluded after their session",
    [PH_DEED_TIMED_OUT] = "forgotten unresolved",
    [PH_DEED_EVICTED] = "candidates evicted",
    [PH_DEED_FROZEN] = "chains frozen",
    [PH_DEED_FROZEN_BY_INCLUSION] = "chains frozen by including what had lost",
    [PH_DEED_UNFROZEN] = "chains unfrozen",
    [PH_DEED_SLASH_FOR_INVALID] = "slashes for the invalid",
    [PH_DEED_SLASH_AGAINST_VALID] = "slashes against the valid",
    [PH_DEED_SLASH_REPORTED] = "slashes reported",
    [PH_DEED_SLASH_PRUNED] = "slashes pruned",
    [PH_DEED_REPORT_TWICE] = "reports made twice",
    [PH_DEED_REPORT_WRONG] = "reports that are wrong",
    [PH_DEED_DISABLED] = "validators disabled",
};

typedef struct counting {
    ph_chain_maker_t *m;
    uint32_t *deeds;
    ph_rt_t *before, *after;
    ph_vec_validator_id_t active;      /* keys, before */
    ph_vec_validator_index_t indices;  /* of theirs in the session's set */
    ph_vec_tup_u32_perbill_t disabled; /* of that set */
    ph_session_index_t session;        /* the paras', before */
} counting_t;

/* ---- votes ---- */

static ph_chain_deed_t deed_of(const ph_dispute_statement_t *s)
{
    static const ph_chain_deed_t kinds[] = {PH_DEED_VOTE_EXPLICIT, PH_DEED_VOTE_SECONDED, PH_DEED_VOTE_BACKED,
                                            PH_DEED_VOTE_APPROVED, PH_DEED_VOTE_APPROVED_SEVERAL};
    return s->kind == PH_DISPUTE_STATEMENT_INVALID ? PH_DEED_VOTE_AGAINST : kinds[s->valid.kind];
}

/* Is the validator still there, and disabled? */
static void count_voter(counting_t *c, const ph_validator_id_t *id)
{
    for (size_t i = 0; i < c->active.count && i < c->indices.count; i++) {
        if (memcmp(c->active.items[i].bytes, id->bytes, 32) != 0)
            continue;
        for (size_t j = 0; j < c->disabled.count; j++)
            c->deeds[PH_DEED_VOTE_BY_DISABLED] += c->disabled.items[j]._0 == c->indices.items[i].v;
        return;
    }
    c->deeds[PH_DEED_VOTE_BY_ONE_WHO_LEFT]++;
}

static void count_set(counting_t *c, const ph_dispute_statement_set_t *set)
{
    ph_session_info_t session;
    c->deeds[PH_DEED_SET_TAKEN]++;
    c->deeds[PH_DEED_SET_NOT_IMPORTED] +=
        !ph_paras_disputes_disputes_exists(c->after, set->session, &set->candidate_hash);
    if (!ph_para_session_info_sessions_get(c->before, set->session, &session))
        return;
    for (size_t i = 0; i < set->statements.count; i++) {
        uint32_t voter = set->statements.items[i]._1.v;
        c->deeds[PH_DEED_VOTE_TAKEN]++;
        c->deeds[deed_of(&set->statements.items[i]._0)]++;
        c->deeds[PH_DEED_VOTE_IN_PAST_SESSION] += set->session.v < c->session.v;
        if (voter < session.validators.count)
            count_voter(c, &session.validators.items[voter]);
    }
}

/* ---- disputes ---- */

static void count_dispute_events(counting_t *c)
{
    ph_vec_event_record_t events;
    ph_system_events_get(c->after, &events);
    for (size_t i = 0; i < events.count; i++) {
        const ph_event_t *event = &events.items[i].event;
        if (event->kind != PH_EVENT_PARAS_DISPUTES)
            continue;
        const ph_event_paras_disputes_t *e = &event->paras_disputes;
        if (e->kind == PH_EVENT_PARAS_DISPUTES_DISPUTE_INITIATED)
            c->deeds[e->dispute_initiated._1.kind == PH_DISPUTE_LOCATION_LOCAL ? PH_DEED_DISPUTE_LOCAL
                                                                               : PH_DEED_DISPUTE_REMOTE]++;
        else if (e->kind == PH_EVENT_PARAS_DISPUTES_DISPUTE_CONCLUDED)
            c->deeds[e->dispute_concluded._1.kind == PH_DISPUTE_RESULT_VALID ? PH_DEED_CONCLUDED_VALID
                                                                             : PH_DEED_CONCLUDED_INVALID]++;
    }
}

static void count_states(counting_t *c)
{
    ph_bytes_t cursor = {0};
    ph_session_index_t session;
    ph_candidate_hash_t candidate;
    ph_dispute_state_t old, state;
    while (ph_paras_disputes_disputes_next(c->before, &cursor, &session, &candidate, &old)) {
        bool kept = ph_paras_disputes_disputes_get(c->after, session, &candidate, &state);
        c->deeds[PH_DEED_TIMED_OUT] += !kept && !old.concluded_at.some;
        c->deeds[PH_DEED_CONCLUDED_IN_PAST_SESSION] +=
            kept && !old.concluded_at.some && state.concluded_at.some && session.v < c->session.v;
    }
    ph_opt_block_number_t was, is;
    ph_block_number_t included, now;
    ph_paras_disputes_frozen_get(c->before, &was);
    ph_paras_disputes_frozen_get(c->after, &is);
    ph_system_number_get(c->after, &now);
    c->deeds[PH_DEED_FROZEN] += is.some && !was.some;
    c->deeds[PH_DEED_UNFROZEN] += was.some && !is.some;
    for (cursor = (ph_bytes_t){0};
         is.some && !was.some && ph_paras_disputes_included_next(c->after, &cursor, &session, &candidate, &included);)
        c->deeds[PH_DEED_FROZEN_BY_INCLUSION] +=
            included == is.value && included + 1 == now &&
            ph_paras_disputes_disputes_get(c->after, session, &candidate, &state) && state.concluded_at.some;
}

static bool is_pending(ph_rt_t *rt, ph_para_id_t para, const ph_candidate_hash_t *candidate)
{
    ph_vec_pending_candidate_t queue;
    bool some = ph_para_inclusion_pending_availability_get(rt, para, &queue), found = false;
    for (size_t i = 0; some && i < queue.count; i++)
        found |= memcmp(queue.items[i].hash.bytes, candidate->bytes, 32) == 0;
    return found;
}

static void count_evicted(counting_t *c)
{
    ph_bytes_t cursor = {0};
    ph_para_id_t para;
    ph_vec_pending_candidate_t queue;
    ph_dispute_state_t state;
    while (ph_para_inclusion_pending_availability_next(c->before, &cursor, &para, &queue))
        for (size_t i = 0; i < queue.count; i++)
            c->deeds[PH_DEED_EVICTED] +=
                ph_paras_disputes_disputes_get(c->after, c->session, &queue.items[i].hash, &state) &&
                state.concluded_at.some && !is_pending(c->after, para, &queue.items[i].hash) &&
                !ph_paras_disputes_included_exists(c->after, c->session, &queue.items[i].hash);
}

/* ---- slashes ---- */

static void count_slashes(counting_t *c)
{
    ph_bytes_t cursor = {0};
    ph_session_index_t session;
    ph_candidate_hash_t candidate;
    ph_pending_slashes_t slashes, other;
    while (ph_paras_slashing_unapplied_slashes_next(c->after, &cursor, &session, &candidate, &slashes))
        if (!ph_paras_slashing_unapplied_slashes_exists(c->before, session, &candidate))
            c->deeds[slashes.kind.kind == PH_DISPUTE_OFFENCE_KIND_AGAINST_VALID ? PH_DEED_SLASH_AGAINST_VALID
                                                                                : PH_DEED_SLASH_FOR_INVALID]++;
    for (cursor = (ph_bytes_t){0};
         ph_paras_slashing_unapplied_slashes_next(c->before, &cursor, &session, &candidate, &slashes);) {
        bool kept = ph_paras_slashing_unapplied_slashes_get(c->after, session, &candidate, &other);
        bool pruned = !ph_paras_disputes_disputes_exists(c->after, session, &candidate);
        c->deeds[PH_DEED_SLASH_PRUNED] += !kept && pruned;
        c->deeds[PH_DEED_SLASH_REPORTED] += kept ? other.keys.count < slashes.keys.count : !pruned;
    }
}

static void count_disabled(counting_t *c)
{
    ph_vec_tup_u32_perbill_t disabled;
    ph_session_disabled_validators_get(c->after, &disabled);
    c->deeds[PH_DEED_DISABLED] += disabled.count > c->disabled.count;
}

void ph_maker_count_deeds(ph_chain_maker_t *m, ph_rt_t *before, ph_rt_t *after)
{
    counting_t c = {.m = m, .deeds = m->tally.deeds, .before = before, .after = after};
    ph_scraped_on_chain_votes_t votes;
    c.session = ph_paras_shared_session(before);
    ph_paras_shared_active_validator_keys_get(before, &c.active);
    ph_paras_shared_active_validator_indices_get(before, &c.indices);
    ph_session_disabled_validators_get(before, &c.disabled);
    if (ph_para_inherent_on_chain_votes_get(after, &votes))
        for (size_t i = 0; i < votes.disputes.count; i++)
            count_set(&c, &votes.disputes.items[i]);
    count_dispute_events(&c);
    count_states(&c);
    count_evicted(&c);
    count_slashes(&c);
    count_disabled(&c);
}
