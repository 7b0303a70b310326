#include "node/pov_distribution/pov_distribution.h"

#include <string.h>

#include "base/vec.h"
#include "primitives/hash_of.h"
#include "protocol/pov_distribution.h"
#include "protocol/pov_distribution_out.h"

typedef struct held {
    ph_candidate_hash_t candidate;
    ph_shared_pov_t pov;
} held_t;

/* One leaf: PoVs we vouched for. */
typedef struct leaf {
    PH_LIST(held_t) held;
} leaf_t;

/* ---- fetching: session → discovery key → request → hash ---- */

typedef struct fetching {
    ph_msg_t *msg;
    ph_session_index_t session;
    ph_authority_discovery_id_t from;
} fetching_t;

static const ph_msg_pov_distribution_fetch_pov_t *asked(const fetching_t *f)
{
    return ph_msg_as_pov_distribution_fetch_pov(f->msg);
}

static void fail(ph_job_t *job, const fetching_t *f, ph_request_failure_kind_t kind)
{
    ph_res_shared_pov_request_failure_t reply = {.kind = PH_RES_SHARED_POV_REQUEST_FAILURE_ERR, .err = {(uint8_t)kind}};
    ph_reply_pov_distribution_fetch_pov(ph_job_self(job), f->msg, &reply);
    ph_job_end(job);
}

static void take_answer(ph_job_t *job, void *flow, ph_err_t err, const ph_res_bytes_request_failure_t *answer)
{
    ph_subsystem_t *self = ph_job_self(job);
    fetching_t *f = flow;
    ph_pov_fetching_response_t response;
    ph_peer_id_t peer;
    if (err || answer->kind != PH_RES_BYTES_REQUEST_FAILURE_OK) {
        fail(job, f, err ? PH_REQUEST_FAILURE_DISCONNECTED : (ph_request_failure_kind_t)answer->err.kind);
        return;
    }
    bool decoded = ph_pov_fetching_response_decode_all(answer->ok, ph_job_arena(job), &response) == PH_OK;
    if (decoded && response.kind == PH_POV_FETCHING_RESPONSE_NO_SUCH_POV) {
        fail(job, f, PH_REQUEST_FAILURE_REFUSED);
        return;
    }
    ph_hash_t hash = {{0}};
    if (decoded)
        hash = ph_hash_of_pov(&response.pov);
    if (!decoded || memcmp(&hash, &asked(f)->pov_hash, sizeof hash) != 0) {
        if (ph_net_resolve(ph_env_of(self), &f->from, &peer))
            ph_send_network_bridge_report_peer(self, peer, (ph_reputation_t){PH_REPUTATION_COST_MAJOR},
                                               PH_BYTES_LIT("PoV: not what was asked for"));
        fail(job, f, PH_REQUEST_FAILURE_MALFORMED);
        return;
    }
    ph_note(self, "pov-fetched",
            PH_FIELDS(.block = &asked(f)->relay_parent, .candidate = &asked(f)->candidate,
                      PH_F_VALIDATOR(asked(f)->from_validator)));
    ph_shared_pov_t pov = ph_shared_pov_new(&response.pov);
    ph_res_shared_pov_request_failure_t reply = {.kind = PH_RES_SHARED_POV_REQUEST_FAILURE_OK, .ok = pov};
    ph_reply_pov_distribution_fetch_pov(self, f->msg, &reply);
    ph_shared_pov_unref(pov);
    ph_job_end(job);
}

static void ask_validator(ph_job_t *job, void *flow, ph_err_t err,
                          const ph_res_opt_session_info_runtime_api_error_t *info)
{
    fetching_t *f = flow;
    bool known = !err && info->kind == PH_RES_OPT_SESSION_INFO_RUNTIME_API_ERROR_OK && info->ok.some;
    if (!known || asked(f)->from_validator.v >= info->ok.value.discovery_keys.count) {
        fail(job, f, PH_REQUEST_FAILURE_UNKNOWN);
        return;
    }
    f->from = info->ok.value.discovery_keys.items[asked(f)->from_validator.v];
    ph_recipient_t to = {.kind = PH_RECIPIENT_AUTHORITY, .authority = f->from};
    ph_pov_fetching_request_t request = {.candidate_hash = asked(f)->candidate};
    ph_writer_t w = ph_writer_in(ph_job_arena(job));
    ph_pov_fetching_request_encode(&w, &request);
    ph_ask_network_bridge_send_request(job, &to, PH_PROTO_REQ_POV_1, ph_writer_bytes(&w), f, take_answer);
}

static void ask_session(ph_job_t *job, void *flow, ph_err_t err,
                        const ph_res_session_index_runtime_api_error_t *session)
{
    fetching_t *f = flow;
    if (err || session->kind != PH_RES_SESSION_INDEX_RUNTIME_API_ERROR_OK) {
        fail(job, f, PH_REQUEST_FAILURE_UNKNOWN);
        return;
    }
    ph_ask_runtime_api_request_session_info(job, &asked(f)->relay_parent, session->ok, f, ask_validator);
}

