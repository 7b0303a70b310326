/* Pre-checking: validators vote on code that is new to the chain before it may be used. */
#include "primitives/hash_of.h"
#include "primitives/payload.h"
#include "primitives/rotation.h"
#include "runtime/params.h"
#include "runtime/paras_internal.h"
#include "runtime/paras_shared.h"
#include "runtime/storage/configuration.h"
#include "runtime/support.h"
#include "runtime/vec.h"

typedef ph_vec_validation_code_hash_t subjects_t;

static ph_para_id_t cause_para(const ph_pvf_check_cause_t *cause)
{
    return cause->kind == PH_PVF_CHECK_CAUSE_ONBOARDING ? cause->onboarding : cause->upgrade.id;
}

/* ---- the sorted list of subjects under vote ---- */

static size_t subject_position(const subjects_t *list, const ph_validation_code_hash_t *subject, bool *found)
{
    size_t i = 0;
    while (i < list->count && memcmp(list->items[i].bytes, subject->bytes, 32) < 0)
        i++;
    *found = i < list->count && ph_hash_is(&list->items[i], subject);
    return i;
}

static void list_subject(ph_rt_t *rt, const ph_validation_code_hash_t *subject)
{
    subjects_t list;
    bool found;
    ph_paras_pvf_active_vote_list_get(rt, &list);
    size_t at = subject_position(&list, subject, &found);
    if (!found)
        ph_vec_insert(rt, &list, at, *subject);
    ph_paras_pvf_active_vote_list_set(rt, &list);
}

static void end_vote(ph_rt_t *rt, const ph_validation_code_hash_t *subject)
{
    subjects_t list;
    bool found;
    ph_paras_pvf_active_vote_map_remove(rt, subject);
    ph_paras_pvf_active_vote_list_get(rt, &list);
    size_t at = subject_position(&list, subject, &found);
    if (found)
        ph_vec_remove(&list, at);
    ph_paras_pvf_active_vote_list_set(rt, &list);
}

/* ---- outcomes ---- */

/* Onboarding takes two sessions in all, those of the vote included, and at least one from now. */
static void proceed_with_onboarding(ph_rt_t *rt, ph_para_id_t para, ph_session_index_t age)
{
    uint32_t wait = ph_sat_sub_u32(PH_SESSION_DELAY, age.v);
    ph_session_index_t session = ph_paras_shared_session(rt);
    session.v += wait > 1 ? wait : 1;
    ph_paras_queue_action(rt, session, para);
}

static void enact_accepted(ph_rt_t *rt, const ph_validation_code_hash_t *subject,
                           const ph_vec_pvf_check_cause_t *causes, ph_session_index_t age,
                           const ph_host_configuration_t *config)
{
    for (size_t i = 0; i < causes->count; i++) {
        const ph_pvf_check_cause_t *cause = &causes->items[i];
        ph_paras_event_pvf_check_accepted(rt, subject, cause_para(cause));
        if (cause->kind == PH_PVF_CHECK_CAUSE_ONBOARDING)
            proceed_with_onboarding(rt, cause->onboarding, age);
        else
            ph_paras_proceed_with_upgrade(rt, cause->upgrade.id, subject, ph_now(rt), cause->upgrade.included_at,
                                          config, cause->upgrade.upgrade_strategy);
    }
}

static void enact_rejected(ph_rt_t *rt, const ph_validation_code_hash_t *subject,
                           const ph_vec_pvf_check_cause_t *causes)
{
    for (size_t i = 0; i < causes->count; i++) {
        const ph_pvf_check_cause_t *cause = &causes->items[i];
        ph_para_id_t para = cause_para(cause);
        ph_paras_decrease_code_ref(rt, subject);
        ph_paras_event_pvf_check_rejected(rt, subject, para);
        if (cause->kind == PH_PVF_CHECK_CAUSE_ONBOARDING) {
            ph_paras_upcoming_paras_genesis_remove(rt, para);
            ph_paras_current_code_hash_remove(rt, para);
            ph_paras_para_lifecycles_remove(rt, para);
        } else {
            ph_paras_upgrade_go_ahead_signal_set(rt, para, (ph_upgrade_go_ahead_t){PH_UPGRADE_GO_AHEAD_ABORT});
            ph_paras_future_code_hash_remove(rt, para);
        }
    }
}

