/* BabeApi and GrandpaApi: what block production and finality need to know of the chain. */
#include "runtime/apis.h"
#include "runtime/babe.h"
#include "runtime/historical.h"
#include "runtime/params.h"
#include "runtime/reports.h"
#include "runtime/storage/grandpa.h"

/* ---- reports: proofs of key ownership are opaque to the node ---- */

static void prove(ph_rt_t *rt, ph_opt_bytes_t *out, const char type[4], ph_bytes_t key)
{
    ph_membership_proof_t proof;
    ph_historical_prove(rt, &proof, type, key);
    ph_writer_t w = ph_writer_in(rt->arena);
    ph_membership_proof_encode(&w, &proof);
    *out = (ph_opt_bytes_t){.some = true, .value = ph_writer_bytes(&w)};
}

/* What follows the proof in its bytes is ignored. */
static bool read_proof(ph_rt_t *rt, ph_membership_proof_t *out, ph_bytes_t opaque)
{
    ph_reader_t r = ph_reader(opaque);
    return ph_membership_proof_decode(&r, rt->arena, out) == PH_OK;
}

/* The proof is of the current session, whatever slot or set is asked for. */
ph_err_t ph_api_babe_api_generate_key_ownership_proof(ph_rt_t *rt, ph_slot_t slot,
                                                      const ph_babe_authority_id_t *authority_id, ph_opt_bytes_t *out)
{
    (void)slot;
    prove(rt, out, "babe", ph_bytes(authority_id->bytes, 32));
    return PH_OK;
}

ph_err_t ph_api_grandpa_api_generate_key_ownership_proof(ph_rt_t *rt, ph_grandpa_set_id_t set_id,
                                                         const ph_grandpa_authority_id_t *authority_id,
                                                         ph_opt_bytes_t *out)
{
    (void)set_id;
    prove(rt, out, "gran", ph_bytes(authority_id->bytes, 32));
    return PH_OK;
}

ph_err_t ph_api_babe_api_submit_report_equivocation_unsigned_extrinsic(
    ph_rt_t *rt, const ph_babe_equivocation_proof_t *equivocation_proof, ph_bytes_t key_owner_proof, ph_opt_unit_t *out)
{
    ph_call_t call = {.kind = PH_CALL_BABE, .babe.kind = PH_CALL_BABE_REPORT_EQUIVOCATION_UNSIGNED};
    call.babe.report_equivocation_unsigned.equivocation_proof = *equivocation_proof;
    out->some = read_proof(rt, &call.babe.report_equivocation_unsigned.key_owner_proof, key_owner_proof) &&
                ph_submit_bare(rt, &call);
    return PH_OK;
}

ph_err_t ph_api_grandpa_api_submit_report_equivocation_unsigned_extrinsic(
    ph_rt_t *rt, const ph_grandpa_equivocation_proof_t *equivocation_proof, ph_bytes_t key_owner_proof,
    ph_opt_unit_t *out)
{
    ph_call_t call = {.kind = PH_CALL_GRANDPA, .grandpa.kind = PH_CALL_GRANDPA_REPORT_EQUIVOCATION_UNSIGNED};
    call.grandpa.report_equivocation_unsigned.equivocation_proof = *equivocation_proof;
    out->some = read_proof(rt, &call.grandpa.report_equivocation_unsigned.key_owner_proof, key_owner_proof) &&
                ph_submit_bare(rt, &call);
    return PH_OK;
}

/* ---- the state of consensus ---- */

ph_err_t ph_api_babe_api_configuration(ph_rt_t *rt, ph_babe_configuration_t *out)
{
    ph_babe_epoch_configuration_t config;
    if (!ph_babe_epoch_config_get(rt, &config)) /* a chain without one has Rococo's */
        config = (ph_babe_epoch_configuration_t){
            .c = {1, 4}, .allowed_slots.kind = PH_BABE_ALLOWED_SLOTS_PRIMARY_AND_SECONDARY_VRF_SLOTS};
    *out = (ph_babe_configuration_t){
        .slot_duration = ph_params_slot_ms(rt),
        .epoch_length = ph_params_epoch_slots(rt),
        .c = config.c,
        .allowed_slots = config.allowed_slots,
    };
    ph_babe_authorities_get(rt, &out->authorities);
    ph_babe_randomness_get(rt, &out->randomness);
    return PH_OK;
}

ph_err_t ph_api_babe_api_current_epoch_start(ph_rt_t *rt, ph_slot_t *out)
{
    *out = ph_babe_current_epoch_start(rt);
    return PH_OK;
}

ph_err_t ph_api_babe_api_current_epoch(ph_rt_t *rt, ph_babe_epoch_t *out)
{
    return ph_babe_current_epoch(rt, out);
}

ph_err_t ph_api_babe_api_next_epoch(ph_rt_t *rt, ph_babe_epoch_t *out)
{
    return ph_babe_next_epoch(rt, out);
}

ph_err_t ph_api_grandpa_api_grandpa_authorities(ph_rt_t *rt, ph_grandpa_authority_list_t *out)
{
    ph_grandpa_authorities_get(rt, out);
    return PH_OK;
}

ph_err_t ph_api_grandpa_api_current_set_id(ph_rt_t *rt, ph_grandpa_set_id_t *out)
{
    ph_grandpa_current_set_id_get(rt, out);
    return PH_OK;
}
