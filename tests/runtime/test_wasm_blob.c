/* The blob that stands under `:code`, taken apart: WebAssembly of the first version, imports that every host has, an
 * export for each API method, and the two sections that say its version. */
#include "support/rt_chain.h"

#include "hostapi/hostapi.h"
#include "hostapi/version.h"
#include "runtime/apis.h"
#include "runtime/blob.h"
#include "wasm/binary.h"

enum { SECTION_DATA = 11, SECTION_DATA_COUNT = 12 };

static ph_bytes_t blob(void)
{
    return ph_bytes(ph_runtime_wasm, ph_runtime_wasm_len);
}

/* The body of the section; false: there is none. */
static bool section_of(ph_bytes_t *out, uint8_t wanted)
{
    ph_wasm_cursor_t c = ph_wasm_module_body(blob());
    uint8_t id;
    ph_bytes_t body;
    while (ph_wasm_take_section(&c, &id, &body)) {
        if (id != wanted)
            continue;
        *out = body;
        return true;
    }
    assert_false(c.failed);
    return false;
}

static void test_sections(void **state)
{
    (void)state;
    ph_bytes_t body;
    size_t custom = 0, others = 0;
    uint8_t id;
    ph_wasm_cursor_t c = ph_wasm_module_body(blob());
    while (ph_wasm_take_section(&c, &id, &body)) {
        assert_true(id <= SECTION_DATA);
        assert_int_not_equal(id, PH_WASM_SECTION_START);
        custom += id == PH_WASM_SECTION_CUSTOM;
        others += id != PH_WASM_SECTION_CUSTOM;
    }
    assert_false(c.failed);
    assert_ptr_equal(c.at, c.end);
    assert_int_equal(custom, 2);
    assert_true(others >= 8);
    assert_true(ph_wasm_custom_section(blob(), &body, "runtime_version"));
    assert_true(ph_wasm_custom_section(blob(), &body, "runtime_apis"));
}

static bool is_offered(ph_bytes_t name)
{
    for (size_t i = 0; i < ph_hostapi_import_count; i++)
        if (ph_bytes_equal(name, ph_bytes(ph_hostapi_imports[i].name, strlen(ph_hostapi_imports[i].name))))
            return true;
    return false;
}

static void test_imports(void **state)
{
    (void)state;
    ph_bytes_t body;
    assert_true(section_of(&body, PH_WASM_SECTION_IMPORT));
    ph_wasm_cursor_t c = ph_wasm_cursor(body);
    uint32_t count = ph_wasm_take_u32(&c), memories = 0;
    for (uint32_t i = 0; i < count; i++) {
        ph_bytes_t name;
        uint8_t kind;
        uint32_t what;
        ph_wasm_take_import(&c, &name, &kind, &what);
        assert_true(kind == PH_WASM_KIND_FUNCTION || kind == PH_WASM_KIND_MEMORY);
        memories += kind == PH_WASM_KIND_MEMORY;
        if (kind == PH_WASM_KIND_FUNCTION && !is_offered(name))
            fail_msg("%.*s is not offered", (int)name.len, (const char *)name.data);
    }
    assert_false(c.failed);
    assert_int_equal(memories, 1);
    assert_true(count > 20);
}

static bool is_exported(const char *wanted, uint8_t wanted_kind)
{
    ph_bytes_t body;
    assert_true(section_of(&body, PH_WASM_SECTION_EXPORT));
    ph_wasm_cursor_t c = ph_wasm_cursor(body);
    for (uint32_t left = ph_wasm_take_u32(&c); left > 0; left--) {
        ph_bytes_t name = ph_wasm_take_run(&c, ph_wasm_take_u32(&c));
        uint8_t kind = ph_wasm_take_byte(&c);
        (void)ph_wasm_take_u32(&c);
        assert_false(c.failed);
        if (ph_bytes_equal(name, ph_bytes(wanted, strlen(wanted))))
            return kind == wanted_kind;
    }
    return false;
}

static void test_exports(void **state)
{
    (void)state;
    assert_true(is_exported("__heap_base", PH_WASM_KIND_GLOBAL));
    assert_false(is_exported("Core_no_such_method", PH_WASM_KIND_FUNCTION));
#define EXPORTED(name) assert_true(is_exported(#name, PH_WASM_KIND_FUNCTION));
    PH_API_METHODS(EXPORTED)
}

/* Valid for an engine that knows nothing beyond the first version: no bulk memory, no multiple values. */
static void test_compiles(void **state)
{
    (void)state;
    ph_wasm_config_t config = {.native_stack_max = 1u << 20, .parallel_compilation = true, .unmetered = true};
    ph_wasm_engine_t *engine = ph_wasm_engine_new(&config);
    ph_wasm_module_t *module;
    ph_wasm_fault_t fault;
    ph_bytes_t artifact;
    if (ph_wasm_compile(engine, &artifact, &fault, blob()) != PH_OK ||
        ph_wasm_module_load(engine, &module, &fault, artifact, ph_hostapi_imports, ph_hostapi_import_count) != PH_OK)
        fail_msg("%s", fault.text);
    for (size_t i = 0; i < ph_wasm_module_import_count(module); i++) {
        bool offered;
        const char *name = ph_wasm_module_import(module, i, &offered);
        if (!offered)
            fail_msg("%s is not offered", name);
    }
    assert_true(ph_wasm_module_memory_min(module) >= 1u << 20);
    ph_mem_free(artifact.data);
    ph_wasm_module_free(module);
    ph_wasm_engine_free(engine);
}

/* The sections say what Core_version answers, in the form in which sp-version embeds it. */
static void test_version(void **state)
{
    (void)state;
    rt_chain_t *c = rt_chain_new(4, 5, NULL, 0, NULL);
    ph_runtime_version_t said, embedded;
    ph_bytes_t section;
    rt_ask(c, runtime_version, &said, "Core_version");
    assert_int_equal(ph_hostapi_version(c->arena, &embedded, blob()), PH_OK);
    assert_true(ph_runtime_version_equal(&said, &embedded));
    assert_true(said.apis.count >= 10);
    ph_writer_t apis = ph_writer_in(c->arena), version = ph_writer_in(c->arena);
    for (size_t i = 0; i < said.apis.count; i++) {
        ph_write(&apis, said.apis.items[i]._0.bytes, 8);
        ph_write_u32(&apis, said.apis.items[i]._1);
    }
    assert_true(ph_wasm_custom_section(blob(), &section, "runtime_apis"));
    assert_true(ph_bytes_equal(section, ph_writer_bytes(&apis)));
    said.apis.count = 0;
    ph_runtime_version_encode(&version, &said);
    assert_true(ph_wasm_custom_section(blob(), &section, "runtime_version"));
    assert_true(ph_bytes_equal(section, ph_writer_bytes(&version)));
    rt_chain_free(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sections), cmocka_unit_test(test_imports), cmocka_unit_test(test_exports),
        cmocka_unit_test(test_compiles), cmocka_unit_test(test_version),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
