/* Candidate Backing: seconds what Candidate Selection picked, checks what others of our group seconded, counts
 * statements, and knows which candidates have enough of them to be put on chain. Guide 5, "Candidate Backing"; node.md
 * section 8.
 *
 * One job an active leaf; it is the relay parent of every candidate of the job. It promises:
 *  - We second at most one candidate a relay parent, and never say Seconded and Valid of one candidate. Whatever is
 * signed has passed Candidate Validation, and its data lies in the Availability Store, erasure root checked.
 *  - Of a candidate for our core that someone else seconded, the PoV is fetched from him, then from others who vouched
 * for it; a candidate found invalid gets no statement and is never looked at again here, and its backers are reported.
 *  - Where we fail ourselves we abstain, and Candidate Selection hears that it may try another one.
 *  - Statements count if their signer is a member of the group whose core the candidate is for, and not disabled. One
 * that contradicts an earlier one of its signer does not count, and is reported once (table.h).
 *  - When a candidate first has its quorum, Provisioner and Statement Distribution hear of it; later statements still
 * count.
 */
#ifndef PH_NODE_CANDIDATE_BACKING_H
#define PH_NODE_CANDIDATE_BACKING_H

#include "keystore/keystore.h"
#include "overseer/overseer.h"

typedef struct ph_candidate_backing_config {
    ph_keystore_t *keystore; /* NULL: observes only */
} ph_candidate_backing_config_t;

extern const ph_subsystem_ops_t ph_candidate_backing_ops;

#endif
