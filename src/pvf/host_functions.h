/* The functions that a validation function may import. Imports beyond these trap when called, as in Polkadot. */
#ifndef PH_PVF_HOST_FUNCTIONS_H
#define PH_PVF_HOST_FUNCTIONS_H

#include "hostapi/base.h"

#define PH_PVF_LAST_LOG_MAX 200
/* Fuel for the host's work on a byte. */
#define PH_PVF_FUEL_PER_BYTE 2u

/* What one run has besides its memory: the `user` of its instance. */
typedef struct ph_pvf_run {
    ph_hostapi_base_t base;
    char last_error[PH_PVF_LAST_LOG_MAX]; /* what the code logged as an error last: its panic message, if it traps */
} ph_pvf_run_t;

extern const ph_wasm_import_t ph_pvf_imports[];
extern const size_t ph_pvf_import_count;

#endif
