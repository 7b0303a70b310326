/* The price of on-demand blocks, what they bring in, and placing orders. */
#include "runtime/on_demand.h"

#include "runtime/currency.h"
#include "runtime/fixed.h"
#include "runtime/storage/configuration.h"
#include "runtime/storage/parachain_limits.h"
#include "runtime/support.h"
#include "runtime/vec.h"

#define QUEUE_MAX              10000 /* ON_DEMAND_MAX_QUEUE_MAX_SIZE */
#define MAX_HISTORICAL_REVENUE 160
#define TRAFFIC_DEFAULT        ((ph_u128_t)PH_ON_DEMAND_ASSIGNMENT_PROVIDER_CONST_TRAFFIC_DEFAULT_VALUE)

/* ---- price ---- */

static ph_u128_t fixed_of_perbill(ph_perbill_t p)
{
    return ph_mul_div(p.v, PH_FIXED_ONE, 1000000000);
}

/* How the price factor moves with the queue's fill, d away from the target t, at variability v: above the target by
 * 1 + d + (vd)²/2, below it by d - (vd)²/2; never under the default. False: it stays. */
static bool next_traffic(ph_u128_t *traffic, const ph_scheduler_params_t *params, size_t queued)
{
    uint32_t capacity = params->on_demand_queue_max_size;
    if (capacity == 0 || queued > capacity)
        return false;
    ph_u128_t fill = ph_mul_div_nearest(PH_FIXED_ONE, queued, capacity);
    ph_u128_t target = fixed_of_perbill(params->on_demand_target_queue_utilization);
    ph_u128_t d = fill >= target ? fill - target : target - fill;
    ph_u128_t vd = ph_fixed_mul(d, fixed_of_perbill(params->on_demand_fee_variability));
    ph_u128_t half_square = ph_mul_div_nearest(ph_fixed_mul(vd, vd), PH_FIXED_ONE, 2 * PH_FIXED_ONE);
    ph_u128_t factor = fill >= target ? ph_u128_sat_add(ph_u128_sat_add(d, half_square), PH_FIXED_ONE)
                                      : ph_u128_sat_sub(d, half_square);
    ph_u128_t next = ph_fixed_mul(factor, *traffic);
    if (next < TRAFFIC_DEFAULT)
        next = TRAFFIC_DEFAULT;
    bool moves = next != *traffic;
    *traffic = next;
    return moves;
}

static ph_balance_t spot_price(const ph_on_demand_order_status_t *status, const ph_scheduler_params_t *params)
{
    return ph_fixed_mul(status->traffic.v, params->on_demand_base_fee);
}

static void update_traffic(ph_rt_t *rt, ph_on_demand_order_status_t *status, const ph_scheduler_params_t *params)
{
    if (next_traffic(&status->traffic.v, params, status->queue.count))
        ph_on_demand_assignment_provider_event_spot_price_set(rt, spot_price(status, params));
}

/* ---- revenue ---- */

void ph_on_demand_assignment_provider_const_max_historical_revenue(ph_rt_t *rt, uint32_t *out)
{
    ph_parachain_limits_t limits;
    *out = ph_parachain_limits_limits_get(rt, &limits) ? limits.max_historical_revenue : MAX_HISTORICAL_REVENUE;
}

/* A new block's revenue goes to the front; what falls off the end adds to the oldest that is kept. */
static void rotate_revenue(ph_rt_t *rt)
{
    ph_vec_balance_t revenue;
    ph_on_demand_assignment_provider_revenue_get(rt, &revenue);
    ph_vec_insert(rt, &revenue, 0, 0);
    uint32_t kept;
    ph_on_demand_assignment_provider_const_max_historical_revenue(rt, &kept);
    if (revenue.count > kept && revenue.count > 1) {
        ph_balance_t overdue = revenue.items[--revenue.count];
        revenue.items[revenue.count - 1] = ph_u128_sat_add(revenue.items[revenue.count - 1], overdue);
    }
    ph_on_demand_assignment_provider_revenue_set(rt, &revenue);
}

static void note_revenue(ph_rt_t *rt, ph_balance_t price)
{
    ph_vec_balance_t revenue;
    ph_on_demand_assignment_provider_revenue_get(rt, &revenue);
    if (revenue.count > 0)
        revenue.items[0] = ph_u128_sat_add(revenue.items[0], price);
    else
        ph_vec_push(rt, &revenue, price);
    ph_on_demand_assignment_provider_revenue_set(rt, &revenue);
}

void ph_on_demand_on_initialize(ph_rt_t *rt)
{
    ph_host_configuration_t config;
    ph_on_demand_order_status_t status;
    rotate_revenue(rt);
    ph_configuration_active_config_get(rt, &config);
    ph_on_demand_assignment_provider_order_status_get(rt, &status);
    update_traffic(rt, &status, &config.scheduler_params);
    ph_on_demand_assignment_provider_order_status_set(rt, &status);
}

/* ---- credits ---- */

void ph_on_demand_credit_account(ph_rt_t *rt, const ph_account_id_t *who, ph_balance_t amount)
{
    ph_balance_t credits;
    ph_on_demand_assignment_provider_credits_get(rt, who, &credits);
    ph_on_demand_assignment_provider_credits_set(rt, who, ph_u128_sat_add(credits, amount));
    ph_on_demand_assignment_provider_event_account_credited(rt, who, amount);
}

static ph_err_t charge_credits(ph_rt_t *rt, const ph_account_id_t *who, ph_balance_t price)
{
    ph_balance_t credits;
    ph_on_demand_assignment_provider_credits_get(rt, who, &credits);
    if (credits < price)
        return PH_ON_DEMAND_ASSIGNMENT_PROVIDER_ERR_INSUFFICIENT_CREDITS;
    if (credits == price)
        ph_on_demand_assignment_provider_credits_remove(rt, who);
    else
        ph_on_demand_assignment_provider_credits_set(rt, who, credits - price);
    return PH_OK;
}

