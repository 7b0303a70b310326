/* `parahost bench trie` and `parahost bench scale` */
#include <string.h>

#include "base/check.h"
#include "cli/bench.h"
#include "crypto/hash.h"
#include "primitives/hash_of.h"
#include "scale/scale.h"
#include "trie/overlay.h"
#include "trie/state.h"

#define KEYS      10000u
#define CHANGED   200u
#define VALUE_LEN 40u

/* ---- trie ---- */

typedef struct trie_bench {
    ph_trie_pair_t *pairs; /* sorted */
    ph_trie_store_t *store;
    ph_state_t *state;
    uint8_t root[32], (*touched)[32];
    uint64_t round;
    int version;
} trie_bench_t;

static void make_pair(ph_arena_t *arena, ph_trie_pair_t *out, uint32_t i)
{
    uint8_t seed[4];
    ph_put_u32(seed, i);
    out->key = ph_bytes(ph_arena_alloc(arena, 32), 32);
    out->value = ph_bytes(ph_arena_alloc(arena, VALUE_LEN), VALUE_LEN);
    ph_blake2_256(out->key.data, ph_bytes(seed, sizeof seed));
    memcpy(out->value.data, out->key.data, 32);
}

static void root(void *ctx)
{
    trie_bench_t *t = ctx;
    PH_CHECK(ph_trie_root(t->root, t->pairs, KEYS, t->version) == PH_OK);
}

static void build(void *ctx)
{
    trie_bench_t *t = ctx;
    ph_state_t *state;
    PH_CHECK(ph_state_build(&state, t->store, t->pairs, KEYS, 1) == PH_OK);
    ph_state_unref(state);
}

/* Other values every time: a store that has a node already need not make it. */
static void change(void *ctx)
{
    trie_bench_t *t = ctx;
    uint8_t value[VALUE_LEN] = {0};
    ph_state_t *next;
    ph_overlay_t *overlay = ph_overlay_new(t->state);
    ph_put_u64(value, ++t->round);
    for (size_t i = 0; i < CHANGED; i++)
        ph_overlay_set(overlay, ph_bytes(t->touched[i], 32), ph_bytes(value, sizeof value));
    PH_CHECK(ph_overlay_state(overlay, &next, 1) == PH_OK);
    ph_overlay_free(overlay);
    ph_state_unref(next);
}

static void get(void *ctx)
{
    trie_bench_t *t = ctx;
    ph_bytes_t value;
    for (size_t i = 0; i < CHANGED; i++)
        PH_CHECK(ph_state_get(t->state, &value, ph_bytes(t->touched[i], 32)) == PH_OK);
}

int ph_bench_trie(ph_bench_t *b)
{
    ph_arena_t *arena = ph_arena_new();
    trie_bench_t t = {.pairs = ph_arena_alloc(arena, KEYS * sizeof *t.pairs),
                      .touched = ph_arena_alloc(arena, CHANGED * 32),
                      .store = ph_trie_store_new(NULL)};
    for (uint32_t i = 0; i < KEYS; i++)
        make_pair(arena, &t.pairs[i], i);
    for (size_t i = 0; i < CHANGED; i++)
        memcpy(t.touched[i], t.pairs[i * (KEYS / CHANGED)].key.data, 32);
    PH_CHECK(ph_trie_sort(t.pairs, KEYS) == KEYS);
    PH_CHECK(ph_state_build(&t.state, t.store, t.pairs, KEYS, 1) == PH_OK);
    ph_bench_run(b, "root-v0", KEYS, "keys", 1, root, &t);
    t.version = 1;
    ph_bench_run(b, "root-v1", KEYS, "keys", 1, root, &t);
    /* Of a state that the store does not have: the other one shares its nodes. */
    ph_trie_store_t *shared = t.store;
    t.store = ph_trie_store_new(NULL);
    ph_bench_run(b, "state-build", KEYS, "keys", 1, build, &t);
    ph_trie_store_free(t.store);
    ph_bench_run(b, "state-change-200", KEYS, "keys", 1, change, &t);
    ph_bench_run(b, "state-get", KEYS, "keys", CHANGED, get, &t);
    ph_state_unref(t.state);
    ph_trie_store_free(shared);
    ph_arena_free(arena);
    return 0;
}

/* ---- scale ---- */

typedef struct scale_bench {
    const ph_type_t *type;
    const void *value;
    ph_writer_t encoded;
    ph_arena_t *arena;
    void *out;
} scale_bench_t;

static void encode(void *ctx)
{
    scale_bench_t *s = ctx;
    ph_writer_reset(&s->encoded);
    ph_type_encode(&s->encoded, s->type, s->value);
}

static void decode(void *ctx)
{
    scale_bench_t *s = ctx;
    PH_CHECK(ph_type_decode_all(ph_writer_bytes(&s->encoded), s->arena, s->type, s->out) == PH_OK);
    ph_arena_reset(s->arena);
}

static void measure(ph_bench_t *b, const char *encode_name, const char *decode_name, const ph_type_t *type,
                    const void *value)
{
    scale_bench_t s = {
        .type = type, .value = value, .arena = ph_arena_new(), .out = ph_mem_alloc(NULL, type->size + 1)};
    encode(&s);
    size_t len = s.encoded.len;
    ph_bench_run(b, encode_name, len, "bytes", 1, encode, &s);
    ph_bench_run(b, decode_name, len, "bytes", 1, decode, &s);
    PH_CHECK(s.encoded.len == len);
    ph_writer_free(&s.encoded);
    ph_mem_free(s.out);
    ph_arena_free(s.arena);
}

static void hash_candidate(void *ctx)
{
    scale_bench_t *s = ctx;
    *(ph_candidate_hash_t *)s->out = ph_hash_of_committed(s->value);
}

int ph_bench_scale(ph_bench_t *b)
{
    uint8_t head[72] = {1}, message[256] = {2}, seal[64] = {3};
    ph_bytes_t upward[4];
    for (size_t i = 0; i < 4; i++)
        upward[i] = ph_bytes(message, sizeof message);
    ph_committed_candidate_receipt_t candidate = {.descriptor = {.relay_parent = {{4}}},
                                                  .commitments = {.upward_messages = {upward, 4}}};
    candidate.commitments.head_data.v = ph_bytes(head, sizeof head);
    ph_digest_item_t items[2] = {
        {.kind = PH_DIGEST_ITEM_PRE_RUNTIME, .pre_runtime = {{"BABE"}, ph_bytes(message, 113)}},
        {.kind = PH_DIGEST_ITEM_SEAL, .seal = {{"BABE"}, ph_bytes(seal, sizeof seal)}}};
    ph_header_t header = {.number = 1000000, .digest = {.logs = {items, 2}}};
    uint32_t *numbers = ph_mem_alloc(NULL, KEYS * sizeof *numbers);
    ph_vec_u32_t list = {numbers, KEYS};
    measure(b, "encode-header", "decode-header", &ph_type_header, &header);
    measure(b, "encode-candidate", "decode-candidate", &ph_type_committed_candidate_receipt, &candidate);
    measure(b, "encode-u32-list", "decode-u32-list", &ph_type_vec_u32, &list);
    ph_candidate_hash_t hash;
    scale_bench_t s = {.value = &candidate, .out = &hash};
    ph_bench_run(b, "candidate-hash", ph_type_encoded_len(&ph_type_committed_candidate_receipt, &candidate), "bytes", 1,
                 hash_candidate, &s);
    ph_mem_free(numbers);
    return 0;
}
