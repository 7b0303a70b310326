/* The functions that a validation function may import. Imports beyond these trap when called, as in Polkadot. */
#ifndef PH_PVF_HOST_FUNCTIONS_H
#define PH_PVF_HOST_FUNCTIONS_H

#include "base/log.h"
#include "wasm/allocator.h"

#define PH_PVF_LAST_LOG_MAX 200

/* What one run has besides its memory: the `user` of its instance. */
typedef struct ph_pvf_run {
    ph_wasm_allocator_t allocator;
    ph_log_t *log;
    char last_error[PH_PVF_LAST_LOG_MAX]; /* what the code logged as an error last: its panic message, if it traps */
} ph_pvf_run_t;

extern const ph_wasm_import_t ph_pvf_imports[];
extern const size_t ph_pvf_import_count;

#endif
