/* Batches of sr25519 signatures: good as a whole exactly when each is good by itself. */
#include "support/cmocka.h"

#include <sodium.h>

#include "crypto/sr25519.h"

enum { MOST = 130, TEXT = 40 };

typedef struct signed_text {
    uint8_t signature[64], key[32], text[TEXT];
} signed_text_t;

typedef struct fixture {
    signed_text_t made[MOST];
    ph_sr25519_signed_t items[MOST];
} fixture_t;

static int setup(void **state)
{
    fixture_t *f = ph_mem_alloc(NULL, sizeof *f);
    for (uint32_t i = 0; i < MOST; i++) {
        ph_sr25519_keypair_t pair;
        uint8_t seed[32] = {0};
        ph_put_u32(seed, i / 2); /* some keys sign more than once */
        ph_sr25519_from_mini_secret(&pair, seed);
        ph_put_u32(f->made[i].text, i);
        memcpy(f->made[i].key, pair.public_key, 32);
        ph_sr25519_sign(&pair, f->made[i].signature, ph_bytes(f->made[i].text, TEXT), NULL);
        f->items[i] = (ph_sr25519_signed_t){f->made[i].signature, f->made[i].key, ph_bytes(f->made[i].text, TEXT)};
    }
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    ph_mem_free(*state);
    return 0;
}

static bool alone(const ph_sr25519_signed_t *item)
{
    return ph_sr25519_verify(item->signature, item->message, item->public_key);
}

static void good_ones_pass_in_any_number(void **state)
{
    fixture_t *f = *state;
    static const size_t COUNTS[] = {0, 1, 2, 3, 63, 64, 65, 127, 128, 129, 130};
    for (size_t i = 0; i < sizeof COUNTS / sizeof *COUNTS; i++)
        assert_true(ph_sr25519_verify_batch(f->items, COUNTS[i]));
}

static void one_bad_one_anywhere_fails_all(void **state)
{
    fixture_t *f = *state;
    for (size_t i = 0; i < MOST; i += i < 5 ? 1 : 9) {
        f->made[i].text[7] ^= 1;
        assert_false(ph_sr25519_verify_batch(f->items, MOST));
        f->made[i].text[7] ^= 1;
    }
    assert_true(ph_sr25519_verify_batch(f->items, MOST));
}

/* Every kind of damage, and every single bit of a signature: the batch says what single verification says. */
static void damage_is_judged_as_alone(void **state)
{
    fixture_t *f = *state;
    signed_text_t good = f->made[3];
    size_t refused = 0;
    for (size_t bit = 0; bit < 8 * 96; bit += 5) {
        ((uint8_t *)&f->made[3])[bit / 8] ^= (uint8_t)(1u << bit % 8);
        bool expected = alone(&f->items[3]);
        assert_int_equal(ph_sr25519_verify_batch(f->items, 8), expected);
        refused += !expected;
        f->made[3] = good;
    }
    assert_int_equal(refused, 154);
    memset(f->made[3].signature, 0xff, 32); /* R is no element */
    assert_false(ph_sr25519_verify_batch(f->items, 8));
    f->made[3] = good;
    memset(f->made[3].key, 0xff, 32);
    assert_false(ph_sr25519_verify_batch(f->items, 8));
    f->made[3] = good;
    f->made[3].signature[63] &= 127; /* without the marker */
    assert_false(ph_sr25519_verify_batch(f->items, 8));
    memset(f->made[3].signature + 32, 0xff, 32); /* s is no scalar */
    assert_false(ph_sr25519_verify_batch(f->items, 8));
    f->made[3] = good;
    memcpy(f->made[3].signature, f->made[4].signature, 64); /* somebody else's */
    assert_false(ph_sr25519_verify_batch(f->items, 8));
    memset(f->made[3].signature, 0, 64); /* the identity, zero: good for the identity as key and no other */
    f->made[3].signature[63] = 128;
    assert_int_equal(ph_sr25519_verify_batch(f->items, 8), alone(&f->items[3]));
    memset(f->made[3].key, 0, 32);
    assert_int_equal(ph_sr25519_verify_batch(f->items, 8), alone(&f->items[3]));
}

static void shift(uint8_t signature[64], const uint8_t by[32], bool down)
{
    uint8_t *s = signature + 32;
    s[31] &= 127;
    if (down)
        crypto_core_ristretto255_scalar_sub(s, s, by);
    else
        crypto_core_ristretto255_scalar_add(s, s, by);
    s[31] |= 128;
}

/* Two errors that cancel in a plain sum, in one with the factors of the signatures before they were changed, or with
 * any factors that do not depend on s. */
static void errors_do_not_cancel(void **state)
{
    fixture_t *f = *state;
    uint8_t by[32] = {1};
    for (uint8_t i = 1; i < 40; i++) {
        by[0] = i;
        shift(f->made[i].signature, by, false);
        shift(f->made[i + 1].signature, by, true);
        assert_false(alone(&f->items[i]));
        assert_false(ph_sr25519_verify_batch(f->items, 64));
        assert_false(ph_sr25519_verify_batch(f->items + i, 2));
        shift(f->made[i].signature, by, true);
        shift(f->made[i + 1].signature, by, false);
    }
    assert_true(ph_sr25519_verify_batch(f->items, 64));
}

/* The sum of many points is the sum of sums of few. */
static void many_points_sum_up_as_few(void **state)
{
    (void)state;
    enum { POINTS = 13 };
    ph_point_table_t tables[POINTS];
    uint8_t scalars[POINTS][32], base[32] = {9}, seed[64] = {0}, expected[32], got[32];
    ph_point_t sum, part;
    for (uint8_t i = 0; i < POINTS; i++) {
        ph_point_t p;
        seed[0] = i;
        ph_ristretto_from_uniform(&p, seed);
        ph_point_table(&tables[i], &p);
        memset(scalars[i], 17 * i, 31);
        scalars[i][31] = i;
    }
    ph_point_sum(&sum, base, scalars, tables, 8);
    ph_point_sum(&part, NULL, scalars + 8, tables + 8, POINTS - 8);
    ph_point_add(&sum, &sum, &part);
    ph_ristretto_encode(expected, &sum);
    ph_point_sum_many(&sum, base, (const uint8_t(*)[32])scalars, tables, POINTS);
    ph_ristretto_encode(got, &sum);
    assert_memory_equal(got, expected, 32);
    ph_point_sum_many(&sum, NULL, NULL, NULL, 0);
    ph_point_neutral(&part);
    assert_true(ph_ristretto_equal(&sum, &part));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(good_ones_pass_in_any_number, setup, teardown),
        cmocka_unit_test_setup_teardown(one_bad_one_anywhere_fails_all, setup, teardown),
        cmocka_unit_test_setup_teardown(damage_is_judged_as_alone, setup, teardown),
        cmocka_unit_test_setup_teardown(errors_do_not_cancel, setup, teardown),
        cmocka_unit_test(many_points_sum_up_as_few),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
