#include "chain/dump.h"

#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "trie/codec.h"

typedef struct dump_reader {
    ph_arena_t *arena;
    ph_dump_t *out;
    char *why;
    size_t why_len;
} dump_reader_t;

static ph_err_t PH_PRINTF(3, 4) fail(dump_reader_t *r, ph_err_t err, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(r->why, r->why_len, format, args);
    va_end(args);
    return err;
}

static bool unhex(dump_reader_t *r, ph_bytes_t *out, const json_t *value)
{
    return json_is_string(value) &&
           ph_unhex(r->arena, json_string_value(value), json_string_length(value), out) == PH_OK;
}

static ph_err_t read_header(dump_reader_t *r, const json_t *value)
{
    ph_bytes_t bytes;
    if (!value)
        return PH_OK;
    if (!unhex(r, &bytes, value) || ph_header_decode_all(bytes, r->arena, &r->out->header) != PH_OK)
        return fail(r, PH_ERR_MALFORMED, "\"header\": expected the SCALE encoding of a block's header, hexadecimal");
    r->out->has_header = true;
    return PH_OK;
}

static ph_err_t read_root(dump_reader_t *r, const json_t *value)
{
    if (!value)
        return PH_OK;
    if (!json_is_string(value) ||
        ph_unhex_fixed(json_string_value(value), json_string_length(value), r->out->state_root.bytes, 32) != PH_OK)
        return fail(r, PH_ERR_MALFORMED, "\"state_root\": expected 32 bytes of hexadecimal");
    r->out->has_root = true;
    return PH_OK;
}

/* 1 where nothing is said. */
static ph_err_t read_version(dump_reader_t *r, const json_t *value)
{
    r->out->state_version = 1;
    if (!value)
        return PH_OK;
    double version = json_number_value(value);
    if (!json_is_number(value) || (version != 0 && version != 1))
        return fail(r, PH_ERR_MALFORMED, "\"state_version\": expected 0 or 1");
    r->out->state_version = version != 0;
    return PH_OK;
}

static ph_err_t read_pairs(dump_reader_t *r, const json_t *top)
{
    const char *key;
    json_t *value;
    if (!top)
        return fail(r, PH_ERR_NOT_FOUND, "there is no \"top\"; expected what --dump-state writes");
    if (!json_is_object(top))
        return fail(r, PH_ERR_MALFORMED, "\"top\": expected an object of keys and values");
    json_object_foreach((json_t *)(uintptr_t)top, key, value)
    {
        ph_trie_pair_t pair;
        if (ph_unhex(r->arena, key, strlen(key), &pair.key) != PH_OK || !unhex(r, &pair.value, value))
            return fail(r, PH_ERR_MALFORMED, "\"top\": the entry %.80s is not hexadecimal", key);
        if (pair.key.len > PH_TRIE_KEY_MAX)
            return fail(r, PH_ERR_MALFORMED, "\"top\": the key %.80s… is too long; expected at most %u bytes", key,
                        PH_TRIE_KEY_MAX);
        ph_list_push(r->arena, &r->out->pairs, pair);
    }
    return PH_OK;
}

static ph_err_t read_members(dump_reader_t *r, const json_t *json)
{
    PH_TRY(read_pairs(r, json_object_get(json, "top")));
    PH_TRY(read_version(r, json_object_get(json, "state_version")));
    PH_TRY(read_root(r, json_object_get(json, "state_root")));
    return read_header(r, json_object_get(json, "header"));
}

ph_err_t ph_dump_read_json(ph_dump_t *out, ph_arena_t *arena, const json_t *json, char *why, size_t why_len)
{
    dump_reader_t r = {arena, out, why, why_len};
    *out = (ph_dump_t){0};
    return json_is_object(json) ? read_members(&r, json) : fail(&r, PH_ERR_MALFORMED, "expected a JSON object");
}

ph_err_t ph_dump_read(ph_dump_t *out, ph_arena_t *arena, ph_bytes_t text, char *why, size_t why_len)
{
    json_error_t where;
    json_t *json = json_loadb((const char *)text.data, text.len, JSON_ALLOW_NUL | JSON_DECODE_INT_AS_REAL, &where);
    if (!json) {
        dump_reader_t r = {arena, out, why, why_len};
        *out = (ph_dump_t){0};
        return fail(&r, PH_ERR_MALFORMED, "not JSON: line %d, column %d: %s", where.line, where.column, where.text);
    }
    ph_err_t err = ph_dump_read_json(out, arena, json, why, why_len);
    json_decref(json);
    return err;
}
