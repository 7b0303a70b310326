/* One call of a runtime blob. */
#include <stdio.h>
#include <string.h>

#include "hostapi/internal.h"

const ph_wasm_import_t ph_hostapi_imports[] = {PH_HOSTAPI_BASE_IMPORTS(PH_HOSTAPI_ENTRY)
                                                   PH_HOSTAPI_RUNTIME_IMPORTS(PH_HOSTAPI_ENTRY)};
const size_t ph_hostapi_import_count = sizeof ph_hostapi_imports / sizeof *ph_hostapi_imports;

static ph_err_t fail(ph_wasm_fault_t *fault, const char *why)
{
    fault->kind = PH_WASM_FAULT_TRAP;
    snprintf(fault->text, sizeof fault->text, "%s", why);
    return PH_ERR_INTERNAL;
}

static ph_err_t enter(ph_hostapi_t *host, ph_wasm_instance_t *instance, ph_writer_t *result, ph_wasm_fault_t *fault,
                      const char *method, ph_bytes_t args)
{
    uint32_t heap_base, at;
    uint64_t answer;
    ph_bytes_t bytes;
    if (ph_wasm_global_u32(instance, &heap_base, "__heap_base") != PH_OK)
        return fail(fault, "the code does not export __heap_base");
    ph_wasm_allocator_init(&host->base.allocator, heap_base);
    if (args.len > UINT32_MAX || ph_wasm_allocate(&host->base.allocator, instance, &at, (uint32_t)args.len) != PH_OK ||
        ph_wasm_memory_write(instance, at, args) != PH_OK)
        return fail(fault, "the arguments do not fit into the code's memory");
    PH_TRY(ph_wasm_call(instance, &answer, fault, method, at, (uint32_t)args.len));
    if (ph_wasm_memory_at(instance, &bytes, (uint32_t)answer, (uint32_t)(answer >> 32)) != PH_OK)
        return fail(fault, "the answer lies outside of the code's memory");
    ph_write(result, bytes.data, bytes.len);
    return PH_OK;
}

/* Code that was not built to hand over its panics logs them before it traps. */
static void add_last_error(const ph_hostapi_t *host, ph_wasm_fault_t *fault)
{
    char text[PH_WASM_FAULT_TEXT_MAX];
    if (fault->kind != PH_WASM_FAULT_TRAP || !host->last_error[0])
        return;
    int room = (int)(sizeof text - sizeof host->last_error - 4);
    snprintf(text, sizeof text, "%.*s: %s", room, fault->text, host->last_error);
    memcpy(fault->text, text, sizeof text);
}

ph_err_t ph_hostapi_call(ph_hostapi_t *host, ph_writer_t *result, ph_wasm_fault_t *fault, ph_wasm_module_t *module,
                         uint32_t heap_pages, const char *method, ph_bytes_t args)
{
    ph_wasm_instance_t *instance;
    ph_wasm_limits_t limits = {.fuel = UINT64_MAX};
    uint32_t pages = heap_pages < PH_HOSTAPI_HEAP_PAGES_MAX ? heap_pages : PH_HOSTAPI_HEAP_PAGES_MAX;
    limits.memory_max = ph_wasm_module_memory_min(module) + (uint64_t)pages * PH_WASM_PAGE_LEN;
    host->floor = ph_overlay_depth(host->overlay);
    host->batch = host->batch_good = false;
    host->last_error[0] = 0;
    *fault = (ph_wasm_fault_t){0};
    ph_err_t err = ph_wasm_instance_new(&instance, fault, module, &limits, host);
    if (err == PH_OK) {
        err = enter(host, instance, result, fault, method, args);
        ph_wasm_instance_free(instance);
    }
    ph_overlay_rollback_to(host->overlay, host->floor);
    if (err == PH_OK)
        return PH_OK;
    add_last_error(host, fault);
    return fault->kind == PH_WASM_FAULT_EXPORT ? PH_ERR_UNSUPPORTED : PH_ERR_INTERNAL;
}
