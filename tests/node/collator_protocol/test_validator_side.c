/* The validator's side: declarations, advertisements, fetching, what each fault costs. We are validator 2 of 6: group
 * 0, which at block 1 backs on core 0 and after the rotation at block 5 on core 1. Collators are peers from 10 on. */
#include "node/collator_protocol/fixture.h"

enum { ME = 2, LATER = 2002, NEVER = 2003, CROSSED = 4 };

static int setup(void **state)
{
    fixture_t *f = fixture_new();
    ph_keystore_add(f->keystore, PH_KEY_PARA_VALIDATOR, (const uint8_t[32]){1});
    assert_true(ph_keystore_public(f->keystore, PH_KEY_PARA_VALIDATOR, f->parts.keys[ME]));
    ph_keystore_add(f->others, PH_KEY_COLLATOR, (const uint8_t[32]){7});
    assert_true(ph_keystore_public(f->others, PH_KEY_COLLATOR, f->us.bytes));
    f->parts.claims[0][1] = LATER; /* behind PARA in our core's queue */
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    fixture_free(*state);
    return 0;
}

static void answer_leaf(fixture_t *f)
{
    parts_answer_groups(f->h, &f->parts);
    parts_answer_cores(f->h, &f->parts);
    parts_answer_claims(f->h, &f->parts);
    parts_answer_session(f->h, &f->parts);
    parts_answer_lookahead(f->h, LOOKAHEAD);
    parts_answer_validators(f->h, &f->parts);
}

static void go(fixture_t *f)
{
    start(f);
    activate(f, 1);
    answer_leaf(f);
    ph_harness_expect_nothing(f->h);
}

static ph_collator_protocol_message_v2_t declaration(fixture_t *f, uint32_t peer, uint32_t para)
{
    ph_collator_protocol_message_v2_t m = {.kind = PH_COLLATOR_PROTOCOL_MESSAGE_V2_DECLARE};
    uint8_t peer_id[4];
    ph_put_u32(peer_id, peer);
    ph_bytes_t payload = ph_payload_of_declare(NULL, ph_bytes(peer_id, sizeof peer_id));
    m.declare.collator = f->us;
    m.declare.para_id.v = para;
    assert_int_equal(ph_keystore_sign(f->others, m.declare.signature.bytes, PH_KEY_COLLATOR, f->us.bytes, payload),
                     PH_OK);
    ph_mem_free(payload.data);
    return m;
}

static void declare(fixture_t *f, uint32_t peer, uint32_t para)
{
    ph_collator_protocol_message_v2_t m = declaration(f, peer, para);
    hear(f, peer, &m);
}

/* A collator of PARA that sees the leaf. */
static void meet(fixture_t *f, uint32_t peer)
{
    connect_peer(f, peer, false);
    declare(f, peer, PARA);
    view_of(f, peer, &f->leaf);
    ph_harness_expect_nothing(f->h);
}

static void expect_told(fixture_t *f, uint32_t peer, uint32_t para, uint8_t candidate)
{
    const ph_msg_candidate_selection_collation_t *out =
        ph_msg_payload(ph_harness_expect(f->h, PH_SUBSYSTEM_CANDIDATE_SELECTION, PH_MSG_CANDIDATE_SELECTION_COLLATION));
    assert_memory_equal(&out->relay_parent, &f->leaf, 32);
    assert_int_equal(out->para.v, para);
    assert_int_equal(out->peer.v, peer);
    assert_memory_equal(&out->collator, &f->us, 32);
    assert_true(out->candidate.some);
    assert_int_equal(out->candidate.value.bytes[0], candidate);
}

/* ---- declarations ---- */

static void test_good_declaration(void **state)
{
    fixture_t *f = *state;
    go(f);
    meet(f, 10);
    assert_int_equal(ph_harness_events(f->h, "collator-declared"), 1);
    connect_peer(f, 11, false);
    declare(f, 11, LATER); /* further back in the queue */
    connect_peer(f, 12, false);
    declare(f, 12, OTHER); /* of the core that we serve after the rotation */
    ph_harness_expect_nothing(f->h);
}

static void test_second_declaration(void **state)
{
    fixture_t *f = *state;
    go(f);
    meet(f, 10);
    declare(f, 10, PARA);
    expect_report(f, 10, PH_REPUTATION_COST_MINOR);
    ph_harness_expect_nothing(f->h);
}

