/* Host functions one by one, called as a blob calls them, on the memory of a module without code. */
#include <stdio.h>
#include <stdlib.h>

#include "crypto/ecdsa.h"
#include "crypto/ed25519.h"
#include "crypto/hash.h"
#include "crypto/sr25519.h"
#include "scale/scale.h"
#include "support/cmocka.h"
#include "support/wasm_box.h"
#include "trie/compact.h"
#include "trie/root.h"

enum { PAGES = 64, SCRATCH = 16 };

typedef struct fixture {
    wasm_box_t box;
    ph_arena_t *arena;
    ph_trie_store_t *store;
    ph_state_t *state;
    ph_hostapi_t host;
    ph_wasm_instance_t *instance;
    uint32_t used; /* of the scratch memory below the heap */
    ph_log_t log;
    char logged[200];
} fixture_t;

static void write_log(ph_log_t *log, ph_log_level_t level, const char *target, const char *text)
{
    fixture_t *f = (fixture_t *)((char *)log - offsetof(fixture_t, log));
    snprintf(f->logged, sizeof f->logged, "%d %s %s", (int)level, target, text);
}

static int open_box(void **state)
{
    static fixture_t f;
    wasm_box_open(&f.box);
    *state = &f;
    return 0;
}

static int close_box(void **state)
{
    wasm_box_close(&((fixture_t *)*state)->box);
    return 0;
}

/* A state of three keys, an overlay on it, a call that has just begun. */
static int set_up(void **state)
{
    fixture_t *f = *state;
    f->arena = ph_arena_new();
    f->store = ph_trie_store_new(NULL);
    ph_trie_pair_t pairs[] = {{PH_BYTES_LIT("a1"), PH_BYTES_LIT("one")},
                              {PH_BYTES_LIT("a2"), PH_BYTES_LIT("two")},
                              {PH_BYTES_LIT("b"), PH_BYTES_LIT("three")}};
    assert_int_equal(ph_state_build(&f->state, f->store, pairs, 3, 1), PH_OK);
    f->log = (ph_log_t){write_log, PH_LOG_DEBUG};
    f->host = (ph_hostapi_t){.base.log = &f->log, .overlay = ph_overlay_new(f->state)};
    ph_overlay_start(f->host.overlay); /* the caller's, not the call's */
    f->instance = wasm_box_instance(&f->box, &f->host, PAGES);
    f->used = SCRATCH;
    f->logged[0] = 0;
    return 0;
}

static int tear_down(void **state)
{
    fixture_t *f = *state;
    ph_wasm_instance_free(f->instance);
    ph_overlay_free(f->host.overlay);
    ph_state_unref(f->state);
    ph_trie_store_free(f->store);
    ph_arena_free(f->arena);
    return 0;
}

/* ---- calling ---- */

static const ph_wasm_import_t *find(const char *name)
{
    char full[100];
    snprintf(full, sizeof full, "ext_%s", name);
    for (size_t i = 0; i < ph_hostapi_import_count; i++)
        if (strcmp(ph_hostapi_imports[i].name, full) == 0)
            return &ph_hostapi_imports[i];
    fail_msg("no %s", full);
    return NULL;
}

static ph_err_t call(fixture_t *f, uint64_t *result, const char *name, uint64_t a, uint64_t b, uint64_t c, uint64_t d)
{
    uint64_t args[4] = {a, b, c, d};
    *result = 0;
    return find(name)->call(f->instance, result, args);
}

static uint64_t must(fixture_t *f, const char *name, uint64_t a, uint64_t b, uint64_t c, uint64_t d)
{
    uint64_t result;
    ph_err_t err = call(f, &result, name, a, b, c, d);
    if (err != PH_OK)
        fail_msg("%s: %s", name, ph_err_text(err));
    return result;
}
#define CALL(name, ...)              MUST_(name, __VA_ARGS__, 0, 0, 0, 0)
#define MUST_(name, a, b, c, d, ...) must(f, name, a, b, c, d)
#define CALL0(name)                  must(f, name, 0, 0, 0, 0)
#define REFUSED(name, ...)           REFUSED_(name, __VA_ARGS__, 0, 0, 0, 0)
#define REFUSED_(name, a, b, c, d, ...)                                                                                \
    do {                                                                                                               \
        uint64_t ignored_;                                                                                             \
        assert_int_not_equal(call(f, &ignored_, name, a, b, c, d), PH_OK);                                             \
    } while (0)

