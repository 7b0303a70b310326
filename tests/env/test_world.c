/* The simulated world: clock and queue, crash and restart, loss and partition, the digest. */
#include "nodes.h"

/* ---- the clock ---- */

static void timers_run_in_order(void **state)
{
    fixture_t *f = *state;
    listener_t *l = &f->nodes[0];
    ph_env_timer(l->env, 5000, tick, l);
    ph_timer_t gone = ph_env_timer(l->env, 3000, tick, l);
    ph_env_timer(l->env, 1000, tick, l);
    ph_env_timer(l->env, 0, tick, l);
    ph_env_timer_cancel(l->env, gone);
    ph_env_timer_cancel(l->env, gone);
    ph_env_timer_cancel(l->env, 0);
    ph_timer_t reused = ph_env_timer(l->env, 4000, tick, l); /* the slot of the cancelled one */
    ph_env_timer_cancel(l->env, gone);                       /* a stale handle is harmless */
    assert_int_not_equal(reused, gone);
    assert_log(f, 0, "");
    run(f, 4999);
    assert_log(f, 0, "t1000 t1001 t1004");
    run(f, 1);
    assert_log(f, 0, "t1000 t1001 t1004 t1005");
    assert_int_equal(ph_world_now_us(f->world), SECOND + 5000);
}

static void append(void *ctx)
{
    strcat(ctx, "x");
}
static void append_a(void *ctx)
{
    strcat(ctx, "a");
}
static void append_b(void *ctx)
{
    strcat(ctx, "b");
}

static void equal_times_run_in_order_of_making(void **state)
{
    fixture_t *f = *state;
    char text[64] = "";
    for (int i = 0; i < 20; i++)
        ph_env_timer(f->nodes[i % 4].env, 1000, i % 2 ? append_b : append_a, text);
    run(f, 1000);
    assert_string_equal(text, "abababababababababab");
}

static void many_timers_against_a_sorted_list(void **state)
{
    fixture_t *f = *state;
    enum { MANY = 2000 };
    static ph_timer_t timers[MANY];
    static char text[MANY + 1];
    text[0] = 0;
    size_t left = 0;
    for (size_t i = 0; i < MANY; i++)
        timers[i] = ph_env_timer(f->nodes[i % NODES].env, ph_world_random(f->world, 100000), append, text);
    for (size_t i = 0; i < MANY; i++) {
        if (ph_world_random(f->world, 3) == 0)
            ph_env_timer_cancel(f->nodes[i % NODES].env, timers[i]);
        else
            left++;
    }
    uint64_t before = ph_world_events(f->world);
    run(f, 100000);
    assert_int_equal(strlen(text), left);
    assert_int_equal(ph_world_events(f->world) - before, left);
}

/* ---- crash and restart ---- */

static void a_crash_takes_timers_streams_requests_and_unsynced_data(void **state)
{
    fixture_t *f = *state;
    reply_t theirs = {0}, ours = {0};
    ph_env_t *env = f->nodes[1].env;
    open(f, 0, 1);
    run(f, SECOND);
    ask(f, 1, 2, "ours", &ours);
    ask(f, 0, 1, "theirs", &theirs);
    run(f, SECOND / 10); /* arrived on both sides */
    ph_env_timer(env, 1000, tick, &f->nodes[1]);
    ph_buf_t *value = ph_buf_new(PH_BYTES_LIT("v"));
    assert_int_equal(ph_disk_put(env, PH_BYTES_LIT("synced"), value), PH_OK);
    assert_int_equal(ph_disk_sync(env), PH_OK);
    assert_int_equal(ph_disk_put(env, PH_BYTES_LIT("lost"), value), PH_OK);
    ph_buf_unref(value);
    forget(f);
    ph_world_crash(f->world, 1);
    run(f, SECOND / 10);
    assert_log(f, 0, "close1");
    assert_log(f, 1, "");
    assert_int_equal(theirs.came, 1);
    assert_int_equal(theirs.err, PH_ERR_DISCONNECTED);
    ph_net_respond(f->nodes[2].env, f->nodes[2].tickets.items[0], PH_OK, NULL);
    run(f, 5 * SECOND);
    assert_int_equal(ours.came, 0);
    open(f, 0, 1);
    run(f, SECOND);
    assert_log(f, 0, "close1 fail1");

    ph_world_restart(f->world, 1);
    listen(&f->nodes[1]);
    assert_non_null(value = ph_disk_get(env, PH_BYTES_LIT("synced")));
    ph_buf_unref(value);
    assert_null(ph_disk_get(env, PH_BYTES_LIT("lost")));
    forget(f);
    open(f, 1, 0);
    run(f, SECOND);
    assert_log(f, 0, "open1:h1");
    assert_log(f, 1, "open0:h0");
    say(f, 0, 1, "back");
    run(f, SECOND);
    assert_log(f, 1, "open0:h0 0:back");
}

