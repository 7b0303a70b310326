/* Babe: slots, epochs, skipped epochs, randomness, configuration changes, digests. The recordings of test_recorded_babe
 * say that the numbers are the reference's; here are the rules one by one. */
#include "support/rt_chain.h"

#include "runtime/babe.h"
#include "runtime/storage/session.h"
#include "runtime/system.h"

#define FIRST_SLOT UINT64_C(270000000)
#define EPOCH      UINT64_C(5)

/* The ristretto255 base point and its double: group elements, which is all that a key or a pre-output must be here. */
static const uint8_t element[2][32] = {
    {0xe2, 0xf2, 0xae, 0x0a, 0x6a, 0xbc, 0x4e, 0x71, 0xa8, 0x84, 0xa9, 0x61, 0xc5, 0x00, 0x51, 0x5f,
     0x58, 0xe3, 0x0b, 0x6a, 0xa5, 0x82, 0xdd, 0x8d, 0xb6, 0xa6, 0x59, 0x45, 0xe0, 0x8d, 0x2d, 0x76},
    {0x6a, 0x49, 0x32, 0x10, 0xf7, 0x49, 0x9c, 0xd1, 0x7f, 0xec, 0xb5, 0x10, 0xae, 0x0c, 0xea, 0x23,
     0xa1, 0x10, 0xe8, 0xd5, 0xb9, 0x01, 0xf8, 0xac, 0xad, 0xd3, 0x09, 0x5c, 0x73, 0xa3, 0xb9, 0x19},
};

static void babe_key(uint8_t out[32], size_t i)
{
    if (i < 2)
        memcpy(out, element[i], 32);
    else
        rt_key(out, 32, "babe", i);
}

static rt_chain_t *chain(void)
{
    return rt_chain_new(3, EPOCH, NULL, 0, babe_key);
}

static ph_babe_pre_digest_t vrf_claim(ph_babe_pre_digest_kind_t kind, uint64_t slot, uint32_t author)
{
    ph_babe_pre_digest_t claim = {.kind = (uint8_t)kind};
    ph_babe_primary_pre_digest_t part = {.authority_index = author, .slot = {slot}};
    memcpy(part.vrf_signature.pre_output.bytes, element[1], 32);
    if (kind == PH_BABE_PRE_DIGEST_PRIMARY)
        claim.primary = part;
    else
        claim.secondary_vrf = (ph_babe_secondary_vrf_pre_digest_t){
            .authority_index = author, .slot = {slot}, .vrf_signature = part.vrf_signature};
    return claim;
}

static void advance(rt_chain_t *c, const ph_babe_pre_digest_t *claim, uint64_t slot)
{
    ph_block_t block = rt_make_block(c, claim, slot * 6000);
    if (rt_execute(c, &block) != PH_OK)
        fail_msg("%s", c->panic);
}

static ph_babe_epoch_t epoch_of(rt_chain_t *c, const char *method)
{
    ph_babe_epoch_t epoch;
    rt_ask(c, babe_epoch, &epoch, method);
    return epoch;
}

/* The consensus item of BABE number `i` in the best block's digest, decoded; false if there are not that many. */
static bool babe_log(rt_chain_t *c, ph_babe_consensus_log_t *log, size_t i)
{
    for (size_t k = 0; k < c->header.digest.logs.count; k++) {
        const ph_digest_item_t *item = &c->header.digest.logs.items[k];
        if (item->kind != PH_DIGEST_ITEM_CONSENSUS || memcmp(item->consensus._0.bytes, "BABE", 4) != 0 || i-- > 0)
            continue;
        assert_int_equal(ph_babe_consensus_log_decode_all(item->consensus._1, c->arena, log), PH_OK);
        return true;
    }
    return false;
}

