#include <string.h>

#include "chain/private.h"
#include "crypto/hash.h"

/* What peers can make us keep: blocks whose parents are missing, hashes of blocks refused. */
enum { PENDING_MAX = 2048, REFUSED_MAX = 1024 };

/* A block's way into the tree: parent known → slot due → claim and seal verified → executed → stored → tree. */

typedef struct import {
    ph_chain_t *chain; /* NULL once the chain is gone */
    struct import *next, **link;
    ph_relay_block_t *block, *parent;
    ph_relay_block_t *known; /* the same block as another node of this process has executed it */
    ph_err_t err;
    char why[200];
} import_t;

static void memo_key(ph_memo_key_t *key, const ph_hash_t *hash)
{
    ph_memo_key(key, "block", (ph_bytes_t[]){ph_bytes(hash->bytes, 32)}, 1);
}

static void *memo_ref(void *block)
{
    return ph_relay_block_ref(block);
}

ph_relay_block_t *ph_import_recall(ph_chain_t *chain, const ph_hash_t *hash)
{
    ph_memo_key_t key;
    if (!chain->env->memo)
        return NULL;
    memo_key(&key, hash);
    return ph_memo_get(chain->env->memo, &key);
}

static void remember(ph_chain_t *chain, ph_relay_block_t *block)
{
    ph_memo_key_t key;
    memo_key(&key, &block->hash);
    ph_memo_put(chain->env->memo, &key, block, memo_ref, ph_relay_block_unref);
}

static void note_refused(ph_chain_t *chain, const ph_relay_block_t *block, const char *why)
{
    chain->stats.blocks_refused++;
    ph_log(chain->env->log, PH_LOG_WARN, "chain", "%s: block %u refused: %s", chain->env->name, block->header.number,
           why);
    ph_trace(chain->env, "chain", "block-refused",
             PH_FIELDS(.block = &block->hash, PH_F_NUMBER(block->header.number), .reason = why));
    if (chain->refused.count >= REFUSED_MAX)
        ph_map_free(&chain->refused);
    (void)ph_map_put(&chain->refused, &block->hash, NULL);
    ph_map_remove(&chain->pending, &block->hash);
}

static ph_relay_block_t *find_waiting_child(ph_chain_t *chain, const ph_hash_t *parent)
{
    void *value;
    for (size_t i = 0; ph_map_next(&chain->pending, &i, NULL, &value);) {
        const pending_block_t *pending = value;
        if (!pending->executing && ph_chain_same(&pending->block->header.parent_hash, parent))
            return pending->block;
    }
    return NULL;
}

/* The block and all that waits for it. */
static void refuse(ph_chain_t *chain, const ph_relay_block_t *block, const char *why)
{
    PH_LIST(ph_hash_t) bad = {0};
    note_refused(chain, block, why);
    ph_list_push(NULL, &bad, block->hash);
    for (size_t i = 0; i < bad.count; i++) {
        ph_hash_t parent = bad.items[i];
        for (ph_relay_block_t *child; (child = find_waiting_child(chain, &parent));) {
            ph_list_push(NULL, &bad, child->hash);
            note_refused(chain, child, "its parent was refused");
            ph_relay_block_unref(child);
        }
    }
    ph_list_free(&bad);
}

/* ---- what the header claims ---- */

static ph_err_t read_claim(ph_babe_claim_t *claim, const ph_relay_block_t *block)
{
    const ph_vec_digest_item_t *logs = &block->header.digest.logs;
    for (size_t i = 0; i < logs->count; i++)
        if (logs->items[i].kind == PH_DIGEST_ITEM_PRE_RUNTIME &&
            memcmp(logs->items[i].pre_runtime._0.bytes, "BABE", 4) == 0)
            return ph_babe_claim_decode(claim, logs->items[i].pre_runtime._1);
    return PH_ERR_MALFORMED;
}

