/* The steps of a recording of kind `chain`: whole blocks, blocks that must be refused, transactions, any API. */
#include "cli/replay.h"

#include <stdlib.h>
#include <string.h>

#include "chain/api_calls.h"
#include "primitives/hash_of.h"
#include "runtime/apis.h"
#include "runtime/executive.h"
#include "runtime/params.h"
#include "runtime/storage/babe.h"
#include "runtime/storage/chain_parameters.h"
#include "runtime/storage/parachain_limits.h"
#include "runtime/storage/system.h"
#include "runtime/storage/transaction_parameters.h"
#include "runtime/vec.h"

/* ---- parameters ---- */

static bool read_param(const json_t *params, const char *name, uint64_t *out)
{
    const json_t *value = json_object_get(params, name);
    const char *text = json_string_value(value);
    *out = text ? strtoull(text, NULL, 10) : (uint64_t)json_integer_value(value);
    return text || json_is_integer(value);
}

bool ph_replay_chain_params(ph_replay_t *r, const json_t *params)
{
    uint64_t slot_ms, epoch_slots, deposit, len, byte_fee, spec, tx;
    if (!read_param(params, "slot_duration", &slot_ms) || !read_param(params, "epoch_length", &epoch_slots) ||
        !read_param(params, "existential_deposit", &deposit) || !read_param(params, "max_block_length", &len) ||
        !read_param(params, "length_fee_per_byte", &byte_fee) || !read_param(params, "spec_version", &spec) ||
        !read_param(params, "transaction_version", &tx))
        return false;
    if (spec != PH_SPEC_VERSION || tx != PH_TRANSACTION_VERSION || len != PH_MAX_BLOCK_LEN)
        return false;
    const ph_parachain_limits_t limits = {.inherent_ref_time = UINT64_MAX,
                                          .inherent_len = len,
                                          .max_historical_revenue = 10,
                                          .existential_deposit = deposit,
                                          .cooldown_removal_multiplier = 7,
                                          .messages_always_succeed = true};
    const ph_chain_params_t chain = {.slot_ms = slot_ms, .epoch_slots = epoch_slots};
    const ph_transaction_params_t transactions = {.length_fee = byte_fee,
                                                  .operational_fee_multiplier = 5,
                                                  .max_block_ref_time = UINT64_MAX,
                                                  .normal_share.v = 1000000000};
    ph_parachain_limits_limits_set(&r->rt, &limits);
    ph_chain_parameters_params_set(&r->rt, &chain);
    ph_transaction_parameters_params_set(&r->rt, &transactions);
    return true;
}

/* ---- events ---- */

/* What became of an extrinsic is recorded without its weight. */
static bool same_outcome(ph_replay_t *r, const ph_event_record_t *record, const json_t *recorded)
{
    const ph_event_system_t *event = &record->event.system;
    const json_t *said = json_object_get(recorded, "error");
    ph_bytes_t expected;
    if (record->phase.kind != PH_PHASE_APPLY_EXTRINSIC ||
        json_integer_value(json_object_get(recorded, "index")) != record->phase.apply_extrinsic)
        return false;
    if (event->kind == PH_EVENT_SYSTEM_EXTRINSIC_SUCCESS)
        return json_is_true(json_object_get(recorded, "ok")) && json_is_null(said);
    ph_writer_t w = ph_writer_in(r->rt.arena);
    ph_dispatch_error_encode(&w, &event->extrinsic_failed.dispatch_error);
    return json_is_false(json_object_get(recorded, "ok")) && ph_vec_unhex(r->rt.arena, said, &expected) &&
           ph_bytes_equal(expected, ph_writer_bytes(&w));
}

static bool is_outcome(const ph_event_t *event)
{
    return event->kind == PH_EVENT_SYSTEM && (event->system.kind == PH_EVENT_SYSTEM_EXTRINSIC_SUCCESS ||
                                              event->system.kind == PH_EVENT_SYSTEM_EXTRINSIC_FAILED);
}

static const char *recorded_text(ph_replay_t *r, const json_t *recorded)
{
    ph_bytes_t bytes;
    if (!recorded)
        return "none";
    if (json_is_string(recorded) && ph_vec_unhex(r->rt.arena, recorded, &bytes))
        return ph_replay_render(r, &ph_type_event, bytes);
    return ph_arena_printf(r->rt.arena, "the end of extrinsic %d, %s",
                           (int)json_integer_value(json_object_get(recorded, "index")),
                           json_is_true(json_object_get(recorded, "ok")) ? "a success" : "a failure");
}

