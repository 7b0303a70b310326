/* What the files of hostapi/ share: the list of imports and the way to the call's struct. */
#ifndef PH_HOSTAPI_INTERNAL_H
#define PH_HOSTAPI_INTERNAL_H

#include "hostapi/hostapi.h"

/* X(name without "ext_", signature) */
#define PH_HOSTAPI_RUNTIME_IMPORTS(X)                                                                                  \
    X(storage_get_version_1, "I>I")                                                                                    \
    X(storage_read_version_1, "IIi>I")                                                                                 \
    X(storage_set_version_1, "II>")                                                                                    \
    X(storage_clear_version_1, "I>")                                                                                   \
    X(storage_exists_version_1, "I>i")                                                                                 \
    X(storage_clear_prefix_version_1, "I>")                                                                            \
    X(storage_clear_prefix_version_2, "II>I")                                                                          \
    X(storage_append_version_1, "II>")                                                                                 \
    X(storage_root_version_1, ">I")                                                                                    \
    X(storage_root_version_2, "i>I")                                                                                   \
    X(storage_changes_root_version_1, "I>I")                                                                           \
    X(storage_next_key_version_1, "I>I")                                                                               \
    X(storage_start_transaction_version_1, ">")                                                                        \
    X(storage_rollback_transaction_version_1, ">")                                                                     \
    X(storage_commit_transaction_version_1, ">")                                                                       \
    X(default_child_storage_get_version_1, "II>I")                                                                     \
    X(default_child_storage_read_version_1, "IIIi>I")                                                                  \
    X(default_child_storage_set_version_1, "III>")                                                                     \
    X(default_child_storage_clear_version_1, "II>")                                                                    \
    X(default_child_storage_exists_version_1, "II>i")                                                                  \
    X(default_child_storage_storage_kill_version_1, "I>")                                                              \
    X(default_child_storage_storage_kill_version_2, "II>i")                                                            \
    X(default_child_storage_storage_kill_version_3, "II>I")                                                            \
    X(default_child_storage_clear_prefix_version_1, "II>")                                                             \
    X(default_child_storage_clear_prefix_version_2, "III>I")                                                           \
    X(default_child_storage_root_version_1, "I>I")                                                                     \
    X(default_child_storage_root_version_2, "Ii>I")                                                                    \
    X(default_child_storage_next_key_version_1, "II>I")                                                                \
    X(trie_blake2_256_root_version_1, "I>i")                                                                           \
    X(trie_blake2_256_root_version_2, "Ii>i")                                                                          \
    X(trie_blake2_256_ordered_root_version_1, "I>i")                                                                   \
    X(trie_blake2_256_ordered_root_version_2, "Ii>i")                                                                  \
    X(trie_blake2_256_verify_proof_version_1, "iIII>i")                                                                \
    X(trie_blake2_256_verify_proof_version_2, "iIIIi>i")                                                               \
    X(crypto_ed25519_verify_version_1, "iIi>i")                                                                        \
    X(crypto_ed25519_batch_verify_version_1, "iIi>i")                                                                  \
    X(crypto_sr25519_verify_version_1, "iIi>i")                                                                        \
    X(crypto_sr25519_verify_version_2, "iIi>i")                                                                        \
    X(crypto_sr25519_batch_verify_version_1, "iIi>i")                                                                  \
    X(crypto_ecdsa_verify_version_1, "iIi>i")                                                                          \
    X(crypto_ecdsa_verify_version_2, "iIi>i")                                                                          \
    X(crypto_ecdsa_verify_prehashed_version_1, "iii>i")                                                                \
    X(crypto_ecdsa_batch_verify_version_1, "iIi>i")                                                                    \
    X(crypto_start_batch_verify_version_1, ">")                                                                        \
    X(crypto_finish_batch_verify_version_1, ">i")                                                                      \
    X(crypto_secp256k1_ecdsa_recover_version_1, "ii>I")                                                                \
    X(crypto_secp256k1_ecdsa_recover_version_2, "ii>I")                                                                \
    X(crypto_secp256k1_ecdsa_recover_compressed_version_1, "ii>I")                                                     \
    X(crypto_secp256k1_ecdsa_recover_compressed_version_2, "ii>I")                                                     \
    X(crypto_ed25519_public_keys_version_1, "i>I")                                                                     \
    X(crypto_ed25519_generate_version_1, "iI>i")                                                                       \
    X(crypto_ed25519_sign_version_1, "iiI>I")                                                                          \
    X(crypto_sr25519_public_keys_version_1, "i>I")                                                                     \
    X(crypto_sr25519_generate_version_1, "iI>i")                                                                       \
    X(crypto_sr25519_sign_version_1, "iiI>I")                                                                          \
    X(crypto_ecdsa_public_keys_version_1, "i>I")                                                                       \
    X(crypto_ecdsa_generate_version_1, "iI>i")                                                                         \
    X(crypto_ecdsa_sign_version_1, "iiI>I")                                                                            \
    X(crypto_ecdsa_sign_prehashed_version_1, "iii>I")                                                                  \
    X(misc_runtime_version_version_1, "I>I")                                                                           \
    X(logging_log_version_1, "iII>")                                                                                   \
    X(logging_max_level_version_1, ">i")                                                                               \
    X(panic_handler_abort_on_panic_version_1, "I>")                                                                    \
    X(offchain_index_set_version_1, "II>")                                                                             \
    X(offchain_index_clear_version_1, "I>")                                                                            \
    X(offchain_submit_transaction_version_1, "I>I")                                                                    \
    X(transaction_index_index_version_1, "iii>")                                                                       \
    X(transaction_index_renew_version_1, "ii>")                                                                        \
    X(wasm_tracing_enabled_version_1, "I>i")                                                                           \
    X(wasm_tracing_enter_span_version_1, "I>I")                                                                        \
    X(wasm_tracing_event_version_1, "I>")                                                                              \
    X(wasm_tracing_exit_version_1, "I>")

PH_HOSTAPI_RUNTIME_IMPORTS(PH_HOSTAPI_DECLARE)

/* The head of such a function. */
#define PH_HOSTAPI(name)                                                                                               \
    ph_err_t ph_hostapi_##name(ph_wasm_instance_t *instance, uint64_t *result, const uint64_t *args)

static inline ph_hostapi_t *ph_hostapi_of(ph_wasm_instance_t *instance)
{
    return ph_wasm_instance_user(instance);
}

/* PassAs<StateVersion, u8>. INVALID: it is neither 0 nor 1. */
PH_MUST_CHECK ph_err_t ph_hostapi_state_version(ph_wasm_instance_t *instance, int *out, uint64_t arg);

#endif
