/* The erasure code against a slow, obvious one (Lagrange interpolation), on all subsets for small n, and on random ones
 * for large n; its errors. */
#include "support/cmocka.h"

#include <stdlib.h>

#include "erasure/context.h"
#include "erasure/erasure.h"

static uint64_t rng_state;

static uint64_t rng(void)
{
    rng_state ^= rng_state >> 12;
    rng_state ^= rng_state << 25;
    rng_state ^= rng_state >> 27;
    return rng_state * 0x2545F4914F6CDD1DULL;
}

static void fill(uint8_t *out, size_t len, uint64_t seed)
{
    rng_state = seed * 2 + 1;
    for (size_t i = 0; i < len; i++)
        out[i] = (uint8_t)(rng() >> 32);
}

/* ---- the field, bit by bit ---- */

static const uint16_t basis[16] = {0x0001, 0xACCA, 0x3C0E, 0x163E, 0xC582, 0xED2E, 0x914C, 0x4012,
                                   0x6C98, 0x10D8, 0x6A72, 0xB900, 0xFDB8, 0xFB34, 0xFF38, 0x991E};

static uint32_t element_of(uint16_t name)
{
    uint32_t e = 0;
    for (int j = 0; j < 16; j++)
        if (name >> j & 1)
            e ^= basis[j];
    return e;
}

static uint32_t times(uint32_t a, uint32_t b)
{
    uint32_t product = 0;
    for (int i = 15; i >= 0; i--) {
        product <<= 1;
        if (product & 0x10000)
            product ^= 0x1002D;
        if (b >> i & 1)
            product ^= a;
    }
    return product;
}

static void test_field(void **state)
{
    (void)state;
    ph_gf_t *gf = malloc(sizeof *gf);
    ph_gf_init(gf);
    assert_int_equal(ph_gf_mul(gf, 0, 77), 0);
    assert_int_equal(ph_gf_mul(gf, 77, 0), 0);
    rng_state = 5;
    for (int i = 0; i < 20000; i++) {
        uint16_t a = (uint16_t)rng(), b = (uint16_t)(rng() >> 20);
        uint16_t c = ph_gf_mul(gf, a, b);
        assert_int_equal(element_of(c), times(element_of(a), element_of(b)));
        if (b)
            assert_int_equal(ph_gf_div(gf, c, b), a);
    }
    for (uint32_t a = 1; a < PH_GF_SIZE; a++)
        assert_int_equal(ph_gf_mul(gf, (uint16_t)a, 1), a);
    free(gf);
}

static void test_log_products(void **state)
{
    (void)state;
    ph_gf_t *gf = malloc(sizeof *gf);
    ph_gf_init(gf);
    for (size_t size = 2; size <= 256; size *= 2) {
        uint16_t in[256], logs[256], scratch[256];
        fill((uint8_t *)in, sizeof in, size);
        for (size_t i = 0; i < size; i++)
            logs[i] = in[i] = in[i] & 1;
        ph_gf_log_products(gf, logs, scratch, size);
        for (size_t i = 0; i < size; i++) {
            uint16_t product = 1;
            for (size_t e = 0; e < size; e++)
                if (in[e] && e != i)
                    product = ph_gf_mul(gf, product, (uint16_t)(i ^ e));
            assert_int_equal(gf->exp[logs[i]], product);
        }
    }
    free(gf);
}

/* Value at `x` of the polynomial of degree below `count` through (points[i], values[i]). */
static uint16_t interpolate(const ph_gf_t *gf, const uint16_t *points, const uint16_t *values, size_t count, uint16_t x)
{
    uint16_t sum = 0;
    for (size_t i = 0; i < count; i++) {
        uint16_t term = values[i];
        for (size_t j = 0; j < count; j++)
            if (j != i)
                term = ph_gf_div(gf, ph_gf_mul(gf, term, x ^ points[j]), points[i] ^ points[j]);
        sum ^= term;
    }
    return sum;
}

static void check_encoding(const ph_erasure_t *erasure, size_t n, size_t len)
{
    uint8_t *payload = malloc(len);
    fill(payload, len, n * 1000 + len);
    size_t k, chunk_len = ph_erasure_chunk_len(n, len);
    assert_int_equal(ph_erasure_systematic_threshold(&k, n), PH_OK);
    uint8_t *chunks = malloc(n * chunk_len);
    assert_int_equal(ph_erasure_encode(erasure, chunks, n * chunk_len, n, ph_bytes(payload, len)), PH_OK);
    uint16_t *points = malloc(k * 2), *values = malloc(k * 2);
    for (size_t row = 0; row < chunk_len / 2; row++) {
        for (size_t c = 0; c < k; c++) {
            size_t at = row * 2 * k + 2 * c;
            points[c] = (uint16_t)c;
            values[c] = (uint16_t)((at < len ? payload[at] << 8 : 0) | (at + 1 < len ? payload[at + 1] : 0));
        }
        for (size_t c = 0; c < n; c++) {
            const uint8_t *symbol = chunks + c * chunk_len + 2 * row;
            assert_int_equal(symbol[0] << 8 | symbol[1], interpolate(&erasure->gf, points, values, k, (uint16_t)c));
        }
    }
    free(points);
    free(values);
    free(chunks);
    free(payload);
}

