#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/check.h"
#include "wasm/internal.h"
#include "wasm/rewrite.h"
#include "wasm/stack_limit.h"

/* Appends what is really compiled. */
static ph_err_t instrument(const ph_wasm_engine_t *engine, ph_writer_t *out, ph_wasm_fault_t *fault, ph_bytes_t wasm)
{
    const char *why = NULL;
    if (engine->logical_stack_max == 0) {
        ph_err_t err = ph_wasm_rewrite(out, &why, wasm);
        return err == PH_OK ? PH_OK : ph_wasm_fault(fault, PH_WASM_FAULT_FORMAT, err, "%s", why);
    }
    ph_writer_t plain = PH_WRITER_HEAP;
    ph_wasm_fault_kind_t kind = PH_WASM_FAULT_FORMAT;
    ph_err_t err = ph_wasm_rewrite(&plain, &why, wasm);
    if (err == PH_OK) {
        kind = PH_WASM_FAULT_MODULE;
        err = ph_wasm_limit_stack(out, &why, ph_writer_bytes(&plain), engine->logical_stack_max, engine->bulk_memory);
    }
    ph_writer_free(&plain);
    return err == PH_OK ? PH_OK : ph_wasm_fault(fault, kind, err, "%s", why);
}

static ph_err_t compile(ph_wasm_engine_t *engine, ph_bytes_t *artifact, ph_wasm_fault_t *fault, ph_bytes_t wasm)
{
    wasmtime_module_t *module = NULL;
    wasmtime_error_t *error = wasmtime_module_new(engine->engine, wasm.data, wasm.len, &module);
    if (error)
        return ph_wasm_fault_of(fault, PH_WASM_FAULT_MODULE, PH_ERR_MALFORMED, error);
    wasm_byte_vec_t serialized;
    error = wasmtime_module_serialize(module, &serialized);
    wasmtime_module_delete(module);
    if (error)
        return ph_wasm_fault_of(fault, PH_WASM_FAULT_ENGINE, PH_ERR_INTERNAL, error);
    *artifact = ph_bytes_copy(NULL, ph_bytes(serialized.data, serialized.size));
    wasm_byte_vec_delete(&serialized);
    return PH_OK;
}

ph_err_t ph_wasm_compile(ph_wasm_engine_t *engine, ph_bytes_t *artifact, ph_wasm_fault_t *fault, ph_bytes_t wasm)
{
    ph_writer_t code = PH_WRITER_HEAP;
    ph_err_t err = instrument(engine, &code, fault, wasm);
    if (err == PH_OK)
        err = compile(engine, artifact, fault, ph_writer_bytes(&code));
    ph_writer_free(&code);
    return err;
}

ph_err_t ph_wasm_validate(ph_wasm_engine_t *engine, ph_wasm_fault_t *fault, ph_bytes_t wasm)
{
    wasmtime_error_t *error = wasmtime_module_validate(engine->engine, wasm.data, wasm.len);
    return error ? ph_wasm_fault_of(fault, PH_WASM_FAULT_MODULE, PH_ERR_MALFORMED, error) : PH_OK;
}

static bool same_signature(const char *signature, const wasm_functype_t *type)
{
    const wasm_valtype_vec_t *lists[2] = {wasm_functype_params(type), wasm_functype_results(type)};
    for (size_t l = 0; l < 2; l++) {
        for (size_t i = 0; i < lists[l]->size; i++, signature++) {
            wasm_valkind_t kind = wasm_valtype_kind(lists[l]->data[i]);
            if (*signature != (kind == WASM_I32 ? 'i' : kind == WASM_I64 ? 'I' : '?'))
                return false;
        }
        if (*signature != (l == 0 ? '>' : '\0'))
            return false;
        signature++;
    }
    return true;
}

static const ph_wasm_import_t *find_import(const ph_wasm_import_t *imports, size_t count, const wasm_name_t *name)
{
    for (size_t i = 0; i < count; i++)
        if (strlen(imports[i].name) == name->size && memcmp(imports[i].name, name->data, name->size) == 0)
            return &imports[i];
    return NULL;
}

