/* The version that a code blob declares, read without running it: from its custom sections "runtime_version" (SCALE of
 * RuntimeVersion with an empty list of APIs) and "runtime_apis" (per API 8 bytes of identifier and a u32 version).
 * (Source: sc-executor 0.51: read_embedded_version; sp-version 47: decode_with_version_hint.)
 */
#ifndef PH_HOSTAPI_VERSION_H
#define PH_HOSTAPI_VERSION_H

#include "primitives/types.h"

/* `code` may be compressed. Everything in *out lives in the arena. What a blob of an older format does not say is 1
 * (transaction version) or 0 (system version).
 * NOT_FOUND: it has no section runtime_version: it is from before 2021, and would have to be run to say it. MALFORMED:
 * it is no WebAssembly module, or the sections do not parse. */
PH_MUST_CHECK ph_err_t ph_hostapi_version(ph_arena_t *arena, ph_runtime_version_t *out, ph_bytes_t code);
/* The same, appended as SCALE: the answer of ext_misc_runtime_version. */
PH_MUST_CHECK ph_err_t ph_hostapi_encode_version(ph_writer_t *out, ph_bytes_t code);

#endif
