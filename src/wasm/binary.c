#include "wasm/binary.h"

#include <string.h>

static const uint8_t header[8] = {0, 'a', 's', 'm', 1, 0, 0, 0};

void ph_wasm_fail(ph_wasm_cursor_t *c)
{
    c->failed = true;
    c->at = c->end;
}

uint8_t ph_wasm_take_byte(ph_wasm_cursor_t *c)
{
    if (c->at == c->end) {
        c->failed = true;
        return 0;
    }
    return *c->at++;
}

uint32_t ph_wasm_take_u32(ph_wasm_cursor_t *c)
{
    uint32_t value = 0;
    for (unsigned shift = 0; shift < 35; shift += 7) {
        uint8_t byte = ph_wasm_take_byte(c);
        if (shift == 28 && byte > 15)
            break;
        value |= (uint32_t)(byte & 0x7f) << shift;
        if (!(byte & 0x80))
            return c->failed ? 0 : value;
    }
    ph_wasm_fail(c);
    return 0;
}

void ph_wasm_skip_leb(ph_wasm_cursor_t *c, unsigned bytes_max)
{
    while (bytes_max-- > 0)
        if (!(ph_wasm_take_byte(c) & 0x80))
            return;
    ph_wasm_fail(c);
}

ph_bytes_t ph_wasm_take_run(ph_wasm_cursor_t *c, size_t len)
{
    if (len > (size_t)(c->end - c->at)) {
        ph_wasm_fail(c);
        return ph_bytes(NULL, 0);
    }
    ph_bytes_t run = ph_bytes(c->at, len);
    c->at += len;
    return run;
}

/* Flags other than "has a maximum" are not of this dialect. */
uint32_t ph_wasm_take_limits(ph_wasm_cursor_t *c)
{
    uint8_t flags = ph_wasm_take_byte(c);
    if (flags > 1)
        ph_wasm_fail(c);
    uint32_t min = ph_wasm_take_u32(c);
    if (flags & 1)
        (void)ph_wasm_take_u32(c);
    return min;
}

void ph_wasm_take_import(ph_wasm_cursor_t *c, ph_bytes_t *name, uint8_t *kind, uint32_t *index_or_min)
{
    (void)ph_wasm_take_run(c, ph_wasm_take_u32(c));
    *name = ph_wasm_take_run(c, ph_wasm_take_u32(c));
    *kind = ph_wasm_take_byte(c);
    *index_or_min = 0;
    switch (*kind) {
    case PH_WASM_KIND_FUNCTION:
        *index_or_min = ph_wasm_take_u32(c);
        break;
    case PH_WASM_KIND_TABLE:
        (void)ph_wasm_take_byte(c);
        (void)ph_wasm_take_limits(c);
        break;
    case PH_WASM_KIND_MEMORY:
        *index_or_min = ph_wasm_take_limits(c);
        break;
    case PH_WASM_KIND_GLOBAL:
        (void)ph_wasm_take_run(c, 2);
        break;
    default:
        ph_wasm_fail(c);
        break;
    }
}

ph_wasm_cursor_t ph_wasm_module_body(ph_bytes_t wasm)
{
    ph_wasm_cursor_t c = ph_wasm_cursor(wasm);
    ph_bytes_t start = ph_wasm_take_run(&c, sizeof header);
    if (!c.failed && memcmp(start.data, header, sizeof header) != 0)
        ph_wasm_fail(&c);
    return c;
}

void ph_wasm_write_module_header(ph_writer_t *w)
{
    ph_write(w, header, sizeof header);
}

bool ph_wasm_take_section(ph_wasm_cursor_t *c, uint8_t *id, ph_bytes_t *body)
{
    if (c->failed || c->at == c->end)
        return false;
    *id = ph_wasm_take_byte(c);
    *body = ph_wasm_take_run(c, ph_wasm_take_u32(c));
    if (*id != PH_WASM_SECTION_CUSTOM) {
        if (!ph_wasm_section_after(*id, c->last_section))
            ph_wasm_fail(c);
        c->last_section = *id;
    }
    return !c->failed;
}

bool ph_wasm_custom_section(ph_bytes_t wasm, ph_bytes_t *content, const char *name)
{
    ph_wasm_cursor_t c = ph_wasm_module_body(wasm);
    uint8_t id;
    ph_bytes_t body;
    while (ph_wasm_take_section(&c, &id, &body)) {
        ph_wasm_cursor_t inner = ph_wasm_cursor(body);
        if (id != PH_WASM_SECTION_CUSTOM)
            continue;
        ph_bytes_t found = ph_wasm_take_run(&inner, ph_wasm_take_u32(&inner));
        if (inner.failed || !ph_bytes_equal(found, ph_bytes(name, strlen(name))))
            continue;
        *content = ph_bytes(inner.at, (size_t)(inner.end - inner.at));
        return true;
    }
    return false;
}

/* Two ids came later and stand where their number does not say: data count before code, tags after memories. */
static unsigned position(uint8_t id)
{
    return id == 12 ? 2 * PH_WASM_SECTION_CODE - 1u : id == 13 ? 2 * PH_WASM_SECTION_MEMORY + 1u : 2u * id;
}

bool ph_wasm_section_after(uint8_t id, uint8_t other)
{
    return id != PH_WASM_SECTION_CUSTOM && position(id) > position(other);
}

void ph_wasm_write_u32(ph_writer_t *w, uint32_t v)
{
    for (; v >= 0x80; v >>= 7)
        ph_write_u8(w, (uint8_t)(v | 0x80));
    ph_write_u8(w, (uint8_t)v);
}

void ph_wasm_write_i32(ph_writer_t *w, int32_t v)
{
    /* ends when the rest is nothing but the sign that bit 6 repeats */
    for (;;) {
        uint8_t byte = (uint8_t)(v & 0x7f);
        v = v < 0 ? ~(~v >> 7) : v >> 7;
        bool last = (v == 0 && !(byte & 0x40)) || (v == -1 && (byte & 0x40));
        ph_write_u8(w, last ? byte : (uint8_t)(byte | 0x80));
        if (last)
            return;
    }
}

void ph_wasm_write_section(ph_writer_t *w, uint8_t id, ph_bytes_t body)
{
    ph_write_u8(w, id);
    ph_wasm_write_u32(w, (uint32_t)body.len);
    ph_write(w, body.data, body.len);
}
