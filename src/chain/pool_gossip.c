#include <string.h>

#include "chain/private.h"

/* Transactions travel along streams of their own to the peers that blocks are exchanged with: one a message, each to a
 * peer once at most, and only those that are to be passed on. A stream is opened when there is something to say. Who
 * sends bad ones loses reputation, and in the end the connection. (sc-network-transactions 0.59; RFC 56.) */

/* A node speaks again of what is ready, for peers that have come since. */
#define PROPAGATE_SLOTS_MS UINT64_C(2900)
/* Of a slot of six seconds, which the time above is for. */
#define USUAL_SLOT_MS UINT64_C(6000)
#define BAN_US        UINT64_C(60000000)

/* MAX_KNOWN_TRANSACTIONS: what one remembers of a peer, in two halves of which the older goes when the younger is full.
 */
enum { KNOWN_MAX = 10240, TRANSACTIONS_A_MESSAGE = 8192 };

/* Costs and merits. Reputation recovers by a fiftieth a second; BAN_BELOW is 256 bad ones at once. */
enum {
    ANY = -16,
    REFUND = 16,
    GOOD = 128,
    BAD = -4096,
    BAN_BELOW = 256 * BAD,
    RECOVERY = 50,
    RECOVERED_AFTER_S = 1000
};

typedef struct gossip_peer {
    bool open, opening;
    ph_map_t known[2]; /* hashes, the younger first */
    int64_t reputation;
    uint64_t reputation_at_s;
} gossip_peer_t;

typedef struct gossip {
    ph_chain_t *chain;
    ph_map_t peers; /* ph_peer_id_t → gossip_peer_t */
    ph_timer_t timer;
    bool started;
} gossip_t;

static gossip_peer_t *find(gossip_t *g, ph_peer_id_t id)
{
    return ph_map_get(&g->peers, &id);
}

static gossip_peer_t *make(gossip_t *g, ph_peer_id_t id)
{
    bool added;
    gossip_peer_t *peer = ph_map_put(&g->peers, &id, &added);
    if (added) {
        ph_map_init(&peer->known[0], sizeof(ph_hash_t), 1);
        ph_map_init(&peer->known[1], sizeof(ph_hash_t), 1);
    }
    return peer;
}

/* ---- what a peer knows ---- */

/* true: it was news. */
static bool note_known(gossip_peer_t *peer, const ph_hash_t *hash)
{
    if (ph_map_get(&peer->known[0], hash) || ph_map_get(&peer->known[1], hash))
        return false;
    if (peer->known[0].count >= KNOWN_MAX / 2) {
        ph_map_free(&peer->known[1]);
        peer->known[1] = peer->known[0];
        ph_map_init(&peer->known[0], sizeof(ph_hash_t), 1);
    }
    (void)ph_map_put(&peer->known[0], hash, NULL);
    return true;
}

static void forget_known(gossip_peer_t *peer)
{
    ph_map_free(&peer->known[0]);
    ph_map_free(&peer->known[1]);
}

/* ---- reputation ---- */

static void recover(gossip_peer_t *peer, uint64_t now_s)
{
    uint64_t seconds = now_s - peer->reputation_at_s;
    peer->reputation_at_s = now_s;
    if (seconds >= RECOVERED_AFTER_S)
        peer->reputation = 0;
    for (; seconds && peer->reputation; seconds--) {
        int64_t step = peer->reputation / RECOVERY;
        peer->reputation -= step ? step : peer->reputation > 0 ? 1 : -1;
    }
}

