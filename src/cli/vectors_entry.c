#include "cli/vectors_entry.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void ph_vec_begin(ph_vec_entry_t *e, ph_vectors_t *v, const char *list, const json_t *json)
{
    memset(e, 0, sizeof *e);
    e->v = v;
    e->list = list;
    e->json = json;
    if (!json_is_object(json))
        ph_vec_fail(e, "not an object");
    (void)ph_vec_take(e, "name");
}

void ph_vec_fail(ph_vec_entry_t *e, const char *why, ...)
{
    if (e->failed)
        return;
    va_list args;
    va_start(args, why);
    vsnprintf(e->why, sizeof e->why, why, args);
    va_end(args);
    e->failed = true;
}

static bool is_taken(const ph_vec_entry_t *e, const char *key)
{
    for (size_t i = 0; i < e->taken_count; i++)
        if (strcmp(e->taken[i], key) == 0)
            return true;
    return false;
}

void ph_vec_end(ph_vec_entry_t *e)
{
    const char *key;
    json_t *member;
    json_object_foreach((json_t *)(uintptr_t)e->json, key, member) if (!is_taken(e, key))
        ph_vec_fail(e, "unknown member \"%s\"", key);
    const char *name = json_string_value(json_object_get(e->json, "name"));
    if (name == NULL)
        ph_vec_fail(e, "no name");
    ph_vectors_report(e->v, e->list, name ? name : "?", !e->failed, "%s", e->why);
}

const json_t *ph_vec_take(ph_vec_entry_t *e, const char *key)
{
    if (!is_taken(e, key)) {
        if (e->taken_count == PH_VEC_MEMBERS_MAX) {
            ph_vec_fail(e, "too many members");
            return NULL;
        }
        e->taken[e->taken_count++] = key;
    }
    return json_object_get(e->json, key);
}

const json_t *ph_vec_need(ph_vec_entry_t *e, const char *key)
{
    const json_t *member = ph_vec_take(e, key);
    if (member == NULL)
        ph_vec_fail(e, "member \"%s\" is missing", key);
    return member;
}

const char *ph_vec_text(ph_vec_entry_t *e, const char *key)
{
    const char *text = json_string_value(ph_vec_need(e, key));
    if (text == NULL)
        ph_vec_fail(e, "%s: expected text", key);
    return text ? text : "";
}

bool ph_vec_bool(ph_vec_entry_t *e, const char *key)
{
    const json_t *member = ph_vec_need(e, key);
    if (!json_is_boolean(member))
        ph_vec_fail(e, "%s: expected true or false", key);
    return json_is_true(member);
}

/* The digits of a number or of a decimal string; NULL for anything else. */
static const char *digits(const json_t *json, char buffer[32])
{
    if (json_is_integer(json)) {
        snprintf(buffer, 32, "%" JSON_INTEGER_FORMAT, json_integer_value(json));
        return buffer;
    }
    const char *text = json_string_value(json);
    if (text == NULL || *text == '\0' || strspn(text + (*text == '-'), "0123456789") != strlen(text + (*text == '-')))
        return NULL;
    return text;
}

static bool number(const json_t *json, uint64_t *out)
{
    char buffer[32];
    const char *text = digits(json, buffer);
    if (text == NULL || *text == '-')
        return false;
    *out = 0;
    for (; *text; text++) {
        uint64_t digit = (uint64_t)(*text - '0');
        if (*out > (UINT64_MAX - digit) / 10)
            return false;
        *out = *out * 10 + digit;
    }
    return true;
}

uint64_t ph_vec_u64(ph_vec_entry_t *e, const char *key)
{
    uint64_t out = 0;
    if (!number(ph_vec_need(e, key), &out))
        ph_vec_fail(e, "%s: expected a number", key);
    return out;
}

bool ph_vec_unhex(ph_arena_t *arena, const json_t *text, ph_bytes_t *out)
{
    const char *hex = json_string_value(text);
    return hex != NULL && ph_unhex(arena, hex, json_string_length(text), out) == PH_OK;
}

ph_bytes_t ph_vec_bytes(ph_vec_entry_t *e, const char *key)
{
    ph_bytes_t out = {0};
    if (!ph_vec_unhex(e->v->arena, ph_vec_need(e, key), &out))
        ph_vec_fail(e, "%s: expected hex", key);
    return out;
}

