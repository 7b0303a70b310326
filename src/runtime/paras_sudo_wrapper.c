/* ParasSudoWrapper: root does with paras what it likes. (polkadot-runtime-common 34, paras_sudo_wrapper.rs.) */
#include "runtime/storage/paras_sudo_wrapper.h"

#include "base/check.h"

#include "runtime/dmp.h"
#include "runtime/hrmp_internal.h"
#include "runtime/paras.h"
#include "runtime/scheduler.h"
#include "runtime/storage/configuration.h"

static bool is_in(ph_rt_t *rt, ph_para_id_t para, ph_para_lifecycle_kind_t kind)
{
    ph_para_lifecycle_t state;
    return ph_paras_para_lifecycles_get(rt, para, &state) && state.kind == kind;
}

ph_err_t ph_paras_sudo_wrapper_call_sudo_schedule_para_initialize(ph_rt_t *rt, const ph_origin_t *origin,
                                                                  ph_para_id_t id,
                                                                  const ph_para_genesis_args_t *genesis)
{
    PH_TRY(ph_ensure_root(origin));
    if (ph_paras_schedule_initialize(rt, id, genesis) != PH_OK)
        return PH_PARAS_SUDO_WRAPPER_ERR_PARA_ALREADY_EXISTS;
    return genesis->para_kind ? ph_scheduler_assign_coretime(rt, id) : PH_OK;
}

ph_err_t ph_paras_sudo_wrapper_call_sudo_schedule_para_cleanup(ph_rt_t *rt, const ph_origin_t *origin, ph_para_id_t id)
{
    PH_TRY(ph_ensure_root(origin));
    return ph_paras_schedule_cleanup(rt, id) == PH_OK ? PH_OK : PH_PARAS_SUDO_WRAPPER_ERR_COULDNT_CLEANUP;
}

ph_err_t ph_paras_sudo_wrapper_call_sudo_schedule_parathread_upgrade(ph_rt_t *rt, const ph_origin_t *origin,
                                                                     ph_para_id_t id)
{
    PH_TRY(ph_ensure_root(origin));
    if (!is_in(rt, id, PH_PARA_LIFECYCLE_PARATHREAD))
        return PH_PARAS_SUDO_WRAPPER_ERR_NOT_PARATHREAD;
    return ph_paras_schedule_parathread_upgrade(rt, id) == PH_OK ? PH_OK : PH_PARAS_SUDO_WRAPPER_ERR_CANNOT_UPGRADE;
}

ph_err_t ph_paras_sudo_wrapper_call_sudo_schedule_parachain_downgrade(ph_rt_t *rt, const ph_origin_t *origin,
                                                                      ph_para_id_t id)
{
    PH_TRY(ph_ensure_root(origin));
    if (!is_in(rt, id, PH_PARA_LIFECYCLE_PARACHAIN))
        return PH_PARAS_SUDO_WRAPPER_ERR_NOT_PARACHAIN;
    return ph_paras_schedule_parachain_downgrade(rt, id) == PH_OK ? PH_OK : PH_PARAS_SUDO_WRAPPER_ERR_CANNOT_DOWNGRADE;
}

/* Sent as it came: it is in order, or it would not have decoded. */
ph_err_t ph_paras_sudo_wrapper_call_sudo_queue_downward_xcm(ph_rt_t *rt, const ph_origin_t *origin, ph_para_id_t id,
                                                            ph_versioned_xcm_t *xcm)
{
    ph_host_configuration_t config;
    ph_writer_t message = ph_writer_in(rt->arena);
    PH_TRY(ph_ensure_root(origin));
    if (!ph_paras_is_valid(rt, id))
        return PH_PARAS_SUDO_WRAPPER_ERR_PARA_DOESNT_EXIST;
    ph_configuration_active_config_get(rt, &config);
    ph_versioned_xcm_encode(&message, xcm);
    switch (ph_dmp_queue(rt, &config, id, ph_writer_bytes(&message))) {
    case PH_DMP_QUEUED:
        return PH_OK;
    case PH_DMP_EXCEEDS_MAX_MESSAGE_SIZE:
        return PH_PARAS_SUDO_WRAPPER_ERR_EXCEEDS_MAX_MESSAGE_SIZE;
    case PH_DMP_EXCEEDS_MAX_QUEUE_SIZE:
        return PH_PARAS_SUDO_WRAPPER_ERR_EXCEEDS_MAX_QUEUE_SIZE;
    case PH_DMP_UNROUTABLE:
        return PH_PARAS_SUDO_WRAPPER_ERR_UNROUTABLE;
    }
    PH_UNREACHABLE();
}

ph_err_t ph_paras_sudo_wrapper_call_sudo_establish_hrmp_channel(ph_rt_t *rt, const ph_origin_t *origin,
                                                                ph_para_id_t sender, ph_para_id_t recipient,
                                                                uint32_t max_capacity, uint32_t max_message_size)
{
    ph_hrmp_channel_id_t id = {.sender = sender, .recipient = recipient};
    PH_TRY(ph_ensure_root(origin));
    PH_TRY(ph_hrmp_init_open(rt, &id, max_capacity, max_message_size));
    return ph_hrmp_accept_open(rt, &id);
}
