/* Importing votes into the state of one dispute. */
#ifndef PH_RUNTIME_DISPUTES_VOTES_H
#define PH_RUNTIME_DISPUTES_VOTES_H

#include "primitives/types.h"
#include "runtime/host.h"

enum {                           /* what a dispute's state amounts to */
       PH_DISPUTE_CONFIRMED = 1, /* more than a third took part */
       PH_DISPUTE_FOR_SUPERMAJORITY = 2,
       PH_DISPUTE_AGAINST_SUPERMAJORITY = 4,
       PH_DISPUTE_AGAINST_BYZANTINE = 8 /* more than a third are against */
};

typedef struct ph_dispute_import {
    ph_dispute_state_t state;
    ph_set_validator_index_t backers;
    ph_dispute_state_t pre_state; /* before this import */
    ph_set_validator_index_t pre_backers;
} ph_dispute_import_t;

/* A vote that was imported, to take it back. */
typedef struct ph_dispute_undo {
    ph_validator_index_t validator;
    bool is_for, is_backing;
} ph_dispute_undo_t;

void ph_dispute_import_begin(ph_rt_t *rt, ph_dispute_import_t *import, const ph_dispute_state_t *state,
                             const ph_set_validator_index_t *backers);
/* Errors of ParasDisputes: ValidatorIndexOutOfBounds, DuplicateStatement, MaliciousBacker. A backing vote may follow
 * the same validator's other vote for the candidate, not the other way round. */
PH_MUST_CHECK ph_err_t ph_dispute_import_vote(ph_rt_t *rt, ph_dispute_import_t *import, ph_dispute_undo_t *undo,
                                              ph_validator_index_t validator, const ph_dispute_statement_t *statement);
void ph_dispute_import_undo(ph_dispute_import_t *import, const ph_dispute_undo_t *undo);

/* What is new, after all votes. Sets the state's concluded_at if it concludes now. */
typedef struct ph_dispute_summary {
    int new_flags;
    ph_vec_validator_index_t slash_for, slash_against; /* losers to be punished, not known as such before */
} ph_dispute_summary_t;
void ph_dispute_import_finish(ph_rt_t *rt, ph_dispute_import_t *import, ph_dispute_summary_t *out,
                              ph_block_number_t now);

bool ph_dispute_has_both_sides(const ph_dispute_state_t *state);
int ph_dispute_flags(const ph_dispute_state_t *state);

#endif