void ph_vec_fixed(ph_vec_entry_t *e, const char *key, uint8_t *out, size_t len)
{
    ph_bytes_t bytes = ph_vec_bytes(e, key);
    if (bytes.len != len) {
        ph_vec_fail(e, "%s: expected %zu bytes", key, len);
        memset(out, 0, len);
        return;
    }
    memcpy(out, bytes.data, len);
}

/* The start of a long byte string, for messages. */
static const char *short_hex(char out[68], ph_bytes_t bytes)
{
    size_t len = bytes.len < 32 ? bytes.len : 32;
    ph_hex(out, ph_bytes(bytes.data, len));
    return out;
}

void ph_vec_expect_bytes(ph_vec_entry_t *e, const char *key, ph_bytes_t ours)
{
    char hex[68];
    ph_bytes_t recorded = ph_vec_bytes(e, key);
    if (!ph_bytes_equal(recorded, ours))
        ph_vec_fail(e, "%s: we get %s%s (%zu bytes)", key, short_hex(hex, ours), ours.len > 32 ? "…" : "", ours.len);
}

void ph_vec_expect_bool(ph_vec_entry_t *e, const char *key, bool ours)
{
    if (ph_vec_bool(e, key) != ours)
        ph_vec_fail(e, "%s: we get %s", key, ours ? "true" : "false");
}

void ph_vec_expect_text(ph_vec_entry_t *e, const char *key, const char *ours)
{
    if (strcmp(ph_vec_text(e, key), ours) != 0)
        ph_vec_fail(e, "%s: we get %s", key, ours);
}

void ph_vec_expect_u64(ph_vec_entry_t *e, const char *key, uint64_t ours)
{
    if (ph_vec_u64(e, key) != ours)
        ph_vec_fail(e, "%s: we get %" PRIu64, key, ours);
}

void ph_vec_expect_option(ph_vec_entry_t *e, const char *key, bool some, uint64_t ours)
{
    const json_t *member = ph_vec_need(e, key);
    if (some)
        ph_vec_expect_u64(e, key, ours);
    else if (!json_is_null(member))
        ph_vec_fail(e, "%s: we get none", key);
}

/* ---- comparing trees ---- */

static bool differ(char *path, size_t path_len, const char *what)
{
    if (path[0] == '\0')
        snprintf(path, path_len, "%s", what);
    return false;
}

static void prepend(char *path, size_t path_len, const char *step)
{
    char rest[256];
    snprintf(rest, sizeof rest, "%s", path);
    snprintf(path, path_len, "%s.%s", step, rest);
}

static bool same_object(const json_t *recorded, const json_t *ours, char *path, size_t path_len)
{
    const char *key;
    json_t *member;
    if (json_object_size(recorded) != json_object_size(ours))
        return differ(path, path_len, "other members");
    json_object_foreach((json_t *)(uintptr_t)recorded, key, member)
    {
        const json_t *mine = json_object_get(ours, key);
        if (mine != NULL && ph_vec_same_json(member, mine, path, path_len))
            continue;
        if (mine == NULL)
            differ(path, path_len, "missing");
        prepend(path, path_len, key);
        return false;
    }
    return true;
}

static bool same_array(const json_t *recorded, const json_t *ours, char *path, size_t path_len)
{
    char step[24];
    if (json_array_size(recorded) != json_array_size(ours))
        return differ(path, path_len, "other length");
    for (size_t i = 0; i < json_array_size(recorded); i++)
        if (!ph_vec_same_json(json_array_get(recorded, i), json_array_get(ours, i), path, path_len)) {
            snprintf(step, sizeof step, "%zu", i);
            prepend(path, path_len, step);
            return false;
        }
    return true;
}

bool ph_vec_same_json(const json_t *recorded, const json_t *ours, char *path, size_t path_len)
{
    char a[32], b[32];
    if (json_is_object(recorded) && json_is_object(ours))
        return same_object(recorded, ours, path, path_len);
    if (json_is_array(recorded) && json_is_array(ours))
        return same_array(recorded, ours, path, path_len);
    if (json_typeof(recorded) == json_typeof(ours)) {
        if (json_equal(recorded, ours))
            return true;
        return differ(path, path_len, "other value");
    }
    const char *left = digits(recorded, a), *right = digits(ours, b);
    if (left != NULL && right != NULL && strcmp(left, right) == 0)
        return true;
    return differ(path, path_len, "other kind of value");
}

json_t *ph_vec_render(ph_arena_t *arena, const ph_type_t *type, const void *value)
{
    ph_json_t j = ph_json_new(arena, false);
    ph_type_print(&j, type, value);
    return json_loads(ph_json_text(&j), JSON_DECODE_ANY, NULL);
}
