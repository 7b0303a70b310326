/* Sessions: rotation, keys, disabled validators, and what other modules are told. */
#include "support/rt_keys.h"
#include "support/rt_tx.h"

#include "runtime/session.h"
#include "runtime/session_keys.h"
#include "runtime/storage/authority_discovery.h"
#include "runtime/storage/babe.h"
#include "runtime/storage/grandpa.h"
#include "runtime/storage/session.h"
#include "runtime/system.h"

#define FIRST_SLOT UINT64_C(270000000)

static rt_chain_t *chain(void)
{
    return rt_chain_new(4, 5, NULL, 0, NULL);
}

static void test_genesis(void **state)
{
    (void)state;
    rt_chain_t *c = chain();
    rt_view_t v;
    ph_rt_t *rt = rt_open(&v, c);
    ph_vec_account_id_t validators;
    ph_session_validators_get(rt, &validators);
    assert_int_equal(validators.count, 4);
    ph_vec_tup_account_id_session_keys_t queued;
    ph_session_queued_keys_get(rt, &queued);
    assert_int_equal(queued.count, 4);
    for (size_t i = 0; i < 4; i++) {
        assert_memory_equal(&validators.items[i], &c->validators[i].account, 32);
        assert_true(ph_session_keys_equal(&queued.items[i]._1, &c->validators[i].keys));
        ph_account_info_t account;
        ph_system_account_get(rt, &validators.items[i], &account);
        assert_int_equal(account.providers, 1);
        assert_int_equal(account.consumers, 0);
        for (size_t k = 0; k < PH_SESSION_KEY_COUNT; k++) {
            ph_tup_key_type_id_bytes_t key;
            ph_account_id_t owner;
            ph_session_key_at(&key._0, &key._1, &c->validators[i].keys, k);
            assert_true(ph_session_key_owner_get(rt, &key, &owner));
            assert_memory_equal(&owner, &validators.items[i], 32);
        }
    }
    ph_vec_authority_discovery_id_t discovery;
    ph_authority_discovery_keys_get(rt, &discovery);
    assert_int_equal(discovery.count, 4);
    ph_grandpa_authority_list_t grandpa;
    ph_grandpa_authorities_get(rt, &grandpa);
    assert_int_equal(grandpa.count, 4);
    assert_int_equal(grandpa.items[2]._1, 1);
    ph_session_index_t set_session;
    assert_true(ph_grandpa_set_id_session_get(rt, 0, &set_session));
    assert_int_equal(set_session.v, 0);
    rt_close(&v);
    rt_chain_free(c);
}

static void test_duplicate_keys_at_genesis(void **state)
{
    (void)state;
    rt_chain_t *c = chain();
    ph_genesis_validator_t twins[2] = {rt_validator(0, NULL), rt_validator(1, NULL)};
    twins[1].keys.para_assignment = twins[0].keys.para_assignment;
    ph_genesis_t genesis = {.validators = twins, .validator_count = 2};
    ph_state_t *empty = ph_state_empty(c->store);
    ph_overlay_t *overlay = ph_overlay_new(empty);
    ph_native_host_t host = {.overlay = overlay, .log = &c->log};
    assert_int_equal(ph_genesis_build(&ph_native_host_ops, &host, &genesis, c->panic, sizeof c->panic),
                     PH_ERR_INTERNAL);
    assert_non_null(strstr(c->panic, "duplicates: keys of validator 1"));
    ph_native_host_end(&host);
    ph_overlay_free(overlay);
    ph_state_unref(empty);
    rt_chain_free(c);
}

static ph_session_index_t session_of(rt_chain_t *c)
{
    rt_view_t v;
    ph_rt_t *rt = rt_open(&v, c);
    ph_session_index_t session;
    ph_session_current_index_get(rt, &session);
    rt_close(&v);
    return session;
}

/* A session lasts five slots from the first block's; blocks may be missing. */
static void test_rotation_by_slots(void **state)
{
    (void)state;
    rt_chain_t *c = chain();
    const struct {
        uint64_t slot;
        uint32_t session;
    } steps[] = {{0, 0}, {1, 0}, {4, 0}, {5, 1}, {9, 1}, {13, 2}, {14, 2}, {15, 3}};
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        rt_advance(c, FIRST_SLOT + steps[i].slot);
        assert_int_equal(session_of(c).v, steps[i].session);
    }
    rt_chain_free(c);
}

