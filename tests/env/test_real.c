/* The real world: order of timers, background work, the network between nodes of one process, disks, descriptors. */
#include "support/cmocka.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "env/real/disk.h"
#include "env/real/real.h"
#include "env/real/timers.h"

typedef struct fixture {
    ph_real_t *real;
    ph_env_t *a, *b;
    char log[256];
} fixture_t;

static void note(fixture_t *f, const char *what)
{
    assert_true(strlen(f->log) + strlen(what) + 2 < sizeof f->log);
    strcat(strcat(f->log, what), " ");
}

static void timed_out(void *ctx)
{
    (void)ctx;
    fail_msg("nothing happened for ten seconds");
}

static void open_world(fixture_t *f, const char *base_path)
{
    char why[300] = "";
    ph_real_config_t config = {.base_path = base_path, .memo_entries = 16};
    if (ph_real_new(&f->real, &config, why, sizeof why) != PH_OK)
        fail_msg("%s", why);
    f->a = ph_real_add_node(f->real, "a");
    f->b = ph_real_add_node(f->real, "b");
    f->log[0] = 0;
    ph_real_timer(f->real, 10000000, timed_out, NULL);
}

static int setup(void **state)
{
    fixture_t *f = calloc(1, sizeof *f);
    open_world(f, NULL);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    fixture_t *f = *state;
    ph_real_free(f->real);
    free(f);
    return 0;
}

static void stop(void *ctx)
{
    ph_real_stop(((fixture_t *)ctx)->real);
}

/* ---- timers ---- */

static void first(void *ctx)
{
    note(ctx, "first");
}
static void second(void *ctx)
{
    note(ctx, "second");
}
static void third(void *ctx)
{
    note(ctx, "third");
}
static void never(void *ctx)
{
    note(ctx, "never");
}

static void timers_run_in_order_of_due_time(void **state)
{
    fixture_t *f = *state;
    uint64_t before = ph_env_now_us(f->a);
    ph_env_timer(f->a, 30000, third, f);
    ph_env_timer(f->b, 0, first, f);
    ph_timer_t gone = ph_env_timer(f->a, 0, never, f);
    ph_env_timer(f->a, 15000, second, f);
    ph_env_timer(f->a, 31000, stop, f);
    ph_env_timer_cancel(f->a, gone);
    ph_env_timer_cancel(f->a, gone);
    ph_env_timer_cancel(f->a, 0);
    assert_string_equal(f->log, "");
    ph_real_run(f->real);
    assert_string_equal(f->log, "first second third ");
    assert_true(ph_env_now_us(f->a) - before >= 31000);
}

static void equal_due_times_keep_the_order_of_making(void **state)
{
    ph_timers_t timers = {0};
    ph_timer_call_t call;
    ph_timer_t middle = 0;
    (void)state;
    for (size_t i = 0; i < 1000; i++) {
        ph_timer_t timer = ph_timers_add(&timers, i % 10, (ph_timer_call_t){.arg = (void *)i});
        if (i == 500)
            middle = timer;
    }
    ph_timers_cancel(&timers, middle);
    for (size_t due = 0; due < 10; due++) {
        for (size_t i = due; i < 1000; i += 10) {
            if (i == 500)
                continue;
            assert_true(ph_timers_take(&timers, due, UINT64_MAX, &call));
            assert_int_equal((size_t)call.arg, i);
        }
        assert_false(ph_timers_take(&timers, due, UINT64_MAX, &call));
    }
    ph_timers_cancel(&timers, middle); /* its slot has been used again or is free */
    ph_timer_t fresh = ph_timers_add(&timers, 1, (ph_timer_call_t){0});
    ph_timers_cancel(&timers, middle);
    assert_false(ph_timers_take(&timers, 1, ph_timers_order(&timers) - 1, &call)); /* made after the bound */
    assert_true(ph_timers_take(&timers, 1, ph_timers_order(&timers), &call));
    ph_timers_cancel(&timers, fresh);
    ph_timers_free(&timers);
}