static void test_first_block_opens_epoch_0(void **state)
{
    (void)state;
    rt_chain_t *c = chain();
    ph_babe_epoch_t before = epoch_of(c, "BabeApi_current_epoch");
    assert_int_equal(before.start_slot.v, 0);
    assert_int_equal(before.authorities.count, 3);
    /* However late its slot, block 1 ends no epoch. */
    rt_advance(c, FIRST_SLOT);
    ph_babe_epoch_t epoch = epoch_of(c, "BabeApi_current_epoch"), next = epoch_of(c, "BabeApi_next_epoch");
    assert_int_equal(epoch.epoch_index, 0);
    assert_int_equal(epoch.start_slot.v, FIRST_SLOT);
    assert_int_equal(epoch.duration, EPOCH);
    assert_int_equal(next.epoch_index, 1);
    assert_int_equal(next.start_slot.v, FIRST_SLOT + EPOCH);
    ph_babe_consensus_log_t log;
    assert_true(babe_log(c, &log, 0));
    assert_int_equal(log.kind, PH_BABE_CONSENSUS_LOG_NEXT_EPOCH_DATA);
    assert_int_equal(log.next_epoch_data.authorities.count, 3);
    assert_memory_equal(&log.next_epoch_data.randomness, &epoch.randomness, 32);
    assert_false(babe_log(c, &log, 1));
    rt_chain_free(c);
}

static void test_an_epoch_is_announced_one_ahead(void **state)
{
    (void)state;
    rt_chain_t *c = chain();
    rt_advance(c, FIRST_SLOT);
    ph_randomness_t announced[4];
    memset(announced[0].bytes, 0, 32);
    for (uint64_t e = 1; e < 4; e++) {
        rt_advance(c, FIRST_SLOT + e * EPOCH);
        ph_babe_epoch_t epoch = epoch_of(c, "BabeApi_current_epoch"), next = epoch_of(c, "BabeApi_next_epoch");
        assert_int_equal(epoch.epoch_index, e);
        assert_int_equal(epoch.start_slot.v, FIRST_SLOT + e * EPOCH);
        assert_memory_equal(&epoch.randomness, &announced[e - 1], 32);
        ph_babe_consensus_log_t log;
        assert_true(babe_log(c, &log, 0));
        announced[e] = log.next_epoch_data.randomness;
        assert_memory_equal(&announced[e], &next.randomness, 32);
        /* hash(last announced, index of the epoch it is for) while no segment is full */
        uint8_t text[40], expect[32];
        memcpy(text, announced[e - 1].bytes, 32);
        ph_put_u64(text + 32, e + 1);
        ph_blake2_256(expect, ph_bytes(text, 40));
        assert_memory_equal(announced[e].bytes, expect, 32);
    }
    rt_chain_free(c);
}

/* Slots without blocks: the epoch's index follows the slot, the session's does not. */
static void test_skipped_epochs(void **state)
{
    (void)state;
    rt_chain_t *c = chain();
    rt_advance(c, FIRST_SLOT);
    rt_advance(c, FIRST_SLOT + 4 * EPOCH + 2);
    ph_babe_epoch_t epoch = epoch_of(c, "BabeApi_current_epoch");
    assert_int_equal(epoch.epoch_index, 4);
    assert_int_equal(epoch.start_slot.v, FIRST_SLOT + 4 * EPOCH);
    rt_view_t v;
    ph_rt_t *rt = rt_open(&v, c);
    ph_session_index_t session;
    ph_session_current_index_get(rt, &session);
    assert_int_equal(session.v, 1);
    ph_vec_tup_u64_session_index_t skipped;
    ph_babe_skipped_epochs_get(rt, &skipped);
    assert_int_equal(skipped.count, 1);
    assert_int_equal(skipped.items[0]._0, 4);
    assert_int_equal(skipped.items[0]._1.v, 1);
    rt_close(&v);
    rt_advance(c, FIRST_SLOT + 5 * EPOCH);
    rt = rt_open(&v, c);
    assert_int_equal(ph_babe_skipped_epochs_count(rt), 1);
    rt_close(&v);
    rt_chain_free(c);
}

/* A session's number beyond its epoch's cannot be noted, but the list is written. */
static void test_an_epoch_behind_its_session(void **state)
{
    (void)state;
    rt_chain_t *c = chain();
    rt_advance(c, FIRST_SLOT);
    rt_view_t v;
    ph_rt_t *rt = rt_open(&v, c);
    ph_session_current_index_set(rt, (ph_session_index_t){7});
    rt_close_and_keep(&v, c);
    rt_advance(c, FIRST_SLOT + 3 * EPOCH);
    rt = rt_open(&v, c);
    assert_true(ph_babe_skipped_epochs_exists(rt));
    assert_int_equal(ph_babe_skipped_epochs_count(rt), 0);
    rt_close(&v);
    rt_chain_free(c);
}

