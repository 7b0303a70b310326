/* Code and who uses it; lifecycles against the lists and timers; what paras leave behind. */
#include "support/state_checks.h"

#include <string.h>

#include "primitives/hash_of.h"
#include "runtime/pallets.h"
#include "runtime/storage/dmp.h"
#include "runtime/storage/paras.h"
#include "runtime/storage/paras_shared.h"

#define same_hash(a, b) (memcmp((a)->bytes, (b)->bytes, 32) == 0)

/* ---- code ---- */

typedef struct uses {
    PH_LIST(struct use {
        ph_validation_code_hash_t hash;
        uint32_t count;
    })
    list;
} uses_t;

static void use(ph_rt_t *rt, uses_t *u, const ph_validation_code_hash_t *hash)
{
    for (size_t i = 0; i < u->list.count; i++)
        if (same_hash(&u->list.items[i].hash, hash)) {
            u->list.items[i].count++;
            return;
        }
    ph_list_push(rt->arena, &u->list, ((struct use){*hash, 1}));
}

/* Code under vote is somebody's current code (who is being onboarded) or future code. */
static void count_uses(ph_rt_t *rt, uses_t *u)
{
    ph_bytes_t cursor = {0};
    ph_para_id_t para;
    ph_tup_para_id_block_number_t past;
    ph_validation_code_hash_t hash;
    while (ph_paras_current_code_hash_next(rt, &cursor, &para, &hash))
        use(rt, u, &hash);
    for (cursor = (ph_bytes_t){0}; ph_paras_future_code_hash_next(rt, &cursor, &para, &hash);)
        use(rt, u, &hash);
    for (cursor = (ph_bytes_t){0}; ph_paras_past_code_hash_next(rt, &cursor, &past, &hash);)
        use(rt, u, &hash);
}

static bool is_trusted(const ph_state_checker_t *c, const ph_validation_code_hash_t *hash)
{
    for (size_t i = 0; i < c->trusted.count; i++)
        if (same_hash(&c->trusted.items[i], hash))
            return true;
    return false;
}

void ph_state_check_code(ph_state_checker_t *c, ph_rt_t *rt)
{
    uses_t u = {0};
    ph_bytes_t cursor = {0};
    ph_validation_code_hash_t hash;
    ph_validation_code_t code;
    uint32_t refs;
    size_t counted = 0;
    count_uses(rt, &u);
    while (ph_paras_code_by_hash_refs_next(rt, &cursor, &hash, &refs)) {
        size_t i = 0;
        counted++;
        while (i < u.list.count && !same_hash(&u.list.items[i].hash, &hash))
            i++;
        uint32_t users = i < u.list.count ? u.list.items[i].count : 0;
        PH_STATE_RULE(c, refs == users && refs > 0, "Paras: code %02x%02x… has %u references and %u users",
                      hash.bytes[0], hash.bytes[1], refs, users);
        PH_STATE_RULE(c, ph_paras_code_by_hash_exists(rt, &hash), "Paras: code %02x%02x… is used and not there",
                      hash.bytes[0], hash.bytes[1]);
    }
    PH_STATE_RULE(c, counted == u.list.count, "Paras: %zu codes are used, %zu have references", u.list.count, counted);
    for (cursor = (ph_bytes_t){0}; ph_paras_code_by_hash_next(rt, &cursor, &hash, &code);) {
        ph_validation_code_hash_t actual = ph_hash_of_code(code);
        PH_STATE_RULE(c, same_hash(&actual, &hash), "Paras: code %02x%02x… has another hash", hash.bytes[0],
                      hash.bytes[1]);
        PH_STATE_RULE(c, ph_paras_code_by_hash_refs_exists(rt, &hash) || is_trusted(c, &hash),
                      "Paras: nobody uses code %02x%02x…", hash.bytes[0], hash.bytes[1]);
    }
}

/* ---- votes ---- */

static bool cause_fits(ph_rt_t *rt, const ph_pvf_check_cause_t *cause, const ph_validation_code_hash_t *subject)
{
    ph_validation_code_hash_t hash;
    ph_para_lifecycle_t state;
    if (cause->kind == PH_PVF_CHECK_CAUSE_UPGRADE)
        return ph_paras_future_code_hash_get(rt, cause->upgrade.id, &hash) && same_hash(&hash, subject);
    return ph_paras_para_lifecycles_get(rt, cause->onboarding, &state) && state.kind == PH_PARA_LIFECYCLE_ONBOARDING &&
           ph_paras_current_code_hash_get(rt, cause->onboarding, &hash) && same_hash(&hash, subject);
}

