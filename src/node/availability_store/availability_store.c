#include "node/availability_store/availability_store.h"

#include <string.h>

#include "node/availability_store/store.h"
#include "primitives/rotation.h"

/* ---- questions ---- */

static void query_available_data(ph_subsystem_t *self, ph_msg_t *msg)
{
    ph_rc_t *rc = ph_av_get_data(self, &ph_msg_as_availability_store_query_available_data(msg)->candidate);
    ph_opt_shared_available_data_t reply = {.some = rc != NULL};
    if (rc)
        reply.value = (ph_shared_available_data_t){rc, ph_rc_value(rc)};
    ph_reply_availability_store_query_available_data(self, msg, &reply);
    ph_rc_unref(rc);
}

static void query_chunk_availability(ph_subsystem_t *self, ph_msg_t *msg)
{
    const ph_msg_availability_store_query_chunk_availability_t *ask =
        ph_msg_as_availability_store_query_chunk_availability(msg);
    const entry_t *entry = ph_av_entry(self, &ask->candidate);
    bool here = entry && ((entry->has_data && ask->validator.v < entry->validators) ||
                          ph_av_has_chunk(self, &ask->candidate, ask->validator));
    ph_reply_availability_store_query_chunk_availability(self, msg, &here);
}

/* ---- chunks out of data ---- */

/* The validator's chunk, out of all of them; below the number of validators. One reference. */
static ph_rc_t *chunk_of(const entry_t *entry, ph_validator_index_t validator)
{
    ph_arena_t *arena = ph_arena_new();
    ph_erasure_chunk_t chunk;
    ph_coded_chunk(entry->coded, arena, &chunk,
                   ph_rotation_chunk_index(entry->validators, entry->mapping, entry->core, validator).v);
    ph_rc_t *rc = ph_rc_new(&ph_type_erasure_chunk, &chunk);
    ph_arena_free(arena);
    return rc;
}

typedef struct chunk_question {
    ph_msg_t *msg;
    ph_candidate_hash_t candidate;
    bool mapping; /* of data to be stored */
} chunk_question_t;

static void reply_chunk(ph_subsystem_t *self, ph_msg_t *msg, ph_rc_t *chunk)
{
    ph_opt_shared_erasure_chunk_t reply = {.some = chunk != NULL};
    if (chunk)
        reply.value = (ph_shared_erasure_chunk_t){chunk, ph_rc_value(chunk)};
    ph_reply_availability_store_query_chunk(self, msg, &reply);
}

static void reply_all_chunks(ph_subsystem_t *self, ph_msg_t *msg)
{
    const ph_candidate_hash_t *candidate = &ph_msg_as_availability_store_query_all_chunks(msg)->candidate;
    const entry_t *entry = ph_av_entry(self, candidate);
    ph_arena_t *arena = ph_arena_new();
    uint32_t most = entry ? entry->validators : 0;
    ph_vec_available_chunk_t reply = {.items = ph_arena_alloc(arena, most * sizeof *reply.items)};
    for (uint32_t v = 0; v < most; v++) {
        ph_validator_index_t validator = {v};
        ph_rc_t *rc = entry->coded ? chunk_of(entry, validator) : ph_av_get_chunk(self, candidate, validator);
        if (!rc)
            continue;
        ph_arena_defer(arena, ph_rc_unref, rc);
        reply.items[reply.count++] = (ph_available_chunk_t){.validator = {v}, .chunk = {rc, ph_rc_value(rc)}};
    }
    ph_reply_availability_store_query_all_chunks(self, msg, &reply);
    ph_arena_free(arena);
}

static void reply_from_coded(ph_subsystem_t *self, ph_msg_t *msg, const entry_t *entry)
{
    ph_validator_index_t validator = ph_msg_as_availability_store_query_chunk(msg)->validator;
    ph_rc_t *rc = validator.v < entry->validators ? chunk_of(entry, validator) : NULL;
    reply_chunk(self, msg, rc);
    ph_rc_unref(rc);
}

static void reply_coded(ph_job_t *job, void *flow, ph_coded_t *coded)
{
    ph_subsystem_t *self = ph_job_self(job);
    chunk_question_t *q = flow;
    entry_t *entry = ph_av_entry(self, &q->candidate);
    if (entry && coded && !entry->coded)
        entry->coded = ph_coded_ref(coded);
    if (ph_msg_kind(q->msg) == PH_MSG_AVAILABILITY_STORE_QUERY_ALL_CHUNKS)
        reply_all_chunks(self, q->msg);
    else if (entry && entry->coded)
        reply_from_coded(self, q->msg, entry);
    else
        reply_chunk(self, q->msg, NULL);
    ph_job_end(job);
}

static void drop_question(void *ptr)
{
    chunk_question_t *q = ptr;
    ph_msg_unref(q->msg);
}

