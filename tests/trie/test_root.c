/* Roots and node encodings: known answers, bounds, and what decoding refuses. */
#include "support/cmocka.h"

#include "crypto/hash.h"
#include "trie/codec.h"
#include "trie/keys.h"
#include "trie/model.h"
#include "trie/proof.h"
#include "trie/root.h"

#define LIT(text) PH_BYTES_LIT(text)

static void assert_root(const char *expected, const ph_trie_pair_t *pairs, size_t count, int version)
{
    uint8_t root[32];
    char text[65];
    assert_int_equal(ph_trie_root(root, pairs, count, version), PH_OK);
    ph_hex(text, ph_bytes(root, 32));
    assert_string_equal(text, expected);
}

static void known_roots(void **unused)
{
    (void)unused;
    for (int version = 0; version < 2; version++) {
        assert_root("03170a2e7597b7b7e3d84c05391d139a62b157e78786d8c082f29dcf4c111314", NULL, 0, version);
        assert_root("74cf25701ab239580f1d899e1d37a67df2121b4d532b7c7581215f5118370918",
                    &(ph_trie_pair_t){LIT("a"), LIT("b")}, 1, version);
        uint8_t root[32];
        ph_trie_ordered_root(root, NULL, 0, version);
        assert_memory_equal(root, ph_trie_empty_root, 32);
        ph_trie_ordered_root(root, &(ph_bytes_t){0}, 1, version);
        ph_trie_pair_t first = {ph_bytes("\0", 1), {0}};
        uint8_t same[32];
        assert_int_equal(ph_trie_root(same, &first, 1, version), PH_OK);
        assert_memory_equal(root, same, 32);
    }
    uint8_t hash[32];
    ph_blake2_256(hash, ph_bytes("\0", 1));
    assert_memory_equal(hash, ph_trie_empty_root, 32);
}

static ph_bytes_t node_of(ph_writer_t *w, const ph_trie_pair_t *pairs, size_t count, int version)
{
    ph_writer_reset(w);
    assert_int_equal(ph_trie_root_node(w, pairs, count, version), PH_OK);
    return ph_writer_bytes(w);
}

/* Written out by hand from the specification. */
static void encodings_by_hand(void **unused)
{
    (void)unused;
    ph_writer_t w = PH_WRITER_HEAP;
    uint8_t value[33] = {0};
    ph_trie_pair_t leaf = {LIT("\x12"), ph_bytes(value, 32)};
    ph_bytes_t node = node_of(&w, &leaf, 1, 1);
    assert_int_equal(node.len, 2 + 1 + 32);
    assert_memory_equal(node.data, "\x42\x12\x80", 3);
    leaf.value.len = 33;
    node = node_of(&w, &leaf, 1, 1); /* one byte more: the hash stands for it, without a length */
    uint8_t hash[32];
    ph_blake2_256(hash, leaf.value);
    assert_int_equal(node.len, 2 + 32);
    assert_memory_equal(node.data, "\x22\x12", 2);
    assert_memory_equal(node.data + 2, hash, 32);
    node = node_of(&w, &leaf, 1, 0);
    assert_int_equal(node.len, 2 + 1 + 33);
    assert_memory_equal(node.data, "\x42\x12\x84", 3);
    /* a key that is another's prefix: a branch with a value, an inline leaf below nibble 2 with no partial key left */
    ph_trie_pair_t nested[2] = {{LIT("\x10"), LIT("v")}, {LIT("\x10\x2f"), LIT("w")}};
    node = node_of(&w, nested, 2, 1);
    assert_int_equal(node.len, 11);
    assert_memory_equal(node.data, "\xc2\x10\x04\x00\x04v\x10\x41\x0f\x04w", 11);
    ph_writer_free(&w);
}

static void bad_pairs_are_refused(void **unused)
{
    (void)unused;
    uint8_t root[32], *big = ph_mem_alloc(NULL, PH_TRIE_KEY_MAX + 1);
    ph_trie_pair_t twice[2] = {{LIT("a"), LIT("")}, {LIT("a"), LIT("")}},
                   back[2] = {{LIT("b"), LIT("")}, {LIT("a"), LIT("")}};
    ph_trie_pair_t longer = {ph_bytes(big, PH_TRIE_KEY_MAX + 1), LIT("")};
    assert_int_equal(ph_trie_root(root, twice, 2, 0), PH_ERR_INVALID);
    assert_int_equal(ph_trie_root(root, back, 2, 0), PH_ERR_INVALID);
    assert_int_equal(ph_trie_root(root, &longer, 1, 0), PH_ERR_TOO_LARGE);
    longer.key.len--;
    assert_int_equal(ph_trie_root(root, &longer, 1, 0), PH_OK);
    ph_mem_free(big);
}

