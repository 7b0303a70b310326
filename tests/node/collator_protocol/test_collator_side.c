/* The collator's side: whom it connects to, what it says to whom and when, and how it serves. At block 1 group g
 * (validators g, g + 2, g + 4) backs on core g, after the rotation at block 5 on the other. */
#include "node/collator_protocol/fixture.h"

static int setup(void **state)
{
    fixture_t *f = fixture_new();
    ph_keystore_add(f->keystore, PH_KEY_COLLATOR, (const uint8_t[32]){9});
    assert_true(ph_keystore_public(f->keystore, PH_KEY_COLLATOR, f->us.bytes));
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    fixture_free(*state);
    return 0;
}

static void collate_on(fixture_t *f, uint32_t para)
{
    ph_msg_collator_protocol_collate_on_t msg = {.para = {para}};
    ph_harness_send(f->h, PH_MSG_COLLATOR_PROTOCOL_COLLATE_ON, &msg);
}

static void answer_leaf(fixture_t *f)
{
    parts_answer_groups(f->h, &f->parts);
    parts_answer_cores(f->h, &f->parts);
    parts_answer_claims(f->h, &f->parts);
    parts_answer_session(f->h, &f->parts);
    parts_answer_session_info(f->h, &f->parts);
}

/* The validators (by bit) that it asks to be connected to. */
static unsigned connects_to(fixture_t *f)
{
    const ph_msg_network_bridge_connect_to_validators_t *out = ph_msg_payload(
        ph_harness_expect(f->h, PH_SUBSYSTEM_NETWORK_BRIDGE, PH_MSG_NETWORK_BRIDGE_CONNECT_TO_VALIDATORS));
    unsigned mask = 0;
    assert_int_equal(out->peer_set.kind, PH_PEER_SET_COLLATION);
    for (size_t i = 0; i < out->ids.count; i++) {
        assert_int_equal(mask & 1u << (out->ids.items[i].bytes[0] - 1), 0); /* each once */
        mask |= 1u << (out->ids.items[i].bytes[0] - 1);
    }
    return mask;
}

static void go(fixture_t *f)
{
    start(f);
    collate_on(f, PARA);
    activate(f, 1);
    answer_leaf(f);
    assert_int_equal(connects_to(f), 0x3f);
    ph_harness_expect_nothing(f->h);
}

static void expect_declare(fixture_t *f, uint32_t peer, uint32_t para)
{
    const ph_collator_protocol_message_v2_t *m = expect_said(f, peer, PH_COLLATOR_PROTOCOL_MESSAGE_V2_DECLARE);
    static const uint8_t peer_id[4] = {4, 3, 2, 1};
    ph_bytes_t payload = ph_payload_of_declare(NULL, ph_bytes(peer_id, sizeof peer_id));
    assert_int_equal(m->declare.para_id.v, para);
    assert_memory_equal(&m->declare.collator, &f->us, 32);
    assert_true(ph_env_verify_sr25519(ph_harness_env(f->h), m->declare.signature.bytes, payload, f->us.bytes));
    ph_mem_free(payload.data);
}

/* A collation of its own for each n. */
static ph_candidate_receipt_t receipt_of(const fixture_t *f, uint8_t n)
{
    return (ph_candidate_receipt_t){.descriptor = {.para_id = {PARA}, .relay_parent = f->leaf, .pov_hash = {{n}}}};
}

static ph_candidate_hash_t hash_of(const fixture_t *f, uint8_t n)
{
    ph_candidate_receipt_t receipt = receipt_of(f, n);
    return ph_hash_of_receipt(&receipt);
}

static void distribute_on(fixture_t *f, uint8_t n, uint32_t core)
{
    ph_shared_pov_t pov = parts_pov(n, n);
    ph_msg_collator_protocol_distribute_collation_t msg = {.relay_parent = f->leaf,
                                                           .core = {core},
                                                           .receipt = receipt_of(f, n),
                                                           .pov = pov,
                                                           .parent_head_data_hash = {{0x77}}};
    ph_harness_send(f->h, PH_MSG_COLLATOR_PROTOCOL_DISTRIBUTE_COLLATION, &msg);
    ph_shared_pov_unref(pov);
}

static void distribute(fixture_t *f, uint8_t n)
{
    distribute_on(f, n, 0);
}

