/* Running WebAssembly: engine, module, instance, over wasmtime's C API.
 *
 * The dialect is what Polkadot's executor runs: WebAssembly 1.0 with sign extension, NaNs made canonical; no threads,
 * SIMD, bulk memory, multiple values, reference types, tail calls, 64-bit or several memories. Unless the engine is
 * unmetered, every function is compiled with fuel accounting, so that a run can be bounded without a clock and bounded
 * alike on every machine.
 *
 * An engine and its modules may be used by several threads; an instance belongs to one thread at a time.
 * (Source: polkadot-sdk, sc-executor-wasmtime and polkadot-node-core-pvf-common: executor_interface.)
 */
#ifndef PH_WASM_WASM_H
#define PH_WASM_WASM_H

#include <stdbool.h>

#include "base/bytes.h"

#define PH_WASM_PAGE_LEN       65536u
#define PH_WASM_FAULT_TEXT_MAX 320

typedef struct ph_wasm_engine ph_wasm_engine_t;
typedef struct ph_wasm_module ph_wasm_module_t;
typedef struct ph_wasm_instance ph_wasm_instance_t;

/* What went wrong, for people (text) and for verdicts (kind). */
typedef enum ph_wasm_fault_kind {
    PH_WASM_FAULT_NONE,
    PH_WASM_FAULT_FORMAT,        /* the bytes are no module at all */
    PH_WASM_FAULT_MODULE,        /* a module that is not valid, or not of this dialect */
    PH_WASM_FAULT_LINK,          /* an import that the host can not give, or of another type */
    PH_WASM_FAULT_INSTANTIATION, /* memory limit, start function or segments out of bounds */
    PH_WASM_FAULT_EXPORT,        /* no such export, or of another type */
    PH_WASM_FAULT_TRAP,          /* the code trapped */
    PH_WASM_FAULT_HOST,          /* a host function refused; also a call to an import that nobody offers */
    PH_WASM_FAULT_STACK,         /* native stack limit */
    PH_WASM_FAULT_FUEL,          /* out of fuel */
    PH_WASM_FAULT_ENGINE         /* wasmtime itself failed: our fault */
} ph_wasm_fault_kind_t;

typedef struct ph_wasm_fault {
    ph_wasm_fault_kind_t kind;
    char text[PH_WASM_FAULT_TEXT_MAX];
} ph_wasm_fault_t;

/* ---- engine ---- */

typedef struct ph_wasm_config {
    size_t native_stack_max; /* bytes of machine stack that wasm code may use; the caller's stack must have more */
    uint32_t
        logical_stack_max; /* values; counted by code that is put into modules (wasm/stack_limit.h); 0: not at all */
    bool bulk_memory;      /* ExecutorParam WasmExtBulkMemory */
    bool parallel_compilation;
    bool unmetered; /* no fuel is counted: for code that is trusted to end. Limits on fuel mean nothing then. */
} ph_wasm_config_t;

/* NULL if wasmtime refuses this machine. */
ph_wasm_engine_t *ph_wasm_engine_new(const ph_wasm_config_t *config);
void ph_wasm_engine_free(ph_wasm_engine_t *engine); /* after its modules; NULL allowed */

/* ---- modules ---- */

/* Offered to modules under "env". args holds the arguments' bits (i32 zero-extended), *result is written if the
 * signature has a result. An error other than PH_OK becomes a trap with the text given to ph_wasm_refuse, or the
 * error's own. */
typedef ph_err_t (*ph_wasm_host_fn_t)(ph_wasm_instance_t *instance, uint64_t *result, const uint64_t *args);
typedef struct ph_wasm_import {
    const char *name;
    const char *signature; /* "ii>I": i is i32, I is i64; at most 8 arguments and one result */
    ph_wasm_host_fn_t call;
} ph_wasm_import_t;

/* Checks and compiles a module and gives the artifact: machine code for this version of wasmtime, this configuration
 * and this kind of machine (free with ph_mem_free). `wasm` is rewritten first as Polkadot does: an imported memory
 * becomes an exported one, the memory's maximum is dropped (the instance's limit counts). MALFORMED with fault FORMAT
 * or MODULE; INTERNAL. */
PH_MUST_CHECK ph_err_t ph_wasm_compile(ph_wasm_engine_t *engine, ph_bytes_t *artifact, ph_wasm_fault_t *fault,
                                       ph_bytes_t wasm);
