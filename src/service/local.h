/* A local network's common knowledge: who its validators are, their keys, and its genesis block.
 *
 * Validators are //Alice, //Bob, //Charlie, //Dave, //Eve, //Ferdie, then //Validator6, //Validator7, …; the stash is
 * //Name//stash, session keys come from //Name (as in polkadot-sdk's local chain specifications). Paras are numbered
 * from 2000, each with a core of its own.
 */
#ifndef PH_SERVICE_LOCAL_H
#define PH_SERVICE_LOCAL_H

#include "chain/block.h"
#include "chain/executor.h"

typedef struct ph_local_para {
    ph_para_id_t id;
    ph_bytes_t code; /* as registered on chain; borrowed until ph_local_new returns */
    ph_bytes_t head; /* genesis head, likewise */
} ph_local_para_t;

typedef struct ph_local_config {
    size_t validators;
    const ph_local_para_t *paras;
    size_t para_count;
    uint64_t slot_ms;
    uint32_t session_slots;
    uint32_t rotation_blocks;
    ph_bytes_t runtime_code; /* wasm body for `:code`; may be empty */
    uint32_t max_pov_size;   /* 0: the default */
} ph_local_config_t;

typedef struct ph_local_validator {
    char name[32];    /* "Alice" */
    uint8_t seed[32]; /* mini secret of all session keys */
    ph_authority_discovery_id_t discovery;
} ph_local_validator_t;

typedef struct ph_local {
    ph_arena_t *arena;
    ph_trie_store_t *store;
    ph_local_validator_t *validators; /* by authority index of the first session */
    size_t validator_count;
    ph_local_para_t *paras; /* in order of id; code and head only from a specification, empty otherwise */
    size_t para_count;
    uint64_t slot_ms;
    ph_executor_t *executor;   /* that all blocks are run by */
    ph_relay_block_t *genesis; /* or, from a dump, the block that the chain begins with */
} ph_local_t;

/* PH_ERR_INVALID with a text in why when the parameters contradict each other. */
PH_MUST_CHECK ph_err_t ph_local_new(ph_local_t **out, const ph_local_config_t *config, char *why, size_t why_len);
/* From the text of a raw chain specification (chain/spec.h) of a chain that runs the runtime with that wasm body, or of
 * a state dump (chain/dump.h) of a chain that began so, whose runtime may have been upgraded since: the state is the
 * file's, the validators are those above whose keys its authorities are, and those who may become authorities. INVALID
 * or an error of ph_spec_read or ph_dump_read, always with a text in why. */
PH_MUST_CHECK ph_err_t ph_local_from_spec(ph_local_t **out, ph_bytes_t text, ph_bytes_t runtime_code, char *why,
                                          size_t why_len);
/* After every node and state is gone. */
void ph_local_free(ph_local_t *local);

#endif