static void expect_advertisement(fixture_t *f, uint32_t peer, uint8_t n)
{
    const ph_collator_protocol_message_v2_t *m =
        expect_said(f, peer, PH_COLLATOR_PROTOCOL_MESSAGE_V2_ADVERTISE_COLLATION);
    ph_candidate_hash_t hash = hash_of(f, n);
    assert_memory_equal(&m->advertise_collation.scheduling_parent, &f->leaf, 32);
    assert_memory_equal(&m->advertise_collation.candidate_hash, &hash, 32);
    assert_int_equal(m->advertise_collation.parent_head_data_hash.bytes[0], 0x77);
}

/* A connected validator of the current group that sees the leaf. */
static void meet(fixture_t *f, uint32_t validator)
{
    connect_peer(f, validator, true);
    expect_declare(f, validator, PARA);
    view_of(f, validator, &f->leaf);
    ph_harness_expect_nothing(f->h);
}

static void test_connects_to_current_and_next_group(void **state)
{
    fixture_t *f = *state;
    f->parts.groups = 3; /* groups {0, 3}, {1, 4}, {2, 5}; the next one on core 0 is group 1 */
    start(f);
    collate_on(f, PARA);
    activate(f, 1);
    answer_leaf(f);
    assert_int_equal(connects_to(f), 1 << 0 | 1 << 3 | 1 << 1 | 1 << 4);
    f->parts.rotation = 0; /* groups that never move have no next */
    activate(f, 2);
    answer_leaf(f);
    assert_int_equal(connects_to(f), 1 << 0 | 1 << 3);
}

static void test_forks_add_up(void **state)
{
    fixture_t *f = *state;
    f->parts.groups = 3;
    f->parts.rotation = 0;
    start(f);
    collate_on(f, PARA);
    activate(f, 1);
    answer_leaf(f);
    assert_int_equal(connects_to(f), 1 << 0 | 1 << 3);
    f->parts.claims[0][0] = 0;
    f->parts.claims[0][1] = 0;
    f->parts.claims[2][0] = PARA;
    ph_hash_t fork = ph_harness_hash(50), parent = ph_harness_hash(49);
    ph_harness_activate(f->h, &fork, 1, &parent);
    answer_leaf(f);
    assert_int_equal(connects_to(f), 1 << 0 | 1 << 3 | 1 << 2 | 1 << 5);
    ph_harness_finalize(f->h, &fork, 1); /* the other leaf is dead */
    ph_hash_t child = ph_harness_hash(51);
    ph_harness_activate(f->h, &child, 2, &fork);
    answer_leaf(f);
    assert_int_equal(connects_to(f), 1 << 2 | 1 << 5);
}

static void test_declares_at_once_to_whom_it_wants(void **state)
{
    fixture_t *f = *state;
    go(f);
    connect_peer(f, 0, true);
    expect_declare(f, 0, PARA);
    connect_peer(f, 1, true); /* of the next group */
    expect_declare(f, 1, PARA);
    connect_peer(f, 40, false); /* nobody we know */
    ph_peer_connected_t stranger = {
        .peer = {41}, .role = {PH_OBSERVED_ROLE_FULL}, .version = 2, .authority = {true, parts_authority(41)}};
    event(f, &(ph_collation_event_t){.kind = PH_COLLATION_EVENT_PEER_CONNECTED, .peer_connected = stranger});
    ph_harness_expect_nothing(f->h);
}

static void test_peers_that_came_before_the_leaf(void **state)
{
    fixture_t *f = *state;
    start(f);
    collate_on(f, PARA);
    connect_peer(f, 0, true);
    ph_harness_expect_nothing(f->h);
    activate(f, 1);
    view_of(f, 0, &f->leaf);
    distribute(f, 1);
    ph_harness_drop(f->h, ASKED(f->h, VALIDATOR_GROUPS));
    parts_answer_cores(f->h, &f->parts);
    parts_answer_claims(f->h, &f->parts);
    parts_answer_session(f->h, &f->parts);
    parts_answer_session_info(f->h, &f->parts);
    ph_harness_expect_nothing(f->h); /* the runtime failed */
    activate(f, 2);
    distribute(f, 2);
    view_of(f, 0, &f->leaf);
    answer_leaf(f);
    assert_int_equal(connects_to(f), 0x3f);
    expect_declare(f, 0, PARA);
    expect_advertisement(f, 0, 2);
    ph_harness_expect_nothing(f->h);
}

