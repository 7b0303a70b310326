#include "support/state_plants.h"

#include <string.h>

#include "primitives/types.h"
#include "runtime/storage/balances.h"
#include "runtime/storage/historical.h"
#include "runtime/storage/para_inclusion.h"
#include "runtime/storage/para_scheduler.h"
#include "runtime/storage/paras_shared.h"
#include "runtime/storage/session.h"
#include "runtime/storage/system.h"
#include "runtime/storage/timestamp.h"
#include "runtime/vec.h"

static const ph_account_id_t stranger = {{0x77, 0x77}};

/* ---- shape ---- */

static bool unknown_key(ph_rt_t *rt)
{
    ph_host_storage_set(rt, PH_BYTES_LIT("a key of nobody"), PH_BYTES_LIT("x"));
    return true;
}

static bool unreadable(ph_rt_t *rt)
{
    ph_host_storage_set(rt, ph_timestamp_now_key(rt), PH_BYTES_LIT("x"));
    return true;
}

/* A map whose entries descend. */
static bool unsorted(ph_rt_t *rt)
{
    ph_writer_t w = ph_writer_in(rt->arena);
    ph_write_u8(&w, 2 << 2);
    for (uint32_t core = 2; core-- > 0;) {
        ph_write_u32(&w, core);
        ph_write(&w, "\0\0", 2);
    }
    ph_host_storage_set(rt, ph_para_scheduler_core_descriptors_key(rt), ph_writer_bytes(&w));
    return true;
}

static bool long_key(ph_rt_t *rt)
{
    ph_writer_t w = ph_writer_in(rt->arena);
    ph_bytes_t key = ph_timestamp_now_key(rt);
    ph_write(&w, key.data, key.len);
    ph_write_u8(&w, 1);
    ph_host_storage_set(rt, ph_writer_bytes(&w), PH_BYTES_LIT("12345678"));
    return true;
}

/* ---- money ---- */

static bool reserve_unexplained(ph_rt_t *rt)
{
    ph_bytes_t cursor = {0};
    ph_account_id_t who;
    ph_account_info_t info;
    if (!ph_system_account_next(rt, &cursor, &who, &info))
        return false;
    info.data.reserved += 11;
    info.data.free -= 11;
    ph_system_account_set(rt, &who, &info);
    return true;
}

static bool set_stranger(ph_rt_t *rt, const ph_account_info_t *info)
{
    ph_system_account_set(rt, &stranger, info);
    return true;
}

static bool money_without_provider(ph_rt_t *rt)
{
    return set_stranger(rt, &(ph_account_info_t){.nonce = 1, .data.free = 5});
}

static bool consumer_without_provider(ph_rt_t *rt)
{
    return set_stranger(rt, &(ph_account_info_t){.consumers = 1});
}

static bool reserve_without_consumer(ph_rt_t *rt)
{
    return set_stranger(rt, &(ph_account_info_t){.providers = 1, .data.reserved = 7});
}

static bool empty_account(ph_rt_t *rt)
{
    return set_stranger(rt, &(ph_account_info_t){0});
}

static bool money_from_nothing(ph_rt_t *rt)
{
    return set_stranger(rt, &(ph_account_info_t){.providers = 1, .data.free = 500000000});
}

static bool issuance_wrong(ph_rt_t *rt)
{
    ph_balance_t issuance;
    ph_balances_total_issuance_get(rt, &issuance);
    ph_balances_total_issuance_set(rt, issuance - 1);
    return true;
}

/* ---- sessions ---- */

static bool key_of_a_stranger(ph_rt_t *rt)
{
    ph_tup_key_type_id_bytes_t key = {{{'b', 'a', 'b', 'e'}}, PH_BYTES_LIT("a key")};
    ph_session_key_owner_set(rt, &key, &stranger);
    return true;
}

static bool keys_not_owned(ph_rt_t *rt)
{
    ph_session_next_keys_set(rt, &stranger, &(ph_session_keys_t){0});
    return true;
}

static bool index_without_key(ph_rt_t *rt)
{
    ph_paras_shared_active_validator_indices_append(rt, &(ph_validator_index_t){0});
    return true;
}

static bool index_beyond(ph_rt_t *rt)
{
    ph_paras_shared_active_validator_indices_append(rt, &(ph_validator_index_t){5000});
    return true;
}

static bool old_session(ph_rt_t *rt)
{
    ph_historical_historical_sessions_set(rt, (ph_session_index_t){100000}, &(ph_tup_hash_u32_t){0});
    return true;
}

static bool other_session(ph_rt_t *rt)
{
    ph_session_current_index_set(rt, (ph_session_index_t){100000});
    return true;
}

static bool event_miscounted(ph_rt_t *rt)
{
    ph_system_event_count_set(rt, 5000);
    return true;
}

/* ---- cores ---- */

static bool validator_in_two_groups(ph_rt_t *rt)
{
    ph_vec_vec_validator_index_t groups;
    ph_para_scheduler_validator_groups_get(rt, &groups);
    if (groups.count < 2 || groups.items[0].count == 0)
        return false;
    ph_vec_push(rt, &groups.items[1], groups.items[0].items[0]);
    ph_para_scheduler_validator_groups_set(rt, &groups);
    return true;
}

typedef ph_map_core_index_core_descriptor_t descriptors_t;

/* A core that has a queue. */
static ph_map_core_index_core_descriptor_entry_t *queue(ph_rt_t *rt, descriptors_t *cores)
{
    ph_para_scheduler_core_descriptors_get(rt, cores);
    for (size_t i = 0; i < cores->count; i++)
        if (cores->items[i].value.queue.some)
            return &cores->items[i];
    return NULL;
}

