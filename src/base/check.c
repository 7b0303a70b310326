#include "base/check.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

/* The one process-wide variable: a broken invariant has no context to hang a hook on. */
static _Atomic(ph_abort_hook_t) abort_hook;

void ph_set_abort_hook(ph_abort_hook_t hook)
{
    atomic_store(&abort_hook, hook);
}

noreturn void ph_check_failed(const char *what, const char *file, int line)
{
    ph_abort_hook_t hook = atomic_load(&abort_hook);
    if (hook)
        hook(what, file, line);
    else
        fprintf(stderr, "%s:%d: check failed: %s\n", file, line, what);
    abort();
}
