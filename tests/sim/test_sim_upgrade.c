/* A runtime upgrade while the network runs: `sudo(set_code)` with the next runtime's blob. The block that holds it is
 * still the old runtime's; the next one is the new one's, which no node has natively: it runs as Wasm, and all goes on.
 */
#include "sim/run.h"

#include "crypto/hash.h"
#include "crypto/keys.h"
#include "runtime/params.h"
#include "scale/scale.h"
#include "service/signed_extrinsic.h"
#include "service/summary.h"

extern const uint8_t ph_runtime_next_wasm[];
extern const size_t ph_runtime_next_wasm_len;

enum { SET_AT = 5, END = 24 };

/* ---- the transaction ---- */

static ph_bytes_t set_code_call(ph_arena_t *arena, ph_bytes_t code)
{
    ph_call_t inner = {.kind = PH_CALL_SYSTEM, .system = {.kind = PH_CALL_SYSTEM_SET_CODE}};
    ph_call_t call = {.kind = PH_CALL_SUDO, .sudo = {.kind = PH_CALL_SUDO_SUDO_UNCHECKED_WEIGHT}};
    ph_writer_t w = ph_writer_in(arena);
    inner.system.set_code.code = code;
    call.sudo.sudo_unchecked_weight.call = &inner;
    call.sudo.sudo_unchecked_weight.weight.ref_time = 1000000;
    ph_call_encode(&w, &call);
    return ph_writer_bytes(&w);
}

/* Alice's, for ever valid, without its length. */
static ph_bytes_t signed_by_alice(ph_arena_t *arena, ph_bytes_t call, uint32_t nonce, const ph_hash_t *genesis)
{
    ph_sr25519_keypair_t alice;
    uint8_t mini[32];
    bool has_mini;
    ph_to_sign_t what = {.call = call,
                         .extra = {.nonce = nonce},
                         .implicit = {.spec_version = PH_SPEC_VERSION,
                                      .transaction_version = PH_TRANSACTION_VERSION,
                                      .genesis_hash = *genesis,
                                      .era_hash = *genesis}};
    ph_multi_signature_t signature = {.kind = PH_MULTI_SIGNATURE_SR25519};
    ph_bytes_t xt;
    assert_int_equal(ph_sr25519_from_uri(&alice, mini, &has_mini, PH_BYTES_LIT("//Alice"), (ph_bytes_t){0}, NULL),
                     PH_OK);
    ph_sr25519_sign(&alice, signature.sr25519.bytes, ph_signed_payload(arena, &what), NULL);
    ph_reader_t r = ph_reader(ph_signed_extrinsic(arena, alice.public_key, &signature, &what));
    assert_int_equal(ph_read_bytes(&r, arena, &xt), PH_OK);
    return xt;
}

static void on_answer(void *ctx, uint64_t tag, const ph_pool_answer_t *answer)
{
    (void)tag;
    ph_pool_explain(ctx, 120, answer);
}

/* ---- looking ---- */

static ph_chain_t *view_of(ph_sim_t *sim)
{
    ph_node_t *view = ph_fleet_view(ph_sim_fleet(sim));
    assert_non_null(view);
    return ph_node_chain(view);
}

static uint32_t spec_version_at(ph_chain_t *chain, const ph_relay_block_t *block)
{
    ph_buf_t *answer;
    ph_runtime_version_t version;
    ph_arena_t *arena = ph_arena_new();
    assert_int_equal(ph_chain_call(chain, &answer, &block->hash, "Core_version", (ph_bytes_t){0}), PH_OK);
    assert_int_equal(ph_runtime_version_decode_all(ph_buf_bytes(answer), arena, &version), PH_OK);
    ph_buf_unref(answer);
    ph_arena_free(arena);
    return version.spec_version;
}

static bool says_updated(const ph_relay_block_t *block)
{
    for (size_t i = 0; i < block->header.digest.logs.count; i++)
        if (block->header.digest.logs.items[i].kind == PH_DIGEST_ITEM_RUNTIME_ENVIRONMENT_UPDATED)
            return true;
    return false;
}

/* System.LastRuntimeUpgrade: compact spec version, then the name. */
static uint32_t last_upgrade_at(const ph_relay_block_t *block)
{
    uint8_t key[32];
    ph_bytes_t value;
    uint32_t version;
    ph_twox_128(key, PH_BYTES_LIT("System"));
    ph_twox_128(key + 16, PH_BYTES_LIT("LastRuntimeUpgrade"));
    assert_int_equal(ph_state_get(block->state, &value, ph_bytes(key, 32)), PH_OK);
    ph_reader_t r = ph_reader(value);
    assert_int_equal(ph_read_compact_u32(&r, &version), PH_OK);
    return version;
}