/* Checks that `wasm`, as it is, is a valid module of this dialect, without compiling it. MALFORMED with fault MODULE.
 */
PH_MUST_CHECK ph_err_t ph_wasm_validate(ph_wasm_engine_t *engine, ph_wasm_fault_t *fault, ph_bytes_t wasm);
/* Loads an artifact, which must come from ph_wasm_compile unchanged (it is machine code: whoever stores it must protect
 * it), and links it to the imports, which must outlive the module. Imported functions that the table lacks trap when
 * called. UNSUPPORTED: an artifact of another version or machine. INVALID with fault LINK: imports from
 * elsewhere than "env", that are no functions, or of another type than the table's. */
PH_MUST_CHECK ph_err_t ph_wasm_module_load(ph_wasm_engine_t *engine, ph_wasm_module_t **out, ph_wasm_fault_t *fault,
                                           ph_bytes_t artifact, const ph_wasm_import_t *imports, size_t import_count);
void ph_wasm_module_free(ph_wasm_module_t *module); /* after its instances; NULL allowed */
size_t ph_wasm_module_import_count(const ph_wasm_module_t *module);
/* "env.name" of import i, and whether the table offered it. */
const char *ph_wasm_module_import(const ph_wasm_module_t *module, size_t i, bool *offered);

/* Bytes that its memory begins with; 0: it has none that is exported as "memory". */
uint64_t ph_wasm_module_memory_min(const ph_wasm_module_t *module);

/* ---- instances ---- */

typedef struct ph_wasm_limits {
    uint64_t memory_max; /* bytes of linear memory */
    uint64_t fuel;       /* UINT64_MAX: as good as none */
} ph_wasm_limits_t;

/* `user` is for the host functions. INVALID with fault INSTANTIATION (or a trap's kind, from a start function). */
PH_MUST_CHECK ph_err_t ph_wasm_instance_new(ph_wasm_instance_t **out, ph_wasm_fault_t *fault, ph_wasm_module_t *module,
                                            const ph_wasm_limits_t *limits, void *user);
void ph_wasm_instance_free(ph_wasm_instance_t *instance); /* NULL allowed */
void *ph_wasm_instance_user(const ph_wasm_instance_t *instance);

/* Calls the export `name` of type (i32, i32) -> i64. INVALID with the fault saying which; TIMEOUT for fuel, of which
 * something must be left at the end. */
PH_MUST_CHECK ph_err_t ph_wasm_call(ph_wasm_instance_t *instance, uint64_t *result, ph_wasm_fault_t *fault,
                                    const char *name, uint32_t arg0, uint32_t arg1);
/* The exported i32 global `name`. NOT_FOUND. */
PH_MUST_CHECK ph_err_t ph_wasm_global_u32(ph_wasm_instance_t *instance, uint32_t *out, const char *name);

/* UINT64_MAX where nothing is metered. */
uint64_t ph_wasm_fuel_left(const ph_wasm_instance_t *instance);
/* Takes `amount` of fuel for work that a host function does; TIMEOUT if there is not that much (all is gone then). */
PH_MUST_CHECK ph_err_t ph_wasm_fuel_take(ph_wasm_instance_t *instance, uint64_t amount);

/* The memory exported as "memory"; a module without one has 0 bytes. */
uint64_t ph_wasm_memory_len(ph_wasm_instance_t *instance);
/* A window into the memory, valid until wasm code runs or memory grows. INVALID if any of it is outside. */
PH_MUST_CHECK ph_err_t ph_wasm_memory_at(ph_wasm_instance_t *instance, ph_bytes_t *out, uint32_t at, uint32_t len);
PH_MUST_CHECK ph_err_t ph_wasm_memory_write(ph_wasm_instance_t *instance, uint32_t at, ph_bytes_t bytes);
/* FULL beyond the limit. */
PH_MUST_CHECK ph_err_t ph_wasm_memory_grow(ph_wasm_instance_t *instance, uint32_t pages);
uint64_t ph_wasm_memory_max(const ph_wasm_instance_t *instance); /* the limit in bytes */

/* For host functions: notes the text of the trap and returns `err`. */
ph_err_t ph_wasm_refuse(ph_wasm_instance_t *instance, ph_err_t err, const char *format, ...) PH_PRINTF(3, 4);

#endif
