#include "runtime/disputes.h"

#include "primitives/payload.h"
#include "runtime/disputes_votes.h"
#include "runtime/slashing.h"
#include "runtime/storage/configuration.h"
#include "runtime/storage/para_session_info.h"
#include "runtime/support.h"
#include "runtime/vec.h"

typedef ph_dispute_statement_set_t set_t;

void ph_disputes_on_new_session(ph_rt_t *rt, const ph_para_session_change_t *change)
{
    uint32_t kept = change->config.dispute_period.v + 1; /* the longest period wraps to none, as in polkadot-sdk */
    ph_session_index_t last, target;
    if (change->session.v <= kept)
        return;
    target.v = change->session.v - kept;
    ph_session_index_t s = {ph_paras_disputes_last_pruned_session_get(rt, &last) ? last.v + 1 : target.v};
    for (; s.v <= target.v; s.v++) {
        ph_paras_disputes_disputes_clear_under(rt, s);
        ph_paras_disputes_backers_on_disputes_clear_under(rt, s);
        ph_paras_disputes_included_clear_under(rt, s);
    }
    ph_paras_disputes_last_pruned_session_set(rt, target);
}

ph_err_t ph_paras_disputes_call_force_unfreeze(ph_rt_t *rt, const ph_origin_t *origin)
{
    PH_TRY(ph_ensure_root(origin));
    ph_paras_disputes_frozen_set(rt, &(ph_opt_block_number_t){0});
    return PH_OK;
}

/* ---- order ---- */

typedef struct sortable {
    const set_t *set;
    bool local;
    ph_block_number_t height;
} sortable_t;

/* Local ones by height, then remote ones by session; the candidate's hash decides the rest. */
static int compare(const sortable_t *a, const sortable_t *b)
{
    if (a->local != b->local)
        return a->local ? -1 : 1;
    uint32_t x = a->local ? a->height : a->set->session.v, y = b->local ? b->height : b->set->session.v;
    if (x != y)
        return x < y ? -1 : 1;
    return memcmp(a->set->candidate_hash.bytes, b->set->candidate_hash.bytes, 32);
}

void ph_disputes_sort(ph_rt_t *rt, ph_vec_dispute_statement_set_t *sets)
{
    sortable_t *order = ph_arena_alloc(rt->arena, sets->count * sizeof *order);
    for (size_t i = 0; i < sets->count; i++) {
        sortable_t next = {.set = &sets->items[i]};
        next.local = ph_paras_disputes_included_get(rt, next.set->session, &next.set->candidate_hash, &next.height);
        size_t at = i;
        for (; at > 0 && compare(&order[at - 1], &next) > 0; at--)
            order[at] = order[at - 1];
        order[at] = next;
    }
    ph_vec_dispute_statement_set_t sorted;
    ph_vec_alloc(rt, &sorted, sets->count);
    sorted.count = 0;
    for (size_t i = 0; i < sets->count; i++) {
        const set_t *last = sorted.count > 0 ? &sorted.items[sorted.count - 1] : NULL;
        if (!last || last->session.v != order[i].set->session.v ||
            !ph_hash_is(&last->candidate_hash, &order[i].set->candidate_hash))
            sorted.items[sorted.count++] = *order[i].set;
    }
    *sets = sorted;
}

/* ---- what is known of a dispute ---- */

typedef struct dispute {
    ph_session_info_t session;
    ph_dispute_state_t state;
    ph_set_validator_index_t backers;
    ph_host_configuration_t config;
    bool is_new;
} dispute_t;

/* AncientDisputeStatement: the session is forgotten, or the dispute concluded too long ago. */
static ph_err_t load(ph_rt_t *rt, dispute_t *d, const set_t *set)
{
    ph_block_number_t now = ph_now(rt);
    ph_configuration_active_config_get(rt, &d->config);
    if (!ph_para_session_info_sessions_get(rt, set->session, &d->session))
        return PH_PARAS_DISPUTES_ERR_ANCIENT_DISPUTE_STATEMENT;
    d->is_new = !ph_paras_disputes_disputes_get(rt, set->session, &set->candidate_hash, &d->state);
    ph_block_number_t oldest = ph_sat_sub_u32(now, d->config.dispute_post_conclusion_acceptance_period);
    if (d->is_new) {
        d->state = (ph_dispute_state_t){.start = now};
        d->state.validators_for = ph_bits_new(rt->arena, d->session.validators.count);
        d->state.validators_against = ph_bits_new(rt->arena, d->session.validators.count);
    } else if (d->state.concluded_at.some && d->state.concluded_at.value < oldest) {
        return PH_PARAS_DISPUTES_ERR_ANCIENT_DISPUTE_STATEMENT;
    }
    if (!ph_paras_disputes_backers_on_disputes_get(rt, set->session, &set->candidate_hash, &d->backers))
        d->backers = (ph_set_validator_index_t){0};
    return PH_OK;
}

