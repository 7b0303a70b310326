/* Arenas: memory that belongs to a job, a call or a message and is freed all at once.
 *
 * Every allocation function here aborts (through ph_check_failed) when the machine has no memory left, so none of them
 * returns NULL. Lengths read from untrusted input must be bounded by what is left of the input before they come here.
 *
 * The functions ph_mem_* take an arena that may be NULL; NULL means the C heap, and what was allocated there is freed
 * with ph_mem_free (generated ph_<type>_free functions do so for whole values).
 */
#ifndef PH_BASE_ARENA_H
#define PH_BASE_ARENA_H

#include <stddef.h>

typedef struct ph_arena ph_arena_t;

ph_arena_t *ph_arena_new(void);
/* Runs the deferred functions, last registered first, then gives all memory back. NULL is allowed. */
void ph_arena_free(ph_arena_t *arena);
/* As free, but the arena stays usable and keeps its first block. */
void ph_arena_reset(ph_arena_t *arena);

/* Zeroed, aligned to 16 bytes; size 0 gives a valid pointer that must not be read. Lives until the arena ends. */
void *ph_arena_alloc(ph_arena_t *arena, size_t size);
/* A copy of `size` bytes. */
void *ph_arena_copy(ph_arena_t *arena, const void *data, size_t size);
/* A NUL-terminated copy. */
char *ph_arena_strdup(ph_arena_t *arena, const char *text);
char *ph_arena_printf(ph_arena_t *arena, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* `fn(ptr)` runs when the arena ends. */
void ph_arena_defer(ph_arena_t *arena, void (*fn)(void *ptr), void *ptr);
/* Bytes taken from the machine, for memory accounting. */
size_t ph_arena_size(const ph_arena_t *arena);

void *ph_mem_alloc(ph_arena_t *arena, size_t size);                                /* zeroed */
void *ph_mem_grow(ph_arena_t *arena, void *old, size_t old_size, size_t new_size); /* tail zeroed; old is dead */
void ph_mem_free(void *heap_ptr);                                                  /* heap only; NULL allowed */

#endif
