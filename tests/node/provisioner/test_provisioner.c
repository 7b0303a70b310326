/* The Provisioner, alone: six validators, three cores. */
#include "node/session_parts.h"

#include "base/vec.h"
#include "node/provisioner/provisioner.h"
#include "primitives/hash_of.h"
#include "protocol/block_authorship.h"
#include "protocol/candidate_backing.h"
#include "protocol/provisioner.h"

enum { N = 6, CORES = 3, SLOT_MS = 6000, WAIT_MS = SLOT_MS / 3, QUORUM = 5 };

typedef struct report {
    const char *kind;
    ph_validator_index_t validator;
    ph_candidate_hash_t candidate;
} report_t;

typedef struct fixture {
    ph_harness_t *h;
    ph_arena_t *arena;
    ph_provisioner_config_t config;
    ph_core_state_t cores[CORES];
    ph_persisted_validation_data_t included, timed_out; /* what the runtime answers, by assumption */
    PH_LIST(report_t) reports;
} fixture_t;

static void on_misbehaviour(void *ctx, ph_env_t *env, const char *kind, ph_validator_index_t validator,
                            const ph_candidate_hash_t *candidate)
{
    fixture_t *f = ctx;
    assert_ptr_equal(env, ph_harness_env(f->h));
    ph_list_push(f->arena, &f->reports, ((report_t){kind, validator, *candidate}));
}

static int setup(void **state)
{
    fixture_t *f = ph_mem_alloc(NULL, sizeof *f);
    f->arena = ph_arena_new();
    f->config = (ph_provisioner_config_t){SLOT_MS, on_misbehaviour, f};
    f->included.parent_head.v = PH_BYTES_LIT("after the pending one");
    f->timed_out.parent_head.v = PH_BYTES_LIT("as it is");
    for (uint32_t c = 0; c < CORES; c++) {
        f->cores[c].kind = PH_CORE_STATE_SCHEDULED;
        f->cores[c].scheduled.para_id.v = 2000 + c;
    }
    f->h = ph_harness_new(PH_SUBSYSTEM_PROVISIONER, &ph_provisioner_ops, &f->config);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    fixture_t *f = *state;
    ph_harness_free(f->h);
    ph_arena_free(f->arena);
    ph_mem_free(f);
    return 0;
}

/* ---- what others tell ---- */

static void provide(fixture_t *f, uint32_t leaf, ph_provisionable_data_t data)
{
    ph_msg_provisioner_provisionable_data_t msg = {ph_harness_hash(leaf), data};
    ph_harness_send(f->h, PH_MSG_PROVISIONER_PROVISIONABLE_DATA, &msg);
}

static void bitfield_of(fixture_t *f, uint32_t validator, uint8_t bits, size_t count)
{
    ph_provisionable_data_t data = {.kind = PH_PROVISIONABLE_DATA_BITFIELD,
                                    .bitfield = {.validator_index = {validator}}};
    data.bitfield.payload.v = ph_bits_new(f->arena, count);
    data.bitfield.payload.v.bytes[0] = bits;
    data.bitfield.signature.bytes[0] = (uint8_t)(16 * validator + bits);
    provide(f, 1, data);
}

/* Para 2000 + core, on that core; `salt` makes candidates distinct. */
static ph_backed_candidate_t candidate(fixture_t *f, uint32_t core, uint8_t salt, bool on_included, size_t votes)
{
    ph_backed_candidate_t c = {0};
    ph_candidate_descriptor_t *d = &c.candidate.descriptor;
    d->para_id.v = 2000 + core;
    d->core_index = (uint16_t)core;
    d->session_index.v = SESSION;
    d->pov_hash.bytes[0] = salt;
    d->persisted_validation_data_hash = ph_hash_of_validation_data(on_included ? &f->included : &f->timed_out);
    c.validity_votes =
        (ph_vec_validity_attestation_t){ph_arena_alloc(f->arena, (votes + 1) * sizeof *c.validity_votes.items), votes};
    for (size_t i = 0; i < votes; i++)
        c.validity_votes.items[i].kind = PH_VALIDITY_ATTESTATION_EXPLICIT;
    c.validator_indices = ph_bits_new(f->arena, 8);
    return c;
}

