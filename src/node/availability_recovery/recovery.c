#include "node/availability_recovery/recovery.h"

#include <string.h>

#include "base/vec.h"
#include "erasure/erasure.h"
#include "erasure/proof.h"
#include "overseer/coding.h"
#include "primitives/hash_of.h"
#include "primitives/rotation.h"
#include "protocol/availability_recovery_out.h"

/* TRIES: requests to one validator that come to nothing. SILENCE_MS: after so long without any answer, requests under
 * way no longer keep others from being made; as long as a request's time-out, and like that not scaled. PAYLOAD_MAX: no
 * candidate has nearly as much data; what claims more is invalid, and need not be held. */
enum { PARALLEL = 50, TRIES = 5, SILENCE_MS = 1000, PAYLOAD_MAX = 64 << 20 };

/* own store → backers → own chunks → others' chunks → decode → encode again → compare */
typedef struct recovery {
    ph_job_t *job; /* of this recovery; ends with it */
    ph_job_t *asker;
    void *flow;
    ph_recovery_done_fn then;
    ph_recovery_question_t q;
    ph_session_info_t info;
    bool mapping;
    ph_vec_validator_index_t order; /* backers to ask; shuffled */
    size_t next;
    ph_validator_index_t *queue; /* whom to ask for a chunk, a ring; shuffled */
    size_t queue_first, queue_count;
    uint8_t *failures; /* by validator */
    size_t under_way;  /* requests for chunks */
    size_t awaited;    /* of them, those not given up for the purpose of asking others */
    size_t silences;
    uint64_t silence_timer;
    size_t answers, errors;
    size_t threshold, systematic;
    ph_bits_t have;  /* by chunk index */
    ph_bits_t given; /* by validator: whose chunk we have, or who has none that is good */
    PH_LIST(ph_erasure_piece_t) pieces;
    bool unfit;              /* a chunk proven against the root that cannot be one of an encoding */
    bool decoding;           /* out of chunks: what does not fit now is invalid */
    ph_rc_t *candidate_data; /* being compared */
} recovery_t;

typedef struct asked_chunk {
    recovery_t *r;
    ph_validator_index_t from;
    size_t silences; /* when it was asked */
} asked_chunk_t;

static void ask_for_chunks(recovery_t *r);
static void ask_next_backer(recovery_t *r);

static void finish(recovery_t *r, ph_rc_t *data, bool invalid)
{
    ph_job_t *asker = r->asker;
    void *flow = r->flow;
    ph_recovery_done_fn then = r->then;
    ph_job_end(r->job); /* memory stays until the turn is over */
    then(asker, flow, data, invalid);
}

static void drop_data(void *ptr)
{
    ph_rc_unref(((recovery_t *)ptr)->candidate_data);
}

/* ---- the end check ---- */

static void compare(ph_job_t *job, void *flow, ph_coded_t *coded)
{
    recovery_t *r = flow;
    (void)job;
    bool same = coded && memcmp(ph_coded_root(coded), &r->q.receipt.descriptor.erasure_root, 32) == 0;
    /* Wrong data from one backer says nothing about the candidate; chunks proven against its root do. */
    if (same || r->decoding)
        finish(r, same ? r->candidate_data : NULL, !same);
    else
        ask_next_backer(r);
}

/* Takes over the reference. */
static void check_root(recovery_t *r, ph_rc_t *data)
{
    ph_writer_t w = PH_WRITER_HEAP;
    ph_rc_unref(r->candidate_data);
    r->candidate_data = data;
    ph_available_data_encode(&w, ph_rc_value(data));
    ph_job_erasure_code(r->job, r->info.validators.count, ph_writer_bytes(&w), r, compare);
    ph_writer_free(&w);
}

/* ---- decoding ---- */

typedef struct decoding {
    size_t validators, count, chunk_len, payload_len;
    ph_erasure_piece_t *pieces;
    uint8_t *bytes, *payload;
    ph_err_t err;
    recovery_t *r;
} decoding_t;

static void decode(void *ctx)
{
    decoding_t *d = ctx;
    ph_erasure_t *erasure = ph_erasure_new(NULL);
    d->err = ph_erasure_reconstruct(erasure, d->payload, d->payload_len, d->validators, d->pieces, d->count);
    ph_erasure_free(erasure);
}

