#include "chain/pool_graph.h"

#include <string.h>

#include "base/check.h"
#include "crypto/hash.h"

typedef struct tag {
    ph_pool_tx_t *provider; /* a ready one; NULL: none */
    ph_pool_txs_t users;    /* all that need it, in order of arrival */
} tag_t;

/* ---- lists ---- */

static bool has(const ph_pool_hashes_t *list, const ph_hash_t *hash)
{
    for (size_t i = 0; i < list->count; i++)
        if (memcmp(&list->items[i], hash, sizeof *hash) == 0)
            return true;
    return false;
}

static void drop(ph_pool_hashes_t *list, const ph_hash_t *hash)
{
    for (size_t i = 0; i < list->count; i++)
        if (memcmp(&list->items[i], hash, sizeof *hash) == 0) {
            ph_list_remove(list, i);
            return;
        }
}

ph_pool_tx_t *ph_pool_tx_new(const ph_hash_t *hash, ph_buf_t *xt)
{
    ph_pool_tx_t *tx = ph_mem_alloc(NULL, sizeof *tx);
    tx->hash = *hash;
    tx->xt = ph_buf_ref(xt);
    return tx;
}

void ph_pool_tx_free(ph_pool_tx_t *tx)
{
    if (!tx)
        return;
    ph_buf_unref(tx->xt);
    ph_list_free(&tx->needs);
    ph_list_free(&tx->gives);
    ph_list_free(&tx->missing);
    ph_mem_free(tx);
}

void ph_pool_tx_tag(ph_pool_hashes_t *list, ph_bytes_t tag)
{
    ph_hash_t hash;
    ph_blake2_256(hash.bytes, tag);
    if (!has(list, &hash))
        ph_list_push(NULL, list, hash);
}

void ph_pool_txs_free(ph_pool_txs_t *txs)
{
    for (size_t i = 0; i < txs->count; i++)
        ph_pool_tx_free(txs->items[i]);
    ph_list_free(txs);
}

void ph_pool_change_free(ph_pool_change_t *change)
{
    ph_list_free(&change->ready);
    ph_pool_txs_free(&change->removed);
}

/* ---- tags ---- */

static tag_t *find_tag(const ph_pool_graph_t *g, const ph_hash_t *tag)
{
    return ph_map_get(&g->tags, tag);
}

static tag_t *make_tag(ph_pool_graph_t *g, const ph_hash_t *tag)
{
    return ph_map_put(&g->tags, tag, NULL);
}

static void forget_if_empty(ph_pool_graph_t *g, const ph_hash_t *tag)
{
    tag_t *t = find_tag(g, tag);
    if (!t || t->provider || t->users.count)
        return;
    ph_list_free(&t->users);
    ph_map_remove(&g->tags, tag);
}

static ph_pool_tx_t *provider_of(const ph_pool_graph_t *g, const ph_hash_t *tag)
{
    const tag_t *t = find_tag(g, tag);
    return t ? t->provider : NULL;
}

static bool is_provided(const ph_pool_graph_t *g, const ph_hash_t *tag)
{
    return provider_of(g, tag) || ph_map_get(&g->pruned[0], tag) || ph_map_get(&g->pruned[1], tag);
}

/* ---- life ---- */

void ph_pool_graph_init(ph_pool_graph_t *g)
{
    memset(g, 0, sizeof *g);
    ph_map_init(&g->txs, sizeof(ph_hash_t), sizeof(ph_pool_tx_t *));
    ph_map_init(&g->tags, sizeof(ph_hash_t), sizeof(tag_t));
    ph_map_init(&g->pruned[0], sizeof(ph_hash_t), 1);
    ph_map_init(&g->pruned[1], sizeof(ph_hash_t), 1);
}

void ph_pool_graph_free(ph_pool_graph_t *g)
{
    void *value;
    for (size_t i = 0; ph_map_next(&g->txs, &i, NULL, &value);)
        ph_pool_tx_free(*(ph_pool_tx_t **)value);
    for (size_t i = 0; ph_map_next(&g->tags, &i, NULL, &value);)
        ph_list_free(&((tag_t *)value)->users);
    ph_map_free(&g->txs);
    ph_map_free(&g->tags);
    ph_map_free(&g->pruned[0]);
    ph_map_free(&g->pruned[1]);
}

