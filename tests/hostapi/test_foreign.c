/* Runtimes that others built: the Rococo relay runtimes of the chain specifications in PH_SHARED_DATA run on their
 * genesis states. Skipped where the files are absent. */
#include <stdio.h>
#include <stdlib.h>

#include "base/gzip.h"
#include "base/vec.h"
#include "chain/executor.h"
#include "chain/spec.h"
#include "primitives/types.h"
#include "support/cmocka.h"
#include "support/wasm_signals.h"
#include "trie/overlay.h"
#include "wasm/wasm.h"

typedef struct foreign {
    ph_arena_t *arena;
    ph_trie_store_t *store;
    ph_state_t *state;
    ph_executor_t *executor;
    ph_log_t log;
} foreign_t;

static void no_log(ph_log_t *log, ph_log_level_t level, const char *target, const char *text)
{
    (void)log, (void)level, (void)target, (void)text;
}

static ph_bytes_t read_file(ph_arena_t *arena, const char *path)
{
    FILE *file = fopen(path, "rb");
    ph_writer_t w = ph_writer_in(arena);
    uint8_t part[1 << 16];
    size_t n;
    if (!file)
        return (ph_bytes_t){0};
    while ((n = fread(part, 1, sizeof part, file)) > 0)
        ph_write(&w, part, n);
    fclose(file);
    return ph_writer_bytes(&w);
}

/* The genesis state of the specification. */
static void open_spec(foreign_t *f, const char *name, int version)
{
    const char *dir = getenv("PH_SHARED_DATA");
    *f = (foreign_t){.arena = ph_arena_new(),
                     .store = ph_trie_store_new(NULL),
                     .executor = ph_executor_new(PH_RUNTIME_NATIVE),
                     .log = {no_log, PH_LOG_ERROR}};
    ph_bytes_t packed = read_file(f->arena,
                                  ph_arena_printf(f->arena, "%s/chain-specs/%s", dir ? dir : "../shared/data", name)),
               text;
    if (!packed.data)
        skip();
    ph_spec_t spec;
    ph_spec_pairs_t pairs = {0};
    char why[200];
    assert_int_equal(ph_gunzip(f->arena, packed, 1 << 30, &text), PH_OK);
    assert_int_equal(ph_spec_read_pairs(&spec, &pairs, f->arena, text, -1, why, sizeof why), PH_OK);
    assert_int_equal(spec.state_version, version);
    assert_int_equal(ph_state_build(&f->state, f->store, pairs.items, pairs.count, version), PH_OK);
    assert_memory_equal(ph_state_root(f->state), spec.state_root.bytes, 32);
    assert_int_equal(ph_executor_state_version(f->executor, f->state), version);
}

static void close_spec(foreign_t *f)
{
    ph_executor_stats_t stats;
    ph_executor_stats(f->executor, &stats);
    /* Theirs is another version: the native body was never asked, the blob compiled once. */
    assert_int_equal(stats.native_calls, 0);
    assert_int_equal(stats.compiled, 1);
    ph_executor_free(f->executor);
    ph_state_unref(f->state);
    ph_trie_store_free(f->store);
    ph_arena_free(f->arena);
}

static ph_err_t call(foreign_t *f, ph_bytes_t *answer, const char *method, ph_bytes_t args, char *why, size_t why_len)
{
    ph_overlay_t *overlay = ph_overlay_new(f->state);
    ph_native_host_t host = {.overlay = overlay, .log = &f->log};
    ph_writer_t result = ph_writer_in(f->arena);
    ph_err_t err = ph_executor_call(f->executor, &host, &result, method, args, why, why_len);
    assert_int_equal(ph_overlay_depth(overlay), 0);
    ph_native_host_end(&host);
    ph_overlay_free(overlay);
    *answer = ph_writer_bytes(&result);
    return err;
}

static ph_bytes_t ask(foreign_t *f, const char *method)
{
    ph_bytes_t answer;
    char why[400] = "";
    if (call(f, &answer, method, (ph_bytes_t){0}, why, sizeof why) != PH_OK)
        fail_msg("%s: %s", method, why);
    return answer;
}

static void check_version(foreign_t *f, uint32_t spec_version)
{
    ph_runtime_version_t version;
    assert_int_equal(ph_runtime_version_decode_all(ask(f, "Core_version"), f->arena, &version), PH_OK);
    assert_true(ph_bytes_equal(version.spec_name, PH_BYTES_LIT("rococo")));
    if (version.spec_version != spec_version)
        fail_msg("spec version %u", version.spec_version);
    assert_int_equal(version.system_version, 1);
    assert_true(version.apis.count > 10);
}

