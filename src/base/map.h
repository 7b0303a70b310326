/* A hash map from fixed-size keys to fixed-size values that iterates in order of insertion, so that a run of the
 * simulator never depends on hash values or addresses. Removing keeps the order of the rest.
 *
 * Keys are compared bytewise: use packed or zero-initialised key structs. Pointers to values stay valid until the next
 * put. Everything is on the heap.
 */
#ifndef PH_BASE_MAP_H
#define PH_BASE_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct ph_map {
    size_t key_size, value_size;
    size_t count; /* live entries */
    /* private */
    uint8_t *entries;
    size_t used, cap;
    uint64_t *slots;
    size_t slot_count;
} ph_map_t;

void ph_map_init(ph_map_t *map, size_t key_size, size_t value_size);
void ph_map_free(ph_map_t *map);                        /* leaves an empty map of the same sizes */
void *ph_map_get(const ph_map_t *map, const void *key); /* the value, or NULL */
/* The value of key, zeroed if it was not there before; *added (may be NULL) says so. */
void *ph_map_put(ph_map_t *map, const void *key, bool *added);
bool ph_map_remove(ph_map_t *map, const void *key); /* true if it was there */
/* Iteration: for (size_t i = 0; ph_map_next(map, &i, &key, &value);) … ; removing the current entry is allowed,
 * putting is not. key and value may be NULL. */
bool ph_map_next(const ph_map_t *map, size_t *at, const void **key, void **value);

#endif
