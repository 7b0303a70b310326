/* sr25519: Schnorr signatures and the verifiable random function (VRF) over ristretto255, with hierarchical derivation.
 *
 * Signing, VRF evaluation and derivation treat the secret in constant time and wipe what they held of it. Randomness is
 * the caller's: 32 bytes go into the nonce together with the transcript and the secret's own nonce seed; NULL means
 * none, then signing is deterministic (and still safe). Verification takes time that depends on its public input.
 * (Source: schnorrkel 0.11, RFC 9496.)
 */
#ifndef PH_CRYPTO_SR25519_H
#define PH_CRYPTO_SR25519_H

#include "crypto/curve.h"
#include "crypto/merlin.h"

typedef struct ph_sr25519_keypair {
    uint8_t secret[64]; /* scalar below L, then the nonce seed */
    uint8_t public_key[32];
} ph_sr25519_keypair_t;

/* Every 32 bytes are a mini secret; it is expanded as Ed25519 does. */
void ph_sr25519_from_mini_secret(ph_sr25519_keypair_t *out, const uint8_t mini_secret[32]);
/* MALFORMED: the scalar is not below L. */
PH_MUST_CHECK ph_err_t ph_sr25519_from_secret(ph_sr25519_keypair_t *out, const uint8_t secret[64]);
/* The secret as Ed25519 keeps it: the scalar times eight. */
void ph_sr25519_secret_ed25519_form(uint8_t out[64], const ph_sr25519_keypair_t *pair);
void ph_sr25519_wipe(ph_sr25519_keypair_t *pair);

/* ---- derivation: the chain code is the junction's 32 bytes ---- */

/* The derived key's mini secret. */
void ph_sr25519_derive_hard(uint8_t out_mini_secret[32], const ph_sr25519_keypair_t *parent,
                            const uint8_t chain_code[32]);
/* The scalar and public key are determined; the nonce seed depends on `random`. `out` may be `parent`. */
void ph_sr25519_derive_soft(ph_sr25519_keypair_t *out, const ph_sr25519_keypair_t *parent, const uint8_t chain_code[32],
                            const uint8_t random[32]);
/* MALFORMED: the parent is no element. `out` may be `parent`. */
PH_MUST_CHECK ph_err_t ph_sr25519_derive_soft_public(uint8_t out[32], const uint8_t parent[32],
                                                     const uint8_t chain_code[32]);

/* ---- signatures, 64 bytes: R, s with the marker bit 511 set ---- */

/* The transcript of a message in Substrate's signing context "substrate". */
void ph_sr25519_message(ph_merlin_t *t, ph_bytes_t message);
void ph_sr25519_sign(const ph_sr25519_keypair_t *pair, uint8_t signature[64], ph_bytes_t message,
                     const uint8_t random[32]);
void ph_sr25519_sign_transcript(const ph_sr25519_keypair_t *pair, uint8_t signature[64], const ph_merlin_t *t,
                                const uint8_t random[32]);

/* What is wrong is not said: a bad key, a bad encoding and a false equation are all false. */
bool ph_sr25519_verify(const uint8_t signature[64], ph_bytes_t message, const uint8_t public_key[32]);
bool ph_sr25519_verify_transcript(const uint8_t signature[64], const ph_merlin_t *t, const uint8_t public_key[32]);
/* The older host function (version 1): also takes schnorrkel 0.1.1's signatures, which carry no marker bit. */
bool ph_sr25519_verify_deprecated(const uint8_t signature[64], ph_bytes_t message, const uint8_t public_key[32]);

/* A decoded public key with the multiples verification wants, for keys that verify often (1.3 kB). */
typedef struct ph_sr25519_prepared {
    uint8_t bytes[32];
    ph_point_t point;
    ph_point_table_t minus; /* of −A */
} ph_sr25519_prepared_t;
PH_MUST_CHECK ph_err_t ph_sr25519_prepare(ph_sr25519_prepared_t *out,
                                          const uint8_t public_key[32]); /* MALFORMED: no element */
bool ph_sr25519_verify_prepared(const uint8_t signature[64], const ph_merlin_t *t, const ph_sr25519_prepared_t *key);

/* A signature of a message in the context "substrate". All is borrowed. */
typedef struct ph_sr25519_signed {
    const uint8_t *signature, *public_key; /* 64 and 32 bytes */
    ph_bytes_t message;
} ph_sr25519_signed_t;

/* Are all of them good? Says what ph_sr25519_verify says of each, at about half the cost, but not which one is bad. A
 * false one passes with a chance of 2^-128: what is checked is a sum of their equations with factors drawn by hashing
 * all signatures, keys and messages. (Source: schnorrkel 0.11, verify_batch; unlike its deterministic variant the
 * factors depend on every s, too, so that two false ones cannot be made to cancel.) None at all are good. */
bool ph_sr25519_verify_batch(const ph_sr25519_signed_t *items, size_t count);

/* ---- VRF ---- */

typedef struct ph_vrf {
    uint8_t pre_output[32];
    uint8_t proof[64]; /* challenge and response, both below L */
} ph_vrf_t;

/* What decoding a VRF signature checks: the proof's scalars are below L. The pre-output is checked in verification. */
bool ph_vrf_proof_decodes(const uint8_t proof[64]);

/* The input point of a transcript for a key (non-malleable: the key is part of it), encoded. */
void ph_vrf_input(uint8_t out[32], const ph_merlin_t *input, const uint8_t public_key[32]);
/* The secret times the input point. */
void ph_vrf_pre_output(const ph_sr25519_keypair_t *pair, uint8_t out[32], const ph_merlin_t *input);
/* `extra` is signed too but does not change the output; NULL: the empty transcript "VRF". */
void ph_vrf_sign(const ph_sr25519_keypair_t *pair, ph_vrf_t *out, const ph_merlin_t *input, const ph_merlin_t *extra,
                 const uint8_t random[32]);
/* False also when the key or the pre-output is no element, the pre-output is the identity, or the proof does not
 * decode. */
bool ph_vrf_verify(const ph_vrf_t *signature, const ph_merlin_t *input, const ph_merlin_t *extra,
                   const uint8_t public_key[32]);
/* The VRF's output under a context, for a signature that was verified. MALFORMED: key or pre-output is no element, or
 * the pre-output is the identity. */
PH_MUST_CHECK ph_err_t ph_vrf_make_bytes(uint8_t *out, size_t out_len, const char *context, const ph_merlin_t *input,
                                         const uint8_t pre_output[32], const uint8_t public_key[32]);

#endif
