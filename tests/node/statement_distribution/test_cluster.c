/* Statement Distribution inside the group, where we are 0 and the others 4 and 8; leaves, views and who is a validator.
 */
#include "fixture.h"

static fixture_t *with_seconded(made_t *m)
{
    fixture_t *f = fixture_ready();
    *m = make(f, 0, 1);
    share(f, 0, S, m);
    expect_statement(f, "48", 0, S, m);
    return f;
}

static void own_statements_go_to_the_group(void **state)
{
    made_t m;
    fixture_t *f = with_seconded(&m);
    (void)state;
    share(f, 0, S, &m); /* again: nothing */
    ph_harness_expect_nothing(f->h);
    fixture_free(f);
}

static void own_statements_that_do_not_belong_are_not_sent(void **state)
{
    fixture_t *f = fixture_ready();
    made_t m = make(f, 0, 1), second = make(f, 0, 2), foreign = make(f, 1, 1), elsewhere = make(f, 0, 3);
    (void)state;
    elsewhere.receipt.descriptor.relay_parent = ph_harness_hash(77);
    share(f, 4, S, &m);         /* not ours */
    share(f, 0, VALID, &m);     /* the candidate is unknown */
    share(f, 0, S, &foreign);   /* not our para */
    share(f, 0, S, &elsewhere); /* another relay parent */
    ph_harness_expect_nothing(f->h);
    share(f, 0, S, &m);
    expect_statement(f, "48", 0, S, &m);
    share(f, 0, S, &second); /* one more than the claim queue allows */
    ph_harness_expect_nothing(f->h);
    fixture_free(f);
}

static void only_those_who_see_the_leaf_hear(void **state)
{
    fixture_t *f = fixture_new(0);
    (void)state;
    give_topology(f, 0);
    activate(f);
    meet(f, 4);
    join(f, 8);
    made_t m = make(f, 0, 1);
    share(f, 0, S, &m);
    expect_statement(f, "8", 0, S, &m);
    see(f, 4, &f->leaf);
    expect_statement(f, "4", 0, S, &m);
    see(f, 4, NULL);
    see(f, 4, &f->leaf); /* it has heard it all */
    ph_harness_expect_nothing(f->h);
    leave(f, 4);
    join(f, 4); /* what it was told may be lost */
    expect_statement(f, "4", 0, S, &m);
    fixture_free(f);
}

static void valid_statements_reach_backing_and_the_group(void **state)
{
    made_t m;
    fixture_t *f = with_seconded(&m);
    (void)state;
    say_statement(f, 4, 4, VALID, &m);
    expect_at_backing(f, 4, VALID, &m);
    expect_statement(f, "8", 4, VALID, &m);
    assert_int_equal(ph_harness_events(f->h, "statement-imported"), 1);
    say_statement(f, 8, 4, VALID, &m); /* crossed ours: known, and no fault */
    ph_harness_expect_nothing(f->h);
    ph_harness_advance(f->h, 30000);
    const ph_msg_network_bridge_report_batch_t *out =
        ph_msg_payload(next(f, PH_SUBSYSTEM_NETWORK_BRIDGE, PH_MSG_NETWORK_BRIDGE_REPORT_BATCH));
    assert_int_equal(out->changes.count, 2);
    assert_int_equal(out->changes.items[0]._0.v, peer_of(4).v);
    assert_int_equal(out->changes.items[0]._1, 300000);
    assert_int_equal(out->changes.items[1]._0.v, peer_of(8).v);
    assert_int_equal(out->changes.items[1]._1, 200000);
    fixture_free(f);
}

static void a_candidate_is_fetched_from_who_names_it(void **state)
{
    fixture_t *f = fixture_ready();
    made_t m = make(f, 0, 1);
    (void)state;
    say_statement(f, 4, 4, S, &m);
    ph_msg_t *request = expect_request(f, 4, &m, "010", "000"); /* its Seconded we have, and one is the limit */
    answer_with(f, request, &m, NULL, 0);
    expect_statement(f, "8", 4, S, &m); /* not back to 4 */
    expect_at_backing(f, 4, S, &m);
    assert_int_equal(ph_harness_events(f->h, "candidate-fetched"), 1);
    share(f, 0, VALID, &m);
    expect_statement(f, "48", 0, VALID, &m);
    expect_benefit(f, 4, 300000 + 200000);
    fixture_free(f);
}

static void statements_in_the_response_are_used_and_not_sent_back(void **state)
{
    fixture_t *f = fixture_ready();
    made_t m = make(f, 0, 1);
    (void)state;
    say_statement(f, 4, 4, S, &m);
    ph_unchecked_signed_statement_t more = sign(f, 8, VALID, &m.hash);
    answer_with(f, expect_request(f, 4, &m, "010", "000"), &m, &more, 1);
    expect_statement(f, "8", 4, S, &m);
    expect_statement(f, "8", 8, VALID, &m); /* 8 need not know that we have it */
    expect_at_backing(f, 4, S, &m);
    expect_at_backing(f, 8, VALID, &m);
    fixture_free(f);
}

