/* Hand-written type descriptions that between them use every kind, and random values of any described type. */
#ifndef PH_TESTS_SUPPORT_SCALE_SAMPLES_H
#define PH_TESTS_SUPPORT_SCALE_SAMPLES_H

#include <string.h>

#include "scale/scale.h"
#include "support/random.h"

#define SAMPLE_INT(name_, kind_, c_type)                                                                               \
    static const ph_type_t name_ = {.kind = kind_, .size = sizeof(c_type), .min_len = sizeof(c_type), .name = #name_}
SAMPLE_INT(sample_u8, PH_KIND_U8, uint8_t);
SAMPLE_INT(sample_u16, PH_KIND_U16, uint16_t);
SAMPLE_INT(sample_u32, PH_KIND_U32, uint32_t);
SAMPLE_INT(sample_u64, PH_KIND_U64, uint64_t);
SAMPLE_INT(sample_u128, PH_KIND_U128, ph_u128_t);
SAMPLE_INT(sample_i8, PH_KIND_I8, int8_t);
SAMPLE_INT(sample_i16, PH_KIND_I16, int16_t);
SAMPLE_INT(sample_i32, PH_KIND_I32, int32_t);
SAMPLE_INT(sample_i64, PH_KIND_I64, int64_t);
SAMPLE_INT(sample_i128, PH_KIND_I128, ph_i128_t);
SAMPLE_INT(sample_bool, PH_KIND_BOOL, bool);

static const ph_type_t sample_unit = {.kind = PH_KIND_UNIT, .name = "unit"};
static const ph_type_t sample_bytes = {
    .kind = PH_KIND_BYTES, .size = sizeof(ph_bytes_t), .min_len = 1, .name = "bytes"};
static const ph_type_t sample_bytes9 = {
    .kind = PH_KIND_BYTES, .size = sizeof(ph_bytes_t), .min_len = 1, .bound = 9, .name = "bytes<9>"};
static const ph_type_t sample_string = {
    .kind = PH_KIND_STRING, .size = sizeof(ph_bytes_t), .min_len = 1, .name = "string"};
static const ph_type_t sample_bits = {.kind = PH_KIND_BITS, .size = sizeof(ph_bits_t), .min_len = 1, .name = "bits"};
static const ph_type_t sample_fixed7 = {.kind = PH_KIND_FIXED, .size = 7, .bound = 7, .min_len = 7, .name = "[u8; 7]"};

/* newtype Id = u32; compacts of several widths */
typedef struct sample_id {
    uint32_t v;
} sample_id_t;
static const ph_field_t sample_id_fields[] = {{"v", &sample_u32, 0}};
static const ph_type_t sample_id = {.kind = PH_KIND_STRUCT,
                                    .is_newtype = true,
                                    .field_count = 1,
                                    .size = sizeof(sample_id_t),
                                    .min_len = 4,
                                    .name = "Id",
                                    .fields = sample_id_fields};
static const ph_type_t sample_compact_u8 = {
    .kind = PH_KIND_COMPACT, .size = 1, .min_len = 1, .name = "c8", .elem = &sample_u8};
static const ph_type_t sample_compact_u16 = {
    .kind = PH_KIND_COMPACT, .size = 2, .min_len = 1, .name = "c16", .elem = &sample_u16};
static const ph_type_t sample_compact_id = {
    .kind = PH_KIND_COMPACT, .size = sizeof(sample_id_t), .min_len = 1, .name = "compact<Id>", .elem = &sample_id};
static const ph_type_t sample_compact_u64 = {
    .kind = PH_KIND_COMPACT, .size = 8, .min_len = 1, .name = "c64", .elem = &sample_u64};
static const ph_type_t sample_compact_u128 = {
    .kind = PH_KIND_COMPACT, .size = 16, .min_len = 1, .name = "c128", .elem = &sample_u128};

/* vectors, arrays, sets, maps, options */
typedef struct sample_vec {
    void *items;
    size_t count;
} sample_vec_t;
#define SAMPLE_VEC(name_, kind_, elem_, bound_)                                                                        \
    static const ph_type_t name_ = {                                                                                   \
        .kind = kind_, .size = sizeof(sample_vec_t), .min_len = 1, .bound = bound_, .name = #name_, .elem = &(elem_)}
SAMPLE_VEC(sample_vec_u32, PH_KIND_VEC, sample_u32, 0);
SAMPLE_VEC(sample_vec_unit, PH_KIND_VEC, sample_unit, 0);
SAMPLE_VEC(sample_vec_bytes, PH_KIND_VEC, sample_bytes, 5);
SAMPLE_VEC(sample_vec_compact, PH_KIND_VEC, sample_compact_u64, 0);
SAMPLE_VEC(sample_set_i16, PH_KIND_SET, sample_i16, 0);
SAMPLE_VEC(sample_set_bytes, PH_KIND_SET, sample_bytes, 0);
typedef struct sample_pair {
    uint32_t key;
    ph_bytes_t value;
} sample_pair_t;
static const ph_field_t sample_pair_fields[] = {{"key", &sample_u32, offsetof(sample_pair_t, key)},
                                                {"value", &sample_bytes, offsetof(sample_pair_t, value)}};
static const ph_type_t sample_pair = {.kind = PH_KIND_STRUCT,
                                      .field_count = 2,
                                      .size = sizeof(sample_pair_t),
                                      .min_len = 5,
                                      .name = "pair",
                                      .fields = sample_pair_fields};
SAMPLE_VEC(sample_map, PH_KIND_MAP, sample_pair, 0);
static const ph_type_t sample_array = {.kind = PH_KIND_ARRAY,
                                       .size = 3 * sizeof(ph_bits_t),
                                       .bound = 3,
                                       .min_len = 3,
                                       .name = "[bits; 3]",
                                       .elem = &sample_bits};
typedef struct sample_opt {
    bool some;
    ph_bytes_t value;
} sample_opt_t;
static const ph_type_t sample_option = {.kind = PH_KIND_OPTION,
                                        .size = sizeof(sample_opt_t),
                                        .min_len = 1,
                                        .value_offset = offsetof(sample_opt_t, value),
                                        .name = "option",
                                        .elem = &sample_bytes};
static const ph_type_t sample_tail = {.kind = PH_KIND_TAIL,
                                      .size = sizeof(sample_opt_t),
                                      .value_offset = offsetof(sample_opt_t, value),
                                      .name = "tail",
                                      .elem = &sample_bytes};

/* A recursive enum with every shape of variant:
 * enum Tree { 0 Leaf, 1 One(bytes), 3 Two(u32, box<Tree>), 9 Named { kids: vec<Tree>, id: Id }, 200 Empty(unit) } */
typedef struct sample_tree sample_tree_t;
struct sample_tree {
    uint8_t kind;
    union {
        ph_bytes_t one;
        struct {
            uint32_t _0;
            sample_tree_t *_1;
        } two;
        struct {
            sample_vec_t kids;
            sample_id_t id;
        } named;
    };
};
static const ph_type_t sample_tree;
static const ph_type_t sample_box_tree = {
    .kind = PH_KIND_BOX, .size = sizeof(void *), .min_len = 1, .name = "box<Tree>", .elem = &sample_tree};
SAMPLE_VEC(sample_vec_tree, PH_KIND_VEC, sample_tree, 0);
static const ph_field_t sample_tree_one[] = {{"_0", &sample_bytes, offsetof(sample_tree_t, one)}};
static const ph_field_t sample_tree_two[] = {{"_0", &sample_u32, offsetof(sample_tree_t, two._0)},
                                             {"_1", &sample_box_tree, offsetof(sample_tree_t, two._1)}};
static const ph_field_t sample_tree_named[] = {{"kids", &sample_vec_tree, offsetof(sample_tree_t, named.kids)},
                                               {"id", &sample_id, offsetof(sample_tree_t, named.id)}};
static const ph_field_t sample_tree_empty[] = {{"_0", &sample_unit, 0}};
static const ph_variant_t sample_tree_variants[] = {
    {.name = "Leaf", .index = 0, .is_tuple = true},
    {.name = "One", .index = 1, .is_tuple = true, .field_count = 1, .fields = sample_tree_one},
    {.name = "Two", .index = 3, .is_tuple = true, .field_count = 2, .fields = sample_tree_two},
    {.name = "Named", .index = 9, .field_count = 2, .fields = sample_tree_named},
    {.name = "Empty", .index = 200, .is_tuple = true, .field_count = 1, .fields = sample_tree_empty},
};
static const ph_type_t sample_tree = {.kind = PH_KIND_ENUM,
                                      .variant_count = 5,
                                      .size = sizeof(sample_tree_t),
                                      .min_len = 1,
                                      .name = "Tree",
                                      .variants = sample_tree_variants};

/* shared<Tree>, a tuple, a hand-written codec (a u16 in big-endian order), and a struct of it all with a magic and a
 * tail */
typedef struct sample_shared {
    ph_rc_t *rc;
    const sample_tree_t *v;
} sample_shared_t;
static const ph_type_t sample_shared = {.kind = PH_KIND_SHARED,
                                        .size = sizeof(sample_shared_t),
                                        .min_len = 1,
                                        .name = "shared<Tree>",
                                        .elem = &sample_tree};
typedef struct sample_tuple {
    int64_t _0;
    bool _1;
    ph_bytes_t _2;
} sample_tuple_t;
static const ph_field_t sample_tuple_fields[] = {{"_0", &sample_i64, offsetof(sample_tuple_t, _0)},
                                                 {"_1", &sample_bool, offsetof(sample_tuple_t, _1)},
                                                 {"_2", &sample_string, offsetof(sample_tuple_t, _2)}};
static const ph_type_t sample_tuple = {.kind = PH_KIND_STRUCT,
                                       .is_tuple = true,
                                       .field_count = 3,
                                       .min_len = 10,
                                       .size = sizeof(sample_tuple_t),
                                       .name = "(i64, bool, string)",
                                       .fields = sample_tuple_fields};

typedef struct sample_custom {
    uint16_t v;
} sample_custom_t;
static inline void sample_custom_encode(ph_writer_t *w, const void *v)
{
    ph_write_u8(w, (uint8_t)(((const sample_custom_t *)v)->v >> 8));
    ph_write_u8(w, (uint8_t)((const sample_custom_t *)v)->v);
}
static inline ph_err_t sample_custom_decode(ph_reader_t *r, ph_arena_t *arena, void *out)
{
    (void)arena;
    uint8_t b[2];
    PH_TRY(ph_read(r, b, 2));
    ((sample_custom_t *)out)->v = (uint16_t)(b[0] << 8 | b[1]);
    return PH_OK;
}
static const ph_custom_t sample_custom_codec = {sample_custom_encode, sample_custom_decode};
static const ph_field_t sample_custom_fields[] = {{"v", &sample_u16, 0}};
static const ph_type_t sample_custom = {.kind = PH_KIND_CUSTOM,
                                        .field_count = 1,
                                        .size = sizeof(sample_custom_t),
                                        .min_len = 2,
                                        .name = "Custom",
                                        .fields = sample_custom_fields,
                                        .custom = &sample_custom_codec};

typedef struct sample_all {
    sample_shared_t shared;
    sample_tuple_t tuple;
    sample_custom_t custom;
    sample_vec_t map, set, set_bytes, vec_bytes, vec_compact;
    ph_bits_t array[3];
    sample_opt_t option;
    uint8_t fixed[7];
    ph_i128_t i128;
    sample_id_t id;
    sample_opt_t tail;
} sample_all_t;
#define SAMPLE_FIELD(member, type_)                                                                                    \
    {                                                                                                                  \
#member, &(type_), offsetof(sample_all_t, member)                                                              \
    }
static const ph_field_t sample_all_fields[] = {
    SAMPLE_FIELD(shared, sample_shared),       SAMPLE_FIELD(tuple, sample_tuple),
    SAMPLE_FIELD(custom, sample_custom),       SAMPLE_FIELD(map, sample_map),
    SAMPLE_FIELD(set, sample_set_i16),         SAMPLE_FIELD(set_bytes, sample_set_bytes),
    SAMPLE_FIELD(vec_bytes, sample_vec_bytes), SAMPLE_FIELD(vec_compact, sample_vec_compact),
    SAMPLE_FIELD(array, sample_array),         SAMPLE_FIELD(option, sample_option),
    SAMPLE_FIELD(fixed, sample_fixed7),        SAMPLE_FIELD(i128, sample_i128),
    SAMPLE_FIELD(id, sample_compact_id),       SAMPLE_FIELD(tail, sample_tail),
};
static const ph_type_t sample_all = {.kind = PH_KIND_STRUCT,
                                     .field_count = 14,
                                     .size = sizeof(sample_all_t),
                                     .min_len = 50,
                                     .name = "All",
                                     .magic = "BKNG",
                                     .fields = sample_all_fields};

static const ph_type_t *const sample_types[] = {
    &sample_unit,        &sample_bool,         &sample_u8,         &sample_u16,         &sample_u32,
    &sample_u64,         &sample_u128,         &sample_i8,         &sample_i16,         &sample_i32,
    &sample_i64,         &sample_i128,         &sample_compact_u8, &sample_compact_u16, &sample_compact_id,
    &sample_compact_u64, &sample_compact_u128, &sample_bytes,      &sample_bytes9,      &sample_string,
    &sample_fixed7,      &sample_array,        &sample_vec_u32,    &sample_vec_unit,    &sample_vec_bytes,
    &sample_vec_compact, &sample_set_i16,      &sample_set_bytes,  &sample_map,         &sample_option,
    &sample_tail,        &sample_bits,         &sample_id,         &sample_tuple,       &sample_tree,
    &sample_box_tree,    &sample_shared,       &sample_custom,     &sample_all,
};
#define SAMPLE_TYPE_COUNT (sizeof sample_types / sizeof *sample_types)
#define SAMPLE_VALUE_MAX  sizeof(sample_all_t)

/* ---- random values, on the heap ---- */

static inline void sample_random(ph_test_random_t *r, const ph_type_t *type, void *out, int depth);

static inline void sample_random_fields(ph_test_random_t *r, const ph_field_t *fields, size_t count, void *out,
                                        int depth)
{
    for (size_t i = 0; i < count; i++)
        sample_random(r, fields[i].type, (uint8_t *)out + fields[i].offset, depth);
}

/* Numbers of every length, so that compacts meet all their forms. */
static inline void sample_random_number(ph_test_random_t *r, const ph_type_t *type, void *out)
{
    ph_u128_t v = (ph_u128_t)ph_test_u64(r) << 64 | ph_test_u64(r);
    v >>= ph_test_below(r, 128);
    if (ph_test_below(r, 8) == 0)
        v = ~v;
    memcpy(out, &v, type->size); /* little-endian machines only, as all of these tests */
}

static inline void sample_random_bytes(ph_test_random_t *r, const ph_type_t *type, ph_bytes_t *out)
{
    size_t len = ph_test_below(r, ph_test_below(r, 10) ? 9 : 100);
    if (type->bound && len > type->bound)
        len = type->bound;
    *out = (ph_bytes_t){len ? ph_mem_alloc(NULL, len) : NULL, len};
    ph_test_fill(r, out->data, len);
    for (size_t i = 0; type->kind == PH_KIND_STRING && i < len; i++)
        out->data[i] &= 0x7f;
    if (type->kind == PH_KIND_STRING && len >= 2) { /* é */
        out->data[len - 2] = 0xc3;
        out->data[len - 1] = 0xa9;
    }
}

static inline bool sample_is_set(ph_kind_t kind)
{
    return kind == PH_KIND_SET || kind == PH_KIND_MAP;
}

static inline void sample_random_vec(ph_test_random_t *r, const ph_type_t *type, sample_vec_t *out, int depth)
{
    size_t count = depth > 4 ? 0 : ph_test_below(r, 6);
    if (type->bound && count > type->bound)
        count = type->bound;
    out->count = count;
    out->items = count && type->elem->size ? ph_mem_alloc(NULL, count * type->elem->size) : NULL;
    for (size_t i = 0; type->elem->size && i < count; i++)
        sample_random(r, type->elem, (uint8_t *)out->items + i * type->elem->size, depth + 1);
    if (!sample_is_set(type->kind))
        return;
    ph_writer_t w = PH_WRITER_HEAP; /* sorted and made unique by a round trip */
    ph_type_encode(&w, type, out);
    ph_type_free(type, out);
    if (ph_type_decode_all(ph_writer_bytes(&w), NULL, type, out) != PH_OK)
        *out = (sample_vec_t){0};
    ph_writer_free(&w);
}

static inline void sample_random_bits(ph_test_random_t *r, ph_bits_t *out)
{
    *out = ph_bits_new(NULL, ph_test_below(r, 40));
    for (size_t i = 0; i < out->count; i++)
        ph_bits_set(*out, i, ph_test_below(r, 2));
}

static inline void sample_random_enum(ph_test_random_t *r, const ph_type_t *type, void *out, int depth)
{
    const ph_variant_t *v = &type->variants[depth > 4 ? 0 : ph_test_below(r, type->variant_count)];
    *(uint8_t *)out = v->index;
    sample_random_fields(r, v->fields, v->field_count, out, depth + 1);
}

static inline void sample_random_shared(ph_test_random_t *r, const ph_type_t *type, sample_shared_t *out, int depth)
{
    sample_tree_t tree;
    sample_random(r, type->elem, &tree, depth + 1);
    out->rc = ph_rc_new(type->elem, &tree);
    out->v = ph_rc_value(out->rc);
    ph_type_free(type->elem, &tree);
}

static inline void sample_random(ph_test_random_t *r, const ph_type_t *type, void *out, int depth)
{
    memset(out, 0, type->size);
    switch (type->kind) {
    case PH_KIND_UNIT:
        return;
    case PH_KIND_BOOL:
        *(bool *)out = ph_test_below(r, 2);
        return;
    case PH_KIND_U8:
    case PH_KIND_U16:
    case PH_KIND_U32:
    case PH_KIND_U64:
    case PH_KIND_U128:
    case PH_KIND_COMPACT:
    case PH_KIND_I8:
    case PH_KIND_I16:
    case PH_KIND_I32:
    case PH_KIND_I64:
    case PH_KIND_I128:
        sample_random_number(r, type, out);
        return;
    case PH_KIND_BYTES:
    case PH_KIND_STRING:
        sample_random_bytes(r, type, out);
        return;
    case PH_KIND_FIXED:
        ph_test_fill(r, out, type->bound);
        return;
    case PH_KIND_ARRAY:
        for (size_t i = 0; i < type->bound; i++)
            sample_random(r, type->elem, (uint8_t *)out + i * type->elem->size, depth);
        return;
    case PH_KIND_VEC:
    case PH_KIND_SET:
    case PH_KIND_MAP:
        sample_random_vec(r, type, out, depth);
        return;
    case PH_KIND_OPTION:
    case PH_KIND_TAIL:
        *(bool *)out = ph_test_below(r, 2);
        if (*(bool *)out)
            sample_random(r, type->elem, (uint8_t *)out + type->value_offset, depth);
        return;
    case PH_KIND_BITS:
        sample_random_bits(r, out);
        return;
    case PH_KIND_STRUCT:
    case PH_KIND_CUSTOM:
        sample_random_fields(r, type->fields, type->field_count, out, depth);
        return;
    case PH_KIND_ENUM:
        sample_random_enum(r, type, out, depth);
        return;
    case PH_KIND_BOX:
        *(void **)out = ph_mem_alloc(NULL, type->elem->size);
        sample_random(r, type->elem, *(void **)out, depth + 1);
        return;
    case PH_KIND_SHARED:
        sample_random_shared(r, type, out, depth);
        return;
    }
}

#endif
