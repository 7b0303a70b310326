/* The Availability Store: what is stored, found again, made again, and forgotten. */
#include "support/cmocka.h"

#include "base/vec.h"
#include "erasure/coded.h"
#include "node/availability_store/availability_store.h"
#include "primitives/hash_of.h"
#include "primitives/rotation.h"
#include "protocol/availability_store.h"
#include "protocol/chain_api.h"
#include "protocol/runtime_api.h"
#include "support/harness.h"

enum { N = 6 };
#define HOUR_MS UINT64_C(3600000)

typedef struct fixture {
    ph_harness_t *h;
    ph_availability_store_config_t config;
    ph_arena_t *arena;
    ph_candidate_receipt_t receipt;
    ph_candidate_hash_t candidate;
    ph_available_data_t data;
    ph_coded_t *coded;
    ph_env_ops_t broken;
} fixture_t;

static int setup(void **state)
{
    fixture_t *f = ph_mem_alloc(NULL, sizeof *f);
    f->arena = ph_arena_new();
    f->data.pov.block_data.v = PH_BYTES_LIT("a proof of validity, long enough for six chunks");
    f->data.validation_data.parent_head.v = PH_BYTES_LIT("head");
    ph_writer_t w = ph_writer_in(f->arena);
    ph_available_data_encode(&w, &f->data);
    assert_int_equal(ph_coded_new(&f->coded, N, ph_writer_bytes(&w)), PH_OK);
    f->receipt.descriptor.erasure_root = *ph_coded_root(f->coded);
    f->candidate = ph_hash_of_receipt(&f->receipt);
    f->h = ph_harness_prepare(PH_SUBSYSTEM_AVAILABILITY_STORE);
    f->config.slot_ms = 6000;
    ph_harness_start(f->h, &ph_availability_store_ops, &f->config);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    fixture_t *f = *state;
    ph_harness_free(f->h);
    ph_coded_unref(f->coded);
    ph_arena_free(f->arena);
    ph_mem_free(f);
    return 0;
}

/* ---- the chain, played by the test ---- */

static void expect_ancestors(fixture_t *f, const ph_hash_t *of, const ph_hash_t *list, size_t count)
{
    ph_msg_t *msg = ph_harness_expect(f->h, PH_SUBSYSTEM_CHAIN_API, PH_MSG_CHAIN_API_ANCESTORS);
    const ph_msg_chain_api_ancestors_t *in = ph_msg_payload(msg);
    assert_memory_equal(&in->block, of, sizeof *of);
    ph_harness_reply(f->h, msg, &(ph_vec_hash_t){(ph_hash_t *)(uintptr_t)list, count < in->k ? count : in->k});
}

static void expect_validators(fixture_t *f, const ph_hash_t *at, size_t count)
{
    ph_msg_t *msg = ph_harness_expect(f->h, PH_SUBSYSTEM_RUNTIME_API, PH_MSG_RUNTIME_API_REQUEST_VALIDATORS);
    const ph_msg_runtime_api_request_validators_t *in = ph_msg_payload(msg);
    ph_validator_id_t validators[32] = {{{0}}};
    assert_memory_equal(&in->relay_parent, at, sizeof *at);
    ph_harness_reply(f->h, msg,
                     &(ph_res_vec_validator_id_runtime_api_error_t){.kind = PH_RES_OK, .ok = {validators, count}});
}

static void expect_events(fixture_t *f, const ph_hash_t *at, const ph_candidate_event_t *events, size_t count)
{
    ph_msg_t *msg = ph_harness_expect(f->h, PH_SUBSYSTEM_RUNTIME_API, PH_MSG_RUNTIME_API_REQUEST_CANDIDATE_EVENTS);
    const ph_msg_runtime_api_request_candidate_events_t *in = ph_msg_payload(msg);
    assert_memory_equal(&in->relay_parent, at, sizeof *at);
    ph_harness_reply(f->h, msg,
                     &(ph_res_vec_candidate_event_runtime_api_error_t){
                         .kind = PH_RES_OK, .ok = {(ph_candidate_event_t *)(uintptr_t)events, count}});
}

static ph_candidate_event_t backed(const fixture_t *f)
{
    ph_candidate_event_t e = {.kind = PH_CANDIDATE_EVENT_CANDIDATE_BACKED};
    e.candidate_backed._0 = f->receipt;
    return e;
}

