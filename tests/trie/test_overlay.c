/* Overlays against a naive map with snapshots for transactions. */
#include "support/cmocka.h"

#include "scale/scale.h"
#include "trie/changes.h"
#include "trie/codec.h"
#include "trie/keys.h"
#include "trie/model.h"
#include "trie/overlay.h"

#define LIT(text) PH_BYTES_LIT(text)

/* ---- the reference: what was written is a map from keys to "removed" (first byte 0) or a value (first byte 1) ---- */

typedef struct ref_t {
    ph_model_t base;
    ph_model_t written[8]; /* a copy for each transaction that is open, and one */
    size_t depth;
} ref_t;

static ph_model_t *now(ref_t *ref)
{
    return &ref->written[ref->depth];
}

static void ref_write(ref_t *ref, ph_bytes_t key, const ph_bytes_t *value)
{
    ph_writer_t w = PH_WRITER_HEAP;
    ph_write_u8(&w, value ? 1 : 0);
    if (value)
        ph_write(&w, value->data, value->len);
    ph_model_set(now(ref), key, ph_writer_bytes(&w));
    ph_writer_free(&w);
}

static bool ref_get(ref_t *ref, ph_bytes_t *value, ph_bytes_t key)
{
    size_t at;
    if (ph_model_has(now(ref), key, &at)) {
        ph_bytes_t v = now(ref)->items[at].value;
        *value = ph_bytes(v.data + 1, v.len - 1);
        return v.data[0];
    }
    if (ph_model_has(&ref->base, key, &at))
        *value = ref->base.items[at].value;
    return at < ref->base.count && ph_bytes_equal(ref->base.items[at].key, key);
}

static void copy_model(ph_model_t *to, const ph_model_t *from)
{
    *to = (ph_model_t){0};
    for (size_t i = 0; i < from->count; i++)
        ph_model_set(to, from->items[i].key, from->items[i].value);
}

/* Base and writes merged. */
static void ref_merge(ref_t *ref, ph_model_t *out)
{
    copy_model(out, &ref->base);
    for (size_t i = 0; i < now(ref)->count; i++) {
        ph_trie_pair_t pair = now(ref)->items[i];
        if (pair.value.data[0])
            ph_model_set(out, pair.key, ph_bytes(pair.value.data + 1, pair.value.len - 1));
        else
            ph_model_remove(out, pair.key);
    }
}

static ph_cleared_t ref_clear_prefix(ref_t *ref, ph_bytes_t prefix, uint32_t limit)
{
    ph_cleared_t done = {.all_removed = true};
    for (size_t i = 0; i < now(ref)->count; i++) {
        ph_trie_pair_t pair = now(ref)->items[i];
        if (!ph_bytes_start_with(pair.key, prefix) || !pair.value.data[0])
            continue;
        done.unique++;
        pair.value.data[0] = 0;
    }
    for (size_t i = 0; i < ref->base.count; i++) {
        size_t at;
        ph_bytes_t key = ref->base.items[i].key;
        if (!ph_bytes_start_with(key, prefix))
            continue;
        if (done.loops == limit) {
            done.all_removed = false;
            break;
        }
        done.loops++;
        if (ph_model_has(now(ref), key, &at))
            continue;
        ref_write(ref, key, NULL);
        done.backend++;
        done.unique++;
    }
    return done;
}

static void ref_append(ref_t *ref, ph_bytes_t key, ph_bytes_t item)
{
    ph_bytes_t old = {0};
    uint32_t count = 0;
    ph_writer_t w = PH_WRITER_HEAP;
    bool there = ref_get(ref, &old, key);
    ph_reader_t r = ph_reader(old);
    if (!there || ph_read_compact_u32(&r, &count)) {
        count = 0;
        r.at = r.end;
    }
    ph_write_compact(&w, count + 1);
    ph_write(&w, r.at, ph_reader_left(&r));
    ph_write(&w, item.data, item.len);
    ph_bytes_t value = ph_writer_bytes(&w);
    ref_write(ref, key, &value);
    ph_writer_free(&w);
}

/* ---- comparing ---- */

