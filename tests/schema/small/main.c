/* What is generated from small.ph, put to use: types, storage over a host in memory, calls, events, APIs, messages.
 * Built and run by test_generator.py. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "chain/api_calls.h"
#include "primitives/protocols.h"
#include "primitives/registry.h"
#include "protocol/asker.h"
#include "protocol/asker_out.h"
#include "protocol/keeper.h"
#include "protocol/keeper_out.h"
#include "protocol/runtime.h"
#include "runtime/apis.h"
#include "runtime/calls.h"
#include "runtime/events.h"
#include "runtime/metadata.h"
#include "runtime/pallets.h"
#include "runtime/storage/small.h"

/* ---- a host in memory; its hashes are no hashes but show which was called ---- */

typedef struct entry {
    ph_bytes_t key, value;
} entry_t;

typedef struct world {
    ph_arena_t *arena;
    entry_t entries[64];
    size_t count;
    unsigned complaints;
    ph_event_t event;
} world_t;

static size_t find(const world_t *w, ph_bytes_t key)
{
    size_t i = 0;
    while (i < w->count && ph_bytes_compare(w->entries[i].key, key) < 0)
        i++;
    return i;
}

static bool storage_exists(void *self, ph_bytes_t key)
{
    world_t *w = self;
    size_t i = find(w, key);
    return i < w->count && ph_bytes_equal(w->entries[i].key, key);
}

static bool storage_get(void *self, ph_bytes_t key, ph_bytes_t *value)
{
    world_t *w = self;
    if (!storage_exists(self, key))
        return false;
    *value = w->entries[find(w, key)].value;
    return true;
}

static void storage_set(void *self, ph_bytes_t key, ph_bytes_t value)
{
    world_t *w = self;
    size_t i = find(w, key);
    if (!storage_exists(self, key)) {
        PH_CHECK(w->count < 64);
        memmove(&w->entries[i + 1], &w->entries[i], (w->count - i) * sizeof(entry_t));
        w->count++;
    }
    w->entries[i] = (entry_t){ph_bytes_copy(w->arena, key), ph_bytes_copy(w->arena, value)};
}

static void storage_clear(void *self, ph_bytes_t key)
{
    world_t *w = self;
    if (!storage_exists(self, key))
        return;
    size_t i = find(w, key);
    w->count--;
    memmove(&w->entries[i], &w->entries[i + 1], (w->count - i) * sizeof(entry_t));
}

static bool storage_clear_prefix(void *self, ph_bytes_t prefix, uint32_t limit, uint32_t *removed)
{
    world_t *w = self;
    PH_CHECK(limit == UINT32_MAX);
    for (size_t i = find(w, prefix); i < w->count && ph_bytes_start_with(w->entries[i].key, prefix); ++*removed)
        storage_clear(self, w->entries[i].key);
    return true;
}

static bool storage_next_key(void *self, ph_bytes_t key, ph_bytes_t *next)
{
    world_t *w = self;
    size_t i = find(w, key) + storage_exists(self, key);
    if (i == w->count)
        return false;
    *next = w->entries[i].key;
    return true;
}

/* Vectors shorter than 63 elements: the count is one byte. */
static void storage_append(void *self, ph_bytes_t key, ph_bytes_t item)
{
    ph_bytes_t old = PH_BYTES_LIT("\0");
    storage_get(self, key, &old);
    ph_writer_t joined = PH_WRITER_HEAP;
    ph_write_u8(&joined, (uint8_t)(old.data[0] + 4));
    ph_write(&joined, old.data + 1, old.len - 1);
    ph_write(&joined, item.data, item.len);
    storage_set(self, key, ph_writer_bytes(&joined));
    ph_writer_free(&joined);
}

static void fake_hash(uint8_t *out, size_t len, ph_bytes_t in)
{
    for (size_t i = 0; i < len; i++)
        out[i] = (uint8_t)(len + (in.len ? in.data[i % in.len] : 0));
}
static void blake2_128(void *self, uint8_t out[16], ph_bytes_t in)
{
    (void)self, fake_hash(out, 16, in);
}
static void twox_64(void *self, uint8_t out[8], ph_bytes_t in)
{
    (void)self, fake_hash(out, 8, in);
}
static void twox_256(void *self, uint8_t out[32], ph_bytes_t in)
{
    (void)self, fake_hash(out, 32, in);
}

