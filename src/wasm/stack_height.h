/* How high a function's stack of values gets, as wasm-instrument 0.4 computes it. */
#ifndef PH_WASM_STACK_HEIGHT_H
#define PH_WASM_STACK_HEIGHT_H

#include "base/vec.h"
#include "wasm/binary.h"

typedef struct ph_wasm_arity {
    uint32_t params, results;
} ph_wasm_arity_t;

typedef struct ph_wasm_functions {
    PH_LIST(ph_wasm_arity_t) types;
    PH_LIST(uint32_t) type_of; /* of all functions, imported ones first */
    uint32_t import_count;
} ph_wasm_functions_t;

/* Declared locals + 2 + the greatest height at the start of a reachable instruction. `body` is locals and instructions
 * of function `index`. MALFORMED with *why. */
PH_MUST_CHECK ph_err_t ph_wasm_function_cost(uint32_t *out, const char **why, const ph_wasm_functions_t *module,
                                             uint32_t index, ph_bytes_t body, bool bulk_memory);

#endif
