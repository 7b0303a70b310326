/* A local network whose first state stands in a chain specification or a state dump. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "chain/dump.h"
#include "chain/native_host.h"
#include "crypto/hash.h"
#include "hostapi/version.h"
#include "runtime/params.h"
#include "runtime/storage/babe.h"
#include "runtime/storage/paras.h"
#include "runtime/storage/session.h"
#include "runtime/storage/system.h"
#include "service/local_private.h"

/* Of the built-in validators, so many are tried at least before an authority is called unknown. */
enum { NAMES_TRIED = 1024, VALIDATORS_MAX = 65536, SLOT_MS_MAX = 3600000 };

typedef ph_vec_tup_babe_authority_id_babe_authority_weight_t authorities_t;

/* What the file says. */
typedef struct source {
    ph_spec_pairs_t pairs;
    bool has_header; /* of the block that the state is of; else it is a genesis state */
    ph_header_t header;
    bool has_root;
    ph_hash_t root; /* that the state is said to have */
} source_t;

/* A key of somebody who validates, now or later. */
typedef struct wanted {
    ph_babe_authority_id_t key;
    bool found;
    ph_local_validator_t validator;
} wanted_t;

typedef struct reader {
    ph_arena_t *arena; /* of the reading */
    ph_rt_t rt;        /* looks at the state */
    ph_bytes_t runtime_code;
    const source_t *source;
    PH_LIST(wanted_t) wanted;
    char *why;
    size_t why_len;
} reader_t;

static ph_err_t PH_PRINTF(2, 3) refuse(reader_t *r, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(r->why, r->why_len, format, args);
    va_end(args);
    return PH_ERR_INVALID;
}

/* ---- what the file says ---- */

static ph_err_t take_dump(reader_t *r, source_t *out, const ph_dump_t *dump)
{
    if (!dump->has_header)
        return refuse(r, "there is no \"header\", so it is unknown which block the state is of; expected what "
                         "--dump-state of this version writes");
    if (dump->state_version != PH_STATE_VERSION)
        return refuse(r, "the state has version %d; expected %d", dump->state_version, PH_STATE_VERSION);
    *out = (source_t){.pairs = dump->pairs,
                      .has_header = true,
                      .header = dump->header,
                      .has_root = dump->has_root,
                      .root = dump->state_root};
    return PH_OK;
}

/* A dump has its state in "top", a specification in "genesis". */
static ph_err_t read_source(reader_t *r, source_t *out, ph_bytes_t text)
{
    ph_dump_t dump;
    ph_spec_t spec;
    ph_err_t err = ph_dump_read(&dump, r->arena, text, r->why, r->why_len);
    if (err == PH_OK)
        return take_dump(r, out, &dump);
    if (err != PH_ERR_NOT_FOUND)
        return err;
    PH_TRY(ph_spec_read_pairs(&spec, &out->pairs, r->arena, text, -1, r->why, r->why_len));
    out->has_header = spec.has_base;
    out->header = spec.base;
    return PH_OK;
}

static bool is_of_this_runtime(reader_t *r, ph_bytes_t code)
{
    ph_runtime_version_t version;
    return ph_hostapi_version(r->arena, &version, code) == PH_OK &&
           ph_bytes_equal(version.spec_name, PH_BYTES_LIT(PH_SPEC_NAME));
}

/* A chain under way may have upgraded its runtime; what the code says of itself must do. */
static ph_err_t check_code(reader_t *r)
{
    const ph_bytes_t key = PH_BYTES_LIT(":code");
    const ph_bytes_t *code = NULL;
    for (size_t i = 0; i < r->source->pairs.count; i++)
        if (ph_bytes_equal(r->source->pairs.items[i].key, key))
            code = &r->source->pairs.items[i].value;
    if (!code)
        return refuse(r, "there is no :code in the state; expected the runtime of this version");
    ph_hash_t ours, theirs;
    ph_blake2_256(ours.bytes, r->runtime_code);
    ph_blake2_256(theirs.bytes, *code);
    if (ph_hash_equal(&ours, &theirs) || (r->source->has_header && is_of_this_runtime(r, *code)))
        return PH_OK;
    return refuse(r, "the chain runs another runtime, code hash %s; expected that of this version, %s",
                  ph_hex_in(r->arena, ph_bytes(theirs.bytes, 32)), ph_hex_in(r->arena, ph_bytes(ours.bytes, 32)));
}

