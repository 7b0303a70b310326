/* Errors of dispatching, as the chain writes them. */
#include "runtime/origin.h"

ph_dispatch_error_t ph_dispatch_error_of(ph_err_t err)
{
    ph_dispatch_error_t out = {.kind = PH_DISPATCH_ERROR_OTHER};
    uint8_t high = (uint8_t)(err >> 8), low = (uint8_t)err;
    if (err >> 16 == 2) {
        out.kind = high;
        if (high == PH_DISPATCH_ERROR_TOKEN)
            out.token.kind = low;
        else if (high == PH_DISPATCH_ERROR_ARITHMETIC)
            out.arithmetic.kind = low;
        else if (high == PH_DISPATCH_ERROR_TRANSACTIONAL)
            out.transactional.kind = low;
    } else if (err >> 16 == 1) {
        out.kind = PH_DISPATCH_ERROR_MODULE;
        out.module.index = high;
        out.module.error.bytes[0] = low;
    }
    return out;
}
