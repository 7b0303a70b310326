/* Chains together: authorship, announcements, catching up, forks and reorgs, restarts, and peers that send rubbish. */
#include "chain/fixture.h"

static fixture_t *network(uint64_t seed, uint32_t depth, size_t authors, size_t others)
{
    fixture_t *f = fixture_new(
        &(ph_world_config_t){.seed = seed, .latency_min_us = 20000, .latency_max_us = 150000, .memo = true}, depth);
    for (size_t i = 0; i < authors; i++)
        node_add(f, true);
    for (size_t i = 0; i < others; i++)
        node_add(f, false);
    for (size_t i = 0; i < f->node_count; i++)
        ph_chain_start(f->nodes[i].chain);
    return f;
}

static uint32_t height(const node_t *n)
{
    return ph_chain_best(n->chain)->header.number;
}

/* The same block `back` below the best one of each. */
static void assert_agree(const fixture_t *f, uint32_t back)
{
    uint32_t least = UINT32_MAX;
    for (size_t i = 0; i < f->node_count; i++)
        if (f->nodes[i].chain && height(&f->nodes[i]) < least)
            least = height(&f->nodes[i]);
    assert_true(least > back);
    const ph_relay_block_t *first = ph_chain_at(f->nodes[0].chain, least - back);
    for (size_t i = 1; i < f->node_count; i++)
        if (f->nodes[i].chain)
            assert_memory_equal(&ph_chain_at(f->nodes[i].chain, least - back)->hash, &first->hash, 32);
}

static void validators_make_a_chain(void **state)
{
    fixture_t *f = network(1, 6, 3, 1);
    uint64_t authored = 0;
    unsigned primaries = 0;
    (void)state;
    run_slots(f, 60);
    assert_agree(f, 3);
    for (size_t i = 0; i < 4; i++) {
        ph_chain_stats_t s;
        ph_chain_stats(f->nodes[i].chain, &s);
        authored += s.blocks_authored;
        assert_int_equal(s.blocks_refused, 0);
        assert_true(height(&f->nodes[i]) >= 50); /* every slot has a secondary author */
        assert_int_equal(ph_chain_finalized(f->nodes[i].chain)->header.number, height(&f->nodes[i]) - 6);
        assert_true(f->nodes[i].parents_first);
        assert_int_equal(f->nodes[i].failures, 0);
        if (i < 3)
            assert_true(s.blocks_authored > 5);
        else
            assert_int_equal(s.blocks_authored, 0);
    }
    assert_true(authored >= height(&f->nodes[0]));
    ph_relay_block_t *block = ph_chain_best(f->nodes[3].chain);
    for (; block->header.number; block = ph_chain_block(f->nodes[3].chain, &block->header.parent_hash)) {
        ph_relay_block_t *parent = ph_chain_block(f->nodes[3].chain, &block->header.parent_hash);
        assert_true(block->slot.v > parent->slot.v);
        primaries += block->primary;
    }
    assert_in_range(primaries, 5, 50);
    fixture_free(f);
}

/* No validator seals two blocks in a slot. */
typedef struct sealed {
    uint64_t slot;
    uint32_t authority, pad;
} sealed_t;

static void forks_occur_and_are_resolved(void **state)
{
    fixture_t *f = network(3, 100, 3, 0);
    ph_map_t seals;
    (void)state;
    ph_map_init(&seals, sizeof(sealed_t), sizeof(ph_hash_t));
    ph_world_set_network(f->world, SECOND, 7 * SECOND, 0); /* news is often older than a slot */
    run_slots(f, 60);
    uint64_t reorgs = 0;
    size_t blocks = 0;
    for (size_t i = 0; i < 3; i++) {
        ph_chain_stats_t s;
        const void *key;
        void *value;
        ph_chain_stats(f->nodes[i].chain, &s);
        reorgs += s.reorgs;
        for (size_t at = 0; ph_map_next(&f->nodes[i].chain->nodes, &at, &key, &value);) {
            const ph_relay_block_t *block = (*(tree_node_t **)value)->block;
            bool added;
            sealed_t id = {block->slot.v, block->authority, 0};
            if (block->header.number == 0)
                continue;
            ph_hash_t *seen = ph_map_put(&seals, &id, &added);
            if (added)
                *seen = block->hash;
            else
                assert_memory_equal(seen, &block->hash, 32);
        }
        blocks = f->nodes[i].chain->nodes.count;
    }
    assert_true(reorgs > 0);
    assert_true(blocks > height(&f->nodes[0]) + 1u);
    ph_world_set_network(f->world, 20000, 100000, 0);
    run_slots(f, 10);
    assert_agree(f, 3);
    ph_map_free(&seals);
    fixture_free(f);
}