static void test_encode_against_lagrange(void **state)
{
    for (size_t n = 2; n <= 40; n++)
        for (size_t len = 1; len <= 130; len += 1 + n / 2)
            check_encoding(*state, n, len);
}

/* ---- recovery ---- */

typedef struct encoded {
    uint8_t *payload, *chunks, *back;
    size_t n, k, len, chunk_len;
} encoded_t;

static encoded_t encode(const ph_erasure_t *erasure, size_t n, size_t len)
{
    encoded_t e = {.n = n, .len = len, .chunk_len = ph_erasure_chunk_len(n, len)};
    assert_int_equal(ph_erasure_systematic_threshold(&e.k, n), PH_OK);
    e.payload = calloc(1, e.k * e.chunk_len);
    fill(e.payload, len, n + len);
    e.back = malloc(e.k * e.chunk_len);
    e.chunks = malloc(n * e.chunk_len);
    assert_int_equal(ph_erasure_encode(erasure, e.chunks, n * e.chunk_len, n, ph_bytes(e.payload, len)), PH_OK);
    return e;
}

static void drop(encoded_t *e)
{
    free(e->payload);
    free(e->chunks);
    free(e->back);
}

static ph_erasure_piece_t chunk_of(const encoded_t *e, size_t i)
{
    return (ph_erasure_piece_t){(uint32_t)i, ph_bytes(e->chunks + i * e->chunk_len, e->chunk_len)};
}

static void recover(const ph_erasure_t *erasure, const encoded_t *e, const ph_erasure_piece_t *chunks, size_t count)
{
    memset(e->back, 0xee, e->k * e->chunk_len);
    assert_int_equal(ph_erasure_reconstruct(erasure, e->back, e->k * e->chunk_len, e->n, chunks, count), PH_OK);
    assert_memory_equal(e->back, e->payload, e->k * e->chunk_len);
}

static void test_all_subsets(void **state)
{
    for (size_t n = 2; n <= 12; n++) {
        for (size_t len = 1; len < 40; len += 7) {
            encoded_t e = encode(*state, n, len);
            for (uint32_t set = 0; set < 1u << n; set++) {
                ph_erasure_piece_t some[12];
                size_t count = 0;
                for (size_t i = 0; i < n; i++)
                    if (set >> i & 1)
                        some[count++] = chunk_of(&e, i);
                if (count >= e.k)
                    recover(*state, &e, some, count);
                else
                    assert_int_equal(ph_erasure_reconstruct(*state, e.back, e.k * e.chunk_len, n, some, count),
                                     PH_ERR_NOT_FOUND);
            }
            drop(&e);
        }
    }
}

static void recover_random(const ph_erasure_t *erasure, const encoded_t *e, size_t count)
{
    uint32_t *order = malloc(e->n * sizeof *order);
    for (size_t i = 0; i < e->n; i++)
        order[i] = (uint32_t)i;
    ph_erasure_piece_t *some = malloc(count * sizeof *some);
    for (size_t i = 0; i < count; i++) {
        size_t j = i + (size_t)(rng() % (e->n - i));
        uint32_t chosen = order[j];
        order[j] = order[i];
        some[i] = chunk_of(e, chosen);
    }
    recover(erasure, e, some, count);
    free(order);
    free(some);
}

static void test_random_subsets(void **state)
{
    static const size_t ns[] = {13, 31, 64, 65, 97, 128, 300, 511, 513, 1000, 1023, 1025, 1500, 4095};
    for (size_t i = 0; i < sizeof ns / sizeof ns[0]; i++) {
        size_t n = ns[i], threshold;
        assert_int_equal(ph_erasure_threshold(&threshold, n), PH_OK);
        encoded_t e = encode(*state, n, 3 * n + 17);
        for (size_t round = 0; round < 8; round++) {
            recover_random(*state, &e, threshold);
            recover_random(*state, &e, e.k);
        }
        recover_random(*state, &e, n);
        drop(&e);
    }
}

/* The widest field: a chunk for every element. And a payload of several strips with a broken last row. */
static void test_extremes(void **state)
{
    encoded_t e = encode(*state, 65536, 70001);
    recover_random(*state, &e, 21846);
    drop(&e);
    e = encode(*state, 1000, 600001);
    recover_random(*state, &e, 334);
    drop(&e);
    e = encode(*state, 3, 30001);
    recover_random(*state, &e, 1);
    drop(&e);
}

