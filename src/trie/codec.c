#include "trie/codec.h"

#include <string.h>

#include "base/check.h"
#include "crypto/hash.h"
#include "scale/scale.h"

const uint8_t ph_trie_empty_root[32] = {0x03, 0x17, 0x0a, 0x2e, 0x75, 0x97, 0xb7, 0xb7, 0xe3, 0xd8, 0x4c,
                                        0x05, 0x39, 0x1d, 0x13, 0x9a, 0x62, 0xb1, 0x57, 0xe7, 0x87, 0x86,
                                        0xd8, 0xc0, 0x82, 0xf2, 0x9d, 0xcf, 0x4c, 0x11, 0x13, 0x14};

/* A header's first byte: `mark` in the upper bits, the nibble count below it; the largest count that fits says "more
 * follows", in bytes of 255 and a last one below. */
typedef struct ph_header_form {
    uint8_t mark, max;
} ph_header_form_t;

static ph_header_form_t form_of(ph_node_kind_t kind, bool has_value, bool value_hashed)
{
    if (kind == PH_NODE_LEAF)
        return value_hashed ? (ph_header_form_t){0x20, 31} : (ph_header_form_t){0x40, 63};
    if (has_value && value_hashed)
        return (ph_header_form_t){0x10, 15};
    return has_value ? (ph_header_form_t){0xc0, 63} : (ph_header_form_t){0x80, 63};
}

void ph_node_write_header(ph_writer_t *w, ph_node_kind_t kind, bool has_value, bool value_hashed, size_t partial_len)
{
    ph_header_form_t form = form_of(kind, has_value, value_hashed);
    if (partial_len < form.max) {
        ph_write_u8(w, (uint8_t)(form.mark | partial_len));
        return;
    }
    ph_write_u8(w, form.mark | form.max);
    size_t rest = partial_len - form.max;
    for (; rest >= 255; rest -= 255)
        ph_write_u8(w, 255);
    ph_write_u8(w, (uint8_t)rest);
}

void ph_node_write_nibbles(ph_writer_t *w, const uint8_t *nibbles, size_t count)
{
    size_t i = 0;
    if (count % 2)
        ph_write_u8(w, nibbles[i++]);
    for (; i < count; i += 2)
        ph_write_u8(w, (uint8_t)(nibbles[i] << 4 | nibbles[i + 1]));
}

void ph_node_write_value(ph_writer_t *w, ph_bytes_t value, bool hashed)
{
    if (!hashed)
        ph_write_compact(w, value.len);
    ph_write(w, value.data, value.len);
}

void ph_node_encode(ph_writer_t *w, const ph_node_plan_t *plan)
{
    if (plan->kind == PH_NODE_EMPTY) {
        ph_write_u8(w, 0);
        return;
    }
    ph_node_write_header(w, plan->kind, plan->has_value, plan->value_hashed, plan->partial_len);
    ph_write(w, plan->partial, (plan->partial_len + 1) / 2);
    if (plan->kind == PH_NODE_BRANCH)
        ph_write_u16(w, plan->bitmap);
    if (plan->has_value)
        ph_node_write_value(w, plan->value, plan->value_hashed);
    for (size_t i = 0; i < 16; i++)
        if (plan->bitmap >> i & 1)
            ph_write_bytes(w, plan->kids[i]);
}

size_t ph_node_reference(uint8_t out[32], ph_bytes_t encoded)
{
    if (encoded.len >= PH_TRIE_HASH_LEN) {
        ph_blake2_256(out, encoded);
        return PH_TRIE_HASH_LEN;
    }
    memcpy(out, encoded.data, encoded.len);
    return encoded.len;
}

/* ---- reading ---- */

static ph_err_t read_form(ph_reader_t *r, ph_node_plan_t *out, ph_header_form_t *form, uint8_t *first)
{
    PH_TRY(ph_read_u8(r, first));
    uint8_t b = *first;
    out->kind = b == 0 ? PH_NODE_EMPTY : b >> 6 == 1 || b >> 5 == 1 ? PH_NODE_LEAF : PH_NODE_BRANCH;
    out->value_hashed = b >> 5 == 1 || b >> 4 == 1;
    out->has_value = b != 0 && b >> 6 != 2;
    if (b != 0 && b < 0x10)
        return PH_ERR_MALFORMED;
    *form = form_of(out->kind, out->has_value, out->value_hashed);
    return PH_OK;
}

static ph_err_t read_size(ph_reader_t *r, size_t *out, ph_header_form_t form, uint8_t first)
{
    *out = first & form.max;
    if (*out < form.max)
        return PH_OK;
    uint8_t more;
    do {
        PH_TRY(ph_read_u8(r, &more));
        *out += more;
    } while (more == 255);
    return PH_OK;
}

static ph_err_t take(ph_reader_t *r, ph_bytes_t *out, size_t len)
{
    if (ph_reader_left(r) < len)
        return PH_ERR_MALFORMED;
    *out = ph_bytes(r->at, len);
    r->at += len;
    return PH_OK;
}

static ph_err_t take_counted(ph_reader_t *r, ph_bytes_t *out)
{
    uint32_t len;
    PH_TRY(ph_read_compact_u32(r, &len));
    return take(r, out, len);
}

static ph_err_t read_kids(ph_reader_t *r, ph_node_plan_t *out)
{
    for (size_t i = 0; i < 16; i++)
        if (out->bitmap >> i & 1)
            PH_TRY(take_counted(r, &out->kids[i]));
    return PH_OK;
}

bool ph_node_plan_continues(const ph_node_plan_t *plan, ph_bytes_t key, size_t at)
{
    if (2 * key.len - at < plan->partial_len)
        return false;
    for (size_t i = 0; i < plan->partial_len; i++)
        if (ph_node_plan_nibble(plan, i) != ph_nibble(key, at + i))
            return false;
    return true;
}

ph_err_t ph_node_decode(ph_node_plan_t *out, ph_bytes_t in)
{
    *out = (ph_node_plan_t){0};
    ph_reader_t r = ph_reader(in);
    ph_header_form_t form;
    uint8_t first;
    PH_TRY(read_form(&r, out, &form, &first));
    if (out->kind == PH_NODE_EMPTY)
        return PH_OK;
    PH_TRY(read_size(&r, &out->partial_len, form, first));
    ph_bytes_t partial;
    PH_TRY(take(&r, &partial, (out->partial_len + 1) / 2));
    if (out->partial_len % 2 && partial.data[0] >> 4)
        return PH_ERR_MALFORMED;
    out->partial = partial.data;
    if (out->kind == PH_NODE_BRANCH) {
        PH_TRY(ph_read_u16(&r, &out->bitmap));
        if (!out->bitmap)
            return PH_ERR_MALFORMED;
    }
    if (out->has_value)
        PH_TRY(out->value_hashed ? take(&r, &out->value, PH_TRIE_HASH_LEN) : take_counted(&r, &out->value));
    return read_kids(&r, out);
}
