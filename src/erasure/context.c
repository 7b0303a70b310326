#include "erasure/context.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/check.h"

/* Both strips of the encoder (coefficients and one block of values) fit into a quarter megabyte of near cache. */
#define STRIP_SYMBOLS 65536u

ph_erasure_t *ph_erasure_new(const ph_erasure_kernel_t *kernel)
{
    ph_erasure_t *erasure = ph_mem_alloc(NULL, sizeof *erasure);
    erasure->kernel = kernel ? kernel : &ph_erasure_kernel_portable;
    ph_gf_init(&erasure->gf);
    return erasure;
}

void ph_erasure_free(ph_erasure_t *erasure)
{
    if (!erasure)
        return;
    for (size_t i = 0; i < sizeof erasure->factors / sizeof erasure->factors[0]; i++)
        ph_erasure_mem_free(atomic_load(&erasure->factors[i]));
    ph_mem_free(erasure);
}

const char *ph_erasure_kernel_name(const ph_erasure_t *erasure)
{
    return erasure->kernel->name;
}

ph_err_t ph_erasure_threshold(size_t *out, size_t validators)
{
    if (validators < 2 || validators > PH_ERASURE_MAX_VALIDATORS)
        return PH_ERR_INVALID;
    *out = (validators - 1) / 3 + 1;
    return PH_OK;
}

ph_err_t ph_erasure_systematic_threshold(size_t *out, size_t validators)
{
    size_t threshold;
    PH_TRY(ph_erasure_threshold(&threshold, validators));
    size_t k = 1;
    while (2 * k <= threshold)
        k *= 2;
    *out = k;
    return PH_OK;
}

size_t ph_erasure_chunk_len(size_t validators, size_t payload_len)
{
    size_t k;
    PH_CHECK(ph_erasure_systematic_threshold(&k, validators) == PH_OK);
    return payload_len / (2 * k) * 2 + (payload_len % (2 * k) ? 2 : 0);
}

size_t ph_erasure_strip_rows(const ph_erasure_t *erasure, size_t lane_count, size_t rows)
{
    size_t group = erasure->kernel->group;
    size_t strip = STRIP_SYMBOLS / lane_count;
    if (strip > PH_ERASURE_STRIP_ROWS_MAX)
        strip = PH_ERASURE_STRIP_ROWS_MAX;
    if (strip > rows)
        strip = rows;
    return (strip + group - 1) / group * group + (strip == 0 ? group : 0);
}

void *ph_erasure_mem(size_t len)
{
    size_t rounded = (len + 63) / 64 * 64;
    void *mem = aligned_alloc(64, rounded ? rounded : 64);
    PH_CHECK(mem != NULL);
    memset(mem, 0, rounded);
    return mem;
}

void ph_erasure_mem_free(void *mem)
{
    free(mem);
}

void ph_erasure_need_factors(const ph_erasure_t *erasure, unsigned bits)
{
    for (unsigned b = 2; b <= bits; b++) {
        /* Filling the cache does not change what the context is, hence the const above. */
        _Atomic(ph_gf_factor_t *) *slot = (_Atomic(ph_gf_factor_t *) *)(uintptr_t)&erasure->factors[b];
        if (atomic_load(slot))
            continue;
        size_t first = (size_t)1 << (b - 1), count = first / 2;
        ph_gf_factor_t *built = ph_erasure_mem(count * sizeof *built);
        for (size_t i = 0; i < count; i++)
            erasure->kernel->factor(&built[i], &erasure->gf, (uint16_t)(first + 2 * i));
        ph_gf_factor_t *expected = NULL;
        if (!atomic_compare_exchange_strong(slot, &expected, built))
            ph_erasure_mem_free(built);
    }
}

/* Factor of an even constant; NULL for zero. */
static const ph_gf_factor_t *factor_of(const ph_erasure_t *erasure, size_t constant)
{
    if (constant == 0)
        return NULL;
    unsigned bits = (unsigned)(8 * sizeof(unsigned long)) - (unsigned)__builtin_clzl(constant);
    size_t first = (size_t)1 << (bits - 1);
    return atomic_load_explicit(&erasure->factors[bits], memory_order_acquire) + (constant - first) / 2;
}

void ph_erasure_values_to_coefficients(const ph_erasure_t *erasure, ph_lanes_t lanes, size_t first)
{
    const ph_erasure_kernel_t *kernel = erasure->kernel;
    for (size_t half = 1, level = 0; half < lanes.count; half *= 2, level++) {
        for (size_t block = 0; block < lanes.count; block += 2 * half) {
            const ph_gf_factor_t *factor = factor_of(erasure, (first + block) >> level);
            for (size_t i = block; i < block + half; i++)
                kernel->butterfly_inverse(ph_lane(lanes, i), ph_lane(lanes, i + half), factor, lanes.symbols);
        }
    }
}

void ph_erasure_coefficients_to_values(const ph_erasure_t *erasure, ph_lanes_t lanes, size_t first, size_t wanted)
{
    const ph_erasure_kernel_t *kernel = erasure->kernel;
    size_t level = ph_erasure_log2(lanes.count);
    for (size_t half = lanes.count / 2; half > 0; half /= 2) {
        level--;
        for (size_t block = 0; block < wanted; block += 2 * half) {
            const ph_gf_factor_t *factor = factor_of(erasure, (first + block) >> level);
            for (size_t i = block; i < block + half; i++)
                kernel->butterfly(ph_lane(lanes, i), ph_lane(lanes, i + half), factor, lanes.symbols);
        }
    }
}

unsigned ph_erasure_log2(size_t power_of_two)
{
    return (unsigned)__builtin_ctzl(power_of_two);
}

size_t ph_erasure_round_up_power(size_t n)
{
    size_t power = 1;
    while (power < n)
        power *= 2;
    return power;
}
