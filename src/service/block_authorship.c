#include "service/block_authorship.h"

#include "protocol/block_authorship.h"
#include "protocol/block_authorship_out.h"

typedef struct leaf {
    size_t heard;
} leaf_t;

typedef struct question {
    ph_inherent_done_fn done;
    void *ctx;
} question_t;

static void pass_on(ph_job_t *job, void *flow, ph_err_t err, const ph_provisioner_inherent_data_t *data)
{
    question_t question = *(question_t *)flow;
    ph_job_end(job);
    question.done(question.ctx, err ? NULL : data);
}

void ph_block_authorship_request(ph_subsystem_t *self, const ph_hash_t *parent, ph_inherent_done_fn done, void *ctx)
{
    ph_job_t *job = ph_job_child(ph_root_job(self), sizeof(question_t));
    question_t *question = ph_job_state(job);
    *question = (question_t){done, ctx};
    ph_ask_provisioner_request_inherent_data(job, parent, question, pass_on);
}

size_t ph_block_authorship_heard(ph_subsystem_t *self)
{
    size_t heard = 0, at = 0;
    for (ph_job_t *job; (job = ph_job_next(self, &at));)
        heard += ((leaf_t *)ph_job_state(job))->heard;
    return heard;
}

static void on_leaves(ph_subsystem_t *self, const ph_input_t *in)
{
    for (size_t i = 0; i < in->leaves.deactivated_count; i++) {
        ph_job_t *job = ph_job_find(self, &in->leaves.deactivated[i]);
        if (job)
            ph_job_end(job);
    }
    if (!in->leaves.has_activated)
        return;
    ph_job_start(self, &in->leaves.activated.hash, sizeof(leaf_t));
    ph_send_provisioner_request_block_authorship_data(self, &in->leaves.activated.hash);
}

static ph_err_t handle(ph_subsystem_t *self, const ph_input_t *in)
{
    switch (in->kind) {
    case PH_IN_ACTIVE_LEAVES:
        on_leaves(self, in);
        break;
    case PH_IN_MESSAGE: {
        ph_job_t *job = ph_job_find(self, &ph_msg_as_block_authorship_provisionable(in->msg)->relay_parent);
        if (job)
            ((leaf_t *)ph_job_state(job))->heard++;
        break;
    }
    case PH_IN_START:
    case PH_IN_BLOCK_FINALIZED:
    case PH_IN_CONCLUDE:
        break;
    }
    return PH_OK;
}

const ph_subsystem_ops_t ph_block_authorship_ops = {.handle = handle};
