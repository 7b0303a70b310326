/* Accounts and SS58 addresses of keys.h: base 58 of prefix, key, and two bytes of BLAKE2b-512("SS58PRE" ‖ prefix ‖
 * key). */
#include <string.h>

#include "base/check.h"
#include "crypto/hash.h"
#include "crypto/keys.h"

#define RAW_MAX (2 + PH_SS58_KEY_MAX + 2)

static const char digits[] = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

void ph_ecdsa_account(uint8_t out[32], const uint8_t public_key[33])
{
    ph_blake2_256(out, ph_bytes(public_key, 33));
}

void ph_eth_account(uint8_t out[32], const uint8_t public_key[33])
{
    enum { ADDRESS_LEN = 20, FILL = 0xee };
    uint8_t hash[32];
    ph_keccak_256(hash, ph_bytes(public_key, 33));
    memcpy(out, hash + 32 - ADDRESS_LEN, ADDRESS_LEN);
    memset(out + ADDRESS_LEN, FILL, 32 - ADDRESS_LEN);
}

static void checksum(uint8_t out[2], const uint8_t *data, size_t len)
{
    ph_blake2b_t h;
    uint8_t hash[64];
    ph_blake2b_init(&h, 64);
    ph_blake2b_update(&h, PH_BYTES_LIT("SS58PRE"));
    ph_blake2b_update(&h, ph_bytes(data, len));
    ph_blake2b_final(&h, hash, 64);
    memcpy(out, hash, 2);
}

/* number = number · base + digit, over big-endian digits below `top`; false: it outgrew them. */
static bool shift_in(uint8_t *number, size_t len, unsigned top, unsigned base, unsigned digit)
{
    for (size_t i = len; i-- > 0;) {
        unsigned v = number[i] * base + digit;
        number[i] = (uint8_t)(v % top);
        digit = v / top;
    }
    return digit == 0;
}

static void base58_encode(char out[PH_SS58_TEXT_MAX], const uint8_t *raw, size_t len)
{
    uint8_t number[PH_SS58_TEXT_MAX] = {0};
    size_t zeros = 0, skip = 0, at = 0;
    for (size_t i = 0; i < len; i++)
        PH_CHECK(shift_in(number, sizeof number, 58, 256, raw[i]));
    while (zeros < len && raw[zeros] == 0)
        zeros++;
    while (skip < sizeof number && number[skip] == 0)
        skip++;
    for (; zeros > 0; zeros--)
        out[at++] = digits[0];
    for (; skip < sizeof number; skip++)
        out[at++] = digits[number[skip]];
    out[at] = 0;
}

static ph_err_t base58_decode(uint8_t out[RAW_MAX], size_t *out_len, const char *text, size_t text_len)
{
    uint8_t number[RAW_MAX] = {0};
    size_t zeros = 0, skip = 0;
    if (text_len >= PH_SS58_TEXT_MAX)
        return PH_ERR_MALFORMED;
    for (size_t i = 0; i < text_len; i++) {
        const char *digit = text[i] ? strchr(digits, text[i]) : NULL;
        if (!digit || !shift_in(number, sizeof number, 256, 58, (unsigned)(digit - digits)))
            return PH_ERR_MALFORMED;
    }
    while (zeros < text_len && text[zeros] == digits[0])
        zeros++;
    while (skip < sizeof number && number[skip] == 0)
        skip++;
    *out_len = zeros + sizeof number - skip;
    if (*out_len > RAW_MAX)
        return PH_ERR_MALFORMED;
    memset(out, 0, zeros);
    memcpy(out + zeros, number + skip, sizeof number - skip);
    return PH_OK;
}

void ph_ss58_encode(char out[PH_SS58_TEXT_MAX], uint16_t prefix, ph_bytes_t key)
{
    uint8_t raw[RAW_MAX];
    size_t len = 0;
    PH_CHECK(prefix < 1u << 14 && (key.len == 32 || key.len == 33));
    if (prefix < 64) {
        raw[len++] = (uint8_t)prefix;
    } else {
        raw[len++] = (uint8_t)(0x40 | (prefix & 0xfc) >> 2);
        raw[len++] = (uint8_t)(prefix >> 8 | (prefix & 3) << 6);
    }
    memcpy(raw + len, key.data, key.len);
    len += key.len;
    checksum(raw + len, raw, len);
    base58_encode(out, raw, len + 2);
}

ph_err_t ph_ss58_decode(uint8_t *out, size_t out_len, uint16_t *prefix, const char *text, size_t text_len)
{
    uint8_t raw[RAW_MAX], expected[2];
    size_t len, head;
    PH_TRY(base58_decode(raw, &len, text, text_len));
    if (len < 2 || raw[0] > 127)
        return PH_ERR_MALFORMED;
    head = raw[0] < 64 ? 1 : 2;
    if (len != head + out_len + 2)
        return PH_ERR_MALFORMED;
    *prefix = raw[0];
    if (head == 2)
        *prefix = (uint16_t)((raw[0] & 63) << 2 | raw[1] >> 6 | (raw[1] & 63) << 8);
    if (*prefix == 46 || *prefix == 47)
        return PH_ERR_UNSUPPORTED;
    checksum(expected, raw, len - 2);
    if (memcmp(expected, raw + len - 2, 2) != 0)
        return PH_ERR_INVALID;
    memcpy(out, raw + head, out_len);
    return PH_OK;
}
