#include "node/availability_distribution/fetch.h"

#include <string.h>

#include "base/vec.h"
#include "erasure/proof.h"
#include "node/availability_distribution/availability_distribution.h"
#include "primitives/rotation.h"
#include "protocol/availability_distribution_out.h"

/* Do we hold our chunk already? Then for each that we lack: ask, verify, store. */

typedef struct member {
    ph_validator_index_t validator;
    ph_authority_discovery_id_t key;
} member_t;

typedef struct wanted {
    ph_job_t *job;              /* NULL: done */
    PH_LIST(ph_hash_t) live_in; /* leaves; on the heap */
} wanted_t;

typedef struct fetching {
    ph_candidate_hash_t candidate;
    ph_hash_t block; /* where it was found pending */
    ph_hash_t erasure_root;
    ph_para_id_t para;
    ph_validator_index_t me;
    ph_chunk_index_t index; /* the chunk that is ours */
    member_t *group;        /* shuffled */
    size_t count, next;
    ph_erasure_chunk_t chunk; /* verified, to be stored */
    unsigned store_tries;
} fetching_t;

enum { STORE_TRIES = 8 };

static uint64_t slot_ms_of(ph_job_t *job)
{
    const ph_availability_distribution_config_t *config = ph_config(ph_job_self(job));
    return config->slot_ms;
}

/* ---- one candidate ---- */

static void ask_next(ph_job_t *job, void *flow);

static void shuffle(ph_env_t *env, fetching_t *f)
{
    for (size_t i = f->count; i > 1; i--) {
        uint32_t dice;
        ph_env_random(env, &dice, sizeof dice);
        size_t j = dice % i;
        member_t swap = f->group[i - 1];
        f->group[i - 1] = f->group[j];
        f->group[j] = swap;
    }
}

/* What was had is not fetched again; what failed is, when the next leaf still wants it. */
static void finish(ph_job_t *job, const fetching_t *f, bool had)
{
    ph_chunk_fetches_t *fetches = ph_state(ph_job_self(job));
    wanted_t *wanted = ph_map_get(&fetches->wanted, &f->candidate);
    wanted->job = NULL;
    if (!had) {
        ph_list_free(&wanted->live_in);
        ph_map_remove(&fetches->wanted, &f->candidate);
    }
    ph_job_end(job);
}

static void stored(ph_job_t *job, void *flow, ph_err_t err, const ph_res_unit_store_error_t *result);

static void store(ph_job_t *job, void *flow)
{
    fetching_t *f = flow;
    ph_shared_erasure_chunk_t chunk = ph_shared_erasure_chunk_new(&f->chunk);
    ph_ask_availability_store_store_chunk(job, &f->candidate, f->me, chunk, f, stored);
    ph_shared_erasure_chunk_unref(chunk);
}

static void stored(ph_job_t *job, void *flow, ph_err_t err, const ph_res_unit_store_error_t *result)
{
    fetching_t *f = flow;
    bool asked = !err, had = asked && result->kind == PH_RES_UNIT_STORE_ERROR_OK;
    /* The store may not have heard yet of the block that backed the candidate. */
    bool early = asked && !had && result->err.kind == PH_STORE_ERROR_UNKNOWN_CANDIDATE;
    if (early && ++f->store_tries < STORE_TRIES)
        ph_job_after(job, slot_ms_of(job) / 60, store, f);
    else
        finish(job, f, had);
}

static bool is_our_chunk(const fetching_t *f, const ph_erasure_chunk_t *chunk)
{
    return chunk->index.v == f->index.v && ph_erasure_proof_verify(f->erasure_root.bytes, chunk->index.v, chunk->chunk,
                                                                   chunk->proof.v.items, chunk->proof.v.count) == PH_OK;
}

/* One that gave us rubbish is not asked again for this candidate. */
static void forget_member(fetching_t *f, size_t at)
{
    memmove(f->group + at, f->group + at + 1, (f->count - at - 1) * sizeof *f->group);
    f->count--;
    f->next = at;
}

static void take_answer(ph_job_t *job, void *flow, ph_err_t err, const ph_res_bytes_request_failure_t *answer)
{
    ph_subsystem_t *self = ph_job_self(job);
    fetching_t *f = flow;
    ph_chunk_fetching_response_v2_t response;
    member_t from = f->group[f->next - 1];
    ph_peer_id_t peer;
    bool answered = !err && answer->kind == PH_RES_BYTES_REQUEST_FAILURE_OK;
    bool decoded =
        answered && ph_chunk_fetching_response_v2_decode_all(answer->ok, ph_job_arena(job), &response) == PH_OK;
    if (decoded && response.kind == PH_CHUNK_FETCHING_RESPONSE_V2_CHUNK && is_our_chunk(f, &response.chunk)) {
        ph_note(self, "chunk-fetched",
                PH_FIELDS(.block = &f->block, .candidate = &f->candidate, PH_F_PARA(f->para),
                          PH_F_VALIDATOR(from.validator)));
        f->chunk = response.chunk;
        store(job, f);
        return;
    }
    bool honest = decoded && response.kind == PH_CHUNK_FETCHING_RESPONSE_V2_NO_SUCH_CHUNK;
    if (answered && !honest) {
        if (ph_net_resolve(ph_env_of(self), &from.key, &peer))
            ph_send_network_bridge_report_peer(self, peer, (ph_reputation_t){PH_REPUTATION_COST_MAJOR},
                                               PH_BYTES_LIT("chunk: not what was asked for"));
        forget_member(f, f->next - 1);
    }
    ask_next(job, f);
}