/* ---- start ---- */

static void start_vote(ph_rt_t *rt, const ph_pvf_check_cause_t *cause, const ph_validation_code_hash_t *subject)
{
    size_t validator_count = ph_paras_shared_active_validator_keys_count(rt);
    ph_pvf_check_active_vote_state_t vote = {.created_at = ph_now(rt)};
    vote.votes_accept = ph_bits_new(rt->arena, validator_count);
    vote.votes_reject = ph_bits_new(rt->arena, validator_count);
    ph_vec_push(rt, &vote.causes, *cause);
    ph_paras_pvf_active_vote_map_set(rt, subject, &vote);
    list_subject(rt, subject);
}

void ph_paras_kick_off_pvf_check(ph_rt_t *rt, const ph_pvf_check_cause_t *cause, const ph_validation_code_hash_t *hash,
                                 ph_validation_code_t code, const ph_host_configuration_t *config)
{
    ph_pvf_check_active_vote_state_t vote;
    ph_paras_event_pvf_check_started(rt, hash, cause_para(cause));
    if (ph_paras_pvf_active_vote_map_get(rt, hash, &vote)) {
        ph_vec_push(rt, &vote.causes, *cause);
        ph_paras_pvf_active_vote_map_set(rt, hash, &vote);
    } else if (ph_paras_code_by_hash_exists(rt, hash)) { /* known and not under vote: checked before, or trusted */
        ph_pvf_check_cause_t only = *cause;
        enact_accepted(rt, hash, &(ph_vec_pvf_check_cause_t){.items = &only, .count = 1}, (ph_session_index_t){0},
                       config);
    } else {
        start_vote(rt, cause, hash);
    }
    ph_paras_increase_code_ref(rt, hash, code);
}

void ph_paras_groom_pvf_votes(ph_rt_t *rt, const ph_host_configuration_t *config, size_t validator_count)
{
    subjects_t list, kept;
    ph_paras_pvf_active_vote_list_get(rt, &list);
    ph_vec_alloc(rt, &kept, list.count);
    kept.count = 0;
    for (size_t i = 0; i < list.count; i++) {
        ph_pvf_check_active_vote_state_t vote;
        if (!ph_paras_pvf_active_vote_map_take(rt, &list.items[i], &vote)) {
            ph_rt_log(rt, PH_LOG_WARN, "paras", "a listed vote is missing");
            continue;
        }
        vote.age.v++;
        if (vote.age.v >= config->pvf_voting_ttl.v) {
            enact_rejected(rt, &list.items[i], &vote.causes);
            continue;
        }
        vote.votes_accept = ph_bits_new(rt->arena, validator_count);
        vote.votes_reject = ph_bits_new(rt->arena, validator_count);
        ph_paras_pvf_active_vote_map_set(rt, &list.items[i], &vote);
        kept.items[kept.count++] = list.items[i];
    }
    ph_paras_pvf_active_vote_list_set(rt, &kept);
}

/* ---- votes ---- */

