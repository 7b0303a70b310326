/* What a block writes, kept apart from the committed state it is executed on.
 *
 * An overlay reads through to its base state, collects writes and removals in memory, and nests transactions. It can
 * say the root that the state would have, and give that state, without ending; nothing reaches the base. Its rules are
 * those of Substrate's externalities (sp-state-machine ext.rs, overlayed_changes), down to what clear_prefix counts.
 *
 * The functions that mirror host functions cannot fail. What goes wrong below them (a key longer than PH_TRIE_KEY_MAX,
 * a base state whose backing fails) is kept as the overlay's error, which the caller must look at before it believes a
 * root: ph_overlay_state returns it. One overlay belongs to one thread.
 *
 * Values handed out are borrowed: until the key is written or cleared, a transaction is rolled back, or the overlay
 * ends.
 */
#ifndef PH_TRIE_OVERLAY_H
#define PH_TRIE_OVERLAY_H

#include "trie/state.h"

typedef struct ph_overlay ph_overlay_t;

/* Keeps a reference to base. */
ph_overlay_t *ph_overlay_new(ph_state_t *base);
void ph_overlay_free(void *overlay); /* NULL allowed; fits ph_arena_defer */
ph_state_t *ph_overlay_base(const ph_overlay_t *o);
/* The first thing that went wrong, or PH_OK. */
ph_err_t ph_overlay_error(const ph_overlay_t *o);

/* ---- the top trie ---- */

bool ph_overlay_get(ph_overlay_t *o, ph_bytes_t *value, ph_bytes_t key);
bool ph_overlay_exists(ph_overlay_t *o, ph_bytes_t key);
/* Overwrites `next` with the least key greater than `key` that has a value; `key` may point into `next`. */
bool ph_overlay_next_key(ph_overlay_t *o, ph_writer_t *next, ph_bytes_t key);

/* set and clear leave keys that begin with ":child_storage:" alone. The value is copied. */
void ph_overlay_set(ph_overlay_t *o, ph_bytes_t key, ph_bytes_t value);
void ph_overlay_set_buf(ph_overlay_t *o, ph_bytes_t key, ph_buf_t *value); /* keeps a reference instead */
void ph_overlay_clear(ph_overlay_t *o, ph_bytes_t key);
/* Appends the encoded item to the SCALE list at key; a value that does not begin with a compact length counts as none.
 */
void ph_overlay_append(ph_overlay_t *o, ph_bytes_t key, ph_bytes_t item);

#define PH_NO_LIMIT UINT32_MAX

typedef struct ph_cleared {
    uint32_t backend; /* keys of the base that had not been removed before */
    uint32_t unique;  /* those, and keys that had a value in the overlay */
    uint32_t loops;   /* keys of the base looked at: what ext_storage_clear_prefix_version_2 and storage_kill report */
    bool all_removed; /* no key of the base is left over because of the limit */
} ph_cleared_t;

/* Removes what has the prefix: of what the overlay wrote, everything; of the base's keys, in order, as many as `limit`
 * (PH_NO_LIMIT: all), those already removed by the overlay counting again. A prefix that reaches into ":child_storage:"
 * (the empty one does) is refused: all zero, all_removed. */
ph_cleared_t ph_overlay_clear_prefix(ph_overlay_t *o, ph_bytes_t prefix, uint32_t limit);

/* ---- child tries ---- */

bool ph_overlay_child_get(ph_overlay_t *o, ph_bytes_t child, ph_bytes_t *value, ph_bytes_t key);
bool ph_overlay_child_exists(ph_overlay_t *o, ph_bytes_t child, ph_bytes_t key);
bool ph_overlay_child_next_key(ph_overlay_t *o, ph_bytes_t child, ph_writer_t *next, ph_bytes_t key);
void ph_overlay_child_set(ph_overlay_t *o, ph_bytes_t child, ph_bytes_t key, ph_bytes_t value);
void ph_overlay_child_clear(ph_overlay_t *o, ph_bytes_t child, ph_bytes_t key);
/* An empty prefix kills the child (storage_kill). */
ph_cleared_t ph_overlay_child_clear_prefix(ph_overlay_t *o, ph_bytes_t child, ph_bytes_t prefix, uint32_t limit);
/* As the host function: the root also becomes the value in the top trie (or goes, if the child is empty). */
void ph_overlay_child_root(ph_overlay_t *o, ph_bytes_t child, uint8_t out[32], int version);

/* ---- transactions ---- */

void ph_overlay_start(ph_overlay_t *o);
size_t ph_overlay_depth(const ph_overlay_t *o);
/* INVALID: none is open. */
PH_MUST_CHECK ph_err_t ph_overlay_commit(ph_overlay_t *o);
PH_MUST_CHECK ph_err_t ph_overlay_rollback(ph_overlay_t *o);
/* Rolls back what is open above `depth`: what a runtime call left behind. */
void ph_overlay_rollback_to(ph_overlay_t *o, size_t depth);

/* ---- results ----
 * As seen now, open transactions included. Roots are remembered until something is written. */

/* The overlay's error makes the root all zero. */
void ph_overlay_root(ph_overlay_t *o, uint8_t out[32], int version);
/* The state as written: a reference. The overlay's error, or what ph_state_apply returns. */
PH_MUST_CHECK ph_err_t ph_overlay_state(ph_overlay_t *o, ph_state_t **out, int version);
/* Calls `each` for every key of the top trie that was written, in order; value NULL: removed. */
void ph_overlay_changes(const ph_overlay_t *o, void (*each)(void *self, ph_bytes_t key, const ph_bytes_t *value),
                        void *self);

#endif
