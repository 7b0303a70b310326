/* The runtime's only window to the world. The functions mirror Substrate's host functions one to one, so that the same
 * sources make a native library (over a table that the embedder fills) and a wasm32 blob (over ext_* imports).
 *
 * A call into the runtime gets a ph_rt_t: the arena of the call, the host, and where a failure is explained. Nothing
 * outlives the call. What the host returns lies in the call's arena.
 */
#ifndef PH_RUNTIME_HOST_H
#define PH_RUNTIME_HOST_H

#include "base/arena.h"
#include "base/bytes.h"
#include "base/log.h"
#include "crypto/keyring.h"

typedef struct ph_rt ph_rt_t;

/* The embedder's side of the native body; `self` is handed through. Keys and values are borrowed until return; values
 * handed back live at least until the next call of the same function, the wrappers below copy them. */
typedef struct ph_host_ops {
    bool (*storage_get)(void *self, ph_bytes_t key, ph_bytes_t *value);
    void (*storage_set)(void *self, ph_bytes_t key, ph_bytes_t value);
    void (*storage_clear)(void *self, ph_bytes_t key);
    bool (*storage_exists)(void *self, ph_bytes_t key);
    /* Removes keys with the prefix; the limit counts keys of the committed state only. limit UINT32_MAX: none.
     * *removed counts; returns true if all are gone. (ext_storage_clear_prefix_version_2) */
    bool (*storage_clear_prefix)(void *self, ph_bytes_t prefix, uint32_t limit, uint32_t *removed);
    void (*storage_append)(void *self, ph_bytes_t key, ph_bytes_t encoded_item);
    bool (*storage_next_key)(void *self, ph_bytes_t key, ph_bytes_t *next);
    void (*storage_root)(void *self, uint8_t out[32], int state_version);
    void (*storage_start_transaction)(void *self);
    void (*storage_rollback_transaction)(void *self);
    void (*storage_commit_transaction)(void *self);
    void (*trie_blake2_256_ordered_root)(void *self, uint8_t out[32], const ph_bytes_t *values, size_t count,
                                         int version);
    bool (*sr25519_verify)(void *self, const uint8_t signature[64], ph_bytes_t message, const uint8_t public_key[32]);
    bool (*ed25519_verify)(void *self, const uint8_t signature[64], ph_bytes_t message, const uint8_t public_key[32]);
    bool (*secp256k1_ecdsa_recover_compressed)(void *self, uint8_t out[33], const uint8_t signature[65],
                                               const uint8_t message[32]);
    void (*hash_blake2_128)(void *self, uint8_t out[16], ph_bytes_t in);
    void (*hash_blake2_256)(void *self, uint8_t out[32], ph_bytes_t in);
    void (*hash_twox_64)(void *self, uint8_t out[8], ph_bytes_t in);
    void (*hash_twox_128)(void *self, uint8_t out[16], ph_bytes_t in);
    void (*hash_twox_256)(void *self, uint8_t out[32], ph_bytes_t in);
    void (*hash_keccak_256)(void *self, uint8_t out[32], ph_bytes_t in);
    /* RuntimeVersion of a code blob, SCALE; false: it has none. (ext_misc_runtime_version) */
    bool (*runtime_version)(void *self, ph_bytes_t code, ph_bytes_t *version);
    /* Hands an extrinsic (length in front) to the node's pool; false: not taken. NULL: there is no pool.
     * (ext_offchain_submit_transaction) */
    bool (*offchain_submit_transaction)(void *self, ph_bytes_t extrinsic);
    /* The keys of the node; NULL, or an answer of NULL: it lends none. (ext_crypto_*_generate, ext_crypto_*_sign) */
    const ph_keyring_t *(*keyring)(void *self);
    void (*log)(void *self, ph_log_level_t level, const char *target, const char *text);
} ph_host_ops_t;

