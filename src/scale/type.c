/* The interpreter of type descriptions: decoding and encoding. Copying, freeing and comparing are in value.c. */
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

/* ---- encoding ---- */

static void encode_fields(ph_writer_t *w, const ph_field_t *fields, size_t count, const void *value)
{
    for (size_t i = 0; i < count; i++)
        ph_type_encode(w, fields[i].type, in(value, fields[i].offset));
}

static void encode_items(ph_writer_t *w, const ph_type_t *elem, const void *items, size_t count)
{
    if (!elem->size || !count)
        return;
    if (ph_type_is_plain(elem)) {
        ph_write(w, items, count * elem->size);
        return;
    }
    for (size_t i = 0; i < count; i++)
        ph_type_encode(w, elem, in(items, i * elem->size));
}

static void encode_vec(ph_writer_t *w, const ph_type_t *type, const ph_any_vec_t *vec)
{
    PH_CHECK(vec->count <= UINT32_MAX);
    if (type->kind == PH_KIND_VEC || ph_items_sorted(type, vec)) {
        ph_write_compact(w, vec->count);
        encode_items(w, type->elem, vec->items, vec->count);
        return;
    }
    ph_any_vec_t sorted = {ph_mem_alloc(NULL, vec->count * type->elem->size), vec->count};
    memcpy(sorted.items, vec->items, vec->count * type->elem->size);
    ph_items_sort(type, &sorted, false); /* a shallow copy: the elements are still the caller's */
    ph_write_compact(w, sorted.count);
    encode_items(w, type->elem, sorted.items, sorted.count);
    ph_mem_free(sorted.items);
}

static void encode_option(ph_writer_t *w, const ph_type_t *type, const void *value)
{
    bool some = *(const bool *)value;
    if (type->kind == PH_KIND_OPTION)
        ph_write_u8(w, some);
    if (some)
        ph_type_encode(w, type->elem, in(value, type->value_offset));
}

static void encode_bits(ph_writer_t *w, ph_bits_t bits)
{
    PH_CHECK(bits.count <= PH_BITS_MAX);
    ph_write_compact(w, bits.count);
    ph_write(w, bits.bytes, (bits.count + 7) / 8);
}

static void encode_enum(ph_writer_t *w, const ph_type_t *type, const void *value)
{
    uint8_t kind = *(const uint8_t *)value;
    const ph_variant_t *variant = ph_type_variant(type, kind);
    PH_CHECK(variant != NULL);
    ph_write_u8(w, kind);
    encode_fields(w, variant->fields, variant->field_count, value);
}

static void encode_pointed(ph_writer_t *w, const ph_type_t *type, const void *target)
{
    PH_CHECK(target != NULL);
    ph_type_encode(w, type->elem, target);
}

/* Integers; memcpy because the encoding of a little-endian machine's integers is their memory. */
static void encode_integer(ph_writer_t *w, const ph_type_t *type, const void *value)
{
    ph_u128_t v = ph_integer_load(type->kind, value);
    uint8_t bytes[16];
    for (size_t i = 0; i < type->size; i++, v >>= 8)
        bytes[i] = (uint8_t)v;
    ph_write(w, bytes, type->size);
}

static void encode_compact(ph_writer_t *w, const ph_type_t *type, const void *value)
{
    ph_write_compact(w, ph_integer_load(ph_type_integer(type->elem)->kind, value));
}

