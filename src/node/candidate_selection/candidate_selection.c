#include "node/candidate_selection/candidate_selection.h"

#include <string.h>

#include "base/vec.h"
#include "primitives/assignment.h"
#include "primitives/hash_of.h"
#include "primitives/rotation.h"
#include "protocol/candidate_selection.h"
#include "protocol/candidate_selection_out.h"

/* What became of an advertised collation. Backing may still second one that it took too long over; what could not be
 * fetched may still be had from another collator. */
typedef enum stage { WAITING, FETCHING, NOT_HAD, BACKING, OVERDUE, INVALID, DECLINED } stage_t;

typedef struct offer {
    stage_t stage;
    ph_para_id_t para;
    ph_peer_id_t peer;
    ph_collator_id_t collator;
    ph_candidate_hash_t candidate;
} offer_t;

/* One leaf: which validator are we? in which group? on which core? for which para? Then one offer after the other. */
typedef struct leaf {
    bool ready, ours, done;
    ph_validator_index_t me;
    ph_vec_vec_validator_index_t groups;
    ph_group_rotation_info_t rotation;
    ph_vec_core_state_t cores;
    ph_core_index_t core;
    ph_para_id_t para;
    PH_LIST(offer_t) offers; /* in the order of advertisement */
    size_t current;          /* the one in flight, if any */
    bool in_flight;
    uint64_t verdict_timer;
} leaf_t;

static const ph_candidate_selection_config_t *config_of(ph_job_t *job)
{
    return ph_config(ph_job_self(job));
}

static bool same(const ph_candidate_hash_t *a, const ph_candidate_hash_t *b)
{
    return memcmp(a, b, sizeof *a) == 0;
}

/* ---- one offer after the other ---- */

static void try_next(ph_job_t *job);

static void give_up_current(ph_job_t *job, stage_t why)
{
    leaf_t *leaf = ph_job_state(job);
    ph_job_cancel(job, leaf->verdict_timer);
    leaf->offers.items[leaf->current].stage = why;
    leaf->in_flight = false;
    try_next(job);
}

static void no_verdict(ph_job_t *job, void *flow)
{
    leaf_t *leaf = flow;
    ph_note(ph_job_self(job), "selection-overdue",
            PH_FIELDS(.block = ph_job_key(job), .candidate = &leaf->offers.items[leaf->current].candidate));
    leaf->verdict_timer = 0;
    give_up_current(job, OVERDUE);
}

static void hand_to_backing(ph_job_t *job, void *flow, ph_err_t err,
                            const ph_res_collation_request_failure_t *collation)
{
    ph_subsystem_t *self = ph_job_self(job);
    leaf_t *leaf = flow;
    offer_t *offer = &leaf->offers.items[leaf->current];
    if (leaf->done)
        return;
    if (err || collation->kind != PH_RES_COLLATION_REQUEST_FAILURE_OK) {
        give_up_current(job, NOT_HAD);
        return;
    }
    offer->stage = BACKING;
    ph_note(self, "collation-selected",
            PH_FIELDS(.block = ph_job_key(job), .candidate = &offer->candidate, PH_F_PARA(offer->para),
                      PH_F_PEER(offer->peer)));
    ph_send_candidate_backing_second(self, ph_job_key(job), &collation->ok.receipt, collation->ok.pov);
    leaf->verdict_timer = ph_job_after(job, config_of(job)->slot_ms * 2 / 3, no_verdict, leaf);
}

static bool was_handed_on(const offer_t *offer)
{
    return offer->stage == BACKING || offer->stage == OVERDUE || offer->stage == INVALID || offer->stage == DECLINED;
}

/* A candidate that Backing had is not tried again because another collator has it too. */
static bool was_tried(const leaf_t *leaf, const ph_candidate_hash_t *candidate)
{
    for (size_t i = 0; i < leaf->offers.count; i++)
        if (was_handed_on(&leaf->offers.items[i]) && same(&leaf->offers.items[i].candidate, candidate))
            return true;
    return false;
}

