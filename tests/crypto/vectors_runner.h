/* Runs a checker of vector files on a file of shared/data, where that is present; and runs it again on a copy with
 * wrong answers, so that a checker that lets everything pass is found out.
 */
#ifndef PH_TESTS_CRYPTO_VECTORS_RUNNER_H
#define PH_TESTS_CRYPTO_VECTORS_RUNNER_H

#include "support/cmocka.h"

#include <stdio.h>
#include <stdlib.h>

#include "cli/vectors.h"

/* A checker under test reports here; `context` of the last failure is kept for messages. */
static char last_failure[500];

void ph_vectors_report(ph_vectors_t *v, const char *list, const char *name, bool ok, const char *why, ...)
{
    if (ok) {
        v->passed++;
    } else {
        int at = snprintf(last_failure, sizeof last_failure, "%s/%s: ", list, name);
        va_list args;
        va_start(args, why);
        vsnprintf(last_failure + at, sizeof last_failure - (size_t)at, why, args);
        va_end(args);
        v->failed++;
    }
    ph_arena_reset(v->arena);
}

/* Skips the test if the file is not there. */
static json_t *load_vectors(const char *name)
{
    char path[1000];
    const char *shared = getenv("PH_SHARED_DATA");
    snprintf(path, sizeof path, "%s/vectors/%s", shared ? shared : "../shared/data", name);
    FILE *file = fopen(path, "r");
    if (!file) {
        skip();
        return NULL;
    }
    json_t *json = json_loadf(file, 0, NULL);
    fclose(file);
    assert_non_null(json);
    return json;
}

static ph_vectors_t run_checker(void (*check)(ph_vectors_t *, const json_t *), const json_t *file)
{
    ph_vectors_t v = {.file = "test", .arena = ph_arena_new()};
    last_failure[0] = 0;
    check(&v, file);
    ph_arena_free(v.arena);
    return v;
}

static void all_pass(void (*check)(ph_vectors_t *, const json_t *), const char *name, size_t least)
{
    json_t *file = load_vectors(name);
    ph_vectors_t v = run_checker(check, file);
    json_decref(file);
    assert_string_equal(last_failure, "");
    assert_int_equal(v.failed, 0);
    assert_true(v.passed >= least);
}

/* Another value of the same kind; null becomes a number. */
static json_t *other_value(const json_t *value)
{
    if (json_is_boolean(value))
        return json_boolean(!json_is_true(value));
    if (json_is_integer(value))
        return json_integer(json_integer_value(value) + 1);
    if (json_is_array(value)) { /* the first element changed */
        json_t *copy = json_deep_copy(value);
        if (json_array_size(copy) == 0)
            json_array_append_new(copy, json_integer(0));
        else
            json_array_set_new(copy, 0, other_value(json_array_get(copy, 0)));
        return copy;
    }
    if (json_is_object(value)) {
        json_t *copy = json_deep_copy(value);
        json_object_set_new(copy, "unheard of", json_null());
        return copy;
    }
    if (!json_is_string(value) || json_string_length(value) == 0)
        return json_string("00");
    char *text = strdup(json_string_value(value));
    text[0] = text[0] == '1' ? '2' : '1';
    json_t *out = json_string(text);
    free(text);
    return out;
}

/* Every entry of `list` that has `member` must fail once that member is changed. */
static void notices(void (*check)(ph_vectors_t *, const json_t *), const char *name, const char *list,
                    const char *member)
{
    json_t *file = load_vectors(name), *only = json_object();
    json_t *entries = json_array();
    const char *key;
    json_t *value;
    json_object_foreach(file, key, value) if (!json_is_array(value)) json_object_set(only, key, value);
    for (size_t i = 0; i < json_array_size(json_object_get(file, list)); i++) {
        json_t *entry = json_deep_copy(json_array_get(json_object_get(file, list), i));
        if (json_object_get(entry, member)) {
            json_object_set_new(entry, member, other_value(json_object_get(entry, member)));
            json_array_append(entries, entry);
        }
        json_decref(entry);
    }
    size_t count = json_array_size(entries);
    json_object_set_new(only, list, entries);
    ph_vectors_t v = run_checker(check, only);
    json_decref(only);
    json_decref(file);
    if (count == 0 || v.failed != count)
        fail_msg("%s/%s: %zu of %zu wrong answers were noticed", list, member, v.failed, count);
}

/* An entry of a list nobody knows, a list that is none, a missing member and a member nobody knows. */
static void refuses_the_unknown(void (*check)(ph_vectors_t *, const json_t *), const char *list)
{
    static const char *const wrong[] = {"{\"unheard of\": []}", "{\"%s\": 3}", "{\"%s\": [{\"name\": \"x\"}]}",
                                        "{\"%s\": [3]}", "{\"%s\": [{\"name\": \"x\", \"unheard of\": 1}]}"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        char text[200];
        snprintf(text, sizeof text, "%s", wrong[i]);
        char *place = strstr(text, "%s");
        if (place)
            snprintf(place, sizeof text - (size_t)(place - text), "%s%s", list, strstr(wrong[i], "%s") + 2);
        json_t *file = json_loads(text, 0, NULL);
        assert_non_null(file);
        ph_vectors_t v = run_checker(check, file);
        json_decref(file);
        assert_int_equal(v.passed, 0);
        assert_int_equal(v.failed, 1);
    }
}

#endif
