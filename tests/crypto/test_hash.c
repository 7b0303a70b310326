/* Digests: known answers, and ours against libsodium and libxxhash on all small and some large inputs. */
#include "support/cmocka.h"

#include <sodium.h>
#include <xxhash.h>

#include "crypto/hash.h"
#include "support/random.h"

static void is_hex(const uint8_t *bytes, size_t len, const char *hex)
{
    char text[200];
    ph_hex(text, ph_bytes(bytes, len));
    assert_string_equal(text, hex);
}

static void known_answers(void **state)
{
    (void)state;
    uint8_t out[64];
    ph_bytes_t none = {0}, abc = PH_BYTES_LIT("abc");
    ph_blake2_64(out, none);
    is_hex(out, 8, "e4a6a0577479b2b4");
    ph_blake2_128(out, none);
    is_hex(out, 16, "cae66941d9efbd404e4d88758ea67670");
    ph_blake2_256(out, none);
    is_hex(out, 32, "0e5751c026e543b2e8ab2eb06099daa1d1e5df47778f7787faab45cdf12fe3a8");
    ph_blake2_512(out, abc); /* RFC 7693, appendix A */
    is_hex(out, 64,
           "ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d1"
           "7d87c5392aab792dc252d5de4533cc9518d38aa8dbf1925ab92386edd4009923");
    ph_twox_128(out, PH_BYTES_LIT("System"));
    is_hex(out, 16, "26aa394eea5630e07c48ae0c9558cef7");
    ph_keccak_256(out, none);
    is_hex(out, 32, "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470");
    ph_keccak_512(out, none);
    is_hex(out, 64,
           "0eab42de4c3ceb9235fc91acffe746b29c29a8c366b7c60e4e67c466f36a4304"
           "c00fa9caf9d87976ba469bcbe06713b435f091ef2769fb160cdab33d3670680e");
    ph_sha2_256(out, abc);
    is_hex(out, 32, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

/* One byte less than a block, a block, one byte more. */
static void keccak_around_a_block(void **state)
{
    (void)state;
    static const char *const expected[] = {"34367dc248bbd832f4e3e69dfaac2f92638bd0bbd18f2912ba4ef454919cf446",
                                           "a6c4d403279fe3e0af03729caada8374b5ca54d8065329a3ebcaeb4b60aa386e",
                                           "d869f639c7046b4929fc92a4d988a8b22c55fbadb802c0c66ebcd484f1915f39"};
    uint8_t in[137], out[32];
    memset(in, 'a', sizeof in);
    for (size_t i = 0; i < 3; i++) {
        ph_keccak_256(out, ph_bytes(in, 135 + i));
        is_hex(out, 32, expected[i]);
    }
}

enum { MOST = 700 };

static void blake2b_is_libsodiums(void **state)
{
    (void)state;
    ph_test_random_t random = ph_test_random(1);
    uint8_t in[MOST], ours[64], theirs[64];
    ph_test_fill(&random, in, sizeof in);
    for (size_t len = 0; len <= MOST; len++) {
        size_t out_len = 16 + len % 49, cut = ph_test_below(&random, len + 1),
               cut2 = cut + ph_test_below(&random, len - cut + 1);
        ph_blake2b_t h;
        ph_blake2b_init(&h, out_len);
        ph_blake2b_update(&h, ph_bytes(in, cut));
        ph_blake2b_update(&h, ph_bytes(in + cut, cut2 - cut));
        ph_blake2b_update(&h, ph_bytes(in + cut2, len - cut2));
        ph_blake2b_final(&h, ours, out_len);
        crypto_generichash(theirs, out_len, in, len, NULL, 0);
        assert_memory_equal(ours, theirs, out_len);
    }
}

static void twox_is_xxh64(void **state)
{
    (void)state;
    ph_test_random_t random = ph_test_random(2);
    uint8_t in[MOST], ours[32];
    ph_test_fill(&random, in, sizeof in);
    for (size_t len = 0; len <= MOST; len++) {
        ph_twox_256(ours, ph_bytes(in, len));
        for (unsigned seed = 0; seed < 4; seed++)
            assert_int_equal(ph_get_u64(ours + 8 * seed), XXH64(in, len, seed));
        uint8_t shorter[16];
        ph_twox_128(shorter, ph_bytes(in, len));
        assert_memory_equal(shorter, ours, 16);
        ph_twox_64(shorter, ph_bytes(in, len));
        assert_memory_equal(shorter, ours, 8);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(known_answers), cmocka_unit_test(keccak_around_a_block),
                                       cmocka_unit_test(blake2b_is_libsodiums), cmocka_unit_test(twox_is_xxh64)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
