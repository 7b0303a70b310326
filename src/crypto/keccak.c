#include "crypto/keccak.h"

#define LANES  25
#define ROUNDS 24

static const uint64_t iota[ROUNDS] = {
    0x0000000000000001, 0x0000000000008082, 0x800000000000808a, 0x8000000080008000, 0x000000000000808b,
    0x0000000080000001, 0x8000000080008081, 0x8000000000008009, 0x000000000000008a, 0x0000000000000088,
    0x0000000080008009, 0x000000008000000a, 0x000000008000808b, 0x800000000000008b, 0x8000000000008089,
    0x8000000000008003, 0x8000000000008002, 0x8000000000000080, 0x000000000000800a, 0x800000008000000a,
    0x8000000080008081, 0x8000000000008080, 0x0000000080000001, 0x8000000080008008,
};

static inline uint64_t rotl(uint64_t v, unsigned n)
{
    return n == 0 ? v : v << n | v >> (64 - n);
}

/* Column parities mixed into every lane. */
static inline void theta(uint64_t a[LANES])
{
    uint64_t c[5], d[5];
#pragma GCC unroll 5
    for (unsigned x = 0; x < 5; x++)
        c[x] = a[x] ^ a[x + 5] ^ a[x + 10] ^ a[x + 15] ^ a[x + 20];
    d[0] = c[4] ^ rotl(c[1], 1);
    d[1] = c[0] ^ rotl(c[2], 1);
    d[2] = c[1] ^ rotl(c[3], 1);
    d[3] = c[2] ^ rotl(c[4], 1);
    d[4] = c[3] ^ rotl(c[0], 1);
#pragma GCC unroll 25
    for (unsigned i = 0; i < LANES; i++)
        a[i] ^= d[i % 5];
}

/* Lane (x, y) turned by its offset lands at (y, 2x + 3y). */
static inline void rho_pi(uint64_t b[LANES], const uint64_t a[LANES])
{
    b[0] = a[0];
    b[1] = rotl(a[6], 44);
    b[2] = rotl(a[12], 43);
    b[3] = rotl(a[18], 21);
    b[4] = rotl(a[24], 14);
    b[5] = rotl(a[3], 28);
    b[6] = rotl(a[9], 20);
    b[7] = rotl(a[10], 3);
    b[8] = rotl(a[16], 45);
    b[9] = rotl(a[22], 61);
    b[10] = rotl(a[1], 1);
    b[11] = rotl(a[7], 6);
    b[12] = rotl(a[13], 25);
    b[13] = rotl(a[19], 8);
    b[14] = rotl(a[20], 18);
    b[15] = rotl(a[4], 27);
    b[16] = rotl(a[5], 36);
    b[17] = rotl(a[11], 10);
    b[18] = rotl(a[17], 15);
    b[19] = rotl(a[23], 56);
    b[20] = rotl(a[2], 62);
    b[21] = rotl(a[8], 55);
    b[22] = rotl(a[14], 39);
    b[23] = rotl(a[15], 41);
    b[24] = rotl(a[21], 2);
}

static inline void chi_row(uint64_t a[5], const uint64_t b[5])
{
    a[0] = b[0] ^ (~b[1] & b[2]);
    a[1] = b[1] ^ (~b[2] & b[3]);
    a[2] = b[2] ^ (~b[3] & b[4]);
    a[3] = b[3] ^ (~b[4] & b[0]);
    a[4] = b[4] ^ (~b[0] & b[1]);
}

/* Unrolled inner loops and a local copy keep the lanes out of memory. */
void ph_keccak_f1600(uint64_t lanes[LANES])
{
    uint64_t a[LANES], b[LANES];
    __builtin_memcpy(a, lanes, sizeof a);
    for (unsigned round = 0; round < ROUNDS; round++) {
        theta(a);
        rho_pi(b, a);
#pragma GCC unroll 5
        for (unsigned y = 0; y < LANES; y += 5)
            chi_row(a + y, b + y);
        a[0] ^= iota[round];
    }
    __builtin_memcpy(lanes, a, sizeof a);
}

static inline void absorb_byte(uint64_t lanes[LANES], size_t at, uint8_t byte)
{
    lanes[at / 8] ^= (uint64_t)byte << (8 * (at % 8));
}

void ph_keccak_hash(uint8_t *out, size_t out_len, const uint8_t *in, size_t in_len)
{
    uint64_t lanes[LANES] = {0};
    size_t rate = 200 - 2 * out_len;
    while (in_len >= rate) {
        for (size_t i = 0; i < rate; i++)
            absorb_byte(lanes, i, in[i]);
        ph_keccak_f1600(lanes);
        in += rate;
        in_len -= rate;
    }
    for (size_t i = 0; i < in_len; i++)
        absorb_byte(lanes, i, in[i]);
    absorb_byte(lanes, in_len, 0x01);
    absorb_byte(lanes, rate - 1, 0x80);
    ph_keccak_f1600(lanes);
    for (size_t i = 0; i < out_len; i++)
        out[i] = (uint8_t)(lanes[i / 8] >> (8 * (i % 8)));
}
