/* Secret keys from the command line, of any scheme: eth is ecdsa over Keccak-256 hashes. */
#ifndef PH_CLI_SECRET_KEY_H
#define PH_CLI_SECRET_KEY_H

#include "cli/options.h"
#include "crypto/keys.h"

enum { PH_SCHEME_SR25519, PH_SCHEME_ED25519, PH_SCHEME_ECDSA, PH_SCHEME_ETH };
extern const char *const ph_secret_key_schemes[]; /* by number, NULL-ended: choices of an option */

typedef struct ph_secret_key {
    unsigned scheme;
    union {
        ph_sr25519_keypair_t sr25519;
        ph_ed25519_keypair_t ed25519;
        ph_ecdsa_keypair_t ecdsa;
    } pair;
    bool has_seed;
    uint8_t seed[32];
    uint8_t public_key[33];
    size_t public_len;
    uint8_t account[32];
} ph_secret_key_t;

/* The URI itself, @FILE or -: secrets need not stand on the command line. PH_OPTIONS_GO, or 2 after saying what is
 * wrong with the argument called `name`. */
int ph_secret_key_read(const ph_command_t *command, ph_arena_t *arena, ph_secret_key_t *key, unsigned scheme,
                       const char *name, const char *arg);
/* Returns the signature's length, 64 or 65. Deterministic. */
size_t ph_secret_key_sign(const ph_secret_key_t *key, uint8_t signature[65], ph_bytes_t message);
void ph_secret_key_wipe(ph_secret_key_t *key);

#endif
