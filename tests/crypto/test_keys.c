/* Secret URIs, mnemonics and addresses without the vector files. */
#include "support/cmocka.h"

#include <stdio.h>

#include "crypto/hash.h"
#include "crypto/keys.h"
#include "support/random.h"

static const ph_bytes_t none;

static ph_bytes_t text(const char *t)
{
    return ph_bytes(t, strlen(t));
}

static void public_of(const char *uri, uint8_t out[32])
{
    ph_sr25519_keypair_t pair;
    assert_int_equal(ph_sr25519_from_uri(&pair, NULL, NULL, text(uri), none, NULL), PH_OK);
    memcpy(out, pair.public_key, 32);
}

static void dev_accounts(void **state)
{
    (void)state;
    static const struct {
        const char *uri, *address;
    } known[] = {
        {"//Alice", "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY"},
        {"//Bob", "5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty"},
        {"//Alice//stash", "5GNJqTPyNqANBkUVMN1LPPrxXnFouWXoe2wNSmmEoLctxiZY"},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        uint8_t key[32];
        char address[PH_SS58_TEXT_MAX];
        public_of(known[i].uri, key);
        ph_ss58_encode(address, 42, ph_bytes(key, 32));
        assert_string_equal(address, known[i].address);
    }
    ph_ed25519_keypair_t ed;
    assert_int_equal(ph_ed25519_from_uri(&ed, text("//Alice"), none), PH_OK);
    char address[PH_SS58_TEXT_MAX];
    ph_ss58_encode(address, 42, ph_bytes(ed.public_key, 32));
    assert_string_equal(address, "5FA9nQDVg267DEd8m1ZypXLBnvN7SFxYwV7ndqSYGiN9TTpu");
}

static void the_phrase_is_implied(void **state)
{
    (void)state;
    uint8_t a[32], b[32];
    char uri[200];
    public_of("/Alice//2", a);
    snprintf(uri, sizeof uri, "%s/Alice//2", ph_dev_phrase);
    public_of(uri, b);
    assert_memory_equal(a, b, 32);
    public_of("/Alice//0002", b); /* leading zeros of a number do not count */
    assert_memory_equal(a, b, 32);
    public_of("/Alice/2", b);
    assert_memory_not_equal(a, b, 32);
    public_of("", a);
    public_of(ph_dev_phrase, b);
    assert_memory_equal(a, b, 32);
}

static void passwords(void **state)
{
    (void)state;
    ph_sr25519_keypair_t a, b, c;
    assert_int_equal(ph_sr25519_from_uri(&a, NULL, NULL, text("//Alice///secret"), none, NULL), PH_OK);
    assert_int_equal(ph_sr25519_from_uri(&b, NULL, NULL, text("//Alice"), text("secret"), NULL), PH_OK);
    assert_int_equal(ph_sr25519_from_uri(&c, NULL, NULL, text("//Alice///other"), text("secret"), NULL), PH_OK);
    assert_memory_equal(&a, &b, sizeof a);
    assert_memory_equal(&a, &c, sizeof a);
    assert_int_equal(ph_sr25519_from_uri(&b, NULL, NULL, text("//Alice"), none, NULL), PH_OK);
    assert_memory_not_equal(&a, &b, sizeof a);
}

static void mini_secrets_end_with_soft_junctions(void **state)
{
    (void)state;
    ph_sr25519_keypair_t pair, again;
    uint8_t mini[32];
    bool has;
    assert_int_equal(ph_sr25519_from_uri(&pair, mini, &has, text("//a//b"), none, NULL), PH_OK);
    assert_true(has);
    ph_sr25519_from_mini_secret(&again, mini);
    assert_memory_equal(&pair, &again, sizeof pair);
    assert_int_equal(ph_sr25519_from_uri(&pair, mini, &has, text("//a/b//c"), none, NULL), PH_OK);
    assert_false(has);
}

