/* System: what is kept of earlier blocks, events, the digest, accounts, and the calls that root may make. */
#include "support/rt_chain.h"

#include "runtime/calls.h"
#include "runtime/pallets.h"
#include "runtime/params.h"
#include "runtime/storage/transaction_parameters.h"
#include "runtime/system.h"

#define FIRST_SLOT UINT64_C(270000000)

static rt_chain_t *chain(void)
{
    return rt_chain_new(3, 5, NULL, 0, NULL);
}

/* An open block 1 on a chain's genesis. */
static ph_rt_t *open_block(rt_view_t *v, rt_chain_t *c)
{
    ph_rt_t *rt = rt_open(v, c);
    ph_hash_t parent = rt_header_hash(&c->header);
    ph_digest_t digest = {0};
    ph_system_reset_events(rt);
    assert_int_equal(ph_system_initialize(rt, 1, &parent, &digest), PH_OK);
    return rt;
}

static void test_numbers_increase(void **state)
{
    (void)state;
    rt_chain_t *c = chain();
    rt_view_t v;
    ph_rt_t *rt = rt_open(&v, c);
    ph_hash_t parent = {{0}};
    ph_digest_t digest = {0};
    for (uint32_t wrong = 0; wrong <= 2; wrong += 2) {
        assert_int_equal(ph_system_initialize(rt, wrong, &parent, &digest), PH_ERR_INTERNAL);
        assert_non_null(strstr(rt->panic, "strictly increasing"));
    }
    ph_system_number_set(rt, UINT32_MAX);
    assert_int_equal(ph_system_initialize(rt, 0, &parent, &digest), PH_ERR_INTERNAL);
    rt_close(&v);
    rt_chain_free(c);
}

static void test_block_hashes_are_pruned(void **state)
{
    (void)state;
    rt_chain_t *c = chain();
    rt_view_t v;
    ph_rt_t *rt = rt_open(&v, c);
    ph_hash_t hash = {{7}}, parent = {{9}};
    ph_digest_t digest = {0};
    for (uint32_t n = 1; n <= 5; n++)
        ph_system_block_hash_set(rt, n, &hash);
    ph_system_number_set(rt, PH_BLOCK_HASH_COUNT + 2);
    assert_int_equal(ph_system_initialize(rt, PH_BLOCK_HASH_COUNT + 3, &parent, &digest), PH_OK);
    ph_header_t header;
    ph_system_note_finished_extrinsics(rt);
    ph_system_finalize(rt, &header);
    assert_true(ph_system_block_hash_exists(rt, 0));
    assert_true(ph_system_block_hash_exists(rt, 1));
    assert_false(ph_system_block_hash_exists(rt, 2));
    assert_true(ph_system_block_hash_exists(rt, 3));
    assert_true(ph_system_block_hash_exists(rt, PH_BLOCK_HASH_COUNT + 2));
    assert_int_equal(header.number, PH_BLOCK_HASH_COUNT + 3);
    assert_memory_equal(&header.parent_hash, &parent, 32);
    /* Genesis's hash stays: the number to forget is 0 for the first 4097 blocks. */
    ph_system_number_set(rt, PH_BLOCK_HASH_COUNT);
    assert_int_equal(ph_system_initialize(rt, PH_BLOCK_HASH_COUNT + 1, &parent, &digest), PH_OK);
    ph_system_note_finished_extrinsics(rt);
    ph_system_finalize(rt, &header);
    assert_true(ph_system_block_hash_exists(rt, 0));
    rt_close(&v);
    rt_chain_free(c);
}

