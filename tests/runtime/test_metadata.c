/* The Metadata API: which versions there are, and that constants follow the state. What the metadata says is read back
 * by tests/schema/test_metadata.py. */
#include "support/rt_chain.h"

#include "runtime/apis.h"
#include "runtime/storage/babe.h"
#include "runtime/storage/balances.h"
#include "runtime/storage/chain_parameters.h"
#include "runtime/storage/parachain_limits.h"
#include "runtime/storage/system.h"
#include "runtime/storage/timestamp.h"
#include "runtime/storage/transaction_parameters.h"
#include "runtime/storage/transaction_payment.h"

typedef struct fixture {
    ph_trie_store_t *store;
    ph_state_t *state;
    ph_overlay_t *overlay;
    ph_native_host_t host;
    ph_rt_t rt;
} fixture_t;

static void open_empty(fixture_t *f)
{
    f->store = ph_trie_store_new(NULL);
    f->state = ph_state_empty(f->store);
    f->overlay = ph_overlay_new(f->state);
    f->host = (ph_native_host_t){.overlay = f->overlay};
    f->rt = (ph_rt_t){.arena = ph_arena_new(), .ops = &ph_native_host_ops, .host = &f->host};
}

static void shut(fixture_t *f)
{
    ph_arena_free(f->rt.arena);
    ph_native_host_end(&f->host);
    ph_overlay_free(f->overlay);
    ph_state_unref(f->state);
    ph_trie_store_free(f->store);
}

static void test_versions(void **state)
{
    (void)state;
    fixture_t f;
    open_empty(&f);
    ph_vec_u32_t versions = {0};
    assert_int_equal(ph_api_metadata_metadata_versions(&f.rt, &versions), PH_OK);
    assert_int_equal(versions.count, 2);
    ph_opaque_metadata_t plain = {0};
    assert_int_equal(ph_api_metadata_metadata(&f.rt, &plain), PH_OK);
    for (size_t i = 0; i < versions.count; i++) {
        ph_opt_opaque_metadata_t at = {0};
        assert_int_equal(versions.items[i], 14 + i);
        assert_int_equal(ph_api_metadata_metadata_at_version(&f.rt, versions.items[i], &at), PH_OK);
        assert_true(at.some);
        assert_memory_equal(at.value.v.data, "meta", 4);
        assert_int_equal(at.value.v.data[4], versions.items[i]);
        assert_int_equal(ph_bytes_equal(at.value.v, plain.v), i == 0);
    }
    static const uint32_t others[] = {0, 13, 16, UINT32_MAX};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        ph_opt_opaque_metadata_t at = {0};
        assert_int_equal(ph_api_metadata_metadata_at_version(&f.rt, others[i], &at), PH_OK);
        assert_false(at.some);
    }
    shut(&f);
}

static void test_constants_follow_the_state(void **state)
{
    (void)state;
    fixture_t f;
    open_empty(&f);
    ph_rt_t *rt = &f.rt;
    uint64_t period, epoch, time;
    ph_opaque_metadata_t before = {0}, after = {0};
    assert_int_equal(ph_api_metadata_metadata(rt, &before), PH_OK);
    ph_timestamp_const_minimum_period(rt, &period);
    assert_int_equal(period, 3000);
    const ph_chain_params_t params = {.slot_ms = 1200, .epoch_slots = 17};
    ph_chain_parameters_params_set(rt, &params);
    const ph_parachain_limits_t limits = {.existential_deposit = 123};
    ph_parachain_limits_limits_set(rt, &limits);
    ph_timestamp_const_minimum_period(rt, &period);
    ph_babe_const_epoch_duration(rt, &epoch);
    ph_babe_const_expected_block_time(rt, &time);
    assert_int_equal(period, 600);
    assert_int_equal(epoch, 17);
    assert_int_equal(time, 1200);
    ph_balance_t deposit;
    ph_balances_const_existential_deposit(rt, &deposit);
    assert_true(deposit == 123);
    assert_int_equal(ph_api_metadata_metadata(rt, &after), PH_OK);
    assert_int_equal(before.v.len, after.v.len);
    assert_false(ph_bytes_equal(before.v, after.v));
    shut(&f);
}

static void test_weights(void **state)
{
    (void)state;
    fixture_t f;
    open_empty(&f);
    ph_rt_t *rt = &f.rt;
    const ph_transaction_params_t params = {
        .max_block_ref_time = 1000, .normal_share.v = 600000000, .base_ref_time = 10, .operational_fee_multiplier = 9};
    ph_transaction_parameters_params_set(rt, &params);
    ph_block_weights_t w = {0};
    ph_system_const_block_weights(rt, &w);
    assert_int_equal(w.max_block.ref_time, 1000);
    assert_int_equal(w.per_class.normal.base_extrinsic.ref_time, 10);
    assert_int_equal(w.per_class.normal.max_extrinsic.value.ref_time, 590);
    assert_int_equal(w.per_class.normal.max_total.value.ref_time, 600);
    assert_true(w.per_class.normal.reserved.some);
    assert_int_equal(w.per_class.normal.reserved.value.ref_time, 0);
    assert_int_equal(w.per_class.operational.max_total.value.ref_time, 1000);
    assert_int_equal(w.per_class.operational.reserved.value.ref_time, 400);
    assert_false(w.per_class.mandatory.max_total.some);
    assert_int_equal(w.per_class.mandatory.base_extrinsic.ref_time, 10);
    ph_block_length_t len = {0};
    ph_system_const_block_length(rt, &len);
    assert_int_equal(len.max.normal, (5u << 20) / 5 * 3);
    assert_int_equal(len.max.mandatory, 5u << 20);
    uint8_t multiplier = 0;
    ph_transaction_payment_const_operational_fee_multiplier(rt, &multiplier);
    assert_int_equal(multiplier, 9);
    shut(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_versions),
        cmocka_unit_test(test_constants_follow_the_state),
        cmocka_unit_test(test_weights),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