ph_pool_tx_t *ph_pool_graph_get(const ph_pool_graph_t *g, const ph_hash_t *hash)
{
    ph_pool_tx_t **slot = ph_map_get(&g->txs, hash);
    return slot ? *slot : NULL;
}

static void count_in(ph_pool_graph_t *g, const ph_pool_tx_t *tx)
{
    ph_pool_limit_t *queue = tx->ready ? &g->ready : &g->future;
    queue->count++;
    queue->bytes += tx->len;
}

static void count_out(ph_pool_graph_t *g, const ph_pool_tx_t *tx)
{
    ph_pool_limit_t *queue = tx->ready ? &g->ready : &g->future;
    PH_CHECK(queue->count > 0 && queue->bytes >= tx->len);
    queue->count--;
    queue->bytes -= tx->len;
}

static void use_tags(ph_pool_graph_t *g, ph_pool_tx_t *tx)
{
    for (size_t i = 0; i < tx->needs.count; i++)
        ph_list_push(NULL, &make_tag(g, &tx->needs.items[i])->users, tx);
}

static void leave_tags(ph_pool_graph_t *g, ph_pool_tx_t *tx)
{
    for (size_t i = 0; i < tx->needs.count; i++) {
        tag_t *t = find_tag(g, &tx->needs.items[i]);
        for (size_t u = 0; u < t->users.count; u++)
            if (t->users.items[u] == tx) {
                ph_list_remove(&t->users, u);
                break;
            }
        forget_if_empty(g, &tx->needs.items[i]);
    }
}

/* A future one from now on, waiting for what is in tx->missing. */
static void attach(ph_pool_graph_t *g, ph_pool_tx_t *tx)
{
    *(ph_pool_tx_t **)ph_map_put(&g->txs, &tx->hash, NULL) = tx;
    tx->ready = false;
    tx->order = ++g->arrivals;
    count_in(g, tx);
    use_tags(g, tx);
}

/* Out of every list; what it gave has no provider any more. */
static void detach(ph_pool_graph_t *g, ph_pool_tx_t *tx)
{
    leave_tags(g, tx);
    for (size_t i = 0; i < tx->gives.count; i++) {
        tag_t *t = find_tag(g, &tx->gives.items[i]);
        if (t && t->provider == tx)
            t->provider = NULL;
        forget_if_empty(g, &tx->gives.items[i]);
    }
    count_out(g, tx);
    ph_map_remove(&g->txs, &tx->hash);
}

/* ---- removing with all that depends on it ---- */

static void push_ready_users(const ph_pool_graph_t *g, ph_pool_hashes_t *out, const ph_pool_tx_t *tx)
{
    for (size_t i = 0; i < tx->gives.count; i++) {
        const tag_t *t = find_tag(g, &tx->gives.items[i]);
        for (size_t u = 0; t && u < t->users.count; u++)
            if (t->users.items[u]->ready)
                ph_list_push(NULL, out, t->users.items[u]->hash);
    }
}

static void miss_again(const ph_pool_graph_t *g, const ph_hash_t *tag)
{
    const tag_t *t = find_tag(g, tag);
    if (ph_map_get(&g->pruned[0], tag) || ph_map_get(&g->pruned[1], tag))
        return;
    for (size_t u = 0; t && u < t->users.count; u++)
        if (!t->users.items[u]->ready && !has(&t->users.items[u]->missing, tag))
            ph_list_push(NULL, &t->users.items[u]->missing, *tag);
}

/* Takes the hashes from the end of `stack`. A branch is followed while some tag goes that is not in `kept`. */
static void remove_ready(ph_pool_graph_t *g, ph_pool_txs_t *removed, ph_pool_hashes_t *stack,
                         const ph_pool_hashes_t *kept)
{
    while (stack->count) {
        ph_hash_t hash = stack->items[--stack->count];
        ph_pool_tx_t *tx = ph_pool_graph_get(g, &hash);
        bool tags_go = false;
        if (!tx || !tx->ready)
            continue;
        for (size_t i = 0; i < tx->gives.count; i++) {
            if (kept && has(kept, &tx->gives.items[i]))
                continue;
            tags_go = true;
            miss_again(g, &tx->gives.items[i]);
        }
        if (tags_go)
            push_ready_users(g, stack, tx);
        detach(g, tx);
        ph_list_push(NULL, removed, tx);
    }
}