static void again(void *ctx)
{
    fixture_t *f = ctx;
    note(f, "again");
    ph_env_timer(f->a, 0, second, f);
    note(f, "after");
    ph_env_timer(f->a, 0, stop, f);
}

static void no_callback_runs_inside_the_call_that_made_it(void **state)
{
    fixture_t *f = *state;
    ph_env_timer(f->a, 0, again, f);
    ph_real_run(f->real);
    assert_string_equal(f->log, "again after second ");
}

static void nothing_of_an_ended_node_fires(void **state)
{
    fixture_t *f = *state;
    ph_env_timer(f->a, 0, never, f);
    ph_env_timer(f->b, 1000, first, f);
    ph_real_timer(f->real, 2000, stop, f);
    ph_real_end_node(f->real, 0);
    ph_env_timer(f->a, 0, never, f);
    ph_real_run(f->real);
    assert_string_equal(f->log, "first ");
}

static void randomness_differs(void **state)
{
    fixture_t *f = *state;
    uint8_t one[32] = {0}, two[32] = {0};
    ph_env_random(f->a, one, sizeof one);
    ph_env_random(f->a, two, sizeof two);
    assert_memory_not_equal(one, two, sizeof one);
}

/* ---- background work ---- */

typedef struct job {
    fixture_t *f;
    pthread_t ran_on;
    unsigned *left;
    bool ran, done;
} job_t;

static void run(void *ctx)
{
    job_t *job = ctx;
    job->ran_on = pthread_self();
    usleep(2000);
    job->ran = true;
}

static void done(void *ctx)
{
    job_t *job = ctx;
    assert_true(job->ran);
    job->done = true;
    if (--*job->left == 0 && job->f)
        ph_real_stop(job->f->real);
}

static void work_runs_on_other_threads(void **state)
{
    fixture_t *f = *state;
    unsigned left = 20;
    job_t jobs[20] = {0};
    for (size_t i = 0; i < 20; i++) {
        jobs[i] = (job_t){.f = f, .left = &left};
        ph_env_work(i % 2 ? f->a : f->b, 1, run, done, &jobs[i]);
    }
    ph_real_run(f->real);
    for (size_t i = 0; i < 20; i++) {
        assert_true(jobs[i].done);
        assert_false(pthread_equal(jobs[i].ran_on, pthread_self()));
    }
}

static void work_under_way_ends_before_the_world_does(void **state)
{
    fixture_t f;
    unsigned left = 1;
    (void)state;
    open_world(&f, NULL);
    job_t job = {.left = &left};
    ph_env_work(f.a, 1, run, done, &job);
    ph_real_end_node(f.real, 0);
    ph_real_free(f.real);
    assert_true(job.done);
}

/* ---- network ---- */

static const ph_protocol_id_t GOSSIP = PH_PROTO_VALIDATION_3, ASK = PH_PROTO_REQ_POV_1;

static void opened(void *ctx, ph_peer_id_t peer, ph_bytes_t handshake)
{
    fixture_t *f = ctx;
    assert_true(peer.v < 2);
    note(f, "opened");
    assert_int_equal(handshake.len, 2);
}

static void opened_at_a(void *ctx, ph_peer_id_t peer, ph_bytes_t handshake)
{
    fixture_t *f = ctx;
    opened(ctx, peer, handshake);
    for (uint8_t i = 1; i <= 3; i++) {
        ph_buf_t *message = ph_buf_new(ph_bytes(&i, 1));
        ph_net_notify(f->a, peer, GOSSIP, message);
        ph_buf_unref(message);
    }
    note(f, "sent");
}

static void closed(void *ctx, ph_peer_id_t peer, bool was_open)
{
    (void)peer;
    note(ctx, was_open ? "closed" : "not-opened");
}

static void notified(void *ctx, ph_peer_id_t peer, ph_buf_t *message)
{
    fixture_t *f = ctx;
    char text[8];
    assert_int_equal(peer.v, 0);
    snprintf(text, sizeof text, "%u", ph_buf_bytes(message).data[0]);
    note(f, text);
    if (ph_buf_bytes(message).data[0] == 3)
        ph_real_stop(f->real);
}

