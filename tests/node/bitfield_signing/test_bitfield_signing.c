/* Bitfield Signing, alone. */
#include "node/session_parts.h"

#include "node/bitfield_signing/bitfield_signing.h"
#include "primitives/payload.h"
#include "protocol/availability_store.h"
#include "protocol/bitfield_distribution.h"

enum { N = 4, ME = 2, SLOT_MS = 6000 };

typedef struct fixture {
    session_t s;
    ph_harness_t *h;
    ph_keystore_t *ks;
    ph_bitfield_signing_config_t config;
    ph_core_state_t cores[4];
} fixture_t;

static fixture_t *fixture_new(bool with_keys, bool fresh)
{
    fixture_t *f = ph_mem_alloc(NULL, sizeof *f);
    session_init(&f->s, N, 2);
    f->h = ph_harness_prepare(PH_SUBSYSTEM_BITFIELD_SIGNING);
    f->ks = ph_keystore_new(ph_harness_env(f->h), fresh);
    ph_keystore_add(f->ks, PH_KEY_PARA_VALIDATOR, f->s.seeds[ME]);
    f->config = (ph_bitfield_signing_config_t){with_keys ? f->ks : NULL, SLOT_MS};
    f->cores[0].kind = PH_CORE_STATE_OCCUPIED;
    f->cores[0].occupied.candidate_hash.bytes[0] = 10;
    f->cores[1].kind = PH_CORE_STATE_SCHEDULED;
    f->cores[2].kind = PH_CORE_STATE_OCCUPIED;
    f->cores[2].occupied.candidate_hash.bytes[0] = 12;
    f->cores[3].kind = PH_CORE_STATE_FREE;
    ph_harness_start(f->h, &ph_bitfield_signing_ops, &f->config);
    return f;
}

static int setup(void **state)
{
    *state = fixture_new(true, true);
    return 0;
}

static int teardown(void **state)
{
    fixture_t *f = *state;
    ph_harness_free(f->h);
    ph_keystore_free(f->ks);
    ph_mem_free(f);
    return 0;
}

static ph_msg_t *expect_query(fixture_t *f, uint8_t candidate)
{
    ph_msg_t *msg =
        ph_harness_expect(f->h, PH_SUBSYSTEM_AVAILABILITY_STORE, PH_MSG_AVAILABILITY_STORE_QUERY_CHUNK_AVAILABILITY);
    const ph_msg_availability_store_query_chunk_availability_t *in = ph_msg_payload(msg);
    assert_int_equal(in->candidate.bytes[0], candidate);
    assert_int_equal(in->validator.v, ME);
    return msg;
}

static void go(fixture_t *f)
{
    activate(f->h, 1, 1, 0);
    ph_harness_advance(f->h, SLOT_MS / 4);
    session_answer_validators(&f->s, f->h);
    session_answer_index(&f->s, f->h);
    session_answer_cores(f->h, f->cores, 4);
}

static void answer(fixture_t *f, ph_msg_t *msg, bool here)
{
    ph_harness_reply(f->h, msg, &here);
}

static void expect_bitfield(fixture_t *f, uint8_t bits)
{
    ph_msg_t *msg =
        ph_harness_expect(f->h, PH_SUBSYSTEM_BITFIELD_DISTRIBUTION, PH_MSG_BITFIELD_DISTRIBUTION_DISTRIBUTE_BITFIELD);
    const ph_msg_bitfield_distribution_distribute_bitfield_t *out = ph_msg_payload(msg);
    ph_hash_t leaf = ph_harness_hash(1);
    assert_memory_equal(&out->relay_parent, &leaf, 32);
    assert_int_equal(out->bitfield.validator_index.v, ME);
    assert_int_equal(out->bitfield.payload.v.count, 4); /* a bit a core */
    assert_int_equal(out->bitfield.payload.v.bytes[0], bits);
    ph_signing_context_t context = {{SESSION}, leaf};
    ph_bytes_t payload = ph_payload_of_bitfield(NULL, out->bitfield.payload.v, &context);
    assert_true(ph_sr25519_verify(out->bitfield.signature.bytes, payload, f->s.validators[ME].bytes));
    ph_mem_free(payload.data);
    assert_int_equal(ph_harness_events(f->h, "bitfield-signed"), 1);
}

static void it_signs_what_it_holds(void **state)
{
    fixture_t *f = *state;
    go(f);
    ph_msg_t *first = expect_query(f, 10), *second = expect_query(f, 12);
    ph_harness_expect_nothing(f->h); /* free and scheduled cores hold nothing */
    answer(f, second, true);
    ph_harness_expect_nothing(f->h);
    answer(f, first, false);
    expect_bitfield(f, 4);
}

static void it_waits_first(void **state)
{
    fixture_t *f = *state;
    activate(f->h, 1, 1, 0);
    ph_harness_advance(f->h, SLOT_MS / 4 - 1);
    ph_harness_expect_nothing(f->h);
    ph_harness_advance(f->h, 1);
    session_answer_validators(&f->s, f->h);
    ph_harness_drop_all(f->h);
}

static void nothing_occupied_is_said_too(void **state)
{
    fixture_t *f = *state;
    f->cores[0].kind = f->cores[2].kind = PH_CORE_STATE_FREE;
    go(f);
    expect_bitfield(f, 0);
}

static void a_store_without_answer_counts_as_no(void **state)
{
    fixture_t *f = *state;
    go(f);
    ph_msg_t *first = expect_query(f, 10), *second = expect_query(f, 12);
    ph_harness_drop(f->h, first);
    answer(f, second, true);
    expect_bitfield(f, 4);
}

