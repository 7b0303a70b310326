/* network.json: messages and requests between nodes, names of protocols, and malformed messages. */
#include <stdio.h>
#include <string.h>

#include "cli/vectors_entry.h"
#include "primitives/network.h"
#include "primitives/payload.h"
#include "primitives/registry.h"

/* "req_chunk/1 request", "validation/3", "WireMessage collation/2", "View", or any type of schema/. `inner` says that
 * the file shows what stands inside of protocol messages' outer enum. */
typedef struct message_kind {
    const ph_type_t *type;
    bool is_gossip, is_wire;
} message_kind_t;

static const ph_protocol_t *protocol_named(const char *text, size_t len)
{
    char name[64];
    const char *slash = memchr(text, '/', len);
    if (slash == NULL || (size_t)(slash - text) >= sizeof name || len - (size_t)(slash - text) != 2)
        return NULL;
    memcpy(name, text, (size_t)(slash - text));
    name[slash - text] = '\0';
    return ph_protocol_find(name, (uint32_t)(slash[1] - '0'));
}

/* A notification's message is the frame; its variant 1 holds the protocol's own message. */
static const ph_type_t *inside_frame(const ph_type_t *frame)
{
    if (frame == NULL || frame->kind != PH_KIND_ENUM || frame->variant_count == 0 ||
        frame->variants[0].field_count != 1)
        return NULL;
    return frame->variants[0].fields[0].type;
}

static message_kind_t message_kind(ph_vec_entry_t *e, const char *name)
{
    message_kind_t out = {.type = ph_type_by_name(name)};
    const char *blank = strchr(name, ' ');
    size_t first = blank ? (size_t)(blank - name) : strlen(name);
    out.is_wire = strncmp(name, "WireMessage ", 12) == 0;
    const ph_protocol_t *protocol =
        out.is_wire ? protocol_named(name + 12, strlen(name + 12)) : protocol_named(name, first);
    if (protocol != NULL && !protocol->is_request) {
        out.is_gossip = true;
        out.type = out.is_wire ? protocol->message : inside_frame(protocol->message);
    } else if (protocol != NULL && blank != NULL) {
        bool is_request = strcmp(blank + 1, "request") == 0;
        out.type = is_request ? protocol->request : strcmp(blank + 1, "response") == 0 ? protocol->response : NULL;
    }
    if (out.type == NULL)
        ph_vec_fail(e, "no message %s", name);
    return out;
}

/* The file leaves out the enum around collation messages, which has one variant. */
static json_t *without_envelope(json_t *json)
{
    json_t *inner = json_object_get(json, "CollatorProtocol");
    if (inner == NULL)
        return json;
    json_incref(inner);
    json_decref(json);
    return inner;
}

static json_t *rendered(ph_vec_entry_t *e, message_kind_t kind, const void *value)
{
    json_t *json = ph_vec_render(e->v->arena, kind.type, value);
    json_t *message = kind.is_wire ? json_object_get(json, "ProtocolMessage") : NULL;
    if (message != NULL)
        json_object_set_new(json, "ProtocolMessage", without_envelope(json_incref(message)));
    return kind.is_gossip && !kind.is_wire ? without_envelope(json) : json;
}

/* A Declare comes with the declaring peer's id and what it signs; takes both out of the recorded value. */
static void check_declare(ph_vec_entry_t *e, json_t *recorded)
{
    json_t *declare = json_object_get(recorded, "Declare");
    if (declare == NULL)
        return;
    ph_bytes_t peer, payload;
    if (!ph_vec_unhex(e->v->arena, json_object_get(declare, "peer_id"), &peer) ||
        !ph_vec_unhex(e->v->arena, json_object_get(declare, "signed_payload"), &payload))
        ph_vec_fail(e, "Declare: peer_id and signed_payload must be hex");
    else if (!ph_bytes_equal(payload, ph_payload_of_declare(e->v->arena, peer)))
        ph_vec_fail(e, "Declare: another payload");
    json_object_del(declare, "peer_id");
    json_object_del(declare, "signed_payload");
}

/* Puts the envelope back, so that the recorded value can be parsed. */
static json_t *with_envelope(const ph_type_t *type, json_t *recorded)
{
    bool needs = type->kind == PH_KIND_ENUM && type->variant_count == 1 &&
                 strcmp(type->variants[0].name, "CollatorProtocol") == 0;
    return needs ? json_pack("{s:O}", "CollatorProtocol", recorded) : json_incref(recorded);
}

static json_t *parseable(message_kind_t kind, json_t *recorded)
{
    json_t *message = kind.is_wire ? json_object_get(recorded, "ProtocolMessage") : NULL;
    if (message != NULL)
        return json_pack("{s:o}", "ProtocolMessage", with_envelope(inside_frame(kind.type), message));
    return kind.is_gossip && !kind.is_wire ? with_envelope(kind.type, recorded) : json_incref(recorded);
}

