/* The Keccak-f[1600] permutation and the original (pre-SHA-3) Keccak hash. Freestanding: also part of the runtime's
 * wasm body. (Source: The Keccak reference 3.0; FIPS 202 for the permutation.)
 */
#ifndef PH_CRYPTO_KECCAK_H
#define PH_CRYPTO_KECCAK_H

#include <stddef.h>
#include <stdint.h>

/* Lanes in the order x + 5y, as little-endian integers. */
void ph_keccak_f1600(uint64_t lanes[25]);

/* Keccak with padding 0x01 and capacity 2*out_len; out_len is 32 or 64. */
void ph_keccak_hash(uint8_t *out, size_t out_len, const uint8_t *in, size_t in_len);

#endif
