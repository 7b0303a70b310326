/* The native body's host functions: through the embedder's table, values copied into the call's arena. */
#include <stdarg.h>
#include <stdio.h>

#include "runtime/host.h"

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
    if (rt->ops->log == NULL)
        return;
    char text[512];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    rt->ops->log(rt->host, level, target, text);
}

bool ph_host_storage_get(ph_rt_t *rt, ph_bytes_t *value, ph_bytes_t key)
{
    ph_bytes_t found;
    if (!rt->ops->storage_get(rt->host, key, &found))
        return false;
    *value = ph_bytes_copy(rt->arena, found);
    return true;
}

void ph_host_storage_set(ph_rt_t *rt, ph_bytes_t key, ph_bytes_t value)
{
    rt->ops->storage_set(rt->host, key, value);
}

void ph_host_storage_clear(ph_rt_t *rt, ph_bytes_t key)
{
    rt->ops->storage_clear(rt->host, key);
}

bool ph_host_storage_exists(ph_rt_t *rt, ph_bytes_t key)
{
    return rt->ops->storage_exists(rt->host, key);
}

bool ph_host_storage_clear_prefix(ph_rt_t *rt, ph_bytes_t prefix, uint32_t limit, uint32_t *removed)
{
    uint32_t count = 0;
    bool all = rt->ops->storage_clear_prefix(rt->host, prefix, limit, &count);
    if (removed != NULL)
        *removed = count;
    return all;
}

void ph_host_storage_append(ph_rt_t *rt, ph_bytes_t key, ph_bytes_t encoded_item)
{
    rt->ops->storage_append(rt->host, key, encoded_item);
}

bool ph_host_storage_next_key(ph_rt_t *rt, ph_bytes_t *next, ph_bytes_t key)
{
    ph_bytes_t found;
    if (!rt->ops->storage_next_key(rt->host, key, &found))
        return false;
    *next = ph_bytes_copy(rt->arena, found);
    return true;
}

void ph_host_storage_root(ph_rt_t *rt, uint8_t out[32], int state_version)
{
    rt->ops->storage_root(rt->host, out, state_version);
}

void ph_host_storage_start_transaction(ph_rt_t *rt)
{
    rt->ops->storage_start_transaction(rt->host);
}

void ph_host_storage_rollback_transaction(ph_rt_t *rt)
{
    rt->ops->storage_rollback_transaction(rt->host);
}

void ph_host_storage_commit_transaction(ph_rt_t *rt)
{
    rt->ops->storage_commit_transaction(rt->host);
}

void ph_host_trie_ordered_root(ph_rt_t *rt, uint8_t out[32], const ph_bytes_t *values, size_t count, int version)
{
    rt->ops->trie_blake2_256_ordered_root(rt->host, out, values, count, version);
}

bool ph_host_sr25519_verify(ph_rt_t *rt, const uint8_t signature[64], ph_bytes_t message, const uint8_t public_key[32])
{
    return rt->ops->sr25519_verify(rt->host, signature, message, public_key);
}

bool ph_host_ed25519_verify(ph_rt_t *rt, const uint8_t signature[64], ph_bytes_t message, const uint8_t public_key[32])
{
    return rt->ops->ed25519_verify(rt->host, signature, message, public_key);
}

bool ph_host_ecdsa_recover(ph_rt_t *rt, uint8_t out[33], const uint8_t signature[65], const uint8_t message[32])
{
    return rt->ops->secp256k1_ecdsa_recover_compressed(rt->host, out, signature, message);
}

void ph_host_blake2_128(ph_rt_t *rt, uint8_t out[16], ph_bytes_t in)
{
    rt->ops->hash_blake2_128(rt->host, out, in);
}

void ph_host_blake2_256(ph_rt_t *rt, uint8_t out[32], ph_bytes_t in)
{
    rt->ops->hash_blake2_256(rt->host, out, in);
}

void ph_host_twox_64(ph_rt_t *rt, uint8_t out[8], ph_bytes_t in)
{
    rt->ops->hash_twox_64(rt->host, out, in);
}

void ph_host_twox_128(ph_rt_t *rt, uint8_t out[16], ph_bytes_t in)
{
    rt->ops->hash_twox_128(rt->host, out, in);
}

void ph_host_twox_256(ph_rt_t *rt, uint8_t out[32], ph_bytes_t in)
{
    rt->ops->hash_twox_256(rt->host, out, in);
}

void ph_host_keccak_256(ph_rt_t *rt, uint8_t out[32], ph_bytes_t in)
{
    rt->ops->hash_keccak_256(rt->host, out, in);
}

bool ph_host_runtime_version(ph_rt_t *rt, ph_bytes_t *version, ph_bytes_t code)
{
    ph_bytes_t found;
    if (!rt->ops->runtime_version(rt->host, code, &found))
        return false;
    *version = ph_bytes_copy(rt->arena, found);
    return true;
}

bool ph_host_submit_transaction(ph_rt_t *rt, ph_bytes_t extrinsic)
{
    return rt->ops->offchain_submit_transaction != NULL && rt->ops->offchain_submit_transaction(rt->host, extrinsic);
}

static const ph_keyring_t *keyring(ph_rt_t *rt)
{
    return rt->ops->keyring != NULL ? rt->ops->keyring(rt->host) : NULL;
}

ph_err_t ph_host_key_generate(ph_rt_t *rt, uint8_t out[PH_KEYRING_PUBLIC_MAX], ph_key_scheme_t scheme,
                              const uint8_t type[4], const ph_bytes_t *uri)
{
    static const char *const names[] = {
        [PH_KEY_SR25519] = "sr25519", [PH_KEY_ED25519] = "ed25519", [PH_KEY_ECDSA] = "ecdsa"};
    const ph_keyring_t *keys = keyring(rt);
    if (keys == NULL)
        return ph_rt_panic(rt, "%s_generate: this call has no keystore", names[scheme]);
    if (!keys->generate(keys->self, out, scheme, type, uri))
        return ph_rt_panic(rt, "%s_generate failed", names[scheme]);
    return PH_OK;
}

bool ph_host_key_sign(ph_rt_t *rt, uint8_t out[PH_KEYRING_SIGNATURE_MAX], ph_key_scheme_t scheme, const uint8_t type[4],
                      const uint8_t *public_key, ph_bytes_t message)
{
    const ph_keyring_t *keys = keyring(rt);
    return keys != NULL && keys->sign(keys->self, out, scheme, type, public_key, message, false);
}