/* The checks of a statement, in the pallet's order; on success *vote is the ballot it goes to. */
static ph_err_t check_statement(ph_rt_t *rt, ph_pvf_check_active_vote_state_t *vote, size_t *validator_count,
                                const ph_pvf_check_statement_t *statement, const ph_validator_signature_t *signature)
{
    ph_session_index_t session = ph_paras_shared_session(rt);
    if (statement->session_index.v < session.v)
        return PH_PARAS_ERR_PVF_CHECK_STATEMENT_STALE;
    if (statement->session_index.v > session.v)
        return PH_PARAS_ERR_PVF_CHECK_STATEMENT_FUTURE;
    ph_vec_validator_id_t validators;
    ph_paras_shared_active_validator_keys_get(rt, &validators);
    uint32_t index = statement->validator_index.v;
    if (index >= validators.count)
        return PH_PARAS_ERR_PVF_CHECK_VALIDATOR_INDEX_OUT_OF_BOUNDS;
    ph_bytes_t payload = ph_payload_of_pvf_check(rt->arena, statement);
    if (!ph_host_sr25519_verify(rt, signature->bytes, payload, validators.items[index].bytes))
        return PH_PARAS_ERR_PVF_CHECK_INVALID_SIGNATURE;
    if (!ph_paras_pvf_active_vote_map_get(rt, &statement->subject, vote))
        return PH_PARAS_ERR_PVF_CHECK_SUBJECT_INVALID;
    if (index >= vote->votes_accept.count || index >= vote->votes_reject.count)
        return PH_PARAS_ERR_PVF_CHECK_VALIDATOR_INDEX_OUT_OF_BOUNDS;
    if (ph_bits_get(vote->votes_accept, index) || ph_bits_get(vote->votes_reject, index))
        return PH_PARAS_ERR_PVF_CHECK_DOUBLE_VOTE;
    *validator_count = validators.count;
    return PH_OK;
}

ph_err_t ph_paras_call_include_pvf_check_statement(ph_rt_t *rt, const ph_origin_t *origin,
                                                   const ph_pvf_check_statement_t *stmt,
                                                   const ph_validator_signature_t *signature)
{
    ph_pvf_check_active_vote_state_t vote;
    size_t validator_count;
    PH_TRY(ph_ensure_none(origin));
    PH_TRY(check_statement(rt, &vote, &validator_count, stmt, signature));
    ph_bits_set(stmt->accept ? vote.votes_accept : vote.votes_reject, stmt->validator_index.v, true);

    size_t to_accept = ph_threshold_supermajority(validator_count);
    ph_host_configuration_t config;
    if (ph_bits_ones(vote.votes_accept) >= to_accept) {
        ph_configuration_active_config_get(rt, &config);
        end_vote(rt, &stmt->subject);
        enact_accepted(rt, &stmt->subject, &vote.causes, vote.age, &config);
    } else if (ph_bits_ones(vote.votes_reject) > validator_count - to_accept) {
        end_vote(rt, &stmt->subject);
        enact_rejected(rt, &stmt->subject, &vote.causes);
    } else {
        ph_paras_pvf_active_vote_map_set(rt, &stmt->subject, &vote);
    }
    return PH_OK;
}

ph_err_t ph_paras_call_add_trusted_validation_code(ph_rt_t *rt, const ph_origin_t *origin, ph_validation_code_t code)
{
    PH_TRY(ph_ensure_root(origin));
    ph_validation_code_hash_t hash = ph_hash_of_code(code);
    ph_pvf_check_active_vote_state_t vote;
    if (ph_paras_pvf_active_vote_map_get(rt, &hash, &vote)) {
        ph_host_configuration_t config;
        ph_configuration_active_config_get(rt, &config);
        end_vote(rt, &hash);
        enact_accepted(rt, &hash, &vote.causes, vote.age, &config);
    } else if (!ph_paras_code_by_hash_exists(rt, &hash)) {
        ph_paras_code_by_hash_set(rt, &hash, code); /* no reference: nobody uses it yet */
    }
    return PH_OK;
}

/* ---- the transaction pool's view of unsigned calls ---- */

enum { CUSTOM_BAD_VALIDATOR_INDEX = 1, CUSTOM_BAD_SUBJECT = 2, CUSTOM_DOUBLE_VOTE = 3, CUSTOM_UNAUTHORIZED_CODE = 4 };

static void invalid(ph_transaction_validity_t *out, int kind, uint8_t custom)
{
    *out = (ph_transaction_validity_t){.kind = 1, .err = {.kind = PH_TRANSACTION_VALIDITY_ERROR_INVALID}};
    out->err.invalid.kind = (uint8_t)kind;
    out->err.invalid.custom = custom;
}