static void backed(fixture_t *f, const ph_backed_candidate_t *c)
{
    ph_provisionable_data_t data = {.kind = PH_PROVISIONABLE_DATA_BACKED_CANDIDATE};
    ph_hash_to_plain_receipt(&data.backed_candidate, &c->candidate);
    provide(f, 1, data);
}

static void occupy(fixture_t *f, uint32_t core, unsigned have, bool next_on_available, bool next_on_time_out,
                   uint32_t time_out_at)
{
    ph_core_state_t *c = &f->cores[core];
    *c = (ph_core_state_t){.kind = PH_CORE_STATE_OCCUPIED};
    c->occupied.availability = ph_bits_new(f->arena, N);
    for (unsigned i = 0; i < have; i++)
        ph_bits_set(c->occupied.availability, i, true);
    c->occupied.next_up_on_available = (ph_opt_scheduled_core_t){next_on_available, {.para_id = {2000 + core}}};
    c->occupied.next_up_on_time_out = (ph_opt_scheduled_core_t){next_on_time_out, {.para_id = {2000 + core}}};
    c->occupied.time_out_at = time_out_at;
}

/* ---- asking ---- */

static ph_harness_question_t *request(fixture_t *f, uint32_t leaf)
{
    ph_msg_provisioner_request_inherent_data_t msg = {ph_harness_hash(leaf)};
    return ph_harness_ask(f->h, PH_MSG_PROVISIONER_REQUEST_INHERENT_DATA, &msg);
}

static void go(fixture_t *f)
{
    activate(f->h, 1, 1, 0);
}

static void answer_data(fixture_t *f, size_t times)
{
    for (size_t i = 0; i < times; i++) {
        ph_msg_t *msg = EXPECT_API(f->h, PERSISTED_VALIDATION_DATA);
        const ph_msg_runtime_api_request_persisted_validation_data_t *in = ph_msg_payload(msg);
        bool out = in->assumption.kind == PH_OCCUPIED_CORE_ASSUMPTION_TIMED_OUT;
        assert_true(out || in->assumption.kind == PH_OCCUPIED_CORE_ASSUMPTION_INCLUDED);
        ph_harness_reply(f->h, msg,
                         &(ph_res_opt_persisted_validation_data_runtime_api_error_t){
                             .kind = PH_RES_OK, .ok = {true, out ? f->timed_out : f->included}});
    }
}

/* Backing has these, and gives them all; checks that as many were asked for. */
static void answer_backing(fixture_t *f, const ph_backed_candidate_t *candidates, size_t count)
{
    ph_msg_t *msg =
        ph_harness_expect(f->h, PH_SUBSYSTEM_CANDIDATE_BACKING, PH_MSG_CANDIDATE_BACKING_GET_BACKABLE_CANDIDATES);
    const ph_msg_candidate_backing_get_backable_candidates_t *in = ph_msg_payload(msg);
    assert_int_equal(in->candidates.count, count);
    for (size_t i = 0; i < count; i++) {
        ph_candidate_hash_t hash = ph_hash_of_committed(&candidates[i].candidate);
        assert_memory_equal(&in->candidates.items[i], &hash, 32);
    }
    ph_harness_reply(f->h, msg, &(ph_vec_backed_candidate_t){(ph_backed_candidate_t *)(uintptr_t)candidates, count});
}

static const ph_provisioner_inherent_data_t *given(fixture_t *f, ph_harness_question_t *q)
{
    const ph_provisioner_inherent_data_t *data = ph_harness_answer(f->h, q, NULL);
    assert_non_null(data);
    assert_int_equal(data->disputes.count, 0);
    ph_harness_expect_nothing(f->h);
    return data;
}

/* The answer once the wait is over, with as many candidates that fit. */
static const ph_provisioner_inherent_data_t *ask(fixture_t *f, size_t fitting, const ph_backed_candidate_t *good,
                                                 size_t good_count)
{
    ph_harness_advance(f->h, WAIT_MS);
    ph_harness_question_t *q = request(f, 1);
    session_answer_cores(f->h, f->cores, CORES);
    answer_data(f, fitting);
    if (good_count)
        answer_backing(f, good, good_count);
    return given(f, q);
}

