/* A relay parent with six validators in two groups, {0,1,2} on core 0 with para 2000 and {3,4,5} on core 1 with para
 * 2001; we are validator 0. The test plays the other subsystems. */
#ifndef PH_TESTS_NODE_CANDIDATE_BACKING_FIXTURE_H
#define PH_TESTS_NODE_CANDIDATE_BACKING_FIXTURE_H

#include "support/cmocka.h"

#include "node/candidate_backing/candidate_backing.h"
#include "primitives/hash_of.h"
#include "protocol/availability_store.h"
#include "protocol/candidate_backing.h"
#include "protocol/candidate_selection.h"
#include "protocol/candidate_validation.h"
#include "protocol/pov_distribution.h"
#include "protocol/provisioner.h"
#include "protocol/runtime_api.h"
#include "protocol/statement_distribution.h"
#include "support/harness.h"

enum { VALIDATORS = 6, GROUP = 3, CORES = 2, SESSION = 4, OURS = 2000, THEIRS = 2001 };

typedef struct fixture {
    ph_harness_t *h;
    ph_candidate_backing_config_t config;
    ph_keystore_t *keystore;
    ph_arena_t *arena;
    ph_hash_t leaf;
    ph_validator_id_t validators[VALIDATORS];
    ph_core_state_t cores[CORES];
    uint32_t minimum;
    ph_vec_validator_index_t disabled;
    ph_persisted_validation_data_t data;
    ph_validation_code_hash_t code;
    ph_shared_pov_t pov;
} fixture_t;

/* `fresh` false: the keystore has lost its record, and abstains. */
static inline fixture_t *fixture_new(bool with_keystore, bool fresh)
{
    fixture_t *f = ph_mem_alloc(NULL, sizeof *f);
    f->arena = ph_arena_new();
    f->h = ph_harness_prepare(PH_SUBSYSTEM_CANDIDATE_BACKING);
    f->keystore = ph_keystore_new(ph_harness_env(f->h), fresh);
    ph_keystore_add(f->keystore, PH_KEY_PARA_VALIDATOR, ph_harness_hash(1000).bytes);
    for (uint32_t i = 0; i < VALIDATORS; i++)
        memcpy(f->validators[i].bytes, ph_harness_hash(2000 + i).bytes, 32);
    assert_true(ph_keystore_public(f->keystore, PH_KEY_PARA_VALIDATOR, f->validators[0].bytes));
    f->config.keystore = with_keystore ? f->keystore : NULL;
    f->leaf = ph_harness_hash(1);
    for (uint32_t i = 0; i < CORES; i++) {
        f->cores[i].kind = PH_CORE_STATE_SCHEDULED;
        f->cores[i].scheduled.para_id.v = OURS + i;
    }
    f->minimum = 2;
    f->data.parent_head.v = PH_BYTES_LIT("parent head");
    f->data.max_pov_size = 1000;
    memset(f->code.bytes, 0xcc, sizeof f->code.bytes);
    f->pov = ph_shared_pov_new(&(ph_pov_t){.block_data = {PH_BYTES_LIT("pov")}});
    ph_harness_start(f->h, &ph_candidate_backing_ops, &f->config);
    return f;
}

static inline void fixture_free(fixture_t *f)
{
    ph_harness_free(f->h);
    ph_keystore_free(f->keystore);
    ph_shared_pov_unref(f->pov);
    ph_arena_free(f->arena);
    ph_mem_free(f);
}

static inline int setup(void **state)
{
    *state = fixture_new(true, true);
    return 0;
}

static inline int teardown(void **state)
{
    fixture_free(*state);
    return 0;
}

/* ---- the runtime ---- */

static inline ph_msg_t *expect_api(fixture_t *f, uint8_t kind)
{
    return ph_harness_expect(f->h, PH_SUBSYSTEM_RUNTIME_API, kind);
}