static void a_partition_ends_in_a_reorg(void **state)
{
    fixture_t *f = network(5, 200, 3, 0);
    static const uint8_t sides[] = {0, 0, 1};
    uint32_t deepest = 0;
    (void)state;
    run_slots(f, 10);
    assert_agree(f, 2);
    ph_world_partition(f->world, sides, 3);
    run_slots(f, 15);
    uint32_t before = height(&f->nodes[0]);
    assert_memory_not_equal(&ph_chain_best(f->nodes[0].chain)->hash, &ph_chain_best(f->nodes[2].chain)->hash, 32);
    assert_true(height(&f->nodes[2]) > 10);
    ph_world_partition(f->world, NULL, 0);
    run_slots(f, 10);
    assert_agree(f, 3);
    assert_true(height(&f->nodes[2]) > before);
    for (size_t i = 0; i < 3; i++) {
        ph_chain_stats_t s;
        ph_chain_stats(f->nodes[i].chain, &s);
        if (s.deepest_reorg > deepest)
            deepest = s.deepest_reorg;
        assert_int_equal(s.blocks_refused, 0);
    }
    assert_true(deepest >= 3);
    fixture_free(f);
}

/* Two requests' worth of ancestors and more. */
static void a_restarted_node_catches_up(void **state)
{
    fixture_t *f = network(7, 500, 2, 1);
    (void)state;
    run_slots(f, 10);
    uint32_t had = height(&f->nodes[2]);
    node_crash(&f->nodes[2]);
    run_slots(f, 180);
    assert_true(height(&f->nodes[0]) > had + 100);
    f->nodes[2].imported = 0;
    node_restart(&f->nodes[2], false);
    assert_int_equal(height(&f->nodes[2]), had); /* from its disk */
    assert_int_equal(f->nodes[2].imported, had);
    run_slots(f, 2);
    assert_true(height(&f->nodes[2]) + 3 >= height(&f->nodes[0]));
    assert_true(f->nodes[2].parents_first);
    run_slots(f, 5);
    assert_agree(f, 3);
    fixture_free(f);
}

static void a_node_that_joins_late_catches_up(void **state)
{
    fixture_t *f = network(8, 500, 2, 0);
    (void)state;
    run_slots(f, 80);
    node_t *late = node_add(f, false);
    ph_chain_start(late->chain);
    run_slots(f, 3);
    assert_true(height(late) + 3 >= height(&f->nodes[0]));
    assert_true(height(late) > 40);
    fixture_free(f);
}

/* An author that restarts in the middle of its slots seals none of them twice; one that lost its record seals nothing
 * until the next session. */
static void a_restarted_author_does_not_contradict_itself(void **state)
{
    fixture_t *f = network(9, 100, 3, 0);
    (void)state;
    for (int round = 0; round < 20; round++) {
        run(f, ph_world_random(f->world, 3 * SLOT_US));
        uint32_t victim = (uint32_t)ph_world_random(f->world, 3);
        node_crash(&f->nodes[victim]);
        run(f, ph_world_random(f->world, SLOT_US));
        node_restart(&f->nodes[victim], true);
    }
    run_slots(f, 10);
    assert_agree(f, 3);
    ph_map_t seals;
    ph_map_init(&seals, sizeof(sealed_t), sizeof(ph_hash_t));
    for (size_t i = 0; i < 3; i++) {
        void *value;
        for (size_t at = 0; ph_map_next(&f->nodes[i].chain->nodes, &at, NULL, &value);) {
            const ph_relay_block_t *block = (*(tree_node_t **)value)->block;
            bool added;
            sealed_t id = {block->slot.v, block->authority, 0};
            ph_hash_t *seen = ph_map_put(&seals, &id, &added);
            if (added)
                *seen = block->hash;
            assert_memory_equal(seen, &block->hash, 32);
        }
    }
    ph_map_free(&seals);
    fixture_free(f);
}

/* ---- the author and the parachains' part ---- */

