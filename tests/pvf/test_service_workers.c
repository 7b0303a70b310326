/* Worker processes as a service of the node, on a real loop: this program is its own worker when started with
 * "pvf-worker", and one that dies when told so. */
#include "support/cmocka.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "crypto/hash.h"
#include "env/real/real.h"
#include "pvf/adder_collator.h"
#include "pvf/builtin.h"
#include "pvf/fixtures.h"
#include "pvf/service.h"
#include "pvf/worker.h"

typedef struct fixture {
    ph_real_t *real;
    ph_env_t *env;
    ph_pvf_service_t *service;
    ph_arena_t *arena;
    size_t awaited;
} fixture_t;

typedef struct answer {
    fixture_t *f;
    bool came;
    ph_pvf_verdict_t verdict;
    ph_pvf_invalid_t invalid;
    ph_bytes_t result;
    const char *detail;
    bool is_codes_fault;
    uint64_t cpu_us;
} answer_t;

/* ---- the loop ---- */

static void *watch(void *ctx, int fd, bool write, void (*ready)(void *), void *arg)
{
    return ph_real_watch_fd(ctx, fd, write, ready, arg);
}

static void watch_write(void *ctx, void *w, bool write)
{
    (void)ctx;
    ph_real_watch_write(w, write);
}

static void unwatch(void *ctx, void *w)
{
    (void)ctx;
    ph_real_unwatch(w);
}

static ph_timer_t timer(void *ctx, uint64_t delay_us, void (*fn)(void *), void *arg)
{
    return ph_real_timer(ctx, delay_us, fn, arg);
}
static void cancel(void *ctx, ph_timer_t t)
{
    ph_real_timer_cancel(ctx, t);
}

static void too_long(void *ctx)
{
    (void)ctx;
    fail_msg("no answer for two minutes");
}

static void quiet(ph_log_t *log, ph_log_level_t level, const char *target, const char *text)
{
    (void)log, (void)level, (void)target, (void)text;
}

static void open_service(fixture_t *f, const char *program, const char *command, const char *cache)
{
    static ph_log_t silent = {quiet, PH_LOG_ERROR};
    char why[100];
    assert_int_equal(ph_real_new(&f->real, &(ph_real_config_t){0}, why, sizeof why), PH_OK);
    f->env = ph_real_add_node(f->real, "node");
    f->arena = ph_arena_new();
    ph_pvf_workers_config_t config = {.loop = {f->real, watch, watch_write, unwatch, timer, cancel},
                                      .program = program,
                                      .command = command,
                                      .cache_directory = cache,
                                      .log = &silent};
    assert_int_equal(ph_pvf_service_workers(&f->service, &config), PH_OK);
    ph_real_timer(f->real, 120000000, too_long, NULL);
}

static void close_service(fixture_t *f)
{
    ph_real_end_node(f->real, 0);
    f->service->free(f->service);
    ph_real_free(f->real);
    ph_arena_free(f->arena);
}

static int setup(void **state)
{
    fixture_t *f = calloc(1, sizeof *f);
    open_service(f, NULL, NULL, NULL);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    close_service(*state);
    free(*state);
    return 0;
}

/* ---- asking ---- */

static void stop(void *ctx)
{
    ph_real_stop(((fixture_t *)ctx)->real);
}

static void done(void *ctx, const ph_pvf_outcome_t *outcome)
{
    answer_t *answer = ctx;
    fixture_t *f = answer->f;
    assert_false(answer->came);
    answer->came = true;
    answer->verdict = outcome->verdict;
    answer->invalid = outcome->invalid;
    answer->result = ph_bytes_copy(f->arena, outcome->result);
    answer->detail = ph_arena_strdup(f->arena, outcome->detail);
    answer->is_codes_fault = outcome->is_codes_fault;
    answer->cpu_us = outcome->cpu_us;
    if (--f->awaited == 0)
        ph_real_stop(f->real);
}

