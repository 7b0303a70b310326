/* Preparing and executing in this process: the built-in adder against the real one, misbehaviour of every kind, and
 * that a run is a pure function of its inputs. */
#include "support/cmocka.h"

#include "base/log.h"
#include "crypto/hash.h"
#include "pvf/adder_collator.h"
#include "pvf/builtin.h"
#include "pvf/fixtures.h"
#include "pvf/pvf.h"
#include "support/random.h"
#include "support/wasm_signals.h"
#include "wasm/blob.h"

static ph_pvf_t *pvf;
static ph_arena_t *arena;

#define BOMB_LIMIT (50u << 20)
#define FUEL       1000000000u

static ph_pvf_prepare_result_t prepare(ph_bytes_t code, uint32_t bomb_limit)
{
    ph_pvf_prepare_result_t out;
    ph_pvf_prepare(pvf, arena, &out, code, bomb_limit);
    return out;
}

static ph_pvf_module_t *load(ph_bytes_t code)
{
    ph_pvf_prepare_result_t prepared = prepare(code, BOMB_LIMIT);
    assert_int_equal(prepared.kind, PH_RES_OK);
    ph_pvf_module_t *module;
    ph_pvf_executed_t why;
    ph_pvf_module_load(pvf, &module, arena, &why, prepared.ok.artifact);
    assert_non_null(module);
    return module;
}

static ph_validation_params_t params_of(ph_bytes_t head, ph_bytes_t block)
{
    return (ph_validation_params_t){
        .parent_head.v = head, .block_data.v = block, .relay_parent_number = 17, .relay_parent_storage_root = {{3}}};
}

static ph_pvf_executed_t execute(ph_pvf_module_t *module, ph_bytes_t head, ph_bytes_t block, uint64_t fuel)
{
    ph_pvf_executed_t out;
    ph_validation_params_t params = params_of(head, block);
    ph_test_restore_signals();
    ph_pvf_execute(module, arena, &out, &params, PH_PVF_POV_BOMB_LIMIT, fuel);
    return out;
}

static ph_validation_result_t result_of(const ph_pvf_executed_t *executed)
{
    ph_validation_result_t result;
    assert_string_equal(ph_pvf_reason_text(executed->reason), "valid");
    assert_int_equal(ph_validation_result_decode_all(executed->result, arena, &result), PH_OK);
    return result;
}

static bool mentions(const ph_pvf_executed_t *executed, const char *text)
{
    return memmem(executed->detail.data, executed->detail.len, text, strlen(text)) != NULL;
}

static void assert_reason(const ph_pvf_executed_t *executed, const char *reason, const char *detail)
{
    if (strcmp(ph_pvf_reason_text(executed->reason), reason) != 0 || !mentions(executed, detail))
        fail_msg("%s: %.*s, expected %s: %s", ph_pvf_reason_text(executed->reason), (int)executed->detail.len,
                 (char *)executed->detail.data, reason, detail);
}

static int setup(void **state)
{
    (void)state;
    pvf = ph_pvf_new(NULL, NULL);
    arena = ph_arena_new();
    ph_test_save_signals(); /* wasmtime installed its own for the engine … */
    return pvf ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    ph_pvf_free(pvf);
    ph_arena_free(arena);
    return 0;
}

/* ---- adder ---- */

static ph_bytes_t builtin_adder(void)
{
    return ph_bytes(ph_pvf_adder_wasm, ph_pvf_adder_wasm_len);
}

/* A chain of blocks: what the collator foretells is what the validation function finds. */
static void run_chain(ph_bytes_t code, size_t pov_len)
{
    ph_pvf_module_t *module = load(code);
    ph_adder_head_t genesis;
    uint8_t head[PH_ADDER_HEAD_LEN], next[PH_ADDER_HEAD_LEN];
    ph_adder_genesis(&genesis);
    ph_adder_head_encode(head, &genesis);
    for (size_t i = 0; i < 5; i++) {
        ph_writer_t block = ph_writer_in(arena);
        assert_int_equal(ph_adder_next_padded(&block, next, ph_bytes(head, sizeof head), pov_len), PH_OK);
        assert_int_equal(block.len, pov_len < PH_ADDER_BLOCK_LEN ? PH_ADDER_BLOCK_LEN : pov_len);
        ph_pvf_executed_t executed = execute(module, ph_bytes(head, sizeof head), ph_writer_bytes(&block), FUEL);
        ph_validation_result_t result = result_of(&executed);
        assert_int_equal(result.head_data.v.len, sizeof next);
        assert_memory_equal(result.head_data.v.data, next, sizeof next);
        assert_false(result.new_validation_code.some);
        assert_int_equal(result.upward_messages.count, 0);
        assert_int_equal(result.horizontal_messages.count, 0);
        assert_int_equal(result.processed_downward_messages, 0);
        assert_int_equal(result.hrmp_watermark, 17);
        assert_true(executed.fuel > 0 && executed.fuel < FUEL);
        memcpy(head, next, sizeof head);
    }
    ph_pvf_module_free(module);
}

