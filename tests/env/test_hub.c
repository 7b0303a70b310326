/* Streams and requests between nodes: who hears what, in which order, and what fails how. */
#include "nodes.h"

/* ---- streams ---- */

static void a_stream_opens_at_both_ends(void **state)
{
    fixture_t *f = *state;
    open(f, 0, 1);
    assert_log(f, 1, "");
    run(f, SECOND);
    assert_log(f, 0, "open1:h1");
    assert_log(f, 1, "open0:h0");
    open(f, 1, 0); /* open already */
    open(f, 0, 0); /* nobody connects to itself */
    open(f, 0, 77);
    run(f, SECOND);
    assert_log(f, 0, "open1:h1");
    assert_log(f, 1, "open0:h0");
    say(f, 0, 1, "hello");
    say(f, 2, 1, "no stream");
    run(f, SECOND);
    assert_log(f, 1, "open0:h0 0:hello");
    ph_net_close(f->nodes[1].env, (ph_peer_id_t){0}, STREAM);
    say(f, 0, 1, "too late");
    run(f, SECOND);
    assert_log(f, 0, "open1:h1 close1");
    assert_log(f, 1, "open0:h0 0:hello close0");
}

static void both_open_at_once(void **state)
{
    fixture_t *f = *state;
    open(f, 0, 1);
    open(f, 1, 0);
    run(f, SECOND);
    assert_log(f, 0, "open1:h1");
    assert_log(f, 1, "open0:h0");
}

static void a_stream_keeps_order(void **state)
{
    fixture_t *f = *state;
    char expected[1000] = "open0:h0";
    open(f, 0, 1);
    run(f, SECOND);
    for (int i = 0; i < 50; i++) {
        char text[16];
        snprintf(text, sizeof text, "%d", i);
        say(f, 0, 1, text);
        snprintf(expected + strlen(expected), sizeof expected - strlen(expected), " 0:%d", i);
        run(f, 1000);
    }
    run(f, SECOND);
    assert_log(f, 1, expected);
}

/* Whatever the latencies are: a new stream never overtakes the end of the one before. */
static void open_and_close_alternate(void **state)
{
    fixture_t *f = *state;
    for (int i = 0; i < 200; i++) {
        size_t a = ph_world_random(f->world, 2);
        if (ph_world_random(f->world, 2))
            open(f, a, (uint32_t)(1 - a));
        else
            ph_net_close(f->nodes[a].env, (ph_peer_id_t){(uint32_t)(1 - a)}, STREAM);
        run(f, ph_world_random(f->world, 60000));
    }
    run(f, SECOND);
    for (size_t i = 0; i < 2; i++) {
        bool is_open = false;
        unsigned opens = 0;
        for (char *word = strtok(f->nodes[i].log, " "); word; word = strtok(NULL, " ")) {
            if (strncmp(word, "open", 4) == 0) {
                assert_false(is_open);
                is_open = true;
                opens++;
            } else if (strncmp(word, "close", 5) == 0) {
                assert_true(is_open);
                is_open = false;
            } else {
                assert_false(is_open); /* failed to open */
            }
        }
        assert_true(opens > 10);
    }
}

static void whoever_asked_is_told_that_it_failed(void **state)
{
    fixture_t *f = *state;
    ph_net_ban(f->nodes[1].env, (ph_peer_id_t){0}, 5 * SECOND);
    open(f, 0, 1);
    run(f, SECOND);
    assert_log(f, 0, "fail1");
    assert_log(f, 1, ""); /* did not ask */
    run(f, 5 * SECOND);   /* forgiven */
    open(f, 0, 1);
    run(f, SECOND);
    assert_log(f, 0, "fail1 open1:h1");
    forget(f);
    open(f, 0, 2);
    ph_net_close(f->nodes[0].env, (ph_peer_id_t){2}, STREAM); /* before it arrives */
    run(f, SECOND);
    assert_log(f, 0, "fail2");
    assert_log(f, 2, "");
    /* A node that does not speak the protocol. */
    ph_net_handle(f->nodes[0].env, OTHER, &streams, &f->nodes[0], (ph_bytes_t){0});
    forget(f);
    ph_net_open(f->nodes[0].env, (ph_peer_id_t){3}, OTHER);
    run(f, SECOND);
    assert_log(f, 0, "fail3");
    ph_net_open(f->nodes[0].env, (ph_peer_id_t){3}, OTHER);
    ph_net_close(f->nodes[0].env, (ph_peer_id_t){3}, OTHER);
    run(f, SECOND);
    assert_log(f, 0, "fail3 fail3");
    assert_log(f, 3, "");
}

