#include "pvf/host_functions.h"

#include <stdio.h>

/* Log levels are Substrate's: 0 error … 4 trace, which are ours too. */
static ph_err_t log_message(ph_wasm_instance_t *instance, uint64_t *result, const uint64_t *args)
{
    (void)result;
    ph_pvf_run_t *run = ph_wasm_instance_user(instance);
    ph_bytes_t target, message;
    PH_TRY(ph_hostapi_span(instance, &target, args[1]));
    PH_TRY(ph_hostapi_span(instance, &message, args[2]));
    uint32_t level = (uint32_t)args[0];
    int shown = (int)(message.len < PH_HOSTAPI_LOG_SHOWN_MAX ? message.len : PH_HOSTAPI_LOG_SHOWN_MAX);
    if (level == PH_LOG_ERROR)
        snprintf(run->last_error, sizeof run->last_error, "%.*s", shown, message.len ? (const char *)message.data : "");
    if (run->base.log)
        ph_log(run->base.log, level <= PH_LOG_TRACE ? (ph_log_level_t)level : PH_LOG_TRACE, "pvf", "%.*s", shown,
               message.len ? (const char *)message.data : "");
    return PH_OK;
}

/* 0: nothing that the code could find out depends on what this node wants to hear. */
static ph_err_t log_max_level(ph_wasm_instance_t *instance, uint64_t *result, const uint64_t *args)
{
    (void)instance;
    (void)args;
    *result = 0;
    return PH_OK;
}

const ph_wasm_import_t ph_pvf_imports[] = {{"ext_logging_log_version_1", "iII>", log_message},
                                           {"ext_logging_max_level_version_1", ">i", log_max_level},
                                           PH_HOSTAPI_BASE_IMPORTS(PH_HOSTAPI_ENTRY)};
const size_t ph_pvf_import_count = sizeof ph_pvf_imports / sizeof ph_pvf_imports[0];