static void test_skipped_epochs_are_bounded(void **state)
{
    (void)state;
    rt_chain_t *c = chain();
    rt_advance(c, FIRST_SLOT);
    rt_view_t v;
    ph_rt_t *rt = rt_open(&v, c);
    for (uint64_t i = 0; i < 100; i++) {
        ph_tup_u64_session_index_t entry = {._0 = 1000 + i, ._1 = {7}};
        ph_babe_skipped_epochs_append(rt, &entry);
    }
    rt_close_and_keep(&v, c);
    rt_advance(c, FIRST_SLOT + 9 * EPOCH);
    rt = rt_open(&v, c);
    ph_vec_tup_u64_session_index_t skipped;
    ph_babe_skipped_epochs_get(rt, &skipped);
    assert_int_equal(skipped.count, 100);
    assert_int_equal(skipped.items[0]._0, 1001);
    assert_int_equal(skipped.items[99]._0, 9);
    rt_close(&v);
    rt_chain_free(c);
}

/* Primary blocks feed the randomness of epochs to come, secondary ones only say theirs. */
static void test_vrf_outputs(void **state)
{
    (void)state;
    rt_chain_t *c = chain();
    ph_babe_pre_digest_t primary = vrf_claim(PH_BABE_PRE_DIGEST_PRIMARY, FIRST_SLOT, 0);
    advance(c, &primary, FIRST_SLOT);
    rt_view_t v;
    ph_rt_t *rt = rt_open(&v, c);
    ph_opt_randomness_t first, second;
    ph_babe_author_vrf_randomness_get(rt, &first);
    assert_true(first.some);
    ph_vec_randomness_t segment;
    ph_babe_under_construction_get(rt, 0, &segment);
    assert_int_equal(segment.count, 1);
    assert_memory_equal(&segment.items[0], &first.value, 32);
    uint8_t direct[32], zeros[32] = {0};
    assert_true(ph_rt_babe_randomness(direct, element[0], element[1], zeros, FIRST_SLOT, 0));
    assert_memory_equal(direct, &first.value, 32);
    rt_close(&v);

    ph_babe_pre_digest_t secondary = vrf_claim(PH_BABE_PRE_DIGEST_SECONDARY_VRF, FIRST_SLOT + 1, 1);
    advance(c, &secondary, FIRST_SLOT + 1);
    rt = rt_open(&v, c);
    ph_babe_author_vrf_randomness_get(rt, &second);
    assert_true(second.some);
    assert_memory_not_equal(&second.value, &first.value, 32);
    assert_int_equal(ph_babe_under_construction_count(rt, 0), 1);
    uint8_t parent[32], expect[32], text[36] = {'t', 'e', 's', 't'};
    assert_true(ph_babe_parent_block_randomness(rt, parent, PH_BYTES_LIT("test")));
    memcpy(text + 4, &second.value, 32);
    ph_blake2_256(expect, ph_bytes(text, 36));
    assert_memory_equal(parent, expect, 32);
    rt_close(&v);

    /* A plain claim leaves the last one's; a key that is no element, or nobody's index, gives none. */
    rt_advance(c, FIRST_SLOT + 2);
    rt = rt_open(&v, c);
    ph_babe_author_vrf_randomness_get(rt, &first);
    assert_memory_equal(&first.value, &second.value, 32);
    rt_close(&v);
    for (uint32_t author = 2; author <= 3; author++) {
        primary = vrf_claim(PH_BABE_PRE_DIGEST_PRIMARY, FIRST_SLOT + 1 + author, author);
        advance(c, &primary, FIRST_SLOT + 1 + author);
        rt = rt_open(&v, c);
        ph_babe_author_vrf_randomness_get(rt, &first);
        assert_false(first.some);
        assert_int_equal(ph_babe_under_construction_count(rt, 0), 1);
        assert_false(ph_babe_parent_block_randomness(rt, parent, PH_BYTES_LIT("test")));
        rt_close(&v);
    }
    rt_chain_free(c);
}

