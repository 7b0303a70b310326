/* A host for the runtime's wasm body in tests: the functions it imports, over the same table as the native body
 * (ph_native_host_ops), so that the two can be compared call by call. Static functions; include after rt_chain.h. */
#ifndef PH_TESTS_WASM_HOST_H
#define PH_TESTS_WASM_HOST_H

#include "support/rt_chain.h"
#include "wasm/allocator.h"
#include "wasm/wasm.h"

typedef struct wasm_host {
    ph_native_host_t native;
    ph_wasm_allocator_t allocator;
    ph_arena_t *arena;
} wasm_host_t;

static wasm_host_t *wh(ph_wasm_instance_t *i)
{
    return ph_wasm_instance_user(i);
}

static ph_bytes_t wh_in(ph_wasm_instance_t *i, uint64_t fat)
{
    ph_bytes_t view = {0};
    assert_int_equal(ph_wasm_memory_at(i, &view, (uint32_t)fat, (uint32_t)(fat >> 32)), PH_OK);
    return ph_bytes_copy(wh(i)->arena, view);
}

static const uint8_t *wh_at(ph_wasm_instance_t *i, uint64_t at, uint32_t len)
{
    return wh_in(i, (uint64_t)len << 32 | (uint32_t)at).data;
}

static ph_err_t wh_out(ph_wasm_instance_t *i, uint64_t *result, ph_bytes_t bytes)
{
    uint32_t at;
    PH_TRY(ph_wasm_allocate(&wh(i)->allocator, i, &at, (uint32_t)bytes.len));
    PH_TRY(ph_wasm_memory_write(i, at, bytes));
    *result = (uint64_t)bytes.len << 32 | at;
    return PH_OK;
}

static ph_err_t wh_address(ph_wasm_instance_t *i, uint64_t *result, const uint8_t *data, size_t len)
{
    PH_TRY(wh_out(i, result, ph_bytes(data, len)));
    *result = (uint32_t)*result;
    return PH_OK;
}

static ph_err_t wh_option(ph_wasm_instance_t *i, uint64_t *result, bool some, ph_bytes_t value)
{
    ph_writer_t w = ph_writer_in(wh(i)->arena);
    ph_write_u8(&w, some);
    if (some)
        ph_write_bytes(&w, value);
    return wh_out(i, result, ph_writer_bytes(&w));
}

#define WH(name) static ph_err_t wh_##name(ph_wasm_instance_t *i, uint64_t *result, const uint64_t *a)
#define OPS      ph_native_host_ops
#define SELF     (&wh(i)->native)
#define QUIET    (void)i, (void)result, (void)a

WH(malloc)
{
    uint32_t at;
    PH_TRY(ph_wasm_allocate(&wh(i)->allocator, i, &at, (uint32_t)a[0]));
    *result = at;
    return PH_OK;
}
WH(free)
{
    QUIET;
    return ph_wasm_deallocate(&wh(i)->allocator, i, (uint32_t)a[0]);
}
WH(get)
{
    ph_bytes_t value = {0};
    bool some = OPS.storage_get(SELF, wh_in(i, a[0]), &value);
    return wh_option(i, result, some, value);
}
WH(set)
{
    QUIET;
    OPS.storage_set(SELF, wh_in(i, a[0]), wh_in(i, a[1]));
    return PH_OK;
}
WH(clear)
{
    QUIET;
    OPS.storage_clear(SELF, wh_in(i, a[0]));
    return PH_OK;
}
WH(exists)
{
    *result = OPS.storage_exists(SELF, wh_in(i, a[0]));
    return PH_OK;
}
WH(clear_prefix)
{
    ph_bytes_t option = wh_in(i, a[1]);
    uint32_t removed = 0, limit = option.data[0] ? ph_get_u32(option.data + 1) : UINT32_MAX;
    bool all = OPS.storage_clear_prefix(SELF, wh_in(i, a[0]), limit, &removed);
    uint8_t answer[5] = {!all};
    ph_put_u32(answer + 1, removed);
    return wh_out(i, result, ph_bytes(answer, 5));
}
WH(append)
{
    QUIET;
    OPS.storage_append(SELF, wh_in(i, a[0]), wh_in(i, a[1]));
    return PH_OK;
}
WH(next_key)
{
    ph_bytes_t next = {0};
    bool some = OPS.storage_next_key(SELF, wh_in(i, a[0]), &next);
    return wh_option(i, result, some, next);
}
WH(root)
{
    uint8_t root[32];
    OPS.storage_root(SELF, root, (int)a[0]);
    return wh_out(i, result, ph_bytes(root, 32));
}
WH(start)
{
    QUIET;
    OPS.storage_start_transaction(SELF);
    return PH_OK;
}
WH(rollback)
{
    QUIET;
    OPS.storage_rollback_transaction(SELF);
    return PH_OK;
}
WH(commit)
{
    QUIET;
    OPS.storage_commit_transaction(SELF);
    return PH_OK;
}
WH(ordered_root)
{
    ph_vec_bytes_t values;
    uint8_t root[32];
    PH_TRY(ph_vec_bytes_decode_all(wh_in(i, a[0]), wh(i)->arena, &values));
    OPS.trie_blake2_256_ordered_root(SELF, root, values.items, values.count, (int)a[1]);
    return wh_address(i, result, root, 32);
}
WH(sr25519)
{
    *result = OPS.sr25519_verify(SELF, wh_at(i, a[0], 64), wh_in(i, a[1]), wh_at(i, a[2], 32));
    return PH_OK;
}
WH(ed25519)
{
    *result = OPS.ed25519_verify(SELF, wh_at(i, a[0], 64), wh_in(i, a[1]), wh_at(i, a[2], 32));
    return PH_OK;
}
WH(ecdsa)
{
    uint8_t answer[34] = {0};
    if (OPS.secp256k1_ecdsa_recover_compressed(SELF, answer + 1, wh_at(i, a[0], 65), wh_at(i, a[1], 32)))
        return wh_out(i, result, ph_bytes(answer, 34));
    return wh_out(i, result, ph_bytes("\1\2", 2));
}
WH(version)
{
    ph_bytes_t version = {0};
    bool some = OPS.runtime_version(SELF, wh_in(i, a[0]), &version);
    return wh_option(i, result, some, version);
}
WH(log)
{
    QUIET;
    return PH_OK;
}
WH(panic)
{
    (void)result;
    ph_bytes_t why = wh_in(i, a[0]);
    return ph_wasm_refuse(i, PH_ERR_INVALID, "%.*s", (int)why.len, (const char *)why.data);
}
#define WH_HASH(name, len)                                                                                             \
    WH(name)                                                                                                           \
    {                                                                                                                  \
        uint8_t out[len];                                                                                              \
        OPS.hash_##name(SELF, out, wh_in(i, a[0]));                                                                    \
        return wh_address(i, result, out, len);                                                                        \
    }
