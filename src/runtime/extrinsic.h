/* Extrinsics: taking them apart, and what kind they are.
 *
 * On the wire an extrinsic is a length and then a byte: the two highest bits say bare (00), signed (10) or general
 * (01), the others the format's version: 4 or 5 for bare ones, 4 for signed, 5 for general. A bare one goes on with the
 * call; a signed one with address, signature and SignedExtra, then the call; a general one with the version of its
 * extensions (0), SignedExtra, then the call. (sp-runtime 49, generic::UncheckedExtrinsic.)
 */
#ifndef PH_RUNTIME_EXTRINSIC_H
#define PH_RUNTIME_EXTRINSIC_H

#include "runtime/system.h"

/* The format in which inherents are written. */
#define PH_EXTRINSIC_VERSION 5

typedef enum { PH_EXTRINSIC_BARE, PH_EXTRINSIC_SIGNED, PH_EXTRINSIC_GENERAL } ph_extrinsic_format_t;

typedef struct ph_extrinsic {
    ph_bytes_t encoded;      /* with the length in front, as it is hashed */
    ph_bytes_t encoded_call; /* as it came, and is signed */
    ph_extrinsic_format_t format;
    ph_multi_address_t address;     /* of signed ones */
    ph_multi_signature_t signature; /* of signed ones */
    ph_signed_extra_t extra;        /* of signed and general ones */
    ph_call_t call;
    bool is_inherent; /* bare, and a call of the block's author */
} ph_extrinsic_t;

/* Takes an extrinsic apart (`body`: without the length); it points into `body` and the arena. *why names what is wrong.
 * PH_ERR_MALFORMED. */
PH_MUST_CHECK ph_err_t ph_extrinsic_decode(ph_rt_t *rt, ph_extrinsic_t *out, const char **why, ph_bytes_t body);
/* The bare extrinsic of an encoded call, without the length. */
ph_bytes_t ph_extrinsic_bare(ph_rt_t *rt, ph_bytes_t call);

#endif
