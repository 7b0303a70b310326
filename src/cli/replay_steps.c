/* The steps of a recording, done by our runtime. */
#include "cli/replay.h"

#include <stdlib.h>
#include <string.h>

#include "runtime/apis.h"
#include "runtime/calls.h"
#include "runtime/dispatch.h"
#include "runtime/dmp.h"
#include "runtime/hooks.h"
#include "runtime/initializer.h"
#include "runtime/message_queue.h"
#include "runtime/on_demand.h"
#include "runtime/para_inherent.h"
#include "runtime/paras.h"
#include "runtime/slashing.h"
#include "runtime/storage/authority_discovery.h"
#include "runtime/storage/configuration.h"
#include "runtime/storage/para_session_info.h"
#include "runtime/storage/session.h"
#include "runtime/support.h"
#include "runtime/vec.h"

/* ---- reading ---- */

/* A list of 32-byte values. */
static size_t fixed_list(ph_replay_t *r, ph_vec_entry_t *e, const char *key, uint8_t (**out)[32])
{
    const json_t *list = ph_vec_need(e, key);
    size_t count = json_array_size(list);
    *out = ph_arena_alloc(r->rt.arena, count * 32);
    for (size_t i = 0; i < count; i++) {
        ph_bytes_t bytes;
        if (!ph_vec_unhex(r->rt.arena, json_array_get(list, i), &bytes) || bytes.len != 32)
            ph_vec_fail(e, "%s[%zu]: expected 32 bytes", key, i);
        else
            memcpy((*out)[i], bytes.data, 32);
    }
    return count;
}

#define READ_LIST(r, e, key, vec)                                                                                      \
    do {                                                                                                               \
        uint8_t(*list_)[32];                                                                                           \
        ph_vec_alloc(&(r)->rt, (vec), fixed_list((r), (e), (key), &list_));                                            \
        if ((vec)->count > 0)                                                                                          \
            memcpy((vec)->items, list_, (vec)->count * 32);                                                            \
    } while (0)

/* ---- raw writes, blocks, sessions ---- */

void ph_replay_set(ph_replay_t *r, ph_vec_entry_t *e)
{
    const char *name;
    json_t *value;
    json_object_foreach((json_t *)(uintptr_t)ph_vec_need(e, "storage"), name, value)
    {
        json_t *text = json_string(name);
        ph_bytes_t key, bytes;
        if (!ph_vec_unhex(r->rt.arena, text, &key))
            ph_vec_fail(e, "storage: %s is no key", name);
        else if (json_is_null(value))
            ph_overlay_clear(r->overlay, key);
        else if (!ph_vec_unhex(r->rt.arena, value, &bytes))
            ph_vec_fail(e, "storage: %s has no value", name);
        else
            ph_overlay_set(r->overlay, key, bytes);
        json_decref(text);
    }
}

void ph_replay_block(ph_replay_t *r, ph_vec_entry_t *e)
{
    ph_rt_t *rt = &r->rt;
    ph_hash_t parent;
    ph_digest_t digest = {0};
    uint32_t number = (uint32_t)ph_vec_u64(e, "number");
    ph_vec_fixed(e, "parent_hash", parent.bytes, 32);
    ph_vec_take(e, "parent_state_root");
    ph_vec_take(e, "parent_header");
    if (json_array_size(ph_vec_need(e, "digest")) != 0)
        ph_vec_fail(e, "digest: expected none");
    ph_replay_commit(r);
    ph_system_reset_events(rt);
    r->events_before = 0;
    ph_system_number_set(rt, number);
    ph_system_parent_hash_set(rt, &parent);
    ph_system_digest_set(rt, &digest);
    if (ph_initializer_on_initialize(rt, number) != PH_OK)
        ph_vec_fail(e, "panic: %s", rt->panic);
    ph_message_queue_on_initialize(rt);
    ph_on_demand_on_initialize(rt);
}

