/* One node's chain: what is let in and what is not, fork choice, finality, store, runtime calls. Blocks come from the
 * test's own workshop. */
#include "chain/fixture.h"

static int setup(void **state)
{
    fixture_t *f = fixture_new(&(ph_world_config_t){.seed = 1}, 4);
    node_add(f, false);
    f->nodes[0].env->log = &f->log;
    ph_world_run_until(f->world, (START_SLOT + 500) * SLOT_US); /* so that slots below are in the past */
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    fixture_free(*state);
    return 0;
}

static void import(fixture_t *f, const ph_relay_block_t *block)
{
    submit(&f->nodes[0], block);
    run(f, SECOND);
}

static ph_chain_stats_t stats(fixture_t *f)
{
    ph_chain_stats_t s;
    ph_chain_stats(f->nodes[0].chain, &s);
    return s;
}

#define assert_refused(f, block, why)                                                                                  \
    do {                                                                                                               \
        unsigned before_ = (f)->traced_refusals;                                                                       \
        const ph_relay_block_t *block_ = (block);                                                                      \
        import(f, block_);                                                                                             \
        assert_false(has(&(f)->nodes[0], block_));                                                                     \
        assert_int_equal((f)->traced_refusals, before_ + 1);                                                           \
        if (!strstr((f)->refusal, why))                                                                                \
            fail_msg("refused for: %s", (f)->refusal);                                                                 \
    } while (0)

/* ---- good blocks ---- */

static void a_chain_grows(void **state)
{
    fixture_t *f = *state;
    node_t *n = &f->nodes[0];
    ph_relay_block_t *block = f->local->genesis;
    uint64_t slot = START_SLOT;
    for (uint32_t number = 1; number <= 25; number++) { /* over several sessions */
        block = make_next(f, block, &slot, ANY);
        import(f, block);
        if (!has(n, block))
            fail_msg("block %u refused: %s", number, f->refusal);
        assert_int_equal(block->header.number, number);
        assert_true(best_is(n, block));
    }
    assert_int_equal(n->imported, 25);
    assert_int_equal(n->best, 25);
    assert_int_equal(stats(f).blocks_imported, 25);
    assert_int_equal(stats(f).reorgs, 0);
    assert_int_equal(ph_chain_finalized(n->chain)->header.number, 25 - 4);
    assert_int_equal(n->finalized_number, 21);
    assert_non_null(ph_chain_at(n->chain, 0));
    assert_non_null(ph_chain_at(n->chain, 3)); /* final blocks stay */
    assert_null(ph_chain_at(n->chain, 26));
    assert_true(ph_chain_is_ancestor(n->chain, &f->local->genesis->hash, &block->hash));
    assert_true(ph_chain_is_ancestor(n->chain, &block->hash, &block->hash));
    assert_false(ph_chain_is_ancestor(n->chain, &block->hash, &f->local->genesis->hash));
    assert_int_equal(ph_chain_leaves(n->chain, NULL, 0), 1);
    import(f, block); /* again */
    assert_int_equal(n->imported, 25);
}

static void epochs_without_blocks_are_skipped(void **state)
{
    fixture_t *f = *state;
    uint64_t slot = START_SLOT;
    ph_relay_block_t *block = f->local->genesis;
    for (int i = 0; i < 4; i++) {
        block = make_next(f, block, &slot, ANY);
        import(f, block);
    }
    slot += 3 * EPOCH + 4;
    for (int i = 0; i < 15; i++) {
        block = make_next(f, block, &slot, ANY);
        import(f, block);
        if (!has(&f->nodes[0], block))
            fail_msg("refused: %s", f->refusal);
    }
}

static void both_kinds_of_slots_count(void **state)
{
    fixture_t *f = *state;
    uint64_t slot = START_SLOT;
    ph_relay_block_t *primary = make_next(f, f->local->genesis, &slot, PRIMARY);
    ph_relay_block_t *secondary = make_next(f, primary, &slot, SECONDARY);
    import(f, primary);
    import(f, secondary);
    assert_true(has(&f->nodes[0], secondary));
    assert_true(primary->primary);
    assert_false(secondary->primary);
}

