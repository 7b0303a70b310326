#include <string.h>

#include "chain/private.h"

/* The pool of a chain: it follows the best block, and the author takes from it. */

static void became_ready(void *ctx, const ph_pool_tx_t *tx)
{
    ph_gossip_ready(ctx, tx);
}

void ph_chain_pool_begin(ph_chain_t *chain)
{
    ph_pool_config_t config = {.env = chain->env,
                               .best = ph_chain_best(chain),
                               .authors = chain->config.keystore != NULL,
                               .ctx = chain,
                               .became_ready = became_ready};
    chain->pool = ph_pool_new(&config);
    ph_gossip_begin(chain);
}

void ph_chain_pool_end(ph_chain_t *chain)
{
    ph_gossip_end(chain);
    ph_pool_free(chain->pool);
    chain->pool = NULL;
}

ph_pool_t *ph_chain_pool(ph_chain_t *chain)
{
    return chain->pool;
}

/* ---- the best block ---- */

typedef PH_LIST(ph_relay_block_t *) blocks_t;

static void reverse(blocks_t *list)
{
    for (size_t i = 0; i < list->count / 2; i++) {
        ph_relay_block_t *swap = list->items[i];
        list->items[i] = list->items[list->count - 1 - i];
        list->items[list->count - 1 - i] = swap;
    }
}

void ph_chain_pool_moved(ph_chain_t *chain, const tree_node_t *old, tree_node_t *best)
{
    blocks_t retracted = {0}, enacted = {0};
    if (!chain->pool)
        return;
    const tree_node_t *node = best;
    while (node != old) {
        bool from_new = node->block->header.number >= old->block->header.number;
        ph_list_push(NULL, from_new ? &enacted : &retracted, from_new ? node->block : old->block);
        if (from_new)
            node = node->parent;
        else
            old = old->parent;
    }
    reverse(&enacted);
    ph_pool_enact(chain->pool, retracted.items, retracted.count, old->block, enacted.items, enacted.count);
    ph_list_free(&retracted);
    ph_list_free(&enacted);
}

static bool holds(const ph_relay_block_t *block, const ph_hash_t *hash)
{
    for (size_t i = 0; i < block->body.count; i++) {
        ph_hash_t found = ph_pool_hash(block->body.items[i]);
        if (ph_chain_same(&found, hash))
            return true;
    }
    return false;
}

ph_relay_block_t *ph_chain_find_extrinsic(const ph_chain_t *chain, const ph_hash_t *hash, uint32_t depth)
{
    for (const tree_node_t *node = chain->best; node && depth > 0; node = node->parent, depth--)
        if (holds(node->block, hash))
            return node->block;
    return NULL;
}

/* ---- authorship ---- */

ph_offers_t ph_chain_pool_offers(ph_chain_t *chain, ph_arena_t *arena, const ph_relay_block_t *parent)
{
    ph_offers_t offers = {0};
    ph_pool_ready_t *ready;
    /* What is ready is so on top of the best block. */
    if (ph_pool_best(chain->pool) != parent)
        return offers;
    size_t count = ph_pool_graph_ready(ph_pool_graph(chain->pool), arena, &ready);
    offers.items = ph_arena_alloc(arena, (count + 1) * sizeof *offers.items);
    for (; offers.count < count; offers.count++) {
        const ph_pool_ready_t *from = &ready[offers.count];
        offers.items[offers.count] = (ph_offer_t){.hash = from->tx->hash,
                                                  .xt = ph_buf_ref(from->tx->xt),
                                                  .parents = from->parents,
                                                  .parent_count = from->parent_count};
    }
    return offers;
}

void ph_chain_pool_built(ph_chain_t *chain, const ph_relay_block_t *parent, ph_offers_t *offers)
{
    ph_pool_hashes_t invalid = {0}, early = {0};
    for (size_t i = 0; i < offers->count; i++) {
        const ph_offer_t *offer = &offers->items[i];
        ph_buf_unref(offer->xt);
        if (offer->fate == PH_OFFER_INVALID)
            ph_list_push(NULL, &invalid, offer->hash);
        else if (offer->fate == PH_OFFER_EARLY)
            ph_list_push(NULL, &early, offer->hash);
    }
    offers->count = 0;
    if (chain && chain->pool && ph_pool_best(chain->pool) == parent) {
        ph_pool_drop_invalid(chain->pool, invalid.items, invalid.count);
        ph_pool_check_again(chain->pool, early.items, early.count);
    }
    ph_list_free(&invalid);
    ph_list_free(&early);
}
