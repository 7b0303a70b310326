/* What the files of this room share. Not for other rooms. */
#ifndef PH_SCALE_INTERNAL_H
#define PH_SCALE_INTERNAL_H

#include "scale/scale.h"

/* The C value behind KIND_VEC, KIND_SET and KIND_MAP. */
typedef struct ph_any_vec {
    void *items;
    size_t count;
} ph_any_vec_t;

/* The C value behind KIND_SHARED. */
typedef struct ph_any_shared {
    ph_rc_t *rc;
    const void *v;
} ph_any_shared_t;

/* Puts `name` in front of a field path held in path[cap]; what does not fit is cut at the end. */
void ph_path_prepend(char *path, size_t cap, const char *name);
#define PH_INDEX_NAME_MAX 24
void ph_index_name(char out[PH_INDEX_NAME_MAX], size_t index); /* "[3]" */
size_t ph_decimal(char *out /* 21 */, uint64_t v);

/* Types whose C value is its encoding, byte for byte: integers on little-endian machines, byte arrays, newtypes of
 * them. Their encoded length is type->size. */
bool ph_type_is_plain(const ph_type_t *type);
/* The unsigned integer (U8 … U128) behind newtypes. */
const ph_type_t *ph_type_integer(const ph_type_t *type);
ph_u128_t ph_integer_max(ph_kind_t kind);
ph_u128_t ph_integer_load(ph_kind_t kind, const void *value);
void ph_integer_store(ph_kind_t kind, void *value, ph_u128_t v);
const ph_variant_t *ph_type_variant(const ph_type_t *type, uint8_t index); /* NULL: unknown */
bool ph_is_utf8(ph_bytes_t text);

/* SET and MAP: are the items strictly ascending? Sorts them, last of equal keys wins; the losers' memory goes back to
 * the heap if `on_heap`. */
bool ph_items_sorted(const ph_type_t *type, const ph_any_vec_t *vec);
void ph_items_sort(const ph_type_t *type, ph_any_vec_t *vec, bool on_heap);

/* A deep copy in an arena of its own, which the rc keeps; for decoders. */
PH_MUST_CHECK ph_err_t ph_rc_read(ph_rc_t **out, const ph_type_t *type, ph_reader_t *r);

#endif
