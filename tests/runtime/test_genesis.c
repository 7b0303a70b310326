/* The genesis state of our own chains: complete, deterministic, and such that paras can go on from the first block. */
#include "support/rt_chain.h"

#include "runtime/pallets.h"
#include "runtime/storage/babe.h"
#include "runtime/storage/chain_parameters.h"
#include "runtime/storage/configuration.h"
#include "runtime/storage/para_scheduler.h"
#include "runtime/storage/para_session_info.h"
#include "runtime/storage/paras.h"
#include "runtime/storage/paras_shared.h"
#include "runtime/system.h"

static uint8_t head[] = {1, 2, 3}, code[] = {0, 'a', 's', 'm', 1, 0, 0, 0, 0, 0};

static rt_chain_t *chain_with_paras(void)
{
    ph_genesis_para_t paras[] = {
        {.id = {2000}, .head = ph_bytes(head, sizeof head), .code = ph_bytes(code, sizeof code), .is_parachain = true},
        {.id = {1000}, .head = ph_bytes(head, 2), .code = ph_bytes(code, sizeof code), .is_parachain = true},
        {.id = {3000}, .head = ph_bytes(head, 1), .code = ph_bytes(code, sizeof code), .is_parachain = false},
    };
    return rt_chain_new(6, 10, paras, 3, NULL);
}

static void test_system_items(void **state)
{
    (void)state;
    rt_chain_t *c = chain_with_paras();
    rt_view_t v;
    ph_rt_t *rt = rt_open(&v, c);
    ph_hash_t hash, expect;
    memset(&expect, 0x45, 32);
    ph_system_block_hash_get(rt, 0, &hash);
    assert_memory_equal(&hash, &expect, 32);
    ph_system_parent_hash_get(rt, &hash);
    assert_memory_equal(&hash, &expect, 32);
    assert_false(ph_system_number_exists(rt));
    assert_false(ph_host_storage_exists(rt, PH_KEY_CODE));
    ph_last_runtime_upgrade_info_t upgrade;
    assert_true(ph_system_last_runtime_upgrade_get(rt, &upgrade));
    assert_true(ph_bytes_equal(upgrade.spec_name, PH_BYTES_LIT("parahost")));
    ph_bytes_t index;
    assert_true(ph_host_storage_get(rt, &index, PH_KEY_EXTRINSIC_INDEX));
    assert_int_equal(index.len, 4);
    ph_chain_params_t params;
    assert_true(ph_chain_parameters_params_get(rt, &params));
    assert_int_equal(params.epoch_slots, 10);
    rt_close(&v);
    rt_chain_free(c);
}

/* Every pallet's version, under the key that tools look at: Session's is 1, Configuration's 13. */
static void test_storage_versions(void **state)
{
    (void)state;
    rt_chain_t *c = chain_with_paras();
    rt_view_t v;
    ph_rt_t *rt = rt_open(&v, c);
    uint8_t key[32];
    ph_twox_128(key + 16, PH_BYTES_LIT(":__STORAGE_VERSION__:"));
    unsigned known = 0;
    for (size_t i = 0; i < ph_pallet_count; i++) {
        ph_bytes_t version;
        ph_twox_128(key, ph_bytes(ph_pallets[i].name, strlen(ph_pallets[i].name)));
        assert_true(ph_host_storage_get(rt, &version, ph_bytes(key, 32)) || ph_pallets[i].later);
        if (strcmp(ph_pallets[i].name, "Session") == 0) {
            assert_int_equal(ph_get_u16(version.data), 1);
            known++;
        }
        if (strcmp(ph_pallets[i].name, "Configuration") == 0) {
            assert_int_equal(ph_get_u16(version.data), 13);
            known++;
        }
    }
    assert_int_equal(known, 2);
    rt_close(&v);
    rt_chain_free(c);
}

static void test_paras(void **state)
{
    (void)state;
    rt_chain_t *c = chain_with_paras();
    rt_view_t v;
    ph_rt_t *rt = rt_open(&v, c);
    ph_vec_para_id_t paras;
    ph_paras_parachains_get(rt, &paras);
    assert_int_equal(paras.count, 2);
    assert_int_equal(paras.items[0].v, 1000);
    assert_int_equal(paras.items[1].v, 2000);
    ph_head_data_t stored;
    assert_true(ph_paras_heads_get(rt, (ph_para_id_t){3000}, &stored));
    assert_int_equal(stored.v.len, 1);
    ph_validation_code_hash_t hash, expect;
    ph_blake2_256(expect.bytes, ph_bytes(code, sizeof code));
    assert_true(ph_paras_current_code_hash_get(rt, (ph_para_id_t){2000}, &hash));
    assert_memory_equal(&hash, &expect, 32);
    uint32_t refs;
    ph_paras_code_by_hash_refs_get(rt, &hash, &refs);
    assert_int_equal(refs, 3);
    rt_close(&v);
    rt_chain_free(c);
}

/* Session 0 has its validators, groups, cores and keys, so that candidates can be backed, and chunks fetched, at once.
 */
