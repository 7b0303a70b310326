#include "node/provisioner/provisioner.h"

#include <string.h>

#include "node/provisioner/leaf.h"
#include "primitives/descriptor.h"
#include "primitives/hash_of.h"
#include "protocol/provisioner.h"
#include "protocol/provisioner_out.h"

/* ---- answering: cores → bitfields, candidates that fit a core → those built on the head that will be there →
 * backing's votes → answer ---- */

typedef struct answer {
    ph_msg_t *request;
    ph_provisioner_inherent_data_t data;
    ph_vec_candidate_hash_t wanted;
    ph_join_t *checks;
} answer_t;

/* A candidate that fits a core, while we ask what it must be built on. */
typedef struct fitting {
    answer_t *answer;
    ph_candidate_hash_t candidate;
    ph_hash_t data_hash;
} fitting_t;

static void give(ph_job_t *job, answer_t *answer)
{
    ph_subsystem_t *self = ph_job_self(job);
    ph_note(self, "inherent-built",
            PH_FIELDS(.block = ph_job_key(job), PH_F_NUMBER(answer->data.backed_candidates.count)));
    ph_reply_provisioner_request_inherent_data(self, answer->request, &answer->data);
    ph_msg_unref(answer->request);
    answer->request = NULL;
    ph_job_end(job);
}

static void choose_and_answer(ph_job_t *job, void *flow, ph_err_t err, const ph_vec_backed_candidate_t *backed)
{
    answer_t *answer = flow;
    if (!err)
        ph_pick_candidates(ph_job_arena(job), &answer->data.backed_candidates, backed);
    give(job, answer);
}

static void ask_backing(ph_job_t *job, void *flow)
{
    answer_t *answer = flow;
    if (answer->wanted.count == 0)
        give(job, answer);
    else
        ph_ask_candidate_backing_get_backable_candidates(job, ph_job_key(job), &answer->wanted, answer,
                                                         choose_and_answer);
}

/* A candidate built on the pending one is good only if that one gets included, and the reverse. */
static void check_data(ph_job_t *job, void *flow, ph_err_t err,
                       const ph_res_opt_persisted_validation_data_runtime_api_error_t *data)
{
    fitting_t *fitting = flow;
    answer_t *answer = fitting->answer;
    (void)job;
    if (!err && data->kind == PH_RES_OPT_PERSISTED_VALIDATION_DATA_RUNTIME_API_ERROR_OK && data->ok.some) {
        ph_hash_t hash = ph_hash_of_validation_data(&data->ok.value);
        if (memcmp(&hash, &fitting->data_hash, sizeof hash) == 0)
            answer->wanted.items[answer->wanted.count++] = fitting->candidate;
    }
    ph_join_done(answer->checks);
}

static bool fits_a_core(ph_occupied_core_assumption_t *assumption, const leaf_t *leaf,
                        const ph_candidate_descriptor_t *d, const ph_vec_core_state_t *cores,
                        const ph_vec_unchecked_signed_availability_bitfield_t *bitfields)
{
    for (size_t core = 0; core < cores->count; core++) {
        ph_para_id_t para;
        ph_core_index_t named;
        bool here = !ph_descriptor_core_index(d, &named) || named.v == core;
        if (here && ph_para_up_on(&para, assumption, leaf, cores, core, bitfields) && para.v == d->para_id.v)
            return true;
    }
    return false;
}

static void fit_to_cores(ph_job_t *job, void *flow, ph_err_t err,
                         const ph_res_vec_core_state_runtime_api_error_t *cores)
{
    answer_t *answer = flow;
    ph_arena_t *arena = ph_job_arena(job);
    const leaf_t *leaf = ph_job_state(ph_job_find(ph_job_self(job), ph_job_key(job)));
    if (err || cores->kind != PH_RES_VEC_CORE_STATE_RUNTIME_API_ERROR_OK) {
        give(job, answer);
        return;
    }
    ph_pick_bitfields(arena, &answer->data.bitfields, leaf, &cores->ok);
    answer->wanted.items = ph_arena_alloc(arena, leaf->backed.count * sizeof *answer->wanted.items);
    answer->checks = ph_join_new(job, ask_backing, answer);
    for (size_t i = 0; i < leaf->backed.count; i++) {
        const ph_candidate_receipt_t *receipt = ph_rc_value(leaf->backed.items[i]);
        ph_occupied_core_assumption_t assumption;
        if (!fits_a_core(&assumption, leaf, &receipt->descriptor, &cores->ok, &answer->data.bitfields))
            continue;
        fitting_t *fitting = ph_arena_alloc(arena, sizeof *fitting);
        *fitting = (fitting_t){answer, ph_hash_of_receipt(receipt), receipt->descriptor.persisted_validation_data_hash};
        ph_join_add(answer->checks);
        ph_ask_runtime_api_request_persisted_validation_data(job, ph_job_key(job), receipt->descriptor.para_id,
                                                             assumption, fitting, check_data);
    }
    ph_join_close(answer->checks);
}