static void test_advertises_once_and_in_view(void **state)
{
    fixture_t *f = *state;
    go(f);
    meet(f, 0);
    connect_peer(f, 2, true); /* of the group, does not see the leaf yet */
    expect_declare(f, 2, PARA);
    connect_peer(f, 1, true); /* sees it, is of the other group */
    expect_declare(f, 1, PARA);
    view_of(f, 1, &f->leaf);
    distribute(f, 1);
    expect_advertisement(f, 0, 1);
    ph_harness_expect_nothing(f->h);
    view_of(f, 2, &f->leaf);
    expect_advertisement(f, 2, 1);
    view_of(f, 2, &f->leaf);
    view_of(f, 0, &f->leaf);
    ph_harness_expect_nothing(f->h);
    assert_int_equal(ph_harness_events(f->h, "collation-advertised"), 2);
}

static void test_again_after_a_reconnect(void **state)
{
    fixture_t *f = *state;
    go(f);
    meet(f, 0);
    meet(f, 2);
    distribute(f, 1);
    expect_advertisement(f, 0, 1);
    expect_advertisement(f, 2, 1);
    disconnected(f, 0);
    connect_peer(f, 0, true);
    expect_declare(f, 0, PARA);
    ph_harness_expect_nothing(f->h);
    view_of(f, 0, &f->leaf);
    expect_advertisement(f, 0, 1);
    ph_harness_expect_nothing(f->h);
}

static void test_after_a_rotation(void **state)
{
    fixture_t *f = *state;
    go(f);
    meet(f, 0);
    meet(f, 1);
    f->parts.now = 5;
    activate(f, 4);
    answer_leaf(f);
    assert_int_equal(connects_to(f), 0x3f);
    view_of(f, 0, &f->leaf);
    view_of(f, 1, &f->leaf);
    distribute(f, 1);
    expect_advertisement(f, 1, 1); /* declared when it was the next group */
    ph_harness_expect_nothing(f->h);
}

static void test_dropped_collations(void **state)
{
    fixture_t *f = *state;
    go(f);
    meet(f, 0);
    meet(f, 1);
    ph_hash_t leaf = f->leaf;
    f->leaf = ph_harness_hash(66);
    distribute(f, 1); /* of no leaf */
    f->leaf = leaf;
    distribute_on(f, 1, 1); /* a core that is not ours */
    distribute_on(f, 1, 9); /* nor anybody's */
    ph_harness_expect_nothing(f->h);
    distribute(f, 1);
    expect_advertisement(f, 0, 1);
    distribute(f, 2); /* the core has one */
    ph_harness_expect_nothing(f->h);
}

static void test_a_connection_is_for_one_para(void **state)
{
    fixture_t *f = *state;
    start(f);
    collate_on(f, PARA);
    collate_on(f, OTHER);
    activate(f, 1);
    answer_leaf(f);
    assert_int_equal(connects_to(f), 0x3f);
    connect_peer(f, 0, true);
    expect_declare(f, 0, PARA); /* its group backs PARA now, OTHER later */
    connect_peer(f, 1, true);
    expect_declare(f, 1, OTHER);
    f->parts.now = 5;
    activate(f, 4);
    answer_leaf(f);
    assert_int_equal(connects_to(f), 0x3f);
    view_of(f, 1, &f->leaf);
    distribute(f, 1); /* PARA, now backed by validator 1's group */
    expect_disconnect(f, 1);
    view_of(f, 1, &f->leaf);
    ph_harness_expect_nothing(f->h);
    disconnected(f, 1);
    connect_peer(f, 1, true);
    expect_declare(f, 1, PARA);
    view_of(f, 1, &f->leaf);
    expect_advertisement(f, 1, 1);
}

/* ---- serving ---- */

static void ask(fixture_t *f, uint32_t peer, uint64_t ticket, uint32_t para, const ph_candidate_hash_t *candidate)
{
    ph_msg_collator_protocol_incoming_collation_request_t msg = {
        .peer = {peer},
        .ticket = ticket,
        .request = {.scheduling_parent = f->leaf, .para_id = {para}, .candidate_hash = *candidate}};
    ph_harness_send(f->h, PH_MSG_COLLATOR_PROTOCOL_INCOMING_COLLATION_REQUEST, &msg);
}

static const ph_opt_bytes_t *expect_response(fixture_t *f, uint64_t ticket)
{
    const ph_msg_network_bridge_respond_t *out =
        ph_msg_payload(ph_harness_expect(f->h, PH_SUBSYSTEM_NETWORK_BRIDGE, PH_MSG_NETWORK_BRIDGE_RESPOND));
    assert_int_equal(out->ticket, ticket);
    return &out->response;
}

