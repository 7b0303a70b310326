/* Calls in general. */
#include "runtime/dispatch.h"

#include "runtime/calls.h"
#include "runtime/hooks.h"
#include "runtime/params.h"
#include "runtime/paras.h"
#include "runtime/support.h"
#include "runtime/vec.h"

/* Index of ParasSudoWrapper in the runtime. */
#define PALLET_PARAS_SUDO_WRAPPER 250

/* ---- what a call is ---- */

bool ph_call_is_inherent(const ph_call_t *call)
{
    if (call->kind == PH_CALL_TIMESTAMP)
        return call->timestamp.kind == PH_CALL_TIMESTAMP_SET;
    return call->kind == PH_CALL_PARA_INHERENT && call->para_inherent.kind == PH_CALL_PARA_INHERENT_ENTER;
}

static bool is_operational(const ph_call_t *call)
{
    switch (call->kind) {
    case PH_CALL_SYSTEM:
        return call->system.kind != PH_CALL_SYSTEM_REMARK && call->system.kind != PH_CALL_SYSTEM_REMARK_WITH_EVENT;
    case PH_CALL_CONFIGURATION:
    case PH_CALL_INITIALIZER:
    case PALLET_PARAS_SUDO_WRAPPER:
        return true;
    default:
        return false;
    }
}

/* The call that another carries; NULL if none. */
static const ph_call_t *inner_call(const ph_call_t *call)
{
    if (call->kind != PH_CALL_SUDO)
        return NULL;
    switch ((ph_call_sudo_kind_t)call->sudo.kind) {
    case PH_CALL_SUDO_SUDO:
        return call->sudo.sudo.call;
    case PH_CALL_SUDO_SUDO_UNCHECKED_WEIGHT:
        return call->sudo.sudo_unchecked_weight.call;
    case PH_CALL_SUDO_SUDO_AS:
        return call->sudo.sudo_as.call;
    case PH_CALL_SUDO_SET_KEY:
    case PH_CALL_SUDO_REMOVE_KEY:
        break;
    }
    return NULL;
}

static ph_dispatch_class_t class_of(const ph_call_t *call)
{
    for (const ph_call_t *inner; (inner = inner_call(call)) != NULL;)
        call = inner;
    if (ph_call_is_inherent(call))
        return (ph_dispatch_class_t){PH_DISPATCH_CLASS_MANDATORY};
    return (ph_dispatch_class_t){is_operational(call) ? PH_DISPATCH_CLASS_OPERATIONAL : PH_DISPATCH_CLASS_NORMAL};
}

/* Nobody has measured the calls of this runtime: each counts as much as the chain says. */
static ph_weight_t weight_of(ph_rt_t *rt, const ph_call_t *call)
{
    ph_transaction_params_t params;
    ph_params_transactions(rt, &params);
    ph_weight_t weight = {0};
    for (; call != NULL; call = inner_call(call)) {
        bool said = call->kind == PH_CALL_SUDO && call->sudo.kind == PH_CALL_SUDO_SUDO_UNCHECKED_WEIGHT;
        ph_weight_t own = said ? call->sudo.sudo_unchecked_weight.weight : (ph_weight_t){params.call_ref_time, 0};
        weight.ref_time = ph_sat_add_u64(weight.ref_time, own.ref_time);
        weight.proof_size = ph_sat_add_u64(weight.proof_size, own.proof_size);
        if (said)
            break;
    }
    return weight;
}

ph_dispatch_info_t ph_call_info(ph_rt_t *rt, const ph_call_t *call)
{
    return (ph_dispatch_info_t){
        .weight = ph_call_is_inherent(call) ? (ph_weight_t){0} : weight_of(rt, call),
        .class_ = class_of(call),
        .pays_fee.kind = PH_PAYS_YES,
    };
}

/* ---- carrying out ---- */

/* Storage layers are limited as in FRAME (TRANSACTIONAL_LIMIT). */
static ph_err_t dispatch_in_layer(ph_rt_t *rt, const ph_origin_t *origin, const ph_call_t *call)
{
    enum { MAX_LAYERS = 255 };
    if (rt->layers >= MAX_LAYERS)
        return PH_DISPATCH_ERR(PH_DISPATCH_ERROR_TRANSACTIONAL, PH_TRANSACTIONAL_ERROR_LIMIT_REACHED);
    rt->layers++;
    ph_host_storage_start_transaction(rt);
    ph_err_t err = ph_dispatch(rt, origin, call);
    if (err == PH_OK)
        ph_host_storage_commit_transaction(rt);
    else
        ph_host_storage_rollback_transaction(rt);
    rt->layers--;
    return err;
}

