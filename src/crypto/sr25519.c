#include "crypto/sr25519.h"

#include <sodium.h>
#include <string.h>

#include "base/arena.h"
#include "crypto/hash.h"

/* ---- secrets: libsodium's constant-time arithmetic ---- */

static void challenge_scalar(ph_merlin_t *t, uint8_t out[32], const char *label)
{
    uint8_t wide[64];
    ph_merlin_challenge(t, wide, sizeof wide, label);
    crypto_core_ristretto255_scalar_reduce(out, wide);
}

static void witness_scalar(const ph_merlin_t *t, uint8_t out[32], const char *label, const ph_sr25519_keypair_t *pair,
                           const uint8_t random[32])
{
    uint8_t wide[64];
    ph_merlin_witness(t, wide, sizeof wide, label, ph_bytes(pair->secret + 32, 32), random);
    crypto_core_ristretto255_scalar_reduce(out, wide);
    sodium_memzero(wide, sizeof wide);
}

/* libsodium reports the identity as a failure; as a value (zeros) it is right. */
static void times_base(uint8_t out[32], const uint8_t scalar[32])
{
    (void)crypto_scalarmult_ristretto255_base(out, scalar);
}

static void divide_by_eight(uint8_t scalar[32])
{
    unsigned low = 0;
    for (int i = 31; i >= 0; i--) {
        unsigned byte = scalar[i];
        scalar[i] = (uint8_t)(byte >> 3 | low << 5);
        low = byte & 7;
    }
}

void ph_sr25519_from_mini_secret(ph_sr25519_keypair_t *out, const uint8_t mini_secret[32])
{
    crypto_hash_sha512(out->secret, mini_secret, 32);
    out->secret[0] &= 248;
    out->secret[31] &= 63;
    out->secret[31] |= 64;
    divide_by_eight(out->secret);
    times_base(out->public_key, out->secret);
}

ph_err_t ph_sr25519_from_secret(ph_sr25519_keypair_t *out, const uint8_t secret[64])
{
    if (!ph_scalar_is_canonical(secret))
        return PH_ERR_MALFORMED;
    memcpy(out->secret, secret, 64);
    times_base(out->public_key, out->secret);
    return PH_OK;
}

void ph_sr25519_secret_ed25519_form(uint8_t out[64], const ph_sr25519_keypair_t *pair)
{
    unsigned high = 0;
    memcpy(out, pair->secret, 64);
    for (int i = 0; i < 32; i++) {
        unsigned byte = out[i];
        out[i] = (uint8_t)(byte << 3 | high);
        high = byte >> 5;
    }
}

void ph_sr25519_wipe(ph_sr25519_keypair_t *pair)
{
    sodium_memzero(pair, sizeof *pair);
}

/* ---- derivation ---- */

static void derivation(ph_merlin_t *t, const uint8_t chain_code[32])
{
    ph_merlin_init(t, "SchnorrRistrettoHDKD");
    ph_merlin_append(t, "sign-bytes", ph_bytes(NULL, 0));
    ph_merlin_append(t, "chain-code", ph_bytes(chain_code, 32));
}

static void soft_scalar(ph_merlin_t *t, uint8_t out[32], const uint8_t public_key[32], const uint8_t chain_code[32])
{
    derivation(t, chain_code);
    ph_merlin_append(t, "public-key", ph_bytes(public_key, 32));
    challenge_scalar(t, out, "HDKD-scalar");
}

void ph_sr25519_derive_hard(uint8_t out_mini_secret[32], const ph_sr25519_keypair_t *parent,
                            const uint8_t chain_code[32])
{
    ph_merlin_t t;
    derivation(&t, chain_code);
    ph_merlin_append(&t, "secret-key", ph_bytes(parent->secret, 32));
    ph_merlin_challenge(&t, out_mini_secret, 32, "HDKD-hard");
    sodium_memzero(&t, sizeof t);
}

void ph_sr25519_derive_soft(ph_sr25519_keypair_t *out, const ph_sr25519_keypair_t *parent, const uint8_t chain_code[32],
                            const uint8_t random[32])
{
    ph_merlin_t t;
    uint8_t scalar[32], nonce[32];
    soft_scalar(&t, scalar, parent->public_key, chain_code);
    ph_merlin_witness(&t, nonce, sizeof nonce, "HDKD-nonce", ph_bytes(parent->secret, 64), random);
    crypto_core_ristretto255_scalar_add(out->secret, parent->secret, scalar);
    memcpy(out->secret + 32, nonce, 32);
    times_base(out->public_key, out->secret);
    sodium_memzero(nonce, sizeof nonce);
}

