#include "chain/pool.h"

#include <stdio.h>
#include <string.h>

#include "chain/pool_private.h"
#include "chain/private.h"
#include "crypto/hash.h"

/* How many may wait for validation, in number and bytes, and how large one may be: what a block may hold.
 * (sc-network-transactions: MAX_PENDING_TRANSACTIONS.) */
enum { WAITING_MAX = 8192, WAITING_BYTES_MAX = 20 << 20, XT_LEN_MAX = 5 << 20 };
#define BAN_MS UINT64_C(1800000)

static const ph_pool_limit_t ready_default = {8192, 20 << 20}, future_default = {512, 1 << 20};

/* ---- the runtime's word ---- */

static ph_err_t ask_runtime(void *ctx, ph_writer_t *out, const ph_relay_block_t *at,
                            ph_transaction_source_kind_t source, ph_bytes_t xt)
{
    char why[200];
    ph_writer_t args = PH_WRITER_HEAP;
    (void)ctx;
    ph_write_u8(&args, (uint8_t)source);
    ph_write_bytes(&args, xt);
    ph_write(&args, at->hash.bytes, sizeof at->hash.bytes);
    ph_err_t err = ph_execute_call(out, at, "TaggedTransactionQueue_validate_transaction", ph_writer_bytes(&args), why,
                                   sizeof why);
    ph_writer_free(&args);
    return err;
}

/* ---- life ---- */

ph_pool_t *ph_pool_new(const ph_pool_config_t *config)
{
    ph_pool_t *pool = ph_mem_alloc(NULL, sizeof *pool);
    pool->config = *config;
    pool->env = config->env;
    if (!config->ready.count)
        pool->config.ready = ready_default;
    if (!config->future.count)
        pool->config.future = future_default;
    if (!config->ban_ms)
        pool->config.ban_ms = BAN_MS;
    if (!config->validate)
        pool->config.validate = ask_runtime;
    pool->best = ph_relay_block_ref(config->best);
    ph_pool_graph_init(&pool->graph);
    ph_map_init(&pool->banned, sizeof(ph_hash_t), sizeof(uint64_t));
    ph_map_init(&pool->checking, sizeof(ph_hash_t), sizeof(pool_check_t *));
    ph_map_init(&pool->standing, sizeof(ph_hash_t), 1);
    return pool;
}

static void free_checks(pool_checks_t *checks)
{
    for (size_t i = 0; i < checks->count; i++)
        ph_pool_check_free(checks->items[i]);
    ph_list_free(checks);
}

void ph_pool_free(ph_pool_t *pool)
{
    if (!pool)
        return;
    if (pool->batch)
        pool->batch->pool = NULL; /* its end disposes of it */
    free_checks(&pool->urgent);
    free_checks(&pool->queued);
    ph_map_free(&pool->checking);
    ph_map_free(&pool->standing);
    ph_map_free(&pool->banned);
    ph_pool_graph_free(&pool->graph);
    ph_relay_block_unref(pool->best);
    ph_mem_free(pool);
}

/* ---- bans ---- */

bool ph_pool_is_banned(const ph_pool_t *pool, const ph_hash_t *hash)
{
    const uint64_t *until = ph_map_get(&pool->banned, hash);
    return until && *until > ph_env_now_ms(pool->env);
}

/* The oldest ones, until so many are left; and those whose time is over. */
static void lift_bans(ph_pool_t *pool, size_t left)
{
    uint64_t now = ph_env_now_ms(pool->env);
    const void *key;
    void *value;
    for (size_t i = 0; ph_map_next(&pool->banned, &i, &key, &value);) {
        if (pool->banned.count <= left && *(const uint64_t *)value > now)
            return;
        ph_map_remove(&pool->banned, key);
    }
}

void ph_pool_ban(ph_pool_t *pool, const ph_hash_t *hash)
{
    size_t expected = pool->config.ready.count + pool->config.future.count;
    ph_map_remove(&pool->banned, hash); /* to the end */
    *(uint64_t *)ph_map_put(&pool->banned, hash, NULL) = ph_env_now_ms(pool->env) + pool->config.ban_ms;
    if (pool->banned.count > 2 * expected)
        lift_bans(pool, expected);
}