static void check_answers(foreign_t *f, size_t validators)
{
    ph_babe_configuration_t babe;
    ph_vec_validator_id_t keys;
    ph_opaque_metadata_t metadata;
    assert_int_equal(ph_babe_configuration_decode_all(ask(f, "BabeApi_configuration"), f->arena, &babe), PH_OK);
    assert_int_equal(babe.slot_duration, 6000);
    assert_int_equal(babe.authorities.count, validators);
    assert_int_equal(ph_vec_validator_id_decode_all(ask(f, "ParachainHost_validators"), f->arena, &keys), PH_OK);
    assert_int_equal(keys.count, validators);
    assert_int_equal(ph_opaque_metadata_decode_all(ask(f, "Metadata_metadata"), f->arena, &metadata), PH_OK);
    assert_true(metadata.v.len > 100000);
    assert_memory_equal(metadata.v.data, "meta\x0e", 5);
}

/* An empty block on genesis without a digest: the runtime gets a long way, and panics with a reason. */
static void check_panic(foreign_t *f)
{
    ph_block_t block = {.header = {.number = 1}};
    ph_writer_t w = ph_writer_in(f->arena);
    ph_bytes_t answer;
    char why[400] = "";
    ph_block_encode(&w, &block);
    assert_int_equal(call(f, &answer, "Core_execute_block", ph_writer_bytes(&w), why, sizeof why), PH_ERR_INTERNAL);
    if (!strstr(why, "panicked at"))
        fail_msg("\"%s\"", why);
    assert_int_equal(call(f, &answer, "Core_no_such_method", (ph_bytes_t){0}, why, sizeof why), PH_ERR_UNSUPPORTED);
}

/* What a node does when it authors: the state after it has a root. */
static void check_block(foreign_t *f)
{
    ph_header_t header = {.number = 1};
    ph_writer_t w = ph_writer_in(f->arena), result = ph_writer_in(f->arena);
    uint8_t before[32], after[32];
    char why[400] = "";
    uint8_t claim[13] = {2, [5] = 1}; /* BABE's plain secondary claim of authority 0 for slot 1 */
    ph_digest_item_t item = {.kind = PH_DIGEST_ITEM_PRE_RUNTIME,
                             .pre_runtime = {{"BABE"}, ph_bytes(claim, sizeof claim)}};
    header.digest.logs.items = &item;
    header.digest.logs.count = 1;
    ph_header_encode(&w, &header);
    ph_overlay_t *overlay = ph_overlay_new(f->state);
    ph_native_host_t host = {.overlay = overlay, .log = &f->log};
    ph_overlay_root(overlay, before, 1);
    if (ph_executor_call(f->executor, &host, &result, "Core_initialize_block", ph_writer_bytes(&w), why, sizeof why) !=
        PH_OK)
        fail_msg("Core_initialize_block: %s", why);
    ph_overlay_root(overlay, after, 1);
    assert_memory_not_equal(before, after, 32);
    ph_native_host_end(&host);
    ph_overlay_free(overlay);
}

/* Code that panics traps: wasmtime has to see the signal. */
static int open_engine(void **state)
{
    const ph_wasm_config_t config = {.native_stack_max = 1u << 18};
    *state = ph_wasm_engine_new(&config);
    ph_test_save_signals();
    return 0;
}

static int close_engine(void **state)
{
    ph_wasm_engine_free(*state);
    return 0;
}

static void test_rococo_local(void **state)
{
    (void)state;
    ph_test_restore_signals();
    foreign_t f;
    open_spec(&f, "rococo-local-raw.json.gz", 1);
    check_version(&f, 103000);
    check_answers(&f, 2);
    check_panic(&f);
    check_block(&f);
    close_spec(&f);
}

static void test_rococo_bulk(void **state)
{
    (void)state;
    ph_test_restore_signals();
    foreign_t f;
    open_spec(&f, "rococo-local-bulk.json.gz", 1);
    check_version(&f, 1015000);
    check_answers(&f, 5);
    check_panic(&f);
    check_block(&f);
    close_spec(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_rococo_local), cmocka_unit_test(test_rococo_bulk)};
    return cmocka_run_group_tests(tests, open_engine, close_engine);
}