static ph_err_t link_import(ph_wasm_module_t *m, ph_wasm_link_t *link, ph_wasm_fault_t *fault,
                            const wasm_importtype_t *type, const ph_wasm_import_t *imports, size_t import_count)
{
    const wasm_name_t *space = wasm_importtype_module(type), *name = wasm_importtype_name(type);
    size_t len = space->size + name->size + 2;
    link->name = ph_mem_alloc(NULL, len);
    snprintf(link->name, len, "%.*s.%.*s", (int)space->size, space->data, (int)name->size, name->data);
    const wasm_functype_t *function = wasm_externtype_as_functype_const(wasm_importtype_type(type));
    if (space->size != 3 || memcmp(space->data, "env", 3) != 0 || !function)
        return ph_wasm_fault(fault, PH_WASM_FAULT_LINK, PH_ERR_INVALID,
                             "import %s: only functions of \"env\" are offered", link->name);
    link->import = find_import(imports, import_count, name);
    if (link->import && !same_signature(link->import->signature, function))
        return ph_wasm_fault(fault, PH_WASM_FAULT_LINK, PH_ERR_INVALID, "import %s: has type %s here", link->name,
                             link->import->signature);
    wasmtime_error_t *error = wasmtime_linker_define_func(m->linker, space->data, space->size, name->data, name->size,
                                                          function, ph_wasm_on_import, link, NULL);
    if (error) /* the same name twice with different types */
        return ph_wasm_fault_of(fault, PH_WASM_FAULT_LINK, PH_ERR_INVALID, error);
    return PH_OK;
}

static ph_err_t link_imports(ph_wasm_module_t *m, ph_wasm_fault_t *fault, const ph_wasm_import_t *imports,
                             size_t import_count)
{
    wasm_importtype_vec_t types;
    wasmtime_module_imports(m->module, &types);
    m->links = ph_mem_alloc(NULL, types.size * sizeof *m->links);
    m->link_count = types.size;
    wasmtime_linker_allow_shadowing(m->linker, true);
    ph_err_t err = PH_OK;
    for (size_t i = 0; i < types.size && err == PH_OK; i++)
        err = link_import(m, &m->links[i], fault, types.data[i], imports, import_count);
    wasm_importtype_vec_delete(&types);
    PH_TRY(err);
    wasmtime_error_t *error = wasmtime_linker_instantiate_pre(m->linker, m->module, &m->ready);
    return error ? ph_wasm_fault_of(fault, PH_WASM_FAULT_LINK, PH_ERR_INVALID, error) : PH_OK;
}

ph_err_t ph_wasm_module_load(ph_wasm_engine_t *engine, ph_wasm_module_t **out, ph_wasm_fault_t *fault,
                             ph_bytes_t artifact, const ph_wasm_import_t *imports, size_t import_count)
{
    wasmtime_module_t *module = NULL;
    wasmtime_error_t *error = wasmtime_module_deserialize(engine->engine, artifact.data, artifact.len, &module);
    if (error)
        return ph_wasm_fault_of(fault, PH_WASM_FAULT_ENGINE, PH_ERR_UNSUPPORTED, error);
    ph_wasm_module_t *m = ph_mem_alloc(NULL, sizeof *m);
    m->engine = engine->engine;
    m->unmetered = engine->unmetered;
    m->module = module;
    m->linker = wasmtime_linker_new(engine->engine);
    ph_err_t err = link_imports(m, fault, imports, import_count);
    if (err != PH_OK) {
        ph_wasm_module_free(m);
        return err;
    }
    *out = m;
    return PH_OK;
}

void ph_wasm_module_free(ph_wasm_module_t *module)
{
    if (!module)
        return;
    if (module->ready)
        wasmtime_instance_pre_delete(module->ready);
    wasmtime_linker_delete(module->linker);
    wasmtime_module_delete(module->module);
    for (size_t i = 0; i < module->link_count; i++)
        ph_mem_free(module->links[i].name);
    ph_mem_free(module->links);
    ph_mem_free(module);
}

uint64_t ph_wasm_module_memory_min(const ph_wasm_module_t *module)
{
    wasm_exporttype_vec_t exports;
    uint64_t min = 0;
    wasmtime_module_exports(module->module, &exports);
    for (size_t i = 0; i < exports.size; i++) {
        const wasm_name_t *name = wasm_exporttype_name(exports.data[i]);
        const wasm_memorytype_t *memory = wasm_externtype_as_memorytype_const(wasm_exporttype_type(exports.data[i]));
        if (memory && name->size == 6 && memcmp(name->data, "memory", 6) == 0)
            min = (uint64_t)wasm_memorytype_limits(memory)->min * PH_WASM_PAGE_LEN;
    }
    wasm_exporttype_vec_delete(&exports);
    return min;
}

size_t ph_wasm_module_import_count(const ph_wasm_module_t *module)
{
    return module->link_count;
}

const char *ph_wasm_module_import(const ph_wasm_module_t *module, size_t i, bool *offered)
{
    PH_CHECK(i < module->link_count);
    if (offered)
        *offered = module->links[i].import != NULL;
    return module->links[i].name;
}
