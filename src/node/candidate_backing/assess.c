#include "node/candidate_backing/parent.h"

#include "primitives/hash_of.h"
#include "protocol/candidate_backing_out.h"

/* Collations are built for the core as it will be once the candidate in it is included; of a core that is free this
 * says the same as "free", and where a para has several cores it is right for each. */
static const ph_occupied_core_assumption_t included = {PH_OCCUPIED_CORE_ASSUMPTION_INCLUDED};

static void fetch_pov(ph_job_t *job, ph_assessment_t *a);

static ph_assessment_t *find(const ph_parent_t *p, const ph_candidate_hash_t *hash)
{
    ph_assessment_t **slot = ph_map_get(&p->assessments, hash);
    return slot ? *slot : NULL;
}

static ph_assessment_t *add(ph_job_t *job, const ph_candidate_hash_t *hash, const ph_candidate_receipt_t *receipt)
{
    ph_parent_t *p = ph_job_state(job);
    ph_assessment_t *a = ph_arena_alloc(ph_job_arena(job), sizeof *a);
    a->hash = *hash;
    a->receipt = *receipt;
    a->asked = ph_bits_new(ph_job_arena(job), p->groups.items[p->group.v].count);
    *(ph_assessment_t **)ph_map_put(&p->assessments, hash, NULL) = a;
    return a;
}

/* ---- how it ends ---- */

static void release(ph_assessment_t *a, ph_assess_stage_t stage)
{
    a->stage = stage;
    if (a->pov.v)
        ph_shared_pov_unref(a->pov);
    a->pov = (ph_shared_pov_t){0};
}

static void decline(ph_job_t *job, const ph_candidate_hash_t *candidate)
{
    ph_send_candidate_selection_declined(ph_job_self(job), ph_job_key(job), candidate);
}

static void abstain(ph_job_t *job, ph_assessment_t *a, const char *why)
{
    ph_parent_t *p = ph_job_state(job);
    ph_complain(ph_job_self(job), PH_LOG_WARN, "no statement about a candidate of para %u: %s",
                a->receipt.descriptor.para_id.v, why);
    if (a->to_second)
        p->seconding = false;
    if (a->offered)
        decline(job, &a->hash);
    release(a, PH_ASSESS_ABSTAINED);
}

static void find_invalid(ph_job_t *job, ph_assessment_t *a, const char *why)
{
    ph_parent_t *p = ph_job_state(job);
    ph_note(ph_job_self(job), "found-invalid",
            PH_FIELDS(.block = ph_job_key(job), .candidate = &a->hash, PH_F_PARA(a->receipt.descriptor.para_id),
                      .reason = why));
    if (a->to_second)
        p->seconding = false;
    if (a->offered)
        ph_send_candidate_selection_invalid(ph_job_self(job), ph_job_key(job), &a->receipt);
    release(a, PH_ASSESS_INVALID);
    ph_parent_disagree(job, a);
}

static const char *invalid_name(const ph_invalid_candidate_t *why)
{
    const ph_type_t *type = &ph_type_invalid_candidate;
    for (size_t i = 0; i < type->variant_count; i++)
        if (type->variants[i].index == why->kind)
            return type->variants[i].name;
    return "invalid";
}

static void sign(ph_job_t *job, ph_assessment_t *a)
{
    ph_subsystem_t *self = ph_job_self(job);
    const ph_parent_t *p = ph_job_state(job);
    ph_signed_full_statement_with_pvd_t out = {.statement.validator_index = p->me};
    ph_compact_statement_t compact;
    if (a->to_second) {
        compact = (ph_compact_statement_t){.kind = PH_COMPACT_STATEMENT_SECONDED, .seconded = a->hash};
        out.statement.payload.kind = PH_STATEMENT_SECONDED;
        out.statement.payload.seconded = (ph_committed_candidate_receipt_t){a->receipt.descriptor, a->commitments};
        out.pvd = (ph_opt_persisted_validation_data_t){true, a->data};
    } else {
        compact = (ph_compact_statement_t){.kind = PH_COMPACT_STATEMENT_VALID, .valid = a->hash};
        out.statement.payload.kind = PH_STATEMENT_VALID;
        out.statement.payload.valid = a->hash;
    }
    ph_keystore_t *keystore = ((const ph_candidate_backing_config_t *)ph_config(self))->keystore;
    ph_err_t err =
        ph_keystore_sign_statement(keystore, &out.statement.signature, &p->key, &compact, &p->context, p->core);
    if (err != PH_OK) {
        abstain(job, a, ph_err_text(err));
        return;
    }
    ph_note(self, a->to_second ? "seconded" : "valid-signed",
            PH_FIELDS(.block = ph_job_key(job), .candidate = &a->hash, PH_F_PARA(a->receipt.descriptor.para_id),
                      PH_F_VALIDATOR(p->me)));
    ph_parent_say(job, &out);
    if (a->to_second)
        ph_send_candidate_selection_seconded(self, ph_job_key(job), &out.statement);
    ph_send_pov_distribution_distribute_pov(self, ph_job_key(job), &a->hash, a->pov);
    release(a, PH_ASSESS_SIGNED);
}

