/* Erasure roots against the trie room's general root; proofs that hold and proofs that must not. */
#include "support/cmocka.h"

#include <stdlib.h>

#include "crypto/hash.h"
#include "erasure/proof.h"
#include "trie/root.h"

static uint8_t *some_hashes(size_t count)
{
    uint8_t *hashes = malloc(32 * count);
    for (size_t i = 0; i < count; i++) {
        uint8_t name[4];
        ph_put_u32(name, (uint32_t)i);
        ph_blake2_256(hashes + 32 * i, ph_bytes(name, 4));
    }
    return hashes;
}

static void reference_root(uint8_t out[32], const uint8_t *hashes, size_t count)
{
    ph_trie_builder_t builder = ph_trie_builder_new();
    for (size_t i = 0; i < count; i++) {
        uint8_t key[4];
        ph_put_u32(key, (uint32_t)i);
        assert_int_equal(ph_trie_builder_add(&builder, ph_bytes(key, 4), ph_bytes(hashes + 32 * i, 32)), PH_OK);
    }
    ph_trie_builder_root(&builder, out, 0);
    ph_trie_builder_free(&builder);
}

static void test_roots(void **state)
{
    (void)state;
    static const size_t counts[] = {1, 2, 3, 15, 16, 17, 255, 256, 257, 1000, 4097, 65536};
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        uint8_t *hashes = some_hashes(counts[i]), expected[32];
        reference_root(expected, hashes, counts[i]);
        ph_erasure_tree_t *tree = ph_erasure_tree_new(hashes, counts[i]);
        assert_memory_equal(ph_erasure_tree_root(tree), expected, 32);
        ph_erasure_tree_free(tree);
        free(hashes);
    }
}

static void check_proofs(size_t count, size_t step)
{
    uint8_t *hashes = some_hashes(count);
    ph_erasure_tree_t *tree = ph_erasure_tree_new(hashes, count);
    const uint8_t *root = ph_erasure_tree_root(tree);
    for (size_t i = 0; i < count; i += step) {
        ph_bytes_t nodes[PH_ERASURE_PROOF_NODES_MAX];
        size_t node_count = ph_erasure_tree_proof(tree, nodes, i);
        uint8_t out[32], chunk[4];
        ph_put_u32(chunk, (uint32_t)i);
        for (size_t j = 0; j < node_count; j++)
            assert_true(nodes[j].len <= PH_ERASURE_PROOF_NODE_LEN_MAX);
        assert_int_equal(ph_erasure_proof_hash(out, root, (uint32_t)i, nodes, node_count), PH_OK);
        assert_memory_equal(out, hashes + 32 * i, 32);
        assert_int_equal(ph_erasure_proof_verify(root, (uint32_t)i, ph_bytes(chunk, 4), nodes, node_count), PH_OK);
        assert_int_equal(ph_erasure_proof_verify(root, (uint32_t)i, ph_bytes(chunk, 3), nodes, node_count),
                         PH_ERR_INVALID);
        assert_int_not_equal(ph_erasure_proof_verify(root, (uint32_t)(i ^ 1), ph_bytes(chunk, 4), nodes, node_count),
                             PH_OK);
        /* without any one of its nodes it proves nothing */
        for (size_t j = 0; j < node_count; j++) {
            ph_bytes_t fewer[PH_ERASURE_PROOF_NODES_MAX];
            size_t left = 0;
            for (size_t m = 0; m < node_count; m++)
                if (m != j)
                    fewer[left++] = nodes[m];
            assert_int_equal(ph_erasure_proof_hash(out, root, (uint32_t)i, fewer, left), PH_ERR_INVALID);
        }
    }
    ph_erasure_tree_free(tree);
    free(hashes);
}

static void test_proofs(void **state)
{
    (void)state;
    for (size_t count = 1; count < 300; count += count < 20 ? 1 : 31)
        check_proofs(count, 1);
    check_proofs(1000, 7);
    check_proofs(65536, 997);
}

/* No flipped bit of any node leaves the proof in force. */
static void test_tampering(void **state)
{
    (void)state;
    uint8_t *hashes = some_hashes(40), out[32];
    ph_erasure_tree_t *tree = ph_erasure_tree_new(hashes, 40);
    ph_bytes_t nodes[PH_ERASURE_PROOF_NODES_MAX];
    size_t count = ph_erasure_tree_proof(tree, nodes, 21);
    for (size_t j = 0; j < count; j++) {
        uint8_t *copy = malloc(nodes[j].len);
        memcpy(copy, nodes[j].data, nodes[j].len);
        ph_bytes_t honest = nodes[j];
        nodes[j].data = copy;
        for (size_t bit = 0; bit < 8 * honest.len; bit++) {
            copy[bit / 8] ^= (uint8_t)(1 << bit % 8);
            assert_int_equal(ph_erasure_proof_hash(out, ph_erasure_tree_root(tree), 21, nodes, count), PH_ERR_INVALID);
            copy[bit / 8] ^= (uint8_t)(1 << bit % 8);
        }
        nodes[j] = honest;
        free(copy);
    }
    assert_int_equal(ph_erasure_proof_hash(out, ph_erasure_tree_root(tree), 21, nodes, count), PH_OK);
    /* an index beyond the last: shown to be absent */
    assert_int_equal(ph_erasure_proof_hash(out, ph_erasure_tree_root(tree), 0x1000015, nodes, count), PH_ERR_NOT_FOUND);
    ph_erasure_tree_free(tree);
    free(hashes);
}

static void test_bounds(void **state)
{
    (void)state;
    uint8_t out[32], root[32] = {0}, big[613] = {0};
    ph_bytes_t nodes[9];
    for (size_t i = 0; i < 9; i++)
        nodes[i] = ph_bytes(big, 1);
    assert_int_equal(ph_erasure_proof_hash(out, root, 0, nodes, 9), PH_ERR_TOO_LARGE);
    assert_int_equal(ph_erasure_proof_hash(out, root, 0, nodes, 8), PH_ERR_INVALID);
    nodes[0] = ph_bytes(big, 613);
    assert_int_equal(ph_erasure_proof_hash(out, root, 0, nodes, 1), PH_ERR_TOO_LARGE);
    assert_int_equal(ph_erasure_proof_hash(out, root, 0, nodes, 0), PH_ERR_INVALID);
    /* garbage that hashes to the root */
    for (size_t len = 0; len < 80; len++) {
        memset(big, (int)(len * 37), sizeof big);
        ph_blake2_256(root, ph_bytes(big, len));
        nodes[0] = ph_bytes(big, len);
        assert_int_not_equal(ph_erasure_proof_hash(out, root, 0, nodes, 1), PH_OK);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_roots),
        cmocka_unit_test(test_proofs),
        cmocka_unit_test(test_tampering),
        cmocka_unit_test(test_bounds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
