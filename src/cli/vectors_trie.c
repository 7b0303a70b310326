/* Vectors of the state trie: roots, proofs, compact and value proofs, ordered roots, child tries, storage keys. */
#include <stdio.h>
#include <string.h>

#include "base/vec.h"
#include "cli/vectors.h"
#include "trie/compact.h"
#include "trie/keys.h"
#include "trie/overlay.h"
#include "trie/proof.h"
#include "trie/root.h"
#include "trie/state.h"

/* One entry being checked: the first thing that is wrong stays. */
typedef struct ph_entry_check {
    ph_vectors_t *v;
    const json_t *file, *entry;
    const char *list, *name;
    char why[160];
} ph_entry_check_t;

static void wrong(ph_entry_check_t *c, const char *what)
{
    if (!c->why[0])
        snprintf(c->why, sizeof c->why, "%s", what);
}

static bool expect(ph_entry_check_t *c, bool ok, const char *what)
{
    if (!ok)
        wrong(c, what);
    return ok;
}

/* ---- reading JSON; what is missing or mistyped makes the entry fail ---- */

static bool bytes_of(ph_entry_check_t *c, const json_t *text, ph_bytes_t *out, const char *what)
{
    *out = (ph_bytes_t){0};
    const char *hex = json_string_value(text);
    return expect(c, hex && ph_unhex(c->v->arena, hex, json_string_length(text), out) == PH_OK, what);
}

static bool member(ph_entry_check_t *c, ph_bytes_t *out, const char *name)
{
    return bytes_of(c, json_object_get(c->entry, name), out, name);
}

static bool hash_member(ph_entry_check_t *c, ph_bytes_t *out, const char *name)
{
    return member(c, out, name) && expect(c, out->len == 32, name);
}

typedef PH_LIST(ph_bytes_t) ph_bytes_list_t;
typedef PH_LIST(ph_trie_pair_t) ph_pair_list_t;

static bool list_of(ph_entry_check_t *c, ph_bytes_list_t *out, const json_t *list, const char *what)
{
    *out = (ph_bytes_list_t){0};
    if (!expect(c, json_is_array(list), what))
        return false;
    for (size_t i = 0; i < json_array_size(list); i++)
        if (!bytes_of(c, json_array_get(list, i), ph_list_add(c->v->arena, out), what))
            return false;
    return true;
}

static bool list_member(ph_entry_check_t *c, ph_bytes_list_t *out, const char *name)
{
    return list_of(c, out, json_object_get(c->entry, name), name);
}

static bool pairs_of(ph_entry_check_t *c, ph_pair_list_t *out, const json_t *list, const char *what)
{
    *out = (ph_pair_list_t){0};
    if (!expect(c, json_is_array(list), what))
        return false;
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *pair = json_array_get(list, i);
        ph_trie_pair_t *to = ph_list_add(c->v->arena, out);
        if (!bytes_of(c, json_array_get(pair, 0), &to->key, what) ||
            !bytes_of(c, json_array_get(pair, 1), &to->value, what))
            return false;
    }
    return true;
}

static int version_of(ph_entry_check_t *c)
{
    const char *text = json_string_value(json_object_get(c->entry, "state_version"));
    if (text && strcmp(text, "v0") == 0)
        return 0;
    expect(c, text && strcmp(text, "v1") == 0, "state_version");
    return 1;
}

static const json_t *entry_named(const json_t *list, const char *name, size_t len)
{
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *entry = json_array_get(list, i);
        const char *its = json_string_value(json_object_get(entry, "name"));
        if (its && strlen(its) == len && memcmp(its, name, len) == 0)
            return entry;
    }
    return NULL;
}

static bool same_lists(const ph_bytes_t *items, size_t count, const ph_bytes_list_t *expected)
{
    if (count != expected->count)
        return false;
    for (size_t i = 0; i < count; i++)
        if (!ph_bytes_equal(items[i], expected->items[i]))
            return false;
    return true;
}

/* ---- roots ---- */

