/* vrf.json's checker (`parahost tool vectors`) on the recorded vectors. */
#include "crypto/vectors_runner.h"

#include "cli/vectors_entry.c"
#include "cli/vectors_vrf.c"

static void passes(void **state)
{
    (void)state;
    all_pass(ph_vectors_vrf, "vrf.json", 400);
}

static void notices_wrong_answers(void **state)
{
    (void)state;
    static const struct {
        const char *list, *member;
    } answers[] = {
        {"babe", "transcript"},
        {"babe", "transcript_challenge_check_32"},
        {"babe", "input_point"},
        {"babe", "pre_output"},
        {"babe", "proof"},
        {"babe", "score_16"},
        {"babe", "score_u128"},
        {"babe", "randomness_32"},
        {"babe", "relay_vrf_story_32"},
        {"babe", "public"},
        {"verify", "decodes"},
        {"verify", "valid"},
        {"verify", "valid_without_extra"},
        {"threshold", "threshold"},
        {"threshold", "panics"},
        {"primary_check", "primary"},
        {"secondary", "index"},
        {"secondary", "hash"},
        {"epoch_randomness", "next"},
        {"pre_digests", "pre_digest"},
        {"pre_digests", "digest_item"},
        {"pre_digests", "kind"},
        {"claims", "slots"},
    };
    for (size_t i = 0; i < sizeof answers / sizeof *answers; i++)
        notices(ph_vectors_vrf, "vrf.json", answers[i].list, answers[i].member);
}

static void refuses(void **state)
{
    (void)state;
    refuses_the_unknown(ph_vectors_vrf, "babe");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(passes), cmocka_unit_test(notices_wrong_answers),
                                       cmocka_unit_test(refuses)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
