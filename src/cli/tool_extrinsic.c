/* `parahost tool extrinsic` */
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "cli/bytes_arg.h"
#include "cli/commands.h"
#include "cli/secret_key.h"
#include "cli/socket_client.h"
#include "crypto/hash.h"
#include "primitives/era.h"
#include "scale/json.h"
#include "service/signed_extrinsic.h"

#define NAME "parahost tool extrinsic"
enum { PERIOD_MIN = 4, PERIOD_MAX = 65536 };
/* Of numbers that may be left away. */
#define ABSENT UINT64_MAX

typedef struct extrinsic_args {
    const char *uri, *call, *era, *era_hash, *genesis, *socket;
    uint64_t nonce, tip, spec_version, tx_version, era_block;
    unsigned scheme;
    bool json;
} extrinsic_args_t;

static const char about[] =
    "Makes and signs a transaction of format 4 and prints its bytes, the length in front. CALL is the call's SCALE "
    "encoding as BYTES,\n"
    "or JSON as `parahost tool scale encode Call` takes it. With --at, a running `parahost dev --socket` is asked for "
    "what is not given:\n"
    "genesis hash, versions, nonce, and the block with which a mortal era begins. URI is as in `parahost tool key`.";

/* ---- the call ---- */

static int wrong_call(const ph_command_t *command, const char *why)
{
    return ph_options_wrong(command, "--call: %s; expected a call, as JSON or SCALE", why);
}

static int call_from_json(const ph_command_t *command, ph_arena_t *arena, ph_bytes_t *out, ph_bytes_t text)
{
    json_error_t error;
    char why[300] = "";
    json_t *json = json_loadb((const char *)text.data, text.len, JSON_REJECT_DUPLICATES, &error);
    if (!json)
        return wrong_call(command, error.text);
    void *value = ph_arena_alloc(arena, ph_type_call.size);
    ph_err_t err = ph_type_parse(json, arena, &ph_type_call, value, why, sizeof why);
    json_decref(json);
    if (err != PH_OK)
        return wrong_call(command, why);
    ph_writer_t w = ph_writer_in(arena);
    ph_type_encode(&w, &ph_type_call, value);
    *out = ph_writer_bytes(&w);
    return PH_OPTIONS_GO;
}

static int call_from_bytes(const ph_command_t *command, ph_arena_t *arena, ph_bytes_t *out)
{
    char why[300];
    ph_reader_t r = ph_reader(*out);
    void *value = ph_arena_alloc(arena, ph_type_call.size);
    if (ph_type_decode(&r, arena, &ph_type_call, value) == PH_OK && ph_reader_finish(&r) == PH_OK)
        return PH_OPTIONS_GO;
    ph_reader_explain(&r, why, sizeof why);
    return wrong_call(command, why);
}

static int read_call(const ph_command_t *command, ph_arena_t *arena, ph_bytes_t *out, const char *arg)
{
    if (strncmp(arg, "0x", 2) == 0) {
        if (ph_cli_bytes_arg(arena, out, NAME ": --call", arg) != PH_OK)
            return 2;
        return call_from_bytes(command, arena, out);
    }
    ph_bytes_t text;
    if (ph_cli_text_arg(arena, &text, NAME ": --call", arg) != PH_OK)
        return 2;
    if (text.len && (text.data[0] == '{' || text.data[0] == '"'))
        return call_from_json(command, arena, out, text);
    /* A file that is no JSON holds SCALE. */
    *out = text;
    return call_from_bytes(command, arena, out);
}

/* ---- what the node knows ---- */

/* A member of the answer that is hex, as bytes. */
static bool hex_member(ph_arena_t *arena, ph_bytes_t *out, const json_t *answer, const char *key)
{
    const char *text = json_string_value(json_object_get(answer, key));
    return text && ph_unhex(arena, text, strlen(text), out) == PH_OK;
}

static bool hash_member(ph_arena_t *arena, ph_hash_t *out, const json_t *answer, const char *key)
{
    ph_bytes_t bytes;
    if (!hex_member(arena, &bytes, answer, key) || bytes.len != sizeof out->bytes)
        return false;
    memcpy(out->bytes, bytes.data, bytes.len);
    return true;
}

static bool odd_answer(const ph_socket_client_t *client, const json_t *answer)
{
    const char *error = json_string_value(json_object_get(answer, "error"));
    fprintf(stderr, NAME ": --at: %s: %s; expected an answer\n", client->path, error ? error : "an odd answer");
    return false;
}

