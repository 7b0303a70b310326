#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/check.h"
#include "wasm/internal.h"

#define TABLE_ELEMENTS_MAX 1000000

static const char *trap_text(wasmtime_trap_code_t code)
{
    switch (code) {
    case WASMTIME_TRAP_CODE_STACK_OVERFLOW:
        return "stack overflow";
    case WASMTIME_TRAP_CODE_MEMORY_OUT_OF_BOUNDS:
        return "memory access out of bounds";
    case WASMTIME_TRAP_CODE_TABLE_OUT_OF_BOUNDS:
        return "table access out of bounds";
    case WASMTIME_TRAP_CODE_INDIRECT_CALL_TO_NULL:
        return "call of an empty table element";
    case WASMTIME_TRAP_CODE_BAD_SIGNATURE:
        return "indirect call with another signature";
    case WASMTIME_TRAP_CODE_INTEGER_OVERFLOW:
        return "integer overflow";
    case WASMTIME_TRAP_CODE_INTEGER_DIVISION_BY_ZERO:
        return "division by zero";
    case WASMTIME_TRAP_CODE_BAD_CONVERSION_TO_INTEGER:
        return "number does not fit an integer";
    case WASMTIME_TRAP_CODE_UNREACHABLE_CODE_REACHED:
        return "unreachable executed";
    case WASMTIME_TRAP_CODE_OUT_OF_FUEL:
        return "out of fuel";
    default:
        return "trap"; /* of extensions that are switched off */
    }
}

static ph_err_t fault_of_trap(ph_wasm_fault_t *fault, wasm_trap_t *trap)
{
    wasmtime_trap_code_t code;
    bool has_code = wasmtime_trap_code(trap, &code);
    wasm_trap_delete(trap);
    if (!has_code)
        return ph_wasm_fault(fault, PH_WASM_FAULT_TRAP, PH_ERR_INVALID, "trap");
    if (code == WASMTIME_TRAP_CODE_OUT_OF_FUEL)
        return ph_wasm_fault(fault, PH_WASM_FAULT_FUEL, PH_ERR_TIMEOUT, "out of fuel");
    return ph_wasm_fault(fault, code == WASMTIME_TRAP_CODE_STACK_OVERFLOW ? PH_WASM_FAULT_STACK : PH_WASM_FAULT_TRAP,
                         PH_ERR_INVALID, "%s", trap_text(code));
}

/* A host function's trap arrives as an error, wasm's own as a trap. */
static ph_err_t fault_of_error(ph_wasm_instance_t *instance, ph_wasm_fault_t *fault, ph_wasm_fault_kind_t kind,
                               ph_err_t err, wasmtime_error_t *error)
{
    if (!instance->refused)
        return ph_wasm_fault_of(fault, kind, err, error);
    wasmtime_error_delete(error);
    instance->refused = false;
    return ph_wasm_fault(fault, PH_WASM_FAULT_HOST, PH_ERR_INVALID, "%s", instance->refusal);
}

ph_err_t ph_wasm_instance_new(ph_wasm_instance_t **out, ph_wasm_fault_t *fault, ph_wasm_module_t *module,
                              const ph_wasm_limits_t *limits, void *user)
{
    ph_wasm_instance_t *instance = ph_mem_alloc(NULL, sizeof *instance);
    instance->user = user;
    instance->memory_max = limits->memory_max;
    instance->store = wasmtime_store_new(module->engine, instance, NULL);
    instance->context = wasmtime_store_context(instance->store);
    wasmtime_store_limiter(instance->store, limits->memory_max < INT64_MAX ? (int64_t)limits->memory_max : INT64_MAX,
                           TABLE_ELEMENTS_MAX, 1, 1, 1);
    instance->unmetered = module->unmetered;
    wasmtime_error_t *error = module->unmetered ? NULL : wasmtime_context_set_fuel(instance->context, limits->fuel);
    PH_CHECK(error == NULL); /* fails only in an engine without fuel */
    wasm_trap_t *trap = NULL;
    error = wasmtime_instance_pre_instantiate(module->ready, instance->context, &instance->instance, &trap);
    ph_err_t err = error  ? fault_of_error(instance, fault, PH_WASM_FAULT_INSTANTIATION, PH_ERR_INVALID, error)
                   : trap ? fault_of_trap(fault, trap)
                          : PH_OK;
    if (err != PH_OK) {
        ph_wasm_instance_free(instance);
        return err;
    }
    wasmtime_extern_t item;
    if (wasmtime_instance_export_get(instance->context, &instance->instance, "memory", 6, &item) &&
        item.kind == WASMTIME_EXTERN_MEMORY) {
        instance->memory = item.of.memory;
        instance->has_memory = true;
    }
    *out = instance;
    return PH_OK;
}

