#include "chain/executor.h"

#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "base/check.h"
#include "base/vec.h"
#include "hostapi/hostapi.h"
#include "hostapi/version.h"
#include "runtime/params.h"
#include "runtime/runtime.h"
#include "wasm/blob.h"

/* Machine stack that a blob may use; Substrate's. */
#define NATIVE_STACK_MAX (1u << 20)
/* Codes that are remembered. A chain has one at a time, few on its forks. */
#define CODES_MAX 8u

#define CODE_KEY       PH_BYTES_LIT(":code")
#define HEAP_PAGES_KEY PH_BYTES_LIT(":heappages")

typedef struct code {
    uint8_t hash[32];
    bool native_fits;
    int state_version;
    bool compiled; /* or found to be nothing that could be */
    ph_wasm_module_t *module;
    char why_not[PH_WASM_FAULT_TEXT_MAX]; /* it was not compiled */
    uint64_t used;                        /* when last */
    unsigned users;
} code_t;

struct ph_executor {
    ph_runtime_body_t body;
    atomic_flag lock; /* guards all below */
    ph_wasm_engine_t *engine;
    PH_LIST(code_t *) codes;
    uint64_t clock;
    ph_executor_stats_t stats;
};

static void lock(ph_executor_t *e)
{
    while (atomic_flag_test_and_set_explicit(&e->lock, memory_order_acquire))
        ;
}

static void unlock(ph_executor_t *e)
{
    atomic_flag_clear_explicit(&e->lock, memory_order_release);
}

ph_executor_t *ph_executor_new(ph_runtime_body_t body)
{
    ph_executor_t *e = ph_mem_alloc(NULL, sizeof *e);
    e->body = body;
    atomic_flag_clear(&e->lock);
    return e;
}

static void free_code(code_t *code)
{
    ph_wasm_module_free(code->module);
    ph_mem_free(code);
}

void ph_executor_free(ph_executor_t *e)
{
    if (!e)
        return;
    for (size_t i = 0; i < e->codes.count; i++)
        free_code(e->codes.items[i]);
    ph_list_free(&e->codes);
    ph_wasm_engine_free(e->engine);
    ph_mem_free(e);
}

void ph_executor_prefer(ph_executor_t *e, ph_runtime_body_t body)
{
    e->body = body;
}

void ph_executor_stats(ph_executor_t *e, ph_executor_stats_t *out)
{
    lock(e);
    *out = e->stats;
    unlock(e);
}

/* ---- codes ---- */

static code_t *find_code(ph_executor_t *e, const uint8_t hash[32])
{
    for (size_t i = 0; i < e->codes.count; i++) {
        code_t *code = e->codes.items[i];
        if (memcmp(code->hash, hash, 32) != 0)
            continue;
        code->users++;
        code->used = ++e->clock;
        return code;
    }
    return NULL;
}

static void drop_oldest(ph_executor_t *e)
{
    size_t oldest = SIZE_MAX;
    for (size_t i = 0; i < e->codes.count; i++) {
        const code_t *code = e->codes.items[i];
        if (code->users == 0 && (oldest == SIZE_MAX || code->used < e->codes.items[oldest]->used))
            oldest = i;
    }
    if (oldest == SIZE_MAX)
        return;
    free_code(e->codes.items[oldest]);
    ph_list_remove(&e->codes, oldest);
}

/* can_call_with */
static bool is_native(const ph_runtime_version_t *version)
{
    return version->spec_version == PH_SPEC_VERSION && version->authoring_version == PH_AUTHORING_VERSION &&
           ph_bytes_equal(version->spec_name, PH_BYTES_LIT(PH_SPEC_NAME));
}

/* A blob that does not say its version is from before there were others than 0. */
static void look_at_version(code_t *code, ph_bytes_t blob, ph_log_t *log)
{
    ph_runtime_version_t version;
    ph_arena_t *arena = ph_arena_new();
    bool known = ph_hostapi_version(arena, &version, blob) == PH_OK;
    code->native_fits = known && is_native(&version);
    code->state_version = known && version.system_version > 0;
    if (known && !code->native_fits)
        ph_log(log, PH_LOG_INFO, "chain", "the state's runtime %.*s-%u is not the native %s-%u: its code is run",
               (int)version.spec_name.len, (const char *)version.spec_name.data, version.spec_version, PH_SPEC_NAME,
               PH_SPEC_VERSION);
    ph_arena_free(arena);
}

/* The code of a state, in use until done_with. NOT_FOUND: there is none; or an error of reading the state. */
static ph_err_t code_of(ph_executor_t *e, code_t **out, const ph_state_t *state, ph_log_t *log)
{
    uint8_t hash[32];
    ph_bytes_t blob;
    PH_TRY(ph_state_value_hash(state, hash, CODE_KEY));
    lock(e);
    *out = find_code(e, hash);
    unlock(e);
    if (*out)
        return PH_OK;
    PH_TRY(ph_state_get(state, &blob, CODE_KEY));
    code_t *made = ph_mem_alloc(NULL, sizeof *made);
    memcpy(made->hash, hash, 32);
    look_at_version(made, blob, log);
    lock(e);
    *out = find_code(e, hash); /* another thread may have been faster */
    if (!*out) {
        if (e->codes.count >= CODES_MAX)
            drop_oldest(e);
        ph_list_push(NULL, &e->codes, made);
        made = NULL;
        *out = find_code(e, hash);
    }
    unlock(e);
    ph_mem_free(made);
    return PH_OK;
}

static void done_with(ph_executor_t *e, code_t *code)
{
    lock(e);
    code->users--;
    unlock(e);
}

