/* ECDSA over secp256k1 as Substrate uses it: 65-byte signatures r ‖ s ‖ recovery id (0..3), verified by recovering the
 * key. Consequences: a high s with the flipped id is valid; an id of 4 and more never is. (Source: sp-core 43.)
 */
#ifndef PH_CRYPTO_ECDSA_H
#define PH_CRYPTO_ECDSA_H

#include "base/bytes.h"

typedef struct ph_ecdsa_keypair {
    uint8_t seed[32];
    uint8_t public_key[33]; /* compressed */
} ph_ecdsa_keypair_t;

/* MALFORMED: the seed is zero or not below the group order. */
PH_MUST_CHECK ph_err_t ph_ecdsa_from_seed(ph_ecdsa_keypair_t *out, const uint8_t seed[32]);
void ph_ecdsa_wipe(ph_ecdsa_keypair_t *pair);
/* Signs the message's BLAKE2b-256; deterministic (RFC 6979), low s. */
void ph_ecdsa_sign(const ph_ecdsa_keypair_t *pair, uint8_t signature[65], ph_bytes_t message);
void ph_ecdsa_sign_prehashed(const ph_ecdsa_keypair_t *pair, uint8_t signature[65], const uint8_t hash[32]);
bool ph_ecdsa_verify(const uint8_t signature[65], ph_bytes_t message, const uint8_t public_key[33]);
bool ph_ecdsa_verify_prehashed(const uint8_t signature[65], const uint8_t hash[32], const uint8_t public_key[33]);
/* The version-1 host functions (verification and recovery) read r and s modulo the group order: this does so in place.
 */
void ph_ecdsa_reduce(uint8_t signature[65]);
/* Version 1 of the host function: ph_ecdsa_verify after ph_ecdsa_reduce. */
bool ph_ecdsa_verify_deprecated(const uint8_t signature[65], ph_bytes_t message, const uint8_t public_key[33]);

/* MALFORMED: r, s or the recovery id is out of range (a recovery id of 27 and more counts from 27 in the host function
 * for Ethereum's sake: the caller subtracts). INVALID: no key signs like that. */
PH_MUST_CHECK ph_err_t ph_ecdsa_recover(uint8_t out_compressed[33], const uint8_t signature[65],
                                        const uint8_t hash[32]);
/* As above, the key as 64 bytes x ‖ y. */
PH_MUST_CHECK ph_err_t ph_ecdsa_recover_full(uint8_t out_xy[64], const uint8_t signature[65], const uint8_t hash[32]);

#endif
