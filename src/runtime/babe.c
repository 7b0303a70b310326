/* The course of a block and the change of epochs. */
#include "runtime/babe.h"

#include <string.h>

#include "runtime/hooks.h"
#include "runtime/params.h"
#include "runtime/session.h"
#include "runtime/support.h"
#include "runtime/system.h"
#include "runtime/vec.h"
#include "scale/scale.h"

#define ENGINE             "BABE"
#define SEGMENT_LEN        256u
#define MAX_SKIPPED_EPOCHS 100u

typedef ph_vec_tup_babe_authority_id_u64_t authorities_t;

static uint64_t slot_of_epoch(uint64_t epoch, uint64_t genesis_slot, uint64_t duration)
{
    if (epoch != 0 && duration > UINT64_MAX / epoch)
        return UINT64_MAX;
    return ph_sat_add_u64(epoch * duration, genesis_slot);
}

static void deposit_log(ph_rt_t *rt, const ph_babe_consensus_log_t *log)
{
    ph_writer_t encoded = ph_writer_in(rt->arena);
    ph_babe_consensus_log_encode(&encoded, log);
    ph_system_deposit_consensus(rt, ENGINE, ph_writer_bytes(&encoded));
}

static void announce_next_epoch(ph_rt_t *rt, const authorities_t *authorities, const ph_randomness_t *randomness)
{
    ph_babe_consensus_log_t log = {.kind = PH_BABE_CONSENSUS_LOG_NEXT_EPOCH_DATA,
                                   .next_epoch_data = {.authorities = *authorities, .randomness = *randomness}};
    deposit_log(rt, &log);
}

void ph_babe_on_disabled(ph_rt_t *rt, uint32_t authority)
{
    ph_babe_consensus_log_t log = {.kind = PH_BABE_CONSENSUS_LOG_ON_DISABLED, .on_disabled = authority};
    deposit_log(rt, &log);
}

/* ---- parts of a pre-digest ---- */

uint32_t ph_babe_pre_digest_author(const ph_babe_pre_digest_t *d)
{
    switch ((ph_babe_pre_digest_kind_t)d->kind) {
    case PH_BABE_PRE_DIGEST_PRIMARY:
        return d->primary.authority_index;
    case PH_BABE_PRE_DIGEST_SECONDARY_PLAIN:
        return d->secondary_plain.authority_index;
    case PH_BABE_PRE_DIGEST_SECONDARY_VRF:
        break;
    }
    return d->secondary_vrf.authority_index;
}

ph_slot_t ph_babe_pre_digest_slot(const ph_babe_pre_digest_t *d)
{
    switch ((ph_babe_pre_digest_kind_t)d->kind) {
    case PH_BABE_PRE_DIGEST_PRIMARY:
        return d->primary.slot;
    case PH_BABE_PRE_DIGEST_SECONDARY_PLAIN:
        return d->secondary_plain.slot;
    case PH_BABE_PRE_DIGEST_SECONDARY_VRF:
        break;
    }
    return d->secondary_vrf.slot;
}

/* NULL: the block has no VRF output. */
static const uint8_t *pre_output_of(const ph_babe_pre_digest_t *d)
{
    switch ((ph_babe_pre_digest_kind_t)d->kind) {
    case PH_BABE_PRE_DIGEST_PRIMARY:
        return d->primary.vrf_signature.pre_output.bytes;
    case PH_BABE_PRE_DIGEST_SECONDARY_PLAIN:
        return NULL;
    case PH_BABE_PRE_DIGEST_SECONDARY_VRF:
        break;
    }
    return d->secondary_vrf.vrf_signature.pre_output.bytes;
}

bool ph_babe_find_pre_digest(ph_rt_t *rt, ph_babe_pre_digest_t *out, const ph_digest_t *digest)
{
    for (size_t i = 0; i < digest->logs.count; i++) {
        const ph_digest_item_t *item = &digest->logs.items[i];
        if (item->kind != PH_DIGEST_ITEM_PRE_RUNTIME || memcmp(item->pre_runtime._0.bytes, ENGINE, 4) != 0)
            continue;
        ph_reader_t r = ph_reader(item->pre_runtime._1);
        if (ph_babe_pre_digest_decode(&r, rt->arena, out) == PH_OK)
            return true;
    }
    return false;
}

