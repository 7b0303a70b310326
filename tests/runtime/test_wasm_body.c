/* The wasm body does what the native one does, bit for bit: blocks over two sessions, refusals with their reasons, API
 * answers. Both are called through the executor. */
#include "support/rt_chain.h"

#include "chain/executor.h"
#include "runtime/apis.h"
#include "runtime/blob.h"
#include "runtime/storage/babe.h"

#define FIRST_SLOT UINT64_C(270000000)

static int set_up(void **state)
{
    *state = ph_executor_new(PH_RUNTIME_WASM);
    return 0;
}

static int tear_down(void **state)
{
    ph_executor_free(*state);
    return 0;
}

/* Calls both bodies on the best state; verdicts, reasons, answers and writes are equal. */
static ph_err_t both(rt_chain_t *c, ph_executor_t *executor, const char *method, ph_bytes_t args)
{
    ph_overlay_t *overlays[2];
    ph_writer_t answers[2];
    char why[2][200] = {"", ""};
    uint8_t roots[2][32];
    ph_err_t err[2];
    for (size_t i = 0; i < 2; i++) {
        overlays[i] = ph_overlay_new(c->state);
        answers[i] = ph_writer_in(c->arena);
        ph_native_host_t host = {.overlay = overlays[i], .log = &c->log};
        err[i] = ph_executor_call(i ? executor : NULL, &host, &answers[i], method, args, why[i], sizeof why[i]);
        ph_native_host_end(&host);
        if (err[i] != PH_OK)
            ph_overlay_rollback_to(overlays[i], 0);
        assert_int_equal(ph_overlay_depth(overlays[i]), 0);
        ph_overlay_root(overlays[i], roots[i], 1);
        ph_overlay_free(overlays[i]);
    }
    if (err[0] != err[1] || strcmp(why[0], why[1]) != 0)
        fail_msg("%s: native %d \"%s\", wasm %d \"%s\"", method, err[0], why[0], err[1], why[1]);
    assert_int_equal(err[0] == PH_OK, why[0][0] == 0);
    if (err[0] == PH_OK && !ph_bytes_equal(ph_writer_bytes(&answers[0]), ph_writer_bytes(&answers[1])))
        fail_msg("%s: different answers", method);
    assert_memory_equal(roots[0], roots[1], 32);
    return err[0];
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
    rt_chain_t *c = rt_chain_new(6, 5, paras, 2, NULL);
    rt_view_t v;
    ph_host_storage_set(rt_open(&v, c), PH_BYTES_LIT(":code"), ph_bytes(ph_runtime_wasm, ph_runtime_wasm_len));
    rt_close_and_keep(&v, c);
    return c;
}

static void test_blocks(void **state)
{
    ph_executor_t *f = *state;
    rt_chain_t *c = chain();
    for (uint64_t i = 0; i < 12; i++) {
        ph_babe_pre_digest_t claim = rt_plain_claim(FIRST_SLOT + i, (uint32_t)(i % 6));
        ph_block_t block = rt_make_block(c, &claim, (FIRST_SLOT + i) * 6000);
        assert_int_equal(both(c, f, "Core_execute_block", encoded(c, &block)), PH_OK);
        block.header.state_root.bytes[0] ^= 1;
        assert_int_equal(both(c, f, "Core_execute_block", encoded(c, &block)), PH_ERR_INTERNAL);
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
    ph_executor_t *f = *state;
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
    ph_executor_t *f = *state;
    rt_chain_t *c = chain();
    for (uint64_t i = 0; i < 3; i++)
        rt_advance(c, FIRST_SLOT + i);
    static const char *const methods[] = {
        "Core_version",
        "Metadata_metadata",
        "Metadata_metadata_versions",
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
    assert_int_equal(both(c, f, "Core_version", ph_bytes(&junk, 1)), PH_ERR_INTERNAL);
    rt_chain_free(c);
}

/* Every method there is, without arguments: where it takes some, both say the same about their absence. */
static void test_all_methods(void **state)
{
    ph_executor_t *f = *state;
    rt_chain_t *c = chain();
    rt_advance(c, FIRST_SLOT);
    size_t answered = 0;
#define BOTH(name) answered += both(c, f, #name, (ph_bytes_t){0}) == PH_OK;
    PH_API_METHODS(BOTH)
    assert_true(answered > 20);
    assert_int_equal(both(c, f, "Core_no_such_method", (ph_bytes_t){0}), PH_ERR_UNSUPPORTED);
    rt_chain_free(c);
}

/* What the executor did: the one blob was compiled once; without a blob there is nothing to run. */
static void test_code(void **state)
{
    ph_executor_t *f = *state;
    rt_chain_t *c = chain();
    ph_executor_stats_t stats;
    assert_int_equal(both(c, f, "Core_version", (ph_bytes_t){0}), PH_OK);
    ph_executor_stats(f, &stats);
    assert_int_equal(stats.compiled, 1);
    assert_int_equal(stats.native_calls, 0);
    assert_true(stats.wasm_calls > 0);
    static const struct {
        ph_bytes_t code;
        const char *why;
    } cases[] = {{{NULL, 0}, "the state's code cannot be read: not found"},
                 {{(uint8_t *)(uintptr_t) "junk", 4}, "the state's code cannot be run: "},
                 {{(uint8_t *)(uintptr_t) "\x52\xbc\x53\x76\x46\xdb\x8e\x05z", 9}, "it cannot be unpacked"}};
    for (size_t i = 0; i < 3; i++) {
        rt_view_t v;
        char why[200] = "";
        ph_rt_t *rt = rt_open(&v, c);
        if (cases[i].code.len)
            ph_host_storage_set(rt, PH_BYTES_LIT(":code"), cases[i].code);
        else
            ph_host_storage_clear(rt, PH_BYTES_LIT(":code"));
        rt_close_and_keep(&v, c);
        ph_overlay_t *overlay = ph_overlay_new(c->state);
        ph_native_host_t host = {.overlay = overlay, .log = &c->log};
        ph_writer_t answer = ph_writer_in(c->arena);
        assert_int_equal(ph_executor_call(f, &host, &answer, "Core_version", (ph_bytes_t){0}, why, sizeof why),
                         PH_ERR_INTERNAL);
        if (!strstr(why, cases[i].why))
            fail_msg("\"%s\"", why);
        ph_native_host_end(&host);
        ph_overlay_free(overlay);
    }
    rt_chain_free(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_blocks),      cmocka_unit_test(test_vrf_randomness), cmocka_unit_test(test_answers),
        cmocka_unit_test(test_all_methods), cmocka_unit_test(test_code),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
