/* types.json: encodings of values in both directions, and malformed encodings. */
#include <stdio.h>
#include <string.h>

#include "cli/vectors_values.h"
#include "crypto/hash.h"
#include "primitives/registry.h"

static const ph_type_t *find_type(ph_vec_entry_t *e, const char *name)
{
    const ph_vec_kind_t *kind = ph_vec_kind(name);
    const ph_type_t *type = ph_type_by_name(kind ? kind->type : name);
    if (type == NULL)
        ph_vec_fail(e, "no type %s", name);
    return type;
}

static void expect_same_bytes(ph_vec_entry_t *e, const char *what, ph_bytes_t recorded, const ph_type_t *type,
                              const void *value)
{
    ph_writer_t w = ph_writer_in(e->v->arena);
    ph_type_encode(&w, type, value);
    if (!ph_bytes_equal(recorded, ph_writer_bytes(&w)))
        ph_vec_fail(e, "%s encodes otherwise", what);
    if (ph_type_encoded_len(type, value) != w.len)
        ph_vec_fail(e, "%s: wrong encoded length", what);
}

/* Members that are null in ours and absent in theirs. */
static void drop_nulls(json_t *ours)
{
    const char *key;
    json_t *member;
    void *next;
    json_object_foreach_safe(ours, next, key, member) if (json_is_null(member)) json_object_del(ours, key);
}

static void check_value(ph_vec_entry_t *e, const ph_type_t *type, const void *value, ph_bytes_t scale,
                        bool without_nulls)
{
    char path[300] = "";
    const json_t *recorded = ph_vec_need(e, "value");
    json_t *ours = ph_vec_render(e->v->arena, type, value);
    if (ours == NULL)
        ph_vec_fail(e, "our rendering is not JSON");
    else if (without_nulls)
        drop_nulls(ours);
    if (ours != NULL && recorded != NULL && !ph_vec_same_json(recorded, ours, path, sizeof path))
        ph_vec_fail(e, "value differs: %s", path);
    json_decref(ours);
    if (e->failed)
        return;
    void *parsed = ph_arena_alloc(e->v->arena, type->size ? type->size : 1);
    char why[160] = "";
    json_t *complete = json_copy((json_t *)(uintptr_t)recorded);
    if (without_nulls)
        json_object_set_new(complete, "extension", json_null());
    if (ph_type_parse(complete, e->v->arena, type, parsed, why, sizeof why) != PH_OK)
        ph_vec_fail(e, "value does not parse: %s", why);
    else
        expect_same_bytes(e, "the value", scale, type, parsed);
    json_decref(complete);
}

static void check_type(ph_vec_entry_t *e)
{
    const char *name = ph_vec_text(e, "type");
    (void)ph_vec_take(e, "what");
    const ph_vec_kind_t *kind = ph_vec_kind(name);
    if (kind != NULL && kind->type == NULL) {
        kind->check(e, NULL);
        return;
    }
    const ph_type_t *type = find_type(e, name);
    ph_bytes_t scale = ph_vec_bytes(e, "scale");
    if (e->failed)
        return;
    void *value = ph_arena_alloc(e->v->arena, type->size ? type->size : 1);
    if (ph_type_decode_all(scale, e->v->arena, type, value) != PH_OK) {
        ph_vec_fail(e, "scale does not decode");
        return;
    }
    expect_same_bytes(e, "what was decoded", scale, type, value);
    if (kind == NULL || kind->value != PH_VEC_VALUE_OTHER)
        check_value(e, type, value, scale, kind != NULL && kind->value == PH_VEC_VALUE_WITHOUT_NULLS);
    if (kind != NULL && kind->check != NULL)
        kind->check(e, value);
}

/* ---- malformed ---- */