void ph_replay_session(ph_replay_t *r, ph_vec_entry_t *e)
{
    ph_rt_t *rt = &r->rt;
    ph_vec_account_id_t accounts;
    ph_vec_validator_id_t validators, queued;
    ph_vec_assignment_id_t assignment;
    ph_vec_authority_discovery_id_t discovery;
    READ_LIST(r, e, "accounts", &accounts);
    READ_LIST(r, e, "validators", &validators);
    READ_LIST(r, e, "queued", &queued);
    READ_LIST(r, e, "assignment_keys", &assignment);
    READ_LIST(r, e, "discovery_keys", &discovery);
    ph_vec_bool(e, "changed");
    ph_session_index_t index = {(uint32_t)ph_vec_u64(e, "index")};
    const json_t *genesis = ph_vec_take(e, "genesis");
    ph_err_t err = PH_OK;
    if (json_is_true(genesis))
        err = ph_initializer_note_session(rt, index, &validators, NULL);
    ph_session_validators_set(rt, &accounts);
    ph_session_current_index_set(rt, index);
    ph_session_disabled_validators_remove(rt);
    if (!json_is_true(genesis)) {
        err = ph_initializer_note_session(rt, index, &validators, &queued);
        ph_para_session_info_assignment_keys_unsafe_set(rt, &assignment);
    }
    ph_authority_discovery_keys_set(rt, &discovery);
    if (err)
        ph_vec_fail(e, "panic: %s", rt->panic);
}

/* The items of the block's digest. */
static void expect_digest(ph_replay_t *r, ph_vec_entry_t *e)
{
    ph_digest_t digest;
    const json_t *recorded = ph_vec_need(e, "digest");
    ph_system_digest_get(&r->rt, &digest);
    if (json_array_size(recorded) != digest.logs.count)
        ph_vec_fail(e, "digest has %zu items, and should have %zu", digest.logs.count, json_array_size(recorded));
    for (size_t i = 0; i < digest.logs.count && i < json_array_size(recorded); i++) {
        ph_writer_t w = ph_writer_in(r->rt.arena);
        ph_bytes_t expected;
        ph_digest_item_encode(&w, &digest.logs.items[i]);
        if (!ph_vec_unhex(r->rt.arena, json_array_get(recorded, i), &expected) ||
            !ph_bytes_equal(expected, ph_writer_bytes(&w)))
            ph_vec_fail(e, "digest item %zu is %s, and should be %s", i, ph_hex_in(r->rt.arena, ph_writer_bytes(&w)),
                        json_string_value(json_array_get(recorded, i)));
    }
}

void ph_replay_end(ph_replay_t *r, ph_vec_entry_t *e)
{
    ph_rt_t *rt = &r->rt;
    ph_dmp_on_idle(rt);
    if (ph_para_inherent_on_finalize(rt) != PH_OK || ph_initializer_on_finalize(rt, ph_now(rt)) != PH_OK)
        ph_vec_fail(e, "panic: %s", rt->panic);
    expect_digest(r, e);
}

/* ---- inherents ---- */

void ph_replay_inherent(ph_replay_t *r, ph_vec_entry_t *e)
{
    ph_parachains_inherent_data_t data;
    ph_origin_t none = ph_origin_none();
    if (ph_parachains_inherent_data_decode_all(ph_vec_bytes(e, "data"), r->rt.arena, &data) != PH_OK) {
        ph_vec_fail(e, "data does not decode");
        return;
    }
    ph_replay_layer(r);
    ph_err_t err = ph_para_inherent_call_enter(&r->rt, &none, &data);
    ph_replay_settle(r, err);
    ph_vec_expect_text(e, "result", ph_replay_result(r, err));
}

void ph_replay_create_inherent(ph_replay_t *r, ph_vec_entry_t *e)
{
    ph_writer_t call = ph_writer_in(r->rt.arena);
    bool some = false;
    ph_replay_layer(r);
    ph_err_t err = ph_para_inherent_create_inherent(&r->rt, &some, &call, ph_vec_bytes(e, "data"));
    ph_replay_settle(r, PH_ERR_CANCELLED);
    const json_t *filtered = ph_vec_take(e, "filtered");
    if (err)
        ph_vec_fail(e, "panic: %s", r->rt.panic);
    else if (some == json_is_null(filtered))
        ph_vec_fail(e, "%s inherent was made", some ? "an" : "no");
    else if (some)
        ph_vec_expect_bytes(e, "filtered", ph_bytes(call.data + 2, call.len - 2));
}

