#include "chain/private.h"

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