static void test_bad_signature(void **state)
{
    fixture_t *f = *state;
    go(f);
    connect_peer(f, 10, false);
    ph_collator_protocol_message_v2_t of_another_peer = declaration(f, 11, PARA);
    hear(f, 10, &of_another_peer);
    expect_report(f, 10, PH_REPUTATION_MALICIOUS);
    connect_peer(f, 12, false);
    ph_collator_protocol_message_v2_t m = declaration(f, 12, PARA);
    m.declare.signature.bytes[5] ^= 1;
    hear(f, 12, &m);
    expect_report(f, 12, PH_REPUTATION_MALICIOUS);
    view_of(f, 12, &f->leaf);
    hear_advertisement(f, 12, &f->leaf, 1); /* did not declare itself: goes nowhere */
    ph_harness_expect_nothing(f->h);
}

/* It may be a block ahead, or behind: it has two slots. */
static void expect_turned_away_in_time(fixture_t *f, uint32_t peer)
{
    ph_harness_advance(f->h, 2 * SLOT_MS - 1);
    ph_harness_expect_nothing(f->h);
    ph_harness_advance(f->h, 1);
    expect_report(f, peer, PH_REPUTATION_COST_MINOR);
}

static void test_ahead_of_us(void **state)
{
    fixture_t *f = *state;
    go(f);
    connect_peer(f, 10, false);
    declare(f, 10, NEVER);
    ph_harness_advance(f->h, SLOT_MS);
    f->parts.claims[0][0] = NEVER; /* that was what it had seen */
    activate(f, 2);
    answer_leaf(f);
    view_of(f, 10, &f->leaf);
    hear_advertisement(f, 10, &f->leaf, 1);
    expect_told(f, 10, NEVER, 1);
    ph_harness_advance(f->h, 2 * SLOT_MS);
    ph_harness_expect_nothing(f->h);
}

static void test_unneeded_para(void **state)
{
    fixture_t *f = *state;
    go(f);
    connect_peer(f, 10, false);
    declare(f, 10, NEVER);
    expect_turned_away_in_time(f, 10);
    expect_disconnect(f, 10);
    view_of(f, 10, &f->leaf);
    hear_advertisement(f, 10, &f->leaf, 1); /* on its way already */
    ph_harness_expect_nothing(f->h);
}

static void test_no_validator_needs_nobody(void **state)
{
    fixture_t *f = *state;
    memset(f->parts.keys[ME], 0x55, 32);
    go(f);
    connect_peer(f, 10, false);
    declare(f, 10, PARA);
    expect_turned_away_in_time(f, 10);
    expect_disconnect(f, 10);
}

static void test_no_keystore(void **state)
{
    fixture_t *f = *state;
    f->config.keystore = NULL;
    go(f);
    connect_peer(f, 10, false);
    declare(f, 10, PARA);
    expect_turned_away_in_time(f, 10);
    expect_disconnect(f, 10);
}

static void test_judged_when_the_leaf_is_known(void **state)
{
    fixture_t *f = *state;
    start(f);
    activate(f, 1);
    connect_peer(f, 10, false);
    declare(f, 10, PARA);
    view_of(f, 10, &f->leaf);
    hear_advertisement(f, 10, &f->leaf, 1);
    connect_peer(f, 11, false);
    declare(f, 11, NEVER);
    assert_null(ph_harness_take(f->h, PH_SUBSYSTEM_CANDIDATE_SELECTION, PH_MSG_CANDIDATE_SELECTION_COLLATION));
    assert_null(ph_harness_take(f->h, PH_SUBSYSTEM_NETWORK_BRIDGE, PH_MSG_NETWORK_BRIDGE_REPORT_PEER));
    answer_leaf(f);
    expect_told(f, 10, PARA, 1);
    expect_turned_away_in_time(f, 11);
    expect_disconnect(f, 11);
    ph_harness_expect_nothing(f->h);
}

/* A runtime that does not answer is nobody's fault. */
static void test_runtime_fails(void **state)
{
    fixture_t *f = *state;
    start(f);
    activate(f, 1);
    connect_peer(f, 10, false);
    declare(f, 10, PARA);
    parts_answer_groups(f->h, &f->parts);
    parts_answer_cores(f->h, &f->parts);
    ph_harness_drop(f->h, ASKED(f->h, CLAIM_QUEUE));
    parts_answer_session(f->h, &f->parts);
    parts_answer_lookahead(f->h, LOOKAHEAD);
    parts_answer_validators(f->h, &f->parts);
    view_of(f, 10, &f->leaf);
    hear_advertisement(f, 10, &f->leaf, 1);
    ph_harness_expect_nothing(f->h);
    activate(f, 2);
    answer_leaf(f);
    view_of(f, 10, &f->leaf);
    hear_advertisement(f, 10, &f->leaf, 2);
    expect_told(f, 10, PARA, 2);
}

