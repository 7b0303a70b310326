/* Constants of pallets whose values stand elsewhere (runtime/params.h) or differ between chains (pallets
 * ChainParameters, TransactionParameters and ParachainLimits): metadata asks for them here.
 */
#include "runtime/currency.h"
#include "runtime/params.h"
#include "runtime/storage/babe.h"
#include "runtime/storage/grandpa.h"
#include "runtime/storage/system.h"
#include "runtime/storage/timestamp.h"
#include "runtime/storage/transaction_payment.h"

/* ---- System ---- */

/* The proof size of a block is not limited. */
static ph_weight_t weight(uint64_t ref_time)
{
    return (ph_weight_t){.ref_time = ref_time, .proof_size = UINT64_MAX};
}

static ph_opt_weight_t some_weight(uint64_t ref_time)
{
    return (ph_opt_weight_t){.some = true, .value = weight(ref_time)};
}

/* A transaction may take all of its class's share, what each takes by itself included. */
static ph_weights_per_class_t share(const ph_transaction_params_t *params, uint64_t max, uint64_t reserved)
{
    uint64_t base = params->base_ref_time;
    return (ph_weights_per_class_t){
        .base_extrinsic.ref_time = base,
        .max_extrinsic = some_weight(base < max ? max - base : 0),
        .max_total = some_weight(max),
        .reserved = {.some = true, .value.ref_time = reserved},
    };
}

void ph_system_const_block_weights(ph_rt_t *rt, ph_block_weights_t *out)
{
    ph_transaction_params_t params;
    ph_params_transactions(rt, &params);
    uint64_t max = params.max_block_ref_time, normal = ph_params_normal_ref_time(&params);
    *out = (ph_block_weights_t){
        .max_block = weight(max),
        .per_class = {.normal = share(&params, normal, 0),
                      .operational = share(&params, max, max - normal),
                      .mandatory.base_extrinsic.ref_time = params.base_ref_time},
    };
}

void ph_system_const_block_length(ph_rt_t *rt, ph_block_length_t *out)
{
    ph_transaction_params_t params;
    ph_params_transactions(rt, &params);
    ph_dispatch_class_t normal = {.kind = PH_DISPATCH_CLASS_NORMAL}, mandatory = {.kind = PH_DISPATCH_CLASS_MANDATORY};
    out->max.normal = ph_params_max_len(&params, normal);
    out->max.operational = out->max.mandatory = ph_params_max_len(&params, mandatory);
    out->max_header_size = (ph_opt_u32_t){.some = true, .value = PH_MAX_HEADER_LEN};
}

void ph_system_const_block_hash_count(ph_rt_t *rt, uint32_t *out)
{
    (void)rt;
    *out = PH_BLOCK_HASH_COUNT;
}

void ph_system_const_db_weight(ph_rt_t *rt, ph_runtime_db_weight_t *out)
{
    (void)rt;
    *out = (ph_runtime_db_weight_t){.read = PH_DB_READ_REF_TIME, .write = PH_DB_WRITE_REF_TIME};
}

void ph_system_const_version(ph_rt_t *rt, ph_runtime_version_t *out)
{
    ph_params_runtime_version(rt, out);
}

/* ---- Balances, TransactionPayment ---- */

void ph_balances_const_existential_deposit(ph_rt_t *rt, ph_balance_t *out)
{
    *out = ph_currency_existential_deposit(rt);
}

void ph_transaction_payment_const_operational_fee_multiplier(ph_rt_t *rt, uint8_t *out)
{
    ph_transaction_params_t params;
    ph_params_transactions(rt, &params);
    *out = params.operational_fee_multiplier;
}

/* ---- Timestamp, Babe, Grandpa ---- */

void ph_timestamp_const_minimum_period(ph_rt_t *rt, uint64_t *out)
{
    *out = ph_params_minimum_period(rt);
}

void ph_babe_const_epoch_duration(ph_rt_t *rt, uint64_t *out)
{
    *out = ph_params_epoch_slots(rt);
}

void ph_babe_const_expected_block_time(ph_rt_t *rt, uint64_t *out)
{
    *out = ph_params_slot_ms(rt);
}

void ph_babe_const_max_authorities(ph_rt_t *rt, uint32_t *out)
{
    (void)rt;
    *out = PH_MAX_AUTHORITIES;
}

void ph_grandpa_const_max_authorities(ph_rt_t *rt, uint32_t *out)
{
    (void)rt;
    *out = PH_MAX_AUTHORITIES;
}

void ph_grandpa_const_max_set_id_session_entries(ph_rt_t *rt, uint64_t *out)
{
    (void)rt;
    *out = PH_MAX_SET_ID_SESSION_ENTRIES;
}
