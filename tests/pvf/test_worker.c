/* Worker processes: this program is its own worker when started with "pvf-worker", and a bad one when told so. */
#include "support/cmocka.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "pvf/adder_collator.h"
#include "pvf/builtin.h"
#include "pvf/fixtures.h"
#include "pvf/frame.h"
#include "pvf/host.h"
#include "pvf/worker.h"

static ph_arena_t *arena;

static ph_pvf_worker_config_t config_of(const char *command)
{
    return (ph_pvf_worker_config_t){.command = command, .executor = ph_pvf_executor_default()};
}

static ph_pvf_worker_t *spawn(const char *command)
{
    ph_pvf_worker_t *worker;
    ph_pvf_worker_config_t config = config_of(command);
    assert_int_equal(ph_pvf_worker_spawn(&worker, &config), PH_OK);
    return worker;
}

static ph_pvf_limits_t limits(uint32_t cpu_ms, uint32_t wall_ms)
{
    return (ph_pvf_limits_t){.cpu_ms = cpu_ms, .wall_ms = wall_ms, .fuel = UINT64_MAX};
}

static ph_bytes_t prepare(ph_pvf_worker_t *worker, const uint8_t *code, size_t len)
{
    ph_pvf_answer_t answer;
    ph_pvf_limits_t l = limits(60000, 120000);
    assert_int_equal(ph_pvf_worker_prepare(worker, ph_bytes(code, len), 1 << 20, &l), PH_OK);
    ph_pvf_worker_wait(worker, arena, &answer);
    assert_int_equal(answer.kind, PH_PVF_ANSWER_PREPARED);
    assert_int_equal(answer.prepared.result.kind, PH_RES_OK);
    assert_true(answer.prepared.cpu_us > 0);
    return answer.prepared.result.ok.artifact;
}

static void start(ph_pvf_worker_t *worker, uint8_t id, ph_bytes_t artifact, ph_bytes_t block, ph_pvf_limits_t l)
{
    ph_hash_t name = {{id}};
    ph_validation_params_t params = {.block_data.v = block, .relay_parent_number = 9};
    assert_int_equal(ph_pvf_worker_execute(worker, &name, artifact, &params, 1 << 20, &l), PH_OK);
}

static ph_pvf_answer_t execute(ph_pvf_worker_t *worker, uint8_t id, ph_bytes_t artifact, ph_bytes_t block,
                               ph_pvf_limits_t l)
{
    ph_pvf_answer_t answer;
    start(worker, id, artifact, block, l);
    ph_pvf_worker_wait(worker, arena, &answer);
    assert_int_equal(answer.kind, PH_PVF_ANSWER_EXECUTED);
    assert_false(ph_pvf_worker_busy(worker));
    return answer;
}

static const char *reason(const ph_pvf_answer_t *answer)
{
    return ph_pvf_reason_text(answer->executed.result.reason);
}

static double seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int setup(void **state)
{
    (void)state;
    arena = ph_arena_new();
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    ph_arena_free(arena);
    return 0;
}

/* ---- honest workers ---- */

static void test_adder(void **state)
{
    (void)state;
    ph_adder_head_t genesis;
    uint8_t head[72], next[72], block[16];
    ph_adder_genesis(&genesis);
    ph_adder_head_encode(head, &genesis);
    assert_int_equal(ph_adder_next(block, next, ph_bytes(head, 72)), PH_OK);
    ph_validation_params_t params = {.parent_head.v = ph_bytes(head, 72), .block_data.v = ph_bytes(block, 16)};
    ph_pvf_worker_config_t config = config_of(NULL);
    ph_pvf_limits_t l = limits(60000, 120000);
    ph_pvf_executed_t executed, here;
    uint64_t cpu_us;
    ph_bytes_t code = ph_bytes(ph_pvf_adder_wasm, ph_pvf_adder_wasm_len);
    assert_int_equal(ph_pvf_run_in_worker(&config, arena, &executed, &cpu_us, code, &params, &l, &l), PH_OK);
    assert_string_equal(ph_pvf_reason_text(executed.reason), "valid");
    assert_true(cpu_us > 0);
    /* and it is just what this process finds */
    ph_pvf_t *pvf = ph_pvf_new(NULL, NULL);
    ph_validation_code_hash_t hash = {{1}};
    ph_pvf_execute_in_process(pvf, arena, &here, &hash, code, &params, 1000, UINT64_MAX);
    assert_true(ph_pvf_executed_equal(&executed, &here));
    ph_pvf_free(pvf);
    assert_int_equal(ph_pvf_run_in_worker(&config, arena, &executed, NULL, PH_BYTES_LIT("rubbish"), &params, &l, &l),
                     PH_OK);
    assert_string_equal(ph_pvf_reason_text(executed.reason), "preparation");
    assert_false(ph_pvf_is_verdict(executed.reason));
}