static void what_the_cluster_refuses(void **state)
{
    fixture_t *f = fixture_ready();
    made_t m = make(f, 0, 1), second = make(f, 0, 2);
    (void)state;
    say_statement(f, 4, 8, VALID, &m);
    MINOR(f, 4, "statement: Valid before Seconded");
    say_statement(f, 4, 4, S, &m);
    ph_harness_drop(f->h, expect_request(f, 4, &m, "010", "000"));
    say_statement(f, 4, 4, S, &m);
    MINOR(f, 4, "statement: sent twice");
    say_statement(f, 4, 4, S, &second);
    MINOR(f, 4, "statement: too many Seconded");
    ph_unchecked_signed_statement_t forged = sign(f, 8, S, &m.hash);
    forged.signature.bytes[5] ^= 1;
    say_signed(f, 8, &forged);
    MAJOR(f, 8, "statement: bad signature");
    ph_harness_expect_nothing(f->h);
    fixture_free(f);
}

static void beyond_the_limit_in_sum_is_taken_with_prejudice(void **state)
{
    made_t m = {0};
    fixture_t *f = fixture_ready();
    made_t second = make(f, 0, 2);
    (void)state;
    m = make(f, 0, 1);
    say_statement(f, 4, 4, S, &m);
    answer_with(f, expect_request(f, 4, &m, "010", "000"), &m, NULL, 0);
    expect_statement(f, "8", 4, S, &m);
    expect_at_backing(f, 4, S, &m);
    say_statement(f, 8, 4, S, &second); /* 8 was shown another one by 4: no fault of 8's, but nothing comes of it */
    ph_harness_expect_nothing(f->h);
    say_statement(f, 8, 4, S, &second);
    MINOR(f, 8, "statement: sent twice");
    fixture_free(f);
}

static void two_claims_allow_two_candidates(void **state)
{
    fixture_t *f = fixture_new(0);
    (void)state;
    f->row_len = 2;
    give_topology(f, 0);
    activate(f);
    join(f, 4);
    made_t a = make(f, 0, 1), b = make(f, 0, 2), c = make(f, 0, 3);
    say_statement(f, 4, 4, S, &a);
    ph_msg_t *first = expect_request(f, 4, &a, "000", "000");
    say_statement(f, 4, 4, S, &b);
    ph_harness_expect_nothing(f->h); /* one request a peer */
    answer_with(f, first, &a, NULL, 0);
    expect_at_backing(f, 4, S, &a);
    answer_with(f, expect_request(f, 4, &b, "010", "000"), &b, NULL, 0);
    expect_at_backing(f, 4, S, &b);
    say_statement(f, 4, 4, S, &c);
    MINOR(f, 4, "statement: too many Seconded");
    fixture_free(f);
}

static void senders_that_may_not(void **state)
{
    made_t m;
    fixture_t *f = with_seconded(&m);
    made_t foreign = make(f, 1, 1);
    (void)state;
    say_statement(f, 5, 4, VALID, &m); /* not of our group */
    MINOR(f, 5, "statement: from a peer that should not send it");
    say_statement(f, 4, 1, S, &foreign); /* not about our group, and no manifest before */
    MINOR(f, 4, "statement: from a peer that should not send it");
    say_statement(f, 20, 4, VALID, &m); /* not connected: nobody to punish */
    meet(f, 20);
    say_statement(f, 20, 4, VALID, &m); /* no authority */
    MINOR(f, 20, "statement: from a peer that should not send it");
    ph_unchecked_signed_statement_t nobody = sign(f, 4, S, &m.hash);
    nobody.validator_index.v = 4000;
    say_signed(f, 4, &nobody);
    MINOR(f, 4, "statement: of no known validator");
    f->leaf = ph_harness_hash(99);
    say_statement(f, 4, 4, VALID, &m);
    MINOR(f, 4, "statement: relay parent not in our view");
    fixture_free(f);
}

static void a_statement_against_a_known_candidate(void **state)
{
    fixture_t *f = fixture_ready();
    made_t m = make(f, 1, 1);
    ph_backed_candidate_manifest_t manifest = manifest_of(f, &m, "100", "010");
    (void)state;
    say_manifest(f, 1, &manifest);
    answer_well(f, expect_request(f, 1, &m, "000", "000"), &m);
    expect_at_backing(f, 1, S, &m);
    expect_at_backing(f, 5, VALID, &m);
    say_statement(f, 4, 4, S, &m); /* it is another group's */
    MINOR(f, 4, "statement: contradicts a known candidate");
    fixture_free(f);
}