/* 31 letters and their length fit the chain code, 32 are hashed. */
static void junction_codes(void **state)
{
    (void)state;
    uint8_t encoded[33], hash[32];
    memset(encoded, 'a', sizeof encoded);
    encoded[0] = 31 << 2;
    ph_junction_t j = ph_junction(ph_bytes(encoded + 1, 31), true);
    assert_memory_equal(j.chain_code, encoded, 32);
    assert_true(j.hard);
    encoded[0] = 32 << 2;
    ph_blake2_256(hash, ph_bytes(encoded, 33));
    j = ph_junction(ph_bytes(encoded + 1, 32), false);
    assert_memory_equal(j.chain_code, hash, 32);
    assert_false(j.hard);
    static const uint8_t number[32] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff},
                         digits[32] = {80, '1', '8', '4'};
    j = ph_junction(text("18446744073709551615"), false);
    assert_memory_equal(j.chain_code, number, 32);
    j = ph_junction(text("18446744073709551616"), false); /* too large for a number: a text */
    assert_memory_equal(j.chain_code, digits, 4);
}

static void bad_uris(void **state)
{
    (void)state;
    static const char *const bad[] = {"//Alice/",
                                      "/",
                                      "//",
                                      "Alice",
                                      "hello//world",
                                      "0x1234",
                                      "0x",
                                      "phrase!//x",
                                      "///pass\nword",
                                      "0x00000000000000000000000000000000000000000000000000000000000000zz",
                                      "0x00000000000000000000000000000000000000000000000000000000000000000"};
    ph_sr25519_keypair_t pair;
    ph_ed25519_keypair_t ed;
    ph_ecdsa_keypair_t ec;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_int_equal(ph_sr25519_from_uri(&pair, NULL, NULL, text(bad[i]), none, NULL), PH_ERR_MALFORMED);
        assert_int_equal(ph_ed25519_from_uri(&ed, text(bad[i]), none), PH_ERR_MALFORMED);
    }
    assert_int_equal(ph_ed25519_from_uri(&ed, text("//a/soft"), none), PH_ERR_UNSUPPORTED);
    assert_int_equal(ph_ecdsa_from_uri(&ec, text("/soft"), none), PH_ERR_UNSUPPORTED);
    assert_int_equal(
        ph_ecdsa_from_uri(&ec, text("0x0000000000000000000000000000000000000000000000000000000000000000"), none),
        PH_ERR_MALFORMED);
    char many[3 * PH_JUNCTIONS_MAX + 4];
    for (size_t i = 0; i <= PH_JUNCTIONS_MAX; i++)
        memcpy(many + 3 * i, "//a", 4);
    ph_secret_uri_t uri;
    assert_int_equal(ph_secret_uri_parse(&uri, text(many)), PH_ERR_TOO_LARGE);
    many[3 * PH_JUNCTIONS_MAX] = 0;
    assert_int_equal(ph_secret_uri_parse(&uri, text(many)), PH_OK);
}

static void random_uris_do_no_harm(void **state)
{
    (void)state;
    ph_test_random_t random = ph_test_random(10);
    static const char letters[] = "//////aA0 x\n\xff+";
    for (int i = 0; i < 3000; i++) {
        char in[40];
        size_t len = ph_test_below(&random, sizeof in);
        for (size_t k = 0; k < len; k++)
            in[k] = letters[ph_test_below(&random, sizeof letters - 1)];
        ph_secret_uri_t uri;
        if (ph_secret_uri_parse(&uri, ph_bytes(in, len)) == PH_OK)
            assert_true(uri.junction_count <= len && uri.password.len <= len);
    }
}

