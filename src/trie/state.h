/* The state of a chain at a block: an immutable map from keys to values with a Merkle root, sharing structure with the
 * states before and beside it.
 *
 * A store holds trie nodes by their hash, each once, for all states of the process: applying the same block twice
 * gives the same nodes, and a block that changes 200 keys adds only the nodes on their paths. States are
 * reference-counted handles on a root node; when the last state that needs a node goes, the node goes. Nodes live
 * decoded in memory; encodings are made only to be hashed, proven or saved.
 *
 * A store can stand on a backing (a database): then a state may be opened by its root hash, and nodes are loaded when
 * they are first touched, and kept as long as a state holds them.
 *
 * Threads: states may be read, and applied to, from several threads at once. A store outlives its states.
 */
#ifndef PH_TRIE_STATE_H
#define PH_TRIE_STATE_H

#include <stdbool.h>

#include "base/bytes.h"
#include "trie/root.h"

typedef struct ph_trie_store ph_trie_store_t;
typedef struct ph_state ph_state_t;

/* Where nodes come from that are not in memory. Must outlive the store, and allow calls from any thread that reads. */
typedef struct ph_trie_backing {
    void *self;
    /* The encoding of the node, or the bytes of the hashed value, with this BLAKE2b-256 hash: one reference. NOT_FOUND:
     * there is none. What comes back is believed. */
    ph_err_t (*get)(void *self, ph_buf_t **out, const uint8_t hash[32]);
} ph_trie_backing_t;

/* backing NULL: memory alone. */
ph_trie_store_t *ph_trie_store_new(const ph_trie_backing_t *backing);
void ph_trie_store_free(ph_trie_store_t *store); /* NULL allowed; all its states must be gone */
/* Nodes alive, and the bytes they take without their values. */
size_t ph_trie_store_node_count(const ph_trie_store_t *store);
size_t ph_trie_store_node_bytes(const ph_trie_store_t *store);

/* ---- states ---- */

/* The state without keys. */
ph_state_t *ph_state_empty(ph_trie_store_t *store);
/* A state from pairs in any order, later ones winning: genesis. Values are copied. TOO_LARGE: a key is. */
PH_MUST_CHECK ph_err_t ph_state_build(ph_state_t **out, ph_trie_store_t *store, const ph_trie_pair_t *pairs,
                                      size_t count, int version);
/* The state with this root, if it is alive in the store or its root node in the backing; NOT_FOUND otherwise. */
PH_MUST_CHECK ph_err_t ph_state_open(ph_state_t **out, ph_trie_store_t *store, const uint8_t root[32]);
ph_state_t *ph_state_ref(ph_state_t *state);
void ph_state_unref(void *state);                      /* NULL allowed; fits ph_arena_defer */
const uint8_t *ph_state_root(const ph_state_t *state); /* 32 bytes, alive as long as the state */
ph_trie_store_t *ph_state_store(const ph_state_t *state);

/* ---- reading ---- All return NOT_FOUND when there is no such key. States of a store with a backing may also fail
 * with INVALID (the backing lacks a node), MALFORMED (it is not a node) or the backing's own error; in memory nothing
 * else happens. */

/* The value; alive as long as the state. */
PH_MUST_CHECK ph_err_t ph_state_get(const ph_state_t *state, ph_bytes_t *value, ph_bytes_t key);
/* BLAKE2b-256 of the value; at hand where the value stands in its node as this hash, computed otherwise. */
PH_MUST_CHECK ph_err_t ph_state_value_hash(const ph_state_t *state, uint8_t out[32], ph_bytes_t key);
PH_MUST_CHECK ph_err_t ph_state_exists(const ph_state_t *state, ph_bytes_t key);
/* Overwrites `next` with the least key greater than `key`. */
PH_MUST_CHECK ph_err_t ph_state_next_key(const ph_state_t *state, ph_writer_t *next, ph_bytes_t key);

/* Walks the keys that start with a prefix, in order:
 *   ph_state_iter_t it = ph_state_iter(state, prefix);
 *   while (!(err = ph_state_iter_next(&it, &key, &value))) …
 *   ph_state_iter_free(&it);
 * The state and the prefix must outlive it; key until the next step. Ends with NOT_FOUND. */
typedef struct ph_state_iter {
    const ph_state_t *state;
    ph_bytes_t prefix;
    ph_writer_t key; /* private */
    bool started;
} ph_state_iter_t;
ph_state_iter_t ph_state_iter(const ph_state_t *state, ph_bytes_t prefix);
PH_MUST_CHECK ph_err_t ph_state_iter_next(ph_state_iter_t *it, ph_bytes_t *key, ph_bytes_t *value /* may be NULL */);
void ph_state_iter_free(ph_state_iter_t *it);

/* ---- child tries ---- A child trie is a state of its own; the parent holds it under the key
 * ph_child_storage_key(storage_key), whose value is the child's root. */

/* A reference to the child, empty if there is none. Errors of reading; INVALID also if the stored root is not 32
 * bytes. */
PH_MUST_CHECK ph_err_t ph_state_child(const ph_state_t *state, ph_state_t **out, ph_bytes_t storage_key);

/* ---- changing ---- */

typedef struct ph_trie_change {
    ph_bytes_t key;
    ph_buf_t *value;         /* NULL: remove; borrowed, the new state takes its own reference */
    const ph_state_t *child; /* value is the root of this state, to be held as a child trie; otherwise NULL */
} ph_trie_change_t;

/* A new state: `state` with the changes, which must ascend strictly by key (INVALID). Values that are set get the
 * layout of `version`; what is not touched keeps its own (as in Substrate, where a trie may be part old, part new).
 * TOO_LARGE: a key is. Removing what is not there changes nothing. Errors of reading. */
PH_MUST_CHECK ph_err_t ph_state_apply(const ph_state_t *state, ph_state_t **out, const ph_trie_change_t *changes,
                                      size_t count, int version);

/* ---- saving ---- */

/* A database that nodes are written to. */
typedef struct ph_trie_sink {
    void *self;
    /* Is the node with this hash there, and so everything below it? */
    bool (*has)(void *self, const uint8_t hash[32]);
    ph_err_t (*put)(void *self, const uint8_t hash[32], ph_bytes_t bytes);
} ph_trie_sink_t;

/* Hands over every node and hashed value (child tries included) that the sink does not have, what is below first: when
 * the root is there, all is. A node that is not loaded is taken to be there. Stops at the first error of `put`. */
PH_MUST_CHECK ph_err_t ph_state_save(const ph_state_t *state, const ph_trie_sink_t *sink);

#endif
