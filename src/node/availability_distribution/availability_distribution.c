#include "node/availability_distribution/availability_distribution.h"

#include "node/availability_distribution/fetch.h"
#include "node/availability_distribution/leaf.h"
#include "protocol/availability_distribution.h"
#include "protocol/availability_distribution_out.h"

/* ---- serving ---- */

typedef struct serving {
    uint64_t ticket;
    bool v1;
} serving_t;

static void respond(ph_job_t *job, void *flow, ph_err_t err, const ph_opt_shared_erasure_chunk_t *chunk)
{
    ph_subsystem_t *self = ph_job_self(job);
    serving_t serving = *(serving_t *)flow;
    bool here = !err && chunk->some;
    ph_writer_t w = ph_writer_in(ph_job_arena(job));
    if (serving.v1) {
        ph_chunk_fetching_response_v1_t response = {.kind = PH_CHUNK_FETCHING_RESPONSE_V1_NO_SUCH_CHUNK};
        if (here)
            response = (ph_chunk_fetching_response_v1_t){
                .kind = PH_CHUNK_FETCHING_RESPONSE_V1_CHUNK,
                .chunk = {.chunk = chunk->value.v->chunk, .proof = chunk->value.v->proof}};
        ph_chunk_fetching_response_v1_encode(&w, &response);
    } else {
        ph_chunk_fetching_response_v2_t response = {.kind = PH_CHUNK_FETCHING_RESPONSE_V2_NO_SUCH_CHUNK};
        if (here)
            response = (ph_chunk_fetching_response_v2_t){.kind = PH_CHUNK_FETCHING_RESPONSE_V2_CHUNK,
                                                         .chunk = *chunk->value.v};
        ph_chunk_fetching_response_v2_encode(&w, &response);
    }
    ph_opt_bytes_t answer = {true, ph_writer_bytes(&w)};
    ph_send_network_bridge_respond(self, serving.ticket, &answer);
    ph_job_end(job);
}

static void serve(ph_subsystem_t *self, uint64_t ticket, const ph_chunk_fetching_request_t *request, bool v1)
{
    ph_job_t *job = ph_job_child(ph_root_job(self), sizeof(serving_t));
    serving_t *serving = ph_job_state(job);
    *serving = (serving_t){ticket, v1};
    ph_ask_availability_store_query_chunk(job, &request->candidate_hash, request->index, serving, respond);
}

/* ---- inputs ---- */

/* The new leaf first: what it still wants must not end with the old one. */
static void on_leaves(ph_subsystem_t *self, const ph_input_t *in)
{
    const ph_availability_distribution_config_t *config = ph_config(self);
    const ph_hash_t *heir = in->leaves.has_activated && config->keystore ? &in->leaves.activated.hash : NULL;
    if (heir)
        ph_chunk_leaf_start(self, heir);
    for (size_t i = 0; i < in->leaves.deactivated_count; i++)
        ph_chunk_leaf_stop(self, &in->leaves.deactivated[i], heir);
}

static void on_message(ph_subsystem_t *self, ph_msg_t *msg)
{
    switch ((ph_availability_distribution_msg_kind_t)ph_msg_kind(msg)) {
    case PH_MSG_AVAILABILITY_DISTRIBUTION_INCOMING_CHUNK_REQUEST_V1: {
        const ph_msg_availability_distribution_incoming_chunk_request_v1_t *in =
            ph_msg_as_availability_distribution_incoming_chunk_request_v1(msg);
        serve(self, in->ticket, &in->request, true);
        break;
    }
    case PH_MSG_AVAILABILITY_DISTRIBUTION_INCOMING_CHUNK_REQUEST_V2: {
        const ph_msg_availability_distribution_incoming_chunk_request_v2_t *in =
            ph_msg_as_availability_distribution_incoming_chunk_request_v2(msg);
        serve(self, in->ticket, &in->request, false);
        break;
    }
    }
}

static ph_err_t handle(ph_subsystem_t *self, const ph_input_t *in)
{
    switch (in->kind) {
    case PH_IN_START:
        ph_chunk_fetches_init(ph_state(self));
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
    ph_chunk_fetches_free(ph_state(self));
}

const ph_subsystem_ops_t ph_availability_distribution_ops = {
    .state_size = sizeof(ph_chunk_fetches_t), .handle = handle, .destroy = destroy};
