/* The random streams the protocol derives from seeds, exactly as the Rust crates draw them: ChaCha20 with a 64-bit
 * block counter (rand_chacha 0.3, ChaCha20Rng::from_seed), ranges and shuffles of rand 0.8. Equal seeds give equal
 * draws on every machine. Not for secrets that must stay secret.
 */
#ifndef PH_CRYPTO_CHACHA_H
#define PH_CRYPTO_CHACHA_H

#include "base/bytes.h"

typedef struct ph_chacha {
    uint32_t key[8];
    uint64_t block;     /* of the next refill */
    uint32_t words[64]; /* four blocks at a time, as the crate buffers them */
    uint32_t at;        /* next unused word; 64: none left */
} ph_chacha_t;

void ph_chacha_init(ph_chacha_t *rng, const uint8_t seed[32]);
uint32_t ph_chacha_u32(ph_chacha_t *rng);
uint64_t ph_chacha_u64(ph_chacha_t *rng); /* two words, the low one first */
/* Whole words are used up: three bytes cost one word. */
void ph_chacha_fill(ph_chacha_t *rng, uint8_t *out, size_t len);

/* Uniform in 0..below; below is at least 1. Draws as often as rand's widening multiply refuses. */
uint32_t ph_chacha_below_u32(ph_chacha_t *rng, uint32_t below);
uint64_t ph_chacha_below_u64(ph_chacha_t *rng, uint64_t below);
/* SliceRandom's gen_index: 32-bit draws for bounds below 2^32. */
size_t ph_chacha_index(ph_chacha_t *rng, size_t below);

/* SliceRandom::shuffle of `count` elements of `size` bytes each, in place. */
void ph_shuffle(ph_chacha_t *rng, void *items, size_t count, size_t size);
/* SliceRandom::partial_shuffle: afterwards the last min(amount, count) elements are the sample, in sampling order from
 * the returned index on. */
size_t ph_partial_shuffle(ph_chacha_t *rng, void *items, size_t count, size_t size, size_t amount);

#endif
