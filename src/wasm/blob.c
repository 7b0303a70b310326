#include "wasm/blob.h"

#include <string.h>
#include <zstd.h>

#define STEP ((size_t)256 << 10)

static const uint8_t magic[8] = {0x52, 0xbc, 0x53, 0x76, 0x46, 0xdb, 0x8e, 0x05};

bool ph_blob_is_compressed(ph_bytes_t blob)
{
    return blob.len >= sizeof magic && memcmp(blob.data, magic, sizeof magic) == 0;
}

/* Grows with what really comes out: a frame's own claim about its length is not believed. */
static ph_err_t inflate(ph_writer_t *out, ZSTD_DStream *stream, ph_bytes_t packed, size_t limit)
{
    ZSTD_inBuffer in = {packed.data, packed.len, 0};
    uint8_t *piece = ph_mem_alloc(NULL, STEP);
    ph_err_t err = PH_OK;
    size_t more = 1; /* zstd: 0 at the end of a frame */
    for (;;) {
        ZSTD_outBuffer piece_out = {piece, STEP, 0};
        size_t in_before = in.pos;
        size_t result = ZSTD_decompressStream(stream, &piece_out, &in);
        if (ZSTD_isError(result)) {
            err = PH_ERR_MALFORMED;
            break;
        }
        more = result;
        ph_write(out, piece, piece_out.pos);
        if (out->len > limit) {
            err = PH_ERR_TOO_LARGE;
            break;
        }
        if (piece_out.pos < STEP && in.pos == in.size)
            break;
        if (piece_out.pos == 0 && in.pos == in_before)
            break;
    }
    ph_mem_free(piece);
    if (err == PH_OK && more != 0)
        err = PH_ERR_MALFORMED; /* the stream ends too early */
    return err;
}

ph_err_t ph_blob_decompress(ph_bytes_t *out, ph_bytes_t blob, size_t limit)
{
    if (!ph_blob_is_compressed(blob)) {
        *out = ph_bytes_copy(NULL, blob);
        return PH_OK;
    }
    ph_writer_t content = PH_WRITER_HEAP;
    ZSTD_DStream *stream = ZSTD_createDStream();
    if (!stream)
        return PH_ERR_INTERNAL;
    ph_err_t err = inflate(&content, stream, ph_bytes(blob.data + sizeof magic, blob.len - sizeof magic), limit);
    ZSTD_freeDStream(stream);
    if (err != PH_OK) {
        ph_writer_free(&content);
        return err;
    }
    *out = content.data ? ph_writer_bytes(&content) : ph_bytes_copy(NULL, ph_bytes(NULL, 0));
    return PH_OK;
}

ph_err_t ph_blob_compress(ph_bytes_t *out, ph_bytes_t content)
{
    size_t bound = ZSTD_compressBound(content.len);
    uint8_t *data = ph_mem_alloc(NULL, sizeof magic + bound);
    memcpy(data, magic, sizeof magic);
    size_t len = ZSTD_compress(data + sizeof magic, bound, content.data, content.len, 3);
    if (ZSTD_isError(len)) {
        ph_mem_free(data);
        return PH_ERR_INTERNAL;
    }
    *out = ph_bytes(data, sizeof magic + len);
    return PH_OK;
}
