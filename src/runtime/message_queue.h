/* The message queue: upward messages of paras wait in pages, and some are executed at the start of each block, queue
 * after queue in a ring. This chain has no cross-consensus executor: a message is the SCALE of a call, which is
 * dispatched with the para as its origin and costs a fixed time; that it is no call, or fails, is an event.
 * (pallet-message-queue of polkadot-sdk 53.)
 */
#ifndef PH_RUNTIME_MESSAGE_QUEUE_H
#define PH_RUNTIME_MESSAGE_QUEUE_H

#include "runtime/storage/message_queue.h"

typedef struct ph_message_queue_footprint {
    uint64_t count, size; /* messages not executed, and their bytes */
} ph_message_queue_footprint_t;

/* Executes what the time set aside for it allows. */
void ph_message_queue_on_initialize(ph_rt_t *rt);
ph_message_queue_footprint_t ph_message_queue_footprint(ph_rt_t *rt, ph_para_id_t para);
/* Messages that do not fit a page at all are dropped, also if the configuration lets candidates send such. Returns how
 * many are queued. */
size_t ph_message_queue_enqueue(ph_rt_t *rt, ph_para_id_t para, const ph_bytes_t *messages, size_t count);
/* Forgets that the para's queue has anything to execute. */
void ph_message_queue_sweep(ph_rt_t *rt, ph_para_id_t para);

#endif
