/* Secret URIs and derivation paths of keys.h. */
#include <sodium.h>
#include <string.h>

#include "crypto/hash.h"
#include "crypto/keys.h"

const char ph_dev_phrase[] = "bottom drive obey lake curtain smoke basket hold race lonely fit walk";

/* ---- junctions ---- */

/* A decimal number of 64 bits, leading zeros and one plus sign allowed. */
static bool parse_u64(uint64_t *out, ph_bytes_t text)
{
    size_t at = text.len > 0 && text.data[0] == '+' ? 1 : 0;
    *out = 0;
    if (at == text.len)
        return false;
    for (; at < text.len; at++) {
        if (text.data[at] < '0' || text.data[at] > '9' || __builtin_mul_overflow(*out, 10u, out) ||
            __builtin_add_overflow(*out, (uint64_t)(text.data[at] - '0'), out))
            return false;
    }
    return true;
}

/* SCALE's length prefix. */
static size_t compact(uint8_t out[4], size_t v)
{
    if (v < 64) {
        out[0] = (uint8_t)(v << 2);
        return 1;
    }
    if (v < 1u << 14) {
        ph_put_u16(out, (uint16_t)(v << 2 | 1));
        return 2;
    }
    ph_put_u32(out, (uint32_t)(v << 2 | 2));
    return 4;
}

ph_junction_t ph_junction(ph_bytes_t text, bool hard)
{
    ph_junction_t out = {.hard = hard};
    uint64_t number;
    uint8_t prefix[4];
    if (parse_u64(&number, text)) {
        ph_put_u64(out.chain_code, number);
        return out;
    }
    size_t prefix_len = compact(prefix, text.len);
    if (prefix_len + text.len <= 32) {
        memcpy(out.chain_code, prefix, prefix_len);
        memcpy(out.chain_code + prefix_len, text.data, text.len);
        return out;
    }
    ph_blake2b_t h;
    ph_blake2b_init(&h, 32);
    ph_blake2b_update(&h, ph_bytes(prefix, prefix_len));
    ph_blake2b_update(&h, text);
    ph_blake2b_final(&h, out.chain_code, 32);
    return out;
}

/* ---- parsing ---- */

static bool is_phrase_char(uint8_t c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == ' ';
}

static ph_bytes_t skip(ph_bytes_t text, size_t by)
{
    return ph_bytes(text.data + by, text.len - by);
}

static size_t length_until(ph_bytes_t text, uint8_t stop)
{
    const uint8_t *end = text.len > 0 ? memchr(text.data, stop, text.len) : NULL;
    return end ? (size_t)(end - text.data) : text.len;
}

static ph_err_t parse_junction(ph_secret_uri_t *out, ph_bytes_t *text)
{
    bool hard = text->len > 1 && text->data[1] == '/';
    *text = skip(*text, hard ? 2 : 1);
    size_t len = length_until(*text, '/');
    if (len == 0)
        return PH_ERR_MALFORMED;
    if (out->junction_count == PH_JUNCTIONS_MAX)
        return PH_ERR_TOO_LARGE;
    out->junctions[out->junction_count++] = ph_junction(ph_bytes(text->data, len), hard);
    *text = skip(*text, len);
    return PH_OK;
}

ph_err_t ph_secret_uri_parse(ph_secret_uri_t *out, ph_bytes_t text)
{
    size_t len = 0;
    *out = (ph_secret_uri_t){0};
    while (len < text.len && is_phrase_char(text.data[len]))
        len++;
    out->phrase = len > 0 ? ph_bytes(text.data, len) : ph_bytes(ph_dev_phrase, sizeof ph_dev_phrase - 1);
    for (text = skip(text, len); text.len > 0;) {
        if (ph_bytes_start_with(text, PH_BYTES_LIT("///"))) {
            out->password = skip(text, 3);
            out->has_password = true;
            return length_until(out->password, '\n') == out->password.len ? PH_OK : PH_ERR_MALFORMED;
        }
        if (text.data[0] != '/')
            return PH_ERR_MALFORMED;
        PH_TRY(parse_junction(out, &text));
    }
    return PH_OK;
}

/* ---- seeds ---- */

