#include "node/collation_generation/candidate.h"

#include <string.h>

#include "primitives/hash_of.h"

enum { GARBAGE_LEN = 100, HEAD_TOO_LARGE = 1 << 20, NO_SUCH_VERSION = 7 };

const char *const ph_collator_fault_names[PH_COLLATOR_FAULT_COUNT] = {
    [PH_COLLATOR_FAULT_NONE] = "none",
    [PH_COLLATOR_FAULT_VALIDATION_DATA_HASH] = "validation-data-hash",
    [PH_COLLATOR_FAULT_POV_HASH] = "pov-hash",
    [PH_COLLATOR_FAULT_CODE_HASH] = "code-hash",
    [PH_COLLATOR_FAULT_PARA_HEAD] = "para-head",
    [PH_COLLATOR_FAULT_COMMITMENTS_HASH] = "commitments-hash",
    [PH_COLLATOR_FAULT_ERASURE_ROOT] = "erasure-root",
    [PH_COLLATOR_FAULT_BLOCK_TRAPS] = "block-traps",
    [PH_COLLATOR_FAULT_POV_GARBAGE] = "pov-garbage",
    [PH_COLLATOR_FAULT_POV_TOO_LARGE] = "pov-too-large",
    [PH_COLLATOR_FAULT_HEAD_TOO_LARGE] = "head-too-large",
    [PH_COLLATOR_FAULT_SPURIOUS_MESSAGE] = "spurious-message",
    [PH_COLLATOR_FAULT_WATERMARK] = "watermark",
    [PH_COLLATOR_FAULT_PARA_ID] = "para-id",
    [PH_COLLATOR_FAULT_RELAY_PARENT] = "relay-parent",
    [PH_COLLATOR_FAULT_CORE_INDEX] = "core-index",
    [PH_COLLATOR_FAULT_SESSION_INDEX] = "session-index",
    [PH_COLLATOR_FAULT_DESCRIPTOR_VERSION] = "descriptor-version",
};

ph_collator_fault_t ph_collator_fault_at(uint32_t n)
{
    return (ph_collator_fault_t)(1 + n % (PH_COLLATOR_FAULT_COUNT - 1));
}

static ph_bytes_t filled(ph_arena_t *arena, size_t len, uint8_t with)
{
    ph_bytes_t out = {ph_arena_alloc(arena, len), len};
    if (with)
        memset(out.data, with, len);
    return out;
}

static void add_message(ph_arena_t *arena, ph_vec_bytes_t *messages)
{
    ph_bytes_t *items = ph_arena_alloc(arena, (messages->count + 1) * sizeof *items);
    items[0] = PH_BYTES_LIT("never sent");
    if (messages->count)
        memcpy(items + 1, messages->items, messages->count * sizeof *items);
    *messages = (ph_vec_bytes_t){items, messages->count + 1};
}

void ph_candidate_spoil_content(ph_arena_t *arena, candidate_t *candidate)
{
    ph_collation_result_t *made = &candidate->made;
    switch (candidate->fault) {
    case PH_COLLATOR_FAULT_BLOCK_TRAPS:
        made->block_data = ph_bytes_copy(arena, made->block_data);
        if (made->block_data.len)
            made->block_data.data[0] ^= 0xff;
        break;
    case PH_COLLATOR_FAULT_POV_GARBAGE:
        made->block_data = filled(arena, GARBAGE_LEN, 0xff);
        break;
    case PH_COLLATOR_FAULT_POV_TOO_LARGE:
        made->block_data = filled(arena, (size_t)candidate->pvd.max_pov_size + 1, 0);
        break;
    case PH_COLLATOR_FAULT_HEAD_TOO_LARGE:
        made->head_data = filled(arena, HEAD_TOO_LARGE, 0);
        break;
    case PH_COLLATOR_FAULT_SPURIOUS_MESSAGE:
        add_message(arena, &made->upward_messages);
        break;
    case PH_COLLATOR_FAULT_WATERMARK:
        made->hrmp_watermark++;
        break;
    case PH_COLLATOR_FAULT_NONE:
    case PH_COLLATOR_FAULT_VALIDATION_DATA_HASH:
    case PH_COLLATOR_FAULT_POV_HASH:
    case PH_COLLATOR_FAULT_CODE_HASH:
    case PH_COLLATOR_FAULT_PARA_HEAD:
    case PH_COLLATOR_FAULT_COMMITMENTS_HASH:
    case PH_COLLATOR_FAULT_ERASURE_ROOT:
    case PH_COLLATOR_FAULT_PARA_ID:
    case PH_COLLATOR_FAULT_RELAY_PARENT:
    case PH_COLLATOR_FAULT_CORE_INDEX:
    case PH_COLLATOR_FAULT_SESSION_INDEX:
    case PH_COLLATOR_FAULT_DESCRIPTOR_VERSION:
    case PH_COLLATOR_FAULT_COUNT:
        break; /* the receipt's */
    }
}

