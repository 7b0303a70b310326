/* Courier: the adder chain with a voice. It counts as adder does, and its blocks may send messages to other parachains
 * and to the relay chain, say what was received, and replace the validation code.
 *
 * Head data is adder's, so a para that runs adder can be upgraded to courier and back. Block data is SCALE {state u64,
 * add u64}, as adder's, and if anything follows: {processed downward messages u32, HRMP watermark u32, actions: Vec of
 * 0 Send {recipient u32, data bytes}, 1 Report {data bytes}, 2 Upgrade {code bytes}}. Bytes after it are padding that
 * nobody looks at. What may be sent, and when, is for the relay chain to check.
 */
#include "crypto/keccak.h"
#include "sdk/parachain.h"

enum { HEAD_LEN = 72 };
enum { SEND, REPORT, UPGRADE };

/* ---- adder ---- */

static void hash_state(uint8_t out[32], uint64_t state)
{
    uint8_t encoded[8];
    pvf_put_u64(encoded, state);
    ph_keccak_hash(out, 32, encoded, sizeof encoded);
}

static pvf_bytes_t next_head(pvf_bytes_t parent_head, pvf_bytes_t *block)
{
    pvf_bytes_t parent = parent_head;
    uint8_t claimed[32];
    if (parent.len != HEAD_LEN)
        pvf_reject("invalid parent head format");
    uint64_t parent_number = pvf_take_u64(&parent);
    (void)pvf_take(&parent, 32);
    const uint8_t *parent_state = pvf_take(&parent, 32);

    uint64_t state = pvf_take_u64(block), add = pvf_take_u64(block);
    hash_state(claimed, state);
    if (memcmp(claimed, parent_state, 32) != 0)
        pvf_reject("state mismatch");

    uint8_t *head = pvf_alloc(HEAD_LEN);
    pvf_put_u64(head, parent_number + 1);
    ph_keccak_hash(head + 8, 32, parent_head.data, parent_head.len);
    hash_state(head + 40, state + add);
    return (pvf_bytes_t){head, HEAD_LEN};
}

/* ---- messages ---- */

static void act(pvf_bytes_t *block, pvf_result_t *result, pvf_bytes_t *reports, pvf_hrmp_t *sends)
{
    switch (pvf_take_u8(block)) {
    case SEND:
        sends[result->horizontal_message_count].recipient = pvf_take_u32(block);
        sends[result->horizontal_message_count++].data = pvf_take_bytes(block);
        break;
    case REPORT:
        reports[result->upward_message_count++] = pvf_take_bytes(block);
        break;
    case UPGRADE:
        if (result->new_validation_code.data)
            pvf_reject("two upgrades in a block");
        result->new_validation_code = pvf_take_bytes(block);
        break;
    default:
        pvf_reject("unknown action");
    }
}

void pvf_validate_block(const pvf_params_t *params, pvf_result_t *result)
{
    pvf_bytes_t block = params->block_data;
    result->head_data = next_head(params->parent_head, &block);
    if (block.len == 0)
        return;
    result->processed_downward_messages = pvf_take_u32(&block);
    result->hrmp_watermark = pvf_take_u32(&block);
    uint32_t count = pvf_take_compact(&block);
    if (count > block.len) /* none is shorter than two bytes */
        pvf_reject("unexpected end");
    pvf_bytes_t *reports = pvf_alloc(count * sizeof *reports);
    pvf_hrmp_t *sends = pvf_alloc(count * sizeof *sends);
    for (uint32_t i = 0; i < count; i++)
        act(&block, result, reports, sends);
    result->upward_messages = reports;
    result->horizontal_messages = sends;
}
