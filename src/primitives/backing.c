#include "primitives/backing.h"

#include "primitives/payload.h"

#define CORE_BITS 8

bool ph_backing_split(ph_arena_t *arena, ph_bits_t *group_bits, ph_core_index_t *core, ph_bits_t validator_indices)
{
    if (validator_indices.count <= CORE_BITS) {
        *group_bits = ph_bits_copy(arena, validator_indices);
        return false;
    }
    size_t group_len = validator_indices.count - CORE_BITS;
    *group_bits = ph_bits_new(arena, group_len);
    for (size_t i = 0; i < group_len; i++)
        ph_bits_set(*group_bits, i, ph_bits_get(validator_indices, i));
    core->v = 0;
    for (size_t i = 0; i < CORE_BITS; i++)
        core->v |= (uint32_t)ph_bits_get(validator_indices, group_len + i) << i;
    return true;
}

ph_bits_t ph_backing_join(ph_arena_t *arena, ph_bits_t group_bits, ph_core_index_t core)
{
    ph_bits_t out = ph_bits_new(arena, group_bits.count + CORE_BITS);
    for (size_t i = 0; i < group_bits.count; i++)
        ph_bits_set(out, i, ph_bits_get(group_bits, i));
    for (size_t i = 0; i < CORE_BITS; i++)
        ph_bits_set(out, group_bits.count + i, core.v >> i & 1);
    return out;
}

static bool vote_holds(const ph_validity_attestation_t *vote, const ph_candidate_hash_t *candidate,
                       const ph_validator_id_t *key, const ph_signing_context_t *context, ph_verifier_t verifier)
{
    ph_compact_statement_t statement = ph_payload_attested(vote, candidate);
    ph_bytes_t payload = ph_payload_of_statement(NULL, &statement, context);
    bool is_implicit = vote->kind == PH_VALIDITY_ATTESTATION_IMPLICIT;
    bool ok = verifier.verify(verifier.ctx, key, payload, is_implicit ? &vote->implicit : &vote->explicit);
    ph_mem_free(payload.data);
    return ok;
}

bool ph_backing_check(size_t *signed_count, const ph_candidate_hash_t *candidate,
                      const ph_validity_attestation_t *votes, size_t vote_count, ph_bits_t group_bits,
                      const ph_signing_context_t *context, ph_backing_group_t group, ph_verifier_t verifier)
{
    if (group_bits.count != group.len || vote_count > group.len)
        return false;
    size_t member = 0;
    for (size_t i = 0; i < vote_count; i++, member++) {
        member = ph_bits_next(group_bits, member);
        if (member >= group_bits.count || member >= group.member_count)
            return false;
        if (!vote_holds(&votes[i], candidate, &group.members[member], context, verifier))
            return false;
    }
    *signed_count = vote_count;
    return true;
}