static void children_wait_for_their_parents(void **state)
{
    fixture_t *f = *state;
    node_t *n = &f->nodes[0];
    uint64_t slot = START_SLOT;
    ph_relay_block_t *a = make_next(f, f->local->genesis, &slot, ANY), *b = make_next(f, a, &slot, ANY),
                     *c = make_next(f, b, &slot, ANY);
    import(f, c);
    import(f, b);
    import(f, b);
    assert_int_equal(n->imported, 0);
    import(f, a);
    assert_int_equal(n->imported, 3);
    assert_true(n->parents_first);
    assert_true(best_is(n, c));
}

/* ---- blocks that are not let in ---- */

static void wrong_state_root(ph_header_t *header)
{
    header->state_root.bytes[0] ^= 1;
}
static void wrong_extrinsics_root(ph_header_t *header)
{
    header->extrinsics_root.bytes[0] ^= 1;
}
static void wrong_number(ph_header_t *header)
{
    header->number++;
}

static void bad_blocks_are_refused(void **state)
{
    fixture_t *f = *state;
    uint64_t slot = START_SLOT;
    ph_relay_block_t *good = make_next(f, f->local->genesis, &slot, ANY);
    import(f, good);
    while (!make(f, good, ++slot, ANY))
        ;
    assert_refused(f, make_with(f, good, slot, ANY, wrong_state_root, VALIDATORS), "torage root");
    import(f, make_with(f, good, slot, ANY, wrong_extrinsics_root,
                        VALIDATORS)); /* header and body do not belong together: nobody's block */
    assert_refused(f, make_with(f, good, slot, ANY, wrong_number, VALIDATORS), "number");
    ph_babe_claim_t claim;
    assert_true(claim_for(f, &claim, good, slot, ANY));
    assert_refused(f, make_with(f, good, slot, ANY, NULL, (claim.authority + 1) % VALIDATORS), "seal");
    assert_int_equal(stats(f).blocks_refused, 3);
    assert_int_equal(stats(f).blocks_imported, 1);
}

/* The claim of another slot, another author, another time. */
static ph_bytes_t replacement;

static void replace_pre_digest(ph_header_t *header)
{
    header->digest.logs.items[0].pre_runtime._1 = replacement;
}

/* The hash is the header's: somebody who sends another body with it must not keep us from the block. */
static void a_foreign_body_does_not_spoil_a_block(void **state)
{
    fixture_t *f = *state;
    uint64_t slot = START_SLOT;
    ph_relay_block_t *good = make_next(f, f->local->genesis, &slot, ANY), *next = make_next(f, good, &slot, ANY),
                     *mixed;
    const char *why;
    for (int waiting = 0; waiting < 2;
         waiting++) { /* with a parent that is still missing, and with one that is there */
        const ph_relay_block_t *victim = waiting ? good : next;
        assert_int_equal(ph_relay_block_make(&mixed, &victim->header, &(ph_vec_opaque_extrinsic_t){0}, &why), PH_OK);
        assert_memory_equal(&mixed->hash, &victim->hash, 32);
        import(f, mixed);
        ph_relay_block_unref(mixed);
    }
    import(f, next);
    import(f, good);
    assert_true(best_is(&f->nodes[0], next));
    assert_int_equal(f->traced_refusals, 0);
}

static void foreign_claims_are_refused(void **state)
{
    fixture_t *f = *state;
    uint64_t slot = START_SLOT;
    ph_relay_block_t *good = make_next(f, f->local->genesis, &slot, ANY);
    ph_babe_claim_t claim, other;
    uint8_t bytes[PH_BABE_PRE_DIGEST_MAX];
    import(f, good);
    while (!claim_for(f, &claim, good, ++slot, ANY))
        ;
    other = claim;
    other.authority = (claim.authority + 1) % VALIDATORS;
    replacement = ph_bytes(bytes, ph_babe_claim_encode(bytes, &other));
    assert_refused(f, make_with(f, good, slot, ANY, replace_pre_digest, VALIDATORS), "does not own the slot");
    other.authority = 77;
    replacement.len = ph_babe_claim_encode(bytes, &other);
    assert_refused(f, make_with(f, good, slot, ANY, replace_pre_digest, VALIDATORS), "does not own the slot");
    other = claim;
    other.vrf.proof[5] ^= 1;
    replacement.len = ph_babe_claim_encode(bytes, &other);
    assert_refused(f, make_with(f, good, slot, ANY, replace_pre_digest, VALIDATORS), "");
    other = claim;
    other.slot = good->slot.v;
    replacement.len = ph_babe_claim_encode(bytes, &other);
    assert_refused(f, make_with(f, good, slot, ANY, replace_pre_digest, VALIDATORS), "slot is not after");
}

