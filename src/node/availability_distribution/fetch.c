#include "node/availability_distribution/fetch.h"

#include <string.h>

#include "erasure/proof.h"
#include "node/availability_distribution/availability_distribution.h"
#include "primitives/rotation.h"
#include "protocol/availability_distribution_out.h"

/* Leaf: which session? who are we in it? which cores are occupied by others' candidates? do we hold our chunk already?
 * Then for each that we lack: ask, verify, store. */

typedef struct leaf {
    ph_session_info_t info;
    ph_validator_index_t me;
    bool mapping;
} leaf_t;

typedef struct fetching {
    const leaf_t *leaf;
    ph_candidate_hash_t candidate;
    ph_hash_t erasure_root;
    ph_para_id_t para;
    ph_chunk_index_t index;         /* the chunk that is ours */
    ph_vec_validator_index_t group; /* shuffled */
    size_t next;
    ph_erasure_chunk_t chunk; /* verified, to be stored */
    unsigned store_tries;
} fetching_t;

enum { STORE_TRIES = 8 };

size_t ph_chunk_fetching_state_size(void)
{
    return sizeof(leaf_t);
}

static const ph_availability_distribution_config_t *config_of(ph_job_t *job)
{
    return ph_config(ph_job_self(job));
}

/* ---- one candidate ---- */

static void ask_next(ph_job_t *job, void *flow);

static void shuffle(ph_env_t *env, ph_vec_validator_index_t *list)
{
    for (size_t i = list->count; i > 1; i--) {
        uint32_t dice;
        ph_env_random(env, &dice, sizeof dice);
        size_t j = dice % i;
        ph_validator_index_t swap = list->items[i - 1];
        list->items[i - 1] = list->items[j];
        list->items[j] = swap;
    }
}

static void stored(ph_job_t *job, void *flow, ph_err_t err, const ph_res_unit_store_error_t *result);

static void store(ph_job_t *job, void *flow)
{
    fetching_t *f = flow;
    ph_shared_erasure_chunk_t chunk = ph_shared_erasure_chunk_new(&f->chunk);
    ph_ask_availability_store_store_chunk(job, &f->candidate, f->leaf->me, chunk, f, stored);
    ph_shared_erasure_chunk_unref(chunk);
}

static void stored(ph_job_t *job, void *flow, ph_err_t err, const ph_res_unit_store_error_t *result)
{
    fetching_t *f = flow;
    if (err)
        return;
    /* The store may not have heard yet of the block that backed the candidate. */
    bool early = result->kind == PH_RES_UNIT_STORE_ERROR_ERR && result->err.kind == PH_STORE_ERROR_UNKNOWN_CANDIDATE;
    if (early && ++f->store_tries < STORE_TRIES)
        ph_job_after(job, config_of(job)->slot_ms / 60, store, f);
    else
        ph_job_end(job);
}

static bool is_our_chunk(const fetching_t *f, const ph_erasure_chunk_t *chunk)
{
    return chunk->index.v == f->index.v && ph_erasure_proof_verify(f->erasure_root.bytes, chunk->index.v, chunk->chunk,
                                                                   chunk->proof.v.items, chunk->proof.v.count) == PH_OK;
}

/* One that gave us rubbish is not asked again for this candidate. */
static void forget_member(fetching_t *f, size_t at)
{
    memmove(f->group.items + at, f->group.items + at + 1, (f->group.count - at - 1) * sizeof *f->group.items);
    f->group.count--;
    f->next = at;
}

static void take_answer(ph_job_t *job, void *flow, ph_err_t err, const ph_res_bytes_request_failure_t *answer)
{
    ph_subsystem_t *self = ph_job_self(job);
    fetching_t *f = flow;
    ph_chunk_fetching_response_v2_t response;
    ph_validator_index_t from = f->group.items[f->next - 1];
    ph_peer_id_t peer;
    bool answered = !err && answer->kind == PH_RES_BYTES_REQUEST_FAILURE_OK;
    bool decoded =
        answered && ph_chunk_fetching_response_v2_decode_all(answer->ok, ph_job_arena(job), &response) == PH_OK;
    if (decoded && response.kind == PH_CHUNK_FETCHING_RESPONSE_V2_CHUNK && is_our_chunk(f, &response.chunk)) {
        ph_note(
            self, "chunk-fetched",
            PH_FIELDS(.block = ph_job_key(job), .candidate = &f->candidate, PH_F_PARA(f->para), PH_F_VALIDATOR(from)));
        f->chunk = response.chunk;
        store(job, f);
        return;
    }
    bool honest = decoded && response.kind == PH_CHUNK_FETCHING_RESPONSE_V2_NO_SUCH_CHUNK;
    if (answered && !honest) {
        if (ph_net_resolve(ph_env_of(self), &f->leaf->info.discovery_keys.items[from.v], &peer))
            ph_send_network_bridge_report_peer(self, peer, (ph_reputation_t){PH_REPUTATION_COST_MAJOR},
                                               PH_BYTES_LIT("chunk: not what was asked for"));
        forget_member(f, f->next - 1);
    }
    ask_next(job, f);
}