/* Puts the bytes into the module's memory: a fat pointer. */
static uint64_t in(fixture_t *f, ph_bytes_t bytes)
{
    uint32_t at = f->used;
    if (at + bytes.len > PH_WASM_BOX_HEAP_BASE) {
        assert_int_equal(ph_wasm_allocate(&f->host.base.allocator, f->instance, &at, (uint32_t)bytes.len), PH_OK);
    } else {
        f->used += (uint32_t)bytes.len;
    }
    assert_int_equal(ph_wasm_memory_write(f->instance, at, bytes), PH_OK);
    return (uint64_t)bytes.len << 32 | at;
}
#define LIT(text) in(f, PH_BYTES_LIT(text))

static ph_bytes_t at(fixture_t *f, uint64_t fat)
{
    ph_bytes_t view;
    assert_int_equal(ph_wasm_memory_at(f->instance, &view, (uint32_t)fat, (uint32_t)(fat >> 32)), PH_OK);
    return view;
}

static void is(fixture_t *f, uint64_t fat, ph_bytes_t expected)
{
    ph_bytes_t got = at(f, fat);
    if (!ph_bytes_equal(got, expected))
        fail_msg("got %s, expected %s", ph_hex_in(f->arena, got), ph_hex_in(f->arena, expected));
}
#define IS(fat, text) is(f, fat, PH_BYTES_LIT(text))

static void is_hex(fixture_t *f, uint64_t fat, const char *hex)
{
    ph_bytes_t expected;
    assert_int_equal(ph_unhex(f->arena, hex, strlen(hex), &expected), PH_OK);
    is(f, fat, expected);
}

static uint64_t out_of_memory(void)
{
    return (uint64_t)1 << 32 | 0xfffffff0u;
}

/* ---- storage ---- */

static void test_get_and_set(void **state)
{
    fixture_t *f = *state;
    IS(CALL("storage_get_version_1", LIT("a1")), "\x01\x0cone");
    IS(CALL("storage_get_version_1", LIT("zz")), "\0");
    assert_int_equal(CALL("storage_exists_version_1", LIT("b")), 1);
    CALL("storage_set_version_1", LIT("zz"), LIT("four"));
    IS(CALL("storage_get_version_1", LIT("zz")), "\x01\x10"
                                                 "four");
    CALL("storage_clear_version_1", LIT("b"));
    assert_int_equal(CALL("storage_exists_version_1", LIT("b")), 0);
    IS(CALL("storage_next_key_version_1", LIT("a1")), "\x01\x08"
                                                      "a2");
    IS(CALL("storage_next_key_version_1", LIT("a2")), "\x01\x08zz");
    IS(CALL("storage_next_key_version_1", LIT("zz")), "\0");
    CALL("storage_append_version_1", LIT("list"), LIT("x"));
    CALL("storage_append_version_1", LIT("list"), LIT("y"));
    IS(CALL("storage_get_version_1", LIT("list")), "\x01\x0c\x08xy");
    IS(CALL("storage_changes_root_version_1", LIT("")), "\0");
    REFUSED("storage_get_version_1", out_of_memory());
    REFUSED("storage_set_version_1", LIT("k"), out_of_memory());
    REFUSED("storage_set_version_1", out_of_memory(), LIT("k"));
}

static void test_read(void **state)
{
    fixture_t *f = *state;
    uint64_t window = LIT("......");
    is_hex(f, CALL("storage_read_version_1", LIT("b"), window, 1), "0104000000");
    IS(window, "hree..");
    uint64_t small = LIT("..");
    is_hex(f, CALL("storage_read_version_1", LIT("b"), small, 0), "0105000000");
    IS(small, "th");
    is_hex(f, CALL("storage_read_version_1", LIT("b"), small, 99), "0100000000");
    is_hex(f, CALL("storage_read_version_1", LIT("none"), small, 0), "00");
    IS(small, "th");
    CALL("storage_set_version_1", LIT("empty"), LIT(""));
    is_hex(f, CALL("storage_read_version_1", LIT("empty"), small, 0), "0100000000");
    REFUSED("storage_read_version_1", LIT("b"), out_of_memory(), 0);
    REFUSED("storage_read_version_1", LIT("none"), out_of_memory(), 0);
}

static void test_clear_prefix(void **state)
{
    fixture_t *f = *state;
    CALL("storage_set_version_1", LIT("a3"), LIT("new"));
    /* What the overlay wrote goes and does not count; of the two committed keys the limit takes one. */
    is_hex(f, CALL("storage_clear_prefix_version_2", LIT("a"), LIT("\x01\x01\0\0\0")), "0101000000");
    assert_int_equal(CALL("storage_exists_version_1", LIT("a1")), 0);
    assert_int_equal(CALL("storage_exists_version_1", LIT("a2")), 1);
    assert_int_equal(CALL("storage_exists_version_1", LIT("a3")), 0);
    is_hex(f, CALL("storage_clear_prefix_version_2", LIT("a"), LIT("\0")), "0002000000");
    CALL("storage_clear_prefix_version_1", LIT("b"));
    IS(CALL("storage_next_key_version_1", LIT("")), "\0");
    REFUSED("storage_clear_prefix_version_2", LIT("a"), LIT("\x01\x01\0\0"));
    REFUSED("storage_clear_prefix_version_2", LIT("a"), LIT("\x02"));
    REFUSED("storage_clear_prefix_version_2", LIT("a"), LIT(""));
}

