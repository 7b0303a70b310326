#include "node/collation_generation/collation_generation.h"

#include "node/collation_generation/candidate.h"
#include "overseer/coding.h"
#include "primitives/assignment.h"
#include "primitives/hash_of.h"
#include "protocol/collation_generation_out.h"

typedef struct state {
    uint32_t *built; /* by collator: how many collations so far */
} state_t;

/* One leaf: its cores, claims, validators, session; then for each collator its flow. */
typedef struct leaf {
    ph_vec_core_state_t cores;
    ph_claim_queue_t claims;
    size_t validators;
    ph_session_index_t session;
    bool failed;
    ph_join_t *answers;
} leaf_t;

typedef struct building {
    size_t collator;
    leaf_t *leaf;
    bool has_pvd, has_code, has_limits;
    ph_constraints_t limits;
    candidate_t candidate;
    ph_candidate_receipt_t receipt;
    ph_shared_pov_t pov;
    ph_join_t *answers;
} building_t;

static const ph_collation_generation_config_t *config_of(ph_job_t *job)
{
    return ph_config(ph_job_self(job));
}

/* ---- the candidate ---- */

static void distribute(ph_job_t *job, void *flow, ph_coded_t *coded)
{
    ph_subsystem_t *self = ph_job_self(job);
    building_t *b = flow;
    if (!coded) {
        ph_complain(self, PH_LOG_WARN, "no collation for para %u: too few validators for erasure coding",
                    b->candidate.para.v);
        return;
    }
    b->receipt.descriptor.erasure_root = *ph_coded_root(coded);
    ph_candidate_spoil_receipt(&b->receipt, b->candidate.fault);
    ph_candidate_hash_t hash = ph_hash_of_receipt(&b->receipt);
    ph_hash_t parent_head = ph_hash_of_head(b->candidate.pvd.parent_head);
    ph_note(self, "collation-built",
            PH_FIELDS(.block = ph_job_key(job), .candidate = &hash, PH_F_PARA(b->candidate.para),
                      PH_F_NUMBER(b->pov.v->block_data.v.len),
                      .reason = b->candidate.fault ? ph_collator_fault_names[b->candidate.fault] : NULL));
    ph_send_collator_protocol_distribute_collation(self, ph_job_key(job), b->candidate.core, &b->receipt, b->pov,
                                                   &parent_head);
}

static void unref_pov(void *ptr)
{
    ph_shared_pov_unref(((building_t *)ptr)->pov);
}

static void complete(ph_job_t *job, building_t *b)
{
    ph_pov_t pov = {{b->candidate.made.block_data}};
    b->pov = ph_shared_pov_new(&pov);
    ph_arena_defer(ph_job_arena(job), unref_pov, b);
    ph_candidate_receipt_of(&b->receipt, &b->candidate);
    ph_available_data_t data = {.pov = pov, .validation_data = b->candidate.pvd};
    ph_writer_t w = PH_WRITER_HEAP;
    ph_available_data_encode(&w, &data);
    ph_job_erasure_code(job, b->leaf->validators, ph_writer_bytes(&w), b, distribute);
    ph_writer_free(&w);
}

static void collate(ph_job_t *job, void *flow)
{
    ph_subsystem_t *self = ph_job_self(job);
    state_t *state = ph_state(self);
    building_t *b = flow;
    const ph_collator_t *collator = &config_of(job)->collators[b->collator];
    if (!b->has_pvd || !b->has_code)
        return;
    ph_collation_request_t request = {ph_job_key(job), &b->candidate.pvd, b->candidate.code_hash,
                                      b->has_limits ? &b->limits : NULL};
    ph_err_t err = collator->collate(collator->ctx, ph_job_arena(job), &request, &b->candidate.made);
    if (err != PH_OK) {
        ph_complain(self, err == PH_ERR_REFUSED ? PH_LOG_DEBUG : PH_LOG_WARN, "no collation for para %u: %s",
                    collator->para_id.v, ph_err_text(err));
        return;
    }
    uint32_t n = state->built[b->collator]++;
    b->candidate.fault = collator->bad ? ph_collator_fault_at(collator->fault_offset + n) : PH_COLLATOR_FAULT_NONE;
    ph_candidate_spoil_content(ph_job_arena(job), &b->candidate);
    ph_pov_t pov = {{b->candidate.made.block_data}};
    if (!collator->bad && ph_type_encoded_len(&ph_type_pov, &pov) > b->candidate.pvd.max_pov_size) {
        ph_complain(self, PH_LOG_WARN, "no collation for para %u: a PoV of %zu bytes", collator->para_id.v,
                    b->candidate.made.block_data.len);
        return;
    }
    complete(job, b);
}