/* ---- when ---- */

static void never_before_two_seconds(void **state)
{
    fixture_t *f = *state;
    go(f);
    ph_harness_question_t *a = request(f, 1);
    ph_harness_advance(f->h, WAIT_MS - 1);
    ph_harness_question_t *b = request(f, 1);
    ph_harness_expect_nothing(f->h);
    ph_harness_advance(f->h, 1);
    session_answer_cores(f->h, f->cores, CORES);
    session_answer_cores(f->h, f->cores, CORES);
    given(f, a);
    given(f, b);
    ph_harness_question_t *c = request(f, 1); /* later ones at once */
    session_answer_cores(f->h, f->cores, CORES);
    given(f, c);
    assert_int_equal(ph_harness_events(f->h, "inherent-built"), 3);
}

static void of_blocks_that_are_no_leaves_nothing_is_said(void **state)
{
    fixture_t *f = *state;
    ph_err_t err;
    assert_null(ph_harness_answer(f->h, request(f, 1), &err));
    assert_int_equal(err, PH_ERR_CANCELLED);
    go(f);
    ph_harness_question_t *q = request(f, 1);
    activate(f->h, 2, 2, 1); /* replaced while it waits */
    assert_null(ph_harness_answer(f->h, q, &err));
    assert_int_equal(err, PH_ERR_CANCELLED);
    ph_harness_advance(f->h, WAIT_MS);
    ph_harness_expect_nothing(f->h);
    q = request(f, 2);
    ph_msg_t *cores = EXPECT_API(f->h, AVAILABILITY_CORES);
    activate(f->h, 3, 3, 2); /* … and while the runtime is being asked */
    assert_null(ph_harness_answer(f->h, q, &err));
    assert_int_equal(err, PH_ERR_CANCELLED);
    ph_harness_reply(f->h, cores,
                     &(ph_res_vec_core_state_runtime_api_error_t){.kind = PH_RES_OK, .ok = {f->cores, CORES}});
    ph_harness_expect_nothing(f->h);
}

/* ---- bitfields ---- */

static void of_each_validator_the_bitfield_with_the_most_news(void **state)
{
    fixture_t *f = *state;
    go(f);
    occupy(f, 0, 0, false, false, 99);
    occupy(f, 2, 0, false, false, 99);
    bitfield_of(f, 4, 1, CORES);
    bitfield_of(f, 1, 1, CORES);
    bitfield_of(f, 4, 5, CORES); /* more */
    bitfield_of(f, 4, 4, CORES); /* less again */
    bitfield_of(f, 0, 0, CORES);
    bitfield_of(f, 2, 2, CORES); /* core 1 is not occupied */
    bitfield_of(f, 3, 1, CORES - 1);
    bitfield_of(f, 3, 1, CORES + 1);
    bitfield_of(f, 5, 4, CORES);
    bitfield_of(f, 5, 1, CORES); /* as much: the first stays */
    const ph_provisioner_inherent_data_t *data = ask(f, 0, NULL, 0);
    static const struct {
        uint32_t validator;
        uint8_t bits;
    } expected[] = {{0, 0}, {1, 1}, {4, 5}, {5, 4}};
    assert_int_equal(data->bitfields.count, 4);
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(data->bitfields.items[i].validator_index.v, expected[i].validator);
        assert_int_equal(data->bitfields.items[i].payload.v.bytes[0], expected[i].bits);
        assert_int_equal(data->bitfields.items[i].signature.bytes[0], 16 * expected[i].validator + expected[i].bits);
    }
}

/* ---- candidates ---- */

static void scheduled_cores_get_their_candidates_in_order_of_paras(void **state)
{
    fixture_t *f = *state;
    go(f);
    ph_backed_candidate_t c[] = {candidate(f, 2, 1, true, 2), candidate(f, 0, 1, true, 2), candidate(f, 1, 1, true, 2)};
    for (size_t i = 0; i < 3; i++)
        backed(f, &c[i]);
    backed(f, &c[1]); /* told twice */
    const ph_provisioner_inherent_data_t *data = ask(f, 3, c, 3);
    assert_int_equal(data->backed_candidates.count, 3);
    for (uint32_t i = 0; i < 3; i++)
        assert_int_equal(data->backed_candidates.items[i].candidate.descriptor.para_id.v, 2000 + i);
}

