/* Bitfield Signing: for every new leaf, wait until chunks had time to arrive (1.5 s of a 6 s slot), look which
 * candidates' chunks we hold, sign that, hand it over. Guide 4, "BitfieldSigning"; node.md section 13.
 *
 * One bit per availability core, set where the core is occupied and our chunk of its candidate is in the store. Nothing
 * is signed by a node that is no validator, or that the keystore tells to abstain; one bitfield a leaf, even over
 * restarts.
 */
#ifndef PH_NODE_BITFIELD_SIGNING_H
#define PH_NODE_BITFIELD_SIGNING_H

#include "keystore/keystore.h"
#include "overseer/overseer.h"

typedef struct ph_bitfield_signing_config {
    ph_keystore_t *keystore; /* NULL: signs nothing */
    uint64_t slot_ms;
} ph_bitfield_signing_config_t;

extern const ph_subsystem_ops_t ph_bitfield_signing_ops;

#endif
