/* Block authorship: the author's questions to the Provisioner, and what it hears. */
#include "node/session_parts.h"

#include "protocol/block_authorship.h"
#include "protocol/provisioner.h"
#include "service/block_authorship.h"

typedef struct given {
    unsigned came;
    bool with_data;
    size_t bitfields;
} given_t;

static void done(void *ctx, const ph_provisioner_inherent_data_t *data)
{
    given_t *g = ctx;
    g->came++;
    g->with_data = data != NULL;
    g->bitfields = data ? data->bitfields.count : 0;
}

static int setup(void **state)
{
    *state = ph_harness_new(PH_SUBSYSTEM_BLOCK_AUTHORSHIP, &ph_block_authorship_ops, NULL);
    return 0;
}

static int teardown(void **state)
{
    ph_harness_free(*state);
    return 0;
}

static ph_msg_t *request(ph_harness_t *h, uint32_t parent, given_t *g)
{
    ph_hash_t hash = ph_harness_hash(parent);
    ph_block_authorship_request(ph_harness_self(h), &hash, done, g);
    ph_msg_t *msg = ph_harness_expect(h, PH_SUBSYSTEM_PROVISIONER, PH_MSG_PROVISIONER_REQUEST_INHERENT_DATA);
    assert_memory_equal(&((const ph_msg_provisioner_request_inherent_data_t *)ph_msg_payload(msg))->relay_parent, &hash,
                        32);
    assert_int_equal(g->came, 0);
    return msg;
}

static void the_answer_is_passed_on_once(void **state)
{
    ph_harness_t *h = *state;
    given_t g = {0};
    uint8_t bits = 0;
    ph_unchecked_signed_availability_bitfield_t bitfield = {.payload = {{&bits, 3}}};
    ph_msg_t *msg = request(h, 1, &g);
    ph_harness_reply(h, msg, &(ph_provisioner_inherent_data_t){.bitfields = {&bitfield, 1}});
    assert_int_equal(g.came, 1);
    assert_true(g.with_data);
    assert_int_equal(g.bitfields, 1);
}

static void no_answer_is_passed_on_too(void **state)
{
    ph_harness_t *h = *state;
    given_t g = {0};
    ph_harness_drop(h, request(h, 1, &g));
    assert_int_equal(g.came, 1);
    assert_false(g.with_data);
}

static void questions_do_not_mix(void **state)
{
    ph_harness_t *h = *state;
    given_t a = {0}, b = {0};
    ph_msg_t *first = request(h, 1, &a), *second = request(h, 1, &b);
    ph_harness_drop(h, second);
    assert_int_equal(a.came, 0);
    assert_int_equal(b.came, 1);
    ph_harness_reply(h, first, &(ph_provisioner_inherent_data_t){0});
    assert_int_equal(a.came, 1);
    assert_true(a.with_data);
}

static void it_subscribes_to_every_leaf_and_hears(void **state)
{
    ph_harness_t *h = *state;
    activate(h, 1, 1, 0);
    ph_msg_t *msg = ph_harness_expect(h, PH_SUBSYSTEM_PROVISIONER, PH_MSG_PROVISIONER_REQUEST_BLOCK_AUTHORSHIP_DATA);
    ph_hash_t leaf = ph_harness_hash(1);
    assert_memory_equal(
        &((const ph_msg_provisioner_request_block_authorship_data_t *)ph_msg_payload(msg))->relay_parent, &leaf, 32);
    uint8_t bits = 0;
    ph_msg_block_authorship_provisionable_t datum = {
        leaf, {.kind = PH_PROVISIONABLE_DATA_BITFIELD, .bitfield = {.payload = {{&bits, 3}}}}};
    ph_harness_send(h, PH_MSG_BLOCK_AUTHORSHIP_PROVISIONABLE, &datum);
    ph_harness_send(h, PH_MSG_BLOCK_AUTHORSHIP_PROVISIONABLE, &datum);
    datum.relay_parent = ph_harness_hash(9);
    ph_harness_send(h, PH_MSG_BLOCK_AUTHORSHIP_PROVISIONABLE, &datum);
    assert_int_equal(ph_block_authorship_heard(ph_harness_self(h)), 2);
    activate(h, 2, 2, 1);
    ph_harness_expect(h, PH_SUBSYSTEM_PROVISIONER, PH_MSG_PROVISIONER_REQUEST_BLOCK_AUTHORSHIP_DATA);
    assert_int_equal(ph_block_authorship_heard(ph_harness_self(h)),
                     0); /* the leaf is gone, with what was heard of it */
}

static void nothing_comes_after_the_end(void **state)
{
    ph_harness_t *h = *state;
    given_t g = {0};
    ph_msg_t *msg = request(h, 1, &g);
    ph_harness_conclude(h);
    ph_harness_reply(h, msg, &(ph_provisioner_inherent_data_t){0});
    ph_harness_advance(h, 1000);
    assert_int_equal(g.came, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_answer_is_passed_on_once, setup, teardown),
        cmocka_unit_test_setup_teardown(no_answer_is_passed_on_too, setup, teardown),
        cmocka_unit_test_setup_teardown(questions_do_not_mix, setup, teardown),
        cmocka_unit_test_setup_teardown(it_subscribes_to_every_leaf_and_hears, setup, teardown),
        cmocka_unit_test_setup_teardown(nothing_comes_after_the_end, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
