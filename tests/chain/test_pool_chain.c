/* Pool, authors and peers together, with the real runtime: transactions travel, stand in blocks, and come back after a
 * branch was given up. */
#include "chain/fixture.h"

#include "support/transfers.h"

#include "chain/pool_private.h"

typedef struct state {
    fixture_t *f;
    ph_arena_t *arena;
    ph_pool_answer_t answer;
    unsigned answers;
} state_t;

static int setup(void **state)
{
    state_t *s = ph_mem_alloc(NULL, sizeof *s);
    s->f = fixture_new(&(ph_world_config_t){.seed = 3, .latency_min_us = 20000, .latency_max_us = 100000}, 300);
    s->arena = ph_arena_new();
    *state = s;
    return 0;
}

static int teardown(void **state)
{
    state_t *s = *state;
    fixture_free(s->f);
    ph_arena_free(s->arena);
    ph_mem_free(s);
    return 0;
}

static void on_answer(void *ctx, uint64_t tag, const ph_pool_answer_t *answer)
{
    state_t *s = ctx;
    (void)tag;
    s->answer = *answer;
    s->answers++;
}

static ph_bytes_t xt(state_t *s, transfer_t t)
{
    t.from = t.from ? t.from : "//Alice";
    t.to = t.to ? t.to : "//Bob";
    t.value = t.value ? t.value : 1000000000000;
    return make_transfer(s->arena, &s->f->local->genesis->hash, t);
}

/* Submits to node `n` and waits for its answer. */
static ph_hash_t submit_to(state_t *s, size_t n, ph_bytes_t bytes)
{
    unsigned before = s->answers;
    ph_hash_t hash =
        ph_pool_submit(ph_chain_pool(s->f->nodes[n].chain), bytes, PH_TRANSACTION_SOURCE_LOCAL, on_answer, s, 0);
    run(s->f, SECOND / 20);
    assert_int_equal(s->answers, before + 1);
    return hash;
}

static ph_pool_place_t place(state_t *s, size_t n, const ph_hash_t *hash)
{
    return ph_pool_find(ph_chain_pool(s->f->nodes[n].chain), hash);
}

static uint32_t found_at(state_t *s, size_t n, const ph_hash_t *hash)
{
    const ph_relay_block_t *block = ph_chain_find_extrinsic(s->f->nodes[n].chain, hash, 100);
    return block ? block->header.number : 0;
}

static void start(state_t *s, size_t nodes)
{
    for (size_t i = 0; i < nodes; i++)
        ph_chain_start(node_add(s->f, true)->chain);
}

static void cut_off_first(state_t *s, size_t nodes)
{
    uint8_t side[NODES_MAX] = {1};
    ph_world_partition(s->f->world, side, nodes);
}

/* ---- in, out, into a block ---- */

static void a_transfer_reaches_everybody_and_a_block(void **state)
{
    state_t *s = *state;
    start(s, 3);
    run_slots(s->f, 2);
    ph_hash_t hash = submit_to(s, 0, xt(s, (transfer_t){0}));
    assert_int_equal(s->answer.verdict, PH_POOL_READY);
    run(s->f, SECOND);
    for (size_t i = 0; i < 3; i++)
        assert_true(place(s, i, &hash) == PH_POOL_IN_READY || found_at(s, i, &hash));
    run_slots(s->f, 6);
    for (size_t i = 0; i < 3; i++) {
        assert_true(found_at(s, i, &hash) > 0);
        assert_int_equal(place(s, i, &hash), PH_POOL_IN_BAN);
        ph_chain_stats_t stats;
        ph_chain_stats(s->f->nodes[i].chain, &stats);
        assert_int_equal(stats.blocks_refused, 0);
    }
}

static void nonces_stand_in_order(void **state)
{
    state_t *s = *state;
    ph_hash_t hashes[5];
    start(s, 3);
    run_slots(s->f, 2);
    for (uint32_t i = 5; i-- > 0;) { /* the last first, each to another node */
        hashes[i] = submit_to(s, i % 3, xt(s, (transfer_t){.nonce = i, .tip = i}));
        assert_int_equal(s->answer.verdict, i ? PH_POOL_FUTURE : PH_POOL_READY);
    }
    run_slots(s->f, 8);
    uint32_t last = 0;
    for (size_t i = 0; i < 5; i++) {
        uint32_t at = found_at(s, 0, &hashes[i]);
        assert_true(at > 0 && at >= last);
        last = at;
    }
}

