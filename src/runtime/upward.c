#include "runtime/upward.h"

#include "primitives/keys.h"
#include "primitives/ump.h"
#include "runtime/message_queue.h"
#include "runtime/paras.h"
#include "runtime/storage/configuration.h"
#include "runtime/storage/para_inclusion.h"
#include "runtime/support.h"

bool ph_upward_check(ph_rt_t *rt, const ph_host_configuration_t *config, ph_para_id_t para,
                     const ph_candidate_commitments_t *commitments)
{
    size_t count = ph_ump_message_count(commitments);
    if (count > 0 && ph_paras_is_offboarding(rt, para))
        return false;
    if (count > config->max_upward_message_num_per_candidate)
        return false;
    ph_message_queue_footprint_t queue = ph_message_queue_footprint(rt, para);
    if (ph_sat_add_u32((uint32_t)queue.count, (uint32_t)count) > config->max_upward_queue_count)
        return false;
    uint32_t size = (uint32_t)queue.size;
    for (size_t i = 0; i < count; i++) {
        size_t len = commitments->upward_messages.items[i].len;
        if (len > config->max_upward_message_size)
            return false;
        size = ph_sat_add_u32(size, (uint32_t)len);
        if (size > config->max_upward_queue_size)
            return false;
    }
    return true;
}

void ph_upward_receive(ph_rt_t *rt, ph_para_id_t para, const ph_candidate_commitments_t *commitments)
{
    size_t count = ph_ump_message_count(commitments);
    size_t queued = ph_message_queue_enqueue(rt, para, commitments->upward_messages.items, count);
    if (queued > 0)
        ph_para_inclusion_event_upward_messages_received(rt, para, (uint32_t)queued);
}

static uint32_t saturate(uint64_t v)
{
    return v > UINT32_MAX ? UINT32_MAX : (uint32_t)v;
}

void ph_upward_queue_changed(ph_rt_t *rt, ph_para_id_t para, uint64_t count, uint64_t size)
{
    ph_host_configuration_t config;
    ph_configuration_active_config_get(rt, &config);
    uint8_t value[8];
    ph_put_u32(value, saturate(count));
    ph_put_u32(value + 4, saturate(size));
    ph_host_storage_set(rt, ph_key_dispatch_queue_size(rt->arena, para), ph_bytes(value, sizeof value));
    ph_put_u32(value, ph_sat_sub_u32(config.max_upward_queue_count, saturate(count)));
    ph_put_u32(value + 4, ph_sat_sub_u32(config.max_upward_queue_size, saturate(size)));
    ph_host_storage_set(rt, ph_key_dispatch_queue_remaining(rt->arena, para), ph_bytes(value, sizeof value));
}