static void ask_raw(fixture_t *f, answer_t *answer, ph_bytes_t code, ph_bytes_t params, uint32_t timeout_ms)
{
    ph_pvf_request_t request = {.code = code, .params = params, .timeout_ms = timeout_ms, .code_bomb_limit = 1 << 20};
    ph_blake2_256(request.code_hash.bytes, code);
    *answer = (answer_t){.f = f};
    f->awaited++;
    f->service->execute(f->service, f->env, &request, done, answer);
    assert_false(answer->came);
}

static void ask(fixture_t *f, answer_t *answer, ph_bytes_t code, ph_bytes_t head, ph_bytes_t block, uint32_t timeout_ms)
{
    ph_writer_t w = ph_writer_in(f->arena);
    ph_validation_params_t params = {.parent_head.v = head, .block_data.v = block, .relay_parent_number = 9};
    ph_validation_params_encode(&w, &params);
    ask_raw(f, answer, code, ph_writer_bytes(&w), timeout_ms);
}

static ph_bytes_t adder(void)
{
    return ph_bytes(ph_pvf_adder_wasm, ph_pvf_adder_wasm_len);
}
static ph_bytes_t mischief(void)
{
    return ph_bytes(ph_pvf_mischief_wasm, ph_pvf_mischief_wasm_len);
}

static ph_bytes_t misdeed(fixture_t *f, uint8_t what)
{
    ph_bytes_t block = {ph_arena_alloc(f->arena, 8), 8};
    block.data[0] = what;
    return block;
}

static void ask_adder(fixture_t *f, answer_t *answer, uint8_t next[PH_ADDER_HEAD_LEN])
{
    uint8_t *head = ph_arena_alloc(f->arena, PH_ADDER_HEAD_LEN), *block = ph_arena_alloc(f->arena, PH_ADDER_BLOCK_LEN);
    ph_adder_head_t genesis;
    ph_adder_genesis(&genesis);
    ph_adder_head_encode(head, &genesis);
    assert_int_equal(ph_adder_next(block, next, ph_bytes(head, PH_ADDER_HEAD_LEN)), PH_OK);
    ask(f, answer, adder(), ph_bytes(head, PH_ADDER_HEAD_LEN), ph_bytes(block, PH_ADDER_BLOCK_LEN), 2000);
}

/* ---- tests ---- */

static void many_at_once_are_all_answered(void **state)
{
    fixture_t *f = *state;
    answer_t answers[20];
    uint8_t next[PH_ADDER_HEAD_LEN];
    for (size_t i = 0; i < 20; i++)
        ask_adder(f, &answers[i], next);
    ph_real_run(f->real);
    for (size_t i = 0; i < 20; i++) {
        ph_validation_result_t result;
        assert_int_equal(answers[i].verdict, PH_PVF_VALID);
        assert_int_equal(ph_validation_result_decode_all(answers[i].result, f->arena, &result), PH_OK);
        assert_true(ph_bytes_equal(result.head_data.v, ph_bytes(next, sizeof next)));
        assert_true(answers[i].cpu_us > 0);
        assert_string_equal(answers[i].detail, "");
    }
}

static void what_the_candidate_did_is_told_apart(void **state)
{
    fixture_t *f = *state;
    answer_t trap, loop, echo, adder_rejects;
    ask(f, &trap, mischief(), (ph_bytes_t){0}, misdeed(f, MISCHIEF_TRAP), 2000);
    ask(f, &loop, mischief(), (ph_bytes_t){0}, misdeed(f, MISCHIEF_LOOP), 100);
    ask(f, &echo, mischief(), (ph_bytes_t){0}, misdeed(f, MISCHIEF_ECHO), 2000);
    ask(f, &adder_rejects, adder(), PH_BYTES_LIT("no head"), PH_BYTES_LIT("no block"), 2000);
    ph_real_run(f->real);
    assert_int_equal(trap.verdict, PH_PVF_INVALID);
    assert_int_equal(trap.invalid, PH_PVF_TRAP);
    assert_true(strlen(trap.detail) > 0);
    assert_int_equal(loop.verdict, PH_PVF_INVALID);
    assert_int_equal(loop.invalid, PH_PVF_HARD_TIMEOUT);
    assert_int_equal(echo.verdict, PH_PVF_VALID);
    assert_int_equal(adder_rejects.verdict, PH_PVF_INVALID);
    assert_int_equal(adder_rejects.invalid, PH_PVF_TRAP);
}

