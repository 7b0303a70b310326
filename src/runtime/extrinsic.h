/* Extrinsics: taking them apart, and what kind they are. So far those that the block's author puts in, the inherents.
 *
 * On the wire an extrinsic is a length and then a byte: the two highest bits say bare (00), signed (10) or general
 * (01), the others the format's version, 4 or 5. A bare one goes on with the call. (sp-runtime 49,
 * generic::UncheckedExtrinsic.)
 */
#ifndef PH_RUNTIME_EXTRINSIC_H
#define PH_RUNTIME_EXTRINSIC_H

#include "runtime/system.h"

/* The format in which inherents are written. */
#define PH_EXTRINSIC_VERSION 5

typedef struct ph_extrinsic {
    ph_bytes_t encoded; /* with the length in front, as it is hashed */
    ph_call_t call;
    bool is_inherent;
} ph_extrinsic_t;

/* Takes a bare extrinsic apart (`body`: without the length); it points into `body` and the arena. *why names what is
 * wrong. PH_ERR_MALFORMED: the bytes are none; PH_ERR_UNSUPPORTED: signed and general ones. */
PH_MUST_CHECK ph_err_t ph_extrinsic_decode(ph_rt_t *rt, ph_extrinsic_t *out, const char **why, ph_bytes_t body);
/* The bare extrinsic of an encoded call, without the length. */
ph_bytes_t ph_extrinsic_bare(ph_rt_t *rt, ph_bytes_t call);
/* Is this a call that only the block's author makes, at the start of the block? */
bool ph_call_is_inherent(const ph_call_t *call);
/* What the call may cost and how it counts. */
ph_dispatch_info_t ph_call_info(const ph_call_t *call);

#endif
