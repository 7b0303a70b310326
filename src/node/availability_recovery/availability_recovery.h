/* Availability Recovery: rebuilds the available data of a candidate. Guide 4 "AvailabilityRecovery"; node.md
 * section 13.
 *
 * Asked for a candidate's data it looks into our own store; then asks the backers, if a backing group is named, one by
 * one in random order; then takes our own chunks, and asks any validators for theirs until there are k: at most 50 at a
 * time, as many as are missing and a share more when many answers are of no use. Who cannot be reached comes last
 * again, five times at most and without a pause (the request's own time-out is one); who has no chunk or a wrong one is
 * not asked again. After a second without answers others are asked though requests are still under way. What comes out
 * is encoded again: only data whose root is the descriptor's is handed on. A backer with other data is passed over; k
 * chunks proven against the root that make other data mean Invalid. As soon as k chunks can no longer come together:
 * Unavailable. Questions for one candidate share one recovery; the last 16 answers are kept.
 *
 * Until approval voting asks, one validator drawn for each included candidate recovers it from chunks alone and
 * compares (event data-recovered): spot_check.c.
 */
#ifndef PH_NODE_AVAILABILITY_RECOVERY_H
#define PH_NODE_AVAILABILITY_RECOVERY_H

#include "keystore/keystore.h"
#include "overseer/overseer.h"

typedef struct ph_availability_recovery_config {
    ph_keystore_t *keystore; /* NULL: no spot checks */
    uint64_t slot_ms;
} ph_availability_recovery_config_t;

extern const ph_subsystem_ops_t ph_availability_recovery_ops;

#endif
