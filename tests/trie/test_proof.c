/* Proofs of random tries: complete ones say the truth about every key, damaged ones never say anything else. */
#include "support/cmocka.h"

#include "crypto/hash.h"
#include "scale/scale.h"
#include "trie/codec.h"
#include "trie/compact.h"
#include "trie/model.h"
#include "trie/overlay.h"
#include "trie/proof.h"

#define LIT(text) PH_BYTES_LIT(text)

enum { KEYS = 12 };

/* A random state, and some keys, there or not. */
typedef struct case_t {
    ph_arena_t *arena;
    ph_trie_store_t *store;
    ph_state_t *state;
    ph_model_t model;
    ph_bytes_t keys[KEYS];
    int version;
} case_t;

static case_t case_new(uint64_t seed)
{
    ph_test_random_t r = ph_test_random(seed);
    case_t c = {.arena = ph_arena_new(), .store = ph_trie_store_new(NULL), .version = (int)(seed % 2)};
    uint8_t key_room[128], value_room[128];
    for (size_t i = 1 + ph_test_below(&r, 80); i > 0; i--)
        ph_model_set(&c.model, ph_random_key(&r, key_room), ph_random_value(&r, value_room));
    assert_int_equal(ph_state_build(&c.state, c.store, c.model.items, c.model.count, c.version), PH_OK);
    for (size_t i = 0; i < KEYS; i++)
        c.keys[i] = ph_bytes_copy(c.arena, i % 2 ? c.model.items[ph_test_below(&r, c.model.count)].key
                                                 : ph_random_key(&r, key_room));
    return c;
}

static void case_end(case_t *c)
{
    ph_state_unref(c->state);
    assert_int_equal(ph_trie_store_node_count(c->store), 0);
    ph_trie_store_free(c->store);
    ph_model_free(&c->model);
    ph_arena_free(c->arena);
}

static const ph_bytes_t *truth(const case_t *c, ph_bytes_t key)
{
    size_t at;
    return ph_model_has(&c->model, key, &at) ? &c->model.items[at].value : NULL;
}

/* Is what the nodes say about the key the truth, or an error that is allowed here? */
static bool reads_truth(const case_t *c, const ph_bytes_t *nodes, size_t count, ph_bytes_t key, bool may_fail)
{
    ph_proof_reader_t *reader = ph_proof_reader_new(nodes, count);
    ph_bytes_t value = {0};
    ph_proof_verdict_t verdict = ph_proof_read(reader, &value, ph_state_root(c->state), key);
    ph_proof_reader_free(reader);
    const ph_bytes_t *expected = truth(c, key);
    if (verdict == PH_PROOF_PRESENT)
        return expected && ph_bytes_equal(*expected, value);
    return verdict == PH_PROOF_ABSENT ? !expected : may_fail;
}

static void whole_proofs_answer(void **unused)
{
    (void)unused;
    for (uint64_t seed = 1; seed <= 100; seed++) {
        case_t c = case_new(seed);
        ph_proof_t proof, decoded;
        assert_int_equal(ph_proof_make(c.arena, &proof, c.state, c.keys, KEYS), PH_OK);
        for (size_t i = 0; i < KEYS; i++)
            assert_true(reads_truth(&c, proof.nodes, proof.count, c.keys[i], false));
        for (size_t i = 1; i < proof.count; i++)
            assert_true(ph_bytes_compare(proof.nodes[i - 1], proof.nodes[i]) < 0);
        ph_writer_t w = ph_writer_in(c.arena);
        ph_proof_encode(&w, &proof);
        assert_int_equal(ph_proof_decode(c.arena, &decoded, ph_writer_bytes(&w)), PH_OK);
        assert_int_equal(decoded.count, proof.count);
        assert_int_equal(ph_proof_decode(c.arena, &decoded, ph_bytes(w.data, w.len - 1)), PH_ERR_MALFORMED);
        case_end(&c);
    }
}

static void damaged_proofs_never_lie(void **unused)
{
    (void)unused;
    size_t failures = 0;
    for (uint64_t seed = 1; seed <= 60; seed++) {
        case_t c = case_new(seed);
        ph_test_random_t r = ph_test_random(seed);
        ph_proof_t proof;
        assert_int_equal(ph_proof_make(c.arena, &proof, c.state, c.keys, KEYS), PH_OK);
        for (size_t round = 0; round < 30; round++) {
            ph_bytes_t *nodes = ph_arena_copy(c.arena, proof.nodes, proof.count * sizeof *nodes);
            size_t hit = ph_test_below(&r, proof.count);
            nodes[hit] = ph_bytes_copy(c.arena, nodes[hit]);
            nodes[hit].data[ph_test_below(&r, nodes[hit].len)] ^= (uint8_t)(1 << ph_test_below(&r, 8));
            for (size_t i = 0; i < KEYS; i++) {
                assert_true(reads_truth(&c, nodes, proof.count, c.keys[i], true));
                failures += !reads_truth(&c, nodes, proof.count, c.keys[i], false);
            }
        }
        case_end(&c);
    }
    assert_true(failures > 100);
}

