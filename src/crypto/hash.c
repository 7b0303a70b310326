#include "crypto/hash.h"

#include <sodium.h>

#include "crypto/keccak.h"

void ph_keccak_256(uint8_t out[32], ph_bytes_t in)
{
    ph_keccak_hash(out, 32, in.data, in.len);
}
void ph_keccak_512(uint8_t out[64], ph_bytes_t in)
{
    ph_keccak_hash(out, 64, in.data, in.len);
}
void ph_sha2_256(uint8_t out[32], ph_bytes_t in)
{
    crypto_hash_sha256(out, in.data, in.len);
}
