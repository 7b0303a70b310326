/* The life of a code upgrade: scheduled, pre-checked, announced, applied with a new head or at a block. */
#include "primitives/hash_of.h"
#include "runtime/paras_internal.h"
#include "runtime/registrar.h"
#include "runtime/storage/configuration.h"
#include "runtime/support.h"
#include "runtime/system.h"
#include "runtime/vec.h"

#define MIN_CODE_SIZE 9

typedef ph_vec_tup_para_id_block_number_t timers_t;

/* ---- lists of (para, block), ascending by block ---- */

size_t ph_paras_due(const timers_t *list, ph_block_number_t now)
{
    size_t n = 0;
    while (n < list->count && list->items[n]._1 <= now)
        n++;
    return n;
}

/* Rust's binary search finds the last of several equal keys; the new entry goes in front of it. */
void ph_paras_insert_by_block(ph_rt_t *rt, timers_t *list, ph_para_id_t para, ph_block_number_t at)
{
    size_t i = 0;
    while (i < list->count && list->items[i]._1 <= at)
        i++;
    if (i > 0 && list->items[i - 1]._1 == at)
        i--;
    ph_vec_insert(rt, list, i, ((ph_tup_para_id_block_number_t){para, at}));
}

/* ---- start ---- */

static bool may_start(ph_rt_t *rt, ph_para_id_t para, ph_validation_code_t code, const ph_validation_code_hash_t *hash,
                      const ph_host_configuration_t *config)
{
    const char *why = NULL;
    ph_validation_code_hash_t current;
    if (code.v.len < MIN_CODE_SIZE || code.v.len > config->max_code_size)
        why = "its size is out of bounds";
    else if (ph_paras_future_code_hash_exists(rt, para))
        why = "one is under way";
    else if (ph_paras_current_code_hash_get(rt, para, &current) && ph_hash_is(&current, hash))
        why = "the code is the current one";
    if (why)
        ph_rt_log(rt, PH_LOG_WARN, "paras", "upgrade of para %u ignored: %s", para.v, why);
    return why == NULL;
}

void ph_paras_schedule_code_upgrade(ph_rt_t *rt, ph_para_id_t para, ph_validation_code_t code,
                                    ph_block_number_t included_at, const ph_host_configuration_t *config,
                                    ph_upgrade_strategy_t strategy)
{
    ph_validation_code_hash_t hash = ph_hash_of_code(code);
    if (!may_start(rt, para, code, &hash, config))
        return;
    ph_paras_future_code_hash_set(rt, para, &hash);
    ph_paras_upgrade_restriction_signal_set(rt, para, (ph_upgrade_restriction_t){PH_UPGRADE_RESTRICTION_PRESENT});
    timers_t cooldowns;
    ph_paras_upgrade_cooldowns_get(rt, &cooldowns);
    ph_paras_insert_by_block(rt, &cooldowns, para, included_at + config->validation_upgrade_cooldown);
    ph_paras_upgrade_cooldowns_set(rt, &cooldowns);
    ph_pvf_check_cause_t cause = {.kind = PH_PVF_CHECK_CAUSE_UPGRADE,
                                  .upgrade = {.id = para, .included_at = included_at, .upgrade_strategy = strategy}};
    ph_paras_kick_off_pvf_check(rt, &cause, &hash, code, config);
}

ph_err_t ph_paras_schedule_code_upgrade_checked(ph_rt_t *rt, ph_para_id_t para, ph_validation_code_t code,
                                                ph_upgrade_strategy_t strategy)
{
    ph_host_configuration_t config;
    if (!ph_paras_can_upgrade(rt, para))
        return PH_PARAS_ERR_CANNOT_UPGRADE_CODE;
    ph_configuration_active_config_get(rt, &config);
    if (code.v.len < MIN_CODE_SIZE || code.v.len > config.max_code_size)
        return PH_PARAS_ERR_INVALID_CODE;
    ph_block_number_t at = ph_sat_add_u32(ph_now(rt), config.validation_upgrade_delay);
    ph_paras_schedule_code_upgrade(rt, para, code, at, &config, strategy);
    ph_paras_event_code_upgrade_scheduled(rt, para);
    return PH_OK;
}

bool ph_paras_can_upgrade(ph_rt_t *rt, ph_para_id_t para)
{
    return !ph_paras_future_code_hash_exists(rt, para) && !ph_paras_upgrade_restriction_signal_exists(rt, para);
}

/* ---- accepted ---- */