static void test_session_0_is_complete(void **state)
{
    (void)state;
    rt_chain_t *c = chain_with_paras();
    rt_view_t v;
    ph_rt_t *rt = rt_open(&v, c);
    ph_host_configuration_t config;
    ph_configuration_active_config_get(rt, &config);
    assert_int_equal(config.scheduler_params.num_cores, 2);
    assert_int_equal(ph_paras_shared_active_validator_keys_count(rt), 6);
    ph_vec_vec_validator_index_t groups;
    ph_para_scheduler_validator_groups_get(rt, &groups);
    assert_int_equal(groups.count, 2);
    assert_int_equal(groups.items[0].count, 3);
    ph_session_info_t info;
    assert_true(ph_para_session_info_sessions_get(rt, (ph_session_index_t){0}, &info));
    assert_int_equal(info.validators.count, 6);
    assert_int_equal(info.discovery_keys.count, 6);
    assert_int_equal(info.assignment_keys.count, 6);
    assert_int_equal(info.validator_groups.count, 2);
    assert_int_equal(info.n_cores, 2);
    assert_int_equal(info.needed_approvals, 2);
    /* Each validator's keys stand at its shuffled place. */
    for (size_t i = 0; i < 6; i++) {
        const ph_session_keys_t *keys = &c->validators[info.active_validator_indices.items[i].v].keys;
        assert_memory_equal(&info.validators.items[i], &keys->para_validator, 32);
        assert_memory_equal(&info.assignment_keys.items[i], &keys->para_assignment, 32);
        assert_memory_equal(&info.discovery_keys.items[i], &keys->authority_discovery, 32);
    }
    rt_close(&v);
    rt_chain_free(c);
}

static void test_deterministic(void **state)
{
    (void)state;
    rt_chain_t *a = chain_with_paras(), *b = chain_with_paras();
    assert_memory_equal(ph_state_root(a->state), ph_state_root(b->state), 32);
    rt_chain_free(a);
    rt_chain_free(b);
}

static void test_rococo_constants_without_parameters(void **state)
{
    (void)state;
    rt_chain_t *c = rt_chain_new(1, 0, NULL, 0, NULL);
    ph_babe_configuration_t config;
    rt_ask(c, babe_configuration, &config, "BabeApi_configuration");
    assert_int_equal(config.slot_duration, 6000);
    assert_int_equal(config.epoch_length, 600);
    assert_int_equal(config.c._0, 1);
    assert_int_equal(config.c._1, 4);
    assert_int_equal(config.allowed_slots.kind, PH_BABE_ALLOWED_SLOTS_PRIMARY_AND_SECONDARY_VRF_SLOTS);
    rt_chain_free(c);
}

static ph_err_t try_genesis(rt_chain_t *c, const ph_genesis_t *genesis)
{
    ph_state_t *empty = ph_state_empty(c->store);
    ph_overlay_t *overlay = ph_overlay_new(empty);
    ph_native_host_t host = {.overlay = overlay, .log = &c->log};
    ph_err_t err = ph_genesis_build(&ph_native_host_ops, &host, genesis, c->panic, sizeof c->panic);
    ph_native_host_end(&host);
    ph_overlay_free(overlay);
    ph_state_unref(empty);
    return err;
}

static void test_contradictions(void **state)
{
    (void)state;
    rt_chain_t *c = chain_with_paras();
    ph_genesis_t genesis = {.validators = c->validators, .validator_count = 0};
    assert_int_equal(try_genesis(c, &genesis), PH_ERR_INTERNAL);
    assert_non_null(strstr(c->panic, "needs a validator"));
    ph_host_configuration_t config;
    ph_genesis_local_configuration(&config);
    config.minimum_backing_votes = 0;
    genesis.validator_count = 6;
    genesis.config = &config;
    assert_int_equal(try_genesis(c, &genesis), PH_ERR_INTERNAL);
    assert_non_null(strstr(c->panic, "inconsistent"));
    config.minimum_backing_votes = 1;
    assert_int_equal(try_genesis(c, &genesis), PH_OK);
    rt_chain_free(c);
}

/* Other slot lengths are other chains, down to the checks of time. */
static void test_short_slots(void **state)
{
    (void)state;
    rt_chain_t *c = rt_chain_new(2, 4, NULL, 0, NULL);
    ph_state_unref(c->state);
    ph_genesis_t genesis = {
        .validators = c->validators, .validator_count = 2, .chain = {.slot_ms = 500, .epoch_slots = 4}};
    rt_chain_genesis(c, &genesis);
    c->slot_ms = 500;
    for (uint64_t i = 0; i < 9; i++)
        rt_advance(c, 1000000 + i);
    assert_int_equal(c->header.number, 9);
    ph_session_index_t session;
    rt_ask(c, session_index, &session, "ParachainHost_session_index_for_child");
    assert_int_equal(session.v, 2);
    rt_chain_free(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_system_items),   cmocka_unit_test(test_storage_versions),
        cmocka_unit_test(test_paras),          cmocka_unit_test(test_session_0_is_complete),
        cmocka_unit_test(test_deterministic),  cmocka_unit_test(test_rococo_constants_without_parameters),
        cmocka_unit_test(test_contradictions), cmocka_unit_test(test_short_slots),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
