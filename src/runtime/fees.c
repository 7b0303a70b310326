#include "runtime/fees.h"

#include "runtime/currency.h"
#include "runtime/fixed.h"
#include "runtime/params.h"
#include "runtime/support.h"

#define BILLION ((ph_u128_t)1000000000)

/* ---- prices ---- */

static ph_balance_t sat_mul(ph_balance_t a, ph_balance_t b)
{
    return ph_mul_div(a, b, 1);
}

/* No weight counts for more than a whole block. */
ph_balance_t ph_fees_of_weight(ph_rt_t *rt, ph_weight_t weight)
{
    ph_transaction_params_t params;
    ph_params_transactions(rt, &params);
    uint64_t time = weight.ref_time < params.max_block_ref_time ? weight.ref_time : params.max_block_ref_time;
    ph_balance_t parts = ph_mul_div_nearest(time, params.weight_fee_fraction.v, BILLION);
    return ph_u128_sat_add(parts, sat_mul(params.weight_fee, time));
}

ph_balance_t ph_fees_of_length(ph_rt_t *rt, uint32_t len)
{
    ph_transaction_params_t params;
    ph_params_transactions(rt, &params);
    return sat_mul(params.length_fee, len);
}

void ph_fees_details(ph_rt_t *rt, ph_fee_details_t *out, const ph_dispatch_info_t *info, uint32_t len, ph_balance_t tip)
{
    *out = (ph_fee_details_t){.tip = tip};
    if (info->pays_fee.kind == PH_PAYS_NO)
        return;
    ph_transaction_params_t params;
    ph_fixed_u128_t multiplier;
    ph_params_transactions(rt, &params);
    ph_transaction_payment_next_fee_multiplier_get(rt, &multiplier);
    out->inclusion_fee.some = true;
    out->inclusion_fee.value = (ph_inclusion_fee_t){
        .base_fee = ph_fees_of_weight(rt, (ph_weight_t){params.base_ref_time, 0}),
        .len_fee = ph_fees_of_length(rt, len),
        .adjusted_weight_fee = ph_fixed_mul(multiplier.v, ph_fees_of_weight(rt, info->weight)),
    };
}

ph_balance_t ph_fees_total(const ph_fee_details_t *details)
{
    if (!details->inclusion_fee.some)
        return details->tip;
    const ph_inclusion_fee_t *fee = &details->inclusion_fee.value;
    ph_balance_t sum = ph_u128_sat_add(ph_u128_sat_add(fee->base_fee, fee->len_fee), fee->adjusted_weight_fee);
    return ph_u128_sat_add(sum, details->tip);
}

/* ---- urgency ---- */

static uint64_t clamp_u64(uint64_t v, uint64_t low, uint64_t high)
{
    return v < low ? low : v > high ? high : v;
}

/* How many transactions like this one a block could hold. */
static uint64_t max_per_block(ph_rt_t *rt, const ph_dispatch_info_t *info, uint32_t len)
{
    ph_transaction_params_t params;
    ph_params_transactions(rt, &params);
    uint64_t max_time = params.max_block_ref_time > 0 ? params.max_block_ref_time : 1;
    uint64_t max_len = ph_params_max_len(&params, info->class_);
    uint64_t by_time = max_time / clamp_u64(info->weight.ref_time, 1, max_time);
    uint64_t by_proof = UINT64_MAX / clamp_u64(info->weight.proof_size, 1, UINT64_MAX);
    uint64_t by_len = max_len / clamp_u64(len, 1, max_len);
    uint64_t by_weight = by_time < by_proof ? by_time : by_proof;
    return by_weight < by_len ? by_weight : by_len;
}

/* What the block's author would earn by a block full of such transactions. */
uint64_t ph_fees_priority(ph_rt_t *rt, const ph_dispatch_info_t *info, uint32_t len, ph_balance_t tip, ph_balance_t fee)
{
    ph_transaction_params_t params;
    ph_params_transactions(rt, &params);
    uint64_t count = max_per_block(rt, info, len);
    ph_balance_t reward = sat_mul(ph_u128_sat_add(tip, 1), count);
    if (info->class_.kind == PH_DISPATCH_CLASS_OPERATIONAL)
        reward = ph_u128_sat_add(reward, sat_mul(sat_mul(fee, params.operational_fee_multiplier), count));
    return reward > UINT64_MAX ? UINT64_MAX : (uint64_t)reward;
}

