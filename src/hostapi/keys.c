/* ext_crypto_*: keys of the node that runs the call. */
#include "scale/scale.h"

#include "crypto/keyring.h"
#include "hostapi/internal.h"

static ph_err_t keyring_of(ph_wasm_instance_t *instance, const ph_keyring_t **out, const char *what)
{
    *out = ph_hostapi_of(instance)->keys;
    if (*out)
        return PH_OK;
    return ph_wasm_refuse(instance, PH_ERR_UNSUPPORTED, "%s: this call has no keystore", what);
}

/* Vec<Public> */
static ph_err_t public_keys(ph_wasm_instance_t *instance, uint64_t *result, const uint64_t *args,
                            ph_key_scheme_t scheme, const char *what)
{
    const ph_keyring_t *keys;
    const uint8_t *type;
    uint8_t key[PH_KEYRING_PUBLIC_MAX];
    PH_TRY(keyring_of(instance, &keys, what));
    PH_TRY(ph_hostapi_fixed(instance, &type, args[0], 4));
    ph_writer_t w = PH_WRITER_HEAP;
    size_t count = 0;
    while (keys->public_key(keys->self, key, scheme, type, count))
        count++;
    ph_write_compact(&w, count);
    for (size_t i = 0; i < count && keys->public_key(keys->self, key, scheme, type, i); i++)
        ph_write(&w, key, ph_key_scheme_public_len(scheme));
    ph_err_t err = ph_hostapi_give(instance, result, ph_writer_bytes(&w));
    ph_writer_free(&w);
    return err;
}

/* The seed is an Option<Vec<u8>>. */
static ph_err_t generate(ph_wasm_instance_t *instance, uint64_t *result, const uint64_t *args, ph_key_scheme_t scheme,
                         const char *what)
{
    const ph_keyring_t *keys;
    const uint8_t *type;
    ph_bytes_t seed, uri = {0};
    bool some = false;
    uint8_t key[PH_KEYRING_PUBLIC_MAX];
    PH_TRY(keyring_of(instance, &keys, what));
    PH_TRY(ph_hostapi_fixed(instance, &type, args[0], 4));
    PH_TRY(ph_hostapi_span(instance, &seed, args[1]));
    ph_reader_t r = ph_reader(seed);
    r.borrow = true;
    if (ph_read_bool(&r, &some) != PH_OK || (some && ph_read_bytes(&r, NULL, &uri) != PH_OK))
        return ph_wasm_refuse(instance, PH_ERR_INVALID, "%s: the seed does not decode", what);
    if (!keys->generate(keys->self, key, scheme, type, some ? &uri : NULL))
        return ph_wasm_refuse(instance, PH_ERR_INVALID, "%s failed", what);
    return ph_hostapi_give_fixed(instance, result, key, (uint32_t)ph_key_scheme_public_len(scheme));
}

/* Option<Signature> */
static ph_err_t give_signature(ph_wasm_instance_t *instance, uint64_t *result, const uint64_t *args,
                               ph_key_scheme_t scheme, const char *what, ph_bytes_t message, bool prehashed)
{
    const ph_keyring_t *keys;
    const uint8_t *type, *key;
    uint8_t answer[1 + PH_KEYRING_SIGNATURE_MAX] = {1};
    PH_TRY(keyring_of(instance, &keys, what));
    PH_TRY(ph_hostapi_fixed(instance, &type, args[0], 4));
    PH_TRY(ph_hostapi_fixed(instance, &key, args[1], (uint32_t)ph_key_scheme_public_len(scheme)));
    if (keys->sign(keys->self, answer + 1, scheme, type, key, message, prehashed))
        return ph_hostapi_give(instance, result, ph_bytes(answer, 1 + ph_key_scheme_signature_len(scheme)));
    answer[0] = 0;
    return ph_hostapi_give(instance, result, ph_bytes(answer, 1));
}

static ph_err_t sign(ph_wasm_instance_t *instance, uint64_t *result, const uint64_t *args, ph_key_scheme_t scheme,
                     const char *what)
{
    ph_bytes_t message;
    PH_TRY(ph_hostapi_span(instance, &message, args[2]));
    return give_signature(instance, result, args, scheme, what, message, false);
}

PH_HOSTAPI(crypto_ed25519_public_keys_version_1)
{
    return public_keys(instance, result, args, PH_KEY_ED25519, "ed25519_public_keys");
}

PH_HOSTAPI(crypto_ed25519_generate_version_1)
{
    return generate(instance, result, args, PH_KEY_ED25519, "ed25519_generate");
}

PH_HOSTAPI(crypto_ed25519_sign_version_1)
{
    return sign(instance, result, args, PH_KEY_ED25519, "ed25519_sign");
}

PH_HOSTAPI(crypto_sr25519_public_keys_version_1)
{
    return public_keys(instance, result, args, PH_KEY_SR25519, "sr25519_public_keys");
}

PH_HOSTAPI(crypto_sr25519_generate_version_1)
{
    return generate(instance, result, args, PH_KEY_SR25519, "sr25519_generate");
}

PH_HOSTAPI(crypto_sr25519_sign_version_1)
{
    return sign(instance, result, args, PH_KEY_SR25519, "sr25519_sign");
}

PH_HOSTAPI(crypto_ecdsa_public_keys_version_1)
{
    return public_keys(instance, result, args, PH_KEY_ECDSA, "ecdsa_public_keys");
}

PH_HOSTAPI(crypto_ecdsa_generate_version_1)
{
    return generate(instance, result, args, PH_KEY_ECDSA, "ecdsa_generate");
}

PH_HOSTAPI(crypto_ecdsa_sign_version_1)
{
    return sign(instance, result, args, PH_KEY_ECDSA, "ecdsa_sign");
}

PH_HOSTAPI(crypto_ecdsa_sign_prehashed_version_1)
{
    const uint8_t *hash;
    PH_TRY(ph_hostapi_fixed(instance, &hash, args[2], 32));
    return give_signature(instance, result, args, PH_KEY_ECDSA, "ecdsa_sign_prehashed", ph_bytes(hash, 32), true);
}