/* ---- coming in ---- */

ph_hash_t ph_pool_hash(ph_bytes_t xt)
{
    ph_hash_t hash;
    ph_writer_t w = PH_WRITER_HEAP;
    ph_write_bytes(&w, xt);
    ph_blake2_256(hash.bytes, ph_writer_bytes(&w));
    ph_writer_free(&w);
    return hash;
}

static void join_check(pool_check_t *check, ph_pool_answer_fn done, void *ctx, uint64_t tag)
{
    if (done)
        ph_list_push(NULL, &check->waiters, ((pool_waiter_t){done, ctx, tag}));
}

/* Whether it need not be validated at all, and the answer then. */
static bool is_settled(const ph_pool_t *pool, ph_pool_answer_t *answer, size_t len)
{
    if (ph_pool_graph_get(&pool->graph, &answer->hash))
        answer->verdict = PH_POOL_KNOWN;
    else if (ph_pool_is_banned(pool, &answer->hash))
        answer->verdict = PH_POOL_BANNED;
    else if (len > XT_LEN_MAX)
        answer->verdict = PH_POOL_TOO_LARGE;
    else if (pool->queued.count >= WAITING_MAX || pool->queued_bytes + len > WAITING_BYTES_MAX)
        answer->verdict = PH_POOL_BUSY;
    else
        return false;
    return true;
}

ph_hash_t ph_pool_submit(ph_pool_t *pool, ph_bytes_t xt, ph_transaction_source_kind_t source, ph_pool_answer_fn done,
                         void *ctx, uint64_t tag)
{
    ph_pool_answer_t answer = {.hash = ph_pool_hash(xt)};
    pool_check_t **known = ph_map_get(&pool->checking, &answer.hash);
    if (known) {
        join_check(*known, done, ctx, tag);
    } else if (is_settled(pool, &answer, xt.len)) {
        if (done)
            done(ctx, tag, &answer);
    } else {
        pool_check_t *check = ph_pool_check_new(CHECK_SUBMITTED, &answer.hash, ph_buf_new(xt), (uint8_t)source, NULL);
        join_check(check, done, ctx, tag);
        ph_list_push(NULL, &pool->queued, check);
        *(pool_check_t **)ph_map_put(&pool->checking, &check->hash, NULL) = check;
        pool->queued_bytes += xt.len;
        ph_pool_pump(pool);
    }
    return answer.hash;
}

void ph_pool_forget(ph_pool_t *pool, void *ctx)
{
    void *value;
    for (size_t i = 0; ph_map_next(&pool->checking, &i, NULL, &value);) {
        pool_check_t *check = *(pool_check_t **)value;
        for (size_t w = 0; w < check->waiters.count;)
            if (check->waiters.items[w].ctx == ctx)
                ph_list_remove(&check->waiters, w);
            else
                w++;
    }
}

/* ---- looking ---- */

ph_pool_place_t ph_pool_find(const ph_pool_t *pool, const ph_hash_t *hash)
{
    const ph_pool_tx_t *tx = ph_pool_graph_get(&pool->graph, hash);
    if (tx)
        return tx->ready ? PH_POOL_IN_READY : PH_POOL_IN_FUTURE;
    if (ph_map_get(&pool->checking, hash))
        return PH_POOL_IN_CHECK;
    return ph_pool_is_banned(pool, hash) ? PH_POOL_IN_BAN : PH_POOL_NOWHERE;
}

void ph_pool_stats(const ph_pool_t *pool, ph_pool_stats_t *out)
{
    *out = (ph_pool_stats_t){pool->graph.ready, pool->graph.future, pool->checking.count, pool->banned.count};
}

const ph_pool_graph_t *ph_pool_graph(const ph_pool_t *pool)
{
    return &pool->graph;
}

const ph_relay_block_t *ph_pool_best(const ph_pool_t *pool)
{
    return pool->best;
}

static const char *variant_name(const ph_type_t *type, uint8_t kind)
{
    for (size_t i = 0; i < type->variant_count; i++)
        if (type->variants[i].index == kind)
            return type->variants[i].name;
    return "?";
}

