/* The slow, obvious map that tries are tested against, and random keys and values for both. */
#ifndef PH_TESTS_TRIE_MODEL_H
#define PH_TESTS_TRIE_MODEL_H

#include <string.h>

#include "base/vec.h"
#include "support/random.h"
#include "trie/root.h"

typedef PH_LIST(ph_trie_pair_t) ph_model_t; /* sorted, heap copies */

static inline size_t ph_model_place(const ph_model_t *m, ph_bytes_t key)
{
    size_t at = 0;
    while (at < m->count && ph_bytes_compare(m->items[at].key, key) < 0)
        at++;
    return at;
}

static inline bool ph_model_has(const ph_model_t *m, ph_bytes_t key, size_t *at)
{
    *at = ph_model_place(m, key);
    return *at < m->count && ph_bytes_equal(m->items[*at].key, key);
}

static inline void ph_model_remove(ph_model_t *m, ph_bytes_t key)
{
    size_t at;
    if (!ph_model_has(m, key, &at))
        return;
    ph_mem_free(m->items[at].key.data);
    ph_mem_free(m->items[at].value.data);
    ph_list_remove(m, at);
}

static inline void ph_model_set(ph_model_t *m, ph_bytes_t key, ph_bytes_t value)
{
    ph_trie_pair_t pair = {ph_bytes_copy(NULL, key), ph_bytes_copy(NULL, value)};
    ph_model_remove(m, key);
    size_t at = ph_model_place(m, key);
    ph_list_push(NULL, m, pair);
    memmove(m->items + at + 1, m->items + at, (m->count - 1 - at) * sizeof *m->items);
    m->items[at] = pair;
}

static inline void ph_model_free(ph_model_t *m)
{
    while (m->count)
        ph_model_remove(m, m->items[m->count - 1].key);
    ph_list_free(m);
}

/* Keys from a small alphabet, so that they meet, nest and fork; now and then a long one. */
static inline ph_bytes_t ph_random_key(ph_test_random_t *r, uint8_t *room)
{
    static const uint8_t alphabet[] = {0x00, 0x01, 0x10, 0x11, 0x7f, 0xf0, 0xff};
    size_t len = ph_test_below(r, ph_test_below(r, 10) ? 5 : 70);
    for (size_t i = 0; i < len; i++)
        room[i] = alphabet[ph_test_below(r, sizeof alphabet)];
    return ph_bytes(room, len);
}

static inline ph_bytes_t ph_random_value(ph_test_random_t *r, uint8_t *room)
{
    static const uint8_t lens[] = {0, 1, 2, 30, 31, 32, 33, 34, 63, 64, 100};
    size_t len = lens[ph_test_below(r, sizeof lens)];
    ph_test_fill(r, room, len);
    return ph_bytes(room, len);
}

#endif
