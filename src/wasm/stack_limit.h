/* A stack that ends at the same depth on every machine: code that counts.
 *
 * How much machine stack a function takes depends on the compiler. So each call is surrounded by code that adds the
 * callee's cost to a global, traps (unreachable) beyond the limit, and takes the cost off again. A function's cost is
 * its declared locals (not its parameters) + 2 + the highest its stack of values gets. Functions that are called from
 * outside, through the table or at the start are reached through small functions that count for them. Costs and
 * counting are exactly those of wasm-instrument 0.4, which decides about validity on Polkadot; so are its ways of
 * looking at unreachable code.
 */
#ifndef PH_WASM_STACK_LIMIT_H
#define PH_WASM_STACK_LIMIT_H

#include "base/bytes.h"

/* Appends the module with the counting code. `limit` is in values. Instructions beyond WebAssembly 1.0 and sign
 * extension are refused (as Polkadot does), but for memory.copy and its like where bulk_memory is set. MALFORMED with
 * *why. */
PH_MUST_CHECK ph_err_t ph_wasm_limit_stack(ph_writer_t *out, const char **why, ph_bytes_t wasm, uint32_t limit,
                                           bool bulk_memory);

/* For tests: the cost of the function with this number among the module's own. */
PH_MUST_CHECK ph_err_t ph_wasm_stack_cost(uint32_t *out, ph_bytes_t wasm, uint32_t own_index);

#endif
