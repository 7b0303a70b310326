/* Erasure coding as background work of a job: off the loop, once a process for the same payload.
 */
#ifndef PH_OVERSEER_CODING_H
#define PH_OVERSEER_CODING_H

#include "erasure/coded.h"
#include "overseer/overseer.h"

/* then(job, flow, coded) in a turn of the subsystem if the job still lives; coded is borrowed (ph_coded_ref to keep),
 * NULL if the payload cannot be coded (no bytes, one validator). The payload is copied. */
void ph_job_erasure_code(ph_job_t *job, size_t validators, ph_bytes_t payload, void *flow,
                         void (*then)(ph_job_t *job, void *flow, ph_coded_t *coded));

#endif
