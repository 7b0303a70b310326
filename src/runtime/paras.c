/* Heads, genesis, and the calls of the registry. */
#include "runtime/paras.h"

#include "primitives/hash_of.h"
#include "runtime/currency.h"
#include "runtime/fixed.h"
#include "runtime/hooks.h"
#include "runtime/paras_internal.h"
#include "runtime/paras_shared.h"
#include "runtime/scheduler.h"
#include "runtime/storage/configuration.h"
#include "runtime/storage/parachain_limits.h"
#include "runtime/support.h"
#include "runtime/vec.h"

/* Price of a block of cooldown that one does not want to wait for, where the chain does not say: Rococo's thousand
 * units a day of 14400 blocks. */
#define COOLDOWN_REMOVAL_MULTIPLIER 69444444444u

static ph_balance_t cooldown_removal_multiplier(ph_rt_t *rt)
{
    ph_parachain_limits_t limits;
    return ph_parachain_limits_limits_get(rt, &limits) ? limits.cooldown_removal_multiplier
                                                       : COOLDOWN_REMOVAL_MULTIPLIER;
}

void ph_paras_set_current_head(ph_rt_t *rt, ph_para_id_t para, ph_head_data_t head)
{
    ph_paras_heads_set(rt, para, head);
    ph_paras_event_current_head_updated(rt, para);
}

ph_err_t ph_paras_genesis_build(ph_rt_t *rt, const ph_genesis_para_t *paras, size_t para_count)
{
    for (size_t i = 0; i < para_count; i++) {
        if (paras[i].code.len == 0)
            return ph_rt_panic(rt, "empty validation code is not allowed in genesis");
        ph_para_genesis_args_t args = {
            .genesis_head = {paras[i].head}, .validation_code = {paras[i].code}, .para_kind = paras[i].is_parachain};
        ph_paras_initialize_now(rt, paras[i].id, &args);
        if (!paras[i].is_parachain)
            continue;
        ph_err_t err = ph_scheduler_assign_coretime(rt, paras[i].id);
        if (err)
            return ph_rt_panic(rt, "cannot assign coretime to para %u at genesis", paras[i].id.v);
    }
    return PH_OK;
}

/* ---- calls by root ---- */

static void force_current_code(ph_rt_t *rt, ph_para_id_t para, ph_validation_code_t code)
{
    ph_validation_code_hash_t hash = ph_hash_of_code(code);
    ph_paras_increase_code_ref(rt, &hash, code);
    ph_paras_set_current_code(rt, para, &hash, ph_now(rt));
    ph_paras_event_current_code_updated(rt, para);
}

ph_err_t ph_paras_call_force_set_current_code(ph_rt_t *rt, const ph_origin_t *origin, ph_para_id_t para,
                                              ph_validation_code_t new_code)
{
    PH_TRY(ph_ensure_root(origin));
    force_current_code(rt, para, new_code);
    return PH_OK;
}

ph_err_t ph_paras_call_force_set_current_head(ph_rt_t *rt, const ph_origin_t *origin, ph_para_id_t para,
                                              ph_head_data_t new_head)
{
    PH_TRY(ph_ensure_root(origin));
    ph_paras_set_current_head(rt, para, new_head);
    return PH_OK;
}

ph_err_t ph_paras_call_force_schedule_code_upgrade(ph_rt_t *rt, const ph_origin_t *origin, ph_para_id_t para,
                                                   ph_validation_code_t new_code, ph_block_number_t relay_parent_number)
{
    PH_TRY(ph_ensure_root(origin));
    ph_host_configuration_t config;
    ph_configuration_active_config_get(rt, &config);
    ph_paras_schedule_code_upgrade(rt, para, new_code, relay_parent_number, &config,
                                   (ph_upgrade_strategy_t){PH_UPGRADE_STRATEGY_APPLY_AT_EXPECTED_BLOCK});
    ph_paras_event_code_upgrade_scheduled(rt, para);
    return PH_OK;
}

ph_err_t ph_paras_call_force_note_new_head(ph_rt_t *rt, const ph_origin_t *origin, ph_para_id_t para,
                                           ph_head_data_t new_head)
{
    PH_TRY(ph_ensure_root(origin));
    ph_paras_note_new_head(rt, para, new_head, ph_now(rt));
    ph_paras_event_new_head_noted(rt, para);
    return PH_OK;
}

