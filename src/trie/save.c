/* Handing a state's nodes to a database. */
#include "base/check.h"
#include "crypto/hash.h"
#include "trie/node.h"
#include "trie/state.h"

typedef struct ph_save {
    const ph_trie_sink_t *sink;
    ph_writer_t scratch;
} ph_save_t;

static ph_err_t save_below(ph_save_t *s, ph_trie_node_t *node);

static ph_err_t save_node(ph_save_t *s, ph_trie_node_t *node, bool is_root)
{
    if (node->flags & PH_TRIE_STUB) {
        ph_trie_node_t *target = atomic_load_explicit(&node->target, memory_order_acquire);
        return target ? save_node(s, target, is_root) : PH_OK;
    }
    bool by_hash = is_root || node->merkle_len == PH_TRIE_HASH_LEN;
    uint8_t hash[32];
    ph_trie_node_root_hash(hash, node);
    if (by_hash && s->sink->has(s->sink->self, hash))
        return PH_OK;
    PH_TRY(save_below(s, node));
    if (!by_hash)
        return PH_OK;
    ph_writer_reset(&s->scratch);
    ph_trie_node_encode(&s->scratch, node);
    return s->sink->put(s->sink->self, hash, ph_writer_bytes(&s->scratch));
}

static ph_err_t save_below(ph_save_t *s, ph_trie_node_t *node)
{
    ph_buf_t *value = atomic_load_explicit(&node->value, memory_order_acquire);
    if (node->flags & PH_TRIE_VALUE_HASHED && value && !s->sink->has(s->sink->self, node->value_hash))
        PH_TRY(s->sink->put(s->sink->self, node->value_hash, ph_buf_bytes(value)));
    ph_trie_node_t *child = atomic_load_explicit(&node->child_trie, memory_order_acquire);
    if (child)
        PH_TRY(save_node(s, child, true));
    for (size_t i = 0; i < ph_trie_kid_count(node); i++)
        PH_TRY(save_node(s, node->kids[i], false));
    return PH_OK;
}

ph_err_t ph_state_save(const ph_state_t *state, const ph_trie_sink_t *sink)
{
    if (!state->root)
        return PH_OK;
    ph_save_t s = {.sink = sink};
    ph_err_t err = save_node(&s, state->root, true);
    ph_writer_free(&s.scratch);
    return err;
}
