/* Which backed candidates may be put on chain, and on which core. A candidate that falls takes those behind it in its
 * para's chain along. The filters stand in the order in which the pallet applies them. */
#include "primitives/backing.h"
#include "primitives/descriptor.h"
#include "primitives/hash_of.h"
#include "primitives/rotation.h"
#include "primitives/ump.h"
#include "runtime/para_inherent.h"
#include "runtime/paras_shared.h"
#include "runtime/storage/configuration.h"
#include "runtime/support.h"
#include "runtime/vec.h"

/* What the filters look at; the last members belong to the para in hand. */
typedef struct filter {
    const ph_allowed_scheduling_parents_tracker_t *parents;
    const ph_vec_candidate_hash_t *invalid;
    ph_core_claim_t *claims; /* those not used yet */
    size_t claim_count;
    ph_vec_validator_index_t disabled;
    uint32_t minimum_votes;
    ph_session_index_t session;
    bool v3_enabled;
    bool has_head;
    ph_head_data_t head;
    ph_block_number_t context;
    ph_vec_candidate_hash_t seen;
} filter_t;

typedef bool (*keep_fn)(ph_rt_t *rt, filter_t *f, ph_scheduled_candidate_t *c, bool first_of_para);

static ph_para_id_t para_of(const ph_scheduled_candidate_t *c)
{
    return c->candidate->candidate.descriptor.para_id;
}

/* Keeps the front of each para's chain. */
static void retain(ph_rt_t *rt, ph_scheduled_candidates_t *list, filter_t *f, keep_fn keep)
{
    size_t kept = 0;
    bool broken = false;
    ph_para_id_t para = {0};
    for (size_t i = 0; i < list->count; i++) {
        ph_scheduled_candidate_t c = list->items[i];
        bool first = i == 0 || para.v != para_of(&c).v;
        para = para_of(&c);
        broken = (broken && !first) || !keep(rt, f, &c, first);
        if (!broken)
            list->items[kept++] = c;
    }
    list->count = kept;
}

/* ---- 1. descriptor, parents, signals: each candidate for itself ---- */

static bool relay_parent_allowed(ph_rt_t *rt, const filter_t *f, const ph_candidate_descriptor_t *d)
{
    ph_session_index_t session = f->session;
    (void)ph_descriptor_session_index(d, &session);
    return ph_paras_shared_allowed_relay_parents_exists(rt, session, &d->relay_parent);
}

static bool well_described(ph_rt_t *rt, const filter_t *f, const ph_committed_candidate_receipt_t *c)
{
    const ph_candidate_descriptor_t *d = &c->descriptor;
    ph_candidate_descriptor_version_t version = ph_descriptor_version(d);
    if (version.kind == PH_CANDIDATE_DESCRIPTOR_VERSION_UNKNOWN ||
        ph_descriptor_check(d, f->v3_enabled) != PH_DESCRIPTOR_ACCEPTED || !relay_parent_allowed(rt, f, d))
        return false;
    ph_hash_t scheduling_parent = ph_descriptor_scheduling_parent(d);
    ph_block_number_t number;
    const ph_scheduling_parent_info_t *info =
        ph_paras_shared_find_scheduling_parent(f->parents, &number, &scheduling_parent);
    ph_ump_signals_t signals;
    if (!info || ph_ump_check(&signals, NULL, &c->commitments, d, version, &info->claim_queue) != PH_UMP_OK)
        return false;
    ph_session_index_t session;
    return version.kind == PH_CANDIDATE_DESCRIPTOR_VERSION_V1 ||
           (ph_descriptor_scheduling_session(d, &session) && session.v == f->session.v);
}

/* Good ones by ascending para, in their order within a para. */
static void collect(ph_rt_t *rt, ph_scheduled_candidates_t *out, const filter_t *f,
                    const ph_vec_backed_candidate_t *candidates)
{
    ph_vec_alloc(rt, out, candidates->count);
    out->count = 0;
    for (size_t i = 0; i < candidates->count; i++) {
        ph_scheduled_candidate_t c = {.candidate = &candidates->items[i]};
        if (!well_described(rt, f, &c.candidate->candidate))
            continue;
        size_t at = out->count++;
        for (; at > 0 && para_of(&out->items[at - 1]).v > para_of(&c).v; at--)
            out->items[at] = out->items[at - 1];
        out->items[at] = c;
    }
}

/* ---- 2. each builds on the one before, the first on the para's newest head ---- */

static bool is_chained(ph_rt_t *rt, filter_t *f, ph_scheduled_candidate_t *c, bool first)
{
    const ph_committed_candidate_receipt_t *candidate = &c->candidate->candidate;
    if (first) {
        f->seen.count = 0;
        f->has_head = ph_inclusion_latest_head(rt, para_of(c), &f->head) &&
                      ph_inclusion_most_recent_context(rt, para_of(c), &f->context);
    }
    if (!f->has_head)
        return false;
    ph_candidate_hash_t hash = ph_hash_of_committed(candidate);
    for (size_t i = 0; i < f->seen.count; i++)
        if (ph_hash_is(&f->seen.items[i], &hash))
            return false;
    ph_vec_push(rt, &f->seen, hash);
    ph_block_number_t number;
    ph_err_t err = ph_inclusion_verify(rt, &number, candidate, f->head, &f->context);
    if (err) {
        ph_rt_log(rt, PH_LOG_DEBUG, "para-inherent", "candidate of para %u dropped: error %d", para_of(c).v,
                  err & 0xff);
        return false;
    }
    f->head = candidate->commitments.head_data;
    f->context = number;
    return true;
}

