/* Blocks of a local chain, made and executed through the runtime's entry; and blocks that must not execute. */
#include "support/rt_chain.h"

#include "runtime/storage/babe.h"
#include "runtime/storage/dmp.h"
#include "runtime/storage/session.h"
#include "runtime/storage/system.h"
#include "runtime/storage/timestamp.h"

#define FIRST_SLOT UINT64_C(270000000)

static rt_chain_t *chain_of_six(void)
{
    return rt_chain_new(6, 5, NULL, 0, NULL);
}

static ph_block_t next_block(rt_chain_t *c, uint64_t slot)
{
    ph_babe_pre_digest_t claim = rt_plain_claim(slot, (uint32_t)(slot % 6));
    return rt_make_block(c, &claim, slot * 6000);
}

/* ---- the good course ---- */

static void test_blocks_over_two_sessions(void **state)
{
    (void)state;
    rt_chain_t *c = chain_of_six();
    for (uint64_t i = 0; i < 12; i++)
        rt_advance(c, FIRST_SLOT + i);
    assert_int_equal(c->header.number, 12);
    rt_view_t v;
    ph_rt_t *rt = rt_open(&v, c);
    ph_session_index_t session;
    ph_session_current_index_get(rt, &session);
    assert_int_equal(session.v, 2);
    ph_block_number_t number;
    ph_system_number_get(rt, &number);
    assert_int_equal(number, 12);
    uint64_t now;
    ph_timestamp_now_get(rt, &now);
    assert_int_equal(now, (FIRST_SLOT + 11) * 6000);
    rt_close(&v);
    rt_chain_free(c);
}

static uint64_t first_to_delete(rt_chain_t *c)
{
    rt_view_t v;
    ph_rt_t *rt = rt_open(&v, c);
    ph_tup_u64_u64_t range;
    assert_true(ph_dmp_downward_message_queue_lazy_delete_get(rt, (ph_para_id_t){7}, &range));
    rt_close(&v);
    return range._0;
}

/* What waits for idle time waits on in a block that begins a session: it has none. */
static void test_no_idle_time_when_a_session_begins(void **state)
{
    (void)state;
    rt_chain_t *c = chain_of_six();
    rt_advance(c, FIRST_SLOT);
    rt_view_t v;
    ph_rt_t *rt = rt_open(&v, c);
    ph_tup_u64_u64_t range = {._0 = 0, ._1 = 20};
    ph_dmp_downward_message_queue_lazy_delete_set(rt, (ph_para_id_t){7}, &range);
    rt_close_and_keep(&v, c);
    rt_advance(c, FIRST_SLOT + 1);
    assert_int_equal(first_to_delete(c), 3);
    rt_advance(c, FIRST_SLOT + 5);
    assert_int_equal(first_to_delete(c), 3);
    rt_advance(c, FIRST_SLOT + 6);
    assert_int_equal(first_to_delete(c), 6);
    rt_chain_free(c);
}

/* What only lives during a block is gone after it; what the next block needs is there. */
static void test_what_a_block_leaves(void **state)
{
    (void)state;
    rt_chain_t *c = chain_of_six();
    ph_hash_t genesis = rt_header_hash(&c->header);
    rt_advance(c, FIRST_SLOT);
    ph_hash_t first = rt_header_hash(&c->header);
    rt_advance(c, FIRST_SLOT + 1);
    rt_view_t v;
    ph_rt_t *rt = rt_open(&v, c);
    assert_false(ph_system_execution_phase_exists(rt));
    assert_false(ph_system_block_size_exists(rt));
    assert_false(ph_system_inherents_applied_exists(rt));
    assert_false(ph_system_extrinsic_count_exists(rt));
    assert_false(ph_system_extrinsic_data_exists(rt, 0));
    assert_false(ph_host_storage_exists(rt, PH_BYTES_LIT(":extrinsic_index")));
    assert_false(ph_host_storage_exists(rt, PH_BYTES_LIT(":intrablock_entropy")));
    assert_false(ph_timestamp_did_update_exists(rt));
    assert_false(ph_babe_initialized_exists(rt));
    assert_false(ph_babe_lateness_exists(rt));
    ph_hash_t hash;
    ph_system_block_hash_get(rt, 0, &hash);
    assert_memory_equal(&hash, &genesis, 32);
    ph_system_block_hash_get(rt, 1, &hash);
    assert_memory_equal(&hash, &first, 32);
    ph_system_parent_hash_get(rt, &hash);
    assert_memory_equal(&hash, &first, 32);
    ph_digest_t digest;
    ph_system_digest_get(rt, &digest);
    assert_true(ph_digest_equal(&digest, &c->header.digest));
    rt_close(&v);
    rt_chain_free(c);
}