static inline void answer_groups(fixture_t *f)
{
    ph_validator_index_t members[VALIDATORS];
    ph_vec_validator_index_t groups[CORES];
    for (uint32_t i = 0; i < VALIDATORS; i++)
        members[i].v = i;
    for (size_t g = 0; g < CORES; g++)
        groups[g] = (ph_vec_validator_index_t){members + g * GROUP, GROUP};
    ph_res_tup_vec_vec_validator_index_group_rotation_info_runtime_api_error_t reply = {.kind = PH_RES_OK};
    reply.ok._0 = (ph_vec_vec_validator_index_t){groups, CORES};
    ph_harness_reply(f->h, expect_api(f, PH_MSG_RUNTIME_API_REQUEST_VALIDATOR_GROUPS), &reply);
}

static inline void answer_facts(fixture_t *f)
{
    ph_harness_reply(
        f->h, expect_api(f, PH_MSG_RUNTIME_API_REQUEST_VALIDATORS),
        &(ph_res_vec_validator_id_runtime_api_error_t){.kind = PH_RES_OK, .ok = {f->validators, VALIDATORS}});
    answer_groups(f);
    ph_harness_reply(f->h, expect_api(f, PH_MSG_RUNTIME_API_REQUEST_AVAILABILITY_CORES),
                     &(ph_res_vec_core_state_runtime_api_error_t){.kind = PH_RES_OK, .ok = {f->cores, CORES}});
    ph_harness_reply(f->h, expect_api(f, PH_MSG_RUNTIME_API_REQUEST_SESSION_INDEX_FOR_CHILD),
                     &(ph_res_session_index_runtime_api_error_t){.kind = PH_RES_OK, .ok = {SESSION}});
    ph_res_u32_runtime_api_error_t minimum = {.kind = PH_RES_OK, .ok = f->minimum};
    if (!f->minimum)
        minimum =
            (ph_res_u32_runtime_api_error_t){.kind = PH_RES_ERR, .err = {.kind = PH_RUNTIME_API_ERROR_NOT_SUPPORTED}};
    ph_harness_reply(f->h, expect_api(f, PH_MSG_RUNTIME_API_REQUEST_MINIMUM_BACKING_VOTES), &minimum);
    ph_harness_reply(f->h, expect_api(f, PH_MSG_RUNTIME_API_REQUEST_DISABLED_VALIDATORS),
                     &(ph_res_vec_validator_index_runtime_api_error_t){.kind = PH_RES_OK, .ok = f->disabled});
}

static inline void activate(fixture_t *f)
{
    ph_hash_t genesis = ph_harness_hash(0);
    ph_harness_activate(f->h, &f->leaf, 1, &genesis);
}

static inline void go(fixture_t *f)
{
    activate(f);
    answer_facts(f);
}

static inline void answer_data(fixture_t *f, ph_para_id_t para)
{
    ph_msg_t *msg = expect_api(f, PH_MSG_RUNTIME_API_REQUEST_PERSISTED_VALIDATION_DATA);
    const ph_msg_runtime_api_request_persisted_validation_data_t *in = ph_msg_payload(msg);
    assert_int_equal(in->para_id.v, para.v);
    assert_int_equal(in->assumption.kind, PH_OCCUPIED_CORE_ASSUMPTION_INCLUDED);
    assert_memory_equal(&in->relay_parent, &f->leaf, 32);
    ph_harness_reply(
        f->h, msg,
        &(ph_res_opt_persisted_validation_data_runtime_api_error_t){.kind = PH_RES_OK, .ok = {true, f->data}});
}

static inline void answer_code(fixture_t *f)
{
    ph_msg_t *msg = expect_api(f, PH_MSG_RUNTIME_API_REQUEST_VALIDATION_CODE_HASH);
    ph_harness_reply(f->h, msg,
                     &(ph_res_opt_validation_code_hash_runtime_api_error_t){.kind = PH_RES_OK, .ok = {true, f->code}});
}

/* ---- candidates and statements ---- */

static inline ph_committed_candidate_receipt_t candidate(fixture_t *f, uint32_t n, uint32_t para)
{
    ph_committed_candidate_receipt_t c = {.descriptor.para_id = {para}};
    c.descriptor.relay_parent = f->leaf;
    c.descriptor.core_index = (uint16_t)(para - OURS);
    c.descriptor.session_index.v = SESSION;
    c.descriptor.persisted_validation_data_hash = ph_hash_of_validation_data(&f->data);
    c.descriptor.pov_hash = ph_hash_of_pov(f->pov.v);
    c.descriptor.erasure_root = ph_harness_hash(500 + n);
    c.descriptor.validation_code_hash = f->code;
    c.commitments.head_data.v = ph_bytes(ph_arena_printf(f->arena, "head %u", n), 6);
    c.descriptor.para_head = ph_hash_of_head(c.commitments.head_data);
    return c;
}