/* reason: of what is told of; NULL: it is a matter of course. */
static void change(gossip_t *g, ph_peer_id_t id, int64_t by, const char *reason)
{
    ph_env_t *env = g->chain->env;
    gossip_peer_t *peer = make(g, id);
    recover(peer, ph_env_now_ms(env) / 1000);
    peer->reputation += by;
    if (peer->reputation > INT32_MAX)
        peer->reputation = INT32_MAX;
    if (reason)
        ph_trace(env, "chain", "peer-penalised",
                 PH_FIELDS(PH_F_PEER(id), PH_F_NUMBER((uint64_t)-by), .reason = reason));
    if (peer->reputation >= BAN_BELOW)
        return;
    peer->reputation = 0;
    ph_trace(env, "chain", "peer-banned",
             PH_FIELDS(PH_F_PEER(id), PH_F_NUMBER(BAN_US / 1000000), .reason = "transactions: too many bad ones"));
    ph_net_ban(env, id, BAN_US);
}

/* ---- out ---- */

static void send_to(gossip_t *g, ph_peer_id_t id, gossip_peer_t *peer, const ph_pool_tx_t *tx)
{
    if (!note_known(peer, &tx->hash))
        return;
    ph_bytes_t xt = ph_buf_bytes(tx->xt);
    ph_transactions_t one = {&xt, 1};
    ph_writer_t w = PH_WRITER_HEAP;
    ph_transactions_encode(&w, &one);
    ph_buf_t *message = ph_writer_to_buf(&w);
    ph_net_notify(g->chain->env, id, PH_PROTO_TRANSACTIONS_1, message);
    ph_buf_unref(message);
}

static void offer_to(gossip_t *g, ph_peer_id_t id, const ph_pool_ready_t *ready, size_t count)
{
    gossip_peer_t *peer = make(g, id);
    if (!peer->open && !peer->opening) {
        peer->opening = true;
        ph_net_open(g->chain->env, id, PH_PROTO_TRANSACTIONS_1);
    }
    for (size_t i = 0; peer->open && i < count; i++)
        if (ready[i].tx->propagate)
            send_to(g, id, peer, ready[i].tx);
}

static size_t propagable(const ph_pool_ready_t *ready, size_t count)
{
    size_t found = 0;
    for (size_t i = 0; i < count; i++)
        found += ready[i].tx->propagate;
    return found;
}

static void propagate_later(gossip_t *g);

static void propagate_all(void *ctx)
{
    gossip_t *g = ctx;
    ph_chain_t *chain = g->chain;
    ph_pool_ready_t *ready;
    ph_arena_t *arena = ph_arena_new();
    g->timer = 0;
    size_t count = ph_pool_graph_ready(ph_pool_graph(chain->pool), arena, &ready);
    if (propagable(ready, count)) {
        for (size_t i = 0; i < chain->peers.count && !ph_sync_is_behind(chain); i++)
            offer_to(g, chain->peers.items[i].peer, ready, count);
        propagate_later(g);
    }
    ph_arena_free(arena);
}

static void propagate_later(gossip_t *g)
{
    if (g->timer)
        return;
    uint64_t delay_us = PROPAGATE_SLOTS_MS * 1000 * g->chain->config.slot_ms / USUAL_SLOT_MS;
    g->timer = ph_env_timer(g->chain->env, delay_us, propagate_all, g);
}

void ph_gossip_ready(ph_chain_t *chain, const ph_pool_tx_t *tx)
{
    gossip_t *g = chain->gossip;
    ph_pool_ready_t one = {.tx = (ph_pool_tx_t *)(uintptr_t)tx};
    if (!g || !g->started || !tx->propagate)
        return;
    for (size_t i = 0; i < chain->peers.count && !ph_sync_is_behind(chain); i++)
        offer_to(g, chain->peers.items[i].peer, &one, 1);
    propagate_later(g);
}

/* ---- in ---- */

/* What is good and bad depends on the chain's state, which a peer may see otherwise: only what nobody's runtime can
 * read is told of. */
