/* Nothing branches on a secret: under valgrind the secrets count as undefined memory, and memcheck reports every branch
 * and address that depends on them (run: valgrind --track-origins=yes crypto_test_ctime, without sanitizers). Elsewhere
 * there is nothing to see, so the tests are skipped.
 */
#include "support/cmocka.h"

#include "crypto/ed25519.h"
#include "crypto/sr25519.h"

#if defined(__has_include)
#if __has_include(<valgrind/memcheck.h>)
#include <valgrind/memcheck.h>
#endif
#endif
#ifndef RUNNING_ON_VALGRIND
#define RUNNING_ON_VALGRIND                  0
#define VALGRIND_MAKE_MEM_UNDEFINED(at, len) ((void)(at), (void)(len))
#define VALGRIND_MAKE_MEM_DEFINED(at, len)   ((void)(at), (void)(len))
#define VALGRIND_COUNT_ERRORS                0
#endif

static void needs_valgrind(void)
{
    if (!RUNNING_ON_VALGRIND)
        skip();
}

static void sr25519(void **state)
{
    (void)state;
    needs_valgrind();
    uint8_t mini[32] = {1, 2, 3}, derived[32], signature[64], pre_output[32], code[32] = {5};
    ph_sr25519_keypair_t pair, soft;
    ph_vrf_t vrf;
    ph_merlin_t t;
    unsigned long before = VALGRIND_COUNT_ERRORS;
    VALGRIND_MAKE_MEM_UNDEFINED(mini, sizeof mini);
    ph_sr25519_from_mini_secret(&pair, mini);
    VALGRIND_MAKE_MEM_DEFINED(pair.public_key, 32); /* public from here on */
    ph_sr25519_sign(&pair, signature, PH_BYTES_LIT("message"), NULL);
    ph_merlin_init(&t, "vrf");
    ph_vrf_pre_output(&pair, pre_output, &t);
    ph_vrf_sign(&pair, &vrf, &t, NULL, NULL);
    ph_sr25519_derive_hard(derived, &pair, code);
    ph_sr25519_derive_soft(&soft, &pair, code, NULL);
    assert_int_equal(VALGRIND_COUNT_ERRORS, before);

    VALGRIND_MAKE_MEM_DEFINED(signature, sizeof signature);
    VALGRIND_MAKE_MEM_DEFINED(&vrf, sizeof vrf);
    assert_true(ph_sr25519_verify(signature, PH_BYTES_LIT("message"), pair.public_key));
    assert_true(ph_vrf_verify(&vrf, &t, NULL, pair.public_key));
}

static void ed25519(void **state)
{
    (void)state;
    needs_valgrind();
    uint8_t seed[32] = {1, 2, 3}, signature[64];
    ph_ed25519_keypair_t pair;
    unsigned long before = VALGRIND_COUNT_ERRORS;
    VALGRIND_MAKE_MEM_UNDEFINED(seed, sizeof seed);
    ph_ed25519_from_seed(&pair, seed);
    VALGRIND_MAKE_MEM_DEFINED(pair.public_key, 32);
    ph_ed25519_sign(&pair, signature, PH_BYTES_LIT("message"));
    assert_int_equal(VALGRIND_COUNT_ERRORS, before);
    VALGRIND_MAKE_MEM_DEFINED(signature, sizeof signature);
    assert_true(ph_ed25519_verify(signature, PH_BYTES_LIT("message"), pair.public_key));
}

/* The tests above see what they should: a branch on a poisoned byte is counted. */
static void poison_is_seen(void **state)
{
    (void)state;
    needs_valgrind();
    volatile uint8_t secret[1] = {1};
    volatile int taken = 0;
    unsigned long before = VALGRIND_COUNT_ERRORS;
    VALGRIND_MAKE_MEM_UNDEFINED(secret, 1);
    if (secret[0])
        taken = 1;
    (void)taken;
    assert_true(VALGRIND_COUNT_ERRORS > before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(sr25519), cmocka_unit_test(ed25519),
                                       cmocka_unit_test(poison_is_seen)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