/* Only full segments of 256 are mixed; the one in the works stays. */
static void test_segments(void **state)
{
    (void)state;
    rt_chain_t *c = chain();
    rt_advance(c, FIRST_SLOT);
    rt_view_t v;
    ph_rt_t *rt = rt_open(&v, c);
    ph_randomness_t filler = {{3}};
    for (int i = 0; i < 256; i++)
        ph_babe_under_construction_append(rt, 0, &filler);
    rt_close_and_keep(&v, c);
    ph_babe_pre_digest_t primary = vrf_claim(PH_BABE_PRE_DIGEST_PRIMARY, FIRST_SLOT + 1, 0);
    advance(c, &primary, FIRST_SLOT + 1);
    rt = rt_open(&v, c);
    uint32_t segment;
    ph_babe_segment_index_get(rt, &segment);
    assert_int_equal(segment, 1);
    assert_int_equal(ph_babe_under_construction_count(rt, 0), 256);
    assert_int_equal(ph_babe_under_construction_count(rt, 1), 1);
    ph_writer_t w = ph_writer_in(c->arena);
    uint8_t zeros[32] = {0}, expect[32];
    ph_write(&w, zeros, 32);
    ph_write_u64(&w, 2);
    for (int i = 0; i < 256; i++)
        ph_write(&w, filler.bytes, 32);
    ph_blake2_256(expect, ph_writer_bytes(&w));
    rt_close(&v);
    rt_advance(c, FIRST_SLOT + EPOCH);
    rt = rt_open(&v, c);
    ph_randomness_t next;
    ph_babe_next_randomness_get(rt, &next);
    assert_memory_equal(&next, expect, 32);
    assert_false(ph_babe_under_construction_exists(rt, 0));
    assert_int_equal(ph_babe_under_construction_count(rt, 1), 1);
    ph_babe_segment_index_get(rt, &segment);
    assert_int_equal(segment, 0);
    uint8_t ago[32];
    ph_babe_randomness_one_epoch_ago(rt, ago, PH_BYTES_LIT(""));
    uint8_t hash[32];
    ph_blake2_256(hash, ph_bytes(expect, 32));
    assert_memory_equal(ago, hash, 32);

    /* When the next segment is reached again, it begins anew. */
    for (int i = 0; i < 256; i++)
        ph_babe_under_construction_append(rt, 0, &filler);
    rt_close_and_keep(&v, c);
    primary = vrf_claim(PH_BABE_PRE_DIGEST_PRIMARY, FIRST_SLOT + EPOCH + 1, 0);
    advance(c, &primary, FIRST_SLOT + EPOCH + 1);
    rt = rt_open(&v, c);
    ph_vec_randomness_t outputs;
    ph_opt_randomness_t said;
    ph_babe_under_construction_get(rt, 1, &outputs);
    ph_babe_author_vrf_randomness_get(rt, &said);
    assert_int_equal(outputs.count, 1);
    assert_memory_equal(&outputs.items[0], &said.value, 32);
    ph_babe_segment_index_get(rt, &segment);
    assert_int_equal(segment, 1);
    rt_close(&v);
    rt_chain_free(c);
}

/* Planned in epoch 0, announced at epoch 1, in force in epoch 2. */
static void test_config_change(void **state)
{
    (void)state;
    rt_chain_t *c = chain();
    rt_advance(c, FIRST_SLOT);
    rt_view_t v;
    ph_rt_t *rt = rt_open(&v, c);
    ph_origin_t root = ph_origin_root(), none = ph_origin_none();
    ph_babe_next_config_descriptor_t change = {.kind = PH_BABE_NEXT_CONFIG_DESCRIPTOR_V1};
    change.v1.c._0 = 1;
    change.v1.c._1 = 3;
    change.v1.allowed_slots.kind = PH_BABE_ALLOWED_SLOTS_PRIMARY_AND_SECONDARY_PLAIN_SLOTS;
    assert_int_equal(ph_babe_call_plan_config_change(rt, &none, &change), PH_ERR_BAD_ORIGIN);
    ph_babe_next_config_descriptor_t bad = change;
    bad.v1.c._1 = 0;
    assert_int_equal(ph_babe_call_plan_config_change(rt, &root, &bad), PH_BABE_ERR_INVALID_CONFIGURATION);
    bad = change;
    bad.v1.c._0 = 0;
    assert_int_equal(ph_babe_call_plan_config_change(rt, &root, &bad), PH_OK);
    bad.v1.allowed_slots.kind = PH_BABE_ALLOWED_SLOTS_PRIMARY_SLOTS;
    assert_int_equal(ph_babe_call_plan_config_change(rt, &root, &bad), PH_BABE_ERR_INVALID_CONFIGURATION);
    assert_int_equal(ph_babe_call_plan_config_change(rt, &root, &change), PH_OK);
    rt_close_and_keep(&v, c);

    rt_advance(c, FIRST_SLOT + EPOCH);
    ph_babe_consensus_log_t log;
    assert_true(babe_log(c, &log, 1));
    assert_int_equal(log.kind, PH_BABE_CONSENSUS_LOG_NEXT_CONFIG_DATA);
    assert_int_equal(log.next_config_data.v1.c._1, 3);
    assert_int_equal(epoch_of(c, "BabeApi_current_epoch").config.c._1, 4);
    assert_int_equal(epoch_of(c, "BabeApi_next_epoch").config.c._1, 3);
    rt_advance(c, FIRST_SLOT + 2 * EPOCH);
    assert_false(babe_log(c, &log, 1));
    assert_int_equal(epoch_of(c, "BabeApi_current_epoch").config.c._1, 3);
    ph_babe_configuration_t config;
    rt_ask(c, babe_configuration, &config, "BabeApi_configuration");
    assert_int_equal(config.slot_duration, 6000);
    assert_int_equal(config.epoch_length, EPOCH);
    assert_int_equal(config.c._1, 3);
    assert_int_equal(config.allowed_slots.kind, PH_BABE_ALLOWED_SLOTS_PRIMARY_AND_SECONDARY_PLAIN_SLOTS);
    rt_chain_free(c);
}

