/* Inside of the wasm room: the only files that see wasmtime. */
#ifndef PH_WASM_INTERNAL_H
#define PH_WASM_INTERNAL_H

#include <wasmtime.h>

#include "wasm/wasm.h"

#define PH_WASM_ARGS_MAX 8

struct ph_wasm_engine {
    wasm_engine_t *engine;
    uint32_t logical_stack_max;
    bool bulk_memory, unmetered;
};

/* Why an import can be called or not: the data of one host function in a module's linker. */
typedef struct ph_wasm_link {
    char *name;                     /* "env.name" */
    const ph_wasm_import_t *import; /* NULL: nobody offers it */
} ph_wasm_link_t;

struct ph_wasm_module {
    wasm_engine_t *engine;
    bool unmetered;
    wasmtime_module_t *module;
    wasmtime_linker_t *linker;
    wasmtime_instance_pre_t *ready;
    ph_wasm_link_t *links;
    size_t link_count;
};

struct ph_wasm_instance {
    wasmtime_store_t *store;
    wasmtime_context_t *context;
    wasmtime_instance_t instance;
    wasmtime_memory_t memory;
    bool has_memory, unmetered;
    uint64_t memory_max;
    void *user;
    bool refused;                         /* a host function stopped the run … */
    char refusal[PH_WASM_FAULT_TEXT_MAX]; /* … for this reason */
};

/* Called by wasmtime for every import; env is the link. */
wasm_trap_t *ph_wasm_on_import(void *env, wasmtime_caller_t *caller, const wasmtime_val_t *args, size_t arg_count,
                               wasmtime_val_t *results, size_t result_count);

ph_err_t ph_wasm_fault(ph_wasm_fault_t *fault, ph_wasm_fault_kind_t kind, ph_err_t err, const char *format, ...)
    PH_PRINTF(4, 5);
/* Fills fault from wasmtime's error and frees it. */
ph_err_t ph_wasm_fault_of(ph_wasm_fault_t *fault, ph_wasm_fault_kind_t kind, ph_err_t err, wasmtime_error_t *error);

#endif
