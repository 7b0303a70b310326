#include "runtime/signature.h"

#include <string.h>

static bool verify_ecdsa(ph_rt_t *rt, const ph_ecdsa_signature_t *signature, ph_bytes_t message,
                         const ph_account_id_t *who)
{
    uint8_t hash[32], key[33], account[32];
    ph_host_blake2_256(rt, hash, message);
    if (!ph_host_ecdsa_recover(rt, key, signature->bytes, hash))
        return false;
    ph_host_blake2_256(rt, account, ph_bytes(key, sizeof key));
    return memcmp(account, who->bytes, 32) == 0;
}

/* As wallets of Ethereum sign, but for their prefix: Keccak in BLAKE2's place. The account is the last 20 bytes of the
 * hash of the compressed key (not of Ethereum's 64 bytes), filled up with 0xee. (sp-runtime 49, MultiSigner::Eth.) */
static bool verify_eth(ph_rt_t *rt, const ph_ecdsa_signature_t *signature, ph_bytes_t message,
                       const ph_account_id_t *who)
{
    enum { ADDRESS_LEN = 20, FILL = 0xee };
    uint8_t hash[32], key[33], account[32];
    ph_host_keccak_256(rt, hash, message);
    if (!ph_host_ecdsa_recover(rt, key, signature->bytes, hash))
        return false;
    ph_host_keccak_256(rt, hash, ph_bytes(key, sizeof key));
    memcpy(account, hash + 32 - ADDRESS_LEN, ADDRESS_LEN);
    memset(account + ADDRESS_LEN, FILL, 32 - ADDRESS_LEN);
    return memcmp(account, who->bytes, 32) == 0;
}

bool ph_signature_verify(ph_rt_t *rt, const ph_multi_signature_t *signature, ph_bytes_t message,
                         const ph_account_id_t *who)
{
    switch ((ph_multi_signature_kind_t)signature->kind) {
    case PH_MULTI_SIGNATURE_ED25519:
        return ph_host_ed25519_verify(rt, signature->ed25519.bytes, message, who->bytes);
    case PH_MULTI_SIGNATURE_SR25519:
        return ph_host_sr25519_verify(rt, signature->sr25519.bytes, message, who->bytes);
    case PH_MULTI_SIGNATURE_ECDSA:
        return verify_ecdsa(rt, &signature->ecdsa, message, who);
    case PH_MULTI_SIGNATURE_ETH:
        return verify_eth(rt, &signature->eth, message, who);
    }
    return false;
}