/* ---- orders ---- */

typedef enum { PAY_ALLOW_DEATH, PAY_KEEP_ALIVE, PAY_CREDITS } payment_t;

/* The account that keeps what orders bring in, until the broker chain claims it: "modl" ‖ "py/ondmd". */
ph_account_id_t ph_on_demand_pot(void)
{
    ph_account_id_t pot = {{0}};
    memcpy(pot.bytes, "modlpy/ondmd", 12);
    return pot;
}

static ph_err_t charge_balance(ph_rt_t *rt, const ph_account_id_t *who, ph_balance_t price, bool keep_alive)
{
    ph_account_id_t pot = ph_on_demand_pot();
    PH_TRY(ph_currency_withdraw(rt, who, price, keep_alive));
    ph_currency_touch(rt, &pot);
    ph_currency_resolve(rt, &pot, price);
    return PH_OK;
}

static ph_err_t place_order(ph_rt_t *rt, const ph_origin_t *origin, ph_balance_t max_amount, ph_para_id_t para,
                            payment_t payment)
{
    ph_account_id_t who;
    ph_host_configuration_t config;
    ph_on_demand_order_status_t status;
    PH_TRY(ph_ensure_signed(origin, &who));
    ph_configuration_active_config_get(rt, &config);
    ph_on_demand_assignment_provider_order_status_get(rt, &status);
    update_traffic(rt, &status, &config.scheduler_params);
    ph_balance_t price = spot_price(&status, &config.scheduler_params);
    if (price > max_amount)
        return PH_ON_DEMAND_ASSIGNMENT_PROVIDER_ERR_SPOT_PRICE_HIGHER_THAN_MAX_AMOUNT;
    if (status.queue.count >= config.scheduler_params.on_demand_queue_max_size)
        return PH_ON_DEMAND_ASSIGNMENT_PROVIDER_ERR_QUEUE_FULL;
    if (payment == PAY_CREDITS)
        PH_TRY(charge_credits(rt, &who, price));
    else
        PH_TRY(charge_balance(rt, &who, price, payment == PAY_KEEP_ALIVE));
    if (status.queue.count >= QUEUE_MAX) /* root may force a configuration that allows more; what was paid is undone */
        return PH_ON_DEMAND_ASSIGNMENT_PROVIDER_ERR_QUEUE_FULL;
    note_revenue(rt, price);
    ph_vec_push(rt, &status.queue, ((ph_enqueued_order_t){.para_id = para, .ordered_at = ph_now(rt)}));
    ph_on_demand_assignment_provider_order_status_set(rt, &status);
    ph_on_demand_assignment_provider_event_on_demand_order_placed(rt, para, price, &who);
    return PH_OK;
}

ph_err_t ph_on_demand_assignment_provider_call_place_order_allow_death(ph_rt_t *rt, const ph_origin_t *origin,
                                                                       ph_balance_t max_amount, ph_para_id_t para_id)
{
    return place_order(rt, origin, max_amount, para_id, PAY_ALLOW_DEATH);
}

ph_err_t ph_on_demand_assignment_provider_call_place_order_keep_alive(ph_rt_t *rt, const ph_origin_t *origin,
                                                                      ph_balance_t max_amount, ph_para_id_t para_id)
{
    return place_order(rt, origin, max_amount, para_id, PAY_KEEP_ALIVE);
}

ph_err_t ph_on_demand_assignment_provider_call_place_order_with_credits(ph_rt_t *rt, const ph_origin_t *origin,
                                                                        ph_balance_t max_amount, ph_para_id_t para_id)
{
    return place_order(rt, origin, max_amount, para_id, PAY_CREDITS);
}

/* Takes out the revenue of blocks before `when`. */
ph_balance_t ph_on_demand_claim_revenue(ph_rt_t *rt, ph_block_number_t when)
{
    ph_vec_balance_t revenue;
    ph_balance_t amount = 0;
    ph_block_number_t now = ph_now(rt);
    ph_on_demand_assignment_provider_revenue_get(rt, &revenue);
    while (revenue.count > 0 && when > ph_sat_sub_u32(now, (uint32_t)(revenue.count - 1)))
        amount = ph_u128_sat_add(amount, revenue.items[--revenue.count]);
    ph_on_demand_assignment_provider_revenue_set(rt, &revenue);
    return amount;
}

void ph_on_demand_queue_batch(ph_rt_t *rt, const ph_vec_tup_para_id_block_number_t *batch)
{
    ph_on_demand_order_status_t status;
    ph_on_demand_assignment_provider_order_status_get(rt, &status);
    size_t waiting = status.queue.count, room = waiting < QUEUE_MAX ? QUEUE_MAX - waiting : 0;
    size_t queued = batch->count < room ? batch->count : room;
    ph_vec_enqueued_order_t queue;
    ph_vec_alloc(rt, &queue, waiting + queued);
    for (size_t i = 0; i < waiting; i++)
        queue.items[i] = status.queue.items[i];
    for (size_t i = 0; i < queued; i++)
        queue.items[waiting + i] = (ph_enqueued_order_t){batch->items[i]._0, batch->items[i]._1};
    status.queue = queue;
    if (queued < batch->count)
        ph_on_demand_assignment_provider_event_unexpected_queue_full(rt, (uint32_t)(batch->count - queued));
    else
        ph_on_demand_assignment_provider_event_batch_queued(rt, batch);
    ph_on_demand_assignment_provider_order_status_set(rt, &status);
}
