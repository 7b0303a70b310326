/* Arithmetic modulo p = 2^255 − 19 with five 51-bit limbs and 64×64→128 multiplication. Included by one .c file at a
 * time; fe25.h offers the same functions without 128-bit integers. Variable time where fe.h branches: public values
 * only.
 *
 * Limbs of a reduced element are below 2^52; mul and square take limbs up to 2^54, so a sum of two or four products
 * needs no reduction in between.
 */
#ifndef PH_CRYPTO_FE51_H
#define PH_CRYPTO_FE51_H

#include "base/bytes.h"

typedef struct fe {
    uint64_t v[5];
} fe_t;

#define FE_MASK51 (((uint64_t)1 << 51) - 1)

static inline fe_t fe_small(uint32_t v)
{
    return (fe_t){{v, 0, 0, 0, 0}};
}

static inline fe_t fe_carry(fe_t a)
{
    uint64_t c0 = a.v[0] >> 51, c1 = a.v[1] >> 51, c2 = a.v[2] >> 51, c3 = a.v[3] >> 51, c4 = a.v[4] >> 51;
    return (fe_t){{(a.v[0] & FE_MASK51) + 19 * c4, (a.v[1] & FE_MASK51) + c0, (a.v[2] & FE_MASK51) + c1,
                   (a.v[3] & FE_MASK51) + c2, (a.v[4] & FE_MASK51) + c3}};
}

static inline void fe_add_to(fe_t *out, const fe_t *a, const fe_t *b)
{
    out->v[0] = a->v[0] + b->v[0];
    out->v[1] = a->v[1] + b->v[1];
    out->v[2] = a->v[2] + b->v[2];
    out->v[3] = a->v[3] + b->v[3];
    out->v[4] = a->v[4] + b->v[4];
}

/* a − b + 16p: b's limbs may be up to 2^54. */
static inline void fe_sub_to(fe_t *out, const fe_t *a, const fe_t *b)
{
    const uint64_t top = 0x7ffffffffffff0;
    uint64_t h0 = a->v[0] + (top - 288) - b->v[0], h1 = a->v[1] + top - b->v[1], h2 = a->v[2] + top - b->v[2];
    uint64_t h3 = a->v[3] + top - b->v[3], h4 = a->v[4] + top - b->v[4];
    out->v[0] = (h0 & FE_MASK51) + 19 * (h4 >> 51);
    out->v[1] = (h1 & FE_MASK51) + (h0 >> 51);
    out->v[2] = (h2 & FE_MASK51) + (h1 >> 51);
    out->v[3] = (h3 & FE_MASK51) + (h2 >> 51);
    out->v[4] = (h4 & FE_MASK51) + (h3 >> 51);
}

static inline fe_t fe_add(fe_t a, fe_t b)
{
    fe_t out;
    fe_add_to(&out, &a, &b);
    return out;
}

static inline fe_t fe_sub(fe_t a, fe_t b)
{
    fe_t out;
    fe_sub_to(&out, &a, &b);
    return out;
}

#define FE_WIDE(a, b) ((ph_u128_t)(a) * (b))

/* Five sums of products, carried round once. */
#define FE_FOLD(out, r0, r1, r2, r3, r4)                                                                               \
    do {                                                                                                               \
        r1 += (uint64_t)(r0 >> 51);                                                                                    \
        r2 += (uint64_t)(r1 >> 51);                                                                                    \
        r3 += (uint64_t)(r2 >> 51);                                                                                    \
        r4 += (uint64_t)(r3 >> 51);                                                                                    \
        uint64_t low = ((uint64_t)r0 & FE_MASK51) + (uint64_t)(r4 >> 51) * 19;                                         \
        (out)->v[0] = low & FE_MASK51;                                                                                 \
        (out)->v[1] = ((uint64_t)r1 & FE_MASK51) + (low >> 51);                                                        \
        (out)->v[2] = (uint64_t)r2 & FE_MASK51;                                                                        \
        (out)->v[3] = (uint64_t)r3 & FE_MASK51;                                                                        \
        (out)->v[4] = (uint64_t)r4 & FE_MASK51;                                                                        \
    } while (0)