ph_err_t ph_sr25519_derive_soft_public(uint8_t out[32], const uint8_t parent[32], const uint8_t chain_code[32])
{
    ph_merlin_t t;
    ph_point_t point, step;
    uint8_t scalar[32];
    PH_TRY(ph_ristretto_decode(&point, parent));
    soft_scalar(&t, scalar, parent, chain_code);
    ph_point_sum(&step, scalar, NULL, NULL, 0);
    ph_point_add(&point, &point, &step);
    ph_ristretto_encode(out, &point);
    return PH_OK;
}

/* ---- signatures ---- */

void ph_sr25519_message(ph_merlin_t *t, ph_bytes_t message)
{
    ph_merlin_init(t, "SigningContext");
    ph_merlin_append(t, "", PH_BYTES_LIT("substrate"));
    ph_merlin_append(t, "sign-bytes", message);
}

static void begin_signature(ph_merlin_t *t, const uint8_t public_key[32])
{
    ph_merlin_append(t, "proto-name", PH_BYTES_LIT("Schnorr-sig"));
    ph_merlin_append(t, "sign:pk", ph_bytes(public_key, 32));
}

void ph_sr25519_sign_transcript(const ph_sr25519_keypair_t *pair, uint8_t signature[64], const ph_merlin_t *t,
                                const uint8_t random[32])
{
    ph_merlin_t own = *t;
    uint8_t nonce[32], challenge[32], product[32];
    begin_signature(&own, pair->public_key);
    witness_scalar(&own, nonce, "signing", pair, random);
    times_base(signature, nonce);
    ph_merlin_append(&own, "sign:R", ph_bytes(signature, 32));
    challenge_scalar(&own, challenge, "sign:c");
    crypto_core_ristretto255_scalar_mul(product, challenge, pair->secret);
    crypto_core_ristretto255_scalar_add(signature + 32, product, nonce);
    signature[63] |= 128;
    sodium_memzero(nonce, sizeof nonce);
    sodium_memzero(product, sizeof product);
}

void ph_sr25519_sign(const ph_sr25519_keypair_t *pair, uint8_t signature[64], ph_bytes_t message,
                     const uint8_t random[32])
{
    ph_merlin_t t;
    ph_sr25519_message(&t, message);
    ph_sr25519_sign_transcript(pair, signature, &t, random);
}

/* s without the marker bit, if it is a scalar. */
static bool signature_scalar(uint8_t s[32], const uint8_t signature[64])
{
    memcpy(s, signature + 32, 32);
    s[31] &= 127;
    return ph_scalar_is_canonical(s);
}

/* R = s·B − k·A, compared as bytes: an R that is no canonical encoding never matches. */
static bool equation_holds(const uint8_t r[32], const uint8_t s[32], const uint8_t k[32],
                           const ph_point_table_t *minus_a)
{
    ph_point_t sum;
    uint8_t expected[32];
    ph_point_sum(&sum, s, (const uint8_t(*)[32])(const void *)k, minus_a, 1);
    ph_ristretto_encode(expected, &sum);
    return memcmp(expected, r, 32) == 0;
}

ph_err_t ph_sr25519_prepare(ph_sr25519_prepared_t *out, const uint8_t public_key[32])
{
    ph_point_t minus;
    PH_TRY(ph_ristretto_decode(&out->point, public_key));
    memcpy(out->bytes, public_key, 32);
    ph_point_neg(&minus, &out->point);
    ph_point_table(&out->minus, &minus);
    return PH_OK;
}

bool ph_sr25519_verify_prepared(const uint8_t signature[64], const ph_merlin_t *t, const ph_sr25519_prepared_t *key)
{
    ph_merlin_t own = *t;
    uint8_t s[32], k[32];
    if (!(signature[63] & 128) || !signature_scalar(s, signature))
        return false;
    begin_signature(&own, key->bytes);
    ph_merlin_append(&own, "sign:R", ph_bytes(signature, 32));
    challenge_scalar(&own, k, "sign:c");
    return equation_holds(signature, s, k, &key->minus);
}

bool ph_sr25519_verify_transcript(const uint8_t signature[64], const ph_merlin_t *t, const uint8_t public_key[32])
{
    ph_sr25519_prepared_t key;
    return ph_sr25519_prepare(&key, public_key) == PH_OK && ph_sr25519_verify_prepared(signature, t, &key);
}

bool ph_sr25519_verify(const uint8_t signature[64], ph_bytes_t message, const uint8_t public_key[32])
{
    ph_merlin_t t;
    ph_sr25519_message(&t, message);
    return ph_sr25519_verify_transcript(signature, &t, public_key);
}