/* An unanswered request must not be lost with its leaf: dropping it tells the one that asks. */
static void drop_request(void *ptr)
{
    answer_t *answer = ptr;
    if (answer->request)
        ph_msg_unref(answer->request);
}

static void begin_answer(ph_job_t *parent, ph_msg_t *request)
{
    ph_job_t *job = ph_job_child(parent, sizeof(answer_t));
    answer_t *answer = ph_job_state(job);
    answer->request = request;
    ph_arena_defer(ph_job_arena(job), drop_request, answer);
    ph_ask_runtime_api_request_availability_cores(job, ph_job_key(job), answer, fit_to_cores);
}

static void on_request(ph_subsystem_t *self, ph_msg_t *msg)
{
    ph_job_t *job = ph_job_find(self, &ph_msg_as_provisioner_request_inherent_data(msg)->relay_parent);
    if (!job)
        return; /* not a leaf of ours: the message ends unanswered, which the one that asks is told */
    leaf_t *leaf = ph_job_state(job);
    if (leaf->ready)
        begin_answer(job, ph_msg_ref(msg));
    else
        ph_list_push(NULL, &leaf->waiting, ph_msg_ref(msg));
}

static void wait_is_over(ph_job_t *job, void *flow)
{
    leaf_t *leaf = flow;
    leaf->ready = true;
    for (size_t i = 0; i < leaf->waiting.count; i++)
        begin_answer(job, leaf->waiting.items[i]);
    leaf->waiting.count = 0;
}

/* ---- collecting ---- */

static void note_misbehaviour(ph_subsystem_t *self, const ph_misbehavior_report_t *report)
{
    const ph_provisioner_config_t *config = ph_config(self);
    const char *kind = "candidate-validity-disagreement";
    const ph_candidate_receipt_t *receipt = NULL;
    ph_validator_index_t validator = {0};
    switch ((ph_misbehavior_report_kind_t)report->kind) {
    case PH_MISBEHAVIOR_REPORT_CANDIDATE_VALIDITY_DISAGREEMENT:
        receipt = &report->candidate_validity_disagreement.receipt;
        if (report->candidate_validity_disagreement.statements.count)
            validator = report->candidate_validity_disagreement.statements.items[0].validator_index;
        break;
    case PH_MISBEHAVIOR_REPORT_SELF_CONTRADICTION:
        kind = "self-contradiction";
        receipt = &report->self_contradiction.receipt;
        validator = report->self_contradiction.first.validator_index;
        break;
    case PH_MISBEHAVIOR_REPORT_DOUBLE_VOTE:
        kind = "double-vote";
        receipt = &report->double_vote.receipt;
        validator = report->double_vote.first.validator_index;
        break;
    }
    ph_candidate_hash_t candidate = ph_hash_of_receipt(receipt);
    ph_note(self, "misbehaviour",
            PH_FIELDS(.candidate = &candidate, PH_F_VALIDATOR(validator), PH_F_PARA(receipt->descriptor.para_id),
                      .reason = kind));
    if (config->misbehaviour)
        config->misbehaviour(config->ctx, ph_env_of(self), kind, validator, &candidate);
}

static void note_backed(ph_subsystem_t *self, leaf_t *leaf, const ph_candidate_receipt_t *receipt)
{
    for (size_t i = 0; i < leaf->backed.count; i++)
        if (ph_candidate_receipt_equal(ph_rc_value(leaf->backed.items[i]), receipt))
            return;
    ph_candidate_hash_t hash = ph_hash_of_receipt(receipt);
    ph_list_push(
        NULL, &leaf->backed,
        ph_memo_share(ph_env_of(self)->memo, &ph_type_candidate_receipt, ph_bytes(&hash, sizeof hash), receipt));
}

