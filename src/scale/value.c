/* The interpreter of type descriptions: copying, freeing, comparing. */
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

/* ---- properties of types ---- */

bool ph_type_is_plain(const ph_type_t *type)
{
    while (type->kind == PH_KIND_STRUCT && type->is_newtype && !type->magic && !type->fields[0].offset &&
           type->fields[0].type->size == type->size)
        type = type->fields[0].type;
    if (type->kind == PH_KIND_FIXED || type->kind == PH_KIND_U8 || type->kind == PH_KIND_I8)
        return !type->magic;
    return __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ && type->kind >= PH_KIND_U8 && type->kind <= PH_KIND_I128;
}

const ph_type_t *ph_type_integer(const ph_type_t *type)
{
    while (type->kind == PH_KIND_STRUCT && type->is_newtype)
        type = type->fields[0].type;
    PH_CHECK(type->kind >= PH_KIND_U8 && type->kind <= PH_KIND_U128);
    return type;
}

ph_u128_t ph_integer_max(ph_kind_t kind)
{
    return ~(ph_u128_t)0 >> (128 - (8u << (kind - PH_KIND_U8)));
}

/* Signed ones are sign-extended. */
ph_u128_t ph_integer_load(ph_kind_t kind, const void *value)
{
    switch ((int)kind) {
    case PH_KIND_U8:
        return *(const uint8_t *)value;
    case PH_KIND_U16:
        return *(const uint16_t *)value;
    case PH_KIND_U32:
        return *(const uint32_t *)value;
    case PH_KIND_U64:
        return *(const uint64_t *)value;
    case PH_KIND_I8:
        return (ph_u128_t)(ph_i128_t) * (const int8_t *)value;
    case PH_KIND_I16:
        return (ph_u128_t)(ph_i128_t) * (const int16_t *)value;
    case PH_KIND_I32:
        return (ph_u128_t)(ph_i128_t) * (const int32_t *)value;
    case PH_KIND_I64:
        return (ph_u128_t)(ph_i128_t) * (const int64_t *)value;
    case PH_KIND_U128:
    case PH_KIND_I128:
        return *(const ph_u128_t *)value;
    }
    PH_UNREACHABLE();
}

void ph_integer_store(ph_kind_t kind, void *value, ph_u128_t v)
{
    switch ((int)kind) {
    case PH_KIND_U8:
    case PH_KIND_I8:
        *(uint8_t *)value = (uint8_t)v;
        return;
    case PH_KIND_U16:
    case PH_KIND_I16:
        *(uint16_t *)value = (uint16_t)v;
        return;
    case PH_KIND_U32:
    case PH_KIND_I32:
        *(uint32_t *)value = (uint32_t)v;
        return;
    case PH_KIND_U64:
    case PH_KIND_I64:
        *(uint64_t *)value = (uint64_t)v;
        return;
    case PH_KIND_U128:
    case PH_KIND_I128:
        *(ph_u128_t *)value = v;
        return;
    }
    PH_UNREACHABLE();
}

const ph_variant_t *ph_type_variant(const ph_type_t *type, uint8_t index)
{
    if (index < type->variant_count && type->variants[index].index == index)
        return &type->variants[index];
    for (size_t i = 0; i < type->variant_count; i++)
        if (type->variants[i].index == index)
            return &type->variants[i];
    return NULL;
}

/* The continuation bytes a first byte asks for, and the least code point they may stand for; -1: not a first byte. */
static int utf8_more(uint8_t first, uint32_t *least)
{
    static const uint32_t leasts[] = {0, 0x80, 0x800, 0x10000};
    int more = first < 0x80 ? 0 : first < 0xc0 ? -1 : first < 0xe0 ? 1 : first < 0xf0 ? 2 : first < 0xf8 ? 3 : -1;
    *least = more < 0 ? 0 : leasts[more];
    return more;
}

bool ph_is_utf8(ph_bytes_t text)
{
    for (size_t i = 0; i < text.len;) {
        uint32_t least, code = text.data[i];
        int more = utf8_more(text.data[i++], &least);
        if (more < 0 || (size_t)more > text.len - i)
            return false;
        if (more)
            code &= 0x3fu >> more;
        for (; more; more--, i++) {
            if ((text.data[i] & 0xc0) != 0x80)
                return false;
            code = code << 6 | (text.data[i] & 0x3f);
        }
        if (code < least || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff))
            return false;
    }
    return true;
}

/* ---- copying ---- */

static void clone_items(ph_arena_t *arena, const ph_type_t *elem, void *out, const void *items, size_t count)
{
    if (!elem->size || !count)
        return;
    if (ph_type_is_plain(elem)) {
        memcpy(out, items, count * elem->size);
        return;
    }
    for (size_t i = 0; i < count; i++)
        ph_type_clone(arena, elem, at(out, i * elem->size), in(items, i * elem->size));
}

static void clone_fields(ph_arena_t *arena, const ph_field_t *fields, size_t count, void *out, const void *value)
{
    for (size_t i = 0; i < count; i++)
        ph_type_clone(arena, fields[i].type, at(out, fields[i].offset), in(value, fields[i].offset));
}

static void clone_vec(ph_arena_t *arena, const ph_type_t *type, ph_any_vec_t *out, const ph_any_vec_t *vec)
{
    size_t len = vec->count * type->elem->size;
    *out = (ph_any_vec_t){len ? ph_mem_alloc(arena, len) : NULL, vec->count};
    clone_items(arena, type->elem, out->items, vec->items, vec->count);
}

