/* Sudo and fees: who may, what becomes of the inner call, what is paid and what is given back. */
#include "support/rt_tx.h"

#include "runtime/dispatch.h"
#include "runtime/fees.h"
#include "runtime/fixed.h"
#include "runtime/storage/sudo.h"
#include "runtime/storage/transaction_parameters.h"

static ph_call_t sudo(ph_call_t *inner)
{
    return (ph_call_t){.kind = PH_CALL_SUDO, .sudo = {.kind = PH_CALL_SUDO_SUDO, .sudo.call = inner}};
}

static ph_rt_t *open_view(rt_view_t *v, rt_bank_t *b)
{
    ph_rt_t *rt = rt_open(v, b->c);
    const ph_digest_t digest = {0};
    assert_int_equal(ph_system_initialize(rt, 1, &b->genesis_hash, &digest), PH_OK);
    return rt;
}

static ph_err_t dispatch(ph_rt_t *rt, const ph_origin_t *origin, const ph_call_t *call, ph_dispatch_result_t *result)
{
    return ph_dispatch_in_layer(rt, result, origin, call);
}

/* ---- Sudo ---- */

static void test_who_may(void **state)
{
    (void)state;
    rt_bank_t b = rt_bank_new();
    rt_view_t v;
    ph_rt_t *rt = open_view(&v, &b);
    ph_call_t inner = {.kind = PH_CALL_SYSTEM, .system = {.kind = PH_CALL_SYSTEM_SET_HEAP_PAGES}};
    ph_call_t call = sudo(&inner);
    ph_origin_t key = ph_origin_signed(&b.signers[0].account), other = ph_origin_signed(&b.signers[1].account),
                root = ph_origin_root(), none = ph_origin_none();
    ph_dispatch_result_t result;
    assert_int_equal(dispatch(rt, &other, &call, &result), PH_OK);
    assert_int_equal(result.err.module.index, PH_PALLET_SUDO);
    assert_int_equal(result.err.module.error.bytes[0], PH_ERROR_SUDO_REQUIRE_SUDO);
    assert_false(rt->pays_no);
    assert_int_equal(dispatch(rt, &none, &call, &result), PH_OK);
    assert_int_equal(result.err.kind, PH_DISPATCH_ERROR_BAD_ORIGIN);
    assert_int_equal(dispatch(rt, &key, &call, &result), PH_OK);
    assert_int_equal(result.kind, PH_RES_OK);
    assert_true(rt->pays_no);
    assert_int_equal(dispatch(rt, &root, &call, &result), PH_OK);
    assert_int_equal(result.kind, PH_RES_OK);
    assert_int_equal(rt_count_events(rt, PH_PALLET_SUDO, PH_EVENT_SUDO_SUDID), 2);
    rt_close(&v);
    rt_chain_free(b.c);
}

/* An inner call that fails leaves nothing, and sudo succeeds. */
static void test_inner_failure(void **state)
{
    (void)state;
    rt_bank_t b = rt_bank_new();
    rt_view_t v;
    ph_rt_t *rt = open_view(&v, &b);
    ph_call_t inner = rt_transfer(&b.signers[1].account, RT_RICH + 1), as = {.kind = PH_CALL_SUDO};
    as.sudo.kind = PH_CALL_SUDO_SUDO_AS;
    as.sudo.sudo_as.who = rt_address(&b.signers[2].account);
    as.sudo.sudo_as.call = &inner;
    ph_origin_t key = ph_origin_signed(&b.signers[0].account);
    ph_dispatch_result_t result;
    assert_int_equal(dispatch(rt, &key, &as, &result), PH_OK);
    assert_int_equal(result.kind, PH_RES_OK);
    assert_int_equal(rt_count_events(rt, PH_PALLET_SUDO, PH_EVENT_SUDO_SUDO_AS_DONE), 1);
    inner = rt_transfer(&b.signers[1].account, RT_ED);
    assert_int_equal(dispatch(rt, &key, &as, &result), PH_OK);
    ph_account_info_t third;
    ph_system_account_get(rt, &b.signers[2].account, &third);
    assert_true(third.data.free == RT_RICH - RT_ED);
    as.sudo.sudo_as.who = (ph_multi_address_t){.kind = PH_MULTI_ADDRESS_INDEX};
    assert_int_equal(dispatch(rt, &key, &as, &result), PH_OK);
    assert_int_equal(result.err.kind, PH_DISPATCH_ERROR_CANNOT_LOOKUP);
    rt_close(&v);
    rt_chain_free(b.c);
}

