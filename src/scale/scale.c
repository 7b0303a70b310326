#include "scale/scale.h"

#include <string.h>

#include "base/check.h"
#include "scale/internal.h"

/* ---- errors ---- */

void ph_path_prepend(char *path, size_t cap, const char *name)
{
    char joined[PH_READER_PATH_MAX];
    PH_CHECK(cap <= sizeof joined);
    size_t len = 0;
    if (name[0] == '_' && name[1] >= '0' && name[1] <= '9')
        name++; /* members of tuples are called _0, _1 in C only */
    for (; *name && len < cap - 1; name++)
        joined[len++] = *name;
    if (path[0] && path[0] != '[' && len < cap - 1)
        joined[len++] = '.';
    for (const char *p = path; *p && len < cap - 1; p++)
        joined[len++] = *p;
    joined[len] = 0;
    memcpy(path, joined, len + 1);
}

size_t ph_decimal(char *out, uint64_t v)
{
    char digits[20];
    size_t n = 0, len = 0;
    do
        digits[n++] = (char)('0' + (int)(v % 10));
    while (v /= 10);
    while (n)
        out[len++] = digits[--n];
    out[len] = 0;
    return len;
}

void ph_index_name(char out[PH_INDEX_NAME_MAX], size_t index)
{
    out[0] = '[';
    size_t len = 1 + ph_decimal(out + 1, index);
    out[len] = ']';
    out[len + 1] = 0;
}

ph_err_t ph_reader_fail(ph_reader_t *r, const char *expected)
{
    if (!r->error) {
        r->error = expected;
        r->error_at = (size_t)(r->at - r->start);
        r->path[0] = 0;
    }
    return PH_ERR_MALFORMED;
}

void ph_reader_in(ph_reader_t *r, const char *field)
{
    ph_path_prepend(r->path, sizeof r->path, field);
}

ph_err_t ph_reader_finish(ph_reader_t *r)
{
    return r->at == r->end ? PH_OK : ph_reader_fail(r, "the end of the input");
}

typedef struct text {
    char *out;
    size_t len, cap;
} text_t;

static void append(text_t *t, const char *more)
{
    while (*more && t->len + 1 < t->cap)
        t->out[t->len++] = *more++;
    t->out[t->len] = 0;
}

void ph_reader_explain(const ph_reader_t *r, char *out, size_t out_len)
{
    if (!out_len)
        return;
    text_t t = {out, 0, out_len};
    out[0] = 0;
    if (!r->error) {
        append(&t, "no error");
        return;
    }
    char number[24];
    ph_decimal(number, r->error_at);
    append(&t, "offset ");
    append(&t, number);
    if (r->path[0]) {
        append(&t, ", field ");
        append(&t, r->path);
    }
    append(&t, ": expected ");
    append(&t, r->error);
}

/* ---- reading ---- */

static ph_err_t need(ph_reader_t *r, size_t len)
{
    return ph_reader_left(r) >= len ? PH_OK : ph_reader_fail(r, "more bytes (the input ends here)");
}

ph_err_t ph_read(ph_reader_t *r, void *out, size_t len)
{
    PH_TRY(need(r, len));
    if (len)
        memcpy(out, r->at, len);
    r->at += len;
    return PH_OK;
}

ph_err_t ph_read_u8(ph_reader_t *r, uint8_t *out)
{
    PH_TRY(need(r, 1));
    *out = *r->at++;
    return PH_OK;
}

ph_err_t ph_read_u16(ph_reader_t *r, uint16_t *out)
{
    PH_TRY(need(r, 2));
    *out = ph_get_u16(r->at);
    r->at += 2;
    return PH_OK;
}

ph_err_t ph_read_u32(ph_reader_t *r, uint32_t *out)
{
    PH_TRY(need(r, 4));
    *out = ph_get_u32(r->at);
    r->at += 4;
    return PH_OK;
}

ph_err_t ph_read_u64(ph_reader_t *r, uint64_t *out)
{
    PH_TRY(need(r, 8));
    *out = ph_get_u64(r->at);
    r->at += 8;
    return PH_OK;
}

ph_err_t ph_read_u128(ph_reader_t *r, ph_u128_t *out)
{
    PH_TRY(need(r, 16));
    *out = (ph_u128_t)ph_get_u64(r->at + 8) << 64 | ph_get_u64(r->at);
    r->at += 16;
    return PH_OK;
}