static bool verify_preaudit(const uint8_t signature[64], ph_bytes_t message, const ph_sr25519_prepared_t *key)
{
    ph_merlin_t t;
    uint8_t s[32], k[32];
    if (!signature_scalar(s, signature))
        return false;
    ph_merlin_init(&t, "substrate");
    ph_merlin_append(&t, "sign-bytes", message);
    ph_merlin_append(&t, "proto-name", PH_BYTES_LIT("Schnorr-sig"));
    ph_merlin_append(&t, "pk", ph_bytes(key->bytes, 32));
    ph_merlin_append(&t, "no", ph_bytes(signature, 32));
    challenge_scalar(&t, k, "");
    return equation_holds(signature, s, k, &key->minus);
}

/* A signature that parses in today's form is judged by today's rule alone. */
bool ph_sr25519_verify_deprecated(const uint8_t signature[64], ph_bytes_t message, const uint8_t public_key[32])
{
    ph_sr25519_prepared_t key;
    ph_merlin_t t;
    uint8_t s[32];
    if (ph_sr25519_prepare(&key, public_key) != PH_OK)
        return false;
    if (!(signature[63] & 128) || !signature_scalar(s, signature))
        return verify_preaudit(signature, message, &key);
    ph_sr25519_message(&t, message);
    return ph_sr25519_verify_prepared(signature, &t, &key);
}

/* ---- batches: Σ zᵢ·sᵢ·B = Σ zᵢ·Rᵢ + Σ zᵢ·kᵢ·Aᵢ ---- */

/* So many at once: more would share the doublings better, but the tables leave the cache. */
enum { BATCH = 64 };

typedef struct batch {
    size_t count;
    ph_blake2b_t *all;
    uint8_t s[BATCH][32];
    uint8_t scalars[2 * BATCH][32]; /* of each R, then of its A */
    ph_point_table_t tables[2 * BATCH];
} batch_t;

static bool read_point(ph_point_table_t *out, const uint8_t in[32])
{
    ph_point_t point;
    if (ph_ristretto_decode(&point, in) != PH_OK)
        return false;
    ph_point_table(out, &point);
    return true;
}

/* False: it would not verify alone either. */
static bool batch_add(batch_t *batch, const ph_sr25519_signed_t *item)
{
    size_t at = batch->count++;
    ph_merlin_t t;
    uint8_t *k = batch->scalars[2 * at + 1];
    if (!(item->signature[63] & 128) || !signature_scalar(batch->s[at], item->signature) ||
        !read_point(&batch->tables[2 * at], item->signature) ||
        !read_point(&batch->tables[2 * at + 1], item->public_key))
        return false;
    ph_sr25519_message(&t, item->message);
    begin_signature(&t, item->public_key);
    ph_merlin_append(&t, "sign:R", ph_bytes(item->signature, 32));
    challenge_scalar(&t, k, "sign:c");
    ph_blake2b_update(batch->all, ph_bytes(item->signature, 64));
    ph_blake2b_update(batch->all, ph_bytes(item->public_key, 32));
    ph_blake2b_update(batch->all, ph_bytes(k, 32));
    return true;
}

/* The factors, multiplied in; the sum for B. */
static void batch_weigh(batch_t *batch, uint8_t minus_base[32])
{
    uint8_t seed[40], base[32] = {0}, product[32];
    ph_blake2b_final(batch->all, seed, 32);
    for (size_t i = 0; i < batch->count; i++) {
        uint8_t *z = batch->scalars[2 * i], *k = batch->scalars[2 * i + 1];
        memset(z, 0, 32);
        ph_put_u64(seed + 32, i);
        ph_blake2_128(z, ph_bytes(seed, sizeof seed));
        crypto_core_ristretto255_scalar_mul(k, z, k);
        crypto_core_ristretto255_scalar_mul(product, z, batch->s[i]);
        crypto_core_ristretto255_scalar_add(base, base, product);
    }
    crypto_core_ristretto255_scalar_negate(minus_base, base);
}

static bool batch_holds(batch_t *batch, const ph_sr25519_signed_t *items, size_t count)
{
    uint8_t minus_base[32];
    ph_point_t sum, none;
    ph_blake2b_t all;
    ph_blake2b_init(&all, 32);
    batch->all = &all;
    batch->count = 0;
    for (size_t i = 0; i < count; i++)
        if (!batch_add(batch, &items[i]))
            return false;
    batch_weigh(batch, minus_base);
    ph_point_sum_many(&sum, minus_base, (const uint8_t(*)[32])batch->scalars, batch->tables, 2 * count);
    ph_point_neutral(&none);
    return ph_ristretto_equal(&sum, &none);
}

bool ph_sr25519_verify_batch(const ph_sr25519_signed_t *items, size_t count)
{
    batch_t *batch = ph_mem_alloc(NULL, sizeof *batch);
    bool good = true;
    for (size_t at = 0; good && at < count; at += BATCH)
        good = batch_holds(batch, items + at, count - at < BATCH ? count - at : BATCH);
    ph_mem_free(batch);
    return good;
}
