/* The service of the simulator: an answer comes when the work would have been done, and is remembered. */
#include "support/cmocka.h"

#include <stdio.h>

#include "crypto/hash.h"
#include "env/sim/world.h"
#include "pvf/builder.h"
#include "pvf/fixtures.h"
#include "pvf/service.h"
#include "support/wasm_signals.h"

typedef struct fixture {
    ph_world_t *world;
    ph_env_t *env;
    ph_pvf_service_t *service;
    unsigned answers;
    ph_pvf_verdict_t verdict;
    bool is_codes_fault;
    size_t result_len;
    char detail[200];
    uint64_t at_us;
} fixture_t;

static int setup(void **state)
{
    fixture_t *f = ph_mem_alloc(NULL, sizeof *f);
    f->world = ph_world_new(&(ph_world_config_t){.seed = 1, .memo_entries = 64});
    f->env = ph_world_add_node(f->world, "n");
    f->service = ph_pvf_service_in_process();
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    fixture_t *f = *state;
    ph_world_free(f->world);
    f->service->free(f->service);
    ph_mem_free(f);
    return 0;
}

static void done(void *ctx, const ph_pvf_outcome_t *outcome)
{
    fixture_t *f = ctx;
    f->answers++;
    f->verdict = outcome->verdict;
    f->is_codes_fault = outcome->is_codes_fault;
    f->result_len = outcome->result.len;
    snprintf(f->detail, sizeof f->detail, "%s", outcome->detail);
    f->at_us = ph_env_now_us(f->env);
}

/* How long it took. */
static uint64_t pre_check(fixture_t *f, ph_bytes_t code, uint64_t bomb_limit)
{
    ph_pvf_request_t request = {.code = code, .timeout_ms = 60000, .code_bomb_limit = bomb_limit};
    unsigned before = f->answers;
    uint64_t start = ph_env_now_us(f->env);
    ph_blake2_256(request.code_hash.bytes, code);
    f->service->pre_check(f->service, f->env, &request, done, f);
    assert_int_equal(f->answers, before);
    ph_world_run_until(f->world, start + 60000000);
    assert_int_equal(f->answers, before + 1);
    return f->at_us - start;
}

static void test_pre_check(void **state)
{
    fixture_t *f = *state;
    ph_bytes_t code = ph_builtin_code(PH_BUILTIN_COURIER);
    uint64_t took = pre_check(f, code, 1 << 20);
    assert_int_equal(f->verdict, PH_PVF_VALID);
    assert_string_equal(f->detail, "");
    assert_int_equal(f->result_len, 0);
    assert_true(took > 0);
    assert_int_equal(pre_check(f, code, 1 << 20), took); /* remembered, and takes as long */
    assert_int_equal(f->verdict, PH_PVF_VALID);
    pre_check(f, PH_BYTES_LIT("no code"), 1 << 20);
    assert_int_equal(f->verdict, PH_PVF_PREPARE_FAILED);
    assert_true(f->is_codes_fault);
    assert_true(strstr(f->detail, "prevalidation") != NULL);
}

/* The limit belongs to the question: code that is too large for one session is not so for all. */
static void test_bomb_limit(void **state)
{
    fixture_t *f = *state;
    ph_bytes_t code = ph_test_shared(NULL, "pvf/adder.compressed.wasm");
    if (!code.data)
        skip();
    pre_check(f, code, 1000);
    assert_int_equal(f->verdict, PH_PVF_PREPARE_FAILED);
    assert_true(f->is_codes_fault);
    pre_check(f, code, 1 << 24);
    assert_int_equal(f->verdict, PH_PVF_VALID);
    ph_mem_free(code.data);
}

/* Whoever asked is gone before the answer. */
static void test_node_ends(void **state)
{
    fixture_t *f = *state;
    ph_bytes_t code = ph_builtin_code(PH_BUILTIN_ADDER);
    ph_pvf_request_t request = {.code = code, .timeout_ms = 60000, .code_bomb_limit = 1 << 20};
    ph_blake2_256(request.code_hash.bytes, code);
    f->service->pre_check(f->service, f->env, &request, done, f);
    ph_world_crash(f->world, 0);
    ph_world_run_until(f->world, ph_world_now_us(f->world) + 60000000);
    assert_int_equal(f->answers, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_pre_check, setup, teardown),
        cmocka_unit_test_setup_teardown(test_bomb_limit, setup, teardown),
        cmocka_unit_test_setup_teardown(test_node_ends, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
