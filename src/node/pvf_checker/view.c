#include "node/pvf_checker/view.h"

ph_view_code_t *ph_code_view_find(ph_code_view_t *view, const ph_validation_code_hash_t *code)
{
    for (size_t i = 0; i < view->codes.count; i++)
        if (ph_validation_code_hash_equal(&view->codes.items[i].hash, code))
            return &view->codes.items[i];
    return NULL;
}

size_t ph_code_view_add(ph_code_view_t *view, const ph_hash_t *leaf, const ph_vec_validation_code_hash_t *codes)
{
    size_t first = view->codes.count;
    ph_view_leaf_t entry = {.hash = *leaf};
    ph_vec_validation_code_hash_clone(NULL, &entry.codes, codes);
    ph_list_push(NULL, &view->leaves, entry);
    for (size_t i = 0; i < codes->count; i++)
        if (!ph_code_view_find(view, &codes->items[i]))
            ph_list_push(NULL, &view->codes, ((ph_view_code_t){codes->items[i], PH_CODE_UNJUDGED}));
    return first;
}

static bool is_seen(const ph_code_view_t *view, const ph_validation_code_hash_t *code)
{
    for (size_t i = 0; i < view->leaves.count; i++) {
        const ph_vec_validation_code_hash_t *codes = &view->leaves.items[i].codes;
        for (size_t k = 0; k < codes->count; k++)
            if (ph_validation_code_hash_equal(&codes->items[k], code))
                return true;
    }
    return false;
}

void ph_code_view_remove(ph_code_view_t *view, const ph_hash_t *leaf)
{
    size_t kept = 0;
    for (size_t i = 0; i < view->leaves.count; i++) {
        if (!ph_hash_equal(&view->leaves.items[i].hash, leaf)) {
            view->leaves.items[kept++] = view->leaves.items[i];
            continue;
        }
        ph_vec_validation_code_hash_free(&view->leaves.items[i].codes);
    }
    view->leaves.count = kept;
    kept = 0;
    for (size_t i = 0; i < view->codes.count; i++)
        if (is_seen(view, &view->codes.items[i].hash))
            view->codes.items[kept++] = view->codes.items[i];
    view->codes.count = kept;
}

void ph_code_view_free(ph_code_view_t *view)
{
    for (size_t i = 0; i < view->leaves.count; i++)
        ph_vec_validation_code_hash_free(&view->leaves.items[i].codes);
    ph_list_free(&view->leaves);
    ph_list_free(&view->codes);
}
