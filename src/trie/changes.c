#include "trie/changes.h"

#include <string.h>

#include "base/check.h"
#include "crypto/hash.h"
#include "scale/scale.h"

/* ---- appenders: room for the compact length, then the items ---- */

#define HEAD_ROOM 5u

struct ph_appender {
    size_t refs;
    ph_writer_t w; /* HEAD_ROOM bytes, then items */
};

static ph_appender_t *appender_new(ph_bytes_t items)
{
    ph_appender_t *a = ph_mem_alloc(NULL, sizeof *a);
    a->refs = 1;
    ph_write(&a->w, (uint8_t[HEAD_ROOM]){0}, HEAD_ROOM);
    ph_write(&a->w, items.data, items.len);
    return a;
}

static void written_drop(ph_written_t *v)
{
    if (v->kind == PH_WRITTEN_SET) {
        ph_buf_unref(v->buf);
    } else if (v->kind == PH_WRITTEN_APPENDED && --v->appender->refs == 0) {
        ph_writer_free(&v->appender->w);
        ph_mem_free(v->appender);
    }
    *v = (ph_written_t){0};
}

static void written_ref(const ph_written_t *v)
{
    if (v->kind == PH_WRITTEN_SET)
        ph_buf_ref(v->buf);
    else if (v->kind == PH_WRITTEN_APPENDED)
        v->appender->refs++;
}

ph_bytes_t ph_entry_bytes(const ph_entry_t *entry)
{
    const ph_written_t *v = &entry->value;
    if (v->kind == PH_WRITTEN_SET)
        return ph_buf_bytes(v->buf);
    PH_CHECK(v->kind == PH_WRITTEN_APPENDED);
    uint8_t head[16];
    ph_writer_t w = {.data = head, .cap = sizeof head};
    ph_write_compact(&w, v->count);
    uint8_t *start = v->appender->w.data + HEAD_ROOM - w.len;
    memcpy(start, head, w.len);
    return ph_bytes(start, w.len + v->len);
}

/* ---- the table ---- */

static uint64_t hash_of(ph_bytes_t key)
{
    uint8_t digest[8];
    ph_twox_64(digest, key);
    return ph_get_u64(digest);
}

static size_t slot_of(const ph_changes_t *c, ph_bytes_t key, uint64_t hash)
{
    size_t at = (size_t)hash & (c->slot_count - 1);
    while (c->slots[at] && !(c->slots[at]->hash == hash && ph_bytes_equal(c->slots[at]->key, key)))
        at = (at + 1) & (c->slot_count - 1);
    return at;
}

static void table_grow(ph_changes_t *c)
{
    ph_entry_t **old = c->slots;
    size_t old_count = c->slot_count;
    c->slot_count = 2 * old_count;
    c->slots = ph_mem_alloc(NULL, c->slot_count * sizeof *c->slots);
    for (size_t i = 0; i < old_count; i++)
        if (old[i])
            c->slots[slot_of(c, old[i]->key, old[i]->hash)] = old[i];
    ph_mem_free(old);
}

ph_entry_t *ph_changes_find(const ph_changes_t *c, ph_bytes_t key)
{
    return c->slots[slot_of(c, key, hash_of(key))];
}

/* ---- the order ---- */

#define CHUNK_MAX 128u

struct ph_chunk {
    size_t count; /* at least 1 */
    ph_entry_t *items[CHUNK_MAX];
};

/* The last chunk whose first key is ≤ key, or the first chunk. */
static size_t chunk_for(const ph_changes_t *c, ph_bytes_t key)
{
    size_t lo = 0, hi = c->chunks.count;
    while (hi - lo > 1) {
        size_t mid = lo + (hi - lo) / 2;
        if (ph_bytes_compare(c->chunks.items[mid]->items[0]->key, key) <= 0)
            lo = mid;
        else
            hi = mid;
    }
    return lo;
}

