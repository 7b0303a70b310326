/* ParachainHost, version 16: what validators ask about the state after a block. Questions that assume a candidate to be
 * included enact it first; a call's writes are thrown away. (Reference runtime.md, section 16.)
 */
#include "primitives/descriptor.h"
#include "primitives/hash_of.h"
#include "primitives/rotation.h"
#include "runtime/apis.h"
#include "runtime/dmp.h"
#include "runtime/hrmp.h"
#include "runtime/inclusion.h"
#include "runtime/message_queue.h"
#include "runtime/params.h"
#include "runtime/paras.h"
#include "runtime/paras_shared.h"
#include "runtime/scheduler.h"
#include "runtime/storage/configuration.h"
#include "runtime/storage/para_inherent.h"
#include "runtime/storage/para_session_info.h"
#include "runtime/storage/paras_disputes.h"
#include "runtime/storage/paras_slashing.h"
#include "runtime/support.h"
#include "runtime/vec.h"

#define MAX_CODE_COMPRESSION_RATIO 10
/* What nodes assume for head data, whatever the configuration allows. */
#define DEFAULT_MAX_HEAD_DATA_SIZE 20480

static ph_host_configuration_t active_config(ph_rt_t *rt)
{
    ph_host_configuration_t config;
    ph_configuration_active_config_get(rt, &config);
    return config;
}

/* ---- validators and groups ---- */

ph_err_t ph_api_parachain_host_validators(ph_rt_t *rt, ph_vec_validator_id_t *out)
{
    ph_paras_shared_active_validator_keys_get(rt, out);
    return PH_OK;
}

ph_err_t ph_api_parachain_host_validator_groups(ph_rt_t *rt, ph_tup_vec_vec_validator_index_group_rotation_info_t *out)
{
    ph_para_scheduler_validator_groups_get(rt, &out->_0);
    ph_scheduler_group_rotation_info(rt, &out->_1, ph_now(rt) + 1);
    return PH_OK;
}

ph_err_t ph_api_parachain_host_disabled_validators(ph_rt_t *rt, ph_vec_validator_index_t *out)
{
    ph_paras_shared_disabled_validators(rt, out);
    return PH_OK;
}

ph_err_t ph_api_parachain_host_session_index_for_child(ph_rt_t *rt, ph_session_index_t *out)
{
    *out = ph_paras_shared_session(rt);
    return PH_OK;
}

ph_err_t ph_api_parachain_host_session_info(ph_rt_t *rt, ph_session_index_t index, ph_opt_session_info_t *out)
{
    out->some = ph_para_session_info_sessions_get(rt, index, &out->value);
    return PH_OK;
}

ph_err_t ph_api_parachain_host_session_executor_params(ph_rt_t *rt, ph_session_index_t session_index,
                                                       ph_opt_executor_params_t *out)
{
    out->some = ph_para_session_info_session_executor_params_get(rt, session_index, &out->value);
    return PH_OK;
}

/* ---- cores ---- */

/* The block whose child the candidate was backed in, for telling its group. */
static ph_block_number_t scheduled_at(ph_rt_t *rt, const ph_pending_candidate_t *c)
{
    ph_relay_parent_info_t info;
    if (ph_descriptor_version(&c->descriptor).kind != PH_CANDIDATE_DESCRIPTOR_VERSION_V3)
        return c->relay_parent_number;
    ph_hash_t parent = ph_descriptor_scheduling_parent(&c->descriptor);
    return ph_paras_shared_allowed_relay_parents_get(rt, ph_paras_shared_session(rt), &parent, &info)
               ? info.number
               : c->relay_parent_number;
}

static void next_up(ph_opt_scheduled_core_t *out, const ph_claim_queue_t *claims, ph_core_index_t core)
{
    *out = (ph_opt_scheduled_core_t){0};
    for (size_t i = 0; i < claims->count; i++)
        if (claims->items[i].key.v == core.v && claims->items[i].value.count > 0)
            *out = (ph_opt_scheduled_core_t){.some = true, .value = {.para_id = claims->items[i].value.items[0]}};
}

