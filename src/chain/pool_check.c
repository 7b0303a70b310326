#include <string.h>

#include "base/check.h"
#include "chain/pool_private.h"

/* Validation of transactions in the background, a batch at a time: first what the chain's doing asks for, then what
 * wants to come in, then what is ready already. */

/* Transactions of a batch; how often one is validated anew because the best block has moved on meanwhile. */
enum { BATCH_MAX = 64, TRIES_MAX = 3 };

pool_check_t *ph_pool_check_new(pool_check_kind_t kind, const ph_hash_t *hash, ph_buf_t *xt, uint8_t source,
                                ph_relay_block_t *at)
{
    pool_check_t *check = ph_mem_alloc(NULL, sizeof *check);
    check->kind = kind;
    check->hash = *hash;
    check->xt = xt;
    check->source = source;
    check->at = at ? ph_relay_block_ref(at) : NULL;
    return check;
}

void ph_pool_check_free(pool_check_t *check)
{
    ph_buf_unref(check->xt);
    ph_buf_unref(check->answer);
    ph_relay_block_unref(check->at);
    ph_list_free(&check->waiters);
    ph_mem_free(check);
}

void ph_pool_check_answer(const pool_check_t *check, const ph_pool_answer_t *answer)
{
    for (size_t i = 0; i < check->waiters.count; i++)
        check->waiters.items[i].done(check->waiters.items[i].ctx, check->waiters.items[i].tag, answer);
}

void ph_pool_want_check(ph_pool_t *pool, pool_check_kind_t kind, const ph_hash_t *hash, ph_buf_t *xt, uint8_t source)
{
    pool_check_t **known = ph_map_get(&pool->checking, hash);
    if (known) {
        if ((*known)->kind == CHECK_SUBMITTED)
            (*known)->kind = kind;
        ph_buf_unref(xt);
        return;
    }
    pool_check_t *check = ph_pool_check_new(kind, hash, xt, source, NULL);
    ph_list_push(NULL, &pool->urgent, check);
    *(pool_check_t **)ph_map_put(&pool->checking, hash, NULL) = check;
}

/* ---- what follows ---- */

static bool wants_in(const pool_check_t *check)
{
    return check->kind == CHECK_SUBMITTED || check->kind == CHECK_AGAIN || check->kind == CHECK_RETRACTED;
}

static ph_pool_tx_t *make_tx(const pool_check_t *check, const ph_valid_transaction_t *valid)
{
    ph_pool_tx_t *tx = ph_pool_tx_new(&check->hash, check->xt);
    uint64_t number = check->at->header.number;
    size_t len = ph_buf_bytes(check->xt).len;
    tx->len = len + ph_compact_len(len);
    tx->priority = valid->priority;
    tx->valid_till = valid->longevity > UINT64_MAX - number ? UINT64_MAX : number + valid->longevity;
    tx->propagate = valid->propagate;
    tx->source = check->source;
    for (size_t i = 0; i < valid->requires.count; i++)
        ph_pool_tx_tag(&tx->needs, valid->requires.items[i]);
    for (size_t i = 0; i < valid->provides.count; i++)
        ph_pool_tx_tag(&tx->gives, valid->provides.items[i]);
    return tx;
}

static bool is_in(const ph_pool_txs_t *txs, const ph_hash_t *hash)
{
    for (size_t i = 0; i < txs->count; i++)
        if (memcmp(&txs->items[i]->hash, hash, sizeof *hash) == 0)
            return true;
    return false;
}

/* Too many for the limits go, and stay away for a while. */
static bool push_out(ph_pool_t *pool, const ph_hash_t *newcomer)
{
    ph_pool_txs_t removed = {0};
    ph_pool_graph_enforce(&pool->graph, &removed, pool->config.ready, pool->config.future);
    bool itself = is_in(&removed, newcomer);
    for (size_t i = 0; i < removed.count; i++)
        ph_pool_ban(pool, &removed.items[i]->hash);
    ph_pool_txs_free(&removed);
    return itself;
}

static ph_pool_verdict_t import(ph_pool_t *pool, const pool_check_t *check, const ph_valid_transaction_t *valid)
{
    ph_pool_change_t change = {0};
    if (check->kind == CHECK_RETRACTED)
        ph_map_remove(&pool->banned, &check->hash);
    ph_err_t err = ph_pool_graph_import(&pool->graph, &change, make_tx(check, valid));
    bool dropped = err == PH_OK && push_out(pool, &check->hash);
    ph_pool_note(pool, &change);
    if (err != PH_OK)
        return err == PH_ERR_EXISTS ? PH_POOL_KNOWN : err == PH_ERR_REFUSED ? PH_POOL_LOW_PRIORITY : PH_POOL_CYCLE;
    if (dropped)
        return PH_POOL_DROPPED;
    return ph_pool_graph_get(&pool->graph, &check->hash)->ready ? PH_POOL_READY : PH_POOL_FUTURE;
}