static void expect_collation(fixture_t *f, uint64_t ticket, uint8_t n)
{
    ph_arena_t *arena = ph_arena_new();
    ph_collation_fetching_response_t response;
    ph_candidate_receipt_t receipt = receipt_of(f, n);
    const ph_opt_bytes_t *bytes = expect_response(f, ticket);
    assert_true(bytes->some);
    assert_int_equal(ph_collation_fetching_response_decode_all(bytes->value, arena, &response), PH_OK);
    assert_int_equal(response.kind, PH_COLLATION_FETCHING_RESPONSE_COLLATION);
    assert_true(ph_candidate_receipt_equal(&response.collation._0, &receipt));
    assert_int_equal(response.collation._1.block_data.v.len, n);
    assert_int_equal(response.collation._1.block_data.v.data[0], n);
    ph_arena_free(arena);
}

static void expect_refusal(fixture_t *f, uint64_t ticket)
{
    assert_false(expect_response(f, ticket)->some);
}

static void test_serves(void **state)
{
    fixture_t *f = *state;
    go(f);
    distribute(f, 5);
    ph_candidate_hash_t hash = hash_of(f, 5), other = hash_of(f, 6);
    ask(f, 0, 100, PARA, &other);
    expect_refusal(f, 100);
    ask(f, 0, 101, OTHER, &hash);
    expect_refusal(f, 101);
    ask(f, 0, 102, PARA, &hash);
    expect_collation(f, 102, 5);
    assert_int_equal(ph_harness_events(f->h, "collation-sent"), 1);
    f->leaf = ph_harness_hash(66);
    ask(f, 0, 103, PARA, &hash);
    expect_refusal(f, 103);
    ph_harness_expect_nothing(f->h);
}

static void test_one_upload_at_a_time(void **state)
{
    fixture_t *f = *state;
    go(f);
    distribute(f, 5);
    ph_candidate_hash_t hash = hash_of(f, 5);
    ask(f, 0, 100, PARA, &hash);
    expect_collation(f, 100, 5);
    ask(f, 2, 101, PARA, &hash);
    ask(f, 4, 102, PARA, &hash);
    ph_harness_expect_nothing(f->h);
    ask(f, 2, 103, PARA, &hash); /* while it waits already */
    expect_report(f, 2, PH_REPUTATION_COST_MINOR);
    expect_refusal(f, 103);
    ph_harness_advance(f->h, 149);
    ph_harness_expect_nothing(f->h);
    ph_harness_advance(f->h, 1);
    expect_collation(f, 101, 5);
    ph_harness_expect_nothing(f->h);
    ph_harness_advance(f->h, 150);
    expect_collation(f, 102, 5);
    ph_harness_advance(f->h, 150);
    ask(f, 2, 104, PARA, &hash); /* nobody waits: at once */
    expect_collation(f, 104, 5);
}

static void test_waiting_when_the_leaf_ends(void **state)
{
    fixture_t *f = *state;
    go(f);
    distribute(f, 5);
    ph_candidate_hash_t hash = hash_of(f, 5);
    ask(f, 0, 100, PARA, &hash);
    expect_collation(f, 100, 5);
    ask(f, 2, 101, PARA, &hash);
    activate(f, 2);
    expect_refusal(f, 101);
    ph_harness_drop_all(f->h);
    ph_harness_advance(f->h, 1000);
    ph_harness_expect_nothing(f->h);
}

static void test_many_wait(void **state)
{
    fixture_t *f = *state;
    go(f);
    distribute(f, 5);
    ph_candidate_hash_t hash = hash_of(f, 5);
    ask(f, 0, 0, PARA, &hash);
    expect_collation(f, 0, 5);
    for (uint32_t i = 1; i <= 64; i++)
        ask(f, i, i, PARA, &hash);
    ph_harness_expect_nothing(f->h);
    ask(f, 65, 65, PARA, &hash);
    expect_refusal(f, 65);
    ph_harness_conclude(f->h);
}

/* ---- what it hears ---- */