void ph_type_encode(ph_writer_t *w, const ph_type_t *type, const void *value)
{
    if (type->magic)
        ph_write(w, type->magic, strlen(type->magic));
    switch (type->kind) {
    case PH_KIND_UNIT:
        return;
    case PH_KIND_BOOL:
        ph_write_u8(w, *(const bool *)value);
        return;
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
        encode_integer(w, type, value);
        return;
    case PH_KIND_COMPACT:
        encode_compact(w, type, value);
        return;
    case PH_KIND_BYTES:
    case PH_KIND_STRING:
        ph_write_bytes(w, *(const ph_bytes_t *)value);
        return;
    case PH_KIND_FIXED:
        ph_write(w, value, type->bound);
        return;
    case PH_KIND_ARRAY:
        encode_items(w, type->elem, value, type->bound);
        return;
    case PH_KIND_VEC:
    case PH_KIND_SET:
    case PH_KIND_MAP:
        encode_vec(w, type, value);
        return;
    case PH_KIND_OPTION:
    case PH_KIND_TAIL:
        encode_option(w, type, value);
        return;
    case PH_KIND_BITS:
        encode_bits(w, *(const ph_bits_t *)value);
        return;
    case PH_KIND_STRUCT:
        encode_fields(w, type->fields, type->field_count, value);
        return;
    case PH_KIND_ENUM:
        encode_enum(w, type, value);
        return;
    case PH_KIND_BOX:
        encode_pointed(w, type, *(const void *const *)value);
        return;
    case PH_KIND_SHARED:
        encode_pointed(w, type, ((const ph_any_shared_t *)value)->v);
        return;
    case PH_KIND_CUSTOM:
        type->custom->encode(w, value);
        return;
    }
    PH_UNREACHABLE();
}

size_t ph_type_encoded_len(const ph_type_t *type, const void *value)
{
    ph_writer_t w = PH_WRITER_HEAP;
    ph_type_encode(&w, type, value);
    size_t len = w.len;
    ph_writer_free(&w);
    return len;
}

/* ---- decoding. `out` is zeroed on entry, so that a half-decoded heap value can be freed ---- */

static ph_err_t decode(ph_reader_t *r, ph_arena_t *arena, const ph_type_t *type, void *out);

static ph_err_t decode_fields(ph_reader_t *r, ph_arena_t *arena, const ph_field_t *fields, size_t count, void *out)
{
    for (size_t i = 0; i < count; i++) {
        ph_err_t err = decode(r, arena, fields[i].type, at(out, fields[i].offset));
        if (err) {
            ph_reader_in(r, fields[i].name);
            return err;
        }
    }
    return PH_OK;
}

static ph_err_t decode_struct(ph_reader_t *r, ph_arena_t *arena, const ph_type_t *type, void *out)
{
    if (type->is_newtype) /* no name of its own in an error's path */
        return decode(r, arena, type->fields[0].type, at(out, type->fields[0].offset));
    return decode_fields(r, arena, type->fields, type->field_count, out);
}

static ph_err_t decode_enum(ph_reader_t *r, ph_arena_t *arena, const ph_type_t *type, void *out)
{
    if (!ph_reader_left(r))
        return ph_reader_fail(r, "a variant index (the input ends here)");
    const ph_variant_t *variant = ph_type_variant(type, *r->at);
    if (!variant)
        return ph_reader_fail(r, "a known variant index");
    *(uint8_t *)out = *r->at++;
    ph_err_t err = variant->is_tuple && variant->field_count == 1
                       ? decode(r, arena, variant->fields[0].type, at(out, variant->fields[0].offset))
                       : decode_fields(r, arena, variant->fields, variant->field_count, out);
    if (err)
        ph_reader_in(r, variant->name);
    return err;
}

static ph_err_t decode_item(ph_reader_t *r, ph_arena_t *arena, const ph_type_t *elem, void *out, size_t index)
{
    ph_err_t err = decode(r, arena, elem, out);
    if (err) {
        char name[PH_INDEX_NAME_MAX];
        ph_index_name(name, index);
        ph_reader_in(r, name);
    }
    return err;
}

static ph_err_t decode_array(ph_reader_t *r, ph_arena_t *arena, const ph_type_t *type, void *out)
{
    for (size_t i = 0; i < type->bound; i++)
        PH_TRY(decode_item(r, arena, type->elem, at(out, i * type->elem->size), i));
    return PH_OK;
}

/* Elements may be far larger in memory than in the input, so memory follows what was really decoded: at first for as
 * many as a few times the rest of the input could pay for, then doubling. vec->count grows with each element, so that
 * freeing a half-decoded vector works. */
static ph_err_t decode_items(ph_reader_t *r, ph_arena_t *arena, const ph_type_t *elem, ph_any_vec_t *vec, size_t count)
{
    size_t budget = (4096 + 8 * ph_reader_left(r)) / elem->size;
    size_t cap = count < budget ? count : budget ? budget : 1;
    vec->items = ph_mem_alloc(arena, cap * elem->size);
    for (size_t i = 0; i < count; i++) {
        if (i == cap) {
            size_t more = cap < count / 2 ? 2 * cap : count;
            vec->items = ph_mem_grow(arena, vec->items, cap * elem->size, more * elem->size);
            cap = more;
        }
        vec->count = i + 1;
        PH_TRY(decode_item(r, arena, elem, at(vec->items, i * elem->size), i));
    }
    return PH_OK;
}

