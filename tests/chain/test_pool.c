/* The transaction pool over a runtime of the test's own: what comes in, what does not and why, what blocks do to it. */
#include "chain/pool_parts.h"

#include "chain/pool_private.h"
#include "crypto/hash.h"

enum { ALICE, BOB, CHARLIE };
#define SECOND UINT64_C(1000000)
#define MINUTE (60 * SECOND)

typedef struct state {
    ph_world_t *world;
    ph_env_t *env;
    ph_arena_t *arena;
    ph_pool_t *pool;
    fake_block_t *best;
    unsigned validations, ready_told;
    ph_pool_answer_t answer; /* the last one */
    unsigned answers;
    uint64_t tag;
} state_t;

/* The first member of what validate gets. */
static ph_err_t validate(void *ctx, ph_writer_t *out, const ph_relay_block_t *at, ph_transaction_source_kind_t source,
                         ph_bytes_t xt)
{
    state_t *s = ctx;
    return fake_validate(&s->validations, out, at, source, xt);
}

static void became_ready(void *ctx, const ph_pool_tx_t *tx)
{
    state_t *s = ctx;
    assert_non_null(tx);
    s->ready_told++;
}

static ph_pool_t *make_pool(state_t *s, ph_pool_limit_t ready, ph_pool_limit_t future, bool authors)
{
    ph_pool_config_t config = {.env = s->env,
                               .best = &s->best->block,
                               .ready = ready,
                               .future = future,
                               .authors = authors,
                               .validate = validate,
                               .ctx = s,
                               .became_ready = became_ready};
    return ph_pool_new(&config);
}

static int setup(void **state)
{
    state_t *s = ph_mem_alloc(NULL, sizeof *s);
    s->world = ph_world_new(&(ph_world_config_t){.seed = 1, .start_us = SECOND});
    s->env = ph_world_add_node(s->world, "n");
    s->arena = ph_arena_new();
    s->best = fake_block(s->arena, NULL, NULL, 0, 0);
    s->pool = make_pool(s, (ph_pool_limit_t){0}, (ph_pool_limit_t){0}, true);
    *state = s;
    return 0;
}

static int teardown(void **state)
{
    state_t *s = *state;
    ph_pool_free(s->pool);
    ph_world_free(s->world);
    ph_arena_free(s->arena);
    ph_mem_free(s);
    return 0;
}

static void run(state_t *s, uint64_t us)
{
    ph_world_run_until(s->world, ph_world_now_us(s->world) + us);
}

static void on_answer(void *ctx, uint64_t tag, const ph_pool_answer_t *answer)
{
    state_t *s = ctx;
    s->answer = *answer;
    s->tag = tag;
    s->answers++;
}

static fake_tx_t tx(uint8_t account, uint8_t nonce, uint8_t priority)
{
    return (fake_tx_t){.account = account, .nonce = nonce, .priority = priority, .longevity = 64};
}

static ph_hash_t submit_xt(state_t *s, ph_bytes_t xt)
{
    return ph_pool_submit(s->pool, xt, PH_TRANSACTION_SOURCE_LOCAL, on_answer, s, 7);
}

/* Submits and waits; the answer's verdict. */
static int submit(state_t *s, fake_tx_t what)
{
    unsigned before = s->answers;
    submit_xt(s, fake_xt(s->arena, what));
    run(s, SECOND / 10);
    assert_int_equal(s->answers, before + 1);
    return (int)s->answer.verdict;
}

static ph_pool_place_t place(state_t *s, fake_tx_t what)
{
    ph_hash_t hash = ph_pool_hash(fake_xt(s->arena, what));
    return ph_pool_find(s->pool, &hash);
}

static size_t ready_count(state_t *s)
{
    ph_pool_stats_t stats;
    ph_pool_stats(s->pool, &stats);
    return stats.ready.count;
}

static size_t future_count(state_t *s)
{
    ph_pool_stats_t stats;
    ph_pool_stats(s->pool, &stats);
    return stats.future.count;
}

/* A block with these transactions on top of the best one, enacted. */
static fake_block_t *enact(state_t *s, const fake_tx_t *list, size_t count)
{
    ph_bytes_t xts[16];
    for (size_t i = 0; i < count; i++)
        xts[i] = fake_xt(s->arena, list[i]);
    fake_block_t *block = fake_block(s->arena, s->best, xts, count, 0);
    ph_relay_block_t *enacted = &block->block;
    ph_pool_enact(s->pool, NULL, 0, &s->best->block, &enacted, 1);
    s->best = block;
    return block;
}