/* What was sent to the former life does not reach the next. */
static void nothing_crosses_a_restart(void **state)
{
    fixture_t *f = *state;
    reply_t r = {0};
    open(f, 0, 1);
    run(f, SECOND);
    say(f, 0, 1, "old");
    ask(f, 0, 1, "old", &r);
    ph_world_crash(f->world, 1);
    ph_world_restart(f->world, 1);
    listen(&f->nodes[1]);
    forget(f);
    run(f, 5 * SECOND);
    assert_log(f, 1, "ask0:old"); /* a request connects anew */
    assert_log(f, 0, "close1");
}

static int ran, done;
static void work_run(void *ctx)
{
    ran += *(int *)ctx;
}
static void work_done(void *ctx)
{
    done += *(int *)ctx;
}

static void background_work_takes_its_declared_time(void **state)
{
    fixture_t *f = *state;
    int one = 1, ten = 10;
    ran = done = 0;
    ph_env_work(f->nodes[0].env, 2000, work_run, work_done, &one);
    ph_env_work(f->nodes[1].env, 3000, work_run, work_done, &ten);
    run(f, 1999);
    assert_int_equal(done, 0);
    run(f, 1);
    assert_int_equal(done, 1);
    ph_world_crash(f->world, 1);
    run(f, 1000);
    assert_int_equal(ran, 11); /* also of a node that is gone: somebody has to give its memory back */
    assert_int_equal(done, 11);
}

/* ---- loss and partition ---- */

static void loss_takes_a_share_and_nothing_else(void **state)
{
    fixture_t *f = fixture_new(
        &(ph_world_config_t){.seed = 9, .latency_min_us = 1000, .latency_max_us = 1000, .loss_percent = 20});
    (void)state;
    enum { SENT = 1000 };
    unsigned got = 0;
    open(f, 0, 1); /* control is not lost */
    run(f, SECOND);
    assert_log(f, 1, "open0:h0");
    for (int i = 0; i < SENT; i++) {
        f->nodes[1].log[0] = 0;
        say(f, 0, 1, "x");
        run(f, 2000);
        got += f->nodes[1].log[0] != 0;
    }
    assert_in_range(got, 750, 850);
    assert_int_equal(ph_world_hub(f->world)->stats.dropped, SENT - got);
    unsigned answered = 0;
    f->nodes[1].echo = true;
    for (int i = 0; i < 200; i++) {
        reply_t r = {0};
        ask(f, 0, 1, "q", &r);
        run(f, 2 * SECOND);
        assert_int_equal(r.came, 1);
        assert_true(r.err == PH_OK || r.err == PH_ERR_TIMEOUT);
        answered += r.err == PH_OK;
        f->nodes[1].log[0] = 0;
    }
    assert_in_range(answered, 100, 156); /* 64 % */
    fixture_free(f);
}