static ph_pool_verdict_t admit(ph_pool_t *pool, const pool_check_t *check, const ph_valid_transaction_t *valid)
{
    if (valid->provides.count == 0) {
        ph_pool_ban(pool, &check->hash);
        return PH_POOL_NO_TAGS;
    }
    if (check->kind != CHECK_RETRACTED && ph_pool_is_banned(pool, &check->hash))
        return PH_POOL_BANNED;
    if (!valid->propagate && !pool->config.authors)
        return PH_POOL_UNACTIONABLE;
    return import(pool, check, valid);
}

/* Read from what the runtime answered. validity is in the arena. */
static ph_pool_verdict_t verdict_of(const pool_check_t *check, ph_arena_t *arena, ph_transaction_validity_t *validity)
{
    if (!check->answer || ph_transaction_validity_decode_all(ph_buf_bytes(check->answer), arena, validity) != PH_OK)
        return PH_POOL_UNDECODABLE;
    if (validity->kind == PH_RES_OK)
        return PH_POOL_READY;
    return validity->err.kind == PH_TRANSACTION_VALIDITY_ERROR_INVALID ? PH_POOL_INVALID : PH_POOL_UNKNOWN;
}

static void settle_newcomer(ph_pool_t *pool, pool_check_t *check, ph_pool_verdict_t verdict,
                            const ph_transaction_validity_t *validity)
{
    ph_pool_answer_t answer = {.hash = check->hash, .verdict = verdict};
    ph_map_remove(&pool->checking, &check->hash);
    if (verdict == PH_POOL_READY)
        answer.verdict = admit(pool, check, &validity->ok);
    if (verdict == PH_POOL_INVALID || verdict == PH_POOL_UNDECODABLE)
        ph_pool_ban(pool, &check->hash);
    if (verdict == PH_POOL_INVALID || verdict == PH_POOL_UNKNOWN)
        answer.error = validity->err;
    ph_pool_check_answer(check, &answer);
}

static void settle_block_tags(ph_pool_t *pool, const pool_check_t *check, const ph_valid_transaction_t *valid)
{
    ph_pool_hashes_t tags = {0};
    ph_pool_change_t change = {0};
    for (size_t i = 0; i < valid->provides.count; i++)
        ph_pool_tx_tag(&tags, valid->provides.items[i]);
    ph_pool_graph_prune(&pool->graph, &change, tags.items, tags.count, false);
    for (size_t i = 0; i < change.removed.count; i++) {
        ph_pool_tx_t *tx = change.removed.items[i];
        if (memcmp(&tx->hash, &check->hash, sizeof tx->hash) != 0)
            ph_pool_want_check(pool, CHECK_AGAIN, &tx->hash, ph_buf_ref(tx->xt), tx->source);
    }
    ph_pool_note(pool, &change);
    ph_list_free(&tags);
}

/* Whom others have replaced meanwhile is out, and in change->removed. */
static void come_in_again(ph_pool_t *pool, ph_pool_change_t *change, ph_pool_tx_t *tx)
{
    ph_err_t err = ph_pool_graph_import(&pool->graph, change, tx);
    PH_CHECK(err != PH_ERR_EXISTS);
}

/* Valid still, but not as it was: it goes and comes in anew, and what depends on it after it. */
static void move(ph_pool_t *pool, const ph_hash_t *hash, ph_pool_tx_t *fresh)
{
    ph_pool_txs_t removed = {0};
    ph_pool_change_t change = {0};
    ph_pool_graph_remove(&pool->graph, &removed, hash, 1);
    come_in_again(pool, &change, fresh);
    for (size_t i = 0; i < removed.count; i++) {
        if (memcmp(&removed.items[i]->hash, hash, sizeof *hash) == 0)
            ph_pool_tx_free(removed.items[i]);
        else
            come_in_again(pool, &change, removed.items[i]);
    }
    ph_list_free(&removed);
    (void)push_out(pool, hash);
    ph_pool_note(pool, &change);
}

static void settle_standing(ph_pool_t *pool, const pool_check_t *check, ph_pool_verdict_t verdict,
                            const ph_transaction_validity_t *validity)
{
    const ph_pool_tx_t *tx = ph_pool_graph_get(&pool->graph, &check->hash);
    if (!tx || !tx->ready)
        return;
    if (verdict == PH_POOL_INVALID || verdict == PH_POOL_UNDECODABLE ||
        (verdict == PH_POOL_READY && !validity->ok.provides.count)) {
        ph_pool_drop_invalid(pool, &check->hash, 1);
    } else if (verdict == PH_POOL_READY) {
        ph_pool_tx_t *fresh = make_tx(check, &validity->ok);
        if (!ph_pool_graph_refresh(&pool->graph, &check->hash, fresh))
            move(pool, &check->hash, fresh);
    }
}

/* false: it is to be validated again, and lives on. */
static bool settle(ph_pool_t *pool, pool_check_t *check)
{
    bool outdated = check->at != pool->best;
    if (wants_in(check) && outdated && check->tries < TRIES_MAX) {
        ph_relay_block_unref(check->at);
        ph_buf_unref(check->answer);
        check->at = NULL;
        check->answer = NULL;
        check->remembered = false;
        ph_list_push(NULL, &pool->urgent, check);
        return false;
    }
    ph_arena_t *arena = ph_arena_new();
    ph_transaction_validity_t validity;
    ph_pool_verdict_t verdict = verdict_of(check, arena, &validity);
    if (wants_in(check))
        settle_newcomer(pool, check, verdict, &validity);
    else if (check->kind == CHECK_BLOCK_TAGS && verdict == PH_POOL_READY)
        settle_block_tags(pool, check, &validity.ok);
    else if (check->kind == CHECK_STANDING && !outdated)
        settle_standing(pool, check, verdict, &validity);
    ph_arena_free(arena);
    return true;
}

