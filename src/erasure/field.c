#include "erasure/field.h"

static const uint16_t cantor_basis[16] = {1,     44234, 15374, 5694,  50562, 60718, 37196, 16402,
                                          27800, 4312,  27250, 47360, 64952, 64308, 65336, 39198};

void ph_gf_init(ph_gf_t *gf)
{
    /* Powers of x in the polynomial basis: exp holds them first, log the power of each. */
    uint32_t power = 1;
    for (uint32_t i = 0; i < PH_GF_ORDER; i++) {
        gf->log[power] = (uint16_t)i;
        power <<= 1;
        if (power & 0x10000)
            power ^= 0x1002D;
    }
    /* exp[name] := the element that the name stands for, then to its log. */
    gf->exp[0] = 0;
    for (uint32_t j = 0; j < 16; j++)
        for (uint32_t i = 0; i < 1u << j; i++)
            gf->exp[i | 1u << j] = gf->exp[i] ^ cantor_basis[j];
    for (uint32_t name = 1; name < PH_GF_SIZE; name++)
        gf->exp[name] = gf->log[gf->exp[name]];
    for (uint32_t name = 1; name < PH_GF_SIZE; name++)
        gf->log[name] = gf->exp[name];
    gf->log[0] = 0;
    for (uint32_t name = 1; name < PH_GF_SIZE; name++)
        gf->exp[gf->log[name]] = (uint16_t)name;
    gf->exp[PH_GF_ORDER] = gf->exp[0];
}

/* One carry folded back: 2^16 = 1 modulo 65535. Results stay within 0 … 65535, where both ends mean zero. */
static inline uint16_t fold(uint32_t v)
{
    return (uint16_t)((v & 0xffff) + (v >> 16));
}

static void walsh(uint16_t *data, size_t size)
{
    for (size_t half = 1; half < size; half <<= 1) {
        for (size_t block = 0; block < size; block += 2 * half) {
            uint16_t *low = data + block, *high = low + half;
            for (size_t i = 0; i < half; i++) {
                uint32_t a = low[i], b = high[i];
                low[i] = fold(a + b);
                high[i] = fold(a + PH_GF_ORDER - b);
            }
        }
    }
}

void ph_gf_log_products(const ph_gf_t *gf, uint16_t *in_out, uint16_t *scratch, size_t size)
{
    unsigned bits = 0;
    while ((size_t)1 << bits < size)
        bits++;
    for (size_t i = 0; i < size; i++)
        scratch[i] = gf->log[i];
    walsh(in_out, size);
    walsh(scratch, size);
    for (size_t i = 0; i < size; i++)
        in_out[i] = (uint16_t)((uint32_t)in_out[i] * scratch[i] % PH_GF_ORDER);
    walsh(in_out, size);
    /* The inverse transform divides by size = 2^bits; 2^(16-bits) is its inverse. */
    for (size_t i = 0; i < size; i++)
        in_out[i] = (uint16_t)(((uint64_t)in_out[i] << (16 - bits)) % PH_GF_ORDER);
}