static void host_log(void *self, ph_log_level_t level, const char *target, const char *text)
{
    (void)level, (void)target, (void)text;
    ((world_t *)self)->complaints++;
}

static const ph_host_ops_t host = {.storage_get = storage_get,
                                   .storage_set = storage_set,
                                   .storage_clear = storage_clear,
                                   .storage_exists = storage_exists,
                                   .storage_clear_prefix = storage_clear_prefix,
                                   .storage_append = storage_append,
                                   .storage_next_key = storage_next_key,
                                   .hash_blake2_128 = blake2_128,
                                   .hash_twox_64 = twox_64,
                                   .hash_twox_256 = twox_256,
                                   .log = host_log};

/* ---- what generated code expects to be written by hand ---- */

void ph_odd_encode_custom(ph_writer_t *w, const ph_odd_t *v)
{
    ph_write_u32(w, v->number ^ 1);
}
ph_err_t ph_odd_decode_custom(ph_reader_t *r, ph_arena_t *arena, ph_odd_t *out)
{
    (void)arena;
    PH_TRY(ph_read_u32(r, &out->number));
    out->number ^= 1;
    return PH_OK;
}

void ph_system_deposit_event(ph_rt_t *rt, const ph_event_t *event)
{
    ((world_t *)rt->host)->event = *event;
}

ph_err_t ph_small_call_set_head(ph_rt_t *rt, const ph_origin_t *origin, ph_para_id_t para, ph_bytes_t note,
                                const ph_head_t *head)
{
    PH_CHECK(origin->kind == PH_ORIGIN_ROOT && note.len == 2);
    if (para.v == 0)
        return PH_SMALL_ERR_TOO_MUCH;
    ph_small_heads_set(rt, para, head->blob);
    return PH_OK;
}
ph_err_t ph_small_call_nothing(ph_rt_t *rt, const ph_origin_t *origin)
{
    (void)rt, (void)origin;
    return PH_SMALL_ERR_NOTHING;
}
ph_err_t ph_small_call_nested(ph_rt_t *rt, const ph_origin_t *origin, ph_call_t *call)
{
    return ph_dispatch(rt, origin, call);
}

ph_err_t ph_api_small_heads(ph_rt_t *rt, ph_para_id_t from, const ph_state_t *state, ph_vec_blob_t *out)
{
    PH_CHECK(state->kind == PH_STATE_PAIR && state->pair._1 == 1000);
    out->items = ph_arena_alloc(rt->arena, sizeof *out->items);
    out->count = ph_small_heads_get(rt, from, &out->items[0]);
    return PH_OK;
}
ph_err_t ph_api_small_plain(ph_rt_t *rt, uint32_t *out)
{
    ph_small_count_get(rt, out);
    return PH_OK;
}
ph_err_t ph_api_small_silent(ph_rt_t *rt, uint8_t x)
{
    return x ? ph_rt_panic(rt, "loud") : PH_OK;
}

/* ---- tests ---- */

static ph_bytes_t unhex(ph_arena_t *arena, const char *hex)
{
    ph_bytes_t out;
    PH_CHECK(ph_unhex(arena, hex, strlen(hex), &out) == PH_OK);
    return out;
}

static void is_hex(ph_bytes_t bytes, const char *hex)
{
    char text[2 * 256 + 1];
    PH_CHECK(bytes.len <= 256);
    ph_hex(text, bytes);
    if (strcmp(text, hex) != 0) {
        fprintf(stderr, "got      %s\nexpected %s\n", text, hex);
        exit(1);
    }
}