static ph_candidate_event_t included(const fixture_t *f)
{
    ph_candidate_event_t e = {.kind = PH_CANDIDATE_EVENT_CANDIDATE_INCLUDED};
    e.candidate_included._0 = f->receipt;
    return e;
}

/* A block whose parent was seen before. */
static void block(fixture_t *f, uint32_t id, uint32_t number, uint32_t parent, const ph_candidate_event_t *event)
{
    ph_hash_t hash = ph_harness_hash(id), above = ph_harness_hash(parent);
    ph_harness_activate(f->h, &hash, number, &above);
    expect_ancestors(f, &hash, &above, 1);
    expect_validators(f, &above, N);
    expect_events(f, &hash, event, event != NULL);
    ph_harness_advance(f->h, 0);
    /* The parent, if it was not seen. */
    ph_msg_t *more = ph_harness_take(f->h, PH_SUBSYSTEM_RUNTIME_API, PH_MSG_RUNTIME_API_REQUEST_VALIDATORS);
    if (more) {
        ph_validator_id_t validators[N] = {{{0}}};
        ph_harness_reply(f->h, more,
                         &(ph_res_vec_validator_id_runtime_api_error_t){.kind = PH_RES_OK, .ok = {validators, N}});
        expect_events(f, &above, NULL, 0);
    }
    ph_harness_expect_nothing(f->h);
}

static void finalize(fixture_t *f, uint32_t id, uint32_t number, const uint32_t *chain, size_t count)
{
    ph_hash_t hash = ph_harness_hash(id), list[8];
    for (size_t i = 0; i < count; i++)
        list[i] = ph_harness_hash(chain[i]);
    ph_harness_finalize(f->h, &hash, number);
    expect_ancestors(f, &hash, list, count);
    ph_harness_expect_nothing(f->h);
}

/* ---- talking to the store ---- */

static ph_store_error_kind_t NONE = (ph_store_error_kind_t)99;

static ph_store_error_kind_t store_data_as(fixture_t *f, const ph_hash_t *root, uint32_t n, uint32_t core)
{
    ph_err_t err;
    ph_shared_available_data_t data = ph_shared_available_data_new(&f->data);
    ph_msg_availability_store_store_available_data_t msg = {f->candidate, n, data, *root, {core}};
    ph_harness_question_t *q = ph_harness_ask(f->h, PH_MSG_AVAILABILITY_STORE_STORE_AVAILABLE_DATA, &msg);
    ph_shared_available_data_unref(data);
    ph_msg_t *features = ph_harness_take(f->h, PH_SUBSYSTEM_RUNTIME_API, PH_MSG_RUNTIME_API_REQUEST_NODE_FEATURES);
    if (features) {
        uint8_t bits = core ? 1 << PH_FEATURE_AVAILABILITY_CHUNK_MAPPING : 0;
        ph_harness_reply(f->h, features, &(ph_res_bits_runtime_api_error_t){.kind = PH_RES_OK, .ok = {&bits, 8}});
    }
    ph_harness_advance(f->h, 20);
    const ph_res_unit_store_error_t *answer = ph_harness_answer(f->h, q, &err);
    assert_int_equal(err, PH_OK);
    assert_non_null(answer);
    return answer->kind == PH_RES_UNIT_STORE_ERROR_OK ? NONE : (ph_store_error_kind_t)answer->err.kind;
}

static ph_store_error_kind_t store_data(fixture_t *f)
{
    return store_data_as(f, ph_coded_root(f->coded), N, 0);
}

static ph_store_error_kind_t store_chunk(fixture_t *f, uint32_t validator)
{
    ph_erasure_chunk_t chunk;
    ph_coded_chunk(f->coded, f->arena, &chunk, validator < N ? validator : 0);
    ph_shared_erasure_chunk_t shared = ph_shared_erasure_chunk_new(&chunk);
    ph_msg_availability_store_store_chunk_t msg = {f->candidate, {validator}, shared};
    const ph_res_unit_store_error_t *answer =
        ph_harness_answer(f->h, ph_harness_ask(f->h, PH_MSG_AVAILABILITY_STORE_STORE_CHUNK, &msg), NULL);
    ph_shared_erasure_chunk_unref(shared);
    assert_non_null(answer);
    return answer->kind == PH_RES_UNIT_STORE_ERROR_OK ? NONE : (ph_store_error_kind_t)answer->err.kind;
}

