/* `parahost bench pvf`, `overseer` and `sim` */
#include <stdio.h>
#include <string.h>

#include "base/check.h"
#include "cli/bench.h"
#include "env/sim/world.h"
#include "overseer/overseer.h"
#include "primitives/hash_of.h"
#include "pvf/adder_collator.h"
#include "pvf/builtin.h"
#include "pvf/host.h"
#include "sim/sim.h"
#include "wasm/blob.h"

/* ---- pvf ---- */

typedef struct pvf_bench {
    ph_arena_t *arena;
    ph_pvf_t *pvf;
    ph_pvf_module_t *module;
    ph_pvf_worker_t *worker;
    ph_bytes_t code, artifact;
    ph_hash_t artifact_id;
    ph_validation_params_t params;
} pvf_bench_t;

static void prepare(void *ctx)
{
    pvf_bench_t *p = ctx;
    ph_pvf_prepare_result_t result;
    ph_pvf_prepare(p->pvf, p->arena, &result, p->code, PH_BLOB_CODE_BOMB_LIMIT);
    PH_CHECK(result.kind == PH_RES_PVF_PREPARED_TUP_PVF_PREPARE_ERROR_STRING_OK);
    ph_arena_reset(p->arena);
}

static void load(void *ctx)
{
    pvf_bench_t *p = ctx;
    ph_pvf_module_t *module;
    ph_pvf_executed_t why;
    ph_pvf_module_load(p->pvf, &module, p->arena, &why, p->artifact);
    PH_CHECK(module != NULL);
    ph_pvf_module_free(module);
    ph_arena_reset(p->arena);
}

static void execute(void *ctx)
{
    pvf_bench_t *p = ctx;
    ph_pvf_executed_t out;
    ph_pvf_execute(p->module, p->arena, &out, &p->params, PH_PVF_POV_BOMB_LIMIT, UINT64_MAX);
    PH_CHECK(out.reason.kind == PH_PVF_REASON_VALID);
    ph_arena_reset(p->arena);
}

static void execute_in_worker(void *ctx)
{
    pvf_bench_t *p = ctx;
    ph_pvf_limits_t limits = ph_pvf_limits(PH_PVF_APPROVAL_MS);
    ph_pvf_answer_t answer;
    PH_CHECK(ph_pvf_worker_execute(p->worker, &p->artifact_id, p->artifact, &p->params, PH_PVF_POV_BOMB_LIMIT,
                                   &limits) == PH_OK);
    ph_pvf_worker_wait(p->worker, p->arena, &answer);
    PH_CHECK(answer.kind == PH_PVF_ANSWER_EXECUTED && answer.executed.result.reason.kind == PH_PVF_REASON_VALID);
    ph_arena_reset(p->arena);
}

/* The artifact and a block, in an arena that stays. */
static bool set_up(pvf_bench_t *p, ph_arena_t *keep)
{
    ph_pvf_prepare_result_t result;
    ph_pvf_executed_t why;
    ph_adder_head_t genesis;
    uint8_t next[PH_ADDER_HEAD_LEN];
    ph_bytes_t head = ph_bytes(ph_arena_alloc(keep, PH_ADDER_HEAD_LEN), PH_ADDER_HEAD_LEN);
    ph_bytes_t block = ph_bytes(ph_arena_alloc(keep, PH_ADDER_BLOCK_LEN), PH_ADDER_BLOCK_LEN);
    ph_adder_genesis(&genesis);
    ph_adder_head_encode(head.data, &genesis);
    if (ph_adder_next(block.data, next, head) != PH_OK)
        return false;
    p->params.parent_head.v = head;
    p->params.block_data.v = block;
    ph_pvf_prepare(p->pvf, keep, &result, p->code, PH_BLOB_CODE_BOMB_LIMIT);
    if (result.kind != PH_RES_PVF_PREPARED_TUP_PVF_PREPARE_ERROR_STRING_OK)
        return false;
    p->artifact = result.ok.artifact;
    p->artifact_id = (ph_hash_t){{1}};
    ph_pvf_module_load(p->pvf, &p->module, keep, &why, p->artifact);
    ph_pvf_worker_config_t config = {.executor = ph_pvf_executor_default()};
    return p->module && ph_pvf_worker_spawn(&p->worker, &config) == PH_OK;
}

int ph_bench_pvf(ph_bench_t *b)
{
    ph_arena_t *keep = ph_arena_new();
    pvf_bench_t p = {.arena = ph_arena_new(),
                     .pvf = ph_pvf_new(NULL, NULL),
                     .code = ph_bytes(ph_pvf_adder_wasm, ph_pvf_adder_wasm_len)};
    int status = p.pvf && set_up(&p, keep) ? 0 : 3;
    if (status == 0) {
        ph_bench_run(b, "prepare", p.code.len, "bytes", 1, prepare, &p);
        ph_bench_run(b, "load", p.artifact.len, "bytes", 1, load, &p);
        ph_bench_run(b, "execute", 1, "blocks", 1, execute, &p);
        ph_bench_run(b, "execute-in-worker", 1, "blocks", 1, execute_in_worker, &p);
    } else {
        fprintf(stderr, "parahost bench pvf: the built-in validation function does not run on this machine\n");
    }
    ph_pvf_worker_free(p.worker);
    ph_pvf_module_free(p.module);
    ph_pvf_free(p.pvf);
    ph_arena_free(p.arena);
    ph_arena_free(keep);
    return status;
}

