/* Statement Distribution: brings signed statements about candidates to everybody who needs them. Guide 4, "Statement
 * Distribution"; node.md section 9; polkadot-statement-distribution v2.
 *
 * Cluster: members of a group send each other compact statements at once. Who hears of a candidate fetches its receipt,
 * validation data and statements by request. Grid: once Backing has a quorum, a manifest goes along the session's grid;
 * who misses the candidate fetches it from the manifest's sender, who has it acknowledges, and after that each side
 * sends the other what single statements it still lacks. So every validator, and whoever authors the next block, gets
 * the backed candidates of all groups.
 *
 * A candidate's relay parent is its scheduling parent and an active leaf: everything known of a leaf ends with it.
 * Statements reach Backing with good signatures, and only of candidates whose receipt is known. Each thing goes to a
 * peer at most once while it stays connected, and only while the relay parent is in its view. Requests: 10 at a time,
 * one a peer, group's own candidates first, again after 1 s (of a 6 s slot), other holders in turn. Answers: 5 at a
 * time, one a peer, only to members of the group who heard of the candidate from us and to peers who were sent its
 * manifest.
 *
 * Costs — Minor: relay parent unknown, not our business (we are no validator), validator unknown or disabled, sender
 * that may not send it, duplicate, Valid before Seconded, too many Seconded, claim against a known candidate; manifest
 * from a peer that should not send one, acknowledgement of what we do not know or did not send. Major: bad signature;
 * manifest malformed, with too few votes, contradicting an earlier one or the candidate; response undecodable or wrong,
 * statement in it not asked for, bad UMP signals or session; request by a peer that may not, or with a mask of wrong
 * size. Free, up to as much as one leaf's votes from a peer between two leaves of ours: what is about a leaf that we
 * left lately and may have crossed that, and votes of a link that was sent our manifest and whose own was lost.
 * Benefits: valid statement Major, the first of its kind MajorFirst, valid response Major; summed up and reported every
 * five slots.
 */
#ifndef PH_NODE_STATEMENT_DISTRIBUTION_H
#define PH_NODE_STATEMENT_DISTRIBUTION_H

#include "keystore/keystore.h"
#include "overseer/overseer.h"

typedef struct ph_statement_distribution_config {
    ph_keystore_t *keystore; /* NULL: a node that validates nothing */
    uint64_t slot_ms;
} ph_statement_distribution_config_t;

extern const ph_subsystem_ops_t ph_statement_distribution_ops;

#endif
