#include "hostapi/base.h"

#include "crypto/hash.h"
#include "scale/scale.h"

static ph_hostapi_base_t *base_of(ph_wasm_instance_t *instance)
{
    return ph_wasm_instance_user(instance);
}

/* ---- arguments ---- */

ph_err_t ph_hostapi_span(ph_wasm_instance_t *instance, ph_bytes_t *out, uint64_t fat)
{
    if (ph_wasm_memory_at(instance, out, (uint32_t)fat, (uint32_t)(fat >> 32)) != PH_OK)
        return ph_wasm_refuse(instance, PH_ERR_INVALID, "host function argument outside of memory");
    return PH_OK;
}

ph_err_t ph_hostapi_fixed(ph_wasm_instance_t *instance, const uint8_t **out, uint64_t address, uint32_t len)
{
    ph_bytes_t window;
    PH_TRY(ph_hostapi_span(instance, &window, (uint64_t)len << 32 | (uint32_t)address));
    *out = window.data;
    return PH_OK;
}

/* ---- answers ---- */

static ph_err_t allocate(ph_wasm_instance_t *instance, uint32_t *at, size_t len)
{
    if (len > UINT32_MAX || ph_wasm_allocate(&base_of(instance)->allocator, instance, at, (uint32_t)len) != PH_OK)
        return ph_wasm_refuse(instance, PH_ERR_INVALID, "allocator: no %zu bytes to give", len);
    return PH_OK;
}

ph_err_t ph_hostapi_give(ph_wasm_instance_t *instance, uint64_t *result_fat, ph_bytes_t bytes)
{
    uint32_t at;
    PH_TRY(allocate(instance, &at, bytes.len));
    PH_TRY(ph_wasm_memory_write(instance, at, bytes));
    *result_fat = (uint64_t)bytes.len << 32 | at;
    return PH_OK;
}

ph_err_t ph_hostapi_give_fixed(ph_wasm_instance_t *instance, uint64_t *result_address, const uint8_t *data,
                               uint32_t len)
{
    PH_TRY(ph_hostapi_give(instance, result_address, ph_bytes(data, len)));
    *result_address = (uint32_t)*result_address;
    return PH_OK;
}

ph_err_t ph_hostapi_give_option(ph_wasm_instance_t *instance, uint64_t *result_fat, const ph_bytes_t *value)
{
    ph_writer_t w = PH_WRITER_HEAP;
    ph_write_u8(&w, value != NULL);
    if (value)
        ph_write_bytes(&w, *value);
    ph_err_t err = ph_hostapi_give(instance, result_fat, ph_writer_bytes(&w));
    ph_writer_free(&w);
    return err;
}

/* ---- heap ---- */

ph_err_t ph_hostapi_allocator_malloc_version_1(ph_wasm_instance_t *instance, uint64_t *result, const uint64_t *args)
{
    uint32_t at;
    PH_TRY(allocate(instance, &at, (uint32_t)args[0]));
    *result = at;
    return PH_OK;
}

ph_err_t ph_hostapi_allocator_free_version_1(ph_wasm_instance_t *instance, uint64_t *result, const uint64_t *args)
{
    (void)result;
    if (ph_wasm_deallocate(&base_of(instance)->allocator, instance, (uint32_t)args[0]) != PH_OK)
        return ph_wasm_refuse(instance, PH_ERR_INVALID, "allocator: no block at %u", (uint32_t)args[0]);
    return PH_OK;
}

/* ---- hashing ---- */

typedef void (*hash_fn_t)(uint8_t *out, ph_bytes_t in);

static ph_err_t hash(ph_wasm_instance_t *instance, uint64_t *result, uint64_t arg, hash_fn_t fn, uint32_t len)
{
    ph_bytes_t in;
    uint8_t out[64];
    PH_TRY(ph_hostapi_span(instance, &in, arg));
    PH_TRY(ph_wasm_fuel_take(instance, (uint64_t)in.len * base_of(instance)->fuel_per_byte));
    fn(out, in);
    return ph_hostapi_give_fixed(instance, result, out, len);
}

#define HASH(name, len)                                                                                                \
    static void hash_##name(uint8_t *out, ph_bytes_t in)                                                               \
    {                                                                                                                  \
        ph_##name(out, in);                                                                                            \
    }                                                                                                                  \
    ph_err_t ph_hostapi_hashing_##name##_version_1(ph_wasm_instance_t *instance, uint64_t *result,                     \
                                                   const uint64_t *args)                                               \
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

/* ---- printing ---- */

ph_err_t ph_hostapi_misc_print_num_version_1(ph_wasm_instance_t *instance, uint64_t *result, const uint64_t *args)
{
    (void)result;
    ph_log(base_of(instance)->log, PH_LOG_DEBUG, "runtime", "%llu", (unsigned long long)args[0]);
    return PH_OK;
}

ph_err_t ph_hostapi_misc_print_utf8_version_1(ph_wasm_instance_t *instance, uint64_t *result, const uint64_t *args)
{
    (void)result;
    ph_bytes_t text;
    PH_TRY(ph_hostapi_span(instance, &text, args[0]));
    int shown = (int)(text.len < PH_HOSTAPI_LOG_SHOWN_MAX ? text.len : PH_HOSTAPI_LOG_SHOWN_MAX);
    ph_log(base_of(instance)->log, PH_LOG_DEBUG, "runtime", "%.*s", shown, text.len ? (const char *)text.data : "");
    return PH_OK;
}

ph_err_t ph_hostapi_misc_print_hex_version_1(ph_wasm_instance_t *instance, uint64_t *result, const uint64_t *args)
{
    enum { SHOWN_MAX = 256 };
    (void)result;
    char text[2 * SHOWN_MAX + 1];
    ph_bytes_t bytes;
    PH_TRY(ph_hostapi_span(instance, &bytes, args[0]));
    ph_hex(text, ph_bytes(bytes.data, bytes.len < SHOWN_MAX ? bytes.len : SHOWN_MAX));
    ph_log(base_of(instance)->log, PH_LOG_DEBUG, "runtime", "%s", text);
    return PH_OK;
}