static void candidates_that_fit_no_core_stay_out(void **state)
{
    fixture_t *f = *state;
    go(f);
    f->cores[0].kind = PH_CORE_STATE_FREE;
    occupy(f, 1, 0, true, true, 99); /* pending, neither available nor timed out */
    ph_backed_candidate_t c[] = {candidate(f, 0, 1, true, 2), candidate(f, 1, 1, true, 2), candidate(f, 2, 1, true, 2),
                                 candidate(f, 2, 2, true, 2)};
    c[2].candidate.descriptor.para_id.v = 2077; /* not up there */
    c[3].candidate.descriptor.core_index = 1;   /* names another core */
    for (size_t i = 0; i < 4; i++)
        backed(f, &c[i]);
    assert_int_equal(ask(f, 0, NULL, 0)->backed_candidates.count, 0);
}

/* The core's own bits and the bitfields of this very inherent together make it available. */
static void a_candidate_is_backed_in_the_block_that_frees_its_core(void **state)
{
    (void)state;
    for (unsigned have = 0; have <= 3; have++) {
        void *inner;
        setup(&inner);
        fixture_t *g = inner;
        go(g);
        occupy(g, 0, have, true, false, 99);
        bitfield_of(g, 2, 1, CORES); /* perhaps counted on chain already */
        bitfield_of(g, 4, 1, CORES);
        bitfield_of(g, 5, 1, CORES);
        bitfield_of(g, 3, 0, CORES);
        ph_backed_candidate_t c = candidate(g, 0, 1, true, 2);
        backed(g, &c);
        unsigned votes = have + (have < 3) + 2;
        bool available = votes >= QUORUM;
        assert_int_equal(ask(g, available, &c, available)->backed_candidates.count, available);
        teardown(&inner);
    }
}

static void available_but_nobody_is_next(void **state)
{
    fixture_t *f = *state;
    go(f);
    occupy(f, 0, N, false, true, 2); /* available wins over timed out */
    ph_backed_candidate_t c = candidate(f, 0, 1, true, 2);
    backed(f, &c);
    assert_int_equal(ask(f, 0, NULL, 0)->backed_candidates.count, 0);
}

static void a_core_that_times_out_in_the_block_is_free(void **state)
{
    fixture_t *f = *state;
    go(f);
    occupy(f, 0, 0, false, true, 2); /* the block has number 2 */
    occupy(f, 1, 0, false, true, 3);
    ph_backed_candidate_t c[] = {candidate(f, 0, 1, false, 2), candidate(f, 1, 1, false, 2)};
    backed(f, &c[0]);
    backed(f, &c[1]);
    assert_int_equal(ask(f, 1, c, 1)->backed_candidates.count, 1);
}

/* Built on the pending candidate, it is good only if that one gets included; built on the head as it is, only if not.
 */
static void what_is_built_on_another_head_stays_out(void **state)
{
    fixture_t *f = *state;
    go(f);
    occupy(f, 0, N, true, true, 99);
    occupy(f, 1, 0, true, true, 2);
    ph_backed_candidate_t right[] = {candidate(f, 0, 1, true, 2), candidate(f, 1, 1, false, 2)};
    ph_backed_candidate_t wrong[] = {candidate(f, 0, 2, false, 5), candidate(f, 1, 2, true, 5)};
    backed(f, &wrong[0]);
    backed(f, &right[0]);
    backed(f, &wrong[1]);
    backed(f, &right[1]);
    const ph_provisioner_inherent_data_t *data = ask(f, 4, right, 2);
    assert_int_equal(data->backed_candidates.count, 2);
    assert_int_equal(data->backed_candidates.items[0].candidate.descriptor.pov_hash.bytes[0], 1);
    assert_int_equal(data->backed_candidates.items[1].candidate.descriptor.pov_hash.bytes[0], 1);
}

