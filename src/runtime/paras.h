/* Paras: the registry. It knows every para's lifecycle, head and validation code, carries out code upgrades, holds the
 * votes by which validators pre-check new code, and keeps code that may still be needed for approval and disputes.
 * (Guide 2, Paras; pallet `Paras` of polkadot-sdk.)
 */
#ifndef PH_RUNTIME_PARAS_H
#define PH_RUNTIME_PARAS_H

#include "runtime/initializer.h"
#include "runtime/storage/paras.h"

/* ---- hooks ---- */
void ph_paras_on_initialize(ph_rt_t *rt, ph_block_number_t now);
void ph_paras_on_finalize(ph_rt_t *rt, ph_block_number_t now);
/* Carries out the actions queued for the session; *outgoing are the paras that are gone now. */
void ph_paras_on_new_session(ph_rt_t *rt, ph_vec_para_id_t *outgoing, const ph_para_session_change_t *change);

/* ---- questions ---- */
bool ph_paras_current_code(ph_rt_t *rt, ph_para_id_t para, ph_validation_code_t *code);
/* Neither onboarding nor offboarding. */
bool ph_paras_is_valid(ph_rt_t *rt, ph_para_id_t para);
bool ph_paras_is_offboarding(ph_rt_t *rt, ph_para_id_t para);
/* May a candidate of the para bring new code now? */
bool ph_paras_can_upgrade(ph_rt_t *rt, ph_para_id_t para);

/* ---- heads ---- */
/* A candidate executed in the context of relay block `context` is included: sets the head, and switches to new code if
 * its time has come. */
void ph_paras_note_new_head(ph_rt_t *rt, ph_para_id_t para, ph_head_data_t head, ph_block_number_t context);
void ph_paras_set_current_head(ph_rt_t *rt, ph_para_id_t para, ph_head_data_t head);

/* ---- lifecycle: errors are the pallet's ---- */
PH_MUST_CHECK ph_err_t ph_paras_schedule_initialize(ph_rt_t *rt, ph_para_id_t para,
                                                    const ph_para_genesis_args_t *genesis);
PH_MUST_CHECK ph_err_t ph_paras_schedule_cleanup(ph_rt_t *rt, ph_para_id_t para);
PH_MUST_CHECK ph_err_t ph_paras_schedule_parathread_upgrade(ph_rt_t *rt, ph_para_id_t para);
PH_MUST_CHECK ph_err_t ph_paras_schedule_parachain_downgrade(ph_rt_t *rt, ph_para_id_t para);

/* ---- code ---- */
/* Starts an upgrade, from a candidate included in block `included_at` or on behalf of its manager. Ignored, with a log
 * line, if the code is of impossible size, equal to the current one, or an upgrade is under way. */
void ph_paras_schedule_code_upgrade(ph_rt_t *rt, ph_para_id_t para, ph_validation_code_t code,
                                    ph_block_number_t included_at, const ph_host_configuration_t *config,
                                    ph_upgrade_strategy_t strategy);
/* The same with all checks, for other modules. Errors CannotUpgradeCode, InvalidCode. */
PH_MUST_CHECK ph_err_t ph_paras_schedule_code_upgrade_checked(ph_rt_t *rt, ph_para_id_t para, ph_validation_code_t code,
                                                              ph_upgrade_strategy_t strategy);

/* What the transaction pool makes of an unsigned call of this pallet: votes, and authorized code, may enter. */
void ph_paras_validate_unsigned(ph_rt_t *rt, ph_transaction_validity_t *out, const ph_call_paras_t *call);

#endif
