/* The trie's vectors of shared/data, through the same checks as `parahost tool vectors`. */
#include <stdio.h>
#include <stdlib.h>

#include "support/cmocka.h"

#include "base/gzip.h"
/* Programs' sources are in no library; the checks and the report they need come in here. */
#include "cli/vectors_trie.c"

void ph_vectors_report(ph_vectors_t *v, const char *list, const char *name, bool ok, const char *why, ...)
{
    v->passed += ok;
    v->failed += !ok;
    if (!ok) {
        va_list args;
        va_start(args, why);
        fprintf(stderr, "FAIL %s/%s: ", list, name);
        vfprintf(stderr, why, args);
        fputc('\n', stderr);
        va_end(args);
    }
    ph_arena_reset(v->arena);
}

static ph_bytes_t read_file(ph_arena_t *arena, const char *path)
{
    ph_writer_t w = ph_writer_in(arena);
    FILE *file = fopen(path, "rb");
    if (!file)
        return (ph_bytes_t){0};
    uint8_t block[4096];
    for (size_t got; (got = fread(block, 1, sizeof block, file)) > 0;)
        ph_write(&w, block, got);
    fclose(file);
    return ph_writer_bytes(&w);
}

/* The parsed file, or NULL where the shared data is absent. */
static json_t *load(ph_arena_t *arena)
{
    const char *dir = getenv("PH_SHARED_DATA");
    ph_bytes_t packed =
        read_file(arena, ph_arena_printf(arena, "%s/vectors/trie.json.gz", dir ? dir : "../shared/data"));
    if (!packed.len)
        return NULL;
    ph_bytes_t text;
    assert_int_equal(ph_gunzip(arena, packed, 1u << 28, &text), PH_OK);
    json_error_t error;
    json_t *file = json_loadb((const char *)text.data, text.len, 0, &error);
    assert_non_null(file);
    return file;
}

static void all_vectors_pass(void **state)
{
    (void)state;
    ph_arena_t *arena = ph_arena_new();
    json_t *file = load(arena);
    if (!file) {
        ph_arena_free(arena);
        skip();
    }
    ph_vectors_t v = {.file = "trie.json.gz", .arena = ph_arena_new()};
    ph_vectors_trie(&v, file);
    print_message("%zu passed, %zu failed\n", v.passed, v.failed);
    assert_int_equal(v.failed, 0);
    assert_true(v.passed >= 573);
    ph_arena_free(v.arena);
    json_decref(file);
    ph_arena_free(arena);
}

/* The checks must be able to fail: the last hexadecimal digit of every answer of a list is changed in turn. */
static void spoil(json_t *file, const char *list, const char *member)
{
    size_t i;
    json_t *entry;
    json_array_foreach(json_object_get(file, list), i, entry)
    {
        json_t *answer = json_object_get(entry, member);
        if (json_is_array(answer))
            answer = json_array_get(answer, 0);
        if (!json_is_string(answer) || !json_string_length(answer))
            continue;
        char *text = strdup(json_string_value(answer));
        char *last = text + strlen(text) - 1;
        *last = *last == '0' ? '1' : '0';
        json_string_set(answer, text);
        free(text);
    }
}

static void spoiled_answers_are_noticed(void **state)
{
    (void)state;
    static const char *const spoils[][2] = {{"roots", "root_v0"},
                                            {"roots", "root_node_v1"},
                                            {"roots", "root_v1_without_every_third_key"},
                                            {"proofs", "proof_scale"},
                                            {"proofs", "root"},
                                            {"compact", "nodes_sorted"},
                                            {"compact", "encoded_nodes"},
                                            {"compact", "proof"},
                                            {"ordered", "root_v1"},
                                            {"child", "root"},
                                            {"child", "proof_nodes"},
                                            {"keys", "key"},
                                            {"keys", "Twox256"}};
    ph_arena_t *arena = ph_arena_new();
    json_t *file = load(arena);
    if (!file) {
        ph_arena_free(arena);
        skip();
    }
    assert_int_equal(fflush(stderr), 0);
    for (size_t i = 0; i < sizeof spoils / sizeof *spoils; i++) {
        json_t *copy = json_object(), *list = json_deep_copy(json_object_get(file, spoils[i][0]));
        json_object_update(copy, file);
        json_object_set_new(copy, spoils[i][0], list);
        spoil(copy, spoils[i][0], spoils[i][1]);
        ph_vectors_t v = {.file = "spoiled", .arena = ph_arena_new()};
        ph_entry_fn_t check = checker_of(spoils[i][0]);
        FILE *quiet = stderr;
        stderr = fopen("/dev/null", "w");
        for (size_t k = 0; k < json_array_size(list); k++)
            check_entry(&v, copy, spoils[i][0], json_array_get(list, k), check);
        fclose(stderr);
        stderr = quiet;
        if (!v.failed)
            fail_msg("nobody noticed %s/%s", spoils[i][0], spoils[i][1]);
        ph_arena_free(v.arena);
        json_decref(copy);
    }
    json_decref(file);
    ph_arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_vectors_pass),
        cmocka_unit_test(spoiled_answers_are_noticed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
