/* A payload with all its chunks, their proofs and the erasure root: made once, shared by reference, immutable.
 */
#ifndef PH_ERASURE_CODED_H
#define PH_ERASURE_CODED_H

#include "erasure/proof.h"
#include "primitives/types.h"

typedef struct ph_coded ph_coded_t;

/* Encodes for n validators. INVALID: n out of range or an empty payload. One reference. */
PH_MUST_CHECK ph_err_t ph_coded_new(ph_coded_t **out, size_t validators, ph_bytes_t payload);
ph_coded_t *ph_coded_ref(ph_coded_t *coded);
void ph_coded_unref(void *coded); /* NULL allowed */
const ph_hash_t *ph_coded_root(const ph_coded_t *coded);
size_t ph_coded_validators(const ph_coded_t *coded);
/* Chunk `index` (below the number of validators) with its proof; everything lives as long as coded but the list of
 * nodes, which is in the arena. */
void ph_coded_chunk(const ph_coded_t *coded, ph_arena_t *arena, ph_erasure_chunk_t *out, uint32_t index);

#endif
