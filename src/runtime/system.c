/* The phases of a block, its digest and events. */
#include "runtime/system.h"

#include <string.h>

#include "runtime/origin.h"
#include "runtime/params.h"
#include "runtime/support.h"
#include "scale/scale.h"

/* ---- weights: parts per class, saturating ---- */

static void accrue(ph_weight_t *w, uint64_t ref_time, uint64_t proof_size)
{
    w->ref_time = ph_sat_add_u64(w->ref_time, ref_time);
    w->proof_size = ph_sat_add_u64(w->proof_size, proof_size);
}

static ph_weight_t *of_class(ph_per_dispatch_class_weight_t *weights, ph_dispatch_class_t class_)
{
    switch ((ph_dispatch_class_kind_t)class_.kind) {
    case PH_DISPATCH_CLASS_NORMAL:
        return &weights->normal;
    case PH_DISPATCH_CLASS_OPERATIONAL:
        return &weights->operational;
    case PH_DISPATCH_CLASS_MANDATORY:
        break;
    }
    return &weights->mandatory;
}

/* What an extrinsic takes, its length and the time that every one takes included. */
static ph_weight_t consumed(const ph_transaction_params_t *params, const ph_dispatch_info_t *info, size_t encoded_len)
{
    ph_weight_t weight = info->weight;
    accrue(&weight, params->base_ref_time, encoded_len);
    return weight;
}

/* Adds to what a class has taken. Only what is mandatory may be more than can be counted. */
static bool take_room(ph_per_dispatch_class_weight_t *all, ph_dispatch_class_t class_, const ph_weight_t *own)
{
    ph_weight_t *sum = of_class(all, class_);
    bool over = own->ref_time > UINT64_MAX - sum->ref_time || own->proof_size > UINT64_MAX - sum->proof_size;
    accrue(sum, own->ref_time, own->proof_size);
    return !over || class_.kind == PH_DISPATCH_CLASS_MANDATORY;
}

/* Normal transactions have their share of the block, operational ones all of it; the rest is for them alone. */
static bool weight_fits(const ph_per_dispatch_class_weight_t *all, const ph_transaction_params_t *params,
                        ph_dispatch_class_t class_)
{
    uint64_t max = params->max_block_ref_time, normal_max = ph_params_normal_ref_time(params);
    uint64_t total =
        ph_sat_add_u64(ph_sat_add_u64(all->normal.ref_time, all->operational.ref_time), all->mandatory.ref_time);
    switch ((ph_dispatch_class_kind_t)class_.kind) {
    case PH_DISPATCH_CLASS_NORMAL:
        return all->normal.ref_time <= normal_max && total <= max;
    case PH_DISPATCH_CLASS_OPERATIONAL:
        return all->operational.ref_time <= max && (total <= max || all->operational.ref_time <= max - normal_max);
    case PH_DISPATCH_CLASS_MANDATORY:
        break;
    }
    return true;
}

static uint32_t block_size(ph_rt_t *rt)
{
    uint32_t size = 0;
    return ph_system_block_size_get(rt, &size) ? size : 0;
}

bool ph_system_could_fit(ph_rt_t *rt, const ph_dispatch_info_t *info, size_t encoded_len)
{
    ph_transaction_params_t params;
    ph_params_transactions(rt, &params);
    uint32_t size = block_size(rt);
    if (encoded_len > UINT32_MAX - size || size + encoded_len > ph_params_max_len(&params, info->class_))
        return false;
    ph_per_dispatch_class_weight_t alone = {0};
    *of_class(&alone, info->class_) = consumed(&params, info, encoded_len);
    return weight_fits(&alone, &params, info->class_);
}

bool ph_system_reserve(ph_rt_t *rt, const ph_dispatch_info_t *info, size_t encoded_len)
{
    ph_transaction_params_t params;
    if (!ph_system_could_fit(rt, info, encoded_len))
        return false;
    ph_params_transactions(rt, &params);
    ph_weight_t own = consumed(&params, info, encoded_len);
    ph_per_dispatch_class_weight_t weights;
    ph_system_block_weight_get(rt, &weights);
    if (!take_room(&weights, info->class_, &own) || !weight_fits(&weights, &params, info->class_))
        return false;
    ph_system_block_size_set(rt, block_size(rt) + (uint32_t)encoded_len);
    ph_system_block_weight_set(rt, &weights);
    return true;
}

void ph_system_register_whole_block(ph_rt_t *rt)
{
    ph_transaction_params_t params;
    ph_per_dispatch_class_weight_t weights;
    ph_params_transactions(rt, &params);
    ph_system_block_weight_get(rt, &weights);
    accrue(&weights.mandatory, params.max_block_ref_time, UINT64_MAX);
    ph_system_block_weight_set(rt, &weights);
}