static void descendants_of_a_refused_block_are_refused(void **state)
{
    fixture_t *f = *state;
    node_t *n = &f->nodes[0];
    uint64_t slot = START_SLOT;
    ph_relay_block_t *good = make_next(f, f->local->genesis, &slot, ANY);
    ph_relay_block_t *bad = NULL;
    while (!bad)
        bad = make_with(f, good, ++slot, ANY, wrong_state_root, VALIDATORS);
    ph_relay_block_t *child = make_next(f, bad, &slot, ANY), *grandchild = make_next(f, child, &slot, ANY);
    import(f, grandchild);
    import(f, child);
    import(f, bad);
    assert_int_equal(f->traced_refusals, 0); /* all wait */
    import(f, good);
    assert_int_equal(f->traced_refusals, 3);
    assert_int_equal(n->chain->pending.count, 0);
    import(f, child); /* known to be bad */
    ph_relay_block_t *late = make_next(f, bad, &slot, ANY);
    assert_refused(f, late, "its parent was refused");
    assert_int_equal(f->traced_refusals, 4);
    assert_true(best_is(n, good));
}

static void blocks_of_the_future_are_left_alone(void **state)
{
    fixture_t *f = *state;
    uint64_t slot = START_SLOT + 503;
    ph_relay_block_t *block = make_next(f, f->local->genesis, &slot, ANY);
    import(f, block);
    assert_false(has(&f->nodes[0], block));
    assert_int_equal(f->traced_refusals, 0); /* not for ever */
    ph_world_run_until(f->world, slot * SLOT_US);
    import(f, block);
    assert_true(has(&f->nodes[0], block));
}

static void rubbish_is_no_block(void **state)
{
    fixture_t *f = *state;
    uint64_t slot = START_SLOT;
    ph_relay_block_t *good = make_next(f, f->local->genesis, &slot, ANY);
    ph_bytes_t bytes = ph_buf_bytes(good->encoded);
    for (size_t len = 0; len < bytes.len; len += 1 + len / 16) {
        ph_buf_t *cut = ph_buf_new(ph_bytes(bytes.data, len));
        ph_chain_submit(f->nodes[0].chain, cut);
        ph_buf_unref(cut);
    }
    uint32_t seed = 1;
    for (int i = 0; i < 300; i++) {
        ph_buf_t *changed = ph_buf_new(bytes);
        seed = seed * 1664525 + 1013904223;
        ph_buf_bytes(changed).data[(seed >> 8) % bytes.len] ^= (uint8_t)(1 << (seed >> 29));
        ph_chain_submit(f->nodes[0].chain, changed);
        ph_buf_unref(changed);
        run(f, SECOND / 10);
    }
    assert_int_equal(f->nodes[0].imported, 0);
    import(f, good);
    assert_true(has(&f->nodes[0], good));
}

/* Blocks that wait for parents that never come do not pile up. */
static void what_waits_is_bounded(void **state)
{
    fixture_t *f = *state;
    node_t *n = &f->nodes[0];
    uint64_t slot = START_SLOT;
    ph_relay_block_t *a = make_next(f, f->local->genesis, &slot, ANY), *b = make_next(f, a, &slot, ANY);
    ph_arena_t *arena = ph_arena_new();
    for (uint32_t i = 0; i < 3000; i++) {
        ph_header_t header;
        ph_relay_block_t *orphan;
        const char *why;
        ph_header_clone(arena, &header, &b->header);
        ph_put_u32(header.parent_hash.bytes, i);
        assert_int_equal(ph_relay_block_make(&orphan, &header, &b->body, &why), PH_OK);
        submit(n, orphan);
        ph_relay_block_unref(orphan);
    }
    ph_arena_free(arena);
    assert_true(n->chain->pending.count <= 2048);
    import(f, a);
    import(f, b);
    assert_true(best_is(n, b));
    ph_relay_block_t *block = b;
    for (int i = 0; i < 8; i++)
        import(f, block = make_next(f, block, &slot, ANY));
    assert_int_equal(n->chain->pending.count, 0); /* final blocks stand where they wanted to be */
}

