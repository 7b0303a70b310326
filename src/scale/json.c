#include "scale/json.h"

#include <string.h>

#include "base/check.h"
#include "scale/internal.h"

static const uint8_t *in(const void *value, size_t offset)
{
    return (const uint8_t *)value + offset;
}

static uint8_t *at(void *value, size_t offset)
{
    return (uint8_t *)value + offset;
}

/* ---- printing ---- */

static void print_signed(ph_json_t *j, ph_kind_t kind, const void *value)
{
    ph_i128_t v = (ph_i128_t)ph_integer_load(kind, value);
    if (kind < PH_KIND_I64) {
        ph_json_i64(j, (int64_t)v);
        return;
    }
    char text[44];
    size_t from = sizeof text;
    ph_u128_t rest = v < 0 ? -(ph_u128_t)v : (ph_u128_t)v;
    do
        text[--from] = (char)('0' + (int)(rest % 10));
    while (rest /= 10);
    if (v < 0)
        text[--from] = '-';
    ph_json_string_n(j, text + from, sizeof text - from);
}

static void print_unsigned(ph_json_t *j, ph_kind_t kind, const void *value)
{
    ph_u128_t v = ph_integer_load(kind, value);
    if (kind < PH_KIND_U64)
        ph_json_u64(j, (uint64_t)v);
    else
        ph_json_big(j, v);
}

static void print_items(ph_json_t *j, const ph_type_t *elem, const void *items, size_t count)
{
    ph_json_array(j);
    for (size_t i = 0; i < count; i++)
        ph_type_print(j, elem, in(items, i * elem->size));
    ph_json_end_array(j);
}

static void print_list(ph_json_t *j, const ph_field_t *fields, size_t count, const void *value)
{
    ph_json_array(j);
    for (size_t i = 0; i < count; i++)
        ph_type_print(j, fields[i].type, in(value, fields[i].offset));
    ph_json_end_array(j);
}

static void print_object(ph_json_t *j, const ph_field_t *fields, size_t count, const void *value)
{
    ph_json_object(j);
    for (size_t i = 0; i < count; i++) {
        ph_json_key(j, fields[i].name);
        ph_type_print(j, fields[i].type, in(value, fields[i].offset));
    }
    ph_json_end_object(j);
}

static void print_vec(ph_json_t *j, const ph_type_t *type, const ph_any_vec_t *vec)
{
    const ph_type_t *elem = type->elem;
    if (!elem->size) { /* a list of nulls would let five bytes of input become gigabytes */
        ph_json_u64(j, vec->count);
        return;
    }
    if (type->kind != PH_KIND_MAP) {
        print_items(j, elem, vec->items, vec->count);
        return;
    }
    ph_json_array(j);
    for (size_t i = 0; i < vec->count; i++)
        print_list(j, elem->fields, 2, in(vec->items, i * elem->size));
    ph_json_end_array(j);
}

static void print_struct(ph_json_t *j, const ph_type_t *type, const void *value)
{
    if (type->is_newtype)
        ph_type_print(j, type->fields[0].type, in(value, type->fields[0].offset));
    else if (type->is_tuple)
        print_list(j, type->fields, type->field_count, value);
    else
        print_object(j, type->fields, type->field_count, value);
}

static void print_enum(ph_json_t *j, const ph_type_t *type, const void *value)
{
    const ph_variant_t *variant = ph_type_variant(type, *(const uint8_t *)value);
    PH_CHECK(variant != NULL);
    if (!variant->field_count) {
        ph_json_string(j, variant->name);
        return;
    }
    ph_json_object(j);
    ph_json_key(j, variant->name);
    if (!variant->is_tuple)
        print_object(j, variant->fields, variant->field_count, value);
    else if (variant->field_count == 1)
        ph_type_print(j, variant->fields[0].type, in(value, variant->fields[0].offset));
    else
        print_list(j, variant->fields, variant->field_count, value);
    ph_json_end_object(j);
}

static void print_option(ph_json_t *j, const ph_type_t *type, const void *value)
{
    if (*(const bool *)value)
        ph_type_print(j, type->elem, in(value, type->value_offset));
    else
        ph_json_null(j);
}

static void print_string(ph_json_t *j, ph_bytes_t text)
{
    ph_json_string_n(j, text.len ? (const char *)text.data : "", text.len);
}

