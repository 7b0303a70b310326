#include "node/collator_protocol/sides.h"

/* What the runtime knows about a leaf. All is asked at once; the session's authorities when its index is known. */

static const ph_collator_protocol_config_t *config_of(ph_job_t *job)
{
    return ph_config(ph_job_self(job));
}

static bool collates(ph_job_t *job)
{
    return ((const state_t *)ph_state(ph_job_self(job)))->collates;
}

static void all_answered(ph_job_t *job, void *flow)
{
    leaf_t *leaf = flow;
    leaf->ready = true;
    if (leaf->failed)
        ph_complain(ph_job_self(job), PH_LOG_INFO, "the runtime does not answer about a leaf");
    if (collates(job))
        ph_collator_on_ready(job);
    else
        ph_validator_on_ready(job);
}

static void answered(leaf_t *leaf, bool well)
{
    if (!well)
        leaf->failed = true;
    ph_join_done(leaf->answers);
}

static void note_groups(ph_job_t *job, void *flow, ph_err_t err,
                        const ph_res_tup_vec_vec_validator_index_group_rotation_info_runtime_api_error_t *groups)
{
    leaf_t *leaf = flow;
    bool well = !err && groups->kind == PH_RES_TUP_VEC_VEC_VALIDATOR_INDEX_GROUP_ROTATION_INFO_RUNTIME_API_ERROR_OK;
    if (well) {
        ph_job_keep_reply(job);
        leaf->groups = groups->ok._0;
        leaf->rotation = groups->ok._1;
    }
    answered(leaf, well);
}

static void note_cores(ph_job_t *job, void *flow, ph_err_t err, const ph_res_vec_core_state_runtime_api_error_t *cores)
{
    leaf_t *leaf = flow;
    bool well = !err && cores->kind == PH_RES_VEC_CORE_STATE_RUNTIME_API_ERROR_OK;
    if (well) {
        ph_job_keep_reply(job);
        leaf->cores = cores->ok;
    }
    answered(leaf, well);
}

static void note_claims(ph_job_t *job, void *flow, ph_err_t err,
                        const ph_res_map_core_index_vec_para_id_runtime_api_error_t *claims)
{
    leaf_t *leaf = flow;
    bool well = !err && claims->kind == PH_RES_MAP_CORE_INDEX_VEC_PARA_ID_RUNTIME_API_ERROR_OK;
    if (well) {
        ph_job_keep_reply(job);
        leaf->claims = claims->ok;
    }
    answered(leaf, well);
}

static void note_authorities(ph_job_t *job, void *flow, ph_err_t err,
                             const ph_res_opt_session_info_runtime_api_error_t *info)
{
    leaf_t *leaf = flow;
    bool well = !err && info->kind == PH_RES_OPT_SESSION_INFO_RUNTIME_API_ERROR_OK && info->ok.some;
    if (well) {
        ph_job_keep_reply(job);
        leaf->authorities = info->ok.value.discovery_keys;
        leaf->validators = info->ok.value.validators;
    }
    answered(leaf, well);
}

static void note_session(ph_job_t *job, void *flow, ph_err_t err,
                         const ph_res_session_index_runtime_api_error_t *session)
{
    leaf_t *leaf = flow;
    bool well = !err && session->kind == PH_RES_SESSION_INDEX_RUNTIME_API_ERROR_OK;
    if (well)
        leaf->session = session->ok;
    if (well && collates(job))
        ph_ask_runtime_api_request_session_info(job, ph_job_key(job), session->ok, leaf, note_authorities);
    else
        answered(leaf, well);
}

static void note_lookahead(ph_job_t *job, void *flow, ph_err_t err, const ph_res_u32_runtime_api_error_t *lookahead)
{
    leaf_t *leaf = flow;
    bool well = !err && lookahead->kind == PH_RES_U32_RUNTIME_API_ERROR_OK;
    (void)job;
    if (well)
        leaf->lookahead = lookahead->ok;
    answered(leaf, well);
}

/* On which core? core.v of no meaning while has_core is false: no validator, or of no group. */
static void find_ourselves(ph_job_t *job, void *flow, ph_err_t err,
                           const ph_res_vec_validator_id_runtime_api_error_t *validators)
{
    leaf_t *leaf = flow;
    bool well = !err && validators->kind == PH_RES_VEC_VALIDATOR_ID_RUNTIME_API_ERROR_OK;
    if (well && config_of(job)->keystore)
        leaf->has_core =
            ph_keystore_find_validator(config_of(job)->keystore, validators->ok.items, validators->ok.count, &leaf->me);
    answered(leaf, well);
}

static void drop_leaf(void *ptr)
{
    leaf_t *leaf = ptr;
    for (size_t i = 0; i < leaf->collations.count; i++)
        ph_shared_pov_unref(leaf->collations.items[i].pov);
}

void ph_leaf_start(ph_subsystem_t *self, const ph_hash_t *block)
{
    ph_job_t *job = ph_job_start(self, block, sizeof(leaf_t));
    leaf_t *leaf = ph_job_state(job);
    ph_arena_defer(ph_job_arena(job), drop_leaf, leaf);
    leaf->activated_ms = ph_env_now_ms(ph_env_of(self));
    leaf->answers = ph_join_new(job, all_answered, leaf);
    for (int i = 0; i < (collates(job) ? 4 : 6); i++)
        ph_join_add(leaf->answers);
    ph_ask_runtime_api_request_validator_groups(job, block, leaf, note_groups);
    ph_ask_runtime_api_request_availability_cores(job, block, leaf, note_cores);
    ph_ask_runtime_api_request_claim_queue(job, block, leaf, note_claims);
    ph_ask_runtime_api_request_session_index_for_child(job, block, leaf, note_session);
    if (!collates(job)) {
        ph_ask_runtime_api_request_scheduling_lookahead(job, block, leaf, note_lookahead);
        ph_ask_runtime_api_request_validators(job, block, leaf, find_ourselves);
    }
    ph_join_close(leaf->answers);
}