/* ---- fork choice ---- */

static void more_primaries_win_then_length_then_the_first(void **state)
{
    fixture_t *f = *state;
    node_t *n = &f->nodes[0];
    uint64_t a = START_SLOT, b = START_SLOT, c = START_SLOT;
    ph_relay_block_t *base = make_next(f, f->local->genesis, &a, PRIMARY);
    import(f, base);
    b = c = a;
    ph_relay_block_t *left = make_next(f, base, &a, SECONDARY);
    import(f, left);
    b = a;
    ph_relay_block_t *right = make_next(f, base, &b, SECONDARY); /* as good: the first stays */
    import(f, right);
    assert_true(best_is(n, left));
    assert_int_equal(ph_chain_leaves(n->chain, NULL, 0), 2);
    ph_relay_block_t *longer = make_next(f, right, &b, SECONDARY);
    import(f, longer);
    assert_true(best_is(n, longer));
    assert_int_equal(stats(f).reorgs, 1);
    assert_int_equal(stats(f).deepest_reorg, 1);
    c = b;
    ph_relay_block_t *primary = make_next(f, base, &c, PRIMARY); /* shorter, and better */
    import(f, primary);
    assert_true(best_is(n, primary));
    assert_int_equal(stats(f).reorgs, 2);
    assert_int_equal(stats(f).deepest_reorg, 2);
    assert_null(ph_chain_at(n->chain, 3));
    assert_memory_equal(&ph_chain_at(n->chain, 2)->hash, &primary->hash, 32);
    /* The longer branch comes back with a primary block. */
    ph_relay_block_t *again = make_next(f, longer, &c, PRIMARY);
    import(f, again);
    assert_true(best_is(n, again));
    assert_memory_equal(&ph_chain_at(n->chain, 2)->hash, &right->hash, 32);
    assert_memory_equal(&ph_chain_at(n->chain, 3)->hash, &longer->hash, 32);
    assert_memory_equal(&ph_chain_at(n->chain, 4)->hash, &again->hash, 32);
}

static size_t stored(fixture_t *f)
{
    ph_arena_t *arena = ph_arena_new();
    ph_bytes_t cursor = {0};
    size_t count = 0;
    while (ph_disk_next(f->nodes[0].env, arena, PH_BYTES_LIT("block/"), &cursor, NULL))
        count++;
    ph_arena_free(arena);
    return count;
}

static void finality_prunes_dead_forks(void **state)
{
    fixture_t *f = *state;
    node_t *n = &f->nodes[0];
    uint64_t slot = START_SLOT, other;
    ph_relay_block_t *base = make_next(f, f->local->genesis, &slot, PRIMARY), *dead[6], *block = base;
    import(f, base);
    other = slot;
    dead[0] = make_next(f, base, &other, SECONDARY);
    for (int i = 1; i < 3; i++)
        dead[i] = make_next(f, dead[i - 1], &other, SECONDARY);
    dead[3] = make_next(f, dead[0], &other, SECONDARY); /* it forks itself */
    for (int i = 0; i < 4; i++)
        import(f, dead[i]);
    assert_int_equal(stored(f), 5);
    ph_relay_block_t *live[7];
    for (int i = 0; i < 7; i++) {
        live[i] = block = make_next(f, block, &slot, PRIMARY);
        import(f, block);
    }
    assert_int_equal(ph_chain_finalized(n->chain)->header.number, 4);
    for (int i = 0; i < 4; i++)
        assert_false(has(n, dead[i]));
    for (int i = 0; i < 7; i++)
        assert_true(has(n, live[i]));
    assert_int_equal(stored(f), 8);
    assert_int_equal(ph_chain_leaves(n->chain, NULL, 0), 1);
    /* Nothing more joins what is dead, or branches off below what is final. */
    dead[4] = make_next(f, dead[2], &slot, PRIMARY);
    dead[5] = make_next(f, base, &slot, PRIMARY);
    import(f, dead[4]);
    import(f, dead[5]);
    assert_false(has(n, dead[4]) || has(n, dead[5]));
    assert_int_equal(f->traced_refusals, 0);
}

/* ---- the store ---- */