/* The one block of the best chain that says so; versions before and after it are as they should be. */
static uint32_t check_chain(ph_chain_t *chain)
{
    uint32_t at = 0, best = ph_chain_best(chain)->header.number;
    for (uint32_t i = 1; i <= best; i++) {
        const ph_relay_block_t *block = ph_chain_at(chain, i);
        if (says_updated(block)) {
            assert_int_equal(at, 0);
            at = i;
        }
        /* The block's own state already has the new code; its last upgrade is noted by the block after it. */
        assert_int_equal(spec_version_at(chain, block), PH_SPEC_VERSION + (at != 0));
        assert_int_equal(last_upgrade_at(block), PH_SPEC_VERSION + (at != 0 && i > at));
    }
    assert_true(at > 0);
    assert_true(best >= at + 8);
    return at;
}

/* ---- the state, dumped ---- */

static void append(void *ctx, const char *text, size_t len)
{
    ph_write(ctx, text, len);
}

/* A network begun with the upgraded chain's last state goes on with the new runtime. */
static void check_dump(const ph_relay_block_t *block, ph_sim_config_t config)
{
    ph_local_t *local;
    ph_sim_t *sim;
    char why[300] = "";
    ph_writer_t text = PH_WRITER_HEAP;
    ph_write_state(block, append, &text);
    if (ph_local_from_spec(&local, ph_writer_bytes(&text), (ph_bytes_t){0}, why, sizeof why) != PH_OK)
        fail_msg("%s", why);
    ph_writer_free(&text);
    config.local = local;
    config.seed = 77;
    config.signature = NULL;
    config.imported = NULL;
    config.trace = NULL;
    if (ph_sim_new(&sim, &config, why, sizeof why) != PH_OK || ph_sim_run_to(sim, 10, why, sizeof why) != PH_OK)
        fail_msg("%s", why);
    const ph_relay_block_t *best = ph_chain_best(view_of(sim));
    assert_true(best->header.number >= block->header.number + 8);
    assert_int_equal(spec_version_at(view_of(sim), best), PH_SPEC_VERSION + 1);
    ph_sim_free(sim);
    ph_local_free(local);
}

/* ---- the run ---- */

typedef struct outcome {
    ph_hash_t best;
    uint32_t upgraded_at;
    ph_executor_stats_t before, after;
} outcome_t;

static outcome_t run(ph_runtime_body_t body)
{
    outcome_t out;
    char why[200] = "", answer[120] = "";
    ph_arena_t *arena = ph_arena_new();
    size_t printed = 0;
    ph_sim_config_t config = ph_sim_usual(3, 4, 1, END);
    config.session_slots = 6;
    config.rotation_blocks = 3;
    config.finality_depth = 8;
    config.runtime_body = body;
    ph_check_t *check = ph_check_new(&(ph_check_config_t){.slot_ms = config.slot_ms, .adder = true});
    ph_check_hook(check, &config);
    ph_sim_t *sim = start_sim(check, &config);
    ph_fleet_t *fleet = ph_sim_fleet(sim);
    if (ph_sim_run_to(sim, SET_AT, why, sizeof why) != PH_OK)
        fail_msg("%s", why);
    ph_executor_stats(fleet->local->executor, &out.before);
    ph_bytes_t call = set_code_call(arena, ph_bytes(ph_runtime_next_wasm, ph_runtime_next_wasm_len));
    ph_bytes_t xt = signed_by_alice(arena, call, 0, &fleet->local->genesis->hash);
    ph_pool_submit(ph_chain_pool(ph_node_chain(ph_fleet_node(fleet, 0))), xt, PH_TRANSACTION_SOURCE_LOCAL, on_answer,
                   answer, 0);
    if (ph_sim_run_to(sim, END, why, sizeof why) != PH_OK)
        fail_msg("%s", why);
    ph_executor_stats(fleet->local->executor, &out.after);
    print_message("the pool said: %s\n", answer);
    out.upgraded_at = check_chain(view_of(sim));
    out.best = ph_chain_best(view_of(sim))->hash;
    check_dump(ph_chain_best(view_of(sim)), config);
    assert_int_equal(ph_check_end(check, sim, print_violation, &printed), 0);
    ph_check_free(check);
    ph_sim_free(sim);
    ph_arena_free(arena);
    return out;
}

static void test_upgrade(void **state)
{
    (void)state;
    outcome_t native = run(PH_RUNTIME_NATIVE), wasm = run(PH_RUNTIME_WASM);
    assert_true(native.upgraded_at > 3);
    assert_int_equal(native.before.wasm_calls, 0);
    assert_true(native.after.wasm_calls > 20);
    assert_int_equal(native.after.compiled, 1);
    /* The blob's run is the same, and compiled both runtimes. */
    assert_int_equal(wasm.after.native_calls, 0);
    assert_int_equal(wasm.after.compiled, 2);
    assert_true(ph_hash_equal(&native.best, &wasm.best));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_upgrade)};
    return cmocka_run_group_tests(tests, set_up_wasm, NULL);
}
