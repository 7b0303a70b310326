#include "env/memo.h"

#include <string.h>

#include "base/map.h"
#include "crypto/hash.h"

typedef struct entry {
    void *value;
    void *(*ref)(void *);
    void (*unref)(void *);
} entry_t;

struct ph_memo {
    ph_map_t young, old;
    size_t max_entries;
    uint64_t hits, misses;
};

ph_memo_t *ph_memo_new(size_t max_entries)
{
    ph_memo_t *memo = ph_mem_alloc(NULL, sizeof *memo);
    memo->max_entries = max_entries;
    ph_map_init(&memo->young, sizeof(ph_memo_key_t), sizeof(entry_t));
    ph_map_init(&memo->old, sizeof(ph_memo_key_t), sizeof(entry_t));
    return memo;
}

static void forget(ph_map_t *map)
{
    void *value;
    for (size_t i = 0; ph_map_next(map, &i, NULL, &value);) {
        entry_t *entry = value;
        entry->unref(entry->value);
    }
    ph_map_free(map);
}

void ph_memo_free(ph_memo_t *memo)
{
    if (!memo)
        return;
    forget(&memo->young);
    forget(&memo->old);
    ph_mem_free(memo);
}

void ph_memo_key(ph_memo_key_t *out, const char *tag, const ph_bytes_t *parts, size_t count)
{
    ph_blake2b_t h;
    uint8_t frame[8];
    ph_blake2b_init(&h, 32);
    ph_blake2b_update(&h, ph_bytes(tag, strlen(tag) + 1));
    for (size_t i = 0; i < count; i++) {
        ph_put_u64(frame, parts[i].len);
        ph_blake2b_update(&h, ph_bytes(frame, sizeof frame));
        ph_blake2b_update(&h, parts[i]);
    }
    ph_blake2b_final(&h, out->bytes, sizeof out->bytes);
}

void *ph_memo_get(ph_memo_t *memo, const ph_memo_key_t *key)
{
    if (!memo)
        return NULL;
    entry_t *entry = ph_map_get(&memo->young, key);
    if (!entry)
        entry = ph_map_get(&memo->old, key);
    if (!entry) {
        memo->misses++;
        return NULL;
    }
    memo->hits++;
    return entry->ref(entry->value);
}

void ph_memo_put(ph_memo_t *memo, const ph_memo_key_t *key, void *value, void *(*ref)(void *), void (*unref)(void *))
{
    bool added;
    if (!memo)
        return;
    if (memo->young.count >= memo->max_entries) {
        forget(&memo->old);
        memo->old = memo->young;
        ph_map_init(&memo->young, sizeof(ph_memo_key_t), sizeof(entry_t));
    }
    entry_t *entry = ph_map_put(&memo->young, key, &added);
    if (!added)
        return;
    *entry = (entry_t){ref(value), ref, unref};
}

static void *ref_rc(void *rc)
{
    return ph_rc_ref(rc);
}

void ph_memo_put_rc(ph_memo_t *memo, const ph_memo_key_t *key, ph_rc_t *value)
{
    ph_memo_put(memo, key, value, ref_rc, ph_rc_unref);
}

static void *ref_buf(void *buf)
{
    return ph_buf_ref(buf);
}

void ph_memo_put_buf(ph_memo_t *memo, const ph_memo_key_t *key, ph_buf_t *value)
{
    ph_memo_put(memo, key, value, ref_buf, ph_buf_unref);
}

ph_rc_t *ph_memo_share(ph_memo_t *memo, const ph_type_t *type, ph_bytes_t key, const void *value)
{
    ph_memo_key_t full;
    if (!memo)
        return ph_rc_new(type, value);
    ph_memo_key(&full, "shared", (ph_bytes_t[]){ph_bytes(type->name, strlen(type->name)), key}, 2);
    ph_rc_t *rc = ph_memo_get(memo, &full);
    if (!rc) {
        rc = ph_rc_new(type, value);
        ph_memo_put_rc(memo, &full, rc);
    }
    return rc;
}

void ph_memo_count_hit(ph_memo_t *memo)
{
    if (memo)
        memo->hits++;
}

uint64_t ph_memo_hits(const ph_memo_t *memo)
{
    return memo ? memo->hits : 0;
}
uint64_t ph_memo_misses(const ph_memo_t *memo)
{
    return memo ? memo->misses : 0;
}
