#include "env/sim/agenda.h"

#include "base/check.h"

/* ---- heaps with four children a node ---- */

static bool before(const ph_agenda_entry_t *a, const ph_agenda_entry_t *b)
{
    return a->at != b->at ? a->at < b->at : a->order < b->order;
}

static void heap_push(ph_agenda_heap_t *heap, ph_agenda_entry_t entry)
{
    (void)ph_list_add(NULL, heap);
    ph_agenda_entry_t *h = heap->items;
    size_t i = heap->count - 1;
    while (i && before(&entry, &h[(i - 1) / 4])) {
        h[i] = h[(i - 1) / 4];
        i = (i - 1) / 4;
    }
    h[i] = entry;
}

static ph_agenda_entry_t heap_pop(ph_agenda_heap_t *heap)
{
    ph_agenda_entry_t *h = heap->items, top = h[0], last = h[--heap->count];
    size_t i = 0, n = heap->count;
    for (;;) {
        size_t least = i * 4 + 1;
        if (least >= n)
            break;
        for (size_t c = least + 1; c < n && c < i * 4 + 5; c++)
            if (before(&h[c], &h[least]))
                least = c;
        if (!before(&h[least], &last))
            break;
        h[i] = h[least];
        i = least;
    }
    if (n)
        h[i] = last;
    return top;
}

/* ---- the agenda ---- */

void ph_agenda_free(ph_agenda_t *agenda)
{
    ph_list_free(&agenda->near);
    ph_list_free(&agenda->later);
    for (size_t i = 0; i < PH_AGENDA_BUCKETS; i++)
        ph_list_free(&agenda->buckets[i]);
    agenda->in_buckets = 0;
    agenda->current = 0;
}

void ph_agenda_push(ph_agenda_t *agenda, ph_agenda_entry_t entry)
{
    uint64_t bucket = entry.at / PH_AGENDA_BUCKET_US;
    if (bucket <= agenda->current) {
        heap_push(&agenda->near, entry);
    } else if (bucket - agenda->current < PH_AGENDA_BUCKETS) {
        ph_list_push(NULL, &agenda->buckets[bucket % PH_AGENDA_BUCKETS], entry);
        agenda->in_buckets++;
    } else {
        heap_push(&agenda->later, entry);
    }
}

/* The time moves on to the next bucket that may have something; its entries are put in order. */
static void advance(ph_agenda_t *agenda)
{
    agenda->current = agenda->in_buckets ? agenda->current + 1 : agenda->later.items[0].at / PH_AGENDA_BUCKET_US;
    while (agenda->later.count && agenda->later.items[0].at / PH_AGENDA_BUCKET_US - agenda->current < PH_AGENDA_BUCKETS)
        ph_agenda_push(agenda, heap_pop(&agenda->later));
    ph_agenda_heap_t *bucket = &agenda->buckets[agenda->current % PH_AGENDA_BUCKETS];
    for (size_t i = 0; i < bucket->count; i++)
        heap_push(&agenda->near, bucket->items[i]);
    agenda->in_buckets -= bucket->count;
    ph_list_free(bucket); /* a burst must not leave all buckets as large as the largest ever was */
}

const ph_agenda_entry_t *ph_agenda_first(ph_agenda_t *agenda)
{
    while (!agenda->near.count) {
        if (!agenda->in_buckets && !agenda->later.count)
            return NULL;
        advance(agenda);
    }
    return &agenda->near.items[0];
}

ph_agenda_entry_t ph_agenda_pop(ph_agenda_t *agenda)
{
    const ph_agenda_entry_t *first = ph_agenda_first(agenda);
    PH_CHECK(first != NULL);
    return heap_pop(&agenda->near);
}
