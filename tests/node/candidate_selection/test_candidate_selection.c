/* Candidate Selection alone: which collation is fetched, what happens to it, and who comes next. */
#include "node/collation_parts.h"

#include "node/candidate_selection/candidate_selection.h"
#include "primitives/hash_of.h"
#include "protocol/candidate_backing.h"
#include "protocol/candidate_selection.h"
#include "protocol/collator_protocol.h"

enum { PARA = 2000, OTHER = 2001, ME = 2, SLOT_MS = 6000 };

typedef struct fixture {
    ph_harness_t *h;
    ph_keystore_t *keystore;
    ph_candidate_selection_config_t config;
    parts_t parts;
    ph_hash_t leaf;
    ph_shared_pov_t pov;
} fixture_t;

/* Validator 2 of 6 in 2 groups: group 0, which at block 1 backs on core 0. */
static int setup(void **state)
{
    fixture_t *f = ph_mem_alloc(NULL, sizeof *f);
    f->parts = (parts_t){.validators = 6, .groups = 2, .rotation = 5, .now = 2, .claims = {{PARA}, {OTHER}}};
    f->h = ph_harness_prepare(PH_SUBSYSTEM_CANDIDATE_SELECTION);
    f->keystore = ph_keystore_new(ph_harness_env(f->h), true);
    ph_keystore_add(f->keystore, PH_KEY_PARA_VALIDATOR, (const uint8_t[32]){1});
    assert_true(ph_keystore_public(f->keystore, PH_KEY_PARA_VALIDATOR, f->parts.keys[ME]));
    f->config = (ph_candidate_selection_config_t){f->keystore, SLOT_MS};
    f->pov = parts_pov(10, 7);
    f->leaf = ph_harness_hash(1);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    fixture_t *f = *state;
    ph_harness_free(f->h);
    ph_keystore_free(f->keystore);
    ph_shared_pov_unref(f->pov);
    ph_mem_free(f);
    return 0;
}

static void activate(fixture_t *f, uint32_t n)
{
    ph_hash_t parent = ph_harness_hash(n - 1);
    f->leaf = ph_harness_hash(n);
    ph_harness_activate(f->h, &f->leaf, n, &parent);
}

static void answer_leaf(fixture_t *f)
{
    parts_answer_validators(f->h, &f->parts);
    parts_answer_groups(f->h, &f->parts);
    parts_answer_cores(f->h, &f->parts);
    parts_answer_claims(f->h, &f->parts);
}

static void go(fixture_t *f)
{
    ph_harness_start(f->h, &ph_candidate_selection_ops, &f->config);
    activate(f, 1);
    answer_leaf(f);
    ph_harness_expect_nothing(f->h);
}

static ph_committed_candidate_receipt_t candidate(const fixture_t *f, uint8_t n)
{
    ph_committed_candidate_receipt_t out = {
        .descriptor = {.para_id = {PARA}, .relay_parent = f->leaf, .pov_hash = {{n}}}};
    return out;
}

static ph_collator_id_t collator(uint32_t n)
{
    ph_collator_id_t id = {{0}};
    id.bytes[0] = (uint8_t)n;
    return id;
}

/* Collator n, which is peer n, advertises candidate c. */
static void advertise_for(fixture_t *f, uint32_t n, uint8_t c, uint32_t para)
{
    ph_committed_candidate_receipt_t receipt = candidate(f, c);
    ph_msg_candidate_selection_collation_t msg = {.relay_parent = f->leaf,
                                                  .para = {para},
                                                  .peer = {n},
                                                  .collator = collator(n),
                                                  .candidate = {true, ph_hash_of_committed(&receipt)}};
    ph_harness_send(f->h, PH_MSG_CANDIDATE_SELECTION_COLLATION, &msg);
}

static void advertise(fixture_t *f, uint32_t n, uint8_t c)
{
    advertise_for(f, n, c, PARA);
}

static ph_msg_t *expect_fetch(fixture_t *f, uint32_t n, uint8_t c)
{
    ph_committed_candidate_receipt_t receipt = candidate(f, c);
    ph_candidate_hash_t hash = ph_hash_of_committed(&receipt);
    ph_msg_t *msg = ph_harness_expect(f->h, PH_SUBSYSTEM_COLLATOR_PROTOCOL, PH_MSG_COLLATOR_PROTOCOL_FETCH_COLLATION);
    const ph_msg_collator_protocol_fetch_collation_t *fetch = ph_msg_payload(msg);
    assert_memory_equal(&fetch->relay_parent, &f->leaf, 32);
    assert_int_equal(fetch->para.v, PARA);
    assert_int_equal(fetch->peer.v, n);
    assert_true(fetch->candidate.some);
    assert_memory_equal(&fetch->candidate.value, &hash, 32);
    ph_harness_expect_nothing(f->h);
    return msg;
}

