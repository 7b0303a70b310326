/* What the wasm body imports from its host, module "env": Substrate's host functions. A fat value is an address in the
 * low 32 bits and a length in the high ones. (sp-io 49, sp-runtime-interface 37.) */
#ifndef PH_RUNTIME_WASM32_HOST_H
#define PH_RUNTIME_WASM32_HOST_H

#include <stdint.h>

#include "base/bytes.h"

#define PH_IMPORT(name) __attribute__((import_module("env"), import_name(#name))) name

typedef uint64_t ph_fat_t;

static inline ph_fat_t ph_fat(ph_bytes_t b)
{
    return (uint64_t)b.len << 32 | (uint32_t)(uintptr_t)b.data;
}
static inline ph_bytes_t ph_unfat(ph_fat_t f)
{
    return ph_bytes((const void *)(uintptr_t)(uint32_t)f, (size_t)(f >> 32));
}

uint32_t PH_IMPORT(ext_allocator_malloc_version_1)(uint32_t size);
void PH_IMPORT(ext_allocator_free_version_1)(uint32_t address);
ph_fat_t PH_IMPORT(ext_storage_get_version_1)(ph_fat_t key);
void PH_IMPORT(ext_storage_set_version_1)(ph_fat_t key, ph_fat_t value);
void PH_IMPORT(ext_storage_clear_version_1)(ph_fat_t key);
uint32_t PH_IMPORT(ext_storage_exists_version_1)(ph_fat_t key);
ph_fat_t PH_IMPORT(ext_storage_clear_prefix_version_2)(ph_fat_t prefix, ph_fat_t limit);
void PH_IMPORT(ext_storage_append_version_1)(ph_fat_t key, ph_fat_t value);
ph_fat_t PH_IMPORT(ext_storage_next_key_version_1)(ph_fat_t key);
ph_fat_t PH_IMPORT(ext_storage_root_version_2)(uint32_t version);
void PH_IMPORT(ext_storage_start_transaction_version_1)(void);
void PH_IMPORT(ext_storage_rollback_transaction_version_1)(void);
void PH_IMPORT(ext_storage_commit_transaction_version_1)(void);
uint32_t PH_IMPORT(ext_trie_blake2_256_ordered_root_version_2)(ph_fat_t values, uint32_t version);
uint32_t PH_IMPORT(ext_crypto_sr25519_verify_version_2)(const uint8_t *signature, ph_fat_t message, const uint8_t *key);
uint32_t PH_IMPORT(ext_crypto_ed25519_verify_version_1)(const uint8_t *signature, ph_fat_t message, const uint8_t *key);
ph_fat_t PH_IMPORT(ext_crypto_secp256k1_ecdsa_recover_compressed_version_2)(const uint8_t *signature,
                                                                            const uint8_t *hash);
uint32_t PH_IMPORT(ext_crypto_sr25519_generate_version_1)(const uint8_t *type, ph_fat_t seed);
ph_fat_t PH_IMPORT(ext_crypto_sr25519_sign_version_1)(const uint8_t *type, const uint8_t *key, ph_fat_t message);
uint32_t PH_IMPORT(ext_crypto_ed25519_generate_version_1)(const uint8_t *type, ph_fat_t seed);
ph_fat_t PH_IMPORT(ext_crypto_ed25519_sign_version_1)(const uint8_t *type, const uint8_t *key, ph_fat_t message);
uint32_t PH_IMPORT(ext_crypto_ecdsa_generate_version_1)(const uint8_t *type, ph_fat_t seed);
ph_fat_t PH_IMPORT(ext_crypto_ecdsa_sign_version_1)(const uint8_t *type, const uint8_t *key, ph_fat_t message);
uint32_t PH_IMPORT(ext_hashing_blake2_128_version_1)(ph_fat_t in);
uint32_t PH_IMPORT(ext_hashing_blake2_256_version_1)(ph_fat_t in);
uint32_t PH_IMPORT(ext_hashing_twox_64_version_1)(ph_fat_t in);
uint32_t PH_IMPORT(ext_hashing_twox_128_version_1)(ph_fat_t in);
uint32_t PH_IMPORT(ext_hashing_twox_256_version_1)(ph_fat_t in);
uint32_t PH_IMPORT(ext_hashing_keccak_256_version_1)(ph_fat_t in);
ph_fat_t PH_IMPORT(ext_misc_runtime_version_version_1)(ph_fat_t code);
ph_fat_t PH_IMPORT(ext_offchain_submit_transaction_version_1)(ph_fat_t extrinsic);
void PH_IMPORT(ext_logging_log_version_1)(uint32_t level, ph_fat_t target, ph_fat_t text);
_Noreturn void PH_IMPORT(ext_panic_handler_abort_on_panic_version_1)(ph_fat_t why);

#endif