static bool ask_versions(ph_socket_client_t *client, ph_arena_t *arena, extrinsic_args_t *a)
{
    ph_bytes_t bytes;
    ph_runtime_version_t version;
    json_t *answer = ph_client_ask(client, "{\"call\":\"Core_version\"}");
    if (!answer)
        return false;
    bool good =
        hex_member(arena, &bytes, answer, "result") && ph_runtime_version_decode_all(bytes, arena, &version) == PH_OK;
    if (!good)
        (void)odd_answer(client, answer);
    json_decref(answer);
    if (!good)
        return false;
    a->spec_version = a->spec_version != ABSENT ? a->spec_version : version.spec_version;
    a->tx_version = a->tx_version != ABSENT ? a->tx_version : version.transaction_version;
    return true;
}

static bool ask_nonce(ph_socket_client_t *client, ph_arena_t *arena, extrinsic_args_t *a, const uint8_t account[32])
{
    char line[160];
    ph_bytes_t bytes;
    snprintf(line, sizeof line, "{\"call\":\"AccountNonceApi_account_nonce\",\"args\":\"%s\"}",
             ph_hex_in(arena, ph_bytes(account, 32)));
    json_t *answer = ph_client_ask(client, line);
    if (!answer)
        return false;
    bool good = hex_member(arena, &bytes, answer, "result") && bytes.len == 4;
    if (good)
        a->nonce = ph_get_u32(bytes.data);
    else
        (void)odd_answer(client, answer);
    json_decref(answer);
    return good;
}

static bool ask_genesis(ph_socket_client_t *client, ph_arena_t *arena, ph_hash_t *genesis, extrinsic_args_t *a)
{
    json_t *answer = ph_client_ask(client, "{\"head\":true}");
    if (!answer)
        return false;
    const json_t *best = json_object_get(json_object_get(answer, "best"), "number");
    bool good = hash_member(arena, genesis, answer, "genesis") && json_is_integer(best);
    if (!good)
        (void)odd_answer(client, answer);
    else if (a->era_block == ABSENT)
        a->era_block = (uint64_t)json_integer_value(best);
    json_decref(answer);
    return good;
}

static bool ask_era_hash(ph_socket_client_t *client, ph_arena_t *arena, ph_hash_t *out, uint64_t number)
{
    char line[80];
    snprintf(line, sizeof line, "{\"block\":%llu}", (unsigned long long)number);
    json_t *answer = ph_client_ask(client, line);
    if (!answer)
        return false;
    bool good = hash_member(arena, out, answer, "hash");
    if (!good)
        (void)odd_answer(client, answer);
    json_decref(answer);
    return good;
}

/* ---- what is signed ---- */

static int read_hash(const ph_command_t *command, ph_hash_t *out, const char *name, const char *text)
{
    if (ph_unhex_fixed(text, strlen(text), out->bytes, sizeof out->bytes) == PH_OK)
        return PH_OPTIONS_GO;
    return ph_options_wrong(command, "--%s: \"%.80s\"; expected a hash of 64 hexadecimal digits", name, text);
}

/* 0: immortal. */
static int read_period(const ph_command_t *command, uint64_t *period, const char *text)
{
    *period = 0;
    if (strcmp(text, "immortal") == 0 ||
        (ph_options_number(period, text, PERIOD_MIN, PERIOD_MAX) && (*period & (*period - 1)) == 0))
        return PH_OPTIONS_GO;
    return ph_options_wrong(command, "--era: \"%.40s\"; expected immortal, or a power of two from 4 to 65536", text);
}

static int check_complete(const ph_command_t *command, const extrinsic_args_t *a, uint64_t period)
{
    const char *missing = !a->uri                     ? "uri"
                          : !a->call                  ? "call"
                          : a->socket                 ? NULL
                          : a->nonce == ABSENT        ? "nonce"
                          : !a->genesis               ? "genesis-hash"
                          : a->spec_version == ABSENT ? "spec-version"
                          : a->tx_version == ABSENT   ? "tx-version"
                          : !period                   ? NULL
                          : a->era_block == ABSENT    ? "era-block"
                          : !a->era_hash              ? "era-hash"
                                                      : NULL;
    if (!missing)
        return PH_OPTIONS_GO;
    bool required = !a->uri || !a->call;
    return ph_options_wrong(command, "--%s is missing; expected it%s", missing, required ? "" : ", or --at SOCKET");
}

