#include "trie/compact.h"

#include <string.h>

#include "scale/scale.h"
#include "trie/keys.h"
#include "trie/node_db.h"

/* A key's nibbles bound the depth of all recursion here. */

/* ---- child tries of a partial trie ---- */

typedef struct ph_child_search {
    const ph_node_db_t *db;
    ph_arena_t *arena;
    PH_LIST(const uint8_t *) roots; /* in key order */
    uint8_t path[PH_TRIE_NIBBLES_MAX];
    size_t visits_left; /* a proof may point at one node from many places; honest ones hardly do */
} ph_child_search_t;

/* Can a key that begins with the path lie under the child prefix? */
static bool leads_to_children(const ph_child_search_t *s, size_t len)
{
    for (size_t i = 0; i < len && i < 2 * ph_default_child_prefix.len; i++)
        if (s->path[i] != ph_nibble(ph_default_child_prefix, i))
            return false;
    return true;
}

static ph_compact_verdict_t note_child(ph_child_search_t *s, const ph_node_plan_t *plan, size_t len)
{
    if (!plan->has_value || len < 2 * ph_default_child_prefix.len)
        return PH_COMPACT_OK;
    if (len % 2)
        return PH_COMPACT_TRIE_ERROR;
    ph_bytes_t value = plan->value;
    if (plan->value_hashed && !ph_node_db_get(s->db, &value, plan->value.data))
        return PH_COMPACT_OK;
    if (value.len != 32)
        return PH_COMPACT_INVALID_CHILD_ROOT;
    ph_list_push(s->arena, &s->roots, value.data);
    return PH_COMPACT_OK;
}

static ph_compact_verdict_t find_children(ph_child_search_t *s, ph_bytes_t node, size_t len)
{
    if (!s->visits_left--)
        return PH_COMPACT_TRIE_ERROR;
    ph_node_plan_t *plan = ph_arena_alloc(s->arena, sizeof *plan);
    if (ph_node_decode(plan, node) || plan->partial_len >= PH_TRIE_NIBBLES_MAX - len)
        return PH_COMPACT_TRIE_ERROR;
    for (size_t i = 0; i < plan->partial_len; i++)
        s->path[len++] = ph_node_plan_nibble(plan, i);
    if (!leads_to_children(s, len))
        return PH_COMPACT_OK;
    ph_compact_verdict_t verdict = note_child(s, plan, len);
    for (uint8_t i = 0; i < 16 && !verdict; i++) {
        ph_bytes_t kid = plan->kids[i];
        s->path[len] = i;
        if (!(plan->bitmap >> i & 1) || !leads_to_children(s, len + 1))
            continue;
        if (kid.len != PH_TRIE_HASH_LEN || ph_node_db_get(s->db, &kid, kid.data))
            verdict = find_children(s, kid, len + 1);
    }
    return verdict;
}

/* Roots of the child tries that the partial trie of `root` shows; parts that are missing show none. */
static ph_compact_verdict_t child_roots(ph_child_search_t *s, const ph_node_db_t *db, ph_arena_t *arena,
                                        const uint8_t root[32])
{
    ph_bytes_t node;
    s->db = db;
    s->arena = arena;
    s->roots.items = NULL;
    s->roots.count = s->roots.cap = 0;
    s->visits_left = 64 * db->by_hash.count + 4096;
    return ph_node_db_get(db, &node, root) ? find_children(s, node, 0) : PH_COMPACT_TRIE_ERROR;
}

/* ---- encoding ---- */

typedef struct ph_compact_out {
    ph_arena_t *arena;
    const ph_node_db_t *db;
    PH_LIST(ph_bytes_t) items;
    ph_map_t nodes, values; /* hashes written so far: apart, for a value may equal a node's encoding */
} ph_compact_out_t;

static bool first_time(ph_map_t *seen, const uint8_t *hash)
{
    bool added;
    ph_map_put(seen, hash, &added);
    return added;
}

static bool detach_value(ph_compact_out_t *o, const ph_node_plan_t *plan)
{
    ph_bytes_t value;
    if (!plan->value_hashed || ph_map_get(&o->values, plan->value.data) ||
        !ph_node_db_get(o->db, &value, plan->value.data))
        return false;
    first_time(&o->values, plan->value.data);
    ph_list_push(o->arena, &o->items, value);
    return true;
}