bool ph_system_has_room(ph_rt_t *rt)
{
    ph_transaction_params_t params;
    ph_per_dispatch_class_weight_t weights;
    ph_params_transactions(rt, &params);
    ph_system_block_weight_get(rt, &weights);
    accrue(&weights.mandatory, weights.normal.ref_time, weights.normal.proof_size);
    accrue(&weights.mandatory, weights.operational.ref_time, weights.operational.proof_size);
    return weights.mandatory.ref_time < params.max_block_ref_time && weights.mandatory.proof_size < UINT64_MAX;
}

/* ---- phases ---- */

void ph_system_reset_events(ph_rt_t *rt)
{
    ph_system_events_remove(rt);
    ph_system_event_count_remove(rt);
    ph_system_event_topics_clear(rt);
}

static void put_u32(ph_rt_t *rt, ph_bytes_t key, uint32_t v)
{
    uint8_t bytes[4];
    ph_put_u32(bytes, v);
    ph_host_storage_set(rt, key, ph_bytes(bytes, sizeof bytes));
}

static void set_phase(ph_rt_t *rt, ph_phase_kind_t kind, uint32_t extrinsic)
{
    ph_phase_t phase = {.kind = (uint8_t)kind, .apply_extrinsic = extrinsic};
    ph_system_execution_phase_set(rt, &phase);
}

/* Seed of values that are unique within the block. */
static void set_entropy(ph_rt_t *rt, const ph_hash_t *parent)
{
    static const char label[] = "frame_system::initialize";
    uint8_t text[sizeof label - 1 + 32], entropy[32];
    memcpy(text, label, sizeof label - 1);
    memcpy(text + sizeof label - 1, parent->bytes, 32);
    ph_host_blake2_256(rt, entropy, ph_bytes(text, sizeof text));
    ph_host_storage_set(rt, PH_KEY_INTRABLOCK_ENTROPY, ph_bytes(entropy, sizeof entropy));
}

ph_err_t ph_system_initialize(ph_rt_t *rt, ph_block_number_t number, const ph_hash_t *parent, const ph_digest_t *digest)
{
    ph_block_number_t last = ph_now(rt);
    if (last == UINT32_MAX || number != last + 1)
        return ph_rt_panic(rt, "Block number must be strictly increasing: %u after %u", number, last);
    set_phase(rt, PH_PHASE_INITIALIZATION, 0);
    put_u32(rt, PH_KEY_EXTRINSIC_INDEX, 0);
    set_entropy(rt, parent);
    ph_system_number_set(rt, number);
    ph_system_digest_set(rt, digest);
    ph_system_parent_hash_set(rt, parent);
    ph_system_block_hash_set(rt, number - 1, parent);
    ph_system_block_weight_remove(rt);

    ph_header_t empty = {.parent_hash = *parent, .number = number};
    size_t overhead = ph_type_encoded_len(&ph_type_digest, digest) + ph_type_encoded_len(&ph_type_header, &empty);
    if (overhead > PH_MAX_HEADER_LEN)
        return ph_rt_panic(rt, "Header size (%zu) exceeds max header size limit (%u)", overhead, PH_MAX_HEADER_LEN);
    ph_system_block_size_set(rt, (uint32_t)overhead);
    return PH_OK;
}

void ph_system_note_finished_initialize(ph_rt_t *rt)
{
    set_phase(rt, PH_PHASE_APPLY_EXTRINSIC, 0);
}

void ph_system_note_finished_extrinsics(ph_rt_t *rt)
{
    ph_system_extrinsic_count_set(rt, ph_system_extrinsic_index(rt));
    ph_host_storage_clear(rt, PH_KEY_EXTRINSIC_INDEX);
    set_phase(rt, PH_PHASE_FINALIZATION, 0);
}

static void extrinsics_root(ph_rt_t *rt, ph_hash_t *root)
{
    uint32_t count = 0;
    (void)ph_system_extrinsic_count_take(rt, &count);
    ph_bytes_t *values = ph_arena_alloc(rt->arena, count * sizeof *values);
    for (uint32_t i = 0; i < count; i++)
        ph_system_extrinsic_data_take(rt, i, &values[i]);
    ph_host_trie_ordered_root(rt, root->bytes, values, count, PH_EXTRINSICS_VERSION);
}

