/* A chain that begins with a dumped state: it keeps to its network, its heights and its disk. */
#include "chain/fixture.h"

#include "runtime/blob.h"
#include "service/summary.h"

static void append(void *ctx, const char *text, size_t len)
{
    ph_write(ctx, text, len);
}

static ph_local_t *reload(const ph_relay_block_t *block)
{
    ph_local_t *local;
    ph_writer_t text = PH_WRITER_HEAP;
    char why[300] = "";
    ph_write_state(block, append, &text);
    if (ph_local_from_spec(&local, ph_writer_bytes(&text), (ph_bytes_t){0}, why, sizeof why) != PH_OK)
        fail_msg("%s", why);
    ph_writer_free(&text);
    return local;
}

/* Two authors, and what the first has at that height after so many slots. */
static fixture_t *with_authors(ph_local_t **base, uint32_t slots, uint32_t height)
{
    fixture_t *f = fixture_new(&(ph_world_config_t){.seed = 3, .latency_min_us = 1000, .latency_max_us = 50000}, 6);
    ph_local_config_t local = {.validators = VALIDATORS,
                               .slot_ms = SLOT_MS,
                               .session_slots = EPOCH,
                               .rotation_blocks = 5,
                               .runtime_code = ph_bytes(ph_runtime_wasm, ph_runtime_wasm_len)};
    char why[200] = "";
    ph_local_free(f->local);
    assert_int_equal(ph_local_new(&f->local, &local, why, sizeof why), PH_OK);
    for (int i = 0; i < 2; i++)
        node_add(f, true);
    for (int i = 0; i < 2; i++)
        ph_chain_start(f->nodes[i].chain);
    run_slots(f, slots);
    assert_non_null(ph_chain_at(f->nodes[0].chain, height));
    *base = reload(ph_chain_at(f->nodes[0].chain, height));
    return f;
}

/* A node on what is not the fixture's network, or crashes and comes again on it. */
static node_t *add_on(fixture_t *f, ph_local_t *base)
{
    ph_local_t *usual = f->local;
    f->local = base;
    node_t *node = node_add(f, false);
    f->local = usual;
    return node;
}

static void restart_on(node_t *node, ph_local_t *base)
{
    fixture_t *f = node->f;
    ph_local_t *usual = f->local;
    node_crash(node);
    ph_world_restart(f->world, node->index);
    f->local = base;
    node_raise(node, false, false);
    f->local = usual;
}

static void end(fixture_t *f, ph_local_t *base)
{
    fixture_free(f);
    ph_local_free(base);
}

static void it_joins_the_network_it_was_taken_from(void **state)
{
    ph_local_t *base;
    fixture_t *f = with_authors(&base, 16, 5);
    (void)state;
    node_t *late = add_on(f, base);
    assert_int_equal(ph_chain_best(late->chain)->header.number, 5);
    assert_int_equal(ph_chain_finalized(late->chain)->header.number, 5);
    ph_hash_t genesis = ph_chain_genesis_hash(late->chain);
    assert_memory_equal(&genesis, &f->local->genesis->hash, 32);
    ph_chain_start(late->chain);
    run_slots(f, 14);
    ph_relay_block_t *best = ph_chain_best(f->nodes[0].chain);
    assert_true(best->header.number >= 20);
    assert_true(best_is(late, best));
    assert_int_equal(late->failures, 0);
    for (uint32_t n = 5; n <= best->header.number; n++)
        assert_memory_equal(&ph_chain_at(late->chain, n)->hash, &ph_chain_at(f->nodes[0].chain, n)->hash, 32);
    assert_null(ph_chain_at(late->chain, 4));
    assert_null(ph_chain_at(late->chain, 0));
    assert_null(ph_chain_at(late->chain, best->header.number + 1));
    assert_int_equal(ph_chain_finalized(late->chain)->header.number, best->header.number - 6);
    end(f, base);
}

static void its_blocks_are_found_on_its_disk(void **state)
{
    ph_local_t *base;
    fixture_t *f = with_authors(&base, 16, 5);
    (void)state;
    node_t *late = add_on(f, base);
    ph_chain_start(late->chain);
    run_slots(f, 10);
    ph_hash_t best = ph_chain_best(late->chain)->hash;
    uint32_t number = ph_chain_best(late->chain)->header.number;
    assert_true(number > 10);
    restart_on(late, base);
    assert_memory_equal(&ph_chain_best(late->chain)->hash, &best, 32);
    assert_int_equal(ph_chain_finalized(late->chain)->header.number, number - 6);
    end(f, base);
}

/* To another node that knows the dump alone. */
static void it_serves_what_is_after_its_base(void **state)
{
    ph_local_t *base;
    fixture_t *f = with_authors(&base, 16, 5);
    (void)state;
    node_t *first = add_on(f, base);
    ph_chain_start(first->chain);
    run_slots(f, 4);
    node_t *second = add_on(f, base), *authors = f->nodes;
    ph_hash_t best = ph_chain_best(first->chain)->hash;
    node_crash(&authors[0]);
    node_crash(&authors[1]);
    ph_chain_start(second->chain);
    run_slots(f, 4);
    assert_memory_equal(&ph_chain_best(second->chain)->hash, &best, 32);
    assert_true(ph_chain_block(second->chain, &base->genesis->hash)->bodiless);
    end(f, base);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_joins_the_network_it_was_taken_from),
        cmocka_unit_test(its_blocks_are_found_on_its_disk),
        cmocka_unit_test(it_serves_what_is_after_its_base),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