static void ask_next(ph_job_t *job, void *flow)
{
    fetching_t *f = flow;
    if (f->count == 0) {
        finish(job, f, false);
        return;
    }
    if (f->next == f->count) {
        /* All were asked: wait a little, then begin again in another order. */
        f->next = 0;
        shuffle(ph_env_of(ph_job_self(job)), f);
        ph_job_after(job, slot_ms_of(job) / 12, ask_next, f);
        return;
    }
    ph_recipient_t recipient = {.kind = PH_RECIPIENT_AUTHORITY, .authority = f->group[f->next++].key};
    ph_chunk_fetching_request_t request = {.candidate_hash = f->candidate, .index = f->me};
    ph_writer_t w = ph_writer_in(ph_job_arena(job));
    ph_chunk_fetching_request_encode(&w, &request);
    ph_ask_network_bridge_send_request(job, &recipient, PH_PROTO_REQ_CHUNK_2, ph_writer_bytes(&w), f, take_answer);
}

static void unless_here(ph_job_t *job, void *flow, ph_err_t err, const bool *here)
{
    if (err)
        finish(job, flow, false);
    else if (*here)
        finish(job, flow, true);
    else
        ask_next(job, flow);
}

/* ---- what is wanted ---- */

static bool group_has(const ph_vec_validator_index_t *group, ph_validator_index_t validator)
{
    for (size_t i = 0; i < group->count; i++)
        if (group->items[i].v == validator.v)
            return true;
    return false;
}

static ph_job_t *begin(ph_subsystem_t *self, const ph_chunk_wish_t *wish, const ph_vec_validator_index_t *group)
{
    ph_job_t *job = ph_job_child(ph_root_job(self), sizeof(fetching_t));
    fetching_t *f = ph_job_state(job);
    *f = (fetching_t){
        .candidate = wish->core->candidate_hash,
        .block = *wish->block,
        .erasure_root = wish->core->candidate_descriptor.erasure_root,
        .para = wish->core->candidate_descriptor.para_id,
        .me = wish->me,
        .index = ph_rotation_chunk_index(wish->info->validators.count, wish->mapping, wish->core_index, wish->me),
        .group = ph_arena_alloc(ph_job_arena(job), group->count * sizeof *f->group)};
    for (size_t i = 0; i < group->count; i++)
        if (group->items[i].v < wish->info->discovery_keys.count)
            f->group[f->count++] = (member_t){group->items[i], wish->info->discovery_keys.items[group->items[i].v]};
    shuffle(ph_env_of(self), f);
    ph_ask_availability_store_query_chunk_availability(job, &f->candidate, f->me, f, unless_here);
    return job;
}

void ph_chunk_fetches_want(ph_subsystem_t *self, const ph_hash_t *leaf, const ph_chunk_wish_t *wish)
{
    ph_chunk_fetches_t *fetches = ph_state(self);
    const ph_vec_vec_validator_index_t *groups = &wish->info->validator_groups;
    uint32_t responsible = wish->core->group_responsible.v;
    bool added;
    if (responsible >= groups->count || group_has(&groups->items[responsible], wish->me))
        return;
    wanted_t *wanted = ph_map_put(&fetches->wanted, &wish->core->candidate_hash, &added);
    for (size_t i = 0; i < wanted->live_in.count; i++)
        if (memcmp(&wanted->live_in.items[i], leaf, sizeof *leaf) == 0)
            return;
    ph_list_push(NULL, &wanted->live_in, *leaf);
    if (added)
        wanted->job = begin(self, wish, &groups->items[responsible]);
}

static void drop_leaf(wanted_t *wanted, const ph_hash_t *leaf)
{
    for (size_t i = wanted->live_in.count; i-- > 0;)
        if (memcmp(&wanted->live_in.items[i], leaf, sizeof *leaf) == 0)
            ph_list_remove(&wanted->live_in, i);
}

void ph_chunk_fetches_release(ph_subsystem_t *self, const ph_hash_t *leaf)
{
    ph_chunk_fetches_t *fetches = ph_state(self);
    const void *candidate;
    void *value;
    for (size_t i = 0; ph_map_next(&fetches->wanted, &i, &candidate, &value);) {
        wanted_t *wanted = value;
        drop_leaf(wanted, leaf);
        if (wanted->live_in.count)
            continue;
        if (wanted->job)
            ph_job_end(wanted->job);
        ph_list_free(&wanted->live_in);
        ph_map_remove(&fetches->wanted, candidate);
    }
}

void ph_chunk_fetches_init(ph_chunk_fetches_t *fetches)
{
    ph_map_init(&fetches->wanted, sizeof(ph_candidate_hash_t), sizeof(wanted_t));
}

void ph_chunk_fetches_free(ph_chunk_fetches_t *fetches)
{
    void *value;
    for (size_t i = 0; ph_map_next(&fetches->wanted, &i, NULL, &value);)
        ph_list_free(&((wanted_t *)value)->live_in);
    ph_map_free(&fetches->wanted);
}
