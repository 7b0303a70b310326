#include "runtime/para_inherent.h"

#include "primitives/hash_of.h"
#include "primitives/rotation.h"
#include "runtime/disputes.h"
#include "runtime/hooks.h"
#include "runtime/paras_shared.h"
#include "runtime/storage/babe.h"
#include "runtime/storage/configuration.h"
#include "runtime/support.h"
#include "runtime/vec.h"

typedef ph_parachains_inherent_data_t data_t;

/* ---- what happened, for the node to scrape ---- */

static void note_disputes(ph_rt_t *rt, ph_session_index_t session, const ph_vec_dispute_statement_set_t *disputes)
{
    ph_scraped_on_chain_votes_t votes;
    if (!ph_para_inherent_on_chain_votes_get(rt, &votes))
        votes = (ph_scraped_on_chain_votes_t){0};
    votes.session = session;
    votes.disputes = *disputes;
    ph_para_inherent_on_chain_votes_set(rt, &votes);
}

static void note_backings(ph_rt_t *rt, ph_session_index_t session, const ph_backing_record_t *record)
{
    ph_scraped_on_chain_votes_t votes;
    if (!ph_para_inherent_on_chain_votes_get(rt, &votes))
        votes = (ph_scraped_on_chain_votes_t){0};
    votes.session = session;
    votes.backing_validators_per_candidate = *record;
    ph_para_inherent_on_chain_votes_set(rt, &votes);
}

/* ---- the steps ---- */

static ph_err_t note_parent(ph_rt_t *rt, ph_hash_t *parent, const ph_header_t *header, ph_session_index_t session)
{
    ph_system_parent_hash_get(rt, parent);
    ph_hash_t hash = ph_hash_of_header(header);
    if (!ph_hash_is(&hash, parent))
        return PH_PARA_INHERENT_ERR_INVALID_PARENT_HEADER;
    ph_host_configuration_t config;
    ph_claim_queue_t claims;
    ph_configuration_active_config_get(rt, &config);
    ph_scheduler_claim_queue(rt, &claims);
    ph_paras_shared_new_block(rt, parent, &claims, ph_sat_sub_u32(ph_now(rt), 1), config.scheduler_params.lookahead,
                              &header->state_root, session);
    return PH_OK;
}

/* BABE's randomness of the parent block with the subject in front; the parent's hash if there is none. */
static void selection_seed(ph_rt_t *rt, uint8_t out[32], const ph_hash_t *parent)
{
    uint8_t input[32 + 32] = "candidate-seed-selection-subject";
    ph_opt_randomness_t randomness;
    ph_babe_author_vrf_randomness_get(rt, &randomness);
    if (randomness.some) {
        memcpy(input + 32, randomness.value.bytes, 32);
        ph_host_blake2_256(rt, out, ph_bytes(input, sizeof input));
    } else {
        memcpy(out, parent->bytes, 32);
    }
}

/* Keeps dispute statement sets that are worth importing and fit; *used is what they weigh. If all would not fit, those
 * in front go first, and also a set that turns out worthless uses up what it weighs. */
static void limit_disputes(ph_rt_t *rt, ph_vec_dispute_statement_set_t *disputes, ph_inherent_weight_t *used)
{
    ph_inherent_weight_t max = ph_inherent_max_weight(rt), all = ph_inherent_disputes_weight(disputes);
    bool too_much = all.ref_time > max.ref_time || all.len > max.len;
    ph_vec_dispute_statement_set_t kept;
    ph_vec_alloc(rt, &kept, disputes->count);
    kept.count = 0;
    *used = (ph_inherent_weight_t){0};
    for (size_t i = 0; i < disputes->count; i++) {
        ph_inherent_weight_t one = ph_inherent_dispute_weight(&disputes->items[i]);
        ph_inherent_weight_t with = {ph_sat_add_u64(used->ref_time, one.ref_time), ph_sat_add_u64(used->len, one.len)};
        if (too_much && (with.ref_time > max.ref_time || with.len > max.len))
            continue;
        *used = with;
        kept.items[kept.count] = disputes->items[i];
        if (ph_disputes_filter(rt, &kept.items[kept.count]))
            kept.count++;
    }
    *disputes = kept;
    if (!too_much)
        *used = ph_inherent_disputes_weight(disputes);
}

static void limit(ph_rt_t *rt, data_t *data, const ph_hash_t *parent)
{
    uint8_t seed[32];
    ph_inherent_weight_t max = ph_inherent_max_weight(rt), used;
    ph_disputes_sort(rt, &data->disputes);
    limit_disputes(rt, &data->disputes, &used);
    ph_inherent_weight_t left = {ph_sat_sub_u64(max.ref_time, used.ref_time), ph_sat_sub_u64(max.len, used.len)};
    selection_seed(rt, seed, parent);
    ph_inherent_limit(rt, &data->backed_candidates, &data->bitfields, left, seed);
}

static void import_disputes(ph_rt_t *rt, const ph_vec_dispute_statement_set_t *disputes, ph_session_index_t session)
{
    ph_err_t err = ph_disputes_import(rt, disputes);
    if (err)
        ph_rt_log(rt, PH_LOG_WARN, "para-inherent", "importing disputes failed with error 0x%x", (unsigned)err);
    note_disputes(rt, session, disputes);
}