static void invalid_statement(ph_transaction_validity_t *out, ph_err_t why)
{
    if (why == PH_PARAS_ERR_PVF_CHECK_STATEMENT_STALE)
        invalid(out, PH_INVALID_TRANSACTION_STALE, 0);
    else if (why == PH_PARAS_ERR_PVF_CHECK_STATEMENT_FUTURE)
        invalid(out, PH_INVALID_TRANSACTION_FUTURE, 0);
    else if (why == PH_PARAS_ERR_PVF_CHECK_INVALID_SIGNATURE)
        invalid(out, PH_INVALID_TRANSACTION_BAD_PROOF, 0);
    else if (why == PH_PARAS_ERR_PVF_CHECK_SUBJECT_INVALID)
        invalid(out, PH_INVALID_TRANSACTION_CUSTOM, CUSTOM_BAD_SUBJECT);
    else if (why == PH_PARAS_ERR_PVF_CHECK_DOUBLE_VOTE)
        invalid(out, PH_INVALID_TRANSACTION_CUSTOM, CUSTOM_DOUBLE_VOTE);
    else
        invalid(out, PH_INVALID_TRANSACTION_CUSTOM, CUSTOM_BAD_VALIDATOR_INDEX);
}

/* Of the highest priority, passed on to others, provided once. */
static void valid(ph_rt_t *rt, ph_transaction_validity_t *out, const ph_writer_t *tag, uint64_t longevity)
{
    *out = (ph_transaction_validity_t){
        .ok = {.priority = PH_PARAS_CONST_UNSIGNED_PRIORITY, .longevity = longevity, .propagate = true}};
    ph_vec_push(rt, &out->ok.provides, ph_writer_bytes(tag));
}

static void validate_statement(ph_rt_t *rt, ph_transaction_validity_t *out, const ph_pvf_check_statement_t *statement,
                               const ph_validator_signature_t *signature)
{
    ph_pvf_check_active_vote_state_t vote;
    size_t validator_count;
    ph_err_t err = check_statement(rt, &vote, &validator_count, statement, signature);
    if (err) {
        invalid_statement(out, err);
        return;
    }
    ph_writer_t tag = ph_writer_in(rt->arena);
    ph_write_bytes(&tag, PH_BYTES_LIT("PvfPreCheckingVote"));
    ph_write_u32(&tag, statement->session_index.v);
    ph_write_u32(&tag, statement->validator_index.v);
    ph_write(&tag, statement->subject.bytes, 32);
    valid(rt, out, &tag, ph_params_epoch_slots(rt) / 2);
}

static void validate_authorized_code(ph_rt_t *rt, ph_transaction_validity_t *out, ph_para_id_t para,
                                     ph_validation_code_t code)
{
    ph_authorized_code_hash_and_expiry_t authorized;
    if (ph_paras_check_authorized(rt, &authorized, para, code) != PH_OK) {
        invalid(out, PH_INVALID_TRANSACTION_CUSTOM, CUSTOM_UNAUTHORIZED_CODE);
        return;
    }
    ph_writer_t tag = ph_writer_in(rt->arena);
    ph_write_bytes(&tag, PH_BYTES_LIT("ApplyAuthorizedForceSetCurrentCode"));
    ph_write_u32(&tag, para.v);
    ph_write(&tag, authorized.code_hash.bytes, 32);
    valid(rt, out, &tag, ph_sat_sub_u32(authorized.expire_at, ph_now(rt)));
}

void ph_paras_validate_unsigned(ph_rt_t *rt, ph_transaction_validity_t *out, const ph_call_paras_t *call)
{
    if (call->kind == PH_CALL_PARAS_INCLUDE_PVF_CHECK_STATEMENT)
        validate_statement(rt, out, &call->include_pvf_check_statement.stmt,
                           &call->include_pvf_check_statement.signature);
    else if (call->kind == PH_CALL_PARAS_APPLY_AUTHORIZED_FORCE_SET_CURRENT_CODE)
        validate_authorized_code(rt, out, call->apply_authorized_force_set_current_code.para,
                                 call->apply_authorized_force_set_current_code.new_code);
    else
        invalid(out, PH_INVALID_TRANSACTION_CALL, 0);
}