static bool has_data(fixture_t *f)
{
    ph_msg_availability_store_query_available_data_t full = {f->candidate};
    const ph_opt_shared_available_data_t *data =
        ph_harness_answer(f->h, ph_harness_ask(f->h, PH_MSG_AVAILABILITY_STORE_QUERY_AVAILABLE_DATA, &full), NULL);
    if (data->some)
        assert_true(ph_available_data_equal(data->value.v, &f->data));
    return data->some;
}

static bool chunk_is_said_to_be_here(fixture_t *f, uint32_t validator)
{
    ph_msg_availability_store_query_chunk_availability_t msg = {f->candidate, {validator}};
    return *(const bool *)ph_harness_answer(
        f->h, ph_harness_ask(f->h, PH_MSG_AVAILABILITY_STORE_QUERY_CHUNK_AVAILABILITY, &msg), NULL);
}

/* Is it? Which index has it? */
static int chunk_index(fixture_t *f, uint32_t validator)
{
    ph_msg_availability_store_query_chunk_t msg = {f->candidate, {validator}};
    ph_harness_question_t *q = ph_harness_ask(f->h, PH_MSG_AVAILABILITY_STORE_QUERY_CHUNK, &msg);
    ph_harness_advance(f->h, 20);
    const ph_opt_shared_erasure_chunk_t *chunk = ph_harness_answer(f->h, q, NULL);
    assert_non_null(chunk);
    if (!chunk->some)
        return -1;
    ph_erasure_chunk_t expected;
    ph_coded_chunk(f->coded, f->arena, &expected, chunk->value.v->index.v);
    assert_true(ph_erasure_chunk_equal(chunk->value.v, &expected));
    return (int)chunk->value.v->index.v;
}

static bool has_chunk(fixture_t *f, uint32_t validator)
{
    bool here = chunk_is_said_to_be_here(f, validator);
    assert_int_equal(chunk_index(f, validator), here ? (int)validator : -1);
    return here;
}

static size_t count_chunks(fixture_t *f)
{
    ph_msg_availability_store_query_all_chunks_t msg = {f->candidate};
    ph_harness_question_t *q = ph_harness_ask(f->h, PH_MSG_AVAILABILITY_STORE_QUERY_ALL_CHUNKS, &msg);
    ph_harness_advance(f->h, 20);
    const ph_vec_available_chunk_t *all = ph_harness_answer(f->h, q, NULL);
    assert_non_null(all);
    for (size_t i = 0; i < all->count; i++)
        assert_int_equal(all->items[i].validator.v, all->items[i].chunk.v->index.v);
    return all->count;
}

static size_t on_disk(fixture_t *f)
{
    return ph_memdisk_count(((ph_hub_node_t *)ph_harness_env(f->h))->disk);
}

/* The process dies and comes back with what was synced. */
static void restart(fixture_t *f)
{
    ph_memdisk_t *disk = ((ph_hub_node_t *)ph_harness_env(f->h))->disk;
    ((ph_hub_node_t *)ph_harness_env(f->h))->disk = ph_memdisk_new();
    ph_harness_drop_all(f->h);
    ph_harness_free(f->h);
    ph_memdisk_crash(disk);
    f->h = ph_harness_prepare(PH_SUBSYSTEM_AVAILABILITY_STORE);
    ph_memdisk_free(((ph_hub_node_t *)ph_harness_env(f->h))->disk);
    ((ph_hub_node_t *)ph_harness_env(f->h))->disk = disk;
    ph_harness_start(f->h, &ph_availability_store_ops, &f->config);
}

/* ---- chunks ---- */

static void nothing_is_known_of_strangers(void **state)
{
    fixture_t *f = *state;
    assert_false(has_data(f));
    assert_false(has_chunk(f, 0));
    assert_int_equal(count_chunks(f), 0);
    assert_int_equal(store_chunk(f, 0), PH_STORE_ERROR_UNKNOWN_CANDIDATE);
    assert_int_equal(on_disk(f), 0);
}

