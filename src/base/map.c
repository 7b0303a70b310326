/* Entries stand in order of insertion; an open-addressing table with linear probing holds their numbers plus one, with
 * their hashes beside, so that entries of other keys need not be looked at.
 * A removed entry stays as a hole until a put finds no room; then holes are squeezed out before the map grows.
 */
#include "base/map.h"

#include <string.h>

#include "base/arena.h"
#include "base/check.h"

/* An entry is value, key, tag, each aligned as its size allows. */
typedef struct layout {
    size_t key_at, tag_at, stride;
} layout_t;

typedef struct tag {
    uint32_t hash;
    uint32_t live;
} tag_t;

static size_t align_for(size_t size)
{
    size_t lowest_bit = size & (~size + 1);
    return !size ? 1 : lowest_bit > 16 ? 16 : lowest_bit;
}

static size_t round_up(size_t n, size_t align)
{
    return (n + align - 1) & ~(align - 1);
}

static layout_t layout_of(const ph_map_t *map)
{
    layout_t l;
    size_t align = 4;
    l.key_at = round_up(map->value_size, align_for(map->key_size));
    l.tag_at = round_up(l.key_at + map->key_size, 4);
    if (align_for(map->key_size) > align)
        align = align_for(map->key_size);
    if (align_for(map->value_size) > align)
        align = align_for(map->value_size);
    l.stride = round_up(l.tag_at + sizeof(tag_t), align);
    return l;
}

static uint8_t *entry(const ph_map_t *map, layout_t l, size_t i)
{
    return map->entries + i * l.stride;
}

static tag_t *tag_of(const ph_map_t *map, layout_t l, size_t i)
{
    return (tag_t *)(void *)(entry(map, l, i) + l.tag_at);
}

/* A multiply-and-fold hash over words of eight bytes; well mixed, not keyed. */
static uint32_t hash_key(const uint8_t *key, size_t len)
{
    uint64_t h = 0x9e3779b97f4a7c15u ^ len;
    while (len) {
        uint64_t word = 0;
        size_t n = len < 8 ? len : 8;
        memcpy(&word, key, n);
        h = (h ^ word) * 0xd6e8feb86659fd93u;
        h ^= h >> 32;
        key += n;
        len -= n;
    }
    h *= 0xd6e8feb86659fd93u;
    return (uint32_t)(h ^ h >> 32);
}

void ph_map_init(ph_map_t *map, size_t key_size, size_t value_size)
{
    PH_CHECK(key_size > 0);
    *map = (ph_map_t){.key_size = key_size, .value_size = value_size};
}

void ph_map_free(ph_map_t *map)
{
    ph_mem_free(map->entries);
    ph_mem_free(map->slots);
    *map = (ph_map_t){.key_size = map->key_size, .value_size = map->value_size};
}

static uint64_t make_slot(uint32_t hash, size_t i)
{
    return (uint64_t)hash << 32 | (uint32_t)(i + 1);
}

static size_t entry_of(uint64_t slot)
{
    return (uint32_t)slot - 1;
}

/* The slot of the key, or the free slot where it would go. slot_count must not be 0. */
static size_t find_slot(const ph_map_t *map, layout_t l, const void *key, uint32_t hash)
{
    size_t mask = map->slot_count - 1, slot = hash & mask;
    for (; map->slots[slot]; slot = (slot + 1) & mask) {
        size_t i = entry_of(map->slots[slot]);
        if (map->slots[slot] >> 32 == hash && memcmp(entry(map, l, i) + l.key_at, key, map->key_size) == 0)
            break;
    }
    return slot;
}

void *ph_map_get(const ph_map_t *map, const void *key)
{
    if (!map->count)
        return NULL;
    layout_t l = layout_of(map);
    size_t slot = find_slot(map, l, key, hash_key(key, map->key_size));
    return map->slots[slot] ? entry(map, l, entry_of(map->slots[slot])) : NULL;
}

