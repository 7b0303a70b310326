/* Merlin transcripts: a running hash of labelled messages from which labelled challenges are drawn (STROBE-128 over
 * Keccak-f[1600]). A transcript is a plain value: copy the struct to fork it. Freestanding.
 * (Source: Merlin 1.0, STROBE 1.0.2.)
 */
#ifndef PH_CRYPTO_MERLIN_H
#define PH_CRYPTO_MERLIN_H

#include "base/bytes.h"

typedef struct ph_merlin {
    uint64_t lanes[25];
    uint8_t at, begin; /* STROBE's position in the block, and where the running operation began (plus one) */
} ph_merlin_t;

/* Labels are NUL-terminated text; messages are at most 2^32 − 1 bytes. */
void ph_merlin_init(ph_merlin_t *t, const char *label);
void ph_merlin_append(ph_merlin_t *t, const char *label, ph_bytes_t message);
void ph_merlin_append_u64(ph_merlin_t *t, const char *label, uint64_t v); /* 8 bytes little-endian */
/* Draws out_len bytes; the transcript moves on, so that two draws differ. */
void ph_merlin_challenge(ph_merlin_t *t, uint8_t *out, size_t out_len, const char *label);

/* Secret bytes that depend on the transcript, on a secret and on the caller's randomness: a nonce that is safe if any
 * of them is. `random` NULL: none (then equal inputs give equal bytes). The transcript itself does not change.
 */
void ph_merlin_witness(const ph_merlin_t *t, uint8_t *out, size_t out_len, const char *label, ph_bytes_t secret,
                       const uint8_t random[32]);

#endif