static void deliver(fixture_t *f, ph_msg_t *fetch, uint8_t c)
{
    ph_committed_candidate_receipt_t committed = candidate(f, c);
    ph_res_collation_request_failure_t reply = {.kind = PH_RES_OK};
    ph_hash_to_plain_receipt(&reply.ok.receipt, &committed);
    reply.ok.pov = f->pov;
    ph_harness_reply(f->h, fetch, &reply);
}

static void fail_fetch(fixture_t *f, ph_msg_t *fetch, ph_request_failure_kind_t why)
{
    ph_res_collation_request_failure_t reply = {.kind = PH_RES_ERR, .err = {(uint8_t)why}};
    ph_harness_reply(f->h, fetch, &reply);
}

static void expect_second(fixture_t *f, uint8_t c)
{
    ph_committed_candidate_receipt_t committed = candidate(f, c);
    ph_candidate_receipt_t receipt;
    ph_hash_to_plain_receipt(&receipt, &committed);
    const ph_msg_candidate_backing_second_t *second =
        ph_msg_payload(ph_harness_expect(f->h, PH_SUBSYSTEM_CANDIDATE_BACKING, PH_MSG_CANDIDATE_BACKING_SECOND));
    assert_memory_equal(&second->relay_parent, &f->leaf, 32);
    assert_true(ph_candidate_receipt_equal(&second->receipt, &receipt));
    assert_ptr_equal(second->pov.v, f->pov.v);
    ph_harness_expect_nothing(f->h);
}

static void select_it(fixture_t *f, uint32_t n, uint8_t c)
{
    deliver(f, expect_fetch(f, n, c), c);
    expect_second(f, c);
}

static void say_invalid(fixture_t *f, uint8_t c)
{
    ph_committed_candidate_receipt_t committed = candidate(f, c);
    ph_msg_candidate_selection_invalid_t msg = {.relay_parent = f->leaf};
    ph_hash_to_plain_receipt(&msg.receipt, &committed);
    ph_harness_send(f->h, PH_MSG_CANDIDATE_SELECTION_INVALID, &msg);
}

static void say_seconded(fixture_t *f, uint8_t c)
{
    ph_msg_candidate_selection_seconded_t msg = {.relay_parent = f->leaf, .statement = {.validator_index = {ME}}};
    msg.statement.payload.kind = PH_STATEMENT_SECONDED;
    msg.statement.payload.seconded = candidate(f, c);
    ph_harness_send(f->h, PH_MSG_CANDIDATE_SELECTION_SECONDED, &msg);
}

static void expect_reported(fixture_t *f, uint32_t n)
{
    const ph_msg_collator_protocol_report_collator_t *report = ph_msg_payload(
        ph_harness_expect(f->h, PH_SUBSYSTEM_COLLATOR_PROTOCOL, PH_MSG_COLLATOR_PROTOCOL_REPORT_COLLATOR));
    ph_collator_id_t id = collator(n);
    assert_memory_equal(&report->collator, &id, 32);
    assert_int_equal(report->reputation.kind, PH_REPUTATION_MALICIOUS);
}

static void expect_thanked(fixture_t *f, uint32_t n)
{
    ph_collator_id_t id = collator(n);
    const ph_msg_collator_protocol_note_good_collation_t *good = ph_msg_payload(
        ph_harness_expect(f->h, PH_SUBSYSTEM_COLLATOR_PROTOCOL, PH_MSG_COLLATOR_PROTOCOL_NOTE_GOOD_COLLATION));
    assert_memory_equal(&good->collator, &id, 32);
    const ph_msg_collator_protocol_notify_collation_seconded_t *told = ph_msg_payload(
        ph_harness_expect(f->h, PH_SUBSYSTEM_COLLATOR_PROTOCOL, PH_MSG_COLLATOR_PROTOCOL_NOTIFY_COLLATION_SECONDED));
    assert_memory_equal(&told->collator, &id, 32);
    assert_memory_equal(&told->relay_parent, &f->leaf, 32);
    assert_int_equal(told->statement.payload.kind, PH_STATEMENT_SECONDED);
    assert_int_equal(told->statement.validator_index.v, ME);
    ph_harness_expect_nothing(f->h);
}