static void test_new_session_event(void **state)
{
    (void)state;
    rt_chain_t *c = chain();
    for (uint64_t i = 0; i <= 5; i++)
        rt_advance(c, FIRST_SLOT + i);
    rt_view_t v;
    ph_rt_t *rt = rt_open(&v, c);
    ph_vec_event_record_t events;
    ph_system_events_get(rt, &events);
    assert_true(events.count >= 3);
    const ph_event_t *root = &events.items[0].event, *queued = &events.items[1].event, *now = &events.items[2].event;
    assert_int_equal(events.items[0].phase.kind, PH_PHASE_INITIALIZATION);
    assert_int_equal(root->kind, PH_EVENT_HISTORICAL);
    assert_int_equal(root->historical.kind, PH_EVENT_HISTORICAL_ROOT_STORED);
    assert_int_equal(root->historical.root_stored.index.v, 2);
    assert_int_equal(queued->kind, PH_EVENT_SESSION);
    assert_int_equal(queued->session.kind, PH_EVENT_SESSION_NEW_QUEUED);
    assert_int_equal(now->kind, PH_EVENT_SESSION);
    assert_int_equal(now->session.kind, PH_EVENT_SESSION_NEW_SESSION);
    assert_int_equal(now->session.new_session.session_index.v, 1);
    rt_close(&v);
    rt_chain_free(c);
}

/* Keys set in session n are queued in n+1 and in use in n+2. */
static void test_changed_keys_take_two_sessions(void **state)
{
    (void)state;
    rt_chain_t *c = chain();
    rt_advance(c, FIRST_SLOT);
    rt_view_t v;
    ph_rt_t *rt = rt_open(&v, c);
    ph_session_keys_t fresh = rt_validator(77, NULL).keys, old;
    bool had;
    assert_int_equal(ph_session_put_keys(rt, &had, &old, &c->validators[1].account, &fresh), PH_OK);
    assert_true(had);
    rt_close_and_keep(&v, c);

    const bool expect_new[] = {false, false, true}, expect_queued[] = {false, true, true},
               expect_changed[] = {false, true, true}; /* from session 2 on every set counts as new */
    for (uint64_t s = 0; s < 3; s++) {
        if (s > 0)
            rt_advance(c, FIRST_SLOT + 5 * s);
        rt = rt_open(&v, c);
        ph_vec_tup_babe_authority_id_u64_t now;
        ph_vec_tup_account_id_session_keys_t queued;
        ph_vec_authority_discovery_id_t discovery;
        bool changed;
        ph_babe_authorities_get(rt, &now);
        ph_session_queued_keys_get(rt, &queued);
        ph_authority_discovery_keys_get(rt, &discovery);
        ph_session_queued_changed_get(rt, &changed);
        assert_int_equal(memcmp(&now.items[1]._0, &fresh.babe, 32) == 0, expect_new[s]);
        assert_int_equal(memcmp(&discovery.items[1], &fresh.authority_discovery, 32) == 0, expect_new[s]);
        assert_int_equal(ph_session_keys_equal(&queued.items[1]._1, &fresh), expect_queued[s]);
        assert_int_equal(changed, expect_changed[s]);
        uint64_t set_id;
        ph_grandpa_current_set_id_get(rt, &set_id);
        assert_int_equal(set_id, expect_new[s] ? 1 : 0);
        rt_close(&v);
    }
    /* GRANDPA's authorities changed in that same block, with a digest item to say so. */
    const ph_digest_t *digest = &c->header.digest;
    const ph_digest_item_t *last = &digest->logs.items[digest->logs.count - 1];
    assert_int_equal(last->kind, PH_DIGEST_ITEM_CONSENSUS);
    assert_memory_equal(last->consensus._0.bytes, "FRNK", 4);
    assert_int_equal(last->consensus._1.data[0], 1);
    rt = rt_open(&v, c);
    ph_grandpa_authority_list_t grandpa;
    ph_grandpa_authorities_get(rt, &grandpa);
    assert_memory_equal(&grandpa.items[1]._0, &fresh.grandpa, 32);
    ph_session_index_t session;
    assert_true(ph_grandpa_set_id_session_get(rt, 1, &session));
    assert_int_equal(session.v, 2);
    rt_close(&v);
    rt_chain_free(c);
}

