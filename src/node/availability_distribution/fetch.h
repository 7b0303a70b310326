/* The candidates whose chunks we want: at most one fetch each, which lives as long as a leaf that wants it. */
#ifndef PH_NODE_AVAILABILITY_DISTRIBUTION_FETCH_H
#define PH_NODE_AVAILABILITY_DISTRIBUTION_FETCH_H

#include "base/map.h"
#include "overseer/overseer.h"

/* The subsystem's state. */
typedef struct ph_chunk_fetches {
    ph_map_t wanted; /* ph_candidate_hash_t → what is known of it */
} ph_chunk_fetches_t;

void ph_chunk_fetches_init(ph_chunk_fetches_t *fetches);
void ph_chunk_fetches_free(ph_chunk_fetches_t *fetches); /* all jobs are gone */

/* A candidate pending availability at `block`, and who we are in its session. Everything is borrowed until return. */
typedef struct ph_chunk_wish {
    const ph_hash_t *block;
    const ph_occupied_core_t *core;
    ph_core_index_t core_index;
    const ph_session_info_t *info;
    ph_validator_index_t me;
    bool mapping; /* chunks are dealt out from the core on */
} ph_chunk_wish_t;

/* The leaf wants it: begins to fetch our chunk, unless that is under way, was done, or our own group backed it. */
void ph_chunk_fetches_want(ph_subsystem_t *self, const ph_hash_t *leaf, const ph_chunk_wish_t *wish);
/* The leaf is no longer live: what no other leaf wants ends, and is forgotten. */
void ph_chunk_fetches_release(ph_subsystem_t *self, const ph_hash_t *leaf);

#endif
