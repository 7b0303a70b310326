/* The part of sr25519's VRF that the runtime needs, for targets without libsodium and without 128-bit integers: the
 * input point and the output bytes of a VRF that the node has verified. Freestanding, with merlin.c and keccak.c. Gives
 * what vrf.c gives (tests compare them); slower.
 */
#ifndef PH_CRYPTO_RISTRETTO_PORTABLE_H
#define PH_CRYPTO_RISTRETTO_PORTABLE_H

#include "crypto/merlin.h"

/* Is this the canonical encoding of a ristretto255 element (the identity included)? */
bool ph_ristretto_portable_is_element(const uint8_t in[32]);
/* The one-way map of 64 uniform bytes, encoded. */
void ph_ristretto_portable_from_uniform(uint8_t out[32], const uint8_t in[64]);
/* As ph_vrf_input and ph_vrf_make_bytes of sr25519.h. */
void ph_vrf_portable_input(uint8_t out[32], const ph_merlin_t *input, const uint8_t public_key[32]);
PH_MUST_CHECK ph_err_t ph_vrf_portable_make_bytes(uint8_t *out, size_t out_len, const char *context,
                                                  const ph_merlin_t *input, const uint8_t pre_output[32],
                                                  const uint8_t public_key[32]);

#endif