static void try_next(ph_job_t *job)
{
    leaf_t *leaf = ph_job_state(job);
    if (!leaf->ours || leaf->in_flight || leaf->done)
        return;
    for (size_t i = 0; i < leaf->offers.count; i++) {
        offer_t *offer = &leaf->offers.items[i];
        if (offer->stage != WAITING || offer->para.v != leaf->para.v || was_tried(leaf, &offer->candidate))
            continue;
        offer->stage = FETCHING;
        leaf->current = i;
        leaf->in_flight = true;
        ph_opt_candidate_hash_t candidate = {true, offer->candidate};
        ph_ask_collator_protocol_fetch_collation(job, ph_job_key(job), offer->para, offer->peer, &candidate, leaf,
                                                 hand_to_backing);
        return;
    }
}

static void on_collation(ph_subsystem_t *self, const ph_msg_candidate_selection_collation_t *in)
{
    ph_job_t *job = ph_job_find(self, &in->relay_parent);
    if (!job || !in->candidate.some)
        return;
    leaf_t *leaf = ph_job_state(job);
    bool wanted = !leaf->ready || (leaf->ours && leaf->para.v == in->para.v);
    if (!wanted || leaf->done || leaf->offers.count >= PH_CANDIDATE_SELECTION_KEPT_MAX)
        return;
    ph_list_push(
        ph_job_arena(job), &leaf->offers,
        ((offer_t){.para = in->para, .peer = in->peer, .collator = in->collator, .candidate = in->candidate.value}));
    try_next(job);
}

/* ---- what Backing says ---- */

static void on_invalid(ph_subsystem_t *self, const ph_msg_candidate_selection_invalid_t *in)
{
    ph_job_t *job = ph_job_find(self, &in->relay_parent);
    ph_candidate_hash_t candidate = ph_hash_of_receipt(&in->receipt);
    if (!job)
        return;
    leaf_t *leaf = ph_job_state(job);
    for (size_t i = 0; i < leaf->offers.count; i++) {
        offer_t *offer = &leaf->offers.items[i];
        if ((offer->stage != BACKING && offer->stage != OVERDUE) || !same(&offer->candidate, &candidate))
            continue;
        ph_send_collator_protocol_report_collator(self, &offer->collator, (ph_reputation_t){PH_REPUTATION_MALICIOUS});
        if (offer->stage == BACKING)
            give_up_current(job, INVALID);
        offer->stage = INVALID;
        return; /* nobody else gave it to us */
    }
}

static void on_declined(ph_subsystem_t *self, const ph_msg_candidate_selection_declined_t *in)
{
    ph_job_t *job = ph_job_find(self, &in->relay_parent);
    const leaf_t *leaf = job ? ph_job_state(job) : NULL;
    if (!leaf || !leaf->in_flight || leaf->offers.items[leaf->current].stage != BACKING ||
        !same(&leaf->offers.items[leaf->current].candidate, &in->candidate))
        return;
    ph_note(self, "selection-declined", PH_FIELDS(.block = &in->relay_parent, .candidate = &in->candidate));
    give_up_current(job, DECLINED);
}

static void on_seconded(ph_subsystem_t *self, const ph_msg_candidate_selection_seconded_t *in)
{
    ph_job_t *job = ph_job_find(self, &in->relay_parent);
    if (!job || in->statement.payload.kind != PH_STATEMENT_SECONDED)
        return;
    leaf_t *leaf = ph_job_state(job);
    ph_candidate_hash_t candidate = ph_hash_of_committed(&in->statement.payload.seconded);
    for (size_t i = 0; i < leaf->offers.count && !leaf->done; i++) {
        const offer_t *offer = &leaf->offers.items[i];
        if ((offer->stage != BACKING && offer->stage != OVERDUE) || !same(&offer->candidate, &candidate))
            continue;
        leaf->done = true;
        leaf->in_flight = false;
        ph_job_cancel(job, leaf->verdict_timer);
        ph_send_collator_protocol_note_good_collation(self, &offer->collator);
        ph_send_collator_protocol_notify_collation_seconded(self, &in->relay_parent, &offer->collator, &in->statement);
    }
}

/* ---- the leaf ---- */

static void note_claims(ph_job_t *job, void *flow, ph_err_t err,
                        const ph_res_map_core_index_vec_para_id_runtime_api_error_t *claims)
{
    leaf_t *leaf = flow;
    leaf->ready = true;
    if (err || claims->kind != PH_RES_MAP_CORE_INDEX_VEC_PARA_ID_RUNTIME_API_ERROR_OK)
        return;
    leaf->ours = ph_assignment_para_up(&leaf->para, &leaf->cores.items[leaf->core.v], leaf->core, &claims->ok);
    try_next(job);
}