static void code_that_cannot_be_prepared_is_no_verdict(void **state)
{
    fixture_t *f = *state;
    answer_t first, second, later;
    ask(f, &first, PH_BYTES_LIT("no code"), (ph_bytes_t){0}, (ph_bytes_t){0}, 2000);
    ask(f, &second, PH_BYTES_LIT("no code"), (ph_bytes_t){0}, (ph_bytes_t){0}, 2000);
    ph_real_run(f->real);
    ask(f, &later, PH_BYTES_LIT("no code"), (ph_bytes_t){0}, (ph_bytes_t){0}, 2000); /* known by now */
    ph_real_run(f->real);
    assert_int_equal(first.verdict, PH_PVF_PREPARE_FAILED);
    assert_int_equal(second.verdict, PH_PVF_PREPARE_FAILED);
    assert_int_equal(later.verdict, PH_PVF_PREPARE_FAILED);
    assert_true(strlen(first.detail) > 0);
    assert_string_equal(first.detail, later.detail);
}

static void pre_check(fixture_t *f, answer_t *answer, ph_bytes_t code, uint32_t timeout_ms)
{
    ph_pvf_request_t request = {.code = code, .timeout_ms = timeout_ms, .code_bomb_limit = 1 << 20};
    ph_blake2_256(request.code_hash.bytes, code);
    *answer = (answer_t){.f = f};
    f->awaited++;
    f->service->pre_check(f->service, f->env, &request, done, answer);
    assert_false(answer->came);
}

/* Checked before it is used, while it is, and after: prepared once, and known to be bad once it was found so. */
static void code_is_checked_without_running_it(void **state)
{
    fixture_t *f = *state;
    answer_t good, used, bad, again, late;
    uint8_t next[PH_ADDER_HEAD_LEN];
    pre_check(f, &good, adder(), 60000);
    ask_adder(f, &used, next);
    pre_check(f, &bad, PH_BYTES_LIT("no code"), 60000);
    ph_real_run(f->real);
    assert_int_equal(good.verdict, PH_PVF_VALID);
    assert_int_equal(good.result.len, 0);
    assert_int_equal(used.verdict, PH_PVF_VALID);
    assert_int_equal(bad.verdict, PH_PVF_PREPARE_FAILED);
    assert_true(bad.is_codes_fault);
    pre_check(f, &again, PH_BYTES_LIT("no code"), 60000);
    pre_check(f, &late, adder(), 60000);
    ph_real_run(f->real);
    assert_int_equal(again.verdict, PH_PVF_PREPARE_FAILED);
    assert_true(again.is_codes_fault);
    assert_string_equal(again.detail, bad.detail);
    assert_int_equal(late.verdict, PH_PVF_VALID);
}

static void bad_parameters_are_ours(void **state)
{
    fixture_t *f = *state;
    answer_t answer;
    ask_raw(f, &answer, adder(), PH_BYTES_LIT("x"), 2000);
    ph_real_run(f->real);
    assert_int_equal(answer.verdict, PH_PVF_INTERNAL);
}

static void workers_that_die_are_no_verdict_on_the_code(void **state)
{
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        fixture_t f = {0};
        answer_t answer;
        uint8_t next[PH_ADDER_HEAD_LEN];
        open_service(&f, i ? "/no/such/program" : NULL, "die", NULL);
        for (size_t again = 0; again < 3; again++) {
            ask_adder(&f, &answer, next);
            ph_real_run(f.real);
            assert_int_equal(answer.verdict, PH_PVF_PREPARE_FAILED);
            assert_false(answer.is_codes_fault);
            pre_check(&f, &answer, adder(), 60000);
            ph_real_run(f.real);
            assert_int_equal(answer.verdict, PH_PVF_PREPARE_FAILED);
            assert_false(answer.is_codes_fault);
        }
        close_service(&f);
    }
}

