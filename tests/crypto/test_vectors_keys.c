/* sr25519.json's checker (`parahost tool vectors`) on the recorded vectors. */
#include "crypto/vectors_runner.h"

#include "cli/vectors_entry.c"
#include "cli/vectors_keys.c"

static void passes(void **state)
{
    (void)state;
    all_pass(ph_vectors_keys, "sr25519.json", 200);
}

static void notices_wrong_answers(void **state)
{
    (void)state;
    static const struct {
        const char *list, *member;
    } answers[] = {
        {"keys", "parsed"},
        {"keys", "sr25519"},
        {"keys", "ed25519"},
        {"keys", "ecdsa"},
        {"soft_public", "derived_public"},
        {"soft_public", "derived_secret_scalar"},
        {"ss58", "ok"},
        {"ss58", "public"},
        {"ss58", "prefix"},
        {"sr25519", "valid"},
        {"sr25519", "valid_deprecated"},
        {"ed25519", "valid"},
        {"ecdsa", "valid"},
        {"ecdsa", "valid_deprecated"},
        {"ecdsa", "recovered"},
        {"ecdsa", "hash"},
    };
    for (size_t i = 0; i < sizeof answers / sizeof *answers; i++)
        notices(ph_vectors_keys, "sr25519.json", answers[i].list, answers[i].member);
}

static void refuses(void **state)
{
    (void)state;
    refuses_the_unknown(ph_vectors_keys, "keys");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(passes), cmocka_unit_test(notices_wrong_answers),
                                       cmocka_unit_test(refuses)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