static void test_roots(void **state)
{
    fixture_t *f = *state;
    uint8_t root[32];
    is(f, CALL("storage_root_version_2", 1), ph_bytes(ph_state_root(f->state), 32));
    CALL("storage_set_version_1", LIT("long"), LIT("0123456789012345678901234567890123456789"));
    ph_overlay_root(f->host.overlay, root, 0);
    is(f, CALL0("storage_root_version_1"), ph_bytes(root, 32));
    is(f, CALL("storage_root_version_2", 0), ph_bytes(root, 32));
    ph_overlay_root(f->host.overlay, root, 1);
    is(f, CALL("storage_root_version_2", 1), ph_bytes(root, 32));
    REFUSED("storage_root_version_2", 2);
}

static void test_transactions(void **state)
{
    fixture_t *f = *state;
    REFUSED("storage_rollback_transaction_version_1", 0); /* one is open, but not the call's */
    REFUSED("storage_commit_transaction_version_1", 0);
    CALL0("storage_start_transaction_version_1");
    CALL("storage_set_version_1", LIT("b"), LIT("x"));
    CALL0("storage_start_transaction_version_1");
    CALL("storage_set_version_1", LIT("b"), LIT("y"));
    CALL0("storage_rollback_transaction_version_1");
    IS(CALL("storage_get_version_1", LIT("b")), "\x01\x04x");
    CALL0("storage_commit_transaction_version_1");
    IS(CALL("storage_get_version_1", LIT("b")), "\x01\x04x");
    REFUSED("storage_commit_transaction_version_1", 0);
    for (int i = 0; i < 4096; i++)
        CALL0("storage_start_transaction_version_1");
    REFUSED("storage_start_transaction_version_1", 0);
}

static void test_key_too_long(void **state)
{
    fixture_t *f = *state;
    ph_bytes_t key = ph_bytes(ph_arena_alloc(f->arena, PH_TRIE_KEY_MAX + 1), PH_TRIE_KEY_MAX + 1);
    REFUSED("storage_set_version_1", in(f, key), LIT("v"));
}

static void test_children(void **state)
{
    fixture_t *f = *state;
    uint64_t child = LIT("kid"), window = LIT("....");
    is_hex(f, CALL("default_child_storage_get_version_1", child, LIT("k")), "00");
    CALL("default_child_storage_set_version_1", child, LIT("k"), LIT("value"));
    CALL("default_child_storage_set_version_1", child, LIT("l"), LIT("other"));
    IS(CALL("default_child_storage_get_version_1", child, LIT("k")), "\x01\x14value");
    assert_int_equal(CALL("default_child_storage_exists_version_1", child, LIT("k")), 1);
    is_hex(f, CALL("default_child_storage_read_version_1", child, LIT("k"), window, 2), "0103000000");
    IS(window, "lue.");
    IS(CALL("default_child_storage_next_key_version_1", child, LIT("k")), "\x01\x04l");
    ph_trie_pair_t pairs[] = {{PH_BYTES_LIT("k"), PH_BYTES_LIT("value")}, {PH_BYTES_LIT("l"), PH_BYTES_LIT("other")}};
    uint8_t root[32];
    assert_int_equal(ph_trie_root(root, pairs, 2, 0), PH_OK);
    is(f, CALL("default_child_storage_root_version_1", child), ph_bytes(root, 32));
    is(f, CALL("default_child_storage_root_version_2", child, 1), ph_bytes(root, 32));
    assert_int_equal(CALL("storage_exists_version_1", LIT(":child_storage:default:kid")), 1);
    REFUSED("default_child_storage_root_version_2", child, 7);
    CALL("default_child_storage_clear_version_1", child, LIT("l"));
    assert_int_equal(CALL("default_child_storage_exists_version_1", child, LIT("l")), 0);
    is_hex(f, CALL("default_child_storage_clear_prefix_version_2", child, LIT("k"), LIT("\0")), "0000000000");
    CALL("default_child_storage_set_version_1", child, LIT("k"), LIT("v"));
    CALL("default_child_storage_clear_prefix_version_1", child, LIT("k"));
    assert_int_equal(CALL("default_child_storage_exists_version_1", child, LIT("k")), 0);
    CALL("default_child_storage_set_version_1", child, LIT("k"), LIT("v"));
    CALL("default_child_storage_storage_kill_version_1", child);
    assert_int_equal(CALL("default_child_storage_exists_version_1", child, LIT("k")), 0);
    assert_int_equal(CALL("default_child_storage_storage_kill_version_2", child, LIT("\0")), 1);
    is_hex(f, CALL("default_child_storage_storage_kill_version_3", child, LIT("\0")), "0000000000");
}

