/* Spot checks: the validator drawn for an included candidate recovers it from the network. */
#include "node/availability_recovery/fixture.h"

static bool drawn(const fixture_t *f, uint32_t block)
{
    uint8_t both[64], digest[32];
    ph_candidate_hash_t candidate = ph_hash_of_receipt(&f->receipt);
    ph_hash_t hash = ph_harness_hash(block);
    memcpy(both, candidate.bytes, 32);
    memcpy(both + 32, hash.bytes, 32);
    ph_blake2_256(digest, ph_bytes(both, 64));
    return ph_get_u64(digest) % N == ME;
}

static uint32_t a_block(const fixture_t *f, bool that_draws_us)
{
    uint32_t block = 1;
    while (drawn(f, block) != that_draws_us)
        block++;
    return block;
}

static void leaf_includes(fixture_t *f, uint32_t block, uint8_t kind)
{
    ph_candidate_event_t event = {.kind = kind};
    event.candidate_included._0 = f->receipt;
    event.candidate_included._2.v = 1;
    activate(f->h, block, 1, 0);
    session_answer_validators(&f->s, f->h);
    session_answer_index(&f->s, f->h);
    ph_harness_reply(f->h, EXPECT_API(f->h, CANDIDATE_EVENTS),
                     &(ph_res_vec_candidate_event_runtime_api_error_t){.kind = PH_RES_OK, .ok = {&event, 1}});
}

static void the_drawn_validator_recovers_from_chunks_alone(void **state)
{
    for (int mapping = 0; mapping < 2; mapping++) {
        fixture_t *f = *state;
        f->s.mapping = mapping;
        leaf_includes(f, a_block(f, true), PH_CANDIDATE_EVENT_CANDIDATE_INCLUDED);
        session_answer_info(&f->s, f->h);
        session_answer_features(&f->s, f->h);
        give_chunks(f, NEEDED); /* neither our store nor backers were asked */
        ph_harness_advance(f->h, 20);
        assert_int_equal(ph_harness_events(f->h, "data-recovered"), 1);
        ph_harness_expect_nothing(f->h);
        teardown(state);
        setup_checks(state);
    }
}

static void others_and_other_events_are_not_checked(void **state)
{
    fixture_t *f = *state;
    leaf_includes(f, a_block(f, false), PH_CANDIDATE_EVENT_CANDIDATE_INCLUDED);
    ph_harness_expect_nothing(f->h);
    leaf_includes(f, a_block(f, true), PH_CANDIDATE_EVENT_CANDIDATE_BACKED);
    ph_harness_expect_nothing(f->h);
    assert_int_equal(ph_harness_events(f->h, "data-recovered"), 0);
}

static void what_cannot_be_recovered_is_said(void **state)
{
    fixture_t *f = *state;
    leaf_includes(f, a_block(f, true), PH_CANDIDATE_EVENT_CANDIDATE_INCLUDED);
    session_answer_info(&f->s, f->h);
    session_answer_features(&f->s, f->h);
    while (collect(f))
        for (size_t i = 0; i < f->asked_count; i++)
            answer_chunk(f, f->asked[i], NULL);
    assert_int_equal(ph_harness_events(f->h, "data-recovered"), 0);
    assert_int_equal(ph_harness_events(f->h, "data-not-recovered"), 1);
}

static void a_check_outlives_its_leaf(void **state)
{
    fixture_t *f = *state;
    uint32_t block = a_block(f, true);
    leaf_includes(f, block, PH_CANDIDATE_EVENT_CANDIDATE_INCLUDED);
    session_answer_info(&f->s, f->h);
    session_answer_features(&f->s, f->h);
    collect(f);
    activate(f->h, 1000, 2, block);
    ph_harness_drop(f->h, EXPECT_API(f->h, VALIDATORS));
    for (size_t i = 0; i < NEEDED; i++) {
        ph_erasure_chunk_t chunk = chunk_of(f, f->from[i]);
        answer_chunk(f, f->asked[i], &chunk);
    }
    ph_harness_advance(f->h, 20);
    assert_int_equal(ph_harness_events(f->h, "data-recovered"), 1);
}

static void a_leaf_replaced_before_it_spoke_is_left(void **state)
{
    fixture_t *f = *state;
    activate(f->h, 1, 1, 0);
    ph_msg_t *open = EXPECT_API(f->h, VALIDATORS);
    activate(f->h, 2, 2, 1);
    ph_harness_reply(f->h, open,
                     &(ph_res_vec_validator_id_runtime_api_error_t){.kind = PH_RES_OK, .ok = {f->s.validators, N}});
    ph_harness_drop(f->h, EXPECT_API(f->h, VALIDATORS));
    ph_harness_expect_nothing(f->h);
}

static void conclude_amid_a_check(void **state)
{
    (void)state;
    for (int point = 0; point < 4; point++) {
        fixture_t *f = fixture_new(true);
        if (point == 0)
            activate(f->h, 1, 1, 0);
        else
            leaf_includes(f, a_block(f, true), PH_CANDIDATE_EVENT_CANDIDATE_INCLUDED);
        if (point > 1)
            session_answer_info(&f->s, f->h);
        if (point > 2)
            session_answer_features(&f->s, f->h), give_chunks(f, NEEDED);
        ph_harness_conclude(f->h);
        ph_harness_advance(f->h, 6000);
        ph_harness_drop_all(f->h);
        void *inner = f;
        teardown(&inner);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_drawn_validator_recovers_from_chunks_alone, setup_checks, teardown),
        cmocka_unit_test_setup_teardown(others_and_other_events_are_not_checked, setup_checks, teardown),
        cmocka_unit_test_setup_teardown(what_cannot_be_recovered_is_said, setup_checks, teardown),
        cmocka_unit_test_setup_teardown(a_check_outlives_its_leaf, setup_checks, teardown),
        cmocka_unit_test_setup_teardown(a_leaf_replaced_before_it_spoke_is_left, setup_checks, teardown),
        cmocka_unit_test(conclude_amid_a_check),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
