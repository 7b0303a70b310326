#include <string.h>

#include "crypto/hash.h"
#include "node/availability_recovery/availability_recovery.h"
#include "node/availability_recovery/recovery.h"
#include "primitives/descriptor.h"
#include "primitives/hash_of.h"
#include "protocol/availability_recovery_out.h"

/* For each candidate that a block included, the validator drawn by hash(candidate ‖ block) recovers its data from
 * chunks alone and compares PoV and validation data with the descriptor. */

typedef struct leaf {
    ph_session_index_t session;
    ph_vec_validator_id_t validators;
    ph_validator_index_t me;
} leaf_t;

typedef struct check {
    ph_candidate_receipt_t receipt;
    ph_candidate_hash_t candidate;
    ph_hash_t block;
    ph_validator_index_t me;
} check_t;

static void compare(ph_job_t *job, void *flow, ph_rc_t *rc, bool invalid)
{
    check_t *check = flow;
    const char *verdict = invalid ? "invalid" : "unavailable";
    if (rc) {
        const ph_available_data_t *data = ph_rc_value(rc);
        ph_hash_t pov = ph_hash_of_pov(&data->pov), pvd = ph_hash_of_validation_data(&data->validation_data);
        verdict = memcmp(&pov, &check->receipt.descriptor.pov_hash, sizeof pov) != 0 ? "another PoV"
                  : memcmp(&pvd, &check->receipt.descriptor.persisted_validation_data_hash, sizeof pvd) != 0
                      ? "other validation data"
                      : "ok";
    }
    ph_note(ph_job_self(job), rc ? "data-recovered" : "data-not-recovered",
            PH_FIELDS(.block = &check->block, .candidate = &check->candidate,
                      PH_F_PARA(check->receipt.descriptor.para_id), PH_F_VALIDATOR(check->me), .reason = verdict));
    ph_job_end(job);
}

static bool drawn(const leaf_t *leaf, const ph_candidate_hash_t *candidate, const ph_hash_t *block)
{
    uint8_t both[64], digest[32];
    memcpy(both, candidate->bytes, 32);
    memcpy(both + 32, block->bytes, 32);
    ph_blake2_256(digest, ph_bytes(both, sizeof both));
    return ph_get_u64(digest) % leaf->validators.count == leaf->me.v;
}

/* Goes on when the leaf is replaced: the check is of the candidate, not of the leaf. */
static void begin(ph_job_t *leaf_job, const leaf_t *leaf, const ph_candidate_receipt_t *receipt, ph_core_index_t core)
{
    ph_candidate_hash_t candidate = ph_hash_of_receipt(receipt);
    if (!drawn(leaf, &candidate, ph_job_key(leaf_job)))
        return;
    ph_job_t *job = ph_job_child(ph_root_job(ph_job_self(leaf_job)), sizeof(check_t));
    check_t *check = ph_job_state(job);
    *check = (check_t){.receipt = *receipt, .candidate = candidate, .block = *ph_job_key(leaf_job), .me = leaf->me};
    ph_session_index_t session = leaf->session;
    ph_descriptor_session_index(&receipt->descriptor, &session);
    ph_recovery_question_t question = {
        .receipt = *receipt, .session = session, .at = check->block, .core = {true, core}, .chunks_alone = true};
    ph_recovery_start(job, &question, check, compare);
}

static void take_events(ph_job_t *job, void *flow, ph_err_t err,
                        const ph_res_vec_candidate_event_runtime_api_error_t *events)
{
    if (err || events->kind != PH_RES_VEC_CANDIDATE_EVENT_RUNTIME_API_ERROR_OK)
        return;
    for (size_t i = 0; i < events->ok.count; i++)
        if (events->ok.items[i].kind == PH_CANDIDATE_EVENT_CANDIDATE_INCLUDED)
            begin(job, flow, &events->ok.items[i].candidate_included._0, events->ok.items[i].candidate_included._2);
}

static void note_session(ph_job_t *job, void *flow, ph_err_t err,
                         const ph_res_session_index_runtime_api_error_t *session)
{
    leaf_t *leaf = flow;
    if (err || session->kind != PH_RES_SESSION_INDEX_RUNTIME_API_ERROR_OK)
        return;
    leaf->session = session->ok;
    ph_ask_runtime_api_request_candidate_events(job, ph_job_key(job), leaf, take_events);
}

static void find_ourselves(ph_job_t *job, void *flow, ph_err_t err,
                           const ph_res_vec_validator_id_runtime_api_error_t *validators)
{
    const ph_availability_recovery_config_t *config = ph_config(ph_job_self(job));
    leaf_t *leaf = flow;
    if (err || validators->kind != PH_RES_VEC_VALIDATOR_ID_RUNTIME_API_ERROR_OK || validators->ok.count < 2 ||
        !ph_keystore_find_validator(config->keystore, validators->ok.items, validators->ok.count, &leaf->me))
        return;
    ph_job_keep_reply(job);
    leaf->validators = validators->ok;
    ph_ask_runtime_api_request_session_index_for_child(job, ph_job_key(job), leaf, note_session);
}

void ph_spot_check_leaf(ph_job_t *parent)
{
    ph_job_t *job = ph_job_child(parent, sizeof(leaf_t));
    ph_ask_runtime_api_request_validators(job, ph_job_key(job), ph_job_state(job), find_ourselves);
}
