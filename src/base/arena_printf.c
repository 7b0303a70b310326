/* Apart from arena.c because the runtime's wasm body has no stdio. */
#include <stdarg.h>
#include <stdio.h>

#include "base/arena.h"
#include "base/check.h"

char *ph_arena_printf(ph_arena_t *arena, const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int len = vsnprintf(NULL, 0, format, args);
    PH_CHECK(len >= 0);
    char *text = ph_arena_alloc(arena, (size_t)len + 1);
    vsnprintf(text, (size_t)len + 1, format, again);
    va_end(again);
    va_end(args);
    return text;
}
