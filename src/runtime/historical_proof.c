#include "runtime/historical_proof.h"

#include <string.h>

#include "runtime/support.h"
#include "runtime/vec.h"
#include "trie/codec.h"

/* A key of a session key has 74 nibbles (beefy's 76), a position 8; a way has a node more than nibbles at most, and its
 * value may be one. */
#define MAX_NODES (76 + 2 + 8 + 2)

bool ph_proof_nodes_open(ph_rt_t *rt, ph_proof_nodes_t *out, const ph_vec_bytes_t *nodes)
{
    if (nodes->count > MAX_NODES)
        return false;
    ph_vec_alloc(rt, out, nodes->count);
    for (size_t i = 0; i < nodes->count; i++) {
        out->items[i] = (ph_proof_node_t){.bytes = nodes->items[i]};
        ph_host_blake2_256(rt, out->items[i].hash.bytes, nodes->items[i]);
        for (size_t k = 0; k < i; k++)
            if (ph_hash_is(&out->items[k].hash, &out->items[i].hash))
                return false;
    }
    return true;
}

static bool find(ph_proof_nodes_t *nodes, ph_bytes_t *out, const uint8_t hash[32])
{
    for (size_t i = 0; i < nodes->count; i++)
        if (memcmp(nodes->items[i].hash.bytes, hash, 32) == 0) {
            nodes->items[i].used = true;
            *out = nodes->items[i].bytes;
            return true;
        }
    return false;
}

bool ph_proof_nodes_read(ph_proof_nodes_t *nodes, ph_bytes_t *value, const ph_hash_t *root, ph_bytes_t key)
{
    ph_bytes_t node;
    if (!find(nodes, &node, root->bytes))
        return false;
    for (size_t at = 0;; at++) {
        ph_node_plan_t plan;
        if (ph_node_decode(&plan, node) != PH_OK || plan.kind == PH_NODE_EMPTY ||
            !ph_node_plan_continues(&plan, key, at))
            return false;
        at += plan.partial_len;
        if (at == 2 * key.len) {
            *value = plan.value;
            return plan.has_value && (!plan.value_hashed || find(nodes, value, plan.value.data));
        }
        uint8_t nibble = ph_nibble(key, at);
        if (!(plan.bitmap >> nibble & 1))
            return false;
        node = plan.kids[nibble];
        if (node.len == PH_TRIE_HASH_LEN && !find(nodes, &node, node.data))
            return false;
    }
}

bool ph_proof_nodes_all_used(const ph_proof_nodes_t *nodes)
{
    for (size_t i = 0; i < nodes->count; i++)
        if (!nodes->items[i].used)
            return false;
    return true;
}

void ph_historical_add_nodes(ph_rt_t *rt, ph_vec_bytes_t *list, const ph_bytes_t *nodes, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        size_t at = 0;
        while (at < list->count && ph_bytes_compare(list->items[at], nodes[i]) < 0)
            at++;
        if (at == list->count || !ph_bytes_equal(list->items[at], nodes[i]))
            ph_vec_insert(rt, list, at, nodes[i]);
    }
}