static void compare_reads(ph_overlay_t *o, ref_t *ref, ph_bytes_t key)
{
    ph_bytes_t ours, theirs;
    bool there = ref_get(ref, &theirs, key);
    assert_int_equal(ph_overlay_exists(o, key), there);
    assert_int_equal(ph_overlay_get(o, &ours, key), there);
    assert_true(!there || ph_bytes_equal(ours, theirs));
}

static void compare_walk(ph_overlay_t *o, const ph_model_t *merged)
{
    ph_writer_t key = PH_WRITER_HEAP;
    size_t at = merged->count && merged->items[0].key.len == 0;
    while (ph_overlay_next_key(o, &key, ph_writer_bytes(&key))) {
        assert_true(at < merged->count && ph_bytes_equal(ph_writer_bytes(&key), merged->items[at].key));
        at++;
    }
    assert_int_equal(at, merged->count);
    ph_writer_free(&key);
}

static void compare_all(ph_overlay_t *o, ref_t *ref, int version)
{
    ph_model_t merged;
    ref_merge(ref, &merged);
    compare_walk(o, &merged);
    uint8_t ours[32], theirs[32];
    ph_overlay_root(o, ours, version);
    assert_int_equal(ph_trie_root(theirs, merged.items, merged.count, version), PH_OK);
    assert_memory_equal(ours, theirs, 32);
    for (size_t i = 0; i < merged.count; i++)
        compare_reads(o, ref, merged.items[i].key);
    ph_model_free(&merged);
}

/* ---- one random step on both ---- */

static void random_write(ph_test_random_t *r, ph_overlay_t *o, ref_t *ref)
{
    uint8_t key_room[128], value_room[128];
    ph_bytes_t key = ph_random_key(r, key_room), value = ph_random_value(r, value_room);
    switch (ph_test_below(r, 8)) {
    case 0:
    case 1:
        ph_overlay_set(o, key, value);
        ref_write(ref, key, &value);
        return;
    case 2:
        ph_overlay_clear(o, key);
        ref_write(ref, key, NULL);
        return;
    case 3: { /* a value that may begin with a compact length */
        value_room[0] = (uint8_t)(ph_test_below(r, 4) + 4 * 63);
        ph_overlay_set(o, key, ph_bytes(value_room, 1 + value.len));
        ref_write(ref, key, &(ph_bytes_t){value_room, 1 + value.len});
        return;
    }
    case 4: {
        key.len = key.len > 2 ? 2 : key.len;
        if (!key.len)
            return;
        uint32_t limit = ph_test_below(r, 3) ? (uint32_t)ph_test_below(r, 6) : PH_NO_LIMIT;
        ph_cleared_t ours = ph_overlay_clear_prefix(o, key, limit), theirs = ref_clear_prefix(ref, key, limit);
        assert_int_equal(ours.backend, theirs.backend);
        assert_int_equal(ours.unique, theirs.unique);
        assert_int_equal(ours.loops, theirs.loops);
        assert_int_equal(ours.all_removed, theirs.all_removed);
        return;
    }
    default:
        key.len = key.len > 1 ? 1 : key.len; /* few keys, so that lists grow */
        ph_overlay_append(o, key, value);
        ref_append(ref, key, value);
    }
}

static void random_transaction(ph_test_random_t *r, ph_overlay_t *o, ref_t *ref)
{
    assert_int_equal(ph_overlay_depth(o), ref->depth);
    if (ref->depth < 7 && ph_test_below(r, 2)) {
        ph_overlay_start(o);
        ref->depth++;
        copy_model(&ref->written[ref->depth], &ref->written[ref->depth - 1]);
    } else if (ref->depth && ph_test_below(r, 2)) {
        assert_int_equal(ph_overlay_commit(o), PH_OK);
        ph_model_free(&ref->written[ref->depth - 1]);
        ref->written[ref->depth - 1] = ref->written[ref->depth];
        ref->depth--;
    } else if (ref->depth) {
        assert_int_equal(ph_overlay_rollback(o), PH_OK);
        ph_model_free(&ref->written[ref->depth--]);
    }
}