/* ---- calls ---- */

static bool read_origin(ph_replay_t *r, ph_vec_entry_t *e, ph_origin_t *out)
{
    const char *text = ph_vec_text(e, "origin");
    *out = ph_origin_none();
    if (strcmp(text, "none") == 0)
        return true;
    if (strcmp(text, "root") == 0) {
        *out = ph_origin_root();
        return true;
    }
    if (strncmp(text, "para:", 5) == 0) {
        *out = ph_origin_parachain((ph_para_id_t){(uint32_t)strtoul(text + 5, NULL, 10)});
        return true;
    }
    ph_account_id_t who;
    (void)r;
    if (strncmp(text, "signed:", 7) != 0 || ph_unhex_fixed(text + 7, strlen(text + 7), who.bytes, 32) != PH_OK)
        return false;
    *out = ph_origin_signed(&who);
    return true;
}

static void expect_validity(ph_replay_t *r, ph_vec_entry_t *e, const ph_call_t *call)
{
    ph_transaction_validity_t validity = {.kind = 1};
    ph_writer_t w = ph_writer_in(r->rt.arena);
    (void)ph_unsigned_validate(&r->rt, &validity, (ph_transaction_source_t){PH_TRANSACTION_SOURCE_LOCAL}, call);
    ph_type_encode(&w, &ph_type_res_valid_transaction_transaction_validity_error, &validity);
    ph_vec_expect_bytes(e, "validity", ph_writer_bytes(&w));
}

/* "Other("…")": the text is not part of the state. */
static void expect_result(ph_replay_t *r, ph_vec_entry_t *e, ph_err_t err)
{
    const json_t *recorded = ph_vec_need(e, "result");
    const char *text = json_string_value(recorded);
    if (err == PH_ERR_OTHER_DISPATCH && text && strncmp(text, "Other(", 6) == 0)
        return;
    ph_vec_expect_text(e, "result", ph_replay_result(r, err));
}

/* ---- slashing reports: the recorded runtime has a stand-in for proofs of key ownership ---- */

typedef struct report {
    ph_dispute_proof_t proof;
    uint32_t session, validator_count, index;
    ph_account_id_t offender;
    bool proven;
} report_t;

static bool decode_report(ph_replay_t *r, report_t *out, ph_bytes_t call)
{
    static const uint8_t report_dispute_lost_unsigned[] = {63, 0};
    if (!ph_bytes_start_with(call, ph_bytes(report_dispute_lost_unsigned, 2)))
        return false;
    ph_reader_t reader = ph_reader(ph_bytes(call.data + 2, call.len - 2));
    return ph_dispute_proof_decode(&reader, r->rt.arena, &out->proof) == PH_OK &&
           ph_read_u32(&reader, &out->session) == PH_OK && ph_read_u32(&reader, &out->validator_count) == PH_OK &&
           ph_read_u32(&reader, &out->index) == PH_OK && ph_reader_finish(&reader) == PH_OK;
}

/* The key is validator number `index` of the session; its account is the one of AccountKeys, at genesis the key itself.
 */
static void check_proof(ph_replay_t *r, report_t *report)
{
    ph_session_info_t info;
    ph_vec_account_id_t accounts;
    ph_session_index_t session = {report->session};
    report->proven = report->session == report->proof.time_slot.session_index.v &&
                     ph_para_session_info_sessions_get(&r->rt, session, &info) &&
                     report->validator_count == info.validators.count && report->index < info.validators.count &&
                     memcmp(info.validators.items[report->index].bytes, report->proof.validator_id.bytes, 32) == 0;
    memcpy(report->offender.bytes, report->proof.validator_id.bytes, 32);
    if (report->proven && ph_para_session_info_account_keys_get(&r->rt, session, &accounts) &&
        report->index < accounts.count)
        report->offender = accounts.items[report->index];
}