static void test_one_job_at_a_time(void **state)
{
    (void)state;
    ph_pvf_worker_t *worker = spawn(NULL);
    ph_pvf_limits_t l = limits(1000, 1000);
    ph_pvf_answer_t answer;
    assert_int_equal(ph_pvf_worker_prepare(worker, ph_bytes("x", 1), 10, &l), PH_OK);
    assert_int_equal(ph_pvf_worker_prepare(worker, ph_bytes("x", 1), 10, &l), PH_ERR_CONFLICT);
    ph_pvf_worker_wait(worker, arena, &answer);
    assert_int_equal(answer.prepared.result.kind, PH_RES_ERR);
    assert_string_equal(ph_pvf_prepare_error_text(answer.prepared.result.err._0), "prevalidation");
    ph_pvf_worker_free(worker);
}

/* More artifacts than a worker keeps; each is found again or sent again. */
static void test_artifacts_kept(void **state)
{
    (void)state;
    ph_pvf_worker_t *worker = spawn(NULL);
    ph_bytes_t artifact = prepare(worker, ph_pvf_mischief_wasm, ph_pvf_mischief_wasm_len);
    for (size_t round = 0; round < 40; round++) {
        uint8_t id = (uint8_t)(round * 7 % 11);
        ph_pvf_answer_t answer = execute(worker, id, artifact, PH_BYTES_LIT("\0head"), limits(10000, 20000));
        assert_string_equal(reason(&answer), "valid");
        answer = execute(worker, id, ph_bytes("", 0), PH_BYTES_LIT("\0head"), limits(10000, 20000));
        assert_string_equal(reason(&answer), "valid"); /* kept: what was passed was not looked at */
    }
    ph_pvf_answer_t answer = execute(worker, 100, PH_BYTES_LIT("broken"), PH_BYTES_LIT("\0"), limits(10000, 20000));
    assert_string_equal(reason(&answer), "corrupted-artifact");
    answer = execute(worker, 100, artifact, PH_BYTES_LIT("\0head"), limits(10000, 20000));
    assert_string_equal(reason(&answer), "valid");
    ph_pvf_worker_free(worker);
}

static void test_mischief(void **state)
{
    (void)state;
    ph_pvf_worker_t *worker = spawn(NULL);
    ph_bytes_t artifact = prepare(worker, ph_pvf_mischief_wasm, ph_pvf_mischief_wasm_len);
    static const struct {
        uint8_t kind;
        const char *reason;
    } expected[] = {
        {MISCHIEF_TRAP, "execution-failed"},
        {MISCHIEF_EAT_MEMORY, "execution-failed"},
        {MISCHIEF_RECURSE, "execution-failed"},
        {MISCHIEF_GROW_ALL, "valid"},
        {MISCHIEF_ECHO, "valid"},
    };
    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++) {
        ph_pvf_answer_t answer = execute(worker, 1, artifact, ph_bytes(&expected[i].kind, 1), limits(10000, 20000));
        assert_string_equal(reason(&answer), expected[i].reason);
    }
    ph_pvf_limits_t fuel = limits(10000, 20000);
    fuel.fuel = 1000000;
    ph_pvf_answer_t answer = execute(worker, 1, artifact, PH_BYTES_LIT("\2"), fuel);
    assert_string_equal(reason(&answer), "out-of-fuel");
    assert_int_equal(answer.executed.result.fuel, 1000000);
    ph_pvf_worker_free(worker);
}

static void test_time_limits(void **state)
{
    (void)state;
    ph_pvf_worker_t *worker = spawn(NULL);
    ph_bytes_t artifact = prepare(worker, ph_pvf_mischief_wasm, ph_pvf_mischief_wasm_len);
    double begin = seconds();
    ph_pvf_answer_t answer = execute(worker, 1, artifact, PH_BYTES_LIT("\2"), limits(200, 60000));
    assert_string_equal(reason(&answer), "timed-out");
    assert_memory_equal(answer.executed.result.detail.data, "CPU", 3);
    assert_in_range(answer.executed.cpu_us, 150000, 1000000);
    assert_true(seconds() - begin < 20);
    answer = execute(worker, 1, artifact, PH_BYTES_LIT("\2"), limits(60000, 200));
    assert_string_equal(reason(&answer), "timed-out");
    assert_memory_equal(answer.executed.result.detail.data, "wall", 4);
    /* preparing takes time too */
    ph_pvf_limits_t l = limits(60000, 0);
    assert_int_equal(
        ph_pvf_worker_prepare(worker, ph_bytes(ph_pvf_mischief_wasm, ph_pvf_mischief_wasm_len), 1 << 20, &l), PH_OK);
    ph_pvf_worker_wait(worker, arena, &answer);
    assert_int_equal(answer.prepared.result.kind, PH_RES_ERR);
    assert_string_equal(ph_pvf_prepare_error_text(answer.prepared.result.err._0), "timed-out");
    /* the worker itself lived through all of it */
    answer = execute(worker, 1, artifact, PH_BYTES_LIT("\0head"), limits(10000, 20000));
    assert_string_equal(reason(&answer), "valid");
    ph_pvf_worker_free(worker);
}

