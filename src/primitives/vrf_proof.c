/* The codec of a VRF proof: 64 bytes that are two scalars in canonical form. (Source: schnorrkel,
 * VRFProof::from_bytes.) */
#include "primitives/types.h"

/* The order of ristretto255, little-endian. */
static const uint8_t order[32] = {0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7,
                                  0xa2, 0xde, 0xf9, 0xde, 0x14, 0,    0,    0,    0,    0,    0,
                                  0,    0,    0,    0,    0,    0,    0,    0,    0,    0x10};

static bool is_below_order(const uint8_t scalar[32])
{
    for (size_t i = 32; i-- > 0;)
        if (scalar[i] != order[i])
            return scalar[i] < order[i];
    return false;
}

void ph_vrf_proof_encode_custom(ph_writer_t *w, const ph_vrf_proof_t *v)
{
    ph_write(w, v->v.bytes, sizeof v->v.bytes);
}

ph_err_t ph_vrf_proof_decode_custom(ph_reader_t *r, ph_arena_t *arena, ph_vrf_proof_t *out)
{
    (void)arena;
    PH_TRY(ph_read(r, out->v.bytes, sizeof out->v.bytes));
    if (is_below_order(out->v.bytes) && is_below_order(out->v.bytes + 32))
        return PH_OK;
    return ph_reader_fail(r, "a VRF proof of two canonical scalars");
}