/* ---- hashing, tries, crypto ---- */

static void test_hashing(void **state)
{
    fixture_t *f = *state;
    uint64_t text = LIT("abc");
    static const struct {
        const char *name;
        uint32_t len;
        void (*fn)(uint8_t *out, ph_bytes_t in);
    } hashes[] = {
        {"hashing_blake2_128_version_1", 16, ph_blake2_128}, {"hashing_blake2_256_version_1", 32, ph_blake2_256},
        {"hashing_keccak_256_version_1", 32, ph_keccak_256}, {"hashing_keccak_512_version_1", 64, ph_keccak_512},
        {"hashing_sha2_256_version_1", 32, ph_sha2_256},     {"hashing_twox_64_version_1", 8, ph_twox_64},
        {"hashing_twox_128_version_1", 16, ph_twox_128},     {"hashing_twox_256_version_1", 32, ph_twox_256}};
    for (size_t i = 0; i < sizeof hashes / sizeof *hashes; i++) {
        uint8_t expected[64];
        hashes[i].fn(expected, PH_BYTES_LIT("abc"));
        is(f, (uint64_t)hashes[i].len << 32 | must(f, hashes[i].name, text, 0, 0, 0),
           ph_bytes(expected, hashes[i].len));
        REFUSED(hashes[i].name, out_of_memory());
    }
}

static void test_tries(void **state)
{
    fixture_t *f = *state;
    const uint64_t len = (uint64_t)32 << 32;
    ph_bytes_t values[] = {PH_BYTES_LIT("x"), PH_BYTES_LIT("0123456789012345678901234567890123456789")};
    ph_trie_pair_t pairs[] = {{PH_BYTES_LIT("a"), values[0]}, {PH_BYTES_LIT("b"), values[1]}};
    ph_writer_t list = ph_writer_in(f->arena), map = ph_writer_in(f->arena);
    uint8_t root[32];
    ph_write_compact(&list, 2);
    ph_write_bytes(&list, values[0]);
    ph_write_bytes(&list, values[1]);
    ph_write_compact(&map, 3); /* not sorted; the later "b" counts */
    for (int i = 0; i < 3; i++) {
        ph_write_bytes(&map, pairs[i != 1].key);
        ph_write_bytes(&map, i == 0 ? PH_BYTES_LIT("old") : pairs[i != 1].value);
    }
    uint64_t list_in = in(f, ph_writer_bytes(&list)), map_in = in(f, ph_writer_bytes(&map));
    for (int version = 0; version < 2; version++) {
        uint64_t v = (uint64_t)version;
        ph_trie_ordered_root(root, values, 2, version);
        is(f, len | CALL("trie_blake2_256_ordered_root_version_2", list_in, v), ph_bytes(root, 32));
        if (version == 0)
            is(f, len | CALL("trie_blake2_256_ordered_root_version_1", list_in), ph_bytes(root, 32));
        assert_int_equal(ph_trie_root(root, pairs, 2, version), PH_OK);
        is(f, len | CALL("trie_blake2_256_root_version_2", map_in, v), ph_bytes(root, 32));
        if (version == 0)
            is(f, len | CALL("trie_blake2_256_root_version_1", map_in), ph_bytes(root, 32));
    }
    REFUSED("trie_blake2_256_root_version_2", map_in, 2);
    REFUSED("trie_blake2_256_root_version_2", list_in, 1);
    REFUSED("trie_blake2_256_ordered_root_version_2", LIT("\x10"), 1);
    REFUSED("trie_blake2_256_ordered_root_version_2", LIT("\x03\xff\xff\xff\x0f"), 1);
}

static ph_err_t verify_proof(fixture_t *f, uint64_t *result, const char *name, const uint64_t args[5])
{
    *result = 7;
    return find(name)->call(f->instance, result, args);
}

