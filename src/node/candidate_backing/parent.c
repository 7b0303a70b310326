#include "node/candidate_backing/parent.h"

#include "primitives/descriptor.h"
#include "primitives/hash_of.h"
#include "primitives/rotation.h"
#include "protocol/candidate_backing_out.h"

/* Of runtimes that do not say. */
enum { MINIMUM_VOTES = 2 };

/* ---- the facts ---- */

typedef struct asking {
    ph_parent_t *parent;
    void (*then)(ph_job_t *job);
} asking_t;

static void note_answer(ph_parent_t *p, bool good)
{
    p->failed |= !good;
    ph_join_done(p->answers);
}

static void note_validators(ph_job_t *job, void *flow, ph_err_t err,
                            const ph_res_vec_validator_id_runtime_api_error_t *validators)
{
    ph_parent_t *p = flow;
    bool good = !err && validators->kind == PH_RES_OK;
    if (good) {
        ph_job_keep_reply(job);
        p->validators = validators->ok;
    }
    note_answer(p, good);
}

static void note_groups(ph_job_t *job, void *flow, ph_err_t err,
                        const ph_res_tup_vec_vec_validator_index_group_rotation_info_runtime_api_error_t *groups)
{
    ph_parent_t *p = flow;
    bool good = !err && groups->kind == PH_RES_OK;
    if (good) {
        ph_job_keep_reply(job);
        p->groups = groups->ok._0;
        p->rotation = groups->ok._1;
    }
    note_answer(p, good);
}

/* The para that is scheduled, or comes up when the core's candidate is included. */
static ph_parent_claim_t claim_on(const ph_core_state_t *core)
{
    ph_parent_claim_t claim = {0};
    switch ((ph_core_state_kind_t)core->kind) {
    case PH_CORE_STATE_SCHEDULED:
        claim = (ph_parent_claim_t){true, core->scheduled.para_id};
        break;
    case PH_CORE_STATE_OCCUPIED:
        if (core->occupied.next_up_on_available.some)
            claim = (ph_parent_claim_t){true, core->occupied.next_up_on_available.value.para_id};
        break;
    case PH_CORE_STATE_FREE:
        break;
    }
    return claim;
}

static void note_cores(ph_job_t *job, void *flow, ph_err_t err, const ph_res_vec_core_state_runtime_api_error_t *cores)
{
    ph_parent_t *p = flow;
    bool good = !err && cores->kind == PH_RES_OK;
    if (good) {
        p->core_count = cores->ok.count;
        p->claims = ph_arena_alloc(ph_job_arena(job), p->core_count * sizeof *p->claims);
        for (size_t i = 0; i < p->core_count; i++)
            p->claims[i] = claim_on(&cores->ok.items[i]);
    }
    note_answer(p, good);
}

static void note_session(ph_job_t *job, void *flow, ph_err_t err,
                         const ph_res_session_index_runtime_api_error_t *session)
{
    ph_parent_t *p = flow;
    bool good = !err && session->kind == PH_RES_OK;
    if (good)
        p->context = (ph_signing_context_t){.session_index = session->ok, .parent_hash = *ph_job_key(job)};
    note_answer(p, good);
}

static void note_minimum(ph_job_t *job, void *flow, ph_err_t err, const ph_res_u32_runtime_api_error_t *minimum)
{
    ph_parent_t *p = flow;
    bool good = !err && minimum->kind == PH_RES_OK;
    (void)job;
    p->minimum_votes = good ? minimum->ok : MINIMUM_VOTES;
    note_answer(p, good || (!err && minimum->err.kind == PH_RUNTIME_API_ERROR_NOT_SUPPORTED));
}

static void note_disabled(ph_job_t *job, void *flow, ph_err_t err,
                          const ph_res_vec_validator_index_runtime_api_error_t *disabled)
{
    ph_parent_t *p = flow;
    bool good = !err && disabled->kind == PH_RES_OK;
    if (good)
        ph_vec_validator_index_clone(ph_job_arena(job), &p->disabled, &disabled->ok);
    note_answer(p, good || (!err && disabled->err.kind == PH_RUNTIME_API_ERROR_NOT_SUPPORTED));
}