static void test_adder_chain(void **state)
{
    (void)state;
    run_chain(builtin_adder(), 0);
    run_chain(builtin_adder(), 100000);
}

static void test_real_adder_chain(void **state)
{
    (void)state;
    ph_bytes_t real = ph_test_shared(arena, "pvf/adder.wasm");
    if (!real.data)
        skip();
    run_chain(real, 0);
    run_chain(real, 100000);
    ph_bytes_t packed = ph_test_shared(arena, "pvf/adder.compressed.wasm");
    run_chain(packed, 17);
    ph_bytes_t genesis = ph_test_shared(arena, "pvf/adder.genesis-head.hex"), bytes;
    assert_int_equal(ph_unhex(arena, (char *)genesis.data, strcspn((char *)genesis.data, "\n"), &bytes), PH_OK);
    ph_adder_head_t ours;
    uint8_t encoded[PH_ADDER_HEAD_LEN];
    ph_adder_genesis(&ours);
    ph_adder_head_encode(encoded, &ours);
    assert_int_equal(bytes.len, sizeof encoded);
    assert_memory_equal(bytes.data, encoded, sizeof encoded);
}

/* Valid, broken and truncated inputs: the built-in adder and the real one agree on every one. */
static void test_adders_agree(void **state)
{
    (void)state;
    ph_bytes_t real_code = ph_test_shared(arena, "pvf/adder.wasm");
    if (!real_code.data)
        skip();
    ph_pvf_module_t *ours = load(builtin_adder()), *real = load(real_code);
    ph_test_random_t random = ph_test_random(7);
    size_t valid = 0;
    for (size_t round = 0; round < 400; round++) {
        ph_arena_t *outer = arena;
        arena = ph_arena_new();
        uint8_t head[100] = {0}, block[60] = {0};
        size_t head_len = PH_ADDER_HEAD_LEN, block_len = 16 + ph_test_below(&random, 8);
        uint64_t state_value = ph_test_below(&random, 3) ? ph_test_u64(&random) : UINT64_MAX;
        ph_test_fill(&random, head, sizeof head);
        ph_test_fill(&random, block, sizeof block);
        if (ph_test_below(&random, 4) == 0)
            memset(head, 0xff, 8);
        ph_put_u64(block, state_value);
        ph_keccak_256(head + 40, ph_bytes(block, 8));
        switch (ph_test_below(&random, 8)) {
        case 0:
            head[ph_test_below(&random, 72)] ^= 1;
            break;
        case 1:
            block[ph_test_below(&random, 16)] ^= 0x10;
            break;
        case 2:
            head_len = ph_test_below(&random, 80);
            break;
        case 3:
            block_len = ph_test_below(&random, 17);
            break;
        default:
            break;
        }
        ph_pvf_executed_t a = execute(ours, ph_bytes(head, head_len), ph_bytes(block, block_len), FUEL);
        ph_pvf_executed_t b = execute(real, ph_bytes(head, head_len), ph_bytes(block, block_len), FUEL);
        assert_int_equal(a.reason.kind, b.reason.kind);
        assert_true(ph_bytes_equal(a.result, b.result));
        valid += a.reason.kind == PH_PVF_REASON_VALID;
        ph_arena_free(arena);
        arena = outer;
    }
    assert_true(valid > 150 && valid < 390);
    ph_pvf_module_free(ours);
    ph_pvf_module_free(real);
}

static void test_adder_refuses(void **state)
{
    (void)state;
    ph_pvf_module_t *module = load(builtin_adder());
    ph_adder_head_t genesis;
    uint8_t head[PH_ADDER_HEAD_LEN], block[16] = {1};
    ph_adder_genesis(&genesis);
    ph_adder_head_encode(head, &genesis);
    ph_pvf_executed_t executed = execute(module, ph_bytes(head, 72), ph_bytes(block, 16), FUEL);
    assert_reason(&executed, "execution-failed", "unreachable executed: state mismatch");
    assert_true(ph_pvf_is_verdict(executed.reason));
    executed = execute(module, ph_bytes(head, 72), ph_bytes(block, 15), FUEL);
    assert_reason(&executed, "execution-failed", "unexpected end");
    executed = execute(module, ph_bytes(head, 71), ph_bytes(block, 16), FUEL);
    assert_reason(&executed, "execution-failed", "invalid parent head format");
    ph_pvf_module_free(module);
}