static void test_proofs(void **state)
{
    fixture_t *f = *state;
    static const char v1[] = "trie_blake2_256_verify_proof_version_1", v2[] = "trie_blake2_256_verify_proof_version_2";
    const ph_bytes_t key = PH_BYTES_LIT("a2");
    ph_compact_proof_t proof;
    ph_writer_t w = ph_writer_in(f->arena);
    uint64_t result;
    assert_int_equal(ph_value_proof_make(f->arena, &proof, f->state, &key, 1), PH_OK);
    ph_compact_write(&w, &proof);
    uint64_t root = (uint32_t)in(f, ph_bytes(ph_state_root(f->state), 32)), items = in(f, ph_writer_bytes(&w));
    uint64_t good[5] = {root, items, LIT("a2"), LIT("two"), 1}, args[5];
    const struct {
        size_t which;
        uint64_t arg;
    } wrong[] = {{0, root + 1}, {1, LIT("\x04\x04\x00")}, {2, LIT("a1")}, {3, LIT("twO")}, {3, LIT("")}};
    for (uint64_t version = 0; version < 2; version++) {
        good[4] = version; /* values are short: both layouts are the same */
        assert_int_equal(verify_proof(f, &result, version ? v2 : v1, good), PH_OK);
        assert_int_equal(result, true);
        for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
            memcpy(args, good, sizeof args);
            args[wrong[i].which] = wrong[i].arg;
            assert_int_equal(verify_proof(f, &result, version ? v2 : v1, args), PH_OK);
            assert_int_equal(result, false);
        }
    }
    good[4] = 2;
    assert_int_not_equal(verify_proof(f, &result, v2, good), PH_OK);
    good[4] = 1;
    good[1] = LIT("\x08\x04\x00"); /* two items are said to be there */
    assert_int_not_equal(verify_proof(f, &result, v2, good), PH_OK);
}

/* ---- keys ---- */

/* A keyring of one key of type "test" a scheme, which is a pattern; it signs by writing down what it was asked. */
static bool ring_generate(void *self, uint8_t out[33], ph_key_scheme_t scheme, const uint8_t type[4],
                          const ph_bytes_t *uri)
{
    (void)self;
    if (memcmp(type, "test", 4) != 0)
        return false;
    memset(out, (int)scheme + 1, 33);
    out[0] = uri ? (uint8_t)uri->len : 0xff;
    return true;
}

static bool ring_sign(void *self, uint8_t out[65], ph_key_scheme_t scheme, const uint8_t type[4], const uint8_t *key,
                      ph_bytes_t message, bool prehashed)
{
    (void)self;
    if (memcmp(type, "test", 4) != 0 || key[1] != (uint8_t)scheme + 1)
        return false;
    memset(out, (int)message.len, 65);
    out[0] = prehashed;
    out[1] = message.data[0];
    return true;
}

static bool ring_public_key(void *self, uint8_t out[33], ph_key_scheme_t scheme, const uint8_t type[4], size_t i)
{
    (void)self;
    memset(out, (int)(10 * i) + (int)scheme + 1, 33);
    return i < 2 && memcmp(type, "test", 4) == 0;
}

static void test_keys(void **state)
{
    fixture_t *f = *state;
    static const struct {
        const char *generate, *sign, *list;
        ph_key_scheme_t scheme;
    } cases[] = {
        {"crypto_ed25519_generate_version_1", "crypto_ed25519_sign_version_1", "crypto_ed25519_public_keys_version_1",
         PH_KEY_ED25519},
        {"crypto_sr25519_generate_version_1", "crypto_sr25519_sign_version_1", "crypto_sr25519_public_keys_version_1",
         PH_KEY_SR25519},
        {"crypto_ecdsa_generate_version_1", "crypto_ecdsa_sign_version_1", "crypto_ecdsa_public_keys_version_1",
         PH_KEY_ECDSA},
    };
    const ph_keyring_t ring = {.generate = ring_generate, .sign = ring_sign, .public_key = ring_public_key};
    uint64_t type = (uint32_t)LIT("test"), other = (uint32_t)LIT("tesT"), none = LIT("\x00"), seed = LIT("\x01\x0c//A");
    uint64_t message = LIT("abc");
    for (size_t i = 0; i < 3; i++) { /* a call without a keystore says so */
        uint64_t key = (uint32_t)in(f, ph_bytes((uint8_t[33]){0}, 33));
        REFUSED(cases[i].generate, type, none);
        REFUSED(cases[i].sign, type, key, message);
        REFUSED(cases[i].list, type);
    }
    f->host.keys = &ring;
    for (size_t i = 0; i < 3; i++) {
        uint8_t expected[2 * 33 + 1], byte = (uint8_t)cases[i].scheme + 1;
        size_t len = ph_key_scheme_public_len(cases[i].scheme), sig_len = ph_key_scheme_signature_len(cases[i].scheme);
        memset(expected, byte, sizeof expected);
        expected[0] = 0xff;
        uint64_t key = CALL(cases[i].generate, type, none);
        is(f, (uint64_t)len << 32 | key, ph_bytes(expected, len));
        expected[0] = 3;
        is(f, (uint64_t)len << 32 | CALL(cases[i].generate, type, seed), ph_bytes(expected, len));
        REFUSED(cases[i].generate, other, none);
        REFUSED(cases[i].generate, type, LIT("\x01\x0c//"));
        REFUSED(cases[i].generate, out_of_memory(), none);

        uint8_t signature[66];
        memset(signature, 3, sizeof signature);
        signature[0] = 1;
        signature[1] = 0;
        signature[2] = 'a';
        is(f, CALL(cases[i].sign, type, key, message), ph_bytes(signature, 1 + sig_len));
        IS(CALL(cases[i].sign, other, key, message), "\0");
        REFUSED(cases[i].sign, type, out_of_memory(), message);
        REFUSED(cases[i].sign, type, key, out_of_memory());

        expected[0] = 8;
        memset(expected + 1, byte, len);
        memset(expected + 1 + len, byte + 10, len);
        is(f, CALL(cases[i].list, type), ph_bytes(expected, 1 + 2 * len));
        IS(CALL(cases[i].list, other), "\0");
    }
    uint64_t key = CALL("crypto_ecdsa_generate_version_1", type, none);
    uint8_t hash[32] = {5}, signature[66];
    memset(signature, 32, sizeof signature);
    signature[0] = signature[1] = 1;
    signature[2] = 5;
    is(f, CALL("crypto_ecdsa_sign_prehashed_version_1", type, key, (uint32_t)in(f, ph_bytes(hash, 32))),
       ph_bytes(signature, 66));
}

