/* Changing generated vectors (struct { T *items; size_t count; }) inside a call: everything lies in the call's arena,
 * so growing copies and nothing is freed. For building a long list one element after another take PH_LIST of
 * base/vec.h.
 */
#ifndef PH_RUNTIME_VEC_H
#define PH_RUNTIME_VEC_H

#include <string.h>

#include "base/vec.h"
#include "runtime/host.h"

/* A copy of `items` with a zeroed hole for one element at `at`. */
static inline void *ph_vec_hole_(ph_rt_t *rt, const void *items, size_t size, size_t count, size_t at)
{
    uint8_t *out = ph_arena_alloc(rt->arena, (count + 1) * size);
    if (at > 0)
        memcpy(out, items, at * size);
    if (count > at)
        memcpy(out + (at + 1) * size, (const uint8_t *)items + at * size, (count - at) * size);
    return out;
}

/* Puts `value` before element `at` (at the end if at == count). */
#define ph_vec_insert(rt, vec, at, value)                                                                              \
    ((vec)->items = ph_vec_hole_((rt), (vec)->items, sizeof *(vec)->items, (vec)->count, (at)),                        \
     (vec)->items[(at)] = (value), (vec)->count++)
#define ph_vec_push(rt, vec, value) ph_vec_insert(rt, vec, (vec)->count, value)
/* Removes element i, keeping order. */
#define ph_vec_remove(vec, i) ph_list_remove(vec, i)
/* Removes the first n elements. */
#define ph_vec_drop(vec, n) ((n) ? (void)((vec)->items += (n), (vec)->count -= (n)) : (void)0)
/* Zeroed room for n elements, count set to n. */
#define ph_vec_alloc(rt, vec, n)                                                                                       \
    ((vec)->items = ph_arena_alloc((rt)->arena, (size_t)(n) * sizeof *(vec)->items), (vec)->count = (size_t)(n))

#endif