static void chunks_of_backed_candidates_are_kept(void **state)
{
    fixture_t *f = *state;
    ph_candidate_event_t event = backed(f);
    block(f, 1, 1, 0, &event);
    assert_int_equal(store_chunk(f, 2), NONE);
    assert_int_equal(store_chunk(f, 4), NONE);
    assert_int_equal(store_chunk(f, 2), NONE); /* again is success */
    assert_int_equal(store_chunk(f, N), PH_STORE_ERROR_INDEX_OUT_OF_RANGE);
    assert_int_equal(ph_harness_events(f->h, "chunk-stored"), 2);
    assert_true(has_chunk(f, 2) && has_chunk(f, 4));
    assert_false(has_chunk(f, 3));
    assert_false(has_chunk(f, N));
    assert_false(has_data(f));
    assert_int_equal(count_chunks(f), 2);
    restart(f); /* it was on disk before the answer */
    assert_true(has_chunk(f, 2) && has_chunk(f, 4));
    assert_false(has_chunk(f, 3));
    assert_int_equal(count_chunks(f), 2);
    assert_int_equal(store_chunk(f, N), PH_STORE_ERROR_INDEX_OUT_OF_RANGE); /* the number of validators too */
}

/* ---- data ---- */

static void data_stands_for_every_chunk(void **state)
{
    fixture_t *f = *state;
    assert_int_equal(store_data(f), NONE);
    assert_int_equal(ph_harness_events(f->h, "data-stored"), 1);
    assert_true(has_data(f));
    for (uint32_t v = 0; v < N; v++)
        assert_true(has_chunk(f, v));
    assert_false(has_chunk(f, N));
    assert_int_equal(count_chunks(f), N);
    assert_int_equal(store_data(f), NONE); /* a no-op */
    assert_int_equal(store_chunk(f, 1), NONE);
    assert_int_equal(ph_harness_events(f->h, "data-stored"), 1);
    assert_int_equal(on_disk(f), 2);
    restart(f);
    assert_true(has_data(f));
    for (uint32_t v = 0; v < N; v++)
        assert_true(has_chunk(f, v)); /* made again */
    restart(f);
    assert_int_equal(count_chunks(f), N);
    restart(f);
    assert_int_equal(chunk_index(f, N + 1), -1);
}

static void data_with_another_root_is_refused(void **state)
{
    fixture_t *f = *state;
    ph_hash_t wrong = {{1}};
    assert_int_equal(store_data_as(f, &wrong, N, 0), PH_STORE_ERROR_INVALID_ERASURE_ROOT);
    assert_int_equal(store_data_as(f, ph_coded_root(f->coded), N + 1, 0), PH_STORE_ERROR_INVALID_ERASURE_ROOT);
    assert_int_equal(store_data_as(f, ph_coded_root(f->coded), 0, 0), PH_STORE_ERROR_INVALID_ERASURE_ROOT);
    assert_int_equal(store_data_as(f, ph_coded_root(f->coded), 1, 0), PH_STORE_ERROR_INVALID_ERASURE_ROOT);
    assert_false(has_data(f));
    assert_int_equal(on_disk(f), 0);
    assert_int_equal(store_chunk(f, 0), PH_STORE_ERROR_UNKNOWN_CANDIDATE); /* it did not become known by that */
    /* What is known of it from a block of the same instant stays. */
    ph_candidate_event_t event = backed(f);
    block(f, 1, 1, 0, &event);
    assert_int_equal(store_data_as(f, &wrong, N, 0), PH_STORE_ERROR_INVALID_ERASURE_ROOT);
    assert_int_equal(store_chunk(f, 0), NONE);
}

static void the_mapping_gives_each_validator_its_chunk(void **state)
{
    fixture_t *f = *state;
    block(f, 1, 1, 0, NULL);
    assert_int_equal(store_data_as(f, ph_coded_root(f->coded), N, 2), NONE); /* core 2, feature on */
    for (int round = 0; round < 2; round++) {
        for (uint32_t v = 0; v < N; v++)
            assert_int_equal(chunk_index(f, v),
                             ph_rotation_chunk_index(N, true, (ph_core_index_t){2}, (ph_validator_index_t){v}).v);
        restart(f);
    }
}

static ph_err_t no_room(ph_env_t *env, ph_bytes_t key, ph_buf_t *value)
{
    (void)env, (void)key, (void)value;
    return PH_ERR_FULL;
}