static ph_compact_verdict_t write_subtree(ph_compact_out_t *o, ph_bytes_t node, size_t depth)
{
    ph_node_plan_t *plan = ph_arena_alloc(o->arena, sizeof *plan);
    if (ph_node_decode(plan, node) || plan->partial_len >= PH_TRIE_NIBBLES_MAX - depth)
        return PH_COMPACT_TRIE_ERROR;
    depth += plan->partial_len + 1;
    size_t place = o->items.count;
    ph_list_push(o->arena, &o->items, node);
    bool detached = detach_value(o, plan), changed = detached;
    if (detached) {
        plan->value_hashed = false;
        plan->value = (ph_bytes_t){0};
    }
    for (size_t i = 0; i < 16; i++) {
        ph_bytes_t kid;
        bool there = plan->kids[i].len == PH_TRIE_HASH_LEN && ph_node_db_get(o->db, &kid, plan->kids[i].data);
        if (!there || !first_time(&o->nodes, plan->kids[i].data))
            continue;
        changed = true;
        plan->kids[i] = (ph_bytes_t){0};
        ph_compact_verdict_t verdict = write_subtree(o, kid, depth);
        if (verdict)
            return verdict;
    }
    if (changed) {
        ph_writer_t w = ph_writer_in(o->arena);
        if (detached)
            ph_write_u8(&w, PH_TRIE_COMPACT_ESCAPE);
        ph_node_encode(&w, plan);
        o->items.items[place] = ph_writer_bytes(&w);
    }
    return PH_COMPACT_OK;
}

static ph_compact_verdict_t write_trie(ph_compact_out_t *o, const uint8_t root[32])
{
    ph_bytes_t node;
    if (!ph_node_db_get(o->db, &node, root))
        return PH_COMPACT_TRIE_ERROR;
    first_time(&o->nodes, root);
    return write_subtree(o, node, 0);
}

static ph_compact_verdict_t write_all(ph_compact_out_t *o, const uint8_t root[32])
{
    ph_child_search_t *children = ph_arena_alloc(o->arena, sizeof *children);
    ph_compact_verdict_t verdict = child_roots(children, o->db, o->arena, root);
    if (!verdict)
        verdict = write_trie(o, root);
    for (size_t i = 0; i < children->roots.count && !verdict; i++) {
        ph_bytes_t node;
        if (ph_node_db_get(o->db, &node, children->roots.items[i]))
            verdict = write_trie(o, children->roots.items[i]);
    }
    return verdict;
}

ph_compact_verdict_t ph_compact_encode(ph_arena_t *arena, ph_compact_proof_t *out, const ph_bytes_t *nodes,
                                       size_t count, const uint8_t root[32])
{
    ph_node_db_t db;
    ph_node_db_init(&db);
    uint8_t hash[32];
    for (size_t i = 0; i < count; i++)
        ph_node_db_put(&db, hash, nodes[i]);
    ph_compact_out_t o = {.arena = arena, .db = &db};
    ph_map_init(&o.nodes, 32, 1);
    ph_map_init(&o.values, 32, 1);
    ph_compact_verdict_t verdict = write_all(&o, root);
    *out = (ph_compact_proof_t){o.items.items, o.items.count};
    ph_map_free(&o.nodes);
    ph_map_free(&o.values);
    ph_node_db_free(&db);
    return verdict;
}

/* ---- decoding ---- */

typedef struct ph_compact_in {
    ph_arena_t *arena;
    ph_node_db_t *db;
    const ph_compact_proof_t *proof;
    size_t at;
} ph_compact_in_t;

static void keep_node(ph_compact_in_t *in, uint8_t hash[32], const ph_node_plan_t *plan)
{
    ph_writer_t w = ph_writer_in(in->arena);
    ph_node_encode(&w, plan);
    ph_node_db_put(in->db, hash, ph_writer_bytes(&w));
}