void ph_candidate_receipt_of(ph_candidate_receipt_t *out, const candidate_t *candidate)
{
    const ph_collation_result_t *made = &candidate->made;
    ph_candidate_commitments_t commitments = {.upward_messages = made->upward_messages,
                                              .horizontal_messages = made->horizontal_messages,
                                              .new_validation_code = made->new_validation_code,
                                              .head_data = {made->head_data},
                                              .processed_downward_messages = made->processed_downward_messages,
                                              .hrmp_watermark = made->hrmp_watermark};
    *out = (ph_candidate_receipt_t){
        .descriptor = {.para_id = candidate->para,
                       .relay_parent = candidate->relay_parent,
                       .core_index = (uint16_t)candidate->core.v,
                       .session_index = candidate->session,
                       .persisted_validation_data_hash = ph_hash_of_validation_data(&candidate->pvd),
                       .pov_hash = ph_hash_of_pov(&(ph_pov_t){{made->block_data}}),
                       .para_head = ph_hash_of_head(commitments.head_data),
                       .validation_code_hash = candidate->code_hash},
        .commitments_hash = ph_hash_of_commitments(&commitments)};
}

void ph_candidate_spoil_receipt(ph_candidate_receipt_t *receipt, ph_collator_fault_t fault)
{
    ph_candidate_descriptor_t *d = &receipt->descriptor;
    switch (fault) {
    case PH_COLLATOR_FAULT_VALIDATION_DATA_HASH:
        d->persisted_validation_data_hash.bytes[0] ^= 1;
        break;
    case PH_COLLATOR_FAULT_POV_HASH:
        d->pov_hash.bytes[0] ^= 1;
        break;
    case PH_COLLATOR_FAULT_CODE_HASH:
        d->validation_code_hash.bytes[0] ^= 1;
        break;
    case PH_COLLATOR_FAULT_PARA_HEAD:
        d->para_head.bytes[0] ^= 1;
        break;
    case PH_COLLATOR_FAULT_COMMITMENTS_HASH:
        receipt->commitments_hash.bytes[0] ^= 1;
        break;
    case PH_COLLATOR_FAULT_ERASURE_ROOT:
        d->erasure_root.bytes[0] ^= 1;
        break;
    case PH_COLLATOR_FAULT_PARA_ID:
        d->para_id.v++;
        break;
    case PH_COLLATOR_FAULT_RELAY_PARENT:
        d->relay_parent.bytes[0] ^= 1;
        break;
    case PH_COLLATOR_FAULT_CORE_INDEX:
        d->core_index++;
        break;
    case PH_COLLATOR_FAULT_SESSION_INDEX:
        d->session_index.v++;
        break;
    case PH_COLLATOR_FAULT_DESCRIPTOR_VERSION:
        d->version = NO_SUCH_VERSION;
        break;
    case PH_COLLATOR_FAULT_NONE:
    case PH_COLLATOR_FAULT_BLOCK_TRAPS:
    case PH_COLLATOR_FAULT_POV_GARBAGE:
    case PH_COLLATOR_FAULT_POV_TOO_LARGE:
    case PH_COLLATOR_FAULT_HEAD_TOO_LARGE:
    case PH_COLLATOR_FAULT_SPURIOUS_MESSAGE:
    case PH_COLLATOR_FAULT_WATERMARK:
    case PH_COLLATOR_FAULT_COUNT:
        break; /* the content's */
    }
}
