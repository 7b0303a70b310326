#include "pvf/outcome.h"

static ph_pvf_outcome_t invalid(ph_pvf_invalid_t why)
{
    return (ph_pvf_outcome_t){.verdict = PH_PVF_INVALID, .invalid = why};
}

static ph_pvf_outcome_t meaning(const ph_pvf_executed_t *executed)
{
    switch ((ph_pvf_reason_kind_t)executed->reason.kind) {
    case PH_PVF_REASON_VALID:
        return (ph_pvf_outcome_t){.verdict = PH_PVF_VALID, .result = executed->result};
    case PH_PVF_REASON_EXECUTION_FAILED:
    case PH_PVF_REASON_JOB_ERROR:
        return invalid(PH_PVF_TRAP);
    case PH_PVF_REASON_OUT_OF_FUEL:
    case PH_PVF_REASON_TIMED_OUT:
        return invalid(PH_PVF_HARD_TIMEOUT);
    case PH_PVF_REASON_POV_DECOMPRESSION:
        return invalid(PH_PVF_DECOMPRESSION);
    case PH_PVF_REASON_BAD_RESULT:
        return invalid(PH_PVF_BAD_RETURN);
    case PH_PVF_REASON_RUNTIME_CONSTRUCTION:
    case PH_PVF_REASON_CORRUPTED_ARTIFACT:
    case PH_PVF_REASON_JOB_DIED:
    case PH_PVF_REASON_WORKER_DIED:
        return invalid(PH_PVF_AMBIGUOUS_DEATH);
    case PH_PVF_REASON_PREPARATION:
        return (ph_pvf_outcome_t){.verdict = PH_PVF_PREPARE_FAILED};
    case PH_PVF_REASON_INTERNAL:
        break;
    }
    return (ph_pvf_outcome_t){.verdict = PH_PVF_INTERNAL};
}

ph_pvf_outcome_t ph_pvf_outcome_of(ph_arena_t *arena, const ph_pvf_executed_t *executed)
{
    ph_pvf_outcome_t out = meaning(executed);
    out.detail = ph_arena_printf(arena, "%.*s", (int)executed->detail.len,
                                 executed->detail.len ? (const char *)executed->detail.data : "");
    out.fuel = executed->fuel;
    return out;
}

ph_pvf_outcome_t ph_pvf_outcome_of_preparation(ph_arena_t *arena, const ph_pvf_prechecked_t *prechecked)
{
    ph_bytes_t why = prechecked->detail;
    if (!prechecked->error.some)
        return (ph_pvf_outcome_t){.verdict = PH_PVF_VALID, .detail = ""};
    ph_pvf_prepare_error_t error = prechecked->error.value;
    return (ph_pvf_outcome_t){.verdict = PH_PVF_PREPARE_FAILED,
                              .is_codes_fault = ph_pvf_prepare_error_is_deterministic(error),
                              .detail = ph_arena_printf(arena, "%s: %.*s", ph_pvf_prepare_error_text(error),
                                                        (int)why.len, why.len ? (const char *)why.data : "")};
}
