#include "sim/check_scale.h"

#include <string.h>

#include "crypto/hash.h"

ph_check_reader_t ph_check_reader(ph_bytes_t in)
{
    return (ph_check_reader_t){in.data, in.data ? in.data + in.len : in.data, false};
}

ph_bytes_t ph_check_take(ph_check_reader_t *r, size_t len)
{
    if (r->bad || len > (size_t)(r->end - r->at)) {
        r->bad = true;
        return (ph_bytes_t){0};
    }
    ph_bytes_t out = ph_bytes(r->at, len);
    r->at += len;
    return out;
}

/* Little-endian, up to 8 bytes. */
static uint64_t number(ph_check_reader_t *r, size_t len)
{
    ph_bytes_t b = ph_check_take(r, len);
    uint64_t v = 0;
    for (size_t i = b.len; i-- > 0;)
        v = v << 8 | b.data[i];
    return v;
}

uint8_t ph_check_u8(ph_check_reader_t *r)
{
    return (uint8_t)number(r, 1);
}
uint32_t ph_check_u32(ph_check_reader_t *r)
{
    return (uint32_t)number(r, 4);
}
uint64_t ph_check_u64(ph_check_reader_t *r)
{
    return number(r, 8);
}

uint64_t ph_check_compact(ph_check_reader_t *r)
{
    uint8_t first = ph_check_u8(r);
    size_t more = (first & 3) == 0 ? 0 : (first & 3) == 1 ? 1 : (first & 3) == 2 ? 3 : (size_t)(first >> 2) + 4;
    if (more > 8) {
        r->bad = true;
        return 0;
    }
    uint64_t rest = number(r, more);
    return (first & 3) == 3 ? rest : rest << 6 | first >> 2;
}

static size_t length(ph_check_reader_t *r)
{
    uint64_t len = ph_check_compact(r);
    if (len > (uint64_t)(r->end - r->at))
        r->bad = true;
    return r->bad ? 0 : (size_t)len;
}

ph_bytes_t ph_check_bytes(ph_check_reader_t *r)
{
    return ph_check_take(r, length(r));
}

ph_check_bits_t ph_check_read_bits(ph_check_reader_t *r)
{
    uint64_t count = ph_check_compact(r);
    if (count / 8 > (uint64_t)(r->end - r->at))
        r->bad = true;
    ph_bytes_t bytes = ph_check_take(r, r->bad ? 0 : (size_t)(count + 7) / 8);
    return r->bad ? (ph_check_bits_t){0} : (ph_check_bits_t){bytes, (size_t)count};
}

bool ph_check_bit(ph_check_bits_t bits, size_t i)
{
    return i < bits.count && bits.bytes.data[i / 8] >> (i % 8) & 1;
}

ph_bytes_t ph_check_since(const ph_check_reader_t *r, const uint8_t *from)
{
    return r->bad ? (ph_bytes_t){0} : ph_bytes(from, (size_t)(r->at - from));
}

static void copy(uint8_t out[32], ph_bytes_t in)
{
    if (in.len == 32)
        memcpy(out, in.data, 32);
}

/* ---- headers ---- */

/* One digest item; a BABE pre-digest (any of its three kinds: authority u32, slot u64) gives the slot. */
static void read_item(ph_check_reader_t *r, ph_check_header_t *out)
{
    uint8_t kind = ph_check_u8(r);
    if (kind == 8)
        return;
    if (kind == 0) {
        ph_check_bytes(r);
        return;
    }
    r->bad |= kind != 4 && kind != 5 && kind != 6;
    ph_bytes_t engine = ph_check_take(r, 4);
    ph_bytes_t content = ph_check_bytes(r);
    if (r->bad || kind != 6 || memcmp(engine.data, "BABE", 4) != 0)
        return;
    ph_check_reader_t pre = ph_check_reader(content);
    uint8_t tag = ph_check_u8(&pre);
    ph_check_u32(&pre);
    out->slot = ph_check_u64(&pre);
    r->bad |= pre.bad || tag < 1 || tag > 3 || out->has_slot;
    out->has_slot = true;
}

