/* blocks.json's checker (`parahost tool vectors`) on the recorded vectors. */
#include "crypto/vectors_runner.h"

#include "cli/vectors_blocks.c"
#include "cli/vectors_entry.c"

static void passes(void **state)
{
    (void)state;
    all_pass(ph_vectors_blocks, "blocks.json", 200);
}

static void notices_wrong_answers(void **state)
{
    (void)state;
    static const struct {
        const char *list, *member;
    } answers[] = {
        {"ristretto", "point"},
        {"ristretto", "times_scalar"},
        {"ristretto", "a_times_b_plus_c"},
        {"ristretto", "valid"},
        {"shuffles", "next_u32"},
        {"shuffles", "result"},
        {"shuffles", "bytes"},
        {"indices", "with_mapping"},
        {"indices", "without_mapping"},
        {"indices", "byzantine"},
        {"indices", "supermajority"},
        {"indices", "recovery"},
        {"indices", "systematic_recovery"},
        {"indices", "minimum_backing_votes_of_2"},
        {"grid", "seed"},
        {"grid", "order"},
        {"grid", "neighbors"},
    };
    for (size_t i = 0; i < sizeof answers / sizeof *answers; i++)
        notices(ph_vectors_blocks, "blocks.json", answers[i].list, answers[i].member);
}

static void refuses(void **state)
{
    (void)state;
    refuses_the_unknown(ph_vectors_blocks, "transcripts");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(passes), cmocka_unit_test(notices_wrong_answers),
                                       cmocka_unit_test(refuses)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
