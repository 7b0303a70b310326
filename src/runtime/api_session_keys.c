/* SessionKeys and AuthorityDiscoveryApi: the keys of validators. */
#include <stdlib.h>
#include <string.h>

#include "runtime/apis.h"
#include "runtime/session_keys.h"
#include "runtime/storage/authority_discovery.h"
#include "runtime/vec.h"

ph_err_t ph_api_session_keys_decode_session_keys(ph_rt_t *rt, ph_bytes_t encoded,
                                                 ph_opt_vec_tup_bytes_key_type_id_t *out)
{
    ph_session_keys_t keys;
    ph_reader_t r = ph_reader(encoded); /* more may follow */
    out->some = ph_session_keys_decode(&r, rt->arena, &keys) == PH_OK;
    if (!out->some)
        return PH_OK;
    ph_vec_alloc(rt, &out->value, PH_SESSION_KEY_COUNT);
    for (size_t i = 0; i < PH_SESSION_KEY_COUNT; i++) {
        ph_bytes_t key;
        ph_session_key_at(&out->value.items[i]._1, &key, &keys, i);
        out->value.items[i]._0 = ph_bytes_copy(rt->arena, key);
    }
    return PH_OK;
}

/* The keys stand one behind the other, as do the signatures. Keys of the order of the struct, each signed for by
 * itself.
 */
ph_err_t ph_api_session_keys_generate_session_keys(ph_rt_t *rt, ph_bytes_t owner, const ph_opt_bytes_t *seed,
                                                   ph_opaque_generated_session_keys_t *out)
{
    const ph_session_keys_t none = {0};
    ph_writer_t keys = ph_writer_in(rt->arena), proof = ph_writer_in(rt->arena);
    ph_bytes_t statement = ph_session_key_statement(rt, owner);
    uint8_t made[PH_SESSION_KEY_COUNT][PH_KEYRING_PUBLIC_MAX], signature[PH_KEYRING_SIGNATURE_MAX];
    for (size_t i = 0; i < PH_SESSION_KEY_COUNT; i++) {
        ph_key_type_id_t type;
        ph_bytes_t ignored;
        ph_session_key_at(&type, &ignored, &none, i);
        PH_TRY(
            ph_host_key_generate(rt, made[i], ph_session_key_scheme(i), type.bytes, seed->some ? &seed->value : NULL));
        ph_write(&keys, made[i], ph_key_scheme_public_len(ph_session_key_scheme(i)));
    }
    for (size_t i = 0; i < PH_SESSION_KEY_COUNT; i++) {
        ph_key_scheme_t scheme = ph_session_key_scheme(i);
        ph_key_type_id_t type;
        ph_bytes_t ignored;
        ph_session_key_at(&type, &ignored, &none, i);
        if (!ph_host_key_sign(rt, signature, scheme, type.bytes, made[i], statement))
            return ph_rt_panic(rt, "a key that was just made does not sign");
        ph_write(&proof, signature, ph_key_scheme_signature_len(scheme));
    }
    out->keys = ph_writer_bytes(&keys);
    out->proof = ph_writer_bytes(&proof);
    return PH_OK;
}

/* ---- authority discovery: everyone of this session and the next, sorted, each once (as the pallet answers; Rococo
 * adds the sessions that are kept for disputes) ---- */

static int compare_ids(const void *a, const void *b)
{
    return memcmp(a, b, sizeof(ph_authority_discovery_id_t));
}

static void add_ids(ph_rt_t *rt, ph_vec_authority_discovery_id_t *all, const ph_vec_authority_discovery_id_t *some)
{
    ph_vec_authority_discovery_id_t out;
    ph_vec_alloc(rt, &out, all->count + some->count);
    for (size_t i = 0; i < all->count; i++)
        out.items[i] = all->items[i];
    for (size_t i = 0; i < some->count; i++)
        out.items[all->count + i] = some->items[i];
    *all = out;
}

ph_err_t ph_api_authority_discovery_api_authorities(ph_rt_t *rt, ph_vec_authority_discovery_id_t *out)
{
    ph_vec_authority_discovery_id_t next;
    ph_authority_discovery_keys_get(rt, out);
    ph_authority_discovery_next_keys_get(rt, &next);
    add_ids(rt, out, &next);
    if (out->count > 0)
        qsort(out->items, out->count, sizeof *out->items, compare_ids);
    size_t kept = 0;
    for (size_t i = 0; i < out->count; i++)
        if (kept == 0 || compare_ids(&out->items[kept - 1], &out->items[i]) != 0)
            out->items[kept++] = out->items[i];
    out->count = kept;
    return PH_OK;
}
