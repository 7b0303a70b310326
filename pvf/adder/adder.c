/* Adder: the simplest parachain. Its state is a number, a block adds to it.
 *
 * Head data is SCALE {number u64, parent hash, post state hash}, both Keccak-256: of the parent's head data, and of the
 * state as u64. Block data is SCALE {state u64, add u64}: the state before, which must hash to the parent's post state,
 * and what to add, wrapping. Bytes after it are padding that nobody looks at. Same formats and results as
 * polkadot-sdk's test parachain.
 */
#include "crypto/keccak.h"
#include "sdk/parachain.h"

#define HEAD_LEN 72u

static void hash_state(uint8_t out[32], uint64_t state)
{
    uint8_t encoded[8];
    pvf_put_u64(encoded, state);
    ph_keccak_hash(out, 32, encoded, sizeof encoded);
}

void pvf_validate_block(const pvf_params_t *params, pvf_result_t *result)
{
    pvf_bytes_t parent = params->parent_head, block = params->block_data;
    /* The parent's hash is taken of its bytes as they came, so they must be its one encoding. */
    if (parent.len != HEAD_LEN)
        pvf_reject("invalid parent head format");
    uint64_t parent_number = pvf_take_u64(&parent);
    (void)pvf_take(&parent, 32);
    const uint8_t *parent_state = pvf_take(&parent, 32);

    uint64_t state = pvf_take_u64(&block), add = pvf_take_u64(&block);
    uint8_t claimed[32];
    hash_state(claimed, state);
    if (memcmp(claimed, parent_state, 32) != 0)
        pvf_reject("state mismatch");

    uint8_t *head = pvf_alloc(HEAD_LEN);
    pvf_put_u64(head, parent_number + 1);
    ph_keccak_hash(head + 8, 32, params->parent_head.data, params->parent_head.len);
    hash_state(head + 40, state + add);
    result->head_data = (pvf_bytes_t){head, HEAD_LEN};
}