static void test_signatures(void **state)
{
    fixture_t *f = *state;
    const uint8_t seed[32] = {1};
    uint8_t signature[65];
    ph_sr25519_keypair_t sr;
    ph_ed25519_keypair_t ed;
    ph_ecdsa_keypair_t ec;
    uint64_t text = LIT("message"), other = LIT("massage");
    ph_sr25519_from_mini_secret(&sr, seed);
    ph_ed25519_from_seed(&ed, seed);
    assert_int_equal(ph_ecdsa_from_seed(&ec, seed), PH_OK);
    ph_sr25519_sign(&sr, signature, PH_BYTES_LIT("message"), NULL);
    uint64_t sr_sig = in(f, ph_bytes(signature, 64)), sr_key = in(f, ph_bytes(sr.public_key, 32));
    ph_ed25519_sign(&ed, signature, PH_BYTES_LIT("message"));
    uint64_t ed_sig = in(f, ph_bytes(signature, 64)), ed_key = in(f, ph_bytes(ed.public_key, 32));
    ph_ecdsa_sign(&ec, signature, PH_BYTES_LIT("message"));
    uint64_t ec_sig = in(f, ph_bytes(signature, 65)), ec_key = in(f, ph_bytes(ec.public_key, 33));
    const struct {
        const char *name;
        uint64_t signature, key;
    } cases[] = {{"crypto_sr25519_verify_version_1", sr_sig, sr_key},
                 {"crypto_sr25519_verify_version_2", sr_sig, sr_key},
                 {"crypto_ed25519_verify_version_1", ed_sig, ed_key},
                 {"crypto_ecdsa_verify_version_1", ec_sig, ec_key},
                 {"crypto_ecdsa_verify_version_2", ec_sig, ec_key}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        uint32_t sig = (uint32_t)cases[i].signature, key = (uint32_t)cases[i].key;
        assert_int_equal(CALL(cases[i].name, sig, text, key), 1);
        assert_int_equal(CALL(cases[i].name, sig, other, key), 0);
        REFUSED(cases[i].name, 0xfffffff0u, text, key);
        REFUSED(cases[i].name, sig, out_of_memory(), key);
        REFUSED(cases[i].name, sig, text, 0xfffffff0u);
    }
}

static void test_batches(void **state)
{
    fixture_t *f = *state;
    const uint8_t seed[32] = {2};
    uint8_t signature[64];
    ph_ed25519_keypair_t ed;
    ph_ed25519_from_seed(&ed, seed);
    ph_ed25519_sign(&ed, signature, PH_BYTES_LIT("m"));
    uint32_t sig = (uint32_t)in(f, ph_bytes(signature, 64)), key = (uint32_t)in(f, ph_bytes(ed.public_key, 32));
    REFUSED("crypto_finish_batch_verify_version_1", 0);
    CALL0("crypto_start_batch_verify_version_1");
    REFUSED("crypto_start_batch_verify_version_1", 0);
    assert_int_equal(CALL("crypto_ed25519_batch_verify_version_1", sig, LIT("m"), key), 1);
    assert_int_equal(CALL0("crypto_finish_batch_verify_version_1"), 1);
    CALL0("crypto_start_batch_verify_version_1");
    assert_int_equal(CALL("crypto_sr25519_batch_verify_version_1", sig, LIT("m"), key), 0);
    assert_int_equal(CALL("crypto_ed25519_batch_verify_version_1", sig, LIT("m"), key), 1);
    assert_int_equal(CALL0("crypto_finish_batch_verify_version_1"), 0);
    REFUSED("crypto_finish_batch_verify_version_1", 0);
}

