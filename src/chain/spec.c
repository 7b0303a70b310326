#include "chain/spec.h"

#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "crypto/hash.h"
#include "hostapi/version.h"
#include "primitives/hash_of.h"
#include "scale/scale.h"
#include "trie/keys.h"
#include "trie/root.h"

typedef struct spec_reader {
    ph_arena_t *arena;      /* of the pair at hand */
    ph_spec_pairs_t *pairs; /* what the top trie holds goes here too, if not NULL, */
    ph_arena_t *kept;       /* and lives here */
    char *why;
    size_t why_len;
} spec_reader_t;

static ph_err_t fail(spec_reader_t *r, ph_err_t err, const char *format, ...) PH_PRINTF(3, 4);
static ph_err_t fail(spec_reader_t *r, ph_err_t err, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(r->why, r->why_len, format, args);
    va_end(args);
    return err;
}

/* ---- the runtime's version ---- */

ph_err_t ph_spec_code_state_version(int *out, ph_bytes_t code)
{
    ph_runtime_version_t version;
    ph_arena_t *arena = ph_arena_new();
    ph_err_t err = ph_hostapi_version(arena, &version, code);
    ph_arena_free(arena);
    PH_TRY(err);
    *out = version.system_version == 0 ? 0 : 1;
    return PH_OK;
}

/* ---- the state ---- */

static ph_err_t unhex_value(spec_reader_t *r, ph_bytes_t *out, const char *key, const json_t *value)
{
    if (!json_is_string(value) || ph_unhex(r->arena, json_string_value(value), json_string_length(value), out) != PH_OK)
        return fail(r, PH_ERR_MALFORMED, "the value of %.100s is not hexadecimal text", key);
    return PH_OK;
}

static ph_err_t add_pair(spec_reader_t *r, ph_trie_builder_t *builder, const char *key, const json_t *value)
{
    ph_bytes_t k, v;
    if (ph_unhex(r->arena, key, strlen(key), &k) != PH_OK)
        return fail(r, PH_ERR_MALFORMED, "the key %.100s is not hexadecimal", key);
    PH_TRY(unhex_value(r, &v, key, value));
    ph_err_t err = ph_trie_builder_add(builder, k, v);
    if (err != PH_OK)
        return fail(r, err, "the key %.100s… is too long; expected at most %u bytes", key, PH_TRIE_KEY_MAX);
    if (r->pairs)
        ph_list_push(r->kept, r->pairs, ((ph_trie_pair_t){ph_bytes_copy(r->kept, k), ph_bytes_copy(r->kept, v)}));
    ph_arena_reset(r->arena);
    return PH_OK;
}

static ph_err_t add_pairs(spec_reader_t *r, ph_trie_builder_t *builder, const json_t *pairs, const char *where)
{
    const char *key;
    json_t *value;
    if (!json_is_object(pairs))
        return fail(r, PH_ERR_MALFORMED, "%s: expected an object of keys and values", where);
    json_object_foreach((json_t *)(uintptr_t)pairs, key, value) PH_TRY(add_pair(r, builder, key, value));
    return PH_OK;
}

static ph_err_t child_root(spec_reader_t *r, uint8_t out[32], const json_t *pairs, int version)
{
    ph_trie_builder_t child = ph_trie_builder_new();
    ph_err_t err = add_pairs(r, &child, pairs, "genesis.raw.childrenDefault");
    if (err == PH_OK)
        ph_trie_builder_root(&child, out, version);
    ph_trie_builder_free(&child);
    return err;
}

/* A child trie stands in the top trie as its root; an empty one does not stand there at all. */
static ph_err_t add_child(spec_reader_t *r, ph_trie_builder_t *top, const char *name, const json_t *pairs, int version)
{
    uint8_t root[32];
    ph_bytes_t storage_key;
    PH_TRY(child_root(r, root, pairs, version));
    if (json_object_size(pairs) == 0)
        return PH_OK;
    if (ph_unhex(r->arena, name, strlen(name), &storage_key) != PH_OK)
        return fail(r, PH_ERR_MALFORMED, "genesis.raw.childrenDefault: the name %.100s is not hexadecimal", name);
    ph_writer_t key = ph_writer_in(r->arena);
    ph_child_storage_key(&key, storage_key);
    ph_err_t err = ph_trie_builder_add(top, ph_writer_bytes(&key), ph_bytes(root, 32));
    return err == PH_OK ? PH_OK : fail(r, err, "genesis.raw.childrenDefault: the name %.100s… is too long", name);
}

static ph_err_t add_children(spec_reader_t *r, ph_trie_builder_t *top, const json_t *children, int version)
{
    const char *name;
    json_t *pairs;
    if (children && !json_is_object(children))
        return fail(r, PH_ERR_MALFORMED, "genesis.raw.childrenDefault: expected an object of child tries");
    if (r->pairs && json_object_size(children) > 0)
        return fail(r, PH_ERR_UNSUPPORTED,
                    "genesis.raw.childrenDefault: there are child tries; expected a state without");
    json_object_foreach((json_t *)(uintptr_t)children, name, pairs) PH_TRY(add_child(r, top, name, pairs, version));
    return PH_OK;
}

/* The value at ":code", 0x3a636f6465, however the file writes the key. */
static const json_t *find_code(const json_t *top)
{
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)(uintptr_t)top, key, value)
    {
        const char *digits = strncmp(key, "0x", 2) == 0 ? key + 2 : key;
        if (strcasecmp(digits, "3a636f6465") == 0)
            return value;
    }
    return NULL;
}