static void occupied_core(ph_rt_t *rt, ph_occupied_core_t *out, const ph_pending_candidate_t *c,
                          const ph_claim_queue_t *claims)
{
    *out = (ph_occupied_core_t){.occupied_since = c->backed_in_number,
                                .time_out_at = ph_scheduler_times_out_at(rt, c->backed_in_number),
                                .availability = c->availability_votes,
                                .candidate_hash = c->hash,
                                .candidate_descriptor = c->descriptor};
    next_up(&out->next_up_on_available, claims, c->core);
    out->next_up_on_time_out = out->next_up_on_available;
    if (!ph_scheduler_group_assigned_to_core(rt, &out->group_responsible, c->core, scheduled_at(rt, c) + 1))
        ph_rt_log(rt, PH_LOG_WARN, "parachain-host", "no group for core %u at the candidate's parent", c->core.v);
}

static void mark_occupied(ph_rt_t *rt, ph_vec_core_state_t *cores, const ph_claim_queue_t *claims)
{
    ph_bytes_t cursor = {0};
    ph_para_id_t para;
    ph_vec_pending_candidate_t queue;
    while (ph_para_inclusion_pending_availability_next(rt, &cursor, &para, &queue))
        for (size_t i = 0; i < queue.count; i++) {
            if (queue.items[i].core.v >= cores->count)
                continue;
            ph_core_state_t *state = &cores->items[queue.items[i].core.v];
            state->kind = PH_CORE_STATE_OCCUPIED;
            occupied_core(rt, &state->occupied, &queue.items[i], claims);
        }
}

ph_err_t ph_api_parachain_host_availability_cores(ph_rt_t *rt, ph_vec_core_state_t *out)
{
    ph_claim_queue_t claims;
    ph_scheduler_claim_queue(rt, &claims);
    ph_vec_alloc(rt, out, ph_scheduler_core_count(rt));
    for (size_t i = 0; i < out->count; i++) {
        ph_opt_scheduled_core_t next;
        next_up(&next, &claims, (ph_core_index_t){(uint32_t)i});
        out->items[i].kind = next.some ? PH_CORE_STATE_SCHEDULED : PH_CORE_STATE_FREE;
        if (next.some)
            out->items[i].scheduled = next.value;
    }
    mark_occupied(rt, out, &claims);
    return PH_OK;
}

ph_err_t ph_api_parachain_host_claim_queue(ph_rt_t *rt, ph_claim_queue_t *out)
{
    ph_scheduler_claim_queue(rt, out);
    return PH_OK;
}

/* ---- under an assumption about the core ---- */

/* Makes the assumption come true in state; false if it does not hold. */
static bool assume(ph_rt_t *rt, ph_para_id_t para, ph_occupied_core_assumption_t assumption)
{
    ph_vec_pending_candidate_t queue;
    if (assumption.kind == PH_OCCUPIED_CORE_ASSUMPTION_INCLUDED)
        ph_inclusion_force_enact(rt, para);
    return assumption.kind != PH_OCCUPIED_CORE_ASSUMPTION_FREE ||
           !ph_para_inclusion_pending_availability_get(rt, para, &queue) || queue.count == 0;
}

/* The data on top of the para's head; the root is that of the state as it was before any assumption. */
static bool validation_data(ph_rt_t *rt, ph_persisted_validation_data_t *out, ph_para_id_t para, const ph_hash_t *root)
{
    if (!ph_paras_heads_get(rt, para, &out->parent_head))
        return false;
    out->relay_parent_number = ph_now(rt);
    out->relay_parent_storage_root = *root;
    out->max_pov_size = active_config(rt).max_pov_size;
    return true;
}

