/* Collation Generation: builds a collation for each para this node collates for, on every active leaf. Guide 4, "The
 * Path to Inclusion"; node.md section 6.
 *
 * On an activated leaf, for each collator of the configuration: the first core on which its para may have a candidate
 * backed next (cores that are not occupied before occupied ones), the validation data and the code's hash under the
 * assumption that what is pending on chain gets included, the limits of the next candidate, one call of the collator,
 * and the candidate goes to the Collator Protocol: descriptor version 2, scheduled at the leaf, with the commitments,
 * the PoV's hash and the erasure root of PoV and validation data. A leaf gets one collation a para even if nothing was
 * included since the last: each stands on that leaf.
 *
 * A para need not exist yet: its collator begins when it has a core.
 *
 * Nothing is distributed for a leaf that ended meanwhile, for a para that has no core there, or when the PoV is larger
 * than the chain allows.
 */
#ifndef PH_NODE_COLLATION_GENERATION_H
#define PH_NODE_COLLATION_GENERATION_H

#include "overseer/overseer.h"

/* What a collator made of one parablock. Everything lies in the arena it was given. `block_data` is what the validation
 * function gets; it may be compressed already (zstd behind the magic of maybe-compressed blobs), and is sent as it is.
 */
typedef struct ph_collation_result {
    ph_bytes_t head_data, block_data;
    ph_vec_bytes_t upward_messages;
    ph_vec_outbound_hrmp_message_t horizontal_messages;
    ph_opt_validation_code_t new_validation_code;
    uint32_t processed_downward_messages;
    ph_block_number_t hrmp_watermark; /* as the validation function will answer it: mostly pvd->relay_parent_number */
} ph_collation_result_t;

/* The ways in which a bad collator cheats, each alone: what is not named is right, and hashes are those of what is
 * sent. */
typedef enum ph_collator_fault {
    PH_COLLATOR_FAULT_NONE,
    PH_COLLATOR_FAULT_VALIDATION_DATA_HASH,
    PH_COLLATOR_FAULT_POV_HASH,
    PH_COLLATOR_FAULT_CODE_HASH,
    PH_COLLATOR_FAULT_PARA_HEAD,
    PH_COLLATOR_FAULT_COMMITMENTS_HASH,
    PH_COLLATOR_FAULT_ERASURE_ROOT,
    PH_COLLATOR_FAULT_BLOCK_TRAPS, /* the first byte of the block is another: no block of this chain */
    PH_COLLATOR_FAULT_POV_GARBAGE, /* bytes that are no block at all */
    PH_COLLATOR_FAULT_POV_TOO_LARGE,
    PH_COLLATOR_FAULT_HEAD_TOO_LARGE,
    PH_COLLATOR_FAULT_SPURIOUS_MESSAGE, /* commits to an upward message that the validation function does not send */
    PH_COLLATOR_FAULT_WATERMARK,
    PH_COLLATOR_FAULT_PARA_ID,
    PH_COLLATOR_FAULT_RELAY_PARENT,
    PH_COLLATOR_FAULT_CORE_INDEX,
    PH_COLLATOR_FAULT_SESSION_INDEX,
    PH_COLLATOR_FAULT_DESCRIPTOR_VERSION,
    PH_COLLATOR_FAULT_COUNT
} ph_collator_fault_t;

/* Their names ("pov-hash"), by fault; "none" for the first. */
extern const char *const ph_collator_fault_names[PH_COLLATOR_FAULT_COUNT];

/* What a collator is to build on. */
typedef struct ph_collation_request {
    const ph_hash_t *relay_parent;
    const ph_persisted_validation_data_t *pvd;
    ph_validation_code_hash_t code_hash; /* of the code that the block will be validated with */
    const ph_constraints_t *limits; /* of the para's next candidate at the relay parent, as long as nothing is pending
                                       there; NULL: the runtime does not say */
} ph_collation_request_t;

typedef struct ph_collator {
    ph_para_id_t para_id;
    /* The block on top of pvd->parent_head. Called on the node's loop, at most once a leaf. An error means no
     * collation; REFUSED: there is to be none this time. */
    ph_err_t (*collate)(void *ctx, ph_arena_t *arena, const ph_collation_request_t *request,
                        ph_collation_result_t *out);
    void *ctx;
    /* Cheats: its n-th collation (from 0) has the fault ph_collator_fault_at(fault_offset + n). */
    bool bad;
    uint32_t fault_offset;
} ph_collator_t;

/* The faults one after the other, round and round; never NONE. */
ph_collator_fault_t ph_collator_fault_at(uint32_t n);

typedef struct ph_collation_generation_config {
    const ph_collator_t *collators;
    size_t collator_count; /* 0: the subsystem does nothing */
} ph_collation_generation_config_t;

extern const ph_subsystem_ops_t ph_collation_generation_ops;

#endif
