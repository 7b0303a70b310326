/* Host functions over an overlay and the crypto room. */
#include "chain/native_host.h"

#include <string.h>

#include "base/check.h"
#include "crypto/ecdsa.h"
#include "crypto/ed25519.h"
#include "crypto/hash.h"
#include "crypto/sr25519.h"
#include "hostapi/version.h"
#include "trie/root.h"

static ph_overlay_t *overlay(void *self)
{
    return ((ph_native_host_t *)self)->overlay;
}

/* ---- storage ---- */

static bool storage_get(void *self, ph_bytes_t key, ph_bytes_t *value)
{
    return ph_overlay_get(overlay(self), value, key);
}

static void storage_set(void *self, ph_bytes_t key, ph_bytes_t value)
{
    ph_overlay_set(overlay(self), key, value);
}

static void storage_clear(void *self, ph_bytes_t key)
{
    ph_overlay_clear(overlay(self), key);
}

static bool storage_exists(void *self, ph_bytes_t key)
{
    return ph_overlay_exists(overlay(self), key);
}

static bool storage_clear_prefix(void *self, ph_bytes_t prefix, uint32_t limit, uint32_t *removed)
{
    ph_cleared_t cleared = ph_overlay_clear_prefix(overlay(self), prefix, limit);
    *removed = cleared.loops;
    return cleared.all_removed;
}

static void storage_append(void *self, ph_bytes_t key, ph_bytes_t encoded_item)
{
    ph_overlay_append(overlay(self), key, encoded_item);
}

static bool storage_next_key(void *self, ph_bytes_t key, ph_bytes_t *next)
{
    ph_native_host_t *host = self;
    if (!ph_overlay_next_key(host->overlay, &host->next_key, key))
        return false;
    *next = ph_writer_bytes(&host->next_key);
    return true;
}

static void storage_root(void *self, uint8_t out[32], int state_version)
{
    ph_overlay_root(overlay(self), out, state_version);
}

static void storage_start_transaction(void *self)
{
    ph_overlay_start(overlay(self));
}

/* The runtime ends only what it began. */
static void storage_rollback_transaction(void *self)
{
    ph_err_t err = ph_overlay_rollback(overlay(self));
    PH_CHECK(err == PH_OK);
}

static void storage_commit_transaction(void *self)
{
    ph_err_t err = ph_overlay_commit(overlay(self));
    PH_CHECK(err == PH_OK);
}

static void ordered_root(void *self, uint8_t out[32], const ph_bytes_t *values, size_t count, int version)
{
    (void)self;
    ph_trie_ordered_root(out, values, count, version);
}

/* ---- crypto ---- */

static bool sr25519_verify(void *self, const uint8_t signature[64], ph_bytes_t message, const uint8_t public_key[32])
{
    (void)self;
    return ph_sr25519_verify(signature, message, public_key);
}

static bool ed25519_verify(void *self, const uint8_t signature[64], ph_bytes_t message, const uint8_t public_key[32])
{
    (void)self;
    return ph_ed25519_verify(signature, message, public_key);
}

static bool ecdsa_recover(void *self, uint8_t out[33], const uint8_t signature[65], const uint8_t message[32])
{
    (void)self;
    uint8_t counted[65]; /* recovery ids may count from 27, as Ethereum's do */
    memcpy(counted, signature, sizeof counted);
    if (counted[64] > 26)
        counted[64] = (uint8_t)(counted[64] - 27);
    return ph_ecdsa_recover(out, counted, message) == PH_OK;
}

static void blake2_128(void *self, uint8_t out[16], ph_bytes_t in)
{
    (void)self;
    ph_blake2_128(out, in);
}

static void blake2_256(void *self, uint8_t out[32], ph_bytes_t in)
{
    (void)self;
    ph_blake2_256(out, in);
}

static void twox_64(void *self, uint8_t out[8], ph_bytes_t in)
{
    (void)self;
    ph_twox_64(out, in);
}

static void twox_128(void *self, uint8_t out[16], ph_bytes_t in)
{
    (void)self;
    ph_twox_128(out, in);
}

static void twox_256(void *self, uint8_t out[32], ph_bytes_t in)
{
    (void)self;
    ph_twox_256(out, in);
}

static void keccak_256(void *self, uint8_t out[32], ph_bytes_t in)
{
    (void)self;
    ph_keccak_256(out, in);
}

/* ---- code ---- */

static bool runtime_version(void *self, ph_bytes_t code, ph_bytes_t *version)
{
    ph_native_host_t *host = self;
    ph_writer_reset(&host->version);
    if (ph_hostapi_encode_version(&host->version, code) != PH_OK)
        return false;
    *version = ph_writer_bytes(&host->version);
    return true;
}

static bool submit_transaction(void *self, ph_bytes_t extrinsic)
{
    ph_native_host_t *host = self;
    ph_list_push(NULL, &host->submitted, ph_bytes_copy(NULL, extrinsic));
    return true;
}

static const ph_keyring_t *keyring(void *self)
{
    return ((ph_native_host_t *)self)->keys;
}

static void log_line(void *self, ph_log_level_t level, const char *target, const char *text)
{
    ph_native_host_t *host = self;
    ph_log(host->log, level, target, "%s", text);
}

const ph_host_ops_t ph_native_host_ops = {
    .storage_get = storage_get,
    .storage_set = storage_set,
    .storage_clear = storage_clear,
    .storage_exists = storage_exists,
    .storage_clear_prefix = storage_clear_prefix,
    .storage_append = storage_append,
    .storage_next_key = storage_next_key,
    .storage_root = storage_root,
    .storage_start_transaction = storage_start_transaction,
    .storage_rollback_transaction = storage_rollback_transaction,
    .storage_commit_transaction = storage_commit_transaction,
    .trie_blake2_256_ordered_root = ordered_root,
    .sr25519_verify = sr25519_verify,
    .ed25519_verify = ed25519_verify,
    .secp256k1_ecdsa_recover_compressed = ecdsa_recover,
    .hash_blake2_128 = blake2_128,
    .hash_blake2_256 = blake2_256,
    .hash_twox_64 = twox_64,
    .hash_twox_128 = twox_128,
    .hash_twox_256 = twox_256,
    .hash_keccak_256 = keccak_256,
    .runtime_version = runtime_version,
    .offchain_submit_transaction = submit_transaction,
    .keyring = keyring,
    .log = log_line,
};

void ph_native_host_end(ph_native_host_t *host)
{
    for (size_t i = 0; i < host->submitted.count; i++)
        ph_mem_free(host->submitted.items[i].data);
    ph_list_free(&host->submitted);
    ph_writer_free(&host->next_key);
    ph_writer_free(&host->version);
}
