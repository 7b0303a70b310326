/* The course of a block. */
#include "runtime/executive.h"

#include <string.h>

#include "runtime/dispatch.h"
#include "runtime/dmp.h"
#include "runtime/fees.h"
#include "runtime/hooks.h"
#include "runtime/message_queue.h"
#include "runtime/on_demand.h"
#include "runtime/pallets.h"
#include "runtime/params.h"
#include "runtime/support.h"
#include "runtime/transaction.h"
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
    ph_message_queue_on_initialize(rt);
    ph_on_demand_on_initialize(rt);
    ph_system_note_finished_initialize(rt);
    return PH_OK;
}

/* ---- extrinsics ---- */

static void refuse(ph_apply_extrinsic_result_t *result, const ph_refusal_t *why)
{
    memset(result, 0, sizeof *result);
    result->kind = PH_RES_ERR;
    result->err = *why;
}

static void refuse_invalid(ph_apply_extrinsic_result_t *result, ph_invalid_transaction_kind_t why)
{
    ph_refusal_t refusal = {.kind = PH_TRANSACTION_VALIDITY_ERROR_INVALID};
    refusal.invalid.kind = (uint8_t)why;
    refuse(result, &refusal);
}

/* A mandatory call that fails makes the block invalid: says why. */
static const char *why_mandatory_failed(const ph_dispatch_error_t *error)
{
    const char *name = NULL;
    if (error->kind == PH_DISPATCH_ERROR_MODULE)
        name = ph_module_err_text(PH_PALLET_ERR(error->module.index, error->module.error.bytes[0]));
    return name != NULL ? name : "a mandatory call failed";
}

/* *why (may be set without a refusal) says why an extrinsic was refused. */
static ph_err_t apply(ph_rt_t *rt, ph_apply_extrinsic_result_t *result, const char **why, const ph_extrinsic_t *xt)
{
    ph_transaction_t tx;
    ph_refusal_t refusal;
    ph_dispatch_result_t dispatched;
    if (!ph_transaction_check(rt, &tx, &refusal, xt)) {
        *why = ph_refusal_text(&refusal);
        refuse(result, &refusal);
        return PH_OK;
    }
    if (!xt->is_inherent)
        ph_system_inherents_applied_set(rt, true);
    ph_system_note_extrinsic(rt, xt->encoded);
    if (!ph_transaction_prepare(rt, &tx, &refusal)) {
        *why = ph_refusal_text(&refusal);
        refuse(result, &refusal);
        return PH_OK;
    }
    ph_origin_t origin = xt->format == PH_EXTRINSIC_SIGNED ? ph_origin_signed(&tx.signer) : ph_origin_none();
    PH_TRY(ph_dispatch_in_layer(rt, &dispatched, &origin, &xt->call));
    if (rt->pays_no)
        tx.info.pays_fee.kind = PH_PAYS_NO;
    ph_transaction_settle(rt, &tx);
    if (dispatched.kind == PH_RES_ERR && tx.info.class_.kind == PH_DISPATCH_CLASS_MANDATORY) {
        *why = why_mandatory_failed(&dispatched.err);
        refuse_invalid(result, PH_INVALID_TRANSACTION_BAD_MANDATORY);
        return PH_OK;
    }
    ph_system_note_applied_extrinsic(rt, &dispatched, &tx.info);
    *result = (ph_apply_extrinsic_result_t){.kind = PH_RES_OK, .ok = dispatched};
    return PH_OK;
}

/* One that is refused leaves nothing behind. */
ph_err_t ph_executive_apply_extrinsic(ph_rt_t *rt, ph_apply_extrinsic_result_t *result, ph_bytes_t extrinsic)
{
    ph_extrinsic_t xt;
    const char *why = NULL;
    if (ph_extrinsic_decode(rt, &xt, &why, extrinsic) != PH_OK)
        return ph_rt_panic(rt, "%s", why);
    ph_host_storage_start_transaction(rt);
    ph_err_t err = apply(rt, result, &why, &xt);
    if (err == PH_OK && result->kind == PH_RES_OK) {
        ph_host_storage_commit_transaction(rt);
        return PH_OK;
    }
    ph_host_storage_rollback_transaction(rt);
    if (err == PH_OK)
        ph_rt_log(rt, PH_LOG_WARN, "executive", "extrinsic refused: %s", why);
    return err;
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
    if (ph_system_has_room(rt))
        ph_dmp_on_idle(rt);
    PH_TRY(ph_babe_on_finalize(rt, now));
    PH_TRY(ph_timestamp_on_finalize(rt));
    ph_fees_on_finalize(rt);
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
