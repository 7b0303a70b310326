/* The calls of Hrmp. */
#include "runtime/hrmp_internal.h"
#include "runtime/storage/configuration.h"
#include "runtime/support.h"

typedef ph_hrmp_channel_id_t chan_t;

/* ---- by paras ---- */

ph_err_t ph_hrmp_call_hrmp_init_open_channel(ph_rt_t *rt, const ph_origin_t *origin, ph_para_id_t recipient,
                                             uint32_t proposed_max_capacity, uint32_t proposed_max_message_size)
{
    chan_t id = {.recipient = recipient};
    PH_TRY(ph_ensure_parachain(origin, &id.sender));
    PH_TRY(ph_hrmp_init_open(rt, &id, proposed_max_capacity, proposed_max_message_size));
    ph_hrmp_event_open_channel_requested(rt, id.sender, recipient, proposed_max_capacity, proposed_max_message_size);
    return PH_OK;
}

ph_err_t ph_hrmp_call_hrmp_accept_open_channel(ph_rt_t *rt, const ph_origin_t *origin, ph_para_id_t sender)
{
    chan_t id = {.sender = sender};
    PH_TRY(ph_ensure_parachain(origin, &id.recipient));
    PH_TRY(ph_hrmp_accept_open(rt, &id));
    ph_hrmp_event_open_channel_accepted(rt, sender, id.recipient);
    return PH_OK;
}

ph_err_t ph_hrmp_call_hrmp_close_channel(ph_rt_t *rt, const ph_origin_t *origin, const chan_t *channel_id)
{
    ph_para_id_t by;
    PH_TRY(ph_ensure_parachain(origin, &by));
    PH_TRY(ph_hrmp_ask_close(rt, by, channel_id));
    ph_hrmp_event_channel_closed(rt, by, channel_id);
    return PH_OK;
}

ph_err_t ph_hrmp_call_hrmp_cancel_open_request(ph_rt_t *rt, const ph_origin_t *origin, const chan_t *channel_id,
                                               uint32_t open_requests)
{
    ph_para_id_t by;
    PH_TRY(ph_ensure_parachain(origin, &by));
    if (ph_hrmp_hrmp_open_channel_requests_list_count(rt) > open_requests)
        return PH_HRMP_ERR_WRONG_WITNESS;
    PH_TRY(ph_hrmp_cancel_open(rt, by, channel_id));
    ph_hrmp_event_open_channel_canceled(rt, by, channel_id);
    return PH_OK;
}

/* Asked for and accepted in one. */
static ph_err_t establish(ph_rt_t *rt, const chan_t *id, uint32_t capacity, uint32_t size)
{
    PH_TRY(ph_hrmp_init_open(rt, id, capacity, size));
    return ph_hrmp_accept_open(rt, id);
}

ph_err_t ph_hrmp_call_establish_channel_with_system(ph_rt_t *rt, const ph_origin_t *origin,
                                                    ph_para_id_t target_system_chain)
{
    ph_para_id_t para;
    ph_host_configuration_t config;
    PH_TRY(ph_ensure_parachain(origin, &para));
    if (!ph_hrmp_is_system(target_system_chain))
        return PH_HRMP_ERR_CHANNEL_CREATION_NOT_AUTHORIZED;
    ph_configuration_active_config_get(rt, &config);
    uint32_t capacity = config.hrmp_channel_max_capacity, size = config.hrmp_channel_max_message_size;
    PH_TRY(establish(rt, &(chan_t){.sender = para, .recipient = target_system_chain}, capacity, size));
    PH_TRY(establish(rt, &(chan_t){.sender = target_system_chain, .recipient = para}, capacity, size));
    ph_hrmp_event_hrmp_system_channel_opened(rt, para, target_system_chain, capacity, size);
    ph_hrmp_event_hrmp_system_channel_opened(rt, target_system_chain, para, capacity, size);
    rt->pays_no = true;
    return PH_OK;
}

/* ---- by the channel manager, which is root ---- */

