/* Byte strings: borrowed views, reference-counted immutable buffers, growable buffers, and hexadecimal text. */
#ifndef PH_BASE_BYTES_H
#define PH_BASE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"

/* A view: says where bytes are, owns nothing unless its holder says so. data may be NULL when len is 0. */
typedef struct ph_bytes {
    uint8_t *data;
    size_t len;
} ph_bytes_t;

#define PH_BYTES_LIT(text) ((ph_bytes_t){(uint8_t *)(uintptr_t)("" text), sizeof(text) - 1})

static inline ph_bytes_t ph_bytes(const void *data, size_t len)
{
    return (ph_bytes_t){(uint8_t *)(uintptr_t)data, len};
}
ph_bytes_t ph_bytes_copy(ph_arena_t *arena, ph_bytes_t bytes); /* arena NULL: heap, ph_mem_free(copy.data) */
bool ph_bytes_equal(ph_bytes_t a, ph_bytes_t b);
int ph_bytes_compare(ph_bytes_t a, ph_bytes_t b); /* lexicographic, shorter first: <0, 0, >0 */
bool ph_bytes_start_with(ph_bytes_t bytes, ph_bytes_t prefix);

/* An immutable buffer shared by reference, also between threads. */
typedef struct ph_buf ph_buf_t;
ph_buf_t *ph_buf_new(ph_bytes_t content);              /* copies; one reference */
ph_buf_t *ph_buf_take(uint8_t *heap_data, size_t len); /* takes ph_mem_alloc'd memory; one reference */
ph_buf_t *ph_buf_ref(ph_buf_t *buf);                   /* returns buf */
void ph_buf_unref(void *buf);                          /* NULL allowed; fits ph_arena_defer */
ph_bytes_t ph_buf_bytes(const ph_buf_t *buf);          /* NULL gives the empty string */
/* What was worked out from a buffer's content alone may stay with it, for whoever gets the buffer next on the same
 * thread (buffers that travel between threads must not be given one): one thing at a time, told apart by the function
 * that drops it, which gets it with the last reference of the buffer. */
void *ph_buf_note(const ph_buf_t *buf, void (*unref)(void *note));          /* borrowed; NULL: none of that kind */
void ph_buf_set_note(ph_buf_t *buf, void *note, void (*unref)(void *note)); /* takes over a reference */
/* A place for a hash of the content, 0 until somebody computes it; same rule. */
uint64_t *ph_buf_hash(ph_buf_t *buf);

/* A buffer that grows while it is written (on the heap, or in an arena when given one). */
typedef struct ph_writer {
    uint8_t *data;
    size_t len, cap;
    ph_arena_t *arena;
} ph_writer_t;
#define PH_WRITER_HEAP ((ph_writer_t){0})
static inline ph_writer_t ph_writer_in(ph_arena_t *arena)
{
    return (ph_writer_t){.arena = arena};
}
void ph_write(ph_writer_t *w, const void *data, size_t len);
void ph_write_u8(ph_writer_t *w, uint8_t v);
static inline ph_bytes_t ph_writer_bytes(const ph_writer_t *w)
{
    return (ph_bytes_t){w->data, w->len};
}
static inline void ph_writer_reset(ph_writer_t *w)
{
    w->len = 0;
}
void ph_writer_free(ph_writer_t *w);        /* heap writers only */
ph_buf_t *ph_writer_to_buf(ph_writer_t *w); /* heap writers only; empties w */

/* Hexadecimal. Text may start with 0x or not; both cases are read, lower case is written. */
void ph_hex(char *out /* 2*len+1 */, ph_bytes_t bytes);
char *ph_hex_in(ph_arena_t *arena, ph_bytes_t bytes); /* with 0x */
PH_MUST_CHECK ph_err_t ph_unhex(ph_arena_t *arena, const char *text, size_t text_len, ph_bytes_t *out);
PH_MUST_CHECK ph_err_t ph_unhex_fixed(const char *text, size_t text_len, uint8_t *out, size_t out_len);

/* Little-endian integers. */
static inline uint16_t ph_get_u16(const uint8_t *p)
{
    return (uint16_t)(p[0] | p[1] << 8);
}
static inline uint32_t ph_get_u32(const uint8_t *p)
{
    return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}
static inline uint64_t ph_get_u64(const uint8_t *p)
{
    return ph_get_u32(p) | (uint64_t)ph_get_u32(p + 4) << 32;
}
static inline void ph_put_u16(uint8_t *p, uint16_t v)
{
    p[0] = (uint8_t)v;
    p[1] = (uint8_t)(v >> 8);
}
static inline void ph_put_u32(uint8_t *p, uint32_t v)
{
    ph_put_u16(p, (uint16_t)v);
    ph_put_u16(p + 2, (uint16_t)(v >> 16));
}
static inline void ph_put_u64(uint8_t *p, uint64_t v)
{
    ph_put_u32(p, (uint32_t)v);
    ph_put_u32(p + 4, (uint32_t)(v >> 32));
}

__extension__ typedef unsigned __int128 ph_u128_t;
__extension__ typedef __int128 ph_i128_t;

#endif
