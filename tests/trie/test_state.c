/* States against a plain sorted map: every root recomputed from scratch. */
#include "support/cmocka.h"

#include "base/map.h"
#include "crypto/hash.h"
#include "support/random.h"
#include "trie/codec.h"
#include "trie/model.h"
#include "trie/state.h"

static void assert_same(const ph_state_t *state, const ph_model_t *m, int version)
{
    uint8_t root[32];
    assert_int_equal(ph_trie_root(root, m->items, m->count, version), PH_OK);
    assert_memory_equal(ph_state_root(state), root, 32);
    ph_state_iter_t it = ph_state_iter(state, (ph_bytes_t){0});
    ph_bytes_t key, value;
    for (size_t i = 0; i < m->count; i++) {
        assert_int_equal(ph_state_iter_next(&it, &key, &value), PH_OK);
        assert_true(ph_bytes_equal(key, m->items[i].key) && ph_bytes_equal(value, m->items[i].value));
    }
    assert_int_equal(ph_state_iter_next(&it, &key, &value), PH_ERR_NOT_FOUND);
    ph_state_iter_free(&it);
}

/* A batch of changes, made to the model too. Everything is in the arena but the buffers. */
static size_t random_batch(ph_test_random_t *r, ph_arena_t *arena, ph_trie_change_t *changes, size_t max, ph_model_t *m)
{
    ph_trie_pair_t *pairs = ph_arena_alloc(arena, max * sizeof *pairs);
    uint8_t room[128];
    size_t count = 1 + ph_test_below(r, max);
    for (size_t i = 0; i < count; i++)
        pairs[i].key = ph_bytes_copy(arena, ph_random_key(r, room));
    count = ph_trie_sort(pairs, count);
    for (size_t i = 0; i < count; i++) {
        changes[i] = (ph_trie_change_t){.key = pairs[i].key};
        if (ph_test_below(r, 5) < 2) {
            ph_model_remove(m, pairs[i].key);
            continue;
        }
        ph_bytes_t value = ph_random_value(r, room);
        changes[i].value = ph_buf_new(value);
        ph_model_set(m, pairs[i].key, value);
    }
    return count;
}

static ph_state_t *apply(ph_state_t *state, ph_trie_change_t *changes, size_t count, int version)
{
    ph_state_t *next;
    assert_int_equal(ph_state_apply(state, &next, changes, count, version), PH_OK);
    for (size_t i = 0; i < count; i++)
        ph_buf_unref(changes[i].value);
    ph_state_unref(state);
    return next;
}

enum { BATCH_MAX = 24 };

static void random_batches(void **unused)
{
    (void)unused;
    for (uint64_t seed = 1; seed <= 60; seed++) {
        int version = seed % 2;
        ph_test_random_t r = ph_test_random(seed);
        ph_trie_store_t *store = ph_trie_store_new(NULL);
        ph_state_t *state = ph_state_empty(store);
        ph_model_t model = {0};
        for (size_t round = 0; round < 40; round++) {
            ph_arena_t *arena = ph_arena_new();
            ph_trie_change_t changes[BATCH_MAX];
            size_t count = random_batch(&r, arena, changes, 1 + ph_test_below(&r, BATCH_MAX), &model);
            state = apply(state, changes, count, version);
            assert_same(state, &model, version);
            ph_arena_free(arena);
        }
        ph_state_unref(state);
        assert_int_equal(ph_trie_store_node_count(store), 0);
        assert_int_equal(ph_trie_store_node_bytes(store), 0);
        ph_trie_store_free(store);
        ph_model_free(&model);
    }
}

/* ---- next key, prefixes ---- */