static void check_votes(ph_state_checker_t *c, ph_rt_t *rt)
{
    ph_vec_validation_code_hash_t list;
    ph_bytes_t cursor = {0};
    ph_validation_code_hash_t subject;
    ph_pvf_check_active_vote_state_t vote;
    size_t votes = 0, validators = ph_paras_shared_active_validator_keys_count(rt);
    ph_paras_pvf_active_vote_list_get(rt, &list);
    while (ph_paras_pvf_active_vote_map_next(rt, &cursor, &subject, &vote)) {
        votes++;
        PH_STATE_RULE(c, vote.votes_accept.count == validators && vote.votes_reject.count == validators,
                      "Paras: a vote of %zu validators, there are %zu", vote.votes_accept.count, validators);
        PH_STATE_RULE(c, vote.causes.count > 0, "Paras: a vote about nothing");
        for (size_t i = 0; i < vote.causes.count; i++)
            PH_STATE_RULE(c, cause_fits(rt, &vote.causes.items[i], &subject),
                          "Paras: a vote for somebody who does not wait for it");
    }
    PH_STATE_RULE(c, votes == list.count, "Paras: %zu votes are listed, %zu are there", list.count, votes);
    for (size_t i = 0; i < list.count; i++) {
        PH_STATE_RULE(c, ph_paras_pvf_active_vote_map_exists(rt, &list.items[i]), "Paras: a listed vote is missing");
        PH_STATE_RULE(c, i == 0 || memcmp(list.items[i - 1].bytes, list.items[i].bytes, 32) < 0,
                      "Paras: the list of votes is out of order");
    }
}

/* ---- lifecycles ---- */

static bool in_list(const ph_vec_para_id_t *list, ph_para_id_t para)
{
    for (size_t i = 0; i < list->count; i++)
        if (list->items[i].v == para.v)
            return true;
    return false;
}

static void check_order(ph_state_checker_t *c, const ph_vec_para_id_t *list, const char *name)
{
    for (size_t i = 1; i < list->count; i++)
        PH_STATE_RULE(c, list->items[i - 1].v < list->items[i].v, "%s is out of order", name);
}

/* Will the next sessions do something with the para? */
static bool is_queued(ph_rt_t *rt, ph_para_id_t para)
{
    ph_bytes_t cursor = {0};
    ph_session_index_t session;
    ph_vec_para_id_t queue;
    while (ph_paras_actions_queue_next(rt, &cursor, &session, &queue))
        if (in_list(&queue, para))
            return true;
    return false;
}

static bool is_under_vote(ph_rt_t *rt, ph_para_id_t para)
{
    ph_bytes_t cursor = {0};
    ph_validation_code_hash_t subject;
    ph_pvf_check_active_vote_state_t vote;
    while (ph_paras_pvf_active_vote_map_next(rt, &cursor, &subject, &vote))
        for (size_t i = 0; i < vote.causes.count; i++) {
            const ph_pvf_check_cause_t *cause = &vote.causes.items[i];
            ph_para_id_t id = cause->kind == PH_PVF_CHECK_CAUSE_ONBOARDING ? cause->onboarding : cause->upgrade.id;
            if (id.v == para.v)
                return true;
        }
    return false;
}

static void check_para(ph_state_checker_t *c, ph_rt_t *rt, const ph_vec_para_id_t *parachains, ph_para_id_t para,
                       ph_para_lifecycle_t state)
{
    bool onboarding = state.kind == PH_PARA_LIFECYCLE_ONBOARDING;
    bool moves = state.kind != PH_PARA_LIFECYCLE_PARACHAIN && state.kind != PH_PARA_LIFECYCLE_PARATHREAD;
    bool holds_core = state.kind == PH_PARA_LIFECYCLE_PARACHAIN ||
                      state.kind == PH_PARA_LIFECYCLE_DOWNGRADING_PARACHAIN ||
                      state.kind == PH_PARA_LIFECYCLE_OFFBOARDING_PARACHAIN;
    PH_STATE_RULE(c, in_list(parachains, para) == holds_core, "para %u: its lifecycle %u is at odds with Parachains",
                  para.v, state.kind);
    PH_STATE_RULE(c, ph_paras_heads_exists(rt, para) == !onboarding, "para %u: its lifecycle %u is at odds with Heads",
                  para.v, state.kind);
    PH_STATE_RULE(c, ph_paras_upcoming_paras_genesis_exists(rt, para) == onboarding,
                  "para %u: its lifecycle %u is at odds with UpcomingParasGenesis", para.v, state.kind);
    PH_STATE_RULE(c, ph_paras_current_code_hash_exists(rt, para), "para %u has no code", para.v);
    PH_STATE_RULE(c, !moves || is_queued(rt, para) || (onboarding && is_under_vote(rt, para)),
                  "para %u is in lifecycle %u and nothing will move it", para.v, state.kind);
}

