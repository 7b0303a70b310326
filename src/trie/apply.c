/* Making a new state out of an old one and a sorted batch of changes.
 *
 * The batch goes down the trie as a whole: at each node it is cut by the next nibble, so a path that several changes
 * share is walked and rebuilt once. New nodes are made without hashes; when the tree stands, they are sealed from
 * below.
 */
#include <string.h>

#include "base/check.h"
#include "crypto/hash.h"
#include "trie/node.h"
#include "trie/state.h"

typedef struct ph_apply {
    ph_trie_store_t *store;
    const ph_trie_change_t *changes;
    int version;
    ph_err_t err; /* the first; results are thrown away then */
} ph_apply_t;

/* A position in the old trie: a node whose partial key counts from nibble `skip` on. node NULL: nothing there. */
typedef struct ph_old {
    ph_trie_node_t *node;
    size_t skip;
} ph_old_t;

/* What is found and made at one branching point of the new trie. */
typedef struct ph_fork {
    ph_bytes_t key; /* any key below here: its nibbles from..at are the partial key */
    size_t from, at;
    const ph_trie_change_t *change; /* sets or removes the value here, or NULL */
    ph_trie_node_t *value_of;       /* the old node whose value stays, or NULL */
    uint16_t bitmap;
    ph_trie_node_t *kids[16]; /* owned */
} ph_fork_t;

static size_t old_len(ph_old_t old)
{
    return old.node->partial_len - old.skip;
}
static const uint8_t *old_partial(ph_old_t old)
{
    return ph_trie_partial(old.node) + old.skip;
}

/* A node like `node` with another partial key: `head` (nibbles of key, from..at), maybe a nibble, then its own from
 * skip. */
static ph_trie_node_t *with_partial(ph_apply_t *a, ph_trie_node_t *node, const ph_fork_t *head, const uint8_t *nibble,
                                    size_t skip)
{
    size_t head_len = head ? head->at - head->from : 0, middle = nibble ? 1 : 0;
    ph_trie_node_t *made = ph_trie_node_new(a->store, node->bitmap, head_len + middle + node->partial_len - skip);
    uint8_t *partial = ph_trie_partial(made);
    for (size_t i = 0; i < head_len; i++)
        *partial++ = ph_nibble(head->key, head->from + i);
    if (nibble)
        *partial++ = *nibble;
    memcpy(partial, ph_trie_partial(node) + skip, node->partial_len - skip);
    for (size_t i = 0; i < ph_trie_kid_count(node); i++)
        made->kids[i] = ph_trie_node_ref(node->kids[i]);
    ph_trie_node_take_value(made, node);
    return made;
}

static ph_trie_node_t *unchanged(ph_apply_t *a, ph_old_t old)
{
    return old.skip ? with_partial(a, old.node, NULL, NULL, old.skip) : ph_trie_node_ref(old.node);
}

static void set_value(ph_apply_t *a, ph_trie_node_t *node, const ph_trie_change_t *change)
{
    ph_bytes_t bytes = ph_buf_bytes(change->value);
    node->flags |= PH_TRIE_HAS_VALUE;
    atomic_store_explicit(&node->value, ph_buf_ref(change->value), memory_order_relaxed);
    if (ph_trie_hashes_value(a->version, bytes.len)) {
        node->flags |= PH_TRIE_VALUE_HASHED;
        ph_blake2_256(node->value_hash, bytes);
    }
    if (change->child)
        atomic_store_explicit(&node->child_trie, ph_trie_node_ref(change->child->root), memory_order_relaxed);
}

/* Nibbles from `depth` on that all the changes, and the old partial key, have in common. */
static size_t common_part(ph_apply_t *a, ph_old_t old, size_t lo, size_t hi, size_t depth)
{
    ph_bytes_t first = a->changes[lo].key, last = a->changes[hi - 1].key;
    size_t end = 2 * (first.len < last.len ? first.len : last.len);
    if (old.node && end > depth + old_len(old))
        end = depth + old_len(old);
    size_t at = depth;
    while (at < end && ph_nibble(first, at) == ph_nibble(last, at) &&
           (!old.node || old_partial(old)[at - depth] == ph_nibble(first, at)))
        at++;
    return at - depth;
}

static bool sets_something(ph_apply_t *a, size_t lo, size_t hi)
{
    for (; lo < hi; lo++)
        if (a->changes[lo].value)
            return true;
    return false;
}

/* The node that a fork makes: none, the only kid pulled up, or a leaf or branch. Takes the fork's kids. */
static ph_trie_node_t *join(ph_apply_t *a, ph_fork_t *fork)
{
    bool has_value = fork->change ? fork->change->value != NULL : fork->value_of != NULL;
    if (!has_value && !fork->bitmap)
        return NULL;
    if (!has_value && !(fork->bitmap & (fork->bitmap - 1))) {
        uint8_t nibble = (uint8_t)__builtin_ctz(fork->bitmap);
        ph_trie_node_t *only = fork->kids[nibble];
        ph_err_t err = ph_trie_resolve(a->store, &only);
        ph_trie_node_t *made = NULL;
        if (err)
            a->err = err;
        else
            made = with_partial(a, only, fork, &nibble, 0);
        ph_trie_node_unref(a->store, fork->kids[nibble]);
        return made;
    }
    ph_trie_node_t *made = ph_trie_node_new(a->store, fork->bitmap, fork->at - fork->from);
    for (size_t i = 0; i < made->partial_len; i++)
        ph_trie_partial(made)[i] = ph_nibble(fork->key, fork->from + i);
    for (size_t i = 0, to = 0; i < 16; i++)
        if (fork->kids[i])
            made->kids[to++] = fork->kids[i];
    if (has_value && fork->change)
        set_value(a, made, fork->change);
    else if (has_value)
        ph_trie_node_take_value(made, fork->value_of);
    return made;
}

