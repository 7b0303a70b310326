/* Validator groups, cores' schedules, claims, and candidates pending availability. */
#include "support/state_checks.h"

#include <string.h>

#include "primitives/hash_of.h"
#include "runtime/apis.h"
#include "runtime/storage/configuration.h"
#include "runtime/storage/on_demand_assignment_provider.h"
#include "runtime/storage/para_inclusion.h"
#include "runtime/storage/para_scheduler.h"
#include "runtime/storage/paras.h"
#include "runtime/storage/paras_shared.h"
#include "runtime/storage/system.h"

typedef ph_map_core_index_core_descriptor_t descriptors_t;

enum { SCHEDULES_MAX = 10000 };

/* ---- groups ---- */

static void check_groups(ph_state_checker_t *c, ph_rt_t *rt, size_t *cores)
{
    ph_vec_vec_validator_index_t groups;
    ph_para_scheduler_validator_groups_get(rt, &groups);
    *cores = groups.count;
    size_t validators = ph_paras_shared_active_validator_keys_count(rt), members = 0;
    uint8_t *seen = ph_arena_alloc(rt->arena, validators + 1);
    for (size_t g = 0; g < groups.count; g++)
        for (size_t i = 0; i < groups.items[g].count; i++, members++) {
            uint32_t v = groups.items[g].items[i].v;
            PH_STATE_RULE(c, v < validators && !seen[v], "group %zu: validator %u is none, or in another group", g, v);
            seen[v < validators ? v : validators] = 1;
        }
    PH_STATE_RULE(c, groups.count == 0 || members == validators, "%zu of %zu validators are in groups", members,
                  validators);
}

/* ---- schedules ---- */

/* Schedules of the core in the order of its queue; returns how many, `to` gets them. */
static size_t queued(ph_state_checker_t *c, ph_rt_t *rt, const ph_map_core_index_core_descriptor_entry_t *core,
                     ph_schedule_t *to, size_t room)
{
    const ph_core_descriptor_t *d = &core->value;
    size_t n = 0;
    ph_block_number_t at = d->queue.value.first;
    for (bool more = d->queue.some; more && n < room; n++) {
        ph_tup_block_number_core_index_t key = {at, core->key};
        bool there = ph_para_scheduler_core_schedules_get(rt, &key, &to[n]);
        PH_STATE_RULE(c, there, "core %u: its schedule of block %u is missing", core->key.v, at);
        if (!there)
            break;
        more = to[n].next_schedule.some;
        PH_STATE_RULE(c, more || at == d->queue.value.last, "core %u: its queue does not end where it says",
                      core->key.v);
        PH_STATE_RULE(c, !more || to[n].next_schedule.value > at, "core %u: its schedules go back", core->key.v);
        at = to[n].next_schedule.value;
    }
    return n;
}

static bool gives(const ph_core_assignment_t *what, ph_para_id_t para, bool ordered)
{
    return (what->kind == PH_CORE_ASSIGNMENT_TASK && what->task == para.v) ||
           (what->kind == PH_CORE_ASSIGNMENT_POOL && ordered);
}

/* May the core serve the para, now or by a schedule of its queue? */
static bool may_serve(ph_state_checker_t *c, ph_rt_t *rt, const descriptors_t *cores, ph_core_index_t core,
                      ph_para_id_t para)
{
    ph_on_demand_order_status_t orders;
    bool ordered = false;
    ph_on_demand_assignment_provider_order_status_get(rt, &orders);
    for (size_t i = 0; i < orders.queue.count; i++)
        ordered |= orders.queue.items[i].para_id.v == para.v;
    for (size_t i = 0; i < cores->count; i++) {
        if (cores->items[i].key.v != core.v)
            continue;
        const ph_core_descriptor_t *d = &cores->items[i].value;
        for (size_t j = 0; d->current_work.some && j < d->current_work.value.assignments.count; j++)
            if (gives(&d->current_work.value.assignments.items[j]._0, para, ordered))
                return true;
        ph_schedule_t *schedules = ph_arena_alloc(rt->arena, 64 * sizeof *schedules);
        size_t n = queued(c, rt, &cores->items[i], schedules, 64);
        for (size_t s = 0; s < n; s++)
            for (size_t j = 0; j < schedules[s].assignments.count; j++)
                if (gives(&schedules[s].assignments.items[j]._0, para, ordered))
                    return true;
    }
    return false;
}

