/* Putting backed candidates into the queues, once their votes are checked. */
#include "primitives/backing.h"
#include "primitives/descriptor.h"
#include "primitives/hash_of.h"
#include "primitives/rotation.h"
#include "runtime/inclusion.h"
#include "runtime/paras_shared.h"
#include "runtime/scheduler.h"
#include "runtime/storage/configuration.h"
#include "runtime/support.h"
#include "runtime/vec.h"

typedef ph_vec_tup_validator_index_validity_attestation_t attestations_t;

/* What is the same for all candidates of a block. */
typedef struct backing {
    ph_vec_validator_id_t validators;
    ph_session_index_t session;
    uint32_t minimum_votes;
    const ph_allowed_scheduling_parents_tracker_t *parents;
} backing_t;

static bool verify(void *ctx, const ph_validator_id_t *key, ph_bytes_t message,
                   const ph_validator_signature_t *signature)
{
    return ph_host_sr25519_verify(ctx, signature->bytes, message, key->bytes);
}

/* The group that must have backed the candidate: the one at its core in the block after its scheduling parent. */
static ph_err_t responsible_group(ph_rt_t *rt, ph_group_index_t *group, ph_vec_validator_index_t *members,
                                  const backing_t *b, const ph_hash_t *scheduling_parent, ph_core_index_t core)
{
    ph_block_number_t number;
    if (!ph_paras_shared_find_scheduling_parent(b->parents, &number, scheduling_parent))
        return PH_PARA_INCLUSION_ERR_DISALLOWED_SCHEDULING_PARENT;
    if (!ph_scheduler_group_assigned_to_core(rt, group, core, number + 1))
        return PH_PARA_INCLUSION_ERR_INVALID_ASSIGNMENT;
    return ph_scheduler_group_validators(rt, members, *group) ? PH_OK : PH_PARA_INCLUSION_ERR_INVALID_GROUP_INDEX;
}

static ph_err_t check_votes(ph_rt_t *rt, const backing_t *b, const ph_backed_candidate_t *candidate,
                            const ph_candidate_hash_t *hash, const ph_hash_t *scheduling_parent,
                            const ph_vec_validator_index_t *members, ph_bits_t group_bits)
{
    ph_validator_id_t *keys = ph_arena_alloc(rt->arena, members->count * sizeof *keys);
    size_t known = 0, signed_count;
    while (known < members->count && members->items[known].v < b->validators.count) {
        keys[known] = b->validators.items[members->items[known].v];
        known++;
    }
    ph_signing_context_t context = {.session_index = b->session, .parent_hash = *scheduling_parent};
    ph_backing_group_t group = {.members = keys, .member_count = known, .len = members->count};
    if (!ph_backing_check(&signed_count, hash, candidate->validity_votes.items, candidate->validity_votes.count,
                          group_bits, &context, group, (ph_verifier_t){verify, rt}))
        return PH_PARA_INCLUSION_ERR_INVALID_BACKING;
    return signed_count >= ph_threshold_backing(members->count, b->minimum_votes)
               ? PH_OK
               : PH_PARA_INCLUSION_ERR_INSUFFICIENT_BACKING;
}

/* Who voted how, and the same as bits over all validators. */
static void record_votes(ph_rt_t *rt, attestations_t *record, ph_bits_t backers, const ph_backed_candidate_t *candidate,
                         const ph_vec_validator_index_t *members, ph_bits_t group_bits)
{
    size_t vote = 0;
    ph_vec_alloc(rt, record, candidate->validity_votes.count);
    for (size_t i = ph_bits_next(group_bits, 0); i < group_bits.count && vote < record->count;
         i = ph_bits_next(group_bits, i + 1)) {
        record->items[vote]._0 = members->items[i];
        record->items[vote]._1 = candidate->validity_votes.items[vote];
        ph_bits_set(backers, members->items[i].v, true);
        vote++;
    }
    record->count = vote;
}

static void push_pending(ph_rt_t *rt, ph_para_id_t para, const ph_pending_candidate_t *pending)
{
    ph_vec_pending_candidate_t queue;
    if (!ph_para_inclusion_pending_availability_get(rt, para, &queue))
        queue = (ph_vec_pending_candidate_t){0};
    ph_vec_push(rt, &queue, *pending);
    ph_para_inclusion_pending_availability_set(rt, para, &queue);
}

static ph_err_t process(ph_rt_t *rt, ph_backing_record_t *record, const backing_t *b, const ph_scheduled_candidate_t *c,
                        ph_head_data_t parent)
{
    const ph_committed_candidate_receipt_t *candidate = &c->candidate->candidate;
    ph_hash_t scheduling_parent = ph_descriptor_scheduling_parent(&candidate->descriptor);
    ph_pending_candidate_t pending = {.core = c->core,
                                      .hash = ph_hash_of_committed(candidate),
                                      .descriptor = candidate->descriptor,
                                      .commitments = candidate->commitments,
                                      .backed_in_number = ph_now(rt)};
    ph_vec_validator_index_t members;
    ph_bits_t group_bits;
    ph_core_index_t injected;
    PH_TRY(ph_inclusion_verify(rt, &pending.relay_parent_number, candidate, parent, NULL));
    PH_TRY(responsible_group(rt, &pending.backing_group, &members, b, &scheduling_parent, c->core));
    ph_backing_split(rt->arena, &group_bits, &injected, c->candidate->validator_indices);
    PH_TRY(check_votes(rt, b, c->candidate, &pending.hash, &scheduling_parent, &members, group_bits));

    ph_vec_push(rt, record, ((__typeof__(*record->items)){0}));
    __typeof__(record->items) entry = &record->items[record->count - 1];
    ph_hash_to_plain_receipt(&entry->_0, candidate);
    pending.backers = ph_bits_new(rt->arena, b->validators.count);
    pending.availability_votes = ph_bits_new(rt->arena, b->validators.count);
    record_votes(rt, &entry->_1, pending.backers, c->candidate, &members, group_bits);
    push_pending(rt, candidate->descriptor.para_id, &pending);
    ph_para_inclusion_event_candidate_backed(rt, &entry->_0, candidate->commitments.head_data, c->core,
                                             pending.backing_group);
    return PH_OK;
}

ph_err_t ph_inclusion_process_candidates(ph_rt_t *rt, ph_backing_record_t *record,
                                         const ph_allowed_scheduling_parents_tracker_t *parents,
                                         const ph_scheduled_candidates_t *candidates)
{
    *record = (ph_backing_record_t){0};
    if (candidates->count == 0)
        return PH_OK;
    ph_host_configuration_t config;
    ph_configuration_active_config_get(rt, &config);
    backing_t b = {
        .session = ph_paras_shared_session(rt), .minimum_votes = config.minimum_backing_votes, .parents = parents};
    ph_paras_shared_active_validator_keys_get(rt, &b.validators);
    for (size_t i = 0; i < candidates->count; i++) {
        const ph_scheduled_candidate_t *c = &candidates->items[i];
        ph_head_data_t parent;
        if (ph_inclusion_latest_head(rt, c->candidate->candidate.descriptor.para_id, &parent))
            PH_TRY(process(rt, record, &b, c, parent));
    }
    return PH_OK;
}