ph_err_t ph_api_parachain_host_persisted_validation_data(ph_rt_t *rt, ph_para_id_t para_id,
                                                         ph_occupied_core_assumption_t assumption,
                                                         ph_opt_persisted_validation_data_t *out)
{
    ph_hash_t root;
    ph_host_storage_root(rt, root.bytes, PH_STATE_VERSION);
    out->some = assume(rt, para_id, assumption) && validation_data(rt, &out->value, para_id, &root);
    return PH_OK;
}

static bool matches(const ph_persisted_validation_data_t *data, const ph_hash_t *expected)
{
    ph_hash_t hash = ph_hash_of_validation_data(data);
    return ph_hash_is(&hash, expected);
}

ph_err_t ph_api_parachain_host_assumed_validation_data(ph_rt_t *rt, ph_para_id_t para_id,
                                                       const ph_hash_t *expected_persisted_validation_data_hash,
                                                       ph_opt_tup_persisted_validation_data_validation_code_hash_t *out)
{
    ph_hash_t root;
    ph_vec_pending_candidate_t queue;
    ph_persisted_validation_data_t *data = &out->value._0;
    ph_host_storage_root(rt, root.bytes, PH_STATE_VERSION);
    bool found = validation_data(rt, data, para_id, &root) && matches(data, expected_persisted_validation_data_hash);
    if (!found && ph_para_inclusion_pending_availability_get(rt, para_id, &queue) && queue.count > 0) {
        ph_inclusion_force_enact(rt, para_id);
        found = validation_data(rt, data, para_id, &root) && matches(data, expected_persisted_validation_data_hash);
    }
    out->some = found && ph_paras_current_code_hash_get(rt, para_id, &out->value._1);
    return PH_OK;
}

ph_err_t ph_api_parachain_host_validation_code(ph_rt_t *rt, ph_para_id_t para_id,
                                               ph_occupied_core_assumption_t assumption, ph_opt_validation_code_t *out)
{
    out->some = assume(rt, para_id, assumption) && ph_paras_current_code(rt, para_id, &out->value);
    return PH_OK;
}

ph_err_t ph_api_parachain_host_validation_code_hash(ph_rt_t *rt, ph_para_id_t para_id,
                                                    ph_occupied_core_assumption_t assumption,
                                                    ph_opt_validation_code_hash_t *out)
{
    out->some = assume(rt, para_id, assumption) && ph_paras_current_code_hash_get(rt, para_id, &out->value);
    return PH_OK;
}

ph_err_t ph_api_parachain_host_check_validation_outputs(ph_rt_t *rt, ph_para_id_t para_id,
                                                        const ph_candidate_commitments_t *outputs, bool *out)
{
    *out = ph_inclusion_check_outputs(rt, para_id, ph_now(rt), outputs) == PH_OK;
    return PH_OK;
}

/* ---- candidates ---- */

ph_err_t ph_api_parachain_host_candidates_pending_availability(ph_rt_t *rt, ph_para_id_t para_id,
                                                               ph_vec_committed_candidate_receipt_t *out)
{
    ph_vec_pending_candidate_t queue;
    *out = (ph_vec_committed_candidate_receipt_t){0};
    if (!ph_para_inclusion_pending_availability_get(rt, para_id, &queue))
        return PH_OK;
    ph_vec_alloc(rt, out, queue.count);
    for (size_t i = 0; i < queue.count; i++)
        ph_inclusion_receipt(&out->items[i], &queue.items[i]);
    return PH_OK;
}

ph_err_t ph_api_parachain_host_candidate_pending_availability(ph_rt_t *rt, ph_para_id_t para_id,
                                                              ph_opt_committed_candidate_receipt_t *out)
{
    ph_vec_pending_candidate_t queue;
    out->some = ph_para_inclusion_pending_availability_get(rt, para_id, &queue) && queue.count > 0;
    if (out->some)
        ph_inclusion_receipt(&out->value, &queue.items[0]);
    return PH_OK;
}