/* Evicts candidates of this session that lost a dispute; *invalid are those, and the ones that built on them. */
static void free_disputed(ph_rt_t *rt, ph_bits_t cores, ph_vec_candidate_hash_t *invalid, const data_t *data,
                          ph_session_index_t session)
{
    ph_vec_candidate_hash_t concluded = {0};
    ph_freed_cores_t freed;
    for (size_t i = 0; i < data->disputes.count; i++) {
        const ph_dispute_statement_set_t *set = &data->disputes.items[i];
        if (set->session.v == session.v && ph_disputes_concluded_invalid(rt, session, &set->candidate_hash))
            ph_vec_push(rt, &concluded, set->candidate_hash);
    }
    *invalid = (ph_vec_candidate_hash_t){0};
    if (concluded.count == 0)
        return;
    ph_inclusion_free_disputed(rt, &freed, &concluded);
    for (size_t i = 0; i < freed.count; i++) {
        ph_vec_push(rt, invalid, freed.items[i].candidate);
        if (freed.items[i].core.v < cores.count)
            ph_bits_set(cores, freed.items[i].core.v, true);
    }
}

static void update_availability(ph_rt_t *rt, data_t *data, const ph_hash_t *parent, ph_session_index_t session,
                                ph_bits_t disputed_cores)
{
    ph_freed_cores_t freed;
    ph_inherent_sanitize_bitfields(rt, &data->bitfields, disputed_cores, parent, session);
    ph_inclusion_update_availability(rt, &freed, &data->bitfields, ph_paras_shared_active_validator_keys_count(rt));
    for (size_t i = 0; i < freed.count; i++)
        ph_disputes_note_included(rt, session, &freed.items[i].candidate, ph_now(rt));
    if (ph_scheduler_timeout_check_required(rt))
        ph_inclusion_free_timed_out(rt, &freed);
}

static ph_err_t back_candidates(ph_rt_t *rt, data_t *data, ph_session_index_t session,
                                const ph_vec_candidate_hash_t *invalid)
{
    ph_allowed_scheduling_parents_tracker_t parents;
    ph_core_claims_t claims;
    ph_scheduled_candidates_t candidates;
    ph_backing_record_t record;
    ph_paras_shared_allowed_scheduling_parents_get(rt, &parents);
    ph_scheduler_advance_claim_queue(rt, &claims, ph_inclusion_occupied_cores(rt),
                                     ph_initializer_upcoming_session_change(rt));
    ph_inherent_sanitize_candidates(rt, &candidates, &data->backed_candidates, &parents, claims.items, claims.count,
                                    invalid);
    if (candidates.count > claims.count)
        return PH_PARA_INHERENT_ERR_UNSCHEDULED_CANDIDATE;
    PH_TRY(ph_inclusion_process_candidates(rt, &record, &parents, &candidates));
    note_backings(rt, session, &record);
    ph_vec_alloc(rt, &data->backed_candidates, candidates.count);
    for (size_t i = 0; i < candidates.count; i++)
        data->backed_candidates.items[i] = *candidates.items[i].candidate;
    return PH_OK;
}

ph_err_t ph_para_inherent_process(ph_rt_t *rt, data_t *processed, const data_t *data)
{
    ph_session_index_t session = ph_paras_shared_session(rt);
    ph_vec_candidate_hash_t invalid;
    ph_hash_t parent;
    *processed = *data;
    PH_TRY(note_parent(rt, &parent, &data->parent_header, session));
    limit(rt, processed, &parent);
    import_disputes(rt, &processed->disputes, session);
    if (ph_disputes_is_frozen(rt)) { /* this chain is to be given up: nothing more may happen on it */
        processed->bitfields.count = 0;
        processed->backed_candidates.count = 0;
        return PH_OK;
    }
    ph_bits_t disputed_cores = ph_bits_new(rt->arena, ph_scheduler_core_count(rt));
    free_disputed(rt, disputed_cores, &invalid, processed, session);
    update_availability(rt, processed, &parent, session, disputed_cores);
    return back_candidates(rt, processed, session, &invalid);
}

/* ---- call, inherent, end of block ---- */

ph_err_t ph_para_inherent_call_enter(ph_rt_t *rt, const ph_origin_t *origin, const data_t *data)
{
    data_t processed;
    PH_TRY(ph_ensure_none(origin));
    if (ph_para_inherent_included_exists(rt))
        return PH_PARA_INHERENT_ERR_TOO_MANY_INCLUSION_INHERENTS;
    ph_para_inherent_included_set(rt);
    PH_TRY(ph_para_inherent_process(rt, &processed, data));
    return ph_parachains_inherent_data_equal(&processed, data)
               ? PH_OK
               : PH_PARA_INHERENT_ERR_INHERENT_DATA_FILTERED_DURING_EXECUTION;
}

ph_err_t ph_para_inherent_create_inherent(ph_rt_t *rt, bool *some, ph_writer_t *call, ph_bytes_t data)
{
    data_t proposed, processed;
    *some = false;
    if (data.len == 0)
        return PH_OK;
    ph_reader_t r = ph_reader(data); /* more may follow */
    if (ph_parachains_inherent_data_decode(&r, rt->arena, &proposed) != PH_OK) {
        ph_rt_log(rt, PH_LOG_WARN, "para-inherent", "the inherent's data does not decode");
        return PH_OK;
    }
    ph_err_t err = ph_para_inherent_process(rt, &processed, &proposed);
    if (err) {
        ph_rt_log(rt, PH_LOG_WARN, "para-inherent", "no inherent: its data fails with error 0x%x", (unsigned)err);
        return PH_OK;
    }
    ph_write_u8(call, PH_PALLET_PARA_INHERENT);
    ph_write_u8(call, 0); /* enter */
    ph_parachains_inherent_data_encode(call, &processed);
    *some = true;
    return PH_OK;
}

ph_err_t ph_para_inherent_on_finalize(ph_rt_t *rt)
{
    if (!ph_para_inherent_included_take(rt))
        return ph_rt_panic(rt, "the parachains inherent was not executed in this block");
    return PH_OK;
}