WH_HASH(blake2_128, 16)
WH_HASH(blake2_256, 32)
WH_HASH(twox_64, 8)
WH_HASH(twox_128, 16)
WH_HASH(twox_256, 32)
WH_HASH(keccak_256, 32)

static const ph_wasm_import_t wasm_imports[] = {
    {"ext_allocator_malloc_version_1", "i>i", wh_malloc},
    {"ext_allocator_free_version_1", "i>", wh_free},
    {"ext_storage_get_version_1", "I>I", wh_get},
    {"ext_storage_set_version_1", "II>", wh_set},
    {"ext_storage_clear_version_1", "I>", wh_clear},
    {"ext_storage_exists_version_1", "I>i", wh_exists},
    {"ext_storage_clear_prefix_version_2", "II>I", wh_clear_prefix},
    {"ext_storage_append_version_1", "II>", wh_append},
    {"ext_storage_next_key_version_1", "I>I", wh_next_key},
    {"ext_storage_root_version_2", "i>I", wh_root},
    {"ext_storage_start_transaction_version_1", ">", wh_start},
    {"ext_storage_rollback_transaction_version_1", ">", wh_rollback},
    {"ext_storage_commit_transaction_version_1", ">", wh_commit},
    {"ext_trie_blake2_256_ordered_root_version_2", "Ii>i", wh_ordered_root},
    {"ext_crypto_sr25519_verify_version_2", "iIi>i", wh_sr25519},
    {"ext_crypto_ed25519_verify_version_1", "iIi>i", wh_ed25519},
    {"ext_crypto_secp256k1_ecdsa_recover_compressed_version_2", "ii>I", wh_ecdsa},
    {"ext_hashing_blake2_128_version_1", "I>i", wh_blake2_128},
    {"ext_hashing_blake2_256_version_1", "I>i", wh_blake2_256},
    {"ext_hashing_twox_64_version_1", "I>i", wh_twox_64},
    {"ext_hashing_twox_128_version_1", "I>i", wh_twox_128},
    {"ext_hashing_twox_256_version_1", "I>i", wh_twox_256},
    {"ext_hashing_keccak_256_version_1", "I>i", wh_keccak_256},
    {"ext_misc_runtime_version_version_1", "I>I", wh_version},
    {"ext_logging_log_version_1", "iII>", wh_log},
    {"ext_panic_handler_abort_on_panic_version_1", "I>", wh_panic},
};

#undef WH
#undef WH_HASH
#undef OPS
#undef SELF
#undef QUIET

/* As rt_call_on, by the wasm body in a fresh instance. */
static ph_err_t wasm_call_on(rt_chain_t *c, ph_wasm_module_t *module, ph_overlay_t *overlay, ph_writer_t *result,
                             const char *method, ph_bytes_t args)
{
    wasm_host_t host = {.native = {.overlay = overlay, .log = &c->log}, .arena = ph_arena_new()};
    ph_wasm_limits_t limits = {.memory_max = 256u << 20, .fuel = UINT64_MAX};
    ph_wasm_instance_t *instance;
    ph_wasm_fault_t fault = {0};
    if (ph_wasm_instance_new(&instance, &fault, module, &limits, &host) != PH_OK)
        fail_msg("%s", fault.text);
    uint32_t heap_base, at;
    assert_int_equal(ph_wasm_global_u32(instance, &heap_base, "__heap_base"), PH_OK);
    ph_wasm_allocator_init(&host.allocator, heap_base);
    assert_int_equal(ph_wasm_allocate(&host.allocator, instance, &at, (uint32_t)args.len), PH_OK);
    assert_int_equal(ph_wasm_memory_write(instance, at, args), PH_OK);
    ph_overlay_start(overlay);
    uint64_t answer;
    ph_err_t err = ph_wasm_call(instance, &answer, &fault, method, at, (uint32_t)args.len);
    ph_bytes_t view = {0};
    if (err == PH_OK)
        assert_int_equal(ph_wasm_memory_at(instance, &view, (uint32_t)answer, (uint32_t)(answer >> 32)), PH_OK);
    ph_write(result, view.data, view.len);
    if (err == PH_OK)
        assert_int_equal(ph_overlay_commit(overlay), PH_OK);
    else
        ph_overlay_rollback_to(overlay, 0);
    snprintf(c->panic, sizeof c->panic, "%s", fault.text);
    ph_wasm_instance_free(instance);
    ph_native_host_end(&host.native);
    ph_arena_free(host.arena);
    return err;
}

#endif
