/* Checks of our own invariants. A broken one aborts at once, naming the condition and the place. They stay on in every
 * build. They are never a reaction to untrusted input: that is what ph_err_t is for.
 */
#ifndef PH_BASE_CHECK_H
#define PH_BASE_CHECK_H

#include <stdnoreturn.h>

/* An embedder's hook: called with the condition's text and place; if it returns, the process aborts. */
typedef void (*ph_abort_hook_t)(const char *what, const char *file, int line);

/* Process-wide, set once before anything else runs. NULL restores the default (print to standard error). */
void ph_set_abort_hook(ph_abort_hook_t hook);

noreturn void ph_check_failed(const char *what, const char *file, int line);

#define PH_CHECK(cond)   ((cond) ? (void)0 : ph_check_failed(#cond, __FILE__, __LINE__))
#define PH_UNREACHABLE() ph_check_failed("unreachable", __FILE__, __LINE__)

#endif