static void check_root(ph_entry_check_t *c, const ph_pair_list_t *pairs, const char *root_name, const char *node_name,
                       int version)
{
    ph_bytes_t expected, expected_node;
    if (!hash_member(c, &expected, root_name))
        return;
    uint8_t root[32];
    ph_writer_t node = ph_writer_in(c->v->arena);
    bool ok = ph_trie_root(root, pairs->items, pairs->count, version) == PH_OK && memcmp(root, expected.data, 32) == 0;
    expect(c, ok, root_name);
    if (json_object_get(c->entry, node_name) && member(c, &expected_node, node_name))
        expect(c,
               ph_trie_root_node(&node, pairs->items, pairs->count, version) == PH_OK &&
                   ph_bytes_equal(ph_writer_bytes(&node), expected_node),
               node_name);
}

/* The same roots by way of a state, and after removing every third key. */
static void check_state(ph_entry_check_t *c, const ph_pair_list_t *pairs)
{
    ph_bytes_t root_v0, root_v1, root_without;
    if (!hash_member(c, &root_v0, "root_v0") || !hash_member(c, &root_v1, "root_v1") ||
        !hash_member(c, &root_without, "root_v1_without_every_third_key"))
        return;
    ph_trie_store_t *store = ph_trie_store_new(NULL);
    ph_state_t *v0 = NULL, *v1 = NULL, *without = NULL;
    PH_LIST(ph_trie_change_t) removed = {0};
    for (size_t i = 0; i < pairs->count; i += 3)
        ph_list_push(c->v->arena, &removed, ((ph_trie_change_t){.key = pairs->items[i].key}));
    bool ok = ph_state_build(&v0, store, pairs->items, pairs->count, 0) == PH_OK &&
              ph_state_build(&v1, store, pairs->items, pairs->count, 1) == PH_OK &&
              ph_state_apply(v1, &without, removed.items, removed.count, 1) == PH_OK;
    expect(c, ok, "state");
    if (ok) {
        expect(c, memcmp(ph_state_root(v0), root_v0.data, 32) == 0, "root_v0 of the state");
        expect(c, memcmp(ph_state_root(v1), root_v1.data, 32) == 0, "root_v1 of the state");
        expect(c, memcmp(ph_state_root(without), root_without.data, 32) == 0, "root_v1_without_every_third_key");
    }
    ph_state_unref(v0);
    ph_state_unref(v1);
    ph_state_unref(without);
    ph_trie_store_free(store);
}

static void check_roots_entry(ph_entry_check_t *c)
{
    ph_pair_list_t pairs;
    if (!pairs_of(c, &pairs, json_object_get(c->entry, "pairs"), "pairs"))
        return;
    pairs.count = ph_trie_sort(pairs.items, pairs.count);
    check_root(c, &pairs, "root_v0", "root_node_v0", 0);
    check_root(c, &pairs, "root_v1", "root_node_v1", 1);
    check_state(c, &pairs);
}

/* ---- proofs ---- */

static void check_read(ph_entry_check_t *c, const ph_proof_reader_t *reader, const uint8_t root[32], const json_t *read)
{
    ph_bytes_t key, expected, value;
    const char *kind = json_string_value(json_array_get(read, 1));
    const json_t *answer = json_array_get(read, 2);
    if (!bytes_of(c, json_array_get(read, 0), &key, "reads") || !expect(c, kind && answer, "reads"))
        return;
    ph_proof_verdict_t verdict = ph_proof_read(reader, &value, root, key);
    if (strcmp(kind, "error") == 0) {
        static const char *const names[] = {[PH_PROOF_PRESENT] = "",
                                            [PH_PROOF_ABSENT] = "",
                                            [PH_PROOF_NO_ROOT] = "InvalidStateRoot",
                                            [PH_PROOF_INCOMPLETE] = "IncompleteDatabase",
                                            [PH_PROOF_MALFORMED] = "DecoderError"};
        expect(c, json_is_string(answer) && strcmp(json_string_value(answer), names[verdict]) == 0, "error of a read");
    } else if (json_is_null(answer)) {
        expect(c, strcmp(kind, "ok") == 0 && verdict == PH_PROOF_ABSENT, "absence in a read");
    } else if (bytes_of(c, answer, &expected, "reads")) {
        expect(c, strcmp(kind, "ok") == 0 && verdict == PH_PROOF_PRESENT && ph_bytes_equal(value, expected),
               "value of a read");
    }
}