static void test_events_of_inherents(void **state)
{
    (void)state;
    rt_chain_t *c = chain_of_six();
    rt_advance(c, FIRST_SLOT);
    rt_view_t v;
    ph_rt_t *rt = rt_open(&v, c);
    ph_vec_event_record_t events;
    ph_system_events_get(rt, &events);
    uint32_t count;
    ph_system_event_count_get(rt, &count);
    assert_int_equal(count, events.count);
    uint32_t seen = 0;
    for (size_t i = 0; i < events.count; i++) {
        if (events.items[i].event.kind != PH_EVENT_SYSTEM)
            continue;
        assert_int_equal(events.items[i].event.system.kind, PH_EVENT_SYSTEM_EXTRINSIC_SUCCESS);
        assert_int_equal(events.items[i].phase.kind, PH_PHASE_APPLY_EXTRINSIC);
        assert_int_equal(events.items[i].phase.apply_extrinsic, seen);
        assert_int_equal(events.items[i].event.system.extrinsic_success.dispatch_info.class.kind,
                         PH_DISPATCH_CLASS_MANDATORY);
        seen++;
    }
    assert_int_equal(seen, 2);
    rt_close(&v);
    rt_chain_free(c);
}

/* The extrinsics root is the ordered root of the encoded extrinsics in layout 0. */
static void test_extrinsics_root(void **state)
{
    (void)state;
    rt_chain_t *c = chain_of_six();
    ph_block_t block = next_block(c, FIRST_SLOT);
    assert_int_equal(block.extrinsics.count, 2);
    ph_bytes_t values[2];
    for (size_t i = 0; i < 2; i++) {
        ph_writer_t w = ph_writer_in(c->arena);
        ph_write_bytes(&w, block.extrinsics.items[i]);
        values[i] = ph_writer_bytes(&w);
        assert_int_equal(block.extrinsics.items[i].data[0], 5);
    }
    uint8_t root[32];
    ph_trie_ordered_root(root, values, 2, 0);
    assert_memory_equal(root, block.header.extrinsics_root.bytes, 32);
    rt_chain_free(c);
}

/* ---- blocks that somebody tampered with ---- */

static void test_wrong_roots(void **state)
{
    (void)state;
    rt_chain_t *c = chain_of_six();
    ph_block_t block = next_block(c, FIRST_SLOT);
    block.header.state_root.bytes[7] ^= 1;
    rt_assert_refused(c, &block, "Storage root must match");
    block.header.state_root.bytes[7] ^= 1;
    block.header.extrinsics_root.bytes[7] ^= 1;
    rt_assert_refused(c, &block, "Transaction trie root must be valid");
    block.header.extrinsics_root.bytes[7] ^= 1;
    assert_int_equal(rt_execute(c, &block), PH_OK);
    rt_chain_free(c);
}

static void test_wrong_place(void **state)
{
    (void)state;
    rt_chain_t *c = chain_of_six();
    ph_block_t block = next_block(c, FIRST_SLOT);
    ph_block_t wrong = block;
    wrong.header.number = 2;
    rt_assert_refused(c, &wrong, "Block number must be strictly increasing");
    wrong.header.number = 0;
    rt_assert_refused(c, &wrong, "Block number must be strictly increasing");
    assert_int_equal(rt_execute(c, &block), PH_OK);
    /* The state does not know its own block's hash; the paras' inherent has the parent's header in it. */
    wrong = next_block(c, FIRST_SLOT + 1);
    wrong.header.parent_hash.bytes[0] ^= 1;
    rt_assert_refused(c, &wrong, "ParaInherent.InvalidParentHeader");
    rt_chain_free(c);
}

static void test_wrong_digest(void **state)
{
    (void)state;
    rt_chain_t *c = chain_of_six();
    ph_block_t block = next_block(c, FIRST_SLOT);
    assert_int_equal(block.header.digest.logs.count, 2); /* claim, next epoch */
    ph_digest_item_t items[3];
    memcpy(items, block.header.digest.logs.items, 2 * sizeof *items);
    items[2] = (ph_digest_item_t){.kind = PH_DIGEST_ITEM_RUNTIME_ENVIRONMENT_UPDATED};
    block.header.digest.logs.items = items;
    block.header.digest.logs.count = 3;
    rt_assert_refused(c, &block, "Number of digest items must match");
    block.header.digest.logs.count = 1;
    rt_assert_refused(c, &block, "Number of digest items must match");
    block.header.digest.logs.count = 2;
    items[1].consensus._1 = ph_bytes("x", 1);
    rt_assert_refused(c, &block, "Digest item must match");
    rt_chain_free(c);
}

