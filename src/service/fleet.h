/* All nodes of a local network in one process: validators, one collator a para, and, if wanted, collators that cheat.
 * Used by `parahost sim` (virtual time) and `parahost dev` (wall clock); the difference is where envs come from.
 */
#ifndef PH_SERVICE_FLEET_H
#define PH_SERVICE_FLEET_H

#include "base/map.h"
#include "base/vec.h"
#include "service/local.h"
#include "service/node.h"

#define PH_FLEET_FIRST_PARA 2000u

/* A validation function and the head its chain begins with. */
typedef struct ph_fleet_code {
    ph_bytes_t pvf, head;
} ph_fleet_code_t;

typedef struct ph_fleet_config {
    size_t validators, paras, bad_collators;
    uint64_t slot_ms;
    uint32_t session_slots, rotation_blocks, finality_depth;
    size_t pov_bytes; /* PoVs are padded to this many bytes */
    const ph_fleet_code_t
        *codes;        /* instead of the built-in adder, given to the paras in turn; borrowed by ph_fleet_new */
    size_t code_count; /* 0: built-in */
    /* More paras, with a collator each that begins when its para does; borrowed by ph_fleet_new. */
    const ph_para_id_t *collate;
    size_t collate_count;
    ph_local_t
        *local; /* a network built beforehand, of that many validators and paras; outlives the fleet. NULL: none */
    ph_bytes_t runtime_code; /* for `:code`; empty: the runtime's own wasm body */
    ph_runtime_body_t runtime_body;
    ph_pvf_service_t *pvf_service; /* outlives the fleet */
    /* Makes the env of node `index`; it outlives the node. */
    ph_env_t *(*make_env)(void *ctx, uint32_t index, const char *name);
    /* The address book: this node answers to that key. */
    void (*register_authority)(void *ctx, uint32_t index, const ph_authority_discovery_id_t *authority);
    void *ctx;
    /* A node cannot go on. It is not to be freed inside the call. */
    void (*failed)(void *ctx, uint32_t index, const char *part, ph_err_t err);
    /* Everything signed and every block that joins a node's tree, for checkers; may be NULL. */
    ph_signature_log_fn signature;
    void (*imported)(void *ctx, uint32_t index, ph_relay_block_t *block, bool best);
} ph_fleet_config_t;

typedef struct ph_fleet_misbehaviour {
    const char *kind;
    ph_validator_index_t validator;
    ph_candidate_hash_t candidate;
} ph_fleet_misbehaviour_t;

typedef struct ph_fleet_node ph_fleet_node_t;

typedef struct ph_fleet {
    ph_fleet_config_t config;
    ph_local_t *local;                /* its own unless config.local */
    PH_LIST(ph_para_id_t) paras;      /* those of the genesis, then those of config.collate */
    PH_LIST(ph_fleet_node_t *) nodes; /* validators first, then collators, then bad collators */
    ph_map_t blocks;                  /* ph_hash_t → ph_relay_block_t *: every block that any node knew */
    PH_LIST(ph_fleet_misbehaviour_t) misbehaviour;
    ph_map_t misbehaviour_seen;
    uint64_t reorgs;
    uint32_t deepest_reorg;
} ph_fleet_t;

/* INVALID with a text when the configuration contradicts itself. */
PH_MUST_CHECK ph_err_t ph_fleet_new(ph_fleet_t **out, const ph_fleet_config_t *config, char *why, size_t why_len);
/* Builds and starts every node. */
PH_MUST_CHECK ph_err_t ph_fleet_start(ph_fleet_t *fleet, char *why, size_t why_len);
size_t ph_fleet_count(const ph_fleet_t *fleet);
/* NULL while it is down. */
ph_node_t *ph_fleet_node(const ph_fleet_t *fleet, uint32_t index);
ph_env_t *ph_fleet_env(const ph_fleet_t *fleet, uint32_t index);
const char *ph_fleet_name(const ph_fleet_t *fleet, uint32_t index);
/* Of the peer that an event of a node of this fleet speaks of; NULL: of none. */
const char *ph_fleet_peer_name(const ph_fleet_t *fleet, const ph_trace_fields_t *fields);
bool ph_fleet_is_bad(const ph_fleet_t *fleet, uint32_t index);
/* Frees a node as a crash does, without conclude. Its env must have been ended. */
void ph_fleet_drop(ph_fleet_t *fleet, uint32_t index);
/* Builds and starts it anew on the disk it left. */
PH_MUST_CHECK ph_err_t ph_fleet_revive(ph_fleet_t *fleet, uint32_t index);
/* Conclude to every node. After it the envs must be ended before ph_fleet_free. */
void ph_fleet_conclude(ph_fleet_t *fleet);
void ph_fleet_free(ph_fleet_t *fleet);

/* Has the para's collator do this in one of its next blocks, once the para runs courier (pvf/courier_collator.h);
 * copied. NOT_FOUND: it has no collator here; FULL: too much waits already. */
PH_MUST_CHECK ph_err_t ph_fleet_act(ph_fleet_t *fleet, ph_para_id_t para, const ph_courier_action_t *action);

/* The validator node with the longest best chain (the first such): the network's view. NULL if none is up. */
ph_node_t *ph_fleet_view(const ph_fleet_t *fleet);

#endif