static bool block_pre_digest(ph_rt_t *rt, ph_babe_pre_digest_t *out)
{
    ph_digest_t digest;
    ph_system_digest_get(rt, &digest);
    return ph_babe_find_pre_digest(rt, out, &digest);
}

bool ph_babe_author(ph_rt_t *rt, ph_account_id_t *out)
{
    ph_babe_pre_digest_t pre_digest;
    ph_vec_account_id_t validators;
    ph_session_validators_get(rt, &validators);
    if (!block_pre_digest(rt, &pre_digest) || ph_babe_pre_digest_author(&pre_digest) >= validators.count)
        return false;
    *out = validators.items[ph_babe_pre_digest_author(&pre_digest)];
    return true;
}

/* ---- start of a block ---- */

/* Block 1 opens epoch 0. Its successor has the same authorities, and no randomness could be collected yet. */
static void open_genesis_epoch(ph_rt_t *rt, ph_slot_t slot)
{
    ph_babe_genesis_slot_set(rt, slot);
    authorities_t authorities;
    ph_randomness_t randomness;
    ph_babe_authorities_get(rt, &authorities);
    ph_babe_randomness_get(rt, &randomness);
    announce_next_epoch(rt, &authorities, &randomness);
}

static void note_slot(ph_rt_t *rt, ph_slot_t slot)
{
    ph_slot_t genesis, last;
    ph_babe_genesis_slot_get(rt, &genesis);
    if (genesis.v == 0)
        open_genesis_epoch(rt, slot);
    ph_babe_current_slot_get(rt, &last);
    ph_babe_lateness_set(rt, (uint32_t)ph_sat_sub_u64(slot.v, ph_sat_add_u64(last.v, 1)));
    ph_babe_current_slot_set(rt, slot);
}

/* Once a block, from whichever hook comes first. */
static void initialize(ph_rt_t *rt)
{
    if (ph_babe_initialized_exists(rt))
        return;
    ph_opt_babe_pre_digest_t pre_digest = {0};
    pre_digest.some = block_pre_digest(rt, &pre_digest.value);
    if (pre_digest.some)
        note_slot(rt, ph_babe_pre_digest_slot(&pre_digest.value));
    ph_babe_initialized_set(rt, &pre_digest);
}

ph_err_t ph_babe_on_initialize(ph_rt_t *rt, ph_block_number_t now)
{
    (void)now;
    initialize(rt);
    return PH_OK;
}

ph_err_t ph_babe_on_timestamp_set(ph_rt_t *rt, uint64_t now_ms)
{
    ph_slot_t current;
    ph_babe_current_slot_get(rt, &current);
    uint64_t slot = now_ms / ph_params_slot_ms(rt);
    if (slot != current.v)
        return ph_rt_panic(rt, "Timestamp slot must match `CurrentSlot`: %llu, not %llu", (unsigned long long)slot,
                           (unsigned long long)current.v);
    return PH_OK;
}

/* ---- end of a block ---- */

static bool author_randomness(ph_rt_t *rt, ph_randomness_t *out, const ph_babe_pre_digest_t *pre_digest)
{
    const uint8_t *pre_output = pre_output_of(pre_digest);
    authorities_t authorities;
    ph_babe_authorities_get(rt, &authorities);
    uint32_t author = ph_babe_pre_digest_author(pre_digest);
    if (author >= authorities.count)
        return false;
    ph_randomness_t chain;
    ph_slot_t slot;
    uint64_t epoch;
    ph_babe_randomness_get(rt, &chain);
    ph_babe_current_slot_get(rt, &slot);
    ph_babe_epoch_index_get(rt, &epoch);
    return ph_rt_babe_randomness(out->bytes, authorities.items[author]._0.bytes, pre_output, chain.bytes, slot.v,
                                 epoch);
}

/* Into the segment being filled, or the next one if that is full. What an earlier epoch left there goes: its last
 * segment is never mixed in. */
static void collect(ph_rt_t *rt, const ph_randomness_t *randomness)
{
    uint32_t segment;
    ph_babe_segment_index_get(rt, &segment);
    if (ph_babe_under_construction_count(rt, segment) < SEGMENT_LEN) {
        ph_babe_under_construction_append(rt, segment, randomness);
        return;
    }
    ph_randomness_t first = *randomness;
    ph_vec_randomness_t outputs = {.items = &first, .count = 1};
    ph_babe_under_construction_set(rt, ++segment, &outputs);
    ph_babe_segment_index_set(rt, segment);
}