static void sorting_keeps_the_last(void **unused)
{
    (void)unused;
    ph_trie_pair_t pairs[] = {{LIT("b"), LIT("1")}, {LIT("a"), LIT("1")}, {LIT("b"), LIT("2")}, {LIT(""), LIT("1")},
                              {LIT("a"), LIT("2")}, {LIT("b"), LIT("3")}, {LIT("ab"), LIT("1")}};
    assert_int_equal(ph_trie_sort(pairs, 7), 4);
    static const char *const expected[][2] = {{"", "1"}, {"a", "2"}, {"ab", "1"}, {"b", "3"}};
    for (size_t i = 0; i < 4; i++) {
        assert_true(ph_bytes_equal(pairs[i].key, ph_bytes(expected[i][0], strlen(expected[i][0]))));
        assert_true(ph_bytes_equal(pairs[i].value, ph_bytes(expected[i][1], 1)));
    }
    ph_trie_pair_t many[500];
    uint8_t keys[500][2];
    ph_test_random_t r = ph_test_random(5);
    for (size_t i = 0; i < 500; i++) {
        ph_test_fill(&r, keys[i], 2);
        keys[i][0] &= 15;
        many[i] = (ph_trie_pair_t){ph_bytes(keys[i], 2), {0}};
    }
    size_t count = ph_trie_sort(many, 500);
    for (size_t i = 1; i < count; i++)
        assert_true(ph_bytes_compare(many[i - 1].key, many[i].key) < 0);
}

static void builder_takes_pairs_in_any_order(void **unused)
{
    (void)unused;
    ph_test_random_t r = ph_test_random(11);
    ph_model_t model = {0};
    ph_trie_builder_t builder = ph_trie_builder_new();
    uint8_t key_room[128], value_room[128], ours[32], theirs[32];
    for (size_t i = 0; i < 300; i++) {
        ph_bytes_t key = ph_random_key(&r, key_room), value = ph_random_value(&r, value_room);
        assert_int_equal(ph_trie_builder_add(&builder, key, value), PH_OK);
        ph_model_set(&model, key, value);
        if (i % 20)
            continue;
        ph_trie_builder_root(&builder, ours, (int)(i / 20 % 2));
        assert_int_equal(ph_trie_root(theirs, model.items, model.count, (int)(i / 20 % 2)), PH_OK);
        assert_memory_equal(ours, theirs, 32);
    }
    ph_trie_builder_free(&builder);
    ph_model_free(&model);
}

/* The way to a key, there or not, against what the state's own proof of it holds. */
static void expect_path(ph_arena_t *arena, const ph_state_t *state, const ph_model_t *model, ph_bytes_t key)
{
    ph_trie_path_t path;
    ph_proof_t proof;
    assert_int_equal(ph_trie_path(arena, &path, model->items, model->count, 0, key), PH_OK);
    assert_int_equal(ph_proof_make(arena, &proof, state, &key, 1), PH_OK);
    assert_int_equal(path.count, proof.count);
    for (size_t i = 0; i < path.count; i++) {
        bool found = false;
        for (size_t k = 0; k < proof.count; k++)
            found |= ph_bytes_equal(path.items[i], proof.nodes[k]);
        assert_true(found);
    }
}

static void paths_are_proofs(void **unused)
{
    (void)unused;
    ph_test_random_t r = ph_test_random(23);
    ph_model_t model = {0};
    uint8_t key_room[128], value_room[128];
    for (size_t i = 1; i <= 120; i++) {
        ph_bytes_t key = ph_random_key(&r, key_room), value = ph_random_value(&r, value_room);
        ph_model_set(&model, key, value);
        if (i % 8)
            continue;
        ph_arena_t *arena = ph_arena_new();
        ph_trie_store_t *store = ph_trie_store_new(NULL);
        ph_state_t *state;
        assert_int_equal(ph_state_build(&state, store, model.items, model.count, 0), PH_OK);
        for (size_t k = 0; k < model.count; k++)
            expect_path(arena, state, &model, model.items[k].key);
        for (size_t k = 0; k < 50; k++)
            expect_path(arena, state, &model, ph_random_key(&r, key_room));
        ph_state_unref(state);
        ph_trie_store_free(store);
        ph_arena_free(arena);
    }
    ph_trie_path_t path;
    ph_arena_t *arena = ph_arena_new();
    assert_int_equal(ph_trie_path(arena, &path, NULL, 0, 0, LIT("key")), PH_OK);
    assert_int_equal(path.count, 1); /* the empty trie's node */
    ph_trie_pair_t unsorted[2] = {{LIT("b"), LIT("")}, {LIT("a"), LIT("")}};
    assert_int_equal(ph_trie_path(arena, &path, unsorted, 2, 0, LIT("a")), PH_ERR_INVALID);
    ph_arena_free(arena);
    ph_model_free(&model);
}

static void assert_decodes(ph_err_t expected, ph_bytes_t node)
{
    /* in memory of its own length, so that a read behind its end is seen */
    ph_bytes_t copy = ph_bytes_copy(NULL, node);
    ph_node_plan_t plan;
    assert_int_equal(ph_node_decode(&plan, copy), expected);
    ph_mem_free(copy.data);
}

