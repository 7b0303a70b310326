/* The wasm body's host functions: through imports. What the host hands back it has put into our memory with its
 * allocator; it stays there until the call ends, as the arena would. */
#include "runtime/wasm32/host.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "runtime/host.h"
#include "scale/scale.h"

ph_err_t ph_rt_panic(ph_rt_t *rt, const char *format, ...)
{
    char text[512];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    rt->panic = ph_arena_strdup(rt->arena, text);
    return PH_ERR_INTERNAL;
}

void ph_rt_log(ph_rt_t *rt, ph_log_level_t level, const char *target, const char *format, ...)
{
    (void)rt;
    char text[512];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    ext_logging_log_version_1((uint32_t)level, ph_fat(ph_bytes(target, strlen(target))),
                              ph_fat(ph_bytes(text, strlen(text))));
}

/* ---- storage ---- */

/* SCALE Option<Vec<u8>>; the host is not doubted. */
static bool option_bytes(ph_fat_t fat, ph_bytes_t *out)
{
    ph_reader_t r = ph_reader(ph_unfat(fat));
    r.borrow = true;
    bool some = false;
    return ph_read_bool(&r, &some) == PH_OK && some && ph_read_bytes(&r, NULL, out) == PH_OK;
}

bool ph_host_storage_get(ph_rt_t *rt, ph_bytes_t *value, ph_bytes_t key)
{
    (void)rt;
    return option_bytes(ext_storage_get_version_1(ph_fat(key)), value);
}

void ph_host_storage_set(ph_rt_t *rt, ph_bytes_t key, ph_bytes_t value)
{
    (void)rt;
    ext_storage_set_version_1(ph_fat(key), ph_fat(value));
}

void ph_host_storage_clear(ph_rt_t *rt, ph_bytes_t key)
{
    (void)rt;
    ext_storage_clear_version_1(ph_fat(key));
}

bool ph_host_storage_exists(ph_rt_t *rt, ph_bytes_t key)
{
    (void)rt;
    return ext_storage_exists_version_1(ph_fat(key)) != 0;
}

bool ph_host_storage_clear_prefix(ph_rt_t *rt, ph_bytes_t prefix, uint32_t limit, uint32_t *removed)
{
    enum { ALL_REMOVED = 0 };
    (void)rt;
    uint8_t option[5] = {limit != UINT32_MAX};
    ph_put_u32(option + 1, limit);
    ph_fat_t answer = ext_storage_clear_prefix_version_2(ph_fat(prefix), ph_fat(ph_bytes(option, option[0] ? 5 : 1)));
    ph_reader_t r = ph_reader(ph_unfat(answer));
    uint8_t kind = ALL_REMOVED;
    uint32_t count = 0;
    if (ph_read_u8(&r, &kind) != PH_OK || ph_read_u32(&r, &count) != PH_OK)
        return true;
    if (removed != NULL)
        *removed = count;
    return kind == ALL_REMOVED;
}

void ph_host_storage_append(ph_rt_t *rt, ph_bytes_t key, ph_bytes_t encoded_item)
{
    (void)rt;
    ext_storage_append_version_1(ph_fat(key), ph_fat(encoded_item));
}

bool ph_host_storage_next_key(ph_rt_t *rt, ph_bytes_t *next, ph_bytes_t key)
{
    (void)rt;
    return option_bytes(ext_storage_next_key_version_1(ph_fat(key)), next);
}

void ph_host_storage_root(ph_rt_t *rt, uint8_t out[32], int state_version)
{
    (void)rt;
    ph_bytes_t root = ph_unfat(ext_storage_root_version_2((uint32_t)state_version));
    memset(out, 0, 32);
    memcpy(out, root.data, root.len < 32 ? root.len : 32);
}

void ph_host_storage_start_transaction(ph_rt_t *rt)
{
    (void)rt;
    ext_storage_start_transaction_version_1();
}

void ph_host_storage_rollback_transaction(ph_rt_t *rt)
{
    (void)rt;
    ext_storage_rollback_transaction_version_1();
}

void ph_host_storage_commit_transaction(ph_rt_t *rt)
{
    (void)rt;
    ext_storage_commit_transaction_version_1();
}

/* ---- crypto ---- */

static void take(uint8_t *out, size_t len, uint32_t address)
{
    memcpy(out, (const void *)(uintptr_t)address, len);
    ext_allocator_free_version_1(address);
}

void ph_host_trie_ordered_root(ph_rt_t *rt, uint8_t out[32], const ph_bytes_t *values, size_t count, int version)
{
    ph_writer_t w = ph_writer_in(rt->arena);
    ph_write_compact(&w, count);
    for (size_t i = 0; i < count; i++)
        ph_write_bytes(&w, values[i]);
    take(out, 32, ext_trie_blake2_256_ordered_root_version_2(ph_fat(ph_writer_bytes(&w)), (uint32_t)version));
}