static void test_keys(void **state)
{
    (void)state;
    rt_bank_t b = rt_bank_new();
    rt_view_t v;
    ph_rt_t *rt = open_view(&v, &b);
    ph_origin_t first = ph_origin_signed(&b.signers[0].account), second = ph_origin_signed(&b.signers[1].account);
    ph_call_t call = {.kind = PH_CALL_SUDO, .sudo.kind = PH_CALL_SUDO_SET_KEY};
    call.sudo.set_key.new = rt_address(&b.signers[1].account);
    ph_dispatch_result_t result;
    assert_int_equal(dispatch(rt, &first, &call, &result), PH_OK);
    assert_int_equal(result.kind, PH_RES_OK);
    assert_int_equal(rt_count_events(rt, PH_PALLET_SUDO, PH_EVENT_SUDO_KEY_CHANGED), 1);
    call.sudo.kind = PH_CALL_SUDO_REMOVE_KEY;
    assert_int_equal(dispatch(rt, &first, &call, &result), PH_OK);
    assert_int_equal(result.kind, PH_RES_ERR);
    assert_int_equal(dispatch(rt, &second, &call, &result), PH_OK);
    assert_int_equal(result.kind, PH_RES_OK);
    assert_int_equal(rt_count_events(rt, PH_PALLET_SUDO, PH_EVENT_SUDO_KEY_REMOVED), 1);
    assert_int_equal(dispatch(rt, &second, &call, &result), PH_OK);
    assert_int_equal(result.kind, PH_RES_ERR);
    assert_false(ph_sudo_key_exists(rt));
    rt_close(&v);
    rt_chain_free(b.c);
}

/* The class is the inner call's, through every wrapping. */
static void test_call_info(void **state)
{
    (void)state;
    rt_bank_t b = rt_bank_new();
    rt_view_t v;
    ph_rt_t *rt = open_view(&v, &b);
    ph_call_t remark = rt_remark("x"), pages = {.kind = PH_CALL_SYSTEM}, time = {.kind = PH_CALL_TIMESTAMP};
    pages.system.kind = PH_CALL_SYSTEM_SET_HEAP_PAGES;
    ph_call_t of_remark = sudo(&remark), of_pages = sudo(&pages), twice = sudo(&of_pages), of_time = sudo(&time);
    assert_int_equal(ph_call_info(rt, &of_remark).class_.kind, PH_DISPATCH_CLASS_NORMAL);
    assert_int_equal(ph_call_info(rt, &of_pages).class_.kind, PH_DISPATCH_CLASS_OPERATIONAL);
    assert_int_equal(ph_call_info(rt, &twice).class_.kind, PH_DISPATCH_CLASS_OPERATIONAL);
    assert_int_equal(ph_call_info(rt, &of_time).class_.kind, PH_DISPATCH_CLASS_MANDATORY);
    assert_int_equal(ph_call_info(rt, &time).weight.ref_time, 0);
    assert_int_equal(ph_call_info(rt, &twice).weight.ref_time, 300000000);
    twice.sudo.kind = PH_CALL_SUDO_SUDO_UNCHECKED_WEIGHT;
    twice.sudo.sudo_unchecked_weight.call = &of_pages;
    twice.sudo.sudo_unchecked_weight.weight = (ph_weight_t){7, 8};
    assert_int_equal(ph_call_info(rt, &twice).weight.ref_time, 7);
    assert_int_equal(ph_call_info(rt, &twice).weight.proof_size, 8);
    rt_close(&v);
    rt_chain_free(b.c);
}

/* The outcome of a remark inside `depth` times sudo: how many say that it went well, and how many that they were too
 * deep. */
static void nested(size_t *good, size_t *limited, unsigned depth)
{
    rt_bank_t b = rt_bank_new();
    rt_author_t a;
    ph_babe_pre_digest_t claim = rt_plain_claim(UINT64_C(270000000), 0);
    assert_int_equal(rt_author_open(&a, b.c, &claim), PH_OK);
    rt_tx_t tx = rt_nested(&b, 0, depth);
    ph_apply_extrinsic_result_t result;
    assert_int_equal(rt_author_push(&a, &result, rt_sign(&b, &tx)), PH_OK);
    assert_int_equal(result.kind, PH_RES_OK);
    assert_int_equal(result.ok.kind, PH_RES_OK);
    ph_native_host_t host = {.overlay = a.overlay, .log = &b.c->log};
    ph_rt_t rt = {.arena = b.c->arena, .ops = &ph_native_host_ops, .host = &host};
    ph_vec_event_record_t events;
    ph_system_events_get(&rt, &events);
    *good = *limited = 0;
    for (size_t i = 0; i < events.count; i++) {
        if (events.items[i].event.kind != PH_EVENT_SUDO)
            continue;
        const ph_dispatch_result_t *said = &events.items[i].event.sudo.sudid.sudo_result;
        *good += said->kind == PH_RES_OK;
        *limited += said->kind == PH_RES_ERR && said->err.kind == PH_DISPATCH_ERROR_TRANSACTIONAL &&
                    said->err.transactional.kind == PH_TRANSACTIONAL_ERROR_LIMIT_REACHED;
    }
    ph_native_host_end(&host);
    rt_author_drop(&a);
    rt_chain_free(b.c);
}

