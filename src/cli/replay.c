/* Storage of a replay: genesis, snapshots, and what a step changed. */
#include "cli/replay.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/vec.h"
#include "runtime/origin.h"
#include "runtime/pallets.h"
#include "runtime/storage/chain_parameters.h"
#include "runtime/storage/message_limits.h"
#include "runtime/storage/parachain_limits.h"
#include "runtime/storage/system.h"

#define EPOCH_SLOTS                 10
#define MAX_HISTORICAL_REVENUE      10
#define EXISTENTIAL_DEPOSIT         100
#define COOLDOWN_REMOVAL_MULTIPLIER 7

/* ---- snapshots ---- */

static bool is_excluded(const ph_replay_t *r, ph_bytes_t key)
{
    for (size_t i = 0; i < r->excluded_count; i++)
        if (ph_bytes_start_with(key, r->excluded[i]))
            return true;
    return false;
}

static void take_prefix(ph_replay_t *r, ph_replay_snapshot_t *s, ph_bytes_t prefix)
{
    ph_writer_t key = PH_WRITER_HEAP;
    ph_write(&key, prefix.data, prefix.len);
    while (ph_overlay_next_key(r->overlay, &key, ph_writer_bytes(&key)) &&
           ph_bytes_start_with(ph_writer_bytes(&key), prefix)) {
        ph_bytes_t value = {0};
        if (is_excluded(r, ph_writer_bytes(&key)))
            continue;
        if (!ph_overlay_get(r->overlay, &value, ph_writer_bytes(&key)))
            continue;
        ph_replay_pair_t *pair = ph_list_add(NULL, s);
        pair->key = ph_bytes_copy(s->arena, ph_writer_bytes(&key));
        pair->value = ph_bytes_copy(s->arena, value);
    }
    ph_writer_free(&key);
}

static void take_snapshot(ph_replay_t *r, ph_replay_snapshot_t *s)
{
    ph_arena_reset(s->arena);
    s->count = 0;
    for (size_t i = 0; i < r->prefix_count; i++)
        take_prefix(r, s, r->prefixes[i]);
}

static bool root_is(ph_replay_t *r, const ph_replay_snapshot_t *s, const uint8_t expected[32])
{
    ph_state_t *state;
    ph_trie_pair_t *pairs = ph_mem_alloc(NULL, (s->count + 1) * sizeof *pairs);
    for (size_t i = 0; i < s->count; i++)
        pairs[i] = (ph_trie_pair_t){.key = s->items[i].key, .value = s->items[i].value};
    bool same = false;
    if (ph_state_build(&state, r->store, pairs, s->count, 1) == PH_OK) {
        same = memcmp(ph_state_root(state), expected, 32) == 0;
        ph_state_unref(state);
    }
    ph_mem_free(pairs);
    return same;
}

/* ---- opening ---- */

static bool read_hex(ph_arena_t *arena, const json_t *text, ph_bytes_t *out)
{
    return json_is_string(text) && ph_vec_unhex(arena, text, out);
}

static int by_bytes(const void *a, const void *b)
{
    return ph_bytes_compare(*(const ph_bytes_t *)a, *(const ph_bytes_t *)b);
}

static bool read_prefixes(ph_replay_t *r, ph_bytes_t **out, size_t *count, const json_t *prefixes)
{
    const char *name;
    json_t *text;
    *out = ph_arena_alloc(r->arena, (json_object_size(prefixes) + 1) * sizeof **out);
    json_object_foreach((json_t *)(uintptr_t)prefixes, name, text)
    {
        if (!read_hex(r->arena, text, &(*out)[(*count)++]))
            return false;
    }
    qsort(*out, *count, sizeof **out, by_bytes);
    return true;
}

static bool read_genesis(ph_replay_t *r, const json_t *genesis)
{
    const char *name;
    json_t *text;
    size_t count = 0;
    ph_trie_pair_t *pairs = ph_arena_alloc(r->arena, (json_object_size(genesis) + 1) * sizeof *pairs);
    json_object_foreach((json_t *)(uintptr_t)genesis, name, text)
    {
        json_t *key = json_string(name);
        bool good = read_hex(r->arena, key, &pairs[count].key) && read_hex(r->arena, text, &pairs[count].value);
        json_decref(key);
        if (!good)
            return false;
        count++;
    }
    return ph_state_build(&r->base, r->store, pairs, count, 1) == PH_OK;
}

/* What is a constant of the recorded runtime and an item of ours. */
static bool set_params(ph_replay_t *r, const json_t *params)
{
    const json_t *ref_time = json_object_get(params, "max_block_ref_time"),
                 *len = json_object_get(params, "max_block_length"),
                 *messages = json_object_get(params, "message_queue_service_ref_time");
    if (!json_is_integer(ref_time) || !json_is_integer(len) || !json_is_integer(messages))
        return false;
    ph_parachain_limits_t limits = {.inherent_ref_time = (uint64_t)json_integer_value(ref_time),
                                    .inherent_len = (uint64_t)json_integer_value(len),
                                    .max_historical_revenue = MAX_HISTORICAL_REVENUE,
                                    .existential_deposit = EXISTENTIAL_DEPOSIT,
                                    .cooldown_removal_multiplier = COOLDOWN_REMOVAL_MULTIPLIER,
                                    .messages_always_succeed = true};
    ph_parachain_limits_limits_set(&r->rt, &limits);
    ph_message_limits_service_ref_time_set(&r->rt, (uint64_t)json_integer_value(messages));
    ph_chain_parameters_params_set(&r->rt, &(ph_chain_params_t){.slot_ms = 6000, .epoch_slots = EPOCH_SLOTS});
    return true;
}