/* ---- 3. not concluded invalid ---- */

static bool is_not_invalid(ph_rt_t *rt, filter_t *f, ph_scheduled_candidate_t *c, bool first)
{
    (void)rt, (void)first;
    ph_candidate_hash_t hash = ph_hash_of_committed(&c->candidate->candidate);
    for (size_t i = 0; i < f->invalid->count; i++)
        if (ph_hash_is(&f->invalid->items[i], &hash))
            return false;
    return true;
}

/* ---- 4. on a core that the para may use ---- */

/* The group at the core in the block after the candidate's scheduling parent. */
static bool backing_group(ph_rt_t *rt, const filter_t *f, ph_vec_validator_index_t *members,
                          const ph_candidate_descriptor_t *d, ph_core_index_t core)
{
    ph_hash_t scheduling_parent = ph_descriptor_scheduling_parent(d);
    ph_block_number_t number;
    ph_group_index_t group;
    return ph_paras_shared_find_scheduling_parent(f->parents, &number, &scheduling_parent) &&
           ph_scheduler_group_assigned_to_core(rt, &group, core, number + 1) &&
           ph_scheduler_group_validators(rt, members, group);
}

/* The core that the descriptor names, or that stands behind the group's bits if these are as many as the group's
 * members. */
static bool core_of(ph_rt_t *rt, const filter_t *f, ph_core_index_t *core, const ph_backed_candidate_t *c)
{
    if (ph_descriptor_core_index(&c->candidate.descriptor, core))
        return true;
    ph_bits_t group_bits;
    ph_vec_validator_index_t members;
    return ph_backing_split(rt->arena, &group_bits, core, c->validator_indices) &&
           backing_group(rt, f, &members, &c->candidate.descriptor, *core) && members.count == group_bits.count;
}

static bool has_core(ph_rt_t *rt, filter_t *f, ph_scheduled_candidate_t *c, bool first)
{
    (void)first;
    if (!core_of(rt, f, &c->core, c->candidate))
        return false;
    for (size_t i = 0; i < f->claim_count; i++) {
        if (f->claims[i].core.v != c->core.v || f->claims[i].para.v != para_of(c).v)
            continue;
        f->claims[i] = f->claims[--f->claim_count];
        return true;
    }
    return false;
}

/* ---- 5. backed without the votes of disabled validators ---- */

static bool is_disabled(const filter_t *f, ph_validator_index_t validator)
{
    for (size_t i = 0; i < f->disabled.count; i++)
        if (f->disabled.items[i].v == validator.v)
            return true;
    return false;
}

/* A copy of the candidate without those votes. */
static ph_backed_candidate_t *without_disabled(ph_rt_t *rt, const filter_t *f, const ph_backed_candidate_t *from,
                                               const ph_vec_validator_index_t *members)
{
    ph_backed_candidate_t *c = ph_arena_copy(rt->arena, from, sizeof *from);
    ph_core_index_t core;
    ph_bits_t bits;
    bool has_injected = ph_backing_split(rt->arena, &bits, &core, from->validator_indices);
    ph_vec_alloc(rt, &c->validity_votes, from->validity_votes.count);
    c->validity_votes.count = 0;
    size_t vote = 0;
    for (size_t i = 0; i < bits.count; i++) {
        if (!ph_bits_get(bits, i))
            continue;
        bool drop = i < members->count && is_disabled(f, members->items[i]);
        if (drop)
            ph_bits_set(bits, i, false);
        if (!drop && vote < from->validity_votes.count)
            c->validity_votes.items[c->validity_votes.count++] = from->validity_votes.items[vote];
        vote++;
    }
    for (; vote < from->validity_votes.count; vote++) /* votes without a bit stay, and fail the check of votes */
        c->validity_votes.items[c->validity_votes.count++] = from->validity_votes.items[vote];
    c->validator_indices = has_injected ? ph_backing_join(rt->arena, bits, core) : bits;
    return c;
}

static bool has_enough_votes(ph_rt_t *rt, filter_t *f, ph_scheduled_candidate_t *c, bool first)
{
    (void)first;
    ph_vec_validator_index_t members;
    if (!backing_group(rt, f, &members, &c->candidate->candidate.descriptor, c->core))
        return false;
    c->candidate = without_disabled(rt, f, c->candidate, &members);
    return c->candidate->validity_votes.count >= ph_threshold_backing(members.count, f->minimum_votes);
}

void ph_inherent_sanitize_candidates(ph_rt_t *rt, ph_scheduled_candidates_t *out,
                                     const ph_vec_backed_candidate_t *candidates,
                                     const ph_allowed_scheduling_parents_tracker_t *parents,
                                     const ph_core_claim_t *claims, size_t claim_count,
                                     const ph_vec_candidate_hash_t *invalid)
{
    ph_host_configuration_t config;
    ph_configuration_active_config_get(rt, &config);
    filter_t f = {.parents = parents,
                  .invalid = invalid,
                  .claim_count = claim_count,
                  .minimum_votes = config.minimum_backing_votes,
                  .session = ph_paras_shared_session(rt),
                  .v3_enabled = ph_bits_get(config.node_features, PH_FEATURE_CANDIDATE_RECEIPT_V3)};
    f.claims = ph_arena_copy(rt->arena, claims, claim_count * sizeof *claims);
    ph_paras_shared_disabled_validators(rt, &f.disabled);
    collect(rt, out, &f, candidates);
    retain(rt, out, &f, is_chained);
    retain(rt, out, &f, is_not_invalid);
    retain(rt, out, &f, has_core);
    if (f.disabled.count > 0)
        retain(rt, out, &f, has_enough_votes);
}