static void test_adder_collator(void **state)
{
    (void)state;
    uint8_t head[72] = {0}, next[72], block[16];
    assert_int_equal(ph_adder_next(block, next, ph_bytes(head, 71)), PH_ERR_MALFORMED);
    assert_int_equal(ph_adder_next(block, next, ph_bytes(head, 72)), PH_ERR_NOT_FOUND);
}

static void test_undying(void **state)
{
    (void)state;
    ph_bytes_t code = ph_test_shared(arena, "pvf/undying-2000.wasm");
    if (!code.data)
        skip();
    ph_pvf_prepare_result_t prepared = prepare(code, BOMB_LIMIT);
    assert_int_equal(prepared.kind, PH_RES_OK);
    assert_int_equal(prepared.ok.imports.count, 1);
    assert_true(prepared.ok.imports.items[0].offered);
    ph_bytes_t text = ph_test_shared(arena, "pvf/undying-2000.genesis-head.hex"), head;
    assert_int_equal(ph_unhex(arena, (char *)text.data, strcspn((char *)text.data, "\n"), &head), PH_OK);
    ph_pvf_module_t *module = load(code);
    /* Block data: {state: {version…}, tombstones, iterations}; the state of the genesis head is unknown here, so all
     * that is asked is that both ends of a bad block are reached: a trap with the code's own message. */
    ph_pvf_executed_t executed = execute(module, head, ph_bytes("", 0), FUEL);
    assert_reason(&executed, "execution-failed", "unreachable executed: panicked at");
    ph_pvf_module_free(module);
}

static void test_asset_hub_prepares(void **state)
{
    (void)state;
    ph_bytes_t code = ph_test_shared(arena, "pvf/asset-hub-polkadot.compressed.wasm");
    if (!code.data)
        skip();
    ph_pvf_prepare_result_t prepared = prepare(code, BOMB_LIMIT);
    assert_int_equal(prepared.kind, PH_RES_OK);
    assert_int_equal(prepared.ok.imports.count, 42); /* its memory is no longer one of them */
    ph_pvf_module_t *module = load(code);
    ph_pvf_executed_t executed = execute(module, ph_bytes("", 0), ph_bytes("", 0), FUEL);
    assert_string_equal(ph_pvf_reason_text(executed.reason), "execution-failed");
    ph_pvf_module_free(module);
    prepared = prepare(code, 2 << 20);
    assert_int_equal(prepared.kind, PH_RES_ERR);
    assert_string_equal(ph_pvf_prepare_error_text(prepared.err._0), "could-not-decompress-code-blob");
}

/* ---- misbehaviour ---- */

static ph_pvf_executed_t mischief(ph_pvf_module_t *module, uint8_t kind, uint64_t fuel)
{
    uint8_t block[6] = {kind, 'r', 'e', 's', 't', '!'};
    return execute(module, ph_bytes("", 0), ph_bytes(block, sizeof block), fuel);
}

static void test_mischief(void **state)
{
    (void)state;
    ph_pvf_module_t *module = load(ph_bytes(ph_pvf_mischief_wasm, ph_pvf_mischief_wasm_len));
    static const struct {
        uint8_t kind;
        const char *reason, *detail;
    } expected[] = {
        {MISCHIEF_TRAP, "execution-failed", "unreachable executed"},
        {MISCHIEF_LOOP, "out-of-fuel", "out of fuel"},
        {MISCHIEF_EAT_MEMORY, "execution-failed", "unreachable executed: full"},
        {MISCHIEF_RECURSE, "execution-failed", "unreachable executed"},
        {MISCHIEF_CALL_MISSING, "execution-failed", "call of missing function env.ext_storage_get_version_1"},
        {MISCHIEF_OUT_OF_BOUNDS, "execution-failed", "memory access out of bounds"},
        {MISCHIEF_LOG_WILDLY, "execution-failed", "host function argument outside of memory"},
        {MISCHIEF_DIVIDE, "execution-failed", "division by zero"},
        {MISCHIEF_FREE_TWICE, "execution-failed", "allocator: no block"},
        {MISCHIEF_SPIN_HASH, "out-of-fuel", "out of fuel"},
        {200, "execution-failed", "no such mischief"},
    };
    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++) {
        ph_pvf_executed_t executed = mischief(module, expected[i].kind, FUEL);
        assert_reason(&executed, expected[i].reason, expected[i].detail);
        assert_true(ph_pvf_is_verdict(executed.reason));
        assert_int_equal(executed.result.len, 0);
        ph_pvf_executed_t again = mischief(module, expected[i].kind, FUEL);
        assert_true(ph_pvf_executed_equal(&executed, &again));
    }
    ph_pvf_module_free(module);
}

