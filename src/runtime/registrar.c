#include "runtime/registrar.h"

#include "runtime/currency.h"
#include "runtime/hooks.h"
#include "runtime/params.h"
#include "runtime/paras.h"
#include "runtime/storage/configuration.h"
#include "runtime/support.h"

#define MIN_CODE_SIZE 9

/* ---- who may ---- */

static ph_err_t ensure_root_or_para(const ph_origin_t *origin, ph_para_id_t para)
{
    ph_para_id_t caller;
    if (ph_ensure_root(origin) == PH_OK)
        return PH_OK;
    PH_TRY(ph_ensure_parachain(origin, &caller));
    return caller.v == para.v ? PH_OK : PH_REGISTRAR_ERR_NOT_OWNER;
}

static bool is_locked(const ph_para_info_t *info)
{
    return info->locked.some && info->locked.value;
}

static ph_err_t ensure_root_para_or_owner(ph_rt_t *rt, const ph_origin_t *origin, ph_para_id_t para)
{
    ph_account_id_t who;
    ph_para_info_t info;
    if (ph_ensure_signed(origin, &who) == PH_OK) {
        if (!ph_registrar_paras_get(rt, para, &info))
            return PH_REGISTRAR_ERR_NOT_REGISTERED;
        if (ph_hash_is(&info.manager, &who))
            return is_locked(&info) ? PH_REGISTRAR_ERR_PARA_LOCKED : PH_OK;
    }
    return ensure_root_or_para(origin, para);
}

static void set_lock(ph_rt_t *rt, ph_para_id_t para, bool locked)
{
    ph_para_info_t info;
    if (!ph_registrar_paras_get(rt, para, &info))
        return;
    info.locked = (ph_opt_bool_t){.some = true, .value = locked};
    ph_registrar_paras_set(rt, para, &info);
}

void ph_registrar_on_new_head(ph_rt_t *rt, ph_para_id_t para)
{
    ph_para_info_t info;
    if (ph_registrar_paras_get(rt, para, &info) && !info.locked.some)
        set_lock(rt, para, true);
}

static bool is_in(ph_rt_t *rt, ph_para_id_t para, ph_para_lifecycle_kind_t kind)
{
    ph_para_lifecycle_t state;
    return ph_paras_para_lifecycles_get(rt, para, &state) && state.kind == kind;
}

/* ---- registration ---- */

ph_err_t ph_registrar_call_reserve(ph_rt_t *rt, const ph_origin_t *origin)
{
    ph_account_id_t who;
    ph_para_id_t id;
    PH_TRY(ph_ensure_signed(origin, &who));
    ph_registrar_next_free_para_id_get(rt, &id);
    if (id.v < PH_LOWEST_PUBLIC_ID)
        id.v = PH_LOWEST_PUBLIC_ID;
    if (ph_registrar_paras_exists(rt, id) || ph_paras_para_lifecycles_exists(rt, id))
        return PH_REGISTRAR_ERR_ALREADY_REGISTERED;
    PH_TRY(ph_currency_reserve(rt, &who, PH_PARA_DEPOSIT));
    ph_registrar_paras_set(rt, id, &(ph_para_info_t){.manager = who, .deposit = PH_PARA_DEPOSIT});
    ph_registrar_event_reserved(rt, id, &who);
    ph_registrar_next_free_para_id_set(rt, (ph_para_id_t){id.v + 1});
    return PH_OK;
}

/* The deposit covers the head as it is, and code of any size that is allowed. */
static ph_err_t deposit_for(ph_rt_t *rt, ph_balance_t *deposit, ph_head_data_t head, ph_validation_code_t code)
{
    ph_host_configuration_t config;
    ph_configuration_active_config_get(rt, &config);
    if (code.v.len < MIN_CODE_SIZE)
        return PH_REGISTRAR_ERR_INVALID_CODE;
    if (code.v.len > config.max_code_size)
        return PH_REGISTRAR_ERR_CODE_TOO_LARGE;
    if (head.v.len > config.max_head_data_size)
        return PH_REGISTRAR_ERR_HEAD_DATA_TOO_LARGE;
    *deposit = PH_PARA_DEPOSIT + PH_DATA_DEPOSIT_PER_BYTE * ((ph_balance_t)head.v.len + config.max_code_size);
    return PH_OK;
}

