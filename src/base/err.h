/* Errors are values.
 *
 * A function that can fail returns ph_err_t; PH_OK is zero, everything else is a reason. PH_MUST_CHECK makes the
 * compiler complain when a caller drops it. Errors of runtime pallets are generated from schema/ and live above
 * PH_ERR_PALLET (pallet index and error index are packed in), so a pallet error travels through the same type.
 */
#ifndef PH_BASE_ERR_H
#define PH_BASE_ERR_H

#include <stdint.h>

#define PH_MUST_CHECK         __attribute__((warn_unused_result))
#define PH_PRINTF(fmt, first) __attribute__((format(printf, fmt, first)))

typedef int32_t ph_err_t;

enum {
    PH_OK = 0,
    PH_ERR_INVALID,         /* the value is well-formed and wrong (bad signature, failed check) */
    PH_ERR_MALFORMED,       /* bytes or text that do not parse */
    PH_ERR_TOO_LARGE,       /* a bound was exceeded */
    PH_ERR_NOT_FOUND,       /* no such thing */
    PH_ERR_EXISTS,          /* there already is one */
    PH_ERR_TIMEOUT,         /* no answer in time */
    PH_ERR_DISCONNECTED,    /* the peer or the process at the other end is gone */
    PH_ERR_REFUSED,         /* the other side answered "no" */
    PH_ERR_UNSUPPORTED,     /* not offered by this version of the runtime, protocol or build */
    PH_ERR_IO,              /* the operating system failed a read or a write */
    PH_ERR_FULL,            /* no room: disk, queue */
    PH_ERR_CANCELLED,       /* the job that asked has ended */
    PH_ERR_INTERNAL,        /* our own fault: never a verdict on somebody's input */
    PH_ERR_CONFLICT,        /* would contradict what was done or signed before */
    PH_ERR_PALLET = 0x10000 /* | pallet index << 8 | error index: errors of runtime modules */
};

#define PH_PALLET_ERR(pallet, index) ((ph_err_t)(PH_ERR_PALLET | ((pallet) << 8) | (index)))

/* Returns a static, lower-case description ("timed out"); pallet errors answer "runtime module error". */
const char *ph_err_text(ph_err_t err);

/* Leaves the calling function with the error of `expr`, if it has one. */
#define PH_TRY(expr)                                                                                                   \
    do {                                                                                                               \
        ph_err_t ph_try_err_ = (expr);                                                                                 \
        if (ph_try_err_ != PH_OK)                                                                                      \
            return ph_try_err_;                                                                                        \
    } while (0)

#endif