void ph_type_print(ph_json_t *j, const ph_type_t *type, const void *value)
{
    switch (type->kind) {
    case PH_KIND_UNIT:
        ph_json_null(j);
        return;
    case PH_KIND_BOOL:
        ph_json_bool(j, *(const bool *)value);
        return;
    case PH_KIND_U8:
    case PH_KIND_U16:
    case PH_KIND_U32:
    case PH_KIND_U64:
    case PH_KIND_U128:
        print_unsigned(j, type->kind, value);
        return;
    case PH_KIND_I8:
    case PH_KIND_I16:
    case PH_KIND_I32:
    case PH_KIND_I64:
    case PH_KIND_I128:
        print_signed(j, type->kind, value);
        return;
    case PH_KIND_COMPACT:
        print_unsigned(j, ph_type_integer(type->elem)->kind, value);
        return;
    case PH_KIND_BYTES:
        ph_json_bytes(j, *(const ph_bytes_t *)value);
        return;
    case PH_KIND_STRING:
        print_string(j, *(const ph_bytes_t *)value);
        return;
    case PH_KIND_FIXED:
        ph_json_bytes(j, ph_bytes(value, type->bound));
        return;
    case PH_KIND_ARRAY:
        print_items(j, type->elem, value, type->bound);
        return;
    case PH_KIND_VEC:
    case PH_KIND_SET:
    case PH_KIND_MAP:
        print_vec(j, type, value);
        return;
    case PH_KIND_OPTION:
    case PH_KIND_TAIL:
        print_option(j, type, value);
        return;
    case PH_KIND_BITS:
        ph_json_bits(j, *(const ph_bits_t *)value);
        return;
    case PH_KIND_STRUCT:
    case PH_KIND_CUSTOM:
        print_struct(j, type, value);
        return;
    case PH_KIND_ENUM:
        print_enum(j, type, value);
        return;
    case PH_KIND_BOX:
        ph_type_print(j, type->elem, *(const void *const *)value);
        return;
    case PH_KIND_SHARED:
        ph_type_print(j, type->elem, ((const ph_any_shared_t *)value)->v);
        return;
    }
    PH_UNREACHABLE();
}

/* ---- parsing. Values are zeroed first, so that half-parsed heap values can be freed ---- */

typedef struct parser {
    ph_arena_t *arena;
    unsigned depth;
    const char *expected;
    char path[PH_READER_PATH_MAX];
} parser_t;

static ph_err_t parse(parser_t *p, const json_t *json, const ph_type_t *type, void *out);

static ph_err_t fail(parser_t *p, const char *expected)
{
    p->expected = expected;
    p->path[0] = 0;
    return PH_ERR_MALFORMED;
}

static ph_err_t fail_in(parser_t *p, const char *name, const char *expected)
{
    fail(p, expected);
    ph_path_prepend(p->path, sizeof p->path, name);
    return PH_ERR_MALFORMED;
}

static ph_err_t parse_member(parser_t *p, const json_t *json, const ph_type_t *type, void *out, const char *name)
{
    ph_err_t err = parse(p, json, type, out);
    if (err)
        ph_path_prepend(p->path, sizeof p->path, name);
    return err;
}

/* The magnitude of a decimal number; false if it is none or above `max`. */
static bool decimal(const char *text, size_t len, ph_u128_t max, ph_u128_t *out)
{
    ph_u128_t v = 0;
    if (!len)
        return false;
    for (size_t i = 0; i < len; i++) {
        unsigned digit = (unsigned)(unsigned char)text[i] - '0';
        if (digit > 9 || v > (max - digit) / 10)
            return false;
        v = v * 10 + digit;
    }
    *out = v;
    return true;
}

static ph_err_t parse_integer(parser_t *p, const json_t *json, ph_kind_t kind, void *out)
{
    bool is_signed = kind >= PH_KIND_I8, negative = false;
    ph_u128_t max = is_signed ? ph_integer_max(kind - PH_KIND_I8 + PH_KIND_U8) >> 1 : ph_integer_max(kind), v = 0;
    bool ok = false;
    if (json_is_integer(json)) {
        json_int_t n = json_integer_value(json);
        negative = n < 0;
        v = negative ? -(ph_u128_t)n : (ph_u128_t)n;
        ok = v <= max + negative;
    } else if (json_is_string(json)) {
        const char *text = json_string_value(json);
        size_t len = json_string_length(json);
        negative = is_signed && len && *text == '-';
        ok = decimal(text + negative, len - negative, max + negative, &v);
    }
    if (!ok || (negative && !is_signed))
        return fail(p, is_signed ? "an integer that fits the type" : "an unsigned integer that fits the type");
    ph_integer_store(kind, out, negative ? -v : v);
    return PH_OK;
}