static void check_schedules(ph_state_checker_t *c, ph_rt_t *rt, const descriptors_t *cores)
{
    ph_bytes_t cursor = {0};
    ph_tup_block_number_core_index_t key;
    size_t reached = 0, there = 0;
    ph_schedule_t *schedules = ph_arena_alloc(rt->arena, SCHEDULES_MAX * sizeof *schedules);
    for (size_t i = 0; i < cores->count; i++) {
        reached += queued(c, rt, &cores->items[i], schedules, SCHEDULES_MAX);
        const ph_core_descriptor_t *d = &cores->items[i].value;
        PH_STATE_RULE(c, !d->current_work.some || d->current_work.value.assignments.count > 0,
                      "core %u works on nothing", cores->items[i].key.v);
    }
    while (ph_para_scheduler_core_schedules_next(rt, &cursor, &key, NULL))
        there++;
    PH_STATE_RULE(c, reached == there, "%zu schedules are stored, %zu in the cores' queues", there, reached);
}

/* ---- claims and candidates ---- */

static void check_claims(ph_state_checker_t *c, ph_rt_t *rt, const descriptors_t *cores)
{
    ph_claim_queue_t claims;
    ph_host_configuration_t config;
    ph_configuration_active_config_get(rt, &config);
    if (ph_api_parachain_host_claim_queue(rt, &claims) != PH_OK) {
        ph_state_broken(c, "there is no claim queue");
        return;
    }
    uint32_t lookahead = config.scheduler_params.lookahead > 1 ? config.scheduler_params.lookahead : 1;
    for (size_t i = 0; i < claims.count; i++) {
        const ph_vec_para_id_t *row = &claims.items[i].value;
        PH_STATE_RULE(c, row->count <= lookahead, "core %u has %zu claims", claims.items[i].key.v, row->count);
        for (size_t j = 0; j < row->count; j++)
            PH_STATE_RULE(c, may_serve(c, rt, cores, claims.items[i].key, row->items[j]),
                          "core %u is claimed by para %u, which is not planned for it", claims.items[i].key.v,
                          row->items[j].v);
    }
}

static void check_candidate(ph_state_checker_t *c, ph_rt_t *rt, ph_para_id_t para, const ph_pending_candidate_t *p,
                            size_t cores)
{
    ph_block_number_t now;
    size_t validators = ph_paras_shared_active_validator_keys_count(rt);
    ph_system_number_get(rt, &now);
    PH_STATE_RULE(c, p->core.v < cores, "para %u: a candidate on core %u of %zu", para.v, p->core.v, cores);
    PH_STATE_RULE(c, p->descriptor.para_id.v == para.v, "para %u: a candidate of para %u", para.v,
                  p->descriptor.para_id.v);
    PH_STATE_RULE(c, p->availability_votes.count == validators && p->backers.count == validators,
                  "para %u: a candidate with the votes of other validators", para.v);
    PH_STATE_RULE(c, ph_bits_ones(p->backers) > 0, "para %u: a candidate that nobody backs", para.v);
    PH_STATE_RULE(c, p->relay_parent_number < p->backed_in_number && p->backed_in_number <= now,
                  "para %u: a candidate from the future", para.v);
    const ph_committed_candidate_receipt_t receipt = {.descriptor = p->descriptor, .commitments = p->commitments};
    ph_candidate_hash_t hash = ph_hash_of_committed(&receipt);
    PH_STATE_RULE(c, memcmp(hash.bytes, p->hash.bytes, 32) == 0, "para %u: a candidate with another hash", para.v);
}

static void check_pending(ph_state_checker_t *c, ph_rt_t *rt, size_t cores)
{
    ph_bytes_t cursor = {0};
    ph_para_id_t para;
    ph_vec_pending_candidate_t queue;
    uint8_t *taken = ph_arena_alloc(rt->arena, cores + 1);
    size_t validators = ph_paras_shared_active_validator_keys_count(rt);
    while (ph_para_inclusion_pending_availability_next(rt, &cursor, &para, &queue))
        for (size_t i = 0; i < queue.count; i++) {
            check_candidate(c, rt, para, &queue.items[i], cores);
            PH_STATE_RULE(c, i > 0 || 3 * ph_bits_ones(queue.items[0].availability_votes) <= 2 * validators,
                          "para %u: a candidate waits that is available", para.v);
            uint32_t core = queue.items[i].core.v;
            PH_STATE_RULE(c, core >= cores || !taken[core], "core %u has two candidates", core);
            taken[core < cores ? core : cores] = 1;
        }
}

void ph_state_check_cores(ph_state_checker_t *c, ph_rt_t *rt)
{
    size_t cores;
    descriptors_t descriptors;
    ph_para_scheduler_core_descriptors_get(rt, &descriptors);
    check_groups(c, rt, &cores);
    check_schedules(c, rt, &descriptors);
    check_claims(c, rt, &descriptors);
    check_pending(c, rt, cores);
}