void ph_wasm_instance_free(ph_wasm_instance_t *instance)
{
    if (!instance)
        return;
    wasmtime_store_delete(instance->store);
    ph_mem_free(instance);
}

void *ph_wasm_instance_user(const ph_wasm_instance_t *instance)
{
    return instance->user;
}

/* ---- calls ---- */

static bool is_entry_point(wasmtime_context_t *context, const wasmtime_func_t *func)
{
    wasm_functype_t *type = wasmtime_func_type(context, func);
    const wasm_valtype_vec_t *params = wasm_functype_params(type), *results = wasm_functype_results(type);
    bool fits = params->size == 2 && results->size == 1 && wasm_valtype_kind(params->data[0]) == WASM_I32 &&
                wasm_valtype_kind(params->data[1]) == WASM_I32 && wasm_valtype_kind(results->data[0]) == WASM_I64;
    wasm_functype_delete(type);
    return fits;
}

ph_err_t ph_wasm_call(ph_wasm_instance_t *instance, uint64_t *result, ph_wasm_fault_t *fault, const char *name,
                      uint32_t arg0, uint32_t arg1)
{
    wasmtime_extern_t item;
    if (!wasmtime_instance_export_get(instance->context, &instance->instance, name, strlen(name), &item))
        return ph_wasm_fault(fault, PH_WASM_FAULT_EXPORT, PH_ERR_INVALID, "no export %s", name);
    if (item.kind != WASMTIME_EXTERN_FUNC || !is_entry_point(instance->context, &item.of.func))
        return ph_wasm_fault(fault, PH_WASM_FAULT_EXPORT, PH_ERR_INVALID, "export %s is no (i32, i32) -> i64", name);
    wasmtime_val_t args[2] = {{.kind = WASMTIME_I32}, {.kind = WASMTIME_I32}}, back = {0};
    memcpy(&args[0].of.i32, &arg0, sizeof arg0);
    memcpy(&args[1].of.i32, &arg1, sizeof arg1);
    wasm_trap_t *trap = NULL;
    instance->refused = false;
    wasmtime_error_t *error = wasmtime_func_call(instance->context, &item.of.func, args, 2, &back, 1, &trap);
    if (error)
        return fault_of_error(instance, fault, PH_WASM_FAULT_ENGINE, PH_ERR_INTERNAL, error);
    if (trap)
        return fault_of_trap(fault, trap);
    /* Fuel is looked at where functions and loops begin, so a run may end in debt. It must not. */
    if (ph_wasm_fuel_left(instance) == 0)
        return ph_wasm_fault(fault, PH_WASM_FAULT_FUEL, PH_ERR_TIMEOUT, "out of fuel");
    memcpy(result, &back.of.i64, sizeof *result);
    return PH_OK;
}

wasm_trap_t *ph_wasm_on_import(void *env, wasmtime_caller_t *caller, const wasmtime_val_t *args, size_t arg_count,
                               wasmtime_val_t *results, size_t result_count)
{
    const ph_wasm_link_t *link = env;
    ph_wasm_instance_t *instance = wasmtime_context_get_data(wasmtime_caller_context(caller));
    ph_err_t err;
    if (!link->import) {
        err = ph_wasm_refuse(instance, PH_ERR_UNSUPPORTED, "call of missing function %s", link->name);
    } else {
        uint64_t bits[PH_WASM_ARGS_MAX] = {0}, result = 0;
        PH_CHECK(arg_count <= PH_WASM_ARGS_MAX && result_count <= 1);
        for (size_t i = 0; i < arg_count; i++)
            bits[i] = args[i].kind == WASMTIME_I32 ? (uint32_t)args[i].of.i32 : (uint64_t)args[i].of.i64;
        err = link->import->call(instance, &result, bits);
        if (err == PH_OK && result_count == 1) {
            bool narrow = link->import->signature[strlen(link->import->signature) - 1] == 'i';
            results[0].kind = narrow ? WASMTIME_I32 : WASMTIME_I64;
            if (narrow)
                results[0].of.i32 = (int32_t)(uint32_t)result;
            else
                results[0].of.i64 = (int64_t)result;
        }
    }
    if (err == PH_OK)
        return NULL;
    if (err == PH_ERR_TIMEOUT && !instance->refused)
        return wasmtime_trap_new_code(WASMTIME_TRAP_CODE_OUT_OF_FUEL);
    if (!instance->refused)
        ph_wasm_refuse(instance, err, "%s: %s", link->name, ph_err_text(err));
    return wasmtime_trap_new(instance->refusal, strlen(instance->refusal));
}