static void test_echo(void **state)
{
    (void)state;
    ph_pvf_module_t *module = load(ph_bytes(ph_pvf_mischief_wasm, ph_pvf_mischief_wasm_len));
    ph_pvf_executed_t executed = mischief(module, MISCHIEF_ECHO, FUEL);
    ph_validation_result_t result = result_of(&executed);
    assert_int_equal(result.head_data.v.len, 5);
    assert_memory_equal(result.head_data.v.data, "rest!", 5);
    assert_true(result.new_validation_code.some);
    assert_int_equal(result.upward_messages.count, 3);
    assert_int_equal(result.upward_messages.items[0].len, 4);
    assert_int_equal(result.horizontal_messages.count, 1);
    assert_int_equal(result.horizontal_messages.items[0].recipient.v, 2001);
    assert_int_equal(result.processed_downward_messages, 7);
    /* fuel is counted exactly: one more than was used suffices, that much does not */
    ph_pvf_executed_t enough = mischief(module, MISCHIEF_ECHO, executed.fuel + 1);
    assert_true(ph_pvf_executed_equal(&enough, &executed));
    ph_pvf_executed_t short_of = mischief(module, MISCHIEF_ECHO, executed.fuel);
    assert_reason(&short_of, "out-of-fuel", "out of fuel");
    assert_int_equal(short_of.fuel, executed.fuel);
    ph_pvf_module_free(module);
}

static void test_memory_limit(void **state)
{
    (void)state;
    ph_pvf_module_t *module = load(ph_bytes(ph_pvf_mischief_wasm, ph_pvf_mischief_wasm_len));
    ph_pvf_executed_t executed = mischief(module, MISCHIEF_GROW_ALL, FUEL);
    ph_validation_result_t result = result_of(&executed);
    assert_int_equal(ph_get_u32(result.head_data.v.data), 2080);
    executed = mischief(module, MISCHIEF_HOST_HEAP, FUEL);
    result = result_of(&executed);
    uint8_t hash[32];
    ph_blake2_256(hash, PH_BYTES_LIT("rest!"));
    assert_int_equal(result.head_data.v.len, 32);
    assert_memory_equal(result.head_data.v.data, hash, 32);
    /* the host's allocator gives at most 32 MiB at once, header not counted */
    uint8_t *big = ph_arena_alloc(arena, 33 << 20);
    executed = execute(module, ph_bytes("", 0), ph_bytes(big, 33 << 20), FUEL);
    assert_reason(&executed, "execution-failed", "the parameters do not fit");
    executed = execute(module, ph_bytes("", 0), ph_bytes(big, 31 << 20), FUEL);
    assert_string_equal(ph_pvf_reason_text(executed.reason), "valid");
    ph_pvf_module_free(module);
}

static void test_rubbish_results(void **state)
{
    (void)state;
    ph_pvf_module_t *module = load(ph_bytes(ph_pvf_rubbish_wasm, ph_pvf_rubbish_wasm_len));
    static const uint64_t packed[] = {0, (uint64_t)0xffffffff << 32, 0xffffffff, (uint64_t)1 << 32 | 0xffffffff,
                                      UINT64_MAX};
    for (size_t i = 0; i < sizeof packed / sizeof packed[0]; i++) {
        uint8_t block[8];
        ph_put_u64(block, packed[i]);
        ph_pvf_executed_t executed = execute(module, ph_bytes("", 0), ph_bytes(block, 8), FUEL);
        assert_string_equal(ph_pvf_reason_text(executed.reason), "bad-result");
    }
    /* A page of zeroes is a result, strange as it looks; what follows the result is cut off. */
    ph_pvf_executed_t executed = execute(module, ph_bytes("", 0), PH_BYTES_LIT("\0\0\0\0\0\0\1\0"), FUEL);
    assert_int_equal(result_of(&executed).head_data.v.len, 0);
    assert_int_equal(executed.result.len, 12);
    ph_pvf_module_free(module);
}

