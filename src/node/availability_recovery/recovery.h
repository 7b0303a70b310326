/* One recovery. */
#ifndef PH_NODE_AVAILABILITY_RECOVERY_RECOVERY_H
#define PH_NODE_AVAILABILITY_RECOVERY_RECOVERY_H

#include "overseer/overseer.h"

typedef struct ph_recovery_question {
    ph_candidate_receipt_t receipt;
    ph_session_index_t session;
    ph_hash_t at;               /* a block at which the session's info can be asked for */
    ph_opt_group_index_t group; /* backers to ask first */
    ph_opt_core_index_t core;   /* for the chunk mapping */
    bool chunks_alone;          /* neither our store nor backers' full data */
} ph_recovery_question_t;

/* then(ctx_job's job, flow, data or NULL, invalid) in a turn, unless `job` ends first. data is borrowed. */
typedef void (*ph_recovery_done_fn)(ph_job_t *job, void *flow, ph_rc_t *data, bool invalid);
void ph_recovery_start(ph_job_t *job, const ph_recovery_question_t *question, void *flow, ph_recovery_done_fn then);

/* spot_check.c */
void ph_spot_check_leaf(ph_job_t *leaf);

#endif