static void test_recover(void **state)
{
    fixture_t *f = *state;
    const uint8_t seed[32] = {3}, hash[32] = {4};
    uint8_t signature[65], answer[65] = {0};
    ph_ecdsa_keypair_t ec;
    assert_int_equal(ph_ecdsa_from_seed(&ec, seed), PH_OK);
    ph_ecdsa_sign_prehashed(&ec, signature, hash);
    uint32_t digest = (uint32_t)in(f, ph_bytes(hash, 32)), key = (uint32_t)in(f, ph_bytes(ec.public_key, 33));
    uint32_t sig = (uint32_t)in(f, ph_bytes(signature, 65));
    assert_int_equal(CALL("crypto_ecdsa_verify_prehashed_version_1", sig, digest, key), 1);
    for (int ethereum = 0; ethereum < 2; ethereum++) {
        uint8_t v = (uint8_t)(signature[64] + 27 * ethereum);
        assert_int_equal(ph_wasm_memory_write(f->instance, sig + 64, ph_bytes(&v, 1)), PH_OK);
        memcpy(answer + 1, ec.public_key, 33);
        is(f, CALL("crypto_secp256k1_ecdsa_recover_compressed_version_1", sig, digest), ph_bytes(answer, 34));
        is(f, CALL("crypto_secp256k1_ecdsa_recover_compressed_version_2", sig, digest), ph_bytes(answer, 34));
        assert_int_equal(ph_ecdsa_recover_full(answer + 1, signature, hash), PH_OK);
        is(f, CALL("crypto_secp256k1_ecdsa_recover_version_1", sig, digest), ph_bytes(answer, 65));
        is(f, CALL("crypto_secp256k1_ecdsa_recover_version_2", sig, digest), ph_bytes(answer, 65));
    }
    uint8_t bad[65];
    memcpy(bad, signature, 65);
    bad[64] = 4;
    IS(CALL("crypto_secp256k1_ecdsa_recover_version_2", (uint32_t)in(f, ph_bytes(bad, 65)), digest), "\x01\x01");
    memset(bad, 0xff, 64);
    bad[64] = 0;
    uint32_t over = (uint32_t)in(f, ph_bytes(bad, 65));
    IS(CALL("crypto_secp256k1_ecdsa_recover_version_2", over, digest), "\x01\0");
    assert_int_not_equal(at(f, CALL("crypto_secp256k1_ecdsa_recover_version_1", over, digest)).data[0], 2);
    memset(bad, 0, 64);
    IS(CALL("crypto_secp256k1_ecdsa_recover_version_2", (uint32_t)in(f, ph_bytes(bad, 65)), digest), "\x01\x02");
    REFUSED("crypto_secp256k1_ecdsa_recover_version_2", sig, 0xfffffff0u);
}

/* ---- the rest ---- */

static void test_heap(void **state)
{
    fixture_t *f = *state;
    uint64_t a = CALL("allocator_malloc_version_1", 100), b = CALL("allocator_malloc_version_1", 100);
    assert_true(a >= PH_WASM_BOX_HEAP_BASE && b >= a + 100);
    CALL("allocator_free_version_1", a);
    assert_int_equal(CALL("allocator_malloc_version_1", 100), a);
    REFUSED("allocator_malloc_version_1", PAGES * PH_WASM_PAGE_LEN);
    REFUSED("allocator_free_version_1", b); /* after an error nothing goes any more */
}

static void test_logging(void **state)
{
    fixture_t *f = *state;
    assert_int_equal(CALL0("logging_max_level_version_1"), 4); /* debug */
    CALL("logging_log_version_1", 2, LIT("target"), LIT("text"));
    assert_string_equal(f->logged, "2 target text");
    CALL("misc_print_num_version_1", 42);
    assert_string_equal(f->logged, "3 runtime 42");
    CALL("misc_print_utf8_version_1", LIT("hello"));
    assert_string_equal(f->logged, "3 runtime hello");
    CALL("misc_print_hex_version_1", LIT("\x01\xff"));
    assert_string_equal(f->logged, "3 runtime 01ff");
    REFUSED("logging_log_version_1", 5, LIT("t"), LIT("x"));
    REFUSED("logging_log_version_1", 0, out_of_memory(), LIT("x"));
    REFUSED("misc_print_utf8_version_1", out_of_memory());
    REFUSED("panic_handler_abort_on_panic_version_1", LIT("why"));
}

static bool submit(void *ctx, ph_bytes_t extrinsic)
{
    *(size_t *)ctx += extrinsic.len;
    return extrinsic.len == 3;
}