static void expect_report_validity(ph_replay_t *r, ph_vec_entry_t *e, const report_t *report)
{
    ph_transaction_validity_t validity = {.kind = 1, .err = {.kind = PH_TRANSACTION_VALIDITY_ERROR_INVALID}};
    ph_writer_t w = ph_writer_in(r->rt.arena);
    if (!report->proven) {
        validity.err.invalid.kind = PH_INVALID_TRANSACTION_BAD_PROOF;
    } else if (ph_slashing_is_known(&r->rt, &report->proof, &report->offender)) {
        validity.err.invalid.kind = PH_INVALID_TRANSACTION_STALE;
    } else {
        validity.kind = 0;
        ph_slashing_report_validity(&r->rt, &validity.ok, &report->proof);
    }
    ph_type_encode(&w, &ph_type_res_valid_transaction_transaction_validity_error, &validity);
    ph_vec_expect_bytes(e, "validity", ph_writer_bytes(&w));
}

static void do_report(ph_replay_t *r, ph_vec_entry_t *e, const ph_origin_t *origin, report_t *report)
{
    check_proof(r, report);
    if (json_object_get(e->json, "validity"))
        expect_report_validity(r, e, report);
    ph_err_t err = ph_ensure_none(origin);
    ph_replay_layer(r);
    if (!err)
        err = report->proven ? ph_slashing_report(&r->rt, &report->proof, &report->offender)
                             : PH_PARAS_SLASHING_ERR_INVALID_KEY_OWNERSHIP_PROOF;
    ph_replay_settle(r, err);
    expect_result(r, e, err);
}

void ph_replay_call(ph_replay_t *r, ph_vec_entry_t *e)
{
    report_t report;
    ph_call_t call;
    ph_origin_t origin;
    static const char *const for_people[] = {"pallet", "call", "args"};
    for (size_t i = 0; i < 3; i++)
        ph_vec_take(e, for_people[i]);
    if (!read_origin(r, e, &origin)) {
        ph_vec_fail(e, "origin: expected root, none, signed:HEX or para:ID");
        return;
    }
    if (decode_report(r, &report, ph_vec_bytes(e, "encoded"))) {
        do_report(r, e, &origin, &report);
        return;
    }
    if (ph_call_decode_all(ph_vec_bytes(e, "encoded"), r->rt.arena, &call) != PH_OK) {
        ph_vec_fail(e, "the call does not decode");
        return;
    }
    if (json_object_get(e->json, "validity"))
        expect_validity(r, e, &call);
    ph_replay_layer(r);
    ph_err_t err = ph_dispatch(&r->rt, &origin, &call);
    ph_replay_settle(r, err);
    expect_result(r, e, err);
}

/* ---- functions that are not calls ---- */

typedef struct fn_args {
    ph_reader_t reader;
    ph_arena_t *arena;
    bool bad;
} fn_args_t;

static ph_para_id_t arg_para(fn_args_t *a)
{
    uint32_t id = 0;
    a->bad |= ph_read_u32(&a->reader, &id) != PH_OK;
    return (ph_para_id_t){id};
}

static ph_bytes_t arg_bytes(fn_args_t *a)
{
    ph_bytes_t bytes = {0};
    a->bad |= ph_read_bytes(&a->reader, a->arena, &bytes) != PH_OK;
    return bytes;
}

static bool arg_bool(fn_args_t *a)
{
    bool value = false;
    a->bad |= ph_read_bool(&a->reader, &value) != PH_OK;
    return value;
}

static const char *error_only(ph_err_t err)
{
    return err ? "error" : "ok";
}

static const char *fn_initialize(ph_replay_t *r, fn_args_t *a)
{
    ph_para_id_t para = arg_para(a);
    ph_para_genesis_args_t args = {.genesis_head = {arg_bytes(a)}};
    args.validation_code.v = arg_bytes(a);
    args.para_kind = arg_bool(a);
    return error_only(ph_paras_schedule_initialize(&r->rt, para, &args));
}

static const char *fn_cleanup(ph_replay_t *r, fn_args_t *a)
{
    return error_only(ph_paras_schedule_cleanup(&r->rt, arg_para(a)));
}

static const char *fn_parathread_upgrade(ph_replay_t *r, fn_args_t *a)
{
    return error_only(ph_paras_schedule_parathread_upgrade(&r->rt, arg_para(a)));
}

