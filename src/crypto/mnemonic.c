/* Mnemonic phrases of keys.h (BIP-39, English; the seed by substrate-bip39's rule). */
#include <sodium.h>
#include <string.h>

#include "crypto/keys.h"

#include "crypto/bip39_words.h"

static bool entropy_len_is_good(size_t len)
{
    return len >= 16 && len <= 32 && len % 4 == 0;
}

static bool is_blank(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

/* The next word of the text, or length 0 at its end. */
static ph_bytes_t next_word(const char *text, size_t len, size_t *at)
{
    while (*at < len && is_blank(text[*at]))
        ++*at;
    size_t start = *at;
    while (*at < len && !is_blank(text[*at]))
        ++*at;
    return ph_bytes(text + start, *at - start);
}

static int find_word(ph_bytes_t word)
{
    int low = 0, high = 2047;
    while (low <= high) {
        int mid = (low + high) / 2;
        int order = ph_bytes_compare(word, ph_bytes(words[mid], strlen(words[mid])));
        if (order == 0)
            return mid;
        if (order < 0)
            high = mid - 1;
        else
            low = mid + 1;
    }
    return -1;
}

/* Bits are numbered from the most significant of byte 0. */
static void put_bits(uint8_t *bytes, unsigned at, unsigned count, unsigned value)
{
    for (unsigned i = 0; i < count; i++, at++)
        bytes[at / 8] = (uint8_t)(bytes[at / 8] | (value >> (count - 1 - i) & 1) << (7 - at % 8));
}

static unsigned get_bits(const uint8_t *bytes, unsigned at, unsigned count)
{
    unsigned value = 0;
    for (unsigned i = 0; i < count; i++, at++)
        value = value << 1 | (bytes[at / 8] >> (7 - at % 8) & 1);
    return value;
}

static ph_err_t parse(uint8_t bits[33], size_t *word_count, const char *phrase, size_t phrase_len)
{
    size_t at = 0, count = 0;
    for (;;) {
        ph_bytes_t word = next_word(phrase, phrase_len, &at);
        if (word.len == 0)
            break;
        int index = find_word(word);
        if (count == PH_MNEMONIC_WORDS_MAX || index < 0)
            return PH_ERR_MALFORMED;
        put_bits(bits, (unsigned)count++ * 11, 11, (unsigned)index);
    }
    *word_count = count;
    return PH_OK;
}

ph_err_t ph_mnemonic_to_entropy(uint8_t out[32], size_t *out_len, const char *phrase, size_t phrase_len)
{
    uint8_t bits[33] = {0}, hash[32];
    size_t count, len;
    ph_err_t err = parse(bits, &count, phrase, phrase_len);
    len = err == PH_OK && count % 3 == 0 ? count / 3 * 4 : 0;
    if (entropy_len_is_good(len)) {
        unsigned check = (unsigned)len / 4;
        crypto_hash_sha256(hash, bits, len);
        if (get_bits(bits, (unsigned)len * 8, check) == get_bits(hash, 0, check)) {
            memcpy(out, bits, len);
            *out_len = len;
        } else {
            err = PH_ERR_MALFORMED;
        }
    } else {
        err = PH_ERR_MALFORMED;
    }
    sodium_memzero(bits, sizeof bits);
    sodium_memzero(hash, sizeof hash);
    return err;
}

ph_err_t ph_mnemonic_from_entropy(char out[PH_MNEMONIC_TEXT_MAX], const uint8_t *entropy, size_t entropy_len)
{
    uint8_t bits[64];
    size_t at = 0;
    if (!entropy_len_is_good(entropy_len))
        return PH_ERR_MALFORMED;
    memcpy(bits, entropy, entropy_len);
    crypto_hash_sha256(bits + entropy_len, entropy, entropy_len);
    for (unsigned i = 0; i < entropy_len / 4 * 3; i++) {
        const char *word = words[get_bits(bits, 11 * i, 11)];
        size_t len = strlen(word);
        if (i > 0)
            out[at++] = ' ';
        memcpy(out + at, word, len);
        at += len;
    }
    out[at] = 0;
    sodium_memzero(bits, sizeof bits);
    return PH_OK;
}

/* PBKDF2 with one block of output: U1 = HMAC(entropy, salt ‖ 1), each next the HMAC of the last, all added up. */
ph_err_t ph_seed_from_entropy(uint8_t out[64], const uint8_t *entropy, size_t entropy_len, ph_bytes_t password)
{
    static const uint8_t block_one[4] = {0, 0, 0, 1};
    crypto_auth_hmacsha512_state keyed, h;
    uint8_t u[64];
    if (!entropy_len_is_good(entropy_len))
        return PH_ERR_MALFORMED;
    crypto_auth_hmacsha512_init(&keyed, entropy, entropy_len);
    h = keyed;
    crypto_auth_hmacsha512_update(&h, (const uint8_t *)"mnemonic", 8);
    crypto_auth_hmacsha512_update(&h, password.data, password.len);
    crypto_auth_hmacsha512_update(&h, block_one, sizeof block_one);
    crypto_auth_hmacsha512_final(&h, u);
    memcpy(out, u, 64);
    for (int round = 1; round < 2048; round++) {
        h = keyed;
        crypto_auth_hmacsha512_update(&h, u, 64);
        crypto_auth_hmacsha512_final(&h, u);
        for (int i = 0; i < 64; i++)
            out[i] ^= u[i];
    }
    sodium_memzero(&keyed, sizeof keyed);
    sodium_memzero(&h, sizeof h);
    sodium_memzero(u, sizeof u);
    return PH_OK;
}