/* The state of the roots entry that a name with "-v0…" or "-v1…" at its end belongs to. */
static ph_state_t *state_named(ph_entry_check_t *c, ph_trie_store_t *store, size_t name_len, int version)
{
    const json_t *entry = entry_named(json_object_get(c->file, "roots"), c->name, name_len);
    ph_pair_list_t pairs;
    ph_state_t *state = NULL;
    if (!pairs_of(c, &pairs, json_object_get(entry, "pairs"), "pairs of the entry in roots"))
        return NULL;
    ph_err_t err = ph_state_build(&state, store, pairs.items, pairs.count, version);
    return expect(c, !err, "state") ? state : NULL;
}

static void check_made_proof(ph_entry_check_t *c, const ph_bytes_list_t *nodes)
{
    ph_bytes_list_t keys;
    ph_bytes_t expected_scale;
    if (!list_member(c, &keys, "keys") || !member(c, &expected_scale, "proof_scale"))
        return;
    ph_trie_store_t *store = ph_trie_store_new(NULL);
    ph_state_t *state = state_named(c, store, strlen(c->name) - 3, version_of(c));
    ph_proof_t proof, decoded;
    if (state && expect(c, ph_proof_make(c->v->arena, &proof, state, keys.items, keys.count) == PH_OK, "making")) {
        ph_writer_t w = ph_writer_in(c->v->arena);
        ph_proof_encode(&w, &proof);
        expect(c, same_lists(proof.nodes, proof.count, nodes), "nodes made");
        expect(c, ph_bytes_equal(ph_writer_bytes(&w), expected_scale), "proof_scale");
        bool ok = ph_proof_decode(c->v->arena, &decoded, expected_scale) == PH_OK;
        expect(c, ok && same_lists(decoded.nodes, decoded.count, nodes), "proof_scale decoded");
    }
    ph_state_unref(state);
    ph_trie_store_free(store);
}

static void check_proofs_entry(ph_entry_check_t *c)
{
    ph_bytes_t root;
    ph_bytes_list_t nodes;
    const json_t *reads = json_object_get(c->entry, "reads");
    if (!hash_member(c, &root, "root") || !list_member(c, &nodes, "nodes") ||
        !expect(c, json_array_size(reads), "reads"))
        return;
    ph_proof_reader_t *reader = ph_proof_reader_new(nodes.items, nodes.count);
    for (size_t i = 0; i < json_array_size(reads); i++)
        check_read(c, reader, root.data, json_array_get(reads, i));
    ph_proof_reader_free(reader);
    if (json_object_get(c->entry, "proof_scale"))
        check_made_proof(c, &nodes);
}

/* ---- compact proofs ---- */

static bool has_suffix(const char *text, const char *suffix)
{
    size_t len = strlen(text), end = strlen(suffix);
    return len >= end && strcmp(text + len - end, suffix) == 0;
}

static void check_refusal(ph_entry_check_t *c, const ph_compact_proof_t *proof, const uint8_t root[32],
                          const char *name)
{
    static const char *const names[] = {[PH_COMPACT_OK] = "",
                                        [PH_COMPACT_TRIE_ERROR] = "TrieError",
                                        [PH_COMPACT_ROOT_MISMATCH] = "RootMismatch",
                                        [PH_COMPACT_INVALID_CHILD_ROOT] = "InvalidChildRoot",
                                        [PH_COMPACT_EXTRANEOUS_CHILD_PROOF] = "ExtraneousChildProof",
                                        [PH_COMPACT_EXTRANEOUS_CHILD_NODE] = "ExtraneousChildNode"};
    const json_t *expected = json_object_get(c->entry, name);
    ph_proof_t out;
    if (!expected)
        return;
    const char *got = names[ph_compact_decode(c->v->arena, &out, proof, root)];
    expect(c, json_is_string(expected) && strcmp(json_string_value(expected), got) == 0, name);
}

