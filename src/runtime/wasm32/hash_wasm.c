/* The crypto room's hashes, where primitives use them: by the host, which is faster than the blob. */
#include <string.h>

#include "crypto/hash.h"
#include "runtime/wasm32/host.h"

static void take(uint8_t *out, size_t len, uint32_t address)
{
    memcpy(out, (const void *)(uintptr_t)address, len);
    ext_allocator_free_version_1(address);
}

void ph_blake2_128(uint8_t out[16], ph_bytes_t in)
{
    take(out, 16, ext_hashing_blake2_128_version_1(ph_fat(in)));
}

void ph_blake2_256(uint8_t out[32], ph_bytes_t in)
{
    take(out, 32, ext_hashing_blake2_256_version_1(ph_fat(in)));
}

void ph_twox_64(uint8_t out[8], ph_bytes_t in)
{
    take(out, 8, ext_hashing_twox_64_version_1(ph_fat(in)));
}

void ph_twox_128(uint8_t out[16], ph_bytes_t in)
{
    take(out, 16, ext_hashing_twox_128_version_1(ph_fat(in)));
}

void ph_twox_256(uint8_t out[32], ph_bytes_t in)
{
    take(out, 32, ext_hashing_twox_256_version_1(ph_fat(in)));
}

void ph_keccak_256(uint8_t out[32], ph_bytes_t in)
{
    take(out, 32, ext_hashing_keccak_256_version_1(ph_fat(in)));
}