static void check_queues(ph_state_checker_t *c, ph_rt_t *rt)
{
    ph_bytes_t cursor = {0};
    ph_session_index_t session, current;
    ph_vec_para_id_t queue;
    ph_paras_shared_current_session_index_get(rt, &current);
    while (ph_paras_actions_queue_next(rt, &cursor, &session, &queue)) {
        PH_STATE_RULE(c, session.v > current.v, "Paras: the actions of session %u are still there in %u", session.v,
                      current.v);
        check_order(c, &queue, "Paras.ActionsQueue");
    }
}

/* ---- timers ---- */

typedef ph_vec_tup_para_id_block_number_t timers_t;

static bool in_timers(const timers_t *timers, ph_para_id_t para)
{
    for (size_t i = 0; i < timers->count; i++)
        if (timers->items[i]._0.v == para.v)
            return true;
    return false;
}

static void check_timers(ph_state_checker_t *c, const timers_t *timers, const char *name)
{
    for (size_t i = 1; i < timers->count; i++)
        PH_STATE_RULE(c, timers->items[i - 1]._1 <= timers->items[i]._1, "Paras.%s is out of order", name);
}

static void check_upgrades(ph_state_checker_t *c, ph_rt_t *rt)
{
    timers_t upcoming, cooldowns, at;
    ph_bytes_t cursor = {0};
    ph_para_id_t para;
    ph_block_number_t expected;
    ph_paras_upcoming_upgrades_get(rt, &upcoming);
    ph_paras_upgrade_cooldowns_get(rt, &cooldowns);
    ph_paras_future_code_upgrades_at_get(rt, &at);
    check_timers(c, &upcoming, "UpcomingUpgrades");
    check_timers(c, &cooldowns, "UpgradeCooldowns");
    check_timers(c, &at, "FutureCodeUpgradesAt");
    for (size_t i = 0; i < upcoming.count; i++)
        PH_STATE_RULE(c,
                      ph_paras_future_code_upgrades_get(rt, upcoming.items[i]._0, &expected) &&
                          expected == upcoming.items[i]._1,
                      "para %u: UpcomingUpgrades is at odds with FutureCodeUpgrades", upcoming.items[i]._0.v);
    for (size_t i = 0; i < at.count; i++)
        PH_STATE_RULE(c, ph_paras_future_code_hash_exists(rt, at.items[i]._0), "para %u: an upgrade is due to no code",
                      at.items[i]._0.v);
    while (ph_paras_future_code_hash_next(rt, &cursor, &para, NULL))
        PH_STATE_RULE(c,
                      is_under_vote(rt, para) || ph_paras_future_code_upgrades_exists(rt, para) || in_timers(&at, para),
                      "para %u: its future code waits for nothing", para.v);
    for (cursor = (ph_bytes_t){0}; ph_paras_future_code_upgrades_next(rt, &cursor, &para, NULL);)
        PH_STATE_RULE(c, ph_paras_future_code_hash_exists(rt, para), "para %u: an upgrade to no code", para.v);
    for (cursor = (ph_bytes_t){0}; ph_paras_upgrade_restriction_signal_next(rt, &cursor, &para, NULL);)
        PH_STATE_RULE(c, in_timers(&cooldowns, para), "para %u: restricted for ever", para.v);
}

static void check_past(ph_state_checker_t *c, ph_rt_t *rt)
{
    timers_t pruning;
    ph_bytes_t cursor = {0};
    ph_para_id_t para;
    ph_para_past_code_meta_t meta;
    size_t noted = 0, kept = 0;
    ph_paras_past_code_pruning_get(rt, &pruning);
    check_timers(c, &pruning, "PastCodePruning");
    while (ph_paras_past_code_meta_next(rt, &cursor, &para, &meta)) {
        noted += meta.upgrade_times.count;
        PH_STATE_RULE(c, meta.upgrade_times.count > 0 || ph_paras_heads_exists(rt, para),
                      "para %u is gone, and PastCodeMeta is not", para.v);
        for (size_t i = 0; i < meta.upgrade_times.count; i++) {
            ph_tup_para_id_block_number_t key = {para, meta.upgrade_times.items[i].expected_at};
            PH_STATE_RULE(c, ph_paras_past_code_hash_exists(rt, &key), "para %u: past code of %u is missing", para.v,
                          key._1);
            PH_STATE_RULE(c, in_timers(&pruning, para), "para %u: its past code is never pruned", para.v);
        }
    }
    for (cursor = (ph_bytes_t){0};
         ph_paras_past_code_hash_next(rt, &cursor, &(ph_tup_para_id_block_number_t){0}, NULL);)
        kept++;
    PH_STATE_RULE(c, noted == kept && noted == pruning.count,
                  "Paras: %zu past codes are noted, %zu kept, %zu to be pruned", noted, kept, pruning.count);
}

