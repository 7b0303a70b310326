/* Scheduling and applying changes of the host configuration. */
#include "runtime/configuration.h"

#include "runtime/hooks.h"
#include "runtime/origin.h"
#include "runtime/paras_shared.h"
#include "runtime/vec.h"

ph_err_t ph_configuration_genesis_build(ph_rt_t *rt, const ph_host_configuration_t *config)
{
    const char *why = ph_configuration_inconsistency(config);
    if (why)
        return ph_rt_panic(rt, "host configuration is inconsistent: %s", why);
    ph_configuration_active_config_set(rt, config);
    return PH_OK;
}

void ph_configuration_on_new_session(ph_rt_t *rt, ph_host_configuration_t *prev, ph_host_configuration_t *now,
                                     ph_session_index_t session)
{
    ph_vec_tup_session_index_host_configuration_t pending, future = {0};
    ph_configuration_pending_configs_get(rt, &pending);
    ph_configuration_active_config_get(rt, prev);
    *now = *prev;
    if (pending.count == 0)
        return;
    bool applies = false;
    for (size_t i = 0; i < pending.count; i++) {
        if (pending.items[i]._0.v > session.v) {
            ph_vec_push(rt, &future, pending.items[i]);
            continue;
        }
        if (applies)
            ph_rt_log(rt, PH_LOG_ERROR, "configuration", "skipping a configuration scheduled for a past session");
        applies = true;
        *now = pending.items[i]._1;
    }
    if (applies)
        ph_configuration_active_config_set(rt, now);
    ph_configuration_pending_configs_set(rt, &future);
}

/* ---- changes ---- */

/* A change being made: alter `config` between begin and commit. */
typedef struct change {
    ph_vec_tup_session_index_host_configuration_t pending;
    ph_host_configuration_t config;
    bool base_was_consistent;
} change_t;

static void begin(ph_rt_t *rt, change_t *c)
{
    ph_configuration_pending_configs_get(rt, &c->pending);
    if (c->pending.count > 0)
        c->config = c->pending.items[c->pending.count - 1]._1;
    else
        ph_configuration_active_config_get(rt, &c->config);
    c->base_was_consistent = ph_configuration_inconsistency(&c->config) == NULL;
}

static ph_err_t check(ph_rt_t *rt, const change_t *c)
{
    bool bypass;
    ph_configuration_bypass_consistency_check_get(rt, &bypass);
    const char *why = bypass ? NULL : ph_configuration_inconsistency(&c->config);
    if (!why)
        return PH_OK;
    ph_rt_log(rt, PH_LOG_WARN, "configuration", "the new configuration is inconsistent: %s", why);
    return c->base_was_consistent ? PH_CONFIGURATION_ERR_INVALID_NEW_VALUE : PH_OK;
}

/* Replaces the pending configuration of the scheduled session, or adds one. */
static ph_err_t commit(ph_rt_t *rt, change_t *c)
{
    PH_TRY(check(rt, c));
    ph_session_index_t at = ph_paras_shared_scheduled_session(rt);
    size_t i = 0;
    while (i < c->pending.count && c->pending.items[i]._0.v < at.v)
        i++;
    if (i == c->pending.count) {
        ph_vec_push(rt, &c->pending, ((ph_tup_session_index_host_configuration_t){._0 = at}));
    }
    c->pending.items[i]._1 = c->config;
    ph_configuration_pending_configs_set(rt, &c->pending);
    return PH_OK;
}

ph_err_t ph_configuration_schedule_coretime_cores(ph_rt_t *rt, uint32_t cores)
{
    change_t c;
    begin(rt, &c);
    c.config.scheduler_params.num_cores = cores;
    return commit(rt, &c);
}

/* ---- calls: each sets one field ---- */

#define SETTER(name, type, field, value)                                                                               \
    ph_err_t ph_configuration_call_set_##name(ph_rt_t *rt, const ph_origin_t *origin, type new)                        \
    {                                                                                                                  \
        PH_TRY(ph_ensure_root(origin));                                                                                \
        change_t c;                                                                                                    \
        begin(rt, &c);                                                                                                 \
        c.config.field = value;                                                                                        \
        return commit(rt, &c);                                                                                         \
    }
#define SETTER_U32(name, field)      SETTER(name, uint32_t, field, new)
#define SETTER_BLOCKS(name, field)   SETTER(name, ph_block_number_t, field, new)
#define SETTER_SESSIONS(name, field) SETTER(name, ph_session_index_t, field, new)
#define SETTER_BALANCE(name, field)  SETTER(name, ph_balance_t, field, new)
#define SETTER_PERBILL(name, field)  SETTER(name, ph_perbill_t, field, new)

