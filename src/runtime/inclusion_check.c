/* Whether a candidate fits on the chain: relay parent, validation data, code, head, and the limits on its outputs. */
#include "primitives/descriptor.h"
#include "primitives/hash_of.h"
#include "runtime/dmp.h"
#include "runtime/hrmp.h"
#include "runtime/inclusion.h"
#include "runtime/paras.h"
#include "runtime/paras_shared.h"
#include "runtime/storage/configuration.h"
#include "runtime/support.h"
#include "runtime/upward.h"

ph_err_t ph_inclusion_check_outputs(ph_rt_t *rt, ph_para_id_t para, ph_block_number_t relay_parent_number,
                                    const ph_candidate_commitments_t *outputs)
{
    ph_host_configuration_t config;
    ph_configuration_active_config_get(rt, &config);
    if (outputs->head_data.v.len > config.max_head_data_size)
        return PH_PARA_INCLUSION_ERR_HEAD_DATA_TOO_LARGE;
    if (outputs->new_validation_code.some && !ph_paras_can_upgrade(rt, para))
        return PH_PARA_INCLUSION_ERR_PREMATURE_CODE_UPGRADE;
    if (outputs->new_validation_code.some && outputs->new_validation_code.value.v.len > config.max_code_size)
        return PH_PARA_INCLUSION_ERR_NEW_CODE_TOO_LARGE;
    if (!ph_dmp_check_processed(rt, para, relay_parent_number, outputs->processed_downward_messages))
        return PH_PARA_INCLUSION_ERR_INCORRECT_DOWNWARD_MESSAGE_HANDLING;
    if (!ph_upward_check(rt, &config, para, outputs))
        return PH_PARA_INCLUSION_ERR_INVALID_UPWARD_MESSAGES;
    if (!ph_hrmp_check_watermark(rt, para, relay_parent_number, outputs->hrmp_watermark))
        return PH_PARA_INCLUSION_ERR_HRMP_WATERMARK_MISHANDLING;
    if (!ph_hrmp_check_outbound(rt, &config, para, &outputs->horizontal_messages))
        return PH_PARA_INCLUSION_ERR_INVALID_OUTBOUND_HRMP;
    return PH_OK;
}

/* The relay parent in the session that the descriptor names (V1: the current one). */
static bool relay_parent_info(ph_rt_t *rt, ph_relay_parent_info_t *out, const ph_candidate_descriptor_t *d)
{
    ph_session_index_t session;
    if (!ph_descriptor_session_index(d, &session))
        session = ph_paras_shared_session(rt);
    return ph_paras_shared_allowed_relay_parents_get(rt, session, &d->relay_parent, out);
}

static ph_err_t check_validation_data(ph_rt_t *rt, const ph_candidate_descriptor_t *d,
                                      const ph_relay_parent_info_t *info, ph_head_data_t parent)
{
    ph_host_configuration_t config;
    ph_configuration_active_config_get(rt, &config);
    ph_persisted_validation_data_t data = {.parent_head = parent,
                                           .relay_parent_number = info->number,
                                           .relay_parent_storage_root = info->state_root,
                                           .max_pov_size = config.max_pov_size};
    ph_hash_t hash = ph_hash_of_validation_data(&data);
    return ph_hash_is(&hash, &d->persisted_validation_data_hash) ? PH_OK
                                                                 : PH_PARA_INCLUSION_ERR_VALIDATION_DATA_HASH_MISMATCH;
}

ph_err_t ph_inclusion_verify(ph_rt_t *rt, ph_block_number_t *relay_parent_number,
                             const ph_committed_candidate_receipt_t *candidate, ph_head_data_t parent,
                             const ph_block_number_t *prev_context)
{
    const ph_candidate_descriptor_t *d = &candidate->descriptor;
    ph_relay_parent_info_t info;
    ph_validation_code_hash_t code;
    if (!relay_parent_info(rt, &info, d) || (prev_context && info.number < *prev_context))
        return PH_PARA_INCLUSION_ERR_DISALLOWED_RELAY_PARENT;
    PH_TRY(check_validation_data(rt, d, &info, parent));
    if (!ph_paras_current_code_hash_get(rt, d->para_id, &code))
        return PH_PARA_INCLUSION_ERR_UNSCHEDULED_CANDIDATE;
    if (!ph_hash_is(&code, &d->validation_code_hash))
        return PH_PARA_INCLUSION_ERR_INVALID_VALIDATION_CODE_HASH;
    ph_hash_t head = ph_hash_of_head(candidate->commitments.head_data);
    if (!ph_hash_is(&head, &d->para_head))
        return PH_PARA_INCLUSION_ERR_PARA_HEAD_MISMATCH;
    PH_TRY(ph_inclusion_check_outputs(rt, d->para_id, info.number, &candidate->commitments));
    *relay_parent_number = info.number;
    return PH_OK;
}
