/* FixedU128: unsigned numbers with 18 decimals, as sp-arithmetic computes with them. */
#ifndef PH_RUNTIME_FIXED_H
#define PH_RUNTIME_FIXED_H

#include "primitives/types.h"

#define PH_FIXED_ONE ((ph_u128_t)1000000000000000000ull)
#define PH_U128_MAX  (~(ph_u128_t)0)

/* a·b/c rounded down, or to the nearest with ties down; PH_U128_MAX if it does not fit or c is 0. */
ph_u128_t ph_mul_div(ph_u128_t a, ph_u128_t b, ph_u128_t c);
ph_u128_t ph_mul_div_nearest(ph_u128_t a, ph_u128_t b, ph_u128_t c);

static inline ph_u128_t ph_fixed_mul(ph_u128_t a, ph_u128_t b)
{
    return ph_mul_div(a, b, PH_FIXED_ONE);
}
static inline ph_u128_t ph_fixed_div(ph_u128_t a, ph_u128_t b)
{
    return ph_mul_div(a, PH_FIXED_ONE, b);
}
static inline ph_u128_t ph_u128_sat_add(ph_u128_t a, ph_u128_t b)
{
    return a > PH_U128_MAX - b ? PH_U128_MAX : a + b;
}
static inline ph_u128_t ph_u128_sat_sub(ph_u128_t a, ph_u128_t b)
{
    return a > b ? a - b : 0;
}

#endif