/* What was deposited for the id so far, if it is this account's to register. */
static ph_err_t reserved_by(ph_rt_t *rt, ph_balance_t *deposited, const ph_account_id_t *who, ph_para_id_t id,
                            bool must_be_reserved)
{
    ph_para_info_t info;
    *deposited = 0;
    if (!ph_registrar_paras_get(rt, id, &info))
        return must_be_reserved ? PH_REGISTRAR_ERR_NOT_RESERVED : PH_OK;
    if (!ph_hash_is(&info.manager, who))
        return PH_REGISTRAR_ERR_NOT_OWNER;
    *deposited = info.deposit;
    return is_locked(&info) ? PH_REGISTRAR_ERR_PARA_LOCKED : PH_OK;
}

/* `forced`: the deposit that root says, instead of the usual one. */
static ph_err_t do_register(ph_rt_t *rt, const ph_account_id_t *who, const ph_balance_t *forced, ph_para_id_t id,
                            ph_head_data_t head, ph_validation_code_t code)
{
    ph_balance_t deposited, deposit;
    PH_TRY(reserved_by(rt, &deposited, who, id, forced == NULL));
    if (ph_paras_para_lifecycles_exists(rt, id))
        return PH_REGISTRAR_ERR_ALREADY_REGISTERED;
    PH_TRY(deposit_for(rt, &deposit, head, code));
    if (forced != NULL)
        deposit = *forced;
    if (deposit >= deposited)
        PH_TRY(ph_currency_reserve(rt, who, deposit - deposited));
    else
        ph_currency_unreserve(rt, who, deposited - deposit);
    ph_registrar_paras_set(rt, id, &(ph_para_info_t){.manager = *who, .deposit = deposit});
    ph_para_genesis_args_t genesis = {.genesis_head = head, .validation_code = code};
    PH_TRY(ph_paras_schedule_initialize(rt, id, &genesis)); /* it has code and no lifecycle: this cannot fail */
    ph_registrar_event_registered(rt, id, who);
    return PH_OK;
}

ph_err_t ph_registrar_call_register(ph_rt_t *rt, const ph_origin_t *origin, ph_para_id_t id,
                                    ph_head_data_t genesis_head, ph_validation_code_t validation_code)
{
    ph_account_id_t who;
    PH_TRY(ph_ensure_signed(origin, &who));
    return do_register(rt, &who, NULL, id, genesis_head, validation_code);
}

ph_err_t ph_registrar_call_force_register(ph_rt_t *rt, const ph_origin_t *origin, const ph_account_id_t *who,
                                          ph_balance_t deposit, ph_para_id_t id, ph_head_data_t genesis_head,
                                          ph_validation_code_t validation_code)
{
    PH_TRY(ph_ensure_root(origin));
    return do_register(rt, who, &deposit, id, genesis_head, validation_code);
}

/* Also of an id that was only reserved. */
ph_err_t ph_registrar_call_deregister(ph_rt_t *rt, const ph_origin_t *origin, ph_para_id_t id)
{
    ph_para_info_t info;
    PH_TRY(ensure_root_para_or_owner(rt, origin, id));
    if (ph_paras_para_lifecycles_exists(rt, id) && !is_in(rt, id, PH_PARA_LIFECYCLE_PARATHREAD))
        return PH_REGISTRAR_ERR_NOT_PARATHREAD;
    if (ph_paras_schedule_cleanup(rt, id) != PH_OK)
        return PH_REGISTRAR_ERR_CANNOT_DEREGISTER;
    if (ph_registrar_paras_take(rt, id, &info))
        ph_currency_unreserve(rt, &info.manager, info.deposit);
    ph_registrar_pending_swap_remove(rt, id);
    ph_registrar_event_deregistered(rt, id);
    return PH_OK;
}

/* ---- lifecycle ---- */

ph_err_t ph_registrar_make_parachain(ph_rt_t *rt, ph_para_id_t para)
{
    if (!is_in(rt, para, PH_PARA_LIFECYCLE_PARATHREAD))
        return PH_REGISTRAR_ERR_NOT_PARATHREAD;
    return ph_paras_schedule_parathread_upgrade(rt, para) == PH_OK ? PH_OK : PH_REGISTRAR_ERR_CANNOT_UPGRADE;
}

ph_err_t ph_registrar_make_parathread(ph_rt_t *rt, ph_para_id_t para)
{
    if (!is_in(rt, para, PH_PARA_LIFECYCLE_PARACHAIN))
        return PH_REGISTRAR_ERR_NOT_PARACHAIN;
    return ph_paras_schedule_parachain_downgrade(rt, para) == PH_OK ? PH_OK : PH_REGISTRAR_ERR_CANNOT_DOWNGRADE;
}

/* Rococo's OnSwap moves leases and crowdloans, which this chain has none of, and tells the broker chain to swap what
 * the two bought there: that is a cross-consensus message, which this chain cannot send. What is left is the change of
 * places. */
