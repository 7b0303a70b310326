/* Claims on cores: stepping through the cores' schedules and the on-demand queue, for real or to look ahead. */
#include "runtime/scheduler.h"

#include "runtime/configuration.h"
#include "runtime/on_demand.h"
#include "runtime/support.h"
#include "runtime/vec.h"

#define FULL 57600u

typedef ph_map_core_index_core_descriptor_t descriptors_t;

/* Where a step takes from: storage (orders NULL, things taken are gone), or copies of it. */
typedef struct source {
    ph_vec_enqueued_order_t *orders;
} source_t;

static ph_parts_of57600_t parts_sub(ph_parts_of57600_t a, ph_parts_of57600_t b)
{
    return (ph_parts_of57600_t){(uint16_t)(a.v > b.v ? a.v - b.v : 0)};
}

static ph_parts_of57600_t parts_add(ph_parts_of57600_t a, ph_parts_of57600_t b)
{
    uint32_t sum = (uint32_t)a.v + b.v;
    return (ph_parts_of57600_t){(uint16_t)(sum > FULL ? FULL : sum)};
}

/* ---- the work of one core ---- */

/* Starts on a schedule: every assignment has its full share left, a step is the smallest share. */
static void start_work(ph_rt_t *rt, ph_work_state_t *work, const ph_schedule_t *schedule)
{
    *work = (ph_work_state_t){.end_hint = schedule->end_hint, .step = {1}};
    ph_vec_alloc(rt, &work->assignments, schedule->assignments.count);
    for (size_t i = 0; i < schedule->assignments.count; i++) {
        ph_parts_of57600_t ratio = schedule->assignments.items[i]._1;
        work->assignments.items[i]._0 = schedule->assignments.items[i]._0;
        work->assignments.items[i]._1 = (ph_assignment_state_t){.ratio = ratio, .remaining = ratio};
        if (i == 0 || ratio.v < work->step.v)
            work->step = ratio;
    }
}

static bool next_schedule(ph_rt_t *rt, ph_schedule_t *out, ph_block_number_t begin, ph_core_index_t core,
                          const source_t *from)
{
    ph_tup_block_number_core_index_t key = {begin, core};
    return from->orders ? ph_para_scheduler_core_schedules_get(rt, &key, out)
                        : ph_para_scheduler_core_schedules_take(rt, &key, out);
}

/* Ends work whose time is over and starts on the latest schedule whose time has come. */
static void ensure_workload(ph_rt_t *rt, ph_core_descriptor_t *d, ph_core_index_t core, ph_block_number_t now,
                            const source_t *from)
{
    if (d->current_work.some && d->current_work.value.end_hint.some && d->current_work.value.end_hint.value <= now)
        d->current_work.some = false;
    if (!d->queue.some || d->queue.value.first > now)
        return;
    ph_schedule_t schedule;
    bool found = next_schedule(rt, &schedule, d->queue.value.first, core, from);
    while (found && schedule.end_hint.some && schedule.end_hint.value <= now)
        found = schedule.next_schedule.some && next_schedule(rt, &schedule, schedule.next_schedule.value, core, from);
    d->current_work.some = found;
    if (found)
        start_work(rt, &d->current_work.value, &schedule);
    d->queue.some = found && schedule.next_schedule.some;
    if (d->queue.some)
        d->queue.value.first = schedule.next_schedule.value;
}

/* Spends one step of the core's work and says on what. The number of assignments counts modulo 2^16, as in the pallet.
 */
static ph_core_assignment_t spend(ph_work_state_t *work)
{
    work->pos = (uint16_t)(work->pos % (uint16_t)work->assignments.count);
    ph_assignment_state_t *state = &work->assignments.items[work->pos]._1;
    ph_core_assignment_t what = work->assignments.items[work->pos]._0;
    state->remaining = parts_sub(state->remaining, work->step);
    if (state->remaining.v < work->step.v) {
        work->pos++;
        state->remaining = parts_add(state->remaining, state->ratio);
    }
    return what;
}

/* ---- one block ---- */

/* bulk: cores with a para of their own; pool: cores with an on-demand order. Both ascend by core. */
typedef struct step {
    ph_core_claims_t bulk, pool;
} step_t;

static void assign_orders(ph_rt_t *rt, ph_core_claims_t *pool, ph_block_number_t now, const source_t *from)
{
    ph_vec_para_id_t paras;
    if (from->orders)
        ph_on_demand_pop_from(rt, &paras, from->orders, now, pool->count);
    else
        ph_on_demand_pop(rt, &paras, now, pool->count);
    if (paras.count < pool->count)
        pool->count = paras.count;
    for (size_t i = 0; i < pool->count; i++)
        pool->items[i].para = paras.items[i];
}

