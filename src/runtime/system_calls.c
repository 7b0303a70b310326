/* System's calls: remarks, the runtime's code, raw storage. */
#include <string.h>

#include "runtime/origin.h"
#include "runtime/params.h"
#include "runtime/support.h"
#include "runtime/system.h"

ph_err_t ph_system_call_remark(ph_rt_t *rt, const ph_origin_t *origin, ph_bytes_t remark)
{
    (void)rt, (void)origin, (void)remark;
    return PH_OK;
}

ph_err_t ph_system_call_remark_with_event(ph_rt_t *rt, const ph_origin_t *origin, ph_bytes_t remark)
{
    ph_account_id_t who;
    PH_TRY(ph_ensure_signed(origin, &who));
    ph_hash_t hash = ph_rt_blake2(rt, remark);
    ph_system_event_remarked(rt, &who, &hash);
    return PH_OK;
}

/* Tells light clients that code or heap pages have changed. */
static void deposit_environment_updated(ph_rt_t *rt)
{
    ph_system_deposit_log(rt, &(ph_digest_item_t){.kind = PH_DIGEST_ITEM_RUNTIME_ENVIRONMENT_UPDATED});
}

ph_err_t ph_system_call_set_heap_pages(ph_rt_t *rt, const ph_origin_t *origin, uint64_t pages)
{
    PH_TRY(ph_ensure_root(origin));
    uint8_t bytes[8];
    ph_put_u64(bytes, pages);
    ph_host_storage_set(rt, PH_KEY_HEAP_PAGES, ph_bytes(bytes, sizeof bytes));
    deposit_environment_updated(rt);
    return PH_OK;
}

/* ---- code ---- */

/* A successor has the same name and a higher version. */
static ph_err_t can_set_code(ph_rt_t *rt, ph_bytes_t code, bool check_version)
{
    if (!check_version)
        return PH_OK;
    ph_bytes_t raw;
    ph_runtime_version_t version;
    if (!ph_host_runtime_version(rt, &raw, code))
        return PH_SYSTEM_ERR_FAILED_TO_EXTRACT_RUNTIME_VERSION;
    ph_reader_t r = ph_reader(raw); /* more may follow */
    if (ph_runtime_version_decode(&r, rt->arena, &version) != PH_OK)
        return PH_SYSTEM_ERR_FAILED_TO_EXTRACT_RUNTIME_VERSION;
    if (!ph_bytes_equal(version.spec_name, PH_BYTES_LIT(PH_SPEC_NAME)))
        return PH_SYSTEM_ERR_INVALID_SPEC_NAME;
    if (version.spec_version <= PH_SPEC_VERSION)
        return PH_SYSTEM_ERR_SPEC_VERSION_NEEDS_TO_INCREASE;
    return PH_OK;
}

static void put_code(ph_rt_t *rt, ph_bytes_t code)
{
    ph_host_storage_set(rt, PH_KEY_CODE, code);
    ph_hash_t hash = ph_rt_blake2(rt, code);
    deposit_environment_updated(rt);
    ph_system_event_code_updated(rt, &hash);
}

ph_err_t ph_system_call_set_code(ph_rt_t *rt, const ph_origin_t *origin, ph_bytes_t code)
{
    PH_TRY(ph_ensure_root(origin));
    PH_TRY(can_set_code(rt, code, true));
    put_code(rt, code);
    return PH_OK;
}

ph_err_t ph_system_call_set_code_without_checks(ph_rt_t *rt, const ph_origin_t *origin, ph_bytes_t code)
{
    PH_TRY(ph_ensure_root(origin));
    put_code(rt, code);
    return PH_OK;
}

static ph_err_t authorize(ph_rt_t *rt, const ph_origin_t *origin, const ph_hash_t *code_hash, bool check_version)
{
    PH_TRY(ph_ensure_root(origin));
    ph_code_upgrade_authorization_t authorization = {.code_hash = *code_hash, .check_version = check_version};
    ph_system_authorized_upgrade_set(rt, &authorization);
    ph_system_event_upgrade_authorized(rt, code_hash, check_version);
    return PH_OK;
}

ph_err_t ph_system_call_authorize_upgrade(ph_rt_t *rt, const ph_origin_t *origin, const ph_hash_t *code_hash)
{
    return authorize(rt, origin, code_hash, true);
}

ph_err_t ph_system_call_authorize_upgrade_without_checks(ph_rt_t *rt, const ph_origin_t *origin,
                                                         const ph_hash_t *code_hash)
{
    return authorize(rt, origin, code_hash, false);
}

ph_err_t ph_system_check_authorized(ph_rt_t *rt, ph_code_upgrade_authorization_t *authorization, ph_bytes_t code)
{
    if (!ph_system_authorized_upgrade_get(rt, authorization))
        return PH_SYSTEM_ERR_NOTHING_AUTHORIZED;
    ph_hash_t hash = ph_rt_blake2(rt, code);
    return ph_hash_is(&hash, &authorization->code_hash) ? PH_OK : PH_SYSTEM_ERR_UNAUTHORIZED;
}

/* Free of charge for whoever brings the code. */
ph_err_t ph_system_call_apply_authorized_upgrade(ph_rt_t *rt, const ph_origin_t *origin, ph_bytes_t code)
{
    (void)origin;
    ph_code_upgrade_authorization_t authorization;
    PH_TRY(ph_system_check_authorized(rt, &authorization, code));
    ph_system_authorized_upgrade_remove(rt);
    rt->pays_no = true;
    ph_err_t err = can_set_code(rt, code, authorization.check_version);
    if (err != PH_OK) { /* nobody's fault who calls: it would fail again */
        ph_dispatch_error_t error = ph_dispatch_error_of(err);
        ph_system_event_rejected_invalid_authorized_upgrade(rt, &authorization.code_hash, &error);
        return PH_OK;
    }
    put_code(rt, code);
    return PH_OK;
}

/* ---- raw storage ---- */

ph_err_t ph_system_call_set_storage(ph_rt_t *rt, const ph_origin_t *origin, const ph_vec_tup_bytes_bytes_t *items)
{
    PH_TRY(ph_ensure_root(origin));
    for (size_t i = 0; i < items->count; i++)
        ph_host_storage_set(rt, items->items[i]._0, items->items[i]._1);
    return PH_OK;
}

ph_err_t ph_system_call_kill_storage(ph_rt_t *rt, const ph_origin_t *origin, const ph_vec_bytes_t *keys)
{
    PH_TRY(ph_ensure_root(origin));
    for (size_t i = 0; i < keys->count; i++)
        ph_host_storage_clear(rt, keys->items[i]);
    return PH_OK;
}

ph_err_t ph_system_call_kill_prefix(ph_rt_t *rt, const ph_origin_t *origin, ph_bytes_t prefix, uint32_t subkeys)
{
    PH_TRY(ph_ensure_root(origin));
    (void)ph_host_storage_clear_prefix(rt, prefix, subkeys, NULL);
    return PH_OK;
}
