/* The queues of pending candidates: votes, enactment, eviction. */
#include "runtime/inclusion.h"

#include "primitives/hash_of.h"
#include "primitives/rotation.h"
#include "runtime/dmp.h"
#include "runtime/hrmp.h"
#include "runtime/message_queue.h"
#include "runtime/paras.h"
#include "runtime/scheduler.h"
#include "runtime/storage/configuration.h"
#include "runtime/support.h"
#include "runtime/upward.h"
#include "runtime/vec.h"

typedef ph_vec_pending_candidate_t queue_t;

void ph_inclusion_on_new_session(ph_rt_t *rt, const ph_vec_para_id_t *outgoing)
{
    ph_para_inclusion_pending_availability_clear(rt);
    for (size_t i = 0; i < outgoing->count; i++)
        ph_message_queue_sweep(rt, outgoing->items[i]);
}

/* ---- what is pending ---- */

/* Paras that have a queue, in storage order. */
static void pending_paras(ph_rt_t *rt, ph_vec_para_id_t *out)
{
    ph_bytes_t cursor = {0};
    ph_para_id_t para;
    *out = (ph_vec_para_id_t){0};
    while (ph_para_inclusion_pending_availability_next(rt, &cursor, &para, NULL))
        ph_vec_push(rt, out, para);
}

ph_bits_t ph_inclusion_occupied_cores(ph_rt_t *rt)
{
    ph_bits_t cores = ph_bits_new(rt->arena, ph_scheduler_core_count(rt));
    ph_bytes_t cursor = {0};
    ph_para_id_t para;
    queue_t queue;
    while (ph_para_inclusion_pending_availability_next(rt, &cursor, &para, &queue))
        for (size_t i = 0; i < queue.count; i++)
            if (queue.items[i].core.v < cores.count)
                ph_bits_set(cores, queue.items[i].core.v, true);
    return cores;
}

bool ph_inclusion_latest_head(ph_rt_t *rt, ph_para_id_t para, ph_head_data_t *head)
{
    queue_t queue;
    if (!ph_para_inclusion_pending_availability_get(rt, para, &queue) || queue.count == 0)
        return ph_paras_heads_get(rt, para, head);
    *head = queue.items[queue.count - 1].commitments.head_data;
    return true;
}

bool ph_inclusion_most_recent_context(ph_rt_t *rt, ph_para_id_t para, ph_block_number_t *number)
{
    queue_t queue;
    if (!ph_para_inclusion_pending_availability_get(rt, para, &queue) || queue.count == 0)
        return ph_paras_most_recent_context_get(rt, para, number);
    *number = queue.items[queue.count - 1].relay_parent_number;
    return true;
}

void ph_inclusion_receipt(ph_committed_candidate_receipt_t *out, const ph_pending_candidate_t *pending)
{
    out->descriptor = pending->descriptor;
    out->commitments = pending->commitments;
}

/* ---- enactment ---- */

static void enact(ph_rt_t *rt, const ph_pending_candidate_t *c)
{
    ph_para_id_t para = c->descriptor.para_id;
    ph_host_configuration_t config;
    ph_configuration_active_config_get(rt, &config);
    if (c->commitments.new_validation_code.some)
        ph_paras_schedule_code_upgrade(rt, para, c->commitments.new_validation_code.value, ph_now(rt), &config,
                                       (ph_upgrade_strategy_t){PH_UPGRADE_STRATEGY_SET_GO_AHEAD_SIGNAL});
    ph_dmp_prune(rt, para, c->commitments.processed_downward_messages);
    ph_upward_receive(rt, para, &c->commitments);
    ph_hrmp_prune(rt, para, c->commitments.hrmp_watermark);
    ph_hrmp_queue_outbound(rt, para, &c->commitments.horizontal_messages);

    ph_candidate_receipt_t receipt = {.descriptor = c->descriptor,
                                      .commitments_hash = ph_hash_of_commitments(&c->commitments)};
    ph_para_inclusion_event_candidate_included(rt, &receipt, c->commitments.head_data, c->core, c->backing_group);
    ph_paras_note_new_head(rt, para, c->commitments.head_data, c->relay_parent_number);
}

/* Votes of this block's bitfields: row v is what validator v sees. The first candidate on a core gets the votes for it.
 */
typedef struct votes {
    const ph_vec_unchecked_signed_availability_bitfield_t *bitfields;
    size_t threshold;
    ph_bits_t given; /* cores whose votes have been given out */
} votes_t;

/* Adds the votes for the candidate's core; true if it is available. */
static bool count_votes(const votes_t *votes, ph_pending_candidate_t *c)
{
    bool given = ph_bits_get(votes->given, c->core.v);
    if (c->core.v < votes->given.count)
        ph_bits_set(votes->given, c->core.v, true);
    for (size_t i = 0; i < votes->bitfields->count && !given; i++) {
        const ph_unchecked_signed_availability_bitfield_t *b = &votes->bitfields->items[i];
        if (ph_bits_get(b->payload.v, c->core.v) && b->validator_index.v < c->availability_votes.count)
            ph_bits_set(c->availability_votes, b->validator_index.v, true);
    }
    return ph_bits_ones(c->availability_votes) >= votes->threshold;
}