static inline ph_candidate_receipt_t plain(const ph_committed_candidate_receipt_t *c)
{
    ph_candidate_receipt_t receipt;
    ph_hash_to_plain_receipt(&receipt, c);
    return receipt;
}

static inline void assert_receipt(const ph_candidate_receipt_t *receipt, const ph_committed_candidate_receipt_t *c)
{
    ph_candidate_receipt_t wanted = plain(c);
    assert_true(ph_candidate_receipt_equal(receipt, &wanted));
}

/* Another `variant` is another signature. */
static inline ph_signed_full_statement_with_pvd_t
statement(fixture_t *f, uint8_t kind, const ph_committed_candidate_receipt_t *c, uint32_t validator, uint8_t variant)
{
    ph_signed_full_statement_with_pvd_t s = {.statement = {.payload.kind = kind, .validator_index = {validator}}};
    if (kind == PH_STATEMENT_SECONDED) {
        s.statement.payload.seconded = *c;
        s.pvd = (ph_opt_persisted_validation_data_t){true, f->data};
    } else {
        s.statement.payload.valid = ph_hash_of_committed(c);
    }
    memset(s.statement.signature.bytes, (int)(validator * 16 + kind * 4 + variant), sizeof s.statement.signature.bytes);
    return s;
}

static inline void hear_this(fixture_t *f, const ph_signed_full_statement_with_pvd_t *s)
{
    ph_harness_send(f->h, PH_MSG_CANDIDATE_BACKING_STATEMENT, &(ph_msg_candidate_backing_statement_t){f->leaf, *s});
}

static inline void hear(fixture_t *f, uint8_t kind, const ph_committed_candidate_receipt_t *c, uint32_t validator)
{
    ph_signed_full_statement_with_pvd_t s = statement(f, kind, c, validator, 0);
    hear_this(f, &s);
}

static inline void hear_seconded(fixture_t *f, const ph_committed_candidate_receipt_t *c, uint32_t by)
{
    hear(f, PH_STATEMENT_SECONDED, c, by);
}
static inline void hear_valid(fixture_t *f, const ph_committed_candidate_receipt_t *c, uint32_t by)
{
    hear(f, PH_STATEMENT_VALID, c, by);
}

static inline void second(fixture_t *f, const ph_committed_candidate_receipt_t *c)
{
    ph_harness_send(f->h, PH_MSG_CANDIDATE_BACKING_SECOND,
                    &(ph_msg_candidate_backing_second_t){f->leaf, plain(c), f->pov});
}

/* ---- the other subsystems ---- */

static inline void answer_validation(fixture_t *f, const ph_committed_candidate_receipt_t *c, uint8_t kind)
{
    ph_msg_t *msg = ph_harness_expect(f->h, PH_SUBSYSTEM_CANDIDATE_VALIDATION, PH_MSG_CANDIDATE_VALIDATION_VALIDATE);
    const ph_msg_candidate_validation_validate_t *in = ph_msg_payload(msg);
    assert_receipt(&in->receipt, c);
    assert_true(ph_persisted_validation_data_equal(&in->validation_data, &f->data));
    assert_ptr_equal(in->pov.v, f->pov.v);
    ph_validation_outcome_t outcome = {.kind = kind};
    if (kind == PH_VALIDATION_OUTCOME_VALID) {
        outcome.valid.commitments = c->commitments;
        outcome.valid.validation_data = f->data;
    } else if (kind == PH_VALIDATION_OUTCOME_INVALID) {
        outcome.invalid.kind = PH_INVALID_CANDIDATE_TIMEOUT;
    }
    ph_harness_reply(f->h, msg, &outcome);
}

