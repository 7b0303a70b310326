/* Grandpa: the authorities of finality, changes of the set, and pauses. (pallet-grandpa 50.) */
#ifndef PH_RUNTIME_GRANDPA_H
#define PH_RUNTIME_GRANDPA_H

#include "runtime/storage/grandpa.h"

/* The set changes `delay` blocks after this one. `forced` (may be NULL): finality is stalled, this is the last block
 * said to be final. Errors ChangePending, TooSoon (forced ones keep twice their delay apart). */
PH_MUST_CHECK ph_err_t ph_grandpa_schedule_change(ph_rt_t *rt, const ph_grandpa_authority_list_t *next,
                                                  ph_block_number_t delay, const ph_block_number_t *forced);
/* Finality stops, or goes on, `delay` blocks after this one. No call of this chain asks for it. Errors PauseFailed (not
 * live), ResumeFailed (not paused). */
PH_MUST_CHECK ph_err_t ph_grandpa_schedule_pause(ph_rt_t *rt, ph_block_number_t delay);
PH_MUST_CHECK ph_err_t ph_grandpa_schedule_resume(ph_rt_t *rt, ph_block_number_t delay);

#endif
