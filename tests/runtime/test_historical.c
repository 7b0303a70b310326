/* Roots of sessions and proofs of key ownership; ValidatorManager, who chooses the sets. The trie of a set is made here
 * again, and proofs are read with the trie room's own reader. */
#include "support/rt_keys.h"

#include "runtime/historical.h"
#include "runtime/origin.h"
#include "runtime/session.h"
#include "runtime/session_keys.h"
#include "runtime/system.h"
#include "runtime/validator_manager.h"
#include "runtime/vec.h"
#include "trie/proof.h"
#include "trie/root.h"

#define FIRST_SLOT UINT64_C(270000000)
#define EPOCH      5

static void to_session(rt_chain_t *c, uint64_t session)
{
    rt_advance(c, FIRST_SLOT + EPOCH * session);
}

/* ---- the trie, said again ---- */

static ph_bytes_t trie_key(ph_arena_t *arena, const ph_session_keys_t *keys, size_t i)
{
    ph_writer_t w = ph_writer_in(arena);
    ph_key_type_id_t type;
    ph_bytes_t key;
    ph_session_key_at(&type, &key, keys, i);
    ph_write(&w, type.bytes, 4);
    ph_write_bytes(&w, key);
    return ph_writer_bytes(&w);
}

static void make_root(rt_chain_t *c, uint8_t out[32], const ph_genesis_validator_t *validators, size_t count)
{
    ph_trie_builder_t b = ph_trie_builder_new();
    for (size_t i = 0; i < count; i++) {
        uint8_t index[4];
        ph_put_u32(index, (uint32_t)i);
        ph_bytes_t position = ph_bytes(index, 4), account = ph_bytes(validators[i].account.bytes, 32);
        for (size_t k = 0; k < PH_SESSION_KEY_COUNT; k++)
            assert_int_equal(ph_trie_builder_add(&b, trie_key(c->arena, &validators[i].keys, k), position), PH_OK);
        assert_int_equal(ph_trie_builder_add(&b, position, account), PH_OK);
    }
    ph_trie_builder_root(&b, out, 0);
    ph_trie_builder_free(&b);
}

/* ---- sessions ---- */

static void test_genesis_plans_two_sessions(void **state)
{
    (void)state;
    rt_chain_t *c = rk_chain(4, EPOCH);
    rt_view_t v;
    ph_rt_t *rt = rt_open(&v, c);
    ph_tup_session_index_session_index_t range;
    assert_true(ph_historical_stored_range_get(rt, &range));
    assert_int_equal(range._0.v, 0);
    assert_int_equal(range._1.v, 2);
    assert_false(ph_historical_historical_sessions_exists(rt, (ph_session_index_t){0}));
    assert_false(ph_historical_historical_sessions_exists(rt, (ph_session_index_t){1}));
    rt_close(&v);
    rt_chain_free(c);
}

static void test_roots(void **state)
{
    (void)state;
    rt_chain_t *c = rk_chain(4, EPOCH);
    to_session(c, 0);
    to_session(c, 1);
    to_session(c, 2);
    rt_view_t v;
    ph_rt_t *rt = rt_open(&v, c);
    ph_tup_session_index_session_index_t range;
    assert_true(ph_historical_stored_range_get(rt, &range));
    assert_int_equal(range._0.v, 0);
    assert_int_equal(range._1.v, 4);
    for (uint32_t i = 2; i < 4; i++) {
        ph_tup_hash_u32_t set;
        assert_true(ph_historical_historical_sessions_get(rt, (ph_session_index_t){i}, &set));
        assert_int_equal(set._1, 4);
        uint8_t root[32];
        make_root(c, root, c->validators, 4);
        assert_memory_equal(set._0.bytes, root, 32);
    }
    rt_close(&v);
    rt_chain_free(c);
}

static bool event_at(ph_rt_t *rt, size_t back, ph_event_t *out)
{
    ph_vec_event_record_t events;
    ph_system_events_get(rt, &events);
    if (events.count <= back)
        return false;
    *out = events.items[events.count - 1 - back].event;
    return true;
}

