/* Runtime API over a real chain: every question is one call at its block, and what cannot change is asked once. */
#include "chain/fixture.h"

#include "chain/executor.h"
#include "node/runtime_api/runtime_api.h"
#include "protocol/routes.h"
#include "protocol/runtime_api.h"
#include "support/harness.h"
#include "trie/overlay.h"

typedef struct asking {
    fixture_t f;
    ph_harness_t *h;
    ph_runtime_api_config_t config;
    ph_relay_block_t *blocks[14];
} asking_t;

static int setup(void **state)
{
    asking_t *a = ph_mem_alloc(NULL, sizeof *a);
    char why[200];
    ph_local_para_t para = {.id = {2000}, .code = PH_BYTES_LIT("code"), .head = PH_BYTES_LIT("head")};
    ph_local_config_t local = {.validators = VALIDATORS,
                               .paras = &para,
                               .para_count = 1,
                               .slot_ms = SLOT_MS,
                               .session_slots = EPOCH,
                               .rotation_blocks = 5};
    assert_int_equal(ph_local_new(&a->f.local, &local, why, sizeof why), PH_OK);
    a->f.log = (ph_log_t){quiet, PH_LOG_ERROR};
    a->h = ph_harness_prepare(PH_SUBSYSTEM_RUNTIME_API);
    a->f.world = ph_harness_world(a->h);
    node_t *n = &a->f.nodes[0];
    n->f = &a->f;
    n->env = ph_harness_env(a->h);
    n->env->log = &a->f.log;
    a->f.depth = 50;
    node_raise(n, false, true);
    uint64_t slot = START_SLOT;
    ph_relay_block_t *block = a->f.local->genesis;
    for (size_t i = 0; i < 14; i++) {
        a->blocks[i] = block = make_next(&a->f, block, &slot, ANY);
        submit(n, block);
        ph_harness_advance(a->h, 1000);
        assert_true(has(n, block));
    }
    a->config.chain = n->chain;
    ph_harness_start(a->h, &ph_runtime_api_ops, &a->config);
    *state = a;
    return 0;
}

static int teardown(void **state)
{
    asking_t *a = *state;
    ph_chain_free(a->f.nodes[0].chain);
    ph_keystore_free(a->f.nodes[0].keystore);
    for (size_t i = 0; i < a->f.made.count; i++)
        ph_relay_block_unref(a->f.made.items[i]);
    ph_list_free(&a->f.made);
    ph_harness_free(a->h);
    ph_local_free(a->f.local);
    ph_mem_free(a);
    return 0;
}

static const void *ask(asking_t *a, uint8_t kind, const void *payload)
{
    ph_err_t err;
    const void *answer = ph_harness_answer(a->h, ph_harness_ask(a->h, kind, payload), &err);
    assert_int_equal(err, PH_OK);
    assert_non_null(answer);
    return answer;
}

static size_t calls(asking_t *a)
{
    return ph_harness_events(a->h, "api-called");
}

static const ph_res_vec_validator_id_runtime_api_error_t *ask_validators(asking_t *a, const ph_hash_t *at)
{
    ph_msg_runtime_api_request_validators_t msg = {*at};
    return ask(a, PH_MSG_RUNTIME_API_REQUEST_VALIDATORS, &msg);
}

static const ph_res_opt_session_info_runtime_api_error_t *ask_info(asking_t *a, const ph_hash_t *at, uint32_t session)
{
    ph_msg_runtime_api_request_session_info_t msg = {*at, {session}};
    return ask(a, PH_MSG_RUNTIME_API_REQUEST_SESSION_INFO, &msg);
}

