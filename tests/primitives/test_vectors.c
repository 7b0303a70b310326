/* types.json.gz and network.json of shared/data, through the same checks as `parahost tool vectors`; and that these
 * checks notice: every entry must fail once its encoding or its value is altered.
 */
#include "support/cmocka.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/gzip.h"
/* Programs' sources are in no library; the checks come in here, with a report of the test's own. */
#include "cli/bytes_arg.c"
#include "cli/vectors_entry.c"
#include "cli/vectors_network.c"
#include "cli/vectors_types.c"
#include "cli/vectors_values.c"

static bool quiet;

void ph_vectors_report(ph_vectors_t *v, const char *list, const char *name, bool ok, const char *why, ...)
{
    v->passed += ok;
    v->failed += !ok;
    if (ok == quiet) {
        va_list args;
        va_start(args, why);
        fprintf(stderr, "%s %s/%s: ", ok ? "PASSED" : "FAIL", list, name);
        vfprintf(stderr, why, args);
        fputc('\n', stderr);
        va_end(args);
    }
    ph_arena_reset(v->arena);
}

typedef void check_fn(ph_vectors_t *v, const json_t *file);

/* The parsed file, or NULL where the shared data is absent. */
static json_t *load_shared(const char *name)
{
    const char *dir = getenv("PH_SHARED_DATA");
    ph_arena_t *arena = ph_arena_new();
    ph_bytes_t content;
    json_t *file = NULL;
    char *path = ph_arena_printf(arena, "%s/vectors/%s", dir ? dir : "../shared/data", name);
    if (ph_cli_read_file(arena, &content, path, 1u << 28) == PH_OK) {
        if (ph_gzip_looks_like(content))
            assert_int_equal(ph_gunzip(arena, content, 1u << 28, &content), PH_OK);
        file = json_loadb((const char *)content.data, content.len, 0, NULL);
        assert_non_null(file);
    }
    ph_arena_free(arena);
    return file;
}

static ph_vectors_t run(check_fn *check, const json_t *file, bool expect_failure)
{
    ph_vectors_t v = {.arena = ph_arena_new()};
    quiet = expect_failure;
    check(&v, file);
    ph_arena_free(v.arena);
    return v;
}

static void expect_all_pass(const char *name, check_fn *check, size_t at_least)
{
    json_t *file = load_shared(name);
    if (file == NULL)
        skip();
    ph_vectors_t v = run(check, file, false);
    json_decref(file);
    assert_int_equal(v.failed, 0);
    assert_true(v.passed >= at_least);
}

static void types_pass(void **state)
{
    (void)state;
    expect_all_pass("types.json.gz", ph_vectors_types, 900);
}

static void network_passes(void **state)
{
    (void)state;
    expect_all_pass("network.json", ph_vectors_network, 170);
}

/* ---- altered copies ---- */

static json_t *changed_leaf(const json_t *leaf)
{
    if (json_is_null(leaf))
        return json_integer(7);
    if (json_is_boolean(leaf))
        return json_boolean(!json_is_true(leaf));
    if (json_is_integer(leaf))
        return json_integer(json_integer_value(leaf) + 1);
    char *text = strdup(json_string_value(leaf));
    size_t len = strlen(text);
    if (len == 0) {
        free(text);
        return json_string("00");
    }
    char *at = text;
    *at = *at == '0' ? '1' : *at == '1' ? '0' : *at == 'a' ? 'b' : *at >= '2' && *at <= '8' ? '9' : 'a';
    json_t *out = json_string(text);
    free(text);
    return out;
}

/* A copy with its first leaf changed; an empty container gets an element. */
static json_t *spoiled(const json_t *json)
{
    json_t *copy = json_copy((json_t *)(uintptr_t)json);
    const char *key;
    json_t *member;
    if (json_is_object(json)) {
        json_object_foreach((json_t *)(uintptr_t)json, key, member)
        {
            json_object_set_new(copy, key, spoiled(member));
            return copy;
        }
        json_object_set_new(copy, "more", json_true());
        return copy;
    }
    if (json_is_array(json)) {
        if (json_array_size(json) == 0)
            json_array_append_new(copy, json_true());
        else
            json_array_set_new(copy, 0, spoiled(json_array_get(json, 0)));
        return copy;
    }
    json_decref(copy);
    return changed_leaf(json);
}