ph_err_t ph_read_bool(ph_reader_t *r, bool *out)
{
    PH_TRY(need(r, 1));
    if (*r->at > 1)
        return ph_reader_fail(r, "a boolean, 0 or 1");
    *out = *r->at++;
    return PH_OK;
}

static ph_u128_t little_endian(const uint8_t *p, size_t len)
{
    ph_u128_t v = 0;
    while (len--)
        v = v << 8 | p[len];
    return v;
}

ph_err_t ph_read_compact(ph_reader_t *r, ph_u128_t max, ph_u128_t *out)
{
    static const char minimal[] = "a compact integer in its shortest form";
    static const size_t lens[] = {1, 2, 4};
    PH_TRY(need(r, 1));
    uint8_t mode = *r->at & 3;
    size_t len = mode < 3 ? lens[mode] : 5 + (size_t)(*r->at >> 2); /* with the first byte */
    if (len > 17)
        return ph_reader_fail(r, "a compact integer of at most 16 bytes");
    PH_TRY(need(r, len));
    ph_u128_t v = mode < 3 ? little_endian(r->at, len) >> 2 : little_endian(r->at + 1, len - 1);
    if ((mode == 1 && v < 1u << 6) || (mode == 2 && v < 1u << 14) || (mode == 3 && v < 1u << 30) ||
        (len > 5 && !r->at[len - 1]))
        return ph_reader_fail(r, minimal);
    if (v > max)
        return ph_reader_fail(r, "a smaller compact integer");
    r->at += len;
    *out = v;
    return PH_OK;
}

ph_err_t ph_read_compact_u32(ph_reader_t *r, uint32_t *out)
{
    ph_u128_t v;
    PH_TRY(ph_read_compact(r, UINT32_MAX, &v));
    *out = (uint32_t)v;
    return PH_OK;
}

ph_err_t ph_read_length(ph_reader_t *r, size_t min_element_len, size_t *out)
{
    const uint8_t *at = r->at;
    uint32_t len;
    PH_TRY(ph_read_compact_u32(r, &len));
    if (len > ph_reader_left(r) / (min_element_len ? min_element_len : 1)) {
        r->at = at;
        return ph_reader_fail(r, "a length that the rest of the input can hold");
    }
    *out = len;
    return PH_OK;
}

ph_err_t ph_read_bytes(ph_reader_t *r, ph_arena_t *arena, ph_bytes_t *out)
{
    size_t len;
    PH_TRY(ph_read_length(r, 1, &len));
    ph_bytes_t view = ph_bytes(r->at, len);
    r->at += len;
    *out = r->borrow ? view : ph_bytes_copy(arena, view);
    return PH_OK;
}

/* ---- writing ---- */

void ph_write_u16(ph_writer_t *w, uint16_t v)
{
    uint8_t b[2];
    ph_put_u16(b, v);
    ph_write(w, b, sizeof b);
}

void ph_write_u32(ph_writer_t *w, uint32_t v)
{
    uint8_t b[4];
    ph_put_u32(b, v);
    ph_write(w, b, sizeof b);
}

void ph_write_u64(ph_writer_t *w, uint64_t v)
{
    uint8_t b[8];
    ph_put_u64(b, v);
    ph_write(w, b, sizeof b);
}

void ph_write_u128(ph_writer_t *w, ph_u128_t v)
{
    ph_write_u64(w, (uint64_t)v);
    ph_write_u64(w, (uint64_t)(v >> 64));
}

size_t ph_compact_len(ph_u128_t v)
{
    if (v < 1u << 6)
        return 1;
    if (v < 1u << 14)
        return 2;
    if (v < 1u << 30)
        return 4;
    size_t len = 1;
    for (; v; v >>= 8)
        len++;
    return len;
}

void ph_write_compact(ph_writer_t *w, ph_u128_t v)
{
    uint8_t b[17];
    size_t len = ph_compact_len(v), start = 0;
    if (v >= 1u << 30) {
        b[0] = (uint8_t)((len - 5) << 2 | 3);
        start = 1;
    } else {
        v = v << 2 | (ph_u128_t)(len / 2); /* lengths 1, 2, 4 are modes 0, 1, 2 */
    }
    for (size_t i = start; i < len; i++, v >>= 8)
        b[i] = (uint8_t)v;
    ph_write(w, b, len);
}

void ph_write_bytes(ph_writer_t *w, ph_bytes_t v)
{
    PH_CHECK(v.len <= UINT32_MAX);
    ph_write_compact(w, v.len);
    ph_write(w, v.data, v.len);
}
