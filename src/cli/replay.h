/* The machinery behind vectors_runtime.c: a chain's storage in an overlay, our runtime's functions on it one by one,
 * and the comparison of what they wrote. The format is described in shared/data/runtime/README.md.
 */
#ifndef PH_CLI_REPLAY_H
#define PH_CLI_REPLAY_H

#include "chain/native_host.h"
#include "cli/vectors_entry.h"

typedef struct ph_replay_pair {
    ph_bytes_t key, value;
} ph_replay_pair_t;

/* Host functions of a replay: the native ones, except that the state root may be given. */
typedef struct ph_replay_host {
    ph_native_host_t native;
    uint8_t root[32];
} ph_replay_host_t;

/* All tracked pairs, ascending by key. */
typedef struct ph_replay_snapshot {
    ph_arena_t *arena;
    ph_replay_pair_t *items;
    size_t count, cap;
} ph_replay_snapshot_t;

typedef struct ph_replay {
    ph_trie_store_t *store;
    ph_state_t *base; /* committed: as before the block in hand */
    ph_overlay_t *overlay;
    ph_replay_host_t host;
    ph_log_t log;      /* silent */
    ph_host_ops_t ops; /* the native ones, but for the state root in api steps */
    ph_rt_t rt;        /* of the step in hand */
    ph_bytes_t *prefixes;
    size_t prefix_count;
    ph_bytes_t *excluded; /* of the keys under the prefixes */
    size_t excluded_count;
    bool chain;        /* kind `chain`: whole blocks */
    ph_arena_t *arena; /* of the file */
    ph_replay_snapshot_t before, after;
    uint32_t events_before;
    bool lost;
} ph_replay_t;

/* False, with a reason: the file's frame is not as described, or the genesis root is another. */
bool ph_replay_open(ph_replay_t *r, const json_t *file, char *why, size_t why_len);
void ph_replay_close(ph_replay_t *r);

/* Makes what was written the committed state. */
void ph_replay_commit(ph_replay_t *r);

/* A fresh call into the runtime for the next step. */
void ph_replay_begin(ph_replay_t *r);
/* Compares storage and events with the entry's `diff`, `root` and `events`. */
void ph_replay_check_writes(ph_replay_t *r, ph_vec_entry_t *e);
/* The error as the recordings spell it: "ok", "Paras.NotRegistered", "BadOrigin", … */
const char *ph_replay_result(ph_replay_t *r, ph_err_t err);
/* Writes made since `depth` was open stay if err is PH_OK, and are undone otherwise. */
void ph_replay_layer(ph_replay_t *r);
void ph_replay_settle(ph_replay_t *r, ph_err_t err);

/* JSON of an encoded value, shortened; hex if it does not decode. In the step's arena. */
const char *ph_replay_render(ph_replay_t *r, const ph_type_t *type, ph_bytes_t encoded);
/* Fails the entry over a key whose value (NULL: none) is another: pallet, item, keys and both values. */
void ph_replay_differs(ph_replay_t *r, ph_vec_entry_t *e, ph_bytes_t key, const ph_bytes_t *ours,
                       const ph_bytes_t *expected);

/* Kind `chain`. */
bool ph_replay_chain_params(ph_replay_t *r, const json_t *params);
void ph_replay_chain_events(ph_replay_t *r, ph_vec_entry_t *e);
void ph_replay_execute_block(ph_replay_t *r, ph_vec_entry_t *e);
void ph_replay_bad_block(ph_replay_t *r, ph_vec_entry_t *e);
void ph_replay_validate(ph_replay_t *r, ph_vec_entry_t *e);
void ph_replay_chain_api(ph_replay_t *r, ph_vec_entry_t *e);

void ph_replay_set(ph_replay_t *r, ph_vec_entry_t *e);
void ph_replay_block(ph_replay_t *r, ph_vec_entry_t *e);
void ph_replay_session(ph_replay_t *r, ph_vec_entry_t *e);
void ph_replay_inherent(ph_replay_t *r, ph_vec_entry_t *e);
void ph_replay_create_inherent(ph_replay_t *r, ph_vec_entry_t *e);
void ph_replay_call(ph_replay_t *r, ph_vec_entry_t *e);
void ph_replay_fn(ph_replay_t *r, ph_vec_entry_t *e);
void ph_replay_end(ph_replay_t *r, ph_vec_entry_t *e);
void ph_replay_api(ph_replay_t *r, ph_vec_entry_t *e);

#endif
