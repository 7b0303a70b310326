/* Counting code: costs and rewritten modules as wasm-instrument makes them, and where recursion ends. */
#include "support/cmocka.h"

#include "crypto/hash.h"
#include "pvf/fixtures.h"
#include "support/random.h"
#include "support/wasm_signals.h"
#include "wasm/binary.h"
#include "wasm/modules.h"
#include "wasm/stack_limit.h"
#include "wasm/wasm.h"

static ph_arena_t *arena;

static ph_bytes_t bytes_of(const char *hex)
{
    ph_bytes_t out;
    assert_int_equal(ph_unhex(arena, hex, strlen(hex), &out), PH_OK);
    return out;
}

static int setup(void **state)
{
    (void)state;
    arena = ph_arena_new();
    ph_wasm_config_t config = {.native_stack_max = 1 << 20};
    ph_wasm_engine_free(ph_wasm_engine_new(&config));
    ph_test_save_signals();
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    ph_arena_free(arena);
    return 0;
}

/* What wasm-instrument 0.4.0 answered for the same modules. */
static void test_costs(void **state)
{
    (void)state;
    static const struct {
        const char *hex;
        size_t count;
        uint32_t costs[9];
    } known[] = {
        {MODULE_COSTS, 9, {5, 3, 5, 4, 2, 2, 3, 5, 3}},
        {MODULE_INDIRECT, 2, {6, 4}},
        {MODULE_RECURSIVE, 3, {5, 3, 3}},
    };
    for (size_t k = 0; k < sizeof known / sizeof known[0]; k++) {
        uint32_t cost;
        for (size_t i = 0; i < known[k].count; i++) {
            assert_int_equal(ph_wasm_stack_cost(&cost, bytes_of(known[k].hex), (uint32_t)i), PH_OK);
            assert_int_equal(cost, known[k].costs[i]);
        }
        assert_int_equal(ph_wasm_stack_cost(&cost, bytes_of(known[k].hex), (uint32_t)known[k].count), PH_ERR_NOT_FOUND);
    }
}

/* All sections but custom ones, which it puts in another order. */
static void hash_sections(uint8_t out[32], ph_bytes_t wasm)
{
    ph_blake2b_t h;
    ph_blake2b_init(&h, 32);
    ph_wasm_cursor_t c = ph_wasm_module_body(wasm);
    uint8_t id;
    ph_bytes_t body;
    while (ph_wasm_take_section(&c, &id, &body)) {
        if (id == PH_WASM_SECTION_CUSTOM)
            continue;
        ph_blake2b_update(&h, ph_bytes(&id, 1));
        ph_blake2b_update(&h, body);
    }
    ph_blake2b_final(&h, out, 32);
}

/* Whole modules, byte for byte as wasm-instrument 0.4.0 rewrites them (its output's hashes). */
static void test_real_modules(void **state)
{
    (void)state;
    static const struct {
        const char *file, *hash;
    } known[] = {
        {"pvf/adder.wasm", "a46585361b5deef160483855591f5e6aba853468e5fbf520f6397caa1d3d03af"},
        {"pvf/undying-2000.wasm", "a33d2e28314031c914d0e1b395662eb5f1fc3a84bcbf73bcafbd75c10451e16e"},
    };
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        ph_bytes_t wasm = ph_test_shared(arena, known[i].file);
        if (!wasm.data)
            skip();
        ph_writer_t out = ph_writer_in(arena);
        const char *why;
        uint8_t hash[32];
        char text[65];
        assert_int_equal(ph_wasm_limit_stack(&out, &why, wasm, 65536, false), PH_OK);
        hash_sections(hash, ph_writer_bytes(&out));
        ph_hex(text, ph_bytes(hash, 32));
        assert_string_equal(text, known[i].hash);
    }
}

