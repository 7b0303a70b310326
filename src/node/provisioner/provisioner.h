/* Provisioner: assembles what a block author puts into the parachains inherent. Guide 4, "Provisioner"; node.md
 * section 14.
 *
 * For each active leaf it collects signed bitfields, candidates that became backable, and reports of misbehaviour.
 * Asked for inherent data it answers no earlier than 2 s (of a 6 s slot) after the leaf's activation:
 *  - of each validator the bitfield with the most set bits, if it has one bit a core and none set for a core that is
 * not occupied; in ascending order of validators;
 *  - for each core that is scheduled, or whose candidate becomes available with these bitfields, or times out in the
 * block, the backable candidate of the para that is up there, built on the head the para will then have, with the most
 * votes; one a para, one code upgrade a block, in ascending order of paras. Available means n − ⌊(n−1)/3⌋ votes, as the
 * runtime counts. Every datum also goes to whoever subscribed to the leaf, as it arrives. Misbehaviour reports stay
 * with the Provisioner (nothing on chain takes them yet) and are shown to the service.
 */
#ifndef PH_NODE_PROVISIONER_H
#define PH_NODE_PROVISIONER_H

#include "overseer/overseer.h"

typedef struct ph_provisioner_config {
    uint64_t slot_ms;
    /* Each report once, as it comes; `kind` is static ("double-vote"). May be NULL. */
    void (*misbehaviour)(void *ctx, ph_env_t *env, const char *kind, ph_validator_index_t validator,
                         const ph_candidate_hash_t *candidate);
    void *ctx;
} ph_provisioner_config_t;

extern const ph_subsystem_ops_t ph_provisioner_ops;

#endif
