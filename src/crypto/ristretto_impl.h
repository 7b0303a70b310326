/* ristretto255's encoding, decoding and hash-to-group over edwards25519, for whichever field was included before.
 * Variable time: public values only. (Source: RFC 9496, section 4.)
 */
#ifndef PH_CRYPTO_RISTRETTO_IMPL_H
#define PH_CRYPTO_RISTRETTO_IMPL_H

#include "crypto/fe.h"

static const uint8_t one_minus_d_squared[32] = {
    0x76, 0xc1, 0x5f, 0x94, 0xc1, 0x09, 0x7c, 0xe2, 0x0f, 0x35, 0x5e, 0xcd, 0x38, 0xa1, 0x81, 0x2c,
    0xe4, 0xdf, 0x70, 0xbe, 0xdd, 0xab, 0x94, 0x99, 0xd7, 0xe0, 0xb3, 0xb2, 0xa8, 0x72, 0x90, 0x02,
};
static const uint8_t d_minus_one_squared[32] = {
    0x20, 0x4d, 0xed, 0x44, 0xaa, 0x5a, 0xad, 0x31, 0x99, 0x19, 0x1e, 0xb0, 0x2c, 0x4a, 0x9e, 0xd2,
    0xeb, 0x4e, 0x9b, 0x52, 0x2f, 0xd3, 0xdc, 0x4c, 0x41, 0x22, 0x6c, 0xf6, 0x7a, 0xb3, 0x68, 0x59,
};
static const uint8_t sqrt_minus_d_minus_one[32] = {
    0x1b, 0x2e, 0x7b, 0x49, 0xa0, 0xf6, 0x97, 0x7e, 0xbd, 0x54, 0x78, 0x1b, 0x0c, 0x8e, 0x9d, 0xaf,
    0xfd, 0xd1, 0xf5, 0x31, 0xc9, 0xfc, 0x3c, 0x0f, 0xac, 0x48, 0x83, 0x2b, 0xbf, 0x31, 0x69, 0x37,
};
static const uint8_t inv_sqrt_minus_one_minus_d[32] = {
    0xea, 0x40, 0x5d, 0x80, 0xaa, 0xfd, 0xc8, 0x99, 0xbe, 0x72, 0x41, 0x5a, 0x17, 0x16, 0x2f, 0x9d,
    0x40, 0xd8, 0x01, 0xfe, 0x91, 0x7b, 0xc2, 0x16, 0xa2, 0xfc, 0xaf, 0xcf, 0x05, 0x89, 0x6c, 0x78,
};

/* Extended coordinates: the point (x/z, y/z), and t = xy/z. */
typedef struct ge {
    fe_t x, y, z, t;
} ge_t;

static inline ge_t ge_identity(void)
{
    return (ge_t){fe_small(0), fe_small(1), fe_small(1), fe_small(0)};
}

/* False: not the canonical encoding of an element. The encoding of the identity (zeros) is one. */
static inline bool ge_ristretto_decode(ge_t *out, const uint8_t in[32])
{
    fe_t one = fe_small(1), s = fe_from_bytes(in);
    uint8_t canonical[32];
    fe_to_bytes(canonical, s);
    if (__builtin_memcmp(canonical, in, 32) != 0 || (in[0] & 1))
        return false;
    fe_t ss = fe_sq(s);
    fe_t u1 = fe_sub(one, ss), u2 = fe_add(one, ss), u2u2 = fe_sq(u2), root;
    fe_t v = fe_sub(fe_neg(fe_mul(fe_from_bytes(curve_d), fe_sq(u1))), u2u2);
    bool square = fe_inv_sqrt(&root, fe_mul(v, u2u2));
    fe_t den_x = fe_mul(root, u2);
    fe_t den_y = fe_mul(fe_mul(root, den_x), v);
    out->x = fe_abs(fe_mul(fe_add(s, s), den_x));
    out->y = fe_mul(u1, den_y);
    out->z = one;
    out->t = fe_mul(out->x, out->y);
    return square && !fe_is_negative(out->t) && !fe_is_zero(out->y);
}

static inline void ge_ristretto_encode(uint8_t out[32], ge_t p)
{
    fe_t i = fe_from_bytes(sqrt_minus_one), root;
    fe_t u1 = fe_mul(fe_add(p.z, p.y), fe_sub(p.z, p.y)), u2 = fe_mul(p.x, p.y);
    (void)fe_inv_sqrt(&root, fe_mul(u1, fe_sq(u2))); /* a square, or zero for the identity's coset */
    fe_t den1 = fe_mul(root, u1), den2 = fe_mul(root, u2);
    fe_t z_inv = fe_mul(fe_mul(den1, den2), p.t);
    fe_t x = p.x, y = p.y, den = den2;
    if (fe_is_negative(fe_mul(p.t, z_inv))) {
        x = fe_mul(p.y, i);
        y = fe_mul(p.x, i);
        den = fe_mul(den1, fe_from_bytes(inv_sqrt_minus_one_minus_d));
    }
    if (fe_is_negative(fe_mul(x, z_inv)))
        y = fe_neg(y);
    fe_to_bytes(out, fe_abs(fe_mul(den, fe_sub(p.z, y))));
}

/* MAP of RFC 9496: one field element to a point (Elligator 2). */
static inline ge_t ge_ristretto_map(fe_t t)
{
    fe_t one = fe_small(1), d = fe_from_bytes(curve_d), s;
    fe_t r = fe_mul(fe_from_bytes(sqrt_minus_one), fe_sq(t));
    fe_t u = fe_mul(fe_add(r, one), fe_from_bytes(one_minus_d_squared));
    fe_t v = fe_mul(fe_sub(fe_neg(one), fe_mul(r, d)), fe_add(r, d));
    fe_t c = fe_neg(one);
    if (!fe_sqrt_ratio(&s, u, v)) {
        s = fe_neg(fe_abs(fe_mul(s, t)));
        c = r;
    }
    fe_t n = fe_sub(fe_mul(fe_mul(c, fe_sub(r, one)), fe_from_bytes(d_minus_one_squared)), v);
    fe_t ss = fe_sq(s);
    fe_t w0 = fe_mul(fe_add(s, s), v), w1 = fe_mul(n, fe_from_bytes(sqrt_minus_d_minus_one));
    fe_t w2 = fe_sub(one, ss), w3 = fe_add(one, ss);
    return (ge_t){fe_mul(w0, w3), fe_mul(w2, w1), fe_mul(w1, w3), fe_mul(w0, w2)};
}

/* Any two points (the addition law is complete). */
static inline ge_t ge_add(ge_t p, ge_t q)
{
    fe_t d = fe_from_bytes(curve_d);
    fe_t a = fe_mul(fe_sub(p.y, p.x), fe_sub(q.y, q.x));
    fe_t b = fe_mul(fe_add(p.y, p.x), fe_add(q.y, q.x));
    fe_t c = fe_mul(fe_mul(p.t, fe_add(d, d)), q.t);
    fe_t z = fe_mul(p.z, q.z), zz = fe_add(z, z);
    fe_t e = fe_sub(b, a), f = fe_sub(zz, c), g = fe_add(zz, c), h = fe_add(b, a);
    return (ge_t){fe_mul(e, f), fe_mul(g, h), fe_mul(f, g), fe_mul(e, h)};
}

/* The one-way map of 64 uniform bytes to an element. */
static inline ge_t ge_from_uniform(const uint8_t in[64])
{
    return ge_add(ge_ristretto_map(fe_from_bytes(in)), ge_ristretto_map(fe_from_bytes(in + 32)));
}

#endif
