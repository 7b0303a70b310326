#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "pvf/internal.h"
#include "wasm/blob.h"

typedef struct execution {
    ph_pvf_module_t *module;
    ph_arena_t *arena;
    ph_pvf_executed_t *out;
    ph_bytes_t params; /* encoded */
    uint64_t fuel;
} execution_t;

static void conclude(execution_t *e, ph_pvf_reason_kind_t reason, const char *detail)
{
    e->out->reason.kind = (uint8_t)reason;
    e->out->detail = ph_bytes_copy(e->arena, ph_bytes(detail, strlen(detail)));
}

void ph_pvf_module_load(ph_pvf_t *pvf, ph_pvf_module_t **out, ph_arena_t *arena, ph_pvf_executed_t *why,
                        ph_bytes_t artifact)
{
    ph_wasm_fault_t fault = {0};
    ph_wasm_module_t *module;
    *out = NULL;
    *why = (ph_pvf_executed_t){0};
    ph_err_t err = ph_wasm_module_load(pvf->engine, &module, &fault, artifact, ph_pvf_imports, ph_pvf_import_count);
    if (err != PH_OK) {
        execution_t e = {.arena = arena, .out = why};
        conclude(&e,
                 fault.kind == PH_WASM_FAULT_LINK ? PH_PVF_REASON_RUNTIME_CONSTRUCTION
                                                  : PH_PVF_REASON_CORRUPTED_ARTIFACT,
                 fault.text);
        return;
    }
    *out = ph_mem_alloc(NULL, sizeof **out);
    **out = (ph_pvf_module_t){.pvf = pvf, .module = module};
}

void ph_pvf_module_free(ph_pvf_module_t *module)
{
    if (!module)
        return;
    ph_wasm_module_free(module->module);
    ph_mem_free(module);
}

/* What a fault of wasm code says about the candidate. */
static void conclude_fault(execution_t *e, const ph_pvf_run_t *run, const ph_wasm_fault_t *fault)
{
    char detail[PH_WASM_FAULT_TEXT_MAX + PH_PVF_LAST_LOG_MAX + 8];
    switch (fault->kind) {
    case PH_WASM_FAULT_FUEL:
        conclude(e, PH_PVF_REASON_OUT_OF_FUEL, fault->text);
        return;
    case PH_WASM_FAULT_ENGINE:
    case PH_WASM_FAULT_NONE:
    case PH_WASM_FAULT_FORMAT:
    case PH_WASM_FAULT_MODULE:
        conclude(e, PH_PVF_REASON_INTERNAL, fault->text);
        return;
    case PH_WASM_FAULT_TRAP:
    case PH_WASM_FAULT_LINK:
    case PH_WASM_FAULT_INSTANTIATION:
    case PH_WASM_FAULT_EXPORT:
    case PH_WASM_FAULT_HOST:
    case PH_WASM_FAULT_STACK:
        break;
    }
    bool panicked = fault->kind == PH_WASM_FAULT_TRAP && run->last_error[0];
    snprintf(detail, sizeof detail, "%s%s%s", fault->text, panicked ? ": " : "", panicked ? run->last_error : "");
    conclude(e, PH_PVF_REASON_EXECUTION_FAILED, detail);
}

/* The result stands at address (low half) for length (high half) bytes. It must decode; what follows it is cut off. */
static void take_result(execution_t *e, ph_wasm_instance_t *instance, uint64_t packed)
{
    ph_bytes_t window;
    if (ph_wasm_memory_at(instance, &window, (uint32_t)packed, (uint32_t)(packed >> 32)) != PH_OK) {
        conclude(e, PH_PVF_REASON_BAD_RESULT, "the result is outside of memory");
        return;
    }
    ph_validation_result_t result;
    ph_reader_t reader = ph_reader(window);
    reader.borrow = true;
    if (ph_validation_result_decode(&reader, e->arena, &result) != PH_OK) {
        char detail[PH_READER_PATH_MAX + 100];
        ph_reader_explain(&reader, detail, sizeof detail);
        conclude(e, PH_PVF_REASON_BAD_RESULT, detail);
        return;
    }
    e->out->reason.kind = PH_PVF_REASON_VALID;
    e->out->result = ph_bytes_copy(e->arena, ph_bytes(window.data, window.len - ph_reader_left(&reader)));
}

/* Parameters into the instance's heap, the call, the result out. */
static void call(execution_t *e, ph_wasm_instance_t *instance, ph_pvf_run_t *run)
{
    uint32_t heap_base, at;
    if (ph_wasm_global_u32(instance, &heap_base, "__heap_base") != PH_OK) {
        conclude(e, PH_PVF_REASON_EXECUTION_FAILED, "no export __heap_base");
        return;
    }
    ph_wasm_allocator_init(&run->base.allocator, heap_base);
    if (e->params.len > UINT32_MAX ||
        ph_wasm_allocate(&run->base.allocator, instance, &at, (uint32_t)e->params.len) != PH_OK ||
        ph_wasm_memory_write(instance, at, e->params) != PH_OK) {
        conclude(e, PH_PVF_REASON_EXECUTION_FAILED, "the parameters do not fit into memory");
        return;
    }
    ph_wasm_fault_t fault = {0};
    uint64_t packed;
    if (ph_wasm_call(instance, &packed, &fault, "validate_block", at, (uint32_t)e->params.len) != PH_OK)
        conclude_fault(e, run, &fault);
    else
        take_result(e, instance, packed);
}

