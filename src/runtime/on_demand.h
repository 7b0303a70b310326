/* On-demand orders: a queue of paras that paid for one block each. An order is ready two blocks after it was placed; a
 * para gets at most one core a block. (Guide 5, on-demand; pallet `OnDemandAssignmentProvider` of polkadot-sdk,
 * version 2.)
 */
#ifndef PH_RUNTIME_ON_DEMAND_H
#define PH_RUNTIME_ON_DEMAND_H

#include "runtime/storage/on_demand_assignment_provider.h"

/* Opens the block's revenue and moves the price. */
void ph_on_demand_on_initialize(ph_rt_t *rt);

/* Takes at most `cores` ready orders of different paras from the queue; *paras ascend. */
void ph_on_demand_pop_from(ph_rt_t *rt, ph_vec_para_id_t *paras, ph_vec_enqueued_order_t *queue, ph_block_number_t now,
                           size_t cores);
/* The same on the stored queue. */
void ph_on_demand_pop(ph_rt_t *rt, ph_vec_para_id_t *paras, ph_block_number_t now, size_t cores);
void ph_on_demand_peek_queue(ph_rt_t *rt, ph_vec_enqueued_order_t *queue);
/* Queues an order again that could not be served (dropped, with a log line, if the queue is full). */
void ph_on_demand_push_back(ph_rt_t *rt, ph_para_id_t para);

/* Queues orders that the broker chain sold; what does not fit is dropped, with an event. */
void ph_on_demand_queue_batch(ph_rt_t *rt, const ph_vec_tup_para_id_block_number_t *batch);
/* The account that keeps what orders brought in; and taking out of the books what blocks before `when` brought. */
ph_account_id_t ph_on_demand_pot(void);
ph_balance_t ph_on_demand_claim_revenue(ph_rt_t *rt, ph_block_number_t when);
void ph_on_demand_credit_account(ph_rt_t *rt, const ph_account_id_t *who, ph_balance_t amount);

#endif
