/* Collator Protocol: moves collations from collators to the validators of the group that backs on the para's core.
 * Guide 4, "The Path to Inclusion"; node.md sections 6 and 7. Speaks collation/2 and req_collation/2.
 *
 * A node with a collator key is the collator's side:
 *  - for each active leaf it connects to the validators that back on our paras' cores now, and to those that will after
 * the next rotation; it declares itself to them, one para a connection, current ones first;
 *  - a collation is advertised to each validator of the core's group once, as soon as the leaf is in that validator's
 * view;
 *  - of leaves it takes those that its view shows (the newest five), and no tips of branches that nothing was built on
 * for four slots;
 *  - it serves collations of active leaves, one upload at a time a leaf.
 *  - that a collation was seconded is noted when the statement is signed by a member of the core's group.
 * Costs: Minor for an advertisement (with disconnect), for asking twice while waiting, for such a word of somebody not
 * in the group; Major for one with a bad signature; a Declare disconnects.
 *
 * Every other node is the validator's side:
 *  - a peer declares itself once, with a good signature over its peer id, for a para in the claim queue of our core now
 * or after the next rotation; who does not within a second of a 6 s slot, or is inactive for four slots, is
 * disconnected, and so is, two slots after its declaration, who came for another para;
 *  - advertisements of candidates at active leaves go to Candidate Selection, at most lookahead + 1 a peer and leaf;
 *  - it fetches what Candidate Selection asks for and looks whether the receipt is what was advertised: para, relay
 * parent, descriptor version 2 with our core and session, candidate hash. Costs: Minor for a message that is unexpected
 * (second Declare, CollationSeconded, advertisement without declaration, of no active leaf, outside the peer's view,
 * twice, too many), a para that nobody needs here (with disconnect), an answer that does not parse, a refused request;
 * Malicious for a bad signature, a receipt that is not what was advertised, and collators that Candidate Selection
 * reports so. Time-outs cost nothing. Benefit: Minor for a collation that was seconded.
 *  - what may have crossed a change of our view or of the peer's costs nothing, so long as there is little of it
 * between two of our leaves: advertisements at a leaf that we left lately, outside the peer's view or before its
 * declaration, and one refused request. polkadot-sdk has this from its implicit views, which reach back some ancestors.
 *
 * Declarations and advertisements that come while the runtime is still being asked about a leaf wait for its answers.
 */
#ifndef PH_NODE_COLLATOR_PROTOCOL_H
#define PH_NODE_COLLATOR_PROTOCOL_H

#include "keystore/keystore.h"
#include "overseer/overseer.h"

typedef struct ph_collator_protocol_config {
    ph_keystore_t *keystore; /* NULL: neither collator nor validator */
    ph_peer_id_t local_peer; /* what others know us by: the transport's handle of this node */
    uint64_t slot_ms;
} ph_collator_protocol_config_t;

extern const ph_subsystem_ops_t ph_collator_protocol_ops;

#endif