/* One digit of the encoding, somewhere in it, becomes another. */
static json_t *flipped(const json_t *hex, size_t entry)
{
    char *text = strdup(json_string_value(hex));
    size_t len = strlen(text);
    if (len > 0) {
        char *at = &text[entry * 7919 % len];
        *at = *at == '0' ? '1' : '0';
    }
    json_t *out = json_string(len > 0 ? text : "00");
    free(text);
    return out;
}

/* Every entry of `list` that has the member gets it altered; all of them must fail. */
static void expect_all_fail(const char *name, check_fn *check, const char *list, const char *member)
{
    json_t *file = load_shared(name);
    if (file == NULL)
        skip();
    json_t *altered = json_array(), *entry;
    size_t i;
    json_array_foreach(json_object_get(file, list), i, entry)
    {
        const json_t *old = json_object_get(entry, member);
        if (old == NULL)
            continue;
        json_t *copy = json_copy(entry);
        json_object_set_new(copy, member, strcmp(member, "scale") == 0 ? flipped(old, i) : spoiled(old));
        json_array_append_new(altered, copy);
    }
    json_t *spoiled_file = json_pack("{s:O}", list, altered);
    ph_vectors_t v = run(check, spoiled_file, true);
    size_t count = json_array_size(altered);
    json_decref(spoiled_file);
    json_decref(altered);
    json_decref(file);
    assert_true(count > 0);
    assert_int_equal(v.passed, 0);
    assert_int_equal(v.failed, count);
}

static void altered_types_fail(void **state)
{
    (void)state;
    static const char *const members[] = {"scale",
                                          "value",
                                          "hash",
                                          "version",
                                          "version_old_rules",
                                          "accepted_v3_on",
                                          "accepted_v3_off",
                                          "collator_signature_payload",
                                          "scheduling_parent",
                                          "scheduling_session",
                                          "core_index",
                                          "commitments_hash",
                                          "ump_signals",
                                          "parse_ump_signals",
                                          "payload",
                                          "signature",
                                          "valid",
                                          "valid_next_session",
                                          "signing_context",
                                          "compact",
                                          "group_bits",
                                          "signed",
                                          "backing",
                                          "indicates_validity",
                                          "digest_item",
                                          "core_for_group",
                                          "group_for_core",
                                          "last_rotation_at",
                                          "next_rotation_at",
                                          "sovereign_account",
                                          "sibling_account",
                                          "key_para_head",
                                          "key_dmq_mqc_head",
                                          "key_hrmp_channel_to_2001",
                                          "key_hrmp_egress",
                                          "key_hrmp_ingress",
                                          "key_relay_dispatch_queue_remaining_capacity",
                                          "key_relay_dispatch_queue_size",
                                          "key_upgrade_go_ahead",
                                          "key_upgrade_restriction",
                                          "with_no_extension",
                                          "with_v3_extension",
                                          "extension",
                                          "pov_hash",
                                          "validation_data_hash",
                                          "prep_hash",
                                          "extrinsics_root_v0",
                                          "extrinsics_root_v1",
                                          "decodes_as",
                                          "len",
                                          "byte",
                                          "prefix",
                                          "scale_blake2_256"};
    for (size_t i = 0; i < sizeof members / sizeof *members; i++)
        expect_all_fail("types.json.gz", ph_vectors_types, "types", members[i]);
}

static void altered_verdicts_fail(void **state)
{
    (void)state;
    expect_all_fail("types.json.gz", ph_vectors_types, "malformed", "decode_all");
    expect_all_fail("types.json.gz", ph_vectors_types, "malformed", "decode_leaves");
    expect_all_fail("types.json.gz", ph_vectors_types, "malformed", "encodes_again_as");
    expect_all_fail("types.json.gz", ph_vectors_types, "malformed", "bits");
    expect_all_fail("network.json", ph_vectors_network, "malformed", "decode_all");
}

static void altered_messages_fail(void **state)
{
    (void)state;
    expect_all_fail("network.json", ph_vectors_network, "messages", "scale");
    expect_all_fail("network.json", ph_vectors_network, "messages", "value");
    expect_all_fail("network.json", ph_vectors_network, "names", "requests");
    expect_all_fail("network.json", ph_vectors_network, "names", "peer_sets");
    expect_all_fail("network.json", ph_vectors_network, "names", "notifications");
    expect_all_fail("network.json", ph_vectors_network, "names", "genesis_hash");
}

