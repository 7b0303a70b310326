/* A random value of any described type: every field within what its type allows, so that it encodes and decodes again.
 * What a bare type does not know (which paras there are, whose account it is) a hook may say. Static functions.
 */
#ifndef PH_TESTS_SUPPORT_RANDOM_VALUE_H
#define PH_TESTS_SUPPORT_RANDOM_VALUE_H

#include <string.h>

#include "primitives/types.h"
#include "scale/scale.h"
#include "support/random.h"

typedef struct ph_random_value {
    ph_test_random_t *random;
    ph_arena_t *arena;
    /* NULL, or fills *out and returns true for types that it has values of its own for (by address or name). */
    bool (*known)(void *context, const ph_type_t *type, void *out);
    void *context;
    unsigned depth; /* private */
} ph_random_value_t;

enum { PH_RANDOM_VALUE_DEPTH = 12, PH_RANDOM_VALUE_ITEMS = 4 };

static void ph_random_value(ph_random_value_t *v, const ph_type_t *type, void *out);

/* Small numbers, numbers with one bit, the ends, and any. */
static uint64_t ph_random_number(ph_random_value_t *v)
{
    switch (ph_test_below(v->random, 8)) {
    case 0:
        return UINT64_MAX;
    case 1:
        return UINT64_C(1) << ph_test_below(v->random, 64);
    case 2:
        return ph_test_u64(v->random);
    case 3:
        return ph_test_below(v->random, 100000);
    default:
        return ph_test_below(v->random, 12);
    }
}

static void ph_random_integer(ph_random_value_t *v, const ph_type_t *type, void *out)
{
    uint64_t low = ph_random_number(v), high = ph_test_below(v->random, 8) == 0 ? ph_random_number(v) : 0;
    ph_u128_t all = (ph_u128_t)high << 64 | low;
    memcpy(out, &all, type->size); /* the lowest bytes: hosts are little-endian */
}

static ph_bytes_t ph_random_bytes(ph_random_value_t *v, uint32_t bound, bool text)
{
    static const size_t lengths[] = {0, 1, 8, 9, 32, 33, 64, 300};
    size_t len = lengths[ph_test_below(v->random, sizeof lengths / sizeof *lengths)];
    if (bound > 0 && len > bound)
        len = bound;
    uint8_t *data = ph_arena_alloc(v->arena, len + 1);
    ph_test_fill(v->random, data, len);
    for (size_t i = 0; text && i < len; i++)
        data[i] = (uint8_t)('a' + data[i] % 26);
    return ph_bytes(data, len);
}

/* As a vector; that of a set or map is brought in order by its codec. */
static void ph_random_items(ph_random_value_t *v, const ph_type_t *type, void *out)
{
    struct {
        uint8_t *items;
        size_t count;
    } list = {0};
    list.count = v->depth > PH_RANDOM_VALUE_DEPTH ? 0 : ph_test_below(v->random, PH_RANDOM_VALUE_ITEMS);
    if (type->bound > 0 && list.count > type->bound)
        list.count = type->bound;
    list.items = ph_arena_alloc(v->arena, list.count * type->elem->size + 1);
    for (size_t i = 0; i < list.count; i++)
        ph_random_value(v, type->elem, list.items + i * type->elem->size);
    memcpy(out, &list, sizeof list);
}

static void ph_random_fields(ph_random_value_t *v, const ph_field_t *fields, size_t count, void *out)
{
    for (size_t i = 0; i < count; i++)
        if (fields[i].type->kind != PH_KIND_UNIT)
            ph_random_value(v, fields[i].type, (uint8_t *)out + fields[i].offset);
}

/* Deep down only variants without data, or the first. */
static void ph_random_enum(ph_random_value_t *v, const ph_type_t *type, void *out)
{
    const ph_variant_t *variant = &type->variants[ph_test_below(v->random, type->variant_count)];
    if (v->depth > PH_RANDOM_VALUE_DEPTH)
        variant = &type->variants[0];
    *(uint8_t *)out = variant->index;
    ph_random_fields(v, variant->fields, variant->field_count, out);
}

/* A vector of one, or of none. */
static bool ph_random_one_item(ph_random_value_t *v, const ph_type_t *type, void *out)
{
    struct {
        uint8_t *items;
        size_t count;
    } list = {ph_arena_alloc(v->arena, type->elem->size), ph_test_below(v->random, 2)};
    ph_random_value(v, type->elem, list.items);
    memcpy(out, &list, sizeof list);
    return true;
}

