/* Variable-time group arithmetic against libsodium, against double-and-add, and the portable field against the fast
 * one. */
#include "support/cmocka.h"

#include <sodium.h>

#include "crypto/curve.h"
#include "crypto/ristretto_portable.h"
#include "crypto/sr25519.h"
#include "support/random.h"

static void random_scalar(ph_test_random_t *random, uint8_t out[32])
{
    uint8_t wide[64];
    ph_test_fill(random, wide, sizeof wide);
    crypto_core_ristretto255_scalar_reduce(out, wide);
}

static void random_point(ph_test_random_t *random, ph_point_t *out, uint8_t encoded[32])
{
    uint8_t uniform[64];
    ph_test_fill(random, uniform, sizeof uniform);
    ph_ristretto_from_uniform(out, uniform);
    ph_ristretto_encode(encoded, out);
    uint8_t theirs[32];
    crypto_core_ristretto255_from_hash(theirs, uniform);
    assert_memory_equal(encoded, theirs, 32);
    ph_ristretto_portable_from_uniform(theirs, uniform);
    assert_memory_equal(encoded, theirs, 32);
}

static void sums_are_libsodiums(void **state)
{
    (void)state;
    ph_test_random_t random = ph_test_random(3);
    for (int round = 0; round < 60; round++) {
        uint8_t scalars[3][32], encoded[2][32], part[32], expected[32], ours[32];
        ph_point_t points[2], sum;
        ph_point_table_t tables[2];
        for (int i = 0; i < 3; i++)
            random_scalar(&random, scalars[i]);
        (void)crypto_scalarmult_ristretto255_base(expected, scalars[2]);
        for (int i = 0; i < 2; i++) {
            random_point(&random, &points[i], encoded[i]);
            ph_point_table(&tables[i], &points[i]);
            assert_int_equal(crypto_scalarmult_ristretto255(part, scalars[i], encoded[i]), 0);
            assert_int_equal(crypto_core_ristretto255_add(expected, expected, part), 0);
        }
        ph_point_sum(&sum, scalars[2], (const uint8_t(*)[32])scalars, tables, 2);
        ph_ristretto_encode(ours, &sum);
        assert_memory_equal(ours, expected, 32);
    }
}

/* Small and extreme scalars by adding a point to itself, bit by bit. */
static void double_and_add(ph_point_t *out, const uint8_t scalar[32], const ph_point_t *point)
{
    static const uint8_t zero[32];
    ph_point_sum(out, zero, NULL, NULL, 0);
    for (int bit = 255; bit >= 0; bit--) {
        ph_point_add(out, out, out);
        if (scalar[bit / 8] >> (bit % 8) & 1)
            ph_point_add(out, out, point);
    }
}

static void base_multiples_are_double_and_add(void **state)
{
    (void)state;
    ph_point_t base, ours, slow;
    ph_point_base(&base);
    for (unsigned k = 0; k < 300; k++) { /* all entries of the base table, either sign */
        uint8_t scalar[32] = {(uint8_t)k, (uint8_t)(k >> 8)};
        if (k >= 256) { /* L − (k − 256) */
            static const uint8_t order[32] = {0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7,
                                              0xa2, 0xde, 0xf9, 0xde, 0x14, 0,    0,    0,    0,    0,    0,
                                              0,    0,    0,    0,    0,    0,    0,    0,    0,    0x10};
            memcpy(scalar, order, 32);
            scalar[0] = (uint8_t)(scalar[0] - (k - 256));
        }
        ph_point_sum(&ours, scalar, NULL, NULL, 0);
        double_and_add(&slow, scalar, &base);
        assert_true(ph_ristretto_equal(&ours, &slow));
        assert_int_equal(ph_scalar_is_canonical(scalar), k != 256);
    }
}

static void only_canonical_encodings_decode(void **state)
{
    (void)state;
    ph_test_random_t random = ph_test_random(4);
    size_t good = 0;
    for (int round = 0; round < 600; round++) {
        uint8_t in[32], back[32];
        ph_point_t point;
        ph_test_fill(&random, in, sizeof in);
        if (round % 3) { /* make it likelier to be one */
            in[0] &= 0xfe;
            in[31] &= 0x7f;
        }
        bool decodes = ph_ristretto_decode(&point, in) == PH_OK;
        /* libsodium 1.0.18 overlooks a set bit 255 */
        assert_int_equal(decodes, in[31] < 128 && crypto_core_ristretto255_is_valid_point(in));
        assert_int_equal(decodes, ph_ristretto_portable_is_element(in));
        if (!decodes)
            continue;
        good++;
        ph_ristretto_encode(back, &point);
        assert_memory_equal(back, in, 32);
    }
    assert_true(good > 20);
    /* p itself (zero in disguise), p − 1 (its point has y = 0), one (negative), all ones */
    uint8_t p[32], one[32] = {1}, ones[32];
    ph_point_t point;
    memset(p, 0xff, 32);
    p[0] = 0xed;
    p[31] = 0x7f;
    memset(ones, 0xff, 32);
    assert_int_equal(ph_ristretto_decode(&point, p), PH_ERR_MALFORMED);
    p[0] = 0xec;
    assert_int_equal(ph_ristretto_decode(&point, p), PH_ERR_MALFORMED);
    assert_false(ph_ristretto_portable_is_element(p));
    assert_int_equal(ph_ristretto_decode(&point, one), PH_ERR_MALFORMED);
    assert_int_equal(ph_ristretto_decode(&point, ones), PH_ERR_MALFORMED);
}

static void portable_vrf_is_the_vrf(void **state)
{
    (void)state;
    ph_test_random_t random = ph_test_random(5);
    for (int round = 0; round < 40; round++) {
        uint8_t mini[32], message[90], pre_output[32], ours[48], portable[48], zeros[32] = {0};
        ph_sr25519_keypair_t pair;
        ph_merlin_t t;
        ph_test_fill(&random, mini, sizeof mini);
        ph_test_fill(&random, message, sizeof message);
        ph_sr25519_from_mini_secret(&pair, mini);
        ph_merlin_init(&t, "portable");
        ph_merlin_append(&t, "message", ph_bytes(message, ph_test_below(&random, sizeof message)));
        ph_vrf_pre_output(&pair, pre_output, &t);
        ph_vrf_input(ours, &t, pair.public_key);
        ph_vrf_portable_input(portable, &t, pair.public_key);
        assert_memory_equal(ours, portable, 32);
        assert_int_equal(ph_vrf_make_bytes(ours, 48, "context", &t, pre_output, pair.public_key), PH_OK);
        assert_int_equal(ph_vrf_portable_make_bytes(portable, 48, "context", &t, pre_output, pair.public_key), PH_OK);
        assert_memory_equal(ours, portable, 48);
        pre_output[0] ^= 1; /* negative: never an encoding */
        assert_int_equal(ph_vrf_portable_make_bytes(portable, 48, "c", &t, pre_output, pair.public_key),
                         PH_ERR_MALFORMED);
        assert_int_equal(ph_vrf_portable_make_bytes(portable, 48, "c", &t, zeros, pair.public_key), PH_ERR_MALFORMED);
        assert_int_equal(ph_vrf_make_bytes(ours, 48, "c", &t, zeros, pair.public_key), PH_ERR_MALFORMED);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sums_are_libsodiums),
        cmocka_unit_test(base_multiples_are_double_and_add),
        cmocka_unit_test(only_canonical_encodings_decode),
        cmocka_unit_test(portable_vrf_is_the_vrf),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