static const char *text_of(state_t *s)
{
    char *text = ph_arena_alloc(s->arena, 100);
    ph_pool_explain(text, 100, &s->answer);
    return text;
}

/* ---- coming in ---- */

static void a_good_one_comes_in(void **state)
{
    state_t *s = *state;
    ph_bytes_t xt = fake_xt(s->arena, tx(ALICE, 0, 5));
    ph_hash_t hash = submit_xt(s, xt), expected;
    ph_writer_t w = ph_writer_in(s->arena);
    ph_write_bytes(&w, xt);
    ph_blake2_256(expected.bytes, ph_writer_bytes(&w));
    assert_memory_equal(&hash, &expected, 32);
    assert_int_equal(ph_pool_find(s->pool, &hash), PH_POOL_IN_CHECK);
    assert_int_equal(s->answers, 0); /* validation takes its time */
    run(s, SECOND);
    assert_int_equal(s->answers, 1);
    assert_int_equal(s->tag, 7);
    assert_int_equal(s->answer.verdict, PH_POOL_READY);
    assert_memory_equal(&s->answer.hash, &expected, 32);
    assert_int_equal(ph_pool_find(s->pool, &hash), PH_POOL_IN_READY);
    assert_int_equal(ready_count(s), 1);
    assert_int_equal(s->ready_told, 1);
    const ph_pool_tx_t *in = ph_pool_graph_get(ph_pool_graph(s->pool), &hash);
    assert_int_equal(in->len, w.len);
    assert_int_equal(in->valid_till, 64);
    assert_true(in->propagate);
}

static void the_same_one_comes_in_once(void **state)
{
    state_t *s = *state;
    ph_bytes_t xt = fake_xt(s->arena, tx(ALICE, 0, 5));
    submit_xt(s, xt);
    submit_xt(s, xt);
    run(s, SECOND);
    assert_int_equal(s->answers, 2);
    assert_int_equal(s->validations, 1);
    assert_int_equal(submit(s, tx(ALICE, 0, 5)), PH_POOL_KNOWN);
    assert_string_equal(text_of(s), "already in the pool");
    assert_int_equal(ready_count(s), 1);
}

static void an_invalid_one_is_banned_for_a_while(void **state)
{
    state_t *s = *state;
    fake_tx_t bad = tx(ALICE, 0, 5);
    bad.kind = BAD_PROOF;
    assert_int_equal(submit(s, bad), PH_POOL_INVALID);
    assert_string_equal(text_of(s), "invalid: BadProof");
    assert_int_equal(submit(s, bad), PH_POOL_BANNED);
    assert_int_equal(s->validations, 1);
    assert_int_equal(place(s, bad), PH_POOL_IN_BAN);
    run(s, 29 * MINUTE);
    assert_int_equal(submit(s, bad), PH_POOL_BANNED);
    run(s, 2 * MINUTE);
    assert_int_equal(place(s, bad), PH_POOL_NOWHERE);
    assert_int_equal(submit(s, bad), PH_POOL_INVALID);
    assert_int_equal(s->validations, 2);
}

static void one_of_unknown_validity_is_not_banned(void **state)
{
    state_t *s = *state;
    fake_tx_t odd = tx(ALICE, 0, 5);
    odd.kind = CANNOT_LOOK_UP;
    assert_int_equal(submit(s, odd), PH_POOL_UNKNOWN);
    assert_string_equal(text_of(s), "unknown validity: CannotLookup");
    assert_int_equal(submit(s, odd), PH_POOL_UNKNOWN);
    assert_int_equal(place(s, odd), PH_POOL_NOWHERE);
}

static void what_makes_no_sense_is_banned(void **state)
{
    state_t *s = *state;
    fake_tx_t odd = tx(ALICE, 0, 5);
    odd.kind = NO_TAGS;
    assert_int_equal(submit(s, odd), PH_POOL_NO_TAGS);
    assert_int_equal(submit(s, odd), PH_POOL_BANNED);
    odd.kind = UNREADABLE;
    assert_int_equal(submit(s, odd), PH_POOL_UNDECODABLE);
    assert_int_equal(submit(s, odd), PH_POOL_BANNED);
    assert_int_equal(ready_count(s), 0);
}

