/* The runtime's wasm body, as built together with this program: what stands under `:code` of the built-in chain. */
#ifndef PH_RUNTIME_BLOB_H
#define PH_RUNTIME_BLOB_H

#include <stddef.h>
#include <stdint.h>

extern const uint8_t ph_runtime_wasm[];
extern const size_t ph_runtime_wasm_len;

#endif
