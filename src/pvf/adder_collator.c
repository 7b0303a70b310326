#include "pvf/adder_collator.h"

#include <string.h>

#include "crypto/hash.h"

static void hash_state(uint8_t out[32], uint64_t state)
{
    uint8_t encoded[8];
    ph_put_u64(encoded, state);
    ph_keccak_256(out, ph_bytes(encoded, sizeof encoded));
}

void ph_adder_head_encode(uint8_t out[PH_ADDER_HEAD_LEN], const ph_adder_head_t *head)
{
    ph_put_u64(out, head->number);
    memcpy(out + 8, head->parent_hash, 32);
    memcpy(out + 40, head->post_state, 32);
}

ph_err_t ph_adder_head_decode(ph_adder_head_t *out, ph_bytes_t in)
{
    if (in.len != PH_ADDER_HEAD_LEN)
        return PH_ERR_MALFORMED;
    out->number = ph_get_u64(in.data);
    memcpy(out->parent_hash, in.data + 8, 32);
    memcpy(out->post_state, in.data + 40, 32);
    return PH_OK;
}

void ph_adder_genesis(ph_adder_head_t *out)
{
    *out = (ph_adder_head_t){0};
    hash_state(out->post_state, 0);
}

ph_err_t ph_adder_state(uint64_t *out, const ph_adder_head_t *head)
{
    uint8_t hash[32];
    *out = head->number * PH_ADDER_ADD;
    for (uint32_t ahead = 0; ahead < PH_ADDER_AHEAD_MAX; ahead++, ++*out) {
        hash_state(hash, *out);
        if (memcmp(hash, head->post_state, 32) == 0)
            return PH_OK;
    }
    return PH_ERR_NOT_FOUND;
}

ph_err_t ph_adder_next_adding(uint8_t block[PH_ADDER_BLOCK_LEN], uint8_t head[PH_ADDER_HEAD_LEN], ph_bytes_t parent,
                              uint64_t add)
{
    ph_adder_head_t before, after;
    uint64_t state;
    PH_TRY(ph_adder_head_decode(&before, parent));
    PH_TRY(ph_adder_state(&state, &before));
    after.number = before.number + 1;
    ph_keccak_256(after.parent_hash, parent);
    hash_state(after.post_state, state + add);
    ph_adder_head_encode(head, &after);
    ph_put_u64(block, state);
    ph_put_u64(block + 8, add);
    return PH_OK;
}

ph_err_t ph_adder_next(uint8_t block[PH_ADDER_BLOCK_LEN], uint8_t head[PH_ADDER_HEAD_LEN], ph_bytes_t parent)
{
    return ph_adder_next_adding(block, head, parent, PH_ADDER_ADD);
}

void ph_adder_pad(ph_writer_t *block, const uint8_t head[PH_ADDER_HEAD_LEN], size_t pov_len)
{
    uint8_t piece[8];
    uint64_t x = ph_get_u64(head + 40) | 1;
    for (size_t len = block->len; len < pov_len; len += sizeof piece) {
        x ^= x >> 12;
        x ^= x << 25;
        x ^= x >> 27;
        ph_put_u64(piece, x * 0x2545F4914F6CDD1DULL);
        ph_write(block, piece, pov_len - len < sizeof piece ? pov_len - len : sizeof piece);
    }
}

ph_err_t ph_adder_next_padded(ph_writer_t *block, uint8_t head[PH_ADDER_HEAD_LEN], ph_bytes_t parent, size_t pov_len)
{
    uint8_t data[PH_ADDER_BLOCK_LEN];
    size_t start = block->len;
    PH_TRY(ph_adder_next(data, head, parent));
    ph_write(block, data, sizeof data);
    ph_adder_pad(block, head, start + pov_len);
    return PH_OK;
}
