#include "runtime/dmp.h"

#include "runtime/fixed.h"
#include "runtime/storage/configuration.h"
#include "runtime/storage/paras.h"
#include "runtime/support.h"
#include "runtime/vec.h"

#define LAZY_DELETE_MAX_PAGES   3
#define MAX_POSSIBLE_ALLOCATION (32u * 1024 * 1024)
/* Above this part of the longest queue, delivery gets dearer with every message. */
#define THRESHOLD_FACTOR     2
#define EXPONENTIAL_FEE_BASE (PH_FIXED_ONE / 100 * 105)
#define FEE_PER_KILOBYTE     (PH_FIXED_ONE / 1000)

/* ---- the queue ---- */

static uint64_t queue_length(ph_rt_t *rt, ph_para_id_t para)
{
    ph_inbound_downward_queue_meta_t meta;
    return ph_dmp_downward_message_queue_meta_get(rt, para, &meta) ? ph_sat_sub_u64(meta.first_free, meta.first_full)
                                                                   : 0;
}

uint32_t ph_dmp_length(ph_rt_t *rt, ph_para_id_t para)
{
    uint64_t length = queue_length(rt, para);
    return length > UINT32_MAX ? UINT32_MAX : (uint32_t)length;
}

void ph_dmp_contents(ph_rt_t *rt, ph_vec_inbound_downward_message_t *out, ph_para_id_t para)
{
    ph_inbound_downward_queue_meta_t meta;
    *out = (ph_vec_inbound_downward_message_t){0};
    if (!ph_dmp_downward_message_queue_meta_get(rt, para, &meta))
        return;
    for (uint64_t i = meta.first_full; i < meta.first_free; i++) {
        ph_inbound_downward_message_t message;
        if (ph_dmp_downward_message_queue_pages_get(rt, para, i, &message))
            ph_vec_push(rt, out, message);
    }
}

/* Pages of an older queue of the same id may still have to be deleted: a new one starts behind them. */
static bool push_back(ph_rt_t *rt, ph_para_id_t para, const ph_inbound_downward_message_t *message)
{
    ph_inbound_downward_queue_meta_t meta;
    ph_tup_u64_u64_t range;
    if (!ph_dmp_downward_message_queue_meta_get(rt, para, &meta)) {
        uint64_t start = ph_dmp_downward_message_queue_lazy_delete_get(rt, para, &range) ? range._1 : 0;
        meta = (ph_inbound_downward_queue_meta_t){start, start};
    }
    if (meta.first_free == UINT64_MAX)
        return false;
    ph_dmp_downward_message_queue_pages_set(rt, para, meta.first_free, message);
    meta.first_free++;
    ph_dmp_downward_message_queue_meta_set(rt, para, &meta);
    return true;
}

static void drop_front(ph_rt_t *rt, ph_para_id_t para, uint32_t n)
{
    ph_inbound_downward_queue_meta_t meta;
    if (!ph_dmp_downward_message_queue_meta_get(rt, para, &meta))
        return;
    uint64_t end = ph_sat_add_u64(meta.first_full, n);
    if (end > meta.first_free)
        end = meta.first_free;
    for (; meta.first_full < end; meta.first_full++)
        ph_dmp_downward_message_queue_pages_remove(rt, para, meta.first_full);
    ph_dmp_downward_message_queue_meta_set(rt, para, &meta);
}

/* ---- queues that are gone ---- */

static void delete_all(ph_rt_t *rt, ph_para_id_t para)
{
    ph_inbound_downward_queue_meta_t meta;
    if (!ph_dmp_downward_message_queue_meta_take(rt, para, &meta) || meta.first_full >= meta.first_free)
        return;
    ph_bytes_t prefix = ph_storage_key(rt, &ph_storage_dmp_downward_message_queue_pages, (const void *[]){&para}, 1);
    uint32_t removed;
    if (ph_host_storage_clear_prefix(rt, prefix, LAZY_DELETE_MAX_PAGES, &removed))
        return;
    ph_tup_u64_u64_t range = {meta.first_full, meta.first_free}, old;
    if (ph_dmp_downward_message_queue_lazy_delete_get(rt, para, &old)) {
        range._0 = old._0;
        if (old._1 > range._1)
            range._1 = old._1;
    }
    ph_dmp_downward_message_queue_lazy_delete_set(rt, para, &range);
}

void ph_dmp_on_new_session(ph_rt_t *rt, const ph_vec_para_id_t *outgoing)
{
    for (size_t i = 0; i < outgoing->count; i++) {
        delete_all(rt, outgoing->items[i]);
        ph_dmp_downward_message_queue_heads_remove(rt, outgoing->items[i]);
    }
}

