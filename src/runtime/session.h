/* Session: which validators are active with which keys. A set chosen for a session is queued during the one before it.
 *
 * Which validators, says ValidatorManager; Historical keeps a root of each set. From session 2 on a new set is queued
 * at every rotation, even if it is the same. (pallet-session 50.)
 */
#ifndef PH_RUNTIME_SESSION_H
#define PH_RUNTIME_SESSION_H

#include "runtime/storage/session.h"

/* Ends the session and starts the next with what was queued. */
PH_MUST_CHECK ph_err_t ph_session_rotate(ph_rt_t *rt);

bool ph_session_is_disabled(ph_rt_t *rt, uint32_t validator);
/* Disables a validator (index in the full set) until the set changes; a higher severity replaces a lower one. False if
 * there is no such validator. */
bool ph_session_disable(ph_rt_t *rt, uint32_t validator, ph_perbill_t severity);
bool ph_session_reenable(ph_rt_t *rt, uint32_t validator);

typedef struct ph_genesis_validator {
    ph_account_id_t account; /* of the stash: it names the validator */
    ph_session_keys_t keys;
} ph_genesis_validator_t;

/* Keys, validators and session 0; tells all modules. Panics if two validators have a key in common. */
PH_MUST_CHECK ph_err_t ph_session_genesis_build(ph_rt_t *rt, const ph_genesis_validator_t *validators, size_t count);

#endif