static void one_candidate_a_core_with_the_most_votes(void **state)
{
    fixture_t *f = *state;
    go(f);
    ph_backed_candidate_t c[] = {candidate(f, 0, 1, true, 2), candidate(f, 0, 2, true, 3), candidate(f, 0, 3, true, 3),
                                 candidate(f, 0, 4, true, 1)};
    for (size_t i = 0; i < 4; i++)
        backed(f, &c[i]);
    const ph_provisioner_inherent_data_t *data = ask(f, 4, c, 4);
    assert_int_equal(data->backed_candidates.count, 1);
    assert_int_equal(data->backed_candidates.items[0].candidate.descriptor.pov_hash.bytes[0], 2);
}

/* One that stands in the way of two others: it must outdo both. */
static void rivals_by_core_and_by_para(void **state)
{
    fixture_t *f = *state;
    go(f);
    f->cores[1].scheduled.para_id.v = 2000;
    ph_backed_candidate_t a = candidate(f, 0, 1, true, 2), b = candidate(f, 1, 1, true, 3);
    b.candidate.descriptor.para_id.v = 2000; /* the same para on another core, built on the same head */
    backed(f, &a);
    backed(f, &b);
    ph_backed_candidate_t c[] = {a, b};
    const ph_provisioner_inherent_data_t *data = ask(f, 2, c, 2);
    assert_int_equal(data->backed_candidates.count, 1);
    assert_int_equal(data->backed_candidates.items[0].candidate.descriptor.core_index, 1);
}

static void one_code_upgrade_a_block(void **state)
{
    fixture_t *f = *state;
    go(f);
    ph_backed_candidate_t c[] = {candidate(f, 2, 1, true, 2), candidate(f, 1, 1, true, 2), candidate(f, 0, 1, true, 2)};
    for (size_t i = 0; i < 2; i++)
        c[i].candidate.commitments.new_validation_code = (ph_opt_validation_code_t){true, {PH_BYTES_LIT("code")}};
    for (size_t i = 0; i < 3; i++)
        backed(f, &c[i]);
    const ph_provisioner_inherent_data_t *data = ask(f, 3, c, 3);
    assert_int_equal(data->backed_candidates.count, 2);
    assert_int_equal(data->backed_candidates.items[0].candidate.descriptor.para_id.v, 2000);
    assert_int_equal(data->backed_candidates.items[1].candidate.descriptor.para_id.v, 2001);
}

static void backing_has_the_last_word(void **state)
{
    fixture_t *f = *state;
    go(f);
    ph_backed_candidate_t c = candidate(f, 0, 1, true, 2);
    backed(f, &c);
    ph_harness_advance(f->h, WAIT_MS);
    ph_harness_question_t *q = request(f, 1);
    session_answer_cores(f->h, f->cores, CORES);
    answer_data(f, 1);
    ph_harness_reply(
        f->h, ph_harness_expect(f->h, PH_SUBSYSTEM_CANDIDATE_BACKING, PH_MSG_CANDIDATE_BACKING_GET_BACKABLE_CANDIDATES),
        &(ph_vec_backed_candidate_t){0});
    assert_int_equal(given(f, q)->backed_candidates.count, 0);
    q = request(f, 1); /* … or none at all */
    session_answer_cores(f->h, f->cores, CORES);
    answer_data(f, 1);
    ph_harness_drop(f->h, ph_harness_expect(f->h, PH_SUBSYSTEM_CANDIDATE_BACKING,
                                            PH_MSG_CANDIDATE_BACKING_GET_BACKABLE_CANDIDATES));
    assert_int_equal(given(f, q)->backed_candidates.count, 0);
}

