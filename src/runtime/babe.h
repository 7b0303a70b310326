/* Babe: slots, epochs and the randomness of block production.
 *
 * A block says its slot, its author and a VRF output in a pre-runtime digest item. The VRF outputs of an epoch's
 * primary blocks make the randomness of the epoch after the next. An epoch is a session: Session asks at the start of a
 * block whether the epoch is over, and hands back the authorities of the next. (pallet-babe 50, sp-consensus-babe
 * 0.50.)
 */
#ifndef PH_RUNTIME_BABE_H
#define PH_RUNTIME_BABE_H

#include "runtime/storage/babe.h"

/* True at the first block of a new epoch. Reads the block's pre-digest if that has not happened yet. */
bool ph_babe_should_end_session(ph_rt_t *rt, ph_block_number_t now);
/* Panics unless the time lies in the block's slot. */
PH_MUST_CHECK ph_err_t ph_babe_on_timestamp_set(ph_rt_t *rt, uint64_t now_ms);
/* Announces in the digest that an authority is disabled. */
void ph_babe_on_disabled(ph_rt_t *rt, uint32_t authority);

/* ---- who made which block ---- */
/* The first BABE item of a digest that decodes (what follows in the item's bytes is ignored); false: none. */
bool ph_babe_find_pre_digest(ph_rt_t *rt, ph_babe_pre_digest_t *out, const ph_digest_t *digest);
uint32_t ph_babe_pre_digest_author(const ph_babe_pre_digest_t *d); /* index of the authority */
ph_slot_t ph_babe_pre_digest_slot(const ph_babe_pre_digest_t *d);
/* The validator who makes this block; false: the block does not say. */
bool ph_babe_author(ph_rt_t *rt, ph_account_id_t *out);

/* ---- epochs ---- */
ph_slot_t ph_babe_current_epoch_start(ph_rt_t *rt);
PH_MUST_CHECK ph_err_t ph_babe_current_epoch(ph_rt_t *rt, ph_babe_epoch_t *out);
PH_MUST_CHECK ph_err_t ph_babe_next_epoch(ph_rt_t *rt, ph_babe_epoch_t *out);
/* The block at which the epoch ends if every slot from now on has a block; *some false if it is over already. */
void ph_babe_next_expected_epoch_change(ph_rt_t *rt, bool *some, ph_block_number_t *at, ph_block_number_t now);

/* Randomness from the epoch before: known to all before it is used. Hash of the subject and the next epoch's
 * randomness. */
void ph_babe_randomness_one_epoch_ago(ph_rt_t *rt, uint8_t out[32], ph_bytes_t subject);
/* From the VRF output of the parent block's author; false if that has none. */
bool ph_babe_parent_block_randomness(ph_rt_t *rt, uint8_t out[32], ph_bytes_t subject);

void ph_babe_genesis_build(ph_rt_t *rt, const ph_babe_epoch_configuration_t *config);

/* The randomness in a VRF pre-output of a block: false if the key or the pre-output is no group element. (babe_vrf.c)
 */
bool ph_rt_babe_randomness(uint8_t out[32], const uint8_t public_key[32], const uint8_t pre_output[32],
                           const uint8_t chain_randomness[32], uint64_t slot, uint64_t epoch);

#endif