static void test_events_and_phases(void **state)
{
    (void)state;
    rt_chain_t *c = chain();
    rt_view_t v;
    ph_rt_t *rt = open_block(&v, c);
    ph_hash_t hash = {{1}};
    ph_dispatch_info_t info = {.weight = {5, 6}, .class_.kind = PH_DISPATCH_CLASS_OPERATIONAL};
    ph_system_event_code_updated(rt, &hash);
    ph_system_note_finished_initialize(rt);
    const ph_dispatch_result_t ended[] = {
        {.kind = PH_RES_OK},
        {.kind = PH_RES_ERR, .err = ph_dispatch_error_of(PH_SYSTEM_ERR_UNAUTHORIZED)},
        {.kind = PH_RES_ERR, .err = ph_dispatch_error_of(PH_ERR_BAD_ORIGIN)},
    };
    for (size_t i = 0; i < 3; i++)
        ph_system_note_applied_extrinsic(rt, &ended[i], &info);
    assert_int_equal(ph_system_extrinsic_index(rt), 3);
    ph_system_note_finished_extrinsics(rt);
    ph_system_event_code_updated(rt, &hash);

    /* As the bytes stand in the state: phase, pallet, event, fields, topics. */
    ph_bytes_t raw;
    assert_true(ph_host_storage_get(rt, &raw, ph_system_events_key(rt)));
    uint8_t expect[256];
    size_t n = 0;
#define PUT(...)                                                                                                       \
    do {                                                                                                               \
        const uint8_t b_[] = {__VA_ARGS__};                                                                            \
        memcpy(expect + n, b_, sizeof b_);                                                                             \
        n += sizeof b_;                                                                                                \
    } while (0)
    PUT(5 << 2);
    PUT(2, 0, 2, 1);
    memset(expect + n, 0, 31), n += 31;
    PUT(0);
    /* The time is 5 and what every extrinsic takes: 93369005. */
    PUT(0, 0, 0, 0, 0, 0, 0, 182, 202, 66, 22, 6 << 2, 1, 0, 0);
    PUT(0, 1, 0, 0, 0, 0, 1, 3, 0, 8, 0, 0, 0, 182, 202, 66, 22, 6 << 2, 1, 0, 0);
    PUT(0, 2, 0, 0, 0, 0, 1, 2, 182, 202, 66, 22, 6 << 2, 1, 0, 0);
    PUT(1, 0, 2, 1);
    memset(expect + n, 0, 31), n += 31;
    PUT(0);
#undef PUT
    assert_int_equal(raw.len, n);
    assert_memory_equal(raw.data, expect, n);
    ph_system_reset_events(rt);
    assert_int_equal(ph_system_events_count(rt), 0);
    assert_false(ph_system_event_count_exists(rt));
    rt_close(&v);
    rt_chain_free(c);
}

static void test_no_events_at_genesis(void **state)
{
    (void)state;
    rt_chain_t *c = chain();
    rt_view_t v;
    ph_rt_t *rt = rt_open(&v, c);
    ph_hash_t hash = {{1}};
    assert_false(ph_system_events_exists(rt));
    ph_system_event_code_updated(rt, &hash);
    assert_false(ph_system_events_exists(rt));
    rt_close(&v);
    rt_chain_free(c);
}