static void note_validation_data(ph_job_t *job, void *flow, ph_err_t err,
                                 const ph_res_opt_persisted_validation_data_runtime_api_error_t *pvd)
{
    building_t *b = flow;
    if (!err && pvd->kind == PH_RES_OPT_PERSISTED_VALIDATION_DATA_RUNTIME_API_ERROR_OK && pvd->ok.some) {
        ph_persisted_validation_data_clone(ph_job_arena(job), &b->candidate.pvd, &pvd->ok.value);
        b->has_pvd = true;
    }
    ph_join_done(b->answers);
}

static void note_code_hash(ph_job_t *job, void *flow, ph_err_t err,
                           const ph_res_opt_validation_code_hash_runtime_api_error_t *hash)
{
    building_t *b = flow;
    (void)job;
    if (!err && hash->kind == PH_RES_OPT_VALIDATION_CODE_HASH_RUNTIME_API_ERROR_OK && hash->ok.some) {
        b->candidate.code_hash = hash->ok.value;
        b->has_code = true;
    }
    ph_join_done(b->answers);
}

/* An older runtime does not say; the collator does without. */
static void note_limits(ph_job_t *job, void *flow, ph_err_t err,
                        const ph_res_opt_constraints_runtime_api_error_t *limits)
{
    building_t *b = flow;
    if (!err && limits->kind == PH_RES_OPT_CONSTRAINTS_RUNTIME_API_ERROR_OK && limits->ok.some) {
        ph_constraints_clone(ph_job_arena(job), &b->limits, &limits->ok.value);
        b->has_limits = true;
    }
    ph_join_done(b->answers);
}

static void begin(ph_job_t *job, leaf_t *leaf, size_t collator, ph_core_index_t core)
{
    ph_para_id_t para = config_of(job)->collators[collator].para_id;
    ph_occupied_core_assumption_t included = {PH_OCCUPIED_CORE_ASSUMPTION_INCLUDED};
    building_t *b = ph_arena_alloc(ph_job_arena(job), sizeof *b);
    *b = (building_t){.collator = collator, .leaf = leaf};
    b->candidate.relay_parent = *ph_job_key(job);
    b->candidate.core = core;
    b->candidate.session = leaf->session;
    b->candidate.para = para;
    b->answers = ph_join_new(job, collate, b);
    for (int i = 0; i < 3; i++)
        ph_join_add(b->answers);
    ph_ask_runtime_api_request_persisted_validation_data(job, ph_job_key(job), para, included, b, note_validation_data);
    ph_ask_runtime_api_request_validation_code_hash(job, ph_job_key(job), para, included, b, note_code_hash);
    ph_ask_runtime_api_request_backing_constraints(job, ph_job_key(job), para, b, note_limits);
    ph_join_close(b->answers);
}

/* ---- the leaf ---- */

/* Candidates stand on the para's head on chain, so a second core would get the same block again: one core is enough. */
static bool find_core(ph_core_index_t *out, const leaf_t *leaf, ph_para_id_t para)
{
    bool found = false;
    for (uint32_t i = 0; i < leaf->cores.count && i <= UINT16_MAX; i++) {
        ph_para_id_t up;
        bool occupied = leaf->cores.items[i].kind == PH_CORE_STATE_OCCUPIED;
        if ((found && occupied) ||
            !ph_assignment_para_up(&up, &leaf->cores.items[i], (ph_core_index_t){i}, &leaf->claims) || up.v != para.v)
            continue;
        *out = (ph_core_index_t){i};
        if (!occupied)
            return true;
        found = true;
    }
    return found;
}

static void begin_all(ph_job_t *job, void *flow)
{
    leaf_t *leaf = flow;
    if (leaf->failed)
        return;
    for (size_t i = 0; i < config_of(job)->collator_count; i++) {
        ph_core_index_t core;
        if (find_core(&core, leaf, config_of(job)->collators[i].para_id))
            begin(job, leaf, i, core);
    }
}

