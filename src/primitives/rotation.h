/* Which group of validators backs on which core when, and how many validators make a majority. (node.md sections 4 and
 * 18)
 *
 * Groups move on by one core every `group_rotation_frequency` blocks since the session's start. `now` of the runtime's
 * rotation info is the number of the block to be built.
 */
#ifndef PH_PRIMITIVES_ROTATION_H
#define PH_PRIMITIVES_ROTATION_H

#include "primitives/types.h"

/* Frequency 0 means that groups never move; with no cores the answer is 0. */
ph_group_index_t ph_rotation_group_for_core(const ph_group_rotation_info_t *info, ph_core_index_t core,
                                            size_t core_count);
ph_core_index_t ph_rotation_core_for_group(const ph_group_rotation_info_t *info, ph_group_index_t group,
                                           size_t core_count);
/* Block of the rotation after, and at or before, `now`. With frequency 0: `now`. */
ph_block_number_t ph_rotation_next_at(const ph_group_rotation_info_t *info);
ph_block_number_t ph_rotation_last_at(const ph_group_rotation_info_t *info);
/* The same session, seen at the next rotation. */
ph_group_rotation_info_t ph_rotation_bump(const ph_group_rotation_info_t *info);

/* Most validators out of n that may be faulty: (n-1)/3, 0 for none. */
size_t ph_threshold_byzantine(size_t n);
/* Votes that settle a matter (availability, disputes, PVF checks): n - byzantine. */
size_t ph_threshold_supermajority(size_t n);
/* Chunks that recover availability data; 0 for n below 2. */
size_t ph_threshold_recovery(size_t n);
/* The largest power of two within that: number of systematic chunks. */
size_t ph_threshold_systematic(size_t n);
/* Votes that back a candidate: min(group size, configured minimum). */
size_t ph_threshold_backing(size_t group_len, uint32_t minimum_backing_votes);

/* The chunk that a validator holds: its own index, or with the chunk mapping feature shifted by the candidate's core.
 * validator must be below n, n at least 2. */
ph_chunk_index_t ph_rotation_chunk_index(size_t n, bool mapping, ph_core_index_t core, ph_validator_index_t validator);

/* Bits of node_features. */
enum {
    PH_FEATURE_ENABLE_ASSIGNMENTS_V2 = 0,
    PH_FEATURE_ELASTIC_SCALING_MVP = 1,
    PH_FEATURE_AVAILABILITY_CHUNK_MAPPING = 2,
    PH_FEATURE_CANDIDATE_RECEIPT_V2 = 3,
    PH_FEATURE_CANDIDATE_RECEIPT_V3 = 4
};

#endif
