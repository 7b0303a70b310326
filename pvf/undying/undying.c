/* Undying: a parachain whose blocks are as large, and whose validation is as much work, as one likes.
 *
 * Head data is that of the adder chain: SCALE {number u64, parent hash, post state hash}, both Keccak-256. The state is
 * SCALE {index u64, graveyard bytes, zombies u64, seal [u8; 32]}; block data is the whole state before the block, which
 * must hash to the parent's post state, then {tombstones u64, iterations u32}. In each iteration so many tombstones go
 * onto the graves in turn, from `index` on, and the state's hash becomes its seal. Bytes after it are padding that
 * nobody looks at. Same formats and results as polkadot-sdk's test parachain.
 */
#include "crypto/keccak.h"
#include "sdk/parachain.h"

enum { HEAD_LEN = 72, HASH_LEN = 32 };

/* The encoded state, changed in place: the index is in front, the seal at the end. */
typedef struct state {
    uint8_t *bytes;
    size_t len;
    uint64_t index;
    uint8_t *graveyard;
    size_t graves;
} state_t;

static void hash_state(uint8_t out[HASH_LEN], const state_t *state)
{
    pvf_put_u64(state->bytes, state->index);
    ph_keccak_hash(out, HASH_LEN, state->bytes, state->len);
}

static void take_state(pvf_bytes_t *block, state_t *state)
{
    const uint8_t *start = block->data;
    state->index = pvf_take_u64(block);
    pvf_bytes_t graveyard = pvf_take_bytes(block);
    (void)pvf_take_u64(block); /* zombies */
    (void)pvf_take(block, HASH_LEN);
    state->len = (size_t)(block->data - start);
    state->bytes = pvf_alloc(state->len);
    memcpy(state->bytes, start, state->len);
    state->graveyard = state->bytes + (graveyard.data - start);
    state->graves = graveyard.len;
}

static void erect_tombstone(state_t *state)
{
    /* The original's indices are those of a 32-bit machine, and no index is beyond its graveyard. */
    uint32_t at = (uint32_t)state->index;
    if (at >= state->graves)
        pvf_reject("no such grave");
    state->graveyard[at]++;
    uint64_t next = state->index == UINT64_MAX ? UINT64_MAX : state->index + 1;
    state->index = (uint32_t)next % state->graves;
}

void pvf_validate_block(const pvf_params_t *params, pvf_result_t *result)
{
    pvf_bytes_t parent = params->parent_head, block = params->block_data;
    state_t state;
    uint8_t hash[HASH_LEN];
    /* The parent's hash is taken of its bytes as they came, so they must be its one encoding. */
    if (parent.len != HEAD_LEN)
        pvf_reject("invalid parent head format");
    uint64_t parent_number = pvf_take_u64(&parent);
    (void)pvf_take(&parent, HASH_LEN);
    const uint8_t *parent_state = pvf_take(&parent, HASH_LEN);

    take_state(&block, &state);
    uint64_t tombstones = pvf_take_u64(&block);
    uint32_t iterations = pvf_take_u32(&block);
    hash_state(hash, &state);
    if (memcmp(hash, parent_state, HASH_LEN) != 0)
        pvf_reject("state mismatch");
    for (uint32_t i = 0; i < iterations; i++) {
        for (uint64_t t = 0; t < tombstones; t++)
            erect_tombstone(&state);
        hash_state(hash, &state);
        memcpy(state.bytes + state.len - HASH_LEN, hash, HASH_LEN);
    }

    uint8_t *head = pvf_alloc(HEAD_LEN);
    pvf_put_u64(head, parent_number + 1);
    ph_keccak_hash(head + 8, HASH_LEN, params->parent_head.data, params->parent_head.len);
    hash_state(head + 8 + HASH_LEN, &state);
    result->head_data = (pvf_bytes_t){head, HEAD_LEN};
}