static void a_partition_cuts_and_heals(void **state)
{
    fixture_t *f = *state;
    static const uint8_t sides[] = {0, 0, 1, 1};
    reply_t across = {0}, inside = {0};
    open(f, 0, 1);
    open(f, 0, 2);
    run(f, SECOND);
    forget(f);
    f->nodes[1].echo = f->nodes[2].echo = true;
    say(f, 0, 1, "in time");
    ph_world_partition(f->world, sides, NODES);
    say(f, 0, 1, "inside");
    say(f, 0, 2, "across");
    ask(f, 0, 1, "q", &inside);
    ask(f, 0, 2, "q", &across);
    run(f, 9 * SECOND);
    assert_int_equal(inside.err, PH_OK);
    assert_int_equal(inside.came, 1);
    assert_int_equal(across.came, 1);
    assert_int_equal(across.err, PH_ERR_TIMEOUT);
    assert_non_null(strstr(f->nodes[1].log, "0:in time 0:inside"));
    assert_null(strstr(f->nodes[2].log, "0:"));
    assert_null(strstr(f->nodes[2].log, "ask"));
    run(f, 2 * SECOND); /* the connection is given up */
    assert_log(f, 0, "close2");
    assert_log(f, 2, "close0");
    forget(f);
    open(f, 0, 3); /* nothing opens across the cut */
    open(f, 2, 3);
    run(f, 11 * SECOND);
    assert_log(f, 0, "fail3");
    assert_log(f, 2, "open3:h3");
    assert_log(f, 3, "open2:h2");
    ph_world_partition(f->world, NULL, 0);
    forget(f);
    open(f, 3, 0);
    run(f, SECOND);
    open(f, 2, 0);
    run(f, SECOND);
    assert_log(f, 0, "open3:h3 open2:h2");
    assert_log(f, 2, "open0:h0");
}

static void latency_and_link_speed(void **state)
{
    fixture_t *f =
        fixture_new(&(ph_world_config_t){.seed = 2, .latency_min_us = 5000, .latency_max_us = 5000, .bytes_per_us = 2});
    (void)state;
    open(f, 0, 1);
    run(f, SECOND);
    forget(f);
    char text[401];
    memset(text, 'x', 400);
    text[400] = 0;
    say(f, 0, 1, text);
    run(f, 5199);
    assert_log(f, 1, "");
    run(f, 1);
    assert_int_equal(strlen(f->nodes[1].log), 402);
    ph_world_set_network(f->world, 100, 100, 100);
    say(f, 0, 1, "lost");
    run(f, SECOND);
    assert_int_equal(strlen(f->nodes[1].log), 402);
    ph_world_set_network(f->world, 100, 100, 0);
    say(f, 0, 1, "x");
    run(f, 100);
    assert_int_equal(strlen(f->nodes[1].log), 406);
    fixture_free(f);
}

/* ---- the address book ---- */

static void authorities_are_found(void **state)
{
    fixture_t *f = *state;
    ph_authority_discovery_id_t alice = {{1}}, bob = {{2}}, found;
    ph_peer_id_t peer, known[NODES];
    ph_hub_register(ph_world_hub(f->world), 2, &alice);
    assert_true(ph_net_resolve(f->nodes[0].env, &alice, &peer));
    assert_int_equal(peer.v, 2);
    assert_false(ph_net_resolve(f->nodes[0].env, &bob, &peer));
    assert_true(ph_net_authority_of(f->nodes[1].env, (ph_peer_id_t){2}, &found));
    assert_memory_equal(&found, &alice, sizeof alice);
    assert_false(ph_net_authority_of(f->nodes[1].env, (ph_peer_id_t){1}, &found));
    assert_int_equal(ph_net_known(f->nodes[1].env, known, 2), 3);
    assert_int_equal(known[0].v, 0);
    assert_int_equal(known[1].v, 2);
}

/* ---- determinism ---- */

static void count_trace(void *ctx, uint64_t now_us, ph_env_t *node, const char *subsystem, const char *event,
                        const ph_trace_fields_t *fields)
{
    (void)now_us, (void)node, (void)subsystem, (void)event, (void)fields;
    ++*(unsigned *)ctx;
}

