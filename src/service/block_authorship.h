/* The block author's end of the overseer: asks the Provisioner for inherent data on the chain's behalf, hears
 * provisionable data as it arrives. (Polkadot's ParachainsInherentDataProvider.)
 */
#ifndef PH_SERVICE_BLOCK_AUTHORSHIP_H
#define PH_SERVICE_BLOCK_AUTHORSHIP_H

#include "chain/chain.h"
#include "overseer/overseer.h"

extern const ph_subsystem_ops_t ph_block_authorship_ops;

/* done(ctx, data) comes once in a later turn, with NULL if there is no answer; never after the subsystem has ended. */
void ph_block_authorship_request(ph_subsystem_t *self, const ph_hash_t *parent, ph_inherent_done_fn done, void *ctx);
/* Data heard so far about leaves that are still active. */
size_t ph_block_authorship_heard(ph_subsystem_t *self);

#endif