static void reopen(fixture_t *f)
{
    node_crash(&f->nodes[0]);
    ph_world_restart(f->world, 0);
    f->nodes[0].imported = 0;
    node_raise(&f->nodes[0], false, false);
}

static void the_store_brings_it_all_back(void **state)
{
    fixture_t *f = *state;
    node_t *n = &f->nodes[0];
    uint64_t slot = START_SLOT, other;
    ph_relay_block_t *block = f->local->genesis;
    for (int i = 0; i < 10; i++)
        import(f, block = make_next(f, block, &slot, PRIMARY));
    ph_relay_block_t *nine = f->made.items[8];
    other = slot;
    ph_relay_block_t *fork = make_next(f, nine, &other, SECONDARY);
    import(f, fork);
    reopen(f);
    assert_true(best_is(n, block));
    assert_true(has(n, fork));
    assert_int_equal(n->imported, 11);
    assert_int_equal(ph_chain_finalized(n->chain)->header.number, 6);
    import(f, block = make_next(f, block, &slot, PRIMARY)); /* and it goes on */
    assert_true(best_is(n, block));
}

static void damage_in_the_store_costs_what_stands_on_it(void **state)
{
    fixture_t *f = *state;
    node_t *n = &f->nodes[0];
    uint64_t slot = START_SLOT;
    ph_relay_block_t *block = f->local->genesis;
    for (int i = 0; i < 6; i++)
        import(f, block = make_next(f, block, &slot, PRIMARY));
    ph_arena_t *arena = ph_arena_new();
    ph_bytes_t cursor = {0};
    for (int i = 0; i < 4; i++)
        assert_true(ph_disk_next(n->env, arena, PH_BYTES_LIT("block/"), &cursor, NULL));
    ph_buf_t *junk = ph_buf_new(PH_BYTES_LIT("junk"));
    assert_int_equal(ph_disk_put(n->env, cursor, junk), PH_OK);
    assert_int_equal(ph_disk_sync(n->env), PH_OK);
    ph_buf_unref(junk);
    ph_arena_free(arena);
    reopen(f);
    assert_int_equal(ph_chain_best(n->chain)->header.number, 3);
    assert_int_equal(stored(f), 3); /* the rest is of no use: the network has it still */
    for (int i = 3; i < 6; i++)
        import(f, f->made.items[i]);
    assert_true(best_is(n, block));
}

static ph_err_t no_room(ph_env_t *env, ph_bytes_t key, ph_buf_t *value)
{
    (void)env, (void)key, (void)value;
    return PH_ERR_FULL;
}

static void a_full_disk_is_said(void **state)
{
    fixture_t *f = *state;
    node_t *n = &f->nodes[0];
    uint64_t slot = START_SLOT;
    const ph_env_ops_t *good = n->env->ops;
    ph_env_ops_t broken = *good;
    broken.disk_put = no_room;
    n->env->ops = &broken;
    import(f, make_next(f, f->local->genesis, &slot, ANY));
    assert_int_equal(n->failures, 1);
    assert_int_equal(n->failed_with, PH_ERR_FULL);
    n->env->ops = good;
}

/* ---- runtime calls ---- */

static void runtime_calls_answer_at_a_block(void **state)
{
    fixture_t *f = *state;
    node_t *n = &f->nodes[0];
    uint64_t slot = START_SLOT;
    ph_hash_t unknown = {{1}};
    ph_buf_t *answer = NULL;
    uint32_t session[2];
    ph_relay_block_t *block = f->local->genesis;
    for (int i = 0; i < 14; i++)
        import(f, block = make_next(f, block, &slot, ANY));
    const ph_hash_t *at[] = {&f->local->genesis->hash, &block->hash};
    for (int i = 0; i < 2; i++) {
        assert_int_equal(
            ph_chain_call(n->chain, &answer, at[i], "ParachainHost_session_index_for_child", (ph_bytes_t){0}), PH_OK);
        assert_int_equal(ph_buf_bytes(answer).len, 4);
        session[i] = ph_get_u32(ph_buf_bytes(answer).data);
        ph_buf_unref(answer);
    }
    assert_true(session[0] < session[1]);
    assert_int_equal(ph_chain_call(n->chain, &answer, &unknown, "Core_version", (ph_bytes_t){0}), PH_ERR_NOT_FOUND);
    assert_int_equal(ph_chain_call(n->chain, &answer, &block->hash, "Core_no_such_thing", (ph_bytes_t){0}),
                     PH_ERR_UNSUPPORTED);
    assert_int_equal(ph_chain_call(n->chain, &answer, &block->hash, "ParachainHost_validation_code", PH_BYTES_LIT("x")),
                     PH_ERR_INTERNAL);
}

