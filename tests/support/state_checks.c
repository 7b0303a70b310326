/* The checker itself; the shape of the state; money; sessions. */
#include "support/state_checks.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "crypto/hash.h"
#include "primitives/hash_of.h"
#include "primitives/keys.h"
#include "runtime/pallets.h"
#include "runtime/storage/balances.h"
#include "runtime/storage/configuration.h"
#include "runtime/storage/dmp.h"
#include "runtime/storage/historical.h"
#include "runtime/storage/hrmp.h"
#include "runtime/storage/para_inclusion.h"
#include "runtime/storage/paras.h"
#include "runtime/storage/paras_shared.h"
#include "runtime/storage/registrar.h"
#include "runtime/storage/session.h"
#include "runtime/storage/system.h"
#include "scale/scale.h"

void ph_state_broken(ph_state_checker_t *c, const char *format, ...)
{
    va_list args;
    c->broken++;
    size_t room = sizeof c->report - c->report_len;
    if (room < 2)
        return;
    va_start(args, format);
    int n = vsnprintf(c->report + c->report_len, room - 1, format, args);
    va_end(args);
    c->report_len += n < 0 ? 0 : (size_t)n < room - 1 ? (size_t)n : room - 2;
    c->report[c->report_len++] = '\n';
    c->report[c->report_len] = 0;
}

size_t ph_state_check(ph_state_checker_t *c, ph_rt_t *rt)
{
    c->broken = c->report_len = 0;
    c->report[0] = 0;
    ph_state_check_shape(c, rt);
    ph_state_check_code(c, rt);
    ph_state_check_paras(c, rt);
    ph_state_check_hrmp(c, rt);
    ph_state_check_downward(c, rt);
    ph_state_check_upward(c, rt);
    ph_state_check_money(c, rt);
    ph_state_check_cores(c, rt);
    ph_state_check_sessions(c, rt);
    ph_state_check_disputes(c, rt);
    ph_state_check_slashes(c, rt);
    return c->broken;
}

/* ---- memory ---- */

void ph_state_checker_trust(ph_state_checker_t *c, ph_validation_code_t code)
{
    ph_list_push(c->arena, &c->trusted, ph_hash_of_code(code));
}

const ph_chain_link_t *ph_state_link(const ph_chain_link_t *items, size_t count, uint32_t from, uint32_t to)
{
    for (size_t i = 0; i < count; i++)
        if (items[i].from == from && items[i].to == to)
            return &items[i];
    return NULL;
}

ph_hash_t ph_state_next_head(ph_arena_t *arena, const ph_hash_t *head, ph_block_number_t sent_at, ph_bytes_t message)
{
    ph_writer_t encoded = ph_writer_in(arena), link = ph_writer_in(arena);
    ph_hash_t out;
    ph_write_bytes(&encoded, message);
    ph_blake2_256(out.bytes, ph_writer_bytes(&encoded));
    ph_write(&link, head->bytes, 32);
    ph_write_u32(&link, sent_at);
    ph_write(&link, out.bytes, 32);
    ph_blake2_256(out.bytes, ph_writer_bytes(&link));
    return out;
}

bool ph_state_has_left(const ph_state_checker_t *c, ph_rt_t *rt)
{
    ph_bytes_t cursor = {0};
    ph_para_id_t para;
    ph_para_lifecycle_t state;
    for (size_t i = 0; i < c->living.count; i++)
        if (!ph_paras_para_lifecycles_exists(rt, c->living.items[i]))
            return true;
    while (ph_paras_para_lifecycles_next(rt, &cursor, &para, &state))
        if (state.kind == PH_PARA_LIFECYCLE_OFFBOARDING_PARACHAIN ||
            state.kind == PH_PARA_LIFECYCLE_OFFBOARDING_PARATHREAD)
            return true;
    return c->left;
}

static void remember_paras(ph_state_checker_t *c, ph_rt_t *rt)
{
    ph_bytes_t cursor = {0};
    ph_para_id_t para;
    c->left = ph_state_has_left(c, rt);
    c->living.count = 0;
    while (ph_paras_para_lifecycles_next(rt, &cursor, &para, NULL))
        ph_list_push(c->arena, &c->living, para);
}

static void remember_candidates(ph_state_checker_t *c, ph_rt_t *rt)
{
    ph_bytes_t cursor = {0};
    ph_para_id_t para;
    ph_vec_pending_candidate_t queue;
    while (ph_para_inclusion_pending_availability_next(rt, &cursor, &para, &queue)) {
        bool known = false;
        for (size_t i = 0; i < c->several.count; i++)
            known |= c->several.items[i].v == para.v;
        if (queue.count > 1 && !known)
            ph_list_push(c->arena, &c->several, para);
    }
}