/* Inclusion's events of the block, without those about upward messages. False: not one of these. */
static bool candidate_event(ph_candidate_event_t *out, const ph_event_t *event)
{
    const ph_event_para_inclusion_t *e = &event->para_inclusion;
    if (event->kind != PH_EVENT_PARA_INCLUSION)
        return false;
    switch (e->kind) {
    case PH_EVENT_PARA_INCLUSION_CANDIDATE_BACKED:
        out->kind = PH_CANDIDATE_EVENT_CANDIDATE_BACKED;
        out->candidate_backed._0 = e->candidate_backed._0;
        out->candidate_backed._1 = e->candidate_backed._1;
        out->candidate_backed._2 = e->candidate_backed._2;
        out->candidate_backed._3 = e->candidate_backed._3;
        return true;
    case PH_EVENT_PARA_INCLUSION_CANDIDATE_INCLUDED:
        out->kind = PH_CANDIDATE_EVENT_CANDIDATE_INCLUDED;
        out->candidate_included._0 = e->candidate_included._0;
        out->candidate_included._1 = e->candidate_included._1;
        out->candidate_included._2 = e->candidate_included._2;
        out->candidate_included._3 = e->candidate_included._3;
        return true;
    case PH_EVENT_PARA_INCLUSION_CANDIDATE_TIMED_OUT:
        out->kind = PH_CANDIDATE_EVENT_CANDIDATE_TIMED_OUT;
        out->candidate_timed_out._0 = e->candidate_timed_out._0;
        out->candidate_timed_out._1 = e->candidate_timed_out._1;
        out->candidate_timed_out._2 = e->candidate_timed_out._2;
        return true;
    }
    return false;
}

ph_err_t ph_api_parachain_host_candidate_events(ph_rt_t *rt, ph_vec_candidate_event_t *out)
{
    ph_vec_event_record_t events;
    ph_system_events_get(rt, &events);
    ph_vec_alloc(rt, out, events.count);
    out->count = 0;
    for (size_t i = 0; i < events.count; i++)
        if (candidate_event(&out->items[out->count], &events.items[i].event))
            out->count++;
    return PH_OK;
}

ph_err_t ph_api_parachain_host_on_chain_votes(ph_rt_t *rt, ph_opt_scraped_on_chain_votes_t *out)
{
    out->some = ph_para_inherent_on_chain_votes_get(rt, &out->value);
    return PH_OK;
}

/* ---- paras ---- */

ph_err_t ph_api_parachain_host_para_ids(ph_rt_t *rt, ph_vec_para_id_t *out)
{
    ph_bytes_t cursor = {0};
    ph_para_id_t para;
    *out = (ph_vec_para_id_t){0};
    while (ph_paras_heads_next(rt, &cursor, &para, NULL))
        ph_vec_push(rt, out, para);
    return PH_OK;
}

ph_err_t ph_api_parachain_host_validation_code_by_hash(ph_rt_t *rt, const ph_validation_code_hash_t *hash,
                                                       ph_opt_validation_code_t *out)
{
    out->some = ph_paras_code_by_hash_get(rt, hash, &out->value);
    return PH_OK;
}

ph_err_t ph_api_parachain_host_pvfs_require_precheck(ph_rt_t *rt, ph_vec_validation_code_hash_t *out)
{
    ph_paras_pvf_active_vote_list_get(rt, out);
    return PH_OK;
}

ph_err_t ph_api_parachain_host_dmq_contents(ph_rt_t *rt, ph_para_id_t recipient, ph_vec_inbound_downward_message_t *out)
{
    ph_dmp_contents(rt, out, recipient);
    return PH_OK;
}

ph_err_t ph_api_parachain_host_inbound_hrmp_channels_contents(ph_rt_t *rt, ph_para_id_t recipient,
                                                              ph_map_para_id_vec_inbound_hrmp_message_t *out)
{
    ph_hrmp_inbound_contents(rt, out, recipient);
    return PH_OK;
}

/* ---- limits on the next candidate ---- */

static ph_block_number_t min_relay_parent(ph_rt_t *rt, ph_para_id_t para)
{
    ph_block_number_t global, own;
    if (!ph_paras_shared_minimum_relay_parent(rt, &global))
        global = ph_now(rt);
    return ph_inclusion_most_recent_context(rt, para, &own) && own > global ? own : global;
}

