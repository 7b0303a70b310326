#include "crypto/sr25519.h"
#include "env/env.h"

/* Verdicts are kept as two static objects: a memo holds pointers, and these need no memory of their own. */
static const char VERDICT_GOOD, VERDICT_BAD;

static void *keep(void *verdict)
{
    return verdict;
}
static void drop(void *verdict)
{
    (void)verdict;
}

bool ph_env_verify_sr25519(ph_env_t *env, const uint8_t signature[64], ph_bytes_t message, const uint8_t public_key[32])
{
    ph_memo_key_t key;
    if (!env->memo)
        return ph_sr25519_verify(signature, message, public_key);
    ph_memo_key(&key, "sr25519", (ph_bytes_t[]){ph_bytes(signature, 64), ph_bytes(public_key, 32), message}, 3);
    const void *known = ph_memo_get(env->memo, &key);
    if (known)
        return known == &VERDICT_GOOD;
    bool good = ph_sr25519_verify(signature, message, public_key);
    ph_memo_put(env->memo, &key, (void *)(uintptr_t)(good ? &VERDICT_GOOD : &VERDICT_BAD), keep, drop);
    return good;
}