static void make_table(ph_job_t *job, ph_parent_t *p)
{
    ph_arena_t *arena = ph_job_arena(job);
    ph_core_index_t *core_of = ph_arena_alloc(arena, p->groups.count * sizeof *core_of);
    ph_table_groups_t groups = {.groups = p->groups,
                                .validator_count = p->validators.count,
                                .core_of = core_of,
                                .disabled = ph_bits_new(arena, p->validators.count),
                                .minimum_votes = p->minimum_votes};
    for (uint32_t g = 0; g < p->groups.count; g++)
        core_of[g] = ph_rotation_core_for_group(&p->rotation, (ph_group_index_t){g}, p->core_count);
    for (size_t i = 0; i < p->disabled.count; i++)
        if (p->disabled.items[i].v < groups.disabled.count)
            ph_bits_set(groups.disabled, p->disabled.items[i].v, true);
    ph_table_init(&p->table, arena, ph_env_of(ph_job_self(job))->memo, &groups);
}

static void find_ourselves(ph_job_t *job, ph_parent_t *p)
{
    ph_keystore_t *keystore = ((const ph_candidate_backing_config_t *)ph_config(ph_job_self(job)))->keystore;
    if (!keystore || !ph_keystore_find_validator(keystore, p->validators.items, p->validators.count, &p->me))
        return;
    p->key = p->validators.items[p->me.v];
    p->may_sign =
        ph_table_place(&p->table, p->me, &p->group, &p->core) && p->core.v < p->core_count && p->claims[p->core.v].some;
}

static void settle(ph_job_t *job, void *flow)
{
    asking_t *asking = flow;
    ph_parent_t *p = asking->parent;
    if (p->failed) {
        ph_complain(ph_job_self(job), PH_LOG_WARN, "the runtime did not answer; no backing at this block");
    } else {
        make_table(job, p);
        find_ourselves(job, p);
        p->ready = true;
    }
    asking->then(job);
}

void ph_parent_ask(ph_job_t *job, void (*then)(ph_job_t *job))
{
    ph_parent_t *p = ph_job_state(job);
    asking_t *asking = ph_arena_alloc(ph_job_arena(job), sizeof *asking);
    *asking = (asking_t){p, then};
    p->answers = ph_join_new(job, settle, asking);
    for (int i = 0; i < 6; i++)
        ph_join_add(p->answers);
    ph_ask_runtime_api_request_validators(job, ph_job_key(job), p, note_validators);
    ph_ask_runtime_api_request_validator_groups(job, ph_job_key(job), p, note_groups);
    ph_ask_runtime_api_request_availability_cores(job, ph_job_key(job), p, note_cores);
    ph_ask_runtime_api_request_session_index_for_child(job, ph_job_key(job), p, note_session);
    ph_ask_runtime_api_request_minimum_backing_votes(job, ph_job_key(job), p, note_minimum);
    ph_ask_runtime_api_request_disabled_validators(job, ph_job_key(job), p, note_disabled);
    ph_join_close(p->answers);
}

/* ---- statements ---- */

bool ph_parent_fits(ph_job_t *job, const ph_candidate_descriptor_t *descriptor, ph_core_index_t core)
{
    const ph_parent_t *p = ph_job_state(job);
    ph_core_index_t named = core;
    ph_descriptor_core_index(descriptor, &named);
    return core.v < p->core_count && p->claims[core.v].some && p->claims[core.v].para.v == descriptor->para_id.v &&
           ph_hash_equal(&descriptor->relay_parent, ph_job_key(job)) && named.v == core.v &&
           ph_descriptor_check(descriptor, false) == PH_DESCRIPTOR_ACCEPTED;
}

static void report(ph_job_t *job, const ph_misbehavior_report_t *what)
{
    ph_provisionable_data_t data = {.kind = PH_PROVISIONABLE_DATA_MISBEHAVIOR_REPORT, .misbehavior_report = *what};
    ph_send_provisioner_provisionable_data(ph_job_self(job), ph_job_key(job), &data);
}