/* A block with other extrinsics than its author put in; the header no longer fits, but that is noticed last. */
static ph_block_t with_extrinsics(rt_chain_t *c, const ph_block_t *block, const ph_bytes_t *extrinsics, size_t count)
{
    ph_block_t out = *block;
    out.extrinsics.items = ph_arena_copy(c->arena, extrinsics, count * sizeof *extrinsics);
    out.extrinsics.count = count;
    return out;
}

static void test_missing_and_doubled_inherents(void **state)
{
    (void)state;
    rt_chain_t *c = chain_of_six();
    ph_block_t block = next_block(c, FIRST_SLOT);
    ph_bytes_t time = block.extrinsics.items[0], paras = block.extrinsics.items[1];

    ph_block_t bad = with_extrinsics(c, &block, &paras, 1);
    rt_assert_refused(c, &bad, "Timestamp must be updated once in the block");
    bad = with_extrinsics(c, &block, &time, 1);
    rt_assert_refused(c, &bad, "inherent");
    bad = with_extrinsics(c, &block, (ph_bytes_t[]){time, time, paras}, 3);
    rt_assert_refused(c, &bad, "Timestamp must be updated only once");
    bad = with_extrinsics(c, &block, (ph_bytes_t[]){time, paras, paras}, 3);
    rt_assert_refused(c, &bad, "TooManyInclusionInherents");
    /* The order of the two is free, but the root differs. */
    bad = with_extrinsics(c, &block, (ph_bytes_t[]){paras, time}, 2);
    rt_assert_refused(c, &bad, "root");
    rt_chain_free(c);
}

