/* Hashes that identify things of the protocol. Each is BLAKE2b-256: of head data and code over their raw bytes, of
 * everything else over the SCALE encoding. None allocates beyond the call, none fails. (node.md section 18)
 */
#ifndef PH_PRIMITIVES_HASH_OF_H
#define PH_PRIMITIVES_HASH_OF_H

#include "primitives/types.h"

/* The candidate hash: of descriptor and commitments hash, whichever form of receipt one has. */
ph_candidate_hash_t ph_hash_of_receipt(const ph_candidate_receipt_t *receipt);
ph_candidate_hash_t ph_hash_of_committed(const ph_committed_candidate_receipt_t *receipt);
/* The receipt that goes with a committed one: commitments replaced by their hash. Owns no memory. */
void ph_hash_to_plain_receipt(ph_candidate_receipt_t *out, const ph_committed_candidate_receipt_t *receipt);
ph_hash_t ph_hash_of_commitments(const ph_candidate_commitments_t *commitments);
ph_hash_t ph_hash_of_validation_data(const ph_persisted_validation_data_t *data);
ph_hash_t ph_hash_of_pov(const ph_pov_t *pov);
ph_hash_t ph_hash_of_head(ph_head_data_t head);
ph_validation_code_hash_t ph_hash_of_code(ph_validation_code_t code);
/* The block hash. */
ph_hash_t ph_hash_of_header(const ph_header_t *header);
ph_executor_params_hash_t ph_hash_of_executor_params(const ph_executor_params_t *params);
/* Of those parameters alone that change what preparation makes: logical stack and bulk memory. */
ph_executor_params_prep_hash_t ph_hash_of_executor_prep(const ph_executor_params_t *params);
/* Of any described value's encoding. */
ph_hash_t ph_hash_of_value(const ph_type_t *type, const void *value);

#endif
