/* Ed25519: signing as RFC 8032, verification by ZIP-215, so that every node gives one verdict on every signature. */
#ifndef PH_CRYPTO_ED25519_H
#define PH_CRYPTO_ED25519_H

#include "base/bytes.h"

typedef struct ph_ed25519_keypair {
    uint8_t seed[32];
    uint8_t public_key[32];
} ph_ed25519_keypair_t;

void ph_ed25519_from_seed(ph_ed25519_keypair_t *out, const uint8_t seed[32]);
void ph_ed25519_wipe(ph_ed25519_keypair_t *pair);
/* Deterministic. */
void ph_ed25519_sign(const ph_ed25519_keypair_t *pair, uint8_t signature[64], ph_bytes_t message);
/* Takes any encoding of any point for key and R, the low-order ones too; refuses s ≥ L; checks 8(sB − R − kA) = 0.
 * (Source: ZIP-215, ed25519-zebra.) */
bool ph_ed25519_verify(const uint8_t signature[64], ph_bytes_t message, const uint8_t public_key[32]);

#endif
