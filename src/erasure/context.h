/* Inside of the erasure room: the context and the transforms. */
#ifndef PH_ERASURE_CONTEXT_H
#define PH_ERASURE_CONTEXT_H

#include <stdatomic.h>

#include "erasure/erasure.h"

struct ph_erasure {
    const ph_erasure_kernel_t *kernel;
    ph_gf_t gf;
    /* factors[b]: those of the even constants of b bits, in order; built when first needed, then never changed. */
    _Atomic(ph_gf_factor_t *) factors[17];
};

/* Lanes of one strip: `count` of them, `symbols` each, one after the other. */
typedef struct ph_lanes {
    uint16_t *at;
    size_t count, symbols;
} ph_lanes_t;

static inline uint16_t *ph_lane(ph_lanes_t lanes, size_t i)
{
    return lanes.at + i * lanes.symbols;
}
#define PH_ERASURE_STRIP_ROWS_MAX 2048u
/* How many rows a strip of so many lanes should have so that it stays in a near cache; a multiple of the group. */
size_t ph_erasure_strip_rows(const ph_erasure_t *erasure, size_t lane_count, size_t rows);
/* 64-byte aligned memory, zeroed; free with ph_erasure_mem_free. */
void *ph_erasure_mem(size_t len);
void ph_erasure_mem_free(void *mem);

/* Makes sure that the factors of all even constants below 2^bits are there. */
void ph_erasure_need_factors(const ph_erasure_t *erasure, unsigned bits);

/* Values at the points first … first+count-1 to coefficients in the basis of subspace polynomials, and back. first is a
 * multiple of count, count a power of two; the factors for constants below first+count must be there.
 * The way back computes the first `wanted` values only. */
void ph_erasure_values_to_coefficients(const ph_erasure_t *erasure, ph_lanes_t lanes, size_t first);
void ph_erasure_coefficients_to_values(const ph_erasure_t *erasure, ph_lanes_t lanes, size_t first, size_t wanted);

unsigned ph_erasure_log2(size_t power_of_two);
size_t ph_erasure_round_up_power(size_t n); /* the smallest power of two ≥ n */

#endif