static ph_err_t parse_bytes(parser_t *p, const json_t *json, const ph_type_t *type, ph_bytes_t *out)
{
    if (!json_is_string(json) || ph_unhex(p->arena, json_string_value(json), json_string_length(json), out))
        return fail(p, "a string of hex digits");
    if (type->bound && out->len > type->bound)
        return fail(p, "no more bytes than the type's bound");
    return PH_OK;
}

static ph_err_t parse_string(parser_t *p, const json_t *json, const ph_type_t *type, ph_bytes_t *out)
{
    if (!json_is_string(json))
        return fail(p, "a string");
    if (type->bound && json_string_length(json) > type->bound)
        return fail(p, "no more bytes than the type's bound");
    *out = ph_bytes_copy(p->arena, ph_bytes(json_string_value(json), json_string_length(json)));
    return PH_OK;
}

static ph_err_t parse_fixed(parser_t *p, const json_t *json, const ph_type_t *type, uint8_t *out)
{
    if (!json_is_string(json) || ph_unhex_fixed(json_string_value(json), json_string_length(json), out, type->bound))
        return fail(p, "hex digits for as many bytes as the type has");
    return PH_OK;
}

static ph_err_t parse_bits(parser_t *p, const json_t *json, ph_bits_t *out)
{
    const char *text = json_is_string(json) ? json_string_value(json) : NULL;
    size_t count = text ? json_string_length(json) : 0;
    if (!text || count > PH_BITS_MAX)
        return fail(p, "a string of the digits 0 and 1");
    *out = ph_bits_new(p->arena, count);
    for (size_t i = 0; i < count; i++) {
        if (text[i] != '0' && text[i] != '1')
            return fail(p, "a string of the digits 0 and 1");
        if (text[i] == '1')
            ph_bits_set(*out, i, true);
    }
    return PH_OK;
}

static ph_err_t parse_items(parser_t *p, const json_t *json, const ph_type_t *elem, void *items, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        char name[PH_INDEX_NAME_MAX];
        ph_index_name(name, i);
        PH_TRY(parse_member(p, json_array_get(json, i), elem, at(items, i * elem->size), name));
    }
    return PH_OK;
}

static ph_err_t parse_array(parser_t *p, const json_t *json, const ph_type_t *type, void *out)
{
    if (!json_is_array(json) || json_array_size(json) != type->bound)
        return fail(p, "a list of as many elements as the type has");
    return parse_items(p, json, type->elem, out, type->bound);
}

static ph_err_t parse_list(parser_t *p, const json_t *json, const ph_field_t *fields, size_t count, void *out)
{
    if (!json_is_array(json) || json_array_size(json) != count)
        return fail(p, "a list with one element for each field");
    for (size_t i = 0; i < count; i++)
        PH_TRY(parse_member(p, json_array_get(json, i), fields[i].type, at(out, fields[i].offset), fields[i].name));
    return PH_OK;
}

static ph_err_t parse_pairs(parser_t *p, const json_t *json, const ph_type_t *elem, uint8_t *items, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        ph_err_t err = parse_list(p, json_array_get(json, i), elem->fields, 2, items + i * elem->size);
        if (err) {
            char name[PH_INDEX_NAME_MAX];
            ph_index_name(name, i);
            ph_path_prepend(p->path, sizeof p->path, name);
            return err;
        }
    }
    return PH_OK;
}

static ph_err_t parse_units(parser_t *p, const json_t *json, ph_any_vec_t *out)
{
    if (json_is_array(json))
        out->count = json_array_size(json);
    else if (json_is_integer(json) && json_integer_value(json) >= 0 && json_integer_value(json) <= UINT32_MAX)
        out->count = (size_t)json_integer_value(json);
    else
        return fail(p, "the number of empty elements");
    return PH_OK;
}

