/* Signatures of accounts. */
#ifndef PH_RUNTIME_SIGNATURE_H
#define PH_RUNTIME_SIGNATURE_H

#include "primitives/types.h"
#include "runtime/host.h"

/* Did the account sign the message? An account is an ed25519 or sr25519 public key, or the BLAKE2b-256 of a compressed
 * ECDSA one, which signs the message's BLAKE2b-256. Signatures in Ethereum's manner, for which the public key must be
 * unpacked, are never good here. (sp-runtime 49, MultiSignature.) */
bool ph_signature_verify(ph_rt_t *rt, const ph_multi_signature_t *signature, ph_bytes_t message,
                         const ph_account_id_t *who);

#endif
