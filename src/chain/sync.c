#include <string.h>

#include "chain/private.h"

/* Blocks are announced by header along block-announce streams; bodies and missing ancestors are fetched from whoever
 * announced them, a run of ancestors at a time, towards what we have. */

enum { ANCESTORS_A_REQUEST = 64, BLOCKS_A_RESPONSE = 128, FETCH_TRIES = 6, ANNOUNCES_KEPT = 32 };

static sync_peer_t *find_peer(ph_chain_t *chain, ph_peer_id_t peer)
{
    for (size_t i = 0; i < chain->peers.count; i++)
        if (chain->peers.items[i].peer.v == peer.v)
            return &chain->peers.items[i];
    return NULL;
}

static bool peer_knows(const sync_peer_t *peer, const ph_hash_t *hash)
{
    size_t kept = peer->known_count < ANNOUNCES_KEPT ? peer->known_count : ANNOUNCES_KEPT;
    for (size_t i = 0; i < kept; i++)
        if (ph_chain_same(&peer->known[i], hash))
            return true;
    return false;
}

static void note_known(sync_peer_t *peer, const ph_hash_t *hash)
{
    if (!peer_knows(peer, hash))
        peer->known[peer->known_count++ % ANNOUNCES_KEPT] = *hash;
}

static void note_best(sync_peer_t *peer, ph_block_number_t number)
{
    if (number > peer->best)
        peer->best = number;
}

/* More than half of the peers are further than that. (sc-network-sync: MAJOR_SYNC_BLOCKS.) */
bool ph_sync_is_behind(const ph_chain_t *chain)
{
    enum { MAJOR_SYNC_BLOCKS = 5 };
    uint64_t behind = (uint64_t)ph_chain_best(chain)->header.number + MAJOR_SYNC_BLOCKS;
    size_t ahead = 0;
    for (size_t i = 0; i < chain->peers.count; i++)
        ahead += chain->peers.items[i].best > behind;
    return 2 * ahead > chain->peers.count;
}

/* ---- fetching ---- */

/* How many blocks a block of that height is ahead of us: at least itself. */
static uint32_t run_to(const ph_chain_t *chain, ph_block_number_t number)
{
    uint32_t best = ph_chain_best(chain)->header.number;
    return number > best ? number - best : 1;
}

static void fetch_next_try(fetch_t *fetch);

static void fetch_end(fetch_t *fetch)
{
    ph_map_remove(&fetch->chain->fetching, &fetch->from);
    ph_mem_free(fetch);
}

/* Newest first, each the parent of the one before; what does not hang together is not looked at. */
static void take_blocks(ph_chain_t *chain, const ph_blocks_response_t *response, ph_peer_id_t from)
{
    PH_LIST(ph_relay_block_t *) run = {0};
    for (size_t i = 0; i < response->blocks.count; i++) {
        ph_relay_block_t *block;
        const char *why;
        if (ph_relay_block_make(&block, &response->blocks.items[i].header, &response->blocks.items[i].body, &why) !=
            PH_OK)
            break;
        if (i && !ph_chain_same(&run.items[i - 1]->header.parent_hash, &block->hash)) {
            ph_relay_block_unref(block);
            break;
        }
        ph_list_push(NULL, &run, block);
    }
    /* Whoever had these has what is below them: asked for before the import asks anybody. */
    if (run.count && run.items[run.count - 1]->header.number > chain->final->block->header.number + 1)
        ph_sync_want(chain, &run.items[run.count - 1]->header.parent_hash, ANCESTORS_A_REQUEST, &from);
    while (run.count)
        ph_import_block(chain, run.items[--run.count]);
    ph_list_free(&run);
}

static void on_blocks(void *ctx, ph_err_t err, ph_buf_t *buf)
{
    fetch_t *fetch = ctx;
    ph_chain_t *chain = fetch->chain;
    ph_arena_t *arena = ph_arena_new();
    ph_blocks_response_t response = {0};
    ph_peer_id_t peer = fetch->peer;
    if (err == PH_OK)
        err = ph_blocks_response_decode_all(ph_buf_bytes(buf), arena, &response);
    bool useful = err == PH_OK && response.blocks.count > 0;
    if (useful) {
        ph_hash_t first = ph_relay_block_header_hash(&response.blocks.items[0].header);
        useful = ph_chain_same(&first, &fetch->from);
    }
    if (useful) {
        fetch_end(fetch);
        take_blocks(chain, &response, peer);
    } else {
        fetch_next_try(fetch);
    }
    ph_arena_free(arena);
}

static void fetch_send(fetch_t *fetch)
{
    ph_blocks_request_t request = {.from = fetch->from, .max = fetch->run};
    ph_writer_t w = PH_WRITER_HEAP;
    ph_blocks_request_encode(&w, &request);
    ph_buf_t *buf = ph_writer_to_buf(&w);
    ph_net_request(fetch->chain->env, fetch->peer, PH_PROTO_REQ_BLOCKS_1, buf, on_blocks, fetch);
    ph_buf_unref(buf);
}

