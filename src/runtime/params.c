/* Constants that the state may override, and the runtime's version. */
#include "runtime/params.h"

#include <string.h>

#include "runtime/apis.h"
#include "runtime/storage/chain_parameters.h"
#include "runtime/vec.h"

static ph_chain_params_t params(ph_rt_t *rt)
{
    ph_chain_params_t p;
    if (!ph_chain_parameters_params_get(rt, &p))
        p = (ph_chain_params_t){.slot_ms = 6000, .epoch_slots = 600};
    if (p.slot_ms < 2)
        p.slot_ms = 2;
    p.slot_ms -= p.slot_ms % 2; /* it is twice the minimum period */
    if (p.epoch_slots == 0)
        p.epoch_slots = 1;
    return p;
}

uint64_t ph_params_slot_ms(ph_rt_t *rt)
{
    return params(rt).slot_ms;
}

uint64_t ph_params_minimum_period(ph_rt_t *rt)
{
    return params(rt).slot_ms / 2;
}

uint64_t ph_params_epoch_slots(ph_rt_t *rt)
{
    return params(rt).epoch_slots;
}

void ph_params_runtime_version(ph_rt_t *rt, ph_runtime_version_t *out)
{
    *out = (ph_runtime_version_t){
        .spec_name = PH_BYTES_LIT(PH_SPEC_NAME),
        .impl_name = PH_BYTES_LIT(PH_IMPL_NAME),
        .authoring_version = PH_AUTHORING_VERSION,
        .spec_version = PH_SPEC_VERSION,
        .impl_version = PH_IMPL_VERSION,
        .transaction_version = PH_TRANSACTION_VERSION,
        .system_version = PH_SYSTEM_VERSION,
    };
    ph_vec_alloc(rt, &out->apis, ph_api_version_count);
    for (size_t i = 0; i < ph_api_version_count; i++) {
        memcpy(out->apis.items[i]._0.bytes, ph_api_versions[i].id, 8);
        out->apis.items[i]._1 = ph_api_versions[i].version;
    }
}
