#include "primitives/keys.h"

#include <string.h>

#include "crypto/hash.h"

static void write_prefix(ph_writer_t *w, const char *pallet, const char *item)
{
    uint8_t hash[32];
    ph_twox_128(hash, ph_bytes(pallet, strlen(pallet)));
    ph_twox_128(hash + 16, ph_bytes(item, strlen(item)));
    ph_write(w, hash, sizeof hash);
}

ph_bytes_t ph_key_value(ph_arena_t *arena, const char *pallet, const char *item)
{
    ph_writer_t w = ph_writer_in(arena);
    write_prefix(&w, pallet, item);
    return ph_writer_bytes(&w);
}

static void write_twox64(ph_writer_t *w, ph_bytes_t key)
{
    uint8_t hash[8];
    ph_twox_64(hash, key);
    ph_write(w, hash, sizeof hash);
    ph_write(w, key.data, key.len);
}

ph_bytes_t ph_key_twox64(ph_arena_t *arena, const char *pallet, const char *item, ph_bytes_t key)
{
    ph_writer_t w = ph_writer_in(arena);
    write_prefix(&w, pallet, item);
    write_twox64(&w, key);
    return ph_writer_bytes(&w);
}

static void put_u32(uint8_t out[4], uint32_t v)
{
    for (int i = 0; i < 4; i++)
        out[i] = (uint8_t)(v >> (8 * i));
}

static ph_bytes_t of_para(ph_arena_t *arena, const char *pallet, const char *item, ph_para_id_t para)
{
    uint8_t id[4];
    put_u32(id, para.v);
    return ph_key_twox64(arena, pallet, item, ph_bytes(id, sizeof id));
}

ph_bytes_t ph_key_active_config(ph_arena_t *arena)
{
    return ph_key_value(arena, "Configuration", "ActiveConfig");
}

ph_bytes_t ph_key_para_head(ph_arena_t *arena, ph_para_id_t para)
{
    return of_para(arena, "Paras", "Heads", para);
}

ph_bytes_t ph_key_dmq_mqc_head(ph_arena_t *arena, ph_para_id_t para)
{
    return of_para(arena, "Dmp", "DownwardMessageQueueHeads", para);
}

ph_bytes_t ph_key_hrmp_ingress(ph_arena_t *arena, ph_para_id_t para)
{
    return of_para(arena, "Hrmp", "HrmpIngressChannelsIndex", para);
}

ph_bytes_t ph_key_hrmp_egress(ph_arena_t *arena, ph_para_id_t para)
{
    return of_para(arena, "Hrmp", "HrmpEgressChannelsIndex", para);
}

ph_bytes_t ph_key_hrmp_channel(ph_arena_t *arena, const ph_hrmp_channel_id_t *channel)
{
    uint8_t id[8];
    put_u32(id, channel->sender.v);
    put_u32(id + 4, channel->recipient.v);
    return ph_key_twox64(arena, "Hrmp", "HrmpChannels", ph_bytes(id, sizeof id));
}

ph_bytes_t ph_key_upgrade_go_ahead(ph_arena_t *arena, ph_para_id_t para)
{
    return of_para(arena, "Paras", "UpgradeGoAheadSignal", para);
}

ph_bytes_t ph_key_upgrade_restriction(ph_arena_t *arena, ph_para_id_t para)
{
    return of_para(arena, "Paras", "UpgradeRestrictionSignal", para);
}

ph_bytes_t ph_key_dispatch_queue_remaining(ph_arena_t *arena, ph_para_id_t para)
{
    static const char name[] = ":relay_dispatch_queue_remaining_capacity";
    ph_writer_t w = ph_writer_in(arena);
    ph_write(&w, name, sizeof name - 1);
    ph_write_u32(&w, para.v);
    return ph_writer_bytes(&w);
}

ph_bytes_t ph_key_dispatch_queue_size(ph_arena_t *arena, ph_para_id_t para)
{
    return of_para(arena, "Ump", "RelayDispatchQueueSize", para);
}

static ph_account_id_t account(const char prefix[4], ph_para_id_t para)
{
    ph_account_id_t out;
    memset(&out, 0, sizeof out);
    memcpy(out.bytes, prefix, 4);
    put_u32(out.bytes + 4, para.v);
    return out;
}

ph_account_id_t ph_key_sovereign_account(ph_para_id_t para)
{
    return account("para", para);
}

ph_account_id_t ph_key_sibling_account(ph_para_id_t para)
{
    return account("sibl", para);
}
