/* Making a signed extrinsic of format 4: address, signature, extensions, call. (sp-runtime 49,
 * generic::UncheckedExtrinsic; the extensions are those of schema/extrinsic.ph.)
 */
#ifndef PH_SERVICE_SIGNED_EXTRINSIC_H
#define PH_SERVICE_SIGNED_EXTRINSIC_H

#include "base/bytes.h"
#include "primitives/types.h"

typedef struct ph_to_sign {
    ph_bytes_t call; /* SCALE RuntimeCall */
    ph_signed_extra_t extra;
    ph_signed_implicit_t implicit;
} ph_to_sign_t;

/* What is signed: call, extra and implicit, or their BLAKE2b-256 if they are longer than 256 bytes. */
ph_bytes_t ph_signed_payload(ph_arena_t *arena, const ph_to_sign_t *what);
/* The extrinsic with its length in front, of that account and with that signature of the payload. */
ph_bytes_t ph_signed_extrinsic(ph_arena_t *arena, const uint8_t account[32], const ph_multi_signature_t *signature,
                               const ph_to_sign_t *what);

#endif
