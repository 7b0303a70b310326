#include "service/node.h"

#include "base/check.h"
#include "node/availability_distribution/availability_distribution.h"
#include "node/availability_recovery/availability_recovery.h"
#include "node/availability_store/availability_store.h"
#include "node/bitfield_distribution/bitfield_distribution.h"
#include "node/bitfield_signing/bitfield_signing.h"
#include "node/candidate_backing/candidate_backing.h"
#include "node/candidate_selection/candidate_selection.h"
#include "node/candidate_validation/candidate_validation.h"
#include "node/chain_api/chain_api.h"
#include "node/collator_protocol/collator_protocol.h"
#include "node/gossip_support/gossip_support.h"
#include "node/network_bridge/network_bridge.h"
#include "node/pov_distribution/pov_distribution.h"
#include "node/provisioner/provisioner.h"
#include "node/pvf_checker/pvf_checker.h"
#include "node/runtime_api/runtime_api.h"
#include "node/statement_distribution/statement_distribution.h"
#include "primitives/hash_of.h"
#include "protocol/routes.h"
#include "service/block_authorship.h"

enum { FULL_MESH_UP_TO = 40, LEAVES_AT_START = 16 };

struct ph_node {
    ph_node_config_t config;
    ph_env_t *env;
    ph_keystore_t *keystore;
    ph_chain_t *chain;
    ph_overseer_t *overseer;
    bool started, concluded, failed;
    ph_session_index_t session;
    /* configurations of the subsystems */
    ph_chain_api_config_t chain_api;
    ph_runtime_api_config_t runtime_api;
    ph_candidate_validation_config_t candidate_validation;
    ph_pvf_checker_config_t pvf_checker;
    ph_candidate_backing_config_t candidate_backing;
    ph_candidate_selection_config_t candidate_selection;
    ph_statement_distribution_config_t statement_distribution;
    ph_pov_distribution_config_t pov_distribution;
    ph_availability_store_config_t availability_store;
    ph_availability_distribution_config_t availability_distribution;
    ph_availability_recovery_config_t availability_recovery;
    ph_bitfield_signing_config_t bitfield_signing;
    ph_provisioner_config_t provisioner;
    ph_collator_protocol_config_t collator_protocol;
    ph_collation_generation_config_t collation_generation;
    ph_gossip_support_config_t gossip_support;
    ph_network_bridge_config_t network_bridge;
    ph_bitfield_distribution_config_t bitfield_distribution;
};

ph_env_t *ph_node_env(ph_node_t *node)
{
    return node->env;
}
ph_chain_t *ph_node_chain(ph_node_t *node)
{
    return node->chain;
}
ph_keystore_t *ph_node_keystore(ph_node_t *node)
{
    return node->keystore;
}

ph_overseer_t *ph_node_overseer(ph_node_t *node)
{
    return node->overseer;
}

/* ---- the chain's hooks ---- */

/* What a block did to candidates, in its own words. */
static void trace_candidates(ph_node_t *node, ph_relay_block_t *block)
{
    ph_buf_t *answer;
    ph_vec_candidate_event_t events;
    if (ph_chain_call_at(node->env, &answer, block, "ParachainHost_candidate_events", (ph_bytes_t){0}) != PH_OK)
        return;
    ph_arena_t *arena = ph_arena_new();
    ph_reader_t r = ph_reader(ph_buf_bytes(answer));
    r.borrow = true;
    ph_err_t err = ph_vec_candidate_event_decode(&r, arena, &events);
    for (size_t i = 0; err == PH_OK && i < events.count; i++) {
        const ph_candidate_event_t *e = &events.items[i];
        const char *name = "backed";
        const ph_candidate_receipt_t *receipt = &e->candidate_backed._0;
        if (e->kind == PH_CANDIDATE_EVENT_CANDIDATE_INCLUDED) {
            name = "included";
            receipt = &e->candidate_included._0;
        } else if (e->kind == PH_CANDIDATE_EVENT_CANDIDATE_TIMED_OUT) {
            name = "timed-out";
            receipt = &e->candidate_timed_out._0;
        }
        ph_candidate_hash_t hash = ph_hash_of_receipt(receipt);
        ph_trace(node->env, "chain", name,
                 PH_FIELDS(.block = &block->hash, .candidate = &hash, PH_F_PARA(receipt->descriptor.para_id),
                           PH_F_NUMBER(block->header.number)));
    }
    ph_arena_free(arena);
    ph_buf_unref(answer);
}

