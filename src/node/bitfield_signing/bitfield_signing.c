#include "node/bitfield_signing/bitfield_signing.h"

#include "protocol/bitfield_signing_out.h"

typedef struct signing {
    ph_validator_index_t me;
    ph_validator_id_t key;
    ph_signing_context_t context;
    ph_bits_t held;
    ph_join_t *answers;
} signing_t;

typedef struct asked_core {
    signing_t *signing;
    size_t core;
} asked_core_t;

static const ph_bitfield_signing_config_t *config_of(ph_job_t *job)
{
    return ph_config(ph_job_self(job));
}

static void sign_and_hand_over(ph_job_t *job, void *flow)
{
    ph_subsystem_t *self = ph_job_self(job);
    signing_t *s = flow;
    ph_unchecked_signed_availability_bitfield_t signed_ = {.payload = {s->held}, .validator_index = s->me};
    ph_err_t err =
        ph_keystore_sign_bitfield(config_of(job)->keystore, &signed_.signature, &s->key, s->held, &s->context);
    if (err != PH_OK) {
        ph_complain(self, PH_LOG_INFO, "no bitfield for this block: %s", ph_err_text(err));
        return;
    }
    ph_note(self, "bitfield-signed",
            PH_FIELDS(.block = ph_job_key(job), PH_F_VALIDATOR(s->me), PH_F_NUMBER(ph_bits_ones(s->held))));
    ph_send_bitfield_distribution_distribute_bitfield(self, ph_job_key(job), &signed_);
}

static void note_chunk(ph_job_t *job, void *flow, ph_err_t err, const bool *here)
{
    asked_core_t *asked = flow;
    (void)job;
    if (!err && *here)
        ph_bits_set(asked->signing->held, asked->core, true);
    ph_join_done(asked->signing->answers);
}

static void ask_for_chunks(ph_job_t *job, void *flow, ph_err_t err,
                           const ph_res_vec_core_state_runtime_api_error_t *cores)
{
    signing_t *s = flow;
    if (err || cores->kind != PH_RES_VEC_CORE_STATE_RUNTIME_API_ERROR_OK)
        return;
    s->held = ph_bits_new(ph_job_arena(job), cores->ok.count);
    s->answers = ph_join_new(job, sign_and_hand_over, s);
    for (size_t i = 0; i < cores->ok.count; i++) {
        const ph_core_state_t *core = &cores->ok.items[i];
        if (core->kind != PH_CORE_STATE_OCCUPIED)
            continue;
        asked_core_t *asked = ph_arena_alloc(ph_job_arena(job), sizeof *asked);
        *asked = (asked_core_t){s, i};
        ph_join_add(s->answers);
        ph_ask_availability_store_query_chunk_availability(job, &core->occupied.candidate_hash, s->me, asked,
                                                           note_chunk);
    }
    ph_join_close(s->answers);
}

static void look_at_cores(ph_job_t *job, void *flow, ph_err_t err,
                          const ph_res_session_index_runtime_api_error_t *session)
{
    signing_t *s = flow;
    if (err || session->kind != PH_RES_SESSION_INDEX_RUNTIME_API_ERROR_OK)
        return;
    s->context = (ph_signing_context_t){.session_index = session->ok, .parent_hash = *ph_job_key(job)};
    ph_ask_runtime_api_request_availability_cores(job, ph_job_key(job), s, ask_for_chunks);
}

static void find_ourselves(ph_job_t *job, void *flow, ph_err_t err,
                           const ph_res_vec_validator_id_runtime_api_error_t *validators)
{
    signing_t *s = flow;
    if (err || validators->kind != PH_RES_VEC_VALIDATOR_ID_RUNTIME_API_ERROR_OK ||
        !ph_keystore_find_validator(config_of(job)->keystore, validators->ok.items, validators->ok.count, &s->me))
        return;
    s->key = validators->ok.items[s->me.v];
    ph_ask_runtime_api_request_session_index_for_child(job, ph_job_key(job), s, look_at_cores);
}

static void after_the_wait(ph_job_t *job, void *flow)
{
    ph_ask_runtime_api_request_validators(job, ph_job_key(job), flow, find_ourselves);
}

static void on_leaves(ph_subsystem_t *self, const ph_input_t *in)
{
    const ph_bitfield_signing_config_t *config = ph_config(self);
    for (size_t i = 0; i < in->leaves.deactivated_count; i++) {
        ph_job_t *job = ph_job_find(self, &in->leaves.deactivated[i]);
        if (job)
            ph_job_end(job);
    }
    if (!in->leaves.has_activated || !config->keystore)
        return;
    ph_job_t *job = ph_job_start(self, &in->leaves.activated.hash, sizeof(signing_t));
    ph_job_after(job, config->slot_ms / 4, after_the_wait, ph_job_state(job));
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

const ph_subsystem_ops_t ph_bitfield_signing_ops = {.handle = handle};