static void decoded(ph_job_t *job, void *ctx)
{
    decoding_t *d = ctx;
    recovery_t *r = d->r;
    ph_arena_t *arena = ph_job_arena(job);
    ph_available_data_t data;
    ph_reader_t reader = ph_reader(ph_bytes(d->payload, d->payload_len));
    /* The payload is padded with zeros behind the data. */
    if (d->err != PH_OK || ph_available_data_decode(&reader, arena, &data) != PH_OK) {
        finish(r, NULL, true);
        return;
    }
    check_root(r, ph_rc_new(&ph_type_available_data, &data));
}

static void dispose_decoding(void *ctx)
{
    decoding_t *d = ctx;
    ph_mem_free(d->pieces);
    ph_mem_free(d->bytes);
    ph_mem_free(d->payload);
    ph_mem_free(d);
}

static void begin_decoding(recovery_t *r)
{
    r->decoding = true;
    if (r->unfit) {
        finish(r, NULL, true);
        return;
    }
    size_t k = r->systematic, n = r->info.validators.count, len = r->pieces.items[0].bytes.len;
    decoding_t *d = ph_mem_alloc(NULL, sizeof *d);
    *d = (decoding_t){.validators = n, .count = r->pieces.count, .chunk_len = len, .payload_len = k * len, .r = r};
    d->pieces = ph_mem_alloc(NULL, d->count * sizeof *d->pieces);
    d->bytes = ph_mem_alloc(NULL, d->count * len);
    d->payload = ph_mem_alloc(NULL, d->payload_len);
    for (size_t i = 0; i < d->count; i++) {
        memcpy(d->bytes + i * len, r->pieces.items[i].bytes.data, len);
        d->pieces[i] = (ph_erasure_piece_t){r->pieces.items[i].index, {d->bytes + i * len, len}};
    }
    ph_job_work(r->job, 100 + d->payload_len / 100, decode, decoded, dispose_decoding, d);
}

/* ---- chunks ---- */

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

static void take_piece(recovery_t *r, const ph_erasure_chunk_t *chunk, ph_validator_index_t from)
{
    size_t len = chunk->chunk.len;
    ph_bits_set(r->given, from.v, true);
    if (ph_bits_get(r->have, chunk->index.v))
        return;
    if (len == 0 || len > PAYLOAD_MAX / r->systematic || (r->pieces.count && r->pieces.items[0].bytes.len != len)) {
        r->unfit = true;
        return;
    }
    ph_bits_set(r->have, chunk->index.v, true);
    ph_list_push(ph_job_arena(r->job), &r->pieces,
                 ((ph_erasure_piece_t){chunk->index.v, ph_bytes_copy(ph_job_arena(r->job), chunk->chunk)}));
}

static bool enough(const recovery_t *r)
{
    return r->unfit || r->pieces.count >= r->threshold;
}

static bool is_good(const recovery_t *r, const ph_erasure_chunk_t *chunk, ph_validator_index_t from)
{
    ph_core_index_t core = r->q.core.some ? r->q.core.value : (ph_core_index_t){0};
    ph_chunk_index_t expected =
        ph_rotation_chunk_index(r->info.validators.count, r->mapping && r->q.core.some, core, from);
    return chunk->index.v == expected.v &&
           ph_erasure_proof_verify(r->q.receipt.descriptor.erasure_root.bytes, chunk->index.v, chunk->chunk,
                                   chunk->proof.v.items, chunk->proof.v.count) == PH_OK;
}

static void enqueue(recovery_t *r, ph_validator_index_t validator)
{
    size_t n = r->info.validators.count;
    r->queue[(r->queue_first + r->queue_count++) % n] = validator;
}

static void note_answer(recovery_t *r, const asked_chunk_t *asked)
{
    r->answers++;
    r->under_way--;
    r->awaited -= asked->silences == r->silences;
}

static void take_chunk(ph_job_t *job, void *flow, ph_err_t err, const ph_res_bytes_request_failure_t *answer)
{
    asked_chunk_t *asked = flow;
    recovery_t *r = asked->r;
    ph_subsystem_t *self = ph_job_self(job);
    ph_chunk_fetching_response_v2_t response;
    ph_peer_id_t peer;
    note_answer(r, asked);
    if (r->decoding)
        return;
    bool answered = !err && answer->kind == PH_RES_BYTES_REQUEST_FAILURE_OK;
    bool well = answered && ph_chunk_fetching_response_v2_decode_all(answer->ok, ph_job_arena(job), &response) == PH_OK;
    bool good =
        well && response.kind == PH_CHUNK_FETCHING_RESPONSE_V2_CHUNK && is_good(r, &response.chunk, asked->from);
    bool none = well && response.kind == PH_CHUNK_FETCHING_RESPONSE_V2_NO_SUCH_CHUNK;
    r->errors += !good;
    if (good)
        take_piece(r, &response.chunk, asked->from);
    else if (!answered && ++r->failures[asked->from.v] < TRIES)
        enqueue(r, asked->from); /* only who could not be reached is asked again, after all others */
    else if (answered && !none && ph_net_resolve(ph_env_of(self), &r->info.discovery_keys.items[asked->from.v], &peer))
        ph_send_network_bridge_report_peer(self, peer, (ph_reputation_t){PH_REPUTATION_COST_MAJOR},
                                           PH_BYTES_LIT("recovery: not the chunk asked for"));
    if (enough(r))
        begin_decoding(r);
    else
        ask_for_chunks(r);
}

