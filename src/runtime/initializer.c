#include "runtime/initializer.h"

#include "runtime/configuration.h"
#include "runtime/disputes.h"
#include "runtime/dmp.h"
#include "runtime/hooks.h"
#include "runtime/hrmp.h"
#include "runtime/inclusion.h"
#include "runtime/origin.h"
#include "runtime/para_session_info.h"
#include "runtime/paras.h"
#include "runtime/paras_shared.h"
#include "runtime/scheduler.h"
#include "runtime/slashing.h"
#include "runtime/storage/babe.h"
#include "runtime/support.h"
#include "runtime/system.h"
#include "runtime/vec.h"

/* BABE's randomness of one epoch ago, with the subject in front. */
static void session_seed(ph_rt_t *rt, uint8_t out[32])
{
    uint8_t input[5 + 32] = "paras";
    ph_randomness_t randomness;
    ph_babe_next_randomness_get(rt, &randomness);
    memcpy(input + 5, randomness.bytes, 32);
    ph_host_blake2_256(rt, out, ph_bytes(input, sizeof input));
}

static ph_err_t apply(ph_rt_t *rt, const ph_buffered_session_change_t *next)
{
    ph_para_session_change_t change = {.session = next->session_index, .queued = next->queued};
    session_seed(rt, change.random_seed);
    ph_configuration_on_new_session(rt, &change.prev_config, &change.config, change.session);
    ph_paras_shared_on_new_session(rt, &change.validators, change.session, change.random_seed, &change.config,
                                   &next->validators);
    ph_vec_para_id_t outgoing;
    ph_paras_on_new_session(rt, &outgoing, &change);
    PH_TRY(ph_scheduler_on_new_session(rt, &change));
    ph_inclusion_on_new_session(rt, &outgoing);
    ph_para_session_info_note_session(rt, &change);
    ph_disputes_on_new_session(rt, &change);
    ph_slashing_on_new_session(rt, &change);
    ph_dmp_on_new_session(rt, &outgoing);
    ph_hrmp_on_new_session(rt, &outgoing, &change.prev_config);
    return PH_OK;
}

ph_err_t ph_initializer_on_initialize(ph_rt_t *rt, ph_block_number_t now)
{
    ph_paras_on_initialize(rt, now);
    ph_initializer_has_initialized_set(rt);
    return PH_OK;
}

ph_err_t ph_initializer_on_finalize(ph_rt_t *rt, ph_block_number_t now)
{
    ph_paras_on_finalize(rt, now);
    ph_vec_buffered_session_change_t buffered;
    ph_initializer_buffered_session_changes_take(rt, &buffered);
    if (buffered.count > 0)
        PH_TRY(apply(rt, &buffered.items[buffered.count - 1]));
    ph_initializer_has_initialized_remove(rt);
    return PH_OK;
}

bool ph_initializer_upcoming_session_change(ph_rt_t *rt)
{
    return ph_initializer_buffered_session_changes_count(rt) > 0;
}

ph_err_t ph_initializer_note_session(ph_rt_t *rt, ph_session_index_t session, const ph_vec_validator_id_t *validators,
                                     const ph_vec_validator_id_t *queued)
{
    ph_buffered_session_change_t change = {
        .validators = *validators, .queued = queued ? *queued : *validators, .session_index = session};
    if (session.v == 0)
        return apply(rt, &change);
    ph_vec_buffered_session_change_t buffered;
    ph_initializer_buffered_session_changes_get(rt, &buffered);
    ph_vec_push(rt, &buffered, change);
    ph_initializer_buffered_session_changes_set(rt, &buffered);
    return PH_OK;
}

static void para_keys(ph_rt_t *rt, ph_vec_validator_id_t *out, const ph_session_keys_t *keys, size_t count)
{
    ph_vec_alloc(rt, out, count);
    for (size_t i = 0; i < count; i++)
        out->items[i] = keys[i].para_validator;
}

ph_err_t ph_initializer_on_new_session(ph_rt_t *rt, const ph_session_change_t *change)
{
    ph_vec_validator_id_t validators, queued;
    para_keys(rt, &validators, change->keys, change->validator_count);
    para_keys(rt, &queued, change->queued_keys, change->queued_count);
    return ph_initializer_note_session(rt, change->session, &validators, &queued);
}

ph_err_t ph_initializer_on_genesis_session(ph_rt_t *rt, const ph_session_change_t *change)
{
    ph_vec_validator_id_t validators;
    para_keys(rt, &validators, change->keys, change->validator_count);
    return ph_initializer_note_session(rt, (ph_session_index_t){0}, &validators, NULL);
}

ph_err_t ph_initializer_call_force_approve(ph_rt_t *rt, const ph_origin_t *origin, ph_block_number_t up_to)
{
    PH_TRY(ph_ensure_root(origin));
    ph_deposit_consensus_log(rt, &(ph_consensus_log_t){.kind = PH_CONSENSUS_LOG_FORCE_APPROVE, .force_approve = up_to});
    return PH_OK;
}
