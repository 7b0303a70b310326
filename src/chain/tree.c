#include <string.h>

#include "chain/private.h"

/* The tree of known blocks. Final blocks stay; what branches off below the final block is pruned. */

tree_node_t *ph_tree_find(const ph_chain_t *chain, const ph_hash_t *hash)
{
    tree_node_t **slot = ph_map_get(&chain->nodes, hash);
    return slot ? *slot : NULL;
}

static tree_node_t *insert(ph_chain_t *chain, ph_relay_block_t *block, tree_node_t *parent)
{
    tree_node_t *node = ph_mem_alloc(NULL, sizeof *node);
    node->block = ph_relay_block_ref(block);
    node->parent = parent;
    if (parent) {
        node->next_sibling = parent->first_child;
        parent->first_child = node;
        node->primaries = parent->primaries + block->primary;
    }
    *(tree_node_t **)ph_map_put(&chain->nodes, &block->hash, NULL) = node;
    return node;
}

void ph_tree_init(ph_chain_t *chain)
{
    chain->base = chain->best = chain->final = insert(chain, chain->config.genesis, NULL);
    chain->base->final = true;
    ph_list_push(NULL, &chain->best_chain, chain->config.genesis->hash);
}

static void free_node(ph_chain_t *chain, tree_node_t *node)
{
    ph_map_remove(&chain->nodes, &node->block->hash);
    ph_relay_block_unref(node->block);
    ph_mem_free(node);
}

void ph_tree_free(ph_chain_t *chain)
{
    void *value;
    for (size_t i = 0; ph_map_next(&chain->nodes, &i, NULL, &value);) {
        tree_node_t *node = *(tree_node_t **)value;
        ph_relay_block_unref(node->block);
        ph_mem_free(node);
    }
    ph_map_free(&chain->nodes);
    ph_list_free(&chain->best_chain);
}

/* ---- fork choice ---- */

static bool better(const tree_node_t *a, const tree_node_t *than)
{
    if (a->primaries != than->primaries)
        return a->primaries > than->primaries;
    return a->block->header.number > than->block->header.number;
}

static uint32_t number_of(const tree_node_t *node)
{
    return node->block->header.number;
}

/* Its place in best_chain. */
static size_t height_of(const ph_chain_t *chain, const tree_node_t *node)
{
    return (size_t)number_of(node) - number_of(chain->base);
}

static void set_best(ph_chain_t *chain, tree_node_t *node)
{
    tree_node_t *old = chain->best, *fork = node;
    chain->best = node;
    while (chain->best_chain.count <= height_of(chain, node))
        (void)ph_list_add(NULL, &chain->best_chain);
    chain->best_chain.count = height_of(chain, node) + 1;
    /* Walk down to where the new branch leaves the old one. */
    while (fork && !ph_chain_same(&chain->best_chain.items[height_of(chain, fork)], &fork->block->hash)) {
        chain->best_chain.items[height_of(chain, fork)] = fork->block->hash;
        fork = fork->parent;
    }
    uint32_t depth = fork && number_of(old) > number_of(fork) ? number_of(old) - number_of(fork) : 0;
    if (depth == 0)
        return;
    chain->stats.reorgs++;
    if (depth > chain->stats.deepest_reorg)
        chain->stats.deepest_reorg = depth;
    ph_trace(chain->env, "chain", "reorg", PH_FIELDS(.block = &node->block->hash, PH_F_NUMBER(depth)));
}

/* ---- finality ---- */

/* Frees a branch, deepest blocks first, without recursion. */
static void prune_branch(ph_chain_t *chain, tree_node_t *top)
{
    for (tree_node_t *node = top; node;) {
        if (node->first_child) {
            tree_node_t *child = node->first_child;
            node->first_child = child->next_sibling;
            node = child;
            continue;
        }
        tree_node_t *parent = node == top ? NULL : node->parent;
        ph_store_delete(chain, node->block);
        free_node(chain, node);
        node = parent;
    }
}

static void prune_siblings(ph_chain_t *chain, tree_node_t *keep)
{
    tree_node_t *parent = keep->parent;
    for (tree_node_t **at = &parent->first_child; *at;) {
        tree_node_t *node = *at;
        if (node == keep) {
            at = &node->next_sibling;
            continue;
        }
        *at = node->next_sibling;
        prune_branch(chain, node);
    }
}

static void finalize(ph_chain_t *chain, tree_node_t *node)
{
    PH_LIST(tree_node_t *) path = {0};
    for (tree_node_t *n = node; !n->final; n = n->parent)
        ph_list_push(NULL, &path, n);
    chain->final = node;
    if (chain->config.hooks.finalized)
        chain->config.hooks.finalized(chain->config.hooks.ctx, node->block);
    for (size_t i = path.count; i-- > 0;) {
        path.items[i]->final = true;
        prune_siblings(chain, path.items[i]);
    }
    ph_list_free(&path);
    ph_import_finalized(chain);
}

static void advance_finality(ph_chain_t *chain)
{
    uint32_t best = number_of(chain->best), depth = chain->config.finality_depth;
    if (best <= depth || best - depth <= number_of(chain->final))
        return;
    finalize(chain, ph_tree_find(chain, &chain->best_chain.items[height_of(chain, chain->best) - depth]));
}

void ph_tree_add(ph_chain_t *chain, ph_relay_block_t *block)
{
    tree_node_t *parent = ph_tree_find(chain, &block->header.parent_hash);
    PH_CHECK(parent && !ph_tree_find(chain, &block->hash));
    tree_node_t *node = insert(chain, block, parent);
    const tree_node_t *old = chain->best;
    bool best = better(node, old);
    if (best)
        set_best(chain, node);
    if (chain->config.hooks.imported)
        chain->config.hooks.imported(chain->config.hooks.ctx, block, best);
    if (!best)
        return;
    ph_chain_pool_moved(chain, old, node);
    advance_finality(chain);
}

/* ---- queries ---- */

ph_relay_block_t *ph_chain_block(const ph_chain_t *chain, const ph_hash_t *hash)
{
    tree_node_t *node = ph_tree_find(chain, hash);
    return node ? node->block : NULL;
}

ph_relay_block_t *ph_chain_best(const ph_chain_t *chain)
{
    return chain->best->block;
}
ph_relay_block_t *ph_chain_finalized(const ph_chain_t *chain)
{
    return chain->final->block;
}

ph_relay_block_t *ph_chain_at(const ph_chain_t *chain, ph_block_number_t number)
{
    uint32_t first = number_of(chain->base);
    if (number < first || number - first >= chain->best_chain.count)
        return NULL;
    return ph_chain_block(chain, &chain->best_chain.items[number - first]);
}

bool ph_chain_is_ancestor(const ph_chain_t *chain, const ph_hash_t *ancestor, const ph_hash_t *of)
{
    const tree_node_t *a = ph_tree_find(chain, ancestor), *node = ph_tree_find(chain, of);
    if (!a)
        return false;
    while (node && number_of(node) > number_of(a))
        node = node->parent;
    return node == a;
}

size_t ph_chain_leaves(const ph_chain_t *chain, ph_relay_block_t **out, size_t cap)
{
    size_t count = 0;
    void *value;
    for (size_t i = 0; ph_map_next(&chain->nodes, &i, NULL, &value);) {
        tree_node_t *node = *(tree_node_t **)value;
        if (node->first_child)
            continue;
        if (count < cap)
            out[count] = node->block;
        count++;
    }
    return count;
}

void ph_chain_stats(const ph_chain_t *chain, ph_chain_stats_t *out)
{
    *out = chain->stats;
}