/* A life full of chance; returns the digest. */
static void live(uint8_t digest[32], uint64_t seed, const char *last_event, uint32_t last_number)
{
    unsigned traced = 0;
    fixture_t *f = fixture_new(&(ph_world_config_t){.seed = seed,
                                                    .start_us = SECOND,
                                                    .latency_min_us = 1000,
                                                    .latency_max_us = 90000,
                                                    .loss_percent = 10,
                                                    .trace = count_trace,
                                                    .trace_ctx = &traced});
    reply_t replies[200] = {{0}};
    for (size_t i = 0; i < 200; i++) {
        uint32_t a = (uint32_t)ph_world_random(f->world, NODES), b = (uint32_t)ph_world_random(f->world, NODES);
        uint8_t dice;
        ph_env_random(f->nodes[a].env, &dice, 1);
        f->nodes[b].echo = dice % 3 != 0;
        if (dice % 5 == 0)
            open(f, a, b);
        else if (dice % 5 < 3)
            say(f, a, b, "something");
        else
            ask(f, a, b, "question", &replies[i]);
        ph_trace(f->nodes[a].env, "test", "step", PH_FIELDS(PH_F_NUMBER(dice)));
        run(f, ph_world_random(f->world, 30000));
    }
    ph_trace(f->nodes[0].env, "test", last_event, PH_FIELDS(PH_F_NUMBER(last_number)));
    assert_int_equal(traced, 201);
    ph_world_digest(f->world, digest);
    fixture_free(f);
}

static void the_digest_is_a_function_of_the_run(void **state)
{
    uint8_t a[32], b[32], seed[32], event[32], number[32];
    (void)state;
    live(a, 1, "end", 1);
    live(b, 1, "end", 1);
    live(seed, 2, "end", 1);
    live(event, 1, "End", 1);
    live(number, 1, "end", 2);
    assert_memory_equal(a, b, 32);
    assert_memory_not_equal(a, seed, 32);
    assert_memory_not_equal(a, event, 32);
    assert_memory_not_equal(a, number, 32);
}

static void nodes_draw_different_numbers(void **state)
{
    fixture_t *f = *state;
    uint64_t drawn[NODES];
    for (size_t i = 0; i < NODES; i++) {
        ph_env_random(f->nodes[i].env, &drawn[i], sizeof drawn[i]);
        for (size_t j = 0; j < i; j++)
            assert_int_not_equal(drawn[i], drawn[j]);
    }
    for (int i = 0; i < 1000; i++)
        assert_true(ph_world_random(f->world, 7) < 7);
}

/* The sanitizer counts what is left. */
static void a_world_ends_with_everything_under_way(void **state)
{
    fixture_t *f = fixture_new(&(ph_world_config_t){.seed = 4, .latency_min_us = 100000, .latency_max_us = 200000});
    reply_t answered = {0}, waiting = {0}, on_its_way = {0};
    int one = 1;
    (void)state;
    open(f, 0, 1);
    run(f, SECOND);
    f->nodes[1].echo = true;
    ask(f, 0, 1, "answered", &answered);
    ask(f, 0, 2, "waiting", &waiting);
    run(f, 210000);
    ask(f, 0, 3, "on its way", &on_its_way);
    say(f, 0, 1, "on its way");
    open(f, 2, 3);
    open(f, 3, 1);
    ph_net_close(f->nodes[0].env, (ph_peer_id_t){1}, STREAM);
    ran = done = 0;
    ph_env_work(f->nodes[0].env, SECOND, work_run, work_done, &one);
    ph_env_timer(f->nodes[0].env, SECOND, tick, &f->nodes[0]);
    fixture_free(f);
    assert_int_equal(done, 1);
    assert_int_equal(waiting.came + on_its_way.came, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(timers_run_in_order, setup, teardown),
        cmocka_unit_test_setup_teardown(equal_times_run_in_order_of_making, setup, teardown),
        cmocka_unit_test_setup_teardown(many_timers_against_a_sorted_list, setup, teardown),
        cmocka_unit_test_setup_teardown(a_crash_takes_timers_streams_requests_and_unsynced_data, setup, teardown),
        cmocka_unit_test_setup_teardown(nothing_crosses_a_restart, setup, teardown),
        cmocka_unit_test_setup_teardown(background_work_takes_its_declared_time, setup, teardown),
        cmocka_unit_test(loss_takes_a_share_and_nothing_else),
        cmocka_unit_test_setup_teardown(a_partition_cuts_and_heals, setup, teardown),
        cmocka_unit_test(latency_and_link_speed),
        cmocka_unit_test_setup_teardown(authorities_are_found, setup, teardown),
        cmocka_unit_test(the_digest_is_a_function_of_the_run),
        cmocka_unit_test_setup_teardown(nodes_draw_different_numbers, setup, teardown),
        cmocka_unit_test(a_world_ends_with_everything_under_way),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