/* ---- the steps ---- */

static void take_stored(ph_job_t *job, void *flow, ph_err_t err, const ph_res_unit_store_error_t *stored)
{
    ph_assessment_t *a = flow;
    if (err)
        abstain(job, a, ph_err_text(err));
    else if (stored->kind == PH_RES_OK)
        sign(job, a);
    else if (stored->err.kind == PH_STORE_ERROR_INVALID_ERASURE_ROOT)
        find_invalid(job, a, "ErasureRootMismatch");
    else
        abstain(job, a, "its data could not be stored");
}

static void take_verdict(ph_job_t *job, void *flow, ph_err_t err, const ph_validation_outcome_t *outcome)
{
    ph_assessment_t *a = flow;
    const ph_parent_t *p = ph_job_state(job);
    if (err) {
        abstain(job, a, ph_err_text(err));
        return;
    }
    switch ((ph_validation_outcome_kind_t)outcome->kind) {
    case PH_VALIDATION_OUTCOME_INVALID:
        find_invalid(job, a, invalid_name(&outcome->invalid));
        return;
    case PH_VALIDATION_OUTCOME_FAILED:
        abstain(job, a, "validation failed");
        return;
    case PH_VALIDATION_OUTCOME_VALID:
        break;
    }
    ph_candidate_commitments_clone(ph_job_arena(job), &a->commitments, &outcome->valid.commitments);
    ph_shared_available_data_t data = ph_shared_available_data_new(&(ph_available_data_t){*a->pov.v, a->data});
    ph_ask_availability_store_store_available_data(job, &a->hash, (uint32_t)p->validators.count, data,
                                                   &a->receipt.descriptor.erasure_root, p->core, a, take_stored);
    ph_shared_available_data_unref(data);
}

static void validate(ph_job_t *job, ph_assessment_t *a)
{
    ph_ask_candidate_validation_validate(job, &a->receipt, &a->data, a->pov, a, take_verdict);
}

static void take_pov(ph_job_t *job, void *flow, ph_err_t err, const ph_res_shared_pov_request_failure_t *pov)
{
    ph_assessment_t *a = flow;
    if (a->stage != PH_ASSESS_RUNNING || a->pov.v)
        return; /* Candidate Selection brought it meanwhile */
    if (err || pov->kind != PH_RES_OK) {
        fetch_pov(job, a);
        return;
    }
    a->pov = ph_shared_pov_ref(pov->ok);
    validate(job, a);
}

/* Somebody who vouched for it and was not asked yet: first whom we prefer, then in the group's order. */
static bool next_to_ask(const ph_parent_t *p, const ph_assessment_t *a, size_t *position)
{
    const ph_table_candidate_t *candidate = ph_table_find(&p->table, &a->hash);
    bool found = false;
    for (size_t i = 0; candidate && i < a->asked.count; i++) {
        ph_validator_index_t validator = ph_table_group_of(&p->table, candidate)->items[i];
        bool preferred = validator.v == a->prefer.v;
        if (!candidate->votes[i].kind || ph_bits_get(a->asked, i) || validator.v == p->me.v || (found && !preferred))
            continue;
        *position = i;
        found = true;
    }
    return found;
}

static void fetch_pov(ph_job_t *job, ph_assessment_t *a)
{
    const ph_parent_t *p = ph_job_state(job);
    size_t position;
    if (!next_to_ask(p, a, &position)) {
        a->stage = PH_ASSESS_NO_POV;
        return;
    }
    a->stage = PH_ASSESS_RUNNING;
    ph_bits_set(a->asked, position, true);
    ph_ask_pov_distribution_fetch_pov(job, ph_job_key(job), p->groups.items[p->group.v].items[position], &a->hash,
                                      &a->receipt.descriptor.pov_hash, a, take_pov);
}

static void check_code(ph_job_t *job, void *flow, ph_err_t err,
                       const ph_res_opt_validation_code_hash_runtime_api_error_t *code)
{
    ph_assessment_t *a = flow;
    if (err || code->kind != PH_RES_OK || !code->ok.some)
        abstain(job, a, "validation code hash not available");
    else if (!ph_validation_code_hash_equal(&code->ok.value, &a->receipt.descriptor.validation_code_hash))
        find_invalid(job, a, "CodeHashMismatch");
    else if (a->pov.v)
        validate(job, a);
    else
        fetch_pov(job, a);
}