static void random_steps(void **unused)
{
    (void)unused;
    for (uint64_t seed = 1; seed <= 60; seed++) {
        ph_test_random_t r = ph_test_random(seed);
        int version = (int)(seed % 2);
        ref_t ref = {0};
        uint8_t key_room[128], value_room[128];
        for (size_t i = ph_test_below(&r, 60); i > 0; i--)
            ph_model_set(&ref.base, ph_random_key(&r, key_room), ph_random_value(&r, value_room));
        ph_trie_store_t *store = ph_trie_store_new(NULL);
        ph_state_t *base;
        assert_int_equal(ph_state_build(&base, store, ref.base.items, ref.base.count, version), PH_OK);
        ph_overlay_t *o = ph_overlay_new(base);
        for (size_t step = 0; step < 300; step++) {
            if (ph_test_below(&r, 6) == 0)
                random_transaction(&r, o, &ref);
            else
                random_write(&r, o, &ref);
            compare_reads(o, &ref, ph_random_key(&r, key_room));
            if (step % 10 == 0)
                compare_all(o, &ref, version);
        }
        compare_all(o, &ref, version);
        assert_int_equal(ph_overlay_error(o), PH_OK);
        while (ref.depth)
            ph_model_free(&ref.written[ref.depth--]);
        ph_overlay_rollback_to(o, 0);
        ph_state_t *after;
        compare_all(o, &ref, version);
        assert_int_equal(ph_overlay_state(o, &after, version), PH_OK);
        uint8_t root[32];
        ph_overlay_root(o, root, version);
        assert_memory_equal(root, ph_state_root(after), 32);
        ph_overlay_free(o);
        ph_state_unref(after);
        ph_state_unref(base);
        assert_int_equal(ph_trie_store_node_count(store), 0);
        ph_trie_store_free(store);
        ph_model_free(&ref.base);
        ph_model_free(&ref.written[0]);
    }
}

/* ---- single rules ---- */

typedef struct world_t {
    ph_trie_store_t *store;
    ph_state_t *base;
    ph_overlay_t *o;
} world_t;

static world_t world_with(const ph_trie_pair_t *pairs, size_t count)
{
    world_t w = {.store = ph_trie_store_new(NULL)};
    assert_int_equal(ph_state_build(&w.base, w.store, pairs, count, 1), PH_OK);
    w.o = ph_overlay_new(w.base);
    return w;
}

static void world_end(world_t *w)
{
    ph_overlay_free(w->o);
    ph_state_unref(w->base);
    assert_int_equal(ph_trie_store_node_count(w->store), 0);
    ph_trie_store_free(w->store);
}

static void assert_value(ph_overlay_t *o, ph_bytes_t key, ph_bytes_t expected)
{
    ph_bytes_t value;
    assert_true(ph_overlay_get(o, &value, key));
    assert_int_equal(value.len, expected.len);
    assert_memory_equal(value.data, expected.data, expected.len);
}

/* The host function's documentation has this example: the limit counts committed keys, again and again. */
static void clear_prefix_counts_as_substrate_does(void **unused)
{
    (void)unused;
    ph_trie_pair_t pairs[] = {
        {LIT("ab1"), LIT("x")}, {LIT("ab2"), LIT("x")}, {LIT("ab3"), LIT("x")}, {LIT("b"), LIT("x")}};
    world_t w = world_with(pairs, 4);
    ph_overlay_set(w.o, LIT("ab0"), LIT("new"));
    ph_overlay_set(w.o, LIT("ab9"), LIT("new"));
    ph_overlay_set(w.o, LIT("ab3"), LIT("over"));
    ph_cleared_t c = ph_overlay_clear_prefix(w.o, LIT("ab"), 1);
    assert_int_equal(c.loops, 1);
    assert_int_equal(c.backend, 1);
    assert_int_equal(c.unique, 4);
    assert_false(c.all_removed);
    assert_false(ph_overlay_exists(w.o, LIT("ab0")) || ph_overlay_exists(w.o, LIT("ab1")) ||
                 ph_overlay_exists(w.o, LIT("ab3")) || ph_overlay_exists(w.o, LIT("ab9")));
    assert_true(ph_overlay_exists(w.o, LIT("ab2")));
    c = ph_overlay_clear_prefix(w.o, LIT("ab"), 1); /* looks at ab1 again */
    assert_int_equal(c.loops, 1);
    assert_int_equal(c.unique, 0);
    assert_true(ph_overlay_exists(w.o, LIT("ab2")));
    c = ph_overlay_clear_prefix(w.o, LIT("ab"), 3); /* as many as there are: all */
    assert_true(c.all_removed);
    assert_int_equal(c.backend, 1);
    c = ph_overlay_clear_prefix(w.o, LIT("none"), 0);
    assert_true(c.all_removed);
    assert_int_equal(c.loops, 0);
    assert_true(ph_overlay_exists(w.o, LIT("b")));
    world_end(&w);
}

