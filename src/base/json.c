#include "base/json.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void put(ph_json_t *j, const char *text)
{
    ph_write(&j->out, text, strlen(text));
}

/* Before a value: a comma if one is due. */
static void start_value(ph_json_t *j)
{
    if (j->need_comma)
        ph_write_u8(&j->out, ',');
    j->need_comma = true;
}

static void open_bracket(ph_json_t *j, char bracket)
{
    start_value(j);
    ph_write_u8(&j->out, (uint8_t)bracket);
    j->need_comma = false;
}

static void close_bracket(ph_json_t *j, char bracket)
{
    ph_write_u8(&j->out, (uint8_t)bracket);
    j->need_comma = true;
}

void ph_json_object(ph_json_t *j)
{
    open_bracket(j, '{');
}

void ph_json_end_object(ph_json_t *j)
{
    close_bracket(j, '}');
}

void ph_json_array(ph_json_t *j)
{
    open_bracket(j, '[');
}

void ph_json_end_array(ph_json_t *j)
{
    close_bracket(j, ']');
}

void ph_json_key(ph_json_t *j, const char *key)
{
    ph_json_string(j, key);
    ph_write_u8(&j->out, ':');
    j->need_comma = false;
}

void ph_json_string(ph_json_t *j, const char *text)
{
    ph_json_string_n(j, text, strlen(text));
}

static void escaped(ph_json_t *j, unsigned char c)
{
    char code[8];
    switch (c) {
    case '"':
        put(j, "\\\"");
        break;
    case '\\':
        put(j, "\\\\");
        break;
    case '\n':
        put(j, "\\n");
        break;
    case '\r':
        put(j, "\\r");
        break;
    case '\t':
        put(j, "\\t");
        break;
    default:
        snprintf(code, sizeof code, "\\u%04x", c);
        put(j, code);
    }
}

void ph_json_string_n(ph_json_t *j, const char *text, size_t len)
{
    start_value(j);
    ph_write_u8(&j->out, '"');
    size_t plain = 0; /* start of what needs no escape */
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)text[i];
        if (c >= 0x20 && c != '"' && c != '\\' && c != 0x7f)
            continue;
        ph_write(&j->out, text + plain, i - plain);
        escaped(j, c);
        plain = i + 1;
    }
    ph_write(&j->out, text + plain, len - plain);
    ph_write_u8(&j->out, '"');
}

void ph_json_u64(ph_json_t *j, uint64_t v)
{
    char text[24];
    snprintf(text, sizeof text, "%llu", (unsigned long long)v);
    start_value(j);
    put(j, text);
}

void ph_json_i64(ph_json_t *j, int64_t v)
{
    char text[24];
    snprintf(text, sizeof text, "%lld", (long long)v);
    start_value(j);
    put(j, text);
}

void ph_json_f64(ph_json_t *j, double v)
{
    if (!isfinite(v)) {
        ph_json_null(j);
        return;
    }
    char text[40];
    for (int digits = 15; digits <= 17; digits++) { /* the shortest that reads back the same */
        snprintf(text, sizeof text, "%.*g", digits, v);
        if (strtod(text, NULL) == v)
            break;
    }
    start_value(j);
    put(j, text);
}

void ph_json_big(ph_json_t *j, ph_u128_t v)
{
    char text[44];
    size_t at = sizeof text;
    text[--at] = 0;
    text[--at] = '"';
    do {
        text[--at] = (char)('0' + (int)(v % 10));
        v /= 10;
    } while (v);
    text[--at] = '"';
    start_value(j);
    put(j, text + at);
}

void ph_json_bool(ph_json_t *j, bool v)
{
    start_value(j);
    put(j, v ? "true" : "false");
}

void ph_json_null(ph_json_t *j)
{
    start_value(j);
    put(j, "null");
}

void ph_json_bytes(ph_json_t *j, ph_bytes_t v)
{
    start_value(j);
    put(j, j->hex_prefix ? "\"0x" : "\"");
    char text[129];
    for (size_t i = 0; i < v.len; i += 64) {
        ph_hex(text, ph_bytes(v.data + i, v.len - i < 64 ? v.len - i : 64));
        put(j, text);
    }
    ph_write_u8(&j->out, '"');
}

void ph_json_bits(ph_json_t *j, ph_bits_t v)
{
    start_value(j);
    ph_write_u8(&j->out, '"');
    for (size_t i = 0; i < v.count; i++)
        ph_write_u8(&j->out, ph_bits_get(v, i) ? '1' : '0');
    ph_write_u8(&j->out, '"');
}

const char *ph_json_text(ph_json_t *j)
{
    ph_write_u8(&j->out, 0);
    j->out.len--; /* the terminator is not part of the text */
    return (const char *)j->out.data;
}

void ph_json_free(ph_json_t *j)
{
    ph_writer_free(&j->out);
}
