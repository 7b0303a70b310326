/* The course of a block. */
#include "runtime/executive.h"

#include <string.h>

#include "runtime/calls.h"
#include "runtime/hooks.h"
#include "runtime/origin.h"
#include "runtime/pallets.h"
#include "runtime/params.h"
#include "runtime/support.h"
#include "runtime/vec.h"
#include "scale/scale.h"

/* ---- opening ---- */

static bool was_upgraded(ph_rt_t *rt)
{
    ph_last_runtime_upgrade_info_t last;
    if (!ph_system_last_runtime_upgrade_get(rt, &last))
        return true;
    return PH_SPEC_VERSION > last.spec_version || !ph_bytes_equal(last.spec_name, PH_BYTES_LIT(PH_SPEC_NAME));
}

static void note_upgrade(ph_rt_t *rt)
{
    ph_last_runtime_upgrade_info_t now = {.spec_version = PH_SPEC_VERSION, .spec_name = PH_BYTES_LIT(PH_SPEC_NAME)};
    ph_system_last_runtime_upgrade_set(rt, &now);
}

/* Only what the author said beforehand; the rest of the digest is for the modules to say. */
static ph_digest_t pre_runtime_items(ph_rt_t *rt, const ph_digest_t *digest)
{
    ph_digest_t out;
    ph_vec_alloc(rt, &out.logs, digest->logs.count);
    out.logs.count = 0;
    for (size_t i = 0; i < digest->logs.count; i++)
        if (digest->logs.items[i].kind == PH_DIGEST_ITEM_PRE_RUNTIME)
            out.logs.items[out.logs.count++] = digest->logs.items[i];
    return out;
}

ph_err_t ph_executive_initialize_block(ph_rt_t *rt, const ph_header_t *header)
{
    ph_digest_t digest = pre_runtime_items(rt, &header->digest);
    ph_system_reset_events(rt);
    if (was_upgraded(rt))
        note_upgrade(rt);
    PH_TRY(ph_system_initialize(rt, header->number, &header->parent_hash, &digest));
    PH_TRY(ph_babe_on_initialize(rt, header->number));
    PH_TRY(ph_session_on_initialize(rt, header->number));
    PH_TRY(ph_initializer_on_initialize(rt, header->number));
    ph_system_note_finished_initialize(rt);
    return PH_OK;
}

/* ---- extrinsics ---- */

static void refuse(ph_apply_extrinsic_result_t *result, ph_invalid_transaction_kind_t why)
{
    memset(result, 0, sizeof *result);
    result->kind = PH_RES_ERR;
    result->err.kind = PH_TRANSACTION_VALIDITY_ERROR_INVALID;
    result->err.invalid.kind = (uint8_t)why;
}

static void accept(ph_apply_extrinsic_result_t *result, ph_err_t dispatched)
{
    memset(result, 0, sizeof *result);
    result->kind = PH_RES_OK;
    if (dispatched == PH_OK) {
        result->ok.kind = PH_RES_OK;
        return;
    }
    result->ok.kind = PH_RES_ERR;
    result->ok.err = ph_dispatch_error_of(dispatched);
}

/* A call that fails leaves nothing behind. *dispatched is its error; a panic is returned. */
static ph_err_t dispatch(ph_rt_t *rt, ph_err_t *dispatched, const ph_call_t *call)
{
    ph_origin_t origin = ph_origin_none();
    ph_host_storage_start_transaction(rt);
    *dispatched = ph_dispatch(rt, &origin, call);
    if (*dispatched == PH_OK)
        ph_host_storage_commit_transaction(rt);
    else
        ph_host_storage_rollback_transaction(rt);
    return rt->panic != NULL ? PH_ERR_INTERNAL : PH_OK;
}

/* *why (may be set without a refusal) says why an extrinsic was refused. */
static ph_err_t apply(ph_rt_t *rt, ph_apply_extrinsic_result_t *result, const char **why, const ph_extrinsic_t *xt)
{
    if (!xt->is_inherent) {
        *why = "a bare extrinsic that is not an inherent";
        refuse(result, PH_INVALID_TRANSACTION_CALL);
        return PH_OK;
    }
    ph_dispatch_info_t info = ph_call_info(&xt->call);
    ph_system_note_extrinsic(rt, xt->encoded);
    if (!ph_system_reserve(rt, &info, xt->encoded.len)) {
        *why = "it does not fit into the block";
        refuse(result, PH_INVALID_TRANSACTION_EXHAUSTS_RESOURCES);
        return PH_OK;
    }
    ph_err_t dispatched;
    PH_TRY(dispatch(rt, &dispatched, &xt->call));
    if (dispatched != PH_OK && info.class_.kind == PH_DISPATCH_CLASS_MANDATORY) {
        const char *name = ph_module_err_text(dispatched);
        *why = name != NULL ? name : "a mandatory call failed";
        refuse(result, PH_INVALID_TRANSACTION_BAD_MANDATORY);
        return PH_OK;
    }
    ph_system_note_applied_extrinsic(rt, dispatched, &info);
    accept(result, dispatched);
    return PH_OK;
}

