/* System: the block's number, parent and digest, events, what is kept of earlier blocks, reference counts of accounts.
 * (pallet frame-system 49.)
 */
#ifndef PH_RUNTIME_SYSTEM_H
#define PH_RUNTIME_SYSTEM_H

#include "runtime/events.h"
#include "runtime/storage/system.h"

/* Resources that an extrinsic may use, and how it counts. */
typedef struct ph_dispatch_info {
    ph_weight_t weight;
    ph_dispatch_class_t class_;
    ph_pays_t pays_fee;
} ph_dispatch_info_t;

/* Storage keys outside the pallets. */
#define PH_KEY_CODE               PH_BYTES_LIT(":code")
#define PH_KEY_HEAP_PAGES         PH_BYTES_LIT(":heappages")
#define PH_KEY_EXTRINSIC_INDEX    PH_BYTES_LIT(":extrinsic_index")
#define PH_KEY_INTRABLOCK_ENTROPY PH_BYTES_LIT(":intrablock_entropy")

/* ---- phases of a block ---- */
/* Drops the events of the block before. */
void ph_system_reset_events(ph_rt_t *rt);
/* Opens block `number`. Panics if it is not the next, or its digest is too long. */
PH_MUST_CHECK ph_err_t ph_system_initialize(ph_rt_t *rt, ph_block_number_t number, const ph_hash_t *parent,
                                            const ph_digest_t *digest);
void ph_system_note_finished_initialize(ph_rt_t *rt);
void ph_system_note_finished_extrinsics(ph_rt_t *rt);
/* Cleans up and makes the header: with the digest, the extrinsics root and the state root. */
void ph_system_finalize(ph_rt_t *rt, ph_header_t *header);

/* ---- extrinsics ---- */
/* Index of the one being applied; 0 outside. */
uint32_t ph_system_extrinsic_index(ph_rt_t *rt);
/* Keeps the encoded extrinsic (length in front included) for the extrinsics root. */
void ph_system_note_extrinsic(ph_rt_t *rt, ph_bytes_t encoded);
/* Deposits ExtrinsicSuccess or ExtrinsicFailed and goes on to the next index. */
void ph_system_note_applied_extrinsic(ph_rt_t *rt, const ph_dispatch_result_t *result, const ph_dispatch_info_t *info);
/* Would an extrinsic of this length and weight fit into the block's length, and alone into its time? */
bool ph_system_could_fit(ph_rt_t *rt, const ph_dispatch_info_t *info, size_t encoded_len);
/* Counts an extrinsic's length and weight into the block. False if it does not fit. */
bool ph_system_reserve(ph_rt_t *rt, const ph_dispatch_info_t *info, size_t encoded_len);
/* Adds as much mandatory weight as a block may have. */
void ph_system_register_whole_block(ph_rt_t *rt);
/* Is there anything left of the block's time and proof? */
bool ph_system_has_room(ph_rt_t *rt);

/* ---- events and digest ---- */
/* (ph_system_deposit_event is declared in runtime/events.h; at genesis it does nothing.) */
void ph_system_deposit_log(ph_rt_t *rt, const ph_digest_item_t *item);
/* A consensus item of an engine ("BABE"). */
void ph_system_deposit_consensus(ph_rt_t *rt, const char engine[4], ph_bytes_t log);

/* ---- accounts ---- */
/* PH_DISPATCH_ERR NoProviders if nothing lets the account exist. */
PH_MUST_CHECK ph_err_t ph_system_inc_consumers_without_limit(ph_rt_t *rt, const ph_account_id_t *who);
/* As above, and PH_DISPATCH_ERR TooManyConsumers at 16 of them. */
PH_MUST_CHECK ph_err_t ph_system_inc_consumers(ph_rt_t *rt, const ph_account_id_t *who);
bool ph_system_can_inc_consumer(ph_rt_t *rt, const ph_account_id_t *who);
void ph_system_dec_consumers(ph_rt_t *rt, const ph_account_id_t *who);
/* Creates the account if it was not there. */
void ph_system_inc_providers(ph_rt_t *rt, const ph_account_id_t *who);

/* Takes a provider away: without any, the account is gone, with its nonce. PH_DISPATCH_ERR ConsumerRemaining if it was
 * the last and the account is needed. */
PH_MUST_CHECK ph_err_t ph_system_dec_providers(ph_rt_t *rt, const ph_account_id_t *who);

/* ---- code ---- */
/* Is this the code that root has authorized? Errors NothingAuthorized, Unauthorized. */
PH_MUST_CHECK ph_err_t ph_system_check_authorized(ph_rt_t *rt, ph_code_upgrade_authorization_t *authorization,
                                                  ph_bytes_t code);

void ph_system_genesis_build(ph_rt_t *rt);

#endif