static void test_happy_path(void **state)
{
    fixture_t *f = *state;
    go(f);
    advertise(f, 1, 1);
    select_it(f, 1, 1);
    assert_int_equal(ph_harness_events(f->h, "collation-selected"), 1);
    say_seconded(f, 1);
    expect_thanked(f, 1);
    advertise(f, 2, 2); /* one candidate a core and relay parent */
    ph_harness_advance(f->h, SLOT_MS);
    ph_harness_expect_nothing(f->h);
    say_seconded(f, 1); /* thanked once */
    ph_harness_expect_nothing(f->h);
}

static void test_one_in_flight(void **state)
{
    fixture_t *f = *state;
    go(f);
    advertise(f, 1, 1);
    ph_msg_t *fetch = expect_fetch(f, 1, 1);
    advertise(f, 2, 2);
    advertise(f, 3, 3);
    ph_harness_expect_nothing(f->h);
    deliver(f, fetch, 1);
    expect_second(f, 1);
    say_invalid(f, 1);
    expect_reported(f, 1);
    select_it(f, 2, 2); /* in the order of advertisement */
    say_invalid(f, 2);
    expect_reported(f, 2);
    select_it(f, 3, 3);
    say_seconded(f, 3);
    expect_thanked(f, 3);
}

static void test_failures_fall_back(void **state)
{
    fixture_t *f = *state;
    static const ph_request_failure_kind_t WHY[] = {PH_REQUEST_FAILURE_TIMEOUT, PH_REQUEST_FAILURE_DISCONNECTED,
                                                    PH_REQUEST_FAILURE_MALFORMED};
    go(f);
    for (uint8_t i = 1; i <= 5; i++)
        advertise(f, i, i);
    for (uint8_t i = 1; i <= 3; i++)
        fail_fetch(f, expect_fetch(f, i, i), WHY[i - 1]);
    ph_harness_drop(f->h, expect_fetch(f, 4, 4)); /* no answer at all */
    select_it(f, 5, 5);
    assert_int_equal(ph_harness_events(f->h, "collation-selected"), 1);
}

static void test_nothing_left_then_something(void **state)
{
    fixture_t *f = *state;
    go(f);
    advertise(f, 1, 1);
    fail_fetch(f, expect_fetch(f, 1, 1), PH_REQUEST_FAILURE_TIMEOUT);
    ph_harness_expect_nothing(f->h);
    advertise(f, 2, 1); /* the same candidate, from somebody who may have it */
    select_it(f, 2, 1);
}

static void test_invalid_is_not_tried_again(void **state)
{
    fixture_t *f = *state;
    go(f);
    advertise(f, 1, 1);
    advertise(f, 2, 1);
    advertise(f, 3, 3);
    select_it(f, 1, 1);
    say_invalid(f, 1);
    expect_reported(f, 1); /* alone: the other did not give it to us */
    select_it(f, 3, 3);
    advertise(f, 4, 1);
    say_invalid(f, 3);
    expect_reported(f, 3);
    ph_harness_expect_nothing(f->h);
}

static void say_declined(fixture_t *f, uint8_t c)
{
    ph_committed_candidate_receipt_t committed = candidate(f, c);
    ph_msg_candidate_selection_declined_t msg = {f->leaf, ph_hash_of_committed(&committed)};
    ph_harness_send(f->h, PH_MSG_CANDIDATE_SELECTION_DECLINED, &msg);
}

/* Backing failed: at once the next, and nobody is blamed. */
static void test_declined(void **state)
{
    fixture_t *f = *state;
    go(f);
    advertise(f, 1, 1);
    advertise(f, 2, 2);
    advertise(f, 3, 1);
    say_declined(f, 1); /* what was not handed on cannot be declined */
    deliver(f, expect_fetch(f, 1, 1), 1);
    expect_second(f, 1);
    say_declined(f, 2); /* another one's turn */
    ph_harness_expect_nothing(f->h);
    say_declined(f, 1);
    ph_msg_t *fetch = expect_fetch(f, 2, 2);
    say_declined(f, 2); /* is still being fetched */
    ph_harness_expect_nothing(f->h);
    deliver(f, fetch, 2);
    expect_second(f, 2);
    say_declined(f, 2);
    ph_harness_advance(f->h, SLOT_MS); /* the other collator has what was declined already */
    ph_harness_expect_nothing(f->h);
    assert_int_equal(ph_harness_events(f->h, "selection-declined"), 2);
    assert_int_equal(ph_harness_events(f->h, "selection-overdue"), 0);
}

