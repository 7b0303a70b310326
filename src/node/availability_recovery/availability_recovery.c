#include "node/availability_recovery/availability_recovery.h"

#include <string.h>

#include "base/map.h"
#include "base/vec.h"
#include "node/availability_recovery/recovery.h"
#include "primitives/hash_of.h"
#include "protocol/availability_recovery.h"
#include "protocol/availability_recovery_out.h"

enum { KEPT = 16 };

typedef struct kept_answer {
    ph_candidate_hash_t candidate;
    ph_rc_t *data; /* NULL: invalid */
} kept_answer_t;

typedef struct state {
    ph_map_t running; /* ph_candidate_hash_t → ph_job_t * */
    kept_answer_t kept[KEPT];
    size_t kept_count; /* a ring */
    ph_hash_t leaf;    /* the newest leaf: where sessions are asked for */
    bool has_leaf;
} state_t;

/* One candidate being recovered, and all that wait for it. */
typedef struct shared_recovery {
    ph_candidate_hash_t candidate;
    PH_LIST(ph_msg_t *) waiting;
} shared_recovery_t;

static void answer(ph_subsystem_t *self, ph_msg_t *msg, ph_rc_t *data, bool invalid)
{
    ph_res_shared_available_data_recovery_error_t reply = {
        .kind = PH_RES_SHARED_AVAILABLE_DATA_RECOVERY_ERROR_ERR,
        .err = {invalid ? PH_RECOVERY_ERROR_INVALID : PH_RECOVERY_ERROR_UNAVAILABLE}};
    if (data)
        reply = (ph_res_shared_available_data_recovery_error_t){.kind = PH_RES_SHARED_AVAILABLE_DATA_RECOVERY_ERROR_OK,
                                                                .ok = {data, ph_rc_value(data)}};
    ph_reply_availability_recovery_recover_available_data(self, msg, &reply);
}

static void keep(state_t *state, const ph_candidate_hash_t *candidate, ph_rc_t *data)
{
    kept_answer_t *slot = &state->kept[state->kept_count++ % KEPT];
    ph_rc_unref(slot->data);
    *slot = (kept_answer_t){*candidate, ph_rc_ref(data)};
}

static void recovered(ph_job_t *job, void *flow, ph_rc_t *data, bool invalid)
{
    ph_subsystem_t *self = ph_job_self(job);
    state_t *state = ph_state(self);
    shared_recovery_t *shared = flow;
    for (size_t i = 0; i < shared->waiting.count; i++)
        answer(self, shared->waiting.items[i], data, invalid);
    if (data || invalid)
        keep(state, &shared->candidate, data);
    ph_map_remove(&state->running, &shared->candidate);
    ph_job_end(job);
}

static void drop_waiting(void *ptr)
{
    shared_recovery_t *shared = ptr;
    for (size_t i = 0; i < shared->waiting.count; i++)
        ph_msg_unref(shared->waiting.items[i]);
}

static void recover(ph_subsystem_t *self, ph_msg_t *msg)
{
    state_t *state = ph_state(self);
    const ph_msg_availability_recovery_recover_available_data_t *in =
        ph_msg_as_availability_recovery_recover_available_data(msg);
    ph_candidate_hash_t candidate = ph_hash_of_receipt(&in->receipt);
    bool added;
    for (size_t i = 0; i < state->kept_count && i < KEPT; i++) {
        if (memcmp(&state->kept[i].candidate, &candidate, sizeof candidate) == 0) {
            answer(self, msg, state->kept[i].data, state->kept[i].data == NULL);
            return;
        }
    }
    ph_job_t **running = ph_map_put(&state->running, &candidate, &added);
    if (added)
        *running = ph_job_child(ph_root_job(self), sizeof(shared_recovery_t));
    shared_recovery_t *shared = ph_job_state(*running);
    ph_list_push(ph_job_arena(*running), &shared->waiting, ph_msg_ref(msg));
    if (!added)
        return;
    shared->candidate = candidate;
    ph_arena_defer(ph_job_arena(*running), drop_waiting, shared);
    ph_recovery_question_t question = {.receipt = in->receipt,
                                       .session = in->session,
                                       .group = in->backing_group,
                                       .core = in->core,
                                       .at = state->has_leaf ? state->leaf : in->receipt.descriptor.relay_parent};
    ph_recovery_start(*running, &question, shared, recovered);
}

