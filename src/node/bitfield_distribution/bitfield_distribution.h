/* Bitfield Distribution: gossips signed availability bitfields along the grid and hands them to the Provisioner. Guide
 * 4, "BitfieldDistribution"; node.md section 13.
 *
 * Of every validator one bitfield a relay parent is taken, once its signature is good. It goes on to the Provisioner,
 * and to the peers that the grid says (own ones to our row and column, a row neighbour's to our column and the reverse)
 * plus a few at random, to each at most once, and only while the relay parent is in that peer's view.
 *
 * Costs: relay parent not in our view Minor, no validators known for it Minor, validator index out of range Major, the
 * same validator's bitfield twice from one peer MinorRepeated, bad signature Major. Bitfields of a leaf that we left
 * lately may have crossed that: as many as there are validators are free to a peer between two leaves of ours. What
 * comes before the runtime has named a leaf's validators waits for it. Benefits: first MinorFirst, known already Minor;
 * they are summed and reported every five slots.
 */
#ifndef PH_NODE_BITFIELD_DISTRIBUTION_H
#define PH_NODE_BITFIELD_DISTRIBUTION_H

#include "overseer/overseer.h"

typedef struct ph_bitfield_distribution_config {
    uint64_t slot_ms;
} ph_bitfield_distribution_config_t;

extern const ph_subsystem_ops_t ph_bitfield_distribution_ops;

#endif
