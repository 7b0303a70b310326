/* The disk in memory, and the memo. */
#include "support/cmocka.h"

#include <stdio.h>

#include "crypto/sr25519.h"
#include "env/env.h"
#include "env/memdisk.h"
#include "env/sim/world.h"

static ph_bytes_t text(const char *t)
{
    return ph_bytes(t, strlen(t));
}

static void put(ph_memdisk_t *disk, const char *key, const char *value)
{
    ph_buf_t *buf = ph_buf_new(text(value));
    ph_memdisk_put(disk, text(key), buf);
    ph_buf_unref(buf);
}

static void assert_value(ph_memdisk_t *disk, const char *key, const char *value)
{
    ph_buf_t *buf = ph_memdisk_get(disk, text(key));
    if (!value) {
        assert_null(buf);
        return;
    }
    assert_non_null(buf);
    assert_true(ph_bytes_equal(ph_buf_bytes(buf), text(value)));
    ph_buf_unref(buf);
}

static void keys_come_in_order(void **state)
{
    ph_memdisk_t *disk = ph_memdisk_new();
    ph_arena_t *arena = ph_arena_new();
    static const char *const in[] = {"b/2", "a/9", "b/1", "b", "c", "b/10", "b/1"};
    static const char *const out[] = {"b/1", "b/10", "b/2"};
    (void)state;
    for (size_t i = 0; i < 7; i++)
        put(disk, in[i], in[i]);
    assert_int_equal(ph_memdisk_count(disk), 6);
    ph_bytes_t cursor = {0};
    ph_buf_t *value;
    for (size_t i = 0; i < 3; i++) {
        assert_true(ph_memdisk_next(disk, arena, text("b/"), &cursor, &value));
        assert_true(ph_bytes_equal(cursor, text(out[i])));
        assert_true(ph_bytes_equal(ph_buf_bytes(value), text(out[i])));
        ph_buf_unref(value);
        ph_memdisk_delete(disk, cursor); /* deleting on the way is allowed */
    }
    assert_false(ph_memdisk_next(disk, arena, text("b/"), &cursor, &value));
    assert_int_equal(ph_memdisk_count(disk), 3);
    cursor = (ph_bytes_t){0};
    assert_false(ph_memdisk_next(disk, arena, text("zz"), &cursor, NULL));
    cursor = (ph_bytes_t){0};
    assert_true(ph_memdisk_next(disk, arena, text(""), &cursor, NULL));
    assert_true(ph_bytes_equal(cursor, text("a/9")));
    ph_arena_free(arena);
    ph_memdisk_free(disk);
}

static void a_crash_undoes_what_was_not_synced(void **state)
{
    ph_memdisk_t *disk = ph_memdisk_new();
    (void)state;
    put(disk, "kept", "1");
    put(disk, "changed", "1");
    put(disk, "deleted", "1");
    put(disk, "back", "1");
    ph_memdisk_sync(disk);
    put(disk, "changed", "2");
    put(disk, "changed", "3");
    ph_memdisk_delete(disk, text("deleted"));
    put(disk, "new", "1");
    put(disk, "gone", "1");
    ph_memdisk_delete(disk, text("gone"));
    ph_memdisk_delete(disk, text("back"));
    put(disk, "back", "2");
    ph_memdisk_delete(disk, text("never there"));
    assert_value(disk, "changed", "3");
    assert_value(disk, "deleted", NULL);
    ph_memdisk_crash(disk);
    assert_value(disk, "kept", "1");
    assert_value(disk, "changed", "1");
    assert_value(disk, "deleted", "1");
    assert_value(disk, "back", "1");
    assert_value(disk, "new", NULL);
    assert_value(disk, "gone", NULL);
    assert_int_equal(ph_memdisk_count(disk), 4);
    ph_memdisk_crash(disk); /* nothing more to undo */
    assert_int_equal(ph_memdisk_count(disk), 4);
    put(disk, "new", "4");
    ph_memdisk_sync(disk);
    ph_memdisk_crash(disk);
    assert_value(disk, "new", "4");
    ph_memdisk_free(disk);
}

/* Random changes, syncs and crashes against two naive maps. */
static void a_crash_undoes_at_random(void **state)
{
    enum { KEYS = 12 };
    ph_memdisk_t *disk = ph_memdisk_new();
    int now[KEYS] = {0}, synced[KEYS] = {0};
    uint32_t seed = 12345;
    (void)state;
    for (int step = 1; step < 3000; step++) {
        seed = seed * 1664525 + 1013904223;
        unsigned key = (seed >> 16) % KEYS, what = (seed >> 8) % 23;
        char name[2] = {(char)('a' + key), 0}, value[16];
        if (what < 12) {
            now[key] = step;
            snprintf(value, sizeof value, "%d", step);
            put(disk, name, value);
        } else if (what < 20) {
            now[key] = 0;
            ph_memdisk_delete(disk, text(name));
        } else if (what == 20) {
            memcpy(now, synced, sizeof now);
            ph_memdisk_crash(disk);
        } else {
            memcpy(synced, now, sizeof now);
            ph_memdisk_sync(disk);
        }
        size_t there = 0;
        for (unsigned k = 0; k < KEYS; k++) {
            char n[2] = {(char)('a' + k), 0};
            snprintf(value, sizeof value, "%d", now[k]);
            assert_value(disk, n, now[k] ? value : NULL);
            there += now[k] != 0;
        }
        assert_int_equal(ph_memdisk_count(disk), there);
    }
    ph_memdisk_free(disk);
}