static void test_para_no_longer_needed(void **state)
{
    fixture_t *f = *state;
    go(f);
    meet(f, 10);
    connect_peer(f, 11, false);
    declare(f, 11, OTHER);
    f->parts.claims[0][0] = LATER;
    activate(f, 2);
    ph_harness_advance(f->h, 10);
    assert_null(
        ph_harness_take(f->h, PH_SUBSYSTEM_NETWORK_BRIDGE, PH_MSG_NETWORK_BRIDGE_DISCONNECT_PEER)); /* not known yet */
    answer_leaf(f);
    expect_disconnect(f, 10); /* and no cost */
    ph_harness_expect_nothing(f->h);
}

static void test_after_the_rotation(void **state)
{
    fixture_t *f = *state;
    go(f);
    connect_peer(f, 10, false);
    declare(f, 10, OTHER);
    view_of(f, 10, &f->leaf);
    hear_advertisement(f, 10, &f->leaf, 1); /* not for us yet */
    ph_harness_expect_nothing(f->h);
    f->parts.now = 5;
    activate(f, 4);
    answer_leaf(f);
    view_of(f, 10, &f->leaf);
    hear_advertisement(f, 10, &f->leaf, 2);
    expect_told(f, 10, OTHER, 2);
    ph_harness_expect_nothing(f->h);
}

/* ---- advertisements ---- */

static void test_good_advertisements(void **state)
{
    fixture_t *f = *state;
    go(f);
    meet(f, 10);
    for (uint8_t i = 1; i <= LOOKAHEAD + 1; i++) {
        hear_advertisement(f, 10, &f->leaf, i);
        expect_told(f, 10, PARA, i);
    }
    ph_harness_expect_nothing(f->h);
    hear_advertisement(f, 10, &f->leaf, 9);
    expect_report(f, 10, PH_REPUTATION_COST_MINOR); /* too many */
    meet(f, 11);                                    /* others still may */
    hear_advertisement(f, 11, &f->leaf, 1);
    expect_told(f, 11, PARA, 1);
    ph_harness_expect_nothing(f->h);
}

static void test_bad_advertisements(void **state)
{
    fixture_t *f = *state;
    go(f);
    connect_peer(f, 10, false);
    view_of(f, 10, &f->leaf);
    for (int i = 0; i < CROSSED; i++)
        hear_advertisement(f, 10, &f->leaf, 1); /* the declaration may have been lost */
    ph_harness_expect_nothing(f->h);
    hear_advertisement(f, 10, &f->leaf, 1); /* without a declaration */
    expect_report(f, 10, PH_REPUTATION_COST_MINOR);
    declare(f, 10, PARA);
    view_of(f, 10, NULL);
    hear_advertisement(f, 10, &f->leaf, 1); /* outside its view */
    expect_report(f, 10, PH_REPUTATION_COST_MINOR);
    ph_hash_t unknown = ph_harness_hash(99);
    view_of(f, 10, &unknown);
    hear_advertisement(f, 10, &unknown, 1); /* of no leaf of ours */
    expect_report(f, 10, PH_REPUTATION_COST_MINOR);
    view_of(f, 10, &f->leaf);
    hear_advertisement(f, 10, &f->leaf, 1);
    expect_told(f, 10, PARA, 1);
    hear_advertisement(f, 10, &f->leaf, 1); /* twice */
    expect_report(f, 10, PH_REPUTATION_COST_MINOR);
    hear_seconded(f, 10, PH_STATEMENT_SECONDED); /* a validator's word */
    expect_report(f, 10, PH_REPUTATION_COST_MINOR);
    hear_advertisement(f, 77, &f->leaf, 1); /* from nobody */
    ph_harness_expect_nothing(f->h);
}

/* A connection that was cut takes with it what was said: once more is no fault, twice on the new one is. */
static void test_advertised_again_after_a_reconnect(void **state)
{
    fixture_t *f = *state;
    go(f);
    meet(f, 10);
    hear_advertisement(f, 10, &f->leaf, 1);
    expect_told(f, 10, PARA, 1);
    disconnected(f, 10);
    meet(f, 10);
    hear_advertisement(f, 10, &f->leaf, 1);
    expect_told(f, 10, PARA, 1);
    hear_advertisement(f, 10, &f->leaf, 1);
    expect_report(f, 10, PH_REPUTATION_COST_MINOR);
    ph_harness_expect_nothing(f->h);
}

