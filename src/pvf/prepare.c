#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "crypto/hash.h"
#include "pvf/internal.h"
#include "wasm/blob.h"

#define HEAP_PAGES_ESTIMATE 32u
#define EXTRA_HEAP_PAGES    2048u
#define LOGICAL_STACK_MAX   65536u
#define NATIVE_STACK_MAX    (256u << 20)

ph_pvf_executor_t ph_pvf_executor_default(void)
{
    return (ph_pvf_executor_t){.memory_pages_max = HEAP_PAGES_ESTIMATE + EXTRA_HEAP_PAGES,
                               .logical_stack_max = LOGICAL_STACK_MAX,
                               .native_stack_max = NATIVE_STACK_MAX};
}

ph_pvf_executor_t ph_pvf_executor_of(const ph_executor_params_t *params)
{
    ph_pvf_executor_t out = ph_pvf_executor_default();
    for (size_t i = 0; i < params->count; i++) {
        const ph_executor_param_t *p = &params->items[i];
        if (p->kind == PH_EXECUTOR_PARAM_MAX_MEMORY_PAGES)
            out.memory_pages_max = p->max_memory_pages > UINT32_MAX - HEAP_PAGES_ESTIMATE
                                       ? UINT32_MAX
                                       : p->max_memory_pages + HEAP_PAGES_ESTIMATE;
        else if (p->kind == PH_EXECUTOR_PARAM_STACK_LOGICAL_MAX)
            out.logical_stack_max = p->stack_logical_max ? p->stack_logical_max : 1; /* as good as none */
        else if (p->kind == PH_EXECUTOR_PARAM_STACK_NATIVE_MAX)
            out.native_stack_max = p->stack_native_max;
        else if (p->kind == PH_EXECUTOR_PARAM_WASM_EXT_BULK_MEMORY)
            out.bulk_memory = true;
    }
    return out;
}

void ph_pvf_executor_hash(ph_hash_t *out, const ph_pvf_executor_t *executor)
{
    ph_writer_t w = PH_WRITER_HEAP;
    ph_pvf_executor_encode(&w, executor);
    ph_blake2_256(out->bytes, ph_writer_bytes(&w));
    ph_writer_free(&w);
}

ph_pvf_t *ph_pvf_new(const ph_pvf_executor_t *executor, ph_log_t *log)
{
    ph_pvf_executor_t used = executor ? *executor : ph_pvf_executor_default();
    ph_wasm_config_t config = {.native_stack_max = used.native_stack_max,
                               .logical_stack_max = used.logical_stack_max,
                               .bulk_memory = used.bulk_memory,
                               .parallel_compilation = true};
    ph_wasm_engine_t *engine = ph_wasm_engine_new(&config);
    if (!engine)
        return NULL;
    ph_pvf_t *pvf = ph_mem_alloc(NULL, sizeof *pvf);
    pvf->executor = used;
    pvf->engine = engine;
    pvf->log = log;
    pvf->stack_len = ((size_t)used.native_stack_max + PH_PVF_HOST_STACK + 0xffff) & ~(size_t)0xffff;
    ph_map_init(&pvf->local, sizeof(ph_validation_code_hash_t), sizeof(void *));
    return pvf;
}

void ph_pvf_free(ph_pvf_t *pvf)
{
    if (!pvf)
        return;
    ph_pvf_local_free(pvf);
    ph_pvf_stack_unmap(pvf, atomic_load(&pvf->spare_stack));
    ph_wasm_engine_free(pvf->engine);
    ph_mem_free(pvf);
}

static void fail(ph_pvf_prepare_result_t *out, ph_arena_t *arena, ph_pvf_prepare_error_kind_t error, const char *detail)
{
    *out = (ph_pvf_prepare_result_t){.kind = PH_RES_ERR};
    out->err._0.kind = (uint8_t)error;
    out->err._1 = ph_bytes_copy(arena, ph_bytes(detail, strlen(detail)));
}

static void list_imports(ph_pvf_prepared_t *out, ph_arena_t *arena, const ph_wasm_module_t *module)
{
    out->imports.count = ph_wasm_module_import_count(module);
    out->imports.items = ph_arena_alloc(arena, out->imports.count * sizeof *out->imports.items);
    for (size_t i = 0; i < out->imports.count; i++) {
        const char *name = ph_wasm_module_import(module, i, &out->imports.items[i].offered);
        out->imports.items[i].name = ph_bytes_copy(arena, ph_bytes(name, strlen(name)));
    }
}

