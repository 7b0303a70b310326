#include "env/real/timers.h"

#include "base/check.h"

typedef struct ph_timer_entry entry_t;
typedef struct ph_timer_slot slot_t;

static bool before(const entry_t *a, const entry_t *b)
{
    return a->due != b->due ? a->due < b->due : a->order < b->order;
}

static void push(ph_timers_t *timers, entry_t entry)
{
    (void)ph_list_add(NULL, &timers->heap);
    entry_t *h = timers->heap.items;
    size_t i = timers->heap.count - 1;
    for (; i && before(&entry, &h[(i - 1) / 2]); i = (i - 1) / 2)
        h[i] = h[(i - 1) / 2];
    h[i] = entry;
}

static void pop(ph_timers_t *timers)
{
    entry_t *h = timers->heap.items, last = h[--timers->heap.count];
    size_t n = timers->heap.count, i = 0;
    for (size_t child = 1; child < n; child = 2 * i + 1) {
        if (child + 1 < n && before(&h[child + 1], &h[child]))
            child++;
        if (!before(&h[child], &last))
            break;
        h[i] = h[child];
        i = child;
    }
    if (n)
        h[i] = last;
}

static bool is_stale(const ph_timers_t *timers, const entry_t *entry)
{
    const slot_t *slot = &timers->slots.items[entry->slot];
    return !slot->used || slot->generation != entry->generation;
}

static void release(ph_timers_t *timers, uint32_t index)
{
    timers->slots.items[index].used = false;
    timers->slots.items[index].next_free = timers->first_free;
    timers->first_free = index + 1;
}

void ph_timers_free(ph_timers_t *timers)
{
    ph_list_free(&timers->heap);
    ph_list_free(&timers->slots);
}

ph_timer_t ph_timers_add(ph_timers_t *timers, uint64_t due, ph_timer_call_t call)
{
    if (!timers->first_free) {
        PH_CHECK(timers->slots.count < UINT32_MAX - 1);
        (void)ph_list_add(NULL, &timers->slots);
        release(timers, (uint32_t)timers->slots.count - 1);
    }
    uint32_t index = timers->first_free - 1;
    slot_t *slot = &timers->slots.items[index];
    timers->first_free = slot->next_free;
    slot->call = call;
    slot->used = true;
    slot->generation++;
    push(timers, (entry_t){due, timers->order++, index, slot->generation});
    return ((uint64_t)slot->generation << 32 | index) + 1;
}

void ph_timers_cancel(ph_timers_t *timers, ph_timer_t timer)
{
    if (!timer)
        return;
    uint32_t index = (uint32_t)(timer - 1), generation = (uint32_t)((timer - 1) >> 32);
    PH_CHECK(index < timers->slots.count);
    if (timers->slots.items[index].used && timers->slots.items[index].generation == generation)
        release(timers, index);
}

bool ph_timers_next(ph_timers_t *timers, uint64_t *due)
{
    while (timers->heap.count && is_stale(timers, &timers->heap.items[0]))
        pop(timers);
    if (!timers->heap.count)
        return false;
    *due = timers->heap.items[0].due;
    return true;
}

bool ph_timers_take(ph_timers_t *timers, uint64_t now, uint64_t order, ph_timer_call_t *out)
{
    uint64_t due;
    if (!ph_timers_next(timers, &due) || due > now || timers->heap.items[0].order >= order)
        return false;
    uint32_t index = timers->heap.items[0].slot;
    *out = timers->slots.items[index].call;
    pop(timers);
    release(timers, index);
    return true;
}
