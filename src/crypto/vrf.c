/* The VRF of sr25519.h: a pre-output sk·H and a proof that log_B(A) = log_H(pre-output). */
#include <sodium.h>
#include <string.h>

#include "crypto/sr25519.h"

static void reduce_challenge(ph_merlin_t *t, uint8_t out[32], const char *label)
{
    uint8_t wide[64];
    ph_merlin_challenge(t, wide, sizeof wide, label);
    crypto_core_ristretto255_scalar_reduce(out, wide);
}

static void input_point(ph_point_t *out, const ph_merlin_t *input, const uint8_t public_key[32])
{
    ph_merlin_t t = *input;
    uint8_t uniform[64];
    ph_merlin_append(&t, "vrf-nm-pk", ph_bytes(public_key, 32));
    ph_merlin_challenge(&t, uniform, sizeof uniform, "VRFHash");
    ph_ristretto_from_uniform(out, uniform);
}

void ph_vrf_input(uint8_t out[32], const ph_merlin_t *input, const uint8_t public_key[32])
{
    ph_point_t h;
    input_point(&h, input, public_key);
    ph_ristretto_encode(out, &h);
}

bool ph_vrf_proof_decodes(const uint8_t proof[64])
{
    return ph_scalar_is_canonical(proof) && ph_scalar_is_canonical(proof + 32);
}

/* secret·point. libsodium reports the identity as a failure; as a value (zeros) it is right, and nothing may branch on
 * it. */
static void times(uint8_t out[32], const uint8_t secret[32], const uint8_t point[32])
{
    memset(out, 0, 32);
    int unused = crypto_scalarmult_ristretto255(out, secret, point);
    (void)unused;
}

void ph_vrf_pre_output(const ph_sr25519_keypair_t *pair, uint8_t out[32], const ph_merlin_t *input)
{
    uint8_t h[32];
    ph_vrf_input(h, input, pair->public_key);
    times(out, pair->secret, h);
}

static void begin_proof(ph_merlin_t *t, const ph_merlin_t *extra, const uint8_t input[32])
{
    if (extra)
        *t = *extra;
    else
        ph_merlin_init(t, "VRF");
    ph_merlin_append(t, "proto-name", PH_BYTES_LIT("DLEQProof"));
    ph_merlin_append(t, "vrf:h", ph_bytes(input, 32));
}

/* The challenge after both commitments; the key comes after R here (the order deployed with Kusama). */
static void end_proof(ph_merlin_t *t, uint8_t out[32], const uint8_t r[32], const uint8_t hr[32],
                      const uint8_t public_key[32], const uint8_t pre_output[32])
{
    ph_merlin_append(t, "vrf:R=g^r", ph_bytes(r, 32));
    ph_merlin_append(t, "vrf:h^r", ph_bytes(hr, 32));
    ph_merlin_append(t, "vrf:pk", ph_bytes(public_key, 32));
    ph_merlin_append(t, "vrf:h^sk", ph_bytes(pre_output, 32));
    reduce_challenge(t, out, "prove");
}

void ph_vrf_sign(const ph_sr25519_keypair_t *pair, ph_vrf_t *out, const ph_merlin_t *input, const ph_merlin_t *extra,
                 const uint8_t random[32])
{
    ph_merlin_t t;
    uint8_t h[32], wide[64], nonce[32], r[32], hr[32], product[32];
    ph_vrf_input(h, input, pair->public_key);
    times(out->pre_output, pair->secret, h);

    begin_proof(&t, extra, h);
    ph_merlin_witness(&t, wide, sizeof wide, "proving", ph_bytes(pair->secret + 32, 32), random);
    crypto_core_ristretto255_scalar_reduce(nonce, wide);
    (void)crypto_scalarmult_ristretto255_base(r, nonce);
    times(hr, nonce, h);
    end_proof(&t, out->proof, r, hr, pair->public_key, out->pre_output);
    crypto_core_ristretto255_scalar_mul(product, out->proof, pair->secret);
    crypto_core_ristretto255_scalar_sub(out->proof + 32, nonce, product);
    sodium_memzero(wide, sizeof wide);
    sodium_memzero(nonce, sizeof nonce);
    sodium_memzero(product, sizeof product);
}

static bool is_identity(const uint8_t encoded[32])
{
    static const uint8_t zeros[32];
    return memcmp(encoded, zeros, 32) == 0;
}

static ph_err_t decode_pre_output(ph_point_t *out, const uint8_t pre_output[32])
{
    return is_identity(pre_output) ? PH_ERR_MALFORMED : ph_ristretto_decode(out, pre_output);
}

/* R = c·A + s·B and H^r = c·pre_output + s·H must lead to the same challenge. */
bool ph_vrf_verify(const ph_vrf_t *signature, const ph_merlin_t *input, const ph_merlin_t *extra,
                   const uint8_t public_key[32])
{
    ph_merlin_t t;
    ph_point_t a, out, h, r, hr;
    ph_point_table_t tables[2];
    uint8_t h_bytes[32], r_bytes[32], hr_bytes[32], challenge[32];
    const uint8_t(*scalars)[32] = (const uint8_t(*)[32])(const void *)signature->proof;
    if (!ph_vrf_proof_decodes(signature->proof) || ph_ristretto_decode(&a, public_key) != PH_OK ||
        decode_pre_output(&out, signature->pre_output) != PH_OK)
        return false;

    input_point(&h, input, public_key);
    ph_ristretto_encode(h_bytes, &h);
    ph_point_table(&tables[0], &a);
    ph_point_sum(&r, scalars[1], scalars, tables, 1);
    ph_ristretto_encode(r_bytes, &r);
    ph_point_table(&tables[0], &out);
    ph_point_table(&tables[1], &h);
    ph_point_sum(&hr, NULL, scalars, tables, 2);
    ph_ristretto_encode(hr_bytes, &hr);

    begin_proof(&t, extra, h_bytes);
    end_proof(&t, challenge, r_bytes, hr_bytes, public_key, signature->pre_output);
    return memcmp(challenge, signature->proof, 32) == 0;
}

ph_err_t ph_vrf_make_bytes(uint8_t *out, size_t out_len, const char *context, const ph_merlin_t *input,
                           const uint8_t pre_output[32], const uint8_t public_key[32])
{
    ph_merlin_t t;
    ph_point_t point;
    uint8_t h[32];
    PH_TRY(ph_ristretto_decode(&point, public_key));
    PH_TRY(decode_pre_output(&point, pre_output));
    ph_vrf_input(h, input, public_key);
    ph_merlin_init(&t, "VRFResult");
    ph_merlin_append(&t, "", ph_bytes(context, strlen(context)));
    ph_merlin_append(&t, "vrf-in", ph_bytes(h, 32));
    ph_merlin_append(&t, "vrf-out", ph_bytes(pre_output, 32));
    ph_merlin_challenge(&t, out, out_len, "");
    return PH_OK;
}
