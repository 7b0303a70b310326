/* ParaInherent: the one inherent that brings bitfields, backed candidates and disputes into a block.
 *
 * The author proposes data; what does not hold (bad signatures, unscheduled candidates, too much weight) is filtered
 * out while it is processed, and the rest goes into the block. Whoever executes the block processes it in the same way,
 * and refuses the block if anything is still filtered. (Guide 5, ParaInherent.)
 */
#ifndef PH_RUNTIME_PARA_INHERENT_H
#define PH_RUNTIME_PARA_INHERENT_H

#include "runtime/inclusion.h"
#include "runtime/scheduler.h"
#include "runtime/storage/para_inherent.h"

/* Processes the data as the inherent of this block; *processed is what remains of it (memory may be shared with
 * `data`). State is changed also when it fails: the caller undoes that. Errors of ParaInherent and ParaInclusion. */
PH_MUST_CHECK ph_err_t ph_para_inherent_process(ph_rt_t *rt, ph_parachains_inherent_data_t *processed,
                                                const ph_parachains_inherent_data_t *data);

/* ---- its parts: para_inherent_weight.c, para_inherent_bitfields.c, para_inherent_candidates.c ---- */

typedef struct ph_inherent_weight {
    uint64_t ref_time; /* picoseconds */
    uint64_t len;      /* bytes, where Substrate counts proof size */
} ph_inherent_weight_t;

/* The most that the whole inherent may weigh. */
ph_inherent_weight_t ph_inherent_max_weight(ph_rt_t *rt);
/* What dispute statement sets weigh together. */
ph_inherent_weight_t ph_inherent_disputes_weight(const ph_vec_dispute_statement_set_t *disputes);
ph_inherent_weight_t ph_inherent_dispute_weight(const ph_dispute_statement_set_t *dispute);
/* Drops candidates, or if bitfields alone are too heavy all candidates and some bitfields, until the rest fits: at
 * random, chains of candidates with a code upgrade first. */
void ph_inherent_limit(ph_rt_t *rt, ph_vec_backed_candidate_t *candidates,
                       ph_vec_unchecked_signed_availability_bitfield_t *bitfields, ph_inherent_weight_t limit,
                       const uint8_t entropy[32]);

/* Keeps bitfields of the right length, without bits for disputed cores, ascending by validator and well signed. */
void ph_inherent_sanitize_bitfields(ph_rt_t *rt, ph_vec_unchecked_signed_availability_bitfield_t *bitfields,
                                    ph_bits_t disputed_cores, const ph_hash_t *parent, ph_session_index_t session);

/* Keeps candidates that may be backed now, each with its core. `claims`: cores that may be filled; `invalid`:
 * candidates that lost a dispute in this block, with their descendants. */
void ph_inherent_sanitize_candidates(ph_rt_t *rt, ph_scheduled_candidates_t *out,
                                     const ph_vec_backed_candidate_t *candidates,
                                     const ph_allowed_scheduling_parents_tracker_t *parents,
                                     const ph_core_claim_t *claims, size_t claim_count,
                                     const ph_vec_candidate_hash_t *invalid);

#endif
