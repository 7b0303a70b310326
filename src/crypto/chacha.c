#include "crypto/chacha.h"

#include <string.h>

#define BUFFER_WORDS 64

static inline uint32_t rotl(uint32_t v, unsigned n)
{
    return v << n | v >> (32 - n);
}

static inline void quarter(uint32_t x[16], unsigned a, unsigned b, unsigned c, unsigned d)
{
    x[a] += x[b];
    x[d] = rotl(x[d] ^ x[a], 16);
    x[c] += x[d];
    x[b] = rotl(x[b] ^ x[c], 12);
    x[a] += x[b];
    x[d] = rotl(x[d] ^ x[a], 8);
    x[c] += x[d];
    x[b] = rotl(x[b] ^ x[c], 7);
}

static void block(uint32_t out[16], const uint32_t key[8], uint64_t counter)
{
    uint32_t start[16] = {0x61707865, 0x3320646e, 0x79622d32, 0x6b206574};
    memcpy(start + 4, key, 32);
    start[12] = (uint32_t)counter;
    start[13] = (uint32_t)(counter >> 32);
    memcpy(out, start, sizeof start);
    for (int i = 0; i < 10; i++) {
        for (unsigned c = 0; c < 4; c++)
            quarter(out, c, 4 + c, 8 + c, 12 + c);
        for (unsigned c = 0; c < 4; c++)
            quarter(out, c, 4 + (c + 1) % 4, 8 + (c + 2) % 4, 12 + (c + 3) % 4);
    }
    for (int i = 0; i < 16; i++)
        out[i] += start[i];
}

void ph_chacha_init(ph_chacha_t *rng, const uint8_t seed[32])
{
    for (int i = 0; i < 8; i++)
        rng->key[i] = ph_get_u32(seed + 4 * i);
    rng->block = 0;
    rng->at = BUFFER_WORDS;
}

static void refill(ph_chacha_t *rng)
{
    for (unsigned i = 0; i < BUFFER_WORDS; i += 16)
        block(rng->words + i, rng->key, rng->block++);
    rng->at = 0;
}

uint32_t ph_chacha_u32(ph_chacha_t *rng)
{
    if (rng->at == BUFFER_WORDS)
        refill(rng);
    return rng->words[rng->at++];
}

uint64_t ph_chacha_u64(ph_chacha_t *rng)
{
    uint64_t low = ph_chacha_u32(rng);
    return low | (uint64_t)ph_chacha_u32(rng) << 32;
}

void ph_chacha_fill(ph_chacha_t *rng, uint8_t *out, size_t len)
{
    uint8_t word[4];
    while (len > 0) {
        size_t take = len < 4 ? len : 4;
        ph_put_u32(word, ph_chacha_u32(rng));
        memcpy(out, word, take);
        out += take;
        len -= take;
    }
}

/* A draw v stands for the high half of v·below; low halves above the zone would make some results likelier. */
uint32_t ph_chacha_below_u32(ph_chacha_t *rng, uint32_t below)
{
    uint32_t zone = (below << __builtin_clz(below)) - 1;
    for (;;) {
        uint64_t wide = (uint64_t)ph_chacha_u32(rng) * below;
        if ((uint32_t)wide <= zone)
            return (uint32_t)(wide >> 32);
    }
}

uint64_t ph_chacha_below_u64(ph_chacha_t *rng, uint64_t below)
{
    uint64_t zone = (below << __builtin_clzll(below)) - 1;
    for (;;) {
        ph_u128_t wide = (ph_u128_t)ph_chacha_u64(rng) * below;
        if ((uint64_t)wide <= zone)
            return (uint64_t)(wide >> 64);
    }
}

size_t ph_chacha_index(ph_chacha_t *rng, size_t below)
{
    return below <= UINT32_MAX ? ph_chacha_below_u32(rng, (uint32_t)below) : (size_t)ph_chacha_below_u64(rng, below);
}

static void swap(uint8_t *a, uint8_t *b, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        uint8_t kept = a[i];
        a[i] = b[i];
        b[i] = kept;
    }
}

static void settle(ph_chacha_t *rng, uint8_t *items, size_t size, size_t at)
{
    swap(items + at * size, items + ph_chacha_index(rng, at + 1) * size, size);
}

void ph_shuffle(ph_chacha_t *rng, void *items, size_t count, size_t size)
{
    for (size_t at = count; at-- > 1;)
        settle(rng, items, size, at);
}

/* Unlike a full shuffle this also draws for index 0. */
size_t ph_partial_shuffle(ph_chacha_t *rng, void *items, size_t count, size_t size, size_t amount)
{
    size_t end = amount >= count ? 0 : count - amount;
    for (size_t at = count; at-- > end;)
        settle(rng, items, size, at);
    return end;
}