static void test_room_in_a_block(void **state)
{
    (void)state;
    rt_chain_t *c = chain();
    rt_view_t v;
    ph_rt_t *rt = open_block(&v, c);
    ph_dispatch_info_t normal = {.class_.kind = PH_DISPATCH_CLASS_NORMAL},
                       mandatory = {.class_.kind = PH_DISPATCH_CLASS_MANDATORY};
    uint32_t size;
    assert_true(ph_system_block_size_get(rt, &size));
    size_t share = 3932160; /* 75 % of 5 MiB */
    assert_false(ph_system_reserve(rt, &normal, share - size + 1));
    assert_true(ph_system_reserve(rt, &normal, share - size));
    assert_false(ph_system_reserve(rt, &normal, 1));
    assert_false(ph_system_reserve(rt, &mandatory, (5u << 20) - share + 1));
    assert_true(ph_system_reserve(rt, &mandatory, (5u << 20) - share));
    assert_false(ph_system_reserve(rt, &mandatory, SIZE_MAX));
    ph_per_dispatch_class_weight_t weight;
    ph_system_block_weight_get(rt, &weight);
    assert_int_equal(weight.normal.proof_size, share - size);
    assert_int_equal(weight.mandatory.proof_size, (5u << 20) - share);
    rt_close(&v);

    rt = open_block(&v, c);
    const uint64_t base = 93369000; /* what every extrinsic takes */
    normal.weight.ref_time = PH_MAX_BLOCK_REF_TIME / 100 * 75 - base;
    ph_dispatch_info_t operational = {.class_.kind = PH_DISPATCH_CLASS_OPERATIONAL,
                                      .weight.ref_time = PH_MAX_BLOCK_REF_TIME / 4 - base};
    normal.weight.ref_time++;
    assert_false(ph_system_could_fit(rt, &normal, 1));
    assert_false(ph_system_reserve(rt, &normal, 1));
    normal.weight.ref_time--;
    assert_true(ph_system_could_fit(rt, &normal, 1));
    assert_true(ph_system_reserve(rt, &normal, 1));
    normal.weight.ref_time = 1;
    assert_false(ph_system_reserve(rt, &normal, 1));
    assert_true(ph_system_has_room(rt));
    ph_system_register_whole_block(rt);
    assert_false(ph_system_has_room(rt));
    assert_true(ph_system_reserve(rt, &operational, 1)); /* the share that is only theirs */
    assert_false(ph_system_reserve(rt, &operational, 1));
    assert_true(ph_system_reserve(rt, &mandatory, 1));
    rt_close(&v);
    rt_chain_free(c);
}

static void test_long_headers_are_refused(void **state)
{
    (void)state;
    rt_chain_t *c = chain();
    rt_view_t v;
    ph_rt_t *rt = rt_open(&v, c);
    ph_hash_t parent = {{0}};
    ph_digest_item_t item = {.kind = PH_DIGEST_ITEM_PRE_RUNTIME};
    item.pre_runtime._1 = ph_bytes(ph_arena_alloc(c->arena, 1u << 20), 1u << 20);
    ph_digest_t digest = {.logs = {&item, 1}};
    assert_int_equal(ph_system_initialize(rt, 1, &parent, &digest), PH_ERR_INTERNAL);
    assert_non_null(strstr(rt->panic, "exceeds max header size"));
    rt_close(&v);
    rt_chain_free(c);
}

static void test_accounts(void **state)
{
    (void)state;
    rt_chain_t *c = chain();
    rt_view_t v;
    ph_rt_t *rt = open_block(&v, c);
    ph_account_id_t who = {{42}};
    assert_int_equal(ph_system_inc_consumers(rt, &who), PH_DISPATCH_ERR(PH_DISPATCH_ERROR_NO_PROVIDERS, 0));
    assert_false(ph_system_can_inc_consumer(rt, &who));
    ph_system_inc_providers(rt, &who);
    ph_system_inc_providers(rt, &who);
    assert_int_equal(ph_system_events_count(rt), 1); /* NewAccount, once */
    for (int i = 0; i < 16; i++) {
        assert_true(ph_system_can_inc_consumer(rt, &who));
        assert_int_equal(ph_system_inc_consumers(rt, &who), PH_OK);
    }
    assert_false(ph_system_can_inc_consumer(rt, &who));
    assert_int_equal(ph_system_inc_consumers(rt, &who), PH_DISPATCH_ERR(PH_DISPATCH_ERROR_TOO_MANY_CONSUMERS, 0));
    assert_int_equal(ph_system_inc_consumers_without_limit(rt, &who), PH_OK);
    ph_account_info_t account;
    ph_system_account_get(rt, &who, &account);
    assert_int_equal(account.providers, 2);
    assert_int_equal(account.consumers, 17);
    for (int i = 0; i < 18; i++)
        ph_system_dec_consumers(rt, &who);
    ph_system_account_get(rt, &who, &account);
    assert_int_equal(account.consumers, 0);
    rt_close(&v);
    rt_chain_free(c);
}

/* ---- calls ---- */