static void child_roots_cannot_be_written_directly(void **unused)
{
    (void)unused;
    world_t w = world_with(NULL, 0);
    ph_overlay_set(w.o, LIT(":child_storage:default:x"), LIT("v"));
    assert_false(ph_overlay_exists(w.o, LIT(":child_storage:default:x")));
    ph_overlay_set(w.o, LIT(":code"), LIT("v"));
    assert_int_equal(ph_overlay_clear_prefix(w.o, LIT(":c"), PH_NO_LIMIT).unique, 0);
    assert_int_equal(ph_overlay_clear_prefix(w.o, LIT(""), PH_NO_LIMIT).unique, 0);
    assert_true(ph_overlay_exists(w.o, LIT(":code")));
    assert_int_equal(ph_overlay_clear_prefix(w.o, LIT(":co"), PH_NO_LIMIT).unique, 1);
    world_end(&w);
}

static void append_makes_lists(void **unused)
{
    (void)unused;
    ph_trie_pair_t pairs[] = {{LIT("list"), LIT("\x08"
                                                "ab")},
                              {LIT("not"), LIT("\x03")}};
    world_t w = world_with(pairs, 2);
    ph_overlay_append(w.o, LIT("list"), LIT("cd"));
    assert_value(w.o, LIT("list"),
                 LIT("\x0c"
                     "abcd"));
    ph_overlay_append(w.o, LIT("not"), LIT("e"));
    assert_value(w.o, LIT("not"),
                 LIT("\x04"
                     "e"));
    ph_overlay_append(w.o, LIT("new"), LIT("f"));
    assert_value(w.o, LIT("new"),
                 LIT("\x04"
                     "f"));
    ph_overlay_clear(w.o, LIT("list"));
    ph_overlay_append(w.o, LIT("list"), LIT("g")); /* not to what is committed */
    assert_value(w.o, LIT("list"), LIT("\x04g"));
    for (size_t i = 0; i < 62; i++)
        ph_overlay_append(w.o, LIT("list"), LIT("g"));
    ph_bytes_t value;
    assert_true(ph_overlay_get(w.o, &value, LIT("list")));
    assert_int_equal(value.len, 1 + 63);
    ph_overlay_start(w.o);
    ph_overlay_append(w.o, LIT("list"), LIT("h")); /* the length takes another byte now */
    assert_true(ph_overlay_get(w.o, &value, LIT("list")));
    assert_int_equal(value.len, 2 + 64);
    assert_int_equal(ph_overlay_rollback(w.o), PH_OK);
    assert_true(ph_overlay_get(w.o, &value, LIT("list")));
    assert_int_equal(value.len, 1 + 63);
    assert_int_equal(value.data[63], 'g');
    world_end(&w);
}