/* Rebuilds the subtree whose items come next, children first. */
static ph_compact_verdict_t read_subtree(ph_compact_in_t *in, uint8_t hash[32], size_t depth)
{
    if (in->at == in->proof->count)
        return PH_COMPACT_TRIE_ERROR;
    ph_bytes_t item = in->proof->items[in->at++];
    bool attached = item.len && item.data[0] == PH_TRIE_COMPACT_ESCAPE;
    ph_node_plan_t *plan = ph_arena_alloc(in->arena, sizeof *plan);
    if (ph_node_decode(plan, ph_bytes(item.data + attached, item.len - attached)) ||
        plan->partial_len >= PH_TRIE_NIBBLES_MAX - depth)
        return PH_COMPACT_TRIE_ERROR;
    if (attached && in->at == in->proof->count)
        return PH_COMPACT_TRIE_ERROR;
    ph_bytes_t value = attached ? in->proof->items[in->at++] : (ph_bytes_t){0};
    for (size_t i = 0; i < 16; i++) {
        if (!(plan->bitmap >> i & 1))
            continue;
        if (plan->kids[i].len > PH_TRIE_HASH_LEN)
            return PH_COMPACT_TRIE_ERROR;
        if (plan->kids[i].len)
            continue;
        uint8_t *kid_hash = ph_arena_alloc(in->arena, 32);
        ph_compact_verdict_t verdict = read_subtree(in, kid_hash, depth + plan->partial_len + 1);
        if (verdict)
            return verdict;
        plan->kids[i] = ph_bytes(kid_hash, 32);
    }
    if (attached) {
        uint8_t *value_hash = ph_arena_alloc(in->arena, 32);
        ph_node_db_put(in->db, value_hash, value);
        plan->has_value = plan->value_hashed = true;
        plan->value = ph_bytes(value_hash, 32);
    }
    keep_node(in, hash, plan);
    return PH_COMPACT_OK;
}

/* After the top trie: the child tries whose items follow, each of which the top trie must know. */
static ph_compact_verdict_t read_children(ph_compact_in_t *in, const ph_child_search_t *children)
{
    uint8_t root[32];
    bool unclaimed = false;
    for (size_t i = 0; i < children->roots.count; i++) {
        if (!unclaimed && in->at < in->proof->count) {
            ph_compact_verdict_t verdict = read_subtree(in, root, 0);
            if (verdict)
                return verdict;
            unclaimed = true;
        }
        if (unclaimed && memcmp(root, children->roots.items[i], 32) == 0)
            unclaimed = false;
    }
    if (unclaimed)
        return PH_COMPACT_EXTRANEOUS_CHILD_PROOF;
    return in->at < in->proof->count ? PH_COMPACT_EXTRANEOUS_CHILD_NODE : PH_COMPACT_OK;
}

static ph_compact_verdict_t read_all(ph_compact_in_t *in, const uint8_t root[32])
{
    uint8_t top[32];
    ph_compact_verdict_t verdict = read_subtree(in, top, 0);
    if (verdict)
        return verdict;
    if (memcmp(top, root, 32) != 0)
        return PH_COMPACT_ROOT_MISMATCH;
    ph_child_search_t *children = ph_arena_alloc(in->arena, sizeof *children);
    verdict = child_roots(children, in->db, in->arena, root);
    return verdict ? verdict : read_children(in, children);
}

static void take_all(ph_arena_t *arena, ph_proof_t *out, const ph_node_db_t *db)
{
    out->nodes = ph_arena_alloc(arena, db->by_hash.count * sizeof *out->nodes);
    out->count = 0;
    const void *hash;
    void *bytes;
    for (size_t i = 0; ph_map_next(&db->by_hash, &i, &hash, &bytes);)
        if (memcmp(hash, ph_trie_empty_root, 32) != 0)
            out->nodes[out->count++] = *(ph_bytes_t *)bytes;
    out->count = ph_sort_nodes(out->nodes, out->count);
}

ph_compact_verdict_t ph_compact_decode(ph_arena_t *arena, ph_proof_t *out, const ph_compact_proof_t *proof,
                                       const uint8_t root[32])
{
    ph_node_db_t db;
    ph_node_db_init(&db);
    ph_compact_in_t in = {.arena = arena, .db = &db, .proof = proof};
    ph_compact_verdict_t verdict = read_all(&in, root);
    *out = (ph_proof_t){0};
    if (!verdict)
        take_all(arena, out, &db);
    ph_node_db_free(&db);
    return verdict;
}

void ph_compact_write(ph_writer_t *w, const ph_compact_proof_t *proof)
{
    ph_proof_encode(w, &(ph_proof_t){proof->items, proof->count});
}

ph_err_t ph_compact_read(ph_arena_t *arena, ph_compact_proof_t *out, ph_bytes_t in)
{
    ph_reader_t r = ph_reader(in);
    r.borrow = true;
    PH_TRY(ph_read_length(&r, 1, &out->count));
    out->items = ph_arena_alloc(arena, out->count * sizeof *out->items);
    for (size_t i = 0; i < out->count; i++)
        PH_TRY(ph_read_bytes(&r, arena, &out->items[i]));
    return ph_reader_finish(&r);
}