/* 255 calls, one inside the other, is what storage layers allow; 256 is what may be decoded. */
static void test_nesting(void **state)
{
    (void)state;
    size_t good, limited;
    nested(&good, &limited, 254);
    assert_int_equal(good, 254);
    assert_int_equal(limited, 0);
    nested(&good, &limited, 255);
    assert_int_equal(good, 254);
    assert_int_equal(limited, 1);
    nested(&good, &limited, 256);
    assert_int_equal(good, 254);
    assert_int_equal(limited, 1);
    rt_bank_t b = rt_bank_new();
    rt_author_t a;
    ph_babe_pre_digest_t claim = rt_plain_claim(UINT64_C(270000000), 0);
    assert_int_equal(rt_author_open(&a, b.c, &claim), PH_OK);
    rt_tx_t tx = rt_nested(&b, 0, 257);
    ph_apply_extrinsic_result_t result;
    assert_int_equal(rt_author_push(&a, &result, rt_sign(&b, &tx)), PH_ERR_INTERNAL);
    rt_author_drop(&a);
    rt_chain_free(b.c);
}

/* ---- fees ---- */

static ph_balance_t free_of(rt_bank_t *b, const ph_overlay_t *overlay, size_t signer)
{
    ph_native_host_t host = {.overlay = (ph_overlay_t *)(uintptr_t)overlay, .log = &b->c->log};
    ph_rt_t rt = {.arena = b->c->arena, .ops = &ph_native_host_ops, .host = &host};
    ph_account_info_t info;
    ph_system_account_get(&rt, &b->signers[signer].account, &info);
    ph_native_host_end(&host);
    return info.data.free;
}

static ph_fee_details_t ask_details(rt_bank_t *b, ph_bytes_t xt)
{
    ph_writer_t args = ph_writer_in(b->c->arena);
    ph_bytes_t answer;
    ph_fee_details_t out;
    ph_write_bytes(&args, xt);
    ph_write_u32(&args, (uint32_t)xt.len + 2);
    assert_int_equal(rt_call(b->c, &answer, "TransactionPaymentApi_query_fee_details", ph_writer_bytes(&args)), PH_OK);
    assert_int_equal(ph_fee_details_decode_all(answer, b->c->arena, &out), PH_OK);
    return out;
}

/* An ordinary transaction pays fee and tip; sudo's pays the tip alone. */
static void test_payment_and_refund(void **state)
{
    (void)state;
    rt_bank_t b = rt_bank_new();
    rt_author_t a;
    ph_babe_pre_digest_t claim = rt_plain_claim(UINT64_C(270000000), 0);
    assert_int_equal(rt_author_open(&a, b.c, &claim), PH_OK);
    ph_call_t remark = rt_remark("hello"), wrapped = sudo(&remark);
    const ph_call_t *calls[] = {&remark, &wrapped};
    ph_balance_t before = RT_RICH;
    for (ph_nonce_t i = 0; i < 2; i++) {
        rt_tx_t tx = rt_tx(&b, 0, i, calls[i]);
        tx.extra.tip = 1000;
        ph_bytes_t xt = rt_sign(&b, &tx);
        ph_fee_details_t details = ask_details(&b, xt);
        assert_true(details.inclusion_fee.value.len_fee == (xt.len + 2) * 333330u);
        assert_true(details.inclusion_fee.value.base_fee == 3333333);
        assert_true(details.inclusion_fee.value.adjusted_weight_fee ==
                    (i + 1) * UINT64_C(100000000) * 35700642 / 1000000000);
        ph_apply_extrinsic_result_t result;
        assert_int_equal(rt_author_push(&a, &result, xt), PH_OK);
        assert_int_equal(result.kind, PH_RES_OK);
        assert_int_equal(result.ok.kind, PH_RES_OK);
        ph_balance_t after = free_of(&b, a.overlay, 0), paid = before - after;
        assert_true(paid == 1000 + (i == 0 ? ph_fees_total(&details) : 0));
        before = after;
    }
    rt_author_drop(&a);
    rt_chain_free(b.c);
}