/* A key belongs to one validator; who changes its own gives the old one back. */
static void test_key_owners(void **state)
{
    (void)state;
    rt_chain_t *c = chain();
    rt_view_t v;
    ph_rt_t *rt = rt_open(&v, c);
    ph_session_keys_t stolen = rt_validator(50, NULL).keys, old;
    stolen.babe = c->validators[0].keys.babe;
    bool had;
    assert_int_equal(ph_session_put_keys(rt, &had, &old, &c->validators[1].account, &stolen),
                     PH_SESSION_ERR_DUPLICATED_KEY);
    ph_session_keys_t mine = c->validators[1].keys;
    mine.babe = rt_validator(51, NULL).keys.babe;
    assert_int_equal(ph_session_put_keys(rt, &had, &old, &c->validators[1].account, &mine), PH_OK);
    ph_tup_key_type_id_bytes_t key;
    ph_account_id_t owner;
    ph_session_key_at(&key._0, &key._1, &c->validators[1].keys, 1);
    assert_false(ph_session_key_owner_get(rt, &key, &owner));
    ph_session_key_at(&key._0, &key._1, &mine, 1);
    assert_true(ph_session_key_owner_get(rt, &key, &owner));
    ph_session_key_at(&key._0, &key._1, &mine, 0);
    assert_true(ph_session_key_owner_get(rt, &key, &owner));
    rt_close(&v);
    rt_chain_free(c);
}

static void test_purge_keys(void **state)
{
    (void)state;
    rt_chain_t *c = chain();
    rt_view_t v;
    ph_rt_t *rt = rt_open(&v, c);
    ph_origin_t who = ph_origin_signed(&c->validators[2].account), root = ph_origin_root();
    assert_int_equal(ph_session_call_purge_keys(rt, &root), PH_ERR_BAD_ORIGIN);
    ph_system_number_set(rt, 1);
    assert_int_equal(ph_session_call_purge_keys(rt, &who), PH_OK);
    /* Nothing was held: the account is looked at all the same, and as it has no balances, it counts as new. */
    assert_int_equal(rt_count_events(rt, PH_PALLET_BALANCES, PH_EVENT_BALANCES_ENDOWED), 1);
    assert_int_equal(rt_count_events(rt, PH_PALLET_BALANCES, PH_EVENT_BALANCES_RELEASED), 1);
    ph_system_number_remove(rt);
    ph_system_reset_events(rt);
    assert_int_equal(ph_session_call_purge_keys(rt, &who), PH_SESSION_ERR_NO_KEYS);
    rt_close_and_keep(&v, c);
    /* Without keys the validator is not queued again. */
    rt_advance(c, FIRST_SLOT);
    rt_advance(c, FIRST_SLOT + 5);
    rt = rt_open(&v, c);
    assert_int_equal(ph_session_validators_count(rt), 4);
    assert_int_equal(ph_session_queued_keys_count(rt), 3);
    rt_close(&v);
    rt_advance(c, FIRST_SLOT + 10);
    rt = rt_open(&v, c);
    assert_int_equal(ph_session_validators_count(rt), 3);
    assert_int_equal(ph_babe_authorities_count(rt), 3);
    rt_close(&v);
    rt_chain_free(c);
}

static void test_set_keys_wants_proof_and_account(void **state)
{
    (void)state;
    rt_chain_t *c = chain();
    rt_view_t v;
    ph_rt_t *rt = rt_open(&v, c);
    uint8_t zeros[5 * 64 + 65] = {0};
    ph_origin_t who = ph_origin_signed(&c->validators[2].account), none = ph_origin_none();
    ph_session_keys_t keys = rt_validator(50, NULL).keys;
    assert_int_equal(ph_session_call_set_keys(rt, &none, &keys, ph_bytes(zeros, sizeof zeros)), PH_ERR_BAD_ORIGIN);
    assert_int_equal(ph_session_call_set_keys(rt, &who, &keys, ph_bytes(zeros, sizeof zeros)),
                     PH_SESSION_ERR_INVALID_PROOF);
    assert_int_equal(ph_session_call_set_keys(rt, &who, &keys, (ph_bytes_t){0}), PH_SESSION_ERR_INVALID_PROOF);
    rt_close(&v);
    rt_chain_free(c);
}

static void count_references(ph_rt_t *rt, const ph_account_id_t *who, uint32_t consumers)
{
    ph_account_info_t account;
    ph_system_account_get(rt, who, &account);
    assert_int_equal(account.consumers, consumers);
}

/* Of a new account, of one that changes its keys, and of one whose keys another chain had set. NoAssociatedValidatorId
 * cannot occur: an account is its own validator. */
