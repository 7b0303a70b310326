/* What the decoders of cross-consensus messages refuse beyond the shape: too many instructions, assets out of order,
 * and none of an asset. (Source: staging-xcm 25.) */
#include "primitives/types.h"

enum { INSTRUCTIONS_MAX = 100, ASSETS_MAX = 20 };

static const ph_type_t *list_of(const ph_type_t *custom)
{
    return custom->fields[0].type;
}

/* ---- messages: the bound is on all instructions of the outermost message and of those within it ---- */

static ph_err_t decode_xcm(ph_reader_t *r, ph_arena_t *arena, const ph_type_t *list, void *out)
{
    const uint8_t *start = r->at;
    uint32_t count;
    PH_TRY(ph_read_compact_u32(r, &count));
    r->at = start;
    if (r->tree_depth == 0)
        r->tree_items = 0;
    if (count > INSTRUCTIONS_MAX - r->tree_items)
        return ph_reader_fail(r, "at most 100 instructions");
    r->tree_items += count;
    r->tree_depth++;
    ph_err_t err = ph_type_decode(r, arena, list, out);
    r->tree_depth--;
    return err;
}

void ph_xcm_v3_encode_custom(ph_writer_t *w, const ph_xcm_v3_t *v)
{
    ph_type_encode(w, list_of(&ph_type_xcm_v3), &v->v);
}

ph_err_t ph_xcm_v3_decode_custom(ph_reader_t *r, ph_arena_t *arena, ph_xcm_v3_t *out)
{
    return decode_xcm(r, arena, list_of(&ph_type_xcm_v3), &out->v);
}

void ph_xcm_v4_encode_custom(ph_writer_t *w, const ph_xcm_v4_t *v)
{
    ph_type_encode(w, list_of(&ph_type_xcm_v4), &v->v);
}

ph_err_t ph_xcm_v4_decode_custom(ph_reader_t *r, ph_arena_t *arena, ph_xcm_v4_t *out)
{
    return decode_xcm(r, arena, list_of(&ph_type_xcm_v4), &out->v);
}

void ph_xcm_v5_encode_custom(ph_writer_t *w, const ph_xcm_v5_t *v)
{
    ph_type_encode(w, list_of(&ph_type_xcm_v5), &v->v);
}

ph_err_t ph_xcm_v5_decode_custom(ph_reader_t *r, ph_arena_t *arena, ph_xcm_v5_t *out)
{
    return decode_xcm(r, arena, list_of(&ph_type_xcm_v5), &out->v);
}

/* ---- assets ---- */

static const uint8_t *member(const ph_field_t *field, const void *asset)
{
    return (const uint8_t *)asset + field->offset;
}

/* Fungible ones of each kind stand there once, others by what they are. */
static bool may_follow(const ph_type_t *asset, const void *a, const void *b)
{
    const ph_field_t *id = &asset->fields[0], *fun = &asset->fields[1];
    int ids = ph_type_compare(id->type, member(id, a), member(id, b));
    if (ids < 0)
        return true;
    bool a_counts = *member(fun, a) == PH_XCM_FUNGIBILITY_V3_FUNGIBLE,
         b_counts = *member(fun, b) == PH_XCM_FUNGIBILITY_V3_FUNGIBLE;
    if (a_counts || b_counts)
        return a_counts && !b_counts;
    return ids == 0 && ph_type_compare(fun->type, member(fun, a), member(fun, b)) < 0;
}

static bool in_order(const ph_type_t *asset, const void *items, size_t count)
{
    const uint8_t *at = items;
    for (size_t i = 1; i < count; i++, at += asset->size)
        if (!may_follow(asset, at, at + asset->size))
            return false;
    return true;
}

/* `out`: a list of any version's assets. */
static ph_err_t decode_assets(ph_reader_t *r, ph_arena_t *arena, const ph_type_t *list, void *out, void *const *items)
{
    const uint8_t *start = r->at;
    uint32_t count;
    PH_TRY(ph_read_compact_u32(r, &count));
    r->at = start;
    if (count > ASSETS_MAX)
        return ph_reader_fail(r, "at most 20 assets");
    PH_TRY(ph_type_decode(r, arena, list, out));
    if (in_order(list->elem, *items, count))
        return PH_OK;
    if (!arena)
        ph_type_free(list, out);
    r->at = start;
    return ph_reader_fail(r, "assets in order, each once");
}

void ph_xcm_assets_v3_encode_custom(ph_writer_t *w, const ph_xcm_assets_v3_t *v)
{
    ph_type_encode(w, list_of(&ph_type_xcm_assets_v3), &v->v);
}

ph_err_t ph_xcm_assets_v3_decode_custom(ph_reader_t *r, ph_arena_t *arena, ph_xcm_assets_v3_t *out)
{
    return decode_assets(r, arena, list_of(&ph_type_xcm_assets_v3), &out->v, (void *const *)&out->v.items);
}

void ph_xcm_assets_v4_encode_custom(ph_writer_t *w, const ph_xcm_assets_v4_t *v)
{
    ph_type_encode(w, list_of(&ph_type_xcm_assets_v4), &v->v);
}

ph_err_t ph_xcm_assets_v4_decode_custom(ph_reader_t *r, ph_arena_t *arena, ph_xcm_assets_v4_t *out)
{
    return decode_assets(r, arena, list_of(&ph_type_xcm_assets_v4), &out->v, (void *const *)&out->v.items);
}

void ph_xcm_assets_v5_encode_custom(ph_writer_t *w, const ph_xcm_assets_v5_t *v)
{
    ph_type_encode(w, list_of(&ph_type_xcm_assets_v5), &v->v);
}

ph_err_t ph_xcm_assets_v5_decode_custom(ph_reader_t *r, ph_arena_t *arena, ph_xcm_assets_v5_t *out)
{
    return decode_assets(r, arena, list_of(&ph_type_xcm_assets_v5), &out->v, (void *const *)&out->v.items);
}

void ph_xcm_amount_encode_custom(ph_writer_t *w, const ph_xcm_amount_t *v)
{
    ph_write_compact(w, v->v);
}

ph_err_t ph_xcm_amount_decode_custom(ph_reader_t *r, ph_arena_t *arena, ph_xcm_amount_t *out)
{
    (void)arena;
    const uint8_t *start = r->at;
    PH_TRY(ph_type_decode(r, arena, list_of(&ph_type_xcm_amount), &out->v));
    if (out->v != 0)
        return PH_OK;
    r->at = start;
    return ph_reader_fail(r, "an amount above zero");
}
