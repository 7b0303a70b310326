/* SCALE: reading, writing, and the type descriptions that schema/ is compiled to.
 *
 * The generator turns every declared type into a C struct and a ph_type_t that describes it; the functions ph_type_*
 * interpret the description. Generated headers wrap them in typed functions (ph_header_encode, …): use those.
 *
 * Decoders accept and refuse what parity-scale-codec does: compacts must be minimal, booleans 0 or 1, enum tags known;
 * a length is bounded by what is left of the input before anything is allocated. Junk above a bit vector's length is
 * dropped; maps and sets may arrive unsorted and with duplicates, the last wins, and are kept sorted.
 * (Source: SCALE codec specification, parity-scale-codec 3.7.)
 */
#ifndef PH_SCALE_SCALE_H
#define PH_SCALE_SCALE_H

#include "base/arena.h"
#include "base/bits.h"
#include "base/bytes.h"

/* ---- reader ---- */

#define PH_READER_PATH_MAX 160

typedef struct ph_reader {
    const uint8_t *start, *at, *end;
    bool borrow;    /* byte strings point into the input instead of being copied */
    unsigned depth; /* nesting so far, bounded by PH_READER_DEPTH_MAX */
    /* For hand-written decoders that bound a whole tree of lists: elements so far, and how many lists are open. */
    uint32_t tree_items, tree_depth;
    /* The first error: what was expected, at which offset, in which field ("descriptor.para_id"). */
    const char *error;
    size_t error_at;
    char path[PH_READER_PATH_MAX];
} ph_reader_t;

#define PH_READER_DEPTH_MAX 256         /* counted in vectors, boxes and shared values; FRAME's MAX_EXTRINSIC_DEPTH */
#define PH_BITS_MAX         0x1fffffffu /* most bits of a bit vector */

static inline ph_reader_t ph_reader(ph_bytes_t in)
{
    return (ph_reader_t){.start = in.data, .at = in.data, .end = in.data ? in.data + in.len : in.data};
}
static inline size_t ph_reader_left(const ph_reader_t *r)
{
    return (size_t)(r->end - r->at);
}
/* Notes what was expected here ("a boolean, 0 or 1"; static text; the first error stays) and returns PH_ERR_MALFORMED.
 */
ph_err_t ph_reader_fail(ph_reader_t *r, const char *expected);
/* Puts a field's name in front of the error's path; for hand-written decoders, on the way out. "[3]" is an element. */
void ph_reader_in(ph_reader_t *r, const char *field);
/* PH_OK if everything was read. */
PH_MUST_CHECK ph_err_t ph_reader_finish(ph_reader_t *r);
/* "offset 17, field descriptor.para_id: expected a known variant index" into `out`. */
void ph_reader_explain(const ph_reader_t *r, char *out, size_t out_len);

PH_MUST_CHECK ph_err_t ph_read(ph_reader_t *r, void *out, size_t len);
PH_MUST_CHECK ph_err_t ph_read_u8(ph_reader_t *r, uint8_t *out);
PH_MUST_CHECK ph_err_t ph_read_u16(ph_reader_t *r, uint16_t *out);
PH_MUST_CHECK ph_err_t ph_read_u32(ph_reader_t *r, uint32_t *out);
PH_MUST_CHECK ph_err_t ph_read_u64(ph_reader_t *r, uint64_t *out);
PH_MUST_CHECK ph_err_t ph_read_u128(ph_reader_t *r, ph_u128_t *out);
PH_MUST_CHECK ph_err_t ph_read_bool(ph_reader_t *r, bool *out);
PH_MUST_CHECK ph_err_t ph_read_compact(ph_reader_t *r, ph_u128_t max, ph_u128_t *out); /* minimal form, value ≤ max */
PH_MUST_CHECK ph_err_t ph_read_compact_u32(ph_reader_t *r, uint32_t *out);
/* Compact length, at most what is left / min_element_len (min 1). */
PH_MUST_CHECK ph_err_t ph_read_length(ph_reader_t *r, size_t min_element_len, size_t *out);
PH_MUST_CHECK ph_err_t ph_read_bytes(ph_reader_t *r, ph_arena_t *arena, ph_bytes_t *out); /* length-prefixed */

/* ---- writer (ph_writer_t of base/bytes.h) ---- */
void ph_write_u16(ph_writer_t *w, uint16_t v);
void ph_write_u32(ph_writer_t *w, uint32_t v);
void ph_write_u64(ph_writer_t *w, uint64_t v);
void ph_write_u128(ph_writer_t *w, ph_u128_t v);
void ph_write_compact(ph_writer_t *w, ph_u128_t v);
void ph_write_bytes(ph_writer_t *w, ph_bytes_t v); /* length-prefixed */
size_t ph_compact_len(ph_u128_t v);

/* ---- type descriptions ---- */

