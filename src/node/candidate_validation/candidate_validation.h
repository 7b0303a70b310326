/* Candidate Validation: checks everything that a candidate's descriptor claims, and runs its validation function. Guide
 * 4, "Candidate Validation"; node.md section 11.
 *
 * Checks, in this order; the first that fails decides: validation data hash, size of the PoV, PoV hash, code hash,
 * session, execution, hash of the head, hash of the commitments, the runtime's acceptance criteria for the outputs, and
 * the signals and core index against the claim queue. Runtime questions go to the candidate's scheduling parent.
 *
 * Only what the candidate is to blame for is a verdict (Invalid). What we could not find out or carry out ourselves is
 * Failed: code not found, runtime errors, preparation errors, internal errors of the PVF host. Nothing is tried twice.
 *
 * Code under vote (pre_check): it is prepared under the session's limits for that. Valid: it can be run; Invalid: it
 * could be nowhere, or the session's parameters are not to be had; Failed: not found, or a failure of our own.
 */
#ifndef PH_NODE_CANDIDATE_VALIDATION_H
#define PH_NODE_CANDIDATE_VALIDATION_H

#include "overseer/overseer.h"
#include "pvf/service.h"

typedef struct ph_candidate_validation_config {
    ph_pvf_service_t *pvf; /* outlives the node */
    /* CPU time of an execution unless the session's executor parameters say otherwise; 0: 2000. It does not scale with
     * the slot: two nodes must not differ in what they call too slow. */
    uint32_t exec_timeout_ms;
} ph_candidate_validation_config_t;

extern const ph_subsystem_ops_t ph_candidate_validation_ops;

#endif
