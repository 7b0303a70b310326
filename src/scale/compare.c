/* The interpreter of type descriptions: order, equality, and the sorting of sets and maps. */
#include <string.h>

#include "base/check.h"
#include "scale/internal.h"

static const uint8_t *in(const void *value, size_t offset)
{
    return (const uint8_t *)value + offset;
}

static int compare_integers(ph_kind_t kind, const void *a, const void *b)
{
    ph_u128_t x = ph_integer_load(kind, a), y = ph_integer_load(kind, b);
    if (kind >= PH_KIND_I8)
        return ((ph_i128_t)x > (ph_i128_t)y) - ((ph_i128_t)x < (ph_i128_t)y);
    return (x > y) - (x < y);
}

static int compare_sizes(size_t a, size_t b)
{
    return (a > b) - (a < b);
}

static int compare_fields(const ph_field_t *fields, size_t count, const void *a, const void *b)
{
    int order = 0;
    for (size_t i = 0; i < count && !order; i++)
        order = ph_type_compare(fields[i].type, in(a, fields[i].offset), in(b, fields[i].offset));
    return order;
}

static int compare_items(const ph_type_t *elem, ph_any_vec_t a, ph_any_vec_t b)
{
    int order = 0;
    if (elem->size)
        for (size_t i = 0; i < a.count && i < b.count && !order; i++)
            order = ph_type_compare(elem, in(a.items, i * elem->size), in(b.items, i * elem->size));
    return order ? order : compare_sizes(a.count, b.count);
}

static int compare_options(const ph_type_t *type, const void *a, const void *b)
{
    bool x = *(const bool *)a, y = *(const bool *)b;
    return x && y ? ph_type_compare(type->elem, in(a, type->value_offset), in(b, type->value_offset)) : x - y;
}

static int compare_enums(const ph_type_t *type, const void *a, const void *b)
{
    uint8_t x = *(const uint8_t *)a, y = *(const uint8_t *)b;
    if (x != y)
        return x - y;
    const ph_variant_t *variant = ph_type_variant(type, x);
    PH_CHECK(variant != NULL);
    return compare_fields(variant->fields, variant->field_count, a, b);
}

static int compare_bits(ph_bits_t a, ph_bits_t b)
{
    for (size_t i = 0; i < a.count && i < b.count; i++)
        if (ph_bits_get(a, i) != ph_bits_get(b, i))
            return ph_bits_get(a, i) - ph_bits_get(b, i);
    return compare_sizes(a.count, b.count);
}

static int compare_pointed(const ph_type_t *type, const void *a, const void *b)
{
    return a == b ? 0 : !a ? -1 : !b ? 1 : ph_type_compare(type->elem, a, b);
}

int ph_type_compare(const ph_type_t *type, const void *a, const void *b)
{
    switch (type->kind) {
    case PH_KIND_UNIT:
        return 0;
    case PH_KIND_BOOL:
        return *(const bool *)a - *(const bool *)b;
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
        return compare_integers(type->kind, a, b);
    case PH_KIND_COMPACT:
        return compare_integers(ph_type_integer(type->elem)->kind, a, b);
    case PH_KIND_BYTES:
    case PH_KIND_STRING:
        return ph_bytes_compare(*(const ph_bytes_t *)a, *(const ph_bytes_t *)b);
    case PH_KIND_FIXED:
        return memcmp(a, b, type->bound);
    case PH_KIND_ARRAY:
        return compare_items(type->elem, (ph_any_vec_t){(void *)(uintptr_t)a, type->bound},
                             (ph_any_vec_t){(void *)(uintptr_t)b, type->bound});
    case PH_KIND_VEC:
    case PH_KIND_SET:
    case PH_KIND_MAP:
        return compare_items(type->elem, *(const ph_any_vec_t *)a, *(const ph_any_vec_t *)b);
    case PH_KIND_OPTION:
    case PH_KIND_TAIL:
        return compare_options(type, a, b);
    case PH_KIND_BITS:
        return compare_bits(*(const ph_bits_t *)a, *(const ph_bits_t *)b);
    case PH_KIND_STRUCT:
    case PH_KIND_CUSTOM:
        return compare_fields(type->fields, type->field_count, a, b);
    case PH_KIND_ENUM:
        return compare_enums(type, a, b);
    case PH_KIND_BOX:
        return compare_pointed(type, *(const void *const *)a, *(const void *const *)b);
    case PH_KIND_SHARED:
        return compare_pointed(type, ((const ph_any_shared_t *)a)->v, ((const ph_any_shared_t *)b)->v);
    }
    PH_UNREACHABLE();
}

bool ph_type_equal(const ph_type_t *type, const void *a, const void *b)
{
    return ph_type_compare(type, a, b) == 0;
}

/* ---- sets and maps ---- */

static int compare_keys(const ph_type_t *type, const void *a, const void *b)
{
    if (type->kind == PH_KIND_SET)
        return ph_type_compare(type->elem, a, b);
    const ph_field_t *key = &type->elem->fields[0];
    return ph_type_compare(key->type, in(a, key->offset), in(b, key->offset));
}

bool ph_items_sorted(const ph_type_t *type, const ph_any_vec_t *vec)
{
    size_t size = type->elem->size;
    for (size_t i = 1; i < vec->count; i++)
        if (!size || compare_keys(type, in(vec->items, (i - 1) * size), in(vec->items, i * size)) >= 0)
            return false;
    return true;
}

/* Merges the ascending runs [from, mid) and [mid, to) of `a` into `b`; of equals the left one comes first. */
static void merge(const ph_type_t *type, const uint8_t *a, uint8_t *b, size_t from, size_t mid, size_t to)
{
    size_t size = type->elem->size, left = from, right = mid;
    for (size_t i = from; i < to; i++) {
        bool take_left = left < mid && (right == to || compare_keys(type, a + left * size, a + right * size) <= 0);
        memcpy(b + i * size, a + (take_left ? left++ : right++) * size, size);
    }
}

static void stable_sort(const ph_type_t *type, ph_any_vec_t *vec)
{
    size_t count = vec->count, len = count * type->elem->size;
    uint8_t *scratch = ph_mem_alloc(NULL, len);
    for (size_t run = 1; run < count; run *= 2) {
        for (size_t from = 0; from < count; from += 2 * run) {
            size_t mid = from + run < count ? from + run : count, to = mid + run < count ? mid + run : count;
            merge(type, vec->items, scratch, from, mid, to);
        }
        memcpy(vec->items, scratch, len);
    }
    ph_mem_free(scratch);
}

void ph_items_sort(const ph_type_t *type, ph_any_vec_t *vec, bool on_heap)
{
    if (ph_items_sorted(type, vec))
        return;
    size_t size = type->elem->size, kept = 0;
    if (!size) {
        vec->count = 1;
        return;
    }
    stable_sort(type, vec);
    uint8_t *items = vec->items;
    for (size_t i = 0; i < vec->count; i++) {
        bool last_of_equals = i + 1 == vec->count || compare_keys(type, items + i * size, items + (i + 1) * size) != 0;
        if (!last_of_equals && on_heap)
            ph_type_free(type->elem, items + i * size);
        if (last_of_equals && kept++ != i)
            memcpy(items + (kept - 1) * size, items + i * size, size);
    }
    vec->count = kept;
}
