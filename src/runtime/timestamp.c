/* Timestamp: the author says the time once in every block, as an inherent. (pallet-timestamp 49.) */
#include "runtime/timestamp.h"

#include "runtime/babe.h"
#include "runtime/hooks.h"
#include "runtime/origin.h"
#include "runtime/params.h"
#include "runtime/support.h"
#include "scale/scale.h"

/* Timestamp.set of `now` as a RuntimeCall. */
static void write_set(ph_writer_t *call, uint64_t now)
{
    ph_write_u8(call, PH_CALL_TIMESTAMP);
    ph_write_u8(call, PH_CALL_TIMESTAMP_SET);
    ph_write_compact(call, now);
}

/* The clock of the node, milliseconds, out of the inherent data. */
static ph_err_t clock_of(ph_rt_t *rt, uint64_t *clock, ph_bytes_t data)
{
    if (data.len == 0)
        return ph_rt_panic(rt, "Timestamp inherent data must be provided");
    if (data.len != 8)
        return ph_rt_panic(rt, "Timestamp inherent data not correctly encoded");
    *clock = ph_get_u64(data.data);
    return PH_OK;
}

/* The earliest time the current block may name. */
static uint64_t earliest(ph_rt_t *rt)
{
    uint64_t now;
    ph_timestamp_now_get(rt, &now);
    return ph_sat_add_u64(now, ph_params_minimum_period(rt));
}

ph_err_t ph_timestamp_create_inherent(ph_rt_t *rt, bool *some, ph_writer_t *call, ph_bytes_t data)
{
    uint64_t clock = 0, least = earliest(rt);
    PH_TRY(clock_of(rt, &clock, data));
    write_set(call, clock > least ? clock : least);
    *some = true;
    return PH_OK;
}

ph_err_t ph_timestamp_check_inherent(ph_rt_t *rt, ph_timestamp_verdict_t *verdict, uint64_t now, ph_bytes_t data)
{
    uint64_t clock = 0;
    PH_TRY(clock_of(rt, &clock, data));
    if (now > ph_sat_add_u64(clock, PH_MAX_TIMESTAMP_DRIFT_MS))
        *verdict = PH_TIMESTAMP_TOO_FAR_IN_FUTURE;
    else if (now < earliest(rt))
        *verdict = PH_TIMESTAMP_TOO_EARLY;
    else
        *verdict = PH_TIMESTAMP_GOOD;
    return PH_OK;
}

ph_err_t ph_timestamp_call_set(ph_rt_t *rt, const ph_origin_t *origin, uint64_t now)
{
    PH_TRY(ph_ensure_none(origin));
    if (ph_timestamp_did_update_exists(rt))
        return ph_rt_panic(rt, "Timestamp must be updated only once in the block");
    uint64_t last;
    ph_timestamp_now_get(rt, &last);
    if (last != 0 && now < earliest(rt))
        return ph_rt_panic(rt, "Timestamp must increment by at least <MinimumPeriod> between sequential blocks");
    ph_timestamp_now_set(rt, now);
    ph_timestamp_did_update_set(rt, true);
    return ph_babe_on_timestamp_set(rt, now);
}

ph_err_t ph_timestamp_on_finalize(ph_rt_t *rt)
{
    bool updated;
    ph_timestamp_did_update_take(rt, &updated);
    return updated ? PH_OK : ph_rt_panic(rt, "Timestamp must be updated once in the block");
}