/* The recorded runtime has no Offences. */
static void drop_offences(ph_vec_event_record_t *events)
{
    size_t kept = 0;
    for (size_t i = 0; i < events->count; i++)
        if (events->items[i].event.kind != PH_EVENT_OFFENCES)
            events->items[kept++] = events->items[i];
    events->count = kept;
}

void ph_replay_chain_events(ph_replay_t *r, ph_vec_entry_t *e)
{
    const json_t *recorded = ph_vec_take(e, "events");
    ph_vec_event_record_t events;
    ph_system_events_get(&r->rt, &events);
    drop_offences(&events);
    for (size_t i = 0; i < events.count || i < json_array_size(recorded); i++) {
        const json_t *said = json_array_get(recorded, i);
        ph_writer_t w = ph_writer_in(r->rt.arena);
        ph_bytes_t expected;
        bool same = false;
        if (i < events.count) {
            ph_event_encode(&w, &events.items[i].event);
            if (is_outcome(&events.items[i].event))
                same = same_outcome(r, &events.items[i], said);
            else
                same = json_is_string(said) && ph_vec_unhex(r->rt.arena, said, &expected) &&
                       ph_bytes_equal(expected, ph_writer_bytes(&w));
        }
        if (!same)
            ph_vec_fail(e, "event %zu: expected %s, got %s", i, recorded_text(r, said),
                        i < events.count ? ph_replay_render(r, &ph_type_event, ph_writer_bytes(&w)) : "none");
    }
}

/* ---- calls whose writes are dropped ---- */

/* The root over all keys contains what we do not have; it is said beforehand. */
static void said_root(void *self, uint8_t out[32], int state_version)
{
    (void)state_version;
    memcpy(out, ((ph_replay_host_t *)self)->root, 32);
}

static void begin_undone(ph_replay_t *r, const uint8_t root[32])
{
    r->rt.panic = NULL;
    memcpy(r->host.root, root, 32);
    r->ops.storage_root = said_root;
    ph_replay_layer(r);
}

static void end_undone(ph_replay_t *r)
{
    ph_overlay_rollback_to(r->overlay, 0);
    r->ops.storage_root = ph_native_host_ops.storage_root;
}

/* ---- blocks ---- */

static void read_header(ph_replay_t *r, ph_vec_entry_t *e, const char *name, ph_header_t *out)
{
    *out = (ph_header_t){0};
    if (ph_header_decode_all(ph_vec_bytes(e, name), r->rt.arena, out) != PH_OK)
        ph_vec_fail(e, "%s does not decode", name);
}

static void read_extrinsics(ph_replay_t *r, ph_vec_entry_t *e, ph_vec_bytes_t *out)
{
    const json_t *list = ph_vec_need(e, "extrinsics");
    ph_vec_alloc(&r->rt, out, json_array_size(list));
    for (size_t i = 0; i < out->count; i++) {
        ph_bytes_t encoded;
        out->items[i] = (ph_bytes_t){0};
        bool hex = ph_vec_unhex(r->rt.arena, json_array_get(list, i), &encoded);
        ph_reader_t reader = ph_reader(hex ? encoded : (ph_bytes_t){0});
        if (!hex || ph_read_bytes(&reader, r->rt.arena, &out->items[i]) != PH_OK || ph_reader_finish(&reader) != PH_OK)
            ph_vec_fail(e, "extrinsics[%zu] is none", i);
    }
}

/* The author, as the block's claim says; UINT32_MAX: it says nothing. */
static uint32_t author_of(ph_replay_t *r, const ph_header_t *header)
{
    for (size_t i = 0; i < header->digest.logs.count; i++) {
        const ph_digest_item_t *item = &header->digest.logs.items[i];
        ph_babe_pre_digest_t claim;
        if (item->kind != PH_DIGEST_ITEM_PRE_RUNTIME ||
            ph_babe_pre_digest_decode_all(item->pre_runtime._1, r->rt.arena, &claim) != PH_OK)
            continue;
        return claim.kind == PH_BABE_PRE_DIGEST_PRIMARY           ? claim.primary.authority_index
               : claim.kind == PH_BABE_PRE_DIGEST_SECONDARY_PLAIN ? claim.secondary_plain.authority_index
                                                                  : claim.secondary_vrf.authority_index;
    }
    return UINT32_MAX;
}