/* ---- blobs ---- */

static void test_bad_code(void **state)
{
    (void)state;
    static const struct {
        ph_bytes_t code;
        const char *error;
    } bad[] = {
        {{0}, "prevalidation"},
        {{(uint8_t *)"\0asm\2\0\0\0", 8}, "prevalidation"},
        {{(uint8_t *)"\0asm\1\0\0\0\x0a\xff", 10}, "prevalidation"},
        {{(uint8_t *)"\0asm\1\0\0\0\x0a\x01\x05", 11}, "preparation"},
        {{(uint8_t *)"\x52\xbc\x53\x76\x46\xdb\x8e\x05garbage", 15}, "could-not-decompress-code-blob"},
        {{(uint8_t *)"\x52\xbc\x53\x76\x46\xdb\x8e\x05", 8}, "could-not-decompress-code-blob"},
        /* (module (import "elsewhere" "f" (func))) */
        {{(uint8_t *)"\0asm\1\0\0\0\1\4\1\x60\0\0\2\x0f\1\x09"
                     "elsewhere\1f\0\0",
          31},
         "runtime-construction"},
        /* (module (import "env" "t" (table 1 funcref))) */
        {{(uint8_t *)"\0asm\1\0\0\0\2\x0b\1\3env\1t\1\x70\0\1", 21}, "runtime-construction"},
        /* (module (import "env" "ext_allocator_malloc_version_1" (func))): offered with another type */
        {{(uint8_t *)"\0asm\1\0\0\0\1\4\1\x60\0\0\2\x26\1\3env\x1e"
                     "ext_allocator_malloc_version_1\0\0",
          54},
         "runtime-construction"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        ph_pvf_prepare_result_t prepared = prepare(bad[i].code, BOMB_LIMIT);
        assert_int_equal(prepared.kind, PH_RES_ERR);
        assert_string_equal(ph_pvf_prepare_error_text(prepared.err._0), bad[i].error);
        assert_true(prepared.err._1.len > 0);
    }
    /* every prefix of a good module is refused */
    ph_bytes_t adder = builtin_adder();
    for (size_t len = 9; len < adder.len; len += 41)
        assert_int_equal(prepare(ph_bytes(adder.data, len), BOMB_LIMIT).kind, PH_RES_ERR);
}

static void test_empty_module(void **state)
{
    (void)state;
    ph_pvf_module_t *module = load(ph_bytes("\0asm\1\0\0\0", 8));
    ph_pvf_executed_t executed = execute(module, ph_bytes("", 0), ph_bytes("", 0), FUEL);
    assert_reason(&executed, "execution-failed", "__heap_base");
    ph_pvf_module_free(module);
}

static void test_bad_artifact(void **state)
{
    (void)state;
    ph_pvf_module_t *module;
    ph_pvf_executed_t why;
    ph_pvf_module_load(pvf, &module, arena, &why, PH_BYTES_LIT("no machine code"));
    assert_null(module);
    assert_string_equal(ph_pvf_reason_text(why.reason), "corrupted-artifact");
    /* of another executor */
    ph_pvf_executor_t other = ph_pvf_executor_default();
    other.bulk_memory = true;
    ph_pvf_t *second = ph_pvf_new(&other, NULL);
    ph_pvf_prepare_result_t prepared;
    ph_pvf_prepare(second, arena, &prepared, builtin_adder(), BOMB_LIMIT);
    assert_int_equal(prepared.kind, PH_RES_OK);
    ph_pvf_module_load(pvf, &module, arena, &why, prepared.ok.artifact);
    assert_null(module);
    assert_string_equal(ph_pvf_reason_text(why.reason), "corrupted-artifact");
    ph_pvf_free(second);
}

static void test_compressed_pov(void **state)
{
    (void)state;
    ph_pvf_module_t *module = load(ph_bytes(ph_pvf_mischief_wasm, ph_pvf_mischief_wasm_len));
    uint8_t block[4096] = {MISCHIEF_ECHO, 'x'};
    ph_bytes_t packed;
    assert_int_equal(ph_blob_compress(&packed, ph_bytes(block, sizeof block)), PH_OK);
    assert_true(packed.len < 200);
    ph_validation_params_t params = params_of(ph_bytes("", 0), packed);
    ph_pvf_executed_t executed;
    ph_pvf_execute(module, arena, &executed, &params, 4096, FUEL);
    ph_validation_result_t result = result_of(&executed);
    assert_int_equal(result.head_data.v.len, 4095);
    ph_pvf_execute(module, arena, &executed, &params, 4095, FUEL);
    assert_string_equal(ph_pvf_reason_text(executed.reason), "pov-decompression");
    packed.len -= 3;
    params = params_of(ph_bytes("", 0), packed);
    ph_pvf_execute(module, arena, &executed, &params, 4096, FUEL);
    assert_string_equal(ph_pvf_reason_text(executed.reason), "pov-decompression");
    ph_mem_free(packed.data);
    ph_pvf_module_free(module);
}

static void test_in_process(void **state)
{
    (void)state;
    ph_bytes_t code = ph_bytes(ph_pvf_mischief_wasm, ph_pvf_mischief_wasm_len);
    ph_validation_params_t params = params_of(ph_bytes("", 0), PH_BYTES_LIT("\0head"));
    ph_pvf_executed_t first, again;
    for (uint8_t i = 0; i < 70; i++) { /* more codes than are kept */
        ph_validation_code_hash_t hash = {{i}};
        ph_pvf_execute_in_process(pvf, arena, &first, &hash, i % 2 ? code : PH_BYTES_LIT("no code"), &params, 1000,
                                  FUEL);
        ph_pvf_execute_in_process(pvf, arena, &again, &hash, ph_bytes("", 0), &params, 1000, FUEL);
        assert_true(ph_pvf_executed_equal(&first, &again));
        assert_string_equal(ph_pvf_reason_text(first.reason), i % 2 ? "valid" : "preparation");
        if (i % 2 == 0) {
            assert_false(ph_pvf_is_verdict(first.reason));
            assert_true(mentions(&first, "prevalidation: "));
        }
    }
}

static void test_executor_params(void **state)
{
    (void)state;
    ph_executor_param_t items[] = {{.kind = PH_EXECUTOR_PARAM_MAX_MEMORY_PAGES, .max_memory_pages = 100},
                                   {.kind = PH_EXECUTOR_PARAM_STACK_NATIVE_MAX, .stack_native_max = 1 << 20},
                                   {.kind = PH_EXECUTOR_PARAM_WASM_EXT_BULK_MEMORY}};
    ph_executor_params_t params = {items, 3};
    ph_pvf_executor_t executor = ph_pvf_executor_of(&params);
    assert_int_equal(executor.memory_pages_max, 132);
    assert_int_equal(executor.native_stack_max, 1 << 20);
    assert_true(executor.bulk_memory);
    ph_pvf_t *small = ph_pvf_new(&executor, NULL), *usual = pvf;
    assert_non_null(small);
    pvf = small;
    ph_pvf_module_t *module = load(ph_bytes(ph_pvf_mischief_wasm, ph_pvf_mischief_wasm_len));
    ph_pvf_executed_t executed = mischief(module, MISCHIEF_GROW_ALL, FUEL);
    ph_validation_result_t result = result_of(&executed);
    assert_int_equal(ph_get_u32(result.head_data.v.data), 132);
    executed = mischief(module, MISCHIEF_RECURSE, FUEL);
    assert_reason(&executed, "execution-failed", "unreachable executed");
    ph_pvf_module_free(module);
    ph_pvf_free(small);
    pvf = usual;
    items[0].max_memory_pages = UINT32_MAX;
    assert_int_equal(ph_pvf_executor_of(&params).memory_pages_max, UINT32_MAX);
    ph_hash_t a, b;
    ph_pvf_executor_t standard = ph_pvf_executor_default();
    ph_pvf_executor_hash(&a, &standard);
    ph_pvf_executor_hash(&b, &executor);
    assert_memory_not_equal(a.bytes, b.bytes, 32);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_adder_chain),
        cmocka_unit_test(test_real_adder_chain),
        cmocka_unit_test(test_adders_agree),
        cmocka_unit_test(test_adder_refuses),
        cmocka_unit_test(test_adder_collator),
        cmocka_unit_test(test_undying),
        cmocka_unit_test(test_asset_hub_prepares),
        cmocka_unit_test(test_mischief),
        cmocka_unit_test(test_echo),
        cmocka_unit_test(test_memory_limit),
        cmocka_unit_test(test_rubbish_results),
        cmocka_unit_test(test_bad_code),
        cmocka_unit_test(test_empty_module),
        cmocka_unit_test(test_bad_artifact),
        cmocka_unit_test(test_compressed_pov),
        cmocka_unit_test(test_in_process),
        cmocka_unit_test(test_executor_params),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