static void an_author_does_not_wait_for_ever(void **state)
{
    fixture_t *f = network(11, 100, 3, 0);
    (void)state;
    for (size_t i = 0; i < 3; i++)
        f->nodes[i].silent = true;
    run_slots(f, 20);
    assert_true(height(&f->nodes[0]) >= 15);
    assert_true(f->nodes[0].asked > 0);
    for (size_t i = 0; i < 3; i++)
        f->nodes[i].late = true; /* the answer comes when the block is under way already, or done */
    run_slots(f, 20);
    assert_true(height(&f->nodes[0]) >= 30);
    assert_agree(f, 3);
    fixture_free(f);
}

static void an_author_stops_where_the_disk_is_full(void **state);
static ph_err_t no_room(ph_env_t *env, ph_bytes_t key, ph_buf_t *value)
{
    (void)env, (void)key, (void)value;
    return PH_ERR_FULL;
}

static void an_author_stops_where_the_disk_is_full(void **state)
{
    fixture_t *f = network(12, 100, 3, 0);
    node_t *n = &f->nodes[1];
    ph_chain_stats_t before, after;
    (void)state;
    run_slots(f, 10);
    const ph_env_ops_t *good = n->env->ops;
    ph_env_ops_t broken = *good;
    broken.disk_put = no_room;
    ph_chain_stats(n->chain, &before);
    n->env->ops = &broken;
    run_slots(f, 10);
    ph_chain_stats(n->chain, &after);
    assert_true(n->failures > 0);
    assert_int_equal(n->failed_with, PH_ERR_FULL);
    assert_int_equal(after.blocks_authored, before.blocks_authored); /* nothing sealed without a record */
    n->env->ops = good;
    fixture_free(f);
}

/* ---- a peer that is none of ours ---- */

typedef struct stranger {
    ph_env_t *env;
    const fixture_t *f;
    unsigned opened, closed, announces, asked;
    ph_buf_t *answer; /* to requests; NULL: refuses */
    ph_hash_t last_asked;
    uint32_t last_max;
} stranger_t;

static void s_opened(void *ctx, ph_peer_id_t peer, ph_bytes_t handshake)
{
    (void)peer, (void)handshake;
    ((stranger_t *)ctx)->opened++;
}
static void s_closed(void *ctx, ph_peer_id_t peer, bool was_open)
{
    (void)peer;
    ((stranger_t *)ctx)->closed += was_open;
}
static void s_notified(void *ctx, ph_peer_id_t peer, ph_buf_t *message)
{
    (void)peer, (void)message;
    ((stranger_t *)ctx)->announces++;
}
static void s_requested(void *ctx, ph_peer_id_t peer, ph_net_ticket_t ticket, ph_buf_t *buf)
{
    stranger_t *s = ctx;
    ph_blocks_request_t request;
    ph_arena_t *arena = ph_arena_new();
    (void)peer;
    s->asked++;
    assert_int_equal(ph_blocks_request_decode_all(ph_buf_bytes(buf), arena, &request), PH_OK);
    s->last_asked = request.from;
    s->last_max = request.max;
    ph_arena_free(arena);
    ph_net_respond(s->env, ticket, s->answer ? PH_OK : PH_ERR_REFUSED, s->answer);
}

static const ph_net_handler_t s_streams = {.opened = s_opened, .closed = s_closed, .notified = s_notified};
static const ph_net_handler_t s_requests = {.requested = s_requested};

static void stranger_shake(stranger_t *s, const ph_hash_t *genesis, uint32_t number, const ph_hash_t *best)
{
    ph_writer_t w = PH_WRITER_HEAP;
    ph_block_announces_handshake_encode(
        &w, &(ph_block_announces_handshake_t){
                .roles = 1, .best_number = number, .best_hash = *best, .genesis_hash = *genesis});
    ph_net_handle(s->env, PH_PROTO_BLOCK_ANNOUNCES_1, &s_streams, s, ph_writer_bytes(&w));
    ph_writer_free(&w);
}

static void stranger_init(stranger_t *s, fixture_t *f)
{
    *s = (stranger_t){.env = ph_world_add_node(f->world, "stranger"), .f = f};
    stranger_shake(s, &f->local->genesis->hash, 0, &f->local->genesis->hash);
    ph_net_handle(s->env, PH_PROTO_REQ_BLOCKS_1, &s_requests, s, (ph_bytes_t){0});
}