static void expect_pruned(ph_rt_t *rt, uint32_t up_to)
{
    ph_event_t e;
    assert_true(event_at(rt, 0, &e));
    assert_int_equal(e.kind, PH_EVENT_HISTORICAL);
    assert_int_equal(e.historical.kind, PH_EVENT_HISTORICAL_ROOTS_PRUNED);
    assert_int_equal(e.historical.roots_pruned.up_to.v, up_to);
}

static void test_pruning(void **state)
{
    (void)state;
    rt_chain_t *c = rk_chain(4, EPOCH);
    for (uint64_t s = 0; s < 5; s++)
        to_session(c, s);
    rt_view_t v;
    ph_rt_t *rt = rt_open(&v, c);
    ph_tup_session_index_session_index_t range;
    ph_historical_prune_up_to(rt, (ph_session_index_t){4});
    expect_pruned(rt, 4);
    assert_false(ph_historical_historical_sessions_exists(rt, (ph_session_index_t){3}));
    assert_true(ph_historical_historical_sessions_exists(rt, (ph_session_index_t){4}));
    assert_true(ph_historical_stored_range_get(rt, &range));
    assert_int_equal(range._0.v, 4);
    assert_int_equal(range._1.v, 6);
    ph_historical_prune_up_to(rt, (ph_session_index_t){2}); /* long gone */
    expect_pruned(rt, 2);
    assert_true(ph_historical_stored_range_get(rt, &range));
    assert_int_equal(range._0.v, 4);
    ph_historical_prune_up_to(rt, (ph_session_index_t){100});
    expect_pruned(rt, 100);
    assert_false(ph_historical_stored_range_exists(rt));
    assert_false(ph_historical_historical_sessions_exists(rt, (ph_session_index_t){5}));
    ph_historical_prune_up_to(rt, (ph_session_index_t){101}); /* nothing there */
    expect_pruned(rt, 101);
    rt_close(&v);
    rt_chain_free(c);
}

/* ---- proofs ---- */

static void prove_key(ph_rt_t *rt, ph_membership_proof_t *out, const ph_session_keys_t *keys, size_t i, char type[4],
                      ph_bytes_t *key)
{
    ph_key_type_id_t id;
    ph_session_key_at(&id, key, keys, i);
    memcpy(type, id.bytes, 4);
    ph_historical_prove(rt, out, type, *key);
}

/* By our check, and by the trie room's reader over the root made here. */
static void expect_proven(rt_chain_t *c, ph_rt_t *rt, const uint8_t root[32], size_t validator, size_t which)
{
    ph_membership_proof_t proof;
    ph_account_id_t owner;
    char type[4];
    ph_bytes_t key, value;
    prove_key(rt, &proof, &c->validators[validator].keys, which, type, &key);
    assert_int_equal(proof.validator_count, c->validator_count);
    assert_true(ph_historical_check(rt, &owner, type, key, &proof));
    assert_memory_equal(owner.bytes, c->validators[validator].account.bytes, 32);
    ph_proof_reader_t *reader = ph_proof_reader_new(proof.trie_nodes.items, proof.trie_nodes.count);
    key = trie_key(c->arena, &c->validators[validator].keys, which);
    assert_int_equal(ph_proof_read(reader, &value, root, key), PH_PROOF_PRESENT);
    assert_int_equal(value.len, 4);
    assert_int_equal(ph_get_u32(value.data), validator);
    ph_proof_reader_free(reader);
}

static void test_every_key_is_proven(void **state)
{
    (void)state;
    static const size_t sizes[] = {1, 2, 3, 17};
    for (size_t n = 0; n < 4; n++) {
        rt_chain_t *c = rk_chain(sizes[n], EPOCH);
        rt_view_t v;
        ph_rt_t *rt = rt_open(&v, c);
        uint8_t root[32];
        make_root(c, root, c->validators, sizes[n]);
        for (size_t i = 0; i < sizes[n]; i++)
            for (size_t k = 0; k < PH_SESSION_KEY_COUNT; k++)
                expect_proven(c, rt, root, i, k);
        rt_close(&v);
        rt_chain_free(c);
    }
}