static void next_key_is_the_least_greater(void **unused)
{
    (void)unused;
    ph_test_random_t r = ph_test_random(7);
    ph_trie_store_t *store = ph_trie_store_new(NULL);
    ph_model_t model = {0};
    uint8_t key_room[128], value_room[128];
    for (size_t i = 0; i < 300; i++)
        ph_model_set(&model, ph_random_key(&r, key_room), ph_random_value(&r, value_room));
    ph_state_t *state;
    assert_int_equal(ph_state_build(&state, store, model.items, model.count, 1), PH_OK);
    ph_writer_t next = PH_WRITER_HEAP;
    for (size_t i = 0; i < 3000; i++) {
        ph_bytes_t key = ph_random_key(&r, key_room), value;
        size_t at;
        bool there = ph_model_has(&model, key, &at);
        assert_int_equal(ph_state_exists(state, key), there ? PH_OK : PH_ERR_NOT_FOUND);
        assert_int_equal(ph_state_get(state, &value, key), there ? PH_OK : PH_ERR_NOT_FOUND);
        at += there;
        ph_err_t err = ph_state_next_key(state, &next, key);
        assert_int_equal(err, at < model.count ? PH_OK : PH_ERR_NOT_FOUND);
        assert_true(err || ph_bytes_equal(ph_writer_bytes(&next), model.items[at].key));
    }
    ph_writer_free(&next);
    ph_state_unref(state);
    ph_trie_store_free(store);
    ph_model_free(&model);
}

static void prefixes_are_walked(void **unused)
{
    (void)unused;
    static const char *const keys[] = {"a", "ab", "abc", "abd", "ac", "b"};
    ph_trie_pair_t pairs[6];
    for (size_t i = 0; i < 6; i++)
        pairs[i] = (ph_trie_pair_t){ph_bytes(keys[i], strlen(keys[i])), ph_bytes(keys[5 - i], 1)};
    ph_trie_store_t *store = ph_trie_store_new(NULL);
    ph_state_t *state;
    assert_int_equal(ph_state_build(&state, store, pairs, 6, 0), PH_OK);
    static const struct {
        const char *prefix;
        size_t first, count;
    } cases[] = {{"", 0, 6},     {"a", 0, 5},  {"ab", 1, 3}, {"abc", 2, 1},
                 {"abcd", 0, 0}, {"aa", 0, 0}, {"b", 5, 1},  {"c", 0, 0}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        ph_bytes_t key, value;
        ph_state_iter_t it = ph_state_iter(state, ph_bytes(cases[i].prefix, strlen(cases[i].prefix)));
        for (size_t k = 0; k < cases[i].count; k++) {
            assert_int_equal(ph_state_iter_next(&it, &key, &value), PH_OK);
            assert_true(ph_bytes_equal(key, pairs[cases[i].first + k].key));
            assert_true(ph_bytes_equal(value, pairs[cases[i].first + k].value));
        }
        assert_int_equal(ph_state_iter_next(&it, &key, &value), PH_ERR_NOT_FOUND);
        ph_state_iter_free(&it);
    }
    ph_state_unref(state);
    ph_trie_store_free(store);
}

/* ---- sharing ---- */

static void number_key(uint8_t out[32], uint32_t n)
{
    ph_test_random_t r = ph_test_random(n + 1);
    ph_test_fill(&r, out, 32);
}

static ph_state_t *numbered_state(ph_trie_store_t *store, uint32_t count, int version)
{
    ph_trie_pair_t *pairs = ph_mem_alloc(NULL, count * sizeof *pairs);
    uint8_t *keys = ph_mem_alloc(NULL, 32u * count);
    for (uint32_t i = 0; i < count; i++) {
        number_key(keys + 32u * i, i);
        pairs[i] = (ph_trie_pair_t){ph_bytes(keys + 32u * i, 32), ph_bytes(keys + 32u * i, 1 + i % 32)};
    }
    ph_state_t *state;
    assert_int_equal(ph_state_build(&state, store, pairs, count, version), PH_OK);
    ph_mem_free(pairs);
    ph_mem_free(keys);
    return state;
}

/* Sets `count` numbered keys to one value. */
static ph_state_t *touch(ph_state_t *state, uint32_t count, const char *text)
{
    uint8_t(*keys)[32] = ph_mem_alloc(NULL, count * sizeof *keys);
    ph_trie_pair_t *pairs = ph_mem_alloc(NULL, count * sizeof *pairs);
    ph_trie_change_t *changes = ph_mem_alloc(NULL, count * sizeof *changes);
    for (uint32_t i = 0; i < count; i++) {
        number_key(keys[i], 7 * i);
        pairs[i].key = ph_bytes(keys[i], 32);
    }
    assert_int_equal(ph_trie_sort(pairs, count), count);
    ph_buf_t *value = ph_buf_new(ph_bytes(text, strlen(text)));
    for (uint32_t i = 0; i < count; i++)
        changes[i] = (ph_trie_change_t){.key = pairs[i].key, .value = value};
    ph_state_t *next;
    assert_int_equal(ph_state_apply(state, &next, changes, count, 1), PH_OK);
    ph_buf_unref(value);
    ph_mem_free(keys);
    ph_mem_free(pairs);
    ph_mem_free(changes);
    return next;
}