/* The data is here, its chunks have to be made again (after a restart). */
static bool make_chunks_first(ph_subsystem_t *self, ph_msg_t *msg, const ph_candidate_hash_t *candidate,
                              const entry_t *entry)
{
    ph_rc_t *data = entry && entry->has_data && !entry->coded ? ph_av_get_data(self, candidate) : NULL;
    if (!data)
        return false;
    ph_job_t *job = ph_job_child(ph_root_job(self), sizeof(chunk_question_t));
    chunk_question_t *q = ph_job_state(job);
    *q = (chunk_question_t){.msg = ph_msg_ref(msg), .candidate = *candidate};
    ph_arena_defer(ph_job_arena(job), drop_question, q);
    ph_writer_t w = PH_WRITER_HEAP;
    ph_available_data_encode(&w, ph_rc_value(data));
    ph_job_erasure_code(job, entry->validators, ph_writer_bytes(&w), q, reply_coded);
    ph_writer_free(&w);
    ph_rc_unref(data);
    return true;
}

static void query_chunk(ph_subsystem_t *self, ph_msg_t *msg)
{
    const ph_msg_availability_store_query_chunk_t *ask = ph_msg_as_availability_store_query_chunk(msg);
    const entry_t *entry = ph_av_entry(self, &ask->candidate);
    if (entry && entry->coded) {
        reply_from_coded(self, msg, entry);
    } else if (!make_chunks_first(self, msg, &ask->candidate, entry)) {
        ph_rc_t *rc = ph_av_get_chunk(self, &ask->candidate, ask->validator);
        reply_chunk(self, msg, rc);
        ph_rc_unref(rc);
    }
}

static void query_all_chunks(ph_subsystem_t *self, ph_msg_t *msg)
{
    const ph_candidate_hash_t *candidate = &ph_msg_as_availability_store_query_all_chunks(msg)->candidate;
    if (!make_chunks_first(self, msg, candidate, ph_av_entry(self, candidate)))
        reply_all_chunks(self, msg);
}

/* ---- storing ---- */

static ph_res_unit_store_error_t refused(uint8_t kind)
{
    return (ph_res_unit_store_error_t){.kind = PH_RES_UNIT_STORE_ERROR_ERR, .err = {kind}};
}

static void store_chunk(ph_subsystem_t *self, ph_msg_t *msg)
{
    const ph_msg_availability_store_store_chunk_t *in = ph_msg_as_availability_store_store_chunk(msg);
    entry_t *entry = ph_av_entry(self, &in->candidate);
    ph_res_unit_store_error_t reply = {.kind = PH_RES_UNIT_STORE_ERROR_OK};
    if (!entry) {
        reply = refused(PH_STORE_ERROR_UNKNOWN_CANDIDATE);
    } else if (entry->validators && in->validator.v >= entry->validators) {
        reply = refused(PH_STORE_ERROR_INDEX_OUT_OF_RANGE);
    } else if (!entry->has_data && !ph_av_has_chunk(self, &in->candidate, in->validator)) {
        if (ph_av_put_chunk(self, &in->candidate, in->validator, in->chunk.v) != PH_OK)
            reply = refused(PH_STORE_ERROR_DISK);
        else
            ph_note(self, "chunk-stored", PH_FIELDS(.candidate = &in->candidate, PH_F_VALIDATOR(in->validator)));
    }
    ph_reply_availability_store_store_chunk(self, msg, &reply);
}

/* Data and meta are made durable together: data without its meta would never be pruned. */
static bool keep_data(ph_subsystem_t *self, const ph_msg_availability_store_store_available_data_t *in, bool mapping,
                      ph_coded_t *coded)
{
    entry_t *entry = ph_av_note(self, &in->candidate, in->n_validators);
    if (entry->has_data)
        return true;
    entry->has_data = true;
    entry->validators = in->n_validators;
    entry->mapping = mapping;
    entry->core = in->core_index;
    if (ph_av_put_data(self, &in->candidate, in->data.v) != PH_OK || ph_av_save(self, &in->candidate, entry) != PH_OK) {
        entry->has_data = false;
        return false;
    }
    entry->coded = ph_coded_ref(coded);
    ph_note(self, "data-stored", PH_FIELDS(.candidate = &in->candidate));
    return true;
}

static void store_coded(ph_job_t *job, void *flow, ph_coded_t *coded)
{
    ph_subsystem_t *self = ph_job_self(job);
    chunk_question_t *q = flow;
    const ph_msg_availability_store_store_available_data_t *in =
        ph_msg_as_availability_store_store_available_data(q->msg);
    ph_res_unit_store_error_t reply = {.kind = PH_RES_UNIT_STORE_ERROR_OK};
    if (!coded || memcmp(ph_coded_root(coded), &in->expected_erasure_root, sizeof in->expected_erasure_root) != 0)
        reply = refused(PH_STORE_ERROR_INVALID_ERASURE_ROOT);
    else if (!keep_data(self, in, q->mapping, coded))
        reply = refused(PH_STORE_ERROR_DISK);
    ph_reply_availability_store_store_available_data(self, q->msg, &reply);
    ph_job_end(job);
}

