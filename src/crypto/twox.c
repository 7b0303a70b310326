/* twox_N: XXH64 of the input under the seeds 0, 1, …, each little-endian. Freestanding, hence not libxxhash; the tests
 * compare the two. (Source: xxHash fast digest algorithm, XXH64, version 0.1.1.)
 */
#include "crypto/hash.h"

#define P1 0x9e3779b185ebca87u
#define P2 0xc2b2ae3d27d4eb4fu
#define P3 0x165667b19e3779f9u
#define P4 0x85ebca77c2b2ae63u
#define P5 0x27d4eb2f165667c5u

static inline uint64_t rotl(uint64_t v, unsigned n)
{
    return v << n | v >> (64 - n);
}
static inline uint64_t turn(uint64_t acc, uint64_t lane)
{
    return rotl(acc + lane * P2, 31) * P1;
}
static inline uint64_t merge(uint64_t acc, uint64_t lane)
{
    return (acc ^ turn(0, lane)) * P1 + P4;
}

static uint64_t stripes(const uint8_t **at, size_t *left, uint64_t seed)
{
    uint64_t a[4] = {seed + P1 + P2, seed + P2, seed, seed - P1};
    while (*left >= 32) {
        for (unsigned i = 0; i < 4; i++)
            a[i] = turn(a[i], ph_get_u64(*at + 8 * i));
        *at += 32;
        *left -= 32;
    }
    uint64_t h = rotl(a[0], 1) + rotl(a[1], 7) + rotl(a[2], 12) + rotl(a[3], 18);
    for (unsigned i = 0; i < 4; i++)
        h = merge(h, a[i]);
    return h;
}

static uint64_t xxh64(ph_bytes_t in, uint64_t seed)
{
    const uint8_t *at = in.data;
    size_t left = in.len;
    uint64_t h = (left >= 32 ? stripes(&at, &left, seed) : seed + P5) + in.len;
    for (; left >= 8; at += 8, left -= 8)
        h = rotl(h ^ turn(0, ph_get_u64(at)), 27) * P1 + P4;
    if (left >= 4) {
        h = rotl(h ^ ph_get_u32(at) * P1, 23) * P2 + P3;
        at += 4;
        left -= 4;
    }
    for (; left > 0; at++, left--)
        h = rotl(h ^ *at * P5, 11) * P1;
    h = (h ^ h >> 33) * P2;
    h = (h ^ h >> 29) * P3;
    return h ^ h >> 32;
}

static void twox(uint8_t *out, unsigned words, ph_bytes_t in)
{
    for (unsigned i = 0; i < words; i++)
        ph_put_u64(out + 8 * i, xxh64(in, i));
}

void ph_twox_64(uint8_t out[8], ph_bytes_t in)
{
    twox(out, 1, in);
}
void ph_twox_128(uint8_t out[16], ph_bytes_t in)
{
    twox(out, 2, in);
}
void ph_twox_256(uint8_t out[32], ph_bytes_t in)
{
    twox(out, 4, in);
}