static void what_the_runtime_refuses_stays_out(void **state)
{
    state_t *s = *state;
    start(s, 1);
    run_slots(s->f, 2);
    ph_hash_t hash = submit_to(s, 0, xt(s, (transfer_t){.wrong = 1}));
    assert_int_equal(s->answer.verdict, PH_POOL_INVALID);
    assert_int_equal(s->answer.error.invalid.kind, PH_INVALID_TRANSACTION_BAD_PROOF);
    assert_int_equal(place(s, 0, &hash), PH_POOL_IN_BAN);
    submit_to(s, 0, xt(s, (transfer_t){.from = "//Nobody"}));
    assert_int_equal(s->answer.error.invalid.kind, PH_INVALID_TRANSACTION_PAYMENT);
    submit_to(s, 0, PH_BYTES_LIT("\x84 rubbish"));
    assert_int_equal(s->answer.verdict, PH_POOL_UNDECODABLE);
    uint32_t before = ph_chain_best(s->f->nodes[0].chain)->header.number;
    run_slots(s->f, 15);
    ph_relay_block_t *best = ph_chain_best(s->f->nodes[0].chain);
    assert_true(best->header.number > before);
    assert_int_equal(best->body.count, 2);
}

/* ---- peers ---- */

static size_t count_sent(state_t *s)
{
    return (size_t)ph_world_hub(s->f->world)->stats.messages;
}

/* No peer hears of a transaction twice, and none is told back what it told. */
static void a_transaction_goes_to_a_peer_once(void **state)
{
    state_t *s = *state;
    start(s, 2);
    run(s->f, SECOND / 2);
    size_t before = count_sent(s);
    ph_bytes_t bytes = xt(s, (transfer_t){0});
    ph_hash_t hash = submit_to(s, 0, bytes);
    run(s->f, SECOND);
    assert_int_equal(place(s, 1, &hash), PH_POOL_IN_READY);
    size_t opening_and_one = count_sent(s) - before;
    before = count_sent(s);
    submit_to(s, 0, bytes);
    assert_int_equal(s->answer.verdict, PH_POOL_KNOWN);
    submit_to(s, 1, bytes);
    assert_int_equal(s->answer.verdict, PH_POOL_KNOWN);
    run(s->f, 7 * SECOND / 2); /* they speak of it again meanwhile, to whom does not know it */
    assert_int_equal(count_sent(s), before);
    assert_true(opening_and_one >= 1);
}

typedef struct rogue {
    ph_env_t *env;
    bool open, closed;
} rogue_t;

static void rogue_opened(void *ctx, ph_peer_id_t peer, ph_bytes_t shake)
{
    (void)peer, (void)shake;
    ((rogue_t *)ctx)->open = true;
}
static void rogue_closed(void *ctx, ph_peer_id_t peer, bool was_open)
{
    (void)peer, (void)was_open;
    ((rogue_t *)ctx)->closed = true;
}
static void rogue_notified(void *ctx, ph_peer_id_t peer, ph_buf_t *message)
{
    (void)ctx, (void)peer, (void)message;
}
static const ph_net_handler_t rogue_handler = {
    .opened = rogue_opened, .closed = rogue_closed, .notified = rogue_notified};

static void begin_rogue(state_t *s, rogue_t *rogue)
{
    uint8_t roles = 1;
    *rogue = (rogue_t){.env = ph_world_add_node(s->f->world, "rogue")};
    ph_net_handle(rogue->env, PH_PROTO_TRANSACTIONS_1, &rogue_handler, rogue, ph_bytes(&roles, 1));
    ph_net_open(rogue->env, (ph_peer_id_t){0}, PH_PROTO_TRANSACTIONS_1);
    run(s->f, SECOND);
    assert_true(rogue->open);
}

static void send_bytes(rogue_t *rogue, ph_bytes_t bytes)
{
    ph_buf_t *message = ph_buf_new(bytes);
    ph_net_notify(rogue->env, (ph_peer_id_t){0}, PH_PROTO_TRANSACTIONS_1, message);
    ph_buf_unref(message);
}

static void send_list(state_t *s, rogue_t *rogue, ph_bytes_t *items, size_t count)
{
    ph_transactions_t list = {items, count};
    ph_writer_t w = ph_writer_in(s->arena);
    ph_transactions_encode(&w, &list);
    send_bytes(rogue, ph_writer_bytes(&w));
}

