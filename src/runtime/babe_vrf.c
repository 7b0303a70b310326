/* The randomness in a block's VRF output. On its own because names of the crypto room and of the runtime's types clash.
 * (sp-consensus-babe 0.50: make_vrf_transcript, RANDOMNESS_VRF_CONTEXT.) */
#ifdef __wasm__
#include "crypto/ristretto_portable.h"
#define make_bytes ph_vrf_portable_make_bytes /* no libsodium there */
#else
#include "crypto/sr25519.h"
#define make_bytes ph_vrf_make_bytes
#endif

/* Declared in runtime/babe.h. */
bool ph_rt_babe_randomness(uint8_t out[32], const uint8_t public_key[32], const uint8_t pre_output[32],
                           const uint8_t chain_randomness[32], uint64_t slot, uint64_t epoch);

bool ph_rt_babe_randomness(uint8_t out[32], const uint8_t public_key[32], const uint8_t pre_output[32],
                           const uint8_t chain_randomness[32], uint64_t slot, uint64_t epoch)
{
    ph_merlin_t transcript;
    ph_merlin_init(&transcript, "BABE");
    ph_merlin_append_u64(&transcript, "slot number", slot);
    ph_merlin_append_u64(&transcript, "current epoch", epoch);
    ph_merlin_append(&transcript, "chain randomness", ph_bytes(chain_randomness, 32));
    return make_bytes(out, 32, "BabeVRFInOutContext", &transcript, pre_output, public_key) == PH_OK;
}
