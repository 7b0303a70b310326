/* Downward messages: queued for a para by the relay chain, pruned as the para's candidates process them. Each queue has
 * a hash chain by which the para checks what it is shown. (Guide 5, DMP; pallet `Dmp` of polkadot-sdk, version 1.)
 */
#ifndef PH_RUNTIME_DMP_H
#define PH_RUNTIME_DMP_H

#include "runtime/storage/dmp.h"

/* Deletes the queues of paras that are gone: at most a few pages at once, the rest in on_idle. */
void ph_dmp_on_new_session(ph_rt_t *rt, const ph_vec_para_id_t *outgoing);
/* Deletes a few more pages of a queue that is gone. */
void ph_dmp_on_idle(ph_rt_t *rt);

uint32_t ph_dmp_length(ph_rt_t *rt, ph_para_id_t para);
void ph_dmp_contents(ph_rt_t *rt, ph_vec_inbound_downward_message_t *out, ph_para_id_t para);

typedef enum {
    PH_DMP_QUEUED,
    PH_DMP_EXCEEDS_MAX_MESSAGE_SIZE, /* the message, or the queue */
    PH_DMP_EXCEEDS_MAX_QUEUE_SIZE,
    PH_DMP_UNROUTABLE /* no such para */
} ph_dmp_verdict_t;
ph_dmp_verdict_t ph_dmp_queue(ph_rt_t *rt, const ph_host_configuration_t *config, ph_para_id_t para,
                              ph_bytes_t message);

/* May a candidate with this relay parent have processed that many? At least one if one was there for it. */
bool ph_dmp_check_processed(ph_rt_t *rt, ph_para_id_t para, ph_block_number_t relay_parent_number, uint32_t processed);
void ph_dmp_prune(ph_rt_t *rt, ph_para_id_t para, uint32_t processed);

#endif
