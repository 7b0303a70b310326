#include "support/harness.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/vec.h"
#include "crypto/hash.h"
#include "protocol/routes.h"

struct ph_harness_question {
    ph_harness_t *h;
    ph_arena_t *arena;
    const ph_type_t *type;
    bool answered;
    ph_err_t err;
    void *value;
};

struct ph_harness {
    ph_world_t *world;
    ph_env_t *env;
    ph_overseer_t *overseer;
    const ph_subsystem_info_t *table;
    ph_subsystem_info_t *own_table;
    ph_route_t *own_routes;
    size_t count;
    uint8_t id;
    ph_err_t failure;
    bool started;
    PH_LIST(ph_msg_t *) caught, taken;
    PH_LIST(ph_harness_question_t *) questions;
    PH_LIST(char *) events;
};

static ph_err_t scripted_handle(ph_subsystem_t *self, const ph_input_t *in)
{
    ph_harness_t *h = (ph_harness_t *)(uintptr_t)ph_config(self);
    if (in->kind == PH_IN_MESSAGE)
        ph_list_push(NULL, &h->caught, ph_msg_ref(in->msg));
    return PH_OK;
}

static const ph_subsystem_ops_t scripted_ops = {.handle = scripted_handle};

static void on_failed(void *ctx, const char *subsystem, ph_err_t err)
{
    (void)subsystem;
    ((ph_harness_t *)ctx)->failure = err;
}

static void on_trace(void *ctx, uint64_t now_us, ph_env_t *node, const char *subsystem, const char *event,
                     const ph_trace_fields_t *fields)
{
    ph_harness_t *h = ctx;
    (void)now_us, (void)node, (void)fields;
    if (strcmp(subsystem, h->table[h->id].name) == 0)
        ph_list_push(NULL, &h->events, strdup(event));
}

/* A table in which somebody may send each message to the one under test, also those that nobody sends yet. */
static void give_voice(ph_harness_t *h, const ph_subsystem_info_t *table, size_t count, uint8_t id)
{
    uint32_t kinds = table[id].message_count, speaker = id == 0;
    h->own_table = ph_mem_alloc(NULL, count * sizeof *h->own_table);
    memcpy(h->own_table, table, count * sizeof *h->own_table);
    h->table = h->own_table;
    if (count < 2)
        return;
    ph_subsystem_info_t *info = &h->own_table[speaker];
    h->own_routes = ph_mem_alloc(NULL, (info->route_count + kinds) * sizeof *h->own_routes);
    if (info->route_count)
        memcpy(h->own_routes, info->routes, info->route_count * sizeof *h->own_routes);
    for (uint32_t kind = 0; kind < kinds; kind++) {
        bool sent = false;
        for (size_t i = 0; i < count; i++)
            for (uint32_t r = 0; r < table[i].route_count; r++)
                sent |= i != id && table[i].routes[r].to == id && table[i].routes[r].kind == kind;
        if (!sent)
            h->own_routes[info->route_count++] = (ph_route_t){.to = id, .kind = (uint8_t)kind, .unbounded = true};
    }
    info->routes = h->own_routes;
}

static ph_harness_t *prepare(const ph_subsystem_info_t *table, size_t count, uint8_t id)
{
    ph_harness_t *h = ph_mem_alloc(NULL, sizeof *h);
    give_voice(h, table, count, id);
    h->count = count;
    h->id = id;
    h->world =
        ph_world_new(&(ph_world_config_t){.seed = 1, .start_us = 1700000000000000, .trace = on_trace, .trace_ctx = h});
    h->env = ph_world_add_node(h->world, "node-0");
    return h;
}

static void run_due(ph_harness_t *h)
{
    ph_world_run_until(h->world, ph_world_now_us(h->world));
}

void ph_harness_start(ph_harness_t *h, const ph_subsystem_ops_t *ops, const void *config)
{
    h->overseer = ph_overseer_new(h->env, &(ph_overseer_config_t){h->table, h->count, on_failed, h});
    for (size_t i = 0; i < h->count; i++) {
        if (i == h->id)
            ph_overseer_install(h->overseer, (uint8_t)i, ops, config);
        else
            ph_overseer_install(h->overseer, (uint8_t)i, &scripted_ops, h);
    }
    ph_overseer_start(h->overseer, NULL, 0);
    h->started = true;
    run_due(h);
}