static ph_wasm_engine_t *engine_of(ph_executor_t *e)
{
    const ph_wasm_config_t config = {
        .native_stack_max = NATIVE_STACK_MAX, .parallel_compilation = true, .unmetered = true};
    lock(e);
    if (!e->engine)
        e->engine = ph_wasm_engine_new(&config);
    ph_wasm_engine_t *engine = e->engine;
    unlock(e);
    return engine;
}

static ph_err_t compile(ph_executor_t *e, ph_wasm_module_t **out, ph_wasm_fault_t *fault, ph_bytes_t blob)
{
    ph_bytes_t wasm, artifact;
    ph_wasm_engine_t *engine = engine_of(e);
    ph_err_t err = engine ? ph_blob_decompress(&wasm, blob, PH_BLOB_CODE_BOMB_LIMIT) : PH_ERR_UNSUPPORTED;
    if (err != PH_OK) {
        snprintf(fault->text, sizeof fault->text, engine ? "it cannot be unpacked" : "no engine for this machine");
        return err;
    }
    err = ph_wasm_compile(engine, &artifact, fault, wasm);
    ph_mem_free(wasm.data);
    PH_TRY(err);
    err = ph_wasm_module_load(engine, out, fault, artifact, ph_hostapi_imports, ph_hostapi_import_count);
    ph_mem_free(artifact.data);
    return err;
}

/* Compiling takes a second: it is done without the lock, and twice if two threads meet in it. */
static ph_err_t ensure_compiled(ph_executor_t *e, code_t *code, const ph_state_t *state)
{
    ph_bytes_t blob;
    ph_wasm_module_t *module = NULL;
    ph_wasm_fault_t fault = {0};
    lock(e);
    bool compiled = code->compiled;
    unlock(e);
    if (compiled)
        return PH_OK;
    PH_TRY(ph_state_get(state, &blob, CODE_KEY));
    ph_err_t err = compile(e, &module, &fault, blob);
    lock(e);
    if (!code->compiled) {
        code->compiled = true;
        code->module = err == PH_OK ? module : NULL;
        snprintf(code->why_not, sizeof code->why_not, "%s", fault.text);
        module = NULL;
        e->stats.compiled++;
    }
    unlock(e);
    ph_wasm_module_free(module);
    return PH_OK;
}

int ph_executor_state_version(ph_executor_t *e, const ph_state_t *state)
{
    code_t *code;
    if (!e || code_of(e, &code, state, NULL) != PH_OK)
        return PH_STATE_VERSION;
    int version = code->state_version;
    done_with(e, code);
    return version;
}

/* ---- calls ---- */

static void explain(char *why, size_t why_len, const char *format, const char *text)
{
    if (why && why_len)
        snprintf(why, why_len, format, text);
}

static uint32_t heap_pages_of(const ph_state_t *state)
{
    ph_bytes_t value;
    if (ph_state_get(state, &value, HEAP_PAGES_KEY) != PH_OK || value.len < 8)
        return PH_HOSTAPI_HEAP_PAGES;
    uint64_t pages = ph_get_u64(value.data);
    return pages < PH_HOSTAPI_HEAP_PAGES_MAX ? (uint32_t)pages : PH_HOSTAPI_HEAP_PAGES_MAX;
}

static bool submit(void *ctx, ph_bytes_t extrinsic)
{
    return ph_native_host_ops.offchain_submit_transaction(ctx, extrinsic);
}

static ph_err_t call_wasm(ph_executor_t *e, code_t *code, ph_native_host_t *host, ph_writer_t *result,
                          const char *method, ph_bytes_t args, char *why, size_t why_len)
{
    const ph_state_t *state = ph_overlay_base(host->overlay);
    ph_wasm_fault_t fault;
    ph_hostapi_t api = {.base.log = host->log,
                        .overlay = host->overlay,
                        .submit_transaction = submit,
                        .submit_ctx = host,
                        .keys = host->keys};
    PH_TRY(ensure_compiled(e, code, state));
    if (!code->module) {
        explain(why, why_len, "the state's code cannot be run: %s", code->why_not);
        return PH_ERR_INTERNAL;
    }
    ph_err_t err = ph_hostapi_call(&api, result, &fault, code->module, heap_pages_of(state), method, args);
    if (err != PH_OK)
        explain(why, why_len, "%s", err == PH_ERR_UNSUPPORTED ? ph_err_text(err) : fault.text);
    return err;
}

static ph_err_t call_native(ph_native_host_t *host, ph_writer_t *result, const char *method, ph_bytes_t args, char *why,
                            size_t why_len)
{
    return ph_runtime_call(&ph_native_host_ops, host, ph_bytes(method, strlen(method)), args, result, why, why_len);
}

static void count(ph_executor_t *e, bool native)
{
    lock(e);
    e->stats.native_calls += native;
    e->stats.wasm_calls += !native;
    unlock(e);
}

ph_err_t ph_executor_call(ph_executor_t *e, ph_native_host_t *host, ph_writer_t *result, const char *method,
                          ph_bytes_t args, char *why, size_t why_len)
{
    code_t *code = NULL;
    ph_err_t err = e ? code_of(e, &code, ph_overlay_base(host->overlay), host->log) : PH_OK;
    bool native = !e || (e->body == PH_RUNTIME_NATIVE && (err == PH_ERR_NOT_FOUND || (code && code->native_fits)));
    if (e)
        count(e, native);
    if (native)
        err = call_native(host, result, method, args, why, why_len);
    else if (code)
        err = call_wasm(e, code, host, result, method, args, why, why_len);
    else {
        explain(why, why_len, "the state's code cannot be read: %s", ph_err_text(err));
        err = PH_ERR_INTERNAL;
    }
    if (code)
        done_with(e, code);
    return err;
}