/* ---- files that are not as they should be ---- */

static ph_vectors_t run_text(check_fn *check, const char *text)
{
    json_t *file = json_loads(text, 0, NULL);
    assert_non_null(file);
    ph_vectors_t v = run(check, file, true);
    json_decref(file);
    return v;
}

static void assert_one_failure(check_fn *check, const char *text)
{
    ph_vectors_t v = run_text(check, text);
    assert_int_equal(v.failed, 1);
    assert_int_equal(v.passed, 0);
}

static void odd_files_fail(void **state)
{
    (void)state;
    ph_vectors_t v = run_text(
        ph_vectors_types, "{\"types\": [{\"name\": \"a\", \"type\": \"bool\", \"scale\": \"01\", \"value\": true}]}");
    assert_int_equal(v.passed, 1);
    assert_one_failure(ph_vectors_types, "{\"others\": []}");
    assert_one_failure(ph_vectors_types, "{\"types\": 5}");
    assert_one_failure(ph_vectors_types, "{\"types\": [7]}");
    assert_one_failure(ph_vectors_types, "{\"types\": [{\"name\": \"a\", \"type\": \"bool\", \"scale\": \"01\"}]}");
    assert_one_failure(ph_vectors_types,
                       "{\"types\": [{\"name\": \"a\", \"type\": \"bool\", \"scale\": \"0\", \"value\": true}]}");
    assert_one_failure(ph_vectors_types,
                       "{\"types\": [{\"name\": \"a\", \"type\": \"Nothing\", \"scale\": \"01\", \"value\": true}]}");
    assert_one_failure(
        ph_vectors_types,
        "{\"types\": [{\"name\": \"a\", \"type\": \"bool\", \"scale\": \"01\", \"value\": true, \"new\": 1}]}");
    assert_one_failure(ph_vectors_types, "{\"types\": [{\"type\": \"bool\", \"scale\": \"01\", \"value\": true}]}");
    assert_one_failure(ph_vectors_network, "{\"others\": []}");
    assert_one_failure(
        ph_vectors_network,
        "{\"messages\": [{\"name\": \"a\", \"type\": \"gossip/9\", \"scale\": \"01\", \"value\": true}]}");
}

static void values_compare_by_meaning(void **state)
{
    (void)state;
    static const struct {
        const char *a, *b;
        bool same;
    } cases[] = {{"5", "\"5\"", true},
                 {"\"5\"", "5", true},
                 {"5", "\"05\"", false},
                 {"5", "6", false},
                 {"-1", "\"-1\"", true},
                 {"\"05\"", "\"5\"", false},
                 {"null", "0", false},
                 {"true", "1", false},
                 {"[1,2]", "[1,\"2\"]", true},
                 {"[1,2]", "[2,1]", false},
                 {"[1]", "[1,1]", false},
                 {"{\"a\":1,\"b\":[2]}", "{\"b\":[\"2\"],\"a\":1}", true},
                 {"{\"a\":1}", "{\"a\":1,\"b\":null}", false},
                 {"{\"a\":1,\"b\":null}", "{\"a\":1}", false},
                 {"{}", "[]", false},
                 {"{\"a\":1}", "{\"b\":1}", false},
                 {"18446744073709551", "\"18446744073709551\"", true},
                 {"\"ab\"", "\"AB\"", false}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        json_t *a = json_loads(cases[i].a, JSON_DECODE_ANY, NULL), *b = json_loads(cases[i].b, JSON_DECODE_ANY, NULL);
        char path[100] = "";
        assert_int_equal(ph_vec_same_json(a, b, path, sizeof path), cases[i].same);
        assert_int_equal(path[0] == '\0', cases[i].same);
        json_decref(a);
        json_decref(b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(types_pass),
                                       cmocka_unit_test(network_passes),
                                       cmocka_unit_test(altered_types_fail),
                                       cmocka_unit_test(altered_verdicts_fail),
                                       cmocka_unit_test(altered_messages_fail),
                                       cmocka_unit_test(odd_files_fail),
                                       cmocka_unit_test(values_compare_by_meaning)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