static void remember_chains(ph_state_checker_t *c, ph_rt_t *rt)
{
    ph_bytes_t cursor = {0};
    ph_para_id_t para;
    ph_hash_t head;
    ph_hrmp_channel_id_t id;
    ph_hrmp_channel_t channel;
    c->downward.count = c->channels.count = 0;
    while (ph_dmp_downward_message_queue_heads_next(rt, &cursor, &para, &head)) {
        ph_inbound_downward_queue_meta_t meta = {0};
        (void)!ph_dmp_downward_message_queue_meta_get(rt, para, &meta);
        ph_list_push(c->arena, &c->downward, ((ph_chain_link_t){para.v, 0, head, meta.first_free}));
    }
    for (cursor = (ph_bytes_t){0}; ph_hrmp_hrmp_channels_next(rt, &cursor, &id, &channel);)
        ph_list_push(c->arena, &c->channels,
                     ((ph_chain_link_t){.from = id.sender.v,
                                        .to = id.recipient.v,
                                        .head = channel.mqc_head.some ? channel.mqc_head.value : (ph_hash_t){{0}}}));
}

/* What root has decreed of the issuance, that of a block not remembered yet included: it is an event. */
static ph_u128_t decreed(const ph_state_checker_t *c, ph_rt_t *rt)
{
    ph_vec_event_record_t events;
    ph_block_number_t now;
    ph_u128_t sum = c->decreed;
    ph_system_number_get(rt, &now);
    ph_system_events_get(rt, &events);
    for (size_t i = 0; now != c->number && i < events.count; i++) {
        const ph_event_t *event = &events.items[i].event;
        if (event->kind == PH_EVENT_BALANCES && event->balances.kind == PH_EVENT_BALANCES_TOTAL_ISSUANCE_FORCED)
            sum += event->balances.total_issuance_forced.new - event->balances.total_issuance_forced.old;
    }
    return sum;
}

void ph_state_checker_remember(ph_state_checker_t *c, ph_rt_t *rt)
{
    c->decreed = decreed(c, rt);
    remember_paras(c, rt);
    remember_candidates(c, rt);
    remember_chains(c, rt);
    ph_state_remember_disputes(c, rt);
    ph_system_number_get(rt, &c->number);
}

/* ---- shape ---- */

static const ph_storage_item_t *item_of(ph_bytes_t key)
{
    for (size_t p = 0; p < ph_pallet_count; p++)
        for (size_t i = 0; i < ph_pallets[p].item_count; i++)
            if (key.len >= 32 && memcmp(ph_pallets[p].items[i]->prefix, key.data, 32) == 0)
                return ph_pallets[p].items[i];
    return NULL;
}

/* Well-known keys, pallets' versions, and what parachains read of their upward queues. */
static bool is_known(ph_rt_t *rt, ph_bytes_t key)
{
    uint8_t version[16];
    ph_twox_128(version, PH_BYTES_LIT(":__STORAGE_VERSION__:"));
    if (key.len > 0 && key.data[0] == ':')
        return true;
    if (key.len == 32 && memcmp(key.data + 16, version, 16) == 0)
        return true;
    ph_para_id_t para;
    if (key.len < 4)
        return false;
    para.v = ph_get_u32(key.data + key.len - 4);
    return ph_bytes_equal(key, ph_key_dispatch_queue_size(rt->arena, para)) ||
           ph_bytes_equal(key, ph_key_dispatch_queue_remaining(rt->arena, para));
}

static void check_entry(ph_state_checker_t *c, ph_rt_t *rt, ph_bytes_t key, ph_bytes_t value)
{
    const ph_storage_item_t *item = item_of(key);
    if (!item) {
        PH_STATE_RULE(c, is_known(rt, key), "nobody knows the key %s", ph_hex_in(rt->arena, key));
        return;
    }
    void *decoded = ph_arena_alloc(rt->arena, item->value->size + 1);
    ph_writer_t w = ph_writer_in(rt->arena);
    bool readable = ph_type_decode_all(value, rt->arena, item->value, decoded) == PH_OK;
    PH_STATE_RULE(c, readable, "%s.%s: the value %s does not decode", item->pallet, item->name,
                  ph_hex_in(rt->arena, value));
    if (!readable)
        return;
    ph_type_encode(&w, item->value, decoded);
    PH_STATE_RULE(c, ph_bytes_equal(ph_writer_bytes(&w), value), "%s.%s: the value is not as one writes it",
                  item->pallet, item->name);
    PH_STATE_RULE(c, item->key_count > 0 || key.len == 32, "%s.%s: the key is too long", item->pallet, item->name);
}

