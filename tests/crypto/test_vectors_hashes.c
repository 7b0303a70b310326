/* hashes.json's checker (`parahost tool vectors`) on the recorded vectors. */
#include "crypto/vectors_runner.h"

#include "cli/vectors_entry.c"
#include "cli/vectors_hashes.c"

static void passes(void **state)
{
    (void)state;
    all_pass(ph_vectors_hashes, "hashes.json", 300);
}

static void notices_wrong_answers(void **state)
{
    (void)state;
    static const struct {
        const char *list, *member;
    } answers[] = {
        {"prefixes", "blake2_64"},  {"prefixes", "blake2_128"}, {"prefixes", "blake2_256"}, {"prefixes", "blake2_512"},
        {"prefixes", "twox_64"},    {"prefixes", "twox_128"},   {"prefixes", "twox_256"},   {"prefixes", "keccak_256"},
        {"prefixes", "keccak_512"}, {"prefixes", "sha2_256"},   {"long", "blake2_256"},     {"bip39", "seed64"},
        {"bip39", "mini_secret"},   {"bip39", "mnemonic"},      {"bip39", "error"},         {"phrases", "valid"},
    };
    for (size_t i = 0; i < sizeof answers / sizeof *answers; i++)
        notices(ph_vectors_hashes, "hashes.json", answers[i].list, answers[i].member);
}

static void refuses(void **state)
{
    (void)state;
    refuses_the_unknown(ph_vectors_hashes, "prefixes");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(passes), cmocka_unit_test(notices_wrong_answers),
                                       cmocka_unit_test(refuses)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
