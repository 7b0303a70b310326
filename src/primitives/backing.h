/* Backed candidates: the core index behind the group's bits, and the check of their votes. (node.md section 18,
 * runtime.md section 10)
 */
#ifndef PH_PRIMITIVES_BACKING_H
#define PH_PRIMITIVES_BACKING_H

#include "primitives/types.h"

/* How signatures are verified: natively by crypto, inside a wasm runtime by its host. */
typedef struct ph_verifier {
    bool (*verify)(void *ctx, const ph_validator_id_t *key, ph_bytes_t message,
                   const ph_validator_signature_t *signature);
    void *ctx;
} ph_verifier_t;

/* Splits the last 8 bits off as the core index; a field of 8 bits or fewer has none and is all group bits. The group
 * bits are in the arena (NULL: heap). Returns whether there is a core. */
bool ph_backing_split(ph_arena_t *arena, ph_bits_t *group_bits, ph_core_index_t *core, ph_bits_t validator_indices);
/* The reverse: the low 8 bits of the core's index behind the group's bits. */
ph_bits_t ph_backing_join(ph_arena_t *arena, ph_bits_t group_bits, ph_core_index_t core);

typedef struct ph_backing_group {
    const ph_validator_id_t *members; /* keys in the group's order */
    size_t member_count;              /* keys known */
    size_t len;                       /* the group's size */
} ph_backing_group_t;

/* True if there are as many bits as the group has members, no more votes than that, a set bit for each vote, and each
 * vote is well signed by the member at its bit. Set bits without a vote are let pass. *signed_count gets the number of
 * votes. */
bool ph_backing_check(size_t *signed_count, const ph_candidate_hash_t *candidate,
                      const ph_validity_attestation_t *votes, size_t vote_count, ph_bits_t group_bits,
                      const ph_signing_context_t *context, ph_backing_group_t group, ph_verifier_t verifier);

#endif