static void answers_are_the_runtimes(void **state)
{
    asking_t *a = *state;
    const ph_hash_t *best = &a->blocks[13]->hash;
    const ph_res_vec_validator_id_runtime_api_error_t *validators = ask_validators(a, best);
    assert_int_equal(validators->kind, PH_RES_OK);
    assert_int_equal(validators->ok.count, VALIDATORS);
    ph_msg_runtime_api_request_persisted_validation_data_t pvd = {
        *best, {2000}, {PH_OCCUPIED_CORE_ASSUMPTION_INCLUDED}};
    const ph_res_opt_persisted_validation_data_runtime_api_error_t *data =
        ask(a, PH_MSG_RUNTIME_API_REQUEST_PERSISTED_VALIDATION_DATA, &pvd);
    assert_int_equal(data->kind, PH_RES_OK);
    assert_true(data->ok.some);
    assert_true(ph_bytes_equal(data->ok.value.parent_head.v, PH_BYTES_LIT("head")));
    assert_int_equal(data->ok.value.relay_parent_number, 14);
    pvd.para_id.v = 2001;
    data = ask(a, PH_MSG_RUNTIME_API_REQUEST_PERSISTED_VALIDATION_DATA, &pvd);
    assert_int_equal(data->kind, PH_RES_OK);
    assert_false(data->ok.some);
    ph_msg_runtime_api_request_session_index_for_child_t index[2] = {{a->blocks[0]->hash}, {*best}};
    const ph_res_session_index_runtime_api_error_t *first =
        ask(a, PH_MSG_RUNTIME_API_REQUEST_SESSION_INDEX_FOR_CHILD, &index[0]);
    const ph_res_session_index_runtime_api_error_t *last =
        ask(a, PH_MSG_RUNTIME_API_REQUEST_SESSION_INDEX_FOR_CHILD, &index[1]);
    assert_true(first->ok.v < last->ok.v);
    const ph_res_opt_session_info_runtime_api_error_t *info = ask_info(a, best, last->ok.v);
    assert_true(info->ok.some);
    assert_int_equal(info->ok.value.validators.count, VALIDATORS);
}

static bool may_be_asked(uint8_t kind)
{
    for (size_t s = 0; s < PH_SUBSYSTEM_COUNT; s++)
        for (uint32_t r = 0; r < ph_subsystems[s].route_count; r++)
            if (ph_subsystems[s].routes[r].to == PH_SUBSYSTEM_RUNTIME_API && ph_subsystems[s].routes[r].kind == kind)
                return true;
    return false;
}

/* With arguments of zeros: the runtime has an answer to each, of the shape that the message promises. */
static void every_question_is_answered(void **state)
{
    asking_t *a = *state;
    const ph_subsystem_info_t *info = &ph_subsystems[PH_SUBSYSTEM_RUNTIME_API];
    unsigned asked = 0;
    for (uint8_t kind = 0; kind < info->message_count; kind++) {
        void *payload = ph_mem_alloc(NULL, info->messages[kind].payload->size);
        assert_non_null(ph_runtime_api_requests[kind].method);
        memcpy(payload, &a->blocks[13]->hash, 32);
        if (may_be_asked(kind)) {
            const uint8_t *answer = ask(a, kind, payload);
            if (*answer != 0)
                fail_msg("%s is not answered", ph_runtime_api_requests[kind].method);
            asked++;
        }
        ph_mem_free(payload);
    }
    assert_true(asked >= 15);
}

static void unknown_blocks_are_an_error(void **state)
{
    asking_t *a = *state;
    ph_hash_t unknown = {{1}};
    for (int round = 0; round < 2; round++) {
        const ph_res_vec_validator_id_runtime_api_error_t *answer = ask_validators(a, &unknown);
        assert_int_equal(answer->kind, PH_RES_ERR);
        assert_int_equal(answer->err.kind, PH_RUNTIME_API_ERROR_UNKNOWN_BLOCK);
        assert_int_equal(calls(a), round + 1); /* errors are not remembered: the block may come */
    }
}

static void the_same_question_is_asked_once(void **state)
{
    asking_t *a = *state;
    const ph_res_vec_validator_id_runtime_api_error_t *one = ask_validators(a, &a->blocks[13]->hash),
                                                      *two = ask_validators(a, &a->blocks[13]->hash);
    assert_int_equal(calls(a), 1);
    assert_true(ph_vec_validator_id_equal(&one->ok, &two->ok));
    ask_validators(a, &a->blocks[12]->hash); /* another block */
    assert_int_equal(calls(a), 2);
    ph_msg_runtime_api_request_persisted_validation_data_t pvd = {
        a->blocks[13]->hash, {2000}, {PH_OCCUPIED_CORE_ASSUMPTION_INCLUDED}};
    ask(a, PH_MSG_RUNTIME_API_REQUEST_PERSISTED_VALIDATION_DATA, &pvd);
    pvd.assumption.kind = PH_OCCUPIED_CORE_ASSUMPTION_TIMED_OUT;
    ask(a, PH_MSG_RUNTIME_API_REQUEST_PERSISTED_VALIDATION_DATA, &pvd); /* other arguments */
    assert_int_equal(calls(a), 4);
}

