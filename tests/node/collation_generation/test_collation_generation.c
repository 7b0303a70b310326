/* Collation Generation alone: what it asks, what it builds of the answers, and each way of cheating. */
#include "node/collation_parts.h"

#include "crypto/hash.h"
#include "erasure/erasure.h"
#include "erasure/proof.h"
#include "node/collation_generation/collation_generation.h"
#include "primitives/descriptor.h"
#include "primitives/hash_of.h"
#include "protocol/collator_protocol.h"

enum { PARA = 2000, SESSION = 7, MAX_POV = 10000 };

typedef struct fixture {
    ph_harness_t *h;
    ph_collator_t collators[2];
    ph_collation_generation_config_t config;
    parts_t parts;
    ph_err_t collate_err;
    size_t block_len, calls;
    bool limits_unknown;    /* the runtime is too old to say */
    ph_hash_t relay_parent; /* of the last call */
    bool has_limits;
    uint32_t max_code_size;
} fixture_t;

static const uint8_t HEAD[] = {1, 2, 3}, PARENT[] = {9, 9};

static ph_err_t collate(void *ctx, ph_arena_t *arena, const ph_collation_request_t *request, ph_collation_result_t *out)
{
    fixture_t *f = ctx;
    f->calls++;
    f->relay_parent = *request->relay_parent;
    f->has_limits = request->limits != NULL;
    f->max_code_size = request->limits ? request->limits->max_code_size : 0;
    assert_int_equal(request->code_hash.bytes[0], 0xcc);
    assert_true(ph_bytes_equal(request->pvd->parent_head.v, ph_bytes(PARENT, sizeof PARENT)));
    out->head_data = ph_bytes(HEAD, sizeof HEAD);
    out->block_data = (ph_bytes_t){ph_arena_alloc(arena, f->block_len), f->block_len};
    memset(out->block_data.data, 0x42, f->block_len);
    out->hrmp_watermark = request->pvd->relay_parent_number;
    return f->collate_err;
}

static int setup(void **state)
{
    fixture_t *f = ph_mem_alloc(NULL, sizeof *f);
    f->block_len = 500;
    f->parts = (parts_t){
        .validators = 6, .groups = 2, .rotation = 5, .now = 1, .claims = {{0}, {PARA, PARA}}, .session = SESSION};
    for (uint32_t i = 0; i < 2; i++)
        f->collators[i] = (ph_collator_t){.para_id = {PARA + i}, .collate = collate, .ctx = f};
    f->config = (ph_collation_generation_config_t){.collators = f->collators, .collator_count = 1};
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    fixture_t *f = *state;
    ph_harness_free(f->h);
    ph_mem_free(f);
    return 0;
}

static void start(fixture_t *f)
{
    f->h = ph_harness_new(PH_SUBSYSTEM_COLLATION_GENERATION, &ph_collation_generation_ops, &f->config);
    for (size_t i = 0; i < f->config.collator_count; i++) {
        ph_msg_t *on = ph_harness_expect(f->h, PH_SUBSYSTEM_COLLATOR_PROTOCOL, PH_MSG_COLLATOR_PROTOCOL_COLLATE_ON);
        assert_int_equal(ph_msg_as_collator_protocol_collate_on(on)->para.v, PARA + i);
    }
}

static ph_hash_t activate(fixture_t *f, uint32_t n)
{
    ph_hash_t block = ph_harness_hash(n), parent = ph_harness_hash(n - 1);
    ph_harness_activate(f->h, &block, n, &parent);
    return block;
}

static void answer_leaf(fixture_t *f)
{
    parts_answer_cores(f->h, &f->parts);
    parts_answer_claims(f->h, &f->parts);
    parts_answer_validators(f->h, &f->parts);
    parts_answer_session(f->h, &f->parts);
}

static ph_persisted_validation_data_t pvd_of(uint32_t number)
{
    return (ph_persisted_validation_data_t){
        .parent_head = {ph_bytes(PARENT, sizeof PARENT)}, .relay_parent_number = number, .max_pov_size = MAX_POV};
}

