#include "trie/node.h"

#include <string.h>

#include "base/arena.h"
#include "base/check.h"
#include "crypto/hash.h"
#include "scale/scale.h"

/* ---- the table of nodes by hash: open addressing, never more than half full ---- */

static void lock(ph_trie_store_t *store)
{
    while (atomic_flag_test_and_set_explicit(&store->lock, memory_order_acquire))
        ;
}

static void unlock(ph_trie_store_t *store)
{
    atomic_flag_clear_explicit(&store->lock, memory_order_release);
}

static size_t home_of(const ph_trie_store_t *store, const uint8_t hash[32])
{
    return (size_t)ph_get_u64(hash) & (store->slot_count - 1);
}

/* The slot where the hash is, or would go. */
static size_t slot_of(const ph_trie_store_t *store, const uint8_t hash[32])
{
    size_t at = home_of(store, hash);
    while (store->slots[at] && memcmp(store->slots[at]->merkle, hash, 32) != 0)
        at = (at + 1) & (store->slot_count - 1);
    return at;
}

static void table_grow(ph_trie_store_t *store)
{
    ph_trie_node_t **old = store->slots;
    size_t old_count = store->slot_count;
    store->slot_count = 2 * old_count;
    store->slots = ph_mem_alloc(NULL, store->slot_count * sizeof *store->slots);
    for (size_t i = 0; i < old_count; i++)
        if (old[i])
            store->slots[slot_of(store, old[i]->merkle)] = old[i];
    ph_mem_free(old);
}

static void table_remove(ph_trie_store_t *store, const ph_trie_node_t *node)
{
    size_t mask = store->slot_count - 1, hole = slot_of(store, node->merkle);
    PH_CHECK(store->slots[hole] == node);
    store->slots[hole] = NULL;
    store->used--;
    for (size_t at = (hole + 1) & mask; store->slots[at]; at = (at + 1) & mask) {
        size_t home = home_of(store, store->slots[at]->merkle);
        if (((at - home) & mask) < ((at - hole) & mask))
            continue; /* it would come to stand before its home */
        store->slots[hole] = store->slots[at];
        store->slots[at] = NULL;
        hole = at;
    }
}

/* Puts a sealed node into the table, or trades it for the one that is there. Takes the reference, returns one. */
static ph_trie_node_t *intern(ph_trie_store_t *store, ph_trie_node_t *node)
{
    lock(store);
    if (2 * store->used >= store->slot_count)
        table_grow(store);
    size_t at = slot_of(store, node->merkle);
    ph_trie_node_t *there = store->slots[at];
    if (there) {
        ph_trie_node_ref(there);
        if (!atomic_load(&there->child_trie))
            atomic_store(&there->child_trie, atomic_exchange(&node->child_trie, NULL));
    } else {
        node->flags |= PH_TRIE_INTERNED;
        store->slots[at] = node;
        store->used++;
    }
    unlock(store);
    if (!there)
        return node;
    ph_trie_node_unref(store, node);
    return there;
}

static ph_trie_node_t *lookup(ph_trie_store_t *store, const uint8_t hash[32])
{
    lock(store);
    ph_trie_node_t *node = ph_trie_node_ref(store->slots[slot_of(store, hash)]);
    unlock(store);
    return node;
}

ph_trie_store_t *ph_trie_store_new(const ph_trie_backing_t *backing)
{
    ph_trie_store_t *store = ph_mem_alloc(NULL, sizeof *store);
    atomic_flag_clear(&store->lock);
    store->slot_count = 1024;
    store->slots = ph_mem_alloc(NULL, store->slot_count * sizeof *store->slots);
    store->backing = backing;
    return store;
}

void ph_trie_store_free(ph_trie_store_t *store)
{
    if (!store)
        return;
    PH_CHECK(ph_trie_store_node_count(store) == 0);
    ph_mem_free(store->slots);
    ph_mem_free(store);
}

size_t ph_trie_store_node_count(const ph_trie_store_t *store)
{
    return atomic_load(&store->node_count);
}
size_t ph_trie_store_node_bytes(const ph_trie_store_t *store)
{
    return atomic_load(&store->node_bytes);
}

/* ---- nodes ---- */

ph_trie_node_t *ph_trie_node_new(ph_trie_store_t *store, uint16_t bitmap, size_t partial_len)
{
    size_t kids = (size_t)__builtin_popcount(bitmap);
    size_t size = sizeof(ph_trie_node_t) + kids * sizeof(ph_trie_node_t *) + partial_len;
    ph_trie_node_t *node = ph_mem_alloc(NULL, size);
    atomic_init(&node->refs, 1);
    node->bitmap = bitmap;
    node->partial_len = (uint32_t)partial_len;
    node->size = (uint32_t)size;
    atomic_fetch_add_explicit(&store->node_count, 1, memory_order_relaxed);
    atomic_fetch_add_explicit(&store->node_bytes, size, memory_order_relaxed);
    return node;
}

