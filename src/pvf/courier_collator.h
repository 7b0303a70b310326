/* The collator's side of the courier parachain (pvf/courier): the adder's blocks, with messages.
 *
 * Somebody hands in actions; they go out in that order as soon as the relay chain's limits let them, each exactly once
 * on any branch of the para's chain. A head does not say what its block sent, so blocks that send add a little more
 * than others: whoever sees the head knows the block, if he built it. An action stays until it lies well below the
 * head.
 */
#ifndef PH_PVF_COURIER_COLLATOR_H
#define PH_PVF_COURIER_COLLATOR_H

#include "primitives/types.h"
#include "pvf/adder_collator.h"

typedef struct ph_courier ph_courier_t;

ph_courier_t *ph_courier_new(void);
void ph_courier_free(ph_courier_t *courier); /* NULL allowed */

/* To be done in one of the next blocks; copied. FULL: too many wait. */
PH_MUST_CHECK ph_err_t ph_courier_act(ph_courier_t *courier, const ph_courier_action_t *action);
/* Actions that are not known to be done for good. */
size_t ph_courier_waiting(const ph_courier_t *courier);

typedef struct ph_courier_parent {
    ph_bytes_t head;
    ph_block_number_t relay_parent_number;
    /* What the chain lets the next candidate do, at that relay parent. NULL: unknown; then nothing is sent. */
    const ph_constraints_t *limits;
} ph_courier_parent_t;

/* Appends the block after `parent` to `block`; *result is what its validation gives, in the arena, and has pieces of
 * the actions in it until the next call. Messages that have come are all taken. If the para has not gone on for a
 * while, a block without actions is tried, and what stood in the way is given up in the end. Errors as those of
 * ph_adder_next. */
PH_MUST_CHECK ph_err_t ph_courier_next(ph_courier_t *courier, ph_arena_t *arena, ph_writer_t *block,
                                       ph_validation_result_t *result, const ph_courier_parent_t *parent);

#endif