static void answer_limits(fixture_t *f)
{
    ph_msg_t *asked = ASKED(f->h, BACKING_CONSTRAINTS);
    assert_non_null(asked);
    ph_res_opt_constraints_runtime_api_error_t limits = {.ok = {true, {.max_code_size = 77}}};
    if (f->limits_unknown)
        limits = (ph_res_opt_constraints_runtime_api_error_t){.kind = PH_RES_ERR};
    ph_harness_reply(f->h, asked, &limits);
}

static void answer_para(fixture_t *f, uint32_t number)
{
    ph_msg_t *asked = ASKED(f->h, PERSISTED_VALIDATION_DATA);
    assert_non_null(asked);
    const ph_msg_runtime_api_request_persisted_validation_data_t *q = ph_msg_payload(asked);
    assert_int_equal(q->assumption.kind, PH_OCCUPIED_CORE_ASSUMPTION_INCLUDED);
    ph_res_opt_persisted_validation_data_runtime_api_error_t pvd = {.ok = {true, pvd_of(number)}};
    ph_harness_reply(f->h, asked, &pvd);
    asked = ASKED(f->h, VALIDATION_CODE_HASH);
    assert_non_null(asked);
    const ph_msg_runtime_api_request_validation_code_hash_t *c = ph_msg_payload(asked);
    assert_int_equal(c->assumption.kind, PH_OCCUPIED_CORE_ASSUMPTION_INCLUDED);
    ph_res_opt_validation_code_hash_runtime_api_error_t code = {.ok = {true, {{0xcc}}}};
    ph_harness_reply(f->h, asked, &code);
    answer_limits(f);
    ph_harness_advance(f->h, 100); /* erasure coding takes its time */
}

static const ph_msg_collator_protocol_distribute_collation_t *expect_collation(fixture_t *f)
{
    return ph_msg_payload(
        ph_harness_expect(f->h, PH_SUBSYSTEM_COLLATOR_PROTOCOL, PH_MSG_COLLATOR_PROTOCOL_DISTRIBUTE_COLLATION));
}

/* The root by the erasure room's own functions. */
static ph_hash_t root_of(const ph_pov_t *pov, const ph_persisted_validation_data_t *pvd, size_t n)
{
    ph_available_data_t data = {.pov = *pov, .validation_data = *pvd};
    ph_writer_t w = PH_WRITER_HEAP;
    ph_available_data_encode(&w, &data);
    size_t chunk_len = ph_erasure_chunk_len(n, w.len);
    uint8_t *chunks = ph_mem_alloc(NULL, chunk_len * n);
    ph_erasure_t *erasure = ph_erasure_new(NULL);
    assert_int_equal(ph_erasure_encode(erasure, chunks, chunk_len * n, n, ph_writer_bytes(&w)), PH_OK);
    ph_erasure_tree_t *tree = ph_erasure_tree_of_chunks(chunks, chunk_len, n);
    ph_hash_t root;
    memcpy(root.bytes, ph_erasure_tree_root(tree), 32);
    ph_erasure_tree_free(tree);
    ph_erasure_free(erasure);
    ph_mem_free(chunks);
    ph_writer_free(&w);
    return root;
}

static ph_hash_t commitments_hash(uint32_t number)
{
    ph_candidate_commitments_t commitments = {.head_data = {ph_bytes(HEAD, sizeof HEAD)}, .hrmp_watermark = number};
    return ph_hash_of_commitments(&commitments);
}

