#include "base/bits.h"

#include <string.h>

#include "base/check.h"

static size_t byte_len(size_t count)
{
    return count / 8 + (count % 8 != 0);
}

ph_bits_t ph_bits_new(ph_arena_t *arena, size_t count)
{
    return (ph_bits_t){count ? ph_mem_alloc(arena, byte_len(count)) : NULL, count};
}

ph_bits_t ph_bits_copy(ph_arena_t *arena, ph_bits_t bits)
{
    ph_bits_t copy = ph_bits_new(arena, bits.count);
    if (bits.count)
        memcpy(copy.bytes, bits.bytes, byte_len(bits.count));
    return copy;
}

void ph_bits_set(ph_bits_t b, size_t i, bool on)
{
    PH_CHECK(i < b.count);
    uint8_t mask = (uint8_t)(1u << (i % 8));
    b.bytes[i / 8] = on ? b.bytes[i / 8] | mask : (uint8_t)(b.bytes[i / 8] & ~mask);
}

size_t ph_bits_ones(ph_bits_t b)
{
    size_t ones = 0;
    for (size_t i = 0; i < byte_len(b.count); i++)
        ones += (size_t)__builtin_popcount(b.bytes[i]);
    return ones;
}

bool ph_bits_equal(ph_bits_t a, ph_bits_t b)
{
    return a.count == b.count && (!a.count || memcmp(a.bytes, b.bytes, byte_len(a.count)) == 0);
}

void ph_bits_or(ph_bits_t into, ph_bits_t other)
{
    PH_CHECK(into.count == other.count);
    for (size_t i = 0; i < byte_len(into.count); i++)
        into.bytes[i] |= other.bytes[i];
}

size_t ph_bits_next(ph_bits_t b, size_t from)
{
    while (from < b.count) {
        unsigned rest = (unsigned)b.bytes[from / 8] >> (from % 8);
        if (rest)
            return from + (size_t)__builtin_ctz(rest);
        from = (from / 8 + 1) * 8;
    }
    return b.count;
}