static void transactions_nest(void **unused)
{
    (void)unused;
    ph_trie_pair_t pairs[] = {{LIT("k"), LIT("committed")}};
    world_t w = world_with(pairs, 1);
    assert_int_equal(ph_overlay_commit(w.o), PH_ERR_INVALID);
    assert_int_equal(ph_overlay_rollback(w.o), PH_ERR_INVALID);
    ph_overlay_start(w.o);
    ph_overlay_set(w.o, LIT("k"), LIT("outer"));
    ph_overlay_start(w.o);
    ph_overlay_set(w.o, LIT("k"), LIT("inner"));
    assert_int_equal(ph_overlay_commit(w.o), PH_OK);
    assert_value(w.o, LIT("k"), LIT("inner"));
    ph_overlay_start(w.o);
    ph_overlay_clear(w.o, LIT("k"));
    ph_overlay_start(w.o);
    assert_int_equal(ph_overlay_depth(w.o), 3);
    ph_overlay_rollback_to(w.o, 1);
    assert_value(w.o, LIT("k"), LIT("inner"));
    assert_int_equal(ph_overlay_rollback(w.o), PH_OK);
    assert_value(w.o, LIT("k"), LIT("committed"));
    uint8_t root[32];
    ph_overlay_root(w.o, root, 1);
    assert_memory_equal(root, ph_state_root(w.base), 32);
    world_end(&w);
}

static void errors_stick(void **unused)
{
    (void)unused;
    world_t w = world_with(NULL, 0);
    uint8_t key[PH_TRIE_KEY_MAX + 1] = {0};
    ph_overlay_set(w.o, ph_bytes(key, PH_TRIE_KEY_MAX), LIT("v"));
    assert_int_equal(ph_overlay_error(w.o), PH_OK);
    ph_overlay_set(w.o, ph_bytes(key, PH_TRIE_KEY_MAX + 1), LIT("v"));
    assert_int_equal(ph_overlay_error(w.o), PH_ERR_TOO_LARGE);
    ph_state_t *state;
    assert_int_equal(ph_overlay_state(w.o, &state, 1), PH_ERR_TOO_LARGE);
    uint8_t root[32] = {1}, zero[32] = {0};
    ph_overlay_root(w.o, root, 1);
    assert_memory_equal(root, zero, 32);
    world_end(&w);
}

static void roots_of_both_versions(void **unused)
{
    (void)unused;
    uint8_t value[40] = {1}, root[32], expected[32];
    world_t w = world_with(NULL, 0);
    ph_trie_pair_t pair = {LIT("k"), ph_bytes(value, 40)};
    ph_overlay_set(w.o, pair.key, pair.value);
    for (int i = 0; i < 4; i++) { /* nothing is written in between */
        ph_overlay_root(w.o, root, i % 2);
        assert_int_equal(ph_trie_root(expected, &pair, 1, i % 2), PH_OK);
        assert_memory_equal(root, expected, 32);
    }
    ph_overlay_append(w.o, LIT("list"), LIT("x"));
    uint8_t after[32];
    ph_overlay_root(w.o, after, 1);
    assert_memory_not_equal(after, root, 32);
    world_end(&w);
}

/* Extrinsics are transactions inside a block's: the journal must not grow with every one that writes the same keys. */
static void journals_stay_small(void **unused)
{
    (void)unused;
    ph_changes_t c;
    ph_changes_init(&c);
    ph_changes_start(&c);
    for (size_t i = 0; i < 1000; i++) {
        ph_changes_start(&c);
        ph_changes_set(&c, LIT("balance"), ph_buf_new(LIT("1")));
        ph_changes_append(&c, LIT("events"), LIT("e"), NULL);
        if (i % 3)
            ph_changes_commit(&c);
        else
            ph_changes_rollback(&c);
        ph_changes_set(&c, LIT("balance"), ph_buf_new(LIT("2")));
    }
    assert_in_range(c.journal.count, 1, 2);
    ph_changes_commit(&c);
    assert_int_equal(c.journal.count, 0);
    ph_changes_free(&c);
}

/* ---- child tries ---- */

static void child_root_of(uint8_t out[32], const ph_trie_pair_t *pairs, size_t count)
{
    assert_int_equal(ph_trie_root(out, pairs, count, 1), PH_OK);
}