ph_err_t ph_executive_apply_extrinsic(ph_rt_t *rt, ph_apply_extrinsic_result_t *result, ph_bytes_t extrinsic)
{
    ph_extrinsic_t xt;
    const char *why = NULL;
    ph_err_t err = ph_extrinsic_decode(rt, &xt, &why, extrinsic);
    if (err == PH_ERR_MALFORMED)
        return ph_rt_panic(rt, "%s", why);
    if (err == PH_OK)
        PH_TRY(apply(rt, result, &why, &xt));
    else
        refuse(result, PH_INVALID_TRANSACTION_CALL);
    if (result->kind == PH_RES_ERR)
        ph_rt_log(rt, PH_LOG_WARN, "executive", "extrinsic refused: %s", why);
    return PH_OK;
}

/* Inherents stand before all others. */
static ph_err_t apply_all(ph_rt_t *rt, const ph_vec_bytes_t *extrinsics)
{
    bool past_inherents = false;
    for (size_t i = 0; i < extrinsics->count; i++) {
        ph_extrinsic_t xt;
        const char *why = NULL;
        if (ph_extrinsic_decode(rt, &xt, &why, extrinsics->items[i]) != PH_OK)
            return ph_rt_panic(rt, "extrinsic %zu: %s", i, why);
        if (xt.is_inherent && past_inherents)
            return ph_rt_panic(rt, "Invalid inherent position for extrinsic at index %zu", i);
        past_inherents = past_inherents || !xt.is_inherent;
        ph_apply_extrinsic_result_t result;
        PH_TRY(apply(rt, &result, &why, &xt));
        if (result.kind == PH_RES_ERR)
            return ph_rt_panic(rt, "extrinsic %zu may not stand in a block: %s", i, why);
    }
    return PH_OK;
}

/* ---- closing ---- */

static ph_err_t close_block(ph_rt_t *rt, ph_block_number_t now)
{
    ph_system_inherents_applied_set(rt, true);
    ph_system_note_finished_extrinsics(rt);
    PH_TRY(ph_babe_on_finalize(rt, now));
    PH_TRY(ph_timestamp_on_finalize(rt));
    PH_TRY(ph_grandpa_on_finalize(rt, now));
    PH_TRY(ph_para_inherent_on_finalize(rt));
    return ph_initializer_on_finalize(rt, now);
}

ph_err_t ph_executive_finalize_block(ph_rt_t *rt, ph_header_t *header)
{
    PH_TRY(close_block(rt, ph_now(rt)));
    ph_system_finalize(rt, header);
    return PH_OK;
}

/* ---- execution of somebody else's block ---- */

static ph_err_t check_parent(ph_rt_t *rt, const ph_header_t *header)
{
    ph_hash_t parent;
    if (header->number > 0) {
        ph_system_block_hash_get(rt, header->number - 1, &parent);
        if (ph_hash_is(&parent, &header->parent_hash))
            return PH_OK;
    }
    return ph_rt_panic(rt, "Parent hash should be valid.");
}

static ph_err_t check_digest(ph_rt_t *rt, const ph_digest_t *said, const ph_digest_t *computed)
{
    if (said->logs.count != computed->logs.count)
        return ph_rt_panic(rt, "Number of digest items must match that calculated: %zu, not %zu", said->logs.count,
                           computed->logs.count);
    for (size_t i = 0; i < said->logs.count; i++)
        if (!ph_digest_item_equal(&said->logs.items[i], &computed->logs.items[i]))
            return ph_rt_panic(rt, "Digest item must match that calculated: number %zu", i);
    return PH_OK;
}

static ph_err_t check_header(ph_rt_t *rt, const ph_header_t *said, const ph_header_t *computed)
{
    PH_TRY(check_digest(rt, &said->digest, &computed->digest));
    if (!ph_hash_is(&said->state_root, &computed->state_root))
        return ph_rt_panic(rt, "Storage root must match that calculated.");
    if (!ph_hash_is(&said->extrinsics_root, &computed->extrinsics_root))
        return ph_rt_panic(rt, "Transaction trie root must be valid.");
    return PH_OK;
}

ph_err_t ph_executive_execute_block(ph_rt_t *rt, const ph_block_t *block)
{
    PH_TRY(ph_executive_initialize_block(rt, &block->header));
    PH_TRY(check_parent(rt, &block->header));
    PH_TRY(apply_all(rt, &block->extrinsics));
    ph_header_t computed;
    PH_TRY(close_block(rt, block->header.number));
    ph_system_finalize(rt, &computed);
    return check_header(rt, &block->header, &computed);
}