void ph_state_check_shape(ph_state_checker_t *c, ph_rt_t *rt)
{
    ph_bytes_t key = {0}, next, value;
    while (ph_host_storage_next_key(rt, &next, key)) {
        key = next;
        if (ph_host_storage_get(rt, &value, key))
            check_entry(c, rt, key, value);
    }
}

/* ---- money ---- */

static bool is_system(ph_para_id_t para)
{
    return para.v < 2000;
}

static void add_if(ph_balance_t *sum, const ph_account_id_t *who, const ph_account_id_t *owner, ph_balance_t amount)
{
    if (memcmp(who->bytes, owner->bytes, 32) == 0)
        *sum += amount;
}

static void add_channels(ph_rt_t *rt, ph_balance_t *sum, const ph_account_id_t *who)
{
    ph_host_configuration_t config;
    ph_bytes_t cursor = {0};
    ph_hrmp_channel_id_t id;
    ph_hrmp_channel_t channel;
    ph_hrmp_open_channel_request_t request;
    ph_configuration_active_config_get(rt, &config);
    while (ph_hrmp_hrmp_channels_next(rt, &cursor, &id, &channel)) {
        ph_account_id_t sender = ph_key_sovereign_account(id.sender),
                        recipient = ph_key_sovereign_account(id.recipient);
        add_if(sum, who, &sender, channel.sender_deposit);
        add_if(sum, who, &recipient, channel.recipient_deposit);
    }
    for (cursor = (ph_bytes_t){0}; ph_hrmp_hrmp_open_channel_requests_next(rt, &cursor, &id, &request);) {
        ph_account_id_t sender = ph_key_sovereign_account(id.sender),
                        recipient = ph_key_sovereign_account(id.recipient);
        add_if(sum, who, &sender, request.sender_deposit);
        if (request.confirmed && !is_system(id.sender) && !is_system(id.recipient))
            add_if(sum, who, &recipient, config.hrmp_recipient_deposit);
    }
}

/* Deposits for paras and channels, and what is held. */
static ph_balance_t explained(ph_rt_t *rt, const ph_account_id_t *who)
{
    ph_balance_t sum = 0;
    ph_bytes_t cursor = {0};
    ph_para_id_t para;
    ph_para_info_t info;
    ph_vec_balance_hold_t holds;
    while (ph_registrar_paras_next(rt, &cursor, &para, &info))
        add_if(&sum, who, &info.manager, info.deposit);
    add_channels(rt, &sum, who);
    ph_balances_holds_get(rt, who, &holds);
    for (size_t i = 0; i < holds.count; i++)
        sum += holds.items[i].amount;
    return sum;
}

static void check_account(ph_state_checker_t *c, ph_rt_t *rt, const ph_account_id_t *who, const ph_account_info_t *info)
{
    const char *name = ph_hex_in(rt->arena, ph_bytes(who->bytes, 32));
    bool has_money = info->data.free > 0 || info->data.reserved > 0;
    ph_balance_t owed = explained(rt, who);
    bool is_para = memcmp(who->bytes, "para", 4) == 0;
    PH_STATE_RULE(c, info->data.reserved == owed || (is_para && info->data.reserved > owed && ph_state_has_left(c, rt)),
                  "account %s: %llu is reserved, deposits explain %llu", name, (unsigned long long)info->data.reserved,
                  (unsigned long long)owed);
    PH_STATE_RULE(c, info->providers > 0 || info->sufficients > 0 || !has_money, "account %s: money without a provider",
                  name);
    PH_STATE_RULE(c, info->consumers == 0 || info->providers > 0, "account %s: consumers without a provider", name);
    bool needs = info->data.reserved > 0 || info->data.frozen > 0;
    PH_STATE_RULE(c, !needs || info->consumers > 0, "account %s: a reserve without a consumer", name);
    PH_STATE_RULE(c, info->providers > 0 || info->consumers > 0 || info->sufficients > 0 || info->nonce > 0,
                  "account %s: nothing keeps it", name);
}

