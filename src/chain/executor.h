/* Who runs a runtime call: the runtime's native body, or the Wasm blob that stands under ":code" of the state.
 *
 * The native body is taken if it is the very runtime of the state: if the blob declares the same spec name, spec
 * version and authoring version. After an upgrade (the code in the state at a block's parent counts for all calls at
 * and on it) the two differ, and the blob runs. An executor may also be told to run the blob always; what comes out is
 * the same.
 *
 * A blob is compiled once for all calls of the process and kept by the hash of the code; every call gets a fresh
 * instance. Executors may be used by several threads. (Source: sc-executor 0.51, sp-version 47: can_call_with.)
 */
#ifndef PH_CHAIN_EXECUTOR_H
#define PH_CHAIN_EXECUTOR_H

#include "chain/native_host.h"

typedef struct ph_executor ph_executor_t;

typedef enum ph_runtime_body {
    PH_RUNTIME_NATIVE, /* the native body where it fits */
    PH_RUNTIME_WASM    /* the blob always */
} ph_runtime_body_t;

ph_executor_t *ph_executor_new(ph_runtime_body_t body);
void ph_executor_free(ph_executor_t *executor); /* NULL allowed */
/* Not while calls are running. */
void ph_executor_prefer(ph_executor_t *executor, ph_runtime_body_t body);

/* Calls `method` of the runtime of the overlay's base state; writes go to the overlay. executor NULL: the native body,
 * whatever stands in the state. The answer is appended to `result`. Errors and `why` as those of ph_runtime_call, from
 * either body; INTERNAL also if the blob cannot be run. */
PH_MUST_CHECK ph_err_t ph_executor_call(ph_executor_t *executor, ph_native_host_t *host, ph_writer_t *result,
                                        const char *method, ph_bytes_t args, char *why, size_t why_len);

/* The version of the trie that blocks on top of this state make: what its code declares. executor NULL: the native
 * body's. */
int ph_executor_state_version(ph_executor_t *executor, const ph_state_t *state);

typedef struct ph_executor_stats {
    uint64_t native_calls, wasm_calls, compiled;
} ph_executor_stats_t;
void ph_executor_stats(ph_executor_t *executor, ph_executor_stats_t *out);

#endif