/* Compiles plain code, then makes sure that the artifact loads and links. */
static void prepare_plain(ph_pvf_t *pvf, ph_arena_t *arena, ph_pvf_prepare_result_t *out, ph_bytes_t code)
{
    ph_wasm_fault_t fault = {0};
    ph_bytes_t artifact;
    ph_err_t err = ph_wasm_compile(pvf->engine, &artifact, &fault, code);
    if (err != PH_OK) {
        fail(out, arena,
             fault.kind == PH_WASM_FAULT_FORMAT   ? PH_PVF_PREPARE_ERROR_PREVALIDATION
             : fault.kind == PH_WASM_FAULT_MODULE ? PH_PVF_PREPARE_ERROR_PREPARATION
                                                  : PH_PVF_PREPARE_ERROR_KERNEL,
             fault.text);
        return;
    }
    ph_wasm_module_t *module;
    err = ph_wasm_module_load(pvf->engine, &module, &fault, artifact, ph_pvf_imports, ph_pvf_import_count);
    if (err != PH_OK) {
        fail(out, arena, PH_PVF_PREPARE_ERROR_RUNTIME_CONSTRUCTION, fault.text);
    } else {
        *out = (ph_pvf_prepare_result_t){.kind = PH_RES_OK};
        out->ok.code_len = (uint32_t)code.len;
        out->ok.artifact = ph_bytes_copy(arena, artifact);
        list_imports(&out->ok, arena, module);
        ph_wasm_module_free(module);
    }
    ph_mem_free(artifact.data);
}

void ph_pvf_prepare(ph_pvf_t *pvf, ph_arena_t *arena, ph_pvf_prepare_result_t *out, ph_bytes_t code,
                    uint32_t bomb_limit)
{
    ph_bytes_t plain;
    ph_err_t err = ph_blob_decompress(&plain, code, bomb_limit);
    if (err == PH_OK && plain.len > UINT32_MAX)
        err = PH_ERR_TOO_LARGE;
    if (err != PH_OK) {
        fail(out, arena, PH_PVF_PREPARE_ERROR_COULD_NOT_DECOMPRESS_CODE_BLOB, ph_err_text(err));
        return;
    }
    prepare_plain(pvf, arena, out, plain);
    ph_mem_free(plain.data);
}

bool ph_pvf_prepare_error_is_deterministic(ph_pvf_prepare_error_t error)
{
    switch ((ph_pvf_prepare_error_kind_t)error.kind) {
    case PH_PVF_PREPARE_ERROR_PREVALIDATION:
    case PH_PVF_PREPARE_ERROR_PREPARATION:
    case PH_PVF_PREPARE_ERROR_JOB_ERROR:
    case PH_PVF_PREPARE_ERROR_OUT_OF_MEMORY:
    case PH_PVF_PREPARE_ERROR_COULD_NOT_DECOMPRESS_CODE_BLOB:
        return true;
    case PH_PVF_PREPARE_ERROR_RUNTIME_CONSTRUCTION:
    case PH_PVF_PREPARE_ERROR_TIMED_OUT:
    case PH_PVF_PREPARE_ERROR_IO:
    case PH_PVF_PREPARE_ERROR_CREATE_TMP_FILE:
    case PH_PVF_PREPARE_ERROR_RENAME_TMP_FILE:
    case PH_PVF_PREPARE_ERROR_CLEAR_WORKER_DIR:
    case PH_PVF_PREPARE_ERROR_JOB_DIED:
    case PH_PVF_PREPARE_ERROR_KERNEL:
        return false;
    }
    return false;
}

const char *ph_pvf_prepare_error_text(ph_pvf_prepare_error_t error)
{
    switch ((ph_pvf_prepare_error_kind_t)error.kind) {
    case PH_PVF_PREPARE_ERROR_PREVALIDATION:
        return "prevalidation";
    case PH_PVF_PREPARE_ERROR_PREPARATION:
        return "preparation";
    case PH_PVF_PREPARE_ERROR_RUNTIME_CONSTRUCTION:
        return "runtime-construction";
    case PH_PVF_PREPARE_ERROR_JOB_ERROR:
        return "job-error";
    case PH_PVF_PREPARE_ERROR_TIMED_OUT:
        return "timed-out";
    case PH_PVF_PREPARE_ERROR_IO:
        return "io";
    case PH_PVF_PREPARE_ERROR_CREATE_TMP_FILE:
        return "create-tmp-file";
    case PH_PVF_PREPARE_ERROR_RENAME_TMP_FILE:
        return "rename-tmp-file";
    case PH_PVF_PREPARE_ERROR_OUT_OF_MEMORY:
        return "out-of-memory";
    case PH_PVF_PREPARE_ERROR_CLEAR_WORKER_DIR:
        return "clear-worker-dir";
    case PH_PVF_PREPARE_ERROR_JOB_DIED:
        return "job-died";
    case PH_PVF_PREPARE_ERROR_KERNEL:
        return "kernel";
    case PH_PVF_PREPARE_ERROR_COULD_NOT_DECOMPRESS_CODE_BLOB:
        return "could-not-decompress-code-blob";
    }
    return "unknown";
}