static ph_err_t verify_header(ph_chain_t *chain, const ph_relay_block_t *block, ph_relay_block_t *parent,
                              const char **why)
{
    ph_babe_epoch_rules_t epoch;
    ph_babe_claim_t claim;
    *why = "its number is not its parent's plus one";
    if (block->header.number != parent->header.number + 1)
        return PH_ERR_INVALID;
    *why = "its slot is not after its parent's";
    if (block->slot.v <= parent->slot.v)
        return PH_ERR_INVALID;
    *why = "no epoch is known for its slot";
    PH_TRY(ph_chain_epoch_for(chain, &epoch, parent, block->slot));
    *why = "its pre-digest is malformed";
    PH_TRY(read_claim(&claim, block));
    *why = "its author does not own the slot";
    PH_TRY(ph_babe_check_claim(&epoch, &claim));
    if (claim.authority >= epoch.authority_count)
        return PH_ERR_INVALID;
    *why = "its seal is wrong";
    ph_header_t unsealed = block->header;
    const ph_digest_item_t *seal = &unsealed.digest.logs.items[--unsealed.digest.logs.count];
    ph_hash_t pre_seal = ph_relay_block_header_hash(&unsealed);
    if (!ph_env_verify_sr25519(chain->env, seal->seal._1.data, ph_bytes(pre_seal.bytes, 32),
                               epoch.authorities[claim.authority].public_key))
        return PH_ERR_INVALID;
    *why = NULL;
    return PH_OK;
}

/* ---- the way ---- */

static uint64_t execution_cost_us(const ph_relay_block_t *block)
{
    return 2000 + ph_buf_bytes(block->encoded).len / 20;
}

static void run_import(void *ctx)
{
    import_t *import = ctx;
    if (!import->known)
        import->err = ph_execute_block(import->block, import->parent, import->why, sizeof import->why);
}

static void accept(ph_chain_t *chain, ph_relay_block_t *block)
{
    ph_map_remove(&chain->pending, &block->hash);
    chain->stats.blocks_imported++;
    ph_store_put(chain, block);
    ph_trace(chain->env, "chain", "block-imported",
             PH_FIELDS(.block = &block->hash, PH_F_NUMBER(block->header.number)));
    ph_tree_add(chain, block);
    ph_sync_announce(chain, block);
    ph_import_children_of(chain, &block->hash);
}

/* What the author made itself is not remembered: the first one to hear of it verifies it for the others. */
static void take_verified(ph_chain_t *chain, import_t *import)
{
    if (!import->known)
        remember(chain, import->block);
    accept(chain, import->known ? import->known : import->block);
}

static void import_done(void *ctx)
{
    import_t *import = ctx;
    ph_chain_t *chain = import->chain;
    if (chain) {
        *import->link = import->next;
        if (import->next)
            import->next->link = import->link;
        if (import->err != PH_OK)
            refuse(chain, import->block, import->why);
        else if (!ph_tree_find(chain, &import->block->hash) && ph_tree_find(chain, &import->parent->hash))
            take_verified(chain, import);
        else
            ph_map_remove(&chain->pending, &import->block->hash);
    }
    ph_relay_block_unref(import->block);
    ph_relay_block_unref(import->parent);
    ph_relay_block_unref(import->known);
    ph_mem_free(import);
}

static void begin(ph_chain_t *chain, pending_block_t *pending, ph_relay_block_t *parent)
{
    const char *why;
    ph_relay_block_t *block = pending->block, *known = ph_import_recall(chain, &block->hash);
    if (!known && verify_header(chain, block, parent, &why) != PH_OK) {
        refuse(chain, block, why);
        ph_relay_block_unref(block);
        return;
    }
    pending->executing = true;
    import_t *import = ph_mem_alloc(NULL, sizeof *import);
    import->chain = chain;
    import->block = block; /* the pending entry's reference moves here */
    import->parent = ph_relay_block_ref(parent);
    import->known = known;
    import->next = chain->imports;
    import->link = &chain->imports;
    if (import->next)
        import->next->link = &import->next;
    chain->imports = import;
    ph_env_work(chain->env, execution_cost_us(block), run_import, import_done, import);
}

static void drop_oldest_waiting(ph_chain_t *chain)
{
    const void *key;
    void *value;
    for (size_t i = 0; ph_map_next(&chain->pending, &i, &key, &value);) {
        const pending_block_t *pending = value;
        if (pending->executing)
            continue;
        ph_relay_block_unref(pending->block);
        ph_map_remove(&chain->pending, key);
        return;
    }
}