static void only_authors_keep_what_is_not_passed_on(void **state)
{
    state_t *s = *state;
    fake_tx_t hidden = tx(ALICE, 0, 5);
    hidden.hidden = 1;
    assert_int_equal(submit(s, hidden), PH_POOL_READY);
    ph_pool_free(s->pool);
    s->pool = make_pool(s, (ph_pool_limit_t){0}, (ph_pool_limit_t){0}, false);
    assert_int_equal(submit(s, hidden), PH_POOL_UNACTIONABLE);
    assert_int_equal(ready_count(s), 0);
}

static void sizes_are_bounded(void **state)
{
    state_t *s = *state;
    uint8_t *large = ph_arena_alloc(s->arena, (5 << 20) + 1);
    submit_xt(s, ph_bytes(large, (5 << 20) + 1));
    assert_int_equal(s->answers, 1);
    assert_int_equal(s->answer.verdict, PH_POOL_TOO_LARGE);
    assert_int_equal(s->validations, 0);
}

/* What waits for validation is bounded, in number and in bytes. */
static void too_many_at_once_are_turned_away(void **state)
{
    state_t *s = *state;
    ph_pool_stats_t stats;
    for (uint32_t i = 0; i < 9000; i++) {
        uint8_t xt[5] = {0x84};
        ph_put_u32(xt + 1, i);
        submit_xt(s, ph_bytes(xt, sizeof xt));
    }
    ph_pool_stats(s->pool, &stats);
    assert_true(stats.checking > 8000 && stats.checking <= 8192 + 64);
    assert_int_equal(s->answers, 9000 - stats.checking);
    assert_int_equal(s->answer.verdict, PH_POOL_BUSY);
    run(s, 10 * SECOND);
    assert_int_equal(s->answers, 9000);
    s->answers = 0;
    uint8_t *large = ph_arena_alloc(s->arena, 4 << 20);
    for (uint8_t i = 0; i < 9; i++) {
        large[0] = i;
        submit_xt(s, ph_bytes(large, 4 << 20));
    }
    assert_in_range(s->answers, 2, 4);
    run(s, 10 * SECOND);
    assert_int_equal(s->answers, 9);
}

/* ---- order and replacement ---- */

static void nonces_wait_for_each_other(void **state)
{
    state_t *s = *state;
    assert_int_equal(submit(s, tx(ALICE, 2, 5)), PH_POOL_FUTURE);
    assert_string_equal(text_of(s), "waits for others");
    assert_int_equal(submit(s, tx(ALICE, 1, 5)), PH_POOL_FUTURE);
    assert_int_equal(place(s, tx(ALICE, 2, 5)), PH_POOL_IN_FUTURE);
    assert_int_equal(s->ready_told, 0);
    assert_int_equal(submit(s, tx(ALICE, 0, 5)), PH_POOL_READY);
    assert_int_equal(ready_count(s), 3);
    assert_int_equal(future_count(s), 0);
    assert_int_equal(s->ready_told, 3);
    assert_int_equal(submit(s, tx(ALICE, 9, 5)), PH_POOL_FUTURE);
}

static void a_higher_priority_replaces(void **state)
{
    state_t *s = *state;
    assert_int_equal(submit(s, tx(ALICE, 0, 5)), PH_POOL_READY);
    fake_tx_t other = tx(ALICE, 0, 5);
    other.filler = 1;
    assert_int_equal(submit(s, other), PH_POOL_LOW_PRIORITY);
    assert_string_equal(text_of(s), "its priority is too low to replace what provides the same");
    assert_int_equal(submit(s, tx(ALICE, 0, 6)), PH_POOL_READY);
    assert_int_equal(place(s, tx(ALICE, 0, 5)), PH_POOL_NOWHERE);
    assert_int_equal(ready_count(s), 1);
}

static void a_circle_is_refused(void **state)
{
    state_t *s = *state;
    fake_tx_t odd = tx(ALICE, 255, 5);
    odd.kind = CIRCLE;
    odd.filler = ALICE; /* needs (ALICE, 255), which it provides */
    assert_int_equal(submit(s, odd), PH_POOL_CYCLE);
    assert_int_equal(ready_count(s) + future_count(s), 0);
}

/* ---- limits ---- */