static void *run_on_own_stack(void *arg)
{
    execution_t *e = arg;
    ph_pvf_t *pvf = e->module->pvf;
    ph_pvf_run_t run = {.base = {.log = pvf->log, .fuel_per_byte = PH_PVF_FUEL_PER_BYTE}};
    ph_wasm_fault_t fault = {0};
    ph_wasm_instance_t *instance;
    ph_wasm_limits_t limits = {(uint64_t)pvf->executor.memory_pages_max * PH_WASM_PAGE_LEN, e->fuel};
    if (ph_wasm_instance_new(&instance, &fault, e->module->module, &limits, &run) != PH_OK) {
        conclude_fault(e, &run, &fault);
        return NULL;
    }
    call(e, instance, &run);
    e->out->fuel = e->fuel - ph_wasm_fuel_left(instance);
    ph_wasm_instance_free(instance);
    return NULL;
}

/* The limit on wasm's stack is far above what a thread has by default; its own thread gives it that much. */
static bool run_with_stack(execution_t *e)
{
    ph_pvf_t *pvf = e->module->pvf;
    void *stack = ph_pvf_stack_take(pvf);
    pthread_attr_t attr;
    pthread_t thread;
    if (!stack || pthread_attr_init(&attr) != 0) {
        ph_pvf_stack_unmap(pvf, stack);
        return false;
    }
    bool ok = pthread_attr_setstack(&attr, stack, pvf->stack_len) == 0 &&
              pthread_create(&thread, &attr, run_on_own_stack, e) == 0 && pthread_join(thread, NULL) == 0;
    pthread_attr_destroy(&attr);
    ph_pvf_stack_give(pvf, stack);
    return ok;
}

void ph_pvf_execute(ph_pvf_module_t *module, ph_arena_t *arena, ph_pvf_executed_t *out,
                    const ph_validation_params_t *params, uint32_t pov_bomb_limit, uint64_t fuel)
{
    execution_t e = {.module = module, .arena = arena, .out = out, .fuel = fuel};
    *out = (ph_pvf_executed_t){0};
    ph_bytes_t block_data;
    ph_err_t err = ph_blob_decompress(&block_data, params->block_data.v, pov_bomb_limit);
    if (err != PH_OK) {
        conclude(&e, PH_PVF_REASON_POV_DECOMPRESSION, ph_err_text(err));
        return;
    }
    ph_validation_params_t plain = *params;
    plain.block_data.v = block_data;
    ph_writer_t encoded = PH_WRITER_HEAP;
    ph_validation_params_encode(&encoded, &plain);
    ph_mem_free(block_data.data);
    e.params = ph_writer_bytes(&encoded);
    if (!run_with_stack(&e))
        conclude(&e, PH_PVF_REASON_INTERNAL, "no thread for the execution");
    ph_writer_free(&encoded);
}

bool ph_pvf_is_verdict(ph_pvf_reason_t reason)
{
    return reason.kind != PH_PVF_REASON_INTERNAL && reason.kind != PH_PVF_REASON_PREPARATION;
}

const char *ph_pvf_reason_text(ph_pvf_reason_t reason)
{
    switch ((ph_pvf_reason_kind_t)reason.kind) {
    case PH_PVF_REASON_VALID:
        return "valid";
    case PH_PVF_REASON_EXECUTION_FAILED:
        return "execution-failed";
    case PH_PVF_REASON_OUT_OF_FUEL:
        return "out-of-fuel";
    case PH_PVF_REASON_TIMED_OUT:
        return "timed-out";
    case PH_PVF_REASON_POV_DECOMPRESSION:
        return "pov-decompression";
    case PH_PVF_REASON_BAD_RESULT:
        return "bad-result";
    case PH_PVF_REASON_RUNTIME_CONSTRUCTION:
        return "runtime-construction";
    case PH_PVF_REASON_CORRUPTED_ARTIFACT:
        return "corrupted-artifact";
    case PH_PVF_REASON_JOB_DIED:
        return "job-died";
    case PH_PVF_REASON_WORKER_DIED:
        return "worker-died";
    case PH_PVF_REASON_JOB_ERROR:
        return "job-error";
    case PH_PVF_REASON_INTERNAL:
        return "internal";
    case PH_PVF_REASON_PREPARATION:
        return "preparation";
    }
    return "unknown";
}