static void test_builds_on_the_leaf(void **state)
{
    fixture_t *f = *state;
    start(f);
    ph_hash_t leaf = activate(f, 1);
    answer_leaf(f);
    answer_para(f, 1);
    const ph_msg_collator_protocol_distribute_collation_t *out = expect_collation(f);
    const ph_candidate_descriptor_t *d = &out->receipt.descriptor;
    ph_persisted_validation_data_t pvd = pvd_of(1);
    ph_hash_t want;
    assert_memory_equal(&out->relay_parent, &leaf, 32);
    assert_memory_equal(&f->relay_parent, &leaf, 32);
    assert_int_equal(out->core.v, 1);
    assert_int_equal(out->pov.v->block_data.v.len, 500);
    want = ph_hash_of_head(pvd.parent_head);
    assert_memory_equal(&out->parent_head_data_hash, &want, 32);
    assert_int_equal(ph_descriptor_check(d, false), PH_DESCRIPTOR_ACCEPTED);
    assert_int_equal(ph_descriptor_version(d).kind, PH_CANDIDATE_DESCRIPTOR_VERSION_V2);
    assert_int_equal(d->para_id.v, PARA);
    assert_memory_equal(&d->relay_parent, &leaf, 32);
    assert_int_equal(d->core_index, 1);
    assert_int_equal(d->session_index.v, SESSION);
    want = ph_hash_of_validation_data(&pvd);
    assert_memory_equal(&d->persisted_validation_data_hash, &want, 32);
    want = ph_hash_of_pov(out->pov.v);
    assert_memory_equal(&d->pov_hash, &want, 32);
    want = root_of(out->pov.v, &pvd, 6);
    assert_memory_equal(&d->erasure_root, &want, 32);
    want = ph_hash_of_head((ph_head_data_t){ph_bytes(HEAD, sizeof HEAD)});
    assert_memory_equal(&d->para_head, &want, 32);
    assert_int_equal(d->validation_code_hash.bytes[0], 0xcc);
    want = commitments_hash(1);
    assert_memory_equal(&out->receipt.commitments_hash, &want, 32);
    assert_int_equal(ph_harness_events(f->h, "collation-built"), 1);
    ph_harness_expect_nothing(f->h);
}

static void test_every_leaf_gets_one(void **state)
{
    fixture_t *f = *state;
    start(f);
    for (uint32_t n = 1; n <= 3; n++) {
        ph_hash_t leaf = activate(f, n);
        answer_leaf(f);
        answer_para(f, n);
        assert_memory_equal(&expect_collation(f)->relay_parent, &leaf, 32);
    }
    assert_int_equal(ph_harness_events(f->h, "collation-built"), 3);
}

/* Which core, if any, a para is built for. */
static void expect_core(fixture_t *f, int core)
{
    static uint32_t n = 100;
    activate(f, ++n);
    answer_leaf(f);
    if (core < 0) {
        ph_harness_expect_nothing(f->h);
        return;
    }
    answer_para(f, n);
    assert_int_equal(expect_collation(f)->receipt.descriptor.core_index, core);
    ph_harness_expect_nothing(f->h);
}

static void test_which_core(void **state)
{
    fixture_t *f = *state;
    start(f);
    f->parts.claims[1][0] = 0;
    f->parts.claims[1][1] = 0;
    expect_core(f, -1); /* not claimed anywhere */
    f->parts.claims[1][0] = PARA + 1;
    f->parts.claims[1][1] = PARA;
    expect_core(f, -1); /* claimed, but another is up */
    f->parts.claims[1][0] = PARA;
    f->parts.occupied[1] = true;
    expect_core(f, 1); /* up when the occupied core becomes available */
    f->parts.groups = 3;
    f->parts.claims[2][0] = PARA;
    expect_core(f, 2); /* rather one that is free now */
    f->parts.occupied[2] = true;
    expect_core(f, 1);
}

/* Free in the core states, but claimed in the queue. */
static void test_free_core_with_a_claim(void **state)
{
    fixture_t *f = *state;
    start(f);
    activate(f, 1);
    parts_t states = f->parts;
    states.claims[1][0] = 0;
    parts_answer_cores(f->h, &states);
    parts_answer_claims(f->h, &f->parts);
    parts_answer_validators(f->h, &f->parts);
    parts_answer_session(f->h, &f->parts);
    answer_para(f, 1);
    assert_int_equal(expect_collation(f)->core.v, 1);
}

static void test_several_paras(void **state)
{
    fixture_t *f = *state;
    f->config.collator_count = 2;
    f->parts.claims[0][0] = PARA + 1;
    start(f);
    activate(f, 1);
    answer_leaf(f);
    answer_para(f, 1);
    answer_para(f, 1);
    const ph_msg_collator_protocol_distribute_collation_t *a = expect_collation(f), *b = expect_collation(f);
    assert_int_equal(a->receipt.descriptor.para_id.v, PARA);
    assert_int_equal(a->core.v, 1);
    assert_int_equal(b->receipt.descriptor.para_id.v, PARA + 1);
    assert_int_equal(b->core.v, 0);
}

static void test_nothing_without_collators(void **state)
{
    fixture_t *f = *state;
    f->config.collator_count = 0;
    start(f);
    activate(f, 1);
    ph_harness_expect_nothing(f->h);
}