static void children_live_in_their_parent(void **unused)
{
    (void)unused;
    world_t w = world_with(NULL, 0);
    ph_trie_pair_t pairs[] = {{LIT("a"), LIT("1")}, {LIT("b"), LIT("2")}, {LIT("c"), LIT("3")}};
    for (size_t i = 0; i < 3; i++)
        ph_overlay_child_set(w.o, LIT("kid"), pairs[i].key, pairs[i].value);
    ph_overlay_set(w.o, LIT("top"), LIT("t"));
    ph_state_t *first;
    assert_int_equal(ph_overlay_state(w.o, &first, 1), PH_OK);
    uint8_t root[32];
    child_root_of(root, pairs, 3);
    ph_bytes_t value;
    assert_int_equal(ph_state_get(first, &value, LIT(":child_storage:default:kid")), PH_OK);
    assert_memory_equal(value.data, root, 32);

    ph_overlay_t *o = ph_overlay_new(first);
    ph_writer_t next = PH_WRITER_HEAP;
    assert_true(ph_overlay_child_get(o, LIT("kid"), &value, LIT("b")));
    assert_true(ph_bytes_equal(value, LIT("2")));
    assert_false(ph_overlay_child_exists(o, LIT("other"), LIT("b")));
    ph_overlay_start(o);
    ph_overlay_child_clear(o, LIT("kid"), LIT("b"));
    ph_overlay_child_set(o, LIT("new kid"), LIT("z"), LIT("26"));
    assert_true(ph_overlay_child_next_key(o, LIT("kid"), &next, LIT("a")));
    assert_true(ph_bytes_equal(ph_writer_bytes(&next), LIT("c")));
    uint8_t child_root[32];
    ph_overlay_child_root(o, LIT("kid"), child_root, 1);
    child_root_of(root, (ph_trie_pair_t[]){pairs[0], pairs[2]}, 2);
    assert_memory_equal(child_root, root, 32);
    assert_value(o, LIT(":child_storage:default:kid"), ph_bytes(root, 32));
    assert_int_equal(ph_overlay_rollback(o), PH_OK);
    uint8_t top_root[32];
    ph_overlay_root(o, top_root, 1);
    assert_memory_equal(top_root, ph_state_root(first), 32);

    ph_cleared_t c = ph_overlay_child_clear_prefix(o, LIT("kid"), (ph_bytes_t){0}, 2);
    assert_false(c.all_removed);
    assert_int_equal(c.loops, 2);
    c = ph_overlay_child_clear_prefix(o, LIT("kid"), (ph_bytes_t){0}, PH_NO_LIMIT);
    assert_true(c.all_removed);
    ph_state_t *second;
    assert_int_equal(ph_overlay_state(o, &second, 1), PH_OK);
    child_root_of(root, &(ph_trie_pair_t){LIT("top"), LIT("t")}, 1); /* an empty child leaves no trace */
    assert_memory_equal(ph_state_root(second), root, 32);
    ph_writer_free(&next);
    ph_overlay_free(o);
    ph_state_unref(second);
    ph_state_unref(first);
    world_end(&w);
}

static void children_survive_changes_around_them(void **unused)
{
    (void)unused;
    world_t w = world_with(NULL, 0);
    ph_overlay_child_set(w.o, LIT("kid"), LIT("a"), LIT("1"));
    ph_state_t *state;
    assert_int_equal(ph_overlay_state(w.o, &state, 1), PH_OK);
    ph_overlay_t *o = ph_overlay_new(state);
    ph_state_unref(state);
    ph_overlay_set(o, LIT(":chi"), LIT("neighbour"));
    ph_overlay_set(o, LIT("far"), LIT("away"));
    assert_int_equal(ph_overlay_state(o, &state, 1), PH_OK);
    ph_overlay_free(o);
    ph_overlay_free(w.o);
    w.o = NULL;
    ph_state_t *child;
    ph_bytes_t value;
    assert_int_equal(ph_state_child(state, &child, LIT("kid")), PH_OK);
    assert_int_equal(ph_state_get(child, &value, LIT("a")), PH_OK);
    ph_state_unref(state);
    assert_int_equal(ph_state_get(child, &value, LIT("a")), PH_OK);
    ph_state_unref(child);
    world_end(&w);
}