void ph_import_finalized(ph_chain_t *chain)
{
    const void *key;
    void *value;
    for (size_t i = 0; ph_map_next(&chain->pending, &i, &key, &value);) {
        const pending_block_t *pending = value;
        if (pending->executing || pending->block->header.number > chain->final->block->header.number)
            continue;
        ph_relay_block_unref(pending->block);
        ph_map_remove(&chain->pending, key);
    }
}

/* A body that is not the header's says nothing about the block of that hash: whoever sent it made it up. */
static bool has_own_body(ph_chain_t *chain, const ph_relay_block_t *block)
{
    ph_relay_block_t *known = ph_import_recall(chain, &block->hash);
    ph_relay_block_unref(known);
    return known || ph_relay_block_hangs_together(block);
}

void ph_import_block(ph_chain_t *chain, ph_relay_block_t *block)
{
    uint64_t slot_now = ph_env_now_ms(chain->env) / chain->config.slot_ms;
    bool stale = block->header.number <= chain->final->block->header.number;
    if (stale || block->slot.v > slot_now + 1 || ph_tree_find(chain, &block->hash) ||
        ph_map_get(&chain->refused, &block->hash) || ph_map_get(&chain->pending, &block->hash) ||
        !has_own_body(chain, block)) {
        ph_relay_block_unref(block);
        return;
    }
    if (chain->pending.count >= PENDING_MAX)
        drop_oldest_waiting(chain);
    pending_block_t *pending = ph_map_put(&chain->pending, &block->hash, NULL);
    pending->block = block;
    tree_node_t *parent = ph_tree_find(chain, &block->header.parent_hash);
    if (parent)
        begin(chain, pending, parent->block);
    else if (ph_map_get(&chain->refused, &block->header.parent_hash))
        refuse(chain, block, "its parent was refused"), ph_relay_block_unref(block);
    else if (!ph_map_get(&chain->pending, &block->header.parent_hash))
        ph_sync_want(chain, &block->header.parent_hash, 8, NULL);
}

void ph_import_children_of(ph_chain_t *chain, const ph_hash_t *parent)
{
    PH_LIST(ph_hash_t) ready = {0};
    const void *key;
    void *value;
    for (size_t i = 0; ph_map_next(&chain->pending, &i, &key, &value);) {
        pending_block_t *pending = value;
        if (!pending->executing && ph_chain_same(&pending->block->header.parent_hash, parent))
            ph_list_push(NULL, &ready, *(const ph_hash_t *)key);
    }
    for (size_t i = 0; i < ready.count; i++) {
        pending_block_t *pending = ph_map_get(&chain->pending, &ready.items[i]);
        tree_node_t *node = ph_tree_find(chain, parent);
        if (pending && node)
            begin(chain, pending, node->block);
    }
    ph_list_free(&ready);
}

void ph_import_own(ph_chain_t *chain, ph_relay_block_t *block)
{
    if (ph_tree_find(chain, &block->header.parent_hash) && !ph_tree_find(chain, &block->hash))
        accept(chain, block);
    ph_relay_block_unref(block);
}

void ph_import_free(ph_chain_t *chain)
{
    void *value;
    for (import_t *import = chain->imports; import; import = import->next)
        import->chain = NULL;
    for (size_t i = 0; ph_map_next(&chain->pending, &i, NULL, &value);) {
        pending_block_t *pending = value;
        if (!pending->executing)
            ph_relay_block_unref(pending->block);
    }
    ph_map_free(&chain->pending);
    ph_map_free(&chain->refused);
}

void ph_chain_submit(ph_chain_t *chain, ph_buf_t *encoded)
{
    ph_relay_block_t *block;
    const char *why;
    if (ph_relay_block_decode(&block, encoded, &why) != PH_OK) {
        ph_log(chain->env->log, PH_LOG_WARN, "chain", "%s: a block from a peer is malformed: %s", chain->env->name,
               why);
        return;
    }
    ph_import_block(chain, block);
}