/* The statement of a validator (with the key of seed `key`) about our collation n. */
static ph_collator_protocol_message_v2_t seconded_by(fixture_t *f, uint32_t validator, uint8_t key, uint8_t n)
{
    ph_collator_protocol_message_v2_t m = {.kind = PH_COLLATOR_PROTOCOL_MESSAGE_V2_COLLATION_SECONDED};
    ph_unchecked_signed_full_statement_t *statement = &m.collation_seconded._1;
    ph_candidate_receipt_t receipt = receipt_of(f, n);
    ph_candidate_hash_t hash;
    m.collation_seconded._0 = f->leaf;
    statement->payload.kind = PH_STATEMENT_SECONDED;
    statement->payload.seconded.descriptor = receipt.descriptor;
    statement->validator_index.v = validator;
    hash = ph_hash_of_committed(&statement->payload.seconded);
    ph_compact_statement_t compact = {.kind = PH_COMPACT_STATEMENT_SECONDED, .seconded = hash};
    ph_signing_context_t context = {.session_index = {SESSION}, .parent_hash = f->leaf};
    ph_bytes_t payload = ph_payload_of_statement(NULL, &compact, &context);
    ph_sr25519_keypair_t pair;
    ph_sr25519_from_mini_secret(&pair, (const uint8_t[32]){key});
    ph_sr25519_sign(&pair, statement->signature.bytes, payload, NULL);
    ph_mem_free(payload.data);
    return m;
}

static void distribute_committed(fixture_t *f, uint8_t n)
{
    ph_committed_candidate_receipt_t committed = {.descriptor = receipt_of(f, n).descriptor};
    ph_shared_pov_t pov = parts_pov(n, n);
    ph_msg_collator_protocol_distribute_collation_t msg = {.relay_parent = f->leaf, .core = {0}, .pov = pov};
    ph_hash_to_plain_receipt(&msg.receipt, &committed);
    ph_harness_send(f->h, PH_MSG_COLLATOR_PROTOCOL_DISTRIBUTE_COLLATION, &msg);
    ph_shared_pov_unref(pov);
}

static void test_seconded_is_checked(void **state)
{
    fixture_t *f = *state;
    for (uint8_t v = 0; v < 6; v++) {
        ph_sr25519_keypair_t pair;
        ph_sr25519_from_mini_secret(&pair, (const uint8_t[32]){(uint8_t)(v + 20)});
        memcpy(f->parts.keys[v], pair.public_key, 32);
    }
    go(f);
    distribute_committed(f, 1);
    connect_peer(f, 0, true);
    expect_declare(f, 0, PARA);
    ph_collator_protocol_message_v2_t m = seconded_by(f, 1, 21, 1);
    hear(f, 0, &m); /* validator 1 is of the other group */
    expect_report(f, 0, PH_REPUTATION_COST_MINOR);
    m = seconded_by(f, 77, 20, 1);
    hear(f, 0, &m);
    expect_report(f, 0, PH_REPUTATION_COST_MINOR);
    m = seconded_by(f, 2, 20, 1);
    hear(f, 0, &m); /* signed by another */
    expect_report(f, 0, PH_REPUTATION_COST_MAJOR);
    m = seconded_by(f, 0, 20, 2);
    hear(f, 0, &m); /* not what we made */
    assert_int_equal(ph_harness_events(f->h, "collation-seconded"), 0);
    m = seconded_by(f, 0, 20, 1);
    hear(f, 0, &m);
    assert_int_equal(ph_harness_events(f->h, "collation-seconded"), 1);
    activate(f, 2);
    hear(f, 0, &m); /* late: of no interest */
    ph_harness_drop_all(f->h);
    assert_int_equal(ph_harness_events(f->h, "collation-seconded"), 1);
}

static void test_messages_of_validators(void **state)
{
    fixture_t *f = *state;
    go(f);
    for (uint32_t v = 0; v < 3; v++) {
        connect_peer(f, 2 * v, true);
        expect_declare(f, 2 * v, PARA);
    }
    hear_seconded(f, 0, PH_STATEMENT_VALID);
    hear_seconded(f, 0, PH_STATEMENT_SECONDED); /* of a candidate that is none of ours */
    assert_int_equal(ph_harness_events(f->h, "collation-seconded"), 0);
    ph_harness_expect_nothing(f->h);
    ph_collator_protocol_message_v2_t declare = {.kind = PH_COLLATOR_PROTOCOL_MESSAGE_V2_DECLARE};
    hear(f, 2, &declare);
    expect_disconnect(f, 2);
    hear(f, 2, &declare); /* said before it heard of that */
    ph_harness_expect_nothing(f->h);
    hear_advertisement(f, 4, &f->leaf, 1);
    expect_report(f, 4, PH_REPUTATION_COST_MINOR);
    expect_disconnect(f, 4);
    hear(f, 99, &declare); /* not connected */
    ph_harness_expect_nothing(f->h);
}