static void test_raw_storage_calls(void **state)
{
    (void)state;
    rt_chain_t *c = chain();
    rt_view_t v;
    ph_rt_t *rt = open_block(&v, c);
    ph_origin_t root = ph_origin_root(), none = ph_origin_none();
    ph_tup_bytes_bytes_t pairs[] = {{PH_BYTES_LIT("xa"), PH_BYTES_LIT("1")},
                                    {PH_BYTES_LIT("xb"), PH_BYTES_LIT("2")},
                                    {PH_BYTES_LIT("yc"), PH_BYTES_LIT("3")}};
    ph_vec_tup_bytes_bytes_t items = {pairs, 3};
    ph_bytes_t key = PH_BYTES_LIT("xb");
    ph_vec_bytes_t keys = {&key, 1};
    assert_int_equal(ph_system_call_set_storage(rt, &none, &items), PH_ERR_BAD_ORIGIN);
    assert_false(ph_host_storage_exists(rt, key));
    assert_int_equal(ph_system_call_set_storage(rt, &root, &items), PH_OK);
    assert_true(ph_host_storage_exists(rt, key));
    assert_int_equal(ph_system_call_kill_storage(rt, &root, &keys), PH_OK);
    assert_false(ph_host_storage_exists(rt, key));
    assert_int_equal(ph_system_call_kill_prefix(rt, &root, PH_BYTES_LIT("x"), 10), PH_OK);
    assert_false(ph_host_storage_exists(rt, PH_BYTES_LIT("xa")));
    assert_true(ph_host_storage_exists(rt, PH_BYTES_LIT("yc")));
    rt_close(&v);
    rt_chain_free(c);
}

/* A Wasm module with nothing but the section that says its version. */
static ph_bytes_t code_of(rt_chain_t *c, const char *name, uint32_t spec_version)
{
    ph_writer_t section = ph_writer_in(c->arena), w = ph_writer_in(c->arena), version = ph_writer_in(c->arena);
    ph_runtime_version_t v = {.spec_name = ph_bytes(name, strlen(name)), .spec_version = spec_version};
    ph_runtime_version_encode(&version, &v);
    ph_write_u8(&section, 15);
    ph_write(&section, "runtime_version", 15);
    ph_write(&section, version.data, version.len);
    assert_true(section.len < 128);
    ph_write(&w, "\0asm\1\0\0\0\0", 9);
    ph_write_u8(&w, (uint8_t)section.len);
    ph_write(&w, section.data, section.len);
    return ph_writer_bytes(&w);
}

static void test_set_code(void **state)
{
    (void)state;
    rt_chain_t *c = chain();
    rt_view_t v;
    ph_rt_t *rt = open_block(&v, c);
    ph_origin_t root = ph_origin_root(), none = ph_origin_none();
    ph_bytes_t good = code_of(c, "parahost", PH_SPEC_VERSION + 1), stored;
    assert_int_equal(ph_system_call_set_code(rt, &none, good), PH_ERR_BAD_ORIGIN);
    assert_int_equal(ph_system_call_set_code(rt, &root, PH_BYTES_LIT("junk")),
                     PH_SYSTEM_ERR_FAILED_TO_EXTRACT_RUNTIME_VERSION);
    assert_int_equal(ph_system_call_set_code(rt, &root, code_of(c, "rococo", PH_SPEC_VERSION + 1)),
                     PH_SYSTEM_ERR_INVALID_SPEC_NAME);
    assert_int_equal(ph_system_call_set_code(rt, &root, code_of(c, "parahost", PH_SPEC_VERSION)),
                     PH_SYSTEM_ERR_SPEC_VERSION_NEEDS_TO_INCREASE);
    assert_false(ph_host_storage_exists(rt, PH_KEY_CODE));
    assert_int_equal(ph_system_call_set_code(rt, &root, good), PH_OK);
    assert_true(ph_host_storage_get(rt, &stored, PH_KEY_CODE));
    assert_true(ph_bytes_equal(stored, good));
    ph_digest_t digest;
    ph_system_digest_get(rt, &digest);
    assert_int_equal(digest.logs.count, 1);
    assert_int_equal(digest.logs.items[0].kind, PH_DIGEST_ITEM_RUNTIME_ENVIRONMENT_UPDATED);
    rt_close(&v);
    rt_chain_free(c);
}