static void who_is_no_validator_is_silent(void **state)
{
    fixture_t *f = *state;
    f->s.count = ME; /* we come after the last one */
    activate(f->h, 1, 1, 0);
    ph_harness_advance(f->h, SLOT_MS / 4);
    session_answer_validators(&f->s, f->h);
    ph_harness_expect_nothing(f->h);
    fixture_t *keyless = fixture_new(false, true);
    activate(keyless->h, 1, 1, 0);
    ph_harness_advance(keyless->h, SLOT_MS);
    ph_harness_expect_nothing(keyless->h);
    void *inner = keyless;
    teardown(&inner);
}

static void who_abstains_is_silent(void **state)
{
    void *inner = fixture_new(true, false);
    fixture_t *f = inner;
    (void)state;
    go(f);
    answer(f, expect_query(f, 10), true);
    answer(f, expect_query(f, 12), true);
    ph_harness_expect_nothing(f->h);
    assert_int_equal(ph_harness_events(f->h, "bitfield-signed"), 0);
    teardown(&inner);
}

static void another_bitfield_for_the_leaf_is_not_signed(void **state)
{
    fixture_t *f = *state;
    ph_validator_signature_t signature;
    ph_signing_context_t context = {{SESSION}, ph_harness_hash(1)};
    uint8_t bits = 1; /* what a former life said */
    assert_int_equal(
        ph_keystore_sign_bitfield(f->ks, &signature, &f->s.validators[ME], (ph_bits_t){&bits, 4}, &context), PH_OK);
    go(f);
    answer(f, expect_query(f, 10), true);
    answer(f, expect_query(f, 12), true);
    ph_harness_expect_nothing(f->h);
}

static void runtime_errors_end_it(void **state)
{
    fixture_t *f = *state;
    activate(f->h, 1, 1, 0);
    ph_harness_advance(f->h, SLOT_MS / 4);
    session_answer_validators(&f->s, f->h);
    session_answer_error(f->h, PH_MSG_RUNTIME_API_REQUEST_SESSION_INDEX_FOR_CHILD);
    ph_harness_expect_nothing(f->h);
    assert_int_equal(ph_harness_failure(f->h), PH_OK);
}

static void a_replaced_leaf_is_left(void **state)
{
    fixture_t *f = *state;
    go(f);
    ph_msg_t *first = expect_query(f, 10), *second = expect_query(f, 12);
    activate(f->h, 2, 2, 1);
    answer(f, first, true);
    answer(f, second, true);
    ph_harness_expect_nothing(f->h);
    ph_harness_advance(f->h, SLOT_MS / 4); /* the new leaf has its own wait */
    session_answer_validators(&f->s, f->h);
    ph_harness_drop_all(f->h);
}

static void forks_get_a_bitfield_each(void **state)
{
    fixture_t *f = *state;
    f->cores[0].kind = f->cores[2].kind = PH_CORE_STATE_FREE;
    activate(f->h, 1, 1, 0);
    activate(f->h, 2, 1, 0);
    ph_harness_advance(f->h, SLOT_MS / 4);
    for (int i = 0; i < 2; i++)
        session_answer_validators(&f->s, f->h);
    for (int i = 0; i < 2; i++)
        session_answer_index(&f->s, f->h);
    for (int i = 0; i < 2; i++)
        session_answer_cores(f->h, f->cores, 4);
    for (int i = 0; i < 2; i++)
        ph_harness_expect(f->h, PH_SUBSYSTEM_BITFIELD_DISTRIBUTION, PH_MSG_BITFIELD_DISTRIBUTION_DISTRIBUTE_BITFIELD);
    assert_int_equal(ph_harness_events(f->h, "bitfield-signed"), 2);
}

static void conclude_at_any_point(void **state)
{
    (void)state;
    for (int point = 0; point < 5; point++) {
        void *inner;
        setup(&inner);
        fixture_t *f = inner;
        activate(f->h, 1, 1, 0);
        if (point > 0)
            ph_harness_advance(f->h, SLOT_MS / 4);
        if (point > 1)
            session_answer_validators(&f->s, f->h);
        if (point > 2)
            session_answer_index(&f->s, f->h);
        if (point > 3)
            session_answer_cores(f->h, f->cores, 4);
        ph_harness_conclude(f->h);
        ph_harness_advance(f->h, SLOT_MS);
        ph_harness_drop_all(f->h);
        teardown(&inner);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(it_signs_what_it_holds, setup, teardown),
        cmocka_unit_test_setup_teardown(it_waits_first, setup, teardown),
        cmocka_unit_test_setup_teardown(nothing_occupied_is_said_too, setup, teardown),
        cmocka_unit_test_setup_teardown(a_store_without_answer_counts_as_no, setup, teardown),
        cmocka_unit_test_setup_teardown(who_is_no_validator_is_silent, setup, teardown),
        cmocka_unit_test(who_abstains_is_silent),
        cmocka_unit_test_setup_teardown(another_bitfield_for_the_leaf_is_not_signed, setup, teardown),
        cmocka_unit_test_setup_teardown(runtime_errors_end_it, setup, teardown),
        cmocka_unit_test_setup_teardown(a_replaced_leaf_is_left, setup, teardown),
        cmocka_unit_test_setup_teardown(forks_get_a_bitfield_each, setup, teardown),
        cmocka_unit_test(conclude_at_any_point),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
