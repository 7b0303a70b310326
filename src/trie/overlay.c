#include "trie/overlay.h"

#include <string.h>

#include "base/check.h"
#include "trie/changes.h"
#include "trie/keys.h"

/* One trie: its committed state and what was written over it. */
typedef struct ph_layer {
    ph_state_t *base;
    ph_changes_t changes;
} ph_layer_t;

typedef struct ph_child_layer {
    ph_bytes_t storage_key; /* heap */
    ph_layer_t layer;
} ph_child_layer_t;

struct ph_overlay {
    ph_layer_t top;
    PH_LIST(ph_child_layer_t *) children; /* in the order of first use */
    ph_err_t err;
    ph_state_t *made; /* the state as written, or NULL if not known */
    int made_version;
};

static void note(ph_overlay_t *o, ph_err_t err)
{
    if (!o->err && err != PH_ERR_NOT_FOUND)
        o->err = err;
}

static void forget_made(ph_overlay_t *o)
{
    ph_state_unref(o->made);
    o->made = NULL;
}

static void layer_init(ph_layer_t *layer, ph_state_t *base)
{
    layer->base = base;
    ph_changes_init(&layer->changes);
}

static void layer_end(ph_layer_t *layer)
{
    ph_changes_free(&layer->changes);
    ph_state_unref(layer->base);
}

ph_overlay_t *ph_overlay_new(ph_state_t *base)
{
    ph_overlay_t *o = ph_mem_alloc(NULL, sizeof *o);
    layer_init(&o->top, ph_state_ref(base));
    return o;
}

void ph_overlay_free(void *overlay)
{
    ph_overlay_t *o = overlay;
    if (!o)
        return;
    forget_made(o);
    for (size_t i = 0; i < o->children.count; i++) {
        layer_end(&o->children.items[i]->layer);
        ph_mem_free(o->children.items[i]->storage_key.data);
        ph_mem_free(o->children.items[i]);
    }
    ph_list_free(&o->children);
    layer_end(&o->top);
    ph_mem_free(o);
}

ph_state_t *ph_overlay_base(const ph_overlay_t *o)
{
    return o->top.base;
}
ph_err_t ph_overlay_error(const ph_overlay_t *o)
{
    return o->err;
}

/* ---- reading one layer ---- */

static bool layer_get(ph_overlay_t *o, ph_layer_t *layer, ph_bytes_t *value, ph_bytes_t key)
{
    const ph_entry_t *entry = ph_changes_find(&layer->changes, key);
    if (entry && entry->value.kind != PH_WRITTEN_ABSENT) {
        bool there = ph_entry_has_value(entry);
        if (there)
            *value = ph_entry_bytes(entry);
        return there;
    }
    ph_err_t err = ph_state_get(layer->base, value, key);
    note(o, err);
    return err == PH_OK;
}

static bool layer_exists(ph_overlay_t *o, ph_layer_t *layer, ph_bytes_t key)
{
    const ph_entry_t *entry = ph_changes_find(&layer->changes, key);
    if (entry && entry->value.kind != PH_WRITTEN_ABSENT)
        return ph_entry_has_value(entry);
    ph_err_t err = ph_state_exists(layer->base, key);
    note(o, err);
    return err == PH_OK;
}

static ph_entry_t *next_written(ph_layer_t *layer, ph_changes_cursor_t *cursor)
{
    ph_entry_t *entry = ph_changes_next(&layer->changes, cursor);
    while (entry && entry->value.kind == PH_WRITTEN_ABSENT)
        entry = ph_changes_next(&layer->changes, cursor);
    return entry;
}

/* Merges the two orders: a removed key hides the base's, a written one comes where it belongs. */
static bool layer_next_key(ph_overlay_t *o, ph_layer_t *layer, ph_writer_t *next, ph_bytes_t key)
{
    ph_changes_cursor_t cursor = ph_changes_seek(&layer->changes, key, true);
    ph_writer_t base_key = PH_WRITER_HEAP;
    ph_err_t err = ph_state_next_key(layer->base, &base_key, key);
    ph_entry_t *entry = next_written(layer, &cursor);
    while (entry) {
        int order = err ? 1 : ph_bytes_compare(ph_writer_bytes(&base_key), entry->key);
        if (order < 0 || ph_entry_has_value(entry))
            break;
        if (order == 0)
            err = ph_state_next_key(layer->base, &base_key, entry->key);
        entry = next_written(layer, &cursor);
    }
    note(o, err);
    bool base_first = !err && (!entry || ph_bytes_compare(ph_writer_bytes(&base_key), entry->key) < 0);
    if (base_first || entry) {
        ph_bytes_t found = base_first ? ph_writer_bytes(&base_key) : entry->key;
        ph_writer_reset(next);
        ph_write(next, found.data, found.len);
    }
    ph_writer_free(&base_key);
    return base_first || entry;
}

