/* sr25519 without the vector files: transcripts, signing, verification, derivation and VRF, good and bad. */
#include "support/cmocka.h"

#include "crypto/sr25519.h"
#include "support/random.h"

static ph_bytes_t unhex(const char *text, uint8_t *out)
{
    size_t len = strlen(text) / 2;
    assert_int_equal(ph_unhex_fixed(text, 2 * len, out, len), PH_OK);
    return ph_bytes(out, len);
}

static const char alice_mini[] = "e5be9a5092b81bca64be81d212e7f2f9eba183bb7a90954f7b76361f6edb5c0a";
static const char alice_public[] = "d43593c715fdd31c61141abd04a99fd6822c8558854ccde39a5684e7a56da27d";

static ph_sr25519_keypair_t alice(void)
{
    uint8_t mini[32];
    ph_sr25519_keypair_t pair;
    unhex(alice_mini, mini);
    ph_sr25519_from_mini_secret(&pair, mini);
    return pair;
}

static void merlin_is_merlin(void **state)
{
    (void)state;
    uint8_t challenge[32], expected[32], again[32];
    ph_merlin_t t, fork;
    ph_merlin_init(&t, "test protocol"); /* the crate's published test vector */
    ph_merlin_append(&t, "some label", PH_BYTES_LIT("some data"));
    fork = t;
    ph_merlin_challenge(&t, challenge, sizeof challenge, "challenge");
    unhex("d5a21972d0d5fe320c0d263fac7fffb8145aa640af6e9bca177c03c7efcf0615", expected);
    assert_memory_equal(challenge, expected, 32);
    ph_merlin_challenge(&fork, again, sizeof again, "challenge");
    assert_memory_equal(again, expected, 32);
    ph_merlin_challenge(&fork, again, sizeof again, "challenge");
    assert_memory_not_equal(again, expected, 32);
}

static void witness_depends_on_everything(void **state)
{
    (void)state;
    ph_merlin_t t, other;
    uint8_t base[32], out[32], random[32] = {7}, secret[32] = {3}, secret2[32] = {4};
    ph_merlin_init(&t, "w");
    other = t;
    ph_merlin_append(&other, "x", PH_BYTES_LIT("y"));
    ph_merlin_witness(&t, base, 32, "l", ph_bytes(secret, 32), NULL);
    ph_merlin_witness(&t, out, 32, "l", ph_bytes(secret, 32), NULL);
    assert_memory_equal(base, out, 32);
    ph_merlin_witness(&t, out, 32, "l", ph_bytes(secret, 32), random);
    assert_memory_not_equal(base, out, 32);
    ph_merlin_witness(&t, out, 32, "l", ph_bytes(secret2, 32), NULL);
    assert_memory_not_equal(base, out, 32);
    ph_merlin_witness(&other, out, 32, "l", ph_bytes(secret, 32), NULL);
    assert_memory_not_equal(base, out, 32);
}

static void alice_is_alice(void **state)
{
    (void)state;
    ph_sr25519_keypair_t pair = alice(), again;
    uint8_t expected[64], form[64];
    unhex(alice_public, expected);
    assert_memory_equal(pair.public_key, expected, 32);
    unhex("98319d4ff8a9508c4bb0cf0b5a78d760a0b2082c02775e6e82370816fedfff48925a225d97aa00682d6a59b95b18780c10d7032336e8"
          "8f3442"
          "b42361f4a66011",
          expected);
    ph_sr25519_secret_ed25519_form(form, &pair);
    assert_memory_equal(form, expected, 64);
    assert_int_equal(ph_sr25519_from_secret(&again, pair.secret), PH_OK);
    assert_memory_equal(&again, &pair, sizeof pair);
    memset(expected, 0xff, 32);
    assert_int_equal(ph_sr25519_from_secret(&again, expected), PH_ERR_MALFORMED);
    ph_sr25519_wipe(&pair);
    static const ph_sr25519_keypair_t wiped;
    assert_memory_equal(&pair, &wiped, sizeof pair);
}

