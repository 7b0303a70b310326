/* Arithmetic modulo p = 2^255 − 19 with ten limbs of 26 and 25 bits in turn and 32×32→64 multiplication, for targets
 * without 128-bit integers (wasm32). The same functions as fe51.h. Variable time: public values only.
 *
 * Every function returns carried limbs (below 2^26 + 2^18), so nineteen times a limb fits 32 bits and a product's ten
 * terms stay below 2^63.
 */
#ifndef PH_CRYPTO_FE25_H
#define PH_CRYPTO_FE25_H

#include "base/bytes.h"

typedef struct fe {
    uint32_t v[10];
} fe_t;

static inline unsigned fe_limb_bits(int i)
{
    return i % 2 ? 25 : 26;
}

static inline fe_t fe_small(uint32_t v)
{
    return (fe_t){{v}};
}

static inline fe_t fe_carry(uint64_t h[10])
{
    fe_t out;
    for (int round = 0; round < 2; round++) {
        uint64_t carry = 0;
#pragma GCC unroll 10
        for (int i = 0; i < 10; i++) {
            h[i] += carry;
            carry = h[i] >> fe_limb_bits(i);
            h[i] &= ((uint64_t)1 << fe_limb_bits(i)) - 1;
        }
        h[0] += carry * 19;
    }
    for (int i = 0; i < 10; i++)
        out.v[i] = (uint32_t)h[i];
    return out;
}

static inline fe_t fe_add(fe_t a, fe_t b)
{
    uint64_t h[10];
    for (int i = 0; i < 10; i++)
        h[i] = (uint64_t)a.v[i] + b.v[i];
    return fe_carry(h);
}

/* a − b + 4p. */
static inline fe_t fe_sub(fe_t a, fe_t b)
{
    uint64_t h[10];
    for (int i = 0; i < 10; i++) {
        uint64_t top = ((uint64_t)4 << fe_limb_bits(i)) - (i == 0 ? 76 : 4);
        h[i] = a.v[i] + top - b.v[i];
    }
    return fe_carry(h);
}

/* Limb i weighs 2^⌈25.5 i⌉: two odd limbs' product is worth twice its place, and 2^255 is worth 19. */
static inline fe_t fe_mul(fe_t a, fe_t b)
{
    uint64_t h[10] = {0};
    uint32_t twice[10], wrapped[10];
    for (int i = 0; i < 10; i++) {
        twice[i] = i % 2 ? 2 * a.v[i] : a.v[i];
        wrapped[i] = 19 * b.v[i];
    }
#pragma GCC unroll 10
    for (int i = 0; i < 10; i++)
#pragma GCC unroll 10
        for (int j = 0; j < 10; j++)
            h[(i + j) % 10] += (uint64_t)(j % 2 ? twice[i] : a.v[i]) * (i + j >= 10 ? wrapped[j] : b.v[j]);
    return fe_carry(h);
}

static inline fe_t fe_sq(fe_t a)
{
    return fe_mul(a, a);
}

/* Bit 255 is ignored; values of p and more are reduced. */
static inline fe_t fe_from_bytes(const uint8_t in[32])
{
    fe_t out;
    unsigned bit = 0;
    for (int i = 0; i < 10; i++) {
        /* 25 or 26 bits from a 5-byte window that ends within the 32 bytes */
        unsigned at = bit / 8 <= 27 ? bit / 8 : 27;
        uint64_t window = ph_get_u32(in + at) | (uint64_t)in[at + 4] << 32;
        out.v[i] = (uint32_t)(window >> (bit - 8 * at) & (((uint64_t)1 << fe_limb_bits(i)) - 1));
        bit += fe_limb_bits(i);
    }
    return out;
}

/* The one representative below p. */
static inline void fe_to_bytes(uint8_t out[32], fe_t a)
{
    uint64_t h[10];
    for (int i = 0; i < 10; i++)
        h[i] = a.v[i];
    a = fe_carry(h);
    uint32_t q = 19;
    for (int i = 0; i < 10; i++)
        q = (a.v[i] + q) >> fe_limb_bits(i);
    uint32_t carry = 19 * q;
    for (int i = 0; i < 10; i++) {
        uint32_t v = a.v[i] + carry;
        carry = v >> fe_limb_bits(i);
        a.v[i] = v & ((1u << fe_limb_bits(i)) - 1);
    }
    uint64_t window = 0;
    unsigned bits = 0, at = 0;
    for (int i = 0; i < 10; i++) {
        window |= (uint64_t)a.v[i] << bits;
        for (bits += fe_limb_bits(i); bits >= 8; bits -= 8, window >>= 8)
            out[at++] = (uint8_t)window;
    }
    out[at] = (uint8_t)window;
}

#endif