ph_trie_node_t *ph_trie_node_stub(ph_trie_store_t *store, const uint8_t hash[32])
{
    ph_trie_node_t *node = ph_trie_node_new(store, 0, 0);
    node->flags = PH_TRIE_STUB;
    node->merkle_len = 32;
    memcpy(node->merkle, hash, 32);
    return node;
}

ph_trie_node_t *ph_trie_node_ref(ph_trie_node_t *node)
{
    if (node)
        atomic_fetch_add_explicit(&node->refs, 1, memory_order_relaxed);
    return node;
}

/* Drops a reference; true if it was the last. The last one goes under the lock, so that no lookup revives the dead. */
static bool let_go(ph_trie_store_t *store, ph_trie_node_t *node)
{
    unsigned refs = atomic_load_explicit(&node->refs, memory_order_relaxed);
    while (refs > 1)
        if (atomic_compare_exchange_weak_explicit(&node->refs, &refs, refs - 1, memory_order_acq_rel,
                                                  memory_order_relaxed))
            return false;
    if (!(node->flags & PH_TRIE_INTERNED))
        return atomic_fetch_sub_explicit(&node->refs, 1, memory_order_acq_rel) == 1;
    lock(store);
    bool last = atomic_fetch_sub_explicit(&node->refs, 1, memory_order_acq_rel) == 1;
    if (last)
        table_remove(store, node);
    unlock(store);
    return last;
}

void ph_trie_node_unref(ph_trie_store_t *store, ph_trie_node_t *node)
{
    if (!node || !let_go(store, node))
        return;
    if (node->flags & PH_TRIE_STUB)
        ph_trie_node_unref(store, atomic_load(&node->target));
    else
        ph_buf_unref(atomic_load(&node->value));
    ph_trie_node_unref(store, atomic_load(&node->child_trie));
    for (size_t i = 0; i < ph_trie_kid_count(node); i++)
        ph_trie_node_unref(store, node->kids[i]);
    atomic_fetch_sub_explicit(&store->node_count, 1, memory_order_relaxed);
    atomic_fetch_sub_explicit(&store->node_bytes, node->size, memory_order_relaxed);
    ph_mem_free(node);
}

void ph_trie_node_take_value(ph_trie_node_t *to, const ph_trie_node_t *from)
{
    to->flags |= from->flags & (PH_TRIE_HAS_VALUE | PH_TRIE_VALUE_HASHED);
    atomic_store_explicit(&to->value, ph_buf_ref(atomic_load(&from->value)), memory_order_relaxed);
    memcpy(to->value_hash, from->value_hash, 32);
    atomic_store_explicit(&to->child_trie, ph_trie_node_ref(atomic_load(&from->child_trie)), memory_order_relaxed);
}

void ph_trie_node_encode(ph_writer_t *w, const ph_trie_node_t *node)
{
    bool has_value = node->flags & PH_TRIE_HAS_VALUE, hashed = node->flags & PH_TRIE_VALUE_HASHED;
    ph_node_write_header(w, node->bitmap ? PH_NODE_BRANCH : PH_NODE_LEAF, has_value, hashed, node->partial_len);
    ph_node_write_nibbles(w, ph_trie_partial(node), node->partial_len);
    if (node->bitmap)
        ph_write_u16(w, node->bitmap);
    if (has_value)
        ph_node_write_value(w, hashed ? ph_bytes(node->value_hash, 32) : ph_buf_bytes(atomic_load(&node->value)),
                            hashed);
    for (size_t i = 0; i < ph_trie_kid_count(node); i++)
        ph_write_bytes(w, ph_bytes(node->kids[i]->merkle, node->kids[i]->merkle_len));
}

ph_trie_node_t *ph_trie_node_seal(ph_trie_store_t *store, ph_writer_t *scratch, ph_trie_node_t *node)
{
    if (!node || node->merkle_len)
        return node;
    for (size_t i = 0; i < ph_trie_kid_count(node); i++)
        node->kids[i] = ph_trie_node_seal(store, scratch, node->kids[i]);
    ph_writer_reset(scratch);
    ph_trie_node_encode(scratch, node);
    node->merkle_len = (uint8_t)ph_node_reference(node->merkle, ph_writer_bytes(scratch));
    return node->merkle_len == PH_TRIE_HASH_LEN ? intern(store, node) : node;
}

void ph_trie_node_root_hash(uint8_t out[32], const ph_trie_node_t *node)
{
    if (!node)
        memcpy(out, ph_trie_empty_root, 32);
    else if (node->merkle_len == PH_TRIE_HASH_LEN)
        memcpy(out, node->merkle, 32);
    else
        ph_blake2_256(out, ph_bytes(node->merkle, node->merkle_len));
}

/* ---- loading ---- */

static ph_err_t load_inline(ph_trie_store_t *store, ph_trie_node_t **out, ph_bytes_t encoded);

