/* Timestamp: the time of the block, milliseconds since 1970, said once in every block by its author.
 * (pallet-timestamp 49.) */
#ifndef PH_RUNTIME_TIMESTAMP_H
#define PH_RUNTIME_TIMESTAMP_H

#include "runtime/storage/timestamp.h"

#define PH_TIMESTAMP_INHERENT "timstap0"

/* What a node that checks a block thinks of its time; the numbers are the inherent error's on the wire plus one. */
typedef enum ph_timestamp_verdict {
    PH_TIMESTAMP_GOOD,
    PH_TIMESTAMP_TOO_EARLY,
    PH_TIMESTAMP_TOO_FAR_IN_FUTURE
} ph_timestamp_verdict_t;

/* Compares the time `now` of a block built on the current state with the node's clock in `data` (u64). */
PH_MUST_CHECK ph_err_t ph_timestamp_check_inherent(ph_rt_t *rt, ph_timestamp_verdict_t *verdict, uint64_t now,
                                                   ph_bytes_t data);

#endif