/* The same node was in the store before, made by someone who knew only the child's root. */
static void children_join_nodes_that_were_there(void **unused)
{
    (void)unused;
    uint8_t root[32];
    child_root_of(root, &(ph_trie_pair_t){LIT("a"), LIT("1")}, 1);
    ph_trie_pair_t pair = {LIT(":child_storage:default:kid"), ph_bytes(root, 32)};
    world_t w = world_with(&pair, 1);
    ph_state_t *empty = ph_state_empty(w.store), *state, *child;
    assert_int_equal(ph_state_child(w.base, &child, LIT("kid")), PH_ERR_INVALID);
    ph_overlay_t *o = ph_overlay_new(empty);
    ph_overlay_child_set(o, LIT("kid"), LIT("a"), LIT("1"));
    assert_int_equal(ph_overlay_state(o, &state, 1), PH_OK);
    ph_overlay_free(o);
    assert_memory_equal(ph_state_root(state), ph_state_root(w.base), 32);
    ph_bytes_t value;
    assert_int_equal(ph_state_child(state, &child, LIT("kid")), PH_OK);
    assert_int_equal(ph_state_get(child, &value, LIT("a")), PH_OK);
    ph_state_unref(child);
    ph_state_unref(state);
    ph_state_unref(empty);
    world_end(&w);
}

/* ---- the list of changes ---- */

static void note_change(void *self, ph_bytes_t key, const ph_bytes_t *value)
{
    ph_writer_t *w = self;
    ph_write(w, key.data, key.len);
    ph_write_u8(w, value ? '=' : '-');
    if (value)
        ph_write(w, value->data, value->len);
}

static void changes_come_in_key_order(void **unused)
{
    (void)unused;
    world_t w = world_with(NULL, 0);
    ph_overlay_set(w.o, LIT("c"), LIT("3"));
    ph_overlay_clear(w.o, LIT("a"));
    ph_overlay_append(w.o, LIT("b"), LIT("x"));
    ph_overlay_start(w.o);
    ph_overlay_set(w.o, LIT("d"), LIT("4"));
    assert_int_equal(ph_overlay_rollback(w.o), PH_OK);
    ph_writer_t seen = PH_WRITER_HEAP;
    ph_overlay_changes(w.o, note_change, &seen);
    assert_true(ph_bytes_equal(ph_writer_bytes(&seen), LIT("a-b=\x04xc=3")));
    ph_writer_free(&seen);
    world_end(&w);
}

static void many_keys_stay_in_order(void **unused)
{
    (void)unused;
    world_t w = world_with(NULL, 0);
    enum { COUNT = 5000 };
    for (uint32_t i = 0; i < COUNT; i++) {
        uint32_t n = i * 2654435761u;
        uint8_t key[4] = {(uint8_t)(n >> 24), (uint8_t)(n >> 16), (uint8_t)(n >> 8), (uint8_t)n};
        ph_overlay_set(w.o, ph_bytes(key, 4), ph_bytes(key, 4));
    }
    ph_writer_t key = PH_WRITER_HEAP;
    uint8_t last[4] = {0};
    size_t count = ph_overlay_exists(w.o, ph_bytes(last, 4));
    ph_write(&key, last, 4);
    while (ph_overlay_next_key(w.o, &key, ph_writer_bytes(&key))) {
        assert_true(memcmp(last, key.data, 4) < 0);
        memcpy(last, key.data, 4);
        count++;
    }
    assert_int_equal(count, COUNT);
    ph_writer_free(&key);
    world_end(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_steps),
        cmocka_unit_test(clear_prefix_counts_as_substrate_does),
        cmocka_unit_test(child_roots_cannot_be_written_directly),
        cmocka_unit_test(append_makes_lists),
        cmocka_unit_test(transactions_nest),
        cmocka_unit_test(errors_stick),
        cmocka_unit_test(roots_of_both_versions),
        cmocka_unit_test(journals_stay_small),
        cmocka_unit_test(children_live_in_their_parent),
        cmocka_unit_test(children_survive_changes_around_them),
        cmocka_unit_test(children_join_nodes_that_were_there),
        cmocka_unit_test(changes_come_in_key_order),
        cmocka_unit_test(many_keys_stay_in_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