static void the_worst_have_to_make_room(void **state)
{
    state_t *s = *state;
    ph_pool_free(s->pool);
    s->pool = make_pool(s, (ph_pool_limit_t){2, 1000}, (ph_pool_limit_t){1, 1000}, true);
    assert_int_equal(submit(s, tx(0, 0, 5)), PH_POOL_READY);
    assert_int_equal(submit(s, tx(1, 0, 6)), PH_POOL_READY);
    assert_int_equal(submit(s, tx(2, 0, 4)), PH_POOL_DROPPED);
    assert_int_equal(submit(s, tx(2, 0, 4)), PH_POOL_BANNED);
    assert_int_equal(submit(s, tx(2, 0, 7)), PH_POOL_READY);
    assert_int_equal(place(s, tx(0, 0, 5)), PH_POOL_IN_BAN);
    assert_int_equal(ready_count(s), 2);
    assert_int_equal(submit(s, tx(3, 4, 1)), PH_POOL_FUTURE);
    assert_int_equal(submit(s, tx(4, 4, 1)), PH_POOL_FUTURE); /* of future ones the older goes */
    assert_int_equal(place(s, tx(3, 4, 1)), PH_POOL_IN_BAN);
}

static void the_pool_is_bounded_in_bytes(void **state)
{
    state_t *s = *state;
    ph_pool_free(s->pool);
    s->pool = make_pool(s, (ph_pool_limit_t){100, 1000}, (ph_pool_limit_t){100, 1000}, true);
    fake_tx_t large = tx(0, 0, 9);
    large.padding = 600;
    assert_int_equal(submit(s, large), PH_POOL_READY);
    large.account = 1;
    large.priority = 8;
    assert_int_equal(submit(s, large), PH_POOL_DROPPED);
    assert_int_equal(submit(s, tx(2, 0, 1)), PH_POOL_READY);
}

static void bans_are_bounded(void **state)
{
    state_t *s = *state;
    ph_pool_stats_t stats;
    ph_pool_free(s->pool);
    s->pool = make_pool(s, (ph_pool_limit_t){3, 1000}, (ph_pool_limit_t){2, 1000}, true);
    for (uint8_t i = 0; i < 40; i++) {
        fake_tx_t bad = tx(0, i, 1);
        bad.kind = BAD_PROOF;
        (void)submit(s, bad);
        ph_pool_stats(s->pool, &stats);
        assert_true(stats.banned <= 10);
    }
    fake_tx_t last = tx(0, 39, 1);
    last.kind = BAD_PROOF;
    assert_int_equal(place(s, last), PH_POOL_IN_BAN);
}

/* ---- blocks ---- */

static void what_is_in_a_block_leaves(void **state)
{
    state_t *s = *state;
    for (uint8_t i = 0; i < 3; i++)
        (void)submit(s, tx(ALICE, i, 5));
    enact(s, (fake_tx_t[]){tx(ALICE, 0, 5), tx(ALICE, 1, 5)}, 2);
    assert_int_equal(ready_count(s), 1); /* at once: the next author must not take them again */
    assert_int_equal(place(s, tx(ALICE, 2, 5)), PH_POOL_IN_READY);
    run(s, SECOND);
    assert_int_equal(ready_count(s), 1);
    assert_int_equal(submit(s, tx(ALICE, 0, 5)), PH_POOL_BANNED);
}

static void a_block_makes_future_ones_ready(void **state)
{
    state_t *s = *state;
    (void)submit(s, tx(ALICE, 1, 5));
    enact(s, (fake_tx_t[]){tx(ALICE, 0, 9)}, 1); /* which the pool never saw */
    run(s, SECOND);
    assert_int_equal(place(s, tx(ALICE, 1, 5)), PH_POOL_IN_READY);
}

static void a_rival_in_a_block_ends_it(void **state)
{
    state_t *s = *state;
    (void)submit(s, tx(ALICE, 0, 5));
    (void)submit(s, tx(ALICE, 1, 5));
    enact(s, (fake_tx_t[]){tx(ALICE, 0, 9)}, 1);
    run(s, SECOND);
    assert_int_equal(place(s, tx(ALICE, 0, 5)), PH_POOL_IN_BAN); /* looked at again, and stale */
    assert_int_equal(place(s, tx(ALICE, 1, 5)), PH_POOL_IN_READY);
    assert_int_equal(ready_count(s), 1);
}

static void an_empty_pool_asks_nothing_of_blocks(void **state)
{
    state_t *s = *state;
    enact(s, (fake_tx_t[]){tx(ALICE, 0, 9)}, 1);
    run(s, SECOND);
    assert_int_equal(s->validations, 0);
}