void ph_system_finalize(ph_rt_t *rt, ph_header_t *header)
{
    ph_system_execution_phase_remove(rt);
    ph_system_block_size_remove(rt);
    ph_host_storage_clear(rt, PH_KEY_INTRABLOCK_ENTROPY);
    ph_system_inherents_applied_remove(rt);
    *header = (ph_header_t){.number = ph_now(rt)};
    ph_system_parent_hash_get(rt, &header->parent_hash);
    ph_system_digest_get(rt, &header->digest);
    extrinsics_root(rt, &header->extrinsics_root);
    /* The hash of genesis stays for ever. */
    uint32_t old = ph_sat_sub_u32(ph_sat_sub_u32(header->number, PH_BLOCK_HASH_COUNT), 1);
    if (old != 0)
        ph_system_block_hash_remove(rt, old);
    ph_host_storage_root(rt, header->state_root.bytes, PH_STATE_VERSION);
}

/* ---- extrinsics ---- */

uint32_t ph_system_extrinsic_index(ph_rt_t *rt)
{
    ph_bytes_t raw;
    if (!ph_host_storage_get(rt, &raw, PH_KEY_EXTRINSIC_INDEX) || raw.len < 4)
        return 0;
    return ph_get_u32(raw.data);
}

void ph_system_note_extrinsic(ph_rt_t *rt, ph_bytes_t encoded)
{
    ph_system_extrinsic_data_set(rt, ph_system_extrinsic_index(rt), encoded);
}

void ph_system_note_applied_extrinsic(ph_rt_t *rt, const ph_dispatch_result_t *result, const ph_dispatch_info_t *info)
{
    ph_transaction_params_t params;
    ph_params_transactions(rt, &params);
    ph_dispatch_event_info_t dispatched = {
        .weight = consumed(&params, info, 0), .class = info->class_, .pays_fee = info->pays_fee};
    if (result->kind == PH_RES_OK)
        ph_system_event_extrinsic_success(rt, &dispatched);
    else
        ph_system_event_extrinsic_failed(rt, &result->err, &dispatched);
    uint32_t next = ph_system_extrinsic_index(rt) + 1;
    put_u32(rt, PH_KEY_EXTRINSIC_INDEX, next);
    set_phase(rt, PH_PHASE_APPLY_EXTRINSIC, next);
    ph_system_extrinsic_weight_reclaimed_remove(rt);
}

/* ---- events and digest ---- */

void ph_system_deposit_event(ph_rt_t *rt, const ph_event_t *event)
{
    if (ph_now(rt) == 0)
        return;
    uint32_t count;
    ph_system_event_count_get(rt, &count);
    if (count == UINT32_MAX)
        return;
    ph_system_event_count_set(rt, count + 1);
    ph_event_record_t record = {.event = *event};
    if (!ph_system_execution_phase_get(rt, &record.phase))
        record.phase = (ph_phase_t){.kind = PH_PHASE_INITIALIZATION};
    ph_system_events_append(rt, &record);
}

void ph_system_deposit_log(ph_rt_t *rt, const ph_digest_item_t *item)
{
    /* A digest is a list of items and nothing else: it grows as one. */
    ph_writer_t encoded = ph_writer_in(rt->arena);
    ph_digest_item_encode(&encoded, item);
    uint32_t size = 0;
    (void)ph_system_block_size_get(rt, &size);
    ph_system_block_size_set(rt, ph_sat_add_u32(size, (uint32_t)encoded.len));
    ph_host_storage_append(rt, ph_system_digest_key(rt), ph_writer_bytes(&encoded));
}

void ph_system_deposit_consensus(ph_rt_t *rt, const char engine[4], ph_bytes_t log)
{
    ph_digest_item_t item = {.kind = PH_DIGEST_ITEM_CONSENSUS};
    memcpy(item.consensus._0.bytes, engine, 4);
    item.consensus._1 = log;
    ph_system_deposit_log(rt, &item);
}

/* ---- genesis ---- */

void ph_system_genesis_build(ph_rt_t *rt)
{
    ph_hash_t none;
    memset(none.bytes, 69, sizeof none.bytes);
    ph_system_block_hash_set(rt, 0, &none);
    ph_system_parent_hash_set(rt, &none);
    ph_last_runtime_upgrade_info_t version = {.spec_version = PH_SPEC_VERSION, .spec_name = PH_BYTES_LIT(PH_SPEC_NAME)};
    ph_system_last_runtime_upgrade_set(rt, &version);
    ph_system_upgraded_to_u32_ref_count_set(rt, true);
    ph_system_upgraded_to_triple_ref_count_set(rt, true);
    put_u32(rt, PH_KEY_EXTRINSIC_INDEX, 0);
}