static void test_authorized_upgrade(void **state)
{
    (void)state;
    rt_chain_t *c = chain();
    rt_view_t v;
    ph_rt_t *rt = open_block(&v, c);
    ph_origin_t root = ph_origin_root(), none = ph_origin_none();
    ph_bytes_t code = code_of(c, "parahost", PH_SPEC_VERSION + 1), old = code_of(c, "parahost", PH_SPEC_VERSION);
    ph_hash_t hash;
    ph_blake2_256(hash.bytes, code);
    assert_int_equal(ph_system_call_apply_authorized_upgrade(rt, &none, code), PH_SYSTEM_ERR_NOTHING_AUTHORIZED);
    assert_int_equal(ph_system_call_authorize_upgrade(rt, &none, &hash), PH_ERR_BAD_ORIGIN);
    assert_int_equal(ph_system_call_authorize_upgrade(rt, &root, &hash), PH_OK);
    assert_int_equal(ph_system_call_apply_authorized_upgrade(rt, &none, old), PH_SYSTEM_ERR_UNAUTHORIZED);
    assert_int_equal(ph_system_call_apply_authorized_upgrade(rt, &none, code), PH_OK);
    assert_true(ph_host_storage_exists(rt, PH_KEY_CODE));
    assert_false(ph_system_authorized_upgrade_exists(rt));

    /* One that turns out to be no successor is given up, with an event; unless nobody was to look. */
    ph_host_storage_clear(rt, PH_KEY_CODE);
    ph_blake2_256(hash.bytes, old);
    assert_int_equal(ph_system_call_authorize_upgrade(rt, &root, &hash), PH_OK);
    assert_int_equal(ph_system_call_apply_authorized_upgrade(rt, &none, old), PH_OK);
    assert_false(ph_host_storage_exists(rt, PH_KEY_CODE));
    ph_vec_event_record_t events;
    ph_system_events_get(rt, &events);
    assert_int_equal(events.items[events.count - 1].event.system.kind,
                     PH_EVENT_SYSTEM_REJECTED_INVALID_AUTHORIZED_UPGRADE);
    assert_int_equal(ph_system_call_authorize_upgrade_without_checks(rt, &root, &hash), PH_OK);
    assert_int_equal(ph_system_call_apply_authorized_upgrade(rt, &none, old), PH_OK);
    assert_true(ph_host_storage_exists(rt, PH_KEY_CODE));
    rt_close(&v);
    rt_chain_free(c);
}

/* Through the dispatch table, as an extrinsic would. */
static void test_dispatch(void **state)
{
    (void)state;
    rt_chain_t *c = chain();
    rt_view_t v;
    ph_rt_t *rt = open_block(&v, c);
    ph_origin_t root = ph_origin_root(), signed_ = ph_origin_signed(&c->validators[0].account);
    ph_call_t call = {.kind = PH_CALL_SYSTEM};
    call.system.kind = PH_CALL_SYSTEM_SET_HEAP_PAGES;
    call.system.set_heap_pages.pages = 77;
    assert_int_equal(ph_dispatch(rt, &signed_, &call), PH_ERR_BAD_ORIGIN);
    assert_int_equal(ph_dispatch(rt, &root, &call), PH_OK);
    ph_bytes_t pages;
    assert_true(ph_host_storage_get(rt, &pages, PH_KEY_HEAP_PAGES));
    assert_int_equal(pages.len, 8);
    assert_int_equal(ph_get_u64(pages.data), 77);
    call.system.kind = PH_CALL_SYSTEM_REMARK_WITH_EVENT;
    call.system.remark_with_event.remark = PH_BYTES_LIT("hello");
    assert_int_equal(ph_dispatch(rt, &root, &call), PH_ERR_BAD_ORIGIN);
    assert_int_equal(ph_dispatch(rt, &signed_, &call), PH_OK);
    rt_close(&v);
    rt_chain_free(c);
}