static void signatures_verify(void **state)
{
    (void)state;
    ph_test_random_t random = ph_test_random(6);
    ph_sr25519_keypair_t pair = alice();
    for (size_t len = 0; len < 400; len += 37) {
        uint8_t message[400], signature[64], again[64], nonce[32];
        ph_test_fill(&random, message, sizeof message);
        ph_test_fill(&random, nonce, sizeof nonce);
        ph_bytes_t text = ph_bytes(message, len);
        ph_sr25519_sign(&pair, signature, text, NULL);
        ph_sr25519_sign(&pair, again, text, NULL);
        assert_memory_equal(signature, again, 64);
        assert_true(ph_sr25519_verify(signature, text, pair.public_key));
        assert_true(ph_sr25519_verify_deprecated(signature, text, pair.public_key));
        ph_sr25519_sign(&pair, again, text, nonce);
        assert_memory_not_equal(signature, again, 64);
        assert_true(ph_sr25519_verify(again, text, pair.public_key));
        for (int i = 0; i < 6; i++) { /* any bit of the signature */
            size_t bit = ph_test_below(&random, 512);
            signature[bit / 8] = (uint8_t)(signature[bit / 8] ^ 1u << (bit % 8));
            assert_false(ph_sr25519_verify(signature, text, pair.public_key));
            signature[bit / 8] = (uint8_t)(signature[bit / 8] ^ 1u << (bit % 8));
        }
        message[len] = 0;
        assert_false(ph_sr25519_verify(signature, ph_bytes(message, len + 1), pair.public_key));
        pair.public_key[5] ^= 2;
        assert_false(ph_sr25519_verify(signature, text, pair.public_key));
        pair.public_key[5] ^= 2;
    }
}

static void signature_by_schnorrkel(void **state)
{
    (void)state;
    uint8_t key[32], signature[64], message[1] = {0x2a};
    unhex("90f0d3942b3512228c810830745699d71fd6889512bf87b628809c5410d4cf1a", key);
    unhex("381cda5f0482e5d2e48bee6f2edbcb6e7f1b95f2778f58a4746a1aeb18850e0497eae20eb940eccc26bc771d5f338e825e672b2e6495"
          "18ca"
          "8e0addec54d4938b",
          signature);
    assert_true(ph_sr25519_verify(signature, ph_bytes(message, 1), key));
    message[0] ^= 1;
    assert_false(ph_sr25519_verify(signature, ph_bytes(message, 1), key));
}

/* The same scalar modulo L, written larger. */
static void add_order(uint8_t scalar[32])
{
    static const uint8_t order[16] = {0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58,
                                      0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14};
    unsigned carry = 0;
    for (int i = 0; i < 32; i++) {
        unsigned digit = scalar[i] + (i < 16 ? order[i] : i == 31 ? 0x10u : 0u) + carry;
        scalar[i] = (uint8_t)digit;
        carry = digit >> 8;
    }
}

static void s_must_be_canonical(void **state)
{
    (void)state;
    ph_sr25519_keypair_t pair = alice();
    uint8_t signature[64];
    ph_bytes_t text = PH_BYTES_LIT("s + L");
    ph_sr25519_sign(&pair, signature, text, NULL);
    signature[63] &= 127;
    add_order(signature + 32);
    signature[63] |= 128;
    assert_false(ph_sr25519_verify(signature, text, pair.public_key));
    assert_false(ph_sr25519_verify_deprecated(signature, text, pair.public_key));
}

/* The edges that deployed verifiers accept: the identity as key or as R. */
static void identity_is_accepted(void **state)
{
    (void)state;
    uint8_t zero_key[32] = {0}, signature[64] = {0};
    signature[63] = 128;
    assert_true(ph_sr25519_verify(signature, PH_BYTES_LIT("anything"), zero_key));
    signature[63] = 0;
    assert_false(ph_sr25519_verify(signature, PH_BYTES_LIT("anything"), zero_key));
    signature[63] = 128;
    ph_sr25519_keypair_t pair = alice();
    assert_false(ph_sr25519_verify(signature, PH_BYTES_LIT("anything"), pair.public_key));
}

