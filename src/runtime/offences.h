/* Offences: remembers who was reported for what, and when. What follows from a report (slashing of stake) is not part
 * of this chain. (pallet-offences 48.)
 */
#ifndef PH_RUNTIME_OFFENCES_H
#define PH_RUNTIME_OFFENCES_H

#include "runtime/storage/offences.h"

/* Was the account reported for this? `kind` is 16 letters, `slot` the encoded time slot. */
bool ph_offences_is_known(ph_rt_t *rt, const char kind[16], ph_bytes_t slot, const ph_account_id_t *offender);
/* Notes the offenders and who reported them (nobody: the chain itself). PH_ERR_EXISTS: all of them are known. */
PH_MUST_CHECK ph_err_t ph_offences_report(ph_rt_t *rt, const char kind[16], ph_bytes_t slot,
                                          const ph_vec_account_id_t *reporters, const ph_vec_account_id_t *offenders);

#endif
