#include "trie/state.h"

#include <string.h>

#include "base/check.h"
#include "crypto/hash.h"
#include "trie/keys.h"
#include "trie/node.h"

/* ---- handles ---- */

ph_state_t *ph_state_over(ph_trie_store_t *store, ph_trie_node_t *root)
{
    ph_state_t *state = ph_mem_alloc(NULL, sizeof *state);
    atomic_init(&state->refs, 1);
    state->store = store;
    state->root = root;
    ph_trie_node_root_hash(state->hash, root);
    return state;
}

ph_state_t *ph_state_empty(ph_trie_store_t *store)
{
    return ph_state_over(store, NULL);
}

ph_err_t ph_state_open(ph_state_t **out, ph_trie_store_t *store, const uint8_t root[32])
{
    ph_trie_node_t *node;
    PH_TRY(ph_trie_root_by_hash(store, &node, root));
    *out = ph_state_over(store, node);
    return PH_OK;
}

ph_state_t *ph_state_ref(ph_state_t *state)
{
    atomic_fetch_add_explicit(&state->refs, 1, memory_order_relaxed);
    return state;
}

void ph_state_unref(void *ptr)
{
    ph_state_t *state = ptr;
    if (!state || atomic_fetch_sub_explicit(&state->refs, 1, memory_order_acq_rel) != 1)
        return;
    ph_trie_node_unref(state->store, state->root);
    ph_mem_free(state);
}

const uint8_t *ph_state_root(const ph_state_t *state)
{
    return state->hash;
}
ph_trie_store_t *ph_state_store(const ph_state_t *state)
{
    return state->store;
}

/* ---- lookup ---- */

/* Does the key go on, from nibble `at`, with the node's partial key? */
static bool follows(ph_bytes_t key, size_t at, const ph_trie_node_t *node)
{
    if (2 * key.len - at < node->partial_len)
        return false;
    const uint8_t *partial = ph_trie_partial(node);
    for (size_t i = 0; i < node->partial_len; i++)
        if (partial[i] != ph_nibble(key, at + i))
            return false;
    return true;
}

ph_err_t ph_trie_find(ph_trie_store_t *store, ph_trie_node_t *root, ph_trie_node_t **out, ph_bytes_t key,
                      ph_trie_visit_t visit, void *self)
{
    ph_trie_node_t *node = root;
    for (size_t at = 0; node; at++) {
        PH_TRY(ph_trie_resolve(store, &node));
        if (visit)
            visit(self, node);
        if (!follows(key, at, node))
            return PH_ERR_NOT_FOUND;
        at += node->partial_len;
        if (at == 2 * key.len) {
            *out = node;
            return node->flags & PH_TRIE_HAS_VALUE ? PH_OK : PH_ERR_NOT_FOUND;
        }
        uint8_t nibble = ph_nibble(key, at);
        node = ph_trie_has_kid(node, nibble) ? ph_trie_kid(node, nibble) : NULL;
    }
    return PH_ERR_NOT_FOUND;
}

ph_err_t ph_state_get(const ph_state_t *state, ph_bytes_t *value, ph_bytes_t key)
{
    ph_trie_node_t *node;
    PH_TRY(ph_trie_find(state->store, state->root, &node, key, NULL, NULL));
    return ph_trie_value(state->store, value, node);
}

ph_err_t ph_state_value_hash(const ph_state_t *state, uint8_t out[32], ph_bytes_t key)
{
    ph_trie_node_t *node;
    ph_bytes_t value;
    PH_TRY(ph_trie_find(state->store, state->root, &node, key, NULL, NULL));
    if (node->flags & PH_TRIE_VALUE_HASHED) {
        memcpy(out, node->value_hash, 32);
        return PH_OK;
    }
    PH_TRY(ph_trie_value(state->store, &value, node));
    ph_blake2_256(out, value);
    return PH_OK;
}

ph_err_t ph_state_exists(const ph_state_t *state, ph_bytes_t key)
{
    ph_trie_node_t *node;
    return ph_trie_find(state->store, state->root, &node, key, NULL, NULL);
}

ph_err_t ph_state_child(const ph_state_t *state, ph_state_t **out, ph_bytes_t storage_key)
{
    ph_writer_t key = PH_WRITER_HEAP;
    ph_child_storage_key(&key, storage_key);
    ph_trie_node_t *node, *root = NULL;
    ph_err_t err = ph_trie_find(state->store, state->root, &node, ph_writer_bytes(&key), NULL, NULL);
    ph_writer_free(&key);
    ph_trie_node_t *held = err ? NULL : atomic_load_explicit(&node->child_trie, memory_order_acquire);
    if (held) {
        root = ph_trie_node_ref(held);
    } else if (!err) {
        ph_bytes_t value;
        PH_TRY(ph_trie_value(state->store, &value, node));
        err = value.len == 32 ? ph_trie_root_by_hash(state->store, &root, value.data) : PH_ERR_INVALID;
        if (err)
            return err == PH_ERR_NOT_FOUND ? PH_ERR_INVALID : err;
    } else if (err != PH_ERR_NOT_FOUND) {
        return err;
    }
    *out = ph_state_over(state->store, root);
    return PH_OK;
}

/* ---- the next key ---- */

