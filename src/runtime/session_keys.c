/* Session keys: owners, and the calls that set and remove them. */
#include "runtime/session_keys.h"

#include <string.h>

#include "runtime/currency.h"
#include "runtime/support.h"
#include "runtime/system.h"

void ph_session_key_at(ph_key_type_id_t *type, ph_bytes_t *key, const ph_session_keys_t *keys, size_t i)
{
    static const char types[PH_SESSION_KEY_COUNT][5] = {"gran", "babe", "para", "asgn", "audi", "beef"};
    const ph_bytes_t parts[PH_SESSION_KEY_COUNT] = {
        ph_bytes(keys->grandpa.bytes, 32),
        ph_bytes(keys->babe.bytes, 32),
        ph_bytes(keys->para_validator.bytes, 32),
        ph_bytes(keys->para_assignment.bytes, 32),
        ph_bytes(keys->authority_discovery.bytes, 32),
        ph_bytes(keys->beefy.bytes, 33),
    };
    memcpy(type->bytes, types[i], 4);
    *key = parts[i];
}

static ph_tup_key_type_id_bytes_t owner_key(const ph_session_keys_t *keys, size_t i)
{
    ph_tup_key_type_id_bytes_t out;
    ph_session_key_at(&out._0, &out._1, keys, i);
    return out;
}

ph_err_t ph_session_put_keys(ph_rt_t *rt, bool *had, ph_session_keys_t *old, const ph_account_id_t *who,
                             const ph_session_keys_t *keys)
{
    *had = ph_session_next_keys_get(rt, who, old);
    for (size_t i = 0; i < PH_SESSION_KEY_COUNT; i++) {
        ph_tup_key_type_id_bytes_t key = owner_key(keys, i);
        ph_account_id_t owner;
        if (ph_session_key_owner_get(rt, &key, &owner) && !ph_hash_is(&owner, who))
            return PH_SESSION_ERR_DUPLICATED_KEY;
    }
    for (size_t i = 0; i < PH_SESSION_KEY_COUNT; i++) {
        ph_tup_key_type_id_bytes_t key = owner_key(keys, i);
        if (*had) {
            ph_tup_key_type_id_bytes_t before = owner_key(old, i);
            if (ph_bytes_equal(before._1, key._1))
                continue;
            ph_session_key_owner_remove(rt, &before);
        }
        ph_session_key_owner_set(rt, &key, who);
    }
    ph_session_next_keys_set(rt, who, keys);
    return PH_OK;
}

/* ---- proof of ownership: each key signs "POP_" and the account ---- */

/* Unlike the recovery of public keys, verifying knows no recovery ids of 27 and more. */
static bool ecdsa_signed(ph_rt_t *rt, const uint8_t signature[65], ph_bytes_t message, const uint8_t public_key[33])
{
    uint8_t hash[32], recovered[33];
    ph_host_blake2_256(rt, hash, message);
    return signature[64] < 4 && ph_host_ecdsa_recover(rt, recovered, signature, hash) &&
           memcmp(recovered, public_key, 33) == 0;
}

ph_key_scheme_t ph_session_key_scheme(size_t i)
{
    return i == 0 ? PH_KEY_ED25519 : i == PH_SESSION_KEY_COUNT - 1 ? PH_KEY_ECDSA : PH_KEY_SR25519;
}

ph_bytes_t ph_session_key_statement(ph_rt_t *rt, ph_bytes_t owner)
{
    ph_writer_t w = ph_writer_in(rt->arena);
    ph_write(&w, "POP_", 4);
    ph_write(&w, owner.data, owner.len);
    return ph_writer_bytes(&w);
}

static bool proof_is_valid(ph_rt_t *rt, const ph_account_id_t *who, const ph_session_keys_t *keys, ph_bytes_t proof)
{
    enum { PROOF_LEN = 5 * 64 + 65 };
    if (proof.len != PROOF_LEN)
        return false;
    ph_bytes_t message = ph_session_key_statement(rt, ph_bytes(who->bytes, 32));
    for (size_t i = 0; i < PH_SESSION_KEY_COUNT; i++) {
        ph_key_type_id_t type;
        ph_bytes_t key;
        ph_session_key_at(&type, &key, keys, i);
        const uint8_t *signature = proof.data + i * 64;
        ph_key_scheme_t scheme = ph_session_key_scheme(i);
        bool ok = scheme == PH_KEY_ED25519   ? ph_host_ed25519_verify(rt, signature, message, key.data)
                  : scheme == PH_KEY_SR25519 ? ph_host_sr25519_verify(rt, signature, message, key.data)
                                             : ecdsa_signed(rt, signature, message, key.data);
        if (!ok)
            return false;
    }
    return true;
}

/* ---- calls ---- */

/* An account's first keys hold on to the account; so do keys that take the place of those another chain had set. */
ph_err_t ph_session_call_set_keys(ph_rt_t *rt, const ph_origin_t *origin, const ph_session_keys_t *keys,
                                  ph_bytes_t proof)
{
    ph_account_id_t who;
    PH_TRY(ph_ensure_signed(origin, &who));
    if (!proof_is_valid(rt, &who, keys, proof))
        return PH_SESSION_ERR_INVALID_PROOF;
    bool external = ph_session_externally_set_keys_exists(rt, &who);
    if ((!ph_session_next_keys_exists(rt, &who) || external) && !ph_system_can_inc_consumer(rt, &who))
        return PH_SESSION_ERR_NO_ACCOUNT;
    bool had;
    ph_session_keys_t old;
    PH_TRY(ph_session_put_keys(rt, &had, &old, &who, keys));
    if (had && !external)
        return PH_OK;
    if (had)
        ph_session_externally_set_keys_remove(rt, &who);
    return ph_system_inc_consumers(rt, &who);
}

ph_err_t ph_session_call_purge_keys(ph_rt_t *rt, const ph_origin_t *origin)
{
    ph_account_id_t who;
    PH_TRY(ph_ensure_signed(origin, &who));
    ph_session_keys_t keys;
    if (!ph_session_next_keys_take(rt, &who, &keys))
        return PH_SESSION_ERR_NO_KEYS;
    for (size_t i = 0; i < PH_SESSION_KEY_COUNT; i++) {
        ph_tup_key_type_id_bytes_t key = owner_key(&keys, i);
        ph_session_key_owner_remove(rt, &key);
    }
    ph_runtime_hold_reason_t deposit = {.kind = PH_RUNTIME_HOLD_REASON_SESSION,
                                        .session.kind = PH_SESSION_HOLD_REASON_KEYS};
    if (ph_currency_release_all(rt, &deposit, &who) != PH_OK) /* keys are removed all the same */
        ph_rt_log(rt, PH_LOG_WARN, "session", "the deposit for session keys could not be released");
    if (ph_session_externally_set_keys_exists(rt, &who))
        ph_session_externally_set_keys_remove(rt, &who);
    else
        ph_system_dec_consumers(rt, &who);
    return PH_OK;
}