struct ph_rt {
    ph_arena_t *arena;
    const ph_host_ops_t *ops; /* NULL in the wasm body */
    void *host;
    const char *panic; /* why the call failed (PH_ERR_INTERNAL from it): a block that does this is invalid */
    void *cache;       /* private to the runtime, zero at start */
    bool pays_no;      /* the call just carried out costs its caller nothing after all */
    unsigned layers;   /* calls that are being carried out, one inside the other */
};

/* Notes why the call cannot go on and returns PH_ERR_INTERNAL, to be handed up: Substrate's panic. */
PH_MUST_CHECK ph_err_t ph_rt_panic(ph_rt_t *rt, const char *format, ...) PH_PRINTF(2, 3);
void ph_rt_log(ph_rt_t *rt, ph_log_level_t level, const char *target, const char *format, ...) PH_PRINTF(4, 5);

bool ph_host_storage_get(ph_rt_t *rt, ph_bytes_t *value, ph_bytes_t key);
void ph_host_storage_set(ph_rt_t *rt, ph_bytes_t key, ph_bytes_t value);
void ph_host_storage_clear(ph_rt_t *rt, ph_bytes_t key);
bool ph_host_storage_exists(ph_rt_t *rt, ph_bytes_t key);
bool ph_host_storage_clear_prefix(ph_rt_t *rt, ph_bytes_t prefix, uint32_t limit, uint32_t *removed);
void ph_host_storage_append(ph_rt_t *rt, ph_bytes_t key, ph_bytes_t encoded_item);
bool ph_host_storage_next_key(ph_rt_t *rt, ph_bytes_t *next, ph_bytes_t key);
void ph_host_storage_root(ph_rt_t *rt, uint8_t out[32], int state_version);
void ph_host_storage_start_transaction(ph_rt_t *rt);
void ph_host_storage_rollback_transaction(ph_rt_t *rt);
void ph_host_storage_commit_transaction(ph_rt_t *rt);
void ph_host_trie_ordered_root(ph_rt_t *rt, uint8_t out[32], const ph_bytes_t *values, size_t count, int version);
bool ph_host_sr25519_verify(ph_rt_t *rt, const uint8_t signature[64], ph_bytes_t message, const uint8_t public_key[32]);
bool ph_host_ed25519_verify(ph_rt_t *rt, const uint8_t signature[64], ph_bytes_t message, const uint8_t public_key[32]);
bool ph_host_ecdsa_recover(ph_rt_t *rt, uint8_t out[33], const uint8_t signature[65], const uint8_t message[32]);
void ph_host_blake2_128(ph_rt_t *rt, uint8_t out[16], ph_bytes_t in);
void ph_host_blake2_256(ph_rt_t *rt, uint8_t out[32], ph_bytes_t in);
void ph_host_twox_64(ph_rt_t *rt, uint8_t out[8], ph_bytes_t in);
void ph_host_twox_128(ph_rt_t *rt, uint8_t out[16], ph_bytes_t in);
void ph_host_twox_256(ph_rt_t *rt, uint8_t out[32], ph_bytes_t in);
void ph_host_keccak_256(ph_rt_t *rt, uint8_t out[32], ph_bytes_t in);
bool ph_host_runtime_version(ph_rt_t *rt, ph_bytes_t *version, ph_bytes_t code);
bool ph_host_submit_transaction(ph_rt_t *rt, ph_bytes_t extrinsic);
/* As the members of ph_keyring_t. No keystore, or it makes no key: the call cannot go on. */
PH_MUST_CHECK ph_err_t ph_host_key_generate(ph_rt_t *rt, uint8_t out[PH_KEYRING_PUBLIC_MAX], ph_key_scheme_t scheme,
                                            const uint8_t type[4], const ph_bytes_t *uri);
bool ph_host_key_sign(ph_rt_t *rt, uint8_t out[PH_KEYRING_SIGNATURE_MAX], ph_key_scheme_t scheme, const uint8_t type[4],
                      const uint8_t *public_key, ph_bytes_t message);

#endif
