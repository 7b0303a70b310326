#include "service/fleet.h"

#include <stdio.h>
#include <string.h>

#include "base/check.h"
#include "crypto/hash.h"
#include "pvf/builder.h"
#include "runtime/blob.h"

enum { BLOCK_PEERS = 8 };

struct ph_fleet_node {
    ph_fleet_t *fleet;
    uint32_t index;
    char name[40];
    bool bad;
    ph_env_t *env;
    ph_node_t *node;
    const uint8_t *validator_seed;
    uint8_t collator_seed[32];
    ph_collator_t collator;
    bool collates;
    ph_builder_t *builder; /* outlives crashes, as what a collator was told does */
};

/* ---- collators ---- */

static ph_err_t collate(void *ctx, ph_arena_t *arena, const ph_collation_request_t *request, ph_collation_result_t *out)
{
    const ph_fleet_node_t *node = ctx;
    ph_built_t built;
    PH_TRY(ph_builder_next(node->builder, arena, &built,
                           &(ph_builder_parent_t){request->pvd->parent_head.v, request->code_hash,
                                                  request->pvd->relay_parent_number, request->limits}));
    *out = (ph_collation_result_t){.head_data = built.result.head_data.v,
                                   .block_data = built.block_data,
                                   .upward_messages = built.result.upward_messages,
                                   .horizontal_messages = built.result.horizontal_messages,
                                   .new_validation_code = built.result.new_validation_code,
                                   .processed_downward_messages = built.result.processed_downward_messages,
                                   .hrmp_watermark = built.result.hrmp_watermark};
    return PH_OK;
}

/* ---- hooks ---- */

static void on_imported(void *ctx, ph_node_t *n, ph_relay_block_t *block, bool best)
{
    ph_fleet_node_t *node = ctx;
    ph_fleet_t *fleet = node->fleet;
    bool added;
    (void)n;
    ph_relay_block_t **slot = ph_map_put(&fleet->blocks, &block->hash, &added);
    if (added)
        *slot = ph_relay_block_ref(block);
    if (fleet->config.imported)
        fleet->config.imported(fleet->config.ctx, node->index, block, best);
}

static void on_misbehaviour(void *ctx, ph_node_t *n, const char *kind, ph_validator_index_t validator,
                            const ph_candidate_hash_t *candidate)
{
    ph_fleet_node_t *node = ctx;
    ph_fleet_t *fleet = node->fleet;
    struct {
        char kind[40];
        uint32_t validator;
        ph_candidate_hash_t candidate;
    } key = {{0}, validator.v, *candidate};
    bool added;
    (void)n;
    snprintf(key.kind, sizeof key.kind, "%s", kind);
    uint8_t digest[32];
    ph_blake2_256(digest, ph_bytes(&key, sizeof key));
    ph_map_put(&fleet->misbehaviour_seen, digest, &added);
    if (added)
        ph_list_push(NULL, &fleet->misbehaviour, ((ph_fleet_misbehaviour_t){kind, validator, *candidate}));
}

static void on_failed(void *ctx, ph_node_t *n, const char *part, ph_err_t err)
{
    ph_fleet_node_t *node = ctx;
    (void)n;
    node->fleet->config.failed(node->fleet->config.ctx, node->index, part, err);
}

/* ---- nodes ---- */

static ph_fleet_node_t *add_node(ph_fleet_t *fleet, const char *name)
{
    ph_fleet_node_t *node = ph_mem_alloc(NULL, sizeof *node);
    node->fleet = fleet;
    node->index = (uint32_t)fleet->nodes.count;
    snprintf(node->name, sizeof node->name, "%s", name);
    node->env = fleet->config.make_env(fleet->config.ctx, node->index, node->name);
    ph_list_push(NULL, &fleet->nodes, node);
    return node;
}

static void add_collator(ph_fleet_t *fleet, ph_para_id_t id, size_t bad)
{
    char name[40];
    if (bad)
        snprintf(name, sizeof name, "bad-collator-%zu", bad);
    else
        snprintf(name, sizeof name, "collator-%u", id.v);
    ph_fleet_node_t *node = add_node(fleet, name);
    ph_blake2_256(node->collator_seed, ph_bytes(name, strlen(name)));
    node->bad = bad > 0;
    node->collates = true;
    node->builder = ph_builder_new(fleet->config.pov_bytes);
    node->collator = (ph_collator_t){
        .para_id = id, .collate = collate, .ctx = node, .bad = node->bad, .fault_offset = (uint32_t)bad};
}