static void test_runtime_fails(void **state)
{
    fixture_t *f = *state;
    start(f);
    activate(f, 1);
    parts_answer_cores(f->h, &f->parts);
    parts_answer_claims(f->h, &f->parts);
    parts_answer_validators(f->h, &f->parts);
    ph_msg_t *asked = ASKED(f->h, SESSION_INDEX_FOR_CHILD);
    ph_res_session_index_runtime_api_error_t reply = {.kind = PH_RES_ERR,
                                                      .err = {.kind = PH_RUNTIME_API_ERROR_UNKNOWN_BLOCK}};
    ph_harness_reply(f->h, asked, &reply);
    ph_harness_expect_nothing(f->h);
}

static void test_no_validation_data(void **state)
{
    fixture_t *f = *state;
    start(f);
    activate(f, 1);
    answer_leaf(f);
    ph_res_opt_persisted_validation_data_runtime_api_error_t pvd = {.ok = {.some = false}};
    ph_harness_reply(f->h, ASKED(f->h, PERSISTED_VALIDATION_DATA), &pvd);
    ph_res_opt_validation_code_hash_runtime_api_error_t code = {.ok = {true, {{0xcc}}}};
    ph_harness_reply(f->h, ASKED(f->h, VALIDATION_CODE_HASH), &code);
    answer_limits(f);
    ph_harness_advance(f->h, 100);
    ph_harness_expect_nothing(f->h);
    assert_int_equal(f->calls, 0);
}

static void test_collator_fails(void **state)
{
    fixture_t *f = *state;
    f->collate_err = PH_ERR_NOT_FOUND;
    start(f);
    activate(f, 1);
    answer_leaf(f);
    answer_para(f, 1);
    assert_int_equal(f->calls, 1);
    ph_harness_expect_nothing(f->h);
}

/* The collator hears what the chain lets the next candidate do, if the runtime can say it. */
static void test_limits(void **state)
{
    fixture_t *f = *state;
    start(f);
    for (uint32_t n = 1; n <= 2; n++) {
        f->limits_unknown = n == 2;
        activate(f, n);
        answer_leaf(f);
        answer_para(f, n);
        expect_collation(f);
        assert_int_equal(f->has_limits, n == 1);
        assert_int_equal(f->max_code_size, n == 1 ? 77 : 0);
    }
}

static void test_pov_at_the_limit(void **state)
{
    fixture_t *f = *state;
    f->block_len = MAX_POV - 2; /* two bytes of length in front */
    start(f);
    activate(f, 1);
    answer_leaf(f);
    answer_para(f, 1);
    expect_collation(f);
    f->block_len++;
    activate(f, 2);
    answer_leaf(f);
    answer_para(f, 2);
    ph_harness_expect_nothing(f->h);
}

static void test_too_few_validators(void **state)
{
    fixture_t *f = *state;
    f->parts.validators = 1;
    start(f);
    activate(f, 1);
    answer_leaf(f);
    answer_para(f, 1);
    ph_harness_expect_nothing(f->h);
    assert_int_equal(ph_harness_events(f->h, "collation-built"), 0);
}

/* At each point of the flow the leaf may go. */
static void test_leaf_ends(void **state)
{
    fixture_t *f = *state;
    start(f);
    activate(f, 1);
    activate(f, 2); /* before any answer */
    for (int i = 0; i < 2; i++)
        answer_leaf(f); /* the first leaf's answers are for nobody */
    assert_non_null(ASKED(f->h, PERSISTED_VALIDATION_DATA));
    assert_non_null(ASKED(f->h, VALIDATION_CODE_HASH));
    assert_non_null(ASKED(f->h, BACKING_CONSTRAINTS));
    activate(f, 3); /* after the first answers */
    answer_leaf(f);
    ph_msg_t *asked = ASKED(f->h, PERSISTED_VALIDATION_DATA);
    ph_res_opt_persisted_validation_data_runtime_api_error_t pvd = {.ok = {true, pvd_of(3)}};
    ph_harness_reply(f->h, asked, &pvd);
    ph_res_opt_validation_code_hash_runtime_api_error_t code = {.ok = {true, {{0xcc}}}};
    ph_harness_reply(f->h, ASKED(f->h, VALIDATION_CODE_HASH), &code);
    answer_limits(f);
    assert_int_equal(f->calls, 1);
    activate(f, 4); /* while encoding */
    ph_harness_advance(f->h, 100);
    assert_int_equal(ph_harness_events(f->h, "collation-built"), 0);
    ph_harness_drop_all(f->h);
}

