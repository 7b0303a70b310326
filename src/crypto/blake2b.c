/* BLAKE2b without a key, any digest length (RFC 7693). Freestanding. */
#include "crypto/hash.h"

#define BLOCK 128

static const uint64_t iv[8] = {
    0x6a09e667f3bcc908, 0xbb67ae8584caa73b, 0x3c6ef372fe94f82b, 0xa54ff53a5f1d36f1,
    0x510e527fade682d1, 0x9b05688c2b3e6c1f, 0x1f83d9abfb41bd6b, 0x5be0cd19137e2179,
};

static const uint8_t sigma[10][16] = {
    {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}, {14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3},
    {11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4}, {7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8},
    {9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13}, {2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9},
    {12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11}, {13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10},
    {6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5}, {10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0},
};

/* What ph_blake2b_t holds. */
typedef struct state {
    uint64_t h[8];
    uint64_t bytes; /* hashed so far; 2^64 bytes are out of reach */
    size_t buffered;
    uint8_t buffer[BLOCK];
} state_t;

_Static_assert(sizeof(state_t) <= sizeof(ph_blake2b_t), "ph_blake2b_t is too small");

static inline state_t *state_of(ph_blake2b_t *h)
{
    return (state_t *)(void *)h->state;
}

static inline uint64_t rotr(uint64_t v, unsigned n)
{
    return v >> n | v << (64 - n);
}

#define MIX(a, b, c, d, x, y)                                                                                          \
    do {                                                                                                               \
        v[a] += v[b] + (x);                                                                                            \
        v[d] = rotr(v[d] ^ v[a], 32);                                                                                  \
        v[c] += v[d];                                                                                                  \
        v[b] = rotr(v[b] ^ v[c], 24);                                                                                  \
        v[a] += v[b] + (y);                                                                                            \
        v[d] = rotr(v[d] ^ v[a], 16);                                                                                  \
        v[c] += v[d];                                                                                                  \
        v[b] = rotr(v[b] ^ v[c], 63);                                                                                  \
    } while (0)

#define ROUND(r)                                                                                                       \
    do {                                                                                                               \
        const uint8_t *at = sigma[r];                                                                                  \
        MIX(0, 4, 8, 12, m[at[0]], m[at[1]]);                                                                          \
        MIX(1, 5, 9, 13, m[at[2]], m[at[3]]);                                                                          \
        MIX(2, 6, 10, 14, m[at[4]], m[at[5]]);                                                                         \
        MIX(3, 7, 11, 15, m[at[6]], m[at[7]]);                                                                         \
        MIX(0, 5, 10, 15, m[at[8]], m[at[9]]);                                                                         \
        MIX(1, 6, 11, 12, m[at[10]], m[at[11]]);                                                                       \
        MIX(2, 7, 8, 13, m[at[12]], m[at[13]]);                                                                        \
        MIX(3, 4, 9, 14, m[at[14]], m[at[15]]);                                                                        \
    } while (0)

static void compress(state_t *s, const uint8_t block[BLOCK], bool last)
{
    uint64_t m[16], v[16];
    for (unsigned i = 0; i < 16; i++)
        m[i] = ph_get_u64(block + 8 * i);
    for (unsigned i = 0; i < 8; i++) {
        v[i] = s->h[i];
        v[i + 8] = iv[i];
    }
    v[12] ^= s->bytes;
    if (last)
        v[14] = ~v[14];
    ROUND(0);
    ROUND(1);
    ROUND(2);
    ROUND(3);
    ROUND(4);
    ROUND(5);
    ROUND(6);
    ROUND(7);
    ROUND(8);
    ROUND(9);
    ROUND(0);
    ROUND(1);
    for (unsigned i = 0; i < 8; i++)
        s->h[i] ^= v[i] ^ v[i + 8];
}

void ph_blake2b_init(ph_blake2b_t *h, size_t out_len)
{
    state_t *s = state_of(h);
    for (unsigned i = 0; i < 8; i++)
        s->h[i] = iv[i];
    s->h[0] ^= 0x01010000 ^ (uint64_t)out_len;
    s->bytes = 0;
    s->buffered = 0;
}

/* A full buffer waits for more input: the last block is compressed with a flag. */
void ph_blake2b_update(ph_blake2b_t *h, ph_bytes_t in)
{
    state_t *s = state_of(h);
    const uint8_t *data = in.data;
    size_t left = in.len;
    while (left > 0) {
        if (s->buffered == BLOCK) {
            s->bytes += BLOCK;
            compress(s, s->buffer, false);
            s->buffered = 0;
        }
        if (s->buffered == 0 && left > BLOCK) {
            s->bytes += BLOCK;
            compress(s, data, false);
            data += BLOCK;
            left -= BLOCK;
            continue;
        }
        size_t take = BLOCK - s->buffered < left ? BLOCK - s->buffered : left;
        __builtin_memcpy(s->buffer + s->buffered, data, take);
        s->buffered += take;
        data += take;
        left -= take;
    }
}

void ph_blake2b_final(ph_blake2b_t *h, uint8_t *out, size_t out_len)
{
    state_t *s = state_of(h);
    s->bytes += s->buffered;
    __builtin_memset(s->buffer + s->buffered, 0, BLOCK - s->buffered);
    compress(s, s->buffer, true);
    for (size_t i = 0; i < out_len; i++)
        out[i] = (uint8_t)(s->h[i / 8] >> (8 * (i % 8)));
}

static void blake2(uint8_t *out, size_t out_len, ph_bytes_t in)
{
    ph_blake2b_t h;
    ph_blake2b_init(&h, out_len);
    ph_blake2b_update(&h, in);
    ph_blake2b_final(&h, out, out_len);
}

void ph_blake2_64(uint8_t out[8], ph_bytes_t in)
{
    blake2(out, 8, in);
}
void ph_blake2_128(uint8_t out[16], ph_bytes_t in)
{
    blake2(out, 16, in);
}
void ph_blake2_256(uint8_t out[32], ph_bytes_t in)
{
    blake2(out, 32, in);
}
void ph_blake2_512(uint8_t out[64], ph_bytes_t in)
{
    blake2(out, 64, in);
}
