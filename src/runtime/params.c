/* Constants that the state may override, and the runtime's version. */
#include "runtime/params.h"

#include <string.h>

#include "runtime/apis.h"
#include "runtime/storage/chain_parameters.h"
#include "runtime/storage/transaction_parameters.h"
#include "runtime/vec.h"

static ph_chain_params_t params(ph_rt_t *rt)
{
    ph_chain_params_t p;
    if (!ph_chain_parameters_params_get(rt, &p))
        p = (ph_chain_params_t){.slot_ms = 6000, .epoch_slots = 600};
    if (p.slot_ms < 2)
        p.slot_ms = 2;
    p.slot_ms -= p.slot_ms % 2; /* it is twice the minimum period */
    if (p.epoch_slots == 0)
        p.epoch_slots = 1;
    return p;
}

uint64_t ph_params_slot_ms(ph_rt_t *rt)
{
    return params(rt).slot_ms;
}

uint64_t ph_params_minimum_period(ph_rt_t *rt)
{
    return params(rt).slot_ms / 2;
}

uint64_t ph_params_epoch_slots(ph_rt_t *rt)
{
    return params(rt).epoch_slots;
}

/* ---- transactions ---- */

#define BILLION 1000000000u
/* Rococo's: a cent is 33333333; a byte costs a hundredth of it, a transaction's base time a tenth. What a call takes is
 * ours. */
static const ph_transaction_params_t rococo = {
    .length_fee = 333330,
    .weight_fee_fraction.v = 35700642,
    .operational_fee_multiplier = 5,
    .max_block_ref_time = PH_MAX_BLOCK_REF_TIME,
    .normal_share.v = BILLION / 4 * 3,
    .base_ref_time = 93369000,
    .call_ref_time = 100000000,
    .multiplier_variability = 75000000000000,
};

void ph_params_transactions(ph_rt_t *rt, ph_transaction_params_t *out)
{
    if (!ph_transaction_parameters_params_get(rt, out))
        *out = rococo;
}

static uint64_t normal_part(const ph_transaction_params_t *params, uint64_t of)
{
    return params->normal_share.v >= BILLION ? of : (uint64_t)((ph_u128_t)of * params->normal_share.v / BILLION);
}

uint64_t ph_params_normal_ref_time(const ph_transaction_params_t *params)
{
    return normal_part(params, params->max_block_ref_time);
}

uint32_t ph_params_max_len(const ph_transaction_params_t *params, ph_dispatch_class_t class_)
{
    bool normal = class_.kind == PH_DISPATCH_CLASS_NORMAL;
    return normal ? (uint32_t)normal_part(params, PH_MAX_BLOCK_LEN) : PH_MAX_BLOCK_LEN;
}

/* ---- version ---- */

void ph_params_runtime_version(ph_rt_t *rt, ph_runtime_version_t *out)
{
    *out = (ph_runtime_version_t){
        .spec_name = PH_BYTES_LIT(PH_SPEC_NAME),
        .impl_name = PH_BYTES_LIT(PH_IMPL_NAME),
        .authoring_version = PH_AUTHORING_VERSION,
        .spec_version = PH_SPEC_VERSION,
        .impl_version = PH_IMPL_VERSION,
        .transaction_version = PH_TRANSACTION_VERSION,
        .system_version = PH_SYSTEM_VERSION,
    };
    ph_vec_alloc(rt, &out->apis, ph_api_version_count);
    for (size_t i = 0; i < ph_api_version_count; i++) {
        memcpy(out->apis.items[i]._0.bytes, ph_api_versions[i].id, 8);
        out->apis.items[i]._1 = ph_api_versions[i].version;
    }
}