static void test_no_verdict(void **state)
{
    fixture_t *f = *state;
    go(f);
    advertise(f, 1, 1);
    advertise(f, 2, 2);
    select_it(f, 1, 1);
    ph_harness_advance(f->h, SLOT_MS * 2 / 3 - 1);
    ph_harness_expect_nothing(f->h);
    ph_harness_advance(f->h, 1);
    ph_msg_t *fetch = expect_fetch(f, 2, 2);
    say_seconded(f, 1); /* the verdict comes after all */
    expect_thanked(f, 1);
    deliver(f, fetch, 2); /* too late */
    ph_harness_expect_nothing(f->h);
    assert_int_equal(ph_harness_events(f->h, "collation-selected"), 1);
}

static void test_late_invalid(void **state)
{
    fixture_t *f = *state;
    go(f);
    advertise(f, 1, 1);
    advertise(f, 2, 2);
    select_it(f, 1, 1);
    ph_harness_advance(f->h, SLOT_MS * 2 / 3);
    ph_msg_t *fetch = expect_fetch(f, 2, 2);
    say_invalid(f, 1);
    expect_reported(f, 1);
    ph_harness_expect_nothing(f->h); /* the other one is still in flight */
    deliver(f, fetch, 2);
    expect_second(f, 2);
}

static void test_words_about_strangers(void **state)
{
    fixture_t *f = *state;
    go(f);
    advertise(f, 1, 1);
    ph_msg_t *fetch = expect_fetch(f, 1, 1);
    say_invalid(f, 9);
    say_seconded(f, 9);
    say_invalid(f, 1); /* not handed to Backing yet: cannot be meant */
    ph_harness_expect_nothing(f->h);
    deliver(f, fetch, 1);
    expect_second(f, 1);
    f->leaf = ph_harness_hash(77);
    say_invalid(f, 1);
    say_seconded(f, 1);
    advertise(f, 2, 2); /* of no leaf */
    ph_harness_expect_nothing(f->h);
}

static void test_other_paras(void **state)
{
    fixture_t *f = *state;
    go(f);
    advertise_for(f, 1, 1, OTHER);
    ph_msg_candidate_selection_collation_t nameless = {.relay_parent = f->leaf, .para = {PARA}, .peer = {3}};
    ph_harness_send(f->h, PH_MSG_CANDIDATE_SELECTION_COLLATION, &nameless);
    ph_harness_expect_nothing(f->h);
    advertise(f, 2, 2);
    select_it(f, 2, 2);
}

static void test_before_the_core_is_known(void **state)
{
    fixture_t *f = *state;
    ph_harness_start(f->h, &ph_candidate_selection_ops, &f->config);
    activate(f, 1);
    advertise_for(f, 1, 1, OTHER);
    advertise(f, 2, 2);
    parts_answer_validators(f->h, &f->parts);
    advertise(f, 3, 3);
    parts_answer_groups(f->h, &f->parts);
    parts_answer_cores(f->h, &f->parts);
    ph_harness_drop(f->h, ASKED(f->h, CLAIM_QUEUE));
    ph_harness_expect_nothing(f->h); /* the runtime failed: nothing is done */
    activate(f, 2);
    advertise_for(f, 1, 1, OTHER);
    advertise(f, 2, 2);
    advertise(f, 3, 3);
    answer_leaf(f);
    fail_fetch(f, expect_fetch(f, 2, 2), PH_REQUEST_FAILURE_REFUSED);
    expect_fetch(f, 3, 3);
}

/* Which para is ours, if any, as the answers say. */
static void expect_ours(fixture_t *f, bool ours)
{
    static uint32_t n = 100;
    activate(f, ++n);
    answer_leaf(f);
    advertise(f, 1, 1);
    if (ours)
        expect_fetch(f, 1, 1);
    ph_harness_expect_nothing(f->h);
}

