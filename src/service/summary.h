/* What a run was like, as JSON: the promise of cli.md for `parahost sim --json` and `parahost dev --json`; and its
 * events, one line each.
 */
#ifndef PH_SERVICE_SUMMARY_H
#define PH_SERVICE_SUMMARY_H

#include "base/json.h"
#include "env/hub.h"
#include "service/fleet.h"

/* Trace events by name. */
typedef struct ph_trace_counts {
    ph_map_t by_name; /* 8 bytes of a hash of the name → uint64_t */
} ph_trace_counts_t;
void ph_trace_counts_init(ph_trace_counts_t *counts);
void ph_trace_count(ph_trace_counts_t *counts, const char *event);
uint64_t ph_trace_counted(const ph_trace_counts_t *counts, const char *event);
void ph_trace_counts_free(ph_trace_counts_t *counts);

/* {"t_ms", "node", "subsystem", "event", …}; peer_name: who the peer of the fields is (ph_fleet_peer_name), or NULL. */
void ph_trace_line(ph_json_t *j, uint64_t t_ms, const char *node, const char *subsystem, const char *event,
                   const ph_trace_fields_t *fields, const char *peer_name);

typedef struct ph_summary {
    uint64_t seed;
    uint32_t slots;
    uint8_t digest[32];
    const ph_trace_counts_t *counts;
    const ph_memo_t *memo; /* NULL: none */
    ph_hub_stats_t network;
    double real_seconds, virtual_seconds;
} ph_summary_t;
void ph_summary_write(ph_json_t *j, const ph_fleet_t *fleet, const ph_summary_t *summary);

/* Blocks of one para on a node's best chain. */
typedef struct ph_para_block {
    ph_bytes_t head;
    ph_candidate_hash_t candidate;
    uint32_t relay_parent_number, backed_in, included_in; /* included_in 0: not yet */
} ph_para_block_t;
typedef struct ph_para_history {
    ph_para_id_t id;
    uint64_t backed, included, timed_out;
    PH_LIST(ph_para_block_t) blocks; /* in order of backing */
} ph_para_history_t;
/* All paras the configuration knows, in order of id; everything in the arena. */
ph_para_history_t *ph_para_histories(ph_arena_t *arena, const ph_fleet_t *fleet, ph_node_t *view);

/* Members of a state dump (chain/dump.h) into an open object. */
void ph_summary_dump(ph_json_t *j, const ph_relay_block_t *block);

/* Calls write(ctx, …) with whole lines or pieces. */
typedef void (*ph_text_fn)(void *ctx, const char *text, size_t len);
/* The block that a chain begins with, and its state, as a raw chain specification (chain/spec.h). */
void ph_write_spec(const ph_relay_block_t *first, ph_text_fn write, void *ctx);
/* `--blocks`: the line of the block begun with, then every block. */
void ph_write_blocks(const ph_fleet_t *fleet, ph_text_fn write, void *ctx);
/* `--dump-state`: the state after a block. */
void ph_write_state(const ph_relay_block_t *block, ph_text_fn write, void *ctx);

#endif