static void peers_may_send_several(void **state)
{
    state_t *s = *state;
    rogue_t rogue;
    start(s, 1);
    begin_rogue(s, &rogue);
    ph_bytes_t list[] = {xt(s, (transfer_t){.nonce = 0}), xt(s, (transfer_t){.nonce = 1})};
    send_list(s, &rogue, list, 2);
    run(s->f, SECOND / 2);
    for (size_t i = 0; i < 2; i++) {
        ph_hash_t hash = ph_pool_hash(list[i]);
        assert_int_equal(place(s, 0, &hash), PH_POOL_IN_READY);
    }
    assert_false(rogue.closed);
}

static void a_malformed_message_ends_the_stream(void **state)
{
    state_t *s = *state;
    rogue_t rogue;
    start(s, 1);
    begin_rogue(s, &rogue);
    send_bytes(&rogue, PH_BYTES_LIT("\x08 x"));
    run(s->f, SECOND);
    assert_true(rogue.closed);
}

static void too_many_bad_ones_end_the_connection(void **state)
{
    state_t *s = *state;
    rogue_t rogue;
    start(s, 1);
    begin_rogue(s, &rogue);
    for (uint32_t i = 0; i < 200; i++) {
        uint8_t bytes[8] = {0x84};
        ph_put_u32(bytes + 4, i);
        ph_bytes_t one = ph_bytes(bytes, sizeof bytes);
        send_list(s, &rogue, &one, 1);
    }
    run(s->f, SECOND);
    assert_false(rogue.closed); /* some may be bad luck */
    for (uint32_t i = 200; i < 600; i++) {
        uint8_t bytes[8] = {0x84};
        ph_put_u32(bytes + 4, i);
        ph_bytes_t one = ph_bytes(bytes, sizeof bytes);
        send_list(s, &rogue, &one, 1);
    }
    run(s->f, SECOND);
    assert_true(rogue.closed);
}

/* ---- branches ---- */

static void what_a_lost_branch_held_comes_back(void **state)
{
    state_t *s = *state;
    ph_chain_stats_t stats;
    start(s, 3);
    run_slots(s->f, 3);
    cut_off_first(s, 3);
    ph_hash_t hash = submit_to(s, 0, xt(s, (transfer_t){.tip = 7}));
    const ph_relay_block_t *lonely = NULL, *now;
    for (int i = 0; i < 60 && !lonely; i++) {
        run_slots(s->f, 1);
        lonely = ph_chain_find_extrinsic(s->f->nodes[0].chain, &hash, 100);
    }
    assert_non_null(lonely);
    ph_hash_t lost = lonely->hash;
    assert_int_equal(found_at(s, 1, &hash), 0); /* the others never heard of it */
    const ph_chain_t *one = s->f->nodes[0].chain, *two = s->f->nodes[1].chain;
    for (int i = 0; i < 200 && two->best->primaries <= one->best->primaries + 2; i++)
        run_slots(s->f, 1); /* two outrun one in the end */
    ph_world_partition(s->f->world, NULL, 0);
    run_slots(s->f, 12);
    ph_chain_stats(s->f->nodes[0].chain, &stats);
    assert_true(stats.reorgs > 0);
    for (size_t i = 0; i < 3; i++) {
        now = ph_chain_find_extrinsic(s->f->nodes[i].chain, &hash, 300);
        assert_non_null(now);
        assert_memory_not_equal(&now->hash, &lost, sizeof lost);
    }
}

/* ---- authors ---- */

/* A transaction that the pool believes good and the runtime refuses is left out, and everything else is as if it had
 * never been there. */