/* ---- filtering ---- */

static bool well_signed(ph_rt_t *rt, const dispute_t *d, const set_t *set, size_t i)
{
    const ph_dispute_statement_t *statement = &set->statements.items[i]._0;
    ph_bytes_t payload;
    if (statement->kind == PH_DISPUTE_STATEMENT_VALID &&
        statement->valid.kind == PH_VALID_DISPUTE_STATEMENT_KIND_APPROVAL_CHECKING_MULTIPLE_CANDIDATES &&
        statement->valid.approval_checking_multiple_candidates.count >
            d->config.approval_voting_params.max_approval_coalesce_count)
        return false;
    if (ph_payload_of_dispute(rt->arena, &payload, statement, &set->candidate_hash, set->session) != PH_OK)
        return false;
    return ph_host_sr25519_verify(rt, set->statements.items[i]._2.bytes, payload,
                                  d->session.validators.items[set->statements.items[i]._1.v].bytes);
}

/* Imports the vote if it is good; one that is badly signed is taken back. */
static bool try_vote(ph_rt_t *rt, ph_dispute_import_t *import, const dispute_t *d, const set_t *set, size_t i)
{
    ph_dispute_undo_t undo;
    ph_validator_index_t validator = set->statements.items[i]._1;
    if (validator.v >= d->session.validators.count ||
        ph_dispute_import_vote(rt, import, &undo, validator, &set->statements.items[i]._0) != PH_OK)
        return false;
    if (well_signed(rt, d, set, i))
        return true;
    ph_dispute_import_undo(import, &undo);
    return false;
}

bool ph_disputes_filter(ph_rt_t *rt, set_t *set)
{
    dispute_t d;
    ph_dispute_import_t import;
    if (load(rt, &d, set) != PH_OK)
        return false;
    ph_dispute_import_begin(rt, &import, &d.state, &d.backers);
    bool *drop = ph_arena_alloc(rt->arena, set->statements.count);
    for (size_t i = 0; i < set->statements.count; i++)
        drop[i] = !try_vote(rt, &import, &d, set, i);
    if (!ph_dispute_has_both_sides(&import.state) || !(ph_dispute_flags(&import.state) & PH_DISPUTE_CONFIRMED))
        return false;
    __typeof__(set->statements) kept;
    ph_vec_alloc(rt, &kept, set->statements.count);
    if (kept.count > 0)
        memcpy(kept.items, set->statements.items, kept.count * sizeof *kept.items);
    for (size_t i = set->statements.count; i-- > 0;) /* the last one fills the gap, as in polkadot-sdk */
        if (drop[i])
            kept.items[i] = kept.items[--kept.count];
    set->statements = kept;
    return kept.count > 0;
}

/* ---- import ---- */

static void revert_and_freeze(ph_rt_t *rt, ph_block_number_t revert_to)
{
    ph_opt_block_number_t frozen;
    ph_paras_disputes_frozen_get(rt, &frozen);
    if (frozen.some && frozen.value <= revert_to)
        return;
    ph_paras_disputes_frozen_set(rt, &(ph_opt_block_number_t){true, revert_to});
    ph_paras_disputes_event_revert(rt, revert_to + 1);
    ph_deposit_consensus_log(rt, &(ph_consensus_log_t){.kind = PH_CONSENSUS_LOG_REVERT, .revert = revert_to + 1});
}