static const char *fn_parachain_downgrade(ph_replay_t *r, fn_args_t *a)
{
    return error_only(ph_paras_schedule_parachain_downgrade(&r->rt, arg_para(a)));
}

static const char *fn_code_upgrade(ph_replay_t *r, fn_args_t *a)
{
    ph_para_id_t para = arg_para(a);
    ph_validation_code_t code = {arg_bytes(a)};
    ph_upgrade_strategy_t strategy = {arg_bool(a) ? PH_UPGRADE_STRATEGY_SET_GO_AHEAD_SIGNAL
                                                  : PH_UPGRADE_STRATEGY_APPLY_AT_EXPECTED_BLOCK};
    return ph_replay_result(r, ph_paras_schedule_code_upgrade_checked(&r->rt, para, code, strategy));
}

static const char *fn_current_head(ph_replay_t *r, fn_args_t *a)
{
    ph_para_id_t para = arg_para(a);
    ph_paras_set_current_head(&r->rt, para, (ph_head_data_t){arg_bytes(a)});
    return "ok";
}

static const char *fn_downward_message(ph_replay_t *r, fn_args_t *a)
{
    static const char *const names[] = {"ok", "ExceedsMaxMessageSize", "ExceedsMaxQueueSize", "Unroutable"};
    ph_host_configuration_t config;
    ph_configuration_active_config_get(&r->rt, &config);
    ph_para_id_t para = arg_para(a);
    return names[ph_dmp_queue(&r->rt, &config, para, arg_bytes(a))];
}

static const struct {
    const char *name;
    const char *(*run)(ph_replay_t *r, fn_args_t *a);
} functions[] = {
    {"schedule_para_initialize", fn_initialize},
    {"schedule_para_cleanup", fn_cleanup},
    {"schedule_parathread_upgrade", fn_parathread_upgrade},
    {"schedule_parachain_downgrade", fn_parachain_downgrade},
    {"schedule_code_upgrade", fn_code_upgrade},
    {"set_current_head", fn_current_head},
    {"queue_downward_message", fn_downward_message},
};

void ph_replay_fn(ph_replay_t *r, ph_vec_entry_t *e)
{
    const char *name = ph_vec_text(e, "name"), *result = "no such function";
    fn_args_t args = {.reader = ph_reader(ph_vec_bytes(e, "args")), .arena = r->rt.arena};
    ph_replay_layer(r);
    for (size_t i = 0; i < sizeof functions / sizeof *functions; i++)
        if (strcmp(functions[i].name, name) == 0)
            result = functions[i].run(r, &args);
    if (args.bad)
        ph_vec_fail(e, "args do not decode");
    ph_replay_settle(r, strcmp(result, "ok") == 0 ? PH_OK : PH_ERR_REFUSED);
    ph_vec_expect_text(e, "result", result);
}

/* ---- runtime APIs ---- */

/* The root over all keys contains what we do not have; it is part of the question. */
static void storage_root(void *self, uint8_t out[32], int state_version)
{
    (void)state_version;
    memcpy(out, ((ph_replay_host_t *)self)->root, 32);
}

void ph_replay_api(ph_replay_t *r, ph_vec_entry_t *e)
{
    ph_writer_t out = ph_writer_in(r->rt.arena);
    char *method = ph_arena_printf(r->rt.arena, "ParachainHost_%s", ph_vec_text(e, "method"));
    memset(r->host.root, 0, sizeof r->host.root);
    if (json_object_get(e->json, "state_root"))
        ph_vec_fixed(e, "state_root", r->host.root, 32);
    r->ops.storage_root = storage_root;
    ph_replay_layer(r);
    ph_err_t err = ph_api_call(&r->rt, ph_bytes(method, strlen(method)), ph_vec_bytes(e, "args"), &out);
    ph_replay_settle(r, PH_ERR_CANCELLED);
    r->ops.storage_root = ph_native_host_ops.storage_root;
    if (err)
        ph_vec_fail(e, "%s: %s", method, r->rt.panic ? r->rt.panic : ph_err_text(err));
    else
        ph_vec_expect_bytes(e, "result", ph_writer_bytes(&out));
}