static ph_err_t raise_node(ph_fleet_node_t *node)
{
    ph_fleet_t *fleet = node->fleet;
    const ph_fleet_config_t *config = &fleet->config;
    ph_node_config_t c = {.env = node->env,
                          .genesis = fleet->local->genesis,
                          .network_begins = true,
                          .validator_seed = node->validator_seed,
                          .collator_seed = node->collates ? node->collator_seed : NULL,
                          .collators = &node->collator,
                          .collator_count = node->collates,
                          .pvf = config->pvf_service,
                          .slot_ms = config->slot_ms,
                          .finality_depth = config->finality_depth,
                          .block_peers = BLOCK_PEERS};
    c.hooks = (ph_node_hooks_t){.ctx = node,
                                .imported = on_imported,
                                .misbehaviour = on_misbehaviour,
                                .failed = on_failed,
                                .signature = config->signature,
                                .signature_ctx = config->ctx};
    PH_TRY(ph_node_new(&node->node, &c));
    ph_node_start(node->node);
    return PH_OK;
}

/* What para number `i` runs. */
static ph_fleet_code_t code_of(const ph_fleet_config_t *config, ph_arena_t *arena, size_t i)
{
    if (config->code_count)
        return config->codes[i % config->code_count];
    return (ph_fleet_code_t){ph_builtin_code(PH_BUILTIN_ADDER), ph_builtin_genesis_head(arena, PH_BUILTIN_ADDER, 0)};
}

static ph_err_t build_local(ph_fleet_t *fleet, char *why, size_t why_len)
{
    const ph_fleet_config_t *config = &fleet->config;
    ph_arena_t *arena = ph_arena_new();
    ph_local_para_t *paras = ph_arena_alloc(arena, (config->paras + 1) * sizeof *paras);
    for (size_t i = 0; i < config->paras; i++) {
        ph_fleet_code_t code = code_of(config, arena, i);
        paras[i] = (ph_local_para_t){.id = {(uint32_t)(PH_FLEET_FIRST_PARA + i)}, .code = code.pvf, .head = code.head};
    }
    ph_local_config_t local = {.validators = config->validators,
                               .paras = paras,
                               .para_count = config->paras,
                               .slot_ms = config->slot_ms,
                               .session_slots = config->session_slots,
                               .rotation_blocks = config->rotation_blocks,
                               .runtime_code = config->runtime_code.len
                                                   ? config->runtime_code
                                                   : ph_bytes(ph_runtime_wasm, ph_runtime_wasm_len)};
    ph_err_t err = ph_local_new(&fleet->local, &local, why, why_len);
    ph_arena_free(arena);
    return err;
}

ph_err_t ph_fleet_new(ph_fleet_t **out, const ph_fleet_config_t *config, char *why, size_t why_len)
{
    ph_fleet_t *fleet = ph_mem_alloc(NULL, sizeof *fleet);
    fleet->config = *config;
    ph_map_init(&fleet->blocks, sizeof(ph_hash_t), sizeof(ph_relay_block_t *));
    ph_map_init(&fleet->misbehaviour_seen, 32, 1);
    fleet->local = config->local;
    PH_CHECK(!config->local ||
             (config->validators == config->local->validator_count && config->paras == config->local->para_count));
    ph_err_t err = config->local ? PH_OK : build_local(fleet, why, why_len);
    if (err != PH_OK) {
        ph_fleet_free(fleet);
        return err;
    }
    ph_executor_prefer(fleet->local->executor, config->runtime_body);
    for (size_t i = 0; i < config->paras; i++)
        ph_list_push(NULL, &fleet->paras, fleet->local->paras[i].id);
    for (size_t i = 0; i < config->collate_count; i++)
        ph_list_push(NULL, &fleet->paras, config->collate[i]);
    *out = fleet;
    return PH_OK;
}

ph_err_t ph_fleet_start(ph_fleet_t *fleet, char *why, size_t why_len)
{
    const ph_fleet_config_t *config = &fleet->config;
    for (size_t i = 0; i < config->validators; i++) {
        const ph_local_validator_t *v = &fleet->local->validators[i];
        ph_fleet_node_t *node = add_node(fleet, v->name);
        node->validator_seed = v->seed;
        config->register_authority(config->ctx, node->index, &v->discovery);
    }
    for (size_t i = 0; i < fleet->paras.count; i++)
        add_collator(fleet, fleet->paras.items[i], 0);
    for (size_t i = 0; config->paras && i < config->bad_collators; i++)
        add_collator(fleet, fleet->paras.items[i % config->paras], i + 1);
    for (size_t i = 0; i < fleet->nodes.count; i++) {
        ph_err_t err = raise_node(fleet->nodes.items[i]);
        if (err != PH_OK) {
            snprintf(why, why_len, "node %s cannot start: %s", fleet->nodes.items[i]->name, ph_err_text(err));
            return err;
        }
    }
    return PH_OK;
}