static ph_err_t parse_vec(parser_t *p, const json_t *json, const ph_type_t *type, ph_any_vec_t *out)
{
    const ph_type_t *elem = type->elem;
    if (!elem->size)
        return parse_units(p, json, out);
    if (!json_is_array(json))
        return fail(p, type->kind == PH_KIND_MAP ? "a list of pairs" : "a list");
    size_t count = json_array_size(json);
    if (type->bound && count > type->bound)
        return fail(p, "no more elements than the type's bound");
    if (!count)
        return PH_OK;
    out->items = ph_mem_alloc(p->arena, count * elem->size);
    out->count = count;
    PH_TRY(type->kind == PH_KIND_MAP ? parse_pairs(p, json, elem, out->items, count)
                                     : parse_items(p, json, elem, out->items, count));
    if (type->kind != PH_KIND_VEC)
        ph_items_sort(type, out, !p->arena);
    return PH_OK;
}

static bool may_be_missing(ph_kind_t kind)
{
    return kind == PH_KIND_OPTION || kind == PH_KIND_TAIL || kind == PH_KIND_UNIT;
}

static ph_err_t parse_object(parser_t *p, const json_t *json, const ph_field_t *fields, size_t count, void *out)
{
    if (!json_is_object(json))
        return fail(p, "an object");
    size_t found = 0;
    for (size_t i = 0; i < count; i++) {
        const json_t *member = json_object_get(json, fields[i].name);
        if (!member && !may_be_missing(fields[i].type->kind))
            return fail_in(p, fields[i].name, "this member, which is missing");
        if (!member)
            continue;
        PH_TRY(parse_member(p, member, fields[i].type, at(out, fields[i].offset), fields[i].name));
        found++;
    }
    return found == json_object_size(json) ? PH_OK : fail(p, "no members that the type does not have");
}

static ph_err_t parse_struct(parser_t *p, const json_t *json, const ph_type_t *type, void *out)
{
    if (type->is_newtype)
        return parse(p, json, type->fields[0].type, at(out, type->fields[0].offset));
    if (type->is_tuple)
        return parse_list(p, json, type->fields, type->field_count, out);
    return parse_object(p, json, type->fields, type->field_count, out);
}

static const ph_variant_t *variant_by_name(const ph_type_t *type, const char *name)
{
    for (size_t i = 0; name && i < type->variant_count; i++)
        if (strcmp(type->variants[i].name, name) == 0)
            return &type->variants[i];
    return NULL;
}

static ph_err_t parse_variant(parser_t *p, const json_t *body, const ph_variant_t *variant, void *out)
{
    const ph_field_t *fields = variant->fields;
    if (!variant->field_count)
        return json_is_null(body) ? PH_OK : fail(p, "null: the variant has no fields");
    if (!variant->is_tuple)
        return parse_object(p, body, fields, variant->field_count, out);
    if (variant->field_count == 1)
        return parse(p, body, fields[0].type, at(out, fields[0].offset));
    return parse_list(p, body, fields, variant->field_count, out);
}

static ph_err_t parse_enum(parser_t *p, const json_t *json, const ph_type_t *type, void *out)
{
    const char *name = json_string_value(json);
    const json_t *body = NULL;
    if (json_is_object(json) && json_object_size(json) == 1) {
        void *only = json_object_iter((json_t *)(uintptr_t)json);
        name = json_object_iter_key(only);
        body = json_object_iter_value(only);
    }
    const ph_variant_t *variant = variant_by_name(type, name);
    if (!variant)
        return fail(p, "\"Variant\" or {\"Variant\": body} with a known variant");
    if (!body && variant->field_count)
        return fail(p, "{\"Variant\": body}: the variant has fields");
    *(uint8_t *)out = variant->index;
    ph_err_t err = body ? parse_variant(p, body, variant, out) : PH_OK;
    if (err)
        ph_path_prepend(p->path, sizeof p->path, variant->name);
    return err;
}

static ph_err_t parse_option(parser_t *p, const json_t *json, const ph_type_t *type, void *out)
{
    if (json_is_null(json))
        return PH_OK;
    *(bool *)out = true;
    return parse(p, json, type->elem, at(out, type->value_offset));
}

