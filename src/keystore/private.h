/* What the files of keystore/ share: the keys. */
#ifndef PH_KEYSTORE_PRIVATE_H
#define PH_KEYSTORE_PRIVATE_H

#include "base/vec.h"
#include "crypto/ecdsa.h"
#include "crypto/ed25519.h"
#include "crypto/sr25519.h"
#include "keystore/keystore.h"

typedef struct ph_keystore_key {
    ph_key_type_t type;
    uint8_t public_key[PH_KEYRING_PUBLIC_MAX];
    union {
        ph_sr25519_keypair_t sr25519;
        ph_ed25519_keypair_t ed25519;
        ph_ecdsa_keypair_t ecdsa;
    } pair; /* by the type's scheme */
} ph_keystore_key_t;

struct ph_keystore {
    ph_env_t *env;
    PH_LIST(ph_keystore_key_t) keys;
    bool abstains, session_known;
    bool has_record; /* there is one, or this node has not been needed before */
    ph_session_index_t abstain_session, session, first_session;
    ph_signature_log_fn log;
    void *log_ctx;
};

ph_key_scheme_t ph_key_type_scheme(ph_key_type_t type);
/* NULL: there is none. public_key NULL: the first of that type. */
const ph_keystore_key_t *ph_keystore_find(const ph_keystore_t *keystore, ph_key_type_t type, const uint8_t *public_key);
/* Reads the keys that were made by ph_keystore_keyring from the disk. */
void ph_keystore_load(ph_keystore_t *keystore);

#endif