static void message_limits(ph_rt_t *rt, ph_constraints_t *out, ph_para_id_t para, const ph_host_configuration_t *config)
{
    ph_message_queue_footprint_t upward = ph_message_queue_footprint(rt, para);
    ph_vec_inbound_downward_message_t downward;
    out->ump_remaining = config->max_upward_queue_count - (uint32_t)upward.count;
    out->ump_remaining_bytes = config->max_upward_queue_size - (uint32_t)upward.size;
    out->max_ump_num_per_candidate = config->max_upward_message_num_per_candidate;
    out->max_hrmp_num_per_candidate = config->hrmp_max_message_num_per_candidate;
    ph_dmp_contents(rt, &downward, para);
    ph_vec_alloc(rt, &out->dmp_remaining_messages, downward.count);
    for (size_t i = 0; i < downward.count; i++)
        out->dmp_remaining_messages.items[i] = downward.items[i].sent_at;
    ph_hrmp_valid_watermarks(rt, &out->hrmp_inbound.valid_watermarks, para);
    ph_hrmp_outbound_limits(rt, &out->hrmp_channels_out, para);
}

static bool constraints(ph_rt_t *rt, ph_constraints_t *out, ph_para_id_t para)
{
    ph_host_configuration_t config = active_config(rt);
    *out = (ph_constraints_t){.min_relay_parent_number = min_relay_parent(rt, para),
                              .max_pov_size = config.max_pov_size,
                              .max_code_size = config.max_code_size,
                              .max_head_data_size = DEFAULT_MAX_HEAD_DATA_SIZE};
    if (!ph_paras_heads_get(rt, para, &out->required_parent) ||
        !ph_paras_current_code_hash_get(rt, para, &out->validation_code_hash))
        return false;
    out->upgrade_restriction.some = ph_paras_upgrade_restriction_signal_get(rt, para, &out->upgrade_restriction.value);
    out->future_validation_code.some =
        ph_paras_future_code_upgrades_get(rt, para, &out->future_validation_code.value._0) &&
        ph_paras_future_code_hash_get(rt, para, &out->future_validation_code.value._1);
    message_limits(rt, out, para, &config);
    return true;
}

ph_err_t ph_api_parachain_host_backing_constraints(ph_rt_t *rt, ph_para_id_t para_id, ph_opt_constraints_t *out)
{
    out->some = constraints(rt, &out->value, para_id);
    return PH_OK;
}

ph_err_t ph_api_parachain_host_para_backing_state(ph_rt_t *rt, ph_para_id_t para_id, ph_opt_backing_state_t *out)
{
    ph_vec_pending_candidate_t queue;
    out->some = constraints(rt, &out->value.constraints, para_id);
    if (!out->some || !ph_para_inclusion_pending_availability_get(rt, para_id, &queue))
        return PH_OK;
    ph_vec_alloc(rt, &out->value.pending_availability, queue.count);
    for (size_t i = 0; i < queue.count; i++)
        out->value.pending_availability.items[i] =
            (ph_candidate_pending_availability_t){.candidate_hash = queue.items[i].hash,
                                                  .descriptor = queue.items[i].descriptor,
                                                  .commitments = queue.items[i].commitments,
                                                  .relay_parent_number = queue.items[i].relay_parent_number,
                                                  .max_pov_size = out->value.constraints.max_pov_size};
    return PH_OK;
}

/* ---- configuration ---- */

ph_err_t ph_api_parachain_host_minimum_backing_votes(ph_rt_t *rt, uint32_t *out)
{
    *out = active_config(rt).minimum_backing_votes;
    return PH_OK;
}

ph_err_t ph_api_parachain_host_async_backing_params(ph_rt_t *rt, ph_async_backing_params_t *out)
{
    *out = active_config(rt).async_backing_params;
    return PH_OK;
}

