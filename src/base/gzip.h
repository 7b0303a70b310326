/* Reading gzip (RFC 1952), for test vectors and chain specifications that are kept compressed. */
#ifndef PH_BASE_GZIP_H
#define PH_BASE_GZIP_H

#include <stdbool.h>

#include "base/bytes.h"

/* Do the bytes begin like a gzip file? */
bool ph_gzip_looks_like(ph_bytes_t in);

/* Inflates one gzip member into `arena` (NULL: heap, ph_mem_free(out->data)). TOO_LARGE: it holds more than `max`
 * bytes; MALFORMED: not gzip, cut short, wrong checksum, or bytes after the member. */
PH_MUST_CHECK ph_err_t ph_gunzip(ph_arena_t *arena, ph_bytes_t in, size_t max, ph_bytes_t *out);

#endif
