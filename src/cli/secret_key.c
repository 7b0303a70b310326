#include "cli/secret_key.h"

#include <string.h>

#include "cli/bytes_arg.h"
#include "crypto/hash.h"

const char *const ph_secret_key_schemes[] = {"sr25519", "ed25519", "ecdsa", "eth", NULL};

static ph_err_t sr25519_of(ph_secret_key_t *key, ph_bytes_t uri)
{
    PH_TRY(ph_sr25519_from_uri(&key->pair.sr25519, key->seed, &key->has_seed, uri, (ph_bytes_t){0}, NULL));
    memcpy(key->public_key, key->pair.sr25519.public_key, 32);
    memcpy(key->account, key->public_key, 32);
    return PH_OK;
}

static ph_err_t ed25519_of(ph_secret_key_t *key, ph_bytes_t uri)
{
    PH_TRY(ph_ed25519_from_uri(&key->pair.ed25519, uri, (ph_bytes_t){0}));
    key->has_seed = true;
    memcpy(key->seed, key->pair.ed25519.seed, 32);
    memcpy(key->public_key, key->pair.ed25519.public_key, 32);
    memcpy(key->account, key->public_key, 32);
    return PH_OK;
}

static ph_err_t ecdsa_of(ph_secret_key_t *key, ph_bytes_t uri)
{
    PH_TRY(ph_ecdsa_from_uri(&key->pair.ecdsa, uri, (ph_bytes_t){0}));
    key->has_seed = true;
    key->public_len = 33;
    memcpy(key->seed, key->pair.ecdsa.seed, 32);
    memcpy(key->public_key, key->pair.ecdsa.public_key, 33);
    (key->scheme == PH_SCHEME_ETH ? ph_eth_account : ph_ecdsa_account)(key->account, key->public_key);
    return PH_OK;
}

void ph_secret_key_wipe(ph_secret_key_t *key)
{
    volatile uint8_t *at = (volatile uint8_t *)key;
    for (size_t i = 0; i < sizeof *key; i++)
        at[i] = 0;
}

static int wrong_uri(const ph_command_t *command, const char *name, ph_err_t err)
{
    if (err == PH_ERR_UNSUPPORTED)
        return ph_options_wrong(command, "%s: this scheme has no soft derivation; expected //hard junctions only",
                                name);
    return ph_options_wrong(
        command, "%s: not a secret URI (%s); expected [PHRASE or 0x and 64 hex digits][/soft|//hard]…[///password]",
        name, ph_err_text(err));
}

int ph_secret_key_read(const ph_command_t *command, ph_arena_t *arena, ph_secret_key_t *key, unsigned scheme,
                       const char *name, const char *arg)
{
    ph_bytes_t uri;
    if (ph_cli_text_arg(arena, &uri, command->name, arg) != PH_OK)
        return 2;
    while (uri.len > 0 && (uri.data[uri.len - 1] == '\n' || uri.data[uri.len - 1] == '\r'))
        uri.len--;
    *key = (ph_secret_key_t){.scheme = scheme, .public_len = 32};
    ph_err_t err = scheme == PH_SCHEME_SR25519   ? sr25519_of(key, uri)
                   : scheme == PH_SCHEME_ED25519 ? ed25519_of(key, uri)
                                                 : ecdsa_of(key, uri);
    return err == PH_OK ? PH_OPTIONS_GO : wrong_uri(command, name, err);
}

static void sign_eth(const ph_secret_key_t *key, uint8_t signature[65], ph_bytes_t message)
{
    uint8_t hash[32];
    ph_keccak_256(hash, message);
    ph_ecdsa_sign_prehashed(&key->pair.ecdsa, signature, hash);
}

size_t ph_secret_key_sign(const ph_secret_key_t *key, uint8_t signature[65], ph_bytes_t message)
{
    if (key->scheme == PH_SCHEME_SR25519)
        ph_sr25519_sign(&key->pair.sr25519, signature, message, NULL);
    else if (key->scheme == PH_SCHEME_ED25519)
        ph_ed25519_sign(&key->pair.ed25519, signature, message);
    else if (key->scheme == PH_SCHEME_ECDSA)
        ph_ecdsa_sign(&key->pair.ecdsa, signature, message);
    else
        sign_eth(key, signature, message);
    return key->public_len == 33 ? 65 : 64;
}
