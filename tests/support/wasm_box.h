/* A module that is nothing but memory: what the host functions are called with in tests and fuzzing, without code.
 * (module (memory (export "memory") 2) (global (export "__heap_base") i32 (i32.const 1024))) */
#ifndef PH_TESTS_SUPPORT_WASM_BOX_H
#define PH_TESTS_SUPPORT_WASM_BOX_H

#include "base/check.h"
#include "hostapi/hostapi.h"

#define PH_WASM_BOX_HEAP_BASE 1024u
#define PH_WASM_BOX           "0061736d0100000005030100020607017f004180080b071802066d656d6f727902000b5f5f686561705f626173650300"

typedef struct wasm_box {
    ph_wasm_engine_t *engine;
    ph_wasm_module_t *module;
} wasm_box_t;

static inline void wasm_box_open(wasm_box_t *box)
{
    uint8_t wasm[sizeof PH_WASM_BOX / 2];
    ph_bytes_t artifact;
    ph_wasm_fault_t fault;
    ph_wasm_config_t config = {.native_stack_max = 1u << 18, .unmetered = true};
    PH_CHECK(ph_unhex_fixed(PH_WASM_BOX, sizeof PH_WASM_BOX - 1, wasm, sizeof wasm) == PH_OK);
    box->engine = ph_wasm_engine_new(&config);
    PH_CHECK(box->engine != NULL);
    PH_CHECK(ph_wasm_compile(box->engine, &artifact, &fault, ph_bytes(wasm, sizeof wasm)) == PH_OK);
    PH_CHECK(ph_wasm_module_load(box->engine, &box->module, &fault, artifact, ph_hostapi_imports,
                                 ph_hostapi_import_count) == PH_OK);
    ph_mem_free(artifact.data);
}

static inline void wasm_box_close(wasm_box_t *box)
{
    ph_wasm_module_free(box->module);
    ph_wasm_engine_free(box->engine);
}

/* An instance whose heap may grow to `pages` in all; `host` is its user. */
static inline ph_wasm_instance_t *wasm_box_instance(wasm_box_t *box, ph_hostapi_t *host, uint32_t pages)
{
    ph_wasm_instance_t *instance;
    ph_wasm_fault_t fault;
    ph_wasm_limits_t limits = {.memory_max = (uint64_t)pages * PH_WASM_PAGE_LEN, .fuel = UINT64_MAX};
    PH_CHECK(ph_wasm_instance_new(&instance, &fault, box->module, &limits, host) == PH_OK);
    ph_wasm_allocator_init(&host->base.allocator, PH_WASM_BOX_HEAP_BASE);
    host->floor = ph_overlay_depth(host->overlay);
    return instance;
}

#endif