static inline void fe_mul_to(fe_t *out, const fe_t *a, const fe_t *b)
{
    uint64_t f0 = a->v[0], f1 = a->v[1], f2 = a->v[2], f3 = a->v[3], f4 = a->v[4];
    uint64_t g0 = b->v[0], g1 = b->v[1], g2 = b->v[2], g3 = b->v[3], g4 = b->v[4];
    uint64_t h1 = g1 * 19, h2 = g2 * 19, h3 = g3 * 19, h4 = g4 * 19;
    ph_u128_t r0 = FE_WIDE(f0, g0) + FE_WIDE(f1, h4) + FE_WIDE(f2, h3) + FE_WIDE(f3, h2) + FE_WIDE(f4, h1);
    ph_u128_t r1 = FE_WIDE(f0, g1) + FE_WIDE(f1, g0) + FE_WIDE(f2, h4) + FE_WIDE(f3, h3) + FE_WIDE(f4, h2);
    ph_u128_t r2 = FE_WIDE(f0, g2) + FE_WIDE(f1, g1) + FE_WIDE(f2, g0) + FE_WIDE(f3, h4) + FE_WIDE(f4, h3);
    ph_u128_t r3 = FE_WIDE(f0, g3) + FE_WIDE(f1, g2) + FE_WIDE(f2, g1) + FE_WIDE(f3, g0) + FE_WIDE(f4, h4);
    ph_u128_t r4 = FE_WIDE(f0, g4) + FE_WIDE(f1, g3) + FE_WIDE(f2, g2) + FE_WIDE(f3, g1) + FE_WIDE(f4, g0);
    FE_FOLD(out, r0, r1, r2, r3, r4);
}

static inline void fe_sq_to(fe_t *out, const fe_t *a)
{
    uint64_t f0 = a->v[0], f1 = a->v[1], f2 = a->v[2], f3 = a->v[3], f4 = a->v[4];
    uint64_t d0 = f0 * 2, d1 = f1 * 2, d2 = f2 * 2, d3 = f3 * 2, h3 = f3 * 19, h4 = f4 * 19;
    ph_u128_t r0 = FE_WIDE(f0, f0) + FE_WIDE(d1, h4) + FE_WIDE(d2, h3);
    ph_u128_t r1 = FE_WIDE(d0, f1) + FE_WIDE(d2, h4) + FE_WIDE(f3, h3);
    ph_u128_t r2 = FE_WIDE(d0, f2) + FE_WIDE(f1, f1) + FE_WIDE(d3, h4);
    ph_u128_t r3 = FE_WIDE(d0, f3) + FE_WIDE(d1, f2) + FE_WIDE(f4, h4);
    ph_u128_t r4 = FE_WIDE(d0, f4) + FE_WIDE(d1, f3) + FE_WIDE(f2, f2);
    FE_FOLD(out, r0, r1, r2, r3, r4);
}

static inline fe_t fe_mul(fe_t a, fe_t b)
{
    fe_t out;
    fe_mul_to(&out, &a, &b);
    return out;
}

static inline fe_t fe_sq(fe_t a)
{
    fe_t out;
    fe_sq_to(&out, &a);
    return out;
}

/* Bit 255 is ignored; values of p and more are reduced. */
static inline fe_t fe_from_bytes(const uint8_t in[32])
{
    return (fe_t){{ph_get_u64(in) & FE_MASK51, ph_get_u64(in + 6) >> 3 & FE_MASK51,
                   ph_get_u64(in + 12) >> 6 & FE_MASK51, ph_get_u64(in + 19) >> 1 & FE_MASK51,
                   ph_get_u64(in + 24) >> 12 & FE_MASK51}};
}

/* The one representative below p. */
static inline void fe_to_bytes(uint8_t out[32], fe_t a)
{
    a = fe_carry(fe_carry(a));
    uint64_t q = (a.v[0] + 19) >> 51;
    for (int i = 1; i < 5; i++)
        q = (a.v[i] + q) >> 51;
    a.v[0] += 19 * q;
    for (int i = 0; i < 4; i++) {
        a.v[i + 1] += a.v[i] >> 51;
        a.v[i] &= FE_MASK51;
    }
    a.v[4] &= FE_MASK51;
    ph_put_u64(out, a.v[0] | a.v[1] << 51);
    ph_put_u64(out + 8, a.v[1] >> 13 | a.v[2] << 38);
    ph_put_u64(out + 16, a.v[2] >> 26 | a.v[3] << 25);
    ph_put_u64(out + 24, a.v[3] >> 39 | a.v[4] << 12);
}

#endif