static void test_offchain(void **state)
{
    fixture_t *f = *state;
    size_t submitted = 0;
    CALL("offchain_index_set_version_1", LIT("k"), LIT("v"));
    CALL("offchain_index_clear_version_1", LIT("k"));
    REFUSED("offchain_index_set_version_1", LIT("k"), out_of_memory());
    REFUSED("offchain_submit_transaction_version_1", LIT("xt."));
    f->host.submit_transaction = submit;
    f->host.submit_ctx = &submitted;
    is_hex(f, CALL("offchain_submit_transaction_version_1", LIT("xt.")), "00");
    is_hex(f, CALL("offchain_submit_transaction_version_1", LIT("xt")), "01");
    assert_int_equal(submitted, 5);
    CALL("transaction_index_index_version_1", 0, 1, 0);
    CALL("transaction_index_renew_version_1", 0, 0);
    REFUSED("transaction_index_index_version_1", 0, 1, 0xfffffff0u);
    assert_int_equal(CALL("wasm_tracing_enabled_version_1", LIT("")), 0);
    assert_int_equal(CALL("wasm_tracing_enter_span_version_1", LIT("")), 0);
    CALL("wasm_tracing_event_version_1", LIT(""));
    CALL("wasm_tracing_exit_version_1", 0);
}

/* A module with the two sections; with `tail` bytes fewer of the version, it has none. */
static ph_bytes_t versioned(fixture_t *f, const char *apis_hex, const char *version_hex)
{
    ph_writer_t w = ph_writer_in(f->arena);
    const char *names[] = {"runtime_version", "runtime_apis"}, *hex[] = {version_hex, apis_hex};
    ph_write(&w, "\0asm\1\0\0\0", 8);
    for (size_t i = 0; i < 2; i++) {
        ph_bytes_t content;
        if (!hex[i])
            continue;
        assert_int_equal(ph_unhex(f->arena, hex[i], strlen(hex[i]), &content), PH_OK);
        ph_write_u8(&w, 0);
        ph_write_u8(&w, (uint8_t)(1 + strlen(names[i]) + content.len));
        ph_write_u8(&w, (uint8_t)strlen(names[i]));
        ph_write(&w, names[i], strlen(names[i]));
        ph_write(&w, content.data, content.len);
    }
    return ph_writer_bytes(&w);
}

static void test_runtime_version(void **state)
{
    fixture_t *f = *state;
#define CORE(v) "df6acb689907609b0" v "000000"
#define START                                                                                                          \
    "0473"                                                                                                             \
    "0469"                                                                                                             \
    "01000000"                                                                                                         \
    "02000000"                                                                                                         \
    "03000000"
    /* Core 4: transaction version and state version follow. */
    uint64_t version = CALL("misc_runtime_version_version_1", in(f, versioned(f, CORE("4"),
                                                                              START "00"
                                                                                    "05000000"
                                                                                    "01")));
    is_hex(f, version,
           "01"
           "88" START "04" CORE("4") "05000000"
                                     "01");
    /* Core 3: no state version, and the list stands in the version itself. */
    version = CALL("misc_runtime_version_version_1", in(f, versioned(f, NULL, START "04" CORE("3") "05000000")));
    is_hex(f, version,
           "01"
           "88" START "04" CORE("3") "05000000"
                                     "00");
    /* From before both. */
    version = CALL("misc_runtime_version_version_1", in(f, versioned(f, NULL, START "00")));
    is_hex(f, version,
           "01"
           "58" START "00"
           "01000000"
           "00");
    is_hex(f, CALL("misc_runtime_version_version_1", in(f, versioned(f, CORE("4"), NULL))), "00");
    is_hex(f,
           CALL("misc_runtime_version_version_1", in(f, versioned(f, CORE("4"),
                                                                  START "00"
                                                                        "05000000"))),
           "00");
    is_hex(f,
           CALL("misc_runtime_version_version_1", in(f, versioned(f, "df6a",
                                                                  START "00"
                                                                        "05000000"
                                                                        "01"))),
           "00");
    is_hex(f, CALL("misc_runtime_version_version_1", LIT("no module")), "00");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_get_and_set), TEST(test_read),         TEST(test_clear_prefix),
        TEST(test_roots),       TEST(test_transactions), TEST(test_key_too_long),
        TEST(test_children),    TEST(test_hashing),      TEST(test_tries),
        TEST(test_signatures),  TEST(test_batches),      TEST(test_recover),
        TEST(test_proofs),      TEST(test_keys),         TEST(test_heap),
        TEST(test_logging),     TEST(test_offchain),     TEST(test_runtime_version),
    };
    return cmocka_run_group_tests(tests, open_box, close_box);
}
