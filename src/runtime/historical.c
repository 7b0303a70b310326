#include "runtime/historical.h"

#include <string.h>

#include "base/check.h"
#include "runtime/historical_proof.h"
#include "runtime/session_keys.h"
#include "runtime/support.h"
#include "runtime/validator_manager.h"
#include "runtime/vec.h"
#include "scale/scale.h"
#include "trie/root.h"

#define TRIE_VERSION 0

/* ---- the trie of a set ---- */

typedef struct trie {
    ph_trie_pair_t *pairs;
    size_t count;
} trie_t;

static ph_bytes_t index_key(ph_rt_t *rt, size_t index)
{
    uint8_t *key = ph_arena_alloc(rt->arena, 4);
    ph_put_u32(key, (uint32_t)index);
    return ph_bytes(key, 4);
}

static ph_bytes_t owned_key(ph_rt_t *rt, const char type[4], ph_bytes_t key)
{
    ph_writer_t w = ph_writer_in(rt->arena);
    ph_write(&w, type, 4);
    ph_write_bytes(&w, key);
    return ph_writer_bytes(&w);
}

static void add_validator(ph_rt_t *rt, trie_t *trie, size_t index, const ph_account_id_t *validator)
{
    ph_session_keys_t keys;
    if (!ph_session_next_keys_get(rt, validator, &keys))
        return;
    ph_bytes_t position = index_key(rt, index);
    for (size_t i = 0; i < PH_SESSION_KEY_COUNT; i++) {
        ph_key_type_id_t type;
        ph_bytes_t key;
        ph_session_key_at(&type, &key, &keys, i);
        trie->pairs[trie->count++] = (ph_trie_pair_t){owned_key(rt, (const char *)type.bytes, key), position};
    }
    trie->pairs[trie->count++] = (ph_trie_pair_t){position, ph_bytes(validator->bytes, sizeof validator->bytes)};
}

static trie_t trie_of(ph_rt_t *rt, const ph_vec_account_id_t *validators)
{
    size_t most = validators->count * (PH_SESSION_KEY_COUNT + 1);
    trie_t trie = {.pairs = ph_arena_alloc(rt->arena, most * sizeof(ph_trie_pair_t))};
    for (size_t i = 0; i < validators->count; i++)
        add_validator(rt, &trie, i, &validators->items[i]);
    trie.count = ph_trie_sort(trie.pairs, trie.count);
    return trie;
}

static ph_hash_t root_of(ph_rt_t *rt, const ph_vec_account_id_t *validators)
{
    trie_t trie = trie_of(rt, validators);
    ph_hash_t root;
    ph_err_t err = ph_trie_root(root.bytes, trie.pairs, trie.count, TRIE_VERSION);
    PH_CHECK(err == PH_OK);
    return root;
}

/* ---- sessions ---- */

static void note_planned(ph_rt_t *rt, ph_session_index_t index)
{
    ph_tup_session_index_session_index_t range;
    if (!ph_historical_stored_range_get(rt, &range))
        range._0 = index;
    range._1.v = index.v + 1;
    ph_historical_stored_range_set(rt, &range);
}

bool ph_historical_new_session(ph_rt_t *rt, ph_vec_account_id_t *validators, ph_session_index_t index)
{
    note_planned(rt, index);
    ph_tup_hash_u32_t set;
    bool changed = ph_validator_manager_new_session(rt, validators, index);
    if (changed)
        set = (ph_tup_hash_u32_t){._0 = root_of(rt, validators), ._1 = (uint32_t)validators->count};
    else if (!ph_historical_historical_sessions_get(rt, (ph_session_index_t){ph_sat_sub_u32(index.v, 1)}, &set))
        return false;
    ph_historical_historical_sessions_set(rt, index, &set);
    ph_historical_event_root_stored(rt, index);
    return changed;
}

static void prune(ph_rt_t *rt, uint32_t up_to)
{
    ph_tup_session_index_session_index_t range;
    if (!ph_historical_stored_range_get(rt, &range))
        return;
    uint32_t end = range._1.v, to = up_to < end ? up_to : end;
    if (to < range._0.v)
        return;
    for (uint32_t i = range._0.v; i < to; i++)
        ph_historical_historical_sessions_remove(rt, (ph_session_index_t){i});
    range._0.v = to;
    if (to == end)
        ph_historical_stored_range_remove(rt);
    else
        ph_historical_stored_range_set(rt, &range);
}

/* The event says what was asked for, whatever there was to forget. */
void ph_historical_prune_up_to(ph_rt_t *rt, ph_session_index_t up_to)
{
    prune(rt, up_to.v);
    ph_historical_event_roots_pruned(rt, up_to);
}

/* ---- proofs ---- */

/* The nodes of both ways, from the key to the position and on to the account; each once, in order of their bytes. */
static void collect_nodes(ph_rt_t *rt, ph_vec_bytes_t *out, const trie_t *trie, ph_bytes_t key)
{
    ph_trie_path_t to_key, to_account = {0};
    PH_CHECK(ph_trie_path(rt->arena, &to_key, trie->pairs, trie->count, TRIE_VERSION, key) == PH_OK);
    for (size_t i = 0; i < trie->count; i++)
        if (ph_bytes_equal(trie->pairs[i].key, key))
            PH_CHECK(ph_trie_path(rt->arena, &to_account, trie->pairs, trie->count, TRIE_VERSION,
                                  trie->pairs[i].value) == PH_OK);
    ph_historical_add_nodes(rt, out, to_key.items, to_key.count);
    ph_historical_add_nodes(rt, out, to_account.items, to_account.count);
}

void ph_historical_prove(ph_rt_t *rt, ph_membership_proof_t *out, const char type[4], ph_bytes_t key)
{
    ph_vec_account_id_t validators;
    ph_session_validators_get(rt, &validators);
    trie_t trie = trie_of(rt, &validators);
    *out = (ph_membership_proof_t){.validator_count = (uint32_t)validators.count};
    ph_session_current_index_get(rt, &out->session);
    collect_nodes(rt, &out->trie_nodes, &trie, owned_key(rt, type, key));
}

static bool set_of(ph_rt_t *rt, ph_tup_hash_u32_t *set, ph_session_index_t session)
{
    ph_session_index_t current;
    ph_session_current_index_get(rt, &current);
    if (session.v != current.v)
        return ph_historical_historical_sessions_get(rt, session, set);
    ph_vec_account_id_t validators;
    ph_session_validators_get(rt, &validators);
    *set = (ph_tup_hash_u32_t){._0 = root_of(rt, &validators), ._1 = (uint32_t)validators.count};
    return true;
}

bool ph_historical_check(ph_rt_t *rt, ph_account_id_t *owner, const char type[4], ph_bytes_t key,
                         const ph_membership_proof_t *proof)
{
    ph_tup_hash_u32_t set;
    if (!set_of(rt, &set, proof->session) || set._1 != proof->validator_count)
        return false;
    ph_proof_nodes_t nodes;
    ph_bytes_t position, account;
    if (!ph_proof_nodes_open(rt, &nodes, &proof->trie_nodes) ||
        !ph_proof_nodes_read(&nodes, &position, &set._0, owned_key(rt, type, key)) || position.len < 4 ||
        !ph_proof_nodes_read(&nodes, &account, &set._0, ph_bytes(position.data, 4)) || account.len < 32)
        return false;
    memcpy(owner->bytes, account.data, 32);
    return ph_proof_nodes_all_used(&nodes);
}