static ph_err_t decode_plain_items(ph_reader_t *r, ph_arena_t *arena, const ph_type_t *elem, ph_any_vec_t *vec,
                                   size_t count)
{
    vec->items = ph_mem_alloc(arena, count * elem->size); /* as many bytes as the input has */
    vec->count = count;
    return ph_read(r, vec->items, count * elem->size);
}

static ph_err_t decode_vec(ph_reader_t *r, ph_arena_t *arena, const ph_type_t *type, ph_any_vec_t *vec)
{
    const ph_type_t *elem = type->elem;
    const uint8_t *start = r->at;
    size_t count;
    if (!elem->size) { /* Vec<()>: any number of elements takes no bytes */
        uint32_t units;
        PH_TRY(ph_read_compact_u32(r, &units));
        count = units;
    } else {
        PH_TRY(ph_read_length(r, ph_type_is_plain(elem) ? elem->size : elem->min_len, &count));
    }
    if (type->bound && count > type->bound) {
        r->at = start;
        return ph_reader_fail(r, "no more elements than the type's bound");
    }
    if (!count || !elem->size) {
        vec->count = type->kind == PH_KIND_VEC ? count : count != 0;
        return PH_OK;
    }
    PH_TRY(ph_type_is_plain(elem) ? decode_plain_items(r, arena, elem, vec, count)
                                  : decode_items(r, arena, elem, vec, count));
    if (type->kind != PH_KIND_VEC)
        ph_items_sort(type, vec, !arena);
    return PH_OK;
}

static ph_err_t decode_bytes(ph_reader_t *r, ph_arena_t *arena, const ph_type_t *type, ph_bytes_t *out)
{
    const uint8_t *start = r->at;
    size_t len;
    PH_TRY(ph_read_length(r, 1, &len));
    if (type->bound && len > type->bound) {
        r->at = start;
        return ph_reader_fail(r, "no more bytes than the type's bound");
    }
    ph_bytes_t view = ph_bytes(r->at, len);
    if (type->kind == PH_KIND_STRING && !ph_is_utf8(view))
        return ph_reader_fail(r, "UTF-8 text");
    r->at += len;
    *out = r->borrow ? view : ph_bytes_copy(arena, view);
    return PH_OK;
}

static ph_err_t decode_bits(ph_reader_t *r, ph_arena_t *arena, ph_bits_t *out)
{
    const uint8_t *start = r->at;
    uint32_t count;
    PH_TRY(ph_read_compact_u32(r, &count));
    size_t len = ((size_t)count + 7) / 8;
    if (count > PH_BITS_MAX || len > ph_reader_left(r)) {
        r->at = start;
        return ph_reader_fail(r, "a number of bits that the rest of the input can hold, below 2^29");
    }
    *out = ph_bits_new(arena, count);
    PH_TRY(ph_read(r, out->bytes, len));
    if (count % 8)
        out->bytes[len - 1] &= (uint8_t)((1u << count % 8) - 1);
    return PH_OK;
}

static ph_err_t decode_option(ph_reader_t *r, ph_arena_t *arena, const ph_type_t *type, void *out)
{
    bool some = ph_reader_left(r) > 0;
    if (type->kind == PH_KIND_OPTION) {
        if (some && *r->at > 1)
            return ph_reader_fail(r, "an option's tag, 0 or 1");
        PH_TRY(ph_read_bool(r, &some));
    }
    *(bool *)out = some;
    return some ? decode(r, arena, type->elem, at(out, type->value_offset)) : PH_OK;
}

static ph_err_t decode_box(ph_reader_t *r, ph_arena_t *arena, const ph_type_t *type, void **out)
{
    *out = ph_mem_alloc(arena, type->elem->size);
    return decode(r, arena, type->elem, *out);
}

