/* Extrinsics, taken apart and put together. */
#include "runtime/extrinsic.h"

#include "runtime/calls.h"
#include "scale/scale.h"

bool ph_call_is_inherent(const ph_call_t *call)
{
    if (call->kind == PH_CALL_TIMESTAMP)
        return call->timestamp.kind == PH_CALL_TIMESTAMP_SET;
    return call->kind == PH_CALL_PARA_INHERENT && call->para_inherent.kind == PH_CALL_PARA_INHERENT_ENTER;
}

ph_dispatch_info_t ph_call_info(const ph_call_t *call)
{
    return (ph_dispatch_info_t){
        .class_.kind = ph_call_is_inherent(call) ? PH_DISPATCH_CLASS_MANDATORY : PH_DISPATCH_CLASS_NORMAL,
        .pays_fee.kind = PH_PAYS_YES,
    };
}

static ph_bytes_t with_length(ph_rt_t *rt, ph_bytes_t body)
{
    ph_writer_t w = ph_writer_in(rt->arena);
    ph_write_bytes(&w, body);
    return ph_writer_bytes(&w);
}

ph_err_t ph_extrinsic_decode(ph_rt_t *rt, ph_extrinsic_t *out, const char **why, ph_bytes_t body)
{
    enum { BARE_4 = 4, BARE_5 = 5, SIGNED_4 = 0x84, GENERAL_5 = 0x45 };
    *out = (ph_extrinsic_t){.encoded = with_length(rt, body)};
    ph_reader_t r = ph_reader(body);
    r.borrow = true;
    uint8_t preamble = 0;
    if (ph_read_u8(&r, &preamble) != PH_OK) {
        *why = "an empty extrinsic";
        return PH_ERR_MALFORMED;
    }
    if (preamble == SIGNED_4 || preamble == GENERAL_5) {
        *why = preamble == SIGNED_4 ? "signed extrinsics are not supported" : "general extrinsics are not supported";
        return PH_ERR_UNSUPPORTED;
    }
    if (preamble != BARE_4 && preamble != BARE_5) {
        *why = "an extrinsic of an unknown format";
        return PH_ERR_MALFORMED;
    }
    ph_err_t err = ph_call_decode(&r, rt->arena, &out->call);
    if (err == PH_OK)
        err = ph_reader_finish(&r);
    if (err != PH_OK) {
        *why = "an extrinsic whose call does not decode";
        return PH_ERR_MALFORMED;
    }
    out->is_inherent = ph_call_is_inherent(&out->call);
    return PH_OK;
}

ph_bytes_t ph_extrinsic_bare(ph_rt_t *rt, ph_bytes_t call)
{
    ph_writer_t w = ph_writer_in(rt->arena);
    ph_write_u8(&w, PH_EXTRINSIC_VERSION);
    ph_write(&w, call.data, call.len);
    return ph_writer_bytes(&w);
}