static void types(ph_arena_t *arena)
{
    ph_writer_t w = ph_writer_in(arena);
    ph_head_t head = {.parent = {{1}}, .default_ = 64, .blob = {PH_BYTES_LIT("xy")}};
    ph_head_encode(&w, &head);
    is_hex(ph_writer_bytes(&w), "0100000000000000000000000000000000000000000000000000000000000000"
                                "0101"
                                "087879");
    ph_head_t back;
    PH_CHECK(ph_head_decode_all(ph_writer_bytes(&w), arena, &back) == PH_OK && ph_head_equal(&back, &head));
    ph_open_t open = {.head = head, .more = {.some = true, .value = 0x0201}}, more;
    ph_writer_reset(&w);
    ph_open_encode(&w, &open);
    PH_CHECK(w.len == 39 && w.data[37] == 1 && w.data[38] == 2);
    PH_CHECK(ph_open_decode_all(ph_writer_bytes(&w), arena, &more) == PH_OK && ph_open_equal(&more, &open));
    PH_CHECK(ph_open_decode_all(ph_bytes(w.data, 37), arena, &more) == PH_OK && !more.more.some);
    PH_CHECK(ph_open_decode_all(ph_bytes(w.data, 38), arena, &more) == PH_ERR_MALFORMED);
    PH_CHECK(ph_type_head.min_len == 34);

    ph_tup_para_id_bool_t parts[4] = {{._0 = {5}, ._1 = true}};
    ph_tagged_t tagged = {.body = {parts, 1}};
    ph_writer_reset(&w);
    ph_tagged_encode(&w, &tagged);
    is_hex(ph_writer_bytes(&w), "424b4e47"
                                "04"
                                "0500000001");
    PH_CHECK(ph_tagged_decode_all(unhex(arena, "424b4e480405000000"
                                               "01"),
                                  arena, &tagged) == PH_ERR_MALFORMED);
    tagged.body = (ph_vec_tup_para_id_bool_t){parts, 4};
    ph_writer_reset(&w);
    ph_tagged_encode(&w, &tagged);
    PH_CHECK(ph_tagged_decode_all(ph_writer_bytes(&w), arena, &tagged) != PH_OK); /* at most 3 */

    ph_state_t idle = {.kind = PH_STATE_IDLE};
    ph_state_t named = {.kind = PH_STATE_NAMED, .named = {.who = {2}, .next = {.some = true, .value = &idle}}};
    ph_writer_reset(&w);
    ph_state_encode(&w, &named);
    is_hex(ph_writer_bytes(&w), "09"
                                "02000000"
                                "01"
                                "07");
    ph_state_t state;
    PH_CHECK(ph_state_decode_all(ph_writer_bytes(&w), arena, &state) == PH_OK && ph_state_equal(&state, &named));
    PH_CHECK(ph_state_decode_all(unhex(arena, "04"), arena, &state) == PH_ERR_MALFORMED);
    PH_CHECK(ph_type_state.min_len == 1 && ph_type_many.min_len > 40);

    ph_odd_t odd = {.number = 6};
    ph_writer_reset(&w);
    ph_odd_encode(&w, &odd);
    is_hex(ph_writer_bytes(&w), "07000000");

    ph_shared_head_t kept = ph_shared_head_new(&head);
    ph_shared_head_t again = ph_shared_head_ref(kept);
    PH_CHECK(again.v->default_ == 64 && again.v != &head);
    ph_shared_head_unref(kept);
    ph_shared_head_unref(again);

    PH_CHECK(ph_type_by_name("vec<(ParaId,bool), 3>") == ph_type_tagged.fields[0].type);
    PH_CHECK(ph_type_by_name("Heights") == &ph_type_vec_u32 && ph_type_by_name("Missing") == NULL);
    PH_CHECK(sizeof(ph_wrapped_t) == 32 && (int)PH_RES_UNIT_COLOUR_ERR == (int)PH_RES_ERR && PH_COLOUR_GREEN == 1);
}