bool ph_host_sr25519_verify(ph_rt_t *rt, const uint8_t signature[64], ph_bytes_t message, const uint8_t public_key[32])
{
    (void)rt;
    return ext_crypto_sr25519_verify_version_2(signature, ph_fat(message), public_key) != 0;
}

bool ph_host_ed25519_verify(ph_rt_t *rt, const uint8_t signature[64], ph_bytes_t message, const uint8_t public_key[32])
{
    (void)rt;
    return ext_crypto_ed25519_verify_version_1(signature, ph_fat(message), public_key) != 0;
}

bool ph_host_ecdsa_recover(ph_rt_t *rt, uint8_t out[33], const uint8_t signature[65], const uint8_t message[32])
{
    enum { RESULT_OK = 0 };
    (void)rt;
    ph_bytes_t answer = ph_unfat(ext_crypto_secp256k1_ecdsa_recover_compressed_version_2(signature, message));
    if (answer.len != 34 || answer.data[0] != RESULT_OK)
        return false;
    memcpy(out, answer.data + 1, 33);
    return true;
}

void ph_host_blake2_128(ph_rt_t *rt, uint8_t out[16], ph_bytes_t in)
{
    (void)rt;
    take(out, 16, ext_hashing_blake2_128_version_1(ph_fat(in)));
}

void ph_host_blake2_256(ph_rt_t *rt, uint8_t out[32], ph_bytes_t in)
{
    (void)rt;
    take(out, 32, ext_hashing_blake2_256_version_1(ph_fat(in)));
}

void ph_host_twox_64(ph_rt_t *rt, uint8_t out[8], ph_bytes_t in)
{
    (void)rt;
    take(out, 8, ext_hashing_twox_64_version_1(ph_fat(in)));
}

void ph_host_twox_128(ph_rt_t *rt, uint8_t out[16], ph_bytes_t in)
{
    (void)rt;
    take(out, 16, ext_hashing_twox_128_version_1(ph_fat(in)));
}

void ph_host_twox_256(ph_rt_t *rt, uint8_t out[32], ph_bytes_t in)
{
    (void)rt;
    take(out, 32, ext_hashing_twox_256_version_1(ph_fat(in)));
}

void ph_host_keccak_256(ph_rt_t *rt, uint8_t out[32], ph_bytes_t in)
{
    (void)rt;
    take(out, 32, ext_hashing_keccak_256_version_1(ph_fat(in)));
}

bool ph_host_runtime_version(ph_rt_t *rt, ph_bytes_t *version, ph_bytes_t code)
{
    (void)rt;
    return option_bytes(ext_misc_runtime_version_version_1(ph_fat(code)), version);
}

bool ph_host_submit_transaction(ph_rt_t *rt, ph_bytes_t extrinsic)
{
    enum { RESULT_OK = 0 };
    (void)rt;
    ph_bytes_t answer = ph_unfat(ext_offchain_submit_transaction_version_1(ph_fat(extrinsic)));
    return answer.len == 1 && answer.data[0] == RESULT_OK;
}

/* ---- keys ---- */

ph_err_t ph_host_key_generate(ph_rt_t *rt, uint8_t out[PH_KEYRING_PUBLIC_MAX], ph_key_scheme_t scheme,
                              const uint8_t type[4], const ph_bytes_t *uri)
{
    ph_writer_t w = ph_writer_in(rt->arena);
    ph_write_u8(&w, uri != NULL);
    if (uri != NULL)
        ph_write_bytes(&w, *uri);
    ph_fat_t seed = ph_fat(ph_writer_bytes(&w));
    uint32_t key = scheme == PH_KEY_SR25519   ? ext_crypto_sr25519_generate_version_1(type, seed)
                   : scheme == PH_KEY_ED25519 ? ext_crypto_ed25519_generate_version_1(type, seed)
                                              : ext_crypto_ecdsa_generate_version_1(type, seed);
    take(out, ph_key_scheme_public_len(scheme), key);
    return PH_OK;
}

bool ph_host_key_sign(ph_rt_t *rt, uint8_t out[PH_KEYRING_SIGNATURE_MAX], ph_key_scheme_t scheme, const uint8_t type[4],
                      const uint8_t *public_key, ph_bytes_t message)
{
    (void)rt;
    size_t len = ph_key_scheme_signature_len(scheme);
    ph_fat_t text = ph_fat(message);
    ph_bytes_t answer = ph_unfat(scheme == PH_KEY_SR25519   ? ext_crypto_sr25519_sign_version_1(type, public_key, text)
                                 : scheme == PH_KEY_ED25519 ? ext_crypto_ed25519_sign_version_1(type, public_key, text)
                                                            : ext_crypto_ecdsa_sign_version_1(type, public_key, text));
    if (answer.len != 1 + len || answer.data[0] != 1)
        return false;
    memcpy(out, answer.data + 1, len);
    return true;
}