static ph_err_t load_kid(ph_trie_store_t *store, ph_trie_node_t **out, ph_bytes_t reference)
{
    if (reference.len > PH_TRIE_HASH_LEN)
        return PH_ERR_MALFORMED;
    if (reference.len < PH_TRIE_HASH_LEN)
        return load_inline(store, out, reference);
    *out = ph_trie_node_stub(store, reference.data);
    return PH_OK;
}

/* A node from its plan, unsealed. An inline kid is shorter than its parent, so this ends. */
static ph_err_t from_plan(ph_trie_store_t *store, ph_trie_node_t **out, const ph_node_plan_t *plan)
{
    if (plan->kind == PH_NODE_EMPTY || plan->partial_len > PH_TRIE_NIBBLES_MAX)
        return PH_ERR_MALFORMED;
    ph_trie_node_t *node = ph_trie_node_new(store, plan->bitmap, plan->partial_len);
    for (size_t i = 0; i < plan->partial_len; i++)
        ph_trie_partial(node)[i] = ph_node_plan_nibble(plan, i);
    if (plan->has_value)
        node->flags |= PH_TRIE_HAS_VALUE;
    if (plan->value_hashed) {
        node->flags |= PH_TRIE_VALUE_HASHED;
        memcpy(node->value_hash, plan->value.data, 32);
    } else if (plan->has_value) {
        atomic_store(&node->value, ph_buf_new(plan->value));
    }
    ph_err_t err = PH_OK;
    for (size_t i = 0, at = 0; i < 16 && !err; i++)
        if (plan->bitmap >> i & 1)
            err = load_kid(store, &node->kids[at++], plan->kids[i]);
    if (err) {
        ph_trie_node_unref(store, node);
        return err;
    }
    *out = node;
    return PH_OK;
}

static ph_err_t load_inline(ph_trie_store_t *store, ph_trie_node_t **out, ph_bytes_t encoded)
{
    ph_node_plan_t plan;
    PH_TRY(ph_node_decode(&plan, encoded));
    PH_TRY(from_plan(store, out, &plan));
    memcpy((*out)->merkle, encoded.data, encoded.len);
    (*out)->merkle_len = (uint8_t)encoded.len;
    return PH_OK;
}

static ph_err_t from_backing(ph_trie_store_t *store, ph_buf_t **out, const uint8_t hash[32])
{
    return store->backing ? store->backing->get(store->backing->self, out, hash) : PH_ERR_NOT_FOUND;
}

ph_err_t ph_trie_root_by_hash(ph_trie_store_t *store, ph_trie_node_t **out, const uint8_t hash[32])
{
    *out = NULL;
    if (memcmp(hash, ph_trie_empty_root, 32) == 0 || (*out = lookup(store, hash)))
        return PH_OK;
    ph_buf_t *buf;
    PH_TRY(from_backing(store, &buf, hash));
    ph_node_plan_t plan;
    ph_err_t err = ph_node_decode(&plan, ph_buf_bytes(buf));
    ph_trie_node_t *node = NULL;
    if (!err)
        err = from_plan(store, &node, &plan);
    bool is_long = ph_buf_bytes(buf).len >= PH_TRIE_HASH_LEN;
    if (!err && !is_long) {
        node->merkle_len = (uint8_t)ph_node_reference(node->merkle, ph_buf_bytes(buf));
    } else if (!err) {
        memcpy(node->merkle, hash, 32);
        node->merkle_len = PH_TRIE_HASH_LEN;
        node = intern(store, node);
    }
    ph_buf_unref(buf);
    *out = node;
    return err;
}

ph_err_t ph_trie_resolve(ph_trie_store_t *store, ph_trie_node_t **node)
{
    if (!((*node)->flags & PH_TRIE_STUB))
        return PH_OK;
    ph_trie_node_t *stub = *node;
    ph_trie_node_t *target = atomic_load_explicit(&stub->target, memory_order_acquire);
    if (!target) {
        ph_err_t err = ph_trie_root_by_hash(store, &target, stub->merkle);
        if (err || !target)
            return err == PH_ERR_NOT_FOUND ? PH_ERR_INVALID : err ? err : PH_ERR_MALFORMED;
        ph_trie_node_t *expected = NULL;
        if (!atomic_compare_exchange_strong(&stub->target, &expected, target)) {
            ph_trie_node_unref(store, target);
            target = expected;
        }
    }
    *node = target;
    return PH_OK;
}

ph_err_t ph_trie_value(ph_trie_store_t *store, ph_bytes_t *out, ph_trie_node_t *node)
{
    ph_buf_t *buf = atomic_load_explicit(&node->value, memory_order_acquire);
    if (!buf) {
        ph_err_t err = from_backing(store, &buf, node->value_hash);
        if (err)
            return err == PH_ERR_NOT_FOUND ? PH_ERR_INVALID : err;
        ph_buf_t *expected = NULL;
        if (!atomic_compare_exchange_strong(&node->value, &expected, buf)) {
            ph_buf_unref(buf);
            buf = expected;
        }
    }
    *out = ph_buf_bytes(buf);
    return PH_OK;
}