static void paths_lead_from_the_root(void **unused)
{
    (void)unused;
    case_t c = case_new(3);
    for (size_t i = 0; i < c.model.count; i++) {
        ph_proof_t path;
        uint8_t hash[32];
        assert_int_equal(ph_proof_path(c.arena, &path, c.state, c.model.items[i].key), PH_OK);
        assert_true(path.count > 0);
        ph_blake2_256(hash, path.nodes[0]);
        assert_memory_equal(hash, ph_state_root(c.state), 32);
        assert_true(reads_truth(&c, path.nodes, path.count, c.model.items[i].key, false));
    }
    case_end(&c);
}

static void compact_proofs_come_back(void **unused)
{
    (void)unused;
    for (uint64_t seed = 1; seed <= 100; seed++) {
        case_t c = case_new(seed);
        ph_proof_t proof, back;
        ph_compact_proof_t compact, read;
        assert_int_equal(ph_proof_make(c.arena, &proof, c.state, c.keys, KEYS), PH_OK);
        const uint8_t *root = ph_state_root(c.state);
        assert_int_equal(ph_compact_encode(c.arena, &compact, proof.nodes, proof.count, root), PH_COMPACT_OK);
        assert_int_equal(ph_compact_decode(c.arena, &back, &compact, root), PH_COMPACT_OK);
        assert_int_equal(back.count, proof.count);
        for (size_t i = 0; i < back.count; i++)
            assert_true(ph_bytes_equal(back.nodes[i], proof.nodes[i]));
        ph_writer_t w = ph_writer_in(c.arena), plain = ph_writer_in(c.arena);
        ph_compact_write(&w, &compact);
        ph_proof_encode(&plain, &proof);
        assert_true(w.len <= plain.len);
        assert_int_equal(ph_compact_read(c.arena, &read, ph_writer_bytes(&w)), PH_OK);
        assert_int_equal(read.count, compact.count);
        uint8_t other[32] = {1};
        assert_int_equal(ph_compact_decode(c.arena, &back, &compact, other), PH_COMPACT_ROOT_MISMATCH);
        assert_int_equal(ph_compact_encode(c.arena, &compact, proof.nodes, proof.count, other), PH_COMPACT_TRIE_ERROR);
        case_end(&c);
    }
}

static ph_value_claim_t claim_of(const case_t *c, ph_bytes_t key)
{
    const ph_bytes_t *value = truth(c, key);
    return (ph_value_claim_t){key, value != NULL, value ? *value : (ph_bytes_t){0}};
}

static void value_proofs_hold_and_break(void **unused)
{
    (void)unused;
    for (uint64_t seed = 1; seed <= 100; seed++) {
        case_t c = case_new(seed);
        ph_value_claim_t claims[KEYS + 1];
        size_t count = 0;
        for (size_t i = 0; i < KEYS; i++) {
            bool twice = false;
            for (size_t k = 0; k < i; k++)
                twice = twice || ph_bytes_equal(c.keys[i], c.keys[k]);
            if (!twice)
                claims[count++] = claim_of(&c, c.keys[i]);
        }
        ph_compact_proof_t proof;
        const uint8_t *root = ph_state_root(c.state);
        assert_int_equal(ph_value_proof_make(c.arena, &proof, c.state, c.keys, KEYS), PH_OK);
        assert_int_equal(ph_value_proof_verify(root, &proof, claims, count, c.version), PH_VALUE_OK);
        for (size_t i = 0; i < count; i++) {
            ph_value_claim_t kept = claims[i];
            claims[i].present = !kept.present;
            assert_int_not_equal(ph_value_proof_verify(root, &proof, claims, count, c.version), PH_VALUE_OK);
            claims[i] = (ph_value_claim_t){kept.key, true, LIT("some other value")};
            assert_int_not_equal(ph_value_proof_verify(root, &proof, claims, count, c.version), PH_VALUE_OK);
            claims[i] = kept;
        }
        claims[count] = claims[0];
        assert_int_equal(ph_value_proof_verify(root, &proof, claims, count + 1, c.version), PH_VALUE_DUPLICATE_KEY);
        ph_compact_proof_t fewer = {proof.items, proof.count - 1};
        assert_int_equal(ph_value_proof_verify(root, &fewer, claims, count, c.version), PH_VALUE_INCOMPLETE);
        assert_int_equal(ph_value_proof_verify(root, &proof, NULL, 0, c.version), PH_VALUE_EXTRANEOUS_NODE);
        uint8_t other[32] = {1};
        assert_int_equal(ph_value_proof_verify(other, &proof, claims, count, c.version), PH_VALUE_ROOT_MISMATCH);
        case_end(&c);
    }
}