static ph_err_t read_code(spec_reader_t *r, ph_spec_t *out, const json_t *code, int state_version)
{
    ph_bytes_t blob = {0};
    out->has_code = code != NULL;
    if (code) {
        PH_TRY(unhex_value(r, &blob, ":code", code));
        out->code_len = blob.len;
        ph_blake2_256(out->code_hash.bytes, blob);
    }
    out->state_version = state_version;
    if (state_version >= 0)
        return PH_OK;
    if (!code)
        return fail(r, PH_ERR_NOT_FOUND,
                    "genesis.raw.top has no :code, so the state version is unknown; it has to be given");
    out->version_from = PH_SPEC_VERSION_SECTION;
    ph_err_t err = ph_spec_code_state_version(&out->state_version, blob);
    ph_arena_reset(r->arena);
    if (err == PH_OK)
        return PH_OK;
    if (err != PH_ERR_NOT_FOUND)
        return fail(r, err, ":code is no runtime whose version can be read; the state version has to be given");
    out->version_from = PH_SPEC_VERSION_OLD_BLOB;
    out->state_version = 0;
    return PH_OK;
}

static ph_err_t read_state(spec_reader_t *r, ph_spec_t *out, const json_t *raw, int state_version)
{
    const json_t *top = json_object_get(raw, "top"), *children = json_object_get(raw, "childrenDefault");
    if (!json_is_object(top))
        return fail(r, PH_ERR_MALFORMED, "genesis.raw.top: expected an object of keys and values");
    PH_TRY(read_code(r, out, find_code(top), state_version));
    ph_trie_builder_t builder = ph_trie_builder_new();
    ph_err_t err = add_pairs(r, &builder, top, "genesis.raw.top");
    if (err == PH_OK)
        err = add_children(r, &builder, children, out->state_version);
    if (err == PH_OK)
        ph_trie_builder_root(&builder, out->state_root.bytes, out->state_version);
    ph_trie_builder_free(&builder);
    out->has_state = true;
    out->top_count = json_object_size(top);
    out->child_count = json_object_size(children);
    return err;
}

/* ---- the file ---- */

ph_hash_t ph_spec_genesis_hash(const ph_hash_t *state_root)
{
    ph_header_t header = {.state_root = *state_root};
    memcpy(header.extrinsics_root.bytes, ph_trie_empty_root, sizeof header.extrinsics_root.bytes);
    return ph_hash_of_header(&header);
}

static ph_err_t read_genesis(spec_reader_t *r, ph_spec_t *out, const json_t *genesis, int state_version)
{
    const json_t *raw = json_object_get(genesis, "raw"), *root = json_object_get(genesis, "stateRootHash");
    if (raw)
        return read_state(r, out, raw, state_version);
    if (!root)
        return fail(r, PH_ERR_UNSUPPORTED, "%s; expected a raw chain specification with genesis.raw.top",
                    genesis ? "genesis is not raw" : "there is no \"genesis\"");
    if (r->pairs)
        return fail(r, PH_ERR_UNSUPPORTED, "there is only genesis.stateRootHash; expected the state, genesis.raw.top");
    const char *text = json_string_value(root);
    if (!text || ph_unhex_fixed(text, json_string_length(root), out->state_root.bytes, 32) != PH_OK)
        return fail(r, PH_ERR_MALFORMED, "genesis.stateRootHash: expected 32 bytes of hexadecimal");
    return PH_OK;
}

static ph_err_t read_base(spec_reader_t *r, ph_spec_t *out, const json_t *base)
{
    ph_bytes_t bytes;
    if (!base)
        return PH_OK;
    if (!json_is_string(base) ||
        ph_unhex(r->kept, json_string_value(base), json_string_length(base), &bytes) != PH_OK ||
        ph_header_decode_all(bytes, r->kept, &out->base) != PH_OK)
        return fail(r, PH_ERR_MALFORMED, "base: expected the SCALE encoding of a block's header, hexadecimal");
    if (!ph_hash_equal(&out->base.state_root, &out->state_root))
        return fail(r, PH_ERR_MALFORMED, "base: its state root is not that of the state");
    out->has_base = true;
    out->block_hash = ph_hash_of_header(&out->base);
    return PH_OK;
}

static const char *text_of(ph_arena_t *arena, const json_t *json, const char *key)
{
    const char *text = json_string_value(json_object_get(json, key));
    return text ? ph_arena_strdup(arena, text) : "";
}

ph_err_t ph_spec_read_pairs(ph_spec_t *out, ph_spec_pairs_t *pairs, ph_arena_t *arena, ph_bytes_t text,
                            int state_version, char *why, size_t why_len)
{
    json_error_t where;
    spec_reader_t r = {.pairs = pairs, .kept = arena, .why = why, .why_len = why_len};
    json_t *json = json_loadb((const char *)text.data, text.len, JSON_ALLOW_NUL | JSON_DECODE_INT_AS_REAL, &where);
    *out = (ph_spec_t){.version_from = PH_SPEC_VERSION_GIVEN};
    if (!json)
        return fail(&r, PH_ERR_MALFORMED, "not JSON: line %d, column %d: %s", where.line, where.column, where.text);
    r.arena = ph_arena_new();
    out->name = text_of(arena, json, "name");
    out->id = text_of(arena, json, "id");
    ph_err_t err = read_genesis(&r, out, json_object_get(json, "genesis"), state_version);
    if (err == PH_OK) {
        out->block_hash = ph_spec_genesis_hash(&out->state_root);
        err = read_base(&r, out, json_object_get(json, "base"));
    }
    ph_arena_free(r.arena);
    json_decref(json);
    return err;
}

ph_err_t ph_spec_read(ph_spec_t *out, ph_arena_t *arena, ph_bytes_t text, int state_version, char *why, size_t why_len)
{
    return ph_spec_read_pairs(out, NULL, arena, text, state_version, why, why_len);
}