static void note_bitfield(ph_subsystem_t *self, leaf_t *leaf,
                          const ph_unchecked_signed_availability_bitfield_t *bitfield)
{
    ph_writer_t key = PH_WRITER_HEAP;
    ph_unchecked_signed_availability_bitfield_encode(&key, bitfield);
    ph_list_push(NULL, &leaf->bitfields,
                 ph_memo_share(ph_env_of(self)->memo, &ph_type_unchecked_signed_availability_bitfield,
                               ph_writer_bytes(&key), bitfield));
    ph_writer_free(&key);
}

static void collect(ph_subsystem_t *self, const ph_msg_provisioner_provisionable_data_t *in)
{
    ph_job_t *job = ph_job_find(self, &in->relay_parent);
    if (in->data.kind == PH_PROVISIONABLE_DATA_MISBEHAVIOR_REPORT)
        note_misbehaviour(self, &in->data.misbehavior_report);
    if (!job)
        return;
    leaf_t *leaf = ph_job_state(job);
    switch ((ph_provisionable_data_kind_t)in->data.kind) {
    case PH_PROVISIONABLE_DATA_BITFIELD:
        note_bitfield(self, leaf, &in->data.bitfield);
        break;
    case PH_PROVISIONABLE_DATA_BACKED_CANDIDATE:
        note_backed(self, leaf, &in->data.backed_candidate);
        break;
    case PH_PROVISIONABLE_DATA_MISBEHAVIOR_REPORT:
        break;
    }
    if (leaf->subscribed)
        ph_send_block_authorship_provisionable(self, &in->relay_parent, &in->data);
}

/* ---- leaves ---- */

static void drop_leaf(void *ptr)
{
    leaf_t *leaf = ptr;
    for (size_t i = 0; i < leaf->waiting.count; i++)
        ph_msg_unref(leaf->waiting.items[i]);
    ph_list_free(&leaf->waiting);
    for (size_t i = 0; i < leaf->bitfields.count; i++)
        ph_rc_unref(leaf->bitfields.items[i]);
    ph_list_free(&leaf->bitfields);
    for (size_t i = 0; i < leaf->backed.count; i++)
        ph_rc_unref(leaf->backed.items[i]);
    ph_list_free(&leaf->backed);
}

static void on_leaves(ph_subsystem_t *self, const ph_input_t *in)
{
    const ph_provisioner_config_t *config = ph_config(self);
    for (size_t i = 0; i < in->leaves.deactivated_count; i++) {
        ph_job_t *job = ph_job_find(self, &in->leaves.deactivated[i]);
        if (job)
            ph_job_end(job);
    }
    if (!in->leaves.has_activated)
        return;
    ph_job_t *job = ph_job_start(self, &in->leaves.activated.hash, sizeof(leaf_t));
    leaf_t *leaf = ph_job_state(job);
    leaf->number = in->leaves.activated.number;
    ph_arena_defer(ph_job_arena(job), drop_leaf, leaf);
    ph_job_after(job, config->slot_ms / 3, wait_is_over, leaf);
}

static void on_message(ph_subsystem_t *self, ph_msg_t *msg)
{
    switch ((ph_provisioner_msg_kind_t)ph_msg_kind(msg)) {
    case PH_MSG_PROVISIONER_REQUEST_INHERENT_DATA:
        on_request(self, msg);
        break;
    case PH_MSG_PROVISIONER_REQUEST_BLOCK_AUTHORSHIP_DATA: {
        ph_job_t *job = ph_job_find(self, &ph_msg_as_provisioner_request_block_authorship_data(msg)->relay_parent);
        if (job)
            ((leaf_t *)ph_job_state(job))->subscribed = true;
        break;
    }
    case PH_MSG_PROVISIONER_PROVISIONABLE_DATA:
        collect(self, ph_msg_as_provisioner_provisionable_data(msg));
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

const ph_subsystem_ops_t ph_provisioner_ops = {.handle = handle};
