/* The host of a runtime blob: the functions "ext_*" of module "env" that a Substrate runtime may import, over an
 * overlay of the state and this process's crypto, and a call of one of the blob's entries.
 *
 *   ph_hostapi_t host = {.overlay = overlay};
 *   err = ph_hostapi_call(&host, &result, &fault, module, PH_HOSTAPI_HEAP_PAGES, "Core_version", args);
 *
 * Functions that need what a node of ours does not lend to its runtime (the offchain worker's clock, storage and
 * network), and functions of experimental or withdrawn interfaces, are not in the table: calling one traps
 * with its name, as Substrate panics outside of the context that has them.
 *
 * (Source: sp-io 49; sp-state-machine 0.54: Ext; sc-executor 0.51. docs: architecture, law 6.)
 */
#ifndef PH_HOSTAPI_HOSTAPI_H
#define PH_HOSTAPI_HOSTAPI_H

#include "crypto/keyring.h"
#include "hostapi/base.h"
#include "trie/overlay.h"

/* Pages a blob has for its heap beyond what it begins with, where the state has no ":heappages". */
#define PH_HOSTAPI_HEAP_PAGES     2048u
#define PH_HOSTAPI_HEAP_PAGES_MAX 65536u
#define PH_HOSTAPI_LAST_ERROR_MAX 200

/* What one call has besides its memory; the `user` of its instance. */
typedef struct ph_hostapi {
    ph_hostapi_base_t base; /* base.log is the caller's to set, the rest is private */
    ph_overlay_t *overlay;  /* borrowed */
    /* Takes an encoded extrinsic into the transaction pool; false: refused. NULL: submitting traps. */
    bool (*submit_transaction)(void *ctx, ph_bytes_t extrinsic);
    void *submit_ctx;
    const ph_keyring_t *keys;                   /* borrowed; NULL: asking for keys traps */
    size_t floor;                               /* private: transactions that were open before the call */
    bool batch, batch_good;                     /* private: ext_crypto_start_batch_verify */
    char last_error[PH_HOSTAPI_LAST_ERROR_MAX]; /* private: what the code logged as an error last */
} ph_hostapi_t;

/* For ph_wasm_module_load. */
extern const ph_wasm_import_t ph_hostapi_imports[];
extern const size_t ph_hostapi_import_count;

/* Calls the export `method` in a fresh instance of the module; its answer is appended to `result`. What the call wrote
 * is in the overlay, also when it failed; transactions that it left open are rolled back. `heap_pages` counts pages of
 * 64 KiB beyond the module's own.
 * UNSUPPORTED: no such export. INTERNAL: anything else, with fault->text: what the code said when it panicked, or how
 * it trapped. */
PH_MUST_CHECK ph_err_t ph_hostapi_call(ph_hostapi_t *host, ph_writer_t *result, ph_wasm_fault_t *fault,
                                       ph_wasm_module_t *module, uint32_t heap_pages, const char *method,
                                       ph_bytes_t args);

#endif