static void rebuild_slots(ph_map_t *map, layout_t l)
{
    size_t mask = map->slot_count - 1;
    memset(map->slots, 0, map->slot_count * sizeof *map->slots);
    for (size_t i = 0; i < map->used; i++) {
        size_t slot = tag_of(map, l, i)->hash & mask;
        while (map->slots[slot])
            slot = (slot + 1) & mask;
        map->slots[slot] = make_slot(tag_of(map, l, i)->hash, i);
    }
}

static void squeeze(ph_map_t *map, layout_t l)
{
    size_t to = 0;
    for (size_t i = 0; i < map->used; i++) {
        if (!tag_of(map, l, i)->live)
            continue;
        if (i != to)
            memcpy(entry(map, l, to), entry(map, l, i), l.stride);
        to++;
    }
    map->used = to;
}

/* Room for one more entry, with at most half of the slots taken. */
static void make_room(ph_map_t *map, layout_t l)
{
    if (map->used < map->cap)
        return;
    squeeze(map, l);
    if (map->count + map->count / 4 >= map->cap) {
        size_t cap = map->cap ? 2 * map->cap : 8;
        PH_CHECK(cap < UINT32_MAX / 2 && cap <= SIZE_MAX / 2 / l.stride);
        map->entries = ph_mem_grow(NULL, map->entries, map->cap * l.stride, cap * l.stride);
        map->cap = cap;
        ph_mem_free(map->slots);
        map->slot_count = 2 * cap;
        map->slots = ph_mem_alloc(NULL, map->slot_count * sizeof *map->slots);
    }
    rebuild_slots(map, l);
}

void *ph_map_put(ph_map_t *map, const void *key, bool *added)
{
    layout_t l = layout_of(map);
    uint32_t hash = hash_key(key, map->key_size);
    if (added)
        *added = false;
    if (map->count) {
        size_t slot = find_slot(map, l, key, hash);
        if (map->slots[slot])
            return entry(map, l, entry_of(map->slots[slot]));
    }
    make_room(map, l);
    size_t i = map->used++;
    map->slots[find_slot(map, l, key, hash)] = make_slot(hash, i);
    map->count++;
    memset(entry(map, l, i), 0, l.stride);
    memcpy(entry(map, l, i) + l.key_at, key, map->key_size);
    *tag_of(map, l, i) = (tag_t){hash, 1};
    if (added)
        *added = true;
    return entry(map, l, i);
}

/* Empties a slot and moves later members of its run forward, so that probing needs no tombstones. */
static void close_gap(ph_map_t *map, size_t gap)
{
    size_t mask = map->slot_count - 1;
    for (size_t slot = (gap + 1) & mask; map->slots[slot]; slot = (slot + 1) & mask) {
        size_t home = (map->slots[slot] >> 32) & mask;
        if (((slot - home) & mask) >= ((slot - gap) & mask)) {
            map->slots[gap] = map->slots[slot];
            gap = slot;
        }
    }
    map->slots[gap] = 0;
}

bool ph_map_remove(ph_map_t *map, const void *key)
{
    if (!map->count)
        return false;
    layout_t l = layout_of(map);
    size_t slot = find_slot(map, l, key, hash_key(key, map->key_size));
    if (!map->slots[slot])
        return false;
    tag_of(map, l, entry_of(map->slots[slot]))->live = 0;
    close_gap(map, slot);
    if (--map->count == 0)
        map->used = 0;
    return true;
}

bool ph_map_next(const ph_map_t *map, size_t *at, const void **key, void **value)
{
    layout_t l = layout_of(map);
    while (*at < map->used && !tag_of(map, l, *at)->live)
        ++*at;
    if (*at >= map->used)
        return false;
    if (key)
        *key = entry(map, l, *at) + l.key_at;
    if (value)
        *value = entry(map, l, *at);
    ++*at;
    return true;
}
