/* Keys that somebody else holds, as the host functions of a runtime ask for them: a node's keystore, seen from a call
 * of its runtime. A type is the four letters of a key type ("babe", "para", …). (Source: sp-io 49, Crypto; sp-keystore
 * 0.49.)
 */
#ifndef PH_CRYPTO_KEYRING_H
#define PH_CRYPTO_KEYRING_H

#include <stdbool.h>

#include "base/bytes.h"

typedef enum ph_key_scheme { PH_KEY_SR25519, PH_KEY_ED25519, PH_KEY_ECDSA } ph_key_scheme_t;

#define PH_KEYRING_PUBLIC_MAX    33
#define PH_KEYRING_SIGNATURE_MAX 65
/* Of public keys and signatures. */
static inline size_t ph_key_scheme_public_len(ph_key_scheme_t scheme)
{
    return scheme == PH_KEY_ECDSA ? 33 : 32;
}
static inline size_t ph_key_scheme_signature_len(ph_key_scheme_t scheme)
{
    return scheme == PH_KEY_ECDSA ? 65 : 64;
}

typedef struct ph_keyring {
    void *self;
    /* Makes a key and keeps it; its public key goes to `out`. uri NULL: a random one. False: none was made, for the URI
     * is none, the type is not kept or there is no room. */
    bool (*generate)(void *self, uint8_t out[PH_KEYRING_PUBLIC_MAX], ph_key_scheme_t scheme, const uint8_t type[4],
                     const ph_bytes_t *uri);
    /* False: no such key, or it does not sign such a message. prehashed (ecdsa only): the message is the 32 bytes to
     * sign. */
    bool (*sign)(void *self, uint8_t out[PH_KEYRING_SIGNATURE_MAX], ph_key_scheme_t scheme, const uint8_t type[4],
                 const uint8_t *public_key, ph_bytes_t message, bool prehashed);
    /* Public key number `i` of a type, in the order in which they came; false: there are no more. */
    bool (*public_key)(void *self, uint8_t out[PH_KEYRING_PUBLIC_MAX], ph_key_scheme_t scheme, const uint8_t type[4],
                       size_t i);
} ph_keyring_t;

#endif