ph_harness_t *ph_harness_prepare(uint8_t id)
{
    return prepare(ph_subsystems, PH_SUBSYSTEM_COUNT, id);
}

ph_harness_t *ph_harness_new(uint8_t id, const ph_subsystem_ops_t *ops, const void *config)
{
    ph_harness_t *h = ph_harness_prepare(id);
    ph_harness_start(h, ops, config);
    return h;
}

ph_harness_t *ph_harness_new_with(const ph_subsystem_info_t *table, size_t count, uint8_t id,
                                  const ph_subsystem_ops_t *ops, const void *config)
{
    ph_harness_t *h = prepare(table, count, id);
    ph_harness_start(h, ops, config);
    return h;
}

ph_env_t *ph_harness_env(ph_harness_t *h)
{
    return h->env;
}
ph_world_t *ph_harness_world(ph_harness_t *h)
{
    return h->world;
}
ph_subsystem_t *ph_harness_self(ph_harness_t *h)
{
    return ph_overseer_subsystem(h->overseer, h->id);
}

ph_err_t ph_harness_failure(ph_harness_t *h)
{
    run_due(h);
    return h->failure;
}

static const char *message_name(const ph_harness_t *h, uint8_t to, uint8_t kind)
{
    static char text[120];
    snprintf(text, sizeof text, "%s.%s", h->table[to].name, h->table[to].messages[kind].name);
    return text;
}

/* A message does not say whom it went to by itself; its place in `caught` and its type do. */
static bool is_message(const ph_harness_t *h, const ph_msg_t *msg, uint8_t to, uint8_t kind)
{
    (void)h;
    return ph_msg_to(msg) == to && ph_msg_kind(msg) == kind;
}

void ph_harness_free(ph_harness_t *h)
{
    size_t left = h->caught.count;
    char first[160] = "";
    if (left)
        snprintf(first, sizeof first, "%s",
                 message_name(h, ph_msg_to(h->caught.items[0]), ph_msg_kind(h->caught.items[0])));
    ph_harness_drop_all(h);
    for (size_t i = 0; i < h->taken.count; i++)
        ph_msg_unref(h->taken.items[i]);
    ph_overseer_conclude(h->overseer);
    ph_overseer_free(h->overseer);
    for (size_t i = 0; i < h->questions.count; i++) {
        ph_arena_free(h->questions.items[i]->arena);
        ph_mem_free(h->questions.items[i]);
    }
    for (size_t i = 0; i < h->events.count; i++)
        free(h->events.items[i]);
    ph_list_free(&h->questions);
    ph_list_free(&h->caught);
    ph_list_free(&h->taken);
    ph_list_free(&h->events);
    ph_world_free(h->world);
    ph_mem_free(h->own_table);
    ph_mem_free(h->own_routes);
    ph_mem_free(h);
    if (left)
        fail_msg("%zu messages were not looked at, the first: %s", left, first);
}

ph_hash_t ph_harness_hash(uint32_t n)
{
    ph_hash_t hash;
    uint8_t bytes[4];
    ph_put_u32(bytes, n);
    ph_blake2_256(hash.bytes, ph_bytes(bytes, sizeof bytes));
    return hash;
}

void ph_harness_activate(ph_harness_t *h, const ph_hash_t *block, ph_block_number_t number, const ph_hash_t *parent)
{
    ph_overseer_block_imported(h->overseer, &(ph_leaf_t){*block, number}, parent);
    run_due(h);
}

void ph_harness_finalize(ph_harness_t *h, const ph_hash_t *block, ph_block_number_t number)
{
    ph_overseer_block_finalized(h->overseer, &(ph_leaf_t){*block, number});
    run_due(h);
}

void ph_harness_conclude(ph_harness_t *h)
{
    ph_overseer_conclude(h->overseer);
}

static ph_subsystem_t *sender_of(ph_harness_t *h, uint8_t kind)
{
    for (size_t i = 0; i < h->count; i++)
        for (uint32_t r = 0; r < h->table[i].route_count; r++)
            if (h->table[i].routes[r].to == h->id && h->table[i].routes[r].kind == kind && i != h->id)
                return ph_overseer_subsystem(h->overseer, (uint8_t)i);
    fail_msg("no subsystem may send %s", message_name(h, h->id, kind));
    return NULL;
}

