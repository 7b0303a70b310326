/* The queue of on-demand orders. */
#include "runtime/on_demand.h"
#include "runtime/support.h"
#include "runtime/vec.h"

#define QUEUE_MAX 10000 /* ON_DEMAND_MAX_QUEUE_MAX_SIZE */

static bool insert_sorted(ph_rt_t *rt, ph_vec_para_id_t *paras, ph_para_id_t para)
{
    size_t i = 0;
    while (i < paras->count && paras->items[i].v < para.v)
        i++;
    if (i < paras->count && paras->items[i].v == para.v)
        return false;
    ph_vec_insert(rt, paras, i, para);
    return true;
}

void ph_on_demand_pop_from(ph_rt_t *rt, ph_vec_para_id_t *paras, ph_vec_enqueued_order_t *queue, ph_block_number_t now,
                           size_t cores)
{
    ph_vec_enqueued_order_t rest;
    ph_vec_alloc(rt, &rest, queue->count);
    rest.count = 0;
    *paras = (ph_vec_para_id_t){0};
    for (size_t i = 0; i < queue->count; i++) {
        const ph_enqueued_order_t *order = &queue->items[i];
        bool ready = ph_sat_add_u32(order->ordered_at, 2) <= now;
        if (cores > 0 && ready && insert_sorted(rt, paras, order->para_id))
            cores--;
        else
            rest.items[rest.count++] = *order;
    }
    *queue = rest;
}

void ph_on_demand_pop(ph_rt_t *rt, ph_vec_para_id_t *paras, ph_block_number_t now, size_t cores)
{
    ph_on_demand_order_status_t status;
    ph_on_demand_assignment_provider_order_status_get(rt, &status);
    ph_on_demand_pop_from(rt, paras, &status.queue, now, cores);
    ph_on_demand_assignment_provider_order_status_set(rt, &status);
}

void ph_on_demand_peek_queue(ph_rt_t *rt, ph_vec_enqueued_order_t *queue)
{
    ph_on_demand_order_status_t status;
    ph_on_demand_assignment_provider_order_status_get(rt, &status);
    *queue = status.queue;
}

void ph_on_demand_push_back(ph_rt_t *rt, ph_para_id_t para)
{
    ph_on_demand_order_status_t status;
    ph_on_demand_assignment_provider_order_status_get(rt, &status);
    if (status.queue.count < QUEUE_MAX)
        ph_vec_push(rt, &status.queue, ((ph_enqueued_order_t){.para_id = para, .ordered_at = ph_now(rt)}));
    else
        ph_rt_log(rt, PH_LOG_DEBUG, "on-demand", "order of para %u dropped: the queue is full", para.v);
    ph_on_demand_assignment_provider_order_status_set(rt, &status);
}
