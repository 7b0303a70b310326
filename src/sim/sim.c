#include "sim/sim.h"

#include <stdio.h>
#include <string.h>

#include "base/check.h"
#include "service/summary.h"

/* Virtual time begins at a slot boundary whatever the slot's length (a multiple of all usual ones); after a dumped
 * state, with the slot of its block. */
#define GENESIS_START_US UINT64_C(1767225600000000)

struct ph_sim {
    ph_sim_config_t config;
    ph_world_t *world;
    ph_fleet_t *fleet;
    ph_pvf_service_t *pvf;
    ph_json_t line;
    ph_trace_counts_t counts;
    bool failed;
    char failure[200];
    struct crash {
        ph_sim_t *sim;
        uint32_t node;
        uint64_t down_us;
    } * crashes;
    struct planned {
        ph_sim_t *sim;
        const ph_sim_extrinsic_t *extrinsic;
    } * planned;
    struct planned_act {
        ph_sim_t *sim;
        const ph_sim_act_t *act;
    } * planned_acts;
    uint64_t start_us;
    uint32_t slots_run;
};

static uint64_t slot_us(const ph_sim_t *sim)
{
    return sim->config.slot_ms * 1000;
}

/* ---- trace ---- */

static void write_event(ph_sim_t *sim, uint64_t now_us, ph_env_t *node, const char *subsystem, const char *event,
                        const ph_trace_fields_t *f)
{
    ph_json_t *j = &sim->line;
    ph_writer_reset(&j->out);
    j->need_comma = false;
    ph_trace_line(j, (now_us - sim->start_us) / 1000, node->name, subsystem, event, f,
                  ph_fleet_peer_name(sim->fleet, f));
    if (sim->config.event_line(sim->config.event_ctx, ph_json_text(j), j->out.len) || sim->failed)
        return;
    sim->failed = true;
    snprintf(sim->failure, sizeof sim->failure, "events cannot be written");
}

static void on_trace(void *ctx, uint64_t now_us, ph_env_t *node, const char *subsystem, const char *event,
                     const ph_trace_fields_t *fields)
{
    ph_sim_t *sim = ctx;
    ph_trace_count(&sim->counts, event);
    if (sim->config.event_line && !sim->failed)
        write_event(sim, now_us, node, subsystem, event, fields);
    if (sim->config.trace)
        sim->config.trace(sim->config.check_ctx, now_us, node->index, subsystem, event, fields);
}

/* ---- the fleet's environment ---- */

static ph_env_t *make_env(void *ctx, uint32_t index, const char *name)
{
    ph_env_t *env = ph_world_add_node(((ph_sim_t *)ctx)->world, name);
    PH_CHECK(env->index == index);
    return env;
}

static void register_authority(void *ctx, uint32_t index, const ph_authority_discovery_id_t *authority)
{
    ph_hub_register(ph_world_hub(((ph_sim_t *)ctx)->world), index, authority);
}

static void on_failed(void *ctx, uint32_t index, const char *part, ph_err_t err)
{
    ph_sim_t *sim = ctx;
    if (sim->failed)
        return;
    sim->failed = true;
    snprintf(sim->failure, sizeof sim->failure, "%s: %s failed: %s", ph_fleet_name(sim->fleet, index), part,
             ph_err_text(err));
}

static void on_signature(void *ctx, ph_env_t *env, ph_key_type_t type, const uint8_t public_key[32], ph_bytes_t payload,
                         const uint8_t signature[64])
{
    ph_sim_t *sim = ctx;
    if (sim->config.signature)
        sim->config.signature(sim->config.check_ctx, env, type, public_key, payload, signature);
}

static void on_imported(void *ctx, uint32_t index, ph_relay_block_t *block, bool best)
{
    ph_sim_t *sim = ctx;
    if (sim->config.imported)
        sim->config.imported(sim->config.check_ctx, index, block, best);
}

/* ---- the director ---- */