static void old_signatures_verify_with_the_old_rule_only(void **state)
{
    (void)state;
    uint8_t key[32], signature[64];
    ph_bytes_t message = PH_BYTES_LIT(
        "Verifying that I am the owner of 5G9hQLdsKQswNPgB499DeA5PkFBbgkLPJWkkS6FAM6xGQ8xD. Hash: 221455a3\n");
    unhex("b4bfa1f7a5166695eb75299fd1c4c03ea212871c342f2c5dfea0902b2c246918", key);
    unhex("5a9755f069939f45d96aaf125cf5ce7ba1db998686f87f2fb3cbdea922078741a73891ba265f70c31436e18a9acd14d189d73c12317a"
          "b6c313"
          "285cd938453202",
          signature);
    assert_true(ph_sr25519_verify_deprecated(signature, message, key));
    assert_false(ph_sr25519_verify(signature, message, key));
    signature[1] ^= 1;
    assert_false(ph_sr25519_verify_deprecated(signature, message, key));
}

static void prepared_keys_give_the_same_verdict(void **state)
{
    (void)state;
    ph_sr25519_keypair_t pair = alice();
    ph_sr25519_prepared_t key;
    ph_merlin_t t;
    uint8_t signature[64], bad[32];
    assert_int_equal(ph_sr25519_prepare(&key, pair.public_key), PH_OK);
    ph_merlin_init(&t, "own context");
    ph_merlin_append(&t, "m", PH_BYTES_LIT("message"));
    ph_sr25519_sign_transcript(&pair, signature, &t, NULL);
    assert_true(ph_sr25519_verify_prepared(signature, &t, &key));
    assert_true(ph_sr25519_verify_transcript(signature, &t, pair.public_key));
    assert_false(ph_sr25519_verify(signature, PH_BYTES_LIT("message"), pair.public_key));
    signature[3] ^= 1;
    assert_false(ph_sr25519_verify_prepared(signature, &t, &key));
    memset(bad, 0xff, 32);
    assert_int_equal(ph_sr25519_prepare(&key, bad), PH_ERR_MALFORMED);
}

static void derivation_agrees_between_secret_and_public(void **state)
{
    (void)state;
    ph_test_random_t random = ph_test_random(7);
    ph_sr25519_keypair_t pair = alice(), hard;
    uint8_t public_key[32], code[32], mini[32], signature[64];
    memcpy(public_key, pair.public_key, 32);
    for (int i = 0; i < 8; i++) {
        ph_test_fill(&random, code, sizeof code);
        ph_sr25519_derive_soft(&pair, &pair, code, NULL);
        assert_int_equal(ph_sr25519_derive_soft_public(public_key, public_key, code), PH_OK);
        assert_memory_equal(public_key, pair.public_key, 32);
        ph_sr25519_sign(&pair, signature, PH_BYTES_LIT("derived"), NULL);
        assert_true(ph_sr25519_verify(signature, PH_BYTES_LIT("derived"), public_key));
    }
    ph_sr25519_derive_hard(mini, &pair, code);
    ph_sr25519_from_mini_secret(&hard, mini);
    assert_memory_not_equal(hard.public_key, pair.public_key, 32);
    memset(public_key, 0xff, 32);
    assert_int_equal(ph_sr25519_derive_soft_public(public_key, public_key, code), PH_ERR_MALFORMED);
}

/* ---- VRF ---- */

static ph_merlin_t slot_zero(void)
{
    static const uint8_t randomness[32];
    ph_merlin_t t;
    ph_merlin_init(&t, "BABE");
    ph_merlin_append_u64(&t, "slot number", 0);
    ph_merlin_append_u64(&t, "current epoch", 0);
    ph_merlin_append(&t, "chain randomness", ph_bytes(randomness, 32));
    return t;
}

