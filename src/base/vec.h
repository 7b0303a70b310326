/* Growable arrays: any struct { T *items; size_t count, cap; }. */
#ifndef PH_BASE_VEC_H
#define PH_BASE_VEC_H

#include "base/arena.h"

#define PH_LIST(T)                                                                                                     \
    struct {                                                                                                           \
        T *items;                                                                                                      \
        size_t count, cap;                                                                                             \
    }

/* Adds room for one more and evaluates to a pointer to it, zeroed. `arena` NULL: heap; free with ph_list_free. */
#define ph_list_add(arena, list)                                                                                       \
    ((list)->items = ph_list_room_((arena), (list)->items, sizeof *(list)->items, (list)->count, &(list)->cap),        \
     &(list)->items[(list)->count++])
#define ph_list_push(arena, list, value) (*ph_list_add(arena, list) = (value))
/* Removes element i, keeping order. */
#define ph_list_remove(list, i) ((list)->count = ph_list_cut_((list)->items, sizeof *(list)->items, (list)->count, (i)))
#define ph_list_free(list)      (ph_mem_free((list)->items), (list)->items = NULL, (list)->count = (list)->cap = 0)

void *ph_list_room_(ph_arena_t *arena, void *items, size_t size, size_t count, size_t *cap);
size_t ph_list_cut_(void *items, size_t size, size_t count, size_t at);

#endif