static void code_data(ph_job_t *job, chunk_question_t *q)
{
    const ph_msg_availability_store_store_available_data_t *in =
        ph_msg_as_availability_store_store_available_data(q->msg);
    ph_writer_t w = PH_WRITER_HEAP;
    ph_available_data_encode(&w, in->data.v);
    ph_job_erasure_code(job, in->n_validators, ph_writer_bytes(&w), q, store_coded);
    ph_writer_free(&w);
}

static void note_features(ph_job_t *job, void *flow, ph_err_t err, const ph_res_bits_runtime_api_error_t *features)
{
    chunk_question_t *q = flow;
    if (!err && features->kind == PH_RES_BITS_RUNTIME_API_ERROR_OK)
        q->mapping = ph_bits_get(features->ok, PH_FEATURE_AVAILABILITY_CHUNK_MAPPING);
    code_data(job, q);
}

static void store_available_data(ph_subsystem_t *self, ph_msg_t *msg)
{
    const ph_msg_availability_store_store_available_data_t *in = ph_msg_as_availability_store_store_available_data(msg);
    const store_t *store = ph_state(self);
    const entry_t *entry = ph_av_entry(self, &in->candidate);
    if (entry && entry->has_data) {
        ph_reply_availability_store_store_available_data(
            self, msg, &(ph_res_unit_store_error_t){.kind = PH_RES_UNIT_STORE_ERROR_OK});
        return;
    }
    ph_job_t *job = ph_job_child(ph_root_job(self), sizeof(chunk_question_t));
    chunk_question_t *q = ph_job_state(job);
    *q = (chunk_question_t){.msg = ph_msg_ref(msg), .candidate = in->candidate};
    ph_arena_defer(ph_job_arena(job), drop_question, q);
    if (store->has_leaf)
        ph_ask_runtime_api_request_node_features(job, &store->leaf, q, note_features);
    else
        code_data(job, q);
}

/* ---- inputs ---- */

static void on_message(ph_subsystem_t *self, ph_msg_t *msg)
{
    switch ((ph_availability_store_msg_kind_t)ph_msg_kind(msg)) {
    case PH_MSG_AVAILABILITY_STORE_QUERY_AVAILABLE_DATA:
        query_available_data(self, msg);
        break;
    case PH_MSG_AVAILABILITY_STORE_QUERY_CHUNK:
        query_chunk(self, msg);
        break;
    case PH_MSG_AVAILABILITY_STORE_QUERY_ALL_CHUNKS:
        query_all_chunks(self, msg);
        break;
    case PH_MSG_AVAILABILITY_STORE_QUERY_CHUNK_AVAILABILITY:
        query_chunk_availability(self, msg);
        break;
    case PH_MSG_AVAILABILITY_STORE_STORE_CHUNK:
        store_chunk(self, msg);
        break;
    case PH_MSG_AVAILABILITY_STORE_STORE_AVAILABLE_DATA:
        store_available_data(self, msg);
        break;
    }
}

static void start(ph_subsystem_t *self)
{
    store_t *store = ph_state(self);
    ph_map_init(&store->entries, sizeof(ph_candidate_hash_t), sizeof(entry_t));
    ph_map_init(&store->seen, sizeof(ph_hash_t), sizeof(uint32_t));
    ph_av_load(self);
    ph_job_after(ph_root_job(self), ph_av_prune_period(self), ph_av_prune, NULL);
}

static ph_err_t handle(ph_subsystem_t *self, const ph_input_t *in)
{
    switch (in->kind) {
    case PH_IN_START:
        start(self);
        break;
    case PH_IN_ACTIVE_LEAVES:
        if (in->leaves.has_activated)
            ph_av_on_leaf(self, &in->leaves.activated);
        break;
    case PH_IN_BLOCK_FINALIZED:
        ph_av_on_finalized(self, &in->finalized);
        break;
    case PH_IN_MESSAGE:
        on_message(self, in->msg);
        break;
    case PH_IN_CONCLUDE:
        break;
    }
    return PH_OK;
}

static void destroy(ph_subsystem_t *self)
{
    store_t *store = ph_state(self);
    void *value;
    for (size_t i = 0; ph_map_next(&store->entries, &i, NULL, &value);) {
        entry_t *entry = value;
        ph_list_free(&entry->blocks);
        ph_coded_unref(entry->coded);
    }
    ph_map_free(&store->entries);
    ph_map_free(&store->seen);
}

const ph_subsystem_ops_t ph_availability_store_ops = {
    .state_size = sizeof(store_t), .handle = handle, .destroy = destroy};
