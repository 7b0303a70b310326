#include "node/pvf_checker/pvf_checker.h"

#include "node/pvf_checker/view.h"
#include "protocol/pvf_checker_out.h"

typedef struct credentials {
    bool some;
    ph_validator_id_t key;
    ph_validator_index_t index;
} credentials_t;

typedef struct state {
    ph_code_view_t view;
    size_t examining;        /* leaves that the runtime is being asked about */
    PH_LIST(ph_hash_t) gone; /* leaves to be forgotten after that, lest code seem new at the next one */
    bool has_recent, has_session;
    ph_leaf_t recent;           /* the highest one seen */
    ph_session_index_t session; /* the latest one seen, and who we are in it */
    credentials_t credentials;
    PH_LIST(ph_validation_code_hash_t) voted; /* in that session */
} state_t;

/* Looking at one leaf. Not a job of that leaf: its end must not hide a new session. */
typedef struct examination {
    ph_leaf_t leaf;
    bool supported, has_session;
    ph_vec_validation_code_hash_t codes;
    ph_session_index_t session;
    credentials_t credentials;
    ph_join_t *answers;
} examination_t;

/* ---- votes ---- */

typedef struct vote {
    ph_pvf_check_statement_t statement;
    ph_hash_t at;
} vote_t;

static void on_submitted(ph_job_t *job, void *flow, ph_err_t err, const ph_res_unit_runtime_api_error_t *result)
{
    const vote_t *vote = flow;
    ph_subsystem_t *self = ph_job_self(job);
    if (err || result->kind != PH_RES_OK)
        ph_complain(self, PH_LOG_WARN, "a vote on code could not be handed in");
    else
        ph_note(self, "vote-submitted",
                PH_FIELDS(.block = &vote->at, PH_F_VALIDATOR(vote->statement.validator_index),
                          .reason = vote->statement.accept ? "accept" : "reject"));
    ph_job_end(job);
}

static bool has_voted(const state_t *state, const ph_validation_code_hash_t *code)
{
    for (size_t i = 0; i < state->voted.count; i++)
        if (ph_validation_code_hash_equal(&state->voted.items[i], code))
            return true;
    return false;
}

static void vote_on(ph_subsystem_t *self, const ph_view_code_t *code)
{
    state_t *state = ph_state(self);
    const ph_pvf_checker_config_t *config = ph_config(self);
    ph_validator_signature_t signature;
    if (!state->credentials.some || has_voted(state, &code->hash))
        return;
    ph_list_push(NULL, &state->voted, code->hash);
    ph_pvf_check_statement_t statement = {.accept = code->judgement == PH_CODE_ACCEPTED,
                                          .subject = code->hash,
                                          .session_index = state->session,
                                          .validator_index = state->credentials.index};
    ph_err_t err = ph_keystore_sign_pvf_check(config->keystore, &signature, &state->credentials.key, &statement);
    if (err != PH_OK) {
        ph_complain(self, PH_LOG_WARN, "no vote on code: %s", ph_err_text(err));
        return;
    }
    ph_job_t *job = ph_job_child(ph_root_job(self), sizeof(vote_t));
    vote_t *vote = ph_job_state(job);
    *vote = (vote_t){statement, state->recent.hash};
    ph_ask_runtime_api_request_submit_pvf_check_statement(job, &vote->at, &statement, &signature, vote, on_submitted);
}

static void enter_session(ph_subsystem_t *self, const examination_t *e)
{
    state_t *state = ph_state(self);
    if (!e->has_session || (state->has_session && e->session.v <= state->session.v))
        return;
    state->has_session = true;
    state->session = e->session;
    state->credentials = e->credentials;
    state->voted.count = 0;
    for (size_t i = 0; i < state->view.codes.count; i++)
        if (state->view.codes.items[i].judgement != PH_CODE_UNJUDGED)
            vote_on(self, &state->view.codes.items[i]);
}

/* ---- trying code ---- */

static void on_checked(ph_job_t *job, void *flow, ph_err_t err, const ph_pre_check_outcome_t *outcome)
{
    ph_subsystem_t *self = ph_job_self(job);
    ph_view_code_t *code = ph_code_view_find(&((state_t *)ph_state(self))->view, flow);
    if (code && !err) {
        bool valid = outcome->kind == PH_PRE_CHECK_OUTCOME_VALID;
        code->judgement = valid ? PH_CODE_ACCEPTED : PH_CODE_REJECTED;
        ph_note(self, "code-judged", PH_FIELDS(.reason = valid ? "accepted" : "rejected"));
        vote_on(self, code);
    }
    ph_job_end(job);
}

static void check(ph_subsystem_t *self, const ph_hash_t *leaf, const ph_validation_code_hash_t *hash)
{
    ph_job_t *job = ph_job_child(ph_root_job(self), sizeof *hash);
    ph_validation_code_hash_t *kept = ph_job_state(job);
    *kept = *hash;
    ph_ask_candidate_validation_pre_check(job, leaf, hash, kept, on_checked);
}

/* ---- leaves ---- */