static void states_share_what_is_the_same(void **unused)
{
    (void)unused;
    ph_trie_store_t *store = ph_trie_store_new(NULL);
    ph_state_t *base = numbered_state(store, 5000, 1);
    size_t nodes = ph_trie_store_node_count(store), bytes = ph_trie_store_node_bytes(store);
    assert_true(nodes > 5000 && nodes < 8000);

    ph_state_t *one = touch(base, 200, "changed");
    size_t with_one = ph_trie_store_node_count(store);
    assert_true(with_one > nodes + 200 && with_one < nodes + 1100);
    ph_state_t *again = touch(base, 200, "changed"); /* another node executing the same block */
    assert_int_equal(ph_trie_store_node_count(store), with_one);
    assert_memory_equal(ph_state_root(one), ph_state_root(again), 32);
    ph_state_t *fork = touch(base, 200, "otherwise");
    assert_true(ph_trie_store_node_count(store) > with_one);

    ph_state_unref(fork); /* a dead fork */
    assert_int_equal(ph_trie_store_node_count(store), with_one);
    ph_state_unref(one);
    assert_int_equal(ph_trie_store_node_count(store), with_one);
    ph_state_unref(again);
    assert_int_equal(ph_trie_store_node_count(store), nodes);
    assert_int_equal(ph_trie_store_node_bytes(store), bytes);

    ph_state_t *later = touch(base, 200, "changed"); /* pruning from the other end */
    ph_state_unref(base);
    assert_true(ph_trie_store_node_count(store) <= nodes);
    ph_bytes_t value;
    uint8_t key[32];
    number_key(key, 4999);
    assert_int_equal(ph_state_get(later, &value, ph_bytes(key, 32)), PH_OK);
    assert_int_equal(value.len, 1 + 4999 % 32);
    ph_state_unref(later);
    assert_int_equal(ph_trie_store_node_count(store), 0);
    ph_trie_store_free(store);
}

static void states_are_found_by_root(void **unused)
{
    (void)unused;
    ph_trie_store_t *store = ph_trie_store_new(NULL);
    ph_state_t *state = numbered_state(store, 100, 1), *found;
    assert_int_equal(ph_state_open(&found, store, ph_state_root(state)), PH_OK);
    assert_memory_equal(ph_state_root(found), ph_state_root(state), 32);
    uint8_t root[32];
    memcpy(root, ph_state_root(state), 32);
    ph_state_unref(state);
    ph_state_unref(found);
    assert_int_equal(ph_state_open(&found, store, root), PH_ERR_NOT_FOUND);
    assert_int_equal(ph_state_open(&found, store, ph_trie_empty_root), PH_OK);
    ph_state_unref(found);
    ph_trie_store_free(store);
}

/* ---- versions ---- */

static void set_one(ph_state_t **state, ph_bytes_t key, ph_bytes_t value, int version)
{
    ph_trie_change_t change = {.key = key, .value = ph_buf_new(value)};
    *state = apply(*state, &change, 1, version);
}

static void a_value_keeps_its_layout_until_it_is_written(void **unused)
{
    (void)unused;
    uint8_t long_value[40] = {1};
    ph_trie_pair_t pairs[2] = {{PH_BYTES_LIT("one"), ph_bytes(long_value, 40)},
                               {PH_BYTES_LIT("two"), ph_bytes(long_value, 40)}};
    uint8_t v0[32], v1[32];
    assert_int_equal(ph_trie_root(v0, pairs, 2, 0), PH_OK);
    assert_int_equal(ph_trie_root(v1, pairs, 2, 1), PH_OK);
    ph_trie_store_t *store = ph_trie_store_new(NULL);
    ph_state_t *state;
    assert_int_equal(ph_state_build(&state, store, pairs, 2, 0), PH_OK);
    assert_memory_equal(ph_state_root(state), v0, 32);
    set_one(&state, pairs[0].key, pairs[0].value, 1); /* migrated by being written, though with the same bytes */
    assert_memory_not_equal(ph_state_root(state), v0, 32);
    assert_memory_not_equal(ph_state_root(state), v1, 32);
    set_one(&state, pairs[1].key, pairs[1].value, 1);
    assert_memory_equal(ph_state_root(state), v1, 32);
    set_one(&state, PH_BYTES_LIT("on"), pairs[1].value, 1); /* a branch with a value; nodes below are rebuilt */
    ph_trie_change_t remove = {.key = PH_BYTES_LIT("on")};
    state = apply(state, &remove, 1, 0);
    assert_memory_equal(ph_state_root(state), v1, 32);
    ph_state_unref(state);
    ph_trie_store_free(store);
}