static void test_api(void **state)
{
    (void)state;
    rt_bank_t b = rt_bank_new();
    ph_writer_t args = ph_writer_in(b.c->arena);
    ph_bytes_t answer;
    ph_call_t call = rt_remark("hello");
    rt_tx_t tx = rt_tx(&b, 0, 0, &call);
    ph_bytes_t xt = rt_sign(&b, &tx);
    ph_write_bytes(&args, xt);
    ph_write_u32(&args, 1000);
    assert_int_equal(rt_call(b.c, &answer, "TransactionPaymentApi_query_info", ph_writer_bytes(&args)), PH_OK);
    ph_runtime_dispatch_info_t info;
    assert_int_equal(ph_runtime_dispatch_info_decode_all(answer, b.c->arena, &info), PH_OK);
    assert_true(info.partial_fee == 333330000 + 3333333 + 3570064);
    assert_int_equal(info.class.kind, PH_DISPATCH_CLASS_NORMAL);
    ph_balance_t fee;
    uint8_t len[4];
    ph_put_u32(len, 3);
    assert_int_equal(rt_call(b.c, &answer, "TransactionPaymentApi_query_length_to_fee", ph_bytes(len, 4)), PH_OK);
    ph_reader_t r = ph_reader(answer);
    assert_int_equal(ph_read_u128(&r, &fee), PH_OK);
    assert_true(fee == 999990);
    ph_weight_t weight = {UINT64_MAX / 2, 0}; /* counts for no more than a block */
    ph_writer_reset(&args);
    ph_weight_encode(&args, &weight);
    assert_int_equal(rt_call(b.c, &answer, "TransactionPaymentApi_query_weight_to_fee", ph_writer_bytes(&args)), PH_OK);
    r = ph_reader(answer);
    assert_int_equal(ph_read_u128(&r, &fee), PH_OK);
    assert_true(fee == UINT64_C(71401284000));
    rt_chain_free(b.c);
}

static void test_priority(void **state)
{
    (void)state;
    rt_bank_t b = rt_bank_new();
    rt_view_t v;
    ph_rt_t *rt = open_view(&v, &b);
    ph_dispatch_info_t normal = {.class_.kind = PH_DISPATCH_CLASS_NORMAL},
                       operational = {.class_.kind = PH_DISPATCH_CLASS_OPERATIONAL};
    assert_int_equal(ph_fees_priority(rt, &normal, 1000, 0, 50), 3932);
    assert_int_equal(ph_fees_priority(rt, &normal, 1000, 9, 50), 39320);
    assert_int_equal(ph_fees_priority(rt, &operational, 1000, 0, 50), 5242 + 50 * 5 * 5242);
    normal.weight.ref_time = PH_MAX_BLOCK_REF_TIME / 10;
    assert_int_equal(ph_fees_priority(rt, &normal, 1000, 0, 50), 10);
    normal.weight.proof_size = UINT64_MAX / 3;
    assert_int_equal(ph_fees_priority(rt, &normal, 1000, 0, 50), 3);
    assert_int_equal(ph_fees_priority(rt, &normal, 1000, ~(ph_balance_t)0, 50), UINT64_MAX);
    rt_close(&v);
    rt_chain_free(b.c);
}

static ph_u128_t multiplier_after(ph_rt_t *rt, ph_u128_t before, uint64_t normal_ref_time)
{
    ph_per_dispatch_class_weight_t weights = {.normal.ref_time = normal_ref_time};
    ph_fixed_u128_t m = {before};
    ph_system_block_weight_set(rt, &weights);
    ph_transaction_payment_next_fee_multiplier_set(rt, m);
    ph_fees_on_finalize(rt);
    ph_transaction_payment_next_fee_multiplier_get(rt, &m);
    return m.v;
}

/* Full blocks raise it, empty ones lower it to a tenth; where it does not move it is one. */
static void test_multiplier(void **state)
{
    (void)state;
    rt_bank_t b = rt_bank_new();
    rt_view_t v;
    ph_rt_t *rt = open_view(&v, &b);
    const uint64_t max = PH_NORMAL_REF_TIME;
    assert_true(multiplier_after(rt, PH_FIXED_ONE, max / 4) == PH_FIXED_ONE);
    /* v = 75e-6, d = 3/4: 1 + v·d + (v·d)²/2 */
    assert_true(multiplier_after(rt, PH_FIXED_ONE, max) == PH_FIXED_ONE + 56250000000000u + 1582031250u);
    assert_true(multiplier_after(rt, PH_FIXED_ONE, 0) == PH_FIXED_ONE - 18750000000000u + 175781250u);
    assert_true(multiplier_after(rt, PH_FIXED_ONE / 10, 0) == PH_FIXED_ONE / 10);
    ph_transaction_params_t still = {.max_block_ref_time = 1};
    ph_transaction_parameters_params_set(rt, &still);
    assert_true(multiplier_after(rt, 5, max) == PH_FIXED_ONE);
    rt_close(&v);
    rt_chain_free(b.c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_who_may),   cmocka_unit_test(test_inner_failure),      cmocka_unit_test(test_keys),
        cmocka_unit_test(test_call_info), cmocka_unit_test(test_payment_and_refund), cmocka_unit_test(test_api),
        cmocka_unit_test(test_priority),  cmocka_unit_test(test_multiplier),         cmocka_unit_test(test_nesting),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