static void no_log(ph_log_t *log, ph_log_level_t level, const char *target, const char *text)
{
    (void)log, (void)level, (void)target, (void)text;
}

static void new_overlay(ph_replay_t *r)
{
    r->overlay = ph_overlay_new(r->base);
    r->host.native.overlay = r->overlay;
    r->log = (ph_log_t){.write = no_log, .max_level = PH_LOG_ERROR};
    r->host.native.log = &r->log;
}

bool ph_replay_open(ph_replay_t *r, const json_t *file, char *why, size_t why_len)
{
    ph_bytes_t root;
    const char *wrong = NULL;
    *r = (ph_replay_t){.store = ph_trie_store_new(NULL), .ops = ph_native_host_ops, .arena = ph_arena_new()};
    r->before.arena = ph_arena_new();
    r->after.arena = ph_arena_new();
    r->rt = (ph_rt_t){.arena = ph_arena_new(), .ops = &r->ops, .host = &r->host};
    const char *kind = json_string_value(json_object_get(file, "kind"));
    r->chain = kind && strcmp(kind, "chain") == 0;
    if (!read_prefixes(r, &r->prefixes, &r->prefix_count, json_object_get(file, "prefixes")) || r->prefix_count == 0 ||
        !read_prefixes(r, &r->excluded, &r->excluded_count, json_object_get(file, "excluded")))
        wrong = "prefixes: expected an object of hex strings";
    else if (!read_genesis(r, json_object_get(file, "genesis")))
        wrong = "genesis: expected an object of hex strings by hex strings";
    else if (!read_hex(r->arena, json_object_get(file, "genesis_root"), &root) || root.len != 32)
        wrong = "genesis_root: expected 32 bytes";
    if (!wrong) {
        new_overlay(r);
        take_snapshot(r, &r->before);
        if (!root_is(r, &r->before, root.data))
            wrong = "genesis_root: ours is another";
        else if (!(r->chain ? ph_replay_chain_params : set_params)(r, json_object_get(file, "params")))
            wrong = "params: expected those of this kind";
    }
    if (!wrong)
        return true;
    snprintf(why, why_len, "%s", wrong);
    ph_replay_close(r);
    return false;
}

void ph_replay_close(ph_replay_t *r)
{
    ph_overlay_free(r->overlay);
    ph_state_unref(r->base);
    ph_native_host_end(&r->host.native);
    ph_trie_store_free(r->store);
    ph_list_free(&r->before);
    ph_list_free(&r->after);
    ph_arena_free(r->before.arena);
    ph_arena_free(r->after.arena);
    ph_arena_free(r->rt.arena);
    ph_arena_free(r->arena);
}

/* ---- steps ---- */

void ph_replay_begin(ph_replay_t *r)
{
    ph_arena_reset(r->rt.arena);
    r->rt.panic = NULL;
    r->rt.cache = NULL;
    r->events_before = ph_system_events_count(&r->rt);
}

void ph_replay_layer(ph_replay_t *r)
{
    ph_overlay_start(r->overlay);
}

void ph_replay_settle(ph_replay_t *r, ph_err_t err)
{
    ph_err_t settled = err ? ph_overlay_rollback(r->overlay) : ph_overlay_commit(r->overlay);
    PH_CHECK(settled == PH_OK);
}

const char *ph_replay_result(ph_replay_t *r, ph_err_t err)
{
    if (err == PH_OK)
        return "ok";
    if (err == PH_ERR_BAD_ORIGIN)
        return "BadOrigin";
    if (err == PH_ERR_OTHER_DISPATCH)
        return "Other";
    if (err == PH_DISPATCH_ERR(PH_DISPATCH_ERROR_TOKEN, PH_TOKEN_ERROR_FUNDS_UNAVAILABLE))
        return "Token.FundsUnavailable";
    if (err == PH_DISPATCH_ERR(PH_DISPATCH_ERROR_CONSUMER_REMAINING, 0))
        return "ConsumerRemaining";
    const char *module = ph_module_err_text(err);
    if (module)
        return module;
    return ph_arena_printf(r->rt.arena, "%s", r->rt.panic ? r->rt.panic : ph_err_text(err));
}

/* ---- what changed ---- */