ph_err_t ph_api_parachain_host_node_features(ph_rt_t *rt, ph_node_features_t *out)
{
    *out = active_config(rt).node_features;
    return PH_OK;
}

ph_err_t ph_api_parachain_host_approval_voting_params(ph_rt_t *rt, ph_approval_voting_params_t *out)
{
    *out = active_config(rt).approval_voting_params;
    return PH_OK;
}

ph_err_t ph_api_parachain_host_validation_code_bomb_limit(ph_rt_t *rt, uint32_t *out)
{
    *out = active_config(rt).max_code_size * MAX_CODE_COMPRESSION_RATIO;
    return PH_OK;
}

ph_err_t ph_api_parachain_host_scheduling_lookahead(ph_rt_t *rt, uint32_t *out)
{
    *out = active_config(rt).scheduler_params.lookahead;
    return PH_OK;
}

ph_err_t ph_api_parachain_host_max_relay_parent_session_age(ph_rt_t *rt, uint32_t *out)
{
    *out = active_config(rt).max_relay_parent_session_age;
    return PH_OK;
}

ph_err_t ph_api_parachain_host_ancestor_relay_parent_info(ph_rt_t *rt, ph_session_index_t session_index,
                                                          const ph_hash_t *relay_parent,
                                                          ph_opt_relay_parent_info_t *out)
{
    out->some = ph_paras_shared_allowed_relay_parents_get(rt, session_index, relay_parent, &out->value);
    return PH_OK;
}

/* ---- disputes ---- */

ph_err_t ph_api_parachain_host_disputes(ph_rt_t *rt, ph_vec_tup_session_index_candidate_hash_dispute_state_t *out)
{
    ph_bytes_t cursor = {0};
    ph_tup_session_index_candidate_hash_dispute_state_t dispute;
    *out = (ph_vec_tup_session_index_candidate_hash_dispute_state_t){0};
    while (ph_paras_disputes_disputes_next(rt, &cursor, &dispute._0, &dispute._1, &dispute._2))
        ph_vec_push(rt, out, dispute);
    return PH_OK;
}

ph_err_t ph_api_parachain_host_unapplied_slashes_v2(ph_rt_t *rt,
                                                    ph_vec_tup_session_index_candidate_hash_pending_slashes_t *out)
{
    ph_bytes_t cursor = {0};
    ph_tup_session_index_candidate_hash_pending_slashes_t slashes;
    *out = (ph_vec_tup_session_index_candidate_hash_pending_slashes_t){0};
    while (ph_paras_slashing_unapplied_slashes_next(rt, &cursor, &slashes._0, &slashes._1, &slashes._2))
        ph_vec_push(rt, out, slashes);
    return PH_OK;
}

/* The older form knows two kinds of offence; what is of another kind is left out. */
ph_err_t ph_api_parachain_host_unapplied_slashes(ph_rt_t *rt,
                                                 ph_vec_tup_session_index_candidate_hash_legacy_pending_slashes_t *out)
{
    ph_vec_tup_session_index_candidate_hash_pending_slashes_t all;
    PH_TRY(ph_api_parachain_host_unapplied_slashes_v2(rt, &all));
    *out = (ph_vec_tup_session_index_candidate_hash_legacy_pending_slashes_t){0};
    for (size_t i = 0; i < all.count; i++) {
        __typeof__(*out->items) legacy = {
            ._0 = all.items[i]._0, ._1 = all.items[i]._1, ._2.keys = all.items[i]._2.keys};
        int kind = all.items[i]._2.kind.kind;
        if (kind == PH_DISPUTE_OFFENCE_KIND_FOR_INVALID_APPROVED)
            continue;
        legacy._2.kind.kind = kind == PH_DISPUTE_OFFENCE_KIND_AGAINST_VALID ? PH_SLASHING_OFFENCE_KIND_AGAINST_VALID
                                                                            : PH_SLASHING_OFFENCE_KIND_FOR_INVALID;
        ph_vec_push(rt, out, legacy);
    }
    return PH_OK;
}
