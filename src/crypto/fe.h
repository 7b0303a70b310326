/* Square roots, signs and comparison modulo 2^255 − 19, over whichever of fe51.h and fe25.h was included before.
 * Branches on values: for public values only.
 */
#ifndef PH_CRYPTO_FE_H
#define PH_CRYPTO_FE_H

#include <stdbool.h>

/* Little-endian. d = −121665/121666 of edwards25519. */
static const uint8_t curve_d[32] = {
    0xa3, 0x78, 0x59, 0x13, 0xca, 0x4d, 0xeb, 0x75, 0xab, 0xd8, 0x41, 0x41, 0x4d, 0x0a, 0x70, 0x00,
    0x98, 0xe8, 0x79, 0x77, 0x79, 0x40, 0xc7, 0x8c, 0x73, 0xfe, 0x6f, 0x2b, 0xee, 0x6c, 0x03, 0x52,
};
static const uint8_t sqrt_minus_one[32] = {
    0xb0, 0xa0, 0x0e, 0x4a, 0x27, 0x1b, 0xee, 0xc4, 0x78, 0xe4, 0x2f, 0xad, 0x06, 0x18, 0x43, 0x2f,
    0xa7, 0xd7, 0xfb, 0x3d, 0x99, 0x00, 0x4d, 0x2b, 0x0b, 0xdf, 0xc1, 0x4f, 0x80, 0x24, 0x83, 0x2b,
};

static inline fe_t fe_neg(fe_t a)
{
    return fe_sub(fe_small(0), a);
}

static inline fe_t fe_sq_times(fe_t a, int times)
{
    while (times-- > 0)
        a = fe_sq(a);
    return a;
}

static inline bool fe_equal(fe_t a, fe_t b)
{
    uint8_t x[32], y[32];
    fe_to_bytes(x, a);
    fe_to_bytes(y, b);
    return __builtin_memcmp(x, y, 32) == 0;
}

static inline bool fe_is_zero(fe_t a)
{
    return fe_equal(a, fe_small(0));
}

/* Negative means odd. */
static inline bool fe_is_negative(fe_t a)
{
    uint8_t x[32];
    fe_to_bytes(x, a);
    return x[0] & 1;
}

static inline fe_t fe_abs(fe_t a)
{
    return fe_is_negative(a) ? fe_neg(a) : a;
}

/* a^((p−5)/8) = a^(2^252 − 3). */
static inline fe_t fe_pow_p58(fe_t a)
{
    fe_t a2 = fe_sq(a);
    fe_t a9 = fe_mul(fe_sq_times(a2, 2), a);
    fe_t a11 = fe_mul(a9, a2);
    fe_t e5 = fe_mul(fe_sq(a11), a9); /* eN = a^(2^N − 1) */
    fe_t e10 = fe_mul(fe_sq_times(e5, 5), e5);
    fe_t e20 = fe_mul(fe_sq_times(e10, 10), e10);
    fe_t e40 = fe_mul(fe_sq_times(e20, 20), e20);
    fe_t e50 = fe_mul(fe_sq_times(e40, 10), e10);
    fe_t e100 = fe_mul(fe_sq_times(e50, 50), e50);
    fe_t e200 = fe_mul(fe_sq_times(e100, 100), e100);
    fe_t e250 = fe_mul(fe_sq_times(e200, 50), e50);
    return fe_mul(fe_sq_times(e250, 2), a);
}

/* The non-negative root of u/v if that is a square (true), of i·u/v otherwise (false). u = 0: true, 0; v = 0: false, 0.
 */
static inline bool fe_sqrt_ratio(fe_t *out, fe_t u, fe_t v)
{
    fe_t i = fe_from_bytes(sqrt_minus_one);
    fe_t v3 = fe_mul(fe_sq(v), v);
    fe_t v7 = fe_mul(fe_sq(v3), v);
    fe_t r = fe_mul(fe_mul(u, v3), fe_pow_p58(fe_mul(u, v7)));
    fe_t check = fe_mul(v, fe_sq(r));
    fe_t minus_u = fe_neg(u);
    bool right = fe_equal(check, u);
    bool flipped = fe_equal(check, minus_u);
    bool flipped_i = fe_equal(check, fe_mul(minus_u, i));
    if (flipped || flipped_i)
        r = fe_mul(r, i);
    *out = fe_abs(r);
    return right || flipped;
}

static inline bool fe_inv_sqrt(fe_t *out, fe_t v)
{
    return fe_sqrt_ratio(out, fe_small(1), v);
}

#endif
