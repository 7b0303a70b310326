/* What the files of the Paras module share. */
#ifndef PH_RUNTIME_PARAS_INTERNAL_H
#define PH_RUNTIME_PARAS_INTERNAL_H

#include "runtime/paras.h"

/* ---- code by hash: paras_code.c ---- */
void ph_paras_increase_code_ref(ph_rt_t *rt, const ph_validation_code_hash_t *hash, ph_validation_code_t code);
void ph_paras_decrease_code_ref(ph_rt_t *rt, const ph_validation_code_hash_t *hash);
/* The replaced code stays for the retention period. `at`: the block whose context replaced it. */
void ph_paras_note_past_code(ph_rt_t *rt, ph_para_id_t para, ph_block_number_t at, ph_block_number_t now,
                             const ph_validation_code_hash_t *old);
void ph_paras_prune_old_code(ph_rt_t *rt, ph_block_number_t now);
void ph_paras_set_current_code(ph_rt_t *rt, ph_para_id_t para, const ph_validation_code_hash_t *hash,
                               ph_block_number_t at);
PH_MUST_CHECK ph_err_t ph_paras_check_authorized(ph_rt_t *rt, ph_authorized_code_hash_and_expiry_t *out,
                                                 ph_para_id_t para, ph_validation_code_t code);

/* ---- upgrades: paras_upgrade.c ---- */
/* Takes the entries with a block ≤ now off the front of a list. */
size_t ph_paras_due(const ph_vec_tup_para_id_block_number_t *list, ph_block_number_t now);
/* Keeps the list ascending by block; among equal blocks where polkadot-sdk's binary search puts it. */
void ph_paras_insert_by_block(ph_rt_t *rt, ph_vec_tup_para_id_block_number_t *list, ph_para_id_t para,
                              ph_block_number_t at);
void ph_paras_proceed_with_upgrade(ph_rt_t *rt, ph_para_id_t para, const ph_validation_code_hash_t *hash,
                                   ph_block_number_t now, ph_block_number_t included_at,
                                   const ph_host_configuration_t *config, ph_upgrade_strategy_t strategy);

/* ---- lifecycle: paras_lifecycle.c ---- */
/* Makes the para live at once: its list, lifecycle, head and (unless empty) code. */
void ph_paras_initialize_now(ph_rt_t *rt, ph_para_id_t para, const ph_para_genesis_args_t *args);
void ph_paras_queue_action(ph_rt_t *rt, ph_session_index_t session, ph_para_id_t para);

/* ---- pre-checking votes: paras_pvf.c ---- */
/* Starts a vote on the code, joins one, or accepts at once if the code is stored already; counts a reference. */
void ph_paras_kick_off_pvf_check(ph_rt_t *rt, const ph_pvf_check_cause_t *cause, const ph_validation_code_hash_t *hash,
                                 ph_validation_code_t code, const ph_host_configuration_t *config);
void ph_paras_groom_pvf_votes(ph_rt_t *rt, const ph_host_configuration_t *config, size_t validator_count);

#endif