/* ---- bounds ---- */

static void bad_changes_are_refused(void **unused)
{
    (void)unused;
    ph_trie_store_t *store = ph_trie_store_new(NULL);
    ph_state_t *state = ph_state_empty(store), *out;
    uint8_t *big = ph_mem_alloc(NULL, PH_TRIE_KEY_MAX + 1);
    ph_trie_change_t twice[2] = {{.key = PH_BYTES_LIT("k")}, {.key = PH_BYTES_LIT("k")}};
    ph_trie_change_t unsorted[2] = {{.key = PH_BYTES_LIT("b")}, {.key = PH_BYTES_LIT("a")}};
    ph_trie_change_t long_key = {.key = ph_bytes(big, PH_TRIE_KEY_MAX + 1)};
    assert_int_equal(ph_state_apply(state, &out, twice, 2, 1), PH_ERR_INVALID);
    assert_int_equal(ph_state_apply(state, &out, unsorted, 2, 1), PH_ERR_INVALID);
    assert_int_equal(ph_state_apply(state, &out, &long_key, 1, 1), PH_ERR_TOO_LARGE);
    assert_int_equal(ph_state_get(state, &(ph_bytes_t){0}, long_key.key), PH_ERR_NOT_FOUND);
    ph_mem_free(big);
    ph_state_unref(state);
    ph_trie_store_free(store);
}

/* The deepest trie there can be: every prefix of the longest key is a key. */
static void nested_keys_of_the_greatest_length(void **unused)
{
    (void)unused;
    uint8_t *key = ph_mem_alloc(NULL, PH_TRIE_KEY_MAX);
    memset(key, 0x5a, PH_TRIE_KEY_MAX);
    ph_trie_pair_t *pairs = ph_mem_alloc(NULL, (PH_TRIE_KEY_MAX + 1) * sizeof *pairs);
    for (size_t i = 0; i <= PH_TRIE_KEY_MAX; i++)
        pairs[i] = (ph_trie_pair_t){ph_bytes(key, i), PH_BYTES_LIT("v")};
    uint8_t root[32];
    ph_trie_store_t *store = ph_trie_store_new(NULL);
    ph_state_t *state;
    assert_int_equal(ph_trie_root(root, pairs, PH_TRIE_KEY_MAX + 1, 1), PH_OK);
    assert_int_equal(ph_state_build(&state, store, pairs, PH_TRIE_KEY_MAX + 1, 1), PH_OK);
    assert_memory_equal(ph_state_root(state), root, 32);
    assert_int_equal(ph_trie_store_node_count(store), PH_TRIE_KEY_MAX + 1);
    ph_writer_t next = PH_WRITER_HEAP;
    assert_int_equal(ph_state_next_key(state, &next, ph_bytes(key, PH_TRIE_KEY_MAX - 1)), PH_OK);
    assert_int_equal(next.len, PH_TRIE_KEY_MAX);
    assert_int_equal(ph_state_next_key(state, &next, ph_bytes(key, PH_TRIE_KEY_MAX)), PH_ERR_NOT_FOUND);
    ph_writer_free(&next);
    ph_state_unref(state);
    assert_int_equal(ph_trie_store_node_count(store), 0);
    ph_trie_store_free(store);
    ph_mem_free(pairs);
    ph_mem_free(key);
}

/* ---- saving and loading ---- */

typedef struct ph_test_db {
    ph_map_t map; /* hash → ph_buf_t * */
    size_t puts, gets;
    uint8_t lost[32]; /* pretends not to have this one */
} ph_test_db_t;

static bool db_has(void *self, const uint8_t hash[32])
{
    return ph_map_get(&((ph_test_db_t *)self)->map, hash) != NULL;
}