static void requested(void *ctx, ph_peer_id_t peer, ph_net_ticket_t ticket, ph_buf_t *request)
{
    fixture_t *f = ctx;
    assert_int_equal(peer.v, 0);
    note(f, "asked");
    ph_net_respond(f->b, ticket, PH_OK, request);
}

static void not_notified(void *ctx, ph_peer_id_t peer, ph_buf_t *message)
{
    (void)ctx, (void)peer, (void)message;
    fail();
}

static void answered(void *ctx, ph_err_t err, ph_buf_t *response)
{
    fixture_t *f = ctx;
    assert_int_equal(err, PH_OK);
    assert_int_equal(ph_buf_bytes(response).len, 4);
    note(f, "answered");
    ph_real_stop(f->real);
}

static void refused(void *ctx, ph_err_t err, ph_buf_t *response)
{
    fixture_t *f = ctx;
    assert_int_equal(err, PH_ERR_DISCONNECTED);
    assert_null(response);
    note(f, "refused");
    ph_real_stop(f->real);
}

static void messages_arrive_in_order_and_later(void **state)
{
    static const ph_net_handler_t at_a = {.opened = opened_at_a, .closed = closed, .notified = not_notified};
    static const ph_net_handler_t at_b = {.opened = opened, .closed = closed, .notified = notified};
    fixture_t *f = *state;
    ph_net_handle(f->a, GOSSIP, &at_a, f, PH_BYTES_LIT("hs"));
    ph_net_handle(f->b, GOSSIP, &at_b, f, PH_BYTES_LIT("hs"));
    ph_net_open(f->a, (ph_peer_id_t){1}, GOSSIP);
    assert_string_equal(f->log, "");
    ph_real_run(f->real);
    assert_string_equal(f->log, "opened opened sent 1 2 3 ");
    assert_int_equal(ph_real_hub(f->real)->stats.messages, 3);
    ph_net_open(f->a, (ph_peer_id_t){1}, GOSSIP); /* under way when the world ends: nothing leaks */
}

static void requests_are_answered(void **state)
{
    static const ph_net_handler_t at_b = {.requested = requested};
    fixture_t *f = *state;
    ph_buf_t *request = ph_buf_new(PH_BYTES_LIT("ping"));
    ph_net_handle(f->b, ASK, &at_b, f, (ph_bytes_t){0});
    ph_net_request(f->a, (ph_peer_id_t){1}, ASK, request, answered, f);
    assert_string_equal(f->log, "");
    ph_real_run(f->real);
    ph_net_request(f->a, (ph_peer_id_t){7}, ASK, request, refused, f);
    ph_real_run(f->real);
    assert_string_equal(f->log, "asked answered refused ");
    ph_buf_unref(request);
}

/* ---- disks ---- */

static void put(ph_env_t *env, const char *key, const char *value)
{
    ph_buf_t *buf = ph_buf_new(ph_bytes(value, strlen(value)));
    assert_int_equal(ph_disk_put(env, ph_bytes(key, strlen(key)), buf), PH_OK);
    ph_buf_unref(buf);
}

static void assert_holds(ph_env_t *env, const char *key, const char *value)
{
    ph_buf_t *buf = ph_disk_get(env, ph_bytes(key, strlen(key)));
    if (!value) {
        assert_null(buf);
        return;
    }
    assert_non_null(buf);
    assert_true(ph_bytes_equal(ph_buf_bytes(buf), ph_bytes(value, strlen(value))));
    ph_buf_unref(buf);
}

static void assert_walk(ph_env_t *env, const char *prefix, const char *expected)
{
    ph_arena_t *arena = ph_arena_new();
    ph_bytes_t cursor = {0};
    ph_buf_t *value;
    char seen[200] = "";
    while (ph_disk_next(env, arena, ph_bytes(prefix, strlen(prefix)), &cursor, &value)) {
        ph_bytes_t v = ph_buf_bytes(value);
        snprintf(seen + strlen(seen), sizeof seen - strlen(seen), "%.*s=%.*s ", (int)cursor.len, (char *)cursor.data,
                 (int)v.len, (char *)v.data);
        ph_buf_unref(value);
    }
    assert_string_equal(seen, expected);
    ph_arena_free(arena);
}