static void test_old_leaf(void **state)
{
    fixture_t *f = *state;
    go(f);
    meet(f, 10);
    ph_hash_t old = f->leaf;
    activate(f, 2);
    answer_leaf(f);
    for (int i = 0; i < CROSSED; i++)
        hear_advertisement(f, 10, &old, 1); /* sent before it heard of our new leaf */
    ph_harness_expect_nothing(f->h);
    hear_advertisement(f, 10, &old, 1);
    expect_report(f, 10, PH_REPUTATION_COST_MINOR);
    for (uint32_t n = 3; n <= 9; n++) {
        activate(f, n);
        answer_leaf(f);
    }
    hear_advertisement(f, 10, &old, 1); /* eight leaves ago is the limit */
    ph_harness_expect_nothing(f->h);
    activate(f, 10);
    answer_leaf(f);
    hear_advertisement(f, 10, &old, 1);
    expect_report(f, 10, PH_REPUTATION_COST_MINOR);
    ph_harness_expect_nothing(f->h);
}

static void test_outside_its_view(void **state)
{
    fixture_t *f = *state;
    go(f);
    meet(f, 10);
    view_of(f, 10, NULL);
    for (int i = 0; i < CROSSED; i++)
        hear_advertisement(f, 10, &f->leaf, 1); /* its view may have been lost */
    ph_harness_expect_nothing(f->h);
    hear_advertisement(f, 10, &f->leaf, 1);
    expect_report(f, 10, PH_REPUTATION_COST_MINOR);
    activate(f, 2);
    answer_leaf(f);
    hear_advertisement(f, 10, &f->leaf, 1); /* forgiven with the next leaf */
    ph_harness_expect_nothing(f->h);
}

static void test_free_core_about_to_be_ours(void **state)
{
    fixture_t *f = *state;
    f->parts.occupied[0] = true; /* PARA is up when it becomes available */
    go(f);
    meet(f, 10);
    hear_advertisement(f, 10, &f->leaf, 1);
    expect_told(f, 10, PARA, 1);
}

/* ---- activity ---- */

static void test_undeclared_are_evicted(void **state)
{
    fixture_t *f = *state;
    go(f);
    connect_peer(f, 10, false);
    connect_peer(f, 11, false);
    declare(f, 11, PARA);
    ph_harness_advance(f->h, 999);
    ph_harness_expect_nothing(f->h);
    ph_harness_advance(f->h, 1);
    expect_disconnect(f, 10);
    ph_harness_expect_nothing(f->h);
    ph_harness_advance(f->h, 3000); /* said once */
    ph_harness_expect_nothing(f->h);
}

static void test_inactive_are_evicted(void **state)
{
    fixture_t *f = *state;
    go(f);
    meet(f, 10);
    meet(f, 11);
    ph_harness_advance(f->h, 20000);
    hear_advertisement(f, 11, &f->leaf, 1);
    expect_told(f, 11, PARA, 1);
    ph_harness_advance(f->h, 3999);
    ph_harness_expect_nothing(f->h);
    ph_harness_advance(f->h, 1);
    expect_disconnect(f, 10);
    disconnected(f, 10);
    ph_harness_advance(f->h, 19999);
    ph_harness_expect_nothing(f->h);
    ph_harness_advance(f->h, 1);
    expect_disconnect(f, 11);
    disconnected(f, 11);
    ph_harness_advance(f->h, 5000);
    connect_peer(f, 12, false); /* watching starts again */
    ph_harness_advance(f->h, 1000);
    expect_disconnect(f, 12);
    ph_harness_expect_nothing(f->h);
}

/* ---- fetching ---- */

static ph_candidate_receipt_t receipt_of(const fixture_t *f)
{
    return (ph_candidate_receipt_t){
        .descriptor = {.para_id = {PARA}, .relay_parent = f->leaf, .core_index = 0, .session_index = {SESSION}}};
}

static ph_harness_question_t *fetch(fixture_t *f, uint32_t peer, const ph_candidate_receipt_t *receipt)
{
    ph_msg_collator_protocol_fetch_collation_t msg = {
        .relay_parent = f->leaf, .para = {PARA}, .peer = {peer}, .candidate = {true, ph_hash_of_receipt(receipt)}};
    return ph_harness_ask(f->h, PH_MSG_COLLATOR_PROTOCOL_FETCH_COLLATION, &msg);
}

