/* Storage keys as FRAME builds them: twox128(pallet) ‖ twox128(item) ‖ the hashed keys of a map.
 * (Source: frame-support storage::storage_prefix and hash.rs.)
 */
#ifndef PH_TRIE_KEYS_H
#define PH_TRIE_KEYS_H

#include "base/bytes.h"

typedef enum ph_hasher {
    PH_HASHER_IDENTITY,
    PH_HASHER_TWOX_64_CONCAT,
    PH_HASHER_TWOX_128,
    PH_HASHER_TWOX_256,
    PH_HASHER_BLAKE2_128,
    PH_HASHER_BLAKE2_128_CONCAT,
    PH_HASHER_BLAKE2_256
} ph_hasher_t;

/* The prefix under which an item of a pallet lives. */
void ph_storage_prefix(uint8_t out[32], ph_bytes_t pallet, ph_bytes_t item);
/* Appends `key` as the hasher makes it. */
void ph_storage_hash_key(ph_writer_t *out, ph_hasher_t hasher, ph_bytes_t key);
/* Bytes the hasher puts in front of, or in place of, the key; *keeps_key says whether the key itself follows. */
size_t ph_hasher_len(ph_hasher_t hasher, bool *keeps_key);

/* ":child_storage:" and ":child_storage:default:". */
extern const ph_bytes_t ph_child_storage_prefix, ph_default_child_prefix;
/* Appends the key in the top trie that holds the root of the default child trie `storage_key`. */
void ph_child_storage_key(ph_writer_t *out, ph_bytes_t storage_key);

#endif
