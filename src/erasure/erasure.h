/* Polkadot's erasure code: Reed-Solomon over GF(2^16), systematic.
 *
 * For n validators (2 … 65536), k is the largest power of two ≤ ⌊(n-1)/3⌋+1. The payload, zero-padded, is laid out in
 * rows of k big-endian 16-bit symbols. Each row is the values of a polynomial of degree below k at the points 0 … k-1;
 * chunk c is, row by row, its value at point c. So the first k chunks hold the payload itself, and any k chunks give it
 * back. Encoding costs O(n log k) a row, recovery about as much. (Source: architecture.md "Formats to match"; guide 4,
 * "Availability"; arXiv 1404.3458.)
 *
 * A context is immutable to its users and may be used by several threads at once.
 */
#ifndef PH_ERASURE_ERASURE_H
#define PH_ERASURE_ERASURE_H

#include "base/bytes.h"
#include "erasure/kernel.h"

#define PH_ERASURE_MAX_VALIDATORS 65536u

typedef struct ph_erasure ph_erasure_t;

/* kernel NULL: the best one this machine has. About 256 KiB; factors are added as larger n are met. */
ph_erasure_t *ph_erasure_new(const ph_erasure_kernel_t *kernel);
void ph_erasure_free(ph_erasure_t *erasure); /* NULL allowed */
const char *ph_erasure_kernel_name(const ph_erasure_t *erasure);

/* ⌊(n-1)/3⌋+1: so many chunks of any kind always suffice. INVALID unless 2 ≤ n ≤ 65536. */
PH_MUST_CHECK ph_err_t ph_erasure_threshold(size_t *out, size_t validators);
/* k: the first k chunks are the payload, and any k recover it. Errors as above. */
PH_MUST_CHECK ph_err_t ph_erasure_systematic_threshold(size_t *out, size_t validators);
/* Bytes of each chunk of such a payload: even, 0 for an empty payload. validators must be in range. */
size_t ph_erasure_chunk_len(size_t validators, size_t payload_len);

/* Writes chunk c to chunks + c · chunk_len, all n of them. chunks_len must be n · ph_erasure_chunk_len(n, payload.len).
 * INVALID: n out of range, an empty payload, or a chunks_len that is not that. */
PH_MUST_CHECK ph_err_t ph_erasure_encode(const ph_erasure_t *erasure, uint8_t *chunks, size_t chunks_len,
                                         size_t validators, ph_bytes_t payload);

typedef struct ph_erasure_piece {
    uint32_t index;
    ph_bytes_t bytes;
} ph_erasure_piece_t;

/* Recovers the padded payload, k · chunk length bytes, from at least k chunks; payload_len must be that much. Chunks
 * are believed: what comes out of wrong ones is wrong, so the caller compares the erasure root.
 * INVALID: n or an index out of range, or payload_len wrong. EXISTS: an index twice. NOT_FOUND: fewer than k chunks.
 * MALFORMED: chunks empty, of odd length or of unequal lengths. */
PH_MUST_CHECK ph_err_t ph_erasure_reconstruct(const ph_erasure_t *erasure, uint8_t *payload, size_t payload_len,
                                              size_t validators, const ph_erasure_piece_t *chunks, size_t count);
/* The same from the chunks 0 … k-1 in order (more than k may be given, the rest is not looked at): a transposition. */
PH_MUST_CHECK ph_err_t ph_erasure_reconstruct_systematic(uint8_t *payload, size_t payload_len, size_t validators,
                                                         const ph_bytes_t *chunks, size_t count);

#endif