/* ---- batches ---- */

static void run_batch(void *ctx)
{
    pool_batch_t *batch = ctx;
    for (size_t i = 0; i < batch->checks.count; i++) {
        pool_check_t *check = batch->checks.items[i];
        ph_writer_t w = PH_WRITER_HEAP;
        if (check->remembered)
            continue;
        ph_err_t err = batch->validate(batch->ctx, &w, check->at, (ph_transaction_source_kind_t)check->source,
                                       ph_buf_bytes(check->xt));
        if (err == PH_OK)
            check->answer = ph_writer_to_buf(&w);
        else
            ph_writer_free(&w);
    }
}

static void memo_key(ph_memo_key_t *key, const pool_check_t *check)
{
    ph_memo_key(
        key, "transaction",
        (ph_bytes_t[]){ph_bytes(check->at->hash.bytes, 32), ph_bytes(&check->source, 1), ph_buf_bytes(check->xt)}, 3);
}

static void remember(ph_pool_t *pool, const pool_check_t *check)
{
    ph_memo_key_t key;
    if (!pool->env->memo || !check->answer || check->remembered)
        return;
    memo_key(&key, check);
    ph_memo_put_buf(pool->env->memo, &key, check->answer);
}

static void recall(ph_pool_t *pool, pool_check_t *check)
{
    ph_memo_key_t key;
    if (!pool->env->memo)
        return;
    memo_key(&key, check);
    check->answer = ph_memo_get(pool->env->memo, &key);
    check->remembered = check->answer != NULL;
}

static void batch_done(void *ctx)
{
    pool_batch_t *batch = ctx;
    ph_pool_t *pool = batch->pool;
    if (pool)
        pool->batch = NULL;
    for (size_t i = 0; i < batch->checks.count; i++) {
        pool_check_t *check = batch->checks.items[i];
        if (pool)
            remember(pool, check);
        if (!pool || settle(pool, check))
            ph_pool_check_free(check);
    }
    ph_list_free(&batch->checks);
    ph_mem_free(batch);
    if (pool)
        ph_pool_pump(pool);
}

static void take_from(pool_batch_t *batch, pool_checks_t *queue)
{
    size_t room = BATCH_MAX - batch->checks.count, count = queue->count < room ? queue->count : room;
    for (size_t i = 0; i < count; i++)
        ph_list_push(NULL, &batch->checks, queue->items[i]);
    if (count)
        memmove(queue->items, queue->items + count, (queue->count - count) * sizeof *queue->items);
    queue->count -= count;
}

static void take_standing(ph_pool_t *pool, pool_batch_t *batch)
{
    const void *key;
    for (size_t i = 0; batch->checks.count < BATCH_MAX && ph_map_next(&pool->standing, &i, &key, NULL);) {
        const ph_pool_tx_t *tx = ph_pool_graph_get(&pool->graph, key);
        if (tx && tx->ready)
            ph_list_push(NULL, &batch->checks,
                         ph_pool_check_new(CHECK_STANDING, &tx->hash, ph_buf_ref(tx->xt), tx->source, NULL));
        ph_map_remove(&pool->standing, key);
    }
}

/* A few hashes and storage reads, a signature, and the length. */
static uint64_t cost_us(const pool_check_t *check)
{
    return 150 + ph_buf_bytes(check->xt).len / 50;
}

void ph_pool_pump(ph_pool_t *pool)
{
    size_t queued_before = pool->queued.count;
    uint64_t cost = 0;
    if (pool->batch || !(pool->urgent.count || pool->queued.count || pool->standing.count))
        return;
    pool_batch_t *batch = ph_mem_alloc(NULL, sizeof *batch);
    batch->validate = pool->config.validate;
    batch->ctx = pool->config.ctx;
    take_from(batch, &pool->urgent);
    size_t urgent = batch->checks.count;
    take_from(batch, &pool->queued);
    PH_CHECK(queued_before - pool->queued.count == batch->checks.count - urgent);
    for (size_t i = urgent; i < batch->checks.count; i++)
        pool->queued_bytes -= ph_buf_bytes(batch->checks.items[i]->xt).len;
    take_standing(pool, batch);
    if (!batch->checks.count) {
        ph_mem_free(batch);
        return;
    }
    for (size_t i = 0; i < batch->checks.count; i++) {
        pool_check_t *check = batch->checks.items[i];
        cost += cost_us(check);
        check->tries++;
        if (!check->at)
            check->at = ph_relay_block_ref(pool->best);
        recall(pool, check);
    }
    batch->pool = pool;
    pool->batch = batch;
    ph_env_work(pool->env, cost, run_batch, batch_done, batch);
}
