/* Executive: the course of a block. Opening it, applying extrinsics, closing it; and all of that with checks, for a
 * block that somebody else made. (frame-executive 49.)
 */
#ifndef PH_RUNTIME_EXECUTIVE_H
#define PH_RUNTIME_EXECUTIVE_H

#include "runtime/extrinsic.h"

/* Opens the block that `header` describes (its pre-runtime items are the digest so far) and runs the modules' hooks. */
PH_MUST_CHECK ph_err_t ph_executive_initialize_block(ph_rt_t *rt, const ph_header_t *header);

/* Applies an extrinsic (without the length in front). *result says whether it may stand in the block, and how its call
 * ended; where it may not, nothing was written. A panic is an error. */
PH_MUST_CHECK ph_err_t ph_executive_apply_extrinsic(ph_rt_t *rt, ph_apply_extrinsic_result_t *result,
                                                    ph_bytes_t extrinsic);

/* Runs the closing hooks and makes the header. */
PH_MUST_CHECK ph_err_t ph_executive_finalize_block(ph_rt_t *rt, ph_header_t *header);

/* Executes the block on its parent's state. Any wrong thing about it is a panic: the parent's hash, an extrinsic that
 * does not belong, a missing inherent, the digest, the state root, the extrinsics root. The header comes without its
 * seal. */
PH_MUST_CHECK ph_err_t ph_executive_execute_block(ph_rt_t *rt, const ph_block_t *block);

#endif