/* Driven step by step, as an event loop does, with a large PoV that does not go out at once. */
static void test_without_waiting(void **state)
{
    (void)state;
    ph_pvf_worker_t *worker = spawn(NULL);
    ph_bytes_t artifact = prepare(worker, ph_pvf_mischief_wasm, ph_pvf_mischief_wasm_len);
    size_t len = 5 << 20, turns = 0;
    uint8_t *block = ph_arena_alloc(arena, len);
    block[len - 1] = 77;
    start(worker, 1, artifact, ph_bytes(block, len), limits(10000, 20000));
    assert_true(ph_pvf_worker_wants_write(worker));
    assert_int_equal(fcntl(ph_pvf_worker_fd(worker), F_GETFL) & O_NONBLOCK, O_NONBLOCK);
    ph_pvf_answer_t answer;
    while (!ph_pvf_worker_on_ready(worker, arena, &answer)) {
        struct pollfd fd = {.fd = ph_pvf_worker_fd(worker), .events = POLLIN};
        if (ph_pvf_worker_wants_write(worker))
            fd.events |= POLLOUT;
        assert_true(poll(&fd, 1, 30000) > 0);
        turns++;
    }
    assert_true(turns > 1);
    assert_string_equal(reason(&answer), "valid");
    ph_validation_result_t result;
    assert_int_equal(ph_validation_result_decode_all(answer.executed.result.result, arena, &result), PH_OK);
    assert_int_equal(result.head_data.v.len, len - 1);
    assert_int_equal(result.head_data.v.data[len - 2], 77);
    ph_pvf_worker_free(worker);
}

static void test_overdue(void **state)
{
    (void)state;
    ph_pvf_worker_t *worker = spawn(NULL);
    ph_bytes_t artifact = prepare(worker, ph_pvf_mischief_wasm, ph_pvf_mischief_wasm_len);
    start(worker, 1, artifact, PH_BYTES_LIT("\2"), limits(60000, 60000));
    assert_int_equal(ph_pvf_worker_patience_ms(worker), 63000);
    ph_pvf_answer_t answer;
    ph_pvf_worker_overdue(worker, arena, &answer);
    assert_string_equal(reason(&answer), "timed-out");
    assert_false(ph_pvf_worker_alive(worker));
    assert_int_equal(ph_pvf_worker_fd(worker), -1);
    ph_pvf_limits_t l = limits(1, 1);
    assert_int_equal(ph_pvf_worker_prepare(worker, ph_bytes("x", 1), 1, &l), PH_ERR_DISCONNECTED);
    ph_pvf_worker_free(worker);
}

/* ---- dishonest workers ---- */

static void test_bad_workers(void **state)
{
    (void)state;
    static const char *const commands[] = {"die",        "silent-death", "garbage",   "huge-frame",
                                           "wrong-kind", "unasked",      "bad-result"};
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        ph_pvf_worker_t *worker = spawn(commands[i]);
        ph_pvf_answer_t answer = execute(worker, 1, ph_bytes("", 0), ph_bytes("", 0), limits(1000, 20000));
        assert_string_equal(reason(&answer), "worker-died");
        assert_false(ph_pvf_worker_alive(worker));
        ph_pvf_worker_free(worker);
        worker = spawn(commands[i]);
        ph_pvf_limits_t l = limits(1000, 20000);
        assert_int_equal(ph_pvf_worker_prepare(worker, ph_bytes("", 0), 1, &l), PH_OK);
        ph_pvf_worker_wait(worker, arena, &answer);
        assert_int_equal(answer.kind, PH_PVF_ANSWER_PREPARED);
        assert_int_equal(answer.prepared.result.kind, PH_RES_ERR);
        assert_string_equal(ph_pvf_prepare_error_text(answer.prepared.result.err._0), "job-died");
        ph_pvf_worker_free(worker);
    }
}