static bool schedule_lost(ph_rt_t *rt)
{
    descriptors_t cores;
    ph_map_core_index_core_descriptor_entry_t *core = queue(rt, &cores);
    if (!core)
        return false;
    ph_tup_block_number_core_index_t key = {core->value.queue.value.first, core->key};
    ph_para_scheduler_core_schedules_remove(rt, &key);
    return true;
}

static bool queue_ends_early(ph_rt_t *rt)
{
    descriptors_t cores;
    ph_map_core_index_core_descriptor_entry_t *core = queue(rt, &cores);
    if (!core)
        return false;
    core->value.queue.value.last++;
    ph_para_scheduler_core_descriptors_set(rt, &cores);
    return true;
}

static bool queue_goes_back(ph_rt_t *rt)
{
    descriptors_t cores;
    ph_schedule_t schedule;
    ph_map_core_index_core_descriptor_entry_t *core = queue(rt, &cores);
    if (!core)
        return false;
    ph_tup_block_number_core_index_t key = {core->value.queue.value.first, core->key};
    if (!ph_para_scheduler_core_schedules_get(rt, &key, &schedule))
        return false;
    schedule.next_schedule = (ph_opt_block_number_t){true, 0};
    ph_para_scheduler_core_schedules_set(rt, &key, &schedule);
    return true;
}

static bool idle_work(ph_rt_t *rt)
{
    descriptors_t cores;
    ph_para_scheduler_core_descriptors_get(rt, &cores);
    if (cores.count == 0)
        return false;
    cores.items[0].value.current_work.some = true;
    cores.items[0].value.current_work.value = (ph_work_state_t){0};
    ph_para_scheduler_core_descriptors_set(rt, &cores);
    return true;
}

static bool schedule_of_nobody(ph_rt_t *rt)
{
    ph_tup_block_number_core_index_t key = {100000, {3}};
    ph_para_scheduler_core_schedules_set(rt, &key, &(ph_schedule_t){0});
    return true;
}

/* ---- candidates ---- */

static bool some_candidate(ph_rt_t *rt, ph_para_id_t *para, ph_vec_pending_candidate_t *pending)
{
    ph_bytes_t cursor = {0};
    return ph_para_inclusion_pending_availability_next(rt, &cursor, para, pending) && pending->count > 0;
}

#define CANDIDATE_PLANT(name, change)                                                                                  \
    static bool name(ph_rt_t *rt)                                                                                      \
    {                                                                                                                  \
        ph_para_id_t para;                                                                                             \
        ph_vec_pending_candidate_t pending;                                                                            \
        if (!some_candidate(rt, &para, &pending))                                                                      \
            return false;                                                                                              \
        ph_pending_candidate_t *c = &pending.items[0];                                                                 \
        change;                                                                                                        \
        ph_para_inclusion_pending_availability_set(rt, para, &pending);                                                \
        return true;                                                                                                   \
    }

CANDIDATE_PLANT(core_beyond, c->core.v = 5000)
CANDIDATE_PLANT(other_para, c->descriptor.para_id.v = 77777)
CANDIDATE_PLANT(other_validators, c->availability_votes = ph_bits_new(rt->arena, 99))
CANDIDATE_PLANT(not_backed, c->backers = ph_bits_new(rt->arena, c->backers.count))
CANDIDATE_PLANT(from_the_future, c->backed_in_number += 1000)
CANDIDATE_PLANT(other_hash, c->hash.bytes[0] ^= 1)
CANDIDATE_PLANT(two_on_a_core, ph_vec_push(rt, &pending, *c))
CANDIDATE_PLANT(available_already,
                for (size_t i = 0; i < c->availability_votes.count; i++) ph_bits_set(c->availability_votes, i, true))

const ph_state_plant_t ph_state_plants_rest[] = {
    {unknown_key, "nobody knows the key"},
    {unreadable, "Timestamp.Now: the value 0x78 does not decode"},
    {unsorted, "the value is not as one writes it"},
    {long_key, "the key is too long"},
    {reserve_unexplained, "is reserved, deposits explain"},
    {money_without_provider, "money without a provider"},
    {consumer_without_provider, "consumers without a provider"},
    {reserve_without_consumer, "a reserve without a consumer"},
    {empty_account, "nothing keeps it"},
    {money_from_nothing, "TotalIssuance is"},
    {issuance_wrong, "TotalIssuance is"},
    {key_of_a_stranger, "is not its owner's"},
    {keys_not_owned, "keys have owners"},
    {index_without_key, "as many keys as indices"},
    {index_without_key, "is active twice"},
    {index_beyond, "validator 5000 is beyond the set"},
    {old_session, "Historical: session 100000"},
    {other_session, "Session is at 100000"},
    {event_miscounted, "are counted as 5000"},
    {validator_in_two_groups, "is none, or in another group"},
    {validator_in_two_groups, "validators are in groups"},
    {schedule_lost, "its schedule of block"},
    {queue_ends_early, "its queue does not end where it says"},
    {queue_goes_back, "its schedules go back"},
    {idle_work, "works on nothing"},
    {schedule_of_nobody, "schedules are stored"},
    {core_beyond, "a candidate on core 5000"},
    {other_para, "a candidate of para 77777"},
    {other_validators, "a candidate with the votes of other validators"},
    {not_backed, "a candidate that nobody backs"},
    {from_the_future, "a candidate from the future"},
    {other_hash, "a candidate with another hash"},
    {two_on_a_core, "has two candidates"},
    {available_already, "a candidate waits that is available"},
};
const size_t ph_state_plants_rest_count = sizeof ph_state_plants_rest / sizeof *ph_state_plants_rest;
