/* Hash functions as Substrate names them. All write `out` of the named length and never fail. */
#ifndef PH_CRYPTO_HASH_H
#define PH_CRYPTO_HASH_H

#include "base/bytes.h"

void ph_blake2_64(uint8_t out[8], ph_bytes_t in);
void ph_blake2_128(uint8_t out[16], ph_bytes_t in);
void ph_blake2_256(uint8_t out[32], ph_bytes_t in);
void ph_blake2_512(uint8_t out[64], ph_bytes_t in);
void ph_twox_64(uint8_t out[8], ph_bytes_t in);
void ph_twox_128(uint8_t out[16], ph_bytes_t in);
void ph_twox_256(uint8_t out[32], ph_bytes_t in);
void ph_keccak_256(uint8_t out[32], ph_bytes_t in);
void ph_keccak_512(uint8_t out[64], ph_bytes_t in);
void ph_sha2_256(uint8_t out[32], ph_bytes_t in);

/* BLAKE2b with a 32-byte digest, in pieces. */
typedef struct ph_blake2b {
    _Alignas(64) uint8_t state[384];
} ph_blake2b_t;
void ph_blake2b_init(ph_blake2b_t *h, size_t out_len /* 1..64 */);
void ph_blake2b_update(ph_blake2b_t *h, ph_bytes_t in);
void ph_blake2b_final(ph_blake2b_t *h, uint8_t *out, size_t out_len);

#endif
