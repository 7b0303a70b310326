/* ed25519 (RFC 8032, ZIP-215) and ecdsa, without the vector files. */
#include "support/cmocka.h"

#include "crypto/ecdsa.h"
#include "crypto/ed25519.h"
#include "crypto/hash.h"
#include "support/random.h"

static void unhex(const char *text, uint8_t *out)
{
    assert_int_equal(ph_unhex_fixed(text, strlen(text), out, strlen(text) / 2), PH_OK);
}

/* ---- ed25519 ---- */

static void rfc_8032(void **state)
{
    (void)state;
    uint8_t seed[32], expected[64], signature[64];
    ph_ed25519_keypair_t pair;
    ph_bytes_t message = PH_BYTES_LIT("r"); /* test 2: 0x72 */
    unhex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb", seed);
    ph_ed25519_from_seed(&pair, seed);
    unhex("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", expected);
    assert_memory_equal(pair.public_key, expected, 32);
    ph_ed25519_sign(&pair, signature, message);
    unhex("92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb430"
          "2aeeb0"
          "0d291612bb0c00",
          expected);
    assert_memory_equal(signature, expected, 64);
    assert_true(ph_ed25519_verify(signature, message, pair.public_key));
    ph_ed25519_wipe(&pair);
    static const ph_ed25519_keypair_t wiped;
    assert_memory_equal(&pair, &wiped, sizeof pair);
}

static void ed25519_refuses_changes(void **state)
{
    (void)state;
    ph_test_random_t random = ph_test_random(9);
    uint8_t seed[32], signature[64], message[100];
    ph_ed25519_keypair_t pair;
    ph_test_fill(&random, seed, sizeof seed);
    ph_test_fill(&random, message, sizeof message);
    ph_ed25519_from_seed(&pair, seed);
    for (size_t len = 0; len < 100; len += 9) {
        ph_bytes_t text = ph_bytes(message, len);
        ph_ed25519_sign(&pair, signature, text);
        assert_true(ph_ed25519_verify(signature, text, pair.public_key));
        for (int i = 0; i < 8; i++) {
            size_t bit = ph_test_below(&random, 512);
            signature[bit / 8] = (uint8_t)(signature[bit / 8] ^ 1u << (bit % 8));
            assert_false(ph_ed25519_verify(signature, text, pair.public_key));
            signature[bit / 8] = (uint8_t)(signature[bit / 8] ^ 1u << (bit % 8));
        }
        assert_false(ph_ed25519_verify(signature, ph_bytes(message, len + 1), pair.public_key));
    }
}

static void add_order(uint8_t scalar[32])
{
    static const uint8_t order[32] = {0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7,
                                      0xa2, 0xde, 0xf9, 0xde, 0x14, 0,    0,    0,    0,    0,    0,
                                      0,    0,    0,    0,    0,    0,    0,    0,    0,    0x10};
    unsigned carry = 0;
    for (int i = 0; i < 32; i++) {
        unsigned digit = scalar[i] + order[i] + carry;
        scalar[i] = (uint8_t)digit;
        carry = digit >> 8;
    }
}

/* Every encoding of every point of order eight and less: with s = 0 all pairs of key and R are valid under ZIP-215. */
static void zip_215_takes_low_order_and_odd_encodings(void **state)
{
    (void)state;
    static const char *const points[] = {
        "0100000000000000000000000000000000000000000000000000000000000000",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "0000000000000000000000000000000000000000000000000000000000000080",
        "0000000000000000000000000000000000000000000000000000000000000000",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
        "0100000000000000000000000000000000000000000000000000000000000080", /* x = 0 with the sign bit */
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f", /* y = p + 1 */
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f", /* y = p */
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    };
    enum { COUNT = sizeof points / sizeof *points };
    for (size_t a = 0; a < COUNT; a++)
        for (size_t r = 0; r < COUNT; r++) {
            uint8_t key[32], signature[64] = {0};
            unhex(points[a], key);
            unhex(points[r], signature);
            assert_true(ph_ed25519_verify(signature, PH_BYTES_LIT("Zcash"), key));
            signature[32] = 1; /* s = 1 */
            assert_false(ph_ed25519_verify(signature, PH_BYTES_LIT("Zcash"), key));
            signature[32] = 0;
            add_order(signature + 32); /* s = L: would be 0 */
            assert_false(ph_ed25519_verify(signature, PH_BYTES_LIT("Zcash"), key));
        }
    uint8_t no_point[32] = {2}, signature[64] = {1}; /* y = 2 is on no point */
    assert_false(ph_ed25519_verify(signature, PH_BYTES_LIT("Zcash"), no_point));
}

/* ---- ecdsa ---- */