static void test_systematic(void **state)
{
    for (size_t n = 2; n < 70; n += 3) {
        encoded_t e = encode(*state, n, 200 + n);
        ph_bytes_t some[64];
        for (size_t i = 0; i < e.k; i++)
            some[i] = chunk_of(&e, i).bytes;
        size_t len = e.k * e.chunk_len;
        assert_int_equal(ph_erasure_reconstruct_systematic(e.back, len, n, some, e.k), PH_OK);
        assert_memory_equal(e.back, e.payload, len);
        assert_int_equal(ph_erasure_reconstruct_systematic(e.back, len, n, some, e.k - 1), PH_ERR_NOT_FOUND);
        assert_int_equal(ph_erasure_reconstruct_systematic(e.back, len - 1, n, some, e.k), PH_ERR_INVALID);
        some[0].len -= 2;
        ph_err_t expected = e.k == 1 ? PH_ERR_INVALID : PH_ERR_MALFORMED;
        assert_int_equal(ph_erasure_reconstruct_systematic(e.back, len, n, some, e.k), expected);
        drop(&e);
    }
}

static void test_thresholds(void **state)
{
    (void)state;
    static const struct {
        size_t n, threshold, k;
    } known[] = {{2, 1, 1},  {3, 1, 1},     {4, 2, 2},        {5, 2, 2},        {7, 3, 2},
                 {10, 4, 4}, {100, 34, 32}, {1000, 334, 256}, {1023, 341, 256}, {65536, 21846, 16384}};
    size_t out;
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        assert_int_equal(ph_erasure_threshold(&out, known[i].n), PH_OK);
        assert_int_equal(out, known[i].threshold);
        assert_int_equal(ph_erasure_systematic_threshold(&out, known[i].n), PH_OK);
        assert_int_equal(out, known[i].k);
    }
    static const size_t bad[] = {0, 1, 65537, SIZE_MAX};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_int_equal(ph_erasure_threshold(&out, bad[i]), PH_ERR_INVALID);
        assert_int_equal(ph_erasure_systematic_threshold(&out, bad[i]), PH_ERR_INVALID);
    }
    assert_int_equal(ph_erasure_chunk_len(10, 0), 0);
    assert_int_equal(ph_erasure_chunk_len(10, 8), 2);
    assert_int_equal(ph_erasure_chunk_len(10, 9), 4);
}

static void test_errors(void **state)
{
    encoded_t e = encode(*state, 10, 64);
    size_t len = e.k * e.chunk_len;
    uint8_t none[1] = {0};
    assert_int_equal(ph_erasure_encode(*state, e.chunks, 0, 10, ph_bytes(none, 0)), PH_ERR_INVALID);
    assert_int_equal(ph_erasure_encode(*state, e.chunks, 10 * e.chunk_len - 1, 10, ph_bytes(e.payload, 64)),
                     PH_ERR_INVALID);
    assert_int_equal(ph_erasure_encode(*state, e.chunks, 10 * e.chunk_len, 1, ph_bytes(e.payload, 64)), PH_ERR_INVALID);
    ph_erasure_piece_t some[5];
    for (size_t i = 0; i < 5; i++)
        some[i] = chunk_of(&e, 2 * i);
    recover(*state, &e, some, 5);
    assert_int_equal(ph_erasure_reconstruct(*state, e.back, len, 10, some, 3), PH_ERR_NOT_FOUND);
    assert_int_equal(ph_erasure_reconstruct(*state, e.back, len, 10, some, 0), PH_ERR_NOT_FOUND);
    assert_int_equal(ph_erasure_reconstruct(*state, e.back, len - 2, 10, some, 5), PH_ERR_INVALID);
    assert_int_equal(ph_erasure_reconstruct(*state, e.back, len, 1, some, 5), PH_ERR_INVALID);
    assert_int_equal(ph_erasure_reconstruct(*state, e.back, len, 65537, some, 5), PH_ERR_INVALID);
    some[4].index = 10;
    assert_int_equal(ph_erasure_reconstruct(*state, e.back, len, 10, some, 5), PH_ERR_INVALID);
    some[4].index = 0;
    assert_int_equal(ph_erasure_reconstruct(*state, e.back, len, 10, some, 5), PH_ERR_EXISTS);
    some[4] = chunk_of(&e, 8);
    some[4].bytes.len -= 2;
    assert_int_equal(ph_erasure_reconstruct(*state, e.back, len, 10, some, 5), PH_ERR_MALFORMED);
    for (size_t i = 0; i < 5; i++)
        some[i].bytes.len = e.chunk_len - 1;
    assert_int_equal(ph_erasure_reconstruct(*state, e.back, len, 10, some, 5), PH_ERR_MALFORMED);
    for (size_t i = 0; i < 5; i++)
        some[i].bytes.len = 0;
    assert_int_equal(ph_erasure_reconstruct(*state, e.back, len, 10, some, 5), PH_ERR_MALFORMED);
    drop(&e);
}

static int setup(void **state)
{
    *state = ph_erasure_new(NULL);
    return 0;
}

static int teardown(void **state)
{
    ph_erasure_free(*state);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_field),       cmocka_unit_test(test_log_products),
        cmocka_unit_test(test_thresholds),  cmocka_unit_test(test_encode_against_lagrange),
        cmocka_unit_test(test_all_subsets), cmocka_unit_test(test_random_subsets),
        cmocka_unit_test(test_extremes),    cmocka_unit_test(test_systematic),
        cmocka_unit_test(test_errors),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
