/* Events of System and TransactionPayment, by name and with their fields, that no other test looks into.
 *
 * Errors of System that are declared, because metadata says so, and cannot occur here:
 * - NonDefaultComposite and NonZeroRefCount: polkadot-sdk raises them nowhere; an account that something refers to is
 *   kept with a dispatch error of its own kind (ConsumerRemaining).
 * - MultiBlockMigrationsOngoing: this runtime has no migrations that take more than one block, so that none can be
 * under way when the code is set.
 *
 * polkadot-sdk's experimental tasks are behind a feature that no relay chain has on: neither do_task nor its events and
 * errors are declared, and they take no numbers.
 */
#include "support/rt_tx.h"

#include "runtime/fees.h"

static ph_rt_t *open_view(rt_view_t *v, rt_bank_t *b)
{
    ph_rt_t *rt = rt_open(v, b->c);
    const ph_digest_t digest = {0};
    ph_system_reset_events(rt);
    assert_int_equal(ph_system_initialize(rt, 1, &b->genesis_hash, &digest), PH_OK);
    return rt;
}

/* The event number `nth` of its kind, of the `count` that there are in System.Events. */
static ph_event_t event_of(ph_rt_t *rt, ph_event_kind_t pallet, uint8_t kind, size_t nth, size_t count)
{
    ph_vec_event_record_t events;
    ph_event_t found = {0};
    size_t seen = 0;
    ph_system_events_get(rt, &events);
    for (size_t i = 0; i < events.count; i++) {
        ph_writer_t e = ph_writer_in(rt->arena);
        ph_event_encode(&e, &events.items[i].event);
        if (e.data[0] == pallet && e.data[1] == kind && seen++ == nth)
            found = events.items[i].event;
    }
    assert_int_equal(seen, count);
    assert_int_equal(found.kind, pallet);
    return found;
}

static void test_remarked(void **state)
{
    (void)state;
    rt_bank_t b = rt_bank_new();
    rt_view_t v;
    ph_rt_t *rt = open_view(&v, &b);
    ph_origin_t origin = ph_origin_signed(&b.signers[1].account), none = ph_origin_none();
    uint8_t hash[32];
    ph_blake2_256(hash, PH_BYTES_LIT("a remark"));
    assert_int_equal(ph_system_call_remark_with_event(rt, &none, PH_BYTES_LIT("a remark")), PH_ERR_BAD_ORIGIN);
    assert_int_equal(ph_system_call_remark_with_event(rt, &origin, PH_BYTES_LIT("a remark")), PH_OK);
    ph_event_system_t event = event_of(rt, PH_EVENT_SYSTEM, PH_EVENT_SYSTEM_REMARKED, 0, 1).system;
    assert_memory_equal(event.remarked.sender.bytes, b.signers[1].account.bytes, 32);
    assert_memory_equal(event.remarked.hash.bytes, hash, 32);
    rt_close(&v);
    rt_chain_free(b.c);
}

/* The number under which an event of System stands in the list. */
static uint8_t number_of(ph_rt_t *rt, uint8_t kind)
{
    ph_event_t event = {.kind = PH_EVENT_SYSTEM, .system = {.kind = kind}};
    ph_writer_t w = ph_writer_in(rt->arena);
    ph_event_encode(&w, &event);
    return ph_writer_bytes(&w).data[1];
}

/* Authorized with and without a comparison of versions; brought by somebody; and set by root at once. */
static void test_upgrade_authorized_and_code_updated(void **state)
{
    (void)state;
    rt_bank_t b = rt_bank_new();
    rt_view_t v;
    ph_rt_t *rt = open_view(&v, &b);
    const ph_bytes_t codes[] = {PH_BYTES_LIT("the first code"), PH_BYTES_LIT("the second code")};
    ph_origin_t root = ph_origin_root(), none = ph_origin_none();
    ph_hash_t hashes[2];
    for (size_t i = 0; i < 2; i++)
        ph_blake2_256(hashes[i].bytes, codes[i]);
    assert_int_equal(ph_system_call_authorize_upgrade(rt, &root, &hashes[1]), PH_OK);
    assert_int_equal(ph_system_call_authorize_upgrade_without_checks(rt, &root, &hashes[0]), PH_OK);
    for (size_t i = 0; i < 2; i++) {
        ph_event_system_t event = event_of(rt, PH_EVENT_SYSTEM, PH_EVENT_SYSTEM_UPGRADE_AUTHORIZED, i, 2).system;
        assert_memory_equal(event.upgrade_authorized.code_hash.bytes, hashes[1 - i].bytes, 32);
        assert_int_equal(event.upgrade_authorized.check_version, i == 0);
    }
    assert_int_equal(number_of(rt, PH_EVENT_SYSTEM_UPGRADE_AUTHORIZED), 6); /* after Remarked, no tasks between */
    assert_int_equal(rt_count_events(rt, PH_EVENT_SYSTEM, PH_EVENT_SYSTEM_CODE_UPDATED), 0);
    assert_int_equal(ph_system_call_apply_authorized_upgrade(rt, &none, codes[0]), PH_OK);
    assert_int_equal(ph_system_call_set_code_without_checks(rt, &root, codes[1]), PH_OK);
    for (size_t i = 0; i < 2; i++) {
        ph_event_system_t event = event_of(rt, PH_EVENT_SYSTEM, PH_EVENT_SYSTEM_CODE_UPDATED, i, 2).system;
        assert_memory_equal(event.code_updated.hash.bytes, hashes[i].bytes, 32);
    }
    rt_close(&v);
    rt_chain_free(b.c);
}