static void note_session(ph_node_t *node, ph_relay_block_t *block)
{
    ph_buf_t *answer;
    uint32_t session;
    if (!node->keystore ||
        ph_chain_call_at(node->env, &answer, block, "ParachainHost_session_index_for_child", (ph_bytes_t){0}) != PH_OK)
        return;
    ph_reader_t r = ph_reader(ph_buf_bytes(answer));
    if (ph_read_u32(&r, &session) == PH_OK)
        ph_keystore_note_session(node->keystore, (ph_session_index_t){session});
    ph_buf_unref(answer);
}

/* Old blocks that are caught up with are no place to work on. */
static bool is_recent(const ph_node_t *node, const ph_relay_block_t *block)
{
    uint64_t now = ph_env_now_ms(node->env) / node->config.slot_ms;
    return block->slot.v + 8 >= now;
}

static void on_imported(void *ctx, ph_relay_block_t *block, bool best)
{
    ph_node_t *node = ctx;
    if (best)
        note_session(node, block);
    if (node->started) /* blocks from the store told theirs in an earlier life */
        trace_candidates(node, block);
    if (node->config.hooks.imported)
        node->config.hooks.imported(node->config.hooks.ctx, node, block, best);
    if (node->started && is_recent(node, block))
        ph_overseer_block_imported(node->overseer, &(ph_leaf_t){block->hash, block->header.number},
                                   &block->header.parent_hash);
}

static void on_finalized(void *ctx, ph_relay_block_t *block)
{
    ph_node_t *node = ctx;
    if (node->started)
        ph_overseer_block_finalized(node->overseer, &(ph_leaf_t){block->hash, block->header.number});
    if (node->config.hooks.finalized)
        node->config.hooks.finalized(node->config.hooks.ctx, node, block);
}

static void request_inherent(void *ctx, const ph_hash_t *parent, ph_inherent_done_fn done, void *done_ctx)
{
    ph_node_t *node = ctx;
    ph_block_authorship_request(ph_overseer_subsystem(node->overseer, PH_SUBSYSTEM_BLOCK_AUTHORSHIP), parent, done,
                                done_ctx);
}

static void fail(ph_node_t *node, const char *part, ph_err_t err)
{
    if (node->failed)
        return;
    node->failed = true;
    node->config.hooks.failed(node->config.hooks.ctx, node, part, err);
}

static void chain_failed(void *ctx, ph_err_t err, const char *what)
{
    fail(ctx, what, err);
}
static void subsystem_failed(void *ctx, const char *subsystem, ph_err_t err)
{
    fail(ctx, subsystem, err);
}

static void on_misbehaviour(void *ctx, ph_env_t *env, const char *kind, ph_validator_index_t validator,
                            const ph_candidate_hash_t *candidate)
{
    ph_node_t *node = ctx;
    (void)env;
    if (node->config.hooks.misbehaviour)
        node->config.hooks.misbehaviour(node->config.hooks.ctx, node, kind, validator, candidate);
}

/* ---- making ---- */

static void add_keys(ph_node_t *node)
{
    const ph_node_config_t *c = &node->config;
    if (c->validator_seed) {
        ph_keystore_add(node->keystore, PH_KEY_BABE, c->validator_seed);
        ph_keystore_add(node->keystore, PH_KEY_PARA_VALIDATOR, c->validator_seed);
        ph_keystore_add(node->keystore, PH_KEY_PARA_ASSIGNMENT, c->validator_seed);
        ph_keystore_add(node->keystore, PH_KEY_AUTHORITY_DISCOVERY, c->validator_seed);
        ph_keystore_add(node->keystore, PH_KEY_GRANDPA, c->validator_seed);
    }
    if (c->collator_seed)
        ph_keystore_add(node->keystore, PH_KEY_COLLATOR, c->collator_seed);
    ph_keystore_set_log(node->keystore, c->hooks.signature, c->hooks.signature_ctx);
}