void ph_check_read_header(ph_check_reader_t *r, ph_check_header_t *out)
{
    const uint8_t *start = r->at, *last;
    *out = (ph_check_header_t){0};
    copy(out->parent, ph_check_take(r, 32));
    out->number = ph_check_compact(r);
    copy(out->state_root, ph_check_take(r, 32));
    ph_check_take(r, 32);
    size_t fixed = r->bad ? 0 : (size_t)(r->at - start);
    uint64_t items = ph_check_compact(r);
    const uint8_t *first = last = r->at;
    for (uint64_t i = 0; i < items && !r->bad; i++) {
        last = r->at;
        read_item(r, out);
    }
    if (r->bad || items > 64) {
        r->bad = true;
        return;
    }
    ph_blake2_256(out->hash, ph_check_since(r, start));
    memcpy(out->pre_seal, out->hash, 32);
    if (items == 0 || *last != 5)
        return;
    /* The same without its last item; fewer than 64 items are one byte of count. */
    uint8_t count = (uint8_t)((items - 1) << 2);
    ph_blake2b_t h;
    ph_blake2b_init(&h, 32);
    ph_blake2b_update(&h, ph_bytes(start, fixed));
    ph_blake2b_update(&h, ph_bytes(&count, 1));
    ph_blake2b_update(&h, ph_bytes(first, (size_t)(last - first)));
    ph_blake2b_final(&h, out->pre_seal, 32);
}

/* ---- candidates ---- */

void ph_check_read_candidate(ph_check_reader_t *r, ph_check_candidate_t *out)
{
    uint8_t receipt[PH_CHECK_DESCRIPTOR_LEN + 32];
    ph_bytes_t d = ph_check_take(r, PH_CHECK_DESCRIPTOR_LEN);
    const uint8_t *commitments = r->at;
    *out = (ph_check_candidate_t){0};
    for (uint64_t n = ph_check_compact(r); n && !r->bad; n--) /* upward messages */
        ph_check_bytes(r);
    for (uint64_t n = ph_check_compact(r); n && !r->bad; n--) { /* horizontal messages */
        ph_check_u32(r);
        ph_check_bytes(r);
    }
    if (ph_check_u8(r)) /* new code */
        ph_check_bytes(r);
    out->head = ph_check_bytes(r);
    ph_check_take(r, 8);
    if (r->bad)
        return;
    memcpy(receipt, d.data, d.len);
    ph_blake2_256(receipt + d.len, ph_check_since(r, commitments));
    ph_blake2_256(out->hash, ph_bytes(receipt, sizeof receipt));
    out->para = ph_get_u32(d.data);
    out->relay_parent = ph_bytes(d.data + 4, 32);
    out->pvd_hash = ph_bytes(d.data + 68, 32);
    out->pov_hash = ph_bytes(d.data + 100, 32);
    out->erasure_root = ph_bytes(d.data + 132, 32);
    out->para_head = ph_bytes(d.data + 228, 32);
}

ph_check_reader_t ph_check_find_inherent(ph_check_reader_t *body)
{
    enum { PALLET = 54, ENTER = 0 };
    ph_check_reader_t found = {0};
    for (uint64_t n = ph_check_compact(body); n && !body->bad; n--) {
        ph_bytes_t x = ph_check_bytes(body);
        /* bare extrinsic of format 4 or 5, pallet, call */
        if (x.len >= 3 && (x.data[0] == 4 || x.data[0] == 5) && x.data[1] == PALLET && x.data[2] == ENTER)
            found = ph_check_reader(ph_bytes(x.data + 3, x.len - 3));
    }
    return found;
}

/* ---- storage keys ---- */

ph_check_key_t ph_check_value_key(const char *pallet, const char *item)
{
    ph_check_key_t key = {.len = 32};
    ph_twox_128(key.bytes, ph_bytes(pallet, strlen(pallet)));
    ph_twox_128(key.bytes + 16, ph_bytes(item, strlen(item)));
    return key;
}

ph_check_key_t ph_check_para_key(const char *pallet, const char *item, uint32_t para)
{
    ph_check_key_t key = ph_check_value_key(pallet, item);
    ph_put_u32(key.bytes + 40, para);
    ph_twox_64(key.bytes + 32, ph_bytes(key.bytes + 40, 4));
    key.len = 44;
    return key;
}
