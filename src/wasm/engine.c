#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "wasm/internal.h"

ph_wasm_engine_t *ph_wasm_engine_new(const ph_wasm_config_t *config)
{
    wasm_config_t *c = wasm_config_new();
    wasmtime_config_consume_fuel_set(c, !config->unmetered);
    wasmtime_config_max_wasm_stack_set(c, config->native_stack_max);
    /* never used, but wasmtime wants it to be at least as large */
    wasmtime_config_async_stack_size_set(c, config->native_stack_max + (1u << 20));
    wasmtime_config_cranelift_nan_canonicalization_set(c, true);
    wasmtime_config_cranelift_opt_level_set(c, WASMTIME_OPT_LEVEL_SPEED_AND_SIZE);
    wasmtime_config_parallel_compilation_set(c, config->parallel_compilation);
    wasmtime_config_memory_init_cow_set(c, true);
    /* Everything that is not WebAssembly 1.0 and can be switched off. Threads, reference types, garbage collection and
     * exceptions are not in the library that we build. */
    wasmtime_config_wasm_relaxed_simd_set(c, false);
    wasmtime_config_wasm_simd_set(c, false);
    wasmtime_config_wasm_bulk_memory_set(c, config->bulk_memory);
    wasmtime_config_wasm_multi_value_set(c, false);
    wasmtime_config_wasm_multi_memory_set(c, false);
    wasmtime_config_wasm_memory64_set(c, false);
    wasmtime_config_wasm_tail_call_set(c, false);
    wasmtime_config_wasm_wide_arithmetic_set(c, false);
    wasmtime_config_wasm_custom_page_sizes_set(c, false);
    wasm_engine_t *engine = wasm_engine_new_with_config(c);
    if (!engine)
        return NULL;
    ph_wasm_engine_t *out = ph_mem_alloc(NULL, sizeof *out);
    out->engine = engine;
    out->logical_stack_max = config->logical_stack_max;
    out->bulk_memory = config->bulk_memory;
    out->unmetered = config->unmetered;
    return out;
}

void ph_wasm_engine_free(ph_wasm_engine_t *engine)
{
    if (!engine)
        return;
    wasm_engine_delete(engine->engine);
    ph_mem_free(engine);
}

ph_err_t ph_wasm_fault(ph_wasm_fault_t *fault, ph_wasm_fault_kind_t kind, ph_err_t err, const char *format, ...)
{
    if (fault) {
        va_list args;
        va_start(args, format);
        fault->kind = kind;
        vsnprintf(fault->text, sizeof fault->text, format, args);
        va_end(args);
    }
    return err;
}

ph_err_t ph_wasm_fault_of(ph_wasm_fault_t *fault, ph_wasm_fault_kind_t kind, ph_err_t err, wasmtime_error_t *error)
{
    wasm_name_t message;
    wasmtime_error_message(error, &message);
    int len = message.size < PH_WASM_FAULT_TEXT_MAX ? (int)message.size : PH_WASM_FAULT_TEXT_MAX;
    ph_wasm_fault(fault, kind, err, "%.*s", len, message.data);
    wasm_byte_vec_delete(&message);
    wasmtime_error_delete(error);
    return err;
}