static void a_full_disk_is_said(void **state)
{
    fixture_t *f = *state;
    ph_candidate_event_t event = backed(f);
    block(f, 1, 1, 0, &event);
    ph_env_t *env = ph_harness_env(f->h);
    const ph_env_ops_t *good = env->ops;
    f->broken = *good;
    f->broken.disk_put = no_room;
    env->ops = &f->broken;
    assert_int_equal(store_chunk(f, 1), PH_STORE_ERROR_DISK);
    assert_int_equal(store_data(f), PH_STORE_ERROR_DISK);
    assert_false(has_data(f));
    assert_false(has_chunk(f, 1));
    env->ops = good;
    assert_int_equal(store_data(f), NONE);
    assert_true(has_data(f));
    assert_int_equal(ph_harness_failure(f->h), PH_OK);
}

static void damaged_values_are_left_out(void **state)
{
    fixture_t *f = *state;
    assert_int_equal(store_data(f), NONE);
    ph_arena_t *arena = ph_arena_new();
    ph_buf_t *junk = ph_buf_new(PH_BYTES_LIT("\xff\xff junk"));
    ph_bytes_t cursor = {0};
    while (ph_disk_next(ph_harness_env(f->h), arena, PH_BYTES_LIT("av/d"), &cursor, NULL))
        assert_int_equal(ph_disk_put(ph_harness_env(f->h), cursor, junk), PH_OK);
    ph_msg_availability_store_query_available_data_t full = {f->candidate};
    const ph_opt_shared_available_data_t *data =
        ph_harness_answer(f->h, ph_harness_ask(f->h, PH_MSG_AVAILABILITY_STORE_QUERY_AVAILABLE_DATA, &full), NULL);
    assert_false(data->some);
    cursor = (ph_bytes_t){0};
    while (ph_disk_next(ph_harness_env(f->h), arena, PH_BYTES_LIT("av/m"), &cursor, NULL))
        assert_int_equal(ph_disk_put(ph_harness_env(f->h), cursor, junk), PH_OK);
    assert_int_equal(ph_disk_sync(ph_harness_env(f->h)), PH_OK);
    ph_buf_unref(junk);
    ph_arena_free(arena);
    restart(f);
    assert_false(has_data(f));
}

/* ---- what blocks do ---- */

static void unseen_ancestors_are_looked_at_too(void **state)
{
    fixture_t *f = *state;
    ph_hash_t chain[] = {ph_harness_hash(4), ph_harness_hash(3), ph_harness_hash(2), ph_harness_hash(1),
                         ph_harness_hash(0)};
    ph_candidate_event_t event = backed(f);
    ph_harness_activate(f->h, &chain[1], 3, &chain[2]);
    expect_ancestors(f, &chain[1], chain + 2, 3);
    expect_validators(f, &chain[2], N);
    expect_events(f, &chain[1], NULL, 0);
    expect_validators(f, &chain[3], N);
    expect_events(f, &chain[2], NULL, 0);
    expect_validators(f, &chain[4], N); /* of the block's parent, where the candidate was backed */
    expect_events(f, &chain[3], &event, 1);
    ph_harness_expect_nothing(f->h); /* genesis has no candidates */
    assert_int_equal(store_chunk(f, 1), NONE);
    ph_harness_activate(f->h, &chain[0], 4, &chain[1]);
    expect_ancestors(f, &chain[0], chain + 1, 4);
    expect_validators(f, &chain[1], N);
    expect_events(f, &chain[0], NULL, 0);
    ph_harness_expect_nothing(f->h); /* the rest was seen */
}

static void a_block_that_could_not_be_asked_about_is_asked_again(void **state)
{
    fixture_t *f = *state;
    ph_hash_t one = ph_harness_hash(1), two = ph_harness_hash(2), genesis = ph_harness_hash(0);
    ph_candidate_event_t event = backed(f);
    ph_harness_activate(f->h, &one, 1, &genesis);
    expect_ancestors(f, &one, &genesis, 1);
    expect_validators(f, &genesis, N);
    ph_harness_drop(f->h,
                    ph_harness_expect(f->h, PH_SUBSYSTEM_RUNTIME_API, PH_MSG_RUNTIME_API_REQUEST_CANDIDATE_EVENTS));
    ph_harness_expect_nothing(f->h);
    ph_hash_t below[] = {one, genesis};
    ph_harness_activate(f->h, &two, 2, &one);
    expect_ancestors(f, &two, below, 2);
    expect_validators(f, &one, N);
    expect_events(f, &two, NULL, 0);
    expect_validators(f, &genesis, N);
    expect_events(f, &one, &event, 1);
    assert_int_equal(store_chunk(f, 1), NONE);
}

