/* The wasm body does what the native one does, bit for bit: blocks over two sessions, refusals with their reasons, API
 * answers. Both are called through the executor. */
#include "support/rt_tx.h"

#include "chain/api_calls.h"
#include "chain/executor.h"
#include "env/sim/world.h"
#include "keystore/keystore.h"
#include "runtime/apis.h"
#include "runtime/blob.h"
#include "runtime/origin.h"
#include "runtime/storage/babe.h"
#include "runtime/storage/session.h"
#include "runtime/storage/system.h"

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
static ph_err_t both_with(rt_chain_t *c, ph_executor_t *executor, const char *method, ph_bytes_t args,
                          const ph_keyring_t *keys /* two, or NULL */, ph_bytes_t *answer /* may be NULL */)
{
    ph_overlay_t *overlays[2];
    ph_writer_t answers[2];
    char why[2][200] = {"", ""};
    uint8_t roots[2][32];
    ph_err_t err[2];
    for (size_t i = 0; i < 2; i++) {
        overlays[i] = ph_overlay_new(c->state);
        answers[i] = ph_writer_in(c->arena);
        ph_native_host_t host = {.overlay = overlays[i], .log = &c->log, .keys = keys ? &keys[i] : NULL};
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
    if (answer)
        *answer = ph_writer_bytes(&answers[0]);
    return err[0];
}

static ph_err_t both(rt_chain_t *c, ph_executor_t *executor, const char *method, ph_bytes_t args)
{
    return both_with(c, executor, method, args, NULL, NULL);
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

/* As deep as calls may be: the stack of both is enough. */
static void test_nested_calls(void **state)
{
    ph_executor_t *f = *state;
    rt_bank_t b = rt_bank_new();
    rt_view_t v;
    ph_host_storage_set(rt_open(&v, b.c), PH_BYTES_LIT(":code"), ph_bytes(ph_runtime_wasm, ph_runtime_wasm_len));
    rt_close_and_keep(&v, b.c);
    for (unsigned depth = 254; depth <= 257; depth++) {
        rt_tx_t tx = rt_nested(&b, 0, depth);
        ph_writer_t args = ph_writer_in(b.c->arena);
        ph_write_bytes(&args, rt_sign(&b, &tx));
        assert_int_equal(both(b.c, f, "BlockBuilder_apply_extrinsic", ph_writer_bytes(&args)),
                         depth <= 256 ? PH_OK : PH_ERR_INTERNAL);
    }
    rt_chain_free(b.c);
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

/* ---- session keys: two nodes, each with a keystore of its own ---- */

static ph_bytes_t generate_args(rt_chain_t *c, const ph_account_id_t *owner, const char *seed)
{
    ph_writer_t w = ph_writer_in(c->arena);
    ph_args_session_keys_generate_session_keys_t args = {.owner = ph_bytes(owner->bytes, 32),
                                                         .seed.some = seed != NULL};
    if (seed)
        args.seed.value = ph_bytes(seed, strlen(seed));
    ph_args_session_keys_generate_session_keys_encode(&w, &args);
    return ph_writer_bytes(&w);
}

static void assert_taken(rt_chain_t *c, const ph_account_id_t *owner, const ph_opaque_generated_session_keys_t *made)
{
    rt_view_t v;
    ph_session_keys_t keys;
    ph_account_info_t info;
    ph_account_id_t other = *owner;
    ph_rt_t *rt = rt_open(&v, c);
    ph_system_account_get(rt, owner, &info);
    info.providers = 1;
    ph_system_account_set(rt, owner, &info);
    assert_int_equal(ph_session_keys_decode_all(made->keys, c->arena, &keys), PH_OK);
    ph_origin_t origin = ph_origin_signed(owner);
    assert_int_equal(ph_session_call_set_keys(rt, &origin, &keys, made->proof), PH_OK);
    other.bytes[0] ^= 1;
    origin = ph_origin_signed(&other);
    assert_int_equal(ph_session_call_set_keys(rt, &origin, &keys, made->proof), PH_SESSION_ERR_INVALID_PROOF);
    rt_close(&v);
}

static void test_session_keys(void **state)
{
    static const char method[] = "SessionKeys_generate_session_keys";
    rt_chain_t *c = chain();
    ph_world_t *world = ph_world_new(&(ph_world_config_t){.seed = 7});
    ph_keystore_t *stores[2];
    ph_keyring_t keys[2];
    for (size_t i = 0; i < 2; i++) {
        stores[i] = ph_keystore_new(ph_world_add_node(world, i ? "wasm" : "native"), true);
        keys[i] = ph_keystore_keyring(stores[i]);
    }
    const ph_account_id_t owner = {{1, 2, 3}};
    ph_bytes_t answer;
    ph_opaque_generated_session_keys_t made;
    assert_int_equal(both_with(c, *state, method, generate_args(c, &owner, "//Alice"), keys, &answer), PH_OK);
    assert_int_equal(ph_opaque_generated_session_keys_decode_all(answer, c->arena, &made), PH_OK);
    static const uint8_t alice[4] = {0xd4, 0x35, 0x93, 0xc7};
    assert_memory_equal(made.keys.data + 32, alice, 4); /* BABE's, sr25519 */
    assert_taken(c, &owner, &made);
    ph_session_keys_t parts;
    assert_int_equal(ph_session_keys_decode_all(made.keys, c->arena, &parts), PH_OK);
    for (size_t i = 0; i < 2; i++) {
        assert_true(ph_keystore_has(stores[i], PH_KEY_GRANDPA, parts.grandpa.bytes));
        assert_true(ph_keystore_has(stores[i], PH_KEY_BABE, parts.babe.bytes));
        assert_true(ph_keystore_has(stores[i], PH_KEY_PARA_VALIDATOR, parts.para_validator.bytes));
        assert_true(ph_keystore_has(stores[i], PH_KEY_PARA_ASSIGNMENT, parts.para_assignment.bytes));
        assert_true(ph_keystore_has(stores[i], PH_KEY_AUTHORITY_DISCOVERY, parts.authority_discovery.bytes));
        assert_true(ph_keystore_has(stores[i], PH_KEY_BEEFY, parts.beefy.bytes));
    }
    /* What cannot be done fails alike, and by name. */
    assert_int_equal(both_with(c, *state, method, generate_args(c, &owner, "not a phrase"), keys, NULL),
                     PH_ERR_INTERNAL);
    assert_int_equal(both(c, *state, method, generate_args(c, &owner, NULL)), PH_ERR_INTERNAL);
    /* Random ones, of either body. */
    ph_keyring_t same[2] = {keys[0], keys[0]};
    for (size_t i = 0; i < 2; i++) {
        ph_overlay_t *overlay = ph_overlay_new(c->state);
        ph_native_host_t host = {.overlay = overlay, .log = &c->log, .keys = &same[i]};
        ph_writer_t w = ph_writer_in(c->arena);
        char why[200] = "";
        ph_bytes_t args = generate_args(c, &owner, NULL);
        assert_int_equal(ph_executor_call(i ? *state : NULL, &host, &w, method, args, why, sizeof why), PH_OK);
        assert_int_equal(ph_opaque_generated_session_keys_decode_all(ph_writer_bytes(&w), c->arena, &made), PH_OK);
        assert_taken(c, &owner, &made);
        ph_native_host_end(&host);
        ph_overlay_free(overlay);
    }
    for (size_t i = 0; i < 2; i++)
        ph_keystore_free(stores[i]);
    ph_world_free(world);
    rt_chain_free(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_blocks),       cmocka_unit_test(test_nested_calls), cmocka_unit_test(test_vrf_randomness),
        cmocka_unit_test(test_answers),      cmocka_unit_test(test_all_methods),  cmocka_unit_test(test_code),
        cmocka_unit_test(test_session_keys),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