static void a_ban_closes_and_refuses(void **state)
{
    fixture_t *f = *state;
    open(f, 0, 1);
    open(f, 2, 1);
    run(f, SECOND);
    forget(f);
    ph_net_ban(f->nodes[1].env, (ph_peer_id_t){0}, 60 * SECOND);
    run(f, SECOND);
    assert_log(f, 0, "close1");
    assert_log(f, 1, "close0");
    assert_log(f, 2, "");
}

static void an_oversized_message_ends_the_stream(void **state)
{
    fixture_t *f = *state;
    uint32_t max = ph_protocols[STREAM].max_message;
    open(f, 0, 1);
    run(f, SECOND);
    forget(f);
    ph_buf_t *fits = ph_buf_take(ph_mem_alloc(NULL, max), max),
             *more = ph_buf_take(ph_mem_alloc(NULL, max + 1), max + 1);
    ph_net_notify(f->nodes[0].env, (ph_peer_id_t){1}, STREAM, fits);
    run(f, SECOND);
    assert_log(f, 1, "0:");
    ph_net_notify(f->nodes[0].env, (ph_peer_id_t){1}, STREAM, more);
    run(f, SECOND);
    assert_log(f, 0, "close1");
    assert_log(f, 1, "0: close0");
    ph_buf_unref(fits);
    ph_buf_unref(more);
}

static void a_handshake_can_be_changed(void **state)
{
    fixture_t *f = *state;
    ph_net_handle(f->nodes[1].env, STREAM, &streams, &f->nodes[1], PH_BYTES_LIT("new"));
    open(f, 0, 1);
    run(f, SECOND);
    assert_log(f, 0, "open1:new");
}

/* ---- requests ---- */

static void a_request_is_answered_once(void **state)
{
    fixture_t *f = *state;
    reply_t r = {0};
    f->nodes[1].echo = true;
    ask(f, 0, 1, "what", &r);
    assert_int_equal(r.came, 0);
    run(f, SECOND);
    assert_log(f, 1, "ask0:what");
    assert_int_equal(r.came, 1);
    assert_int_equal(r.err, PH_OK);
    assert_string_equal(r.text, "what");
    ph_buf_t *again = ph_buf_new(PH_BYTES_LIT("again"));
    ph_net_respond(f->nodes[1].env, f->nodes[1].tickets.items[0], PH_OK, again); /* answered already */
    ph_net_respond(f->nodes[1].env, 12345, PH_OK, again);
    run(f, SECOND);
    assert_int_equal(r.came, 1);
    ph_buf_unref(again);
}

static void only_the_asked_one_may_answer(void **state)
{
    fixture_t *f = *state;
    reply_t r = {0};
    ask(f, 0, 1, "what", &r);
    run(f, SECOND / 10);
    ph_buf_t *false_answer = ph_buf_new(PH_BYTES_LIT("x"));
    ph_net_respond(f->nodes[2].env, f->nodes[1].tickets.items[0], PH_OK, false_answer);
    run(f, SECOND / 10);
    assert_int_equal(r.came, 0);
    ph_net_respond(f->nodes[1].env, f->nodes[1].tickets.items[0], PH_ERR_INTERNAL, NULL);
    run(f, SECOND / 10);
    assert_int_equal(r.came, 1);
    assert_int_equal(r.err, PH_ERR_REFUSED); /* whatever the reason */
    ph_buf_unref(false_answer);
}