/* ---- writing one layer ---- */

/* False, and an error noted, for a key that no trie takes. */
static bool may_write(ph_overlay_t *o, ph_bytes_t key)
{
    forget_made(o);
    if (key.len > PH_TRIE_KEY_MAX)
        note(o, PH_ERR_TOO_LARGE);
    return key.len <= PH_TRIE_KEY_MAX;
}

static void layer_write(ph_overlay_t *o, ph_layer_t *layer, ph_bytes_t key, ph_buf_t *buf)
{
    if (may_write(o, key))
        ph_changes_set(&layer->changes, key, buf);
    else
        ph_buf_unref(buf);
}

static uint32_t clear_written(ph_layer_t *layer, ph_bytes_t prefix)
{
    uint32_t cleared = 0;
    ph_changes_cursor_t cursor = ph_changes_seek(&layer->changes, prefix, false);
    ph_entry_t *entry;
    while ((entry = next_written(layer, &cursor)) && ph_bytes_start_with(entry->key, prefix)) {
        cleared += ph_entry_has_value(entry);
        if (ph_entry_has_value(entry))
            ph_changes_remove_entry(&layer->changes, entry);
    }
    return cleared;
}

static ph_cleared_t layer_clear_prefix(ph_overlay_t *o, ph_layer_t *layer, ph_bytes_t prefix, uint32_t limit)
{
    forget_made(o);
    ph_cleared_t done = {.unique = clear_written(layer, prefix), .all_removed = true};
    ph_state_iter_t it = ph_state_iter(layer->base, prefix);
    ph_bytes_t key;
    ph_err_t err;
    while (!(err = ph_state_iter_next(&it, &key, NULL))) {
        if (limit != PH_NO_LIMIT && done.loops == limit) {
            done.all_removed = false;
            break;
        }
        const ph_entry_t *entry = ph_changes_find(&layer->changes, key);
        if (!entry || entry->value.kind == PH_WRITTEN_ABSENT) {
            ph_changes_set(&layer->changes, key, NULL);
            done.backend++;
        }
        done.loops++;
    }
    ph_state_iter_free(&it);
    note(o, err);
    done.unique += done.backend;
    return done;
}

/* ---- the top trie ---- */

static bool is_child_root_key(ph_bytes_t key)
{
    return ph_bytes_start_with(key, ph_child_storage_prefix);
}

bool ph_overlay_get(ph_overlay_t *o, ph_bytes_t *value, ph_bytes_t key)
{
    return layer_get(o, &o->top, value, key);
}
bool ph_overlay_exists(ph_overlay_t *o, ph_bytes_t key)
{
    return layer_exists(o, &o->top, key);
}

bool ph_overlay_next_key(ph_overlay_t *o, ph_writer_t *next, ph_bytes_t key)
{
    return layer_next_key(o, &o->top, next, key);
}

void ph_overlay_set_buf(ph_overlay_t *o, ph_bytes_t key, ph_buf_t *value)
{
    if (!is_child_root_key(key))
        layer_write(o, &o->top, key, ph_buf_ref(value));
}

void ph_overlay_set(ph_overlay_t *o, ph_bytes_t key, ph_bytes_t value)
{
    if (!is_child_root_key(key))
        layer_write(o, &o->top, key, ph_buf_new(value));
}

void ph_overlay_clear(ph_overlay_t *o, ph_bytes_t key)
{
    if (!is_child_root_key(key))
        layer_write(o, &o->top, key, NULL);
}

void ph_overlay_append(ph_overlay_t *o, ph_bytes_t key, ph_bytes_t item)
{
    if (!may_write(o, key))
        return;
    const ph_entry_t *entry = ph_changes_find(&o->top.changes, key);
    ph_bytes_t committed;
    bool there = false;
    if (!entry || entry->value.kind == PH_WRITTEN_ABSENT)
        there = layer_get(o, &o->top, &committed, key);
    ph_changes_append(&o->top.changes, key, item, there ? &committed : NULL);
}

ph_cleared_t ph_overlay_clear_prefix(ph_overlay_t *o, ph_bytes_t prefix, uint32_t limit)
{
    bool reaches_children =
        ph_bytes_start_with(prefix, ph_child_storage_prefix) || ph_bytes_start_with(ph_child_storage_prefix, prefix);
    return reaches_children ? (ph_cleared_t){.all_removed = true} : layer_clear_prefix(o, &o->top, prefix, limit);
}

/* ---- child tries ---- */