static void test_conclude_while_encoding(void **state)
{
    fixture_t *f = *state;
    start(f);
    activate(f, 1);
    answer_leaf(f);
    ph_res_opt_persisted_validation_data_runtime_api_error_t pvd = {.ok = {true, pvd_of(1)}};
    ph_harness_reply(f->h, ASKED(f->h, PERSISTED_VALIDATION_DATA), &pvd);
    ph_res_opt_validation_code_hash_runtime_api_error_t code = {.ok = {true, {{0xcc}}}};
    ph_harness_reply(f->h, ASKED(f->h, VALIDATION_CODE_HASH), &code);
    answer_limits(f);
    ph_harness_conclude(f->h);
    ph_harness_advance(f->h, 100);
    ph_harness_expect_nothing(f->h);
}

/* ---- cheating ---- */

/* Which parts of a collation differ from an honest one on the same leaf. */
enum {
    PVD = 1,
    POV_HASH = 2,
    CODE = 4,
    HEAD_ = 8,
    COMMITMENTS = 16,
    ROOT = 32,
    POV = 64,
    PARA_ = 128,
    PARENT_ = 256,
    CORE = 512,
    SESSION_ = 1024,
    VERSION = 2048
};

static unsigned differences(const ph_msg_collator_protocol_distribute_collation_t *a,
                            const ph_msg_collator_protocol_distribute_collation_t *b)
{
    const ph_candidate_descriptor_t *x = &a->receipt.descriptor, *y = &b->receipt.descriptor;
    unsigned out = 0;
    out |= memcmp(&x->persisted_validation_data_hash, &y->persisted_validation_data_hash, 32) ? PVD : 0;
    out |= memcmp(&x->pov_hash, &y->pov_hash, 32) ? POV_HASH : 0;
    out |= memcmp(&x->validation_code_hash, &y->validation_code_hash, 32) ? CODE : 0;
    out |= memcmp(&x->para_head, &y->para_head, 32) ? HEAD_ : 0;
    out |= memcmp(&a->receipt.commitments_hash, &b->receipt.commitments_hash, 32) ? COMMITMENTS : 0;
    out |= memcmp(&x->erasure_root, &y->erasure_root, 32) ? ROOT : 0;
    out |= !ph_pov_equal(a->pov.v, b->pov.v) ? POV : 0;
    out |= x->para_id.v != y->para_id.v ? PARA_ : 0;
    out |= memcmp(&x->relay_parent, &y->relay_parent, 32) ? PARENT_ : 0;
    out |= x->core_index != y->core_index ? CORE : 0;
    out |= x->session_index.v != y->session_index.v ? SESSION_ : 0;
    out |= x->version != y->version ? VERSION : 0;
    return out;
}

static const unsigned EXPECTED[PH_COLLATOR_FAULT_COUNT] = {
    [PH_COLLATOR_FAULT_VALIDATION_DATA_HASH] = PVD,
    [PH_COLLATOR_FAULT_POV_HASH] = POV_HASH,
    [PH_COLLATOR_FAULT_CODE_HASH] = CODE,
    [PH_COLLATOR_FAULT_PARA_HEAD] = HEAD_,
    [PH_COLLATOR_FAULT_COMMITMENTS_HASH] = COMMITMENTS,
    [PH_COLLATOR_FAULT_ERASURE_ROOT] = ROOT,
    [PH_COLLATOR_FAULT_BLOCK_TRAPS] = POV | POV_HASH | ROOT,
    [PH_COLLATOR_FAULT_POV_GARBAGE] = POV | POV_HASH | ROOT,
    [PH_COLLATOR_FAULT_POV_TOO_LARGE] = POV | POV_HASH | ROOT,
    [PH_COLLATOR_FAULT_HEAD_TOO_LARGE] = HEAD_ | COMMITMENTS,
    [PH_COLLATOR_FAULT_SPURIOUS_MESSAGE] = COMMITMENTS,
    [PH_COLLATOR_FAULT_WATERMARK] = COMMITMENTS,
    [PH_COLLATOR_FAULT_PARA_ID] = PARA_,
    [PH_COLLATOR_FAULT_RELAY_PARENT] = PARENT_,
    [PH_COLLATOR_FAULT_CORE_INDEX] = CORE,
    [PH_COLLATOR_FAULT_SESSION_INDEX] = SESSION_,
    [PH_COLLATOR_FAULT_DESCRIPTOR_VERSION] = VERSION,
};