static void ask_next(ph_job_t *job, void *flow)
{
    fetching_t *f = flow;
    const leaf_t *leaf = f->leaf;
    if (f->group.count == 0) {
        ph_job_end(job);
        return;
    }
    if (f->next == f->group.count) {
        /* All were asked: wait a little, then begin again in another order. */
        f->next = 0;
        shuffle(ph_env_of(ph_job_self(job)), &f->group);
        ph_job_after(job, config_of(job)->slot_ms / 12, ask_next, f);
        return;
    }
    ph_validator_index_t to = f->group.items[f->next++];
    if (to.v >= leaf->info.discovery_keys.count) {
        ph_job_later(job, ask_next, f);
        return;
    }
    ph_recipient_t recipient = {.kind = PH_RECIPIENT_AUTHORITY, .authority = leaf->info.discovery_keys.items[to.v]};
    ph_chunk_fetching_request_t request = {.candidate_hash = f->candidate, .index = leaf->me};
    ph_writer_t w = ph_writer_in(ph_job_arena(job));
    ph_chunk_fetching_request_encode(&w, &request);
    ph_ask_network_bridge_send_request(job, &recipient, PH_PROTO_REQ_CHUNK_2, ph_writer_bytes(&w), f, take_answer);
}

static void unless_here(ph_job_t *job, void *flow, ph_err_t err, const bool *here)
{
    if (err || *here)
        ph_job_end(job);
    else
        ask_next(job, flow);
}

/* ---- a leaf ---- */

static bool group_has(const ph_vec_validator_index_t *group, ph_validator_index_t validator)
{
    for (size_t i = 0; i < group->count; i++)
        if (group->items[i].v == validator.v)
            return true;
    return false;
}

static void begin(ph_job_t *leaf_job, const leaf_t *leaf, const ph_occupied_core_t *core, size_t core_index)
{
    const ph_vec_vec_validator_index_t *groups = &leaf->info.validator_groups;
    if (core->group_responsible.v >= groups->count || group_has(&groups->items[core->group_responsible.v], leaf->me))
        return;
    ph_job_t *job = ph_job_child(leaf_job, sizeof(fetching_t));
    fetching_t *f = ph_job_state(job);
    f->leaf = leaf;
    f->candidate = core->candidate_hash;
    f->erasure_root = core->candidate_descriptor.erasure_root;
    f->para = core->candidate_descriptor.para_id;
    f->index = ph_rotation_chunk_index(leaf->info.validators.count, leaf->mapping,
                                       (ph_core_index_t){(uint32_t)core_index}, leaf->me);
    ph_vec_validator_index_clone(ph_job_arena(job), &f->group, &groups->items[core->group_responsible.v]);
    shuffle(ph_env_of(ph_job_self(job)), &f->group);
    ph_ask_availability_store_query_chunk_availability(job, &f->candidate, leaf->me, f, unless_here);
}

static void look_at_cores(ph_job_t *job, void *flow, ph_err_t err,
                          const ph_res_vec_core_state_runtime_api_error_t *cores)
{
    if (err || cores->kind != PH_RES_VEC_CORE_STATE_RUNTIME_API_ERROR_OK)
        return;
    for (size_t i = 0; i < cores->ok.count; i++)
        if (cores->ok.items[i].kind == PH_CORE_STATE_OCCUPIED)
            begin(job, flow, &cores->ok.items[i].occupied, i);
}

static void note_features(ph_job_t *job, void *flow, ph_err_t err, const ph_res_bits_runtime_api_error_t *features)
{
    leaf_t *leaf = flow;
    if (!err && features->kind == PH_RES_BITS_RUNTIME_API_ERROR_OK)
        leaf->mapping = ph_bits_get(features->ok, PH_FEATURE_AVAILABILITY_CHUNK_MAPPING);
    ph_ask_runtime_api_request_availability_cores(job, ph_job_key(job), leaf, look_at_cores);
}

static void find_ourselves(ph_job_t *job, void *flow, ph_err_t err,
                           const ph_res_opt_session_info_runtime_api_error_t *info)
{
    leaf_t *leaf = flow;
    if (err || info->kind != PH_RES_OPT_SESSION_INFO_RUNTIME_API_ERROR_OK || !info->ok.some)
        return;
    ph_job_keep_reply(job);
    leaf->info = info->ok.value;
    if (leaf->info.validators.count < 2 ||
        !ph_keystore_find_validator(config_of(job)->keystore, leaf->info.validators.items, leaf->info.validators.count,
                                    &leaf->me))
        return;
    ph_ask_runtime_api_request_node_features(job, ph_job_key(job), leaf, note_features);
}

static void ask_for_session(ph_job_t *job, void *flow, ph_err_t err,
                            const ph_res_session_index_runtime_api_error_t *session)
{
    if (err || session->kind != PH_RES_SESSION_INDEX_RUNTIME_API_ERROR_OK)
        return;
    ph_ask_runtime_api_request_session_info(job, ph_job_key(job), session->ok, flow, find_ourselves);
}

void ph_chunk_fetching_start(ph_job_t *job)
{
    ph_ask_runtime_api_request_session_index_for_child(job, ph_job_key(job), ph_job_state(job), ask_for_session);
}