/* Remembered answers are those of the block, the method and the arguments. */
static void the_memo_changes_nothing(void **state)
{
    ph_bytes_t expected[2] = {{0}};
    ph_arena_t *arena = ph_arena_new();
    (void)state;
    for (int memo = 0; memo < 2; memo++) {
        fixture_t *f = fixture_new(&(ph_world_config_t){.seed = 1, .memo = memo != 0}, 4);
        node_add(f, false);
        node_add(f, false);
        ph_world_run_until(f->world, (START_SLOT + 500) * SLOT_US);
        uint64_t slot = START_SLOT;
        ph_relay_block_t *block = f->local->genesis;
        for (int i = 0; i < 3; i++) {
            block = make_next(f, block, &slot, ANY);
            for (int n = 0; n < 2; n++) {
                submit(&f->nodes[n], block);
                run(f, SECOND);
            }
        }
        ph_writer_t w = ph_writer_in(arena);
        for (int n = 0; n < 2; n++) {
            assert_true(best_is(&f->nodes[n], block));
            for (int round = 0; round < 2; round++) {
                ph_buf_t *answer;
                assert_int_equal(ph_chain_call(f->nodes[n].chain, &answer, &block->hash, "ParachainHost_validators",
                                               (ph_bytes_t){0}),
                                 PH_OK);
                ph_write(&w, ph_buf_bytes(answer).data, ph_buf_bytes(answer).len);
                ph_buf_unref(answer);
            }
        }
        expected[memo] = ph_writer_bytes(&w);
        assert_int_equal(ph_memo_hits(ph_world_memo(f->world)) > 0, memo);
        fixture_free(f);
    }
    assert_true(ph_bytes_equal(expected[0], expected[1]));
    ph_arena_free(arena);
}

/* The sanitizer counts what is left. */
static void it_can_be_freed_in_the_middle(void **state)
{
    fixture_t *f = *state;
    uint64_t slot = START_SLOT;
    ph_relay_block_t *a = make_next(f, f->local->genesis, &slot, ANY), *b = make_next(f, a, &slot, ANY);
    submit(&f->nodes[0], b);
    submit(&f->nodes[0], a);
    ph_chain_free(f->nodes[0].chain); /* a is being executed, b waits for it */
    f->nodes[0].chain = NULL;
    run(f, SECOND);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_chain_grows, setup, teardown),
        cmocka_unit_test_setup_teardown(epochs_without_blocks_are_skipped, setup, teardown),
        cmocka_unit_test_setup_teardown(both_kinds_of_slots_count, setup, teardown),
        cmocka_unit_test_setup_teardown(children_wait_for_their_parents, setup, teardown),
        cmocka_unit_test_setup_teardown(bad_blocks_are_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(a_foreign_body_does_not_spoil_a_block, setup, teardown),
        cmocka_unit_test_setup_teardown(foreign_claims_are_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(descendants_of_a_refused_block_are_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(blocks_of_the_future_are_left_alone, setup, teardown),
        cmocka_unit_test_setup_teardown(rubbish_is_no_block, setup, teardown),
        cmocka_unit_test_setup_teardown(what_waits_is_bounded, setup, teardown),
        cmocka_unit_test_setup_teardown(more_primaries_win_then_length_then_the_first, setup, teardown),
        cmocka_unit_test_setup_teardown(finality_prunes_dead_forks, setup, teardown),
        cmocka_unit_test_setup_teardown(the_store_brings_it_all_back, setup, teardown),
        cmocka_unit_test_setup_teardown(damage_in_the_store_costs_what_stands_on_it, setup, teardown),
        cmocka_unit_test_setup_teardown(a_full_disk_is_said, setup, teardown),
        cmocka_unit_test_setup_teardown(runtime_calls_answer_at_a_block, setup, teardown),
        cmocka_unit_test(the_memo_changes_nothing),
        cmocka_unit_test_setup_teardown(it_can_be_freed_in_the_middle, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