static void disabled_validators_are_not_heard(void **state)
{
    fixture_t *f = fixture_new(0);
    (void)state;
    f->disabled[0] = 4;
    f->disabled_count = 1;
    give_topology(f, 0);
    activate(f);
    join(f, 4);
    join(f, 8);
    made_t m = make(f, 0, 1);
    say_statement(f, 4, 4, S, &m);
    MINOR(f, 4, "statement: of a disabled validator");
    say_statement(f, 4, 8, S, &m); /* it may still pass on what others say */
    expect_request(f, 4, &m, "011", "010");
    fixture_free(f);
}

static void who_is_no_validator_wants_nothing(void **state)
{
    fixture_t *f = fixture_new(V);
    (void)state;
    activate(f);
    join(f, 4);
    made_t m = make(f, 0, 1);
    say_statement(f, 4, 4, S, &m); /* we may yet find out that we are in the grid */
    ph_harness_expect_nothing(f->h);
    give_topology(f, V);
    say_statement(f, 4, 4, S, &m);
    MINOR(f, 4, "statement: we are no validator");
    ph_backed_candidate_manifest_t manifest = manifest_of(f, &m, "110", "000");
    say_manifest(f, 4, &manifest);
    MINOR(f, 4, "manifest: we are no validator");
    share(f, 0, S, &m);
    ph_harness_expect_nothing(f->h);
    fixture_free(f);
}

static void what_comes_early_waits_for_the_leaf(void **state)
{
    fixture_t *f = fixture_new(0);
    ph_hash_t parent = ph_harness_hash(0);
    (void)state;
    give_topology(f, 0);
    ph_harness_activate(f->h, &f->leaf, 1, &parent);
    join(f, 4);
    join(f, 8);
    made_t m = make(f, 0, 1);
    share(f, 0, S, &m);
    say_statement(f, 4, 4, VALID, &m);
    answer_runtime(f, &f->leaf);
    expect_statement(f, "48", 0, S, &m);
    expect_at_backing(f, 4, VALID, &m);
    expect_statement(f, "8", 4, VALID, &m);
    fixture_free(f);
}

static void a_leaf_that_the_runtime_does_not_know_is_given_up(void **state)
{
    fixture_t *f = fixture_new(0);
    ph_hash_t parent = ph_harness_hash(0);
    (void)state;
    join(f, 4);
    ph_harness_activate(f->h, &f->leaf, 1, &parent);
    made_t m = make(f, 0, 1);
    say_statement(f, 4, 4, S, &m);
    answer_session(f, &f->leaf);
    answer_groups(f);
    ph_msg_t *queue = next(f, PH_SUBSYSTEM_RUNTIME_API, PH_MSG_RUNTIME_API_REQUEST_CLAIM_QUEUE);
    ph_harness_reply(f->h, queue,
                     &(ph_res_map_core_index_vec_para_id_runtime_api_error_t){
                         .kind = PH_RES_MAP_CORE_INDEX_VEC_PARA_ID_RUNTIME_API_ERROR_ERR,
                         .err = {.kind = PH_RUNTIME_API_ERROR_UNKNOWN_BLOCK}});
    answer_disabled(f);
    ph_harness_expect_nothing(f->h);
    say_statement(f, 4, 4, S, &m);
    MINOR(f, 4, "statement: relay parent not in our view");
    assert_int_equal(ph_harness_failure(f->h), PH_OK);
    fixture_free(f);
}

static void without_a_claim_queue_the_cores_say_it(void **state)
{
    fixture_t *f = fixture_new(0);
    ph_hash_t parent = ph_harness_hash(0);
    (void)state;
    join(f, 4);
    ph_harness_activate(f->h, &f->leaf, 1, &parent);
    answer_session(f, &f->leaf);
    answer_groups(f);
    ph_msg_t *queue = next(f, PH_SUBSYSTEM_RUNTIME_API, PH_MSG_RUNTIME_API_REQUEST_CLAIM_QUEUE);
    ph_harness_reply(f->h, queue,
                     &(ph_res_map_core_index_vec_para_id_runtime_api_error_t){
                         .kind = PH_RES_MAP_CORE_INDEX_VEC_PARA_ID_RUNTIME_API_ERROR_ERR,
                         .err = {.kind = PH_RUNTIME_API_ERROR_NOT_SUPPORTED}});
    answer_disabled(f);
    ph_core_state_t cores[2] = {{.kind = PH_CORE_STATE_SCHEDULED, .scheduled = {.para_id = {1000}}},
                                {.kind = PH_CORE_STATE_FREE}};
    ph_msg_t *ask = next(f, PH_SUBSYSTEM_RUNTIME_API, PH_MSG_RUNTIME_API_REQUEST_AVAILABILITY_CORES);
    ph_harness_reply(f->h, ask,
                     &(ph_res_vec_core_state_runtime_api_error_t){.kind = PH_RES_VEC_CORE_STATE_RUNTIME_API_ERROR_OK,
                                                                  .ok = {cores, 2}});
    answer_session_info(f);
    made_t m = make(f, 0, 1);
    share(f, 0, S, &m);
    expect_statement(f, "4", 0, S, &m);
    fixture_free(f);
}