ph_err_t ph_wasm_refuse(ph_wasm_instance_t *instance, ph_err_t err, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(instance->refusal, sizeof instance->refusal, format, args);
    va_end(args);
    instance->refused = true;
    return err;
}

ph_err_t ph_wasm_global_u32(ph_wasm_instance_t *instance, uint32_t *out, const char *name)
{
    wasmtime_extern_t item;
    if (!wasmtime_instance_export_get(instance->context, &instance->instance, name, strlen(name), &item) ||
        item.kind != WASMTIME_EXTERN_GLOBAL)
        return PH_ERR_NOT_FOUND;
    wasmtime_val_t value;
    wasmtime_global_get(instance->context, &item.of.global, &value);
    if (value.kind != WASMTIME_I32)
        return PH_ERR_NOT_FOUND;
    *out = (uint32_t)value.of.i32;
    return PH_OK;
}

/* ---- fuel and memory ---- */

uint64_t ph_wasm_fuel_left(const ph_wasm_instance_t *instance)
{
    uint64_t fuel = 0;
    if (instance->unmetered)
        return UINT64_MAX;
    wasmtime_error_t *error = wasmtime_context_get_fuel(instance->context, &fuel);
    PH_CHECK(error == NULL);
    return fuel;
}

ph_err_t ph_wasm_fuel_take(ph_wasm_instance_t *instance, uint64_t amount)
{
    if (instance->unmetered)
        return PH_OK;
    uint64_t left = ph_wasm_fuel_left(instance);
    wasmtime_error_t *error = wasmtime_context_set_fuel(instance->context, left > amount ? left - amount : 0);
    PH_CHECK(error == NULL);
    return left >= amount ? PH_OK : PH_ERR_TIMEOUT;
}

uint64_t ph_wasm_memory_len(ph_wasm_instance_t *instance)
{
    return instance->has_memory ? wasmtime_memory_data_size(instance->context, &instance->memory) : 0;
}

ph_err_t ph_wasm_memory_at(ph_wasm_instance_t *instance, ph_bytes_t *out, uint32_t at, uint32_t len)
{
    if ((uint64_t)at + len > ph_wasm_memory_len(instance))
        return PH_ERR_INVALID;
    uint8_t *data = instance->has_memory ? wasmtime_memory_data(instance->context, &instance->memory) : NULL;
    *out = ph_bytes(data ? data + at : NULL, len);
    return PH_OK;
}

ph_err_t ph_wasm_memory_write(ph_wasm_instance_t *instance, uint32_t at, ph_bytes_t bytes)
{
    ph_bytes_t window;
    if (bytes.len > UINT32_MAX)
        return PH_ERR_INVALID;
    PH_TRY(ph_wasm_memory_at(instance, &window, at, (uint32_t)bytes.len));
    if (bytes.len)
        memcpy(window.data, bytes.data, bytes.len);
    return PH_OK;
}

ph_err_t ph_wasm_memory_grow(ph_wasm_instance_t *instance, uint32_t pages)
{
    if (!instance->has_memory)
        return PH_ERR_FULL;
    uint64_t before;
    wasmtime_error_t *error = wasmtime_memory_grow(instance->context, &instance->memory, pages, &before);
    if (!error)
        return PH_OK;
    wasmtime_error_delete(error);
    return PH_ERR_FULL;
}

uint64_t ph_wasm_memory_max(const ph_wasm_instance_t *instance)
{
    return instance->memory_max;
}