void ph_harness_send(ph_harness_t *h, uint8_t kind, const void *payload)
{
    ph_overseer_send(sender_of(h, kind), h->id, kind, payload);
    run_due(h);
}

static void keep_answer(void (*fn)(void), ph_job_t *job, void *flow, ph_err_t err, const void *reply)
{
    ph_harness_question_t *question = flow;
    (void)fn, (void)job;
    question->answered = true;
    question->err = err;
    if (!reply)
        return;
    question->value = ph_arena_alloc(question->arena, question->type->size);
    ph_type_clone(question->arena, question->type, question->value, reply);
}

ph_harness_question_t *ph_harness_ask(ph_harness_t *h, uint8_t kind, const void *payload)
{
    ph_harness_question_t *question = ph_mem_alloc(NULL, sizeof *question);
    question->h = h;
    question->arena = ph_arena_new();
    question->type = h->table[h->id].messages[kind].reply;
    assert_non_null(question->type);
    ph_list_push(NULL, &h->questions, question);
    ph_overseer_ask(ph_root_job(sender_of(h, kind)), h->id, kind, payload, question, NULL, keep_answer);
    run_due(h);
    return question;
}

const void *ph_harness_answer(ph_harness_t *h, ph_harness_question_t *question, ph_err_t *err)
{
    run_due(h);
    if (err)
        *err = question->answered ? question->err : PH_OK;
    return question->answered ? question->value : NULL;
}

static ph_msg_t *take_at(ph_harness_t *h, size_t i)
{
    ph_msg_t *msg = h->caught.items[i];
    ph_list_remove(&h->caught, i);
    ph_list_push(NULL, &h->taken, msg);
    return msg;
}

ph_msg_t *ph_harness_expect(ph_harness_t *h, uint8_t to, uint8_t kind)
{
    char wanted[160];
    run_due(h);
    snprintf(wanted, sizeof wanted, "%s", message_name(h, to, kind));
    if (!h->caught.count) {
        fail_msg("expected %s, but nothing was sent", wanted);
        return NULL;
    }
    ph_msg_t *msg = h->caught.items[0];
    if (!is_message(h, msg, to, kind))
        fail_msg("expected %s, got %s", wanted, message_name(h, ph_msg_to(msg), ph_msg_kind(msg)));
    return take_at(h, 0);
}

ph_msg_t *ph_harness_take(ph_harness_t *h, uint8_t to, uint8_t kind)
{
    run_due(h);
    for (size_t i = 0; i < h->caught.count; i++)
        if (is_message(h, h->caught.items[i], to, kind))
            return take_at(h, i);
    return NULL;
}

void ph_harness_expect_nothing(ph_harness_t *h)
{
    run_due(h);
    if (h->caught.count)
        fail_msg("expected nothing, got %s",
                 message_name(h, ph_msg_to(h->caught.items[0]), ph_msg_kind(h->caught.items[0])));
}

void ph_harness_drop_all(ph_harness_t *h)
{
    for (size_t i = 0; i < h->caught.count; i++)
        ph_msg_unref(h->caught.items[i]);
    h->caught.count = 0;
}

void ph_harness_reply(ph_harness_t *h, ph_msg_t *msg, const void *reply)
{
    ph_overseer_reply(ph_overseer_subsystem(h->overseer, ph_msg_to(msg)), msg, reply);
    run_due(h);
}

void ph_harness_drop(ph_harness_t *h, ph_msg_t *msg)
{
    for (size_t i = 0; i < h->taken.count; i++) {
        if (h->taken.items[i] == msg) {
            ph_list_remove(&h->taken, i);
            ph_msg_unref(msg);
            run_due(h);
            return;
        }
    }
    fail_msg("that message was not taken");
}

void ph_harness_advance(ph_harness_t *h, uint64_t ms)
{
    run_due(h);
    ph_world_run_until(h->world, ph_world_now_us(h->world) + ms * 1000);
}

size_t ph_harness_events(ph_harness_t *h, const char *event)
{
    size_t count = 0;
    run_due(h);
    for (size_t i = 0; i < h->events.count; i++)
        count += strcmp(h->events.items[i], event) == 0;
    return count;
}
