/* Who makes a call: what dispatch hands to every call beside its arguments (Substrate's RuntimeOrigin); and the errors
 * of dispatch that are no pallet's own (sp_runtime::DispatchError).
 */
#ifndef PH_RUNTIME_ORIGIN_H
#define PH_RUNTIME_ORIGIN_H

#include "primitives/types.h"

typedef enum ph_origin_kind {
    PH_ORIGIN_NONE, /* an inherent or another unsigned extrinsic */
    PH_ORIGIN_SIGNED,
    PH_ORIGIN_ROOT,
    PH_ORIGIN_PARACHAIN /* a para, through a message */
} ph_origin_kind_t;

typedef struct ph_origin {
    ph_origin_kind_t kind;
    union {
        ph_account_id_t account; /* PH_ORIGIN_SIGNED */
        ph_para_id_t para;       /* PH_ORIGIN_PARACHAIN */
    };
} ph_origin_t;

static inline ph_origin_t ph_origin_none(void)
{
    return (ph_origin_t){.kind = PH_ORIGIN_NONE};
}
static inline ph_origin_t ph_origin_root(void)
{
    return (ph_origin_t){.kind = PH_ORIGIN_ROOT};
}
static inline ph_origin_t ph_origin_signed(const ph_account_id_t *account)
{
    return (ph_origin_t){.kind = PH_ORIGIN_SIGNED, .account = *account};
}
static inline ph_origin_t ph_origin_parachain(ph_para_id_t para)
{
    return (ph_origin_t){.kind = PH_ORIGIN_PARACHAIN, .para = para};
}

/* A DispatchError as ph_err_t: its variant, and that of the error inside (Token, Arithmetic, Transactional) or 0. */
#define PH_DISPATCH_ERR(variant, inner) ((ph_err_t)(0x20000 | (variant) << 8 | (inner)))
#define PH_ERR_OTHER_DISPATCH           PH_DISPATCH_ERR(PH_DISPATCH_ERROR_OTHER, 0)
#define PH_ERR_BAD_ORIGIN               PH_DISPATCH_ERR(PH_DISPATCH_ERROR_BAD_ORIGIN, 0)

/* As the chain writes it: errors of pallets as Module, PH_DISPATCH_ERR as what they name, any other as Other. */
ph_dispatch_error_t ph_dispatch_error_of(ph_err_t err);

/* PH_ERR_BAD_ORIGIN if the origin is another. */
PH_MUST_CHECK static inline ph_err_t ph_ensure_none(const ph_origin_t *origin)
{
    return origin->kind == PH_ORIGIN_NONE ? PH_OK : PH_ERR_BAD_ORIGIN;
}
PH_MUST_CHECK static inline ph_err_t ph_ensure_root(const ph_origin_t *origin)
{
    return origin->kind == PH_ORIGIN_ROOT ? PH_OK : PH_ERR_BAD_ORIGIN;
}
PH_MUST_CHECK static inline ph_err_t ph_ensure_signed(const ph_origin_t *origin, ph_account_id_t *who)
{
    if (origin->kind != PH_ORIGIN_SIGNED)
        return PH_ERR_BAD_ORIGIN;
    *who = origin->account;
    return PH_OK;
}
PH_MUST_CHECK static inline ph_err_t ph_ensure_parachain(const ph_origin_t *origin, ph_para_id_t *para)
{
    if (origin->kind != PH_ORIGIN_PARACHAIN)
        return PH_ERR_BAD_ORIGIN;
    *para = origin->para;
    return PH_OK;
}

#endif
