/* Onboarding, offboarding, and moving between a core of its own and on-demand: asked for now, done two sessions later.
 */
#include "primitives/hash_of.h"
#include "runtime/message_queue.h"
#include "runtime/paras_internal.h"
#include "runtime/paras_shared.h"
#include "runtime/storage/configuration.h"
#include "runtime/support.h"
#include "runtime/vec.h"

static void set_lifecycle(ph_rt_t *rt, ph_para_id_t para, int kind)
{
    ph_paras_para_lifecycles_set(rt, para, (ph_para_lifecycle_t){(uint8_t)kind});
}

bool ph_paras_is_offboarding(ph_rt_t *rt, ph_para_id_t para)
{
    ph_para_lifecycle_t state;
    return ph_paras_para_lifecycles_get(rt, para, &state) && (state.kind == PH_PARA_LIFECYCLE_OFFBOARDING_PARATHREAD ||
                                                              state.kind == PH_PARA_LIFECYCLE_OFFBOARDING_PARACHAIN);
}

bool ph_paras_is_valid(ph_rt_t *rt, ph_para_id_t para)
{
    ph_para_lifecycle_t state;
    return ph_paras_para_lifecycles_get(rt, para, &state) && state.kind != PH_PARA_LIFECYCLE_ONBOARDING &&
           !ph_paras_is_offboarding(rt, para);
}

/* ---- sorted sets of paras ---- */

static size_t position(const ph_vec_para_id_t *set, ph_para_id_t para, bool *found)
{
    size_t i = 0;
    while (i < set->count && set->items[i].v < para.v)
        i++;
    *found = i < set->count && set->items[i].v == para.v;
    return i;
}

static void add_para(ph_rt_t *rt, ph_vec_para_id_t *set, ph_para_id_t para)
{
    bool found;
    size_t at = position(set, para, &found);
    if (!found)
        ph_vec_insert(rt, set, at, para);
}

static void remove_para(ph_vec_para_id_t *set, ph_para_id_t para)
{
    bool found;
    size_t at = position(set, para, &found);
    if (found)
        ph_vec_remove(set, at);
}

void ph_paras_queue_action(ph_rt_t *rt, ph_session_index_t session, ph_para_id_t para)
{
    ph_vec_para_id_t queue;
    ph_paras_actions_queue_get(rt, session, &queue);
    add_para(rt, &queue, para);
    ph_paras_actions_queue_set(rt, session, &queue);
}

/* ---- now ---- */

void ph_paras_initialize_now(ph_rt_t *rt, ph_para_id_t para, const ph_para_genesis_args_t *args)
{
    if (args->para_kind) {
        ph_vec_para_id_t parachains;
        ph_paras_parachains_get(rt, &parachains);
        add_para(rt, &parachains, para);
        ph_paras_parachains_set(rt, &parachains);
    }
    set_lifecycle(rt, para, args->para_kind ? PH_PARA_LIFECYCLE_PARACHAIN : PH_PARA_LIFECYCLE_PARATHREAD);
    if (args->validation_code.v.len > 0) { /* empty: stored and linked when onboarding was asked for */
        ph_validation_code_hash_t hash = ph_hash_of_code(args->validation_code);
        ph_paras_increase_code_ref(rt, &hash, args->validation_code);
        ph_paras_current_code_hash_set(rt, para, &hash);
    }
    ph_paras_heads_set(rt, para, args->genesis_head);
    ph_paras_most_recent_context_set(rt, para, 0);
}

static void offboard_now(ph_rt_t *rt, ph_para_id_t para, ph_block_number_t now)
{
    ph_validation_code_hash_t hash;
    ph_paras_heads_remove(rt, para);
    ph_paras_most_recent_context_remove(rt, para);
    ph_paras_future_code_upgrades_remove(rt, para);
    ph_paras_upgrade_go_ahead_signal_remove(rt, para);
    ph_paras_upgrade_restriction_signal_remove(rt, para);
    ph_paras_para_lifecycles_remove(rt, para);
    ph_paras_authorized_code_hash_remove(rt, para);
    if (ph_paras_future_code_hash_take(rt, para, &hash))
        ph_paras_decrease_code_ref(rt, &hash);
    if (ph_paras_current_code_hash_take(rt, para, &hash))
        ph_paras_note_past_code(rt, para, now, now, &hash);
}

