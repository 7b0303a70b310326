#include "service/signed_extrinsic.h"

#include <string.h>

#include "crypto/hash.h"
#include "scale/scale.h"

enum { PAYLOAD_MAX = 256, SIGNED_V4 = 0x84 };

ph_bytes_t ph_signed_payload(ph_arena_t *arena, const ph_to_sign_t *what)
{
    ph_writer_t w = ph_writer_in(arena);
    ph_write(&w, what->call.data, what->call.len);
    ph_signed_extra_encode(&w, &what->extra);
    ph_signed_implicit_encode(&w, &what->implicit);
    if (w.len <= PAYLOAD_MAX)
        return ph_writer_bytes(&w);
    uint8_t *digest = ph_arena_alloc(arena, 32);
    ph_blake2_256(digest, ph_writer_bytes(&w));
    return ph_bytes(digest, 32);
}

ph_bytes_t ph_signed_extrinsic(ph_arena_t *arena, const uint8_t account[32], const ph_multi_signature_t *signature,
                               const ph_to_sign_t *what)
{
    ph_multi_address_t address = {.kind = PH_MULTI_ADDRESS_ID};
    ph_writer_t w = ph_writer_in(arena), all = ph_writer_in(arena);
    memcpy(address.id.bytes, account, 32);
    ph_write_u8(&w, SIGNED_V4);
    ph_multi_address_encode(&w, &address);
    ph_multi_signature_encode(&w, signature);
    ph_signed_extra_encode(&w, &what->extra);
    ph_write(&w, what->call.data, what->call.len);
    ph_write_bytes(&all, ph_writer_bytes(&w));
    return ph_writer_bytes(&all);
}