/* Another peer that knows the block, else any. */
static void fetch_next_try(fetch_t *fetch)
{
    ph_chain_t *chain = fetch->chain;
    if (++fetch->tries >= FETCH_TRIES || chain->peers.count == 0 || ph_tree_find(chain, &fetch->from)) {
        fetch_end(fetch);
        return;
    }
    uint32_t start;
    ph_env_random(chain->env, &start, sizeof start);
    size_t pick = start % chain->peers.count;
    for (size_t i = 0; i < chain->peers.count; i++) {
        size_t at = (start + i) % chain->peers.count;
        if (peer_knows(&chain->peers.items[at], &fetch->from)) {
            pick = at;
            break;
        }
    }
    fetch->peer = chain->peers.items[pick].peer;
    fetch_send(fetch);
}

void ph_sync_want(ph_chain_t *chain, const ph_hash_t *hash, uint32_t run, const ph_peer_id_t *peer)
{
    bool added;
    if (ph_tree_find(chain, hash) || ph_map_get(&chain->pending, hash) || ph_map_get(&chain->refused, hash) ||
        (!peer && !chain->peers.count))
        return;
    fetch_t **slot = ph_map_put(&chain->fetching, hash, &added);
    if (!added)
        return;
    fetch_t *fetch = *slot = ph_mem_alloc(NULL, sizeof *fetch);
    *fetch = (fetch_t){.chain = chain,
                       .from = *hash,
                       .peer = peer ? *peer : chain->peers.items[0].peer,
                       .run = run < ANCESTORS_A_REQUEST ? run : ANCESTORS_A_REQUEST};
    fetch_send(fetch);
}

/* ---- serving ---- */

static void on_request(void *ctx, ph_peer_id_t peer, ph_net_ticket_t ticket, ph_buf_t *buf)
{
    ph_chain_t *chain = ctx;
    ph_arena_t *arena = ph_arena_new();
    ph_blocks_request_t request;
    (void)peer;
    if (ph_blocks_request_decode_all(ph_buf_bytes(buf), arena, &request) != PH_OK) {
        ph_net_respond(chain->env, ticket, PH_ERR_REFUSED, NULL);
        ph_arena_free(arena);
        return;
    }
    size_t max = request.max < BLOCKS_A_RESPONSE ? request.max : BLOCKS_A_RESPONSE, count = 0, size = 0;
    ph_block_with_justification_t *blocks = ph_arena_alloc(arena, max * sizeof *blocks);
    for (tree_node_t *node = ph_tree_find(chain, &request.from); node && node->parent && count < max;
         node = node->parent) {
        size += ph_buf_bytes(node->block->encoded).len;
        if (count && size > 8u << 20)
            break;
        blocks[count++] = (ph_block_with_justification_t){.header = node->block->header, .body = node->block->body};
    }
    ph_blocks_response_t response = {.blocks = {blocks, count}};
    ph_writer_t w = PH_WRITER_HEAP;
    ph_blocks_response_encode(&w, &response);
    ph_buf_t *answer = ph_writer_to_buf(&w);
    ph_net_respond(chain->env, ticket, PH_OK, answer);
    ph_buf_unref(answer);
    ph_arena_free(arena);
}

/* ---- announcing ---- */

static void set_handshake(ph_chain_t *chain);

void ph_sync_announce(ph_chain_t *chain, ph_relay_block_t *block)
{
    if (!chain->started)
        return;
    set_handshake(chain);
    ph_block_announce_t announce = {.header = block->header, .state = ph_chain_best(chain) == block};
    ph_writer_t w = PH_WRITER_HEAP;
    ph_block_announce_encode(&w, &announce);
    ph_buf_t *message = ph_writer_to_buf(&w);
    for (size_t i = 0; i < chain->peers.count; i++) {
        sync_peer_t *peer = &chain->peers.items[i];
        if (peer_knows(peer, &block->hash))
            continue;
        note_known(peer, &block->hash);
        ph_net_notify(chain->env, peer->peer, PH_PROTO_BLOCK_ANNOUNCES_1, message);
    }
    ph_buf_unref(message);
}

static void on_announce(void *ctx, ph_peer_id_t from, ph_buf_t *message)
{
    ph_chain_t *chain = ctx;
    ph_arena_t *arena = ph_arena_new();
    ph_block_announce_t announce;
    sync_peer_t *peer = find_peer(chain, from);
    if (peer && ph_block_announce_decode_all(ph_buf_bytes(message), arena, &announce) == PH_OK) {
        ph_hash_t hash = ph_relay_block_header_hash(&announce.header);
        note_known(peer, &hash);
        note_best(peer, announce.header.number);
        if (announce.header.number > chain->final->block->header.number)
            ph_sync_want(chain, &hash, run_to(chain, announce.header.number), &from);
    } else if (peer) {
        ph_net_close(chain->env, from, PH_PROTO_BLOCK_ANNOUNCES_1);
    }
    ph_arena_free(arena);
}

