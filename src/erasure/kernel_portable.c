/* The kernel for any machine: symbols in a lane are plain 16-bit numbers; a factor is four tables of products with the
 * 16 values of each nibble. */
#include <string.h>

#include "erasure/kernel.h"

typedef struct nibbles {
    uint16_t of[4][16];
} nibbles_t;
_Static_assert(sizeof(nibbles_t) == sizeof(ph_gf_factor_t), "a factor holds four nibble tables");

static void factor(ph_gf_factor_t *out, const ph_gf_t *gf, uint16_t constant)
{
    nibbles_t tables = {0};
    for (unsigned nibble = 0; nibble < 4; nibble++) {
        for (unsigned bit = 0; bit < 4; bit++) {
            uint16_t product = ph_gf_mul(gf, (uint16_t)(1u << (4 * nibble + bit)), constant);
            for (unsigned i = 0; i < 1u << bit; i++)
                tables.of[nibble][i | 1u << bit] = tables.of[nibble][i] ^ product;
        }
    }
    memcpy(out, &tables, sizeof tables);
}

static inline uint16_t times(const nibbles_t *t, uint16_t x)
{
    return (uint16_t)(t->of[0][x & 15] ^ t->of[1][x >> 4 & 15] ^ t->of[2][x >> 8 & 15] ^ t->of[3][x >> 12]);
}

static void load(uint16_t *lane, const uint8_t *from, size_t stride, size_t count)
{
    for (size_t i = 0; i < count; i++, from += stride)
        lane[i] = (uint16_t)(from[0] << 8 | from[1]);
}

static void store(uint8_t *to, size_t stride, const uint16_t *lane, size_t count)
{
    for (size_t i = 0; i < count; i++, to += stride) {
        to[0] = (uint8_t)(lane[i] >> 8);
        to[1] = (uint8_t)lane[i];
    }
}

static void add(uint16_t *restrict to, const uint16_t *restrict from, size_t count)
{
    for (size_t i = 0; i < count; i++)
        to[i] = to[i] ^ from[i];
}

static void mul_add(uint16_t *to, const uint16_t *from, const ph_gf_factor_t *by, size_t count)
{
    nibbles_t t;
    memcpy(&t, by, sizeof t);
    for (size_t i = 0; i < count; i++)
        to[i] = to[i] ^ times(&t, from[i]);
}

static void mul(uint16_t *to, const uint16_t *from, const ph_gf_factor_t *by, size_t count)
{
    nibbles_t t;
    memcpy(&t, by, sizeof t);
    for (size_t i = 0; i < count; i++)
        to[i] = times(&t, from[i]);
}

static void butterfly_inverse(uint16_t *a, uint16_t *b, const ph_gf_factor_t *by, size_t count)
{
    add(b, a, count);
    if (by)
        mul_add(a, b, by, count);
}

static void butterfly(uint16_t *a, uint16_t *b, const ph_gf_factor_t *by, size_t count)
{
    if (by)
        mul_add(a, b, by, count);
    add(b, a, count);
}

const ph_erasure_kernel_t ph_erasure_kernel_portable = {
    .name = "portable",
    .group = 32,
    .factor = factor,
    .load = load,
    .store = store,
    .add = add,
    .mul_add = mul_add,
    .mul = mul,
    .butterfly_inverse = butterfly_inverse,
    .butterfly = butterfly,
};
