/* What Babe tells others: epochs, randomness; and its call. */
#include <string.h>

#include "runtime/babe.h"
#include "runtime/params.h"
#include "runtime/support.h"
#include "scale/scale.h"

static ph_err_t no_config(ph_rt_t *rt)
{
    return ph_rt_panic(rt, "EpochConfig is initialized in genesis and never removed");
}

ph_err_t ph_babe_current_epoch(ph_rt_t *rt, ph_babe_epoch_t *out)
{
    ph_babe_epoch_index_get(rt, &out->epoch_index);
    out->start_slot = ph_babe_current_epoch_start(rt);
    out->duration = ph_params_epoch_slots(rt);
    ph_babe_authorities_get(rt, &out->authorities);
    ph_babe_randomness_get(rt, &out->randomness);
    return ph_babe_epoch_config_get(rt, &out->config) ? PH_OK : no_config(rt);
}

ph_err_t ph_babe_next_epoch(ph_rt_t *rt, ph_babe_epoch_t *out)
{
    ph_babe_epoch_index_get(rt, &out->epoch_index);
    if (out->epoch_index == UINT64_MAX)
        return ph_rt_panic(rt, "epoch index overflows");
    out->epoch_index++;
    out->duration = ph_params_epoch_slots(rt);
    out->start_slot.v = ph_sat_add_u64(ph_babe_current_epoch_start(rt).v, out->duration);
    ph_babe_next_authorities_get(rt, &out->authorities);
    ph_babe_next_randomness_get(rt, &out->randomness);
    if (ph_babe_next_epoch_config_get(rt, &out->config) || ph_babe_epoch_config_get(rt, &out->config))
        return PH_OK;
    return no_config(rt);
}

static void mix(ph_rt_t *rt, uint8_t out[32], ph_bytes_t subject, const ph_randomness_t *randomness)
{
    ph_writer_t w = ph_writer_in(rt->arena);
    ph_write(&w, subject.data, subject.len);
    ph_write(&w, randomness->bytes, sizeof randomness->bytes);
    ph_host_blake2_256(rt, out, ph_writer_bytes(&w));
}

void ph_babe_randomness_one_epoch_ago(ph_rt_t *rt, uint8_t out[32], ph_bytes_t subject)
{
    ph_randomness_t randomness;
    ph_babe_next_randomness_get(rt, &randomness);
    mix(rt, out, subject, &randomness);
}

bool ph_babe_parent_block_randomness(ph_rt_t *rt, uint8_t out[32], ph_bytes_t subject)
{
    ph_opt_randomness_t randomness;
    ph_babe_author_vrf_randomness_get(rt, &randomness);
    if (randomness.some)
        mix(rt, out, subject, &randomness.value);
    return randomness.some;
}

/* Somebody must be able to author, and c is a fraction. */
ph_err_t ph_babe_call_plan_config_change(ph_rt_t *rt, const ph_origin_t *origin,
                                         const ph_babe_next_config_descriptor_t *config)
{
    PH_TRY(ph_ensure_root(origin));
    bool nobody = config->v1.c._0 == 0 && config->v1.allowed_slots.kind == PH_BABE_ALLOWED_SLOTS_PRIMARY_SLOTS;
    if (nobody || config->v1.c._1 == 0)
        return PH_BABE_ERR_INVALID_CONFIGURATION;
    ph_babe_pending_epoch_config_change_set(rt, config);
    return PH_OK;
}
