/* Inclusion: candidates that are backed, wait for availability and are then enacted.
 *
 * Each para has a queue of pending candidates that build on each other, the first on the para's head. Bitfields add
 * votes to all of them; only a front run of available ones is enacted. A failed candidate (timed out, disputed) takes
 * its descendants with it. Nothing here assumes one core a para. (Guide 5, Inclusion; pallet `ParaInclusion`,
 * version 1.)
 */
#ifndef PH_RUNTIME_INCLUSION_H
#define PH_RUNTIME_INCLUSION_H

#include "runtime/initializer.h"
#include "runtime/storage/para_inclusion.h"

/* Drops every pending candidate; sweeps the message queues of paras that are gone. */
void ph_inclusion_on_new_session(ph_rt_t *rt, const ph_vec_para_id_t *outgoing);

/* ---- what is pending ---- */

/* Bit i: core i holds a pending candidate. */
ph_bits_t ph_inclusion_occupied_cores(ph_rt_t *rt);
/* Head, and relay parent number, of the para's newest candidate, pending or included. False: no such para. */
bool ph_inclusion_latest_head(ph_rt_t *rt, ph_para_id_t para, ph_head_data_t *head);
bool ph_inclusion_most_recent_context(ph_rt_t *rt, ph_para_id_t para, ph_block_number_t *number);
void ph_inclusion_receipt(ph_committed_candidate_receipt_t *out, const ph_pending_candidate_t *pending);

/* A core that became free, and the candidate that held it. */
typedef struct ph_freed_core {
    ph_core_index_t core;
    ph_candidate_hash_t candidate;
} ph_freed_core_t;
typedef struct ph_freed_cores {
    ph_freed_core_t *items;
    size_t count;
} ph_freed_cores_t;

/* Counts the votes of checked bitfields and enacts what is available. */
void ph_inclusion_update_availability(ph_rt_t *rt, ph_freed_cores_t *enacted,
                                      const ph_vec_unchecked_signed_availability_bitfield_t *bitfields,
                                      size_t validator_count);
/* Evicts candidates that waited too long. */
void ph_inclusion_free_timed_out(ph_rt_t *rt, ph_freed_cores_t *freed);
/* Evicts the given candidates, and those that build on them. */
void ph_inclusion_free_disputed(ph_rt_t *rt, ph_freed_cores_t *freed, const ph_vec_candidate_hash_t *disputed);
/* Enacts all pending candidates of the para: for runtime APIs that ask "what if", whose writes are undone. */
void ph_inclusion_force_enact(ph_rt_t *rt, ph_para_id_t para);

/* ---- checks of a candidate ---- */

/* All that can be said of a candidate on top of `parent`, in the pallet's order; errors are the pallet's.
 * `prev_context` (may be NULL): its relay parent must not be older. */
PH_MUST_CHECK ph_err_t ph_inclusion_verify(ph_rt_t *rt, ph_block_number_t *relay_parent_number,
                                           const ph_committed_candidate_receipt_t *candidate, ph_head_data_t parent,
                                           const ph_block_number_t *prev_context);
/* Only the limits on what a candidate puts out. */
PH_MUST_CHECK ph_err_t ph_inclusion_check_outputs(ph_rt_t *rt, ph_para_id_t para, ph_block_number_t relay_parent_number,
                                                  const ph_candidate_commitments_t *outputs);

/* ---- backing ---- */

/* A candidate and the core it is for. */
typedef struct ph_scheduled_candidate {
    ph_backed_candidate_t *candidate;
    ph_core_index_t core;
} ph_scheduled_candidate_t;
typedef struct ph_scheduled_candidates {
    ph_scheduled_candidate_t *items; /* ascending by para, chained within a para */
    size_t count;
} ph_scheduled_candidates_t;
typedef ph_vec_tup_candidate_receipt_vec_tup_validator_index_validity_attestation_t ph_backing_record_t;

/* Puts the candidates into the queues; *record says who backed what. Any error makes the inherent invalid. */
PH_MUST_CHECK ph_err_t ph_inclusion_process_candidates(ph_rt_t *rt, ph_backing_record_t *record,
                                                       const ph_allowed_scheduling_parents_tracker_t *parents,
                                                       const ph_scheduled_candidates_t *candidates);

#endif