static void note_network(ph_node_t *node)
{
    ph_buf_t *answer;
    uint32_t session;
    ph_relay_block_t *first = node->config.genesis;
    if (first->header.number == 0 || !node->config.network_begins ||
        ph_chain_call_at(node->env, &answer, first, "ParachainHost_session_index_for_child", (ph_bytes_t){0}) != PH_OK)
        return;
    ph_reader_t r = ph_reader(ph_buf_bytes(answer));
    if (ph_read_u32(&r, &session) == PH_OK)
        ph_keystore_note_network(node->keystore, (ph_session_index_t){session});
    ph_buf_unref(answer);
}

static void install(ph_node_t *node)
{
    ph_overseer_t *o = node->overseer;
    bool validator = node->config.validator_seed != NULL;
    ph_overseer_install(o, PH_SUBSYSTEM_CHAIN_API, &ph_chain_api_ops, &node->chain_api);
    ph_overseer_install(o, PH_SUBSYSTEM_RUNTIME_API, &ph_runtime_api_ops, &node->runtime_api);
    ph_overseer_install(o, PH_SUBSYSTEM_NETWORK_BRIDGE, &ph_network_bridge_ops, &node->network_bridge);
    ph_overseer_install(o, PH_SUBSYSTEM_COLLATOR_PROTOCOL, &ph_collator_protocol_ops, &node->collator_protocol);
    if (node->config.collator_count)
        ph_overseer_install(o, PH_SUBSYSTEM_COLLATION_GENERATION, &ph_collation_generation_ops,
                            &node->collation_generation);
    if (!validator)
        return;
    ph_overseer_install(o, PH_SUBSYSTEM_CANDIDATE_VALIDATION, &ph_candidate_validation_ops,
                        &node->candidate_validation);
    ph_overseer_install(o, PH_SUBSYSTEM_PVF_CHECKER, &ph_pvf_checker_ops, &node->pvf_checker);
    ph_overseer_install(o, PH_SUBSYSTEM_CANDIDATE_BACKING, &ph_candidate_backing_ops, &node->candidate_backing);
    ph_overseer_install(o, PH_SUBSYSTEM_CANDIDATE_SELECTION, &ph_candidate_selection_ops, &node->candidate_selection);
    ph_overseer_install(o, PH_SUBSYSTEM_STATEMENT_DISTRIBUTION, &ph_statement_distribution_ops,
                        &node->statement_distribution);
    ph_overseer_install(o, PH_SUBSYSTEM_POV_DISTRIBUTION, &ph_pov_distribution_ops, &node->pov_distribution);
    ph_overseer_install(o, PH_SUBSYSTEM_AVAILABILITY_STORE, &ph_availability_store_ops, &node->availability_store);
    ph_overseer_install(o, PH_SUBSYSTEM_AVAILABILITY_DISTRIBUTION, &ph_availability_distribution_ops,
                        &node->availability_distribution);
    ph_overseer_install(o, PH_SUBSYSTEM_AVAILABILITY_RECOVERY, &ph_availability_recovery_ops,
                        &node->availability_recovery);
    ph_overseer_install(o, PH_SUBSYSTEM_BITFIELD_SIGNING, &ph_bitfield_signing_ops, &node->bitfield_signing);
    ph_overseer_install(o, PH_SUBSYSTEM_BITFIELD_DISTRIBUTION, &ph_bitfield_distribution_ops,
                        &node->bitfield_distribution);
    ph_overseer_install(o, PH_SUBSYSTEM_PROVISIONER, &ph_provisioner_ops, &node->provisioner);
    ph_overseer_install(o, PH_SUBSYSTEM_BLOCK_AUTHORSHIP, &ph_block_authorship_ops, NULL);
    ph_overseer_install(o, PH_SUBSYSTEM_GOSSIP_SUPPORT, &ph_gossip_support_ops, &node->gossip_support);
}

