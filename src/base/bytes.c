#include "base/bytes.h"

#include <stdatomic.h>
#include <string.h>

#include "base/check.h"

ph_bytes_t ph_bytes_copy(ph_arena_t *arena, ph_bytes_t bytes)
{
    if (!bytes.len)
        return (ph_bytes_t){0};
    uint8_t *data = ph_mem_grow(arena, NULL, 0, bytes.len);
    memcpy(data, bytes.data, bytes.len);
    return (ph_bytes_t){data, bytes.len};
}

bool ph_bytes_equal(ph_bytes_t a, ph_bytes_t b)
{
    return a.len == b.len && (!a.len || memcmp(a.data, b.data, a.len) == 0);
}

int ph_bytes_compare(ph_bytes_t a, ph_bytes_t b)
{
    size_t common = a.len < b.len ? a.len : b.len;
    int order = common ? memcmp(a.data, b.data, common) : 0;
    return order ? order : (a.len > b.len) - (a.len < b.len);
}

bool ph_bytes_start_with(ph_bytes_t bytes, ph_bytes_t prefix)
{
    return bytes.len >= prefix.len && (!prefix.len || memcmp(bytes.data, prefix.data, prefix.len) == 0);
}

/* ---- shared buffers ---- */

struct ph_buf {
    atomic_size_t refs;
    uint8_t *data; /* behind the struct, or a piece of memory of its own */
    size_t len;
    uint64_t hash;
    void *note;
    void (*note_unref)(void *note);
    uint8_t own[];
};

static ph_buf_t *buf_new(size_t own)
{
    ph_buf_t *buf = ph_mem_grow(NULL, NULL, 0, sizeof *buf + own);
    memset(buf, 0, sizeof *buf);
    atomic_init(&buf->refs, 1);
    return buf;
}

ph_buf_t *ph_buf_take(uint8_t *heap_data, size_t len)
{
    ph_buf_t *buf = buf_new(0);
    buf->data = heap_data;
    buf->len = len;
    return buf;
}

ph_buf_t *ph_buf_new(ph_bytes_t content)
{
    ph_buf_t *buf = buf_new(content.len);
    buf->data = buf->own;
    buf->len = content.len;
    if (content.len)
        memcpy(buf->own, content.data, content.len);
    return buf;
}

ph_buf_t *ph_buf_ref(ph_buf_t *buf)
{
    if (buf)
        atomic_fetch_add_explicit(&buf->refs, 1, memory_order_relaxed);
    return buf;
}

void ph_buf_unref(void *ptr)
{
    ph_buf_t *buf = ptr;
    if (!buf || atomic_fetch_sub_explicit(&buf->refs, 1, memory_order_acq_rel) != 1)
        return;
    if (buf->note)
        buf->note_unref(buf->note);
    if (buf->data != buf->own)
        ph_mem_free(buf->data);
    ph_mem_free(buf);
}

void *ph_buf_note(const ph_buf_t *buf, void (*unref)(void *note))
{
    return buf->note && buf->note_unref == unref ? buf->note : NULL;
}

void ph_buf_set_note(ph_buf_t *buf, void *note, void (*unref)(void *note))
{
    if (buf->note)
        buf->note_unref(buf->note);
    buf->note = note;
    buf->note_unref = unref;
}

uint64_t *ph_buf_hash(ph_buf_t *buf)
{
    return &buf->hash;
}

ph_bytes_t ph_buf_bytes(const ph_buf_t *buf)
{
    return buf ? (ph_bytes_t){buf->data, buf->len} : (ph_bytes_t){0};
}

/* ---- writers ---- */

static void writer_room(ph_writer_t *w, size_t more)
{
    if (w->cap - w->len >= more)
        return;
    PH_CHECK(more <= SIZE_MAX / 4 && w->len <= SIZE_MAX / 4);
    size_t cap = w->cap < 32 ? 64 : 2 * w->cap;
    if (cap < w->len + more)
        cap = w->len + more;
    w->data = ph_mem_grow(w->arena, w->data, w->cap, cap);
    w->cap = cap;
}

void ph_write(ph_writer_t *w, const void *data, size_t len)
{
    if (!len)
        return;
    writer_room(w, len);
    memcpy(w->data + w->len, data, len);
    w->len += len;
}

void ph_write_u8(ph_writer_t *w, uint8_t v)
{
    writer_room(w, 1);
    w->data[w->len++] = v;
}

void ph_writer_free(ph_writer_t *w)
{
    PH_CHECK(!w->arena);
    ph_mem_free(w->data);
    *w = PH_WRITER_HEAP;
}

ph_buf_t *ph_writer_to_buf(ph_writer_t *w)
{
    enum { SMALL = 4096 }; /* one piece of memory and a copy are cheaper than two */
    PH_CHECK(!w->arena);
    bool copies = w->len <= SMALL || w->cap - w->len > w->len / 8;
    ph_buf_t *buf = copies ? ph_buf_new(ph_writer_bytes(w)) : ph_buf_take(w->data, w->len);
    if (copies)
        ph_mem_free(w->data);
    *w = PH_WRITER_HEAP;
    return buf;
}

/* ---- hexadecimal ---- */

void ph_hex(char *out, ph_bytes_t bytes)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < bytes.len; i++) {
        out[2 * i] = digits[bytes.data[i] >> 4];
        out[2 * i + 1] = digits[bytes.data[i] & 15];
    }
    out[2 * bytes.len] = 0;
}

char *ph_hex_in(ph_arena_t *arena, ph_bytes_t bytes)
{
    char *text = ph_mem_alloc(arena, 2 * bytes.len + 3);
    text[0] = '0';
    text[1] = 'x';
    ph_hex(text + 2, bytes);
    return text;
}

static int digit_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

static ph_err_t read_digits(const char *text, uint8_t *out, size_t out_len)
{
    for (size_t i = 0; i < out_len; i++) {
        int high = digit_value(text[2 * i]), low = digit_value(text[2 * i + 1]);
        if (high < 0 || low < 0)
            return PH_ERR_MALFORMED;
        out[i] = (uint8_t)(high << 4 | low);
    }
    return PH_OK;
}

static void skip_0x(const char **text, size_t *text_len)
{
    if (*text_len >= 2 && (*text)[0] == '0' && ((*text)[1] == 'x' || (*text)[1] == 'X')) {
        *text += 2;
        *text_len -= 2;
    }
}

ph_err_t ph_unhex(ph_arena_t *arena, const char *text, size_t text_len, ph_bytes_t *out)
{
    *out = (ph_bytes_t){0};
    skip_0x(&text, &text_len);
    if (text_len % 2)
        return PH_ERR_MALFORMED;
    if (!text_len)
        return PH_OK;
    uint8_t *data = ph_mem_alloc(arena, text_len / 2);
    ph_err_t err = read_digits(text, data, text_len / 2);
    if (err) {
        if (!arena)
            ph_mem_free(data);
        return err;
    }
    *out = (ph_bytes_t){data, text_len / 2};
    return PH_OK;
}

ph_err_t ph_unhex_fixed(const char *text, size_t text_len, uint8_t *out, size_t out_len)
{
    skip_0x(&text, &text_len);
    if (text_len % 2 || text_len / 2 != out_len)
        return PH_ERR_MALFORMED;
    return read_digits(text, out, out_len);
}
