/* Random streams, shuffles, thresholds, chunk mapping, core samples and the gossip grid. */
#include "support/cmocka.h"

#include <sodium.h>

#include "crypto/sampling.h"
#include "support/random.h"

static void the_stream_is_chacha20(void **state)
{
    (void)state;
    uint8_t seed[32], nonce[8] = {0}, expected[5000], ours[5000];
    ph_test_random_t random = ph_test_random(13);
    ph_chacha_t rng;
    ph_test_fill(&random, seed, sizeof seed);
    crypto_stream_chacha20(expected, sizeof expected, nonce, seed);
    ph_chacha_init(&rng, seed);
    ph_chacha_fill(&rng, ours, sizeof ours);
    assert_memory_equal(ours, expected, sizeof ours);
    ph_chacha_init(&rng, seed);
    for (size_t i = 0; i + 12 <= sizeof expected; i += 12) {
        assert_int_equal(ph_chacha_u32(&rng), ph_get_u32(expected + i));
        assert_int_equal(ph_chacha_u64(&rng), ph_get_u64(expected + i + 4)); /* straddles the buffer's end sometimes */
    }
    ph_chacha_init(&rng, seed);
    ph_chacha_fill(&rng, ours, 3); /* a started word is used up */
    assert_int_equal(ph_chacha_u32(&rng), ph_get_u32(expected + 4));
}

static void ranges(void **state)
{
    (void)state;
    uint8_t seed[32] = {0};
    ph_chacha_t rng;
    ph_chacha_init(&rng, seed);
    static const uint32_t below[] = {2, 3, 5, 6, 7, 10, 100, 1000}, known[] = {1, 1, 4, 4, 0, 8, 77, 485};
    for (size_t i = 0; i < 8; i++)
        assert_int_equal(ph_chacha_below_u32(&rng, below[i]), known[i]);
    size_t seen[7] = {0};
    for (int i = 0; i < 7000; i++)
        seen[ph_chacha_below_u64(&rng, 7)]++;
    for (int i = 0; i < 7; i++)
        assert_in_range(seen[i], 850, 1150);
    for (int i = 0; i < 100; i++) {
        assert_int_equal(ph_chacha_below_u64(&rng, 1), 0);
        assert_int_equal(ph_chacha_index(&rng, 1), 0);
        assert_true(ph_chacha_below_u64(&rng, UINT64_MAX) < UINT64_MAX);
        assert_true(ph_chacha_index(&rng, ((size_t)1 << 40) + 1) <= (size_t)1 << 40);
    }
}

static void shuffles(void **state)
{
    (void)state;
    uint8_t seed[32] = {1};
    ph_chacha_t rng;
    uint16_t items[200];
    for (size_t count = 0; count <= 200; count += 25) {
        bool seen[200] = {0};
        for (size_t i = 0; i < count; i++)
            items[i] = (uint16_t)i;
        ph_chacha_init(&rng, seed);
        ph_shuffle(&rng, items, count, sizeof *items);
        for (size_t i = 0; i < count; i++) {
            assert_false(seen[items[i]]);
            seen[items[i]] = true;
        }
    }
}

/* rand's shuffle leaves index 0 alone, its partial shuffle draws for it too: the next draw tells. */
static void draws_are_counted(void **state)
{
    (void)state;
    uint8_t seed[32] = {2};
    uint32_t words[3], items[3] = {0, 1, 2};
    ph_chacha_t rng;
    ph_chacha_init(&rng, seed);
    for (int i = 0; i < 3; i++)
        words[i] = ph_chacha_u32(&rng);
    ph_chacha_init(&rng, seed);
    ph_shuffle(&rng, items, 1, sizeof *items);
    assert_int_equal(ph_chacha_u32(&rng), words[0]);
    ph_chacha_init(&rng, seed);
    assert_int_equal(ph_partial_shuffle(&rng, items, 1, sizeof *items, 5), 0);
    assert_int_equal(ph_chacha_u32(&rng), words[1]);
    ph_chacha_init(&rng, seed);
    assert_int_equal(ph_partial_shuffle(&rng, items, 3, sizeof *items, 0), 3);
    assert_int_equal(ph_chacha_u32(&rng), words[0]);
}

/* The sparse sampler against a partial shuffle of the whole list. */
static void core_samples_are_a_partial_shuffle(void **state)
{
    (void)state;
    ph_test_random_t random = ph_test_random(14);
    for (int round = 0; round < 300; round++) {
        uint8_t seed[32];
        uint32_t out[PH_MODULO_SAMPLES_MAX], list[120], cores = (uint32_t)ph_test_below(&random, 121);
        uint32_t samples = (uint32_t)ph_test_below(&random, 60);
        ph_chacha_t rng;
        ph_test_fill(&random, seed, sizeof seed);
        for (uint32_t i = 0; i < cores; i++)
            list[i] = i;
        ph_chacha_init(&rng, seed);
        size_t from = ph_partial_shuffle(&rng, list, cores, sizeof *list, samples < 40 ? samples : 40);
        assert_int_equal(ph_modulo_cores(out, seed, samples, cores), cores - from);
        for (size_t i = from; i < cores; i++)
            assert_int_equal(out[i - from], list[i]);
    }
}