static ph_msg_t *expect_request(fixture_t *f, uint32_t peer, const ph_candidate_receipt_t *receipt)
{
    ph_msg_t *msg = ph_harness_expect(f->h, PH_SUBSYSTEM_NETWORK_BRIDGE, PH_MSG_NETWORK_BRIDGE_SEND_REQUEST);
    const ph_msg_network_bridge_send_request_t *out = ph_msg_payload(msg);
    ph_candidate_hash_t hash = ph_hash_of_receipt(receipt);
    ph_collation_fetching_request_v2_t request;
    ph_arena_t *arena = ph_arena_new();
    assert_int_equal(out->to.kind, PH_RECIPIENT_PEER);
    assert_int_equal(out->to.peer.v, peer);
    assert_int_equal(out->protocol, PH_PROTO_REQ_COLLATION_2);
    assert_int_equal(ph_collation_fetching_request_v2_decode_all(out->request, arena, &request), PH_OK);
    assert_memory_equal(&request.scheduling_parent, &f->leaf, 32);
    assert_int_equal(request.para_id.v, PARA);
    assert_memory_equal(&request.candidate_hash, &hash, 32);
    ph_arena_free(arena);
    return msg;
}

static void respond(fixture_t *f, ph_msg_t *msg, const ph_collation_fetching_response_t *response, size_t cut)
{
    ph_writer_t w = PH_WRITER_HEAP;
    ph_collation_fetching_response_encode(&w, response);
    ph_res_bytes_request_failure_t reply = {.kind = PH_RES_OK, .ok = {w.data, w.len - cut}};
    ph_harness_reply(f->h, msg, &reply);
    ph_writer_free(&w);
}

static ph_collation_fetching_response_t collation_of(const ph_candidate_receipt_t *receipt)
{
    static uint8_t block[] = {1, 2, 3};
    ph_collation_fetching_response_t response = {.kind = PH_COLLATION_FETCHING_RESPONSE_COLLATION};
    response.collation._0 = *receipt;
    response.collation._1.block_data.v = (ph_bytes_t){block, sizeof block};
    return response;
}

static const ph_res_collation_request_failure_t *answer_of(fixture_t *f, ph_harness_question_t *question)
{
    ph_err_t err;
    const ph_res_collation_request_failure_t *answer = ph_harness_answer(f->h, question, &err);
    assert_int_equal(err, PH_OK);
    return answer;
}

static void expect_failure(fixture_t *f, ph_harness_question_t *question, ph_request_failure_kind_t why)
{
    const ph_res_collation_request_failure_t *answer = answer_of(f, question);
    assert_non_null(answer);
    assert_int_equal(answer->kind, PH_RES_ERR);
    assert_int_equal(answer->err.kind, why);
    ph_harness_expect_nothing(f->h);
}

static void test_fetches(void **state)
{
    fixture_t *f = *state;
    go(f);
    meet(f, 10);
    ph_candidate_receipt_t receipt = receipt_of(f);
    ph_harness_question_t *question = fetch(f, 10, &receipt);
    ph_msg_t *request = expect_request(f, 10, &receipt);
    assert_null(answer_of(f, question));
    ph_collation_fetching_response_t response = collation_of(&receipt);
    respond(f, request, &response, 0);
    const ph_res_collation_request_failure_t *answer = answer_of(f, question);
    assert_int_equal(answer->kind, PH_RES_OK);
    assert_true(ph_candidate_receipt_equal(&answer->ok.receipt, &receipt));
    assert_true(ph_pov_equal(answer->ok.pov.v, &response.collation._1));
    assert_false(answer->ok.parent_head_data.some);
    assert_int_equal(ph_harness_events(f->h, "collation-fetched"), 1);
    ph_harness_expect_nothing(f->h);
}

static void test_fetches_with_parent_head(void **state)
{
    fixture_t *f = *state;
    static uint8_t head[] = {5, 6};
    go(f);
    ph_candidate_receipt_t receipt = receipt_of(f);
    ph_harness_question_t *question = fetch(f, 10, &receipt);
    ph_collation_fetching_response_t response = {.kind =
                                                     PH_COLLATION_FETCHING_RESPONSE_COLLATION_WITH_PARENT_HEAD_DATA};
    response.collation_with_parent_head_data.receipt = receipt;
    response.collation_with_parent_head_data.parent_head_data.v = (ph_bytes_t){head, sizeof head};
    respond(f, expect_request(f, 10, &receipt), &response, 0);
    const ph_res_collation_request_failure_t *answer = answer_of(f, question);
    assert_int_equal(answer->kind, PH_RES_OK);
    assert_true(answer->ok.parent_head_data.some);
    assert_int_equal(answer->ok.parent_head_data.value.v.len, 2);
}