static ph_err_t db_put(void *self, const uint8_t hash[32], ph_bytes_t bytes)
{
    ph_test_db_t *db = self;
    uint8_t check[32];
    ph_blake2_256(check, bytes);
    assert_memory_equal(check, hash, 32);
    *(ph_buf_t **)ph_map_put(&db->map, hash, NULL) = ph_buf_new(bytes);
    db->puts++;
    return PH_OK;
}

static ph_err_t db_get(void *self, ph_buf_t **out, const uint8_t hash[32])
{
    ph_test_db_t *db = self;
    ph_buf_t **found = ph_map_get(&db->map, hash);
    db->gets++;
    if (!found || memcmp(hash, db->lost, 32) == 0)
        return PH_ERR_NOT_FOUND;
    *out = ph_buf_ref(*found);
    return PH_OK;
}

static void db_free(ph_test_db_t *db)
{
    void *buf;
    for (size_t i = 0; ph_map_next(&db->map, &i, NULL, &buf);)
        ph_buf_unref(*(ph_buf_t **)buf);
    ph_map_free(&db->map);
}

static void saved_states_are_loaded_as_they_are_needed(void **unused)
{
    (void)unused;
    ph_test_db_t db = {0};
    ph_map_init(&db.map, 32, sizeof(ph_buf_t *));
    ph_trie_sink_t sink = {&db, db_has, db_put};
    ph_trie_backing_t backing = {&db, db_get};
    ph_trie_store_t *memory = ph_trie_store_new(NULL), *disk = ph_trie_store_new(&backing);
    for (uint64_t seed = 1; seed <= 20; seed++) {
        int version = seed % 2;
        ph_test_random_t r = ph_test_random(100 + seed);
        ph_model_t model = {0};
        ph_state_t *state = ph_state_empty(memory), *loaded;
        for (size_t round = 0; round < 12; round++) {
            ph_arena_t *arena = ph_arena_new();
            ph_trie_change_t changes[BATCH_MAX];
            size_t count = random_batch(&r, arena, changes, BATCH_MAX, &model);
            assert_int_equal(ph_state_open(&loaded, disk, ph_state_root(state)), PH_OK);
            for (size_t i = 0; i < count; i++) /* apply drops one reference of each */
                ph_buf_ref(changes[i].value);
            loaded = apply(loaded, changes, count, version);
            state = apply(state, changes, count, version);
            assert_same(loaded, &model, version);
            assert_int_equal(ph_state_save(round % 2 ? loaded : state, &sink), PH_OK);
            ph_state_unref(loaded);
            ph_arena_free(arena);
        }
        assert_int_equal(ph_trie_store_node_count(disk), 0);
        assert_int_equal(ph_state_open(&loaded, disk, ph_state_root(state)), PH_OK);
        assert_same(loaded, &model, version);
        size_t puts = db.puts;
        assert_int_equal(ph_state_save(loaded, &sink), PH_OK);
        assert_int_equal(db.puts, puts);
        ph_state_unref(loaded);
        ph_state_unref(state);
        ph_model_free(&model);
    }
    ph_trie_store_free(memory);
    ph_trie_store_free(disk);
    db_free(&db);
}

static void saved_children_are_loaded(void **unused)
{
    (void)unused;
    ph_test_db_t db = {0};
    ph_map_init(&db.map, 32, sizeof(ph_buf_t *));
    ph_trie_sink_t sink = {&db, db_has, db_put};
    ph_trie_backing_t backing = {&db, db_get};
    ph_trie_store_t *memory = ph_trie_store_new(NULL), *disk = ph_trie_store_new(&backing);
    ph_state_t *state = numbered_state(memory, 50, 1), *kid = numbered_state(memory, 20, 1), *loaded;
    ph_state_t *tiny = ph_state_empty(memory); /* its root node is shorter than a hash */
    set_one(&tiny, PH_BYTES_LIT("k"), PH_BYTES_LIT("v"), 1);
    ph_trie_change_t changes[2] = {
        {PH_BYTES_LIT(":child_storage:default:kid"), ph_buf_new(ph_bytes(ph_state_root(kid), 32)), kid},
        {PH_BYTES_LIT(":child_storage:default:tiny"), ph_buf_new(ph_bytes(ph_state_root(tiny), 32)), tiny}};
    state = apply(state, changes, 2, 1);
    ph_state_unref(kid);
    ph_state_unref(tiny);
    assert_int_equal(ph_state_save(state, &sink), PH_OK);
    assert_int_equal(ph_state_open(&loaded, disk, ph_state_root(state)), PH_OK);
    ph_bytes_t value;
    uint8_t key[32];
    number_key(key, 19);
    assert_int_equal(ph_state_child(loaded, &kid, PH_BYTES_LIT("kid")), PH_OK);
    assert_int_equal(ph_state_get(kid, &value, ph_bytes(key, 32)), PH_OK);
    assert_int_equal(value.len, 20);
    assert_int_equal(ph_state_child(loaded, &tiny, PH_BYTES_LIT("tiny")), PH_OK);
    assert_int_equal(ph_state_get(tiny, &value, PH_BYTES_LIT("k")), PH_OK);
    ph_state_unref(kid);
    ph_state_unref(tiny);
    assert_int_equal(ph_state_child(loaded, &kid, PH_BYTES_LIT("none")), PH_OK);
    assert_memory_equal(ph_state_root(kid), ph_trie_empty_root, 32);
    ph_state_unref(kid);
    ph_state_unref(loaded);
    ph_state_unref(state);
    assert_int_equal(ph_trie_store_node_count(memory) + ph_trie_store_node_count(disk), 0);
    ph_trie_store_free(memory);
    ph_trie_store_free(disk);
    db_free(&db);
}

