/* Versions of blobs, logging, panics, the offchain index and the pool, tracing. */
#include <stdio.h>
#include <string.h>

#include "hostapi/internal.h"
#include "hostapi/version.h"
#include "scale/scale.h"

PH_HOSTAPI(misc_runtime_version_version_1)
{
    ph_bytes_t code;
    ph_writer_t version = PH_WRITER_HEAP;
    PH_TRY(ph_hostapi_span(instance, &code, args[0]));
    bool some = ph_hostapi_encode_version(&version, code) == PH_OK;
    ph_bytes_t found = ph_writer_bytes(&version);
    ph_err_t err = ph_hostapi_give_option(instance, result, some ? &found : NULL);
    ph_writer_free(&version);
    return err;
}

/* ---- logging ---- */

PH_HOSTAPI(logging_log_version_1)
{
    enum { TARGET_SHOWN_MAX = 63 };
    (void)result;
    ph_hostapi_t *host = ph_hostapi_of(instance);
    ph_bytes_t target, text;
    char name[TARGET_SHOWN_MAX + 1];
    uint32_t level = (uint32_t)args[0];
    PH_TRY(ph_hostapi_span(instance, &target, args[1]));
    PH_TRY(ph_hostapi_span(instance, &text, args[2]));
    if (level > PH_LOG_TRACE)
        return ph_wasm_refuse(instance, PH_ERR_INVALID, "no log level %u", level);
    snprintf(name, sizeof name, "%.*s", (int)(target.len < TARGET_SHOWN_MAX ? target.len : TARGET_SHOWN_MAX),
             target.len ? (const char *)target.data : "");
    int shown = (int)(text.len < PH_HOSTAPI_LOG_SHOWN_MAX ? text.len : PH_HOSTAPI_LOG_SHOWN_MAX);
    const char *line = text.len ? (const char *)text.data : "";
    if (level == PH_LOG_ERROR)
        snprintf(host->last_error, sizeof host->last_error, "%.*s", shown, line);
    ph_log(host->base.log, (ph_log_level_t)level, name, "%.*s", shown, line);
    return PH_OK;
}

/* LogLevelFilter: 0 off, 1 error, … 5 trace. */
PH_HOSTAPI(logging_max_level_version_1)
{
    (void)args;
    const ph_log_t *log = ph_hostapi_of(instance)->base.log;
    *result = (uint64_t)(log ? log->max_level : PH_LOG_WARN) + 1;
    return PH_OK;
}

PH_HOSTAPI(panic_handler_abort_on_panic_version_1)
{
    (void)result;
    ph_bytes_t why;
    PH_TRY(ph_hostapi_span(instance, &why, args[0]));
    int shown = (int)(why.len < PH_WASM_FAULT_TEXT_MAX ? why.len : PH_WASM_FAULT_TEXT_MAX);
    return ph_wasm_refuse(instance, PH_ERR_INVALID, "%.*s", shown, why.len ? (const char *)why.data : "");
}

/* ---- offchain ---- */

/* The index is kept for offchain workers; a node without them drops it, which the runtime cannot see. */
PH_HOSTAPI(offchain_index_set_version_1)
{
    (void)result;
    ph_bytes_t key, value;
    PH_TRY(ph_hostapi_span(instance, &key, args[0]));
    return ph_hostapi_span(instance, &value, args[1]);
}

PH_HOSTAPI(offchain_index_clear_version_1)
{
    (void)result;
    ph_bytes_t key;
    return ph_hostapi_span(instance, &key, args[0]);
}

/* Result<(), ()> */
PH_HOSTAPI(offchain_submit_transaction_version_1)
{
    const ph_hostapi_t *host = ph_hostapi_of(instance);
    ph_bytes_t extrinsic;
    PH_TRY(ph_hostapi_span(instance, &extrinsic, args[0]));
    if (!host->submit_transaction)
        return ph_wasm_refuse(instance, PH_ERR_UNSUPPORTED, "submit_transaction: this call has no transaction pool");
    uint8_t refused = !host->submit_transaction(host->submit_ctx, extrinsic);
    return ph_hostapi_give(instance, result, ph_bytes(&refused, 1));
}

/* ---- indexed transactions: a service of archive nodes; the runtime cannot see whether there is one ---- */

PH_HOSTAPI(transaction_index_index_version_1)
{
    (void)result;
    const uint8_t *hash;
    return ph_hostapi_fixed(instance, &hash, args[2], 32);
}

PH_HOSTAPI(transaction_index_renew_version_1)
{
    (void)result;
    const uint8_t *hash;
    return ph_hostapi_fixed(instance, &hash, args[1], 32);
}

/* ---- tracing: nobody listens ---- */

PH_HOSTAPI(wasm_tracing_enabled_version_1)
{
    ph_bytes_t metadata;
    *result = false;
    return ph_hostapi_span(instance, &metadata, args[0]);
}

PH_HOSTAPI(wasm_tracing_enter_span_version_1)
{
    ph_bytes_t attributes;
    *result = 0;
    return ph_hostapi_span(instance, &attributes, args[0]);
}

PH_HOSTAPI(wasm_tracing_event_version_1)
{
    (void)result;
    ph_bytes_t attributes;
    return ph_hostapi_span(instance, &attributes, args[0]);
}

PH_HOSTAPI(wasm_tracing_exit_version_1)
{
    (void)instance, (void)result, (void)args;
    return PH_OK;
}