static bool ask_missing(ph_arena_t *arena, extrinsic_args_t *a, ph_to_sign_t *what, const uint8_t account[32])
{
    ph_socket_client_t client;
    bool good = ph_client_open(&client, NAME ": --at", a->socket);
    if (good && (!a->genesis || a->era_block == ABSENT))
        good = ask_genesis(&client, arena, &what->implicit.genesis_hash, a);
    if (good && (a->spec_version == ABSENT || a->tx_version == ABSENT))
        good = ask_versions(&client, arena, a);
    if (good && a->nonce == ABSENT)
        good = ask_nonce(&client, arena, a, account);
    if (good && what->extra.era.period && !a->era_hash) {
        what->extra.era = ph_era_mortal(what->extra.era.period, a->era_block);
        good = ask_era_hash(&client, arena, &what->implicit.era_hash, ph_era_birth(&what->extra.era, a->era_block));
    }
    ph_client_close(&client);
    return good;
}

/* An era begins where its encoding can say it: the hash must be that block's. */
static int check_era_block(const ph_command_t *command, const extrinsic_args_t *a, const ph_era_t *era)
{
    uint64_t birth = ph_era_birth(era, a->era_block);
    if (birth == a->era_block)
        return PH_OPTIONS_GO;
    return ph_options_wrong(command, "--era-block: an era of %llu blocks cannot begin with %llu; expected %llu",
                            (unsigned long long)era->period, (unsigned long long)a->era_block,
                            (unsigned long long)birth);
}

static int gather(const ph_command_t *command, ph_arena_t *arena, extrinsic_args_t *a, ph_to_sign_t *what,
                  const uint8_t account[32])
{
    int status = PH_OPTIONS_GO;
    if (a->socket && !ask_missing(arena, a, what, account))
        return 2;
    if (a->genesis)
        status = read_hash(command, &what->implicit.genesis_hash, "genesis-hash", a->genesis);
    if (status == PH_OPTIONS_GO && what->extra.era.period && a->era_hash) {
        what->extra.era = ph_era_mortal(what->extra.era.period, a->era_block);
        status = check_era_block(command, a, &what->extra.era);
        if (status == PH_OPTIONS_GO)
            status = read_hash(command, &what->implicit.era_hash, "era-hash", a->era_hash);
    }
    if (!what->extra.era.period)
        what->implicit.era_hash = what->implicit.genesis_hash;
    what->extra.nonce = (ph_nonce_t)a->nonce;
    what->extra.tip = a->tip;
    what->implicit.spec_version = (uint32_t)a->spec_version;
    what->implicit.transaction_version = (uint32_t)a->tx_version;
    return status;
}

/* ---- printing ---- */

static void put_bytes(ph_json_t *j, const char *key, const void *data, size_t len)
{
    ph_json_key(j, key);
    ph_json_bytes(j, ph_bytes(data, len));
}

static void put_number(ph_json_t *j, const char *key, uint64_t number)
{
    ph_json_key(j, key);
    ph_json_u64(j, number);
}

static void put_era(ph_json_t *j, const ph_to_sign_t *what)
{
    ph_json_key(j, "era");
    if (!what->extra.era.period) {
        ph_json_string(j, "immortal");
        return;
    }
    ph_json_object(j);
    put_number(j, "period", what->extra.era.period);
    put_number(j, "phase", what->extra.era.phase);
    put_bytes(j, "hash", what->implicit.era_hash.bytes, 32);
    ph_json_end_object(j);
}

static void print_parts(ph_arena_t *arena, const ph_secret_key_t *key, const ph_to_sign_t *what, ph_bytes_t xt)
{
    uint8_t hash[32];
    ph_blake2_256(hash, xt);
    ph_bytes_t payload = ph_signed_payload(arena, what);
    ph_json_t j = ph_json_new(arena, true);
    ph_json_object(&j);
    put_bytes(&j, "extrinsic", xt.data, xt.len);
    put_bytes(&j, "hash", hash, sizeof hash);
    put_bytes(&j, "signer", key->account, sizeof key->account);
    ph_json_key(&j, "scheme");
    ph_json_string(&j, ph_secret_key_schemes[key->scheme]);
    put_bytes(&j, "call", what->call.data, what->call.len);
    put_bytes(&j, "payload", payload.data, payload.len);
    put_number(&j, "nonce", what->extra.nonce);
    ph_json_key(&j, "tip");
    ph_json_big(&j, what->extra.tip);
    put_era(&j, what);
    put_number(&j, "spec_version", what->implicit.spec_version);
    put_number(&j, "transaction_version", what->implicit.transaction_version);
    put_bytes(&j, "genesis_hash", what->implicit.genesis_hash.bytes, 32);
    ph_json_end_object(&j);
    printf("%s\n", ph_json_text(&j));
}

