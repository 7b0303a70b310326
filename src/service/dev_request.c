#include "service/dev_request.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "scale/scale.h"

typedef struct reading {
    ph_dev_request_t *out;
    ph_arena_t *arena;
    const json_t *object;
    char *why;
    size_t why_len;
} reading_t;

static ph_err_t wrong(const reading_t *r, const char *key, const char *expected)
{
    snprintf(r->why, r->why_len, "\"%s\": expected %s", key, expected);
    return PH_ERR_MALFORMED;
}

static ph_err_t read_hex(const reading_t *r, const char *key, ph_bytes_t *out)
{
    const json_t *value = json_object_get(r->object, key);
    const char *text = json_string_value(value);
    size_t len = json_string_length(value);
    if (!text || len < 2 || strncmp(text, "0x", 2) != 0 || ph_unhex(r->arena, text, len, out) != PH_OK)
        return wrong(r, key, "hexadecimal text with 0x in front");
    return PH_OK;
}

static ph_err_t read_hash(const reading_t *r, const char *key)
{
    ph_bytes_t bytes;
    if (read_hex(r, key, &bytes) != PH_OK || bytes.len != sizeof r->out->hash.bytes)
        return wrong(r, key, "a hash: 0x and 64 hexadecimal digits");
    memcpy(r->out->hash.bytes, bytes.data, bytes.len);
    return PH_OK;
}

static ph_err_t read_at(const reading_t *r, const char *key)
{
    const json_t *value = json_object_get(r->object, key);
    const char *text = json_string_value(value);
    ph_dev_request_t *out = r->out;
    if (!value || (text && strcmp(text, "best") == 0)) {
        out->at = PH_DEV_AT_BEST;
    } else if (text && strcmp(text, "finalized") == 0) {
        out->at = PH_DEV_AT_FINALIZED;
    } else if (json_is_integer(value) && json_integer_value(value) >= 0 && json_integer_value(value) <= UINT32_MAX) {
        out->at = PH_DEV_AT_NUMBER;
        out->number = (ph_block_number_t)json_integer_value(value);
    } else if (text && read_hash(r, key) == PH_OK) {
        out->at = PH_DEV_AT_HASH;
    } else {
        return wrong(r, key, "\"best\", \"finalized\", the hash of a block or its number");
    }
    return PH_OK;
}

/* ---- what each asks ---- */

static ph_err_t read_submit(const reading_t *r)
{
    ph_bytes_t all;
    uint32_t len;
    PH_TRY(read_hex(r, "submit", &all));
    ph_reader_t in = ph_reader(all);
    if (ph_read_compact_u32(&in, &len) != PH_OK || len != ph_reader_left(&in) || len == 0)
        return wrong(r, "submit", "an extrinsic with its length in front, and nothing behind it");
    r->out->bytes = ph_bytes(in.at, len);
    return PH_OK;
}

static ph_err_t read_call(const reading_t *r)
{
    const json_t *value = json_object_get(r->object, "call");
    const char *name = json_string_value(value);
    if (!name || !strchr(name, '_') || strlen(name) != json_string_length(value))
        return wrong(r, "call", "the name of a runtime API's method, such as \"Core_version\"");
    r->out->method = ph_arena_strdup(r->arena, name);
    if (json_object_get(r->object, "args"))
        PH_TRY(read_hex(r, "args", &r->out->bytes));
    return read_at(r, "at");
}

static ph_err_t read_storage(const reading_t *r)
{
    PH_TRY(read_hex(r, "storage", &r->out->bytes));
    return read_at(r, "at");
}

static ph_err_t read_head(const reading_t *r)
{
    return json_is_true(json_object_get(r->object, "head")) ? PH_OK : wrong(r, "head", "true");
}

static ph_err_t read_block(const reading_t *r)
{
    return read_at(r, "block");
}

static ph_err_t read_state(const reading_t *r)
{
    return read_at(r, "state");
}

static ph_err_t read_status(const reading_t *r)
{
    return read_hash(r, "status");
}