static void test_wrong_proofs(void **state)
{
    (void)state;
    rt_chain_t *c = rk_chain(17, EPOCH);
    rt_view_t v;
    ph_rt_t *rt = rt_open(&v, c);
    ph_membership_proof_t proof, bad;
    ph_account_id_t owner;
    char type[4];
    ph_bytes_t key;
    prove_key(rt, &proof, &c->validators[5].keys, 1, type, &key);
    assert_true(proof.trie_nodes.count > 2);
    assert_true(ph_historical_check(rt, &owner, type, key, &proof));

    assert_false(ph_historical_check(rt, &owner, "para", key, &proof)); /* another type */
    assert_false(ph_historical_check(rt, &owner, type, ph_bytes(c->validators[6].keys.babe.bytes, 32), &proof));
    bad = proof;
    bad.validator_count++;
    assert_false(ph_historical_check(rt, &owner, type, key, &bad));
    bad = proof;
    bad.session.v = 7; /* of which there is no root */
    assert_false(ph_historical_check(rt, &owner, type, key, &bad));
    for (size_t i = 0; i < proof.trie_nodes.count; i++) {
        bad = proof; /* one missing */
        ph_vec_alloc(rt, &bad.trie_nodes, proof.trie_nodes.count - 1);
        for (size_t k = 0, to = 0; k < proof.trie_nodes.count; k++)
            if (k != i)
                bad.trie_nodes.items[to++] = proof.trie_nodes.items[k];
        assert_false(ph_historical_check(rt, &owner, type, key, &bad));
        bad = proof; /* one twice */
        ph_vec_insert(rt, &bad.trie_nodes, 0, proof.trie_nodes.items[i]);
        assert_false(ph_historical_check(rt, &owner, type, key, &bad));
        proof.trie_nodes.items[i].data[1] ^= 1; /* one changed */
        assert_false(ph_historical_check(rt, &owner, type, key, &proof));
        proof.trie_nodes.items[i].data[1] ^= 1;
    }
    bad = proof; /* one too many */
    ph_vec_push(rt, &bad.trie_nodes, PH_BYTES_LIT("\0"));
    assert_false(ph_historical_check(rt, &owner, type, key, &bad));
    ph_vec_alloc(rt, &bad.trie_nodes, 1000); /* far too many */
    assert_false(ph_historical_check(rt, &owner, type, key, &bad));
    rt_close(&v);
    rt_chain_free(c);
}

/* Nodes are handed out that show it; they prove nobody's ownership. */
static void test_unknown_key(void **state)
{
    (void)state;
    rt_chain_t *c = rk_chain(4, EPOCH);
    rt_view_t v;
    ph_rt_t *rt = rt_open(&v, c);
    ph_membership_proof_t proof;
    ph_account_id_t owner;
    ph_session_keys_t stranger = rt_validator(99, NULL).keys;
    ph_historical_prove(rt, &proof, "babe", ph_bytes(stranger.babe.bytes, 32));
    assert_true(proof.trie_nodes.count >= 1);
    assert_false(ph_historical_check(rt, &owner, "babe", ph_bytes(stranger.babe.bytes, 32), &proof));
    rt_close(&v);
    rt_chain_free(c);
}

/* A proof made in session 2 holds in later ones, also when the set and the keys are others by then. */
static void test_proofs_of_earlier_sessions(void **state)
{
    (void)state;
    rt_chain_t *c = rk_chain(4, EPOCH);
    to_session(c, 0);
    to_session(c, 1);
    to_session(c, 2);
    ph_bytes_t answer;
    ph_writer_t args = ph_writer_in(c->arena);
    ph_write_u64(&args, FIRST_SLOT);
    ph_write(&args, c->validators[3].keys.babe.bytes, 32);
    assert_int_equal(rt_call(c, &answer, "BabeApi_generate_key_ownership_proof", ph_writer_bytes(&args)), PH_OK);
    ph_opt_bytes_t opaque;
    ph_membership_proof_t proof;
    assert_int_equal(ph_opt_bytes_decode_all(answer, c->arena, &opaque), PH_OK);
    assert_true(opaque.some);
    assert_int_equal(ph_membership_proof_decode_all(opaque.value, c->arena, &proof), PH_OK);
    assert_int_equal(proof.session.v, 2);

    rt_view_t v;
    ph_rt_t *rt = rt_open(&v, c);
    ph_origin_t who = ph_origin_signed(&c->validators[3].account);
    assert_int_equal(ph_session_call_purge_keys(rt, &who), PH_OK);
    rt_close_and_keep(&v, c);
    to_session(c, 3);
    to_session(c, 4);
    rt = rt_open(&v, c);
    ph_account_id_t owner;
    ph_bytes_t key = ph_bytes(c->validators[3].keys.babe.bytes, 32);
    assert_true(ph_historical_check(rt, &owner, "babe", key, &proof));
    assert_memory_equal(owner.bytes, c->validators[3].account.bytes, 32);
    proof.session.v = 4;
    assert_false(ph_historical_check(rt, &owner, "babe", key, &proof));
    proof.session.v = 0;
    assert_false(ph_historical_check(rt, &owner, "babe", key, &proof));
    rt_close(&v);
    rt_chain_free(c);
}