static void wait_hours(fixture_t *f, uint64_t hours)
{
    ph_harness_advance(f->h, hours * HOUR_MS + HOUR_MS / 6);
}

static void an_unincluded_candidate_is_forgotten_after_an_hour(void **state)
{
    fixture_t *f = *state;
    ph_candidate_event_t event = backed(f);
    block(f, 1, 1, 0, &event);
    assert_int_equal(store_chunk(f, 1), NONE);
    ph_harness_advance(f->h, HOUR_MS - 2000);
    assert_true(has_chunk(f, 1));
    ph_harness_advance(f->h, HOUR_MS / 6);
    assert_false(has_chunk(f, 1));
    assert_int_equal(on_disk(f), 0);
    assert_int_equal(ph_harness_events(f->h, "candidate-forgotten"), 1);
    assert_int_equal(store_data(f), NONE); /* our own, seconded and never backed: the same */
    wait_hours(f, 1);
    assert_false(has_data(f));
    assert_int_equal(on_disk(f), 0);
}

static void an_included_candidate_stays_until_finality_and_25_hours(void **state)
{
    fixture_t *f = *state;
    ph_candidate_event_t event = backed(f), in = included(f);
    block(f, 1, 1, 0, &event);
    block(f, 2, 2, 1, &in);
    assert_int_equal(store_chunk(f, 1), NONE);
    wait_hours(f, 100);
    assert_true(has_chunk(f, 1));
    block(f, 3, 3, 2, &in); /* reported twice: nothing new */
    finalize(f, 3, 3, (uint32_t[]){2, 1, 0}, 3);
    wait_hours(f, 24);
    assert_true(has_chunk(f, 1));
    wait_hours(f, 1);
    assert_false(has_chunk(f, 1));
    assert_int_equal(on_disk(f), 0);
}

static void all_of_a_dead_fork_goes(void **state)
{
    fixture_t *f = *state;
    ph_candidate_event_t in = included(f);
    block(f, 1, 1, 0, NULL);
    block(f, 2, 2, 1, &in);
    assert_int_equal(store_data(f), NONE);
    block(f, 12, 2, 1, NULL); /* the other fork */
    block(f, 13, 3, 12, NULL);
    finalize(f, 12, 2, (uint32_t[]){1, 0}, 2);
    assert_true(has_data(f)); /* unavailable again, from now */
    wait_hours(f, 1);
    assert_false(has_data(f));
    assert_int_equal(on_disk(f), 0);
}

static void included_on_both_forks_it_is_final_with_either(void **state)
{
    fixture_t *f = *state;
    ph_candidate_event_t in = included(f);
    block(f, 1, 1, 0, NULL);
    block(f, 2, 2, 1, &in);
    block(f, 12, 2, 1, NULL);
    block(f, 13, 3, 12, &in);
    assert_int_equal(store_chunk(f, 1), NONE);
    finalize(f, 12, 2, (uint32_t[]){1, 0}, 2); /* one of its blocks is dead, the other open */
    wait_hours(f, 30);
    assert_true(has_chunk(f, 1));
    restart(f); /* states are on disk */
    finalize(f, 13, 3, (uint32_t[]){12, 1, 0}, 3);
    wait_hours(f, 24);
    assert_true(has_chunk(f, 1));
    wait_hours(f, 1);
    assert_false(has_chunk(f, 1));
}

static void finality_asks_no_deeper_than_it_must(void **state)
{
    fixture_t *f = *state;
    ph_hash_t far = ph_harness_hash(600);
    ph_candidate_event_t in = included(f);
    ph_harness_finalize(f->h, &far, 600);
    ph_msg_t *msg = ph_harness_expect(f->h, PH_SUBSYSTEM_CHAIN_API, PH_MSG_CHAIN_API_ANCESTORS);
    assert_int_equal(((const ph_msg_chain_api_ancestors_t *)ph_msg_payload(msg))->k, 0);
    ph_harness_reply(f->h, msg, &(ph_vec_hash_t){0});
    block(f, 2, 601, 1, &in);
    ph_hash_t farther = ph_harness_hash(604);
    ph_harness_finalize(f->h, &farther, 604);
    msg = ph_harness_expect(f->h, PH_SUBSYSTEM_CHAIN_API, PH_MSG_CHAIN_API_ANCESTORS);
    assert_int_equal(((const ph_msg_chain_api_ancestors_t *)ph_msg_payload(msg))->k, 3);
    /* A short answer judges nobody. */
    ph_harness_reply(f->h, msg, &(ph_vec_hash_t){0});
    assert_int_equal(store_chunk(f, 1), NONE);
    wait_hours(f, 30);
    assert_true(has_chunk(f, 1));
    finalize(f, 604, 604, (uint32_t[]){603, 602, 2}, 3);
    wait_hours(f, 25);
    assert_false(has_chunk(f, 1));
}

