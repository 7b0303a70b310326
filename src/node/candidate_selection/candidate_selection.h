/* Candidate Selection: decides which collation a validator seconds. Guides 2 to 5; node.md section 7.
 *
 * For each active leaf it finds out which core our validator group backs on and which para may be backed there next. Of
 * what collators advertise for that para one collation is in flight at a time: the first that was advertised is fetched
 * and handed to Candidate Backing. If it cannot be had, or turns out invalid (then its collator is reported), or
 * Backing declines it or has no verdict after two thirds of a slot, the next one that was advertised has its turn. Once
 * one is seconded, its collator is told so and rewarded, and the leaf is done: a validator seconds one candidate a core
 * and relay parent.
 *
 * A node that is no validator selects nothing. What is advertised before the leaf's core is known waits for it.
 */
#ifndef PH_NODE_CANDIDATE_SELECTION_H
#define PH_NODE_CANDIDATE_SELECTION_H

#include "keystore/keystore.h"
#include "overseer/overseer.h"

/* Advertisements kept for one leaf; later ones are not looked at. */
#define PH_CANDIDATE_SELECTION_KEPT_MAX 64u

typedef struct ph_candidate_selection_config {
    const ph_keystore_t *keystore; /* NULL: no validator */
    uint64_t slot_ms;
} ph_candidate_selection_config_t;

extern const ph_subsystem_ops_t ph_candidate_selection_ops;

#endif