static void note_cores(ph_job_t *job, void *flow, ph_err_t err, const ph_res_vec_core_state_runtime_api_error_t *cores)
{
    leaf_t *leaf = flow;
    if (!err && cores->kind == PH_RES_VEC_CORE_STATE_RUNTIME_API_ERROR_OK) {
        ph_job_keep_reply(job);
        leaf->cores = cores->ok;
    } else {
        leaf->failed = true;
    }
    ph_join_done(leaf->answers);
}

static void note_claims(ph_job_t *job, void *flow, ph_err_t err,
                        const ph_res_map_core_index_vec_para_id_runtime_api_error_t *claims)
{
    leaf_t *leaf = flow;
    if (!err && claims->kind == PH_RES_MAP_CORE_INDEX_VEC_PARA_ID_RUNTIME_API_ERROR_OK) {
        ph_job_keep_reply(job);
        leaf->claims = claims->ok;
    } else {
        leaf->failed = true;
    }
    ph_join_done(leaf->answers);
}

static void note_validators(ph_job_t *job, void *flow, ph_err_t err,
                            const ph_res_vec_validator_id_runtime_api_error_t *validators)
{
    leaf_t *leaf = flow;
    (void)job;
    if (!err && validators->kind == PH_RES_VEC_VALIDATOR_ID_RUNTIME_API_ERROR_OK)
        leaf->validators = validators->ok.count;
    else
        leaf->failed = true;
    ph_join_done(leaf->answers);
}

static void note_session(ph_job_t *job, void *flow, ph_err_t err,
                         const ph_res_session_index_runtime_api_error_t *session)
{
    leaf_t *leaf = flow;
    (void)job;
    if (!err && session->kind == PH_RES_SESSION_INDEX_RUNTIME_API_ERROR_OK)
        leaf->session = session->ok;
    else
        leaf->failed = true;
    ph_join_done(leaf->answers);
}

static void look_at_leaf(ph_job_t *job)
{
    leaf_t *leaf = ph_job_state(job);
    leaf->answers = ph_join_new(job, begin_all, leaf);
    for (int i = 0; i < 4; i++)
        ph_join_add(leaf->answers);
    ph_ask_runtime_api_request_availability_cores(job, ph_job_key(job), leaf, note_cores);
    ph_ask_runtime_api_request_claim_queue(job, ph_job_key(job), leaf, note_claims);
    ph_ask_runtime_api_request_validators(job, ph_job_key(job), leaf, note_validators);
    ph_ask_runtime_api_request_session_index_for_child(job, ph_job_key(job), leaf, note_session);
    ph_join_close(leaf->answers);
}

static void start(ph_subsystem_t *self)
{
    const ph_collation_generation_config_t *config = ph_config(self);
    state_t *state = ph_state(self);
    state->built = ph_mem_alloc(NULL, (config->collator_count + 1) * sizeof *state->built);
    for (size_t i = 0; i < config->collator_count; i++)
        ph_send_collator_protocol_collate_on(self, config->collators[i].para_id);
}

static void on_leaves(ph_subsystem_t *self, const ph_input_t *in)
{
    const ph_collation_generation_config_t *config = ph_config(self);
    for (size_t i = 0; i < in->leaves.deactivated_count; i++) {
        ph_job_t *job = ph_job_find(self, &in->leaves.deactivated[i]);
        if (job)
            ph_job_end(job);
    }
    if (in->leaves.has_activated && config->collator_count)
        look_at_leaf(ph_job_start(self, &in->leaves.activated.hash, sizeof(leaf_t)));
}

static ph_err_t handle(ph_subsystem_t *self, const ph_input_t *in)
{
    switch (in->kind) {
    case PH_IN_START:
        start(self);
        break;
    case PH_IN_ACTIVE_LEAVES:
        on_leaves(self, in);
        break;
    case PH_IN_BLOCK_FINALIZED:
    case PH_IN_CONCLUDE:
    case PH_IN_MESSAGE:
        break;
    }
    return PH_OK;
}

static void destroy(ph_subsystem_t *self)
{
    ph_mem_free(((state_t *)ph_state(self))->built);
}

const ph_subsystem_ops_t ph_collation_generation_ops = {
    .state_size = sizeof(state_t), .handle = handle, .destroy = destroy};