size_t ph_fleet_count(const ph_fleet_t *fleet)
{
    return fleet->nodes.count;
}
ph_node_t *ph_fleet_node(const ph_fleet_t *fleet, uint32_t index)
{
    return fleet->nodes.items[index]->node;
}
ph_env_t *ph_fleet_env(const ph_fleet_t *fleet, uint32_t index)
{
    return fleet->nodes.items[index]->env;
}
const char *ph_fleet_name(const ph_fleet_t *fleet, uint32_t index)
{
    return fleet->nodes.items[index]->name;
}

const char *ph_fleet_peer_name(const ph_fleet_t *fleet, const ph_trace_fields_t *fields)
{
    bool known = fleet && fields->has_peer && fields->peer.v < fleet->nodes.count;
    return known ? fleet->nodes.items[fields->peer.v]->name : NULL;
}

bool ph_fleet_is_bad(const ph_fleet_t *fleet, uint32_t index)
{
    return fleet->nodes.items[index]->bad;
}

static void keep_stats(ph_fleet_t *fleet, ph_node_t *node)
{
    ph_chain_stats_t stats;
    ph_chain_stats(ph_node_chain(node), &stats);
    fleet->reorgs += stats.reorgs;
    if (stats.deepest_reorg > fleet->deepest_reorg)
        fleet->deepest_reorg = stats.deepest_reorg;
}

void ph_fleet_drop(ph_fleet_t *fleet, uint32_t index)
{
    ph_fleet_node_t *node = fleet->nodes.items[index];
    if (!node->node)
        return;
    keep_stats(fleet, node->node);
    ph_node_free(node->node);
    node->node = NULL;
}

ph_err_t ph_fleet_revive(ph_fleet_t *fleet, uint32_t index)
{
    return raise_node(fleet->nodes.items[index]);
}

void ph_fleet_conclude(ph_fleet_t *fleet)
{
    for (size_t i = 0; i < fleet->nodes.count; i++)
        if (fleet->nodes.items[i]->node)
            ph_node_conclude(fleet->nodes.items[i]->node);
}

void ph_fleet_free(ph_fleet_t *fleet)
{
    void *value;
    if (!fleet)
        return;
    for (size_t i = 0; i < fleet->nodes.count; i++) {
        ph_fleet_drop(fleet, (uint32_t)i);
        ph_builder_free(fleet->nodes.items[i]->builder);
        ph_mem_free(fleet->nodes.items[i]);
    }
    for (size_t i = 0; ph_map_next(&fleet->blocks, &i, NULL, &value);)
        ph_relay_block_unref(*(ph_relay_block_t **)value);
    ph_map_free(&fleet->blocks);
    ph_map_free(&fleet->misbehaviour_seen);
    ph_list_free(&fleet->misbehaviour);
    ph_list_free(&fleet->nodes);
    ph_list_free(&fleet->paras);
    if (!fleet->config.local)
        ph_local_free(fleet->local);
    ph_mem_free(fleet);
}

ph_err_t ph_fleet_act(ph_fleet_t *fleet, ph_para_id_t para, const ph_courier_action_t *action)
{
    for (size_t i = 0; i < fleet->nodes.count; i++) {
        ph_fleet_node_t *node = fleet->nodes.items[i];
        if (node->collates && !node->bad && node->collator.para_id.v == para.v)
            return ph_builder_act(node->builder, action);
    }
    return PH_ERR_NOT_FOUND;
}

ph_node_t *ph_fleet_view(const ph_fleet_t *fleet)
{
    ph_node_t *view = NULL;
    for (size_t i = 0; i < fleet->config.validators && i < fleet->nodes.count; i++) {
        ph_node_t *node = fleet->nodes.items[i]->node;
        if (node && (!view || ph_chain_best(ph_node_chain(node))->header.number >
                                  ph_chain_best(ph_node_chain(view))->header.number))
            view = node;
    }
    return view;
}