static void what_the_runtime_does_not_know_stays_out(void **state)
{
    fixture_t *f = *state;
    go(f);
    bitfield_of(f, 1, 0, CORES);
    ph_backed_candidate_t c = candidate(f, 0, 1, true, 2);
    backed(f, &c);
    ph_harness_advance(f->h, WAIT_MS);
    ph_harness_question_t *q = request(f, 1);
    session_answer_cores(f->h, f->cores, CORES);
    ph_harness_reply(f->h, EXPECT_API(f->h, PERSISTED_VALIDATION_DATA),
                     &(ph_res_opt_persisted_validation_data_runtime_api_error_t){.kind = PH_RES_OK});
    const ph_provisioner_inherent_data_t *data = given(f, q);
    assert_int_equal(data->backed_candidates.count, 0);
    assert_int_equal(data->bitfields.count, 1);
    q = request(f, 1);
    ph_harness_reply(f->h, EXPECT_API(f->h, AVAILABILITY_CORES),
                     &(ph_res_vec_core_state_runtime_api_error_t){.kind = PH_RES_ERR,
                                                                  .err = {.kind = PH_RUNTIME_API_ERROR_NOT_SUPPORTED}});
    assert_int_equal(given(f, q)->bitfields.count, 0); /* an answer all the same: the author need not wait */
}

/* ---- subscribers and misbehaviour ---- */

static void subscribers_hear_it_as_it_arrives(void **state)
{
    fixture_t *f = *state;
    ph_msg_provisioner_request_block_authorship_data_t subscribe = {ph_harness_hash(1)};
    ph_harness_send(f->h, PH_MSG_PROVISIONER_REQUEST_BLOCK_AUTHORSHIP_DATA,
                    &subscribe); /* no leaf yet: nothing to hear */
    go(f);
    bitfield_of(f, 1, 0, CORES);
    ph_harness_expect_nothing(f->h);
    ph_harness_send(f->h, PH_MSG_PROVISIONER_REQUEST_BLOCK_AUTHORSHIP_DATA, &subscribe);
    bitfield_of(f, 2, 0, CORES);
    const ph_msg_block_authorship_provisionable_t *out =
        ph_msg_payload(ph_harness_expect(f->h, PH_SUBSYSTEM_BLOCK_AUTHORSHIP, PH_MSG_BLOCK_AUTHORSHIP_PROVISIONABLE));
    assert_memory_equal(&out->relay_parent, &subscribe.relay_parent, 32);
    assert_int_equal(out->data.kind, PH_PROVISIONABLE_DATA_BITFIELD);
    assert_int_equal(out->data.bitfield.validator_index.v, 2);
    ph_backed_candidate_t c = candidate(f, 0, 1, true, 2);
    backed(f, &c);
    out = ph_msg_payload(ph_harness_expect(f->h, PH_SUBSYSTEM_BLOCK_AUTHORSHIP, PH_MSG_BLOCK_AUTHORSHIP_PROVISIONABLE));
    assert_int_equal(out->data.kind, PH_PROVISIONABLE_DATA_BACKED_CANDIDATE);
    activate(f->h, 2, 2, 1);
    bitfield_of(f, 3, 0, CORES); /* of a leaf that is no more */
    ph_harness_expect_nothing(f->h);
}

static void all_three_kinds_of_misbehaviour_are_kept(void **state)
{
    fixture_t *f = *state;
    ph_backed_candidate_t c = candidate(f, 0, 1, true, 0);
    ph_misbehavior_report_t all[3] = {{.kind = PH_MISBEHAVIOR_REPORT_CANDIDATE_VALIDITY_DISAGREEMENT},
                                      {.kind = PH_MISBEHAVIOR_REPORT_SELF_CONTRADICTION},
                                      {.kind = PH_MISBEHAVIOR_REPORT_DOUBLE_VOTE}};
    static const char *const names[] = {"candidate-validity-disagreement", "self-contradiction", "double-vote"};
    ph_unchecked_signed_full_statement_t statement = {.payload = {.kind = PH_STATEMENT_VALID}};
    ph_hash_to_plain_receipt(&all[0].candidate_validity_disagreement.receipt, &c.candidate);
    all[1].self_contradiction.receipt = all[2].double_vote.receipt = all[0].candidate_validity_disagreement.receipt;
    statement.validator_index.v = 1;
    all[0].candidate_validity_disagreement.statements = (ph_vec_unchecked_signed_full_statement_t){&statement, 1};
    all[1].self_contradiction.first = all[1].self_contradiction.second = statement;
    all[1].self_contradiction.first.validator_index.v = 2;
    all[2].double_vote.first = all[2].double_vote.second = statement;
    all[2].double_vote.first.validator_index.v = 3;
    go(f);
    for (size_t i = 0; i < 3; i++)
        provide(f, i == 2 ? 77 : 1,
                (ph_provisionable_data_t){.kind = PH_PROVISIONABLE_DATA_MISBEHAVIOR_REPORT,
                                          .misbehavior_report = all[i]}); /* also of old leaves */
    assert_int_equal(f->reports.count, 3);
    ph_candidate_hash_t hash = ph_hash_of_committed(&c.candidate);
    for (uint32_t i = 0; i < 3; i++) {
        assert_string_equal(f->reports.items[i].kind, names[i]);
        assert_int_equal(f->reports.items[i].validator.v, i + 1);
        assert_memory_equal(&f->reports.items[i].candidate, &hash, 32);
    }
    assert_int_equal(ph_harness_events(f->h, "misbehaviour"), 3);
    assert_int_equal(ask(f, 0, NULL, 0)->bitfields.count, 0);
}