/* ---- memo ---- */

static int living;
static void *ref(void *value)
{
    living++;
    return value;
}
static void unref(void *value)
{
    (void)value;
    living--;
}

static ph_memo_key_t key_of(const char *tag, const char *a, const char *b)
{
    ph_memo_key_t key;
    ph_memo_key(&key, tag, (ph_bytes_t[]){text(a), text(b)}, 2);
    return key;
}

static void the_memo_remembers(void **state)
{
    ph_memo_t *memo = ph_memo_new(10);
    int value, other;
    (void)state;
    living = 0;
    ph_memo_key_t key = key_of("tag", "a", "b");
    assert_null(ph_memo_get(memo, &key));
    ph_memo_put(memo, &key, &value, ref, unref);
    ph_memo_put(memo, &key, &other, ref, unref); /* the first stays: it is the same by promise */
    assert_int_equal(living, 1);
    assert_ptr_equal(ph_memo_get(memo, &key), &value);
    assert_int_equal(living, 2); /* ours */
    living--;
    assert_int_equal(ph_memo_hits(memo), 1);
    assert_int_equal(ph_memo_misses(memo), 1);
    ph_memo_free(memo);
    assert_int_equal(living, 0);
    assert_null(ph_memo_get(NULL, &key));
    ph_memo_put(NULL, &key, &value, ref, unref);
    assert_int_equal(ph_memo_hits(NULL) + ph_memo_misses(NULL), 0);
    ph_memo_free(NULL);
}

static void keys_are_framed(void **state)
{
    ph_memo_key_t all[] = {key_of("tag", "ab", ""), key_of("tag", "a", "b"), key_of("tag", "", "ab"),
                           key_of("ta", "gab", ""), key_of("x", "ab", "")};
    (void)state;
    for (size_t i = 0; i < 5; i++)
        for (size_t j = 0; j < i; j++)
            assert_memory_not_equal(&all[i], &all[j], sizeof all[i]);
}

static void the_older_generation_goes(void **state)
{
    enum { MAX = 10 };
    ph_memo_t *memo = ph_memo_new(MAX);
    int value;
    (void)state;
    living = 0;
    for (int i = 0; i < 3 * MAX; i++) {
        char name[16];
        snprintf(name, sizeof name, "%d", i);
        ph_memo_key_t key = key_of("t", name, "");
        ph_memo_put(memo, &key, &value, ref, unref);
        assert_true(living <= 2 * MAX);
    }
    ph_memo_key_t first = key_of("t", "0", ""), middle = key_of("t", "15", ""), last = key_of("t", "29", "");
    assert_null(ph_memo_get(memo, &first));
    assert_non_null(ph_memo_get(memo, &middle));
    assert_non_null(ph_memo_get(memo, &last));
    living -= 2;
    ph_memo_free(memo);
    assert_int_equal(living, 0);
}

/* ---- signatures ---- */

static void signatures_are_checked_with_and_without_a_memo(void **state)
{
    ph_sr25519_keypair_t pair;
    uint8_t seed[32] = {7}, signature[64];
    (void)state;
    ph_sr25519_from_mini_secret(&pair, seed);
    ph_sr25519_sign(&pair, signature, text("message"), NULL);
    for (int memo = 0; memo < 2; memo++) {
        ph_world_t *world = ph_world_new(&(ph_world_config_t){.memo = memo != 0});
        ph_env_t *env = ph_world_add_node(world, "a");
        for (int round = 0; round < 2; round++) {
            assert_true(ph_env_verify_sr25519(env, signature, text("message"), pair.public_key));
            assert_false(ph_env_verify_sr25519(env, signature, text("massage"), pair.public_key));
        }
        assert_int_equal(ph_memo_hits(ph_world_memo(world)), memo ? 2 : 0);
        ph_world_free(world);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_come_in_order),
        cmocka_unit_test(a_crash_undoes_what_was_not_synced),
        cmocka_unit_test(a_crash_undoes_at_random),
        cmocka_unit_test(the_memo_remembers),
        cmocka_unit_test(keys_are_framed),
        cmocka_unit_test(the_older_generation_goes),
        cmocka_unit_test(signatures_are_checked_with_and_without_a_memo),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
