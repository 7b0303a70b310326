#include "trie/proof.h"

#include <string.h>

#include "scale/scale.h"
#include "trie/keys.h"
#include "trie/node.h"
#include "trie/node_db.h"

/* ---- making ---- */

struct ph_proof_recorder {
    ph_arena_t *arena;
    ph_map_t seen; /* hash of a node or value → nothing */
    PH_LIST(ph_bytes_t) nodes;
};

ph_proof_recorder_t *ph_proof_recorder_new(void)
{
    ph_proof_recorder_t *r = ph_mem_alloc(NULL, sizeof *r);
    r->arena = ph_arena_new();
    ph_map_init(&r->seen, 32, 1);
    return r;
}

void ph_proof_recorder_free(ph_proof_recorder_t *r)
{
    if (!r)
        return;
    ph_arena_free(r->arena);
    ph_map_free(&r->seen);
    ph_mem_free(r);
}

/* Inline nodes travel inside their parents; only the root is recorded however short it is. */
typedef struct ph_path_walk {
    ph_proof_recorder_t *r;
    bool below_root;
} ph_path_walk_t;

static bool is_new(ph_proof_recorder_t *r, const uint8_t hash[32])
{
    bool added;
    ph_map_put(&r->seen, hash, &added);
    return added;
}

static void record_node(void *self, ph_trie_node_t *node)
{
    ph_path_walk_t *walk = self;
    bool by_hash = !walk->below_root || node->merkle_len == PH_TRIE_HASH_LEN;
    walk->below_root = true;
    uint8_t hash[32];
    if (by_hash)
        ph_trie_node_root_hash(hash, node);
    if (!by_hash || !is_new(walk->r, hash))
        return;
    ph_writer_t w = ph_writer_in(walk->r->arena);
    ph_trie_node_encode(&w, node);
    ph_list_push(walk->r->arena, &walk->r->nodes, ph_writer_bytes(&w));
}

ph_err_t ph_proof_record(ph_proof_recorder_t *r, const ph_state_t *state, ph_bytes_t key)
{
    ph_path_walk_t walk = {.r = r};
    ph_trie_node_t *node;
    ph_err_t err = ph_trie_find(state->store, state->root, &node, key, record_node, &walk);
    if (err)
        return err == PH_ERR_NOT_FOUND ? PH_OK : err;
    ph_bytes_t value;
    PH_TRY(ph_trie_value(state->store, &value, node));
    if (node->flags & PH_TRIE_VALUE_HASHED && is_new(r, node->value_hash))
        ph_list_push(r->arena, &r->nodes, ph_bytes_copy(r->arena, value));
    return PH_OK;
}

ph_err_t ph_proof_record_child(ph_proof_recorder_t *r, const ph_state_t *state, ph_bytes_t child, ph_bytes_t key)
{
    ph_writer_t root_key = PH_WRITER_HEAP;
    ph_child_storage_key(&root_key, child);
    ph_err_t err = ph_proof_record(r, state, ph_writer_bytes(&root_key));
    ph_writer_free(&root_key);
    PH_TRY(err);
    ph_state_t *trie;
    PH_TRY(ph_state_child(state, &trie, child));
    err = ph_proof_record(r, trie, key);
    ph_state_unref(trie);
    return err;
}

static void take_nodes(const ph_proof_recorder_t *r, ph_arena_t *arena, ph_proof_t *out)
{
    out->count = r->nodes.count;
    out->nodes = ph_arena_alloc(arena, out->count * sizeof *out->nodes);
    for (size_t i = 0; i < out->count; i++)
        out->nodes[i] = ph_bytes_copy(arena, r->nodes.items[i]);
}

void ph_proof_recorder_take(const ph_proof_recorder_t *r, ph_arena_t *arena, ph_proof_t *out)
{
    take_nodes(r, arena, out);
    out->count = ph_sort_nodes(out->nodes, out->count);
}

