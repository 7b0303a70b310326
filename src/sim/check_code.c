#include <string.h>

#include "crypto/hash.h"
#include "sim/check_private.h"
#include "trie/root.h"

/* The erasure code a second time, as its definition says and no faster: a row of k symbols is the values of a
 * polynomial of degree below k at the points 0 … k-1 of GF(2^16); chunk c is its value at point c. (Architecture,
 * "Formats to match".) */

/* Elements are named by their coordinates in this basis; b_j = b_{j+1}² + b_{j+1}. */
static const uint16_t BASIS[16] = {0x0001, 0xacca, 0x3c0e, 0x163e, 0xc582, 0xed2e, 0x914c, 0x4012,
                                   0x6c98, 0x10d8, 0x6a72, 0xb900, 0xfdb8, 0xfb34, 0xff38, 0x991e};

static uint16_t element_of(uint16_t name)
{
    uint16_t e = 0;
    for (unsigned i = 0; i < 16; i++)
        if (name >> i & 1)
            e ^= BASIS[i];
    return e;
}

/* Modulo x^16 + x^5 + x^3 + x^2 + 1. */
static uint16_t times(uint16_t a, uint16_t b)
{
    uint32_t x = a, sum = 0;
    for (unsigned i = 0; i < 16; i++) {
        if (b >> i & 1)
            sum ^= x;
        x <<= 1;
        if (x & 0x10000)
            x ^= 0x1002d;
    }
    return (uint16_t)sum;
}

/* a^(2^16 - 2) */
static uint16_t inverse(uint16_t a)
{
    uint16_t result = 1, power = times(a, a);
    for (unsigned i = 1; i < 16; i++) {
        result = times(result, power);
        power = times(power, power);
    }
    return result;
}

/* The weight of the value at point i in the value at point c: Lagrange's. */
static uint16_t weight(size_t i, size_t c, size_t k)
{
    uint16_t above = 1, below = 1, at = element_of((uint16_t)c), own = element_of((uint16_t)i);
    for (size_t j = 0; j < k; j++) {
        uint16_t other = element_of((uint16_t)j);
        if (j == i)
            continue;
        above = times(above, at ^ other);
        below = times(below, own ^ other);
    }
    return times(above, inverse(below));
}

/* The name of an element: the basis is not triangular, so the names are listed. */
uint16_t *ph_check_names(void)
{
    uint16_t *names = ph_mem_alloc(NULL, 65536 * sizeof *names);
    for (uint32_t n = 0; n < 65536; n++)
        names[element_of((uint16_t)n)] = (uint16_t)n;
    return names;
}

/* Multiplying by a weight is linear in the name's bits: what each nibble of it comes to. */
typedef struct product {
    uint16_t of[4][16];
} product_t;

static void make_product(product_t *out, const uint16_t *names, uint16_t factor)
{
    for (unsigned nibble = 0; nibble < 4; nibble++)
        for (uint16_t v = 0; v < 16; v++)
            out->of[nibble][v] = names[times(element_of((uint16_t)(v << 4 * nibble)), factor)];
}

static uint16_t symbol(ph_bytes_t payload, size_t at)
{
    unsigned high = at < payload.len ? payload.data[at] : 0, low = at + 1 < payload.len ? payload.data[at + 1] : 0;
    return (uint16_t)(high << 8 | low);
}

static void encode_chunk(uint8_t *out, const uint16_t *names, ph_bytes_t payload, size_t rows, size_t k, size_t c)
{
    product_t *products = ph_mem_alloc(NULL, k * sizeof *products);
    for (size_t i = 0; i < k; i++)
        make_product(&products[i], names, weight(i, c, k));
    for (size_t row = 0; row < rows; row++) {
        uint16_t sum = 0;
        for (size_t i = 0; i < k; i++) {
            uint16_t s = symbol(payload, row * 2 * k + 2 * i);
            for (unsigned nibble = 0; nibble < 4; nibble++)
                sum ^= products[i].of[nibble][s >> 4 * nibble & 15];
        }
        out[2 * row] = (uint8_t)(sum >> 8);
        out[2 * row + 1] = (uint8_t)sum;
    }
    ph_mem_free(products);
}

size_t ph_check_encode(uint8_t **chunks, const uint16_t *names, size_t validators, size_t k, ph_bytes_t payload)
{
    size_t rows = (payload.len + 2 * k - 1) / (2 * k);
    *chunks = ph_mem_alloc(NULL, validators * rows * 2 + 1);
    for (size_t c = 0; c < validators; c++)
        encode_chunk(*chunks + c * rows * 2, names, payload, rows, k, c);
    return rows * 2;
}

void ph_check_erasure_root(uint8_t out[32], const uint8_t *chunks, size_t chunk_len, size_t count)
{
    ph_trie_pair_t *pairs = ph_mem_alloc(NULL, count * sizeof *pairs);
    uint8_t *bytes = ph_mem_alloc(NULL, count * 36);
    for (size_t i = 0; i < count; i++) {
        uint8_t *key = bytes + 36 * i;
        ph_put_u32(key, (uint32_t)i);
        ph_blake2_256(key + 4, ph_bytes(chunks + i * chunk_len, chunk_len));
        pairs[i] = (ph_trie_pair_t){ph_bytes(key, 4), ph_bytes(key + 4, 32)};
    }
    memset(out, 0, 32);
    count = ph_trie_sort(pairs, count);
    if (ph_trie_root(out, pairs, count, 0) != PH_OK)
        memset(out, 0xff, 32);
    ph_mem_free(pairs);
    ph_mem_free(bytes);
}