/* Advertised honestly or not, the receipt is not one that can be right here. */
static void try_receipt(fixture_t *f, const ph_candidate_receipt_t *advertised, const ph_candidate_receipt_t *sent)
{
    ph_harness_question_t *question = fetch(f, 10, advertised);
    ph_collation_fetching_response_t response = collation_of(sent);
    respond(f, expect_request(f, 10, advertised), &response, 0);
    expect_report(f, 10, PH_REPUTATION_MALICIOUS);
    expect_failure(f, question, PH_REQUEST_FAILURE_MALFORMED);
}

static void test_wrong_receipts(void **state)
{
    fixture_t *f = *state;
    go(f);
    meet(f, 10);
    ph_candidate_receipt_t good = receipt_of(f), bad = good;
    bad.commitments_hash.bytes[0] ^= 1;
    try_receipt(f, &good, &bad); /* another candidate */
    bad = good;
    bad.descriptor.para_id.v = OTHER;
    try_receipt(f, &bad, &bad);
    bad = good;
    bad.descriptor.relay_parent.bytes[0] ^= 1;
    try_receipt(f, &bad, &bad);
    bad = good;
    bad.descriptor.core_index = 1;
    try_receipt(f, &bad, &bad);
    bad = good;
    bad.descriptor.session_index.v++;
    try_receipt(f, &bad, &bad);
    bad = good;
    bad.descriptor.version = 1; /* V3 */
    try_receipt(f, &bad, &bad);
    bad = good;
    bad.descriptor.version = 7;
    try_receipt(f, &bad, &bad);
    bad = good;
    bad.descriptor.reserved1.bytes[3] = 1; /* V1 */
    try_receipt(f, &bad, &bad);
    assert_int_equal(ph_harness_events(f->h, "collation-fetched"), 0);
}

static void test_malformed_answer(void **state)
{
    fixture_t *f = *state;
    go(f);
    ph_candidate_receipt_t receipt = receipt_of(f);
    ph_harness_question_t *question = fetch(f, 10, &receipt);
    ph_collation_fetching_response_t response = collation_of(&receipt);
    respond(f, expect_request(f, 10, &receipt), &response, 1);
    expect_report(f, 10, PH_REPUTATION_COST_MINOR);
    expect_failure(f, question, PH_REQUEST_FAILURE_MALFORMED);
}

/* It may have left the leaf just before we asked: once between two leaves of ours. */
static void test_one_refusal_is_free(void **state)
{
    fixture_t *f = *state;
    ph_res_bytes_request_failure_t refused = {.kind = PH_RES_ERR, .err = {PH_REQUEST_FAILURE_REFUSED}};
    go(f);
    meet(f, 10);
    for (int i = 0; i < 3; i++) {
        ph_candidate_receipt_t receipt = receipt_of(f);
        ph_harness_question_t *question = fetch(f, 10, &receipt);
        ph_harness_reply(f->h, expect_request(f, 10, &receipt), &refused);
        if (i == 1)
            expect_report(f, 10, PH_REPUTATION_COST_MINOR);
        expect_failure(f, question, PH_REQUEST_FAILURE_REFUSED);
        ph_harness_expect_nothing(f->h);
        if (i != 1)
            continue;
        activate(f, 2);
        answer_leaf(f);
    }
}

static void test_failed_requests(void **state)
{
    fixture_t *f = *state;
    static const struct {
        ph_request_failure_kind_t why;
        bool costs;
    } CASES[] = {{PH_REQUEST_FAILURE_TIMEOUT, false},     {PH_REQUEST_FAILURE_UNKNOWN, false},
                 {PH_REQUEST_FAILURE_DISCONNECTED, true}, {PH_REQUEST_FAILURE_REFUSED, true},
                 {PH_REQUEST_FAILURE_TOO_LARGE, true},    {PH_REQUEST_FAILURE_MALFORMED, true}};
    go(f);
    ph_candidate_receipt_t receipt = receipt_of(f);
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        ph_harness_question_t *question = fetch(f, 10, &receipt);
        ph_res_bytes_request_failure_t reply = {.kind = PH_RES_ERR, .err = {(uint8_t)CASES[i].why}};
        ph_harness_reply(f->h, expect_request(f, 10, &receipt), &reply);
        if (CASES[i].costs)
            expect_report(f, 10, PH_REPUTATION_COST_MINOR);
        expect_failure(f, question, CASES[i].why);
    }
    ph_harness_question_t *question = fetch(f, 10, &receipt);
    ph_harness_drop(f->h, expect_request(f, 10, &receipt)); /* the bridge is gone */
    expect_failure(f, question, PH_REQUEST_FAILURE_DISCONNECTED);
}