/* The first place in the chunk whose key is ≥ key (or > key). */
static size_t place_in(const ph_chunk_t *chunk, ph_bytes_t key, bool after)
{
    size_t lo = 0, hi = chunk->count;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        int order = ph_bytes_compare(chunk->items[mid]->key, key);
        if (order < 0 || (after && order == 0))
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

static ph_chunk_t *add_chunk(ph_changes_t *c, size_t at)
{
    ph_list_push(NULL, &c->chunks, NULL);
    memmove(c->chunks.items + at + 1, c->chunks.items + at, (c->chunks.count - 1 - at) * sizeof *c->chunks.items);
    return c->chunks.items[at] = ph_arena_alloc(c->arena, sizeof(ph_chunk_t));
}

static void order_insert(ph_changes_t *c, ph_entry_t *entry)
{
    if (!c->chunks.count)
        add_chunk(c, 0);
    size_t at = chunk_for(c, entry->key);
    ph_chunk_t *chunk = c->chunks.items[at];
    if (chunk->count == CHUNK_MAX) {
        ph_chunk_t *right = add_chunk(c, at + 1);
        right->count = CHUNK_MAX / 2;
        chunk->count -= right->count;
        memcpy(right->items, chunk->items + chunk->count, right->count * sizeof *right->items);
        if (ph_bytes_compare(right->items[0]->key, entry->key) <= 0)
            chunk = right;
    }
    size_t place = place_in(chunk, entry->key, false);
    memmove(chunk->items + place + 1, chunk->items + place, (chunk->count - place) * sizeof *chunk->items);
    chunk->items[place] = entry;
    chunk->count++;
}

ph_changes_cursor_t ph_changes_seek(const ph_changes_t *c, ph_bytes_t key, bool after)
{
    if (!c->chunks.count)
        return (ph_changes_cursor_t){0};
    size_t chunk = chunk_for(c, key);
    return (ph_changes_cursor_t){chunk, place_in(c->chunks.items[chunk], key, after)};
}

ph_entry_t *ph_changes_next(const ph_changes_t *c, ph_changes_cursor_t *cursor)
{
    if (cursor->chunk < c->chunks.count && cursor->at == c->chunks.items[cursor->chunk]->count)
        *cursor = (ph_changes_cursor_t){cursor->chunk + 1, 0};
    if (cursor->chunk >= c->chunks.count)
        return NULL;
    return c->chunks.items[cursor->chunk]->items[cursor->at++];
}

/* ---- life ---- */

void ph_changes_init(ph_changes_t *c)
{
    *c = (ph_changes_t){.arena = ph_arena_new(), .slot_count = 64, .next_serial = 1};
    c->slots = ph_mem_alloc(NULL, c->slot_count * sizeof *c->slots);
}

void ph_changes_free(ph_changes_t *c)
{
    for (size_t i = 0; i < c->slot_count; i++)
        if (c->slots[i])
            written_drop(&c->slots[i]->value);
    for (size_t i = 0; i < c->journal.count; i++)
        written_drop(&c->journal.items[i].value);
    ph_mem_free(c->slots);
    ph_list_free(&c->chunks);
    ph_list_free(&c->journal);
    ph_list_free(&c->transactions);
    ph_arena_free(c->arena);
    *c = (ph_changes_t){0};
}

/* ---- writing ---- */

static ph_entry_t *entry_for(ph_changes_t *c, ph_bytes_t key)
{
    uint64_t hash = hash_of(key);
    size_t slot = slot_of(c, key, hash);
    if (c->slots[slot])
        return c->slots[slot];
    if (2 * ++c->entry_count > c->slot_count) {
        table_grow(c);
        slot = slot_of(c, key, hash);
    }
    ph_entry_t *entry = ph_arena_alloc(c->arena, sizeof *entry);
    entry->key = ph_bytes_copy(c->arena, key);
    entry->hash = hash;
    c->slots[slot] = entry;
    order_insert(c, entry);
    return entry;
}

/* Before a write: the journal gets the old value if the open transaction has not journaled the entry yet. */
static void journal(ph_changes_t *c, ph_entry_t *entry)
{
    if (!c->transactions.count)
        return;
    uint64_t serial = c->transactions.items[c->transactions.count - 1].serial;
    if (entry->journaled_in == serial)
        return;
    written_ref(&entry->value);
    ph_list_push(NULL, &c->journal, ((ph_journal_record_t){entry, entry->journaled_in, entry->value}));
    entry->journaled_in = serial;
}

static void write_entry(ph_changes_t *c, ph_entry_t *entry, ph_written_t value)
{
    journal(c, entry);
    written_drop(&entry->value);
    entry->value = value;
}

void ph_changes_set(ph_changes_t *c, ph_bytes_t key, ph_buf_t *buf)
{
    ph_written_t value =
        buf ? (ph_written_t){.kind = PH_WRITTEN_SET, .buf = buf} : (ph_written_t){.kind = PH_WRITTEN_REMOVED};
    write_entry(c, entry_for(c, key), value);
}

void ph_changes_remove_entry(ph_changes_t *c, ph_entry_t *entry)
{
    write_entry(c, entry, (ph_written_t){.kind = PH_WRITTEN_REMOVED});
}

/* The value that appending to `bytes` starts from: its items if it looks like a list, else none. */
static ph_written_t append_to(const ph_bytes_t *bytes)
{
    ph_reader_t r = ph_reader(bytes ? *bytes : (ph_bytes_t){0});
    ph_written_t v = {.kind = PH_WRITTEN_APPENDED};
    ph_bytes_t items = {0};
    if (bytes && ph_read_compact_u32(&r, &v.count) == PH_OK)
        items = ph_bytes(r.at, ph_reader_left(&r));
    else
        v.count = 0;
    v.appender = appender_new(items);
    v.len = items.len;
    return v;
}

void ph_changes_append(ph_changes_t *c, ph_bytes_t key, ph_bytes_t item, const ph_bytes_t *committed)
{
    ph_entry_t *entry = entry_for(c, key);
    if (entry->value.kind == PH_WRITTEN_APPENDED) {
        journal(c, entry);
    } else if (entry->value.kind == PH_WRITTEN_SET) {
        ph_bytes_t old = ph_entry_bytes(entry);
        write_entry(c, entry, append_to(&old));
    } else {
        write_entry(c, entry, append_to(entry->value.kind == PH_WRITTEN_ABSENT ? committed : NULL));
    }
    ph_written_t *v = &entry->value;
    /* What a rolled-back transaction had appended is still behind v->len; nobody sees it any more. */
    v->appender->w.len = HEAD_ROOM + v->len;
    ph_write(&v->appender->w, item.data, item.len);
    v->len += item.len;
    v->count++;
}

/* ---- transactions ---- */

void ph_changes_start(ph_changes_t *c)
{
    ph_list_push(NULL, &c->transactions, ((ph_transaction_t){c->next_serial++, c->journal.count}));
}

/* The records become the parent's, except where the parent has an older one. */
void ph_changes_commit(ph_changes_t *c)
{
    PH_CHECK(c->transactions.count);
    ph_transaction_t done = c->transactions.items[--c->transactions.count];
    uint64_t parent = c->transactions.count ? c->transactions.items[c->transactions.count - 1].serial : 0;
    size_t kept = done.journal_start;
    for (size_t i = done.journal_start; i < c->journal.count; i++) {
        ph_journal_record_t *record = &c->journal.items[i];
        record->entry->journaled_in = parent;
        if (!parent || record->journaled_in == parent)
            written_drop(&record->value);
        else
            c->journal.items[kept++] = *record;
    }
    c->journal.count = kept;
}

void ph_changes_rollback(ph_changes_t *c)
{
    PH_CHECK(c->transactions.count);
    ph_transaction_t done = c->transactions.items[--c->transactions.count];
    while (c->journal.count > done.journal_start) {
        ph_journal_record_t *record = &c->journal.items[--c->journal.count];
        written_drop(&record->entry->value);
        record->entry->value = record->value;
        record->entry->journaled_in = record->journaled_in;
    }
}
