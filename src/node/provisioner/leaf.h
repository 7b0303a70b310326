/* What the Provisioner knows of one leaf, and how it picks from it. */
#ifndef PH_NODE_PROVISIONER_LEAF_H
#define PH_NODE_PROVISIONER_LEAF_H

#include "base/vec.h"
#include "overseer/overseer.h"

typedef struct leaf {
    ph_block_number_t number;
    bool ready; /* the wait is over */
    bool subscribed;
    PH_LIST(ph_rc_t *) bitfields; /* ph_unchecked_signed_availability_bitfield_t; shared with other nodes' */
    PH_LIST(ph_rc_t *) backed;    /* ph_candidate_receipt_t; likewise */
    PH_LIST(ph_msg_t *) waiting;  /* requests that came before the wait was over; references */
} leaf_t;

/* The bitfields to include: see provisioner.h. */
void ph_pick_bitfields(ph_arena_t *arena, ph_vec_unchecked_signed_availability_bitfield_t *out, const leaf_t *leaf,
                       const ph_vec_core_state_t *cores);
/* The para that may have a candidate backed on this core in the next block, counting these bitfields, and what the
 * block will have done to the core by then. */
bool ph_para_up_on(ph_para_id_t *out, ph_occupied_core_assumption_t *assumption, const leaf_t *leaf,
                   const ph_vec_core_state_t *cores, size_t core,
                   const ph_vec_unchecked_signed_availability_bitfield_t *bitfields);
/* One candidate a core and para, in order of paras; at most one with a code upgrade. Points into `candidates`. */
void ph_pick_candidates(ph_arena_t *arena, ph_vec_backed_candidate_t *out, const ph_vec_backed_candidate_t *candidates);

#endif
