/* What the hosts of all blobs have in common, runtimes and validation functions alike: arguments that point into the
 * module's memory, answers that are put there, the heap, hashing, printing.
 *
 * A pointer argument is an address (i32), a fat one an address in the low and a length in the high half (i64). Nothing
 * of either is believed: what lies outside of the memory traps. (Source: sp-runtime-interface 37, sp-io 49.)
 */
#ifndef PH_HOSTAPI_BASE_H
#define PH_HOSTAPI_BASE_H

#include "base/log.h"
#include "wasm/allocator.h"

/* What the `user` of an instance that imports these functions begins with. */
typedef struct ph_hostapi_base {
    ph_wasm_allocator_t allocator;
    ph_log_t *log;          /* what the code prints; NULL: the default */
    uint32_t fuel_per_byte; /* taken for the bytes that are hashed, so that hashing is not free */
} ph_hostapi_base_t;

#define PH_HOSTAPI_LOG_SHOWN_MAX 2048u

/* ---- arguments: views into the module's memory, valid until code runs or memory grows. INVALID: outside of it ---- */
PH_MUST_CHECK ph_err_t ph_hostapi_span(ph_wasm_instance_t *instance, ph_bytes_t *out, uint64_t fat);
PH_MUST_CHECK ph_err_t ph_hostapi_fixed(ph_wasm_instance_t *instance, const uint8_t **out, uint64_t address,
                                        uint32_t len);

/* ---- answers: copied into blocks of the module's heap. `bytes` must not lie in the module's memory. INVALID: the heap
 * has no room ---- */
PH_MUST_CHECK ph_err_t ph_hostapi_give(ph_wasm_instance_t *instance, uint64_t *result_fat, ph_bytes_t bytes);
PH_MUST_CHECK ph_err_t ph_hostapi_give_fixed(ph_wasm_instance_t *instance, uint64_t *result_address,
                                             const uint8_t *data, uint32_t len);
/* SCALE Option<Vec<u8>>; value NULL: None. */
PH_MUST_CHECK ph_err_t ph_hostapi_give_option(ph_wasm_instance_t *instance, uint64_t *result_fat,
                                              const ph_bytes_t *value);

/* X(name without "ext_", signature) */
#define PH_HOSTAPI_BASE_IMPORTS(X)                                                                                     \
    X(allocator_malloc_version_1, "i>i")                                                                               \
    X(allocator_free_version_1, "i>")                                                                                  \
    X(hashing_blake2_128_version_1, "I>i")                                                                             \
    X(hashing_blake2_256_version_1, "I>i")                                                                             \
    X(hashing_keccak_256_version_1, "I>i")                                                                             \
    X(hashing_keccak_512_version_1, "I>i")                                                                             \
    X(hashing_sha2_256_version_1, "I>i")                                                                               \
    X(hashing_twox_64_version_1, "I>i")                                                                                \
    X(hashing_twox_128_version_1, "I>i")                                                                               \
    X(hashing_twox_256_version_1, "I>i")                                                                               \
    X(misc_print_num_version_1, "I>")                                                                                  \
    X(misc_print_utf8_version_1, "I>")                                                                                 \
    X(misc_print_hex_version_1, "I>")

#define PH_HOSTAPI_DECLARE(name, signature)                                                                            \
    ph_err_t ph_hostapi_##name(ph_wasm_instance_t *instance, uint64_t *result, const uint64_t *args);
/* An entry of a table of ph_wasm_import_t. */
#define PH_HOSTAPI_ENTRY(name, signature) {"ext_" #name, signature, ph_hostapi_##name},

PH_HOSTAPI_BASE_IMPORTS(PH_HOSTAPI_DECLARE)

#endif