static void ask_for_chunk(recovery_t *r, ph_validator_index_t from)
{
    asked_chunk_t *asked = ph_arena_alloc(ph_job_arena(r->job), sizeof *asked);
    *asked = (asked_chunk_t){r, from, r->silences};
    ph_recipient_t to = {.kind = PH_RECIPIENT_AUTHORITY, .authority = r->info.discovery_keys.items[from.v]};
    ph_chunk_fetching_request_t request = {.candidate_hash = ph_hash_of_receipt(&r->q.receipt), .index = from};
    ph_writer_t w = ph_writer_in(ph_job_arena(r->job));
    ph_chunk_fetching_request_encode(&w, &request);
    r->under_way++;
    r->awaited++;
    ph_ask_network_bridge_send_request(r->job, &to, PH_PROTO_REQ_CHUNK_2, ph_writer_bytes(&w), asked, take_chunk);
}

/* As many as are missing, and more in the measure in which answers were of no use. */
static size_t parallel_wanted(const recovery_t *r)
{
    size_t missing = r->threshold - r->pieces.count, most = r->threshold < PARALLEL ? r->threshold : PARALLEL;
    size_t wanted = missing + (r->errors ? missing / (r->answers / r->errors) : 0);
    return wanted < most ? wanted : most;
}

static void on_silence(ph_job_t *job, void *flow)
{
    recovery_t *r = flow;
    (void)job;
    r->silence_timer = 0;
    r->silences++;
    r->awaited = 0;
    ask_for_chunks(r);
}

static void ask_for_chunks(recovery_t *r)
{
    if (r->pieces.count + r->under_way + r->queue_count < r->threshold) {
        finish(r, NULL, false);
        return;
    }
    while (r->awaited < parallel_wanted(r) && r->queue_count) {
        ph_validator_index_t from = r->queue[r->queue_first];
        r->queue_first = (r->queue_first + 1) % r->info.validators.count;
        r->queue_count--;
        ask_for_chunk(r, from);
    }
    ph_job_cancel(r->job, r->silence_timer);
    r->silence_timer = r->queue_count ? ph_job_after(r->job, SILENCE_MS, on_silence, r) : 0;
}

static void ask_all(recovery_t *r)
{
    size_t n = r->info.validators.count;
    ph_vec_validator_index_t all = {.items = ph_arena_alloc(ph_job_arena(r->job), n * sizeof *all.items)};
    r->failures = ph_arena_alloc(ph_job_arena(r->job), n);
    for (uint32_t i = 0; i < n; i++)
        if (i < r->info.discovery_keys.count && !ph_bits_get(r->given, i))
            all.items[all.count++].v = i;
    shuffle(ph_env_of(ph_job_self(r->job)), &all);
    r->queue = all.items;
    r->queue_count = all.count;
    ask_for_chunks(r);
}

static void take_own_chunks(ph_job_t *job, void *flow, ph_err_t err, const ph_vec_available_chunk_t *chunks)
{
    recovery_t *r = flow;
    (void)job;
    for (size_t i = 0; !err && i < chunks->count && !enough(r); i++) {
        const ph_available_chunk_t *own = &chunks->items[i];
        if (own->validator.v < r->info.validators.count && is_good(r, own->chunk.v, own->validator))
            take_piece(r, own->chunk.v, own->validator);
    }
    if (enough(r))
        begin_decoding(r);
    else
        ask_all(r);
}

static void begin_chunks(recovery_t *r)
{
    ph_arena_t *arena = ph_job_arena(r->job);
    size_t n = r->info.validators.count;
    if (ph_erasure_threshold(&r->threshold, n) != PH_OK ||
        ph_erasure_systematic_threshold(&r->systematic, n) != PH_OK) {
        finish(r, NULL, false);
        return;
    }
    r->have = ph_bits_new(arena, n);
    r->given = ph_bits_new(arena, n);
    ph_candidate_hash_t candidate = ph_hash_of_receipt(&r->q.receipt);
    if (r->q.chunks_alone)
        ask_all(r);
    else
        ph_ask_availability_store_query_all_chunks(r->job, &candidate, r, take_own_chunks);
}

