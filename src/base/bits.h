/* Bit vectors, least significant bit first: bit i is bit i%8 of byte i/8. Bits above `count` are always zero. */
#ifndef PH_BASE_BITS_H
#define PH_BASE_BITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

typedef struct ph_bits {
    uint8_t *bytes; /* (count+7)/8 of them */
    size_t count;
} ph_bits_t;

ph_bits_t ph_bits_new(ph_arena_t *arena, size_t count); /* all zero; arena NULL: heap */
ph_bits_t ph_bits_copy(ph_arena_t *arena, ph_bits_t bits);
static inline bool ph_bits_get(ph_bits_t b, size_t i)
{
    return i < b.count && (b.bytes[i / 8] >> (i % 8) & 1);
}
void ph_bits_set(ph_bits_t b, size_t i, bool on); /* i must be below count */
size_t ph_bits_ones(ph_bits_t b);
bool ph_bits_equal(ph_bits_t a, ph_bits_t b);
void ph_bits_or(ph_bits_t into, ph_bits_t other); /* same count */
/* First set bit at or after `from`; count if there is none. */
size_t ph_bits_next(ph_bits_t b, size_t from);

#endif
