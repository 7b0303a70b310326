/* Rules by which the protocol picks indices: thresholds, which chunk a validator keeps, which cores an approval checker
 * samples, who neighbours whom in the gossip grid. Pure functions; every room may use them.
 */
#ifndef PH_CRYPTO_SAMPLING_H
#define PH_CRYPTO_SAMPLING_H

#include "crypto/chacha.h"

/* Most validators the erasure code can serve. */
#define PH_MAX_VALIDATORS 65536u

/* Most validators that may be faulty: ⌊(n−1)/3⌋, 0 for n = 0. */
size_t ph_byzantine_threshold(size_t validators);
/* Votes that contain an honest majority: n − byzantine. */
size_t ph_supermajority_threshold(size_t validators);
/* Chunks that recover the data: ⌊(n−1)/3⌋ + 1. INVALID for n ≤ 1, TOO_LARGE above PH_MAX_VALIDATORS. */
PH_MUST_CHECK ph_err_t ph_recovery_threshold(size_t *out, size_t validators);
/* Leading chunks that are the data: the largest power of two up to the recovery threshold. Errors likewise. */
PH_MUST_CHECK ph_err_t ph_systematic_threshold(size_t *out, size_t validators);
/* The configured number of backing votes, at most the group's size. */
size_t ph_effective_minimum_backing_votes(size_t group_size, uint32_t configured);

/* The chunk that a validator keeps of a candidate on `core`. With the node feature AvailabilityChunkMapping the chunks
 * are turned by core · systematic threshold, so that the systematic ones are spread; without it chunk = validator.
 * Errors (with the mapping only) as above; INVALID also for a validator that does not exist. (Source: RFC 47.) */
PH_MUST_CHECK ph_err_t ph_chunk_of_validator(uint32_t *out, size_t validators, uint32_t core, uint32_t validator,
                                             bool mapping);
/* The converse. */
PH_MUST_CHECK ph_err_t ph_validator_of_chunk(uint32_t *out, size_t validators, uint32_t core, uint32_t chunk,
                                             bool mapping);

/* The cores a validator checks in tranche zero ("relay VRF modulo"): up to `samples` distinct cores below `cores`,
 * drawn with the seed the VRF gives ("A&V CORE v2"). Writes at most PH_MODULO_SAMPLES_MAX, in drawing order; returns
 * how many. */
#define PH_MODULO_SAMPLES_MAX 40
size_t ph_modulo_cores(uint32_t out[PH_MODULO_SAMPLES_MAX], const uint8_t seed[32], uint32_t samples, uint32_t cores);

/* ---- the gossip grid of a session ---- */

/* The shuffle's seed: BLAKE2b-256("gossipsu" ‖ randomness of the current BABE epoch). */
void ph_grid_seed(uint8_t out[32], const uint8_t epoch_randomness[32]);

/* Validators are shuffled into a matrix of s = ⌊√n⌋ columns, the last row may be short. */
typedef struct ph_grid {
    uint32_t count;
    uint32_t columns;
    uint32_t *order;    /* order[position] = validator */
    uint32_t *position; /* position[validator] = position */
} ph_grid_t;

ph_grid_t ph_grid_new(ph_arena_t *arena, const uint8_t seed[32], uint32_t validators); /* arena NULL: heap */
void ph_grid_free(ph_grid_t *grid);                                                    /* heap grids only */

/* A validator's neighbours in its row (x) and in its column (y), without itself. Walk:
 * for (uint32_t at = 0, v; ph_grid_next_x(&grid, me, &at, &v);) … ; in order of position. None for an unknown
 * validator. */
bool ph_grid_next_x(const ph_grid_t *grid, uint32_t validator, uint32_t *at, uint32_t *out);
bool ph_grid_next_y(const ph_grid_t *grid, uint32_t validator, uint32_t *at, uint32_t *out);
bool ph_grid_is_x(const ph_grid_t *grid, uint32_t a, uint32_t b); /* same row, different validators */
bool ph_grid_is_y(const ph_grid_t *grid, uint32_t a, uint32_t b); /* same column, different validators */

/* Where a message of `originator` goes from here: own messages to both sides, a row neighbour's to the column and the
 * reverse, others nowhere. */
typedef struct ph_grid_routing {
    bool x, y;
} ph_grid_routing_t;
ph_grid_routing_t ph_grid_routing(const ph_grid_t *grid, uint32_t me, uint32_t originator);

#endif