ph_err_t ph_dispatch_in_layer(ph_rt_t *rt, ph_dispatch_result_t *result, const ph_origin_t *origin,
                              const ph_call_t *call)
{
    *result = (ph_dispatch_result_t){.kind = PH_RES_OK};
    rt->pays_no = false;
    ph_err_t err = dispatch_in_layer(rt, origin, call);
    if (err != PH_OK) {
        rt->pays_no = false;
        result->kind = PH_RES_ERR;
        result->err = ph_dispatch_error_of(err);
    }
    return rt->panic != NULL ? PH_ERR_INTERNAL : PH_OK;
}

ph_err_t ph_lookup(ph_account_id_t *out, const ph_multi_address_t *address)
{
    if (address->kind != PH_MULTI_ADDRESS_ID)
        return PH_DISPATCH_ERR(PH_DISPATCH_ERROR_CANNOT_LOOKUP, 0);
    *out = address->id;
    return PH_OK;
}

/* ---- calls of nobody ---- */

static void refuse(ph_transaction_validity_t *out, ph_transaction_validity_error_kind_t kind, int why)
{
    *out = (ph_transaction_validity_t){.kind = PH_RES_ERR, .err = {.kind = (uint8_t)kind}};
    if (kind == PH_TRANSACTION_VALIDITY_ERROR_INVALID)
        out->err.invalid.kind = (uint8_t)why;
    else
        out->err.unknown.kind = (uint8_t)why;
}

/* Code that root has authorized may be brought by anybody. */
static void validate_system(ph_rt_t *rt, ph_transaction_validity_t *out, const ph_call_system_t *call)
{
    ph_code_upgrade_authorization_t authorization;
    if (call->kind != PH_CALL_SYSTEM_APPLY_AUTHORIZED_UPGRADE ||
        ph_system_check_authorized(rt, &authorization, call->apply_authorized_upgrade.code) != PH_OK) {
        refuse(out, PH_TRANSACTION_VALIDITY_ERROR_INVALID, PH_INVALID_TRANSACTION_CALL);
        return;
    }
    *out = (ph_transaction_validity_t){.ok = {.priority = UINT64_MAX, .longevity = UINT64_MAX, .propagate = true}};
    ph_vec_push(rt, &out->ok.provides, ph_bytes_copy(rt->arena, ph_bytes(authorization.code_hash.bytes, 32)));
}

bool ph_unsigned_validate(ph_rt_t *rt, ph_transaction_validity_t *out, ph_transaction_source_t source,
                          const ph_call_t *call)
{
    switch (call->kind) {
    case PH_CALL_SYSTEM:
        validate_system(rt, out, &call->system);
        break;
    case PH_CALL_BABE:
        ph_babe_validate_unsigned(rt, out, source, &call->babe);
        break;
    case PH_CALL_GRANDPA:
        ph_grandpa_validate_unsigned(rt, out, source, &call->grandpa);
        break;
    case PH_CALL_PARAS:
        ph_paras_validate_unsigned(rt, out, &call->paras);
        break;
    case PH_CALL_PARAS_SLASHING:
        ph_paras_slashing_validate_unsigned(rt, out, source, &call->paras_slashing);
        break;
    default:
        refuse(out, PH_TRANSACTION_VALIDITY_ERROR_UNKNOWN, PH_UNKNOWN_TRANSACTION_NO_UNSIGNED_VALIDATOR);
    }
    return out->kind == PH_RES_OK;
}

/* Votes on code are checked when they are carried out. Whoever says nothing about bare calls lets them pass: that way
 * inherents come in, and the others fail by their origin. */
bool ph_unsigned_pre_dispatch(ph_rt_t *rt, ph_transaction_validity_error_t *why, const ph_call_t *call)
{
    ph_transaction_validity_t validity;
    if (call->kind != PH_CALL_SYSTEM && call->kind != PH_CALL_BABE && call->kind != PH_CALL_GRANDPA &&
        call->kind != PH_CALL_PARAS_SLASHING)
        return true;
    if (ph_unsigned_validate(rt, &validity, (ph_transaction_source_t){PH_TRANSACTION_SOURCE_IN_BLOCK}, call))
        return true;
    *why = validity.err;
    return false;
}