static void expect_cancelled(fixture_t *f, ph_harness_question_t *question)
{
    ph_err_t err;
    assert_null(ph_harness_answer(f->h, question, &err));
    assert_int_equal(err, PH_ERR_CANCELLED);
}

static void test_fetching_what_cannot_be(void **state)
{
    fixture_t *f = *state;
    go(f);
    ph_candidate_receipt_t receipt = receipt_of(f);
    ph_msg_collator_protocol_fetch_collation_t nameless = {.relay_parent = f->leaf, .para = {PARA}, .peer = {10}};
    expect_cancelled(f, ph_harness_ask(f->h, PH_MSG_COLLATOR_PROTOCOL_FETCH_COLLATION, &nameless));
    f->leaf = ph_harness_hash(55);
    expect_cancelled(f, fetch(f, 10, &receipt));
    ph_harness_expect_nothing(f->h);
}

static void test_leaf_ends_while_fetching(void **state)
{
    fixture_t *f = *state;
    go(f);
    ph_candidate_receipt_t receipt = receipt_of(f);
    ph_harness_question_t *question = fetch(f, 10, &receipt);
    ph_msg_t *request = expect_request(f, 10, &receipt);
    activate(f, 2);
    expect_cancelled(f, question);
    ph_collation_fetching_response_t response = collation_of(&receipt);
    respond(f, request, &response, 0);
    assert_int_equal(ph_harness_events(f->h, "collation-fetched"), 0);
    ph_harness_drop_all(f->h);
}

static void test_conclude_while_fetching(void **state)
{
    fixture_t *f = *state;
    go(f);
    meet(f, 10);
    ph_candidate_receipt_t receipt = receipt_of(f);
    fetch(f, 10, &receipt);
    expect_request(f, 10, &receipt);
    ph_harness_conclude(f->h);
    ph_harness_expect_nothing(f->h);
}

/* ---- Candidate Selection's opinion ---- */

static void test_reports(void **state)
{
    fixture_t *f = *state;
    ph_msg_collator_protocol_report_collator_t bad = {.collator = f->us, .reputation = {PH_REPUTATION_MALICIOUS}};
    ph_msg_collator_protocol_note_good_collation_t good = {.collator = f->us};
    go(f);
    ph_harness_send(f->h, PH_MSG_COLLATOR_PROTOCOL_REPORT_COLLATOR, &bad); /* never met */
    ph_harness_expect_nothing(f->h);
    meet(f, 10);
    connect_peer(f, 11, false);
    ph_harness_send(f->h, PH_MSG_COLLATOR_PROTOCOL_NOTE_GOOD_COLLATION, &good);
    expect_report(f, 10, PH_REPUTATION_BENEFIT_MINOR);
    ph_harness_expect_nothing(f->h);
    ph_harness_send(f->h, PH_MSG_COLLATOR_PROTOCOL_REPORT_COLLATOR, &bad);
    expect_report(f, 10, PH_REPUTATION_MALICIOUS);
    ph_harness_expect_nothing(f->h);
}

static void test_gone_does_not_help(void **state)
{
    fixture_t *f = *state;
    ph_msg_collator_protocol_report_collator_t bad = {.collator = f->us, .reputation = {PH_REPUTATION_MALICIOUS}};
    go(f);
    meet(f, 10);
    hear_advertisement(f, 10, &f->leaf, 1);
    expect_told(f, 10, PARA, 1);
    disconnected(f, 10);
    ph_harness_send(f->h, PH_MSG_COLLATOR_PROTOCOL_REPORT_COLLATOR, &bad);
    expect_report(f, 10, PH_REPUTATION_MALICIOUS);
    ph_harness_expect_nothing(f->h);
}

static void test_seconded_is_told(void **state)
{
    fixture_t *f = *state;
    ph_msg_collator_protocol_notify_collation_seconded_t msg = {
        .relay_parent = ph_harness_hash(1), .collator = f->us, .statement = {.validator_index = {ME}}};
    msg.statement.payload.kind = PH_STATEMENT_SECONDED;
    go(f);
    ph_harness_send(f->h, PH_MSG_COLLATOR_PROTOCOL_NOTIFY_COLLATION_SECONDED, &msg);
    ph_harness_expect_nothing(f->h);
    meet(f, 10);
    connect_peer(f, 11, false);
    ph_harness_send(f->h, PH_MSG_COLLATOR_PROTOCOL_NOTIFY_COLLATION_SECONDED, &msg);
    const ph_collator_protocol_message_v2_t *said =
        expect_said(f, 10, PH_COLLATOR_PROTOCOL_MESSAGE_V2_COLLATION_SECONDED);
    assert_memory_equal(&said->collation_seconded._0, &f->leaf, 32);
    assert_int_equal(said->collation_seconded._1.validator_index.v, ME);
    ph_harness_expect_nothing(f->h);
}

