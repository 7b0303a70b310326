/* The C library of the wasm body: memory, text, sorting. Compiled with -fno-builtin, or its loops would become calls of
 * themselves. */
#include <stdbool.h>
#include <stdint.h>

#include "runtime/wasm32/host.h"
#include "runtime/wasm32/include/stdio.h"
#include "runtime/wasm32/include/stdlib.h"
#include "runtime/wasm32/include/string.h"

/* ---- memory ---- */

void *memcpy(void *restrict to, const void *restrict from, size_t len)
{
    uint8_t *t = to;
    const uint8_t *f = from;
    for (; len >= 8; len -= 8, t += 8, f += 8) {
        uint64_t word;
        __builtin_memcpy(&word, f, 8);
        __builtin_memcpy(t, &word, 8);
    }
    while (len-- > 0)
        *t++ = *f++;
    return to;
}

void *memmove(void *to, const void *from, size_t len)
{
    uint8_t *t = to;
    const uint8_t *f = from;
    if ((uintptr_t)t <= (uintptr_t)f || (uintptr_t)t >= (uintptr_t)f + len) {
        for (size_t i = 0; i < len; i++)
            t[i] = f[i];
    } else {
        while (len-- > 0)
            t[len] = f[len];
    }
    return to;
}

void *memset(void *to, int byte, size_t len)
{
    uint8_t *t = to;
    uint64_t word = 0x0101010101010101u * (uint8_t)byte;
    for (; len >= 8; len -= 8, t += 8)
        __builtin_memcpy(t, &word, 8);
    while (len-- > 0)
        *t++ = (uint8_t)byte;
    return to;
}

int memcmp(const void *a, const void *b, size_t len)
{
    const uint8_t *x = a, *y = b;
    for (size_t i = 0; i < len; i++)
        if (x[i] != y[i])
            return x[i] < y[i] ? -1 : 1;
    return 0;
}

void *memchr(const void *in, int byte, size_t len)
{
    const uint8_t *p = in;
    for (size_t i = 0; i < len; i++)
        if (p[i] == (uint8_t)byte)
            return (void *)(uintptr_t)(p + i);
    return NULL;
}

void *malloc(size_t size)
{
    return (void *)(uintptr_t)ext_allocator_malloc_version_1((uint32_t)size);
}

void free(void *p)
{
    if (p != NULL)
        ext_allocator_free_version_1((uint32_t)(uintptr_t)p);
}

_Noreturn void abort(void)
{
    __builtin_trap();
}

/* ---- text ---- */

size_t strlen(const char *text)
{
    size_t len = 0;
    while (text[len] != 0)
        len++;
    return len;
}

int strncmp(const char *a, const char *b, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (a[i] != b[i] || a[i] == 0)
            return (uint8_t)a[i] - (uint8_t)b[i];
    return 0;
}

int strcmp(const char *a, const char *b)
{
    return strncmp(a, b, SIZE_MAX);
}

char *strchr(const char *text, int c)
{
    for (;; text++) {
        if (*text == (char)c)
            return (char *)(uintptr_t)text;
        if (*text == 0)
            return NULL;
    }
}

typedef struct out {
    char *at;
    size_t left, written; /* left: with room for the zero */
} out_t;

static void put(out_t *o, char c)
{
    if (o->left > 1) {
        *o->at++ = c;
        o->left--;
    }
    o->written++;
}

typedef struct spec {
    bool zero, has_precision;
    int width, precision, longs; /* longs: 2 is long long */
} spec_t;

static void put_padded(out_t *o, const spec_t *s, const char *text, size_t len)
{
    for (size_t i = len; i < (size_t)s->width; i++)
        put(o, s->zero ? '0' : ' ');
    for (size_t i = 0; i < len; i++)
        put(o, text[i]);
}