static void crash_node(void *ctx)
{
    struct crash *crash = ctx;
    ph_sim_t *sim = crash->sim;
    ph_env_t *env = ph_fleet_env(sim->fleet, crash->node);
    ph_trace(env, "overseer", "crashed", PH_FIELDS(.reason = ""));
    ph_world_crash(sim->world, crash->node);
    ph_fleet_drop(sim->fleet, crash->node);
}

static void restart_node(void *ctx)
{
    struct crash *crash = ctx;
    ph_sim_t *sim = crash->sim;
    ph_world_restart(sim->world, crash->node);
    ph_trace(ph_fleet_env(sim->fleet, crash->node), "overseer", "restarted", PH_FIELDS(.reason = ""));
    ph_err_t err = ph_fleet_revive(sim->fleet, crash->node);
    if (err != PH_OK)
        on_failed(sim, crash->node, "restart", err);
}

/* Each crash has a stretch of the run to itself, so that a node is never told to crash while it is down. */
static void plan_crashes(ph_sim_t *sim)
{
    size_t count = sim->config.crashes;
    uint64_t run = (uint64_t)sim->config.slots * slot_us(sim), stretch = count ? run * 8 / 10 / count : 0;
    sim->crashes = ph_mem_alloc(NULL, (count + 1) * sizeof *sim->crashes);
    for (size_t i = 0; i < count; i++) {
        struct crash *crash = &sim->crashes[i];
        *crash = (struct crash){sim, (uint32_t)ph_world_random(sim->world, sim->config.validators), 0};
        uint64_t at = sim->start_us + run / 10 + stretch * i + ph_world_random(sim->world, stretch / 2 + 1);
        uint64_t longest = stretch / 2 < 5 * slot_us(sim) ? stretch / 2 : 5 * slot_us(sim);
        uint64_t down = 1000 + ph_world_random(sim->world, longest + 1);
        ph_world_at(sim->world, at, crash_node, crash);
        ph_world_at(sim->world, at + down, restart_node, crash);
    }
}

static void on_submitted(void *ctx, uint64_t node, const ph_pool_answer_t *answer)
{
    ph_sim_t *sim = ctx;
    char text[120];
    ph_pool_explain(text, sizeof text, answer);
    ph_trace(ph_fleet_env(sim->fleet, (uint32_t)node), "chain", "transaction-submitted", PH_FIELDS(.reason = text));
}

static void submit(void *ctx)
{
    const struct planned *planned = ctx;
    ph_sim_t *sim = planned->sim;
    uint32_t index = planned->extrinsic->node;
    ph_node_t *node = index < ph_fleet_count(sim->fleet) ? ph_fleet_node(sim->fleet, index) : NULL;
    if (node)
        (void)ph_pool_submit(ph_chain_pool(ph_node_chain(node)), planned->extrinsic->xt, PH_TRANSACTION_SOURCE_LOCAL,
                             on_submitted, sim, index);
}

static void plan_extrinsics(ph_sim_t *sim)
{
    size_t count = sim->config.extrinsic_count;
    sim->planned = ph_mem_alloc(NULL, (count + 1) * sizeof *sim->planned);
    for (size_t i = 0; i < count; i++) {
        sim->planned[i] = (struct planned){sim, &sim->config.extrinsics[i]};
        ph_world_at(sim->world, sim->start_us + sim->config.extrinsics[i].slot * slot_us(sim), submit,
                    &sim->planned[i]);
    }
}

static void act(void *ctx)
{
    const struct planned_act *planned = ctx;
    ph_fleet_t *fleet = planned->sim->fleet;
    ph_err_t err = ph_fleet_act(fleet, planned->act->para, &planned->act->action);
    if (err != PH_OK)
        ph_trace(ph_fleet_env(fleet, 0), "chain", "act-refused",
                 PH_FIELDS(PH_F_PARA(planned->act->para), .reason = ph_err_text(err)));
}