static void lifetimes_can_be_set(void **state)
{
    fixture_t *f = *state;
    f->config.keep_unavailable_ms = 1000;
    f->config.prune_every_ms = 100;
    restart(f);
    assert_int_equal(store_data(f), NONE);
    ph_harness_advance(f->h, 900);
    assert_true(has_data(f));
    ph_harness_advance(f->h, 300);
    assert_false(has_data(f));
}

/* ---- the end ---- */

static void conclude_leaves_no_half_made_promise(void **state)
{
    fixture_t *f = *state;
    ph_err_t err;
    ph_shared_available_data_t data = ph_shared_available_data_new(&f->data);
    ph_msg_availability_store_store_available_data_t msg = {f->candidate, N, data, *ph_coded_root(f->coded), {0}};
    ph_harness_question_t *q = ph_harness_ask(f->h, PH_MSG_AVAILABILITY_STORE_STORE_AVAILABLE_DATA, &msg);
    ph_shared_available_data_unref(data);
    ph_harness_conclude(f->h); /* while it is being coded */
    assert_null(ph_harness_answer(f->h, q, &err));
    assert_int_equal(on_disk(f), 0);
    ph_harness_advance(f->h, 1000);
    assert_int_equal(on_disk(f), 0);
}

static void conclude_at_any_point(void **state)
{
    (void)state;
    for (int point = 0; point < 5; point++) {
        void *inner;
        setup(&inner);
        fixture_t *f = inner;
        ph_hash_t one = ph_harness_hash(1), genesis = ph_harness_hash(0);
        ph_candidate_event_t event = backed(f);
        ph_harness_activate(f->h, &one, 1, &genesis);
        if (point > 0)
            expect_ancestors(f, &one, &genesis, 1);
        if (point > 1)
            expect_validators(f, &genesis, N);
        if (point > 2)
            expect_events(f, &one, &event, 1);
        if (point > 3)
            ph_harness_finalize(f->h, &one, 1);
        ph_harness_conclude(f->h);
        ph_harness_drop_all(f->h);
        teardown(&inner);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(nothing_is_known_of_strangers, setup, teardown),
        cmocka_unit_test_setup_teardown(chunks_of_backed_candidates_are_kept, setup, teardown),
        cmocka_unit_test_setup_teardown(data_stands_for_every_chunk, setup, teardown),
        cmocka_unit_test_setup_teardown(data_with_another_root_is_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(the_mapping_gives_each_validator_its_chunk, setup, teardown),
        cmocka_unit_test_setup_teardown(a_full_disk_is_said, setup, teardown),
        cmocka_unit_test_setup_teardown(damaged_values_are_left_out, setup, teardown),
        cmocka_unit_test_setup_teardown(unseen_ancestors_are_looked_at_too, setup, teardown),
        cmocka_unit_test_setup_teardown(a_block_that_could_not_be_asked_about_is_asked_again, setup, teardown),
        cmocka_unit_test_setup_teardown(an_unincluded_candidate_is_forgotten_after_an_hour, setup, teardown),
        cmocka_unit_test_setup_teardown(an_included_candidate_stays_until_finality_and_25_hours, setup, teardown),
        cmocka_unit_test_setup_teardown(all_of_a_dead_fork_goes, setup, teardown),
        cmocka_unit_test_setup_teardown(included_on_both_forks_it_is_final_with_either, setup, teardown),
        cmocka_unit_test_setup_teardown(finality_asks_no_deeper_than_it_must, setup, teardown),
        cmocka_unit_test_setup_teardown(lifetimes_can_be_set, setup, teardown),
        cmocka_unit_test_setup_teardown(conclude_leaves_no_half_made_promise, setup, teardown),
        cmocka_unit_test(conclude_at_any_point),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