static void values(ph_rt_t *rt, world_t *world)
{
    uint32_t count;
    ph_para_id_t limit;
    ph_colour_t colour;
    ph_tagged_t tagged;
    ph_small_count_get(rt, &count);
    ph_small_limit_get(rt, &limit);
    ph_small_colour_get(rt, &colour);
    ph_small_blobby_get(rt, &tagged);
    PH_CHECK(count == 0 && limit.v == 9 && colour.kind == PH_COLOUR_GREEN && tagged.body.count == 0);
    ph_small_count_set(rt, 3);
    PH_CHECK(ph_small_count_exists(rt));
    ph_small_count_get(rt, &count);
    PH_CHECK(count == 3);
    ph_small_count_take(rt, &count);
    PH_CHECK(count == 3 && !ph_small_count_exists(rt));

    ph_account_id_t who = {{7}}, got;
    PH_CHECK(!ph_small_maybe_get(rt, &got));
    ph_small_maybe_set(rt, &who);
    PH_CHECK(ph_small_maybe_take(rt, &got) && got.bytes[0] == 7 && !ph_small_maybe_exists(rt));

    uint32_t item = 5;
    ph_small_list_append(rt, &item);
    ph_small_list_append(rt, &count);
    ph_vec_height_t list;
    ph_small_list_get(rt, &list);
    PH_CHECK(ph_small_list_count(rt) == 2 && list.count == 2 && list.items[0] == 5 && list.items[1] == 3);

    PH_CHECK(world->complaints == 0);
    ph_host_storage_set(rt, ph_small_list_key(rt), PH_BYTES_LIT("\x08\x01")); /* two elements, one byte */
    ph_small_list_get(rt, &list);
    PH_CHECK(list.count == 0 && world->complaints == 1);
    ph_small_list_take(rt, &list);
    PH_CHECK(list.count == 0 && world->complaints == 2 && ph_small_list_exists(rt));
    world->complaints = 1;
}

static void maps(ph_rt_t *rt, world_t *world)
{
    /* twox128("Small") and twox128("Heads"), the fake twox64 of the key, the key */
    is_hex(ph_small_heads_key(rt, (ph_para_id_t){1}), SMALL_HEADS_PREFIX "0908080809080808"
                                                                         "01000000");
    is_hex(ph_small_plain_key(rt, 0),
           SMALL_OLD_PLAIN_PREFIX "2020202020202020202020202020202020202020202020202020202020202020");
    for (uint32_t i = 3; i > 0; i--)
        ph_small_heads_set(rt, (ph_para_id_t){i}, (ph_blob_t){ph_bytes(&"abc"[i - 1], 1)});
    ph_bytes_t cursor = {0};
    ph_para_id_t para;
    ph_blob_t blob;
    uint32_t seen = 0;
    while (ph_small_heads_next(rt, &cursor, &para, &blob)) {
        PH_CHECK(para.v == ++seen && blob.v.len == 1 && blob.v.data[0] == 'a' + seen - 1);
        ph_small_heads_remove(rt, para);
    }
    PH_CHECK(seen == 3 && world->complaints == 1);

    ph_account_id_t who = {{1}};
    PH_CHECK(!ph_small_flags_get(rt, &who));
    ph_small_flags_set(rt, &who);
    PH_CHECK(ph_small_flags_get(rt, &who));
    cursor = (ph_bytes_t){0};
    ph_account_id_t key;
    PH_CHECK(ph_small_flags_next(rt, &cursor, &key) && key.bytes[0] == 1 && !ph_small_flags_next(rt, &cursor, &key));

    uint64_t plain;
    ph_small_plain_set(rt, 1, 10);
    cursor = (ph_bytes_t){0};
    PH_CHECK(ph_small_plain_next(rt, &cursor, &plain) && plain == 10);

    ph_state_t idle = {.kind = PH_STATE_IDLE}, state;
    for (uint16_t i = 0; i < 6; i++)
        ph_small_votes_set(rt, (ph_para_id_t){i % 2u}, i, &idle);
    ph_host_storage_set(rt, ph_small_votes_key(rt, (ph_para_id_t){1}, 3), PH_BYTES_LIT("\x01")); /* no such state */
    uint16_t k2;
    cursor = (ph_bytes_t){0};
    PH_CHECK(ph_small_votes_next_under(rt, (ph_para_id_t){1}, &cursor, &k2, &state) && k2 == 1);
    PH_CHECK(ph_small_votes_next_under(rt, (ph_para_id_t){1}, &cursor, &k2, &state) && k2 == 5);
    PH_CHECK(!ph_small_votes_next_under(rt, (ph_para_id_t){1}, &cursor, &k2, &state) && world->complaints == 2);
    ph_small_votes_clear_under(rt, (ph_para_id_t){1});
    cursor = (ph_bytes_t){0};
    for (seen = 0; ph_small_votes_next(rt, &cursor, &para, &k2, NULL); seen++)
        PH_CHECK(para.v == 0 && k2 % 2 == 0);
    PH_CHECK(seen == 3);
    ph_small_votes_clear(rt);
    PH_CHECK(!ph_small_votes_exists(rt, (ph_para_id_t){0}, 0) && ph_small_flags_exists(rt, &who));
}