/* One collator is honest, the other spoils what is otherwise the same; each of its collations in the next way. */
static void test_each_fault(void **state)
{
    fixture_t *f = *state;
    unsigned seen = 0;
    f->config.collator_count = 2;
    f->collators[1].para_id.v = PARA;
    f->collators[1].bad = true;
    f->collators[1].fault_offset = 3;
    f->h = ph_harness_new(PH_SUBSYSTEM_COLLATION_GENERATION, &ph_collation_generation_ops, &f->config);
    ph_harness_drop_all(f->h);
    for (uint32_t n = 0; n < PH_COLLATOR_FAULT_COUNT - 1; n++) {
        ph_collator_fault_t fault = ph_collator_fault_at(3 + n);
        activate(f, n + 1);
        answer_leaf(f);
        answer_para(f, n + 1);
        answer_para(f, n + 1);
        const ph_msg_collator_protocol_distribute_collation_t *honest = expect_collation(f), *bad = expect_collation(f);
        if (differences(honest, bad) != EXPECTED[fault])
            fail_msg("fault %s: differences %x, not %x", ph_collator_fault_names[fault], differences(honest, bad),
                     EXPECTED[fault]);
        assert_memory_equal(&bad->relay_parent, &honest->relay_parent, 32);
        if (EXPECTED[fault] & POV) { /* consistent in itself */
            ph_hash_t pov = ph_hash_of_pov(bad->pov.v);
            ph_persisted_validation_data_t pvd = pvd_of(n + 1);
            ph_hash_t root = root_of(bad->pov.v, &pvd, 6);
            assert_memory_equal(&bad->receipt.descriptor.pov_hash, &pov, 32);
            assert_memory_equal(&bad->receipt.descriptor.erasure_root, &root, 32);
        }
        if (fault == PH_COLLATOR_FAULT_POV_TOO_LARGE)
            assert_true(ph_type_encoded_len(&ph_type_pov, bad->pov.v) > MAX_POV);
        if (fault == PH_COLLATOR_FAULT_DESCRIPTOR_VERSION)
            assert_int_equal(ph_descriptor_version(&bad->receipt.descriptor).kind,
                             PH_CANDIDATE_DESCRIPTOR_VERSION_UNKNOWN);
        assert_non_null(ph_collator_fault_names[fault]);
        assert_int_equal(seen & 1u << fault, 0);
        seen |= 1u << fault;
    }
    assert_int_equal(seen, (1u << PH_COLLATOR_FAULT_COUNT) - 2);
    assert_int_equal(ph_collator_fault_at(PH_COLLATOR_FAULT_COUNT - 1), ph_collator_fault_at(0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_builds_on_the_leaf, setup, teardown),
        cmocka_unit_test_setup_teardown(test_every_leaf_gets_one, setup, teardown),
        cmocka_unit_test_setup_teardown(test_which_core, setup, teardown),
        cmocka_unit_test_setup_teardown(test_free_core_with_a_claim, setup, teardown),
        cmocka_unit_test_setup_teardown(test_several_paras, setup, teardown),
        cmocka_unit_test_setup_teardown(test_nothing_without_collators, setup, teardown),
        cmocka_unit_test_setup_teardown(test_runtime_fails, setup, teardown),
        cmocka_unit_test_setup_teardown(test_no_validation_data, setup, teardown),
        cmocka_unit_test_setup_teardown(test_collator_fails, setup, teardown),
        cmocka_unit_test_setup_teardown(test_limits, setup, teardown),
        cmocka_unit_test_setup_teardown(test_pov_at_the_limit, setup, teardown),
        cmocka_unit_test_setup_teardown(test_too_few_validators, setup, teardown),
        cmocka_unit_test_setup_teardown(test_leaf_ends, setup, teardown),
        cmocka_unit_test_setup_teardown(test_conclude_while_encoding, setup, teardown),
        cmocka_unit_test_setup_teardown(test_each_fault, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
