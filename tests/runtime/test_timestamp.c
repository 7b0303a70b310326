/* The time of a block: said once, in the block's slot, not before half a slot after the last one. */
#include "support/rt_chain.h"

#include "runtime/storage/timestamp.h"

#define FIRST_SLOT UINT64_C(270000000)
#define SLOT_MS    UINT64_C(6000)

static rt_chain_t *chain(void)
{
    return rt_chain_new(3, 5, NULL, 0, NULL);
}

/* Timestamp.set as a bare extrinsic. */
static ph_bytes_t set_time(rt_chain_t *c, uint64_t now)
{
    ph_writer_t w = ph_writer_in(c->arena);
    ph_write(&w, (uint8_t[]){5, 2, 0}, 3);
    ph_write_compact(&w, now);
    return ph_writer_bytes(&w);
}

/* Applies Timestamp.set in a fresh block of the slot; PH_OK or the panic. */
static ph_err_t try_time(rt_chain_t *c, uint64_t slot, uint64_t now)
{
    ph_babe_pre_digest_t claim = rt_plain_claim(slot, 0);
    rt_author_t a;
    assert_int_equal(rt_author_open(&a, c, &claim), PH_OK);
    ph_apply_extrinsic_result_t result;
    ph_err_t err = rt_author_push(&a, &result, set_time(c, now));
    if (err == PH_OK)
        assert_int_equal(result.kind, PH_RES_OK);
    rt_author_drop(&a);
    return err;
}

static void test_first_time_lies_in_its_slot(void **state)
{
    (void)state;
    rt_chain_t *c = chain();
    assert_int_equal(try_time(c, FIRST_SLOT, FIRST_SLOT * SLOT_MS), PH_OK);
    assert_int_equal(try_time(c, FIRST_SLOT, FIRST_SLOT * SLOT_MS + SLOT_MS - 1), PH_OK);
    assert_int_equal(try_time(c, FIRST_SLOT, FIRST_SLOT * SLOT_MS - 1), PH_ERR_INTERNAL);
    assert_non_null(strstr(c->panic, "Timestamp slot must match"));
    assert_int_equal(try_time(c, FIRST_SLOT, (FIRST_SLOT + 1) * SLOT_MS), PH_ERR_INTERNAL);
    assert_non_null(strstr(c->panic, "Timestamp slot must match"));
    rt_chain_free(c);
}

/* 3000 ms is just enough; the slot is looked at after that. */
static void test_least_distance(void **state)
{
    (void)state;
    rt_chain_t *c = chain();
    ph_babe_pre_digest_t claim = rt_plain_claim(FIRST_SLOT, 0);
    uint64_t late = FIRST_SLOT * SLOT_MS + 5000;
    ph_block_t block = rt_make_block(c, &claim, late);
    assert_int_equal(rt_execute(c, &block), PH_OK);
    assert_int_equal(try_time(c, FIRST_SLOT + 1, late + 2999), PH_ERR_INTERNAL);
    assert_non_null(strstr(c->panic, "MinimumPeriod"));
    assert_int_equal(try_time(c, FIRST_SLOT + 1, late + 3000), PH_OK);
    assert_int_equal(try_time(c, FIRST_SLOT + 1, late), PH_ERR_INTERNAL);
    rt_chain_free(c);
}

static void test_only_once(void **state)
{
    (void)state;
    rt_chain_t *c = chain();
    ph_babe_pre_digest_t claim = rt_plain_claim(FIRST_SLOT, 0);
    rt_author_t a;
    assert_int_equal(rt_author_open(&a, c, &claim), PH_OK);
    ph_apply_extrinsic_result_t result;
    assert_int_equal(rt_author_push(&a, &result, set_time(c, FIRST_SLOT * SLOT_MS)), PH_OK);
    assert_int_equal(rt_author_push(&a, &result, set_time(c, FIRST_SLOT * SLOT_MS + 4000)), PH_ERR_INTERNAL);
    assert_non_null(strstr(c->panic, "only once"));
    rt_author_drop(&a);
    rt_chain_free(c);
}