static ph_err_t do_swap(ph_rt_t *rt, ph_para_id_t id, ph_para_id_t other)
{
    bool id_is_chain = is_in(rt, id, PH_PARA_LIFECYCLE_PARACHAIN),
         other_is_chain = is_in(rt, other, PH_PARA_LIFECYCLE_PARACHAIN);
    if (id_is_chain && other_is_chain)
        return PH_OK;
    if (id_is_chain && is_in(rt, other, PH_PARA_LIFECYCLE_PARATHREAD)) {
        PH_TRY(ph_paras_schedule_parachain_downgrade(rt, id));
        return ph_paras_schedule_parathread_upgrade(rt, other);
    }
    if (other_is_chain && is_in(rt, id, PH_PARA_LIFECYCLE_PARATHREAD)) {
        PH_TRY(ph_paras_schedule_parachain_downgrade(rt, other));
        return ph_paras_schedule_parathread_upgrade(rt, id);
    }
    return PH_REGISTRAR_ERR_CANNOT_SWAP;
}

/* Both sides ask for it; the second one makes it happen. Asking for a swap with oneself takes back what one asked. */
ph_err_t ph_registrar_call_swap(ph_rt_t *rt, const ph_origin_t *origin, ph_para_id_t id, ph_para_id_t other)
{
    ph_para_id_t wanted;
    PH_TRY(ensure_root_para_or_owner(rt, origin, id));
    if (id.v == other.v) {
        ph_registrar_pending_swap_remove(rt, id);
        return PH_OK;
    }
    if (!ph_paras_para_lifecycles_exists(rt, id))
        return PH_REGISTRAR_ERR_NOT_REGISTERED;
    if (!ph_registrar_pending_swap_get(rt, other, &wanted) || wanted.v != id.v) {
        ph_registrar_pending_swap_set(rt, id, other);
        return PH_OK;
    }
    if (!ph_paras_para_lifecycles_exists(rt, other))
        return PH_REGISTRAR_ERR_NOT_REGISTERED;
    PH_TRY(do_swap(rt, id, other));
    ph_registrar_event_swapped(rt, id, other);
    ph_registrar_pending_swap_remove(rt, other);
    return PH_OK;
}

/* ---- locks, code, head ---- */

ph_err_t ph_registrar_call_remove_lock(ph_rt_t *rt, const ph_origin_t *origin, ph_para_id_t para)
{
    PH_TRY(ensure_root_or_para(origin, para));
    set_lock(rt, para, false);
    return PH_OK;
}

ph_err_t ph_registrar_call_add_lock(ph_rt_t *rt, const ph_origin_t *origin, ph_para_id_t para)
{
    PH_TRY(ensure_root_para_or_owner(rt, origin, para));
    set_lock(rt, para, true);
    return PH_OK;
}

ph_err_t ph_registrar_call_schedule_code_upgrade(ph_rt_t *rt, const ph_origin_t *origin, ph_para_id_t para,
                                                 ph_validation_code_t new_code)
{
    PH_TRY(ensure_root_para_or_owner(rt, origin, para));
    return ph_paras_schedule_code_upgrade_checked(rt, para, new_code,
                                                  (ph_upgrade_strategy_t){PH_UPGRADE_STRATEGY_APPLY_AT_EXPECTED_BLOCK});
}

ph_err_t ph_registrar_call_set_current_head(ph_rt_t *rt, const ph_origin_t *origin, ph_para_id_t para,
                                            ph_head_data_t new_head)
{
    PH_TRY(ensure_root_para_or_owner(rt, origin, para));
    ph_paras_set_current_head(rt, para, new_head);
    return PH_OK;
}

/* ---- constants, genesis ---- */

void ph_registrar_const_para_deposit(ph_rt_t *rt, ph_balance_t *out)
{
    (void)rt;
    *out = PH_PARA_DEPOSIT;
}

void ph_registrar_const_data_deposit_per_byte(ph_rt_t *rt, ph_balance_t *out)
{
    (void)rt;
    *out = PH_DATA_DEPOSIT_PER_BYTE;
}

/* The first free id lies behind those of the genesis paras, which nobody reserved. */
void ph_registrar_genesis_build(ph_rt_t *rt, const ph_genesis_para_t *paras, size_t para_count)
{
    ph_para_id_t next = {PH_LOWEST_PUBLIC_ID};
    for (size_t i = 0; i < para_count; i++)
        if (paras[i].id.v >= next.v && paras[i].id.v < UINT32_MAX)
            next.v = paras[i].id.v + 1;
    ph_registrar_next_free_para_id_set(rt, next);
}