static void advance(ph_rt_t *rt, step_t *out, descriptors_t *cores, ph_block_number_t now, const source_t *from)
{
    ph_vec_alloc(rt, &out->bulk, cores->count);
    ph_vec_alloc(rt, &out->pool, cores->count);
    out->bulk.count = out->pool.count = 0;
    for (size_t i = 0; i < cores->count; i++) {
        ph_core_descriptor_t *d = &cores->items[i].value;
        ensure_workload(rt, d, cores->items[i].key, now, from);
        if (!d->current_work.some || (uint16_t)d->current_work.value.assignments.count == 0)
            continue;
        ph_core_assignment_t what = spend(&d->current_work.value);
        if (what.kind == PH_CORE_ASSIGNMENT_TASK)
            out->bulk.items[out->bulk.count++] = (ph_core_claim_t){cores->items[i].key, {what.task}};
        else if (what.kind == PH_CORE_ASSIGNMENT_POOL)
            out->pool.items[out->pool.count++] = (ph_core_claim_t){.core = cores->items[i].key};
    }
    assign_orders(rt, &out->pool, now, from);
}

/* ---- looking ahead ---- */

/* Root may set a long look ahead: a row has room for as many claims as the next power of two. */
static void push_claim(ph_rt_t *rt, ph_vec_para_id_t *row, ph_para_id_t para)
{
    if ((row->count & (row->count - 1)) == 0) {
        ph_para_id_t *wider = ph_arena_alloc(rt->arena, (row->count > 0 ? 2 * row->count : 1) * sizeof *wider);
        for (size_t i = 0; i < row->count; i++)
            wider[i] = row->items[i];
        row->items = wider;
    }
    row->items[row->count++] = para;
}

static void note_claim(ph_rt_t *rt, ph_claim_queue_t *queue, const ph_core_claim_t *claim, size_t depth)
{
    size_t i = 0;
    while (i < queue->count && queue->items[i].key.v < claim->core.v)
        i++;
    if (i == queue->count || queue->items[i].key.v != claim->core.v)
        ph_vec_insert(rt, queue, i, ((__typeof__(*queue->items)){.key = claim->core}));
    ph_vec_para_id_t *row = &queue->items[i].value;
    if (row->count == depth) {
        push_claim(rt, row, claim->para);
    } else if (row->count == 0 && depth == 1) { /* a core that starts one block from now serves its first claim twice */
        push_claim(rt, row, claim->para);
        push_claim(rt, row, claim->para);
    }
}

void ph_scheduler_claim_queue(ph_rt_t *rt, ph_claim_queue_t *out)
{
    ph_host_configuration_t config;
    descriptors_t cores;
    ph_vec_enqueued_order_t orders;
    ph_configuration_active_config_get(rt, &config);
    ph_para_scheduler_core_descriptors_get(rt, &cores);
    ph_on_demand_peek_queue(rt, &orders);
    *out = (ph_claim_queue_t){0};
    ph_block_number_t now = ph_sat_add_u32(ph_now(rt), 1);
    for (uint32_t depth = 0; depth < config.scheduler_params.lookahead; depth++) {
        step_t step;
        advance(rt, &step, &cores, now, &(source_t){&orders});
        for (size_t i = 0; i < step.bulk.count; i++)
            note_claim(rt, out, &step.bulk.items[i], depth);
        for (size_t i = 0; i < step.pool.count; i++)
            note_claim(rt, out, &step.pool.items[i], depth);
        now = ph_sat_add_u32(now, 1);
    }
    uint32_t core_count = ph_scheduler_core_count(rt);
    while (out->count > 0 && out->items[out->count - 1].key.v >= core_count)
        out->count--;
}

/* ---- taking the claims of a block ---- */

typedef struct blocked {
    ph_bits_t cores;
    bool all;
} blocked_t;

static bool is_blocked(const blocked_t *b, ph_core_index_t core)
{
    return b->all || ph_bits_get(b->cores, core.v);
}

/* Adds claims of cores that are not blocked and have none yet, keeping the order by core. */
static void add_free(ph_rt_t *rt, ph_core_claims_t *out, const ph_core_claims_t *claims, const blocked_t *blocked)
{
    for (size_t i = 0; i < claims->count; i++) {
        if (is_blocked(blocked, claims->items[i].core))
            continue;
        size_t at = 0;
        while (at < out->count && out->items[at].core.v < claims->items[i].core.v)
            at++;
        if (at == out->count || out->items[at].core.v != claims->items[i].core.v)
            ph_vec_insert(rt, out, at, claims->items[i]);
    }
}

void ph_scheduler_advance_claim_queue(ph_rt_t *rt, ph_core_claims_t *out, ph_bits_t blocked_cores, bool all_blocked)
{
    blocked_t blocked = {blocked_cores, all_blocked};
    descriptors_t cores;
    step_t step;
    ph_block_number_t now = ph_now(rt);
    ph_para_scheduler_core_descriptors_get(rt, &cores);
    advance(rt, &step, &cores, now, &(source_t){NULL});
    ph_para_scheduler_core_descriptors_set(rt, &cores);
    for (size_t i = 0; i < step.pool.count; i++)
        if (is_blocked(&blocked, step.pool.items[i].core))
            ph_on_demand_push_back(rt, step.pool.items[i].para);
    *out = (ph_core_claims_t){0};
    add_free(rt, out, &step.bulk, &blocked);
    add_free(rt, out, &step.pool, &blocked);

    ph_vec_enqueued_order_t orders;
    ph_on_demand_peek_queue(rt, &orders);
    advance(rt, &step, &cores, ph_sat_add_u32(now, 1), &(source_t){&orders});
    add_free(rt, out, &step.bulk, &blocked);
    add_free(rt, out, &step.pool, &blocked);
    uint32_t core_count = ph_scheduler_core_count(rt);
    while (out->count > 0 && out->items[out->count - 1].core.v >= core_count)
        out->count--;
}

