#include <string.h>

#include "chain/private.h"

#define PREFIX "block/"

typedef struct store_key {
    uint8_t bytes[sizeof PREFIX - 1 + 4 + 32];
} store_key_t;

static store_key_t key_of(const ph_relay_block_t *block)
{
    store_key_t key;
    uint8_t *p = key.bytes;
    memcpy(p, PREFIX, sizeof PREFIX - 1);
    p += sizeof PREFIX - 1;
    for (int shift = 24; shift >= 0; shift -= 8)
        *p++ = (uint8_t)(block->header.number >> shift);
    memcpy(p, block->hash.bytes, 32);
    return key;
}

void ph_store_put(ph_chain_t *chain, const ph_relay_block_t *block)
{
    store_key_t key = key_of(block);
    ph_err_t err = ph_disk_put(chain->env, ph_bytes(key.bytes, sizeof key.bytes), block->encoded);
    if (err == PH_OK)
        err = ph_disk_sync(chain->env);
    if (err != PH_OK)
        chain->config.hooks.failed(chain->config.hooks.ctx, err, "the block store cannot be written");
}

void ph_store_delete(ph_chain_t *chain, const ph_relay_block_t *block)
{
    store_key_t key = key_of(block);
    ph_disk_delete(chain->env, ph_bytes(key.bytes, sizeof key.bytes));
}

/* Blocks come in order of their height, so parents come first. One that does not decode or execute any more is left
 * out, with all that stands on it: the network has it still. */
ph_err_t ph_store_load(ph_chain_t *chain)
{
    ph_arena_t *arena = ph_arena_new();
    ph_bytes_t cursor = {0};
    ph_buf_t *encoded;
    while (ph_disk_next(chain->env, arena, PH_BYTES_LIT(PREFIX), &cursor, &encoded)) {
        ph_relay_block_t *block;
        const char *why;
        char text[200];
        ph_err_t err = ph_relay_block_decode(&block, encoded, &why);
        ph_buf_unref(encoded);
        if (err != PH_OK) {
            ph_log(chain->env->log, PH_LOG_WARN, "chain", "%s: a stored block is damaged: %s", chain->env->name, why);
            ph_disk_delete(chain->env, cursor);
            continue;
        }
        tree_node_t *parent = ph_tree_find(chain, &block->header.parent_hash);
        ph_relay_block_t *known = ph_import_recall(chain, &block->hash);
        if (parent && (known || ph_execute_block(block, parent->block, text, sizeof text) == PH_OK))
            ph_tree_add(chain, known ? known : block);
        else
            ph_store_delete(chain, block);
        ph_relay_block_unref(known);
        ph_relay_block_unref(block);
    }
    ph_arena_free(arena);
    return PH_OK;
}