/* ---- at a new session ---- */

static void change_parachains(ph_rt_t *rt, ph_para_id_t para, bool in)
{
    ph_vec_para_id_t parachains;
    ph_paras_parachains_get(rt, &parachains);
    if (in)
        add_para(rt, &parachains, para);
    else
        remove_para(&parachains, para);
    ph_paras_parachains_set(rt, &parachains);
}

static void act(ph_rt_t *rt, ph_vec_para_id_t *outgoing, ph_para_id_t para)
{
    ph_para_lifecycle_t state;
    ph_para_genesis_args_t genesis;
    if (!ph_paras_para_lifecycles_get(rt, para, &state))
        return;
    switch (state.kind) {
    case PH_PARA_LIFECYCLE_PARATHREAD:
    case PH_PARA_LIFECYCLE_PARACHAIN:
        break;
    case PH_PARA_LIFECYCLE_ONBOARDING:
        if (ph_paras_upcoming_paras_genesis_take(rt, para, &genesis))
            ph_paras_initialize_now(rt, para, &genesis);
        break;
    case PH_PARA_LIFECYCLE_UPGRADING_PARATHREAD:
        change_parachains(rt, para, true);
        set_lifecycle(rt, para, PH_PARA_LIFECYCLE_PARACHAIN);
        break;
    case PH_PARA_LIFECYCLE_DOWNGRADING_PARACHAIN:
        change_parachains(rt, para, false);
        set_lifecycle(rt, para, PH_PARA_LIFECYCLE_PARATHREAD);
        break;
    case PH_PARA_LIFECYCLE_OFFBOARDING_PARATHREAD:
    case PH_PARA_LIFECYCLE_OFFBOARDING_PARACHAIN:
        change_parachains(rt, para, false);
        offboard_now(rt, para, ph_now(rt));
        ph_vec_push(rt, outgoing, para);
        break;
    }
}

static void drop_timers(ph_vec_tup_para_id_block_number_t *timers, const ph_vec_para_id_t *gone)
{
    size_t kept = 0;
    for (size_t i = 0; i < timers->count; i++) {
        bool found;
        position(gone, timers->items[i]._0, &found);
        if (!found)
            timers->items[kept++] = timers->items[i];
    }
    timers->count = kept;
}

static void forget_upgrades(ph_rt_t *rt, const ph_vec_para_id_t *gone)
{
    ph_vec_tup_para_id_block_number_t timers;
    ph_paras_upcoming_upgrades_get(rt, &timers);
    drop_timers(&timers, gone);
    ph_paras_upcoming_upgrades_set(rt, &timers);
    ph_paras_upgrade_cooldowns_get(rt, &timers);
    drop_timers(&timers, gone);
    ph_paras_upgrade_cooldowns_set(rt, &timers);
    ph_paras_future_code_upgrades_at_get(rt, &timers);
    drop_timers(&timers, gone);
    ph_paras_future_code_upgrades_at_set(rt, &timers);
}

void ph_paras_on_new_session(ph_rt_t *rt, ph_vec_para_id_t *outgoing, const ph_para_session_change_t *change)
{
    ph_vec_para_id_t actions;
    ph_paras_actions_queue_take(rt, change->session, &actions);
    *outgoing = (ph_vec_para_id_t){0}; /* ascending, as the queue is */
    for (size_t i = 0; i < actions.count; i++)
        act(rt, outgoing, actions.items[i]);
    if (outgoing->count > 0)
        forget_upgrades(rt, outgoing);
    ph_paras_groom_pvf_votes(rt, &change->config, change->validators.count);
}

/* ---- asked for ---- */