/* Our change of one key against the recorded one. */
static void compare_change(ph_replay_t *r, ph_vec_entry_t *e, const json_t *diff, ph_bytes_t key,
                           const ph_bytes_t *before, const ph_bytes_t *value)
{
    const json_t *recorded = json_object_get(diff, ph_hex_in(r->rt.arena, key));
    ph_bytes_t text, *expected = NULL;
    if (!recorded)
        expected = (ph_bytes_t *)(uintptr_t)before;
    else if (!json_is_null(recorded) && read_hex(r->rt.arena, recorded, &text))
        expected = &text;
    if ((value == NULL) != (expected == NULL) || (value && !ph_bytes_equal(*value, *expected)))
        ph_replay_differs(r, e, key, value, expected);
}

/* Walks both snapshots; returns how many keys differ. */
static size_t compare_diff(ph_replay_t *r, ph_vec_entry_t *e, const json_t *diff)
{
    size_t i = 0, j = 0, changed = 0;
    const ph_replay_snapshot_t *a = &r->before, *b = &r->after;
    while (i < a->count || j < b->count) {
        int order = i == a->count ? 1 : j == b->count ? -1 : ph_bytes_compare(a->items[i].key, b->items[j].key);
        if (order < 0) {
            compare_change(r, e, diff, a->items[i].key, &a->items[i].value, NULL);
            i++;
            changed++;
        } else if (order > 0) {
            compare_change(r, e, diff, b->items[j].key, NULL, &b->items[j].value);
            j++, changed++;
        } else {
            if (!ph_bytes_equal(a->items[i].value, b->items[j].value)) {
                compare_change(r, e, diff, b->items[j].key, &a->items[i].value, &b->items[j].value);
                changed++;
            }
            i++, j++;
        }
    }
    return changed;
}

static const ph_replay_pair_t *find(const ph_replay_snapshot_t *s, ph_bytes_t key)
{
    for (size_t i = 0; i < s->count; i++)
        if (ph_bytes_equal(s->items[i].key, key))
            return &s->items[i];
    return NULL;
}

/* Names a recorded change that did not happen. */
static void report_missing(ph_replay_t *r, ph_vec_entry_t *e, const json_t *diff)
{
    const char *name;
    json_t *value;
    json_object_foreach((json_t *)(uintptr_t)diff, name, value)
    {
        json_t *text = json_string(name);
        ph_bytes_t key, expected;
        bool good = read_hex(r->rt.arena, text, &key);
        json_decref(text);
        const ph_replay_pair_t *ours = good ? find(&r->after, key) : NULL;
        bool gone = json_is_null(value);
        if (!good || (!gone && !read_hex(r->rt.arena, value, &expected)))
            ph_vec_fail(e, "diff: %s is not a key with a value", name);
        else if (gone ? ours != NULL : !ours || !ph_bytes_equal(ours->value, expected))
            ph_replay_differs(r, e, key, ours ? &ours->value : NULL, gone ? NULL : &expected);
    }
}

static void check_events(ph_replay_t *r, ph_vec_entry_t *e)
{
    ph_vec_event_record_t events;
    const json_t *recorded = ph_vec_take(e, "events");
    ph_system_events_get(&r->rt, &events);
    size_t ours = 0;
    for (size_t i = r->events_before; i < events.count; i++) {
        if (events.items[i].event.kind == PH_EVENT_SYSTEM || events.items[i].event.kind == PH_EVENT_OFFENCES)
            continue;
        ph_writer_t w = ph_writer_in(r->rt.arena);
        ph_bytes_t expected;
        ph_event_encode(&w, &events.items[i].event);
        const json_t *text = json_array_get(recorded, ours++);
        if (!text || !read_hex(r->rt.arena, text, &expected) || !ph_bytes_equal(ph_writer_bytes(&w), expected))
            ph_vec_fail(e, "event %zu is %s, and should be %s", ours - 1, ph_hex_in(r->rt.arena, ph_writer_bytes(&w)),
                        text ? json_string_value(text) : "none");
    }
    if (ours < json_array_size(recorded))
        ph_vec_fail(e, "event %zu is missing: %s", ours, json_string_value(json_array_get(recorded, ours)));
}

void ph_replay_check_writes(ph_replay_t *r, ph_vec_entry_t *e)
{
    uint8_t root[32];
    const json_t *diff = ph_vec_need(e, "diff");
    ph_vec_fixed(e, "root", root, sizeof root);
    if (r->chain)
        ph_replay_chain_events(r, e);
    else
        check_events(r, e);
    take_snapshot(r, &r->after);
    if (compare_diff(r, e, diff) != json_object_size(diff))
        report_missing(r, e, diff);
    r->lost = !root_is(r, &r->after, root);
    if (r->lost)
        ph_vec_fail(e, "the root of the tracked keys is another");
    ph_replay_snapshot_t swap = r->before;
    r->before = r->after;
    r->after = swap;
}

/* ---- blocks ---- */

void ph_replay_commit(ph_replay_t *r)
{
    ph_state_t *next;
    ph_err_t err = ph_overlay_state(r->overlay, &next, 1);
    PH_CHECK(err == PH_OK);
    ph_overlay_free(r->overlay);
    ph_state_unref(r->base);
    r->base = next;
    new_overlay(r);
}
