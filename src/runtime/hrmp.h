/* Horizontal messages: what candidates send to, and process from, channels between paras. (Guide 5, HRMP; pallet
 * `Hrmp`.) */
#ifndef PH_RUNTIME_HRMP_H
#define PH_RUNTIME_HRMP_H

#include "runtime/storage/hrmp.h"

/* Drops channels and requests of paras that are gone; then opens and closes what the last session asked for, under the
 * configuration it was asked under. */
void ph_hrmp_on_new_session(ph_rt_t *rt, const ph_vec_para_id_t *outgoing, const ph_host_configuration_t *config);

/* May a candidate with this relay parent say that it has processed everything up to `watermark`? */
bool ph_hrmp_check_watermark(ph_rt_t *rt, ph_para_id_t para, ph_block_number_t relay_parent_number,
                             ph_block_number_t watermark);
/* May it send these? Recipients ascend, channels exist and have room. */
bool ph_hrmp_check_outbound(ph_rt_t *rt, const ph_host_configuration_t *config, ph_para_id_t sender,
                            const ph_horizontal_messages_t *messages);
void ph_hrmp_prune(ph_rt_t *rt, ph_para_id_t recipient, ph_block_number_t watermark);
void ph_hrmp_queue_outbound(ph_rt_t *rt, ph_para_id_t sender, const ph_horizontal_messages_t *messages);

/* ---- for runtime APIs ---- */
/* Blocks a watermark may land on besides the relay parent. */
void ph_hrmp_valid_watermarks(ph_rt_t *rt, ph_vec_block_number_t *out, ph_para_id_t para);
void ph_hrmp_outbound_limits(ph_rt_t *rt, ph_vec_tup_para_id_outbound_hrmp_channel_limitations_t *out,
                             ph_para_id_t sender);
void ph_hrmp_inbound_contents(ph_rt_t *rt, ph_map_para_id_vec_inbound_hrmp_message_t *out, ph_para_id_t recipient);

#endif
