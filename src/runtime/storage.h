/* Storage items by their description: the engine under the typed accessors that schema/ is compiled to
 * (runtime/storage/<pallet>.h). Modules use those, never these.
 *
 * A key on chain is twox128(pallet) ‖ twox128(item) ‖ one part for each key of the item, its hasher's digest followed,
 * for the hashers that keep it, by the key's encoding. A stored value that does not decode counts as absent, as in
 * FRAME, after a log line. Everything handed back lies in the call's arena.
 *
 * `keys` are pointers to the C values of the item's keys, in order.
 */
#ifndef PH_RUNTIME_STORAGE_H
#define PH_RUNTIME_STORAGE_H

#include "runtime/host.h"
#include "scale/scale.h"

/* In the order of the metadata's StorageHasher: Blake2_128, Blake2_256, Blake2_128Concat, Twox128, Twox256,
 * Twox64Concat, Identity. */
typedef enum ph_hasher {
    PH_HASHER_BLAKE2_128_PLAIN, /* not used by the schema */
    PH_HASHER_BLAKE2_256,
    PH_HASHER_BLAKE2_128, /* Concat */
    PH_HASHER_TWOX128,
    PH_HASHER_TWOX256,
    PH_HASHER_TWOX64, /* Concat */
    PH_HASHER_IDENTITY
} ph_hasher_t;

typedef struct ph_storage_key {
    ph_hasher_t hasher;
    const ph_type_t *type;
} ph_storage_key_t;

typedef struct ph_storage_item {
    const char *pallet, *name;
    uint8_t prefix[32]; /* twox128(pallet) ‖ twox128(item) */
    uint8_t key_count;  /* 0: a plain value */
    bool optional;      /* absent is nothing, not the default */
    const ph_storage_key_t *keys;
    const ph_type_t *value;
    const uint8_t *default_value; /* encoded; NULL for optional items */
    size_t default_len;
    const char *docs; /* or NULL */
} ph_storage_item_t;

/* The key on chain, or with key_count below the item's the prefix of all keys that begin so. */
ph_bytes_t ph_storage_key(ph_rt_t *rt, const ph_storage_item_t *item, const void *const *keys, size_t key_count);
/* True if a value was there. If not, *out is the default, or zero for optional items. */
bool ph_storage_get(ph_rt_t *rt, void *out, const ph_storage_item_t *item, const void *const *keys);
void ph_storage_set(ph_rt_t *rt, const ph_storage_item_t *item, const void *const *keys, const void *value);
bool ph_storage_exists(ph_rt_t *rt, const ph_storage_item_t *item, const void *const *keys);
void ph_storage_remove(ph_rt_t *rt, const ph_storage_item_t *item, const void *const *keys);
/* get, then remove what was got (as in FRAME, a value that does not decode stays). */
bool ph_storage_take(ph_rt_t *rt, void *out, const ph_storage_item_t *item, const void *const *keys);
/* Adds an encoded element to a stored vector without decoding it; `type` describes the element. */
void ph_storage_append(ph_rt_t *rt, const ph_storage_item_t *item, const void *const *keys, const ph_type_t *type,
                       const void *element);
/* Elements of a stored vector, set, map or byte string; 0 if absent. */
uint32_t ph_storage_count(ph_rt_t *rt, const ph_storage_item_t *item, const void *const *keys);
/* The next entry in order of keys on chain among those that begin with the `under_count` given keys. cursor->data
 * starts NULL. `key_outs` (one for each key that is not given; each may be NULL, and is left alone if its hasher drops
 * the key) and `value` (may be NULL) are written. False at the end. Entries that do not decode are passed over. The
 * entry just handed out may be removed before the next step. */
bool ph_storage_next(ph_rt_t *rt, ph_bytes_t *cursor, void *const *key_outs, void *value, const ph_storage_item_t *item,
                     const void *const *under, size_t under_count);
/* Removes all entries whose keys begin with the given ones. */
void ph_storage_clear(ph_rt_t *rt, const ph_storage_item_t *item, const void *const *under, size_t under_count);

#endif