static void plan_acts(ph_sim_t *sim)
{
    size_t count = sim->config.act_count;
    sim->planned_acts = ph_mem_alloc(NULL, (count + 1) * sizeof *sim->planned_acts);
    for (size_t i = 0; i < count; i++) {
        sim->planned_acts[i] = (struct planned_act){sim, &sim->config.acts[i]};
        ph_world_at(sim->world, sim->start_us + sim->config.acts[i].slot * slot_us(sim), act, &sim->planned_acts[i]);
    }
}

/* Half of the validators on each side, drawn; collators fall where they fall. */
static void cut(void *ctx)
{
    ph_sim_t *sim = ctx;
    size_t count = ph_fleet_count(sim->fleet), validators = sim->config.validators;
    uint8_t *side = ph_mem_alloc(NULL, count);
    for (size_t i = 0; i < validators; i++)
        side[i] = i < validators / 2;
    for (size_t i = validators; i > 1; i--) {
        size_t j = ph_world_random(sim->world, i);
        uint8_t swap = side[i - 1];
        side[i - 1] = side[j];
        side[j] = swap;
    }
    for (size_t i = validators; i < count; i++)
        side[i] = (uint8_t)ph_world_random(sim->world, 2);
    ph_world_partition(sim->world, side, count);
    ph_mem_free(side);
}

static void heal(void *ctx)
{
    ph_world_partition(((ph_sim_t *)ctx)->world, NULL, 0);
}

/* ---- life ---- */

ph_sim_config_t ph_sim_usual(uint64_t seed, size_t validators, size_t paras, uint32_t slots)
{
    return (ph_sim_config_t){.seed = seed,
                             .validators = validators,
                             .paras = paras,
                             .slots = slots,
                             .slot_ms = 6000,
                             .session_slots = 10,
                             .rotation_blocks = 5,
                             .finality_depth = 24,
                             .latency_min_ms = 20,
                             .latency_max_ms = 100};
}

static ph_err_t check_config(const ph_sim_config_t *c, char *why, size_t why_len)
{
    const char *what = NULL;
    if (c->validators == 0)
        what = "there must be at least one validator";
    else if (c->latency_min_ms > c->latency_max_ms)
        what = "the latency range is upside down";
    else if (c->has_partition && c->partition_from >= c->partition_to)
        what = "the partition ends before it begins";
    else if (c->slot_ms == 0 || (!c->local && (c->session_slots == 0 || c->rotation_blocks == 0)))
        what = "slot, session and rotation lengths must not be zero";
    if (!what)
        return PH_OK;
    snprintf(why, why_len, "%s", what);
    return PH_ERR_INVALID;
}

static uint64_t start_of(const ph_sim_config_t *c)
{
    const ph_relay_block_t *first = c->local ? c->local->genesis : NULL;
    return first && first->header.number > 0 ? first->slot.v * c->slot_ms * 1000 : GENESIS_START_US;
}