static void calls_and_events(ph_rt_t *rt, world_t *world)
{
    ph_origin_t root = ph_origin_root();
    ph_call_t inner = {
        .kind = PH_CALL_SMALL,
        .small = {.kind = PH_CALL_SMALL_SET_HEAD,
                  .set_head = {.para = {4}, .note = PH_BYTES_LIT("hi"), .head = {.blob = {PH_BYTES_LIT("Z")}}}}};
    ph_call_t outer = {.kind = PH_CALL_SMALL, .small = {.kind = PH_CALL_SMALL_NESTED, .nested = {.call = &inner}}};
    ph_writer_t w = ph_writer_in(rt->arena);
    ph_call_encode(&w, &outer);
    PH_CHECK(w.data[0] == 7 && w.data[1] == 4 && w.data[2] == 7 && w.data[3] == 0 && w.data[4] == 4);
    ph_call_t call;
    PH_CHECK(ph_call_decode_all(ph_writer_bytes(&w), rt->arena, &call) == PH_OK && ph_call_equal(&call, &outer));
    PH_CHECK(ph_dispatch(rt, &root, &call) == PH_OK && ph_small_heads_exists(rt, (ph_para_id_t){4}));
    inner.small.set_head.para.v = 0;
    ph_err_t err = ph_dispatch(rt, &root, &outer);
    PH_CHECK(err == PH_PALLET_ERR(7, 3) && strcmp(ph_module_err_text(err), "Small.TooMuch") == 0);
    PH_CHECK(ph_module_err_text(PH_ERR_IO) == NULL);
    inner.small.kind = PH_CALL_SMALL_UNBORN;
    PH_CHECK(ph_dispatch(rt, &root, &inner) == PH_ERR_UNSUPPORTED);
    inner = (ph_call_t){.kind = PH_CALL_ABSENT, .absent = {.kind = PH_CALL_ABSENT_NEVER}};
    PH_CHECK(ph_dispatch(rt, &root, &inner) == PH_ERR_UNSUPPORTED);

    ph_hash_t a = {{1}}, b = {{2}};
    ph_small_event_moved(rt, &a, &b);
    PH_CHECK(world->event.kind == 7 && world->event.small.kind == 1 && world->event.small.moved.to.bytes[0] == 2);
    ph_small_event_pair(rt, 3, (ph_blob_t){PH_BYTES_LIT("q")});
    PH_CHECK(world->event.small.pair._0 == 3 && world->event.small.pair._1.v.len == 1);
    ph_small_event_head_set(rt, (ph_para_id_t){8});
    PH_CHECK(world->event.small.head_set.v == 8);
    ph_small_event_silence(rt);
    PH_CHECK(world->event.small.kind == PH_EVENT_SMALL_SILENCE);
    PH_CHECK(ph_pallet_count == 2 && ph_pallets[0].item_count == 10 && ph_pallets[1].later && !ph_pallets[0].later);
}

void ph_small_const_now(ph_rt_t *rt, uint32_t *out)
{
    PH_CHECK(rt != NULL);
    *out = 77;
}

