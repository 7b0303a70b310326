#include "crypto/ristretto_portable.h"

#include "crypto/fe25.h"
#include "crypto/ristretto_impl.h"

bool ph_ristretto_portable_is_element(const uint8_t in[32])
{
    ge_t point;
    return ge_ristretto_decode(&point, in);
}

void ph_ristretto_portable_from_uniform(uint8_t out[32], const uint8_t in[64])
{
    ge_ristretto_encode(out, ge_from_uniform(in));
}

void ph_vrf_portable_input(uint8_t out[32], const ph_merlin_t *input, const uint8_t public_key[32])
{
    ph_merlin_t t = *input;
    uint8_t uniform[64];
    ph_merlin_append(&t, "vrf-nm-pk", ph_bytes(public_key, 32));
    ph_merlin_challenge(&t, uniform, sizeof uniform, "VRFHash");
    ph_ristretto_portable_from_uniform(out, uniform);
}

static bool is_identity(const uint8_t encoded[32])
{
    uint8_t any = 0;
    for (int i = 0; i < 32; i++)
        any |= encoded[i];
    return any == 0;
}

ph_err_t ph_vrf_portable_make_bytes(uint8_t *out, size_t out_len, const char *context, const ph_merlin_t *input,
                                    const uint8_t pre_output[32], const uint8_t public_key[32])
{
    ph_merlin_t t;
    uint8_t h[32];
    if (!ph_ristretto_portable_is_element(public_key) || is_identity(pre_output) ||
        !ph_ristretto_portable_is_element(pre_output))
        return PH_ERR_MALFORMED;
    ph_vrf_portable_input(h, input, public_key);
    ph_merlin_init(&t, "VRFResult");
    ph_merlin_append(&t, "", ph_bytes(context, __builtin_strlen(context)));
    ph_merlin_append(&t, "vrf-in", ph_bytes(h, 32));
    ph_merlin_append(&t, "vrf-out", ph_bytes(pre_output, 32));
    ph_merlin_challenge(&t, out, out_len, "");
    return PH_OK;
}