/* ---- serving ---- */

static void respond(ph_job_t *job, void *flow, ph_err_t err, const ph_opt_shared_available_data_t *data)
{
    ph_available_data_fetching_response_t response = {.kind = PH_AVAILABLE_DATA_FETCHING_RESPONSE_NO_SUCH_DATA};
    if (!err && data->some)
        response = (ph_available_data_fetching_response_t){.kind = PH_AVAILABLE_DATA_FETCHING_RESPONSE_AVAILABLE_DATA,
                                                           .available_data = *data->value.v};
    ph_writer_t w = ph_writer_in(ph_job_arena(job));
    ph_available_data_fetching_response_encode(&w, &response);
    ph_opt_bytes_t bytes = {true, ph_writer_bytes(&w)};
    ph_send_network_bridge_respond(ph_job_self(job), *(uint64_t *)flow, &bytes);
    ph_job_end(job);
}

static void serve(ph_subsystem_t *self, const ph_msg_availability_recovery_incoming_available_data_request_t *in)
{
    ph_job_t *job = ph_job_child(ph_root_job(self), sizeof(uint64_t));
    *(uint64_t *)ph_job_state(job) = in->ticket;
    ph_ask_availability_store_query_available_data(job, &in->request.candidate_hash, ph_job_state(job), respond);
}

/* ---- inputs ---- */

static void on_leaves(ph_subsystem_t *self, const ph_input_t *in)
{
    const ph_availability_recovery_config_t *config = ph_config(self);
    state_t *state = ph_state(self);
    for (size_t i = 0; i < in->leaves.deactivated_count; i++) {
        ph_job_t *job = ph_job_find(self, &in->leaves.deactivated[i]);
        if (job)
            ph_job_end(job);
    }
    if (!in->leaves.has_activated)
        return;
    state->leaf = in->leaves.activated.hash;
    state->has_leaf = true;
    if (config->keystore)
        ph_spot_check_leaf(ph_job_start(self, &in->leaves.activated.hash, 0));
}

static void on_message(ph_subsystem_t *self, ph_msg_t *msg)
{
    switch ((ph_availability_recovery_msg_kind_t)ph_msg_kind(msg)) {
    case PH_MSG_AVAILABILITY_RECOVERY_RECOVER_AVAILABLE_DATA:
        recover(self, msg);
        break;
    case PH_MSG_AVAILABILITY_RECOVERY_INCOMING_AVAILABLE_DATA_REQUEST:
        serve(self, ph_msg_as_availability_recovery_incoming_available_data_request(msg));
        break;
    }
}

static ph_err_t handle(ph_subsystem_t *self, const ph_input_t *in)
{
    state_t *state = ph_state(self);
    switch (in->kind) {
    case PH_IN_START:
        ph_map_init(&state->running, sizeof(ph_candidate_hash_t), sizeof(ph_job_t *));
        break;
    case PH_IN_ACTIVE_LEAVES:
        on_leaves(self, in);
        break;
    case PH_IN_MESSAGE:
        on_message(self, in->msg);
        break;
    case PH_IN_BLOCK_FINALIZED:
    case PH_IN_CONCLUDE:
        break;
    }
    return PH_OK;
}

static void destroy(ph_subsystem_t *self)
{
    state_t *state = ph_state(self);
    ph_map_free(&state->running);
    for (size_t i = 0; i < KEPT; i++)
        ph_rc_unref(state->kept[i].data);
}

const ph_subsystem_ops_t ph_availability_recovery_ops = {
    .state_size = sizeof(state_t), .handle = handle, .destroy = destroy};
