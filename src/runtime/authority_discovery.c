/* AuthorityDiscovery: the keys under which validators publish their addresses. (pallet-authority-discovery 50.) */
#include "runtime/storage/authority_discovery.h"
#include "runtime/hooks.h"
#include "runtime/vec.h"

static ph_vec_authority_discovery_id_t keys_of(ph_rt_t *rt, const ph_session_keys_t *keys, size_t count)
{
    ph_vec_authority_discovery_id_t out;
    ph_vec_alloc(rt, &out, count);
    for (size_t i = 0; i < count; i++)
        out.items[i] = keys[i].authority_discovery;
    return out;
}

ph_err_t ph_authority_discovery_on_genesis_session(ph_rt_t *rt, const ph_session_change_t *change)
{
    if (change->validator_count == 0)
        return PH_OK;
    if (ph_authority_discovery_keys_count(rt) != 0)
        return ph_rt_panic(rt, "Keys are already initialized!");
    ph_vec_authority_discovery_id_t keys = keys_of(rt, change->keys, change->validator_count);
    ph_authority_discovery_keys_set(rt, &keys);
    ph_authority_discovery_next_keys_set(rt, &keys);
    return PH_OK;
}

ph_err_t ph_authority_discovery_on_new_session(ph_rt_t *rt, const ph_session_change_t *change)
{
    if (change->changed) {
        ph_vec_authority_discovery_id_t keys = keys_of(rt, change->keys, change->validator_count);
        ph_authority_discovery_keys_set(rt, &keys);
    }
    ph_vec_authority_discovery_id_t next = keys_of(rt, change->queued_keys, change->queued_count);
    ph_authority_discovery_next_keys_set(rt, &next);
    return PH_OK;
}
