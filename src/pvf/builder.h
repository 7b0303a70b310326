/* Blocks for the parachains whose validation functions come along (pvf/builtin.h): which chain a para is on follows
 * from the hash of its code on chain, so a collator goes on by itself when the code is upgraded from one to another.
 * Code that is none of them is taken for another build of adder or undying, whichever its head belongs to.
 *
 * A builder remembers what a head alone does not tell (the states of undying, what courier has sent). It makes the same
 * blocks of the same questions, so a collator that starts anew goes on, as far as states are found out again.
 */
#ifndef PH_PVF_BUILDER_H
#define PH_PVF_BUILDER_H

#include "primitives/types.h"

typedef enum ph_builtin { PH_BUILTIN_ADDER, PH_BUILTIN_UNDYING, PH_BUILTIN_COURIER, PH_BUILTIN_COUNT } ph_builtin_t;

extern const char *const ph_builtin_names[PH_BUILTIN_COUNT]; /* "adder", … */
ph_bytes_t ph_builtin_code(ph_builtin_t builtin);
ph_validation_code_hash_t ph_builtin_code_hash(ph_builtin_t builtin);
/* The genesis head of a chain whose PoVs are to be about that large (0: as the chain likes), in the arena. */
ph_bytes_t ph_builtin_genesis_head(ph_arena_t *arena, ph_builtin_t builtin, size_t pov_len);

typedef struct ph_builder ph_builder_t;

/* Blocks are padded to pov_len bytes. */
ph_builder_t *ph_builder_new(size_t pov_len);
void ph_builder_free(ph_builder_t *builder); /* NULL allowed */

typedef struct ph_builder_parent {
    ph_bytes_t head;
    ph_validation_code_hash_t code_hash;
    ph_block_number_t relay_parent_number;
    const ph_constraints_t *limits; /* of the next candidate; NULL: unknown */
} ph_builder_parent_t;

typedef struct ph_built {
    ph_builtin_t chain;
    ph_bytes_t block_data;
    ph_validation_result_t result; /* what validating it gives */
} ph_built_t;

/* The block after `parent`, in the arena; pieces of what it sends are the builder's until its next call. MALFORMED: no
 * head of these chains; NOT_FOUND: its state is not to be found out; REFUSED: the relay
 * chain would have no block there just now (messages from above wait that this chain cannot take, or must not yet). */
PH_MUST_CHECK ph_err_t ph_builder_next(ph_builder_t *builder, ph_arena_t *arena, ph_built_t *out,
                                       const ph_builder_parent_t *parent);

/* To be done in one of the next blocks, once the para's code is courier's; copied. FULL: too many wait. */
PH_MUST_CHECK ph_err_t ph_builder_act(ph_builder_t *builder, const ph_courier_action_t *action);

#endif