/* The seal is the author's signature; the authorities are those of the state after the block. */
static void check_seal_is_signed(ph_replay_t *r, ph_vec_entry_t *e, const ph_header_t *header)
{
    ph_header_t sealed;
    ph_vec_tup_babe_authority_id_u64_t authorities;
    read_header(r, e, "header", &sealed);
    uint32_t author = author_of(r, header);
    ph_babe_authorities_get(&r->rt, &authorities);
    ph_hash_t hash = ph_hash_of_header(header);
    ph_bytes_t seal = {0};
    if (sealed.digest.logs.count > 0)
        seal = sealed.digest.logs.items[sealed.digest.logs.count - 1].seal._1;
    if (author >= authorities.count || seal.len != 64 ||
        !ph_host_sr25519_verify(&r->rt, seal.data, ph_bytes(hash.bytes, 32), authorities.items[author]._0.bytes))
        ph_vec_fail(e, "the header is not sealed by authority %u", author);
}

/* The sealed header is that for execution and one item of the digest more. */
static void check_seal(ph_replay_t *r, ph_vec_entry_t *e, const ph_header_t *header)
{
    ph_header_t sealed;
    read_header(r, e, "header", &sealed);
    if (sealed.digest.logs.count == 0 ||
        sealed.digest.logs.items[--sealed.digest.logs.count].kind != PH_DIGEST_ITEM_SEAL ||
        !ph_header_equal(&sealed, header))
        ph_vec_fail(e, "the header without its seal is another than the one for execution");
}

static void apply_one(ph_replay_t *r, ph_vec_entry_t *e, size_t i, ph_bytes_t extrinsic, const json_t *recorded)
{
    ph_apply_extrinsic_result_t result;
    ph_writer_t w = ph_writer_in(r->rt.arena);
    ph_bytes_t expected;
    if (ph_executive_apply_extrinsic(&r->rt, &result, extrinsic) != PH_OK) {
        ph_vec_fail(e, "extrinsic %zu panics: %s", i, r->rt.panic);
        return;
    }
    ph_apply_extrinsic_result_encode(&w, &result);
    if (!ph_vec_unhex(r->rt.arena, recorded, &expected) || !ph_bytes_equal(expected, ph_writer_bytes(&w)))
        ph_vec_fail(e, "extrinsic %zu ends with %s, and should with %s", i,
                    ph_replay_render(r, &ph_type_apply_extrinsic_result, ph_writer_bytes(&w)),
                    ph_replay_render(r, &ph_type_apply_extrinsic_result, expected));
}

static void compare_headers(ph_replay_t *r, ph_vec_entry_t *e, const ph_header_t *said, const ph_header_t *ours)
{
    ph_writer_t a = ph_writer_in(r->rt.arena), b = ph_writer_in(r->rt.arena);
    if (ph_header_equal(said, ours))
        return;
    ph_header_encode(&a, ours);
    ph_header_encode(&b, said);
    ph_vec_fail(e, "the header is %s, and should be %s", ph_replay_render(r, &ph_type_header, ph_writer_bytes(&a)),
                ph_replay_render(r, &ph_type_header, ph_writer_bytes(&b)));
}

/* Step by step, so that every extrinsic's result is seen. */
static void build_block(ph_replay_t *r, ph_vec_entry_t *e, const ph_block_t *block)
{
    const json_t *results = ph_vec_need(e, "results");
    ph_header_t header = {0};
    if (ph_executive_initialize_block(&r->rt, &block->header) != PH_OK) {
        ph_vec_fail(e, "opening the block panics: %s", r->rt.panic);
        return;
    }
    if (json_array_size(results) != block->extrinsics.count)
        ph_vec_fail(e, "results: expected one for each extrinsic");
    for (size_t i = 0; i < block->extrinsics.count && !r->rt.panic; i++)
        apply_one(r, e, i, block->extrinsics.items[i], json_array_get(results, i));
    if (!r->rt.panic && ph_executive_finalize_block(&r->rt, &header) != PH_OK)
        ph_vec_fail(e, "closing the block panics: %s", r->rt.panic);
    if (!r->rt.panic)
        compare_headers(r, e, &block->header, &header);
}

