#include "primitives/payload.h"

#include <string.h>

#include "primitives/hash_of.h"

static ph_compact_statement_t compact(uint8_t kind, const ph_candidate_hash_t *candidate)
{
    ph_compact_statement_t out;
    memset(&out, 0, sizeof out);
    out.kind = kind;
    if (kind == PH_COMPACT_STATEMENT_SECONDED)
        out.seconded = *candidate;
    else
        out.valid = *candidate;
    return out;
}

ph_compact_statement_t ph_payload_to_compact(const ph_statement_t *statement)
{
    if (statement->kind == PH_STATEMENT_VALID)
        return compact(PH_COMPACT_STATEMENT_VALID, &statement->valid);
    ph_candidate_hash_t hash = ph_hash_of_committed(&statement->seconded);
    return compact(PH_COMPACT_STATEMENT_SECONDED, &hash);
}

ph_compact_statement_t ph_payload_attested(const ph_validity_attestation_t *vote, const ph_candidate_hash_t *candidate)
{
    bool implicit = vote->kind == PH_VALIDITY_ATTESTATION_IMPLICIT;
    return compact(implicit ? PH_COMPACT_STATEMENT_SECONDED : PH_COMPACT_STATEMENT_VALID, candidate);
}

ph_bytes_t ph_payload_of_statement(ph_arena_t *arena, const ph_compact_statement_t *statement,
                                   const ph_signing_context_t *context)
{
    ph_writer_t w = ph_writer_in(arena);
    ph_compact_statement_encode(&w, statement);
    ph_signing_context_encode(&w, context);
    return ph_writer_bytes(&w);
}

ph_bytes_t ph_payload_of_bitfield(ph_arena_t *arena, ph_bits_t bitfield, const ph_signing_context_t *context)
{
    ph_writer_t w = ph_writer_in(arena);
    ph_availability_bitfield_t value = {bitfield};
    ph_type_encode(&w, &ph_type_availability_bitfield, &value);
    ph_signing_context_encode(&w, context);
    return ph_writer_bytes(&w);
}

ph_bytes_t ph_payload_of_approval(ph_arena_t *arena, const ph_candidate_hash_t *candidates, size_t count,
                                  ph_session_index_t session)
{
    ph_writer_t w = ph_writer_in(arena);
    ph_write(&w, "APPR", 4);
    if (count != 1)
        ph_write_compact(&w, count);
    for (size_t i = 0; i < count; i++)
        ph_write(&w, candidates[i].bytes, sizeof candidates[i].bytes);
    ph_write_u32(&w, session.v);
    return ph_writer_bytes(&w);
}

static ph_bytes_t explicit_dispute(ph_arena_t *arena, bool valid, const ph_candidate_hash_t *candidate,
                                   ph_session_index_t session)
{
    ph_explicit_dispute_statement_t statement = {.valid = valid, .candidate_hash = *candidate, .session = session};
    ph_writer_t w = ph_writer_in(arena);
    ph_explicit_dispute_statement_encode(&w, &statement);
    return ph_writer_bytes(&w);
}

static bool has_candidate(const ph_vec_candidate_hash_t *list, const ph_candidate_hash_t *candidate)
{
    for (size_t i = 0; i < list->count; i++)
        if (memcmp(&list->items[i], candidate, sizeof *candidate) == 0)
            return true;
    return false;
}

static ph_err_t valid_dispute(ph_arena_t *arena, ph_bytes_t *out, const ph_valid_dispute_statement_kind_t *kind,
                              const ph_candidate_hash_t *candidate, ph_session_index_t session)
{
    ph_signing_context_t context = {.session_index = session};
    ph_compact_statement_t statement;
    switch ((ph_valid_dispute_statement_kind_kind_t)kind->kind) {
    case PH_VALID_DISPUTE_STATEMENT_KIND_EXPLICIT:
        *out = explicit_dispute(arena, true, candidate, session);
        return PH_OK;
    case PH_VALID_DISPUTE_STATEMENT_KIND_BACKING_SECONDED:
        context.parent_hash = kind->backing_seconded;
        statement = compact(PH_COMPACT_STATEMENT_SECONDED, candidate);
        break;
    case PH_VALID_DISPUTE_STATEMENT_KIND_BACKING_VALID:
        context.parent_hash = kind->backing_valid;
        statement = compact(PH_COMPACT_STATEMENT_VALID, candidate);
        break;
    case PH_VALID_DISPUTE_STATEMENT_KIND_APPROVAL_CHECKING:
        *out = ph_payload_of_approval(arena, candidate, 1, session);
        return PH_OK;
    case PH_VALID_DISPUTE_STATEMENT_KIND_APPROVAL_CHECKING_MULTIPLE_CANDIDATES: {
        const ph_vec_candidate_hash_t *list = &kind->approval_checking_multiple_candidates;
        if (!has_candidate(list, candidate))
            return PH_ERR_NOT_FOUND;
        *out = ph_payload_of_approval(arena, list->items, list->count, session);
        return PH_OK;
    }
    }
    *out = ph_payload_of_statement(arena, &statement, &context);
    return PH_OK;
}

ph_err_t ph_payload_of_dispute(ph_arena_t *arena, ph_bytes_t *out, const ph_dispute_statement_t *statement,
                               const ph_candidate_hash_t *candidate, ph_session_index_t session)
{
    if (statement->kind == PH_DISPUTE_STATEMENT_VALID)
        return valid_dispute(arena, out, &statement->valid, candidate, session);
    *out = explicit_dispute(arena, false, candidate, session);
    return PH_OK;
}

bool ph_payload_dispute_is_for(const ph_dispute_statement_t *statement)
{
    return statement->kind == PH_DISPUTE_STATEMENT_VALID;
}

bool ph_payload_dispute_is_backing(const ph_dispute_statement_t *statement)
{
    return statement->kind == PH_DISPUTE_STATEMENT_VALID &&
           (statement->valid.kind == PH_VALID_DISPUTE_STATEMENT_KIND_BACKING_SECONDED ||
            statement->valid.kind == PH_VALID_DISPUTE_STATEMENT_KIND_BACKING_VALID);
}

ph_bytes_t ph_payload_of_pvf_check(ph_arena_t *arena, const ph_pvf_check_statement_t *statement)
{
    ph_writer_t w = ph_writer_in(arena);
    ph_write(&w, "VCPC", 4);
    ph_pvf_check_statement_encode(&w, statement);
    return ph_writer_bytes(&w);
}

ph_bytes_t ph_payload_of_grandpa(ph_arena_t *arena, const ph_grandpa_message_t *message, ph_grandpa_round_t round,
                                 ph_grandpa_set_id_t set_id)
{
    ph_writer_t w = ph_writer_in(arena);
    ph_grandpa_message_encode(&w, message);
    ph_write_u64(&w, round);
    ph_write_u64(&w, set_id);
    return ph_writer_bytes(&w);
}

ph_bytes_t ph_payload_of_declare(ph_arena_t *arena, ph_bytes_t peer_id)
{
    ph_writer_t w = ph_writer_in(arena);
    ph_write(&w, peer_id.data, peer_id.len);
    ph_write(&w, "COLL", 4);
    return ph_writer_bytes(&w);
}