/* ---- overseer ---- */

#define ROUND 1000u

enum { ASKER, ANSWERER, ACTORS };
enum { TELL, ASK };
static const ph_message_info_t messages[] = {{"tell", &ph_type_u64, NULL}, {"ask", &ph_type_u64, &ph_type_u64}};
static const ph_route_t routes[] = {{ANSWERER, TELL, false}, {ANSWERER, ASK, false}};
static const ph_subsystem_info_t table[ACTORS] = {{"asker", 64, 2, 2, messages, routes},
                                                  {"answerer", 64, 2, 0, messages, NULL}};

typedef struct overseer_bench {
    ph_world_t *world;
    ph_overseer_t *overseer;
    uint64_t told, answered, to_ask;
} overseer_bench_t;

static ph_err_t answer(ph_subsystem_t *self, const ph_input_t *in)
{
    overseer_bench_t *o = (overseer_bench_t *)(uintptr_t)ph_config(self);
    if (in->kind != PH_IN_MESSAGE)
        return PH_OK;
    if (ph_msg_kind(in->msg) == ASK)
        ph_overseer_reply(self, in->msg, ph_msg_payload(in->msg));
    else
        o->told++;
    return PH_OK;
}

static ph_err_t nothing(ph_subsystem_t *self, const ph_input_t *in)
{
    (void)self;
    (void)in;
    return PH_OK;
}

static void settle(overseer_bench_t *o)
{
    ph_world_run_until(o->world, ph_world_now_us(o->world));
}

static void tell_all(ph_job_t *job, void *flow)
{
    (void)flow;
    for (uint64_t i = 0; i < ROUND; i++)
        ph_overseer_send(ph_job_self(job), ANSWERER, TELL, &i);
}

static void tell(void *ctx)
{
    overseer_bench_t *o = ctx;
    o->told = 0;
    ph_job_later(ph_root_job(ph_overseer_subsystem(o->overseer, ASKER)), tell_all, NULL);
    settle(o);
    PH_CHECK(o->told == ROUND);
}

static void on_answer(ph_job_t *job, void *flow);

static void hand_over(void (*fn)(void), ph_job_t *job, void *flow, ph_err_t err, const void *reply)
{
    PH_CHECK(err == PH_OK && reply != NULL);
    ((void (*)(ph_job_t *, void *))fn)(job, flow);
}

static void ask_next(ph_job_t *job, void *flow)
{
    overseer_bench_t *o = flow;
    o->to_ask--;
    ph_overseer_ask(job, ANSWERER, ASK, &o->to_ask, o, (void (*)(void))on_answer, hand_over);
}

/* One question after the other: the way there and back each time. */
static void on_answer(ph_job_t *job, void *flow)
{
    overseer_bench_t *o = flow;
    o->answered++;
    if (o->to_ask > 0)
        ask_next(job, flow);
}

static void ask(void *ctx)
{
    overseer_bench_t *o = ctx;
    o->answered = 0;
    o->to_ask = ROUND;
    ph_job_later(ph_root_job(ph_overseer_subsystem(o->overseer, ASKER)), ask_next, o);
    settle(o);
    PH_CHECK(o->answered == ROUND);
}

static void on_failed(void *ctx, const char *subsystem, ph_err_t err)
{
    (void)ctx;
    (void)subsystem;
    PH_CHECK(err == PH_OK);
}

int ph_bench_overseer(ph_bench_t *b)
{
    const ph_subsystem_ops_t asker = {.handle = nothing}, answerer = {.handle = answer};
    overseer_bench_t o = {.world = ph_world_new(&(ph_world_config_t){.seed = 1, .start_us = 1000000})};
    o.overseer =
        ph_overseer_new(ph_world_add_node(o.world, "bench"), &(ph_overseer_config_t){table, ACTORS, on_failed, NULL});
    ph_overseer_install(o.overseer, ASKER, &asker, &o);
    ph_overseer_install(o.overseer, ANSWERER, &answerer, &o);
    ph_overseer_start(o.overseer, NULL, 0);
    settle(&o);
    ph_bench_run(b, "message", ROUND, "messages", ROUND, tell, &o);
    ph_bench_run(b, "question-and-answer", ROUND, "questions", ROUND, ask, &o);
    ph_overseer_conclude(o.overseer);
    ph_overseer_free(o.overseer);
    ph_world_free(o.world);
    return 0;
}

/* ---- sim ---- */

#define SLOTS 10u

static void simulate(void *ctx)
{
    char why[200];
    ph_sim_t *sim;
    const ph_sim_config_t *config = ctx;
    PH_CHECK(ph_sim_new(&sim, config, why, sizeof why) == PH_OK);
    PH_CHECK(ph_sim_run(sim, why, sizeof why) == PH_OK);
    ph_sim_free(sim);
}

int ph_bench_sim(ph_bench_t *b)
{
    ph_sim_config_t config = ph_sim_usual(1, 6, 2, SLOTS);
    ph_bench_run(b, "slot", config.validators, "validators", SLOTS, simulate, &config);
    config.no_memo = true;
    ph_bench_run(b, "slot-no-memo", config.validators, "validators", SLOTS, simulate, &config);
    return 0;
}