static void put_number(out_t *o, const spec_t *s, uint64_t v, unsigned base, bool negative)
{
    char digits[24];
    size_t at = sizeof digits;
    do {
        digits[--at] = "0123456789abcdef"[v % base];
        v /= base;
    } while (v != 0);
    if (negative)
        digits[--at] = '-';
    put_padded(o, s, digits + at, sizeof digits - at);
}

static void put_text(out_t *o, const spec_t *s, const char *text)
{
    size_t len = 0, most = s->has_precision ? (size_t)s->precision : SIZE_MAX;
    while (len < most && text[len] != 0)
        len++;
    put_padded(o, s, text, len);
}

static int read_int(const char **format, va_list *args)
{
    if (**format == '*') {
        (*format)++;
        int v = va_arg(*args, int);
        return v > 0 ? v : 0;
    }
    int v = 0;
    for (; **format >= '0' && **format <= '9'; (*format)++)
        v = v * 10 + (**format - '0');
    return v;
}

static spec_t read_spec(const char **format, va_list *args)
{
    spec_t s = {0};
    for (; **format == '-' || **format == '0' || **format == '+' || **format == ' ' || **format == '#'; (*format)++)
        s.zero = s.zero || **format == '0';
    s.width = read_int(format, args);
    if (**format == '.') {
        (*format)++;
        s.has_precision = true;
        s.precision = read_int(format, args);
    }
    for (; **format == 'l' || **format == 'h' || **format == 'z'; (*format)++)
        s.longs += **format == 'l';
    return s;
}

int vsnprintf(char *out, size_t out_len, const char *format, va_list args)
{
    out_t o = {.at = out, .left = out_len};
    va_list rest;
    va_copy(rest, args);
    for (; *format != 0; format++) {
        if (*format != '%') {
            put(&o, *format);
            continue;
        }
        format++;
        spec_t s = read_spec(&format, &rest);
        if (*format == 's') {
            put_text(&o, &s, va_arg(rest, const char *));
        } else if (*format == 'c') {
            put(&o, (char)va_arg(rest, int));
        } else if (*format == 'd' || *format == 'i') {
            int64_t v = s.longs == 2 ? va_arg(rest, long long) : va_arg(rest, int);
            put_number(&o, &s, v < 0 ? 0 - (uint64_t)v : (uint64_t)v, 10, v < 0);
        } else if (*format == 'u' || *format == 'x' || *format == 'p') {
            uint64_t v = s.longs == 2 ? va_arg(rest, unsigned long long) : va_arg(rest, unsigned);
            put_number(&o, &s, v, *format == 'u' ? 10 : 16, false);
        } else if (*format == '%') {
            put(&o, '%');
        } else {
            break;
        }
    }
    va_end(rest);
    if (out_len > 0)
        *o.at = 0;
    return (int)o.written;
}

int snprintf(char *out, size_t out_len, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int n = vsnprintf(out, out_len, format, args);
    va_end(args);
    return n;
}

/* ---- sorting: heapsort, so that no input is slow and nothing is allocated ---- */

static void swap(uint8_t *a, uint8_t *b, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        uint8_t t = a[i];
        a[i] = b[i];
        b[i] = t;
    }
}

static void sift(uint8_t *items, size_t root, size_t count, size_t size, int (*compare)(const void *, const void *))
{
    for (;;) {
        size_t child = root * 2 + 1;
        if (child >= count)
            return;
        if (child + 1 < count && compare(items + child * size, items + (child + 1) * size) < 0)
            child++;
        if (compare(items + root * size, items + child * size) >= 0)
            return;
        swap(items + root * size, items + child * size, size);
        root = child;
    }
}

void qsort(void *items, size_t count, size_t size, int (*compare)(const void *, const void *))
{
    for (size_t i = count / 2; i-- > 0;)
        sift(items, i, count, size, compare);
    for (size_t end = count; end-- > 1;) {
        swap(items, (uint8_t *)items + end * size, size);
        sift(items, 0, end, size, compare);
    }
}