/* A compact proof with child tries: they follow the top trie, and the top trie must know them. */
static void compact_proofs_carry_children(void **unused)
{
    (void)unused;
    ph_arena_t *arena = ph_arena_new();
    ph_trie_store_t *store = ph_trie_store_new(NULL);
    ph_state_t *empty = ph_state_empty(store), *state;
    ph_overlay_t *o = ph_overlay_new(empty);
    uint8_t value[50] = {5};
    for (uint8_t i = 0; i < 20; i++) {
        ph_overlay_set(o, ph_bytes(&i, 1), ph_bytes(value, 30u + i % 10));
        ph_overlay_child_set(o, LIT("one"), ph_bytes(&i, 1), ph_bytes(value, 25u + i));
        ph_overlay_child_set(o, LIT("two"), ph_bytes(&i, 1), ph_bytes(&i, 1));
    }
    assert_int_equal(ph_overlay_state(o, &state, 1), PH_OK);
    ph_proof_recorder_t *recorder = ph_proof_recorder_new();
    assert_int_equal(ph_proof_record(recorder, state, LIT("\x03")), PH_OK);
    assert_int_equal(ph_proof_record_child(recorder, state, LIT("one"), LIT("\x04")), PH_OK);
    assert_int_equal(ph_proof_record_child(recorder, state, LIT("two"), LIT("\x05")), PH_OK);
    ph_proof_t proof, back;
    ph_proof_recorder_take(recorder, arena, &proof);
    ph_proof_recorder_free(recorder);
    ph_compact_proof_t compact;
    const uint8_t *root = ph_state_root(state);
    assert_int_equal(ph_compact_encode(arena, &compact, proof.nodes, proof.count, root), PH_COMPACT_OK);
    assert_int_equal(ph_compact_decode(arena, &back, &compact, root), PH_COMPACT_OK);
    assert_int_equal(back.count, proof.count);
    ph_proof_reader_t *reader = ph_proof_reader_new(back.nodes, back.count);
    ph_bytes_t got;
    assert_int_equal(ph_proof_read_child(reader, &got, root, LIT("one"), LIT("\x04")), PH_PROOF_PRESENT);
    assert_int_equal(got.len, 29);
    assert_int_equal(ph_proof_read_child(reader, &got, root, LIT("two"), LIT("\x05")), PH_PROOF_PRESENT);
    assert_int_equal(ph_proof_read_child(reader, &got, root, LIT("three"), LIT("\x05")), PH_PROOF_ABSENT);
    ph_proof_reader_free(reader);
    /* a child trie that nobody asked for */
    ph_compact_proof_t more = {ph_arena_alloc(arena, (compact.count + 1) * sizeof *more.items), compact.count + 1};
    memcpy(more.items, compact.items, compact.count * sizeof *more.items);
    more.items[compact.count] = LIT("\x41\x01\x04x");
    assert_int_equal(ph_compact_decode(arena, &back, &more, root), PH_COMPACT_EXTRANEOUS_CHILD_NODE);
    more.items[compact.count - 1] = LIT("\x41\x01\x04x"); /* in place of the second child's last node */
    more.count--;
    assert_int_not_equal(ph_compact_decode(arena, &back, &more, root), PH_COMPACT_OK);
    ph_overlay_free(o);
    ph_state_unref(state);
    ph_state_unref(empty);
    ph_trie_store_free(store);
    ph_arena_free(arena);
}

/* Two items, pointing at themselves from sixteen places a level: reading must not multiply. */
static void folded_tries_do_not_explode(void **unused)
{
    (void)unused;
    ph_arena_t *arena = ph_arena_new();
    PH_LIST(ph_bytes_t) nodes = {0};
    uint8_t hash[32];
    ph_bytes_t node = LIT("\x40\x80"
                          "a value of the length of a hash.");
    ph_list_push(arena, &nodes, node);
    for (size_t level = 0; level < 60; level++) {
        ph_blake2_256(hash, node);
        ph_node_plan_t plan = {.kind = PH_NODE_BRANCH, .bitmap = 0xffff};
        for (size_t i = 0; i < 16; i++)
            plan.kids[i] = node.len < 32 ? node : ph_bytes(hash, 32);
        ph_writer_t w = ph_writer_in(arena);
        ph_node_encode(&w, &plan);
        node = ph_writer_bytes(&w);
        ph_list_push(arena, &nodes, node);
    }
    ph_blake2_256(hash, node);
    ph_compact_proof_t compact;
    assert_int_equal(ph_compact_encode(arena, &compact, nodes.items, nodes.count, hash), PH_COMPACT_TRIE_ERROR);
    ph_arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whole_proofs_answer),         cmocka_unit_test(damaged_proofs_never_lie),
        cmocka_unit_test(paths_lead_from_the_root),    cmocka_unit_test(compact_proofs_come_back),
        cmocka_unit_test(value_proofs_hold_and_break), cmocka_unit_test(compact_proofs_carry_children),
        cmocka_unit_test(folded_tries_do_not_explode),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
