/* sr25519.json: keys of secret URIs, soft derivation, SS58 addresses and the three signature schemes. */
#include <stdlib.h>

#include "cli/vectors_lists.h"
#include "crypto/hash.h"
#include "crypto/keys.h"

static json_t *hex(ph_arena_t *arena, const void *data, size_t len)
{
    char *text = ph_arena_alloc(arena, 2 * len + 1);
    ph_hex(text, ph_bytes(data, len));
    return json_string(text);
}

/* Compares what we made (and drops it) with a member. */
static void expect_tree(ph_vec_entry_t *e, const char *key, json_t *ours)
{
    char path[256] = "";
    const json_t *recorded = ph_vec_need(e, key);
    if (recorded && !ph_vec_same_json(recorded, ours, path, sizeof path))
        ph_vec_fail(e, "%s: differs at %s", key, path[0] ? path : "the top");
    json_decref(ours);
}

/* ---- keys ---- */

static json_t *parsed_tree(ph_arena_t *arena, const ph_secret_uri_t *uri)
{
    json_t *junctions = json_array();
    for (size_t i = 0; i < uri->junction_count; i++)
        json_array_append_new(junctions, json_pack("{s:s,s:o}", "kind", uri->junctions[i].hard ? "hard" : "soft",
                                                   "chain_code", hex(arena, uri->junctions[i].chain_code, 32)));
    json_t *password =
        uri->has_password ? json_stringn((const char *)uri->password.data, uri->password.len) : json_null();
    return json_pack("{s:o,s:o,s:o}", "phrase", json_stringn((const char *)uri->phrase.data, uri->phrase.len),
                     "password", password, "junctions", junctions);
}

/* Addresses under the prefixes that the record asks for. */
static json_t *addresses(ph_vec_entry_t *e, const char *scheme, ph_bytes_t key)
{
    const char *prefix;
    json_t *recorded, *out = json_object();
    char text[PH_SS58_TEXT_MAX];
    json_object_foreach(json_object_get(json_object_get(e->json, scheme), "ss58"), prefix, recorded)
    {
        long value = strtol(prefix, NULL, 10);
        if (value < 0 || value >= 1 << 14) {
            ph_vec_fail(e, "%s.ss58: bad prefix", scheme);
            continue;
        }
        ph_ss58_encode(text, (uint16_t)value, key);
        json_object_set_new(out, prefix, json_string(text));
    }
    return out;
}

static void check_sr25519_key(ph_vec_entry_t *e, ph_bytes_t text, const ph_secret_uri_t *uri)
{
    ph_arena_t *arena = e->v->arena;
    ph_sr25519_keypair_t pair;
    uint8_t mini[32], form[64];
    bool has_mini;
    if (ph_sr25519_from_uri(&pair, mini, &has_mini, text, ph_bytes(NULL, 0), NULL) != PH_OK) {
        expect_tree(e, "sr25519", json_null());
        return;
    }
    ph_sr25519_secret_ed25519_form(form, &pair);
    /* the nonce seed is drawn at random behind a soft junction */
    bool determined = uri->junction_count == 0 || uri->junctions[uri->junction_count - 1].hard;
    expect_tree(e, "sr25519",
                json_pack("{s:o,s:o,s:o,s:o,s:o,s:o}", "public", hex(arena, pair.public_key, 32), "mini_secret",
                          has_mini ? hex(arena, mini, 32) : json_null(), "secret_scalar", hex(arena, pair.secret, 32),
                          "secret", determined ? hex(arena, pair.secret, 64) : json_null(), "secret_ed25519_form",
                          determined ? hex(arena, form, 64) : json_null(), "ss58",
                          addresses(e, "sr25519", ph_bytes(pair.public_key, 32))));
}

static void check_seeded_key(ph_vec_entry_t *e, const char *scheme, bool refused, ph_bytes_t public_key,
                             const uint8_t *seed)
{
    ph_arena_t *arena = e->v->arena;
    expect_tree(e, scheme,
                refused ? json_null()
                        : json_pack("{s:o,s:o,s:o}", "public", hex(arena, public_key.data, public_key.len), "seed",
                                    hex(arena, seed, 32), "ss58", addresses(e, scheme, public_key)));
}

static void check_key(ph_vec_entry_t *e, const json_t *file)
{
    (void)file;
    ph_secret_uri_t uri;
    ph_ed25519_keypair_t ed = {0};
    ph_ecdsa_keypair_t ec = {0};
    const char *c_text = ph_vec_text(e, "uri");
    ph_bytes_t text = ph_bytes(c_text, strlen(c_text)), none = {0};
    bool parses = ph_secret_uri_parse(&uri, text) == PH_OK;
    expect_tree(e, "parsed", parses ? parsed_tree(e->v->arena, &uri) : json_null());
    check_sr25519_key(e, text, &uri);
    bool refused = ph_ed25519_from_uri(&ed, text, none) != PH_OK;
    check_seeded_key(e, "ed25519", refused, ph_bytes(ed.public_key, 32), ed.seed);
    refused = ph_ecdsa_from_uri(&ec, text, none) != PH_OK;
    check_seeded_key(e, "ecdsa", refused, ph_bytes(ec.public_key, 33), ec.seed);
}

/* ---- soft derivation, addresses ---- */

