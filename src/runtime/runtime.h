/* The relay chain's state machine, as a native library: one entry, a runtime API call by name with SCALE arguments.
 *
 * The runtime holds nothing between calls; all of its state lies behind `ops` (runtime/host.h). Calls that write
 * (Core_initialize_block, BlockBuilder_apply_extrinsic, BlockBuilder_finalize_block, Core_execute_block) leave their
 * writes in the host's overlay, also when they fail: the caller discards them then. BlockBuilder_apply_extrinsic whose
 * answer is an error is to be discarded as well.
 *
 * Names are "<Api>_<method>" ("Core_version", "ParachainHost_validators"). Source: sp-api 44; reference runtime.md
 * section 16.
 */
#ifndef PH_RUNTIME_RUNTIME_H
#define PH_RUNTIME_RUNTIME_H

#include "runtime/host.h"

/* Calls `method`. `args` is borrowed until return; the result is appended to `result`.
 * Errors: PH_ERR_UNSUPPORTED (no such method), PH_ERR_INTERNAL: the runtime panicked, that is, the block or the call is
 * invalid or the arguments do not decode. On error `panic` (may be NULL; at most panic_len bytes with the
 * terminating zero) says why. */
PH_MUST_CHECK ph_err_t ph_runtime_call(const ph_host_ops_t *ops, void *host, ph_bytes_t method, ph_bytes_t args,
                                       ph_writer_t *result, char *panic, size_t panic_len);

#endif