SETTER_BLOCKS(validation_upgrade_cooldown, validation_upgrade_cooldown)
SETTER_BLOCKS(validation_upgrade_delay, validation_upgrade_delay)
SETTER_BLOCKS(code_retention_period, code_retention_period)
SETTER_U32(max_code_size, max_code_size)
SETTER_U32(max_pov_size, max_pov_size)
SETTER_U32(max_head_data_size, max_head_data_size)
SETTER_U32(coretime_cores, scheduler_params.num_cores)
SETTER_BLOCKS(group_rotation_frequency, scheduler_params.group_rotation_frequency)
SETTER_BLOCKS(paras_availability_period, scheduler_params.paras_availability_period)
SETTER_U32(scheduling_lookahead, scheduler_params.lookahead)
SETTER(max_validators_per_core, const ph_opt_u32_t *, scheduler_params.max_validators_per_core, *new)
SETTER(max_validators, const ph_opt_u32_t *, max_validators, *new)
SETTER_SESSIONS(dispute_period, dispute_period)
SETTER_BLOCKS(dispute_post_conclusion_acceptance_period, dispute_post_conclusion_acceptance_period)
SETTER_U32(no_show_slots, no_show_slots)
SETTER_U32(n_delay_tranches, n_delay_tranches)
SETTER_U32(zeroth_delay_tranche_width, zeroth_delay_tranche_width)
SETTER_U32(needed_approvals, needed_approvals)
SETTER_U32(relay_vrf_modulo_samples, relay_vrf_modulo_samples)
SETTER_U32(max_upward_queue_count, max_upward_queue_count)
SETTER_U32(max_upward_queue_size, max_upward_queue_size)
SETTER_U32(max_downward_message_size, max_downward_message_size)
SETTER_U32(max_upward_message_size, max_upward_message_size)
SETTER_U32(max_upward_message_num_per_candidate, max_upward_message_num_per_candidate)
SETTER_BALANCE(hrmp_sender_deposit, hrmp_sender_deposit)
SETTER_BALANCE(hrmp_recipient_deposit, hrmp_recipient_deposit)
SETTER_U32(hrmp_channel_max_capacity, hrmp_channel_max_capacity)
SETTER_U32(hrmp_channel_max_total_size, hrmp_channel_max_total_size)
SETTER_U32(hrmp_max_parachain_inbound_channels, hrmp_max_parachain_inbound_channels)
SETTER_U32(hrmp_channel_max_message_size, hrmp_channel_max_message_size)
SETTER_U32(hrmp_max_parachain_outbound_channels, hrmp_max_parachain_outbound_channels)
SETTER_U32(hrmp_max_message_num_per_candidate, hrmp_max_message_num_per_candidate)
SETTER_SESSIONS(pvf_voting_ttl, pvf_voting_ttl)
SETTER_BLOCKS(minimum_validation_upgrade_delay, minimum_validation_upgrade_delay)
SETTER(async_backing_params, const ph_async_backing_params_t *, async_backing_params, *new)
SETTER(executor_params, const ph_executor_params_t *, executor_params, *new)
SETTER_BALANCE(on_demand_base_fee, scheduler_params.on_demand_base_fee)
SETTER_PERBILL(on_demand_fee_variability, scheduler_params.on_demand_fee_variability)
SETTER_U32(on_demand_queue_max_size, scheduler_params.on_demand_queue_max_size)
SETTER_PERBILL(on_demand_target_queue_utilization, scheduler_params.on_demand_target_queue_utilization)
SETTER_U32(minimum_backing_votes, minimum_backing_votes)
SETTER(approval_voting_params, const ph_approval_voting_params_t *, approval_voting_params, *new)
SETTER(scheduler_params, const ph_scheduler_params_t *, scheduler_params, *new)
SETTER_U32(max_relay_parent_session_age, max_relay_parent_session_age)

ph_err_t ph_configuration_call_set_hrmp_open_request_ttl(ph_rt_t *rt, const ph_origin_t *origin, uint32_t new)
{
    (void)rt, (void)origin, (void)new;
    return PH_ERR_OTHER_DISPATCH; /* "this doesn't have any effect" */
}

ph_err_t ph_configuration_call_set_bypass_consistency_check(ph_rt_t *rt, const ph_origin_t *origin, bool new)
{
    PH_TRY(ph_ensure_root(origin));
    ph_configuration_bypass_consistency_check_set(rt, new);
    return PH_OK;
}

ph_err_t ph_configuration_call_set_node_feature(ph_rt_t *rt, const ph_origin_t *origin, uint8_t index, bool value)
{
    PH_TRY(ph_ensure_root(origin));
    change_t c;
    begin(rt, &c);
    ph_bits_t old = c.config.node_features;
    size_t count = old.count > index ? old.count : (size_t)index + 1;
    c.config.node_features = ph_bits_new(rt->arena, count);
    if (old.count > 0)
        memcpy(c.config.node_features.bytes, old.bytes, (old.count + 7) / 8);
    ph_bits_set(c.config.node_features, index, value);
    return commit(rt, &c);
}