/* ---- what is left ---- */

/* Items by para or channel that the pallets keep when a para goes: its past code until it is pruned, what is deleted
 * bit by bit, and in channels' lists what nobody reads any more. */
static bool may_stay(const ph_storage_item_t *item, ph_bytes_t value)
{
    static const char *const names[] = {"PastCodeHash",      "PastCodeMeta",   "DownwardMessageQueueLazyDelete",
                                        "DeliveryFeeFactor", "HrmpWatermarks", "HrmpChannelDigests"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(item->name, names[i]) == 0)
            return true;
    bool is_index =
        strcmp(item->name, "HrmpIngressChannelsIndex") == 0 || strcmp(item->name, "HrmpEgressChannelsIndex") == 0;
    return is_index && value.len == 1 && value.data[0] == 0;
}

static bool is_by_para(const ph_storage_item_t *item)
{
    static const char *const pallets[] = {"Paras", "Dmp", "Hrmp", "ParaInclusion"};
    if (item->key_count == 0)
        return false;
    for (size_t i = 0; i < 4; i++)
        if (strcmp(item->pallet, pallets[i]) == 0) {
            const ph_type_t *key = item->keys[0].type;
            return key == &ph_type_para_id || key == &ph_type_hrmp_channel_id ||
                   (key->field_count > 0 && key->fields[0].type == &ph_type_para_id);
        }
    return false;
}

static bool lives(ph_rt_t *rt, uint32_t para)
{
    return ph_paras_para_lifecycles_exists(rt, (ph_para_id_t){para});
}

static bool is_deleted_lazily(ph_rt_t *rt, const ph_storage_item_t *item, uint32_t para)
{
    return strcmp(item->name, "DownwardMessageQueuePages") == 0 &&
           ph_dmp_downward_message_queue_lazy_delete_exists(rt, (ph_para_id_t){para});
}

static void check_item(ph_state_checker_t *c, ph_rt_t *rt, const ph_storage_item_t *item)
{
    size_t at = 32 + (item->keys[0].hasher == PH_HASHER_TWOX64 ? 8 : 16);
    bool is_channel = item->keys[0].type == &ph_type_hrmp_channel_id;
    ph_bytes_t key = ph_bytes(item->prefix, 32), next, value;
    for (; ph_host_storage_next_key(rt, &next, key) && memcmp(next.data, item->prefix, 32) == 0; key = next) {
        if (next.len < at + (is_channel ? 8 : 4) || !ph_host_storage_get(rt, &value, next)) {
            ph_state_broken(c, "%s.%s has a key without a para", item->pallet, item->name);
            continue;
        }
        uint32_t para = ph_get_u32(next.data + at);
        bool there = lives(rt, para) && (!is_channel || lives(rt, ph_get_u32(next.data + at + 4)));
        PH_STATE_RULE(c, there || may_stay(item, value) || is_deleted_lazily(rt, item, para),
                      "para %u is gone, and %s.%s has something of it", para, item->pallet, item->name);
    }
}

void ph_state_check_paras(ph_state_checker_t *c, ph_rt_t *rt)
{
    ph_vec_para_id_t parachains;
    ph_bytes_t cursor = {0};
    ph_para_id_t para;
    ph_para_lifecycle_t state;
    ph_paras_parachains_get(rt, &parachains);
    check_order(c, &parachains, "Paras.Parachains");
    for (size_t i = 0; i < parachains.count; i++)
        PH_STATE_RULE(c, lives(rt, parachains.items[i].v), "para %u of Parachains has no lifecycle",
                      parachains.items[i].v);
    while (ph_paras_para_lifecycles_next(rt, &cursor, &para, &state))
        check_para(c, rt, &parachains, para, state);
    check_queues(c, rt);
    check_votes(c, rt);
    check_upgrades(c, rt);
    check_past(c, rt);
    for (size_t p = 0; p < ph_pallet_count; p++)
        for (size_t i = 0; i < ph_pallets[p].item_count; i++)
            if (is_by_para(ph_pallets[p].items[i]))
                check_item(c, rt, ph_pallets[p].items[i]);
}
