/* Configuration: the parameters of the parachains host, changed by root for the session after the next.
 *
 * A change starts from the last pending configuration (or the active one) and is stored for session current+2. An
 * inconsistent result is refused, unless what it started from was inconsistent too or the check is bypassed.
 * (Guide 2, Configuration; pallet `Configuration` of polkadot-sdk, storage version 13.)
 */
#ifndef PH_RUNTIME_CONFIGURATION_H
#define PH_RUNTIME_CONFIGURATION_H

#include "runtime/storage/configuration.h"

/* Why the values contradict each other or exceed a hard limit; NULL if they do not. A static string. */
const char *ph_configuration_inconsistency(const ph_host_configuration_t *config);
/* Applies what is pending for `session` or earlier. *prev is what was active, *now what is active from here on. */
void ph_configuration_on_new_session(ph_rt_t *rt, ph_host_configuration_t *prev, ph_host_configuration_t *now,
                                     ph_session_index_t session);
/* As the call set_coretime_cores, for the broker chain. */
PH_MUST_CHECK ph_err_t ph_configuration_schedule_coretime_cores(ph_rt_t *rt, uint32_t cores);

#endif
