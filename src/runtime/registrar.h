/* Registrar: anyone may reserve a para id and register a para under it, against a deposit. Whoever did so manages the
 * para until it makes its first block, which locks it: from then on root and the para itself decide. Registered paras
 * start on demand. (polkadot-runtime-common 34, paras_registrar.)
 */
#ifndef PH_RUNTIME_REGISTRAR_H
#define PH_RUNTIME_REGISTRAR_H

#include "runtime/storage/registrar.h"

/* The first id that anyone may reserve. */
#define PH_LOWEST_PUBLIC_ID 2000u

/* A para made a block: locks it, unless somebody has said already whether it is locked. */
void ph_registrar_on_new_head(ph_rt_t *rt, ph_para_id_t para);

/* Turns an on-demand para into one with a core of its own, and back, for modules that lease cores (none on this chain).
 * Errors NotParathread, CannotUpgrade; NotParachain, CannotDowngrade. */
PH_MUST_CHECK ph_err_t ph_registrar_make_parachain(ph_rt_t *rt, ph_para_id_t para);
PH_MUST_CHECK ph_err_t ph_registrar_make_parathread(ph_rt_t *rt, ph_para_id_t para);

#endif
