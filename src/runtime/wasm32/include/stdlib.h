/* The part of the C library that the runtime's wasm body needs (libc.c). Memory comes from the host's allocator. */
#ifndef PH_WASM32_STDLIB_H
#define PH_WASM32_STDLIB_H

#include <stddef.h>

void *malloc(size_t size);
void free(void *p);
_Noreturn void abort(void);
void qsort(void *items, size_t count, size_t size, int (*compare)(const void *, const void *));

#endif