static void ph_random_custom(ph_random_value_t *v, const ph_type_t *type, void *out)
{
    if (strcmp(type->name, "Era") == 0) /* zeros: immortal */
        return;
    if (strncmp(type->name, "XcmAssets", 9) == 0 && ph_random_one_item(v, type->fields[0].type, out))
        return; /* more would have to be in order */
    ph_random_fields(v, type->fields, type->field_count, out);
    if (strcmp(type->name, "XcmAmount") == 0)
        *(uint8_t *)out |= 1;                  /* not zero */
    if (strcmp(type->name, "VrfProof") == 0) { /* two scalars below the group's order */
        ((uint8_t *)out)[31] &= 0x0f;
        ((uint8_t *)out)[63] &= 0x0f;
    }
}

static void ph_random_bits(ph_random_value_t *v, ph_bits_t *out)
{
    *out = ph_bits_new(v->arena, ph_test_below(v->random, 20));
    for (size_t i = 0; i < out->count; i++)
        ph_bits_set(*out, i, ph_test_below(v->random, 2) == 0);
}

static void ph_random_box(ph_random_value_t *v, const ph_type_t *type, void *out)
{
    void *inner = ph_arena_alloc(v->arena, type->elem->size + 1);
    ph_random_value(v, type->elem, inner);
    memcpy(out, &inner, sizeof inner);
}

static void ph_random_shape(ph_random_value_t *v, const ph_type_t *type, void *out)
{
    switch (type->kind) {
    case PH_KIND_UNIT:
    case PH_KIND_SHARED: /* nothing in a call is shared */
        break;
    case PH_KIND_BOOL:
        *(bool *)out = ph_test_below(v->random, 2) == 0;
        break;
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
        ph_random_integer(v, type, out);
        break;
    case PH_KIND_COMPACT:
        ph_random_value(v, type->elem, out);
        break;
    case PH_KIND_BYTES:
    case PH_KIND_STRING:
        *(ph_bytes_t *)out = ph_random_bytes(v, type->bound, type->kind == PH_KIND_STRING);
        break;
    case PH_KIND_FIXED:
        ph_test_fill(v->random, out, type->bound);
        break;
    case PH_KIND_ARRAY:
        for (size_t i = 0; i < type->bound; i++)
            ph_random_value(v, type->elem, (uint8_t *)out + i * type->elem->size);
        break;
    case PH_KIND_VEC:
    case PH_KIND_SET:
    case PH_KIND_MAP:
        ph_random_items(v, type, out);
        break;
    case PH_KIND_OPTION:
    case PH_KIND_TAIL:
        *(bool *)out = v->depth <= PH_RANDOM_VALUE_DEPTH && ph_test_below(v->random, 2) == 0;
        if (*(bool *)out && type->elem->kind != PH_KIND_UNIT)
            ph_random_value(v, type->elem, (uint8_t *)out + type->value_offset);
        break;
    case PH_KIND_BITS:
        ph_random_bits(v, out);
        break;
    case PH_KIND_STRUCT:
        ph_random_fields(v, type->fields, type->field_count, out);
        break;
    case PH_KIND_ENUM:
        ph_random_enum(v, type, out);
        break;
    case PH_KIND_BOX:
        ph_random_box(v, type, out);
        break;
    case PH_KIND_CUSTOM:
        ph_random_custom(v, type, out);
        break;
    }
}

/* Fills *out, which has the type's size; what it points to lies in the arena. */
static void ph_random_value(ph_random_value_t *v, const ph_type_t *type, void *out)
{
    memset(out, 0, type->size);
    v->depth++;
    if (!v->known || !v->known(v->context, type, out))
        ph_random_shape(v, type, out);
    v->depth--;
}

/* A call of one pallet and kind with random arguments, encoded. `calls` is the pallet's type of calls. */
__attribute__((unused)) static ph_bytes_t ph_random_call(ph_random_value_t *v, uint8_t pallet, const ph_type_t *calls,
                                                         const ph_variant_t *variant)
{
    void *value = ph_arena_alloc(v->arena, calls->size);
    ph_writer_t w = ph_writer_in(v->arena);
    *(uint8_t *)value = variant->index;
    ph_random_fields(v, variant->fields, variant->field_count, value);
    ph_write_u8(&w, pallet);
    ph_type_encode(&w, calls, value);
    return ph_writer_bytes(&w);
}

#endif
