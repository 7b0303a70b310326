/* Code blobs and PoVs may be compressed: 8 bytes of magic, then a zstd stream. (Source: polkadot-sdk,
 * sp-maybe-compressed-blob.) */
#ifndef PH_WASM_BLOB_H
#define PH_WASM_BLOB_H

#include <stdbool.h>

#include "base/bytes.h"

#define PH_BLOB_CODE_BOMB_LIMIT (50u << 20) /* what Polkadot uses where no configuration says otherwise */

bool ph_blob_is_compressed(ph_bytes_t blob);
/* The content, always a new copy on the heap (ph_mem_free), at most `limit` bytes of it if it was compressed; a blob
 * without the magic is taken as it is, whatever its length. TOO_LARGE: it would be longer; MALFORMED: the stream is
 * broken. */
PH_MUST_CHECK ph_err_t ph_blob_decompress(ph_bytes_t *out, ph_bytes_t blob, size_t limit);
/* With the magic, at zstd's level 3; heap. */
PH_MUST_CHECK ph_err_t ph_blob_compress(ph_bytes_t *out, ph_bytes_t content);

#endif
