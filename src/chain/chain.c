#include "chain/native_host.h"
#include "chain/private.h"
#include "runtime/storage/system.h"

/* The first block's own hash, or what its state says. */
static ph_hash_t genesis_hash_of(const ph_relay_block_t *first)
{
    if (first->header.number == 0)
        return first->hash;
    ph_hash_t hash;
    ph_arena_t *arena = ph_arena_new();
    ph_overlay_t *overlay = ph_overlay_new(first->state);
    ph_native_host_t host = {.overlay = overlay};
    ph_rt_t rt = {.arena = arena, .ops = &ph_native_host_ops, .host = &host};
    ph_system_block_hash_get(&rt, 0, &hash);
    ph_native_host_end(&host);
    ph_overlay_free(overlay);
    ph_arena_free(arena);
    return hash;
}

ph_err_t ph_chain_new(ph_chain_t **out, const ph_chain_config_t *config)
{
    PH_CHECK(config->slot_ms > 0);
    ph_chain_t *chain = ph_mem_alloc(NULL, sizeof *chain);
    chain->config = *config;
    chain->env = config->env;
    chain->config.genesis = ph_relay_block_ref(config->genesis);
    ph_map_init(&chain->nodes, sizeof(ph_hash_t), sizeof(tree_node_t *));
    ph_map_init(&chain->pending, sizeof(ph_hash_t), sizeof(pending_block_t));
    ph_map_init(&chain->refused, sizeof(ph_hash_t), 1);
    ph_map_init(&chain->fetching, sizeof(ph_hash_t), sizeof(fetch_t *));
    ph_map_init(&chain->epochs, sizeof(ph_hash_t), sizeof(void *));
    ph_tree_init(chain);
    chain->genesis_hash = genesis_hash_of(config->genesis);
    ph_err_t err = ph_store_load(chain);
    if (err != PH_OK) {
        ph_chain_free(chain);
        return err;
    }
    ph_chain_pool_begin(chain);
    *out = chain;
    return PH_OK;
}

void ph_chain_start(ph_chain_t *chain)
{
    PH_CHECK(!chain->started);
    chain->started = true;
    ph_sync_start(chain);
    ph_gossip_start(chain);
    ph_author_start(chain);
}

void ph_chain_free(ph_chain_t *chain)
{
    if (!chain)
        return;
    ph_author_stop(chain);
    ph_chain_pool_end(chain);
    ph_sync_stop(chain);
    ph_import_free(chain);
    ph_chain_epochs_free(chain);
    ph_tree_free(chain);
    ph_relay_block_unref(chain->config.genesis);
    ph_mem_free(chain);
}

ph_hash_t ph_chain_genesis_hash(const ph_chain_t *chain)
{
    return chain->genesis_hash;
}