/* ---- ValidatorManager ---- */

static void test_validators_come_and_go(void **state)
{
    (void)state;
    rt_chain_t *c = rk_chain(4, EPOCH);
    to_session(c, 0);
    to_session(c, 1);
    rt_view_t v;
    ph_rt_t *rt = rt_open(&v, c);
    ph_origin_t root = ph_origin_root(), nobody = ph_origin_none();
    ph_account_id_t fresh = rt_validator(20, NULL).account;
    ph_session_keys_t keys = rt_validator(20, NULL).keys, old;
    bool had;
    assert_int_equal(ph_session_put_keys(rt, &had, &old, &fresh, &keys), PH_OK);
    ph_account_id_t joins[2] = {fresh, c->validators[2].account}; /* the second is there already */
    ph_account_id_t leaves[2] = {c->validators[0].account, rt_validator(30, NULL).account};
    ph_vec_account_id_t joining = {joins, 2}, leaving = {leaves, 2};
    assert_int_equal(ph_validator_manager_call_register_validators(rt, &nobody, &joining), PH_ERR_BAD_ORIGIN);
    assert_int_equal(ph_validator_manager_call_deregister_validators(rt, &nobody, &leaving), PH_ERR_BAD_ORIGIN);
    assert_int_equal(ph_validator_manager_call_register_validators(rt, &root, &joining), PH_OK);
    assert_int_equal(ph_validator_manager_call_deregister_validators(rt, &root, &leaving), PH_OK);
    ph_event_t e;
    assert_true(event_at(rt, 1, &e));
    assert_int_equal(e.kind, PH_EVENT_VALIDATOR_MANAGER);
    assert_int_equal(e.validator_manager.kind, PH_EVENT_VALIDATOR_MANAGER_VALIDATORS_REGISTERED);
    assert_int_equal(e.validator_manager.validators_registered.count, 2);
    assert_true(event_at(rt, 0, &e));
    assert_int_equal(e.validator_manager.kind, PH_EVENT_VALIDATOR_MANAGER_VALIDATORS_DEREGISTERED);
    rt_close_and_keep(&v, c);

    to_session(c, 2);
    rt = rt_open(&v, c);
    assert_int_equal(ph_session_validators_count(rt), 4);
    assert_int_equal(ph_validator_manager_validators_to_add_count(rt), 0);
    assert_int_equal(ph_validator_manager_validators_to_retire_count(rt), 0);
    rt_close(&v);
    to_session(c, 3);
    rt = rt_open(&v, c);
    ph_vec_account_id_t now;
    ph_session_validators_get(rt, &now);
    assert_int_equal(now.count, 4);
    /* the last took the place of the one who left; the new one came at the end */
    assert_memory_equal(now.items[0].bytes, c->validators[3].account.bytes, 32);
    assert_memory_equal(now.items[1].bytes, c->validators[1].account.bytes, 32);
    assert_memory_equal(now.items[2].bytes, c->validators[2].account.bytes, 32);
    assert_memory_equal(now.items[3].bytes, fresh.bytes, 32);
    rt_close(&v);
    rt_chain_free(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_genesis_plans_two_sessions),
        cmocka_unit_test(test_roots),
        cmocka_unit_test(test_pruning),
        cmocka_unit_test(test_every_key_is_proven),
        cmocka_unit_test(test_wrong_proofs),
        cmocka_unit_test(test_unknown_key),
        cmocka_unit_test(test_proofs_of_earlier_sessions),
        cmocka_unit_test(test_validators_come_and_go),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
