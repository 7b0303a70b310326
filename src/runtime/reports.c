#include "runtime/reports.h"

#include <string.h>

#include "runtime/babe.h"
#include "runtime/extrinsic.h"
#include "runtime/historical.h"
#include "runtime/offences.h"
#include "runtime/params.h"
#include "runtime/vec.h"
#include "scale/scale.h"

/* A report stays valid for as many epochs. */
#define LONGEVITY_EPOCHS 10

bool ph_report_offender(ph_rt_t *rt, ph_account_id_t *offender, const ph_report_t *report)
{
    return report->proof != NULL && ph_historical_check(rt, offender, report->key_type, report->key, report->proof);
}

bool ph_report_file(ph_rt_t *rt, const ph_report_t *report, const ph_account_id_t *offender,
                    const ph_vec_account_id_t *reporters)
{
    ph_account_id_t one = *offender;
    const ph_vec_account_id_t offenders = {&one, 1};
    rt->pays_no = ph_offences_report(rt, report->kind, report->time_slot, reporters, &offenders) == PH_OK;
    return rt->pays_no;
}

static void invalid(ph_transaction_validity_t *out, ph_invalid_transaction_kind_t why)
{
    *out = (ph_transaction_validity_t){.kind = PH_RES_ERR, .err = {.kind = PH_TRANSACTION_VALIDITY_ERROR_INVALID}};
    out->err.invalid.kind = (uint8_t)why;
}

void ph_report_not_one(ph_transaction_validity_t *out)
{
    invalid(out, PH_INVALID_TRANSACTION_CALL);
}

void ph_report_valid(ph_rt_t *rt, ph_valid_transaction_t *out, const char *prefix, ph_bytes_t tag)
{
    ph_writer_t w = ph_writer_in(rt->arena);
    ph_write_bytes(&w, ph_bytes(prefix, strlen(prefix)));
    ph_write(&w, tag.data, tag.len);
    *out = (ph_valid_transaction_t){.priority = UINT64_MAX, .longevity = ph_params_epoch_slots(rt) * LONGEVITY_EPOCHS};
    ph_vec_push(rt, &out->provides, ph_writer_bytes(&w));
}

void ph_report_validity(ph_rt_t *rt, ph_transaction_validity_t *out, ph_transaction_source_t source,
                        const ph_report_t *report, const char *prefix, ph_bytes_t tag)
{
    ph_account_id_t offender;
    if (source.kind == PH_TRANSACTION_SOURCE_EXTERNAL)
        invalid(out, PH_INVALID_TRANSACTION_CALL);
    else if (!ph_report_offender(rt, &offender, report))
        invalid(out, PH_INVALID_TRANSACTION_BAD_PROOF);
    else if (ph_offences_is_known(rt, report->kind, report->time_slot, &offender))
        invalid(out, PH_INVALID_TRANSACTION_STALE);
    else {
        *out = (ph_transaction_validity_t){.kind = PH_RES_OK};
        ph_report_valid(rt, &out->ok, prefix, tag);
    }
}

ph_err_t ph_report_reporter(ph_rt_t *rt, ph_vec_account_id_t *reporters, const ph_origin_t *origin)
{
    ph_account_id_t who;
    *reporters = (ph_vec_account_id_t){0};
    if (origin != NULL)
        PH_TRY(ph_ensure_signed(origin, &who));
    else if (!ph_babe_author(rt, &who))
        return PH_OK;
    ph_vec_push(rt, reporters, who);
    return PH_OK;
}

bool ph_submit_bare(ph_rt_t *rt, const ph_call_t *call)
{
    ph_writer_t encoded = ph_writer_in(rt->arena), xt = ph_writer_in(rt->arena);
    ph_call_encode(&encoded, call);
    ph_write_bytes(&xt, ph_extrinsic_bare(rt, ph_writer_bytes(&encoded)));
    return ph_host_submit_transaction(rt, ph_writer_bytes(&xt));
}
