/* The simulated world: clock and queue, streams and requests, loss, partition, crash and restart, the digest. */
#include "support/cmocka.h"

#include <stdio.h>

#include "base/vec.h"
#include "env/sim/world.h"

enum { NODES = 4 };
static const ph_protocol_id_t STREAM = PH_PROTO_VALIDATION_3, OTHER = PH_PROTO_COLLATION_2,
                              REQUEST = PH_PROTO_REQ_CHUNK_2;
#define SECOND UINT64_C(1000000)

/* A node that writes down what the network does to it. */
typedef struct listener {
    ph_env_t *env;
    char log[6000];
    PH_LIST(ph_net_ticket_t) tickets;
    bool echo;
} listener_t;

static void __attribute__((format(printf, 2, 3))) note(listener_t *l, const char *format, ...)
{
    va_list args;
    size_t len = strlen(l->log);
    if (len && len + 1 < sizeof l->log)
        l->log[len++] = ' ';
    va_start(args, format);
    vsnprintf(l->log + len, sizeof l->log - len, format, args);
    va_end(args);
}

static void opened(void *ctx, ph_peer_id_t peer, ph_bytes_t handshake)
{
    note(ctx, "open%llu:%.*s", (unsigned long long)peer.v, (int)handshake.len, (const char *)handshake.data);
}
static void closed(void *ctx, ph_peer_id_t peer, bool was_open)
{
    note(ctx, "%s%llu", was_open ? "close" : "fail", (unsigned long long)peer.v);
}
static void notified(void *ctx, ph_peer_id_t peer, ph_buf_t *message)
{
    note(ctx, "%llu:%.*s", (unsigned long long)peer.v, (int)ph_buf_bytes(message).len,
         (const char *)ph_buf_bytes(message).data);
}
static void requested(void *ctx, ph_peer_id_t peer, ph_net_ticket_t ticket, ph_buf_t *request)
{
    listener_t *l = ctx;
    note(l, "ask%llu:%.*s", (unsigned long long)peer.v, (int)ph_buf_bytes(request).len,
         (const char *)ph_buf_bytes(request).data);
    ph_list_push(NULL, &l->tickets, ticket);
    if (l->echo)
        ph_net_respond(l->env, ticket, PH_OK, request);
}

static const ph_net_handler_t streams = {.opened = opened, .closed = closed, .notified = notified};
static const ph_net_handler_t requests = {.requested = requested};

typedef struct fixture {
    ph_world_t *world;
    listener_t nodes[NODES];
    unsigned traced;
} fixture_t;

static void listen(listener_t *l)
{
    char shake[8];
    snprintf(shake, sizeof shake, "h%u", l->env->index);
    ph_net_handle(l->env, STREAM, &streams, l, ph_bytes(shake, strlen(shake)));
    ph_net_handle(l->env, REQUEST, &requests, l, (ph_bytes_t){0});
}

static fixture_t *fixture_new(const ph_world_config_t *config)
{
    fixture_t *f = ph_mem_alloc(NULL, sizeof *f);
    f->world = ph_world_new(config);
    for (size_t i = 0; i < NODES; i++) {
        char name[8];
        snprintf(name, sizeof name, "n%zu", i);
        f->nodes[i].env = ph_world_add_node(f->world, name);
        listen(&f->nodes[i]);
    }
    return f;
}

static void fixture_free(fixture_t *f)
{
    ph_world_free(f->world);
    for (size_t i = 0; i < NODES; i++)
        ph_list_free(&f->nodes[i].tickets);
    ph_mem_free(f);
}

static int setup(void **state)
{
    *state = fixture_new(
        &(ph_world_config_t){.seed = 5, .start_us = SECOND, .latency_min_us = 10000, .latency_max_us = 50000});
    return 0;
}

static int teardown(void **state)
{
    fixture_free(*state);
    return 0;
}

static void run(fixture_t *f, uint64_t us)
{
    ph_world_run_until(f->world, ph_world_now_us(f->world) + us);
}
static void open(fixture_t *f, size_t a, uint32_t b)
{
    ph_net_open(f->nodes[a].env, (ph_peer_id_t){b}, STREAM);
}
static void say(fixture_t *f, size_t a, uint32_t b, const char *text)
{
    ph_buf_t *buf = ph_buf_new(ph_bytes(text, strlen(text)));
    ph_net_notify(f->nodes[a].env, (ph_peer_id_t){b}, STREAM, buf);
    ph_buf_unref(buf);
}

static void forget(fixture_t *f)
{
    for (size_t i = 0; i < NODES; i++)
        f->nodes[i].log[0] = 0;
}

#define assert_log(f, i, text) assert_string_equal((f)->nodes[i].log, text)

/* ---- the clock ---- */

static void tick(void *ctx)
{
    note(ctx, "t%llu", (unsigned long long)(ph_env_now_us(((listener_t *)ctx)->env) / 1000));
}

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

typedef struct reply {
    unsigned came;
    ph_err_t err;
    char text[32];
    uint64_t at;
    ph_world_t *world;
} reply_t;

static void replied(void *ctx, ph_err_t err, ph_buf_t *response)
{
    reply_t *r = ctx;
    r->came++;
    r->err = err;
    r->at = ph_world_now_us(r->world);
    assert_true((err == PH_OK) == (response != NULL));
    snprintf(r->text, sizeof r->text, "%.*s", (int)ph_buf_bytes(response).len,
             (const char *)ph_buf_bytes(response).data);
}

static void ask(fixture_t *f, size_t a, uint32_t b, const char *text, reply_t *reply)
{
    ph_buf_t *buf = ph_buf_new(ph_bytes(text, strlen(text)));
    reply->world = f->world;
    ph_net_request(f->nodes[a].env, (ph_peer_id_t){b}, REQUEST, buf, replied, reply);
    ph_buf_unref(buf);
}

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
