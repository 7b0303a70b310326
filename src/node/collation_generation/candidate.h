/* A candidate in the making, and how to spoil it. */
#ifndef PH_NODE_COLLATION_GENERATION_CANDIDATE_H
#define PH_NODE_COLLATION_GENERATION_CANDIDATE_H

#include "node/collation_generation/collation_generation.h"

typedef struct candidate {
    ph_collator_fault_t fault;
    ph_persisted_validation_data_t pvd;
    ph_validation_code_hash_t code_hash;
    ph_collation_result_t made;
    ph_hash_t relay_parent;
    ph_core_index_t core;
    ph_session_index_t session;
    ph_para_id_t para;
} candidate_t;

/* Spoils what goes into the hashes. */
void ph_candidate_spoil_content(ph_arena_t *arena, candidate_t *candidate);
/* The receipt of what was made, erasure root still zero. Borrows. */
void ph_candidate_receipt_of(ph_candidate_receipt_t *out, const candidate_t *candidate);
/* Spoils the receipt itself, once it is complete. */
void ph_candidate_spoil_receipt(ph_candidate_receipt_t *receipt, ph_collator_fault_t fault);

#endif