static void check_soft(ph_vec_entry_t *e, const json_t *file)
{
    (void)file;
    uint8_t public_key[32], secret[64];
    ph_sr25519_keypair_t pair;
    ph_bytes_t code;
    ph_vec_fixed(e, "public", public_key, 32);
    ph_vec_fixed(e, "secret", secret, 64);
    const json_t *codes = ph_vec_need(e, "chain_codes");
    if (ph_sr25519_from_secret(&pair, secret) != PH_OK || memcmp(pair.public_key, public_key, 32) != 0)
        ph_vec_fail(e, "secret: not the public key's");
    for (size_t i = 0; !e->failed && i < json_array_size(codes); i++) {
        if (!ph_vec_unhex(e->v->arena, json_array_get(codes, i), &code) || code.len != 32 ||
            ph_sr25519_derive_soft_public(public_key, public_key, code.data) != PH_OK) {
            ph_vec_fail(e, "chain_codes: expected 32 bytes each");
            break;
        }
        ph_sr25519_derive_soft(&pair, &pair, code.data, NULL);
    }
    ph_vec_expect_bytes(e, "derived_public", ph_bytes(public_key, 32));
    ph_vec_expect_bytes(e, "derived_public", ph_bytes(pair.public_key, 32));
    ph_vec_expect_bytes(e, "derived_secret_scalar", ph_bytes(pair.secret, 32));
}

static const struct {
    const char *text;
    ph_err_t err;
} ss58_errors[] = {
    {"Base 58 requirement is violated", PH_ERR_MALFORMED},
    {"Length is bad", PH_ERR_MALFORMED},
    {"Invalid SS58 prefix byte.", PH_ERR_MALFORMED},
    {"Invalid checksum", PH_ERR_INVALID},
    {"Disallowed SS58 Address Format for this datatype.", PH_ERR_UNSUPPORTED},
};

static void expect_ss58_error(ph_vec_entry_t *e, ph_err_t err)
{
    const char *text = ph_vec_text(e, "error");
    for (size_t i = 0; i < sizeof ss58_errors / sizeof *ss58_errors; i++)
        if (strcmp(ss58_errors[i].text, text) == 0 && ss58_errors[i].err == err)
            return;
    ph_vec_fail(e, "error: we get \"%s\"", ph_err_text(err));
}

static void check_ss58(ph_vec_entry_t *e, const json_t *file)
{
    (void)file;
    uint8_t key[32];
    uint16_t prefix;
    char again[PH_SS58_TEXT_MAX];
    const char *address = ph_vec_text(e, "address");
    ph_err_t err = ph_ss58_decode(key, sizeof key, &prefix, address, strlen(address));
    ph_vec_expect_bool(e, "ok", err == PH_OK);
    if (err != PH_OK) {
        expect_ss58_error(e, err);
        return;
    }
    ph_vec_expect_bytes(e, "public", ph_bytes(key, 32));
    ph_vec_expect_u64(e, "prefix", prefix);
    ph_ss58_encode(again, prefix, ph_bytes(key, 32));
    ph_vec_expect_text(e, "address", again);
}

/* ---- signatures: of another length than the scheme's they are invalid ---- */

static bool take_signature(ph_vec_entry_t *e, ph_bytes_t *public_key, size_t key_len, ph_bytes_t *message,
                           ph_bytes_t *signature, size_t signature_len)
{
    *public_key = ph_vec_bytes(e, "public");
    *message = ph_vec_bytes(e, "message");
    *signature = ph_vec_bytes(e, "signature");
    return public_key->len == key_len && signature->len == signature_len;
}

static void check_sr25519(ph_vec_entry_t *e, const json_t *file)
{
    (void)file;
    ph_bytes_t key, message, signature;
    bool sized = take_signature(e, &key, 32, &message, &signature, 64);
    ph_vec_expect_bool(e, "valid", sized && ph_sr25519_verify(signature.data, message, key.data));
    ph_vec_expect_bool(e, "valid_deprecated", sized && ph_sr25519_verify_deprecated(signature.data, message, key.data));
}

static void check_ed25519(ph_vec_entry_t *e, const json_t *file)
{
    (void)file;
    ph_bytes_t key, message, signature;
    bool sized = take_signature(e, &key, 32, &message, &signature, 64);
    ph_vec_expect_bool(e, "valid", sized && ph_ed25519_verify(signature.data, message, key.data));
}

static void check_ecdsa(ph_vec_entry_t *e, const json_t *file)
{
    (void)file;
    ph_bytes_t key, message, signature;
    uint8_t hash[32], recovered[33];
    bool sized = take_signature(e, &key, 33, &message, &signature, 65);
    ph_blake2_256(hash, message);
    ph_vec_expect_bytes(e, "hash", ph_bytes(hash, 32));
    ph_vec_expect_bool(e, "valid", sized && ph_ecdsa_verify(signature.data, message, key.data));
    ph_vec_expect_bool(e, "valid_deprecated", sized && ph_ecdsa_verify_deprecated(signature.data, message, key.data));
    if (sized && ph_ecdsa_recover(recovered, signature.data, hash) == PH_OK)
        ph_vec_expect_bytes(e, "recovered", ph_bytes(recovered, 33));
    else
        expect_tree(e, "recovered", json_null());
}

void ph_vectors_keys(ph_vectors_t *v, const json_t *file)
{
    static const ph_vec_list_t lists[] = {
        {"keys", check_key},        {"soft_public", check_soft}, {"ss58", check_ss58},
        {"sr25519", check_sr25519}, {"ed25519", check_ed25519},  {"ecdsa", check_ecdsa},
    };
    ph_vec_check_lists(v, file, lists, sizeof lists / sizeof *lists);
}