ph_err_t ph_proof_make(ph_arena_t *arena, ph_proof_t *out, const ph_state_t *state, const ph_bytes_t *keys,
                       size_t count)
{
    ph_proof_recorder_t *r = ph_proof_recorder_new();
    ph_err_t err = PH_OK;
    for (size_t i = 0; i < count && !err; i++)
        err = ph_proof_record(r, state, keys[i]);
    if (!err)
        ph_proof_recorder_take(r, arena, out);
    ph_proof_recorder_free(r);
    return err;
}

ph_err_t ph_proof_path(ph_arena_t *arena, ph_proof_t *out, const ph_state_t *state, ph_bytes_t key)
{
    ph_proof_recorder_t *r = ph_proof_recorder_new();
    ph_err_t err = ph_proof_record(r, state, key);
    if (!err)
        take_nodes(r, arena, out);
    ph_proof_recorder_free(r);
    return err;
}

/* ---- reading ---- */

struct ph_proof_reader {
    ph_node_db_t db;
};

ph_proof_reader_t *ph_proof_reader_new(const ph_bytes_t *nodes, size_t count)
{
    ph_proof_reader_t *r = ph_mem_alloc(NULL, sizeof *r);
    ph_node_db_init(&r->db);
    uint8_t hash[32];
    for (size_t i = 0; i < count; i++)
        ph_node_db_put(&r->db, hash, nodes[i]);
    return r;
}

void ph_proof_reader_free(ph_proof_reader_t *r)
{
    if (!r)
        return;
    ph_node_db_free(&r->db);
    ph_mem_free(r);
}

ph_proof_verdict_t ph_proof_read(const ph_proof_reader_t *r, ph_bytes_t *value, const uint8_t root[32], ph_bytes_t key)
{
    bool at_root;
    ph_err_t err = ph_node_db_read(&r->db, value, &at_root, root, key);
    if (!err)
        return PH_PROOF_PRESENT;
    if (err == PH_ERR_NOT_FOUND)
        return PH_PROOF_ABSENT;
    if (err == PH_ERR_INVALID)
        return at_root ? PH_PROOF_NO_ROOT : PH_PROOF_INCOMPLETE;
    return PH_PROOF_MALFORMED;
}

ph_proof_verdict_t ph_proof_read_child(const ph_proof_reader_t *r, ph_bytes_t *value, const uint8_t root[32],
                                       ph_bytes_t child, ph_bytes_t key)
{
    ph_writer_t root_key = PH_WRITER_HEAP;
    ph_child_storage_key(&root_key, child);
    ph_bytes_t child_root;
    ph_proof_verdict_t verdict = ph_proof_read(r, &child_root, root, ph_writer_bytes(&root_key));
    ph_writer_free(&root_key);
    if (verdict != PH_PROOF_PRESENT)
        return verdict;
    if (child_root.len != 32)
        return PH_PROOF_MALFORMED;
    return ph_proof_read(r, value, child_root.data, key);
}

/* ---- SCALE ---- */

void ph_proof_encode(ph_writer_t *w, const ph_proof_t *proof)
{
    ph_write_compact(w, proof->count);
    for (size_t i = 0; i < proof->count; i++)
        ph_write_bytes(w, proof->nodes[i]);
}

ph_err_t ph_proof_decode(ph_arena_t *arena, ph_proof_t *out, ph_bytes_t in)
{
    ph_reader_t r = ph_reader(in);
    r.borrow = true;
    PH_TRY(ph_read_length(&r, 1, &out->count));
    out->nodes = ph_arena_alloc(arena, out->count * sizeof *out->nodes);
    for (size_t i = 0; i < out->count; i++)
        PH_TRY(ph_read_bytes(&r, arena, &out->nodes[i]));
    PH_TRY(ph_reader_finish(&r));
    out->count = ph_sort_nodes(out->nodes, out->count);
    return PH_OK;
}