void ph_parent_disagree(ph_job_t *job, ph_assessment_t *a)
{
    ph_parent_t *p = ph_job_state(job);
    const ph_table_candidate_t *candidate = ph_table_find(&p->table, &a->hash);
    if (a->reported || !candidate)
        return;
    a->reported = true;
    size_t len = ph_table_group_of(&p->table, candidate)->count;
    ph_misbehavior_report_t what = {.kind = PH_MISBEHAVIOR_REPORT_CANDIDATE_VALIDITY_DISAGREEMENT};
    ph_vec_unchecked_signed_full_statement_t *statements = &what.candidate_validity_disagreement.statements;
    what.candidate_validity_disagreement.receipt = a->receipt;
    statements->items = ph_mem_alloc(NULL, len * sizeof *statements->items);
    for (size_t i = 0; i < len; i++)
        if (candidate->votes[i].kind)
            statements->items[statements->count++] = ph_table_statement(&p->table, candidate, i);
    report(job, &what);
    ph_mem_free(statements->items);
}

/* Counts it; NULL if it does not count. */
static ph_table_candidate_t *count(ph_job_t *job, const ph_unchecked_signed_full_statement_t *statement)
{
    ph_parent_t *p = ph_job_state(job);
    ph_table_news_t news;
    ph_table_result_t result = ph_table_import(&p->table, &news, statement);
    for (size_t i = 0; i < news.report_count; i++)
        report(job, &news.reports[i]);
    if (result != PH_TABLE_COUNTED)
        return NULL;
    ph_note(ph_job_self(job), "statement-imported",
            PH_FIELDS(.block = ph_job_key(job), .candidate = &news.candidate->hash,
                      PH_F_VALIDATOR(statement->validator_index),
                      .reason = statement->payload.kind == PH_STATEMENT_SECONDED ? "seconded" : "valid"));
    return news.candidate;
}

static void announce_backing(ph_job_t *job, ph_table_candidate_t *candidate)
{
    ph_subsystem_t *self = ph_job_self(job);
    const ph_parent_t *p = ph_job_state(job);
    if (candidate->announced || !ph_table_has_quorum(&p->table, candidate))
        return;
    candidate->announced = true;
    ph_note(self, "backable",
            PH_FIELDS(.block = ph_job_key(job), .candidate = &candidate->hash,
                      PH_F_PARA(candidate->receipt->descriptor.para_id), PH_F_NUMBER(candidate->vote_count)));
    ph_provisionable_data_t data = {.kind = PH_PROVISIONABLE_DATA_BACKED_CANDIDATE};
    ph_hash_to_plain_receipt(&data.backed_candidate, candidate->receipt);
    ph_send_provisioner_provisionable_data(self, ph_job_key(job), &data);
    ph_send_statement_distribution_backed(self, ph_job_key(job), &candidate->hash);
}

static bool is_acceptable(ph_job_t *job, const ph_signed_full_statement_with_pvd_t *in)
{
    const ph_parent_t *p = ph_job_state(job);
    ph_group_index_t group;
    ph_core_index_t core;
    if (!ph_table_place(&p->table, in->statement.validator_index, &group, &core))
        return false;
    if (in->statement.payload.kind != PH_STATEMENT_SECONDED)
        return true;
    const ph_candidate_descriptor_t *descriptor = &in->statement.payload.seconded.descriptor;
    if (!in->pvd.some || !ph_parent_fits(job, descriptor, core))
        return false;
    ph_hash_t data = ph_hash_of_validation_data(&in->pvd.value);
    return ph_hash_equal(&data, &descriptor->persisted_validation_data_hash);
}

void ph_parent_hear(ph_job_t *job, const ph_signed_full_statement_with_pvd_t *in)
{
    if (!is_acceptable(job, in)) {
        ph_complain(ph_job_self(job), PH_LOG_DEBUG, "a statement of validator %u has no place here",
                    in->statement.validator_index.v);
        return;
    }
    ph_table_candidate_t *candidate = count(job, &in->statement);
    if (!candidate)
        return;
    announce_backing(job, candidate);
    ph_assess_heard(job, candidate, in->statement.validator_index);
}

void ph_parent_say(ph_job_t *job, const ph_signed_full_statement_with_pvd_t *statement)
{
    ph_table_candidate_t *candidate = count(job, &statement->statement);
    ph_send_statement_distribution_share(ph_job_self(job), ph_job_key(job), statement);
    if (candidate)
        announce_backing(job, candidate);
}