/* ---- payment ---- */

bool ph_fees_can_pay(ph_rt_t *rt, const ph_account_id_t *who, ph_balance_t fee)
{
    return fee == 0 || ph_currency_can_withdraw(rt, who, fee) == PH_WITHDRAW_SUCCESS;
}

bool ph_fees_charge(ph_rt_t *rt, const ph_account_id_t *who, ph_balance_t fee, ph_balance_t tip)
{
    if (fee == 0)
        return true;
    if (ph_currency_withdraw_exact(rt, who, fee) != PH_OK)
        return false;
    ph_transaction_payment_tx_payment_credit_set(rt, ph_u128_sat_sub(fee, tip));
    return true;
}

void ph_fees_settle(ph_rt_t *rt, const ph_account_id_t *who, ph_balance_t charged, ph_balance_t actual,
                    ph_balance_t tip)
{
    ph_balance_t held = 0, fee = ph_u128_sat_sub(actual, tip), lost = charged > 0 ? tip : 0;
    if (!ph_transaction_payment_tx_payment_credit_take(rt, &held))
        held = 0;
    if (held > fee && ph_system_account_exists(rt, who) && ph_currency_deposit_exact(rt, who, held - fee) == PH_OK)
        held = fee;
    ph_currency_drop_credit(rt, ph_u128_sat_add(held, lost));
    ph_transaction_payment_event_transaction_fee_paid(rt, who, actual, tip);
}

/* ---- the multiplier ---- */

/* Of a block's ordinary room a quarter should be used. Away from that, the multiplier m becomes m·(1 + v·d + (v·d)²/2),
 * d being the difference, and never less than a tenth. (polkadot-runtime-common 34, SlowAdjustingFeeUpdate.) */
static ph_u128_t next_multiplier(ph_rt_t *rt, ph_u128_t m, const ph_transaction_params_t *params)
{
    const ph_u128_t least = PH_FIXED_ONE / 10, v = params->multiplier_variability;
    ph_per_dispatch_class_weight_t weights;
    ph_system_block_weight_get(rt, &weights);
    uint64_t max = ph_params_normal_ref_time(params), target = max / 4;
    uint64_t used = weights.normal.ref_time < max ? weights.normal.ref_time : max;
    ph_u128_t diff = ph_fixed_div(used > target ? used - target : target - used, max > 0 ? max : 1);
    ph_u128_t first = ph_fixed_mul(v, diff);
    ph_u128_t second = ph_fixed_mul(ph_fixed_mul(v, v) / 2, ph_fixed_mul(diff, diff));
    m = m < least ? least : m;
    if (used >= target)
        m = ph_u128_sat_add(m, ph_fixed_mul(ph_u128_sat_add(first, second), m));
    else
        m = ph_u128_sat_sub(m, ph_fixed_mul(ph_u128_sat_sub(first, second), m));
    return m < least ? least : m;
}

void ph_fees_on_finalize(ph_rt_t *rt)
{
    ph_transaction_params_t params;
    ph_fixed_u128_t multiplier;
    ph_params_transactions(rt, &params);
    ph_transaction_payment_next_fee_multiplier_get(rt, &multiplier);
    if (params.multiplier_variability == 0)
        multiplier.v = PH_FIXED_ONE;
    else
        multiplier.v = next_multiplier(rt, multiplier.v, &params);
    ph_transaction_payment_next_fee_multiplier_set(rt, multiplier);
    ph_transaction_payment_tx_payment_credit_remove(rt);
}

void ph_fees_genesis_build(ph_rt_t *rt)
{
    ph_transaction_payment_storage_version_set(rt, (ph_fee_releases_t){PH_FEE_RELEASES_V2});
    ph_transaction_payment_next_fee_multiplier_set(rt, (ph_fixed_u128_t){PH_FIXED_ONE});
}