static void what_is_out_of_date_goes(void **state)
{
    state_t *s = *state;
    fake_tx_t mortal = tx(ALICE, 0, 5), waiting = tx(BOB, 3, 5);
    mortal.longevity = waiting.longevity = 2;
    (void)submit(s, mortal);
    (void)submit(s, waiting);
    enact(s, NULL, 0);
    assert_int_equal(ready_count(s) + future_count(s), 2);
    enact(s, NULL, 0);
    assert_int_equal(ready_count(s) + future_count(s), 0);
    assert_int_equal(place(s, mortal), PH_POOL_IN_BAN);
}

static void validity_is_asked_anew_at_each_block(void **state)
{
    state_t *s = *state;
    (void)submit(s, tx(ALICE, 0, 5));
    (void)submit(s, tx(ALICE, 1, 5));
    (void)submit(s, tx(BOB, 0, 5));
    fake_block_t *block = fake_block(s->arena, s->best, NULL, 0, 0);
    block->nonces[ALICE] = 1; /* somehow */
    ph_relay_block_t *enacted = &block->block;
    ph_pool_enact(s->pool, NULL, 0, &s->best->block, &enacted, 1);
    run(s, SECOND);
    assert_int_equal(place(s, tx(ALICE, 0, 5)), PH_POOL_IN_BAN);
    assert_int_equal(place(s, tx(BOB, 0, 5)), PH_POOL_IN_READY);
    ph_hash_t bob = ph_pool_hash(fake_xt(s->arena, tx(BOB, 0, 5)));
    assert_int_equal(ph_pool_graph_get(ph_pool_graph(s->pool), &bob)->valid_till, 65); /* as of the new block */
}

/* The best block moves on while a transaction is validated: what counts is the new one. */
static void an_answer_about_an_old_block_is_asked_again(void **state)
{
    state_t *s = *state;
    submit_xt(s, fake_xt(s->arena, tx(ALICE, 0, 5)));
    enact(s, (fake_tx_t[]){tx(ALICE, 0, 9)}, 1);
    run(s, SECOND);
    assert_int_equal(s->answers, 1);
    assert_int_equal(s->answer.verdict, PH_POOL_INVALID);
    assert_string_equal(text_of(s), "invalid: Stale");
}

/* ---- reorganisations ---- */

static void what_a_branch_held_comes_back(void **state)
{
    state_t *s = *state;
    fake_block_t *fork = s->best;
    for (uint8_t i = 0; i < 3; i++)
        (void)submit(s, tx(ALICE, i, 5));
    (void)submit(s, tx(BOB, 0, 5));
    fake_block_t *a = enact(s, (fake_tx_t[]){tx(ALICE, 0, 5), tx(BOB, 0, 5)}, 2);
    fake_block_t *b = enact(s, (fake_tx_t[]){tx(ALICE, 1, 5), tx(CHARLIE, 0, 3)}, 2); /* the last: never in the pool */
    run(s, SECOND);
    assert_int_equal(ready_count(s), 1);
    /* The other branch has Bob's only. */
    ph_bytes_t bobs = fake_xt(s->arena, tx(BOB, 0, 5));
    fake_block_t *c = fake_block(s->arena, fork, &bobs, 1, 1), *d = fake_block(s->arena, c, NULL, 0, 1),
                 *e = fake_block(s->arena, d, NULL, 0, 1);
    ph_relay_block_t *retracted[] = {&b->block, &a->block}, *enacted[] = {&c->block, &d->block, &e->block};
    ph_pool_enact(s->pool, retracted, 2, &fork->block, enacted, 3);
    run(s, SECOND);
    assert_int_equal(place(s, tx(ALICE, 0, 5)), PH_POOL_IN_READY);
    assert_int_equal(place(s, tx(ALICE, 1, 5)), PH_POOL_IN_READY);
    assert_int_equal(place(s, tx(ALICE, 2, 5)), PH_POOL_IN_READY);
    assert_int_equal(place(s, tx(CHARLIE, 0, 3)), PH_POOL_IN_READY);
    assert_int_equal(place(s, tx(BOB, 0, 5)), PH_POOL_IN_BAN);
    ph_pool_ready_t *list;
    assert_int_equal(ph_pool_graph_ready(ph_pool_graph(s->pool), s->arena, &list), 4);
    ph_hash_t first = ph_pool_hash(fake_xt(s->arena, tx(ALICE, 0, 5)));
    assert_memory_equal(&list[0].tx->hash, &first, 32); /* nonces in order again */
    assert_int_equal(list[1].parent_count, 1);
    s->best = e;
    /* And into a block again. */
    enact(s, (fake_tx_t[]){tx(ALICE, 0, 5), tx(ALICE, 1, 5), tx(ALICE, 2, 5), tx(CHARLIE, 0, 3)}, 4);
    run(s, SECOND);
    assert_int_equal(ready_count(s), 0);
}