/* ---- peers ---- */

static ph_buf_t *handshake(const ph_chain_t *chain)
{
    ph_relay_block_t *best = ph_chain_best(chain);
    ph_block_announces_handshake_t shake = {.roles = chain->config.roles,
                                            .best_number = best->header.number,
                                            .best_hash = best->hash,
                                            .genesis_hash = chain->genesis_hash};
    ph_writer_t w = PH_WRITER_HEAP;
    ph_block_announces_handshake_encode(&w, &shake);
    return ph_writer_to_buf(&w);
}

static void on_opened(void *ctx, ph_peer_id_t from, ph_bytes_t shake)
{
    ph_chain_t *chain = ctx;
    ph_arena_t *arena = ph_arena_new();
    ph_block_announces_handshake_t theirs;
    bool good = ph_block_announces_handshake_decode_all(shake, arena, &theirs) == PH_OK &&
                ph_chain_same(&theirs.genesis_hash, &chain->genesis_hash);
    if (!good) {
        ph_net_close(chain->env, from, PH_PROTO_BLOCK_ANNOUNCES_1);
    } else if (!find_peer(chain, from)) {
        sync_peer_t *peer = ph_list_add(NULL, &chain->peers);
        peer->peer = from;
        note_known(peer, &theirs.best_hash);
        note_best(peer, theirs.best_number);
        if (theirs.best_number > chain->final->block->header.number)
            ph_sync_want(chain, &theirs.best_hash, run_to(chain, theirs.best_number), &from);
        /* Our handshake may be older than our best block by now. */
        ph_relay_block_t *best = ph_chain_best(chain);
        if (best->header.number && !peer_knows(peer, &best->hash)) {
            ph_block_announce_t announce = {.header = best->header, .state = 1};
            ph_writer_t w = PH_WRITER_HEAP;
            ph_block_announce_encode(&w, &announce);
            ph_buf_t *message = ph_writer_to_buf(&w);
            note_known(peer, &best->hash);
            ph_net_notify(chain->env, from, PH_PROTO_BLOCK_ANNOUNCES_1, message);
            ph_buf_unref(message);
        }
    }
    ph_arena_free(arena);
}

static void on_closed(void *ctx, ph_peer_id_t from, bool was_open)
{
    ph_chain_t *chain = ctx;
    sync_peer_t *peer = find_peer(chain, from);
    (void)was_open;
    if (peer)
        ph_list_remove(&chain->peers, (size_t)(peer - chain->peers.items));
}

static const ph_net_handler_t announce_handler = {.opened = on_opened, .closed = on_closed, .notified = on_announce};
static const ph_net_handler_t blocks_handler = {.requested = on_request};

static void set_handshake(ph_chain_t *chain)
{
    ph_buf_t *shake = handshake(chain);
    ph_net_handle(chain->env, PH_PROTO_BLOCK_ANNOUNCES_1, &announce_handler, chain, ph_buf_bytes(shake));
    ph_buf_unref(shake);
}

/* Keeps enough streams open: the next nodes in the address book (so that all are connected), then any. */
static void look_for_peers(void *ctx)
{
    ph_chain_t *chain = ctx;
    ph_peer_id_t *known;
    size_t count = ph_net_known(chain->env, NULL, 0);
    chain->peers_timer = ph_env_timer(chain->env, chain->config.slot_ms * 1000 / 3, look_for_peers, chain);
    if (count == 0 || chain->peers.count >= chain->config.peers_wanted)
        return;
    known = ph_mem_alloc(NULL, count * sizeof *known);
    ph_net_known(chain->env, known, count);
    size_t wanted = chain->config.peers_wanted - chain->peers.count;
    for (size_t i = 0; i < wanted && i < count; i++) {
        uint32_t pick;
        ph_env_random(chain->env, &pick, sizeof pick);
        size_t at = i == 0 ? chain->env->index % count : pick % count;
        if (!find_peer(chain, known[at]))
            ph_net_open(chain->env, known[at], PH_PROTO_BLOCK_ANNOUNCES_1);
    }
    ph_mem_free(known);
}

void ph_sync_start(ph_chain_t *chain)
{
    set_handshake(chain);
    ph_net_handle(chain->env, PH_PROTO_REQ_BLOCKS_1, &blocks_handler, chain, (ph_bytes_t){0});
    chain->peers_timer = ph_env_timer(chain->env, 0, look_for_peers, chain);
}

void ph_sync_stop(ph_chain_t *chain)
{
    void *value;
    ph_env_timer_cancel(chain->env, chain->peers_timer);
    for (size_t i = 0; ph_map_next(&chain->fetching, &i, NULL, &value);)
        ph_mem_free(*(fetch_t **)value);
    ph_map_free(&chain->fetching);
    ph_list_free(&chain->peers);
}