static void announce(ph_rt_t *rt, const set_t *set, bool is_new, int new_flags)
{
    if (is_new) {
        bool local = ph_paras_disputes_included_exists(rt, set->session, &set->candidate_hash);
        ph_dispute_location_t where = {local ? PH_DISPUTE_LOCATION_LOCAL : PH_DISPUTE_LOCATION_REMOTE};
        ph_paras_disputes_event_dispute_initiated(rt, &set->candidate_hash, where);
    }
    if (new_flags & PH_DISPUTE_FOR_SUPERMAJORITY)
        ph_paras_disputes_event_dispute_concluded(rt, &set->candidate_hash,
                                                  (ph_dispute_result_t){PH_DISPUTE_RESULT_VALID});
    if (new_flags & PH_DISPUTE_AGAINST_SUPERMAJORITY)
        ph_paras_disputes_event_dispute_concluded(rt, &set->candidate_hash,
                                                  (ph_dispute_result_t){PH_DISPUTE_RESULT_INVALID});
}

static ph_err_t import_votes(ph_rt_t *rt, ph_dispute_import_t *import, const dispute_t *d, const set_t *set)
{
    ph_dispute_undo_t undo;
    ph_dispute_import_begin(rt, import, &d->state, &d->backers);
    for (size_t i = 0; i < set->statements.count; i++)
        PH_TRY(ph_dispute_import_vote(rt, import, &undo, set->statements.items[i]._1, &set->statements.items[i]._0));
    if (!ph_dispute_has_both_sides(&import->state))
        return PH_PARAS_DISPUTES_ERR_SINGLE_SIDED_DISPUTE;
    if (!(ph_dispute_flags(&import->state) & PH_DISPUTE_CONFIRMED))
        return PH_PARAS_DISPUTES_ERR_UNCONFIRMED_DISPUTE;
    return import->backers.count > 0 ? PH_OK : PH_PARAS_DISPUTES_ERR_MISSING_BACKING_VOTES;
}

static ph_err_t import_set(ph_rt_t *rt, const set_t *set)
{
    dispute_t d;
    ph_dispute_import_t import;
    ph_dispute_summary_t summary;
    ph_block_number_t revert_to;
    PH_TRY(load(rt, &d, set));
    PH_TRY(import_votes(rt, &import, &d, set));
    ph_dispute_import_finish(rt, &import, &summary, ph_now(rt));
    ph_paras_disputes_backers_on_disputes_set(rt, set->session, &set->candidate_hash, &import.backers);
    announce(rt, set, d.is_new, summary.new_flags);
    ph_slashing_punish_against_valid(rt, set->session, &set->candidate_hash, &summary.slash_against);
    ph_slashing_punish_for_invalid(rt, set->session, &set->candidate_hash, &summary.slash_for, &import.backers);
    ph_paras_disputes_disputes_set(rt, set->session, &set->candidate_hash, &import.state);
    if ((summary.new_flags & PH_DISPUTE_AGAINST_BYZANTINE) &&
        ph_paras_disputes_included_get(rt, set->session, &set->candidate_hash, &revert_to))
        revert_and_freeze(rt, revert_to);
    return PH_OK;
}

ph_err_t ph_disputes_import(ph_rt_t *rt, const ph_vec_dispute_statement_set_t *sets)
{
    for (size_t i = 0; i < sets->count; i++)
        PH_TRY(import_set(rt, &sets->items[i]));
    return PH_OK;
}

/* ---- for the inherent ---- */

bool ph_disputes_concluded_invalid(ph_rt_t *rt, ph_session_index_t session, const ph_candidate_hash_t *candidate)
{
    ph_dispute_state_t state;
    return ph_paras_disputes_disputes_get(rt, session, candidate, &state) &&
           (ph_dispute_flags(&state) & PH_DISPUTE_AGAINST_SUPERMAJORITY);
}

void ph_disputes_note_included(ph_rt_t *rt, ph_session_index_t session, const ph_candidate_hash_t *candidate,
                               ph_block_number_t included_in)
{
    if (included_in == 0)
        return;
    ph_paras_disputes_included_set(rt, session, candidate, included_in - 1);
    if (ph_disputes_concluded_invalid(rt, session, candidate))
        revert_and_freeze(rt, included_in - 1);
}

bool ph_disputes_is_frozen(ph_rt_t *rt)
{
    ph_opt_block_number_t frozen;
    ph_paras_disputes_frozen_get(rt, &frozen);
    return frozen.some;
}