static inline void answer_store_with(fixture_t *f, const ph_committed_candidate_receipt_t *c,
                                     const ph_res_unit_store_error_t *reply)
{
    ph_msg_t *msg =
        ph_harness_expect(f->h, PH_SUBSYSTEM_AVAILABILITY_STORE, PH_MSG_AVAILABILITY_STORE_STORE_AVAILABLE_DATA);
    const ph_msg_availability_store_store_available_data_t *in = ph_msg_payload(msg);
    ph_candidate_hash_t hash = ph_hash_of_committed(c);
    assert_memory_equal(&in->candidate, &hash, 32);
    assert_int_equal(in->n_validators, VALIDATORS);
    assert_int_equal(in->core_index.v, 0);
    assert_memory_equal(&in->expected_erasure_root, &c->descriptor.erasure_root, 32);
    assert_true(ph_pov_equal(&in->data.v->pov, f->pov.v));
    assert_true(ph_persisted_validation_data_equal(&in->data.v->validation_data, &f->data));
    ph_harness_reply(f->h, msg, reply);
}

static inline void answer_store(fixture_t *f, const ph_committed_candidate_receipt_t *c)
{
    answer_store_with(f, c, &(ph_res_unit_store_error_t){.kind = PH_RES_OK});
}

/* From the validation data to the moment of signing; the PoV is here. */
static inline void find_valid(fixture_t *f, const ph_committed_candidate_receipt_t *c)
{
    answer_data(f, c->descriptor.para_id);
    answer_code(f);
    answer_validation(f, c, PH_VALIDATION_OUTCOME_VALID);
    answer_store(f, c);
}

static inline ph_msg_t *expect_fetch(fixture_t *f, const ph_committed_candidate_receipt_t *c, uint32_t from)
{
    ph_msg_t *msg = ph_harness_expect(f->h, PH_SUBSYSTEM_POV_DISTRIBUTION, PH_MSG_POV_DISTRIBUTION_FETCH_POV);
    const ph_msg_pov_distribution_fetch_pov_t *in = ph_msg_payload(msg);
    ph_candidate_hash_t hash = ph_hash_of_committed(c);
    assert_int_equal(in->from_validator.v, from);
    assert_memory_equal(&in->candidate, &hash, 32);
    assert_memory_equal(&in->pov_hash, &c->descriptor.pov_hash, 32);
    assert_memory_equal(&in->relay_parent, &f->leaf, 32);
    return msg;
}

static inline void answer_fetch(fixture_t *f, const ph_committed_candidate_receipt_t *c, uint32_t from)
{
    ph_harness_reply(f->h, expect_fetch(f, c, from),
                     &(ph_res_shared_pov_request_failure_t){.kind = PH_RES_OK, .ok = f->pov});
}

static inline void fail_fetch(fixture_t *f, const ph_committed_candidate_receipt_t *c, uint32_t from)
{
    ph_harness_reply(f->h, expect_fetch(f, c, from),
                     &(ph_res_shared_pov_request_failure_t){.kind = PH_RES_ERR, .err = {PH_REQUEST_FAILURE_REFUSED}});
}

/* Something it has sent; what goes to different subsystems in one turn comes in no order of its own. */
static inline ph_msg_t *sent(fixture_t *f, uint8_t to, uint8_t kind)
{
    ph_msg_t *msg = ph_harness_take(f->h, to, kind);
    assert_non_null(msg);
    return msg;
}

static inline void expect_backed(fixture_t *f, const ph_committed_candidate_receipt_t *c)
{
    ph_msg_t *msg = sent(f, PH_SUBSYSTEM_PROVISIONER, PH_MSG_PROVISIONER_PROVISIONABLE_DATA);
    const ph_msg_provisioner_provisionable_data_t *in = ph_msg_payload(msg);
    assert_int_equal(in->data.kind, PH_PROVISIONABLE_DATA_BACKED_CANDIDATE);
    assert_memory_equal(&in->relay_parent, &f->leaf, 32);
    assert_receipt(&in->data.backed_candidate, c);
    msg = sent(f, PH_SUBSYSTEM_STATEMENT_DISTRIBUTION, PH_MSG_STATEMENT_DISTRIBUTION_BACKED);
    ph_candidate_hash_t hash = ph_hash_of_committed(c);
    assert_memory_equal(&((const ph_msg_statement_distribution_backed_t *)ph_msg_payload(msg))->candidate, &hash, 32);
}