static ph_ecdsa_keypair_t ecdsa_pair(uint8_t fill)
{
    uint8_t seed[32];
    ph_ecdsa_keypair_t pair;
    memset(seed, fill, sizeof seed);
    assert_int_equal(ph_ecdsa_from_seed(&pair, seed), PH_OK);
    return pair;
}

static void known_ecdsa_key(void **state)
{
    (void)state;
    uint8_t seed[32], expected[33];
    ph_ecdsa_keypair_t pair;
    unhex("cb6df9de1efca7a3998a8ead4e02159d5fa99c3e0d4fd6432667390bb4726854", seed); /* //Alice */
    assert_int_equal(ph_ecdsa_from_seed(&pair, seed), PH_OK);
    unhex("020a1091341fe5664bfa1782d5e04779689068c916b04cb365ec3153755684d9a1", expected);
    assert_memory_equal(pair.public_key, expected, 33);
    memset(seed, 0, sizeof seed);
    assert_int_equal(ph_ecdsa_from_seed(&pair, seed), PH_ERR_MALFORMED);
    memset(seed, 0xff, sizeof seed);
    assert_int_equal(ph_ecdsa_from_seed(&pair, seed), PH_ERR_MALFORMED);
}

static void ecdsa_signs_and_recovers(void **state)
{
    (void)state;
    ph_ecdsa_keypair_t pair = ecdsa_pair(7), other = ecdsa_pair(8);
    uint8_t signature[65], again[65], hash[32], key[33], full[64];
    ph_bytes_t message = PH_BYTES_LIT("message");
    ph_ecdsa_sign(&pair, signature, message);
    ph_ecdsa_sign(&pair, again, message);
    assert_memory_equal(signature, again, 65);
    assert_true(ph_ecdsa_verify(signature, message, pair.public_key));
    assert_false(ph_ecdsa_verify(signature, message, other.public_key));
    assert_false(ph_ecdsa_verify(signature, PH_BYTES_LIT("massage"), pair.public_key));
    ph_blake2_256(hash, message);
    assert_int_equal(ph_ecdsa_recover(key, signature, hash), PH_OK);
    assert_memory_equal(key, pair.public_key, 33);
    assert_int_equal(ph_ecdsa_recover_full(full, signature, hash), PH_OK);
    assert_memory_equal(full, pair.public_key + 1, 32);
    assert_int_equal(full[63] & 1, pair.public_key[0] & 1);
    signature[64] ^= 1;
    assert_false(ph_ecdsa_verify(signature, message, pair.public_key));
    for (unsigned id = 4; id < 256; id++) {
        signature[64] = (uint8_t)id;
        assert_int_equal(ph_ecdsa_recover(key, signature, hash), PH_ERR_MALFORMED);
    }
    memset(signature, 0, sizeof signature);
    assert_int_equal(ph_ecdsa_recover(key, signature, hash), PH_ERR_INVALID);
}

/* Version 1 of the host function takes r modulo the order: r + n is the same signature there, and none in version 2. */
static void version_one_reduces(void **state)
{
    (void)state;
    static const uint8_t order[32] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
                                      0xff, 0xff, 0xff, 0xff, 0xfe, 0xba, 0xae, 0xdc, 0xe6, 0xaf, 0x48,
                                      0xa0, 0x3b, 0xbf, 0xd2, 0x5e, 0x8c, 0xd0, 0x36, 0x41, 0x41};
    ph_ecdsa_keypair_t pair = ecdsa_pair(9);
    uint8_t signature[65], plain[65], key[33], hash[32] = {5};
    ph_bytes_t message = PH_BYTES_LIT("reduce");
    ph_ecdsa_sign(&pair, signature, message);
    assert_true(ph_ecdsa_verify_deprecated(signature, message, pair.public_key));
    memset(signature, 0, 64); /* any small r and s; then r + n */
    signature[31] = 3;
    signature[63] = 2;
    memcpy(plain, signature, 65);
    memcpy(signature, order, 32);
    signature[31] = (uint8_t)(signature[31] + 3);
    assert_int_equal(ph_ecdsa_recover(key, signature, hash), PH_ERR_MALFORMED);
    ph_ecdsa_reduce(signature);
    assert_memory_equal(signature, plain, 65);
    ph_ecdsa_reduce(signature); /* below the order nothing changes */
    assert_memory_equal(signature, plain, 65);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rfc_8032),
        cmocka_unit_test(ed25519_refuses_changes),
        cmocka_unit_test(zip_215_takes_low_order_and_odd_encodings),
        cmocka_unit_test(known_ecdsa_key),
        cmocka_unit_test(ecdsa_signs_and_recovers),
        cmocka_unit_test(version_one_reduces),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