ph_err_t ph_hrmp_call_force_clean_hrmp(ph_rt_t *rt, const ph_origin_t *origin, ph_para_id_t para, uint32_t num_inbound,
                                       uint32_t num_outbound)
{
    PH_TRY(ph_ensure_root(origin));
    if (ph_hrmp_hrmp_ingress_channels_index_count(rt, para) > num_inbound ||
        ph_hrmp_hrmp_egress_channels_index_count(rt, para) > num_outbound)
        return PH_HRMP_ERR_WRONG_WITNESS;
    ph_hrmp_clean_para(rt, para);
    return PH_OK;
}

ph_err_t ph_hrmp_call_force_process_hrmp_open(ph_rt_t *rt, const ph_origin_t *origin, uint32_t channels)
{
    ph_host_configuration_t config;
    PH_TRY(ph_ensure_root(origin));
    if (ph_hrmp_hrmp_open_channel_requests_list_count(rt) > channels)
        return PH_HRMP_ERR_WRONG_WITNESS;
    ph_configuration_active_config_get(rt, &config);
    ph_hrmp_process_open_requests(rt, &config);
    return PH_OK;
}

ph_err_t ph_hrmp_call_force_process_hrmp_close(ph_rt_t *rt, const ph_origin_t *origin, uint32_t channels)
{
    PH_TRY(ph_ensure_root(origin));
    if (ph_hrmp_hrmp_close_channel_requests_list_count(rt) > channels)
        return PH_HRMP_ERR_WRONG_WITNESS;
    ph_hrmp_process_close_requests(rt);
    return PH_OK;
}

/* A request that is there already makes way. */
ph_err_t ph_hrmp_call_force_open_hrmp_channel(ph_rt_t *rt, const ph_origin_t *origin, ph_para_id_t sender,
                                              ph_para_id_t recipient, uint32_t max_capacity, uint32_t max_message_size)
{
    chan_t id = {.sender = sender, .recipient = recipient};
    PH_TRY(ph_ensure_root(origin));
    if (ph_hrmp_hrmp_open_channel_requests_exists(rt, &id))
        PH_TRY(ph_hrmp_cancel_open(rt, sender, &id));
    PH_TRY(establish(rt, &id, max_capacity, max_message_size));
    ph_hrmp_event_hrmp_channel_force_opened(rt, sender, recipient, max_capacity, max_message_size);
    return PH_OK;
}

/* ---- by anybody with an account ---- */

ph_err_t ph_hrmp_call_establish_system_channel(ph_rt_t *rt, const ph_origin_t *origin, ph_para_id_t sender,
                                               ph_para_id_t recipient)
{
    ph_account_id_t who;
    ph_host_configuration_t config;
    PH_TRY(ph_ensure_signed(origin, &who));
    if (!ph_hrmp_is_system(sender) || !ph_hrmp_is_system(recipient))
        return PH_HRMP_ERR_CHANNEL_CREATION_NOT_AUTHORIZED;
    ph_configuration_active_config_get(rt, &config);
    uint32_t capacity = config.hrmp_channel_max_capacity, size = config.hrmp_channel_max_message_size;
    PH_TRY(establish(rt, &(chan_t){.sender = sender, .recipient = recipient}, capacity, size));
    ph_hrmp_event_hrmp_system_channel_opened(rt, sender, recipient, capacity, size);
    rt->pays_no = true;
    return PH_OK;
}

ph_err_t ph_hrmp_call_poke_channel_deposits(ph_rt_t *rt, const ph_origin_t *origin, ph_para_id_t sender,
                                            ph_para_id_t recipient)
{
    ph_account_id_t who;
    PH_TRY(ph_ensure_signed(origin, &who));
    PH_TRY(ph_hrmp_poke_deposits(rt, &(chan_t){.sender = sender, .recipient = recipient}));
    ph_hrmp_event_open_channel_deposits_updated(rt, sender, recipient);
    return PH_OK;
}