void ph_pool_graph_remove(ph_pool_graph_t *g, ph_pool_txs_t *removed, const ph_hash_t *hashes, size_t count)
{
    ph_pool_hashes_t stack = {0};
    for (size_t i = count; i-- > 0;)
        ph_list_push(NULL, &stack, hashes[i]);
    remove_ready(g, removed, &stack, NULL);
    ph_list_free(&stack);
    for (size_t i = 0; i < count; i++) {
        ph_pool_tx_t *tx = ph_pool_graph_get(g, &hashes[i]);
        if (!tx)
            continue;
        detach(g, tx);
        ph_list_push(NULL, removed, tx);
    }
}

/* ---- becoming ready ---- */

/* Does the transaction need one of these, or what needs one of these? */
static bool stands_on(ph_pool_graph_t *g, const ph_pool_tx_t *tx, const ph_pool_hashes_t *these)
{
    PH_LIST(const ph_pool_tx_t *) stack = {0};
    bool found = false;
    g->walks++;
    ph_list_push(NULL, &stack, tx);
    while (stack.count && !found) {
        const ph_pool_tx_t *at = stack.items[--stack.count];
        for (size_t i = 0; i < at->needs.count && !found; i++) {
            ph_pool_tx_t *provider = provider_of(g, &at->needs.items[i]);
            if (!provider || provider->mark == g->walks)
                continue;
            provider->mark = g->walks;
            found = has(these, &provider->hash);
            ph_list_push(NULL, &stack, provider);
        }
    }
    ph_list_free(&stack);
    return found;
}

/* Would it stand on what it replaces, or on what will stand on it (the chain may once have provided what it provides)?
 */
static bool makes_a_circle(ph_pool_graph_t *g, const ph_pool_tx_t *tx, const ph_pool_hashes_t *replaced)
{
    ph_pool_hashes_t these = {0};
    for (size_t i = 0; i < replaced->count; i++)
        ph_list_push(NULL, &these, replaced->items[i]);
    push_ready_users(g, &these, tx);
    bool circle = these.count && stands_on(g, tx, &these);
    ph_list_free(&these);
    return circle;
}

/* Those that provide the same go, if all of them together have less priority. */
static ph_err_t replace(ph_pool_graph_t *g, ph_pool_txs_t *removed, const ph_pool_tx_t *tx)
{
    ph_pool_hashes_t old = {0};
    uint64_t priority = 0;
    ph_err_t err = PH_OK;
    for (size_t i = 0; i < tx->gives.count; i++) {
        const ph_pool_tx_t *provider = provider_of(g, &tx->gives.items[i]);
        if (!provider || has(&old, &provider->hash))
            continue;
        ph_list_push(NULL, &old, provider->hash);
        priority = priority > UINT64_MAX - provider->priority ? UINT64_MAX : priority + provider->priority;
    }
    if (old.count && priority >= tx->priority)
        err = PH_ERR_REFUSED;
    else if (makes_a_circle(g, tx, &old))
        err = PH_ERR_CONFLICT;
    else
        remove_ready(g, removed, &old, &tx->gives);
    ph_list_free(&old);
    return err;
}

/* Future ones whose last missing tag this is, onto `out`. */
static void satisfy(const ph_pool_graph_t *g, ph_pool_txs_t *out, const ph_hash_t *tag)
{
    const tag_t *t = find_tag(g, tag);
    for (size_t u = 0; t && u < t->users.count; u++) {
        ph_pool_tx_t *tx = t->users.items[u];
        if (tx->ready || !has(&tx->missing, tag))
            continue;
        drop(&tx->missing, tag);
        if (!tx->missing.count)
            ph_list_push(NULL, out, tx);
    }
}

static ph_err_t become_ready(ph_pool_graph_t *g, ph_pool_change_t *change, ph_pool_tx_t *tx)
{
    PH_TRY(replace(g, &change->removed, tx));
    count_out(g, tx);
    tx->ready = true;
    tx->order = ++g->arrivals;
    count_in(g, tx);
    for (size_t i = 0; i < tx->gives.count; i++)
        make_tag(g, &tx->gives.items[i])->provider = tx;
    ph_list_push(NULL, &change->ready, tx->hash);
    return PH_OK;
}

