/* Nodes in a simulated world that write down what the network does to them. */
#ifndef PH_TESTS_ENV_NODES_H
#define PH_TESTS_ENV_NODES_H

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

static inline void __attribute__((format(printf, 2, 3))) note(listener_t *l, const char *format, ...)
{
    va_list args;
    size_t len = strlen(l->log);
    if (len && len + 1 < sizeof l->log)
        l->log[len++] = ' ';
    va_start(args, format);
    vsnprintf(l->log + len, sizeof l->log - len, format, args);
    va_end(args);
}

static inline void opened(void *ctx, ph_peer_id_t peer, ph_bytes_t handshake)
{
    note(ctx, "open%llu:%.*s", (unsigned long long)peer.v, (int)handshake.len, (const char *)handshake.data);
}
static inline void closed(void *ctx, ph_peer_id_t peer, bool was_open)
{
    note(ctx, "%s%llu", was_open ? "close" : "fail", (unsigned long long)peer.v);
}
static inline void notified(void *ctx, ph_peer_id_t peer, ph_buf_t *message)
{
    note(ctx, "%llu:%.*s", (unsigned long long)peer.v, (int)ph_buf_bytes(message).len,
         (const char *)ph_buf_bytes(message).data);
}
static inline void requested(void *ctx, ph_peer_id_t peer, ph_net_ticket_t ticket, ph_buf_t *request)
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

static inline void listen(listener_t *l)
{
    char shake[8];
    snprintf(shake, sizeof shake, "h%u", l->env->index);
    ph_net_handle(l->env, STREAM, &streams, l, ph_bytes(shake, strlen(shake)));
    ph_net_handle(l->env, REQUEST, &requests, l, (ph_bytes_t){0});
}

static inline fixture_t *fixture_new(const ph_world_config_t *config)
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

static inline void fixture_free(fixture_t *f)
{
    ph_world_free(f->world);
    for (size_t i = 0; i < NODES; i++)
        ph_list_free(&f->nodes[i].tickets);
    ph_mem_free(f);
}

static inline int setup(void **state)
{
    *state = fixture_new(
        &(ph_world_config_t){.seed = 5, .start_us = SECOND, .latency_min_us = 10000, .latency_max_us = 50000});
    return 0;
}

static inline int teardown(void **state)
{
    fixture_free(*state);
    return 0;
}

static inline void run(fixture_t *f, uint64_t us)
{
    ph_world_run_until(f->world, ph_world_now_us(f->world) + us);
}
static inline void open(fixture_t *f, size_t a, uint32_t b)
{
    ph_net_open(f->nodes[a].env, (ph_peer_id_t){b}, STREAM);
}
static inline void say(fixture_t *f, size_t a, uint32_t b, const char *text)
{
    ph_buf_t *buf = ph_buf_new(ph_bytes(text, strlen(text)));
    ph_net_notify(f->nodes[a].env, (ph_peer_id_t){b}, STREAM, buf);
    ph_buf_unref(buf);
}

static inline void forget(fixture_t *f)
{
    for (size_t i = 0; i < NODES; i++)
        f->nodes[i].log[0] = 0;
}

#define assert_log(f, i, text) assert_string_equal((f)->nodes[i].log, text)

static inline void tick(void *ctx)
{
    note(ctx, "t%llu", (unsigned long long)(ph_env_now_us(((listener_t *)ctx)->env) / 1000));
}

typedef struct reply {
    unsigned came;
    ph_err_t err;
    char text[32];
    uint64_t at;
    ph_world_t *world;
} reply_t;

static inline void replied(void *ctx, ph_err_t err, ph_buf_t *response)
{
    reply_t *r = ctx;
    r->came++;
    r->err = err;
    r->at = ph_world_now_us(r->world);
    assert_true((err == PH_OK) == (response != NULL));
    snprintf(r->text, sizeof r->text, "%.*s", (int)ph_buf_bytes(response).len,
             (const char *)ph_buf_bytes(response).data);
}

static inline void ask(fixture_t *f, size_t a, uint32_t b, const char *text, reply_t *reply)
{
    ph_buf_t *buf = ph_buf_new(ph_bytes(text, strlen(text)));
    reply->world = f->world;
    ph_net_request(f->nodes[a].env, (ph_peer_id_t){b}, REQUEST, buf, replied, reply);
    ph_buf_unref(buf);
}

#endif
