/* ext_crypto_*: verifying and recovering. */
#include <string.h>

#include "crypto/ecdsa.h"
#include "crypto/ed25519.h"
#include "crypto/sr25519.h"
#include "hostapi/internal.h"

typedef bool (*verify_fn_t)(const uint8_t *signature, ph_bytes_t message, const uint8_t *public_key);

static ph_err_t verify(ph_wasm_instance_t *instance, uint64_t *result, const uint64_t *args, verify_fn_t fn,
                       uint32_t signature_len, uint32_t key_len)
{
    const uint8_t *signature, *key;
    ph_bytes_t message;
    PH_TRY(ph_hostapi_fixed(instance, &signature, args[0], signature_len));
    PH_TRY(ph_hostapi_span(instance, &message, args[1]));
    PH_TRY(ph_hostapi_fixed(instance, &key, args[2], key_len));
    *result = fn(signature, message, key);
    return PH_OK;
}

PH_HOSTAPI(crypto_ed25519_verify_version_1)
{
    return verify(instance, result, args, ph_ed25519_verify, 64, 32);
}

PH_HOSTAPI(crypto_sr25519_verify_version_1)
{
    return verify(instance, result, args, ph_sr25519_verify_deprecated, 64, 32);
}

PH_HOSTAPI(crypto_sr25519_verify_version_2)
{
    return verify(instance, result, args, ph_sr25519_verify, 64, 32);
}

PH_HOSTAPI(crypto_ecdsa_verify_version_1)
{
    return verify(instance, result, args, ph_ecdsa_verify_deprecated, 65, 33);
}

PH_HOSTAPI(crypto_ecdsa_verify_version_2)
{
    return verify(instance, result, args, ph_ecdsa_verify, 65, 33);
}

PH_HOSTAPI(crypto_ecdsa_verify_prehashed_version_1)
{
    const uint8_t *signature, *hash, *key;
    PH_TRY(ph_hostapi_fixed(instance, &signature, args[0], 65));
    PH_TRY(ph_hostapi_fixed(instance, &hash, args[1], 32));
    PH_TRY(ph_hostapi_fixed(instance, &key, args[2], 33));
    *result = ph_ecdsa_verify_prehashed(signature, hash, key);
    return PH_OK;
}

/* ---- batches ---- Old runtimes collect signatures; as Substrate does today, each is checked at once and the batch
 * remembers whether all were good. */

static ph_err_t note_in_batch(ph_wasm_instance_t *instance, const uint64_t *result)
{
    ph_hostapi_t *host = ph_hostapi_of(instance);
    host->batch_good = host->batch_good && *result;
    return PH_OK;
}

PH_HOSTAPI(crypto_ed25519_batch_verify_version_1)
{
    PH_TRY(ph_hostapi_crypto_ed25519_verify_version_1(instance, result, args));
    return note_in_batch(instance, result);
}

PH_HOSTAPI(crypto_sr25519_batch_verify_version_1)
{
    PH_TRY(ph_hostapi_crypto_sr25519_verify_version_2(instance, result, args));
    return note_in_batch(instance, result);
}

PH_HOSTAPI(crypto_ecdsa_batch_verify_version_1)
{
    PH_TRY(ph_hostapi_crypto_ecdsa_verify_version_2(instance, result, args));
    return note_in_batch(instance, result);
}

PH_HOSTAPI(crypto_start_batch_verify_version_1)
{
    (void)result, (void)args;
    ph_hostapi_t *host = ph_hostapi_of(instance);
    if (host->batch)
        return ph_wasm_refuse(instance, PH_ERR_INVALID, "a batch of signatures is open already");
    host->batch = host->batch_good = true;
    return PH_OK;
}

PH_HOSTAPI(crypto_finish_batch_verify_version_1)
{
    (void)args;
    ph_hostapi_t *host = ph_hostapi_of(instance);
    if (!host->batch)
        return ph_wasm_refuse(instance, PH_ERR_INVALID, "no batch of signatures is open");
    *result = host->batch_good;
    host->batch = false;
    return PH_OK;
}

/* ---- recovering ---- */

/* EcdsaVerifyError */
enum { BAD_RS, BAD_V, BAD_SIGNATURE };
enum { RECOVERY_ID_MAX = 3, KEY_LEN_MAX = 64 };

static uint8_t why_not(ph_err_t err, const uint8_t signature[65])
{
    return signature[64] > RECOVERY_ID_MAX ? BAD_V : err == PH_ERR_MALFORMED ? BAD_RS : BAD_SIGNATURE;
}

/* Result<key, EcdsaVerifyError> */
static ph_err_t recover(ph_wasm_instance_t *instance, uint64_t *result, const uint64_t *args, bool compressed,
                        bool overflowing)
{
    const uint8_t *signature_arg, *hash;
    uint8_t signature[65], answer[1 + KEY_LEN_MAX] = {0};
    PH_TRY(ph_hostapi_fixed(instance, &signature_arg, args[0], 65));
    PH_TRY(ph_hostapi_fixed(instance, &hash, args[1], 32));
    memcpy(signature, signature_arg, sizeof signature);
    if (signature[64] > 26)
        signature[64] = (uint8_t)(signature[64] - 27);
    if (overflowing)
        ph_ecdsa_reduce(signature);
    ph_err_t err =
        compressed ? ph_ecdsa_recover(answer + 1, signature, hash) : ph_ecdsa_recover_full(answer + 1, signature, hash);
    if (err == PH_OK)
        return ph_hostapi_give(instance, result, ph_bytes(answer, compressed ? 34 : 65));
    answer[0] = 1;
    answer[1] = why_not(err, signature);
    return ph_hostapi_give(instance, result, ph_bytes(answer, 2));
}

PH_HOSTAPI(crypto_secp256k1_ecdsa_recover_version_1)
{
    return recover(instance, result, args, false, true);
}

PH_HOSTAPI(crypto_secp256k1_ecdsa_recover_version_2)
{
    return recover(instance, result, args, false, false);
}

PH_HOSTAPI(crypto_secp256k1_ecdsa_recover_compressed_version_1)
{
    return recover(instance, result, args, true, true);
}

PH_HOSTAPI(crypto_secp256k1_ecdsa_recover_compressed_version_2)
{
    return recover(instance, result, args, true, false);
}
