/* The world of the runtime's native body: an overlay over a state, and this process's crypto.
 *
 *   ph_native_host_t host = {.overlay = overlay};
 *   err = ph_runtime_call(&ph_native_host_ops, &host, PH_BYTES_LIT("Core_version"), args, &result, panic, sizeof
 * panic); ph_native_host_end(&host);
 *
 * What a call writes stays in the overlay. Transactions that a failed call left open are the caller's to roll back
 * (ph_overlay_rollback_to), and the overlay's error is to be looked at before its root is believed. The version of a
 * code blob is the one it declares (hostapi/version.h).
 */
#ifndef PH_CHAIN_NATIVE_HOST_H
#define PH_CHAIN_NATIVE_HOST_H

#include "base/log.h"
#include "base/vec.h"
#include "runtime/host.h"
#include "trie/overlay.h"

typedef struct ph_native_host {
    ph_overlay_t *overlay; /* borrowed */
    ph_log_t *log;         /* what the runtime says; NULL: the default */
    /* Extrinsics, length in front, that calls gave to the node's pool: for the caller to look at before the end. */
    PH_LIST(ph_bytes_t) submitted;
    const ph_keyring_t *keys; /* what the runtime may use of the node's keys, borrowed; NULL: none */
    ph_writer_t next_key;     /* private */
    ph_writer_t version;      /* private: the last one asked for */
} ph_native_host_t;

extern const ph_host_ops_t ph_native_host_ops; /* for a ph_native_host_t */

/* Frees what the host holds of its own; the overlay stays. */
void ph_native_host_end(ph_native_host_t *host);

#endif
