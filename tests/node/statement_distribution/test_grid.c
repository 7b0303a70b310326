/* Statement Distribution along the grid: as a member of the backing group, as a receiver, as one who passes on. */
#include "fixture.h"

/* Our group's candidate, seconded by us and valid to 4; Backing has not said anything yet. */
static fixture_t *with_votes(made_t *m)
{
    fixture_t *f = fixture_ready();
    *m = make(f, 0, 1);
    share(f, 0, S, m);
    expect_statement(f, "48", 0, S, m);
    say_statement(f, 4, 4, VALID, m);
    expect_at_backing(f, 4, VALID, m);
    expect_statement(f, "8", 4, VALID, m);
    return f;
}

/* Group 1's candidate, which we have from 1; Backing has not said anything yet. */
static fixture_t *with_fetched(made_t *m)
{
    fixture_t *f = fixture_ready();
    *m = make(f, 1, 1);
    ph_backed_candidate_manifest_t manifest = manifest_of(f, m, "100", "010");
    say_manifest(f, 1, &manifest);
    answer_well(f, expect_request(f, 1, m, "000", "000"), m);
    expect_at_backing(f, 1, S, m);
    expect_at_backing(f, 5, VALID, m);
    ph_harness_expect_nothing(f->h);
    return f;
}

static void a_backed_candidate_leaves_its_group(void **state)
{
    made_t m;
    fixture_t *f = with_votes(&m);
    (void)state;
    back(f, &m);
    expect_manifest(f, "1236", &m, "100", "010");
    assert_int_equal(ph_harness_events(f->h, "manifest-sent"), 4);
    back(f, &m);
    ph_harness_expect_nothing(f->h);
    fixture_free(f);
}

static void only_who_sees_the_leaf_gets_a_manifest(void **state)
{
    made_t m;
    fixture_t *f = with_votes(&m);
    (void)state;
    see(f, 2, NULL);
    leave(f, 6);
    back(f, &m);
    expect_manifest(f, "13", &m, "100", "010");
    see(f, 2, &f->leaf);
    expect_manifest(f, "2", &m, "100", "010");
    join(f, 6);
    expect_manifest(f, "6", &m, "100", "010");
    leave(f, 6);
    join(f, 6); /* it may have lost what it got */
    expect_manifest(f, "6", &m, "100", "010");
    fixture_free(f);
}

static void a_late_topology_is_no_loss(void **state)
{
    fixture_t *f = fixture_new(0);
    (void)state;
    activate(f);
    for (uint32_t v = 1; v < V; v++)
        join(f, v);
    made_t m = make(f, 0, 1), other = make(f, 1, 1);
    share(f, 0, S, &m);
    expect_statement(f, "48", 0, S, &m);
    say_statement(f, 4, 4, VALID, &m);
    expect_at_backing(f, 4, VALID, &m);
    expect_statement(f, "8", 4, VALID, &m);
    back(f, &m);
    ph_backed_candidate_manifest_t manifest = manifest_of(f, &other, "110", "000");
    say_manifest(f, 1, &manifest); /* we do not know yet whether it may */
    ph_harness_expect_nothing(f->h);
    give_topology(f, 0);
    expect_manifest(f, "1236", &m, "100", "010");
    fixture_free(f);
}

static void who_acknowledged_gets_single_statements(void **state)
{
    made_t m;
    fixture_t *f = with_votes(&m);
    (void)state;
    back(f, &m);
    expect_manifest(f, "1236", &m, "100", "010");
    say_known(f, 1, &m, "100", "010");
    ph_harness_expect_nothing(f->h);
    say_statement(f, 8, 8, VALID, &m);
    expect_at_backing(f, 8, VALID, &m);
    expect_statement(f, "41", 8, VALID, &m); /* the cluster, and who acknowledged */
    say_known(f, 2, &m, "100", "010");       /* lacks the latest */
    expect_statement(f, "2", 8, VALID, &m);
    say_known(f, 3, &m, "100", "011"); /* has it all */
    say_known(f, 2, &m, "100", "011");
    ph_harness_expect_nothing(f->h);
    fixture_free(f);
}