static void test_set_keys(void **state)
{
    (void)state;
    rt_chain_t *c = rk_chain(3, 5);
    rt_view_t v;
    ph_rt_t *rt = rt_open(&v, c);
    ph_account_id_t who = rt_validator(9, NULL).account;
    ph_origin_t origin = ph_origin_signed(&who);
    real_keys_t first = rk_keys(9), second = rk_keys(10);
    ph_session_keys_t keys = rk_public(&first), stored;
    uint8_t proof[RK_PROOF_LEN];
    rk_prove(proof, &first, &who);
    ph_bytes_t whole = ph_bytes(proof, sizeof proof);
    assert_int_equal(ph_session_call_set_keys(rt, &origin, &keys, whole), PH_SESSION_ERR_NO_ACCOUNT);
    ph_system_inc_providers(rt, &who);
    for (size_t i = 0; i < sizeof proof; i += 63) { /* each signature counts */
        proof[i] ^= 1;
        assert_int_equal(ph_session_call_set_keys(rt, &origin, &keys, whole), PH_SESSION_ERR_INVALID_PROOF);
        proof[i] ^= 1;
    }
    proof[RK_PROOF_LEN - 1] = (uint8_t)(proof[RK_PROOF_LEN - 1] + 27);
    assert_int_equal(ph_session_call_set_keys(rt, &origin, &keys, whole), PH_SESSION_ERR_INVALID_PROOF);
    proof[RK_PROOF_LEN - 1] = (uint8_t)(proof[RK_PROOF_LEN - 1] - 27);
    assert_int_equal(ph_session_call_set_keys(rt, &origin, &keys, whole), PH_OK);
    assert_true(ph_session_next_keys_get(rt, &who, &stored));
    assert_true(ph_session_keys_equal(&stored, &keys));
    count_references(rt, &who, 1);

    keys = rk_public(&second);
    rk_prove(proof, &second, &who);
    assert_int_equal(ph_session_call_set_keys(rt, &origin, &keys, whole), PH_OK);
    count_references(rt, &who, 1);

    ph_session_externally_set_keys_set(rt, &who);
    ph_system_dec_consumers(rt, &who);
    assert_int_equal(ph_session_call_set_keys(rt, &origin, &keys, whole), PH_OK);
    count_references(rt, &who, 1);
    assert_false(ph_session_externally_set_keys_exists(rt, &who));
    assert_int_equal(ph_session_call_purge_keys(rt, &origin), PH_OK);
    count_references(rt, &who, 0);

    real_keys_t taken = rk_keys(1);
    keys = rk_public(&taken);
    rk_prove(proof, &taken, &who);
    assert_int_equal(ph_session_call_set_keys(rt, &origin, &keys, whole), PH_SESSION_ERR_DUPLICATED_KEY);
    rt_close(&v);
    rt_chain_free(c);
}

static bool was_deposited(ph_rt_t *rt, int kind)
{
    ph_vec_event_record_t events;
    ph_system_events_get(rt, &events);
    for (size_t i = 0; i < events.count; i++)
        if (events.items[i].event.kind == PH_EVENT_SESSION && events.items[i].event.session.kind == kind)
            return true;
    return false;
}

