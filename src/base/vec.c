#include "base/vec.h"

#include <stdint.h>
#include <string.h>

#include "base/check.h"

void *ph_list_room_(ph_arena_t *arena, void *items, size_t size, size_t count, size_t *cap)
{
    if (count == *cap) {
        size_t more = *cap ? *cap * 2 : 4;
        PH_CHECK(more > *cap && more <= SIZE_MAX / 2 / size);
        items = ph_mem_grow(arena, items, *cap * size, more * size);
        *cap = more;
    }
    memset((uint8_t *)items + count * size, 0, size); /* it may have been used and removed before */
    return items;
}

size_t ph_list_cut_(void *items, size_t size, size_t count, size_t at)
{
    PH_CHECK(at < count);
    uint8_t *hole = (uint8_t *)items + at * size;
    memmove(hole, hole + size, (count - at - 1) * size);
    return count - 1;
}
