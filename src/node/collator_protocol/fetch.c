#include <string.h>

#include "node/collator_protocol/sides.h"
#include "primitives/descriptor.h"
#include "primitives/hash_of.h"
#include "primitives/protocols.h"

/* Fetching what Candidate Selection chose. A child of the leaf's job each: if the leaf ends, so does the fetch, and the
 * message that is let go unanswered tells Candidate Selection. */
typedef struct fetch {
    ph_msg_t *request;
    ph_para_id_t para;
    ph_peer_id_t peer;
    ph_candidate_hash_t candidate;
} fetch_t;

static void drop_request(void *ptr)
{
    fetch_t *fetch = ptr;
    if (fetch->request)
        ph_msg_unref(fetch->request);
}

static void answer(ph_job_t *job, const ph_res_collation_request_failure_t *result)
{
    fetch_t *fetch = ph_job_state(job);
    ph_reply_collator_protocol_fetch_collation(ph_job_self(job), fetch->request, result);
    ph_job_end(job);
}

static void fail(ph_job_t *job, ph_request_failure_t why)
{
    ph_res_collation_request_failure_t result = {.kind = PH_RES_COLLATION_REQUEST_FAILURE_ERR, .err = why};
    answer(job, &result);
}

/* What is wrong with the receipt, or NULL. Validation data, PoV and commitments are Backing's to look at. */
static const char *mismatch(ph_job_t *job, const ph_candidate_receipt_t *receipt)
{
    const fetch_t *fetch = ph_job_state(job);
    const leaf_t *leaf = ph_job_state(ph_job_find(ph_job_self(job), ph_job_key(job)));
    const ph_candidate_descriptor_t *d = &receipt->descriptor;
    ph_candidate_hash_t hash = ph_hash_of_receipt(receipt);
    if (memcmp(&hash, &fetch->candidate, sizeof hash) != 0)
        return "collation: another candidate than advertised";
    if (d->para_id.v != fetch->para.v)
        return "collation: wrong para";
    if (memcmp(&d->relay_parent, ph_job_key(job), sizeof d->relay_parent) != 0)
        return "collation: wrong relay parent";
    if (ph_descriptor_check(d, false) != PH_DESCRIPTOR_ACCEPTED ||
        ph_descriptor_version(d).kind != PH_CANDIDATE_DESCRIPTOR_VERSION_V2)
        return "collation: wrong descriptor version";
    if (!leaf->has_core || d->core_index != leaf->core.v)
        return "collation: wrong core";
    if (d->session_index.v != leaf->session.v)
        return "collation: wrong session";
    return NULL;
}

static void take(ph_job_t *job, const ph_candidate_receipt_t *receipt, const ph_pov_t *pov,
                 const ph_head_data_t *parent_head)
{
    ph_subsystem_t *self = ph_job_self(job);
    const fetch_t *fetch = ph_job_state(job);
    const char *fault = mismatch(job, receipt);
    if (fault) {
        ph_peer_report(self, fetch->peer, PH_REPUTATION_MALICIOUS, ph_bytes(fault, strlen(fault)));
        fail(job, (ph_request_failure_t){PH_REQUEST_FAILURE_MALFORMED});
        return;
    }
    ph_note(self, "collation-fetched",
            PH_FIELDS(.block = ph_job_key(job), .candidate = &fetch->candidate, PH_F_PARA(fetch->para),
                      PH_F_PEER(fetch->peer)));
    ph_res_collation_request_failure_t result = {.kind = PH_RES_COLLATION_REQUEST_FAILURE_OK};
    result.ok.receipt = *receipt;
    result.ok.pov = ph_shared_pov_new(pov);
    result.ok.parent_head_data.some = parent_head != NULL;
    if (parent_head)
        result.ok.parent_head_data.value = *parent_head;
    ph_shared_pov_t ours = result.ok.pov;
    answer(job, &result);
    ph_shared_pov_unref(ours);
}

