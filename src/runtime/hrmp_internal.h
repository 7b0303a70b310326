/* What the files of the Hrmp module share. Errors are the pallet's, or Balances' for deposits. */
#ifndef PH_RUNTIME_HRMP_INTERNAL_H
#define PH_RUNTIME_HRMP_INTERNAL_H

#include "runtime/storage/hrmp.h"

/* Paras below 2000 are part of the system. */
static inline bool ph_hrmp_is_system(ph_para_id_t para)
{
    return para.v < 2000;
}

PH_MUST_CHECK ph_err_t ph_hrmp_init_open(ph_rt_t *rt, const ph_hrmp_channel_id_t *id, uint32_t capacity, uint32_t size);
PH_MUST_CHECK ph_err_t ph_hrmp_accept_open(ph_rt_t *rt, const ph_hrmp_channel_id_t *id);
PH_MUST_CHECK ph_err_t ph_hrmp_cancel_open(ph_rt_t *rt, ph_para_id_t by, const ph_hrmp_channel_id_t *id);
PH_MUST_CHECK ph_err_t ph_hrmp_ask_close(ph_rt_t *rt, ph_para_id_t by, const ph_hrmp_channel_id_t *id);
PH_MUST_CHECK ph_err_t ph_hrmp_poke_deposits(ph_rt_t *rt, const ph_hrmp_channel_id_t *id);
void ph_hrmp_clean_para(ph_rt_t *rt, ph_para_id_t para);
void ph_hrmp_process_open_requests(ph_rt_t *rt, const ph_host_configuration_t *config);
void ph_hrmp_process_close_requests(ph_rt_t *rt);

#endif