/* As an importing node, all at once; then as an author, extrinsic by extrinsic. Only the latter stays. */
void ph_replay_execute_block(ph_replay_t *r, ph_vec_entry_t *e)
{
    ph_block_t block;
    ph_replay_commit(r);
    r->events_before = 0;
    read_header(r, e, "header_for_execution", &block.header);
    read_extrinsics(r, e, &block.extrinsics);
    check_seal(r, e, &block.header);
    ph_vec_take(e, "hash");
    begin_undone(r, block.header.state_root.bytes);
    if (ph_executive_execute_block(&r->rt, &block) != PH_OK)
        ph_vec_fail(e, "block %u: %s", block.header.number, r->rt.panic);
    ph_overlay_rollback_to(r->overlay, 0);
    r->rt.panic = NULL;
    build_block(r, e, &block);
    ph_overlay_rollback_to(r->overlay, 0);
    check_seal_is_signed(r, e, &block.header);
    r->ops.storage_root = ph_native_host_ops.storage_root;
}

/* A wrong state root is any but the one that is said to be right. */
void ph_replay_bad_block(ph_replay_t *r, ph_vec_entry_t *e)
{
    ph_block_t block;
    uint8_t root[32];
    ph_replay_commit(r);
    read_header(r, e, "header_for_execution", &block.header);
    read_extrinsics(r, e, &block.extrinsics);
    memcpy(root, block.header.state_root.bytes, 32);
    if (strcmp(ph_vec_text(e, "why"), "state root") == 0)
        root[0] ^= 0xff;
    ph_vec_take(e, "message");
    ph_vec_take(e, "header");
    begin_undone(r, root);
    ph_err_t err = ph_executive_execute_block(&r->rt, &block);
    end_undone(r);
    ph_vec_expect_text(e, "result", err == PH_OK ? "executed" : "panic");
}

/* ---- questions ---- */

static void ask(ph_replay_t *r, ph_vec_entry_t *e, const char *method, ph_bytes_t args, const ph_type_t *type)
{
    static const uint8_t no_root[32];
    ph_writer_t out = ph_writer_in(r->rt.arena);
    ph_replay_commit(r);
    begin_undone(r, no_root);
    ph_err_t err = ph_api_call(&r->rt, ph_bytes(method, strlen(method)), args, &out);
    end_undone(r);
    ph_bytes_t ours = ph_writer_bytes(&out), recorded = ph_vec_bytes(e, "result");
    if (err)
        ph_vec_fail(e, "%s: %s", method, r->rt.panic ? r->rt.panic : ph_err_text(err));
    else if (!ph_bytes_equal(ours, recorded) && type)
        ph_vec_fail(e, "%s: %s, and should be %s", method, ph_replay_render(r, type, ours),
                    ph_replay_render(r, type, recorded));
    else
        ph_vec_expect_bytes(e, "result", ours);
}

void ph_replay_validate(ph_replay_t *r, ph_vec_entry_t *e)
{
    static const char *const sources[] = {"in_block", "local", "external"};
    ph_writer_t args = ph_writer_in(r->rt.arena);
    const char *source = ph_vec_text(e, "source");
    ph_bytes_t extrinsic = ph_vec_bytes(e, "extrinsic");
    uint8_t block[32], index = 0;
    while (index < 2 && strcmp(sources[index], source) != 0)
        index++;
    ph_vec_fixed(e, "block_hash", block, sizeof block);
    ph_vec_take(e, "why"); /* for people */
    ph_write_u8(&args, index);
    ph_write(&args, extrinsic.data, extrinsic.len);
    ph_write(&args, block, sizeof block);
    ask(r, e, "TaggedTransactionQueue_validate_transaction", ph_writer_bytes(&args), &ph_type_transaction_validity);
}

/* The recorded runtime has another name and says nothing of its APIs. */
static void core_version(ph_replay_t *r, ph_vec_entry_t *e)
{
    ph_runtime_version_t version;
    ph_writer_t w = ph_writer_in(r->rt.arena);
    ph_params_runtime_version(&r->rt, &version);
    version.spec_name = version.impl_name = PH_BYTES_LIT("rt-oracle");
    version.apis.count = 0;
    ph_runtime_version_encode(&w, &version);
    ph_vec_expect_bytes(e, "result", ph_writer_bytes(&w));
}

void ph_replay_chain_api(ph_replay_t *r, ph_vec_entry_t *e)
{
    const char *method = ph_vec_text(e, "method");
    ph_bytes_t args = ph_vec_bytes(e, "args");
    const ph_type_t *type = NULL;
    for (size_t i = 0; i < PH_API_COUNT; i++)
        if (strcmp(ph_api_methods[i].name, method) == 0)
            type = ph_api_methods[i].result;
    if (strcmp(method, "Core_version") == 0)
        core_version(r, e);
    else
        ask(r, e, method, args, type);
}