/* ---- planning ---- */

static ph_core_descriptor_t *descriptor_of(ph_rt_t *rt, descriptors_t *cores, ph_core_index_t core)
{
    size_t i = 0;
    while (i < cores->count && cores->items[i].key.v < core.v)
        i++;
    if (i == cores->count || cores->items[i].key.v != core.v)
        ph_vec_insert(rt, cores, i, ((__typeof__(*cores->items)){.key = core}));
    return &cores->items[i].value;
}

/* The claim queue must stay as announced: planned work moves the new one behind it. */
static ph_block_number_t stable_begin(ph_rt_t *rt, const ph_core_descriptor_t *d, ph_block_number_t begin)
{
    ph_host_configuration_t config;
    ph_configuration_active_config_get(rt, &config);
    ph_block_number_t end = ph_sat_add_u32(ph_sat_add_u32(ph_now(rt), 1), config.scheduler_params.lookahead);
    bool planned = d->current_work.some || (d->queue.some && d->queue.value.first < end);
    return planned && begin < end ? end : begin;
}

/* Links the last schedule of the core's queue to the one that begins at `begin`. */
static void link_schedule(ph_rt_t *rt, ph_block_number_t last, ph_block_number_t begin, ph_core_index_t core)
{
    ph_tup_block_number_core_index_t key = {last, core};
    ph_schedule_t tail;
    if (begin <= last || !ph_para_scheduler_core_schedules_get(rt, &key, &tail))
        return;
    tail.next_schedule = (ph_opt_block_number_t){true, begin};
    ph_para_scheduler_core_schedules_set(rt, &key, &tail);
}

/* Assignments that begin together share the core: what is planned for that block already stays. */
static void join_schedule(ph_rt_t *rt, ph_schedule_t *schedule, ph_block_number_t begin, ph_core_index_t core)
{
    ph_schedule_t old;
    if (!ph_para_scheduler_core_schedules_get(rt, &(ph_tup_block_number_core_index_t){begin, core}, &old))
        return;
    size_t first = old.assignments.count;
    ph_vec_tup_core_assignment_parts_of57600_t all;
    ph_vec_alloc(rt, &all, first + schedule->assignments.count);
    for (size_t i = 0; i < all.count; i++)
        all.items[i] = i < first ? old.assignments.items[i] : schedule->assignments.items[i - first];
    schedule->assignments = all;
}

ph_err_t ph_scheduler_assign_core(ph_rt_t *rt, ph_core_index_t core, ph_block_number_t begin,
                                  const ph_vec_tup_core_assignment_parts_of57600_t *assignments,
                                  const ph_opt_block_number_t *end_hint)
{
    if (assignments->count == 0)
        return PH_PARA_SCHEDULER_ERR_ASSIGNMENTS_EMPTY;
    descriptors_t cores;
    ph_para_scheduler_core_descriptors_get(rt, &cores);
    ph_core_descriptor_t *d = descriptor_of(rt, &cores, core);
    begin = stable_begin(rt, d, begin);
    ph_schedule_t schedule = {.assignments = *assignments, .end_hint = *end_hint};
    if (d->queue.some) {
        if (begin < d->queue.value.last)
            return PH_PARA_SCHEDULER_ERR_DISALLOWED_INSERT;
        link_schedule(rt, d->queue.value.last, begin, core);
        join_schedule(rt, &schedule, begin, core);
    } else {
        d->queue = (__typeof__(d->queue)){.some = true, .value = {.first = begin}};
    }
    d->queue.value.last = begin;
    ph_para_scheduler_core_schedules_set(rt, &(ph_tup_block_number_core_index_t){begin, core}, &schedule);
    ph_para_scheduler_core_descriptors_set(rt, &cores);
    return PH_OK;
}

ph_err_t ph_scheduler_assign_coretime(ph_rt_t *rt, ph_para_id_t para)
{
    ph_host_configuration_t config;
    ph_configuration_active_config_get(rt, &config);
    ph_core_index_t core = {config.scheduler_params.num_cores};
    config.scheduler_params.num_cores = ph_sat_add_u32(core.v, 1);
    ph_configuration_active_config_set(rt, &config);
    ph_tup_core_assignment_parts_of57600_t full = {._0 = {.kind = PH_CORE_ASSIGNMENT_TASK, .task = para.v},
                                                   ._1 = {FULL}};
    ph_vec_tup_core_assignment_parts_of57600_t assignments = {.items = &full, .count = 1};
    return ph_scheduler_assign_core(rt, core, ph_now(rt) + 1, &assignments, &(ph_opt_block_number_t){0});
}