static ph_layer_t *find_child(const ph_overlay_t *o, ph_bytes_t child)
{
    for (size_t i = 0; i < o->children.count; i++)
        if (ph_bytes_equal(o->children.items[i]->storage_key, child))
            return &o->children.items[i]->layer;
    return NULL;
}

/* The child's layer, made on first use; it joins the transactions that are open. */
static ph_layer_t *child_layer(ph_overlay_t *o, ph_bytes_t child)
{
    ph_layer_t *layer = find_child(o, child);
    if (layer)
        return layer;
    ph_state_t *base = NULL;
    ph_err_t err = ph_state_child(o->top.base, &base, child);
    note(o, err);
    if (err)
        base = ph_state_empty(ph_state_store(o->top.base));
    ph_child_layer_t *made = ph_mem_alloc(NULL, sizeof *made);
    made->storage_key = ph_bytes_copy(NULL, child);
    layer_init(&made->layer, base);
    for (size_t i = 0; i < ph_overlay_depth(o); i++)
        ph_changes_start(&made->layer.changes);
    ph_list_push(NULL, &o->children, made);
    return &made->layer;
}

bool ph_overlay_child_get(ph_overlay_t *o, ph_bytes_t child, ph_bytes_t *value, ph_bytes_t key)
{
    return layer_get(o, child_layer(o, child), value, key);
}

bool ph_overlay_child_exists(ph_overlay_t *o, ph_bytes_t child, ph_bytes_t key)
{
    return layer_exists(o, child_layer(o, child), key);
}

bool ph_overlay_child_next_key(ph_overlay_t *o, ph_bytes_t child, ph_writer_t *next, ph_bytes_t key)
{
    return layer_next_key(o, child_layer(o, child), next, key);
}

void ph_overlay_child_set(ph_overlay_t *o, ph_bytes_t child, ph_bytes_t key, ph_bytes_t value)
{
    layer_write(o, child_layer(o, child), key, ph_buf_new(value));
}

void ph_overlay_child_clear(ph_overlay_t *o, ph_bytes_t child, ph_bytes_t key)
{
    layer_write(o, child_layer(o, child), key, NULL);
}

ph_cleared_t ph_overlay_child_clear_prefix(ph_overlay_t *o, ph_bytes_t child, ph_bytes_t prefix, uint32_t limit)
{
    return layer_clear_prefix(o, child_layer(o, child), prefix, limit);
}

/* ---- transactions ---- */

size_t ph_overlay_depth(const ph_overlay_t *o)
{
    return o->top.changes.transactions.count;
}

void ph_overlay_start(ph_overlay_t *o)
{
    ph_changes_start(&o->top.changes);
    for (size_t i = 0; i < o->children.count; i++)
        ph_changes_start(&o->children.items[i]->layer.changes);
}

ph_err_t ph_overlay_commit(ph_overlay_t *o)
{
    if (!ph_overlay_depth(o))
        return PH_ERR_INVALID;
    ph_changes_commit(&o->top.changes);
    for (size_t i = 0; i < o->children.count; i++)
        ph_changes_commit(&o->children.items[i]->layer.changes);
    return PH_OK;
}

ph_err_t ph_overlay_rollback(ph_overlay_t *o)
{
    if (!ph_overlay_depth(o))
        return PH_ERR_INVALID;
    forget_made(o);
    ph_changes_rollback(&o->top.changes);
    for (size_t i = 0; i < o->children.count; i++)
        ph_changes_rollback(&o->children.items[i]->layer.changes);
    return PH_OK;
}

void ph_overlay_rollback_to(ph_overlay_t *o, size_t depth)
{
    while (ph_overlay_depth(o) > depth)
        PH_CHECK(ph_overlay_rollback(o) == PH_OK);
}

/* ---- results ---- */

typedef PH_LIST(ph_trie_change_t) ph_change_list_t;

/* What the layer wrote, in order; values are references that drop_changes gives back. */
static void collect(ph_change_list_t *out, ph_layer_t *layer)
{
    ph_changes_cursor_t cursor = {0};
    ph_entry_t *entry;
    while ((entry = next_written(layer, &cursor))) {
        ph_trie_change_t change = {.key = entry->key};
        if (entry->value.kind == PH_WRITTEN_SET)
            change.value = ph_buf_ref(entry->value.buf);
        else if (entry->value.kind == PH_WRITTEN_APPENDED)
            change.value = ph_buf_new(ph_entry_bytes(entry));
        ph_list_push(NULL, out, change);
    }
}

static void drop_changes(ph_change_list_t *changes)
{
    for (size_t i = 0; i < changes->count; i++)
        ph_buf_unref(changes->items[i].value);
    ph_list_free(changes);
}