static void fill(fixture_t *f)
{
    put(f->a, "k/2", "two");
    put(f->a, "k/1", "one");
    put(f->a, "k/3", "three");
    put(f->a, "l", "other");
    put(f->b, "k/1", "b's");
    put(f->a, "k/1", "uno");
    ph_disk_delete(f->a, PH_BYTES_LIT("k/3"));
    ph_disk_delete(f->a, PH_BYTES_LIT("never there"));
    assert_int_equal(ph_disk_sync(f->a), PH_OK);
}

static void assert_filled(fixture_t *f)
{
    assert_holds(f->a, "k/1", "uno");
    assert_holds(f->b, "k/1", "b's");
    assert_holds(f->a, "k/3", NULL);
    assert_holds(f->b, "l", NULL);
    assert_walk(f->a, "k/", "k/1=uno k/2=two ");
    assert_walk(f->a, "", "k/1=uno k/2=two l=other ");
    assert_walk(f->b, "", "k/1=b's ");
    assert_walk(f->b, "l", "");
}

static void disks_in_memory(void **state)
{
    fill(*state);
    assert_filled(*state);
}

static void remove_folder(const char *path)
{
    pid_t child = fork();
    if (child == 0) {
        execlp("rm", "rm", "-rf", path, (char *)NULL);
        _exit(127);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
}

/* The keys that a node makes lie there. */
static void what_is_on_a_disk_is_the_owners(void **state)
{
    (void)state;
    static const char *const ends[] = {"", "/"};
    for (size_t i = 0; i < 2; i++) {
        char folder[] = "/tmp/parahost-test-XXXXXX", path[64], why[200];
        ph_real_disk_t *disk;
        struct stat about;
        assert_non_null(mkdtemp(folder));
        snprintf(path, sizeof path, "%s/base/disk%s", folder, ends[i]);
        assert_int_equal(ph_real_disk_open(&disk, path, NULL, why, sizeof why), PH_OK);
        ph_real_disk_close(disk);
        assert_int_equal(stat(path, &about), 0);
        assert_int_equal(about.st_mode & 077, 0);
        remove_folder(folder);
    }
}

static void disks_in_a_folder_outlive_the_world(void **state)
{
    fixture_t f;
    char folder[] = "/tmp/parahost-test-XXXXXX", path[64];
    (void)state;
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/deep/base", folder);
    open_world(&f, path);
    fill(&f);
    assert_filled(&f);
    ph_real_free(f.real);
    open_world(&f, path);
    assert_filled(&f);
    ph_real_free(f.real);
    remove_folder(folder);
}

static void a_folder_is_one_worlds_own(void **state)
{
    fixture_t f;
    char folder[] = "/tmp/parahost-test-XXXXXX", why[300] = "";
    ph_real_disk_t *disk;
    (void)state;
    assert_non_null(mkdtemp(folder));
    open_world(&f, folder);
    assert_int_equal(ph_real_disk_open(&disk, folder, NULL, why, sizeof why), PH_ERR_IO);
    assert_non_null(strstr(why, "another process"));
    assert_int_equal(ph_real_disk_open(&disk, "/proc/no/such", NULL, why, sizeof why), PH_ERR_IO);
    assert_non_null(strstr(why, "/proc/no"));
    ph_real_free(f.real);
    remove_folder(folder);
}

/* What is synced is there after the process has died without closing anything. */
static void what_was_synced_survives_a_crash(void **state)
{
    fixture_t f;
    char folder[] = "/tmp/parahost-test-XXXXXX";
    (void)state;
    assert_non_null(mkdtemp(folder));
    pid_t child = fork();
    if (child == 0) {
        open_world(&f, folder);
        fill(&f);
        kill(getpid(), SIGKILL);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    open_world(&f, folder);
    assert_filled(&f);
    ph_real_free(f.real);
    remove_folder(folder);
}

/* ---- descriptors and signals ---- */

typedef struct pipe_watch {
    fixture_t *f;
    int fds[2];
    ph_real_watch_t *watch;
} pipe_watch_t;

static void readable(void *arg)
{
    pipe_watch_t *p = arg;
    char c;
    assert_int_equal(read(p->fds[0], &c, 1), 1);
    note(p->f, "read");
    if (c == 'x') {
        close(p->fds[0]);
        ph_real_unwatch(p->watch);
        ph_real_stop(p->f->real);
    }
}

static void write_to_pipe(void *ctx)
{
    pipe_watch_t *p = ctx;
    assert_int_equal(write(p->fds[1], "ax", 2), 2);
}

static void descriptors_are_watched(void **state)
{
    fixture_t *f = *state;
    pipe_watch_t p = {.f = f};
    assert_int_equal(pipe(p.fds), 0);
    p.watch = ph_real_watch_fd(f->real, p.fds[0], false, readable, &p);
    ph_env_timer(f->a, 1000, write_to_pipe, &p);
    ph_real_run(f->real);
    assert_string_equal(f->log, "read read ");
    close(p.fds[1]);
}

static void on_interrupt(void *ctx, int number)
{
    fixture_t *f = ctx;
    note(f, number == SIGTERM ? "term" : "int");
    ph_real_stop(f->real);
}

static void raise_term(void *ctx)
{
    (void)ctx;
    raise(SIGTERM);
}

static void signals_come_on_the_loop(void **state)
{
    fixture_t f = {0};
    char why[100];
    (void)state;
    ph_real_config_t config = {.interrupted = on_interrupt, .ctx = &f};
    assert_int_equal(ph_real_new(&f.real, &config, why, sizeof why), PH_OK);
    ph_real_timer(f.real, 0, raise_term, NULL);
    ph_real_run(f.real);
    assert_string_equal(f.log, "term ");
    ph_real_free(f.real);
}

static void trace(void *ctx, uint64_t now_us, ph_env_t *node, const char *subsystem, const char *event,
                  const ph_trace_fields_t *fields)
{
    fixture_t *f = ctx;
    assert_true(now_us > UINT64_C(1600000000000000));
    assert_ptr_equal(node, f->a);
    note(f, subsystem);
    note(f, event);
    assert_true(fields->has_number);
}

static void trace_reaches_its_callback(void **state)
{
    fixture_t f = {0};
    char why[100];
    (void)state;
    ph_real_config_t config = {.trace = trace, .ctx = &f};
    assert_int_equal(ph_real_new(&f.real, &config, why, sizeof why), PH_OK);
    f.a = ph_real_add_node(f.real, "a");
    ph_trace(f.a, "chain", "block-imported", PH_FIELDS(PH_F_NUMBER(3)));
    assert_string_equal(f.log, "chain block-imported ");
    assert_null(f.a->memo);
    ph_real_free(f.real);
}

#define T(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(timers_run_in_order_of_due_time),
        cmocka_unit_test(equal_due_times_keep_the_order_of_making),
        T(no_callback_runs_inside_the_call_that_made_it),
        T(nothing_of_an_ended_node_fires),
        T(randomness_differs),
        T(work_runs_on_other_threads),
        cmocka_unit_test(work_under_way_ends_before_the_world_does),
        T(messages_arrive_in_order_and_later),
        T(requests_are_answered),
        T(disks_in_memory),
        cmocka_unit_test(disks_in_a_folder_outlive_the_world),
        cmocka_unit_test(what_is_on_a_disk_is_the_owners),
        cmocka_unit_test(a_folder_is_one_worlds_own),
        cmocka_unit_test(what_was_synced_survives_a_crash),
        T(descriptors_are_watched),
        cmocka_unit_test(signals_come_on_the_loop),
        cmocka_unit_test(trace_reaches_its_callback),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