ph_err_t ph_paras_schedule_initialize(ph_rt_t *rt, ph_para_id_t para, const ph_para_genesis_args_t *genesis)
{
    if (ph_paras_para_lifecycles_exists(rt, para) || genesis->validation_code.v.len == 0)
        return PH_PARAS_ERR_CANNOT_ONBOARD;
    set_lifecycle(rt, para, PH_PARA_LIFECYCLE_ONBOARDING);
    ph_validation_code_t code = genesis->validation_code;
    ph_para_genesis_args_t without_code = *genesis;
    without_code.validation_code = (ph_validation_code_t){0};
    ph_paras_upcoming_paras_genesis_set(rt, para, &without_code);
    ph_validation_code_hash_t hash = ph_hash_of_code(code);
    ph_paras_current_code_hash_set(rt, para, &hash);
    ph_host_configuration_t config;
    ph_configuration_active_config_get(rt, &config);
    ph_pvf_check_cause_t cause = {.kind = PH_PVF_CHECK_CAUSE_ONBOARDING, .onboarding = para};
    ph_paras_kick_off_pvf_check(rt, &cause, &hash, code, &config);
    return PH_OK;
}

static bool future_code_under_vote(ph_rt_t *rt, ph_para_id_t para)
{
    ph_validation_code_hash_t hash;
    ph_vec_validation_code_hash_t votes;
    if (!ph_paras_future_code_hash_get(rt, para, &hash))
        return false;
    ph_paras_pvf_active_vote_list_get(rt, &votes);
    for (size_t i = 0; i < votes.count; i++)
        if (ph_hash_is(&votes.items[i], &hash))
            return true;
    return false;
}

ph_err_t ph_paras_schedule_cleanup(ph_rt_t *rt, ph_para_id_t para)
{
    ph_para_lifecycle_t state;
    if (future_code_under_vote(rt, para))
        return PH_PARAS_ERR_CANNOT_OFFBOARD;
    if (!ph_paras_para_lifecycles_get(rt, para, &state))
        return PH_OK;
    if (state.kind == PH_PARA_LIFECYCLE_PARATHREAD)
        set_lifecycle(rt, para, PH_PARA_LIFECYCLE_OFFBOARDING_PARATHREAD);
    else if (state.kind == PH_PARA_LIFECYCLE_PARACHAIN)
        set_lifecycle(rt, para, PH_PARA_LIFECYCLE_OFFBOARDING_PARACHAIN);
    else
        return PH_PARAS_ERR_CANNOT_OFFBOARD;
    ph_paras_queue_action(rt, ph_paras_shared_scheduled_session(rt), para);
    return ph_message_queue_footprint(rt, para).count == 0 ? PH_OK : PH_PARAS_ERR_CANNOT_OFFBOARD;
}

static ph_err_t schedule_move(ph_rt_t *rt, ph_para_id_t para, int from, int through, ph_err_t otherwise)
{
    ph_para_lifecycle_t state;
    if (!ph_paras_para_lifecycles_get(rt, para, &state))
        return PH_PARAS_ERR_NOT_REGISTERED;
    if (state.kind != from)
        return otherwise;
    set_lifecycle(rt, para, through);
    ph_paras_queue_action(rt, ph_paras_shared_scheduled_session(rt), para);
    return PH_OK;
}

ph_err_t ph_paras_schedule_parathread_upgrade(ph_rt_t *rt, ph_para_id_t para)
{
    return schedule_move(rt, para, PH_PARA_LIFECYCLE_PARATHREAD, PH_PARA_LIFECYCLE_UPGRADING_PARATHREAD,
                         PH_PARAS_ERR_CANNOT_UPGRADE);
}

ph_err_t ph_paras_schedule_parachain_downgrade(ph_rt_t *rt, ph_para_id_t para)
{
    return schedule_move(rt, para, PH_PARA_LIFECYCLE_PARACHAIN, PH_PARA_LIFECYCLE_DOWNGRADING_PARACHAIN,
                         PH_PARAS_ERR_CANNOT_DOWNGRADE);
}
