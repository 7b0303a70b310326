/* What the files of availability_store share: candidates, on disk and in memory. */
#ifndef PH_NODE_AVAILABILITY_STORE_STORE_H
#define PH_NODE_AVAILABILITY_STORE_STORE_H

#include "base/map.h"
#include "base/vec.h"
#include "overseer/coding.h"
#include "protocol/availability_store.h"
#include "protocol/availability_store_out.h"

typedef enum entry_state { UNAVAILABLE, UNFINALIZED, FINALIZED } entry_state_t;

typedef struct including_block {
    ph_block_number_t number;
    ph_hash_t hash;
} including_block_t;

typedef struct entry {
    entry_state_t state;
    uint64_t since_ms;
    uint32_t validators; /* 0: not known yet */
    bool has_data;
    bool mapping; /* with data: validator → chunk goes by the core */
    ph_core_index_t core;
    PH_LIST(including_block_t) blocks; /* UNFINALIZED: where it was included */
    ph_coded_t *coded;                 /* all chunks, if the data is here and they were made */
} entry_t;

typedef struct store {
    ph_map_t entries; /* ph_candidate_hash_t → entry_t */
    ph_map_t seen;    /* ph_hash_t of blocks whose events were taken → their number */
    ph_hash_t leaf;   /* the newest one, where the node's features are asked for */
    bool has_leaf;
} store_t;

entry_t *ph_av_entry(ph_subsystem_t *self, const ph_candidate_hash_t *candidate);
/* Makes it Unavailable from now if it was not there. */
entry_t *ph_av_note(ph_subsystem_t *self, const ph_candidate_hash_t *candidate, uint32_t validators);
PH_MUST_CHECK ph_err_t ph_av_save(ph_subsystem_t *self, const ph_candidate_hash_t *candidate, const entry_t *entry);
void ph_av_forget(ph_subsystem_t *self, const ph_candidate_hash_t *candidate);
void ph_av_load(ph_subsystem_t *self);

PH_MUST_CHECK ph_err_t ph_av_put_chunk(ph_subsystem_t *self, const ph_candidate_hash_t *candidate,
                                       ph_validator_index_t validator, const ph_erasure_chunk_t *chunk);
bool ph_av_has_chunk(ph_subsystem_t *self, const ph_candidate_hash_t *candidate, ph_validator_index_t validator);
/* NULL: not here. One reference. */
ph_rc_t *ph_av_get_chunk(ph_subsystem_t *self, const ph_candidate_hash_t *candidate, ph_validator_index_t validator);
/* Without sync: the save that follows does it. */
PH_MUST_CHECK ph_err_t ph_av_put_data(ph_subsystem_t *self, const ph_candidate_hash_t *candidate,
                                      const ph_available_data_t *data);
ph_rc_t *ph_av_get_data(ph_subsystem_t *self, const ph_candidate_hash_t *candidate);

/* chain.c: what blocks do to candidates */
void ph_av_on_leaf(ph_subsystem_t *self, const ph_leaf_t *leaf);
void ph_av_on_finalized(ph_subsystem_t *self, const ph_leaf_t *block);
uint64_t ph_av_prune_period(ph_subsystem_t *self);
void ph_av_prune(ph_job_t *job, void *flow);

#endif
