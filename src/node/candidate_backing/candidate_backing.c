#include "node/candidate_backing/candidate_backing.h"

#include "node/candidate_backing/parent.h"
#include "protocol/candidate_backing.h"

static void answer_backable(ph_subsystem_t *self, ph_msg_t *msg, const ph_parent_t *p)
{
    const ph_msg_candidate_backing_get_backable_candidates_t *in =
        ph_msg_as_candidate_backing_get_backable_candidates(msg);
    ph_arena_t *arena = ph_arena_new();
    ph_vec_backed_candidate_t out = {.items = ph_arena_alloc(arena, in->candidates.count * sizeof *out.items)};
    for (size_t i = 0; p && p->ready && i < in->candidates.count; i++) {
        const ph_table_candidate_t *candidate = ph_table_find(&p->table, &in->candidates.items[i]);
        if (candidate && ph_table_has_quorum(&p->table, candidate))
            ph_table_backed(&p->table, arena, &out.items[out.count++], candidate);
    }
    ph_reply_candidate_backing_get_backable_candidates(self, msg, &out);
    ph_arena_free(arena);
}

static const ph_hash_t *parent_of(const ph_msg_t *msg)
{
    switch ((ph_candidate_backing_msg_kind_t)ph_msg_kind(msg)) {
    case PH_MSG_CANDIDATE_BACKING_SECOND:
        return &ph_msg_as_candidate_backing_second(msg)->relay_parent;
    case PH_MSG_CANDIDATE_BACKING_STATEMENT:
        return &ph_msg_as_candidate_backing_statement(msg)->relay_parent;
    case PH_MSG_CANDIDATE_BACKING_GET_BACKABLE_CANDIDATES:
        break;
    }
    return &ph_msg_as_candidate_backing_get_backable_candidates(msg)->relay_parent;
}

static void take(ph_job_t *job, ph_msg_t *msg)
{
    const ph_parent_t *p = ph_job_state(job);
    switch ((ph_candidate_backing_msg_kind_t)ph_msg_kind(msg)) {
    case PH_MSG_CANDIDATE_BACKING_SECOND:
        if (p->ready)
            ph_assess_second(job, &ph_msg_as_candidate_backing_second(msg)->receipt,
                             ph_msg_as_candidate_backing_second(msg)->pov);
        break;
    case PH_MSG_CANDIDATE_BACKING_STATEMENT:
        if (p->ready)
            ph_parent_hear(job, &ph_msg_as_candidate_backing_statement(msg)->statement);
        break;
    case PH_MSG_CANDIDATE_BACKING_GET_BACKABLE_CANDIDATES:
        answer_backable(ph_job_self(job), msg, p);
        break;
    }
}

static void on_message(ph_subsystem_t *self, ph_msg_t *msg)
{
    ph_job_t *job = ph_job_find(self, parent_of(msg));
    ph_parent_t *p = job ? ph_job_state(job) : NULL;
    if (!job) {
        if (ph_msg_kind(msg) == PH_MSG_CANDIDATE_BACKING_GET_BACKABLE_CANDIDATES)
            answer_backable(self, msg, NULL);
    } else if (p->ready || p->failed) {
        take(job, msg);
    } else {
        ph_list_push(ph_job_arena(job), &p->waiting, ph_msg_ref(msg));
    }
}

static void take_waiting(ph_job_t *job)
{
    ph_parent_t *p = ph_job_state(job);
    for (size_t i = 0; i < p->waiting.count; i++) {
        take(job, p->waiting.items[i]);
        ph_msg_unref(p->waiting.items[i]);
    }
    p->waiting.count = 0;
}

/* What of a leaf is not in its arena. */
static void drop_parent(void *ptr)
{
    ph_parent_t *p = ptr;
    void *value;
    for (size_t i = 0; i < p->waiting.count; i++)
        ph_msg_unref(p->waiting.items[i]);
    for (size_t i = 0; ph_map_next(&p->assessments, &i, NULL, &value);) {
        ph_assessment_t *a = *(ph_assessment_t **)value;
        if (a->pov.v)
            ph_shared_pov_unref(a->pov);
    }
    ph_map_free(&p->assessments);
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
    ph_job_t *job = ph_job_start(self, &in->leaves.activated.hash, sizeof(ph_parent_t));
    ph_parent_t *p = ph_job_state(job);
    ph_map_init(&p->assessments, sizeof(ph_candidate_hash_t), sizeof(ph_assessment_t *));
    ph_arena_defer(ph_job_arena(job), drop_parent, p);
    ph_parent_ask(job, take_waiting);
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

const ph_subsystem_ops_t ph_candidate_backing_ops = {.handle = handle};