static void a_link_sends_us_single_statements(void **state)
{
    made_t m;
    fixture_t *f = with_votes(&m);
    (void)state;
    back(f, &m);
    expect_manifest(f, "1236", &m, "100", "010");
    for (uint32_t i = 0; i < 2 * V; i++)
        say_statement(f, 1, 8, VALID, &m); /* its acknowledgement may have been lost, but not all that often */
    ph_harness_expect_nothing(f->h);
    say_statement(f, 1, 8, VALID, &m);
    MINOR(f, 1, "statement: from a peer that should not send it");
    say_known(f, 1, &m, "100", "011");
    say_statement(f, 1, 8, VALID, &m);
    expect_at_backing(f, 8, VALID, &m);
    expect_statement(f, "48", 8, VALID, &m);
    say_statement(f, 1, 8, VALID, &m);
    MINOR(f, 1, "statement: from a peer that should not send it");
    say_statement(f, 1, 4, VALID, &m); /* our manifest said that we have it: no news, no fault */
    say_statement(f, 1, 4, VALID, &m);
    MINOR(f, 1, "statement: from a peer that should not send it");
    say_known(f, 2, &m, "100", "010");
    expect_statement(f, "2", 8, VALID, &m);
    ph_unchecked_signed_statement_t forged = sign(f, 8, S, &m.hash);
    forged.signature.bytes[40] ^= 1;
    say_signed(f, 2, &forged);
    MAJOR(f, 2, "statement: bad signature");
    ph_harness_advance(f->h, 30000);
    next(f, PH_SUBSYSTEM_NETWORK_BRIDGE, PH_MSG_NETWORK_BRIDGE_REPORT_BATCH);
    fixture_free(f);
}

static void a_receiver_fetches_acknowledges_and_passes_on(void **state)
{
    made_t m;
    fixture_t *f = with_fetched(&m);
    (void)state;
    back(f, &m);
    expect_manifest(f, "23", &m, "100", "010"); /* 6 is of the group */
    expect_known(f, "1", &m, "100", "010");
    say_statement(f, 1, 6, VALID, &m);
    expect_at_backing(f, 6, VALID, &m);
    ph_harness_expect_nothing(f->h); /* neither 2 nor 3 acknowledged */
    say_known(f, 3, &m, "100", "010");
    expect_statement(f, "3", 6, VALID, &m);
    fixture_free(f);
}

static void manifests_that_crossed_are_acknowledged(void **state)
{
    fixture_t *f = fixture_ready();
    made_t m = make(f, 1, 1);
    ph_backed_candidate_manifest_t manifest = manifest_of(f, &m, "100", "010");
    (void)state;
    say_manifest(f, 1, &manifest);
    ph_msg_t *request = expect_request(f, 1, &m, "000", "000");
    say_manifest(f, 2, &manifest); /* along the row from 1, or down the column from 5 */
    answer_well(f, request, &m);
    expect_at_backing(f, 1, S, &m);
    expect_at_backing(f, 5, VALID, &m);
    back(f, &m);
    expect_manifest(f, "3", &m, "100", "010");
    expect_known(f, "12", &m, "100", "010");
    fixture_free(f);
}

static void a_manifest_of_what_we_have_is_answered_at_once(void **state)
{
    made_t m;
    fixture_t *f = with_fetched(&m);
    (void)state;
    back(f, &m);
    expect_manifest(f, "23", &m, "100", "010");
    expect_known(f, "1", &m, "100", "010");
    ph_backed_candidate_manifest_t manifest = manifest_of(f, &m, "100", "001");
    say_manifest(f, 6, &manifest);
    expect_known(f, "6", &m, "100", "010");
    expect_statement(f, "6", 5, VALID, &m);
    say_manifest(f, 3, &manifest); /* it had ours: a manifest of its own says as much as an acknowledgement */
    expect_statement(f, "3", 5, VALID, &m);
    ph_harness_expect_nothing(f->h);
    fixture_free(f);
}

static void an_authority_that_does_not_validate_passes_on(void **state)
{
    fixture_t *f = fixture_new(V);
    (void)state;
    give_topology(f, 0);
    activate(f);
    for (uint32_t v = 1; v < V; v++)
        join(f, v);
    made_t m = make(f, 1, 1);
    ph_backed_candidate_manifest_t manifest = manifest_of(f, &m, "100", "010");
    say_manifest(f, 1, &manifest);
    answer_well(f, expect_request(f, 1, &m, "000", "000"), &m);
    expect_at_backing(f, 1, S, &m);
    expect_at_backing(f, 5, VALID, &m);
    back(f, &m);
    expect_manifest(f, "23", &m, "100", "010");
    expect_known(f, "1", &m, "100", "010");
    fixture_free(f);
}