static void check_data(ph_job_t *job, void *flow, ph_err_t err,
                       const ph_res_opt_persisted_validation_data_runtime_api_error_t *data)
{
    ph_assessment_t *a = flow;
    if (err || data->kind != PH_RES_OK || !data->ok.some) {
        abstain(job, a, "validation data not available");
        return;
    }
    ph_hash_t hash = ph_hash_of_validation_data(&data->ok.value);
    if (!ph_hash_equal(&hash, &a->receipt.descriptor.persisted_validation_data_hash)) {
        find_invalid(job, a, "PersistedValidationDataMismatch");
        return;
    }
    ph_persisted_validation_data_clone(ph_job_arena(job), &a->data, &data->ok.value);
    ph_ask_runtime_api_request_validation_code_hash(job, ph_job_key(job), a->receipt.descriptor.para_id, included, a,
                                                    check_code);
}

static void begin(ph_job_t *job, ph_assessment_t *a)
{
    a->stage = PH_ASSESS_RUNNING;
    ph_ask_runtime_api_request_persisted_validation_data(job, ph_job_key(job), a->receipt.descriptor.para_id, included,
                                                         a, check_data);
}

/* ---- what sets it going ---- */

void ph_assess_heard(ph_job_t *job, const ph_table_candidate_t *candidate, ph_validator_index_t from)
{
    const ph_parent_t *p = ph_job_state(job);
    if (!p->may_sign || candidate->group.v != p->group.v)
        return;
    ph_assessment_t *a = find(p, &candidate->hash);
    if (a && a->stage == PH_ASSESS_INVALID)
        ph_parent_disagree(job, a);
    else if (a && a->stage == PH_ASSESS_NO_POV)
        fetch_pov(job, a);
    if (a || ph_table_vote_of(&p->table, candidate, p->me))
        return;
    ph_candidate_receipt_t receipt;
    ph_hash_to_plain_receipt(&receipt, candidate->receipt);
    a = add(job, &candidate->hash, &receipt);
    a->prefer = from;
    begin(job, a);
}

/* We have an opinion of it already, or are about to. */
static void second_known(ph_job_t *job, ph_assessment_t *a, ph_shared_pov_t pov)
{
    ph_parent_t *p = ph_job_state(job);
    switch (a->stage) {
    case PH_ASSESS_INVALID:
        ph_send_candidate_selection_invalid(ph_job_self(job), ph_job_key(job), &a->receipt);
        break;
    case PH_ASSESS_NO_POV:
        a->to_second = a->offered = true;
        p->seconding = true;
        a->stage = PH_ASSESS_RUNNING;
        a->pov = ph_shared_pov_ref(pov);
        validate(job, a);
        break;
    case PH_ASSESS_RUNNING:
        a->offered = true;
        break;
    case PH_ASSESS_SIGNED: /* somebody else has seconded it, and we have vouched for it: as good */
        break;
    case PH_ASSESS_ABSTAINED:
        decline(job, &a->hash);
        break;
    }
}

void ph_assess_second(ph_job_t *job, const ph_candidate_receipt_t *receipt, ph_shared_pov_t pov)
{
    ph_parent_t *p = ph_job_state(job);
    ph_candidate_hash_t hash = ph_hash_of_receipt(receipt);
    ph_assessment_t *a = find(p, &hash);
    if (!p->may_sign || p->seconding || receipt->descriptor.para_id.v != p->claims[p->core.v].para.v) {
        ph_complain(ph_job_self(job), PH_LOG_DEBUG, "a candidate of para %u is not ours to second",
                    receipt->descriptor.para_id.v);
        /* Where we may not sign the next one would fare no better, and one on its way may still fail. */
        if (p->may_sign && !p->seconding)
            decline(job, &hash);
        return;
    }
    if (a) {
        second_known(job, a, pov);
        return;
    }
    const ph_table_candidate_t *candidate = ph_table_find(&p->table, &hash);
    if (candidate && ph_table_vote_of(&p->table, candidate, p->me))
        return;
    a = add(job, &hash, receipt);
    a->to_second = a->offered = true;
    if (!ph_parent_fits(job, &receipt->descriptor, p->core)) {
        find_invalid(job, a, "DescriptorMismatch");
        return;
    }
    p->seconding = true;
    a->pov = ph_shared_pov_ref(pov);
    begin(job, a);
}
