#include "runtime/fixed.h"

/* The 256-bit product of two 128-bit numbers. */
static void wide_mul(ph_u128_t *high, ph_u128_t *low, ph_u128_t a, ph_u128_t b)
{
    ph_u128_t a0 = (uint64_t)a, a1 = a >> 64, b0 = (uint64_t)b, b1 = b >> 64;
    ph_u128_t p00 = a0 * b0, p01 = a0 * b1, p10 = a1 * b0, p11 = a1 * b1;
    ph_u128_t mid = (p00 >> 64) + (uint64_t)p01 + (uint64_t)p10;
    *low = mid << 64 | (uint64_t)p00;
    *high = p11 + (p01 >> 64) + (p10 >> 64) + (mid >> 64);
}

/* Quotient and remainder of high:low / c, by long division; high must be below c. */
static ph_u128_t wide_div(ph_u128_t *rest, ph_u128_t high, ph_u128_t low, ph_u128_t c)
{
    ph_u128_t quotient = 0;
    for (int bit = 127; bit >= 0; bit--) {
        bool carry = high >> 127;
        high = high << 1 | (low >> bit & 1);
        if (carry || high >= c) {
            high -= c;
            quotient |= (ph_u128_t)1 << bit;
        }
    }
    *rest = high;
    return quotient;
}

static ph_u128_t mul_div(ph_u128_t *rest, ph_u128_t a, ph_u128_t b, ph_u128_t c)
{
    ph_u128_t high, low;
    *rest = 0;
    wide_mul(&high, &low, a, b);
    return c == 0 || high >= c ? PH_U128_MAX : wide_div(rest, high, low, c);
}

ph_u128_t ph_mul_div(ph_u128_t a, ph_u128_t b, ph_u128_t c)
{
    ph_u128_t rest;
    return mul_div(&rest, a, b, c);
}

ph_u128_t ph_mul_div_nearest(ph_u128_t a, ph_u128_t b, ph_u128_t c)
{
    ph_u128_t rest, quotient = mul_div(&rest, a, b, c);
    return rest > c - rest && quotient != PH_U128_MAX ? quotient + 1 : quotient;
}