static void manifests_that_are_out_of_place(void **state)
{
    fixture_t *f = fixture_ready();
    made_t m = make(f, 1, 1), own = make(f, 0, 1);
    (void)state;
    ph_backed_candidate_manifest_t manifest = manifest_of(f, &m, "100", "010");
    say_manifest(f, 5, &manifest); /* of the group, but no neighbour */
    MINOR(f, 5, "manifest: from a peer that should not send it");
    say_manifest(f, 30, &manifest); /* not connected */
    ph_harness_expect_nothing(f->h);
    manifest = manifest_of(f, &own, "100", "010");
    say_manifest(f, 1, &manifest); /* we are that group */
    MINOR(f, 1, "manifest: from a peer that should not send it");
    manifest = manifest_of(f, &m, "100", "010");
    manifest.para_id.v = 1002;
    say_manifest(f, 1, &manifest);
    MAJOR(f, 1, "manifest: the group does not serve the para");
    manifest = manifest_of(f, &m, "100", "010");
    manifest.group_index.v = 3;
    say_manifest(f, 1, &manifest);
    MAJOR(f, 1, "manifest: the group does not serve the para");
    manifest = manifest_of(f, &m, "100", "010");
    manifest.scheduling_parent = ph_harness_hash(99);
    say_manifest(f, 1, &manifest);
    MINOR(f, 1, "manifest: relay parent not in our view");
    fixture_free(f);
}

static void manifests_that_are_malformed(void **state)
{
    fixture_t *f = fixture_ready();
    made_t m = make(f, 1, 1);
    (void)state;
    ph_backed_candidate_manifest_t manifest = manifest_of(f, &m, "1000", "010");
    say_manifest(f, 1, &manifest);
    MAJOR(f, 1, "manifest: wrong length");
    manifest = manifest_of(f, &m, "100", "01");
    say_manifest(f, 1, &manifest);
    MAJOR(f, 1, "manifest: wrong length");
    manifest = manifest_of(f, &m, "000", "011");
    say_manifest(f, 1, &manifest);
    MAJOR(f, 1, "manifest: nobody seconded");
    manifest = manifest_of(f, &m, "100", "100"); /* one voter, whatever it says */
    say_manifest(f, 1, &manifest);
    MAJOR(f, 1, "manifest: too few votes");
    fixture_free(f);
}

static void manifests_that_contradict(void **state)
{
    fixture_t *f = fixture_ready();
    made_t m = make(f, 1, 1), second = make(f, 1, 2);
    (void)state;
    ph_backed_candidate_manifest_t manifest = manifest_of(f, &m, "100", "010");
    say_manifest(f, 1, &manifest);
    ph_msg_t *request = expect_request(f, 1, &m, "000", "000");
    manifest = manifest_of(f, &m, "100", "001");
    say_manifest(f, 1, &manifest);
    MAJOR(f, 1, "manifest: contradicts an earlier one");
    manifest = manifest_of(f, &m, "100", "011");
    manifest.parent_head_data_hash = ph_harness_hash(5);
    say_manifest(f, 1, &manifest);
    MAJOR(f, 1, "manifest: contradicts an earlier one");
    manifest = manifest_of(f, &second, "110", "000"); /* the first member seconds one more than it may */
    say_manifest(f, 1, &manifest);
    MINOR(f, 1, "manifest: too many candidates seconded");
    manifest = manifest_of(f, &m, "100", "011"); /* it learned more: fine */
    say_manifest(f, 1, &manifest);
    ph_harness_expect_nothing(f->h);
    manifest = manifest_of(f, &m, "100", "010");
    manifest.parent_head_data_hash = ph_harness_hash(5);
    say_manifest(f, 2, &manifest); /* nobody knows yet who is right */
    made_t as_other = m;
    as_other.group = 2;
    manifest = manifest_of(f, &as_other, "110", "000");
    manifest.para_id.v = 1002;
    say_manifest(f, 3, &manifest);
    ph_msg_t *wrong = expect_request(f, 3, &m, "000", "000");
    answer_well(f, request, &m);
    MAJOR(f, 2, "candidate advertised with false data");
    MAJOR(f, 3, "candidate advertised with false data");
    expect_at_backing(f, 1, S, &m);
    expect_at_backing(f, 5, VALID, &m);
    answer_failure(f, wrong, PH_REQUEST_FAILURE_REFUSED); /* not asked again */
    ph_harness_advance(f->h, 3000);
    manifest = manifest_of(f, &m, "100", "010");
    manifest.parent_head_data_hash = ph_harness_hash(5);
    say_manifest(f, 6, &manifest);
    MAJOR(f, 6, "manifest: false of a known candidate");
    fixture_free(f);
}