static void test_dispatch_errors(void **state)
{
    (void)state;
    const struct {
        ph_err_t err;
        uint8_t expect[6];
        size_t len;
    } cases[] = {
        {PH_SYSTEM_ERR_CALL_FILTERED, {3, 0, 5, 0, 0, 0}, 6},
        {PH_ERR_BAD_ORIGIN, {2}, 1},
        {PH_ERR_OTHER_DISPATCH, {0}, 1},
        {PH_ERR_NOT_FOUND, {0}, 1},
        {PH_DISPATCH_ERR(PH_DISPATCH_ERROR_TOKEN, PH_TOKEN_ERROR_FROZEN), {7, 5}, 2},
        {PH_DISPATCH_ERR(PH_DISPATCH_ERROR_ARITHMETIC, PH_ARITHMETIC_ERROR_OVERFLOW), {8, 1}, 2},
        {PH_DISPATCH_ERR(PH_DISPATCH_ERROR_TOO_MANY_CONSUMERS, 0), {6}, 1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        ph_writer_t w = PH_WRITER_HEAP;
        ph_dispatch_error_t error = ph_dispatch_error_of(cases[i].err);
        ph_dispatch_error_encode(&w, &error);
        assert_int_equal(w.len, cases[i].len);
        assert_memory_equal(w.data, cases[i].expect, w.len);
        ph_writer_free(&w);
    }
    assert_string_equal(ph_module_err_text(PH_SYSTEM_ERR_CALL_FILTERED), "System.CallFiltered");
}

/* Where the limit is the greatest number, one extrinsic may say that it takes as much; what comes after it cannot be
 * counted any more, but for what is mandatory. */
static void test_more_than_can_be_counted(void **state)
{
    (void)state;
    rt_chain_t *c = chain();
    rt_view_t v;
    ph_rt_t *rt = open_block(&v, c);
    ph_transaction_params_t params = {.max_block_ref_time = UINT64_MAX, .normal_share.v = 1000000000};
    ph_transaction_parameters_params_set(rt, &params);
    ph_dispatch_info_t all = {.class_.kind = PH_DISPATCH_CLASS_NORMAL, .weight = {UINT64_MAX, UINT64_MAX}};
    ph_dispatch_info_t one = {.class_.kind = PH_DISPATCH_CLASS_NORMAL, .weight.ref_time = 1};
    ph_dispatch_info_t mandatory = {.class_.kind = PH_DISPATCH_CLASS_MANDATORY, .weight = {UINT64_MAX, UINT64_MAX}};
    assert_true(ph_system_reserve(rt, &all, 100));
    assert_true(ph_system_could_fit(rt, &one, 100));
    assert_false(ph_system_reserve(rt, &one, 100));
    one.weight.ref_time = 0; /* the length counts as well */
    assert_false(ph_system_reserve(rt, &one, 100));
    assert_true(ph_system_reserve(rt, &mandatory, 100));
    assert_true(ph_system_reserve(rt, &mandatory, 100));
    one.class_.kind = PH_DISPATCH_CLASS_OPERATIONAL;
    assert_true(ph_system_reserve(rt, &one, 100));
    rt_close(&v);
    rt_chain_free(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_numbers_increase),         cmocka_unit_test(test_block_hashes_are_pruned),
        cmocka_unit_test(test_events_and_phases),        cmocka_unit_test(test_no_events_at_genesis),
        cmocka_unit_test(test_room_in_a_block),          cmocka_unit_test(test_more_than_can_be_counted),
        cmocka_unit_test(test_long_headers_are_refused), cmocka_unit_test(test_accounts),
        cmocka_unit_test(test_raw_storage_calls),        cmocka_unit_test(test_set_code),
        cmocka_unit_test(test_authorized_upgrade),       cmocka_unit_test(test_dispatch),
        cmocka_unit_test(test_dispatch_errors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