void ph_dmp_on_idle(ph_rt_t *rt)
{
    ph_bytes_t cursor = {0};
    ph_para_id_t para;
    ph_tup_u64_u64_t range;
    if (!ph_dmp_downward_message_queue_lazy_delete_next(rt, &cursor, &para, &range))
        return;
    for (int i = 0; i < LAZY_DELETE_MAX_PAGES && range._0 < range._1; i++, range._0++)
        ph_dmp_downward_message_queue_pages_remove(rt, para, range._0);
    if (range._0 >= range._1)
        ph_dmp_downward_message_queue_lazy_delete_remove(rt, para);
    else
        ph_dmp_downward_message_queue_lazy_delete_set(rt, para, &range);
}

/* ---- fees ---- */

static uint32_t max_length(const ph_host_configuration_t *config)
{
    return config->max_downward_message_size == 0 ? 0 : MAX_POSSIBLE_ALLOCATION / config->max_downward_message_size;
}

static void raise_fee(ph_rt_t *rt, ph_para_id_t para, size_t message_len)
{
    ph_fixed_u128_t factor;
    ph_dmp_delivery_fee_factor_get(rt, para, &factor);
    ph_u128_t by_size = ph_fixed_mul((ph_u128_t)(message_len / 1024) * PH_FIXED_ONE, FEE_PER_KILOBYTE);
    factor.v = ph_fixed_mul(factor.v, ph_u128_sat_add(EXPONENTIAL_FEE_BASE, by_size));
    ph_dmp_delivery_fee_factor_set(rt, para, factor);
}

static void lower_fee(ph_rt_t *rt, ph_para_id_t para)
{
    ph_fixed_u128_t factor;
    ph_dmp_delivery_fee_factor_get(rt, para, &factor);
    if (factor.v != PH_FIXED_ONE) {
        factor.v = ph_fixed_div(factor.v, EXPONENTIAL_FEE_BASE);
        if (factor.v < PH_FIXED_ONE)
            factor.v = PH_FIXED_ONE;
    }
    ph_dmp_delivery_fee_factor_set(rt, para, factor);
}

/* ---- queueing ---- */

/* The next link of the hash chain: of the old head, the block, and the message's hash. */
static void note_in_chain(ph_rt_t *rt, ph_para_id_t para, const ph_inbound_downward_message_t *message)
{
    ph_hash_t head;
    ph_writer_t encoded = ph_writer_in(rt->arena), link = ph_writer_in(rt->arena);
    ph_write_bytes(&encoded, message->msg);
    ph_hash_t message_hash = ph_rt_blake2(rt, ph_writer_bytes(&encoded));
    ph_dmp_downward_message_queue_heads_get(rt, para, &head);
    ph_write(&link, head.bytes, 32);
    ph_write_u32(&link, message->sent_at);
    ph_write(&link, message_hash.bytes, 32);
    head = ph_rt_blake2(rt, ph_writer_bytes(&link));
    ph_dmp_downward_message_queue_heads_set(rt, para, &head);
}

ph_dmp_verdict_t ph_dmp_queue(ph_rt_t *rt, const ph_host_configuration_t *config, ph_para_id_t para, ph_bytes_t message)
{
    if (message.len > config->max_downward_message_size || ph_dmp_length(rt, para) > max_length(config))
        return PH_DMP_EXCEEDS_MAX_MESSAGE_SIZE;
    if (!ph_paras_heads_exists(rt, para))
        return PH_DMP_UNROUTABLE;
    ph_inbound_downward_message_t inbound = {.sent_at = ph_now(rt), .msg = message};
    if (!push_back(rt, para, &inbound))
        return PH_DMP_EXCEEDS_MAX_QUEUE_SIZE;
    note_in_chain(rt, para, &inbound);
    if (queue_length(rt, para) > max_length(config) / THRESHOLD_FACTOR)
        raise_fee(rt, para, message.len);
    return PH_DMP_QUEUED;
}

/* ---- processing ---- */

bool ph_dmp_check_processed(ph_rt_t *rt, ph_para_id_t para, ph_block_number_t relay_parent_number, uint32_t processed)
{
    uint32_t length = ph_dmp_length(rt, para);
    ph_inbound_downward_queue_meta_t meta;
    ph_inbound_downward_message_t first;
    if (length > 0 && processed == 0 && ph_dmp_downward_message_queue_meta_get(rt, para, &meta) &&
        ph_dmp_downward_message_queue_pages_get(rt, para, meta.first_full, &first) &&
        first.sent_at <= relay_parent_number)
        return false;
    return processed <= length;
}

void ph_dmp_prune(ph_rt_t *rt, ph_para_id_t para, uint32_t processed)
{
    ph_host_configuration_t config;
    ph_configuration_active_config_get(rt, &config);
    drop_front(rt, para, processed);
    if (queue_length(rt, para) <= max_length(&config) / THRESHOLD_FACTOR)
        lower_fee(rt, para);
}
