/* Cross-consensus messages against staging-xcm 25: each line of xcm.txt is an encoding and what its decoder said of it,
 * + or -. There are every instruction of every version, what lies at the bounds, random messages, and spoilt ones.
 * PH_XCM_VECTORS may name another such file. */
#include "support/cmocka.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/json.h"
#include "primitives/types.h"
#include "primitives/types_json.h"

#define FILE_NAME "tests/primitives/xcm.txt"

enum { LINE_MAX_LEN = 1 << 16 };

static void through_json(ph_arena_t *arena, const ph_versioned_xcm_t *xcm, ph_bytes_t bytes)
{
    char why[300] = "";
    ph_versioned_xcm_t again;
    ph_writer_t w = ph_writer_in(arena);
    ph_json_t j = ph_json_new(arena, true);
    ph_versioned_xcm_print(&j, xcm);
    json_t *json = json_loads(ph_json_text(&j), 0, NULL);
    assert_non_null(json);
    if (ph_versioned_xcm_parse(json, arena, &again, why, sizeof why) != PH_OK)
        fail_msg("%s: %s", ph_json_text(&j), why);
    json_decref(json);
    ph_versioned_xcm_encode(&w, &again);
    assert_true(ph_bytes_equal(ph_writer_bytes(&w), bytes));
}

static void check(ph_arena_t *arena, bool good, ph_bytes_t bytes)
{
    ph_versioned_xcm_t xcm, heap, copy;
    ph_writer_t w = ph_writer_in(arena);
    ph_reader_t r = ph_reader(bytes);
    ph_err_t err = ph_versioned_xcm_decode(&r, arena, &xcm);
    if (err == PH_OK)
        err = ph_reader_finish(&r);
    if ((err == PH_OK) != good) {
        char why[300] = "it was decoded";
        if (err != PH_OK)
            ph_reader_explain(&r, why, sizeof why);
        fail_msg("%s: %s", ph_hex_in(arena, bytes), why);
    }
    /* On the heap nothing is left behind, wherever it ends. */
    assert_int_equal(ph_versioned_xcm_decode_all(bytes, NULL, &heap), err);
    if (!good)
        return;
    ph_versioned_xcm_free(&heap);
    ph_versioned_xcm_encode(&w, &xcm);
    assert_true(ph_bytes_equal(ph_writer_bytes(&w), bytes));
    ph_versioned_xcm_clone(arena, &copy, &xcm);
    assert_true(ph_versioned_xcm_equal(&copy, &xcm));
    through_json(arena, &xcm, bytes);
}

static void test_vectors(void **state)
{
    (void)state;
    const char *name = getenv("PH_XCM_VECTORS");
    FILE *file = fopen(name ? name : FILE_NAME, "r");
    char *line = malloc(LINE_MAX_LEN);
    size_t counts[2] = {0};
    assert_non_null(file);
    while (fgets(line, LINE_MAX_LEN, file)) {
        ph_arena_t *arena = ph_arena_new();
        ph_bytes_t bytes;
        assert_true(line[0] == '+' || line[0] == '-');
        assert_int_equal(ph_unhex(arena, line + 1, strcspn(line + 1, "\n"), &bytes), PH_OK);
        check(arena, line[0] == '+', bytes);
        counts[line[0] == '+']++;
        ph_arena_free(arena);
    }
    fclose(file);
    free(line);
    assert_true(counts[0] >= 50 && counts[1] >= 150);
}

/* What is said when something is wrong. */
static void test_reasons(void **state)
{
    (void)state;
    static const struct {
        const char *hex, *why;
    } cases[] = {
        {"02", "a known variant index"},
        {"050434", "a known variant index"},
        {"039501", "at most 100 instructions"},
        {"050400"
         "540000010000000100",
         "at most 20 assets"},
        {"050400"
         "0400000000",
         "an amount above zero"},
        {"050400"
         "0800000004"
         "00000004",
         "assets in order, each once"},
        {"050433"
         "08000000000000",
         "no more elements than the type's bound"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        ph_arena_t *arena = ph_arena_new();
        ph_bytes_t bytes;
        ph_versioned_xcm_t xcm;
        char why[300];
        assert_int_equal(ph_unhex(arena, cases[i].hex, strlen(cases[i].hex), &bytes), PH_OK);
        ph_reader_t r = ph_reader(bytes);
        assert_int_equal(ph_versioned_xcm_decode(&r, arena, &xcm), PH_ERR_MALFORMED);
        ph_reader_explain(&r, why, sizeof why);
        if (!strstr(why, cases[i].why))
            fail_msg("case %zu: %s", i, why);
        ph_arena_free(arena);
    }
}

/* Two messages one after the other: each may have a hundred instructions. */
static void test_bound_is_of_one_message(void **state)
{
    (void)state;
    ph_arena_t *arena = ph_arena_new();
    ph_writer_t w = ph_writer_in(arena);
    ph_versioned_xcm_t xcm;
    for (int i = 0; i < 2; i++) {
        ph_write_u8(&w, 4);
        ph_write_compact(&w, 100);
        for (int k = 0; k < 100; k++)
            ph_write_u8(&w, PH_XCM_INSTRUCTION_V4_CLEAR_ORIGIN);
    }
    ph_reader_t r = ph_reader(ph_writer_bytes(&w));
    for (int i = 0; i < 2; i++)
        assert_int_equal(ph_versioned_xcm_decode(&r, arena, &xcm), PH_OK);
    assert_int_equal(ph_reader_finish(&r), PH_OK);
    ph_arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_vectors),
        cmocka_unit_test(test_reasons),
        cmocka_unit_test(test_bound_is_of_one_message),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