static void on_answer(void *ctx, uint64_t tag, const ph_pool_answer_t *answer)
{
    gossip_t *g = ctx;
    ph_peer_id_t from = {(uint32_t)tag};
    switch (answer->verdict) {
    case PH_POOL_READY:
    case PH_POOL_FUTURE:
        change(g, from, GOOD, NULL);
        break;
    case PH_POOL_KNOWN:
    case PH_POOL_BANNED:
        change(g, from, REFUND, NULL);
        break;
    case PH_POOL_UNDECODABLE:
        change(g, from, BAD, "transactions: one that is no extrinsic");
        break;
    case PH_POOL_INVALID:
    case PH_POOL_NO_TAGS:
    case PH_POOL_TOO_LARGE:
        change(g, from, BAD, NULL);
        break;
    case PH_POOL_UNKNOWN:
    case PH_POOL_LOW_PRIORITY:
    case PH_POOL_CYCLE:
    case PH_POOL_UNACTIONABLE:
    case PH_POOL_DROPPED:
    case PH_POOL_BUSY:
        break;
    }
}

static void on_transactions(void *ctx, ph_peer_id_t from, ph_buf_t *message)
{
    gossip_t *g = ctx;
    ph_transactions_t all;
    if (!find(g, from) || ph_sync_is_behind(g->chain))
        return;
    ph_arena_t *arena = ph_arena_new();
    ph_reader_t r = ph_reader(ph_buf_bytes(message));
    r.borrow = true;
    if (ph_transactions_decode(&r, arena, &all) == PH_OK && ph_reader_finish(&r) == PH_OK &&
        all.count <= TRANSACTIONS_A_MESSAGE) {
        for (size_t i = 0; i < all.count; i++) {
            ph_hash_t hash = ph_pool_hash(all.items[i]);
            note_known(make(g, from), &hash);
            change(g, from, ANY, NULL);
            (void)ph_pool_submit(g->chain->pool, all.items[i], PH_TRANSACTION_SOURCE_EXTERNAL, on_answer, g,
                                 (uint64_t)from.v);
        }
    } else {
        change(g, from, BAD, "transactions: a malformed message");
        ph_net_close(g->chain->env, from, PH_PROTO_TRANSACTIONS_1);
    }
    ph_arena_free(arena);
}

static void on_opened(void *ctx, ph_peer_id_t from, ph_bytes_t handshake)
{
    gossip_t *g = ctx;
    gossip_peer_t *peer = make(g, from);
    ph_pool_ready_t *ready;
    (void)handshake; /* roles: whoever speaks of transactions may hear of ours */
    peer->open = true;
    peer->opening = false;
    if (!g->chain->pool || ph_sync_is_behind(g->chain))
        return;
    ph_arena_t *arena = ph_arena_new();
    size_t count = ph_pool_graph_ready(ph_pool_graph(g->chain->pool), arena, &ready);
    offer_to(g, from, ready, count);
    ph_arena_free(arena);
}

static void on_closed(void *ctx, ph_peer_id_t from, bool was_open)
{
    gossip_peer_t *peer = find(ctx, from);
    (void)was_open;
    if (!peer)
        return;
    peer->open = peer->opening = false;
    forget_known(peer);
}

/* ---- life ---- */

static const ph_net_handler_t handler = {.opened = on_opened, .closed = on_closed, .notified = on_transactions};

void ph_gossip_begin(ph_chain_t *chain)
{
    gossip_t *g = chain->gossip = ph_mem_alloc(NULL, sizeof *g);
    g->chain = chain;
    ph_map_init(&g->peers, sizeof(ph_peer_id_t), sizeof(gossip_peer_t));
}

void ph_gossip_start(ph_chain_t *chain)
{
    gossip_t *g = chain->gossip;
    g->started = true;
    ph_net_handle(chain->env, PH_PROTO_TRANSACTIONS_1, &handler, g, ph_bytes(&chain->config.roles, 1));
}

void ph_gossip_end(ph_chain_t *chain)
{
    gossip_t *g = chain->gossip;
    void *value;
    if (!g)
        return;
    ph_env_timer_cancel(chain->env, g->timer);
    for (size_t i = 0; ph_map_next(&g->peers, &i, NULL, &value);)
        forget_known(value);
    ph_map_free(&g->peers);
    ph_mem_free(g);
    chain->gossip = NULL;
}