static void update_para(ph_rt_t *rt, ph_freed_cores_t *enacted, ph_para_id_t para, const votes_t *votes)
{
    queue_t queue;
    if (!ph_para_inclusion_pending_availability_get(rt, para, &queue))
        return;
    size_t available = 0; /* length of the front run */
    for (size_t i = 0; i < queue.count; i++)
        if (count_votes(votes, &queue.items[i]) && available == i)
            available++;
    for (size_t i = 0; i < available; i++) {
        const ph_pending_candidate_t *c = &queue.items[i];
        ph_vec_push(rt, enacted, ((ph_freed_core_t){.core = c->core, .candidate = c->hash}));
        enact(rt, c);
    }
    ph_vec_drop(&queue, available);
    ph_para_inclusion_pending_availability_set(rt, para, &queue);
}

void ph_inclusion_update_availability(ph_rt_t *rt, ph_freed_cores_t *enacted,
                                      const ph_vec_unchecked_signed_availability_bitfield_t *bitfields,
                                      size_t validator_count)
{
    votes_t votes = {bitfields, ph_threshold_supermajority(validator_count),
                     ph_bits_new(rt->arena, ph_scheduler_core_count(rt))};
    ph_vec_para_id_t paras;
    *enacted = (ph_freed_cores_t){0};
    pending_paras(rt, &paras);
    for (size_t i = 0; i < paras.count; i++)
        update_para(rt, enacted, paras.items[i], &votes);
}

void ph_inclusion_force_enact(ph_rt_t *rt, ph_para_id_t para)
{
    queue_t queue;
    if (!ph_para_inclusion_pending_availability_get(rt, para, &queue))
        return;
    for (size_t i = 0; i < queue.count; i++)
        enact(rt, &queue.items[i]);
    queue.count = 0;
    ph_para_inclusion_pending_availability_set(rt, para, &queue);
}

/* ---- eviction ---- */

typedef bool (*failed_fn)(ph_rt_t *rt, const ph_pending_candidate_t *c, const void *context);

static void sort_paras(ph_vec_para_id_t *paras)
{
    for (size_t i = 1; i < paras->count; i++) {
        ph_para_id_t para = paras->items[i];
        size_t j = i;
        for (; j > 0 && paras->items[j - 1].v > para.v; j--)
            paras->items[j] = paras->items[j - 1];
        paras->items[j] = para;
    }
}

/* Takes failed candidates and what builds on them out of the queues, by ascending para. */
static void evict(ph_rt_t *rt, queue_t *evicted, failed_fn failed, const void *context)
{
    ph_vec_para_id_t paras;
    *evicted = (queue_t){0};
    pending_paras(rt, &paras);
    sort_paras(&paras);
    for (size_t p = 0; p < paras.count; p++) {
        queue_t queue;
        size_t first = 0;
        if (!ph_para_inclusion_pending_availability_get(rt, paras.items[p], &queue))
            continue;
        while (first < queue.count && !failed(rt, &queue.items[first], context))
            first++;
        if (first == queue.count)
            continue;
        for (size_t i = first; i < queue.count; i++)
            ph_vec_push(rt, evicted, queue.items[i]);
        queue.count = first;
        ph_para_inclusion_pending_availability_set(rt, paras.items[p], &queue);
    }
}

static void note_freed(ph_rt_t *rt, ph_freed_cores_t *freed, const queue_t *evicted)
{
    ph_vec_alloc(rt, freed, evicted->count);
    for (size_t i = 0; i < evicted->count; i++)
        freed->items[i] = (ph_freed_core_t){.core = evicted->items[i].core, .candidate = evicted->items[i].hash};
}

static bool timed_out(ph_rt_t *rt, const ph_pending_candidate_t *c, const void *context)
{
    (void)context;
    return ph_scheduler_times_out_at(rt, c->backed_in_number) <= ph_now(rt);
}

void ph_inclusion_free_timed_out(ph_rt_t *rt, ph_freed_cores_t *freed)
{
    queue_t evicted;
    evict(rt, &evicted, timed_out, NULL);
    for (size_t i = 0; i < evicted.count; i++) {
        const ph_pending_candidate_t *c = &evicted.items[i];
        ph_candidate_receipt_t receipt = {.descriptor = c->descriptor,
                                          .commitments_hash = ph_hash_of_commitments(&c->commitments)};
        ph_para_inclusion_event_candidate_timed_out(rt, &receipt, c->commitments.head_data, c->core);
    }
    note_freed(rt, freed, &evicted);
}

static bool is_disputed(ph_rt_t *rt, const ph_pending_candidate_t *c, const void *context)
{
    (void)rt;
    const ph_vec_candidate_hash_t *disputed = context;
    for (size_t i = 0; i < disputed->count; i++)
        if (ph_hash_is(&disputed->items[i], &c->hash))
            return true;
    return false;
}

void ph_inclusion_free_disputed(ph_rt_t *rt, ph_freed_cores_t *freed, const ph_vec_candidate_hash_t *disputed)
{
    queue_t evicted;
    evict(rt, &evicted, is_disputed, disputed);
    note_freed(rt, freed, &evicted);
}