static void announce(stranger_t *s, const ph_header_t *header)
{
    ph_writer_t w = PH_WRITER_HEAP;
    ph_block_announce_encode(&w, &(ph_block_announce_t){.header = *header, .state = 1});
    ph_buf_t *buf = ph_writer_to_buf(&w);
    ph_net_notify(s->env, (ph_peer_id_t){0}, PH_PROTO_BLOCK_ANNOUNCES_1, buf);
    ph_buf_unref(buf);
}

static void answer_with(stranger_t *s, ph_relay_block_t *const *blocks, size_t count)
{
    ph_arena_t *arena = ph_arena_new();
    ph_blocks_response_t response = {.blocks = {ph_arena_alloc(arena, count * sizeof *response.blocks.items), count}};
    for (size_t i = 0; i < count; i++)
        response.blocks.items[i] =
            (ph_block_with_justification_t){.header = blocks[i]->header, .body = blocks[i]->body};
    ph_writer_t w = PH_WRITER_HEAP;
    ph_blocks_response_encode(&w, &response);
    ph_buf_unref(s->answer);
    s->answer = ph_writer_to_buf(&w);
    ph_arena_free(arena);
}

/* One node of ours, and the stranger, connected. */
static fixture_t *with_stranger(stranger_t *s)
{
    fixture_t *f = fixture_new(&(ph_world_config_t){.seed = 1, .latency_min_us = 1000, .latency_max_us = 1000}, 50);
    node_add(f, false);
    stranger_init(s, f);
    ph_world_run_until(f->world, (START_SLOT + 500) * SLOT_US);
    ph_chain_start(f->nodes[0].chain);
    run(f, 3 * SECOND);
    assert_int_equal(s->opened, 1);
    return f;
}

static void end_stranger(stranger_t *s, fixture_t *f)
{
    ph_buf_unref(s->answer);
    fixture_free(f);
}

static void announced_blocks_are_fetched(void **state)
{
    stranger_t s;
    fixture_t *f = with_stranger(&s);
    uint64_t slot = START_SLOT;
    ph_relay_block_t *blocks[5], *block = f->local->genesis;
    (void)state;
    for (int i = 4; i >= 0; i--)
        blocks[i] = block = make_next(f, block, &slot, ANY);
    answer_with(&s, blocks, 5);
    announce(&s, &blocks[0]->header);
    run(f, SECOND);
    assert_true(best_is(&f->nodes[0], blocks[0]));
    assert_int_equal(s.asked, 1);
    assert_memory_equal(&s.last_asked, &blocks[0]->hash, 32);
    assert_int_equal(s.last_max, 5);
    assert_int_equal(s.announces, 4); /* all but the one it told us of */
    announce(&s, &blocks[0]->header);
    run(f, SECOND);
    assert_int_equal(s.asked, 1); /* known */
    assert_int_equal(s.closed, 0);
    end_stranger(&s, f);
}

static void missing_ancestors_are_asked_for(void **state)
{
    stranger_t s;
    fixture_t *f = with_stranger(&s);
    uint64_t slot = START_SLOT;
    ph_relay_block_t *blocks[5], *block = f->local->genesis;
    (void)state;
    for (int i = 4; i >= 0; i--)
        blocks[i] = block = make_next(f, block, &slot, ANY);
    answer_with(&s, blocks, 2); /* it gives less than it could */
    announce(&s, &blocks[0]->header);
    run(f, 2500);
    answer_with(&s, blocks + 2, 3);
    run(f, SECOND);
    assert_int_equal(s.asked, 2);
    assert_memory_equal(&s.last_asked, &blocks[2]->hash, 32);
    assert_int_equal(s.last_max, 64);
    assert_true(best_is(&f->nodes[0], blocks[0]));
    end_stranger(&s, f);
}

