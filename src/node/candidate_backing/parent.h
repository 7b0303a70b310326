/* One relay parent's work: what parent.c (facts and statements) and assess.c (our own opinion) share. */
#ifndef PH_NODE_CANDIDATE_BACKING_PARENT_H
#define PH_NODE_CANDIDATE_BACKING_PARENT_H

#include "node/candidate_backing/candidate_backing.h"
#include "node/candidate_backing/table.h"

/* Our own opinion of one candidate. */
typedef enum ph_assess_stage {
    PH_ASSESS_RUNNING,
    PH_ASSESS_NO_POV, /* nobody who vouched for it had the PoV; another one may */
    PH_ASSESS_SIGNED,
    PH_ASSESS_INVALID,
    PH_ASSESS_ABSTAINED /* we failed, or may not sign */
} ph_assess_stage_t;

typedef struct ph_assessment {
    ph_assess_stage_t stage;
    bool to_second; /* Candidate Selection wants it seconded; otherwise somebody else did */
    bool offered;   /* Candidate Selection waits for a word about it */
    bool reported;  /* that we disagree with its backers */
    ph_candidate_hash_t hash;
    ph_candidate_receipt_t receipt;
    ph_persisted_validation_data_t data;
    ph_shared_pov_t pov;         /* ours to release; v NULL: not here yet */
    ph_validator_index_t prefer; /* whose PoV to ask for first */
    ph_bits_t asked;             /* for the PoV, by position in our group */
    ph_candidate_commitments_t commitments;
} ph_assessment_t;

/* The para that may have a candidate on a core. */
typedef struct ph_parent_claim {
    bool some;
    ph_para_id_t para;
} ph_parent_claim_t;

typedef struct ph_parent {
    bool ready, failed;
    PH_LIST(ph_msg_t *) waiting; /* messages from before that */
    ph_join_t *answers;
    ph_signing_context_t context;
    ph_vec_validator_id_t validators;
    ph_vec_vec_validator_index_t groups;
    ph_group_rotation_info_t rotation;
    ph_parent_claim_t *claims; /* by core */
    size_t core_count;
    ph_vec_validator_index_t disabled;
    uint32_t minimum_votes;
    ph_table_t table;
    /* What we are here. */
    bool may_sign; /* an enabled validator whose core has a para */
    ph_validator_index_t me;
    ph_validator_id_t key;
    ph_group_index_t group;
    ph_core_index_t core;
    bool seconding;       /* one candidate is on its way to be seconded, or was */
    ph_map_t assessments; /* ph_candidate_hash_t → ph_assessment_t * */
} ph_parent_t;

/* Asks for the facts of a new leaf; then(job) when `ready` or `failed` is settled. */
void ph_parent_ask(ph_job_t *job, void (*then)(ph_job_t *job));
/* May a candidate with this descriptor stand at this relay parent on that core? */
bool ph_parent_fits(ph_job_t *job, const ph_candidate_descriptor_t *descriptor, ph_core_index_t core);
/* A statement from the network. */
void ph_parent_hear(ph_job_t *job, const ph_signed_full_statement_with_pvd_t *statement);
/* A statement of our own: counts it and shares it. */
void ph_parent_say(ph_job_t *job, const ph_signed_full_statement_with_pvd_t *statement);
/* Tells the Provisioner, once, that we find invalid what others vouch for; says nothing as long as nobody does. */
void ph_parent_disagree(ph_job_t *job, ph_assessment_t *a);

/* Candidate Selection's pick. */
void ph_assess_second(ph_job_t *job, const ph_candidate_receipt_t *receipt, ph_shared_pov_t pov);
/* Somebody's statement about a candidate was counted. */
void ph_assess_heard(ph_job_t *job, const ph_table_candidate_t *candidate, ph_validator_index_t from);

#endif