static void mnemonics_and_entropy(void **state)
{
    (void)state;
    ph_test_random_t random = ph_test_random(11);
    char phrase[PH_MNEMONIC_TEXT_MAX + 16];
    uint8_t entropy[32], back[32];
    size_t len;
    memset(entropy, 0, sizeof entropy);
    assert_int_equal(ph_mnemonic_from_entropy(phrase, entropy, 16), PH_OK);
    assert_string_equal(
        phrase, "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about");
    memset(entropy, 0xff, sizeof entropy);
    assert_int_equal(ph_mnemonic_from_entropy(phrase, entropy, 32), PH_OK);
    assert_int_equal(strncmp(phrase, "zoo zoo zoo", 11), 0);
    for (size_t bytes = 0; bytes <= 33; bytes++) {
        ph_test_fill(&random, entropy, sizeof entropy);
        bool good = bytes >= 16 && bytes <= 32 && bytes % 4 == 0;
        ph_err_t err = ph_mnemonic_from_entropy(phrase, entropy, bytes);
        assert_int_equal(err, good ? PH_OK : PH_ERR_MALFORMED);
        if (!good)
            continue;
        assert_int_equal(ph_mnemonic_to_entropy(back, &len, phrase, strlen(phrase)), PH_OK);
        assert_int_equal(len, bytes);
        assert_memory_equal(back, entropy, bytes);
        phrase[0] = (char)(phrase[0] - 32); /* upper case */
        assert_int_equal(ph_mnemonic_to_entropy(back, &len, phrase, strlen(phrase)), PH_ERR_MALFORMED);
    }
    static const char *const bad[] = {"", "abandon", "zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo",
                                      "zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo",
                                      "zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo polkadot"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_int_equal(ph_mnemonic_to_entropy(back, &len, bad[i], strlen(bad[i])), PH_ERR_MALFORMED);
    static const char spaced[] = "  zoo\tzoo zoo zoo zoo zoo zoo zoo zoo zoo zoo  wrong\n";
    assert_int_equal(ph_mnemonic_to_entropy(back, &len, spaced, strlen(spaced)), PH_OK);
}

static void seeds_of_entropy(void **state)
{
    (void)state;
    uint8_t entropy[16] = {0}, seed[64], expected[64];
    static const char hex[] = "44e9d125f037ac1d51f0a7d3649689d422c2af8b1ec8e00d71db4d7bf6d127e3"
                              "3f50c3d5c84fa3e5399c72d6cbbbbc4a49bf76f76d952f479d74655a2ef2d453";
    assert_int_equal(ph_seed_from_entropy(seed, entropy, 16, text("Substrate")), PH_OK);
    assert_int_equal(ph_unhex_fixed(hex, strlen(hex), expected, 64), PH_OK);
    assert_memory_equal(seed, expected, 64);
    assert_int_equal(ph_seed_from_entropy(seed, entropy, 15, none), PH_ERR_MALFORMED);
}

static void addresses_of_all_prefixes(void **state)
{
    (void)state;
    ph_test_random_t random = ph_test_random(12);
    uint8_t key[33], back[33];
    uint16_t prefix;
    char address[PH_SS58_TEXT_MAX + 4];
    for (unsigned p = 0; p < 1u << 14; p += 1 + p / 50) {
        ph_test_fill(&random, key, sizeof key);
        size_t len = 32 + p % 2;
        ph_ss58_encode(address, (uint16_t)p, ph_bytes(key, len));
        size_t text_len = strlen(address);
        ph_err_t err = ph_ss58_decode(back, len, &prefix, address, text_len);
        assert_int_equal(err, p == 46 || p == 47 ? PH_ERR_UNSUPPORTED : PH_OK);
        assert_int_equal(prefix, p);
        if (err == PH_OK)
            assert_memory_equal(back, key, len);
        assert_int_not_equal(ph_ss58_decode(back, 65 - len, &prefix, address, text_len), PH_OK);
        assert_int_not_equal(ph_ss58_decode(back, len, &prefix, address, text_len - 1), PH_OK);
        size_t at = ph_test_below(&random, text_len);
        address[at] = address[at] == 'a' ? 'b' : 'a';
        assert_int_not_equal(ph_ss58_decode(back, len, &prefix, address, text_len), PH_OK);
        address[at] = 'l'; /* no digit of base 58 */
        assert_int_equal(ph_ss58_decode(back, len, &prefix, address, text_len), PH_ERR_MALFORMED);
    }
    memset(address, '1', sizeof address);
    assert_int_equal(ph_ss58_decode(back, 32, &prefix, address, sizeof address), PH_ERR_MALFORMED);
    assert_int_equal(ph_ss58_decode(back, 32, &prefix, address, 50), PH_ERR_MALFORMED);
    assert_int_equal(ph_ss58_decode(back, 32, &prefix, "", 0), PH_ERR_MALFORMED);
    assert_int_equal(ph_ss58_decode(back, 32, &prefix, "\0\0", 2), PH_ERR_MALFORMED);
    memset(address, 'z', sizeof address);
    assert_int_equal(ph_ss58_decode(back, 32, &prefix, address, 63), PH_ERR_MALFORMED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dev_accounts),
        cmocka_unit_test(the_phrase_is_implied),
        cmocka_unit_test(passwords),
        cmocka_unit_test(mini_secrets_end_with_soft_junctions),
        cmocka_unit_test(junction_codes),
        cmocka_unit_test(bad_uris),
        cmocka_unit_test(random_uris_do_no_harm),
        cmocka_unit_test(mnemonics_and_entropy),
        cmocka_unit_test(seeds_of_entropy),
        cmocka_unit_test(addresses_of_all_prefixes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