static void vrf_gives_the_known_output(void **state)
{
    (void)state;
    ph_sr25519_keypair_t pair = alice();
    ph_merlin_t t = slot_zero();
    ph_vrf_t signature;
    uint8_t expected[64], bytes[16];
    ph_vrf_sign(&pair, &signature, &t, NULL, NULL);
    unhex("54465658496fb95203c140530dab1aedf5a02ce716e5bcb213bca40d1f5f8c1d", expected);
    assert_memory_equal(signature.pre_output, expected, 32);
    assert_true(ph_vrf_verify(&signature, &t, NULL, pair.public_key));
    unhex("a13b13deb757c0ab705076d636756cd8101dd54336df8e3ff73b7ed7cf4b6706547a4564c50266330c7e1f2248143ba0d6a69cace244"
          "a1b984"
          "80328b85174b06",
          signature.proof); /* made by schnorrkel */
    assert_true(ph_vrf_verify(&signature, &t, NULL, pair.public_key));
    assert_int_equal(
        ph_vrf_make_bytes(bytes, sizeof bytes, "substrate-babe-vrf", &t, signature.pre_output, pair.public_key), PH_OK);
    unhex("3041f1756c4662760e8edf99b90c3704", expected);
    assert_memory_equal(bytes, expected, 16);
}

static void vrf_refuses_what_is_wrong(void **state)
{
    (void)state;
    ph_test_random_t random = ph_test_random(8);
    ph_sr25519_keypair_t pair = alice();
    ph_merlin_t t = slot_zero(), extra, other = t;
    ph_vrf_t signature, copy;
    uint8_t nonce[32], zeros[32] = {0};
    ph_merlin_init(&extra, "extra");
    ph_merlin_append(&other, "more", PH_BYTES_LIT(""));
    ph_test_fill(&random, nonce, sizeof nonce);
    ph_vrf_sign(&pair, &signature, &t, &extra, nonce);
    assert_true(ph_vrf_verify(&signature, &t, &extra, pair.public_key));
    assert_false(ph_vrf_verify(&signature, &t, NULL, pair.public_key));
    assert_false(ph_vrf_verify(&signature, &other, &extra, pair.public_key));
    assert_false(ph_vrf_verify(&signature, &t, &extra, zeros));
    for (int i = 0; i < 60; i++) {
        size_t bit = ph_test_below(&random, 8 * sizeof copy);
        copy = signature;
        ((uint8_t *)&copy)[bit / 8] = (uint8_t)(((uint8_t *)&copy)[bit / 8] ^ 1u << (bit % 8));
        assert_false(ph_vrf_verify(&copy, &t, &extra, pair.public_key));
    }
    copy = signature;
    memset(copy.pre_output, 0, 32);
    assert_false(ph_vrf_verify(&copy, &t, &extra, pair.public_key));
    copy = signature;
    add_order(copy.proof + 32);
    assert_false(ph_vrf_verify(&copy, &t, &extra, pair.public_key));
    copy = signature;
    copy.proof[31] |= 0x80;
    assert_false(ph_vrf_proof_decodes(copy.proof));
    assert_true(ph_vrf_proof_decodes(signature.proof));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(merlin_is_merlin),
        cmocka_unit_test(witness_depends_on_everything),
        cmocka_unit_test(alice_is_alice),
        cmocka_unit_test(signatures_verify),
        cmocka_unit_test(signature_by_schnorrkel),
        cmocka_unit_test(s_must_be_canonical),
        cmocka_unit_test(identity_is_accepted),
        cmocka_unit_test(old_signatures_verify_with_the_old_rule_only),
        cmocka_unit_test(prepared_keys_give_the_same_verdict),
        cmocka_unit_test(derivation_agrees_between_secret_and_public),
        cmocka_unit_test(vrf_gives_the_known_output),
        cmocka_unit_test(vrf_refuses_what_is_wrong),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
