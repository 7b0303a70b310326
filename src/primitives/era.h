/* Eras: for how long a transaction may be included. On the wire one byte, 0, for ever, or two: the low four bits are
 * the period's logarithm less one, the others the phase, divided by a 4096th of the period where that is more than 1.
 * (sp-runtime 49, generic::Era.)
 */
#ifndef PH_PRIMITIVES_ERA_H
#define PH_PRIMITIVES_ERA_H

#include "primitives/types.h"

/* The era of about `period` blocks that begins at `current` or, where the wire is too coarse for that, little earlier.
 */
ph_era_t ph_era_mortal(uint64_t period, uint64_t current);
/* The block with which the era that holds at block `current` began; 0 for ever. */
uint64_t ph_era_birth(const ph_era_t *era, uint64_t current);
/* The first block that is too late; UINT64_MAX for ever. */
uint64_t ph_era_death(const ph_era_t *era, uint64_t current);

#endif