static ph_err_t read_act(const reading_t *r)
{
    const json_t *para = json_object_get(r->object, "para");
    if (!json_is_integer(para) || json_integer_value(para) < 0 || json_integer_value(para) > UINT32_MAX)
        return wrong(r, "para", "the number of a para");
    r->out->para.v = (uint32_t)json_integer_value(para);
    PH_TRY(read_hex(r, "act", &r->out->bytes));
    if (ph_courier_action_decode_all(r->out->bytes, r->arena, &r->out->action) != PH_OK)
        return wrong(r, "act", "a CourierAction, as `parahost tool scale encode` makes it");
    return PH_OK;
}

static const struct verb {
    const char *name, *also[2];
    ph_dev_verb_t verb;
    ph_err_t (*read)(const reading_t *r);
} verbs[] = {
    {"submit", {0}, PH_DEV_SUBMIT, read_submit},       {"call", {"args", "at"}, PH_DEV_CALL, read_call},
    {"storage", {"at"}, PH_DEV_STORAGE, read_storage}, {"head", {0}, PH_DEV_HEAD, read_head},
    {"block", {0}, PH_DEV_BLOCK, read_block},          {"status", {0}, PH_DEV_STATUS, read_status},
    {"act", {"para"}, PH_DEV_ACT, read_act},           {"state", {0}, PH_DEV_STATE, read_state},
};
#define VERB_COUNT (sizeof verbs / sizeof *verbs)
#define VERBS      "\"submit\", \"call\", \"storage\", \"head\", \"block\", \"status\", \"act\" or \"state\""

static bool is_key_of(const struct verb *verb, const char *key)
{
    return strcmp(key, "id") == 0 || strcmp(key, verb->name) == 0 ||
           (verb->also[0] && strcmp(key, verb->also[0]) == 0) || (verb->also[1] && strcmp(key, verb->also[1]) == 0);
}

static ph_err_t check_keys(const reading_t *r, const struct verb *verb)
{
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)(uintptr_t)r->object, key, value)
    {
        if (is_key_of(verb, key))
            continue;
        snprintf(r->why, r->why_len, "\"%.40s\" does not belong into a \"%s\"", key, verb->name);
        return PH_ERR_MALFORMED;
    }
    return PH_OK;
}

static ph_err_t read_object(const reading_t *r)
{
    const json_t *id = json_object_get(r->object, "id");
    const struct verb *verb = NULL;
    if (id && (!json_is_integer(id) || json_integer_value(id) < 0))
        return wrong(r, "id", "a number");
    r->out->has_id = id != NULL;
    r->out->id = (uint64_t)json_integer_value(id);
    for (size_t i = 0; i < VERB_COUNT && !verb; i++)
        if (json_object_get(r->object, verbs[i].name))
            verb = &verbs[i];
    if (!verb) {
        snprintf(r->why, r->why_len, "no request: expected an object with " VERBS);
        return PH_ERR_MALFORMED;
    }
    PH_TRY(check_keys(r, verb));
    r->out->verb = verb->verb;
    return verb->read(r);
}

/* Pieces of the request may be cut anywhere, and hold anything. */
static void make_plain(char *text)
{
    for (; *text; text++)
        if (*text < ' ' || *text > '~')
            *text = '?';
}

ph_err_t ph_dev_request_read(ph_dev_request_t *out, ph_arena_t *arena, ph_bytes_t line, char *why, size_t why_len)
{
    json_error_t error;
    memset(out, 0, sizeof *out);
    json_t *json = json_loadb(line.len ? (const char *)line.data : "", line.len, JSON_REJECT_DUPLICATES, &error);
    if (!json) {
        snprintf(why, why_len, "no JSON: column %d: %.100s", error.column, error.text);
        make_plain(why);
        return PH_ERR_MALFORMED;
    }
    ph_err_t err = PH_ERR_MALFORMED;
    if (json_is_object(json))
        err = read_object(&(reading_t){out, arena, json, why, why_len});
    else
        snprintf(why, why_len, "no request: expected an object with " VERBS);
    json_decref(json);
    if (err != PH_OK)
        make_plain(why);
    return err;
}