static void expect_parses(ph_vec_entry_t *e, message_kind_t kind, json_t *recorded, ph_bytes_t scale)
{
    char why[160] = "";
    void *value = ph_arena_alloc(e->v->arena, kind.type->size + 1);
    json_t *json = parseable(kind, recorded);
    if (ph_type_parse(json, e->v->arena, kind.type, value, why, sizeof why) != PH_OK) {
        ph_vec_fail(e, "value does not parse: %s", why);
    } else {
        ph_writer_t w = ph_writer_in(e->v->arena);
        ph_type_encode(&w, kind.type, value);
        if (!ph_bytes_equal(scale, ph_writer_bytes(&w)))
            ph_vec_fail(e, "value encodes otherwise");
    }
    json_decref(json);
}

static void check_message(ph_vec_entry_t *e)
{
    message_kind_t kind = message_kind(e, ph_vec_text(e, "type"));
    ph_bytes_t scale = ph_vec_bytes(e, "scale");
    const json_t *value_json = ph_vec_need(e, "value");
    if (e->failed)
        return;
    void *value = ph_arena_alloc(e->v->arena, kind.type->size + 1);
    if (ph_type_decode_all(scale, e->v->arena, kind.type, value) != PH_OK) {
        ph_vec_fail(e, "scale does not decode");
        return;
    }
    ph_writer_t w = ph_writer_in(e->v->arena);
    ph_type_encode(&w, kind.type, value);
    if (!ph_bytes_equal(scale, ph_writer_bytes(&w)))
        ph_vec_fail(e, "what was decoded encodes otherwise");
    char path[300] = "";
    json_t *recorded = json_deep_copy(value_json);
    check_declare(e, recorded);
    json_t *ours = rendered(e, kind, value);
    if (ours == NULL || !ph_vec_same_json(recorded, ours, path, sizeof path))
        ph_vec_fail(e, "value differs: %s", path);
    else
        expect_parses(e, kind, recorded, scale);
    json_decref(ours);
    json_decref(recorded);
}

static void check_malformed_message(ph_vec_entry_t *e)
{
    message_kind_t kind = message_kind(e, ph_vec_text(e, "type"));
    ph_bytes_t scale = ph_vec_bytes(e, "scale");
    (void)ph_vec_take(e, "what");
    if (e->failed)
        return;
    void *value = ph_arena_alloc(e->v->arena, kind.type->size + 1);
    ph_vec_expect_bool(e, "decode_all", ph_type_decode_all(scale, e->v->arena, kind.type, value) == PH_OK);
}

/* ---- names ---- */

static const struct {
    const char *rust;
    ph_protocol_id_t id;
} requests[] = {
    {"ChunkFetchingV1", PH_PROTO_REQ_CHUNK_1},
    {"ChunkFetchingV2", PH_PROTO_REQ_CHUNK_2},
    {"CollationFetchingV1", PH_PROTO_REQ_COLLATION_1},
    {"CollationFetchingV2", PH_PROTO_REQ_COLLATION_2},
    {"CollationFetchingV3", PH_PROTO_REQ_COLLATION_3},
    {"PoVFetchingV1", PH_PROTO_REQ_POV_1},
    {"AvailableDataFetchingV1", PH_PROTO_REQ_AVAILABLE_DATA_1},
    {"DisputeSendingV1", PH_PROTO_SEND_DISPUTE_1},
    {"AttestedCandidateV2", PH_PROTO_REQ_ATTESTED_CANDIDATE_2},
};

static void expect_name(ph_vec_entry_t *e, const char *where, const json_t *recorded, ph_err_t err, const char *ours)
{
    if (err != PH_OK || !json_is_string(recorded) || strcmp(json_string_value(recorded), ours) != 0)
        ph_vec_fail(e, "%s: we get %s", where, err == PH_OK ? ours : "no name");
}

static void check_requests(ph_vec_entry_t *e, const ph_hash_t *genesis, const char *fork)
{
    const json_t *list = ph_vec_need(e, "requests");
    size_t known = sizeof requests / sizeof *requests;
    if (json_array_size(list) != known)
        ph_vec_fail(e, "requests: we know %zu", known);
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *pair = json_array_get(list, i);
        const char *rust = json_string_value(json_array_get(pair, 0));
        size_t k = 0;
        while (k < known && (rust == NULL || strcmp(requests[k].rust, rust) != 0))
            k++;
        if (k == known) {
            ph_vec_fail(e, "requests: we do not know %s", rust ? rust : "that");
            return;
        }
        char ours[PH_PROTOCOL_NAME_MAX];
        ph_err_t err = ph_protocol_wire_name(ours, &ph_protocols[requests[k].id], genesis, fork);
        expect_name(e, rust, json_array_get(pair, 1), err, ours);
    }
}

