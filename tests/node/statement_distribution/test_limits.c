/* Statement Distribution in one group of fourteen, where its limits can be reached: ten requests out, five answers. */
#define FIXTURE_LAYOUT
enum { V = 14, GROUPS = 1, SIZE = 14 };
#include <stdint.h>
static const uint32_t group_members[GROUPS][SIZE] = {{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13}};
#include "fixture.h"

static void ten_requests_at_a_time(void **state)
{
    fixture_t *f = fixture_ready();
    ph_msg_t *requests[V];
    made_t made[V];
    (void)state;
    for (uint32_t v = 1; v < V; v++) {
        made[v] = make(f, 0, (uint8_t)v);
        say_statement(f, v, v, S, &made[v]);
        char mask[V + 1] = "00000000000000"; /* whoever seconded one has reached its limit */
        for (uint32_t i = 1; i <= v; i++)
            mask[i] = '1';
        if (v <= 10)
            requests[v] = expect_request(f, v, &made[v], mask, "00000000000000");
    }
    ph_harness_expect_nothing(f->h);
    answer_failure(f, requests[1], PH_REQUEST_FAILURE_TIMEOUT);
    expect_request(f, 11, &made[11], "01111111111111", "00000000000000");
    ph_harness_expect_nothing(f->h);
    answer_failure(f, requests[2], PH_REQUEST_FAILURE_TIMEOUT);
    expect_request(f, 12, &made[12], "01111111111111", "00000000000000");
    ph_harness_advance(f->h, 1000); /* there is no room for the second try of the first two */
    ph_harness_expect_nothing(f->h);
    answer_failure(f, requests[3], PH_REQUEST_FAILURE_TIMEOUT);
    expect_request(f, 13, &made[13], "01111111111111", "00000000000000"); /* fewest tries first */
    /* The leaf ends: there is room again. */
    ph_hash_t first = f->leaf, second = ph_harness_hash(2);
    ph_harness_activate(f->h, &second, 2, &first);
    answer_runtime(f, &second);
    f->leaf = second;
    made_t next_one = make(f, 0, 1);
    say_statement(f, 4, 4, S, &next_one);
    expect_request(f, 4, &next_one, "00001000000000", "00000000000000");
    fixture_free(f);
}

static void five_answers_at_a_time(void **state)
{
    fixture_t *f = fixture_ready();
    made_t m = make(f, 0, 1);
    (void)state;
    share(f, 0, S, &m);
    next(f, PH_SUBSYSTEM_NETWORK_BRIDGE, PH_MSG_NETWORK_BRIDGE_SEND_VALIDATION_MESSAGE);
    for (uint32_t v = 1; v <= 7; v++)
        ask_us(f, v, v, &m, "00000000000000", "00000000000000");
    for (uint32_t v = 1; v <= 5; v++)
        expect_answer(f, v);
    ph_harness_expect_nothing(f->h);
    ph_harness_advance(f->h, 5);
    expect_answer(f, 6);
    expect_answer(f, 7);
    for (uint64_t ticket = 100; ticket < 207; ticket++)
        ask_us(f, 1, ticket, &m, "00000000000000", "00000000000000");
    expect_answer(f, 100);
    for (uint64_t ticket = 201; ticket < 207; ticket++)
        expect_refusal(f, ticket); /* a hundred may wait */
    ph_harness_expect_nothing(f->h);
    fixture_free(f); /* with answers still waiting */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ten_requests_at_a_time),
        cmocka_unit_test(five_answers_at_a_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
