/* ValidatorManager: the set of validators is what root makes of it. (rococo-runtime 39, validator_manager.rs.) */
#ifndef PH_RUNTIME_VALIDATOR_MANAGER_H
#define PH_RUNTIME_VALIDATOR_MANAGER_H

#include "runtime/storage/validator_manager.h"

/* The set of session `index`: the present one without those that retire, and with those that were added. False: the
 * set stays as it is (the first two sessions). */
bool ph_validator_manager_new_session(ph_rt_t *rt, ph_vec_account_id_t *validators, ph_session_index_t index);

#endif
