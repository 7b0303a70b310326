#include "runtime/offences.h"

#include "runtime/support.h"

static ph_hash_t report_id(ph_rt_t *rt, const char kind[16], ph_bytes_t slot, const ph_account_id_t *offender)
{
    ph_writer_t w = ph_writer_in(rt->arena);
    ph_write(&w, kind, 16);
    ph_write(&w, slot.data, slot.len);
    ph_write(&w, offender->bytes, 32);
    return ph_rt_blake2(rt, ph_writer_bytes(&w));
}

bool ph_offences_is_known(ph_rt_t *rt, const char kind[16], ph_bytes_t slot, const ph_account_id_t *offender)
{
    ph_hash_t id = report_id(rt, kind, slot, offender);
    return ph_offences_reports_exists(rt, &id);
}

ph_err_t ph_offences_report(ph_rt_t *rt, const char kind[16], ph_bytes_t slot, const ph_vec_account_id_t *offenders)
{
    bool any_new = false;
    for (size_t i = 0; i < offenders->count; i++) {
        ph_hash_t id = report_id(rt, kind, slot, &offenders->items[i]);
        any_new |= !ph_offences_reports_exists(rt, &id);
        ph_offences_reports_set(rt, &id, &offenders->items[i]);
    }
    return any_new ? PH_OK : PH_ERR_EXISTS;
}
