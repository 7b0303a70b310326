#include "runtime/offences.h"

#include <string.h>

#include "runtime/support.h"
#include "runtime/vec.h"
#include "scale/scale.h"

static ph_u8x16_t kind_of(const char kind[16])
{
    ph_u8x16_t out;
    memcpy(out.bytes, kind, sizeof out.bytes);
    return out;
}

static ph_hash_t report_id(ph_rt_t *rt, const char kind[16], ph_bytes_t slot, const ph_account_id_t *offender)
{
    ph_writer_t w = ph_writer_in(rt->arena);
    ph_write(&w, kind, 16);
    ph_write_bytes(&w, slot);
    ph_write(&w, offender->bytes, 32);
    return ph_rt_blake2(rt, ph_writer_bytes(&w));
}

bool ph_offences_is_known(ph_rt_t *rt, const char kind[16], ph_bytes_t slot, const ph_account_id_t *offender)
{
    ph_hash_t id = report_id(rt, kind, slot, offender);
    return ph_offences_reports_exists(rt, &id);
}

ph_err_t ph_offences_report(ph_rt_t *rt, const char kind[16], ph_bytes_t slot, const ph_vec_account_id_t *reporters,
                            const ph_vec_account_id_t *offenders)
{
    ph_u8x16_t name = kind_of(kind);
    ph_vec_hash_t concurrent;
    ph_offences_concurrent_reports_index_get(rt, &name, slot, &concurrent);
    size_t before = concurrent.count;
    for (size_t i = 0; i < offenders->count; i++) {
        ph_hash_t id = report_id(rt, kind, slot, &offenders->items[i]);
        if (ph_offences_reports_exists(rt, &id))
            continue;
        ph_offence_details_t details = {.offender._0 = offenders->items[i], .reporters = *reporters};
        ph_offences_reports_set(rt, &id, &details);
        ph_vec_push(rt, &concurrent, id);
    }
    if (concurrent.count == before)
        return PH_ERR_EXISTS;
    ph_offences_concurrent_reports_index_set(rt, &name, slot, &concurrent);
    ph_offences_event_offence(rt, &name, slot);
    return PH_OK;
}