static void find_core(ph_job_t *job, void *flow, ph_err_t err, const ph_res_vec_core_state_runtime_api_error_t *cores)
{
    leaf_t *leaf = flow;
    ph_group_index_t group;
    leaf->ready = true;
    if (err || cores->kind != PH_RES_VEC_CORE_STATE_RUNTIME_API_ERROR_OK ||
        !ph_assignment_group_of(&group, &leaf->groups, leaf->me))
        return;
    ph_job_keep_reply(job);
    leaf->cores = cores->ok;
    leaf->core = ph_rotation_core_for_group(&leaf->rotation, group, cores->ok.count);
    if (leaf->core.v >= cores->ok.count)
        return;
    leaf->ready = false;
    ph_ask_runtime_api_request_claim_queue(job, ph_job_key(job), leaf, note_claims);
}

static void note_groups(ph_job_t *job, void *flow, ph_err_t err,
                        const ph_res_tup_vec_vec_validator_index_group_rotation_info_runtime_api_error_t *groups)
{
    leaf_t *leaf = flow;
    if (err || groups->kind != PH_RES_TUP_VEC_VEC_VALIDATOR_INDEX_GROUP_ROTATION_INFO_RUNTIME_API_ERROR_OK) {
        leaf->ready = true;
        return;
    }
    ph_job_keep_reply(job);
    leaf->groups = groups->ok._0;
    leaf->rotation = groups->ok._1;
    ph_ask_runtime_api_request_availability_cores(job, ph_job_key(job), leaf, find_core);
}

static void find_ourselves(ph_job_t *job, void *flow, ph_err_t err,
                           const ph_res_vec_validator_id_runtime_api_error_t *validators)
{
    leaf_t *leaf = flow;
    if (err || validators->kind != PH_RES_VEC_VALIDATOR_ID_RUNTIME_API_ERROR_OK ||
        !ph_keystore_find_validator(config_of(job)->keystore, validators->ok.items, validators->ok.count, &leaf->me)) {
        leaf->ready = true;
        return;
    }
    ph_ask_runtime_api_request_validator_groups(job, ph_job_key(job), leaf, note_groups);
}

static void on_leaves(ph_subsystem_t *self, const ph_input_t *in)
{
    const ph_candidate_selection_config_t *config = ph_config(self);
    for (size_t i = 0; i < in->leaves.deactivated_count; i++) {
        ph_job_t *job = ph_job_find(self, &in->leaves.deactivated[i]);
        if (job)
            ph_job_end(job);
    }
    if (!in->leaves.has_activated || !config->keystore)
        return;
    ph_job_t *job = ph_job_start(self, &in->leaves.activated.hash, sizeof(leaf_t));
    ph_ask_runtime_api_request_validators(job, ph_job_key(job), ph_job_state(job), find_ourselves);
}

static void on_message(ph_subsystem_t *self, ph_msg_t *msg)
{
    switch ((ph_candidate_selection_msg_kind_t)ph_msg_kind(msg)) {
    case PH_MSG_CANDIDATE_SELECTION_COLLATION:
        on_collation(self, ph_msg_as_candidate_selection_collation(msg));
        break;
    case PH_MSG_CANDIDATE_SELECTION_INVALID:
        on_invalid(self, ph_msg_as_candidate_selection_invalid(msg));
        break;
    case PH_MSG_CANDIDATE_SELECTION_DECLINED:
        on_declined(self, ph_msg_as_candidate_selection_declined(msg));
        break;
    case PH_MSG_CANDIDATE_SELECTION_SECONDED:
        on_seconded(self, ph_msg_as_candidate_selection_seconded(msg));
        break;
    }
}

static ph_err_t handle(ph_subsystem_t *self, const ph_input_t *in)
{
    switch (in->kind) {
    case PH_IN_ACTIVE_LEAVES:
        on_leaves(self, in);
        break;
    case PH_IN_MESSAGE:
        on_message(self, in->msg);
        break;
    case PH_IN_START:
    case PH_IN_BLOCK_FINALIZED:
    case PH_IN_CONCLUDE:
        break;
    }
    return PH_OK;
}

const ph_subsystem_ops_t ph_candidate_selection_ops = {.handle = handle};