static ph_err_t parse_box(parser_t *p, const json_t *json, const ph_type_t *type, void **out)
{
    *out = ph_mem_alloc(p->arena, type->elem->size);
    return parse(p, json, type->elem, *out);
}

static ph_err_t parse_shared(parser_t *p, const json_t *json, const ph_type_t *type, ph_any_shared_t *out)
{
    parser_t inner = {.arena = ph_arena_new(), .depth = p->depth};
    void *value = ph_arena_alloc(inner.arena, type->elem->size);
    ph_err_t err = parse(&inner, json, type->elem, value);
    if (!err) {
        out->rc = ph_rc_new(type->elem, value);
        out->v = ph_rc_value(out->rc);
    }
    ph_arena_free(inner.arena);
    if (err) {
        inner.arena = p->arena; /* hand on what was expected, and where */
        *p = inner;
        return err;
    }
    if (p->arena)
        ph_arena_defer(p->arena, ph_rc_unref, out->rc);
    return PH_OK;
}

static ph_err_t parse_bool(parser_t *p, const json_t *json, bool *out)
{
    if (!json_is_boolean(json))
        return fail(p, "true or false");
    *out = json_is_true(json);
    return PH_OK;
}

static ph_err_t parse_deeper(parser_t *p, const json_t *json, const ph_type_t *type, void *out)
{
    if (p->depth >= PH_READER_DEPTH_MAX)
        return fail(p, "less deeply nested data");
    p->depth++;
    ph_err_t err;
    if (type->kind == PH_KIND_BOX)
        err = parse_box(p, json, type, out);
    else if (type->kind == PH_KIND_SHARED)
        err = parse_shared(p, json, type, out);
    else
        err = parse_vec(p, json, type, out);
    p->depth--;
    return err;
}

static ph_err_t parse(parser_t *p, const json_t *json, const ph_type_t *type, void *out)
{
    switch (type->kind) {
    case PH_KIND_UNIT:
        return json_is_null(json) ? PH_OK : fail(p, "null");
    case PH_KIND_BOOL:
        return parse_bool(p, json, out);
    case PH_KIND_U8:
    case PH_KIND_U16:
    case PH_KIND_U32:
    case PH_KIND_U64:
    case PH_KIND_U128:
    case PH_KIND_I8:
    case PH_KIND_I16:
    case PH_KIND_I32:
    case PH_KIND_I64:
    case PH_KIND_I128:
        return parse_integer(p, json, type->kind, out);
    case PH_KIND_COMPACT:
        return parse_integer(p, json, ph_type_integer(type->elem)->kind, out);
    case PH_KIND_BYTES:
        return parse_bytes(p, json, type, out);
    case PH_KIND_STRING:
        return parse_string(p, json, type, out);
    case PH_KIND_FIXED:
        return parse_fixed(p, json, type, out);
    case PH_KIND_ARRAY:
        return parse_array(p, json, type, out);
    case PH_KIND_VEC:
    case PH_KIND_SET:
    case PH_KIND_MAP:
    case PH_KIND_BOX:
    case PH_KIND_SHARED:
        return parse_deeper(p, json, type, out);
    case PH_KIND_OPTION:
    case PH_KIND_TAIL:
        return parse_option(p, json, type, out);
    case PH_KIND_BITS:
        return parse_bits(p, json, out);
    case PH_KIND_STRUCT:
    case PH_KIND_CUSTOM:
        return parse_struct(p, json, type, out);
    case PH_KIND_ENUM:
        return parse_enum(p, json, type, out);
    }
    PH_UNREACHABLE();
}

static void explain(const parser_t *p, char *error, size_t error_len)
{
    size_t len = 0;
    const char *parts[] = {p->path, p->path[0] ? ": expected " : "expected ", p->expected};
    for (size_t i = 0; i < 3; i++)
        for (const char *c = parts[i]; *c && len + 1 < error_len; c++)
            error[len++] = *c;
    error[len] = 0;
}

ph_err_t ph_type_parse(const json_t *json, ph_arena_t *arena, const ph_type_t *type, void *out, char *error,
                       size_t error_len)
{
    parser_t p = {.arena = arena};
    memset(out, 0, type->size);
    ph_err_t err = parse(&p, json, type, out);
    if (err && !arena)
        ph_type_free(type, out);
    if (err && error && error_len)
        explain(&p, error, error_len);
    return err;
}
