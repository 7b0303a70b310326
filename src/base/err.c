#include "base/err.h"

static const char *const texts[] = {
    [PH_OK] = "no error",
    [PH_ERR_INVALID] = "invalid",
    [PH_ERR_MALFORMED] = "malformed",
    [PH_ERR_TOO_LARGE] = "too large",
    [PH_ERR_NOT_FOUND] = "not found",
    [PH_ERR_EXISTS] = "exists already",
    [PH_ERR_TIMEOUT] = "timed out",
    [PH_ERR_DISCONNECTED] = "disconnected",
    [PH_ERR_REFUSED] = "refused",
    [PH_ERR_UNSUPPORTED] = "not supported",
    [PH_ERR_IO] = "input or output error",
    [PH_ERR_FULL] = "full",
    [PH_ERR_CANCELLED] = "cancelled",
    [PH_ERR_INTERNAL] = "internal error",
    [PH_ERR_CONFLICT] = "conflicts with what was done before",
};

const char *ph_err_text(ph_err_t err)
{
    if (err >= PH_ERR_PALLET)
        return "runtime module error";
    if (err < 0 || err >= (ph_err_t)(sizeof texts / sizeof *texts))
        return "unknown error";
    return texts[err];
}
