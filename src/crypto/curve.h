/* Points of edwards25519 and of ristretto255 over it, for verification: everything here takes time that depends on its
 * input, so only public values may come in. Secrets go through libsodium (sr25519.c). Scalars are 32 bytes
 * little-endian.
 */
#ifndef PH_CRYPTO_CURVE_H
#define PH_CRYPTO_CURVE_H

#include "base/bytes.h"

typedef struct ph_point {
    uint64_t limbs[20];
} ph_point_t;

/* The multiples of a point that multiplication wants; computing them once pays when a key verifies often. */
typedef struct ph_point_table {
    uint64_t limbs[8 * 20];
} ph_point_table_t;
void ph_point_table(ph_point_table_t *out, const ph_point_t *p);

/* ristretto255 elements. Decoding takes canonical encodings only, the identity's (zeros) among them. */
PH_MUST_CHECK ph_err_t ph_ristretto_decode(ph_point_t *out, const uint8_t in[32]);
void ph_ristretto_encode(uint8_t out[32], const ph_point_t *p);
void ph_ristretto_from_uniform(ph_point_t *out, const uint8_t in[64]);
bool ph_ristretto_equal(const ph_point_t *a, const ph_point_t *b);

/* An edwards25519 point by ZIP-215's rule: any y (not only those below p), either sign of a zero x. */
PH_MUST_CHECK ph_err_t ph_edwards_decode_zip215(ph_point_t *out, const uint8_t in[32]);
/* Is 8p the neutral element? */
bool ph_edwards_is_small_order(const ph_point_t *p);

void ph_point_add(ph_point_t *out, const ph_point_t *p, const ph_point_t *q);
void ph_point_neg(ph_point_t *out, const ph_point_t *p);
void ph_point_base(ph_point_t *out);

/* base·B + Σ scalars[i]·points[i]; base_scalar NULL leaves B out. Scalars are below 2^253. At most PH_POINT_SUM_MAX
 * points. */
#define PH_POINT_SUM_MAX 8
void ph_point_sum(ph_point_t *out, const uint8_t *base_scalar, const uint8_t (*scalars)[32],
                  const ph_point_table_t *tables, size_t count);

/* The same with any number of points, for batches: the doublings are shared. Takes 256 bytes a point from the heap for
 * the while. */
void ph_point_sum_many(ph_point_t *out, const uint8_t *base_scalar, const uint8_t (*scalars)[32],
                       const ph_point_table_t *tables, size_t count);
/* The neutral element of the curve; of ristretto255, compare with ph_ristretto_equal. */
void ph_point_neutral(ph_point_t *out);

/* Is it below the group's order L? Takes constant time. */
bool ph_scalar_is_canonical(const uint8_t in[32]);

#endif
