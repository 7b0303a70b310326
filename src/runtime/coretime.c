/* Coretime: what the broker chain (or root) tells the relay chain about cores. (RFC 5; pallet `Coretime`.) */
#include "runtime/storage/coretime.h"
#include "runtime/configuration.h"
#include "runtime/currency.h"
#include "runtime/on_demand.h"
#include "runtime/scheduler.h"
#include "runtime/support.h"

static ph_err_t ensure_root_or_broker(const ph_origin_t *origin)
{
    ph_para_id_t para;
    if (ph_ensure_parachain(origin, &para) == PH_OK)
        return para.v == PH_CORETIME_CONST_BROKER_ID ? PH_OK : PH_CORETIME_ERR_NOT_BROKER;
    return ph_ensure_root(origin);
}

ph_err_t ph_coretime_call_request_core_count(ph_rt_t *rt, const ph_origin_t *origin, uint16_t count)
{
    PH_TRY(ensure_root_or_broker(origin));
    return ph_configuration_schedule_coretime_cores(rt, count);
}

ph_err_t ph_coretime_call_credit_account(ph_rt_t *rt, const ph_origin_t *origin, const ph_account_id_t *who,
                                         ph_balance_t amount)
{
    PH_TRY(ensure_root_or_broker(origin));
    ph_on_demand_credit_account(rt, who, amount);
    return PH_OK;
}

ph_err_t ph_coretime_call_assign_core(ph_rt_t *rt, const ph_origin_t *origin, uint16_t core, ph_block_number_t begin,
                                      const ph_vec_tup_core_assignment_parts_of57600_t *assignment,
                                      const ph_opt_block_number_t *end_hint)
{
    PH_TRY(ensure_root_or_broker(origin));
    PH_TRY(ph_scheduler_assign_core(rt, (ph_core_index_t){core}, begin, assignment, end_hint));
    ph_coretime_event_core_assigned(rt, (ph_core_index_t){core});
    return PH_OK;
}

ph_err_t ph_coretime_call_queue_on_demand_batch(ph_rt_t *rt, const ph_origin_t *origin,
                                                const ph_vec_tup_para_id_block_number_t *batch)
{
    PH_TRY(ensure_root_or_broker(origin));
    ph_on_demand_queue_batch(rt, batch);
    return PH_OK;
}

/* The revenue is burnt here and would be minted on the broker chain; the message that says so is not sent: this chain
 * has no cross-consensus sender. */
ph_err_t ph_coretime_call_request_revenue_at(ph_rt_t *rt, const ph_origin_t *origin, ph_block_number_t when)
{
    PH_TRY(ensure_root_or_broker(origin));
    if (when > ph_now(rt))
        return PH_CORETIME_ERR_REQUESTED_FUTURE_REVENUE;
    ph_balance_t amount = ph_on_demand_claim_revenue(rt, when);
    ph_account_id_t pot = ph_on_demand_pot();
    if (amount > 0 && ph_currency_burn_all(rt, &pot, amount) != PH_OK)
        return PH_CORETIME_ERR_ASSET_TRANSFER_FAILED;
    return PH_OK;
}