/* ---- who validates ---- */

static void want(reader_t *r, const ph_babe_authority_id_t *key)
{
    for (size_t i = 0; i < r->wanted.count; i++)
        if (memcmp(r->wanted.items[i].key.bytes, key->bytes, sizeof key->bytes) == 0)
            return;
    ph_list_push(r->arena, &r->wanted, ((wanted_t){.key = *key}));
}

/* The authorities, then those of the next session, then all who have set keys: they may be called upon. */
static void list_wanted(reader_t *r, const authorities_t *authorities)
{
    authorities_t next;
    ph_account_id_t account;
    ph_session_keys_t keys;
    ph_bytes_t cursor = {0};
    for (size_t i = 0; i < authorities->count; i++)
        want(r, &authorities->items[i]._0);
    ph_babe_next_authorities_get(&r->rt, &next);
    for (size_t i = 0; i < next.count; i++)
        want(r, &next.items[i]._0);
    while (r->wanted.count < VALIDATORS_MAX && ph_session_next_keys_next(&r->rt, &cursor, &account, &keys))
        want(r, &keys.babe);
}

/* Gives every wanted key the built-in validator whose it is. */
static ph_err_t find_names(reader_t *r)
{
    size_t found = 0, tried = r->wanted.count > NAMES_TRIED ? r->wanted.count : NAMES_TRIED;
    for (size_t i = 0; i < tried && found < r->wanted.count; i++) {
        ph_local_validator_t v = {0};
        ph_genesis_validator_t keys = {0};
        PH_TRY(ph_local_make_validator(&v, &keys, i));
        for (size_t w = 0; w < r->wanted.count; w++) {
            wanted_t *wanted = &r->wanted.items[w];
            if (wanted->found || memcmp(wanted->key.bytes, keys.keys.babe.bytes, sizeof wanted->key.bytes) != 0)
                continue;
            wanted->validator = v;
            wanted->found = true;
            found++;
        }
    }
    return PH_OK;
}

/* Of those who only may validate later, some may be elsewhere; of the authorities, none. */
static ph_err_t find_validators(reader_t *r, size_t *count, const authorities_t *authorities)
{
    list_wanted(r, authorities);
    PH_TRY(find_names(r));
    *count = 0;
    for (size_t i = 0; i < r->wanted.count; i++) {
        const wanted_t *wanted = &r->wanted.items[i];
        *count += wanted->found;
        if (!wanted->found && i < authorities->count)
            return refuse(r,
                          "authority %zu, %s, is unknown; expected keys of //Alice, //Bob, //Charlie, //Dave, //Eve, "
                          "//Ferdie, //Validator6, …",
                          i, ph_hex_in(r->arena, ph_bytes(wanted->key.bytes, sizeof wanted->key.bytes)));
    }
    return PH_OK;
}

/* ---- what the state says ---- */

static ph_err_t read_para(reader_t *r, ph_local_t *local, ph_local_para_t *out, ph_para_id_t id)
{
    ph_head_data_t head;
    ph_validation_code_hash_t hash;
    ph_validation_code_t code;
    if (!ph_paras_heads_get(&r->rt, id, &head) || !ph_paras_current_code_hash_get(&r->rt, id, &hash) ||
        !ph_paras_code_by_hash_get(&r->rt, &hash, &code))
        return refuse(r, "para %u has no head or no code in the state; expected both", id.v);
    *out = (ph_local_para_t){
        .id = id, .code = ph_bytes_copy(local->arena, code.v), .head = ph_bytes_copy(local->arena, head.v)};
    return PH_OK;
}

static ph_err_t check_number(reader_t *r)
{
    ph_block_number_t number;
    ph_hash_t genesis;
    ph_system_number_get(&r->rt, &number);
    if (!r->source->has_header && number != 0)
        return refuse(r, "the state is that of block #%u; expected a genesis state, or what --dump-state writes",
                      number);
    if (r->source->has_header && number != r->source->header.number)
        return refuse(r, "the state is that of block #%u and the header that of #%u; expected them to be of one block",
                      number, r->source->header.number);
    ph_system_block_hash_get(&r->rt, 0, &genesis);
    if (number != 0 && ph_hash_equal(&genesis, &(ph_hash_t){0}))
        return refuse(r, "the state does not know the hash of block 0; expected it in System.BlockHash");
    return PH_OK;
}