/* Without what came before it, a transaction of the old branch waits. */
static void what_lost_its_ground_waits(void **state)
{
    state_t *s = *state;
    fake_block_t *fork = s->best;
    fake_tx_t gone = tx(ALICE, 0, 5);
    gone.longevity = 1;
    fake_block_t *a = enact(s, &gone, 1);
    (void)submit(s, tx(ALICE, 1, 5));
    assert_int_equal(ready_count(s), 1);
    fake_block_t *c = fake_block(s->arena, fork, NULL, 0, 1);
    ph_relay_block_t *retracted[] = {&a->block}, *enacted[] = {&c->block};
    ph_hash_t hash = ph_pool_hash(fake_xt(s->arena, gone));
    ph_pool_enact(s->pool, retracted, 1, &fork->block, enacted, 1);
    run(s, SECOND);
    assert_int_equal(ready_count(s), 2);
    ph_pool_drop_invalid(s->pool, &hash, 1);
    assert_int_equal(ready_count(s), 0); /* with what stands on it */
    assert_int_equal(submit(s, tx(ALICE, 1, 5)), PH_POOL_FUTURE);
}

/* ---- authors ---- */

static void what_authors_refuse_goes(void **state)
{
    state_t *s = *state;
    for (uint8_t i = 0; i < 3; i++)
        (void)submit(s, tx(ALICE, i, 5));
    ph_hash_t second = ph_pool_hash(fake_xt(s->arena, tx(ALICE, 1, 5)));
    ph_pool_check_again(s->pool, &second, 1);
    assert_int_equal(ready_count(s), 1);
    run(s, SECOND);
    assert_int_equal(ready_count(s), 3); /* valid after all */
    ph_pool_drop_invalid(s->pool, &second, 1);
    assert_int_equal(place(s, tx(ALICE, 1, 5)), PH_POOL_IN_BAN);
    assert_int_equal(place(s, tx(ALICE, 2, 5)), PH_POOL_NOWHERE);
}

/* ---- the end ---- */

static void nobody_hears_after_the_end(void **state)
{
    state_t *s = *state;
    submit_xt(s, fake_xt(s->arena, tx(ALICE, 0, 5)));
    submit_xt(s, fake_xt(s->arena, tx(ALICE, 1, 5)));
    ph_pool_forget(s->pool, s);
    run(s, SECOND);
    assert_int_equal(s->answers, 0);
    assert_int_equal(ready_count(s), 2);
    submit_xt(s, fake_xt(s->arena, tx(ALICE, 2, 5)));
    submit_xt(s, fake_xt(s->arena, tx(ALICE, 3, 5)));
    ph_pool_free(s->pool); /* with validations under way */
    s->pool = NULL;
    run(s, SECOND);
    assert_int_equal(s->answers, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_good_one_comes_in),
        TEST(the_same_one_comes_in_once),
        TEST(an_invalid_one_is_banned_for_a_while),
        TEST(one_of_unknown_validity_is_not_banned),
        TEST(what_makes_no_sense_is_banned),
        TEST(only_authors_keep_what_is_not_passed_on),
        TEST(sizes_are_bounded),
        TEST(too_many_at_once_are_turned_away),
        TEST(nonces_wait_for_each_other),
        TEST(a_higher_priority_replaces),
        TEST(a_circle_is_refused),
        TEST(the_worst_have_to_make_room),
        TEST(the_pool_is_bounded_in_bytes),
        TEST(bans_are_bounded),
        TEST(what_is_in_a_block_leaves),
        TEST(a_block_makes_future_ones_ready),
        TEST(a_rival_in_a_block_ends_it),
        TEST(an_empty_pool_asks_nothing_of_blocks),
        TEST(what_is_out_of_date_goes),
        TEST(validity_is_asked_anew_at_each_block),
        TEST(an_answer_about_an_old_block_is_asked_again),
        TEST(what_a_branch_held_comes_back),
        TEST(what_lost_its_ground_waits),
        TEST(what_authors_refuse_goes),
        TEST(nobody_hears_after_the_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