static void check_compact(ph_entry_check_t *c)
{
    ph_bytes_t root, scale;
    ph_bytes_list_t items, sorted, nodes;
    const json_t *proof_entry =
        entry_named(json_object_get(c->file, "proofs"), c->name, strlen(c->name) - strlen("-compact"));
    if (!hash_member(c, &root, "root") || !list_member(c, &items, "encoded_nodes") ||
        !member(c, &scale, "compact_scale") || !list_member(c, &sorted, "nodes_sorted") ||
        !list_of(c, &nodes, json_object_get(proof_entry, "nodes"), "nodes of the entry in proofs"))
        return;
    ph_compact_proof_t made, read, given = {items.items, items.count};
    bool ok = ph_compact_encode(c->v->arena, &made, nodes.items, nodes.count, root.data) == PH_COMPACT_OK;
    expect(c, ok && same_lists(made.items, made.count, &items), "encoded_nodes");
    ph_writer_t w = ph_writer_in(c->v->arena);
    if (ok)
        ph_compact_write(&w, &made);
    expect(c, ok && ph_bytes_equal(ph_writer_bytes(&w), scale), "compact_scale");
    ok = ph_compact_read(c->v->arena, &read, scale) == PH_OK;
    expect(c, ok && same_lists(read.items, read.count, &items), "compact_scale read");
    ph_proof_t back;
    ok = ph_compact_decode(c->v->arena, &back, &given, root.data) == PH_COMPACT_OK;
    expect(c, ok && same_lists(back.nodes, back.count, &sorted), "nodes_sorted");
    if (!items.count)
        return;
    check_refusal(c, &(ph_compact_proof_t){items.items, items.count - 1}, root.data, "last_node_missing");
    ph_bytes_t first = items.items[0];
    ph_list_push(c->v->arena, &items, first);
    check_refusal(c, &(ph_compact_proof_t){items.items, items.count}, root.data, "first_node_repeated_at_end");
}

typedef PH_LIST(ph_value_claim_t) ph_claim_list_t;

static bool claims_of(ph_entry_check_t *c, ph_claim_list_t *out, ph_bytes_list_t *keys)
{
    const json_t *list = json_object_get(c->entry, "items");
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *item = json_array_get(list, i), *value = json_array_get(item, 1);
        ph_value_claim_t *claim = ph_list_add(c->v->arena, out);
        claim->present = !json_is_null(value);
        if (!bytes_of(c, json_array_get(item, 0), &claim->key, "items") ||
            (claim->present && !bytes_of(c, value, &claim->value, "items")))
            return false;
        ph_list_push(c->v->arena, keys, claim->key);
    }
    return expect(c, out->count > 0, "items");
}

static void check_value_proof(ph_entry_check_t *c)
{
    ph_bytes_t root;
    ph_bytes_list_t items, keys = {0};
    ph_claim_list_t claims = {0};
    if (!hash_member(c, &root, "root") || !list_member(c, &items, "proof") || !claims_of(c, &claims, &keys))
        return;
    int version = has_suffix(c->name, "-v0-verify") ? 0 : 1;
    ph_compact_proof_t given = {items.items, items.count}, made;
    bool valid = ph_value_proof_verify(root.data, &given, claims.items, claims.count, version) == PH_VALUE_OK;
    expect(c, valid == json_is_true(json_object_get(c->entry, "valid")), "valid");
    const json_t *swapped = json_object_get(c->entry, "valid_with_first_item_swapped");
    if (expect(c, json_is_boolean(swapped), "valid_with_first_item_swapped")) {
        ph_value_claim_t first = claims.items[0];
        claims.items[0].present = !first.present;
        claims.items[0].value = first.present ? (ph_bytes_t){0} : PH_BYTES_LIT("x");
        valid = ph_value_proof_verify(root.data, &given, claims.items, claims.count, version) == PH_VALUE_OK;
        expect(c, valid == json_is_true(swapped), "valid_with_first_item_swapped");
    }
    ph_trie_store_t *store = ph_trie_store_new(NULL);
    ph_state_t *state = state_named(c, store, strlen(c->name) - strlen("-v0-verify"), version);
    bool ok = state && ph_value_proof_make(c->v->arena, &made, state, keys.items, keys.count) == PH_OK;
    expect(c, ok && same_lists(made.items, made.count, &items), "proof made");
    ph_state_unref(state);
    ph_trie_store_free(store);
}

static void check_compact_entry(ph_entry_check_t *c)
{
    if (has_suffix(c->name, "-compact"))
        check_compact(c);
    else if (has_suffix(c->name, "-v0-verify") || has_suffix(c->name, "-v1-verify"))
        check_value_proof(c);
    else
        wrong(c, "unknown kind of entry");
}