static ph_err_t describe(reader_t *r, ph_local_t **out)
{
    authorities_t authorities;
    ph_vec_para_id_t paras;
    size_t validators;
    uint64_t slot_ms = ph_params_slot_ms(&r->rt);
    PH_TRY(check_number(r));
    ph_babe_authorities_get(&r->rt, &authorities);
    ph_paras_parachains_get(&r->rt, &paras);
    if (authorities.count == 0 || authorities.count > VALIDATORS_MAX)
        return refuse(r, "the state names %zu authorities of BABE; expected 1 to %d", (size_t)authorities.count,
                      VALIDATORS_MAX);
    if (slot_ms == 0 || slot_ms > SLOT_MS_MAX)
        return refuse(r, "the state says slots of %llu ms; expected 1 to %d", (unsigned long long)slot_ms, SLOT_MS_MAX);
    PH_TRY(find_validators(r, &validators, &authorities));
    *out = ph_local_alloc(validators, paras.count);
    (*out)->slot_ms = slot_ms;
    for (size_t i = 0, v = 0; i < r->wanted.count; i++)
        if (r->wanted.items[i].found)
            (*out)->validators[v++] = r->wanted.items[i].validator;
    for (size_t i = 0; i < paras.count; i++)
        PH_TRY(read_para(r, *out, &(*out)->paras[i], paras.items[i]));
    return PH_OK;
}

/* Looks at the state in a store of its own: who the network is must be known before there is one. */
static ph_err_t describe_pairs(reader_t *r, ph_local_t **out)
{
    const ph_spec_pairs_t *pairs = &r->source->pairs;
    ph_trie_store_t *store = ph_trie_store_new(NULL);
    ph_state_t *state = NULL;
    ph_err_t err = ph_state_build(&state, store, pairs->items, pairs->count, PH_STATE_VERSION);
    if (err == PH_OK && r->source->has_root &&
        memcmp(r->source->root.bytes, ph_state_root(state), sizeof r->source->root.bytes) != 0)
        err = refuse(r, "the state has another root than it says");
    if (err == PH_OK) {
        ph_overlay_t *overlay = ph_overlay_new(state);
        ph_native_host_t host = {.overlay = overlay};
        r->rt = (ph_rt_t){.arena = r->arena, .ops = &ph_native_host_ops, .host = &host};
        err = describe(r, out);
        ph_native_host_end(&host);
        ph_overlay_free(overlay);
    }
    ph_state_unref(state);
    ph_trie_store_free(store);
    return err;
}

/* ---- the block to begin with ---- */

/* So far that microseconds still fit. */
static bool is_within_clocks(const ph_local_t *local)
{
    return local->genesis->slot.v < UINT64_MAX / 4 / 1000 / local->slot_ms;
}

static ph_err_t make_first(reader_t *r, ph_local_t *local)
{
    ph_state_t *state = NULL;
    const char *reason = "";
    PH_TRY(ph_state_build(&state, local->store, r->source->pairs.items, r->source->pairs.count, PH_STATE_VERSION));
    ph_err_t err = PH_OK;
    if (!r->source->has_header)
        local->genesis = ph_relay_block_genesis(state);
    else if (ph_relay_block_base(&local->genesis, &r->source->header, state, &reason) != PH_OK)
        err = refuse(r, "the header: %s; expected that of the block that the state is of", reason);
    ph_state_unref(state);
    PH_TRY(err);
    local->genesis->executor = local->executor;
    if (!is_within_clocks(local))
        return refuse(r, "the header: slot %llu is beyond all clocks", (unsigned long long)local->genesis->slot.v);
    return PH_OK;
}

ph_err_t ph_local_from_spec(ph_local_t **out, ph_bytes_t text, ph_bytes_t runtime_code, char *why, size_t why_len)
{
    source_t source = {0};
    reader_t r = {
        .arena = ph_arena_new(), .runtime_code = runtime_code, .source = &source, .why = why, .why_len = why_len};
    ph_local_t *local = NULL;
    ph_err_t err = read_source(&r, &source, text);
    if (err == PH_OK)
        err = check_code(&r);
    if (err == PH_OK)
        err = describe_pairs(&r, &local);
    if (err == PH_OK)
        err = make_first(&r, local);
    ph_arena_free(r.arena);
    if (err != PH_OK) {
        ph_local_free(local);
        return err;
    }
    *out = local;
    return PH_OK;
}