static void test_leaf_ends(void **state)
{
    fixture_t *f = *state;
    go(f);
    meet(f, 0);
    ph_hash_t old = f->leaf;
    activate(f, 2); /* with the first leaf's collation still to come */
    f->leaf = old;
    distribute(f, 1);
    ph_harness_drop_all(f->h);
    view_of(f, 0, &old);
    ph_harness_expect_nothing(f->h);
}

/* Nothing is built on it any more: its groups need not know that they are any. */
static void test_stale_branch(void **state)
{
    fixture_t *f = *state;
    f->parts.groups = 3;
    f->parts.rotation = 0;
    start(f);
    collate_on(f, PARA);
    activate(f, 1);
    answer_leaf(f);
    assert_int_equal(connects_to(f), 1 << 0 | 1 << 3);
    distribute(f, 1);
    ph_hash_t stale = f->leaf;
    ph_harness_advance(f->h, 5 * SLOT_MS); /* nothing newer: still the one */
    f->leaf = ph_harness_hash(12);
    f->parts.now = 4;
    f->parts.claims[0][0] = OTHER;
    f->parts.claims[1][0] = PARA; /* on the new branch core 1 is ours, of group 1 */
    ph_hash_t root = ph_harness_hash(9);
    ph_harness_activate(f->h, &f->leaf, 12, &root);
    answer_leaf(f);
    assert_int_equal(connects_to(f), 1 << 1 | 1 << 4);
    connect_peer(f, 0, true);
    view_of(f, 0, &stale);
    ph_harness_expect_nothing(f->h); /* neither declared nor advertised */
}

/* The validators see five heads of ours; what is at others they would take for none of our business. */
static void test_only_what_our_view_shows(void **state)
{
    fixture_t *f = *state;
    ph_hash_t leaves[6], root = ph_harness_hash(0);
    f->parts.rotation = 0;
    start(f);
    collate_on(f, PARA);
    for (uint32_t i = 0; i < 6; i++) {
        f->leaf = leaves[i] = ph_harness_hash(20 + i);
        ph_harness_activate(f->h, &f->leaf, 1, &root);
        answer_leaf(f);
        (void)connects_to(f);
        distribute(f, (uint8_t)(i + 1));
    }
    connect_peer(f, 0, true);
    expect_declare(f, 0, PARA);
    view_of(f, 0, &leaves[0]);
    ph_harness_expect_nothing(f->h);
    f->leaf = leaves[1];
    view_of(f, 0, &leaves[1]);
    expect_advertisement(f, 0, 2);
    ph_harness_expect_nothing(f->h);
}

static void test_conclude_with_a_collation(void **state)
{
    fixture_t *f = *state;
    start(f);
    collate_on(f, PARA);
    activate(f, 1);
    distribute(f, 1);
    ph_harness_drop_all(f->h);
    ph_harness_conclude(f->h);
    ph_harness_expect_nothing(f->h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_connects_to_current_and_next_group, setup, teardown),
        cmocka_unit_test_setup_teardown(test_forks_add_up, setup, teardown),
        cmocka_unit_test_setup_teardown(test_declares_at_once_to_whom_it_wants, setup, teardown),
        cmocka_unit_test_setup_teardown(test_peers_that_came_before_the_leaf, setup, teardown),
        cmocka_unit_test_setup_teardown(test_advertises_once_and_in_view, setup, teardown),
        cmocka_unit_test_setup_teardown(test_again_after_a_reconnect, setup, teardown),
        cmocka_unit_test_setup_teardown(test_after_a_rotation, setup, teardown),
        cmocka_unit_test_setup_teardown(test_dropped_collations, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_connection_is_for_one_para, setup, teardown),
        cmocka_unit_test_setup_teardown(test_serves, setup, teardown),
        cmocka_unit_test_setup_teardown(test_one_upload_at_a_time, setup, teardown),
        cmocka_unit_test_setup_teardown(test_waiting_when_the_leaf_ends, setup, teardown),
        cmocka_unit_test_setup_teardown(test_many_wait, setup, teardown),
        cmocka_unit_test_setup_teardown(test_seconded_is_checked, setup, teardown),
        cmocka_unit_test_setup_teardown(test_messages_of_validators, setup, teardown),
        cmocka_unit_test_setup_teardown(test_leaf_ends, setup, teardown),
        cmocka_unit_test_setup_teardown(test_stale_branch, setup, teardown),
        cmocka_unit_test_setup_teardown(test_only_what_our_view_shows, setup, teardown),
        cmocka_unit_test_setup_teardown(test_conclude_with_a_collation, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