static void test_foreign_extrinsics(void **state)
{
    (void)state;
    rt_chain_t *c = chain_of_six();
    ph_block_t block = next_block(c, FIRST_SLOT);
    ph_bytes_t time = block.extrinsics.items[0], paras = block.extrinsics.items[1];
    uint8_t remark[] = {4, 0, 0, 0}, signed_[] = {0x84, 0, 0, 0}, general[] = {0x45, 0, 0, 0}, unknown[] = {3, 0, 0, 0};
    uint8_t no_pallet[] = {5, 199, 0}, no_call[] = {5, 2, 9}, cut[] = {5, 2, 0}, tail[] = {5, 2, 0, 4, 4};
    const struct {
        ph_bytes_t xt;
        const char *why;
    } cases[] = {
        {ph_bytes(remark, sizeof remark), "Transaction call is not expected"},
        {ph_bytes(signed_, sizeof signed_), "signature or extensions do not decode"},
        {ph_bytes(general, sizeof general), "extensions do not decode"},
        {ph_bytes(unknown, sizeof unknown), "unknown format"},
        {ph_bytes(NULL, 0), "empty extrinsic"},
        {ph_bytes(no_pallet, sizeof no_pallet), "does not decode"},
        {ph_bytes(no_call, sizeof no_call), "does not decode"},
        {ph_bytes(cut, sizeof cut), "does not decode"},
        {ph_bytes(tail, sizeof tail), "does not decode"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        ph_block_t bad = with_extrinsics(c, &block, (ph_bytes_t[]){time, paras, cases[i].xt}, 3);
        rt_assert_refused(c, &bad, cases[i].why);
    }
    rt_chain_free(c);
}

/* Both formats of bare extrinsics are inherents, and keep their byte. */
static void test_format_four(void **state)
{
    (void)state;
    rt_chain_t *c = chain_of_six();
    ph_babe_pre_digest_t claim = rt_plain_claim(FIRST_SLOT, 0);
    rt_author_t a;
    assert_int_equal(rt_author_open(&a, c, &claim), PH_OK);
    ph_inherent_data_t data = rt_inherent_data(c, FIRST_SLOT * 6000);
    ph_vec_bytes_t inherents;
    assert_int_equal(rt_author_inherents(&a, &inherents, &data), PH_OK);
    assert_int_equal(inherents.count, 2);
    for (size_t i = 0; i < 2; i++) {
        inherents.items[i].data[0] = 4;
        ph_apply_extrinsic_result_t result;
        assert_int_equal(rt_author_push(&a, &result, inherents.items[i]), PH_OK);
        assert_int_equal(result.kind, PH_RES_OK);
    }
    ph_block_t block;
    assert_int_equal(rt_author_close(&a, &block), PH_OK);
    assert_int_equal(rt_execute(c, &block), PH_OK);
    rt_chain_free(c);
}

/* An author learns from the answer that an extrinsic has no place; nothing panics. */
static void test_refusals_while_authoring(void **state)
{
    (void)state;
    rt_chain_t *c = chain_of_six();
    ph_babe_pre_digest_t claim = rt_plain_claim(FIRST_SLOT, 0);
    rt_author_t a;
    assert_int_equal(rt_author_open(&a, c, &claim), PH_OK);
    uint8_t remark[] = {4, 0, 0, 0}, signed_[] = {0x84, 0, 0, 0};
    ph_apply_extrinsic_result_t result;
    assert_int_equal(rt_author_push(&a, &result, ph_bytes(remark, sizeof remark)), PH_OK);
    assert_int_equal(result.kind, PH_RES_ERR);
    assert_int_equal(result.err.kind, PH_TRANSACTION_VALIDITY_ERROR_INVALID);
    assert_int_equal(result.err.invalid.kind, PH_INVALID_TRANSACTION_CALL);
    assert_int_equal(rt_author_push(&a, &result, ph_bytes(signed_, sizeof signed_)), PH_ERR_INTERNAL);
    rt_author_drop(&a);
    rt_chain_free(c);
}

/* ---- the entry ---- */

static void test_unknown_method_and_bad_arguments(void **state)
{
    (void)state;
    rt_chain_t *c = chain_of_six();
    ph_bytes_t answer;
    assert_int_equal(rt_call(c, &answer, "Core_nothing", (ph_bytes_t){0}), PH_ERR_UNSUPPORTED);
    assert_int_equal(rt_call(c, &answer, "", (ph_bytes_t){0}), PH_ERR_UNSUPPORTED);
    uint8_t byte = 0;
    assert_int_equal(rt_call(c, &answer, "Core_version", ph_bytes(&byte, 1)), PH_ERR_INTERNAL);
    assert_non_null(strstr(c->panic, "bad input"));
    assert_int_equal(rt_call(c, &answer, "Core_execute_block", ph_bytes(&byte, 1)), PH_ERR_INTERNAL);
    rt_chain_free(c);
}

static void test_version(void **state)
{
    (void)state;
    rt_chain_t *c = chain_of_six();
    ph_runtime_version_t version;
    rt_ask(c, runtime_version, &version, "Core_version");
    assert_true(ph_bytes_equal(version.spec_name, PH_BYTES_LIT("parahost")));
    assert_int_equal(version.system_version, 1);
    /* Core is df6acb689907609b, version 5; ParachainHost af2c0297a23e6d3d, version 16. */
    const uint8_t core[8] = {0xdf, 0x6a, 0xcb, 0x68, 0x99, 0x07, 0x60, 0x9b};
    const uint8_t host[8] = {0xaf, 0x2c, 0x02, 0x97, 0xa2, 0x3e, 0x6d, 0x3d};
    unsigned found = 0;
    for (size_t i = 0; i < version.apis.count; i++) {
        if (memcmp(version.apis.items[i]._0.bytes, core, 8) == 0) {
            assert_int_equal(version.apis.items[i]._1, 5);
            found |= 1;
        }
        if (memcmp(version.apis.items[i]._0.bytes, host, 8) == 0) {
            assert_int_equal(version.apis.items[i]._1, 16);
            found |= 2;
        }
    }
    assert_int_equal(found, 3);
    rt_chain_free(c);
}

/* The explanation is cut to the room there is. */
static void test_panic_buffer(void **state)
{
    (void)state;
    rt_chain_t *c = chain_of_six();
    ph_overlay_t *overlay = ph_overlay_new(c->state);
    ph_native_host_t host = {.overlay = overlay, .log = &c->log};
    ph_writer_t result = PH_WRITER_HEAP;
    char panic[8];
    uint8_t byte = 0;
    memset(panic, 'x', sizeof panic);
    assert_int_equal(ph_runtime_call(&ph_native_host_ops, &host, PH_BYTES_LIT("Core_version"), ph_bytes(&byte, 1),
                                     &result, panic, sizeof panic),
                     PH_ERR_INTERNAL);
    assert_int_equal(strlen(panic), 7);
    assert_int_equal(
        ph_runtime_call(&ph_native_host_ops, &host, PH_BYTES_LIT("Core_version"), ph_bytes(&byte, 1), &result, NULL, 0),
        PH_ERR_INTERNAL);
    ph_native_host_end(&host);
    ph_overlay_free(overlay);
    ph_writer_free(&result);
    rt_chain_free(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_blocks_over_two_sessions),
        cmocka_unit_test(test_no_idle_time_when_a_session_begins),
        cmocka_unit_test(test_what_a_block_leaves),
        cmocka_unit_test(test_events_of_inherents),
        cmocka_unit_test(test_extrinsics_root),
        cmocka_unit_test(test_wrong_roots),
        cmocka_unit_test(test_wrong_place),
        cmocka_unit_test(test_wrong_digest),
        cmocka_unit_test(test_missing_and_doubled_inherents),
        cmocka_unit_test(test_foreign_extrinsics),
        cmocka_unit_test(test_format_four),
        cmocka_unit_test(test_refusals_while_authoring),
        cmocka_unit_test(test_unknown_method_and_bad_arguments),
        cmocka_unit_test(test_version),
        cmocka_unit_test(test_panic_buffer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