static void test_no_program(void **state)
{
    (void)state;
    ph_pvf_worker_t *worker;
    ph_pvf_worker_config_t config = config_of(NULL);
    config.program = "/nowhere/at/all";
    assert_int_equal(ph_pvf_worker_spawn(&worker, &config), PH_ERR_IO);
    assert_int_equal(fcntl(PH_PVF_WORKER_FD, F_GETFD), -1); /* nothing was left open here */
    assert_int_equal(ph_pvf_worker_main(), 2);
}

/* A worker that is spoken to in riddles ends, whatever they are. */
static void test_bad_host(void **state)
{
    (void)state;
    static const struct {
        ph_bytes_t frame;
    } riddles[] = {
        {{(uint8_t *)"\xff\xff\xff\xff", 4}},
        {{(uint8_t *)"\0\0\0\0", 4}},
        {{(uint8_t *)"\1\0\0\0\7", 5}},
        {{(uint8_t *)"\1\0\0\0\1", 5}},
        {{(uint8_t *)"\x0f\0\0\0\0\1\0\0\0\0\0\1\0\0\0\1\0\0\0", 19}}, /* a start with a byte too many */
        {{(uint8_t *)"\4\0\0\0\1", 5}},                                /* the rest never comes */
    };
    for (size_t i = 0; i < sizeof riddles / sizeof riddles[0]; i++) {
        int pair[2], status;
        assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
        pid_t child = fork();
        if (child == 0) {
            dup2(pair[1], PH_PVF_WORKER_FD);
            execl("/proc/self/exe", "test", "pvf-worker", (char *)NULL);
            _exit(99);
        }
        close(pair[1]);
        assert_int_equal(write(pair[0], riddles[i].frame.data, riddles[i].frame.len), riddles[i].frame.len);
        shutdown(pair[0], SHUT_WR);
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_true(WIFEXITED(status));
        assert_int_equal(WEXITSTATUS(status), i + 1 == sizeof riddles / sizeof riddles[0] ? 0 : 3);
        close(pair[0]);
    }
}

/* What the bad workers do instead of working. */
static int misbehave(const char *how)
{
    if (strcmp(how, "die") == 0)
        return 1;
    uint8_t in[64];
    if (read(PH_PVF_WORKER_FD, in, sizeof in) < 0)
        return 2;
    if (strcmp(how, "silent-death") == 0)
        return 1;
    ph_pvf_outbox_t outbox = {0};
    ph_pvf_answer_t answers[2] = {{.kind = PH_PVF_ANSWER_STARTED}, {.kind = PH_PVF_ANSWER_STARTED}};
    size_t count = 2;
    if (strcmp(how, "garbage") == 0) {
        count = 0;
        ph_write(&outbox.bytes, "\3\0\0\0abc", 7);
    } else if (strcmp(how, "huge-frame") == 0) {
        count = 0;
        ph_write(&outbox.bytes, "\0\0\0\x7f", 4);
    } else if (strcmp(how, "unasked") == 0) {
        answers[0] = answers[1];
        answers[0].kind = PH_PVF_ANSWER_EXECUTED; /* before it says that it has started */
    } else if (strcmp(how, "bad-result") == 0) {
        answers[1].kind = PH_PVF_ANSWER_EXECUTED; /* valid, and the result is empty */
    }
    for (size_t i = 0; i < count; i++) {
        size_t at = ph_pvf_frame_begin(&outbox);
        ph_pvf_answer_encode(&outbox.bytes, &answers[i]);
        if (ph_pvf_frame_end(&outbox, at) != PH_OK)
            return 2;
    }
    if (ph_pvf_frame_write(&outbox, PH_PVF_WORKER_FD) != PH_OK)
        return 2;
    while (read(PH_PVF_WORKER_FD, in, sizeof in) > 0)
        ;
    return 0;
}

int main(int argc, char **argv)
{
    if (argc > 1)
        return strcmp(argv[1], "pvf-worker") == 0 ? ph_pvf_worker_main() : misbehave(argv[1]);
    close(PH_PVF_WORKER_FD); /* whatever the test runner left there */
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_no_program),        cmocka_unit_test(test_adder),
        cmocka_unit_test(test_one_job_at_a_time), cmocka_unit_test(test_artifacts_kept),
        cmocka_unit_test(test_mischief),          cmocka_unit_test(test_time_limits),
        cmocka_unit_test(test_without_waiting),   cmocka_unit_test(test_overdue),
        cmocka_unit_test(test_bad_workers),       cmocka_unit_test(test_bad_host),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
