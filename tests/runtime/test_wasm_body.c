/* The wasm body does what the native one does, bit for bit: blocks over two sessions, refusals, API answers. Needs the
 * blob that the target runtime_wasm builds; PH_RUNTIME_WASM says where it is. */
#include "support/rt_chain.h"
#include "support/wasm_host.h"

#include "runtime/storage/babe.h"

#define FIRST_SLOT UINT64_C(270000000)

typedef struct fixture {
    ph_wasm_engine_t *engine;
    ph_wasm_module_t *module;
    ph_bytes_t blob;
} fixture_t;

static ph_bytes_t read_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        return (ph_bytes_t){0};
    ph_writer_t w = PH_WRITER_HEAP;
    uint8_t part[1 << 16];
    size_t n;
    while ((n = fread(part, 1, sizeof part, file)) > 0)
        ph_write(&w, part, n);
    fclose(file);
    return ph_writer_bytes(&w);
}

static int set_up(void **state)
{
    static fixture_t f;
    const char *path = getenv("PH_RUNTIME_WASM");
    f.blob = read_file(path != NULL ? path : "build/release/parahost_runtime.wasm");
    *state = &f;
    if (f.blob.data == NULL)
        return 0;
    ph_wasm_config_t config = {.native_stack_max = 1u << 20, .parallel_compilation = true};
    f.engine = ph_wasm_engine_new(&config);
    assert_non_null(f.engine);
    ph_bytes_t artifact;
    ph_wasm_fault_t fault;
    if (ph_wasm_compile(f.engine, &artifact, &fault, f.blob) != PH_OK ||
        ph_wasm_module_load(f.engine, &f.module, &fault, artifact, wasm_imports,
                            sizeof wasm_imports / sizeof *wasm_imports) != PH_OK)
        fail_msg("%s", fault.text);
    ph_mem_free(artifact.data);
    return 0;
}

static int tear_down(void **state)
{
    fixture_t *f = *state;
    ph_wasm_module_free(f->module);
    ph_wasm_engine_free(f->engine);
    ph_mem_free(f->blob.data);
    return 0;
}

static fixture_t *fixture(void **state)
{
    fixture_t *f = *state;
    if (f->module == NULL)
        skip();
    return f;
}

/* Everything that the module imports is a host function of Substrate's. */
static void test_imports(void **state)
{
    fixture_t *f = fixture(state);
    assert_true(ph_wasm_module_import_count(f->module) > 10);
    for (size_t i = 0; i < ph_wasm_module_import_count(f->module); i++) {
        bool offered;
        const char *name = ph_wasm_module_import(f->module, i, &offered);
        if (!offered)
            fail_msg("%s is not offered", name);
    }
}

/* Calls both bodies on the best state; answers and verdicts are equal. Gives the wasm body's verdict. */
static ph_err_t both(rt_chain_t *c, fixture_t *f, const char *method, ph_bytes_t args)
{
    ph_overlay_t *native = ph_overlay_new(c->state), *wasm = ph_overlay_new(c->state);
    ph_writer_t a = ph_writer_in(c->arena), b = ph_writer_in(c->arena);
    ph_err_t err_a = rt_call_on(c, native, &a, method, args);
    char why[200];
    snprintf(why, sizeof why, "%.180s", c->panic);
    ph_err_t err_b = wasm_call_on(c, f->module, wasm, &b, method, args);
    if ((err_a == PH_OK) != (err_b == PH_OK))
        fail_msg("%s: native \"%s\", wasm \"%s\"", method, why, c->panic);
    if (err_a != PH_OK && strstr(c->panic, why) == NULL)
        fail_msg("%s: native \"%s\", wasm \"%s\"", method, why, c->panic);
    if (err_a == PH_OK && !ph_bytes_equal(ph_writer_bytes(&a), ph_writer_bytes(&b)))
        fail_msg("%s: different answers", method);
    uint8_t root_a[32], root_b[32];
    ph_overlay_root(native, root_a, 1);
    ph_overlay_root(wasm, root_b, 1);
    assert_memory_equal(root_a, root_b, 32);
    ph_overlay_free(native);
    ph_overlay_free(wasm);
    return err_b;
}

static ph_bytes_t encoded(rt_chain_t *c, const ph_block_t *block)
{
    ph_writer_t w = ph_writer_in(c->arena);
    ph_block_encode(&w, block);
    return ph_writer_bytes(&w);
}

static rt_chain_t *chain(void)
{
    static uint8_t head[] = {1, 2, 3}, code[] = {0, 'a', 's', 'm', 1, 0, 0, 0, 0, 0};
    ph_genesis_para_t paras[] = {
        {.id = {1000}, .head = ph_bytes(head, sizeof head), .code = ph_bytes(code, sizeof code), .is_parachain = true},
        {.id = {2000}, .head = ph_bytes(head, sizeof head), .code = ph_bytes(code, sizeof code), .is_parachain = true},
    };
    return rt_chain_new(6, 5, paras, 2, NULL);
}