void ph_paras_proceed_with_upgrade(ph_rt_t *rt, ph_para_id_t para, const ph_validation_code_hash_t *hash,
                                   ph_block_number_t now, ph_block_number_t included_at,
                                   const ph_host_configuration_t *config, ph_upgrade_strategy_t strategy)
{
    ph_block_number_t expected_at = included_at + config->validation_upgrade_delay;
    if (expected_at < now + config->minimum_validation_upgrade_delay)
        expected_at = now + config->minimum_validation_upgrade_delay;
    timers_t timers;
    if (strategy.kind == PH_UPGRADE_STRATEGY_APPLY_AT_EXPECTED_BLOCK) {
        ph_paras_future_code_upgrades_at_get(rt, &timers);
        ph_paras_insert_by_block(rt, &timers, para, expected_at);
        ph_paras_future_code_upgrades_at_set(rt, &timers);
    } else {
        ph_paras_future_code_upgrades_set(rt, para, expected_at);
        ph_paras_upcoming_upgrades_get(rt, &timers);
        ph_paras_insert_by_block(rt, &timers, para, expected_at);
        ph_paras_upcoming_upgrades_set(rt, &timers);
    }
    ph_deposit_consensus_log(rt, &(ph_consensus_log_t){.kind = PH_CONSENSUS_LOG_PARA_SCHEDULE_UPGRADE_CODE,
                                                       .para_schedule_upgrade_code = {para, *hash, expected_at}});
}

/* ---- applied ---- */

/* False: the code to switch to is not there. */
static bool switch_code(ph_rt_t *rt, ph_para_id_t para, ph_block_number_t context)
{
    ph_block_number_t expected_at;
    ph_validation_code_hash_t hash;
    if (!ph_paras_future_code_upgrades_get(rt, para, &expected_at)) {
        ph_paras_upgrade_go_ahead_signal_remove(rt, para); /* an Abort has been seen */
        return true;
    }
    if (expected_at > context)
        return true;
    ph_paras_future_code_upgrades_remove(rt, para);
    ph_paras_upgrade_go_ahead_signal_remove(rt, para);
    if (!ph_paras_future_code_hash_take(rt, para, &hash)) {
        ph_rt_log(rt, PH_LOG_ERROR, "paras", "future code of para %u is missing", para.v);
        return false;
    }
    ph_paras_set_current_code(rt, para, &hash, expected_at);
    return true;
}

void ph_paras_note_new_head(ph_rt_t *rt, ph_para_id_t para, ph_head_data_t head, ph_block_number_t context)
{
    ph_paras_heads_set(rt, para, head);
    ph_paras_most_recent_context_set(rt, para, context);
    if (switch_code(rt, para, context))
        ph_registrar_on_new_head(rt, para);
}

/* ---- timers ---- */

static void signal_due_upgrades(ph_rt_t *rt, ph_block_number_t now)
{
    timers_t timers;
    ph_paras_upcoming_upgrades_get(rt, &timers);
    size_t due = ph_paras_due(&timers, now);
    for (size_t i = 0; i < due; i++)
        ph_paras_upgrade_go_ahead_signal_set(rt, timers.items[i]._0,
                                             (ph_upgrade_go_ahead_t){PH_UPGRADE_GO_AHEAD_GO_AHEAD});
    ph_vec_drop(&timers, due);
    ph_paras_upcoming_upgrades_set(rt, &timers);
}

static void apply_due_upgrades(ph_rt_t *rt, ph_block_number_t now)
{
    timers_t timers;
    ph_paras_future_code_upgrades_at_get(rt, &timers);
    size_t due = ph_paras_due(&timers, now);
    for (size_t i = 0; i < due; i++) {
        ph_validation_code_hash_t hash;
        if (ph_paras_future_code_hash_take(rt, timers.items[i]._0, &hash))
            ph_paras_set_current_code(rt, timers.items[i]._0, &hash, timers.items[i]._1);
        else
            ph_rt_log(rt, PH_LOG_ERROR, "paras", "future code of para %u is missing", timers.items[i]._0.v);
    }
    ph_vec_drop(&timers, due);
    ph_paras_future_code_upgrades_at_set(rt, &timers);
}

static void prune_authorizations(ph_rt_t *rt, ph_block_number_t now)
{
    ph_bytes_t cursor = {0};
    ph_para_id_t para;
    ph_authorized_code_hash_and_expiry_t authorized;
    while (ph_paras_authorized_code_hash_next(rt, &cursor, &para, &authorized))
        if (authorized.expire_at <= now)
            ph_paras_authorized_code_hash_remove(rt, para);
}

void ph_paras_on_initialize(ph_rt_t *rt, ph_block_number_t now)
{
    ph_paras_prune_old_code(rt, now);
    signal_due_upgrades(rt, now);
    apply_due_upgrades(rt, now);
    prune_authorizations(rt, now);
}

/* Lifts the restriction of paras whose cooldown is over. */
void ph_paras_on_finalize(ph_rt_t *rt, ph_block_number_t now)
{
    timers_t timers;
    ph_paras_upgrade_cooldowns_get(rt, &timers);
    size_t kept = 0;
    for (size_t i = 0; i < timers.count; i++) {
        if (timers.items[i]._1 <= now)
            ph_paras_upgrade_restriction_signal_remove(rt, timers.items[i]._0);
        else
            timers.items[kept++] = timers.items[i];
    }
    timers.count = kept;
    ph_paras_upgrade_cooldowns_set(rt, &timers);
}