static bool is_removed(const ph_pool_change_t *change, const ph_hash_t *hash)
{
    for (size_t i = 0; i < change->removed.count; i++)
        if (memcmp(&change->removed.items[i]->hash, hash, sizeof *hash) == 0)
            return true;
    return false;
}

static void keep_those_still_here(ph_pool_change_t *change, size_t from)
{
    for (size_t i = from; i < change->ready.count;)
        if (is_removed(change, &change->ready.items[i]))
            ph_list_remove(&change->ready, i);
        else
            i++;
}

/* The transaction, which misses nothing, and all that waited for it alone. Who was made ready and then pushed out by
 * others is out; nobody pushes out what it stands on, so the first one stays. */
static ph_err_t promote(ph_pool_graph_t *g, ph_pool_change_t *change, ph_pool_tx_t *first)
{
    ph_pool_txs_t stack = {0};
    size_t ready_before = change->ready.count;
    ph_err_t err = PH_OK;
    ph_list_push(NULL, &stack, first);
    while (stack.count && err == PH_OK) {
        ph_pool_tx_t *tx = stack.items[--stack.count];
        /* Those promoted before may have pushed out what this one stood on; or it stands in the stack twice. */
        if (tx->missing.count || tx->ready || ph_pool_graph_get(g, &tx->hash) != tx)
            continue;
        ph_err_t refused = become_ready(g, change, tx);
        if (refused == PH_OK) {
            for (size_t i = 0; i < tx->gives.count; i++)
                satisfy(g, &stack, &tx->gives.items[i]);
            continue;
        }
        err = tx == first ? refused : PH_OK;
        detach(g, tx);
        ph_list_push(NULL, &change->removed, tx);
    }
    ph_list_free(&stack);
    keep_those_still_here(change, ready_before);
    PH_CHECK(err != PH_OK || first->ready);
    return err;
}

ph_err_t ph_pool_graph_import(ph_pool_graph_t *g, ph_pool_change_t *change, ph_pool_tx_t *tx)
{
    if (ph_pool_graph_get(g, &tx->hash)) {
        ph_pool_tx_free(tx);
        return PH_ERR_EXISTS;
    }
    for (size_t i = 0; i < tx->needs.count; i++)
        if (has(&tx->gives, &tx->needs.items[i])) {
            ph_pool_tx_free(tx);
            return PH_ERR_CONFLICT;
        }
    tx->missing.count = 0;
    for (size_t i = 0; i < tx->needs.count; i++)
        if (!is_provided(g, &tx->needs.items[i]))
            ph_list_push(NULL, &tx->missing, tx->needs.items[i]);
    attach(g, tx);
    return tx->missing.count ? PH_OK : promote(g, change, tx);
}

static bool same_hashes(const ph_pool_hashes_t *a, const ph_pool_hashes_t *b)
{
    return a->count == b->count && (!a->count || memcmp(a->items, b->items, a->count * sizeof *a->items) == 0);
}

bool ph_pool_graph_refresh(ph_pool_graph_t *g, const ph_hash_t *hash, ph_pool_tx_t *fresh)
{
    ph_pool_tx_t *tx = ph_pool_graph_get(g, hash);
    if (!tx || !tx->ready || tx->priority != fresh->priority || !same_hashes(&tx->gives, &fresh->gives))
        return false;
    for (size_t i = 0; i < fresh->needs.count; i++)
        if (!provider_of(g, &fresh->needs.items[i]))
            return false;
    ph_pool_hashes_t itself = {.items = &tx->hash, .count = 1};
    if (stands_on(g, fresh, &itself))
        return false;
    if (!same_hashes(&tx->needs, &fresh->needs)) {
        ph_pool_hashes_t old = tx->needs;
        leave_tags(g, tx);
        tx->needs = fresh->needs;
        fresh->needs = old;
        use_tags(g, tx);
    }
    tx->valid_till = fresh->valid_till;
    tx->propagate = fresh->propagate;
    ph_pool_tx_free(fresh);
    return true;
}

/* ---- what the chain provides ---- */

void ph_pool_graph_forget_blocks(ph_pool_graph_t *g)
{
    ph_map_free(&g->pruned[0]);
    ph_map_free(&g->pruned[1]);
}