static ph_multi_signature_t sign(const ph_secret_key_t *key, ph_bytes_t payload)
{
    static const uint8_t kinds[] = {[PH_SCHEME_SR25519] = PH_MULTI_SIGNATURE_SR25519,
                                    [PH_SCHEME_ED25519] = PH_MULTI_SIGNATURE_ED25519,
                                    [PH_SCHEME_ECDSA] = PH_MULTI_SIGNATURE_ECDSA,
                                    [PH_SCHEME_ETH] = PH_MULTI_SIGNATURE_ETH};
    uint8_t bytes[65];
    ph_multi_signature_t signature = {.kind = kinds[key->scheme]};
    size_t len = ph_secret_key_sign(key, bytes, payload);
    if (key->scheme == PH_SCHEME_SR25519)
        memcpy(signature.sr25519.bytes, bytes, len);
    else if (key->scheme == PH_SCHEME_ED25519)
        memcpy(signature.ed25519.bytes, bytes, len);
    else if (key->scheme == PH_SCHEME_ECDSA)
        memcpy(signature.ecdsa.bytes, bytes, len);
    else
        memcpy(signature.eth.bytes, bytes, len);
    return signature;
}

static int make(const ph_command_t *command, ph_arena_t *arena, extrinsic_args_t *a)
{
    ph_secret_key_t key;
    ph_to_sign_t what;
    memset(&what, 0, sizeof what);
    int status = read_period(command, &what.extra.era.period, a->era);
    if (status == PH_OPTIONS_GO)
        status = check_complete(command, a, what.extra.era.period);
    if (status == PH_OPTIONS_GO)
        status = read_call(command, arena, &what.call, a->call);
    if (status == PH_OPTIONS_GO)
        status = ph_secret_key_read(command, arena, &key, a->scheme, "--uri", a->uri);
    if (status != PH_OPTIONS_GO)
        return status;
    status = gather(command, arena, a, &what, key.account);
    if (status == PH_OPTIONS_GO) {
        ph_multi_signature_t signature = sign(&key, ph_signed_payload(arena, &what));
        ph_bytes_t xt = ph_signed_extrinsic(arena, key.account, &signature, &what);
        if (a->json)
            print_parts(arena, &key, &what, xt);
        else
            printf("%s\n", ph_hex_in(arena, xt));
        status = 0;
    }
    ph_secret_key_wipe(&key);
    return status;
}

int ph_cli_tool_extrinsic(int argc, char **argv)
{
    size_t count;
    extrinsic_args_t a = {
        .era = "immortal", .nonce = ABSENT, .spec_version = ABSENT, .tx_version = ABSENT, .era_block = ABSENT};
    const ph_option_t options[] = {
        {"uri", PH_OPTION_TEXT, &a.uri, "URI", "the signer's secret, or @FILE or -", 0, 0, NULL},
        {"scheme", PH_OPTION_CHOICE, &a.scheme, "SCHEME", "sr25519 (default), ed25519, ecdsa or eth", 0, 0,
         ph_secret_key_schemes},
        {"call", PH_OPTION_TEXT, &a.call, "CALL", "JSON, 0x and its SCALE encoding, or @FILE or - with either", 0, 0,
         NULL},
        {"nonce", PH_OPTION_U64, &a.nonce, "N", "of the signer's account", 0, UINT32_MAX, NULL},
        {"tip", PH_OPTION_U64, &a.tip, "N", "to the author (default 0)", 0, 0, NULL},
        {"era", PH_OPTION_TEXT, &a.era, "PERIOD", "immortal (default), or for how many blocks: a power of two from 4",
         0, 0, NULL},
        {"era-block", PH_OPTION_U64, &a.era_block, "N", "the block with which the era begins", 0, UINT32_MAX, NULL},
        {"era-hash", PH_OPTION_TEXT, &a.era_hash, "HASH", "of that block", 0, 0, NULL},
        {"genesis-hash", PH_OPTION_TEXT, &a.genesis, "HASH", "of the chain's block 0", 0, 0, NULL},
        {"spec-version", PH_OPTION_U64, &a.spec_version, "N", "of the chain's runtime", 0, UINT32_MAX, NULL},
        {"tx-version", PH_OPTION_U64, &a.tx_version, "N", "of the runtime's transactions", 0, UINT32_MAX, NULL},
        {"at", PH_OPTION_TEXT, &a.socket, "SOCKET", "asks a running `parahost dev` for what is not given", 0, 0, NULL},
        {"json", PH_OPTION_FLAG, &a.json, NULL, "the parts, the bytes and the hash", 0, 0, NULL},
    };
    const ph_command_t command = {
        .name = NAME, .about = about, .options = options, .option_count = sizeof options / sizeof *options};
    int status = ph_options_read(&command, NULL, &count, argc, argv);
    if (status != PH_OPTIONS_GO)
        return status;
    ph_arena_t *arena = ph_arena_new();
    status = make(&command, arena, &a);
    ph_arena_free(arena);
    return status;
}
