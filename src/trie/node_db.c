#include "trie/node_db.h"

#include <stdlib.h>
#include <string.h>

#include "crypto/hash.h"

void ph_node_db_init(ph_node_db_t *db)
{
    ph_map_init(&db->by_hash, 32, sizeof(ph_bytes_t));
}
void ph_node_db_free(ph_node_db_t *db)
{
    ph_map_free(&db->by_hash);
}

void ph_node_db_put(ph_node_db_t *db, uint8_t hash[32], ph_bytes_t bytes)
{
    ph_blake2_256(hash, bytes);
    *(ph_bytes_t *)ph_map_put(&db->by_hash, hash, NULL) = bytes;
}

bool ph_node_db_get(const ph_node_db_t *db, ph_bytes_t *out, const uint8_t hash[32])
{
    static const uint8_t empty_node = 0;
    if (memcmp(hash, ph_trie_empty_root, 32) == 0) {
        *out = ph_bytes(&empty_node, 1);
        return true;
    }
    const ph_bytes_t *found = ph_map_get(&db->by_hash, hash);
    if (found)
        *out = *found;
    return found != NULL;
}

static ph_err_t read_value(const ph_node_db_t *db, ph_bytes_t *value, const ph_node_plan_t *plan)
{
    if (!plan->has_value)
        return PH_ERR_NOT_FOUND;
    *value = plan->value;
    if (plan->value_hashed && !ph_node_db_get(db, value, plan->value.data))
        return PH_ERR_INVALID;
    return PH_OK;
}

ph_err_t ph_node_db_read(const ph_node_db_t *db, ph_bytes_t *value, bool *at_root, const uint8_t root[32],
                         ph_bytes_t key)
{
    ph_bytes_t node;
    *at_root = !ph_node_db_get(db, &node, root);
    if (*at_root)
        return PH_ERR_INVALID;
    for (size_t at = 0;; at++) {
        ph_node_plan_t plan;
        PH_TRY(ph_node_decode(&plan, node));
        if (plan.kind == PH_NODE_EMPTY || !ph_node_plan_continues(&plan, key, at))
            return PH_ERR_NOT_FOUND;
        at += plan.partial_len;
        if (at == 2 * key.len)
            return read_value(db, value, &plan);
        uint8_t nibble = ph_nibble(key, at);
        if (!(plan.bitmap >> nibble & 1))
            return PH_ERR_NOT_FOUND;
        node = plan.kids[nibble];
        if (node.len == PH_TRIE_HASH_LEN && !ph_node_db_get(db, &node, node.data))
            return PH_ERR_INVALID;
    }
}

static int compare_nodes(const void *a, const void *b)
{
    return ph_bytes_compare(*(const ph_bytes_t *)a, *(const ph_bytes_t *)b);
}

size_t ph_sort_nodes(ph_bytes_t *nodes, size_t count)
{
    if (count < 2)
        return count;
    qsort(nodes, count, sizeof *nodes, compare_nodes);
    size_t kept = 1;
    for (size_t i = 1; i < count; i++)
        if (!ph_bytes_equal(nodes[kept - 1], nodes[i]))
            nodes[kept++] = nodes[i];
    return kept;
}