ph_err_t ph_sim_new(ph_sim_t **out, const ph_sim_config_t *config, char *why, size_t why_len)
{
    PH_TRY(check_config(config, why, why_len));
    ph_sim_t *sim = ph_mem_alloc(NULL, sizeof *sim);
    sim->config = *config;
    sim->start_us = start_of(config);
    sim->line = ph_json_new(NULL, true);
    ph_trace_counts_init(&sim->counts);
    sim->world = ph_world_new(&(ph_world_config_t){.seed = config->seed,
                                                   .start_us = sim->start_us,
                                                   .latency_min_us = config->latency_min_ms * 1000,
                                                   .latency_max_us = config->latency_max_ms * 1000,
                                                   .loss_percent = config->loss_percent,
                                                   .bytes_per_us = 125,
                                                   .memo = !config->no_memo,
                                                   .trace = on_trace,
                                                   .trace_ctx = sim,
                                                   .log = config->log});
    sim->pvf = ph_pvf_service_in_process();
    ph_fleet_config_t fleet = {.validators = config->validators,
                               .paras = config->paras,
                               .bad_collators = config->bad_collators,
                               .slot_ms = config->slot_ms,
                               .session_slots = config->session_slots,
                               .rotation_blocks = config->rotation_blocks,
                               .finality_depth = config->finality_depth,
                               .pov_bytes = config->pov_bytes,
                               .codes = config->codes,
                               .code_count = config->code_count,
                               .collate = config->collate,
                               .collate_count = config->collate_count,
                               .local = config->local,
                               .runtime_code = config->runtime_code,
                               .runtime_body = config->runtime_body,
                               .pvf_service = sim->pvf,
                               .make_env = make_env,
                               .register_authority = register_authority,
                               .ctx = sim,
                               .failed = on_failed,
                               .signature = on_signature,
                               .imported = on_imported};
    ph_err_t err = ph_fleet_new(&sim->fleet, &fleet, why, why_len);
    if (err == PH_OK)
        err = ph_fleet_start(sim->fleet, why, why_len);
    if (err != PH_OK) {
        ph_sim_free(sim);
        return err;
    }
    plan_crashes(sim);
    plan_extrinsics(sim);
    plan_acts(sim);
    if (config->has_partition) {
        ph_world_at(sim->world, sim->start_us + config->partition_from * slot_us(sim), cut, sim);
        ph_world_at(sim->world, sim->start_us + config->partition_to * slot_us(sim), heal, sim);
    }
    *out = sim;
    return PH_OK;
}

ph_err_t ph_sim_run(ph_sim_t *sim, char *why, size_t why_len)
{
    return ph_sim_run_to(sim, sim->config.slots, why, why_len);
}

void ph_sim_heal(ph_sim_t *sim)
{
    heal(sim);
    ph_world_set_network(sim->world, 20000, 100000, 0);
}

ph_err_t ph_sim_run_to(ph_sim_t *sim, uint32_t slot, char *why, size_t why_len)
{
    while (sim->slots_run < slot && !sim->failed)
        ph_world_run_until(sim->world, sim->start_us + ++sim->slots_run * slot_us(sim));
    if (!sim->failed)
        return PH_OK;
    snprintf(why, why_len, "%s", sim->failure);
    return PH_ERR_INTERNAL;
}

ph_fleet_t *ph_sim_fleet(ph_sim_t *sim)
{
    return sim->fleet;
}
ph_world_t *ph_sim_world(ph_sim_t *sim)
{
    return sim->world;
}

void ph_sim_summary(ph_sim_t *sim, ph_json_t *out, double real_seconds)
{
    ph_summary_t s = {.seed = sim->config.seed,
                      .slots = sim->config.slots,
                      .real_seconds = real_seconds,
                      .virtual_seconds = (double)(ph_world_now_us(sim->world) - sim->start_us) / 1e6,
                      .counts = &sim->counts,
                      .memo = ph_world_memo(sim->world),
                      .network = ph_world_hub(sim->world)->stats};
    ph_world_digest(sim->world, s.digest);
    ph_summary_write(out, sim->fleet, &s);
}

void ph_sim_free(ph_sim_t *sim)
{
    if (!sim)
        return;
    for (uint32_t i = 0; sim->fleet && i < ph_fleet_count(sim->fleet); i++) {
        if (!ph_fleet_node(sim->fleet, i))
            continue;
        ph_node_conclude(ph_fleet_node(sim->fleet, i));
        ph_world_crash(sim->world, i);
        ph_fleet_drop(sim->fleet, i);
    }
    /* What the world remembers refers to states; the store they live in goes last, with the fleet. */
    ph_world_free(sim->world);
    ph_fleet_free(sim->fleet);
    if (sim->pvf)
        sim->pvf->free(sim->pvf);
    ph_trace_counts_free(&sim->counts);
    ph_json_free(&sim->line);
    ph_mem_free(sim->crashes);
    ph_mem_free(sim->planned);
    ph_mem_free(sim->planned_acts);
    ph_mem_free(sim);
}
