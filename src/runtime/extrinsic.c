/* Extrinsics, taken apart and put together. */
#include "runtime/extrinsic.h"

#include "runtime/dispatch.h"
#include "scale/scale.h"

static ph_bytes_t with_length(ph_rt_t *rt, ph_bytes_t body)
{
    ph_writer_t w = ph_writer_in(rt->arena);
    ph_write_bytes(&w, body);
    return ph_writer_bytes(&w);
}

/* What stands in front of the call. */
static ph_err_t read_preamble(ph_reader_t *r, ph_rt_t *rt, ph_extrinsic_t *out)
{
    enum { BARE_4 = 4, BARE_5 = 5, SIGNED_4 = 0x84, GENERAL_5 = 0x45 };
    uint8_t preamble, version;
    PH_TRY(ph_read_u8(r, &preamble));
    switch (preamble) {
    case BARE_4:
    case BARE_5:
        out->format = PH_EXTRINSIC_BARE;
        return PH_OK;
    case SIGNED_4:
        out->format = PH_EXTRINSIC_SIGNED;
        PH_TRY(ph_multi_address_decode(r, rt->arena, &out->address));
        PH_TRY(ph_multi_signature_decode(r, rt->arena, &out->signature));
        return ph_signed_extra_decode(r, rt->arena, &out->extra);
    case GENERAL_5:
        out->format = PH_EXTRINSIC_GENERAL;
        PH_TRY(ph_read_u8(r, &version));
        if (version != 0)
            return ph_reader_fail(r, "version 0 of the extensions");
        return ph_signed_extra_decode(r, rt->arena, &out->extra);
    }
    return ph_reader_fail(r, "a format of extrinsics, 0x04, 0x05, 0x84 or 0x45");
}

ph_err_t ph_extrinsic_decode(ph_rt_t *rt, ph_extrinsic_t *out, const char **why, ph_bytes_t body)
{
    *out = (ph_extrinsic_t){.encoded = with_length(rt, body)};
    ph_reader_t r = ph_reader(body);
    r.borrow = true;
    if (read_preamble(&r, rt, out) != PH_OK) {
        *why = body.len == 0 ? "an empty extrinsic"
               : r.at == body.data + 1 && out->format == PH_EXTRINSIC_BARE
                   ? "an extrinsic of an unknown format"
                   : "an extrinsic whose signature or extensions do not decode";
        return PH_ERR_MALFORMED;
    }
    out->encoded_call = ph_bytes(r.at, ph_reader_left(&r));
    ph_err_t err = ph_call_decode(&r, rt->arena, &out->call);
    if (err == PH_OK)
        err = ph_reader_finish(&r);
    if (err != PH_OK) {
        *why = "an extrinsic whose call does not decode";
        return PH_ERR_MALFORMED;
    }
    out->is_inherent = out->format == PH_EXTRINSIC_BARE && ph_call_is_inherent(&out->call);
    return PH_OK;
}

ph_bytes_t ph_extrinsic_bare(ph_rt_t *rt, ph_bytes_t call)
{
    ph_writer_t w = ph_writer_in(rt->arena);
    ph_write_u8(&w, PH_EXTRINSIC_VERSION);
    ph_write(&w, call.data, call.len);
    return ph_writer_bytes(&w);
}