static void a_leaf_that_ends_takes_everything_along(void **state)
{
    fixture_t *f = fixture_ready();
    made_t m = make(f, 0, 1);
    ph_hash_t first = f->leaf, second = ph_harness_hash(2);
    (void)state;
    say_statement(f, 4, 4, S, &m);
    ph_msg_t *request = expect_request(f, 4, &m, "010", "000");
    ph_harness_activate(f->h, &second, 2, &first);
    answer_runtime(f, &second);           /* of the session we know all */
    answer_with(f, request, &m, NULL, 0); /* too late */
    ph_harness_expect_nothing(f->h);
    for (uint32_t i = 0; i < 2 * V; i++)
        say_statement(f, 4, 8, VALID, &m); /* crossed that, for all we know */
    ph_harness_expect_nothing(f->h);
    say_statement(f, 4, 8, VALID, &m);
    MINOR(f, 4, "statement: relay parent not in our view");
    f->leaf = second; /* the peer may be asked again */
    made_t next = make(f, 0, 1);
    say_statement(f, 4, 4, S, &next);
    expect_request(f, 4, &next, "010", "000");
    fixture_free(f);
}

static void concluding_while_things_are_under_way(void **state)
{
    fixture_t *f = fixture_new(0);
    ph_hash_t parent = ph_harness_hash(0);
    (void)state;
    ph_harness_activate(f->h, &f->leaf, 1, &parent);
    join(f, 4);
    made_t m = make(f, 0, 1);
    share(f, 0, S, &m); /* waits for the leaf */
    ph_harness_drop_all(f->h);
    ph_harness_conclude(f->h);
    fixture_free(f);

    f = fixture_ready();
    m = make(f, 0, 1);
    say_statement(f, 4, 4, S, &m);
    expect_request(f, 4, &m, "010", "000"); /* never answered */
    ph_harness_conclude(f->h);
    fixture_free(f);
}

static void a_second_bearer_of_an_identity_is_not_believed(void **state)
{
    made_t m;
    fixture_t *f = with_seconded(&m);
    (void)state;
    ph_validation_event_t twin = {
        .kind = PH_VALIDATION_EVENT_PEER_CONNECTED,
        .peer_connected = {
            .peer = {500}, .role = {PH_OBSERVED_ROLE_AUTHORITY}, .version = 3, .authority = {true, discovery_of(4)}}};
    event(f, &twin);
    event(f, &(ph_validation_event_t){.kind = PH_VALIDATION_EVENT_PEER_VIEW_CHANGE,
                                      .peer_view_change = {{500}, {.heads = {&f->leaf, 1}}}});
    ph_harness_expect_nothing(f->h);
    event(f, &(ph_validation_event_t){.kind = PH_VALIDATION_EVENT_PEER_DISCONNECTED, .peer_disconnected = {500}});
    say_statement(f, 4, 4, VALID, &m); /* the first one still is who it is */
    expect_at_backing(f, 4, VALID, &m);
    expect_statement(f, "8", 4, VALID, &m);
    fixture_free(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(own_statements_go_to_the_group),
        cmocka_unit_test(own_statements_that_do_not_belong_are_not_sent),
        cmocka_unit_test(only_those_who_see_the_leaf_hear),
        cmocka_unit_test(valid_statements_reach_backing_and_the_group),
        cmocka_unit_test(a_candidate_is_fetched_from_who_names_it),
        cmocka_unit_test(statements_in_the_response_are_used_and_not_sent_back),
        cmocka_unit_test(what_the_cluster_refuses),
        cmocka_unit_test(beyond_the_limit_in_sum_is_taken_with_prejudice),
        cmocka_unit_test(two_claims_allow_two_candidates),
        cmocka_unit_test(senders_that_may_not),
        cmocka_unit_test(a_statement_against_a_known_candidate),
        cmocka_unit_test(disabled_validators_are_not_heard),
        cmocka_unit_test(who_is_no_validator_wants_nothing),
        cmocka_unit_test(what_comes_early_waits_for_the_leaf),
        cmocka_unit_test(a_leaf_that_the_runtime_does_not_know_is_given_up),
        cmocka_unit_test(without_a_claim_queue_the_cores_say_it),
        cmocka_unit_test(a_leaf_that_ends_takes_everything_along),
        cmocka_unit_test(concluding_while_things_are_under_way),
        cmocka_unit_test(a_second_bearer_of_an_identity_is_not_believed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
