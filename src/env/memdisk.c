#include "env/memdisk.h"

#include <string.h>

#include "base/vec.h"

/* Entries in key order; a journal of what each change since the last sync replaced. */
typedef struct entry {
    ph_bytes_t key;
    ph_buf_t *value;
} entry_t;

struct ph_memdisk {
    PH_LIST(entry_t) entries;
    PH_LIST(entry_t) undo; /* value NULL: the key was not there */
};

static size_t lower_bound(const ph_memdisk_t *disk, ph_bytes_t key)
{
    size_t low = 0, high = disk->entries.count;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (ph_bytes_compare(disk->entries.items[mid].key, key) < 0)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

static bool at_key(const ph_memdisk_t *disk, size_t i, ph_bytes_t key)
{
    return i < disk->entries.count && ph_bytes_equal(disk->entries.items[i].key, key);
}

static void insert(ph_memdisk_t *disk, size_t at, ph_bytes_t key, ph_buf_t *value)
{
    (void)ph_list_add(NULL, &disk->entries);
    entry_t *items = disk->entries.items;
    memmove(items + at + 1, items + at, (disk->entries.count - 1 - at) * sizeof *items);
    items[at] = (entry_t){ph_bytes_copy(NULL, key), value};
}

static void erase(ph_memdisk_t *disk, size_t at)
{
    ph_mem_free(disk->entries.items[at].key.data);
    ph_list_remove(&disk->entries, at);
}

ph_memdisk_t *ph_memdisk_new(void)
{
    return ph_mem_alloc(NULL, sizeof(ph_memdisk_t));
}

void ph_memdisk_sync(ph_memdisk_t *disk)
{
    for (size_t i = 0; i < disk->undo.count; i++) {
        ph_mem_free(disk->undo.items[i].key.data);
        ph_buf_unref(disk->undo.items[i].value);
    }
    disk->undo.count = 0;
}

void ph_memdisk_free(ph_memdisk_t *disk)
{
    if (!disk)
        return;
    ph_memdisk_sync(disk);
    for (size_t i = 0; i < disk->entries.count; i++) {
        ph_mem_free(disk->entries.items[i].key.data);
        ph_buf_unref(disk->entries.items[i].value);
    }
    ph_list_free(&disk->entries);
    ph_list_free(&disk->undo);
    ph_mem_free(disk);
}

/* Takes over `old` (may be NULL). */
static void remember(ph_memdisk_t *disk, ph_bytes_t key, ph_buf_t *old)
{
    ph_list_push(NULL, &disk->undo, ((entry_t){ph_bytes_copy(NULL, key), old}));
}

void ph_memdisk_put(ph_memdisk_t *disk, ph_bytes_t key, ph_buf_t *value)
{
    size_t at = lower_bound(disk, key);
    ph_buf_ref(value);
    if (at_key(disk, at, key)) {
        remember(disk, key, disk->entries.items[at].value);
        disk->entries.items[at].value = value;
    } else {
        remember(disk, key, NULL);
        insert(disk, at, key, value);
    }
}

ph_buf_t *ph_memdisk_get(ph_memdisk_t *disk, ph_bytes_t key)
{
    size_t at = lower_bound(disk, key);
    return at_key(disk, at, key) ? ph_buf_ref(disk->entries.items[at].value) : NULL;
}

void ph_memdisk_delete(ph_memdisk_t *disk, ph_bytes_t key)
{
    size_t at = lower_bound(disk, key);
    if (!at_key(disk, at, key))
        return;
    remember(disk, key, disk->entries.items[at].value);
    erase(disk, at);
}

bool ph_memdisk_next(ph_memdisk_t *disk, ph_arena_t *arena, ph_bytes_t prefix, ph_bytes_t *cursor, ph_buf_t **value)
{
    size_t at;
    if (cursor->data) {
        at = lower_bound(disk, *cursor);
        if (at_key(disk, at, *cursor))
            at++;
    } else {
        at = lower_bound(disk, prefix);
    }
    if (at >= disk->entries.count || !ph_bytes_start_with(disk->entries.items[at].key, prefix))
        return false;
    *cursor = ph_bytes_copy(arena, disk->entries.items[at].key);
    if (value)
        *value = ph_buf_ref(disk->entries.items[at].value);
    return true;
}

void ph_memdisk_crash(ph_memdisk_t *disk)
{
    while (disk->undo.count) {
        entry_t undo = disk->undo.items[--disk->undo.count];
        size_t at = lower_bound(disk, undo.key);
        bool there = at_key(disk, at, undo.key);
        if (there)
            ph_buf_unref(disk->entries.items[at].value);
        if (there && undo.value)
            disk->entries.items[at].value = undo.value;
        else if (there)
            erase(disk, at);
        else if (undo.value)
            insert(disk, at, undo.key, undo.value);
        ph_mem_free(undo.key.data);
    }
}

size_t ph_memdisk_count(const ph_memdisk_t *disk)
{
    return disk->entries.count;
}