/* The collator's side is not ours. */
static void test_serves_nothing(void **state)
{
    fixture_t *f = *state;
    go(f);
    ph_shared_pov_t pov = parts_pov(3, 3);
    ph_msg_collator_protocol_distribute_collation_t distribute = {
        .relay_parent = f->leaf, .receipt = receipt_of(f), .pov = pov};
    ph_harness_send(f->h, PH_MSG_COLLATOR_PROTOCOL_DISTRIBUTE_COLLATION, &distribute);
    ph_shared_pov_unref(pov);
    ph_msg_collator_protocol_incoming_collation_request_t ask = {
        .peer = {10}, .ticket = 5, .request = {f->leaf, {PARA}, ph_hash_of_receipt(&distribute.receipt)}};
    ph_harness_send(f->h, PH_MSG_COLLATOR_PROTOCOL_INCOMING_COLLATION_REQUEST, &ask);
    const ph_msg_network_bridge_respond_t *out =
        ph_msg_payload(ph_harness_expect(f->h, PH_SUBSYSTEM_NETWORK_BRIDGE, PH_MSG_NETWORK_BRIDGE_RESPOND));
    assert_int_equal(out->ticket, 5);
    assert_false(out->response.some);
    ph_harness_expect_nothing(f->h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_good_declaration, setup, teardown),
        cmocka_unit_test_setup_teardown(test_second_declaration, setup, teardown),
        cmocka_unit_test_setup_teardown(test_bad_signature, setup, teardown),
        cmocka_unit_test_setup_teardown(test_ahead_of_us, setup, teardown),
        cmocka_unit_test_setup_teardown(test_unneeded_para, setup, teardown),
        cmocka_unit_test_setup_teardown(test_no_validator_needs_nobody, setup, teardown),
        cmocka_unit_test_setup_teardown(test_no_keystore, setup, teardown),
        cmocka_unit_test_setup_teardown(test_judged_when_the_leaf_is_known, setup, teardown),
        cmocka_unit_test_setup_teardown(test_runtime_fails, setup, teardown),
        cmocka_unit_test_setup_teardown(test_para_no_longer_needed, setup, teardown),
        cmocka_unit_test_setup_teardown(test_after_the_rotation, setup, teardown),
        cmocka_unit_test_setup_teardown(test_good_advertisements, setup, teardown),
        cmocka_unit_test_setup_teardown(test_bad_advertisements, setup, teardown),
        cmocka_unit_test_setup_teardown(test_advertised_again_after_a_reconnect, setup, teardown),
        cmocka_unit_test_setup_teardown(test_old_leaf, setup, teardown),
        cmocka_unit_test_setup_teardown(test_outside_its_view, setup, teardown),
        cmocka_unit_test_setup_teardown(test_free_core_about_to_be_ours, setup, teardown),
        cmocka_unit_test_setup_teardown(test_undeclared_are_evicted, setup, teardown),
        cmocka_unit_test_setup_teardown(test_inactive_are_evicted, setup, teardown),
        cmocka_unit_test_setup_teardown(test_fetches, setup, teardown),
        cmocka_unit_test_setup_teardown(test_fetches_with_parent_head, setup, teardown),
        cmocka_unit_test_setup_teardown(test_wrong_receipts, setup, teardown),
        cmocka_unit_test_setup_teardown(test_malformed_answer, setup, teardown),
        cmocka_unit_test_setup_teardown(test_one_refusal_is_free, setup, teardown),
        cmocka_unit_test_setup_teardown(test_failed_requests, setup, teardown),
        cmocka_unit_test_setup_teardown(test_fetching_what_cannot_be, setup, teardown),
        cmocka_unit_test_setup_teardown(test_leaf_ends_while_fetching, setup, teardown),
        cmocka_unit_test_setup_teardown(test_conclude_while_fetching, setup, teardown),
        cmocka_unit_test_setup_teardown(test_reports, setup, teardown),
        cmocka_unit_test_setup_teardown(test_gone_does_not_help, setup, teardown),
        cmocka_unit_test_setup_teardown(test_seconded_is_told, setup, teardown),
        cmocka_unit_test_setup_teardown(test_serves_nothing, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