static void answers_that_do_not_fit_are_tried_a_few_times(void **state)
{
    stranger_t s;
    fixture_t *f = with_stranger(&s);
    uint64_t slot = START_SLOT;
    ph_relay_block_t *a = make_next(f, f->local->genesis, &slot, ANY), *b = make_next(f, a, &slot, ANY),
                     *c = make_next(f, b, &slot, ANY);
    (void)state;
    announce(&s, &a->header); /* refuses */
    run(f, 10 * SECOND);
    assert_in_range(s.asked, 2, 6);
    s.asked = 0;
    answer_with(&s, &b, 1); /* another block */
    announce(&s, &a->header);
    run(f, 10 * SECOND);
    assert_in_range(s.asked, 2, 6);
    s.asked = 0;
    s.answer = (ph_buf_unref(s.answer), ph_buf_new(PH_BYTES_LIT("\x04junk")));
    announce(&s, &a->header);
    run(f, 10 * SECOND);
    assert_in_range(s.asked, 2, 6);
    assert_int_equal(f->nodes[0].imported, 0);
    assert_int_equal(f->nodes[0].chain->fetching.count, 0);
    /* What does not hang together with the first is not looked at. */
    ph_relay_block_t *mixed[] = {a, c};
    answer_with(&s, mixed, 2);
    announce(&s, &a->header);
    run(f, SECOND);
    assert_true(best_is(&f->nodes[0], a));
    assert_int_equal(f->nodes[0].chain->pending.count, 0);
    end_stranger(&s, f);
}

static void a_bad_seal_is_refused_once(void **state)
{
    stranger_t s;
    fixture_t *f = with_stranger(&s);
    ph_babe_claim_t claim;
    uint64_t slot = START_SLOT;
    (void)state;
    while (!claim_for(f, &claim, f->local->genesis, ++slot, ANY))
        ;
    ph_relay_block_t *bad = make_with(f, f->local->genesis, slot, ANY, NULL, (claim.authority + 1) % VALIDATORS);
    answer_with(&s, &bad, 1);
    announce(&s, &bad->header);
    run(f, SECOND);
    assert_int_equal(f->traced_refusals, 1);
    announce(&s, &bad->header);
    run(f, SECOND);
    assert_int_equal(s.asked, 1); /* not asked for again */
    end_stranger(&s, f);
}

static void malformed_announcements_end_the_stream(void **state)
{
    stranger_t s;
    fixture_t *f = with_stranger(&s);
    ph_buf_t *junk = ph_buf_new(PH_BYTES_LIT("junk"));
    (void)state;
    ph_net_notify(s.env, (ph_peer_id_t){0}, PH_PROTO_BLOCK_ANNOUNCES_1, junk);
    ph_buf_unref(junk);
    run(f, SECOND);
    assert_int_equal(s.closed, 1);
    assert_int_equal(f->nodes[0].chain->peers.count, 0);
    end_stranger(&s, f);
}

static void another_chain_is_none_of_ours(void **state)
{
    fixture_t *f = fixture_new(&(ph_world_config_t){.seed = 1, .latency_min_us = 1000, .latency_max_us = 1000}, 50);
    stranger_t s;
    ph_hash_t other = {{9}};
    (void)state;
    node_add(f, false);
    stranger_init(&s, f);
    stranger_shake(&s, &other, 5, &other);
    ph_chain_start(f->nodes[0].chain);
    run(f, SECOND);
    assert_int_equal(s.closed, s.opened);
    assert_int_equal(s.asked, 0);
    assert_int_equal(f->nodes[0].chain->peers.count, 0);
    end_stranger(&s, f);
}

/* ---- serving ---- */

typedef struct served {
    unsigned came;
    ph_err_t err;
    size_t count;
    ph_hash_t first;
} served_t;

static void take(void *ctx, ph_err_t err, ph_buf_t *buf)
{
    served_t *r = ctx;
    ph_arena_t *arena = ph_arena_new();
    ph_blocks_response_t response;
    r->came++;
    r->err = err;
    if (err == PH_OK) {
        assert_int_equal(ph_blocks_response_decode_all(ph_buf_bytes(buf), arena, &response), PH_OK);
        r->count = response.blocks.count;
        for (size_t i = 0; i < response.blocks.count; i++) {
            ph_hash_t hash = ph_relay_block_header_hash(&response.blocks.items[i].header);
            if (i == 0)
                r->first = hash;
            else
                assert_memory_equal(&response.blocks.items[i - 1].header.parent_hash, &hash, 32);
        }
    }
    ph_arena_free(arena);
}

static served_t ask_blocks(stranger_t *s, fixture_t *f, const ph_hash_t *from, uint32_t max)
{
    served_t r = {0};
    ph_writer_t w = PH_WRITER_HEAP;
    ph_blocks_request_encode(&w, &(ph_blocks_request_t){*from, max});
    ph_buf_t *buf = ph_writer_to_buf(&w);
    ph_net_request(s->env, (ph_peer_id_t){0}, PH_PROTO_REQ_BLOCKS_1, buf, take, &r);
    ph_buf_unref(buf);
    run(f, SECOND);
    assert_int_equal(r.came, 1);
    return r;
}

