/* Keys as people write them: secret URIs ("//Alice", a mnemonic phrase with path and password, a hex seed), mnemonics
 * (BIP-39, English), SS58 addresses and account ids. (Source: sp-core 43, substrate-bip39 0.6.)
 */
#ifndef PH_CRYPTO_KEYS_H
#define PH_CRYPTO_KEYS_H

#include "crypto/ecdsa.h"
#include "crypto/ed25519.h"
#include "crypto/sr25519.h"

/* ---- mnemonics ---- */

#define PH_MNEMONIC_WORDS_MAX 24
#define PH_MNEMONIC_TEXT_MAX  (PH_MNEMONIC_WORDS_MAX * 9)

/* The entropy (16 to 32 bytes, a multiple of 4) of a phrase of 12, 15, 18, 21 or 24 words, separated by white space.
 * MALFORMED: wrong count, an unknown word (case counts), or a wrong checksum. */
PH_MUST_CHECK ph_err_t ph_mnemonic_to_entropy(uint8_t out[32], size_t *out_len, const char *phrase, size_t phrase_len);
/* NUL-terminated, single spaces. MALFORMED: no such length of entropy. */
PH_MUST_CHECK ph_err_t ph_mnemonic_from_entropy(char out[PH_MNEMONIC_TEXT_MAX], const uint8_t *entropy,
                                                size_t entropy_len);
/* PBKDF2-HMAC-SHA-512 of the entropy (not of the words, as BIP-39 has it), salt "mnemonic" ‖ password, 2048 rounds. The
 * first 32 bytes are the mini secret. MALFORMED as above. */
PH_MUST_CHECK ph_err_t ph_seed_from_entropy(uint8_t out[64], const uint8_t *entropy, size_t entropy_len,
                                            ph_bytes_t password);

/* ---- secret URIs ---- */

typedef struct ph_junction {
    uint8_t chain_code[32];
    bool hard;
} ph_junction_t;

/* A number's code is its u64 encoding, a text's its SCALE encoding, hashed if longer than 32 bytes. `text` without
 * slashes. */
ph_junction_t ph_junction(ph_bytes_t text, bool hard);

#define PH_JUNCTIONS_MAX 64

typedef struct ph_secret_uri {
    ph_bytes_t phrase;   /* within the text; the development phrase if the text has none */
    ph_bytes_t password; /* within the text */
    bool has_password;
    ph_junction_t junctions[PH_JUNCTIONS_MAX];
    size_t junction_count;
} ph_secret_uri_t;

/* "bottom drive obey lake curtain smoke basket hold race lonely fit walk" */
extern const char ph_dev_phrase[];

/* [phrase][/soft|//hard]…[///password]. Borrows `text`. MALFORMED: characters other than letters, digits and blanks
 * before the first slash, or an empty junction. TOO_LARGE: more than PH_JUNCTIONS_MAX junctions. */
PH_MUST_CHECK ph_err_t ph_secret_uri_parse(ph_secret_uri_t *out, ph_bytes_t text);

/* The key pair of a URI. `password` overrides the URI's when its data is not NULL. MALFORMED: no URI, or its phrase is
 * neither 0x and 64 hex digits nor a mnemonic, or the seed is none; UNSUPPORTED: a soft junction (ed25519, ecdsa).
 * `mini_secret` (may be NULL) gets sr25519's mini secret; *has_mini says whether there is one (not behind soft
 * junctions). `random` (sr25519): 32 bytes for the nonce seed of soft derivation, or NULL. */
PH_MUST_CHECK ph_err_t ph_sr25519_from_uri(ph_sr25519_keypair_t *out, uint8_t *mini_secret, bool *has_mini,
                                           ph_bytes_t uri, ph_bytes_t password, const uint8_t random[32]);
PH_MUST_CHECK ph_err_t ph_ed25519_from_uri(ph_ed25519_keypair_t *out, ph_bytes_t uri, ph_bytes_t password);
PH_MUST_CHECK ph_err_t ph_ecdsa_from_uri(ph_ecdsa_keypair_t *out, ph_bytes_t uri, ph_bytes_t password);

/* Hard derivation of ed25519 and ecdsa seeds. */
void ph_ed25519_derive_hard(uint8_t out_seed[32], const uint8_t seed[32], const uint8_t chain_code[32]);
void ph_ecdsa_derive_hard(uint8_t out_seed[32], const uint8_t seed[32], const uint8_t chain_code[32]);

/* ---- accounts and addresses ---- */

/* sr25519 and ed25519 keys are their own account; an ecdsa key's is the BLAKE2b-256 of its 33 bytes. */
void ph_ecdsa_account(uint8_t out[32], const uint8_t public_key[33]);
/* Of an ecdsa key that signs Keccak-256 hashes: the last 20 bytes of the Keccak-256 of its 33 bytes, then 12 bytes
 * 0xee. (sp-runtime 49: MultiSigner::Eth.) */
void ph_eth_account(uint8_t out[32], const uint8_t public_key[33]);

#define PH_SS58_KEY_MAX  33
#define PH_SS58_TEXT_MAX 64

/* NUL-terminated. prefix below 2^14, key of 32 or 33 bytes (PH_CHECKed). */
void ph_ss58_encode(char out[PH_SS58_TEXT_MAX], uint16_t prefix, ph_bytes_t key);
/* `out_len`: the length of the key that is expected, 32 or 33. MALFORMED: not base 58, a bad prefix byte or a wrong
 * length; UNSUPPORTED: a reserved prefix (46, 47); INVALID: wrong checksum. */
PH_MUST_CHECK ph_err_t ph_ss58_decode(uint8_t *out, size_t out_len, uint16_t *prefix, const char *text,
                                      size_t text_len);

#endif