static inline const ph_misbehavior_report_t *expect_report(fixture_t *f, uint8_t kind)
{
    ph_msg_t *msg = sent(f, PH_SUBSYSTEM_PROVISIONER, PH_MSG_PROVISIONER_PROVISIONABLE_DATA);
    const ph_msg_provisioner_provisionable_data_t *in = ph_msg_payload(msg);
    assert_int_equal(in->data.kind, PH_PROVISIONABLE_DATA_MISBEHAVIOR_REPORT);
    assert_int_equal(in->data.misbehavior_report.kind, kind);
    return &in->data.misbehavior_report;
}

static inline const ph_signed_full_statement_with_pvd_t *expect_share(fixture_t *f, uint8_t kind)
{
    ph_msg_t *msg = sent(f, PH_SUBSYSTEM_STATEMENT_DISTRIBUTION, PH_MSG_STATEMENT_DISTRIBUTION_SHARE);
    const ph_msg_statement_distribution_share_t *in = ph_msg_payload(msg);
    assert_int_equal(in->statement.statement.payload.kind, kind);
    assert_int_equal(in->statement.statement.validator_index.v, 0);
    assert_memory_equal(&in->relay_parent, &f->leaf, 32);
    return &in->statement;
}

static inline void expect_distributed(fixture_t *f, const ph_committed_candidate_receipt_t *c)
{
    ph_msg_t *msg = sent(f, PH_SUBSYSTEM_POV_DISTRIBUTION, PH_MSG_POV_DISTRIBUTION_DISTRIBUTE_POV);
    const ph_msg_pov_distribution_distribute_pov_t *in = ph_msg_payload(msg);
    ph_candidate_hash_t hash = ph_hash_of_committed(c);
    assert_memory_equal(&in->candidate, &hash, 32);
    assert_ptr_equal(in->pov.v, f->pov.v);
}

static inline void expect_seconded(fixture_t *f, const ph_committed_candidate_receipt_t *c)
{
    ph_msg_t *msg = sent(f, PH_SUBSYSTEM_CANDIDATE_SELECTION, PH_MSG_CANDIDATE_SELECTION_SECONDED);
    const ph_msg_candidate_selection_seconded_t *in = ph_msg_payload(msg);
    assert_int_equal(in->statement.payload.kind, PH_STATEMENT_SECONDED);
    assert_true(ph_committed_candidate_receipt_equal(&in->statement.payload.seconded, c));
}

static inline void expect_invalid(fixture_t *f, const ph_committed_candidate_receipt_t *c)
{
    ph_msg_t *msg = sent(f, PH_SUBSYSTEM_CANDIDATE_SELECTION, PH_MSG_CANDIDATE_SELECTION_INVALID);
    assert_receipt(&((const ph_msg_candidate_selection_invalid_t *)ph_msg_payload(msg))->receipt, c);
}

/* The whole way of a candidate that we second. */
static inline void second_well(fixture_t *f, const ph_committed_candidate_receipt_t *c)
{
    second(f, c);
    find_valid(f, c);
    expect_share(f, PH_STATEMENT_SECONDED);
    expect_seconded(f, c);
    expect_distributed(f, c);
    ph_harness_expect_nothing(f->h);
}

static inline const ph_vec_backed_candidate_t *backable(fixture_t *f, const ph_committed_candidate_receipt_t *list,
                                                        size_t count)
{
    ph_candidate_hash_t hashes[8];
    ph_err_t err;
    assert_true(count <= 8);
    for (size_t i = 0; i < count; i++)
        hashes[i] = ph_hash_of_committed(&list[i]);
    ph_msg_candidate_backing_get_backable_candidates_t in = {f->leaf, {hashes, count}};
    const ph_vec_backed_candidate_t *out =
        ph_harness_answer(f->h, ph_harness_ask(f->h, PH_MSG_CANDIDATE_BACKING_GET_BACKABLE_CANDIDATES, &in), &err);
    assert_int_equal(err, PH_OK);
    return out;
}

#endif
