/* The collator's side of the adder parachain (pvf/adder): from a parent's head to the next block and the head it leads
 * to.
 *
 * Every block adds the same, so the state after block n is n times that, and a head's number tells its state: a
 * collator that starts anywhere in the chain can go on from a head alone. Where blocks added a little more (those of
 * the courier chain do, to be told apart) the state is found by trying. Heads whose post state is another are refused.
 * The genesis head and blocks are those of polkadot-sdk's adder collator.
 */
#ifndef PH_PVF_ADDER_COLLATOR_H
#define PH_PVF_ADDER_COLLATOR_H

#include "base/bytes.h"

#define PH_ADDER_HEAD_LEN  72u
#define PH_ADDER_BLOCK_LEN 16u
#define PH_ADDER_ADD       2u     /* what each block adds */
#define PH_ADDER_AHEAD_MAX 65536u /* how much more all blocks together may have added */

typedef struct ph_adder_head {
    uint64_t number;
    uint8_t parent_hash[32]; /* Keccak-256 of the parent's head data */
    uint8_t post_state[32];  /* Keccak-256 of the state, u64 little-endian */
} ph_adder_head_t;

void ph_adder_head_encode(uint8_t out[PH_ADDER_HEAD_LEN], const ph_adder_head_t *head);
/* MALFORMED unless exactly 72 bytes. */
PH_MUST_CHECK ph_err_t ph_adder_head_decode(ph_adder_head_t *out, ph_bytes_t in);
void ph_adder_genesis(ph_adder_head_t *out);

/* The state that the head's hash is of. NOT_FOUND: neither what its number says nor a little more. */
PH_MUST_CHECK ph_err_t ph_adder_state(uint64_t *out, const ph_adder_head_t *head);
/* The block after `parent` that adds `add`. Errors as those of ph_adder_next. */
PH_MUST_CHECK ph_err_t ph_adder_next_adding(uint8_t block[PH_ADDER_BLOCK_LEN], uint8_t head[PH_ADDER_HEAD_LEN],
                                            ph_bytes_t parent, uint64_t add);
/* The block after `parent`: writes its 16 bytes of block data and the head it leads to. MALFORMED: no adder head;
 * NOT_FOUND: a head whose state is not to be found out. */
PH_MUST_CHECK ph_err_t ph_adder_next(uint8_t block[PH_ADDER_BLOCK_LEN], uint8_t head[PH_ADDER_HEAD_LEN],
                                     ph_bytes_t parent);
/* Appends such a block padded to `pov_len` bytes (shorter: not at all) with bytes that depend on the parent only, and
 * do not compress. The validation function does not look at them. Errors as above. */
PH_MUST_CHECK ph_err_t ph_adder_next_padded(ph_writer_t *block, uint8_t head[PH_ADDER_HEAD_LEN], ph_bytes_t parent,
                                            size_t pov_len);

/* Pads a block to that length as ph_adder_next_padded does; `head` is the one it leads to. */
void ph_adder_pad(ph_writer_t *block, const uint8_t head[PH_ADDER_HEAD_LEN], size_t pov_len);

#endif
