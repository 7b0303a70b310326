#include "pvf/host_functions.h"

#include <stdio.h>
#include <string.h>

#include "crypto/hash.h"

#define LOG_SHOWN_MAX 2048u
/* Fuel for the host's work on a byte, so that hashing is not free. */
#define FUEL_PER_BYTE 2u

static ph_pvf_run_t *run_of(ph_wasm_instance_t *instance)
{
    return ph_wasm_instance_user(instance);
}

/* A pointer-and-length argument: address in the low half, length in the high half. */
static ph_err_t span(ph_wasm_instance_t *instance, ph_bytes_t *out, uint64_t arg)
{
    if (ph_wasm_memory_at(instance, out, (uint32_t)arg, (uint32_t)(arg >> 32)) != PH_OK)
        return ph_wasm_refuse(instance, PH_ERR_INVALID, "host function argument outside of memory");
    return PH_OK;
}

/* Log levels are Substrate's: 0 error … 4 trace, which are ours too. */
static ph_err_t log_message(ph_wasm_instance_t *instance, uint64_t *result, const uint64_t *args)
{
    (void)result;
    ph_pvf_run_t *run = run_of(instance);
    ph_bytes_t target, message;
    PH_TRY(span(instance, &target, args[1]));
    PH_TRY(span(instance, &message, args[2]));
    uint32_t level = (uint32_t)args[0];
    int shown = (int)(message.len < LOG_SHOWN_MAX ? message.len : LOG_SHOWN_MAX);
    if (level == PH_LOG_ERROR)
        snprintf(run->last_error, sizeof run->last_error, "%.*s", shown, message.len ? (const char *)message.data : "");
    if (run->log)
        ph_log(run->log, level <= PH_LOG_TRACE ? (ph_log_level_t)level : PH_LOG_TRACE, "pvf", "%.*s", shown,
               message.len ? (const char *)message.data : "");
    return PH_OK;
}

/* 0: nothing that the code could find out depends on what this node wants to hear. */
static ph_err_t log_max_level(ph_wasm_instance_t *instance, uint64_t *result, const uint64_t *args)
{
    (void)instance;
    (void)args;
    *result = 0;
    return PH_OK;
}

static ph_err_t print_nothing(ph_wasm_instance_t *instance, uint64_t *result, const uint64_t *args)
{
    (void)instance;
    (void)result;
    (void)args;
    return PH_OK;
}

static ph_err_t give(ph_wasm_instance_t *instance, uint64_t *result, uint32_t len)
{
    uint32_t at;
    if (ph_wasm_allocate(&run_of(instance)->allocator, instance, &at, len) != PH_OK)
        return ph_wasm_refuse(instance, PH_ERR_INVALID, "allocator: no %u bytes to give", len);
    *result = at;
    return PH_OK;
}

static ph_err_t heap_malloc(ph_wasm_instance_t *instance, uint64_t *result, const uint64_t *args)
{
    return give(instance, result, (uint32_t)args[0]);
}

static ph_err_t heap_free(ph_wasm_instance_t *instance, uint64_t *result, const uint64_t *args)
{
    (void)result;
    if (ph_wasm_deallocate(&run_of(instance)->allocator, instance, (uint32_t)args[0]) != PH_OK)
        return ph_wasm_refuse(instance, PH_ERR_INVALID, "allocator: no block at %u", (uint32_t)args[0]);
    return PH_OK;
}

typedef void (*hash_fn_t)(uint8_t *out, ph_bytes_t in);

static ph_err_t hash(ph_wasm_instance_t *instance, uint64_t *result, uint64_t arg, hash_fn_t fn, size_t len)
{
    ph_bytes_t in;
    uint8_t out[64];
    PH_TRY(span(instance, &in, arg));
    PH_TRY(ph_wasm_fuel_take(instance, (uint64_t)in.len * FUEL_PER_BYTE));
    fn(out, in);
    PH_TRY(give(instance, result, (uint32_t)len));
    return ph_wasm_memory_write(instance, (uint32_t)*result, ph_bytes(out, len));
}

#define HASH(name, len)                                                                                                \
    static void hash_##name(uint8_t *out, ph_bytes_t in)                                                               \
    {                                                                                                                  \
        ph_##name(out, in);                                                                                            \
    }                                                                                                                  \
    static ph_err_t import_##name(ph_wasm_instance_t *instance, uint64_t *result, const uint64_t *args)                \
    {                                                                                                                  \
        return hash(instance, result, args[0], hash_##name, len);                                                      \
    }
HASH(blake2_128, 16)
HASH(blake2_256, 32)
HASH(keccak_256, 32)
HASH(keccak_512, 64)
HASH(sha2_256, 32)
HASH(twox_64, 8)
HASH(twox_128, 16)
HASH(twox_256, 32)

const ph_wasm_import_t ph_pvf_imports[] = {
    {"ext_logging_log_version_1", "iII>", log_message},
    {"ext_logging_max_level_version_1", ">i", log_max_level},
    {"ext_misc_print_num_version_1", "I>", print_nothing},
    {"ext_misc_print_utf8_version_1", "I>", print_nothing},
    {"ext_misc_print_hex_version_1", "I>", print_nothing},
    {"ext_allocator_malloc_version_1", "i>i", heap_malloc},
    {"ext_allocator_free_version_1", "i>", heap_free},
    {"ext_hashing_blake2_128_version_1", "I>i", import_blake2_128},
    {"ext_hashing_blake2_256_version_1", "I>i", import_blake2_256},
    {"ext_hashing_keccak_256_version_1", "I>i", import_keccak_256},
    {"ext_hashing_keccak_512_version_1", "I>i", import_keccak_512},
    {"ext_hashing_sha2_256_version_1", "I>i", import_sha2_256},
    {"ext_hashing_twox_64_version_1", "I>i", import_twox_64},
    {"ext_hashing_twox_128_version_1", "I>i", import_twox_128},
    {"ext_hashing_twox_256_version_1", "I>i", import_twox_256},
};
const size_t ph_pvf_import_count = sizeof ph_pvf_imports / sizeof ph_pvf_imports[0];
