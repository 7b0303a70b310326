/* A small deterministic generator for tests (xorshift64*): the same seed gives the same run everywhere. */
#ifndef PH_TESTS_SUPPORT_RANDOM_H
#define PH_TESTS_SUPPORT_RANDOM_H

#include <stddef.h>
#include <stdint.h>

typedef struct ph_test_random {
    uint64_t state;
} ph_test_random_t;

static inline ph_test_random_t ph_test_random(uint64_t seed)
{
    return (ph_test_random_t){seed * 0x9e3779b97f4a7c15u | 1};
}

static inline uint64_t ph_test_u64(ph_test_random_t *r)
{
    r->state ^= r->state >> 12;
    r->state ^= r->state << 25;
    r->state ^= r->state >> 27;
    return r->state * 0x2545f4914f6cdd1du;
}

/* In 0 … n-1. */
static inline size_t ph_test_below(ph_test_random_t *r, size_t n)
{
    return (size_t)(ph_test_u64(r) >> 16) % n;
}

static inline void ph_test_fill(ph_test_random_t *r, void *out, size_t len)
{
    for (size_t i = 0; i < len; i++)
        ((uint8_t *)out)[i] = (uint8_t)(ph_test_u64(r) >> 56);
}

#endif
