/* Validator groups, their rotation over the cores, availability timeouts. */
#include "runtime/scheduler.h"

#include "primitives/rotation.h"
#include "runtime/storage/configuration.h"
#include "runtime/support.h"
#include "runtime/vec.h"

static void scheduler_params(ph_rt_t *rt, ph_scheduler_params_t *out)
{
    ph_host_configuration_t config;
    ph_configuration_active_config_get(rt, &config);
    *out = config.scheduler_params;
}

/* ---- validator groups ---- */

/* Contiguous runs of the shuffled validators; the first (n mod cores) groups have one more. */
static void make_groups(ph_rt_t *rt, ph_vec_vec_validator_index_t *out, size_t validator_count, size_t core_count)
{
    ph_vec_alloc(rt, out, core_count);
    uint32_t next = 0;
    for (size_t g = 0; g < core_count; g++) {
        size_t size = validator_count / core_count + (g < validator_count % core_count ? 1 : 0);
        ph_vec_alloc(rt, &out->items[g], size);
        for (size_t i = 0; i < size; i++)
            out->items[g].items[i].v = next++;
    }
}

/* Beyond it neither body of the runtime could hold the groups; the pallet runs out of memory somewhere there. */
#define MAX_CORES (1u << 20)

ph_err_t ph_scheduler_on_new_session(ph_rt_t *rt, const ph_para_session_change_t *change)
{
    const ph_scheduler_params_t *params = &change->config.scheduler_params;
    size_t validator_count = change->validators.count, core_count = params->num_cores;
    if (params->max_validators_per_core.some && params->max_validators_per_core.value != 0) {
        size_t enough = validator_count / params->max_validators_per_core.value;
        if (enough > core_count)
            core_count = enough;
    }
    if (core_count > MAX_CORES)
        return ph_rt_panic(rt, "%zu cores are too many", core_count);
    ph_vec_vec_validator_index_t groups = {0};
    if (validator_count > 0 && core_count > 0)
        make_groups(rt, &groups, validator_count, core_count);
    ph_para_scheduler_validator_groups_set(rt, &groups);
    ph_para_scheduler_session_start_block_set(rt, ph_now(rt) + 1);
    return PH_OK;
}

uint32_t ph_scheduler_core_count(ph_rt_t *rt)
{
    return ph_para_scheduler_validator_groups_count(rt);
}

bool ph_scheduler_group_assigned_to_core(ph_rt_t *rt, ph_group_index_t *group, ph_core_index_t core,
                                         ph_block_number_t at)
{
    ph_scheduler_params_t params;
    ph_block_number_t start;
    scheduler_params(rt, &params);
    ph_para_scheduler_session_start_block_get(rt, &start);
    uint32_t group_count = ph_scheduler_core_count(rt);
    if (at < start || core.v >= group_count || params.group_rotation_frequency == 0)
        return false;
    uint64_t rotations = (at - start) / params.group_rotation_frequency;
    group->v = (uint32_t)((core.v + rotations) % group_count);
    return true;
}

bool ph_scheduler_group_validators(ph_rt_t *rt, ph_vec_validator_index_t *out, ph_group_index_t group)
{
    ph_vec_vec_validator_index_t groups;
    ph_para_scheduler_validator_groups_get(rt, &groups);
    if (group.v >= groups.count)
        return false;
    *out = groups.items[group.v];
    return true;
}

void ph_scheduler_group_rotation_info(ph_rt_t *rt, ph_group_rotation_info_t *out, ph_block_number_t now)
{
    ph_scheduler_params_t params;
    scheduler_params(rt, &params);
    out->group_rotation_frequency = params.group_rotation_frequency;
    out->now = now;
    ph_para_scheduler_session_start_block_get(rt, &out->session_start_block);
}

/* ---- availability timeouts ---- */

bool ph_scheduler_timeout_check_required(ph_rt_t *rt)
{
    ph_scheduler_params_t params;
    ph_group_rotation_info_t info;
    ph_block_number_t next = ph_now(rt) + 1;
    scheduler_params(rt, &params);
    ph_scheduler_group_rotation_info(rt, &info, next);
    return next < ph_rotation_last_at(&info) + params.paras_availability_period;
}

ph_block_number_t ph_scheduler_times_out_at(ph_rt_t *rt, ph_block_number_t pending_since)
{
    ph_scheduler_params_t params;
    scheduler_params(rt, &params);
    if (ph_scheduler_timeout_check_required(rt))
        return pending_since + params.paras_availability_period;
    ph_group_rotation_info_t info;
    ph_scheduler_group_rotation_info(rt, &info, ph_now(rt));
    return ph_rotation_next_at(&info) + params.paras_availability_period;
}
