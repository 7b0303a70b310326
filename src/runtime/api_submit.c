/* ParachainHost, where validators hand in what they found: votes on code, and reports of lost disputes. */
#include "runtime/apis.h"
#include "runtime/historical.h"
#include "runtime/reports.h"
#include "scale/scale.h"

/* Whether the pool takes it is not the caller's concern. */
ph_err_t ph_api_parachain_host_submit_pvf_check_statement(ph_rt_t *rt, const ph_pvf_check_statement_t *stmt,
                                                          const ph_validator_signature_t *signature)
{
    ph_call_t call = {.kind = PH_CALL_PARAS, .paras.kind = PH_CALL_PARAS_INCLUDE_PVF_CHECK_STATEMENT};
    call.paras.include_pvf_check_statement.stmt = *stmt;
    call.paras.include_pvf_check_statement.signature = *signature;
    if (!ph_submit_bare(rt, &call))
        ph_rt_log(rt, PH_LOG_ERROR, "paras", "error submitting pvf check statement");
    return PH_OK;
}

ph_err_t ph_api_parachain_host_key_ownership_proof(ph_rt_t *rt, const ph_validator_id_t *validator_id,
                                                   ph_opt_opaque_key_ownership_proof_t *out)
{
    ph_membership_proof_t proof;
    ph_historical_prove(rt, &proof, "para", ph_bytes(validator_id->bytes, 32));
    ph_writer_t w = ph_writer_in(rt->arena);
    ph_membership_proof_encode(&w, &proof);
    out->some = true;
    out->value.v = ph_writer_bytes(&w);
    return PH_OK;
}

ph_err_t ph_api_parachain_host_submit_report_dispute_lost(ph_rt_t *rt, const ph_dispute_proof_t *dispute_proof,
                                                          ph_opaque_key_ownership_proof_t key_ownership_proof,
                                                          ph_opt_unit_t *out)
{
    ph_dispute_proof_t proof = *dispute_proof;
    ph_call_t call = {.kind = PH_CALL_PARAS_SLASHING,
                      .paras_slashing.kind = PH_CALL_PARAS_SLASHING_REPORT_DISPUTE_LOST_UNSIGNED};
    call.paras_slashing.report_dispute_lost_unsigned.dispute_proof = &proof;
    ph_reader_t r = ph_reader(key_ownership_proof.v);
    out->some = ph_membership_proof_decode(
                    &r, rt->arena, &call.paras_slashing.report_dispute_lost_unsigned.key_owner_proof) == PH_OK &&
                ph_submit_bare(rt, &call);
    return PH_OK;
}