ph_err_t ph_babe_on_finalize(ph_rt_t *rt, ph_block_number_t now)
{
    (void)now;
    ph_opt_babe_pre_digest_t pre_digest;
    if (ph_babe_initialized_take(rt, &pre_digest) && pre_digest.some) {
        uint32_t author = ph_babe_pre_digest_author(&pre_digest.value);
        if (ph_session_is_disabled(rt, author))
            return ph_rt_panic(rt, "Validator with index %u is disabled and should not be attempting to author blocks.",
                               author);
        if (pre_output_of(&pre_digest.value) != NULL) {
            ph_opt_randomness_t randomness = {0};
            randomness.some = author_randomness(rt, &randomness.value, &pre_digest.value);
            if (randomness.some && pre_digest.value.kind == PH_BABE_PRE_DIGEST_PRIMARY)
                collect(rt, &randomness.value);
            ph_babe_author_vrf_randomness_set(rt, &randomness);
        }
    }
    ph_babe_lateness_remove(rt);
    return PH_OK;
}

/* ---- epochs ---- */

ph_slot_t ph_babe_current_epoch_start(ph_rt_t *rt)
{
    uint64_t epoch;
    ph_slot_t genesis;
    ph_babe_epoch_index_get(rt, &epoch);
    ph_babe_genesis_slot_get(rt, &genesis);
    return (ph_slot_t){slot_of_epoch(epoch, genesis.v, ph_params_epoch_slots(rt))};
}

/* Block 1 opens epoch 0 and cannot end it, whatever its slot. */
bool ph_babe_should_end_session(ph_rt_t *rt, ph_block_number_t now)
{
    initialize(rt);
    ph_slot_t slot;
    ph_babe_current_slot_get(rt, &slot);
    return now != 1 && ph_sat_sub_u64(slot.v, ph_babe_current_epoch_start(rt).v) >= ph_params_epoch_slots(rt);
}

void ph_babe_next_expected_epoch_change(ph_rt_t *rt, bool *some, ph_block_number_t *at, ph_block_number_t now)
{
    ph_slot_t slot;
    ph_babe_current_slot_get(rt, &slot);
    uint64_t next = ph_sat_add_u64(ph_babe_current_epoch_start(rt).v, ph_params_epoch_slots(rt));
    *some = next >= slot.v;
    uint64_t left = ph_sat_sub_u64(next, slot.v);
    *at = ph_sat_add_u32(now, left > UINT32_MAX ? UINT32_MAX : (uint32_t)left);
}

/* After slots without any block an epoch's index jumps ahead of its session's: that is written down. */
static void note_skipped(ph_rt_t *rt, uint64_t epoch, ph_session_index_t session)
{
    ph_vec_tup_u64_session_index_t skipped;
    ph_babe_skipped_epochs_get(rt, &skipped);
    if (epoch < session.v) {
        ph_rt_log(rt, PH_LOG_WARN, "babe", "epoch index is lower than session index");
    } else {
        if (skipped.count >= MAX_SKIPPED_EPOCHS)
            ph_vec_drop(&skipped, 1);
        ph_tup_u64_session_index_t entry = {._0 = epoch, ._1 = session};
        ph_vec_push(rt, &skipped, entry);
    }
    ph_babe_skipped_epochs_set(rt, &skipped);
}

/* The epoch that begins takes the randomness announced for it, and the next one's is made of what was collected. Only
 * full segments are mixed in; the one being filled goes on. */
static void change_randomness(ph_rt_t *rt, ph_randomness_t *next, uint64_t next_epoch)
{
    ph_randomness_t current;
    uint32_t segments;
    ph_babe_next_randomness_get(rt, &current);
    ph_babe_segment_index_get(rt, &segments);
    ph_babe_segment_index_set(rt, 0);
    ph_writer_t w = ph_writer_in(rt->arena);
    ph_write(&w, current.bytes, sizeof current.bytes);
    ph_write_u64(&w, next_epoch);
    for (uint32_t i = 0; i < segments; i++) {
        ph_vec_randomness_t outputs;
        ph_babe_under_construction_take(rt, i, &outputs);
        for (size_t k = 0; k < outputs.count; k++)
            ph_write(&w, outputs.items[k].bytes, sizeof outputs.items[k].bytes);
    }
    ph_host_blake2_256(rt, next->bytes, ph_writer_bytes(&w));
    ph_babe_next_randomness_set(rt, next);
    ph_babe_randomness_set(rt, &current);
}

