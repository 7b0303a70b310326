/* What the runtime's frame calls in its modules: the hooks of a block and of a session, the inherents, and the builders
 * of the genesis state. A module is one file that implements its part of this page; executive.c, session.c and
 * genesis.c call it, in the order of the modules on the page (Rococo's order of construction).
 *
 * An error handed back is a panic (made by ph_rt_panic): the call ends and the block that asked for it is invalid.
 */
#ifndef PH_RUNTIME_HOOKS_H
#define PH_RUNTIME_HOOKS_H

#include "primitives/types.h"
#include "runtime/host.h"

/* ---- start of a block ---- */
PH_MUST_CHECK ph_err_t ph_babe_on_initialize(ph_rt_t *rt, ph_block_number_t now);
PH_MUST_CHECK ph_err_t ph_session_on_initialize(ph_rt_t *rt, ph_block_number_t now);
PH_MUST_CHECK ph_err_t ph_initializer_on_initialize(ph_rt_t *rt, ph_block_number_t now);

/* ---- end of a block ---- */
PH_MUST_CHECK ph_err_t ph_babe_on_finalize(ph_rt_t *rt, ph_block_number_t now);
PH_MUST_CHECK ph_err_t ph_timestamp_on_finalize(ph_rt_t *rt);
PH_MUST_CHECK ph_err_t ph_grandpa_on_finalize(ph_rt_t *rt, ph_block_number_t now);
PH_MUST_CHECK ph_err_t ph_para_inherent_on_finalize(ph_rt_t *rt); /* panics without the inherent */
PH_MUST_CHECK ph_err_t ph_initializer_on_finalize(ph_rt_t *rt, ph_block_number_t now);

/* ---- sessions: called by Session in the order of the session keys ----
 * `validators` are the stash accounts of the session that begins and `keys` their session keys; `queued` and
 * `queued_keys` those of the session after it. Both sides have the same count. `changed` is true if the set or a key
 * differs. */
typedef struct ph_session_change {
    bool changed;
    ph_session_index_t session;
    size_t validator_count, queued_count;
    const ph_account_id_t *validators;
    const ph_session_keys_t *keys;
    const ph_account_id_t *queued;
    const ph_session_keys_t *queued_keys;
} ph_session_change_t;

PH_MUST_CHECK ph_err_t ph_grandpa_on_new_session(ph_rt_t *rt, const ph_session_change_t *change);
PH_MUST_CHECK ph_err_t ph_babe_on_new_session(ph_rt_t *rt, const ph_session_change_t *change);
PH_MUST_CHECK ph_err_t ph_initializer_on_new_session(ph_rt_t *rt, const ph_session_change_t *change);
PH_MUST_CHECK ph_err_t ph_para_session_info_on_new_session(ph_rt_t *rt, const ph_session_change_t *change);
PH_MUST_CHECK ph_err_t ph_authority_discovery_on_new_session(ph_rt_t *rt, const ph_session_change_t *change);

/* A validator (index in the full set) will not take part until the set changes. */
void ph_grandpa_on_disabled(ph_rt_t *rt, uint32_t validator);

/* The session of the genesis state (index 0; queued = the same set). Initializer applies it at once. */
PH_MUST_CHECK ph_err_t ph_grandpa_on_genesis_session(ph_rt_t *rt, const ph_session_change_t *change);
PH_MUST_CHECK ph_err_t ph_babe_on_genesis_session(ph_rt_t *rt, const ph_session_change_t *change);
PH_MUST_CHECK ph_err_t ph_initializer_on_genesis_session(ph_rt_t *rt, const ph_session_change_t *change);
PH_MUST_CHECK ph_err_t ph_authority_discovery_on_genesis_session(ph_rt_t *rt, const ph_session_change_t *change);

/* ---- inherents ----
 * create: the call for the block being authored from what the author's node knows under the module's inherent
 * identifier (SCALE; nothing given: len 0); *some false: no inherent. The written call is the SCALE of RuntimeCall
 * (pallet index, call index, arguments). Storage writes made on the way are undone by the caller. */
PH_MUST_CHECK ph_err_t ph_timestamp_create_inherent(ph_rt_t *rt, bool *some, ph_writer_t *call, ph_bytes_t data);
PH_MUST_CHECK ph_err_t ph_para_inherent_create_inherent(ph_rt_t *rt, bool *some, ph_writer_t *call, ph_bytes_t data);

/* ---- unsigned transactions ----
 * What the pool makes of a bare extrinsic with a call of this module. Before such an extrinsic is applied in a block it
 * is asked with source InBlock, and must be valid. (Paras': runtime/paras.h.) */
void ph_babe_validate_unsigned(ph_rt_t *rt, ph_transaction_validity_t *out, ph_transaction_source_t source,
                               const ph_call_babe_t *call);
void ph_grandpa_validate_unsigned(ph_rt_t *rt, ph_transaction_validity_t *out, ph_transaction_source_t source,
                                  const ph_call_grandpa_t *call);
void ph_paras_slashing_validate_unsigned(ph_rt_t *rt, ph_transaction_validity_t *out, ph_transaction_source_t source,
                                         const ph_call_paras_slashing_t *call);

/* ---- genesis builders ---- */
PH_MUST_CHECK ph_err_t
ph_configuration_genesis_build(ph_rt_t *rt, const ph_host_configuration_t *config); /* panics if inconsistent */

typedef struct ph_genesis_para {
    ph_para_id_t id;
    ph_bytes_t head;
    ph_bytes_t code;
    bool is_parachain; /* a parachain gets a core of its own from block 1 on; otherwise on demand */
} ph_genesis_para_t;
/* Registers the paras without any checks, and assigns a core to each parachain (num_cores grows by one each). */
PH_MUST_CHECK ph_err_t ph_paras_genesis_build(ph_rt_t *rt, const ph_genesis_para_t *paras, size_t para_count);
void ph_registrar_genesis_build(ph_rt_t *rt, const ph_genesis_para_t *paras, size_t para_count);
/* Whatever the other parachains modules write at genesis (storage versions included), before Session's genesis. */
PH_MUST_CHECK ph_err_t ph_parachains_genesis_build(ph_rt_t *rt);

#endif