static void what_is_the_same_everywhere_is_asked_once_for_all_blocks(void **state)
{
    asking_t *a = *state;
    assert_true(ask_info(a, &a->blocks[13]->hash, 0)->ok.some);
    assert_true(ask_info(a, &a->blocks[12]->hash, 0)->ok.some);
    assert_int_equal(calls(a), 1);
    /* What is not there yet may be there at another block. */
    assert_false(ask_info(a, &a->blocks[13]->hash, 9)->ok.some);
    assert_false(ask_info(a, &a->blocks[13]->hash, 9)->ok.some);
    assert_int_equal(calls(a), 2);
    assert_false(ask_info(a, &a->blocks[12]->hash, 9)->ok.some);
    assert_int_equal(calls(a), 3);
    ph_msg_runtime_api_request_session_index_for_child_t index = {a->blocks[13]->hash};
    uint32_t now = ((const ph_res_session_index_runtime_api_error_t *)ask(
                        a, PH_MSG_RUNTIME_API_REQUEST_SESSION_INDEX_FOR_CHILD, &index))
                       ->ok.v;
    assert_false(ask_info(a, &a->blocks[0]->hash, now)->ok.some); /* the early block does not know of it */
    assert_true(ask_info(a, &a->blocks[13]->hash, now)->ok.some);
}

/* A runtime from before most of today's questions, which answers one of them, and another one with too little.
 * (module (import "env" "memory" (memory 17)) (global (export "__heap_base") i32 (i32.const 65536))
 *   (func (export "ParachainHost_validators") (param i32 i32) (result i64) (i64.const 0x100000400))
 *   (func (export "ParachainHost_session_index_for_child") (param i32 i32) (result i64) (i64.const 0x100000400))
 *   (data (i32.const 1024) "\\00")) */
static const char OLD_RUNTIME[] =
    "0061736d0100000001070160027f7f017e020f0103656e76066d656d6f727902001103030200000608017f00418080040b07"
    "52030b5f5f686561705f6261736503001850617261636861696e486f73745f76616c696461746f7273000025506172616368"
    "61696e486f73745f73657373696f6e5f696e6465785f666f725f6368696c6400010a130208004280888080100b0800428088"
    "8080100b0b0801004180080b0100";

/* The last block has upgraded to it: calls at that block go to it. */
static ph_executor_t *upgrade_to_old(ph_relay_block_t *block)
{
    uint8_t wasm[sizeof OLD_RUNTIME / 2];
    ph_state_t *state;
    ph_overlay_t *overlay = ph_overlay_new(block->state);
    assert_int_equal(ph_unhex_fixed(OLD_RUNTIME, sizeof OLD_RUNTIME - 1, wasm, sizeof wasm), PH_OK);
    ph_overlay_set(overlay, PH_BYTES_LIT(":code"), ph_bytes(wasm, sizeof wasm));
    assert_int_equal(ph_overlay_state(overlay, &state, 1), PH_OK);
    ph_overlay_free(overlay);
    ph_state_unref(block->state);
    block->state = state;
    block->executor = ph_executor_new(PH_RUNTIME_NATIVE);
    return block->executor;
}