static void check_peer_set(ph_vec_entry_t *e, const json_t *set, const char *name, const ph_hash_t *genesis,
                           const char *fork)
{
    const ph_protocol_t *versions[8];
    size_t count = ph_protocol_versions(versions, 8, name);
    const json_t *fallback = json_object_get(set, "fallback");
    char ours[PH_PROTOCOL_NAME_MAX];
    if (json_array_size(fallback) + 1 != count || json_object_size(set) != 4) {
        ph_vec_fail(e, "peer set %s: we have %zu versions", name, count);
        return;
    }
    ph_err_t err = ph_protocol_wire_name(ours, versions[0], genesis, fork);
    expect_name(e, "main", json_object_get(set, "main"), err, ours);
    if (json_integer_value(json_object_get(set, "main_version")) != versions[0]->version)
        ph_vec_fail(e, "main_version: ours is %u", (unsigned)versions[0]->version);
    for (size_t i = 1; i < count; i++) {
        err = ph_protocol_fallback_name(ours, versions[i], genesis, fork);
        expect_name(e, "fallback", json_array_get(fallback, i - 1), err, ours);
    }
}

static void check_peer_sets(ph_vec_entry_t *e, const ph_hash_t *genesis, const char *fork)
{
    const json_t *list = ph_vec_need(e, "peer_sets");
    if (json_array_size(list) != 2)
        ph_vec_fail(e, "peer_sets: we know two");
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *set = json_array_get(list, i);
        const char *rust = json_string_value(json_object_get(set, "set"));
        if (rust != NULL && strcmp(rust, "Validation") == 0)
            check_peer_set(e, set, "validation", genesis, fork);
        else if (rust != NULL && strcmp(rust, "Collation") == 0)
            check_peer_set(e, set, "collation", genesis, fork);
        else
            ph_vec_fail(e, "peer_sets: we do not know %s", rust ? rust : "that");
    }
}

static void check_notifications(ph_vec_entry_t *e, const ph_hash_t *genesis, const char *fork)
{
    static const ph_protocol_id_t ids[] = {PH_PROTO_VALIDATION_3, PH_PROTO_COLLATION_1, PH_PROTO_COLLATION_2,
                                           PH_PROTO_COLLATION_3, PH_PROTO_COLLATION_4};
    const json_t *list = ph_vec_need(e, "notifications");
    size_t known = sizeof ids / sizeof *ids;
    if (json_array_size(list) != known)
        ph_vec_fail(e, "notifications: we know %zu", known);
    for (size_t i = 0; i < known && i < json_array_size(list); i++) {
        char ours[PH_PROTOCOL_NAME_MAX];
        ph_err_t err = ph_protocol_wire_name(ours, &ph_protocols[ids[i]], genesis, fork);
        expect_name(e, "notifications", json_array_get(list, i), err, ours);
    }
}

static void check_names(ph_vec_entry_t *e)
{
    ph_hash_t genesis;
    ph_vec_fixed(e, "genesis_hash", genesis.bytes, sizeof genesis.bytes);
    const json_t *fork = ph_vec_need(e, "fork_id");
    if (!json_is_null(fork) && !json_is_string(fork))
        ph_vec_fail(e, "fork_id: expected text or null");
    if (e->failed)
        return;
    check_requests(e, &genesis, json_string_value(fork));
    check_peer_sets(e, &genesis, json_string_value(fork));
    check_notifications(e, &genesis, json_string_value(fork));
}

static void check_network_list(ph_vectors_t *v, const char *list, const json_t *entries,
                               void (*check)(ph_vec_entry_t *e))
{
    size_t i;
    json_t *json;
    json_array_foreach((json_t *)(uintptr_t)entries, i, json)
    {
        ph_vec_entry_t e;
        ph_vec_begin(&e, v, list, json);
        if (!e.failed)
            check(&e);
        ph_vec_end(&e);
    }
}

void ph_vectors_network(ph_vectors_t *v, const json_t *file)
{
    const char *list;
    json_t *entries;
    json_object_foreach((json_t *)(uintptr_t)file, list, entries)
    {
        if (!json_is_array(entries))
            ph_vectors_report(v, list, "list", false, "not a list");
        else if (strcmp(list, "messages") == 0)
            check_network_list(v, list, entries, check_message);
        else if (strcmp(list, "names") == 0)
            check_network_list(v, list, entries, check_names);
        else if (strcmp(list, "malformed") == 0)
            check_network_list(v, list, entries, check_malformed_message);
        else
            ph_vectors_report(v, list, "list", false, "a list we do not know");
    }
}
