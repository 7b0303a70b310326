/* BabeApi and GrandpaApi: what block production and finality need to know of the chain. */
#include "runtime/apis.h"
#include "runtime/babe.h"
#include "runtime/params.h"
#include "runtime/storage/grandpa.h"

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