static void lost_nodes_are_errors(void **unused)
{
    (void)unused;
    ph_test_db_t db = {0};
    ph_map_init(&db.map, 32, sizeof(ph_buf_t *));
    ph_trie_sink_t sink = {&db, db_has, db_put};
    ph_trie_backing_t backing = {&db, db_get};
    ph_trie_store_t *memory = ph_trie_store_new(NULL), *disk = ph_trie_store_new(&backing);
    ph_state_t *state = numbered_state(memory, 400, 1), *loaded, *out;
    uint8_t long_value[64] = {9};
    set_one(&state, PH_BYTES_LIT("long"), ph_bytes(long_value, 64), 1);
    assert_int_equal(ph_state_save(state, &sink), PH_OK);
    size_t failed = 0, passed = 0;
    const void *hash;
    for (size_t i = 0; ph_map_next(&db.map, &i, &hash, NULL);) {
        memcpy(db.lost, hash, 32);
        ph_err_t err = ph_state_open(&loaded, disk, ph_state_root(state));
        if (err) {
            assert_int_equal(err, PH_ERR_NOT_FOUND);
            failed++;
            continue;
        }
        ph_state_iter_t it = ph_state_iter(loaded, (ph_bytes_t){0});
        ph_bytes_t key, value;
        while (!(err = ph_state_iter_next(&it, &key, &value)))
            passed++;
        assert_int_equal(err, PH_ERR_INVALID);
        ph_state_iter_free(&it);
        ph_trie_change_t changes[400];
        uint8_t keys[400][32];
        ph_trie_pair_t pairs[400];
        for (uint32_t k = 0; k < 400; k++) {
            number_key(keys[k], k);
            pairs[k].key = ph_bytes(keys[k], 32);
        }
        ph_trie_sort(pairs, 400);
        for (size_t k = 0; k < 400; k++)
            changes[k] = (ph_trie_change_t){.key = pairs[k].key};
        err = ph_state_apply(loaded, &out, changes, 400, 1); /* needs every node, but not the value of "long" */
        if (!err)
            ph_state_unref(out);
        failed += err != PH_OK;
        assert_true(!err || err == PH_ERR_INVALID);
        ph_state_unref(loaded);
    }
    assert_int_equal(failed, db.map.count - 1);
    assert_true(passed > 0);
    assert_int_equal(ph_trie_store_node_count(disk), 0);
    ph_state_unref(state);
    ph_trie_store_free(memory);
    ph_trie_store_free(disk);
    db_free(&db);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_batches),
        cmocka_unit_test(next_key_is_the_least_greater),
        cmocka_unit_test(prefixes_are_walked),
        cmocka_unit_test(states_share_what_is_the_same),
        cmocka_unit_test(states_are_found_by_root),
        cmocka_unit_test(a_value_keeps_its_layout_until_it_is_written),
        cmocka_unit_test(bad_changes_are_refused),
        cmocka_unit_test(nested_keys_of_the_greatest_length),
        cmocka_unit_test(saved_states_are_loaded_as_they_are_needed),
        cmocka_unit_test(saved_children_are_loaded),
        cmocka_unit_test(lost_nodes_are_errors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
