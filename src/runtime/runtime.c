/* The entry of the native body. */
#include "runtime/runtime.h"

#include <string.h>

#include "runtime/apis.h"

static void explain(char *panic, size_t panic_len, const char *why)
{
    if (panic == NULL || panic_len == 0)
        return;
    size_t len = strlen(why);
    if (len >= panic_len)
        len = panic_len - 1;
    memcpy(panic, why, len);
    panic[len] = 0;
}

ph_err_t ph_runtime_call(const ph_host_ops_t *ops, void *host, ph_bytes_t method, ph_bytes_t args, ph_writer_t *result,
                         char *panic, size_t panic_len)
{
    ph_rt_t rt = {.arena = ph_arena_new(), .ops = ops, .host = host};
    ph_err_t err = ph_api_call(&rt, method, args, result);
    if (err == PH_ERR_NOT_FOUND)
        err = PH_ERR_UNSUPPORTED;
    if (err != PH_OK)
        explain(panic, panic_len, rt.panic ? rt.panic : ph_err_text(err));
    ph_arena_free(rt.arena);
    return err;
}