typedef struct ph_successor {
    ph_trie_store_t *store;
    ph_trie_node_t *node; /* where we are */
    size_t len;           /* nibbles of the path so far */
    uint8_t path[PH_TRIE_NIBBLES_MAX];
    ph_trie_node_t *turn; /* the deepest node passed that has a kid right of the path, or NULL */
    uint8_t turn_nibble;
    size_t turn_len;
} ph_successor_t;

static ph_err_t step_into(ph_successor_t *s, ph_trie_node_t *node)
{
    PH_TRY(ph_trie_resolve(s->store, &node));
    if (node->partial_len > PH_TRIE_NIBBLES_MAX - s->len)
        return PH_ERR_MALFORMED;
    memcpy(s->path + s->len, ph_trie_partial(node), node->partial_len);
    s->len += node->partial_len;
    s->node = node;
    return PH_OK;
}

static ph_err_t step_down(ph_successor_t *s, const ph_trie_node_t *parent, uint8_t nibble)
{
    if (s->len == PH_TRIE_NIBBLES_MAX)
        return PH_ERR_MALFORMED;
    s->path[s->len++] = nibble;
    return step_into(s, ph_trie_kid(parent, nibble));
}

/* Least nibble ≥ from with a kid, or 16. */
static uint8_t kid_from(const ph_trie_node_t *node, unsigned from)
{
    unsigned rest = (unsigned)node->bitmap >> from << from;
    return (uint8_t)(rest ? __builtin_ctz(rest) : 16);
}

/* From the current node down to the least key below it, itself included. */
static ph_err_t leftmost(ph_successor_t *s)
{
    while (!(s->node->flags & PH_TRIE_HAS_VALUE)) {
        uint8_t nibble = kid_from(s->node, 0);
        if (nibble == 16)
            return PH_ERR_MALFORMED;
        PH_TRY(step_down(s, s->node, nibble));
    }
    return PH_OK;
}

static ph_err_t take_turn(ph_successor_t *s)
{
    if (!s->turn)
        return PH_ERR_NOT_FOUND;
    s->len = s->turn_len;
    PH_TRY(step_down(s, s->turn, s->turn_nibble));
    return leftmost(s);
}

static void note_turn(ph_successor_t *s, uint8_t nibble)
{
    if (nibble == 16)
        return;
    s->turn = s->node;
    s->turn_nibble = nibble;
    s->turn_len = s->len;
}

/* Compares the node's partial key, that ends the path, with the key: <0, 0 (it is the key's next part), >0 (also when
 * the key ends within it: what is below is longer). */
static int compare_partial(const ph_successor_t *s, ph_bytes_t key)
{
    for (size_t i = s->len - s->node->partial_len; i < s->len; i++) {
        if (i >= 2 * key.len)
            return 1;
        int order = s->path[i] - ph_nibble(key, i);
        if (order)
            return order;
    }
    return 0;
}

/* Goes to the least key > key (or ≥, if inclusive). */
static ph_err_t seek(ph_successor_t *s, ph_trie_node_t *root, ph_bytes_t key, bool inclusive)
{
    PH_TRY(step_into(s, root));
    for (;;) {
        int order = compare_partial(s, key);
        if (order)
            return order > 0 ? leftmost(s) : take_turn(s);
        if (s->len == 2 * key.len) {
            if (inclusive && s->node->flags & PH_TRIE_HAS_VALUE)
                return PH_OK;
            note_turn(s, kid_from(s->node, 0));
            return take_turn(s);
        }
        uint8_t nibble = ph_nibble(key, s->len);
        note_turn(s, kid_from(s->node, nibble + 1u));
        if (!ph_trie_has_kid(s->node, nibble))
            return take_turn(s);
        PH_TRY(step_down(s, s->node, nibble));
    }
}

static ph_err_t next_pair(const ph_state_t *state, ph_writer_t *next, ph_bytes_t *value, ph_bytes_t key, bool inclusive)
{
    if (!state->root)
        return PH_ERR_NOT_FOUND;
    ph_successor_t s;
    s.store = state->store;
    s.len = 0;
    s.turn = NULL;
    PH_TRY(seek(&s, state->root, key, inclusive));
    if (s.len % 2)
        return PH_ERR_MALFORMED;
    ph_writer_reset(next);
    ph_node_write_nibbles(next, s.path, s.len);
    return value ? ph_trie_value(state->store, value, s.node) : PH_OK;
}

ph_err_t ph_state_next_key(const ph_state_t *state, ph_writer_t *next, ph_bytes_t key)
{
    return next_pair(state, next, NULL, key, false);
}

ph_state_iter_t ph_state_iter(const ph_state_t *state, ph_bytes_t prefix)
{
    return (ph_state_iter_t){.state = state, .prefix = prefix};
}

ph_err_t ph_state_iter_next(ph_state_iter_t *it, ph_bytes_t *key, ph_bytes_t *value)
{
    PH_TRY(next_pair(it->state, &it->key, value, it->started ? ph_writer_bytes(&it->key) : it->prefix, !it->started));
    it->started = true;
    if (!ph_bytes_start_with(ph_writer_bytes(&it->key), it->prefix))
        return PH_ERR_NOT_FOUND;
    *key = ph_writer_bytes(&it->key);
    return PH_OK;
}

void ph_state_iter_free(ph_state_iter_t *it)
{
    ph_writer_free(&it->key);
}