static void note_epoch_start(ph_rt_t *rt)
{
    ph_tup_u32_u32_t start;
    ph_babe_epoch_start_get(rt, &start);
    start._0 = start._1;
    start._1 = ph_now(rt);
    ph_babe_epoch_start_set(rt, &start);
}

static void change_config(ph_rt_t *rt)
{
    ph_babe_epoch_configuration_t next;
    if (ph_babe_next_epoch_config_get(rt, &next))
        ph_babe_epoch_config_set(rt, &next);
    ph_babe_next_config_descriptor_t pending;
    if (!ph_babe_pending_epoch_config_change_take(rt, &pending))
        return;
    next = (ph_babe_epoch_configuration_t){.c = pending.v1.c, .allowed_slots = pending.v1.allowed_slots};
    ph_babe_next_epoch_config_set(rt, &next);
    ph_babe_consensus_log_t log = {.kind = PH_BABE_CONSENSUS_LOG_NEXT_CONFIG_DATA, .next_config_data = pending};
    deposit_log(rt, &log);
}

static ph_err_t enact_epoch_change(ph_rt_t *rt, const authorities_t *authorities, const authorities_t *next_authorities,
                                   ph_session_index_t session)
{
    if (authorities->count == 0) {
        ph_rt_log(rt, PH_LOG_WARN, "babe", "ignoring an epoch change without authorities");
        return PH_OK;
    }
    ph_slot_t slot, genesis;
    uint64_t last;
    ph_babe_current_slot_get(rt, &slot);
    ph_babe_genesis_slot_get(rt, &genesis);
    ph_babe_epoch_index_get(rt, &last);
    uint64_t epoch = ph_sat_sub_u64(slot.v, genesis.v) / ph_params_epoch_slots(rt);
    if (ph_sat_add_u64(last, 1) != epoch)
        note_skipped(rt, epoch, session);
    ph_babe_epoch_index_set(rt, epoch);
    ph_babe_authorities_set(rt, authorities);
    if (epoch == UINT64_MAX)
        return ph_rt_panic(rt, "epoch index overflows");
    ph_randomness_t next_randomness;
    change_randomness(rt, &next_randomness, epoch + 1);
    ph_babe_next_authorities_set(rt, next_authorities);
    note_epoch_start(rt);
    announce_next_epoch(rt, next_authorities, &next_randomness);
    change_config(rt);
    return PH_OK;
}

/* ---- sessions ---- */

static authorities_t authorities_of(ph_rt_t *rt, const ph_session_keys_t *keys, size_t count)
{
    authorities_t out;
    ph_vec_alloc(rt, &out, count);
    for (size_t i = 0; i < count; i++)
        out.items[i] = (ph_tup_babe_authority_id_u64_t){._0 = keys[i].babe, ._1 = 1};
    return out;
}

ph_err_t ph_babe_on_genesis_session(ph_rt_t *rt, const ph_session_change_t *change)
{
    if (change->validator_count == 0)
        return PH_OK;
    if (ph_babe_authorities_count(rt) != 0)
        return ph_rt_panic(rt, "Authorities are already initialized!");
    authorities_t authorities = authorities_of(rt, change->keys, change->validator_count);
    ph_babe_authorities_set(rt, &authorities);
    ph_babe_next_authorities_set(rt, &authorities);
    return PH_OK;
}

ph_err_t ph_babe_on_new_session(ph_rt_t *rt, const ph_session_change_t *change)
{
    authorities_t authorities = authorities_of(rt, change->keys, change->validator_count);
    authorities_t next = authorities_of(rt, change->queued_keys, change->queued_count);
    return enact_epoch_change(rt, &authorities, &next, change->session);
}

void ph_babe_genesis_build(ph_rt_t *rt, const ph_babe_epoch_configuration_t *config)
{
    ph_babe_segment_index_set(rt, 0);
    ph_babe_epoch_config_set(rt, config);
}
