/* Inside the trie room: what a block has written so far to one trie, with nested transactions.
 *
 * Keys are found by a hash table and kept in order by a list of sorted chunks; neither ever loses a key: one whose
 * writes were rolled back stays as "absent", which means "ask the committed state". A transaction is a stretch of the
 * journal, where a key's value from before its first write in the transaction is kept; rolling back plays it in
 * reverse.
 *
 * A value being appended to is a growing buffer shared with the journal's older, shorter views of it.
 */
#ifndef PH_TRIE_CHANGES_H
#define PH_TRIE_CHANGES_H

#include <stdbool.h>

#include "base/bytes.h"
#include "base/vec.h"

typedef struct ph_appender ph_appender_t;

typedef enum ph_written_kind {
    PH_WRITTEN_ABSENT,
    PH_WRITTEN_REMOVED,
    PH_WRITTEN_SET,
    PH_WRITTEN_APPENDED
} ph_written_kind_t;

typedef struct ph_written {
    ph_written_kind_t kind;
    uint32_t count; /* APPENDED: items */
    size_t len;     /* APPENDED: bytes of items */
    union {
        ph_buf_t *buf;           /* SET */
        ph_appender_t *appender; /* APPENDED */
    };
} ph_written_t;

typedef struct ph_entry {
    ph_bytes_t key;
    uint64_t hash;
    uint64_t journaled_in; /* serial of the transaction that journaled it last, 0 none */
    ph_written_t value;
} ph_entry_t;

typedef struct ph_journal_record {
    ph_entry_t *entry;
    uint64_t journaled_in; /* the entry's before */
    ph_written_t value;
} ph_journal_record_t;

typedef struct ph_transaction {
    uint64_t serial;
    size_t journal_start;
} ph_transaction_t;

typedef struct ph_chunk ph_chunk_t;

typedef struct ph_changes {
    ph_arena_t *arena; /* entries, keys, chunks */
    ph_entry_t **slots;
    size_t slot_count, entry_count;
    PH_LIST(ph_chunk_t *) chunks;
    PH_LIST(ph_journal_record_t) journal;
    PH_LIST(ph_transaction_t) transactions;
    uint64_t next_serial;
} ph_changes_t;

void ph_changes_init(ph_changes_t *c);
void ph_changes_free(ph_changes_t *c);

/* The entry, or NULL if the key was never written. */
ph_entry_t *ph_changes_find(const ph_changes_t *c, ph_bytes_t key);
/* The entry's current bytes (SET or APPENDED); alive until the entry is written again. */
ph_bytes_t ph_entry_bytes(const ph_entry_t *entry);
static inline bool ph_entry_has_value(const ph_entry_t *entry)
{
    return entry->value.kind >= PH_WRITTEN_SET;
}

/* buf NULL: remove. Takes the reference. */
void ph_changes_set(ph_changes_t *c, ph_bytes_t key, ph_buf_t *buf);
void ph_changes_remove_entry(ph_changes_t *c, ph_entry_t *entry);
/* Appends an item to the SCALE list at key. `committed` (NULL: none) is the value below the overlay, looked at only if
 * the key is not written here. What does not begin with a compact length is dropped: the list is then the item alone.
 */
void ph_changes_append(ph_changes_t *c, ph_bytes_t key, ph_bytes_t item, const ph_bytes_t *committed);

/* In key order. A cursor stands before an entry; next gives it and moves on, or NULL. Entries may be written while a
 * cursor is alive, but no key may be added. */
typedef struct ph_changes_cursor {
    size_t chunk, at;
} ph_changes_cursor_t;
ph_changes_cursor_t ph_changes_seek(const ph_changes_t *c, ph_bytes_t key, bool after /* skip key itself */);
ph_entry_t *ph_changes_next(const ph_changes_t *c, ph_changes_cursor_t *cursor);

void ph_changes_start(ph_changes_t *c);
void ph_changes_commit(ph_changes_t *c);   /* one must be open */
void ph_changes_rollback(ph_changes_t *c); /* likewise */

#endif