/* "scale", or a recipe for a long one. */
static ph_bytes_t malformed_scale(ph_vec_entry_t *e)
{
    const json_t *recipe = ph_vec_take(e, "scale_is");
    if (recipe == NULL)
        return ph_vec_bytes(e, "scale");
    json_int_t count = json_integer_value(json_object_get(recipe, "compact_count"));
    json_int_t zeros = json_integer_value(json_object_get(recipe, "then_zero_bytes"));
    if (json_object_size(recipe) != 2 || count <= 0 || zeros <= 0 || zeros > 1 << 24)
        ph_vec_fail(e, "scale_is: a recipe we do not know");
    ph_writer_t w = ph_writer_in(e->v->arena);
    ph_write_compact(&w, (ph_u128_t)count);
    for (json_int_t i = 0; i < zeros && !e->failed; i++)
        ph_write_u8(&w, 0);
    return ph_writer_bytes(&w);
}

static void expect_leaves(ph_vec_entry_t *e, bool decodes, size_t left)
{
    const json_t *leaves = ph_vec_take(e, "decode_leaves");
    if (leaves == NULL) {
        if (ph_vec_take(e, "scale_is") == NULL)
            ph_vec_fail(e, "decode_leaves is missing");
        return;
    }
    ph_vec_expect_option(e, "decode_leaves", decodes, left);
}

static void expect_bits(ph_vec_entry_t *e, const ph_type_t *type, const void *value)
{
    json_t *ours = ph_vec_render(e->v->arena, type, value);
    ph_vec_expect_text(e, "bits", json_is_string(ours) ? json_string_value(ours) : "not a bit string");
    json_decref(ours);
}

static void check_malformed(ph_vec_entry_t *e)
{
    const ph_type_t *type = find_type(e, ph_vec_text(e, "type"));
    ph_bytes_t scale = malformed_scale(e);
    (void)ph_vec_take(e, "what");
    const json_t *error = ph_vec_need(e, "error"); /* Rust's wording; that there is one must fit the verdict */
    bool accepted = ph_vec_bool(e, "decode_all");
    if (e->failed)
        return;
    if (json_is_null(error) != accepted)
        ph_vec_fail(e, "error and decode_all contradict each other");
    void *value = ph_arena_alloc(e->v->arena, type->size ? type->size : 1);
    bool all = ph_type_decode_all(scale, e->v->arena, type, value) == PH_OK;
    if (all != accepted)
        ph_vec_fail(e, "we %s it", all ? "accept" : "refuse");
    ph_reader_t r = ph_reader(scale);
    bool decodes = ph_type_decode(&r, e->v->arena, type, value) == PH_OK;
    expect_leaves(e, decodes, ph_reader_left(&r));
    if (!decodes)
        return;
    if (ph_vec_take(e, "bits") != NULL)
        expect_bits(e, type, value);
    if (ph_vec_take(e, "encodes_again_as") == NULL)
        return;
    expect_same_bytes(e, "what was decoded", ph_vec_bytes(e, "encodes_again_as"), type, value);
}

static void check_types_list(ph_vectors_t *v, const char *list, const json_t *entries, void (*check)(ph_vec_entry_t *e))
{
    size_t i;
    json_t *json;
    json_array_foreach((json_t *)(uintptr_t)entries, i, json)
    {
        ph_vec_entry_t e;
        ph_vec_begin(&e, v, list, json);
        if (!e.failed)
            check(&e);
        ph_vec_end(&e);
    }
}

void ph_vectors_types(ph_vectors_t *v, const json_t *file)
{
    const char *list;
    json_t *entries;
    json_object_foreach((json_t *)(uintptr_t)file, list, entries)
    {
        if (!json_is_array(entries))
            ph_vectors_report(v, list, "list", false, "not a list");
        else if (strcmp(list, "types") == 0)
            check_types_list(v, list, entries, check_type);
        else if (strcmp(list, "malformed") == 0)
            check_types_list(v, list, entries, check_malformed);
        else
            ph_vectors_report(v, list, "list", false, "a list we do not know");
    }
}