static void explain_error(char *out, size_t out_len, const ph_transaction_validity_error_t *error)
{
    bool invalid = error->kind == PH_TRANSACTION_VALIDITY_ERROR_INVALID;
    const char *name = invalid ? variant_name(&ph_type_invalid_transaction, error->invalid.kind)
                               : variant_name(&ph_type_unknown_transaction, error->unknown.kind);
    if (invalid && error->invalid.kind == PH_INVALID_TRANSACTION_CUSTOM)
        snprintf(out, out_len, "invalid: Custom(%u)", error->invalid.custom);
    else if (!invalid && error->unknown.kind == PH_UNKNOWN_TRANSACTION_CUSTOM)
        snprintf(out, out_len, "unknown validity: Custom(%u)", error->unknown.custom);
    else
        snprintf(out, out_len, "%s: %s", invalid ? "invalid" : "unknown validity", name);
}

void ph_pool_explain(char *out, size_t out_len, const ph_pool_answer_t *answer)
{
    static const char *const texts[] = {
        [PH_POOL_READY] = "ready",
        [PH_POOL_FUTURE] = "waits for others",
        [PH_POOL_KNOWN] = "already in the pool",
        [PH_POOL_BANNED] = "temporarily banned: it was in a block, or invalid, not long ago",
        [PH_POOL_UNDECODABLE] = "no extrinsic that the runtime can read",
        [PH_POOL_NO_TAGS] = "it provides nothing, so it could be repeated for ever",
        [PH_POOL_LOW_PRIORITY] = "its priority is too low to replace what provides the same",
        [PH_POOL_CYCLE] = "it would replace what it stands on",
        [PH_POOL_UNACTIONABLE] = "not to be passed on, and this node makes no blocks",
        [PH_POOL_DROPPED] = "the pool is full of better ones",
        [PH_POOL_BUSY] = "too many wait to be validated",
        [PH_POOL_TOO_LARGE] = "larger than a block",
    };
    if (answer->verdict == PH_POOL_INVALID || answer->verdict == PH_POOL_UNKNOWN)
        explain_error(out, out_len, &answer->error);
    else
        snprintf(out, out_len, "%s", texts[answer->verdict]);
}

/* ---- leaving ---- */

void ph_pool_note(ph_pool_t *pool, ph_pool_change_t *change)
{
    for (size_t i = 0; i < change->ready.count && pool->config.became_ready; i++) {
        const ph_pool_tx_t *tx = ph_pool_graph_get(&pool->graph, &change->ready.items[i]);
        if (tx && tx->ready)
            pool->config.became_ready(pool->config.ctx, tx);
    }
    ph_pool_change_free(change);
}

void ph_pool_drop_invalid(ph_pool_t *pool, const ph_hash_t *hashes, size_t count)
{
    ph_pool_txs_t removed = {0};
    for (size_t i = 0; i < count; i++)
        ph_pool_ban(pool, &hashes[i]);
    ph_pool_graph_remove(&pool->graph, &removed, hashes, count);
    ph_pool_txs_free(&removed);
}

void ph_pool_check_again(ph_pool_t *pool, const ph_hash_t *hashes, size_t count)
{
    ph_pool_txs_t removed = {0};
    ph_pool_graph_remove(&pool->graph, &removed, hashes, count);
    for (size_t i = 0; i < removed.count; i++)
        ph_pool_want_check(pool, CHECK_AGAIN, &removed.items[i]->hash, ph_buf_ref(removed.items[i]->xt),
                           removed.items[i]->source);
    ph_pool_txs_free(&removed);
    ph_pool_pump(pool);
}

/* ---- new best blocks ---- */

static bool is_empty(const ph_pool_t *pool)
{
    return !pool->graph.txs.count && !pool->checking.count;
}

/* Inherents are what authors make and nobody submits. */
static bool may_be_submitted(ph_bytes_t xt)
{
    return xt.len && xt.data[0] >> 6 != 0;
}