ph_err_t ph_paras_call_force_queue_action(ph_rt_t *rt, const ph_origin_t *origin, ph_para_id_t para)
{
    PH_TRY(ph_ensure_root(origin));
    ph_session_index_t next = {ph_sat_add_u32(ph_paras_shared_session(rt).v, 1)};
    ph_paras_queue_action(rt, next, para);
    ph_paras_event_action_queued(rt, para, next);
    return PH_OK;
}

ph_err_t ph_paras_call_poke_unused_validation_code(ph_rt_t *rt, const ph_origin_t *origin,
                                                   const ph_validation_code_hash_t *validation_code_hash)
{
    PH_TRY(ph_ensure_root(origin));
    uint32_t refs;
    ph_paras_code_by_hash_refs_get(rt, validation_code_hash, &refs);
    if (refs == 0)
        ph_paras_code_by_hash_remove(rt, validation_code_hash);
    return PH_OK;
}

ph_err_t ph_paras_call_force_set_most_recent_context(ph_rt_t *rt, const ph_origin_t *origin, ph_para_id_t para,
                                                     ph_block_number_t context)
{
    PH_TRY(ph_ensure_root(origin));
    ph_paras_most_recent_context_set(rt, para, context);
    return PH_OK;
}

ph_err_t ph_paras_call_authorize_force_set_current_code_hash(ph_rt_t *rt, const ph_origin_t *origin, ph_para_id_t para,
                                                             const ph_validation_code_hash_t *new_code_hash,
                                                             ph_block_number_t valid_period)
{
    PH_TRY(ph_ensure_root(origin));
    if (!ph_paras_is_valid(rt, para))
        return PH_PARAS_ERR_NOT_REGISTERED;
    ph_authorized_code_hash_and_expiry_t authorized = {.code_hash = *new_code_hash,
                                                       .expire_at = ph_sat_add_u32(ph_now(rt), valid_period)};
    ph_paras_authorized_code_hash_set(rt, para, &authorized);
    ph_paras_event_code_authorized(rt, para, new_code_hash, authorized.expire_at);
    return PH_OK;
}

/* ---- calls by anybody ---- */

ph_err_t ph_paras_call_apply_authorized_force_set_current_code(ph_rt_t *rt, const ph_origin_t *origin,
                                                               ph_para_id_t para, ph_validation_code_t new_code)
{
    (void)origin; /* the code says whether it is authorized */
    ph_authorized_code_hash_and_expiry_t authorized;
    PH_TRY(ph_paras_check_authorized(rt, &authorized, para, new_code));
    ph_paras_authorized_code_hash_remove(rt, para);
    force_current_code(rt, para, new_code);
    rt->pays_no = true;
    return PH_OK;
}

ph_err_t ph_paras_call_remove_upgrade_cooldown(ph_rt_t *rt, const ph_origin_t *origin, ph_para_id_t para)
{
    ph_account_id_t who;
    ph_vec_tup_para_id_block_number_t cooldowns;
    PH_TRY(ph_ensure_signed(origin, &who));
    ph_paras_upgrade_cooldowns_get(rt, &cooldowns);
    size_t i = 0;
    while (i < cooldowns.count && cooldowns.items[i]._0.v != para.v)
        i++;
    if (i == cooldowns.count) {
        ph_paras_upgrade_cooldowns_set(rt, &cooldowns); /* as the pallet: an absent list is an empty one from now on */
        return PH_OK;
    }
    uint32_t left = ph_sat_sub_u32(cooldowns.items[i]._1, ph_now(rt));
    PH_TRY(ph_currency_burn(rt, &who, ph_mul_div(left, cooldown_removal_multiplier(rt), 1)));
    ph_vec_remove(&cooldowns, i);
    ph_paras_upgrade_cooldowns_set(rt, &cooldowns);
    ph_paras_upgrade_restriction_signal_remove(rt, para);
    ph_paras_event_upgrade_cooldown_removed(rt, para);
    return PH_OK;
}