static ph_err_t layer_state(ph_layer_t *layer, ph_state_t **out, int version)
{
    ph_change_list_t changes = {0};
    collect(&changes, layer);
    ph_err_t err = ph_state_apply(layer->base, out, changes.items, changes.count, version);
    drop_changes(&changes);
    return err;
}

/* Puts a change where its key belongs, in place of what stands there. */
static void put_change(ph_change_list_t *changes, ph_trie_change_t change)
{
    size_t at = 0;
    while (at < changes->count && ph_bytes_compare(changes->items[at].key, change.key) < 0)
        at++;
    if (at < changes->count && ph_bytes_equal(changes->items[at].key, change.key)) {
        ph_buf_unref(changes->items[at].value);
    } else {
        ph_list_push(NULL, changes, change);
        memmove(changes->items + at + 1, changes->items + at, (changes->count - 1 - at) * sizeof *changes->items);
    }
    changes->items[at] = change;
}

static bool is_empty_state(const ph_state_t *state)
{
    return memcmp(ph_state_root(state), ph_trie_empty_root, 32) == 0;
}

static bool was_written(ph_layer_t *layer)
{
    ph_changes_cursor_t cursor = {0};
    return next_written(layer, &cursor) != NULL;
}

/* The children's roots as changes of the top trie, last: they override what was written there. */
static ph_err_t put_children(ph_overlay_t *o, ph_change_list_t *changes, ph_arena_t *arena, int version)
{
    for (size_t i = 0; i < o->children.count; i++) {
        ph_child_layer_t *child = o->children.items[i];
        if (!was_written(&child->layer))
            continue;
        ph_state_t *state;
        PH_TRY(layer_state(&child->layer, &state, version));
        ph_arena_defer(arena, ph_state_unref, state);
        ph_writer_t key = ph_writer_in(arena);
        ph_child_storage_key(&key, child->storage_key);
        ph_trie_change_t change = {.key = ph_writer_bytes(&key)};
        if (!is_empty_state(state)) {
            change.value = ph_buf_new(ph_bytes(ph_state_root(state), 32));
            change.child = state;
        }
        put_change(changes, change);
    }
    return PH_OK;
}

ph_err_t ph_overlay_state(ph_overlay_t *o, ph_state_t **out, int version)
{
    if (o->err)
        return o->err;
    if (o->made && o->made_version != version)
        forget_made(o);
    if (!o->made) {
        ph_arena_t *arena = ph_arena_new();
        ph_change_list_t changes = {0};
        collect(&changes, &o->top);
        ph_err_t err = put_children(o, &changes, arena, version);
        if (!err)
            err = ph_state_apply(o->top.base, &o->made, changes.items, changes.count, version);
        drop_changes(&changes);
        ph_arena_free(arena);
        if (err)
            return err;
        o->made_version = version;
    }
    *out = ph_state_ref(o->made);
    return PH_OK;
}

void ph_overlay_root(ph_overlay_t *o, uint8_t out[32], int version)
{
    ph_state_t *state = NULL;
    ph_err_t err = ph_overlay_state(o, &state, version);
    note(o, err);
    if (err)
        memset(out, 0, 32);
    else
        memcpy(out, ph_state_root(state), 32);
    ph_state_unref(state);
}

void ph_overlay_child_root(ph_overlay_t *o, ph_bytes_t child, uint8_t out[32], int version)
{
    memset(out, 0, 32);
    ph_layer_t *layer = child_layer(o, child);
    bool written = was_written(layer);
    ph_state_t *state = NULL;
    ph_err_t err = layer_state(layer, &state, version);
    note(o, err);
    if (err)
        return;
    memcpy(out, ph_state_root(state), 32);
    if (written) {
        ph_writer_t key = PH_WRITER_HEAP;
        ph_child_storage_key(&key, child);
        layer_write(o, &o->top, ph_writer_bytes(&key), is_empty_state(state) ? NULL : ph_buf_new(ph_bytes(out, 32)));
        ph_writer_free(&key);
    }
    ph_state_unref(state);
}

void ph_overlay_changes(const ph_overlay_t *o, void (*each)(void *self, ph_bytes_t key, const ph_bytes_t *value),
                        void *self)
{
    ph_changes_cursor_t cursor = {0};
    ph_entry_t *entry;
    while ((entry = ph_changes_next(&o->top.changes, &cursor))) {
        if (entry->value.kind == PH_WRITTEN_ABSENT)
            continue;
        ph_bytes_t value = ph_entry_has_value(entry) ? ph_entry_bytes(entry) : (ph_bytes_t){0};
        each(self, entry->key, ph_entry_has_value(entry) ? &value : NULL);
    }
}