static bool runs(const char *hex, uint32_t limit, const char *name, uint32_t arg, uint64_t *result)
{
    ph_wasm_config_t config = {.native_stack_max = 1 << 20, .logical_stack_max = limit};
    ph_wasm_engine_t *engine = ph_wasm_engine_new(&config);
    ph_wasm_limits_t limits = {0, UINT64_MAX};
    ph_wasm_fault_t fault = {0};
    ph_bytes_t artifact;
    ph_wasm_module_t *module;
    ph_wasm_instance_t *instance;
    ph_test_restore_signals();
    assert_int_equal(ph_wasm_compile(engine, &artifact, &fault, bytes_of(hex)), PH_OK);
    assert_int_equal(ph_wasm_module_load(engine, &module, &fault, artifact, NULL, 0), PH_OK);
    assert_int_equal(ph_wasm_instance_new(&instance, &fault, module, &limits, NULL), PH_OK);
    ph_err_t err = ph_wasm_call(instance, result, &fault, name, arg, 0);
    if (err != PH_OK)
        assert_int_equal(fault.kind, PH_WASM_FAULT_TRAP);
    ph_wasm_instance_free(instance);
    ph_wasm_module_free(module);
    ph_mem_free(artifact.data);
    ph_wasm_engine_free(engine);
    return err == PH_OK;
}

/* The export costs 3, each level of recursion 5, the first included: n levels fit into 3 + 5(n+1) values. */
static void test_recursion_ends(void **state)
{
    (void)state;
    uint64_t result;
    for (uint32_t depth = 0; depth < 50; depth += 7) {
        uint32_t needed = 3 + 5 * (depth + 1);
        assert_true(runs(MODULE_RECURSIVE, needed, "f", depth, &result));
        assert_int_equal(result, 1);
        assert_false(runs(MODULE_RECURSIVE, needed - 1, "f", depth, &result));
        /* what was counted is taken off again: twice in a row needs no more */
        assert_true(runs(MODULE_RECURSIVE, needed, "again", depth, &result));
    }
    /* through a table: the export 4, each call 6 */
    assert_true(runs(MODULE_INDIRECT, 4 + 6 * 11, "f", 10, &result));
    assert_int_equal(result, 7);
    assert_false(runs(MODULE_INDIRECT, 4 + 6 * 11 - 1, "f", 10, &result));
}

/* Whatever is broken is refused or rewritten; nothing is read beyond its end (the sanitizer's part). */
static void test_broken_modules(void **state)
{
    (void)state;
    static const char *const hexes[] = {MODULE_COSTS, MODULE_INDIRECT, MODULE_RECURSIVE, MODULE_HOST};
    ph_test_random_t random = ph_test_random(3);
    size_t refused = 0;
    for (size_t round = 0; round < 20000; round++) {
        ph_arena_t *outer = arena;
        arena = ph_arena_new();
        ph_bytes_t wasm = bytes_of(hexes[round % 4]);
        if (ph_test_below(&random, 2))
            wasm.len = ph_test_below(&random, wasm.len);
        for (size_t flips = ph_test_below(&random, 4); flips > 0 && wasm.len > 8; flips--)
            wasm.data[8 + ph_test_below(&random, wasm.len - 8)] = (uint8_t)ph_test_u64(&random);
        uint8_t *exact = ph_mem_alloc(NULL, wasm.len); /* so that reading beyond it is seen */
        memcpy(exact, wasm.data, wasm.len);
        ph_writer_t out = ph_writer_in(arena);
        const char *why = NULL;
        ph_err_t err = ph_wasm_limit_stack(&out, &why, ph_bytes(exact, wasm.len), 100, round % 8 == 0);
        assert_true((err == PH_OK) == (why == NULL));
        refused += err != PH_OK;
        ph_mem_free(exact);
        ph_arena_free(arena);
        arena = outer;
    }
    assert_true(refused > 5000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_costs),
        cmocka_unit_test(test_real_modules),
        cmocka_unit_test(test_recursion_ends),
        cmocka_unit_test(test_broken_modules),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
