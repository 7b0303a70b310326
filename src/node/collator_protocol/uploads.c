#include <string.h>

#include "node/collator_protocol/sides.h"

/* Serving collations. PoVs are large: of one leaf one goes out at a time; the next has its turn after what an upload is
 * presumed to take. */
enum { UNSHARED_UPLOAD_MS = 150, SLOT_MS = 6000, WAITING_MAX = 64 };

void ph_upload_refuse(ph_subsystem_t *self, uint64_t ticket)
{
    ph_send_network_bridge_respond(self, ticket, &(ph_opt_bytes_t){0});
}

static const collation_t *find(const leaf_t *leaf, const ph_candidate_hash_t *hash)
{
    for (size_t i = 0; i < leaf->collations.count; i++)
        if (memcmp(&leaf->collations.items[i].hash, hash, sizeof *hash) == 0)
            return &leaf->collations.items[i];
    return NULL;
}

static void next_upload(ph_job_t *job, void *flow);

static void upload(ph_job_t *job, const upload_t *to)
{
    ph_subsystem_t *self = ph_job_self(job);
    const ph_collator_protocol_config_t *config = ph_config(self);
    leaf_t *leaf = ph_job_state(job);
    const collation_t *collation = find(leaf, &to->candidate);
    ph_collation_fetching_response_t response = {.kind = PH_COLLATION_FETCHING_RESPONSE_COLLATION};
    response.collation._0 = collation->receipt;
    response.collation._1 = *collation->pov.v;
    ph_writer_t w = PH_WRITER_HEAP;
    ph_collation_fetching_response_encode(&w, &response);
    ph_opt_bytes_t bytes = {true, ph_writer_bytes(&w)};
    ph_note(self, "collation-sent",
            PH_FIELDS(.block = ph_job_key(job), .candidate = &to->candidate, PH_F_PEER(to->peer)));
    ph_send_network_bridge_respond(self, to->ticket, &bytes);
    ph_writer_free(&w);
    leaf->uploading = true;
    ph_job_after(job, UNSHARED_UPLOAD_MS * config->slot_ms / SLOT_MS, next_upload, leaf);
}

static void next_upload(ph_job_t *job, void *flow)
{
    leaf_t *leaf = flow;
    leaf->uploading = false;
    if (leaf->waiting.count == 0)
        return;
    upload_t next = leaf->waiting.items[0];
    ph_list_remove(&leaf->waiting, 0);
    upload(job, &next);
}

static bool is_waiting(const leaf_t *leaf, const upload_t *request)
{
    for (size_t i = 0; i < leaf->waiting.count; i++)
        if (leaf->waiting.items[i].peer.v == request->peer.v &&
            memcmp(&leaf->waiting.items[i].candidate, &request->candidate, sizeof request->candidate) == 0)
            return true;
    return false;
}

void ph_upload_request(ph_subsystem_t *self, const ph_msg_collator_protocol_incoming_collation_request_t *in)
{
    ph_job_t *job = ph_job_find(self, &in->request.scheduling_parent);
    leaf_t *leaf = job ? ph_job_state(job) : NULL;
    const collation_t *collation = leaf ? find(leaf, &in->request.candidate_hash) : NULL;
    upload_t request = {.peer = in->peer, .ticket = in->ticket, .candidate = in->request.candidate_hash};
    if (!collation || collation->para.v != in->request.para_id.v) {
        ph_upload_refuse(self, in->ticket);
    } else if (!leaf->uploading) {
        upload(job, &request);
    } else if (is_waiting(leaf, &request)) {
        ph_peer_report(self, in->peer, PH_REPUTATION_COST_MINOR, PH_BYTES_LIT("collation: asked for twice"));
        ph_upload_refuse(self, in->ticket);
    } else if (leaf->waiting.count >= WAITING_MAX) {
        ph_upload_refuse(self, in->ticket);
    } else {
        ph_list_push(ph_job_arena(job), &leaf->waiting, request);
    }
}
