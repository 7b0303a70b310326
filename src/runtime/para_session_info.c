#include "runtime/para_session_info.h"

#include "runtime/hooks.h"
#include "runtime/paras_shared.h"
#include "runtime/storage/authority_discovery.h"
#include "runtime/storage/para_scheduler.h"
#include "runtime/storage/session.h"
#include "runtime/support.h"
#include "runtime/vec.h"

static void prune(ph_rt_t *rt, ph_session_index_t session, ph_session_index_t dispute_period)
{
    ph_session_index_t old;
    ph_para_session_info_earliest_stored_session_get(rt, &old);
    if (old.v == 0 && !ph_para_session_info_sessions_exists(rt, old)) {
        ph_para_session_info_earliest_stored_session_set(rt, session);
        return;
    }
    ph_session_index_t earliest = {ph_sat_sub_u32(session.v, dispute_period.v)};
    if (earliest.v < old.v)
        earliest = old;
    for (ph_session_index_t s = old; s.v < earliest.v; s.v++) {
        ph_para_session_info_sessions_remove(rt, s);
        ph_para_session_info_account_keys_remove(rt, s);
        ph_para_session_info_session_executor_params_remove(rt, s);
    }
    ph_para_session_info_earliest_stored_session_set(rt, earliest);
}

static bool is_active(const ph_vec_validator_index_t *active, size_t index)
{
    for (size_t i = 0; i < active->count; i++)
        if (active->items[i].v == index)
            return true;
    return false;
}

/* Discovery keys of the active validators in their order, then those of the others. */
static void discovery_keys(ph_rt_t *rt, ph_vec_authority_discovery_id_t *out, const ph_vec_validator_index_t *active)
{
    ph_vec_authority_discovery_id_t all;
    ph_authority_discovery_keys_get(rt, &all);
    ph_vec_alloc(rt, out, active->count + all.count);
    out->count = 0;
    for (size_t i = 0; i < active->count; i++)
        if (active->items[i].v < all.count)
            out->items[out->count++] = all.items[active->items[i].v];
    for (size_t i = 0; i < all.count; i++)
        if (!is_active(active, i))
            out->items[out->count++] = all.items[i];
}

static void assignment_keys(ph_rt_t *rt, ph_vec_assignment_id_t *out, const ph_vec_validator_index_t *active)
{
    ph_vec_assignment_id_t all;
    ph_para_session_info_assignment_keys_unsafe_get(rt, &all);
    ph_vec_alloc(rt, out, active->count);
    out->count = 0;
    for (size_t i = 0; i < active->count; i++)
        if (active->items[i].v < all.count)
            out->items[out->count++] = all.items[active->items[i].v];
}

static void account_keys(ph_rt_t *rt, ph_vec_account_id_t *out, const ph_vec_validator_index_t *active)
{
    ph_vec_account_id_t all;
    ph_session_validators_get(rt, &all);
    ph_vec_alloc(rt, out, active->count);
    out->count = 0;
    for (size_t i = 0; i < active->count; i++)
        if (active->items[i].v < all.count)
            out->items[out->count++] = all.items[active->items[i].v];
}

void ph_para_session_info_note_session(ph_rt_t *rt, const ph_para_session_change_t *change)
{
    const ph_host_configuration_t *config = &change->config;
    prune(rt, change->session, config->dispute_period);

    ph_session_info_t info = {
        .dispute_period = config->dispute_period,
        .validators = change->validators,
        .zeroth_delay_tranche_width = config->zeroth_delay_tranche_width,
        .relay_vrf_modulo_samples = config->relay_vrf_modulo_samples,
        .n_delay_tranches = config->n_delay_tranches,
        .no_show_slots = config->no_show_slots,
        .needed_approvals = config->needed_approvals,
    };
    memcpy(&info.random_seed, change->random_seed, 32);
    ph_paras_shared_active_validator_indices_get(rt, &info.active_validator_indices);
    ph_para_scheduler_validator_groups_get(rt, &info.validator_groups);
    info.n_cores = (uint32_t)info.validator_groups.count;
    discovery_keys(rt, &info.discovery_keys, &info.active_validator_indices);
    assignment_keys(rt, &info.assignment_keys, &info.active_validator_indices);

    ph_vec_account_id_t accounts;
    account_keys(rt, &accounts, &info.active_validator_indices);
    ph_para_session_info_account_keys_set(rt, change->session, &accounts);
    ph_para_session_info_sessions_set(rt, change->session, &info);
    ph_para_session_info_session_executor_params_set(rt, change->session, &config->executor_params);
}

/* Only the assignment keys are noted here; the rest waits for Initializer. */
ph_err_t ph_para_session_info_on_new_session(ph_rt_t *rt, const ph_session_change_t *change)
{
    ph_vec_assignment_id_t keys;
    ph_vec_alloc(rt, &keys, change->validator_count);
    for (size_t i = 0; i < keys.count; i++)
        keys.items[i] = change->keys[i].para_assignment;
    ph_para_session_info_assignment_keys_unsafe_set(rt, &keys);
    return PH_OK;
}
