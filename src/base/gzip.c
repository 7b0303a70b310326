#include "base/gzip.h"

#include <limits.h>
#include <zlib.h>

#include "base/check.h"

#define STEP (64u * 1024u)

bool ph_gzip_looks_like(ph_bytes_t in)
{
    return in.len >= 2 && in.data[0] == 0x1f && in.data[1] == 0x8b;
}

static size_t at_most(size_t a, size_t b)
{
    return a < b ? a : b;
}

static ph_err_t inflate_all(z_stream *z, ph_writer_t *w, ph_bytes_t in, size_t max)
{
    uint8_t step[STEP];
    size_t fed = 0;
    for (;;) {
        if (!z->avail_in) {
            z->next_in = in.data + fed;
            z->avail_in = (uInt)at_most(in.len - fed, UINT_MAX);
            fed += z->avail_in;
        }
        z->next_out = step;
        z->avail_out = STEP;
        int status = inflate(z, Z_NO_FLUSH);
        size_t made = STEP - z->avail_out;
        if (made > max - w->len)
            return PH_ERR_TOO_LARGE;
        ph_write(w, step, made);
        if (status == Z_STREAM_END)
            return z->avail_in || fed < in.len ? PH_ERR_MALFORMED : PH_OK;
        if (status != Z_OK)
            return PH_ERR_MALFORMED;
    }
}

ph_err_t ph_gunzip(ph_arena_t *arena, ph_bytes_t in, size_t max, ph_bytes_t *out)
{
    z_stream z = {0};
    PH_CHECK(inflateInit2(&z, 16 + MAX_WBITS) == Z_OK);
    ph_writer_t w = ph_writer_in(arena);
    ph_err_t err = inflate_all(&z, &w, in, max);
    inflateEnd(&z);
    if (err && !arena)
        ph_writer_free(&w);
    *out = err ? (ph_bytes_t){0} : ph_writer_bytes(&w);
    return err;
}