static void drop_fetching(void *ptr)
{
    ph_msg_unref(((fetching_t *)ptr)->msg);
}

static void fetch(ph_subsystem_t *self, ph_msg_t *msg)
{
    const ph_hash_t *relay_parent = &ph_msg_as_pov_distribution_fetch_pov(msg)->relay_parent;
    ph_job_t *leaf = ph_job_find(self, relay_parent);
    if (!leaf)
        return; /* the message ends unanswered, which the one that asks is told */
    ph_job_t *job = ph_job_child(leaf, sizeof(fetching_t));
    fetching_t *f = ph_job_state(job);
    f->msg = ph_msg_ref(msg);
    ph_arena_defer(ph_job_arena(job), drop_fetching, f);
    ph_ask_runtime_api_request_session_index_for_child(job, relay_parent, f, ask_session);
}

/* ---- serving ---- */

static void respond(ph_subsystem_t *self, uint64_t ticket, const ph_pov_t *pov)
{
    ph_pov_fetching_response_t response = {.kind = PH_POV_FETCHING_RESPONSE_NO_SUCH_POV};
    if (pov)
        response = (ph_pov_fetching_response_t){.kind = PH_POV_FETCHING_RESPONSE_POV, .pov = *pov};
    ph_writer_t w = PH_WRITER_HEAP;
    ph_pov_fetching_response_encode(&w, &response);
    ph_opt_bytes_t answer = {true, ph_writer_bytes(&w)};
    ph_send_network_bridge_respond(self, ticket, &answer);
    ph_writer_free(&w);
}

static void respond_from_store(ph_job_t *job, void *flow, ph_err_t err, const ph_opt_shared_available_data_t *data)
{
    respond(ph_job_self(job), *(uint64_t *)flow, !err && data->some ? &data->value.v->pov : NULL);
    ph_job_end(job);
}

static void serve(ph_subsystem_t *self, const ph_msg_pov_distribution_incoming_pov_request_t *in)
{
    size_t at = 0;
    for (ph_job_t *job; (job = ph_job_next(self, &at));) {
        const leaf_t *leaf = ph_job_state(job);
        for (size_t i = 0; i < leaf->held.count; i++) {
            if (memcmp(&leaf->held.items[i].candidate, &in->request.candidate_hash,
                       sizeof in->request.candidate_hash) == 0) {
                respond(self, in->ticket, leaf->held.items[i].pov.v);
                return;
            }
        }
    }
    ph_job_t *job = ph_job_child(ph_root_job(self), sizeof(uint64_t));
    *(uint64_t *)ph_job_state(job) = in->ticket;
    ph_ask_availability_store_query_available_data(job, &in->request.candidate_hash, ph_job_state(job),
                                                   respond_from_store);
}

static void keep(ph_subsystem_t *self, const ph_msg_pov_distribution_distribute_pov_t *in)
{
    ph_job_t *job = ph_job_find(self, &in->relay_parent);
    if (!job)
        return;
    leaf_t *leaf = ph_job_state(job);
    ph_shared_pov_t pov = ph_shared_pov_ref(in->pov);
    ph_arena_defer(ph_job_arena(job), ph_rc_unref, pov.rc);
    ph_list_push(ph_job_arena(job), &leaf->held, ((held_t){in->candidate, pov}));
    ph_note(self, "pov-kept", PH_FIELDS(.block = &in->relay_parent, .candidate = &in->candidate));
}

/* ---- inputs ---- */

static void on_leaves(ph_subsystem_t *self, const ph_input_t *in)
{
    for (size_t i = 0; i < in->leaves.deactivated_count; i++) {
        ph_job_t *job = ph_job_find(self, &in->leaves.deactivated[i]);
        if (job)
            ph_job_end(job);
    }
    if (in->leaves.has_activated)
        ph_job_start(self, &in->leaves.activated.hash, sizeof(leaf_t));
}

static void on_message(ph_subsystem_t *self, ph_msg_t *msg)
{
    switch ((ph_pov_distribution_msg_kind_t)ph_msg_kind(msg)) {
    case PH_MSG_POV_DISTRIBUTION_FETCH_POV:
        fetch(self, msg);
        break;
    case PH_MSG_POV_DISTRIBUTION_DISTRIBUTE_POV:
        keep(self, ph_msg_as_pov_distribution_distribute_pov(msg));
        break;
    case PH_MSG_POV_DISTRIBUTION_INCOMING_POV_REQUEST:
        serve(self, ph_msg_as_pov_distribution_incoming_pov_request(msg));
        break;
    }
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

const ph_subsystem_ops_t ph_pov_distribution_ops = {.handle = handle};