/* Once between two leaves of ours it may have left that leaf just before we asked. */
static void note_refusal(ph_subsystem_t *self, ph_peer_id_t from)
{
    state_t *state = ph_state(self);
    peer_t *peer = ph_map_get(&state->peers, &from);
    bool excused = peer && !peer->refused;
    if (peer)
        peer->refused = true;
    if (!excused)
        ph_peer_report(self, from, PH_REPUTATION_COST_MINOR, PH_BYTES_LIT("collation: no answer"));
}

static void on_failure(ph_job_t *job, ph_request_failure_t why)
{
    const fetch_t *fetch = ph_job_state(job);
    switch ((ph_request_failure_kind_t)why.kind) {
    case PH_REQUEST_FAILURE_TIMEOUT: /* the network's fault as likely as theirs */
    case PH_REQUEST_FAILURE_UNKNOWN:
        break;
    case PH_REQUEST_FAILURE_DISCONNECTED:
    case PH_REQUEST_FAILURE_REFUSED:
        note_refusal(ph_job_self(job), fetch->peer);
        break;
    case PH_REQUEST_FAILURE_TOO_LARGE:
        ph_peer_report(ph_job_self(job), fetch->peer, PH_REPUTATION_COST_MINOR, PH_BYTES_LIT("collation: no answer"));
        break;
    case PH_REQUEST_FAILURE_MALFORMED:
        ph_peer_report(ph_job_self(job), fetch->peer, PH_REPUTATION_COST_MINOR,
                       PH_BYTES_LIT("collation: malformed answer"));
        break;
    }
    fail(job, why);
}

static void on_response(ph_job_t *job, void *flow, ph_err_t err, const ph_res_bytes_request_failure_t *response)
{
    ph_collation_fetching_response_t collation;
    (void)flow;
    if (err) {
        fail(job, (ph_request_failure_t){PH_REQUEST_FAILURE_DISCONNECTED}); /* no bridge: nobody to blame */
    } else if (response->kind != PH_RES_BYTES_REQUEST_FAILURE_OK) {
        on_failure(job, response->err);
    } else if (ph_collation_fetching_response_decode_all(response->ok, ph_job_arena(job), &collation) != PH_OK) {
        on_failure(job, (ph_request_failure_t){PH_REQUEST_FAILURE_MALFORMED});
    } else {
        switch ((ph_collation_fetching_response_kind_t)collation.kind) {
        case PH_COLLATION_FETCHING_RESPONSE_COLLATION:
            take(job, &collation.collation._0, &collation.collation._1, NULL);
            break;
        case PH_COLLATION_FETCHING_RESPONSE_COLLATION_WITH_PARENT_HEAD_DATA:
            take(job, &collation.collation_with_parent_head_data.receipt,
                 &collation.collation_with_parent_head_data.pov,
                 &collation.collation_with_parent_head_data.parent_head_data);
            break;
        }
    }
}

void ph_fetch_collation(ph_subsystem_t *self, ph_msg_t *msg)
{
    const ph_msg_collator_protocol_fetch_collation_t *in = ph_msg_as_collator_protocol_fetch_collation(msg);
    ph_job_t *leaf = ph_job_find(self, &in->relay_parent);
    if (!leaf || !in->candidate.some)
        return; /* the message ends unanswered, which the one that asks is told */
    ph_job_t *job = ph_job_child(leaf, sizeof(fetch_t));
    fetch_t *fetch = ph_job_state(job);
    *fetch =
        (fetch_t){.request = ph_msg_ref(msg), .para = in->para, .peer = in->peer, .candidate = in->candidate.value};
    ph_arena_defer(ph_job_arena(job), drop_request, fetch);
    ph_collation_fetching_request_v2_t request = {
        .scheduling_parent = in->relay_parent, .para_id = in->para, .candidate_hash = in->candidate.value};
    ph_writer_t w = ph_writer_in(ph_job_arena(job));
    ph_collation_fetching_request_v2_encode(&w, &request);
    ph_recipient_t to = {.kind = PH_RECIPIENT_PEER, .peer = in->peer};
    ph_ask_network_bridge_send_request(job, &to, PH_PROTO_REQ_COLLATION_2, ph_writer_bytes(&w), fetch, on_response);
}
