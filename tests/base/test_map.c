/* The map against a slow, obvious one: an array of pairs in order of insertion. */
#include "support/cmocka.h"

#include "base/arena.h"
#include "base/map.h"
#include "support/random.h"

enum { KEYS = 300, STEPS = 4000 };

typedef struct naive {
    uint32_t keys[KEYS];
    uint64_t values[KEYS];
    size_t count;
} naive_t;

static size_t naive_find(const naive_t *n, uint32_t key)
{
    size_t i = 0;
    while (i < n->count && n->keys[i] != key)
        i++;
    return i;
}

static void naive_remove(naive_t *n, size_t i)
{
    memmove(&n->keys[i], &n->keys[i + 1], (n->count - i - 1) * sizeof *n->keys);
    memmove(&n->values[i], &n->values[i + 1], (n->count - i - 1) * sizeof *n->values);
    n->count--;
}

static void same(const ph_map_t *map, const naive_t *n)
{
    size_t i = 0;
    const void *key;
    void *value;
    assert_int_equal(map->count, n->count);
    for (size_t at = 0; ph_map_next(map, &at, &key, &value); i++) {
        assert_int_equal(*(const uint32_t *)key, n->keys[i]);
        assert_int_equal(*(uint64_t *)value, n->values[i]);
    }
    assert_int_equal(i, n->count);
}

static void step(ph_map_t *map, naive_t *n, ph_test_random_t *r, size_t puts_of_10)
{
    uint32_t key = (uint32_t)ph_test_below(r, KEYS) << 20; /* low bits alike: the hash must spread them */
    size_t i = naive_find(n, key);
    uint64_t *value = ph_map_get(map, &key);
    assert_int_equal(value != NULL, i < n->count);
    if (value)
        assert_int_equal(*value, n->values[i]);
    if (ph_test_below(r, 10) >= puts_of_10) {
        assert_int_equal(ph_map_remove(map, &key), i < n->count);
        if (i < n->count)
            naive_remove(n, i);
        return;
    }
    bool added;
    value = ph_map_put(map, &key, &added);
    assert_int_equal(added, i == n->count);
    if (added) {
        assert_int_equal(*value, 0);
        n->keys[n->count++] = key;
    }
    *value = n->values[i] = ph_test_u64(r);
}

static void behaves_like_the_naive_map(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 6; seed++) {
        ph_test_random_t r = ph_test_random(seed);
        ph_map_t map;
        naive_t naive = {.count = 0};
        ph_map_init(&map, sizeof(uint32_t), sizeof(uint64_t));
        for (size_t i = 0; i < STEPS; i++) {
            step(&map, &naive, &r, i / 500 % 2 ? 3 : 8); /* grow and shrink in turns */
            if (i % 50 == 0)
                same(&map, &naive);
        }
        same(&map, &naive);
        ph_map_free(&map);
        same(&map, &(naive_t){.count = 0});
        ph_map_put(&map, &(uint32_t){1}, NULL);
        assert_int_equal(map.count, 1);
        ph_map_free(&map);
    }
}

static void entries_may_be_removed_while_walking(void **state)
{
    (void)state;
    ph_map_t map;
    ph_map_init(&map, sizeof(uint32_t), 1);
    for (uint32_t i = 0; i < 100; i++)
        ph_map_put(&map, &i, NULL);
    size_t seen = 0;
    const void *key;
    for (size_t at = 0; ph_map_next(&map, &at, &key, NULL); seen++) {
        uint32_t k = *(const uint32_t *)key;
        assert_int_equal(k, seen);
        if (k % 3)
            assert_true(ph_map_remove(&map, key));
    }
    assert_int_equal(seen, 100);
    uint32_t want = 0;
    for (size_t at = 0; ph_map_next(&map, &at, &key, NULL); want += 3)
        assert_int_equal(*(const uint32_t *)key, want);
    assert_int_equal(want, 102);
    for (size_t at = 0; ph_map_next(&map, &at, &key, NULL);)
        assert_true(ph_map_remove(&map, key));
    assert_int_equal(map.count, 0);
    ph_map_free(&map);
}

/* Keys and values of any size are aligned as a C type of that size needs. */
static void any_sizes_work(void **state)
{
    (void)state;
    static const size_t sizes[] = {1, 2, 3, 4, 7, 8, 12, 16, 32, 33, 48};
    for (size_t k = 0; k < 11; k++)
        for (size_t v = 0; v < 12; v++) {
            size_t value_size = v < 11 ? sizes[v] : 0;
            ph_map_t map;
            ph_map_init(&map, sizes[k], value_size);
            uint8_t key[48] = {0};
            for (uint8_t i = 0; i < 50; i++) {
                key[0] = i;
                uint8_t *value = ph_map_put(&map, key, NULL);
                size_t bit = value_size & (~value_size + 1);
                assert_int_equal((uintptr_t)value % (bit > 16 ? 16 : bit ? bit : 1), 0);
                memset(value, i, value_size);
            }
            const void *at_key;
            void *value;
            size_t i = 0;
            for (size_t at = 0; ph_map_next(&map, &at, &at_key, &value); i++) {
                size_t bit = sizes[k] & (~sizes[k] + 1);
                assert_int_equal((uintptr_t)at_key % (bit > 16 ? 16 : bit), 0);
                assert_int_equal(*(const uint8_t *)at_key, i);
                for (size_t b = 0; b < value_size; b++)
                    assert_int_equal(((uint8_t *)value)[b], i);
            }
            assert_int_equal(i, 50);
            ph_map_free(&map);
        }
}

/* A queue of constant length must not grow the map. */
static void turnover_does_not_grow(void **state)
{
    (void)state;
    ph_map_t map;
    ph_map_init(&map, sizeof(uint32_t), sizeof(uint32_t));
    for (uint32_t i = 0; i < 100000; i++) {
        ph_map_put(&map, &i, NULL);
        if (i >= 20)
            assert_true(ph_map_remove(&map, &(uint32_t){i - 20}));
    }
    assert_int_equal(map.count, 20);
    assert_true(map.cap <= 64);
    ph_map_free(&map);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(behaves_like_the_naive_map),
        cmocka_unit_test(entries_may_be_removed_while_walking),
        cmocka_unit_test(any_sizes_work),
        cmocka_unit_test(turnover_does_not_grow),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