static void test_lateness(void **state)
{
    (void)state;
    rt_chain_t *c = chain();
    rt_advance(c, FIRST_SLOT);
    ph_babe_pre_digest_t claim = rt_plain_claim(FIRST_SLOT + 4, 0);
    rt_author_t a;
    assert_int_equal(rt_author_open(&a, c, &claim), PH_OK);
    ph_native_host_t host = {.overlay = a.overlay, .log = &c->log};
    ph_rt_t rt = {.arena = c->arena, .ops = &ph_native_host_ops, .host = &host};
    ph_block_number_t lateness;
    ph_babe_lateness_get(&rt, &lateness);
    assert_int_equal(lateness, 3);
    assert_true(ph_babe_initialized_exists(&rt));
    rt_author_drop(&a);
    rt_chain_free(c);
}

/* A block without a claim of BABE's has the last slot, so no time fits it; junk counts as none. */
static void test_no_claim(void **state)
{
    (void)state;
    rt_chain_t *c = chain();
    rt_advance(c, FIRST_SLOT);
    rt_author_t a;
    assert_int_equal(rt_author_open(&a, c, NULL), PH_OK);
    ph_inherent_data_t data = rt_inherent_data(c, (FIRST_SLOT + 1) * 6000);
    ph_vec_bytes_t inherents;
    assert_int_equal(rt_author_inherents(&a, &inherents, &data), PH_OK);
    ph_apply_extrinsic_result_t result;
    assert_int_equal(rt_author_push(&a, &result, inherents.items[0]), PH_ERR_INTERNAL);
    assert_non_null(strstr(c->panic, "Timestamp slot must match"));
    rt_author_drop(&a);
    rt_chain_free(c);
}

static void test_expected_epoch_change(void **state)
{
    (void)state;
    rt_chain_t *c = chain();
    rt_advance(c, FIRST_SLOT);
    rt_advance(c, FIRST_SLOT + 2);
    rt_view_t v;
    ph_rt_t *rt = rt_open(&v, c);
    bool some;
    ph_block_number_t at;
    ph_babe_next_expected_epoch_change(rt, &some, &at, 2);
    assert_true(some);
    assert_int_equal(at, 5);
    ph_slot_t far = {FIRST_SLOT + EPOCH + 1};
    ph_babe_current_slot_set(rt, far);
    ph_babe_next_expected_epoch_change(rt, &some, &at, 2);
    assert_false(some);
    rt_close(&v);
    rt_chain_free(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_first_block_opens_epoch_0),
        cmocka_unit_test(test_an_epoch_is_announced_one_ahead),
        cmocka_unit_test(test_skipped_epochs),
        cmocka_unit_test(test_an_epoch_behind_its_session),
        cmocka_unit_test(test_skipped_epochs_are_bounded),
        cmocka_unit_test(test_vrf_outputs),
        cmocka_unit_test(test_segments),
        cmocka_unit_test(test_config_change),
        cmocka_unit_test(test_lateness),
        cmocka_unit_test(test_no_claim),
        cmocka_unit_test(test_expected_epoch_change),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