/* ---- backers ---- */

static void take_data(ph_job_t *job, void *flow, ph_err_t err, const ph_res_bytes_request_failure_t *answer)
{
    recovery_t *r = flow;
    ph_available_data_fetching_response_t response;
    if (!err && answer->kind == PH_RES_BYTES_REQUEST_FAILURE_OK &&
        ph_available_data_fetching_response_decode_all(answer->ok, ph_job_arena(job), &response) == PH_OK &&
        response.kind == PH_AVAILABLE_DATA_FETCHING_RESPONSE_AVAILABLE_DATA) {
        ph_hash_t pov_hash = ph_hash_of_pov(&response.available_data.pov);
        if (memcmp(&pov_hash, &r->q.receipt.descriptor.pov_hash, sizeof pov_hash) == 0) {
            check_root(r, ph_rc_new(&ph_type_available_data, &response.available_data));
            return;
        }
    }
    ask_next_backer(r);
}

static void ask_next_backer(recovery_t *r)
{
    while (r->next < r->order.count && r->order.items[r->next].v >= r->info.discovery_keys.count)
        r->next++;
    if (r->next >= r->order.count) {
        begin_chunks(r);
        return;
    }
    ph_recipient_t to = {.kind = PH_RECIPIENT_AUTHORITY,
                         .authority = r->info.discovery_keys.items[r->order.items[r->next++].v]};
    ph_available_data_fetching_request_t request = {.candidate_hash = ph_hash_of_receipt(&r->q.receipt)};
    ph_writer_t w = ph_writer_in(ph_job_arena(r->job));
    ph_available_data_fetching_request_encode(&w, &request);
    ph_ask_network_bridge_send_request(r->job, &to, PH_PROTO_REQ_AVAILABLE_DATA_1, ph_writer_bytes(&w), r, take_data);
}

static void begin_backers(recovery_t *r)
{
    const ph_vec_vec_validator_index_t *groups = &r->info.validator_groups;
    if (r->q.chunks_alone || !r->q.group.some || r->q.group.value.v >= groups->count) {
        begin_chunks(r);
        return;
    }
    ph_vec_validator_index_clone(ph_job_arena(r->job), &r->order, &groups->items[r->q.group.value.v]);
    shuffle(ph_env_of(ph_job_self(r->job)), &r->order);
    ask_next_backer(r);
}

/* ---- start ---- */

static void look_into_store(ph_job_t *job, void *flow, ph_err_t err, const ph_opt_shared_available_data_t *data)
{
    recovery_t *r = flow;
    (void)job;
    if (!err && data->some)
        finish(r, data->value.rc, false); /* checked when it was stored */
    else
        begin_backers(r);
}

static void note_features(ph_job_t *job, void *flow, ph_err_t err, const ph_res_bits_runtime_api_error_t *features)
{
    recovery_t *r = flow;
    ph_candidate_hash_t candidate = ph_hash_of_receipt(&r->q.receipt);
    if (!err && features->kind == PH_RES_BITS_RUNTIME_API_ERROR_OK)
        r->mapping = ph_bits_get(features->ok, PH_FEATURE_AVAILABILITY_CHUNK_MAPPING);
    if (r->q.chunks_alone)
        begin_chunks(r);
    else
        ph_ask_availability_store_query_available_data(job, &candidate, r, look_into_store);
}

static void note_session(ph_job_t *job, void *flow, ph_err_t err,
                         const ph_res_opt_session_info_runtime_api_error_t *info)
{
    recovery_t *r = flow;
    if (err || info->kind != PH_RES_OPT_SESSION_INFO_RUNTIME_API_ERROR_OK || !info->ok.some) {
        finish(r, NULL, false);
        return;
    }
    ph_job_keep_reply(job);
    r->info = info->ok.value;
    ph_ask_runtime_api_request_node_features(job, &r->q.at, r, note_features);
}

void ph_recovery_start(ph_job_t *asker, const ph_recovery_question_t *question, void *flow, ph_recovery_done_fn then)
{
    ph_job_t *job = ph_job_child(asker, sizeof(recovery_t));
    recovery_t *r = ph_job_state(job);
    *r = (recovery_t){.job = job, .asker = asker, .flow = flow, .then = then, .q = *question};
    ph_arena_defer(ph_job_arena(job), drop_data, r);
    ph_ask_runtime_api_request_session_info(job, &question->at, question->session, r, note_session);
}