typedef enum ph_kind {
    PH_KIND_UNIT, /* () : no bytes, C size 0 fields are omitted */
    PH_KIND_BOOL,
    PH_KIND_U8,
    PH_KIND_U16,
    PH_KIND_U32,
    PH_KIND_U64,
    PH_KIND_U128,
    PH_KIND_I8,
    PH_KIND_I16,
    PH_KIND_I32,
    PH_KIND_I64,
    PH_KIND_I128,
    PH_KIND_COMPACT, /* elem: an unsigned integer, or a newtype of one; same C value as elem */
    PH_KIND_BYTES,   /* Vec<u8>: ph_bytes_t; bound: most bytes, 0 none */
    PH_KIND_STRING,  /* as BYTES, must be UTF-8 */
    PH_KIND_FIXED,   /* [u8; bound]: raw bytes */
    PH_KIND_ARRAY,   /* [elem; bound]: T items[bound] */
    PH_KIND_VEC,     /* struct { T *items; size_t count; }; bound: most elements, 0 none */
    PH_KIND_SET,     /* as VEC, kept sorted (ph_type_compare) and unique */
    PH_KIND_MAP,     /* as VEC of elem (a two-field struct: key, value), kept sorted by key, unique */
    PH_KIND_OPTION,  /* struct { bool some; T value; }, value at value_offset */
    PH_KIND_TAIL,    /* C shape of OPTION, but no tag byte: present if bytes remain; last field only */
    PH_KIND_BITS,    /* ph_bits_t */
    PH_KIND_STRUCT,  /* fields; also tuples (fields named _0, _1, …: is_tuple) and newtypes (is_newtype) */
    PH_KIND_ENUM,    /* kind (uint8_t, the variant's SCALE index) at offset 0, then a union */
    PH_KIND_BOX,     /* T *: for recursive types */
    PH_KIND_SHARED,  /* struct { ph_rc_t *rc; const T *v; }: reference-counted, immutable */
    PH_KIND_CUSTOM   /* hand-written codec: see custom */
} ph_kind_t;

typedef struct ph_type ph_type_t;

typedef struct ph_field {
    const char *name;
    const ph_type_t *type;
    uint32_t offset; /* from the start of the whole struct or enum */
} ph_field_t;

typedef struct ph_variant {
    const char *name; /* as in Rust: "Seconded" */
    uint8_t index;
    bool is_tuple; /* fields are unnamed */
    uint8_t field_count;
    const ph_field_t *fields;
    const char *docs;
} ph_variant_t;

typedef struct ph_custom {
    void (*encode)(ph_writer_t *w, const void *v);
    ph_err_t (*decode)(ph_reader_t *r, ph_arena_t *arena, void *out);
} ph_custom_t;

struct ph_type {
    ph_kind_t kind;
    bool is_tuple, is_newtype;
    uint16_t field_count, variant_count;
    uint32_t size;         /* sizeof the C value */
    uint32_t value_offset; /* OPTION, TAIL */
    uint32_t bound;
    uint32_t min_len;  /* least number of encoded bytes, for bounding lengths */
    const char *name;  /* schema name */
    const char *path;  /* metadata type path, "polkadot_primitives::v9::CoreState", or NULL */
    const char *magic; /* bytes written before and required when reading ("BKNG"), or NULL */
    const ph_type_t *elem;
    const ph_field_t *fields;
    const ph_variant_t *variants;
    const ph_custom_t *custom; /* CUSTOM: fields describe the C struct for clone, equal, print, parse, free */
};

/* Sets and maps that were put together by hand in another order are written in theirs, the last of equal keys wins. */
void ph_type_encode(ph_writer_t *w, const ph_type_t *type, const void *value);
/* On error `out` is unspecified (heap decodes have freed what they took). */
PH_MUST_CHECK ph_err_t ph_type_decode(ph_reader_t *r, ph_arena_t *arena, const ph_type_t *type, void *out);
/* Decodes the whole of `in`; trailing bytes are an error. */
PH_MUST_CHECK ph_err_t ph_type_decode_all(ph_bytes_t in, ph_arena_t *arena, const ph_type_t *type, void *out);
void ph_type_clone(ph_arena_t *arena, const ph_type_t *type, void *out,
                   const void *value);                 /* deep; shared by reference */
void ph_type_free(const ph_type_t *type, void *value); /* heap values only */
bool ph_type_equal(const ph_type_t *type, const void *a, const void *b);
/* Rust's derived order: numbers by value, sequences lexicographically, structs field by field, enums by index and then
 * fields, absent before present. <0, 0, >0. Sets and maps are kept in it. */
int ph_type_compare(const ph_type_t *type, const void *a, const void *b);
size_t ph_type_encoded_len(const ph_type_t *type, const void *value);

/* ---- reference-counted values: shared<T> ---- */
typedef struct ph_rc ph_rc_t;
/* A deep copy in memory of its own, one reference. */
ph_rc_t *ph_rc_new(const ph_type_t *type, const void *value);
/* Decodes the whole of buf, byte strings pointing into it (keeps a reference to buf while alive). */
PH_MUST_CHECK ph_err_t ph_rc_decode(ph_rc_t **out, const ph_type_t *type, ph_buf_t *buf);
ph_rc_t *ph_rc_ref(ph_rc_t *rc);
void ph_rc_unref(void *rc); /* NULL allowed; fits ph_arena_defer */
const void *ph_rc_value(const ph_rc_t *rc);
const ph_type_t *ph_rc_type(const ph_rc_t *rc);

#endif
