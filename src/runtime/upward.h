/* Upward messages of candidates: what may be sent, and handing it to the message queue. Signals after the separator are
 * not messages. (Guide 5, UMP in Inclusion.)
 */
#ifndef PH_RUNTIME_UPWARD_H
#define PH_RUNTIME_UPWARD_H

#include "primitives/types.h"
#include "runtime/host.h"

/* Do number and sizes of the candidate's messages fit the limits and the para's queue? */
bool ph_upward_check(ph_rt_t *rt, const ph_host_configuration_t *config, ph_para_id_t para,
                     const ph_candidate_commitments_t *commitments);
void ph_upward_receive(ph_rt_t *rt, ph_para_id_t para, const ph_candidate_commitments_t *commitments);
/* Notes the queue's new size where parachains read it: two raw keys. */
void ph_upward_queue_changed(ph_rt_t *rt, ph_para_id_t para, uint64_t count, uint64_t size);

#endif