static void metadata(ph_rt_t *rt)
{
    PH_CHECK(PH_SMALL_CONST_MOST == 0x1234);
    size_t computed = 0, magic[2] = {0}, at = 0;
    for (size_t i = 0; i < ph_metadata_part_count; i++) {
        const ph_metadata_part_t *part = &ph_metadata_parts[i];
        PH_CHECK(part->versions != 0 && (part->versions & ~(unsigned)(PH_METADATA_V14 | PH_METADATA_V15)) == 0);
        if (part->constant != NULL) {
            ph_writer_t value = ph_writer_in(rt->arena);
            part->constant(rt, &value);
            is_hex(ph_writer_bytes(&value), "4d000000");
            computed++;
            continue;
        }
        PH_CHECK(part->at == at && part->len > 0);
        const uint8_t *bytes = ph_metadata_bytes + at;
        magic[0] += part->versions == PH_METADATA_V14 && memcmp(bytes, "meta\x0e", 5) == 0;
        magic[1] += part->versions == PH_METADATA_V15 && memcmp(bytes, "meta\x0f", 5) == 0;
        at += part->len;
    }
    PH_CHECK(computed == 1 && magic[0] == 1 && magic[1] == 1);
}

static void apis(ph_rt_t *rt)
{
    ph_args_small_heads_t args = {.from = {4}, .state = {.kind = PH_STATE_PAIR, .pair = {._1 = 1000}}};
    ph_writer_t in = ph_writer_in(rt->arena), out = ph_writer_in(rt->arena);
    ph_args_small_heads_encode(&in, &args);
    PH_CHECK(ph_api_call(rt, PH_BYTES_LIT("Small_heads"), ph_writer_bytes(&in), &out) == PH_OK);
    is_hex(ph_writer_bytes(&out), "04"
                                  "045a");
    ph_write_u8(&in, 0);
    PH_CHECK(ph_api_call(rt, PH_BYTES_LIT("Small_heads"), ph_writer_bytes(&in), &out) == PH_ERR_INTERNAL);
    PH_CHECK(strstr(rt->panic, "small_heads") || strstr(rt->panic, "Small_heads"));
    PH_CHECK(ph_api_call(rt, PH_BYTES_LIT("Small_plain"), PH_BYTES_LIT("x"), &out) == PH_ERR_INTERNAL);
    ph_writer_reset(&out);
    PH_CHECK(ph_api_call(rt, PH_BYTES_LIT("Small_plain"), (ph_bytes_t){0}, &out) == PH_OK && out.len == 4);
    ph_writer_reset(&out);
    PH_CHECK(ph_api_call(rt, PH_BYTES_LIT("Small_silent"), PH_BYTES_LIT("\0"), &out) == PH_OK && out.len == 0);
    PH_CHECK(ph_api_call(rt, PH_BYTES_LIT("Small_silent"), PH_BYTES_LIT("\1"), &out) == PH_ERR_INTERNAL);
    PH_CHECK(ph_api_call(rt, PH_BYTES_LIT("Small_someday"), (ph_bytes_t){0}, &out) == PH_ERR_NOT_FOUND);
    PH_CHECK(ph_api_version_count == 1 && ph_api_versions[0].version == 4);
    PH_CHECK(ph_api_methods[PH_API_SMALL_HEADS].args == &ph_type_args_small_heads && PH_API_COUNT == 4);
    PH_CHECK(ph_api_methods[PH_API_SMALL_SOMEDAY].since == 4);
}

static void protocols(void)
{
    PH_CHECK(PH_PROTOCOL_COUNT == 3);
    const ph_protocol_t *fetch = &ph_protocols[PH_PROTO_FETCH_1], *gossip = &ph_protocols[PH_PROTO_GOSSIP_2];
    PH_CHECK(fetch->is_request && fetch->request == &ph_type_hash && fetch->max_response == 5000 &&
             fetch->timeout_ms == 1200);
    PH_CHECK(strcmp(fetch->legacy_name, "/small/fetch") == 0 && fetch->queue == 7 && fetch->max_request == 64);
    PH_CHECK(gossip->is_main && !gossip->is_request && gossip->message == &ph_type_notification_gossip_2);
    PH_CHECK(ph_protocols[PH_PROTO_GOSSIP_1].max_message == 900);
}

/* ---- messages: an overseer that remembers the last thing done ---- */

struct ph_msg {
    uint8_t to, kind;
    const void *payload;
};
static struct ph_msg last;
static void (*last_fn)(void);
static ph_reply_thunk_t last_thunk;
static const void *last_reply;
static char payload_copy[512];

