/* Scheduler: which cores there are, which validator group backs on which core at a block, which para may use a core
 * when.
 *
 * Cores are filled from two sources: schedules that the broker (or genesis) assigned to a core, and orders for
 * on-demand blocks. Nothing derived from them is stored: the claim queue is a look ahead at both. (Guide 5, Scheduler
 * and CoretimeAssigner; pallet `ParaScheduler` of polkadot-sdk, storage version 4.)
 */
#ifndef PH_RUNTIME_SCHEDULER_H
#define PH_RUNTIME_SCHEDULER_H

#include "runtime/initializer.h"
#include "runtime/storage/para_scheduler.h"

/* ---- validator groups ---- */

/* Panics if root has asked for more cores than can be. */
PH_MUST_CHECK ph_err_t ph_scheduler_on_new_session(ph_rt_t *rt, const ph_para_session_change_t *change);
/* The number of cores that can be used in this session: one a validator group. */
uint32_t ph_scheduler_core_count(ph_rt_t *rt);
/* The group that backs on `core` at block `at`; false before the session's start or beyond the cores. */
bool ph_scheduler_group_assigned_to_core(ph_rt_t *rt, ph_group_index_t *group, ph_core_index_t core,
                                         ph_block_number_t at);
bool ph_scheduler_group_validators(ph_rt_t *rt, ph_vec_validator_index_t *out, ph_group_index_t group);
void ph_scheduler_group_rotation_info(ph_rt_t *rt, ph_group_rotation_info_t *out, ph_block_number_t now);

/* ---- availability timeouts ---- */

/* True in the first blocks after a rotation, the only time at which candidates time out. */
bool ph_scheduler_timeout_check_required(ph_rt_t *rt);
/* When a candidate backed in block `pending_since` times out, as seen now. */
ph_block_number_t ph_scheduler_times_out_at(ph_rt_t *rt, ph_block_number_t pending_since);

/* ---- claims on cores ---- */

/* Whom the cores serve in the next `lookahead` blocks, by core; a row ends at its first gap. */
void ph_scheduler_claim_queue(ph_rt_t *rt, ph_claim_queue_t *out);
/* One core with its claim. */
typedef struct ph_core_claim {
    ph_core_index_t core;
    ph_para_id_t para;
} ph_core_claim_t;
typedef struct ph_core_claims {
    ph_core_claim_t *items; /* ascending by core */
    size_t count;
} ph_core_claims_t;
/* Takes the claims of this block. A blocked core (bit set) yields none, and its on-demand order is queued again; an
 * unblocked core with nothing for this block gets the claim of the next. */
void ph_scheduler_advance_claim_queue(ph_rt_t *rt, ph_core_claims_t *out, ph_bits_t blocked, bool all_blocked);
/* Plans work for a core from block `begin` on; moved behind the claim queue if something is planned within it.
 * Errors AssignmentsEmpty, DisallowedInsert. (RFC 5) */
PH_MUST_CHECK ph_err_t ph_scheduler_assign_core(ph_rt_t *rt, ph_core_index_t core, ph_block_number_t begin,
                                                const ph_vec_tup_core_assignment_parts_of57600_t *assignments,
                                                const ph_opt_block_number_t *end_hint);
/* Gives the para a new core of its own from the next block on. */
PH_MUST_CHECK ph_err_t ph_scheduler_assign_coretime(ph_rt_t *rt, ph_para_id_t para);

#endif