static ph_balance_t fee_of(rt_bank_t *b, ph_bytes_t xt)
{
    ph_writer_t args = ph_writer_in(b->c->arena);
    ph_bytes_t answer;
    ph_fee_details_t details;
    ph_write_bytes(&args, xt);
    ph_write_u32(&args, (uint32_t)xt.len + 2); /* with its own length before it, as in a block */
    assert_int_equal(rt_call(b->c, &answer, "TransactionPaymentApi_query_fee_details", ph_writer_bytes(&args)), PH_OK);
    assert_int_equal(ph_fee_details_decode_all(answer, b->c->arena, &details), PH_OK);
    return ph_fees_total(&details);
}

/* A transaction of an account that asks for what is root's: it fails in the block, and is paid for. */
static void test_extrinsic_failed_and_fee_paid(void **state)
{
    (void)state;
    rt_bank_t b = rt_bank_new();
    rt_author_t a;
    ph_babe_pre_digest_t claim = rt_plain_claim(UINT64_C(270000000), 0);
    assert_int_equal(rt_author_open(&a, b.c, &claim), PH_OK);
    ph_call_t call = {.kind = PH_CALL_SYSTEM, .system = {.kind = PH_CALL_SYSTEM_SET_HEAP_PAGES}};
    rt_tx_t tx = rt_tx(&b, 1, 0, &call);
    tx.extra.tip = 1234;
    ph_bytes_t xt = rt_sign(&b, &tx);
    ph_balance_t fee = fee_of(&b, xt);
    ph_apply_extrinsic_result_t result;
    assert_int_equal(rt_author_push(&a, &result, xt), PH_OK);
    assert_int_equal(result.kind, PH_RES_OK);
    assert_int_equal(result.ok.kind, PH_RES_ERR);

    ph_native_host_t host = {.overlay = a.overlay, .log = &b.c->log};
    ph_rt_t rt = {.arena = b.c->arena, .ops = &ph_native_host_ops, .host = &host};
    ph_event_system_t failed = event_of(&rt, PH_EVENT_SYSTEM, PH_EVENT_SYSTEM_EXTRINSIC_FAILED, 0, 1).system;
    assert_int_equal(failed.extrinsic_failed.dispatch_error.kind, PH_DISPATCH_ERROR_BAD_ORIGIN);
    assert_int_equal(failed.extrinsic_failed.dispatch_info.class.kind, PH_DISPATCH_CLASS_OPERATIONAL);
    assert_int_equal(failed.extrinsic_failed.dispatch_info.pays_fee.kind, PH_PAYS_YES);
    assert_true(failed.extrinsic_failed.dispatch_info.weight.ref_time > 0);
    ph_event_transaction_payment_transaction_fee_paid_t paid =
        event_of(&rt, PH_EVENT_TRANSACTION_PAYMENT, PH_EVENT_TRANSACTION_PAYMENT_TRANSACTION_FEE_PAID, 0, 1)
            .transaction_payment.transaction_fee_paid;
    assert_memory_equal(paid.who.bytes, b.signers[1].account.bytes, 32);
    assert_true(paid.tip == 1234);
    ph_account_info_t info;
    ph_system_account_get(&rt, &b.signers[1].account, &info);
    assert_true(paid.actual_fee == RT_RICH - info.data.free);
    assert_true(paid.actual_fee == fee + 1234);
    ph_native_host_end(&host);
    rt_author_drop(&a);
    rt_chain_free(b.c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_remarked),
        cmocka_unit_test(test_upgrade_authorized_and_code_updated),
        cmocka_unit_test(test_extrinsic_failed_and_fee_paid),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