/* ---- lists ---- */

static void check_ordered_entry(ph_entry_check_t *c)
{
    ph_bytes_list_t values;
    ph_bytes_t v0, v1;
    if (!list_member(c, &values, "values") || !hash_member(c, &v0, "root_v0") || !hash_member(c, &v1, "root_v1"))
        return;
    uint8_t root[32];
    ph_trie_ordered_root(root, values.items, values.count, 0);
    expect(c, memcmp(root, v0.data, 32) == 0, "root_v0");
    ph_trie_ordered_root(root, values.items, values.count, 1);
    expect(c, memcmp(root, v1.data, 32) == 0, "root_v1");
}

/* ---- child tries ---- */

static void check_child_reads(ph_entry_check_t *c, const uint8_t root[32], ph_bytes_t storage_key,
                              const ph_bytes_list_t *nodes)
{
    const json_t *reads = json_object_get(c->entry, "reads");
    expect(c, json_array_size(reads) > 0, "reads");
    ph_proof_reader_t *reader = ph_proof_reader_new(nodes->items, nodes->count);
    for (size_t i = 0; i < json_array_size(reads); i++) {
        const json_t *read = json_array_get(reads, i), *answer = json_array_get(read, 1);
        ph_bytes_t key, value, expected = {0};
        if (!bytes_of(c, json_array_get(read, 0), &key, "reads") ||
            (!json_is_null(answer) && !bytes_of(c, answer, &expected, "reads")))
            break;
        ph_proof_verdict_t verdict = ph_proof_read_child(reader, &value, root, storage_key, key);
        bool ok = json_is_null(answer) ? verdict == PH_PROOF_ABSENT
                                       : verdict == PH_PROOF_PRESENT && ph_bytes_equal(value, expected);
        expect(c, ok, "reads");
    }
    ph_proof_reader_free(reader);
}

static void check_child_state(ph_entry_check_t *c, ph_overlay_t *o, ph_bytes_t storage_key, int version)
{
    ph_bytes_t root, child_root;
    ph_bytes_list_t read_keys, nodes;
    if (!hash_member(c, &root, "root") || !list_member(c, &read_keys, "read_keys") ||
        !list_member(c, &nodes, "proof_nodes"))
        return;
    uint8_t computed[32];
    ph_overlay_child_root(o, storage_key, computed, version);
    if (json_is_null(json_object_get(c->entry, "child_root")))
        expect(c, memcmp(computed, ph_trie_empty_root, 32) == 0, "child_root");
    else if (hash_member(c, &child_root, "child_root"))
        expect(c, memcmp(computed, child_root.data, 32) == 0, "child_root");
    ph_state_t *state;
    if (!expect(c, ph_overlay_state(o, &state, version) == PH_OK, "state"))
        return;
    expect(c, memcmp(ph_state_root(state), root.data, 32) == 0, "root");
    ph_proof_recorder_t *recorder = ph_proof_recorder_new();
    for (size_t i = 0; i < read_keys.count; i++)
        expect(c, ph_proof_record_child(recorder, state, storage_key, read_keys.items[i]) == PH_OK, "proof");
    ph_proof_t proof;
    ph_proof_recorder_take(recorder, c->v->arena, &proof);
    ph_proof_recorder_free(recorder);
    expect(c, same_lists(proof.nodes, proof.count, &nodes), "proof_nodes");
    ph_state_unref(state);
    check_child_reads(c, root.data, storage_key, &nodes);
}

static void check_child_entry(ph_entry_check_t *c)
{
    ph_pair_list_t top, child;
    ph_bytes_t storage_key, prefixed;
    if (!pairs_of(c, &top, json_object_get(c->entry, "top"), "top") ||
        !pairs_of(c, &child, json_object_get(c->entry, "child"), "child") || !member(c, &storage_key, "storage_key") ||
        !member(c, &prefixed, "prefixed_storage_key"))
        return;
    ph_writer_t w = ph_writer_in(c->v->arena);
    ph_child_storage_key(&w, storage_key);
    expect(c, ph_bytes_equal(ph_writer_bytes(&w), prefixed), "prefixed_storage_key");
    ph_trie_store_t *store = ph_trie_store_new(NULL);
    ph_state_t *empty = ph_state_empty(store);
    ph_overlay_t *o = ph_overlay_new(empty);
    for (size_t i = 0; i < top.count; i++)
        ph_overlay_set(o, top.items[i].key, top.items[i].value);
    for (size_t i = 0; i < child.count; i++)
        ph_overlay_child_set(o, storage_key, child.items[i].key, child.items[i].value);
    check_child_state(c, o, storage_key, version_of(c));
    ph_overlay_free(o);
    ph_state_unref(empty);
    ph_trie_store_free(store);
}

