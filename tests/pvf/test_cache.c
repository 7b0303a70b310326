/* The artifact cache: memory, directory, what it refuses to read. */
#include "support/cmocka.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "pvf/cache.h"

static char directory[64];

static int setup(void **state)
{
    (void)state;
    strcpy(directory, "/tmp/ph-test-cache-XXXXXX");
    return mkdtemp(directory) ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    char command[128];
    snprintf(command, sizeof command, "rm -rf '%s'", directory);
    return system(command);
}

static ph_validation_code_hash_t code(uint8_t n)
{
    return (ph_validation_code_hash_t){{n}};
}

static ph_pvf_cache_t *cache_new(const char *dir, size_t memory_max)
{
    ph_pvf_cache_t *cache;
    ph_pvf_executor_t executor = ph_pvf_executor_default();
    assert_int_equal(ph_pvf_cache_new(&cache, dir, &executor, memory_max), PH_OK);
    return cache;
}

static void put(ph_pvf_cache_t *cache, uint8_t n, size_t len)
{
    uint8_t *data = ph_mem_alloc(NULL, len);
    memset(data, n, len);
    ph_buf_t *buf = ph_buf_take(data, len);
    ph_validation_code_hash_t hash = code(n);
    ph_pvf_cache_put(cache, &hash, buf);
    ph_buf_unref(buf);
}

static bool has(ph_pvf_cache_t *cache, uint8_t n)
{
    ph_validation_code_hash_t hash = code(n);
    ph_buf_t *buf = ph_pvf_cache_get(cache, &hash);
    if (!buf)
        return false;
    ph_bytes_t bytes = ph_buf_bytes(buf);
    for (size_t i = 0; i < bytes.len; i++)
        assert_int_equal(bytes.data[i], n);
    ph_buf_unref(buf);
    return true;
}

static void test_memory(void **state)
{
    (void)state;
    ph_pvf_cache_t *cache = cache_new(NULL, 1000);
    assert_false(has(cache, 1));
    put(cache, 1, 400);
    put(cache, 2, 400);
    assert_true(has(cache, 1));
    put(cache, 3, 300); /* 2 was used least */
    assert_true(has(cache, 1));
    assert_false(has(cache, 2));
    assert_true(has(cache, 3));
    put(cache, 3, 10); /* replaces */
    put(cache, 2, 500);
    assert_true(has(cache, 1) && has(cache, 2) && has(cache, 3));
    ph_validation_code_hash_t hash = code(2);
    ph_pvf_cache_remove(cache, &hash);
    assert_false(has(cache, 2));
    ph_pvf_cache_free(cache);
}

static void path_of(char out[256], const ph_pvf_cache_t *cache, uint8_t n)
{
    ph_hash_t id;
    ph_validation_code_hash_t hash = code(n);
    char text[65];
    ph_pvf_artifact_id(&id, cache, &hash);
    ph_hex(text, ph_bytes(id.bytes, 32));
    snprintf(out, 256, "%s/%s.pvf", directory, text);
}

static void test_directory(void **state)
{
    (void)state;
    char path[256];
    ph_pvf_cache_t *cache = cache_new(directory, 1000);
    put(cache, 1, 500);
    put(cache, 2, 900);
    assert_true(has(cache, 1)); /* no longer in memory, but on disk */
    ph_pvf_cache_free(cache);
    cache = cache_new(directory, 1000);
    assert_true(has(cache, 1) && has(cache, 2));
    ph_pvf_cache_free(cache);
    /* another executor's artifacts are others */
    ph_pvf_executor_t executor = ph_pvf_executor_default();
    executor.bulk_memory = true;
    assert_int_equal(ph_pvf_cache_new(&cache, directory, &executor, 1000), PH_OK);
    assert_false(has(cache, 1));
    ph_pvf_cache_free(cache);
    /* torn, foreign and unsafe files */
    cache = cache_new(directory, 0);
    path_of(path, cache, 1);
    assert_int_equal(truncate(path, 300), 0);
    assert_false(has(cache, 1));
    assert_int_equal(truncate(path, 3), 0);
    assert_false(has(cache, 1));
    path_of(path, cache, 2);
    assert_int_equal(chmod(path, 0620), 0);
    assert_false(has(cache, 2));
    assert_int_equal(chmod(path, 0600), 0);
    assert_true(has(cache, 2));
    ph_validation_code_hash_t hash = code(2);
    ph_pvf_cache_remove(cache, &hash);
    assert_int_equal(access(path, F_OK), -1);
    ph_pvf_cache_free(cache);
}

static void test_bad_directory(void **state)
{
    (void)state;
    ph_pvf_cache_t *cache;
    ph_pvf_executor_t executor = ph_pvf_executor_default();
    assert_int_equal(ph_pvf_cache_new(&cache, "/proc/nothing/here", &executor, 1), PH_ERR_IO);
    assert_int_equal(chmod(directory, 0770), 0);
    assert_int_equal(ph_pvf_cache_new(&cache, directory, &executor, 1), PH_ERR_IO);
    assert_int_equal(chmod(directory, 0700), 0);
    char path[128];
    snprintf(path, sizeof path, "%s/made", directory);
    assert_int_equal(ph_pvf_cache_new(&cache, path, &executor, 1), PH_OK);
    struct stat st;
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0700);
    ph_pvf_cache_free(cache);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_memory),
        cmocka_unit_test(test_directory),
        cmocka_unit_test(test_bad_directory),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