static void configure(ph_node_t *node)
{
    const ph_node_config_t *c = &node->config;
    ph_keystore_t *keystore = node->keystore;
    uint8_t roles = c->validator_seed ? PH_OBSERVED_ROLE_AUTHORITY : PH_OBSERVED_ROLE_FULL;
    node->chain_api = (ph_chain_api_config_t){node->chain};
    node->runtime_api = (ph_runtime_api_config_t){node->chain};
    node->candidate_validation = (ph_candidate_validation_config_t){.pvf = c->pvf};
    node->pvf_checker = (ph_pvf_checker_config_t){.keystore = keystore};
    node->candidate_backing = (ph_candidate_backing_config_t){.keystore = keystore};
    node->candidate_selection = (ph_candidate_selection_config_t){.keystore = keystore, .slot_ms = c->slot_ms};
    node->statement_distribution = (ph_statement_distribution_config_t){.keystore = keystore, .slot_ms = c->slot_ms};
    node->pov_distribution = (ph_pov_distribution_config_t){.slot_ms = c->slot_ms};
    node->availability_store = (ph_availability_store_config_t){.slot_ms = c->slot_ms};
    node->availability_distribution =
        (ph_availability_distribution_config_t){.keystore = keystore, .slot_ms = c->slot_ms};
    node->availability_recovery = (ph_availability_recovery_config_t){.keystore = keystore, .slot_ms = c->slot_ms};
    node->bitfield_signing = (ph_bitfield_signing_config_t){.keystore = keystore, .slot_ms = c->slot_ms};
    node->provisioner = (ph_provisioner_config_t){.slot_ms = c->slot_ms, .misbehaviour = on_misbehaviour, .ctx = node};
    node->collator_protocol =
        (ph_collator_protocol_config_t){.keystore = keystore, .local_peer = {node->env->index}, .slot_ms = c->slot_ms};
    node->collation_generation =
        (ph_collation_generation_config_t){.collators = c->collators, .collator_count = c->collator_count};
    node->gossip_support = (ph_gossip_support_config_t){keystore, FULL_MESH_UP_TO};
    node->network_bridge = (ph_network_bridge_config_t){
        .roles = roles, .serves_validation = c->validator_seed != NULL, .slot_ms = c->slot_ms};
    node->bitfield_distribution = (ph_bitfield_distribution_config_t){.slot_ms = c->slot_ms};
}

ph_err_t ph_node_new(ph_node_t **out, const ph_node_config_t *config)
{
    ph_node_t *node = ph_mem_alloc(NULL, sizeof *node);
    node->config = *config;
    node->env = config->env;
    ph_chain_config_t chain = {.env = config->env,
                               .genesis = config->genesis,
                               .slot_ms = config->slot_ms,
                               .finality_depth = config->finality_depth,
                               .roles = config->validator_seed ? PH_OBSERVED_ROLE_AUTHORITY : PH_OBSERVED_ROLE_FULL,
                               .peers_wanted = config->block_peers};
    chain.hooks = (ph_chain_hooks_t){node, on_imported, on_finalized, request_inherent, chain_failed};
    /* The keystore wants to know whether this node has a past; the chain's store is where one would be. */
    ph_arena_t *arena = ph_arena_new();
    ph_bytes_t cursor = {0};
    bool fresh = !ph_disk_next(config->env, arena, PH_BYTES_LIT("block/"), &cursor, NULL);
    ph_arena_free(arena);
    node->keystore = ph_keystore_new(config->env, fresh);
    add_keys(node);
    note_network(node);
    chain.keystore = config->validator_seed ? node->keystore : NULL;
    ph_err_t err = ph_chain_new(&node->chain, &chain);
    if (err != PH_OK) {
        ph_node_free(node);
        return err;
    }
    configure(node);
    node->overseer = ph_overseer_new(
        config->env, &(ph_overseer_config_t){ph_subsystems, PH_SUBSYSTEM_COUNT, subsystem_failed, node});
    install(node);
    *out = node;
    return PH_OK;
}

void ph_node_start(ph_node_t *node)
{
    ph_relay_block_t *blocks[LEAVES_AT_START];
    ph_leaf_t leaves[LEAVES_AT_START];
    size_t count = ph_chain_leaves(node->chain, blocks, LEAVES_AT_START), used = 0;
    for (size_t i = 0; i < count && i < LEAVES_AT_START; i++)
        if (blocks[i] == node->config.genesis || is_recent(node, blocks[i]))
            leaves[used++] = (ph_leaf_t){blocks[i]->hash, blocks[i]->header.number};
    node->started = true;
    ph_overseer_start(node->overseer, leaves, used);
    ph_chain_start(node->chain);
}

void ph_node_conclude(ph_node_t *node)
{
    if (node->concluded)
        return;
    node->concluded = true;
    ph_overseer_conclude(node->overseer);
}

void ph_node_free(ph_node_t *node)
{
    if (!node)
        return;
    ph_overseer_free(node->overseer);
    ph_chain_free(node->chain);
    ph_keystore_free(node->keystore);
    ph_mem_free(node);
}