void ph_state_check_money(ph_state_checker_t *c, ph_rt_t *rt)
{
    ph_bytes_t cursor = {0};
    ph_account_id_t who;
    ph_account_info_t info;
    ph_balance_t sum = 0, issuance;
    while (ph_system_account_next(rt, &cursor, &who, &info)) {
        sum += info.data.free + info.data.reserved;
        check_account(c, rt, &who, &info);
    }
    ph_balances_total_issuance_get(rt, &issuance);
    issuance -= decreed(c, rt);
    PH_STATE_RULE(c, issuance == sum, "accounts have %llu, TotalIssuance is %llu", (unsigned long long)sum,
                  (unsigned long long)issuance);
}

/* ---- sessions ---- */

static bool has_key(ph_rt_t *rt, const ph_account_id_t *who, const ph_key_type_id_t *type, ph_bytes_t key)
{
    static const char types[6][5] = {"gran", "babe", "para", "asgn", "audi", "beef"};
    ph_session_keys_t keys;
    if (!ph_session_next_keys_get(rt, who, &keys))
        return false;
    const ph_bytes_t parts[6] = {ph_bytes(keys.grandpa.bytes, 32),
                                 ph_bytes(keys.babe.bytes, 32),
                                 ph_bytes(keys.para_validator.bytes, 32),
                                 ph_bytes(keys.para_assignment.bytes, 32),
                                 ph_bytes(keys.authority_discovery.bytes, 32),
                                 ph_bytes(keys.beefy.bytes, 33)};
    for (size_t i = 0; i < 6; i++)
        if (memcmp(type->bytes, types[i], 4) == 0)
            return ph_bytes_equal(parts[i], key);
    return false;
}

static void check_owners(ph_state_checker_t *c, ph_rt_t *rt)
{
    ph_bytes_t cursor = {0};
    ph_tup_key_type_id_bytes_t key;
    ph_account_id_t owner;
    size_t owned = 0, accounts = 0;
    while (ph_session_key_owner_next(rt, &cursor, &key, &owner)) {
        owned++;
        PH_STATE_RULE(c, has_key(rt, &owner, &key._0, key._1), "Session: the %.4s key %s is not its owner's",
                      (const char *)key._0.bytes, ph_hex_in(rt->arena, key._1));
    }
    for (cursor = (ph_bytes_t){0}; ph_session_next_keys_next(rt, &cursor, &owner, NULL);)
        accounts++;
    PH_STATE_RULE(c, owned == 6 * accounts, "Session: %zu accounts have keys, but %zu keys have owners", accounts,
                  owned);
}

static void check_active(ph_state_checker_t *c, ph_rt_t *rt)
{
    ph_vec_validator_index_t indices;
    ph_vec_account_id_t validators;
    ph_paras_shared_active_validator_indices_get(rt, &indices);
    ph_session_validators_get(rt, &validators);
    PH_STATE_RULE(c, indices.count == ph_paras_shared_active_validator_keys_count(rt),
                  "ParasShared: as many keys as indices of validators");
    for (size_t i = 0; i < indices.count; i++) {
        PH_STATE_RULE(c, indices.items[i].v < validators.count, "ParasShared: validator %u is beyond the set",
                      indices.items[i].v);
        for (size_t j = 0; j < i; j++)
            PH_STATE_RULE(c, indices.items[i].v != indices.items[j].v, "ParasShared: validator %u is active twice",
                          indices.items[i].v);
    }
}

void ph_state_check_sessions(ph_state_checker_t *c, ph_rt_t *rt)
{
    ph_bytes_t cursor = {0};
    ph_session_index_t session, current, paras;
    ph_tup_session_index_session_index_t range = {{0}, {0}};
    (void)!ph_historical_stored_range_get(rt, &range);
    while (ph_historical_historical_sessions_next(rt, &cursor, &session, NULL))
        PH_STATE_RULE(c, range._0.v <= session.v && session.v < range._1.v, "Historical: session %u is out of range",
                      session.v);
    ph_session_current_index_get(rt, &current);
    ph_paras_shared_current_session_index_get(rt, &paras);
    PH_STATE_RULE(c, current.v == paras.v, "Session is at %u, ParasShared at %u", current.v, paras.v);
    check_owners(c, rt);
    check_active(c, rt);
    ph_vec_event_record_t events;
    uint32_t count;
    ph_system_events_get(rt, &events);
    ph_system_event_count_get(rt, &count);
    PH_STATE_RULE(c, events.count == count, "System: %zu events are counted as %u", events.count, count);
}