static void forks_are_kept_apart(void **state)
{
    fixture_t *f = *state;
    go(f);
    activate(f->h, 2, 1, 0);
    bitfield_of(f, 1, 0, CORES);
    ph_harness_advance(f->h, WAIT_MS);
    ph_harness_question_t *q = request(f, 2);
    session_answer_cores(f->h, f->cores, CORES);
    assert_int_equal(given(f, q)->bitfields.count, 0);
}

static void conclude_at_any_point(void **state)
{
    (void)state;
    for (int point = 0; point < 5; point++) {
        void *inner;
        ph_err_t err;
        setup(&inner);
        fixture_t *f = inner;
        go(f);
        bitfield_of(f, 1, 0, CORES);
        ph_backed_candidate_t c = candidate(f, 0, 1, true, 2);
        backed(f, &c);
        ph_harness_question_t *q = request(f, 1);
        if (point > 0)
            ph_harness_advance(f->h, WAIT_MS);
        if (point > 1)
            session_answer_cores(f->h, f->cores, CORES);
        if (point > 2)
            answer_data(f, 1);
        if (point > 3)
            answer_backing(f, &c, 1);
        ph_harness_conclude(f->h);
        assert_int_equal(ph_harness_answer(f->h, q, &err) != NULL, point > 3);
        ph_harness_drop_all(f->h);
        teardown(&inner);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(never_before_two_seconds, setup, teardown),
        cmocka_unit_test_setup_teardown(of_blocks_that_are_no_leaves_nothing_is_said, setup, teardown),
        cmocka_unit_test_setup_teardown(of_each_validator_the_bitfield_with_the_most_news, setup, teardown),
        cmocka_unit_test_setup_teardown(scheduled_cores_get_their_candidates_in_order_of_paras, setup, teardown),
        cmocka_unit_test_setup_teardown(candidates_that_fit_no_core_stay_out, setup, teardown),
        cmocka_unit_test_setup_teardown(a_candidate_is_backed_in_the_block_that_frees_its_core, setup, teardown),
        cmocka_unit_test_setup_teardown(available_but_nobody_is_next, setup, teardown),
        cmocka_unit_test_setup_teardown(a_core_that_times_out_in_the_block_is_free, setup, teardown),
        cmocka_unit_test_setup_teardown(what_is_built_on_another_head_stays_out, setup, teardown),
        cmocka_unit_test_setup_teardown(one_candidate_a_core_with_the_most_votes, setup, teardown),
        cmocka_unit_test_setup_teardown(rivals_by_core_and_by_para, setup, teardown),
        cmocka_unit_test_setup_teardown(one_code_upgrade_a_block, setup, teardown),
        cmocka_unit_test_setup_teardown(backing_has_the_last_word, setup, teardown),
        cmocka_unit_test_setup_teardown(what_the_runtime_does_not_know_stays_out, setup, teardown),
        cmocka_unit_test_setup_teardown(subscribers_hear_it_as_it_arrives, setup, teardown),
        cmocka_unit_test_setup_teardown(all_three_kinds_of_misbehaviour_are_kept, setup, teardown),
        cmocka_unit_test_setup_teardown(forks_are_kept_apart, setup, teardown),
        cmocka_unit_test(conclude_at_any_point),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