/* The author's clock, unless that is too early after the last block. */
static void test_create(void **state)
{
    (void)state;
    rt_chain_t *c = chain();
    ph_babe_pre_digest_t claim = rt_plain_claim(FIRST_SLOT, 0);
    uint64_t late = FIRST_SLOT * SLOT_MS + 5000;
    ph_block_t block = rt_make_block(c, &claim, late);
    assert_true(ph_bytes_equal(block.extrinsics.items[0], set_time(c, late)));
    assert_int_equal(rt_execute(c, &block), PH_OK);

    claim = rt_plain_claim(FIRST_SLOT + 1, 1);
    block = rt_make_block(c, &claim, late + 1000);
    assert_true(ph_bytes_equal(block.extrinsics.items[0], set_time(c, late + 3000)));
    rt_chain_free(c);
}

static void test_create_needs_a_clock(void **state)
{
    (void)state;
    rt_chain_t *c = chain();
    ph_babe_pre_digest_t claim = rt_plain_claim(FIRST_SLOT, 0);
    rt_author_t a;
    assert_int_equal(rt_author_open(&a, c, &claim), PH_OK);
    ph_inherent_data_t data = rt_inherent_data(c, FIRST_SLOT * SLOT_MS);
    ph_vec_bytes_t inherents;
    data.data.items[1].value.len = 7;
    assert_int_equal(rt_author_inherents(&a, &inherents, &data), PH_ERR_INTERNAL);
    assert_non_null(strstr(c->panic, "not correctly encoded"));
    data.data.count = 1;
    assert_int_equal(rt_author_inherents(&a, &inherents, &data), PH_ERR_INTERNAL);
    assert_non_null(strstr(c->panic, "must be provided"));
    rt_author_drop(&a);
    rt_chain_free(c);
}

static ph_check_inherents_result_t check(rt_chain_t *c, const ph_block_t *block, uint64_t clock)
{
    ph_inherent_data_t data = rt_inherent_data(c, clock);
    ph_args_block_builder_check_inherents_t args = {.block = *block, .data = data};
    ph_writer_t w = ph_writer_in(c->arena);
    ph_args_block_builder_check_inherents_encode(&w, &args);
    ph_bytes_t answer;
    assert_int_equal(rt_call(c, &answer, "BlockBuilder_check_inherents", ph_writer_bytes(&w)), PH_OK);
    ph_check_inherents_result_t result;
    assert_int_equal(ph_check_inherents_result_decode_all(answer, c->arena, &result), PH_OK);
    return result;
}

static void test_check_against_a_clock(void **state)
{
    (void)state;
    rt_chain_t *c = chain();
    uint64_t now = FIRST_SLOT * SLOT_MS;
    ph_babe_pre_digest_t claim = rt_plain_claim(FIRST_SLOT, 0);
    ph_block_t block = rt_make_block(c, &claim, now);
    ph_check_inherents_result_t r = check(c, &block, now);
    assert_true(r.okay);
    r = check(c, &block, now - 30000);
    assert_true(r.okay);
    r = check(c, &block, now + 1000000); /* an old block is fine */
    assert_true(r.okay);
    r = check(c, &block, now - 30001);
    assert_false(r.okay);
    assert_true(r.fatal_error);
    assert_int_equal(r.errors.data.count, 1);
    assert_memory_equal(r.errors.data.items[0].key.bytes, "timstap0", 8);
    assert_int_equal(r.errors.data.items[0].value.len, 1);
    assert_int_equal(r.errors.data.items[0].value.data[0], 1);

    assert_int_equal(rt_execute(c, &block), PH_OK);
    ph_block_t early = block;
    ph_bytes_t xt = set_time(c, now + 2999);
    early.extrinsics.items = &xt;
    early.extrinsics.count = 1;
    r = check(c, &early, now + 2999);
    assert_true(r.fatal_error);
    assert_int_equal(r.errors.data.items[0].value.data[0], 0);
    xt = set_time(c, now + 3000);
    r = check(c, &early, now + 3000);
    assert_true(r.okay);
    rt_chain_free(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_first_time_lies_in_its_slot),
        cmocka_unit_test(test_least_distance),
        cmocka_unit_test(test_only_once),
        cmocka_unit_test(test_create),
        cmocka_unit_test(test_create_needs_a_clock),
        cmocka_unit_test(test_check_against_a_clock),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
