/* One block as every node of a process shares it: header, body, what BABE says of it, and the state after it. Immutable
 * once made, reference-counted.
 */
#ifndef PH_CHAIN_BLOCK_H
#define PH_CHAIN_BLOCK_H

#include <stdatomic.h>

#include "env/env.h"
#include "trie/state.h"

typedef struct ph_relay_block {
    atomic_uint_least32_t refs;
    ph_arena_t *arena; /* holds this struct too */
    ph_hash_t hash;
    ph_header_t header; /* with its seal */
    ph_vec_opaque_extrinsic_t body;
    ph_buf_t *encoded; /* SCALE BlockWithJustification: what is served and stored */
    ph_slot_t slot;    /* 0 for genesis */
    uint32_t authority;
    bool primary;
    ph_state_t *state; /* after the block */
    bool bodiless;     /* begun with, and only its header is known: `body` and `encoded` are without what it held */
    /* Who runs the code in the state (chain/executor.h); borrowed, the same for all blocks of a chain. NULL: the
     * runtime's native body, whatever the code is. */
    struct ph_executor *executor;
} ph_relay_block_t;

ph_relay_block_t *ph_relay_block_ref(ph_relay_block_t *block);
void ph_relay_block_unref(void *block); /* NULL allowed */

/* Takes the block apart: header, hash, the BABE pre-digest; the state is set by whoever executes it. MALFORMED with a
 * reason in *why: not a block, no or several pre-digests, no seal as the last item. */
PH_MUST_CHECK ph_err_t ph_relay_block_decode(ph_relay_block_t **out, ph_buf_t *encoded, const char **why);
/* From a header (with seal) and a body. */
PH_MUST_CHECK ph_err_t ph_relay_block_make(ph_relay_block_t **out, const ph_header_t *header,
                                           const ph_vec_opaque_extrinsic_t *body, const char **why);
/* Is the body the one that the header speaks of? The hash is the header's alone. */
bool ph_relay_block_hangs_together(const ph_relay_block_t *block);
/* Block 0 over a state: parent zero, no body, empty digest. Takes a reference to the state. */
ph_relay_block_t *ph_relay_block_genesis(ph_state_t *state);
/* The block that a chain begun with a dumped state stands on: its header, with its seal, and the state after it, which
 * a reference is taken to. Of number 0 it is the genesis block over that state. MALFORMED or INVALID (header and state
 * are not of one block) with a reason in *why. */
PH_MUST_CHECK ph_err_t ph_relay_block_base(ph_relay_block_t **out, const ph_header_t *header, ph_state_t *state,
                                           const char **why);

ph_hash_t ph_relay_block_header_hash(const ph_header_t *header);

#endif
