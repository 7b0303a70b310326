/* The collator's side of the undying parachain (pvf/undying): from a parent's head to the next block.
 *
 * A block holds the whole state before it, and a head only that state's hash: a collator remembers the states of the
 * last heads that it built. What it does not remember it works out from the genesis state, for the few sizes of
 * graveyards that are in use, as long as that is not too much work. Blocks, and the genesis state of a given PoV size,
 * are those of polkadot-sdk's undying collator (1000 tombstones, one iteration a block).
 */
#ifndef PH_PVF_UNDYING_COLLATOR_H
#define PH_PVF_UNDYING_COLLATOR_H

#include "pvf/adder_collator.h"

#define PH_UNDYING_POV_LEN    1000u /* where no size is asked for */
#define PH_UNDYING_TOMBSTONES 1000u
#define PH_UNDYING_ITERATIONS 1u

typedef struct ph_undying ph_undying_t;

/* The genesis head of a chain with blocks of about that size; 0: PH_UNDYING_POV_LEN. */
void ph_undying_genesis(uint8_t head[PH_ADDER_HEAD_LEN], size_t pov_len);

ph_undying_t *ph_undying_new(size_t pov_len);
void ph_undying_free(ph_undying_t *undying); /* NULL allowed */

/* Appends the block after `parent` and writes the head it leads to. MALFORMED: no head of such a chain; NOT_FOUND: its
 * state is not to be found out. */
PH_MUST_CHECK ph_err_t ph_undying_next(ph_undying_t *undying, ph_writer_t *block, uint8_t head[PH_ADDER_HEAD_LEN],
                                       ph_bytes_t parent);

#endif
