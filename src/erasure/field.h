/* GF(2^16) with the polynomial x^16+x^5+x^3+x^2+1 (0x1002D), its elements named in a Cantor basis.
 *
 * The 16-bit name x stands for the sum of basis elements b_j over the set bits j of x. The basis 1, 0xACCA, 0x3C0E, …
 * has b_j = b_(j+1)^2 + b_(j+1). Two things follow that everything here lives on: names add by XOR, and the polynomial
 * that vanishes on the names 0 … 2^j-1 maps the name x to the name x >> j, so the factors of the transform need no
 * table. (Source: Lin, Han, Chung, "Novel Polynomial Basis and Its Application to Reed-Solomon Erasure Codes", arXiv
 * 1404.3458; Gao, Mateer, "Additive Fast Fourier Transforms over Finite Fields".)
 */
#ifndef PH_ERASURE_FIELD_H
#define PH_ERASURE_FIELD_H

#include <stddef.h>
#include <stdint.h>

#define PH_GF_SIZE  65536u
#define PH_GF_ORDER 65535u /* of the multiplicative group */

typedef struct ph_gf {
    uint16_t log[PH_GF_SIZE]; /* log[0] is 0 and means nothing */
    uint16_t exp[PH_GF_SIZE]; /* exp[65535] = exp[0] = 1 */
} ph_gf_t;

void ph_gf_init(ph_gf_t *gf);

/* x · g^log_y; log_y may be any number up to PH_GF_ORDER. */
static inline uint16_t ph_gf_mul_log(const ph_gf_t *gf, uint16_t x, uint32_t log_y)
{
    if (x == 0)
        return 0;
    uint32_t sum = gf->log[x] + log_y;
    return gf->exp[(sum & 0xffff) + (sum >> 16)];
}
static inline uint16_t ph_gf_mul(const ph_gf_t *gf, uint16_t x, uint16_t y)
{
    return y == 0 ? 0 : ph_gf_mul_log(gf, x, gf->log[y]);
}
/* y must not be zero. */
static inline uint16_t ph_gf_div(const ph_gf_t *gf, uint16_t x, uint16_t y)
{
    return ph_gf_mul_log(gf, x, PH_GF_ORDER - gf->log[y]);
}

/* out[i] = log of the product of (i + e) over all e ≠ i below `size` with in[e] = 1; in[] is 0 or 1 and is overwritten.
 * size is a power of two up to PH_GF_SIZE; scratch has room for size numbers. A convolution under XOR, done by
 * Walsh-Hadamard transforms modulo 65535. */
void ph_gf_log_products(const ph_gf_t *gf, uint16_t *in_out, uint16_t *scratch, size_t size);

#endif
