/* Validation code by its hash: reference counts, past code, the current code of a para. */
#include "primitives/hash_of.h"
#include "runtime/paras_internal.h"
#include "runtime/storage/configuration.h"
#include "runtime/support.h"
#include "runtime/system.h"
#include "runtime/vec.h"

/* ---- references ---- */

void ph_paras_increase_code_ref(ph_rt_t *rt, const ph_validation_code_hash_t *hash, ph_validation_code_t code)
{
    uint32_t refs;
    ph_paras_code_by_hash_refs_get(rt, hash, &refs);
    if (refs == 0)
        ph_paras_code_by_hash_set(rt, hash, code);
    ph_paras_code_by_hash_refs_set(rt, hash, refs + 1);
}

void ph_paras_decrease_code_ref(ph_rt_t *rt, const ph_validation_code_hash_t *hash)
{
    uint32_t refs;
    ph_paras_code_by_hash_refs_get(rt, hash, &refs);
    if (refs == 0) {
        ph_rt_log(rt, PH_LOG_ERROR, "paras", "code references are zero already");
    } else if (refs == 1) {
        ph_paras_code_by_hash_remove(rt, hash);
        ph_paras_code_by_hash_refs_remove(rt, hash);
    } else {
        ph_paras_code_by_hash_refs_set(rt, hash, refs - 1);
    }
}

/* ---- past code ---- */

void ph_paras_note_past_code(ph_rt_t *rt, ph_para_id_t para, ph_block_number_t at, ph_block_number_t now,
                             const ph_validation_code_hash_t *old)
{
    ph_para_past_code_meta_t meta;
    ph_paras_past_code_meta_get(rt, para, &meta);
    ph_vec_push(rt, &meta.upgrade_times, ((ph_replacement_times_t){.expected_at = at, .activated_at = now}));
    ph_paras_past_code_meta_set(rt, para, &meta);
    ph_paras_past_code_hash_set(rt, &(ph_tup_para_id_block_number_t){para, at}, old);

    ph_vec_tup_para_id_block_number_t pruning;
    ph_paras_past_code_pruning_get(rt, &pruning);
    ph_paras_insert_by_block(rt, &pruning, para, now);
    ph_paras_past_code_pruning_set(rt, &pruning);
}

/* Forgets the para's codes that were replaced at or before `height`. */
static void prune_para(ph_rt_t *rt, ph_para_id_t para, ph_block_number_t height)
{
    ph_para_past_code_meta_t meta;
    ph_paras_past_code_meta_get(rt, para, &meta);
    size_t n = 0;
    while (n < meta.upgrade_times.count && meta.upgrade_times.items[n].activated_at <= height)
        n++;
    for (size_t i = 0; i < n; i++) {
        ph_tup_para_id_block_number_t key = {para, meta.upgrade_times.items[i].expected_at};
        ph_validation_code_hash_t removed;
        if (ph_paras_past_code_hash_take(rt, &key, &removed))
            ph_paras_decrease_code_ref(rt, &removed);
        else
            ph_rt_log(rt, PH_LOG_WARN, "paras", "past code of para %u is missing", para.v);
    }
    if (n > 0)
        meta.last_pruned = (ph_opt_block_number_t){true, meta.upgrade_times.items[n - 1].activated_at};
    ph_vec_drop(&meta.upgrade_times, n);
    if (meta.upgrade_times.count == 0 && !ph_paras_heads_exists(rt, para))
        ph_paras_past_code_meta_remove(rt, para);
    else
        ph_paras_past_code_meta_set(rt, para, &meta);
}

void ph_paras_prune_old_code(ph_rt_t *rt, ph_block_number_t now)
{
    ph_host_configuration_t config;
    ph_configuration_active_config_get(rt, &config);
    if (now <= config.code_retention_period)
        return;
    ph_block_number_t height = now - config.code_retention_period - 1;
    ph_vec_tup_para_id_block_number_t tasks;
    ph_paras_past_code_pruning_get(rt, &tasks);
    size_t due = ph_paras_due(&tasks, height);
    for (size_t i = 0; i < due; i++)
        prune_para(rt, tasks.items[i]._0, height);
    ph_vec_drop(&tasks, due);
    ph_paras_past_code_pruning_set(rt, &tasks);
}

/* ---- current code ---- */

bool ph_paras_current_code(ph_rt_t *rt, ph_para_id_t para, ph_validation_code_t *code)
{
    ph_validation_code_hash_t hash;
    return ph_paras_current_code_hash_get(rt, para, &hash) && ph_paras_code_by_hash_get(rt, &hash, code);
}

void ph_paras_set_current_code(ph_rt_t *rt, ph_para_id_t para, const ph_validation_code_hash_t *hash,
                               ph_block_number_t at)
{
    ph_validation_code_hash_t prior;
    bool had_code = ph_paras_current_code_hash_get(rt, para, &prior);
    ph_paras_current_code_hash_set(rt, para, hash);
    ph_deposit_consensus_log(
        rt, &(ph_consensus_log_t){.kind = PH_CONSENSUS_LOG_PARA_UPGRADE_CODE, .para_upgrade_code = {para, *hash}});
    if (had_code)
        ph_paras_note_past_code(rt, para, at, ph_now(rt), &prior);
    else
        ph_rt_log(rt, PH_LOG_ERROR, "paras", "para %u had no code", para.v);
}

ph_err_t ph_paras_check_authorized(ph_rt_t *rt, ph_authorized_code_hash_and_expiry_t *out, ph_para_id_t para,
                                   ph_validation_code_t code)
{
    if (!ph_paras_authorized_code_hash_get(rt, para, out))
        return PH_PARAS_ERR_NOTHING_AUTHORIZED;
    if (out->expire_at <= ph_now(rt))
        return PH_PARAS_ERR_INVALID_BLOCK_NUMBER;
    ph_validation_code_hash_t hash = ph_hash_of_code(code);
    return ph_hash_is(&out->code_hash, &hash) ? PH_OK : PH_PARAS_ERR_UNAUTHORIZED;
}
