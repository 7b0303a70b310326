/* Checking a validation function before anything is done with it: the worker process's prevalidation and compilation.
 */
#ifndef PH_CLI_PVF_CHECK_H
#define PH_CLI_PVF_CHECK_H

#include "pvf/host.h"

/* Prepares the code in a worker process of its own and waits. IO: no worker; DISCONNECTED and the like: it died. The
 * verdict is in answer->prepared, in the arena. */
PH_MUST_CHECK ph_err_t ph_pvf_check_prepare(ph_arena_t *arena, ph_pvf_answer_t *answer, ph_bytes_t code);

/* Can the code be prepared? PH_OPTIONS_GO; otherwise an exit status (2: not here or anywhere, 3: we failed) after one
 * line on standard error: `who`: `what`: why. */
int ph_pvf_check(ph_arena_t *arena, const char *who, const char *what, ph_bytes_t code);

/* Does it take a block that the collators make on top of `head` (one that ph_builder_next takes, for PoVs of that
 * length)? Runs it once. If not, says in one line on standard error that nothing of the para will be included; that is
 * no error: how a network copes with such a validation function may be just what is wanted. PH_OPTIONS_GO, or 3 after
 * one line if the worker failed.
 */
int ph_pvf_try_block(ph_arena_t *arena, const char *who, const char *what, ph_bytes_t code, ph_bytes_t head,
                     size_t pov_len);

#endif