static void test_blocks(void **state)
{
    fixture_t *f = fixture(state);
    rt_chain_t *c = chain();
    for (uint64_t i = 0; i < 12; i++) {
        ph_babe_pre_digest_t claim = rt_plain_claim(FIRST_SLOT + i, (uint32_t)(i % 6));
        ph_block_t block = rt_make_block(c, &claim, (FIRST_SLOT + i) * 6000);
        assert_int_equal(both(c, f, "Core_execute_block", encoded(c, &block)), PH_OK);
        block.header.state_root.bytes[0] ^= 1;
        assert_int_equal(both(c, f, "Core_execute_block", encoded(c, &block)), PH_ERR_INVALID);
        block.header.state_root.bytes[0] ^= 1;
        assert_int_equal(rt_execute(c, &block), PH_OK);
    }
    assert_int_equal(c->header.number, 12);
    rt_chain_free(c);
}

/* A real VRF output (the base point will do: it is an element) goes through 25-bit limbs here and 51-bit limbs there.
 */
static void test_vrf_randomness(void **state)
{
    fixture_t *f = fixture(state);
    rt_chain_t *c = chain();
    static const uint8_t base[32] = {0xe2, 0xf2, 0xae, 0x0a, 0x6a, 0xbc, 0x4e, 0x71, 0xa8, 0x84, 0xa9,
                                     0x61, 0xc5, 0x00, 0x51, 0x5f, 0x58, 0xe3, 0x0b, 0x6a, 0xa5, 0x82,
                                     0xdd, 0x8d, 0xb6, 0xa6, 0x59, 0x45, 0xe0, 0x8d, 0x2d, 0x76};
    rt_view_t v;
    ph_rt_t *rt = rt_open(&v, c);
    ph_vec_tup_babe_authority_id_u64_t authorities;
    ph_babe_authorities_get(rt, &authorities);
    for (size_t i = 0; i < authorities.count; i++)
        memcpy(authorities.items[i]._0.bytes, base, 32);
    ph_babe_authorities_set(rt, &authorities);
    rt_close_and_keep(&v, c);
    ph_babe_pre_digest_t claim = {.kind = PH_BABE_PRE_DIGEST_PRIMARY, .primary = {.slot = {FIRST_SLOT}}};
    memcpy(claim.primary.vrf_signature.pre_output.bytes, base, 32);
    ph_block_t block = rt_make_block(c, &claim, FIRST_SLOT * 6000);
    assert_int_equal(both(c, f, "Core_execute_block", encoded(c, &block)), PH_OK);
    assert_int_equal(rt_execute(c, &block), PH_OK);
    rt = rt_open(&v, c);
    ph_opt_randomness_t randomness;
    ph_babe_author_vrf_randomness_get(rt, &randomness);
    assert_true(randomness.some);
    rt_close(&v);
    rt_chain_free(c);
}

static void test_answers(void **state)
{
    fixture_t *f = fixture(state);
    rt_chain_t *c = chain();
    for (uint64_t i = 0; i < 3; i++)
        rt_advance(c, FIRST_SLOT + i);
    static const char *const methods[] = {
        "Core_version",
        "BabeApi_configuration",
        "BabeApi_current_epoch",
        "BabeApi_next_epoch",
        "GrandpaApi_grandpa_authorities",
        "AuthorityDiscoveryApi_authorities",
        "ParachainHost_validators",
        "ParachainHost_validator_groups",
        "ParachainHost_availability_cores",
        "ParachainHost_claim_queue",
        "ParachainHost_session_index_for_child",
        "ParachainHost_para_ids",
        "ParachainHost_on_chain_votes",
        "ParachainHost_candidate_events",
        "ParachainHost_scheduling_lookahead",
    };
    for (size_t i = 0; i < sizeof methods / sizeof *methods; i++)
        assert_int_equal(both(c, f, methods[i], (ph_bytes_t){0}), PH_OK);
    uint8_t junk = 7;
    assert_int_equal(both(c, f, "Core_version", ph_bytes(&junk, 1)), PH_ERR_INVALID);
    rt_chain_free(c);
}

/* The sections say what Core_version answers. */
static void test_sections(void **state)
{
    fixture_t *f = fixture(state);
    rt_chain_t *c = chain();
    ph_runtime_version_t said, embedded;
    rt_ask(c, runtime_version, &said, "Core_version");
    rt_view_t v;
    ph_rt_t *rt = rt_open(&v, c);
    ph_bytes_t raw;
    assert_true(ph_host_runtime_version(rt, &raw, f->blob));
    assert_int_equal(ph_runtime_version_decode_all(raw, c->arena, &embedded), PH_OK);
    embedded.apis = said.apis;
    assert_true(ph_runtime_version_equal(&said, &embedded));
    ph_writer_t apis = ph_writer_in(c->arena);
    for (size_t i = 0; i < said.apis.count; i++) {
        ph_write(&apis, said.apis.items[i]._0.bytes, 8);
        ph_write_u32(&apis, said.apis.items[i]._1);
    }
    ph_bytes_t end = ph_bytes(f->blob.data + f->blob.len - apis.len, apis.len);
    assert_true(ph_bytes_equal(end, ph_writer_bytes(&apis)));
    rt_close(&v);
    rt_chain_free(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_imports), cmocka_unit_test(test_blocks),   cmocka_unit_test(test_vrf_randomness),
        cmocka_unit_test(test_answers), cmocka_unit_test(test_sections),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
