/* Inside of Candidate Validation: trying code that is new to the chain. */
#ifndef PH_NODE_CANDIDATE_VALIDATION_PRE_CHECK_H
#define PH_NODE_CANDIDATE_VALIDATION_PRE_CHECK_H

#include "node/candidate_validation/candidate_validation.h"

typedef struct ph_pre_check ph_pre_check_t;

/* Those that are not answered yet, oldest first. */
typedef struct ph_pre_checks {
    ph_pre_check_t *first, **end;
    size_t begun;
    bool concluded;
} ph_pre_checks_t;

void ph_pre_checks_init(ph_pre_checks_t *all);
/* Answers a message pre_check, later. */
void ph_pre_check_begin(ph_pre_checks_t *all, ph_subsystem_t *self, ph_msg_t *question);
/* Frees them all, unanswered. */
void ph_pre_checks_free(ph_pre_checks_t *all);

#endif