/* ---- storage keys ---- */

static void check_hashers(ph_entry_check_t *c)
{
    static const struct {
        const char *name;
        ph_hasher_t hasher;
    } hashers[] = {{"Identity", PH_HASHER_IDENTITY},     {"Twox64Concat", PH_HASHER_TWOX_64_CONCAT},
                   {"Twox128", PH_HASHER_TWOX_128},      {"Twox256", PH_HASHER_TWOX_256},
                   {"Blake2_128", PH_HASHER_BLAKE2_128}, {"Blake2_128Concat", PH_HASHER_BLAKE2_128_CONCAT},
                   {"Blake2_256", PH_HASHER_BLAKE2_256}};
    ph_bytes_t input, expected;
    if (!member(c, &input, "input"))
        return;
    for (size_t i = 0; i < sizeof hashers / sizeof *hashers; i++) {
        ph_writer_t w = ph_writer_in(c->v->arena);
        ph_storage_hash_key(&w, hashers[i].hasher, input);
        if (member(c, &expected, hashers[i].name))
            expect(c, ph_bytes_equal(ph_writer_bytes(&w), expected), hashers[i].name);
    }
}

static void check_keys_entry(ph_entry_check_t *c)
{
    if (json_object_get(c->entry, "input")) {
        check_hashers(c);
        return;
    }
    const json_t *pallet = json_object_get(c->entry, "pallet"), *item = json_object_get(c->entry, "item");
    ph_bytes_t expected;
    if (!expect(c, json_is_string(pallet) && json_is_string(item), "pallet, item") || !hash_member(c, &expected, "key"))
        return;
    uint8_t prefix[32];
    ph_storage_prefix(prefix, ph_bytes(json_string_value(pallet), json_string_length(pallet)),
                      ph_bytes(json_string_value(item), json_string_length(item)));
    expect(c, memcmp(prefix, expected.data, 32) == 0, "key");
}

/* ---- the file ---- */

typedef void (*ph_entry_fn_t)(ph_entry_check_t *c);

static ph_entry_fn_t checker_of(const char *list)
{
    static const struct {
        const char *list;
        ph_entry_fn_t check;
    } checkers[] = {{"roots", check_roots_entry},     {"proofs", check_proofs_entry}, {"compact", check_compact_entry},
                    {"ordered", check_ordered_entry}, {"child", check_child_entry},   {"keys", check_keys_entry}};
    for (size_t i = 0; i < sizeof checkers / sizeof *checkers; i++)
        if (strcmp(checkers[i].list, list) == 0)
            return checkers[i].check;
    return NULL;
}

static void check_entry(ph_vectors_t *v, const json_t *file, const char *list, const json_t *entry, ph_entry_fn_t check)
{
    const char *name = json_string_value(json_object_get(entry, "name"));
    ph_entry_check_t c = {.v = v, .file = file, .entry = entry, .list = list, .name = name ? name : "?"};
    if (expect(&c, name && strlen(name) >= 3, "name"))
        check(&c);
    ph_vectors_report(v, list, c.name, !c.why[0], "%s", c.why);
}

void ph_vectors_trie(ph_vectors_t *v, const json_t *file)
{
    const char *list;
    json_t *entries;
    json_object_foreach((json_t *)(uintptr_t)file, list, entries)
    {
        ph_entry_fn_t check = checker_of(list);
        if (!check || !json_is_array(entries))
            ph_vectors_report(v, list, "?", false, "unknown list");
        for (size_t i = 0; check && i < json_array_size(entries); i++)
            check_entry(v, file, list, json_array_get(entries, i), check);
    }
}