static bool is_needed(const ph_pool_graph_t *g, const ph_pool_tx_t *tx)
{
    for (size_t i = 0; i < tx->gives.count; i++) {
        const tag_t *t = find_tag(g, &tx->gives.items[i]);
        for (size_t u = 0; t && u < t->users.count; u++)
            if (t->users.items[u]->ready)
                return true;
    }
    return false;
}

/* The provider of the tag, and before it those that nobody else needs. */
static void prune_ready(ph_pool_graph_t *g, ph_pool_txs_t *removed, const ph_hash_t *first)
{
    ph_pool_txs_t stack = {0};
    ph_pool_tx_t *provider = provider_of(g, first);
    if (provider)
        ph_list_push(NULL, &stack, provider);
    while (stack.count) {
        ph_pool_tx_t *tx = stack.items[--stack.count];
        ph_pool_txs_t before = {0};
        for (size_t i = 0; i < tx->needs.count; i++)
            if ((provider = provider_of(g, &tx->needs.items[i])))
                ph_list_push(NULL, &before, provider);
        detach(g, tx);
        ph_list_push(NULL, removed, tx);
        for (size_t i = 0; i < before.count; i++) {
            bool again = false;
            for (size_t k = 0; k < stack.count; k++)
                again = again || stack.items[k] == before.items[i];
            if (!again && !is_needed(g, before.items[i]))
                ph_list_push(NULL, &stack, before.items[i]);
        }
        ph_list_free(&before);
    }
    ph_list_free(&stack);
}

/* Future ones that would give what the chain has given. */
static void prune_future(ph_pool_graph_t *g, ph_pool_txs_t *removed, const ph_hash_t *tags, size_t count)
{
    ph_map_t wanted;
    void *value;
    ph_map_init(&wanted, sizeof(ph_hash_t), 1);
    for (size_t i = 0; i < count; i++)
        (void)ph_map_put(&wanted, &tags[i], NULL);
    for (size_t i = 0; g->future.count && ph_map_next(&g->txs, &i, NULL, &value);) {
        ph_pool_tx_t *tx = *(ph_pool_tx_t **)value;
        bool given = false;
        for (size_t k = 0; !tx->ready && k < tx->gives.count; k++)
            given = given || ph_map_get(&wanted, &tx->gives.items[k]);
        if (!given)
            continue;
        detach(g, tx);
        ph_list_push(NULL, removed, tx);
    }
    ph_map_free(&wanted);
}

void ph_pool_graph_prune(ph_pool_graph_t *g, ph_pool_change_t *change, const ph_hash_t *tags, size_t count,
                         bool new_block)
{
    ph_pool_txs_t freed = {0};
    if (new_block) {
        g->pruned_at = 1 - g->pruned_at;
        ph_map_free(&g->pruned[g->pruned_at]);
    }
    prune_future(g, &change->removed, tags, count);
    for (size_t i = 0; i < count; i++) {
        satisfy(g, &freed, &tags[i]);
        prune_ready(g, &change->removed, &tags[i]);
        (void)ph_map_put(&g->pruned[g->pruned_at], &tags[i], NULL);
    }
    /* By hash: promoting one may push another out. */
    ph_pool_hashes_t hashes = {0};
    for (size_t i = 0; i < freed.count; i++)
        ph_list_push(NULL, &hashes, freed.items[i]->hash);
    for (size_t i = 0; i < hashes.count; i++) {
        ph_pool_tx_t *tx = ph_pool_graph_get(g, &hashes.items[i]);
        if (tx && !tx->ready && !tx->missing.count)
            (void)promote(g, change, tx);
    }
    ph_list_free(&hashes);
    ph_list_free(&freed);
}

/* ---- limits ---- */

static bool exceeds(ph_pool_limit_t used, ph_pool_limit_t limit)
{
    return used.count > limit.count || used.bytes > limit.bytes;
}

static ph_pool_tx_t *worst_of(const ph_pool_graph_t *g, bool ready)
{
    ph_pool_tx_t *worst = NULL;
    void *value;
    for (size_t i = 0; ph_map_next(&g->txs, &i, NULL, &value);) {
        ph_pool_tx_t *tx = *(ph_pool_tx_t **)value;
        if (tx->ready != ready)
            continue;
        bool worse = !worst || (ready && tx->priority != worst->priority ? tx->priority < worst->priority
                                                                         : tx->order < worst->order);
        if (worse)
            worst = tx;
    }
    return worst;
}

