/* Changes made to a module before it is compiled. (Source: polkadot-sdk, sc-executor-common: RuntimeBlob.) */
#ifndef PH_WASM_REWRITE_H
#define PH_WASM_REWRITE_H

#include "base/bytes.h"

/* Appends to `out` the module with its imported memory, if any, turned into one of its own that is exported under the
 * import's name, and without a maximum on its memory. Only the sections' outer structure is checked: the engine
 * validates the rest. MALFORMED with *why. */
PH_MUST_CHECK ph_err_t ph_wasm_rewrite(ph_writer_t *out, const char **why, ph_bytes_t wasm);

#endif
