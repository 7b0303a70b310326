/* The bytes that validators, collators and authorities sign. Each function returns them in the arena (NULL: on the
 * heap, free with ph_mem_free). (node.md section 18; runtime.md sections 6 and 10)
 */
#ifndef PH_PRIMITIVES_PAYLOAD_H
#define PH_PRIMITIVES_PAYLOAD_H

#include "primitives/types.h"

/* The statement with its candidate replaced by the candidate's hash. */
ph_compact_statement_t ph_payload_to_compact(const ph_statement_t *statement);
/* A backing vote on chain says which statement it signs only by its kind. */
ph_compact_statement_t ph_payload_attested(const ph_validity_attestation_t *vote, const ph_candidate_hash_t *candidate);

ph_bytes_t ph_payload_of_statement(ph_arena_t *arena, const ph_compact_statement_t *statement,
                                   const ph_signing_context_t *context);
ph_bytes_t ph_payload_of_bitfield(ph_arena_t *arena, ph_bits_t bitfield, const ph_signing_context_t *context);
/* Of one candidate or of several candidates of a block: a list of one is signed as the candidate alone. */
ph_bytes_t ph_payload_of_approval(ph_arena_t *arena, const ph_candidate_hash_t *candidates, size_t count,
                                  ph_session_index_t session);
/* PH_ERR_NOT_FOUND: the vote is an approval of candidates among which the disputed one is not. */
PH_MUST_CHECK ph_err_t ph_payload_of_dispute(ph_arena_t *arena, ph_bytes_t *out,
                                             const ph_dispute_statement_t *statement,
                                             const ph_candidate_hash_t *candidate, ph_session_index_t session);
ph_bytes_t ph_payload_of_pvf_check(ph_arena_t *arena, const ph_pvf_check_statement_t *statement);
ph_bytes_t ph_payload_of_grandpa(ph_arena_t *arena, const ph_grandpa_message_t *message, ph_grandpa_round_t round,
                                 ph_grandpa_set_id_t set_id);
/* A collator's Declare: over the bytes of its peer id. */
ph_bytes_t ph_payload_of_declare(ph_arena_t *arena, ph_bytes_t peer_id);

/* Does the vote say that the candidate is valid, and is it one that was cast by backing it? */
bool ph_payload_dispute_is_for(const ph_dispute_statement_t *statement);
bool ph_payload_dispute_is_backing(const ph_dispute_statement_t *statement);

#endif