/* Did nothing come of it? Then the old node serves on. */
static bool is_same(const ph_fork_t *fork, const ph_trie_node_t *old)
{
    if (fork->change || fork->bitmap != old->bitmap)
        return false;
    for (size_t i = 0, at = 0; i < 16; i++)
        if (fork->kids[i] && fork->kids[i] != old->kids[at++])
            return false;
    return true;
}

static ph_trie_node_t *apply(ph_apply_t *a, ph_old_t old, size_t lo, size_t hi, size_t depth);

/* The part of the old trie that continues with `nibble` after `common` nibbles of old's partial key. */
static ph_old_t old_kid(ph_apply_t *a, ph_old_t old, size_t common, uint8_t nibble, bool changes)
{
    ph_old_t none = {0};
    if (!old.node || a->err)
        return none;
    if (common < old_len(old))
        return old_partial(old)[common] == nibble ? (ph_old_t){old.node, old.skip + common + 1} : none;
    if (!ph_trie_has_kid(old.node, nibble))
        return none;
    ph_trie_node_t *kid = ph_trie_kid(old.node, nibble);
    if (changes)
        a->err = ph_trie_resolve(a->store, &kid);
    return a->err ? none : (ph_old_t){kid, 0};
}

static void fork_kids(ph_apply_t *a, ph_fork_t *fork, ph_old_t old, size_t lo, size_t hi)
{
    for (uint8_t nibble = 0; nibble < 16; nibble++) {
        size_t mid = lo;
        while (mid < hi && ph_nibble(a->changes[mid].key, fork->at) == nibble)
            mid++;
        ph_old_t kid = old_kid(a, old, fork->at - fork->from, nibble, mid > lo);
        fork->kids[nibble] = apply(a, kid, lo, mid, fork->at + 1);
        if (fork->kids[nibble])
            fork->bitmap |= (uint16_t)(1u << nibble);
        lo = mid;
    }
}

/* The new trie below `depth` nibbles: old with the changes lo..hi. Returns a reference, NULL for nothing. */
static ph_trie_node_t *apply(ph_apply_t *a, ph_old_t old, size_t lo, size_t hi, size_t depth)
{
    if (lo == hi)
        return old.node ? unchanged(a, old) : NULL;
    size_t common = common_part(a, old, lo, hi, depth);
    bool at_node = old.node && common == old_len(old);
    if (!old.node && !sets_something(a, lo, hi))
        return NULL;
    if (!at_node && hi - lo == 1 && !a->changes[lo].value)
        return unchanged(a, old); /* one removal, of a key that leaves the old trie here */
    ph_fork_t fork = {.key = a->changes[lo].key, .from = depth, .at = depth + common};
    if (2 * a->changes[lo].key.len == fork.at)
        fork.change = &a->changes[lo++];
    if (at_node && old.node->flags & PH_TRIE_HAS_VALUE)
        fork.value_of = old.node;
    if (fork.change && !fork.change->value && !fork.value_of)
        fork.change = NULL; /* removes what is not there */
    fork_kids(a, &fork, old, lo, hi);
    if (at_node && !old.skip && is_same(&fork, old.node)) {
        for (size_t i = 0; i < 16; i++)
            ph_trie_node_unref(a->store, fork.kids[i]);
        return ph_trie_node_ref(old.node);
    }
    return join(a, &fork);
}

static ph_err_t check_changes(const ph_trie_change_t *changes, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (changes[i].key.len > PH_TRIE_KEY_MAX)
            return PH_ERR_TOO_LARGE;
        if (i && ph_bytes_compare(changes[i - 1].key, changes[i].key) >= 0)
            return PH_ERR_INVALID;
    }
    return PH_OK;
}

ph_err_t ph_state_apply(const ph_state_t *state, ph_state_t **out, const ph_trie_change_t *changes, size_t count,
                        int version)
{
    PH_TRY(check_changes(changes, count));
    ph_apply_t a = {.store = state->store, .changes = changes, .version = version};
    ph_trie_node_t *root = apply(&a, (ph_old_t){state->root, 0}, 0, count, 0);
    if (a.err) {
        ph_trie_node_unref(a.store, root);
        return a.err;
    }
    ph_writer_t scratch = PH_WRITER_HEAP;
    root = ph_trie_node_seal(a.store, &scratch, root);
    ph_writer_free(&scratch);
    *out = ph_state_over(state->store, root);
    return PH_OK;
}

ph_err_t ph_state_build(ph_state_t **out, ph_trie_store_t *store, const ph_trie_pair_t *pairs, size_t count,
                        int version)
{
    ph_trie_pair_t *sorted = ph_mem_alloc(NULL, count * sizeof *sorted);
    if (count)
        memcpy(sorted, pairs, count * sizeof *sorted);
    count = ph_trie_sort(sorted, count);
    ph_trie_change_t *changes = ph_mem_alloc(NULL, count * sizeof *changes);
    for (size_t i = 0; i < count; i++)
        changes[i] = (ph_trie_change_t){.key = sorted[i].key, .value = ph_buf_new(sorted[i].value)};
    ph_state_t *empty = ph_state_empty(store);
    ph_err_t err = ph_state_apply(empty, out, changes, count, version);
    for (size_t i = 0; i < count; i++)
        ph_buf_unref(changes[i].value);
    ph_state_unref(empty);
    ph_mem_free(changes);
    ph_mem_free(sorted);
    return err;
}