/* What a new block holds leaves the pool; what it provides besides is asked for. */
static void prune_block(ph_pool_t *pool, ph_map_t *included, const ph_relay_block_t *block, ph_relay_block_t *parent)
{
    ph_pool_hashes_t tags = {0};
    ph_pool_change_t change = {0};
    bool empty = is_empty(pool);
    for (size_t i = 0; i < block->body.count; i++) {
        ph_hash_t hash = ph_pool_hash(block->body.items[i]);
        const ph_pool_tx_t *tx = ph_pool_graph_get(&pool->graph, &hash);
        (void)ph_map_put(included, &hash, NULL);
        if (tx || may_be_submitted(block->body.items[i]))
            ph_pool_ban(pool, &hash);
        for (size_t k = 0; tx && k < tx->gives.count; k++)
            ph_list_push(NULL, &tags, tx->gives.items[k]);
        if (!tx && !empty)
            ph_list_push(NULL, &pool->urgent,
                         ph_pool_check_new(CHECK_BLOCK_TAGS, &hash, ph_buf_new(block->body.items[i]),
                                           PH_TRANSACTION_SOURCE_IN_BLOCK, parent));
    }
    ph_pool_graph_prune(&pool->graph, &change, tags.items, tags.count, true);
    for (size_t i = 0; i < change.removed.count; i++) {
        ph_pool_tx_t *tx = change.removed.items[i];
        if (!ph_map_get(included, &tx->hash))
            ph_pool_want_check(pool, CHECK_AGAIN, &tx->hash, ph_buf_ref(tx->xt), tx->source);
    }
    ph_pool_note(pool, &change);
    ph_list_free(&tags);
}

static void bring_back(ph_pool_t *pool, const ph_map_t *included, const ph_relay_block_t *block)
{
    for (size_t i = 0; i < block->body.count; i++) {
        ph_hash_t hash = ph_pool_hash(block->body.items[i]);
        if (!ph_map_get(included, &hash) && !ph_pool_graph_get(&pool->graph, &hash))
            ph_pool_want_check(pool, CHECK_RETRACTED, &hash, ph_buf_new(block->body.items[i]),
                               PH_TRANSACTION_SOURCE_EXTERNAL);
    }
}

static void drop_stale(ph_pool_t *pool)
{
    ph_pool_hashes_t stale = {0};
    void *value;
    for (size_t i = 0; ph_map_next(&pool->graph.txs, &i, NULL, &value);) {
        const ph_pool_tx_t *tx = *(ph_pool_tx_t **)value;
        if (tx->valid_till <= pool->best->header.number)
            ph_list_push(NULL, &stale, tx->hash);
    }
    ph_pool_drop_invalid(pool, stale.items, stale.count);
    ph_list_free(&stale);
}

static void revalidate_ready(ph_pool_t *pool)
{
    void *value;
    for (size_t i = 0; ph_map_next(&pool->graph.txs, &i, NULL, &value);) {
        const ph_pool_tx_t *tx = *(ph_pool_tx_t **)value;
        if (tx->ready)
            (void)ph_map_put(&pool->standing, &tx->hash, NULL);
    }
}

static void set_best(ph_pool_t *pool, ph_relay_block_t *block)
{
    ph_relay_block_t *old = pool->best;
    pool->best = ph_relay_block_ref(block);
    ph_relay_block_unref(old);
}

void ph_pool_enact(ph_pool_t *pool, ph_relay_block_t *const *retracted, size_t retracted_count,
                   ph_relay_block_t *ancestor, ph_relay_block_t *const *enacted, size_t enacted_count)
{
    ph_map_t included;
    PH_CHECK(enacted_count > 0);
    ph_map_init(&included, sizeof(ph_hash_t), 1);
    if (retracted_count)
        ph_pool_graph_forget_blocks(&pool->graph);
    set_best(pool, enacted[enacted_count - 1]);
    for (size_t i = 0; i < enacted_count; i++)
        prune_block(pool, &included, enacted[i], i ? enacted[i - 1] : ancestor);
    for (size_t i = retracted_count; i-- > 0;)
        bring_back(pool, &included, retracted[i]);
    drop_stale(pool);
    lift_bans(pool, SIZE_MAX);
    revalidate_ready(pool);
    ph_map_free(&included);
    ph_pool_pump(pool);
}