static void test_disabled_validators(void **state)
{
    (void)state;
    rt_chain_t *c = chain();
    rt_advance(c, FIRST_SLOT);
    rt_view_t v;
    ph_rt_t *rt = rt_open(&v, c);
    assert_false(ph_session_disable(rt, 4, (ph_perbill_t){1}));
    assert_false(ph_session_reenable(rt, 4));
    assert_false(ph_session_disabled_validators_exists(rt));
    assert_false(ph_session_reenable(rt, 3)); /* leaves the empty list */
    assert_true(ph_session_disabled_validators_exists(rt));
    assert_true(ph_session_disable(rt, 3, (ph_perbill_t){10}));
    assert_true(ph_session_disable(rt, 1, (ph_perbill_t){20}));
    assert_true(ph_session_disable(rt, 3, (ph_perbill_t){5}));
    assert_true(ph_session_disable(rt, 1, (ph_perbill_t){30}));
    ph_vec_tup_u32_perbill_t disabled;
    ph_session_disabled_validators_get(rt, &disabled);
    assert_int_equal(disabled.count, 2);
    assert_int_equal(disabled.items[0]._0, 1);
    assert_int_equal(disabled.items[0]._1.v, 30);
    assert_int_equal(disabled.items[1]._0, 3);
    assert_int_equal(disabled.items[1]._1.v, 10);
    assert_true(ph_session_is_disabled(rt, 1));
    assert_false(ph_session_is_disabled(rt, 2));
    assert_true(was_deposited(rt, PH_EVENT_SESSION_VALIDATOR_DISABLED));
    assert_true(ph_session_reenable(rt, 3));
    assert_false(ph_session_reenable(rt, 3));
    assert_true(was_deposited(rt, PH_EVENT_SESSION_VALIDATOR_REENABLED));
    rt_close_and_keep(&v, c);

    /* A disabled one's block is invalid; the others go on, also in the next session with the same set. */
    ph_babe_pre_digest_t claim = rt_plain_claim(FIRST_SLOT + 1, 1);
    rt_author_t a;
    assert_int_equal(rt_author_open(&a, c, &claim), PH_OK);
    ph_inherent_data_t data = rt_inherent_data(c, (FIRST_SLOT + 1) * 6000);
    ph_vec_bytes_t inherents;
    assert_int_equal(rt_author_inherents(&a, &inherents, &data), PH_OK);
    for (size_t i = 0; i < inherents.count; i++) {
        ph_apply_extrinsic_result_t result;
        assert_int_equal(rt_author_push(&a, &result, inherents.items[i]), PH_OK);
    }
    ph_block_t block;
    assert_int_equal(rt_author_close(&a, &block), PH_ERR_INTERNAL);
    assert_non_null(strstr(c->panic, "index 1 is disabled"));
    claim = rt_plain_claim(FIRST_SLOT + 1, 2);
    block = rt_make_block(c, &claim, (FIRST_SLOT + 1) * 6000);
    assert_int_equal(rt_execute(c, &block), PH_OK);
    claim = rt_plain_claim(FIRST_SLOT + 5, 2);
    block = rt_make_block(c, &claim, (FIRST_SLOT + 5) * 6000);
    assert_int_equal(rt_execute(c, &block), PH_OK);
    rt = rt_open(&v, c);
    assert_true(ph_session_is_disabled(rt, 1));
    rt_close(&v);
    rt_chain_free(c);
}

static void test_decode_session_keys(void **state)
{
    (void)state;
    rt_chain_t *c = chain();
    ph_writer_t keys = ph_writer_in(c->arena), args = ph_writer_in(c->arena);
    ph_session_keys_encode(&keys, &c->validators[0].keys);
    assert_int_equal(keys.len, 193);
    ph_write_bytes(&args, ph_writer_bytes(&keys));
    ph_bytes_t answer;
    assert_int_equal(rt_call(c, &answer, "SessionKeys_decode_session_keys", ph_writer_bytes(&args)), PH_OK);
    ph_opt_vec_tup_bytes_key_type_id_t decoded;
    assert_int_equal(ph_opt_vec_tup_bytes_key_type_id_decode_all(answer, c->arena, &decoded), PH_OK);
    assert_true(decoded.some);
    assert_int_equal(decoded.value.count, 6);
    assert_memory_equal(decoded.value.items[5]._1.bytes, "beef", 4);
    assert_int_equal(decoded.value.items[5]._0.len, 33);
    assert_memory_equal(decoded.value.items[1]._0.data, c->validators[0].keys.babe.bytes, 32);
    keys.len--;
    args.len = 0;
    ph_write_bytes(&args, ph_writer_bytes(&keys));
    assert_int_equal(rt_call(c, &answer, "SessionKeys_decode_session_keys", ph_writer_bytes(&args)), PH_OK);
    assert_int_equal(answer.len, 1);
    assert_int_equal(answer.data[0], 0);
    rt_chain_free(c);
}

static void test_discovery_authorities(void **state)
{
    (void)state;
    rt_chain_t *c = chain();
    ph_vec_authority_discovery_id_t all;
    rt_ask(c, vec_authority_discovery_id, &all, "AuthorityDiscoveryApi_authorities");
    assert_int_equal(all.count, 4);
    for (size_t i = 1; i < 4; i++)
        assert_true(memcmp(&all.items[i - 1], &all.items[i], 32) < 0);
    rt_chain_free(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_genesis),
        cmocka_unit_test(test_duplicate_keys_at_genesis),
        cmocka_unit_test(test_rotation_by_slots),
        cmocka_unit_test(test_new_session_event),
        cmocka_unit_test(test_changed_keys_take_two_sessions),
        cmocka_unit_test(test_key_owners),
        cmocka_unit_test(test_purge_keys),
        cmocka_unit_test(test_set_keys_wants_proof_and_account),
        cmocka_unit_test(test_set_keys),
        cmocka_unit_test(test_disabled_validators),
        cmocka_unit_test(test_decode_session_keys),
        cmocka_unit_test(test_discovery_authorities),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
