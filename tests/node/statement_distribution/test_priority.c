/* Statement Distribution where 1 is of our group and our neighbour in the grid: which candidate is it asked for first?
 */
#define FIXTURE_LAYOUT
enum { V = 9, GROUPS = 3, SIZE = 3 };
#include <stdint.h>
static const uint32_t group_members[GROUPS][SIZE] = {{0, 1, 8}, {4, 5, 6}, {2, 3, 7}};
#include "fixture.h"

static void our_own_groups_candidates_come_first(void **state)
{
    fixture_t *f = fixture_ready();
    made_t own = make(f, 0, 1), first = make(f, 1, 1), second = make(f, 2, 1);
    (void)state;
    ph_backed_candidate_manifest_t manifest = manifest_of(f, &first, "110", "000");
    say_manifest(f, 1, &manifest);
    ph_msg_t *request = expect_request(f, 1, &first, "000", "000");
    manifest = manifest_of(f, &second, "110", "000");
    say_manifest(f, 1, &manifest);
    say_statement(f, 1, 1, S, &own);
    ph_harness_expect_nothing(f->h); /* one request a peer */
    answer_failure(f, request, PH_REQUEST_FAILURE_TIMEOUT);
    request = expect_request(f, 1, &own, "010", "000");
    answer_with(f, request, &own, NULL, 0);
    expect_statement(f, "8", 1, S, &own);
    expect_at_backing(f, 1, S, &own);
    request = expect_request(f, 1, &second, "000", "000");
    fixture_free(f);
}

/* Who is in our group gets statements as such, not as a neighbour too. */
static void a_member_is_told_once(void **state)
{
    fixture_t *f = fixture_ready();
    made_t own = make(f, 0, 1);
    (void)state;
    share(f, 0, S, &own);
    expect_statement(f, "18", 0, S, &own);
    say_statement(f, 1, 1, VALID, &own);
    expect_at_backing(f, 1, VALID, &own);
    expect_statement(f, "8", 1, VALID, &own);
    back(f, &own);
    expect_manifest(f, "236", &own, "100", "010");
    say_statement(f, 8, 8, VALID, &own);
    expect_at_backing(f, 8, VALID, &own);
    expect_statement(f, "1", 8, VALID, &own);
    fixture_free(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(our_own_groups_candidates_come_first),
        cmocka_unit_test(a_member_is_told_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
