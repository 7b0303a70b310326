/* An overseer with a table of its own: three actors that write down what reaches them and play a script. */
#ifndef PH_TESTS_OVERSEER_STAGE_H
#define PH_TESTS_OVERSEER_STAGE_H

#include "support/cmocka.h"

#include <stdio.h>

#include "base/check.h"
#include "base/vec.h"
#include "env/sim/world.h"
#include "overseer/overseer.h"

enum { ALPHA, BETA, GAMMA, ACTORS };
enum { TELL, ASK }; /* the messages of each */
enum { CAPACITY = 3 };

static const ph_type_t number_type = {.kind = PH_KIND_U64, .size = 8, .min_len = 8, .name = "u64"};
static const ph_message_info_t messages[] = {{"tell", &number_type, NULL}, {"ask", &number_type, &number_type}};
static const ph_route_t alpha_routes[] = {
    {BETA, TELL, false}, {BETA, ASK, false}, {GAMMA, TELL, false}, {GAMMA, ASK, false}};
static const ph_route_t beta_routes[] = {{ALPHA, TELL, true}, {ALPHA, ASK, true}};
static const ph_route_t gamma_routes[] = {{ALPHA, TELL, false}};
static const ph_subsystem_info_t table[ACTORS] = {
    {"alpha", CAPACITY, 2, 4, messages, alpha_routes},
    {"beta", CAPACITY, 2, 2, messages, beta_routes},
    {"gamma", CAPACITY, 2, 1, messages, gamma_routes},
};

typedef struct stage stage_t;

typedef struct actor {
    stage_t *stage;
    uint8_t id;
    ph_err_t (*script)(struct actor *actor, ph_subsystem_t *self, const ph_input_t *in);
    char log[4000];
    bool destroyed;
} actor_t;

struct stage {
    ph_world_t *world;
    ph_env_t *env;
    ph_overseer_t *overseer;
    actor_t actors[ACTORS];
    unsigned failures;
    char failed[32];
    ph_err_t failed_with;
};

static inline void __attribute__((format(printf, 2, 3))) note(actor_t *actor, const char *format, ...)
{
    va_list args;
    size_t len = strlen(actor->log);
    if (len && len + 1 < sizeof actor->log)
        actor->log[len++] = ' ';
    va_start(args, format);
    vsnprintf(actor->log + len, sizeof actor->log - len, format, args);
    va_end(args);
}

static inline ph_err_t handle(ph_subsystem_t *self, const ph_input_t *in)
{
    actor_t *actor = (actor_t *)(uintptr_t)ph_config(self);
    switch (in->kind) {
    case PH_IN_START:
        note(actor, "start");
        break;
    case PH_IN_ACTIVE_LEAVES:
        note(actor, "leaves");
        if (in->leaves.has_activated)
            note(actor, "+%u", in->leaves.activated.hash.bytes[0]);
        for (size_t i = 0; i < in->leaves.deactivated_count; i++)
            note(actor, "-%u", in->leaves.deactivated[i].bytes[0]);
        break;
    case PH_IN_BLOCK_FINALIZED:
        note(actor, "final%u", in->finalized.hash.bytes[0]);
        break;
    case PH_IN_CONCLUDE:
        note(actor, "conclude");
        break;
    case PH_IN_MESSAGE:
        note(actor, "%s%llu", ph_msg_kind(in->msg) == ASK ? "ask" : "tell",
             (unsigned long long)*(const uint64_t *)ph_msg_payload(in->msg));
        break;
    }
    return actor->script ? actor->script(actor, self, in) : PH_OK;
}

static inline void destroy(ph_subsystem_t *self)
{
    ((actor_t *)(uintptr_t)ph_config(self))->destroyed = true;
}

static const ph_subsystem_ops_t ops = {.state_size = 64, .handle = handle, .destroy = destroy};

static inline void on_failed(void *ctx, const char *subsystem, ph_err_t err)
{
    stage_t *stage = ctx;
    stage->failures++;
    stage->failed_with = err;
    snprintf(stage->failed, sizeof stage->failed, "%s", subsystem);
}

static inline stage_t *stage_new(unsigned install)
{
    stage_t *stage = ph_mem_alloc(NULL, sizeof *stage);
    stage->world = ph_world_new(&(ph_world_config_t){.seed = 3, .start_us = 1000000});
    stage->env = ph_world_add_node(stage->world, "node-0");
    stage->overseer = ph_overseer_new(stage->env, &(ph_overseer_config_t){table, ACTORS, on_failed, stage});
    for (uint8_t i = 0; i < ACTORS; i++) {
        stage->actors[i].stage = stage;
        stage->actors[i].id = i;
        if (install & 1u << i)
            ph_overseer_install(stage->overseer, i, &ops, &stage->actors[i]);
    }
    return stage;
}

static inline void settle(stage_t *stage)
{
    ph_world_run_until(stage->world, ph_world_now_us(stage->world));
}
static inline void wait_ms(stage_t *stage, uint64_t ms)
{
    ph_world_run_until(stage->world, ph_world_now_us(stage->world) + ms * 1000);
}

static inline void stage_start(stage_t *stage)
{
    ph_overseer_start(stage->overseer, NULL, 0);
    settle(stage);
    for (size_t i = 0; i < ACTORS; i++)
        stage->actors[i].log[0] = 0;
}

static inline void stage_free(stage_t *stage)
{
    ph_overseer_free(stage->overseer);
    ph_world_free(stage->world);
    ph_mem_free(stage);
}

static inline int setup(void **state)
{
    stage_t *stage = stage_new(7);
    stage_start(stage);
    *state = stage;
    return 0;
}

static inline int teardown(void **state)
{
    stage_free(*state);
    return 0;
}

static inline ph_subsystem_t *self_of(stage_t *stage, uint8_t id)
{
    return ph_overseer_subsystem(stage->overseer, id);
}

static inline void tell(stage_t *stage, uint8_t from, uint8_t to, uint64_t number)
{
    ph_overseer_send(self_of(stage, from), to, TELL, &number);
}

#define assert_log(stage, id, text) assert_string_equal((stage)->actors[id].log, text)

static inline ph_hash_t hash(uint8_t n)
{
    return (ph_hash_t){{n}};
}

static inline void import(stage_t *stage, uint8_t block, uint32_t number, uint8_t parent)
{
    ph_hash_t p = hash(parent);
    ph_overseer_block_imported(stage->overseer, &(ph_leaf_t){hash(block), number}, &p);
}

static inline void note_tick(ph_job_t *job, void *flow)
{
    (void)job;
    note(flow, "tick");
}

static inline void count_down(void *ptr)
{
    --*(int *)ptr;
}

#endif