static void manifests_that_cross_our_leaving_the_leaf(void **state)
{
    made_t m;
    fixture_t *f = with_fetched(&m);
    ph_hash_t second = ph_harness_hash(2);
    (void)state;
    ph_harness_activate(f->h, &second, 2, &f->leaf);
    answer_runtime(f, &second);
    ph_backed_candidate_manifest_t manifest = manifest_of(f, &m, "100", "010");
    for (uint32_t i = 0; i < V; i++) {
        say_manifest(f, 1, &manifest);
        say_known(f, 1, &m, "100", "010");
    }
    ph_harness_expect_nothing(f->h);
    say_manifest(f, 1, &manifest); /* enough is enough */
    MINOR(f, 1, "manifest: relay parent not in our view");
    say_known(f, 1, &m, "100", "010");
    MINOR(f, 1, "acknowledgement: candidate unknown");
    manifest.scheduling_parent = ph_harness_hash(99);
    say_manifest(f, 2, &manifest); /* never ours */
    MINOR(f, 2, "manifest: relay parent not in our view");
    fixture_free(f);
}

static void acknowledgements_that_are_out_of_place(void **state)
{
    made_t m;
    fixture_t *f = with_fetched(&m);
    made_t unknown = make(f, 1, 9);
    (void)state;
    say_known(f, 3, &unknown, "100", "010");
    MINOR(f, 3, "acknowledgement: candidate unknown");
    say_known(f, 3, &m, "100", "010"); /* nothing was sent yet */
    MINOR(f, 3, "acknowledgement: no manifest was sent");
    see(f, 2, NULL);
    back(f, &m);
    expect_manifest(f, "3", &m, "100", "010");
    expect_known(f, "1", &m, "100", "010");
    say_known(f, 2, &m, "100", "010");
    MINOR(f, 2, "acknowledgement: no manifest was sent");
    say_known(f, 6, &m, "100", "010"); /* of the group: we send it none */
    MINOR(f, 6, "manifest: from a peer that should not send it");
    say_known(f, 3, &m, "100", "00");
    MAJOR(f, 3, "manifest: wrong length");
    say_known(f, 3, &m, "100", "000");
    MAJOR(f, 3, "manifest: too few votes");
    fixture_free(f);
}

static void votes_of_disabled_validators_do_not_count(void **state)
{
    fixture_t *f = fixture_new(0);
    (void)state;
    f->disabled[0] = 5;
    f->disabled_count = 1;
    give_topology(f, 0);
    activate(f);
    join(f, 1);
    made_t m = make(f, 1, 1);
    ph_backed_candidate_manifest_t manifest = manifest_of(f, &m, "100", "010");
    say_manifest(f, 1, &manifest);
    MAJOR(f, 1, "manifest: too few votes");
    manifest = manifest_of(f, &m, "100", "011");
    say_manifest(f, 1, &manifest);
    ph_unchecked_signed_statement_t statements[] = {sign(f, 1, S, &m.hash), sign(f, 6, VALID, &m.hash)};
    answer_with(f, expect_request(f, 1, &m, "010", "010"), &m, statements, 2);
    expect_at_backing(f, 1, S, &m);
    expect_at_backing(f, 6, VALID, &m);
    fixture_free(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_backed_candidate_leaves_its_group),
        cmocka_unit_test(only_who_sees_the_leaf_gets_a_manifest),
        cmocka_unit_test(a_late_topology_is_no_loss),
        cmocka_unit_test(who_acknowledged_gets_single_statements),
        cmocka_unit_test(a_link_sends_us_single_statements),
        cmocka_unit_test(a_receiver_fetches_acknowledges_and_passes_on),
        cmocka_unit_test(manifests_that_crossed_are_acknowledged),
        cmocka_unit_test(a_manifest_of_what_we_have_is_answered_at_once),
        cmocka_unit_test(an_authority_that_does_not_validate_passes_on),
        cmocka_unit_test(manifests_that_are_out_of_place),
        cmocka_unit_test(manifests_that_are_malformed),
        cmocka_unit_test(manifests_that_contradict),
        cmocka_unit_test(manifests_that_cross_our_leaving_the_leaf),
        cmocka_unit_test(acknowledgements_that_are_out_of_place),
        cmocka_unit_test(votes_of_disabled_validators_do_not_count),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