static void test_which_para(void **state)
{
    fixture_t *f = *state;
    go(f);
    expect_ours(f, true);
    f->parts.now = 6; /* after a rotation the group backs on core 1 */
    expect_ours(f, false);
    f->parts.claims[1][0] = PARA;
    expect_ours(f, true);
    f->parts.occupied[1] = true; /* up when the core becomes available */
    expect_ours(f, true);
    f->parts.claims[1][0] = 0;
    expect_ours(f, false);
    f->parts.occupied[1] = false;
    expect_ours(f, false);
}

static void test_no_validator(void **state)
{
    fixture_t *f = *state;
    memset(f->parts.keys[ME], 0x55, 32);
    ph_harness_start(f->h, &ph_candidate_selection_ops, &f->config);
    activate(f, 1);
    advertise(f, 1, 1);
    parts_answer_validators(f->h, &f->parts);
    advertise(f, 2, 2);
    ph_harness_expect_nothing(f->h);
}

static void test_no_keystore(void **state)
{
    fixture_t *f = *state;
    f->config.keystore = NULL;
    ph_harness_start(f->h, &ph_candidate_selection_ops, &f->config);
    activate(f, 1);
    advertise(f, 1, 1);
    ph_harness_expect_nothing(f->h);
}

static void test_kept_are_bounded(void **state)
{
    fixture_t *f = *state;
    go(f);
    for (uint32_t i = 1; i <= PH_CANDIDATE_SELECTION_KEPT_MAX + 5; i++)
        advertise(f, i, (uint8_t)i);
    for (uint32_t i = 1; i <= PH_CANDIDATE_SELECTION_KEPT_MAX; i++)
        fail_fetch(f, expect_fetch(f, i, (uint8_t)i), PH_REQUEST_FAILURE_TIMEOUT);
    ph_harness_expect_nothing(f->h);
}

static void test_leaf_ends(void **state)
{
    fixture_t *f = *state;
    go(f);
    advertise(f, 1, 1);
    ph_msg_t *fetch = expect_fetch(f, 1, 1);
    ph_hash_t first = f->leaf;
    activate(f, 2); /* while fetching */
    f->leaf = first;
    deliver(f, fetch, 1);
    assert_int_equal(ph_harness_events(f->h, "collation-selected"), 0);
    f->leaf = ph_harness_hash(2);
    answer_leaf(f);
    advertise(f, 1, 1);
    select_it(f, 1, 1);
    advertise(f, 2, 2);
    ph_hash_t second = f->leaf;
    activate(f, 3); /* while Backing has it */
    f->leaf = second;
    say_invalid(f, 1);
    say_seconded(f, 1);
    ph_harness_drop_all(f->h);
    ph_harness_advance(f->h, SLOT_MS);
    ph_harness_expect_nothing(f->h);
}

static void test_conclude_mid_flow(void **state)
{
    fixture_t *f = *state;
    go(f);
    advertise(f, 1, 1);
    expect_fetch(f, 1, 1);
    ph_harness_conclude(f->h);
    ph_harness_expect_nothing(f->h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_happy_path, setup, teardown),
        cmocka_unit_test_setup_teardown(test_one_in_flight, setup, teardown),
        cmocka_unit_test_setup_teardown(test_failures_fall_back, setup, teardown),
        cmocka_unit_test_setup_teardown(test_nothing_left_then_something, setup, teardown),
        cmocka_unit_test_setup_teardown(test_invalid_is_not_tried_again, setup, teardown),
        cmocka_unit_test_setup_teardown(test_declined, setup, teardown),
        cmocka_unit_test_setup_teardown(test_no_verdict, setup, teardown),
        cmocka_unit_test_setup_teardown(test_late_invalid, setup, teardown),
        cmocka_unit_test_setup_teardown(test_words_about_strangers, setup, teardown),
        cmocka_unit_test_setup_teardown(test_other_paras, setup, teardown),
        cmocka_unit_test_setup_teardown(test_before_the_core_is_known, setup, teardown),
        cmocka_unit_test_setup_teardown(test_which_para, setup, teardown),
        cmocka_unit_test_setup_teardown(test_no_validator, setup, teardown),
        cmocka_unit_test_setup_teardown(test_no_keystore, setup, teardown),
        cmocka_unit_test_setup_teardown(test_kept_are_bounded, setup, teardown),
        cmocka_unit_test_setup_teardown(test_leaf_ends, setup, teardown),
        cmocka_unit_test_setup_teardown(test_conclude_mid_flow, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
