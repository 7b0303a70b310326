#include "trie/keys.h"

#include "base/check.h"
#include "crypto/hash.h"

const ph_bytes_t ph_child_storage_prefix = {(uint8_t *)(uintptr_t) ":child_storage:", 15};
const ph_bytes_t ph_default_child_prefix = {(uint8_t *)(uintptr_t) ":child_storage:default:", 23};

void ph_storage_prefix(uint8_t out[32], ph_bytes_t pallet, ph_bytes_t item)
{
    ph_twox_128(out, pallet);
    ph_twox_128(out + 16, item);
}

size_t ph_hasher_len(ph_hasher_t hasher, bool *keeps_key)
{
    *keeps_key =
        hasher == PH_HASHER_IDENTITY || hasher == PH_HASHER_TWOX_64_CONCAT || hasher == PH_HASHER_BLAKE2_128_CONCAT;
    switch (hasher) {
    case PH_HASHER_IDENTITY:
        return 0;
    case PH_HASHER_TWOX_64_CONCAT:
        return 8;
    case PH_HASHER_TWOX_128:
    case PH_HASHER_BLAKE2_128:
    case PH_HASHER_BLAKE2_128_CONCAT:
        return 16;
    case PH_HASHER_TWOX_256:
    case PH_HASHER_BLAKE2_256:
        return 32;
    }
    PH_UNREACHABLE();
}

void ph_storage_hash_key(ph_writer_t *out, ph_hasher_t hasher, ph_bytes_t key)
{
    uint8_t digest[32];
    switch (hasher) {
    case PH_HASHER_IDENTITY:
        break;
    case PH_HASHER_TWOX_64_CONCAT:
        ph_twox_64(digest, key);
        break;
    case PH_HASHER_TWOX_128:
        ph_twox_128(digest, key);
        break;
    case PH_HASHER_TWOX_256:
        ph_twox_256(digest, key);
        break;
    case PH_HASHER_BLAKE2_128:
    case PH_HASHER_BLAKE2_128_CONCAT:
        ph_blake2_128(digest, key);
        break;
    case PH_HASHER_BLAKE2_256:
        ph_blake2_256(digest, key);
        break;
    }
    bool keeps_key;
    ph_write(out, digest, ph_hasher_len(hasher, &keeps_key));
    if (keeps_key)
        ph_write(out, key.data, key.len);
}

void ph_child_storage_key(ph_writer_t *out, ph_bytes_t storage_key)
{
    ph_write(out, ph_default_child_prefix.data, ph_default_child_prefix.len);
    ph_write(out, storage_key.data, storage_key.len);
}
