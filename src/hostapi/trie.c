/* ext_trie_*: roots of what the blob hands over, and proofs that sp_trie::generate_trie_proof made. Keccak-256 tries
 * are not offered (no relay-chain runtime imports them). */
#include "trie/compact.h"
#include "trie/root.h"

#include "hostapi/internal.h"
#include "scale/scale.h"

/* An element takes one byte of the blob's memory, and 32 of ours. */
#define ELEMENTS_MAX (1u << 22)

static ph_err_t malformed(ph_wasm_instance_t *instance)
{
    return ph_wasm_refuse(instance, PH_ERR_INVALID, "trie root: the argument does not decode");
}

/* Vec<Vec<u8>>, or Vec<(Vec<u8>, Vec<u8>)>: `width` strings an element, all of them one after the other. They point
 * into the module's memory. */
static ph_err_t take_strings(ph_wasm_instance_t *instance, ph_arena_t *arena, ph_bytes_t **out, size_t *count,
                             uint64_t arg, size_t width)
{
    ph_bytes_t list;
    PH_TRY(ph_hostapi_span(instance, &list, arg));
    ph_reader_t r = ph_reader(list);
    r.borrow = true;
    if (ph_read_length(&r, width, count) != PH_OK || *count > ELEMENTS_MAX)
        return malformed(instance);
    *out = ph_arena_alloc(arena, *count * width * sizeof **out);
    for (size_t i = 0; i < *count * width; i++)
        if (ph_read_bytes(&r, NULL, &(*out)[i]) != PH_OK)
            return malformed(instance);
    return PH_OK;
}

static ph_err_t ordered_root(ph_wasm_instance_t *instance, ph_arena_t *arena, uint8_t out[32], uint64_t arg,
                             int version)
{
    ph_bytes_t *values;
    size_t count;
    PH_TRY(take_strings(instance, arena, &values, &count, arg, 1));
    ph_trie_ordered_root(out, values, count, version);
    return PH_OK;
}

static ph_err_t root(ph_wasm_instance_t *instance, ph_arena_t *arena, uint8_t out[32], uint64_t arg, int version)
{
    ph_bytes_t *strings;
    size_t count;
    PH_TRY(take_strings(instance, arena, &strings, &count, arg, 2));
    ph_trie_pair_t *pairs = ph_arena_alloc(arena, count * sizeof *pairs);
    for (size_t i = 0; i < count; i++)
        pairs[i] = (ph_trie_pair_t){strings[2 * i], strings[2 * i + 1]};
    ph_err_t err = ph_trie_root(out, pairs, ph_trie_sort(pairs, count), version);
    return err == PH_OK ? PH_OK : ph_wasm_refuse(instance, err, "trie root: %s", ph_err_text(err));
}

static ph_err_t give_root(ph_wasm_instance_t *instance, uint64_t *result, uint64_t arg, int version, bool ordered)
{
    uint8_t out[32];
    ph_arena_t *arena = ph_arena_new();
    ph_err_t err = (ordered ? ordered_root : root)(instance, arena, out, arg, version);
    ph_arena_free(arena);
    PH_TRY(err);
    return ph_hostapi_give_fixed(instance, result, out, sizeof out);
}

PH_HOSTAPI(trie_blake2_256_root_version_1)
{
    return give_root(instance, result, args[0], 0, false);
}

PH_HOSTAPI(trie_blake2_256_root_version_2)
{
    int version;
    PH_TRY(ph_hostapi_state_version(instance, &version, args[1]));
    return give_root(instance, result, args[0], version, false);
}

PH_HOSTAPI(trie_blake2_256_ordered_root_version_1)
{
    return give_root(instance, result, args[0], 0, true);
}

PH_HOSTAPI(trie_blake2_256_ordered_root_version_2)
{
    int version;
    PH_TRY(ph_hostapi_state_version(instance, &version, args[1]));
    return give_root(instance, result, args[0], version, true);
}

static ph_err_t verify_proof(ph_wasm_instance_t *instance, uint64_t *result, const uint64_t *args, int version)
{
    const uint8_t *root_arg;
    ph_value_claim_t claim = {.present = true};
    ph_compact_proof_t proof = {0};
    PH_TRY(ph_hostapi_fixed(instance, &root_arg, args[0], 32));
    PH_TRY(ph_hostapi_span(instance, &claim.key, args[2]));
    PH_TRY(ph_hostapi_span(instance, &claim.value, args[3]));
    ph_arena_t *arena = ph_arena_new();
    ph_err_t err = take_strings(instance, arena, &proof.items, &proof.count, args[1], 1);
    if (err == PH_OK)
        *result = ph_value_proof_verify(root_arg, &proof, &claim, 1, version) == PH_VALUE_OK;
    ph_arena_free(arena);
    return err;
}

PH_HOSTAPI(trie_blake2_256_verify_proof_version_1)
{
    return verify_proof(instance, result, args, 0);
}

PH_HOSTAPI(trie_blake2_256_verify_proof_version_2)
{
    int version;
    PH_TRY(ph_hostapi_state_version(instance, &version, args[4]));
    return verify_proof(instance, result, args, version);
}
