/* What is due when, under virtual time: entries in order of time, and of arrival where times are equal.
 *
 * A network of a thousand nodes has a million messages under way at once, most of them due within a tenth of a second.
 * So the next quarter of a second is cut into short buckets, unsorted; only the bucket whose time has come is put in
 * order, and what is due later than all buckets waits in a heap of its own.
 */
#ifndef PH_ENV_SIM_AGENDA_H
#define PH_ENV_SIM_AGENDA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/vec.h"

typedef struct ph_agenda_entry {
    uint64_t at, order; /* microseconds; order is the caller's and rises */
    uint32_t slot, generation;
} ph_agenda_entry_t;

typedef PH_LIST(ph_agenda_entry_t) ph_agenda_heap_t;

enum { PH_AGENDA_BUCKETS = 4096, PH_AGENDA_BUCKET_US = 64 };

typedef struct ph_agenda {
    ph_agenda_heap_t near;  /* due in the current bucket or before */
    ph_agenda_heap_t later; /* due behind the last bucket */
    ph_agenda_heap_t buckets[PH_AGENDA_BUCKETS];
    uint64_t current; /* time in buckets */
    size_t in_buckets;
} ph_agenda_t;

/* All zero is an empty agenda. */
void ph_agenda_free(ph_agenda_t *agenda);
void ph_agenda_push(ph_agenda_t *agenda, ph_agenda_entry_t entry);
/* The earliest entry, or NULL; valid until the next call. */
const ph_agenda_entry_t *ph_agenda_first(ph_agenda_t *agenda);
/* Removes it; there must be one. */
ph_agenda_entry_t ph_agenda_pop(ph_agenda_t *agenda);

#endif
