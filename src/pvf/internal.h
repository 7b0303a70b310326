/* Inside of the pvf room. */
#ifndef PH_PVF_INTERNAL_H
#define PH_PVF_INTERNAL_H

#include <stdatomic.h>

#include "base/map.h"
#include "pvf/host_functions.h"
#include "pvf/pvf.h"

/* Room on an execution's stack for what is not wasm: wasmtime's and our own frames, host functions. */
#define PH_PVF_HOST_STACK (2u << 20)

struct ph_pvf {
    ph_pvf_executor_t executor;
    ph_wasm_engine_t *engine;
    ph_log_t *log;
    size_t stack_len;            /* of the thread that an execution gets */
    _Atomic(void *) spare_stack; /* one of the kind, for the next execution, or NULL */
    ph_map_t local;              /* code hash to local_t *: what ph_pvf_execute_in_process keeps */
    uint64_t local_clock;
};

struct ph_pvf_module {
    ph_pvf_t *pvf;
    ph_wasm_module_t *module;
};

void ph_pvf_local_free(ph_pvf_t *pvf);
/* A stack for one execution, with an unmapped page below it; NULL: no memory. */
void *ph_pvf_stack_take(ph_pvf_t *pvf);
void ph_pvf_stack_give(ph_pvf_t *pvf, void *stack);
void ph_pvf_stack_unmap(ph_pvf_t *pvf, void *stack); /* NULL allowed */

#endif
