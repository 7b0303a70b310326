/* Inside the trie room: encoded nodes and values by their hash, as a proof carries them. */
#ifndef PH_TRIE_NODE_DB_H
#define PH_TRIE_NODE_DB_H

#include "base/map.h"
#include "trie/codec.h"

typedef struct ph_node_db {
    ph_map_t by_hash; /* uint8_t[32] → ph_bytes_t, borrowed */
} ph_node_db_t;

void ph_node_db_init(ph_node_db_t *db);
void ph_node_db_free(ph_node_db_t *db);
/* The bytes must outlive the database. Writes their hash. */
void ph_node_db_put(ph_node_db_t *db, uint8_t hash[32], ph_bytes_t bytes);
/* The empty trie's node is always there. */
bool ph_node_db_get(const ph_node_db_t *db, ph_bytes_t *out, const uint8_t hash[32]);

/* Finds the value of a key. NOT_FOUND: there is none; INVALID: a node or the value on the way is missing (*at_root says
 * that it is the root's node); MALFORMED: a node does not decode. */
PH_MUST_CHECK ph_err_t ph_node_db_read(const ph_node_db_t *db, ph_bytes_t *value, bool *at_root, const uint8_t root[32],
                                       ph_bytes_t key);

/* Sorts lexicographically and drops duplicates; returns how many are left. */
size_t ph_sort_nodes(ph_bytes_t *nodes, size_t count);

#endif