/* The execution worker dies: the candidate may be why, and a new worker serves the next. */
static void a_worker_killed_by_its_candidate_is_replaced(void **state)
{
    fixture_t *f = *state;
    answer_t bad, good;
    uint8_t next[PH_ADDER_HEAD_LEN];
    for (size_t i = 0; i < 3; i++) {
        ask(f, &bad, mischief(), (ph_bytes_t){0}, misdeed(f, MISCHIEF_EAT_MEMORY), 5000);
        ask_adder(f, &good, next);
        ph_real_run(f->real);
        assert_int_equal(bad.verdict, PH_PVF_INVALID);
        assert_int_equal(good.verdict, PH_PVF_VALID);
    }
}

static void nothing_is_answered_after_the_node_ended(void **state)
{
    fixture_t f = {0};
    answer_t answer;
    uint8_t next[PH_ADDER_HEAD_LEN];
    (void)state;
    open_service(&f, NULL, NULL, NULL);
    ask_adder(&f, &answer, next);
    ask(&f, &answer, mischief(), (ph_bytes_t){0}, misdeed(&f, MISCHIEF_ECHO), 2000);
    ph_real_end_node(f.real, 0);
    ph_real_timer(f.real, 300000, stop, &f);
    ph_real_run(f.real);
    assert_false(answer.came);
    close_service(&f);
}

static void artifacts_outlive_the_service_in_a_folder(void **state)
{
    char folder[] = "/tmp/parahost-test-XXXXXX", artifacts[64], command[100];
    (void)state;
    assert_non_null(mkdtemp(folder));
    snprintf(artifacts, sizeof artifacts, "%s/artifacts", folder);
    for (size_t i = 0; i < 2; i++) {
        fixture_t f = {0};
        answer_t answer;
        uint8_t next[PH_ADDER_HEAD_LEN];
        open_service(&f, NULL, NULL, artifacts);
        ask_adder(&f, &answer, next);
        ph_real_run(f.real);
        assert_int_equal(answer.verdict, PH_PVF_VALID);
        close_service(&f);
        snprintf(command, sizeof command, "test \"$(ls %s | wc -l)\" = 1", artifacts);
        assert_int_equal(system(command), 0);
    }
    /* Torn: noticed by its checksum, prepared anew. */
    snprintf(command, sizeof command, "for f in %s/*; do echo torn > $f; done", artifacts);
    assert_int_equal(system(command), 0);
    fixture_t f = {0};
    answer_t answer;
    uint8_t next[PH_ADDER_HEAD_LEN];
    open_service(&f, NULL, NULL, artifacts);
    ask_adder(&f, &answer, next);
    ph_real_run(f.real);
    assert_int_equal(answer.verdict, PH_PVF_VALID);
    close_service(&f);
    snprintf(command, sizeof command, "rm -rf %s", folder);
    assert_int_equal(system(command), 0);
}

#define T(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(int argc, char **argv)
{
    if (argc > 1)
        return strcmp(argv[1], "pvf-worker") == 0 ? ph_pvf_worker_main() : 1;
    const struct CMUnitTest tests[] = {
        T(many_at_once_are_all_answered),
        T(what_the_candidate_did_is_told_apart),
        T(code_that_cannot_be_prepared_is_no_verdict),
        T(code_is_checked_without_running_it),
        T(bad_parameters_are_ours),
        cmocka_unit_test(workers_that_die_are_no_verdict_on_the_code),
        T(a_worker_killed_by_its_candidate_is_replaced),
        cmocka_unit_test(nothing_is_answered_after_the_node_ended),
        cmocka_unit_test(artifacts_outlive_the_service_in_a_folder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
