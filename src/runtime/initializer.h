/* Initializer: runs the parachains pallets' part of a block in their fixed order, and applies a session change at the
 * end of the block that brought it, so that the whole block runs in one session. (Guide 2, Initializer.)
 */
#ifndef PH_RUNTIME_INITIALIZER_H
#define PH_RUNTIME_INITIALIZER_H

#include "runtime/storage/initializer.h"

/* What every pallet gets to know about a new session. */
typedef struct ph_para_session_change {
    ph_session_index_t session;
    ph_vec_validator_id_t validators; /* active ones, in shuffled order */
    ph_vec_validator_id_t queued;     /* the full set after this session */
    ph_host_configuration_t prev_config, config;
    uint8_t random_seed[32];
} ph_para_session_change_t;

/* True while a session change waits for the end of the block: no candidate may be backed then. */
bool ph_initializer_upcoming_session_change(ph_rt_t *rt);
/* As the session hooks, with the keys at hand (`queued` NULL: as `validators`). Session 0 is applied at once. */
PH_MUST_CHECK ph_err_t ph_initializer_note_session(ph_rt_t *rt, ph_session_index_t session,
                                                   const ph_vec_validator_id_t *validators,
                                                   const ph_vec_validator_id_t *queued);

#endif
