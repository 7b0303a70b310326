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

ph_err_t ph_adder_next(uint8_t block[PH_ADDER_BLOCK_LEN], uint8_t head[PH_ADDER_HEAD_LEN], ph_bytes_t parent)
{
    ph_adder_head_t before, after;
    uint8_t expected[32];
    PH_TRY(ph_adder_head_decode(&before, parent));
    uint64_t state = before.number * PH_ADDER_ADD;
    hash_state(expected, state);
    if (memcmp(expected, before.post_state, 32) != 0)
        return PH_ERR_NOT_FOUND;
    after.number = before.number + 1;
    ph_keccak_256(after.parent_hash, parent);
    hash_state(after.post_state, state + PH_ADDER_ADD);
    ph_adder_head_encode(head, &after);
    ph_put_u64(block, state);
    ph_put_u64(block + 8, PH_ADDER_ADD);
    return PH_OK;
}

ph_err_t ph_adder_next_padded(ph_writer_t *block, uint8_t head[PH_ADDER_HEAD_LEN], ph_bytes_t parent, size_t pov_len)
{
    uint8_t data[PH_ADDER_BLOCK_LEN], piece[8];
    PH_TRY(ph_adder_next(data, head, parent));
    ph_write(block, data, sizeof data);
    uint64_t x = ph_get_u64(head + 40) | 1;
    for (size_t len = sizeof data; len < pov_len; len += sizeof piece) {
        x ^= x >> 12;
        x ^= x << 25;
        x ^= x >> 27;
        ph_put_u64(piece, x * 0x2545F4914F6CDD1DULL);
        ph_write(block, piece, pov_len - len < sizeof piece ? pov_len - len : sizeof piece);
    }
    return PH_OK;
}