static bool is_gone(const state_t *state, const ph_hash_t *leaf)
{
    for (size_t i = 0; i < state->gone.count; i++)
        if (ph_hash_equal(&state->gone.items[i], leaf))
            return true;
    return false;
}

static void forget_gone(state_t *state)
{
    if (state->examining)
        return;
    for (size_t i = 0; i < state->gone.count; i++)
        ph_code_view_remove(&state->view, &state->gone.items[i]);
    state->gone.count = 0;
}

static void finish(ph_job_t *job, examination_t *e)
{
    ph_subsystem_t *self = ph_job_self(job);
    state_t *state = ph_state(self);
    state->examining--;
    if (e->supported && (!state->has_recent || e->leaf.number >= state->recent.number)) {
        state->has_recent = true;
        state->recent = e->leaf;
    }
    if (e->supported && !is_gone(state, &e->leaf.hash)) {
        size_t fresh = ph_code_view_add(&state->view, &e->leaf.hash, &e->codes);
        for (; fresh < state->view.codes.count; fresh++)
            check(self, &e->leaf.hash, &state->view.codes.items[fresh].hash);
    }
    if (e->supported)
        enter_session(self, e);
    forget_gone(state);
    ph_job_end(job);
}

static void note_validators(ph_job_t *job, void *flow, ph_err_t err,
                            const ph_res_vec_validator_id_runtime_api_error_t *validators)
{
    const ph_pvf_checker_config_t *config = ph_config(ph_job_self(job));
    examination_t *e = flow;
    credentials_t *us = &e->credentials;
    if (err || validators->kind != PH_RES_OK) {
        ph_complain(ph_job_self(job), PH_LOG_WARN, "validators not available");
    } else {
        const ph_vec_validator_id_t *ids = &validators->ok;
        us->some = ph_keystore_find_validator(config->keystore, ids->items, ids->count, &us->index);
        if (us->some)
            us->key = ids->items[us->index.v];
    }
    finish(job, e);
}

static void look_at_session(ph_job_t *job, void *flow)
{
    const state_t *state = ph_state(ph_job_self(job));
    examination_t *e = flow;
    if (e->supported && e->has_session && (!state->has_session || e->session.v > state->session.v))
        ph_ask_runtime_api_request_validators(job, &e->leaf.hash, e, note_validators);
    else
        finish(job, e);
}

static void note_codes(ph_job_t *job, void *flow, ph_err_t err,
                       const ph_res_vec_validation_code_hash_runtime_api_error_t *codes)
{
    examination_t *e = flow;
    e->supported = err || codes->kind == PH_RES_OK || codes->err.kind != PH_RUNTIME_API_ERROR_NOT_SUPPORTED;
    if (!err && codes->kind == PH_RES_OK)
        ph_vec_validation_code_hash_clone(ph_job_arena(job), &e->codes, &codes->ok);
    ph_join_done(e->answers);
}

static void note_session(ph_job_t *job, void *flow, ph_err_t err,
                         const ph_res_session_index_runtime_api_error_t *session)
{
    examination_t *e = flow;
    e->has_session = !err && session->kind == PH_RES_OK;
    if (e->has_session)
        e->session = session->ok;
    else
        ph_complain(ph_job_self(job), PH_LOG_WARN, "session not available");
    ph_join_done(e->answers);
}

static void examine(ph_subsystem_t *self, const ph_leaf_t *leaf)
{
    ph_job_t *job = ph_job_child(ph_root_job(self), sizeof(examination_t));
    examination_t *e = ph_job_state(job);
    ((state_t *)ph_state(self))->examining++;
    e->leaf = *leaf;
    e->answers = ph_join_new(job, look_at_session, e);
    ph_join_add(e->answers);
    ph_join_add(e->answers);
    ph_ask_runtime_api_request_pvfs_require_precheck(job, &e->leaf.hash, e, note_codes);
    ph_ask_runtime_api_request_session_index_for_child(job, &e->leaf.hash, e, note_session);
    ph_join_close(e->answers);
}

static void on_leaves(ph_subsystem_t *self, const ph_input_t *in)
{
    state_t *state = ph_state(self);
    for (size_t i = 0; i < in->leaves.deactivated_count; i++)
        ph_list_push(NULL, &state->gone, in->leaves.deactivated[i]);
    if (in->leaves.has_activated)
        examine(self, &in->leaves.activated);
    forget_gone(state);
}

static ph_err_t handle(ph_subsystem_t *self, const ph_input_t *in)
{
    switch (in->kind) {
    case PH_IN_ACTIVE_LEAVES:
        on_leaves(self, in);
        break;
    case PH_IN_START:
    case PH_IN_BLOCK_FINALIZED:
    case PH_IN_CONCLUDE:
    case PH_IN_MESSAGE:
        break;
    }
    return PH_OK;
}

static void destroy(ph_subsystem_t *self)
{
    state_t *state = ph_state(self);
    ph_code_view_free(&state->view);
    ph_list_free(&state->gone);
    ph_list_free(&state->voted);
}

const ph_subsystem_ops_t ph_pvf_checker_ops = {.state_size = sizeof(state_t), .handle = handle, .destroy = destroy};
