#include "base/arena.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"

#if defined(__SANITIZE_ADDRESS__)
#define PH_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define PH_ASAN 1
#endif
#endif

/* Under AddressSanitizer memory that was not handed out is poisoned, with a gap after each allocation. */
#ifdef PH_ASAN
#include <sanitizer/asan_interface.h>
#define GAP               16
#define poison(p, size)   ASAN_POISON_MEMORY_REGION(p, size)
#define unpoison(p, size) ASAN_UNPOISON_MEMORY_REGION(p, size)
#else
#define GAP               0
#define poison(p, size)   ((void)(p), (void)(size))
#define unpoison(p, size) ((void)(p), (void)(size))
#endif

enum { ALIGN = 16, FIRST_BLOCK = 256, LARGEST_BLOCK = 65536 };

typedef struct block {
    struct block *next; /* older */
    size_t cap, used;
    _Alignas(ALIGN) uint8_t data[];
} block_t;

typedef struct deferred {
    struct deferred *next;
    void (*fn)(void *ptr);
    void *ptr;
} deferred_t;

struct ph_arena {
    block_t *blocks; /* the one being filled is first */
    deferred_t *deferred;
    size_t size, next_cap;
};

static void *heap_take(size_t size)
{
    void *p = malloc(size ? size : 1);
    if (!p)
        ph_check_failed("out of memory", __FILE__, __LINE__);
    return p;
}

static block_t *block_new(ph_arena_t *arena, size_t cap)
{
    PH_CHECK(cap <= SIZE_MAX - sizeof(block_t));
    block_t *block = heap_take(sizeof(block_t) + cap);
    *block = (block_t){.cap = cap};
    poison(block->data, cap);
    arena->size += sizeof(block_t) + cap;
    return block;
}

static void block_free(ph_arena_t *arena, block_t *block)
{
    arena->size -= sizeof(block_t) + block->cap;
    unpoison(block->data, block->cap);
    free(block);
}

ph_arena_t *ph_arena_new(void)
{
    ph_arena_t *arena = heap_take(sizeof *arena);
    *arena = (ph_arena_t){.size = sizeof *arena, .next_cap = 2 * FIRST_BLOCK};
    arena->blocks = block_new(arena, FIRST_BLOCK);
    return arena;
}

static void run_deferred(ph_arena_t *arena)
{
    while (arena->deferred) {
        deferred_t *d = arena->deferred;
        arena->deferred = d->next;
        d->fn(d->ptr);
    }
}

void ph_arena_reset(ph_arena_t *arena)
{
    run_deferred(arena);
    while (arena->blocks->next) {
        block_t *newest = arena->blocks;
        arena->blocks = newest->next;
        block_free(arena, newest);
    }
    arena->blocks->used = 0;
    poison(arena->blocks->data, arena->blocks->cap);
    arena->next_cap = 2 * FIRST_BLOCK;
}

void ph_arena_free(ph_arena_t *arena)
{
    if (!arena)
        return;
    ph_arena_reset(arena);
    block_free(arena, arena->blocks);
    free(arena);
}

static size_t footprint(size_t size)
{
    PH_CHECK(size <= SIZE_MAX / 2);
    return (size + GAP + ALIGN - 1) & ~(size_t)(ALIGN - 1);
}

/* A block with room for `need` bytes. Big requests get a block of their own behind the one being filled. */
static block_t *block_for(ph_arena_t *arena, size_t need)
{
    block_t *first = arena->blocks;
    if (first->cap - first->used >= need)
        return first;
    if (need > arena->next_cap / 4) {
        block_t *own = block_new(arena, need);
        if (!first->next) { /* the first block of all stays last in the chain, for reset */
            own->next = first;
            arena->blocks = own;
        } else {
            own->next = first->next;
            first->next = own;
        }
        return own;
    }
    block_t *fresh = block_new(arena, arena->next_cap);
    if (arena->next_cap < LARGEST_BLOCK)
        arena->next_cap *= 2;
    fresh->next = first;
    arena->blocks = fresh;
    return fresh;
}

static void *take(ph_arena_t *arena, size_t size)
{
    size_t need = footprint(size);
    block_t *block = block_for(arena, need);
    uint8_t *p = block->data + block->used;
    block->used += need;
    unpoison(p, size);
    return p;
}

void *ph_arena_alloc(ph_arena_t *arena, size_t size)
{
    return memset(take(arena, size), 0, size);
}

void *ph_arena_copy(ph_arena_t *arena, const void *data, size_t size)
{
    void *p = take(arena, size);
    if (size)
        memcpy(p, data, size);
    return p;
}

char *ph_arena_strdup(ph_arena_t *arena, const char *text)
{
    return ph_arena_copy(arena, text, strlen(text) + 1);
}

void ph_arena_defer(ph_arena_t *arena, void (*fn)(void *ptr), void *ptr)
{
    deferred_t *d = ph_arena_alloc(arena, sizeof *d);
    *d = (deferred_t){.next = arena->deferred, .fn = fn, .ptr = ptr};
    arena->deferred = d;
}

size_t ph_arena_size(const ph_arena_t *arena)
{
    return arena->size;
}

void *ph_mem_alloc(ph_arena_t *arena, size_t size)
{
    return arena ? ph_arena_alloc(arena, size) : memset(heap_take(size), 0, size);
}

/* Grows the newest allocation of the arena where it stands, if there is room. */
static bool grow_in_place(ph_arena_t *arena, const uint8_t *old, size_t old_size, size_t new_size)
{
    block_t *block = arena->blocks;
    size_t had = footprint(old_size), need = footprint(new_size);
    if (!old || block->used < had || old != block->data + (block->used - had))
        return false;
    if (need - had > block->cap - block->used)
        return false;
    block->used += need - had;
    unpoison(old, new_size);
    return true;
}

void *ph_mem_grow(ph_arena_t *arena, void *old, size_t old_size, size_t new_size)
{
    PH_CHECK(new_size >= old_size);
    uint8_t *grown = old;
    if (!arena || !grow_in_place(arena, old, old_size, new_size)) {
        grown = arena ? take(arena, new_size) : heap_take(new_size);
        if (old_size)
            memcpy(grown, old, old_size);
        if (!arena)
            free(old);
    }
    memset(grown + old_size, 0, new_size - old_size);
    return grown;
}

void ph_mem_free(void *heap_ptr)
{
    free(heap_ptr);
}