uint8_t ph_msg_kind(const ph_msg_t *msg)
{
    return msg->kind;
}
const void *ph_msg_payload(const ph_msg_t *msg)
{
    return msg->payload;
}
void ph_overseer_send(ph_subsystem_t *self, uint8_t to, uint8_t kind, const void *payload)
{
    (void)self;
    memcpy(payload_copy, payload, ph_subsystems[to].messages[kind].payload->size);
    last = (struct ph_msg){to, kind, payload_copy};
}
void ph_overseer_ask(ph_job_t *job, uint8_t to, uint8_t kind, const void *payload, void *flow, void (*fn)(void),
                     ph_reply_thunk_t thunk)
{
    (void)job, (void)flow;
    ph_overseer_send(NULL, to, kind, payload);
    last_fn = fn;
    last_thunk = thunk;
}
void ph_overseer_reply(ph_subsystem_t *self, ph_msg_t *msg, const void *reply)
{
    (void)self, (void)msg, last_reply = reply;
}

static void on_count(ph_job_t *job, void *flow, ph_err_t err, const ph_opt_u32_t *reply)
{
    (void)job;
    *(uint32_t *)flow = err ? 0 : reply->value;
}

static void messages(void)
{
    ph_head_t head = {.default_ = 3};
    ph_shared_head_t kept = ph_shared_head_new(&head);
    ph_send_keeper_keep(NULL, kept, (ph_para_id_t){6});
    PH_CHECK(last.to == PH_SUBSYSTEM_KEEPER && last.kind == PH_MSG_KEEPER_KEEP);
    PH_CHECK(ph_msg_as_keeper_keep(&last)->para.v == 6 && ph_msg_as_keeper_keep(&last)->thing.rc == kept.rc);
    ph_shared_head_unref(kept);
    ph_state_t idle = {.kind = PH_STATE_IDLE};
    uint32_t seen = 0;
    ph_ask_keeper_count(NULL, &idle, &seen, on_count);
    PH_CHECK(ph_msg_as_keeper_count(&last)->state.kind == PH_STATE_IDLE);
    ph_opt_u32_t reply = {true, 12};
    ph_reply_keeper_count(NULL, &last, &reply);
    last_thunk(last_fn, NULL, &seen, PH_OK, last_reply);
    PH_CHECK(seen == 12);
    ph_ask_runtime_request_heads(NULL, &(ph_hash_t){{9}}, (ph_para_id_t){4}, &idle, NULL, NULL);
    PH_CHECK(last.to == PH_SUBSYSTEM_RUNTIME && ph_msg_as_runtime_request_heads(&last)->relay_parent.bytes[0] == 9);
    const ph_api_request_t *request = &ph_runtime_requests[last.kind];
    PH_CHECK(strcmp(request->method, "Small_heads") == 0 && request->since == 2 &&
             request->result == &ph_type_vec_blob);
    PH_CHECK(request->reply == &ph_type_res_vec_blob_runtime_api_error);
    const ph_subsystem_info_t *asker = &ph_subsystems[PH_SUBSYSTEM_ASKER],
                              *keeper = &ph_subsystems[PH_SUBSYSTEM_KEEPER];
    PH_CHECK(PH_SUBSYSTEM_COUNT == 3 && asker->capacity == 16 && asker->route_count == 6 && asker->message_count == 1);
    PH_CHECK(keeper->message_count == 4 && keeper->messages[PH_MSG_KEEPER_KEEP].reply == NULL);
    PH_CHECK(keeper->messages[PH_MSG_KEEPER_COUNT].reply == &ph_type_opt_u32 && keeper->routes[0].unbounded);
    PH_CHECK(!asker->routes[0].unbounded && asker->routes[0].to == PH_SUBSYSTEM_KEEPER);
}

int main(void)
{
    world_t world = {.arena = ph_arena_new()};
    ph_rt_t rt = {.arena = ph_arena_new(), .ops = &host, .host = &world};
    types(rt.arena);
    values(&rt, &world);
    maps(&rt, &world);
    calls_and_events(&rt, &world);
    apis(&rt);
    metadata(&rt);
    protocols();
    messages();
    ph_arena_free(rt.arena);
    ph_arena_free(world.arena);
    puts("small schema: all well");
    return 0;
}