static ph_err_t decode_shared(ph_reader_t *r, ph_arena_t *arena, const ph_type_t *type, ph_any_shared_t *out)
{
    PH_TRY(ph_rc_read(&out->rc, type->elem, r));
    out->v = ph_rc_value(out->rc);
    if (arena)
        ph_arena_defer(arena, ph_rc_unref, out->rc);
    return PH_OK;
}

static ph_err_t decode_compact(ph_reader_t *r, const ph_type_t *type, void *out)
{
    ph_kind_t kind = ph_type_integer(type->elem)->kind;
    ph_u128_t v;
    PH_TRY(ph_read_compact(r, ph_integer_max(kind), &v));
    ph_integer_store(kind, out, v);
    return PH_OK;
}

static ph_err_t decode_integer(ph_reader_t *r, const ph_type_t *type, void *out)
{
    uint8_t bytes[16];
    PH_TRY(ph_read(r, bytes, type->size));
    ph_u128_t v = 0;
    for (size_t i = type->size; i--;)
        v = v << 8 | bytes[i];
    ph_integer_store(type->kind, out, v);
    return PH_OK;
}

static ph_err_t decode_magic(ph_reader_t *r, const char *magic)
{
    size_t len = strlen(magic);
    if (ph_reader_left(r) < len || memcmp(r->at, magic, len) != 0)
        return ph_reader_fail(r, "the type's magic bytes");
    r->at += len;
    return PH_OK;
}

/* Through these kinds a type can contain itself, so they are what nesting is counted by. */
static ph_err_t decode_deeper(ph_reader_t *r, ph_arena_t *arena, const ph_type_t *type, void *out)
{
    if (r->depth >= PH_READER_DEPTH_MAX)
        return ph_reader_fail(r, "less deeply nested data");
    r->depth++;
    ph_err_t err;
    if (type->kind == PH_KIND_BOX)
        err = decode_box(r, arena, type, out);
    else if (type->kind == PH_KIND_SHARED)
        err = decode_shared(r, arena, type, out);
    else
        err = decode_vec(r, arena, type, out);
    r->depth--;
    return err;
}

static ph_err_t decode(ph_reader_t *r, ph_arena_t *arena, const ph_type_t *type, void *out)
{
    if (type->magic)
        PH_TRY(decode_magic(r, type->magic));
    switch (type->kind) {
    case PH_KIND_UNIT:
        return PH_OK;
    case PH_KIND_BOOL:
        return ph_read_bool(r, out);
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
        return decode_integer(r, type, out);
    case PH_KIND_COMPACT:
        return decode_compact(r, type, out);
    case PH_KIND_BYTES:
    case PH_KIND_STRING:
        return decode_bytes(r, arena, type, out);
    case PH_KIND_FIXED:
        return ph_read(r, out, type->bound);
    case PH_KIND_ARRAY:
        return decode_array(r, arena, type, out);
    case PH_KIND_VEC:
    case PH_KIND_SET:
    case PH_KIND_MAP:
    case PH_KIND_BOX:
    case PH_KIND_SHARED:
        return decode_deeper(r, arena, type, out);
    case PH_KIND_OPTION:
    case PH_KIND_TAIL:
        return decode_option(r, arena, type, out);
    case PH_KIND_BITS:
        return decode_bits(r, arena, out);
    case PH_KIND_STRUCT:
        return decode_struct(r, arena, type, out);
    case PH_KIND_ENUM:
        return decode_enum(r, arena, type, out);
    case PH_KIND_CUSTOM:
        return type->custom->decode(r, arena, out);
    }
    PH_UNREACHABLE();
}

ph_err_t ph_type_decode(ph_reader_t *r, ph_arena_t *arena, const ph_type_t *type, void *out)
{
    PH_CHECK(arena || !r->borrow); /* a heap value that borrows could not be freed */
    memset(out, 0, type->size);
    ph_err_t err = decode(r, arena, type, out);
    if (err && !arena)
        ph_type_free(type, out);
    return err;
}

ph_err_t ph_type_decode_all(ph_bytes_t input, ph_arena_t *arena, const ph_type_t *type, void *out)
{
    ph_reader_t r = ph_reader(input);
    PH_TRY(ph_type_decode(&r, arena, type, out));
    ph_err_t err = ph_reader_finish(&r);
    if (err && !arena)
        ph_type_free(type, out);
    return err;
}