static void thresholds(void **state)
{
    (void)state;
    size_t out;
    assert_int_equal(ph_byzantine_threshold(0), 0);
    assert_int_equal(ph_supermajority_threshold(0), 0);
    for (size_t n = 1; n < 400; n++) {
        size_t f = ph_byzantine_threshold(n);
        assert_true(3 * f + 1 <= n && 3 * (f + 1) + 1 > n);
        assert_int_equal(ph_supermajority_threshold(n), n - f);
    }
    assert_int_equal(ph_recovery_threshold(&out, 0), PH_ERR_INVALID);
    assert_int_equal(ph_recovery_threshold(&out, 1), PH_ERR_INVALID);
    assert_int_equal(ph_recovery_threshold(&out, PH_MAX_VALIDATORS + 1), PH_ERR_TOO_LARGE);
    assert_int_equal(ph_systematic_threshold(&out, PH_MAX_VALIDATORS + 1), PH_ERR_TOO_LARGE);
    assert_int_equal(ph_systematic_threshold(&out, 1000), PH_OK);
    assert_int_equal(out, 256);
    assert_int_equal(ph_systematic_threshold(&out, PH_MAX_VALIDATORS), PH_OK);
    assert_int_equal(out, 16384);
    assert_int_equal(ph_effective_minimum_backing_votes(5, 2), 2);
    assert_int_equal(ph_effective_minimum_backing_votes(1, 2), 1);
}

/* For every core the mapping is a permutation that puts chunk core·k mod n at validator 0. */
static void chunk_mapping(void **state)
{
    (void)state;
    for (uint32_t n = 2; n < 40; n++)
        for (uint32_t core = 0; core < 50; core++) {
            bool seen[40] = {0};
            size_t k;
            assert_int_equal(ph_systematic_threshold(&k, n), PH_OK);
            for (uint32_t v = 0; v < n; v++) {
                uint32_t chunk, back;
                assert_int_equal(ph_chunk_of_validator(&chunk, n, core, v, true), PH_OK);
                assert_int_equal(chunk, (core * k + v) % n);
                assert_false(seen[chunk]);
                seen[chunk] = true;
                assert_int_equal(ph_validator_of_chunk(&back, n, core, chunk, true), PH_OK);
                assert_int_equal(back, v);
                assert_int_equal(ph_chunk_of_validator(&chunk, n, core, v, false), PH_OK);
                assert_int_equal(chunk, v);
            }
        }
    uint32_t out;
    assert_int_equal(ph_chunk_of_validator(&out, 1, 0, 0, true), PH_ERR_INVALID);
    assert_int_equal(ph_chunk_of_validator(&out, 10, 0, 10, true), PH_ERR_INVALID);
}

static void grid(void **state)
{
    (void)state;
    uint8_t seed[32] = {3};
    for (uint32_t n = 0; n < 60; n++) {
        ph_grid_t g = ph_grid_new(NULL, seed, n);
        for (uint32_t a = 0; a < n; a++) {
            size_t x = 0, y = 0, is_x = 0, is_y = 0;
            for (uint32_t at = 0, v; ph_grid_next_x(&g, a, &at, &v); x++)
                assert_true(ph_grid_is_x(&g, a, v) && ph_grid_is_x(&g, v, a));
            for (uint32_t at = 0, v; ph_grid_next_y(&g, a, &at, &v); y++)
                assert_true(ph_grid_is_y(&g, a, v) && ph_grid_is_y(&g, v, a));
            for (uint32_t b = 0; b < n; b++) {
                is_x += ph_grid_is_x(&g, a, b);
                is_y += ph_grid_is_y(&g, a, b);
                ph_grid_routing_t to = ph_grid_routing(&g, a, b);
                assert_int_equal(to.x, a == b || ph_grid_is_y(&g, a, b));
                assert_int_equal(to.y, a == b || ph_grid_is_x(&g, a, b));
            }
            assert_int_equal(x, is_x);
            assert_int_equal(y, is_y);
        }
        uint32_t at = 0, v;
        assert_false(ph_grid_next_x(&g, n, &at, &v));
        assert_false(ph_grid_next_y(&g, n, &at, &v));
        assert_false(ph_grid_is_x(&g, n, 0));
        ph_grid_free(&g);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_stream_is_chacha20),
        cmocka_unit_test(ranges),
        cmocka_unit_test(shuffles),
        cmocka_unit_test(draws_are_counted),
        cmocka_unit_test(core_samples_are_a_partial_shuffle),
        cmocka_unit_test(thresholds),
        cmocka_unit_test(chunk_mapping),
        cmocka_unit_test(grid),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
