/* Roots of tries that are only hashed, never kept: of key-value pairs, of lists.
 *
 * Nothing is built; the encoding of each subtree is written, hashed and forgotten. A state version is 0 (every value
 * stands in its node) or 1 (values of 33 bytes and more stand as their hash).
 */
#ifndef PH_TRIE_ROOT_H
#define PH_TRIE_ROOT_H

#include "base/bytes.h"
#include "base/vec.h"
#include "trie/codec.h"

typedef struct ph_trie_pair {
    ph_bytes_t key, value;
} ph_trie_pair_t;

/* Sorts by key; of pairs with the same key the last stays. Returns how many are left. */
size_t ph_trie_sort(ph_trie_pair_t *pairs, size_t count);

/* Pairs must ascend strictly by key (INVALID); keys are bounded by PH_TRIE_KEY_MAX (TOO_LARGE). */
PH_MUST_CHECK ph_err_t ph_trie_root(uint8_t out[32], const ph_trie_pair_t *pairs, size_t count, int version);
/* Appends the encoding of the root node instead of hashing it. */
PH_MUST_CHECK ph_err_t ph_trie_root_node(ph_writer_t *out, const ph_trie_pair_t *pairs, size_t count, int version);

/* The nodes on the way to `key`, be it there or not, the root's first: those that a proof of it must bring, so without
 * the ones that stand inside their parent. They lie in `arena`. Pairs and errors as for ph_trie_root. */
typedef struct ph_trie_path {
    ph_bytes_t *items;
    size_t count, cap;
} ph_trie_path_t;
PH_MUST_CHECK ph_err_t ph_trie_path(ph_arena_t *arena, ph_trie_path_t *out, const ph_trie_pair_t *pairs, size_t count,
                                    int version, ph_bytes_t key);

/* Root of a list: key = SCALE compact of the index. extrinsics_root is the ordered root of the extrinsics (each value
 * an encoded extrinsic). At most 2^30 values. */
void ph_trie_ordered_root(uint8_t out[32], const ph_bytes_t *values, size_t count, int version);

/* Pairs arriving one at a time, in any order; a later value of a key replaces the earlier. */
typedef struct ph_trie_builder {
    ph_arena_t *arena; /* private */
    PH_LIST(ph_trie_pair_t) pairs;
} ph_trie_builder_t;

ph_trie_builder_t ph_trie_builder_new(void);
void ph_trie_builder_free(ph_trie_builder_t *builder);
/* Copies both. TOO_LARGE: the key is. */
PH_MUST_CHECK ph_err_t ph_trie_builder_add(ph_trie_builder_t *builder, ph_bytes_t key, ph_bytes_t value);
/* Root of what was added so far; more may be added after. */
void ph_trie_builder_root(ph_trie_builder_t *builder, uint8_t out[32], int version);

#endif