static void nodes_that_do_not_decode(void **unused)
{
    (void)unused;
    assert_decodes(PH_ERR_MALFORMED, LIT(""));
    assert_decodes(PH_OK, LIT("\0"));
    for (uint8_t b = 1; b < 16; b++)
        assert_decodes(PH_ERR_MALFORMED, ph_bytes(&b, 1));
    assert_decodes(PH_ERR_MALFORMED, LIT("\x41"));         /* partial key missing */
    assert_decodes(PH_ERR_MALFORMED, LIT("\x41\x10\x00")); /* odd, and a nibble where none is */
    assert_decodes(PH_OK, LIT("\x41\x01\x00"));
    assert_decodes(PH_ERR_MALFORMED, LIT("\x40\x04"));             /* value shorter than it says */
    assert_decodes(PH_ERR_MALFORMED, LIT("\x40\x01\x00"));         /* length in too many bytes */
    assert_decodes(PH_ERR_MALFORMED, LIT("\x40\xfe\xff\xff\xff")); /* a length of 2^30 - 1 */
    assert_decodes(PH_ERR_MALFORMED, LIT("\x80\x00\x00"));         /* a branch without children */
    assert_decodes(PH_ERR_MALFORMED, LIT("\x80\x01\x00"));         /* the child is missing */
    assert_decodes(PH_OK, LIT("\x80\x01\x00\x00"));
    assert_decodes(PH_ERR_MALFORMED, LIT("\x20\x01\x02"));         /* hash cut short */
    assert_decodes(PH_ERR_MALFORMED, LIT("\x7f\xff\xff"));         /* count goes on */
    assert_decodes(PH_ERR_MALFORMED, LIT("\x7f\xff\xff\x00\x00")); /* count far beyond the input */
}

/* Every length of partial key around the places where the header grows. */
static void headers_read_back(void **unused)
{
    (void)unused;
    uint8_t key[400] = {0};
    ph_writer_t w = PH_WRITER_HEAP;
    for (size_t len = 0; len <= 400; len++) {
        for (int kind = 0; kind < 4; kind++) {
            ph_node_plan_t in = {.kind = kind < 2 ? PH_NODE_LEAF : PH_NODE_BRANCH,
                                 .has_value = true,
                                 .value_hashed = kind % 2,
                                 .partial_len = 2 * len - (len > 0 && kind == 3),
                                 .partial = key,
                                 .value = ph_bytes(key, 32)},
                           out;
            if (kind >= 2) {
                in.bitmap = 0x8001;
                in.kids[0] = ph_bytes(key, 3);
                in.kids[15] = ph_bytes(key, 32);
            }
            ph_writer_reset(&w);
            ph_node_encode(&w, &in);
            assert_int_equal(ph_node_decode(&out, ph_writer_bytes(&w)), PH_OK);
            assert_true(out.kind == in.kind && out.value_hashed == in.value_hashed && out.has_value);
            assert_int_equal(out.partial_len, in.partial_len);
            assert_int_equal(out.bitmap, in.bitmap);
            assert_int_equal(out.kids[15].len, in.kids[15].len);
        }
    }
    ph_writer_free(&w);
}

static void storage_keys(void **unused)
{
    (void)unused;
    uint8_t prefix[32];
    char text[65];
    ph_storage_prefix(prefix, LIT("System"), LIT("Account"));
    ph_hex(text, ph_bytes(prefix, 32));
    assert_string_equal(text, "26aa394eea5630e07c48ae0c9558cef7b99d880ec681799c0cf30e8886371da9");
    ph_writer_t w = PH_WRITER_HEAP;
    ph_child_storage_key(&w, LIT("x"));
    assert_true(ph_bytes_equal(ph_writer_bytes(&w), LIT(":child_storage:default:x")));
    for (int hasher = PH_HASHER_IDENTITY; hasher <= PH_HASHER_BLAKE2_256; hasher++) {
        bool keeps;
        ph_writer_reset(&w);
        ph_storage_hash_key(&w, (ph_hasher_t)hasher, LIT("key"));
        size_t len = ph_hasher_len((ph_hasher_t)hasher, &keeps);
        assert_int_equal(w.len, len + (keeps ? 3 : 0));
        assert_true(!keeps || memcmp(w.data + len, "key", 3) == 0);
    }
    ph_writer_free(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_roots),
        cmocka_unit_test(encodings_by_hand),
        cmocka_unit_test(bad_pairs_are_refused),
        cmocka_unit_test(sorting_keeps_the_last),
        cmocka_unit_test(builder_takes_pairs_in_any_order),
        cmocka_unit_test(paths_are_proofs),
        cmocka_unit_test(nodes_that_do_not_decode),
        cmocka_unit_test(headers_read_back),
        cmocka_unit_test(storage_keys),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