static void what_does_not_apply_is_rolled_back(void **state)
{
    state_t *s = *state;
    ph_babe_claim_t claim;
    uint8_t digest[PH_BABE_PRE_DIGEST_MAX];
    char why[200] = "";
    node_t *n = node_add(s->f, true);
    ph_relay_block_t *parent = s->f->local->genesis;
    uint64_t slot = START_SLOT + 1;
    while (!claim_for(s->f, &claim, parent, slot, ANY))
        slot++;
    size_t len = ph_babe_claim_encode(digest, &claim);
    ph_parachains_inherent_data_t inherent = {.parent_header = parent->header};
    ph_writer_t w = ph_writer_in(s->arena);
    ph_parachains_inherent_data_encode(&w, &inherent);
    ph_bytes_t bodies[] = {xt(s, (transfer_t){.wrong = 1}),
                           xt(s, (transfer_t){.nonce = 5}),
                           PH_BYTES_LIT("\x84 rubbish"),
                           xt(s, (transfer_t){0}),
                           xt(s, (transfer_t){.nonce = 1}),
                           make_remark(s->arena, &parent->hash, (transfer_t){.from = "//Bob"}, 2 << 20),
                           make_remark(s->arena, &parent->hash, (transfer_t){.from = "//Dave"}, (2 << 20) - 4096)};
    static const uint32_t on_first = 0;
    ph_offer_t items[7];
    memset(items, 0, sizeof items);
    for (size_t i = 0; i < 7; i++)
        items[i].xt = ph_buf_new(bodies[i]);
    items[4].parents = &on_first;
    items[4].parent_count = 1;
    ph_header_t header[2];
    ph_vec_opaque_extrinsic_t body[2];
    ph_state_t *after[2] = {NULL, NULL};
    ph_offers_t offers = {items, 7}, good = {(ph_offer_t[]){{.xt = items[3].xt}, {.xt = items[5].xt}}, 2};
    assert_int_equal(ph_build_block(s->arena, &header[0], &body[0], &after[0], parent, ph_bytes(digest, len),
                                    slot * SLOT_MS + 1, ph_writer_bytes(&w), &offers, why, sizeof why),
                     PH_OK);
    assert_int_equal(ph_build_block(s->arena, &header[1], &body[1], &after[1], parent, ph_bytes(digest, len),
                                    slot * SLOT_MS + 1, ph_writer_bytes(&w), &good, why, sizeof why),
                     PH_OK);
    assert_int_equal(items[0].fate, PH_OFFER_INVALID);
    assert_int_equal(items[1].fate, PH_OFFER_EARLY);
    assert_int_equal(items[2].fate, PH_OFFER_INVALID);
    assert_int_equal(items[3].fate, PH_OFFER_TAKEN);
    assert_int_equal(items[4].fate, PH_OFFER_LEFT); /* what it stands on is not in */
    assert_int_equal(items[5].fate, PH_OFFER_TAKEN);
    assert_int_equal(items[6].fate, PH_OFFER_TOO_BIG);
    assert_int_equal(body[0].count, 4);
    assert_memory_equal(&header[0].state_root, &header[1].state_root, 32);
    assert_memory_equal(&header[0].extrinsics_root, &header[1].extrinsics_root, 32);
    for (size_t i = 0; i < 7; i++)
        ph_buf_unref(items[i].xt);
    ph_state_unref(after[0]);
    ph_state_unref(after[1]);
    (void)n;
}

/* A block holds so many bytes of transactions, and the rest stands in later ones. */
static void a_full_block_leaves_the_rest_for_later(void **state)
{
    state_t *s = *state;
    enum { COUNT = 8 };
    ph_hash_t hashes[COUNT];
    uint32_t last = 0, blocks = 0;
    start(s, 1);
    run_slots(s->f, 2);
    for (uint32_t i = 0; i < COUNT; i++) {
        ph_bytes_t large =
            make_remark(s->arena, &s->f->local->genesis->hash, (transfer_t){.from = "//Bob", .nonce = i}, 1 << 20);
        hashes[i] = submit_to(s, 0, large);
        assert_int_equal(s->answer.verdict, PH_POOL_READY);
    }
    run_slots(s->f, 30);
    for (uint32_t i = 0; i < COUNT; i++) {
        uint32_t at = found_at(s, 0, &hashes[i]);
        assert_true(at >= last && at > 0);
        blocks += at != last;
        last = at;
    }
    assert_true(blocks >= 2);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_transfer_reaches_everybody_and_a_block),
        TEST(nonces_stand_in_order),
        TEST(what_the_runtime_refuses_stays_out),
        TEST(a_transaction_goes_to_a_peer_once),
        TEST(peers_may_send_several),
        TEST(a_malformed_message_ends_the_stream),
        TEST(too_many_bad_ones_end_the_connection),
        TEST(what_a_lost_branch_held_comes_back),
        TEST(what_does_not_apply_is_rolled_back),
        TEST(a_full_block_leaves_the_rest_for_later),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
