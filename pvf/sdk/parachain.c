#include "sdk/parachain.h"

#define PAGE_LEN 65536u

__attribute__((import_module("env"), import_name("ext_logging_log_version_1"))) void
host_log(uint32_t level, uint64_t target, uint64_t message);
__attribute__((export_name("validate_block"))) uint64_t validate_block(const uint8_t *params, size_t len);

/* ---- what the compiler expects of a C library ---- */

void *memcpy(void *restrict to, const void *restrict from, size_t len)
{
    uint8_t *t = to;
    const uint8_t *f = from;
    for (; len >= 8; len -= 8, t += 8, f += 8)
        __builtin_memcpy_inline(t, f, 8);
    while (len--)
        *t++ = *f++;
    return to;
}

void *memset(void *to, int byte, size_t len)
{
    volatile uint8_t *t = to; /* or the loop would become a call of this very function */
    while (len--)
        *t++ = (uint8_t)byte;
    return to;
}

int memcmp(const void *a, const void *b, size_t len)
{
    const uint8_t *x = a, *y = b;
    for (; len; len--, x++, y++)
        if (*x != *y)
            return *x < *y ? -1 : 1;
    return 0;
}

static size_t text_len(const char *text)
{
    size_t len = 0;
    while (text[len])
        len++;
    return len;
}

/* ---- logging and memory ---- */

static uint64_t span(const void *at, size_t len)
{
    return (uint64_t)len << 32 | (uint32_t)(uintptr_t)at;
}

void pvf_log(uint32_t level, const char *target, const char *message)
{
    host_log(level, span(target, text_len(target)), span(message, text_len(message)));
}

_Noreturn void pvf_reject(const char *reason)
{
    pvf_log(0, "pvf", reason);
    __builtin_trap();
}

/* The memory above __heap_base is the host's (our parameters stand there); ours is what we let the memory grow by.
 * Fresh pages are zero. */
void *pvf_alloc(size_t len)
{
    static uint8_t *at, *end;
    if (len > SIZE_MAX - PAGE_LEN)
        pvf_reject("out of memory");
    len = (len + 15) & ~(size_t)15;
    if ((size_t)(end - at) < len) {
        size_t pages = (len + PAGE_LEN - 1) / PAGE_LEN;
        size_t before = __builtin_wasm_memory_grow(0, pages);
        if (before == SIZE_MAX)
            pvf_reject("out of memory");
        uint8_t *fresh = (uint8_t *)(before * PAGE_LEN);
        if (fresh != end)
            at = fresh;
        end = fresh + pages * PAGE_LEN;
    }
    void *block = at;
    at += len;
    return block;
}

/* ---- reading ---- */

const uint8_t *pvf_take(pvf_bytes_t *in, size_t len)
{
    if (in->len < len)
        pvf_reject("unexpected end");
    const uint8_t *at = in->data;
    in->data += len;
    in->len -= len;
    return at;
}

uint8_t pvf_take_u8(pvf_bytes_t *in)
{
    return *pvf_take(in, 1);
}

uint32_t pvf_take_u32(pvf_bytes_t *in)
{
    const uint8_t *p = pvf_take(in, 4);
    return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

uint64_t pvf_take_u64(pvf_bytes_t *in)
{
    uint64_t low = pvf_take_u32(in);
    return low | (uint64_t)pvf_take_u32(in) << 32;
}

uint32_t pvf_take_compact(pvf_bytes_t *in)
{
    uint32_t first = pvf_take_u8(in), value;
    switch (first & 3) {
    case 0:
        return first >> 2;
    case 1:
        value = (first | (uint32_t)pvf_take_u8(in) << 8) >> 2;
        if (value < 1u << 6)
            pvf_reject("compact not minimal");
        return value;
    case 2: {
        const uint8_t *p = pvf_take(in, 3);
        value = (first | (uint32_t)p[0] << 8 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 24) >> 2;
        if (value < 1u << 14)
            pvf_reject("compact not minimal");
        return value;
    }
    default:
        value = pvf_take_u32(in);
        if (first != 3 || value < 1u << 30)
            pvf_reject("compact not minimal, or too large");
        return value;
    }
}

pvf_bytes_t pvf_take_bytes(pvf_bytes_t *in)
{
    size_t len = pvf_take_compact(in);
    return (pvf_bytes_t){pvf_take(in, len), len};
}

/* ---- writing ---- */

void pvf_put_u32(uint8_t *out, uint32_t v)
{
    for (int i = 0; i < 4; i++)
        out[i] = (uint8_t)(v >> (8 * i));
}

void pvf_put_u64(uint8_t *out, uint64_t v)
{
    pvf_put_u32(out, (uint32_t)v);
    pvf_put_u32(out + 4, (uint32_t)(v >> 32));
}

static uint8_t *put_compact(uint8_t *out, uint32_t v)
{
    if (v < 1u << 6) {
        *out++ = (uint8_t)(v << 2);
        return out;
    }
    if (v < 1u << 14) {
        *out++ = (uint8_t)(v << 2 | 1);
        *out++ = (uint8_t)(v >> 6);
        return out;
    }
    if (v < 1u << 30) {
        pvf_put_u32(out, v << 2 | 2);
        return out + 4;
    }
    *out++ = 3;
    pvf_put_u32(out, v);
    return out + 4;
}

static uint8_t *put_bytes(uint8_t *out, pvf_bytes_t bytes)
{
    out = put_compact(out, (uint32_t)bytes.len);
    memcpy(out, bytes.data, bytes.len);
    return out + bytes.len;
}

/* No compact length takes more than 5 bytes. */
static size_t result_len_max(const pvf_result_t *r)
{
    size_t len = r->head_data.len + r->new_validation_code.len + 40;
    for (size_t i = 0; i < r->upward_message_count; i++)
        len += r->upward_messages[i].len + 5;
    for (size_t i = 0; i < r->horizontal_message_count; i++)
        len += r->horizontal_messages[i].data.len + 9;
    return len;
}

static uint8_t *put_result(uint8_t *out, const pvf_result_t *r)
{
    out = put_bytes(out, r->head_data);
    *out++ = r->new_validation_code.data != NULL;
    if (r->new_validation_code.data)
        out = put_bytes(out, r->new_validation_code);
    out = put_compact(out, (uint32_t)r->upward_message_count);
    for (size_t i = 0; i < r->upward_message_count; i++)
        out = put_bytes(out, r->upward_messages[i]);
    out = put_compact(out, (uint32_t)r->horizontal_message_count);
    for (size_t i = 0; i < r->horizontal_message_count; i++) {
        pvf_put_u32(out, r->horizontal_messages[i].recipient);
        out = put_bytes(out + 4, r->horizontal_messages[i].data);
    }
    pvf_put_u32(out, r->processed_downward_messages);
    pvf_put_u32(out + 4, r->hrmp_watermark);
    return out + 8;
}

/* ---- the entry point ---- */

uint64_t validate_block(const uint8_t *encoded, size_t len)
{
    pvf_bytes_t in = {encoded, len};
    pvf_params_t params = {0};
    params.parent_head = pvf_take_bytes(&in);
    params.block_data = pvf_take_bytes(&in);
    params.relay_parent_number = pvf_take_u32(&in);
    params.relay_parent_storage_root = pvf_take(&in, 32);
    params.extension = in;
    pvf_result_t result = {.hrmp_watermark = params.relay_parent_number};
    pvf_validate_block(&params, &result);
    uint8_t *out = pvf_alloc(result_len_max(&result));
    return span(out, (size_t)(put_result(out, &result) - out));
}