static void what_an_older_runtime_lacks_is_not_supported(void **state)
{
    asking_t *a = *state;
    const ph_hash_t *now = &a->blocks[13]->hash, *before = &a->blocks[12]->hash;
    ph_relay_block_t *last = ph_chain_block(a->f.nodes[0].chain, now); /* the chain's own copy */
    struct ph_executor *usual = last->executor;
    ph_executor_t *executor = upgrade_to_old(last);
    const ph_res_vec_validator_id_runtime_api_error_t *validators = ask_validators(a, now);
    assert_int_equal(validators->kind, PH_RES_OK); /* this one it has */
    assert_int_equal(validators->ok.count, 0);
    for (int round = 1; round <= 2; round++) {
        ph_msg_runtime_api_request_claim_queue_t queue = {*now};
        const ph_res_map_core_index_vec_para_id_runtime_api_error_t *answer =
            ask(a, PH_MSG_RUNTIME_API_REQUEST_CLAIM_QUEUE, &queue);
        assert_int_equal(answer->kind, PH_RES_ERR);
        assert_int_equal(answer->err.kind, PH_RUNTIME_API_ERROR_NOT_SUPPORTED);
        const ph_res_opt_session_info_runtime_api_error_t *info = ask_info(a, now, 0);
        assert_int_equal(info->kind, PH_RES_ERR);
        assert_int_equal(info->err.kind, PH_RUNTIME_API_ERROR_NOT_SUPPORTED);
        assert_int_equal(calls(a), 1 + 2 * round); /* not kept: an error is none of the answers */
    }
    ph_msg_runtime_api_request_session_index_for_child_t index = {*now};
    const ph_res_session_index_runtime_api_error_t *session =
        ask(a, PH_MSG_RUNTIME_API_REQUEST_SESSION_INDEX_FOR_CHILD, &index);
    assert_int_equal(session->kind, PH_RES_ERR); /* has the name, but says something else than we understand */
    assert_int_equal(session->err.kind, PH_RUNTIME_API_ERROR_EXECUTION);
    assert_int_equal(ask_validators(a, before)->ok.count, VALIDATORS); /* the parent's runtime is today's */
    assert_true(ask_info(a, before, 0)->ok.some);
    last->executor = usual;
    ph_executor_free(executor);
}

static void what_is_kept_is_bounded(void **state)
{
    asking_t *a = *state;
    ask_validators(a, &a->blocks[13]->hash);
    for (uint32_t session = 100; session < 400; session++)
        ask_info(a, &a->blocks[13]->hash, session);
    size_t before = calls(a);
    ask_info(a, &a->blocks[13]->hash, 399);
    assert_int_equal(calls(a), before);
    ask_validators(a, &a->blocks[13]->hash); /* forgotten meanwhile */
    assert_int_equal(calls(a), before + 1);
}

/* The vote is nobody's, so the pool finds it wanting; but it has seen it, whichever node's memory holds the call. */
static void submissions_are_carried_out_every_time(void **state)
{
    asking_t *a = *state;
    ph_pool_stats_t stats;
    ph_msg_runtime_api_request_submit_pvf_check_statement_t msg = {.relay_parent = a->blocks[13]->hash};
    ph_msg_runtime_api_request_submit_pvf_check_statement_t unknown = msg;
    for (size_t i = 1; i <= 2; i++) {
        const ph_res_unit_runtime_api_error_t *result =
            ask(a, PH_MSG_RUNTIME_API_REQUEST_SUBMIT_PVF_CHECK_STATEMENT, &msg);
        assert_int_equal(result->kind, PH_RES_OK);
        assert_int_equal(calls(a), i);
        ph_harness_advance(a->h, 1000);
    }
    ph_pool_stats(ph_chain_pool(a->config.chain), &stats);
    assert_int_equal(stats.banned, 1);
    assert_int_equal(stats.ready.count + stats.future.count, 0);
    unknown.relay_parent.bytes[0] ^= 1;
    const ph_res_unit_runtime_api_error_t *refused =
        ask(a, PH_MSG_RUNTIME_API_REQUEST_SUBMIT_PVF_CHECK_STATEMENT, &unknown);
    assert_int_equal(refused->kind, PH_RES_ERR);
    assert_int_equal(refused->err.kind, PH_RUNTIME_API_ERROR_UNKNOWN_BLOCK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(answers_are_the_runtimes, setup, teardown),
        cmocka_unit_test_setup_teardown(every_question_is_answered, setup, teardown),
        cmocka_unit_test_setup_teardown(unknown_blocks_are_an_error, setup, teardown),
        cmocka_unit_test_setup_teardown(the_same_question_is_asked_once, setup, teardown),
        cmocka_unit_test_setup_teardown(what_is_the_same_everywhere_is_asked_once_for_all_blocks, setup, teardown),
        cmocka_unit_test_setup_teardown(what_an_older_runtime_lacks_is_not_supported, setup, teardown),
        cmocka_unit_test_setup_teardown(what_is_kept_is_bounded, setup, teardown),
        cmocka_unit_test_setup_teardown(submissions_are_carried_out_every_time, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