static void requests_time_out(void **state)
{
    fixture_t *f = *state;
    reply_t r = {0};
    uint64_t before = ph_world_now_us(f->world);
    ask(f, 0, 1, "what", &r);
    run(f, 10 * SECOND);
    assert_int_equal(r.came, 1);
    assert_int_equal(r.err, PH_ERR_TIMEOUT);
    assert_int_equal(r.at - before, ph_protocols[REQUEST].timeout_ms * UINT64_C(1000));
    ph_buf_t *late = ph_buf_new(PH_BYTES_LIT("late"));
    ph_net_respond(f->nodes[1].env, f->nodes[1].tickets.items[0], PH_OK, late);
    run(f, SECOND);
    assert_int_equal(r.came, 1);
    ph_buf_unref(late);
}

static void requests_fail_for_what_they_are(void **state)
{
    fixture_t *f = *state;
    reply_t self = {0}, nobody = {0}, large = {0}, banned = {0}, dead = {0}, huge = {0};
    uint32_t max = ph_protocols[REQUEST].max_request;
    ask(f, 0, 0, "me", &self);
    ask(f, 0, 99, "who", &nobody);
    ph_buf_t *more = ph_buf_take(ph_mem_alloc(NULL, max + 1), max + 1);
    large.world = f->world;
    ph_net_request(f->nodes[0].env, (ph_peer_id_t){1}, REQUEST, more, replied, &large);
    ph_buf_unref(more);
    ph_net_ban(f->nodes[2].env, (ph_peer_id_t){0}, SECOND);
    ask(f, 0, 2, "x", &banned);
    ph_world_crash(f->world, 3);
    ask(f, 0, 3, "x", &dead);
    ask(f, 0, 1, "x", &huge);
    run(f, SECOND / 5);
    size_t len = ph_protocols[REQUEST].max_response + (size_t)1;
    ph_buf_t *answer = ph_buf_take(ph_mem_alloc(NULL, len), len);
    ph_net_respond(f->nodes[1].env, f->nodes[1].tickets.items[0], PH_OK, answer);
    ph_buf_unref(answer);
    run(f, SECOND / 5);
    assert_int_equal(self.err, PH_ERR_DISCONNECTED);
    assert_int_equal(nobody.err, PH_ERR_DISCONNECTED);
    assert_int_equal(large.err, PH_ERR_TOO_LARGE);
    assert_int_equal(banned.err, PH_ERR_REFUSED);
    assert_int_equal(dead.err, PH_ERR_DISCONNECTED);
    assert_int_equal(huge.err, PH_ERR_TOO_LARGE);
    assert_int_equal(self.came + nobody.came + large.came + banned.came + dead.came + huge.came, 6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_stream_opens_at_both_ends, setup, teardown),
        cmocka_unit_test_setup_teardown(both_open_at_once, setup, teardown),
        cmocka_unit_test_setup_teardown(a_stream_keeps_order, setup, teardown),
        cmocka_unit_test_setup_teardown(open_and_close_alternate, setup, teardown),
        cmocka_unit_test_setup_teardown(whoever_asked_is_told_that_it_failed, setup, teardown),
        cmocka_unit_test_setup_teardown(a_ban_closes_and_refuses, setup, teardown),
        cmocka_unit_test_setup_teardown(an_oversized_message_ends_the_stream, setup, teardown),
        cmocka_unit_test_setup_teardown(a_handshake_can_be_changed, setup, teardown),
        cmocka_unit_test_setup_teardown(a_request_is_answered_once, setup, teardown),
        cmocka_unit_test_setup_teardown(only_the_asked_one_may_answer, setup, teardown),
        cmocka_unit_test_setup_teardown(requests_time_out, setup, teardown),
        cmocka_unit_test_setup_teardown(requests_fail_for_what_they_are, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