void ph_pool_graph_enforce(ph_pool_graph_t *g, ph_pool_txs_t *removed, ph_pool_limit_t ready, ph_pool_limit_t future)
{
    while (exceeds(g->ready, ready)) {
        ph_hash_t hash = worst_of(g, true)->hash;
        ph_pool_graph_remove(g, removed, &hash, 1);
    }
    while (exceeds(g->future, future)) {
        ph_hash_t hash = worst_of(g, false)->hash;
        ph_pool_graph_remove(g, removed, &hash, 1);
    }
}

/* ---- order ---- */

static bool goes_before(const ph_pool_tx_t *a, const ph_pool_tx_t *b)
{
    if (a->priority != b->priority)
        return a->priority > b->priority;
    if (a->valid_till != b->valid_till)
        return a->valid_till < b->valid_till;
    return a->order < b->order;
}

static void heap_push(ph_pool_tx_t **heap, size_t *count, ph_pool_tx_t *tx)
{
    size_t at = (*count)++;
    for (; at && goes_before(tx, heap[(at - 1) / 2]); at = (at - 1) / 2)
        heap[at] = heap[(at - 1) / 2];
    heap[at] = tx;
}

static ph_pool_tx_t *heap_pop(ph_pool_tx_t **heap, size_t *count)
{
    ph_pool_tx_t *top = heap[0], *last = heap[--*count];
    size_t at = 0;
    for (size_t child; (child = 2 * at + 1) < *count; at = child) {
        if (child + 1 < *count && goes_before(heap[child + 1], heap[child]))
            child++;
        if (!goes_before(heap[child], last))
            break;
        heap[at] = heap[child];
    }
    heap[at] = last;
    return top;
}

static void take_place(const ph_pool_graph_t *g, ph_arena_t *arena, ph_pool_ready_t *out, ph_pool_tx_t *tx,
                       size_t place)
{
    uint32_t *parents = ph_arena_alloc(arena, tx->needs.count * sizeof *parents);
    tx->place = place;
    *out = (ph_pool_ready_t){.tx = tx, .parents = parents};
    for (size_t i = 0; i < tx->needs.count; i++) {
        const ph_pool_tx_t *provider = provider_of(g, &tx->needs.items[i]);
        if (provider)
            parents[out->parent_count++] = (uint32_t)provider->place;
    }
}

static void unlock_users(const ph_pool_graph_t *g, ph_pool_tx_t **heap, size_t *heap_count, const ph_pool_tx_t *tx)
{
    for (size_t i = 0; i < tx->gives.count; i++) {
        const tag_t *t = find_tag(g, &tx->gives.items[i]);
        for (size_t u = 0; t && u < t->users.count; u++)
            if (t->users.items[u]->ready && --t->users.items[u]->unmet == 0)
                heap_push(heap, heap_count, t->users.items[u]);
    }
}

size_t ph_pool_graph_ready(const ph_pool_graph_t *g, ph_arena_t *arena, ph_pool_ready_t **out)
{
    ph_pool_tx_t **heap = ph_arena_alloc(arena, (g->ready.count + 1) * sizeof *heap);
    size_t heap_count = 0, count = 0;
    void *value;
    *out = ph_arena_alloc(arena, (g->ready.count + 1) * sizeof **out);
    for (size_t i = 0; ph_map_next(&g->txs, &i, NULL, &value);) {
        ph_pool_tx_t *tx = *(ph_pool_tx_t **)value;
        if (!tx->ready)
            continue;
        tx->unmet = 0;
        for (size_t k = 0; k < tx->needs.count; k++)
            tx->unmet += provider_of(g, &tx->needs.items[k]) != NULL;
        if (!tx->unmet)
            heap_push(heap, &heap_count, tx);
    }
    while (heap_count) {
        ph_pool_tx_t *tx = heap_pop(heap, &heap_count);
        take_place(g, arena, &(*out)[count], tx, count);
        count++;
        unlock_users(g, heap, &heap_count, tx);
    }
    return count;
}