static void blocks_are_served(void **state)
{
    stranger_t s;
    fixture_t *f = with_stranger(&s);
    uint64_t slot = START_SLOT;
    ph_relay_block_t *block = f->local->genesis;
    ph_hash_t unknown = {{1}};
    (void)state;
    for (int i = 0; i < 140; i++) {
        submit(&f->nodes[0], block = make_next(f, block, &slot, ANY));
        run(f, SECOND / 10);
    }
    assert_true(best_is(&f->nodes[0], block));
    served_t r = ask_blocks(&s, f, &block->hash, 3);
    assert_int_equal(r.count, 3);
    assert_memory_equal(&r.first, &block->hash, 32);
    assert_int_equal(ask_blocks(&s, f, &block->hash, 0).count, 0);
    assert_int_equal(ask_blocks(&s, f, &block->hash, UINT32_MAX).count, 128);  /* never more */
    assert_int_equal(ask_blocks(&s, f, &f->made.items[1]->hash, 10).count, 2); /* genesis is known to all */
    assert_int_equal(ask_blocks(&s, f, &unknown, 10).count, 0);
    served_t bad = {0};
    ph_buf_t *junk = ph_buf_new(PH_BYTES_LIT("junk"));
    ph_net_request(s.env, (ph_peer_id_t){0}, PH_PROTO_REQ_BLOCKS_1, junk, take, &bad);
    ph_buf_unref(junk);
    run(f, SECOND);
    assert_int_equal(bad.err, PH_ERR_REFUSED);
    end_stranger(&s, f);
}

/* ---- determinism ---- */

static void live(uint8_t digest[32], ph_hash_t *best, uint64_t seed, bool memo)
{
    fixture_t *f = fixture_new(
        &(ph_world_config_t){
            .seed = seed, .latency_min_us = 20000, .latency_max_us = 3 * SECOND, .loss_percent = 5, .memo = memo},
        6);
    for (size_t i = 0; i < 3; i++)
        node_add(f, true);
    for (size_t i = 0; i < 3; i++)
        ph_chain_start(f->nodes[i].chain);
    run_slots(f, 15);
    node_crash(&f->nodes[1]);
    run_slots(f, 3);
    node_restart(&f->nodes[1], true);
    run_slots(f, 12);
    ph_world_digest(f->world, digest);
    *best = ph_chain_best(f->nodes[0].chain)->hash;
    fixture_free(f);
}

static void the_same_seed_gives_the_same_chain_with_and_without_memo(void **state)
{
    uint8_t a[32], b[32], c[32], d[32];
    ph_hash_t x, y, z, other;
    (void)state;
    live(a, &x, 1, true);
    live(b, &y, 1, true);
    live(c, &z, 1, false);
    live(d, &other, 2, true);
    assert_memory_equal(a, b, 32);
    assert_memory_equal(a, c, 32);
    assert_memory_equal(&x, &z, 32);
    assert_memory_not_equal(a, d, 32);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(validators_make_a_chain),
        cmocka_unit_test(forks_occur_and_are_resolved),
        cmocka_unit_test(a_partition_ends_in_a_reorg),
        cmocka_unit_test(a_restarted_node_catches_up),
        cmocka_unit_test(a_node_that_joins_late_catches_up),
        cmocka_unit_test(a_restarted_author_does_not_contradict_itself),
        cmocka_unit_test(an_author_does_not_wait_for_ever),
        cmocka_unit_test(an_author_stops_where_the_disk_is_full),
        cmocka_unit_test(announced_blocks_are_fetched),
        cmocka_unit_test(missing_ancestors_are_asked_for),
        cmocka_unit_test(answers_that_do_not_fit_are_tried_a_few_times),
        cmocka_unit_test(a_bad_seal_is_refused_once),
        cmocka_unit_test(malformed_announcements_end_the_stream),
        cmocka_unit_test(another_chain_is_none_of_ours),
        cmocka_unit_test(blocks_are_served),
        cmocka_unit_test(the_same_seed_gives_the_same_chain_with_and_without_memo),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