/* 0x and hex, or a mnemonic with the password. */
static ph_err_t root_seed(uint8_t out[32], const ph_secret_uri_t *uri, ph_bytes_t password)
{
    uint8_t entropy[32], wide[64];
    size_t entropy_len;
    if (ph_bytes_start_with(uri->phrase, PH_BYTES_LIT("0x")))
        return ph_unhex_fixed((const char *)uri->phrase.data + 2, uri->phrase.len - 2, out, 32);
    PH_TRY(ph_mnemonic_to_entropy(entropy, &entropy_len, (const char *)uri->phrase.data, uri->phrase.len));
    PH_TRY(ph_seed_from_entropy(wide, entropy, entropy_len, password.data ? password : uri->password));
    memcpy(out, wide, 32);
    sodium_memzero(entropy, sizeof entropy);
    sodium_memzero(wide, sizeof wide);
    return PH_OK;
}

static ph_err_t seed_of_text(uint8_t out[32], ph_secret_uri_t *uri, ph_bytes_t text, ph_bytes_t password)
{
    PH_TRY(ph_secret_uri_parse(uri, text));
    return root_seed(out, uri, password) == PH_OK ? PH_OK : PH_ERR_MALFORMED;
}

ph_err_t ph_sr25519_from_uri(ph_sr25519_keypair_t *out, uint8_t *mini_secret, bool *has_mini, ph_bytes_t uri,
                             ph_bytes_t password, const uint8_t random[32])
{
    ph_secret_uri_t parsed;
    uint8_t mini[32];
    bool known = true;
    PH_TRY(seed_of_text(mini, &parsed, uri, password));
    ph_sr25519_from_mini_secret(out, mini);
    for (size_t i = 0; i < parsed.junction_count; i++) {
        const ph_junction_t *junction = &parsed.junctions[i];
        if (junction->hard) {
            ph_sr25519_derive_hard(mini, out, junction->chain_code);
            ph_sr25519_from_mini_secret(out, mini);
        } else {
            ph_sr25519_derive_soft(out, out, junction->chain_code, random);
            known = false;
        }
    }
    if (mini_secret && known)
        memcpy(mini_secret, mini, 32);
    if (has_mini)
        *has_mini = known;
    sodium_memzero(mini, sizeof mini);
    return PH_OK;
}

static void derive_hashed(uint8_t out_seed[32], const char *name, const uint8_t seed[32], const uint8_t chain_code[32])
{
    ph_blake2b_t h;
    uint8_t prefix[4];
    size_t len = strlen(name);
    ph_blake2b_init(&h, 32);
    ph_blake2b_update(&h, ph_bytes(prefix, compact(prefix, len)));
    ph_blake2b_update(&h, ph_bytes(name, len));
    ph_blake2b_update(&h, ph_bytes(seed, 32));
    ph_blake2b_update(&h, ph_bytes(chain_code, 32));
    ph_blake2b_final(&h, out_seed, 32);
    sodium_memzero(&h, sizeof h);
}

void ph_ed25519_derive_hard(uint8_t out_seed[32], const uint8_t seed[32], const uint8_t chain_code[32])
{
    derive_hashed(out_seed, "Ed25519HDKD", seed, chain_code);
}

void ph_ecdsa_derive_hard(uint8_t out_seed[32], const uint8_t seed[32], const uint8_t chain_code[32])
{
    derive_hashed(out_seed, "Secp256k1HDKD", seed, chain_code);
}

static ph_err_t derived_seed(uint8_t out[32], ph_bytes_t uri, ph_bytes_t password,
                             void (*derive)(uint8_t *, const uint8_t *, const uint8_t *))
{
    ph_secret_uri_t parsed;
    PH_TRY(seed_of_text(out, &parsed, uri, password));
    for (size_t i = 0; i < parsed.junction_count; i++) {
        if (!parsed.junctions[i].hard)
            return PH_ERR_UNSUPPORTED;
        derive(out, out, parsed.junctions[i].chain_code);
    }
    return PH_OK;
}

ph_err_t ph_ed25519_from_uri(ph_ed25519_keypair_t *out, ph_bytes_t uri, ph_bytes_t password)
{
    uint8_t seed[32];
    ph_err_t err = derived_seed(seed, uri, password, ph_ed25519_derive_hard);
    if (err == PH_OK)
        ph_ed25519_from_seed(out, seed);
    sodium_memzero(seed, sizeof seed);
    return err;
}

ph_err_t ph_ecdsa_from_uri(ph_ecdsa_keypair_t *out, ph_bytes_t uri, ph_bytes_t password)
{
    uint8_t seed[32];
    ph_err_t err = derived_seed(seed, uri, password, ph_ecdsa_derive_hard);
    if (err == PH_OK)
        err = ph_ecdsa_from_seed(out, seed);
    sodium_memzero(seed, sizeof seed);
    return err;
}
