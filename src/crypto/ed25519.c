#include "crypto/ed25519.h"

#include <sodium.h>
#include <string.h>

#include "crypto/curve.h"

void ph_ed25519_from_seed(ph_ed25519_keypair_t *out, const uint8_t seed[32])
{
    uint8_t secret[64];
    memcpy(out->seed, seed, 32);
    (void)crypto_sign_ed25519_seed_keypair(out->public_key, secret, seed);
    sodium_memzero(secret, sizeof secret);
}

void ph_ed25519_wipe(ph_ed25519_keypair_t *pair)
{
    sodium_memzero(pair, sizeof *pair);
}

void ph_ed25519_sign(const ph_ed25519_keypair_t *pair, uint8_t signature[64], ph_bytes_t message)
{
    uint8_t secret[64];
    memcpy(secret, pair->seed, 32);
    memcpy(secret + 32, pair->public_key, 32);
    (void)crypto_sign_ed25519_detached(signature, NULL, message.data, message.len, secret);
    sodium_memzero(secret, sizeof secret);
}

/* SHA-512(R ‖ A ‖ message) modulo L. */
static void challenge(uint8_t out[32], const uint8_t r[32], const uint8_t a[32], ph_bytes_t message)
{
    crypto_hash_sha512_state h;
    uint8_t wide[64];
    crypto_hash_sha512_init(&h);
    crypto_hash_sha512_update(&h, r, 32);
    crypto_hash_sha512_update(&h, a, 32);
    crypto_hash_sha512_update(&h, message.data, message.len);
    crypto_hash_sha512_final(&h, wide);
    crypto_core_ed25519_scalar_reduce(out, wide);
}

bool ph_ed25519_verify(const uint8_t signature[64], ph_bytes_t message, const uint8_t public_key[32])
{
    ph_point_t a, r, sum;
    ph_point_table_t minus_a;
    uint8_t k[32];
    if (!ph_scalar_is_canonical(signature + 32) || ph_edwards_decode_zip215(&a, public_key) != PH_OK ||
        ph_edwards_decode_zip215(&r, signature) != PH_OK)
        return false;
    challenge(k, signature, public_key, message);
    ph_point_neg(&a, &a);
    ph_point_table(&minus_a, &a);
    ph_point_sum(&sum, signature + 32, (const uint8_t(*)[32])(const void *)k, &minus_a, 1);
    ph_point_neg(&r, &r);
    ph_point_add(&sum, &sum, &r);
    return ph_edwards_is_small_order(&sum);
}
