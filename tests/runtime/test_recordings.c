/* Recordings of the real pallets, replayed by our runtime. The machinery notices:
 * a recording with one changed byte must fail.
 */
#include "support/cmocka.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/gzip.h"
/* Programs' sources are in no library; the checks come in here, with a report of the test's own. */
#include "cli/bytes_arg.c"
#include "cli/replay.c"
#include "cli/replay_chain.c"
#include "cli/replay_steps.c"
#include "cli/replay_text.c"
#include "cli/vectors_entry.c"
#include "cli/vectors_runtime.c"

static char first_failure[3000];

void ph_vectors_report(ph_vectors_t *v, const char *list, const char *name, bool ok, const char *why, ...)
{
    v->passed += ok;
    v->failed += !ok;
    if (!ok && first_failure[0] == 0) {
        int at = snprintf(first_failure, sizeof first_failure, "%s %s: ", list, name);
        va_list args;
        va_start(args, why);
        vsnprintf(first_failure + at, sizeof first_failure - (size_t)at, why, args);
        va_end(args);
    }
    ph_arena_reset(v->arena);
}

/* The parsed recording in the folder, or NULL where it is absent. */
static json_t *load_from(const char *folder, const char *name)
{
    ph_arena_t *arena = ph_arena_new();
    char *path = ph_arena_printf(arena, "%s/%s.json.gz", folder, name);
    ph_bytes_t content;
    json_t *json = NULL;
    if (ph_cli_read_file(arena, &content, path, (size_t)1 << 30) == PH_OK) {
        assert_int_equal(ph_gunzip(arena, content, (size_t)1 << 30, &content), PH_OK);
        json = json_loadb((const char *)content.data, content.len, 0, NULL);
        assert_non_null(json);
    }
    ph_arena_free(arena);
    return json;
}

/* One of the shared data. */
static json_t *load(const char *name)
{
    const char *dir = getenv("PH_SHARED_DATA");
    char folder[600];
    snprintf(folder, sizeof folder, "%s/runtime", dir ? dir : "../shared/data");
    return load_from(folder, name);
}

static ph_vectors_t replay(const json_t *file)
{
    ph_vectors_t v = {.file = "test", .arena = ph_arena_new()};
    first_failure[0] = 0;
    ph_vectors_runtime(&v, file);
    ph_arena_free(v.arena);
    return v;
}

static void replays_file(json_t *file)
{
    ph_vectors_t v = replay(file);
    assert_string_equal(first_failure, "");
    assert_int_equal(v.passed, json_array_size(json_object_get(file, "steps")) + 1);
    json_decref(file);
}

static void replays(const char *name)
{
    json_t *file = load(name);
    if (file == NULL)
        skip();
    replays_file(file);
}

static void all_seeds(const char *kind)
{
    for (int seed = 1; seed <= 3; seed++) {
        char name[32];
        snprintf(name, sizeof name, "%s-%d", kind, seed);
        replays(name);
    }
}

static void test_config(void **state)
{
    (void)state;
    all_seeds("config");
}
static void test_inclusion(void **state)
{
    (void)state;
    all_seeds("inclusion");
}
static void test_bad_inherent(void **state)
{
    (void)state;
    all_seeds("bad-inherent");
}
static void test_paras(void **state)
{
    (void)state;
    all_seeds("paras");
}
static void test_hrmp(void **state)
{
    (void)state;
    all_seeds("hrmp");
}
static void test_ondemand(void **state)
{
    (void)state;
    all_seeds("ondemand");
}
static void test_disputes(void **state)
{
    (void)state;
    all_seeds("disputes");
}

static void test_chain(void **state)
{
    (void)state;
    all_seeds("chain");
}

/* Ours, made with the oracle of tests/oracle/runtime; the README beside them tells what each is for. */
static void test_made(void **state)
{
    (void)state;
    static const char *const names[] = {"bad-inherent-502", "chain-113", "chain-16",  "chain-63",  "config-502",
                                        "disputes-502",     "hrmp-502",  "mixed-502", "mixed-504", "paras-502"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        json_t *file = load_from("tests/runtime/recordings", names[i]);
        assert_non_null(file);
        replays_file(file);
    }
}

static bool long_enough(const json_t *text)
{
    return json_is_string(text) && json_string_length(text) >= 4;
}

/* A text in the value to change: itself, the first of a list, one of an object's. NULL where there is none. */
static json_t *text_of(json_t *value)
{
    json_t *text = json_is_array(value) ? json_array_get(value, 0) : value;
    for (void *at = json_is_object(value) ? json_object_iter(value) : NULL; at && !long_enough(text);
         at = json_object_iter_next(value, at))
        text = json_object_iter_value(at);
    return long_enough(text) ? text : NULL;
}

/* The first step of this kind that has this member, with another digit in it, fails. */
static void notices_in(const char *name, const char *op, const char *member)
{
    json_t *file = load(name);
    if (file == NULL)
        skip();
    json_t *steps = json_object_get(file, "steps");
    size_t i = 0;
    json_t *step = NULL, *text = NULL;
    for (; i < json_array_size(steps) && text == NULL; i++) {
        step = json_array_get(steps, i);
        if (strcmp(json_string_value(json_object_get(step, "op")), op) != 0)
            continue;
        text = text_of(json_object_get(step, member));
    }
    assert_non_null(text);
    char *changed = strdup(json_string_value(text));
    size_t last = strlen(changed) - 1;
    changed[last] = changed[last] == '0' ? '1' : '0';
    json_string_set(text, changed);
    free(changed);
    while (json_array_size(steps) > i)
        json_array_remove(steps, json_array_size(steps) - 1);
    ph_vectors_t v = replay(file);
    if (v.failed != 1)
        fail_msg("%zu failures for a changed %s of %s", v.failed, member, op);
    json_decref(file);
}

static void notices(const char *op, const char *member)
{
    notices_in("config-1", op, member);
}

/* The state root is the one field of a block's header that cannot be checked. */
static void test_notices_in_chains(void **state)
{
    (void)state;
    notices_in("chain-1", "execute_block", "diff");
    notices_in("chain-1", "execute_block", "root");
    notices_in("chain-1", "execute_block", "results");
    notices_in("chain-1", "execute_block", "events");
    notices_in("chain-1", "execute_block", "header");
    notices_in("chain-1", "execute_block", "header_for_execution");
    notices_in("chain-1", "execute_block", "extrinsics");
    notices_in("chain-1", "validate", "result");
    notices_in("chain-1", "validate", "extrinsic");
    notices_in("chain-1", "bad_block", "result");
    notices_in("chain-1", "api", "result");
}

static void test_notices(void **state)
{
    (void)state;
    notices("block", "diff");
    notices("session", "root");
    notices("inherent", "diff");
    notices("inherent", "events");
    notices("create_inherent", "filtered");
    notices("call", "diff");
    notices("call", "root");
    notices("api", "result");
    notices("end", "root");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_config),
        cmocka_unit_test(test_inclusion),
        cmocka_unit_test(test_bad_inherent),
        cmocka_unit_test(test_paras),
        cmocka_unit_test(test_hrmp),
        cmocka_unit_test(test_ondemand),
        cmocka_unit_test(test_disputes),
        cmocka_unit_test(test_made),
        cmocka_unit_test(test_notices),
        cmocka_unit_test(test_chain),
        cmocka_unit_test(test_notices_in_chains),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