static void clone_option(ph_arena_t *arena, const ph_type_t *type, void *out, const void *value)
{
    *(bool *)out = *(const bool *)value;
    if (*(bool *)out)
        ph_type_clone(arena, type->elem, at(out, type->value_offset), in(value, type->value_offset));
}

static void clone_enum(ph_arena_t *arena, const ph_type_t *type, void *out, const void *value)
{
    const ph_variant_t *variant = ph_type_variant(type, *(const uint8_t *)value);
    PH_CHECK(variant != NULL);
    *(uint8_t *)out = variant->index;
    clone_fields(arena, variant->fields, variant->field_count, out, value);
}

static void clone_box(ph_arena_t *arena, const ph_type_t *type, void **out, const void *target)
{
    *out = NULL;
    if (!target)
        return;
    *out = ph_mem_alloc(arena, type->elem->size);
    ph_type_clone(arena, type->elem, *out, target);
}

static void clone_shared(ph_arena_t *arena, ph_any_shared_t *out, const ph_any_shared_t *value)
{
    *out = (ph_any_shared_t){ph_rc_ref(value->rc), value->v};
    if (arena && out->rc)
        ph_arena_defer(arena, ph_rc_unref, out->rc);
}

/* memset first: padding and the unused part of unions are zero in every copy, so copies may be hashed and compared. */
void ph_type_clone(ph_arena_t *arena, const ph_type_t *type, void *out, const void *value)
{
    memset(out, 0, type->size);
    switch (type->kind) {
    case PH_KIND_UNIT:
        return;
    case PH_KIND_BOOL:
    case PH_KIND_FIXED:
    case PH_KIND_COMPACT:
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
        memcpy(out, value, type->size);
        return;
    case PH_KIND_BYTES:
    case PH_KIND_STRING:
        *(ph_bytes_t *)out = ph_bytes_copy(arena, *(const ph_bytes_t *)value);
        return;
    case PH_KIND_ARRAY:
        clone_items(arena, type->elem, out, value, type->bound);
        return;
    case PH_KIND_VEC:
    case PH_KIND_SET:
    case PH_KIND_MAP:
        clone_vec(arena, type, out, value);
        return;
    case PH_KIND_OPTION:
    case PH_KIND_TAIL:
        clone_option(arena, type, out, value);
        return;
    case PH_KIND_BITS:
        *(ph_bits_t *)out = ph_bits_copy(arena, *(const ph_bits_t *)value);
        return;
    case PH_KIND_STRUCT:
    case PH_KIND_CUSTOM:
        clone_fields(arena, type->fields, type->field_count, out, value);
        return;
    case PH_KIND_ENUM:
        clone_enum(arena, type, out, value);
        return;
    case PH_KIND_BOX:
        clone_box(arena, type, out, *(const void *const *)value);
        return;
    case PH_KIND_SHARED:
        clone_shared(arena, out, value);
        return;
    }
    PH_UNREACHABLE();
}

/* ---- freeing; works on zeroed and half-decoded values too ---- */

static void free_items(const ph_type_t *elem, void *items, size_t count)
{
    if (!elem->size || !items || ph_type_is_plain(elem))
        return;
    for (size_t i = 0; i < count; i++)
        ph_type_free(elem, at(items, i * elem->size));
}

static void free_fields(const ph_field_t *fields, size_t count, void *value)
{
    for (size_t i = 0; i < count; i++)
        ph_type_free(fields[i].type, at(value, fields[i].offset));
}

static void free_enum(const ph_type_t *type, void *value)
{
    const ph_variant_t *variant = ph_type_variant(type, *(const uint8_t *)value);
    if (variant)
        free_fields(variant->fields, variant->field_count, value);
}

static void free_box(const ph_type_t *type, void *target)
{
    if (target)
        ph_type_free(type->elem, target);
    ph_mem_free(target);
}

void ph_type_free(const ph_type_t *type, void *value)
{
    switch (type->kind) {
    case PH_KIND_UNIT:
    case PH_KIND_BOOL:
    case PH_KIND_FIXED:
    case PH_KIND_COMPACT:
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
        break;
    case PH_KIND_BYTES:
    case PH_KIND_STRING:
        ph_mem_free(((ph_bytes_t *)value)->data);
        break;
    case PH_KIND_ARRAY:
        free_items(type->elem, value, type->bound);
        break;
    case PH_KIND_VEC:
    case PH_KIND_SET:
    case PH_KIND_MAP:
        free_items(type->elem, ((ph_any_vec_t *)value)->items, ((ph_any_vec_t *)value)->count);
        ph_mem_free(((ph_any_vec_t *)value)->items);
        break;
    case PH_KIND_OPTION:
    case PH_KIND_TAIL:
        if (*(bool *)value)
            ph_type_free(type->elem, at(value, type->value_offset));
        break;
    case PH_KIND_BITS:
        ph_mem_free(((ph_bits_t *)value)->bytes);
        break;
    case PH_KIND_STRUCT:
    case PH_KIND_CUSTOM:
        free_fields(type->fields, type->field_count, value);
        break;
    case PH_KIND_ENUM:
        free_enum(type, value);
        break;
    case PH_KIND_BOX:
        free_box(type, *(void **)value);
        break;
    case PH_KIND_SHARED:
        ph_rc_unref(((ph_any_shared_t *)value)->rc);
        break;
    }
    memset(value, 0, type->size);
}
