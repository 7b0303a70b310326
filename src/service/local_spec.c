/* A local network whose genesis state stands in a chain specification. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "chain/native_host.h"
#include "chain/spec.h"
#include "crypto/hash.h"
#include "runtime/params.h"
#include "runtime/storage/babe.h"
#include "runtime/storage/paras.h"
#include "runtime/storage/system.h"
#include "service/local_private.h"

/* Of the built-in validators, so many are tried at least before an authority is called unknown. */
enum { NAMES_TRIED = 1024, VALIDATORS_MAX = 65536 };

typedef ph_vec_tup_babe_authority_id_babe_authority_weight_t authorities_t;

typedef struct reader {
    ph_arena_t *arena; /* of the reading */
    ph_rt_t rt;        /* looks at the state */
    ph_bytes_t runtime_code;
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

/* ---- what the state says ---- */

static ph_err_t check_spec(reader_t *r, const ph_spec_t *spec)
{
    ph_hash_t ours;
    ph_blake2_256(ours.bytes, r->runtime_code);
    if (!spec->has_code)
        return refuse(r, "there is no :code in the state; expected the runtime of this version");
    if (!ph_hash_equal(&spec->code_hash, &ours))
        return refuse(r, "the chain runs another runtime, code hash %s; expected that of this version, %s",
                      ph_hex_in(r->arena, ph_bytes(spec->code_hash.bytes, 32)),
                      ph_hex_in(r->arena, ph_bytes(ours.bytes, 32)));
    return PH_OK;
}

/* Gives every authority the built-in validator whose key it is. */
static ph_err_t find_validators(reader_t *r, ph_local_t *local, const authorities_t *authorities)
{
    size_t found = 0, tried = authorities->count > NAMES_TRIED ? authorities->count : NAMES_TRIED;
    for (size_t i = 0; i < tried && found < authorities->count; i++) {
        ph_local_validator_t v = {0};
        ph_genesis_validator_t keys = {0};
        PH_TRY(ph_local_make_validator(&v, &keys, i));
        for (size_t a = 0; a < authorities->count; a++) {
            if (memcmp(authorities->items[a]._0.bytes, keys.keys.babe.bytes, 32) != 0)
                continue;
            local->validators[a] = v;
            found++;
        }
    }
    for (size_t a = 0; a < authorities->count; a++)
        if (!local->validators[a].name[0])
            return refuse(r,
                          "authority %zu, %s, is unknown; expected keys of //Alice, //Bob, //Charlie, //Dave, //Eve, "
                          "//Ferdie, //Validator6, …",
                          a, ph_hex_in(r->arena, ph_bytes(authorities->items[a]._0.bytes, 32)));
    return PH_OK;
}

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

static ph_err_t describe(reader_t *r, ph_local_t **out)
{
    authorities_t authorities;
    ph_vec_para_id_t paras;
    ph_block_number_t number;
    ph_system_number_get(&r->rt, &number);
    ph_babe_authorities_get(&r->rt, &authorities);
    ph_paras_parachains_get(&r->rt, &paras);
    if (number != 0)
        return refuse(r, "the state is that of block #%u; expected a genesis state", number);
    if (authorities.count == 0 || authorities.count > VALIDATORS_MAX)
        return refuse(r, "the state names %zu authorities of BABE; expected 1 to %d", (size_t)authorities.count,
                      VALIDATORS_MAX);
    *out = ph_local_alloc(authorities.count, paras.count);
    (*out)->slot_ms = ph_params_slot_ms(&r->rt);
    PH_TRY(find_validators(r, *out, &authorities));
    for (size_t i = 0; i < paras.count; i++)
        PH_TRY(read_para(r, *out, &(*out)->paras[i], paras.items[i]));
    return PH_OK;
}

/* Looks at the state in a store of its own: who the network is must be known before there is one. */
static ph_err_t describe_pairs(reader_t *r, ph_local_t **out, const ph_spec_pairs_t *pairs)
{
    ph_trie_store_t *store = ph_trie_store_new(NULL);
    ph_state_t *state = NULL;
    ph_err_t err = ph_state_build(&state, store, pairs->items, pairs->count, PH_STATE_VERSION);
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

ph_err_t ph_local_from_spec(ph_local_t **out, ph_bytes_t text, ph_bytes_t runtime_code, char *why, size_t why_len)
{
    reader_t r = {.arena = ph_arena_new(), .runtime_code = runtime_code, .why = why, .why_len = why_len};
    ph_local_t *local = NULL;
    ph_spec_t spec;
    ph_spec_pairs_t pairs = {0};
    ph_state_t *state = NULL;
    ph_err_t err = ph_spec_read_pairs(&spec, &pairs, r.arena, text, -1, why, why_len);
    if (err == PH_OK)
        err = check_spec(&r, &spec);
    if (err == PH_OK)
        err = describe_pairs(&r, &local, &pairs);
    if (err == PH_OK)
        err = ph_state_build(&state, local->store, pairs.items, pairs.count, PH_STATE_VERSION);
    if (err == PH_OK)
        local->genesis = ph_relay_block_genesis(state);
    if (local && local->genesis)
        local->genesis->executor = local->executor;
    ph_state_unref(state);
    ph_arena_free(r.arena);
    if (err != PH_OK) {
        ph_local_free(local);
        return err;
    }
    *out = local;
    return PH_OK;
}
