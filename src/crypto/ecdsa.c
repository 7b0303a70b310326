#include "crypto/ecdsa.h"

#include <secp256k1.h>
#include <secp256k1_recovery.h>
#include <sodium.h>
#include <string.h>

#include "base/check.h"
#include "crypto/hash.h"

/* Verifying wants no state at all. */
static const secp256k1_context *verifier(void)
{
    return secp256k1_context_static;
}

/* Signing and key generation want tables of their own, made anew so that nothing global holds them; rare enough here.
 */
static secp256k1_context *signer(void)
{
    secp256k1_context *context = secp256k1_context_create(SECP256K1_CONTEXT_NONE);
    PH_CHECK(context != NULL);
    return context;
}

static void compress(const secp256k1_context *context, uint8_t out[33], const secp256k1_pubkey *key)
{
    size_t len = 33;
    (void)secp256k1_ec_pubkey_serialize(context, out, &len, key, SECP256K1_EC_COMPRESSED);
}

ph_err_t ph_ecdsa_from_seed(ph_ecdsa_keypair_t *out, const uint8_t seed[32])
{
    secp256k1_context *context = signer();
    secp256k1_pubkey key;
    int good = secp256k1_ec_pubkey_create(context, &key, seed);
    if (good) {
        memcpy(out->seed, seed, 32);
        compress(context, out->public_key, &key);
    }
    secp256k1_context_destroy(context);
    return good ? PH_OK : PH_ERR_MALFORMED;
}

void ph_ecdsa_wipe(ph_ecdsa_keypair_t *pair)
{
    sodium_memzero(pair, sizeof *pair);
}

void ph_ecdsa_sign_prehashed(const ph_ecdsa_keypair_t *pair, uint8_t signature[65], const uint8_t hash[32])
{
    secp256k1_context *context = signer();
    secp256k1_ecdsa_recoverable_signature made;
    int id = 0;
    PH_CHECK(secp256k1_ecdsa_sign_recoverable(context, &made, hash, pair->seed, NULL, NULL));
    (void)secp256k1_ecdsa_recoverable_signature_serialize_compact(context, signature, &id, &made);
    signature[64] = (uint8_t)id;
    secp256k1_context_destroy(context);
}

void ph_ecdsa_sign(const ph_ecdsa_keypair_t *pair, uint8_t signature[65], ph_bytes_t message)
{
    uint8_t hash[32];
    ph_blake2_256(hash, message);
    ph_ecdsa_sign_prehashed(pair, signature, hash);
}

static ph_err_t recover(secp256k1_pubkey *out, const uint8_t signature[65], const uint8_t hash[32])
{
    secp256k1_ecdsa_recoverable_signature parsed;
    if (signature[64] > 3 ||
        !secp256k1_ecdsa_recoverable_signature_parse_compact(verifier(), &parsed, signature, signature[64]))
        return PH_ERR_MALFORMED;
    return secp256k1_ecdsa_recover(verifier(), out, &parsed, hash) ? PH_OK : PH_ERR_INVALID;
}

ph_err_t ph_ecdsa_recover(uint8_t out_compressed[33], const uint8_t signature[65], const uint8_t hash[32])
{
    secp256k1_pubkey key;
    PH_TRY(recover(&key, signature, hash));
    compress(verifier(), out_compressed, &key);
    return PH_OK;
}

ph_err_t ph_ecdsa_recover_full(uint8_t out_xy[64], const uint8_t signature[65], const uint8_t hash[32])
{
    secp256k1_pubkey key;
    uint8_t full[65];
    size_t len = sizeof full;
    PH_TRY(recover(&key, signature, hash));
    (void)secp256k1_ec_pubkey_serialize(verifier(), full, &len, &key, SECP256K1_EC_UNCOMPRESSED);
    memcpy(out_xy, full + 1, 64);
    return PH_OK;
}

bool ph_ecdsa_verify_prehashed(const uint8_t signature[65], const uint8_t hash[32], const uint8_t public_key[33])
{
    uint8_t key[33];
    return ph_ecdsa_recover(key, signature, hash) == PH_OK && memcmp(key, public_key, 33) == 0;
}

bool ph_ecdsa_verify(const uint8_t signature[65], ph_bytes_t message, const uint8_t public_key[33])
{
    uint8_t hash[32];
    ph_blake2_256(hash, message);
    return ph_ecdsa_verify_prehashed(signature, hash, public_key);
}

/* value −= order if it is not below it; both big-endian. */
static void reduce(uint8_t value[32])
{
    static const uint8_t order[32] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
                                      0xff, 0xff, 0xff, 0xff, 0xfe, 0xba, 0xae, 0xdc, 0xe6, 0xaf, 0x48,
                                      0xa0, 0x3b, 0xbf, 0xd2, 0x5e, 0x8c, 0xd0, 0x36, 0x41, 0x41};
    int borrow = 0;
    if (memcmp(value, order, 32) < 0)
        return;
    for (int i = 31; i >= 0; i--) {
        int digit = value[i] - order[i] - borrow;
        borrow = digit < 0;
        value[i] = (uint8_t)(digit + 256 * borrow);
    }
}

void ph_ecdsa_reduce(uint8_t signature[65])
{
    reduce(signature);
    reduce(signature + 32);
}

bool ph_ecdsa_verify_deprecated(const uint8_t signature[65], ph_bytes_t message, const uint8_t public_key[33])
{
    uint8_t reduced[65];
    memcpy(reduced, signature, sizeof reduced);
    ph_ecdsa_reduce(reduced);
    return ph_ecdsa_verify(reduced, message, public_key);
}
